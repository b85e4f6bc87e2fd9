/* phi, f and the walk: windows, table entries and the order of their checks, routing, partial pages. The levels
 * are put into the scratchpad by hand, as LVMID would have latched them. */
#include "tests/unit/model_support.h"

enum { FIRST = RAM >> 12, TABLE = RAM + 0x8000, MARK = 0x00c0ffee };
enum { ALL = HV_PTE_V | HV_PTE_R | HV_PTE_W | HV_PTE_X | HV_PTE_A | HV_PTE_D };

static struct hv_machine *m;

static int begin(void **state)
{
    struct hv_config config = config_of_depth(8);
    (void)state;
    m = new_machine(&config);
    m->insn = MARK;
    return 0;
}

static int end(void **state)
{
    (void)state;
    hv_machine_free(m);
    return 0;
}

/* Append one more level with the two maps. */
static void append(struct f_map memory, struct f_map io)
{
    m->level++;
    m->vmid |= UINT64_C(1) << (m->level - 1) * m->config.syllable_bits;
    m->latched++;
    m->levels[m->level] = (struct level){.syllable = 1, .map = {memory, io}};
    hvm_associator_appended(m);
    hvm_close_windows(m);
}

static struct f_map rb(uint32_t first, uint32_t base, uint32_t bound)
{
    return (struct f_map){.form = HV_FORM_RB, .first = first, .base = base, .bound = bound};
}

static struct f_map linear(uint32_t first, uint32_t bound, uint32_t grain)
{
    return (struct f_map){.form = HV_FORM_LINEAR, .grain = grain, .first = first, .bound = bound, .table = TABLE};
}

static const struct f_map none = {.form = HV_FORM_NONE};

static void assert_real(const struct access_kind *kind, uint32_t name, uint32_t real)
{
    uint32_t found = 0;
    assert_true(hvm_locate(m, kind, name, 4, &found));
    assert_int_equal(found, real);
}

static void assert_vm_fault(const struct access_kind *kind, uint32_t name, unsigned cause, unsigned target,
                            uint32_t address)
{
    uint32_t found;
    assert_false(hvm_locate(m, kind, name, 4, &found));
    assert_true(m->fault.is_vm_fault);
    assert_int_equal(m->fault.cause, cause | (unsigned)kind->access << 4);
    assert_int_equal(m->fault.target, target);
    assert_int_equal(m->fault.address, address);
    assert_int_equal(m->fault.insn, MARK);
}

static void assert_exception(const struct access_kind *kind, uint32_t name, unsigned bytes, uint32_t cause)
{
    uint32_t found;
    assert_false(hvm_locate(m, kind, name, bytes, &found));
    assert_false(m->fault.is_vm_fault);
    assert_int_equal(m->fault.cause, cause);
    assert_int_equal(m->fault.address, name);
}

static void rb_is_a_window_without_wrap(void **state)
{
    (void)state;
    append(rb(0x10, FIRST + 3, 4), none);
    assert_real(&hvm_load, 0x10ffc, RAM + 0x3ffc);
    assert_real(&hvm_store, 0x13000, RAM + 0x6000);
    assert_vm_fault(&hvm_load, 0x14004, HV_FAULT_MISSING, 0, 0x14004);
    assert_vm_fault(&hvm_store, 0x0fffc, HV_FAULT_MISSING, 0, 0x0fffc);
}

static void rb_adds_modulo_names(void **state)
{
    (void)state;
    append(rb(0x10, 0xfffff, 0x20000), none);
    assert_real(&hvm_load, 0x10011004, 0x10000004); /* the UART: 0xfffff + 0x10001 - 2^20 */
}

static void the_memory_map_comes_first(void **state)
{
    (void)state;
    append(rb(0x10, FIRST, 2), rb(0x11, FIRST + 8, 2));
    assert_real(&hvm_load, 0x11000, RAM + 0x1000);
    assert_real(&hvm_load, 0x12000, RAM + 0x9000);
    assert_vm_fault(&hvm_load, 0x13000, HV_FAULT_MISSING, 0, 0x13000);
}

/* A value of the memory map that is a fault is not asked of the I/O map. */
static void the_io_map_does_not_repair(void **state)
{
    (void)state;
    put(m, TABLE, 0);
    append(linear(0x10, 1, 0), rb(0x10, FIRST, 1));
    assert_vm_fault(&hvm_load, 0x10000, HV_FAULT_MISSING, 0, 0x10000);
}

