/* What a campaign of random worlds has met: points in tables, each with a count.
 *
 * Every table is a cross of dimensions (VM-faults by level, receiver, cause, ...). Of every point the
 * architecture says whether it can be met at all; if not, the point has the reason as a text (docs/spec.md
 * decides, coverage_reach.c derives). The counts are one flat array of fuzz_coverage_points() words, all 0 at
 * first, and have no pointers: several processes may count into one shared array.
 *
 * Levels above FUZZ_LEVELS are in the table of chains, and in two tables of their own without key and simulator,
 * so that a campaign meets all of them in minutes.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include "config/config.h"
#include "model/machine.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { FUZZ_LEVELS = 4, FUZZ_FIRST_DEEP = FUZZ_LEVELS + 1 };

/* Tables: FUZZ_TABLE(name, text, meaning). */
#define FUZZ_TABLES(FUZZ_TABLE)                                                                                        \
    FUZZ_TABLE(VM_FAULT, "vm-fault", "VM-faults by path, cause and failing map")                                       \
    FUZZ_TABLE(DEEP_FAULT, "deep-fault", "VM-faults of levels 5 to 8 by path, cause and failing map")                  \
    FUZZ_TABLE(PROBE, "probe", "where probes of LVMID and of resume chains end, and how")                              \
    FUZZ_TABLE(DEEP_PROBE, "deep-probe", "the same by monitors of levels 5 to 8")                                      \
    FUZZ_TABLE(CHAIN, "chain", "levels that one LVMID appends")                                                        \
    FUZZ_TABLE(FENCE, "fence", "hv.fence by what it names and what it empties")                                        \
    FUZZ_TABLE(HELD, "fence-held", "hv.fence by what was cached just before, and where")                               \
    FUZZ_TABLE(AFTER, "fence-after", "what is asked for again after an hv.fence")                                      \
    FUZZ_TABLE(FLUSH, "flush", "entries emptied by a change of the VMID")                                              \
    FUZZ_TABLE(EXCEPTION, "exception", "exceptions taken at the own level")                                            \
    FUZZ_TABLE(INTERRUPT, "interrupt", "interrupts taken at the own level")                                            \
    FUZZ_TABLE(SKIP, "skip", "LVMIDs that clear RESUME.SKIP")                                                          \
    FUZZ_TABLE(ATOMIC, "atomic", "LR, SC and AMO by outcome")                                                          \
    FUZZ_TABLE(CAPABILITY, "capability", "what a VM was refused")
enum fuzz_table {
#define FUZZ_TABLE(name, text, meaning) FUZZ_TABLE_##name,
    FUZZ_TABLES(FUZZ_TABLE)
#undef FUZZ_TABLE
        FUZZ_TABLE_COUNT
};

/* Values of dimensions that have no enumeration elsewhere. */
enum fuzz_simulator { FUZZ_VERILATOR, FUZZ_ICARUS, FUZZ_GATES, FUZZ_SIMULATORS };
enum fuzz_form {
    FUZZ_FORM_LINEAR,
    FUZZ_FORM_RB,
    FUZZ_FORM_OUTSIDE, /* in neither window */
    FUZZ_FORM_NONE,    /* the cause is not a mapping's */
    FUZZ_FORMS
};
enum fuzz_key {
    FUZZ_KEY_ABSENT, /* no associator */
    FUZZ_KEY_NONE,
    FUZZ_KEY_LEVEL,
    FUZZ_KEY_VMID,
    FUZZ_KEYS
};
enum fuzz_outcome {
    FUZZ_DONE,
    FUZZ_TRAPPED,
    FUZZ_TO_LEVEL_0, /* + the receiver */
    FUZZ_OUTCOMES = FUZZ_TO_LEVEL_0 + HV_MAX_DEPTH
};
enum fuzz_ended {
    FUZZ_CHAIN_DONE,
    FUZZ_CHAIN_BROKEN,
    FUZZ_CHAIN_INTERRUPTED, /* by step 9 of LVMID */
    FUZZ_ENDS
};
enum fuzz_operand {
    FUZZ_FENCE_ALL,
    FUZZ_FENCE_SYLLABLE,
    FUZZ_FENCE_NO_SYLLABLE, /* 0 or too large */
    FUZZ_OPERANDS
};
enum fuzz_memory { FUZZ_FETCH_HALF, FUZZ_DATA_HALF, FUZZ_UNIFIED, FUZZ_PREFIX, FUZZ_MEMORIES };
/* Whose entry, seen from the monitor that fences; of a VM, or (prefix memory) of what a VM's children have in common.
 * What is no syllable names, for a fence that forgets its high bits, the child of its low bits. */
