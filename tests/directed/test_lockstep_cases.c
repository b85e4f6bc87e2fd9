/* Every directed case in lockstep: the model against the generated Verilog, under Verilator, and the marked
 * ones and a share of the others under Icarus Verilog too. The same image, configuration and outcome as on the model
 * alone; every record, every bus write and all of RAM must agree (docs/spec.md, 8).
 *
 * test_lockstep_cases SIMULATOR [PART PARTS]: all cases under that one, or part PART (from 0) of PARTS of them. */
#include "sim/simulator.h"
#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIMULATORS = 24, WORLDS = 240, NOISE = 20, RANDOM_LIMIT = 1500, ICARUS_SHARE = 24 };

/* Simulators stay open from case to case: building one takes longer than running hundreds. */
static struct {
    struct hv_config config;
    enum hv_simulator_kind kind;
    struct hv_simulator *simulator;
    struct hv_error error;
} opened[SIMULATORS];
static size_t opened_count;

static struct hv_simulator *open_simulator(const struct hv_config *config, enum hv_simulator_kind kind)
{
    size_t i = 0;
    while (i < opened_count && (opened[i].kind != kind || memcmp(&opened[i].config, config, sizeof *config)))
        i++;
    if (i == opened_count) {
        const struct hv_simulator_options options = {.kind = kind};
        assert_true(opened_count < SIMULATORS);
        opened[i].config = *config;
        opened[i].kind = kind;
        opened[i].simulator = hv_simulator_open(config, &options, &opened[i].error);
        opened_count++;
    }
    if (!opened[i].simulator)
        fail_msg("no simulator: %s", opened[i].error.text);
    return opened[i].simulator;
}

static enum hv_lockstep_end expected_end(enum hv_stop stop)
{
    switch (stop) {
    case HV_STOP_FINISHED:
        return HV_LOCKSTEP_FINISHED;
    case HV_STOP_HALTED:
        return HV_LOCKSTEP_HALTED;
    default:
        return HV_LOCKSTEP_LIMIT;
    }
}

static void run(const struct directed_case *c, enum hv_simulator_kind kind, unsigned wait_percent)
{
    struct hv_simulator *simulator = open_simulator(&c->config, kind);
    struct hv_segment *segments = calloc(c->chunk_count, sizeof *segments);
    for (size_t i = 0; i < c->chunk_count; i++)
        segments[i] = (struct hv_segment){c->chunks[i].real, c->chunks[i].bytes, c->chunks[i].length};
    const struct hv_image image = {.segments = segments, .count = c->chunk_count};
    const struct hv_lockstep_options options = {.max_commits = c->limit,
                                                .wait_percent = wait_percent,
                                                .seed = c->chunk_count,
                                                .repeat = c->name,
                                                .windows = {directed_window, NULL}};
    struct hv_lockstep_result result;
    struct hv_error error;
    int status = hv_lockstep_run(simulator, &image, &options, &result, &error);
    free(segments);
    if (status)
        fail_msg("%s: %s", c->name, error.text);
    bool good =
        result.end == expected_end(c->stop) && (c->stop != HV_STOP_FINISHED || result.exit_code == c->exit_code);
    if (c->stop == HV_STOP_NONE) /* a random world: any end will do */
        good = result.end != HV_LOCKSTEP_MISMATCH;
    int end = (int)result.end;
    if (result.report)
        fprintf(stderr, "%s\n%s\n", c->name, result.report);
    hv_lockstep_result_free(&result);
    if (!good)
        fail_msg("%s: ended with %d", c->name, end);
}

static enum hv_simulator_kind main_kind = HV_SIM_VERILATOR;

/* One case in four runs with wait states on the bus. */
static void on_main(void **state)
{
    const struct directed_case *c = *state;
    run(c, main_kind, strlen(c->name) % 4 ? 0 : 30);
}

static void on_icarus(void **state)
{
    run(*state, HV_SIM_ICARUS, 0);
}

/* Worlds of random words, whose outcome nobody knows beforehand. */
static struct case_list worlds;

static void make_worlds(void)
{
    for (unsigned seed = 0; seed < WORLDS; seed++)
        case_random_world(&worlds, seed);
    for (unsigned seed = 0; seed < NOISE; seed++)
        case_random_noise(&worlds, seed);
    for (size_t i = 0; i < worlds.count; i++) {
        worlds.cases[i].limit = RANDOM_LIMIT;
        worlds.cases[i].stop = HV_STOP_NONE;
    }
}

static struct CMUnitTest *tests;
static size_t tests_count;

static void add(const struct directed_case *c, void (*function)(void **state))
{
    tests[tests_count++] = (struct CMUnitTest){c->name, function, NULL, NULL, (void *)(uintptr_t)c};
}

/* A netlist takes minutes to build: one configuration is enough. */
static bool wanted(const struct directed_case *c)
{
    const struct hv_config usual = directed_config();
    return !c->model_only && (main_kind != HV_SIM_GATES || memcmp(&c->config, &usual, sizeof usual) == 0);
}

static void choose(const struct directed_case *cases, size_t count, size_t part, size_t parts)
{
    for (size_t i = part; i < count; i += parts)
        if (wanted(&cases[i]))
            add(&cases[i], on_main);
}

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s [SIMULATOR [PART PARTS]], with PART less than PARTS\n", program);
    return 2;
}

int main(int argc, char **argv)
{
    size_t count;
    const struct directed_case *cases = directed_cases(&count);
    const size_t part = argc > 3 ? strtoul(argv[2], NULL, 10) : 0, parts = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    if ((argc > 1 && !hv_simulator_find(argv[1], &main_kind)) || argc == 3 || argc > 4 || part >= parts)
        return usage(argv[0]);
    make_worlds();
    tests = calloc(2 * count + worlds.count, sizeof *tests);
    choose(cases, count, part, parts);
    for (size_t i = 0; i < count && argc == 1; i++)
        if (!cases[i].model_only && (cases[i].icarus || i % ICARUS_SHARE == 0))
            add(&cases[i], on_icarus);
    choose(worlds.cases, worlds.count, part, parts);
    int failed = _cmocka_run_group_tests("lockstep_cases", tests, tests_count, NULL, NULL);
    for (size_t i = 0; i < opened_count; i++)
        if (opened[i].simulator)
            hv_simulator_close(opened[i].simulator);
    free(tests);
    case_list_free(&worlds);
    return failed;
}
