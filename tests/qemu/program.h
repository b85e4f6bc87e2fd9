/* Random programs for the base machine, RV32IMA with Zicsr in M- and U-mode; the same seed is the same program.
 *
 * A program is a row of blocks, each executed several times. A block is a row of units: an instruction, or a few that
 * belong together (the address and the access, LR and SC). Any unit can be left out and the program still ends, which
 * is how a failing program is made small. After each block the program logs all registers and CSRs, and at each trap
 * its handler logs what it finds; the log lies in RAM, in order. One register, another one in each program, points at
 * it.
 */
#ifndef TESTS_QEMU_PROGRAM_H
#define TESTS_QEMU_PROGRAM_H

#include "tests/qemu/machines.h"
#include "tests/support/asm.h"

#include <stdbool.h>

/* Where things are. CONTROL's first word is where the handler goes on after a fetch from nowhere; behind it is a count
 * of visits to come for each block. From NOTHING_BASE up to the end of all names there is nothing on either machine. */
#define HANDLER_BASE (RAM_BASE + 0x400)
#define CONTROL_BASE (RAM_BASE + 0x1000)
#define DATA_BASE    (RAM_BASE + 0x2000)
#define CODE_BASE    (RAM_BASE + 0x20000)
#define LOG_BASE     (TREE_BASE + TREE_BYTES)
#define LOG_END      (RAM_BASE + RAM_BYTES)
#define NOTHING_BASE (RAM_BASE + RAM_BYTES)
enum { DATA_BYTES = 0x8000, DATA_SLACK = 0x800 };

/* Words of the log's two kinds of entry. The tag of a checkpoint holds its block. */
enum { CHECKPOINT_CSRS = 32, CHECKPOINT_WORDS = 44 };
enum { ENTRY_CAUSE = 1, ENTRY_EPC, ENTRY_TVAL, ENTRY_STATUS, ENTRY_SAVED = 6, ENTRY_VECTOR = 9, TRAP_WORDS = 12 };
#define TAG_CHECKPOINT UINT32_C(0xc0000000)
#define TAG_TRAP       UINT32_C(0xe0000000)
#define TAG_KIND       UINT32_C(0xf0000000)

/* The CSRs of a checkpoint, in the order of their words. */
extern const uint16_t checkpoint_csrs[];
extern const unsigned checkpoint_csr_count;

/* Behind ECALL: the handler goes back to M-mode. A hint, so it does nothing where it is executed. */
enum { MARKER = 0x5a5a5037 };

struct unit {
    uint32_t name; /* of its first instruction */
    uint32_t words;
    uint32_t block;
};

struct program {
    uint64_t seed;
    unsigned pointer;    /* the register that points at the log */
    unsigned scratch[3]; /* the handler's registers, which it saves */
    uint32_t vectored;   /* mtvec's mode */
    struct unit *units;
    size_t unit_count, unit_capacity;
    uint32_t blocks;
    uint8_t *image; /* RAM_BYTES */
};

/* Make the program of a seed; NULL when memory runs out. */
struct program *program_new(uint64_t seed, uint32_t blocks);
void program_free(struct program *program);

/* The image without the units i with off[i]. */
void program_image(const struct program *program, const bool *off, uint8_t *image);

/* splitmix64 */
uint32_t draw(uint64_t *random);
/* 0 to end - 1 */
uint32_t draw_below(uint64_t *random, uint32_t end);

#endif
