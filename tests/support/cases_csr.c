/* CSRs: what each keeps of a write (isa/csrs.def), the processor map over VM-faults and LVMID, legalizing of
 * a VMCB's words, and the counters as software sees them. */
#include "tests/support/cases.h"

static void begin(struct builder *b, struct program *p, unsigned n, unsigned serial)
{
    struct hv_config config = directed_config();
    builder_chain(b, &config, n, serial & 0x1e);
    b->tree.vm[b->chain[n]].own_pages = 6;
    tree_layout(&b->tree);
    if (n)
        expect_boot(b, 0, b->chain[n]);
    program_begin(p, &b->tree);
}

/* Every CSR that level software may write, and the bits it keeps. */
struct known {
    unsigned number;
    uint32_t writable;
};

static const struct known level_csrs[] = {
#define KEEP_LEVEL(number, writable) {number, writable},
#define KEEP_MIP(number, writable)   {number, 0},
#define KEEP_MISA(number, writable)
#define KEEP_ZERO(number, writable)
#define KEEP_COUNTER(number, writable)
#define KEEP_UCOUNTER(number, writable)
#define KEEP_HPM(number, writable)
#define CSR(name, number, condition, kind, writable, reset, note) KEEP_##kind(number, writable)
#include "isa/csrs.def"
};
enum { LEVEL_CSRS = sizeof level_csrs / sizeof level_csrs[0] };

/* With mphi all ones M-mode is relocated by mbase, which is 0, below a bound that must hold all names. */
static void write_read(struct program *p, unsigned csr, uint32_t value, uint32_t expected)
{
    op_li(&p->code, X9, value);
    op_csr(&p->code, HV_INSN_CSRRW, X0, csr, X9);
    op_csr(&p->code, HV_INSN_CSRRS, X10, csr, X0);
    op_li(&p->code, X11, expected);
    program_same(p, X10, X11);
}

static void warl(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count);
    write_read(&p, HV_CSR_MBOUND, UINT32_MAX, 0xfffffffc);
    for (unsigned i = 0; i < LEVEL_CSRS; i++) {
        unsigned csr = level_csrs[i].number;
        if (csr == HV_CSR_MBASE || csr == HV_CSR_MBOUND)
            continue;
        write_read(&p, csr, UINT32_MAX, level_csrs[i].writable);
        write_read(&p, csr, 0xaaaaaaaa,
                   csr == HV_CSR_MSTATUS ? 0xaaaaaaaa & 0x220088 : 0xaaaaaaaa & level_csrs[i].writable);
        write_read(&p, csr, 0, 0);
    }
    write_read(&p, HV_CSR_MBOUND, 0x12345677, 0x12345674);
    write_read(&p, HV_CSR_MBASE, UINT32_MAX, 0xfffffffc);
    for (uint32_t mpp = 0; mpp < 4; mpp++) { /* only 3 stays */
        write_read(&p, HV_CSR_MSTATUS, HV_MSTATUS_MPP, HV_MSTATUS_MPP);
        write_read(&p, HV_CSR_MSTATUS, mpp << 11, mpp == 3 ? HV_MSTATUS_MPP : 0);
    }
    for (unsigned x = 9; x <= 11; x++)
        program_li(&p, x, x);
    op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X0);
    program_end(&p, &b.tree, b.chain[n]);
    b.icarus = n == 1;
    case_add(list, &b, "csr", "WARL level %u", n);
}

/* What a trap leaves of the CSRs that are not its own (docs/spec.md, 10.1.9): all, but that mphi.M has gone to mphi.MP.
 */
