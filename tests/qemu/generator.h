/* What makes a program: the frame around the blocks (frame.c), and the units in them (units.c). */
#ifndef TESTS_QEMU_GENERATOR_H
#define TESTS_QEMU_GENERATOR_H

#include "tests/qemu/program.h"

enum { BLOCK_UNITS = 48 };

struct generator {
    struct program *program;
    uint64_t random;
    struct code code;             /* of the block that is being made */
    label ahead[BLOCK_UNITS + 1]; /* the block's units and its end */
    unsigned unit, units;         /* the unit that is being made, and how many there are */
};

/* frame.c: code before the first block, the trap handler, what follows a block's units, the program's end. */
void frame_boot(struct generator *g);
void frame_handler(struct generator *g);
void frame_checkpoint(struct generator *g, uint32_t block, uint32_t top);
void frame_finish(struct generator *g);

/* units.c: one random unit. */
void unit_make(struct generator *g);

/* Registers: any as a source; a destination is not the log's pointer; a scratch register is not x0 either, nor `a`. */
unsigned any_register(struct generator *g);
unsigned destination(struct generator *g);
unsigned scratch(struct generator *g);
unsigned scratch_but(struct generator *g, unsigned a);

/* ECALL with the marker: in M-mode from here on. */
void op_to_machine_mode(struct code *code);

#endif
