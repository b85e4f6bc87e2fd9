/* What follows LVMID: chains of suspended monitors and how they break, and the interrupts that are due
 * between instructions, the real ones and those of levels that were asleep. */
#include "tests/unit/model_vmid.h"

/* ---- chains ---- */

/* The chain 1.1.1.1 with something wrong at level 2; LVMID retires, then it breaks, then it may be mended. */
static void chains_break_and_go_on(void **state)
{
    static const struct {
        unsigned level; /* whose memory */
        uint32_t name, value, cause, address;
        unsigned target;
    } cases[] = {
        {1, VMCB1 + 4, 14, HV_CAUSE_IMPLICIT | HV_FAULT_INVALID, 0, 1},          /* level 2 without CAPS.VM */
        {2, VMTAB + 4, VMCB1 + 4, HV_CAUSE_IMPLICIT | HV_FAULT_INVALID, 0, 1},   /* VMCB of level 3 misaligned */
        {1, VMCB1, 16, HV_CAUSE_IMPLICIT | HV_FAULT_INVALID, 0, 1},              /* NEXT_SYLLABLE too large */
        {2, VMCB1 + 0x1c, 0x200000, HV_CAUSE_IMPLICIT | HV_FAULT_INVALID, 0, 1}, /* malformed */
        {2, ROOT, 0x70000000, HV_CAUSE_IMPLICIT | HV_ACCESS_LOAD << 4 | HV_FAULT_MISSING, 0x70000004, 1},
        {2, ROOT, RAM + 0x7c000, HV_CAUSE_IMPLICIT | HV_ACCESS_LOAD << 4 | HV_FAULT_MISSING, RAM + 0x7c004, 1},
        {2, VMTAB + 4, 0x10000000, HV_CAUSE_IMPLICIT | HV_ACCESS_STORE << 4 | HV_FAULT_INVALID, 0x10000000, 0},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(4, 4);
        take_over();
        uint32_t real = real_of(cases[i].level, cases[i].name), old = get(m, real);
        put(m, real, cases[i].value);
        put(m, vmcb_word(1, HV_VMCB_RESUME), 1);
        m->x[10] = RAM;
        struct done d = perform(m);
        assert_int_equal(d.c.event, HV_EVENT_LVMID);
        assert_int_equal(d.c.target_level, 2);
        assert_int_equal(d.c.pc_wdata, ENTRY + 4);
        assert_int_equal(d.c.rd_wdata, X10_SAVED);
        assert_int_equal(d.count, 0);       /* SKIP stays */
        m->bank[CTX_MIE] = 1 << HV_IRQ_MSI; /* no interrupt comes between */
        m->msip = 1;
        put(m, vmcb_word(1, HV_VMCB_CTX_MODE), MODE_U); /* a receiver runs in M-mode all the same */
        d = perform(m);
        assert_int_equal(d.c.insn, 0);
        assert_int_equal(d.c.pc_rdata, ENTRY + 4);
        assert_int_equal(d.c.mode, MODE_M);
        assert_int_equal(d.c.vmid, 0x11);
        assert_int_equal(d.c.accesses, 0);
        assert_vm_fault(&d, cases[i].cause, cases[i].address, 0, cases[i].target);
        assert_int_equal(d.count, cases[i].target ? 5 : 4);
        assert_int_equal(get(m, vmcb_word(1, HV_VMCB_RESUME)), 1);
        put(m, real, old);
        hv_machine_free(m);
    }
    begin(1, 0);
}

static void a_chain_deeper_than_the_hardware_is_depth(void **state)
{
    (void)state;
    begin(2, 0);
    put(m, vmcb_word(1, HV_VMCB_NEXT_SYLLABLE), 1);
    put(m, vmcb_word(2, HV_VMCB_NEXT_SYLLABLE), 1);
    step(m);
    struct done d = perform(m);
    assert_int_equal(d.c.target_level, 2);
    d = perform(m);
    assert_vm_fault(&d, HV_CAUSE_IMPLICIT | HV_FAULT_DEPTH, 0, 0, 1);
    assert_int_equal(m->live[CTX_PC], ENTRY);
    assert_int_equal(get(m, vmcb_word(1, HV_VMCB_NEXT_SYLLABLE)), 0);
    assert_int_equal(get(m, vmcb_word(2, HV_VMCB_NEXT_SYLLABLE)), 1);
}

