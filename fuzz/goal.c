/* Worlds that aim at a point of the coverage tables: what path they need, what is put wrong, what is done first. */
#include "fuzz/plan.h"

enum { ALL_CAPS = HV_CAP_VM | HV_CAP_COUNTERS | HV_CAP_WFI | HV_CAP_EXIT };

static uint32_t syllable_end(const struct gen *g)
{
    return UINT32_C(1) << g->config.syllable_bits;
}

static const struct plan *at_level(const struct gen *g, unsigned level)
{
    return &g->plan[g->path[level]];
}

static void put(struct gen *g, unsigned monitor, uint32_t name, uint32_t value, const char *note)
{
    fuzz_world_put(g->world, monitor, name, value, FUZZ_DATA, note);
}

/* The level of the monitor that executes LVMID, or whose chain it is. */
static bool probes_a_child(const struct fuzz_point *goal)
{
    return goal->table == FUZZ_TABLE_PROBE || (goal->table == FUZZ_TABLE_VM_FAULT && goal->implicit);
}

/* ---- Fences: of what, and by whom it is made ---- */

static bool about_fence(const struct fuzz_point *goal)
{
    return goal->table == FUZZ_TABLE_HELD || goal->table == FUZZ_TABLE_AFTER;
}

static enum fuzz_kin kin_of(const struct fuzz_point *goal)
{
    static const uint8_t kins[FUZZ_AFTERS] = {FUZZ_SELF, FUZZ_SELF, FUZZ_CHILD, FUZZ_SELF, FUZZ_OTHER, FUZZ_COUSIN};
    return goal->table == FUZZ_TABLE_HELD ? goal->kin : kins[goal->after];
}

static bool has_cousin(const struct fuzz_point *goal)
{
    return about_fence(goal) && kin_of(goal) == FUZZ_COUSIN;
}

/* Levels that the fencing monitor needs above it: a prefix is made by the walks of one more. */
static unsigned levels_above(const struct fuzz_point *goal)
{
    const enum fuzz_kin kin = kin_of(goal);
    const bool prefix = goal->table == FUZZ_TABLE_HELD ? goal->memory == FUZZ_PREFIX : goal->after >= FUZZ_AFTER_GONE;
    return 1U + (kin == FUZZ_DESCENDANT) + (prefix && kin != FUZZ_SELF && kin != FUZZ_ANCESTOR);
}

unsigned goal_length(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    const unsigned depth = g->config.depth;
    unsigned length = goal->level;
    switch (goal->table) {
    case FUZZ_TABLE_CHAIN:
        length += goal->length + (goal->ended == FUZZ_CHAIN_BROKEN);
        break;
    case FUZZ_TABLE_SKIP:
        length += goal->skips;
        break;
    case FUZZ_TABLE_FENCE:
    case FUZZ_TABLE_FLUSH:
        length = goal->level + 1 + below(g, depth - goal->level);
        break;
    case FUZZ_TABLE_HELD:
    case FUZZ_TABLE_AFTER:
        length += levels_above(goal);
        break;
    default:
        length += probes_a_child(goal);
        if (chance(g, 20) && length < depth)
            length += below(g, depth - length + 1);
    }
    return length < depth ? length : depth;
}

enum fuzz_form goal_form(const struct gen *g, unsigned level)
{
    if (aims_at(g, FUZZ_TABLE_VM_FAULT) && level == g->goal->receiver + 1 && g->goal->form != FUZZ_FORM_OUTSIDE)
        return g->goal->form;
    if (!aims_at(g, FUZZ_TABLE_PROBE))
        return FUZZ_FORM_NONE;
    if (level != g->goal->level + 1)
        return FUZZ_FORM_NONE;
    return g->goal->probe == HV_PROBE_MEM_TABLE  ? FUZZ_FORM_LINEAR
           : g->goal->probe == HV_PROBE_IO_TABLE ? FUZZ_FORM_RB /* of memory: no table is read before the other */
                                                 : FUZZ_FORM_NONE;
}

