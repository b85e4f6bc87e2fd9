/* Random units. Each is complete in itself: it makes the addresses and conditions that it needs, with registers
 * that it overwrites, and whatever traps on the way, the next unit can follow. */
#include "tests/qemu/generator.h"
#include "tests/qemu/legal.h"

static uint32_t below(struct generator *g, uint32_t end)
{
    return draw_below(&g->random, end);
}

#define PICK(g, table) (table)[below(g, sizeof(table) / sizeof *(table))]

unsigned any_register(struct generator *g)
{
    return below(g, 32);
}

unsigned destination(struct generator *g)
{
    unsigned x = below(g, 31);
    return x < g->program->pointer ? x : x + 1;
}

unsigned scratch(struct generator *g)
{
    return scratch_but(g, X0);
}

unsigned scratch_but(struct generator *g, unsigned a)
{
    unsigned x;
    do
        x = 1 + below(g, 31);
    while (x == a || x == g->program->pointer);
    return x;
}

static int32_t immediate(struct generator *g)
{
    return (int32_t)below(g, 4096) - 2048;
}

/* One instruction of arithmetic that does not write `but`. */
static uint32_t arithmetic_word(struct generator *g, unsigned but)
{
    static const enum hv_insn r[] = {HV_INSN_ADD,  HV_INSN_SUB,  HV_INSN_SLL,    HV_INSN_SLT,   HV_INSN_SLTU,
                                     HV_INSN_XOR,  HV_INSN_SRL,  HV_INSN_SRA,    HV_INSN_OR,    HV_INSN_AND,
                                     HV_INSN_MUL,  HV_INSN_MULH, HV_INSN_MULHSU, HV_INSN_MULHU, HV_INSN_DIV,
                                     HV_INSN_DIVU, HV_INSN_REM,  HV_INSN_REMU};
    static const enum hv_insn i[] = {HV_INSN_ADDI, HV_INSN_SLTI, HV_INSN_SLTIU,
                                     HV_INSN_XORI, HV_INSN_ORI,  HV_INSN_ANDI};
    static const enum hv_insn shift[] = {HV_INSN_SLLI, HV_INSN_SRLI, HV_INSN_SRAI};
    static const uint32_t upper[] = {0x37, 0x17}; /* LUI, AUIPC */
    unsigned rd = destination(g), rs1 = any_register(g);
    if (rd == but)
        rd = X0;
    switch (below(g, 8)) {
    case 0:
        return PICK(g, upper) | rd << 7 | (draw(&g->random) & 0xfffff000);
    case 1:
        return word_i(PICK(g, shift), rd, rs1, (int32_t)below(g, 32));
    case 2:
    case 3:
        return word_i(PICK(g, i), rd, rs1, immediate(g));
    default:
        return word_r(PICK(g, r), rd, rs1, any_register(g));
    }
}

static void arithmetic(struct generator *g)
{
    code_word(&g->code, arithmetic_word(g, X0));
}

static void constant(struct generator *g)
{
    static const uint32_t edges[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 31, 32, 0x10000};
    op_li(&g->code, scratch(g), below(g, 2) ? PICK(g, edges) : draw(&g->random));
}

/* Scratch register `a` becomes a word-aligned name in DATA: a constant, or made of some register. */
static void data_name(struct generator *g, unsigned a)
{
    struct code *c = &g->code;
    if (below(g, 2)) {
        op_li(c, a, DATA_BASE + 4 * below(g, DATA_BYTES / 4));
        return;
    }
    unsigned b = scratch_but(g, a);
    op_li(c, b, DATA_BYTES - 4);
    op_r(c, HV_INSN_AND, a, b, any_register(g));
    op_li(c, b, DATA_BASE);
    op_r(c, HV_INSN_ADD, a, a, b);
}

static uint32_t nothing(struct generator *g)
{
    return NOTHING_BASE + 4 * below(g, (0 - NOTHING_BASE) / 4);
}

struct access {
    enum hv_insn insn;
    int32_t bytes;
};
static const struct access loads[] = {
    {HV_INSN_LB, 1}, {HV_INSN_LBU, 1}, {HV_INSN_LH, 2}, {HV_INSN_LHU, 2}, {HV_INSN_LW, 4}};
