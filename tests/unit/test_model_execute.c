/* Instructions at level 0: arithmetic against wide integers, memory, jumps, atomics, traps, interrupts, and
 * the fields of the commit record that go with them. */
#include "tests/unit/model_support.h"

enum { HANDLER = RAM + 0x800, DATA = RAM + 0x4000, UART = 0x10000000 };

static struct hv_machine *m;

static int begin(void **state)
{
    struct hv_config config = config_of_depth(1);
    (void)state;
    m = new_machine(&config);
    m->live[CTX_MTVEC] = HANDLER;
    return 0;
}

static int end(void **state)
{
    (void)state;
    hv_machine_free(m);
    return 0;
}

static void assert_trap(const struct hv_commit *c, uint32_t cause, uint32_t tval)
{
    assert_int_equal(c->trap, 1);
    assert_int_equal(c->cause, cause);
    assert_int_equal(c->tval, tval);
    assert_int_equal(c->rd_addr, 0);
    assert_int_equal(c->rd_wdata, 0);
    assert_int_equal(c->mem_rmask, 0);
    assert_int_equal(c->mem_wmask, 0);
    assert_int_equal(c->mem_real, 0);
    assert_int_equal(c->pc_wdata, HANDLER);
    assert_int_equal(m->live[CTX_MEPC], c->pc_rdata);
    assert_int_equal(m->live[CTX_MCAUSE], cause);
    assert_int_equal(m->live[CTX_MTVAL], tval);
    m->live[CTX_PC] = START;
}

/* ---- arithmetic ---- */

static int64_t as_signed(uint32_t value)
{
    return value >> 31 ? (int64_t)value - (INT64_C(1) << 32) : (int64_t)value;
}

static uint32_t reference(enum hv_insn insn, uint32_t a, uint32_t b)
{
    int64_t sa = as_signed(a), sb = as_signed(b);
    uint32_t amount = b % 32;
    switch (insn) {
    case HV_INSN_ADD:
    case HV_INSN_ADDI:
        return (uint32_t)(sa + sb);
    case HV_INSN_SUB:
        return (uint32_t)(sa - sb);
    case HV_INSN_SLL:
    case HV_INSN_SLLI:
        return (uint32_t)((uint64_t)a << amount);
    case HV_INSN_SRL:
    case HV_INSN_SRLI:
        return (uint32_t)((uint64_t)a >> amount);
    case HV_INSN_SRA:
    case HV_INSN_SRAI:
        return (uint32_t)((uint64_t)(sa + (INT64_C(1) << 62)) >> amount) - (uint32_t)(UINT64_C(1) << 62 >> amount);
    case HV_INSN_SLT:
    case HV_INSN_SLTI:
        return sa < sb;
    case HV_INSN_SLTU:
    case HV_INSN_SLTIU:
        return a < b;
    case HV_INSN_XOR:
    case HV_INSN_XORI:
        return (a | b) - (a & b);
    case HV_INSN_OR:
    case HV_INSN_ORI:
        return a + b - (a & b);
    case HV_INSN_AND:
    case HV_INSN_ANDI:
        return a & b;
    case HV_INSN_MUL:
        return (uint32_t)((uint64_t)a * b);
    case HV_INSN_MULH:
        return (uint32_t)((uint64_t)(sa * sb) >> 32);
    case HV_INSN_MULHSU:
        return (uint32_t)((uint64_t)(sa * (int64_t)b) >> 32);
    case HV_INSN_MULHU:
        return (uint32_t)((uint64_t)a * b >> 32);
    case HV_INSN_DIV:
        return b ? (uint32_t)(sa / sb) : 0xffffffff;
    case HV_INSN_DIVU:
        return b ? a / b : 0xffffffff;
    case HV_INSN_REM:
        return b ? (uint32_t)(sa % sb) : a;
    default: /* REMU */
        return b ? a % b : a;
    }
}

static uint32_t interesting(uint64_t *seed)
{
    static const uint32_t values[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe, 31, 32};
    return below(seed, 3) ? values[below(seed, 10)] : random32(seed);
}

