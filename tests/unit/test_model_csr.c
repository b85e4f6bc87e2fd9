/* Every CSR number: whether it exists, who may use it, what it keeps of a written word; counters and
 * their gates. The expectations are written out here, not taken from isa/csrs.def. */
#include "tests/unit/model_support.h"

enum { PATTERNS = 6 };
static const uint32_t patterns[PATTERNS] = {0, 0xffffffff, 0x55555555, 0xaaaaaaaa, 0x00001000, 0x00000800};

struct expected {
    uint32_t first, last;
    bool only_rb;
    char kind; /* L level, Z reads zero, C counter, U user's view of a counter, I misa, P mip */
    uint32_t writable;
};

static const struct expected list[] = {
    {0x300, 0x300, false, 'L', 0x00221888}, {0x301, 0x301, false, 'I', 0},
    {0x304, 0x304, false, 'L', 0x00000888}, {0x305, 0x305, false, 'L', 0xfffffffd},
    {0x306, 0x306, false, 'L', 0x00000007}, {0x30a, 0x30a, false, 'Z', 0},
    {0x310, 0x310, false, 'Z', 0},          {0x31a, 0x31a, false, 'Z', 0},
    {0x320, 0x320, false, 'Z', 0},          {0x323, 0x33f, false, 'Z', 0},
    {0x340, 0x340, false, 'L', 0xffffffff}, {0x341, 0x341, false, 'L', 0xfffffffc},
    {0x342, 0x342, false, 'L', 0xffffffff}, {0x343, 0x343, false, 'L', 0xffffffff},
    {0x344, 0x344, false, 'P', 0},          {0x380, 0x380, true, 'L', 0xfffffffc},
    {0x381, 0x381, true, 'L', 0xfffffffc},  {0x7c0, 0x7c0, true, 'L', 0x00000007},
    {0xb00, 0xb00, false, 'C', 0xffffffff}, {0xb02, 0xb02, false, 'C', 0xffffffff},
    {0xb03, 0xb1f, false, 'Z', 0},          {0xb80, 0xb80, false, 'C', 0xffffffff},
    {0xb82, 0xb82, false, 'C', 0xffffffff}, {0xb83, 0xb9f, false, 'Z', 0},
    {0xc00, 0xc02, false, 'U', 0},          {0xc80, 0xc82, false, 'U', 0},
    {0xf11, 0xf15, false, 'Z', 0},
};

static const struct expected *expect(const struct hv_config *config, uint32_t number)
{
    for (unsigned i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (number >= list[i].first && number <= list[i].last)
            return list[i].only_rb && config->phi != HV_PHI_RB ? NULL : &list[i];
    }
    return NULL;
}

static struct hv_machine *fresh(struct hv_machine *m, unsigned mode)
{
    hv_machine_reset(m);
    m->live[CTX_MTVEC] = RAM + 0x800;
    m->live[CTX_MODE] = mode;
    hvm_close_windows(m);
    return m;
}

static void assert_illegal(const struct hv_commit *c)
{
    assert_int_equal(c->trap, 1);
    assert_int_equal(c->cause, HV_EXC_ILLEGAL);
    assert_int_equal(c->tval, c->insn);
    assert_int_equal(c->rd_addr, 0);
    assert_int_equal(c->rs1_addr, 0);
    assert_int_equal(c->rs1_rdata, 0);
    assert_int_equal(c->pc_wdata, RAM + 0x800);
}

static void assert_retired(const struct hv_commit *c, unsigned rd, uint32_t value)
{
    assert_int_equal(c->trap, 0);
    assert_int_equal(c->pc_wdata, c->pc_rdata + 4);
    assert_int_equal(c->rd_addr, rd);
    assert_int_equal(c->rd_wdata, value);
}

/* csrrw x7, number, x6 and then, unless phi became active, csrrs x5, number, x0. */
static void check_write(struct hv_machine *m, const struct expected *e, uint32_t number, uint32_t pattern)
{
    fresh(m, MODE_M);
    if (number == 0x7c0) /* phi, once active, shall let the next fetch through */
        m->live[CTX_MBOUND] = 0xfffffffc;
    m->x[6] = pattern;
    struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRW, X7, number, X6));
    if (!e || number >> 10 == 3) {
        assert_illegal(&c);
        return;
    }
    assert_int_equal(c.trap, 0);
    assert_int_equal(c.rs1_addr, X6);
    assert_int_equal(c.rs1_rdata, pattern);
    c = execute(m, word_csr(HV_INSN_CSRRS, X5, number, X0));
    uint32_t kept = pattern & e->writable;
    if (number == 0x300 && (pattern >> 11 & 3) != 3)
        kept &= ~0x1800u;
    if (e->kind == 'I')
        kept = m->config.isa == HV_ISA_RV32IMA ? 0x40901101 : 0x40901100;
    assert_retired(&c, X5, kept);
}

