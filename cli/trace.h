/* The trace: JSON Lines, one object per commit record (docs/formats.md). */
#ifndef NESTOR_TRACE_H
#define NESTOR_TRACE_H

#include "cli/cli.h"

struct trace {
    struct cli_file file;
    uint32_t syllable_bits;
    char *buffer;
    size_t used;
    bool failed; /* a write failed; trace_close says why */
    int problem;
};

int trace_open(struct trace *trace, const char *path, const struct hv_config *config, struct hv_error *error);
/* False when the file cannot be written: stop. */
bool trace_record(struct trace *trace, const struct hv_commit *commit);
int trace_close(struct trace *trace, bool keep, struct hv_error *error);

#endif
