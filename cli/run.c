/* nestor run: a program on the model. */
#include "cli/cli.h"
#include "cli/console.h"
#include "cli/gdb.h"
#include "cli/rounds.h"
#include "cli/save.h"
#include "cli/watch.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>

/* Records between two looks at the UART and the progress. */
enum { CHUNK = 1 << 20 };

struct run {
    struct cli_options options;
    struct cli_gdb_options gdb;
    struct cli_job job;
    struct hv_machine *machine;
    size_t input_position;
    struct cli_watch watch;
    struct cli_rounds rounds;
    struct cli_progress progress;
    struct cli_console_options console_options;
    struct cli_console console;
    bool save_failed;
    bool saved;   /* the run was stopped, and its state saved */
    FILE *output; /* what the guest sends */
    bool killed;  /* by the debugger */
};

static void pass_output(struct run *run)
{
    uint8_t bytes[4096];
    size_t count;
    while ((count = hv_machine_uart_output(run->machine, bytes, sizeof bytes)) > 0) {
        fwrite(bytes, 1, count, run->output);
        fflush(run->output);
    }
}

/* One record, watched. */
static enum hv_stop make_record(struct run *run)
{
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count;
    const bool watching = cli_watch_on(&run->watch);
    if (watching)
        cli_watch_before(&run->watch, run->machine);
    const enum hv_stop stop = hv_machine_step(run->machine, NULL, &commit, writes, HV_MAX_WRITES, &count);
    if (watching)
        cli_watch_record(&run->watch, run->machine, &commit);
    cli_rounds_record(&run->rounds, run->machine, run->job.places, &commit, writes, count);
    return stop;
}

/* Is there any reason to make no more records? */
static bool is_over(const struct run *run, enum hv_stop stop)
{
    return stop == HV_STOP_FINISHED || stop == HV_STOP_HALTED || run->watch.failed || run->rounds.found ||
           run->save_failed || run->console.ended || cli_interrupted();
}

/* Up to `count` records: at full speed as long as none of them is to be looked at. */
static enum hv_stop make_chunk(struct run *run, uint64_t count)
{
    enum hv_stop stop = hv_machine_stopped(run->machine);
    const struct hv_counters *counters = hv_machine_counters(run->machine);
    const uint64_t end = counters->commits + count;
    while (counters->commits < end && !is_over(run, stop)) {
        const uint64_t left = end - counters->commits;
        uint64_t quiet = cli_watch_on(&run->watch) ? cli_watch_quiet(&run->watch, counters->commits) : left;
        if (cli_rounds_looking(&run->rounds))
            quiet = 0;
        stop = quiet ? hv_machine_run(run->machine, quiet < left ? quiet : left) : make_record(run);
    }
    return stop;
}

/* Records that may be made before input must be given again. */
static uint64_t next_chunk(const struct run *run)
{
    /* A record takes at most one byte, so a full queue lasts so long. */
    uint64_t chunk = run->input_position < run->job.image.input_length ? HV_UART_QUEUE : CHUNK;
    const uint64_t limit = cli_save_limit(&run->options), done = hv_machine_counters(run->machine)->commits;
    if (limit && limit <= done)
        return 0;
    if (run->console.on && cli_console_chunk(&run->console, run->machine) < chunk)
        chunk = cli_console_chunk(&run->console, run->machine);
    if (limit && limit - done < chunk)
        chunk = limit - done;
    return chunk;
}

/* Save, if there is no instruction under way: a record of one may be still to come. */
static enum hv_stop save(struct run *run, enum hv_stop stop)
{
    struct hv_error error;
    if (!hv_machine_between(run->machine))
        stop = make_record(run);
    pass_output(run);
    if (!hv_machine_between(run->machine))
        return stop;
    run->save_failed = cli_save_machine(&run->options, run->machine, &run->job.image, run->input_position, &error);
    if (run->save_failed)
        cli_fail(&error);
    cli_interrupt_catch(); /* while the file was written, Ctrl-C would have removed it */
    return stop;
}

/* The run has been stopped, if not by the program's end: the save that was asked for. */
static enum hv_stop save_at_end(struct run *run, enum hv_stop stop)
{
    const bool ended = stop == HV_STOP_FINISHED || stop == HV_STOP_HALTED || run->rounds.found || run->watch.failed;
    if (!run->options.save.file || ended || run->save_failed)
        return stop;
    stop = save(run, stop);
    run->saved = !run->save_failed && stop != HV_STOP_FINISHED && stop != HV_STOP_HALTED;
    return stop;
}

