#include "tests/bench/lab_traces.h"

#include "lab/curve.h"
#include "model/machine.h"
#include "sim/files.h"
#include "sim/world.h"

#include <math.h>
#include <stdlib.h>

/* xorshift64* */
static uint64_t random64(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* The first page whose sum is not below `wanted`. */
static uint32_t search(const double *sums, uint32_t pages, double wanted)
{
    uint32_t low = 0, high = pages - 1;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (sums[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t *trace_zipf(size_t count, uint32_t pages, double exponent)
{
    uint64_t seed = 1973, *names = malloc(count * sizeof *names);
    double *sums = malloc(pages * sizeof *sums), sum = 0;
    uint32_t *where = malloc(pages * sizeof *where);
    if (names && sums && where) {
        for (uint32_t i = 0; i < pages; i++) {
            const uint32_t other = (uint32_t)(random64(&seed) % (i + 1));
            sums[i] = sum += pow(i + 1, -exponent);
            where[i] = where[other];
            where[other] = i;
        }
        for (size_t i = 0; i < count; i++)
            names[i] = where[search(sums, pages, (double)(random64(&seed) >> 11) * 0x1p-53 * sum)];
    } else {
        free(names);
        names = NULL;
    }
    free(sums);
    free(where);
    return names;
}

/* ---- programs ---- */

struct program {
    struct hv_world world;
    struct hv_machine *machine;
};

static int load(struct program *p)
{
    for (size_t i = 0; i < p->world.count; i++) {
        const struct hv_segment *segment = &p->world.segments[i];
        if (!hv_machine_write_ram(p->machine, segment->real, segment->bytes, segment->length))
            return -1;
    }
    hv_machine_reset(p->machine);
    return 0;
}

static int open_program(struct program *p, const char *path, struct hv_error *error)
{
    const struct hv_world_options options = {.depth = 0};
    struct hv_config config;
    hv_config_default(&config);
    if (hv_world_build(&p->world, &config, path, &options, error))
        return -1;
    p->machine = hv_machine_new(&config, error);
    return p->machine ? load(p) : -1;
}

/* Names of one program for a while; returns how many there are now. */
static size_t follow(struct program *p, uint32_t space, unsigned quantum, unsigned page_bits, uint64_t *names,
                     size_t at, size_t count)
{
    for (unsigned i = 0; i < quantum && at < count; i++) {
        struct hv_commit commit;
        if (hv_machine_step(p->machine, NULL, &commit, NULL, 0, NULL) != HV_STOP_NONE && load(p))
            return at;
        names[at++] = lab_name(space, commit.pc_rdata >> page_bits);
        if (at < count && (commit.mem_rmask | commit.mem_wmask))
            names[at++] = lab_name(space, commit.mem_addr >> page_bits);
    }
    return at;
}

uint64_t *trace_programs(size_t count, char *const *programs, size_t program_count, unsigned quantum,
                         unsigned page_bits, struct hv_error *error)
{
    struct program *p = calloc(program_count, sizeof *p);
    uint64_t *names = malloc(count * sizeof *names);
    bool opened = p && names;
    if (!opened)
        hv_fail(error, "out of memory");
    for (size_t i = 0; opened && i < program_count; i++)
        opened = open_program(&p[i], programs[i], error) == 0;
    for (size_t at = 0, i = 0; opened && at < count; i = (i + 1) % program_count)
        at = follow(&p[i], (uint32_t)i, quantum, page_bits, names, at, count);
    for (size_t i = 0; p && i < program_count; i++) {
        hv_machine_free(p[i].machine);
        hv_world_free(&p[i].world);
    }
    free(p);
    if (opened)
        return names;
    free(names);
    return NULL;
}

size_t trace_distinct(const uint64_t *names, size_t count)
{
    const struct lab_batch batch = {.names = names, .count = count};
    struct lab_curve *curve = lab_curve_new();
    const size_t distinct = curve && lab_curve_feed(curve, &batch) ? (size_t)lab_curve_distinct(curve) : 0;
    lab_curve_free(curve);
    return distinct;
}
