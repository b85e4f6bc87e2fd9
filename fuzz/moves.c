/* Maps that move: from one frame to another with other contents. */
#include "fuzz/plan.h"

/* The word is `good` from the start; both are valid. */
static void move(struct gen *g, unsigned monitor, uint32_t name, uint32_t good, uint32_t bad, const char *note)
{
    struct plan *p = &g->plan[monitor];
    if (p->fix_count == MAX_FIXES || good == bad)
        return;
    p->moves |= UINT32_C(1) << p->fix_count;
    p->fixes[p->fix_count++] = (struct fix){name, good, bad, note};
}

/* An entry of the VM's table with the frame of another page of its, or of its twin. */
static uint32_t moved_entry(struct gen *g, unsigned vm, uint32_t entry)
{
    const struct plan *p = &g->plan[vm];
    const uint32_t distance = p->twin ? p->twin - p->start : 0;
    const uint32_t page = g->config.ram_base / HV_PAGE_BYTES + p->start + (below(g, p->pages) >> p->grain << p->grain);
    return p->twin ? entry + (distance << 10) : page << 10 | (entry & 0x3ff);
}

/* The entry of a page that the VM can do without for a while. */
static void move_page(struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent;
    const bool copied = chance(g, 60); /* on the first write: until then it is only read */
    const uint32_t page = copied || chance(g, 50) ? p->page[OWN_DATA]
                          : chance(g, 75)         ? p->pages - 1
                                                  : below(g, p->pages);
    const uint32_t name = p->table + 4 * (page >> p->grain);
    const struct fuzz_word *word = fuzz_world_find(g->world, monitor, name);
    if (!word || !(word->value & HV_PTE_V))
        return;
    const uint32_t entry = word->value, there = moved_entry(g, vm, entry);
    if (copied)
        gen_fix(g, monitor, (struct fix){name, there, entry & ~(uint32_t)HV_PTE_W, "table entry"});
    else
        move(g, monitor, name, entry, there, "table entry");
}

/* In a fenced world no table may come to lie where stores go: a leaf has none. */
static bool may_move(const struct gen *g, unsigned vm)
{
    return !g->plan[vm].monitor || (!g->world->fenced && !g->goal);
}

void plan_moves(struct gen *g)
{
    for (unsigned vm = 1; vm < g->world->vms; vm++) {
        const struct plan *p = &g->plan[vm];
        const unsigned monitor = g->world->vm[vm].parent;
        if (p->wide || !may_move(g, vm) || !(p->twin || chance(g, g->goal ? 3 : 12)))
            continue;
        if (p->linear) {
            for (unsigned i = 1 + below(g, 2); i > 0; i--)
                move_page(g, vm);
            continue;
        }
        const uint32_t base = g->config.ram_base / HV_PAGE_BYTES + p->start;
        move(g, monitor, p->vmcb + HV_VMCB_MEM_BASE, base, p->twin ? base - p->start + p->twin : base + 1,
             "memory map: base");
    }
}

/* The words of the leaf once more, with other data. */
static void put_twin(struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    const struct fuzz_vm *v = &g->world->vm[vm];
    for (size_t i = 0; i < v->count; i++) {
        const struct fuzz_word *word = &v->words[i];
        const uint32_t frame = v->frame[(word->name - g->config.ram_base) / HV_PAGE_BYTES];
        if (frame == FUZZ_HOLE)
            continue;
        const uint32_t name = page_name(g, frame - p->start + p->twin) + word->name % HV_PAGE_BYTES;
        fuzz_world_put(g->world, v->parent, name, word->value, word->kind, word->note);
    }
    const uint32_t data = v->frame[p->page[OWN_DATA]];
    for (unsigned i = 0; i < 4 && data != FUZZ_HOLE; i++)
        fuzz_world_put(g->world, v->parent, page_name(g, data - p->start + p->twin) + 0x400 + 4 * below(g, 256),
                       gen_odd_word(g), FUZZ_DATA, NULL);
}

void plan_twins(struct gen *g)
{
    for (unsigned vm = 1; vm < g->world->vms; vm++)
        if (g->plan[vm].twin)
            put_twin(g, vm);
}
