/* The programs of the VMs: monitors that start, mend, break and resume, and a leaf that does anything. */
#include "fuzz/plan.h"

enum { CODE_END = 0xe80, TRAP_HANDLER = 0xf00, MAX_BLOCKS = 5 };

/* ---- Writing code ---- */

bool gen_room(const struct gen *g, unsigned words)
{
    return g->at % HV_PAGE_BYTES + 4 * words <= CODE_END;
}

void gen_code(struct gen *g, uint32_t word)
{
    fuzz_world_put(g->world, g->vm, g->at, word, FUZZ_CODE, NULL);
    g->at += 4;
}

void gen_constant(struct gen *g, unsigned rd, uint32_t value)
{
    if (!hv_upper(value)) {
        gen_code(g, hv_encode_i(HV_INSN_ADDI, rd, 0, hv_lower(value)));
        return;
    }
    gen_code(g, hv_encode_u(HV_INSN_LUI, rd, hv_upper(value)));
    if (hv_lower(value))
        gen_code(g, hv_encode_i(HV_INSN_ADDI, rd, rd, hv_lower(value)));
}

uint32_t gen_process_name(const struct gen *g, uint32_t name)
{
    return g->plan[g->vm].phi ? name - g->config.ram_base : name;
}

/* Store `value` at a resource name: two to five instructions. */
void gen_store(struct gen *g, uint32_t name, uint32_t value)
{
    unsigned address = REG_ADDRESS, source = 0;
    int32_t offset;
    if (value) {
        source = REG_VALUE;
        gen_constant(g, REG_VALUE, value);
    }
    const uint32_t control = g->plan[g->vm].monitor ? own_name(g, g->vm, OWN_CONTROL) : 0;
    if (g->has_control && name - control < 0x800) {
        address = reg_control(g->world->vm[g->vm].level);
        offset = (int32_t)(name - control);
    } else {
        const uint32_t process = gen_process_name(g, name);
        gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, hv_upper(process)));
        offset = hv_lower(process);
    }
    gen_code(g, hv_encode_s(HV_INSN_SW, source, address, offset));
}

/* ---- Monitors ---- */

static void set_control(struct gen *g)
{
    const unsigned level = g->world->vm[g->vm].level;
    gen_code(g, hv_encode_u(HV_INSN_LUI, reg_control(level), own_name(g, g->vm, OWN_CONTROL)));
    g->has_control = true;
}

/* For the child with this syllable, or all. */
static void fence(struct gen *g, uint32_t syllable)
{
    if (syllable)
        gen_constant(g, REG_VALUE, syllable);
    gen_code(g, hv_encode_r(HV_INSN_HV_FENCE, 0, syllable ? REG_VALUE : 0, 0));
}

static void any_fence(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    fence(g, chance(g, 50) ? 0 : chance(g, 70) ? g->plan[p->child[g->slot]].syllable : below(g, 20));
}

/* The syllable of the only child whose maps the word is of; 0: it may be another's too. */
static uint32_t concerned(const struct gen *g, uint32_t name)
{
    const struct plan *p = &g->plan[g->vm];
    for (unsigned i = 0; i < p->children; i++) {
        const struct plan *child = &g->plan[p->child[i]];
        const bool in_table = child->linear && name - child->table < 4 * child->entries;
        if (in_table || name - child->vmcb < HV_VMCB_BYTES)
            return child->syllable;
    }
    return 0;
}

static void set_fix(struct gen *g, const struct fix *fix, bool good)
{
    gen_store(g, fix->name, good ? fix->good : fix->bad);
    if (g->world->fenced || chance(g, 35))
        fence(g, chance(g, 50) ? concerned(g, fix->name) : 0);
    else if (chance(g, 20))
        any_fence(g);
}

static void mend(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    for (unsigned i = 0; i < p->fix_count; i++)
        if (chance(g, p->moves >> i & 1 ? 25 : 80))
            set_fix(g, &p->fixes[i], true);
}

static void spoil(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    const unsigned i = below(g, p->fix_count);
    if (p->fix_count)
        set_fix(g, &p->fixes[i], (p->moves >> i & 1) && chance(g, 40));
}

