/* The paper's Table II, performed by model and RTL in lockstep (docs/spec.md, 9). */
#ifndef HV_TABLE2_H
#define HV_TABLE2_H

#include "sim/simulator.h"

#include <stdio.h>

enum { TABLE2_LINES = 6 };

/* Lines of the paper that were performed as it says, by model and RTL, and other things that are not as it says: lines,
 * the end. */
struct table2_count {
    unsigned passed, failed;
};

/* Run `program` (build/software/table2.elf, or one made of the same macros) on the preset goldberg under the simulator
 * `kind`, and print to `out` each line that it performs, with the evaluation sequence as the model and as the RTL
 * performed it; where that is not the paper's, what was expected and what was found; lines of the paper that were not
 * performed; and how it ended, if otherwise than the paper's. Returns 0, or -1 with *error filled when it could not be
 * run. */
int table2_run(const char *program, enum hv_simulator_kind kind, FILE *out, struct table2_count *count,
               struct hv_error *error);

#endif
