/* CSRs, by the one table of CSRs: which exist, who may use them, what they accept (docs/spec.md, 2,
 * 10.1.4 to 10.1.10), and the capabilities that gate the counters (5.3). */
#include "model/machine_internal.h"

enum kind { KIND_LEVEL, KIND_MIP, KIND_MISA, KIND_ZERO, KIND_COUNTER, KIND_UCOUNTER, KIND_HPM };
enum condition { ALWAYS, PHI_RB };

struct row {
    uint16_t first, last; /* a single CSR, or one of csrs.def's runs */
    uint8_t condition, kind;
    uint8_t word; /* KIND_LEVEL: the word of the live context */
};

/* Only a CSR that belongs to a level has a word in the processor map. */
#define WORD_LEVEL(name)    CTX_##name
#define WORD_MIP(name)      0
#define WORD_MISA(name)     0
#define WORD_ZERO(name)     0
#define WORD_COUNTER(name)  0
#define WORD_UCOUNTER(name) 0

static const struct row rows[] = {
#define CSR(name, number, condition, kind, writable, reset, note)                                                      \
    {number, number, condition, KIND_##kind, WORD_##kind(name)},
#include "isa/csrs.def"
#define HPM_RANGE(name, first, last, kind) {first, last, ALWAYS, KIND_##kind, 0},
#include "isa/csrs.def"
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Writable bits and reset value of each word of the context. pc and mode have their own rules. */
static const struct {
    uint32_t writable, reset;
} warl[CTX_WORDS] = {
#define WARL_LEVEL(name, writable, reset) [CTX_##name] = {writable, reset},
#define WARL_MIP(name, writable, reset)
#define WARL_MISA(name, writable, reset)
#define WARL_ZERO(name, writable, reset)
#define WARL_COUNTER(name, writable, reset)
#define WARL_UCOUNTER(name, writable, reset)
#define CSR(name, number, condition, kind, writable, reset, note) WARL_##kind(name, writable, reset)
#include "isa/csrs.def"
};

static const uint8_t word_condition[CTX_WORDS] = {
#define CONTEXT_WORD(name, offset, condition, meaning) [CTX_##name] = condition,
#include "isa/vmcb.def"
};

bool hvm_has_context_word(const struct hv_config *config, enum context_word word)
{
    return word_condition[word] == ALWAYS || config->phi == HV_PHI_RB;
}

uint32_t hvm_legalize(const struct hv_config *config, enum context_word word, uint32_t value)
{
    if (!hvm_has_context_word(config, word))
        return 0;
    if (word == CTX_PC)
        return value & ~3u;
    if (word == CTX_MODE)
        return value == MODE_M ? MODE_M : MODE_U;
    value = (value & warl[word].writable) | (warl[word].reset & ~warl[word].writable);
    if (word == CTX_MSTATUS && (value & HV_MSTATUS_MPP) != HV_MSTATUS_MPP)
        value &= ~(uint32_t)HV_MSTATUS_MPP;
    return value;
}

uint8_t hvm_csr_row(const struct hv_config *config, uint32_t number)
{
    for (uint8_t i = 0; i < ROWS; i++) {
        if (number >= rows[i].first && number <= rows[i].last)
            return rows[i].condition == ALWAYS || config->phi == HV_PHI_RB ? i : CSR_NONE;
    }
    return CSR_NONE;
}

bool hvm_has_capability(const struct hv_machine *m, uint32_t capability)
{
    return m->level == 0 || (m->levels[m->level].caps & capability);
}

/* The level nearest n whose CAPS lacks the capability, 0 if it is granted on every level. */
unsigned hvm_denying_level(const struct hv_machine *m, uint32_t capability)
{
    unsigned level = m->level;
    while (level && (m->levels[level].caps & capability))
        level--;
    return level;
}

unsigned hvm_line_owner(const struct hv_machine *m)
{
    unsigned level = 0;
    while (level < m->level && (m->levels[level + 1].caps & HV_CAP_LINE))
        level++;
    return level;
}

bool hvm_line_enabled(const struct hv_machine *m)
{
    const unsigned owner = hvm_line_owner(m);
    if (owner == m->level)
        return m->live[CTX_MIE] >> HV_IRQ_MEI & 1;
    return owner ? m->line_enabled : m->bank[CTX_MIE] >> HV_IRQ_MEI & 1;
}

uint32_t hvm_virtual_pending(const struct hv_machine *m, unsigned level)
{
    uint32_t pending = 0;
    for (unsigned i = 1; i <= level; i++) {
        const uint32_t handed = m->levels[i].caps & HV_CAP_LINE ? pending & EXTERNAL : 0;
        pending = (m->levels[i].vip & HV_CSR_WRITABLE_MIE) | handed;
    }
    return pending;
}

/* mip as a level sees it. */
static uint32_t interrupts_at(const struct hv_machine *m, unsigned level)
{
    const uint32_t lines = hvm_lines(m);
    if (!level)
        return lines;
    return hvm_virtual_pending(m, level) | (hvm_line_owner(m) >= level ? lines & EXTERNAL : 0);
}

uint32_t hvm_interrupts_pending(const struct hv_machine *m)
{
    return interrupts_at(m, m->level);
}

static uint32_t half_of(uint64_t value, uint32_t number)
{
    return (uint32_t)(number & 0x80 ? value >> 32 : value);
}

/* 0xb00.., 0xc00..: bits 1:0 of the number name the counter, bit 7 its high half. */
static uint64_t counter(const struct hv_machine *m, uint32_t number)
{
    switch (number & 3) {
    case 0:
        return m->counters.commits + m->mcycle_offset;
    case 1:
        return hvm_mtime(m);
    default:
        return m->counters.instructions + m->minstret_offset;
    }
}

static uint64_t hpm_counter(const struct hv_machine *m, unsigned level, uint32_t number)
{
    uint64_t value = 0;
    if (level || !m->config.counter_bits)
        return 0;
    switch (number & 31) {
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    case hpm:                                                                                                          \
        value = m->counters.associator.name;                                                                           \
        break;
#include "isa/counters.def"
    default:
        break;
    }
    return m->config.counter_bits < 64 ? value & ((UINT64_C(1) << m->config.counter_bits) - 1) : value;
}

static uint32_t misa(const struct hv_machine *m, unsigned level)
{
    uint32_t value = HV_CSR_RESET_MISA;
    if (m->config.isa == HV_ISA_RV32IMA)
        value |= HV_MISA_A;
    if (m->config.depth && (level == 0 || m->levels[level].caps & HV_CAP_VM))
        value |= HV_MISA_X;
    return value;
}

/* What a level has, whose words of the processor map are `context`. */
static uint32_t read_csr(const struct hv_machine *m, unsigned level, const uint32_t context[CTX_WORDS],
                         const struct row *row, uint32_t number)
{
    switch (row->kind) {
    case KIND_LEVEL:
        return context[row->word];
    case KIND_MIP:
        return interrupts_at(m, level);
    case KIND_MISA:
        return misa(m, level);
    case KIND_COUNTER:
    case KIND_UCOUNTER:
        return half_of(counter(m, number), number);
    case KIND_HPM:
        return half_of(hpm_counter(m, level, number), number);
    default:
        return 0;
    }
}

uint32_t hvm_csr_at(const struct hv_machine *m, unsigned level, const uint32_t context[CTX_WORDS], uint8_t row,
                    uint32_t number)
{
    return read_csr(m, level, context, &rows[row], number);
}

/* `records`: after so many more the counter has this value. */
static void write_counter(struct hv_machine *m, uint32_t number, uint32_t value, uint64_t records)
{
    uint64_t now = counter(m, number);
    uint64_t next = number & 0x80 ? (uint64_t)value << 32 | (uint32_t)now : (now & ~UINT64_C(0xffffffff)) | value;
    if ((number & 3) == 0)
        m->mcycle_offset = next - (m->counters.commits + records);
    else
        m->minstret_offset = next - (m->counters.instructions + records);
}

static void write_csr(struct hv_machine *m, const struct row *row, uint32_t number, uint32_t value, uint64_t records)
{
    if (row->kind == KIND_COUNTER)
        write_counter(m, number, value, records);
    if (row->kind != KIND_LEVEL)
        return;
    m->live[row->word] = hvm_legalize(&m->config, row->word, value);
    if (row->word == CTX_MSTATUS || row->condition == PHI_RB)
        hvm_phi_changed(m);
}

/* From outside, between two records. False: nothing can write it. */
bool hvm_csr_set(struct hv_machine *m, uint8_t row, uint32_t number, uint32_t value)
{
    if (rows[row].kind != KIND_LEVEL && rows[row].kind != KIND_COUNTER)
        return false;
    write_csr(m, &rows[row], number, value, 0);
    return true;
}

static bool writes(const struct decoded *d)
{
    return d->op == OP_CSRRW || d->op == OP_CSRRWI || d->rs1 != 0;
}

/* docs/spec.md, 10.1.4. */
static bool legal(const struct hv_machine *m, const struct decoded *d, uint32_t number)
{
    if (d->rs2 == CSR_NONE || (number >> 8 & 3) > m->live[CTX_MODE])
        return false;
    if (writes(d) && number >> 10 == 3)
        return false;
    bool gated = rows[d->rs2].kind == KIND_UCOUNTER && m->live[CTX_MODE] == MODE_U;
    return !gated || (m->live[CTX_MCOUNTEREN] >> (number & 3) & 1);
}

/* COUNTER faults: 5.3 and 6. */
static bool counter_granted(struct hv_machine *m, const struct decoded *d)
{
    uint8_t kind = rows[d->rs2].kind;
    if (m->level == 0 || (kind != KIND_COUNTER && kind != KIND_UCOUNTER))
        return true;
    unsigned denying = hvm_denying_level(m, HV_CAP_COUNTERS);
    if (!denying && writes(d))
        denying = m->level;
    return !denying || hvm_fault_vm(m, denying - 1, HV_FAULT_COUNTER, 0, m->insn);
}

static uint32_t new_value(const struct decoded *d, uint32_t old, uint32_t operand)
{
    switch (d->op) {
    case OP_CSRRW:
    case OP_CSRRWI:
        return operand;
    case OP_CSRRS:
    case OP_CSRRSI:
        return old | operand;
    default:
        return old & ~operand;
    }
}

void hvm_execute_csr(struct hv_machine *m, const struct decoded *d)
{
    uint32_t number = m->insn >> 20;
    if (!legal(m, d, number)) {
        hvm_raise_illegal(m);
        return;
    }
    if (!counter_granted(m, d)) {
        hvm_raise(m, true);
        return;
    }
    const struct row *row = &rows[d->rs2];
    bool immediate = d->op == OP_CSRRWI || d->op == OP_CSRRSI || d->op == OP_CSRRCI;
    uint32_t operand = immediate ? d->rs1 : m->x[d->rs1];
    uint32_t old = read_csr(m, m->level, m->live, row, number);
    m->x[d->rd] = old;
    if (writes(d)) /* a written counter does not advance in this record, which hvm_retire is about to count */
        write_csr(m, row, number, new_value(d, old, operand), 1);
    hvm_retire(m, m->live[CTX_PC] + 4);
}
