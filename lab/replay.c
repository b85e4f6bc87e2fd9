#include "lab/replay.h"

#include "lab/direct.h"
#include "lab/grow.h"
#include "lab/stream.h"

enum { PORTS = 2, LAST_PAGES = LAB_STREAM_LAST_PAGES, PREFIXES = 16, FETCH = 0 };

/* A VM: VMID packed, length. */
struct vm {
    uint64_t path;
    unsigned level;
};

/* A page with the rights it is held with: a last-page register, or an entry of the prefix memory with its tag. */
struct held_page {
    uint64_t page;
    struct vm vm;
    unsigned rights;
    bool valid;
};

/* Entries that lack rights: an open hash table from a half's names to them; others have all. */
struct lacking {
    uint64_t *keys; /* LAB_NO_NAME: free */
    uint8_t *rights;
    size_t mask, used;
};

struct lab_replay {
    struct lab_replay_plan plan;
    struct hv_counters counters;
    struct lab_measure parts;
    struct vm *vms; /* [space] */
    size_t vm_size;
    struct vm running;
    struct held_page last[PORTS][LAST_PAGES], prefix[PREFIXES];
    unsigned prefix_next;
    uint8_t held[HV_MAX_DEPTH + 1]; /* key level: the syllable held last */
    struct lab_stream *stream;
    struct lab_direct *direct; /* NULL: no associator */
    uint64_t flushed;          /* entries told of so far */
    uint64_t *set;             /* room for the names of a set */
    struct lacking lacking;
};

/* As the model's: in all, of the port, of the level. */
#define COUNT(r, port, counter, number)                                                                                \
    do {                                                                                                               \
        (r)->counters.associator.counter += (number);                                                                  \
        (r)->counters.by_port[port].counter += (number);                                                               \
        (r)->counters.by_level[(r)->running.level].counter += (number);                                                \
    } while (0)

static uint64_t mask_of(unsigned level)
{
    return level >= 64 / LAB_REPLAY_SYLLABLE_BITS ? UINT64_MAX : (UINT64_C(1) << level * LAB_REPLAY_SYLLABLE_BITS) - 1;
}

static struct vm prefix_of(struct vm vm, unsigned level)
{
    return (struct vm){vm.path & mask_of(level), level};
}

static struct vm vm_of(const struct lab_replay *r, uint32_t space)
{
    return space < r->vm_size ? r->vms[space] : (struct vm){0, 0};
}

bool lab_replay_space(struct lab_replay *r, uint32_t space, unsigned level, const uint8_t *syllables)
{
    if (!lab_grow(&r->vms, &r->vm_size, (size_t)space + 1, sizeof *r->vms))
        return false;
    struct vm vm = {0, level};
    for (unsigned i = 0; i < level; i++)
        vm.path |= (uint64_t)syllables[i] << i * LAB_REPLAY_SYLLABLE_BITS;
    r->vms[space] = vm;
    return lab_stream_space(r->stream, space, level, syllables) &&
           (!r->plan.taker.space || r->plan.taker.space(r->plan.taker.context, space, level, syllables));
}

/* ---- entries that lack rights ---- */

static size_t place_of(const struct lacking *l, uint64_t key)
{
    size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & l->mask;
    while (l->keys[i] != LAB_NO_NAME && l->keys[i] != key)
        i = (i + 1) & l->mask;
    return i;
}

static bool make_room(struct lacking *l)
{
    const struct lacking old = *l;
    const size_t count = old.keys ? 2 * (old.mask + 1) : 1024;
    if (old.keys && 2 * (old.used + 1) <= old.mask + 1)
        return true;
    *l = (struct lacking){malloc(count * sizeof *l->keys), malloc(count), count - 1, old.used};
    if (!l->keys || !l->rights) {
        free(l->keys);
        free(l->rights);
        *l = old;
        return false;
    }
    memset(l->keys, 0xff, count * sizeof *l->keys);
    for (size_t i = 0; old.keys && i <= old.mask; i++) {
        if (old.keys[i] == LAB_NO_NAME)
            continue;
        const size_t at = place_of(l, old.keys[i]);
        l->keys[at] = old.keys[i];
        l->rights[at] = old.rights[i];
    }
    free(old.keys);
    free(old.rights);
    return true;
}

static uint64_t key_of(const struct lab_replay *r, unsigned port, uint64_t name)
{
    return name << 1 | (r->plan.config.assoc_split == HV_SPLIT ? port : 0);
}