static const struct access stores[] = {{HV_INSN_SB, 1}, {HV_INSN_SH, 2}, {HV_INSN_SW, 4}};

static void op_access(struct generator *g, bool store, unsigned a, int32_t offset, const struct access *access)
{
    if (store)
        op_s(&g->code, access->insn, any_register(g), a, offset);
    else
        op_i(&g->code, access->insn, destination(g), a, offset);
}

static void memory(struct generator *g, bool store)
{
    unsigned a = scratch(g);
    const struct access *access = store ? &PICK(g, stores) : &PICK(g, loads);
    data_name(g, a);
    op_access(g, store, a, access->bytes * (int32_t)below(g, (uint32_t)(DATA_SLACK / access->bytes)), access);
}

static void load(struct generator *g)
{
    memory(g, false);
}

static void store(struct generator *g)
{
    memory(g, true);
}

/* The offset is subtracted beforehand, so both signs of it are seen. */
static void access_to_nothing(struct generator *g)
{
    unsigned a = scratch(g);
    bool is_store = below(g, 2);
    int32_t offset = immediate(g) & ~3;
    op_li(&g->code, a, nothing(g) - (uint32_t)offset);
    op_access(g, is_store, a, offset, is_store ? &PICK(g, stores) : &PICK(g, loads));
}

static const enum hv_insn branches[] = {HV_INSN_BEQ, HV_INSN_BNE, HV_INSN_BLT, HV_INSN_BGE, HV_INSN_BLTU, HV_INSN_BGEU};

/* The label of a unit that is not far ahead. */
static label some_way_ahead(struct generator *g)
{
    unsigned to = g->unit + 1 + below(g, 5);
    return g->ahead[to < g->units ? to : g->units];
}

static void branch(struct generator *g)
{
    op_b(&g->code, PICK(g, branches), any_register(g), any_register(g), some_way_ahead(g));
}

static void jump(struct generator *g)
{
    if (below(g, 2)) {
        op_jal(&g->code, destination(g), some_way_ahead(g));
        return;
    }
    unsigned a = scratch(g);
    op_la(&g->code, a, some_way_ahead(g));
    op_i(&g->code, HV_INSN_JALR, destination(g), a, (int32_t)below(g, 2)); /* bit 0 of the target is cleared */
}

/* Targets with bit 1 set: taken, or not. */
static void misaligned_jump(struct generator *g)
{
    static const uint32_t conditions[] = {0, 1, 4, 5, 6, 7}; /* funct3 of BEQ to BGEU */
    enum { BRANCH_BY_6 = 0x63 | 6 << 7 };
    struct code *c = &g->code;
    unsigned a = scratch(g);
    switch (below(g, 3)) {
    case 0:
        code_word(c, BRANCH_BY_6 | PICK(g, conditions) << 12 | any_register(g) << 15 | any_register(g) << 20);
        break;
    case 1:
        code_word(c, word_jal(destination(g), 2 + 4 * (int32_t)below(g, 64)));
        break;
    default:
        op_la(c, a, some_way_ahead(g));
        op_i(c, HV_INSN_JALR, destination(g), a, 2 + (int32_t)below(g, 2));
    }
}

static void jump_to_nothing(struct generator *g)
{
    struct code *c = &g->code;
    unsigned a = scratch(g), b = scratch_but(g, a);
    label landing = label_new(c);
    op_la(c, a, landing);
    op_li(c, b, CONTROL_BASE);
    op_s(c, HV_INSN_SW, a, b, 0);
    op_li(c, b, nothing(g));
    op_i(c, HV_INSN_JALR, destination(g), b, 0);
    label_here(c, landing);
}

static void counted_loop(struct generator *g)
{
    struct code *c = &g->code;
    unsigned count = scratch(g);
    label top = label_new(c);
    op_li(c, count, 1 + below(g, 12));
    label_here(c, top);
    for (unsigned i = 1 + below(g, 6); i > 0; i--)
        code_word(c, arithmetic_word(g, count));
    op_i(c, HV_INSN_ADDI, count, count, -1);
    op_b(c, HV_INSN_BNE, count, X0, top);
}

