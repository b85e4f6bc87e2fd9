/* Random numbers that are the same everywhere: splitmix64. */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fuzz_random {
    uint64_t state;
};

static inline uint64_t fuzz_draw(struct fuzz_random *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 to end - 1; 0 if end is 0. */
static inline uint32_t fuzz_below(struct fuzz_random *r, uint32_t end)
{
    return end ? (uint32_t)((fuzz_draw(r) >> 32) % end) : 0;
}

/* True in `percent` of a hundred. */
static inline bool fuzz_chance(struct fuzz_random *r, uint32_t percent)
{
    return fuzz_below(r, 100) < percent;
}

#define FUZZ_ONE_OF(r, ...)                                                                                            \
    (((const uint32_t[]){__VA_ARGS__})[fuzz_below((r), sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))])

#endif
