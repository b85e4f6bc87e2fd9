/* One geometry of every kind against a plain associator: each lookup's outcome, what is held in the end, what flushes
 * emptied; and the engines that count many geometries at once against it. */
#include "lab/curve.h"
#include "lab/direct.h"
#include "lab/grid.h"
#include "tests/unit/lab_support.h"

static int compare_names(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void compare_set(const struct plain *p, const struct lab_direct *d, unsigned half, uint32_t set)
{
    uint64_t *expected = malloc(2 * p->ways * sizeof *expected), *found = expected + p->ways;
    size_t count = 0;
    assert_non_null(expected);
    for (uint32_t way = 0; way < p->ways; way++) {
        const struct plain_line *line = &p->lines[(size_t)set * p->ways + way];
        if (line->valid)
            expected[count++] = line->name;
    }
    assert_int_equal(lab_direct_held(d, half, set, found), count);
    qsort(expected, count, sizeof *expected, compare_names);
    qsort(found, count, sizeof *found, compare_names);
    assert_memory_equal(expected, found, count * sizeof *found);
    free(expected);
}

/* Both halves of a split one see every flush, and the lookups of their port. */
static void plain_split(struct plain *halves, const struct lab_batch *batch, uint8_t *missed)
{
    size_t f = 0;
    for (size_t i = 0; i <= batch->count; i++) {
        for (; f < batch->flush_count && batch->flushes[f].at == i; f++) {
            plain_flush(&halves[0], &batch->flushes[f]);
            plain_flush(&halves[1], &batch->flushes[f]);
        }
        if (i < batch->count)
            missed[i] = !plain_lookup(&halves[batch->ports[i]], batch->names[i]);
    }
}

static void compare(const struct trace *t, const struct lab_direct_plan *plan, enum lab_width width)
{
    const size_t count = t->batch.count;
    uint8_t *expected = calloc(1, count), *found = malloc(count);
    struct lab_direct *d = lab_direct_new_narrow(plan, width);
    struct lab_direct *quiet = lab_direct_new_narrow(plan, width);
    const unsigned halves = plan->split == HV_SPLIT ? 2 : 1;
    struct plain p[2];
    uint64_t lookups[2] = {0, 0}, misses[2] = {0, 0}, flushed = 0;
    assert_true(expected && found && d && quiet);
    for (unsigned i = 0; i < halves; i++)
        p[i] = make_plain(plan->sets, plan->ways, plan->replacement);
    if (halves == 2)
        plain_split(p, &t->batch, expected);
    else
        plain_feed(&p[0], &t->batch, expected);
    assert_true(lab_direct_feed(d, &t->batch, found));
    assert_true(lab_direct_feed(quiet, &t->batch, NULL));
    assert_memory_equal(expected, found, count);
    for (size_t i = 0; i < count; i++) {
        lookups[t->ports[i]]++;
        misses[t->ports[i]] += expected[i];
    }
    for (unsigned i = 0; i < halves; i++) {
        flushed += p[i].flushed;
        for (uint32_t set = 0; set < plan->sets; set++)
            compare_set(&p[i], d, i, set);
        free_plain(&p[i]);
    }
    for (unsigned port = 0; port < 2; port++) {
        assert_int_equal(lab_direct_counts(d)->lookups[port], lookups[port]);
        assert_int_equal(lab_direct_counts(d)->misses[port], misses[port]);
    }
    assert_int_equal(lab_direct_counts(d)->flushed, flushed);
    assert_memory_equal(lab_direct_counts(d), lab_direct_counts(quiet), sizeof(struct lab_direct_counts));
    lab_direct_free(d);
    lab_direct_free(quiet);
    free(expected);
    free(found);
}

static const struct {
    uint32_t sets, ways;
} geometries[] = {{1, 1},  {1, 2},   {16, 4}, {8, 3},  {4, 5},  {2, 8},   {32, 1}, {2, 13},
                  {4, 16}, {1, 17},  {1, 18}, {1, 64}, {1, 33}, {1, 67},  {1, 68}, {1, 69},
                  {2, 32}, {1, 128}, {64, 2}, {1, 20}, {1, 36}, {256, 1}, {1, 16}, {4, 7}};
enum { GEOMETRIES = sizeof geometries / sizeof geometries[0] };

static bool is_possible(const struct lab_direct_plan *plan)
{
    return plan->replacement != HV_REPLACEMENT_PLRU || (plan->ways & (plan->ways - 1)) == 0;
}

static void every_kind_agrees(void **state)
{
    static const uint32_t flush_every[] = {0, 500, 60, 9, 2};
    static const uint32_t first_block[] = {0, 2046, 70000};
    (void)state;
    for (unsigned i = 0; i < GEOMETRIES * 4 * 2; i++) {
        const struct lab_direct_plan plan = {geometries[i % GEOMETRIES].sets, geometries[i % GEOMETRIES].ways,
                                             (enum hv_replacement)(i / GEOMETRIES % 4),
                                             i / GEOMETRIES / 4 ? HV_SPLIT : HV_UNIFIED};
        const struct recipe recipe = {.count = 6000,
                                      .blocks = 1 + i % 4,
                                      .pages = 10 + 60 * (i % 5),
                                      .flush_every = flush_every[i % 5],
                                      .first_block = first_block[i % 3],
                                      .seed = 100 + i};
        if (!is_possible(&plan))
            continue;
        struct trace t = make_trace(&recipe);
        for (unsigned width = LAB_WIDTH_ANY; width <= LAB_WIDTH_WIDEST; width++)
            compare(&t, &plan, (enum lab_width)width);
        free_trace(&t);
    }
}

static void batches_do_not_matter(void **state)
{
    const struct recipe recipe = {.count = 20000, .blocks = 3, .pages = 100, .flush_every = 40, .seed = 9};
    struct trace t = make_trace(&recipe);
    struct lab_flush *room = malloc(recipe.count * sizeof *room);
    (void)state;
    for (unsigned i = 0; i < GEOMETRIES; i++) {
        const struct lab_direct_plan plan = {geometries[i].sets, geometries[i].ways, HV_REPLACEMENT_LRU, i % 2};
        struct lab_direct *whole = lab_direct_new(&plan), *parts = lab_direct_new(&plan);
        uint64_t seed = 3;
        assert_true(whole && parts && lab_direct_feed(whole, &t.batch, NULL));
        for (size_t from = 0, to; from < recipe.count; from = to) {
            to = from + 1 + below(&seed, 9000);
            to = to < recipe.count ? to : recipe.count;
            const struct lab_batch part = part_of(&t, from, to, room);
            assert_true(lab_direct_feed(parts, &part, NULL));
        }
        assert_memory_equal(lab_direct_counts(whole), lab_direct_counts(parts), sizeof(struct lab_direct_counts));
        lab_direct_free(whole);
        lab_direct_free(parts);
    }
    free(room);
    free_trace(&t);
}

static uint64_t misses_of(const struct trace *t, uint32_t sets, uint32_t ways)
{
    const struct lab_direct_plan plan = {sets, ways, HV_REPLACEMENT_LRU, HV_UNIFIED};
    struct lab_direct *d = lab_direct_new(&plan);
    assert_true(d && lab_direct_feed(d, &t->batch, NULL));
    const uint64_t misses = lab_direct_counts(d)->misses[0] + lab_direct_counts(d)->misses[1];
    lab_direct_free(d);
    return misses;
}

static void curve_and_grid_count_the_same(void **state)
{
    enum { MOST = 300 };
    uint64_t curve_misses[MOST + 1];
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const struct recipe recipe = {.count = 20000, .blocks = 3, .pages = 90, .flush_every = i * 100, .seed = 20 + i};
        struct trace t = make_trace(&recipe);
        struct lab_curve *curve = lab_curve_new();
        struct lab_grid *grid = lab_grid_new();
        assert_true(curve && grid && lab_curve_feed(curve, &t.batch) && lab_grid_feed(grid, &t.batch));
        lab_curve_misses(curve, curve_misses, MOST + 1);
        for (uint32_t k = 1; k <= MOST; k++)
            assert_int_equal(curve_misses[k], misses_of(&t, 1, k));
        for (unsigned bits = 0; bits <= LAB_GRID_SET_BITS; bits++) {
            for (unsigned ways = 1; ways <= LAB_GRID_WAYS; ways++)
                assert_int_equal(lab_grid_misses(grid, bits, ways), misses_of(&t, 1u << bits, ways));
        }
        lab_curve_free(curve);
        lab_grid_free(grid);
        free_trace(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_agrees),
        cmocka_unit_test(batches_do_not_matter),
        cmocka_unit_test(curve_and_grid_count_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
