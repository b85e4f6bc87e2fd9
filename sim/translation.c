#include "sim/translation.h"

enum { DATA_LOOKUP = 1, FETCH_LOOKUP = 3, WALK = 2, ASK_PREFIX = 2 };

/* A walk takes a cycle for each level, another for each table that it reads, and a few to begin and to end; a prefix
 * hit ends it after the first level. */
static uint64_t walks_of_level(const struct hv_config *config, const struct hv_counters *counters, unsigned level)
{
    const struct hv_associator_counters *at = &counters->by_level[level];
    const uint64_t whole = at->misses - at->prefix_hits;
    const uint64_t prefix = config->prefix_entries && level >= 2 ? ASK_PREFIX : 0;
    return whole * level + at->prefix_hits + at->walk_reads + at->misses * (WALK + prefix);
}

struct hv_translation hv_translation(const struct hv_config *config, const struct hv_counters *counters)
{
    struct hv_translation translation = {.fetch_lookups = FETCH_LOOKUP * counters->by_port[0].lookups,
                                         .data_lookups = DATA_LOOKUP * counters->by_port[1].lookups};
    for (unsigned level = 1; level <= config->depth; level++)
        translation.walks += walks_of_level(config, counters, level);
    return translation;
}
