/* Names are given by a table of blocks; flushes are made from the VMIDs of the blocks' spaces. */
#include "lab/stream.h"

#include "lab/grow.h"

enum { PORTS = 2, RECENT = 256 };

/* A VM. `path`: its syllables, one a byte, the first lowest; of an unknown one a number that no VMID gives. */
struct vm {
    uint64_t path;
    uint8_t level;
    bool named;
};

/* 2^20 pages of a space. `high`: the page's bits above. */
struct block {
    uint64_t high;
    uint32_t space, next; /* in the chain of its hash; index + 1, 0: the last */
};

struct event {
    size_t at, first, count; /* `count` blocks from `first` on of `emptied` */
    bool all;
};

struct lab_stream {
    struct lab_stream_plan plan;
    struct lab_stream_counts counts;
    struct vm *vms;
    size_t vm_size;
    struct block *blocks;
    size_t block_size, block_count;
    uint32_t *chains;
    size_t chain_mask;
    uint32_t recent[RECENT]; /* block last found for a hash, index + 1 */
    uint32_t space;          /* in the VMID register */
    uint64_t held[HV_MAX_DEPTH + 1];
    uint64_t last[PORTS][LAB_STREAM_LAST_PAGES]; /* by use, the most recent first; LAB_NO_NAME: empty */
    /* the batch */
    uint64_t *names;
    uint8_t *ports;
    size_t name_size, port_size, count;
    struct event *events;
    size_t event_size, event_count;
    struct lab_flush *flushes;
    size_t flush_size;
    uint32_t *emptied;
    size_t emptied_size, emptied_count;
};

/* ---- VMs ---- */

static struct vm vm_of(const struct lab_stream *s, uint32_t space)
{
    if (space < s->vm_size && s->vms[space].named)
        return s->vms[space];
    return (struct vm){((uint64_t)space + 1) << 8, 1, false};
}

static uint64_t path_to(struct vm vm, unsigned level)
{
    const bool whole = level >= vm.level || level >= HV_MAX_DEPTH;
    return whole ? vm.path : vm.path & ((UINT64_C(1) << 8 * level) - 1);
}

/* Is `vm` the other, or inside it? */
static bool is_inside(struct vm vm, struct vm other)
{
    return vm.level >= other.level && path_to(vm, other.level) == other.path;
}

bool lab_stream_space(struct lab_stream *s, uint32_t space, unsigned level, const uint8_t *syllables)
{
    if (!lab_grow(&s->vms, &s->vm_size, (size_t)space + 1, sizeof *s->vms))
        return false;
    struct vm vm = {.level = (uint8_t)level, .named = true};
    for (unsigned i = 0; i < level; i++)
        vm.path |= (uint64_t)syllables[i] << 8 * i;
    s->vms[space] = vm;
    return true;
}

/* ---- blocks ---- */

static size_t hash_of(uint32_t space, uint64_t high)
{
    return (size_t)(((high << 8 ^ high >> 40 ^ space) * UINT64_C(0x9e3779b97f4a7c15)) >> 24);
}

static bool more_chains(struct lab_stream *s)
{
    const size_t count = s->chain_mask ? 2 * (s->chain_mask + 1) : 1024;
    uint32_t *chains = calloc(count, sizeof *chains);
    if (!chains)
        return false;
    free(s->chains);
    s->chains = chains;
    s->chain_mask = count - 1;
    for (size_t i = 0; i < s->block_count; i++) {
        uint32_t *chain = &chains[hash_of(s->blocks[i].space, s->blocks[i].high) & s->chain_mask];
        s->blocks[i].next = *chain;
        *chain = (uint32_t)i + 1;
    }
    return true;
}

/* Number + 1 of the block; 0: no memory. */
static uint32_t find_block(struct lab_stream *s, uint32_t space, uint64_t high)
{
    const size_t hash = hash_of(space, high);
    uint32_t i = s->chains[hash & s->chain_mask];
    while (i && (s->blocks[i - 1].space != space || s->blocks[i - 1].high != high))
        i = s->blocks[i - 1].next;
    if (i)
        return i;
    if (s->block_count >= UINT32_MAX - 1 ||
        !lab_grow(&s->blocks, &s->block_size, s->block_count + 1, sizeof *s->blocks))
        return 0;
    uint32_t *chain = &s->chains[hash & s->chain_mask];
    s->blocks[s->block_count++] = (struct block){high, space, *chain};
    *chain = (uint32_t)s->block_count;
    return s->block_count <= s->chain_mask || more_chains(s) ? (uint32_t)s->block_count : 0;
}

/* LAB_NO_NAME: no memory. */
static inline uint64_t name_of(struct lab_stream *s, uint32_t space, uint64_t page)
{
    const uint64_t high = page >> LAB_PLACE_BITS;
    uint32_t *recent = &s->recent[(high ^ space ^ space << 4) % RECENT];
    if (!*recent || s->blocks[*recent - 1].space != space || s->blocks[*recent - 1].high != high) {
        *recent = find_block(s, space, high);
        if (!*recent)
            return LAB_NO_NAME;
    }
    return lab_name(*recent - 1, page);
}

uint32_t lab_stream_space_of(const struct lab_stream *s, uint64_t name)
{
    return s->blocks[lab_block(name)].space;
}

uint64_t lab_stream_page_of(const struct lab_stream *s, uint64_t name)
{
    return s->blocks[lab_block(name)].high << LAB_PLACE_BITS | (name & (LAB_MAX_SETS - 1));
}

/* ---- flushes ---- */

static void empty_last_pages(struct lab_stream *s)
{
    for (unsigned i = 0; i < PORTS * LAB_STREAM_LAST_PAGES; i++)
        s->last[i / LAB_STREAM_LAST_PAGES][i % LAB_STREAM_LAST_PAGES] = LAB_NO_NAME;
}