bool goal_starts(const struct gen *g, unsigned level)
{
    const struct fuzz_point *goal = g->goal;
    if (!goal)
        return false;
    switch (goal->table) {
    case FUZZ_TABLE_VM_FAULT:
        return goal->implicit && goal->access && level == goal->level;
    case FUZZ_TABLE_PROBE:
        return !goal->chain && level == goal->level;
    case FUZZ_TABLE_CHAIN:
    case FUZZ_TABLE_FENCE:
    case FUZZ_TABLE_SKIP:
        return level == goal->level;
    case FUZZ_TABLE_HELD:
    case FUZZ_TABLE_AFTER:
        return level == goal->level || (has_cousin(goal) && level + 1 == goal->level);
    default:
        return false;
    }
}

/* The goal is an access by LVMID to the VMCB's page: VMTAB and operand lie elsewhere. */
bool goal_vmtab_in_code(const struct gen *g, unsigned level)
{
    return aims_at(g, FUZZ_TABLE_VM_FAULT) && g->goal->implicit && g->goal->access == HV_ACCESS_STORE &&
           level == g->goal->level;
}

bool goal_table_in_data(const struct gen *g, unsigned level)
{
    return aims_at(g, FUZZ_TABLE_PROBE) && level == g->goal->level &&
           (g->goal->probe == HV_PROBE_MEM_TABLE || g->goal->probe == HV_PROBE_IO_TABLE);
}

/* Levels 1 to `level` of the path have page `page`, which is not RAM, as itself. */
static void pass_on(struct gen *g, uint32_t page, unsigned level)
{
    const bool rb = g->config.f_maps & HV_F_RB;
    for (unsigned j = 1; j <= level; j++) {
        const unsigned monitor = g->path[j - 1];
        const uint32_t at = at_level(g, j)->vmcb + HV_VMCB_IO_FORM, table = own_name(g, monitor, OWN_CONTROL) + 0x1fc;
        const uint32_t words[] = {rb ? HV_FORM_RB : HV_FORM_LINEAR, page, rb ? page : table, 1};
        for (unsigned i = 0; i < 4; i++)
            put(g, monitor, at + 4 * i, words[i], "I/O map");
        if (!rb)
            put(g, monitor, table, page << 10 | 0xff, "I/O table entry");
    }
}

/* A page with nothing behind it. */
static uint32_t nowhere(const struct gen *g)
{
    const struct hv_config *c = &g->config;
    uint32_t page = (c->ram_base + c->ram_bytes) / HV_PAGE_BYTES + 1;
    while (hv_config_device_at(c, page << HV_PAGE_BITS) != HV_DEVICE_NONE)
        page++;
    return page & 0xfffff;
}

/* ---- Links ---- */

static void link(struct gen *g, unsigned level, uint32_t syllable)
{
    if (level && level <= g->length)
        put(g, g->path[level - 1], at_level(g, level)->vmcb + HV_VMCB_NEXT_SYLLABLE, syllable, "NEXT_SYLLABLE");
}

/* Monitors from level `from` up to before `to` are found suspended in the path's next VM. */
static void link_path(struct gen *g, unsigned from, unsigned to)
{
    for (unsigned level = from; level < to && level < g->length; level++) {
        link(g, level, at_level(g, level + 1)->syllable);
        g->plan[g->path[level]].prelinked = level > 0; /* its handler is entered without its program's begin */
    }
}

/* A chain that breaks at monitor `level` without a fault of f: a link to nobody, or no capability. */
static void break_chain(struct gen *g, unsigned level)
{
    if (!level || level > g->length)
        return;
    const struct plan *p = at_level(g, level);
    const unsigned owner = g->path[level - 1];
    if (chance(g, 50)) {
        gen_fix(g, owner,
                (struct fix){p->vmcb + HV_VMCB_NEXT_SYLLABLE, 0, syllable_end(g) + below(g, 9), "NEXT_SYLLABLE"});
        return;
    }
    link(g, level, 1 + below(g, 3));
    gen_fix(g, owner, (struct fix){p->vmcb + HV_VMCB_CAPS, ALL_CAPS, ALL_CAPS & ~HV_CAP_VM, "CAPS"});
}

