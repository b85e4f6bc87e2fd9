/* nestor demo: Table II, then the workloads at depth 0 to 4 in lockstep. */
#ifndef NESTOR_DEMO_H
#define NESTOR_DEMO_H

#include "config/config.h"

/* programs[0] is table2.elf, the others are the workloads, `count` in all (at least 1); the workloads run on
 * configuration `config`. Results go to stdout, the last line is "demo: N passed, M failed". Returns
 * 0 if all passed, 1 if not, -1 with *error filled when it could not be made. */
int demo_run(const struct hv_config *config, char **programs, unsigned count, struct hv_error *error);

#endif
