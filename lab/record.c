#include "lab/record.h"
#include "lab/vms.h"

#include <stdlib.h>
#include <string.h>

/* Walks remembered, and numbers of VMs: tables of so many places, a power of two. */
enum { WALKS = 4096, PLACES = 1024, NO_PAGE = UINT32_MAX };

/* A walk that was evaluated; good while `age` is the recorder's. */
struct known {
    uint64_t age;
    uint32_t page;
    uint8_t access;
    struct hv_walk walk;
};

/* An access as it stands before its record is made. */
struct access {
    uint32_t relocation, page; /* page: the resource page whose walk this is, NO_PAGE: none */
    uint8_t access;
    struct hv_walk walk;
};

struct lab_recorder {
    struct hv_machine *machine;
    const struct hv_config *config;
    struct lab_vms vms;
    bool failed;
    struct hv_commit commit; /* the last record, where nobody else wants it, and its bus writes */
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t written;
    /* The VM that the last reference left running. */
    uint64_t vmid;
    unsigned level;
    uint32_t space;
    uint64_t commits; /* of the machine, behind that reference */
    /* The pages of real memory that its walks read tables from. */
    uint32_t tables[2 * HV_MAX_DEPTH];
    unsigned table_count;
    uint64_t age;
    struct known known[WALKS];
    /* Numbers of VMs by VMID and level; for collisions the table of VMs itself is searched. */
    struct {
        uint64_t vmid;
        uint32_t space;
        uint8_t level;
        bool used;
    } places[PLACES];
};

/* ---- VMs ---- */

static uint64_t packed(const struct lab_recorder *r, const struct lab_vm *vm)
{
    uint64_t vmid = 0;
    for (unsigned i = vm->level; i-- > 0;)
        vmid = vmid << r->config->syllable_bits | vm->syllable[i];
    return vmid;
}

static uint32_t search_vm(const struct lab_recorder *r, uint64_t vmid, unsigned level)
{
    uint32_t space = 0;
    while (space < r->vms.count && (r->vms.vm[space].level != level || packed(r, &r->vms.vm[space]) != vmid))
        space++;
    return space;
}

/* The number of a VM, which is brought up if it is new. */
static uint32_t space_of(struct lab_recorder *r, uint64_t vmid, unsigned level)
{
    const size_t place = (vmid * UINT64_C(0x9e3779b97f4a7c15) >> 40 ^ level) % PLACES;
    if (r->places[place].used && r->places[place].vmid == vmid && r->places[place].level == level)
        return r->places[place].space;
    uint32_t space = search_vm(r, vmid, level);
    if (space == r->vms.count) {
        uint8_t syllables[HV_MAX_DEPTH] = {0};
        for (unsigned i = 0; i < level; i++)
            syllables[i] = (uint8_t)(vmid >> i * r->config->syllable_bits & ((1u << r->config->syllable_bits) - 1));
        if (!lab_vms_add(&r->vms, syllables, level)) {
            r->failed = true;
            space = 0;
        }
    }
    r->places[place].used = true;
    r->places[place].vmid = vmid;
    r->places[place].level = (uint8_t)level;
    r->places[place].space = space;
    return space;
}

/* ---- walks ---- */

static void forget_walks(struct lab_recorder *r)
{
    r->age++;
}

static void entered(struct lab_recorder *r)
{
    r->vmid = hv_machine_vmid(r->machine);
    r->level = hv_machine_level(r->machine);
    r->space = space_of(r, r->vmid, r->level);
    r->table_count = 0;
    forget_walks(r);
    for (unsigned level = 1; level <= r->level; level++)
        for (unsigned window = 0; window < 2; window++) {
            struct hv_map map;
            if (hv_machine_map(r->machine, level, window, &map) && map.form == HV_FORM_LINEAR)
                r->tables[r->table_count++] = map.table >> HV_PAGE_BITS;
        }
}

static bool has_left(const struct lab_recorder *r)
{
    return hv_machine_vmid(r->machine) != r->vmid || hv_machine_level(r->machine) != r->level;
}

/* A store to a table changes what walks find from the next record on. */
static void look_at_writes(struct lab_recorder *r, const struct hv_bus_write *writes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned j = 0; j < r->table_count; j++)
            if (writes[i].real >> HV_PAGE_BITS == r->tables[j])
                forget_walks(r);
}

/* By the maps of the VM that made the last record. */
static struct hv_walk walk_of(struct lab_recorder *r, unsigned access, uint32_t page)
{
    struct known *known = &r->known[(page * 4 + access) % WALKS];
    if (known->age != r->age || known->page != page || known->access != access) {
        known->age = r->age;
        known->page = page;
        known->access = (uint8_t)access;
        hv_machine_walk(r->machine, r->level, access, page, &known->walk);
    }
    return known->walk;
}

