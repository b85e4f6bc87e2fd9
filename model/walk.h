/* The walk of a miss (docs/spec.md, 7, 10.8.7): f of every level from the top, or of the top one, and the prefix
 * memory's answer. A walk that was made before, and whose words in memory are the same, is not made once more: that is
 * in line where the model's time goes. */
#ifndef HV_WALK_H
#define HV_WALK_H

#include "model/associator.h"

/* walk.c. The top map, and the maps below, up to a page that this kind of access can have; false if that is a fault. */
bool hvm_walk_top(const struct hv_machine *m, struct walked *walked, const struct access_kind *kind, uint32_t page);
bool hvm_walk_below(struct hv_machine *m, struct walked *walked, const struct access_kind *kind);

/* Has memory the words still that the walk has read? */
bool hvm_walk_reads_the_same(struct hv_machine *m, struct walked *walked);

/* Would a walk of the page for this kind of access now end as this one has? */
static inline bool is_known(struct hv_machine *m, struct walked *walked, const struct access_kind *kind, uint32_t page)
{
    return walked->page == page && walked->level == m->level && walked->latched == m->latched &&
           enough(walked->top_rights & walked->below_rights, kind->need) &&
           (walked->stored == m->stored || hvm_walk_reads_the_same(m, walked));
}

/* What a miss finds; rights 0: the walk ends in a fault. */
struct found {
    uint32_t real;
    unsigned rights;
};

/* Resource page of the running VM to real page and rights, with all that a miss counts and keeps but in the associator.
 * If it ends in a fault nothing has been counted or kept. */
static inline struct found hvm_walk(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t page)
{
    struct lookups *const lookups = &m->lookups[port];
    struct walked *const walked = &m->blocks.walked[page % WALKS];
    struct prefix_entry *entry = NULL;
    const bool known = is_known(m, walked, kind, page), use_prefix = m->level > 1 && m->config.prefix_entries;
    if (!known && !hvm_walk_top(m, walked, kind, page))
        return (struct found){0, 0};
    if (use_prefix) {
        entry = hvm_prefix_find(m, walked->below);
        if (entry && enough(entry->rights, kind->need)) {
            lookups->misses++;
            lookups->prefix_hits++;
            lookups->walk_reads += walked->top_reads;
            return (struct found){entry->real, walked->top_rights & entry->rights};
        }
    }
    if (!known && !hvm_walk_below(m, walked, kind))
        return (struct found){0, 0};
    if (use_prefix)
        hvm_prefix_fill(m, entry, walked->below, walked->real, walked->below_rights);
    lookups->misses++;
    lookups->walk_reads += walked->reads;
    return (struct found){walked->real, walked->top_rights & walked->below_rights};
}

#endif
