/* The RTL's side of saves: in random worlds its state is taken, is the model's, value by value, and it goes on; and
 * from what was taken model and RTL go on anew, in lockstep, to the same counters. With NESTOR_SAVE=N in N
 * configurations more, chosen at random; make test has the few below. */
#include "fuzz/config.h"
#include "fuzz/contract.h"
#include "fuzz/generate.h"
#include "fuzz/random.h"
#include "fuzz/step.h"
#include "model/state.h"
#include "sim/simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

enum { WORLDS = 40, EVERY = 60, WFI_CYCLES = 40000 };

/* One world's runs: what was saved last, and where the contract ends. */
struct run {
    const struct fuzz_world *world;
    struct fuzz_stored stored;
    struct fuzz_random random;
    struct hv_state *saved;
    uint8_t *ram, *saved_ram;
    uint64_t received; /* input received by then */
    bool undefined;
};

static uint64_t saves, resumed, by_level[HV_MAX_DEPTH + 1];

static void before(void *context, const struct hv_machine *machine)
{
    struct run *run = context;
    run->undefined |= fuzz_stored_next(&run->stored, machine);
}

static bool on_record(void *context, const struct hv_lockstep_record *record)
{
    struct run *run = context;
    fuzz_stored_note(&run->stored, record->commit, record->writes, record->write_count);
    return !run->undefined;
}

static bool wanted(void *context)
{
    struct run *run = context;
    return fuzz_chance(&run->random, 50);
}

static unsigned level_of(const struct hv_config *config, const struct hv_state *state)
{
    unsigned level = 0;
    while (config->depth && level < config->depth && state->value[HV_STATE_vmid][0] >> level * config->syllable_bits)
        level++;
    return level;
}

static int keep(void *context, const struct hv_state *state, const uint8_t *ram, uint64_t received,
                struct hv_error *error)
{
    struct run *run = context;
    const struct hv_config *config = &run->world->config;
    (void)error;
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        memcpy(run->saved->value[e], state->value[e], state->rows[e] * sizeof *state->value[e]);
    memcpy(run->saved_ram, ram, config->ram_bytes);
    run->received = received;
    saves++;
    by_level[level_of(config, state)]++;
    return 0;
}

/* In lockstep from reset, or from the state that was saved, to the end. */
static void lockstep(struct hv_simulator *simulator, struct run *run, bool resumes, struct hv_lockstep_result *result)
{
    const struct fuzz_world *world = run->world;
    const struct hv_config *config = &world->config;
    struct hv_error error;
    const struct hv_segment segment = {config->ram_base, resumes ? run->saved_ram : run->ram, config->ram_bytes};
    const uint64_t received = resumes ? run->received : 0;
    const struct hv_image image = {.segments = &segment,
                                   .count = 1,
                                   .input = world->input + received,
                                   .input_length = world->input_length - received,
                                   .state = resumes ? run->saved : NULL};
    const struct hv_lockstep_options options = {
        .max_commits = world->limit,
        .wfi_cycles = WFI_CYCLES,
        .wait_percent = world->wait_percent,
        .seed = world->wait_seed,
        .windows = {fuzz_window, NULL},
        .watch = {.context = run, .before = before, .record = on_record},
        .save = {.context = run, .wanted = wanted, .write = resumes ? NULL : keep, .at = EVERY}};
    run->undefined = false;
    assert_int_equal(fuzz_stored_begin(&run->stored, config, &error), 0);
    if (hv_lockstep_run(simulator, &image, &options, result, &error))
        fail_msg("seed %" PRIu64 ": %s", world->seed, error.text);
    fuzz_stored_end(&run->stored);
    if (result->end == HV_LOCKSTEP_MISMATCH && !run->undefined) {
        char text[4096];
        hv_config_print(config, text, sizeof text);
        fail_msg("%s%s, seed %" PRIu64 "%s\n%s", text, config->name, world->seed, resumes ? ", resumed" : "",
                 result->report);
    }
}

static void one_world(struct hv_simulator *simulator, const struct hv_config *config, uint64_t seed)
{
    static struct fuzz_world world;
    struct hv_lockstep_result whole, rest;
    fuzz_generate(&world, config, seed, NULL);
    struct run run = {.world = &world,
                      .random = {.state = seed},
                      .saved = hv_state_new(config),
                      .ram = malloc(config->ram_bytes),
                      .saved_ram = malloc(config->ram_bytes)};
    const uint64_t before_it = saves;
    fuzz_world_image(&world, run.ram);
    lockstep(simulator, &run, false, &whole);
    if (!run.undefined && saves > before_it) {
        lockstep(simulator, &run, true, &rest);
        assert_int_equal(rest.end, whole.end);
        assert_int_equal(rest.exit_code, whole.exit_code);
        if (config->timebase == HV_TIMEBASE_COMMIT)
            assert_memory_equal(&rest.counters, &whole.counters, sizeof rest.counters);
        resumed++;
        hv_lockstep_result_free(&rest);
    }
    hv_lockstep_result_free(&whole);
    hv_state_free(run.saved);
    free(run.ram);
    free(run.saved_ram);
    fuzz_world_end(&world);
}

