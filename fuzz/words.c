/* Roots, VMTABs, VMCBs and tables, as words in the monitors' memories. */
#include "fuzz/plan.h"

#include <string.h>

enum {
    ALL_RIGHTS = HV_PTE_V | HV_PTE_R | HV_PTE_W | HV_PTE_X | HV_PTE_A | HV_PTE_D,
    IGNORED_BITS = 0x230,
    VMCB_ROOM = 32
};

static void put(struct gen *g, unsigned vm, uint32_t name, uint32_t value, const char *note)
{
    fuzz_world_put(g->world, vm, name, value, FUZZ_DATA, note);
}

static uint32_t page_number(const struct gen *g, uint32_t page)
{
    return g->config.ram_base / HV_PAGE_BYTES + page;
}

static bool meets(uint32_t from, uint32_t to, uint32_t name)
{
    return name + 12 > from && name < to;
}

/* Room for `words` words that ends with the end of a page, clear of the root and the first instruction. */
static bool at_page_end(const struct gen *g, uint32_t page, uint32_t words, uint32_t *name)
{
    const uint32_t end = page_name(g, page) + HV_PAGE_BYTES, from = end - 4 * words;
    *name = from;
    return words <= 256 && !meets(from, end, g->config.hv_root) && !meets(from, end, g->config.reset_vector);
}

/* Over words of the child's VMCB that hardware writes: NEXT_SYLLABLE, the fault record, or mscratch to mtval. */
static bool over_vmcb(struct gen *g, uint32_t vmcb, uint32_t words, uint32_t *name)
{
    enum { BEFORE = 11, RECORD = 4 };
    const bool next = chance(g, 34);
    *name = next            ? vmcb + HV_VMCB_NEXT_SYLLABLE + 4 - 4 * words
            : chance(g, 50) ? vmcb + HV_VMCB_FAULT_CAUSE
                            : vmcb + HV_VMCB_CTX_MSCRATCH;
    return words <= (next ? BEFORE : RECORD);
}

/* Where the table of a child lies in its monitor's memory. */
static uint32_t place_table(struct gen *g, unsigned monitor, unsigned slot, uint32_t words)
{
    const struct plan *p = &g->plan[monitor];
    const uint32_t control = own_name(g, monitor, OWN_CONTROL);
    uint32_t name;
    if (p->on_path && goal_table_in_data(g, g->world->vm[monitor].level) && slot == 0 &&
        at_page_end(g, p->page[OWN_DATA], words, &name))
        return name;
    const uint32_t vmcb = control + HV_VMCB_BYTES * (slot + 1);
    if (!g->world->fenced && !g->goal && chance(g, 6) && over_vmcb(g, vmcb, words, &name))
        return name;
    if (words <= VMCB_ROOM && chance(g, 10)) /* in the child's VMCB: among its registers, or in what is software's */
        return control + HV_VMCB_BYTES * (slot + 2) - 4 * words - (chance(g, 50) ? 4 * VMCB_ROOM : 0);
    if (slot == 0 && chance(g, 20) && at_page_end(g, p->page[OWN_ROOT], words, &name))
        return name;
    if (slot == 0 && has_data(g, monitor) && chance(g, 25) && at_page_end(g, p->page[OWN_DATA], words, &name))
        return name;
    if (slot == 0 && chance(g, 10) && at_page_end(g, p->page[OWN_CONTROL], words, &name) &&
        words + 2 * FAR_WORDS < HV_PAGE_BYTES / 4 - CONTROL_FAR / 4)
        return name;
    if (words <= NEAR_WORDS && chance(g, 70))
        return control + CONTROL_NEAR + 4 * NEAR_WORDS * slot;
    return control + CONTROL_FAR + 4 * FAR_WORDS * slot;
}

/* ---- The memory map ---- */

static uint32_t entry_of(struct gen *g, unsigned vm, uint32_t unit)
{
    const struct plan *p = &g->plan[vm];
    const uint16_t frame = g->world->vm[vm].frame[unit << p->grain];
    if (frame == FUZZ_HOLE)
        return chance(g, 70) ? 0 : gen_odd_word(g) & ~(uint32_t)HV_PTE_V;
    uint32_t rights = ALL_RIGHTS | (chance(g, 10) ? below(g, IGNORED_BITS) & IGNORED_BITS : 0);
    if ((!p->on_path || !p->grain) && chance(g, 10))
        rights |= HV_PTE_S;
    if (!p->on_path && chance(g, 10))
        rights &= ~(uint32_t)FUZZ_ONE_OF(gen_random(g), HV_PTE_R | HV_PTE_W, HV_PTE_W, HV_PTE_X, HV_PTE_A, HV_PTE_D);
    return page_number(g, frame) << 10 | rights;
}

