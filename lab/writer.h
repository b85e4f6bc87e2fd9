/* Traces written, in our own format and in those of others (docs/formats.md). */
#ifndef NESTOR_LAB_WRITER_H
#define NESTOR_LAB_WRITER_H

#include "lab/trace.h"

#include <stdio.h>

struct lab_writer;

/* Names of the formats that can be written; NULL after the last. */
const char *lab_writer_format(unsigned i);

/* Begin a trace of format `format` on `stream`, which stays the caller's; `path` is its name for messages. `facts`:
 * what an own trace says of itself, and the page bits that page32 and page64 are cut to. Returns NULL with *error
 * filled. */
struct lab_writer *lab_writer_open(FILE *stream, const char *path, const char *format,
                                   const struct lab_trace_facts *facts, struct hv_error *error);

/* The next VM; its number is how many came before, and number 0, the real machine, is there already. Returns 0, or -1.
 */
int lab_writer_vm(struct lab_writer *writer, const struct lab_vm *vm, struct hv_error *error);

/* The next references; their VMs have been brought up. What the format cannot say is left out, and counted as lost; an
 * address that does not fit is an error that names the reference. Returns 0, or -1 with *error filled. */
int lab_writer_put(struct lab_writer *writer, const struct lab_reference *references, size_t count,
                   struct hv_error *error);

/* End the trace. `instructions`: retired, 0 where that is not known. Without it, or when it fails, what is on the
 * stream is no whole trace. Returns 0, or -1 with *error filled. */
int lab_writer_finish(struct lab_writer *writer, uint64_t instructions, struct hv_error *error);

/* What was written so far: references and events by kind; events that the format has no word for, and so were left out;
 * bytes. */
struct lab_written {
    uint64_t kinds[LAB_KINDS], lost, bytes;
};
struct lab_written lab_writer_written(const struct lab_writer *writer);

void lab_writer_free(struct lab_writer *writer);

#endif
