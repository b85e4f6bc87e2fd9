/* Interrupts: real ones to level 0 whatever it has in MIE, VIP inside a VM, step 9 of LVMID for a level in
 * between, WFI; and SKIP beside them. */
#include "tests/support/cases.h"

enum { MSI = 1 << HV_IRQ_MSI, MTI = 1 << HV_IRQ_MTI, MEI = 1 << HV_IRQ_MEI };
#define TAKEN(irq) (0x80000000u | (uint32_t)(irq))

static uint32_t mtimecmp(const struct tree *tree)
{
    return tree->config.clint_base + 0x4000;
}

/* Level 0's boot: mtimecmp, msip, mie and, if not 0, the UART's IER. Its mstatus.MIE stays 0. */
struct lines {
    uint32_t mtimecmp, msip, mie, ier;
};

static void emit_lines(struct code *code, void *argument)
{
    const struct lines *lines = argument;
    op_li(code, X5, 0x02004000);
    op_li(code, X6, lines->mtimecmp);
    op_s(code, HV_INSN_SW, X6, X5, 0);
    op_s(code, HV_INSN_SW, X0, X5, 4);
    op_li(code, X5, 0x02000000);
    op_li(code, X6, lines->msip);
    op_s(code, HV_INSN_SW, X6, X5, 0);
    if (lines->ier) {
        op_li(code, X5, 0x10000000);
        op_li(code, X6, lines->ier);
        op_s(code, HV_INSN_SB, X6, X5, 1);
    }
    op_li(code, X5, lines->mie);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
}

static void chain(struct builder *b, const struct case_list *list, unsigned n, struct lines *lines)
{
    builder_chain(b, &list->config, n, (unsigned)list->count & 0x1e);
    if (n && lines) {
        b->tree.vm[0].boot = emit_lines;
        b->tree.vm[0].boot_argument = lines;
    }
}

static void interrupt(struct builder *b, unsigned vm, unsigned to, uint32_t pc)
{
    expect_fault(b, vm, to, HV_FAULT_INTERRUPT, 0, pc, 0);
}

/* Time base `commit`: mtime counts records, so the n-th record meets a timer set to n. Level 0 moves the
 * timer on three times, and once forgets to: the interrupt comes again, right after its LVMID. */
static void timer(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct lines lines = {200, 0, MTI, 0};
    chain(&b, list, n, &lines);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    program_li(&p, X8, 300);
    label loop = label_new(&p.code);
    label_here(&p.code, loop);
    op_i(&p.code, HV_INSN_ADDI, X8, X8, -1);
    op_b(&p.code, HV_INSN_BNE, X8, X0, loop);
    p.x[8] = 0;
    program_end(&p, &b.tree, leaf);
    for (uint32_t at = 200; at <= 500; at += 100) {
        interrupt(&b, leaf, 0, ANY);
        b.events[b.event_count - 1].order = at;
        if (at == 300) { /* forgotten */
            script_resume(&b.tree, 0);
            expect_resume(&b, 0, leaf, ANY);
            interrupt(&b, leaf, 0, ANY);
        }
        script_store(&b.tree, 0, mtimecmp(&b.tree), at == 500 ? UINT32_MAX : at + 100);
        script_resume(&b.tree, 0);
        expect_resume(&b, 0, leaf, ANY);
    }
    b.icarus = n == 4;
    case_add(list, &b, "interrupt", "timer level %u", n);
}

/* A line that is up before the VM begins, of the CLINT or the UART (an empty transmitter); one that level 0 does not
 * enable does nothing. */
