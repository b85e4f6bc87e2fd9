/* A small assembler: functions that append RV32 and Hardware Virtualizer instructions to a piece of code.
 *
 * The encodings come from isa/instructions.def; there is one function per operand format. Branches
 * and jumps go to labels, which may be placed later; code_end fills them in. Overflow of the
 * buffer, an immediate out of range and an unplaced label end the test program: they are
 * mistakes of the test itself.
 */
#ifndef TESTS_ASM_H
#define TESTS_ASM_H

#include "isa/isa.h"

#include <stddef.h>
#include <stdint.h>

enum {
    X0,
    X1,
    X2,
    X3,
    X4,
    X5,
    X6,
    X7,
    X8,
    X9,
    X10,
    X11,
    X12,
    X13,
    X14,
    X15,
    X16,
    X17,
    X18,
    X19,
    X20,
    X21,
    X22,
    X23,
    X24,
    X25,
    X26,
    X27,
    X28,
    X29,
    X30,
    X31
};

enum { CODE_WORDS = 2048, CODE_LABELS = 128, CODE_FIXUPS = 256 };

struct code {
    uint32_t origin; /* process name of words[0] */
    size_t count;
    uint32_t words[CODE_WORDS];
    size_t labels, fixups;
    uint32_t label[CODE_LABELS]; /* process name, 1 while not placed */
    struct {
        size_t at;
        size_t label;
    } fixup[CODE_FIXUPS];
};

typedef size_t label; /* an index into code.label */

void code_begin(struct code *code, uint32_t origin);
void code_end(struct code *code);
uint32_t code_here(const struct code *code);
void code_word(struct code *code, uint32_t word);

label label_new(struct code *code);
void label_here(struct code *code, label at);
/* Process name of a label that has been placed. */
uint32_t label_name(const struct code *code, label at);

/* Formats R and A (atomic). */
void op_r(struct code *code, enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2);
/* Formats I and SH: arithmetic with an immediate, loads, JALR. */
void op_i(struct code *code, enum hv_insn insn, unsigned rd, unsigned rs1, int32_t immediate);
/* Format S: stores rs2 at immediate + rs1. */
void op_s(struct code *code, enum hv_insn insn, unsigned rs2, unsigned rs1, int32_t immediate);
void op_b(struct code *code, enum hv_insn insn, unsigned rs1, unsigned rs2, label to);
void op_u(struct code *code, enum hv_insn insn, unsigned rd, uint32_t upper);
void op_jal(struct code *code, unsigned rd, label to);
/* Formats CSR and CSRI: `source` is rs1 or the immediate. */
void op_csr(struct code *code, enum hv_insn insn, unsigned rd, unsigned csr, unsigned source);
/* Format N. */
void op_n(struct code *code, enum hv_insn insn);
void op_lvmid(struct code *code, unsigned rs1, int32_t immediate);
void op_hv_fence(struct code *code, unsigned rs1);
/* One or two instructions. */
void op_li(struct code *code, unsigned rd, uint32_t value);
/* Two instructions, whatever the label. */
void op_la(struct code *code, unsigned rd, label of);

/* Words for pokes and expectations. */
uint32_t word_r(enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2);
uint32_t word_i(enum hv_insn insn, unsigned rd, unsigned rs1, int32_t immediate);
uint32_t word_s(enum hv_insn insn, unsigned rs2, unsigned rs1, int32_t immediate);
uint32_t word_jal(unsigned rd, int32_t offset);
uint32_t word_csr(enum hv_insn insn, unsigned rd, unsigned csr, unsigned source);
uint32_t word_n(enum hv_insn insn);
uint32_t word_lvmid(unsigned rs1, int32_t immediate);

#endif