static void over_a_trap(struct case_list *list, unsigned n)
{
    static const unsigned others[] = {HV_CSR_MSTATUS, HV_CSR_MTVEC,  HV_CSR_MEPC, HV_CSR_MCAUSE,
                                      HV_CSR_MTVAL,   HV_CSR_MBOUND, HV_CSR_MBASE};
    static struct builder b;
    struct program p;
    struct known seen[LEVEL_CSRS];
    unsigned count = 0;
    begin(&b, &p, n, (unsigned)list->count);
    write_read(&p, HV_CSR_MBOUND, UINT32_MAX, 0xfffffffc);
    for (unsigned i = 0; i < LEVEL_CSRS; i++) {
        bool other = false;
        for (unsigned k = 0; k < sizeof others / sizeof others[0]; k++)
            other |= level_csrs[i].number == others[k];
        if (!other)
            seen[count++] = level_csrs[i];
    }
    for (unsigned i = 0; i < count; i++)
        write_read(&p, seen[i].number, UINT32_MAX, seen[i].writable);
    program_trap(&b, &p, b.chain[n], word_n(HV_INSN_ECALL), HV_EXC_ECALL_M, 0);
    for (unsigned i = 0; i < count; i++) {
        op_csr(&p.code, HV_INSN_CSRRS, X10, seen[i].number, X0);
        op_li(&p.code, X11, seen[i].number == HV_CSR_MPHI ? seen[i].writable & ~(uint32_t)HV_MPHI_M : seen[i].writable);
        program_same(&p, X10, X11);
        op_csr(&p.code, HV_INSN_CSRRW, X0, seen[i].number, X0);
    }
    for (unsigned x = 9; x <= 11; x++)
        program_li(&p, x, x);
    program_end(&p, &b.tree, b.chain[n]);
    b.icarus = n == 1;
    case_add(list, &b, "csr", "all bits over a trap level %u", n);
}

/* Read-only and zero ones; each form of CSR instruction. */
static void forms(struct case_list *list, unsigned n)
{
    static const struct {
        unsigned csr;
        uint32_t value;
    } constants[] = {
        {HV_CSR_MISA, 0x40101101 | HV_MISA_X},
        {HV_CSR_MVENDORID, 0},
        {HV_CSR_MARCHID, 0},
        {HV_CSR_MIMPID, 0},
        {HV_CSR_MHARTID, 0},
        {HV_CSR_MCONFIGPTR, 0},
        {HV_CSR_MENVCFG, 0},
        {HV_CSR_MENVCFGH, 0},
        {HV_CSR_MSTATUSH, 0},
        {HV_CSR_MCOUNTINHIBIT, 0},
        {HV_CSR_MHPMEVENT_FIRST, 0},
        {HV_CSR_MHPMEVENT_LAST, 0},
        {HV_CSR_MHPMCOUNTER_LAST, 0},
    };
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count);
    for (unsigned i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        unsigned csr = constants[i].csr;
        bool read_only = (csr >> 10) == 3;
        if (read_only)
            op_csr(&p.code, HV_INSN_CSRRS, X10, csr, X0);
        else
            write_read(&p, csr, 0x5a5a5a5a, constants[i].value);
        if (read_only)
            program_same(&p, X10, X0);
    }
    const unsigned csr = HV_CSR_MSCRATCH;
    op_csr(&p.code, HV_INSN_CSRRWI, X0, csr, 21);
    op_csr(&p.code, HV_INSN_CSRRSI, X10, csr, 10);
    op_csr(&p.code, HV_INSN_CSRRCI, X11, csr, 7);
    op_csr(&p.code, HV_INSN_CSRRS, X12, csr, X13);
    op_csr(&p.code, HV_INSN_CSRRC, X14, csr, X15);
    op_csr(&p.code, HV_INSN_CSRRW, X16, csr, X16);
    op_csr(&p.code, HV_INSN_CSRRCI, X17, csr, 0);
    program_li(&p, X9, 9);
    p.x[10] = 21;
    p.x[11] = 31;
    p.x[12] = 24;
    p.x[14] = 24 | p.x[13];
    uint32_t x16 = p.x[16];
    p.x[16] = p.x[14] & ~p.x[15];
    p.x[17] = x16;
    program_end(&p, &b.tree, b.chain[n]);
    case_add(list, &b, "csr", "constants and forms level %u", n);
}

/* Values for the processor map that differ from each other and from what the run would leave there. */
static const struct {
    unsigned csr;
    uint32_t offset, value;
} context[] = {
    {HV_CSR_MBOUND, HV_VMCB_CTX_MBOUND, 0xfffffffc},
    {HV_CSR_MBASE, HV_VMCB_CTX_MBASE, 0},
    {HV_CSR_MIE, HV_VMCB_CTX_MIE, 0x880},
    {HV_CSR_MTVEC, HV_VMCB_CTX_MTVEC, 0x13571359},
    {HV_CSR_MSCRATCH, HV_VMCB_CTX_MSCRATCH, 0xc0ffee01},
    {HV_CSR_MEPC, HV_VMCB_CTX_MEPC, 0x2468acec},
    {HV_CSR_MCAUSE, HV_VMCB_CTX_MCAUSE, 0x8765432f},
    {HV_CSR_MTVAL, HV_VMCB_CTX_MTVAL, 0x7777abcd},
    {HV_CSR_MCOUNTEREN, HV_VMCB_CTX_MCOUNTEREN, 5},
    {HV_CSR_MPHI, HV_VMCB_CTX_MPHI, 6},
    {HV_CSR_MSTATUS, HV_VMCB_CTX_MSTATUS, HV_MSTATUS_MPP | HV_MSTATUS_MPRV | HV_MSTATUS_TW | HV_MSTATUS_MIE},
};
enum { CONTEXT = sizeof context / sizeof context[0] };

