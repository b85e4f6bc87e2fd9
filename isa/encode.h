/* Instruction words from isa/instructions.def, by operand format. Registers are 0 to 31; immediates
 * are cut to their field's width: whoever needs a check makes it before. */
#ifndef HV_ENCODE_H
#define HV_ENCODE_H

#include "isa/isa.h"

static const uint32_t hv_match[] __attribute__((unused)) = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) [HV_INSN_##name] = (match),
#include "isa/instructions.def"
};

static inline uint32_t hv_bits(uint32_t value, unsigned high, unsigned low)
{
    return value >> low & ((UINT32_C(2) << (high - low)) - 1);
}

/* Formats R and A; V1 with rs1 alone; N with none. */
static inline uint32_t hv_encode_r(enum hv_insn insn, unsigned rd, unsigned rs1, unsigned rs2)
{
    return hv_match[insn] | rd << 7 | rs1 << 15 | rs2 << 20;
}

/* Formats I, SH and V. */
static inline uint32_t hv_encode_i(enum hv_insn insn, unsigned rd, unsigned rs1, int32_t immediate)
{
    return hv_match[insn] | rd << 7 | rs1 << 15 | hv_bits((uint32_t)immediate, 11, 0) << 20;
}

static inline uint32_t hv_encode_s(enum hv_insn insn, unsigned rs2, unsigned rs1, int32_t immediate)
{
    const uint32_t i = (uint32_t)immediate;
    return hv_match[insn] | rs1 << 15 | rs2 << 20 | hv_bits(i, 11, 5) << 25 | hv_bits(i, 4, 0) << 7;
}

/* `offset` in bytes from the branch. */
static inline uint32_t hv_encode_b(enum hv_insn insn, unsigned rs1, unsigned rs2, int32_t offset)
{
    const uint32_t i = (uint32_t)offset;
    return hv_match[insn] | rs1 << 15 | rs2 << 20 | hv_bits(i, 12, 12) << 31 | hv_bits(i, 10, 5) << 25 |
           hv_bits(i, 4, 1) << 8 | hv_bits(i, 11, 11) << 7;
}

/* The upper 20 bits of `upper`. */
static inline uint32_t hv_encode_u(enum hv_insn insn, unsigned rd, uint32_t upper)
{
    return hv_match[insn] | rd << 7 | (upper & 0xfffff000);
}

static inline uint32_t hv_encode_j(unsigned rd, int32_t offset)
{
    const uint32_t i = (uint32_t)offset;
    return hv_match[HV_INSN_JAL] | rd << 7 | hv_bits(i, 20, 20) << 31 | hv_bits(i, 10, 1) << 21 |
           hv_bits(i, 11, 11) << 20 | hv_bits(i, 19, 12) << 12;
}

/* Formats CSR and CSRI: `source` is rs1 or the immediate. */
static inline uint32_t hv_encode_csr(enum hv_insn insn, unsigned rd, unsigned csr, unsigned source)
{
    return hv_match[insn] | rd << 7 | source << 15 | csr << 20;
}

/* A constant as LUI's and ADDI's parts: ADDI's is signed. */
static inline uint32_t hv_upper(uint32_t value)
{
    return (value + 0x800) & 0xfffff000;
}

static inline int32_t hv_lower(uint32_t value)
{
    return (int32_t)(value - hv_upper(value));
}

#endif
