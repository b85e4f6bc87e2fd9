#include "fuzz/generate.h"
#include "fuzz/plan.h"

#include "sim/files.h"

#include <assert.h>
#include <inttypes.h>

enum { LIMIT_LEAST = 200, LIMIT_MORE = 600, MOST_BRANCHES = 8 };

uint32_t gen_odd_word(struct gen *g)
{
    static const uint32_t edges[] = {0, 1, 2, 4, 0xffffffff, 0xfffffffc, 0x80000000, 0x7fffffff, 0x100000, 0xfffff};
    const uint32_t ram = g->config.ram_base;
    switch (below(g, 6)) {
    case 0:
        return (uint32_t)fuzz_draw(&g->random);
    case 1:
        return edges[below(g, sizeof edges / sizeof *edges)];
    case 2: /* a name */
        return ram + HV_PAGE_BYTES * below(g, 16) + 4 * below(g, 1024);
    case 3: /* a table's entry */
        return (ram / HV_PAGE_BYTES + below(g, 16)) << 10 | below(g, 256);
    case 4:
        return below(g, 32);
    default:
        return UINT32_C(1) << below(g, 32);
    }
}

/* ---- What is missing ---- */

void gen_fix(struct gen *g, unsigned monitor, struct fix fix)
{
    struct plan *p = &g->plan[monitor];
    if (p->fix_count == MAX_FIXES)
        return;
    p->fixes[p->fix_count++] = fix;
    fuzz_world_put(g->world, monitor, fix.name, fix.bad, FUZZ_DATA, fix.note);
}

/* An entry that has no value for this cause and access; the grain of its map is `grain`. */
static uint32_t spoiled(struct gen *g, uint32_t entry, unsigned cause, unsigned access, uint32_t grain)
{
    if (cause == HV_FAULT_MISSING)
        return chance(g, 70) ? entry & ~(uint32_t)HV_PTE_V : 0;
    if (cause == HV_FAULT_INVALID) {
        entry &= ~(uint32_t)HV_PTE_S;
        const uint32_t odd = grain && chance(g, 40) ? entry | 1 << 10 : entry | UINT32_C(3) << 30;
        return chance(g, 50) ? (entry & ~(uint32_t)HV_PTE_R) | HV_PTE_W : odd;
    }
    if (chance(g, 25))
        return entry & ~(uint32_t)HV_PTE_A;
    if (access == HV_ACCESS_FETCH)
        return entry & ~(uint32_t)HV_PTE_X;
    if (access == HV_ACCESS_STORE)
        return entry & ~(uint32_t)(chance(g, 50) ? HV_PTE_W : HV_PTE_D);
    return entry & ~(uint32_t)(HV_PTE_R | HV_PTE_W);
}

/* Take page `page` of VM `of` away in the map of VM `vm`, which is that or has it inside. */
static void take_page(struct gen *g, unsigned of, uint32_t page, unsigned vm, bool cut, unsigned cause, unsigned access)
{
    const struct plan *p = &g->plan[vm];
    const unsigned owner = g->world->vm[vm].parent;
    const uint32_t there = fuzz_world_page(g->world, of, page, vm);
    if (there == FUZZ_HOLE)
        return;
    const uint32_t ram = g->config.ram_base / HV_PAGE_BYTES;
    const uint32_t entry = p->wide ? ((ram + there) >> p->grain) - (ram >> p->grain) : there >> p->grain;
    const uint32_t name = (cut && !p->wide) || !p->linear ? p->vmcb + HV_VMCB_MEM_BOUND : p->table + 4 * entry;
    const struct fuzz_word *word = fuzz_world_find(g->world, owner, name);
    if (!word)
        return;
    const uint32_t good = word->value;
    if (name == p->vmcb + HV_VMCB_MEM_BOUND)
        gen_fix(g, owner, (struct fix){name, good, there >> p->grain << p->grain, "memory map: bound"});
    else
        gen_fix(g, owner, (struct fix){name, good, spoiled(g, good, cause, access, p->grain), "table entry"});
}

void gen_take_page(struct gen *g, unsigned of, uint32_t page, unsigned at, bool cut, unsigned cause, unsigned access)
{
    take_page(g, g->path[of], page, g->path[at], cut, cause, access);
}

static uint32_t some_own_page(struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    const enum own_page which = p->monitor ? FUZZ_ONE_OF(&g->random, OWN_ROOT, OWN_CONTROL, OWN_DATA, OWN_CODE)
                                           : FUZZ_ONE_OF(&g->random, OWN_DATA, OWN_DATA, OWN_CODE);
    return p->monitor || chance(g, 50) ? p->page[which] : p->pages - 1;
}

