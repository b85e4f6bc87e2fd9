/* Random worlds: the same from the same seed, as text and back, every error of the text told, all of them ending,
 * and meeting what they aim at. */
#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "fuzz/random.h"
#include "fuzz/run.h"
#include "fuzz/step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

static char *text_of(const struct fuzz_world *world, size_t *length)
{
    char *text;
    FILE *stream = open_memstream(&text, length);
    assert_non_null(stream);
    assert_int_equal(fuzz_world_print(world, "a comment\nof two lines", stream), 0);
    fclose(stream);
    return text;
}

/* Notes of words are lost by reading: cut all comments, and the configuration's name with them. */
static char *without_notes(char *text)
{
    char *to = text;
    for (const char *at = text; *at;) {
        if (*at == '#')
            at += strcspn(at, "\n");
        else if (*at == ' ' && (at[strspn(at, " ")] == '#'))
            at += strspn(at, " ");
        else
            *to++ = *at++;
    }
    *to = 0;
    return text;
}

static void make(struct fuzz_world *world, unsigned config_number, uint64_t seed)
{
    struct hv_config config;
    if (config_number < FUZZ_PLAIN_CONFIGS)
        fuzz_config_plain(&config, config_number);
    else
        fuzz_config_random(&config, seed);
    fuzz_generate(world, &config, seed, NULL);
}

static void a_seed_gives_one_world(void **state)
{
    (void)state;
    size_t length[3];
    char *text[3];
    for (unsigned i = 0; i < 3; i++) {
        struct fuzz_world world;
        make(&world, 1, 70 + i / 2);
        text[i] = text_of(&world, &length[i]);
        fuzz_world_end(&world);
    }
    assert_string_equal(text[0], text[1]);
    assert_string_not_equal(text[0], text[2]);
    for (unsigned i = 0; i < 3; i++)
        free(text[i]);
}

static void text_and_back(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 120; seed++) {
        struct fuzz_world world, copy, again;
        struct hv_error error;
        size_t length, other_length;
        make(&world, seed % (FUZZ_PLAIN_CONFIGS + 4), seed);
        world.simulator = seed % 2 ? "icarus" : NULL;
        char *text = text_of(&world, &length);
        if (fuzz_world_parse(&again, text, length, "a.world", &error))
            fail_msg("seed %u: %s", seed, error.text);
        assert_memory_equal(&again.config.depth, &world.config.depth,
                            sizeof world.config - offsetof(struct hv_config, depth));
        uint8_t *a = malloc(world.config.ram_bytes), *b = malloc(world.config.ram_bytes);
        assert_true(a && b);
        fuzz_world_image(&world, a);
        fuzz_world_image(&again, b);
        assert_memory_equal(a, b, world.config.ram_bytes);
        assert_int_equal(again.limit, world.limit);
        assert_int_equal(again.wait_percent, world.wait_percent);
        assert_int_equal(again.wait_seed, world.wait_seed);
        assert_int_equal(again.fenced, world.fenced);
        assert_int_equal(again.simulator != NULL, seed % 2);
        assert_int_equal(again.input_length, world.input_length);
        assert_memory_equal(again.input, world.input, world.input_length);
        assert_int_equal(fuzz_world_instructions(&again), fuzz_world_instructions(&world));
        fuzz_world_copy(&copy, &world);
        char *other = text_of(&copy, &other_length);
        assert_string_equal(text, other);
        free(other);
        other = text_of(&again, &other_length);
        assert_string_equal(without_notes(text), without_notes(other));
        free(a);
        free(b);
        free(text);
        free(other);
        fuzz_world_end(&world);
        fuzz_world_end(&copy);
        fuzz_world_end(&again);
    }
}

