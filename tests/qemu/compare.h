/* Comparing what two machines did with one program: the log entry by entry, in the order of time, then all of RAM. */
#ifndef TESTS_QEMU_COMPARE_H
#define TESTS_QEMU_COMPARE_H

#include "tests/qemu/program.h"

/* The first word that differs and may not. */
struct difference {
    char what[48];        /* "x5", "mcause", "memory" */
    uint32_t name;        /* where the word lies in RAM */
    uint32_t model, qemu; /* its values */
    uint32_t block;       /* the block that was executed; `blocks` if that cannot be told */
    uint32_t visit;       /* for the how-manieth time, from 1 */
    uint32_t epc;         /* of a trap */
    bool trap;
};

/* What was seen on the way. */
struct tally {
    uint64_t checkpoints, traps, words;
    uint64_t exceptions[16], interrupts[16]; /* by the model's mcause */
    uint64_t excused[16];                    /* by row of the table of legal traps */
};

/* True if they differ. `tally`, if not NULL, is counted up. */
bool compare(const struct program *program, const uint8_t *model, const uint8_t *qemu, struct difference *difference,
             struct tally *tally);

#endif
