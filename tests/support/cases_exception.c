/* Exceptions stay where they arise: the same programs at the real machine and at each level of VM, whose
 * traps no monitor sees. The events are the traps and nothing else. */
#include "tests/support/cases.h"

enum { PROGRAM_PAGES = 6 };

static void program_at(struct builder *b, const struct hv_config *config, unsigned n, unsigned serial)
{
    builder_chain(b, config, n, serial & 0x1e);
    b->tree.vm[b->chain[n]].own_pages = PROGRAM_PAGES;
    tree_layout(&b->tree);
    if (n)
        expect_boot(b, 0, b->chain[n]);
}

static void add(struct case_list *list, struct builder *b, struct program *p, const char *name, unsigned n)
{
    program_end(p, &b->tree, b->chain[n]);
    b->icarus = n == 3 && name[0] == 'U';
    case_add(list, b, "exception", "%s level %u", name, n);
}

static const uint32_t illegal_words[] = {
    0x00000000, 0xffffffff,           0x00000001, /* nothing; 16-bit */
    0x18001073, 0x3a002073,           0x3b002073,
    0x10002073, /* satp, pmpcfg0, pmpaddr0, sstatus */
    0x7a002073, 0xc0302073,           0x80002073,
    0x30202073, /* tselect, hpmcounter3, none, medeleg */
    0xf114a073, 0xf1101073,           0xc0005073,
    0xc8249073, /* writes to mvendorid (two ways), cycle, instreth */
    0x10200073, 0x12000073,           0x00200073,
    0x7b200073, /* sret, sfence.vma, uret, dret */
    0x302000f3, 0x10508073,           0x000000f3,
    0x00108073,                                   /* mret, wfi, ecall, ebreak with fields that are not 0 */
    0x02009093, 0x4000d093 | 1 << 25, 0x20000033, /* slli, srai, add with other upper bits */
    0x00003003, 0x00006003,           0x00003023,
    0x00002063, /* ld, lwu, sd, branch 2 */
    0x0000208f, 0x1010202f,           0xf800202f,
    0x0000302f, /* misc-mem 2, lr with rs2, no such amo, amo.d */
    0x0000008b, 0x0010100b,           0x0000108b,
    0x0000208b,             /* lvmid with rd, hv.fence with rs2 and rd, hv.exit with rd */
    0x0000300b, 0x0010200b, /* custom-0 3, hv.exit with rs2 */
};

static void illegal(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    enum { WORDS = sizeof illegal_words / sizeof illegal_words[0], PART = 14 };
    for (unsigned part = 0; part < WORDS; part += PART) {
        program_at(&b, &config, n, (unsigned)list->count);
        program_begin(&p, &b.tree);
        for (unsigned i = part; i < WORDS && i < part + PART; i++)
            program_trap(&b, &p, b.chain[n], illegal_words[i], HV_EXC_ILLEGAL, illegal_words[i]);
        add(list, &b, &p, part == 0 ? "illegal 1" : part == PART ? "illegal 2" : "illegal 3", n);
    }
}

/* Encodings of 16 bits, whatever is behind them: mtval has no more of it. */
static void halves(struct case_list *list, unsigned n)
{
    static const struct {
        uint32_t word, mtval;
    } words[] = {{0x12340001, 0x0001}, {0xabcd9002, 0x9002}, {0x00010000, 0x0000}, {0xfffffffe, 0xfffe},
                 {0x80018001, 0x8001}, {0x30200070, 0x0070}, {0x00020002, 0x0002}, {0x10500071, 0x0071}};
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    program_at(&b, &config, n, (unsigned)list->count);
    program_begin(&p, &b.tree);
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        program_trap(&b, &p, b.chain[n], words[i].word, HV_EXC_ILLEGAL, words[i].mtval);
    add(list, &b, &p, "Encodings of 16 bits", n);
}

/* At level 0 there is no level to exit to. */
static void own(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    program_at(&b, &config, n, (unsigned)list->count);
    unsigned vm = b.chain[n];
    program_begin(&p, &b.tree);
    program_trap(&b, &p, vm, word_n(HV_INSN_ECALL), HV_EXC_ECALL_M, 0);
    program_trap(&b, &p, vm, word_n(HV_INSN_EBREAK), HV_EXC_BREAKPOINT, 0);
    if (n == 0)
        program_trap(&b, &p, vm, word_n(HV_INSN_HV_EXIT), HV_EXC_ILLEGAL, word_n(HV_INSN_HV_EXIT));
    code_word(&p.code, 0x0ff0000f | 3 << 7); /* FENCE and FENCE.I ignore their fields */
    code_word(&p.code, 0x1234908f | 1 << 12);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_MVENDORID, X0);
    p.x[28] = 0;
    add(list, &b, &p, "ecall, ebreak", n);
}

