/* Cycles for which the core waits for translations, by the costs that docs/microarchitecture.md gives: a lookup 1 for
 * data and 2 to 4 for a fetch, for which 3 is taken, and the walk of a miss. Exact in sum, as the core waits, but for
 * these and for walks through windows of an I/O map (1 more for each level); with memory without wait states. What a
 * program loses is less, since fetch gets ahead meanwhile, and a data access of a process waits for phi anyway
 * (docs/formats.md). */
#ifndef HV_TRANSLATION_H
#define HV_TRANSLATION_H

#include "model/machine.h"

struct hv_translation {
    uint64_t fetch_lookups, data_lookups, walks;
};
struct hv_translation hv_translation(const struct hv_config *config, const struct hv_counters *counters);
static inline uint64_t hv_translation_waits(const struct hv_translation *translation)
{
    return translation->fetch_lookups + translation->data_lookups + translation->walks;
}

#endif
