/* The explanation of a run: for each record what ran where, and for each of its accesses the way of its name.
 *
 *     #1993 VMID 1 M 80000068 <main+0x10 main.c:12>  lw a5,0(a4)  a5=0000002a
 *         fetch phi(80000068)=80000068 f1(80000068)=80004068  r-x, last page
 *         load  phi(80001000)=80001000 f1(80001000)=80005000 <counter>  rw-, hit in entry 3; loads 0000002a
 *
 * Made from the machine's state before and after the record, and from the record; the machine knows nothing of it, and
 * is not slower where nothing is explained.
 */
#ifndef VIEW_EXPLAIN_H
#define VIEW_EXPLAIN_H

#include "view/access.h"

struct view_explanation {
    const struct view_places *places; /* or NULL */
    struct view_access fetch, data;
    bool has_data;
    char target[VIEW_PLACE_SIZE]; /* where a branch goes */
};

/* Take down what `machine` is going to do. */
void view_explain_before(struct view_explanation *e, const struct hv_machine *machine);

/* Of the record that it made: was the data access of the instruction, or LVMID's operand, made or tried as far as phi?
 */
bool view_data_tried(const struct view_explanation *e, const struct hv_commit *commit);

/* Tell of the record that it made; `after` is the machine after it. */
void view_explain(struct view_explanation *e, const struct hv_machine *after, const struct hv_commit *commit,
                  FILE *out);

/* What is known of the place that `machine` is at: "pc 80000068 <main+0x10 main.c:12>, VMID 1". Returns `text`. */
enum { VIEW_WHERE_SIZE = VIEW_PLACE_SIZE + 64 };
const char *view_where(const struct hv_machine *machine, const struct view_places *places, char text[VIEW_WHERE_SIZE]);

#endif
