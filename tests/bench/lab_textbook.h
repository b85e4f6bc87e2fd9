/* What one writes in thirty lines when one wants the misses of a trace: the yardsticks of bench_lab. */
#ifndef BENCH_LAB_TEXTBOOK_H
#define BENCH_LAB_TEXTBOOK_H

#include <stddef.h>
#include <stdint.h>

/* Each gives the number of misses; array_read the sum of the array. */
uint64_t array_read(const uint64_t *names, size_t count);
uint64_t textbook_16x4(const uint64_t *names, size_t count);      /* 16 sets x 4 ways LRU, unrolled */
uint64_t textbook_64_list(const uint64_t *names, size_t count);   /* 64 entries LRU, hash table and list */
uint64_t textbook_64_search(const uint64_t *names, size_t count); /* 64 entries LRU, all compared at once */

#endif