static void line_up(struct case_list *list, unsigned n, bool external, bool enabled)
{
    static struct builder b;
    struct lines lines = {.mtimecmp = UINT32_MAX, .msip = !external, .ier = external ? 2 : 0};
    lines.mie = enabled ? MSI | MEI : external ? MSI | MTI : MTI | MEI;
    chain(&b, list, n, &lines);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n], child = b.chain[1];
    program_plain(&b.tree, leaf, 0);
    expect_boot(&b, 0, child);
    if (enabled) {
        script_store(&b.tree, 0, external ? b.tree.config.uart_base : b.tree.config.clint_base, 0);
        script_resume(&b.tree, 0);
        interrupt(&b, child, 0, b.tree.vm[child].pc);
        expect_resume(&b, 0, child, b.tree.vm[child].pc);
    }
    expect_boot(&b, child, leaf);
    b.icarus = n == 2 && external;
    case_add(list, &b, "interrupt", "%s level %u %s", external ? "external" : "software", n,
             enabled ? "enabled" : "disabled");
}

/* WFI at level n moves mtime to the timer that can wake level 0; then level 0 gets it, behind the WFI. */
static void wfi(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct lines lines = {1000000, 0, MTI, 0};
    chain(&b, list, n, &lines);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_WFI);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_TIME, X0);
    program_li(&p, X10, 1000000 + 1000); /* near it: the handler's records come in between */
    op_r(&p.code, HV_INSN_SLTU, X10, X28, X10);
    op_r(&p.code, HV_INSN_XOR, X28, X28, X28);
    p.x[10] = 1;
    p.x[28] = 0;
    program_end(&p, &b.tree, leaf);
    script_store(&b.tree, 0, mtimecmp(&b.tree), UINT32_MAX);
    script_resume(&b.tree, 0);
    interrupt(&b, leaf, 0, pc + 4);
    expect_resume(&b, 0, leaf, pc + 4);
    expect_field(&b, leaf, pc + 4, 0, HV_COMMIT_mip, 2);
    b.icarus = n == 1;
    case_add(list, &b, "interrupt", "wfi that wakes level %u", n);
}

/* The real machine's own WFI: mtime reads mtimecmp + 1 behind it; or it waits for ever. */
static void wfi_real(struct case_list *list, bool wakes)
{
    static struct builder b;
    struct program p;
    chain(&b, list, 0, NULL);
    tree_layout(&b.tree);
    program_begin(&p, &b.tree);
    emit_lines(&p.code, &(struct lines){5000, 0, wakes ? MTI : MSI | MEI, 0});
    p.x[5] = wakes ? MTI : MSI | MEI;
    program_li(&p, X6, 0);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_WFI);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_TIME, X0);
    p.x[28] = 5001;
    program_end(&p, &b.tree, 0);
    if (!wakes)
        b.stop = HV_STOP_HALTED;
    expect_field(&b, 0, pc, 0, HV_COMMIT_halt, !wakes);
    b.icarus = !wakes;
    case_add(list, &b, "interrupt", "wfi of the real machine that %s", wakes ? "wakes" : "does not wake");
}

/* A line that is up and enabled: WFI does not wait, and mtime does not jump. */
static void wfi_pending(struct case_list *list)
{
    static struct builder b;
    struct program p;
    chain(&b, list, 0, NULL);
    tree_layout(&b.tree);
    program_begin(&p, &b.tree);
    emit_lines(&p.code, &(struct lines){1000000, 0, MTI | MEI, 2});
    p.x[5] = MTI | MEI;
    program_li(&p, X6, 0);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_WFI);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_TIME, X0);
    op_i(&p.code, HV_INSN_SLTIU, X28, X28, 200);
    p.x[28] = 1;
    program_end(&p, &b.tree, 0);
    expect_field(&b, 0, pc, 0, HV_COMMIT_mip, 4);
    b.icarus = true;
    case_add(list, &b, "interrupt", "wfi of the real machine with the UART's line up");
}

/* Interrupts inside one level, by its own lines or VIP: MEI, MSI, MTI, each masked by its handler. MEI may come from a
 * level below, whose line or VIP CAPS.LINE hands on. */
struct inside {
    struct program p;
    uint32_t vip;
    bool vectored, user;
    unsigned source;
};

