/* A campaign: random worlds in several processes until the time is over or a world fails.
 *
 * With a number of worlds, no time and one process, the same options give the same worlds on the same simulators.
 * Half of the worlds aim at a point of the coverage tables that nobody has met yet, the others at nothing. A failing
 * world is shrunk by the process that found it and saved as a text file.
 */
#ifndef FUZZ_CAMPAIGN_H
#define FUZZ_CAMPAIGN_H

#include "fuzz/config.h"
#include "fuzz/coverage.h"
#include "fuzz/run.h"

enum { FUZZ_MAX_JOBS = 64, FUZZ_MAX_FAILURES = 64, FUZZ_MAX_PATH = 1024, FUZZ_MAX_OUTPUT = 800 };

struct fuzz_campaign_options {
    uint64_t seed;
    unsigned jobs;                    /* processes, 1 to FUZZ_MAX_JOBS */
    double seconds;                   /* from when the first simulator is there; 0: no limit */
    uint64_t worlds;                  /* at most so many, 0: no limit */
    const struct hv_config *config;   /* NULL: fuzz_config_plain's, and random ones */
    bool simulators[FUZZ_SIMULATORS]; /* which are used; at least one */
    const char *rtl;                  /* directory of Verilog to simulate, needs config; or NULL */
    const char *output;               /* directory for failing worlds, at most FUZZ_MAX_OUTPUT characters */
    bool keep_going;                  /* after a failure */
    double shrink_seconds;            /* at most, for each failure; 0: no limit */
    const char *repeat;               /* command line, for the files' heads; or NULL */
    void *context;
    /* A simulator is built, of `count` so far, or NULL. */
    void (*building)(void *context, const char *what, uint64_t count);
};

struct fuzz_failure {
    uint64_t seed;
    enum fuzz_simulator simulator;
    enum fuzz_verdict verdict;
    char config[64];
    double found, shrunk;                 /* seconds from the begin, and that shrinking took */
    unsigned instructions, words, levels; /* after it */
    unsigned instructions_before;
    char path[FUZZ_MAX_PATH]; /* empty until it is saved */
    char first[160];          /* line of the report: what differs */
};

/* The world that a process is at: enough to make it again. */
struct fuzz_current {
    uint64_t seed;
    size_t goal; /* point of the coverage; fuzz_coverage_points() if none */
    enum fuzz_simulator simulator;
    struct hv_config config;
};

enum fuzz_stage { FUZZ_NOT_BUILT, FUZZ_BEING_BUILT, FUZZ_BUILT }; /* of a simulator for a fixed configuration */

/* What the processes share. */
struct fuzz_state {
    uint64_t next;                                                    /* number of the next world */
    uint64_t worlds, commits, cycles, undefined, fenced;              /* all */
    uint64_t worlds_by[FUZZ_SIMULATORS], commits_by[FUZZ_SIMULATORS]; /* by simulator; a world may run on several */
    uint64_t stop, abandon;                                           /* no more worlds; and no more shrinking */
    uint64_t failure_count;                                           /* the first FUZZ_MAX_FAILURES are listed */
    struct fuzz_failure failures[FUZZ_MAX_FAILURES];
    struct fuzz_current current[FUZZ_MAX_JOBS];
    uint64_t started; /* when the first simulator was there, in microseconds of CLOCK_MONOTONIC; 0: none is yet */
    uint64_t building, built, build_microseconds; /* simulators: being built, that were, and how long it took in all */
    uint64_t stage[FUZZ_PLAIN_CONFIGS][FUZZ_SIMULATORS]; /* enum fuzz_stage */
    struct hv_error error;                               /* of a process that could not go on */
    uint64_t failed;                                     /* there is one */
    uint64_t counts[];                                   /* fuzz_coverage_points() of them */
};

/* Shared, all 0; NULL with *error. */
struct fuzz_state *fuzz_state_new(struct hv_error *error);
void fuzz_state_free(struct fuzz_state *state);

/* Run it; `progress` is called ten times a second in the calling process, and ends the campaign when it returns
 * false. Returns 0, failures included, or -1 with *error when a process could not go on. */
int fuzz_campaign(struct fuzz_state *state, const struct fuzz_campaign_options *options,
                  bool (*progress)(void *context, const struct fuzz_state *state, double seconds),
                  struct hv_error *error);

/* The coverage's simulators are those of sim/, in the same order. */
static inline enum hv_simulator_kind fuzz_simulator_kind(enum fuzz_simulator simulator)
{
    return (enum hv_simulator_kind)simulator;
}
static inline const char *fuzz_simulator_name(enum fuzz_simulator simulator)
{
    return hv_simulator_name(fuzz_simulator_kind(simulator));
}

#endif
