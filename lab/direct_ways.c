/* A half of an associator as it is built: ways, found by a hash table, and the state of the replacement. */
#include "lab/direct_half.h"

#include <stdlib.h>
#include <string.h>

enum { NOWHERE = UINT32_MAX, LFSR_RESET = 0xace1, LFSR_TAPS = 0xb400 };

struct half {
    uint32_t sets, ways, entries;
    enum hv_replacement replacement;
    uint32_t *heads, *next; /* chains of entries whose names have the same hash; NOWHERE: the end */
    unsigned shift;
    uint64_t *names;  /* way i % ways of set i / ways; LAB_NO_NAME: invalid */
    uint32_t *lowest; /* of each set: no way below is invalid */
    /* lru: a ring in each set, way `recent` the one used last; the next one by `newer` of it is the one used longest
     * ago */
    uint32_t *newer, *older, *recent;
    uint32_t *pointer; /* fifo */
    uint8_t *tree;     /* plru: node n of set s at s * ways + n */
    uint32_t lfsr;
};

/* ---- the hash table ---- */

static inline uint32_t *head(const struct half *h, uint64_t name)
{
    return &h->heads[(name * UINT64_C(0x9e3779b97f4a7c15)) >> h->shift];
}

static void take_out(struct half *h, uint32_t entry)
{
    uint32_t *link = head(h, h->names[entry]);
    while (*link != entry)
        link = &h->next[*link];
    *link = h->next[entry];
    h->names[entry] = LAB_NO_NAME;
}

/* ---- replacement (docs/spec.md, 10.8.2 to 10.8.4) ---- */

static inline void touch_lru(struct half *h, uint32_t set, uint32_t entry)
{
    uint32_t *newer = h->newer, *older = h->older;
    const uint32_t recent = h->recent[set];
    if (entry == recent)
        return;
    h->recent[set] = entry;
    if (newer[recent] == entry) /* used longest ago: the ring turns by one */
        return;
    newer[older[entry]] = newer[entry];
    older[newer[entry]] = older[entry];
    const uint32_t oldest = newer[recent];
    newer[recent] = entry;
    older[entry] = recent;
    newer[entry] = oldest;
    older[oldest] = entry;
}

static inline void touch_plru(struct half *h, uint32_t set, uint32_t entry)
{
    uint8_t *tree = &h->tree[(size_t)set * h->ways];
    uint32_t node = h->ways + (entry - set * h->ways);
    for (; node > 1; node >>= 1)
        tree[node >> 1] = !(node & 1);
}

static inline void touch(struct half *h, uint32_t set, uint32_t entry)
{
    if (h->replacement == HV_REPLACEMENT_LRU)
        touch_lru(h, set, entry);
    else if (h->replacement == HV_REPLACEMENT_PLRU)
        touch_plru(h, set, entry);
}

static uint32_t victim_plru(const struct half *h, uint32_t set)
{
    const uint8_t *tree = &h->tree[(size_t)set * h->ways];
    uint32_t node = 1;
    while (node < h->ways)
        node = node << 1 | tree[node];
    return node - h->ways;
}

/* The way that the policy names, which is then the chosen one. */
static uint32_t choose(struct half *h, uint32_t set)
{
    uint32_t way;
    switch (h->replacement) {
    case HV_REPLACEMENT_LRU:
        return h->newer[h->recent[set]] - set * h->ways;
    case HV_REPLACEMENT_PLRU:
        return victim_plru(h, set);
    case HV_REPLACEMENT_FIFO:
        way = h->pointer[set];
        h->pointer[set] = way + 1 < h->ways ? way + 1 : 0;
        return way;
    case HV_REPLACEMENT_RANDOM:
        way = (uint32_t)((uint64_t)h->lfsr * h->ways >> 16);
        h->lfsr = h->lfsr >> 1 ^ (h->lfsr & 1 ? LFSR_TAPS : 0u);
        return way;
    }
    return 0;
}

/* ---- lookups ---- */

/* The name into the lowest invalid way, else in the victim's place. Returns the entry. */
static uint32_t fill(struct half *h, uint64_t name)
{
    const uint32_t set = (uint32_t)name & (h->sets - 1), first = set * h->ways;
    uint32_t way = h->lowest[set];
    while (way < h->ways && h->names[first + way] != LAB_NO_NAME)
        way++;
    h->lowest[set] = way;
    if (way == h->ways) {
        way = choose(h, set);
        take_out(h, first + way);
    }
    uint32_t *link = head(h, name);
    h->next[first + way] = *link;
    *link = first + way;
    h->names[first + way] = name;
    return first + way;
}