static void every_number_is_as_it_should_be(void **state)
{
    (void)state;
    for (uint32_t phi = HV_PHI_IDENTITY; phi <= HV_PHI_RB; phi++) {
        struct hv_config config = config_of_depth(2);
        config.phi = phi;
        config.isa = phi == HV_PHI_RB ? HV_ISA_RV32IMA : HV_ISA_RV32IM;
        struct hv_machine *m = new_machine(&config);
        for (uint32_t number = 0; number < 4096; number++) {
            for (unsigned i = 0; i < PATTERNS; i++)
                check_write(m, expect(&config, number), number, patterns[i]);
        }
        hv_machine_free(m);
    }
}

static void reading_needs_the_privilege(void **state)
{
    struct hv_config config = config_of_depth(1);
    struct hv_machine *m = new_machine(&config);
    (void)state;
    for (uint32_t number = 0; number < 4096; number++) {
        const struct expected *e = expect(&config, number);
        struct hv_commit c = execute(fresh(m, MODE_U), word_csr(HV_INSN_CSRRS, X5, number, X0));
        assert_illegal(&c); /* without mcounteren nothing at all */
        fresh(m, MODE_U)->live[CTX_MCOUNTEREN] = 7;
        c = execute(m, word_csr(HV_INSN_CSRRS, X5, number, X0));
        assert_int_equal(c.trap, !(e && e->kind == 'U'));
        c = execute(fresh(m, MODE_M), word_csr(HV_INSN_CSRRS, X5, number, X0));
        assert_int_equal(c.trap, !e);
        assert_int_equal(c.rs1_addr, 0);
    }
    for (uint32_t bit = 0; bit < 3; bit++) {
        for (uint32_t number = 0; number < 3; number++) {
            fresh(m, MODE_U)->live[CTX_MCOUNTEREN] = 1u << bit;
            struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0xc80 + number, X0));
            assert_int_equal(c.trap, bit != number);
        }
    }
    hv_machine_free(m);
}

static void six_instructions_write_or_not(void **state)
{
    enum { OLD = 0x0ff0, OPERAND = 21 };
    static const struct {
        enum hv_insn insn;
        uint32_t new;
    } cases[] = {
        {HV_INSN_CSRRW, OPERAND},  {HV_INSN_CSRRS, OLD | OPERAND},  {HV_INSN_CSRRC, OLD & ~OPERAND},
        {HV_INSN_CSRRWI, OPERAND}, {HV_INSN_CSRRSI, OLD | OPERAND}, {HV_INSN_CSRRCI, OLD & ~OPERAND},
    };
    struct hv_config config = config_of_depth(0);
    struct hv_machine *m = new_machine(&config);
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        bool is_immediate = i >= 3;
        fresh(m, MODE_M)->live[CTX_MSCRATCH] = OLD;
        m->x[OPERAND] = OPERAND;
        struct hv_commit c = execute(m, word_csr(cases[i].insn, OPERAND, 0x340, OPERAND));
        assert_retired(&c, OPERAND, OLD); /* rd = rs1: the operand is read first */
        assert_int_equal(m->live[CTX_MSCRATCH], cases[i].new);
        assert_int_equal(c.rs1_addr, is_immediate ? 0 : OPERAND);
        /* to a read-only CSR: a write, unless the field rs1 of a set or clear is 0 */
        c = execute(fresh(m, MODE_M), word_csr(cases[i].insn, X5, 0xf11, 0));
        assert_int_equal(c.trap, i % 3 == 0);
        c = execute(fresh(m, MODE_M), word_csr(cases[i].insn, X5, 0xf11, X9)); /* x9 is 0: it still writes */
        assert_illegal(&c);
    }
    hv_machine_free(m);
}

/* A written counter does not advance in its record; the other does. */
static void counters_are_written_by_halves(void **state)
{
    static const struct {
        uint32_t low, user;
    } cases[] = {{0xb00, 0xc00}, {0xb02, 0xc02}};
    struct hv_config config = config_of_depth(0);
    struct hv_machine *m = new_machine(&config);
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fresh(m, MODE_M);
        m->x[6] = 0xfffffffe;
        m->x[8] = 7;
        struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRW, X0, cases[i].low, X6));
        c = execute(m, word_csr(HV_INSN_CSRRW, X5, cases[i].low + 0x80, X8));
        assert_retired(&c, X5, 0);
        c = execute(m, word_csr(HV_INSN_CSRRS, X5, cases[i].user, X0));
        assert_retired(&c, X5, 0xfffffffe); /* the write of the high half did not let it advance */
        c = execute(m, word_csr(HV_INSN_CSRRS, X5, cases[i].user, X0));
        assert_retired(&c, X5, 0xffffffff);
        c = execute(m, word_csr(HV_INSN_CSRRS, X5, cases[i].user, X0));
        assert_retired(&c, X5, 0);
        c = execute(m, word_csr(HV_INSN_CSRRS, X5, cases[i].user + 0x80, X0));
        assert_retired(&c, X5, 8);
        c = execute(m, word_csr(HV_INSN_CSRRS, X5, cases[1 - i].low, X0));
        assert_retired(&c, X5, 6);
    }
    hv_machine_free(m);
}