/* A world of two levels inside the real machine: names go through the frames. */
static void words_lie_where_frames_say(void **state)
{
    (void)state;
    struct hv_config config;
    struct fuzz_world world;
    uint32_t real;
    fuzz_config_plain(&config, 0);
    fuzz_world_begin(&world, &config);
    const unsigned one = fuzz_world_add(&world, 0, 4), two = fuzz_world_add(&world, one, 2);
    world.vm[one].frame[3] = 9;
    world.vm[two].frame[1] = 3;
    assert_true(fuzz_world_real(&world, two, config.ram_base + 0x1234, &real));
    assert_int_equal(real, config.ram_base + 0x9234);
    assert_false(fuzz_world_real(&world, two, config.ram_base + 0x234, &real));  /* a hole */
    assert_false(fuzz_world_real(&world, two, config.ram_base + 0x2000, &real)); /* no page */
    assert_false(fuzz_world_real(&world, two, config.ram_base - 4, &real));
    fuzz_world_put(&world, two, config.ram_base + 0x1234, 0x11223344, FUZZ_DATA, NULL);
    fuzz_world_put(&world, two, config.ram_base + 0x1234, 0x55667788, FUZZ_CODE, NULL);
    uint8_t *ram = malloc(config.ram_bytes);
    assert_non_null(ram);
    fuzz_world_image(&world, ram);
    assert_memory_equal(ram + 0x9234, ((uint8_t[]){0x88, 0x77, 0x66, 0x55}), 4);
    assert_int_equal(world.vm[two].count, 1);
    assert_int_equal(fuzz_world_instructions(&world), 1);
    assert_int_equal(fuzz_world_levels(&world), 3);
    fuzz_world_remove_vm(&world, one);
    assert_int_equal(world.vms, 1);
    free(ram);
    fuzz_world_end(&world);
}

/* A VM that goes takes what is inside it, and no other, however numbers move. */
static void a_removed_vm_takes_its_own(void **state)
{
    (void)state;
    static const unsigned parents[] = {0, 0, 1, 3, 4, 2}, left[] = {0, 0, 1, 2, 3};
    struct hv_config config;
    struct fuzz_world world;
    fuzz_config_plain(&config, 1);
    fuzz_world_begin(&world, &config);
    for (unsigned i = 0; i < 6; i++)
        fuzz_world_add(&world, parents[i], 1);
    fuzz_world_remove_vm(&world, 2);
    assert_int_equal(world.vms, 5);
    for (unsigned i = 1; i < 5; i++)
        assert_int_equal(world.vm[i].parent, left[i]);
    fuzz_world_end(&world);
}

/* The longest input is longer than other lines may be. */
static void much_input(void **state)
{
    (void)state;
    struct hv_config config;
    struct fuzz_world world, again;
    struct hv_error error;
    size_t length;
    fuzz_config_plain(&config, 0);
    fuzz_world_begin(&world, &config);
    world.input_length = FUZZ_MAX_INPUT;
    memset(world.input, 200, FUZZ_MAX_INPUT);
    char *text = text_of(&world, &length);
    assert_int_equal(fuzz_world_parse(&again, text, length, "a.world", &error), 0);
    assert_int_equal(again.input_length, FUZZ_MAX_INPUT);
    assert_memory_equal(again.input, world.input, FUZZ_MAX_INPUT);
    free(text);
    fuzz_world_end(&world);
    fuzz_world_end(&again);
}

/* ---- Errors ---- */

#define CONFIG "config\n[machine]\ndepth = 2\nram_bytes = 0x4000\nend\n"

