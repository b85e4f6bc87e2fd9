/* Instruction words to struct decoded, by the one table of instructions; and the decoded pages of RAM,
 * a pool that is used in turn when a guest executes more pages than it holds. */
#include "model/machine_internal.h"

#include <string.h>

struct row {
    uint32_t mask, match;
    uint8_t format, extension;
};

/* By op; row 0 is OP_UNDECODED. */
static const struct row rows[OP_ILLEGAL] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension)                                                    \
    [OP_##name] = {mask, match, HV_FORMAT_##format, HV_EXT_##extension},
#include "isa/instructions.def"
};

enum { REGION_BEGIN = 0x00102013, REGION_END = 0x00202013 };

static bool has_extension(const struct hv_config *config, unsigned extension)
{
    if (extension == HV_EXT_A)
        return config->isa == HV_ISA_RV32IMA;
    return extension != HV_EXT_HV || config->depth > 0;
}

static unsigned find(const struct hv_config *config, uint32_t insn)
{
    for (unsigned op = OP_UNDECODED + 1; op < OP_ILLEGAL; op++) {
        if ((insn & rows[op].mask) == rows[op].match)
            return has_extension(config, rows[op].extension) ? op : OP_ILLEGAL;
    }
    return OP_ILLEGAL;
}

/* The `width` low bits of `value` as a signed number. */
static uint32_t sign_extend(uint32_t value, unsigned width)
{
    uint32_t sign = 1u << (width - 1);
    return (value ^ sign) - sign;
}

static uint32_t immediate(unsigned format, uint32_t insn)
{
    switch (format) {
    case HV_FORMAT_I:
    case HV_FORMAT_V:
        return sign_extend(insn >> 20, 12);
    case HV_FORMAT_SH:
        return insn >> 20 & 31;
    case HV_FORMAT_S:
        return sign_extend((insn >> 25) << 5 | (insn >> 7 & 31), 12);
    case HV_FORMAT_B:
        return sign_extend((insn >> 31) << 12 | (insn >> 7 & 1) << 11 | (insn >> 25 & 63) << 5 | (insn >> 8 & 15) << 1,
                           13);
    case HV_FORMAT_U:
        return insn & 0xfffff000;
    case HV_FORMAT_J:
        return sign_extend(
            (insn >> 31) << 20 | (insn >> 12 & 255) << 12 | (insn >> 20 & 1) << 11 | (insn >> 21 & 1023) << 1, 21);
    default:
        return 0;
    }
}

struct decoded hvm_decode(const struct hv_config *config, uint32_t insn)
{
    unsigned op = find(config, insn);
    if (op == OP_ILLEGAL)
        return (struct decoded){.op = OP_ILLEGAL, .rd = SINK};
    unsigned format = rows[op].format, rd = insn >> 7 & 31;
    struct decoded d = {
        .op = (uint8_t)op,
        .rd = (uint8_t)(rd ? rd : SINK),
        .rs1 = insn >> 15 & 31,
        .rs2 = insn >> 20 & 31,
        .imm = immediate(format, insn),
    };
    if (format == HV_FORMAT_CSR || format == HV_FORMAT_CSRI)
        d.rs2 = hvm_csr_row(config, insn >> 20);
    if (insn == REGION_BEGIN || insn == REGION_END)
        d.op = OP_REGION;
    return d;
}

/* OP_REGION is slti x0, x0, imm: format I, and the registers are all x0. */
static unsigned format_of(const struct decoded *d)
{
    if (d->op == OP_REGION)
        return HV_FORMAT_I;
    return d->op < OP_ILLEGAL ? rows[d->op].format : HV_FORMAT_N;
}

bool hvm_reads_rs1(const struct decoded *d)
{
    switch (format_of(d)) {
    case HV_FORMAT_U:
    case HV_FORMAT_J:
    case HV_FORMAT_CSRI:
    case HV_FORMAT_N:
        return false;
    default:
        return true;
    }
}

bool hvm_reads_rs2(const struct decoded *d)
{
    switch (format_of(d)) {
    case HV_FORMAT_R:
    case HV_FORMAT_S:
    case HV_FORMAT_B:
    case HV_FORMAT_A:
        return true;
    default:
        return false;
    }
}

bool hvm_writes_rd(const struct decoded *d)
{
    switch (format_of(d)) {
    case HV_FORMAT_S:
    case HV_FORMAT_B:
    case HV_FORMAT_V:
    case HV_FORMAT_V1:
    case HV_FORMAT_N:
        return false;
    default:
        return true;
    }
}

struct decoded *hvm_code_page(struct hv_machine *m, uint32_t ram_page)
{
    struct blocks *blocks = &m->blocks;
    if (blocks->code[ram_page])
        return blocks->code[ram_page];
    uint32_t i = m->next_code_page;
    struct code_page *page = &blocks->code_pages[i];
    m->next_code_page = (i + 1) % m->code_page_count;
    if (blocks->code_owner[i])
        blocks->code[blocks->code_owner[i] - 1] = NULL;
    memset(page->word, 0, sizeof page->word);
    page->word[PAGE_WORDS].op = OP_PAGE_END;
    blocks->code_owner[i] = ram_page + 1;
    blocks->code[ram_page] = page->word;
    return page->word;
}

/* After RAM has changed as a whole. */
void hvm_code_forget(struct hv_machine *m)
{
    memset(m->blocks.code, 0, (m->ram_bytes >> HV_PAGE_BITS) * sizeof *m->blocks.code);
    memset(m->blocks.code_owner, 0, m->code_page_count * sizeof *m->blocks.code_owner);
}