static unsigned rights_of(const struct lab_replay *r, unsigned port, uint64_t name)
{
    const struct lacking *l = &r->lacking;
    const size_t at = l->keys ? place_of(l, key_of(r, port, name)) : 0;
    return l->keys && l->keys[at] != LAB_NO_NAME ? l->rights[at] : LAB_RIGHTS;
}

static bool set_rights(struct lab_replay *r, unsigned port, uint64_t name, unsigned rights)
{
    struct lacking *l = &r->lacking;
    if (rights == rights_of(r, port, name))
        return true;
    if (!make_room(l))
        return false;
    const size_t at = place_of(l, key_of(r, port, name));
    l->used += l->keys[at] == LAB_NO_NAME;
    l->keys[at] = key_of(r, port, name);
    l->rights[at] = (uint8_t)rights;
    return true;
}

/* ---- last-page registers (10.8.9): the most recent one first ---- */

static inline bool is_enough(unsigned rights, unsigned needs)
{
    return (rights & needs) == needs;
}

/* The register that has the page, else the one used longest ago. */
static inline unsigned register_of(const struct lab_replay *r, unsigned port, uint64_t page)
{
    unsigned i = 0;
    while (i + 1 < r->plan.config.last_pages && !(r->last[port][i].valid && r->last[port][i].page == page))
        i++;
    return i;
}

static inline void use_register(struct lab_replay *r, unsigned port, unsigned i)
{
    const struct held_page used = r->last[port][i];
    for (; i; i--)
        r->last[port][i] = r->last[port][i - 1];
    r->last[port][0] = used;
}

static void empty_registers(struct lab_replay *r)
{
    for (unsigned i = 0; i < PORTS * LAST_PAGES; i++)
        r->last[i / LAST_PAGES][i % LAST_PAGES].valid = false;
}

/* ---- the prefix memory (10.8.7) ---- */

static bool has_tag(const struct lab_replay *r, const struct held_page *entry, struct vm vm)
{
    const enum hv_key key = r->plan.config.assoc_key;
    return key == HV_KEY_NONE || (entry->vm.level == vm.level && (key == HV_KEY_LEVEL || entry->vm.path == vm.path));
}

static struct held_page *find_prefix(struct lab_replay *r, uint64_t page)
{
    const struct vm vm = prefix_of(r->running, r->running.level - 1);
    for (unsigned i = 0; i < r->plan.config.prefix_entries; i++)
        if (r->prefix[i].valid && r->prefix[i].page == page && has_tag(r, &r->prefix[i], vm))
            return &r->prefix[i];
    return NULL;
}

static void fill_prefix(struct lab_replay *r, uint64_t page, unsigned rights)
{
    struct held_page *entry = find_prefix(r, page);
    for (unsigned i = 0; !entry && i < r->plan.config.prefix_entries; i++)
        if (!r->prefix[i].valid)
            entry = &r->prefix[i];
    if (!entry) {
        entry = &r->prefix[r->prefix_next];
        r->prefix_next = (r->prefix_next + 1) % r->plan.config.prefix_entries;
    }
    *entry = (struct held_page){page, prefix_of(r->running, r->running.level - 1), rights, true};
}

/* Entries of `level` and above, inside `vm`. */
static void empty_prefixes(struct lab_replay *r, unsigned level, struct vm vm)
{
    for (unsigned i = 0; i < r->plan.config.prefix_entries; i++) {
        struct held_page *entry = &r->prefix[i];
        if (entry->vm.level >= level && entry->vm.level >= vm.level && (entry->vm.path & mask_of(vm.level)) == vm.path)
            entry->valid = false;
    }
}

/* ---- lookups ---- */

/* What a walk came to: the rights of the entry it fills, none when it faults. */
static unsigned walk(struct lab_replay *r, unsigned port, const struct lab_reference *reference)
{
    const unsigned needs = lab_needs(reference), below_rights = LAB_RIGHTS & ~(unsigned)reference->lacks_below,
                   top_rights = LAB_RIGHTS & ~(unsigned)reference->lacks_top;
    const bool asks = r->plan.config.prefix_entries && r->running.level >= 2 &&
                      is_enough(top_rights, needs & ~(unsigned)LAB_RIGHT_RAM);
    COUNT(r, port, walk_reads, reference->reads & 15u);
    if (asks) {
        const struct held_page *entry = find_prefix(r, reference->below);
        if (entry && is_enough(entry->rights, needs)) {
            COUNT(r, port, prefix_hits, 1);
            return entry->rights & top_rights;
        }
    }
    COUNT(r, port, walk_reads, reference->reads >> 4);
    if (asks && is_enough(below_rights, needs))
        fill_prefix(r, reference->below, below_rights);
    return is_enough(below_rights & top_rights, needs) ? below_rights & top_rights : 0;
}

