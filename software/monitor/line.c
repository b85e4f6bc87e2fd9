/* The UART's interrupt: a line, which is up until somebody does at the UART what it asks for.
 *
 * Of several guests it tells the one that gets what is received (uart.c). Of a single one it is its own: while it is
 * up, MEI is pending for it, and the UART's page is not passed through: so the access that ends it comes to the
 * monitor, which does it, and looks at the line again. Meanwhile the monitor has its own MEI disabled, since it would
 * take the processor from the guest for ever. While the line is down, the monitor has nothing to do with it. */
#include "software/monitor/monitor.h"

enum { MEI = 1 << HV_IRQ_MEI };

static bool up;

bool line_up(void)
{
    return up;
}

static void line_rises(void)
{
    csr_clear(mie, MEI);
    if (boot.guests > 1) {
        uart_tell(&guests[boot.console - 1]);
        return;
    }
    guests[0].vm.vip |= MEI;
    map_close_device(&guests[0], boot.uart_base);
}

static void line_falls(void)
{
    csr_set(mie, MEI);
    if (boot.guests > 1)
        uart_tell(&guests[boot.console - 1]);
    else
        guests[0].vm.vip &= ~(uint32_t)MEI;
}

/* After whatever may have changed the line: a VM-fault INTERRUPT, WFI, an access to the UART that the monitor has done.
 */
void line_update(void)
{
    bool now = csr_read(mip) & MEI;

    if (now == up)
        return;
    up = now;
    if (now)
        line_rises();
    else
        line_falls();
}
