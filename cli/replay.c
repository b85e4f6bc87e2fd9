/* nestor replay: a world from a file, in lockstep, with the report of the first difference. */
#include "cli/watch.h"
#include "cli/waveform.h"
#include "fuzz/run.h"
#include "fuzz/step.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIM = 256, KEY_RTL, KEY_WAVE, KEY_NO_WAVE };

struct replay {
    const char *file;
    struct cli_waveform waveform;
    struct cli_watch_options watch_options;
    struct cli_watch watch;
    struct hv_simulator_options simulator_options;
    bool simulator_given;
    char *repeat;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct replay *replay = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &replay->watch_options;
        break;
    case KEY_SIM:
        if (!hv_simulator_find(text, &replay->simulator_options.kind))
            argp_failure(state, NESTOR_ERROR, 0, "--sim: found '%s', expected verilator, icarus or gates", text);
        replay->simulator_given = true;
        break;
    case KEY_RTL:
        replay->simulator_options.rtl = text;
        break;
    case KEY_WAVE:
        replay->waveform.file = text;
        break;
    case KEY_NO_WAVE:
        replay->waveform.never = true;
        break;
    case ARGP_KEY_ARG:
        if (replay->file)
            argp_failure(state, NESTOR_ERROR, 0, "found a second file '%s', expected one%s", text,
                         cli_watch_hint(&replay->watch_options));
        replay->file = text;
        break;
    case ARGP_KEY_END:
        if (!replay->file)
            argp_failure(state, NESTOR_ERROR, 0, "found no file, expected one that nestor fuzz has saved");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int read_world(const char *path, struct fuzz_world *world, struct hv_error *error)
{
    size_t length;
    uint8_t *text = hv_file_read(path, &length, error);
    if (!text)
        return -1;
    const int status = fuzz_world_parse(world, (const char *)text, length, path, error);
    free(text);
    return status;
}

static int write_wave(struct replay *replay, const struct fuzz_world *world, const struct hv_lockstep_result *result,
                      struct hv_error *error)
{
    uint8_t *ram = malloc(world->config.ram_bytes);
    if (!ram)
        return hv_fail(error, "out of memory");
    fuzz_world_image(world, ram);
    const struct hv_segment segment = {world->config.ram_base, ram, world->config.ram_bytes};
    const struct hv_image image = {
        .segments = &segment, .count = 1, .input = world->input, .input_length = world->input_length};
    const struct hv_lockstep_options options = {
        .wait_percent = world->wait_percent, .seed = world->wait_seed, .windows = {fuzz_window, NULL}};
    const int status = cli_waveform_write(&replay->waveform, &world->config, &replay->simulator_options, &image,
                                          &options, result, error);
    free(ram);
    return status;
}

/* Two models must run it the same, with and without its associator, until a change that is not fenced. What differs is
 * told, and *at is the record. */
static int replay_models(const struct replay *replay, const struct fuzz_world *world, uint64_t *at)
{
    struct hv_error error;
    struct fuzz_result result;
    if (!fuzz_has_associator(&world->config))
        return 0;
    if (fuzz_run_without_associator(world, replay->repeat, &result, &error))
        return cli_fail(&error);
    fprintf(stderr, "nestor: without associator: %" PRIu64 " records agree%s\n", result.commits,
            result.verdict == FUZZ_UNDEFINED ? ", up to where the spec does not promise it" : "");
    if (result.report)
        fputs(result.report, stderr);
    const int status = result.verdict == FUZZ_ASSOCIATOR_SEEN ? NESTOR_MISMATCH : 0;
    *at = result.commits;
    fuzz_result_free(&result);
    return status;
}

/* The cycle of record `at`, for the waveform of what two models do. */
static int find_cycle(struct hv_simulator *simulator, const struct fuzz_world *world, uint64_t at, uint64_t *cycle,
                      struct hv_error *error)
{
    struct fuzz_world part = *world;
    struct hv_lockstep_result result;
    bool undefined;
    part.limit = at + 1;
    if (fuzz_lockstep(simulator, &part, NULL, NULL, NULL, &result, &undefined, error))
        return -1;
    *cycle = result.cycles;
    hv_lockstep_result_free(&result);
    return 0;
}

static void before_record(void *context, const struct hv_machine *machine)
{
    struct replay *replay = context;
    cli_watch_before(&replay->watch, machine);
}

static bool on_record(void *context, const struct hv_lockstep_record *record)
{
    struct replay *replay = context;
    return cli_watch_record(&replay->watch, record->machine, record->commit);
}

static int run_lockstep(struct replay *replay, struct hv_simulator *simulator, const struct fuzz_world *world,
                        struct hv_lockstep_result *result, bool *undefined, struct hv_error *error)
{
    const struct hv_lockstep_watch watch = {.context = replay, .before = before_record, .record = on_record};
    struct hv_error other;
    if (cli_watch_open(&replay->watch, &replay->watch_options, &world->config, NULL, false, error))
        return -1;
    const int status = fuzz_lockstep(simulator, world, NULL, cli_watch_on(&replay->watch) ? &watch : NULL,
                                     replay->repeat, result, undefined, error);
    if (cli_watch_close(&replay->watch, status == 0, status ? &other : error) == 0 || status)
        return status;
    hv_lockstep_result_free(result);
    return -1;
}

/* Both comparisons; *result is of lockstep, or says where the models differ, for the waveform. */
static int compare(struct replay *replay, struct hv_simulator *simulator, const struct fuzz_world *world,
                   struct hv_lockstep_result *result, struct hv_error *error)
{
    bool undefined;
    uint64_t at = 0;
    if (run_lockstep(replay, simulator, world, result, &undefined, error))
        return -1;
    fprintf(stderr, "nestor: %s: %" PRIu64 " records agree, %" PRIu64 " cycles%s\n",
            hv_simulator_name(replay->simulator_options.kind), result->commits, result->cycles,
            undefined ? ", up to a stored word that is executed without FENCE.I" : "");
    if (undefined)
        result->end = HV_LOCKSTEP_STOPPED;
    else if (result->report)
        fputs(result->report, stderr);
    if (result->end == HV_LOCKSTEP_MISMATCH)
        return NESTOR_MISMATCH;
    const int status = replay_models(replay, world, &at);
    if (status != NESTOR_MISMATCH)
        return status;
    result->end = HV_LOCKSTEP_MISMATCH;
    return find_cycle(simulator, world, at, &result->cycle, error) ? -1 : status;
}

static int replay_world(struct replay *replay, struct hv_simulator *simulator, const struct fuzz_world *world)
{
    struct hv_error error;
    struct hv_lockstep_result result = {0};
    int status = compare(replay, simulator, world, &result, &error);
    if (status < 0) {
        hv_lockstep_result_free(&result);
        return cli_fail(&error);
    }
    if (write_wave(replay, world, &result, &error)) {
        cli_fail(&error);
        status = status ? status : NESTOR_ERROR;
    }
    hv_lockstep_result_free(&result);
    return status;
}

static int run(struct replay *replay)
{
    struct hv_error error;
    struct fuzz_world world;
    if (read_world(replay->file, &world, &error))
        return cli_fail(&error);
    if (world.simulator && !replay->simulator_given)
        hv_simulator_find(world.simulator, &replay->simulator_options.kind);
    replay->simulator_options.building = cli_progress_building;
    struct hv_simulator *simulator = cli_waveform_open(&replay->waveform, &error)
                                         ? NULL
                                         : hv_simulator_open(&world.config, &replay->simulator_options, &error);
    const int status = simulator ? replay_world(replay, simulator, &world) : cli_fail(&error);
    hv_simulator_close(simulator);
    cli_waveform_close(&replay->waveform);
    fuzz_world_end(&world);
    return status;
}

int nestor_replay(int argc, char **argv)
{
    static const struct argp_option options[] = {{"sim", KEY_SIM, "verilator|icarus|gates", 0,
                                                  "simulator of the Verilog (default: the file's, else verilator)", 1},
                                                 {"rtl", KEY_RTL, "DIR", 0, "simulate the Verilog in DIR", 1},
                                                 CLI_WAVEFORM_OPTIONS(KEY_WAVE, KEY_NO_WAVE, 1),
                                                 {0}};
    static const struct argp_child children[] = {{.argp = &cli_watch_argp}, {0}};
    static const struct argp argp = {.options = options,
                                     .children = children,
                                     .parser = parse,
                                     .args_doc = "FILE",
                                     .doc =
                                         "Run a world that nestor fuzz has saved, on model and Verilog in lockstep.\v"
                                         "Exit status: 0 if they agree; 1 on a mismatch; 125 for errors of Nestor."};
    struct replay replay = {.repeat = cli_command_line(argc, argv)};
    cli_parse(&argp, argc, argv, &replay);
    const int status = run(&replay);
    free(replay.repeat);
    return status;
}
