/* --locality: the references of the model, record by record, to lab/locality. */
#include "cli/measure.h"
#include "lab/record.h"
#include "sim/files.h"

#include <stdlib.h>

enum { BUFFERED = 4096 };

const char *measure_locality_name(enum measure_locality of)
{
    static const char *const names[] = {
        [MEASURE_NO_LOCALITY] = "", [MEASURE_ALL] = "all", [MEASURE_PROGRAM] = "program", [MEASURE_REAL] = "real"};
    return names[of];
}

double measure_stays(uint64_t runs, uint64_t others, uint64_t references)
{
    return references > others ? 1.0 - (double)(runs - others) / (double)(references - others) : 1.0;
}

int measure_localities_open(struct measure_localities *localities, const struct measure_case *at,
                            struct hv_machine *machine, struct hv_error *error)
{
    *localities = (struct measure_localities){.of = at->options->locality, .depth = at->job.world.depth};
    if (!localities->of)
        return 0;
    localities->recorder = lab_recorder_new(machine);
    localities->locality = lab_locality_new(HV_PAGE_BITS, at->options->previous ? at->options->previous : 1);
    localities->buffer = calloc(BUFFERED, sizeof *localities->buffer);
    return localities->recorder && localities->locality && localities->buffer
               ? 0
               : hv_fail(error, "%s: out of memory", at->program);
}

void measure_localities_free(struct measure_localities *localities)
{
    lab_recorder_free(localities->recorder);
    lab_locality_free(localities->locality);
    free(localities->buffer);
    *localities = (struct measure_localities){0};
}

/* Does the program make this reference for good? One that VM-faults to a monitor of --depth is made again. */
static bool is_of_program(const struct measure_localities *localities, const struct hv_commit *commit)
{
    return commit->level >= localities->depth &&
           !(commit->event == HV_EVENT_VM_FAULT && commit->target_level < localities->depth);
}

/* By the real name, of one space; false: nothing was accessed there. */
static bool make_real(struct lab_reference *reference, const struct hv_commit *commit)
{
    const bool fetch = reference->kind == LAB_FETCH;
    if (fetch ? !commit->insn && !commit->fetch_real : !commit->mem_rmask && !commit->mem_wmask)
        return false;
    reference->address = fetch ? commit->fetch_real : commit->mem_real;
    reference->space = 0;
    return true;
}

static void give(struct measure_localities *localities)
{
    localities->failed |= !lab_locality_feed(localities->locality, localities->buffer, localities->count);
    localities->count = 0;
}

static void take(struct measure_localities *localities, struct lab_reference reference, const struct hv_commit *commit)
{
    if (reference.kind >= LAB_FLUSH)
        return;
    if (localities->of != MEASURE_ALL && !is_of_program(localities, commit))
        return;
    if (localities->of == MEASURE_REAL && !make_real(&reference, commit))
        return;
    localities->buffer[localities->count++] = reference;
}

enum hv_stop measure_localities_step(struct measure_localities *localities, struct hv_commit *commit)
{
    struct lab_reference references[LAB_RECORDED];
    unsigned count;
    const enum hv_stop stop = lab_recorder_step(localities->recorder, references, &count, commit);
    for (unsigned i = 0; i < count; i++)
        take(localities, references[i], commit);
    if (localities->count > BUFFERED - LAB_RECORDED)
        give(localities);
    return stop;
}

int measure_localities_end(struct measure_localities *localities, struct measure_result *result, struct hv_error *error)
{
    if (!localities->recorder)
        return 0;
    give(localities);
    const bool good = lab_locality_end(localities->locality, &result->locality) && !localities->failed &&
                      !lab_recorder_failed(localities->recorder);
    return good ? 0 : hv_fail(error, "%s: out of memory", result->at.program);
}
