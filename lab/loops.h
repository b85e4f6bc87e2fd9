/* The versions of an inner loop (lab/simd.h): the file LAB_LOOPS, included once for each, with LOOP(x) naming x's
 * version, LOOP_TARGET to stand before each function, and LOOP_WIDE 1 where AVX2's instructions may be used. No include
 * guard: it is included where the loops are to stand. */
#define LOOP(name) name##_any
#define LOOP_TARGET
#define LOOP_WIDE 0
#include LAB_LOOPS
#undef LOOP
#undef LOOP_TARGET
#undef LOOP_WIDE

#if LAB_HAS_WIDE
#define LOOP(name)  name##_wide
#define LOOP_TARGET LAB_WIDE
#define LOOP_WIDE   1
#include LAB_LOOPS
#endif
