/* Traces written: what the formats have in common, and the simple ones. Our own is in lab/write_own.c. */
#include "lab/format.h"
#include "sim/files.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 20 };

/* ---- the stream ---- */

int lab_writer_flush(struct lab_writer *writer, bool last, struct hv_error *error)
{
    const size_t length = (size_t)(writer->at - writer->buffer);
    writer->at = writer->buffer;
    if (writer->own)
        return lab_own_write(writer, writer->buffer, length, last, error);
    writer->written.bytes += length;
    if (fwrite(writer->buffer, 1, length, writer->stream) == length && (!last || fflush(writer->stream) == 0))
        return 0;
    return hv_fail(error, "%s: cannot write: %s", writer->path, strerror(errno));
}

static const struct lab_format *find_format(const char *name, struct hv_error *error)
{
    const struct lab_format *format = lab_format_find(name);
    if (!format)
        hv_fail(error, "--to: found '%s', expected a format of traces (see --help)", name);
    else if (!format->put)
        hv_fail(error, "--to: found '%s', which is read only, expected a format that can be written (see --help)",
                name);
    return format && format->put ? format : NULL;
}

/* A file's name that promises another compression than it gets. */
static int check_name(const char *path, const struct lab_format *format, struct hv_error *error)
{
    static const char *const endings[] = {".gz", ".xz", ".bz2", ".zst"};
    const bool own = format->put == lab_own_put;
    const size_t length = strlen(path), count = sizeof endings / sizeof *endings - own; /* ours is zstd */
    for (size_t i = 0; i < count; i++) {
        const size_t of_ending = strlen(endings[i]);
        if (length > of_ending && strcmp(path + length - of_ending, endings[i]) == 0)
            return hv_fail(error, "%s: found a name in %s, expected another: format %s is %s", path, endings[i],
                           format->name,
                           own ? "compressed by zstd" : "written as it is, and -o - goes to a compressor");
    }
    return 0;
}

struct lab_writer *lab_writer_open(FILE *stream, const char *path, const char *format,
                                   const struct lab_trace_facts *facts, struct hv_error *error)
{
    const struct lab_format *found = find_format(format, error);
    struct lab_writer *writer = found ? calloc(1, sizeof *writer) : NULL;
    if (!found)
        return NULL;
    if (check_name(path, found, error)) {
        free(writer);
        return NULL;
    }
    if (!writer || !(writer->buffer = malloc(BUFFER))) {
        free(writer);
        hv_fail(error, "%s: out of memory", path);
        return NULL;
    }
    writer->stream = stream;
    writer->path = path;
    writer->format = found;
    writer->facts = *facts;
    writer->at = writer->buffer;
    if (found->put != lab_own_put || lab_own_open(writer, error) == 0)
        return writer;
    lab_writer_free(writer);
    return NULL;
}

void lab_writer_free(struct lab_writer *writer)
{
    if (!writer)
        return;
    lab_own_free(writer->own);
    free(writer->buffer);
    free(writer);
}

/* Room for one reference, VM or end. */
static inline int make_room(struct lab_writer *writer, struct hv_error *error)
{
    return BUFFER - (writer->at - writer->buffer) < LAB_LONGEST ? lab_writer_flush(writer, false, error) : 0;
}

int lab_writer_vm(struct lab_writer *writer, const struct lab_vm *vm, struct hv_error *error)
{
    if (make_room(writer, error))
        return -1;
    if (writer->own)
        lab_own_put_vm(writer, vm);
    return 0;
}

static int cannot_put(const struct lab_writer *writer, const struct lab_reference *reference, struct hv_error *error)
{
    uint64_t number = 1;
    for (unsigned i = 0; i < LAB_KINDS; i++)
        number += writer->written.kinds[i];
    return hv_fail(error, "%s: reference %" PRIu64 ": found address 0x%" PRIx64 ", expected %s", writer->path, number,
                   reference->address, writer->expected);
}

int lab_writer_put(struct lab_writer *writer, const struct lab_reference *references, size_t count,
                   struct hv_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (make_room(writer, error))
            return -1;
        const int wordless = writer->format->put(writer, &references[i]);
        if (writer->expected)
            return cannot_put(writer, &references[i], error);
        writer->written.lost += wordless != 0;
        writer->written.kinds[references[i].kind]++;
    }
    return 0;
}

int lab_writer_finish(struct lab_writer *writer, uint64_t instructions, struct hv_error *error)
{
    if (make_room(writer, error))
        return -1;
    if (writer->own)
        lab_own_put_end(writer, instructions);
    return lab_writer_flush(writer, true, error);
}

struct lab_written lab_writer_written(const struct lab_writer *writer)
{
    return writer->written;
}

/* ---- text ---- */

static uint8_t *put_hex(uint8_t *at, uint64_t value, unsigned least)
{
    unsigned digits = least;
    while (digits < 16 && value >> 4 * digits)
        digits++;
    for (unsigned i = digits; i-- > 0;)
        *at++ = (uint8_t) "0123456789abcdef"[value >> 4 * i & 15];
    return at;
}

static uint8_t *put_decimal(uint8_t *at, unsigned value)
{
    if (value >= 10)
        at = put_decimal(at, value / 10);
    *at++ = (uint8_t)('0' + value % 10);
    return at;
}

int lab_lackey_put(struct lab_writer *writer, const struct lab_reference *reference)
{
    static const char *const begins[LAB_FLUSH] = {"I  ", " L ", " S "};
    if (reference->kind >= LAB_FLUSH)
        return 1;
    memcpy(writer->at, begins[reference->kind], 3);
    writer->at = put_hex(writer->at + 3, reference->address, 8);
    *writer->at++ = ',';
    writer->at = put_decimal(writer->at, reference->size);
    *writer->at++ = '\n';
    return 0;
}

int lab_din_put(struct lab_writer *writer, const struct lab_reference *reference)
{
    static const uint8_t labels[LAB_FLUSH] = {'2', '0', '1'};
    if (reference->kind >= LAB_FLUSH)
        return 1;
    *writer->at++ = labels[reference->kind];
    *writer->at++ = ' ';
    writer->at = put_hex(writer->at, reference->address, 1);
    if (reference->size) {
        *writer->at++ = ' ';
        writer->at = put_hex(writer->at, reference->size, 1);
    }
    *writer->at++ = '\n';
    return 0;
}

/* ---- raw ---- */

int lab_raw64_put(struct lab_writer *writer, const struct lab_reference *reference)
{
    if (reference->kind >= LAB_FLUSH)
        return 1;
    const unsigned shift = writer->format->pages ? writer->facts.page_bits : 0;
    const uint64_t value = htole64(reference->address >> shift);
    memcpy(writer->at, &value, sizeof value);
    writer->at += sizeof value;
    return 0;
}

int lab_raw32_put(struct lab_writer *writer, const struct lab_reference *reference)
{
    if (reference->kind >= LAB_FLUSH)
        return 1;
    const unsigned shift = writer->format->pages ? writer->facts.page_bits : 0;
    if (reference->address >> shift > UINT32_MAX)
        writer->expected = writer->format->pages ? "one whose page number has 32 bits" : "one of 32 bits";
    const uint32_t value = htole32((uint32_t)(reference->address >> shift));
    memcpy(writer->at, &value, sizeof value);
    writer->at += sizeof value;
    return 0;
}
