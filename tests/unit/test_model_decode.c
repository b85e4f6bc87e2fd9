/* The model's decoder against words that GNU as has assembled, and against the table's own logic. */
#include "tests/unit/model_support.h"

struct expected {
    uint32_t word;
    enum op op;
    int rd, rs1, rs2; /* -1: the instruction has no such field */
    int64_t imm;
};

static const struct expected assembled[] = {
    {0x80010537, OP_LUI, 10, -1, -1, 2147549184},
    {0xfffff317, OP_AUIPC, 6, -1, -1, 4294963200},
    {0xffdff0ef, OP_JAL, 1, -1, -1, -4},
    {0x7ffff06f, OP_JAL, 0, -1, -1, 1048574},
    {0x800f84e7, OP_JALR, 9, 31, -1, -2048},
    {0x7ff08fe3, OP_BEQ, -1, 1, 31, 4094},
    {0x81e11063, OP_BNE, -1, 2, 30, -4096},
    {0x01d1c463, OP_BLT, -1, 3, 29, 8},
    {0xffc25fe3, OP_BGE, -1, 4, 28, -2},
    {0x01b2e0e3, OP_BLTU, -1, 5, 27, 2048},
    {0x81a370e3, OP_BGEU, -1, 6, 26, -2048},
    {0xfffc8383, OP_LB, 7, 25, -1, -1},
    {0x7ffc1403, OP_LH, 8, 24, -1, 2047},
    {0x800ba483, OP_LW, 9, 23, -1, -2048},
    {0x005b4503, OP_LBU, 10, 22, -1, 5},
    {0x006ad583, OP_LHU, 11, 21, -1, 6},
    {0xfeca0fa3, OP_SB, -1, 20, 12, -1},
    {0x7ed99fa3, OP_SH, -1, 19, 13, 2047},
    {0x80e92023, OP_SW, -1, 18, 14, -2048},
    {0xfff88793, OP_ADDI, 15, 17, -1, -1},
    {0x3ff82813, OP_SLTI, 16, 16, -1, 1023},
    {0xc007b893, OP_SLTIU, 17, 15, -1, -1024},
    {0x05574913, OP_XORI, 18, 14, -1, 85},
    {0xfaa6e993, OP_ORI, 19, 13, -1, -86},
    {0x0ff67a13, OP_ANDI, 20, 12, -1, 255},
    {0x01f59a93, OP_SLLI, 21, 11, -1, 31},
    {0x00155b13, OP_SRLI, 22, 10, -1, 1},
    {0x4104db93, OP_SRAI, 23, 9, -1, 16},
    {0x00740c33, OP_ADD, 24, 8, 7, 0},
    {0x40838cb3, OP_SUB, 25, 7, 8, 0},
    {0x00931d33, OP_SLL, 26, 6, 9, 0},
    {0x00a2adb3, OP_SLT, 27, 5, 10, 0},
    {0x00b23e33, OP_SLTU, 28, 4, 11, 0},
    {0x00c1ceb3, OP_XOR, 29, 3, 12, 0},
    {0x00d15f33, OP_SRL, 30, 2, 13, 0},
    {0x40e0dfb3, OP_SRA, 31, 1, 14, 0},
    {0x00ffe0b3, OP_OR, 1, 31, 15, 0},
    {0x010f7133, OP_AND, 2, 30, 16, 0},
    {0x0ff0000f, OP_FENCE, -1, -1, -1, 0},
    {0x0000100f, OP_FENCE_I, -1, -1, -1, 0},
    {0x00000073, OP_ECALL, -1, -1, -1, 0},
    {0x00100073, OP_EBREAK, -1, -1, -1, 0},
    {0x30200073, OP_MRET, -1, -1, -1, 0},
    {0x10500073, OP_WFI, -1, -1, -1, 0},
    {0x340e91f3, OP_CSRRW, 3, 29, -1, 0},
    {0xc00e2273, OP_CSRRS, 4, 28, -1, 0},
    {0x7c0db2f3, OP_CSRRC, 5, 27, -1, 0},
    {0x305fd373, OP_CSRRWI, 6, 31, -1, 0},
    {0x300463f3, OP_CSRRSI, 7, 8, -1, 0},
    {0xf1407473, OP_CSRRCI, 8, 0, -1, 0},
    {0x02b504b3, OP_MUL, 9, 10, 11, 0},
    {0x02c59533, OP_MULH, 10, 11, 12, 0},
    {0x02d625b3, OP_MULHSU, 11, 12, 13, 0},
    {0x02e6b633, OP_MULHU, 12, 13, 14, 0},
    {0x02f746b3, OP_DIV, 13, 14, 15, 0},
    {0x0307d733, OP_DIVU, 14, 15, 16, 0},
    {0x031867b3, OP_REM, 15, 16, 17, 0},
    {0x0328f833, OP_REMU, 16, 17, 18, 0},
    {0x100928af, OP_LR_W, 17, 18, -1, 0},
    {0x1f3a292f, OP_SC_W, 18, 20, 19, 0},
    {0x094aa9af, OP_AMOSWAP_W, 19, 21, 20, 0},
    {0x055b2a2f, OP_AMOADD_W, 20, 22, 21, 0},
    {0x236baaaf, OP_AMOXOR_W, 21, 23, 22, 0},
    {0x617c2b2f, OP_AMOAND_W, 22, 24, 23, 0},
    {0x418cabaf, OP_AMOOR_W, 23, 25, 24, 0},
    {0x819d2c2f, OP_AMOMIN_W, 24, 26, 25, 0},
    {0xa1adacaf, OP_AMOMAX_W, 25, 27, 26, 0},
    {0xc1be2d2f, OP_AMOMINU_W, 26, 28, 27, 0},
    {0xe1ceadaf, OP_AMOMAXU_W, 27, 29, 28, 0},
    {0x800f000b, OP_LVMID, -1, 30, -1, -2048},
    {0x000f900b, OP_HV_FENCE, -1, 31, -1, 0},
    {0x0000200b, OP_HV_EXIT, -1, -1, -1, 0},
};
enum { ASSEMBLED = sizeof assembled / sizeof assembled[0] };