/* Level `level` alone of the path lacks the capability; 0: none does. */
static void deny(struct gen *g, unsigned level, uint32_t capability)
{
    for (unsigned j = 1; j <= g->length; j++)
        put(g, g->path[j - 1], at_level(g, j)->vmcb + HV_VMCB_CAPS, ALL_CAPS, "CAPS");
    if (level)
        gen_fix(g, g->path[level - 1],
                (struct fix){at_level(g, level)->vmcb + HV_VMCB_CAPS, ALL_CAPS, ALL_CAPS & ~capability, "CAPS"});
}

/* Level `level` has an interrupt of its own that is due when a chain is resumed through it. */
static void interrupt_at(struct gen *g, unsigned level)
{
    if (!level || level > g->length)
        return;
    const struct plan *p = at_level(g, level);
    put(g, g->path[level - 1], p->vmcb + HV_VMCB_CTX_MIE, 0x888, "mie");
    gen_fix(g, g->path[level - 1], (struct fix){p->vmcb + HV_VMCB_VIP, 0, 0x80, "VIP"});
}

/* ---- VM-faults ---- */

static void fault_mapping(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    const struct plan *p = at_level(g, goal->level);
    uint32_t page = p->pages - 1;
    if (goal->implicit)
        page = p->page[goal->access == HV_ACCESS_STORE || goal->form == FUZZ_FORM_OUTSIDE || chance(g, 40) ? OWN_CONTROL
                                                                                                           : OWN_ROOT];
    gen_take_page(g, goal->level, page, goal->receiver + 1, goal->form == FUZZ_FORM_OUTSIDE, goal->cause, goal->access);
}

/* The VMTAB or VMCB has a name that every level passes on, and that ends nowhere. */
static void fault_nowhere(struct gen *g)
{
    const struct plan *p = at_level(g, g->goal->level);
    const uint32_t name = nowhere(g) << HV_PAGE_BITS;
    struct fix fix = {g->config.hv_root + HV_ROOT_VMTAB, p->vmtab, name, "root: VMTAB"};
    pass_on(g, nowhere(g), g->goal->level);
    if (!g->goal->implicit)
        return;
    if (g->goal->access == HV_ACCESS_STORE && p->children) {
        const struct plan *child = &g->plan[p->child[0]];
        fix = (struct fix){p->vmtab + 4 * child->syllable, child->vmcb, name, "VMTAB entry"};
    }
    gen_fix(g, g->path[g->goal->level], fix);
}

static void fault_defect(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    switch (goal->cause) {
    case HV_FAULT_WFI:
        deny(g, goal->receiver + 1, HV_CAP_WFI);
        break;
    case HV_FAULT_COUNTER:
        deny(g, goal->receiver + 1, HV_CAP_COUNTERS);
        break;
    case HV_FAULT_EXIT:
        deny(g, 0, 0);
        break;
    case HV_FAULT_INTERRUPT:
        link_path(g, goal->receiver, g->length);
        interrupt_at(g, goal->receiver);
        break;
    case HV_FAULT_DEPTH:
        deny(g, 0, 0);
        if (goal->implicit)
            link(g, goal->level, 1);
        break;
    default:
        if (goal->implicit && !goal->access)
            break_chain(g, goal->level);
        else if (goal->cause == HV_FAULT_INVALID && goal->form == FUZZ_FORM_RB)
            fault_nowhere(g);
        else
            fault_mapping(g);
    }
}

/* ---- Probes ---- */

