/* The walk of a miss (docs/spec.md, 7, 10.8.7): f of every level from the top, or of the top one, and the prefix
 * memory's answer. A walk that was made before, and whose words in memory are the same, is not made once more. */
#include "model/machine_internal.h"

#include <string.h>

/* Has memory the words still that the walk has read? */
static inline bool reads_the_same(const struct hv_machine *m, const struct walked *walked)
{
    for (unsigned i = 0; i < walked->reads; i++) {
        if (hvm_ram_word(m, walked->read[i].offset) != walked->read[i].pte)
            return false;
    }
    return true;
}

/* Would a walk of the page for this kind of access now end as this one has? */
static inline bool is_known(const struct hv_machine *m, const struct walked *walked, const struct access_kind *kind,
                            uint32_t page)
{
    return walked->page == page && walked->level == m->level && walked->latched == m->latched &&
           enough(walked->top_rights & walked->below_rights, kind->need) && reads_the_same(m, walked);
}

/* The top map. */
static __attribute__((noinline)) bool walk_top(const struct hv_machine *m, struct walked *walked,
                                               const struct access_kind *kind, uint32_t page)
{
    struct walk walk = {.page = page, .rights = RIGHT_ALL};
    walked->latched = 0;
    if (!hvm_descend(m, m->level, m->level, kind->access, &walk))
        return false;
    walked->page = page;
    walked->level = (uint8_t)m->level;
    walked->below = walk.page;
    walked->top_rights = (uint8_t)walk.rights;
    walked->top_reads = (uint8_t)walk.reads;
    walked->read[0] = walk.read[0];
    return true;
}

/* The maps below, up to a page that this kind of access can have. */
static __attribute__((noinline)) bool walk_below(const struct hv_machine *m, struct walked *walked,
                                                 const struct access_kind *kind)
{
    struct walk walk = {.page = walked->below, .rights = RIGHT_ALL};
    if (m->level > 1 && !hvm_descend(m, m->level - 1, 1, kind->access, &walk))
        return false;
    const enum page_kind real_kind = hvm_page_kind(m, walk.page);
    if (real_kind != PAGE_RAM)
        walk.rights &= ~(unsigned)RIGHT_RAM;
    if (real_kind == PAGE_NOTHING || !enough(walk.rights, kind->need))
        return false;
    walked->real = walk.page;
    walked->below_rights = (uint8_t)walk.rights;
    walked->reads = (uint8_t)(walked->top_reads + walk.reads);
    memcpy(&walked->read[walked->top_reads], walk.read, walk.reads * sizeof walk.read[0]);
    walked->latched = m->latched;
    return true;
}

/* Resource page of the running VM to real page and rights, with all that a miss counts and keeps but in the associator.
 * False if it ends in a fault: then nothing has been counted or kept. */
bool hvm_walk(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t page, struct found *found)
{
    struct lookups *const lookups = &m->lookups[port];
    struct walked *const walked = &m->blocks.walked[page % WALKS];
    struct prefix_entry *entry = NULL;
    const bool known = is_known(m, walked, kind, page), use_prefix = m->level > 1 && m->config.prefix_entries;
    if (!known && !walk_top(m, walked, kind, page))
        return false;
    if (use_prefix) {
        entry = hvm_prefix_find(m, walked->below);
        if (entry && enough(entry->rights, kind->need)) {
            lookups->misses++;
            lookups->prefix_hits++;
            lookups->walk_reads += walked->top_reads;
            *found = (struct found){entry->real, walked->top_rights & entry->rights};
            return true;
        }
    }
    if (!known && !walk_below(m, walked, kind))
        return false;
    if (use_prefix)
        hvm_prefix_fill(m, entry, walked->below, walked->real, walked->below_rights);
    lookups->misses++;
    lookups->walk_reads += walked->reads;
    *found = (struct found){walked->real, walked->top_rights & walked->below_rights};
    return true;
}

/* The machine is another one: so may be what LVMID has latched. */
void hvm_forget_walks(struct hv_machine *m)
{
    memset(m->blocks.walked, 0, WALKS * sizeof *m->blocks.walked);
}