struct row {
    uint32_t mask, match;
    enum hv_format format;
    enum hv_extension extension;
};

static const struct row rows[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension)                                                    \
    {mask, match, HV_FORMAT_##format, HV_EXT_##extension},
#include "isa/instructions.def"
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void assembler_and_decoder_agree(void **state)
{
    struct hv_config config = config_of_depth(4);
    bool seen[OP_ILLEGAL] = {0};
    (void)state;
    for (unsigned i = 0; i < ASSEMBLED; i++) {
        const struct expected *e = &assembled[i];
        struct decoded d = hvm_decode(&config, e->word);
        bool is_csr = e->op >= OP_CSRRW && e->op <= OP_CSRRCI;
        seen[e->op] = true;
        assert_int_equal(d.op, e->op);
        if (e->rd >= 0)
            assert_int_equal(d.rd, e->rd ? e->rd : SINK);
        if (e->rs1 >= 0)
            assert_int_equal(d.rs1, e->rs1);
        if (e->rs2 >= 0)
            assert_int_equal(d.rs2, e->rs2);
        assert_int_equal(d.imm, (uint32_t)e->imm);
        assert_int_equal(hvm_writes_rd(&d), e->rd >= 0);
        assert_int_equal(hvm_reads_rs2(&d), e->rs2 >= 0);
        if (!is_csr)
            assert_int_equal(hvm_reads_rs1(&d), e->rs1 >= 0);
        else
            assert_int_equal(hvm_reads_rs1(&d), e->op <= OP_CSRRC);
    }
    for (enum op op = OP_UNDECODED + 1; op < OP_ILLEGAL; op++)
        assert_true(seen[op]);
}

static void rows_are_disjoint(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        assert_int_equal(rows[i].match & ~rows[i].mask, 0);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal((rows[i].match ^ rows[j].match) & rows[i].mask & rows[j].mask, 0);
    }
}

/* Any fields: still the row. Any bit of the mask flipped: never the row. */
static void masks_and_matches_decide(void **state)
{
    struct hv_config config = config_of_depth(4);
    uint64_t seed = 1;
    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        for (unsigned trial = 0; trial < 200; trial++) {
            uint32_t word = rows[i].match | (random32(&seed) & ~rows[i].mask);
            struct decoded d = hvm_decode(&config, word);
            assert_int_equal(d.op == OP_REGION ? OP_SLTI : d.op, i + 1);
            for (unsigned bit = 0; bit < 32; bit++) {
                if (rows[i].mask >> bit & 1)
                    assert_int_not_equal(hvm_decode(&config, word ^ 1u << bit).op, i + 1);
            }
        }
    }
}

