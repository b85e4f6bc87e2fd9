/* What a VM may do by the capabilities of its levels: hv.exit, WFI, counters, LVMID; the VM-fault of what is
 * denied goes to the owner of the level that denies it. Without the VM capability a VM is a plain
 * machine: illegal instructions. At the deepest level, DEPTH. */
#include "tests/support/cases.h"

/* A program below a chain of monitors, before its layout. */
static void chain(struct builder *b, const struct hv_config *config, unsigned n, unsigned serial)
{
    builder_chain(b, config, n, serial & 0x1e);
}

static void deny(struct builder *b, unsigned level, unsigned capability)
{
    b->tree.vm[b->chain[level]].caps &= ~capability;
}

/* The receiver sets SKIP and, if x28 is to have a value, that. */
static void script_skip(struct builder *b, unsigned k, uint32_t x28)
{
    unsigned owner = b->chain[k], mapped = b->chain[k + 1];
    script_register(&b->tree, owner, mapped, X28, x28);
    script_store(&b->tree, owner, tree_vmcb(&b->tree, mapped) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    script_resume(&b->tree, owner);
}

static void exits(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    chain(&b, &config, n, (unsigned)list->count);
    for (unsigned j = 1; j < n; j++) /* the running VM's capability counts, and no other */
        deny(&b, j, HV_CAP_EXIT);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    tree_set_vmcb(&b.tree, leaf, HV_VMCB_FAULT_COUNT, UINT32_MAX); /* it wraps around */
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t pc = code_here(&p.code);
        op_n(&p.code, HV_INSN_HV_EXIT);
        script_resume(&b.tree, owner);
        expect_fault(&b, leaf, owner, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
        expect_resume(&b, owner, leaf, pc + 4);
    }
    program_end(&p, &b.tree, leaf);
    b.icarus = n == 4;
    case_add(list, &b, "capability", "exit level %u", n);
}

/* WFI denied by the levels whose bit is set: the one nearest n decides, even if an interrupt is pending. */
static void wfi_denied(struct case_list *list, unsigned n, unsigned levels, bool pending)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    chain(&b, &config, n, (unsigned)list->count);
    unsigned leaf = b.chain[n], nearest = 0;
    for (unsigned j = 1; j <= n; j++)
        if (levels >> j & 1) {
            deny(&b, j, HV_CAP_WFI);
            nearest = j;
        }
    b.tree.vm[leaf].vip = pending ? 1u << HV_IRQ_MSI : 0;
    tree_layout(&b.tree);
    unsigned owner = b.chain[nearest - 1];
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    op_csr(&p.code, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 1 << HV_IRQ_MSI);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_WFI);
    program_end(&p, &b.tree, leaf);
    script_resume(&b.tree, owner);
    expect_fault(&b, leaf, owner, HV_FAULT_WFI, 0, pc, word_n(HV_INSN_WFI));
    expect_resume(&b, owner, leaf, pc + 4);
    case_add(list, &b, "capability", "wfi level %u denied by levels %x%s", n, levels, pending ? " though pending" : "");
}

/* Nothing can wake the VM: level 0 waits for no timer, or its timer is off. */
struct timer {
    uint32_t mie, low, high;
};

static void emit_timer(struct code *code, void *argument)
{
    const struct timer *timer = argument;
    op_li(code, X5, timer->mie);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
    op_li(code, X5, 0x02004000);
    op_li(code, X6, timer->low);
    op_s(code, HV_INSN_SW, X6, X5, 0);
    op_li(code, X6, timer->high);
    op_s(code, HV_INSN_SW, X6, X5, 4);
}

static void wfi_for_ever(struct case_list *list, unsigned n, struct timer timer, uint32_t vip)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    chain(&b, &config, n, (unsigned)list->count);
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    b.tree.vm[leaf].vip = vip;
    b.tree.vm[0].boot = emit_timer;
    b.tree.vm[0].boot_argument = &timer;
    tree_layout(&b.tree);
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    op_csr(&p.code, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 1 << HV_IRQ_MSI);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_WFI);
    program_end(&p, &b.tree, leaf);
    if (!(vip & 1u << HV_IRQ_MSI)) { /* else it retires at once */
        script_resume(&b.tree, owner);
        expect_fault(&b, leaf, owner, HV_FAULT_WFI, 0, pc, word_n(HV_INSN_WFI));
        expect_resume(&b, owner, leaf, pc + 4);
    }
    case_add(list, &b, "capability", "wfi level %u mie %x vip %x mtimecmp %08x", n, timer.mie, vip, timer.low);
}

