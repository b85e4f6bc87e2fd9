/* Parts of the result objects, shared by run, cosim and measure (docs/formats.md). */
#ifndef NESTOR_RESULT_H
#define NESTOR_RESULT_H

#include "sim/lockstep.h"

#include <jansson.h>

/* `associator`: counters in all, by port and by level, 0 to `depth`. A new reference; NULL when memory runs out. */
json_t *cli_json_associator(const struct hv_counters *counters, unsigned depth);

/* `translation`: `spent` is NULL where there are no clock cycles. A new reference. */
json_t *cli_json_translation(const struct hv_config *config, const struct hv_counters *counters,
                             const struct hv_lockstep_cycles *spent);

#endif
