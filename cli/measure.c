/* nestor measure: how the associator serves programs, at every depth and in every configuration asked for. */
#include "cli/measure.h"
#include "cli/trace_command.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_DEPTH = 256,
    KEY_JSON,
    KEY_MAX,
    KEY_INTERVAL,
    KEY_BY,
    KEY_CURVE,
    KEY_GRID,
    KEY_LOCALITY,
    KEY_PREVIOUS,
    KEY_VM,
    KEY_FORMAT,
    KEY_PAGE,
    KEY_SAMPLE,
    KEY_QUANTUM
};

/* ---- options ---- */

static void parse_depths(struct measure_options *options, const char *text, const struct argp_state *state)
{
    struct hv_error error;
    if (measure_depths_parse(options, text, &error))
        argp_failure(state, NESTOR_ERROR, 0, "%s", error.text);
}

void measure_numbers_check(const char *name, const char *text, uint64_t min, uint64_t max,
                           const struct argp_state *state)
{
    char option[32];
    struct cli_list list;
    struct hv_error error;
    snprintf(option, sizeof option, "--%s", name);
    if (cli_list_parse(&list, option, text, &error))
        argp_failure(state, NESTOR_ERROR, 0, "%s", error.text);
    for (size_t i = 0; i < list.count; i++)
        cli_number_from(name, list.items[i], min, max, state);
    cli_list_free(&list);
}

static void parse_by(struct measure_options *options, const char *text, const struct argp_state *state)
{
    static const char *const names[MEASURE_TABLES] = {"port", "level", "vm", "flush"};
    struct cli_list list;
    struct hv_error error;
    if (cli_list_parse(&list, "--by", text, &error))
        argp_failure(state, NESTOR_ERROR, 0, "%s", error.text);
    for (size_t i = 0; i < list.count; i++) {
        enum measure_table table = 0;
        while (table < MEASURE_TABLES && strcmp(list.items[i], names[table]) != 0)
            table++;
        if (table < MEASURE_TABLES)
            options->by[table] = true;
        else
            argp_failure(state, NESTOR_ERROR, 0, "--by: found '%s', expected any of: port, level, vm, flush",
                         list.items[i]);
    }
    cli_list_free(&list);
}

static void parse_locality(struct measure_options *options, const char *text, const struct argp_state *state)
{
    options->locality = MEASURE_ALL;
    while (text && options->locality <= MEASURE_REAL && strcmp(text, measure_locality_name(options->locality)) != 0)
        options->locality++;
    if (options->locality > MEASURE_REAL)
        argp_failure(state, NESTOR_ERROR, 0, "--locality: found '%s', expected one of: all, program, real", text);
}

/* RATE, or RATE,PAGES. */
static void parse_sample(struct measure_options *options, const char *text, const struct argp_state *state)
{
    char *end;
    options->rate = strtod(text, &end);
    if (end == text || (*end && *end != ',') || !(options->rate > 0 && options->rate <= 1))
        argp_failure(state, NESTOR_ERROR, 0,
                     "--sample: found '%s', expected RATE or RATE,PAGES, a rate above 0 and up to 1", text);
    else if (*end)
        options->most = (size_t)cli_number_from("sample", end + 1, 64, UINT32_MAX, state);
    options->curve = true;
}

static void add_path(const char ***list, size_t *count, const char *text, const struct argp_state *state)
{
    const char **longer = realloc(*list, (*count + 1) * sizeof *longer);
    if (!longer) {
        argp_failure(state, NESTOR_ERROR, 0, "out of memory");
        return;
    }
    *list = longer;
    longer[(*count)++] = text;
}

static void check_tables(const struct measure_options *options, const struct argp_state *state)
{
    for (enum measure_table table = 0; table < MEASURE_TABLES; table++)
        if (options->json && options->by[table])
            argp_failure(state, NESTOR_ERROR, 0, "--by: found with --json, which has all of it, expected one of them");
}

static void check_vms(const struct measure_options *options, const struct argp_state *state)
{
    if (options->vm_count && options->program_count)
        argp_failure(state, NESTOR_ERROR, 0, "found '%s' beside --vm, expected another --vm, or none",
                     options->programs[0]);
    if (options->vm_count && options->world.guests > 1)
        argp_failure(state, NESTOR_ERROR, 0,
                     "--guests: found with --vm, expected one of them: --guests are copies of a program under a "
                     "monitor that switches them, --vm are programs and traces without one");
    if (options->vm_count == 1 || options->vm_count > UINT8_MAX)
        argp_failure(state, NESTOR_ERROR, 0, "--vm: found %zu, expected 2 to %d of them", options->vm_count, UINT8_MAX);
    for (size_t i = 0; options->vm_count && i < options->depth_count; i++)
        if (!options->depths[i])
            argp_failure(state, NESTOR_ERROR, 0, "--depth: found 0 with --vm, expected at least 1");
}

