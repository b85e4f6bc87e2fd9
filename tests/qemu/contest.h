/* One program on two machines: do they agree; and if not, what is the least of it on which they do not. */
#ifndef TESTS_QEMU_CONTEST_H
#define TESTS_QEMU_CONTEST_H

#include "tests/qemu/compare.h"

#include <stdio.h>

/* Run an image to its end, as in machines.h. */
typedef int run_function(void *context, const uint8_t *image, uint8_t *ram, struct hv_error *error);

struct contest {
    run_function *model, *qemu;
    void *context;
    struct tally tally;      /* of all programs that were played */
    uint8_t *image, *ram[2]; /* room */
};

enum outcome { AGREED, DIFFERENT, NOT_RUN };

/* The machine that is modelled, and that QEMU is. */
struct player {
    struct kind kind;
    uint64_t instructions; /* counted up by those of the program that retired */
};

/* Model against QEMU. 0, or -1 when memory runs out. */
int contest_begin(struct contest *contest, struct player *player);
/* Any two machines. */
int contest_between(struct contest *contest, run_function *model, run_function *qemu, void *context);
void contest_end(struct contest *contest);

/* Run the program without the units i with off[i] (none, if off is NULL). NOT_RUN fills *error. */
enum outcome contest_play(struct contest *contest, const struct program *program, const bool *off,
                          struct difference *difference, struct hv_error *error);

/* Leave out units of a program on which the machines differ, as many as can be, and keep them different.
 * `off` is filled, *difference is that of what is left. */
void contest_shrink(struct contest *contest, const struct program *program, bool *off, struct difference *difference);

/* Seed, block, register and values, and the instructions that are left. */
void contest_report(FILE *out, const struct program *program, const bool *off, const struct difference *difference);

/* All of it for the program of a seed: play, shrink, report on `out`. True if the machines agree. */
bool contest_seed(struct contest *contest, uint64_t seed, uint32_t blocks, FILE *out);

#endif
