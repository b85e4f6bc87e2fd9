/* Every directed case in lockstep: the model against the generated Verilog, under Verilator, and the marked
 * ones under Icarus Verilog too. The same image, configuration and outcome as on the model alone; every record,
 * every bus write and all of RAM must agree (docs/spec.md, 8).
 *
 * With the name of a simulator as argument (gates): the cases of the usual configuration under that one. */
#include "sim/simulator.h"
#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIMULATORS = 24, WORLDS = 240, NOISE = 20, RANDOM_LIMIT = 1500 };

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
    const struct hv_lockstep_options options = {
        .max_commits = c->limit, .wait_percent = wait_percent, .seed = c->chunk_count, .repeat = c->name};
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

/* A simulator named by the user may take minutes to build: one configuration is enough. */
static bool wanted(const struct directed_case *c, bool named)
{
    const struct hv_config usual = directed_config();
    return !c->model_only && (!named || memcmp(&c->config, &usual, sizeof usual) == 0);
}

int main(int argc, char **argv)
{
    size_t count;
    const struct directed_case *cases = directed_cases(&count);
    const bool named = argc > 1;
    if (named && !hv_simulator_find(argv[1], &main_kind)) {
        fprintf(stderr, "%s: found '%s', expected the name of a simulator\n", argv[0], argv[1]);
        return 2;
    }
    make_worlds();
    tests = calloc(2 * count + worlds.count, sizeof *tests);
    for (size_t i = 0; i < count; i++)
        if (wanted(&cases[i], named))
            add(&cases[i], on_main);
    for (size_t i = 0; i < count && !named; i++)
        if (cases[i].icarus)
            add(&cases[i], on_icarus);
    for (size_t i = 0; i < worlds.count; i++)
        if (wanted(&worlds.cases[i], named))
            add(&worlds.cases[i], on_main);
    int failed = _cmocka_run_group_tests("lockstep_cases", tests, tests_count, NULL, NULL);
    for (size_t i = 0; i < opened_count; i++)
        if (opened[i].simulator)
            hv_simulator_close(opened[i].simulator);
    free(tests);
    case_list_free(&worlds);
    return failed;
}