static void check_r(enum hv_insn insn, uint64_t *seed)
{
    unsigned rd = below(seed, 32), rs1 = below(seed, 32), rs2 = below(seed, 32);
    m->x[rs1] = interesting(seed);
    m->x[rs2] = below(seed, 8) ? interesting(seed) : m->x[rs1];
    m->x[0] = 0;
    uint32_t a = m->x[rs1], b = m->x[rs2], expected = rd ? reference(insn, a, b) : 0;
    struct hv_commit c = execute(m, word_r(insn, rd, rs1, rs2));
    assert_int_equal(c.rs1_addr, rs1);
    assert_int_equal(c.rs1_rdata, a);
    assert_int_equal(c.rs2_addr, rs2);
    assert_int_equal(c.rs2_rdata, b);
    assert_int_equal(c.rd_addr, rd);
    assert_int_equal(c.rd_wdata, expected);
    assert_int_equal(m->x[rd], expected);
    m->live[CTX_PC] = START;
}

static void check_i(enum hv_insn insn, uint64_t *seed)
{
    bool shift = insn == HV_INSN_SLLI || insn == HV_INSN_SRLI || insn == HV_INSN_SRAI;
    unsigned rd = below(seed, 32), rs1 = below(seed, 32);
    int32_t imm = shift ? (int32_t)below(seed, 32) : (int32_t)below(seed, 4096) - 2048;
    m->x[rs1] = below(seed, 8) ? interesting(seed) : (uint32_t)imm;
    m->x[0] = 0;
    uint32_t a = m->x[rs1], expected = rd ? reference(insn, a, (uint32_t)imm) : 0;
    struct hv_commit c = execute(m, word_i(insn, rd, rs1, imm));
    assert_int_equal(c.rs1_rdata, a);
    assert_int_equal(c.rs2_addr, 0);
    assert_int_equal(c.rd_wdata, expected);
    assert_int_equal(m->x[rd], expected);
    m->live[CTX_PC] = START;
}

static void arithmetic_is_right(void **state)
{
    static const enum hv_insn r[] = {
        HV_INSN_ADD, HV_INSN_SUB,  HV_INSN_SLL,    HV_INSN_SLT,   HV_INSN_SLTU, HV_INSN_XOR,
        HV_INSN_SRL, HV_INSN_SRA,  HV_INSN_OR,     HV_INSN_AND,   HV_INSN_MUL,  HV_INSN_MULH,
        HV_INSN_DIV, HV_INSN_DIVU, HV_INSN_MULHSU, HV_INSN_MULHU, HV_INSN_REM,  HV_INSN_REMU,
    };
    static const enum hv_insn i[] = {
        HV_INSN_ADDI, HV_INSN_SLTI, HV_INSN_SLTIU, HV_INSN_XORI, HV_INSN_ORI,
        HV_INSN_ANDI, HV_INSN_SLLI, HV_INSN_SRLI,  HV_INSN_SRAI,
    };
    uint64_t seed = 99;
    (void)state;
    for (unsigned trial = 0; trial < 400; trial++) {
        for (unsigned j = 0; j < sizeof r / sizeof r[0]; j++)
            check_r(r[j], &seed);
        for (unsigned j = 0; j < sizeof i / sizeof i[0]; j++)
            check_i(i[j], &seed);
    }
    struct hv_commit c = execute(m, 0xabcde537); /* lui a0, 0xabcde */
    assert_int_equal(c.rd_wdata, 0xabcde000);
    c = execute(m, 0xfffff517); /* auipc a0, 0xfffff */
    assert_int_equal(c.rd_wdata, START + 4 - 0x1000);
}

/* ---- jumps ---- */

static uint32_t word_b(enum hv_insn insn, unsigned rs1, unsigned rs2, uint32_t offset)
{
    static const uint32_t match[] = {0x63, 0x1063, 0x4063, 0x5063, 0x6063, 0x7063};
    return match[insn - HV_INSN_BEQ] | rs1 << 15 | rs2 << 20 | (offset >> 12 & 1) << 31 | (offset >> 5 & 63) << 25 |
           (offset >> 1 & 15) << 8 | (offset >> 11 & 1) << 7;
}

