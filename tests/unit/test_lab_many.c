/* Many configurations at once, by 1 to 4 threads: each counts what it counts alone. And the crew does everything once.
 */
#include "lab/crew.h"
#include "lab/many.h"
#include "tests/unit/lab_support.h"

enum { REFERENCES = 40000, SPACES = 5, CONFIGS = 60 };

static struct lab_reference *make_references(void)
{
    struct lab_reference *r = calloc(REFERENCES, sizeof *r);
    uint64_t seed = 77;
    uint32_t space = 1;
    assert_non_null(r);
    for (size_t i = 0; i < REFERENCES; i++) {
        const uint32_t what = below(&seed, 500);
        r[i] = (struct lab_reference){.kind = (uint8_t)below(&seed, 3), .space = space, .level = 1};
        if (what == 0) {
            space = 1 + below(&seed, SPACES - 1);
            r[i] = (struct lab_reference){.kind = LAB_ENTER, .space = space};
        } else if (what == 1) {
            r[i] = (struct lab_reference){.kind = LAB_FLUSH, .space = 1 + below(&seed, SPACES - 1)};
        } else {
            r[i].address = below(&seed, 1 + below(&seed, 120)) << 12 | below(&seed, 4096);
            r[i].lacks_top = below(&seed, 100) ? 0 : LAB_RIGHTS;
        }
    }
    return r;
}

/* Spaces 1, 1.1, 2 and 2.1; 0 is the real machine. */
static const struct {
    unsigned level;
    uint8_t syllables[2];
} spaces[SPACES] = {{0, {0}}, {1, {1}}, {2, {1, 1}}, {1, {2}}, {2, {2, 1}}};

static void make_configs(struct hv_config *configs)
{
    static const struct {
        uint32_t entries, ways;
    } geometries[] = {{16, 4}, {64, 64}, {0, 1}, {32, 8}, {20, 20}};
    for (unsigned i = 0; i < CONFIGS; i++) {
        hv_config_default(&configs[i]);
        configs[i].assoc_entries = geometries[i % 5].entries;
        configs[i].assoc_ways = geometries[i % 5].ways;
        configs[i].assoc_replacement = i % 5 == 4 ? HV_REPLACEMENT_FIFO : i / 5 % 4;
        configs[i].assoc_key = i / 20 % 3;
        configs[i].assoc_split = i % 2;
        configs[i].last_pages = 1 + i / 15 % 4;
    }
}

static struct lab_many *fed(const struct hv_config *configs, size_t count, unsigned threads,
                            const struct lab_reference *references)
{
    struct lab_many *many = lab_many_new(configs, count, 12, threads);
    assert_non_null(many);
    for (uint32_t i = 0; i < SPACES; i++)
        assert_true(lab_many_space(many, i, spaces[i].level, spaces[i].syllables));
    for (size_t i = 0; i < REFERENCES; i += REFERENCES / 8)
        assert_true(lab_many_feed(many, references + i, REFERENCES / 8));
    return many;
}

static void each_counts_what_it_counts_alone(void **state)
{
    static struct hv_config configs[CONFIGS];
    static struct lab_many_counts alone[CONFIGS];
    struct lab_reference *references = make_references();
    (void)state;
    make_configs(configs);
    for (unsigned i = 0; i < CONFIGS; i++) {
        struct lab_many *one = fed(&configs[i], 1, 1, references);
        alone[i] = lab_many_counts(one, 0);
        const uint64_t lookups = alone[i].lookups[0] + alone[i].lookups[1],
                       misses = alone[i].misses[0] + alone[i].misses[1];
        assert_true(lookups > 10000 &&
                    (configs[i].assoc_entries ? misses < lookups && misses > 100 : misses == lookups));
        lab_many_free(one);
    }
    assert_true(memcmp(&alone[0], &alone[20], sizeof alone[0]));
    for (unsigned threads = 0; threads <= 4; threads++) {
        struct lab_many *many = fed(configs, CONFIGS, threads, references);
        for (unsigned i = 0; i < CONFIGS; i++) {
            const struct lab_many_counts counts = lab_many_counts(many, i);
            assert_memory_equal(&counts, &alone[i], sizeof counts);
        }
        lab_many_free(many);
    }
    free(references);
}

struct marks {
    uint8_t done[1000];
    size_t bad; /* returns false */
};

static bool mark_done(void *context, size_t i)
{
    struct marks *marks = context;
    marks->done[i]++;
    return i != marks->bad;
}

static void everything_is_done_once(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads < 6; threads++) {
        struct lab_crew *crew = lab_crew_new(threads);
        assert_non_null(crew);
        for (size_t count = 0; count <= 1000; count += 1 + count / 3) {
            struct marks marks = {.bad = count % 2 ? count / 2 : 2000};
            assert_int_equal(lab_crew_do(crew, mark_done, &marks, count), marks.bad == 2000);
            for (size_t i = 0; i < 1000; i++)
                assert_int_equal(marks.done[i], i < count);
        }
        lab_crew_free(crew);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_counts_what_it_counts_alone),
        cmocka_unit_test(everything_is_done_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
