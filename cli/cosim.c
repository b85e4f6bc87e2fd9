/* nestor cosim: a program on model and RTL in lockstep. */
#include "cli/cli.h"
#include "cli/rounds.h"
#include "cli/save.h"
#include "cli/watch.h"
#include "cli/waveform.h"
#include "sim/files.h"
#include "sim/simulator.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How far the model runs ahead to estimate how long the run will be. */
enum { ESTIMATE_LIMIT = 200000000 };

struct cosim {
    struct cli_options options;
    struct cli_job job;
    struct hv_simulator_options simulator_options;
    struct hv_simulator *simulator;
    unsigned wait_percent;
    bool cpi_stack;
    struct cli_waveform waveform;
    char *repeat; /* the command line */
    struct cli_watch watch;
    struct cli_rounds rounds;
    char where[VIEW_WHERE_SIZE]; /* of Ctrl-C */
    struct cli_progress progress;
    FILE *output;
};

enum { KEY_SIM = 512, KEY_WAVE, KEY_NO_WAVE, KEY_RTL, KEY_WAIT, KEY_CPI_STACK };

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct cosim *cosim = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &cosim->options;
        state->child_inputs[1] = &cosim->options.save;
        break;
    case KEY_SIM:
        if (!hv_simulator_find(text, &cosim->simulator_options.kind))
            argp_failure(state, NESTOR_ERROR, 0, "--sim: found '%s', expected verilator, icarus or gates", text);
        break;
    case KEY_WAVE:
        cosim->waveform.file = text;
        break;
    case KEY_NO_WAVE:
        cosim->waveform.never = true;
        break;
    case KEY_RTL:
        cosim->simulator_options.rtl = text;
        break;
    case KEY_CPI_STACK:
        cosim->cpi_stack = true;
        break;
    case KEY_WAIT:
        cosim->wait_percent = (unsigned)cli_number("wait", text, HV_MAX_WAIT_PERCENT, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- Watching ---- */

static void before_record(void *context, const struct hv_machine *machine)
{
    struct cosim *cosim = context;
    cli_watch_before(&cosim->watch, machine);
}

static bool on_record(void *context, const struct hv_lockstep_record *record)
{
    struct cosim *cosim = context;
    if (cli_watch_on(&cosim->watch) && !cli_watch_record(&cosim->watch, record->machine, record->commit))
        return false;
    if (cli_rounds_record(&cosim->rounds, record->machine, cosim->job.places, record->commit, record->writes,
                          record->write_count))
        return false;
    if (cli_interrupted() && !cosim->options.save.file) {
        view_where(record->machine, cosim->job.places, cosim->where);
        return false;
    }
    cli_rounds_due(&cosim->rounds, record->machine, cosim->job.image.input_length != 0);
    return true;
}

/* Ctrl-C too, after which the run ends with the save. */
static bool save_wanted(void *context)
{
    (void)context;
    const bool interrupted = cli_interrupted();
    return cli_save_wanted() || interrupted;
}

/* Commit records since reset. */
static uint64_t commits_of(const struct hv_state *state)
{
    return state->value[HV_STATE_counters][offsetof(struct hv_counters, commits) / sizeof(uint64_t)];
}

static int write_save(void *context, const struct hv_state *state, const uint8_t *ram, uint64_t received,
                      struct hv_error *error)
{
    struct cosim *cosim = context;
    const uint64_t commits = commits_of(state);
    const uint64_t limit = cli_save_limit(&cosim->options);
    const struct hv_save save = {.config = cosim->job.config,
                                 .program = (char *)cosim->options.program,
                                 .state = (struct hv_state *)state,
                                 .input = (uint8_t *)cosim->job.image.input + received,
                                 .input_length = cosim->job.image.input_length - received};
    fflush(cosim->output);
    if (cli_save_write(cosim->options.save.file, &save, ram, error))
        return -1;
    cli_save_tell(&cosim->options, commits);
    if (cli_interrupted())
        return 1;
    cli_interrupt_catch(); /* while the file was written, Ctrl-C would have removed it */
    return limit && commits >= limit;
}

static void on_output(void *context, const uint8_t *bytes, size_t length)
{
    struct cosim *cosim = context;
    fwrite(bytes, 1, length, cosim->output);
}

static void on_progress(void *context, uint64_t commits, uint64_t cycles)
{
    struct cosim *cosim = context;
    (void)cycles;
    fflush(cosim->output);
    cli_progress_show(&cosim->progress, commits);
}

/* Commits to come: the model alone is many times as fast as the RTL. 0 if it does not end. */
static uint64_t estimate(const struct cosim *cosim)
{
    struct hv_error error;
    uint64_t commits = 0;
    if (!isatty(STDERR_FILENO) || cosim->job.config.timebase == HV_TIMEBASE_CLOCK)
        return cosim->options.max_instructions;
    struct hv_machine *machine = hv_machine_new(&cosim->job.config, &error);
    if (machine && hv_image_load(&cosim->job.image, machine, &error) == 0) {
        uint64_t limit = cosim->options.max_instructions;
        limit = limit && limit < ESTIMATE_LIMIT ? limit : ESTIMATE_LIMIT;
        size_t position = 0;
        hv_image_feed(&cosim->job.image, machine, &position);
        hv_machine_run(machine, limit);
        commits = hv_machine_counters(machine)->commits;
        commits = commits < ESTIMATE_LIMIT ? commits : 0;
    }
    hv_machine_free(machine);
    return commits;
}

/* ---- Results ---- */

static const char *stopped_name(const struct cosim *cosim, enum hv_lockstep_end end)
{
    if (end == HV_LOCKSTEP_SAVED)
        return cli_interrupted() ? "interrupted" : "saved";
    if (end == HV_LOCKSTEP_STOPPED)
        return cosim->rounds.found ? "round" : "interrupted";
    static const char *const names[] = {[HV_LOCKSTEP_FINISHED] = "finished",
                                        [HV_LOCKSTEP_HALTED] = "halted",
                                        [HV_LOCKSTEP_LIMIT] = "limit",
                                        [HV_LOCKSTEP_MISMATCH] = "mismatch"};
    return names[end];
}

static int print_result(const struct cosim *cosim, const struct hv_lockstep_result *result, const char *simulator,
                        struct hv_error *error)
{
    const struct cli_result object = {.simulator = simulator,
                                      .stopped = stopped_name(cosim, result->end),
                                      .counters = &result->counters,
                                      .region = result->has_region ? &result->region : NULL,
                                      .spent = &result->spent,
                                      .region_spent = &result->region_spent,
                                      .mismatches = result->end == HV_LOCKSTEP_MISMATCH,
                                      .exit_code = result->exit_code,
                                      .seconds = result->seconds};
    return cli_print_json(&cosim->job, &cosim->options, &object, error);
}

static void print_summary(const struct cosim *cosim, const struct hv_lockstep_result *result, const char *simulator)
{
    const uint64_t instructions = result->counters.instructions - result->begun;
    fprintf(stderr, "nestor: %s: %" PRIu64 " records agree, %" PRIu64 " cycles", simulator, result->commits,
            result->cycles);
    if (instructions)
        fprintf(stderr, ", CPI %.2f", (double)result->cycles / (double)instructions);
    if (result->seconds > 0)
        fprintf(stderr, ", %.3g million cycles a second", (double)result->cycles / result->seconds / 1e6);
    if (result->copied)
        fprintf(stderr, ", time copied in %" PRIu64 " records", result->copied);
    if (result->windows)
        fprintf(stderr, ", device windows accessed in %" PRIu64 " records", result->windows);
    cli_summary_end(&cosim->job, &result->counters, &result->spent);
}

static int status_of(const struct cosim *cosim, const struct hv_lockstep_result *result)
{
    if (result->end == HV_LOCKSTEP_SAVED)
        return cli_interrupted() ? NESTOR_INTERRUPTED : 0;
    if (cosim->options.save.at && result->end != HV_LOCKSTEP_MISMATCH)
        return cli_failf("%s: ended after %" PRIu64 " records, and nothing is saved; expected at least the %" PRIu64
                         " of --save-at",
                         cosim->options.program, result->counters.commits, cosim->options.save.at);
    switch (result->end) {
    case HV_LOCKSTEP_FINISHED:
        if (result->exit_code == 0)
            return 0;
        cli_failf("%s: failed with exit code %u", cosim->options.program, result->exit_code);
        return NESTOR_FAILED;
    case HV_LOCKSTEP_HALTED:
        cli_failf("%s: waits for ever: a WFI that nothing can wake", cosim->options.program);
        return NESTOR_FAILED;
    case HV_LOCKSTEP_MISMATCH:
        return NESTOR_MISMATCH;
    case HV_LOCKSTEP_STOPPED:
        if (!cosim->rounds.found)
            return cli_interrupt_tell(cosim->options.program, result->commits, cosim->where);
        cli_rounds_tell(&cosim->rounds, cosim->options.program);
        return NESTOR_FAILED;
    default:
        return cli_failf("%s: stopped after %" PRIu64 " records by --max-instructions", cosim->options.program,
                         result->commits);
    }
}

static int finish(struct cosim *cosim, const struct hv_lockstep_options *options,
                  const struct hv_lockstep_result *result)
{
    const char *simulator = hv_simulator_name(cosim->simulator_options.kind);
    struct hv_error error;
    if (cli_watch_close(&cosim->watch, true, &error))
        return cli_fail(&error);
    if (cosim->options.json && print_result(cosim, result, simulator, &error))
        return cli_fail(&error);
    if (cosim->cpi_stack && !cosim->options.json)
        cli_print_stack(cosim->output, &result->spent, result->counters.instructions - result->begun);
    fflush(stdout);
    print_summary(cosim, result, simulator);
    if (result->report)
        fputs(result->report, stderr);
    const int status = status_of(cosim, result);
    if (cosim->job.devices && hv_devices_restart(cosim->job.devices, &error)) /* the waveform is another run */
        return cli_fail(&error);
    if (cli_waveform_write(&cosim->waveform, &cosim->job.config, &cosim->simulator_options, &cosim->job.image, options,
                           result, &error)) {
        cli_fail(&error);
        return status ? status : NESTOR_ERROR;
    }
    return status;
}

/* Commit records before the save that is resumed. */
static uint64_t resumed_commits(const struct cosim *cosim)
{
    const struct hv_state *state = cosim->job.image.state;
    return state ? commits_of(state) : 0;
}

static int run_lockstep(struct cosim *cosim)
{
    struct hv_error error;
    if (cli_save_begin(&cosim->options, resumed_commits(cosim), &error) || cli_waveform_open(&cosim->waveform, &error))
        return cli_fail(&error);
    cosim->simulator_options.building = cli_progress_building;
    cosim->simulator_options.state = cosim->options.save.file || cosim->options.save.resume;
    cosim->simulator = hv_simulator_open(&cosim->job.config, &cosim->simulator_options, &error);
    if (!cosim->simulator)
        return cli_fail(&error);
    if (cli_watch_open(&cosim->watch, &cosim->options.watch, &cosim->job.config, cosim->job.places, cosim->options.json,
                       &error))
        return cli_fail(&error);
    const bool watching = cli_watch_on(&cosim->watch);
    const struct hv_lockstep_options options = {
        .max_commits = cosim->options.save.file ? 0 : cosim->options.max_instructions,
        .wait_percent = cosim->wait_percent,
        .seed = cosim->options.seed,
        .windows = cli_job_windows(&cosim->job),
        .repeat = cosim->repeat,
        .places = cosim->job.places,
        .watch = {.context = cosim,
                  .before = watching ? before_record : NULL,
                  .record = on_record,
                  .output = on_output,
                  .progress = on_progress},
        .save = {.context = cosim,
                 .at = cli_save_limit(&cosim->options),
                 .wanted = save_wanted,
                 .write = cosim->options.save.file ? write_save : NULL},
    };
    struct hv_lockstep_result result;
    cli_progress_begin(&cosim->progress, estimate(cosim));
    cli_rounds_open(&cosim->rounds, cosim->job.config.timebase != HV_TIMEBASE_CLOCK);
    cli_interrupt_catch();
    const int status = hv_lockstep_run(cosim->simulator, &cosim->job.image, &options, &result, &error);
    cli_progress_end(&cosim->progress);
    cli_rounds_close(&cosim->rounds);
    fflush(cosim->output);
    if (status == 0) {
        const int exit_status = finish(cosim, &options, &result);
        hv_lockstep_result_free(&result);
        return exit_status;
    }
    struct hv_error ignored;
    cli_watch_close(&cosim->watch, false, &ignored);
    cli_fail(&error);
    return cli_interrupted() ? NESTOR_INTERRUPTED : NESTOR_ERROR;
}

int nestor_cosim(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {NULL, 0, NULL, 0, "Simulation:", 4},
        {"sim", KEY_SIM, "verilator|icarus|gates", 0,
         "simulator of the Verilog (default: verilator); gates: of the core's netlist after Yosys's synth_ice40", 4},
        {"rtl", KEY_RTL, "DIR", 0, "simulate the Verilog in DIR, as nestor gen wrote it and you have edited it", 4},
        {"wait", KEY_WAIT, "PERCENT", 0, "bus wait states at random in so many cycles of a hundred, from --seed", 4},
        {"cpi-stack", KEY_CPI_STACK, NULL, 0, "print where the clock cycles went (with --json they are there anyway)",
         4},
        CLI_WAVEFORM_OPTIONS(KEY_WAVE, KEY_NO_WAVE, 4),
        {0}};
    static const struct argp_child children[] = {{.argp = &cli_common_argp}, {.argp = &cli_save_argp}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "PROGRAM.elf\n--resume FILE [PROGRAM.elf]",
        .doc = "Run a program on the model and on the generated Verilog in lockstep: every commit record, every bus "
               "write and, at the end, all of RAM must agree.\v"
               "Exit status: 0; 1 on a mismatch; 3 if the program failed, or waits or goes round for ever; 125 for "
               "errors of Nestor and for a program that --max-instructions stops; 130 after Ctrl-C; 0 when the run was "
               "stopped "
               "and saved; 124 for a save that is none, damaged, or of another configuration.",
        .children = children};
    struct cosim cosim = {.output = stdout, .repeat = cli_command_line(argc, argv)};
    cli_options_default(&cosim.options);
    cli_parse(&argp, argc, argv, &cosim);
    struct hv_error error;
    if (cosim.options.json || cli_watch_takes_stdout(&cosim.options.watch))
        cosim.output = stderr;
    int status;
    if (cli_job_open(&cosim.job, &cosim.options, HV_FOR_HARDWARE, &error)) {
        status = cli_job_fail(&cosim.job, &error);
    } else {
        if (!cosim.options.program)
            cosim.options.program = cosim.job.resumed.program;
        status = run_lockstep(&cosim);
        cli_waveform_close(&cosim.waveform);
        cli_job_close(&cosim.job);
    }
    hv_simulator_close(cosim.simulator);
    free(cosim.repeat);
    return status;
}