/* A word of a child's VMCB that a monitor may change at any time. */
static void change_child(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm], *child = &g->plan[p->child[below(g, p->children)]];
    static const uint16_t words[] = {HV_VMCB_CAPS,        HV_VMCB_VIP,        HV_VMCB_CTX_MODE,
                                     HV_VMCB_CTX_MSTATUS, HV_VMCB_CTX_MIE,    HV_VMCB_CTX_PC,
                                     HV_VMCB_RESUME,      HV_VMCB_X0 + 4 * 7, HV_VMCB_NEXT_SYLLABLE};
    const uint32_t offset = words[below(g, sizeof words / sizeof *words)];
    gen_store(g, child->vmcb + offset, chance(g, 50) ? below(g, 16) : gen_odd_word(g));
}

static void skip(struct gen *g)
{
    gen_store(g, g->plan[g->plan[g->vm].child[g->slot]].vmcb + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
}

static void read_record(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    const uint32_t name = g->plan[p->child[g->slot]].vmcb + HV_VMCB_FAULT_CAUSE + 4 * below(g, 4);
    const uint32_t control = own_name(g, g->vm, OWN_CONTROL);
    if (g->has_control)
        gen_code(g, hv_encode_i(HV_INSN_LW, 1 + below(g, 4), reg_control(g->world->vm[g->vm].level),
                                (int32_t)(name - control)));
}

void gen_timer(struct gen *g, bool on)
{
    const uint32_t mtimecmp = g->config.clint_base + 0x4000;
    if (g->vm != 0)
        return;
    gen_constant(g, REG_ADDRESS, mtimecmp);
    gen_code(g, hv_encode_i(HV_INSN_ADDI, REG_VALUE, 0, -1));
    gen_code(g, hv_encode_s(HV_INSN_SW, on ? 0 : REG_VALUE, REG_ADDRESS, 4));
    if (!on && chance(g, 30)) { /* nor may the UART come */
        gen_constant(g, REG_ADDRESS, g->config.uart_base);
        gen_code(g, hv_encode_s(HV_INSN_SB, 0, REG_ADDRESS, 1));
    }
    if (!on)
        return;
    gen_constant(g, REG_VALUE, below(g, 600));
    gen_code(g, hv_encode_s(HV_INSN_SW, REG_VALUE, REG_ADDRESS, 0));
    gen_constant(g, REG_VALUE, 0x880);
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MIE, REG_VALUE));
}

/* Level 0: an interrupt before long, so that another child has its turn. */
static void preempt(struct gen *g)
{
    gen_constant(g, REG_ADDRESS, g->config.clint_base + 0x4000);
    gen_code(g, hv_encode_csr(HV_INSN_CSRRS, REG_VALUE, HV_CSR_TIME, 0));
    gen_code(g, hv_encode_i(HV_INSN_ADDI, REG_VALUE, REG_VALUE, (int32_t)(20 + below(g, 100))));
    gen_code(g, hv_encode_s(HV_INSN_SW, REG_VALUE, REG_ADDRESS, 0));
    gen_code(g, hv_encode_s(HV_INSN_SW, 0, REG_ADDRESS, 4));
    gen_constant(g, REG_VALUE, 0x80);
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MIE, REG_VALUE));
}

/* LVMID for one of the children. `follows`: the handler will go on behind it. */
static void lvmid(struct gen *g, bool follows)
{
    const struct plan *p = &g->plan[g->vm];
    const unsigned level = g->world->vm[g->vm].level;
    if (chance(g, g->nested ? 80 : 50)) /* perhaps another than last time */
        g->slot = chance(g, g->nested ? 10 : 85) ? 0 : below(g, p->children);
    unsigned slot = g->slot;
    if (g->nested && g->vm == 0 && chance(g, 30))
        preempt(g);
    if (chance(g, has_alias(g, g->vm) ? 25 : 6))
        slot = OPERAND_OTHER + (has_alias(g, g->vm) ? 0 : below(g, OPERANDS_ODD));
    if (follows)
        gen_code(g, hv_encode_u(HV_INSN_AUIPC, reg_continue(p->number), 0));
    gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, reg_control(level), CONTROL_SYLLABLES + 4 * (int32_t)slot));
}

