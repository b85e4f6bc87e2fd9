/* Every combination within the hardware limits of docs/spec.md, 3, generates, compiles and runs: a repeatable
 * random sample of configurations, each in lockstep under Icarus with a program in nested VMs.
 * NESTOR_MATRIX=N runs N of them (default 16), NESTOR_MATRIX_SEED chooses others. */
#include "sim/simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

static uint64_t state = 1;

static uint32_t random_below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 32) % n);
}

static uint32_t one_of(const uint32_t *values, uint32_t count)
{
    return values[random_below(count)];
}
#define ONE_OF(...) one_of((const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void random_associator(struct hv_config *config)
{
    config->assoc_replacement = random_below(4);
    config->assoc_key = random_below(3);
    config->assoc_split = random_below(2);
    config->assoc_ways =
        config->assoc_replacement == HV_REPLACEMENT_PLRU ? ONE_OF(1, 2, 4, 8, 16) : ONE_OF(1, 2, 3, 4, 5, 7, 8, 12, 16);
    config->assoc_entries = config->assoc_ways * ONE_OF(0, 1, 1, 2, 4, 8);
    if (random_below(6) == 0)
        config->assoc_entries = config->assoc_ways = ONE_OF(32, 64);
    config->prefix_entries = ONE_OF(0, 1, 2, 4, 5, 16);
    config->last_pages = ONE_OF(1, 2, 2, 3, 4);
    config->counter_bits = ONE_OF(0, 32, 40, 64);
}

static void random_config(struct hv_config *config, unsigned number)
{
    struct hv_error error;
    do {
        hv_config_default(config);
        snprintf(config->name, sizeof config->name, "matrix%u", number);
        config->depth = ONE_OF(0, 1, 1, 2, 3, 4, 8);
        config->syllable_bits = ONE_OF(1, 2, 3, 4, 5, 8);
        config->isa = random_below(2);
        config->phi = ONE_OF(HV_PHI_IDENTITY, HV_PHI_RB);
        config->timebase = ONE_OF(HV_TIMEBASE_COMMIT, HV_TIMEBASE_COMMIT, HV_TIMEBASE_CLOCK);
        config->multiplier = random_below(2);
        config->f_maps = ONE_OF(HV_F_RB, HV_F_LINEAR, HV_F_RB | HV_F_LINEAR);
        config->ram_base = 0x80000000;
        config->hv_root = config->ram_base + 0x40;
        config->reset_vector = config->ram_base;
        config->ram_bytes = 0x40000;
        random_associator(config);
    } while (hv_config_validate(config, HV_FOR_HARDWARE, &error));
}

static void explain_failure(const struct hv_config *config, const char *what)
{
    char text[4096];
    hv_config_print(config, text, sizeof text);
    fail_msg("%s\n%s", what, text);
}

static void run(const struct hv_config *config)
{
    struct hv_error error;
    struct hv_world world;
    struct hv_lockstep_result result;
    const struct hv_simulator_options simulator_options = {.kind = HV_SIM_ICARUS};
    const struct hv_world_options options = {.depth = config->depth < 2 ? config->depth : 2,
                                             .on_demand = random_below(2),
                                             .emulate_devices = random_below(2),
                                             .relocation = config->f_maps != HV_F_LINEAR && random_below(2)};
    const char *program = "build/software/hello.elf";
    struct hv_simulator *simulator = hv_simulator_open(config, &simulator_options, &error);
    if (!simulator)
        explain_failure(config, error.text);
    if (hv_world_build(&world, config, program, &options, &error))
        explain_failure(config, error.text);
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    const struct hv_lockstep_options lockstep = {.wait_percent = random_below(2) * 30, .seed = 1};
    int status = hv_lockstep_run(simulator, &image, &lockstep, &result, &error);
    hv_simulator_close(simulator);
    hv_world_free(&world);
    if (status)
        explain_failure(config, error.text);
    if (result.end != HV_LOCKSTEP_FINISHED || result.exit_code)
        explain_failure(config, result.report ? result.report : "the program failed");
    hv_lockstep_result_free(&result);
}

static void test_matrix(void **unused)
{
    (void)unused;
    const char *count = getenv("NESTOR_MATRIX"), *seed = getenv("NESTOR_MATRIX_SEED");
    state = seed ? strtoull(seed, NULL, 0) * 2 + 1 : 12345;
    for (unsigned i = 0; i < (count ? strtoul(count, NULL, 0) : 16); i++) {
        struct hv_config config;
        random_config(&config, i);
        run(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