static void every_error_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "expected 'nestor world 1'"},
        {"nestor world 2\n", "bad.world:1: found 'nestor world 2', expected 'nestor world 1'"},
        {"nestor world 1\n", "expected 'config'"},
        {"nestor world 1\nseed 1\n", "bad.world:2: found 'seed 1', expected 'config'"},
        {"nestor world 1\nconfig\n[machine]\n", "expected 'end'"},
        {"nestor world 1\nconfig\n[machine]\ndepth = 99\nend\n", "bad.world:4: "},
        {"nestor world 1\nconfig\n[machine]\nram_bytes = 0x2000000\nend\n",
         "ram_bytes: found 33554432, expected at most"},
        {"nestor world 1\n" CONFIG "fast\n", "bad.world:7: found 'fast', expected seed, limit"},
        {"nestor world 1\n" CONFIG "limit 9999999\n", "found 'limit 9999999'"},
        {"nestor world 1\n" CONFIG "wait 95 1\n", "found 'wait 95 1'"},
        {"nestor world 1\n" CONFIG "sim quick\n", "sim: found 'quick', expected verilator"},
        {"nestor world 1\n" CONFIG "input 1 256\n", "found 'input 1 256', expected input and at most"},
        {"nestor world 1\n" CONFIG "vm 1\n", "bad.world:7: vm: found 1, expected 0"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 2\n", "vm: found 2, expected 1"},
        {"nestor world 1\n" CONFIG "vm 0\nparent 0\n", "parent: found 0"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nparent 1\n", "parent: found 1"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nparent 0\nframes 1 4\n",
         "frames: found '4', expected page numbers below 4"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nframes 1\nframes 2\n", "frames: found again"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nframes 1\nword 0x80000000 1\nframes 2\n", "frames: found again"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nframes 1\nparent 0\n", "parent: found after them"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nparent 0\nparent 0\n", "parent: found again"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nvm 2\nparent 1\nframes 0\n", "frames: found '0'"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nframes1\n", "found 'frames1'"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nframes --\n", "frames: found '--'"},
        {"nestor world 1\n" CONFIG "vm 0\nword 0x80000002 1\n", "found name 0x80000002, expected a multiple of 4"},
        {"nestor world 1\n" CONFIG "vm 0\nword 0x80004000 1\n", "expected one in a page of this VM"},
        {"nestor world 1\n" CONFIG "vm 0\nvm 1\nparent 0\nframes 1 -\ncode 0x80001000 1\n", "in a page of this VM"},
        {"nestor world 1\n" CONFIG "vm 0\nword 0x80000000\n", "found 'word 0x80000000', expected vm, parent"},
        {"nestor world 1\n" CONFIG "vm 0\nword 0x80000000 1 2\n", "expected vm, parent"},
        {"nestor world 1\n" CONFIG "vm 0\nword 0x800000000 1\n", "expected vm, parent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fuzz_world world;
        struct hv_error error = {""};
        assert_int_equal(fuzz_world_parse(&world, cases[i].text, strlen(cases[i].text), "bad.world", &error), -1);
        if (!strstr(error.text, cases[i].error))
            fail_msg("case %zu: found '%s', expected '%s'", i, error.text, cases[i].error);
    }
    struct fuzz_world world;
    struct hv_error error;
    static const char good[] = "nestor world 1\n# why\n" CONFIG "vm 0 # real\nword 0x80000000 1\nvm 1\nframes 3 -\n";
    assert_int_equal(fuzz_world_parse(&world, good, strlen(good), "good.world", &error), 0);
    assert_int_equal(world.vms, 2);
    assert_int_equal(world.vm[1].pages, 2);
    fuzz_world_end(&world);
}

static void what_cannot_be_fuzzed(void **state)
{
    (void)state;
    struct hv_config config;
    struct hv_error error;
    fuzz_config_plain(&config, 0);
    assert_int_equal(fuzz_check_config(&config, &error), 0);
    config.ram_bytes = 0x2000;
    assert_int_equal(fuzz_check_config(&config, &error), -1);
    assert_non_null(strstr(error.text, "ram_bytes: found 8192, expected 12288"));
    config.ram_bytes = 0x3000;
    assert_int_equal(fuzz_check_config(&config, &error), 0);
    for (unsigned seed = 0; seed < 20; seed++) { /* and in the least there is a world */
        struct fuzz_world world;
        fuzz_generate(&world, &config, seed, NULL);
        fuzz_world_end(&world);
    }
    config.ram_bytes = 0x200000;
    config.reset_vector = config.ram_base + 0x100000;
    assert_int_equal(fuzz_check_config(&config, &error), -1);
    assert_non_null(strstr(error.text, "reset_vector: found ram_base + 0x100000"));
    config.reset_vector -= 4;
    assert_int_equal(fuzz_check_config(&config, &error), 0);
    config.hv_root = config.ram_base + 0x100000;
    assert_int_equal(fuzz_check_config(&config, &error), -1);
    assert_non_null(strstr(error.text, "hv_root: found"));
}

/* ---- On the model ---- */

/* Run on the model alone, counting; the records made. */
static uint64_t run_model(const struct fuzz_world *world, uint64_t *counts)
{
    struct hv_error error;
    struct fuzz_rehearsal rehearsal;
    const struct fuzz_counting counting = {counts, FUZZ_VERILATOR};
    assert_int_equal(fuzz_rehearse(world, &counting, &rehearsal, &error), 0);
    return rehearsal.records;
}

static void worlds_do_much_and_nothing_unreachable(void **state)
{
    (void)state;
    uint64_t *counts = calloc(fuzz_coverage_points(), sizeof *counts), records = 0;
    assert_non_null(counts);
    for (unsigned i = 0; i < 600; i++) {
        struct fuzz_world world;
        make(&world, i % (FUZZ_PLAIN_CONFIGS + 6), 1000 + i);
        records += run_model(&world, counts);
        fuzz_world_end(&world);
    }
    const struct fuzz_summary all = fuzz_coverage_summary(counts, FUZZ_TABLE_COUNT);
    free(counts);
    assert_int_equal(all.surprises, 0);
    assert_in_range(all.covered, 600, all.reachable);
    assert_in_range(records, 600 * 200, 600 * 1000);
}

/* Does the model come to a stored word without FENCE.I? *records it makes before. */
static bool comes_to_stored(const struct fuzz_world *world, uint64_t *records)
{
    struct hv_error error;
    struct fuzz_rehearsal rehearsal;
    assert_int_equal(fuzz_rehearse(world, NULL, &rehearsal, &error), 0);
    *records = rehearsal.records;
    return rehearsal.records < world->limit;
}

/* A fenced world is the same without an associator, to its end. */
static void fences_hide_the_associator(void **state)
{
    (void)state;
    unsigned fenced = 0;
    for (unsigned i = 0; i < 400; i++) {
        struct fuzz_world world;
        struct fuzz_result result;
        struct hv_error error;
        make(&world, i % FUZZ_PLAIN_CONFIGS, 5000 + i);
        if (world.fenced) {
            fenced++;
            assert_int_equal(fuzz_run_without_associator(&world, NULL, &result, &error), 0);
            if (result.report)
                fail_msg("seed %u: %s", 5000 + i, result.report);
            if (result.verdict != FUZZ_AGREES) {
                uint64_t counted = 0;
                assert_int_equal(result.verdict, FUZZ_UNDEFINED);
                assert_true(comes_to_stored(&world, &counted));
                assert_int_equal(result.commits, counted);
            }
            fuzz_result_free(&result);
        }
        fuzz_world_end(&world);
    }
    assert_in_range(fenced, 80, 250);
}

/* ... and any other is, up to the first change without a fence: some have one, and in none is an associator noticed
 * before. */
static void without_a_fence_the_comparison_ends(void **state)
{
    (void)state;
    unsigned ended = 0;
    for (unsigned i = 0; i < 1500; i++) {
        struct fuzz_world world;
        struct fuzz_result result;
        struct hv_error error;
        make(&world, i % FUZZ_PLAIN_CONFIGS, 9000 + i);
        if (!world.fenced && fuzz_has_associator(&world.config)) {
            assert_int_equal(fuzz_run_without_associator(&world, NULL, &result, &error), 0);
            if (result.report)
                fail_msg("seed %u: %s", 9000 + i, result.report);
            ended += result.verdict == FUZZ_UNDEFINED;
            fuzz_result_free(&result);
        }
        fuzz_world_end(&world);
    }
    if (ended <= 20)
        fail_msg("only %u ended", ended);
}

/* Of the points that a configuration can meet, worlds that aim at them meet most within a few tries. */
static void goals_are_met(void **state)
{
    (void)state;
    enum { TRIES = 12 };
    struct hv_config config;
    uint64_t *counts = calloc(fuzz_coverage_points(), sizeof *counts);
    assert_non_null(counts);
    fuzz_config_plain(&config, 1);
    unsigned goals = 0, met = 0;
    for (size_t i = 0; i < fuzz_coverage_points(); i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        const bool here = point.table == FUZZ_TABLE_PROBE || point.table == FUZZ_TABLE_SKIP ||
                          point.table == FUZZ_TABLE_CHAIN ||
                          (point.table == FUZZ_TABLE_VM_FAULT && point.simulator == FUZZ_VERILATOR);
        if (!here || point.unreachable || !fuzz_coverage_fits(&point, &config))
            continue;
        goals++;
        for (uint64_t seed = 0; seed < TRIES && !counts[i]; seed++) {
            struct fuzz_world world;
            fuzz_generate(&world, &config, 100 * i + seed, &point);
            run_model(&world, counts);
            fuzz_world_end(&world);
        }
        met += counts[i] != 0;
        if (!counts[i]) {
            fputs("not met:", stderr);
            for (unsigned d = 0; d < point.dimensions; d++)
                fprintf(stderr, " %s", point.dimension[d].value);
            fputc('\n', stderr);
        }
    }
    free(counts);
    assert_in_range(goals, 500, 700);
    if (met * 100 < goals * 97)
        fail_msg("%u of %u goals were met, expected 97 %%", met, goals);
}

/* What came of the accesses of device windows at a level. */
struct met {
    struct hv_machine *machine;
    unsigned done[HV_MAX_DEPTH + 1][2], refused[HV_MAX_DEPTH + 1][2]; /* loads, stores */
};

static bool count_access(void *context, struct hv_window_access *access)
{
    struct met *met = context;
    const bool done = fuzz_window(NULL, access);
    (done ? met->done : met->refused)[hv_machine_level(met->machine)][access->write]++;
    return done;
}

static void device_windows_are_met(void **state)
{
    (void)state;
    enum { WITH_WINDOWS = 12, SEEDS = 800 }; /* plain-none-1: one level; plain-none: eight */
    struct met met = {0};
    struct hv_config config;
    assert_true(fuzz_config_plain(&config, 2) && config.windows);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct fuzz_world world;
        struct hv_error error;
        fuzz_config_plain(&config, seed % 4 ? 2 : WITH_WINDOWS);
        fuzz_generate(&world, &config, seed, NULL);
        met.machine = fuzz_machine_new(&world, &config, &error);
        assert_non_null(met.machine);
        hv_machine_windows(met.machine, count_access, &met);
        hv_machine_run(met.machine, world.limit);
        hv_machine_free(met.machine);
        fuzz_world_end(&world);
    }
    unsigned deep = 0;
    for (unsigned level = 2; level <= HV_MAX_DEPTH; level++)
        deep += met.done[level][0] + met.done[level][1];
    for (unsigned level = 0; level < 2; level++)
        for (unsigned write = 0; write < 2; write++)
            if (!met.done[level][write] || !met.refused[level][write])
                fail_msg("level %u: %u %s done, %u refused, expected some of both", level, met.done[level][write],
                         write ? "stores" : "loads", met.refused[level][write]);
    assert_true(deep > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_one_world),
        cmocka_unit_test(text_and_back),
        cmocka_unit_test(words_lie_where_frames_say),
        cmocka_unit_test(a_removed_vm_takes_its_own),
        cmocka_unit_test(much_input),
        cmocka_unit_test(every_error_is_told),
        cmocka_unit_test(what_cannot_be_fuzzed),
        cmocka_unit_test(worlds_do_much_and_nothing_unreachable),
        cmocka_unit_test(fences_hide_the_associator),
        cmocka_unit_test(without_a_fence_the_comparison_ends),
        cmocka_unit_test(goals_are_met),
        cmocka_unit_test(device_windows_are_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
