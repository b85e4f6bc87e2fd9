/* The associator, its prefix memory and their flushes (docs/spec.md, 7 and 10.8).
 *
 * A half has sets x ways entries; entry i is way i % ways of set i / ways. Lookups go through a hash
 * table over all valid entries of the half, so that 65,536 ways cost what one way costs. */
#include "model/associator.h"

#include <stdlib.h>
#include <string.h>

enum { LFSR_RESET = 0xace1, LFSR_TAPS = 0xb400 };
enum { MIN_BUCKETS = 1024 }; /* few entries hardly ever share one */

/* ---- storage: one block for both halves ---- */

static size_t align8(size_t bytes)
{
    return (bytes + 7) & ~(size_t)7;
}

static size_t half_bytes(const struct associator *a)
{
    size_t entries = (size_t)a->sets * a->ways;
    return align8(entries * sizeof(struct entry)) + align8(a->sets * sizeof(struct set)) +
           align8(((size_t)a->bucket_mask + 1) * sizeof(uint32_t)) + entries * sizeof(uint64_t) + align8(entries);
}

static void place_half(const struct associator *a, struct half *half, uint8_t *block)
{
    size_t entries = (size_t)a->sets * a->ways;
    half->entries = (void *)block;
    block += align8(entries * sizeof(struct entry));
    half->sets = (void *)block;
    block += align8(a->sets * sizeof(struct set));
    half->buckets = (void *)block;
    block += align8(((size_t)a->bucket_mask + 1) * sizeof(uint32_t));
    half->used = (void *)block;
    block += entries * sizeof(uint64_t);
    half->trees = block;
}

static bool uses_are_times(const struct hv_config *config)
{
    switch ((enum hv_replacement)config->assoc_replacement) {
    case HV_REPLACEMENT_LRU:
        return config->assoc_ways <= FEW_WAYS;
    case HV_REPLACEMENT_PLRU:
        return false;
    case HV_REPLACEMENT_FIFO:
    case HV_REPLACEMENT_RANDOM: /* they do not ask */
        return true;
    }
    return false;
}

bool hvm_associator_init(struct associator *a, const struct hv_config *config)
{
    memset(a, 0, sizeof *a);
    if (!config->assoc_entries)
        return true;
    a->sets = hv_config_sets(config);
    a->ways = config->assoc_ways;
    a->timed = uses_are_times(config);
    while (a->bucket_mask + 1 < 2 * config->assoc_entries || a->bucket_mask + 1 < MIN_BUCKETS)
        a->bucket_mask = a->bucket_mask << 1 | 1;
    unsigned halves = config->assoc_split == HV_SPLIT ? 2 : 1;
    a->bytes = halves * half_bytes(a);
    uint8_t *block = malloc(a->bytes);
    if (!block)
        return false;
    for (unsigned i = 0; i < halves; i++)
        place_half(a, &a->half[i], block + i * half_bytes(a));
    if (halves == 1)
        a->half[PORT_DATA] = a->half[PORT_FETCH];
    return true;
}

void hvm_associator_free(struct associator *a)
{
    free(a->half[0].entries);
}

/* The ring of a set: way 0 the most recent, the last way the least. Nothing depends on this order: a
 * victim is only asked for when every way has been touched. */
static void reset_half(const struct associator *a, struct half *half)
{
    memset(half->entries, 0, half_bytes(a));
    memset(half->buckets, 0xff, ((size_t)a->bucket_mask + 1) * sizeof(uint32_t));
    for (uint32_t set = 0; set < a->sets; set++) {
        struct entry *entries = &half->entries[set * a->ways];
        for (uint32_t way = 0; way < a->ways; way++) {
            entries[way].older = (way + 1) % a->ways;
            entries[way].newer = (way + a->ways - 1) % a->ways;
            half->used[set * a->ways + way] = way % FEW_WAYS;
        }
    }
}

void hvm_associator_reset(struct associator *a)
{
    struct associator fresh = {
        .half = {a->half[0], a->half[1]},
        .sets = a->sets,
        .ways = a->ways,
        .timed = a->timed,
        .bucket_mask = a->bucket_mask,
        .bytes = a->bytes,
        .lfsr = {LFSR_RESET, LFSR_RESET},
    };
    *a = fresh;
    for (unsigned i = 0; i < PORTS; i++) {
        if (a->half[i].entries)
            reset_half(a, &a->half[i]);
    }
}

