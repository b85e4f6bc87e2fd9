/*
 * The sieve of Eratosthenes, a byte per number over eight pages. The strides
 * of the larger primes go through all pages again and again.
 *
 * Check: the number of primes below 2^15 is 3512, as any table of pi(x) has
 * it; and trial division agrees on the numbers at the upper end.
 */

#include "program.h"

enum { LIMIT = 32768, PRIMES_BELOW_LIMIT = 3512, TRIALS = 40 };

static PAGE_ALIGNED NOINIT uint8_t composite[LIMIT];

/* Four numbers at once: 1 is composite by convention, and so is every even
   number, so that the sieve itself strikes out odd multiples only. */
static void strike_out_even(void)
{
    uint32_t *word = (uint32_t *)(void *)composite;

    for (int i = 0; i < LIMIT / 4; i++)
        word[i] = 0x00010001;
    composite[1] = 1;
    composite[2] = 0;
}

static void sieve(void)
{
    strike_out_even();
    for (int p = 3; p * p < LIMIT; p += 2)
        if (!composite[p])
            for (int multiple = p * p; multiple < LIMIT; multiple += 2 * p)
                composite[multiple] = 1;
}

static bool is_prime(uint32_t n)
{
    if (n % 2 == 0)
        return n == 2;
    for (uint32_t d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return false;
    return n > 1;
}

int main(void)
{
    int primes = 0;

    roi_begin();
    sieve();
    roi_end();

    for (int i = 0; i < LIMIT; i++)
        primes += !composite[i];
    check(primes == PRIMES_BELOW_LIMIT, 1, "number of primes");

    for (uint32_t n = LIMIT - TRIALS; n < LIMIT; n++)
        check(is_prime(n) == !composite[n], 2, "trial division");
    return 0;
}
