/* The two machines that run the same program: the model, and Debian's qemu-system-riscv32.
 *
 * A program is an image of RAM; what a machine did is its RAM after the program has written the finisher.
 * QEMU's RAM is a file that this process maps, so nothing has to be asked of QEMU while it runs.
 */
#ifndef TESTS_QEMU_MACHINES_H
#define TESTS_QEMU_MACHINES_H

#include "model/machine.h"

#include <stdbool.h>

enum { RAM_BYTES = 4 << 20 };
#define RAM_BASE      UINT32_C(0x80000000)
#define UART_BASE     UINT32_C(0x10000000)
#define CLINT_BASE    UINT32_C(0x02000000)
#define FINISHER_BASE UINT32_C(0x00100000)

/* QEMU writes its device tree here before the program starts, so every program begins by clearing it. When it has
 * ended, run_model and run_qemu put here what the UART sent, up to the end of it. */
#define TREE_BASE (RAM_BASE + (2 << 20))
enum { TREE_BYTES = 16 << 10 };

uint32_t ram_word(const uint8_t *ram, uint32_t name);
void ram_set_word(uint8_t *ram, uint32_t name, uint32_t word);

/* What kind of base machine. On each the same program does the same as on QEMU with that `isa`: mphi, which it does
 * not touch, is 0; and below `depth` monitors, one inside the other, it sees what bare hardware shows it. */
struct kind {
    enum hv_isa isa;
    enum hv_phi phi; /* identity or rb */
    unsigned depth;  /* of the configuration, and number of monitors */
};

/* All kinds up to depth 4, by a number modulo KINDS; kind 0 is RV32IMA, identity, depth 0. */
enum { KINDS = 20 };
struct kind kind_of(uint64_t number);

/* Run the image until it ends and leave RAM in `ram`. Returns 0, or -1 with *error filled when the machine could
 * not be run, or the program did not end well. `*instructions`, if not NULL, is counted up by those that the program
 * retired. */
int run_model(const uint8_t *image, struct kind kind, uint8_t *ram, uint64_t *instructions, struct hv_error *error);
int run_qemu(const uint8_t *image, struct kind kind, uint8_t *ram, struct hv_error *error);

/* The QEMU for which the table of legal differences is made: what other versions do is not known. */
#define QEMU_KNOWN "7.2"

/* Find out the version of QEMU that is installed ("7.2.22"). Returns 0, or -1 with *error filled; *known says
 * whether it is a QEMU_KNOWN. */
int qemu_version(char version[32], bool *known, struct hv_error *error);

/* The model of kind 0, and `spoil` is called after every record: a place for tests to make the model wrong. */
typedef void spoil_function(void *context, struct hv_machine *machine, const struct hv_commit *commit);
int run_model_spoiled(const uint8_t *image, uint8_t *ram, spoil_function *spoil, void *context, struct hv_error *error);

#endif
