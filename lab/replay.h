/* References through an associator that need not be the one of the machine that made them: the counters that the model
 * would have (docs/spec.md, 7 and 10.8), rights, walks, prefix memory and last-page registers included, for any
 * geometry, replacement, key and split. A replay of a trace of the model, with its own configuration, counts what the
 * model counted.
 *
 * Which entries are held and emptied is lab/stream.h's and lab/direct.h's; here is what rights and walks add to them.
 */
#ifndef NESTOR_LAB_REPLAY_H
#define NESTOR_LAB_REPLAY_H

#include "lab/measure.h"
#include "lab/reference.h"

/* Who else wants what the last-page registers did not serve, with the events between: for a stream with last_pages = 0,
 * one at a time. NULL functions: nobody. False: no memory. */
struct lab_replay_taker {
    void *context;
    bool (*space)(void *context, uint32_t space, unsigned level, const uint8_t *syllables);
    bool (*references)(void *context, const struct lab_reference *references, size_t count);
};

struct lab_replay_plan {
    struct hv_config config; /* its associator */
    unsigned page_bits;
    lab_waits_function *waits;
    uint64_t interval; /* references of a point, 0: none */
    unsigned level;    /* of space 0, which runs first: VMID 1.1...1 of so many syllables */
    struct lab_replay_taker taker;
};

struct lab_replay;

/* NULL when memory runs out. */
struct lab_replay *lab_replay_new(const struct lab_replay_plan *plan);
void lab_replay_free(struct lab_replay *replay);

/* The VMID of another space, before its first reference; as lab_stream_space. */
bool lab_replay_space(struct lab_replay *replay, uint32_t space, unsigned level, const uint8_t *syllables);

/* The next references. False when memory ran out. */
bool lab_replay_feed(struct lab_replay *replay, const struct lab_reference *references, size_t count);

/* The counters; `instructions` are references, LAB_UNTRANSLATED ones too. */
const struct hv_counters *lab_replay_counters(const struct lab_replay *replay);

/* The end: the parts, VMIDs packed with LAB_REPLAY_SYLLABLE_BITS, to be freed with lab_measure_free; false: no memory.
 */
enum { LAB_REPLAY_SYLLABLE_BITS = 8 };
bool lab_replay_end(struct lab_replay *replay, struct lab_measure *parts);

#endif