/* Of a VM that owes it to the map of another, down to level 1; `far`: just there, so that level 0 has its turn. */
static void random_defect(struct gen *g, bool far)
{
    const bool any = chance(g, far ? 60 : 20);
    const unsigned of = any ? 1 + below(g, g->world->vms - 1) : g->path[1 + below(g, g->length)];
    unsigned at = of;
    for (unsigned up = far ? g->world->vm[of].level - 1 : below(g, g->world->vm[of].level); up > 0; up--)
        at = g->world->vm[at].parent;
    const unsigned cause =
        FUZZ_ONE_OF(&g->random, HV_FAULT_MISSING, HV_FAULT_DENIED, HV_FAULT_DENIED, HV_FAULT_INVALID);
    const uint32_t page = some_own_page(g, of);
    const bool last = page == g->plan[of].pages - 1;
    take_page(g, of, page, at, last && chance(g, 30), cause, 1 + below(g, 3));
}

void plan_defects(struct gen *g)
{
    const bool aimed = g->goal && g->length >= g->goal->level;
    if (!g->length)
        return;
    if (aimed)
        goal_defect(g);
    for (unsigned i = chance(g, aimed ? 25 : 75) ? 1 + below(g, 3) : 0; i > 0; i--)
        random_defect(g, false);
    for (unsigned i = g->nested ? 1 + below(g, 3) : 0; i > 0; i--)
        random_defect(g, true);
}

/* Some words, anywhere, are something else. */
static void add_noise(struct gen *g)
{
    if (g->world->fenced || !chance(g, 30))
        return;
    for (unsigned i = 1 + below(g, 3); i > 0; i--) {
        const struct fuzz_vm *vm = &g->world->vm[below(g, g->world->vms)];
        struct fuzz_word *word = vm->count ? &vm->words[below(g, (uint32_t)vm->count)] : NULL;
        if (word && word->kind == FUZZ_DATA)
            word->value = chance(g, 50) ? gen_odd_word(g) : word->value ^ UINT32_C(1) << below(g, 32);
    }
}

/* ---- All of it ---- */

static unsigned draw_length(struct gen *g)
{
    const unsigned depth = g->config.depth;
    if (!depth)
        return 0;
    if (g->goal)
        return goal_length(g);
    return chance(g, 6) ? 0 : chance(g, 40) ? depth : 1 + below(g, depth);
}

static void draw_world(struct gen *g, uint64_t seed)
{
    struct fuzz_world *world = g->world;
    world->seed = seed;
    world->limit = LIMIT_LEAST + below(g, LIMIT_MORE);
    world->fenced = chance(g, 35);
    world->wait_percent = chance(g, 30) ? 10 * (1 + below(g, 6)) : 0;
    world->wait_seed = fuzz_draw(&g->random) >> 32;
    world->input_length = chance(g, 15) ? below(g, 8) : 0;
    for (size_t i = 0; i < world->input_length; i++)
        world->input[i] = (uint8_t)below(g, 256);
}

int fuzz_check_config(const struct hv_config *config, struct hv_error *error)
{
    enum { LEAST = 3 * HV_PAGE_BYTES, REACH = FUZZ_MAX_PAGES * HV_PAGE_BYTES };
    if (config->ram_bytes < LEAST || config->ram_bytes > FUZZ_MAX_RAM)
        return hv_fail(error, "%s: ram_bytes: found %" PRIu32 ", expected %d to %d for fuzz", config->name,
                       config->ram_bytes, LEAST, FUZZ_MAX_RAM);
    if (config->depth && config->hv_root - config->ram_base >= REACH)
        return hv_fail(error, "%s: hv_root: found ram_base + 0x%" PRIx32 ", expected less than 0x%x for fuzz",
                       config->name, config->hv_root - config->ram_base, (unsigned)REACH);
    if (config->reset_vector - config->ram_base >= REACH)
        return hv_fail(error, "%s: reset_vector: found ram_base + 0x%" PRIx32 ", expected less than 0x%x for fuzz",
                       config->name, config->reset_vector - config->ram_base, (unsigned)REACH);
    return 0;
}

void fuzz_generate(struct fuzz_world *world, const struct hv_config *config, uint64_t seed,
                   const struct fuzz_point *goal)
{
    struct fuzz_point aim = {0};
    struct gen g = {.random = {seed}, .world = world, .config = *config, .goal = goal ? &aim : NULL};
    if (goal) {
        aim = *goal;
        aim.table = fuzz_coverage_family(goal->table);
    }
    fuzz_world_begin(world, config);
    draw_world(&g, seed);
    unsigned length = draw_length(&g);
    g.room = MOST_BRANCHES;
    while (!plan_tree(&g, length)) {
        world->vms = 1;
        assert(length || g.room); /* the real machine alone fits: fuzz_check_config */
        if (!g.room)
            length--;
        g.room /= 2;
    }
    plan_words(&g);
    plan_defects(&g);
    plan_moves(&g);
    plan_programs(&g);
    plan_twins(&g);
    add_noise(&g);
}
