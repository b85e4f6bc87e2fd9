/* What a debugger may look at and change: the levels of the VMID, their CSRs, names of any level. */
#include "tests/unit/model_vmid.h"

enum { PHI_BASE = 0x2000, PHI_BOUND = 0x1000 };

static void vms_are_told_apart(void **state)
{
    const struct hv_vms all = {.kind = HV_ALL_VMS}, level = {HV_VMS_OF_LEVEL, 2, 0}, one = {HV_ONE_VM, 2, 0x21};
    (void)state;
    assert_true(hv_vms_have(&all, 0, 0) && hv_vms_have(&all, 3, 0x111));
    assert_true(hv_vms_have(&level, 2, 0x21) && hv_vms_have(&level, 2, 0x11));
    assert_false(hv_vms_have(&level, 1, 0x1));
    assert_true(hv_vms_have(&one, 2, 0x21));
    assert_false(hv_vms_have(&one, 2, 0x11));
    assert_false(hv_vms_have(&one, 3, 0x21));
}

static void levels_have_their_own_context(void **state)
{
    uint32_t pc, value;
    unsigned mode;
    (void)state;
    begin(2, 0);
    m->live[CTX_MSCRATCH] = 0x100;
    enter(m, 1);
    m->live[CTX_MSCRATCH] = 0x111;
    m->live[CTX_MODE] = MODE_M;
    enter(m, 2);
    m->live[CTX_MSCRATCH] = 0x122;
    m->live[CTX_MODE] = MODE_U;
    m->levels[1].vip = 0x880;
    m->levels[1].caps = 0;
    for (unsigned level = 0; level <= 2; level++) {
        assert_true(hv_machine_csr(m, level, HV_CSR_MSCRATCH, &value));
        assert_int_equal(value, 0x100 + 0x11 * level);
        assert_true(hv_machine_level_pc(m, level, &pc, &mode));
        assert_int_equal(pc, level < 2 ? BOOT + 8 : BOOT);
        assert_int_equal(mode, level < 2 ? MODE_M : MODE_U);
        assert_true(hv_machine_csr(m, level, HV_CSR_MIP, &value));
        assert_int_equal(value, level == 1 ? 0x880 : 0);
        assert_true(hv_machine_csr(m, level, HV_CSR_MISA, &value));
        assert_int_equal(value & HV_MISA_X, level == 1 ? 0 : HV_MISA_X);
        assert_true(hv_machine_csr(m, level, HV_CSR_MHPMCOUNTER_FIRST, &value));
        assert_int_equal(value != 0, level == 0);
        assert_true(hv_machine_csr(m, level, HV_CSR_MCYCLE, &value));
        assert_int_equal(value, m->counters.commits);
    }
    value = 77;
    assert_false(hv_machine_csr(m, 3, HV_CSR_MSCRATCH, &value));
    assert_false(hv_machine_csr(m, 0, 0x123, &value));
    assert_false(hv_machine_level_pc(m, 3, &value, &mode));
    assert_int_equal(value, 77);
}

/* What csrrw leaves in a CSR. */
static uint32_t written(uint32_t number, uint32_t value)
{
    uint32_t found = 0;
    m->x[X5] = value;
    perform_word(m, word_csr(HV_INSN_CSRRW, X0, number, X5));
    assert_true(hv_machine_csr(m, 0, number, &found));
    return found;
}

/* Every CSR takes from outside what csrrw leaves there, or nothing; a number that is none takes nothing. */
static void set_csrs_are_as_written(void **state)
{
    static const uint32_t values[] = {0, UINT32_MAX, 0x1888, 0x12345677};
    unsigned taken = 0;
    (void)state;
    begin(1, 0);
    struct hv_snapshot *snapshot = hv_machine_save(m);
    for (uint32_t number = 0; number < 4096; number++) {
        uint32_t before, set;
        if (!hv_machine_csr(m, 0, number, &before)) {
            assert_false(hv_machine_set_csr(m, number, 1));
            continue;
        }
        for (unsigned i = 0; i < 4; i++) {
            const uint32_t expected = written(number, values[i]);
            assert_true(hv_machine_restore(m, snapshot));
            const bool done = hv_machine_set_csr(m, number, values[i]);
            assert_true(hv_machine_csr(m, 0, number, &set));
            assert_int_equal(set, done ? expected : before);
            assert_true(hv_machine_restore(m, snapshot));
            taken += done;
        }
    }
    hv_snapshot_free(snapshot);
    assert_int_equal(taken, 4 * (11 + 4)); /* those of kinds LEVEL and COUNTER */
    assert_false(hv_machine_set_csr(m, HV_CSR_MISA, 0) || hv_machine_set_csr(m, HV_CSR_CYCLE, 0));
}

