/* A trace through an associator: docs/spec.md, 7 and 10.8, written for references, with plain arrays and time stamps.
 * What it counts from a trace must be what the model counted when it made it. */
#ifndef TESTS_TRACE_REPLAY_H
#define TESTS_TRACE_REPLAY_H

#include "lab/trace.h"
#include "model/machine.h"

#include <string.h>

enum { REPLAY_MOST = 64, REPLAY_PREFIX = 16, REPLAY_LAST = 4 };

struct replay_line {
    bool valid;
    struct lab_vm vm; /* whose names: of a prefix line one level below the running VM */
    uint64_t page, stamp;
    unsigned rights;
};

struct replay {
    const struct hv_config *config;
    struct lab_vm vm; /* that runs */
    struct replay_line lines[2][REPLAY_MOST], prefix[REPLAY_PREFIX], last[2][REPLAY_LAST];
    unsigned fifo[2][REPLAY_MOST], prefix_fifo, held[HV_MAX_DEPTH + 1];
    bool right[2][REPLAY_MOST][2 * REPLAY_MOST]; /* plru: the victim is on the right of the node */
    uint32_t lfsr[2];
    uint64_t now;
    struct hv_associator_counters counters;
};

static inline void replay_begin(struct replay *replay, const struct hv_config *config)
{
    *replay = (struct replay){.config = config, .lfsr = {0xace1, 0xace1}};
}

static inline bool replay_same_tag(const struct replay *replay, const struct lab_vm *a, const struct lab_vm *b)
{
    return replay->config->assoc_key == HV_KEY_NONE ||
           (a->level == b->level &&
            (replay->config->assoc_key == HV_KEY_LEVEL || memcmp(a->syllable, b->syllable, a->level) == 0));
}

static inline struct replay_line *replay_find(const struct replay *replay, struct replay_line *lines, unsigned count,
                                              const struct lab_vm *vm, uint64_t page)
{
    for (unsigned i = 0; i < count; i++)
        if (lines[i].valid && lines[i].page == page && replay_same_tag(replay, &lines[i].vm, vm))
            return &lines[i];
    return NULL;
}

/* ---- which way ---- */

static inline void replay_touch(struct replay *replay, bool *right, struct replay_line *set, unsigned way)
{
    set[way].stamp = ++replay->now;
    for (unsigned node = 1, low = 0, high = replay->config->assoc_ways; high - low > 1;) {
        const unsigned middle = (low + high) / 2;
        right[node] = way < middle;
        node = 2 * node + (way >= middle);
        *(way < middle ? &high : &low) = middle;
    }
}

static inline unsigned replay_victim(struct replay *replay, unsigned half, unsigned set_number,
                                     const struct replay_line *set)
{
    const unsigned ways = replay->config->assoc_ways;
    unsigned way = 0;
    for (unsigned i = 0; i < ways; i++)
        if (!set[i].valid)
            return i;
    switch (replay->config->assoc_replacement) {
    case HV_REPLACEMENT_LRU:
        for (unsigned i = 1; i < ways; i++)
            way = set[i].stamp < set[way].stamp ? i : way;
        return way;
    case HV_REPLACEMENT_FIFO:
        return replay->fifo[half][set_number]++ % ways;
    case HV_REPLACEMENT_PLRU:
        for (unsigned node = 1, width = ways; width > 1; width /= 2) {
            const bool right = replay->right[half][set_number][node];
            way += right ? width / 2 : 0;
            node = 2 * node + right;
        }
        return way;
    default:
        way = replay->lfsr[half] * ways >> 16;
        replay->lfsr[half] = replay->lfsr[half] >> 1 ^ (replay->lfsr[half] & 1 ? 0xb400 : 0);
        return way;
    }
}

/* ---- a walk ---- */

static inline void replay_fill_prefix(struct replay *replay, const struct lab_vm *vm, uint32_t page, unsigned rights)
{
    const unsigned count = replay->config->prefix_entries;
    struct replay_line *line = replay_find(replay, replay->prefix, count, vm, page);
    for (unsigned i = 0; !line && i < count; i++)
        line = replay->prefix[i].valid ? NULL : &replay->prefix[i];
    if (!line)
        line = &replay->prefix[replay->prefix_fifo++ % count];
    *line = (struct replay_line){.valid = true, .vm = *vm, .page = page, .rights = rights};
}

/* The rights that it gives; they may not suffice. */
static inline unsigned replay_walk(struct replay *replay, const struct lab_reference *reference)
{
    const unsigned needs = lab_needs(reference), top = LAB_RIGHTS & ~(unsigned)reference->lacks_top;
    const unsigned below = LAB_RIGHTS & ~(unsigned)reference->lacks_below;
    const bool prefix = replay->vm.level >= 2 && replay->config->prefix_entries;
    struct lab_vm vm = replay->vm;
    replay->counters.walk_reads += reference->reads & 15;
    if (!top)
        return 0;
    if (prefix) {
        vm.level--;
        const struct replay_line *line =
            replay_find(replay, replay->prefix, replay->config->prefix_entries, &vm, reference->below);
        if (line && (line->rights & needs) == needs) {
            replay->counters.prefix_hits++;
            return top & line->rights;
        }
    }
    replay->counters.walk_reads += reference->reads >> 4;
    if (prefix && (below & needs) == needs)
        replay_fill_prefix(replay, &vm, reference->below, below);
    return top & below;
}

