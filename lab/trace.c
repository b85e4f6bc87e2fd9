/* Traces: the file, its compression, and the loop around the formats' parsers. */
#include "lab/format.h"
#include "lab/simd.h"
#include "sim/files.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes in hand: a record, so a line too, is never longer. As many as stay in a processor's own cache. */
enum { BUFFER = 1 << 18, SHOWN = 40 };

/* ---- the file ---- */

static int cannot_read(const struct lab_trace *trace, const char *why, struct hv_error *error)
{
    char behind[48] = "";
    if (trace->records)
        snprintf(behind, sizeof behind, " behind %s %" PRIu64, trace->format->text ? "line" : "record", trace->records);
    return hv_fail(error, "%s: cannot read%s: %s", trace->name, behind, why ? why : "unknown");
}

/* read(2), until `size` bytes are there or no more come; -1 with errno. A signal that comes while a pipe has nothing
 * ends the file there: read(2) would be begun again, which poll(2) never is. */
static ssize_t read_fully(struct lab_trace *trace, uint8_t *bytes, size_t size)
{
    struct pollfd pipe = {.fd = trace->fd, .events = POLLIN};
    size_t have = 0;
    while (have < size && !trace->signalled) {
        const ssize_t count = poll(&pipe, 1, -1) < 0 ? -1 : read(trace->fd, bytes + have, size - have);
        if (count == 0)
            break;
        if (count > 0)
            have += (size_t)count;
        else if (errno != EINTR)
            return -1;
        else
            trace->signalled = true;
    }
    if (have || !trace->signalled)
        return (ssize_t)have;
    errno = EINTR;
    return -1;
}

/* libarchive's reader. */
static la_ssize_t read_block(struct archive *archive, void *context, const void **bytes)
{
    struct lab_trace *trace = context;
    const ssize_t count = read_fully(trace, trace->block, BUFFER);
    if (count < 0)
        archive_set_error(archive, errno, "%s", strerror(errno));
    trace->blocks++;
    trace->packed += count > 0 ? (uint64_t)count : 0;
    trace->block_bytes = count > 0 ? (size_t)count : 0;
    *bytes = trace->block;
    return count;
}

/* Nothing is compressed, and libarchive has had one block: the rest is read without it, which spares a copy. */
static void read_directly(struct lab_trace *trace)
{
    memcpy(trace->buffer, trace->block, trace->block_bytes);
    trace->stop = trace->buffer + trace->block_bytes;
    trace->direct = true;
}

static int open_archive(struct lab_trace *trace, struct hv_error *error)
{
    struct archive *archive = trace->archive = archive_read_new();
    struct archive_entry *entry;
    if (!archive)
        return hv_fail(error, "%s: out of memory", trace->name);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    if (archive_read_open(archive, trace, NULL, read_block, NULL) != ARCHIVE_OK)
        return cannot_read(trace, archive_error_string(archive), error);
    const int header = archive_read_next_header(archive, &entry);
    trace->ended = header == ARCHIVE_EOF;
    if (header == ARCHIVE_OK && archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE && trace->blocks == 1)
        read_directly(trace);
    return header == ARCHIVE_OK || header == ARCHIVE_EOF ? 0 : cannot_read(trace, archive_error_string(archive), error);
}

static int open_file(struct lab_trace *trace, const char *path, struct hv_error *error)
{
    trace->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    return trace->fd >= 0 ? open_archive(trace, error)
                          : hv_fail(error, "%s: cannot open: %s", trace->name, strerror(errno));
}

/* At the end of what is compressed: libarchive takes it for the end of the file, and what is behind it for nothing. */
static bool has_more(struct lab_trace *trace)
{
    uint8_t byte;
    return !trace->direct &&
           ((uint64_t)archive_filter_bytes(trace->archive, -1) < trace->packed || read_fully(trace, &byte, 1) > 0);
}

/* Up to `size` more bytes of what is in the file, out of its compression; 0 at its end, and where it cannot be read any
 * further, which trace->broken then tells: what came before is looked at first, so that the error can say where it is.
 */