static void branches_compare(void **state)
{
    static const uint32_t values[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff};
    static const uint32_t offsets[] = {8, 0xfffff000, 0xffe, (uint32_t)-4, 2, 0x800};
    (void)state;
    for (unsigned i = 0; i < 5 * 5 * 6 * 6; i++) {
        uint32_t a = values[i % 5], b = values[i / 5 % 5], offset = offsets[i / 25 % 6];
        enum hv_insn insn = (enum hv_insn)(HV_INSN_BEQ + i / 150);
        const bool taken[] = {a == b, a != b, as_signed(a) < as_signed(b), as_signed(a) >= as_signed(b), a < b, a >= b};
        m->live[CTX_PC] = START;
        m->x[5] = a;
        m->x[6] = b;
        struct hv_commit c = execute(m, word_b(insn, 5, 6, offset));
        if (taken[insn - HV_INSN_BEQ] && (offset & 2))
            assert_trap(&c, HV_EXC_FETCH_MISALIGNED, START + offset);
        else
            assert_int_equal(c.pc_wdata, taken[insn - HV_INSN_BEQ] ? START + offset : START + 4);
    }
}

static void jumps_link(void **state)
{
    (void)state;
    struct hv_commit c = execute(m, word_jal(X1, 0x20000));
    assert_int_equal(c.pc_wdata, START + 0x20000);
    assert_int_equal(c.rd_wdata, START + 4);
    m->live[CTX_PC] = START;
    m->x[5] = START + 0x105;
    c = execute(m, word_i(HV_INSN_JALR, X5, X5, -1)); /* rd = rs1 */
    assert_int_equal(c.pc_wdata, START + 0x104);
    assert_int_equal(m->x[5], START + 4);
    m->live[CTX_PC] = START;
    m->x[5] = START + 0x103; /* bit 0 is cleared, bit 1 is not */
    c = execute(m, word_i(HV_INSN_JALR, X6, X5, 0));
    assert_trap(&c, HV_EXC_FETCH_MISALIGNED, START + 0x102);
    assert_int_equal(m->x[6], 0);
    c = execute(m, word_jal(X7, 6));
    assert_trap(&c, HV_EXC_FETCH_MISALIGNED, START + 6);
    assert_int_equal(m->x[7], 0);
    c = execute(m, word_jal(X0, -(int32_t)(START - RAM) - 4)); /* in front of RAM: the fetch faults */
    assert_int_equal(c.trap, 0);
    c = step(m);
    assert_int_equal(c.insn, 0);
    assert_int_equal(c.fetch_real, 0);
    assert_trap(&c, HV_EXC_FETCH_FAULT, RAM - 4);
}

/* ---- loads and stores ---- */

static void loads_extend(void **state)
{
    static const struct {
        enum hv_insn insn;
        uint32_t bytes, offset, value;
    } cases[] = {
        {HV_INSN_LB, 1, 0, 0xffffff81}, {HV_INSN_LB, 1, 1, 0x72},       {HV_INSN_LBU, 1, 0, 0x81},
        {HV_INSN_LBU, 1, 3, 0x94},      {HV_INSN_LH, 2, 0, 0x7281},     {HV_INSN_LH, 2, 2, 0xffff9463},
        {HV_INSN_LHU, 2, 2, 0x9463},    {HV_INSN_LW, 4, 0, 0x94637281},
    };
    (void)state;
    put(m, DATA, 0x94637281);
    m->x[5] = DATA + 4;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hv_commit c = execute(m, word_i(cases[i].insn, X6, X5, (int32_t)cases[i].offset - 4));
        uint64_t mask = (1u << cases[i].bytes) - 1, ones = (UINT64_C(1) << 8 * cases[i].bytes) - 1;
        assert_int_equal(c.rd_wdata, cases[i].value);
        assert_int_equal(c.mem_addr, DATA + cases[i].offset);
        assert_int_equal(c.mem_real, DATA + cases[i].offset);
        assert_int_equal(c.mem_rmask, mask);
        assert_int_equal(c.mem_wmask, 0);
        assert_int_equal(c.mem_rdata, cases[i].value & ones);
    }
}

