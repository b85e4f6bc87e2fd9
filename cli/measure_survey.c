/* --curve and --grid: every geometry, counted while the model runs once. */
#include "cli/measure.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>

static bool take_space(void *context, uint32_t space, unsigned level, const uint8_t *syllables)
{
    return lab_survey_space(context, space, level, syllables);
}

static bool take_references(void *context, const struct lab_reference *references, size_t count)
{
    return lab_survey_feed(context, references, count);
}

struct lab_survey *measure_survey_of(const struct measure_case *at, unsigned page_bits)
{
    const struct lab_survey_plan plan = {
        /* what the last-page registers serve never gets here */
        .stream = {.page_bits = page_bits, .last_pages = 0, .key = at->config.assoc_key},
        .split = at->config.assoc_split == HV_SPLIT,
        .curve = at->options->curve,
        .grid = at->options->grid,
        .rate = at->options->rate,
        .most = at->options->most,
    };
    return lab_survey_new(&plan);
}

int measure_survey_open(struct measure_survey *survey, const struct measure_case *at, const struct hv_machine *machine,
                        struct hv_error *error)
{
    *survey = (struct measure_survey){0};
    if (!at->options->curve && !at->options->grid)
        return 0;
    survey->survey = measure_survey_of(at, HV_PAGE_BITS);
    const struct lab_live_taker taker = {survey->survey, take_space, take_references};
    survey->live = survey->survey ? lab_live_new(machine, &taker) : NULL;
    return survey->live ? 0 : hv_fail(error, "%s: out of memory", at->program);
}

void measure_survey_free(struct measure_survey *survey)
{
    lab_live_free(survey->live);
    lab_survey_free(survey->survey);
    *survey = (struct measure_survey){0};
}

static bool take_curve(const struct lab_survey *survey, struct measure_geometries *geometries)
{
    const size_t depth = (size_t)lab_survey_depth(survey);
    geometries->curve_count = depth ? depth : 1;
    geometries->curve = calloc(geometries->curve_count, sizeof *geometries->curve);
    return geometries->curve && lab_survey_curve(survey, geometries->curve, geometries->curve_count);
}

/* From the fewest entries of which a sample says something to more than all pages, eight for each doubling. */
static bool take_estimates(const struct lab_survey *survey, struct measure_geometries *geometries)
{
    enum { MOST = 8 * 64, PER_DOUBLING = 8 };
    geometries->sampled = lab_survey_facts(survey);
    geometries->estimates = calloc(MOST, sizeof *geometries->estimates);
    if (!geometries->estimates)
        return false;
    const uint64_t last = (uint64_t)((double)geometries->sampled.kept / geometries->sampled.rate) + 1;
    for (uint64_t entries = geometries->sampled.from ? geometries->sampled.from : 1;
         geometries->estimate_count < MOST && entries <= last;
         entries += entries < PER_DOUBLING ? 1 : entries / PER_DOUBLING)
        geometries->estimates[geometries->estimate_count++] =
            (struct measure_estimate){entries, lab_survey_at(survey, entries)};
    return true;
}

static void take_grid(const struct lab_survey *survey, struct measure_geometries *geometries)
{
    for (unsigned bits = 0; bits <= LAB_GRID_SET_BITS; bits++)
        for (unsigned ways = 1; ways <= LAB_GRID_WAYS; ways++)
            geometries->grid[bits][ways - 1] = lab_survey_grid(survey, bits, ways);
}

/* Misses that were counted for the geometry that the machine has; UINT64_MAX when it is none of those. */
static uint64_t own_misses(const struct measure_result *result)
{
    const struct hv_config *config = &result->at.config;
    const struct measure_geometries *geometries = &result->geometries;
    const uint32_t entries = config->assoc_entries, ways = config->assoc_ways;
    if (!entries || config->assoc_replacement != HV_REPLACEMENT_LRU)
        return UINT64_MAX;
    const unsigned set_bits = (unsigned)__builtin_ctz(hv_config_sets(config));
    if (geometries->curve && entries == ways)
        return geometries->curve[(entries < geometries->curve_count ? entries : geometries->curve_count) - 1];
    if (result->at.options->grid && set_bits <= LAB_GRID_SET_BITS && ways <= LAB_GRID_WAYS)
        return geometries->grid[set_bits][ways - 1];
    return UINT64_MAX;
}

static void compare(const struct measure_result *result)
{
    const uint64_t own = own_misses(result), model = result->counters.associator.misses;
    if (own != UINT64_MAX && own != model)
        cli_failf(
            "warning: %s at depth %u: found %" PRIu64
            " misses for its own geometry in the curve or grid, and the model counted %" PRIu64
            ": its monitors change rights of pages that are in use, of which these know nothing (docs/formats.md)",
            result->at.program, result->at.job.world.depth, own, model);
}

bool measure_survey_take(const struct lab_survey *survey, struct measure_result *result)
{
    struct measure_geometries *geometries = &result->geometries;
    const bool sampled = result->at.options->rate > 0;
    if (result->at.options->curve && !(sampled ? take_estimates(survey, geometries) : take_curve(survey, geometries)))
        return false;
    if (result->at.options->grid)
        take_grid(survey, geometries);
    geometries->accesses = result->counters.associator.accesses;
    geometries->lookups = result->counters.associator.lookups;
    compare(result);
    return true;
}

int measure_survey_end(struct measure_survey *survey, struct measure_result *result, struct hv_error *error)
{
    if (!survey->survey)
        return 0;
    return lab_live_end(survey->live) && measure_survey_take(survey->survey, result)
               ? 0
               : hv_fail(error, "%s: out of memory", result->at.program);
}

size_t measure_curve_next(size_t size, size_t count)
{
    enum { ALL = 1024, PER_DOUBLING = 64 };
    if (size >= count)
        return 0;
    size_t step = 1;
    while (size >= ALL && step * 2 * PER_DOUBLING <= size)
        step *= 2;
    const size_t next = size - size % step + step;
    return next < count ? next : count;
}
