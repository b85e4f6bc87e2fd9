#include "cli/watch.h"
#include "sim/files.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_TRACE = 768, KEY_FORMAT, KEY_EXPLAIN, KEY_FROM, KEY_COUNT, KEY_LEVEL, KEY_VMID };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0,
     "What happens, record by record (- is standard output; the program's output then goes to stderr):", 4},
    {"explain", KEY_EXPLAIN, "FILE", OPTION_ARG_OPTIONAL,
     "write as text what ran where and the way of each name, to FILE or standard output", 4},
    {"trace", KEY_TRACE, "FILE", 0, "write each commit record to FILE", 4},
    {"trace-format", KEY_FORMAT, "json|hex", 0, "of --trace: JSON Lines (default), or text in hexadecimal", 4},
    {"from", KEY_FROM, "RECORD", 0, "begin with this record (default: 0)", 4},
    {"count", KEY_COUNT, "N", 0, "write N records, then go on without (default: all)", 4},
    {"only-level", KEY_LEVEL, "L", 0, "write records of level L only", 4},
    {"only-vmid", KEY_VMID, "VMID", 0, "write records of one VM only, as 1.2, or NULL for the real machine", 4},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct cli_watch_options *watch = state->input;
    switch (key) {
    case KEY_TRACE:
        watch->trace = text;
        return 0;
    case KEY_EXPLAIN:
        watch->explain = text ? text : "-";
        return 0;
    case KEY_FORMAT:
        if (strcmp(text, "json") != 0 && strcmp(text, "hex") != 0)
            argp_failure(state, NESTOR_ERROR, 0, "--trace-format: found '%s', expected json or hex", text);
        watch->trace_format = *text == 'h' ? TRACE_HEX : TRACE_JSON;
        return 0;
    case KEY_FROM:
        watch->from = cli_number("from", text, UINT64_MAX, state);
        watch->given = "--from";
        return 0;
    case KEY_COUNT:
        watch->count = cli_number("count", text, UINT64_MAX, state);
        if (!watch->count)
            argp_failure(state, NESTOR_ERROR, 0, "--count: found 0, expected at least 1");
        watch->given = "--count";
        return 0;
    case KEY_LEVEL:
        watch->level = (unsigned)cli_number("only-level", text, HV_MAX_DEPTH, state);
        watch->has_level = true;
        watch->given = "--only-level";
        return 0;
    case KEY_VMID:
        watch->vmid = text;
        watch->given = "--only-vmid";
        return 0;
    case ARGP_KEY_END:
        if (watch->given && !watch->trace && !watch->explain)
            argp_failure(state, NESTOR_ERROR, 0, "%s: found neither --explain nor --trace, expected one of them",
                         watch->given);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_watch_argp = {.options = options, .parser = parse};

static bool is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

const char *cli_watch_hint(const struct cli_watch_options *options)
{
    return is_stdout(options->explain) ? "; a file for --explain is written --explain=FILE" : "";
}

bool cli_watch_takes_stdout(const struct cli_watch_options *o)
{
    return is_stdout(o->trace) || is_stdout(o->explain);
}

static int check(struct cli_watch *watch, const struct hv_config *config, bool json, struct hv_error *error)
{
    const struct cli_watch_options *o = watch->options;
    if (is_stdout(o->trace) + is_stdout(o->explain) + json > 1)
        return hv_fail(error, "standard output: found two of --explain, --trace - and --json, expected one of them; "
                              "the others to a file");
    if (o->vmid && !view_vmid_parse(config, o->vmid, &watch->vmid, &watch->vmid_level))
        return hv_fail(error, "--only-vmid: found '%.40s', expected NULL or 1 to %u syllables of 1 to %u, as 1.2",
                       o->vmid, config->depth, (1u << config->syllable_bits) - 1);
    return 0;
}

int cli_watch_open(struct cli_watch *watch, const struct cli_watch_options *o, const struct hv_config *config,
                   const struct view_places *places, bool json, struct hv_error *error)
{
    *watch = (struct cli_watch){.options = o, .explanation.places = places};
    if (check(watch, config, json, error) || (o->explain && cli_file_open(&watch->file, o->explain, error)))
        return -1;
    if (!o->trace || trace_open(&watch->trace, o->trace, o->trace_format, config, error) == 0)
        return 0;
    struct hv_error ignored;
    if (o->explain)
        cli_file_close(&watch->file, false, &ignored);
    return -1;
}

uint64_t cli_watch_quiet(const struct cli_watch *watch, uint64_t order)
{
    if (!cli_watch_on(watch) || (watch->options->count && watch->written == watch->options->count))
        return UINT64_MAX;
    return order < watch->options->from ? watch->options->from - order : 0;
}

void cli_watch_before(struct cli_watch *watch, const struct hv_machine *machine)
{
    const struct cli_watch_options *o = watch->options;
    const unsigned level = hv_machine_level(machine);
    watch->wanted = cli_watch_quiet(watch, hv_machine_counters(machine)->commits) == 0 &&
                    (!o->has_level || level == o->level) &&
                    (!o->vmid || (level == watch->vmid_level && hv_machine_vmid(machine) == watch->vmid));
    if (watch->wanted && o->explain)
        view_explain_before(&watch->explanation, machine);
}

bool cli_watch_record(struct cli_watch *watch, const struct hv_machine *machine, const struct hv_commit *commit)
{
    if (!watch->wanted)
        return true;
    watch->written++;
    if (watch->options->explain) {
        view_explain(&watch->explanation, machine, commit, watch->file.stream);
        watch->failed |= ferror(watch->file.stream) != 0;
    }
    if (watch->options->trace)
        watch->failed |= !trace_record(&watch->trace, commit, hv_machine_window_used(machine));
    return !watch->failed;
}

/* What was asked for did not come. */
static void tell_nothing(const struct cli_watch_options *o)
{
    char text[160] = "";
    size_t used = 0;
    if (o->from)
        used += (size_t)snprintf(text, sizeof text, " --from %" PRIu64, o->from);
    if (o->has_level)
        used += (size_t)snprintf(text + used, sizeof text - used, " --only-level %u", o->level);
    if (o->vmid)
        snprintf(text + used, sizeof text - used, " --only-vmid %.80s", o->vmid);
    cli_failf("no record of this run is one of%s: nothing is written", text);
}

int cli_watch_close(struct cli_watch *watch, bool keep, struct hv_error *error)
{
    struct hv_error other;
    if (keep && cli_watch_on(watch) && watch->options->given && !watch->written)
        tell_nothing(watch->options);
    int status = 0;
    if (watch->options->explain)
        status = cli_file_close(&watch->file, keep, error);
    if (watch->options->trace && trace_close(&watch->trace, keep, status ? &other : error))
        status = -1;
    return status;
}