static void grains_make_frames(void **state)
{
    (void)state;
    put(m, TABLE + 4, (FIRST + 8) << 10 | ALL);
    append(linear(0x20, 16, 3), none);
    for (uint32_t i = 0; i < 8; i++)
        assert_real(&hvm_load, (0x28 + i) << 12 | 16, (FIRST + 8 + i) << 12 | 16);
    put(m, TABLE + 4, (FIRST + 9) << 10 | ALL); /* not a multiple of the grain */
    struct walk walk = {.page = 0x2a};
    assert_false(hvm_descend(m, 1, 1, HV_ACCESS_LOAD, &walk));
    assert_int_equal(walk.cause, HV_FAULT_INVALID);
    assert_int_equal(walk.page, 0x2a);
}

/* Each entry with what it must give for a fetch, a load and a store. 0: translated. */
static void entries_are_checked_in_order(void **state)
{
    enum { V = HV_PTE_V, R = HV_PTE_R, W = HV_PTE_W, X = HV_PTE_X, A = HV_PTE_A, D = HV_PTE_D };
    enum { MISSING = HV_FAULT_MISSING, DENIED = HV_FAULT_DENIED, INVALID = HV_FAULT_INVALID };
    static const struct {
        uint32_t pte;
        unsigned fetch, load, store;
    } cases[] = {
        {FIRST << 10 | ALL, 0, 0, 0},
        {FIRST << 10 | (ALL & ~V), MISSING, MISSING, MISSING},
        {(1u << 30) | (FIRST << 10 & 0x3fffffff) | (ALL & ~V), MISSING, MISSING, MISSING},
        {1u << 30 | FIRST << 10 | ALL, INVALID, INVALID, INVALID},
        {1u << 31 | ALL, INVALID, INVALID, INVALID},
        {1u << 30 | V, INVALID, INVALID, INVALID},
        {FIRST << 10 | V | W | X | A | D, INVALID, INVALID, INVALID},
        {FIRST << 10 | V | W, INVALID, INVALID, INVALID},
        {FIRST << 10 | V | A | D, DENIED, DENIED, DENIED},
        {FIRST << 10 | (ALL & ~A), DENIED, DENIED, DENIED},
        {FIRST << 10 | (ALL & ~D), 0, 0, DENIED},
        {FIRST << 10 | V | R | A | D, DENIED, 0, DENIED},
        {FIRST << 10 | V | R | W | A | D, DENIED, 0, 0},
        {FIRST << 10 | V | X | A, 0, DENIED, DENIED},
        {FIRST << 10 | V | X | A | D | 0x330, 0, DENIED, DENIED}, /* U, G and bits 9:8 say nothing */
    };
    (void)state;
    append(linear(0x40, 1, 0), none);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static const unsigned accesses[] = {HV_ACCESS_FETCH, HV_ACCESS_LOAD, HV_ACCESS_STORE};
        const unsigned expected[] = {cases[i].fetch, cases[i].load, cases[i].store};
        put(m, TABLE, cases[i].pte);
        for (unsigned access = 0; access < 3; access++) {
            struct walk walk = {.page = 0x40, .rights = RIGHT_ALL};
            assert_int_equal(hvm_descend(m, 1, 1, accesses[access], &walk), expected[access] == 0);
            assert_int_equal(walk.cause, expected[access]);
            assert_int_equal(walk.page, expected[access] ? 0x40 : FIRST);
            assert_int_equal(walk.reads, 1);
        }
    }
}

/* f of the top is evaluated first; the fault goes to the owner of the one that fails, with its argument. */
static void faults_go_to_the_owner_of_the_map(void **state)
{
    (void)state;
    append(rb(0x100, FIRST, 4), none);    /* 1: 0x100..0x103 -> RAM */
    append(rb(0x200, 0x100, 8), none);    /* 2: 0x200..0x207 -> 0x100..0x107 */
    append(rb(0x300, 0x200, 0x10), none); /* 3: 0x300..0x30f -> 0x200..0x20f */
    assert_real(&hvm_load, 0x303abc, RAM + 0x3abc);
    assert_vm_fault(&hvm_load, 0x304abc, HV_FAULT_MISSING, 0, 0x104abc);
    assert_vm_fault(&hvm_store, 0x308abc, HV_FAULT_MISSING, 1, 0x208abc);
    assert_vm_fault(&hvm_load, 0x310abc, HV_FAULT_MISSING, 2, 0x310abc);
}

