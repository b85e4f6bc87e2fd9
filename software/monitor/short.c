/* The VM-faults that are frequent, most of them of a single guest, after which the same guest goes on: entry.S takes
 * only those registers from the VMCB that a C function may change. */
#include "software/monitor/monitor.h"

enum { OPCODE_LOAD = 0x03, OPCODE_STORE = 0x23, WORD = 2 };
enum { CLINT_MTIMECMP = 0x4000 };
enum { MISSING_LOAD = HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT };
enum { MISSING_STORE = HV_FAULT_MISSING | HV_ACCESS_STORE << HV_CAUSE_ACCESS_SHIFT };

/* Registers that entry.S takes from the VMCB: x0, ra, sp, t0 to t2, a0 to a7, t3 to t6. */
#define TAKEN UINT32_C(0xf003fce7)

static uint32_t page_of(uint32_t name)
{
    return name & ~(uint32_t)(PAGE_BYTES - 1);
}

/* A register after which the same guest goes on: no turn ends by it, and no guest but the only one. */
static bool is_register(uint32_t name)
{
    return page_of(name) == boot.uart_base ||
           (boot.guests == 1 && (page_of(name) == boot.finisher_base || in_clint(name)));
}

static bool store(struct guest *guest, uint32_t name, uint32_t insn)
{
    uint32_t width = insn >> 12 & 7, value = guest->vm.x[insn >> 20 & 31];

    if (boot.guests == 1 && (name & ~4u) == boot.clint_base + CLINT_MTIMECMP && width == WORD) {
        timer_set(guest, name >> 2 & 1, value);
    } else {
        return is_register(name) && device_access(guest);
    }
    guest->vm.resume = HV_VMCB_RESUME_SKIP;
    return true;
}

int vm_fault_short(struct guest *guest)
{
    uint32_t cause = guest->vm.fault_cause, insn = guest->vm.fault_instruction, name = guest->vm.fault_address;

    if (cause == HV_FAULT_INTERRUPT && boot.guests == 1) {
        timer_interrupt(guest);
        return SHORT_DONE;
    }
    if (cause == MISSING_STORE && (insn & 127) == OPCODE_STORE && store(guest, name, insn))
        return SHORT_DONE;
    if (cause == MISSING_LOAD && (insn & 127) == OPCODE_LOAD && is_register(name) && device_access(guest))
        return TAKEN >> (insn >> 7 & 31) & 1 ? SHORT_DONE : SHORT_LOADED;
    return SHORT_NOT;
}
