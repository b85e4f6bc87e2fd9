/* Hexadecimal numbers of text traces, 16 characters at a time where the processor can. */
#ifndef NESTOR_LAB_HEX_H
#define NESTOR_LAB_HEX_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* The digits at `text`, of which 16 bytes may be read: how many there are, 0 to 16, and their value. */
static inline unsigned lab_hex(const uint8_t *text, uint64_t *value)
{
    const __m128i c = _mm_loadu_si128((const void *)text);
    const __m128i digit = _mm_sub_epi8(c, _mm_set1_epi8('0'));
    const __m128i letter = _mm_sub_epi8(_mm_or_si128(c, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
    const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
    const unsigned valid = (unsigned)_mm_movemask_epi8(_mm_or_si128(is_digit, is_letter));
    const unsigned count = (unsigned)__builtin_ctz(~valid | 0x10000u);
    const __m128i nibbles =
        _mm_or_si128(_mm_and_si128(is_digit, digit), _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10))));
    /* Two nibbles to a byte, the first one the high one; what is behind the digits is shifted out. */
    const __m128i pairs =
        _mm_and_si128(_mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8)), _mm_set1_epi16(0xff));
    uint64_t bytes;
    _mm_storel_epi64((void *)&bytes, _mm_packus_epi16(pairs, pairs));
    *value = count ? __builtin_bswap64(bytes) >> (64 - 4 * count) : 0;
    return count;
}

#else

static inline unsigned lab_hex(const uint8_t *text, uint64_t *value)
{
    unsigned count = 0;
    uint64_t sum = 0;
    for (; count < 16; count++) {
        const unsigned digit = text[count] - (unsigned)'0', letter = (text[count] | 0x20u) - (unsigned)'a';
        if (digit > 9 && letter > 5)
            break;
        sum = sum << 4 | (digit <= 9 ? digit : letter + 10);
    }
    *value = sum;
    return count;
}

#endif

#endif
