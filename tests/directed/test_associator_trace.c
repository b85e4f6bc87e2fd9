/* Whatever the associator, the architecture is the same: every commit record of a set of cases under many
 * geometries, keys, replacements and prefix memories, but for the counters of hits, misses, prefix hits, fills,
 * walk reads and flushed entries (docs/spec.md, 7). Accesses and lookups do not depend on it either. */
#include "tests/support/cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 10000, CASES = 32 };

struct trace {
    size_t count;
    enum hv_stop stop;
    struct hv_commit *records;
};

/* What an associator may change. */
static void forget(struct hv_commit *r)
{
    r->hits = r->misses = r->prefix_hits = r->fills = r->walk_reads_fetch = r->walk_reads_data = r->flushed = 0;
}

static void check_fills(const struct hv_config *config, const struct hv_commit *r)
{
    if (config->assoc_entries == 0 && (r->hits || r->fills || r->flushed))
        fail_msg("%s: record %" PRIu64 " hits or fills an associator of no entries", config->name, r->order);
    if (config->prefix_entries == 0 && r->prefix_hits)
        fail_msg("%s: record %" PRIu64 " hits a prefix memory of no entries", config->name, r->order);
    if (config->assoc_entries && r->event != HV_EVENT_VM_FAULT && r->fills != r->misses)
        fail_msg("%s: record %" PRIu64 " misses without a fill", config->name, r->order);
}

static void record(struct machine_pool *pool, const struct directed_case *c, struct trace *trace)
{
    struct hv_machine *machine = pool_load(pool, c);
    trace->count = 0;
    trace->stop = HV_STOP_NONE;
    while (trace->stop == HV_STOP_NONE && trace->count < RECORDS) {
        struct hv_commit *r = &trace->records[trace->count++];
        trace->stop = hv_machine_step(machine, NULL, r, NULL, 0, NULL);
        check_fills(&c->config, r);
        forget(r);
    }
}

/* Cases whose outcome is not meant to depend on old entries, nor on what the counters count. */
static bool chosen(const struct directed_case *c)
{
    struct hv_config config = directed_config();
    bool thrash = !strcmp(c->family, "thrash");
    return strcmp(c->family, "fence") && !memcmp(&c->config, &config, sizeof config) && c->icarus &&
           (thrash || c->vm_count >= 4);
}

static struct machine_pool *pool;

static void compare(const struct directed_case *c, const struct trace *found, const struct trace *expected)
{
    if (found->count != expected->count || found->stop != expected->stop)
        fail_msg("%s: %zu records, expected %zu", c->name, found->count, expected->count);
    for (size_t i = 0; i < found->count; i++)
        if (memcmp(&found->records[i], &expected->records[i], sizeof found->records[i]))
            fail_msg("%s, entries %u ways %u replacement %u key %u split %u prefix %u: record %zu differs", c->name,
                     c->config.assoc_entries, c->config.assoc_ways, c->config.assoc_replacement, c->config.assoc_key,
                     c->config.assoc_split, c->config.prefix_entries, i);
}

/* The cases, and their traces without any associator. */
static struct {
    const struct directed_case *c;
    struct trace trace;
} expected[CASES];
static size_t expected_count;

static int prepare(void **state)
{
    (void)state;
    size_t count;
    const struct directed_case *cases = directed_cases(&count);
    for (size_t i = 0; i < count && expected_count < CASES; i++) {
        if (!chosen(&cases[i]))
            continue;
        struct directed_case c = cases[i];
        struct trace *trace = &expected[expected_count].trace;
        c.config.assoc_entries = c.config.prefix_entries = 0;
        c.config.assoc_ways = 1;
        trace->records = malloc(RECORDS * sizeof *trace->records);
        record(pool, &c, trace);
        trace->records = realloc(trace->records, trace->count * sizeof *trace->records);
        if (trace->stop == HV_STOP_NONE)
            return -1;
        expected[expected_count++].c = &cases[i];
    }
    return expected_count >= 10 ? 0 : -1;
}

static int forget_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < expected_count; i++)
        free(expected[i].trace.records);
    return 0;
}

static void with_config(const struct hv_config *config)
{
    static struct hv_commit records[RECORDS];
    struct trace found = {0, HV_STOP_NONE, records};
    for (size_t i = 0; i < expected_count; i++) {
        struct directed_case c = *expected[i].c;
        c.config = *config;
        record(pool, &c, &found);
        compare(&c, &found, &expected[i].trace);
    }
}

/* Every key, with and without prefix memory. */
static void with_geometry(struct hv_config config)
{
    for (unsigned key = HV_KEY_NONE; key <= HV_KEY_VMID; key++)
        for (unsigned prefix = 0; prefix <= 3; prefix += 3) {
            config.assoc_key = key;
            config.prefix_entries = prefix;
            with_config(&config);
        }
}

static void test_geometries(void **state)
{
    static const struct {
        uint32_t entries, ways;
    } shapes[] = {{0, 1}, {1, 1}, {3, 3}, {8, 2}, {16, 16}, {64, 4}, {4096, 8}};
    unsigned replacement = *(const unsigned *)*state;
    for (unsigned i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (unsigned split = HV_UNIFIED; split <= HV_SPLIT; split++) {
            struct hv_config config = directed_config();
            config.assoc_entries = shapes[i].entries;
            config.assoc_ways = shapes[i].ways;
            config.assoc_replacement = replacement;
            config.assoc_split = split;
            bool power = !(shapes[i].ways & (shapes[i].ways - 1)), choice = shapes[i].ways > 1;
            if ((choice || replacement == HV_REPLACEMENT_LRU) && (power || replacement != HV_REPLACEMENT_PLRU))
                with_geometry(config);
        }
}

int main(void)
{
    static unsigned replacements[] = {HV_REPLACEMENT_LRU, HV_REPLACEMENT_PLRU, HV_REPLACEMENT_FIFO,
                                      HV_REPLACEMENT_RANDOM};
    const struct CMUnitTest tests[] = {
        {"same trace with lru", test_geometries, NULL, NULL, &replacements[0]},
        {"same trace with plru", test_geometries, NULL, NULL, &replacements[1]},
        {"same trace with fifo", test_geometries, NULL, NULL, &replacements[2]},
        {"same trace with random", test_geometries, NULL, NULL, &replacements[3]},
    };
    pool = machine_pool_new();
    int failed = cmocka_run_group_tests_name("associator_trace", tests, prepare, forget_all);
    machine_pool_free(pool);
    return failed;
}
