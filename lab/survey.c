#include "lab/survey.h"

#include "lab/curve.h"
#include "lab/grow.h"

enum { HALVES = 2 };

/* The part of a batch that is one half's. */
struct part {
    uint64_t *names;
    struct lab_flush *flushes;
    size_t name_size, flush_size, count;
};

struct lab_survey {
    struct lab_survey_plan plan;
    struct lab_stream *stream;
    unsigned halves; /* 1, or one each for fetches and data */
    struct lab_curve *curve[HALVES];
    struct lab_sample *sample[HALVES];
    struct lab_grid *grid[HALVES];
    struct part part;
};

static bool feed_half(struct lab_survey *survey, unsigned half, const struct lab_batch *batch)
{
    return (!survey->curve[half] || lab_curve_feed(survey->curve[half], batch)) &&
           (!survey->sample[half] || lab_sample_feed(survey->sample[half], batch)) &&
           (!survey->grid[half] || lab_grid_feed(survey->grid[half], batch));
}

/* The lookups of one port, and all flushes, where they then are. */
static bool take_part(struct part *part, unsigned port, const struct lab_batch *batch)
{
    size_t flushes = 0;
    part->count = 0;
    if (!lab_grow(&part->names, &part->name_size, batch->count, sizeof *part->names) ||
        !lab_grow(&part->flushes, &part->flush_size, batch->flush_count, sizeof *part->flushes))
        return false;
    for (size_t i = 0; i <= batch->count; i++) {
        for (; flushes < batch->flush_count && batch->flushes[flushes].at == i; flushes++) {
            part->flushes[flushes] = batch->flushes[flushes];
            part->flushes[flushes].at = part->count;
        }
        if (i < batch->count && batch->ports[i] == port)
            part->names[part->count++] = batch->names[i];
    }
    return true;
}

bool lab_survey_feed(struct lab_survey *survey, const struct lab_reference *references, size_t count)
{
    struct lab_batch batch;
    if (!lab_stream_feed(survey->stream, references, count, &batch))
        return false;
    if (survey->halves == 1)
        return feed_half(survey, 0, &batch);
    for (unsigned half = 0; half < HALVES; half++) {
        if (!take_part(&survey->part, half, &batch))
            return false;
        const struct lab_batch own = {.names = survey->part.names,
                                      .count = survey->part.count,
                                      .flushes = survey->part.flushes,
                                      .flush_count = batch.flush_count};
        if (!feed_half(survey, half, &own))
            return false;
    }
    return true;
}

bool lab_survey_space(struct lab_survey *survey, uint32_t space, unsigned level, const uint8_t *syllables)
{
    return lab_stream_space(survey->stream, space, level, syllables);
}

const struct lab_stream_counts *lab_survey_counts(const struct lab_survey *survey)
{
    return lab_stream_counts(survey->stream);
}

static uint64_t faults(const struct lab_survey *survey)
{
    const struct lab_stream_counts *counts = lab_stream_counts(survey->stream);
    return counts->faults[0] + counts->faults[1];
}

uint64_t lab_survey_depth(const struct lab_survey *survey)
{
    uint64_t depth = 0;
    for (unsigned half = 0; half < survey->halves; half++) {
        const uint64_t own = lab_curve_depth(survey->curve[half]);
        depth = own > depth ? own : depth;
    }
    return depth;
}

bool lab_survey_curve(const struct lab_survey *survey, uint64_t *misses, size_t count)
{
    uint64_t *own = calloc(count + 1, sizeof *own);
    for (size_t i = 0; i < count; i++)
        misses[i] = faults(survey);
    for (unsigned half = 0; own && half < survey->halves; half++) {
        lab_curve_misses(survey->curve[half], own, count + 1);
        for (size_t i = 0; i < count; i++)
            misses[i] += own[i + 1];
    }
    free(own);
    return own != NULL;
}

struct lab_sample_point lab_survey_at(const struct lab_survey *survey, uint64_t entries)
{
    struct lab_sample_point sum = {.misses = (double)faults(survey)};
    double lookups = (double)faults(survey), bound = 0;
    for (unsigned half = 0; half < survey->halves; half++) {
        const struct lab_sample_point own = lab_sample_at(survey->sample[half], entries);
        const double of = (double)lab_sample_facts(survey->sample[half]).lookups;
        sum.misses += own.misses;
        sum.distance = own.distance > sum.distance ? own.distance : sum.distance;
        bound += own.bound * of;
        lookups += of;
    }
    sum.bound = lookups > 0 ? bound / lookups : 0;
    return sum;
}

struct lab_sample_facts lab_survey_facts(const struct lab_survey *survey)
{
    struct lab_sample_facts all = {.rate = 1, .lookups = faults(survey)};
    double bound = 0;
    for (unsigned half = 0; half < survey->halves; half++) {
        const struct lab_sample_facts own = lab_sample_facts(survey->sample[half]);
        all.rate = own.rate < all.rate ? own.rate : all.rate;
        all.from = own.from > all.from ? own.from : all.from;
        all.lookups += own.lookups;
        all.taken += own.taken;
        all.kept += own.kept;
        bound += own.bound * (double)own.lookups;
    }
    all.bound = all.lookups ? bound / (double)all.lookups : 0;
    return all;
}

uint64_t lab_survey_grid(const struct lab_survey *survey, unsigned set_bits, unsigned ways)
{
    uint64_t misses = faults(survey);
    for (unsigned half = 0; half < survey->halves; half++)
        misses += lab_grid_misses(survey->grid[half], set_bits, ways);
    return misses;
}

struct lab_survey *lab_survey_new(const struct lab_survey_plan *plan)
{
    struct lab_survey *survey = calloc(1, sizeof *survey);
    const bool sampled = plan->curve && plan->rate > 0;
    bool good = survey != NULL;
    if (!survey)
        return NULL;
    survey->plan = *plan;
    survey->halves = plan->split ? HALVES : 1;
    survey->stream = lab_stream_new(&plan->stream);
    for (unsigned half = 0; half < survey->halves; half++) {
        survey->curve[half] = plan->curve && !sampled ? lab_curve_new() : NULL;
        survey->sample[half] = sampled ? lab_sample_new(plan->rate, plan->most) : NULL;
        survey->grid[half] = plan->grid ? lab_grid_new() : NULL;
        good &= (survey->curve[half] || survey->sample[half] || !plan->curve) && (survey->grid[half] || !plan->grid);
    }
    if (good && survey->stream)
        return survey;
    lab_survey_free(survey);
    return NULL;
}

void lab_survey_free(struct lab_survey *survey)
{
    if (!survey)
        return;
    for (unsigned half = 0; half < HALVES; half++) {
        lab_curve_free(survey->curve[half]);
        lab_grid_free(survey->grid[half]);
        if (survey->sample[half])
            lab_sample_free(survey->sample[half]);
    }
    lab_stream_free(survey->stream);
    free(survey->part.names);
    free(survey->part.flushes);
    free(survey);
}