/* A word of the child's VMCB that a probe refuses. */
static void bad_map_word(struct gen *g, const struct plan *child)
{
    static const uint32_t bad[2][4] = {{0x10, UINT32_C(1) << 20, UINT32_C(1) << 20, (UINT32_C(1) << 20) + 1},
                                       {0x1002, UINT32_C(1) << 20, 0x80000001, (UINT32_C(1) << 20) + 16}};
    const bool io = g->goal->probe >= HV_PROBE_IO_FORM;
    const unsigned word = g->goal->probe - (io ? HV_PROBE_IO_FORM : HV_PROBE_MEM_FORM);
    const uint32_t at = child->vmcb + (io ? HV_VMCB_IO_FORM : HV_VMCB_MEM_FORM);
    const unsigned monitor = g->path[g->goal->level];
    const struct fuzz_word *form = fuzz_world_find(g->world, monitor, at);
    bool linear = form && (form->value & 15) == HV_FORM_LINEAR;
    if (form && (form->value & 15) == HV_FORM_NONE && word) { /* a map whose other words count */
        linear = !(g->config.f_maps & HV_F_RB);
        const uint32_t words[] = {linear ? HV_FORM_LINEAR : HV_FORM_RB, 0, 0, 1};
        for (unsigned i = 0; i < 4; i++)
            put(g, monitor, at + 4 * i, words[i], "I/O map");
    }
    const struct fuzz_word *there = fuzz_world_find(g->world, monitor, at + 4 * word);
    gen_fix(g, monitor, (struct fix){at + 4 * word, there ? there->value : 0, bad[linear][word], "map: bad word"});
}

/* A page that the probe reads or writes: taken away by a map, or, at level 0, not RAM. */
static void probe_page(struct gen *g, const struct plan *p, const struct plan *child)
{
    const struct fuzz_point *goal = g->goal;
    const unsigned monitor = g->path[goal->level];
    const uint32_t table = goal->probe == HV_PROBE_IO_TABLE ? HV_VMCB_IO_BASE : HV_VMCB_MEM_BASE;
    struct fix word = {0};
    uint32_t name = g->config.hv_root;
    unsigned access = HV_ACCESS_LOAD;
    switch (goal->probe) {
    case HV_PROBE_VMTAB_ENTRY_PAGE:
        name = p->vmtab + 4 * child->syllable;
        word = (struct fix){g->config.hv_root + HV_ROOT_VMTAB, p->vmtab, g->config.uart_base, "root: VMTAB"};
        break;
    case HV_PROBE_VMCB:
        name = child->vmcb;
        access = HV_ACCESS_STORE;
        word = (struct fix){p->vmtab + 4 * child->syllable, child->vmcb, g->config.uart_base, "VMTAB entry"};
        break;
    case HV_PROBE_MEM_TABLE:
    case HV_PROBE_IO_TABLE: {
        const struct fuzz_word *base = fuzz_world_find(g->world, monitor, child->vmcb + table);
        name = base ? base->value : name;
        word = (struct fix){child->vmcb + table, name, g->config.uart_base, "map: base"};
        break;
    }
    default:
        break;
    }
    if (goal->outcome >= FUZZ_TO_LEVEL_0) {
        const uint32_t page = (name - g->config.ram_base) / HV_PAGE_BYTES;
        const unsigned cause = access == HV_ACCESS_STORE ? HV_FAULT_DENIED : HV_FAULT_MISSING;
        gen_take_page(g, goal->level, page, goal->outcome - FUZZ_TO_LEVEL_0 + 1, false, cause, access);
    } else if (word.name) {
        gen_fix(g, monitor, word);
    }
}

/* An I/O map whose table can be asked for. */
static void give_io_table(struct gen *g, const struct plan *child)
{
    const unsigned monitor = g->path[g->goal->level];
    const struct plan *p = &g->plan[monitor];
    const uint32_t table = page_name(g, p->page[OWN_DATA]) + 0xffc;
    const uint32_t words[] = {HV_FORM_LINEAR, 0x40, table, 1};
    for (unsigned i = 0; i < 4; i++)
        put(g, monitor, child->vmcb + HV_VMCB_IO_FORM + 4 * i, words[i], "I/O map");
}