static struct access access_of(struct lab_recorder *r, unsigned access, uint32_t name, uint32_t relocation)
{
    const uint32_t page = (name + relocation) >> HV_PAGE_BITS;
    return (struct access){relocation, page, (uint8_t)access, walk_of(r, access, page)};
}

static uint32_t relocation_of(const struct lab_recorder *r, unsigned access)
{
    uint32_t base, bound;
    return hv_machine_phi(r->machine, access, &base, &bound) ? base : 0;
}

/* ---- instructions ---- */

enum { OPCODE = 0x7f, LOAD = 0x03, STORE = 0x23, ATOMIC = 0x2f };

#define INSTRUCTION(name, mnemonic, mask, match, format, extension)                                                    \
    static const uint32_t mask_##name __attribute__((unused)) = (mask);                                                \
    static const uint32_t match_##name __attribute__((unused)) = (match);
#include "isa/instructions.def"

static bool is_load_reserved(uint32_t insn)
{
    return (insn & mask_LR_W) == match_LR_W;
}

/* The access (HV_ACCESS_...) to data that a word makes, if it is an instruction that makes one. */
static unsigned data_access(uint32_t insn)
{
    const uint32_t opcode = insn & OPCODE;
    if (opcode == LOAD || is_load_reserved(insn))
        return HV_ACCESS_LOAD;
    return opcode == STORE || opcode == ATOMIC ? HV_ACCESS_STORE : HV_ACCESS_NONE;
}

static uint32_t data_name(const struct lab_recorder *r, uint32_t insn)
{
    const uint32_t base = hv_machine_x(r->machine, insn >> 15 & 31);
    switch (insn & OPCODE) {
    case LOAD:
        return base + (uint32_t)((int32_t)insn >> 20);
    case STORE:
        return base + ((uint32_t)((int32_t)insn >> 25) << 5 | (insn >> 7 & 31));
    default:
        return base;
    }
}