static void stores_reach_the_bus_by_lanes(void **state)
{
    static const struct {
        enum hv_insn insn;
        uint32_t offset, mask, lanes, data, after;
    } cases[] = {
        {HV_INSN_SB, 1, 1, 2, 0x0000dd00, 0x1122dd44},   {HV_INSN_SB, 3, 1, 8, 0xdd000000, 0xdd223344},
        {HV_INSN_SH, 0, 3, 3, 0x0000ccdd, 0x1122ccdd},   {HV_INSN_SH, 2, 3, 12, 0xccdd0000, 0xccdd3344},
        {HV_INSN_SW, 0, 15, 15, 0xaabbccdd, 0xaabbccdd},
    };
    (void)state;
    m->x[5] = DATA;
    m->x[6] = 0xaabbccdd;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hv_bus_write writes[4];
        struct hv_commit c;
        size_t count = 0;
        put(m, DATA, 0x11223344);
        put(m, hv_machine_pc(m), word_s(cases[i].insn, X6, X5, (int32_t)cases[i].offset));
        hv_machine_step(m, NULL, &c, writes, 4, &count);
        assert_int_equal(get(m, DATA), cases[i].after);
        assert_int_equal(c.mem_wmask, cases[i].mask);
        assert_int_equal(c.mem_wdata,
                         0xaabbccdd & ((UINT64_C(1) << 8 * (unsigned)__builtin_popcount(cases[i].mask)) - 1));
        assert_int_equal(c.rd_addr, 0);
        assert_int_equal(count, 1);
        assert_int_equal(writes[0].real, DATA);
        assert_int_equal(writes[0].mask, cases[i].lanes);
        assert_int_equal(writes[0].data, cases[i].data);
    }
}

static void accesses_that_fault_say_where(void **state)
{
    (void)state;
    m->x[5] = DATA + 2;
    struct hv_commit c = execute(m, word_i(HV_INSN_LW, X6, X5, 0));
    assert_int_equal(c.mem_addr, DATA + 2);
    assert_trap(&c, HV_EXC_LOAD_MISALIGNED, DATA + 2);
    c = execute(m, word_s(HV_INSN_SH, X6, X5, 1));
    assert_int_equal(c.mem_addr, DATA + 3);
    assert_trap(&c, HV_EXC_STORE_MISALIGNED, DATA + 3);
    m->x[5] = 0x50000000;
    c = execute(m, word_i(HV_INSN_LBU, X6, X5, 1));
    assert_trap(&c, HV_EXC_LOAD_FAULT, 0x50000001);
    c = execute(m, word_s(HV_INSN_SB, X6, X5, -1));
    assert_int_equal(c.rs1_addr, X5); /* a trap other than exception 2 keeps its sources */
    assert_int_equal(c.rs2_addr, X6);
    assert_trap(&c, HV_EXC_STORE_FAULT, 0x4fffffff);
}

/* ---- atomics ---- */

static uint32_t word_a(enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2)
{
    return word_r(insn, rd, rs1, rs2);
}

