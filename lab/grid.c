/* Lists of pages by last use, one for each set of each number of sets. */
#include "lab/grid.h"

#include "lab/short.h"
#include "lab/simd.h"

#include <stdlib.h>
#include <string.h>

enum { WAYS = LAB_GRID_WAYS, NUMBERS = LAB_GRID_SET_BITS + 1, LISTS = (1 << NUMBERS) - 1, CHUNK = 4096 };

/* List of set i of 1 << bits sets: (1 << bits) - 1 + i. */
struct lab_grid {
    uint32_t lists[LISTS][WAYS] __attribute__((aligned(64))); /* LAB_NO_SHORT: a hole, or not yet filled */
    uint64_t places[NUMBERS][WAYS + 1];                       /* lookups by place; not those first in their set */
    uint64_t lookups;
    struct lab_short *names;
    bool holes; /* there may be some before an entry */
    bool wide;
};

/* Lanes from WAYS - n on: 0 for the places up to n, then all ones. */
#define FOUR(n) n, n, n, n
__attribute__((unused)) static const uint32_t after[2 * WAYS + 1] = {
    FOUR(0), FOUR(0), FOUR(0), FOUR(0), 0, FOUR(~0u), FOUR(~0u), FOUR(~0u), FOUR(~0u),
};

#define LAB_LOOPS "lab/grid_loop.h"
#include "lab/loops.h"

static bool has_holes(const struct lab_grid *g)
{
    for (unsigned i = 0; i < LISTS; i++) {
        for (unsigned k = 1; k < WAYS; k++) {
            if (g->lists[i][k - 1] == LAB_NO_SHORT && g->lists[i][k] != LAB_NO_SHORT)
                return true;
        }
    }
    return false;
}

static bool run(struct lab_grid *g, const uint64_t *names, size_t count)
{
    uint32_t ids[CHUNK];
    g->lookups += count;
    for (size_t now; count; names += now, count -= now) {
        now = count < CHUNK ? count : CHUNK;
        if (!lab_short_names(g->names, names, now, ids))
            return false;
        if (g->holes && now == CHUNK)
            g->holes = has_holes(g);
#if LAB_HAS_WIDE
        if (g->wide) {
            run_wide(g, ids, now);
            continue;
        }
#endif
        run_any(g, ids, now);
    }
    return true;
}

static void flush_blocks(struct lab_grid *g, const struct lab_flush *flush)
{
    for (unsigned i = 0; i < LISTS * WAYS; i++) {
        uint32_t *id = &g->lists[i / WAYS][i % WAYS];
        const uint32_t block = *id == LAB_NO_SHORT ? 0 : lab_block(lab_short_name(g->names, *id));
        for (size_t k = 0; *id != LAB_NO_SHORT && k < flush->block_count; k++) {
            if (flush->blocks[k] == block)
                *id = LAB_NO_SHORT;
        }
    }
    g->holes = true;
}

bool lab_grid_feed(struct lab_grid *g, const struct lab_batch *batch)
{
    size_t at = 0;
    for (size_t i = 0; i < batch->flush_count; i++) {
        const struct lab_flush *flush = &batch->flushes[i];
        if (!run(g, batch->names + at, flush->at - at))
            return false;
        at = flush->at;
        if (flush->blocks)
            flush_blocks(g, flush);
        else
            memset(g->lists, 0xff, sizeof g->lists);
    }
    return run(g, batch->names + at, batch->count - at);
}

uint64_t lab_grid_lookups(const struct lab_grid *g)
{
    return g->lookups;
}

uint64_t lab_grid_misses(const struct lab_grid *g, unsigned set_bits, unsigned ways)
{
    uint64_t misses = 0;
    for (unsigned place = ways; place <= WAYS; place++)
        misses += g->places[set_bits][place];
    return misses;
}

struct lab_grid *lab_grid_new(void)
{
    struct lab_grid *g = aligned_alloc(64, (sizeof *g + 63) / 64 * 64);
    if (!g)
        return NULL;
    memset(g, 0, sizeof *g);
    memset(g->lists, 0xff, sizeof g->lists);
    g->wide = lab_width() != LAB_WIDTH_ANY;
    g->names = lab_short_new(LAB_GRID_SET_BITS);
    if (g->names)
        return g;
    free(g);
    return NULL;
}

void lab_grid_portable(struct lab_grid *g)
{
    g->wide = false;
}

void lab_grid_free(struct lab_grid *g)
{
    if (!g)
        return;
    lab_short_free(g->names);
    free(g);
}