/* Both of the same configuration. */
void hvm_associator_copy(struct associator *to, const struct associator *from)
{
    struct half halves[PORTS] = {to->half[0], to->half[1]};
    *to = *from;
    memcpy(to->half, halves, sizeof halves);
    if (to->bytes)
        memcpy(to->half[0].entries, from->half[0].entries, to->bytes);
}

/* ---- replacement ---- */

static uint32_t victim_plru(const uint8_t *tree, uint32_t ways)
{
    uint32_t node = 1;
    while (node < ways)
        node = 2 * node + tree[node];
    return node - ways;
}

static uint32_t victim_random(uint32_t *lfsr, uint32_t ways)
{
    uint32_t way = (*lfsr * ways) >> 16;
    *lfsr = *lfsr >> 1 ^ (*lfsr & 1 ? LFSR_TAPS : 0);
    return way;
}

/* Of a set's times, which have the way in them: so it is but a minimum. */
static uint32_t least_used(const uint64_t *used, uint32_t ways)
{
    uint64_t least = UINT64_MAX, other = UINT64_MAX; /* two at a time */
    for (uint32_t way = 0; way + 1 < ways; way += 2) {
        least = used[way] < least ? used[way] : least;
        other = used[way + 1] < other ? used[way + 1] : other;
    }
    if (ways % 2)
        other = used[ways - 1] < other ? used[ways - 1] : other;
    return (least < other ? least : other) % FEW_WAYS;
}

static uint32_t victim(struct hv_machine *m, unsigned half_number, uint32_t set_number)
{
    struct associator *a = &m->associator;
    const struct half *half = &a->half[half_number];
    struct set *set = &half->sets[set_number];
    uint32_t way;
    switch ((enum hv_replacement)m->config.assoc_replacement) {
    case HV_REPLACEMENT_LRU:
        if (a->timed)
            return least_used(&half->used[set_number * a->ways], a->ways);
        return half->entries[set_number * a->ways + set->recent].newer;
    case HV_REPLACEMENT_PLRU:
        return victim_plru(&half->trees[set_number * a->ways], a->ways);
    case HV_REPLACEMENT_FIFO:
        way = set->fifo;
        set->fifo = (way + 1) % a->ways;
        return way;
    case HV_REPLACEMENT_RANDOM:
        return victim_random(&a->lfsr[half_number], a->ways);
    }
    return 0;
}

/* ---- fill and empty ---- */

static void unlink_entry(struct associator *a, unsigned half_number, uint32_t i)
{
    const struct half *half = &a->half[half_number];
    struct entry *entry = &half->entries[i];
    uint32_t *link = bucket(a, half, entry->tag, entry->page);
    while (*link != i)
        link = &half->entries[*link].next;
    *link = entry->next;
    entry->valid = false;
    a->valid[half_number][entry->level]--;
}

/* The lowest invalid way, else the victim, which is emptied. */
static uint32_t take_way(struct hv_machine *m, unsigned half_number, uint32_t set_number)
{
    struct associator *a = &m->associator;
    struct set *set = &a->half[half_number].sets[set_number];
    uint32_t first = set_number * a->ways;
    while (set->free < a->ways && a->half[half_number].entries[first + set->free].valid)
        set->free++;
    if (set->free < a->ways)
        return first + set->free;
    uint32_t i = first + victim(m, half_number, set_number);
    unlink_entry(a, half_number, i);
    return i;
}

/* Way `i` of the half, which is invalid, becomes this valid entry. */
void hvm_associator_place(struct hv_machine *m, unsigned half_number, uint32_t i, const struct entry *entry)
{
    struct associator *a = &m->associator;
    const struct half *half = &a->half[half_number];
    uint32_t *link = bucket(a, half, entry->tag, entry->page);
    struct entry *to = &half->entries[i];
    to->tag = entry->tag;
    to->page = entry->page;
    to->real = entry->real;
    to->rights = entry->rights;
    to->level = entry->level;
    to->valid = true;
    to->next = *link;
    *link = i;
    a->valid[half_number][entry->level]++;
}