static void one_config(const struct hv_config *config)
{
    struct hv_error error;
    const struct hv_simulator_options options = {.kind = HV_SIM_VERILATOR, .state = true};
    if (fuzz_check_config(config, &error))
        return;
    struct hv_simulator *simulator = hv_simulator_open(config, &options, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    for (uint64_t seed = 1; seed <= WORLDS; seed++)
        one_world(simulator, config, seed);
    hv_simulator_close(simulator);
}

static void change(const char *const *changes, size_t count)
{
    struct hv_config config;
    struct hv_error error;
    if (hv_config_read_changed(&config, "default", changes, count, &error))
        fail_msg("%s", error.text);
    one_config(&config);
}
#define CHANGE(...)                                                                                                    \
    change((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void of_the_usual_machine(void **state)
{
    (void)state;
    CHANGE("machine.ram_bytes=0x20000", "device.x.base=0x20000000", "device.x.bytes=0x1000",
           "associator.prefix_entries=4");
}

static void of_a_small_one(void **state)
{
    (void)state;
    CHANGE("machine.ram_bytes=0x20000", "machine.phi=identity", "machine.isa=rv32im", "associator.entries=8",
           "associator.ways=8", "associator.replacement=plru", "associator.key=level", "associator.split=split",
           "associator.last_pages=1", "associator.counter_bits=32");
}

/* Counters that count nothing are not there. */
static void of_one_without_associator(void **state)
{
    (void)state;
    CHANGE("machine.ram_bytes=0x20000", "machine.f_maps=rb", "associator.entries=0", "associator.ways=1");
}

static void of_a_deep_one(void **state)
{
    (void)state;
    CHANGE("machine.ram_bytes=0x20000", "machine.depth=8", "machine.syllable_bits=8", "associator.entries=12",
           "associator.ways=3", "associator.replacement=fifo", "associator.prefix_entries=5",
           "associator.counter_bits=0", "associator.last_pages=2");
}

static void of_others(void **state)
{
    (void)state;
    const char *text = getenv("NESTOR_SAVE");
    const unsigned count = text ? (unsigned)atoi(text) : 0;
    for (unsigned i = 0; i < count; i++) {
        struct hv_config config;
        if (i < FUZZ_PLAIN_CONFIGS)
            fuzz_config_plain(&config, i);
        else
            fuzz_config_random(&config, i);
        one_config(&config);
    }
}

static int count_save(void *context, const struct hv_state *state, const uint8_t *ram, uint64_t received,
                      struct hv_error *error)
{
    (void)state, (void)ram, (void)received, (void)error;
    ++*(unsigned *)context;
    return 0;
}

/* Behind each record of a loop whose branch waits in fetch, since what is before it waits for a load, while the bus
 * takes nothing: it has its target asked for as soon as it does. */
static void of_a_branch_that_waits(void **state)
{
    (void)state;
    static uint32_t code[] = {
        0x00000517, /*    auipc a0, 0 */
        0x00c00313, /*    li t1, 12 */
        0xfff30313, /* 1: addi t1, t1, -1 */
        0x00052283, /*    lw t0, 0(a0) */
        0x00128393, /*    addi t2, t0, 1 */
        0xfe031ae3, /*    bnez t1, 1b */
        0x10500073, /*    wfi: the end */
    };
    enum { RECORDS = 2 + 12 * 4 };
    struct hv_config config;
    struct hv_error error;
    const struct hv_simulator_options simulator_options = {.kind = HV_SIM_VERILATOR, .state = true};
    assert_int_equal(hv_config_read(&config, "default", &error), 0);
    struct hv_simulator *simulator = hv_simulator_open(&config, &simulator_options, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    const struct hv_segment segment = {config.ram_base, (uint8_t *)code, sizeof code};
    const struct hv_image image = {.segments = &segment, .count = 1};
    for (unsigned at = 1; at <= RECORDS; at++) {
        unsigned taken = 0;
        struct hv_lockstep_result result;
        const struct hv_lockstep_options options = {.max_commits = 1000,
                                                    .wait_percent = 50,
                                                    .seed = at,
                                                    .save = {.context = &taken, .write = count_save, .at = at}};
        if (hv_lockstep_run(simulator, &image, &options, &result, &error))
            fail_msg("after record %u: %s", at, error.text);
        if (result.end != HV_LOCKSTEP_HALTED)
            fail_msg("after record %u: end %u\n%s", at, (unsigned)result.end, result.report ? result.report : "");
        assert_int_equal(result.commits, RECORDS + 1);
        assert_int_equal(taken, 1);
        hv_lockstep_result_free(&result);
    }
    hv_simulator_close(simulator);
}

static void enough(void **state)
{
    (void)state;
    printf("# %" PRIu64 " saves, %" PRIu64 " runs resumed\n", saves, resumed);
    assert_true(saves > 200 && resumed > WORLDS);
    for (unsigned level = 0; level <= 4; level++)
        assert_true(by_level[level] > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_usual_machine),
        cmocka_unit_test(of_a_small_one),
        cmocka_unit_test(of_one_without_associator),
        cmocka_unit_test(of_a_deep_one),
        cmocka_unit_test(of_others),
        cmocka_unit_test(of_a_branch_that_waits),
        cmocka_unit_test(enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
