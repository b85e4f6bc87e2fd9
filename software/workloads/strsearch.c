/*
 * Search of strings in a text: Boyer, Moore and Horspool's way against the
 * plain one. The text lies in lines, one of them to half a page, as lines of
 * an editor's buffer would.
 *
 * Check: both ways find the same places, a native build has confirmed which,
 * and the planted patterns are among them.
 */

#include "program.h"

enum { LINES = 16, LINE_BYTES = 240, LINE_STRIDE = 2048, PATTERNS = 4 };

static PAGE_ALIGNED NOINIT char lines[LINES][LINE_STRIDE];

static const char *const patterns[PATTERNS] = {"abcabd", "virtualmachine", "dd", "cabbadcabbad"};

struct found {
    uint32_t number;
    uint32_t places; /* digest of line and column */
};

static int length_of(const char *s)
{
    int n = 0;

    while (s[n])
        n++;
    return n;
}

static void write_lines(void)
{
    uint32_t random = 1977;

    for (int i = 0; i < LINES; i++)
        for (int j = 0; j < LINE_BYTES; j++)
            lines[i][j] = (char)('a' + (random_next(&random) >> 13) % 4);

    for (int i = 0; i < LINES; i++) { /* plant one pattern in each line */
        const char *p = patterns[i % PATTERNS];
        int n = length_of(p), at = (int)((uint32_t)i * 41u % (uint32_t)(LINE_BYTES - n));

        for (int k = 0; k < n; k++)
            lines[i][at + k] = p[k];
    }
}

static void note(struct found *found, int line, int column)
{
    found->number++;
    found->places = digest(found->places, (uint32_t)(line << 16 | column));
}

static struct found search_plainly(const char *pattern)
{
    struct found found = {0, 0};
    int n = length_of(pattern);

    for (int i = 0; i < LINES; i++)
        for (int at = 0; at + n <= LINE_BYTES; at++) {
            int k = 0;

            while (k < n && lines[i][at + k] == pattern[k])
                k++;
            if (k == n)
                note(&found, i, at);
        }
    return found;
}

static struct found search_horspool(const char *pattern)
{
    struct found found = {0, 0};
    int n = length_of(pattern);
    static uint8_t shift[128];

    for (int c = 0; c < 128; c++)
        shift[c] = (uint8_t)n;
    for (int k = 0; k < n - 1; k++)
        shift[(uint8_t)pattern[k]] = (uint8_t)(n - 1 - k);

    for (int i = 0; i < LINES; i++) {
        const char *line = lines[i];

        for (int at = 0; at + n <= LINE_BYTES; at += shift[(uint8_t)line[at + n - 1]]) {
            int k = n - 1;

            while (k >= 0 && line[at + k] == pattern[k])
                k--;
            if (k < 0)
                note(&found, i, at);
        }
    }
    return found;
}

int main(void)
{
    uint32_t total = 0, places = 0;

    write_lines();

    roi_begin();
    for (int p = 0; p < PATTERNS; p++) {
        struct found plain = search_plainly(patterns[p]);
        struct found quick = search_horspool(patterns[p]);

        check(plain.number == quick.number, 1, "the same number of places");
        check(plain.places == quick.places, 2, "the same places");
        check(plain.number >= LINES / PATTERNS, 3, "the planted ones");
        total += plain.number;
        places = digest(places, plain.places);
    }
    roi_end();

    check_equal(total, 251, 4, "number of places");
    check_equal(places, 0x4AC20980u, 5, "digest of the places");
    return 0;
}
