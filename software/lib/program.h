/*
 * What every program of Nestor may use: a console, an end, the marks of its
 * region of interest, self-checks, and a generator of repeatable numbers.
 *
 * A program is `int main(void)`; what it returns is its exit status, 0 for
 * success. Status 99 is taken: start.S gives it for an unexpected trap,
 * and tells mcause, mepc and mtval on the UART.
 *
 * With -DHOST the same source compiles for the machine that builds it. There
 * the library stands on the C library, and a workload's expected results are
 * checked by a compiler and a processor that know nothing of ours.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The devices, by resource name: those of the QEMU `virt` board. */
#define UART_BASE     0x10000000u /* 16550 */
#define CLINT_BASE    0x02000000u
#define FINISHER_BASE 0x00100000u
#define RAM_BASE      0x80000000u

#define PAGE_BYTES 4096u

/* One byte, a string, eight hexadecimal digits, a decimal number. */
void uart_put_char(char c);
void uart_put_string(const char *text);
void uart_put_hex(uint32_t value);
void uart_put_decimal(uint32_t value);

/* The next byte received; waits for it. */
char uart_get_char(void);

/* Ends the run with this exit status (0 to 255). */
_Noreturn void program_exit(int status);

/* A self-check: unless `holds`, prints `what` and ends the run with `status`
   (not 0), which is to be distinct in the program. */
void check(bool holds, int status, const char *what);

/* The same for two values that must be equal; prints both if they are not. */
void check_equal(uint32_t found, uint32_t expected, int status, const char *what);

/* Marks begin and end of the region of interest. The marks are hints: to the
   machine they are instructions without effect. */
static inline void roi_begin(void)
{
#ifndef HOST
    __asm__ volatile("slti x0, x0, 1" ::: "memory");
#endif
}

static inline void roi_end(void)
{
#ifndef HOST
    __asm__ volatile("slti x0, x0, 2" ::: "memory");
#endif
}

/* Code of processes and VMs must not call anything outside itself (guest.h),
   but it may use what is always inlined. */
#define ALWAYS __attribute__((always_inline))

/* Marsaglia's xorshift with shifts 13, 17, 5: steps *state, which must not be
   0, and returns it. */
static inline ALWAYS uint32_t random_next(uint32_t *state)
{
    uint32_t x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* Folds a value into a digest: the order of the values matters. */
static inline ALWAYS uint32_t digest(uint32_t sum, uint32_t value)
{
    return ((sum << 5) | (sum >> 27)) * 0x9E3779B1u + value;
}

/* For a large object that the program fills before it reads it. */
#ifdef HOST
#define NOINIT
#else
#define NOINIT __attribute__((section(".noinit")))
#endif

#define PAGE_ALIGNED __attribute__((aligned(4096)))

#endif
