#include "fuzz/contract.h"

#include "isa/encode.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

/* ---- FENCE.I ---- */

int fuzz_stored_begin(struct fuzz_stored *stored, const struct hv_config *config, struct hv_error *error)
{
    const uint32_t words = config->ram_bytes / 4;
    *stored = (struct fuzz_stored){.base = config->ram_base, .words = words, .dirty = calloc(1, words)};
    return stored->dirty ? 0 : hv_fail(error, "out of memory");
}

void fuzz_stored_end(struct fuzz_stored *stored)
{
    free(stored->dirty);
    stored->dirty = NULL;
}

static void forget(struct fuzz_stored *s)
{
    if (s->count)
        memset(s->dirty, 0, s->words);
    s->count = 0;
}

static void remember(struct fuzz_stored *s, uint32_t real)
{
    const uint32_t word = (real - s->base) / 4;
    if (word >= s->words || s->dirty[word])
        return;
    s->dirty[word] = 1;
    s->count++;
}

bool fuzz_stored_next(const struct fuzz_stored *s, const struct hv_machine *machine)
{
    uint32_t real, steps[HV_MAX_DEPTH + 1];
    unsigned count;
    return s->count && hv_machine_evaluate(machine, hv_machine_pc(machine), HV_ACCESS_FETCH, &real, steps, &count) &&
           (real - s->base) / 4 < s->words && s->dirty[(real - s->base) / 4];
}

void fuzz_stored_note(struct fuzz_stored *s, const struct hv_commit *commit, const struct hv_bus_write *writes,
                      size_t count)
{
    const bool fence_i = (commit->insn & 0x707f) == 0x100f && !commit->trap;
    if (fence_i || commit->event != HV_EVENT_NONE) {
        forget(s);
        return;
    }
    for (size_t i = 0; i < count; i++)
        remember(s, writes[i].real);
}

/* ---- hv.fence ---- */

void fuzz_compositions_begin(struct fuzz_compositions *c, const struct hv_config *config)
{
    *c = (struct fuzz_compositions){.syllable_bits = config->syllable_bits};
}

void fuzz_compositions_end(struct fuzz_compositions *c)
{
    free(c->all);
    c->all = NULL;
}

/* The first `level` syllables. */
static uint64_t cut_vmid(const struct fuzz_compositions *c, uint64_t vmid, unsigned level)
{
    const unsigned bits = level * c->syllable_bits;
    return bits >= 64 ? vmid : vmid & ((UINT64_C(1) << bits) - 1);
}

static bool add(struct fuzz_compositions *c, const struct fuzz_composition *new)
{
    if (c->count == c->capacity) {
        const size_t capacity = c->capacity ? 2 * c->capacity : 64;
        struct fuzz_composition *all = realloc(c->all, capacity * sizeof *all);
        if (!all) {
            c->failed = true;
            return false;
        }
        c->all = all;
        c->capacity = capacity;
    }
    c->all[c->count++] = *new;
    return true;
}

/* Page `page` of level `level`, which the running VM is or is inside of, is translated: as the last time? */
static bool holds(struct fuzz_compositions *c, const struct hv_machine *machine, unsigned level, uint32_t page)
{
    struct fuzz_composition now = {.vmid = cut_vmid(c, hv_machine_vmid(machine), level), .level = level, .page = page};
    now.granted = hv_machine_compose(machine, level, page, &now.real);
    for (size_t i = 0; i < c->count; i++) {
        const struct fuzz_composition *old = &c->all[i];
        if (old->vmid == now.vmid && old->level == level && old->page == page)
            return old->granted == now.granted && old->real == now.real;
    }
    return !now.granted || add(c, &now); /* a walk that fails leaves nothing */
}

/* An access of the running VM, and what the prefix memory is asked on its way. */
static bool access_holds(struct fuzz_compositions *c, const struct hv_machine *machine, uint32_t name, unsigned access)
{
    const unsigned level = hv_machine_level(machine);
    uint32_t real, names[HV_MAX_DEPTH + 1];
    unsigned count = 0;
    hv_machine_evaluate(machine, name, access, &real, names, &count);
    return (count < 1 || holds(c, machine, level, names[0] >> HV_PAGE_BITS)) &&
           (count < 2 || level < 2 || holds(c, machine, level - 1, names[1] >> HV_PAGE_BITS));
}

/* The name and kind of the data access that an instruction makes; false if it makes none. */
static bool data_access(const struct hv_machine *machine, uint32_t insn, uint32_t *name, unsigned *access)
{
    const uint32_t sign = insn >> 31 ? 0xfffff000 : 0, rs1 = hv_machine_x(machine, hv_bits(insn, 19, 15));
    const uint32_t opcode = insn & 0x7f;
    *access = opcode == 0x03 || (insn & 0xf9f0707f) == hv_match[HV_INSN_LR_W] ? HV_ACCESS_LOAD : HV_ACCESS_STORE;
    if (opcode == 0x03) /* loads */
        *name = rs1 + (sign | hv_bits(insn, 31, 20));
    else if (opcode == 0x23) /* stores */
        *name = rs1 + (sign | hv_bits(insn, 31, 25) << 5 | hv_bits(insn, 11, 7));
    else if (opcode == 0x2f) /* A */
        *name = rs1;
    else
        return false;
    return true;
}

static bool counts_associator(uint32_t insn)
{
    const uint32_t number = insn >> 20 & ~(uint32_t)0x80; /* the high half is there */
    return (insn & 0x7f) == 0x73 && hv_bits(insn, 13, 12) && number >= HV_CSR_MHPMCOUNTER_FIRST &&
           number <= HV_CSR_MHPMCOUNTER_LAST;
}

bool fuzz_compositions_hold(struct fuzz_compositions *c, const struct hv_machine *machine)
{
    const uint32_t pc = hv_machine_pc(machine);
    const unsigned level = hv_machine_level(machine);
    uint32_t real, insn = 0, name;
    unsigned access;
    if (level && !access_holds(c, machine, pc, HV_ACCESS_FETCH))
        return false;
    if (!hv_machine_evaluate(machine, pc, HV_ACCESS_FETCH, &real, NULL, NULL) ||
        !hv_machine_read_ram(machine, real, &insn, sizeof insn))
        return true;
    if (!level)
        return !counts_associator(insn);
    return !data_access(machine, insn, &name, &access) || access_holds(c, machine, name, access);
}

void fuzz_compositions_note(struct fuzz_compositions *c, const struct hv_commit *commit)
{
    const unsigned level = (unsigned)commit->level;
    if ((commit->insn & 0xfff07fff) != hv_match[HV_INSN_HV_FENCE] || commit->trap || commit->event != HV_EVENT_NONE)
        return;
    const bool all = commit->rs1_addr == 0;
    const uint64_t syllable = commit->rs1_rdata;
    if (!all && (syllable == 0 || syllable >> c->syllable_bits))
        return;
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct fuzz_composition *old = &c->all[i];
        const bool inside = old->level > level && cut_vmid(c, old->vmid, level) == commit->vmid;
        const uint64_t child = inside ? cut_vmid(c, old->vmid, level + 1) >> level * c->syllable_bits : 0;
        if (!inside || !(all || child == syllable))
            c->all[kept++] = *old;
    }
    c->count = kept;
}