static size_t read_some(struct lab_trace *trace, uint8_t *bytes, size_t size)
{
    const ssize_t count =
        trace->direct ? read_fully(trace, bytes, size) : archive_read_data(trace->archive, bytes, size);
    if (count > 0 || (count == 0 && !has_more(trace)))
        return (size_t)count;
    const char *why = count == 0      ? "found bytes behind the end of what is compressed, expected the end of the file"
                      : trace->direct ? strerror(errno)
                                      : archive_error_string(trace->archive);
    snprintf(trace->broken, sizeof trace->broken, "%s", why ? why : "unknown");
    return 0;
}

/* Fill the buffer up. */
static void refill(struct lab_trace *trace)
{
    size_t have = (size_t)(trace->stop - trace->at);
    memmove(trace->buffer, trace->at, have);
    trace->at = trace->buffer;
    while (!trace->ended && have < BUFFER) {
        const size_t count = read_some(trace, trace->buffer + have, BUFFER - have);
        trace->ended = count == 0;
        have += count;
    }
    trace->stop = trace->buffer + have;
    memset(trace->buffer + have, 0, LAB_PADDING);
}

/* ---- open ---- */

static int find_format(struct lab_trace *trace, const char *format, struct hv_error *error)
{
    if (format) {
        trace->format = lab_format_find(format);
        return trace->format ? 0
                             : hv_fail(error, "--format: found '%s', expected a format of traces (see --help)", format);
    }
    trace->format = lab_format_guess(trace->buffer, (size_t)(trace->stop - trace->buffer));
    if (trace->format)
        return 0;
    if (trace->stop == trace->buffer)
        return hv_fail(error, "%s: found an empty file, expected a trace", trace->name);
    return hv_fail(
        error,
        "%s: found a format that its content does not tell, expected text of din (2 400000 for a fetch, 0 for "
        "a load, 1 for a store) or of Valgrind's lackey, or --format with one of the binary ones: addr32, "
        "addr64, page32, page64, champsim",
        trace->name);
}

static int begin(struct lab_trace *trace, const char *path, const char *format, struct hv_error *error)
{
    if (!trace->name || !trace->buffer || !trace->block || !lab_vms_add(&trace->vms, NULL, 0))
        return hv_fail(error, "%s: out of memory", path);
    trace->at = trace->stop = trace->buffer;
    if (open_file(trace, path, error))
        return -1;
    refill(trace);
    if (trace->broken[0] && trace->stop == trace->buffer)
        return cannot_read(trace, trace->broken, error);
    if (find_format(trace, format, error))
        return -1;
    trace->facts.format = trace->format->name;
    if (!trace->format->begin || trace->format->begin(trace, error) == 0)
        return 0;
    return trace->broken[0] ? cannot_read(trace, trace->broken, error) : -1;
}

struct lab_trace *lab_trace_open(const char *path, const char *format, unsigned page_bits, struct hv_error *error)
{
    struct lab_trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        hv_fail(error, "%s: out of memory", path);
        return NULL;
    }
    trace->name = hv_text("%s", strcmp(path, "-") == 0 ? "standard input" : path);
    trace->buffer = malloc(BUFFER + LAB_PADDING);
    trace->block = malloc(BUFFER);
    trace->fd = -1;
    trace->wide = lab_width() != LAB_WIDTH_ANY;
    trace->facts = (struct lab_trace_facts){.program = "", .page_bits = page_bits ? page_bits : LAB_PAGE_BITS};
    if (begin(trace, path, format, error) == 0)
        return trace;
    lab_trace_close(trace);
    return NULL;
}

void lab_trace_close(struct lab_trace *trace)
{
    if (!trace)
        return;
    if (trace->format && trace->format->end)
        trace->format->end(trace);
    archive_read_free(trace->archive);
    free(trace->vms.vm);
    free(trace->program);
    if (trace->fd >= 0)
        close(trace->fd);
    free(trace->block);
    free(trace->buffer);
    free(trace->name);
    free(trace);
}

/* ---- read ---- */

