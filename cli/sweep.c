/* nestor sweep: programs x depths x configurations, each measured once, whatever happens in between. */
#include "cli/sweep.h"
#include "cli/measure.h"
#include "cli/report.h"
#include "sim/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_DEPTH = 256, KEY_ENTRIES, KEY_JOBS, KEY_SHARD, KEY_MERGE, KEY_LIST };
enum { MOST_JOBS = 1024 };

/* What -o names, by its ending. */
enum output { OUTPUT_PAGE, OUTPUT_RESULTS, OUTPUT_CSV, OUTPUTS };
static const char *const endings[OUTPUTS] = {".html", ".jsonl", ".csv"};

struct sweep {
    struct sweep_plan plan;
    struct cli_configuration config;
    const char *entries, *outputs[OUTPUTS], *plan_file;
    char **files; /* as given: programs, a plan, or results to be merged */
    int count;
    unsigned at_once, shard, shards;
    bool merge, list;
    char *command, *beside; /* the results' file when only others are named */
};

/* ---- Options ---- */

static bool ends_in(const char *text, const char *ending)
{
    const size_t length = strlen(text), of_ending = strlen(ending);
    return length > of_ending && strcmp(text + length - of_ending, ending) == 0;
}

static void take_output(struct sweep *sweep, const char *text, const struct argp_state *state)
{
    for (enum output i = 0; i < OUTPUTS; i++)
        if (ends_in(text, endings[i])) {
            if (sweep->outputs[i])
                argp_failure(state, NESTOR_ERROR, 0, "-o: found '%s' after '%s', expected one file of a kind", text,
                             sweep->outputs[i]);
            sweep->outputs[i] = text;
            return;
        }
    argp_failure(state, NESTOR_ERROR, 0, "-o: found '%s', expected a name that ends in .html, .jsonl or .csv", text);
}

/* I/N, from 1. */
static void take_shard(struct sweep *sweep, char *text, const struct argp_state *state)
{
    char *slash = strchr(text, '/');
    if (!slash)
        argp_failure(state, NESTOR_ERROR, 0, "--shard: found '%s', expected I/N, as in 1/4", text);
    else {
        *slash = 0;
        sweep->shards = (unsigned)cli_number_from("shard", slash + 1, 1, 1000000, state);
        sweep->shard = (unsigned)cli_number_from("shard", text, 1, sweep->shards, state) - 1;
        *slash = '/';
    }
}