/* All of them, over a VM-fault to level k and back; the words are in the VMCB, and in the CSRs again. */
static void kept(struct case_list *list, unsigned n, unsigned k)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count & ~(2u << k));
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[n], owner = b.chain[k], mapped = b.chain[k + 1];
    uint32_t page = last_page(tree, leaf), pte, good;
    uint32_t address = break_control(&b, leaf, mapped, page, B_V0, &pte, &good);
    script_store(tree, owner, pte, good);
    script_resume(tree, owner);
    program_li(&p, X8, page);
    for (unsigned i = 0; i < CONTEXT; i++) {
        op_li(&p.code, X9, context[i].value);
        op_csr(&p.code, HV_INSN_CSRRW, X0, context[i].csr, X9);
        expect_word(&b, tree->vm[leaf].parent, tree_vmcb(tree, leaf) + context[i].offset, context[i].value);
    }
    uint32_t pc = code_here(&p.code), insn = word_i(HV_INSN_LW, X14, X8, 0);
    code_word(&p.code, insn);
    p.x[14] = 0;
    expect_fault(&b, leaf, owner, HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT, address, pc, insn);
    expect_resume(&b, owner, leaf, pc);
    expect_word(&b, tree->vm[leaf].parent, tree_vmcb(tree, leaf) + HV_VMCB_CTX_PC, pc);
    expect_word(&b, tree->vm[leaf].parent, tree_vmcb(tree, leaf) + HV_VMCB_CTX_MODE, 3);
    for (unsigned i = 0; i < CONTEXT; i++) {
        op_csr(&p.code, HV_INSN_CSRRS, X10, context[i].csr, X0);
        op_li(&p.code, X9, context[i].value);
        program_same(&p, X10, X9);
    }
    op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X0);
    program_li(&p, X9, 1);
    program_li(&p, X10, 2);
    program_end(&p, tree, leaf);
    b.icarus = n == 4 && k == 0;
    case_add(list, &b, "csr", "processor map level %u over a VM-fault to %u", n, k);
}

/* The monitor's own: set before its LVMID, found again at HV_ROOT + 4, but for MIE, MPRV, mphi.M and the mode. */
static void emit_context(struct code *code, void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < CONTEXT; i++) {
        op_li(code, X5, context[i].value);
        op_csr(code, HV_INSN_CSRRW, X0, context[i].csr, X5);
    }
}

/* The operand of this LVMID is loaded under MPRV by MPP = M and mphi.M: mbase is 0. */
static void monitors(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct code code;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n, (unsigned)list->count & 0x1e);
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    tree->vm[owner].boot = emit_context;
    tree_layout(tree);
    program_begin(&p, tree);
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_HV_EXIT);
    program_end(&p, tree, leaf);
    code_begin(&code, tree->vm[owner].code_end);
    script_call(tree, owner, code.origin);
    script_resume(tree, owner);
    for (unsigned i = 0; i < CONTEXT; i++) {
        uint32_t value = context[i].value;
        if (context[i].csr == HV_CSR_MSTATUS)
            value &= ~(uint32_t)(HV_MSTATUS_MIE | HV_MSTATUS_MPRV);
        if (context[i].csr == HV_CSR_MPHI)
            value &= ~(uint32_t)HV_MPHI_M;
        if (context[i].csr == HV_CSR_MSCRATCH) /* the boot and the handler use it */
            value = tree_vmcb(tree, leaf);
        expect_field(&b, owner, code_here(&code), 0, HV_COMMIT_rd_wdata, value);
        op_csr(&code, HV_INSN_CSRRS, X7, context[i].csr, X0);
    }
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X0);
    op_i(&code, HV_INSN_JALR, X0, X29, 0);
    tree_code(tree, owner, &code);
    expect_boot(&b, 0, leaf);
    expect_fault(&b, leaf, owner, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
    expect_resume(&b, owner, leaf, pc + 4);
    if (n >= 2) /* what LVMID stored is not what is live after the VM-fault */
        expect_word(&b, tree->vm[owner].parent, tree_vmcb(tree, owner) + HV_VMCB_CTX_MPHI, 4);
    case_add(list, &b, "csr", "processor map of the monitor of level %u", n);
}

