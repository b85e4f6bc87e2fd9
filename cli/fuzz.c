/* nestor fuzz: random nested worlds, in lockstep, until one fails or the time is over. */
#include "cli/cli.h"
#include "fuzz/campaign.h"
#include "fuzz/generate.h"
#include "rtlgen/rtlgen.h"
#include "sim/files.h"
#include "sim/verilog.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_SECONDS = 60, SHRINK_SECONDS = 90 };
enum {
    KEY_SEED = 256,
    KEY_JOBS,
    KEY_TIME,
    KEY_WORLDS,
    KEY_SIM,
    KEY_RTL,
    KEY_OUTPUT,
    KEY_COVERAGE,
    KEY_KEEP,
    KEY_COVERED,
    KEY_JSON,
    KEY_MERGE,
    KEY_VERBOSE = 'v'
};

struct fuzz {
    struct fuzz_campaign_options options;
    struct hv_config config;
    struct cli_configuration config_options;
    const char *coverage;
    char **parts; /* of --merge */
    int part_count;
    bool json, verbose, time_given, until_covered, merge;
    double shown, looked; /* when progress, and coverage were, in seconds from the begin */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

static bool parse_simulators(struct fuzz *fuzz, const char *text)
{
    const bool all = strcmp(text, "all") == 0;
    bool found = all;
    for (enum fuzz_simulator s = 0; s < FUZZ_SIMULATORS; s++) {
        fuzz->options.simulators[s] = all || strcmp(text, fuzz_simulator_name(s)) == 0;
        found |= fuzz->options.simulators[s];
    }
    return found;
}

static void check_merge(const struct fuzz *fuzz, const struct argp_state *state)
{
    if (fuzz->part_count && !fuzz->merge)
        argp_failure(state, NESTOR_ERROR, 0, "found argument '%s', expected none", fuzz->parts[0]);
    if (fuzz->merge && (!fuzz->part_count || !fuzz->coverage))
        argp_failure(state, NESTOR_ERROR, 0,
                     "--merge: found no %s, expected --coverage FILE and the files to be added up",
                     fuzz->coverage ? "files" : "--coverage");
    if (fuzz->merge && fuzz->json)
        argp_failure(state, NESTOR_ERROR, 0, "--merge: found with --json, expected one of them: the coverage is JSON");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct fuzz *fuzz = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &fuzz->config_options;
        break;
    case KEY_SEED:
        fuzz->options.seed = cli_number("seed", text, UINT64_MAX, state);
        break;
    case KEY_JOBS:
        fuzz->options.jobs = (unsigned)cli_number_from("jobs", text, 1, FUZZ_MAX_JOBS, state);
        break;
    case KEY_TIME:
        fuzz->options.seconds = (double)cli_number("time", text, UINT32_MAX, state);
        fuzz->time_given = true;
        break;
    case KEY_WORLDS:
        fuzz->options.worlds = cli_number("worlds", text, UINT64_MAX, state);
        break;
    case KEY_SIM:
        if (!parse_simulators(fuzz, text))
            argp_failure(state, NESTOR_ERROR, 0, "--sim: found '%s', expected verilator, icarus, gates or all", text);
        break;
    case KEY_RTL:
        fuzz->options.rtl = text;
        break;
    case KEY_OUTPUT:
        fuzz->options.output = text;
        break;
    case KEY_COVERAGE:
        fuzz->coverage = text;
        break;
    case KEY_KEEP:
        fuzz->options.keep_going = true;
        break;
    case KEY_COVERED:
        fuzz->until_covered = true;
        break;
    case KEY_JSON:
        fuzz->json = true;
        break;
    case KEY_VERBOSE:
        fuzz->verbose = true;
        break;
    case KEY_MERGE:
        fuzz->merge = true;
        break;
    case ARGP_KEY_ARGS:
        fuzz->parts = state->argv + state->next;
        fuzz->part_count = state->argc - state->next;
        break;
    case ARGP_KEY_END:
        check_merge(fuzz, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- Progress ---- */

static bool is_covered(const struct fuzz_state *state)
{
    const struct fuzz_summary all = fuzz_coverage_summary(state->counts, FUZZ_TABLE_COUNT);
    return all.covered == all.reachable;
}

/* Points that the architecture excludes were met: model, spec or reasons are wrong. */
static size_t surprises(const struct fuzz_state *state)
{
    return fuzz_coverage_summary(state->counts, FUZZ_TABLE_COUNT).surprises;
}

static bool on_progress(void *context, const struct fuzz_state *state, double seconds)
{
    struct fuzz *fuzz = context;
    if (interrupted)
        return false;
    if (fuzz->until_covered && seconds - fuzz->looked > 5) {
        fuzz->looked = seconds;
        if (is_covered(state))
            return false;
    }
    if (!isatty(STDERR_FILENO) || seconds - fuzz->shown < 0.5)
        return true;
    fuzz->shown = seconds;
    const struct fuzz_summary all = fuzz_coverage_summary(state->counts, FUZZ_TABLE_COUNT);
    fprintf(stderr, "\r%" PRIu64 " worlds, %.0f a second, %.2f million records, coverage %.1f %%, %" PRIu64 " failed",
            state->worlds, (double)state->worlds / seconds, (double)state->commits / 1e6,
            100.0 * (double)all.covered / (double)all.reachable, state->failure_count);
    if (state->building)
        fprintf(stderr, ", building %" PRIu64, state->building);
    const double to_go = state->started ? fuzz->options.seconds - (cli_now() - 1e-6 * (double)state->started) : 0;
    if (to_go > 0)
        fprintf(stderr, ", %.0f s to go", to_go);
    fputs("\033[K", stderr);
    return true;
}

static void on_building(void *context, const char *what, uint64_t count)
{
    (void)context;
    const bool terminal = isatty(STDERR_FILENO);
    if (count == 1)
        fprintf(stderr, "%snestor: building simulators, which are kept: the first minute or two may go into them\n",
                terminal ? "\r\033[K" : "");
    if (terminal)
        fprintf(stderr, "\rbuilding %s, once\033[K\n", what);
}

/* ---- Results ---- */

static const char *verdict_name(enum fuzz_verdict verdict)
{
    return verdict == FUZZ_ASSOCIATOR_SEEN ? "an associator is noticed" : "model and Verilog differ";
}

/* The command that runs it again. */
static void print_replay(const struct fuzz *fuzz, const struct fuzz_failure *f)
{
    const char *rtl = fuzz->options.rtl;
    printf("nestor replay --sim %s%s%s %s\n", fuzz_simulator_name(f->simulator), rtl ? " --rtl " : "", rtl ? rtl : "",
           f->path);
}

static void print_failure(const struct fuzz *fuzz, const struct fuzz_failure *f)
{
    printf("failure: %s on %s, seed %" PRIu64 ": %s\n", f->config, fuzz_simulator_name(f->simulator), f->seed,
           verdict_name(f->verdict));
    printf("  found after %.1f s; shrunk in %.1f s from %u to %u instructions, %u words, %u levels\n", f->found,
           f->shrunk, f->instructions_before, f->instructions, f->words, f->levels);
    printf("  %s\n  ", f->first);
    print_replay(fuzz, f);
}

/* What failed comes first, and where it is saved once more at the end, which is what a terminal shows. */
static void print_text(const struct fuzz *fuzz, const struct fuzz_state *state, double seconds)
{
    const uint64_t listed = state->failure_count < FUZZ_MAX_FAILURES ? state->failure_count : FUZZ_MAX_FAILURES;
    for (uint64_t i = 0; i < listed; i++)
        if (state->failures[i].path[0])
            print_failure(fuzz, &state->failures[i]);
    if (listed)
        putchar('\n');
    (fuzz->verbose ? fuzz_coverage_print : fuzz_coverage_print_summary)(stdout, state->counts);
    printf("\n%" PRIu64 " worlds (%" PRIu64 " with every change fenced, %" PRIu64
           " up to stored words executed without "
           "FENCE.I), %" PRIu64 " records, %" PRIu64 " cycles in %.0f s: %.1f worlds and %.0f records a second\n",
           state->worlds, state->fenced, state->undefined, state->commits, state->cycles, seconds,
           (double)state->worlds / seconds, (double)state->commits / seconds);
    for (enum fuzz_simulator s = 0; s < FUZZ_SIMULATORS; s++)
        if (state->worlds_by[s])
            printf("  %s: %" PRIu64 " worlds, %" PRIu64 " records\n", fuzz_simulator_name(s), state->worlds_by[s],
                   state->commits_by[s]);
    if (state->built)
        printf("  %" PRIu64 " simulators built, %.0f s in all\n", state->built,
               (double)state->build_microseconds / 1e6);
    const struct fuzz_summary all = fuzz_coverage_summary(state->counts, FUZZ_TABLE_COUNT);
    printf("fuzz: %" PRIu64 " worlds, %" PRIu64 " failed; %zu of %zu reachable points covered%s\n", state->worlds,
           state->failure_count, all.covered, all.reachable, all.surprises ? ", and unreachable ones met" : "");
    for (uint64_t i = 0; i < listed; i++)
        if (state->failures[i].path[0]) {
            printf("saved as %s; again: ", state->failures[i].path);
            print_replay(fuzz, &state->failures[i]);
        }
}

static json_t *failure_json(const struct fuzz_failure *f)
{
    return json_pack("{s:I,s:s,s:s,s:s,s:f,s:f,s:i,s:i,s:i,s:i,s:s,s:s}", "seed", (json_int_t)f->seed, "config",
                     f->config, "simulator", fuzz_simulator_name(f->simulator), "verdict", verdict_name(f->verdict),
                     "found_seconds", f->found, "shrink_seconds", f->shrunk, "instructions_before",
                     (int)f->instructions_before, "instructions", (int)f->instructions, "words", (int)f->words,
                     "levels", (int)f->levels, "file", f->path, "report", f->first);
}

static int print_json(const struct fuzz *fuzz, const struct fuzz_state *state, double seconds)
{
    json_t *failures = json_array();
    for (uint64_t i = 0; i < state->failure_count && i < FUZZ_MAX_FAILURES; i++)
        if (state->failures[i].path[0])
            json_array_append_new(failures, failure_json(&state->failures[i]));
    json_t *object = json_pack("{s:s,s:I,s:i,s:f,s:f,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "version", NESTOR_VERSION,
                               "seed", (json_int_t)fuzz->options.seed, "jobs", (int)fuzz->options.jobs, "seconds",
                               seconds, "build_seconds", (double)state->build_microseconds / 1e6, "worlds",
                               (json_int_t)state->worlds, "fenced", (json_int_t)state->fenced, "undefined",
                               (json_int_t)state->undefined, "commits", (json_int_t)state->commits, "cycles",
                               (json_int_t)state->cycles, "failed", (json_int_t)state->failure_count, "failures",
                               failures, "coverage", fuzz_coverage_json(state->counts));
    if (!object)
        return -1;
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
    return 0;
}

/* ---- Coverage of earlier runs ---- */

static int add_coverage(const char *path, struct fuzz_state *state, struct hv_error *error)
{
    json_error_t json_error;
    json_t *json = json_load_file(path, 0, &json_error);
    if (!json)
        return json_error_code(&json_error) == json_error_cannot_open_file
                   ? hv_fail(error, "%s", json_error.text)
                   : hv_fail(error, "%s:%d: %s", path, json_error.line, json_error.text);
    struct hv_error inner;
    const int status = fuzz_coverage_merge(state->counts, json, &inner);
    if (status)
        hv_fail(error, "%.200s: %.280s", path, inner.text);
    json_decref(json);
    return status;
}

static int read_coverage(const struct fuzz *fuzz, struct fuzz_state *state, struct hv_error *error)
{
    if (!fuzz->coverage)
        return 0;
    if (access(fuzz->coverage, F_OK)) { /* a new one: can it be made, when all is done? */
        struct cli_file file;
        return errno != ENOENT ? hv_fail(error, "%s: cannot read: %s", fuzz->coverage, strerror(errno))
               : cli_file_open(&file, fuzz->coverage, error) ? -1
                                                             : cli_file_close(&file, false, error);
    }
    return add_coverage(fuzz->coverage, state, error);
}

static int write_coverage(const struct fuzz *fuzz, const struct fuzz_state *state, struct hv_error *error)
{
    struct cli_file file;
    if (!fuzz->coverage)
        return 0;
    json_t *json = fuzz_coverage_json(state->counts);
    if (!json)
        return hv_fail(error, "out of memory");
    int status = cli_file_open(&file, fuzz->coverage, error);
    if (status == 0) {
        json_dumpf(json, file.stream, JSON_INDENT(1));
        fputc('\n', file.stream);
        status = cli_file_close(&file, true, error);
    }
    json_decref(json);
    return status;
}

/* Nothing is run: the parts of a campaign on several machines, as one. */
static int merge(const struct fuzz *fuzz)
{
    struct hv_error error;
    struct fuzz_state *state = fuzz_state_new(&error);
    int status = state ? 0 : -1;
    for (int i = 0; status == 0 && i < fuzz->part_count; i++)
        status = add_coverage(fuzz->parts[i], state, &error);
    if (status == 0)
        status = write_coverage(fuzz, state, &error);
    if (status == 0) {
        const struct fuzz_summary all = fuzz_coverage_summary(state->counts, FUZZ_TABLE_COUNT);
        (fuzz->verbose ? fuzz_coverage_print : fuzz_coverage_print_summary)(stdout, state->counts);
        printf("\nfuzz: %d files; %zu of %zu reachable points covered%s\n", fuzz->part_count, all.covered,
               all.reachable, all.surprises ? ", and unreachable ones met" : "");
    }
    const bool good = status == 0 && surprises(state) == 0 && !(fuzz->until_covered && !is_covered(state));
    if (state)
        fuzz_state_free(state);
    return status ? cli_fail(&error) : good ? 0 : NESTOR_MISMATCH;
}

/* ---- The command ---- */

static int check(struct fuzz *fuzz, struct hv_error *error)
{
    struct stat status;
    const char *output = fuzz->options.output;
    if (stat(output, &status) || !S_ISDIR(status.st_mode) || access(output, W_OK))
        return hv_fail(error, "%s: found no directory to write to, expected one for --output", output);
    if (strlen(output) > FUZZ_MAX_OUTPUT)
        return hv_fail(error, "--output: found %zu characters, expected at most %d", strlen(output), FUZZ_MAX_OUTPUT);
    const struct cli_configuration *config = &fuzz->config_options;
    if (config->count && !config->name)
        return hv_fail(error, "--set: found no --config, expected the configuration that it changes");
    if (fuzz->options.rtl && !config->name)
        return hv_fail(error, "--rtl: found no --config, expected the configuration of the Verilog in %s",
                       fuzz->options.rtl);
    if (!config->name)
        return 0;
    if (cli_config_read(&fuzz->config, config, error) || hv_config_validate(&fuzz->config, HV_FOR_HARDWARE, error))
        return -1;
    if (fuzz_check_config(&fuzz->config, error))
        return -1;
    if (fuzz->options.rtl && hv_verilog_check(fuzz->options.rtl, &fuzz->config, error))
        return -1;
    fuzz->options.config = &fuzz->config;
    return 0;
}

static int run(struct fuzz *fuzz)
{
    struct hv_error error = {"out of memory"};
    struct fuzz_state *state = check(fuzz, &error) ? NULL : fuzz_state_new(&error);
    if (!state)
        return cli_fail(&error);
    int status = read_coverage(fuzz, state, &error) ? NESTOR_ERROR : 0;
    const double begin = cli_now();
    if (status == 0) {
        signal(SIGINT, on_signal);
        status = fuzz_campaign(state, &fuzz->options, on_progress, &error) ? NESTOR_ERROR : 0;
        if (fuzz->shown > 0)
            fputs("\r\033[K", stderr);
        const double seconds = cli_now() - begin;
        if (fuzz->json && print_json(fuzz, state, seconds))
            status = NESTOR_ERROR;
        else if (!fuzz->json)
            print_text(fuzz, state, seconds);
        struct hv_error other;
        if (write_coverage(fuzz, state, &other) && status == 0) {
            error = other;
            status = NESTOR_ERROR;
        }
    }
    if (status)
        cli_fail(&error);
    else if (state->failure_count || surprises(state) || (fuzz->until_covered && !is_covered(state)))
        status = NESTOR_MISMATCH;
    fuzz_state_free(state);
    return status;
}

int nestor_fuzz(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"seed", KEY_SEED, "N", 0, "seed of the first world (default: 1)", 1},
        {"jobs", KEY_JOBS, "N", 0, "processes (default: one for each processor)", 1},
        {"time", KEY_TIME, "SECONDS", 0,
         "how long, from when the first simulator is there (default: 60, or no limit with --worlds); 0: until "
         "interrupted",
         1},
        {"worlds", KEY_WORLDS, "N", 0, "at most so many worlds; 0: no limit", 1},
        {"sim", KEY_SIM, "verilator|icarus|gates|all", 0,
         "simulator of the Verilog; gates: of the netlist that Yosys makes of it (default: verilator)", 1},
        {"rtl", KEY_RTL, "DIR", 0, "simulate the Verilog in DIR, of the configuration of --config", 1},
        {"output", KEY_OUTPUT, "DIR", 0, "where failing worlds are saved (default: .)", 1},
        {"coverage", KEY_COVERAGE, "FILE", 0, "add to the coverage in FILE (JSON), and write it back", 1},
        {"merge", KEY_MERGE, NULL, 0,
         "run nothing: the arguments are coverage of other runs, to be added up into the FILE of --coverage", 1},
        {"until-covered", KEY_COVERED, NULL, 0, "end when all that is reachable is covered; a failure if it is not", 1},
        {"keep-going", KEY_KEEP, NULL, 0, "go on after a failure", 1},
        {"verbose", KEY_VERBOSE, NULL, 0,
         "print the coverage in full: matrices, what is not covered, what is unreachable and why", 1},
        {"json", KEY_JSON, NULL, 0, "print the result as one JSON object", 1},
        {0}};
    static const struct argp_child children[] = {{.argp = &cli_config_argp, .group = 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .children = children,
        .args_doc = "\n--merge --coverage=FILE COVERAGE...",
        .doc = "Run random nested worlds on the model and on the Verilog in lockstep, and print what they covered; "
               "without --config, of a list of 24 configurations and of random ones. A "
               "world that fails is shrunk and saved; nestor replay runs it again.\v"
               "Exit status: 0; 1 if a world failed, an unreachable point was met, or points were left with "
               "--until-covered; 125 "
               "for errors of Nestor."};
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct fuzz fuzz = {
        .options = {.seed = 1,
                    .jobs = processors > 0 ? processors < FUZZ_MAX_JOBS ? (unsigned)processors : FUZZ_MAX_JOBS : 1,
                    .simulators = {[FUZZ_VERILATOR] = true},
                    .output = ".",
                    .building = on_building}};
    fuzz.options.context = &fuzz;
    cli_parse(&argp, argc, argv, &fuzz);
    if (!fuzz.time_given && !fuzz.options.worlds)
        fuzz.options.seconds = DEFAULT_SECONDS;
    if (fuzz.options.seconds > 0 || !fuzz.options.worlds)
        fuzz.options.shrink_seconds = SHRINK_SECONDS;
    char *repeat = cli_command_line(argc, argv);
    fuzz.options.repeat = repeat;
    const int status = fuzz.merge ? merge(&fuzz) : run(&fuzz);
    free(repeat);
    return status;
}
