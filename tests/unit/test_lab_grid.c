/* The grid of geometries against plain LRU associators, each of the 112, with flushes, in any cutting into batches. */
#include "lab/grid.h"
#include "tests/unit/lab_support.h"

static struct lab_grid *new_grid(void)
{
    struct lab_grid *grid = lab_grid_new();
    assert_non_null(grid);
    return grid;
}

static void compare(const struct trace *t, const struct lab_grid *grid)
{
    assert_int_equal(lab_grid_lookups(grid), t->batch.count);
    for (unsigned bits = 0; bits <= LAB_GRID_SET_BITS; bits++) {
        for (unsigned ways = 1; ways <= LAB_GRID_WAYS; ways++) {
            struct plain p = make_plain(1u << bits, ways, HV_REPLACEMENT_LRU);
            plain_feed(&p, &t->batch, NULL);
            if (lab_grid_misses(grid, bits, ways) != p.misses)
                fail_msg("%u x %u: found %llu misses, expected %llu", 1u << bits, ways,
                         (unsigned long long)lab_grid_misses(grid, bits, ways), (unsigned long long)p.misses);
            free_plain(&p);
        }
    }
}

static void every_geometry_agrees(void **state)
{
    static const uint32_t flush_every[] = {0, 300, 40, 7, 2};
    static const uint32_t first_block[] = {0, 2046, 70000}; /* short, some of them, none */
    (void)state;
    for (unsigned i = 0; i < 30; i++) {
        const struct recipe recipe = {.count = 1500,
                                      .blocks = 1 + i % 4,
                                      .pages = 20 + 200 * (i % 3),
                                      .flush_every = flush_every[i % 5],
                                      .first_block = first_block[i % 3],
                                      .seed = 100 + i};
        struct trace t = make_trace(&recipe);
        struct lab_grid *grid = new_grid();
        if (i % 2)
            lab_grid_portable(grid);
        assert_true(lab_grid_feed(grid, &t.batch));
        compare(&t, grid);
        lab_grid_free(grid);
        free_trace(&t);
    }
}

/* More lookups than are made short at once, after flushes whose holes are filled. */
static void a_long_trace_agrees(void **state)
{
    const struct recipe recipe = {.count = 30000, .blocks = 3, .pages = 900, .flush_every = 9000, .seed = 4};
    struct trace t = make_trace(&recipe);
    struct lab_grid *grid = new_grid();
    (void)state;
    assert_true(t.batch.flush_count > 1);
    assert_true(lab_grid_feed(grid, &t.batch));
    compare(&t, grid);
    lab_grid_free(grid);
    free_trace(&t);
}

static void batches_do_not_matter(void **state)
{
    const struct recipe recipe = {.count = 4000, .blocks = 3, .pages = 100, .flush_every = 30, .seed = 9};
    struct trace t = make_trace(&recipe);
    struct lab_flush *room = malloc(recipe.count * sizeof *room);
    struct lab_grid *grid = new_grid();
    uint64_t seed = 3;
    (void)state;
    for (size_t from = 0, to; from < recipe.count; from = to) {
        to = from + 1 + below(&seed, 100);
        to = to < recipe.count ? to : recipe.count;
        const struct lab_batch part = part_of(&t, from, to, room);
        assert_true(lab_grid_feed(grid, &part));
    }
    compare(&t, grid);
    lab_grid_free(grid);
    free(room);
    free_trace(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_geometry_agrees),
        cmocka_unit_test(a_long_trace_agrees),
        cmocka_unit_test(batches_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
