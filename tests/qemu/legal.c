#include "tests/qemu/legal.h"
#include "tests/qemu/machines.h"

/* Values of the table that depend on the trap. */
enum { MEANT_TARGET = 1, MEANT_STALE };
#define LEGAL_MEANT(kind) ((uint64_t)(kind) << 32)
#define LEGAL_TARGET      LEGAL_MEANT(MEANT_TARGET)
#define LEGAL_STALE       LEGAL_MEANT(MEANT_STALE)

struct csr_row {
    uint32_t first, last, written, read;
    const char *reason;
};
static const struct csr_row csr_rows[] = {
#define LEGAL_CSR(first, last, written, read, reason) {first, last, written, read, reason},
#include "tests/qemu/legal.def"
};

static const struct csr_row only_rows[] = {
#define LEGAL_ONE(first, last, reason) {first, last, 0, 0, reason},
#include "tests/qemu/legal.def"
};

struct trap_row {
    uint32_t mask, match;
    enum trap_field field;
    uint64_t model, qemu; /* a value, or one of the names above */
    const char *reason;
};
static const struct trap_row trap_rows[] = {
#define LEGAL_TRAP(mask, match, field, model, qemu, reason) {mask, match, field, model, qemu, reason},
#include "tests/qemu/legal.def"
};
const size_t legal_trap_rows = sizeof trap_rows / sizeof *trap_rows;

static const struct {
    const char *what, *reason;
} never_rows[] = {
#define LEGAL_NEVER(what, reason) {what, reason},
#include "tests/qemu/legal.def"
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct csr_row *find(const struct csr_row *rows, size_t count, uint32_t csr)
{
    for (size_t i = 0; i < count; i++)
        if (csr >= rows[i].first && csr <= rows[i].last)
            return &rows[i];
    return NULL;
}

uint32_t legal_written(uint32_t csr)
{
    const struct csr_row *row = find(csr_rows, COUNT(csr_rows), csr);
    return row ? row->written : UINT32_MAX;
}

uint32_t legal_read(uint32_t csr)
{
    const struct csr_row *row = find(csr_rows, COUNT(csr_rows), csr);
    return row ? row->read : UINT32_MAX;
}

bool legal_only_one(uint32_t csr)
{
    return find(only_rows, COUNT(only_rows), csr) != NULL;
}

/* Bits from..to of the word, put at bit `at`. */
static uint32_t move(uint32_t word, unsigned from, unsigned to, unsigned at)
{
    return (word >> from & ((UINT32_C(2) << (to - from)) - 1)) << at;
}

static uint32_t target(uint32_t insn, uint32_t epc)
{
    uint32_t sign = 0 - (insn >> 31);
    if ((insn & 0x7f) == 0x6f)
        return epc + (sign << 20 | move(insn, 12, 19, 12) | move(insn, 20, 20, 11) | move(insn, 21, 30, 1));
    return epc + (sign << 12 | move(insn, 7, 7, 11) | move(insn, 25, 30, 5) | move(insn, 8, 11, 1));
}

static bool is_meant(uint64_t value, uint32_t found, uint32_t insn, uint32_t epc)
{
    switch (value >> 32) {
    case MEANT_TARGET:
        return found == target(insn, epc);
    case MEANT_STALE:
        return found - RAM_BASE < RAM_BYTES && found % 4 == 0;
    default:
        return found == value;
    }
}

int legal_trap(enum trap_field field, uint32_t insn, uint32_t epc, uint32_t model, uint32_t qemu)
{
    for (size_t i = 0; i < legal_trap_rows; i++) {
        const struct trap_row *row = &trap_rows[i];
        if (row->field == field && (insn & row->mask) == row->match && is_meant(row->model, model, insn, epc) &&
            is_meant(row->qemu, qemu, insn, epc))
            return (int)i;
    }
    return -1;
}

void legal_print(FILE *out)
{
    static const char *const fields[] = {"mcause", "mtval"};
    fprintf(out, "| what | bits that programs write | bits compared | why |\n|---|---|---|---|\n");
    for (size_t i = 0; i < COUNT(csr_rows); i++)
        fprintf(out, "| CSR 0x%03x-0x%03x | 0x%08x | 0x%08x | %s |\n", csr_rows[i].first, csr_rows[i].last,
                csr_rows[i].written, csr_rows[i].read, csr_rows[i].reason);
    for (size_t i = 0; i < COUNT(only_rows); i++)
        fprintf(out, "| CSR 0x%03x-0x%03x | none | none | %s |\n", only_rows[i].first, only_rows[i].last,
                only_rows[i].reason);
    for (size_t i = 0; i < legal_trap_rows; i++)
        fprintf(out, "| %s of traps of words w, w & 0x%08x = 0x%08x | | one value each | %s |\n",
                fields[trap_rows[i].field], trap_rows[i].mask, trap_rows[i].match, trap_rows[i].reason);
    for (size_t i = 0; i < COUNT(never_rows); i++)
        fprintf(out, "| %s | never | | %s |\n", never_rows[i].what, never_rows[i].reason);
}
