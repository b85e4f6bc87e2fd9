/* The guests, and what each cause of a VM-fault is answered with. */
#include "software/monitor/monitor.h"

enum { FINISHER_PASS = 0x5555, FINISHER_FAIL = 0x3333 };

struct guest guests[MONITOR_GUESTS] __attribute__((aligned(HV_VMCB_BYTES), section(".bss.guests")));

static uint32_t vmtab[MONITOR_GUESTS + 1]; /* syllable 0 is NULL */

static void make_guest(uint32_t number)
{
    struct guest *guest = &guests[number];

    guest->syllable = number + 1;
    guest->ram = ram_base() + boot.guest_offset + number * boot.guest_bytes;
    guest->compare = UINT64_MAX;
    guest->vm.mode = 3;
    guest->vm.pc = boot.guest_pc;
    guest->vm.caps = HV_CAP_VM | HV_CAP_EXIT;
    if (!has(MONITOR_NO_COUNTERS))
        guest->vm.caps |= HV_CAP_COUNTERS;
    if (!has(MONITOR_NO_WFI))
        guest->vm.caps |= HV_CAP_WFI;
    if (boot.guests == 1)
        guest->vm.caps |= HV_CAP_LINE;
    map_guest(guest, number);
    vmtab[guest->syllable] = (uint32_t)guest;
}

struct guest *monitor_start(void)
{
    if (boot.magic != MONITOR_MAGIC || boot.guests - 1 >= MONITOR_GUESTS)
        monitor_end(MONITOR_STATUS);
    for (uint32_t i = 0; i < boot.guests; i++)
        make_guest(i);
    root.vmtab = (uint32_t)vmtab;
    root.length = boot.guests;
    hv_fence(0); /* nothing that ran here before us may be remembered */
    if (boot.guests > 1)
        turn_begin();
    return &guests[0];
}

/* An access without a value of our f, and what comes of it. */
static void serve_missing(struct guest *guest)
{
    bool implicit = guest->vm.fault_cause & HV_CAUSE_IMPLICIT;

    if (map_ram(guest, guest->vm.fault_address))
        return;
    if (implicit || !device_access(guest))
        deliver_refusal(guest);
}

struct guest *vm_fault(struct guest *guest)
{
    switch (guest->vm.fault_cause & 15) {
    case HV_FAULT_MISSING:
        serve_missing(guest);
        break;
    case HV_FAULT_INTERRUPT:
        timer_update();
        line_update();
        break;
    case HV_FAULT_EXIT:
        hypercall(guest);
        break;
    case HV_FAULT_WFI:
        if (guest->vm.next_syllable)
            deliver_wfi(guest);
        else
            guest_wait(guest);
        break;
    case HV_FAULT_COUNTER:
        counter_access(guest);
        break;
    case HV_FAULT_DEPTH:
        deliver_illegal(guest);
        break;
    case HV_FAULT_DENIED: /* a store to mtime; else our maps give all rights, so the access was wrong */
        if (guest->vm.fault_cause & HV_CAUSE_IMPLICIT || !device_access(guest))
            deliver_refusal(guest);
        break;
    default: /* INVALID: our maps are well-formed */
        deliver_refusal(guest);
    }
    return schedule(guest);
}

/* The first failure ends the world, as does the last success. */
void guest_end(struct guest *guest, uint32_t status)
{
    guest->state = GUEST_DONE;
    for (uint32_t i = 0; i < boot.guests; i++)
        if (status == 0 && guests[i].state != GUEST_DONE) {
            map_close(guest);
            return;
        }
    monitor_end(status);
}

/* In the first page is room. */
__attribute__((section(".start"))) _Noreturn void monitor_end(uint32_t status)
{
    volatile uint32_t *finisher = (volatile uint32_t *)boot.finisher_base;

    if (has(MONITOR_HYPERCALLS))
        hv_exit(HV_CALL_EXIT, status);
    if (has(MONITOR_COUNTERS))
        tell_counters();
    *finisher = status ? FINISHER_FAIL | status << 16 : FINISHER_PASS;
    for (;;) /* whoever is below has ended our run */
        continue;
}