static void the_end_must_have_something_behind_it(void **state)
{
    static const struct access_kind *const only_ram[] = {&hvm_load_reserved, &hvm_atomic};
    (void)state;
    append(rb(0, 0, 0x100000), none);
    append(rb(0x50000, 0, 0x20000), none);
    assert_real(&hvm_load, 0x60000004, 0x10000004);
    assert_real(&hvm_store, 0x60000004, 0x10000004);
    for (unsigned i = 0; i < 2; i++)
        assert_vm_fault(only_ram[i], 0x60000004, HV_FAULT_INVALID, 0, 0x10000004);
    assert_vm_fault(&hvm_load, 0x50200004, HV_FAULT_INVALID, 0, 0x00200004);
    m->live[CTX_PC] = 0x60000000;
    assert_false(hvm_fetch_page(m));
    assert_int_equal(m->fault.cause, HV_FAULT_INVALID | HV_ACCESS_FETCH << 4);
    assert_int_equal(m->fault.insn, 0);
}

static void level_zero_raises_exceptions(void **state)
{
    (void)state;
    assert_real(&hvm_load, RAM + 0xffffc, RAM + 0xffffc);
    assert_exception(&hvm_load, RAM + 0x100000, 4, HV_EXC_LOAD_FAULT);
    assert_exception(&hvm_store, RAM - 4, 4, HV_EXC_STORE_FAULT);
    assert_exception(&hvm_load_reserved, 0x10000000, 4, HV_EXC_LOAD_FAULT);
    assert_exception(&hvm_atomic, 0x10000000, 4, HV_EXC_STORE_FAULT);
    assert_real(&hvm_store, 0x0200fffc, 0x0200fffc);
    assert_exception(&hvm_store, 0x02010000, 4, HV_EXC_STORE_FAULT);
    assert_real(&hvm_load, 0x00100ffc, 0x00100ffc);
    assert_exception(&hvm_load, 0x00101000, 4, HV_EXC_LOAD_FAULT);
    assert_exception(&hvm_load, RAM + 2, 4, HV_EXC_LOAD_MISALIGNED);
    assert_exception(&hvm_store, 3, 2, HV_EXC_STORE_MISALIGNED); /* before anything else */
    assert_int_equal(m->counters.associator.accesses, 0);
}

/* ---- phi ---- */

static void relocate(uint32_t mphi, uint32_t base, uint32_t bound)
{
    m->live[CTX_MPHI] = mphi;
    m->live[CTX_MBASE] = base;
    m->live[CTX_MBOUND] = bound;
    hvm_close_windows(m);
}

static void phi_compares_the_unrelocated_name(void **state)
{
    (void)state;
    relocate(HV_MPHI_M, RAM + 0x2004, 0x1000);
    assert_real(&hvm_load, 0xffc, RAM + 0x3000);
    assert_exception(&hvm_load, 0x1000, 4, HV_EXC_LOAD_FAULT);
    assert_exception(&hvm_store, 0x80000000, 4, HV_EXC_STORE_FAULT);
    relocate(HV_MPHI_M, 0, 0x1000); /* in bound, but nothing is there */
    assert_exception(&hvm_load, 0x800, 4, HV_EXC_LOAD_FAULT);
    relocate(HV_MPHI_U, RAM + 0x2004, 0x1000);
    assert_real(&hvm_load, RAM, RAM);
}

static void mprv_takes_the_phi_of_mpp(void **state)
{
    (void)state;
    relocate(HV_MPHI_U, RAM + 0x4000, 0x100);
    m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV;
    hvm_phi_changed(m);
    assert_real(&hvm_load, 0x40, RAM + 0x4040);
    m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV | HV_MSTATUS_MPP;
    hvm_phi_changed(m);
    assert_real(&hvm_load, RAM, RAM);
    m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV;
    m->live[CTX_MODE] = MODE_U;
    m->live[CTX_MPHI] = HV_MPHI_M; /* in U-mode MPRV says nothing */
    hvm_phi_changed(m);
    assert_real(&hvm_load, RAM, RAM);
}

/* Straight-line code under a phi whose base is no page boundary and whose bound ends inside a page: every
 * word before the bound is executed, the one at the bound is not, stepped or run. */
