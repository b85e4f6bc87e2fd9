/* How fast the laboratory's engines are, one thread, in lookups a second and as a ratio to a yardstick of the same run:
 * what one writes in thirty lines (lab_textbook.c), on the same array; of what has no such yardstick, to reading the
 * array. Each figure is the best of some rounds, in which everything is measured in turn. */
#include "lab/curve.h"
#include "lab/direct.h"
#include "lab/grid.h"
#include "lab/sample.h"
#include "lab/stream.h"
#include "tests/bench/lab_textbook.h"
#include "tests/bench/lab_traces.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOKUPS = 10000000, ROUNDS = 5, ZIPF_PAGES = 16384, QUANTUM = 5000 };
enum { CHUNK = 50000, REFERENCES = 20 * CHUNK }; /* parts of LOOKUPS */

/* Seconds of a row that are its preparation. */
static double not_measured;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *must(void *p)
{
    if (p)
        return p;
    fprintf(stderr, "bench_lab: out of memory\n");
    exit(125);
}

static uint64_t direct(const uint64_t *names, size_t count, uint32_t sets, uint32_t ways, enum hv_replacement policy)
{
    const struct lab_direct_plan plan = {.sets = sets, .ways = ways, .replacement = policy};
    const struct lab_batch batch = {.names = names, .count = count};
    struct lab_direct *d = must(lab_direct_new(&plan));
    must(lab_direct_feed(d, &batch, NULL) ? d : NULL);
    const uint64_t misses = lab_direct_counts(d)->misses[0];
    lab_direct_free(d);
    return misses;
}

static uint64_t direct_16x4(const uint64_t *names, size_t count)
{
    return direct(names, count, 16, 4, HV_REPLACEMENT_LRU);
}

static uint64_t direct_64(const uint64_t *names, size_t count)
{
    return direct(names, count, 1, 64, HV_REPLACEMENT_LRU);
}

static uint64_t direct_64_fifo(const uint64_t *names, size_t count)
{
    return direct(names, count, 1, 64, HV_REPLACEMENT_FIFO);
}

static uint64_t direct_16x4_plru(const uint64_t *names, size_t count)
{
    return direct(names, count, 16, 4, HV_REPLACEMENT_PLRU);
}

static uint64_t curve(const uint64_t *names, size_t count)
{
    const struct lab_batch batch = {.names = names, .count = count};
    uint64_t misses[65];
    struct lab_curve *c = must(lab_curve_new());
    must(lab_curve_feed(c, &batch) ? c : NULL);
    lab_curve_misses(c, misses, 65);
    lab_curve_free(c);
    return misses[64];
}

static uint64_t grid(const uint64_t *names, size_t count)
{
    const struct lab_batch batch = {.names = names, .count = count};
    struct lab_grid *g = must(lab_grid_new());
    must(lab_grid_feed(g, &batch) ? g : NULL);
    const uint64_t misses = lab_grid_misses(g, 4, 4);
    lab_grid_free(g);
    return misses;
}

static uint64_t sample(const uint64_t *names, size_t count)
{
    const struct lab_batch batch = {.names = names, .count = count};
    struct lab_sample *s = must(lab_sample_new(0.01, 0));
    must(lab_sample_feed(s, &batch) ? s : NULL);
    const uint64_t taken = lab_sample_facts(s).taken;
    lab_sample_free(s);
    return taken;
}

/* References of the first names, over and over; so many that they are in no cache. */
static uint64_t stream(const uint64_t *names, size_t count)
{
    static struct lab_reference references[REFERENCES];
    struct lab_stream *s = must(lab_stream_new(&(struct lab_stream_plan){.page_bits = 12, .key = HV_KEY_VMID}));
    struct lab_batch batch = {.count = 0};
    if (references[0].address != names[0] << 12 || references[REFERENCES - 1].address != names[REFERENCES - 1] << 12) {
        const double start = now();
        for (size_t i = 0; i < REFERENCES; i++)
            references[i] = (struct lab_reference){.address = names[i] << 12, .kind = LAB_LOAD};
        not_measured += now() - start;
    }
    for (size_t i = 0; i < count; i += CHUNK)
        must(lab_stream_feed(s, references + i % REFERENCES, CHUNK, &batch) ? s : NULL);
    const uint64_t lookups = lab_stream_counts(s)->lookups[1];
    lab_stream_free(s);
    return lookups;
}

/* `yardstick`: a row, of which this one is a ratio; `same`: a row that finds the same number, misses of one geometry.
 */
