/* The associator's counters, record by record, against a third reading of docs/spec.md, 7 and 10.8: a plain
 * simulation of associator, prefix memory and last-page registers, fed by the pages that the records name. It is
 * for images in which every page has all rights and phi is off, so that rights never decide. */
#include "tests/support/cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_ENTRIES = 64, MAX_PREFIX = 16 };

struct entry {
    bool valid;
    uint64_t vmid; /* of an entry of the prefix memory: without its last syllable */
    unsigned level;
    uint32_t page;
    uint64_t touched;
};

struct half {
    struct entry entries[MAX_ENTRIES];
    uint32_t fifo[MAX_ENTRIES]; /* per set */
    bool plru[MAX_ENTRIES][2 * MAX_ENTRIES];
    uint32_t lfsr;
};

struct reference {
    const struct directed_case *c;
    struct half halves[2];
    struct entry prefix[MAX_PREFIX];
    uint32_t prefix_next;
    unsigned held[HV_MAX_DEPTH + 1];
    struct {
        bool valid;
        uint32_t page;
        uint64_t used;
    } last[2][4];
    uint64_t now;
    struct hv_commit counts; /* of the record at hand */
};

static bool same_tag(const struct reference *f, const struct entry *e, uint64_t vmid, unsigned level, uint32_t page)
{
    if (!e->valid || e->page != page)
        return false;
    switch (f->c->config.assoc_key) {
    case HV_KEY_NONE:
        return true;
    case HV_KEY_LEVEL:
        return e->level == level;
    default:
        return e->level == level && e->vmid == vmid;
    }
}

static void touch(struct reference *f, struct half *h, uint32_t set, uint32_t way)
{
    uint32_t ways = f->c->config.assoc_ways;
    h->entries[set * ways + way].touched = ++f->now;
    for (uint32_t node = 1, low = 0, high = ways; high - low > 1;) {
        uint32_t middle = (low + high) / 2;
        bool left = way < middle;
        h->plru[set][node] = left;
        node = 2 * node + !left;
        if (left)
            high = middle;
        else
            low = middle;
    }
}

static uint32_t plru_victim(const struct half *h, uint32_t set, uint32_t ways)
{
    uint32_t node = 1;
    while (node < ways)
        node = 2 * node + h->plru[set][node];
    return node - ways;
}

static uint32_t victim(const struct reference *f, struct half *h, uint32_t set)
{
    uint32_t ways = f->c->config.assoc_ways, best = 0;
    switch (f->c->config.assoc_replacement) {
    case HV_REPLACEMENT_PLRU:
        return plru_victim(h, set, ways);
    case HV_REPLACEMENT_FIFO:
        best = h->fifo[set];
        h->fifo[set] = (best + 1) % ways;
        return best;
    case HV_REPLACEMENT_RANDOM:
        best = h->lfsr * ways / 65536;
        h->lfsr = h->lfsr >> 1 ^ (h->lfsr & 1 ? 0xB400u : 0);
        return best;
    default:
        for (uint32_t way = 1; way < ways; way++)
            if (h->entries[set * ways + way].touched < h->entries[set * ways + best].touched)
                best = way;
        return best;
    }
}

static void fill(struct reference *f, struct half *h, uint32_t set, const struct entry *e)
{
    uint32_t ways = f->c->config.assoc_ways, way = 0;
    while (way < ways && h->entries[set * ways + way].valid)
        way++;
    if (way == ways)
        way = victim(f, h, set);
    h->entries[set * ways + way] = *e;
    touch(f, h, set, way);
}

/* The VMCB's maps of one level: is its window of memory linear, and does it hold the page? */
static bool linear(const struct hv_machine *machine, const struct directed_vm *vm, uint32_t page)
{
    uint32_t words[8];
    hv_machine_read_ram(machine, vm->vmcb + HV_VMCB_MEM_FORM, words, sizeof words);
    unsigned map = page - words[1] < words[3] ? 0 : 4;
    return (words[map] & 15) == HV_FORM_LINEAR;
}

static const struct directed_vm *vm_of(const struct directed_case *c, uint64_t vmid)
{
    for (unsigned i = 1; i < c->vm_count; i++)
        if (c->vms[i].vmid == vmid)
            return &c->vms[i];
    return NULL;
}

/* steps[i]: the name at level n - i. The prefix memory is asked after the first step. */
static void walk(struct reference *f, const struct hv_machine *machine, unsigned port, uint64_t vmid, unsigned level,
                 const uint32_t *steps)
{
    const struct hv_config *config = &f->c->config;
    uint32_t bits = config->syllable_bits, reads = 0;
    uint64_t outer = vmid & (((uint64_t)1 << (level - 1) * bits) - 1);
    bool uses = level >= 2 && config->prefix_entries, hit = false;
    for (unsigned i = 0; i < level && !hit; i++) {
        uint64_t mask = ((uint64_t)1 << (level - i) * bits) - 1;
        reads += linear(machine, vm_of(f->c, vmid & mask), steps[i] >> 12);
        for (unsigned e = 0; i == 0 && uses && e < config->prefix_entries; e++)
            hit |= same_tag(f, &f->prefix[e], outer, level - 1, steps[1] >> 12);
    }
    if (hit)
        f->counts.prefix_hits |= 1u << port;
    *(port ? &f->counts.walk_reads_data : &f->counts.walk_reads_fetch) = reads;
    if (hit || !uses)
        return;
    unsigned e = 0;
    while (e < config->prefix_entries && f->prefix[e].valid)
        e++;
    if (e == config->prefix_entries) {
        e = f->prefix_next;
        f->prefix_next = (e + 1) % config->prefix_entries;
    }
    f->prefix[e] = (struct entry){true, outer, level - 1, steps[1] >> 12, 0};
}