static void take(struct builder *b, struct inside *t, unsigned vm, unsigned irq, label handler)
{
    struct event *e = expect_trap(b, vm, TAKEN(irq), 0, ANY);
    e->after = label_name(&t->p.code, handler) + (t->vectored ? 4 * irq : 0);
    e->insn = 0;
}

/* The handler: counts in x20, masks the interrupt by the bit in x21 that comes next, and returns. The
 * vector table's words all jump to it. */
static label emit_interrupt_handler(struct inside *t)
{
    struct code *code = &t->p.code;
    label over = label_new(code), handler = label_new(code), body = label_new(code);
    op_jal(code, X0, over);
    label_here(code, handler);
    for (unsigned i = 0; i < 12; i++)
        op_jal(code, X0, body);
    label_here(code, body);
    op_csr(code, HV_INSN_CSRRS, X22, HV_CSR_MCAUSE, X0);
    op_r(code, HV_INSN_ADD, X20, X20, X22);
    program_li(&t->p, X21, 1);
    op_r(code, HV_INSN_SLL, X21, X21, X22);
    op_csr(code, HV_INSN_CSRRC, X0, HV_CSR_MIE, X21);
    op_n(code, HV_INSN_MRET);
    label_here(code, over);
    op_la(code, X22, handler);
    if (t->vectored)
        op_i(code, HV_INSN_ADDI, X22, X22, 1);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X22);
    return handler;
}

static void enable(struct inside *t)
{
    struct code *code = &t->p.code;
    label on = label_new(code);
    program_li(&t->p, X22, MSI | MTI | MEI);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X22);
    if (!t->user) {
        op_csr(code, HV_INSN_CSRRSI, X0, HV_CSR_MSTATUS, HV_MSTATUS_MIE);
        return;
    }
    op_la(code, X22, on); /* in U-mode they are taken with MIE = 0 too: MPIE is 0 */
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X22);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X0);
    op_n(code, HV_INSN_MRET);
    label_here(code, on);
}

/* Give the levels from .. to the external interrupt of the level below. */
static void hand_on(struct builder *b, unsigned from, unsigned to)
{
    for (unsigned j = from; j <= to; j++)
        b->tree.vm[b->chain[j]].caps |= HV_CAP_LINE;
}

/* MEI of the VM at n, if it is to have it, is that of level `source`. That level enables it, and is not told. */
static void make_pending(struct builder *b, struct inside *t, unsigned n)
{
    unsigned vm = b->chain[n];
    b->tree.vm[vm].vip = t->source < n ? t->vip & ~(uint32_t)MEI : t->vip;
    hand_on(b, t->source + 1, n);
    if (t->source && t->source < n)
        b->tree.vm[b->chain[t->source]].vip = t->vip & MEI;
    tree_layout(&b->tree);
    if (t->source && t->source < n)
        tree_set_vmcb(&b->tree, b->chain[t->source], HV_VMCB_CTX_MIE, MEI);
}

static void inside(struct case_list *list, unsigned n, uint32_t vip, bool vectored, bool user, unsigned source)
{
    static const unsigned priority[] = {HV_IRQ_MEI, HV_IRQ_MSI, HV_IRQ_MTI};
    static struct builder b;
    struct inside t = {.vip = vip, .vectored = vectored, .user = user, .source = source};
    struct lines lines = {UINT32_MAX, 0, MEI, vip & MEI ? 2 : 0};
    chain(&b, list, n, source < n && !source ? &lines : NULL);
    unsigned vm = b.chain[n];
    make_pending(&b, &t, n);
    if (n)
        expect_boot(&b, 0, vm);
    program_begin(&t.p, &b.tree);
    if (n == 0)
        emit_lines(&t.p.code, &(struct lines){vip & MTI ? 0 : UINT32_MAX, vip & MSI ? 1 : 0, 0, vip & MEI ? 2 : 0});
    t.p.x[5] = 0;
    if (n == 0)
        program_li(&t.p, X6, 0);
    else
        program_li(&t.p, X5, 0);
    label handler = emit_interrupt_handler(&t);
    op_csr(&t.p.code, HV_INSN_CSRRS, X23, HV_CSR_MIP, X0);
    t.p.x[23] = vip & (MSI | MTI | MEI);
    t.p.x[21] = pattern(X21); /* unless the handler runs */
    enable(&t);
    for (unsigned i = 0; i < 3; i++) {
        if (!(vip >> priority[i] & 1))
            continue;
        take(&b, &t, vm, priority[i], handler);
        t.p.x[20] += TAKEN(priority[i]);
        t.p.x[22] = TAKEN(priority[i]);
        t.p.x[21] = 1u << priority[i];
    }
    program_end(&t.p, &b.tree, vm);
    b.icarus = n == 2 && vectored && !user && vip != UINT32_MAX;
    case_add(list, &b, "interrupt", "inside level %u vip %x%s%s of level %u", n, vip, vectored ? " vectored" : "",
             user ? " U-mode" : "", source);
}