/* `entry` is the page's, or NULL. Returns NULL when there is no associator to fill. */
struct entry *hvm_associator_fill(struct hv_machine *m, enum port port, struct entry *entry, uint32_t page,
                                  uint32_t real, unsigned rights)
{
    struct associator *a = &m->associator;
    unsigned half_number = half_of(m, port);
    const struct half *half = &a->half[half_number];
    if (!half->entries)
        return NULL;
    if (entry) {
        hvm_close_windows_of(m, page, &half->used[entry - half->entries]);
        entry->real = real;
        entry->rights = (uint8_t)rights;
    } else {
        const struct entry fresh = {
            .tag = a->tag, .page = page, .real = real, .rights = (uint8_t)rights, .level = (uint8_t)m->level};
        const uint32_t i = take_way(m, half_number, page & (a->sets - 1));
        entry = &half->entries[i];
        hvm_close_windows_of(m, entry->page, &half->used[i]);
        hvm_associator_place(m, half_number, i, &fresh);
    }
    touch(m, half, entry);
    return entry;
}

/* Which entries a flush empties: those of `level` and above whose tag has `vmid` in the bits of `mask`. */
struct flush {
    unsigned level;
    uint64_t mask, vmid;
};

static bool matches(const struct flush *flush, unsigned level, uint64_t tag)
{
    return level >= flush->level && (tag & flush->mask) == flush->vmid;
}

static bool any_valid(const struct associator *a, unsigned half_number, unsigned level)
{
    uint32_t count = 0;
    for (; level <= HV_MAX_DEPTH; level++)
        count += a->valid[half_number][level];
    return count > 0;
}

static uint32_t flush_half(struct associator *a, unsigned half_number, const struct flush *flush)
{
    const struct half *half = &a->half[half_number];
    uint32_t flushed = 0;
    if (!any_valid(a, half_number, flush->level))
        return 0;
    for (uint32_t i = 0; i < a->sets * a->ways; i++) {
        if (!half->entries[i].valid || !matches(flush, half->entries[i].level, half->entries[i].tag))
            continue;
        unlink_entry(a, half_number, i);
        struct set *set = &half->sets[i / a->ways];
        set->free = i % a->ways < set->free ? i % a->ways : set->free;
        flushed++;
    }
    return flushed;
}

static uint32_t flush_all(struct hv_machine *m, const struct flush *flush)
{
    struct associator *a = &m->associator;
    for (unsigned i = 0; i < m->config.prefix_entries; i++) {
        if (matches(flush, a->prefix[i].level, a->prefix[i].tag))
            a->prefix[i].valid = false;
    }
    a->prefix_free = 0;
    return flush_half(a, 0, flush) + flush_half(a, 1, flush);
}

/* ---- prefix memory ---- */

struct prefix_entry *hvm_prefix_find(struct hv_machine *m, uint32_t page)
{
    struct associator *a = &m->associator;
    struct prefix_entry *const end = a->prefix + m->config.prefix_entries;
    for (struct prefix_entry *entry = a->prefix; entry < end; entry++) {
        if (entry->page == page && entry->tag == a->prefix_tag && entry->valid)
            return entry;
    }
    return NULL;
}

/* The lowest invalid entry, else the victim. */
static struct prefix_entry *take_prefix(struct hv_machine *m)
{
    struct associator *a = &m->associator;
    while (a->prefix_free < m->config.prefix_entries && a->prefix[a->prefix_free].valid)
        a->prefix_free++;
    if (a->prefix_free < m->config.prefix_entries)
        return &a->prefix[a->prefix_free];
    const uint32_t victim = a->prefix_fifo;
    a->prefix_fifo = victim + 1 < m->config.prefix_entries ? victim + 1 : 0;
    return &a->prefix[victim];
}

/* `entry` is the page's, or NULL. */
void hvm_prefix_fill(struct hv_machine *m, struct prefix_entry *entry, uint32_t page, uint32_t real, unsigned rights)
{
    struct associator *a = &m->associator;
    entry = entry ? entry : take_prefix(m);
    *entry = (struct prefix_entry){a->prefix_tag, page, real, (uint8_t)rights, (uint8_t)(m->level - 1), true};
}

/* ---- changes of the VMID, hv.fence ---- */

