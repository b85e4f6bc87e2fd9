#include "gdb/registers.h"

#include "view/disassemble.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- The description ---- */

/* CSRs in the order of the table. */
static const struct {
    uint16_t first, last;
} rows[] = {
#define CSR(name, number, condition, kind, writable, reset, note) {number, number},
#include "isa/csrs.def"
#define HPM_RANGE(name, first, last, kind) {first, last},
#include "isa/csrs.def"
};

static void describe(FILE *out, const char *name, unsigned bits, unsigned number, const char *more)
{
    fprintf(out, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\"%s/>\n", name, bits, number, more);
}

static void describe_csrs(FILE *out, const struct hv_machine *machine)
{
    uint32_t ignored;
    char name[24];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned number = rows[i].first; number <= rows[i].last; number++) {
            if (!hv_machine_csr(machine, 0, number, &ignored))
                continue;
            view_csr_name(number, name, sizeof name);
            describe(out, name, 32, GDB_REGISTER_CSR + number, " save-restore=\"no\" group=\"csr\"");
        }
}

char *gdb_target_description(const struct hv_machine *machine)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
          "<architecture>riscv:rv32</architecture>\n<feature name=\"org.gnu.gdb.riscv.cpu\">\n",
          out);
    for (unsigned i = 0; i < 32; i++)
        describe(out, view_register_name(i), 32, i, i == 1 ? " type=\"code_ptr\"" : i == 2 ? " type=\"data_ptr\"" : "");
    describe(out, "pc", 32, GDB_REGISTER_PC, " type=\"code_ptr\"");
    fputs("</feature>\n<feature name=\"org.gnu.gdb.riscv.virtual\">\n", out);
    describe(out, "priv", 32, GDB_REGISTER_PRIV, " save-restore=\"no\"");
    fputs("</feature>\n<feature name=\"org.gnu.gdb.riscv.csr\">\n", out);
    describe_csrs(out, machine);
    fputs("</feature>\n<feature name=\"nestor.vmid\">\n", out);
    describe(out, "level", 32, GDB_REGISTER_LEVEL, " save-restore=\"no\" group=\"system\"");
    describe(out, "vmid", 64, GDB_REGISTER_VMID, " save-restore=\"no\" group=\"system\"");
    fputs("</feature>\n</target>\n", out);
    const bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}

/* ---- Values ---- */

/* The VMID's first `level` syllables. */
static uint64_t prefix(const struct hv_machine *machine, unsigned level)
{
    const unsigned bits = level * hv_machine_config(machine)->syllable_bits;
    return bits < 64 ? hv_machine_vmid(machine) & ((UINT64_C(1) << bits) - 1) : hv_machine_vmid(machine);
}

static unsigned size_of(uint64_t number)
{
    return number == GDB_REGISTER_VMID ? 8 : 4;
}

enum known { NO_REGISTER, UNAVAILABLE, KNOWN };

static enum known read_register(const struct hv_machine *machine, unsigned level, uint64_t number, uint64_t *value)
{
    const unsigned running = hv_machine_level(machine);
    uint32_t pc, csr = 0;
    unsigned mode;
    if (!hv_machine_level_pc(machine, level, &pc, &mode))
        return read_register(machine, running, number, value) == NO_REGISTER ? NO_REGISTER : UNAVAILABLE;
    if (number < GDB_REGISTER_PC) {
        *value = hv_machine_x(machine, (unsigned)number);
        return level == running || number == 0 ? KNOWN : UNAVAILABLE;
    }
    if (number >= GDB_REGISTER_CSR && number < GDB_REGISTER_PRIV) {
        const bool found = hv_machine_csr(machine, level, (uint32_t)number - GDB_REGISTER_CSR, &csr);
        *value = csr;
        return found ? KNOWN : NO_REGISTER;
    }
    switch (number) {
    case GDB_REGISTER_PC:
        *value = pc;
        return level == running ? KNOWN : UNAVAILABLE;
    case GDB_REGISTER_PRIV:
        *value = mode;
        return KNOWN;
    case GDB_REGISTER_LEVEL:
        *value = level;
        return KNOWN;
    case GDB_REGISTER_VMID:
        *value = prefix(machine, level);
        return KNOWN;
    default:
        return NO_REGISTER;
    }
}

bool gdb_register_put(struct gdb_text *text, const struct hv_machine *machine, unsigned level, uint64_t number)
{
    uint64_t value = 0;
    const enum known known = read_register(machine, level, number, &value);
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    if (known == KNOWN)
        gdb_put_hex(text, bytes, size_of(number));
    else if (known == UNAVAILABLE)
        gdb_put(text, "xxxxxxxxxxxxxxxx", 2 * size_of(number));
    return known != NO_REGISTER;
}

bool gdb_register_set(struct gdb_scan *scan, struct hv_machine *machine, uint64_t number)
{
    uint8_t b[4];
    if (!gdb_scan_hex(scan, b, sizeof b))
        return false;
    const uint32_t value = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    if (number < GDB_REGISTER_PC)
        return number == 0 || hv_machine_set_x(machine, (unsigned)number, value);
    if (number == GDB_REGISTER_PC)
        hv_machine_set_pc(machine, value);
    else
        return number >= GDB_REGISTER_CSR && number < GDB_REGISTER_PRIV &&
               hv_machine_set_csr(machine, (uint32_t)number - GDB_REGISTER_CSR, value);
    return true;
}