static void amos_combine(void **state)
{
    static const uint32_t values[] = {0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff};
    (void)state;
    m->x[5] = DATA;
    for (unsigned i = 0; i < 36; i++) {
        uint32_t a = values[i % 6], b = values[i / 6];
        bool less = as_signed(a) < as_signed(b);
        const uint32_t results[] = {
            b, a + b, a ^ b, a & b, a | b, less ? a : b, less ? b : a, a < b ? a : b, a < b ? b : a};
        for (enum hv_insn insn = HV_INSN_AMOSWAP_W; insn <= HV_INSN_AMOMAXU_W; insn++) {
            put(m, DATA, a);
            m->x[6] = b;
            struct hv_commit c = execute(m, word_a(insn, X6, X5, X6));
            assert_int_equal(c.rd_wdata, a);
            assert_int_equal(get(m, DATA), results[insn - HV_INSN_AMOSWAP_W]);
            assert_int_equal(c.mem_rmask, 15);
            assert_int_equal(c.mem_wmask, 15);
            assert_int_equal(c.mem_rdata, a);
            assert_int_equal(c.mem_wdata, results[insn - HV_INSN_AMOSWAP_W]);
        }
    }
    m->x[5] = DATA + 2;
    struct hv_commit c = execute(m, word_a(HV_INSN_AMOADD_W, X6, X5, X6));
    assert_trap(&c, HV_EXC_STORE_MISALIGNED, DATA + 2);
    m->x[5] = UART;
    c = execute(m, word_a(HV_INSN_AMOADD_W, X6, X5, X6));
    assert_trap(&c, HV_EXC_STORE_FAULT, UART);
    c = execute(m, word_a(HV_INSN_LR_W, X6, X5, X0));
    assert_trap(&c, HV_EXC_LOAD_FAULT, UART);
}

static struct hv_commit load_reserved(uint32_t name)
{
    m->x[5] = name;
    return execute(m, word_a(HV_INSN_LR_W, X7, X5, X0));
}

static struct hv_commit store_conditional(uint32_t name)
{
    m->x[5] = name;
    m->x[6] = 0x600d;
    return execute(m, word_a(HV_INSN_SC_W, X8, X5, X6));
}

static void reservations_end_when_they_should(void **state)
{
    (void)state;
    for (unsigned what = 0; what < 8; what++) {
        uint32_t name = DATA;
        put(m, DATA, 0xbad);
        struct hv_commit c = load_reserved(DATA);
        assert_int_equal(c.rd_wdata, 0xbad);
        m->live[CTX_PC] = START;
        m->live[CTX_MEPC] = START;
        switch (what) {
        case 1: /* an SC, successful or not, ends it */
            store_conditional(DATA + 4);
            break;
        case 2:
            store_conditional(DATA);
            put(m, DATA, 0xbad);
            break;
        case 3: /* a trap, also one of LR and SC */
            execute(m, word_n(HV_INSN_ECALL));
            m->live[CTX_PC] = START;
            break;
        case 4:
            load_reserved(DATA + 2);
            m->live[CTX_PC] = START;
            break;
        case 5:
            m->live[CTX_MSTATUS] = HV_MSTATUS_MPP;
            execute(m, word_n(HV_INSN_MRET));
            break;
        case 6: /* own stores do not */
            m->x[5] = DATA;
            m->x[6] = 0xbad;
            execute(m, word_s(HV_INSN_SW, X6, X5, 0));
            break;
        case 7: /* another word */
            name = DATA + 8;
            break;
        default:
            break;
        }
        bool holds = what == 0 || what == 6;
        c = store_conditional(name);
        assert_int_equal(c.rd_wdata, !holds);
        assert_int_equal(c.mem_addr, name);
        assert_int_equal(c.mem_real, holds ? DATA : 0);
        assert_int_equal(c.mem_wmask, holds ? 15 : 0);
        assert_int_equal(c.mem_wdata, holds ? 0x600d : 0);
        assert_int_equal(get(m, DATA), holds ? 0x600d : 0xbad);
        assert_false(m->reserved);
    }
}

/* Misalignment first; without a reservation nothing is translated, with one for another word it is. */
static void sc_translates_only_with_a_reservation(void **state)
{
    (void)state;
    struct hv_commit c = store_conditional(0x50000002);
    assert_trap(&c, HV_EXC_STORE_MISALIGNED, 0x50000002);
    c = store_conditional(0x50000000);
    assert_int_equal(c.rd_wdata, 1);
    load_reserved(DATA);
    c = store_conditional(0x50000000);
    assert_trap(&c, HV_EXC_STORE_FAULT, 0x50000000);
    assert_false(m->reserved);
}

/* ---- traps ---- */

