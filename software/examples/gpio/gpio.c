/* A program that uses the device of this example; it comes to the same at every depth. */
#include "program.h"

#define GPIO ((volatile uint32_t *)0x20000000)
enum { OUT = 0, READS = 1, LINE = 2, NOTHING = 3 };

/* mcause of a load from there; 0 without a trap. */
static uint32_t fault_of(volatile uint32_t *place)
{
    uint32_t cause;
    __asm__ volatile("csrw mcause, zero\n"
                     "la   t0, 1f\n"
                     "csrrw t1, mtvec, t0\n"
                     "lw   t2, 0(%1)\n"
                     ".align 2\n"
                     "1: csrw mtvec, t1\n"
                     "csrr %0, mcause"
                     : "=r"(cause)
                     : "r"(place)
                     : "t0", "t1", "t2", "memory");
    return cause;
}

int main(void)
{
    GPIO[OUT] = 0x12345678;
    *(volatile uint8_t *)GPIO = 0xff;
    check_equal(GPIO[OUT], 0x123456ff, 1, "the pins");
    const uint32_t reads = GPIO[READS];
    check_equal(GPIO[READS], reads + 1, 2, "each read is one");
    check_equal(fault_of(&GPIO[OUT]), 0, 3, "no access fault");
    check_equal(fault_of(&GPIO[NOTHING]), 5, 4, "a load access fault");
    uart_put_string("gpio: pass\n");
    return 0;
}
