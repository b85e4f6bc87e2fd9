/* The inner loop of lab/grid.c, included once for each version (lab/simd.h). */

#if LOOP_WIDE
/* Put `id` in front of a list. Returns the place where it was, WAYS if it was not there. */
LOOP_TARGET static inline unsigned LOOP(to_front)(uint32_t *list, __m256i id, bool holes)
{
    const __m256i turn = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6), none = _mm256_set1_epi32(-1);
    const __m256i low = _mm256_load_si256((const void *)list), high = _mm256_load_si256((const void *)(list + 8));
    const __m256 low_equal = _mm256_castsi256_ps(_mm256_cmpeq_epi32(low, id));
    const __m256 high_equal = _mm256_castsi256_ps(_mm256_cmpeq_epi32(high, id));
    const unsigned equal = (unsigned)_mm256_movemask_ps(low_equal) | (unsigned)_mm256_movemask_ps(high_equal) << 8;
    const unsigned place = (unsigned)__builtin_ctz(equal | 1u << WAYS);
    unsigned moved = place;
    if (holes) {
        const __m256 low_none = _mm256_castsi256_ps(_mm256_cmpeq_epi32(low, none));
        const __m256 high_none = _mm256_castsi256_ps(_mm256_cmpeq_epi32(high, none));
        const unsigned free = (unsigned)_mm256_movemask_ps(low_none) | (unsigned)_mm256_movemask_ps(high_none) << 8;
        moved = (unsigned)__builtin_ctz(equal | free | 1u << WAYS);
    }
    const __m256i low_turned = _mm256_permutevar8x32_epi32(low, turn),
                  high_turned = _mm256_permutevar8x32_epi32(high, turn);
    const __m256i keep_low = _mm256_loadu_si256((const void *)&after[WAYS - moved]);
    const __m256i keep_high = _mm256_loadu_si256((const void *)&after[WAYS - moved + 8]);
    const __m256i new_low = _mm256_blend_epi32(low_turned, id, 1),
                  new_high = _mm256_blend_epi32(high_turned, low_turned, 1);
    _mm256_store_si256((void *)list, _mm256_blendv_epi8(new_low, low, keep_low));
    _mm256_store_si256((void *)(list + 8), _mm256_blendv_epi8(new_high, high, keep_high));
    if (holes && moved < place && place < WAYS)
        list[place] = LAB_NO_SHORT;
    return place;
}
#else
LOOP_TARGET static inline unsigned LOOP(to_front)(uint32_t *list, uint32_t id, bool holes)
{
    unsigned place = 0, moved;
    while (place < WAYS && list[place] != id)
        place++;
    for (moved = 0; holes && moved < place && list[moved] != LAB_NO_SHORT;)
        moved++;
    moved = holes ? moved : place;
    if (moved < place && place < WAYS)
        list[place] = LAB_NO_SHORT;
    for (unsigned i = moved < WAYS ? moved : WAYS - 1; i; i--)
        list[i] = list[i - 1];
    list[0] = id;
    return place;
}
#endif

LOOP_TARGET static inline void LOOP(run_with)(struct lab_grid *g, const uint32_t *ids, size_t count, bool holes)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t id = ids[i];
        if (g->lists[0][0] == id)
            continue;
#if LOOP_WIDE
        const __m256i wanted = _mm256_set1_epi32((int)id);
#else
        const uint32_t wanted = id;
#endif
        for (unsigned bits = 0; bits < NUMBERS; bits++) {
            uint32_t *list = g->lists[(1u << bits) - 1 + (id & ((1u << bits) - 1))];
            if (bits && list[0] == id)
                break;
            g->places[bits][LOOP(to_front)(list, wanted, holes)]++;
        }
    }
}

LOOP_TARGET static void LOOP(run)(struct lab_grid *g, const uint32_t *ids, size_t count)
{
    if (g->holes)
        LOOP(run_with)(g, ids, count, true);
    else
        LOOP(run_with)(g, ids, count, false);
}
