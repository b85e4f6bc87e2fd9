/* A half of a fully associative LRU associator as one list of pages by use: its first four one by one, since most
 * lookups of most programs find theirs there, the others in registers, compared and moved all at once. */
#include "lab/direct_half.h"

#include "lab/short.h"

#include <stdlib.h>
#include <string.h>

enum { FRONT = 4, BACK = 64 };

/* LAB_NO_SHORT: none; a list's pages are all before the first of these. Those behind the last way are not held, and no
 * hits. */
struct half {
    uint32_t list[FRONT + BACK];
    uint32_t ways;
    enum lab_width width;
    bool often; /* many lookups miss, lately: which loop is faster, nothing else */
    struct lab_short *names;
};

#if LAB_HAS_WIDE

/* For traces with hits mostly. What both versions do with a lookup that the front does not have: STEP takes the front's
 * last page and `id`, and leaves in `found` the place of `id` in the back as a bit, 0 if it is not there. */
#define RUN_LONG(LOAD, STEP, STORE)                                                                                    \
    const uint64_t held = h->ways == FRONT + BACK ? UINT64_MAX : (UINT64_C(1) << (h->ways - FRONT)) - 1;               \
    uint32_t a = h->list[0], b = h->list[1], c = h->list[2], d = h->list[3];                                           \
    uint64_t misses = 0;                                                                                               \
    LOAD;                                                                                                              \
    for (size_t i = 0; i < count; i++) {                                                                               \
        const uint32_t id = ids[i];                                                                                    \
        uint64_t found = 1;                                                                                            \
        if (id == a) {                                                                                                 \
        } else if (id == b) {                                                                                          \
            b = a;                                                                                                     \
            a = id;                                                                                                    \
        } else if (id == c) {                                                                                          \
            c = b;                                                                                                     \
            b = a;                                                                                                     \
            a = id;                                                                                                    \
        } else {                                                                                                       \
            if (id != d) {                                                                                             \
                STEP;                                                                                                  \
                misses += !(found & held);                                                                             \
            }                                                                                                          \
            d = c;                                                                                                     \
            c = b;                                                                                                     \
            b = a;                                                                                                     \
            a = id;                                                                                                    \
        }                                                                                                              \
        if (missed)                                                                                                    \
            missed[i] = !(found & held);                                                                               \
    }                                                                                                                  \
    STORE;                                                                                                             \
    h->list[0] = a;                                                                                                    \
    h->list[1] = b;                                                                                                    \
    h->list[2] = c;                                                                                                    \
    h->list[3] = d;                                                                                                    \
    return misses

/* For others: no branches. The first BACK of the list are all there is, which hold those of at most BACK ways. */
#define RUN_BACK(LOAD, STEP, STORE)                                                                                    \
    const uint64_t held = h->ways == BACK ? UINT64_MAX : (UINT64_C(1) << h->ways) - 1;                                 \
    uint64_t misses = 0;                                                                                               \
    LOAD;                                                                                                              \
    for (size_t i = 0; i < count; i++) {                                                                               \
        const uint32_t id = ids[i];                                                                                    \
        uint64_t found;                                                                                                \
        STEP;                                                                                                          \
        misses += !(found & held);                                                                                     \
        if (missed)                                                                                                    \
            missed[i] = !(found & held);                                                                               \
    }                                                                                                                  \
    STORE;                                                                                                             \
    for (unsigned i = BACK; i < FRONT + BACK; i++)                                                                     \
        h->list[i] = LAB_NO_SHORT;                                                                                     \
    return misses

/* ---- 16 at once ---- */

/* Those up to the one that is found, or all if none is, move back by one, `first` comes in front. */
LAB_WIDEST static inline __attribute__((always_inline)) uint64_t step_16(__m512i back[4], uint32_t first, uint32_t id)
{
    const __m512i wanted = _mm512_set1_epi32((int)id);
    uint64_t found = 0;
#pragma GCC unroll 4
    for (unsigned i = 0; i < 4; i++)
        found |= (uint64_t)_mm512_cmpeq_epi32_mask(back[i], wanted) << 16 * i;
    const uint64_t moved = found ^ (found - 1);
#pragma GCC unroll 4
    for (unsigned i = 4; i-- > 0;) {
        const __m512i before = i ? back[i - 1] : _mm512_set1_epi32((int)first);
        back[i] = _mm512_mask_alignr_epi32(back[i], (__mmask16)(moved >> 16 * i), back[i], before, 15);
    }
    return found;
}

LAB_WIDEST static inline __attribute__((always_inline)) uint64_t run_16(struct half *h, const uint32_t *ids,
                                                                        size_t count, uint8_t *missed, bool often)
{
    __m512i back[4];
    uint32_t *list = h->list + (often ? 0 : FRONT);
#define LOAD                                                                                                           \
    for (unsigned k = 0; k < 4; k++)                                                                                   \
    back[k] = _mm512_loadu_si512(list + 16 * k)
#define STORE                                                                                                          \
    for (unsigned k = 0; k < 4; k++)                                                                                   \
    _mm512_storeu_si512(list + 16 * k, back[k])
    if (often) {
        RUN_BACK(LOAD, found = step_16(back, id, id), STORE);
    }
    RUN_LONG(LOAD, found = step_16(back, d, id), STORE);
#undef LOAD
#undef STORE
}

