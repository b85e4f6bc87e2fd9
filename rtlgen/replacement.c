/* Replacement policies of the associator (docs/spec.md, 10.8, rules 2 to 4). */
#include "rtlgen/associator.h"

enum { LFSR_RESET = 0xace1, LFSR_TAPS = 0xb400 };

unsigned replacement_bits(const struct geometry *g)
{
    if (g->ways == 1)
        return 0;
    switch (g->replacement) {
    case HV_REPLACEMENT_LRU:
        return g->ways * (g->ways - 1) / 2;
    case HV_REPLACEMENT_PLRU:
        return g->ways - 1;
    case HV_REPLACEMENT_FIFO:
        return clog2(g->ways);
    case HV_REPLACEMENT_RANDOM:
        return 0;
    }
    return 0;
}

/* ------------------------------------------------------------------------------ */
/* lru: for each pair of ways, which of them was touched later                      */
/* ------------------------------------------------------------------------------ */

/* Row i: bit k says that way i was touched later than way i + 1 + k. All ways have been touched by
 * fills when a victim is needed, so the state after reset does not matter. */
static void lru_rows(module *m, unsigned ways, sig state, sig *rows)
{
    unsigned low = 0;
    for (unsigned i = 0; i + 1 < ways; i++) {
        unsigned width = ways - 1 - i;
        rows[i] = name(m, fmt("way%u_later", i), bits(state, low + width - 1, low));
        low += width;
    }
}

static sig lru_victim(module *m, unsigned ways, sig state)
{
    sig rows[64], oldest[64];
    lru_rows(m, ways, state, rows);
    for (unsigned i = 0; i < ways; i++) {
        sig others_later[64];
        unsigned n = 0;
        for (unsigned j = 0; j < i; j++)
            others_later[n++] = bit(rows[j], i - j - 1);
        if (i + 1 < ways)
            others_later[n++] = is_zero(rows[i]);
        oldest[i] = reduce_and(cat_array(others_later, n));
    }
    return cat_array(oldest, ways);
}

static sig lru_next(module *m, unsigned ways, sig state, sig touched)
{
    sig next[64];
    unsigned low = 0;
    for (unsigned i = 0; i + 1 < ways; i++) {
        unsigned width = ways - 1 - i;
        sig row = and_(bits(state, low + width - 1, low), not_(bits(touched, ways - 1, i + 1)));
        next[i] = name(m, fmt("way%u_later_next", i), or_(row, repeat(bit(touched, i), width)));
        low += width;
    }
    return cat_array(next, ways - 1);
}

/* ------------------------------------------------------------------------------ */
/* plru: a tree; the bit of node i, from 1 on, is bit i - 1 of the state            */
/* ------------------------------------------------------------------------------ */

/* Ways under a node: [first, first + count). */
static void ways_under(unsigned ways, unsigned node, unsigned *first, unsigned *count)
{
    unsigned level = 0;
    while (node >> (level + 1))
        level++;
    *count = ways >> level;
    *first = (node - (1u << level)) * *count;
}

static sig plru_victim(unsigned ways, sig state)
{
    sig victim[64];
    for (unsigned way = 0; way < ways; way++) {
        sig path[6];
        unsigned n = 0;
        for (unsigned node = ways + way; node > 1; node >>= 1) {
            sig right = bit(state, node / 2 - 1);
            path[n++] = node & 1 ? right : not_(right);
        }
        victim[way] = reduce_and(cat_array(path, n));
    }
    return cat_array(victim, ways);
}

static sig plru_next(module *m, unsigned ways, sig state, sig touched)
{
    sig next[63];
    for (unsigned node = 1; node < ways; node++) {
        unsigned first, count;
        ways_under(ways, node, &first, &count);
        sig left = reduce_or(bits(touched, first + count / 2 - 1, first));
        sig right = reduce_or(bits(touched, first + count - 1, first + count / 2));
        next[node - 1] = name(m, fmt("node%u_next", node), or_(left, and_(bit(state, node - 1), not_(right))));
    }
    return cat_array(next, ways - 1);
}

/* ------------------------------------------------------------------------------ */
/* fifo: the number of the victim                                                   */
/* ------------------------------------------------------------------------------ */

static sig fifo_next(module *m, unsigned ways, sig state)
{
    sig step = add_lit(state, 1);
    if (!(ways & (ways - 1)))
        return step;
    return mux(eq_lit(state, ways - 1), lit(width_of(state), 0), step);
}

/* ------------------------------------------------------------------------------ */
/* random: a shift register for all sets                                            */
/* ------------------------------------------------------------------------------ */

/* s x ways / 2^16, with the product made of shifted sums: ways is a constant. */
static sig random_victim(module *m, unsigned ways, sig chosen)
{
    sig s = describe(reg(m, "lfsr", 16, LFSR_RESET), "x^16 + x^14 + x^13 + x^11 + 1, Galois form");
    when (chosen)
        set(s, xor_(shr_by(s, 1), and_(repeat(bit(s, 0), 16), lit(16, LFSR_TAPS))));
    unsigned width = 16 + clog2(ways);
    sig product = {0};
    for (unsigned k = 0; ways >> k; k++) {
        if (!(ways >> k & 1))
            continue;
        sig part = shl_by(zext(s, width + 1), k);
        product = is_none(product) ? part : add(product, part);
    }
    sig way = name(m, "random_way", bits(name(m, "random_product", product), width - 1, 16));
    return one_hot(way, ways);
}

/* ------------------------------------------------------------------------------ */
/* All of them                                                                      */
/* ------------------------------------------------------------------------------ */

sig replacement_victim(module *m, const struct geometry *g, sig state, sig chosen)
{
    if (g->ways == 1)
        return lit(1, 1);
    switch (g->replacement) {
    case HV_REPLACEMENT_LRU:
        return lru_victim(m, g->ways, state);
    case HV_REPLACEMENT_PLRU:
        return plru_victim(g->ways, state);
    case HV_REPLACEMENT_FIFO:
        return one_hot(state, g->ways);
    case HV_REPLACEMENT_RANDOM:
        return random_victim(m, g->ways, chosen);
    }
    return lit(g->ways, 1);
}

sig replacement_next(module *m, const struct geometry *g, sig state, sig touched)
{
    switch (g->replacement) {
    case HV_REPLACEMENT_LRU:
        return lru_next(m, g->ways, state, touched);
    case HV_REPLACEMENT_PLRU:
        return plru_next(m, g->ways, state, touched);
    case HV_REPLACEMENT_FIFO:
    case HV_REPLACEMENT_RANDOM: /* which remembers nothing */
        break;
    }
    return fifo_next(m, g->ways, state);
}
