/* Traces read: files of several formats, compressed or not, as an array of references after the other
 * (docs/formats.md).
 *
 * A trace is read once, from the beginning to the end, in memory that does not grow with its length, but, in our own
 * format, with the pages that it touches.
 */
#ifndef NESTOR_LAB_TRACE_H
#define NESTOR_LAB_TRACE_H

#include "config/config.h"
#include "isa/isa.h"
#include "lab/reference.h"

struct lab_trace;

/* Names of the formats and what each is, for help and messages; NULL after the last. */
const char *lab_trace_format(unsigned i);
const char *lab_trace_format_meaning(unsigned i);

/* Pages of the page formats, when nothing else is said; bits of an address inside a page. */
enum { LAB_PAGE_BITS = 12, LAB_MIN_PAGE_BITS = 4, LAB_MAX_PAGE_BITS = 30 };

/* Open `path`, "-": standard input. gzip, xz, zstd and bzip2 are read as they come. `format`: a name, or NULL to let
 * the content tell, which raw numbers do not. `page_bits`: of page32 and page64, 0 for LAB_PAGE_BITS. Returns NULL with
 * *error filled. */
struct lab_trace *lab_trace_open(const char *path, const char *format, unsigned page_bits, struct hv_error *error);

/* The next references, at most `capacity` of them, which is at least LAB_TRACE_LEAST. Returns how many there are, 0 at
 * the end of a whole trace; -1 with *error filled (file, line or record, what was found, what was expected), after
 * which nothing that was read before should be taken for a result. */
enum { LAB_TRACE_LEAST = 16 };
int64_t lab_trace_read(struct lab_trace *trace, struct lab_reference *references, size_t capacity,
                       struct hv_error *error);

void lab_trace_close(struct lab_trace *trace);

/* What the trace says of itself. */
struct lab_trace_facts {
    const char *format;     /* its name */
    const char *program;    /* what was traced; "" where the trace does not say */
    unsigned page_bits;     /* of the machine that made it, or as given */
    unsigned syllable_bits; /* 0: the trace knows of no VMs */
    unsigned depth;         /* the largest level that the machine has */
    uint64_t instructions;  /* retired; known at the end, 0 before and where the trace does not say */
};
const struct lab_trace_facts *lab_trace_facts(const struct lab_trace *trace);

/* The VMs brought up so far, and the VMID of one: number 0 is the real machine, NULL. A trace brings one up before the
 * first reference that has its number. */
enum { LAB_VMID_TEXT = 4 * HV_MAX_DEPTH + 4 };
struct lab_vm {
    unsigned level; /* syllables */
    uint8_t syllable[HV_MAX_DEPTH];
    char vmid[LAB_VMID_TEXT]; /* "NULL", "1.2" */
};
uint32_t lab_trace_vms(const struct lab_trace *trace);
const struct lab_vm *lab_trace_vm(const struct lab_trace *trace, uint32_t space);

#endif
