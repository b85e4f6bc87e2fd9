/* The inner loops of lab/direct_lists.c, included once for each version (lab/simd.h): lists with room for 4, 8, 16
 * names. */

/* Put `name` in front of a list; the place where it was, `room` if it was not there. */
#if LOOP_WIDE
LOOP_TARGET static inline unsigned LOOP(to_front)(uint64_t *list, uint64_t name, unsigned room)
{
    const __m256i wanted = _mm256_set1_epi64x((long long)name);
    unsigned equal = 1u << room;
#pragma GCC unroll 4
    for (unsigned i = 0; i < room; i += 4) {
        const __m256i same = _mm256_cmpeq_epi64(_mm256_load_si256((const void *)&list[i]), wanted);
        equal |= (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same)) << i;
    }
    const unsigned place = (unsigned)__builtin_ctz(equal);
    __m256i before = wanted;
#pragma GCC unroll 4
    for (unsigned i = 0; i < room; i += 4) {
        const __m256i old = _mm256_load_si256((const void *)&list[i]), turned = _mm256_permute4x64_epi64(old, 0x93);
        const __m256i keep = _mm256_loadu_si256((const void *)&after[LAB_LIST_WAYS - place + i]);
        const __m256i moved = _mm256_blend_epi32(turned, before, 3);
        _mm256_store_si256((void *)&list[i], _mm256_blendv_epi8(moved, old, keep));
        before = turned;
    }
    return place;
}
#else
LOOP_TARGET static inline unsigned LOOP(to_front)(uint64_t *list, uint64_t name, unsigned room)
{
    uint64_t moved = name;
    for (unsigned place = 0; place < room; place++) {
        const uint64_t old = list[place];
        list[place] = moved;
        if (old == name)
            return place;
        moved = old;
    }
    return room;
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
                                                                               uint32_t ways, unsigned room)
{
    if (list[0] == name)
        return 0;
    if (list[1] != name || ways == 1)
        return LOOP(to_front)(list, name, room) >= ways;
    list[1] = list[0];
    list[0] = name;
    return 0;
}

LOOP_TARGET static inline __attribute__((always_inline)) uint64_t
LOOP(run_room)(const struct half *h, const uint64_t *names, size_t count, uint8_t *missed, unsigned room)
{
    enum { AT_ONCE = 2 };
    const uint64_t mask = h->sets - 1;
    const uint32_t ways = h->ways;
    uint64_t *lists = h->lists, misses = 0;
    for (size_t i = 0; i < count;) {
        if (i + AT_ONCE <= count && LOOP(are_first)(lists, names + i, mask, room)) {
            if (missed)
                memset(missed + i, 0, AT_ONCE);
            i += AT_ONCE;
            continue;
        }
        for (size_t end = i + AT_ONCE < count ? i + AT_ONCE : count; i < end; i++) {
            const uint8_t miss = LOOP(look_up)(&lists[(names[i] & mask) * room], names[i], ways, room);
            misses += miss;
            if (missed)
                missed[i] = miss;
        }
    }
    return misses;
}

#define RUN(room)                                                                                                      \
    LOOP_TARGET static uint64_t LOOP(run_##room)(const struct half *h, const uint64_t *names, size_t count,            \
                                                 uint8_t *missed)                                                      \
    {                                                                                                                  \
        return missed ? LOOP(run_room)(h, names, count, missed, room) : LOOP(run_room)(h, names, count, NULL, room);   \
    }
RUN(4)
RUN(8)
RUN(16)
#undef RUN
