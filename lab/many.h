/* Many configurations over one pass of the references, by several threads: any geometry, replacement, key, split and
 * number of last-page registers. Configurations with the same key and registers share a stream (lab/stream.h); each has
 * its own associator (lab/direct.h). */
#ifndef NESTOR_LAB_MANY_H
#define NESTOR_LAB_MANY_H

#include "lab/direct.h"
#include "lab/stream.h"

struct lab_many;

/* Associators of `configs`, which are copied and valid; `page_bits` as in lab_stream_plan; `threads` that work, 0 or 1:
 * the caller's only. NULL when memory or threads run out. */
struct lab_many *lab_many_new(const struct hv_config *configs, size_t count, unsigned page_bits, unsigned threads);
void lab_many_free(struct lab_many *many);

/* As lab_stream_space. */
bool lab_many_space(struct lab_many *many, uint32_t space, unsigned level, const uint8_t *syllables);

/* The next references, some 100,000 at a time or more for the threads to be worth it. False when memory ran out. */
bool lab_many_feed(struct lab_many *many, const struct lab_reference *references, size_t count);

/* What a configuration came to, by port. Misses are those of the associator and the faults of the stream; without an
 * associator every lookup. */
struct lab_many_counts {
    uint64_t accesses[2], lookups[2], misses[2], flushed;
};
struct lab_many_counts lab_many_counts(const struct lab_many *many, size_t config);

#endif
