/* The sampled curve against the exact one: within its stated bound at every size, for traces of several kinds, both
 * variants, with flushes; and near it. */
#include "lab/curve.h"
#include "lab/sample.h"
#include "tests/unit/lab_support.h"

#include <math.h>

enum { LOOKUPS = 400000, SIZES = 60000 };

/* Pages with a probability of about 1 / i, in spaces, a few of them in cycles. */
static uint64_t *skewed(unsigned cycle)
{
    uint64_t *names = malloc(LOOKUPS * sizeof *names), seed = 5 + cycle;
    assert_non_null(names);
    for (size_t i = 0; i < LOOKUPS; i++) {
        const uint32_t page = (uint32_t)exp(below(&seed, 1 << 24) * 0x1p-24 * log(50000)) - 1;
        names[i] = cycle && i % 2 ? lab_name(7, i / 2 % cycle) : lab_name(page % 3, page * 17);
    }
    return names;
}

static struct lab_curve *exact_curve(const struct lab_batch *batch, uint64_t *misses)
{
    struct lab_curve *curve = lab_curve_new();
    assert_non_null(curve);
    assert_true(lab_curve_feed(curve, batch));
    lab_curve_misses(curve, misses, SIZES);
    return curve;
}

/* The mean error of the miss ratio, of sizes from facts.from on. */
static double check_bound(const struct lab_sample *sample, const uint64_t *misses)
{
    const double lookups = (double)lab_sample_facts(sample).lookups;
    double errors = 0;
    unsigned count = 0;
    for (uint64_t entries = 1; entries < SIZES; entries += 1 + entries / 16) {
        const struct lab_sample_point p = lab_sample_at(sample, entries);
        const double more = (double)entries + p.distance, less = (double)entries - p.distance;
        const double least = more < SIZES - 1 ? (double)misses[(size_t)ceil(more)] : (double)misses[SIZES - 1];
        const double most = less > 0 ? (double)misses[(size_t)less] : lookups;
        const double room = p.bound * lookups + 1e-6 * lookups;
        if (p.misses < least - room || p.misses > most + room)
            fail_msg("%llu entries: found %g misses, expected %g to %g", (unsigned long long)entries, p.misses,
                     least - room, most + room);
        if (entries < lab_sample_facts(sample).from)
            continue;
        errors += fabs(p.misses - (double)misses[entries]) / lookups;
        count++;
    }
    assert_true(lab_sample_facts(sample).bound >= lab_sample_at(sample, 2 * lab_sample_facts(sample).from).bound);
    return errors / count;
}

static struct lab_sample *sampled(const struct lab_batch *batch, double rate, size_t most)
{
    struct lab_sample *sample = lab_sample_new(rate, most);
    assert_non_null(sample);
    assert_true(lab_sample_feed(sample, batch));
    return sample;
}

static void the_bound_holds(void **state)
{
    static const struct {
        double rate, error; /* mean error allowed, well below the bound */
        size_t most;
    } cases[] = {{0.3, 0.015, 0}, {0.1, 0.04, 0}, {0.02, 0.04, 0}, {1, 0.04, 4000}, {0.5, 0.04, 1000}};
    static const unsigned cycles[] = {0, 3000, 20000};
    static uint64_t misses[SIZES];
    (void)state;
    for (unsigned k = 0; k < 3; k++) {
        uint64_t *names = skewed(cycles[k]);
        const struct lab_batch batch = {.names = names, .count = LOOKUPS};
        struct lab_curve *curve = exact_curve(&batch, misses);
        for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct lab_sample *sample = sampled(&batch, cases[i].rate, cases[i].most);
            const struct lab_sample_facts facts = lab_sample_facts(sample);
            const double error = check_bound(sample, misses);
            if (error > cases[i].error)
                fail_msg("cycle %u, case %u: mean error %g, expected at most %g", cycles[k], i, error, cases[i].error);
            assert_true(facts.lookups == LOOKUPS && facts.taken > 0 && facts.taken < LOOKUPS);
            assert_true(facts.bound > 0 && facts.bound < 0.3);
            if (cases[i].most)
                assert_true(facts.kept <= cases[i].most && facts.kept >= cases[i].most / 2 &&
                            facts.rate < cases[i].rate);
            else
                assert_true(fabs(facts.rate - cases[i].rate) < 1e-6 &&
                            fabs((double)facts.kept / (double)lab_curve_distinct(curve) - facts.rate) < 0.1);
            lab_sample_free(sample);
        }
        lab_curve_free(curve);
        free(names);
    }
}

static void everything_taken_is_exact(void **state)
{
    const struct recipe recipe = {.count = 20000, .blocks = 3, .pages = 200, .flush_every = 100, .seed = 8};
    static uint64_t misses[SIZES];
    struct trace t = make_trace(&recipe);
    struct lab_curve *curve = exact_curve(&t.batch, misses);
    struct lab_sample *sample = sampled(&t.batch, 1, 0);
    (void)state;
    for (uint64_t entries = 1; entries < 700; entries++) {
        const struct lab_sample_point point = lab_sample_at(sample, entries);
        assert_true(fabs(point.misses - (double)misses[entries]) < 1e-3);
        assert_true(point.bound == 0);
    }
    lab_sample_free(sample);
    lab_curve_free(curve);
    free_trace(&t);
}

static void flushes_reach_the_sample(void **state)
{
    const struct recipe recipe = {.count = 200000, .blocks = 4, .pages = 3000, .flush_every = 5000, .seed = 8};
    static uint64_t misses[SIZES];
    struct trace t = make_trace(&recipe);
    struct lab_curve *curve = exact_curve(&t.batch, misses);
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct lab_sample *sample = sampled(&t.batch, i ? 1 : 0.2, i ? 1500 : 0);
        assert_true(check_bound(sample, misses) < 0.03);
        lab_sample_free(sample);
    }
    lab_curve_free(curve);
    free_trace(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bound_holds),
        cmocka_unit_test(everything_taken_is_exact),
        cmocka_unit_test(flushes_reach_the_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