static bool add_event(struct lab_stream *s, struct event event)
{
    if (!event.all && !event.count)
        return true;
    if (!lab_grow(&s->events, &s->event_size, s->event_count + 1, sizeof *s->events))
        return false;
    s->events[s->event_count++] = event;
    return true;
}

static bool empty_all(struct lab_stream *s)
{
    return add_event(s, (struct event){.at = s->count, .all = true});
}

/* Blocks of VMs that are of `level` or above and inside `vm`. */
static bool empty_some(struct lab_stream *s, unsigned level, struct vm vm)
{
    struct event event = {.at = s->count, .first = s->emptied_count};
    for (size_t i = 0; i < s->block_count; i++) {
        const struct vm owner = vm_of(s, s->blocks[i].space);
        if (owner.level < level || !is_inside(owner, vm))
            continue;
        if (!lab_grow(&s->emptied, &s->emptied_size, s->emptied_count + 1, sizeof *s->emptied))
            return false;
        s->emptied[s->emptied_count++] = (uint32_t)i;
        event.count++;
    }
    return add_event(s, event);
}

/* The VMID register gets another space: cuts, then appends (docs/spec.md, 10.8.6). */
static bool enter(struct lab_stream *s, uint32_t space)
{
    const struct vm vm = vm_of(s, space), everything = {0};
    if (space == s->space)
        return true;
    s->space = space;
    empty_last_pages(s);
    if (s->plan.key == HV_KEY_NONE)
        return empty_all(s);
    for (unsigned level = 1; s->plan.key == HV_KEY_LEVEL && level <= vm.level; level++) {
        const bool other = s->held[level] && s->held[level] != path_to(vm, level);
        if (other && !empty_some(s, level, everything))
            return false;
        s->held[level] = path_to(vm, level);
    }
    return true;
}

/* hv.fence. With key none there is nothing to empty (10.8.6); with key level what there is of higher levels is inside
 * the VM meant. */
static bool fence(struct lab_stream *s, const struct lab_reference *reference)
{
    const struct vm vm = vm_of(s, reference->space);
    empty_last_pages(s);
    if (s->plan.key == HV_KEY_NONE || (reference->flags & LAB_NOTHING))
        return true;
    return empty_some(s, vm.level + (reference->flags & LAB_CHILDREN ? 1u : 0u), vm);
}

/* ---- accesses ---- */

/* Does a last-page register serve the name? It is the one used last then. */
static inline bool is_last(struct lab_stream *s, unsigned port, uint64_t name)
{
    uint64_t *last = s->last[port], moved = name;
    for (unsigned i = 0; i < s->plan.last_pages; i++) {
        if (last[i] != name)
            continue;
        for (unsigned k = 0; k <= i; k++) {
            const uint64_t next = last[k];
            last[k] = moved;
            moved = next;
        }
        return true;
    }
    return false;
}

static inline void make_last(struct lab_stream *s, unsigned port, uint64_t name)
{
    for (unsigned i = s->plan.last_pages; i-- > 1;)
        s->last[port][i] = s->last[port][i - 1];
    s->last[port][0] = name;
}

static inline bool access_page(struct lab_stream *s, const struct lab_reference *reference)
{
    const unsigned port = reference->kind != LAB_FETCH;
    if (reference->flags & LAB_UNTRANSLATED)
        return true;
    const uint64_t name = name_of(s, reference->space, lab_resource(reference) >> s->plan.page_bits);
    if (name == LAB_NO_NAME)
        return false;
    s->counts.accesses[port]++;
    if (is_last(s, port, name))
        return true;
    s->counts.lookups[port]++;
    if (lab_needs(reference) & ~lab_rights(reference)) {
        s->counts.faults[port]++;
        return true;
    }
    make_last(s, port, name);
    s->names[s->count] = name;
    s->ports[s->count++] = (uint8_t)port;
    return true;
}

static bool give(struct lab_stream *s, struct lab_batch *batch)
{
    if (!lab_grow(&s->flushes, &s->flush_size, s->event_count, sizeof *s->flushes))
        return false;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *event = &s->events[i];
        s->flushes[i] = (struct lab_flush){event->at, event->all ? NULL : s->emptied + event->first, event->count};
    }
    *batch = (struct lab_batch){s->names, s->ports, s->count, s->flushes, s->event_count};
    return true;
}

bool lab_stream_feed(struct lab_stream *s, const struct lab_reference *references, size_t count,
                     struct lab_batch *batch)
{
    if (!lab_grow(&s->names, &s->name_size, count, sizeof *s->names) || !lab_grow(&s->ports, &s->port_size, count, 1))
        return false;
    s->count = s->event_count = s->emptied_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct lab_reference *reference = &references[i];
        const bool done = reference->kind < LAB_FLUSH    ? access_page(s, reference)
                          : reference->kind == LAB_ENTER ? enter(s, reference->space)
                                                         : fence(s, reference);
        if (!done)
            return false;
    }
    return give(s, batch);
}

const struct lab_stream_counts *lab_stream_counts(const struct lab_stream *s)
{
    return &s->counts;
}

struct lab_stream *lab_stream_new(const struct lab_stream_plan *plan)
{
    struct lab_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->plan = *plan;
    empty_last_pages(s);
    if (more_chains(s))
        return s;
    free(s);
    return NULL;
}

void lab_stream_free(struct lab_stream *s)
{
    if (!s)
        return;
    free(s->vms);
    free(s->blocks);
    free(s->chains);
    free(s->names);
    free(s->ports);
    free(s->events);
    free(s->flushes);
    free(s->emptied);
    free(s);
}
