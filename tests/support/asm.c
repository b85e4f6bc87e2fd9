#include "tests/support/asm.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const uint32_t match[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) [HV_INSN_##name] = (match),
#include "isa/instructions.def"
};

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

static uint32_t signed_field(int32_t value, unsigned bits)
{
    require(value >= -(1 << (bits - 1)) && value < 1 << (bits - 1), "immediate out of range");
    return (uint32_t)value & ((UINT32_C(1) << bits) - 1);
}

static uint32_t bits(uint32_t value, unsigned high, unsigned low)
{
    return value >> low & ((UINT32_C(2) << (high - low)) - 1);
}

static uint32_t branch_offset(int32_t offset)
{
    uint32_t i = signed_field(offset, 13);
    return bits(i, 12, 12) << 31 | bits(i, 10, 5) << 25 | bits(i, 4, 1) << 8 | bits(i, 11, 11) << 7;
}

static uint32_t jump_offset(int32_t offset)
{
    uint32_t i = signed_field(offset, 21);
    return bits(i, 20, 20) << 31 | bits(i, 10, 1) << 21 | bits(i, 11, 11) << 20 | bits(i, 19, 12) << 12;
}

/* LUI's and ADDI's immediates of a value: ADDI's is signed. */
static uint32_t upper_of(uint32_t value)
{
    return (value + 0x800) & 0xfffff000;
}

static int32_t lower_of(uint32_t value)
{
    return (int32_t)(value - upper_of(value));
}

uint32_t word_r(enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2)
{
    return match[insn] | rd << 7 | rs1 << 15 | rs2 << 20;
}

uint32_t word_i(enum hv_insn insn, unsigned rd, unsigned rs1, int32_t immediate)
{
    return match[insn] | rd << 7 | rs1 << 15 | signed_field(immediate, 12) << 20;
}

uint32_t word_s(enum hv_insn insn, unsigned rs2, unsigned rs1, int32_t immediate)
{
    uint32_t i = signed_field(immediate, 12);
    return match[insn] | rs1 << 15 | rs2 << 20 | bits(i, 11, 5) << 25 | bits(i, 4, 0) << 7;
}

uint32_t word_jal(unsigned rd, int32_t offset)
{
    return match[HV_INSN_JAL] | rd << 7 | jump_offset(offset);
}

uint32_t word_csr(enum hv_insn insn, unsigned rd, unsigned csr, unsigned source)
{
    return match[insn] | rd << 7 | source << 15 | csr << 20;
}

uint32_t word_n(enum hv_insn insn)
{
    return match[insn];
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
    code_word(code, match[insn] | rs1 << 15 | rs2 << 20);
}

void op_u(struct code *code, enum hv_insn insn, unsigned rd, uint32_t upper)
{
    code_word(code, match[insn] | rd << 7 | (upper & 0xfffff000));
}

void op_jal(struct code *code, unsigned rd, label to)
{
    fixup(code, to);
    code_word(code, match[HV_INSN_JAL] | rd << 7);
}

void op_csr(struct code *code, enum hv_insn insn, unsigned rd, unsigned csr, unsigned source)
{
    code_word(code, word_csr(insn, rd, csr, source));
}

void op_n(struct code *code, enum hv_insn insn)
{
    code_word(code, match[insn]);
}

void op_lvmid(struct code *code, unsigned rs1, int32_t immediate)
{
    code_word(code, word_lvmid(rs1, immediate));
}

void op_hv_fence(struct code *code, unsigned rs1)
{
    code_word(code, match[HV_INSN_HV_FENCE] | rs1 << 15);
}

void op_li(struct code *code, unsigned rd, uint32_t value)
{
    if (!upper_of(value)) {
        op_i(code, HV_INSN_ADDI, rd, X0, lower_of(value));
        return;
    }
    op_u(code, HV_INSN_LUI, rd, upper_of(value));
    if (lower_of(value))
        op_i(code, HV_INSN_ADDI, rd, rd, lower_of(value));
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
            code->words[at] |= branch_offset(offset);
            break;
        case 0x6f:
            code->words[at] |= jump_offset(offset);
            break;
        default:
            code->words[at] |= upper_of(to);
            code->words[at + 1] |= signed_field(lower_of(to), 12) << 20;
        }
    }
    code->fixups = 0;
}
