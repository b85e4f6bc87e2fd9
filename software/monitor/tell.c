/* For a board: before the run ends, level 0's monitor tells the host what the associator's counters hold, over the UART
 * (software/loader/protocol.h). At level 0 nothing is composed, so they stand still meanwhile.
 */
#include "software/monitor/monitor.h"

#include "software/loader/protocol.h"

enum { LSR = 5, LSR_EMPTY = 0x20, WORDS = 2 * LOADER_COUNTER_COUNT };

__attribute__((section(".start"))) static void tell_word(uint32_t word, uint32_t bytes)
{
    volatile uint8_t *uart = (volatile uint8_t *)boot.uart_base;

    for (; bytes; bytes--, word >>= 8) {
        while (!(uart[LSR] & LSR_EMPTY))
            continue;
        uart[0] = (uint8_t)word;
    }
}

__attribute__((section(".start"))) void tell_counters(void)
{
    uint32_t words[WORDS], sum = 0;

#define READ(number, csr)                                                                                              \
    __asm__ volatile("csrr %0, %1" : "=r"(words[2 * (number)]) : "i"(0xb00 + (csr)));                                  \
    __asm__ volatile("csrr %0, %1" : "=r"(words[2 * (number) + 1]) : "i"(0xb80 + (csr)));
#define ASSOCIATOR_COUNTER(name, hpm, meaning) READ(LOADER_COUNTER_3 + hpm - 3, hpm)
    READ(LOADER_CYCLES, 0)
    READ(LOADER_INSTRUCTIONS, 2)
#include "isa/counters.def"
    tell_word(LOADER_COUNTERS, 3);
    for (uint32_t i = 0; i < WORDS; i++) {
        tell_word(words[i], 4);
        sum += words[i];
    }
    tell_word(~sum, 4);
}