/* A VMCB's words are legalized as they are loaded, whatever their bits. */
static void legalized(struct case_list *list, unsigned n, uint32_t word)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count);
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[n];
    uint32_t begin_pc = p.code.origin;
    p.code.count = 0; /* over again: this program reads its CSRs before it sets any */
    p.code.fixups = 0;
    for (unsigned i = 0; i < LEVEL_CSRS; i++) {
        unsigned csr = level_csrs[i].number;
        uint32_t value = word & level_csrs[i].writable;
        if (csr == HV_CSR_MSTATUS && (word & HV_MSTATUS_MPP) != HV_MSTATUS_MPP)
            value &= ~(uint32_t)HV_MSTATUS_MPP;
        if (csr == HV_CSR_MBASE || csr == HV_CSR_MPHI)
            value = 0;
        expect_field(&b, leaf, code_here(&p.code), 0, HV_COMMIT_rd_wdata, value);
        expect_field(&b, leaf, code_here(&p.code), 0, HV_COMMIT_mode, 3);
        op_csr(&p.code, HV_INSN_CSRRS, X10, csr, X0);
    }
    op_li(&p.code, X30, tree->config.finisher_base);
    op_li(&p.code, X31, FINISH_PASS);
    op_s(&p.code, HV_INSN_SW, X31, X30, 0);
    tree_code(tree, leaf, &p.code);
    for (uint32_t offset = HV_VMCB_CTX_MSTATUS; offset < 0xc0; offset += 4)
        if (offset != HV_VMCB_CTX_MBASE && offset != HV_VMCB_CTX_MPHI)
            tree_set_vmcb(tree, leaf, offset, word);
    tree_set_vmcb(tree, leaf, HV_VMCB_CTX_PC, begin_pc | 3); /* bits 1:0 of the pc go */
    b.events[b.event_count - 1].after = begin_pc;
    case_add(list, &b, "csr", "a VMCB of words %08x level %u", word, n);
}

/* mode and MPP: 3 is M, any other value U. In U-mode a CSR is illegal. */
static void modes(struct case_list *list, unsigned n, uint32_t mode)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count);
    unsigned leaf = b.chain[n];
    label on = label_new(&p.code);
    op_jal(&p.code, X0, on);
    uint32_t pc = code_here(&p.code), insn = word_csr(HV_INSN_CSRRS, X10, HV_CSR_MCAUSE, X0);
    code_word(&p.code, insn);
    label_here(&p.code, on);
    bool machine = mode == 3;
    tree_set_vmcb(&b.tree, leaf, HV_VMCB_CTX_MODE, mode);
    tree_set_vmcb(&b.tree, leaf, HV_VMCB_CTX_PC, pc);
    tree_set_vmcb(&b.tree, leaf, HV_VMCB_CTX_MTVEC, p.code.origin);
    b.events[b.event_count - 1].after = pc;
    if (!machine)
        expect_trap(&b, leaf, HV_EXC_ILLEGAL, insn, pc)->after = p.code.origin;
    else
        tree_set_vmcb(&b.tree, leaf, HV_VMCB_CTX_PC, b.events[b.event_count - 1].after = p.code.origin);
    program_end(&p, &b.tree, leaf);
    case_add(list, &b, "csr", "mode word %u level %u", mode, n);
}

