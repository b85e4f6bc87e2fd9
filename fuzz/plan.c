/* Who there is, and where everything lies. */
#include "fuzz/plan.h"

#include <string.h>

static uint32_t ram_pages(const struct gen *g)
{
    return g->config.ram_bytes / HV_PAGE_BYTES;
}

static uint32_t page_of(const struct gen *g, uint32_t name)
{
    return (name - g->config.ram_base) / HV_PAGE_BYTES;
}

/* ---- The tree ---- */

static unsigned add_vm(struct gen *g, unsigned parent)
{
    struct plan *p = &g->plan[parent];
    const unsigned vm = fuzz_world_add(g->world, parent, 0);
    g->plan[vm] = (struct plan){.slot = p->children};
    p->monitor = true;
    p->child[p->children++] = vm;
    return vm;
}

static uint32_t last_syllable(const struct gen *g)
{
    return (UINT32_C(1) << g->config.syllable_bits) - 1;
}

static bool can_have_child(const struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    return p->children < MAX_CHILDREN && p->children < last_syllable(g) && vm != g->path[g->length] &&
           g->world->vm[vm].level < g->config.depth && g->world->vms < FUZZ_MAX_VMS;
}

/* VMs beside those of the path: leaves, or monitors that have VMs of their own. */
static void draw_branches(struct gen *g)
{
    enum { LEAVES = 3 };
    g->nested = g->room > LEAVES / 2 && g->config.depth > 1 && chance(g, g->goal ? 15 : 50);
    const unsigned most = g->nested || g->room < LEAVES ? g->room : LEAVES;
    unsigned newest = 0;
    for (unsigned n = g->nested + below(g, most + 1 - g->nested); n > 0; n--) {
        const unsigned parent = g->nested && chance(g, 60) ? newest : g->path[below(g, g->length)];
        if (can_have_child(g, parent))
            newest = add_vm(g, parent);
    }
}

/* A number for every monitor: its level on the path, then those beside it. */
static void number_monitors(struct gen *g)
{
    unsigned next = g->length;
    for (unsigned vm = 0; vm < g->world->vms; vm++) {
        struct plan *p = &g->plan[vm];
        if (p->monitor)
            p->number = p->on_path ? g->world->vm[vm].level : next++;
    }
}

static void draw_tree(struct gen *g, unsigned length)
{
    memset(g->plan, 0, sizeof g->plan);
    g->plan[0].on_path = true;
    g->length = length;
    g->path[0] = 0;
    for (unsigned level = 1; level <= length; level++) {
        const unsigned vm = g->path[level] = add_vm(g, g->path[level - 1]);
        g->plan[vm].on_path = true;
    }
    if (length)
        draw_branches(g);
    number_monitors(g);
}

/* A monitor beside the path often has the syllables of the path's monitor at its level: VMIDs that differ in an
 * earlier syllable only. */
static bool draw_same_syllables(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const unsigned level = g->world->vm[vm].level;
    if (p->on_path || level >= g->length || !chance(g, 70))
        return false;
    const struct plan *other = &g->plan[g->path[level]];
    if (other->children < p->children)
        return false;
    for (unsigned i = 0; i < p->children; i++)
        g->plan[p->child[i]].syllable = g->plan[other->child[i]].syllable;
    p->vmtab = other->vmtab;
    return true;
}

/* Syllables of one monitor lie in a window of VMTAB_WORDS, anywhere among those that exist. */
static void draw_syllables(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    if (draw_same_syllables(g, vm))
        return;
    const uint32_t last = last_syllable(g);
    const uint32_t window = last < VMTAB_WORDS ? last : VMTAB_WORDS;
    const uint32_t first = 1 + below(g, chance(g, 50) ? 1 : last - window + 1);
    for (unsigned i = 0; i < p->children; i++) {
        const uint32_t offset = below(g, window / p->children);
        g->plan[p->child[i]].syllable = first + i * (window / p->children) + offset;
    }
    p->vmtab = first; /* for now: plan_words makes it an address */
}

/* ---- Pages ---- */

static bool takes(const struct plan *p, uint32_t page)
{
    for (unsigned i = 0; i < OWN_PAGES; i++)
        if (p->page[i] == page)
            return true;
    return false;
}

static uint32_t lowest_free(const struct plan *p)
{
    uint32_t page = 0;
    while (takes(p, page))
        page++;
    return page;
}

static void place_own(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    for (unsigned i = 0; i < OWN_PAGES; i++)
        p->page[i] = NO_PAGE;
    if (p->monitor)
        p->page[OWN_ROOT] = page_of(g, g->config.hv_root);
    if (vm == 0)
        p->page[OWN_RESET] = page_of(g, g->config.reset_vector);
    p->page[OWN_CODE] = lowest_free(p);
    if (p->monitor)
        p->page[OWN_CONTROL] = lowest_free(p);
    const bool shares = p->monitor && !g->room && !(p->on_path && goal_table_in_data(g, g->world->vm[vm].level));
    p->page[OWN_DATA] = shares ? p->page[OWN_CONTROL] : lowest_free(p);
    const bool any_frame = vm && p->linear && p->grain == 0;
    if (p->monitor && any_frame && !g->world->fenced && !g->goal && g->room && chance(g, 12))
        p->page[OWN_ALIAS] = lowest_free(p);
    p->pages = 0;
    for (unsigned i = 0; i < OWN_PAGES; i++)
        if (p->page[i] != NO_PAGE && p->page[i] >= p->pages)
            p->pages = p->page[i] + 1;
    if (vm && !p->monitor && g->room)
        p->pages += below(g, 3);
}