/* Else it is in the last-page register that was used longest ago, now. Emptied ones come before all others. */
static bool served_by_last_page(struct reference *f, unsigned port, uint32_t page)
{
    const unsigned count = f->c->config.last_pages;
    unsigned best = 0;
    for (unsigned i = 0; i < count; i++) {
        if (f->last[port][i].valid && f->last[port][i].page == page) {
            f->last[port][i].used = ++f->now;
            return true;
        }
        if (f->last[port][i].used < f->last[port][best].used)
            best = i;
    }
    f->last[port][best].valid = true;
    f->last[port][best].page = page;
    f->last[port][best].used = ++f->now;
    return false;
}

static void access_page(struct reference *f, const struct hv_machine *machine, unsigned port, uint64_t vmid,
                        unsigned level, const uint32_t *steps)
{
    const struct hv_config *config = &f->c->config;
    uint32_t page = steps[0] >> 12;
    f->counts.accesses |= 1u << port;
    if (served_by_last_page(f, port, page))
        return;
    f->counts.lookups |= 1u << port;
    struct half *h = &f->halves[config->assoc_split == HV_SPLIT && port];
    uint32_t set = config->assoc_entries ? page % hv_config_sets(config) : 0;
    for (uint32_t way = 0; config->assoc_entries && way < config->assoc_ways; way++)
        if (same_tag(f, &h->entries[set * config->assoc_ways + way], vmid, level, page)) {
            f->counts.hits |= 1u << port;
            touch(f, h, set, way);
            return;
        }
    f->counts.misses |= 1u << port;
    walk(f, machine, port, vmid, level, steps);
    if (!config->assoc_entries)
        return;
    f->counts.fills |= 1u << port;
    fill(f, h, set, &(struct entry){true, vmid, level, page, 0});
}

/* Empty the entries of levels from `level` up that extend `vmid`, as the key tells them apart. */
static void empty(struct reference *f, uint64_t vmid, unsigned prefix_syllables, unsigned level)
{
    bool by_vmid = f->c->config.assoc_key == HV_KEY_VMID, all = f->c->config.assoc_key == HV_KEY_NONE;
    uint64_t mask = ((uint64_t)1 << prefix_syllables * f->c->config.syllable_bits) - 1;
    struct entry *groups[] = {f->halves[0].entries, f->halves[1].entries, f->prefix};
    unsigned sizes[] = {MAX_ENTRIES, MAX_ENTRIES, MAX_PREFIX};
    for (unsigned g = 0; g < 3; g++)
        for (unsigned i = 0; i < sizes[g]; i++) {
            struct entry *e = &groups[g][i];
            if (!e->valid || !(all || (e->level >= level && (!by_vmid || (e->vmid & mask) == vmid))))
                continue;
            e->valid = false;
            f->counts.flushed += g < 2;
        }
}

static void change_of_vmid(struct reference *f)
{
    memset(f->last, 0, sizeof f->last);
    if (f->c->config.assoc_key == HV_KEY_NONE)
        empty(f, 0, 0, 0);
}

static void append(struct reference *f, unsigned level, unsigned syllable)
{
    change_of_vmid(f);
    if (f->c->config.assoc_key != HV_KEY_LEVEL || f->held[level] == syllable)
        return;
    empty(f, 0, 0, level);
    f->held[level] = syllable;
}

static void hv_fence(struct reference *f, const struct hv_commit *r)
{
    uint32_t x = (uint32_t)r->rs1_rdata, bits = f->c->config.syllable_bits;
    unsigned level = (unsigned)r->level;
    memset(f->last, 0, sizeof f->last);
    if (r->rs1_addr == 0 && f->c->config.assoc_key == HV_KEY_VMID)
        empty(f, r->vmid, level, level + 1);
    else if (f->c->config.assoc_key == HV_KEY_VMID && x && x < 1u << bits)
        empty(f, r->vmid | (uint64_t)x << level * bits, level + 1, level + 1);
    else if (f->c->config.assoc_key == HV_KEY_LEVEL && (r->rs1_addr == 0 || (x && x == f->held[level + 1])))
        empty(f, 0, 0, level + 1);
}

