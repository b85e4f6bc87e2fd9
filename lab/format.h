/* What the formats of traces and their reader (lab/trace.c) have in common. A format is a row of the table in
 * lab/formats.c. */
#ifndef NESTOR_LAB_FORMAT_H
#define NESTOR_LAB_FORMAT_H

#include "lab/trace.h"
#include "lab/vms.h"
#include "lab/writer.h"

/* Bytes that may be read, as zeros, behind the last one of the buffer: for parsers that look at 16 at once. */
enum { LAB_PADDING = 128 };

/* References that one record of a file makes at most. */
enum { LAB_RECORD_REFERENCES = 8 };
_Static_assert((int)LAB_TRACE_LEAST >= (int)LAB_RECORD_REFERENCES, "a record does not fit");

enum { LAB_CHAMPSIM_BYTES = 64 };

struct lab_format {
    const char *name, *meaning;
    bool text;       /* lines, else records of `record` bytes, or of any length if 0 */
    uint16_t record; /* bytes */
    bool pages;      /* its numbers are pages */
    /* Could it begin so? NULL: any bytes could. */
    bool (*looks)(const uint8_t *bytes, size_t count);
    /* Take whole records from trace->at as long as a further one fits; returns how many references they made. What it
     * cannot take for lack of bytes stays. A bad record stays too, with trace->expected saying what is expected in its
     * place. */
    size_t (*parse)(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
    /* Before the first record; 0, or -1 with *error. NULL: nothing to do. */
    int (*begin)(struct lab_trace *trace, struct hv_error *error);
    /* Behind the last one: what is missing, or NULL. */
    const char *(*missing)(const struct lab_trace *trace);
    void (*end)(struct lab_trace *trace);
    /* Write one reference, of any kind; 1: there is no word for it. NULL: the format is not written. */
    int (*put)(struct lab_writer *writer, const struct lab_reference *reference);
};
extern const struct lab_format lab_formats[];
const struct lab_format *lab_format_find(const char *name);
/* By how a trace begins; `bytes` has LAB_PADDING behind it. NULL: any of several. */
const struct lab_format *lab_format_guess(const uint8_t *bytes, size_t count);

struct lab_trace {
    struct archive *archive;
    const struct lab_format *format;
    char *name; /* of the file, for messages */
    int fd;
    uint8_t *block; /* that libarchive was given last */
    size_t block_bytes;
    unsigned blocks;
    uint64_t packed; /* bytes that libarchive was given in all */
    bool direct;     /* read without libarchive */
    bool signalled;  /* a signal came while there was nothing to read */
    bool wide;       /* the processor has what lab/lines.h takes */
    uint8_t *buffer;
    const uint8_t *at, *stop; /* what of the buffer has not been taken */
    bool ended;               /* the file has no more bytes */
    char broken[128];         /* why it has no more, when it could not be read; else empty */
    bool any;                 /* it has made a reference */
    uint64_t records;         /* lines or records taken */
    const char *expected;     /* in place of the record at `at`; NULL: it is good */
    const char *found;        /* what is there; NULL: its bytes */
    struct lab_trace_facts facts;
    char *program;
    struct lab_vms vms;
    void *state; /* the format's */
};

/* What writers have in common: bytes in hand, of which each reference takes at most LAB_LONGEST. `expected`: set when a
 * reference cannot be written. */
enum { LAB_LONGEST = 96 };
struct own_writer;
struct lab_writer {
    FILE *stream;
    const char *path;
    const struct lab_format *format;
    struct lab_trace_facts facts;
    uint8_t *buffer, *at;
    const char *expected;
    struct lab_written written;
    struct own_writer *own; /* NULL in other formats */
};

/* Write what is in hand. `last`: nothing follows. */
int lab_writer_flush(struct lab_writer *writer, bool last, struct hv_error *error);

int lab_lackey_put(struct lab_writer *writer, const struct lab_reference *reference);
int lab_din_put(struct lab_writer *writer, const struct lab_reference *reference);
int lab_raw32_put(struct lab_writer *writer, const struct lab_reference *reference);
int lab_raw64_put(struct lab_writer *writer, const struct lab_reference *reference);

/* Our own format's: lab/write_own.c. */
int lab_own_open(struct lab_writer *writer, struct hv_error *error);
int lab_own_put(struct lab_writer *writer, const struct lab_reference *reference);
void lab_own_put_vm(struct lab_writer *writer, const struct lab_vm *vm);
void lab_own_put_end(struct lab_writer *writer, uint64_t instructions);
int lab_own_write(struct lab_writer *writer, const void *bytes, size_t length, bool last, struct hv_error *error);
void lab_own_free(struct own_writer *own);

/* The formats' own functions. */
bool lab_lackey_looks(const uint8_t *bytes, size_t count);
size_t lab_lackey_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
bool lab_din_looks(const uint8_t *bytes, size_t count);
size_t lab_din_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
size_t lab_raw32_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
size_t lab_raw64_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
bool lab_own_looks(const uint8_t *bytes, size_t count);
int lab_own_begin(struct lab_trace *trace, struct hv_error *error);
size_t lab_own_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
const char *lab_own_missing(const struct lab_trace *trace);
void lab_own_end(struct lab_trace *trace);
size_t lab_champsim_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);

#endif