/* The name of a page, which the stream gives; the rights that it lacks are no matter. */
static bool batch_of(struct lab_replay *r, const struct lab_reference *reference, struct lab_batch *batch)
{
    struct lab_reference whole = *reference;
    whole.lacks_top = whole.lacks_below = 0;
    return lab_stream_feed(r->stream, &whole, 1, batch);
}

static bool is_held(struct lab_replay *r, unsigned port, uint64_t name)
{
    if (!r->direct)
        return false;
    const unsigned half = r->plan.config.assoc_split == HV_SPLIT ? port : 0;
    size_t count = lab_direct_held(r->direct, half, (uint32_t)name & (hv_config_sets(&r->plan.config) - 1), r->set);
    while (count-- > 0)
        if (r->set[count] == name)
            return true;
    return false;
}

/* The page is touched, or filled in: *missed says which. */
static bool touch(struct lab_replay *r, const struct lab_batch *batch, bool *missed)
{
    uint8_t byte = 1;
    if (r->direct && !lab_direct_feed(r->direct, batch, &byte))
        return false;
    *missed = byte;
    return true;
}

/* A hit or a miss; *rights: of the entry, none when the walk faults. */
static bool look_up(struct lab_replay *r, unsigned port, const struct lab_reference *reference, unsigned *rights)
{
    const unsigned needs = lab_needs(reference);
    struct lab_batch batch;
    bool missed;
    if (!batch_of(r, reference, &batch))
        return false;
    const uint64_t name = batch.names[0];
    *rights = rights_of(r, port, name);
    /* What faults fills nothing, so it may touch only what is there. */
    const bool good = is_enough(lab_rights(reference), needs);
    if (is_enough(*rights, needs) && (good || is_held(r, port, name))) {
        if (!touch(r, &batch, &missed))
            return false;
        if (!missed) {
            COUNT(r, port, hits, 1);
            return true;
        }
        COUNT(r, port, misses, 1);
        *rights = walk(r, port, reference);
        COUNT(r, port, fills, r->direct != NULL);
        return set_rights(r, port, name, *rights);
    }
    COUNT(r, port, misses, 1);
    *rights = walk(r, port, reference);
    if (!*rights)
        return true;
    COUNT(r, port, fills, r->direct != NULL);
    return touch(r, &batch, &missed) && set_rights(r, port, name, *rights);
}

static bool tell(struct lab_replay *r, const struct lab_reference *reference)
{
    return !r->plan.taker.references || r->plan.taker.references(r->plan.taker.context, reference, 1);
}

static inline bool access_page(struct lab_replay *r, const struct lab_reference *reference)
{
    const unsigned port = reference->kind != LAB_FETCH;
    const uint64_t page = lab_resource(reference) >> r->plan.page_bits;
    r->counters.instructions++;
    if (reference->flags & LAB_UNTRANSLATED)
        return true;
    COUNT(r, port, accesses, 1);
    const unsigned i = register_of(r, port, page);
    struct held_page *last = &r->last[port][i];
    if (last->valid && last->page == page && is_enough(last->rights, lab_needs(reference))) {
        if (i)
            use_register(r, port, i);
        return true;
    }
    unsigned rights;
    COUNT(r, port, lookups, 1);
    if (!tell(r, reference) || !look_up(r, port, reference, &rights))
        return false;
    if (rights) {
        *last = (struct held_page){.page = page, .rights = rights, .valid = true};
        use_register(r, port, i);
    }
    return true;
}

/* ---- flushes ---- */

/* Which entries an event empties, the stream knows; they count at the level that ran. */
static bool flush(struct lab_replay *r, const struct lab_reference *reference, unsigned level)
{
    struct lab_batch batch;
    if (!lab_stream_feed(r->stream, reference, 1, &batch) || (r->direct && !lab_direct_feed(r->direct, &batch, NULL)))
        return false;
    const uint64_t flushed = r->direct ? lab_direct_counts(r->direct)->flushed : 0;
    r->counters.associator.flushed += flushed - r->flushed;
    r->counters.by_level[level].flushed += flushed - r->flushed;
    r->flushed = flushed;
    empty_registers(r);
    return tell(r, reference);
}

