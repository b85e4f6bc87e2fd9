/* The exact number of misses of every fully associative LRU associator, in one pass over the lookups: stack distances
 * (Mattson, Gecsei, Slutz, Traiger: Evaluation techniques for storage hierarchies, IBM Systems Journal 9, 1970).
 *
 * A lookup's distance is its page's place in the list of pages by last use, 1 the most recent: a hit for that many
 * entries and more. Last uses are marks on a row of slots, counted by words of bits and two levels of sums; the row is
 * made dense again when it is full. Time for a lookup: constant up to some 100,000 pages, then slowly growing; memory:
 * some 70 bytes for each distinct page, whatever the length of the trace.
 *
 * Flushes are exact too. An entry that a flush empties leaves a hole at its place of the list. A lookup puts its page
 * in front and moves the others back as far as the first hole, which is filled, or to the page's own old place; if a
 * hole came first, the old place is a hole now. Among the first k places are then exactly what k entries hold and, as
 * holes, their invalid ways: a miss that finds an invalid way evicts nothing. By induction inclusion holds with holes
 * as without, so one pass is exact for every k. */
#ifndef NESTOR_LAB_CURVE_H
#define NESTOR_LAB_CURVE_H

#include "lab/engine.h"

struct lab_curve;

/* NULL when memory runs out. */
struct lab_curve *lab_curve_new(void);
/* From here on the loop for any machine, whatever this one has: for tests. */
void lab_curve_portable(struct lab_curve *curve);
void lab_curve_free(struct lab_curve *curve);

/* The next lookups and flushes. False when memory ran out, after which only lab_curve_free makes sense. */
bool lab_curve_feed(struct lab_curve *curve, const struct lab_batch *batch);

/* Lookups so far; distinct names among them; the least number of entries with as few misses as any more. */
uint64_t lab_curve_lookups(const struct lab_curve *curve);
uint64_t lab_curve_distinct(const struct lab_curve *curve);
uint64_t lab_curve_depth(const struct lab_curve *curve);

/* Misses with k entries into misses[k], for k from 0 (every lookup) to count - 1. */
void lab_curve_misses(const struct lab_curve *curve, uint64_t *misses, size_t count);

/* Lookup by lookup, for lab/sample.h: distance of the lookup, 0 if its page is not in the list (first use, or emptied
 * since); an entry taken out as if it had never been looked up, without a hole (it must never be looked up again).
 * LAB_CURVE_FAILED, false: memory ran out. */
#define LAB_CURVE_FAILED UINT32_MAX
uint32_t lab_curve_lookup(struct lab_curve *curve, uint64_t name);
bool lab_curve_flush(struct lab_curve *curve, const struct lab_flush *flush);
void lab_curve_forget(struct lab_curve *curve, uint64_t name);

#endif