/* ---- interrupts ---- */

static void real_interrupts_go_to_level_zero(void **state)
{
    (void)state;
    begin(3, 3);
    m->bank[CTX_MIE] = 1 << HV_IRQ_MSI;
    m->bank[CTX_MSTATUS] = 0; /* whatever MIE */
    m->live[CTX_MIE] = 0x888;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    m->levels[3].vip = 0x888;
    m->msip = 1;
    struct done d = perform(m);
    assert_vm_fault(&d, HV_FAULT_INTERRUPT, 0, 0, 0);
    assert_int_equal(d.c.accesses, 0);
    assert_int_equal(d.c.mip, 1);
    assert_int_equal(get(m, vmcb_word(3, HV_VMCB_CTX_PC)), BOOT);
    m->msip = 0;
    put(m, vmcb_word(3, HV_VMCB_VIP), 0xfffff088); /* only MSI, MTI, MEI exist */
    m->x[10] = RAM;
    perform(m);
    assert_int_equal(m->level, 3);
    d = perform(m); /* its own: an ordinary interrupt inside it */
    assert_int_equal(d.c.intr, 1);
    assert_int_equal(d.c.cause, 0x80000003);
    assert_int_equal(d.c.level, 3);
    m->live[CTX_PC] = BOOT;
    d = perform_word(m, word_csr(HV_INSN_CSRRS, X5, HV_CSR_MIP, X0));
    assert_int_equal(d.c.rd_wdata, 0x88);
}

/* Step 9: the lowest level from the monitor's on that has VIP & mie, right after LVMID and then no more. */
static void sleeping_levels_get_their_interrupts(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 16; set++) {
        begin(4, 4);
        take_over();
        for (unsigned level = 1; level <= 4; level++) {
            put(m, vmcb_word(level, HV_VMCB_VIP), set >> (level - 1) & 1 ? 0x80 : 0x8);
            put(m, vmcb_word(level, HV_VMCB_CTX_MIE), 0xfffffff0); /* MTI and MEI */
        }
        m->x[10] = RAM;
        struct done d = perform(m);
        assert_int_equal(d.c.target_level, 4);
        unsigned lowest = set & 1 ? 1 : set & 2 ? 2 : set & 4 ? 3 : 0;
        d = perform(m);
        if (lowest) {
            assert_vm_fault(&d, HV_FAULT_INTERRUPT, 0, 0, lowest);
            assert_int_equal(d.c.pc_rdata, BOOT);
            assert_int_equal(d.c.vmid, 0x1111);
        } else {
            assert_int_equal(d.c.event, HV_EVENT_NONE);
        }
        hv_machine_free(m);
    }
    begin(3, 2); /* the monitor's own level counts, with the mie it has just stored */
    m->levels[2].vip = 0x80;
    m->levels[1].vip = 0x80; /* below the monitor: not looked at */
    put(m, vmcb_word(1, HV_VMCB_CTX_MIE), 0x80);
    m->live[CTX_MIE] = 0x80;
    step(m);
    step(m);
    assert_int_equal(m->level, 3);
    struct done d = perform(m);
    assert_vm_fault(&d, HV_FAULT_INTERRUPT, 0, 0, 2);
}

static void a_real_interrupt_wins_over_step_nine(void **state)
{
    (void)state;
    begin(3, 1);
    m->levels[1].vip = 0x80;
    m->live[CTX_MIE] = 0x80;
    step(m);
    step(m);
    m->bank[CTX_MIE] = 1 << HV_IRQ_MSI;
    m->msip = 1;
    struct done d = perform(m);
    assert_vm_fault(&d, HV_FAULT_INTERRUPT, 0, 0, 0);
    d = perform_word(m, word_i(HV_INSN_ADDI, X5, X0, 1)); /* and what was due is forgotten */
    assert_int_equal(d.c.event, HV_EVENT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, end)
        TEST(chains_break_and_go_on),
        TEST(a_chain_deeper_than_the_hardware_is_depth),
        TEST(real_interrupts_go_to_level_zero),
        TEST(sleeping_levels_get_their_interrupts),
        TEST(a_real_interrupt_wins_over_step_nine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