/* VIP is latched: the VM sees a new one after the next LVMID. */
static void vip_changes(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    chain(&b, list, n, NULL);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    static const uint32_t vips[] = {MSI, MTI | MEI, 0xffffffff, 0};
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    for (unsigned i = 0; i < sizeof vips / sizeof vips[0]; i++) {
        op_csr(&p.code, HV_INSN_CSRRW, X28, HV_CSR_MIP, X9); /* writes are ignored */
        uint32_t pc = code_here(&p.code);
        op_n(&p.code, HV_INSN_HV_EXIT);
        op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_MIP, X0);
        op_r(&p.code, HV_INSN_ADD, X20, X20, X28);
        p.x[28] = vips[i] & (MSI | MTI | MEI);
        p.x[20] += p.x[28];
        script_store(&b.tree, owner, tree_vmcb(&b.tree, leaf) + HV_VMCB_VIP, vips[i]);
        script_resume(&b.tree, owner);
        expect_fault(&b, leaf, owner, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
        expect_resume(&b, owner, leaf, pc + 4);
    }
    program_end(&p, &b.tree, leaf);
    case_add(list, &b, "interrupt", "VIP changes level %u", n);
}

/* Step 9: VIP of level j, which its saved mie enables, while a chain is resumed to level n above it: the
 * VM-fault comes before any instruction. Its monitor masks it and resumes. SKIP has acted once. */