/* A line as people can read it, or bytes in hexadecimal; cut when it is long. */
static void show(const struct lab_trace *trace, char text[4 * SHOWN])
{
    const size_t have = (size_t)(trace->stop - trace->at);
    char *to = text;
    if (trace->found) {
        snprintf(text, 4 * SHOWN, "%s", trace->found);
        return;
    }
    if (!trace->format->text) {
        const size_t count = trace->format->record && trace->format->record < have ? trace->format->record : have;
        for (size_t i = 0; i < count && i < 16; i++)
            to += sprintf(to, i ? " %02x" : "%02x", trace->at[i]);
        strcpy(to, count > 16 ? " ..." : "");
        return;
    }
    size_t i = 0;
    *to++ = '\'';
    for (; i < have && i < SHOWN && trace->at[i] != '\n'; i++)
        *to++ = trace->at[i] >= ' ' && trace->at[i] < 127 ? (char)trace->at[i] : '?';
    strcpy(to, i == SHOWN ? "...'" : "'");
}

static int bad_record(const struct lab_trace *trace, struct hv_error *error)
{
    char found[4 * SHOWN];
    show(trace, found);
    return hv_fail(error, "%s: %s %" PRIu64 ": found %s, expected %s", trace->name,
                   trace->format->text ? "line" : "record", trace->records + 1, found, trace->expected);
}

/* The bytes that are left are no whole record, and no more are to come. */
static int cut_short(struct lab_trace *trace, struct hv_error *error)
{
    char found[64];
    snprintf(found, sizeof found, "the end of the file behind %zu bytes of it", (size_t)(trace->stop - trace->at));
    trace->found = found;
    trace->expected = trace->format->text ? "a whole line, with its end" : "a whole record: the trace is cut short";
    bad_record(trace, error);
    trace->found = NULL;
    return -1;
}

/* Lines are given to parsers as whole ones only: where the last one ends. */
static const uint8_t *whole_lines(const struct lab_trace *trace)
{
    const uint8_t *last = memrchr(trace->at, '\n', (size_t)(trace->stop - trace->at));
    return last ? last + 1 : trace->at;
}

static size_t parse(struct lab_trace *trace, struct lab_reference *references, size_t capacity)
{
    const uint8_t *stop = trace->stop;
    if (trace->format->text)
        trace->stop = whole_lines(trace);
    const size_t count = trace->format->parse(trace, references, capacity);
    trace->stop = stop;
    return count;
}

/* Nothing more could be taken of what is in the buffer: 1 when there is more now, 0 at a good end, -1. */
static int more(struct lab_trace *trace, struct hv_error *error)
{
    const size_t have = (size_t)(trace->stop - trace->at);
    if (!trace->ended && have < BUFFER) {
        refill(trace);
        return 1;
    }
    if (trace->broken[0] && trace->ended)
        return cannot_read(trace, trace->broken, error);
    if (have && trace->ended)
        return cut_short(trace, error);
    trace->expected = have ? "an end of the line within 256 KiB" : NULL;
    if (!have && trace->format->missing)
        trace->expected = trace->format->missing(trace);
    if (!trace->expected)
        return trace->any ? 0 : hv_fail(error, "%s: found no reference, expected one at least", trace->name);
    trace->found = have ? NULL : "the end of the file";
    return bad_record(trace, error);
}

int64_t lab_trace_read(struct lab_trace *trace, struct lab_reference *references, size_t capacity,
                       struct hv_error *error)
{
    for (;;) {
        const size_t count = parse(trace, references, capacity);
        if (trace->expected)
            return bad_record(trace, error);
        trace->any |= count != 0;
        if (count)
            return (int64_t)count;
        const int result = more(trace, error);
        if (result <= 0)
            return result;
    }
}

const struct lab_trace_facts *lab_trace_facts(const struct lab_trace *trace)
{
    return &trace->facts;
}

/* ---- VMs ---- */

uint32_t lab_trace_vms(const struct lab_trace *trace)
{
    return trace->vms.count;
}

const struct lab_vm *lab_trace_vm(const struct lab_trace *trace, uint32_t space)
{
    return &trace->vms.vm[space];
}