/* MRET from each mstatus, to M-mode or to U-mode and back by ECALL; then mstatus is read. */
static void mret(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count);
    struct code *code = &p.code;
    for (unsigned i = 0; i < 32; i++) {
        uint32_t tw = i & 16 ? HV_MSTATUS_TW : 0; /* which nothing here changes */
        uint32_t mie = i & 1 ? HV_MSTATUS_MIE : 0, mpie = i & 2 ? HV_MSTATUS_MPIE : 0,
                 mprv = i & 4 ? HV_MSTATUS_MPRV : 0;
        bool machine = i & 8;
        label on = label_new(code);
        op_la(code, X31, on);
        op_csr(code, HV_INSN_CSRRW, X0, machine ? HV_CSR_MEPC : HV_CSR_MTVEC, X31);
        op_la(code, X31, on);
        op_i(code, HV_INSN_ADDI, X31, X31, -4);
        if (!machine)
            op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X31);
        op_li(code, X31, tw | mie | mpie | mprv | (machine ? HV_MSTATUS_MPP : 0));
        op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X31);
        op_n(code, HV_INSN_MRET);
        if (!machine)
            expect_trap(&b, b.chain[n], HV_EXC_ECALL_U, 0, code_here(code));
        op_n(code, HV_INSN_ECALL);
        label_here(code, on);
        uint32_t expected = tw | (machine ? mprv | HV_MSTATUS_MPIE | (mpie ? HV_MSTATUS_MIE : 0) : mpie);
        expect_field(&b, b.chain[n], code_here(code), 0, HV_COMMIT_rd_wdata, expected);
        op_csr(code, HV_INSN_CSRRW, X10, HV_CSR_MSTATUS, X0);
        p.x[10] = expected;
    }
    op_li(code, X31, label_name(code, p.failed));
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    program_li(&p, X31, 1);
    program_end(&p, &b.tree, b.chain[n]);
    case_add(list, &b, "csr", "MRET level %u", n);
}

/* Differences of mcycle, minstret and time over a known stretch with a trap in it. */
static void counters(struct case_list *list, unsigned n)
{
    static const struct {
        unsigned csr;
        uint32_t records; /* a trap makes one more record than instructions retired */
    } counted[] = {
        {HV_CSR_MCYCLE, 10}, {HV_CSR_MINSTRET, 9}, {HV_CSR_TIME, 10}, {HV_CSR_CYCLE, 10}, {HV_CSR_INSTRET, 9}};
    static struct builder b;
    struct program p;
    begin(&b, &p, n, (unsigned)list->count);
    for (unsigned i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        label on = label_new(&p.code);
        op_la(&p.code, X31, on);
        op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
        op_csr(&p.code, HV_INSN_CSRRS, X10, counted[i].csr, X0);
        for (unsigned nop = 0; nop < 4; nop++)
            op_i(&p.code, HV_INSN_ADDI, X0, X0, 0);
        expect_trap(&b, b.chain[n], HV_EXC_BREAKPOINT, 0, code_here(&p.code));
        op_n(&p.code, HV_INSN_EBREAK);
        label_here(&p.code, on);
        for (unsigned nop = 0; nop < 4; nop++)
            op_i(&p.code, HV_INSN_ADDI, X0, X0, 0);
        op_csr(&p.code, HV_INSN_CSRRS, X11, counted[i].csr, X0);
        op_r(&p.code, HV_INSN_SUB, X11, X11, X10);
        op_li(&p.code, X10, counted[i].records);
        program_same(&p, X10, X11);
    }
    op_li(&p.code, X31, label_name(&p.code, p.failed));
    op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    program_li(&p, X31, 1);
    program_li(&p, X10, 2);
    program_li(&p, X11, 3);
    program_end(&p, &b.tree, b.chain[n]);
    case_add(list, &b, "csr", "counters level %u", n);
}

/* At level 0 they can be written: the value is there for the next instruction, one half at a time. */
static void counter_writes(struct case_list *list)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, 0, 0);
    for (unsigned i = 0; i < 2; i++) {
        unsigned low = i ? HV_CSR_MINSTRET : HV_CSR_MCYCLE, high = low + 0x80;
        program_li(&p, X8, 0x100);
        program_li(&p, X9, 0xfffffffe);
        op_csr(&p.code, HV_INSN_CSRRW, X0, high, X8);
        op_csr(&p.code, HV_INSN_CSRRW, X0, low, X9);
        op_csr(&p.code, HV_INSN_CSRRS, X10, low, X0);  /* as written */
        op_csr(&p.code, HV_INSN_CSRRS, X11, high, X0); /* one later */
        op_csr(&p.code, HV_INSN_CSRRS, X12, high, X0); /* has carried over */
        op_csr(&p.code, HV_INSN_CSRRS, X13, low, X0);
        program_li(&p, X14, 0xfffffffe);
        program_same(&p, X10, X14);
        program_same(&p, X11, X8);
        program_li(&p, X14, 0x101);
        program_same(&p, X12, X14);
        program_li(&p, X14, 1);
        program_same(&p, X13, X14);
    }
    p.x[10] = 0xfffffffe;
    p.x[11] = 0x100;
    p.x[12] = 0x101;
    p.x[13] = 1;
    program_end(&p, &b.tree, 0);
    case_add(list, &b, "csr", "counter writes");
}

