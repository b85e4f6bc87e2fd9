/* One geometry, simulated lookup by lookup, exact to docs/spec.md, 7 and 10.8: any number of sets that is a power of
 * two, any number of ways, every replacement, unified or split. What depends on the key and on last-page registers is
 * in the names and flushes (lab/stream.h).
 *
 * LRU with up to 16 ways is a list for each set, the most recent page first, moved and compared as a whole; everything
 * else has ways, a hash table over all entries, and the replacement's state, so that 65,536 ways cost what one costs.
 */
#ifndef NESTOR_LAB_DIRECT_H
#define NESTOR_LAB_DIRECT_H

#include "config/config.h"
#include "lab/engine.h"
#include "lab/simd.h"

struct lab_direct;

/* `sets` x `ways` entries, each half if split: sets a power of two, at most LAB_MAX_SETS; both at least 1; plru: ways a
 * power of two. */
struct lab_direct_plan {
    uint32_t sets, ways;
    enum hv_replacement replacement;
    enum hv_split split;
};

/* By port, fetch and data; everything is port 0 when a batch has no ports. Each miss is a fill. `flushed`: valid
 * entries emptied by flushes. */
struct lab_direct_counts {
    uint64_t lookups[2], misses[2], flushed;
};

/* The plan of a configuration with an associator. */
struct lab_direct_plan lab_direct_plan_of(const struct hv_config *config);

/* NULL when memory runs out. */
struct lab_direct *lab_direct_new(const struct lab_direct_plan *plan);
/* The same as on a machine of this width at most: for tests. */
struct lab_direct *lab_direct_new_narrow(const struct lab_direct_plan *plan, enum lab_width most);
void lab_direct_free(struct lab_direct *direct);

/* The next lookups and flushes; a split associator needs their ports. `missed`, if not NULL, is room for a byte for
 * each lookup: 1 a miss, 0 a hit. False when memory ran out. */
bool lab_direct_feed(struct lab_direct *direct, const struct lab_batch *batch, uint8_t *missed);

const struct lab_direct_counts *lab_direct_counts(const struct lab_direct *direct);

/* What is held in a set of half 0 or, if split, 1: names into `names`, room for `ways`. Returns how many; their order
 * says nothing. */
size_t lab_direct_held(const struct lab_direct *direct, unsigned half, uint32_t set, uint64_t *names);

#endif