static void traps_and_mret_move_the_stacks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 32; i++) {
        bool machine_mode = i & 1, mie = i & 2, mpie = i & 4, phi_m = i & 8, mprv = i & 16;
        uint32_t mstatus = (mie ? HV_MSTATUS_MIE : 0u) | (mpie ? HV_MSTATUS_MPIE : 0u) | (mprv ? HV_MSTATUS_MPRV : 0u);
        m->live[CTX_MODE] = machine_mode ? MODE_M : MODE_U;
        m->live[CTX_MSTATUS] = mstatus;
        m->live[CTX_MPHI] = HV_MPHI_U | (phi_m ? HV_MPHI_M : 0u);
        m->live[CTX_MBASE] = 0;
        m->live[CTX_MBOUND] = 0xfffffffc;
        m->live[CTX_PC] = START;
        hvm_close_windows(m);
        struct hv_commit c = execute(m, word_n(HV_INSN_ECALL));
        assert_int_equal(c.mode, machine_mode ? 3 : 0);
        uint32_t trapped =
            (mie ? HV_MSTATUS_MPIE : 0u) | (mprv ? HV_MSTATUS_MPRV : 0u) | (machine_mode ? HV_MSTATUS_MPP : 0u);
        assert_int_equal(m->live[CTX_MSTATUS], trapped);
        assert_int_equal(m->live[CTX_MODE], MODE_M);
        assert_int_equal(m->live[CTX_MPHI], HV_MPHI_U | (phi_m ? HV_MPHI_MP : 0u));
        assert_trap(&c, machine_mode ? HV_EXC_ECALL_M : HV_EXC_ECALL_U, 0);
        m->live[CTX_MEPC] = START + 0x40;
        c = execute(m, word_n(HV_INSN_MRET));
        assert_int_equal(c.pc_wdata, START + 0x40);
        assert_int_equal(m->live[CTX_MODE], machine_mode ? MODE_M : MODE_U);
        assert_int_equal(m->live[CTX_MSTATUS],
                         (mie ? HV_MSTATUS_MIE : 0u) | HV_MSTATUS_MPIE | (mprv && machine_mode ? HV_MSTATUS_MPRV : 0u));
        assert_int_equal(m->live[CTX_MPHI], HV_MPHI_U | (phi_m ? HV_MPHI_MP | HV_MPHI_M : 0u));
    }
}

/* mtvec's mode says nothing to exceptions. */
static void only_interrupts_are_vectored(void **state)
{
    static const uint32_t words[] = {0x73, 0x100073, 0};
    (void)state;
    m->live[CTX_MTVEC] = HANDLER | 1;
    for (unsigned i = 0; i < 3; i++) {
        struct hv_commit c = execute(m, words[i]);
        assert_int_equal(c.trap, 1);
        assert_int_equal(c.pc_wdata, HANDLER);
        m->live[CTX_PC] = START;
    }
}

static void illegal_words_say_themselves(void **state)
{
    static const uint32_t words[] = {0, 0xffffffff, 0x00002073, 0x30200173, 0x0000000f | 7u << 12, 0x10200073};
    (void)state;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        m->x[1] = m->x[2] = 77;
        struct hv_commit c = execute(m, words[i]);
        assert_int_equal(c.rs1_addr | c.rs2_addr | c.rs1_rdata | c.rs2_rdata, 0);
        assert_trap(&c, HV_EXC_ILLEGAL, words[i]);
    }
    m->live[CTX_PC] = START;
    m->live[CTX_MODE] = MODE_U;
    struct hv_commit c = execute(m, word_n(HV_INSN_MRET));
    assert_trap(&c, HV_EXC_ILLEGAL, word_n(HV_INSN_MRET));
    c = execute(m, word_n(HV_INSN_EBREAK));
    assert_trap(&c, HV_EXC_BREAKPOINT, 0);
    c = execute(m, 0x8330000f); /* FENCE with any fields: nothing */
    assert_int_equal(c.trap, 0);
    c = execute(m, 0xfff8900f | 0x1000); /* FENCE.I with any fields */
    assert_int_equal(c.trap, 0);
    assert_int_equal(c.rs1_addr, 0);
}

