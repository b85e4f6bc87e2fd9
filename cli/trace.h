/* The trace: a line for each commit record, as a JSON object or as hexadecimal text (docs/formats.md). */
#ifndef NESTOR_TRACE_H
#define NESTOR_TRACE_H

#include "cli/cli.h"

struct trace {
    struct cli_file file;
    struct hv_config config;
    enum trace_format format;
    char *buffer;
    size_t used;
    bool failed; /* a write failed; trace_close says why */
    int problem;
};

int trace_open(struct trace *trace, const char *path, enum trace_format format, const struct hv_config *config,
               struct hv_error *error);
/* False when the file cannot be written: stop. */
/* `window`: it accessed a device window. */
bool trace_record(struct trace *trace, const struct hv_commit *commit, bool window);
int trace_close(struct trace *trace, bool keep, struct hv_error *error);

#endif
