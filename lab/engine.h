/* What the engines of the laboratory take: lookups as an array of names, and the flushes between them. lab/stream.h
 * makes both from references; curve, grid, direct and sample count over them.
 *
 * A name stands for a page of a space, (docs/spec.md, 7: tag and page), in 64 bits:
 *
 *     bits 19..0   the page's low bits: the set index is in them, whatever the number of sets
 *     bits 63..20  a block: the number, from 0 by first appearance, of the pair (space, page >> 20)
 *
 * So two names are equal if and only if space and page are, for any number of spaces and pages of 64 bits; the names
 * of a trace are dense, below 2^32 as long as there are fewer than 4,096 blocks, which the engines turn to speed (a
 * block is 4 GiB of a space with pages of 4 KiB: on a machine of 32 bits a block is a space); and "all entries of a
 * space" is a few blocks.
 */
#ifndef NESTOR_LAB_ENGINE_H
#define NESTOR_LAB_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAB_PLACE_BITS = 20, LAB_MAX_SETS = 1 << LAB_PLACE_BITS };

/* Never a name. */
#define LAB_NO_NAME UINT64_MAX

static inline uint64_t lab_name(uint32_t block, uint64_t page)
{
    return (uint64_t)block << LAB_PLACE_BITS | (page & (LAB_MAX_SETS - 1));
}

static inline uint32_t lab_block(uint64_t name)
{
    return (uint32_t)(name >> LAB_PLACE_BITS);
}

/* Before lookup `at` (0 to the batch's count) every entry of these blocks is emptied; `blocks` NULL: every entry. */
struct lab_flush {
    size_t at;
    const uint32_t *blocks;
    size_t block_count;
};

/* Lookups in order, and the flushes between them by ascending `at`. `ports`: 0 fetch, 1 data of each lookup; NULL where
 * it does not matter. The arrays are the giver's and need to last for the call only. */
struct lab_batch {
    const uint64_t *names;
    const uint8_t *ports;
    size_t count;
    const struct lab_flush *flushes;
    size_t flush_count;
};

#endif
