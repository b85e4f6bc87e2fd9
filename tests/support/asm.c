#include "tests/support/asm.h"

#include "isa/encode.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "tests/support/asm.c: %s\n", what);
    abort();
}

void code_begin(struct code *code, uint32_t origin)
{
    code->origin = origin;
    code->count = code->labels = code->fixups = 0;
}

uint32_t code_here(const struct code *code)
{
    return code->origin + 4 * (uint32_t)code->count;
}

void code_word(struct code *code, uint32_t word)
{
    require(code->count < CODE_WORDS, "code too long");
    code->words[code->count++] = word;
}

label label_new(struct code *code)
{
    require(code->labels < CODE_LABELS, "too many labels");
    code->label[code->labels] = 1;
    return code->labels++;
}

void label_here(struct code *code, label at)
{
    code->label[at] = code_here(code);
}

uint32_t label_name(const struct code *code, label at)
{
    require(code->label[at] != 1, "label not placed");
    return code->label[at];
}

static void fixup(struct code *code, label to)
{
    require(code->fixups < CODE_FIXUPS, "too many fixups");
    code->fixup[code->fixups].at = code->count;
    code->fixup[code->fixups++].label = to;
}

/* The immediate, which must fit into `bits` bits. */
static int32_t fitting(int32_t value, unsigned bits)
{
    require(value >= -(1 << (bits - 1)) && value < 1 << (bits - 1), "immediate out of range");
    return value;
}

uint32_t word_r(enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2)
{
    return hv_encode_r(insn, rd, rs1, rs2);
}

uint32_t word_i(enum hv_insn insn, unsigned rd, unsigned rs1, int32_t immediate)
{
    return hv_encode_i(insn, rd, rs1, fitting(immediate, 12));
}

uint32_t word_s(enum hv_insn insn, unsigned rs2, unsigned rs1, int32_t immediate)
{
    return hv_encode_s(insn, rs2, rs1, fitting(immediate, 12));
}

uint32_t word_jal(unsigned rd, int32_t offset)
{
    return hv_encode_j(rd, fitting(offset, 21));
}

uint32_t word_csr(enum hv_insn insn, unsigned rd, unsigned csr, unsigned source)
{
    return hv_encode_csr(insn, rd, csr, source);
}

uint32_t word_n(enum hv_insn insn)
{
    return hv_match[insn];
}

uint32_t word_lvmid(unsigned rs1, int32_t immediate)
{
    return word_i(HV_INSN_LVMID, 0, rs1, immediate);
}

void op_r(struct code *code, enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2)
{
    code_word(code, word_r(insn, rd, rs1, rs2));
}

void op_i(struct code *code, enum hv_insn insn, unsigned rd, unsigned rs1, int32_t immediate)
{
    code_word(code, word_i(insn, rd, rs1, immediate));
}

void op_s(struct code *code, enum hv_insn insn, unsigned rs2, unsigned rs1, int32_t immediate)
{
    code_word(code, word_s(insn, rs2, rs1, immediate));
}

void op_b(struct code *code, enum hv_insn insn, unsigned rs1, unsigned rs2, label to)
{
    fixup(code, to);
    code_word(code, hv_encode_b(insn, rs1, rs2, 0));
}

void op_u(struct code *code, enum hv_insn insn, unsigned rd, uint32_t upper)
{
    code_word(code, hv_encode_u(insn, rd, upper));
}

void op_jal(struct code *code, unsigned rd, label to)
{
    fixup(code, to);
    code_word(code, hv_encode_j(rd, 0));
}

void op_csr(struct code *code, enum hv_insn insn, unsigned rd, unsigned csr, unsigned source)
{
    code_word(code, word_csr(insn, rd, csr, source));
}

void op_n(struct code *code, enum hv_insn insn)
{
    code_word(code, hv_match[insn]);
}

void op_lvmid(struct code *code, unsigned rs1, int32_t immediate)
{
    code_word(code, word_lvmid(rs1, immediate));
}

void op_hv_fence(struct code *code, unsigned rs1)
{
    code_word(code, hv_encode_r(HV_INSN_HV_FENCE, 0, rs1, 0));
}

void op_li(struct code *code, unsigned rd, uint32_t value)
{
    if (!hv_upper(value)) {
        op_i(code, HV_INSN_ADDI, rd, X0, hv_lower(value));
        return;
    }
    op_u(code, HV_INSN_LUI, rd, hv_upper(value));
    if (hv_lower(value))
        op_i(code, HV_INSN_ADDI, rd, rd, hv_lower(value));
}

void op_la(struct code *code, unsigned rd, label of)
{
    fixup(code, of);
    op_u(code, HV_INSN_LUI, rd, 0);
    op_i(code, HV_INSN_ADDI, rd, rd, 0);
}

/* The opcode tells what kind of place a fixup is. */
void code_end(struct code *code)
{
    for (size_t i = 0; i < code->fixups; i++) {
        size_t at = code->fixup[i].at;
        uint32_t to = label_name(code, code->fixup[i].label);
        int32_t offset = (int32_t)(to - (code->origin + 4 * (uint32_t)at));
        switch (code->words[at] & 0x7f) {
        case 0x63:
            code->words[at] |= hv_encode_b(HV_INSN_BEQ, 0, 0, fitting(offset, 13));
            break;
        case 0x6f:
            code->words[at] |= hv_encode_j(0, fitting(offset, 21));
            break;
        default:
            code->words[at] |= hv_upper(to);
            code->words[at + 1] |= hv_encode_i(HV_INSN_ADDI, 0, 0, hv_lower(to));
        }
    }
    code->fixups = 0;
}