/* The 16 bits that the encoding has, whatever follows it. */
static void illegal_halves_say_no_more_than_themselves(void **state)
{
    static const struct {
        uint32_t word, tval;
    } cases[] = {{0x12340001, 0x0001}, {0xabcd9002, 0x9002}, {0xffff0000, 0}, {0x00010001, 1}, {0xfffffffe, 0xfffe}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        m->live[CTX_PC] = START;
        struct hv_commit c = execute(m, cases[i].word);
        assert_int_equal(c.insn, cases[i].word);
        assert_trap(&c, HV_EXC_ILLEGAL, cases[i].tval);
        assert_int_equal(m->live[CTX_MTVAL], cases[i].tval);
    }
}

static void wfi_is_illegal_by_tw_and_mode(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        bool user = i & 1, tw = i & 2;
        hv_machine_reset(m);
        m->live[CTX_PC] = START;
        m->live[CTX_MTVEC] = HANDLER;
        m->live[CTX_MODE] = user ? MODE_U : MODE_M;
        m->live[CTX_MSTATUS] = tw ? HV_MSTATUS_TW : 0;
        hvm_close_windows(m);
        struct hv_commit c = execute(m, word_n(HV_INSN_WFI));
        assert_int_equal(c.halt, !(user && tw)); /* nothing can wake it */
        assert_int_equal(c.trap, user && tw);
        if (c.trap)
            assert_trap(&c, HV_EXC_ILLEGAL, word_n(HV_INSN_WFI));
        assert_int_equal(m->live[CTX_MSTATUS] & HV_MSTATUS_TW, tw ? HV_MSTATUS_TW : 0);
    }
}

/* ---- interrupts and time ---- */

static void interrupts_have_their_order(void **state)
{
    (void)state;
    m->live[CTX_MTVEC] = HANDLER | 1;
    m->live[CTX_MIE] = 0x888;
    m->msip = 1;
    m->mtimecmp = 0;
    struct hv_commit c = execute(m, word_i(HV_INSN_ADDI, X5, X0, 1)); /* M-mode, MIE = 0 */
    assert_int_equal(c.mip, 3);
    assert_int_equal(c.intr, 0);
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    c = step(m);
    assert_int_equal(c.intr, 1);
    assert_int_equal(c.trap, 1);
    assert_int_equal(c.insn, 0);
    assert_int_equal(c.cause, 0x80000003);
    assert_int_equal(c.pc_rdata, START + 4);
    assert_int_equal(c.pc_wdata, HANDLER + 4 * 3);
    assert_int_equal(m->live[CTX_MEPC], START + 4);
    m->msip = 0;
    m->live[CTX_MODE] = MODE_U; /* U-mode: whatever MIE */
    c = step(m);
    assert_int_equal(c.cause, 0x80000007);
    assert_int_equal(c.pc_wdata, HANDLER + 4 * 7);
    assert_int_equal(m->counters.interrupts, 2);
    assert_int_equal(m->counters.exceptions, 0);
    assert_int_equal(m->counters.instructions, 1);
}

/* The timer's line rises with the record after which mtime = mtimecmp, stepped or run. */
static void the_timer_is_on_time(void **state)
{
    enum { LATER = 1000 };
    (void)state;
    for (unsigned stepped = 0; stepped <= 1; stepped++) {
        hv_machine_reset(m);
        put(m, START, word_i(HV_INSN_ADDI, X5, X5, 1));
        put(m, START + 4, word_jal(X0, -4));
        put(m, HANDLER, word_jal(X0, 0));
        m->live[CTX_MTVEC] = HANDLER;
        m->live[CTX_MIE] = 1 << HV_IRQ_MTI;
        m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
        m->mtimecmp = LATER;
        for (unsigned i = 0; stepped && i < LATER + 1; i++)
            step(m);
        if (!stepped)
            hv_machine_run(m, LATER + 1);
        assert_int_equal(m->counters.interrupts, 1);
        assert_int_equal(m->counters.instructions, LATER);
        assert_int_equal(m->x[5], LATER / 2);
        assert_int_equal(m->live[CTX_PC], HANDLER);
    }
}

