/* Run a world: in lockstep, and on the model alone: with and without an associator, and beforehand. */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

#include "fuzz/coverage.h"
#include "fuzz/world.h"
#include "sim/simulator.h"

enum fuzz_verdict {
    FUZZ_AGREES,
    FUZZ_UNDEFINED,      /* the same up to where the contract ends (fuzz/contract.h) */
    FUZZ_DIFFERS,        /* model and Verilog differ */
    FUZZ_ASSOCIATOR_SEEN /* it runs otherwise on the model without an associator, though every change was fenced */
};

struct fuzz_result {
    enum fuzz_verdict verdict;
    uint64_t commits; /* records that agreed */
    uint64_t cycles;
    char *report; /* of a difference; or NULL */
};
void fuzz_result_free(struct fuzz_result *result);

/* Where coverage is counted; NULL for nowhere. */
struct fuzz_counting {
    uint64_t *counts;
    enum fuzz_simulator simulator;
};

/* Run the world in lockstep by the rules of fuzz; `also`, if not NULL, is told of every record, before and after it,
 * and may end the run; `repeat` is the command line for the report, or NULL. *undefined: it came to a stored word
 * without FENCE.I, and what differs after that is no mismatch. Returns as hv_lockstep_run. */
int fuzz_lockstep(struct hv_simulator *simulator, const struct fuzz_world *world, const struct fuzz_counting *counting,
                  const struct hv_lockstep_watch *also, const char *repeat, struct hv_lockstep_result *result,
                  bool *undefined, struct hv_error *error);

/* Run the world on `simulator`, which was opened with its configuration. Returns 0 with *result filled (free it),
 * or -1 with *error. */
int fuzz_run(struct hv_simulator *simulator, const struct fuzz_world *world, const struct fuzz_counting *counting,
             struct fuzz_result *result, struct hv_error *error);

/* Run a world on the model twice, as it is and without associator, prefix memory and their counts: FUZZ_AGREES,
 * FUZZ_ASSOCIATOR_SEEN, or FUZZ_UNDEFINED when it came to a change without a fence, or a word without FENCE.I, before.
 * `repeat` is the command line for the report, or NULL. The same returns. */
int fuzz_run_without_associator(const struct fuzz_world *world, const char *repeat, struct fuzz_result *result,
                                struct hv_error *error);

/* Has it anything that could be noticed? */
static inline bool fuzz_has_associator(const struct hv_config *config)
{
    return config->depth > 0 && (config->assoc_entries || config->prefix_entries);
}

/* What the world would meet in lockstep, found by the model alone: it is run and counted as by fuzz_run, up to a word
 * that is executed after a store to it without FENCE.I. With the time base `clock` the model keeps a time of its own,
 * so there it is a guess. Returns 0, or -1 with *error. */
struct fuzz_rehearsal {
    uint64_t records; /* made */
    uint64_t useful;  /* up to and with the last that met a point whose count was 0; 0: none did */
};
int fuzz_rehearse(const struct fuzz_world *world, const struct fuzz_counting *counting,
                  struct fuzz_rehearsal *rehearsal, struct hv_error *error);

#endif
