/* One case of nestor measure that is not a program alone: references of traces, and of VMs in turns, through a replay.
 */
#include "cli/measure_source.h"
#include "lab/replay.h"
#include "sim/files.h"

#include <stdlib.h>

enum { AT_ONCE = 4096 };

struct replaying {
    struct measure_result *result;
    struct measure_source *source;
    struct lab_survey *survey;     /* or NULL */
    struct lab_locality *locality; /* or NULL */
    struct lab_replay *replay;
    uint32_t vms; /* that the replay knows */
    unsigned deepest;
};

static bool take_space(void *context, uint32_t space, unsigned level, const uint8_t *syllables)
{
    return lab_survey_space(context, space, level, syllables);
}

static bool take_references(void *context, const struct lab_reference *references, size_t count)
{
    return lab_survey_feed(context, references, count);
}

/* Levels and syllables as large as a replay knows: where the references come from, the configuration does not say. */
static struct hv_config any_depth(const struct hv_config *config)
{
    struct hv_config any = *config;
    any.depth = HV_MAX_DEPTH;
    any.syllable_bits = LAB_REPLAY_SYLLABLE_BITS;
    return any;
}

static int open_all(struct replaying *replaying, struct hv_error *error)
{
    struct measure_result *result = replaying->result;
    const struct measure_options *options = result->at.options;
    replaying->source = measure_source_open(&result->at, error);
    if (!replaying->source)
        return -1;
    result->page_bits = measure_source_page_bits(replaying->source);
    result->counted = any_depth(&result->at.config);
    struct lab_replay_plan plan = {.config = result->counted,
                                   .page_bits = result->page_bits,
                                   .waits = measure_waits,
                                   .interval = options->interval,
                                   .level = measure_source_level(replaying->source)};
    bool good = true;
    if (options->curve || options->grid) {
        replaying->survey = measure_survey_of(&result->at, result->page_bits);
        plan.taker = (struct lab_replay_taker){replaying->survey, take_space, take_references};
        good &= replaying->survey != NULL;
    }
    if (options->locality) {
        replaying->locality = lab_locality_new(result->page_bits, options->previous ? options->previous : 1);
        good &= replaying->locality != NULL;
    }
    replaying->replay = good ? lab_replay_new(&plan) : NULL;
    replaying->vms = 1;
    return replaying->replay ? 0 : hv_fail(error, "%s: out of memory", result->at.program);
}

static void close_all(struct replaying *replaying)
{
    if (replaying->source)
        measure_source_close(replaying->source);
    lab_survey_free(replaying->survey);
    lab_locality_free(replaying->locality);
    lab_replay_free(replaying->replay);
}

static bool feed(struct replaying *replaying, const struct lab_reference *references, size_t count)
{
    for (; replaying->vms < measure_source_vms(replaying->source); replaying->vms++) {
        const struct lab_vm *vm = measure_source_vm(replaying->source, replaying->vms);
        if (!lab_replay_space(replaying->replay, replaying->vms, vm->level, vm->syllable))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (references[i].kind < LAB_FLUSH && references[i].level > replaying->deepest)
            replaying->deepest = references[i].level;
    return lab_replay_feed(replaying->replay, references, count) &&
           (!replaying->locality || lab_locality_feed(replaying->locality, references, count));
}

static int replay_all(struct replaying *replaying, struct measure_progress *progress, struct hv_error *error)
{
    struct lab_reference references[AT_ONCE];
    const char *program = replaying->result->at.program;
    int64_t count;
    while ((count = measure_source_read(replaying->source, references, AT_ONCE, error)) > 0) {
        if (!feed(replaying, references, (size_t)count))
            return hv_fail(error, "%s: out of memory", program);
        measure_progress_show(progress, lab_replay_counters(replaying->replay)->instructions);
    }
    return count < 0 ? -1 : 0;
}

static int take_results(struct replaying *replaying, struct hv_error *error)
{
    struct measure_result *result = replaying->result;
    bool good = lab_replay_end(replaying->replay, &result->parts);
    result->counters = *lab_replay_counters(replaying->replay);
    result->references = result->counters.instructions;
    result->counters.instructions = measure_source_instructions(replaying->source);
    result->counted.depth = replaying->deepest > 1 ? replaying->deepest : 1;
    if (result->at.recorded)
        result->at.job.world.depth = replaying->deepest;
    result->stopped = cli_interrupted()                           ? "interrupted"
                      : measure_source_limited(replaying->source) ? "limit"
                                                                  : "finished";
    if (good && replaying->locality)
        good = lab_locality_end(replaying->locality, &result->locality);
    if (good && replaying->survey)
        good = measure_survey_take(replaying->survey, result);
    return good ? 0 : hv_fail(error, "%s: out of memory", result->at.program);
}

int measure_replay(struct measure_result *result, struct measure_progress *progress, struct hv_error *error)
{
    struct replaying replaying = {.result = result};
    const double begin = cli_now();
    int status = open_all(&replaying, error);
    if (status == 0)
        status = replay_all(&replaying, progress, error);
    if (status == 0)
        status = take_results(&replaying, error);
    result->seconds = cli_now() - begin;
    close_all(&replaying);
    if (status)
        lab_measure_free(&result->parts);
    return status;
}
