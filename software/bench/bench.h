/*
 * What the benchmarks share. A benchmark does one piece of work again and again, ROUNDS times, each time from the same
 * beginning and so with the same check value; it prints that value.
 *
 * Its ELF file comes in two lengths (software/programs.mk): of ten million instructions and more, for `make qor`, and
 * with one round, for the tests.
 */
#ifndef BENCH_H
#define BENCH_H

#include "program.h"

#ifndef ROUNDS
#define ROUNDS 1
#endif

/* For what another source file would hold. */
#define APART __attribute__((noinline, noclone))

static inline int bench_run(uint32_t (*work)(void), uint32_t expected)
{
    uint32_t found = 0;

    roi_begin();
    for (int i = 0; i < ROUNDS && (!i || found == expected); i++)
        found = work();
    roi_end();

    check_equal(found, expected, 1, "check value of a round");
    uart_put_hex(found);
    uart_put_char('\n');
    return 0;
}

#endif
