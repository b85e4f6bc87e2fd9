/*
 * Your program. It begins here, in M-mode, with .bss cleared, and what it
 * returns is its exit status: on the model, on the Verilog, on QEMU, and
 * inside virtual machines of any depth.
 */

#include "hv.h"      /* generated: instructions, CSRs and tables of the hardware virtualizer */
#include "program.h" /* self-checks, region of interest, a plainer console */

#include <stdio.h> /* the C library is there in full: printf, malloc, qsort, floating point */

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

    printf("1 + 4 + 9 + ... + 10000 = %u\n", (unsigned)sum);
    check_equal(sum, 100 * 101 * 201 / 6, 1, "the sum by formula");
    return 0;
}
