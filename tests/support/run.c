/* A directed case on the model, and what the spec says of every VM event, whatever the case: which words
 * are written, in which order, where control goes, and that the VMID changes in no other way. */
#include "tests/support/cases.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL = 8 };

struct machine_pool {
    struct hv_machine *machine[POOL];
    unsigned next;
};

struct run {
    const struct directed_case *c;
    struct hv_machine *machine;
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t write_count, writes_checked;
    unsigned current; /* VM that must run */
    uint32_t next_pc;
    size_t event;
    uint32_t fault_count[TREE_VMS];
    bool broken;    /* the last record was an LVMID whose chain broke */
    unsigned *seen; /* per field check, records met */
    uint64_t x[32]; /* the general registers, which belong to whoever runs: one set */
    char *message;
    size_t size;
};

/* Record what differs; the first finding stands. */
static bool differ(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool differ(struct run *run, const char *format, ...)
{
    if (run->message[0])
        return false;
    const struct hv_commit *r = &run->commit;
    int n = snprintf(run->message, run->size,
                     "%s: record %" PRIu64 " (vmid %" PRIx64 " pc %08" PRIx64 " insn %08" PRIx64 " event %" PRIu64
                     " trap %" PRIu64 " cause %" PRIx64 " address %" PRIx64 " level after %" PRIu64 "): ",
                     run->c->name, r->order, r->vmid, r->pc_rdata, r->insn, r->event, r->trap, r->cause,
                     r->event ? r->fault_addr : r->tval, r->target_level);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run->message + n, run->size - (size_t)n, format, arguments);
    va_end(arguments);
    return false;
}

static bool same(struct run *run, const char *what, uint64_t found, uint64_t expected)
{
    if (found == expected)
        return true;
    return differ(run, "%s: found 0x%" PRIx64 ", expected 0x%" PRIx64, what, found, expected);
}

struct machine_pool *machine_pool_new(void)
{
    return calloc(1, sizeof(struct machine_pool));
}

void machine_pool_free(struct machine_pool *pool)
{
    for (unsigned i = 0; i < POOL; i++)
        if (pool->machine[i])
            hv_machine_free(pool->machine[i]);
    free(pool);
}

static struct hv_machine *pool_machine(struct machine_pool *pool, const struct hv_config *config)
{
    for (unsigned i = 0; i < POOL; i++)
        if (pool->machine[i] && !memcmp(hv_machine_config(pool->machine[i]), config, sizeof *config))
            return pool->machine[i];
    struct hv_error error;
    struct hv_machine *machine = hv_machine_new(config, &error);
    if (!machine) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
    if (pool->machine[pool->next])
        hv_machine_free(pool->machine[pool->next]);
    pool->machine[pool->next] = machine;
    pool->next = (pool->next + 1) % POOL;
    return machine;
}

struct hv_machine *pool_load(struct machine_pool *pool, const struct directed_case *c)
{
    static const uint8_t zero[HV_PAGE_BYTES];
    struct hv_machine *machine = pool_machine(pool, &c->config);
    for (uint32_t page = 0; page < c->config.ram_bytes; page += HV_PAGE_BYTES)
        hv_machine_write_ram(machine, c->config.ram_base + page, zero, sizeof zero);
    for (size_t i = 0; i < c->chunk_count; i++)
        hv_machine_write_ram(machine, c->chunks[i].real, c->chunks[i].bytes, c->chunks[i].length);
    hv_machine_reset(machine);
    hv_machine_windows(machine, directed_window, NULL);
    return machine;
}