static void monitor_action(struct gen *g)
{
    switch (below(g, 13)) {
    case 0:
    case 1:
        skip(g);
        break;
    case 2:
    case 3:
        spoil(g);
        break;
    case 4:
        if (!g->world->fenced)
            change_child(g);
        break;
    case 5:
        gen_timer(g, true);
        break;
    case 6:
        gen_timer(g, false);
        break;
    case 7:
        any_fence(g);
        break;
    case 8:
        read_record(g);
        break;
    case 9: /* whose reservation is it? */
        if (g->has_control)
            gen_code(g, hv_encode_r(HV_INSN_SC_W, 3, reg_control(g->world->vm[g->vm].level), 2));
        break;
    default:
        gen_random_action(g);
    }
}

static void jump_to(struct gen *g, uint32_t name)
{
    gen_code(g, hv_encode_j(0, (int32_t)(name - g->at)));
}

static void finish(struct gen *g)
{
    gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, g->config.finisher_base));
    gen_constant(g, REG_VALUE, chance(g, 80) ? 0x5555 : 0x3333 | below(g, 256) << 16);
    gen_code(g, hv_encode_s(HV_INSN_SW, REG_VALUE, REG_ADDRESS, 0));
}

static void put_entry(struct gen *g, bool follows, uint32_t handler)
{
    const uint32_t name = g->config.hv_root + HV_ROOT_ENTRY;
    const uint32_t word = follows ? hv_encode_i(HV_INSN_JALR, 0, reg_continue(g->plan[g->vm].number), 8)
                                  : hv_encode_j(0, (int32_t)(handler - name));
    fuzz_world_put(g->world, g->vm, name, word, FUZZ_CODE, NULL);
}

/* A handler that has been entered from the start lets the next one begin where it ends. */
static void change_entry(struct gen *g)
{
    const unsigned number = g->plan[g->vm].number;
    gen_store(g, g->config.hv_root + HV_ROOT_ENTRY, hv_encode_i(HV_INSN_JALR, 0, reg_continue(number), 8));
    gen_code(g, hv_encode_r(HV_INSN_FENCE_I, 0, 0, 0));
}

static void monitor_program(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    const bool can_follow = has_continue(p->number);
    const bool follows = can_follow && !p->prelinked && chance(g, 70);
    bool continues = follows;
    g->slot = g->nested ? below(g, p->children) : 0;
    set_control(g);
    goal_actions(g);
    for (unsigned i = chance(g, 50) ? 0 : below(g, 4); i > 0; i--)
        monitor_action(g);
    lvmid(g, follows);
    const uint32_t handler = g->at;
    put_entry(g, follows, handler);
    if (!follows)
        set_control(g);
    const unsigned blocks = 1 + below(g, MAX_BLOCKS);
    for (unsigned block = 0; block < blocks && gen_room(g, 80); block++) {
        if (block == 0 && !follows && (continues = can_follow && chance(g, 60)))
            change_entry(g);
        goal_resumed(g);
        if (chance(g, 85))
            mend(g);
        for (unsigned i = below(g, 4); i > 0 && gen_room(g, 60); i--)
            monitor_action(g);
        lvmid(g, continues);
    }
    if (chance(g, 50))
        jump_to(g, handler);
    else if (g->vm == 0 || chance(g, 20))
        finish(g);
    else
        gen_code(g, hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0));
}

/* ---- The leaves ---- */

