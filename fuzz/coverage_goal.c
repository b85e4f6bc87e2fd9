/* What is covered, and what to aim at next. */
#include "fuzz/coverage_internal.h"

static void summarize(struct fuzz_summary *summary, const uint64_t *counts, enum fuzz_table table)
{
    size_t first, count;
    fuzz_table_range(table, &first, &count);
    for (size_t i = first; i < first + count; i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        bool met = __atomic_load_n(&counts[i], __ATOMIC_RELAXED) != 0;
        summary->points++;
        summary->reachable += !point.unreachable;
        summary->covered += met && !point.unreachable;
        summary->surprises += met && point.unreachable;
    }
}

struct fuzz_summary fuzz_coverage_summary(const uint64_t *counts, enum fuzz_table table)
{
    struct fuzz_summary summary = {0, 0, 0, 0};
    for (enum fuzz_table each = 0; each < FUZZ_TABLE_COUNT; each++) {
        if (table == FUZZ_TABLE_COUNT || table == each)
            summarize(&summary, counts, each);
    }
    return summary;
}

static bool wanted(const uint64_t *counts, size_t i, enum fuzz_simulator simulator, const struct hv_config *config,
                   struct fuzz_point *point)
{
    if (__atomic_load_n(&counts[i], __ATOMIC_RELAXED))
        return false;
    fuzz_coverage_describe(i, point);
    bool here = point->table != FUZZ_TABLE_VM_FAULT || point->simulator == (unsigned)simulator;
    return here && !point->unreachable && fuzz_coverage_fits(point, config);
}

/* The first candidate from a random point of a random table on: short as long as much is left, and no table is
 * forgotten for being small. */
bool fuzz_coverage_pick(const uint64_t *counts, enum fuzz_simulator simulator, uint64_t random,
                        const struct hv_config *config, struct fuzz_point *goal)
{
    const size_t points = fuzz_coverage_points();
    const uint64_t mixed = random * UINT64_C(0x9e3779b97f4a7c15) >> 16; /* near numbers, far points */
    size_t first, count;
    fuzz_table_range((enum fuzz_table)(mixed % FUZZ_TABLE_COUNT), &first, &count);
    first += (size_t)(mixed / FUZZ_TABLE_COUNT % count);
    for (size_t i = 0; i < points; i++)
        if (wanted(counts, (first + i) % points, simulator, config, goal))
            return true;
    return false;
}