static void registers_are_set(void **state)
{
    (void)state;
    begin(1, 1);
    for (unsigned i = 1; i < 32; i++)
        assert_true(hv_machine_set_x(m, i, i * 3));
    assert_false(hv_machine_set_x(m, 0, 1) || hv_machine_set_x(m, 32, 1));
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(hv_machine_x(m, i), i * 3);
    hv_machine_set_pc(m, RAM + 0x903);
    assert_int_equal(hv_machine_pc(m), RAM + 0x900);
    const struct done d = perform_word(m, word_i(HV_INSN_ADDI, X6, X5, 1));
    assert_int_equal(d.c.pc_rdata, RAM + 0x900);
    assert_int_equal(d.c.rd_wdata, 16);
}

/* phi that is set from outside holds for the next access: nothing of the windows is left. */
static void a_set_phi_holds_at_once(void **state)
{
    (void)state;
    begin(1, 0);
    put(m, RAM + 0x900, word_i(HV_INSN_LW, X6, X5, 0));
    put(m, RAM + 0x3010, 0x1234);
    hv_machine_set_pc(m, RAM + 0x900);
    hv_machine_set_x(m, X5, 0x10);
    assert_true(hv_machine_set_csr(m, HV_CSR_MBASE, RAM + 0x3000) && hv_machine_set_csr(m, HV_CSR_MBOUND, PHI_BOUND));
    assert_true(hv_machine_set_csr(m, HV_CSR_MPHI, HV_MPHI_U));
    assert_true(hv_machine_set_csr(m, HV_CSR_MSTATUS, HV_MSTATUS_MPRV)); /* M-mode's loads by the phi of U */
    hv_machine_run(m, 1);
    assert_int_equal(hv_machine_x(m, X6), 0x1234);
}

/* A stored word is executed, though the old one has been. */
static void written_code_is_executed(void **state)
{
    (void)state;
    begin(1, 1);
    for (unsigned i = 0; i < 2; i++) {
        put(m, real_of(1, RAM + 0x900), word_i(HV_INSN_ADDI, X6, X0, (int32_t)i + 7));
        hv_machine_set_pc(m, RAM + 0x900);
        hv_machine_run(m, 1);
        assert_int_equal(hv_machine_x(m, X6), i + 7);
    }
}

/* Of the running level, as evaluation has it; of the others, by their own maps and phi. */
static void names_of_every_level_are_found(void **state)
{
    static const unsigned accesses[] = {HV_ACCESS_FETCH, HV_ACCESS_LOAD, HV_ACCESS_STORE};
    uint32_t found = 0, real = 0;
    (void)state;
    begin(2, 1);
    m->live[CTX_MBASE] = RAM + PHI_BASE;
    m->live[CTX_MBOUND] = PHI_BOUND;
    enter(m, 2);
    put(m, vmcb_word(1, HV_VMCB_CTX_MPHI), HV_MPHI_M);
    for (uint32_t name = 0; name < 0x100; name++)
        for (unsigned i = 0; i < 3; i++) {
            const uint32_t at = name << 24 | 0x10; /* all of the names' space */
            const bool known = hv_machine_evaluate(m, at, accesses[i], &real, NULL, NULL);
            assert_int_equal(hv_machine_locate(m, 2, true, at, accesses[i], &found), known);
            if (known)
                assert_int_equal(found, real);
        }
    for (unsigned level = 0; level <= 2; level++) {
        assert_true(hv_machine_locate(m, level, false, RAM + 0x104, HV_ACCESS_STORE, &found));
        assert_int_equal(found, real_of(level, RAM + 0x104));
    }
    assert_true(hv_machine_locate(m, 1, true, 0x20, HV_ACCESS_LOAD, &found));
    assert_int_equal(found, real_of(1, RAM + PHI_BASE + 0x20));
    assert_false(hv_machine_locate(m, 1, true, PHI_BOUND, HV_ACCESS_LOAD, &found));
    assert_true(hv_machine_locate(m, 1, false, 0x10000000, HV_ACCESS_LOAD, &found));
    assert_false(hv_machine_locate(m, 1, false, 0x10000000, HV_ACCESS_FETCH, &found));
    assert_false(hv_machine_locate(m, 3, false, RAM, HV_ACCESS_LOAD, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vms_are_told_apart),
        cmocka_unit_test_teardown(levels_have_their_own_context, end),
        cmocka_unit_test_teardown(set_csrs_are_as_written, end),
        cmocka_unit_test_teardown(registers_are_set, end),
        cmocka_unit_test_teardown(a_set_phi_holds_at_once, end),
        cmocka_unit_test_teardown(written_code_is_executed, end),
        cmocka_unit_test_teardown(names_of_every_level_are_found, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
