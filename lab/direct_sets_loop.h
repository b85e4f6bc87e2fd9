/* The inner loop of lab/direct_sets.c, included once for each version (lab/simd.h). */

/* The ways of a set that hold a name, as bits. */
LOOP_TARGET static inline __attribute__((always_inline)) unsigned LOOP(ways_with)(const uint64_t *set, uint64_t name,
                                                                                  unsigned room)
{
    unsigned equal = 0;
#if LOOP_WIDE
    const __m256i wanted = _mm256_set1_epi64x((long long)name);
#pragma GCC unroll 4
    for (unsigned i = 0; i < room; i += 4) {
        const __m256i same = _mm256_cmpeq_epi64(_mm256_loadu_si256((const void *)&set[i]), wanted);
        equal |= (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same)) << i;
    }
#else
    for (unsigned i = 0; i < room; i++)
        equal |= (unsigned)(set[i] == name) << i;
#endif
    return equal;
}

LOOP_TARGET static inline __attribute__((always_inline)) uint64_t LOOP(run_as)(struct half *h, const uint64_t *names,
                                                                               size_t count, uint8_t *missed,
                                                                               unsigned room,
                                                                               enum hv_replacement replacement)
{
    const uint64_t mask = h->sets - 1;
    const unsigned ways = h->ways, all = (1u << ways) - 1;
    uint64_t last = LAB_NO_NAME, misses = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t name = names[i];
        if (missed)
            missed[i] = 0;
        if (name == last) /* a second touch in a row changes nothing */
            continue;
        last = name;
        uint64_t *set = &h->names[(name & mask) * ways];
        uint16_t *state = &h->state[name & mask];
        const unsigned found = LOOP(ways_with)(set, name, room) & all;
        uint32_t way = (uint32_t)__builtin_ctz(found | 1u << MOST);
        if (!found) {
            const unsigned invalid = LOOP(ways_with)(set, LAB_NO_NAME, room) & all;
            way = invalid ? (uint32_t)__builtin_ctz(invalid) : choose(h, state, replacement);
            set[way] = name;
            misses++;
            if (missed)
                missed[i] = 1;
        }
        if (replacement == HV_REPLACEMENT_PLRU)
            *state = (uint16_t)((*state & h->keep[way]) | h->point[way]);
    }
    return misses;
}

LOOP_TARGET static inline __attribute__((always_inline)) uint64_t
LOOP(run_room)(struct half *h, const uint64_t *names, size_t count, uint8_t *missed, enum hv_replacement replacement)
{
    if (h->ways <= 4)
        return LOOP(run_as)(h, names, count, missed, 4, replacement);
    return LOOP(run_as)(h, names, count, missed, h->ways <= 8 ? 8 : MOST, replacement);
}

LOOP_TARGET static uint64_t LOOP(run)(struct half *h, const uint64_t *names, size_t count, uint8_t *missed)
{
    switch (h->replacement) {
    case HV_REPLACEMENT_PLRU:
        return LOOP(run_room)(h, names, count, missed, HV_REPLACEMENT_PLRU);
    case HV_REPLACEMENT_FIFO:
        return LOOP(run_room)(h, names, count, missed, HV_REPLACEMENT_FIFO);
    case HV_REPLACEMENT_RANDOM:
        return LOOP(run_room)(h, names, count, missed, HV_REPLACEMENT_RANDOM);
    case HV_REPLACEMENT_LRU: /* lists have it */
        break;
    }
    return 0;
}