enum fuzz_kin {
    FUZZ_CHILD,      /* the child named; with `all`, any child */
    FUZZ_DESCENDANT, /* what runs in it, however deep */
    FUZZ_OTHER,      /* another child, or what runs in it */
    FUZZ_SELF,       /* the monitor */
    FUZZ_ANCESTOR,   /* a monitor below it, down to level 1 */
    FUZZ_COUSIN,     /* deeper than the monitor and not in it, but (with a syllable) of a child called the same */
    FUZZ_KINS
};
enum fuzz_after {
    FUZZ_AFTER_FETCH,  /* the page that the fetch register held, by the next fetch */
    FUZZ_AFTER_DATA,   /* the page that the data register held, by the next data access */
    FUZZ_AFTER_GONE,   /* a prefix that was emptied, and is walked again */
    FUZZ_AFTER_OWN,    /* a prefix of the monitor, or of a level below, that is still there */
    FUZZ_AFTER_OTHER,  /* a prefix of another child */
    FUZZ_AFTER_COUSIN, /* of a cousin */
    FUZZ_AFTERS
};
enum fuzz_change { FUZZ_APPEND, FUZZ_CUT, FUZZ_CHANGES };
enum fuzz_atomic {
    FUZZ_LR,
    FUZZ_SC_STORED,
    FUZZ_SC_OTHER_WORD, /* the reservation is for another word */
    FUZZ_SC_NONE,       /* no LR since reset or the last SC */
    FUZZ_SC_AFTER_TRAP, /* the reservation was lost to a trap, ... */
    FUZZ_SC_AFTER_MRET,
    FUZZ_SC_AFTER_CHANGE, /* ... of the VMID */
    FUZZ_AMO,
    FUZZ_ATOMICS
};
enum fuzz_refusal {
    FUZZ_NO_LVMID, /* illegal in M-mode, for want of CAPS.VM */
    FUZZ_NO_FENCE,
    FUZZ_NO_EXIT,        /* illegal in M-mode, for want of CAPS.EXIT, or at level 0 */
    FUZZ_COUNTER_READ,   /* a level's CAPS denies it */
    FUZZ_COUNTER_DENIED, /* a write that a level's CAPS denies */
    FUZZ_COUNTER_WRITE,  /* a write that none denies */
    FUZZ_WFI_DENIED,     /* a level's CAPS denies it */
    FUZZ_WFI_SLEEPS,     /* granted, but nothing can wake it */
    FUZZ_REFUSALS
};

/* One point. Only the fields of its table's dimensions mean anything, others are 0. */
enum { FUZZ_MAX_DIMENSIONS = 8 };
struct fuzz_point {
    enum fuzz_table table;
    unsigned level;          /* of who ran: the record's; PROBE, CHAIN: of the monitor */
    unsigned receiver;       /* VM_FAULT: the level it goes to */
    unsigned cause;          /* VM_FAULT: HV_FAULT_...; EXCEPTION: HV_EXC_...; INTERRUPT: HV_IRQ_... */
    unsigned access;         /* HV_ACCESS_... */
    unsigned implicit;       /* 0, 1 */
    unsigned form;           /* enum fuzz_form, of the map that failed */
    unsigned key;            /* enum fuzz_key */
    unsigned simulator;      /* enum fuzz_simulator */
    unsigned probe;          /* enum hv_probe: the step at which it ended */
    unsigned chain;          /* PROBE: 0 LVMID's own child, 1 a child of the resume chain */
    unsigned outcome;        /* enum fuzz_outcome */
    unsigned length;         /* CHAIN: levels appended, 1 to 8 */
    unsigned ended;          /* enum fuzz_ended */
    unsigned operand;        /* enum fuzz_operand */
    unsigned memory;         /* enum fuzz_memory */
    unsigned kin;            /* enum fuzz_kin */
    unsigned after;          /* enum fuzz_after */
    unsigned flushed;        /* 0: nothing was emptied, 1: something */
    unsigned change;         /* enum fuzz_change */
    unsigned mode;           /* 0 U, 3 M */
    unsigned skips;          /* VMCBs of one LVMID that had SKIP: 1, or 2 for more */
    unsigned atomic;         /* enum fuzz_atomic */
    unsigned refusal;        /* enum fuzz_refusal */
    const char *unreachable; /* why it cannot be met; NULL: it can */

    /* The same as text: the table's name, and its dimensions in order. */
    const char *table_name;
    unsigned dimensions;
    struct {
        const char *name, *value;
    } dimension[FUZZ_MAX_DIMENSIONS];
};

/* The table whose rules a table follows: VM_FAULT for DEEP_FAULT, PROBE for DEEP_PROBE, else itself. A goal with its
 * table replaced by this one says the same. */
enum fuzz_table fuzz_coverage_family(enum fuzz_table table);

