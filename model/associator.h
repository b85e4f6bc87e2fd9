/* A lookup in the associator (docs/spec.md, 7.3), in line where the model's time goes: find an entry, and note
 * its use. */
#ifndef HV_ASSOCIATOR_H
#define HV_ASSOCIATOR_H

#include "model/machine_internal.h"

static inline unsigned half_of(const struct hv_machine *m, enum port port)
{
    return m->config.assoc_split == HV_SPLIT ? port : 0;
}

/* What a tag adds to the number of a bucket. */
static inline uint32_t hash_of_tag(uint64_t tag)
{
    return (uint32_t)(tag * UINT64_C(0x9e3779b97f4a7c15) >> 40);
}

static inline uint32_t *bucket(const struct associator *a, const struct half *half, uint32_t tag_hash, uint32_t page)
{
    return &half->buckets[(tag_hash ^ page ^ page >> 10) & a->bucket_mask];
}

/* The entry of the running VMID for this page, or NULL. */
static inline struct entry *hvm_associator_find(const struct hv_machine *m, enum port port, uint32_t page)
{
    const struct associator *a = &m->associator;
    const struct half *half = &a->half[port];
    if (!half->entries)
        return NULL;
    uint32_t i = *bucket(a, half, a->tag_hash, page);
    while (i != NOWHERE && (half->entries[i].page != page || half->entries[i].tag != a->tag))
        i = half->entries[i].next;
    return i == NOWHERE ? NULL : &half->entries[i];
}

/* LRU: sets of up to so many ways have the time of each way's use, which is quick to note, and look for the least when
 * a way is taken; larger ones have their ways in a ring by use, of which the end is quick to find. */
enum { FEW_WAYS = 64 };

/* Move a way to the recent end of its set's ring. */
static inline void touch_lru(struct set *set, struct entry *entries, uint32_t way)
{
    uint32_t recent = set->recent;
    if (way == recent)
        return;
    set->recent = way;
    entries[entries[way].newer].older = entries[way].older;
    entries[entries[way].older].newer = entries[way].newer;
    entries[way].older = recent;
    entries[way].newer = entries[recent].newer;
    entries[entries[way].newer].older = way;
    entries[recent].newer = way;
}

/* Heap order: node 1 the root; leaf `ways + way` is the way. Each node on the path points away from it. */
static inline void touch_plru(uint8_t *tree, uint32_t ways, uint32_t way)
{
    for (uint32_t node = ways + way; node > 1; node /= 2)
        tree[node / 2] = node % 2 == 0;
}

/* Note the time of a way's use at its place in half.used: the way stays below it. */
static inline void hvm_note_use(struct hv_machine *m, uint64_t *used)
{
    *used = (m->associator.uses += FEW_WAYS) + *used % FEW_WAYS;
}

/* The entry has been used, for the replacement. */
static inline void touch(struct hv_machine *m, const struct half *half, struct entry *entry)
{
    if (m->associator.timed) {
        hvm_note_use(m, &half->used[entry - half->entries]);
        return;
    }
    const uint32_t ways = m->associator.ways, set = entry->page & (m->associator.sets - 1);
    const uint32_t way = (uint32_t)(entry - half->entries) - set * ways;
    if (m->config.assoc_replacement == HV_REPLACEMENT_LRU)
        touch_lru(&half->sets[set], &half->entries[set * ways], way);
    else
        touch_plru(&half->trees[set * ways], ways, way);
}

static inline void hvm_associator_touch(struct hv_machine *m, enum port port, struct entry *entry)
{
    touch(m, &m->associator.half[port], entry);
}

/* ---- prefix memory ---- */

static inline struct prefix_entry *hvm_prefix_find(struct hv_machine *m, uint32_t page)
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
static inline struct prefix_entry *hvm_prefix_take(struct hv_machine *m)
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
static inline void hvm_prefix_fill(struct hv_machine *m, struct prefix_entry *entry, uint32_t page, uint32_t real,
                                   unsigned rights)
{
    entry = entry ? entry : hvm_prefix_take(m);
    entry->tag = m->associator.prefix_tag;
    entry->page = page;
    entry->real = real;
    entry->rights = (uint8_t)rights;
    entry->level = (uint8_t)(m->level - 1);
    entry->valid = true;
}

#endif
