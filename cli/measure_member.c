/* A VM of nestor measure: a trace that is read, or a program that runs at depth 0 on a model of its own. */
#include "cli/measure_source.h"
#include "cli/rounds.h"
#include "lab/record.h"
#include "sim/files.h"

#include <stdlib.h>

struct measure_member_program {
    struct cli_job job;
    struct hv_machine *machine;
    struct lab_recorder *recorder;
    struct cli_rounds rounds;
    size_t input_position;
};

static int open_program(struct measure_member *member, const struct measure_case *at, struct hv_error *error)
{
    struct cli_options options = at->job;
    struct measure_member_program *program = calloc(1, sizeof *program);
    options.program = member->path;
    options.world.depth = 0;
    if (!program)
        return hv_fail(error, "%s: out of memory", member->path);
    if (cli_job_open(&program->job, &options, HV_FOR_MODEL, error)) {
        free(program);
        return -1;
    }
    member->program = program;
    program->machine = hv_machine_new(&program->job.config, error);
    if (!program->machine || hv_image_load(&program->job.image, program->machine, error))
        return -1;
    const struct hv_windows windows = cli_job_windows(&program->job);
    hv_machine_windows(program->machine, windows.function, windows.context);
    program->recorder = lab_recorder_new(program->machine);
    cli_rounds_open(&program->rounds, true);
    return program->recorder ? 0 : hv_fail(error, "%s: out of memory", member->path);
}

static void close_program(struct measure_member_program *program)
{
    if (!program)
        return;
    cli_rounds_close(&program->rounds);
    lab_recorder_free(program->recorder);
    hv_machine_free(program->machine);
    cli_job_close(&program->job);
    free(program);
}

/* Records until the buffer is full or the program ends. What it prints is left out. */
static int run_program(struct measure_member *member, struct hv_error *error)
{
    struct measure_member_program *program = member->program;
    uint8_t bytes[256];
    enum hv_stop stop = HV_STOP_NONE;
    hv_image_feed(&program->job.image, program->machine, &program->input_position);
    cli_rounds_due(&program->rounds, program->machine, program->input_position < program->job.image.input_length);
    for (unsigned i = 0;
         i < HV_UART_QUEUE && stop == HV_STOP_NONE && member->count + LAB_RECORDED <= MEASURE_MEMBER_BUFFER; i++) {
        struct hv_commit commit;
        unsigned some;
        size_t written;
        stop = lab_recorder_step(program->recorder, member->buffer + member->count, &some, &commit);
        member->count += some;
        const struct hv_bus_write *writes = lab_recorder_writes(program->recorder, &written);
        if (cli_rounds_record(&program->rounds, program->machine, program->job.places, &commit, writes, written))
            return hv_fail(error, "%s: goes round for ever, see nestor run", member->path);
    }
    while (hv_machine_uart_output(program->machine, bytes, sizeof bytes) > 0)
        continue;
    member->ended = stop != HV_STOP_NONE && !member->count;
    if (stop == HV_STOP_FINISHED && hv_machine_exit_code(program->machine))
        return hv_fail(error, "%s: ended with exit code %u, expected 0", member->path,
                       hv_machine_exit_code(program->machine));
    return lab_recorder_failed(program->recorder) ? hv_fail(error, "%s: out of memory", member->path) : 0;
}

int measure_member_open(struct measure_member *member, const struct measure_case *at, const char *path,
                        struct hv_error *error)
{
    const struct measure_options *options = at->options;
    member->path = path;
    if (!options->format && cli_is_program(path))
        return open_program(member, at, error);
    member->trace = lab_trace_open(path, options->format, options->page_bits, error);
    return member->trace ? 0 : -1;
}

void measure_member_close(struct measure_member *member)
{
    if (member->trace)
        lab_trace_close(member->trace);
    close_program(member->program);
    free(member->spaces);
}

int measure_member_fill(struct measure_member *member, struct hv_error *error)
{
    member->next = member->count = 0;
    if (member->program)
        return run_program(member, error);
    int64_t count = lab_trace_read(member->trace, member->buffer, MEASURE_MEMBER_BUFFER, error);
    if (count < 0 && cli_interrupted()) /* it has no more to give */
        count = 0;
    if (count < 0)
        return -1;
    member->count = (size_t)count;
    member->ended = !count;
    return 0;
}

const struct lab_vm *measure_member_vm(const struct measure_member *member, uint32_t space)
{
    return member->program ? lab_recorder_vm(member->program->recorder, space) : lab_trace_vm(member->trace, space);
}

uint64_t measure_member_instructions(const struct measure_member *member)
{
    return member->program ? hv_machine_counters(member->program->machine)->instructions
                           : lab_trace_facts(member->trace)->instructions;
}