static void put_map(struct gen *g, unsigned monitor, uint32_t at, const uint32_t words[4], bool memory)
{
    static const char *const notes[2][4] = {
        {"I/O map: form", "I/O map: first", "I/O map: base", "I/O map: bound"},
        {"memory map: form", "memory map: first", "memory map: base", "memory map: bound"}};
    for (unsigned i = 0; i < 4; i++)
        put(g, monitor, at + 4 * i, words[i], notes[memory][i]);
}

/* Frames that hold all of the VM's memory, and more. */
static void put_wide_map(struct gen *g, unsigned vm, uint32_t at)
{
    struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent;
    const uint32_t first = page_number(g, 0) >> p->grain, last = page_number(g, p->pages - 1) >> p->grain;
    p->entries = last - first + 1;
    p->table = place_table(g, monitor, p->slot, p->entries);
    for (uint32_t i = 0; i < p->entries; i++)
        put(g, monitor, p->table + 4 * i, (first + i) << p->grain << 10 | ALL_RIGHTS, "table entry");
    const uint32_t form = HV_FORM_LINEAR | p->grain << HV_FORM_GRAIN_SHIFT;
    put_map(g, monitor, at, (uint32_t[]){form, first << p->grain, p->table, p->entries << p->grain}, true);
}

static void put_memory_map(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent;
    const uint32_t at = p->vmcb + HV_VMCB_MEM_FORM, first = page_number(g, 0);
    if (!p->linear) {
        put_map(g, monitor, at, (uint32_t[]){HV_FORM_RB, first, page_number(g, p->start), p->pages}, true);
        return;
    }
    if (p->wide) {
        put_wide_map(g, vm, at);
        return;
    }
    const uint32_t entries = p->entries = p->pages >> p->grain, beyond = chance(g, 25) ? 1 + below(g, 2) : 0;
    p->table = place_table(g, monitor, p->slot, entries + beyond);
    for (uint32_t i = 0; i < entries; i++)
        put(g, monitor, p->table + 4 * i, entry_of(g, vm, i), "table entry");
    for (uint32_t i = 0; i < beyond; i++)
        put(g, monitor, p->table + 4 * (entries + i), 0, "table entry");
    const uint32_t form = HV_FORM_LINEAR | p->grain << HV_FORM_GRAIN_SHIFT;
    put_map(g, monitor, at, (uint32_t[]){form, first, p->table, (entries + beyond) << p->grain}, true);
}

/* ---- The I/O map ---- */

uint32_t gen_window_page(struct gen *g, unsigned percent)
{
    const struct hv_config *c = &g->config;
    if (!c->windows || !chance(g, percent))
        return 0;
    const struct hv_device_window *window = &c->window[below(g, c->windows)];
    return window->base / HV_PAGE_BYTES + below(g, window->bytes / HV_PAGE_BYTES);
}

static uint32_t device_page(struct gen *g)
{
    const struct hv_config *c = &g->config;
    const uint32_t window = gen_window_page(g, 40);
    if (window)
        return window;
    return FUZZ_ONE_OF(gen_random(g), c->uart_base, c->finisher_base, c->clint_base, c->uart_base) / HV_PAGE_BYTES;
}

/* A window over names of RAM, where the memory map has a value or has none; not where the goal is to have none. In a
 * fenced world no access to a device may come to a table: the VM has none. */
static bool draw_over_ram(struct gen *g, const struct plan *p)
{
    return !(g->goal && p->on_path) && !(g->world->fenced && p->monitor) && chance(g, 30);
}

/* Where it leads then: to pages that are the VM's anyway and those behind, or to the device. */
static uint32_t ram_target(struct gen *g, const struct plan *p, uint32_t device)
{
    return g->world->fenced || chance(g, 40) ? device : page_number(g, p->start + below(g, p->pages));
}

/* Large frames lead to more than the device. */
static uint32_t io_grain(struct gen *g, const struct plan *p)
{
    const bool harmless = g->world->fenced || (g->goal && p->on_path);
    return chance(g, 40) ? below(g, harmless ? 5 : 16) : 0;
}

static void put_linear_io(struct gen *g, unsigned vm, uint32_t at, uint32_t target)
{
    struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent;
    const uint32_t words = 1 + below(g, 3), grain = io_grain(g, p), in_frame = (1u << grain) - 1;
    const uint32_t first = p->io_first & ~in_frame;
    p->io_table = own_name(g, monitor, OWN_CONTROL) + CONTROL_NEAR + 4 * NEAR_WORDS * MAX_CHILDREN + 16 * p->slot;
    for (uint32_t i = 0; i < words; i++) {
        const uint32_t page = ((target & ~in_frame) + (chance(g, 80) ? i << grain : 0x300)) & 0xfffff;
        const uint32_t single = chance(g, 30) ? HV_PTE_S | (target & in_frame) << 10 : 0;
        put(g, monitor, p->io_table + 4 * i, page << 10 | single | ALL_RIGHTS, "I/O table entry");
    }
    put_map(g, monitor, at,
            (uint32_t[]){HV_FORM_LINEAR | grain << HV_FORM_GRAIN_SHIFT, first, p->io_table, words << grain}, false);
    p->io_first = first + (target & in_frame);
}

