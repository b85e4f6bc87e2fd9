/* One case of nestor measure, live on the model: at full speed, since the parts are read at the events that divide
 * them. */
#include "cli/measure.h"
#include "cli/rounds.h"
#include "lab/record.h"
#include "sim/files.h"
#include "sim/translation.h"

#include <inttypes.h>
#include <stdlib.h>

/* Records between two looks at the UART, at Ctrl-C and at the progress. */
enum { CHUNK = 1 << 20 };

struct session {
    struct measure_result *result;
    struct measure_progress *progress;
    struct cli_job job;
    struct hv_machine *machine;
    struct measure_survey survey;
    struct measure_localities localities;
    struct cli_rounds rounds;
    size_t input_position;
};

uint64_t measure_waits(const struct hv_config *config, const struct hv_counters *counters)
{
    const struct hv_translation waits = hv_translation(config, counters);
    return hv_translation_waits(&waits);
}

/* What the program prints is left out. */
static void drop_output(const struct session *session)
{
    uint8_t bytes[4096];
    while (hv_machine_uart_output(session->machine, bytes, sizeof bytes) > 0)
        continue;
}

/* One record, looked at for a round. */
static enum hv_stop make_record(struct session *session)
{
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count;
    const enum hv_stop stop = hv_machine_step(session->machine, NULL, &commit, writes, HV_MAX_WRITES, &count);
    cli_rounds_record(&session->rounds, session->machine, session->job.places, &commit, writes, count);
    return stop;
}

/* One record, for the localities, and for a round if it is time. */
static enum hv_stop record_references(struct session *session)
{
    struct hv_commit commit;
    size_t count;
    const enum hv_stop stop = measure_localities_step(&session->localities, &commit);
    const struct hv_bus_write *writes = lab_recorder_writes(session->localities.recorder, &count);
    cli_rounds_record(&session->rounds, session->machine, session->job.places, &commit, writes, count);
    return stop;
}

/* Records up to the next point, `count` at most. */
static enum hv_stop make_records(struct session *session, uint64_t count)
{
    if (session->localities.recorder)
        return record_references(session);
    if (cli_rounds_looking(&session->rounds))
        return make_record(session);
    return hv_machine_run(session->machine, lab_measure_until_point(&session->result->parts, count));
}

static bool is_over(const struct session *session, enum hv_stop stop)
{
    return (stop != HV_STOP_NONE && stop != HV_STOP_LIMIT) || session->rounds.found || cli_interrupted();
}

static enum hv_stop make_chunk(struct session *session, uint64_t count)
{
    struct lab_measure *parts = &session->result->parts;
    const struct hv_counters *counters = hv_machine_counters(session->machine);
    const uint64_t end = counters->commits + count;
    enum hv_stop stop = HV_STOP_NONE;
    while (counters->commits < end && !is_over(session, stop)) {
        stop = make_records(session, end - counters->commits);
        lab_measure_point(parts);
    }
    return stop;
}

/* A record takes at most one byte of input, so a full queue lasts so long. */
static uint64_t next_chunk(const struct session *session)
{
    uint64_t chunk = session->input_position < session->job.image.input_length ? HV_UART_QUEUE : CHUNK;
    const uint64_t limit = session->result->at.options->max_instructions,
                   done = hv_machine_counters(session->machine)->commits;
    return limit && limit - done < chunk ? limit - done : chunk;
}

static enum hv_stop execute(struct session *session)
{
    enum hv_stop stop = HV_STOP_NONE;
    const struct hv_counters *counters = hv_machine_counters(session->machine);
    cli_rounds_open(&session->rounds, true);
    while (!is_over(session, stop)) {
        hv_image_feed(&session->job.image, session->machine, &session->input_position);
        const uint64_t chunk = next_chunk(session);
        if (chunk == 0)
            break;
        cli_rounds_due(&session->rounds, session->machine, session->input_position < session->job.image.input_length);
        stop = make_chunk(session, chunk);
        drop_output(session);
        measure_progress_show(session->progress, counters->commits);
    }
    cli_rounds_close(&session->rounds);
    return stop;
}

static const char *stopped_name(const struct session *session, enum hv_stop stop)
{
    if (stop == HV_STOP_FINISHED)
        return "finished";
    if (stop == HV_STOP_HALTED)
        return "halted";
    if (session->rounds.found)
        return "round";
    return cli_interrupted() ? "interrupted" : "limit";
}

static void on_flush(void *context, const struct hv_machine *machine, const struct hv_flushed *flush)
{
    struct session *session = context;
    lab_measure_flushed(&session->result->parts, flush->cause, hv_machine_level(machine), hv_machine_vmid(machine));
    if (session->survey.live)
        lab_live_flushed(session->survey.live, flush);
}

static void on_lookup(void *context, const struct hv_machine *machine, const struct hv_looked_up *lookup)
{
    struct session *session = context;
    (void)machine;
    lab_live_looked_up(session->survey.live, lookup);
}

static void watch(struct session *session)
{
    hv_machine_watch(session->machine, (struct hv_watcher){.context = session,
                                                           .flushed = on_flush,
                                                           .looked_up = session->survey.live ? on_lookup : NULL});
}

static int run_machine(struct session *session, struct hv_error *error)
{
    struct measure_result *result = session->result;
    const double begin = cli_now();
    if (!lab_measure_open(&result->parts, &session->job.config, hv_machine_counters(session->machine), measure_waits,
                          result->at.options->interval))
        return hv_fail(error, "%s: out of memory", result->at.program);
    if (measure_survey_open(&session->survey, &result->at, session->machine, error) ||
        measure_localities_open(&session->localities, &result->at, session->machine, error))
        return -1;
    watch(session);
    const enum hv_stop stop = execute(session);
    const bool whole = lab_measure_end(&result->parts);
    result->seconds = cli_now() - begin;
    result->stopped = stopped_name(session, stop);
    result->exit_code = hv_machine_exit_code(session->machine);
    result->counters = *hv_machine_counters(session->machine);
    if (!whole)
        return hv_fail(error, "%s: out of memory", result->at.program);
    return measure_survey_end(&session->survey, result, error) ||
                   measure_localities_end(&session->localities, result, error)
               ? -1
               : 0;
}

int measure_run(struct measure_result *result, struct measure_progress *progress, struct hv_error *error)
{
    struct session session = {.result = result, .progress = progress};
    result->counted = result->at.config;
    result->page_bits = HV_PAGE_BITS;
    if (cli_job_open(&session.job, &result->at.job, HV_FOR_MODEL, error))
        return -1;
    session.machine = hv_machine_new(&session.job.config, error);
    int status = session.machine && hv_image_load(&session.job.image, session.machine, error) == 0 ? 0 : -1;
    if (status == 0) {
        const struct hv_windows windows = cli_job_windows(&session.job);
        hv_machine_windows(session.machine, windows.function, windows.context);
        status = run_machine(&session, error);
    }
    if (status)
        lab_measure_free(&result->parts);
    measure_survey_free(&session.survey);
    measure_localities_free(&session.localities);
    hv_machine_free(session.machine);
    cli_job_close(&session.job);
    return status;
}

void measure_result_free(struct measure_result *result)
{
    lab_measure_free(&result->parts);
    free(result->geometries.curve);
    free(result->geometries.estimates);
    measure_case_free(&result->at);
}
