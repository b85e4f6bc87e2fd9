/* nestor trace: a trace of a program's run, or of another trace. */
#include "cli/trace_command.h"
#include "rtlgen/rtlgen.h"
#include "sim/files.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FORMAT = 256 + 64, KEY_TO, KEY_PAGE };

/* Names of all formats, or of those that are written: "nestor, lackey, ...". */
static const char *names(const char *(*name)(unsigned i), char text[256])
{
    size_t used = 0;
    *text = 0;
    for (unsigned i = 0; name(i) && used < 256; i++)
        used += (size_t)snprintf(text + used, 256 - used, "%s%s", i ? ", " : "", name(i));
    return text;
}

static bool is_one(const char *(*name)(unsigned i), const char *word)
{
    unsigned i = 0;
    while (name(i) && strcmp(name(i), word) != 0)
        i++;
    return name(i);
}

static const char *format_of(const char *option, const char *(*name)(unsigned i), const char *text,
                             const struct argp_state *state)
{
    char all[256];
    if (!is_one(name, text))
        argp_failure(state, NESTOR_ERROR, 0, "--%s: found '%s', expected one of %s", option, text, names(name, all));
    return text;
}

const char *trace_read_format(const char *text, const struct argp_state *state)
{
    return format_of("format", lab_trace_format, text, state);
}