static void wfi_waits_for_what_can_come(void **state)
{
    (void)state;
    m->live[CTX_MIE] = 1 << HV_IRQ_MTI | 1 << HV_IRQ_MSI;
    m->mtimecmp = 500;
    struct hv_commit c = execute(m, word_n(HV_INSN_WFI));
    assert_int_equal(c.halt, 0);
    assert_int_equal(c.pc_wdata, START + 4);
    assert_int_equal(hvm_mtime(m), 501);
    m->mtimecmp = 5000;
    m->msip = 1; /* pending and enabled, MIE = 0: it retires at once */
    execute(m, word_n(HV_INSN_WFI));
    assert_int_equal(hvm_mtime(m), 502);
    m->msip = 0;
    m->live[CTX_MODE] = MODE_U; /* legal in U-mode */
    m->live[CTX_MIE] = 1 << HV_IRQ_MTI;
    m->mtimecmp = UINT64_MAX;
    c = execute(m, word_n(HV_INSN_WFI));
    assert_int_equal(c.halt, 1);
    assert_int_equal(c.trap, 0);
    assert_int_equal(hv_machine_stopped(m), HV_STOP_HALTED);
    uint64_t commits = m->counters.commits;
    struct hv_commit none;
    assert_int_equal(hv_machine_step(m, NULL, &none, NULL, 0, NULL), HV_STOP_HALTED);
    assert_int_equal(hv_machine_run(m, 10), HV_STOP_HALTED);
    assert_int_equal(m->counters.commits, commits);
    hv_machine_reset(m);
    m->live[CTX_MIE] = 1 << HV_IRQ_MSI; /* mtimecmp is set, but MTI is not enabled */
    m->mtimecmp = 500;
    c = execute(m, word_n(HV_INSN_WFI));
    assert_int_equal(c.halt, 1);
}

/* Time base clock: lines, mtime and mcycle of a record come from outside. */
static void outside_gives_the_time(void **state)
{
    struct hv_outside outside = {.mip = 1 << HV_IRQ_MTI, .mtime = 1000, .mcycle = 70000};
    struct hv_commit c;
    (void)state;
    put(m, START, word_csr(HV_INSN_CSRRS, X5, HV_CSR_TIME, X0));
    put(m, START + 4, word_csr(HV_INSN_CSRRS, X6, HV_CSR_MCYCLE, X0));
    put(m, START + 8, word_csr(HV_INSN_CSRRS, X7, HV_CSR_MIP, X0));
    hv_machine_step(m, &outside, &c, NULL, 0, NULL);
    assert_int_equal(m->x[5], 1000);
    assert_int_equal(c.mip, 2);
    outside.mcycle = 70001;
    hv_machine_step(m, &outside, &c, NULL, 0, NULL);
    assert_int_equal(m->x[6], 70001);
    hv_machine_step(m, &outside, &c, NULL, 0, NULL);
    assert_int_equal(m->x[7], 1 << HV_IRQ_MTI);
    m->live[CTX_MIE] = 1 << HV_IRQ_MTI;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    outside.mip = 0;
    hv_machine_step(m, &outside, &c, NULL, 0, NULL);
    assert_int_equal(c.intr, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(arithmetic_is_right),
        TEST(branches_compare),
        TEST(jumps_link),
        TEST(loads_extend),
        TEST(stores_reach_the_bus_by_lanes),
        TEST(accesses_that_fault_say_where),
        TEST(amos_combine),
        TEST(reservations_end_when_they_should),
        TEST(sc_translates_only_with_a_reservation),
        TEST(traps_and_mret_move_the_stacks),
        TEST(only_interrupts_are_vectored),
        TEST(illegal_words_say_themselves),
        TEST(illegal_halves_say_no_more_than_themselves),
        TEST(wfi_is_illegal_by_tw_and_mode),
        TEST(interrupts_have_their_order),
        TEST(the_timer_is_on_time),
        TEST(wfi_waits_for_what_can_come),
        TEST(outside_gives_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