static void code_ends_at_the_bound(void **state)
{
    enum { WORDS = 1500, BASE = RAM + 0x20f04 };
    (void)state;
    for (unsigned level = 0; level <= 1; level++) {
        for (unsigned stepped = 0; stepped <= 1; stepped++) {
            hv_machine_reset(m);
            if (level)
                append(rb(FIRST, FIRST, 256), none);
            for (uint32_t i = 0; i <= WORDS; i++)
                put(m, BASE + 4 * i, word_i(HV_INSN_ADDI, X10, X10, 1));
            relocate(HV_MPHI_M, BASE, 4 * WORDS);
            m->live[CTX_PC] = 0;
            m->live[CTX_MTVEC] = RAM + 0x100;
            if (!stepped)
                hv_machine_run(m, WORDS + 1);
            for (unsigned i = 0; stepped && i < WORDS + 1; i++)
                step(m);
            assert_int_equal(m->x[10], WORDS);
            assert_int_equal(m->live[CTX_PC], RAM + 0x100);
            assert_int_equal(m->live[CTX_MEPC], 4 * WORDS);
            assert_int_equal(m->live[CTX_MTVAL], 4 * WORDS);
            assert_int_equal(m->live[CTX_MCAUSE], HV_EXC_FETCH_FAULT);
            assert_int_equal(m->counters.associator.accesses, level ? WORDS : 0); /* phi's exception counts none */
            assert_int_equal(m->counters.associator.lookups, level ? 3 : 0);
        }
    }
}

/* Data under such a phi, through the windows of either level. */
static void data_ends_at_the_bound(void **state)
{
    enum { BASE = RAM + 0x20f04, BOUND = 0x1800 };
    (void)state;
    for (unsigned level = 0; level <= 1; level++) {
        hv_machine_reset(m);
        if (level)
            append(rb(FIRST, FIRST, 256), none);
        put(m, RAM + 0x3000, word_i(HV_INSN_LW, X11, X10, 0));
        for (uint32_t name = 0; name <= BOUND; name += 4) {
            put(m, BASE + name, name ^ 0x5a5a);
            relocate(HV_MPHI_U, BASE, BOUND);
            m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV;
            hvm_phi_changed(m);
            m->live[CTX_PC] = RAM + 0x3000;
            m->x[10] = name;
            m->x[11] = 0;
            hv_machine_run(m, 1);
            assert_int_equal(m->x[11], name < BOUND ? name ^ 0x5a5a : 0);
        }
        assert_int_equal(m->counters.exceptions, 1);
        assert_int_equal(m->live[CTX_MTVAL], BOUND);
    }
}

/* A base below RAM: the first names have nothing behind them, the later ones do. */
static void data_begins_inside(void **state)
{
    (void)state;
    put(m, RAM + 0x3000, word_i(HV_INSN_LW, X11, X10, 0));
    put(m, RAM + 0x40, 0x600d);
    for (unsigned i = 0; i < 4; i++) {
        static const uint32_t names[] = {0x2040, 0x1ffc, 0x2040, RAM + 0x40};
        relocate(HV_MPHI_U, RAM - 0x2000, 0x4000);
        m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV;
        hvm_phi_changed(m);
        m->live[CTX_PC] = RAM + 0x3000;
        m->x[10] = names[i];
        m->x[11] = 0;
        hv_machine_run(m, 1);
        assert_int_equal(m->x[11], names[i] == 0x2040 ? 0x600d : 0);
    }
}

/* What a window has shown is void when the mode, mstatus or phi's CSRs change, by whatever instruction. */
static void windows_follow_phi(void **state)
{
    enum { CODE = RAM + 0x3000, NAME = RAM + 0x100, BASE = 0x10000 };
    const uint32_t load = word_i(HV_INSN_LW, X11, X10, 0);
    (void)state;
    for (unsigned level = 0; level <= 1; level++) {
        hv_machine_reset(m);
        if (level)
            append(rb(FIRST, FIRST, 256), none);
        put(m, NAME, 1);
        put(m, NAME + BASE, 2);
        put(m, NAME + 2 * BASE, 3);
        const uint32_t code[] = {
            load, word_csr(HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X12), /* MPRV, MPP = U */
            load, word_csr(HV_INSN_CSRRW, X0, HV_CSR_MBASE, X13),
            load, word_csr(HV_INSN_CSRRW, X0, HV_CSR_MPHI, X0),
            load, word_csr(HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_U),
            load, word_csr(HV_INSN_CSRRW, X0, HV_CSR_MBOUND, X0), /* this load traps: MPP = M */
            load,
        };
        static const uint32_t expected[] = {1, 1, 2, 2, 3, 3, 1, 1, 3, 3, 3};
        for (uint32_t i = 0; i < sizeof code / sizeof code[0]; i++)
            put(m, CODE + 4 * i, code[i]);
        put(m, CODE + 0x100, load);
        m->x[10] = NAME;
        m->x[12] = HV_MSTATUS_MPRV;
        m->x[13] = 2 * BASE;
        m->live[CTX_MTVEC] = CODE + 0x100;
        m->live[CTX_PC] = CODE;
        relocate(HV_MPHI_U, BASE, RAM + 0x40000);
        for (uint32_t i = 0; i < sizeof code / sizeof code[0]; i++) {
            hv_machine_run(m, 1);
            assert_int_equal(m->x[11], expected[i]);
        }
        assert_int_equal(m->counters.exceptions, 1);
        hv_machine_run(m, 1); /* in the handler MPP = M: no relocation */
        assert_int_equal(m->x[11], 1);
    }
}

