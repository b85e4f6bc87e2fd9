/*
 * Walks over pages with a given locality: the workload for looking at
 * translation itself. What it does is fixed when it is compiled:
 *
 *   WALK_PAGES     the number of pages, at most 24
 *   WALK_ACCESSES  the number of accesses
 *   WALK_ZIPF      1: page k is taken about in proportion to 1/(k+1);
 *                  0: all pages alike
 *   WALK_RUN       the number of accesses made in a page before the next one
 *                  is drawn
 *
 * Each access adds to a word that its number picks. Check: the accesses add
 * up per page to what a tally beside the pages says, and the tally's digest,
 * for the parameters as they stand here, is one that a native build confirmed.
 */

#include "program.h"

#ifndef WALK_PAGES
#define WALK_PAGES 24
#endif
#ifndef WALK_ACCESSES
#define WALK_ACCESSES 12000
#endif
#ifndef WALK_ZIPF
#define WALK_ZIPF 1
#endif
#ifndef WALK_RUN
#define WALK_RUN 3
#endif

_Static_assert(WALK_PAGES >= 1 && WALK_PAGES <= 24, "the pages must fit into the program's RAM");

enum { PAGE_WORDS = PAGE_BYTES / 4, USED_WORDS = 64, DRAWS = 256 };

static PAGE_ALIGNED NOINIT uint32_t pages[WALK_PAGES][PAGE_WORDS];

static uint32_t tally[WALK_PAGES];
static uint8_t draw[DRAWS]; /* a byte drawn at random gives a page */

/* Gives each page its share of the 256 draws, at least one. */
static void share_out(void)
{
    uint32_t weights = 0, n = 0;

    for (uint32_t k = 0; k < WALK_PAGES; k++)
        weights += WALK_ZIPF ? 65536 / (k + 1) : 1;
    for (uint32_t k = 0; k < WALK_PAGES; k++) {
        uint32_t weight = WALK_ZIPF ? 65536 / (k + 1) : 1;
        uint32_t share = weight * DRAWS / weights;

        if (share == 0)
            share = 1;
        while (share-- && n < DRAWS)
            draw[n++] = (uint8_t)k;
    }
    for (uint32_t k = 0; n < DRAWS; k = (k + 1) % WALK_PAGES) /* what rounding left */
        draw[n++] = (uint8_t)k;
}

/* Pages are numbered by popularity; this scatters them in memory. */
static uint32_t *place_of(uint32_t page)
{
    return pages[page * 7 % WALK_PAGES];
}

static void walk(uint32_t accesses)
{
    uint32_t random = 24;

    while (accesses) {
        uint32_t r = random_next(&random);
        uint32_t page = draw[r >> 24];
        uint32_t *base = place_of(page);

        for (int i = 0; i < WALK_RUN && accesses; i++, accesses--) {
            /* Each word has a cache line of its own, were there a cache. */
            base[(r >> (i & 7)) % USED_WORDS * (PAGE_WORDS / USED_WORDS)]++;
            tally[page]++;
        }
    }
}

int main(void)
{
    uint32_t sum = 0, total = 0;

    _Static_assert(WALK_PAGES % 7 != 0, "place_of must be a bijection");
    share_out();
    for (int p = 0; p < WALK_PAGES; p++)
        for (int w = 0; w < USED_WORDS; w++)
            pages[p][w * (PAGE_WORDS / USED_WORDS)] = 0;

    roi_begin();
    walk(WALK_ACCESSES);
    roi_end();

    for (uint32_t p = 0; p < WALK_PAGES; p++) {
        uint32_t in_page = 0;

        for (int w = 0; w < USED_WORDS; w++)
            in_page += place_of(p)[w * (PAGE_WORDS / USED_WORDS)];
        check(in_page == tally[p], 1, "accesses of a page");
        total += in_page;
        sum = digest(sum, in_page);
    }
    check(total == WALK_ACCESSES, 2, "number of accesses");
    if (WALK_PAGES == 24 && WALK_ACCESSES == 12000 && WALK_ZIPF == 1 && WALK_RUN == 3)
        check_equal(sum, 0x910CF6E2u, 3, "digest of the tally");
    return 0;
}
