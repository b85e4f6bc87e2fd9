/* The end of a program, by the test finisher, and self-checks. */

#include "program.h"

#ifdef HOST

#include <stdlib.h>

_Noreturn void program_exit(int status)
{
    exit(status);
}

#else

enum {
    FINISHER_PASS = 0x5555,
    FINISHER_FAIL = 0x3333, /* | status << 16 */
};

/* Linked in only by the rule that counts instructions (lib/count.c). */
__attribute__((weak)) void before_exit(void);

_Noreturn void program_exit(int status)
{
    volatile uint32_t *finisher = (volatile uint32_t *)FINISHER_BASE;

    if (before_exit)
        before_exit();
    *finisher = status == 0 ? FINISHER_PASS : FINISHER_FAIL | (uint32_t)status << 16;
    for (;;) /* the write has ended the run */
        continue;
}

#endif

static _Noreturn void fail(int status)
{
    uart_put_char('\n');
    program_exit(status);
}

static void tell_failure(int status, const char *what)
{
    uart_put_string("check ");
    uart_put_decimal((uint32_t)status);
    uart_put_string(" failed: ");
    uart_put_string(what);
}

void check(bool holds, int status, const char *what)
{
    if (holds)
        return;
    tell_failure(status, what);
    fail(status);
}

void check_equal(uint32_t found, uint32_t expected, int status, const char *what)
{
    if (found == expected)
        return;
    tell_failure(status, what);
    uart_put_string(": found ");
    uart_put_hex(found);
    uart_put_string(", expected ");
    uart_put_hex(expected);
    fail(status);
}