/* aq and rl are hints: any value. */
static void op_atomic(struct generator *g, enum hv_insn insn, unsigned rd, unsigned a, unsigned rs2)
{
    code_word(&g->code, word_r(insn, rd, a, rs2) | below(g, 4) << 25);
}

static void atomic(struct generator *g)
{
    static const enum hv_insn amo[] = {HV_INSN_AMOSWAP_W, HV_INSN_AMOADD_W,  HV_INSN_AMOXOR_W,
                                       HV_INSN_AMOAND_W,  HV_INSN_AMOOR_W,   HV_INSN_AMOMIN_W,
                                       HV_INSN_AMOMAX_W,  HV_INSN_AMOMINU_W, HV_INSN_AMOMAXU_W};
    unsigned a = scratch(g);
    if (below(g, 8) == 0)
        op_li(&g->code, a, nothing(g));
    else
        data_name(g, a);
    if (below(g, 8) == 0)
        op_i(&g->code, HV_INSN_ADDI, a, a, 1 + (int32_t)below(g, 3));
    op_atomic(g, PICK(g, amo), destination(g), a, any_register(g));
}

/* What can be between LR and SC. */
static void between(struct generator *g, unsigned a)
{
    struct code *c = &g->code;
    unsigned b = scratch_but(g, a);
    switch (below(g, 6)) {
    case 0: /* a store to another word does not end the reservation */
        op_s(c, HV_INSN_SW, any_register(g), a, 4 + 4 * (int32_t)below(g, 64));
        break;
    case 1: /* a trap does */
        op_n(c, HV_INSN_ECALL);
        break;
    case 2: /* so does an SC that succeeds */
        op_atomic(g, HV_INSN_SC_W, b, a, any_register(g));
        break;
    case 3: /* the reservation is for another word */
        op_i(c, HV_INSN_ADDI, a, a, 4);
        break;
    default:
        code_word(c, arithmetic_word(g, a));
    }
}

static void reserved(struct generator *g)
{
    unsigned a = scratch(g), rd = destination(g);
    if (below(g, 12) == 0) { /* LR that faults: it leaves no reservation */
        op_li(&g->code, a, below(g, 2) ? nothing(g) : DATA_BASE + 1 + below(g, 3));
        op_atomic(g, HV_INSN_LR_W, destination(g), a, X0);
        return;
    }
    data_name(g, a);
    if (below(g, 8))
        op_atomic(g, HV_INSN_LR_W, rd == a ? X0 : rd, a, X0);
    between(g, a);
    op_atomic(g, HV_INSN_SC_W, destination(g), a, any_register(g));
}

static void fence(struct generator *g)
{
    code_word(&g->code, (below(g, 2) ? 0x0f : 0x100f) | (below(g, 2) ? 0 : (draw(&g->random) & 0x0ff00000)));
}

/* The slot's instruction becomes another one in each visit. */
static void changed_code(struct generator *g)
{
    struct code *c = &g->code;
    unsigned a = scratch(g), b = scratch_but(g, a), d;
    do
        d = scratch_but(g, a);
    while (d == b);
    uint32_t first = arithmetic_word(g, X0), second = arithmetic_word(g, X0);
    label slot = label_new(c);
    op_la(c, a, slot);
    op_i(c, HV_INSN_LW, b, a, 0);
    op_li(c, d, first ^ second);
    op_r(c, HV_INSN_XOR, b, b, d);
    op_s(c, HV_INSN_SW, b, a, 0);
    op_n(c, HV_INSN_FENCE_I);
    label_here(c, slot);
    code_word(c, first);
}

static void call(struct generator *g)
{
    op_n(&g->code, below(g, 2) ? HV_INSN_ECALL : HV_INSN_EBREAK);
}

static void to_machine_mode(struct generator *g)
{
    op_to_machine_mode(&g->code);
}

static bool is_instruction(uint32_t word)
{
    static const struct {
        uint32_t mask, match;
    } rows[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match},
#include "isa/instructions.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((word & rows[i].mask) == rows[i].match)
            return true;
    return false;
}