/* Its window lies where the device is, where there is nothing, or over RAM. The levels above pass it on or do not. */
static void put_io_map(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent;
    const uint32_t at = p->vmcb + HV_VMCB_IO_FORM, own = device_page(g);
    const bool passed_on = monitor && g->plan[monitor].io_first;
    const uint32_t device = passed_on ? g->plan[monitor].io_first : own;
    p->io_device = passed_on ? g->plan[monitor].io_device : own;
    const bool can_linear = g->config.f_maps & HV_F_LINEAR, can_rb = g->config.f_maps & HV_F_RB;
    const enum fuzz_form form = p->on_path ? goal_form(g, g->world->vm[vm].level) : FUZZ_FORM_NONE;
    const bool goal_here = form == FUZZ_FORM_LINEAR || form == FUZZ_FORM_RB;
    const bool plainly = g->config.windows && chance(g, 60); /* else few VMs far up would come through to a device */
    if (!goal_here && !plainly && chance(g, 25)) {
        put_map(g, monitor, at, (uint32_t[]){HV_FORM_NONE, 0, 0, 0}, false);
        return;
    }
    const bool over_ram = !plainly && draw_over_ram(g, p);
    const uint32_t target = over_ram ? ram_target(g, p, device) : device;
    p->io_first = over_ram ? page_number(g, below(g, p->pages + 2)) : chance(g, 70) ? device : 0x40 + below(g, 16);
    if (can_rb && (!can_linear || (goal_here ? form == FUZZ_FORM_RB : chance(g, 50)))) {
        const uint32_t bound = chance(g, 60) ? 1 + below(g, 3) : 16;
        put_map(g, monitor, at, (uint32_t[]){HV_FORM_RB, p->io_first, target, bound}, false);
        return;
    }
    put_linear_io(g, vm, at, target);
}

/* ---- VMCBs and roots ---- */

static uint32_t random_caps(struct gen *g)
{
    const uint32_t line = chance(g, 50) ? HV_CAP_LINE : 0;
    return chance(g, 85) ? HV_CAP_VM | HV_CAP_COUNTERS | HV_CAP_WFI | HV_CAP_EXIT | line
                         : (uint32_t)fuzz_draw(gen_random(g));
}

static void put_context(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent;
    const bool mapped = g->config.phi == HV_PHI_RB;
    p->user = !p->monitor && chance(g, 20);
    p->phi = !p->monitor && mapped && chance(g, 20);
    put(g, monitor, p->vmcb + HV_VMCB_CTX_MODE, p->user ? chance(g, 70) ? 0 : 1 : 3, "mode");
    if (chance(g, 30))
        put(g, monitor, p->vmcb + HV_VMCB_CTX_MSTATUS, (uint32_t)fuzz_draw(gen_random(g)) & ~(uint32_t)HV_MSTATUS_MPRV,
            "mstatus");
    if (chance(g, 50))
        put(g, monitor, p->vmcb + HV_VMCB_CTX_MIE, chance(g, 50) ? 0x888 : gen_odd_word(g), "mie");
    if (chance(g, 40))
        put(g, monitor, p->vmcb + HV_VMCB_CTX_MCOUNTEREN, below(g, 8), "mcounteren");
    if (!p->phi)
        return;
    put(g, monitor, p->vmcb + HV_VMCB_CTX_MPHI, p->user ? HV_MPHI_U : HV_MPHI_M, "mphi");
    put(g, monitor, p->vmcb + HV_VMCB_CTX_MBASE, g->config.ram_base, "mbase");
    put(g, monitor, p->vmcb + HV_VMCB_CTX_MBOUND, p->pages * HV_PAGE_BYTES - (chance(g, 30) ? 4 * below(g, 1024) : 0),
        "mbound");
}

