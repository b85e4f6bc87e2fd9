/* What the associator does for a program, in parts: by VM, by cause of flush, over time. The parts sum exactly to the
 * counters of who counts, the model or a replay (lab/replay.h), since each is the difference of two readings of them.
 */
#ifndef NESTOR_LAB_MEASURE_H
#define NESTOR_LAB_MEASURE_H

#include "model/machine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The figures of a part. `cycles_lost`: waited for translations (docs/formats.md, `waits`). */
struct lab_counts {
    uint64_t instructions, accesses, lookups, misses, walk_reads, cycles_lost;
};

/* A VM's part: what ran with this VMID, packed as in isa/commit.def. */
struct lab_vm_part {
    uint64_t vmid;
    unsigned level;
    struct lab_counts counts;
};

/* A cause's part: how many there were, each of which empties the last-page registers too, and how many valid entries of
 * the associator they emptied. */
struct lab_flushes {
    uint64_t count, entries;
};

/* A point of the series: the instructions and what came since the point before, up to `at` instructions since reset. */
struct lab_point {
    uint64_t at;
    struct lab_counts counts;
};

/* Cycles waited, of counters: linear in them. */
typedef uint64_t lab_waits_function(const struct hv_config *config, const struct hv_counters *counters);

struct lab_measure {
    lab_waits_function *waits;
    const struct hv_config *config;
    const struct hv_counters *counters;
    struct lab_vm_part *vms; /* sorted by level, then by VMID */
    size_t vm_count, vm_capacity, running;
    struct lab_flushes flushes[HV_FLUSHES];
    struct lab_point *points;
    size_t point_count, point_capacity;
    uint64_t interval;
    struct lab_counts vm_mark, point_mark; /* what has been given to VMs, and to points */
    uint64_t flushed_mark;
    bool failed; /* memory ran out */
};

/* Begin, in the real machine. Configuration and counters stay who counts's. `interval`: instructions of a point, 0 for
 * no series. False: out of memory. */
bool lab_measure_open(struct lab_measure *measure, const struct hv_config *config, const struct hv_counters *counters,
                      lab_waits_function *waits, uint64_t interval);

/* To be called at each flush, when it is counted; `level` and `vmid`: the VM that runs now. */
void lab_measure_flushed(struct lab_measure *measure, enum hv_flush cause, unsigned level, uint64_t vmid);

/* How many records may be made, at most `limit`, until lab_measure_point is to be called. */
uint64_t lab_measure_until_point(const struct lab_measure *measure, uint64_t limit);

/* After so many records: the point, if it is reached. */
void lab_measure_point(struct lab_measure *measure);

/* End: what is left belongs to the VM that runs, and to a last, shorter point. False when memory ran out before. */
bool lab_measure_end(struct lab_measure *measure);
void lab_measure_free(struct lab_measure *measure);

/* The figures of counters. */
struct lab_counts lab_counts_of(const struct hv_config *config, const struct hv_counters *counters,
                                lab_waits_function *waits);
/* "fence", "append", "cut". */
const char *lab_flush_name(enum hv_flush cause);

#endif
