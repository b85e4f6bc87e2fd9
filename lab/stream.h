/* From references (lab/reference.h) to what the engines take (lab/engine.h): names of pages, and the flushes between
 * them.
 *
 * What is common to all geometries is done here, once (docs/spec.md, 7 and 10.8): addresses become pages; what is not
 * translated is left out; the last-page registers serve what they serve; hv.fence and changes of the VMID become
 * flushes, by the key. With all three keys a name stands for (VM, page): with key none there are entries of the running
 * VM only, and with key level those of the VM last held at each level (10.8.6), so the keys differ in what is emptied,
 * and when.
 *
 * What engines and stream do not know are rights: they take each entry to have those that are needed. A reference whose
 * walk would end in a VM-fault fills nothing; it is left out of the names and counted in `faults`, as a miss with any
 * geometry. Both together are exact but where a right was added or taken away while an entry was held. lab/replay.h
 * knows rights, walks and the prefix memory. */
#ifndef NESTOR_LAB_STREAM_H
#define NESTOR_LAB_STREAM_H

#include "config/config.h"
#include "isa/isa.h"
#include "lab/engine.h"
#include "lab/reference.h"

struct lab_stream;

/* `page_bits`: bits of an address inside a page, 0 to 63 (12 is the machine's). `last_pages`: registers of each port, 0
 * to 4; 0: every access is a lookup. */
enum { LAB_STREAM_LAST_PAGES = 4 };
struct lab_stream_plan {
    unsigned page_bits, last_pages;
    enum hv_key key;
};

/* By port, fetch and data. Lookups are names given plus faults. */
struct lab_stream_counts {
    uint64_t accesses[2], lookups[2], faults[2];
};

/* NULL when memory runs out. */
struct lab_stream *lab_stream_new(const struct lab_stream_plan *plan);
void lab_stream_free(struct lab_stream *stream);

/* The VMID of a space, `level` syllables (0 to HV_MAX_DEPTH), before its first reference. A space that nothing is said
 * of is a VM of its own at level 1. False: no memory. */
bool lab_stream_space(struct lab_stream *stream, uint32_t space, unsigned level, const uint8_t *syllables);

/* The next references; *batch is valid until the next call. False when memory ran out (or more than 2^32 blocks). */
bool lab_stream_feed(struct lab_stream *stream, const struct lab_reference *references, size_t count,
                     struct lab_batch *batch);

const struct lab_stream_counts *lab_stream_counts(const struct lab_stream *stream);

/* The space and the page of a name that the stream has given. */
uint32_t lab_stream_space_of(const struct lab_stream *stream, uint64_t name);
uint64_t lab_stream_page_of(const struct lab_stream *stream, uint64_t name);

#endif
