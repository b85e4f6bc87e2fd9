/* Cycles a second of lockstep against the same Verilated RTL alone, in one run: the same program on the
 * same simulator, first with every record compared, then with the events only drained. */
#include "sim/simulator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(const struct hv_error *error)
{
    fprintf(stderr, "bench_lockstep: %s\n", error->text);
    return 125;
}

/* Run the RTL to its end without a model; *cycles is where it ended. */
static int drain(struct hv_simulator *simulator, const struct hv_image *image, uint64_t *cycles, struct hv_error *error)
{
    enum { CAPACITY = 4096 };
    const struct hv_dut_setup setup = {.input = NULL};
    struct hv_dut *dut = hv_simulator_start(simulator, image, &setup, error);
    struct hv_dut_event *events = malloc(CAPACITY * sizeof *events);
    bool ended = false;
    int status = dut && events ? 0 : -1;
    while (!status && !ended) {
        size_t count;
        status = dut->run(dut, events, CAPACITY, &count, error);
        if (!status && count) {
            *cycles = events[count - 1].cycle;
            ended = events[count - 1].kind == HV_DUT_END || events[count - 1].kind == HV_DUT_ERROR;
        }
    }
    free(events);
    if (dut)
        dut->close(dut);
    return status;
}

int main(int argc, char **argv)
{
    struct hv_error error = {""};
    struct hv_config config;
    struct hv_world world;
    const struct hv_simulator_options kind = {.kind = HV_SIM_VERILATOR};
    if (argc != 2) {
        fprintf(stderr, "usage: bench_lockstep PROGRAM.elf\n");
        return 125;
    }
    if (hv_config_read(&config, "default", &error))
        return fail(&error);
    struct hv_simulator *simulator = hv_simulator_open(&config, &kind, &error);
    if (!simulator)
        return fail(&error);
    printf("| depth | cycles | RTL alone, cycles/s | lockstep, cycles/s | ratio |\n|---|---|---|---|---|\n");
    for (unsigned depth = 0; depth <= config.depth; depth += 2) {
        const struct hv_world_options options = {.depth = depth};
        const struct hv_lockstep_options lockstep = {.max_commits = 0};
        struct hv_lockstep_result result;
        uint64_t cycles = 0;
        if (hv_world_build(&world, &config, argv[1], &options, &error))
            return fail(&error);
        const struct hv_image image = {.segments = world.segments, .count = world.count};
        double start = now();
        if (drain(simulator, &image, &cycles, &error))
            return fail(&error);
        double alone = now() - start;
        start = now();
        if (hv_lockstep_run(simulator, &image, &lockstep, &result, &error))
            return fail(&error);
        double both = now() - start;
        if (result.end != HV_LOCKSTEP_FINISHED)
            return fail(&(struct hv_error){"the run did not finish in agreement"});
        printf("| %u | %" PRIu64 " | %.0f | %.0f | %.2f |\n", depth, result.cycles, (double)cycles / alone,
               (double)result.cycles / both, alone / both);
        hv_lockstep_result_free(&result);
        hv_world_free(&world);
    }
    hv_simulator_close(simulator);
    return 0;
}