static void step_9(struct case_list *list, unsigned n, unsigned k, unsigned levels, bool real)
{
    static struct builder b;
    struct lines lines = {real ? 0 : UINT32_MAX, 0, MTI, 0};
    chain(&b, list, n, &lines);
    for (unsigned j = k + 1; j < n; j++)
        b.tree.vm[b.chain[j]].prelinked = true;
    for (unsigned j = 1; j < n; j++)
        if (levels >> j & 1)
            b.tree.vm[b.chain[j]].vip = MEI | 1;
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    program_plain(&b.tree, leaf, 4);
    tree_set_vmcb(&b.tree, leaf, HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    for (unsigned j = 1; j < n; j++) {
        tree_set_vmcb(&b.tree, b.chain[j], HV_VMCB_CTX_MIE, MEI | MSI);
        tree_set_vmcb(&b.tree, b.chain[j], HV_VMCB_CTX_MSTATUS, HV_MSTATUS_MPIE);
    }
    expect_boot(&b, 0, b.chain[k]);
    struct event *e = expect(&b, E_LVMID, b.chain[k], leaf);
    e->pc = b.tree.vm[b.chain[k]].boot_lvmid;
    uint32_t pc = page_name(&b.tree, 0) + 4;
    if (real) { /* level 0's own line wins */
        script_store(&b.tree, 0, mtimecmp(&b.tree), UINT32_MAX);
        script_resume(&b.tree, 0);
        interrupt(&b, leaf, 0, pc);
        expect_resume(&b, 0, leaf, pc);
    }
    for (unsigned j = 1; j < n; j++) { /* the lowest first */
        if (!(levels >> j & 1))
            continue;
        script_mie(&b.tree, b.chain[j], 0);
        script_resume(&b.tree, b.chain[j]);
        interrupt(&b, leaf, b.chain[j], pc);
        expect_resume(&b, b.chain[j], leaf, pc);
    }
    b.icarus = n == 4 && k == 0 && levels == 4 && !real;
    case_add(list, &b, "interrupt", "step 9 level %u from level %u for levels %x%s", n, k, levels,
             real ? " and a real one" : "");
}

/* Of the monitor that issues LVMID itself (j = k): its VIP is pending and its saved mie enables it. */
static void step_9_own(struct case_list *list, unsigned n)
{
    static struct builder b;
    chain(&b, list, n, NULL);
    unsigned owner = b.chain[n - 1], leaf = b.chain[n];
    b.tree.vm[owner].vip = MSI;
    tree_layout(&b.tree);
    tree_set_vmcb(&b.tree, owner, HV_VMCB_CTX_MIE, MSI); /* MIE is 0: not taken as a trap */
    program_plain(&b.tree, leaf, 0);
    script_resume(&b.tree, owner);
    script_mie(&b.tree, owner, 0);
    script_resume(&b.tree, owner);
    expect_boot(&b, 0, leaf);
    uint32_t pc = b.tree.vm[leaf].pc;
    for (unsigned i = 0; i < 2; i++) {
        interrupt(&b, leaf, owner, pc);
        expect_resume(&b, owner, leaf, pc);
    }
    case_add(list, &b, "interrupt", "step 9 level %u for its own monitor", n);
}

/* SKIP acts once: the next LVMID finds it clear. Set in every VMCB of the chain it is still one skip. */
static void skip_once(struct case_list *list, unsigned n, unsigned k)
{
    static struct builder b;
    struct program p;
    chain(&b, list, n, NULL);
    for (unsigned j = k + 1; j < n; j++)
        b.tree.vm[b.chain[j]].prelinked = true;
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    for (unsigned j = k + 1; j <= n; j++)
        tree_set_vmcb(&b.tree, b.chain[j], HV_VMCB_RESUME, UINT32_MAX);
    expect_boot(&b, 0, b.chain[k]);
    struct event *e = expect(&b, E_LVMID, b.chain[k], leaf);
    e->pc = b.tree.vm[b.chain[k]].boot_lvmid;
    e->after = page_name(&b.tree, 0) + 4;
    program_begin_at(&p, &b.tree, 4);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_HV_EXIT);
    op_i(&p.code, HV_INSN_ADDI, X20, X20, 1);
    p.x[20] += 1;
    program_end(&p, &b.tree, leaf);
    script_resume(&b.tree, owner);
    expect_fault(&b, leaf, owner, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
    expect_resume(&b, owner, leaf, pc + 4);
    for (unsigned j = k + 1; j <= n; j++)
        expect_word(&b, b.tree.vm[b.chain[j]].parent, tree_vmcb(&b.tree, b.chain[j]) + HV_VMCB_RESUME, UINT32_MAX - 1);
    case_add(list, &b, "interrupt", "SKIP once level %u from level %u", n, k);
}

/* A chain that breaks at monitor m has no step 9, whatever waits in the levels that were appended or in the
 * receiver's own; when it is taken up and ends well it has, the lowest level first. */
static void step_9_broken(struct case_list *list, unsigned n, unsigned k, unsigned m)
{
    static struct builder b;
    chain(&b, list, n, NULL);
    for (unsigned j = 1; j < n; j++) {
        b.tree.vm[b.chain[j]].prelinked = j > k;
        b.tree.vm[b.chain[j]].vip = MSI;
    }
    tree_layout(&b.tree);
    for (unsigned j = 1; j < n; j++)
        tree_set_vmcb(&b.tree, b.chain[j], HV_VMCB_CTX_MIE, MSI); /* MIE is 0: no trap inside */
    unsigned monitor = b.chain[m], receiver = b.chain[m - 1], leaf = b.chain[n];
    program_plain(&b.tree, leaf, 0);
    tree_set_vmcb(&b.tree, monitor, HV_VMCB_NEXT_SYLLABLE, 1u << b.tree.config.syllable_bits);
    script_store(&b.tree, receiver, tree_vmcb(&b.tree, monitor) + HV_VMCB_NEXT_SYLLABLE,
                 b.tree.vm[b.chain[m + 1]].syllable);
    script_resume(&b.tree, receiver);
    /* The monitors up to k boot by their own LVMIDs, and each time the interrupt of the one that does is due. */
    for (unsigned j = 0; j < k; j++) {
        expect_boot(&b, b.chain[j], b.chain[j + 1]);
        if (j == 0)
            continue;
        interrupt(&b, b.chain[j + 1], b.chain[j], b.tree.vm[b.chain[j + 1]].boot_pc);
        script_mie(&b.tree, b.chain[j], 0);
        script_resume(&b.tree, b.chain[j]);
        expect_resume(&b, b.chain[j], b.chain[j + 1], b.tree.vm[b.chain[j + 1]].boot_pc);
    }
    struct event *e = expect(&b, E_BROKEN, b.chain[k], monitor);
    e->pc = b.tree.vm[b.chain[k]].boot_lvmid;
    expect_fault(&b, monitor, receiver, HV_FAULT_INVALID | HV_CAUSE_IMPLICIT, 0, e->pc + 4, 0);
    expect_resume(&b, receiver, leaf, page_name(&b.tree, 0));
    for (unsigned j = m - 1 > 0 ? m - 1 : 1; j < n; j++) {
        interrupt(&b, leaf, b.chain[j], page_name(&b.tree, 0));
        script_mie(&b.tree, b.chain[j], 0);
        script_resume(&b.tree, b.chain[j]);
        expect_resume(&b, b.chain[j], leaf, page_name(&b.tree, 0));
    }
    b.icarus = n == 3 && k == 1;
    case_add(list, &b, "interrupt", "no step 9 after a chain to level %u from level %u that breaks at %u", n, k, m);
}

static void step_9_cases(struct case_list *list, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        for (unsigned m = k + 1; m < n; m++)
            step_9_broken(list, n, k, m);
    for (unsigned levels = 2; levels < 1u << n; levels += 2) {
        unsigned lowest = levels & 2 ? 1 : levels & 4 ? 2 : 3;
        for (unsigned k = 0; k < lowest; k++)
            step_9(list, n, k, levels, false);
        step_9(list, n, 0, levels, true);
    }
    if (n >= 2)
        step_9_own(list, n);
    for (unsigned k = 0; k < n; k++)
        skip_once(list, n, k);
}

/* ---- CAPS.LINE ---- */

/* A level between 0 and n owns level 0's external line, which is up: the VM-fault goes to it, if its mie has MEI, as
 * the LVMID that left it stored it; it does not matter what level 0's has. `taken_up`: level 0's LVMID resumes the
 * chain. Of level `other`, if not 0, VIP is pending too: the lower level comes first. */
static void owned_between(struct case_list *list, unsigned n, unsigned owner, bool taken_up, bool enabled,
                          unsigned other)
{
    static struct builder b;
    struct lines lines = {UINT32_MAX, 0, enabled ? 0 : MEI, 2};
    chain(&b, list, n, &lines);
    hand_on(&b, 1, owner);
    for (unsigned j = 1; j < n && taken_up; j++)
        b.tree.vm[b.chain[j]].prelinked = true;
    if (other)
        b.tree.vm[b.chain[other]].vip = MSI;
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    program_plain(&b.tree, leaf, 0);
    for (unsigned j = 1; j < n; j++) /* MIE is 0: none is taken as a trap */
        tree_set_vmcb(&b.tree, b.chain[j], HV_VMCB_CTX_MIE,
                      j == owner   ? MSI | (enabled ? MEI : 0)
                      : j == other ? MSI
                                   : MEI);
    for (unsigned j = 1; j < n; j++) {
        if (j != other && (j != owner || !enabled))
            continue;
        script_mie(&b.tree, b.chain[j], 0);
        script_resume(&b.tree, b.chain[j]);
    }
    struct event *e;
    if (taken_up) {
        e = expect(&b, E_LVMID, b.chain[0], leaf);
        e->pc = b.tree.vm[b.chain[0]].boot_lvmid;
    }
    for (unsigned j = 0; j < n; j++) {
        unsigned above = taken_up ? leaf : b.chain[j + 1];
        uint32_t pc = above == leaf ? b.tree.vm[leaf].pc : b.tree.vm[above].boot_pc;
        if (!taken_up)
            expect_boot(&b, b.chain[j], b.chain[j + 1]);
        if (!j || (j != other && (j != owner || !enabled)))
            continue;
        interrupt(&b, above, b.chain[j], pc);
        expect_resume(&b, b.chain[j], above, pc);
    }
    b.icarus = n == 4 && owner == 2 && taken_up && other == 3;
    case_add(list, &b, "interrupt", "line of level %u from level %u%s%s, VIP of %u", owner, n,
             taken_up ? " taken up" : "", enabled ? "" : " disabled", other);
}

static void line_cases(struct case_list *list, unsigned n, unsigned owner)
{
    for (unsigned i = 0; i < 4; i++)
        owned_between(list, n, owner, i & 1, i & 2, 0);
    for (unsigned other = 1; other < n; other++)
        owned_between(list, n, owner, true, true, other);
}

/* WFI at level n with MEI in its own mie while level 0's line is up: it retires at once if the line is level n's; if
 * not, and nothing else can wake it, it is a VM-fault. */
static void wfi_line(struct case_list *list, unsigned n, bool owned)
{
    static struct builder b;
    struct program p;
    struct lines lines = {UINT32_MAX, 0, 0, 2};
    chain(&b, list, n, &lines);
    hand_on(&b, 1, owned ? n : n - 1);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    expect_boot(&b, 0, leaf);
    program_begin(&p, &b.tree);
    op_li(&p.code, X22, MEI);
    op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X22);
    p.x[22] = MEI;
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_WFI);
    program_end(&p, &b.tree, leaf);
    if (!owned) {
        script_resume(&b.tree, owner);
        expect_fault(&b, leaf, owner, HV_FAULT_WFI, 0, pc, word_n(HV_INSN_WFI));
        expect_resume(&b, owner, leaf, pc + 4);
    }
    b.icarus = n == 2;
    case_add(list, &b, "interrupt", "wfi level %u %s the line", n, owned ? "with" : "without");
}

