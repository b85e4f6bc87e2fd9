/* What the tests of the laboratory's engines share: random traces with flushes, and a plain associator written from
 * docs/spec.md, 7 and 10.8, without a thought for speed. */
#ifndef TESTS_LAB_SUPPORT_H
#define TESTS_LAB_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/config.h"
#include "lab/engine.h"

#include <stdlib.h>
#include <string.h>

/* xorshift64*: the same numbers in every run. */
__attribute__((unused)) static uint32_t random32(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(2685821657736338717) >> 32);
}

__attribute__((unused)) static uint32_t below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)((uint64_t)random32(state) * limit >> 32);
}

/* ---- traces ---- */

struct trace {
    struct lab_batch batch;
    uint64_t *names;
    uint8_t *ports;
    struct lab_flush *flushes;
    uint32_t *blocks;
};

/* What a trace is made of: pages of each block; one flush in `flush_every` lookups (0: none), of everything or of some
 * blocks. */
struct recipe {
    size_t count;
    uint32_t blocks, pages, flush_every;
    uint32_t first_block;
    uint64_t seed;
};

/* Few pages are used often, and what was used lately is used again. */
static uint64_t random_name(const struct recipe *r, const struct trace *t, size_t i, uint64_t *seed)
{
    if (i && below(seed, 3))
        return t->names[i - 1 - below(seed, i < 40 ? (uint32_t)i : 40)];
    const uint32_t range = below(seed, 4) ? 1 + r->pages / 8 : r->pages;
    return lab_name(r->first_block + below(seed, r->blocks), below(seed, range));
}

/* Flushes lie at any place, the same one twice, and before the first and after the last lookup, too. */
static void add_flush(struct trace *t, const struct recipe *r, size_t at, uint64_t *seed)
{
    struct lab_flush *flush = &t->flushes[t->batch.flush_count];
    uint32_t *blocks = &t->blocks[t->batch.flush_count * 3];
    t->batch.flush_count++;
    *flush = (struct lab_flush){.at = at};
    if (below(seed, 8) == 0)
        return;
    flush->blocks = blocks;
    flush->block_count = below(seed, 4);
    for (size_t i = 0; i < flush->block_count; i++)
        blocks[i] = r->first_block + below(seed, r->blocks + 2); /* unknown ones and the same twice, too */
}

__attribute__((unused)) static struct trace make_trace(const struct recipe *r)
{
    uint64_t seed = r->seed;
    struct trace t = {.batch.count = r->count};
    t.names = malloc(r->count * sizeof *t.names);
    t.ports = malloc(r->count);
    t.flushes = malloc((r->count + 1) * sizeof *t.flushes);
    t.blocks = malloc((r->count + 1) * 3 * sizeof *t.blocks);
    assert_true(t.names && t.ports && t.flushes && t.blocks);
    for (size_t i = 0; i <= r->count; i++) {
        while (r->flush_every && t.batch.flush_count < r->count && below(&seed, r->flush_every) == 0)
            add_flush(&t, r, i, &seed);
        if (i == r->count)
            break;
        t.names[i] = random_name(r, &t, i, &seed);
        t.ports[i] = (uint8_t)below(&seed, 2);
    }
    t.batch.names = t.names;
    t.batch.ports = t.ports;
    t.batch.flushes = t.flushes;
    return t;
}

__attribute__((unused)) static void free_trace(struct trace *t)
{
    free(t->names);
    free(t->ports);
    free(t->flushes);
    free(t->blocks);
}

/* Part of a trace, from lookup `from` to `to`; flushes at `to` belong to the next part unless it is the end. `flushes`
 * is room. */
__attribute__((unused)) static struct lab_batch part_of(const struct trace *t, size_t from, size_t to,
                                                        struct lab_flush *flushes)
{
    struct lab_batch part = {t->names + from, t->ports + from, to - from, flushes, 0};
    for (size_t i = 0; i < t->batch.flush_count; i++) {
        const struct lab_flush *flush = &t->flushes[i];
        if (flush->at >= from && (flush->at < to || to == t->batch.count)) {
            flushes[part.flush_count] = *flush;
            flushes[part.flush_count++].at -= from;
        }
    }
    return part;
}

/* ---- a plain associator ---- */

struct plain_line {
    bool valid;
    uint64_t name, stamp;
};