static void probe_defect(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    const struct plan *p = at_level(g, goal->level);
    const unsigned monitor = g->path[goal->level];
    const uint32_t root = g->config.hv_root;
    link_path(g, 1, goal->level + (goal->chain ? 1 : 0));
    if (goal->probe <= HV_PROBE_DEPTH && goal->level) {
        if (goal->probe == HV_PROBE_DEPTH)
            link(g, goal->level, goal->chain ? 1 : 0);
        else
            break_chain(g, goal->level);
        return;
    }
    if (goal->probe == HV_PROBE_OPERAND && goal->outcome == FUZZ_TRAPPED)
        pass_on(g, g->config.uart_base >> HV_PAGE_BITS, goal->level);
    if (goal->probe == HV_PROBE_OPERAND && goal->outcome >= FUZZ_TO_LEVEL_0) {
        gen_take_page(g, goal->level, p->pages - 1, goal->outcome - FUZZ_TO_LEVEL_0 + 1, false, HV_FAULT_MISSING,
                      HV_ACCESS_LOAD);
        return;
    }
    if (!p->children)
        return;
    const struct plan *child = &g->plan[p->child[0]];
    switch (goal->probe) {
    case HV_PROBE_SYLLABLE:
        if (goal->chain)
            link(g, goal->level, syllable_end(g));
        break;
    case HV_PROBE_VMTAB:
        gen_fix(g, monitor, (struct fix){root + HV_ROOT_VMTAB, p->vmtab, p->vmtab | 2, "root: VMTAB"});
        break;
    case HV_PROBE_LENGTH:
        gen_fix(g, monitor, (struct fix){root + HV_ROOT_LENGTH, child->syllable, child->syllable - 1, "root: LENGTH"});
        break;
    case HV_PROBE_VMTAB_ENTRY:
        gen_fix(g, monitor,
                (struct fix){p->vmtab + 4 * child->syllable, child->vmcb, chance(g, 50) ? 0 : child->vmcb + 4,
                             "VMTAB entry"});
        break;
    case HV_PROBE_ROOT:
    case HV_PROBE_VMTAB_ENTRY_PAGE:
    case HV_PROBE_VMCB:
    case HV_PROBE_MEM_TABLE:
        probe_page(g, p, child);
        break;
    case HV_PROBE_IO_TABLE:
        give_io_table(g, child);
        probe_page(g, p, child);
        break;
    default:
        if (goal->probe >= HV_PROBE_MEM_FORM && goal->probe <= HV_PROBE_IO_BOUND)
            bad_map_word(g, child);
    }
}

/* ---- Fences ---- */

/* The fencing monitor has a second name at its own: what ran in it under this name is its cousin. */
static void give_alias(struct gen *g)
{
    const unsigned monitor = g->path[g->goal->level - 1];
    const struct plan *p = &g->plan[monitor], *named = at_level(g, g->goal->level);
    const uint32_t last = syllable_end(g) - 1;
    const uint32_t alias = named->syllable < last ? named->syllable + 1 : named->syllable - 1;
    put(g, monitor, p->vmtab + 4 * alias, named->vmcb, "VMTAB entry of the same VMCB");
    put(g, monitor, g->config.hv_root + HV_ROOT_LENGTH, last, "root: LENGTH");
    put(g, monitor, own_name(g, monitor, OWN_CONTROL) + CONTROL_ALIAS, alias, "operand");
}

/* The leaf's last page is taken away by the monitor that fences: so it gets control straight from the leaf. */
static void fence_defect(struct gen *g)
{
    const unsigned level = g->goal->level;
    const enum fuzz_kin kin = kin_of(g->goal);
    deny(g, 0, 0);
    if (kin != FUZZ_ANCESTOR) /* who has to run */
        link_path(g, 1, level - (kin == FUZZ_COUSIN));
    link(g, level, 0);
    link_path(g, level + 1, g->length);
    if (kin == FUZZ_COUSIN)
        give_alias(g);
    if (g->length > level)
        gen_take_page(g, g->length, at_level(g, g->length)->pages - 1, level + 1, false, HV_FAULT_MISSING,
                      HV_ACCESS_LOAD);
}

static void own_load(struct gen *g)
{
    if (g->has_control)
        gen_code(g, hv_encode_i(HV_INSN_LW, 1, reg_control(g->world->vm[g->vm].level), 0));
    else
        gen_touch(g, g->config.ram_base / HV_PAGE_BYTES + g->plan[g->vm].page[OWN_CODE], HV_ACCESS_LOAD);
}