static void check(struct sweep *sweep, const struct argp_state *state)
{
    if (!sweep->count && (sweep->merge || !sweep_has_vms(&sweep->plan)))
        argp_failure(state, NESTOR_ERROR, 0,
                     sweep->merge ? "found no results, expected RESULTS.jsonl..."
                                  : "found no program, expected PROGRAM.elf, TRACE... or PLAN.ini (see --help)");
    if (!sweep->outputs[OUTPUT_PAGE] && !sweep->outputs[OUTPUT_RESULTS] && !sweep->outputs[OUTPUT_CSV] && !sweep->list)
        argp_failure(state, NESTOR_ERROR, 0, "found no -o, expected -o RESULTS.jsonl, -o REPORT.html or both");
    if (sweep->count == 1 && !sweep->merge && ends_in(sweep->files[0], ".ini"))
        sweep->plan_file = sweep->files[0];
    if (sweep->plan_file && (sweep->entries || sweep->config.count || strcmp(sweep->config.name, "default") != 0 ||
                             sweep->plan.depth || sweep->plan.passed.count))
        argp_failure(state, NESTOR_ERROR, 0,
                     "%s: found a plan with options of what is measured, expected them in the plan", sweep->plan_file);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct sweep *sweep = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &sweep->config;
        state->child_inputs[1] = state->child_inputs[2] = state->child_inputs[3] = &sweep->plan;
        break;
    case KEY_DEPTH:
        measure_numbers_check("depth", text, 0, HV_MAX_DEPTH, state);
        free(sweep->plan.depth);
        sweep->plan.depth = strdup(text);
        break;
    case KEY_ENTRIES:
        measure_numbers_check("entries", text, 0, 65536, state);
        sweep->entries = text;
        break;
    case KEY_JOBS:
        sweep->at_once = (unsigned)cli_number_from("jobs", text, 1, MOST_JOBS, state);
        break;
    case KEY_SHARD:
        take_shard(sweep, text, state);
        break;
    case KEY_MERGE:
        sweep->merge = true;
        break;
    case KEY_LIST:
        sweep->list = true;
        break;
    case 'o':
        take_output(sweep, text, state);
        break;
    case ARGP_KEY_ARGS:
        sweep->files = state->argv + state->next;
        sweep->count = state->argc - state->next;
        break;
    case ARGP_KEY_END:
        check(sweep, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_option options[] = {
    {"depth", KEY_DEPTH, "N,A-B", 0,
     "run each program so many virtual machines deep (default: 0 to the configuration's)", 1},
    {"entries", KEY_ENTRIES, "N,A-B,A,B..C", 0, "fully associative associators of these sizes, as in 1,2,4..256", 1},
    {"output", 'o', "FILE", 0,
     "FILE.jsonl: the results, to which each job adds a line; FILE.html: a report of them; FILE.csv: their figures. "
     "May be given for each; without FILE.jsonl the results are beside the first",
     1},
    {"jobs", KEY_JOBS, "N", 0, "run N jobs at once (default: as many as there are processors)", 1},
    {"shard", KEY_SHARD, "I/N", 0,
     "do the Ith part of N of the jobs, from 1: on each machine another, with results of its own", 1},
    {"merge", KEY_MERGE, NULL, 0, "run nothing: the arguments are results, of shards, to be written as one", 1},
    {"list", KEY_LIST, NULL, 0, "run nothing: print the command of each job that is still to be done", 1},
    {0}};

/* ---- The plan ---- */

static bool is_change_of(const char *change, const char *key)
{
    const size_t length = strlen(key);
    return strncmp(change, key, length) == 0 && change[length] == '=';
}

static int fill_block(struct sweep *sweep, struct sweep_block *block, struct hv_error *error)
{
    block->config = strdup(sweep->config.name);
    if (!block->config)
        return hv_fail(error, "out of memory");
    for (size_t i = 0; i < sweep->config.count; i++)
        if (sweep_change_add(block, sweep->config.changes[i], error))
            return -1;
    if (!sweep->entries)
        return 0;
    for (size_t i = 0; i < block->count; i++)
        if (is_change_of(block->changes[i], "associator.entries") || is_change_of(block->changes[i], "associator.ways"))
            return hv_fail(error,
                           "--entries: found with --set %s, expected one of them: the sizes of --entries are fully "
                           "associative",
                           block->changes[i]);
    char *change = hv_text("associator.entries=%s", sweep->entries);
    const int status = change ? sweep_change_add(block, change, error) : hv_fail(error, "out of memory");
    free(change);
    return status ? -1 : sweep_change_add(block, "associator.ways=entries", error);
}

static int make_plan(struct sweep *sweep, struct hv_error *error)
{
    if (sweep->plan_file) {
        if (sweep_plan_read(&sweep->plan, sweep->plan_file, error))
            return -1;
        if (!sweep->plan.program_count && !sweep_has_vms(&sweep->plan))
            return hv_fail(error, "%s: found no program, expected program = FILE in [sweep]", sweep->plan_file);
        return sweep->plan.block_count || sweep_block_find(&sweep->plan, "") ? 0 : hv_fail(error, "out of memory");
    }
    for (int i = 0; i < sweep->count; i++)
        if (sweep_program_add(&sweep->plan, sweep->files[i]))
            return hv_fail(error, "out of memory");
    struct sweep_block *block = sweep_block_find(&sweep->plan, "");
    return block ? fill_block(sweep, block, error) : hv_fail(error, "out of memory");
}

/* ---- What comes of it ---- */

/* Where the results are: as given, or beside the page, or the table. */
static const char *results_path(struct sweep *sweep)
{
    const char *other = sweep->outputs[OUTPUT_PAGE] ? sweep->outputs[OUTPUT_PAGE] : sweep->outputs[OUTPUT_CSV];
    if (sweep->outputs[OUTPUT_RESULTS] || !other)
        return sweep->outputs[OUTPUT_RESULTS];
    sweep->beside = hv_text("%.*s.jsonl", (int)(strrchr(other, '.') - other), other);
    return sweep->beside;
}

static int write_csv(const struct lab_results *results, const char *path, struct hv_error *error)
{
    struct cli_file file;
    if (cli_file_open(&file, path, error))
        return -1;
    lab_results_csv(results, file.stream);
    return cli_file_close(&file, true, error);
}

static int write_outputs(const struct sweep *sweep, struct lab_results *results, struct hv_error *error)
{
    lab_results_sort(results);
    if (sweep->outputs[OUTPUT_CSV] && write_csv(results, sweep->outputs[OUTPUT_CSV], error))
        return -1;
    return sweep->outputs[OUTPUT_PAGE]
               ? cli_report_write(results, sweep->command, false, sweep->outputs[OUTPUT_PAGE], NULL, error)
               : 0;
}

static int merge(const struct sweep *sweep)
{
    struct hv_error error;
    struct lab_results results = {0};
    int status = sweep_merge(&results, sweep->files, sweep->count, &error);
    lab_results_sort(&results);
    if (status == 0 && sweep->outputs[OUTPUT_RESULTS])
        status = sweep_write(&results, sweep->outputs[OUTPUT_RESULTS], &error);
    if (status == 0)
        status = write_outputs(sweep, &results, &error);
    if (status == 0)
        fprintf(stderr, "nestor: %zu results of %d files\n", results.count, sweep->count);
    lab_results_free(&results);
    return status ? cli_fail(&error) : 0;
}

/* Results of these jobs: the file may have others. */
static int select_results(struct lab_results *chosen, const struct sweep_jobs *jobs, const struct sweep_file *file)
{
    chosen->list = calloc(file->results.count + 1, sizeof *chosen->list);
    for (size_t i = 0; chosen->list && i < file->results.count; i++) {
        const char *key = sweep_key_of(&file->results.list[i]);
        for (size_t j = 0; key && j < jobs->count; j++)
            if (strcmp(jobs->list[j].key, key) == 0) {
                chosen->list[chosen->count++] = file->results.list[i];
                json_incref(file->results.list[i].object);
                break;
            }
    }
    return chosen->list ? 0 : -1;
}

static void list_jobs(const struct sweep *sweep, const struct sweep_jobs *jobs)
{
    for (size_t i = sweep->shard; i < jobs->count; i += sweep->shards) {
        int count = 0;
        while (jobs->list[i].argv[count])
            count++;
        char *line = jobs->list[i].done ? NULL : cli_command_line(count, jobs->list[i].argv);
        if (line)
            puts(line);
        free(line);
    }
}

/* ---- Running ---- */

static int tell(const struct sweep_run *run, size_t before, double begin)
{
    if (cli_interrupted())
        cli_failf("interrupted; started again, the sweep goes on from here");
    fprintf(stderr, "nestor: %zu jobs: %zu were done before, %zu now, %zu failed, in %.3g s\n", run->jobs->count,
            before, run->made, run->failed, cli_now() - begin);
    if (cli_interrupted())
        return NESTOR_INTERRUPTED;
    return run->failed ? NESTOR_FAILED : 0;
}

static size_t count_done(const struct sweep_jobs *jobs)
{
    size_t count = 0;
    for (size_t i = 0; i < jobs->count; i++)
        count += jobs->list[i].done;
    return count;
}

static int run_jobs(const struct sweep *sweep, struct sweep_jobs *jobs, struct sweep_file *file)
{
    struct hv_error error;
    const double begin = cli_now();
    const size_t before = count_done(jobs);
    struct sweep_run run = {
        .jobs = jobs, .file = file, .at_once = sweep->at_once, .shard = sweep->shard, .shards = sweep->shards};
    int status = sweep_run(&run, &error);
    struct lab_results chosen = {0};
    if (status == 0)
        status = select_results(&chosen, jobs, file) ? hv_fail(&error, "out of memory")
                                                     : write_outputs(sweep, &chosen, &error);
    lab_results_free(&chosen);
    return status ? cli_fail(&error) : tell(&run, before, begin);
}

static int sweep_all(struct sweep *sweep)
{
    struct hv_error error;
    struct sweep_jobs jobs = {0};
    struct sweep_file file = {.fd = -1};
    if (make_plan(sweep, &error) || sweep_jobs_make(&jobs, &sweep->plan, &error))
        return cli_fail(&error);
    int status = 0;
    const char *path = results_path(sweep);
    if (path && !(sweep->list && access(path, F_OK) != 0))
        status = sweep_file_open(&file, path, &error);
    if (status)
        status = cli_fail(&error);
    else {
        sweep_mark_done(&jobs, &file);
        if (sweep->list)
            list_jobs(sweep, &jobs);
        else
            status = run_jobs(sweep, &jobs, &file);
    }
    sweep_file_close(&file);
    sweep_jobs_free(&jobs);
    return status;
}

int nestor_sweep(int argc, char **argv)
{
    const struct argp_child children[] = {{.argp = &cli_config_argp, .group = 1},
                                          {.argp = sweep_measure_argp()},
                                          {.argp = sweep_world_argp()},
                                          {.argp = sweep_given_argp()},
                                          {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "PROGRAM.elf|TRACE...\nPLAN.ini\n--merge RESULTS.jsonl...",
                              .doc = "Measure programs at every depth in every configuration asked for, several at "
                                     "once, as nestor measure does each, and report.\v"
                                     "Each result is a line of the file of results as soon as it is there. Started "
                                     "again, whatever ended it, a sweep does what is "
                                     "still missing and nothing twice: a job is known by its program's content, depth, "
                                     "configuration and options. A --set may give "
                                     "several values, as with nestor measure; PLAN.ini is in docs/formats.md. Exit "
                                     "status: 0; 3 when a job failed; 125 for errors; "
                                     "130 after Ctrl-C.",
                              .children = children};
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct sweep sweep = {.config = {.name = "default"}, .shards = 1};
    sweep.at_once = processors < 1 ? 1 : processors > MOST_JOBS ? MOST_JOBS : (unsigned)processors;
    sweep.command = cli_command_line(argc, argv);
    cli_parse(&argp, argc, argv, &sweep);
    const int status = !sweep.command ? cli_failf("out of memory") : sweep.merge ? merge(&sweep) : sweep_all(&sweep);
    sweep_plan_free(&sweep.plan);
    free(sweep.command);
    free(sweep.beside);
    return status;
}
