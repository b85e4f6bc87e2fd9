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

/* What costs most, the reasons, comes last. */
static bool meets(enum fuzz_simulator simulator, const struct fuzz_point *point)
{
    return point->table != FUZZ_TABLE_VM_FAULT || point->simulator == (unsigned)simulator;
}

static bool wanted(enum fuzz_simulator simulator, const struct hv_config *config, const struct fuzz_point *point)
{
    return meets(simulator, point) && fuzz_coverage_fits(point, config) && !fuzz_unreachable(point);
}

/* The first candidate from a random point of a table on, around its end. */
static bool pick_in(enum fuzz_table table, const uint64_t *counts, enum fuzz_simulator simulator, uint64_t random,
                    const struct hv_config *config, struct fuzz_point *goal)
{
    size_t first, count;
    fuzz_table_range(table, &first, &count);
    for (size_t i = 0; i < count; i++) {
        const size_t inside = (size_t)((random + i) % count);
        if (__atomic_load_n(&counts[first + inside], __ATOMIC_RELAXED))
            continue;
        fuzz_fill(table, inside, goal);
        if (wanted(simulator, config, goal))
            return true;
    }
    return false;
}

/* In a random table, else in another one: short as long as much is left, and no table is forgotten for being small. The
 * step from table to table is random too, so that one with much left does not stand in for its neighbours. */
bool fuzz_coverage_pick(const uint64_t *counts, enum fuzz_simulator simulator, uint64_t random,
                        const struct hv_config *config, struct fuzz_point *goal)
{
    const uint64_t mixed = random * UINT64_C(0x9e3779b97f4a7c15) >> 16; /* near numbers, far points */
    uint64_t table = mixed % FUZZ_TABLE_COUNT, rest = mixed / FUZZ_TABLE_COUNT;
    bool seen[FUZZ_TABLE_COUNT] = {false};
    for (unsigned left = FUZZ_TABLE_COUNT; left > 0; left--, rest = rest * 5 + 1) {
        while (seen[table])
            table = (table + 1) % FUZZ_TABLE_COUNT;
        seen[table] = true;
        if (pick_in((enum fuzz_table)table, counts, simulator, rest, config, goal))
            return true;
        table = (table + rest) % FUZZ_TABLE_COUNT;
    }
    return false;
}

bool fuzz_coverage_pick_own(const uint64_t *counts, enum fuzz_simulator simulator, uint64_t random,
                            const struct hv_config *config, struct fuzz_point *goal)
{
    return pick_in(FUZZ_TABLE_VM_FAULT, counts, simulator, random, config, goal);
}

size_t fuzz_coverage_left(const uint64_t *counts, enum fuzz_simulator simulator, bool own,
                          const struct hv_config *config)
{
    size_t first, count, left = 0;
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        if (own && table != FUZZ_TABLE_VM_FAULT)
            continue;
        fuzz_table_range(table, &first, &count);
        for (size_t i = 0; i < count; i++) {
            struct fuzz_point point;
            if (__atomic_load_n(&counts[first + i], __ATOMIC_RELAXED))
                continue;
            fuzz_fill(table, i, &point);
            left += meets(simulator, &point) && (!config || fuzz_coverage_fits(&point, config)) &&
                    !fuzz_unreachable(&point);
        }
    }
    return left;
}
