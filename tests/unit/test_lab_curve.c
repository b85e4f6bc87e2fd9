/* The miss-ratio curve against plain LRU associators of every size, with flushes of everything and of blocks, in any
 * cutting of the trace into batches. */
#include "lab/curve.h"
#include "tests/unit/lab_support.h"

static struct lab_curve *new_curve(void)
{
    struct lab_curve *curve = lab_curve_new();
    assert_non_null(curve);
    return curve;
}

static void compare(const struct trace *t, const struct lab_curve *curve, const uint32_t *sizes, size_t count)
{
    const size_t most = sizes[count - 1];
    uint64_t *misses = malloc((most + 1) * sizeof *misses);
    assert_non_null(misses);
    lab_curve_misses(curve, misses, most + 1);
    assert_int_equal(misses[0], t->batch.count);
    for (size_t i = 0; i < count; i++) {
        struct plain p = make_plain(1, sizes[i], HV_REPLACEMENT_LRU);
        plain_feed(&p, &t->batch, NULL);
        if (misses[sizes[i]] != p.misses)
            fail_msg("%u entries: found %llu misses, expected %llu", (unsigned)sizes[i],
                     (unsigned long long)misses[sizes[i]], (unsigned long long)p.misses);
        free_plain(&p);
    }
    free(misses);
}

static void small_traces_agree_at_every_size(void **state)
{
    static const uint32_t flush_every[] = {0, 300, 40, 7, 2};
    uint32_t sizes[72];
    (void)state;
    for (uint32_t i = 0; i < 72; i++)
        sizes[i] = i + 1;
    for (unsigned i = 0; i < 60; i++) {
        const struct recipe recipe = {.count = 1500,
                                      .blocks = 1 + i % 4,
                                      .pages = 3 + 9 * (i % 3),
                                      .flush_every = flush_every[i % 5],
                                      .first_block = i % 7 == 6 ? 5000 : 0,
                                      .seed = 1000 + i};
        struct trace t = make_trace(&recipe);
        struct lab_curve *curve = new_curve();
        if (i % 2)
            lab_curve_portable(curve);
        assert_true(lab_curve_feed(curve, &t.batch));
        compare(&t, curve, sizes, 72);
        lab_curve_free(curve);
        free_trace(&t);
    }
}

/* Long enough for the row to be made dense many times and for the table to grow, with old marks, holes and entries that
 * are gone. */
static void long_traces_agree(void **state)
{
    static const uint32_t sizes[] = {1, 2, 63, 200, 500};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const struct recipe recipe = {
            .count = 300000, .blocks = 5, .pages = 600, .flush_every = i ? 3000u * i : 0, .seed = 50 + i};
        struct trace t = make_trace(&recipe);
        struct lab_curve *curve = new_curve();
        assert_true(lab_curve_feed(curve, &t.batch));
        compare(&t, curve, sizes, 5);
        lab_curve_free(curve);
        free_trace(&t);
    }
}

/* Cycles over n pages: no hit below n entries, all but n with them. n so large that the row needs more than one line of
 * group sums. */
static void a_cycle_needs_all_its_pages(void **state)
{
    enum { PAGES = 70000, ROUNDS = 5 };
    uint64_t *misses = malloc((PAGES + 2) * sizeof *misses), *names = malloc(PAGES * sizeof *names);
    struct lab_curve *curve = new_curve();
    (void)state;
    assert_true(misses && names);
    for (uint32_t i = 0; i < PAGES; i++)
        names[i] = lab_name(i % 3, i * 77u);
    for (unsigned round = 0; round < ROUNDS; round++)
        assert_true(lab_curve_feed(curve, &(struct lab_batch){.names = names, .count = PAGES}));
    lab_curve_misses(curve, misses, PAGES + 2);
    for (size_t k = 0; k < PAGES; k++)
        assert_int_equal(misses[k], PAGES * ROUNDS);
    assert_int_equal(misses[PAGES], PAGES);
    assert_int_equal(misses[PAGES + 1], PAGES);
    assert_int_equal(lab_curve_distinct(curve), PAGES);
    assert_int_equal(lab_curve_depth(curve), PAGES);
    assert_int_equal(lab_curve_lookups(curve), PAGES * ROUNDS);
    lab_curve_free(curve);
    free(names);
    free(misses);
}

/* Flushes of everything with every number of slots left, so that the floor is where the row ends, too. */
static void flushes_meet_the_end_of_the_row(void **state)
{
    const struct lab_flush all = {0};
    const uint64_t names[] = {1, 2, 3, 1};
    struct lab_curve *curve = new_curve();
    uint64_t misses[5];
    (void)state;
    for (unsigned round = 0; round < 50000; round++)
        assert_true(lab_curve_feed(curve, &(struct lab_batch){names, NULL, 4, &all, 1}));
    lab_curve_misses(curve, misses, 5);
    assert_int_equal(misses[2], 200000);
    assert_int_equal(misses[3], 150000);
    lab_curve_free(curve);
}

static void batches_do_not_matter(void **state)
{
    const struct recipe recipe = {.count = 4000, .blocks = 3, .pages = 50, .flush_every = 20, .seed = 9};
    struct trace t = make_trace(&recipe);
    struct lab_flush *room = malloc(recipe.count * sizeof *room);
    struct lab_curve *whole = new_curve(), *parts = new_curve();
    uint64_t seed = 3, expected[200], found[200];
    (void)state;
    assert_true(lab_curve_feed(whole, &t.batch));
    for (size_t from = 0, to; from < recipe.count; from = to) {
        to = from + 1 + below(&seed, 100);
        to = to < recipe.count ? to : recipe.count;
        const struct lab_batch part = part_of(&t, from, to, room);
        assert_true(lab_curve_feed(parts, &part));
    }
    lab_curve_misses(whole, expected, 200);
    lab_curve_misses(parts, found, 200);
    assert_memory_equal(expected, found, sizeof expected);
    lab_curve_free(whole);
    lab_curve_free(parts);
    free(room);
    free_trace(&t);
}

/* Forgotten: the others' distances are as if it had never been there. */
static void what_is_forgotten_was_never_there(void **state)
{
    struct lab_curve *curve = new_curve(), *without = new_curve();
    uint64_t seed = 11;
    uint32_t from = 0;
    (void)state;
    for (unsigned i = 0; i < 40000; i++) {
        if (i % 100 == 99)
            lab_curve_forget(curve, from++); /* 0 to 399, of 500 */
        const uint64_t name = from + below(&seed, 500 - from);
        const uint32_t found = lab_curve_lookup(curve, name);
        if (name >= 400)
            assert_int_equal(lab_curve_lookup(without, name) == 0, found == 0);
    }
    for (uint64_t name = 400; name < 500; name++)
        assert_int_equal(lab_curve_lookup(curve, name), lab_curve_lookup(without, name));
    lab_curve_free(curve);
    lab_curve_free(without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_traces_agree_at_every_size),
        cmocka_unit_test(long_traces_agree),
        cmocka_unit_test(a_cycle_needs_all_its_pages),
        cmocka_unit_test(flushes_meet_the_end_of_the_row),
        cmocka_unit_test(batches_do_not_matter),
        cmocka_unit_test(what_is_forgotten_was_never_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