/* The word that the next record executes, if a walk's answer holds; 0: it is not known. */
static uint32_t next_word(const struct lab_recorder *r, const struct access *fetch, uint32_t pc)
{
    const uint32_t real = fetch->walk.real << HV_PAGE_BITS | ((pc + fetch->relocation) & (HV_PAGE_BYTES - 1));
    const uint32_t offset = real - r->config->ram_base;
    if (!(fetch->walk.below_rights & LAB_RIGHT_RAM) || offset >= r->config->ram_bytes)
        return 0;
    const uint8_t *p = hv_machine_ram(r->machine) + offset;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static unsigned size_of(uint32_t insn)
{
    return (insn & OPCODE) == LOAD || (insn & OPCODE) == STORE ? 1u << (insn >> 12 & 3) : 4;
}

/* ---- references ---- */

static void fill_walk(struct lab_reference *reference, const struct hv_walk *walk)
{
    reference->below = walk->below;
    reference->lacks_top = (uint8_t)(LAB_RIGHTS & ~walk->top_rights);
    reference->lacks_below = (uint8_t)(LAB_RIGHTS & ~walk->below_rights);
    reference->reads = (uint8_t)(walk->top_reads | walk->below_reads << 4);
}

/* An access of the program, whose walk was evaluated before the record; else, when what was executed is not what memory
 * holds, it is evaluated now. */
static void put_access(struct lab_recorder *r, struct lab_reference *out, const struct access *before, unsigned access,
                       bool translated)
{
    out->space = r->space;
    out->level = (uint8_t)r->level;
    out->relocation = before->relocation;
    if (!translated) {
        out->flags |= LAB_UNTRANSLATED;
        return;
    }
    const uint32_t page = (uint32_t)lab_resource(out) >> HV_PAGE_BITS;
    if (before->page == page && before->access == access) {
        fill_walk(out, &before->walk);
    } else {
        const struct hv_walk walk = walk_of(r, access, page);
        fill_walk(out, &walk);
    }
}

static unsigned put_fetch(struct lab_recorder *r, struct lab_reference *out, const struct hv_commit *commit,
                          const struct access *before)
{
    const bool translated = commit->accesses & 1;
    const bool fetched = !r->level && !commit->intr && !(commit->trap && commit->cause == HV_EXC_FETCH_FAULT);
    if (!translated && !fetched)
        return 0;
    *out = (struct lab_reference){.address = commit->pc_rdata, .kind = LAB_FETCH, .size = 4};
    put_access(r, out, before, HV_ACCESS_FETCH, translated);
    return 1;
}

static unsigned put_data(struct lab_recorder *r, struct lab_reference *out, const struct hv_commit *commit,
                         const struct access *before)
{
    const uint32_t insn = (uint32_t)commit->insn;
    const bool translated = commit->accesses & 2;
    if (!translated && !commit->mem_rmask && !commit->mem_wmask)
        return 0;
    unsigned access = data_access(insn);
    access = access ? access : HV_ACCESS_LOAD; /* LVMID's operand */
    *out = (struct lab_reference){.address = commit->mem_addr,
                                  .kind = access == HV_ACCESS_LOAD ? LAB_LOAD : LAB_STORE,
                                  .size = (uint16_t)size_of(insn),
                                  .flags = (insn & OPCODE) == ATOMIC ? LAB_ATOMIC : 0};
    put_access(r, out, before, access, translated);
    return 1;
}

static unsigned put_fence(struct lab_recorder *r, struct lab_reference *out, const struct hv_commit *commit)
{
    const uint32_t insn = (uint32_t)commit->insn, syllable = (uint32_t)commit->rs1_rdata;
    if ((insn & mask_HV_FENCE) != match_HV_FENCE || commit->trap || commit->event)
        return 0;
    *out = (struct lab_reference){.kind = LAB_FLUSH, .space = r->space, .level = (uint8_t)r->level};
    if (r->level == r->config->depth) {
        out->flags = LAB_NOTHING;
    } else if (!(insn >> 15 & 31)) {
        out->flags = LAB_CHILDREN;
    } else if (!syllable || syllable >> r->config->syllable_bits) {
        out->flags = LAB_NOTHING;
    } else {
        out->level++;
        out->space = space_of(r, r->vmid | (uint64_t)syllable << r->level * r->config->syllable_bits, r->level + 1);
    }
    return 1;
}

static unsigned put_enter(struct lab_recorder *r, struct lab_reference *out)
{
    if (!has_left(r))
        return 0;
    entered(r);
    *out = (struct lab_reference){.kind = LAB_ENTER, .space = r->space, .level = (uint8_t)r->level};
    return 1;
}

/* The accesses that the next record may make, as things are before it. */
static void look_ahead(struct lab_recorder *r, struct access *fetch, struct access *data)
{
    const uint32_t pc = hv_machine_pc(r->machine);
    *fetch = (struct access){.relocation = relocation_of(r, HV_ACCESS_FETCH), .page = NO_PAGE};
    *data = (struct access){.relocation = relocation_of(r, HV_ACCESS_LOAD), .page = NO_PAGE};
    if (!r->level)
        return;
    *fetch = access_of(r, HV_ACCESS_FETCH, pc, fetch->relocation);
    const uint32_t insn = next_word(r, fetch, pc);
    const unsigned access = data_access(insn);
    if (access)
        *data = access_of(r, access, data_name(r, insn), data->relocation);
}

enum hv_stop lab_recorder_step(struct lab_recorder *r, struct lab_reference *out, unsigned *count,
                               struct hv_commit *commit)
{
    struct access fetch, data;
    unsigned n = *count = 0;
    if (hv_machine_stopped(r->machine) == HV_STOP_FINISHED || hv_machine_stopped(r->machine) == HV_STOP_HALTED)
        return hv_machine_stopped(r->machine);
    commit = commit ? commit : &r->commit;
    n += put_enter(r, out);
    if (hv_machine_counters(r->machine)->commits != r->commits) /* it has run by itself */
        entered(r);
    look_ahead(r, &fetch, &data);
    const enum hv_stop stop = hv_machine_step(r->machine, NULL, commit, r->writes, HV_MAX_WRITES, &r->written);
    n += put_fetch(r, out + n, commit, &fetch);
    n += put_data(r, out + n, commit, &data);
    n += put_fence(r, out + n, commit);
    look_at_writes(r, r->writes, r->written);
    n += put_enter(r, out + n);
    r->commits = hv_machine_counters(r->machine)->commits;
    *count = n;
    return stop;
}

const struct hv_bus_write *lab_recorder_writes(const struct lab_recorder *r, size_t *count)
{
    *count = r->written;
    return r->writes;
}

/* ---- the recorder ---- */

struct lab_recorder *lab_recorder_new(struct hv_machine *machine)
{
    struct lab_recorder *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->machine = machine;
    r->config = hv_machine_config(machine);
    r->age = 1;
    if (lab_vms_add(&r->vms, NULL, 0))
        return r;
    free(r);
    return NULL;
}

void lab_recorder_free(struct lab_recorder *recorder)
{
    if (recorder)
        free(recorder->vms.vm);
    free(recorder);
}

struct lab_trace_facts lab_recorder_facts(const struct lab_recorder *r)
{
    return (struct lab_trace_facts){.format = "",
                                    .program = "",
                                    .page_bits = HV_PAGE_BITS,
                                    .syllable_bits = r->config->syllable_bits,
                                    .depth = r->config->depth,
                                    .instructions = hv_machine_counters(r->machine)->instructions};
}

uint32_t lab_recorder_vms(const struct lab_recorder *r)
{
    return r->vms.count;
}

const struct lab_vm *lab_recorder_vm(const struct lab_recorder *r, uint32_t space)
{
    return &r->vms.vm[space];
}

bool lab_recorder_failed(const struct lab_recorder *r)
{
    return r->failed;
}
