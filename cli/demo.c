/* nestor demo: the main job in one go. The paper's Table II, then every workload at every depth in
 * lockstep, with the slowdown against depth 0. */
#include "cli/demo.h"

#include "sim/table2.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct demo {
    struct hv_config config;
    struct hv_simulator *simulator;
    unsigned max_depth, passed, failed, runs, planned;
    double log_slowdown[HV_MAX_DEPTH + 1]; /* sums, for the geometric means */
    unsigned slowdowns[HV_MAX_DEPTH + 1];
    double log_cpi[HV_MAX_DEPTH + 1];
};

static const char *base_name(const char *path, char name[32])
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    snprintf(name, 32, "%.*s", (int)strcspn(base, "."), base);
    return name;
}

static void progress(const struct demo *demo, const char *name, unsigned depth)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rdemo: %u of %u: %s at depth %u        \r", demo->runs + 1, demo->planned, name, depth);
}

static uint64_t sum_vm_faults(const struct hv_counters *counters)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof counters->vm_faults / sizeof counters->vm_faults[0]; i++)
        sum += counters->vm_faults[i];
    return sum;
}

static void print_head(const struct demo *demo)
{
    printf("\nWorkloads on preset %s, model and RTL (Verilator) in lockstep. Slowdown: cycles against depth 0.\n\n",
           demo->config.name);
    printf("%-12s %5s %12s %12s %5s %12s %9s %10s %9s %9s\n", "program", "depth", "instructions", "cycles", "CPI",
           "accesses", "hit rate", "walk reads", "VM-faults", "slowdown");
}

static void print_row(struct demo *demo, const char *name, unsigned depth, const struct hv_lockstep_result *result,
                      uint64_t cycles_at_0)
{
    const struct hv_associator_counters *associator = &result->counters.associator;
    char hit_rate[16] = "-";
    if (associator->accesses)
        snprintf(hit_rate, sizeof hit_rate, "%.3f %%",
                 100.0 * (1.0 - (double)associator->misses / (double)associator->accesses));
    double cpi = (double)result->cycles / (double)result->counters.instructions;
    double slowdown = (double)result->cycles / (double)cycles_at_0;
    printf("%-12s %5u %12" PRIu64 " %12" PRIu64 " %5.2f %12" PRIu64 " %9s %10" PRIu64 " %9" PRIu64 " %9.3f\n", name,
           depth, result->counters.instructions, result->cycles, cpi, associator->accesses, hit_rate,
           associator->walk_reads, sum_vm_faults(&result->counters), slowdown);
    fflush(stdout);
    demo->log_slowdown[depth] += log(slowdown);
    demo->log_cpi[depth] += log(cpi);
    demo->slowdowns[depth]++;
}

/* One program at one depth. Counts it as passed or failed; *cycles is 0 if it failed. */
static int run_one(struct demo *demo, const char *program, unsigned depth, uint64_t *cycles, uint64_t cycles_at_0,
                   struct hv_error *error)
{
    char name[32];
    struct hv_world world;
    const struct hv_world_options options = {.depth = depth};
    progress(demo, base_name(program, name), depth);
    if (hv_world_build(&world, &demo->config, program, &options, error))
        return -1;
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    struct view_places *places = hv_world_places(&world, program);
    const struct hv_lockstep_options run = {.max_commits = UINT64_C(1) << 32, .places = places};
    struct hv_lockstep_result result;
    int status = hv_lockstep_run(demo->simulator, &image, &run, &result, error);
    view_places_free(places);
    hv_world_free(&world);
    if (status)
        return -1;
    demo->runs++;
    bool good = result.end == HV_LOCKSTEP_FINISHED && result.exit_code == 0;
    *cycles = good ? result.cycles : 0;
    if (good) {
        demo->passed++;
        print_row(demo, name, depth, &result, depth ? cycles_at_0 : result.cycles);
    } else {
        demo->failed++;
        printf("%-12s %5u FAILED: %s\n%s", name, depth,
               result.end == HV_LOCKSTEP_MISMATCH ? "model and RTL differ" : "the program did not succeed",
               result.report ? result.report : "");
    }
    hv_lockstep_result_free(&result);
    return 0;
}

static int run_program(struct demo *demo, const char *program, struct hv_error *error)
{
    uint64_t cycles_at_0 = 0, cycles;
    for (unsigned depth = 0; depth <= demo->max_depth; depth++) {
        if (run_one(demo, program, depth, &cycles, cycles_at_0, error))
            return -1;
        if (!depth)
            cycles_at_0 = cycles;
        if (!cycles_at_0)
            break; /* it fails on the bare machine: nothing to compare with */
    }
    return 0;
}

/* One row of geometric means over the workloads; "-" where none came so far. */
static void print_mean(const struct demo *demo, const char *name, const double *logs)
{
    printf("\n%-12s", name);
    for (unsigned depth = 0; depth <= demo->max_depth; depth++)
        if (demo->slowdowns[depth])
            printf(" %9.3f", exp(logs[depth] / demo->slowdowns[depth]));
        else
            printf(" %9s", "-");
}

static void print_means(const struct demo *demo)
{
    printf("\n%-12s", "depth");
    for (unsigned depth = 0; depth <= demo->max_depth; depth++)
        printf(" %9u", depth);
    print_mean(demo, "CPI", demo->log_cpi);
    print_mean(demo, "slowdown", demo->log_slowdown);
    printf("   (geometric means over the workloads)\n\n");
}

static int run_workloads(struct demo *demo, char **programs, unsigned count, struct hv_error *error)
{
    const struct hv_simulator_options options = {.kind = HV_SIM_VERILATOR};
    demo->planned = count * (demo->max_depth + 1);
    demo->simulator = hv_simulator_open(&demo->config, &options, error);
    if (!demo->simulator)
        return -1;
    print_head(demo);
    int status = 0;
    for (unsigned i = 0; i < count && !status; i++)
        status = run_program(demo, programs[i], error);
    hv_simulator_close(demo->simulator);
    if (!status)
        print_means(demo);
    return status;
}

int demo_run(const struct hv_config *config, char **programs, unsigned count, struct hv_error *error)
{
    struct demo demo = {.config = *config};
    struct table2_count lines;
    demo.max_depth = demo.config.depth < 4 ? demo.config.depth : 4;
    if (table2_run(programs[0], HV_SIM_VERILATOR, stdout, &lines, error))
        return -1;
    demo.passed = lines.passed;
    demo.failed = lines.failed;
    if (count > 1 && run_workloads(&demo, programs + 1, count - 1, error))
        return -1;
    printf("demo: %u passed, %u failed\n", demo.passed, demo.failed);
    return demo.failed ? 1 : 0;
}
