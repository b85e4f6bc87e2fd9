/* The traces that bench_lab measures with: names (lab/engine.h) of pages. */
#ifndef BENCH_LAB_TRACES_H
#define BENCH_LAB_TRACES_H

#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

/* `count` names, page i of `pages` with a probability of 1 / (i + 1) to the power of `exponent`, scattered; always the
 * same. To be freed; NULL: out of memory. */
uint64_t *trace_zipf(size_t count, uint32_t pages, double exponent);

/* `count` names of fetches, loads and stores, as programs that run in turns on the model make them, each in a space of
 * its own, `quantum` instructions at a time; one that ends begins again. `page_bits`: of an address in its page, 12 or
 * less. To be freed; NULL with *error filled. */
uint64_t *trace_programs(size_t count, char *const *programs, size_t program_count, unsigned quantum,
                         unsigned page_bits, struct hv_error *error);

/* How many different ones there are. */
size_t trace_distinct(const uint64_t *names, size_t count);

#endif
