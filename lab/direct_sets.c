/* A half of an associator as it is built: up to 16 ways in each set, all compared at once, and the state of the
 * replacement: fifo, plru, random. */
#include "lab/direct_half.h"

#include <stdlib.h>
#include <string.h>

enum { LFSR_RESET = 0xace1, LFSR_TAPS = 0xb400, MOST = LAB_LIST_WAYS };

struct half {
    uint32_t sets, ways;
    enum hv_replacement replacement;
    uint64_t *names; /* way i % ways of set i / ways; LAB_NO_NAME: invalid; then MOST that are no set's */
    uint16_t *state; /* of each set: fifo: the pointer; plru: node n in bit n */
    uint16_t keep[MOST], point[MOST]; /* plru: what a touch of each way leaves of the state, and sets in it */
    uint32_t lfsr;
    uint64_t (*run)(struct half *half, const uint64_t *names, size_t count, uint8_t *missed);
};

/* ---- replacement (docs/spec.md, 10.8.2 to 10.8.4) ---- */

static inline uint32_t victim_plru(uint16_t tree, uint32_t ways)
{
    uint32_t node = 1;
    while (node < ways)
        node = node << 1 | (tree >> node & 1);
    return node - ways;
}

/* The way that the policy names, which is then the chosen one. */
static inline uint32_t choose(struct half *h, uint16_t *state, enum hv_replacement replacement)
{
    uint32_t way;
    switch (replacement) {
    case HV_REPLACEMENT_PLRU:
        return victim_plru(*state, h->ways);
    case HV_REPLACEMENT_FIFO:
        way = *state;
        *state = (uint16_t)(way + 1 < h->ways ? way + 1 : 0);
        return way;
    case HV_REPLACEMENT_RANDOM:
        way = h->lfsr * h->ways >> 16;
        h->lfsr = h->lfsr >> 1 ^ (h->lfsr & 1 ? LFSR_TAPS : 0u);
        return way;
    case HV_REPLACEMENT_LRU: /* lists have it */
        break;
    }
    return 0;
}

/* Each node on the way's path points away from it. */
static void make_paths(struct half *h)
{
    for (uint32_t way = 0; way < h->ways; way++) {
        h->keep[way] = UINT16_MAX;
        for (uint32_t node = h->ways + way; node > 1; node >>= 1) {
            const uint16_t bit = (uint16_t)(1u << (node >> 1));
            h->keep[way] &= (uint16_t)~bit;
            h->point[way] |= node & 1 ? 0 : bit;
        }
    }
}

#define LAB_LOOPS "lab/direct_sets_loop.h"
#include "lab/loops.h"

static bool lookups(void *half, const uint64_t *names, size_t count, uint64_t *misses, uint8_t *missed)
{
    struct half *h = half;
    *misses += h->run(h, names, count, missed);
    return true;
}

static size_t flush(void *half, const struct lab_flush *flush)
{
    struct half *h = half;
    size_t flushed = 0;
    for (size_t i = 0; i < (size_t)h->sets * h->ways; i++) {
        if (h->names[i] == LAB_NO_NAME || !lab_flush_takes(flush, h->names[i]))
            continue;
        h->names[i] = LAB_NO_NAME;
        flushed++;
    }
    return flushed;
}

static size_t held(const void *half, uint32_t set, uint64_t *names)
{
    const struct half *h = half;
    size_t count = 0;
    for (uint32_t way = 0; way < h->ways; way++) {
        const uint64_t name = h->names[(size_t)set * h->ways + way];
        if (name != LAB_NO_NAME)
            names[count++] = name;
    }
    return count;
}

static void free_half(void *half)
{
    struct half *h = half;
    free(h->names);
    free(h->state);
    free(h);
}

static void *new_half(const struct lab_direct_plan *plan, enum lab_width width)
{
    struct half *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    const size_t room = (size_t)plan->sets * plan->ways + MOST;
    h->sets = plan->sets;
    h->ways = plan->ways;
    h->replacement = plan->replacement;
    h->lfsr = LFSR_RESET;
    h->names = malloc(room * sizeof *h->names);
    h->state = calloc(plan->sets, sizeof *h->state);
    h->run = run_any;
    (void)width;
#if LAB_HAS_WIDE
    if (width != LAB_WIDTH_ANY)
        h->run = run_wide;
#endif
    if (!h->names || !h->state) {
        free_half(h);
        return NULL;
    }
    memset(h->names, 0xff, room * sizeof *h->names);
    if (h->replacement == HV_REPLACEMENT_PLRU)
        make_paths(h);
    return h;
}

const struct lab_half_kind lab_half_sets = {new_half, free_half, lookups, flush, held};