LAB_WIDEST static uint64_t run_widest(struct half *h, const uint32_t *ids, size_t count, uint8_t *missed)
{
    if (h->often && h->ways <= BACK)
        return missed ? run_16(h, ids, count, missed, true) : run_16(h, ids, count, NULL, true);
    return missed ? run_16(h, ids, count, missed, false) : run_16(h, ids, count, NULL, false);
}

/* ---- 8 at once ---- */

LAB_WIDE static inline __attribute__((always_inline)) uint64_t step_8(__m256i back[8], uint32_t first, uint32_t id)
{
    const __m256i wanted = _mm256_set1_epi32((int)id), turn = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    uint64_t found = 0;
#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i++)
        found |= (uint64_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(back[i], wanted))) << 8 * i;
    const uint64_t moved = found ^ (found - 1);
    __m256i before = _mm256_set1_epi32((int)first);
#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i++) {
        const __m256i mine = _mm256_set1_epi32((int)(moved >> 8 * i)),
                      turned = _mm256_permutevar8x32_epi32(back[i], turn);
        const __m256i taken = _mm256_cmpeq_epi32(_mm256_and_si256(mine, bits), bits);
        back[i] = _mm256_blendv_epi8(back[i], _mm256_blend_epi32(turned, before, 1), taken);
        before = turned;
    }
    return found;
}

LAB_WIDE static inline __attribute__((always_inline)) uint64_t run_8(struct half *h, const uint32_t *ids, size_t count,
                                                                     uint8_t *missed, bool often)
{
    __m256i back[8];
    uint32_t *list = h->list + (often ? 0 : FRONT);
#define LOAD                                                                                                           \
    for (unsigned k = 0; k < 8; k++)                                                                                   \
    back[k] = _mm256_loadu_si256((const void *)(list + 8 * k))
#define STORE                                                                                                          \
    for (unsigned k = 0; k < 8; k++)                                                                                   \
    _mm256_storeu_si256((void *)(list + 8 * k), back[k])
    if (often) {
        RUN_BACK(LOAD, found = step_8(back, id, id), STORE);
    }
    RUN_LONG(LOAD, found = step_8(back, d, id), STORE);
#undef LOAD
#undef STORE
}

LAB_WIDE static uint64_t run_wide(struct half *h, const uint32_t *ids, size_t count, uint8_t *missed)
{
    if (h->often && h->ways <= BACK)
        return missed ? run_8(h, ids, count, missed, true) : run_8(h, ids, count, NULL, true);
    return missed ? run_8(h, ids, count, missed, false) : run_8(h, ids, count, NULL, false);
}

static uint64_t run(struct half *h, const uint32_t *ids, size_t count, uint8_t *missed)
{
    return h->width == LAB_WIDTH_WIDEST ? run_widest(h, ids, count, missed) : run_wide(h, ids, count, missed);
}

#else

/* Never chosen. */
static uint64_t run(struct half *h, const uint32_t *ids, size_t count, uint8_t *missed)
{
    (void)h, (void)ids, (void)missed;
    return count;
}

#endif

static bool lookups(void *half, const uint64_t *names, size_t count, uint64_t *misses, uint8_t *missed)
{
    struct half *h = half;
    uint32_t ids[LAB_CHUNK];
    if (!lab_short_names(h->names, names, count, ids))
        return false;
    const uint64_t found = run(h, ids, count, missed);
    h->often = found > count / 8;
    *misses += found;
    return true;
}

/* What stays moves up. */
static size_t flush(void *half, const struct lab_flush *flush)
{
    struct half *h = half;
    size_t flushed = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < h->ways && h->list[i] != LAB_NO_SHORT; i++) {
        if (lab_flush_takes(flush, lab_short_name(h->names, h->list[i])))
            flushed++;
        else
            h->list[count++] = h->list[i];
    }
    while (count < FRONT + BACK)
        h->list[count++] = LAB_NO_SHORT;
    return flushed;
}

static size_t held(const void *half, uint32_t set, uint64_t *names)
{
    const struct half *h = half;
    size_t count = 0;
    (void)set;
    for (; count < h->ways && h->list[count] != LAB_NO_SHORT; count++)
        names[count] = lab_short_name(h->names, h->list[count]);
    return count;
}

static void free_half(void *half)
{
    struct half *h = half;
    lab_short_free(h->names);
    free(h);
}

static void *new_half(const struct lab_direct_plan *plan, enum lab_width width)
{
    struct half *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->ways = plan->ways;
    h->width = width;
    h->names = lab_short_new(0);
    memset(h->list, 0xff, sizeof h->list);
    if (h->names)
        return h;
    free(h);
    return NULL;
}

const struct lab_half_kind lab_half_long = {new_half, free_half, lookups, flush, held};