static void goal_fence(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    const struct plan *p = &g->plan[g->vm];
    const uint32_t end = syllable_end(g), child = p->children ? g->plan[p->child[0]].syllable : 1;
    const bool other = kin_of(goal) == FUZZ_OTHER;
    uint32_t syllable = other ? child % (end - 1) + 1 : child;
    if (goal->operand == FUZZ_FENCE_NO_SYLLABLE)
        syllable = other && chance(g, 50) ? 0 : syllable + end * (1 + below(g, 3));
    own_load(g);
    if (goal->operand != FUZZ_FENCE_ALL)
        gen_constant(g, REG_VALUE, syllable);
    gen_code(g, hv_encode_r(HV_INSN_HV_FENCE, 0, goal->operand == FUZZ_FENCE_ALL ? 0 : REG_VALUE, 0));
    own_load(g);
}

/* The monitor below the one that fences runs it under its second name. */
static void run_alias(struct gen *g)
{
    const unsigned level = g->world->vm[g->vm].level;
    gen_code(g, hv_encode_u(HV_INSN_AUIPC, reg_continue(level), 0));
    gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, reg_control(level), CONTROL_ALIAS));
}

void goal_resumed(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    if (!goal || !about_fence(goal) || goal->level > g->length)
        return;
    if (has_cousin(goal) && g->vm == g->path[goal->level - 1] && goal->table == FUZZ_TABLE_AFTER && chance(g, 50))
        run_alias(g);
    if (g->vm != g->path[goal->level])
        return;
    if (has_cousin(goal) && chance(g, 75)) /* its other name's turn */
        gen_code(g, hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0));
    goal_fence(g);
    if (has_cousin(goal) && goal->table == FUZZ_TABLE_AFTER) /* and back */
        gen_code(g, hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0));
}

/* What the leaf does first; the second load shows which prefixes are still there, if data have a half of their own. */
static void fill_caches(struct gen *g)
{
    if (g->goal->table == FUZZ_TABLE_HELD)
        own_load(g);
    gen_probe(g, HV_ACCESS_LOAD);
    own_load(g);
}

static void fence_actions(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    const enum fuzz_kin kin = kin_of(goal);
    if (has_cousin(goal) && g->vm == g->path[goal->level - 1] && g->has_control)
        run_alias(g);
    if (g->vm == g->path[goal->level] && (kin == FUZZ_SELF || kin == FUZZ_ANCESTOR))
        goal_fence(g);
    if (g->vm == g->path[g->length] && g->length > goal->level)
        fill_caches(g);
}

/* ---- All tables ---- */

void goal_defect(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    switch (goal->table) {
    case FUZZ_TABLE_VM_FAULT:
        if (goal->receiver < g->length)
            fault_defect(g);
        break;
    case FUZZ_TABLE_PROBE:
        probe_defect(g);
        break;
    case FUZZ_TABLE_CHAIN:
        deny(g, 0, 0);
        link_path(g, 1, goal->level);
        link(g, goal->level, 0);
        link_path(g, goal->level + 1, goal->level + goal->length);
        if (goal->ended == FUZZ_CHAIN_BROKEN)
            break_chain(g, goal->level + goal->length);
        else
            link(g, goal->level + goal->length, 0);
        if (goal->ended == FUZZ_CHAIN_INTERRUPTED && goal->level + goal->length > 1)
            interrupt_at(g, 1 + below(g, goal->level + goal->length - 1));
        break;
    case FUZZ_TABLE_HELD:
    case FUZZ_TABLE_AFTER:
        fence_defect(g);
        break;
    case FUZZ_TABLE_SKIP:
        deny(g, 0, 0);
        link_path(g, 1, goal->level);
        link(g, goal->level, 0);
        link_path(g, goal->level + 1, g->length);
        for (unsigned i = 0; i < goal->skips && goal->level + 1 + i <= g->length; i++)
            put(g, g->path[goal->level + i], at_level(g, goal->level + 1 + i)->vmcb + HV_VMCB_RESUME,
                HV_VMCB_RESUME_SKIP, "RESUME");
        break;
    default:
        break;
    }
}

