/* What translation costs, as the result object tells it (sim/translation.h), against what it costs on the Verilog: the
 * same instructions of the same program, at depth 0, where nothing is translated, and deeper. */
#include "sim/simulator.h"
#include "sim/translation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

/* A retired instruction of the program, and the cycles since the record before. */
struct retired {
    uint32_t pc;
    uint8_t lookups;
    bool after_other; /* the record before was not the program's: that one may have let fetch get ahead */
    uint64_t cycles;
};

struct stream {
    unsigned depth;
    struct retired *retired;
    size_t count, capacity;
    uint64_t last_cycle;
    bool after_other;
    struct hv_counters counters;
    struct hv_lockstep_cycles spent, region_spent;
    uint64_t cycles;
};

static bool record(void *context, const struct hv_lockstep_record *record)
{
    struct stream *stream = context;
    const struct hv_commit *commit = record->commit;
    const uint64_t cycles = record->cycle - stream->last_cycle;
    stream->last_cycle = record->cycle;
    if (commit->level != stream->depth || commit->trap || commit->event != HV_EVENT_NONE) {
        stream->after_other = true;
        return true;
    }
    if (stream->count == stream->capacity) {
        stream->capacity = stream->capacity ? 2 * stream->capacity : 1 << 16;
        stream->retired = realloc(stream->retired, stream->capacity * sizeof *stream->retired);
        assert_non_null(stream->retired);
    }
    stream->retired[stream->count++] = (struct retired){.pc = (uint32_t)commit->pc_rdata,
                                                        .lookups = (uint8_t)commit->lookups,
                                                        .after_other = stream->after_other,
                                                        .cycles = cycles};
    stream->after_other = false;
    return true;
}

static struct hv_config config;
static struct hv_simulator *simulator;

static void run(struct stream *stream, const char *program, unsigned depth)
{
    struct hv_error error;
    struct hv_world world;
    struct hv_lockstep_result result;
    *stream = (struct stream){.depth = depth};
    if (hv_world_build(&world, &config, program, &(struct hv_world_options){.depth = depth}, &error))
        fail_msg("%s", error.text);
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    const struct hv_lockstep_options options = {.watch = {.context = stream, .record = record}};
    if (hv_lockstep_run(simulator, &image, &options, &result, &error))
        fail_msg("%s", error.text);
    assert_int_equal(result.end, HV_LOCKSTEP_FINISHED);
    assert_int_equal(result.exit_code, 0);
    uint64_t sum = 0, region_sum = 0;
    for (unsigned i = 0; i < HV_STACK_CAUSES; i++) {
        sum += result.spent.stack[i];
        region_sum += result.region_spent.stack[i];
    }
    assert_int_equal(sum, result.spent.all);
    assert_int_equal(region_sum, result.region_spent.all);
    stream->counters = result.counters;
    stream->spent = result.spent;
    stream->region_spent = result.region_spent;
    stream->cycles = result.cycles;
    hv_lockstep_result_free(&result);
    hv_world_free(&world);
}

/* Compare the program's instructions at the two depths; what it took longer in all. */
static int64_t lost(const struct stream *bare, const struct stream *deep)
{
    int64_t sum = 0;
    assert_int_equal(bare->count, deep->count);
    for (size_t i = 0; i < bare->count; i++) {
        const struct retired *a = &bare->retired[i], *b = &deep->retired[i];
        assert_int_equal(a->pc, b->pc);
        assert_int_equal(a->lookups, 0);
        if (a->after_other || b->after_other)
            continue;
        sum += (int64_t)(b->cycles - a->cycles);
    }
    return sum;
}

/* The waits that are told are a bound of what is lost and, for a program in which fetch cannot get ahead meanwhile,
 * nearly all of it: `percent` of them at least. */
static void waits_are_lost(const char *program, unsigned depth, int percent)
{
    struct stream bare, deep;
    run(&bare, program, 0);
    run(&deep, program, depth);
    const struct hv_translation none = hv_translation(&config, &bare.counters);
    const struct hv_translation translation = hv_translation(&config, &deep.counters);
    const int64_t waits = (int64_t)hv_translation_waits(&translation), found = lost(&bare, &deep);
    assert_int_equal(hv_translation_waits(&none), 0);
    if (found > waits || 100 * found < percent * waits)
        fail_msg("%s at depth %u: lost %" PRId64 " cycles, expected %d to 100 %% of %" PRId64, program, depth, found,
                 percent, waits);
    assert_int_equal(deep.spent.all, deep.cycles);
    assert_true(deep.region_spent.all <= deep.spent.all);
    assert_int_equal(bare.spent.lvmid + bare.spent.vm_faults, 0);
    assert_in_range(deep.spent.lvmid, 30 * deep.counters.lvmid, 100 * deep.counters.appended);
    assert_in_range(deep.spent.vm_faults, 30 * depth, 100 * depth);
    free(bare.retired);
    free(deep.retired);
}

static void test_data(void **state)
{
    (void)state;
    waits_are_lost("build/software/hash.elf", 1, 97);
    waits_are_lost("build/software/hash.elf", 3, 95);
}

/* A part of the waits of these loads is made good by fetch, which gets ahead. */
static void test_walks(void **state)
{
    (void)state;
    waits_are_lost("build/software/pagewalk.elf", 2, 50);
    waits_are_lost("build/software/tree_list.elf", 2, 80);
}

static int begin(void **state)
{
    (void)state;
    struct hv_error error;
    const struct hv_simulator_options options = {.kind = HV_SIM_VERILATOR};
    if (hv_config_read(&config, "default", &error))
        fail_msg("%s", error.text);
    simulator = hv_simulator_open(&config, &options, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hv_simulator_close(simulator);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_data), cmocka_unit_test(test_walks)};
    return cmocka_run_group_tests(tests, begin, end);
}
