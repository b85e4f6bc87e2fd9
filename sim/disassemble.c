#include "sim/disassemble.h"
#include "isa/isa.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

struct row {
    uint32_t mask, match;
    const char *mnemonic;
    enum hv_format format;
};
static const struct row rows[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match, mnemonic, HV_FORMAT_##format},
#include "isa/instructions.def"
};

static const char *const registers[32] = {"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
                                          "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
                                          "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

/* Bits hi..lo of the word, sign-extended from bit hi. */
static int32_t signed_field(uint32_t insn, unsigned hi, unsigned lo)
{
    return (int32_t)(insn << (31 - hi)) >> (31 - hi + lo);
}

static uint32_t field(uint32_t insn, unsigned hi, unsigned lo)
{
    return insn << (31 - hi) >> (31 - hi + lo);
}

static uint32_t branch_target(uint32_t insn, uint32_t pc)
{
    return pc + (uint32_t)(signed_field(insn, 31, 31) * 4096) + (field(insn, 7, 7) << 11) + (field(insn, 30, 25) << 5) +
           (field(insn, 11, 8) << 1);
}

static uint32_t jump_target(uint32_t insn, uint32_t pc)
{
    return pc + (uint32_t)(signed_field(insn, 31, 31) * 1048576) + (field(insn, 19, 12) << 12) +
           (field(insn, 20, 20) << 11) + (field(insn, 30, 21) << 1);
}

/* A CSR's name in lower case; its number when it has none. */
static const char *csr_name(uint32_t number, char text[24])
{
    static const struct {
        uint32_t number;
        const char *name;
    } names[] = {
#define CSR(name, number, condition, kind, writable, reset, note) {number, #name},
#include "isa/csrs.def"
    };
    snprintf(text, 24, "0x%03x", number);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            snprintf(text, 24, "%s", names[i].name);
    if (number >= HV_CSR_MHPMCOUNTER_FIRST && number <= HV_CSR_MHPMCOUNTER_LAST)
        snprintf(text, 24, "mhpmcounter%u", number - HV_CSR_MHPMCOUNTER_FIRST + 3);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

static void operands(const struct row *row, uint32_t insn, uint32_t pc, char *text, size_t size)
{
    const char *rd = registers[field(insn, 11, 7)], *rs1 = registers[field(insn, 19, 15)],
               *rs2 = registers[field(insn, 24, 20)];
    const int32_t immediate = signed_field(insn, 31, 20);
    const int32_t offset = signed_field(insn, 31, 25) * 32 + (int32_t)field(insn, 11, 7);
    const bool based = (insn & 0x7f) == 0x03 || (insn & 0x7f) == 0x67; /* loads and jalr */
    char csr[24];
    switch (row->format) {
    case HV_FORMAT_R:
        snprintf(text, size, "%s,%s,%s", rd, rs1, rs2);
        break;
    case HV_FORMAT_I:
        if (based)
            snprintf(text, size, "%s,%d(%s)", rd, immediate, rs1);
        else
            snprintf(text, size, "%s,%s,%d", rd, rs1, immediate);
        break;
    case HV_FORMAT_SH:
        snprintf(text, size, "%s,%s,%u", rd, rs1, field(insn, 24, 20));
        break;
    case HV_FORMAT_S:
        snprintf(text, size, "%s,%d(%s)", rs2, offset, rs1);
        break;
    case HV_FORMAT_B:
        snprintf(text, size, "%s,%s,%x", rs1, rs2, branch_target(insn, pc));
        break;
    case HV_FORMAT_U:
        snprintf(text, size, "%s,0x%x", rd, insn >> 12);
        break;
    case HV_FORMAT_J:
        snprintf(text, size, "%s,%x", rd, jump_target(insn, pc));
        break;
    case HV_FORMAT_CSR:
        snprintf(text, size, "%s,%s,%s", rd, csr_name(insn >> 20, csr), rs1);
        break;
    case HV_FORMAT_CSRI:
        snprintf(text, size, "%s,%s,%u", rd, csr_name(insn >> 20, csr), field(insn, 19, 15));
        break;
    case HV_FORMAT_A:
        snprintf(text, size, "%s,%s,(%s)", rd, rs2, rs1);
        break;
    case HV_FORMAT_AL:
        snprintf(text, size, "%s,(%s)", rd, rs1);
        break;
    case HV_FORMAT_V:
        snprintf(text, size, "%d(%s)", immediate, rs1);
        break;
    case HV_FORMAT_V1:
        snprintf(text, size, "%s", rs1);
        break;
    case HV_FORMAT_N:
        break;
    }
}

void hv_disassemble(uint32_t insn, uint32_t pc, char *text, size_t size)
{
    const struct row *row = rows, *end = rows + sizeof rows / sizeof *rows;
    while (row < end && (insn & row->mask) != row->match)
        row++;
    if (row == end) {
        snprintf(text, size, ".word 0x%08x", insn);
        return;
    }
    char list[64] = "";
    operands(row, insn, pc, list, sizeof list);
    snprintf(text, size, "%s%s%s", row->mnemonic, *list ? " " : "", list);
}
