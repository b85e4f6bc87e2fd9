/* The console of Nestor's programs on LiteX's UART, by --wrap; LITEX_UART is the address of its CSRs. */
#include <stdint.h>

enum { RXTX = 0, TXFULL = 1 };

void __wrap_uart_put_char(char c);
_Noreturn void __wrap_program_exit(int status);

void __wrap_uart_put_char(char c)
{
    volatile uint32_t *uart = (volatile uint32_t *)LITEX_UART;

    while (uart[TXFULL])
        continue;
    uart[RXTX] = (uint8_t)c;
}

/* LiteX has no finisher: the program waits. */
_Noreturn void __wrap_program_exit(int status)
{
    (void)status;
    for (;;)
        continue;
}
