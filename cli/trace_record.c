/* nestor trace PROGRAM.elf: a run of the model as a trace. */
#include "cli/trace_command.h"
#include "lab/record.h"
#include "sim/files.h"
#include "view/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Records between two looks at the UART and at Ctrl-C: as many as the receiver's queue may lose bytes. */
enum { CHUNK = HV_UART_QUEUE };

struct recording {
    const struct trace_command *command;
    struct trace_sink *sink;
    struct cli_job job;
    struct hv_machine *machine;
    struct lab_recorder *recorder;
    size_t input_position;
    FILE *guest;
    struct lab_reference references[LAB_RECORDED * CHUNK];
};

static void pass_output(struct recording *recording)
{
    uint8_t bytes[4096];
    for (size_t count; (count = hv_machine_uart_output(recording->machine, bytes, sizeof bytes)) > 0;)
        fwrite(bytes, 1, count, recording->guest);
    fflush(recording->guest);
}

static int put(struct recording *recording, size_t count, struct hv_error *error)
{
    struct trace_sink *sink = recording->sink;
    if (lab_recorder_failed(recording->recorder))
        return hv_fail(error, "%s: out of memory", recording->command->options.program);
    for (; sink->writer && sink->vms < lab_recorder_vms(recording->recorder); sink->vms++)
        if (lab_writer_vm(sink->writer, lab_recorder_vm(recording->recorder, sink->vms), error))
            return -1;
    return trace_sink_put(sink, recording->references, count, error);
}

/* Up to CHUNK records, and no more than --max-instructions allows. */
static int make_chunk(struct recording *recording, enum hv_stop *stop, struct hv_error *error)
{
    const uint64_t limit = recording->command->options.max_instructions;
    const struct hv_counters *counters = hv_machine_counters(recording->machine);
    size_t count = 0;
    hv_image_feed(&recording->job.image, recording->machine, &recording->input_position);
    for (unsigned i = 0; i < CHUNK && *stop == HV_STOP_NONE; i++) {
        unsigned some;
        *stop = lab_recorder_step(recording->recorder, recording->references + count, &some, NULL);
        count += some;
        if (*stop == HV_STOP_NONE && limit && counters->commits == limit)
            *stop = HV_STOP_LIMIT;
    }
    pass_output(recording);
    return put(recording, count, error);
}

static const char *stopped_name(enum hv_stop stop)
{
    return stop == HV_STOP_FINISHED ? "finished" : stop == HV_STOP_HALTED ? "halted" : "limit";
}

/* The whole run; 1 after Ctrl-C. */
static int make_records(struct recording *recording, struct trace_summary *summary, struct hv_error *error)
{
    struct cli_progress progress;
    enum hv_stop stop = HV_STOP_NONE;
    int status = 0;
    cli_progress_begin(&progress, recording->command->options.max_instructions);
    cli_interrupt_catch();
    while (stop == HV_STOP_NONE && status == 0) {
        status = make_chunk(recording, &stop, error);
        cli_progress_show(&progress, hv_machine_counters(recording->machine)->commits);
        if (status == 0 && cli_interrupted())
            status = 1;
    }
    cli_progress_end(&progress);
    summary->stopped = stopped_name(stop);
    summary->exit_code = hv_machine_exit_code(recording->machine);
    summary->instructions = lab_recorder_facts(recording->recorder).instructions;
    summary->vms = lab_recorder_vms(recording->recorder);
    return status;
}

/* Open the output, run, close it; the exit status. */
static int run(struct recording *recording, struct trace_summary *summary)
{
    struct hv_error error, second;
    char where[VIEW_WHERE_SIZE];
    struct lab_trace_facts facts = lab_recorder_facts(recording->recorder);
    facts.program = recording->command->options.program;
    if (trace_sink_open(recording->sink, recording->command, &facts, &error))
        return cli_fail(&error);
    const int status = make_records(recording, summary, &error);
    if (trace_sink_close(recording->sink, summary->instructions, status == 0, status ? &second : &error) && !status)
        return cli_fail(&error);
    if (status < 0)
        return cli_fail(&error);
    if (status > 0)
        return cli_interrupt_tell(facts.program, hv_machine_counters(recording->machine)->commits,
                                  view_where(recording->machine, recording->job.places, where));
    return 0;
}

static int prepare(struct recording *recording, struct hv_error *error)
{
    recording->machine = hv_machine_new(&recording->job.config, error);
    if (!recording->machine || hv_image_load(&recording->job.image, recording->machine, error))
        return -1;
    const struct hv_windows windows = cli_job_windows(&recording->job);
    hv_machine_windows(recording->machine, windows.function, windows.context);
    recording->recorder = lab_recorder_new(recording->machine);
    return recording->recorder ? 0 : hv_fail(error, "%s: out of memory", recording->command->options.program);
}

int trace_program(const struct trace_command *command, struct trace_sink *sink, struct trace_summary *summary,
                  FILE *guest)
{
    struct hv_error error;
    struct recording *recording = calloc(1, sizeof *recording);
    if (!recording)
        return cli_failf("%s: out of memory", command->options.program);
    recording->command = command;
    recording->sink = sink;
    recording->guest = guest;
    int status = NESTOR_ERROR;
    if (cli_job_open(&recording->job, &command->options, HV_FOR_MODEL, &error)) {
        cli_fail(&error);
    } else {
        status = prepare(recording, &error) ? cli_fail(&error) : run(recording, summary);
        lab_recorder_free(recording->recorder);
        hv_machine_free(recording->machine);
        cli_job_close(&recording->job);
    }
    free(recording);
    return status;
}