/* Code that an MRET starts in U-mode, and a trap ends, is fetched through the other phi. */
static void fetches_follow_the_mode(void **state)
{
    enum { CODE = RAM + 0x3000, BASE = 0x10000 };
    (void)state;
    for (unsigned level = 0; level <= 1; level++) {
        hv_machine_reset(m);
        if (level)
            append(rb(FIRST, FIRST, 256), none);
        put(m, CODE, word_n(HV_INSN_MRET));
        put(m, CODE + 4, word_i(HV_INSN_ADDI, X11, X0, 1));
        put(m, CODE + BASE + 4, word_n(HV_INSN_ECALL));
        m->live[CTX_MEPC] = m->live[CTX_MTVEC] = CODE + 4;
        m->live[CTX_PC] = CODE;
        relocate(HV_MPHI_U, BASE, RAM + 0x40000);
        hv_machine_run(m, 3);
        assert_int_equal(m->counters.exceptions, 1);
        assert_int_equal(m->x[11], 1);
    }
}

static void evaluation_shows_every_step(void **state)
{
    uint32_t real = 0, steps[HV_MAX_DEPTH + 1];
    unsigned count = 99;
    (void)state;
    append(rb(3, FIRST, 2), none);
    append(rb(7, 3, 2), none);
    append(rb(9, 7, 3), none);
    relocate(HV_MPHI_M, 0x9000, 0x10000);
    const struct hv_counters before = m->counters;
    assert_true(hv_machine_evaluate(m, 0x1010, HV_ACCESS_LOAD, &real, steps, &count));
    assert_int_equal(count, 4);
    assert_int_equal(steps[0], 0xa010);
    assert_int_equal(steps[1], 0x8010);
    assert_int_equal(steps[2], 0x4010);
    assert_int_equal(steps[3], RAM + 0x1010);
    assert_int_equal(real, RAM + 0x1010);
    assert_false(hv_machine_evaluate(m, 0x2010, HV_ACCESS_LOAD, &real, steps, &count)); /* f2 has no value */
    assert_int_equal(count, 2);
    assert_int_equal(steps[1], 0x9010);
    assert_false(hv_machine_evaluate(m, 0x10000, HV_ACCESS_LOAD, &real, steps, &count)); /* phi has none */
    assert_int_equal(count, 0);
    assert_memory_equal(&before, &m->counters, sizeof before);
}

static void evaluation_ends_where_something_is(void **state)
{
    uint32_t real, device = m->config.uart_base;
    (void)state;
    for (unsigned level = 0; level <= 1; level++) {
        if (level)
            append(rb(0, 0, 0x100000), none);
        assert_true(hv_machine_evaluate(m, RAM, HV_ACCESS_FETCH, &real, NULL, NULL));
        assert_true(hv_machine_evaluate(m, device, HV_ACCESS_STORE, &real, NULL, NULL));
        assert_int_equal(real, device);
        assert_false(hv_machine_evaluate(m, device, HV_ACCESS_FETCH, &real, NULL, NULL));
        assert_false(hv_machine_evaluate(m, RAM - 4, HV_ACCESS_LOAD, &real, NULL, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(rb_is_a_window_without_wrap),
        TEST(rb_adds_modulo_names),
        TEST(the_memory_map_comes_first),
        TEST(the_io_map_does_not_repair),
        TEST(grains_make_frames),
        TEST(entries_are_checked_in_order),
        TEST(faults_go_to_the_owner_of_the_map),
        TEST(the_end_must_have_something_behind_it),
        TEST(level_zero_raises_exceptions),
        TEST(phi_compares_the_unrelocated_name),
        TEST(mprv_takes_the_phi_of_mpp),
        TEST(code_ends_at_the_bound),
        TEST(data_ends_at_the_bound),
        TEST(data_begins_inside),
        TEST(windows_follow_phi),
        TEST(fetches_follow_the_mode),
        TEST(evaluation_shows_every_step),
        TEST(evaluation_ends_where_something_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