/* CSR instructions without end, around carries from every part of a counter into the next: lockstep compares
 * each value that is read. */
static void counter_carries(struct case_list *list)
{
    static const uint32_t starts[] = {0xffffffd8, 0x0000ffe0, 0x000000d0, 0x00000030};
    static struct builder b;
    struct program p;
    begin(&b, &p, 0, 0);
    for (unsigned i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        for (unsigned k = 0; k < 2; k++) {
            program_li(&p, X9, starts[i]);
            op_csr(&p.code, HV_INSN_CSRRW, X0, k ? HV_CSR_MINSTRET : HV_CSR_MCYCLE, X9);
            for (unsigned n = 0; n < 24; n++) {
                op_csr(&p.code, HV_INSN_CSRRS, X10, HV_CSR_MCYCLE, X0);
                op_csr(&p.code, n & 1 ? HV_INSN_CSRRS : HV_INSN_CSRRW, X11, HV_CSR_MCYCLEH, X0);
                op_csr(&p.code, HV_INSN_CSRRS, X12, HV_CSR_MINSTRET, X0);
                op_csr(&p.code, HV_INSN_CSRRS, X13, HV_CSR_MINSTRETH, X0);
            }
        }
    }
    for (unsigned x = X9; x <= X13; x++)
        program_li(&p, x, x);
    program_end(&p, &b.tree, 0);
    case_add(list, &b, "csr", "counter carries");
}

/* The associator's counters, read by level 0 after a VM that makes 20 fetches from one page and two loads
 * from another, and leaves. */
static void associator_counters(struct case_list *list)
{
    static const uint32_t expected[] = {22, 2, 0, 2, 0, 2, 2, 0};
    static struct builder b;
    struct code code;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, 1, 0);
    struct tree *tree = &b.tree;
    tree_layout(tree);
    unsigned leaf = b.chain[1];
    code_begin(&code, page_name(tree, 0));
    op_li(&code, X8, page_name(tree, 2));
    op_i(&code, HV_INSN_LW, X9, X8, 0);
    for (unsigned i = 0; i < 16; i++)
        op_i(&code, HV_INSN_ADDI, X9, X9, 1);
    op_i(&code, HV_INSN_LW, X9, X8, 4);
    uint32_t pc = code_here(&code);
    op_n(&code, HV_INSN_HV_EXIT);
    tree_code(tree, leaf, &code);
    expect_boot(&b, 0, leaf);
    expect_fault(&b, leaf, 0, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
    code_begin(&code, tree->vm[0].code_end);
    for (unsigned i = 0; i < 8; i++) {
        expect_field(&b, 0, code_here(&code), 0, HV_COMMIT_rd_wdata, expected[i]);
        op_csr(&code, HV_INSN_CSRRW, X7, HV_CSR_MHPMCOUNTER_FIRST + i, X28); /* writes are ignored */
        expect_field(&b, 0, code_here(&code), 0, HV_COMMIT_rd_wdata, 0);
        op_csr(&code, HV_INSN_CSRRS, X7, HV_CSR_MHPMCOUNTERH_FIRST + i, X0);
    }
    op_i(&code, HV_INSN_JALR, X0, X29, 0);
    tree_code(tree, 0, &code);
    script_call(tree, 0, code.origin);
    script_finish(tree, 0, FINISH_PASS);
    case_add(list, &b, "csr", "associator's counters");
}

void cases_csr(struct case_list *list)
{
    for (unsigned n = 0; n <= 4; n++) {
        warl(list, n);
        over_a_trap(list, n);
        forms(list, n);
        counters(list, n);
        mret(list, n);
        for (unsigned k = 0; k < n; k++)
            kept(list, n, k);
        if (n == 0)
            continue;
        monitors(list, n);
        legalized(list, n, UINT32_MAX);
        legalized(list, n, 0xdeadbeef);
        legalized(list, n, 0x55555555);
        for (uint32_t mode = 0; mode < 6; mode++)
            modes(list, n, mode == 4 ? 0x103 : mode == 5 ? UINT32_MAX : mode);
    }
    counter_writes(list);
    counter_carries(list);
    associator_counters(list);
}
