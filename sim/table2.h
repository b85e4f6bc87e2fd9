/* The paper's Table II, performed by model and RTL in lockstep (docs/spec.md, 9). */
#ifndef HV_TABLE2_H
#define HV_TABLE2_H

#include "sim/simulator.h"

#include <stdio.h>

enum { TABLE2_LINES = 6 };

/* Run `program` (build/software/table2.elf) on the preset goldberg under the simulator `kind`, and
 * print to `out` for each line the evaluation sequence as the model and as the RTL performed it.
 * *passed counts the lines in which both are the paper's, 0 to TABLE2_LINES. Returns 0, or -1 with
 * *error filled; a mismatch of lockstep is an error too, its report in *error. */
int table2_run(const char *program, enum hv_simulator_kind kind, FILE *out, unsigned *passed, struct hv_error *error);

#endif
