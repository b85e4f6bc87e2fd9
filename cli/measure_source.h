/* Where the references of nestor measure TRACE... and --vm come from: a trace, or several VMs in turns, each a trace or
 * a program. */
#ifndef NESTOR_MEASURE_SOURCE_H
#define NESTOR_MEASURE_SOURCE_H

#include "cli/measure.h"
#include "lab/trace.h"

struct measure_source;

/* What the case names. NULL with *error filled. A trace that is our own, alone and without --depth, is taken as it was
 * recorded; each other one as if what it traced ran --depth levels (default: 1) deeper, in a VM whose maps are linear:
 * a walk reads one table more for each of these levels. */
struct measure_source *measure_source_open(const struct measure_case *at, struct hv_error *error);
void measure_source_close(struct measure_source *source);

/* Bits of an address inside a page; level of space 0, which runs first. */
unsigned measure_source_page_bits(const struct measure_source *source);
unsigned measure_source_level(const struct measure_source *source);

/* The next references, as lab_trace_read. Ctrl-C and --max-instructions end them. */
int64_t measure_source_read(struct measure_source *source, struct lab_reference *references, size_t capacity,
                            struct hv_error *error);

/* VMs brought up so far, from space 0 on. */
uint32_t measure_source_vms(const struct measure_source *source);
const struct lab_vm *measure_source_vm(const struct measure_source *source, uint32_t space);

/* Has --max-instructions ended it? */
bool measure_source_limited(const struct measure_source *source);

/* Instructions that were retired, at the end; 0: no trace says. */
uint64_t measure_source_instructions(const struct measure_source *source);

/* ---- measure_member.c: one of the VMs ---- */

enum { MEASURE_MEMBER_BUFFER = 4096 };

struct measure_member {
    const char *path;
    struct lab_trace *trace;                /* or */
    struct measure_member_program *program; /* a run of the model at depth 0 */
    struct lab_reference buffer[MEASURE_MEMBER_BUFFER];
    size_t next, count; /* of the buffer */
    bool ended;
    unsigned depth; /* how many levels deeper it is put, in VMID 1...1 with `syllable` last */
    uint8_t syllable;
    uint32_t running; /* its own space that runs */
    uint32_t *spaces; /* [its own space]: number in the mix, + 1 */
    size_t space_size;
};

int measure_member_open(struct measure_member *member, const struct measure_case *at, const char *path,
                        struct hv_error *error);
void measure_member_close(struct measure_member *member);

/* More references into its buffer, which is empty; none, and `ended`, at its end. -1 with *error filled. */
int measure_member_fill(struct measure_member *member, struct hv_error *error);
/* NULL when memory ran out. */
const struct lab_vm *measure_member_vm(const struct measure_member *member, uint32_t space);
uint64_t measure_member_instructions(const struct measure_member *member);

#endif
