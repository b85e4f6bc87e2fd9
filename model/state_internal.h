/* What the files of model/state.h share. */
#ifndef HV_STATE_INTERNAL_H
#define HV_STATE_INTERNAL_H

#include "model/machine_internal.h"
#include "model/state.h"

/* Of the elements entry, prefix and last: bits 3:0 are rights, and this. */
enum { STATE_VALID = 1 << 4 };

/* The capabilities that there are. */
enum {
    STATE_CAPS = 0
#define CAPABILITY(name, bit, meaning) | 1 << (bit)
#include "isa/causes.def"
};

/* The largest number of so many bits. */
static inline uint64_t hvm_state_limit(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* How many syllables a VMID has. */
static inline unsigned hvm_state_syllables(const struct hv_config *config, uint64_t vmid)
{
    unsigned count = 0;
    for (; count < config->depth && vmid >> count * config->syllable_bits; count++)
        ;
    return count;
}

/* How many values a state has. */
static inline size_t hvm_state_values(const struct hv_state *state)
{
    size_t count = 0;
    for (unsigned e = 0; e < HV_STATE_ELEMENTS; e++)
        count += state->rows[e];
    return count;
}

/* The level of the VM that a tag names; key none: the running one. */
unsigned hvm_state_level(const struct hv_machine *m, uint64_t tag, unsigned running);

/* Is this a state of a machine of m's configuration? 0, or -1 with *error. `order` has room for a set's ways. */
int hvm_state_check(const struct hv_machine *m, const struct hv_state *state, uint32_t *order, struct hv_error *error);

/* Associator, prefix memory and syllables held. To put, everything else is there, and the associator is empty. */
void hvm_state_take_associator(const struct hv_machine *m, struct hv_state *state);
void hvm_state_put_associator(struct hv_machine *m, const struct hv_state *state, uint32_t *order);

#endif
