/* The ways in which lab/direct.c keeps a half of an associator, behind one table of functions each. */
#ifndef NESTOR_LAB_DIRECT_HALF_H
#define NESTOR_LAB_DIRECT_HALF_H

#include "lab/direct.h"

/* Lookups that are given at once, at most. */
enum { LAB_CHUNK = 4096 };

/* `lookups`: at most LAB_CHUNK; misses go into *misses and, if `missed` is not NULL, one byte each there. `flush`:
 * returns how many valid entries it emptied. */
struct lab_half_kind {
    void *(*make)(const struct lab_direct_plan *plan, enum lab_width width);
    void (*free)(void *half);
    bool (*lookups)(void *half, const uint64_t *names, size_t count, uint64_t *misses, uint8_t *missed);
    size_t (*flush)(void *half, const struct lab_flush *flush);
    size_t (*held)(const void *half, uint32_t set, uint64_t *names);
};

/* Lists: LRU with up to LAB_LIST_WAYS ways. */
enum { LAB_LIST_WAYS = 16 };
extern const struct lab_half_kind lab_half_lists;

/* One long list: fully associative LRU of LAB_LONG_LEAST to LAB_LONG_MOST entries, on machines that compare many at
 * once. */
enum { LAB_LONG_LEAST = LAB_LIST_WAYS + 1, LAB_LONG_MOST = 68 };
extern const struct lab_half_kind lab_half_long;

/* Sets: the other replacements, with up to LAB_LIST_WAYS ways. */
extern const struct lab_half_kind lab_half_sets;

/* Ways: everything. */
extern const struct lab_half_kind lab_half_ways;

/* Does a flush empty the entries of this name? */
static inline bool lab_flush_takes(const struct lab_flush *flush, uint64_t name)
{
    for (size_t i = 0; flush->blocks && i < flush->block_count; i++) {
        if (flush->blocks[i] == lab_block(name))
            return true;
    }
    return !flush->blocks;
}

#endif