/* After a record: `now` is the VMID then. */
static void effects(struct reference *f, const struct hv_commit *r, uint64_t now)
{
    uint32_t bits = f->c->config.syllable_bits;
    if (r->event == HV_EVENT_LVMID)
        for (unsigned level = (unsigned)r->level + 1; level <= r->target_level; level++)
            append(f, level, (unsigned)(now >> (level - 1) * bits) & ((1u << bits) - 1));
    else if (r->event == HV_EVENT_VM_FAULT)
        change_of_vmid(f);
    else if (!r->trap && (r->insn & 0x707f) == 0x100b)
        hv_fence(f, r);
}

static bool agree(const struct hv_commit *r, const struct hv_commit *e)
{
    return r->accesses == e->accesses && r->lookups == e->lookups && r->hits == e->hits && r->misses == e->misses &&
           r->prefix_hits == e->prefix_hits && r->fills == e->fills && r->walk_reads_fetch == e->walk_reads_fetch &&
           r->walk_reads_data == e->walk_reads_data && r->flushed == e->flushed;
}

static void complain(const struct directed_case *c, const struct hv_commit *r, const struct hv_commit *e)
{
    const struct hv_commit *both[] = {r, e};
    char text[2][160];
    for (unsigned i = 0; i < 2; i++)
        snprintf(text[i], sizeof text[i],
                 "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 ",%" PRIu64
                 " %" PRIu64,
                 both[i]->accesses, both[i]->lookups, both[i]->hits, both[i]->misses, both[i]->prefix_hits,
                 both[i]->fills, both[i]->walk_reads_fetch, both[i]->walk_reads_data, both[i]->flushed);
    fail_msg("%s entries %u ways %u replacement %u key %u split %u prefix %u last pages %u, record %" PRIu64
             " (vmid %" PRIx64 " pc %08" PRIx64
             "): accesses lookups hits misses prefix_hits fills walk_reads flushed: found %s, "
             "expected %s",
             c->name, c->config.assoc_entries, c->config.assoc_ways, c->config.assoc_replacement, c->config.assoc_key,
             c->config.assoc_split, c->config.prefix_entries, c->config.last_pages, r->order, r->vmid, r->pc_rdata,
             text[0], text[1]);
}

static struct machine_pool *pool;

static void compare(const struct directed_case *c)
{
    static struct reference f;
    memset(&f, 0, sizeof f);
    f.c = c;
    f.halves[0].lfsr = f.halves[1].lfsr = 0xACE1;
    struct hv_machine *machine = pool_load(pool, c);
    enum hv_stop stop = HV_STOP_NONE;
    while (stop == HV_STOP_NONE) {
        uint32_t fetch[HV_MAX_DEPTH + 1], data[HV_MAX_DEPTH + 1], real;
        unsigned count;
        struct hv_commit r;
        memset(&f.counts, 0, sizeof f.counts);
        hv_machine_evaluate(machine, hv_machine_pc(machine), HV_ACCESS_FETCH, &real, fetch, &count);
        stop = hv_machine_step(machine, NULL, &r, NULL, 0, NULL);
        if (r.level)
            access_page(&f, machine, 0, r.vmid, (unsigned)r.level, fetch);
        if (r.level && (r.mem_rmask || r.mem_wmask) && r.event == HV_EVENT_NONE) {
            hv_machine_evaluate(machine, (uint32_t)r.mem_addr, r.mem_wmask ? HV_ACCESS_STORE : HV_ACCESS_LOAD, &real,
                                data, &count);
            access_page(&f, machine, 1, r.vmid, (unsigned)r.level, data);
        }
        effects(&f, &r, hv_machine_vmid(machine));
        if (!agree(&r, &f.counts))
            complain(c, &r, &f.counts);
    }
    assert_int_equal(stop, HV_STOP_FINISHED);
}

static void with_geometry(struct hv_config config)
{
    for (unsigned key = HV_KEY_NONE; key <= HV_KEY_VMID; key++)
        for (unsigned prefix = 0; prefix < 3; prefix++) {
            static const uint32_t sizes[] = {0, 1, 5};
            struct case_list list = {0};
            config.assoc_key = key;
            config.prefix_entries = sizes[prefix];
            config.last_pages = 1 + (key + prefix + config.assoc_ways) % 4;
            compare(case_thrash(&list, &config, 2 + key + 7 * config.assoc_ways));
            case_list_free(&list);
        }
}

static void test_counts(void **state)
{
    static const struct {
        uint32_t entries, ways;
    } shapes[] = {{0, 1}, {1, 1}, {4, 1}, {3, 3}, {8, 2}, {16, 4}, {16, 16}, {64, 8}, {64, 64}};
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
        {"counts with lru", test_counts, NULL, NULL, &replacements[0]},
        {"counts with plru", test_counts, NULL, NULL, &replacements[1]},
        {"counts with fifo", test_counts, NULL, NULL, &replacements[2]},
        {"counts with random", test_counts, NULL, NULL, &replacements[3]},
    };
    pool = machine_pool_new();
    int failed = cmocka_run_group_tests_name("associator_counts", tests, NULL, NULL);
    machine_pool_free(pool);
    return failed;
}
