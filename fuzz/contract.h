/* Where a run leaves what the spec promises, so that what differs from there on is no mistake: a word that is executed
 * after a store to it without FENCE.I (docs/spec.md, 10.1.12), and a composition that is used again after a change
 * without a fence.
 */
#ifndef FUZZ_CONTRACT_H
#define FUZZ_CONTRACT_H

#include "model/machine.h"

/* ---- FENCE.I ---- */

/* Words of RAM stored to since the last FENCE.I or change of VMID. */
struct fuzz_stored {
    uint32_t base, words;
    uint8_t *dirty;
    uint32_t count;
};
int fuzz_stored_begin(struct fuzz_stored *stored, const struct hv_config *config, struct hv_error *error);
void fuzz_stored_end(struct fuzz_stored *stored);

/* Does the machine's next instruction lie in one of them? */
bool fuzz_stored_next(const struct fuzz_stored *stored, const struct hv_machine *machine);
void fuzz_stored_note(struct fuzz_stored *stored, const struct hv_commit *commit, const struct hv_bus_write *writes,
                      size_t count);

/* ---- hv.fence ---- */

/* Everything that an associator or prefix memory could have kept, whatever its size, key and policy: each composition
 * that the run used, by VMID, until an hv.fence that covers it. As long as each that is used again is still what the
 * maps say, none can be noticed. */
struct fuzz_composition {
    uint64_t vmid;
    uint32_t level, page, real;
    unsigned granted; /* accesses, as hv_machine_compose */
};
struct fuzz_compositions {
    struct fuzz_composition *all;
    size_t count, capacity;
    unsigned syllable_bits;
    bool failed; /* out of memory */
};
void fuzz_compositions_begin(struct fuzz_compositions *compositions, const struct hv_config *config);
void fuzz_compositions_end(struct fuzz_compositions *compositions);

/* The machine is about to step. False if that uses one that was changed without a fence, or reads a counter of the
 * associator. */
bool fuzz_compositions_hold(struct fuzz_compositions *compositions, const struct hv_machine *machine);
void fuzz_compositions_note(struct fuzz_compositions *compositions, const struct hv_commit *commit);

#endif
