/*
 * LZ77: compression of a text and back.
 *
 * The compressed form is a row of tokens. A token byte below 0x80 says: that
 * many literals + 1 follow. Any other is a match of length (byte & 0x7F) +
 * MATCH_MIN, followed by its distance, two bytes, little-endian. Candidates
 * come from a hash of the next three bytes, the last one seen only.
 *
 * Check: the round trip gives the text back; the compressed form is shorter
 * than the text and has the digest that a native build has confirmed.
 */

#include "program.h"

enum {
    TEXT_BYTES = 5120,
    LITERAL_MAX = 128,
    MATCH_MIN = 3,
    MATCH_MAX = 0x7F + MATCH_MIN,
    HASH_SIZE = 2048,
    NOWHERE = 0xFFFF,
};

static PAGE_ALIGNED NOINIT uint8_t text[TEXT_BYTES];
static PAGE_ALIGNED NOINIT uint8_t packed[TEXT_BYTES + TEXT_BYTES / LITERAL_MAX + 1];
static PAGE_ALIGNED NOINIT uint8_t unpacked[TEXT_BYTES];
static PAGE_ALIGNED NOINIT uint16_t last_seen[HASH_SIZE];

/* A text with repetitions, as texts have them: words of a small vocabulary,
   the first ones more often, and now and then a number. */
static void write_text(void)
{
    static const char *const words[16] = {
        "the ",   "of ",      "machine ", "map ",   "virtual ", "a ",         "process ",  "resource ",
        "level ", "monitor ", "name ",    "fault ", "real ",    "recursion ", "syllable ", "paper, ",
    };
    uint32_t random = 77;
    int n = 0;

    while (n < TEXT_BYTES) {
        uint32_t r = random_next(&random);
        const char *word = words[(r >> 8) % ((r & 15) + 1)];
        char number[3] = {(char)('0' + (r >> 16) % 10), (char)('0' + (r >> 20) % 10), 0};

        if ((r >> 28) == 0)
            word = number;
        while (*word && n < TEXT_BYTES)
            text[n++] = (uint8_t)*word++;
    }
}

static uint32_t hash3(const uint8_t *p)
{
    uint32_t three = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;

    return three * 0x9E3779B1u >> 21; /* 11 bits: HASH_SIZE */
}

static int match_length(const uint8_t *a, const uint8_t *b, int limit)
{
    int n = 0;

    while (n < limit && a[n] == b[n])
        n++;
    return n;
}

static int put_literals(int out, int from, int to)
{
    while (from < to) {
        int n = to - from < LITERAL_MAX ? to - from : LITERAL_MAX;

        packed[out++] = (uint8_t)(n - 1);
        while (n--)
            packed[out++] = text[from++];
    }
    return out;
}

/* Returns the length of the compressed form. */
static int compress(void)
{
    int out = 0, literals_from = 0, at = 0;

    for (int i = 0; i < HASH_SIZE; i++)
        last_seen[i] = NOWHERE;

    while (at + MATCH_MIN <= TEXT_BYTES) {
        uint16_t *seen = &last_seen[hash3(text + at)];
        int candidate = *seen, length = 0;

        *seen = (uint16_t)at;
        if (candidate != NOWHERE) {
            int left = TEXT_BYTES - at;

            length = match_length(text + candidate, text + at, left < MATCH_MAX ? left : MATCH_MAX);
        }
        if (length < MATCH_MIN) {
            at++;
            continue;
        }
        out = put_literals(out, literals_from, at);
        packed[out++] = (uint8_t)(0x80 | (length - MATCH_MIN));
        packed[out++] = (uint8_t)(at - candidate);
        packed[out++] = (uint8_t)((at - candidate) >> 8);
        at += length;
        literals_from = at;
    }
    return put_literals(out, literals_from, TEXT_BYTES);
}

/* Returns the length of the text, or -1 for a form that makes no sense. */
static int decompress(int packed_bytes)
{
    int in = 0, out = 0;

    while (in < packed_bytes) {
        int token = packed[in++];

        if (token < 0x80) {
            for (int n = token + 1; n > 0; n--) {
                if (out == TEXT_BYTES)
                    return -1;
                unpacked[out++] = packed[in++];
            }
        } else {
            int distance = packed[in] | packed[in + 1] << 8;

            in += 2;
            if (distance == 0 || distance > out)
                return -1;
            /* Byte by byte: a match may overlap what it produces. */
            for (int n = (token & 0x7F) + MATCH_MIN; n > 0; n--, out++) {
                if (out == TEXT_BYTES)
                    return -1;
                unpacked[out] = unpacked[out - distance];
            }
        }
    }
    return out;
}

int main(void)
{
    uint32_t sum = 0;

    write_text();

    roi_begin();
    int packed_bytes = compress();
    int bytes = decompress(packed_bytes);
    roi_end();

    check(packed_bytes < TEXT_BYTES * 2 / 3, 1, "the text became shorter");
    check(bytes == TEXT_BYTES, 2, "length after the round trip");
    for (int i = 0; i < TEXT_BYTES; i++)
        check(text[i] == unpacked[i], 3, "text after the round trip");

    for (int i = 0; i < packed_bytes; i++)
        sum = digest(sum, packed[i]);
    check_equal(sum, 0x1D0847B3u, 4, "digest of the compressed form");
    return 0;
}