/* Counters */

struct counter {
    enum hv_csr csr;
    enum hv_insn insn;
    unsigned rd, source;
    bool writes;
};

static const struct counter counters[] = {
    {HV_CSR_CYCLE, HV_INSN_CSRRS, X28, X0, false},   {HV_CSR_TIME, HV_INSN_CSRRC, X28, X0, false},
    {HV_CSR_INSTRET, HV_INSN_CSRRSI, X28, 0, false}, {HV_CSR_CYCLEH, HV_INSN_CSRRCI, X28, 0, false},
    {HV_CSR_TIMEH, HV_INSN_CSRRS, X28, X0, false},   {HV_CSR_INSTRETH, HV_INSN_CSRRS, X28, X0, false},
    {HV_CSR_MCYCLE, HV_INSN_CSRRS, X28, X0, false},  {HV_CSR_MINSTRET, HV_INSN_CSRRC, X28, X0, false},
    {HV_CSR_MCYCLEH, HV_INSN_CSRRSI, X28, 0, false}, {HV_CSR_MINSTRETH, HV_INSN_CSRRS, X28, X0, false},
    {HV_CSR_MCYCLE, HV_INSN_CSRRW, X28, X9, true},   {HV_CSR_MINSTRET, HV_INSN_CSRRW, X0, X9, true},
    {HV_CSR_MCYCLEH, HV_INSN_CSRRS, X28, X9, true},  {HV_CSR_MINSTRETH, HV_INSN_CSRRC, X28, X9, true},
    {HV_CSR_MCYCLE, HV_INSN_CSRRWI, X28, 0, true},   {HV_CSR_MINSTRET, HV_INSN_CSRRSI, X28, 1, true},
};
enum { COUNTERS = sizeof counters / sizeof counters[0] };

static void counter_access(struct builder *b, struct program *p, unsigned n, unsigned nearest, unsigned i)
{
    const struct counter *c = &counters[i];
    unsigned leaf = b->chain[n];
    uint32_t pc = code_here(&p->code), insn = word_csr(c->insn, c->rd, c->csr, c->source);
    code_word(&p->code, insn);
    if (!nearest && !c->writes) {
        program_li(p, X28, 0);
        return;
    }
    unsigned owner = b->chain[nearest ? nearest - 1 : n - 1];
    uint32_t value = 0x10001 * (i + 1);
    script_skip(b, b->tree.vm[owner].level, value);
    expect_fault(b, leaf, owner, HV_FAULT_COUNTER, 0, pc, insn);
    expect_resume(b, owner, leaf, pc + 4);
    op_r(&p->code, HV_INSN_ADD, X20, X20, X28);
    p->x[28] = value;
    p->x[20] += value;
}

/* Reads and writes of all of them, denied by the levels whose bit is set: the one nearest n. The half of
 * them at a time, for a script fits a page. */
static void counter_cases(struct case_list *list, unsigned n, unsigned levels, bool writes)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    chain(&b, &config, n, (unsigned)list->count);
    unsigned nearest = 0;
    for (unsigned j = 1; j <= n; j++)
        if (levels >> j & 1) {
            deny(&b, j, HV_CAP_COUNTERS);
            nearest = j;
        }
    tree_layout(&b.tree);
    expect_boot(&b, 0, b.chain[n]);
    program_begin(&p, &b.tree);
    for (unsigned i = 0; i < COUNTERS; i++)
        if (counters[i].writes == writes)
            counter_access(&b, &p, n, nearest, i);
    /* The associator's counters are none of these: zero, read-only, and they belong to nobody. */
    op_csr(&p.code, HV_INSN_CSRRW, X28, HV_CSR_MHPMCOUNTER_FIRST, X9);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_MHPMCOUNTERH_FIRST + 1, X0);
    p.x[28] = 0;
    program_end(&p, &b.tree, b.chain[n]);
    b.icarus = n == 3 && levels == 4 && !writes;
    case_add(list, &b, "capability", "counter %s level %u denied by levels %x", writes ? "writes" : "reads", n, levels);
}