static enum hv_stop execute(struct run *run)
{
    enum hv_stop stop = HV_STOP_NONE;
    const struct hv_counters *counters = hv_machine_counters(run->machine);
    if (!run->console.on)
        cli_progress_begin(&run->progress, cli_save_limit(&run->options));
    cli_rounds_open(&run->rounds, !run->console.on); /* at a terminal nobody can say what comes */
    cli_interrupt_catch();
    while (!is_over(run, stop)) {
        hv_image_feed(&run->job.image, run->machine, &run->input_position);
        if (run->console.on)
            cli_console_feed(&run->console, run->machine);
        if (run->console.ended)
            break;
        const uint64_t chunk = next_chunk(run);
        if (chunk == 0)
            break;
        cli_rounds_due(&run->rounds, run->machine, run->input_position < run->job.image.input_length);
        stop = make_chunk(run, chunk);
        pass_output(run);
        if (!run->console.on)
            cli_progress_show(&run->progress, counters->commits);
        if (cli_save_wanted() && !is_over(run, stop))
            stop = save(run, stop);
    }
    stop = save_at_end(run, stop);
    if (!run->console.on)
        cli_progress_end(&run->progress);
    cli_rounds_close(&run->rounds);
    return stop;
}

/* ---- With a debugger ---- */

static bool gdb_over(void *context)
{
    return next_chunk(context) == 0;
}

static enum hv_stop gdb_run(void *context, uint64_t limit)
{
    struct run *run = context;
    hv_image_feed(&run->job.image, run->machine, &run->input_position);
    const uint64_t chunk = next_chunk(run);
    const enum hv_stop stop = chunk ? hv_machine_run(run->machine, chunk < limit ? chunk : limit) : HV_STOP_LIMIT;
    pass_output(run);
    return stop;
}

static enum hv_stop gdb_record(void *context, struct hv_commit *commit, struct hv_bus_write *writes, size_t *count)
{
    struct run *run = context;
    hv_image_feed(&run->job.image, run->machine, &run->input_position);
    if (next_chunk(run) == 0)
        return HV_STOP_LIMIT;
    const enum hv_stop stop = hv_machine_step(run->machine, NULL, commit, writes, HV_MAX_WRITES, count);
    pass_output(run);
    return stop;
}

/* The level that is debugged first: the program's; of a save without its --depth the one that runs. */
static unsigned gdb_level(const struct run *run)
{
    if (run->gdb.has_level)
        return run->gdb.level;
    return run->options.save.resume && !run->options.world.depth ? hv_machine_level(run->machine)
                                                                 : run->options.world.depth;
}

/* Serve the debugger, then go on to the end if it has left the run alone. */
static int execute_with_gdb(struct run *run, enum hv_stop *stop, struct hv_error *error)
{
    const struct cli_gdb gdb = {run->machine, run->job.places, {run, NULL, gdb_run, gdb_record}, gdb_over};
    enum gdb_end end;
    cli_interrupt_catch();
    if (cli_gdb_serve(&run->gdb, gdb_level(run), &gdb, &end, error))
        return -1;
    run->killed = end == GDB_KILLED;
    *stop = end == GDB_DETACHED ? execute(run) : hv_machine_stopped(run->machine);
    return 0;
}

/* ---- Ends ---- */

/* The exit status; a program that did not finish has none of its own. */
static int status_of(const struct run *run, enum hv_stop stop)
{
    const struct hv_machine *machine = run->machine;
    const uint64_t commits = hv_machine_counters(machine)->commits;
    char where[VIEW_WHERE_SIZE];
    if (run->save_failed)
        return NESTOR_ERROR;
    if (run->options.save.at && !run->saved && !cli_interrupted())
        return cli_failf("%s: ended after %" PRIu64 " records, and nothing is saved; expected at least the %" PRIu64
                         " of --save-at",
                         run->options.program, commits, run->options.save.at);
    if (run->saved && !cli_interrupted())
        return 0;
    if (stop == HV_STOP_FINISHED) {
        const int code = (int)hv_machine_exit_code(machine);
        if (code == NESTOR_ERROR)
            fprintf(stderr, "nestor: %s: ended by itself, with exit code %d, which is not an error of Nestor\n",
                    run->options.program, code);
        return code;
    }
    if (stop == HV_STOP_HALTED)
        return cli_failf("%s: waits for ever: a WFI at level 0 that nothing can wake, before %s", run->options.program,
                         view_where(machine, run->job.places, where));
    if (run->console.ended) {
        fprintf(stderr, "nestor: %s: ended by Ctrl-A X\n", run->options.program);
        return NESTOR_INTERRUPTED;
    }
    if (run->rounds.found)
        return cli_rounds_tell(&run->rounds, run->options.program);
    if (run->killed) {
        cli_failf("%s: killed by the debugger after %" PRIu64 " records, at %s", run->options.program,
                  hv_machine_counters(machine)->commits, view_where(machine, run->job.places, where));
        return NESTOR_INTERRUPTED;
    }
    if (cli_interrupted())
        return cli_interrupt_tell(run->options.program, commits, view_where(machine, run->job.places, where));
    return cli_failf("%s: stopped after %" PRIu64 " records by --max-instructions, at %s", run->options.program,
                     commits, view_where(machine, run->job.places, where));
}

