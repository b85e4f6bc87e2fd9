/* The exact number of misses of every set-associative LRU associator of 1 to 64 sets and 1 to 16 ways, 112 geometries
 * in one pass (Mattson and others, 1970; Hill and Smith: Evaluating associativity in CPU caches, IEEE Transactions on
 * Computers 38, 1989).
 *
 * For each number of sets every set has a list of its last 16 pages by use; a lookup's place in it is the number of
 * ways from which on it is a hit. A page that is first in its set is first in the smaller sets of the larger numbers
 * too, where nothing is to be done then. Flushes are exact as in lab/curve.h: what they empty leaves holes in the
 * lists. Memory: 8 KiB, whatever the trace (lab/short.h). */
#ifndef NESTOR_LAB_GRID_H
#define NESTOR_LAB_GRID_H

#include "lab/engine.h"

/* Sets are 1 << set_bits. */
enum { LAB_GRID_SET_BITS = 6, LAB_GRID_WAYS = 16 };

struct lab_grid;

/* NULL when memory runs out. */
struct lab_grid *lab_grid_new(void);
/* From here on the loop for any machine: for tests. */
void lab_grid_portable(struct lab_grid *grid);
void lab_grid_free(struct lab_grid *grid);

/* The next lookups and flushes. False when memory ran out. */
bool lab_grid_feed(struct lab_grid *grid, const struct lab_batch *batch);

uint64_t lab_grid_lookups(const struct lab_grid *grid);

/* Misses with 1 << set_bits sets (0 to LAB_GRID_SET_BITS) of `ways` ways (1 to LAB_GRID_WAYS). */
uint64_t lab_grid_misses(const struct lab_grid *grid, unsigned set_bits, unsigned ways);

#endif