/* How many points there are, numbered from 0; a constant of the program. */
size_t fuzz_coverage_points(void);
void fuzz_coverage_describe(size_t point, struct fuzz_point *out);
/* The number of the point with these numeric fields; fuzz_coverage_points() when there is none. */
size_t fuzz_coverage_index(const struct fuzz_point *point);
/* Can a machine of this configuration meet the (reachable) point? `simulator` is not looked at. */
bool fuzz_coverage_fits(const struct fuzz_point *point, const struct hv_config *config);

/* A composition in the prefix memory, as an hv.fence finds it. */
enum { FUZZ_MAX_PREFIXES = 16 };
struct fuzz_prefix {
    uint64_t tag;
    uint32_t page;
    unsigned level, kin;
};

/* The next instruction, if it is an hv.fence, and what it would find. */
struct fuzz_coming {
    bool fence;
    uint32_t pc, insn, name, below; /* names that are fetched: the level's own, and of the level below it */
    unsigned operand;               /* enum fuzz_operand */
    bool held[FUZZ_MEMORIES][FUZZ_KINS];
    bool data; /* the data port's register held a page */
    uint32_t data_page;
    struct fuzz_prefix prefix[FUZZ_MAX_PREFIXES];
    unsigned prefixes;
};

/* The last hv.fence, and what a wrong one would have left or taken: `gone` prefixes and `kept` ones. */
struct fuzz_fenced {
    unsigned level, operand;
    bool fetch, data; /* the next such access shows whether the register was emptied */
    uint32_t data_page;
    uint32_t syllable[HV_MAX_DEPTH + 1]; /* key level: held at each level */
    struct fuzz_prefix gone[FUZZ_MAX_PREFIXES], kept[FUZZ_MAX_PREFIXES];
    unsigned gone_count, kept_count;
};

/* What a run remembers from record to record; all 0 at reset. */
struct fuzz_tracker {
    struct fuzz_coming coming;
    struct fuzz_fenced fenced;

    unsigned lvmid_level, lvmid_length; /* of the record before, if it was an LVMID: length is not 0 */
    bool reserved;
    unsigned lost; /* enum fuzz_atomic: what an SC without a reservation counts as; 0 as FUZZ_SC_NONE */
};

/* A commit record on which model and simulator agreed. */
struct fuzz_seen {
    const struct hv_config *config;
    enum fuzz_simulator simulator;
    const struct hv_machine *machine; /* in its state after the record */
    const struct hv_commit *commit;
    const struct hv_bus_write *writes;
    size_t write_count;
};

/* Count what a record shows: relaxed atomic increments. Call it for every record of a run, in order. How a
 * chain ended is counted with the record after the LVMID's. Returns how many of the points counted had been
 * 0, the unreachable ones included. */
unsigned fuzz_coverage_record(uint64_t *counts, struct fuzz_tracker *tracker, const struct fuzz_seen *seen);

/* Of one table, or of all with FUZZ_TABLE_COUNT. `surprises`: unreachable points that were met, which
 * means that the model, the spec or the reasons are wrong. */
struct fuzz_summary {
    size_t points, reachable, covered, surprises;
};
struct fuzz_summary fuzz_coverage_summary(const uint64_t *counts, enum fuzz_table table);

/* For people: a line per table, and surprises. */
void fuzz_coverage_print_summary(FILE *file, const uint64_t *counts);
/* The same with all of it: a line per table, matrices, surprises, what is missing, what is unreachable and why. */
void fuzz_coverage_print(FILE *file, const uint64_t *counts);

/* A new reference, or NULL when memory runs out. Counts that are 0 are left out; points have names, not
 * numbers. */
json_t *fuzz_coverage_json(const uint64_t *counts);

/* Add what a file written from fuzz_coverage_json holds. Returns 0, or -1 with *error filled and the counts
 * as they were. Sums stop at UINT64_MAX. */
int fuzz_coverage_merge(uint64_t *counts, const json_t *json, struct hv_error *error);

/* A goal for a generator: one of the reachable points, chosen by `random`, that have no count and that this
 * simulator and configuration can meet. False when none is left. */
bool fuzz_coverage_pick(const uint64_t *counts, enum fuzz_simulator simulator, uint64_t random,
                        const struct hv_config *config, struct fuzz_point *goal);
/* The same among the points that only this simulator can meet. */
bool fuzz_coverage_pick_own(const uint64_t *counts, enum fuzz_simulator simulator, uint64_t random,
                            const struct hv_config *config, struct fuzz_point *goal);
/* The number of reachable points without a count that this simulator can meet with this configuration, or NULL for with
 * some configuration; with `own`, of those that only it can meet. */
size_t fuzz_coverage_left(const uint64_t *counts, enum fuzz_simulator simulator, bool own,
                          const struct hv_config *config);

#endif