static const char *stopped_name(const struct run *run, enum hv_stop stop)
{
    if (stop == HV_STOP_FINISHED)
        return "finished";
    if (stop == HV_STOP_HALTED)
        return "halted";
    if (run->rounds.found)
        return "round";
    if (run->saved)
        return "saved";
    return cli_interrupted() || run->killed || run->console.ended ? "interrupted" : "limit";
}

static void print_summary(const struct run *run, uint64_t begun, double seconds)
{
    const struct hv_counters *counters = hv_machine_counters(run->machine);
    const uint64_t instructions = counters->instructions - begun;
    fprintf(stderr, "nestor: model: %" PRIu64 " instructions in %.3g s", instructions, seconds);
    if (seconds > 0)
        fprintf(stderr, ", %.3g MIPS", (double)instructions / seconds / 1e6);
    cli_summary_end(&run->job, counters, NULL);
}

static int print_result(const struct run *run, enum hv_stop stop, double seconds, struct hv_error *error)
{
    struct hv_counters region;
    const bool has_region = hv_machine_region(run->machine, &region);
    const struct cli_result result = {.simulator = "model",
                                      .stopped = stopped_name(run, stop),
                                      .counters = hv_machine_counters(run->machine),
                                      .region = has_region ? &region : NULL,
                                      .exit_code = hv_machine_exit_code(run->machine),
                                      .seconds = seconds};
    return cli_print_json(&run->job, &run->options, &result, error);
}

static int run_machine(struct run *run)
{
    struct hv_error error;
    if (cli_watch_open(&run->watch, &run->options.watch, &run->job.config, run->job.places, run->options.json, &error))
        return cli_fail(&error);
    if (cli_console_open(&run->console, &run->console_options, run->machine, &error))
        return cli_fail(&error);
    const uint64_t begun = hv_machine_counters(run->machine)->instructions; /* before the save */
    const double begin = cli_now();
    enum hv_stop stop = HV_STOP_NONE;
    if (!run->gdb.on)
        stop = execute(run);
    else if (execute_with_gdb(run, &stop, &error))
        return cli_fail(&error);
    const double seconds = cli_now() - begin;
    if (cli_console_close(&run->console, &error))
        return cli_fail(&error);
    if (cli_watch_close(&run->watch, true, &error))
        return cli_fail(&error);
    if (run->options.json && print_result(run, stop, seconds, &error))
        return cli_fail(&error);
    fflush(stdout);
    print_summary(run, begun, seconds);
    return status_of(run, stop);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct run *run = state->input;
    const struct cli_watch_options *watch = &run->options.watch;
    (void)text;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &run->options;
        state->child_inputs[1] = &run->gdb;
        state->child_inputs[2] = &run->options.save;
        state->child_inputs[3] = &run->console_options;
        return 0;
    case ARGP_KEY_END:
        if (run->gdb.on && (watch->explain || watch->trace || run->options.save.file))
            argp_failure(state, NESTOR_ERROR, 0, "--gdb: found --explain, --trace or --save too, expected one of them");
        if (run->gdb.on && (run->console_options.on || run->console_options.replay))
            argp_failure(state, NESTOR_ERROR, 0, "--gdb: found a console too, expected one of them");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Image and device windows into the machine. */
static int load(struct run *run, struct hv_error *error)
{
    const struct hv_windows windows = cli_job_windows(&run->job);
    run->machine = hv_machine_new(&run->job.config, error);
    if (!run->machine || hv_image_load(&run->job.image, run->machine, error))
        return -1;
    hv_machine_windows(run->machine, windows.function, windows.context);
    return cli_save_begin(&run->options, hv_machine_counters(run->machine)->commits, error);
}

int nestor_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{.argp = &cli_common_argp},
                                                 {.argp = &cli_gdb_argp},
                                                 {.argp = &cli_save_argp},
                                                 {.argp = &cli_console_argp},
                                                 {0}};
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "PROGRAM.elf\n--resume FILE [PROGRAM.elf]",
        .doc =
            "Run a program on the model.\v"
            "Exit status: the program's own; 125 for errors of Nestor, for a program that waits or goes round for ever "
            "and for one that --max-instructions stops; 130 after Ctrl-C, Ctrl-A X of --console, or a debugger's kill; "
            "0 when the run was "
            "stopped and saved; 124 for a save that is none, damaged, or of another configuration.",
        .children = children};
    struct run run = {0};
    cli_options_default(&run.options);
    cli_parse(&argp, argc, argv, &run);
    struct hv_error error;
    if (cli_job_open(&run.job, &run.options, HV_FOR_MODEL, &error))
        return cli_job_fail(&run.job, &error);
    if (!run.options.program)
        run.options.program = run.job.resumed.program;
    run.output = run.options.json || cli_watch_takes_stdout(&run.options.watch) ? stderr : stdout;
    const int status = load(&run, &error) ? cli_fail(&error) : run_machine(&run);
    hv_machine_free(run.machine);
    cli_job_close(&run.job);
    return status;
}
