/* The UART's interrupt: a line, which is up until somebody does at the UART what it asks for.
 *
 * A single guest has it by CAPS.LINE, as its UART is the machine's: the monitor has nothing to do with it. Of several
 * guests it tells the one that gets what is received (uart.c). While it is up the monitor has its own MEI disabled,
 * since it would take the processor from the guests for ever. */
#include "software/monitor/monitor.h"

static bool up;

/* After whatever may have changed the line: a VM-fault INTERRUPT, WFI, an access to the UART that the monitor has done.
 */
void line_update(void)
{
    bool now = csr_read(mip) & MEI;

    if (boot.guests == 1 || now == up)
        return;
    up = now;
    if (now)
        csr_clear(mie, MEI);
    else
        csr_set(mie, MEI);
    uart_tell(&guests[boot.console - 1]);
}

uint32_t guest_pending(const struct guest *guest)
{
    return guest->vm.vip | (guest->vm.caps & HV_CAP_LINE ? csr_read(mip) & MEI : 0);
}