/* Words that are no instruction: any, or with the major opcode of one. */
static void illegal(struct generator *g)
{
    static const uint32_t opcodes[] = {0x03, 0x07, 0x0b, 0x0f, 0x13, 0x23, 0x27, 0x2b, 0x2f, 0x33, 0x43,
                                       0x53, 0x57, 0x5b, 0x63, 0x67, 0x73, 0x7b, 0x1b, 0x3b, 0x00, 0x02};
    uint32_t word;
    do
        word = below(g, 8) ? (draw(&g->random) & ~0x7fu) | PICK(g, opcodes) : draw(&g->random);
    while (is_instruction(word));
    code_word(&g->code, word);
}

static const enum hv_insn csr_insns[] = {HV_INSN_CSRRW,  HV_INSN_CSRRS,  HV_INSN_CSRRC,
                                         HV_INSN_CSRRWI, HV_INSN_CSRRSI, HV_INSN_CSRRCI};

/* The base machine's CSRs; mtvec is not among them, since the handler needs it. */
static const struct {
    uint16_t first, last;
} csrs[] = {
#define CONDITION_ALWAYS(number) (number)
#define CONDITION_PHI_RB(number) HV_CSR_MSCRATCH
#define CSR(name, number, condition, kind, writable, reset, note)                                                      \
    {CONDITION_##condition(number), CONDITION_##condition(number)},
#define HPM_RANGE(name, first, last, kind) {first, last},
#include "isa/csrs.def"
};

static unsigned some_csr(struct generator *g)
{
    size_t i = below(g, sizeof csrs / sizeof *csrs);
    unsigned number = csrs[i].first + below(g, csrs[i].last + 1u - csrs[i].first);
    return number == HV_CSR_MTVEC ? HV_CSR_MSTATUS : number;
}

/* A value that may be written into the CSR, of some register, in scratch register `a`. */
static void csr_operand(struct generator *g, unsigned csr, unsigned a)
{
    struct code *c = &g->code;
    unsigned b = scratch_but(g, a);
    uint32_t written = legal_written(csr);
    op_li(c, b, csr == HV_CSR_MSTATUS ? written & ~(uint32_t)HV_MSTATUS_MPP : written);
    op_r(c, HV_INSN_AND, a, b, any_register(g));
    if (csr >> 10 == 3) /* read-only: the operand is not 0 */
        op_i(c, HV_INSN_ORI, a, a, 1);
    if (csr != HV_CSR_MSTATUS || below(g, 2))
        return;
    op_li(c, b, HV_MSTATUS_MPP);
    op_r(c, HV_INSN_OR, a, a, b);
}

static void csr_access(struct generator *g)
{
    struct code *c = &g->code;
    unsigned csr = some_csr(g), a = scratch(g), rd = destination(g);
    enum hv_insn insn = PICK(g, csr_insns);
    bool is_immediate = insn == HV_INSN_CSRRWI || insn == HV_INSN_CSRRSI || insn == HV_INSN_CSRRCI;
    unsigned source = a;
    if (is_immediate)
        source = below(g, 32) & legal_written(csr);
    else if (insn != HV_INSN_CSRRW && below(g, 3) == 0)
        source = X0;
    else
        csr_operand(g, csr, a);
    op_csr(c, insn, rd, csr, source);
    uint32_t read = legal_read(csr);
    if (read == UINT32_MAX)
        return;
    op_li(c, a, read);
    op_r(c, HV_INSN_AND, rd, rd, a);
}

/* mtvec and back, with nothing between that could trap in M-mode. */
static void trap_vector(struct generator *g)
{
    struct code *c = &g->code;
    unsigned a = scratch(g);
    op_li(c, a, draw(&g->random) & legal_written(HV_CSR_MTVEC));
    op_csr(c, HV_INSN_CSRRW, destination(g), HV_CSR_MTVEC, a);
    op_csr(c, HV_INSN_CSRRS, destination(g), HV_CSR_MTVEC, X0);
    op_li(c, a, HANDLER_BASE | below(g, 2));
    op_csr(c, HV_INSN_CSRRW, destination(g), HV_CSR_MTVEC, a);
}

static bool is_csr(unsigned number)
{
    for (size_t i = 0; i < sizeof csrs / sizeof *csrs; i++)
        if (number >= csrs[i].first && number <= csrs[i].last)
            return true;
    return false;
}

static void csr_that_is_none(struct generator *g)
{
    unsigned number;
    do
        number = below(g, 4096);
    while (is_csr(number) || legal_only_one(number));
    op_csr(&g->code, PICK(g, csr_insns), destination(g), number, any_register(g));
}

/* MRET to the next instruction, in the mode that MPP is changed to. */
static void op_return(struct generator *g, enum hv_insn change, uint32_t status)
{
    struct code *c = &g->code;
    unsigned a = scratch(g);
    label next = label_new(c);
    op_la(c, a, next);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MEPC, a);
    op_li(c, a, status);
    op_csr(c, change, X0, HV_CSR_MSTATUS, a);
    op_n(c, HV_INSN_MRET);
    label_here(c, next);
}