static const struct row {
    const char *name, *what;
    uint64_t (*run)(const uint64_t *names, size_t count);
    int yardstick, same;
} rows[] = {
    {"read", "the array read", array_read, 0, 0},
    {"textbook_16x4", "textbook, 16x4 LRU, unrolled", textbook_16x4, 0, 1},
    {"textbook_64_list", "textbook, 64 LRU, hash and list", textbook_64_list, 0, 2},
    {"textbook_64_search", "textbook, 64 LRU, all compared", textbook_64_search, 0, 2},
    {"direct_16x4", "direct, 16x4 LRU", direct_16x4, 1, 1},
    {"direct_64", "direct, 64 LRU", direct_64, 2, 2},
    {"direct_64_fifo", "direct, 64 FIFO", direct_64_fifo, 2, 6},
    {"direct_16x4_plru", "direct, 16x4 PLRU", direct_16x4_plru, 1, 7},
    {"curve", "curve, all fully associative LRU", curve, 2, 2},
    {"grid", "grid, 112 geometries LRU", grid, 1, 1},
    {"sample", "sample, a hundredth of the pages", sample, 2, 10},
    {"stream", "stream, references to names", stream, 0, 11},
};
enum { ROWS = sizeof rows / sizeof rows[0], TRACES = 3 };

struct trace {
    const char *name;
    char what[128];
    uint64_t *names;
    double rate[ROWS]; /* lookups a second */
    uint64_t found[ROWS];
};

static void measure(struct trace *t)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < ROWS; i++) {
            const double start = now();
            not_measured = 0;
            t->found[i] = rows[i].run(t->names, LOOKUPS);
            const double rate = LOOKUPS / (now() - start - not_measured);
            t->rate[i] = rate > t->rate[i] ? rate : t->rate[i];
        }
    }
    for (unsigned i = 0; i < ROWS; i++) {
        if (t->found[i] == t->found[rows[i].same])
            continue;
        fprintf(stderr, "bench_lab: %s, %s: found %" PRIu64 " misses, expected %" PRIu64 "\n", t->name, rows[i].name,
                t->found[i], t->found[rows[i].same]);
        exit(125);
    }
}

static void print_table(const struct trace *traces)
{
    for (unsigned i = 0; i < TRACES; i++)
        printf("%s: %s\n", traces[i].name, traces[i].what);
    printf("\n| million lookups a second |");
    for (unsigned i = 0; i < TRACES; i++)
        printf(" %s | ratio |", traces[i].name);
    printf(" ratio to |\n|---|---|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < ROWS; i++) {
        printf("| %s |", rows[i].what);
        for (unsigned k = 0; k < TRACES; k++)
            printf(" %.0f | %.3g |", traces[k].rate[i] * 1e-6, traces[k].rate[i] / traces[k].rate[rows[i].yardstick]);
        printf(" %s |\n", rows[rows[i].yardstick].what);
    }
}

static void print_json(const struct trace *traces)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < TRACES * ROWS; i++) {
        const struct trace *t = &traces[i / ROWS];
        const struct row *row = &rows[i % ROWS];
        json_array_append_new(all,
                              json_pack("{ss ss ss sf ss sf}", "trace", t->name, "of", t->what, "name", row->name,
                                        "lookups_per_second", t->rate[i % ROWS], "yardstick", rows[row->yardstick].name,
                                        "ratio", t->rate[i % ROWS] / t->rate[row->yardstick]));
    }
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(all);
}

int main(int argc, char **argv)
{
    static struct trace traces[TRACES] = {{.name = "zipf"}, {.name = "pages"}, {.name = "small pages"}};
    static const unsigned page_bits[TRACES] = {0, 12, 7};
    struct hv_error error = {""};
    const bool json = argc > 1 && !strcmp(argv[1], "--json");
    if (argc < 2 + json) {
        fprintf(stderr, "usage: bench_lab [--json] PROGRAM.elf...\n");
        return 125;
    }
    const size_t programs = (size_t)(argc - 1 - json);
    traces[0].names = must(trace_zipf(LOOKUPS, ZIPF_PAGES, 1));
    snprintf(traces[0].what, sizeof traces[0].what, "%d lookups, exponent 1, %zu pages", LOOKUPS,
             trace_distinct(traces[0].names, LOOKUPS));
    for (unsigned i = 1; i < TRACES; i++) {
        traces[i].names = trace_programs(LOOKUPS, argv + 1 + json, programs, QUANTUM, page_bits[i], &error);
        if (!traces[i].names) {
            fprintf(stderr, "bench_lab: %s\n", error.text);
            return 125;
        }
        snprintf(traces[i].what, sizeof traces[i].what,
                 "%d lookups of %zu programs in turns of %d instructions, %zu pages of %u bytes", LOOKUPS, programs,
                 QUANTUM, trace_distinct(traces[i].names, LOOKUPS), 1u << page_bits[i]);
    }
    for (unsigned i = 0; i < TRACES; i++)
        measure(&traces[i]);
    (json ? print_json : print_table)(traces);
    for (unsigned i = 0; i < TRACES; i++)
        free(traces[i].names);
    return 0;
}
