/* Names in 32 bits, for engines that compare many at once. Those of the first 2,048 blocks are short as they are, which
 * is all of most traces; the others are numbered in a table. Equal if and only if the names are, with the same low
 * bits, so with the same set index. */
#ifndef NESTOR_LAB_SHORT_H
#define NESTOR_LAB_SHORT_H

#include "lab/engine.h"

struct lab_short;

/* Never a short name. */
#define LAB_NO_SHORT UINT32_MAX

/* `set_bits`: low bits to keep, 0 to 12. NULL when memory runs out. */
struct lab_short *lab_short_new(unsigned set_bits);
void lab_short_free(struct lab_short *table);

/* `count` names into `ids`. False: no memory, or more than 2^(31 - set_bits) names of blocks from 2,048 on. */
bool lab_short_names(struct lab_short *table, const uint64_t *names, size_t count, uint32_t *ids);

/* The name that is so short. */
uint64_t lab_short_name(const struct lab_short *table, uint32_t id);

#endif
