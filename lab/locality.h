/* The four localities of R. P. Goldberg, "Architecture of virtual machines" (1973), Performance assumptions, measured
 * as he defines them:
 *
 * - temporal: "If the logical addresses are referenced during the time interval t-T to t, there is a high probability
 * that these same logical addresses will be referenced during the time interval t to t+T". Addresses by page, as map
 * and associator see them; of each reference the distance: how many different pages have been referenced since this
 * page was, itself included.
 * - spatial: "If the logical address a is referenced at time t, there is a high probability that a logical address in
 * the range a-D to a+D will be referenced at time t+1": the probability, for each D, in bytes. Or of one of the N
 * references before it.
 * - process: "If the phi-map value of the process executing at time t is phi_i, then there is a high probability that
 * it will be phi_i at time t+1": runs of references with the same phi, each VM by its own time, since it sees no other.
 * - virtual machine: the same of the VMID: runs of references with the same one.
 *
 * Logical addresses are names of a VM before phi and f; those of different VMs have nothing to do with each other. */
#ifndef NESTOR_LAB_LOCALITY_H
#define NESTOR_LAB_LOCALITY_H

#include "lab/reference.h"

#include <stdbool.h>
#include <stddef.h>

/* Bins by powers of two. Bin b of a length or distance, 1 at least, ends with 2^b; bin 0 of a difference is 0, bin b
 * ends with 2^(b-1). */
enum { LAB_LOCALITY_BINS = 66, LAB_LOCALITY_PREVIOUS = 64 };
static inline uint64_t lab_length_bound(unsigned bin)
{
    return bin < 64 ? UINT64_C(1) << bin : UINT64_MAX;
}
static inline uint64_t lab_delta_bound(unsigned bin)
{
    return bin ? lab_length_bound(bin - 1) : 0;
}

/* Differences to the nearest reference before: `near` of those in the same VM; of them `within` the same page. `count`:
 * references that had one before them, whosever. */
struct lab_spatial {
    uint64_t count, near[LAB_LOCALITY_BINS], within[LAB_LOCALITY_BINS];
};

struct lab_locality_counts {
    uint64_t references;
    uint64_t vms;                           /* spaces that were met */
    uint64_t first;                         /* uses of a page */
    uint64_t temporal[LAB_LOCALITY_BINS];   /* the others, by distance */
    struct lab_spatial spatial, by_port[2]; /* all references; fetches, data accesses, each in their own order */
    uint64_t process_runs, vm_runs;         /* how many */
    uint64_t process[LAB_LOCALITY_BINS], vm[LAB_LOCALITY_BINS]; /* them, by length in references */
};

struct lab_locality;

/* `page_bits`: 0 to 63. `previous`: references before that count for spatial locality, 1 (his) to
 * LAB_LOCALITY_PREVIOUS. NULL: no memory. */
struct lab_locality *lab_locality_new(unsigned page_bits, unsigned previous);
void lab_locality_free(struct lab_locality *locality);

/* The next references, translated or not; events among them are passed over. False: no memory. */
bool lab_locality_feed(struct lab_locality *locality, const struct lab_reference *references, size_t count);

/* The end, which ends the runs too: the counts. False: no memory. */
bool lab_locality_end(struct lab_locality *locality, struct lab_locality_counts *counts);

#endif
