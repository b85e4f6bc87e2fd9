/* The inner loop of lab/curve.c, included once for each version (lab/simd.h). */

/* The cell of a name: its lane in the first bucket from `*at` on that has it, or that has a vacant lane, which it gets
 * then. *at becomes that bucket. */
LOOP_TARGET static inline unsigned LOOP(lane)(const struct bucket *buckets, size_t mask, size_t *at, uint64_t name)
{
    for (;; *at = (*at + 1) & mask) {
        const uint64_t *names = buckets[*at].name;
#if LOOP_WIDE
        const __m256i line = _mm256_load_si256((const void *)names);
        const __m256i wanted = _mm256_set1_epi64x((long long)name), none = _mm256_set1_epi64x(-1);
        unsigned equal = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(line, wanted)));
        if (__builtin_expect(!equal, 0))
            equal = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(line, none)));
        if (__builtin_expect(equal != 0, 1))
            return (unsigned)__builtin_ctz(equal);
#else
        for (unsigned i = 0; i < LANES; i++) {
            if (names[i] == name || names[i] == LAB_NO_NAME)
                return i;
        }
#endif
    }
}

/* Marks before slot t. */
LOOP_TARGET static inline uint32_t LOOP(rank)(const struct row *row, uint32_t t)
{
    const uint64_t *words = &row->bits[t / BLOCK * BLOCK_WORDS], *full = &full_words[BLOCK_WORDS - t % BLOCK / 64];
    int count = __builtin_popcountll(words[t % BLOCK / 64] & ((UINT64_C(1) << t % 64) - 1));
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        count += __builtin_popcountll(words[i] & full[i]);
    return row->before_group[t / GROUP] + row->before_block[t / BLOCK] + (uint32_t)count;
}

LOOP_TARGET static inline void LOOP(unmark)(struct row *row, uint32_t t)
{
    uint16_t *sums = &row->before_block[t / GROUP * GROUP_BLOCKS];
    const uint16_t *step = &steps[GROUP_BLOCKS - 1 - t % GROUP / BLOCK];
    uint32_t *groups = row->before_group;
    row->bits[t / 64] &= ~(UINT64_C(1) << t % 64);
    for (unsigned i = 0; i < GROUP_BLOCKS; i++)
        sums[i] = (uint16_t)(sums[i] - step[i]);
    const uint32_t g = t / GROUP, end = (row->slots / GROUP + GROUPS_AT_ONCE - 1) / GROUPS_AT_ONCE * GROUPS_AT_ONCE;
    for (uint32_t i = 0; i < end; i++)
        groups[i] -= i > g;
    row->marked--;
}

/* Lookups, at most as many as there are slots left. Distances go into `distances` when it is not NULL. False: no
 * memory. */
LOOP_TARGET static bool LOOP(run)(struct lab_curve *c, const uint64_t *names, size_t count, uint32_t *distances)
{
    enum { AHEAD = 12, LATER = 16 };
    uint32_t counted[LATER] = {
        0}; /* distances yet to be counted, when their lines of the histogram have come; 0: none */
    struct row *row = &c->row;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        size_t at = place(c, names[i]);
        if (i + AHEAD < count)
            __builtin_prefetch(&c->buckets[place(c, names[i + AHEAD])]);
        const unsigned lane = LOOP(lane)(c->buckets, c->bucket_mask, &at, names[i]);
        uint32_t *slot = &c->buckets[at].slot[lane], distance = 0;
        if (__builtin_expect(*slot >= row->floor, 1)) {
            distance = row->marked - LOOP(rank)(row, *slot);
            __builtin_prefetch(&c->histogram[distance], 1);
            const uint32_t hole = c->hole_count ? c->holes[0] : 0;
            if (__builtin_expect(hole > *slot, 0))
                replace_hole(c, *slot);
            LOOP(unmark)(row, hole > *slot ? hole : *slot);
            *slot = row->now;
        } else {
            const uint32_t hole = take_hole(c);
            if (hole)
                LOOP(unmark)(row, hole);
            good = enter(c, at, lane, names[i]);
        }
        c->histogram[counted[i % LATER]]++;
        counted[i % LATER] = distance;
        mark(row);
        if (distances)
            distances[i] = distance;
    }
    for (unsigned i = 0; i < LATER; i++)
        c->histogram[counted[i]]++;
    return good;
}