void cases_interrupt(struct case_list *list)
{
    static const uint32_t vips[] = {MSI, MTI, MEI, MSI | MTI, MSI | MTI | MEI, 0xffffffff, 0xfffff777};
    for (unsigned n = 1; n <= list->config.depth; n++) {
        timer(list, n);
        for (unsigned i = 0; i < 4; i++)
            line_up(list, n, i & 1, i & 2);
        wfi(list, n);
        vip_changes(list, n);
        step_9_cases(list, n);
        for (unsigned i = 0; i < sizeof vips / sizeof vips[0]; i++)
            for (unsigned source = i == 2 || i == 4 ? 0 : n; source <= n; source++)
                inside(list, n, vips[i], i & 1, i % 3 == 1, source);
        for (unsigned owner = 1; owner < n; owner++)
            line_cases(list, n, owner);
        wfi_line(list, n, true);
        wfi_line(list, n, false);
    }
    inside(list, 0, MTI, false, false, 0);
    inside(list, 0, MSI | MTI, true, false, 0);
    inside(list, 0, MSI | MTI, true, true, 0);
    inside(list, 0, MEI, false, false, 0);
    inside(list, 0, MSI | MEI, false, true, 0);
    inside(list, 0, MSI | MTI | MEI, true, false, 0);
    wfi_real(list, true);
    wfi_real(list, false);
    wfi_pending(list);
}