unsigned trace_page_bits(const char *text, const struct argp_state *state)
{
    const uint64_t bytes = cli_number_from("page-bytes", text, 1u << LAB_MIN_PAGE_BITS, 1u << LAB_MAX_PAGE_BITS, state);
    if (bytes & (bytes - 1))
        argp_failure(state, NESTOR_ERROR, 0, "--page-bytes: found '%s', expected a power of two", text);
    return (unsigned)__builtin_ctzll(bytes);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct trace_command *command = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &command->options;
        break;
    case KEY_FORMAT:
        command->format = trace_read_format(text, state);
        break;
    case KEY_TO:
        command->to = format_of("to", lab_writer_format, text, state);
        break;
    case KEY_PAGE:
        command->page_bits = trace_page_bits(text, state);
        break;
    case 'o':
        command->output = text;
        break;
    case ARGP_KEY_END:
        if (command->options.watch.given || command->options.watch.trace || command->options.watch.explain)
            argp_failure(state, NESTOR_ERROR, 0,
                         "--trace, --explain: found one, or an option of theirs, expected "
                         "nothing of it: see nestor run");
        if (command->to && !command->output)
            argp_failure(state, NESTOR_ERROR, 0, "--to: found without --output, expected a file to write");
        if (command->options.json && command->output && strcmp(command->output, "-") == 0)
            argp_failure(state, NESTOR_ERROR, 0, "--json: found with --output -, expected one of them on stdout");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- where references go ---- */

int trace_sink_open(struct trace_sink *sink, const struct trace_command *command, const struct lab_trace_facts *facts,
                    struct hv_error *error)
{
    struct lab_trace_facts written = *facts;
    *sink = (struct trace_sink){.vms = 1};
    if (!command->output)
        return 0;
    if (command->page_bits && strncmp(command->to, "page", 4) == 0)
        written.page_bits = command->page_bits;
    if (cli_file_keep_input(command->options.program, command->output, error) ||
        cli_file_open(&sink->file, command->output, error))
        return -1;
    sink->writer = lab_writer_open(sink->file.stream, sink->file.path, command->to, &written, error);
    if (sink->writer)
        return 0;
    struct hv_error second;
    cli_file_close(&sink->file, false, &second);
    return -1;
}

int trace_sink_put(struct trace_sink *sink, const struct lab_reference *references, size_t count,
                   struct hv_error *error)
{
    for (size_t i = 0; i < count; i++)
        sink->kinds[references[i].kind]++;
    return sink->writer ? lab_writer_put(sink->writer, references, count, error) : 0;
}

int trace_sink_close(struct trace_sink *sink, uint64_t instructions, bool keep, struct hv_error *error)
{
    struct hv_error second;
    if (!sink->writer)
        return 0;
    const int failed = keep ? lab_writer_finish(sink->writer, instructions, error) : 0;
    const int unclosed = cli_file_close(&sink->file, keep && !failed, failed ? &second : error);
    return failed || unclosed ? -1 : 0;
}

/* ---- a trace ---- */

enum { AT_ONCE = 4096 };

static int copy_some(struct lab_trace *trace, struct trace_sink *sink, const struct lab_reference *references,
                     size_t count, struct hv_error *error)
{
    for (; sink->writer && sink->vms < lab_trace_vms(trace); sink->vms++)
        if (lab_writer_vm(sink->writer, lab_trace_vm(trace, sink->vms), error))
            return -1;
    return trace_sink_put(sink, references, count, error);
}

static int copy(struct lab_trace *trace, struct trace_sink *sink, struct hv_error *error)
{
    static struct lab_reference references[AT_ONCE];
    struct cli_progress progress;
    uint64_t sum = 0;
    int64_t count;
    int failed = 0;
    cli_progress_begin(&progress, 0);
    while (!failed && (count = lab_trace_read(trace, references, AT_ONCE, error)) != 0) {
        failed = count < 0 ? -1 : copy_some(trace, sink, references, (size_t)count, error);
        cli_progress_show(&progress, sum += (uint64_t)(failed ? 0 : count));
    }
    /* VMs behind the last reference. */
    failed = failed ? failed : copy_some(trace, sink, references, 0, error);
    cli_progress_end(&progress);
    return failed;
}

static int convert(const struct trace_command *command, struct trace_sink *sink, struct trace_summary *summary)
{
    struct hv_error error, second;
    struct lab_trace *trace = lab_trace_open(command->options.program, command->format, command->page_bits, &error);
    if (!trace)
        return cli_fail(&error);
    const struct lab_trace_facts *facts = lab_trace_facts(trace);
    int failed = trace_sink_open(sink, command, facts, &error);
    if (!failed) {
        failed = copy(trace, sink, &error);
        if (trace_sink_close(sink, facts->instructions, !failed, failed ? &second : &error))
            failed = -1;
    }
    summary->format = facts->format; /* a name of the table, which stays */
    summary->instructions = facts->instructions;
    summary->vms = lab_trace_vms(trace);
    lab_trace_close(trace);
    return failed ? cli_fail(&error) : 0;
}

/* ---- what is told ---- */

static const char *const kind_names[LAB_KINDS] = {"fetches", "loads", "stores", "flushes", "entries"};

static int print_json(const struct trace_command *command, const struct trace_sink *sink,
                      const struct trace_summary *summary)
{
    json_t *object = json_pack("{s:s,s:s}", "version", NESTOR_VERSION, "from", summary->from);
    if (!object)
        return cli_failf("trace: found '%s', a file name that is not UTF-8; JSON cannot hold it", summary->from);
    json_object_set_new(object, "format", summary->format ? json_string(summary->format) : json_null());
    json_object_set_new(object, "stopped", summary->stopped ? json_string(summary->stopped) : json_null());
    const bool finished = summary->stopped && summary->stopped[0] == 'f';
    json_object_set_new(object, "exit_code", finished ? json_integer((json_int_t)summary->exit_code) : json_null());
    json_object_set_new(object, "instructions", json_integer((json_int_t)summary->instructions));
    uint64_t references = 0;
    for (unsigned i = 0; i < LAB_KINDS; i++) {
        references += i < LAB_FLUSH ? sink->kinds[i] : 0;
        json_object_set_new(object, kind_names[i], json_integer((json_int_t)sink->kinds[i]));
    }
    json_object_set_new(object, "references", json_integer((json_int_t)references));
    json_object_set_new(object, "vms", json_integer(summary->vms));
    if (sink->writer) {
        const struct lab_written written = lab_writer_written(sink->writer);
        json_object_set_new(object, "to", json_string(command->to));
        json_object_set_new(object, "bytes", json_integer((json_int_t)written.bytes));
        json_object_set_new(object, "lost", json_integer((json_int_t)written.lost));
    }
    json_object_set_new(object, "seconds", json_real(summary->seconds));
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(object);
    if (!text)
        return cli_failf("trace: out of memory");
    puts(text);
    free(text);
    return 0;
}

static void print_text(const struct trace_sink *sink, const struct trace_summary *summary, FILE *out)
{
    uint64_t references = 0;
    for (unsigned i = 0; i < LAB_FLUSH; i++)
        references += sink->kinds[i];
    fprintf(out, "%" PRIu64 " references: ", references);
    for (unsigned i = 0; i < LAB_FLUSH; i++)
        fprintf(out, "%s%" PRIu64 " %s", i ? ", " : "", sink->kinds[i], kind_names[i]);
    if (summary->vms > 1)
        fprintf(out, "; %" PRIu32 " VMs, entered %" PRIu64 " times, %" PRIu64 " flushes", summary->vms,
                sink->kinds[LAB_ENTER], sink->kinds[LAB_FLUSH]);
    if (summary->instructions)
        fprintf(out, "; %" PRIu64 " instructions", summary->instructions);
    if (sink->writer) {
        const struct lab_written written = lab_writer_written(sink->writer);
        fprintf(out, "; %" PRIu64 " bytes written", written.bytes);
        if (written.lost)
            fprintf(out, ", without the %" PRIu64 " changes of the VM and flushes, for which the format has no word",
                    written.lost);
    }
    fprintf(out, "; %.3g s\n", summary->seconds);
}

static int tell(const struct trace_command *command, const struct trace_sink *sink, const struct trace_summary *summary)
{
    if (command->options.json)
        return print_json(command, sink, summary);
    if (sink->writer)
        fputs("nestor: trace: ", stderr);
    print_text(sink, summary, sink->writer ? stderr : stdout);
    return 0;
}

/* ---- the command ---- */

int nestor_trace(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"output", 'o', "FILE", 0, "write the trace into FILE, - for standard output; else it is only read and counted",
         1},
        {"format", KEY_FORMAT, "NAME", 0,
         "format of the trace that is read: nestor, lackey, din, addr32, addr64, page32, page64 or champsim (default: "
         "what its "
         "content tells)",
         1},
        {"to", KEY_TO, "NAME", 0,
         "format that is written: nestor, lackey, din, addr32, addr64, page32 or page64 (default: nestor)", 1},
        {"page-bytes", KEY_PAGE, "N", 0, "page size of page32 and page64 (default: 4096, or what the trace says)", 1},
        {0}};
    static const struct argp_child children[] = {{.argp = &cli_common_argp}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "PROGRAM.elf|TRACE",
        .doc = "Make a trace of a program's run on the model, or convert a trace (docs/formats.md).\v"
               "A trace may be compressed by gzip, xz, zstd or bzip2, and - is standard input. Exit status: 0 when the "
               "trace is "
               "whole, however the program ended, --max-instructions included; 125 for errors of Nestor; 130 after "
               "Ctrl-C.",
        .children = children};
    struct trace_command command = {0};
    struct trace_sink sink = {0};
    cli_options_default(&command.options);
    cli_parse(&argp, argc, argv, &command);
    command.to = command.to ? command.to : "nestor";
    struct trace_summary summary = {.from = command.options.program};
    const bool taken = command.options.json || (command.output && strcmp(command.output, "-") == 0);
    const double begin = cli_now();
    const bool program = !command.format && cli_is_program(command.options.program);
    const struct cli_options *given = &command.options;
    if (!program &&
        (given->world.depth || given->max_instructions || cli_world_is_shaped(&given->world, given->given.input)))
        return cli_failf(
            "%s: found a trace beside --depth, --max-instructions, --input or options of a world, expected "
            "a program",
            given->program);
    int status = program ? trace_program(&command, &sink, &summary, taken ? stderr : stdout)
                         : convert(&command, &sink, &summary);
    summary.seconds = cli_now() - begin;
    if (status == 0)
        status = tell(&command, &sink, &summary);
    lab_writer_free(sink.writer);
    return status;
}
