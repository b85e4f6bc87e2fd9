/* The associator, its prefix memory and their flushes (docs/spec.md, 7 and 10.8).
 *
 * A half has sets x ways entries; entry i is way i % ways of set i / ways. Lookups go through a hash
 * table over all valid entries of the half, so that 65,536 ways cost what one way costs. */
#include "model/windows.h"

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
        for (uint32_t lane = 0; lane < LANES; lane++)
            half->sets[set].least[lane] = lane < a->ways ? lane : UINT64_MAX;
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

static inline uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t least_of(const uint64_t *lanes)
{
    return lesser(lesser(lanes[0], lanes[1]), lesser(lanes[2], lanes[3]));
}

/* The way of a timed set that was used longest ago; it is used now. Times only grow, so that what was a lane's least
 * one bounds it from below. A bound that still is the time of a way, and the least of all bounds, is the least of all
 * times. Each has its way in it. As many ways as lanes need no bounds. */
static inline uint32_t least_used(struct hv_machine *m, struct set *set, uint64_t *used)
{
    const uint32_t ways = m->associator.ways;
    uint64_t *const bound = set->least;
    if (ways == LANES) {
        const uint32_t oldest = least_of(used) % FEW_WAYS;
        hvm_note_use(m, &used[oldest]);
        return oldest;
    }
    for (;;) {
        const uint64_t least = least_of(bound);
        const uint32_t oldest = least % FEW_WAYS, lane = oldest % LANES;
        const bool found = used[oldest] == least;
        if (found)
            hvm_note_use(m, &used[oldest]);
        bound[lane] = used[lane];
        for (uint32_t way = lane + LANES; way < ways; way += LANES)
            bound[lane] = lesser(bound[lane], used[way]);
        if (found)
            return oldest;
    }
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
            return least_used(m, set, &half->used[set_number * a->ways]);
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

/* The entry of this half is no more in its bucket. */
static inline void unlink_entry(const struct associator *a, const struct half *half, uint32_t i)
{
    const struct entry *entry = &half->entries[i];
    uint32_t *link = bucket(a, half, hash_of_tag(entry->tag), entry->page);
    while (*link != i)
        link = &half->entries[*link].next;
    *link = entry->next;
}

static void empty_entry(struct associator *a, unsigned half_number, uint32_t i)
{
    struct entry *entry = &a->half[half_number].entries[i];
    unlink_entry(a, &a->half[half_number], i);
    entry->valid = false;
    a->valid[half_number][entry->level]--;
}

/* The lowest invalid way of a set, or as many as there are. */
static inline uint32_t free_way(const struct associator *a, const struct half *half, uint32_t set_number)
{
    struct set *set = &half->sets[set_number];
    while (set->free < a->ways && half->entries[set_number * a->ways + set->free].valid)
        set->free++;
    return set->free;
}

static inline void link_entry(const struct associator *a, const struct half *half, uint32_t tag_hash, uint32_t i)
{
    uint32_t *const link = bucket(a, half, tag_hash, half->entries[i].page);
    half->entries[i].next = *link;
    *link = i;
}

/* Way `i` of the half, which is invalid, becomes this valid entry. */
void hvm_associator_place(struct hv_machine *m, unsigned half_number, uint32_t i, const struct entry *entry)
{
    struct associator *a = &m->associator;
    struct entry *to = &a->half[half_number].entries[i];
    to->tag = entry->tag;
    to->page = entry->page;
    to->real = entry->real;
    to->rights = entry->rights;
    to->level = entry->level;
    to->valid = true;
    link_entry(a, &a->half[half_number], hash_of_tag(entry->tag), i);
    a->valid[half_number][entry->level]++;
}

/* `entry` is the page's. */
struct entry *hvm_associator_refill(struct hv_machine *m, enum port port, struct entry *entry, uint32_t real,
                                    unsigned rights)
{
    const struct half *half = &m->associator.half[half_of(m, port)];
    hvm_close_windows_of(m, entry->page, &half->used[entry - half->entries]);
    entry->real = real;
    entry->rights = (uint8_t)rights;
    touch(m, half, entry);
    return entry;
}

/* No entry is the page's. Returns NULL when there is no associator to fill. */
struct entry *hvm_associator_fill(struct hv_machine *m, enum port port, uint32_t page, uint32_t real, unsigned rights)
{
    struct associator *a = &m->associator;
    const unsigned half_number = half_of(m, port);
    const struct half *half = &a->half[half_number];
    if (!half->entries)
        return NULL;
    const uint32_t set = page & (a->sets - 1);
    uint32_t way = free_way(a, half, set);
    const bool full = way == a->ways;
    if (full)
        way = victim(m, half_number, set);
    const uint32_t i = set * a->ways + way;
    struct entry *const entry = &half->entries[i];
    if (full)
        unlink_entry(a, half, i);
    a->valid[half_number][entry->level] -= full;
    a->valid[half_number][m->level]++;
    hvm_close_windows_of(m, entry->page, &half->used[i]);
    entry->tag = a->tag;
    entry->page = page;
    entry->real = real;
    entry->rights = (uint8_t)rights;
    entry->level = (uint8_t)m->level;
    entry->valid = true;
    link_entry(a, half, a->tag_hash, i);
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
        empty_entry(a, half_number, i);
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
    m->associator.tag_hash = hash_of_tag(m->associator.tag);
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
