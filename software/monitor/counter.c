/* Counters that a guest may not read itself, or has written; hypercalls. */
#include "software/monitor/monitor.h"

enum { HIGH_HALF = 0x80, NUMBER_CYCLE = 0, NUMBER_TIME = 1, NUMBER_INSTRET = 2 };
enum { CSR_WRITE = 1, CSR_SET = 2, CSR_CLEAR = 3, CSR_IMMEDIATE = 4 };

static uint32_t own_half(uint32_t number, bool high)
{
    switch (number) {
    case NUMBER_CYCLE:
        return high ? csr_read(cycleh) : csr_read(cycle);
    case NUMBER_INSTRET:
        return high ? csr_read(instreth) : csr_read(instret);
    default:
        return high ? csr_read(timeh) : csr_read(time);
    }
}

static uint64_t own_counter(uint32_t number)
{
    uint32_t high, low;

    do {
        high = own_half(number, true);
        low = own_half(number, false);
    } while (high != own_half(number, true));
    return (uint64_t)high << 32 | low;
}

uint64_t time_now(void)
{
    return own_counter(NUMBER_TIME);
}

static uint32_t new_value(const struct guest *guest, uint32_t old)
{
    uint32_t insn = guest->vm.fault_instruction, source = insn >> 15 & 31;
    uint32_t operand = insn >> 12 & CSR_IMMEDIATE ? source : guest->vm.x[source];

    switch (insn >> 12 & 3) {
    case CSR_SET:
        return old | operand;
    case CSR_CLEAR:
        return old & ~operand;
    default:
        return operand;
    }
}

/* A written counter goes on from the value written: from then on the guest's reads come here too,
 * to get their difference to the monitor's own. Only then are both halves read, since each read may be
 * a VM-fault of ours, and so on down. */
void counter_access(struct guest *guest)
{
    uint32_t insn = guest->vm.fault_instruction, csr = insn >> 20, number = csr & 3;
    bool high = csr & HIGH_HALF, write = (insn >> 12 & 3) == CSR_WRITE || (insn >> 15 & 31) != 0;
    uint64_t *offset = &guest->counter_offset[number % 3];

    if (!write && !*offset) {
        complete(guest, own_half(number, high));
        return;
    }
    uint64_t own = own_counter(number), whole = own + *offset;
    uint32_t half[2] = {(uint32_t)whole, (uint32_t)(whole >> 32)}, old = half[high];

    if (write) {
        half[high] = new_value(guest, old);
        *offset = (half[0] | (uint64_t)half[1] << 32) - own;
        guest->vm.caps &= ~(uint32_t)HV_CAP_COUNTERS;
    }
    complete(guest, old);
}

/* The pc is that of the next instruction already. */
void hypercall(struct guest *guest)
{
    uint32_t number = guest->vm.x[17], argument = guest->vm.x[10];

    guest->vm.x[10] = 0;
    if (number == HV_CALL_PUTCHAR)
        uart_send(guest, argument & 255);
    else if (number == HV_CALL_EXIT)
        guest_end(guest, argument & 255);
    else
        guest->vm.x[10] = UINT32_MAX;
}