static uint32_t aligned(const struct gen *g, uint32_t page, uint32_t grain)
{
    const uint32_t unit = UINT32_C(1) << grain, number = g->config.ram_base / HV_PAGE_BYTES + page;
    return ((number + unit - 1) & ~(unit - 1)) - g->config.ram_base / HV_PAGE_BYTES;
}

/* Forms, from what the hardware takes. A grain must divide the first page of RAM. A leaf that sees its monitor's tables
 * may change them without a fence: not in a fenced world. */
static void draw_form(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const bool can_linear = g->config.f_maps & HV_F_LINEAR, can_rb = g->config.f_maps & HV_F_RB;
    p->linear = can_linear && (!can_rb || chance(g, 65));
    const enum fuzz_form form = p->on_path ? goal_form(g, g->world->vm[vm].level) : FUZZ_FORM_NONE;
    if (form == FUZZ_FORM_LINEAR || form == FUZZ_FORM_RB)
        p->linear = form == FUZZ_FORM_LINEAR ? can_linear : !can_rb;
    const bool may_be_wide = !p->monitor && !g->world->fenced && !(g->goal && p->on_path);
    p->wide = may_be_wide && p->linear && chance(g, 18);
    p->grain = p->wide ? 1 + below(g, 15) : p->linear && chance(g, 15) ? 1 + below(g, 3) : 0;
    if (!p->wide && g->config.ram_base / HV_PAGE_BYTES % (UINT32_C(1) << p->grain))
        p->grain = 0;
}

/* Its pages lie behind those that its monitor has so far, and have the same names there. */
static void place_wide(struct plan *child, struct plan *monitor)
{
    for (unsigned i = 0; i < OWN_PAGES; i++)
        if (child->page[i] != NO_PAGE)
            child->page[i] += monitor->pages;
    child->pages += monitor->pages;
    monitor->pages = child->pages;
}

/* From the leaves up: children have larger numbers than their parents. The path's child comes last. */
static void size_up(struct gen *g)
{
    for (unsigned vm = g->world->vms; vm-- > 0;) {
        struct plan *p = &g->plan[vm];
        if (vm)
            draw_form(g, vm);
        place_own(g, vm);
        for (unsigned i = p->children; i-- > 0;) { /* the path's child was added first */
            struct plan *child = &g->plan[p->child[i]];
            if (child->wide) {
                place_wide(child, p);
                continue;
            }
            if (!child->monitor && g->room && chance(g, g->goal ? 8 : 45)) {
                child->twin = aligned(g, p->pages, child->grain);
                p->pages = child->twin + child->pages;
            }
            child->start = aligned(g, p->pages, child->grain);
            p->pages = child->start + child->pages;
        }
        if (vm && p->grain && !p->wide)
            p->pages = aligned(g, p->pages, p->grain);
    }
}

/* ---- Frames ---- */

static bool is_used(const struct gen *g, unsigned vm, uint32_t page)
{
    const struct plan *p = &g->plan[vm];
    if (takes(p, page))
        return true;
    for (unsigned i = 0; i < p->children; i++) {
        const struct plan *child = &g->plan[p->child[i]];
        if (page >= child->start && page < child->start + child->pages)
            return true;
        if (child->twin && page >= child->twin && page < child->twin + child->pages)
            return true;
    }
    return page == p->pages - 1;
}

static void place_frames(struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    struct fuzz_vm *v = &g->world->vm[vm];
    const bool any_order = p->linear && p->grain == 0;
    v->pages = p->pages;
    for (uint32_t i = 0; i < p->pages; i++)
        v->frame[i] = (uint16_t)(p->start + i);
    if (!any_order)
        return;
    if (chance(g, 50)) {
        for (uint32_t i = 0; i + 2 < p->pages; i++) { /* the last stays last */
            const uint32_t j = i + below(g, p->pages - 1 - i);
            const uint16_t frame = v->frame[i];
            v->frame[i] = v->frame[j];
            v->frame[j] = frame;
        }
    }
    for (uint32_t i = 0; i < p->pages; i++) /* holes, and second names of pages */
        if (!is_used(g, vm, i) && chance(g, 75))
            v->frame[i] = chance(g, 50) ? FUZZ_HOLE : v->frame[below(g, p->pages)];
    if (has_alias(g, vm))
        v->frame[p->page[OWN_ALIAS]] = (uint16_t)g->plan[g->world->vm[vm].parent].page[OWN_CONTROL];
}

bool plan_tree(struct gen *g, unsigned length)
{
    draw_tree(g, length);
    for (unsigned vm = 0; vm < g->world->vms; vm++)
        if (g->plan[vm].monitor)
            draw_syllables(g, vm);
    size_up(g);
    if (g->plan[0].pages > ram_pages(g) || g->plan[0].pages > FUZZ_MAX_PAGES)
        return false;
    g->world->vm[0].pages = ram_pages(g);
    for (unsigned vm = 1; vm < g->world->vms; vm++)
        place_frames(g, vm);
    return true;
}
