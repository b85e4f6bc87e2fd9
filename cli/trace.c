#include "cli/trace.h"
#include "sim/files.h"
#include "view/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 20, LONGEST_LINE = 4096 };

/* Digits of the VMID are not counted by its bits: it is written in syllables. */
#define HV_BITS_VMID 0

struct key {
    const char *text; /* "name": with the comma before it */
    size_t length;
    const char *name; /* name= with the blank before it */
    unsigned digits;  /* hexadecimal */
};
static const struct key keys[] = {
#define COMMIT_FIELD(name, bits, port, meaning)                                                                        \
    {",\"" #name "\":", sizeof ",\"" #name "\":" - 1, " " #name "=", ((bits) + 3) / 4},
#include "isa/commit.def"
};

static char *put_number(char *at, uint64_t value)
{
    char digits[20];
    unsigned n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n)
        *at++ = digits[--n];
    return at;
}

/* The VMID as an array of syllables. */
static char *put_vmid(char *at, const struct hv_commit *commit, const struct hv_config *config)
{
    *at++ = '[';
    for (unsigned j = 0; j < commit->level; j++) {
        if (j)
            *at++ = ',';
        at = put_number(at, commit->vmid >> j * config->syllable_bits & ((1u << config->syllable_bits) - 1));
    }
    *at++ = ']';
    return at;
}

int trace_open(struct trace *trace, const char *path, enum trace_format format, const struct hv_config *config,
               struct hv_error *error)
{
    *trace = (struct trace){.config = *config, .format = format, .buffer = malloc(BUFFER)};
    if (!trace->buffer)
        return hv_fail(error, "%s: out of memory", path);
    if (cli_file_open(&trace->file, path, error)) {
        free(trace->buffer);
        return -1;
    }
    setvbuf(trace->file.stream, NULL, _IONBF, 0); /* the buffer is ours */
    return 0;
}

static bool flush(struct trace *trace)
{
    if (!trace->failed && fwrite(trace->buffer, 1, trace->used, trace->file.stream) != trace->used) {
        trace->failed = true;
        trace->problem = errno;
    }
    trace->used = 0;
    return !trace->failed;
}

static char *put_json(char *at, const struct hv_commit *commit, bool window, const struct hv_config *config)
{
    uint64_t values[HV_COMMIT_FIELDS];
    memcpy(values, commit, sizeof values);
    for (unsigned i = 0; i < HV_COMMIT_FIELDS; i++) {
        memcpy(at, keys[i].text, keys[i].length);
        if (i == 0)
            *at = '{';
        at += keys[i].length;
        at = i == HV_COMMIT_vmid ? put_vmid(at, commit, config) : put_number(at, values[i]);
    }
    if (window)
        at += sprintf(at, ",\"window\":1");
    *at++ = '}';
    return at;
}

/* Number and VMID as people write them, the other fields in hexadecimal; those that are 0 are left out. */
static char *put_hex(char *at, const struct hv_commit *commit, bool window, const struct hv_config *config)
{
    uint64_t values[HV_COMMIT_FIELDS];
    char vmid[VIEW_VMID_SIZE];
    memcpy(values, commit, sizeof values);
    at += sprintf(at, "#%" PRIu64 " vmid=%s", commit->order,
                  view_vmid(config, commit->vmid, (unsigned)commit->level, vmid));
    for (unsigned i = 0; i < HV_COMMIT_FIELDS; i++)
        if (values[i] && i != HV_COMMIT_order && i != HV_COMMIT_vmid)
            at += sprintf(at, "%s%0*" PRIx64, keys[i].name, (int)keys[i].digits, values[i]);
    if (window)
        at += sprintf(at, " window");
    return at;
}

bool trace_record(struct trace *trace, const struct hv_commit *commit, bool window)
{
    if (trace->used > BUFFER - LONGEST_LINE && !flush(trace))
        return false;
    char *at = trace->buffer + trace->used;
    at = trace->format == TRACE_HEX ? put_hex(at, commit, window, &trace->config)
                                    : put_json(at, commit, window, &trace->config);
    *at++ = '\n';
    trace->used = (size_t)(at - trace->buffer);
    return true;
}

int trace_close(struct trace *trace, bool keep, struct hv_error *error)
{
    flush(trace);
    free(trace->buffer);
    if (!trace->failed)
        return cli_file_close(&trace->file, keep, error);
    struct hv_error ignored;
    hv_fail(error, "%s: cannot write: %s", trace->file.path, strerror(trace->problem));
    cli_file_close(&trace->file, false, &ignored);
    return -1;
}