/* Through the last words of the page of code and back by a jump there, where fetch looks ahead with care. */
static void through_page_end(struct gen *g)
{
    const uint32_t end = own_name(g, g->vm, OWN_CODE) + HV_PAGE_BYTES;
    const uint32_t jump = end - 4 * (1 + below(g, 4)), from = jump - 4 * below(g, 4);
    jump_to(g, from);
    const int32_t back = (int32_t)(g->at - jump);
    for (uint32_t name = from; name != end; name += 4) {
        const uint32_t word = name != jump    ? hv_encode_i(HV_INSN_ADDI, 3, 3, 1)
                              : chance(g, 50) ? hv_encode_j(0, back)
                                              : hv_encode_b(HV_INSN_BEQ, 0, 0, back);
        fuzz_world_put(g->world, g->vm, name, word, FUZZ_CODE, NULL);
    }
}

static void leaf_program(struct gen *g)
{
    const uint32_t start = g->at;
    const struct plan *p = &g->plan[g->vm];
    const uint32_t last = page_name(g, p->pages - 1);
    for (unsigned i = 0; i < 2; i++)
        fuzz_world_put(g->world, g->vm, last + 4 * i, hv_encode_i(HV_INSN_JALR, 0, 1, 0), FUZZ_CODE, NULL);
    goal_actions(g);
    if (p->twin && chance(g, 60))
        gen_revisit(g);
    const unsigned actions = 2 + below(g, p->on_path ? 40 : 8), turn = below(g, 2 * actions);
    for (unsigned i = actions; i > 0 && gen_room(g, 24); i--) {
        if (i == turn)
            through_page_end(g);
        gen_random_action(g);
    }
    if (chance(g, 50))
        gen_code(g, hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0));
    if (g->vm == 0)
        finish(g);
    jump_to(g, start);
}

/* ---- All ---- */

/* Skips what trapped; interrupts, vectored or not, are switched off. */
static void trap_handler(struct gen *g)
{
    const uint32_t at = g->at;
    g->at = own_name(g, g->vm, OWN_CODE) + TRAP_HANDLER;
    if (g->vm && chance(g, 20))
        gen_code(g, hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0));
    gen_code(g, hv_encode_csr(HV_INSN_CSRRS, 7, HV_CSR_MEPC, 0));
    gen_code(g, hv_encode_i(HV_INSN_ADDI, 7, 7, 4));
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MEPC, 7));
    if (chance(g, 50))
        gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MIE, 0));
    for (unsigned i = 0; i < 4; i++)
        gen_code(g, hv_encode_r(HV_INSN_MRET, 0, 0, 0));
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MIE, 0));
    for (unsigned i = 0; i < 4; i++)
        gen_code(g, hv_encode_r(HV_INSN_MRET, 0, 0, 0));
    g->at = at;
}

/* mtvec: level 0 writes it, the others find it in their VMCB. */
static void set_mtvec(struct gen *g)
{
    const uint32_t mtvec = (own_name(g, g->vm, OWN_CODE) + TRAP_HANDLER) | chance(g, 30);
    if (chance(g, g->vm ? 15 : 4))
        return;
    if (g->vm) {
        fuzz_world_put(g->world, g->world->vm[g->vm].parent, g->plan[g->vm].vmcb + HV_VMCB_CTX_MTVEC, mtvec, FUZZ_DATA,
                       "mtvec");
        return;
    }
    gen_constant(g, REG_VALUE, mtvec);
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MTVEC, REG_VALUE));
}

static void start_here(struct gen *g)
{
    if (g->vm) {
        fuzz_world_put(g->world, g->world->vm[g->vm].parent, g->plan[g->vm].vmcb + HV_VMCB_CTX_PC,
                       gen_process_name(g, g->at), FUZZ_DATA, "pc");
        return;
    }
    const uint32_t reset = g->config.reset_vector;
    fuzz_world_put(g->world, 0, reset, hv_encode_j(0, (int32_t)(g->at - reset)), FUZZ_CODE, NULL);
}

void plan_programs(struct gen *g)
{
    for (unsigned vm = 0; vm < g->world->vms; vm++) {
        g->vm = vm;
        g->has_control = false;
        g->at = own_name(g, vm, OWN_CODE) + 4 * below(g, 32);
        start_here(g);
        set_mtvec(g);
        if (g->plan[vm].monitor)
            monitor_program(g);
        else
            leaf_program(g);
        trap_handler(g);
    }
}