/* With several VMs it is a list (measure_quantum_parse). */
static void take_quantum(struct measure_options *options, const struct argp_state *state)
{
    if (!options->vm_count && options->quantum)
        options->world.quantum = cli_number_from("quantum", options->quantum, 1, UINT64_MAX, state);
}

static void check(const struct measure_options *options, const struct argp_state *state)
{
    if (!options->program_count && !options->vm_count)
        argp_failure(state, NESTOR_ERROR, 0, "found no program, expected PROGRAM.elf or TRACE (see --help)");
    if (options->previous && !options->locality)
        argp_failure(state, NESTOR_ERROR, 0, "--previous: found without --locality, expected both");
    check_tables(options, state);
    check_vms(options, state);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct measure_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->config;
        state->child_inputs[1] = &options->world;
        state->child_inputs[2] = &options->given;
        break;
    case KEY_DEPTH:
        parse_depths(options, text, state);
        break;
    case KEY_JSON:
        options->json = true;
        break;
    case KEY_MAX:
        options->max_instructions = cli_number_from("max-instructions", text, 1, UINT64_MAX, state);
        break;
    case KEY_INTERVAL:
        options->interval = cli_number_from("interval", text, 1, UINT64_MAX, state);
        break;
    case KEY_BY:
        parse_by(options, text, state);
        break;
    case KEY_CURVE:
        options->curve = true;
        break;
    case KEY_GRID:
        options->grid = true;
        break;
    case KEY_LOCALITY:
        parse_locality(options, text, state);
        break;
    case KEY_VM:
        add_path(&options->vms, &options->vm_count, text, state);
        break;
    case KEY_QUANTUM:
        measure_numbers_check("quantum", text, 1, UINT64_MAX, state);
        options->quantum = text;
        break;
    case KEY_FORMAT:
        options->format = trace_read_format(text, state);
        break;
    case KEY_PAGE:
        options->page_bits = trace_page_bits(text, state);
        break;
    case KEY_SAMPLE:
        parse_sample(options, text, state);
        break;
    case KEY_PREVIOUS:
        options->previous = (unsigned)cli_number_from("previous", text, 1, LAB_LOCALITY_PREVIOUS, state);
        break;
    case ARGP_KEY_ARG:
        add_path(&options->programs, &options->program_count, text, state);
        break;
    case ARGP_KEY_END:
        take_quantum(options, state);
        check(options, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void measure_option_check(int key, char *text, const struct argp_state *state)
{
    struct measure_options scratch = {0};
    struct argp_state own = *state;
    own.input = &scratch;
    parse(key, text, &own);
    measure_options_free(&scratch);
}

const struct argp_option measure_argp_options[] = {
    {"depth", KEY_DEPTH, "N,A-B", 0,
     "run each program so many virtual machines deep (default: 0 to the configuration's)", 1},
    {"json", KEY_JSON, NULL, 0, "print each result as one line of JSON, with all parts", 1},
    {"by", KEY_BY, "port,level,vm,flush", 0, "print these parts of each result as tables, too", 1},
    {"interval", KEY_INTERVAL, "N", 0,
     "a series over time: a point every N instructions, of a trace every N references", 1},
    {"curve", KEY_CURVE, NULL, 0, "misses of every fully associative LRU size, exact, in one pass", 1},
    {"grid", KEY_GRID, NULL, 0, "misses of 1 to 64 sets of 1 to 16 ways, LRU, exact, in one pass", 1},
    {"sample", KEY_SAMPLE, "RATE[,PAGES]", 0,
     "the curve from a sample of the pages, with its bound, for traces too long; keep so many pages at most", 1},
    {"locality", KEY_LOCALITY, "all|program|real", OPTION_ARG_OPTIONAL,
     "the paper's localities: of all references (default), of the program's own by its names, or by the real names "
     "that its maps "
     "compose",
     1},
    {"previous", KEY_PREVIOUS, "N", 0, "spatial locality: near one of the N references before (default: 1)", 1},
    {"max-instructions", KEY_MAX, "N", 0, "measure the first N commit records only, of a trace the first N references",
     1},
    {"vm", KEY_VM, "PROGRAM.elf|TRACE", 0,
     "one of several VMs that run in turns of --quantum N references (or a list; default: 10000); repeat it", 1},
    /* hides that of the monitors, which is a number; it is told of there and with --vm */
    {"quantum", KEY_QUANTUM, "N", OPTION_HIDDEN, NULL, 1},
    {"format", KEY_FORMAT, "NAME", 0, "format of the traces (default: what their content tells)", 1},
    {"page-bytes", KEY_PAGE, "N", 0, "page size, of traces that do not have their own (default: 4096)", 1},
    {0}};

static const struct argp_child children[] = {
    {.argp = &cli_config_argp, .group = 1}, {.argp = &cli_world_argp}, {.argp = &cli_given_argp}, {0}};
static const struct argp argp = {
    .options = measure_argp_options,
    .parser = parse,
    .args_doc = "PROGRAM.elf|TRACE...",
    .doc = "Measure how the associator serves programs and traces: accesses, lookups, misses, walk reads and cycles "
           "lost, in all and for "
           "1,000 instructions, one line for each program, depth and configuration.\v"
           "A --set may give several values, --set associator.entries=1,2,4..64 or associator.key=none,level,vmid: "
           "every combination is "
           "measured. With --set associator.ways=entries each is fully associative. What the programs print is left "
           "out.\n\n"
           "A trace (docs/formats.md) may be compressed, and - is standard input. Without --depth one of our own is "
           "taken as it was "
           "recorded, others as of a VM of level 1; with it all that is in it is put so many levels deeper. Of --vm, "
           "two or more, "
           "each runs for --quantum references in turns, on one associator.\n\n"
           "Exit status: 0; 3 when a program failed or did not end; 125 for errors, which end what they are of: the "
           "other programs and traces are measured; 130 after Ctrl-C.",
    .children = children};

/* ---- running ---- */

/* All of them, before the first one takes its time. */
static int check_cases(const struct measure_options *options, size_t cases, struct hv_error *error)
{
    for (size_t i = 0; i < cases; i++) {
        struct measure_case at;
        if (measure_case_make(&at, options, i, error))
            return -1;
        measure_case_free(&at);
    }
    return 0;
}

/* Standard input can be read once. */
static int check_input(const struct measure_options *options, size_t cases, struct hv_error *error)
{
    size_t found = 0;
    for (size_t i = 0; i < options->program_count; i++)
        found += strcmp(options->programs[i], "-") == 0;
    for (size_t i = 0; i < options->vm_count; i++)
        found += strcmp(options->vms[i], "-") == 0;
    return found && (found > 1 || cases > 1)
               ? hv_fail(error, "-: found standard input for %zu cases, expected one", found > 1 ? found : cases)
               : 0;
}

/* A line on stderr for what did not end well; the exit status that it means. */
static int judge(const struct measure_result *result)
{
    const char *program = result->at.program;
    const unsigned depth = result->at.job.world.depth;
    if (strcmp(result->stopped, "limit") == 0)
        return 0;
    if (strcmp(result->stopped, "interrupted") == 0) {
        cli_failf("%s at depth %u: interrupted after %" PRIu64 " %s", program, depth,
                  result->at.replayed ? result->references : result->counters.commits,
                  result->at.replayed ? "references" : "records");
        return NESTOR_INTERRUPTED;
    }
    if (strcmp(result->stopped, "finished") != 0)
        cli_failf("%s at depth %u: %s after %" PRIu64 " records, see nestor run", program, depth,
                  strcmp(result->stopped, "halted") == 0 ? "waits for ever" : "goes round for ever",
                  result->counters.commits);
    else if (result->exit_code)
        cli_failf("%s at depth %u: ended with exit code %u", program, depth, result->exit_code);
    else
        return 0;
    return NESTOR_FAILED;
}

static int print(const struct measure_result *result, bool first, struct hv_error *error)
{
    if (result->at.options->json)
        return measure_print_json(result, error);
    if (first)
        measure_print_head(result->at.options);
    measure_print_row(result);
    return 0;
}

/* One case, into *result. The exit status. */
static int do_case(struct measure_result *result, struct measure_progress *progress)
{
    struct hv_error error;
    progress->at = &result->at;
    const int problem =
        result->at.replayed ? measure_replay(result, progress, &error) : measure_run(result, progress, &error);
    measure_progress_end(progress);
    if (problem && cli_interrupted()) {
        cli_failf("%s: interrupted before there was anything to measure", result->at.program);
        return NESTOR_INTERRUPTED;
    }
    if (problem || print(result, !progress->any, &error)) {
        measure_progress_next(progress, 0);
        return cli_fail(&error);
    }
    progress->any = true;
    measure_progress_next(progress, result->at.replayed ? result->references : result->counters.commits);
    return judge(result);
}

/* What of two exit statuses is told: Ctrl-C before errors of Nestor before those of a program. */
static int worse(int a, int b)
{
    static const int order[] = {NESTOR_INTERRUPTED, NESTOR_ERROR, NESTOR_FAILED};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return 0;
}

/* All cases into `results`; how many were made is in *made. What cannot be read or run is left out, and the others go
 * on; Ctrl-C ends it. */
static int do_cases(const struct measure_options *options, struct measure_result *results, size_t cases, size_t *made)
{
    struct measure_progress progress = {.cases = cases, .begin = cli_now()};
    struct hv_error error;
    int status = 0, before = 0; /* `before`: of the case before, of the same program */
    for (; *made < cases && status != NESTOR_INTERRUPTED; ++*made) {
        struct measure_result *result = &results[*made];
        if (measure_case_make(&result->at, options, *made, &error))
            return cli_fail(&error);
        if (*made && result->at.program_index != result[-1].at.program_index) {
            progress.expected = 0;
            before = 0;
        }
        if (before != NESTOR_ERROR)
            before = do_case(result, &progress);
        status = worse(status, before);
    }
    return status;
}

static int measure(const struct measure_options *options)
{
    struct hv_error error;
    const size_t cases = measure_cases(options);
    struct measure_result *results = cases <= CLI_LIST_MOST ? calloc(cases, sizeof *results) : NULL;
    if (cases > CLI_LIST_MOST)
        return cli_failf("found %zu combinations of programs, depths and values, expected at most %d", cases,
                         CLI_LIST_MOST);
    if (!results)
        return cli_failf("out of memory");
    if (check_cases(options, cases, &error) || check_input(options, cases, &error)) {
        free(results);
        return cli_fail(&error);
    }
    cli_interrupt_catch();
    size_t made = 0;
    const int status = do_cases(options, results, cases, &made);
    for (size_t i = 0; i < made; i++) {
        if (!options->json && results[i].stopped) {
            measure_print_parts(&results[i]);
            measure_print_geometries(&results[i]);
            measure_print_locality(&results[i]);
        }
        measure_result_free(&results[i]);
    }
    free(results);
    return status;
}

/* Several VMs are one program: what it is called, to be freed. */
static char *take_vms(struct measure_options *options)
{
    char *name = NULL;
    size_t length;
    FILE *stream = open_memstream(&name, &length);
    for (size_t i = 0; stream && i < options->vm_count; i++) {
        const char *slash = strrchr(options->vms[i], '/');
        fprintf(stream, "%s%s", i ? " + " : "", slash && slash[1] ? slash + 1 : options->vms[i]);
    }
    if (!stream || fclose(stream) != 0)
        return NULL;
    options->programs = malloc(sizeof *options->programs);
    if (options->programs)
        options->programs[options->program_count++] = name;
    return name;
}

/* Which of the files are traces; localities of a program alone are of the model. */
static int find_traces(struct measure_options *options, struct hv_error *error)
{
    bool any = false;
    options->traces = calloc(options->program_count, sizeof *options->traces);
    if (!options->traces)
        return hv_fail(error, "out of memory");
    for (size_t i = 0; i < options->program_count; i++) {
        options->traces[i] = options->vm_count || options->format || !cli_is_program(options->programs[i]);
        any |= options->traces[i];
        if (options->traces[i] && !options->vm_count && cli_world_is_shaped(&options->world, options->given.input))
            return hv_fail(error, "%s: found a trace beside options of a world or --input, expected a program",
                           options->programs[i]);
        if (!options->traces[i] && options->page_bits && options->page_bits != HV_PAGE_BITS)
            return hv_fail(error, "--page-bytes: found %u with a program, expected %u, or traces only",
                           1u << options->page_bits, 1u << HV_PAGE_BITS);
    }
    if (!any) {
        free(options->traces);
        options->traces = NULL;
    }
    if (any && options->locality > MEASURE_ALL)
        return hv_fail(error, "--locality: found '%s' with a trace, expected all",
                       measure_locality_name(options->locality));
    return 0;
}

int measure_options_read(struct measure_options *options, int argc, char **argv, struct hv_error *error)
{
    *options = (struct measure_options){.config = {.name = "default"}};
    cli_parse(&argp, argc, argv, options);
    options->command = cli_command_line(argc, argv);
    if (!options->command || (options->vm_count && !(options->mix = take_vms(options))))
        return hv_fail(error, "out of memory");
    if (find_traces(options, error) || measure_axes_parse(options, error))
        return -1;
    if (options->vm_count && measure_quantum_parse(options, options->quantum ? options->quantum : "10000", error))
        return -1;
    return measure_depths_default(options, error);
}

int nestor_measure(int argc, char **argv)
{
    struct measure_options options;
    struct hv_error error;
    const int status = measure_options_read(&options, argc, argv, &error) ? cli_fail(&error) : measure(&options);
    measure_options_free(&options);
    return status;
}