/* Misaligned names, in RAM and where nothing is: misalignment comes first. */
static void misaligned(struct case_list *list, unsigned n)
{
    static const struct {
        enum hv_insn insn;
        uint32_t off, cause;
    } accesses[] = {
        {HV_INSN_LH, 1, HV_EXC_LOAD_MISALIGNED},         {HV_INSN_LHU, 3, HV_EXC_LOAD_MISALIGNED},
        {HV_INSN_LW, 1, HV_EXC_LOAD_MISALIGNED},         {HV_INSN_LW, 2, HV_EXC_LOAD_MISALIGNED},
        {HV_INSN_SH, 1, HV_EXC_STORE_MISALIGNED},        {HV_INSN_SW, 2, HV_EXC_STORE_MISALIGNED},
        {HV_INSN_SW, 3, HV_EXC_STORE_MISALIGNED},        {HV_INSN_LR_W, 2, HV_EXC_LOAD_MISALIGNED},
        {HV_INSN_SC_W, 1, HV_EXC_STORE_MISALIGNED},      {HV_INSN_AMOADD_W, 2, HV_EXC_STORE_MISALIGNED},
        {HV_INSN_AMOSWAP_W, 3, HV_EXC_STORE_MISALIGNED},
    };
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    for (unsigned where = 0; where < 2; where++) {
        program_at(&b, &config, n, (unsigned)list->count);
        unsigned vm = b.chain[n];
        program_begin(&p, &b.tree);
        for (unsigned i = 0; i < sizeof accesses / sizeof accesses[0]; i++) {
            enum hv_insn insn = accesses[i].insn;
            uint32_t base = where ? 0x70000ff8 : last_page(&b.tree, vm) + 0xffc, name = base + accesses[i].off;
            bool atomic = insn >= HV_INSN_LR_W, store = insn == HV_INSN_SH || insn == HV_INSN_SW;
            program_li(&p, X8, atomic ? name : base);
            uint32_t word = atomic  ? word_r(insn, X28, X8, insn == HV_INSN_LR_W ? X0 : X9)
                            : store ? word_s(insn, X9, X8, (int32_t)accesses[i].off)
                                    : word_i(insn, X28, X8, (int32_t)accesses[i].off);
            expect_field(&b, vm, code_here(&p.code) + 12, 0, HV_COMMIT_mem_addr, name);
            expect_field(&b, vm, code_here(&p.code) + 12, 0, HV_COMMIT_accesses, n ? 1 : 0);
            program_trap(&b, &p, vm, word, accesses[i].cause, name);
        }
        add(list, &b, &p, where ? "misaligned, where nothing is" : "misaligned", n);
    }
}

/* Jumps to a half word: the exception is the jump's own, and no link is written. */
static void jumps(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    program_at(&b, &config, n, (unsigned)list->count);
    unsigned vm = b.chain[n];
    program_begin(&p, &b.tree);
    const uint32_t half = 1 << 8; /* a branch by 2 */
    uint32_t beq = word_n(HV_INSN_BEQ) | half, bne = word_n(HV_INSN_BNE) | half;
    uint32_t trap = 12; /* program_trap's instruction comes after three others */
    program_trap(&b, &p, vm, word_jal(X9, 2), HV_EXC_FETCH_MISALIGNED, code_here(&p.code) + trap + 2);
    program_trap(&b, &p, vm, beq, HV_EXC_FETCH_MISALIGNED, code_here(&p.code) + trap + 2);
    code_word(&p.code, bne); /* not taken: nothing */
    program_li(&p, X8, 0x70000001);
    program_trap(&b, &p, vm, word_i(HV_INSN_JALR, X9, X8, 2), HV_EXC_FETCH_MISALIGNED, 0x70000002);
    program_trap(&b, &p, vm, word_i(HV_INSN_JALR, X9, X8, 1), HV_EXC_FETCH_MISALIGNED, 0x70000002);
    label there = label_new(&p.code); /* bit 0 of JALR's target is cleared */
    op_la(&p.code, X8, there);
    p.x[9] = code_here(&p.code) + 4;
    op_i(&p.code, HV_INSN_JALR, X9, X8, 1);
    op_jal(&p.code, X0, p.failed);
    label_here(&p.code, there);
    program_li(&p, X8, 0);
    add(list, &b, &p, "jumps to half words", n);
}

