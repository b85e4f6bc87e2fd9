/* What nestor trace's two halves share: a trace recorded (cli/trace_record.c) and a trace converted
 * (cli/trace_command.c). */
#ifndef NESTOR_TRACE_COMMAND_H
#define NESTOR_TRACE_COMMAND_H

#include "cli/cli.h"
#include "lab/writer.h"

/* The values of --format, a name, and of --page-bytes, as bits; they end the process with a message when they are none.
 */
const char *trace_read_format(const char *text, const struct argp_state *state);
unsigned trace_page_bits(const char *text, const struct argp_state *state);

/* The command as given. */
struct trace_command {
    struct cli_options options;
    const char *format, *to, *output; /* NULL: not given */
    unsigned page_bits;               /* 0: not given */
};

/* Where references go: counted, and written if a file is wanted. */
struct trace_sink {
    struct cli_file file;
    struct lab_writer *writer; /* NULL: none is wanted */
    uint64_t kinds[LAB_KINDS];
    uint32_t vms; /* that the writer knows */
};

int trace_sink_open(struct trace_sink *sink, const struct trace_command *command, const struct lab_trace_facts *facts,
                    struct hv_error *error);
int trace_sink_put(struct trace_sink *sink, const struct lab_reference *references, size_t count,
                   struct hv_error *error);
/* The file gets its name with `keep` only. */
int trace_sink_close(struct trace_sink *sink, uint64_t instructions, bool keep, struct hv_error *error);

/* What is told at the end. */
struct trace_summary {
    const char *from, *format; /* the program or the trace, and the trace's format: NULL of a program */
    const char *stopped;       /* of a program, as in cli_result; else NULL */
    unsigned exit_code;        /* when finished */
    uint32_t vms;
    uint64_t instructions;
    double seconds;
};

/* Record a program; the exit status. The guest's output goes to `guest`. */
int trace_program(const struct trace_command *command, struct trace_sink *sink, struct trace_summary *summary,
                  FILE *guest);

#endif
