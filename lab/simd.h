/* Inner loops in versions, chosen when the program runs: one for any machine, one for x86 with AVX2, some with AVX-512.
 *
 * A loop is a file *_loop.h, of which lab/loops.h makes the first two. */
#ifndef NESTOR_LAB_SIMD_H
#define NESTOR_LAB_SIMD_H

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define LAB_HAS_WIDE 1
#define LAB_WIDE     __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define LAB_WIDEST   __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f")))
#else
#define LAB_HAS_WIDE 0
#endif

/* What this machine has. */
enum lab_width { LAB_WIDTH_ANY, LAB_WIDTH_WIDE, LAB_WIDTH_WIDEST };
static inline enum lab_width lab_width(void)
{
#if LAB_HAS_WIDE
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("popcnt"))
        return __builtin_cpu_supports("avx512f") ? LAB_WIDTH_WIDEST : LAB_WIDTH_WIDE;
#endif
    return LAB_WIDTH_ANY;
}

#endif