/* One instruction in U-mode that must trap, with a value of mstatus that no trap changes. */
static void user_trap_with(struct builder *b, struct program *p, unsigned vm, uint32_t mstatus, uint32_t word,
                           uint32_t cause, uint32_t tval)
{
    struct code *code = &p->code;
    label on = label_new(code), user = label_new(code);
    op_la(code, X31, on);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    op_la(code, X31, user);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X31);
    op_li(code, X31, mstatus);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X31);
    op_n(code, HV_INSN_MRET);
    label_here(code, user);
    uint32_t pc = code_here(code);
    code_word(code, word);
    op_jal(code, X0, p->failed);
    label_here(code, on);
    struct event *e = expect_trap(b, vm, cause, tval, pc);
    e->after = code_here(code);
    e->insn = word;
    expect_field(b, vm, pc, 0, HV_COMMIT_mode, 0);
    program_trapped(p, cause, pc, tval, mstatus);
}

static void user_trap(struct builder *b, struct program *p, unsigned vm, uint32_t word, uint32_t cause, uint32_t tval)
{
    user_trap_with(b, p, vm, 0, word, cause, tval);
}

static void user(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    program_at(&b, &config, n, (unsigned)list->count);
    unsigned vm = b.chain[n];
    program_begin(&p, &b.tree);
    const uint32_t words[] = {
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_MSTATUS, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_MISA, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_MCYCLE, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_CYCLE, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_TIME, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_INSTRETH, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_MVENDORID, X0),
        word_csr(HV_INSN_CSRRW, X28, HV_CSR_MPHI, X9),
        word_n(HV_INSN_MRET),
        word_lvmid(X8, 0),
        word_n(HV_INSN_HV_FENCE),
        word_n(HV_INSN_HV_EXIT),
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        user_trap(&b, &p, vm, words[i], HV_EXC_ILLEGAL, words[i]);
    user_trap(&b, &p, vm, word_n(HV_INSN_ECALL), HV_EXC_ECALL_U, 0);
    user_trap(&b, &p, vm, word_n(HV_INSN_EBREAK), HV_EXC_BREAKPOINT, 0);
    add(list, &b, &p, "U-mode", n);
}

/* mstatus.TW: WFI in U-mode is illegal, whatever CAPS.WFI says, though nothing could wake it; in M-mode it is what it
 * always is, here with an interrupt that is there already. */
static void wait_trapped(struct case_list *list, unsigned n, bool granted)
{
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n, (unsigned)list->count & 0x1e);
    unsigned vm = b.chain[n];
    for (unsigned j = 1; j <= n && !granted; j++)
        b.tree.vm[b.chain[j]].caps &= ~(unsigned)HV_CAP_WFI;
    if (n)
        b.tree.vm[vm].vip = 1u << HV_IRQ_MSI;
    tree_layout(&b.tree);
    if (n)
        expect_boot(&b, 0, vm);
    program_begin(&p, &b.tree);
    user_trap_with(&b, &p, vm, HV_MSTATUS_TW, word_n(HV_INSN_WFI), HV_EXC_ILLEGAL, word_n(HV_INSN_WFI));
    if (granted) {
        if (n == 0) {
            op_li(&p.code, X31, config.clint_base);
            op_li(&p.code, X28, 1);
            op_s(&p.code, HV_INSN_SW, X28, X31, 0);
        }
        op_li(&p.code, X28, HV_MSTATUS_TW);
        op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X28);
        op_csr(&p.code, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 1 << HV_IRQ_MSI);
        op_n(&p.code, HV_INSN_WFI);
        op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X0);
        p.x[28] = HV_MSTATUS_TW;
        program_li(&p, X31, 1);
    }
    program_end(&p, &b.tree, vm);
    b.icarus = n == 2;
    case_add(list, &b, "exception", "WFI with TW level %u %s", n, granted ? "granted" : "denied");
}