static void extensions_follow_the_configuration(void **state)
{
    (void)state;
    for (unsigned depth = 0; depth <= 1; depth++) {
        for (uint32_t isa = HV_ISA_RV32IM; isa <= HV_ISA_RV32IMA; isa++) {
            struct hv_config config = config_of_depth(depth);
            config.isa = isa;
            for (unsigned i = 0; i < ROWS; i++) {
                bool lacks = (rows[i].extension == HV_EXT_A && isa == HV_ISA_RV32IM) ||
                             (rows[i].extension == HV_EXT_HV && depth == 0);
                assert_int_equal(hvm_decode(&config, rows[i].match).op, lacks ? (unsigned)OP_ILLEGAL : i + 1);
            }
        }
    }
}

static void hints_mark_regions(void **state)
{
    struct hv_config config = config_of_depth(0);
    (void)state;
    assert_int_equal(hvm_decode(&config, word_i(HV_INSN_SLTI, 0, 0, 1)).op, OP_REGION);
    assert_int_equal(hvm_decode(&config, word_i(HV_INSN_SLTI, 0, 0, 2)).op, OP_REGION);
    assert_int_equal(hvm_decode(&config, word_i(HV_INSN_SLTI, 0, 0, 3)).op, OP_SLTI);
    assert_int_equal(hvm_decode(&config, word_i(HV_INSN_SLTI, 0, 1, 1)).op, OP_SLTI);
    assert_int_equal(hvm_decode(&config, word_i(HV_INSN_SLTI, 1, 0, 1)).op, OP_SLTI);
}

/* Every kind of write to a word that has been executed makes it be decoded again. */
static void decoded_words_follow_memory(void **state)
{
    struct hv_config config = config_of_depth(0);
    struct hv_machine *m = new_machine(&config);
    (void)state;
    enum { TARGET = RAM + 0x2000 };
    static const struct {
        uint32_t store, old, new;
    } cases[] = {
        {0x00b52023, 0x00100613, 0x00200613}, /* sw a1, 0(a0) */
        {0x00b51123, 0x00100613, 0x00500613}, /* sh a1, 2(a0) */
        {0x00b501a3, 0x00100613, 0x07100613}, /* sb a1, 3(a0) */
        {0x08b5262f, 0x00100613, 0x00900613}, /* amoswap.w a2, a1, (a0) */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned shift = i == 1 ? 16 : i == 2 ? 24 : 0;
        hv_machine_reset(m);
        put(m, TARGET, cases[i].old);
        m->live[CTX_PC] = TARGET;
        assert_int_equal(hv_machine_run(m, 1), HV_STOP_LIMIT);
        assert_int_equal(m->x[12], cases[i].old >> 20);
        m->live[CTX_PC] = START;
        m->x[10] = TARGET;
        m->x[11] = cases[i].new >> shift;
        put(m, START, cases[i].store);
        hv_machine_run(m, 1);
        assert_int_equal(get(m, TARGET), cases[i].new);
        m->live[CTX_PC] = TARGET;
        hv_machine_run(m, 1);
        assert_int_equal(m->x[12], cases[i].new >> 20);
    }
    hv_machine_free(m);
}

/* More pages than the pool of decoded pages holds. */
static void the_pool_is_used_in_turn(void **state)
{
    struct hv_config config = config_of_depth(0);
    enum { PAGES = 1500 };
    config.ram_bytes = PAGES * HV_PAGE_BYTES;
    struct hv_machine *m = new_machine(&config);
    (void)state;
    for (uint32_t page = 1; page < PAGES - 1; page++) {
        put(m, RAM + page * HV_PAGE_BYTES + 8, word_i(HV_INSN_ADDI, X10, X10, (int32_t)(page & 1023)));
        put(m, RAM + page * HV_PAGE_BYTES + 12, word_jal(X0, HV_PAGE_BYTES - 4));
    }
    put(m, RAM + (PAGES - 1) * HV_PAGE_BYTES + 8, word_i(HV_INSN_ADDI, X11, X11, 1));
    for (uint32_t round = 1; round <= 3; round++) {
        uint32_t sum = 0;
        m->live[CTX_PC] = RAM + HV_PAGE_BYTES + 8;
        m->x[10] = 0;
        hv_machine_run(m, 2 * (PAGES - 2) + 1);
        for (uint32_t page = 1; page < PAGES - 1; page++)
            sum += page & 1023;
        assert_int_equal(m->x[10], sum);
        assert_int_equal(m->x[11], round);
    }
    hv_machine_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assembler_and_decoder_agree), cmocka_unit_test(rows_are_disjoint),
        cmocka_unit_test(masks_and_matches_decide),    cmocka_unit_test(extensions_follow_the_configuration),
        cmocka_unit_test(hints_mark_regions),          cmocka_unit_test(decoded_words_follow_memory),
        cmocka_unit_test(the_pool_is_used_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
