/* The report: what plots the results give, and the page that shows them. */
#ifndef NESTOR_LAB_REPORT_H
#define NESTOR_LAB_REPORT_H

#include "lab/plot.h"
#include "lab/result.h"

/* What a result is called among the others: its program, depth and configuration, of which only what differs is said.
 */
struct lab_name {
    /* All but the program may be "". `policy` is config without the number of entries, `turning` without the quantum.
     */
    char *program, *config, *policy, *turning;
};
struct lab_names {
    struct lab_name *list; /* of each result */
    size_t count;
    bool programs, depths; /* there is more than one */
};
/* Returns 0, or -1 when memory runs out. */
int lab_names_make(struct lab_names *names, const struct lab_results *results);
void lab_names_free(struct lab_names *names);

/* All plots that the results have numbers for. `plots->failed` tells that memory has run out. */
void lab_report_plots(struct lab_plots *plots, const struct lab_results *results, const struct lab_names *names);

/* The page, one HTML file that asks nothing of a network. `command` is what made it. `vega`: the text of Vega-Lite,
 * which then draws the plots; "": the pictures are what is seen. */
void lab_report_page(const struct lab_plots *plots, const struct lab_results *results, const struct lab_names *names,
                     const char *command, const char *vega, FILE *out);

#endif
