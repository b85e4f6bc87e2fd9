/* What a guest gets instead of what it asked for: the exception, or the VM-fault, that it
 * would get from bare hardware. */
#include "software/monitor/monitor.h"

enum {
    MSTATUS_MIE = 1 << 3,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_MPRV = 1 << 17,
    MPHI_U = 1,
    MPHI_M = 2,
    MPHI_MP = 4,
    OPCODE_STORE = 0x23,
    OPCODE_AMO = 0x2F,
    OPCODE_LVMID = 0x0B,
    PAGE_NAMES = 1 << 20
};

/* A trap into M-mode, docs/spec.md, 10.1.9. */
static void deliver_exception(struct guest *guest, uint32_t cause, uint32_t value)
{
    struct vmcb *vm = &guest->vm;
    uint32_t status = vm->mstatus & ~(uint32_t)(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP);

    if (vm->mstatus & MSTATUS_MIE)
        status |= MSTATUS_MPIE;
    if (vm->mode == 3)
        status |= MSTATUS_MPP;
    vm->mstatus = status;
    vm->mepc = vm->pc;
    vm->mcause = cause;
    vm->mtval = value;
    vm->mode = 3;
    vm->mphi = (vm->mphi & MPHI_U) | (vm->mphi & MPHI_M ? MPHI_MP : 0);
    vm->pc = vm->mtvec & ~3u;
}

/* The process name of the access: the fault address is a resource name, after phi. */
static uint32_t process_name(const struct vmcb *vm, uint32_t access)
{
    uint32_t insn = vm->fault_instruction, base = vm->x[insn >> 15 & 31];

    if (access == HV_ACCESS_FETCH)
        return vm->pc;
    switch (insn & 127) {
    case OPCODE_AMO:
        return base;
    case OPCODE_STORE:
        return base + ((uint32_t)((int32_t)insn >> 25) << 5 | (insn >> 7 & 31));
    default:
        return base + (uint32_t)((int32_t)insn >> 20);
    }
}

/* A page that the guest's window maps on `value`. The guest may have written anything since hardware looked:
 * what is read is one page of its RAM at most. */
static bool inverse(const struct guest *guest, const struct hv_window *window, uint32_t value, uint32_t *page)
{
    uint32_t grain = window->form >> HV_FORM_GRAIN_SHIFT & 15, form = window->form & 15;
    uint32_t frame = 1u << grain, entries = window->bound >> grain, room = (PAGE_BYTES - window->base % PAGE_BYTES) / 4;
    const uint32_t *table = guest_word(guest, window->base);

    if (form == HV_FORM_RB) {
        *page = window->first + ((value - window->base) & (PAGE_NAMES - 1));
        return *page - window->first < window->bound;
    }
    if (form != HV_FORM_LINEAR || !table)
        return false;
    for (uint32_t i = 0; i < entries && i < room; i++) {
        uint32_t offset = value - (table[i] >> HV_PTE_PPN_SHIFT), pages = table[i] & HV_PTE_S ? 1 : frame;

        if (table[i] & HV_PTE_V && offset < pages) {
            *page = window->first + i * frame + value % frame;
            return true;
        }
    }
    return false;
}

/* The guest's own VM that runs or was interrupted, by the guest's tables; NULL if they lead nowhere. */
static struct vmcb *child_of(const struct guest *guest)
{
    const uint32_t *table = guest_word(guest, ram_base() + MONITOR_ROOT_OFFSET + HV_ROOT_VMTAB);
    const uint32_t *entry = table ? guest_word(guest, *table + 4 * guest->vm.next_syllable) : NULL;

    return entry ? (struct vmcb *)guest_word(guest, *entry & ~(uint32_t)(HV_VMCB_BYTES - 1)) : NULL;
}

/* A VM-fault to the guest, out of its own VM: docs/spec.md, 5.2. */
static void deliver_vm_fault(struct guest *guest, uint32_t cause, uint32_t address)
{
    struct vmcb *vm = &guest->vm, *child = child_of(guest);

    if (child) {
        child->fault_cause = cause;
        child->fault_address = address;
        child->fault_instruction = vm->fault_instruction;
        child->fault_count++;
    }
    vm->next_syllable = 0;
    vm->pc = ram_base() + MONITOR_ROOT_OFFSET + HV_ROOT_ENTRY;
    vm->mode = 3;
    vm->mstatus &= ~(uint32_t)(MSTATUS_MIE | MSTATUS_MPRV);
    vm->mphi &= ~(uint32_t)MPHI_M;
}

/* The guest is a monitor whose VM asked for more than the guest's machine has: for bare hardware a
 * VM-fault INVALID to the guest, with the argument of the guest's own f. The record gives only that f's
 * value; where the guest maps several pages on one, the first of them is named. */
static void deliver_invalid(struct guest *guest)
{
    const struct vmcb *vm = &guest->vm, *child = child_of(guest);
    uint32_t page = 0, value = vm->fault_address >> PAGE_SHIFT, address = 0;
    bool mapping = (vm->fault_cause >> HV_CAUSE_ACCESS_SHIFT & 15) != HV_ACCESS_NONE;

    if (child && mapping && (inverse(guest, &child->io, value, &page) || inverse(guest, &child->memory, value, &page)))
        address = page << PAGE_SHIFT | vm->fault_address % PAGE_BYTES;
    deliver_vm_fault(guest, (vm->fault_cause & ~15u) | HV_FAULT_INVALID, address);
}

/* WFI in a VM of the guest, which the guest allows and we do not. If nothing can wake that VM, bare
 * hardware tells the guest. WFI may also end at once: so it does in VMs still further up. */
void deliver_wfi(struct guest *guest)
{
    const struct vmcb *child = child_of(guest);
    bool timer = guest->vm.mie & 1u << HV_IRQ_MTI && guest->compare != UINT64_MAX;

    if (!child)
        return;
    /* MEI is the child's own, or the guest's. */
    bool handed = child->caps & HV_CAP_LINE;
    uint32_t pending = child->vip | (handed ? guest_pending(guest) & MEI : 0);
    bool line = (handed ? child->mie : guest->vm.mie) & MEI && has(MONITOR_CLOCK);

    if (child->next_syllable || pending & child->mie)
        return;
    if (timer || line)
        guest_wait(guest);
    else
        deliver_vm_fault(guest, HV_FAULT_WFI, 0);
}

void deliver_refusal(struct guest *guest)
{
    struct vmcb *vm = &guest->vm;
    uint32_t access = vm->fault_cause >> HV_CAUSE_ACCESS_SHIFT & 15;
    uint32_t cause = HV_EXC_LOAD_FAULT;

    if (vm->next_syllable) {
        deliver_invalid(guest);
        return;
    }
    if (vm->fault_cause & HV_CAUSE_IMPLICIT || (vm->fault_instruction & 127) == OPCODE_LVMID) {
        deliver_exception(guest, HV_EXC_VMCB, vm->fault_address);
        return;
    }
    if (access == HV_ACCESS_FETCH)
        cause = HV_EXC_FETCH_FAULT;
    else if (access == HV_ACCESS_STORE)
        cause = HV_EXC_STORE_FAULT;
    deliver_exception(guest, cause, process_name(vm, access));
}

/* LVMID at the deepest level of the hardware: this guest's machine has no virtualizer. */
void deliver_illegal(struct guest *guest)
{
    struct vmcb *vm = &guest->vm;
    uint32_t name = vm->pc;

    if (vm->mphi & MPHI_M)
        name += vm->mbase;
    const uint32_t *insn = guest_word(guest, name);
    deliver_exception(guest, HV_EXC_ILLEGAL, insn ? *insn : 0);
}
