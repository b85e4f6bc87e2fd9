/* Instruction words to struct decoded, by the one table of instructions; and the decoded pages of RAM,
 * a pool that is used in turn when a guest executes more pages than it holds. */
#include "model/machine_internal.h"

#include <string.h>

struct row {
    uint32_t mask, match;
    uint8_t format, extension;
};

/* By op; what is no instruction reads and writes nothing. OP_REGION is slti x0, x0, imm. */
static const struct row rows[OPS] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension)                                                    \
    [OP_##name] = {mask, match, HV_FORMAT_##format, HV_EXT_##extension},
#include "isa/instructions.def"
    [OP_UNDECODED] = {.format = HV_FORMAT_N},   [OP_ILLEGAL] = {.format = HV_FORMAT_N},
    [OP_REGION] = {.format = HV_FORMAT_I},      [OP_JAL_AWAY] = {.format = HV_FORMAT_J},
    [OP_BRANCH_AWAY] = {.format = HV_FORMAT_B}, [OP_PAGE_END] = {.format = HV_FORMAT_N},
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

static unsigned format_of(const struct decoded *d)
{
    return rows[d->op % OPS].format;
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

/* ---- code pages ---- */

/* A jump or branch in word `i` of a page. */
static struct decoded look_ahead(struct decoded d, unsigned i)
{
    const uint32_t target = i * 4 + d.imm;
    if (target < HV_PAGE_BYTES && target % 4 == 0)
        return d;
    if (d.op == OP_JAL)
        d.op = OP_JAL_AWAY;
    if (rows[d.op].format == HV_FORMAT_B) {
        d.rd = d.op;
        d.op = OP_BRANCH_AWAY;
    }
    return d;
}

/* May an op be RS1_LAST or RS2_LAST? */
static bool may_have_last(unsigned op)
{
    switch (rows[op].format) {
    case HV_FORMAT_R:
    case HV_FORMAT_I:
    case HV_FORMAT_SH:
    case HV_FORMAT_S:
    case HV_FORMAT_B:
        return op < OP_ILLEGAL;
    default:
        return false;
    }
}

/* Does `d` read what the word before it writes? */
static void look_back(const struct decoded *before, struct decoded *d)
{
    const unsigned op = d->op % OPS;
    const bool written = hvm_writes_rd(before) && before->rd != SINK;
    if (!written || !may_have_last(op))
        return;
    if (hvm_reads_rs1(d) && d->rs1 == before->rd)
        d->op = (uint8_t)(RS1_LAST + op);
    else if (hvm_reads_rs2(d) && d->rs2 == before->rd)
        d->op = (uint8_t)(RS2_LAST + op);
}

/* Word `i` of a page. */
void hvm_code_decode(const struct hv_config *config, struct decoded *code, unsigned i, uint32_t insn)
{
    code[i] = look_ahead(hvm_decode(config, insn), i);
    if (i)
        look_back(&code[i - 1], &code[i]);
    look_back(&code[i], &code[i + 1]);
}

/* Word `i` of the page has been written; what was decoded of the one behind it may depend on it. */
void hvm_code_written(struct hv_machine *m, struct decoded *code, unsigned i)
{
    m->stored += code[PAGE_WORDS].rd;
    code[i].op = OP_UNDECODED;
    if (i + 1 < PAGE_WORDS)
        code[i + 1].op = OP_UNDECODED;
}

/* From now on stores to this page change m->stored. */
void hvm_code_watch(struct hv_machine *m, uint32_t ram_page)
{
    struct decoded **const code = &m->blocks.code[ram_page];
    if (!*code)
        *code = m->blocks.table_page->word;
    (*code)[PAGE_WORDS].rd = 1;
}

struct decoded *hvm_code_page(struct hv_machine *m, uint32_t ram_page)
{
    struct blocks *blocks = &m->blocks;
    struct decoded *const tables = blocks->table_page->word, *const before = blocks->code[ram_page];
    if (before && before != tables)
        return before;
    uint32_t i = m->next_code_page;
    struct code_page *page = &blocks->code_pages[i];
    m->next_code_page = (i + 1) % m->code_page_count;
    if (blocks->code_owner[i]) {
        blocks->code[blocks->code_owner[i] - 1] = page->word[PAGE_WORDS].rd ? tables : NULL;
        hvm_close_fetch_windows(m);
    }
    memset(page->word, 0, sizeof page->word);
    page->word[PAGE_WORDS].op = OP_PAGE_END;
    page->word[PAGE_WORDS].rd = before == tables;
    blocks->code_owner[i] = ram_page + 1;
    blocks->code[ram_page] = page->word;
    return page->word;
}

/* After RAM has changed as a whole. No page is watched. */
void hvm_code_forget(struct hv_machine *m)
{
    memset(m->blocks.code, 0, (m->ram_bytes >> HV_PAGE_BITS) * sizeof *m->blocks.code);
    memset(m->blocks.code_owner, 0, m->code_page_count * sizeof *m->blocks.code_owner);
}