/* LVMID */

static void depth(struct case_list *list, unsigned depth)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    bool same = config.depth == depth;
    config.depth = depth;
    chain(&b, &config, depth, (unsigned)list->count);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[depth], owner = b.chain[depth - 1];
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    op_hv_fence(&p.code, X0);
    op_hv_fence(&p.code, X9);
    program_li(&p, X8, 0x70000000); /* nowhere and misaligned: the operand is not looked at */
    uint32_t pc = code_here(&p.code);
    op_lvmid(&p.code, X8, 1);
    program_end(&p, &b.tree, leaf);
    script_skip(&b, depth - 1, p.x[28]);
    expect_fault(&b, leaf, owner, HV_FAULT_DEPTH, 0, pc, word_lvmid(X8, 1));
    expect_resume(&b, owner, leaf, pc + 4);
    expect_field(&b, leaf, pc, 0, HV_COMMIT_mem_addr, 0);
    b.icarus = depth == 4;
    case_add(list, &b, "capability", "lvmid at depth %u", depth)->model_only = !same;
}

/* A VM without the capabilities, whatever the levels below have. misa.X says so. */
static void incapable(struct case_list *list, unsigned n, unsigned caps)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    chain(&b, &config, n, (unsigned)list->count);
    b.tree.vm[b.chain[n]].caps = caps | 0xffffffe0; /* the other bits are ignored */
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    op_csr(&p.code, HV_INSN_CSRRW, X10, HV_CSR_MISA, X9);
    p.x[10] = 0x40101100 | (config.isa == HV_ISA_RV32IMA ? HV_MISA_A : 0) | (caps & HV_CAP_VM ? HV_MISA_X : 0);
    program_li(&p, X8, 0x70000000);
    uint32_t lvmid = word_lvmid(X8, 0), fence = word_r(HV_INSN_HV_FENCE, X0, X9, X0), all = word_n(HV_INSN_HV_FENCE);
    if (!(caps & HV_CAP_VM)) {
        program_trap(&b, &p, leaf, lvmid, HV_EXC_ILLEGAL, lvmid);
        program_trap(&b, &p, leaf, fence, HV_EXC_ILLEGAL, fence);
        program_trap(&b, &p, leaf, all, HV_EXC_ILLEGAL, all);
    } else {
        code_word(&p.code, fence);
        code_word(&p.code, all);
    }
    uint32_t leave = word_n(HV_INSN_HV_EXIT);
    if (!(caps & HV_CAP_EXIT))
        program_trap(&b, &p, leaf, leave, HV_EXC_ILLEGAL, leave);
    program_end(&p, &b.tree, leaf);
    b.icarus = n == 2 && !caps;
    case_add(list, &b, "capability", "level %u with capabilities %x", n, caps);
}

void cases_capability(struct case_list *list)
{
    const uint32_t none = UINT32_MAX, mti = 1u << HV_IRQ_MTI, msi = 1u << HV_IRQ_MSI;
    for (unsigned n = 1; n <= list->config.depth; n++) {
        exits(list, n);
        for (unsigned levels = 2; levels < 2u << n; levels += 2) {
            wfi_denied(list, n, levels, levels & 2);
            counter_cases(list, n, levels, false);
            counter_cases(list, n, levels, true);
        }
        counter_cases(list, n, 0, false);
        counter_cases(list, n, 0, true);
        wfi_for_ever(list, n, (struct timer){0, none, none}, 0);
        wfi_for_ever(list, n, (struct timer){mti, none, none}, 0);
        wfi_for_ever(list, n, (struct timer){msi, 0xffff, 0}, 0);
        wfi_for_ever(list, n, (struct timer){msi, 0xffff, 0}, mti | 1u << HV_IRQ_MEI);
        wfi_for_ever(list, n, (struct timer){0, none, none}, msi);
        incapable(list, n, 0);
        incapable(list, n, HV_CAP_VM);
        incapable(list, n, HV_CAP_COUNTERS | HV_CAP_WFI);
    }
    for (unsigned n = 1; n <= list->config.depth; n++)
        depth(list, n);
}