static void fault_action(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    switch (goal->cause) {
    case HV_FAULT_EXIT:
        gen_code(g, hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0));
        break;
    case HV_FAULT_WFI:
        gen_code(g, hv_encode_r(HV_INSN_WFI, 0, 0, 0));
        break;
    case HV_FAULT_COUNTER:
        gen_code(g, hv_encode_csr(HV_INSN_CSRRS, 3, HV_CSR_CYCLE, 0));
        break;
    case HV_FAULT_DEPTH:
        gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, 0, 0));
        break;
    case HV_FAULT_INVALID:
        if (goal->form == FUZZ_FORM_RB)
            gen_touch(g, nowhere(g), goal->access);
        else
            gen_probe(g, goal->access);
        break;
    case HV_FAULT_INTERRUPT:
        break;
    default:
        gen_probe(g, goal->access);
    }
}

/* An LVMID whose operand is what the goal says. */
static void probe_action(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    const unsigned level = g->world->vm[g->vm].level;
    const uint32_t last = g->config.ram_base / HV_PAGE_BYTES + g->plan[g->vm].pages - 1;
    const uint32_t page =
        goal->outcome == FUZZ_TRAPPED && goal->probe == HV_PROBE_OPERAND ? g->config.uart_base >> HV_PAGE_BITS : last;
    const uint32_t process = gen_process_name(g, page << HV_PAGE_BITS);
    switch (goal->probe) {
    case HV_PROBE_DEPTH:
        gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, 0, 0));
        break;
    case HV_PROBE_OPERAND_MISALIGNED:
    case HV_PROBE_OPERAND:
        gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, process));
        gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, REG_ADDRESS, goal->probe == HV_PROBE_OPERAND ? 0x400 : 0x402));
        break;
    case HV_PROBE_OPERAND_PHI: /* M-mode under MPRV, with a phi for U-mode that maps nothing */
        gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MBOUND, 0));
        gen_code(g, hv_encode_csr(HV_INSN_CSRRWI, 0, HV_CSR_MPHI, HV_MPHI_U));
        gen_constant(g, REG_VALUE, HV_MSTATUS_MPRV);
        gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MSTATUS, REG_VALUE));
        gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, 0, 0x400));
        break;
    case HV_PROBE_SYLLABLE:
        if (g->has_control)
            gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, reg_control(level), CONTROL_SYLLABLES + 4 * 5));
        break;
    default:
        break;
    }
}

/* Must LVMID have its operand from the code page? What is taken away is the page of VMTAB or VMCB. */
static bool operand_in_code(const struct fuzz_point *goal)
{
    if (goal->table == FUZZ_TABLE_VM_FAULT)
        return goal->implicit && goal->access;
    return goal->table == FUZZ_TABLE_PROBE && !goal->chain && goal->outcome >= FUZZ_TO_LEVEL_0 &&
           (goal->probe == HV_PROBE_VMTAB_ENTRY_PAGE || goal->probe == HV_PROBE_VMCB);
}

void goal_actions(struct gen *g)
{
    const struct fuzz_point *goal = g->goal;
    if (aims_at(g, FUZZ_TABLE_VM_FAULT) && goal->cause == HV_FAULT_INTERRUPT && goal->receiver == 0)
        gen_timer(g, true);
    if (goal && about_fence(goal) && goal->level <= g->length)
        fence_actions(g);
    if (!goal || goal->level > g->length || g->vm != g->path[goal->level])
        return;
    if (goal->table == FUZZ_TABLE_VM_FAULT && !goal->implicit && g->vm == g->path[g->length])
        fault_action(g);
    if (operand_in_code(goal) && g->has_control) {
        gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, own_name(g, g->vm, OWN_CODE) + HV_PAGE_BYTES));
        gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, REG_ADDRESS, CODE_OPERAND - HV_PAGE_BYTES));
    }
    if (goal->table == FUZZ_TABLE_PROBE && !goal->chain)
        probe_action(g);
}