static void to_user_mode(struct generator *g)
{
    op_return(g, HV_INSN_CSRRC, HV_MSTATUS_MPP | HV_MSTATUS_MPRV);
}

static void return_to_machine_mode(struct generator *g)
{
    op_return(g, HV_INSN_CSRRS, HV_MSTATUS_MPP);
}

enum { SOFTWARE = 1 << HV_IRQ_MSI, TIMER = 1 << HV_IRQ_MTI };
#define MTIMECMP (CLINT_BASE + 0x4000)

static void op_request(struct code *c, unsigned a, unsigned b, uint32_t which)
{
    if (which & SOFTWARE) {
        op_li(c, a, CLINT_BASE);
        op_li(c, b, 1);
        op_s(c, HV_INSN_SW, b, a, 0);
    }
    if (which & TIMER) {
        op_li(c, a, MTIMECMP);
        op_s(c, HV_INSN_SW, X0, a, 4);
        op_s(c, HV_INSN_SW, X0, a, 0);
    }
}

static void op_silence(struct code *c, unsigned a, unsigned b)
{
    op_li(c, a, CLINT_BASE);
    op_s(c, HV_INSN_SW, X0, a, 0);
    op_li(c, a, MTIMECMP);
    op_li(c, b, UINT32_MAX);
    op_s(c, HV_INSN_SW, b, a, 4);
    op_s(c, HV_INSN_SW, b, a, 0);
}

/* Requests come while interrupts are off; a CSR instruction or MRET lets them in, so both machines take them
 * after the same instruction. */
static void interrupt(struct generator *g)
{
    static const uint32_t requests[] = {SOFTWARE, TIMER, SOFTWARE | TIMER},
                          enables[] = {SOFTWARE, TIMER, SOFTWARE | TIMER, 0};
    struct code *c = &g->code;
    unsigned a = scratch(g), b = scratch_but(g, a), pending = destination(g);
    uint32_t which = PICK(g, requests), enabled = PICK(g, enables);
    op_to_machine_mode(c);
    op_csr(c, HV_INSN_CSRRCI, X0, HV_CSR_MSTATUS, HV_MSTATUS_MIE);
    op_request(c, a, b, which);
    op_li(c, b, enabled);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MIE, b);
    op_csr(c, HV_INSN_CSRRS, pending == b ? X0 : pending, HV_CSR_MIP, X0);
    switch (below(g, 4)) {
    case 0:
        op_csr(c, HV_INSN_CSRRSI, X0, HV_CSR_MSTATUS, HV_MSTATUS_MIE);
        break;
    case 1: /* enabled by mie last */
        op_csr(c, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 0);
        op_csr(c, HV_INSN_CSRRSI, X0, HV_CSR_MSTATUS, HV_MSTATUS_MIE);
        op_csr(c, HV_INSN_CSRRS, X0, HV_CSR_MIE, b);
        break;
    case 2: /* in U-mode, whatever MIE */
        to_user_mode(g);
        break;
    default: /* WFI does not wait for what is there already, and takes nothing */
        if (which & enabled)
            op_n(c, HV_INSN_WFI);
    }
    op_to_machine_mode(c);
    op_csr(c, HV_INSN_CSRRCI, X0, HV_CSR_MSTATUS, HV_MSTATUS_MIE);
    op_silence(c, a, b);
}

