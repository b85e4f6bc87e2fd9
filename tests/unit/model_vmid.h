/* What the tests of LVMID and VM-fault share: one machine of nested worlds, and what a VM-fault must be. */
#ifndef TESTS_MODEL_VMID_H
#define TESTS_MODEL_VMID_H

#include "tests/unit/model_world.h"

static struct hv_machine *m;

__attribute__((unused)) static int end(void **state)
{
    (void)state;
    hv_machine_free(m);
    return 0;
}

__attribute__((unused)) static void begin(unsigned depth, unsigned level)
{
    struct hv_config config = world_config(depth);
    m = new_world(&config, depth);
    enter(m, level);
}

/* Level 0 gets control, by an interrupt. */
__attribute__((unused)) static void take_over(void)
{
    m->bank[CTX_MIE] = 1 << HV_IRQ_MSI;
    m->msip = 1;
    perform(m);
    m->msip = 0;
    assert_int_equal(hv_machine_level(m), 0);
}

__attribute__((unused)) static void assert_vm_fault(const struct done *d, uint32_t cause, uint32_t address,
                                                    uint32_t insn, unsigned target)
{
    unsigned from = (unsigned)d->c.level;
    uint32_t record = vmcb_word(target + 1, 0);
    assert_int_equal(d->c.event, HV_EVENT_VM_FAULT);
    assert_int_equal(d->c.trap, 0);
    assert_int_equal(d->c.cause, cause);
    assert_int_equal(d->c.fault_addr, address);
    assert_int_equal(d->c.target_level, target);
    assert_int_equal(d->c.pc_wdata, ENTRY);
    assert_int_equal(d->c.rd_addr | d->c.mem_rmask | d->c.mem_wmask | d->c.mem_real, 0);
    assert_int_equal(hv_machine_level(m), target);
    assert_int_equal(hv_machine_vmid(m), d->c.vmid & ((1u << 4 * target) - 1));
    assert_int_equal(hv_machine_mode(m), MODE_M);
    assert_true(from > target);
    assert_int_equal(get(m, record + HV_VMCB_FAULT_CAUSE), cause);
    assert_int_equal(get(m, record + HV_VMCB_FAULT_ADDRESS), address);
    assert_int_equal(get(m, record + HV_VMCB_FAULT_INSTRUCTION), insn);
    assert_int_equal(m->live[CTX_MSTATUS] & (HV_MSTATUS_MIE | HV_MSTATUS_MPRV), 0);
}

__attribute__((unused)) static void assert_exception(const struct done *d, uint32_t cause, uint32_t tval)
{
    assert_int_equal(d->c.trap, 1);
    assert_int_equal(d->c.event, HV_EVENT_NONE);
    assert_int_equal(d->c.cause, cause);
    assert_int_equal(d->c.tval, tval);
    assert_int_equal(d->count, 0);
    assert_int_equal(hv_machine_level(m), d->c.level);
}

#endif
