/* How fast the reference model runs programs, at depth 0 and inside a VM four deep, with few and with many entries in
 * the associator: million instructions a second of processor time, best of several rounds, and beside it what part that
 * is of the same program's speed at depth 0.
 *
 *     bench_model PROGRAM...
 *
 * A program is an ELF file, or Linux's Image, which has its device tree and initial RAM disk beside it (make linux).
 *
 * As tab-separated lines: program, depth, entries, MIPS, part of depth 0, lookups and misses per 1,000 instructions. */
#include "model/machine.h"
#include "sim/world.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INSTRUCTIONS = 40000000, ROUNDS = 3, LAST_PAGES = 2 };

struct point {
    unsigned depth, entries;
};
static const struct point points[] = {{0, 16}, {4, 4}, {4, 16}, {4, 64}};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fail(const char *text)
{
    fprintf(stderr, "bench_model: %s\n", text);
    exit(125);
}

/* What is a kernel has its files beside it. */
static bool is_kernel(const char *program)
{
    const size_t length = strlen(program);
    return length > 6 && strcmp(program + length - 6, "/Image") == 0;
}

/* The program's machine, ready to start. */
static struct hv_machine *load(const char *program, struct point point)
{
    struct hv_config config;
    struct hv_error error = {""};
    struct hv_world world;
    struct hv_world_options options = {.depth = point.depth};
    char tree[4096], disk[4096];
    hv_config_default(&config);
    if (is_kernel(program)) {
        const int folder = (int)strlen(program) - 5;
        (void)snprintf(tree, sizeof tree, "%.*snestor.dtb", folder, program);
        (void)snprintf(disk, sizeof disk, "%.*sinitrd.cpio", folder, program);
        options.kernel.dtb = tree;
        options.kernel.initrd = disk;
        config.ram_bytes = 0x1000000;
    }
    config.assoc_entries = config.assoc_ways = point.entries;
    config.last_pages = LAST_PAGES;
    struct hv_machine *m = hv_machine_new(&config, &error);
    if (!m || hv_world_build(&world, &config, program, &options, &error))
        fail(error.text);
    for (size_t i = 0; i < world.count; i++)
        hv_machine_write_ram(m, world.segments[i].real, world.segments[i].bytes, world.segments[i].length);
    hv_world_free(&world);
    return m;
}

/* Seconds of one round: the program again and again, from its start, for so many instructions. */
static double round_of(struct hv_machine *m, const struct hv_snapshot *start, uint64_t *instructions)
{
    double seconds = 0;
    *instructions = 0;
    while (*instructions < INSTRUCTIONS) {
        hv_machine_restore(m, start);
        const double begin = cpu_seconds();
        if (hv_machine_run(m, UINT64_MAX) != HV_STOP_FINISHED)
            fail("the program does not finish");
        seconds += cpu_seconds() - begin;
        *instructions += hv_machine_counters(m)->instructions;
    }
    return seconds;
}

/* MIPS. */
static double measure(const char *program, struct point point, double lookups_misses[2])
{
    struct hv_machine *m = load(program, point);
    struct hv_snapshot *start = hv_machine_save(m);
    double best = 0;
    if (!start)
        fail("not enough memory");
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t instructions;
        const double seconds = round_of(m, start, &instructions), mips = (double)instructions / seconds * 1e-6;
        best = mips > best ? mips : best;
    }
    const struct hv_counters *counters = hv_machine_counters(m);
    lookups_misses[0] = 1e3 * (double)counters->associator.lookups / (double)counters->instructions;
    lookups_misses[1] = 1e3 * (double)counters->associator.misses / (double)counters->instructions;
    hv_snapshot_free(start);
    hv_machine_free(m);
    return best;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        double base = 0;
        for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
            double per_thousand[2];
            const double mips = measure(argv[i], points[k], per_thousand);
            base = points[k].depth ? base : mips;
            printf("%s\t%u\t%u\t%.0f\t%.2f\t%.2f\t%.2f\n", basename(argv[i]), points[k].depth, points[k].entries, mips,
                   mips / base, per_thousand[0], per_thousand[1]);
            (void)fflush(stdout);
        }
    }
    return 0;
}
