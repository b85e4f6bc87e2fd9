/* The walk of a miss that is made: f of every level from the top, or of the top one. The rest of it is in walk.h. */
#include "model/walk.h"

#include <string.h>

/* What is read comes with the walk: to clear it would take longer than to read it. */
static inline void begin(struct walk *walk, uint32_t page)
{
    walk->page = page;
    walk->rights = RIGHT_ALL;
    walk->reads = 0;
}

/* The top map. */
bool hvm_walk_top(const struct hv_machine *m, struct walked *walked, const struct access_kind *kind, uint32_t page)
{
    struct walk walk;
    begin(&walk, page);
    walked->latched = 0;
    if (!hvm_descend(m, m->level, m->level, kind->access, &walk))
        return false;
    walked->page = page;
    walked->level = (uint8_t)m->level;
    walked->below = walk.page;
    walked->top_rights = (uint8_t)walk.rights;
    walked->top_reads = (uint8_t)walk.reads;
    memcpy(walked->read, walk.read, walk.reads * sizeof walk.read[0]);
    return true;
}

/* Memory has the words now: the pages that they are in are watched from now on. */
static void watch(struct hv_machine *m, struct walked *walked)
{
    for (unsigned i = 0; i < walked->reads; i++)
        hvm_code_watch(m, walked->read[i].offset >> HV_PAGE_BITS);
    walked->stored = m->stored;
}

bool hvm_walk_reads_the_same(struct hv_machine *m, struct walked *walked)
{
    for (unsigned i = 0; i < walked->reads; i++) {
        if (hvm_ram_word(m, walked->read[i].offset) != walked->read[i].pte)
            return false;
    }
    walked->stored = m->stored;
    return true;
}

/* The maps below, up to a page that this kind of access can have. */
bool hvm_walk_below(struct hv_machine *m, struct walked *walked, const struct access_kind *kind)
{
    struct walk walk;
    begin(&walk, walked->below);
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
    watch(m, walked);
    return true;
}

/* The machine is another one: so may be what LVMID has latched. */
void hvm_forget_walks(struct hv_machine *m)
{
    memset(m->blocks.walked, 0, WALKS * sizeof *m->blocks.walked);
}