/* ---- an access ---- */

/* Behind the last-page registers: the rights found. */
static inline unsigned replay_look_up(struct replay *replay, unsigned port, const struct lab_reference *reference,
                                      uint64_t page)
{
    const unsigned needs = lab_needs(reference), half = replay->config->assoc_split == HV_SPLIT ? port : 0;
    const unsigned ways = replay->config->assoc_ways, sets = replay->config->assoc_entries / ways;
    const unsigned set_number = sets ? (unsigned)(page % sets) : 0;
    struct replay_line *set = &replay->lines[half][set_number * ways];
    bool *right = replay->right[half][set_number];
    struct replay_line *line = replay_find(replay, set, sets ? ways : 0, &replay->vm, page);
    replay->counters.lookups++;
    if (line && (line->rights & needs) == needs) {
        replay->counters.hits++;
        replay_touch(replay, right, set, (unsigned)(line - set));
        return line->rights;
    }
    replay->counters.misses++;
    const unsigned rights = replay_walk(replay, reference);
    if ((rights & needs) != needs || !sets)
        return rights;
    replay->counters.fills++;
    if (!line)
        line = &set[replay_victim(replay, half, set_number, set)];
    *line = (struct replay_line){.valid = true, .vm = replay->vm, .page = page, .rights = rights};
    replay_touch(replay, right, set, (unsigned)(line - set));
    return rights;
}

static inline void replay_access(struct replay *replay, const struct lab_reference *reference)
{
    const unsigned port = reference->kind != LAB_FETCH, count = replay->config->last_pages;
    const unsigned needs = lab_needs(reference);
    const uint64_t page = lab_resource(reference) >> HV_PAGE_BITS;
    struct replay_line *last = replay->last[port];
    unsigned i = 0;
    while (i + 1 < count && !(last[i].valid && last[i].page == page))
        i++;
    replay->counters.accesses++;
    struct replay_line used = last[i];
    if (!used.valid || used.page != page || (used.rights & needs) != needs) {
        const unsigned rights = replay_look_up(replay, port, reference, page);
        if ((rights & needs) != needs)
            return;
        used = (struct replay_line){.valid = true, .page = page, .rights = rights};
    }
    memmove(last + 1, last, i * sizeof *last);
    last[0] = used;
}

/* ---- events ---- */

/* Empty the lines of VMs of `level` syllables or more that begin with those `known` of `vm`. */
static inline void replay_empty(struct replay *replay, unsigned level, const struct lab_vm *vm, unsigned known)
{
    for (unsigned i = 0; i < 2 * REPLAY_MOST + REPLAY_PREFIX; i++) {
        struct replay_line *line = i < 2 * REPLAY_MOST ? &replay->lines[i / REPLAY_MOST][i % REPLAY_MOST]
                                                       : &replay->prefix[i - 2 * REPLAY_MOST];
        if (!line->valid || line->vm.level < level || memcmp(line->vm.syllable, vm->syllable, known) != 0)
            continue;
        line->valid = false;
        replay->counters.flushed += i < 2 * REPLAY_MOST;
    }
}

static inline void replay_forget_last(struct replay *replay)
{
    memset(replay->last, 0, sizeof replay->last);
}

static inline void replay_enter(struct replay *replay, const struct lab_vm *vm)
{
    for (unsigned level = replay->vm.level + 1; level <= vm->level; level++) {
        const unsigned syllable = vm->syllable[level - 1];
        if (replay->config->assoc_key == HV_KEY_LEVEL && replay->held[level] != syllable)
            replay_empty(replay, level, vm, 0);
        replay->held[level] = syllable;
    }
    if (replay->config->assoc_key == HV_KEY_NONE)
        replay_empty(replay, 0, vm, 0);
    replay_forget_last(replay);
    replay->vm = *vm;
}

static inline void replay_flush(struct replay *replay, const struct lab_reference *reference, const struct lab_vm *vm)
{
    const bool all = reference->flags & LAB_CHILDREN;
    const unsigned level = vm->level + all;
    replay_forget_last(replay);
    if (reference->flags & LAB_NOTHING)
        return;
    if (replay->config->assoc_key == HV_KEY_VMID)
        replay_empty(replay, level, vm, vm->level);
    else if (replay->config->assoc_key == HV_KEY_NONE || all || replay->held[level] == vm->syllable[level - 1])
        replay_empty(replay, level, vm, 0);
}

/* One reference; `vm` is that of its space. */
static inline void replay_put(struct replay *replay, const struct lab_reference *reference, const struct lab_vm *vm)
{
    if (reference->kind == LAB_ENTER)
        replay_enter(replay, vm);
    else if (reference->kind == LAB_FLUSH)
        replay_flush(replay, reference, vm);
    else if (!(reference->flags & LAB_UNTRANSLATED))
        replay_access(replay, reference);
}

#endif
