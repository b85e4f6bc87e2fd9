/* Programs that go round for ever end the run with a line that says so: run and cosim look for a round now and then
 * (model/repeat.h). */
#ifndef NESTOR_ROUNDS_H
#define NESTOR_ROUNDS_H

#include "model/repeat.h"
#include "view/explain.h"

struct cli_rounds {
    struct hv_repeat *repeat; /* NULL: not looking, as nobody could say what time does */
    uint64_t next;            /* commit records at which to look again */
    unsigned left;            /* records to go before this look ends; 0: not looking now */
    bool found;
    struct hv_round round;
    char where[VIEW_WHERE_SIZE]; /* a place in it */
};

/* `possible`: time does not come from outside. Without memory nothing is found. */
void cli_rounds_open(struct cli_rounds *rounds, bool possible);
void cli_rounds_close(struct cli_rounds *rounds);

/* Between two records: is it time to look? Then the records that follow are to be given, as long as cli_rounds_looking.
 */
bool cli_rounds_due(struct cli_rounds *rounds, const struct hv_machine *machine, bool input_to_come);
static inline bool cli_rounds_looking(const struct cli_rounds *rounds)
{
    return rounds->left != 0;
}

/* After a record, with its bus writes. True: it goes round for ever. */
bool cli_rounds_record(struct cli_rounds *rounds, const struct hv_machine *machine, const struct view_places *places,
                       const struct hv_commit *commit, const struct hv_bus_write *writes, size_t count);

/* The line on stderr that says so of the program; returns NESTOR_ERROR. */
int cli_rounds_tell(const struct cli_rounds *rounds, const char *program);

#endif