/* Appended syllables one after the other (10.8.6). */
static void append(struct lab_replay *r, struct vm vm)
{
    for (unsigned level = 1; level <= vm.level; level++) {
        const uint8_t syllable = (uint8_t)(vm.path >> (level - 1) * LAB_REPLAY_SYLLABLE_BITS);
        if (r->plan.config.assoc_key == HV_KEY_LEVEL && r->held[level] != syllable)
            empty_prefixes(r, level, (struct vm){0, 0});
        r->held[level] = syllable;
    }
    if (r->plan.config.assoc_key == HV_KEY_NONE)
        empty_prefixes(r, 0, (struct vm){0, 0});
}

static bool enter(struct lab_replay *r, const struct lab_reference *reference)
{
    const struct vm vm = vm_of(r, reference->space), before = r->running;
    const bool deeper = vm.level > before.level;
    append(r, vm);
    r->running = vm;
    if (!flush(r, reference, before.level))
        return false;
    lab_measure_flushed(&r->parts, deeper ? HV_FLUSH_APPEND : HV_FLUSH_CUT, vm.level, vm.path);
    return true;
}

static bool fence(struct lab_replay *r, const struct lab_reference *reference)
{
    const struct vm vm = vm_of(r, reference->space);
    if (r->plan.config.assoc_key != HV_KEY_NONE && !(reference->flags & LAB_NOTHING))
        empty_prefixes(r, vm.level + (reference->flags & LAB_CHILDREN ? 1u : 0u), vm);
    if (!flush(r, reference, r->running.level))
        return false;
    lab_measure_flushed(&r->parts, HV_FLUSH_FENCE, r->running.level, r->running.path);
    return true;
}

/* ---- all of it ---- */

bool lab_replay_feed(struct lab_replay *r, const struct lab_reference *references, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct lab_reference *reference = &references[i];
        const bool good = reference->kind < LAB_FLUSH    ? access_page(r, reference)
                          : reference->kind == LAB_ENTER ? enter(r, reference)
                                                         : fence(r, reference);
        if (!good)
            return false;
        if (r->plan.interval)
            lab_measure_point(&r->parts);
    }
    return true;
}

const struct hv_counters *lab_replay_counters(const struct lab_replay *r)
{
    return &r->counters;
}

bool lab_replay_end(struct lab_replay *r, struct lab_measure *parts)
{
    const bool good = lab_measure_end(&r->parts);
    *parts = r->parts;
    r->parts = (struct lab_measure){0};
    return good;
}

/* Space 0 runs, and no flush has brought it up. */
static bool start(struct lab_replay *r)
{
    static const uint8_t ones[HV_MAX_DEPTH] = {1, 1, 1, 1, 1, 1, 1, 1};
    if (!lab_replay_space(r, 0, r->plan.level, ones) ||
        !lab_measure_open(&r->parts, &r->plan.config, &r->counters, r->plan.waits, r->plan.interval))
        return false;
    r->running = r->vms[0];
    r->parts.vms[0].level = r->running.level; /* the only one */
    r->parts.vms[0].vmid = r->running.path;
    memset(r->held, 1, r->running.level + 1u);
    return true;
}

struct lab_replay *lab_replay_new(const struct lab_replay_plan *plan)
{
    struct lab_replay *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    const struct hv_config *config = &plan->config;
    r->plan = *plan;
    r->stream = lab_stream_new(&(struct lab_stream_plan){plan->page_bits, 0, config->assoc_key});
    if (config->assoc_entries) {
        const struct lab_direct_plan direct = lab_direct_plan_of(config);
        r->direct = lab_direct_new(&direct);
        r->set = calloc(config->assoc_ways, sizeof *r->set);
    }
    if (r->stream && (!config->assoc_entries || (r->direct && r->set)) && start(r))
        return r;
    lab_replay_free(r);
    return NULL;
}

void lab_replay_free(struct lab_replay *r)
{
    if (!r)
        return;
    lab_stream_free(r->stream);
    if (r->direct)
        lab_direct_free(r->direct);
    lab_measure_free(&r->parts);
    free(r->vms);
    free(r->set);
    free(r->lacking.keys);
    free(r->lacking.rights);
    free(r);
}
