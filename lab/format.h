/* What the formats of traces and their reader (lab/trace.c) have in common. A format is a row of the table in
 * lab/formats.c. */
#ifndef NESTOR_LAB_FORMAT_H
#define NESTOR_LAB_FORMAT_H

#include "lab/trace.h"

/* Bytes that may be read, as zeros, behind the last one of the buffer: for parsers that look at 16 at once. */
enum { LAB_PADDING = 64 };

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
};
extern const struct lab_format lab_formats[];
const struct lab_format *lab_format_find(const char *name);
/* By how a trace begins; `bytes` has LAB_PADDING behind it. NULL: any of several. */
const struct lab_format *lab_format_guess(const uint8_t *bytes, size_t count);

struct lab_trace {
    struct archive *archive;
    const struct lab_format *format;
    char *name; /* of the file, for messages */
    uint8_t *buffer;
    const uint8_t *at, *stop; /* what of the buffer has not been taken */
    bool ended;               /* the file has no more bytes */
    uint64_t records;         /* lines or records taken */
    const char *expected;     /* in place of the record at `at`; NULL: it is good */
    const char *found;        /* what is there; NULL: its bytes */
    struct lab_trace_facts facts;
    struct lab_vm *vms;
    uint32_t vm_count, vm_room;
    void *state; /* the format's */
};

/* Bring up a VM; false: no memory. */
bool lab_trace_add_vm(struct lab_trace *trace, const uint8_t *syllables, unsigned level);
void lab_vmid_text(char text[LAB_VMID_TEXT], const uint8_t *syllables, unsigned level);

/* Fill the buffer up; false with *error: the file cannot be read. */
bool lab_trace_refill(struct lab_trace *trace, struct hv_error *error);

/* The formats' own functions. */
bool lab_lackey_looks(const uint8_t *bytes, size_t count);
size_t lab_lackey_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
bool lab_din_looks(const uint8_t *bytes, size_t count);
size_t lab_din_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
size_t lab_raw32_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
size_t lab_raw64_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);
size_t lab_champsim_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity);

#endif
