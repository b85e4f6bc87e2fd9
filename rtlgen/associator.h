/* Memories of translations, (tag, page) -> real page and rights: associator and prefix memory
 * are the same hardware with other parameters (docs/spec.md, 7 and 10.8). */
#ifndef RTLGEN_ASSOCIATOR_H
#define RTLGEN_ASSOCIATOR_H

#include "config/config.h"
#include "rtlgen/hdl/hdl.h"

struct geometry {
    unsigned entries, ways; /* sets = entries / ways, a power of two */
    enum hv_replacement replacement;
    enum hv_key key;
    unsigned depth, syllable_bits;
    bool prefix; /* one row more holds the prefix memory: `ways` entries, fully associative, fifo */
};

/* Do the entries of the prefix memory lie in a row of the associator's? They do if it is one associator, in memories,
 * and they fill a row. Else they are a unit of their own, or there are none. */
bool prefix_in_associator(const struct hv_config *config);

/* Ports as in docs/microarchitecture.md, "Handshakes between units". */
module *translation_memory(design *d, const char *name, const struct geometry *g);

/* ------------------------------------------------------------------------------ */
/* Replacement (replacement.c): what a set remembers, and the victim it names       */
/* ------------------------------------------------------------------------------ */

/* Bits that each set remembers; 0 if none. All 0 is the state after reset. */
unsigned replacement_bits(const struct geometry *g);

/* The victim, as `ways` bits with one set. `state`: what the set remembers (none if replacement_bits is
 * 0); `chosen`: the victim is taken in this cycle (steps the register of `random`). */
sig replacement_victim(module *m, const struct geometry *g, sig state, sig chosen);

/* The set's next state after a touch of the way in `touched` (lru, plru), or after the
 * choice of a victim (fifo). */
sig replacement_next(module *m, const struct geometry *g, sig state, sig touched);

#endif