enum { UART_LCR = 3, DLAB = 0x80 };

/* A byte into a register of the UART, and back into some register of the program. */
static void uart(struct generator *g)
{
    static const struct {
        int32_t offset;
        uint32_t bits; /* that are written; those left out make interrupts, which on QEMU's board go to the PLIC */
        bool dlab, read;
    } registers[] = {{0, 0xff, false, false},                               /* THR */
                     {1, 0x0d, false, true},                                /* IER */
                     {UART_LCR, 0x7f, false, true}, {4, 0x0f, false, true}, /* MCR */
                     {7, 0xff, false, true},                                /* SCR */
                     {0, 0xff, true, true},                                 /* DLL */
                     {1, 0xff, true, true}};                                /* DLM */
    struct code *c = &g->code;
    unsigned a = scratch(g), b = scratch_but(g, a);
    size_t i = below(g, sizeof registers / sizeof *registers);
    op_li(c, a, UART_BASE);
    op_li(c, b, DLAB);
    if (registers[i].dlab)
        op_s(c, HV_INSN_SB, b, a, UART_LCR);
    op_i(c, HV_INSN_ANDI, b, any_register(g), (int32_t)registers[i].bits);
    op_s(c, HV_INSN_SB, b, a, registers[i].offset);
    op_i(c, HV_INSN_LBU, b, a, registers[i].read ? registers[i].offset : 5 /* LSR */);
    op_s(c, HV_INSN_SB, X0, a, UART_LCR);
}

/* mtimecmp, far in the future, and back; msip as it is. */
static void timer(struct generator *g)
{
    struct code *c = &g->code;
    unsigned a = scratch(g), b = scratch_but(g, a);
    op_li(c, a, MTIMECMP);
    op_s(c, HV_INSN_SW, any_register(g), a, 0);
    op_li(c, b, 0x40000000);
    op_r(c, HV_INSN_OR, b, b, any_register(g));
    op_s(c, HV_INSN_SW, b, a, 4);
    op_i(c, HV_INSN_LW, scratch_but(g, a), a, 0);
    op_i(c, HV_INSN_LW, destination(g), a, 4);
    op_li(c, a, CLINT_BASE);
    op_i(c, HV_INSN_LW, destination(g), a, 0);
}

/* WFI in U-mode while TW forbids it. */
static void forbidden_wait(struct generator *g)
{
    struct code *c = &g->code;
    unsigned a = scratch(g);
    op_to_machine_mode(c);
    op_li(c, a, HV_MSTATUS_TW);
    op_csr(c, HV_INSN_CSRRS, X0, HV_CSR_MSTATUS, a);
    to_user_mode(g);
    op_n(c, HV_INSN_WFI);
}

static const struct {
    void (*make)(struct generator *g);
    uint32_t weight;
} units[] = {{arithmetic, 400},
             {constant, 60},
             {load, 80},
             {store, 80},
             {access_to_nothing, 8},
             {branch, 60},
             {jump, 25},
             {misaligned_jump, 10},
             {jump_to_nothing, 6},
             {counted_loop, 25},
             {atomic, 50},
             {reserved, 40},
             {fence, 10},
             {changed_code, 10},
             {call, 8},
             {illegal, 12},
             {csr_access, 60},
             {trap_vector, 6},
             {csr_that_is_none, 8},
             {to_user_mode, 12},
             {return_to_machine_mode, 5},
             {to_machine_mode, 6},
             {interrupt, 8},
             {forbidden_wait, 4},
             {uart, 8},
             {timer, 5}};

void unit_make(struct generator *g)
{
    enum { COUNT = sizeof units / sizeof *units };
    uint32_t sum = 0;
    for (size_t i = 0; i < COUNT; i++)
        sum += units[i].weight;
    uint32_t at = below(g, sum);
    size_t i = 0;
    while (at >= units[i].weight)
        at -= units[i++].weight;
    units[i].make(g);
}
