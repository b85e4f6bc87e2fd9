/* Inner loops in two versions, chosen when the program runs: one for any machine, one for x86 with AVX2.
 *
 * A loop is a file *_loop.h that a source includes twice: with LOOP(x) naming x's version and LOOP_TARGET before each
 * function, LOOP_WIDE 1 where AVX2's instructions may be used. */
#ifndef NESTOR_LAB_SIMD_H
#define NESTOR_LAB_SIMD_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define LAB_HAS_WIDE 1
#define LAB_WIDE     __attribute__((target("avx2,bmi,bmi2,popcnt")))

static inline bool lab_is_wide(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
}
#else
#define LAB_HAS_WIDE 0

static inline bool lab_is_wide(void)
{
    return false;
}
#endif

#define LAB_INLINE static inline __attribute__((always_inline))

#endif
