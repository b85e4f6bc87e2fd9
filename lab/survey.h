/* Every LRU geometry of a workload in one pass: stream (lab/stream.h), then curve and grid, for a unified associator
 * or, if it is split, for both halves, each of which has the geometry. Misses are exact as those two are; a lookup
 * whose walk faults is a miss with any geometry. */
#ifndef NESTOR_LAB_SURVEY_H
#define NESTOR_LAB_SURVEY_H

#include "lab/grid.h"
#include "lab/sample.h"
#include "lab/stream.h"

struct lab_survey_plan {
    struct lab_stream_plan stream;
    bool split, curve, grid; /* at least one of curve and grid */
    double rate;             /* above 0: the curve from a sample of the pages, lab/sample.h; each half has its own */
    size_t most;             /* pages that the sample keeps, 0: all at this rate */
};

struct lab_survey;

/* NULL when memory runs out. */
struct lab_survey *lab_survey_new(const struct lab_survey_plan *plan);
void lab_survey_free(struct lab_survey *survey);

/* As lab_stream_space. */
bool lab_survey_space(struct lab_survey *survey, uint32_t space, unsigned level, const uint8_t *syllables);

/* The next references. False when memory ran out. */
bool lab_survey_feed(struct lab_survey *survey, const struct lab_reference *references, size_t count);

/* By port, of the stream. */
const struct lab_stream_counts *lab_survey_counts(const struct lab_survey *survey);

/* The least number of entries with as few misses as any more; misses with 1 to `count` entries, fully associative. */
uint64_t lab_survey_depth(const struct lab_survey *survey);
bool lab_survey_curve(const struct lab_survey *survey, uint64_t *misses, size_t count);

/* With a rate, in place of those two: what it says, of `entries`, and in all; `bound` is relative to all lookups. */
struct lab_sample_point lab_survey_at(const struct lab_survey *survey, uint64_t entries);
struct lab_sample_facts lab_survey_facts(const struct lab_survey *survey);

/* Misses with 1 << set_bits sets of `ways` ways, as lab_grid_misses. */
uint64_t lab_survey_grid(const struct lab_survey *survey, unsigned set_bits, unsigned ways);

#endif