static void put_vmcb(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const unsigned monitor = g->world->vm[vm].parent, level = g->world->vm[monitor].level;
    const struct plan *owner = &g->plan[monitor];
    p->vmcb = own_name(g, monitor, OWN_CONTROL) + HV_VMCB_BYTES * (1 + p->slot);
    g->world->vm[vm].syllable = p->syllable;
    g->world->vm[vm].vmcb = p->vmcb;
    put(g, monitor, owner->vmtab + 4 * p->syllable, p->vmcb, "VMTAB entry");
    put(g, monitor, own_name(g, monitor, OWN_CONTROL) + CONTROL_SYLLABLES + 4 * p->slot, p->syllable, "operand");
    if (g->goal && p->on_path && level == g->goal->level)
        put(g, monitor, own_name(g, monitor, OWN_CODE) + CODE_OPERAND, p->syllable, "operand");
    put(g, monitor, p->vmcb + HV_VMCB_CAPS, random_caps(g) | (p->monitor && chance(g, 90) ? HV_CAP_VM : 0), "CAPS");
    if (chance(g, 20))
        put(g, monitor, p->vmcb + HV_VMCB_VIP, chance(g, 50) ? 0x888 : gen_odd_word(g), "VIP");
    put(g, monitor, p->vmcb + HV_VMCB_X0 + 4 * reg_control(level), own_name(g, monitor, OWN_CONTROL), "x of LVMID");
    put_memory_map(g, vm);
    put_io_map(g, vm);
    put_context(g, vm);
}

/* VMTAB's words for syllables first to first + VMTAB_WORDS - 1: in the control page, the data page or behind the root.
 */
static void place_vmtab(struct gen *g, unsigned vm)
{
    struct plan *p = &g->plan[vm];
    const uint32_t first = p->vmtab, after_root = g->config.hv_root + 0x10;
    uint32_t words = own_name(g, vm, OWN_CONTROL) + CONTROL_VMTAB;
    const bool behind = after_root % HV_PAGE_BYTES + 4 * VMTAB_WORDS <= HV_PAGE_BYTES / 2 &&
                        !meets(after_root, after_root + 4 * VMTAB_WORDS, g->config.reset_vector);
    if (p->on_path && goal_vmtab_in_code(g, g->world->vm[vm].level))
        words = own_name(g, vm, OWN_CODE) + CODE_VMTAB;
    else if (behind && chance(g, 25))
        words = after_root;
    else if (has_data(g, vm) && chance(g, 25))
        words = own_name(g, vm, OWN_DATA) + 0x100;
    p->vmtab = words - 4 * first;
}

static void put_root(struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    uint32_t length = chance(g, 60) ? (UINT32_C(1) << g->config.syllable_bits) - 1 : 0;
    for (unsigned i = 0; i < p->children; i++)
        if (g->plan[p->child[i]].syllable > length)
            length = g->plan[p->child[i]].syllable;
    put(g, vm, g->config.hv_root + HV_ROOT_VMTAB, p->vmtab, "root: VMTAB");
    put(g, vm, g->config.hv_root + HV_ROOT_LENGTH, length, "root: LENGTH");
}

/* Another syllable for a VMCB that has one, and operands that name nobody. */
static void put_oddities(struct gen *g, unsigned vm)
{
    const struct plan *p = &g->plan[vm];
    const uint32_t operands = own_name(g, vm, OWN_CONTROL) + CONTROL_SYLLABLES;
    const uint32_t first = p->children ? g->plan[p->child[0]].syllable : 1, last = (1u << g->config.syllable_bits) - 1;
    const uint32_t other = first % last + 1;
    if (has_alias(g, vm) && p->children == 1)
        put(g, vm, p->vmtab + 4 * other, page_name(g, p->page[OWN_ALIAS]) + p->vmcb % HV_PAGE_BYTES,
            "VMTAB entry of its own VMCB");
    else if (!g->world->fenced && p->children == 1 && chance(g, 15))
        put(g, vm, p->vmtab + 4 * other, g->plan[p->child[0]].vmcb, "VMTAB entry of the same VMCB");
    put(g, vm, operands + 4 * OPERAND_OTHER, other, "operand");
    put(g, vm, operands + 4 * 5, last + 1, "operand");
    put(g, vm, operands + 4 * 6, gen_odd_word(g), "operand");
}

/* Monitors that have a child running from the start; those of the path, the path's. */
static void prelink(struct gen *g)
{
    for (unsigned vm = 1; vm < g->world->vms; vm++) {
        struct plan *p = &g->plan[vm];
        if (!p->monitor)
            continue;
        const unsigned child = p->child[p->on_path ? 0 : below(g, p->children)];
        p->prelinked = chance(g, 60) && !(p->on_path && goal_starts(g, g->world->vm[vm].level));
        if (p->prelinked)
            put(g, g->world->vm[vm].parent, p->vmcb + HV_VMCB_NEXT_SYLLABLE, g->plan[child].syllable, "NEXT_SYLLABLE");
    }
}

void plan_words(struct gen *g)
{
    for (unsigned vm = 0; vm < g->world->vms; vm++) {
        struct plan *p = &g->plan[vm];
        if (p->monitor) {
            place_vmtab(g, vm);
            put_root(g, vm);
        }
        if (vm)
            put_vmcb(g, vm);
    }
    for (unsigned vm = 0; vm < g->world->vms; vm++)
        if (g->plan[vm].monitor)
            put_oddities(g, vm);
    prelink(g);
}
