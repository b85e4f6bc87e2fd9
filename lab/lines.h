/* Lines of text traces, several under way at once: where a window of lines ends is found first, so that no line waits
 * for the one before it. For x86 with AVX2; other machines take line by line. */
#ifndef NESTOR_LAB_LINES_H
#define NESTOR_LAB_LINES_H

#include "lab/simd.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if LAB_HAS_WIDE

/* Bytes looked at in one go, and room for where lines end: some more are written than there are. */
enum { LAB_WINDOW = 4096, LAB_LINES_AT_ONCE = 6, LAB_WINDOW_ROOM = LAB_WINDOW + 64 };

/* Where lines end from `at` on, before `stop` and within LAB_WINDOW bytes: offsets of the newlines. Up to 63 bytes
 * behind are read. Returns how many. */
LAB_WIDE static inline unsigned lab_line_ends(const uint8_t *at, const uint8_t *stop, uint16_t ends[LAB_WINDOW_ROOM])
{
    const __m256i newline = _mm256_set1_epi8('\n');
    const size_t length = stop - at < LAB_WINDOW ? (size_t)(stop - at) : LAB_WINDOW;
    unsigned count = 0;
    for (size_t i = 0; i < length; i += 64) {
        const __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)(at + i)), newline);
        const __m256i high = _mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)(at + i + 32)), newline);
        uint64_t mask = (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
        const unsigned found = (unsigned)__builtin_popcountll(mask);
        /* By sixes: how many there are is not foreseen well. */
        for (unsigned done = 0; done < found; done += LAB_LINES_AT_ONCE)
            for (unsigned k = 0; k < LAB_LINES_AT_ONCE; k++, mask = _blsr_u64(mask))
                ends[count + done + k] = (uint16_t)(i + _tzcnt_u64(mask));
        count += found;
    }
    while (count && at + ends[count - 1] >= stop)
        count--;
    return count;
}

/* Hexadecimal digits by their halves: a character is one where what its upper half and its lower half allow has a bit
 * in common; its value is its lower half, and for letters nine more. In memory, so that no loop makes them again. */
struct lab_hex_tables {
    uint8_t upper[16], lower[16], more[16], half[16], pair[16];
};
extern const struct lab_hex_tables lab_hex_tables;

/* The number that `digits` characters at `text` are, 1 to 16 of them, of which 16 bytes may be read; false: one of them
 * is no hexadecimal digit, or there are 0 or more than 16. */
LAB_WIDE static inline bool lab_hex_known(const uint8_t *text, unsigned digits, uint64_t *value)
{
    const struct lab_hex_tables *const t = &lab_hex_tables;
    const __m128i half = _mm_loadu_si128((const void *)t->half), c = _mm_loadu_si128((const void *)text);
    const __m128i upper = _mm_and_si128(_mm_srli_epi16(c, 4), half);
    const __m128i allowed = _mm_and_si128(_mm_shuffle_epi8(_mm_loadu_si128((const void *)t->upper), upper),
                                          _mm_shuffle_epi8(_mm_loadu_si128((const void *)t->lower), c));
    const uint32_t bad = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(allowed, _mm_setzero_si128()));
    const __m128i nibbles =
        _mm_add_epi8(_mm_and_si128(c, half), _mm_shuffle_epi8(_mm_loadu_si128((const void *)t->more), upper));
    const __m128i pairs = _mm_maddubs_epi16(nibbles, _mm_loadu_si128((const void *)t->pair));
    const uint64_t bytes = (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs));
    *value = __builtin_bswap64(bytes) >> ((64 - 4 * digits) & 63);
    return digits - 1 < 16 && (bad & ((1u << (digits & 31)) - 1)) == 0;
}

#endif

#endif