static uint32_t ram_word(const struct run *run, uint32_t real)
{
    uint8_t byte[4] = {0};
    hv_machine_read_ram(run->machine, real, byte, sizeof byte);
    return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static unsigned ancestor(const struct run *run, unsigned vm, unsigned level)
{
    while (run->c->vms[vm].level > level)
        vm = run->c->vms[vm].parent;
    return vm;
}

/* Bus writes: the next one must be this word. */
static bool wrote(struct run *run, const char *what, uint32_t real, bool any, uint32_t data)
{
    if (run->writes_checked >= run->write_count)
        return differ(run, "%s: not written", what);
    const struct hv_bus_write *write = &run->writes[run->writes_checked++];
    return same(run, what, write->real, real) && same(run, "byte lanes", write->mask, 15) &&
           (any || same(run, what, write->data, data));
}

static bool wrote_context(struct run *run, unsigned vm, uint32_t pc)
{
    static const uint32_t offsets[] = {
#define CONTEXT_WORD(name, offset, condition, meaning) (offset),
#include "isa/vmcb.def"
    };
    size_t count = sizeof offsets / sizeof offsets[0] - (run->c->config.phi == HV_PHI_RB ? 0 : 3);
    uint32_t vmcb = run->c->vms[vm].vmcb;
    if (!wrote(run, "context pc", vmcb + offsets[0], false, pc) ||
        !wrote(run, "context mode", vmcb + offsets[1], false, (uint32_t)run->commit.mode))
        return false;
    for (size_t i = 2; i < count; i++)
        if (!wrote(run, "context", vmcb + offsets[i], true, 0))
            return false;
    return true;
}

/* The instruction word of the fault record (docs/spec.md, 10.5). */
static uint32_t fault_instruction(const struct hv_commit *r)
{
    unsigned code = r->cause & 15, access = r->cause >> HV_CAUSE_ACCESS_SHIFT & 15;
    bool none = r->cause & HV_CAUSE_IMPLICIT || access == HV_ACCESS_FETCH || code == HV_FAULT_EXIT ||
                code == HV_FAULT_WFI || code == HV_FAULT_DEPTH || code == HV_FAULT_INTERRUPT;
    return none ? 0 : (uint32_t)r->insn;
}

/* An instruction that traps or VM-faults does nothing. */
static bool check_nothing_done(struct run *run)
{
    const struct hv_commit *r = &run->commit;
    return same(run, "rd", r->rd_addr, 0) && same(run, "rd value", r->rd_wdata, 0) &&
           same(run, "rmask", r->mem_rmask, 0) && same(run, "wmask", r->mem_wmask, 0) &&
           same(run, "mem_real", r->mem_real, 0) && same(run, "mem_rdata", r->mem_rdata, 0) &&
           same(run, "mem_wdata", r->mem_wdata, 0);
}

static bool check_vm_fault(struct run *run, const struct event *e)
{
    const struct hv_commit *r = &run->commit;
    const struct directed_vm *to = &run->c->vms[e->to];
    unsigned owned = ancestor(run, e->vm, to->level + 1), code = r->cause & 15;
    bool after = code == HV_FAULT_EXIT || code == HV_FAULT_WFI;
    uint32_t pc = (uint32_t)r->pc_rdata + (after ? 4 : 0), vmcb = run->c->vms[owned].vmcb;
    if (!run->broken && !wrote_context(run, e->vm, pc))
        return false;
    if (!wrote(run, "fault cause", vmcb + HV_VMCB_FAULT_CAUSE, false, e->cause) ||
        !wrote(run, "fault address", vmcb + HV_VMCB_FAULT_ADDRESS, false, e->address) ||
        !wrote(run, "fault instruction", vmcb + HV_VMCB_FAULT_INSTRUCTION, false, fault_instruction(r)) ||
        !wrote(run, "fault count", vmcb + HV_VMCB_FAULT_COUNT, false, ++run->fault_count[owned]))
        return false;
    if (to->level && !wrote(run, "NEXT_SYLLABLE", to->vmcb + HV_VMCB_NEXT_SYLLABLE, false, 0))
        return false;
    run->current = e->to;
    return same(run, "pc after", r->pc_wdata, run->c->config.hv_root + HV_ROOT_ENTRY) && check_nothing_done(run);
}

/* What LVMID of e->vm must write, and load: `before` is RAM as it was, by the SKIP bits. */
static bool check_lvmid(struct run *run, const struct event *e, const uint32_t *skip, uint32_t pc, uint32_t x)
{
    const struct hv_commit *r = &run->commit;
    const struct directed_vm *vms = run->c->vms;
    unsigned level = vms[e->vm].level, bits = run->c->config.syllable_bits, rs1 = r->insn >> 15 & 31;
    uint32_t syllable = (uint32_t)(vms[e->to].vmid >> level * bits) & ((1u << bits) - 1);
    bool skipped = false;
    if (level && (!wrote_context(run, e->vm, (uint32_t)r->pc_rdata + 4) ||
                  !wrote(run, "NEXT_SYLLABLE", vms[e->vm].vmcb + HV_VMCB_NEXT_SYLLABLE, false, syllable)))
        return false;
    for (unsigned j = level + 1; e->kind == E_LVMID && j <= vms[e->to].level; j++) {
        if (!(skip[j] & HV_VMCB_RESUME_SKIP))
            continue;
        skipped = true;
        if (!wrote(run, "RESUME", vms[ancestor(run, e->to, j)].vmcb + HV_VMCB_RESUME, false,
                   skip[j] & ~(uint32_t)HV_VMCB_RESUME_SKIP))
            return false;
    }
    run->current = e->to;
    uint32_t after = e->kind == E_BROKEN ? (uint32_t)r->pc_rdata + 4 : (pc & ~3u) + (skipped ? 4 : 0);
    return same(run, "rmask", r->mem_rmask, 15) && same(run, "operand", r->mem_rdata, syllable) &&
           same(run, "wmask", r->mem_wmask, 0) && same(run, "pc after LVMID", r->pc_wdata, after) &&
           same(run, "rd", r->rd_addr, rs1) && same(run, "rd value", r->rd_wdata, rs1 ? x : 0) &&
           same(run, "mode", r->mode, 3);
}

/* Fields of a VM event or trap that the case gives. */
static bool check_event(struct run *run, const struct event *e)
{
    const struct hv_commit *r = &run->commit;
    bool trap = e->kind == E_TRAP, fault = e->kind == E_VM_FAULT;
    enum hv_event kind = trap ? HV_EVENT_NONE : fault ? HV_EVENT_VM_FAULT : HV_EVENT_LVMID;
    return same(run, "VM that runs", r->vmid, run->c->vms[e->vm].vmid) && same(run, "event", r->event, kind) &&
           same(run, "trap", r->trap, trap) && same(run, "cause", r->cause, e->cause) &&
           same(run, trap ? "mtval" : "fault address", trap ? r->tval : r->fault_addr, e->address) &&
           same(run, "target level", r->target_level, trap ? 0 : run->c->vms[e->to].level) &&
           (e->pc == ANY || same(run, "pc", r->pc_rdata, e->pc)) &&
           (e->order == ANY_ORDER || same(run, "order", r->order, e->order)) &&
           (e->after == ANY || same(run, "next pc", r->pc_wdata, e->after)) &&
           (e->insn == ANY || same(run, "insn", r->insn, e->insn));
}

/* The associator's counters of one record can only be so (docs/spec.md, 7). */
static bool check_counters(struct run *run)
{
    const struct hv_commit *r = &run->commit;
    uint64_t counted = r->accesses | r->walk_reads_fetch | r->walk_reads_data;
    if (r->level == 0 && !same(run, "translations at level 0", counted, 0))
        return false;
    return same(run, "lookups without access", r->lookups & ~r->accesses, 0) &&
           same(run, "hits and misses", r->hits | r->misses, r->lookups) &&
           same(run, "a hit that misses", r->hits & r->misses, 0) &&
           same(run, "fills without a miss", r->fills & ~r->misses, 0) &&
           same(run, "prefix hits without a miss", r->prefix_hits & ~r->misses, 0);
}

static bool check_fields(struct run *run)
{
    for (size_t i = 0; i < run->c->field_count; i++) {
        const struct field_check *f = &run->c->fields[i];
        if (run->commit.pc_rdata != f->pc || run->commit.vmid != run->c->vms[f->vm].vmid ||
            run->seen[i]++ != f->occurrence)
            continue;
        static const char *const names[] = {
#define COMMIT_FIELD(name, bits, port, meaning) #name,
#include "isa/commit.def"
        };
        const uint64_t values[] = {
#define COMMIT_FIELD(name, bits, port, meaning) run->commit.name,
#include "isa/commit.def"
        };
        if (!same(run, names[f->field], values[f->field], f->value))
            return false;
    }
    return true;
}

/* The registers a word reads, by its row of isa/instructions.def; none in an illegal one. */
static void sources(uint32_t word, bool *first, bool *second)
{
    static const struct {
        uint32_t mask, match;
        enum hv_format format;
    } rows[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match, HV_FORMAT_##format},
#include "isa/instructions.def"
    };
    const unsigned reads_1 = 1u << HV_FORMAT_R | 1u << HV_FORMAT_I | 1u << HV_FORMAT_SH | 1u << HV_FORMAT_S |
                             1u << HV_FORMAT_B | 1u << HV_FORMAT_CSR | 1u << HV_FORMAT_A | 1u << HV_FORMAT_AL |
                             1u << HV_FORMAT_V | 1u << HV_FORMAT_V1,
                   reads_2 = 1u << HV_FORMAT_R | 1u << HV_FORMAT_S | 1u << HV_FORMAT_B | 1u << HV_FORMAT_A;
    *first = *second = false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((word & rows[i].mask) == rows[i].match) {
            *first = reads_1 >> rows[i].format & 1;
            *second = reads_2 >> rows[i].format & 1;
        }
}

/* VM events leave the general registers alone: what was written last is what is read next. */
static bool check_registers(struct run *run)
{
    const struct hv_commit *r = &run->commit;
    bool first, second, illegal = r->trap && !r->intr && r->cause == HV_EXC_ILLEGAL;
    sources(illegal ? 0 : (uint32_t)r->insn, &first, &second);
    if (!same(run, "rs1", r->rs1_addr, first ? r->insn >> 15 & 31 : 0) ||
        !same(run, "rs2", r->rs2_addr, second ? r->insn >> 20 & 31 : 0) ||
        !same(run, "rs1's value", r->rs1_rdata, run->x[r->rs1_addr]) ||
        !same(run, "rs2's value", r->rs2_rdata, run->x[r->rs2_addr]))
        return false;
    if (r->rd_addr)
        run->x[r->rd_addr] = r->rd_wdata;
    return true;
}

/* Bytes of an access by the low bits of funct3, as a mask. */
static uint64_t width_mask(uint32_t insn)
{
    return (1u << (1u << (insn >> 12 & 3))) - 1;
}

static uint32_t low_bytes(uint32_t value, uint64_t mask)
{
    return mask == 15 ? value : value & (mask == 3 ? 0xffff : 0xff);
}

static uint32_t extended(uint32_t insn, uint32_t data)
{
    switch (insn >> 12 & 7) {
    case 0:
        return (uint32_t)(int8_t)data;
    case 1:
        return (uint32_t)(int16_t)data;
    default:
        return data;
    }
}

/* The process name that an instruction's access has; 0 if it makes none. */
static uint32_t access_name(const struct hv_commit *r)
{
    uint32_t insn = (uint32_t)r->insn, base = (uint32_t)r->rs1_rdata;
    uint32_t upper = (uint32_t)((int32_t)insn >> 20);
    bool illegal = r->trap && r->cause == HV_EXC_ILLEGAL, depth = r->event && (r->cause & 15) == HV_FAULT_DEPTH;
    if (illegal || depth)
        return 0;
    switch (insn & 0x7f) {
    case 0x03:
        return base + upper;
    case 0x23:
        return base + ((upper & ~31u) | (insn >> 7 & 31));
    case 0x2f:
        return base;
    default:
        return (insn & 0x707f) == word_lvmid(0, 0) ? base + upper : 0;
    }
}

/* The bytes at the real name, after the record. */
static bool check_bytes(struct run *run, uint64_t mask, uint64_t data)
{
    uint32_t real = (uint32_t)run->commit.mem_real, word = ram_word(run, real & ~3u) >> 8 * (real & 3);
    if (real - run->c->config.ram_base >= run->c->config.ram_bytes)
        return true;
    return same(run, "data beside RAM's", data, low_bytes(word, mask));
}

/* What a load, store or atomic access that was done says of itself. */
static bool check_access(struct run *run)
{
    const struct hv_commit *r = &run->commit;
    uint32_t insn = (uint32_t)r->insn, opcode = insn & 0x7f;
    bool sc_failed = opcode == 0x2f && insn >> 27 == 3 && r->rd_wdata, lr = opcode == 0x2f && insn >> 27 == 2;
    bool reads = opcode == 0x03 || (opcode == 0x2f && insn >> 27 != 3),
         writes = opcode == 0x23 || (opcode == 0x2f && !lr);
    uint64_t mask = width_mask(insn);
    if (sc_failed)
        reads = writes = false;
    if (!same(run, "rmask", r->mem_rmask, reads ? mask : 0) || !same(run, "wmask", r->mem_wmask, writes ? mask : 0))
        return false;
    if (reads && r->rd_addr && !same(run, "rd of a load", r->rd_wdata, extended(insn, (uint32_t)r->mem_rdata)))
        return false;
    if (writes && opcode == 0x23 &&
        !same(run, "data of a store", r->mem_wdata, low_bytes((uint32_t)r->rs2_rdata, mask)))
        return false;
    if (writes)
        return check_bytes(run, mask, r->mem_wdata);
    return !reads || check_bytes(run, mask, r->mem_rdata);
}

/* An ordinary instruction writes what its record says, one word at most. */
static bool check_stored(struct run *run)
{
    const struct hv_commit *r = &run->commit;
    unsigned lane = r->mem_real & 3;
    if (!r->mem_wmask)
        return same(run, "words written", run->write_count, 0);
    const struct hv_bus_write *write = &run->writes[0];
    return same(run, "words written", run->write_count, 1) &&
           same(run, "word written", write->real, r->mem_real - lane) &&
           same(run, "byte lanes", write->mask, r->mem_wmask << lane) &&
           same(run, "data written", write->data, r->mem_wdata << 8 * lane & UINT32_MAX);
}

/* Between events nothing moves the VMID and control goes where the last record said. */
static bool check_record(struct run *run)
{
    const struct directed_vm *vm = &run->c->vms[run->current];
    const struct hv_commit *r = &run->commit;
    return same(run, "vmid", r->vmid, vm->vmid) && same(run, "level", r->level, vm->level) &&
           same(run, "pc", r->pc_rdata, run->next_pc) && check_counters(run) && check_fields(run);
}

/* What memory holds of the VMCBs an LVMID may append, before it. */
struct before {
    uint32_t skip[TREE_VMS], pc[TREE_VMS], x[TREE_VMS];
};

static void look(const struct run *run, struct before *before)
{
    uint32_t pc = hv_machine_pc(run->machine), insn = 0, steps[HV_MAX_DEPTH + 1], real;
    unsigned count;
    if (hv_machine_evaluate(run->machine, pc, HV_ACCESS_FETCH, &real, steps, &count))
        insn = ram_word(run, real);
    if ((insn & 0x7fff) != word_lvmid(0, 0))
        return;
    for (unsigned i = 1; i < run->c->vm_count; i++) {
        uint32_t vmcb = run->c->vms[i].vmcb;
        before->skip[i] = ram_word(run, vmcb + HV_VMCB_RESUME);
        before->pc[i] = ram_word(run, vmcb + HV_VMCB_CTX_PC);
        before->x[i] = ram_word(run, vmcb + HV_VMCB_X0 + 4 * (insn >> 15 & 31));
    }
}

/* A store that the bus ends with err was on the bus before the event. */
static bool check_refused_store(struct run *run)
{
    const struct hv_bus_write *write = &run->writes[0];
    const uint32_t real = write->real, insn = (uint32_t)run->commit.insn;
    if (!run->write_count || hv_config_device_at(&run->c->config, real) < HV_DEVICE_WINDOW ||
        hv_config_device_at(&run->c->config, real) == HV_DEVICE_NONE)
        return true;
    run->writes_checked++;
    const uint64_t mask = width_mask(insn), lane = run->commit.mem_addr & 3;
    return same(run, "opcode of a refused store", insn & 0x7f, 0x23) &&
           same(run, "byte lanes", write->mask, mask << lane) &&
           same(run, "data", write->data, low_bytes((uint32_t)run->commit.rs2_rdata, mask) << 8 * lane & UINT32_MAX);
}

static bool check_vm_event(struct run *run, const struct before *before)
{
    const struct directed_case *c = run->c;
    if (run->event == c->event_count)
        return differ(run, "an event too many, expected %zu", c->event_count);
    const struct event *e = &c->events[run->event++];
    if (!check_event(run, e) || !check_refused_store(run))
        return false;
    bool ok = true;
    if (e->kind == E_VM_FAULT) {
        ok = check_vm_fault(run, e);
    } else if (e->kind == E_TRAP) {
        ok = check_nothing_done(run) && same(run, "mode after a trap", hv_machine_mode(run->machine), 3);
    } else {
        uint32_t skip[HV_MAX_DEPTH + 1] = {0};
        unsigned child = ancestor(run, e->to, c->vms[e->vm].level + 1);
        for (unsigned j = c->vms[e->vm].level + 1; j <= c->vms[e->to].level; j++)
            skip[j] = before->skip[ancestor(run, e->to, j)];
        ok = check_lvmid(run, e, skip, before->pc[e->to], before->x[child]);
    }
    run->broken = e->kind == E_BROKEN;
    return ok && same(run, "words written", run->write_count, run->writes_checked);
}

static bool step(struct run *run, enum hv_stop *stop, uint64_t order)
{
    struct before before = {{0}, {0}, {0}};
    look(run, &before);
    run->commit.order = UINT64_MAX;
    run->writes_checked = 0;
    *stop = hv_machine_step(run->machine, NULL, &run->commit, run->writes, HV_MAX_WRITES, &run->write_count);
    if (run->commit.order == UINT64_MAX)
        return true;
    if (!same(run, "order", run->commit.order, order))
        return false;
    if (!check_registers(run) || !same(run, "mem_addr", run->commit.mem_addr, access_name(&run->commit)))
        return false;
    if (run->c->events_free)
        return check_counters(run) && check_fields(run);
    if (!check_record(run))
        return false;
    run->next_pc = (uint32_t)run->commit.pc_wdata;
    if (run->commit.event != HV_EVENT_NONE || run->commit.trap)
        return check_vm_event(run, &before);
    run->broken = false;
    return check_stored(run) && check_access(run);
}

static bool check_end(struct run *run, enum hv_stop stop)
{
    const struct directed_case *c = run->c;
    if (!same(run, "events seen", run->event, c->events_free ? 0 : c->event_count) ||
        !same(run, "stopped because", stop, c->stop) ||
        (stop == HV_STOP_FINISHED && !same(run, "exit code", hv_machine_exit_code(run->machine), c->exit_code)))
        return false;
    for (size_t i = 0; i < c->field_count; i++)
        if (run->seen[i] <= c->fields[i].occurrence)
            return differ(run, "pc %08" PRIx32 " was met %u times, expected more than %u", c->fields[i].pc,
                          run->seen[i], c->fields[i].occurrence);
    for (size_t i = 0; i < c->word_count; i++)
        if (ram_word(run, c->words[i].real) != c->words[i].value)
            return differ(run, "RAM at %08" PRIx32 ": found %08" PRIx32 ", expected %08" PRIx32, c->words[i].real,
                          ram_word(run, c->words[i].real), c->words[i].value);
    return true;
}

/* Without records the machine takes its fast path: it must come to the same end. */
static bool check_fast(struct run *run, struct machine_pool *pool, enum hv_stop expected, uint64_t limit)
{
    const struct directed_case *c = run->c;
    size_t size = c->config.ram_bytes;
    uint8_t *ram = malloc(size);
    struct hv_counters counters = *hv_machine_counters(run->machine);
    memcpy(ram, hv_machine_ram(run->machine), size);
    run->machine = pool_load(pool, c);
    bool ok = same(run, "without records: stopped because", hv_machine_run(run->machine, limit), expected) &&
              same(run, "without records: exit code", hv_machine_exit_code(run->machine), c->exit_code);
    if (ok && memcmp(ram, hv_machine_ram(run->machine), size))
        ok = differ(run, "without records RAM is another");
    if (ok && memcmp(&counters, hv_machine_counters(run->machine), sizeof counters))
        ok = differ(run, "without records the counters are others");
    free(ram);
    return ok;
}

bool run_case(struct machine_pool *pool, const struct directed_case *c, char *message, size_t size)
{
    struct run run = {.c = c, .machine = pool_load(pool, c), .next_pc = c->config.reset_vector};
    enum hv_stop stop = HV_STOP_NONE;
    bool ok = true;
    run.message = message;
    run.size = size;
    message[0] = 0;
    for (unsigned i = 1; i < c->vm_count; i++)
        run.fault_count[i] = ram_word(&run, c->vms[i].vmcb + HV_VMCB_FAULT_COUNT);
    run.seen = calloc(c->field_count + 1, sizeof *run.seen);
    for (uint64_t i = 0; ok && i < c->limit && stop == HV_STOP_NONE; i++)
        ok = step(&run, &stop, i);
    if (stop == HV_STOP_NONE)
        stop = HV_STOP_LIMIT;
    ok = ok && check_end(&run, stop) && check_fast(&run, pool, stop, c->limit);
    free(run.seen);
    return ok;
}