static uint64_t vmid_mask(const struct hv_machine *m, unsigned level)
{
    unsigned bits = level * m->config.syllable_bits;
    return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

static uint64_t tag_of(const struct hv_machine *m, unsigned level)
{
    switch (m->config.assoc_key) {
    case HV_KEY_NONE:
        return 0;
    case HV_KEY_LEVEL:
        return level;
    default:
        return m->vmid & vmid_mask(m, level);
    }
}

static void empty_last_pages(struct hv_machine *m)
{
    for (unsigned i = 0; i < PORTS * MAX_LAST_PAGES; i++)
        m->last[i / MAX_LAST_PAGES][i % MAX_LAST_PAGES].valid = false;
}

/* Its tags are those of the VMID. */
void hvm_associator_running(struct hv_machine *m)
{
    m->associator.tag = tag_of(m, m->level);
    m->associator.prefix_tag = m->level ? tag_of(m, m->level - 1) : 0;
}

/* After any change of the VMID: key none empties everything. */
static uint32_t vmid_changed(struct hv_machine *m)
{
    hvm_associator_running(m);
    empty_last_pages(m);
    return m->config.assoc_key == HV_KEY_NONE ? flush_all(m, &(struct flush){0, 0, 0}) : 0;
}

/* The last syllable of the VMID has just been appended. */
uint32_t hvm_associator_appended(struct hv_machine *m)
{
    uint32_t *held = &m->associator.held[m->level], syllable = m->levels[m->level].syllable, flushed = 0;
    if (m->config.assoc_key == HV_KEY_LEVEL && *held != syllable)
        flushed = flush_all(m, &(struct flush){m->level, 0, 0});
    *held = syllable;
    return flushed + vmid_changed(m);
}

uint32_t hvm_associator_cut(struct hv_machine *m)
{
    return vmid_changed(m);
}

/* hv.fence: every child, or the one child `syllable`, which may be any number. */
uint32_t hvm_associator_fence(struct hv_machine *m, bool all, uint32_t syllable)
{
    unsigned child = m->level + 1;
    bool exists = syllable && syllable < 1u << m->config.syllable_bits;
    struct flush flush = {child, 0, 0};
    empty_last_pages(m);
    if (child > m->config.depth || (!all && !exists))
        return 0;
    if (m->config.assoc_key == HV_KEY_LEVEL && !all && m->associator.held[child] != syllable)
        return 0;
    if (m->config.assoc_key == HV_KEY_VMID) {
        flush.mask = vmid_mask(m, all ? m->level : child);
        flush.vmid = m->vmid;
        if (!all)
            flush.vmid |= (uint64_t)syllable << m->level * m->config.syllable_bits;
    }
    return flush_all(m, &flush);
}

void hvm_count_flushed(struct hv_machine *m, unsigned level, uint32_t flushed)
{
    m->counters.associator.flushed += flushed;
    m->counters.by_level[level].flushed += flushed;
}

/* ---- for watchers ---- */

static bool cached_entry(const struct associator *a, unsigned half_number, unsigned i, struct hv_cached *out)
{
    if (!a->half[half_number].entries || i >= a->sets * a->ways)
        return false;
    const struct entry *entry = &a->half[half_number].entries[i];
    *out = (struct hv_cached){entry->valid, entry->level, entry->tag, entry->page, entry->real};
    return true;
}

static bool cached_prefix(const struct hv_machine *m, unsigned i, struct hv_cached *out)
{
    if (i >= m->config.prefix_entries)
        return false;
    const struct prefix_entry *entry = &m->associator.prefix[i];
    *out = (struct hv_cached){entry->valid, entry->level, entry->tag, entry->page, entry->real};
    return true;
}

static bool cached_last_page(const struct hv_machine *m, unsigned i, struct hv_cached *out)
{
    const unsigned pages = m->config.last_pages;
    if (i >= PORTS * pages)
        return false;
    const struct last_page *last = &m->last[i / pages][i % pages];
    *out = (struct hv_cached){last->valid, m->level, 0, last->page, last->real};
    return true;
}

bool hv_machine_cached(const struct hv_machine *m, enum hv_cache cache, unsigned i, struct hv_cached *out)
{
    switch (cache) {
    case HV_CACHE_FETCH:
        return cached_entry(&m->associator, 0, i, out);
    case HV_CACHE_DATA:
        return m->config.assoc_split == HV_SPLIT && cached_entry(&m->associator, 1, i, out);
    case HV_CACHE_PREFIX:
        return cached_prefix(m, i, out);
    default:
        return cached_last_page(m, i, out);
    }
}

uint32_t hv_machine_held(const struct hv_machine *m, unsigned level)
{
    return level && level <= m->config.depth ? m->associator.held[level] : 0;
}
