/* The programs in lockstep: every workload at depth 0 to 4 under Verilator, with the world's options in turn,
 * two short ones at depth 2 under Icarus, and a round of each benchmark at depth 4. The environment's NESTOR_WORKLOADS
 * and NESTOR_BENCHMARKS list them (the Makefile sets both). */
#include "sim/simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>

enum { MAX_CASES = 256 };

struct workload_case {
    char name[64], program[96];
    enum hv_simulator_kind kind;
    struct hv_world_options options;
    unsigned exit_code;
};

static struct workload_case cases[MAX_CASES];
static struct CMUnitTest tests[MAX_CASES];
static size_t count;
static struct hv_simulator *simulators[2]; /* by kind, of the preset `default`, opened when first needed */
static struct hv_config config;

static void test_workload(void **state)
{
    const struct workload_case *c = *state;
    struct hv_error error;
    struct hv_world world;
    struct hv_lockstep_result result;
    const struct hv_simulator_options simulator_options = {.kind = c->kind};
    struct hv_simulator **simulator = &simulators[c->kind];
    if (!*simulator)
        *simulator = hv_simulator_open(&config, &simulator_options, &error);
    if (!*simulator || hv_world_build(&world, &config, c->program, &c->options, &error))
        fail_msg("%s", error.text);
    static const char typed[] =
        "echo of more bytes than the queue has places, all of which wait when the program begins\n\004"; /* for tty */
    const struct hv_image image = {.segments = world.segments,
                                   .count = world.count,
                                   .input = (const uint8_t *)typed,
                                   .input_length = sizeof typed - 1};
    const struct hv_lockstep_options lockstep = {.max_commits = 10000000};
    int status = hv_lockstep_run(*simulator, &image, &lockstep, &result, &error);
    hv_world_free(&world);
    if (status)
        fail_msg("%s", error.text);
    if (result.end != HV_LOCKSTEP_FINISHED || result.exit_code != c->exit_code)
        fail_msg("exit code %u, expected %u\n%s", result.exit_code, c->exit_code, result.report ? result.report : "");
    hv_lockstep_result_free(&result);
}

static void add(const char *program, enum hv_simulator_kind kind, struct hv_world_options options, unsigned exit_code)
{
    if (count == MAX_CASES)
        return;
    struct workload_case *c = &cases[count];
    *c = (struct workload_case){.kind = kind, .options = options, .exit_code = exit_code};
    snprintf(c->name, sizeof c->name, "%s depth %u%s%s%s%s", program, options.depth,
             kind == HV_SIM_ICARUS ? " icarus" : "", options.on_demand ? " on-demand" : "",
             options.emulate_devices ? " emulated" : "", options.guests > 1 ? " guests" : "");
    snprintf(c->program, sizeof c->program, "build/software/%s.elf", program);
    tests[count] = (struct CMUnitTest){.name = c->name, .test_func = test_workload, .initial_state = c};
    count++;
}

static void add_workload(const char *program)
{
    for (unsigned depth = 0; depth <= 4; depth++) {
        /* Options in turn, so that each meets every depth over the workloads. */
        unsigned turn = (unsigned)count;
        add(program, HV_SIM_VERILATOR,
            (struct hv_world_options){
                .depth = depth, .on_demand = turn & 1, .emulate_devices = turn >> 1 & 1, .relocation = turn >> 2 & 1},
            0);
    }
}

/* One round of each benchmark of `make qor`, as deep as it goes. */
static void add_benchmark(const char *name)
{
    char program[64];
    unsigned turn = (unsigned)count;
    snprintf(program, sizeof program, "%s_short", name);
    add(program, HV_SIM_VERILATOR, (struct hv_world_options){.depth = 4, .on_demand = turn & 1}, 0);
}

static int close_simulators(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 2; kind++) {
        if (simulators[kind])
            hv_simulator_close(simulators[kind]);
    }
    return 0;
}

int main(void)
{
    struct hv_error error;
    const char *list = getenv("NESTOR_WORKLOADS"), *benchmarks = getenv("NESTOR_BENCHMARKS");
    char *names = strdup(list ? list : "sort vmswitch procswitch");
    char *benchmark_names = strdup(benchmarks ? benchmarks : "petri forest");
    if (!names || !benchmark_names || hv_config_read(&config, "default", &error))
        return 1;
    for (char *rest = names, *name; (name = strtok_r(rest, " ", &rest));)
        add_workload(name);
    for (char *rest = benchmark_names, *name; (name = strtok_r(rest, " ", &rest));)
        add_benchmark(name);
    for (unsigned level = 0; level < 3; level++)
        add("procswitch_timer", HV_SIM_VERILATOR,
            (struct hv_world_options){.depth = 3, .guests = 2, .switch_level = level, .quantum = 5000}, 0);
    add("exit42", HV_SIM_VERILATOR, (struct hv_world_options){.depth = 3, .emulate_devices = true}, 42);
    add("trap99", HV_SIM_VERILATOR, (struct hv_world_options){.depth = 2}, 99);
    add("ticks", HV_SIM_VERILATOR, (struct hv_world_options){.depth = 4}, 0);
    for (unsigned depth = 0; depth <= 3; depth += 3)
        for (unsigned emulate = 0; emulate <= (depth != 0); emulate++)
            add("tty", HV_SIM_VERILATOR, (struct hv_world_options){.depth = depth, .emulate_devices = emulate}, 0);
    for (unsigned depth = 0; depth <= 4; depth += 2)
        add("serial", HV_SIM_VERILATOR, (struct hv_world_options){.depth = depth}, 0);
    for (unsigned level = 0; level < 2; level++)
        add("serial", HV_SIM_VERILATOR, (struct hv_world_options){.depth = 2, .guests = 2, .switch_level = level}, 0);
    add("ticks", HV_SIM_VERILATOR, (struct hv_world_options){.depth = 3, .guests = 3, .switch_level = 1}, 0);
    add("sort", HV_SIM_ICARUS, (struct hv_world_options){.depth = 2}, 0);
    add("vmswitch", HV_SIM_ICARUS, (struct hv_world_options){.depth = 2, .on_demand = true}, 0);
    int status = _cmocka_run_group_tests("workloads", tests, count, NULL, close_simulators);
    free(names);
    free(benchmark_names);
    return status;
}
