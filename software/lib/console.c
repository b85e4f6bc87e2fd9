/* The UART, a 16550 that needs no setting up: polled, one byte at a time. */

#include "program.h"

#ifdef HOST

#include <stdio.h>

void uart_put_char(char c)
{
    putchar(c);
}

char uart_get_char(void)
{
    return (char)getchar();
}

#else

enum {
    UART_THR = 0, /* transmit holding register */
    UART_RBR = 0, /* receive buffer register */
    UART_LSR = 5, /* line status register */
    LSR_RECEIVED = 0x01,
    LSR_THR_EMPTY = 0x20,
};

void uart_put_char(char c)
{
    volatile uint8_t *uart = (volatile uint8_t *)UART_BASE;

    while (!(uart[UART_LSR] & LSR_THR_EMPTY))
        continue;
    uart[UART_THR] = (uint8_t)c;
}

char uart_get_char(void)
{
    volatile uint8_t *uart = (volatile uint8_t *)UART_BASE;

    while (!(uart[UART_LSR] & LSR_RECEIVED))
        continue;
    return (char)uart[UART_RBR];
}

#endif

void uart_put_string(const char *text)
{
    while (*text)
        uart_put_char(*text++);
}

void uart_put_hex(uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        uart_put_char("0123456789abcdef"[(value >> shift) & 15]);
}

void uart_put_decimal(uint32_t value)
{
    char digits[10];
    int n = 0;

    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n)
        uart_put_char(digits[--n]);
}
