/* The inner loops of lab/direct_lists.c, included once for each version (lab/simd.h): lists with room for 4, 8, 16
 * names. */

/* Put `name` in front of a list; the place where it was as a bit, 0 if it was not there. */
#if LOOP_WIDE
LOOP_TARGET static inline unsigned LOOP(to_front)(uint64_t *list, uint64_t name, unsigned room)
{
    const __m256i wanted = _mm256_set1_epi64x((long long)name);
    if (room == 4) {
        const __m256i old = _mm256_load_si256((const void *)list);
        const unsigned found = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(old, wanted)));
        const __m256i moved = _mm256_permutevar8x32_epi32(old, _mm256_load_si256((const void *)moves[found]));
        _mm256_store_si256((void *)list, _mm256_blend_epi32(moved, wanted, 3));
        return found;
    }
    unsigned equal = 0;
#pragma GCC unroll 4
    for (unsigned i = 0; i < room; i += 4) {
        const __m256i same = _mm256_cmpeq_epi64(_mm256_load_si256((const void *)&list[i]), wanted);
        equal |= (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same)) << i;
    }
    const unsigned place = (unsigned)__builtin_ctz(equal | 1u << room);
    __m256i before = wanted;
#pragma GCC unroll 4
    for (unsigned i = 0; i < room; i += 4) {
        const __m256i old = _mm256_load_si256((const void *)&list[i]), turned = _mm256_permute4x64_epi64(old, 0x93);
        const __m256i keep = _mm256_loadu_si256((const void *)&after[LAB_LIST_WAYS - place + i]);
        const __m256i moved = _mm256_blend_epi32(turned, before, 3);
        _mm256_store_si256((void *)&list[i], _mm256_blendv_epi8(moved, old, keep));
        before = turned;
    }
    return equal;
}
#else
LOOP_TARGET static inline unsigned LOOP(to_front)(uint64_t *list, uint64_t name, unsigned room)
{
    uint64_t moved = name;
    for (unsigned place = 0; place < room; place++) {
        const uint64_t old = list[place];
        list[place] = moved;
        if (old == name)
            return 1u << place;
        moved = old;
    }
    return 0;
}
#endif

/* Are the next two both first in their sets? Then they are hits that change nothing. */
LOOP_TARGET static inline __attribute__((always_inline)) bool
LOOP(are_first)(const uint64_t *lists, const uint64_t *names, uint64_t mask, unsigned room)
{
    return (lists[(names[0] & mask) * room] == names[0]) & (lists[(names[1] & mask) * room] == names[1]);
}

/* 1: a miss. */
LOOP_TARGET static inline __attribute__((always_inline)) uint8_t LOOP(look_up)(uint64_t *list, uint64_t name,
                                                                               uint32_t held, unsigned room)
{
    if (list[0] == name)
        return 0;
    if (list[1] != name || held == 1)
        return !(LOOP(to_front)(list, name, room) & held);
    list[1] = list[0];
    list[0] = name;
    return 0;
}

/* For traces with hits mostly, most of which find the first in its set: branches that are mostly right. */
LOOP_TARGET static inline __attribute__((always_inline)) uint64_t
LOOP(run_hits)(const struct half *h, const uint64_t *names, size_t count, uint8_t *missed, unsigned room)
{
    enum { AT_ONCE = 2 };
    const uint64_t mask = h->sets - 1;
    const uint32_t held = (1u << h->ways) - 1; /* places */
    uint64_t *lists = h->lists, misses = 0;
    for (size_t i = 0; i < count;) {
        if (i + AT_ONCE <= count && LOOP(are_first)(lists, names + i, mask, room)) {
            if (missed)
                memset(missed + i, 0, AT_ONCE);
            i += AT_ONCE;
            continue;
        }
        const uint8_t miss = LOOP(look_up)(&lists[(names[i] & mask) * room], names[i], held, room);
        misses += miss;
        if (missed)
            missed[i] = miss;
        i++;
    }
    return misses;
}

/* For others: no branches. */
LOOP_TARGET static inline __attribute__((always_inline)) uint64_t
LOOP(run_misses)(const struct half *h, const uint64_t *names, size_t count, uint8_t *missed, unsigned room)
{
    const uint64_t mask = h->sets - 1;
    const uint32_t held = (1u << h->ways) - 1;
    uint64_t *lists = h->lists, misses = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t miss = !(LOOP(to_front)(&lists[(names[i] & mask) * room], names[i], room) & held);
        misses += miss;
        if (missed)
            missed[i] = miss;
    }
    return misses;
}

/* A chunk of names that is as the one before, probably. */
#define RUN(room)                                                                                                      \
    LOOP_TARGET static uint64_t LOOP(run_##room)(const struct half *h, const uint64_t *names, size_t count,            \
                                                 uint8_t *missed)                                                      \
    {                                                                                                                  \
        if (h->often)                                                                                                  \
            return missed ? LOOP(run_misses)(h, names, count, missed, room)                                            \
                          : LOOP(run_misses)(h, names, count, NULL, room);                                             \
        return missed ? LOOP(run_hits)(h, names, count, missed, room) : LOOP(run_hits)(h, names, count, NULL, room);   \
    }
RUN(4)
RUN(8)
RUN(16)
#undef RUN