static void instret_counts_what_retires(void **state)
{
    struct hv_config config = config_of_depth(0);
    struct hv_machine *m = new_machine(&config);
    (void)state;
    fresh(m, MODE_M);
    execute(m, word_n(HV_INSN_ECALL));
    execute(m, word_i(HV_INSN_ADDI, X0, X0, 0));
    struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0xb02, X0));
    assert_retired(&c, X5, 1);
    c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0xb00, X0));
    assert_retired(&c, X5, 3);
    c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0xc01, X0));
    assert_retired(&c, X5, 4);
    assert_int_equal(c.order, 4);
    hv_machine_free(m);
}

/* The associator's counters: level 0 reads those of the records before, above they are zero. */
static void associator_counters_are_level_zeros(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits <= 64; bits += 32) {
        struct hv_config config = config_of_depth(1);
        config.counter_bits = bits;
        struct hv_machine *m = fresh(new_machine(&config), MODE_M);
        uint64_t value = UINT64_C(0x123456789abcdef0);
        uint32_t number = 3;
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    m->counters.associator.name = value + number;                                                                      \
    assert_int_equal(number++, hpm);
#include "isa/counters.def"
        for (uint32_t hpm = 3; hpm < 32; hpm++) {
            uint32_t low = bits && hpm < number ? (uint32_t)value + hpm : 0;
            uint32_t high = bits == 64 && hpm < number ? (uint32_t)(value >> 32) : 0;
            struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0xb00 + hpm, X0));
            assert_retired(&c, X5, low);
            c = execute(m, word_csr(HV_INSN_CSRRW, X5, 0xb80 + hpm, X6));
            assert_retired(&c, X5, high);
        }
        m->level = 1;
        m->levels[1] =
            (struct level){.map[0] = {.form = HV_FORM_RB, .first = RAM >> 12, .base = RAM >> 12, .bound = 9}};
        hvm_close_windows(m);
        struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0xb03, X0));
        assert_retired(&c, X5, 0);
        hv_machine_free(m);
    }
}

/* misa.X is the VM capability; A is the configuration's; nothing of it can be written. */
static void misa_shows_the_capability(void **state)
{
    (void)state;
    for (unsigned depth = 0; depth <= 1; depth++) {
        struct hv_config config = config_of_depth(depth);
        struct hv_machine *m = fresh(new_machine(&config), MODE_M);
        struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRS, X5, 0x301, X0));
        assert_retired(&c, X5, depth ? 0x40901101 : 0x40101101);
        for (uint32_t caps = 0; depth && caps < 16; caps++) {
            m->level = 1;
            m->levels[1] = (struct level){.caps = caps};
            m->latched++;
            m->levels[1].map[0] = (struct f_map){.form = HV_FORM_RB, .first = RAM >> 12, .base = RAM >> 12, .bound = 9};
            hvm_close_windows(m);
            c = execute(m, word_csr(HV_INSN_CSRRC, X5, 0x301, X6));
            assert_retired(&c, X5, caps & 1 ? 0x40901101 : 0x40101101);
        }
        hv_machine_free(m);
    }
}

/* The words of a VMCB are legalized like written CSRs; pc and mode have rules of their own. */
static void contexts_are_legalized(void **state)
{
    struct hv_config config = config_of_depth(1);
    static const struct {
        enum context_word word;
        uint32_t csr;
    } words[] = {{CTX_MSTATUS, 0x300}, {CTX_MIE, 0x304},    {CTX_MTVEC, 0x305}, {CTX_MSCRATCH, 0x340},
                 {CTX_MEPC, 0x341},    {CTX_MCAUSE, 0x342}, {CTX_MTVAL, 0x343}, {CTX_MCOUNTEREN, 0x306},
                 {CTX_MPHI, 0x7c0},    {CTX_MBASE, 0x380},  {CTX_MBOUND, 0x381}};
    (void)state;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (unsigned j = 0; j < PATTERNS; j++) {
            uint32_t kept = patterns[j] & expect(&config, words[i].csr)->writable;
            if (words[i].word == CTX_MSTATUS && (patterns[j] >> 11 & 3) != 3)
                kept &= ~0x1800u;
            assert_int_equal(hvm_legalize(&config, words[i].word, patterns[j]), kept);
        }
    }
    assert_int_equal(hvm_legalize(&config, CTX_PC, 0xffffffff), 0xfffffffc);
    assert_int_equal(hvm_legalize(&config, CTX_MODE, 3), 3);
    for (uint32_t mode = 0; mode < 40; mode++)
        assert_int_equal(hvm_legalize(&config, CTX_MODE, mode), mode == 3 ? 3 : 0);
    config.phi = HV_PHI_IDENTITY;
    assert_int_equal(hvm_legalize(&config, CTX_MPHI, 7), 0);
    assert_false(hvm_has_context_word(&config, CTX_MBOUND));
    assert_true(hvm_has_context_word(&config, CTX_MCOUNTEREN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_as_it_should_be), cmocka_unit_test(reading_needs_the_privilege),
        cmocka_unit_test(six_instructions_write_or_not),   cmocka_unit_test(counters_are_written_by_halves),
        cmocka_unit_test(instret_counts_what_retires),     cmocka_unit_test(associator_counters_are_level_zeros),
        cmocka_unit_test(misa_shows_the_capability),       cmocka_unit_test(contexts_are_legalized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