static bool lookups(void *half, const uint64_t *names, size_t count, uint64_t *misses, uint8_t *missed)
{
    struct half *h = half;
    uint64_t last = LAB_NO_NAME, found = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t name = names[i];
        if (missed)
            missed[i] = 0;
        if (name == last) /* a second touch in a row changes nothing */
            continue;
        last = name;
        uint32_t entry = *head(h, name);
        while (entry != NOWHERE && h->names[entry] != name)
            entry = h->next[entry];
        if (entry == NOWHERE) {
            entry = fill(h, name);
            found++;
            if (missed)
                missed[i] = 1;
        }
        touch(h, (uint32_t)name & (h->sets - 1), entry);
    }
    *misses += found;
    return true;
}

static size_t flush(void *half, const struct lab_flush *flush)
{
    struct half *h = half;
    size_t flushed = 0;
    for (uint32_t i = 0; i < h->entries; i++) {
        if (h->names[i] == LAB_NO_NAME || !lab_flush_takes(flush, h->names[i]))
            continue;
        take_out(h, i);
        h->lowest[i / h->ways] = 0;
        flushed++;
    }
    return flushed;
}

static size_t held(const void *half, uint32_t set, uint64_t *names)
{
    const struct half *h = half;
    size_t count = 0;
    for (uint32_t way = 0; way < h->ways; way++) {
        const uint64_t name = h->names[set * h->ways + way];
        if (name != LAB_NO_NAME)
            names[count++] = name;
    }
    return count;
}

static void free_half(void *half)
{
    struct half *h = half;
    free(h->heads);
    free(h->next);
    free(h->names);
    free(h->lowest);
    free(h->newer);
    free(h->older);
    free(h->recent);
    free(h->pointer);
    free(h->tree);
    free(h);
}

/* The ring of a set in the order of its ways; a victim is asked for when each has been touched only, so it says
 * nothing. */
static void make_rings(struct half *h)
{
    for (uint32_t i = 0; i < h->entries; i++) {
        const uint32_t first = i / h->ways * h->ways, way = i - first;
        h->newer[i] = first + (way + 1) % h->ways;
        h->older[i] = first + (way + h->ways - 1) % h->ways;
    }
    for (uint32_t set = 0; set < h->sets; set++)
        h->recent[set] = set * h->ways;
}

static void *new_half(const struct lab_direct_plan *plan, enum lab_width width)
{
    struct half *h = calloc(1, sizeof *h);
    (void)width;
    if (!h || (uint64_t)plan->sets * plan->ways > UINT32_C(1) << 28) {
        free(h);
        return NULL;
    }
    h->sets = plan->sets;
    h->ways = plan->ways;
    h->entries = plan->sets * plan->ways;
    h->replacement = plan->replacement;
    h->lfsr = LFSR_RESET;
    for (h->shift = 64 - 4; (UINT64_C(1) << (64 - h->shift)) < 4 * (uint64_t)h->entries;)
        h->shift--;
    const size_t head_bytes = sizeof *h->heads << (64 - h->shift);
    h->heads = malloc(head_bytes);
    h->next = calloc(h->entries, sizeof *h->next);
    h->names = malloc(h->entries * sizeof *h->names);
    h->lowest = calloc(h->sets, sizeof *h->lowest);
    h->newer = calloc(h->entries, sizeof *h->newer);
    h->older = calloc(h->entries, sizeof *h->older);
    h->recent = calloc(h->sets, sizeof *h->recent);
    h->pointer = calloc(h->sets, sizeof *h->pointer);
    h->tree = calloc(h->entries, sizeof *h->tree);
    if (!h->heads || !h->next || !h->names || !h->lowest || !h->newer || !h->older || !h->recent || !h->pointer ||
        !h->tree) {
        free_half(h);
        return NULL;
    }
    memset(h->heads, 0xff, head_bytes);
    memset(h->names, 0xff, h->entries * sizeof *h->names);
    make_rings(h);
    return h;
}

const struct lab_half_kind lab_half_ways = {new_half, free_half, lookups, flush, held};
