/*
 * Your program. It begins here, in M-mode, with .bss cleared, and what it
 * returns is its exit status: on the model, on the Verilog, on QEMU, and
 * inside virtual machines of any depth.
 */

#include "hv.h"      /* generated: instructions, CSRs and tables of the hardware virtualizer */
#include "program.h" /* console, self-checks, region of interest */

static uint32_t sum_of_squares(uint32_t n)
{
    uint32_t sum = 0;

    for (uint32_t i = 1; i <= n; i++)
        sum += i * i;
    return sum;
}

int main(void)
{
    roi_begin(); /* counters are given for what lies between, and for the whole */
    uint32_t sum = sum_of_squares(100);
    roi_end();

    uart_put_string("1 + 4 + 9 + ... + 10000 = ");
    uart_put_decimal(sum);
    uart_put_string("\n");

    check_equal(sum, 100 * 101 * 201 / 6, 1, "the sum by formula");
    return 0;
}
