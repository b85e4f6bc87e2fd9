#include "view/disassemble.h"
#include "isa/isa.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A row's operands, a letter for each; other characters stand for themselves:
 * d rd | s rs1 | t rs2 | i immediate of I | o of S | h shift amount | u of U | b target of B | j of J | c CSR | z zimm
 */
struct row {
    uint32_t mask, match;
    const char *mnemonic, *operands;
};

/* What the GNU tools write for a special case; asked before the instructions. */
static const struct row pseudo[] = {
    {0xffffffff, 0x00000013, "nop", ""},      {0x000ff07f, 0x00000013, "li", "d,i"},
    {0xfff0707f, 0x00000013, "mv", "d,s"},    {0xfff0707f, 0xfff04013, "not", "d,s"},
    {0xfe0ff07f, 0x40000033, "neg", "d,t"},   {0xfff0707f, 0x00103013, "seqz", "d,s"},
    {0xfe0ff07f, 0x00003033, "snez", "d,t"},  {0x01f0707f, 0x00000063, "beqz", "s,b"},
    {0x01f0707f, 0x00001063, "bnez", "s,b"},  {0x000ff07f, 0x00005063, "blez", "t,b"},
    {0x01f0707f, 0x00005063, "bgez", "s,b"},  {0x01f0707f, 0x00004063, "bltz", "s,b"},
    {0x000ff07f, 0x00004063, "bgtz", "t,b"},  {0x00000fff, 0x0000006f, "j", "j"},
    {0x00000fff, 0x000000ef, "jal", "j"},     {0xffffffff, 0x00008067, "ret", ""},
    {0xfff07fff, 0x00000067, "jr", "s"},      {0xfff07fff, 0x000000e7, "jalr", "s"},
    {0x000ff07f, 0x00002073, "csrr", "d,c"},  {0x00007fff, 0x00001073, "csrw", "c,s"},
    {0x00007fff, 0x00002073, "csrs", "c,s"},  {0x00007fff, 0x00003073, "csrc", "c,s"},
    {0x00007fff, 0x00005073, "csrwi", "c,z"}, {0x00007fff, 0x00006073, "csrsi", "c,z"},
    {0x00007fff, 0x00007073, "csrci", "c,z"},
};

static const char *const operands[] = {
    [HV_FORMAT_R] = "d,s,t",    [HV_FORMAT_I] = "d,s,i",   [HV_FORMAT_SH] = "d,s,h", [HV_FORMAT_S] = "t,o(s)",
    [HV_FORMAT_B] = "s,t,b",    [HV_FORMAT_U] = "d,u",     [HV_FORMAT_J] = "d,j",    [HV_FORMAT_CSR] = "d,c,s",
    [HV_FORMAT_CSRI] = "d,c,z", [HV_FORMAT_A] = "d,t,(s)", [HV_FORMAT_AL] = "d,(s)", [HV_FORMAT_V] = "i(s)",
    [HV_FORMAT_V1] = "s",       [HV_FORMAT_N] = ""};

static const struct {
    uint32_t mask, match;
    const char *mnemonic;
    enum hv_format format;
} instructions[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match, mnemonic, HV_FORMAT_##format},
#include "isa/instructions.def"
};

static const char *const registers[32] = {"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
                                          "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
                                          "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

const char *view_register_name(unsigned number)
{
    return number < 32 ? registers[number] : "?";
}

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

bool view_branch_target(uint32_t insn, uint32_t pc, uint32_t *target)
{
    const uint32_t opcode = insn & 0x7f;
    if (opcode != 0x63 && opcode != 0x6f)
        return false;
    *target = opcode == 0x63 ? branch_target(insn, pc) : jump_target(insn, pc);
    return true;
}

/* A CSR's name in lower case; its number when it has none. */
void view_csr_name(uint32_t number, char *text, size_t size)
{
    static const struct {
        uint32_t number;
        const char *name;
    } names[] = {
#define CSR(name, number, condition, kind, writable, reset, note) {number, #name},
#include "isa/csrs.def"
    };
    static const struct {
        uint32_t first, last;
        const char *name;
    } runs[] = {
#define HPM_RANGE(name, first, last, kind) {first, last, #name},
#include "isa/csrs.def"
    };
    snprintf(text, size, "0x%03x", number);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            snprintf(text, size, "%s", names[i].name);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const size_t length = strlen(runs[i].name) - (runs[i].name[strlen(runs[i].name) - 1] == 'H');
        if (number >= runs[i].first && number <= runs[i].last) /* mhpmcounter3h: its number comes before the h */
            snprintf(text, size, "%.*s%u%s", (int)length, runs[i].name, number - runs[i].first + 3,
                     runs[i].name + length);
    }
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

static void operand(char letter, uint32_t insn, uint32_t pc, char *text, size_t size)
{
    switch (letter) {
    case 'd':
        snprintf(text, size, "%s", registers[field(insn, 11, 7)]);
        break;
    case 's':
        snprintf(text, size, "%s", registers[field(insn, 19, 15)]);
        break;
    case 't':
        snprintf(text, size, "%s", registers[field(insn, 24, 20)]);
        break;
    case 'i':
        snprintf(text, size, "%d", signed_field(insn, 31, 20));
        break;
    case 'o':
        snprintf(text, size, "%d", signed_field(insn, 31, 25) * 32 + (int32_t)field(insn, 11, 7));
        break;
    case 'h':
        snprintf(text, size, "%u", field(insn, 24, 20));
        break;
    case 'u':
        snprintf(text, size, "0x%x", insn >> 12);
        break;
    case 'b':
        snprintf(text, size, "%x", branch_target(insn, pc));
        break;
    case 'j':
        snprintf(text, size, "%x", jump_target(insn, pc));
        break;
    case 'c':
        view_csr_name(insn >> 20, text, size);
        break;
    case 'z':
        snprintf(text, size, "%u", field(insn, 19, 15));
        break;
    default:
        snprintf(text, size, "%c", letter);
    }
}

/* The row of an instruction word; false if it is none. */
static bool find(uint32_t insn, struct row *row)
{
    for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
        if ((insn & pseudo[i].mask) == pseudo[i].match) {
            *row = pseudo[i];
            return true;
        }
    for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++)
        if ((insn & instructions[i].mask) == instructions[i].match) {
            const bool based = (insn & 0x7f) == 0x03 || (insn & 0x7f) == 0x67; /* loads and jalr */
            *row = (struct row){.mnemonic = instructions[i].mnemonic,
                                .operands = based ? "d,i(s)" : operands[instructions[i].format]};
            return true;
        }
    return false;
}

void view_disassemble(uint32_t insn, uint32_t pc, char *text, size_t size)
{
    struct row row;
    if (!find(insn, &row)) {
        snprintf(text, size, ".word 0x%08x", insn);
        return;
    }
    char list[80] = "", *end = list;
    for (const char *c = row.operands; *c; c++, end += strlen(end))
        operand(*c, insn, pc, end, sizeof list - (size_t)(end - list));
    snprintf(text, size, "%s%s%s", row.mnemonic, *list ? " " : "", list);
}