struct plain {
    uint32_t sets, ways;
    enum hv_replacement replacement;
    struct plain_line *lines; /* way i % ways of set i / ways */
    uint32_t *fifo;
    bool *right; /* node i of set s at s * ways + i */
    uint32_t lfsr;
    uint64_t now, misses, flushed;
};

__attribute__((unused)) static struct plain make_plain(uint32_t sets, uint32_t ways, enum hv_replacement replacement)
{
    const size_t entries = (size_t)sets * ways;
    struct plain p = {.sets = sets, .ways = ways, .replacement = replacement, .lfsr = 0xace1};
    p.lines = calloc(entries, sizeof *p.lines);
    p.fifo = calloc(sets, sizeof *p.fifo);
    p.right = calloc(entries, sizeof *p.right);
    assert_true(p.lines && p.fifo && p.right);
    return p;
}

__attribute__((unused)) static void free_plain(struct plain *p)
{
    free(p->lines);
    free(p->fifo);
    free(p->right);
}

static uint32_t plain_victim(struct plain *p, uint32_t set)
{
    const struct plain_line *lines = &p->lines[(size_t)set * p->ways];
    uint32_t way = 0;
    if (p->replacement == HV_REPLACEMENT_LRU) {
        for (uint32_t i = 1; i < p->ways; i++)
            way = lines[i].stamp < lines[way].stamp ? i : way;
    } else if (p->replacement == HV_REPLACEMENT_FIFO) {
        way = p->fifo[set];
        p->fifo[set] = way + 1 == p->ways ? 0 : way + 1;
    } else if (p->replacement == HV_REPLACEMENT_PLRU) {
        uint32_t node = 1;
        for (uint32_t width = p->ways; width > 1; width /= 2) {
            const bool right = p->right[(size_t)set * p->ways + node];
            way += right ? width / 2 : 0;
            node = 2 * node + right;
        }
    } else {
        way = (uint32_t)((uint64_t)p->lfsr * p->ways / 65536);
        p->lfsr = p->lfsr / 2 ^ (p->lfsr % 2 ? 0xb400 : 0);
    }
    return way;
}

static void plain_touch(struct plain *p, uint32_t set, uint32_t way)
{
    p->lines[(size_t)set * p->ways + way].stamp = ++p->now;
    if (p->replacement != HV_REPLACEMENT_PLRU)
        return;
    uint32_t node = 1, first = 0;
    for (uint32_t width = p->ways; width > 1; width /= 2) {
        const bool in_right = way >= first + width / 2;
        p->right[(size_t)set * p->ways + node] = !in_right;
        first += in_right ? width / 2 : 0;
        node = 2 * node + in_right;
    }
}

/* True: a hit. */
__attribute__((unused)) static bool plain_lookup(struct plain *p, uint64_t name)
{
    const uint32_t set = (uint32_t)(name % p->sets);
    struct plain_line *lines = &p->lines[(size_t)set * p->ways];
    uint32_t way = 0;
    while (way < p->ways && !(lines[way].valid && lines[way].name == name))
        way++;
    const bool hit = way < p->ways;
    if (!hit) {
        p->misses++;
        for (way = 0; way < p->ways && lines[way].valid;)
            way++;
        if (way == p->ways)
            way = plain_victim(p, set);
        lines[way] = (struct plain_line){.valid = true, .name = name};
    }
    plain_touch(p, set, way);
    return hit;
}

__attribute__((unused)) static void plain_flush(struct plain *p, const struct lab_flush *flush)
{
    for (size_t i = 0; i < (size_t)p->sets * p->ways; i++) {
        bool out = flush->blocks == NULL;
        for (size_t k = 0; !out && k < flush->block_count; k++)
            out = p->lines[i].name >> 20 == flush->blocks[k];
        if (out && p->lines[i].valid) {
            p->lines[i].valid = false;
            p->flushed++;
        }
    }
}

/* Everything; `missed`, if not NULL: 1 for each lookup that missed, else 0. */
__attribute__((unused)) static void plain_feed(struct plain *p, const struct lab_batch *batch, uint8_t *missed)
{
    size_t f = 0;
    for (size_t i = 0; i <= batch->count; i++) {
        for (; f < batch->flush_count && batch->flushes[f].at == i; f++)
            plain_flush(p, &batch->flushes[f]);
        if (i == batch->count)
            break;
        const bool hit = plain_lookup(p, batch->names[i]);
        if (missed)
            missed[i] = !hit;
    }
}

#endif
