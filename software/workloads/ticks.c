/*
 * Waits for timer interrupts with WFI. How long it waits is the machine's
 * affair; that each interrupt comes once, and not before its time, is checked.
 */

#include "csr.h"
#include "program.h"
#include "timer.h"
#include "trap.h"

enum { INTERRUPTS = 5, TICKS = 1000 };

static volatile uint32_t seen;
static uint64_t due;

static struct trap_frame *on_trap(struct trap_frame *frame, uint32_t cause, uint32_t value)
{
    (void)value;
    check(cause == CAUSE_TIMER, 1, "the trap is a timer interrupt");
    check(timer_now() >= due, 2, "it does not come early");
    seen++;
    timer_stop();
    return frame;
}

int main(void)
{
    timer_stop();
    trap_install(on_trap);
    csr_set(mie, MIE_MTI);

    roi_begin();
    for (uint32_t i = 0; i < INTERRUPTS; i++) {
        due = timer_now() + TICKS;
        timer_set(TICKS);
        /* With MIE clear, WFI still ends when the interrupt is pending: so
           there is no gap in which it could come unnoticed. */
        while (seen == i) {
            __asm__ volatile("wfi");
            csr_set(mstatus, MSTATUS_MIE);
            csr_clear(mstatus, MSTATUS_MIE);
        }
        check(seen == i + 1, 3, "one interrupt at a time");
    }
    roi_end();
    return 0;
}
