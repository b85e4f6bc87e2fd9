/* A long program for measuring simulators: sorting, hashing and table walks over 64 KiB, about
 * 300 million instructions, with a result that any two simulators must agree on. */
#include "program.h"

enum { WORDS = 8192, ROUNDS = 100 };

static uint32_t table[WORDS], copy[WORDS];

static uint32_t next_random(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ x << 5;
}

static void fill(uint32_t seed)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        seed = next_random(seed);
        table[i] = seed;
    }
}

static void shell_sort(uint32_t *a)
{
    for (uint32_t gap = WORDS / 2; gap; gap /= 2) {
        for (uint32_t i = gap; i < WORDS; i++) {
            uint32_t x = a[i], j = i;
            for (; j >= gap && a[j - gap] > x; j -= gap)
                a[j] = a[j - gap];
            a[j] = x;
        }
    }
}

static uint32_t hash_all(const uint32_t *a)
{
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < WORDS; i++)
        for (uint32_t shift = 0; shift < 32; shift += 8)
            h = (h ^ (a[i] >> shift & 0xff)) * 16777619u;
    return h;
}

/* Follow a permutation: each load depends on the one before. */
static uint32_t chase(uint32_t steps)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        copy[i] = (i * 4097u + 13u) % WORDS;
    while (steps--)
        at = copy[at];
    return at;
}

int main(void)
{
    uint32_t digest = 0;
    roi_begin();
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        fill(round * 2654435761u);
        shell_sort(table);
        for (uint32_t i = 1; i < WORDS; i++)
            check(table[i - 1] <= table[i], 1, "sorted");
        digest = next_random(digest + hash_all(table) + chase(200000));
    }
    roi_end();
    return digest ? 0 : 2;
}
