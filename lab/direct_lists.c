/* A half of an LRU associator as lists: the pages of each set by last use. Which way holds a page cannot be seen. */
#include "lab/direct_half.h"

#include <stdlib.h>
#include <string.h>

/* Lists have room for 4, 8 or 16 names. Those behind the last way are not held, and no hits. */
struct half {
    uint64_t *lists; /* LAB_NO_NAME: none; a set's are all before the first of these */
    uint32_t sets, ways, room;
    bool often; /* many lookups miss, lately: which loop is faster, nothing else */
    uint64_t (*run)(const struct half *half, const uint64_t *names, size_t count, uint8_t *missed);
};

/* Lanes from LAB_LIST_WAYS - n on: 0 for the places up to n, then all ones. */
#define FOUR(n) n, n, n, n
__attribute__((unused)) static const uint64_t after[2 * LAB_LIST_WAYS + 1] = {
    FOUR(0),
    FOUR(0),
    FOUR(0),
    FOUR(0),
    0,
    FOUR(~UINT64_C(0)),
    FOUR(~UINT64_C(0)),
    FOUR(~UINT64_C(0)),
    FOUR(~UINT64_C(0)),
};

/* Halves of a list of four, by the lane that is equal, one at most: where each comes from when that one goes to the
 * front. */
__attribute__((unused, aligned(32))) static const uint32_t moves[9][8] = {
    [0] = {0, 0, 0, 1, 2, 3, 4, 5}, [1] = {0, 1, 2, 3, 4, 5, 6, 7}, [2] = {0, 0, 0, 1, 4, 5, 6, 7},
    [4] = {0, 0, 0, 1, 2, 3, 6, 7}, [8] = {0, 0, 0, 1, 2, 3, 4, 5},
};

#define LAB_LOOPS "lab/direct_loop.h"
#include "lab/loops.h"

static bool lookups(void *half, const uint64_t *names, size_t count, uint64_t *misses, uint8_t *missed)
{
    struct half *h = half;
    const uint64_t found = h->run(h, names, count, missed);
    h->often = found > count / 8;
    *misses += found;
    return true;
}

/* What stays moves up. */
static size_t flush(void *half, const struct lab_flush *flush)
{
    struct half *h = half;
    size_t flushed = 0;
    for (uint32_t set = 0; set < h->sets; set++) {
        uint64_t *list = &h->lists[(size_t)set * h->room];
        uint32_t count = 0;
        for (uint32_t i = 0; i < h->ways && list[i] != LAB_NO_NAME; i++) {
            if (lab_flush_takes(flush, list[i]))
                flushed++;
            else
                list[count++] = list[i];
        }
        while (count < h->room)
            list[count++] = LAB_NO_NAME;
    }
    return flushed;
}

static size_t held(const void *half, uint32_t set, uint64_t *names)
{
    const struct half *h = half;
    const uint64_t *list = &h->lists[(size_t)set * h->room];
    size_t count = 0;
    for (; count < h->ways && list[count] != LAB_NO_NAME; count++)
        names[count] = list[count];
    return count;
}

static void free_half(void *half)
{
    struct half *h = half;
    free(h->lists);
    free(h);
}

static void *new_half(const struct lab_direct_plan *plan, enum lab_width width)
{
    struct half *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->sets = plan->sets;
    h->ways = plan->ways;
    h->room = plan->ways <= 4 ? 4 : plan->ways <= 8 ? 8 : 16;
    h->run = h->room == 4 ? run_4_any : h->room == 8 ? run_8_any : run_16_any;
    (void)width;
#if LAB_HAS_WIDE
    if (width != LAB_WIDTH_ANY)
        h->run = h->room == 4 ? run_4_wide : h->room == 8 ? run_8_wide : run_16_wide;
#endif
    const size_t bytes = (size_t)h->sets * h->room * sizeof *h->lists;
    h->lists = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!h->lists) {
        free_half(h);
        return NULL;
    }
    memset(h->lists, 0xff, bytes);
    return h;
}

const struct lab_half_kind lab_half_lists = {new_half, free_half, lookups, flush, held};
