/* The miss-ratio curve of fully associative LRU, estimated from a sample of the pages, for traces too long for
 * lab/curve.h: SHARDS (Waldspurger, Park, Garthwaite, Ahmad: Efficient MRC construction with SHARDS, FAST 2015), in
 * both variants.
 *
 * A page is taken when a hash of its name lies below rate x 2^32, and then all its lookups are. Their distances among
 * themselves are divided by the rate. With a limit on the pages that are kept, the rate goes down whenever there is one
 * more, and the eighth with the largest hashes is forgotten. Each miss counts 1 / rate of its time (the paper's
 * correction of the sum, SHARDS-adj, is that).
 *
 * What it says, of e entries: let M be the exact number of misses of n lookups, S the estimated one, R the rate (the
 * last one). Then, with three standard deviations of each of the two errors that sampling makes (of a hash that is as
 * good as chance, 99.7 % of the cases each),
 *
 *     M(e + d) - b n  <=  S(e)  <=  M(e - d) + b n
 *
 *     b = 3 sqrt((1 - R) sum of m^2) / (R n), m: a kept page's misses: which pages were taken. m is counted by powers
 * of two of the distance, and taken for the power below e: never too small. d = 3 sqrt(e (1 - R) / R) + 1 / R - 1 + e /
 * 1024: distances are counted by the pages taken, each of which stands for 1 / R; and kept in 1,024 steps for each
 * power of two from 2,048 on.
 *
 * With R = 1 it is exact, but for the steps. Flushes are as in lab/curve.h, of the pages taken. */
#ifndef NESTOR_LAB_SAMPLE_H
#define NESTOR_LAB_SAMPLE_H

#include "lab/engine.h"

struct lab_sample;

/* `rate`: of the pages to begin with, above 0, at most 1. `most`: pages to keep; 0: as many as there are at this rate
 * (fixed rate). NULL when memory runs out. */
struct lab_sample *lab_sample_new(double rate, size_t most);
void lab_sample_free(struct lab_sample *sample);

/* The next lookups and flushes. False when memory ran out. */
bool lab_sample_feed(struct lab_sample *sample, const struct lab_batch *batch);

/* `rate`: the last one. `bound`: the largest b of `from` entries and more, which 32 pages of the sample fit in (all if
 * R = 1). Of fewer a sample says little, and lab/grid.h and lab/direct.h tell them exactly and fast. */
struct lab_sample_facts {
    double rate, bound;
    uint64_t from;
    uint64_t lookups, taken; /* all; those of pages taken */
    size_t kept;             /* pages, in the end */
};
struct lab_sample_facts lab_sample_facts(const struct lab_sample *sample);

/* S, b and d of `entries`, 1 or more. */
struct lab_sample_point {
    double misses, bound, distance;
};
struct lab_sample_point lab_sample_at(const struct lab_sample *sample, uint64_t entries);

#endif