/* The real machine: no device behind a name, a fetch or an atomic access to a device. */
static void nowhere(struct case_list *list)
{
    static const uint32_t names[] = {0x70000000, 0x00101000, 0x02010000, 0x10001000, 0xfffffffc, 0x80040000};
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    uint32_t load = word_i(HV_INSN_LW, X28, X8, 0), store = word_s(HV_INSN_SB, X9, X8, 0);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        program_at(&b, &config, 0, 0);
        program_begin(&p, &b.tree);
        program_li(&p, X8, names[i]);
        program_trap(&b, &p, 0, load, HV_EXC_LOAD_FAULT, names[i]);
        program_trap(&b, &p, 0, store, HV_EXC_STORE_FAULT, names[i]);
        program_trap(&b, &p, 0, word_r(HV_INSN_AMOADD_W, X28, X8, X9), HV_EXC_STORE_FAULT, names[i]);
        program_trap(&b, &p, 0, word_r(HV_INSN_LR_W, X28, X8, X0), HV_EXC_LOAD_FAULT, names[i]);
        program_end(&p, &b.tree, 0);
        case_add(list, &b, "exception", "nothing at %08x", names[i]);
    }
}

static void devices(struct case_list *list)
{
    static const uint32_t names[] = {0x00100000, 0x02004000, 0x0200fffc, 0x10000000};
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        program_at(&b, &config, 0, 0);
        program_begin(&p, &b.tree);
        program_li(&p, X8, names[i]);
        program_trap(&b, &p, 0, word_r(HV_INSN_AMOOR_W, X28, X8, X0), HV_EXC_STORE_FAULT, names[i]);
        program_trap(&b, &p, 0, word_r(HV_INSN_LR_W, X28, X8, X0), HV_EXC_LOAD_FAULT, names[i]);
        program_li(&p, X12, page_name(&b.tree, 3)); /* SC: with a reservation for a word of RAM */
        op_r(&p.code, HV_INSN_LR_W, X28, X12, X0);
        p.x[28] = 0;
        program_trap(&b, &p, 0, word_r(HV_INSN_SC_W, X28, X8, X9), HV_EXC_STORE_FAULT, names[i]);
        program_end(&p, &b.tree, 0);
        case_add(list, &b, "exception", "atomic access to the device at %08x", names[i]);
    }
}

/* A fetch from nothing and from a device; a machine without virtualizer, atomics and phi. */
static void fetches(struct case_list *list)
{
    static const uint32_t names[] = {0x70000000, 0x00100000, 0x02000000, 0x10000000};
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    program_at(&b, &config, 0, 0);
    program_begin(&p, &b.tree);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        label on = label_new(&p.code);
        op_la(&p.code, X31, on);
        op_csr(&p.code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
        program_li(&p, X8, names[i]);
        p.x[9] = code_here(&p.code) + 4;
        op_i(&p.code, HV_INSN_JALR, X9, X8, 0);
        label_here(&p.code, on);
        expect_trap(&b, 0, HV_EXC_FETCH_FAULT, names[i], names[i])->insn = 0;
        program_trapped(&p, HV_EXC_FETCH_FAULT, names[i], names[i], HV_MSTATUS_MPP);
    }
    program_end(&p, &b.tree, 0);
    case_add(list, &b, "exception", "fetches where no RAM is");
}

static void plain(struct case_list *list)
{
    static struct builder b;
    struct program p;
    struct hv_config config;
    struct hv_error error;
    hv_config_read(&config, "plain", &error);
    program_at(&b, &config, 0, 0);
    program_begin(&p, &b.tree);
    const uint32_t words[] = {
        word_lvmid(X8, 0),
        word_n(HV_INSN_HV_FENCE),
        word_n(HV_INSN_HV_EXIT),
        word_r(HV_INSN_LR_W, X28, X8, X0),
        word_r(HV_INSN_AMOADD_W, X28, X8, X9),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_MPHI, X0),
        word_csr(HV_INSN_CSRRS, X28, HV_CSR_MBASE, X0),
        word_csr(HV_INSN_CSRRW, X28, HV_CSR_MBOUND, X0),
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        program_trap(&b, &p, 0, words[i], HV_EXC_ILLEGAL, words[i]);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_MISA, X0);
    p.x[28] = 0x40101100;
    program_end(&p, &b.tree, 0);
    case_add(list, &b, "exception", "a plain machine");
}

void cases_exception(struct case_list *list)
{
    for (unsigned n = 0; n <= 4; n++) {
        illegal(list, n);
        own(list, n);
        misaligned(list, n);
        jumps(list, n);
        user(list, n);
        halves(list, n);
        wait_trapped(list, n, true);
        if (n)
            wait_trapped(list, n, false);
    }
    nowhere(list);
    devices(list);
    fetches(list);
    plain(list);
}
