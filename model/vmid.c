/* The VMID and the two events that change it: LVMID (probe, commit, resume) and the VM-fault
 * (docs/spec.md, 5.1, 5.2, 10.4, 10.5); and what becomes due between instructions (10.6).
 *
 * Walks of the probe neither look up nor fill nor count: they use hvm_descend alone. */
#include "model/machine_internal.h"

#include <string.h>

static const uint16_t context_offset[CTX_WORDS] = {
#define CONTEXT_WORD(name, offset, condition, meaning) [CTX_##name] = offset,
#include "isa/vmcb.def"
};

bool hvm_fault_exception(struct hv_machine *m, uint32_t cause, uint32_t tval)
{
    m->fault = (struct fault){.cause = cause, .address = tval};
    return false;
}

bool hvm_fault_vm(struct hv_machine *m, unsigned target, uint32_t cause, uint32_t address, uint32_t insn)
{
    m->fault = (struct fault){true, cause, address, insn, target};
    return false;
}

/* ---- memory of the sequencer: real names of RAM ---- */

static uint32_t read_word(const struct hv_machine *m, uint32_t real)
{
    return hvm_ram_word(m, real - m->ram_base);
}

static void write_word(struct hv_machine *m, uint32_t real, uint32_t value)
{
    hvm_ram_set_word(m, real - m->ram_base, value);
    hvm_log_write(m, real, value, 15);
}

/* ---- contexts ---- */

static void store_context(struct hv_machine *m, uint32_t pc)
{
    m->live[CTX_PC] = pc;
    if (!m->level) {
        memcpy(m->bank, m->live, sizeof m->bank);
        return;
    }
    for (enum context_word word = 0; word < CTX_WORDS; word++) {
        if (hvm_has_context_word(&m->config, word))
            write_word(m, m->levels[m->level].vmcb + context_offset[word], m->live[word]);
    }
}

static uint32_t context_in_memory(const struct hv_machine *m, unsigned level, enum context_word word)
{
    return hvm_legalize(&m->config, word, read_word(m, m->levels[level].vmcb + context_offset[word]));
}

static void load_context(struct hv_machine *m)
{
    if (!m->level) {
        memcpy(m->live, m->bank, sizeof m->live);
        return;
    }
    for (enum context_word word = 0; word < CTX_WORDS; word++)
        m->live[word] = context_in_memory(m, m->level, word);
}

/* The words of a level of the VMID: live, on the chip, or as LVMID has stored them. */
void hvm_context_of(const struct hv_machine *m, unsigned level, uint32_t context[CTX_WORDS])
{
    if (level == m->level || level == 0)
        memcpy(context, level == m->level ? m->live : m->bank, sizeof m->live);
    else
        for (enum context_word word = 0; word < CTX_WORDS; word++)
            context[word] = context_in_memory(m, level, word);
}

/* ---- VM-fault ---- */

static void cut(struct hv_machine *m, unsigned level)
{
    unsigned running = m->level;
    m->level = level;
    m->vmid &= (UINT64_C(1) << level * m->config.syllable_bits) - 1; /* level < depth: fewer than 64 bits */
    hvm_count_flushed(m, running, hvm_associator_cut(m));
    hvm_tell_flush(m, (struct hv_flushed){.cause = HV_FLUSH_CUT});
    m->reserved = false;
}

static void store_fault_record(struct hv_machine *m, const struct fault *fault)
{
    uint32_t vmcb = m->levels[fault->target + 1].vmcb;
    write_word(m, vmcb + HV_VMCB_FAULT_CAUSE, fault->cause);
    write_word(m, vmcb + HV_VMCB_FAULT_ADDRESS, fault->address);
    write_word(m, vmcb + HV_VMCB_FAULT_INSTRUCTION, fault->insn);
    write_word(m, vmcb + HV_VMCB_FAULT_COUNT, read_word(m, vmcb + HV_VMCB_FAULT_COUNT) + 1);
}

/* Steps 2 to 4 of 5.2, and the record. */
static void deliver(struct hv_machine *m, const struct fault *fault)
{
    uint32_t target = fault->target;
    m->counters.vm_faults[fault->cause & 15]++;
    m->record.event = HV_EVENT_VM_FAULT;
    m->record.cause = fault->cause;
    m->record.fault_addr = fault->address;
    m->record.target_level = target;
    store_fault_record(m, fault);
    if (target)
        write_word(m, m->levels[target].vmcb + HV_VMCB_NEXT_SYLLABLE, 0);
    cut(m, target);
    load_context(m);
    m->live[CTX_PC] = m->config.hv_root + HV_ROOT_ENTRY;
    m->live[CTX_MODE] = MODE_M;
    m->live[CTX_MSTATUS] &= ~(uint32_t)(HV_MSTATUS_MIE | HV_MSTATUS_MPRV);
    m->live[CTX_MPHI] &= ~(uint32_t)HV_MPHI_M;
    hvm_close_windows(m);
}

/* VM-fault out of the running VM; `pc` is where it will continue. `fetched`: see hvm_raise. */
void hvm_vm_fault(struct hv_machine *m, const struct fault *fault, bool fetched, uint32_t pc)
{
    hvm_account_fault(m, fetched);
    store_context(m, pc);
    deliver(m, fault);
}

/* ---- probe ---- */

/* A probe on behalf of the monitor at level `owner`. It fills m->fault when it fails. m->probe always names the
 * check under way (isa/probe.def), and so the one at which the probe ended. */
struct probe {
    unsigned owner;
    uint32_t operand; /* resource name of the LVMID operand, 0 in a chain */
    uint32_t syllable;
    struct level child;
};

static bool bad_word(struct hv_machine *m, uint32_t name)
{
    return hvm_fault_exception(m, HV_EXC_VMCB, name);
}

/* An implicit access: a resource name of the owner to a real name of RAM. */
static bool translate_implicit(struct hv_machine *m, unsigned owner, uint32_t name, unsigned access, uint32_t *real)
{
    struct walk walk = {.page = name >> HV_PAGE_BITS, .rights = RIGHT_ALL};
    uint32_t offset = name & PAGE_OFFSET, bits = HV_CAUSE_IMPLICIT | access << HV_CAUSE_ACCESS_SHIFT;
    if (!hvm_descend(m, owner, 1, access, &walk))
        return hvm_fault_vm(m, walk.level - 1, bits | walk.cause, walk.page << HV_PAGE_BITS | offset, 0);
    *real = walk.page << HV_PAGE_BITS | offset;
    if (hvm_page_kind(m, walk.page) == PAGE_RAM)
        return true;
    return owner ? hvm_fault_vm(m, 0, bits | HV_FAULT_INVALID, walk.argument1 << HV_PAGE_BITS | offset, 0)
                 : bad_word(m, name);
}

static bool multiple_of_frame(const struct f_map *map, uint32_t value)
{
    return (value & ((1u << map->grain) - 1)) == 0;
}

/* The number, 0 to 3, of the map's first bad word; 4 if it is well formed (10.3.1). */
unsigned hvm_bad_map_word(const struct hv_config *config, const struct f_map *map, uint32_t form_word)
{
    bool linear = map->form == HV_FORM_LINEAR;
    bool taken = map->form == HV_FORM_NONE || (map->form == HV_FORM_RB && (config->f_maps & HV_F_RB)) ||
                 (linear && (config->f_maps & HV_F_LINEAR));
    if (!taken || (form_word & ~0xf0fu) || (map->form == HV_FORM_RB && map->grain))
        return 0;
    if (map->form == HV_FORM_NONE)
        return 4;
    if (map->first >> 20 || (linear && !multiple_of_frame(map, map->first)))
        return 1;
    if (linear ? map->base & 3 : map->base >> 20)
        return 2;
    uint32_t entries = map->bound >> map->grain;
    if (map->bound > 1u << 20 || (linear && (!multiple_of_frame(map, map->bound) || entries > 1024)))
        return 3;
    if (linear && entries && (map->base & PAGE_OFFSET) + 4 * (entries - 1) >= HV_PAGE_BYTES)
        return 3;
    return 4;
}

/* `step`: of the map's form word. */
static bool probe_map(struct hv_machine *m, struct f_map *map, enum hv_probe step, uint32_t name, uint32_t real)
{
    uint32_t form_word = read_word(m, real);
    *map = (struct f_map){
        .form = form_word & 15,
        .grain = form_word >> HV_FORM_GRAIN_SHIFT & 15,
        .first = read_word(m, real + 4),
        .base = read_word(m, real + 8),
        .bound = read_word(m, real + 12),
    };
    unsigned bad = hvm_bad_map_word(&m->config, map, form_word);
    m->probe = step + bad;
    return bad == 4 || bad_word(m, name + 4 * bad);
}

static bool pin_table(struct hv_machine *m, unsigned owner, enum hv_probe step, struct f_map *map)
{
    m->probe = step;
    return map->form != HV_FORM_LINEAR || translate_implicit(m, owner, map->base, HV_ACCESS_LOAD, &map->table);
}

/* Root and VMTAB: the resource name of the child's VMCB. */
static bool find_vmcb(struct hv_machine *m, const struct probe *probe, uint32_t *vmcb)
{
    uint32_t root = m->config.hv_root, real;
    m->probe = HV_PROBE_SYLLABLE;
    if (probe->syllable == 0 || probe->syllable >= 1u << m->config.syllable_bits)
        return bad_word(m, probe->operand);
    m->probe = HV_PROBE_ROOT;
    if (!translate_implicit(m, probe->owner, root, HV_ACCESS_LOAD, &real))
        return false;
    uint32_t vmtab = read_word(m, real + HV_ROOT_VMTAB);
    m->probe = HV_PROBE_VMTAB;
    if (vmtab & 3)
        return bad_word(m, root + HV_ROOT_VMTAB);
    m->probe = HV_PROBE_LENGTH;
    if (probe->syllable > read_word(m, real + HV_ROOT_LENGTH))
        return bad_word(m, probe->operand);
    uint32_t name = vmtab + 4 * probe->syllable;
    m->probe = HV_PROBE_VMTAB_ENTRY_PAGE;
    if (!translate_implicit(m, probe->owner, name, HV_ACCESS_LOAD, &real))
        return false;
    *vmcb = read_word(m, real);
    m->probe = HV_PROBE_VMTAB_ENTRY;
    return (*vmcb != 0 && *vmcb % HV_VMCB_BYTES == 0) || bad_word(m, name);
}

/* Steps 1 (without the operand) to 3 of 5.1, in the order of 10.4.4. */
static bool probe_child(struct hv_machine *m, struct probe *probe)
{
    struct level *child = &probe->child;
    uint32_t name, real;
    *child = (struct level){.syllable = probe->syllable};
    if (!find_vmcb(m, probe, &name))
        return false;
    m->probe = HV_PROBE_VMCB;
    if (!translate_implicit(m, probe->owner, name, HV_ACCESS_STORE, &real))
        return false;
    child->vmcb = real;
    child->next_syllable = read_word(m, real + HV_VMCB_NEXT_SYLLABLE);
    child->caps = read_word(m, real + HV_VMCB_CAPS);
    child->vip = read_word(m, real + HV_VMCB_VIP);
    child->resume = read_word(m, real + HV_VMCB_RESUME);
    if (!probe_map(m, &child->map[0], HV_PROBE_MEM_FORM, name + HV_VMCB_MEM_FORM, real + HV_VMCB_MEM_FORM) ||
        !probe_map(m, &child->map[1], HV_PROBE_IO_FORM, name + HV_VMCB_IO_FORM, real + HV_VMCB_IO_FORM) ||
        !pin_table(m, probe->owner, HV_PROBE_MEM_TABLE, &child->map[0]) ||
        !pin_table(m, probe->owner, HV_PROBE_IO_TABLE, &child->map[1]))
        return false;
    m->probe = HV_PROBE_DONE;
    return true;
}

/* ---- LVMID ---- */

/* The operand is a load of the program that looks nothing up (10.4.2, 10.4.3). */
static bool read_operand(struct hv_machine *m, uint32_t name, uint32_t *resource, uint32_t *real)
{
    uint32_t bits = HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT;
    m->probe = HV_PROBE_OPERAND_MISALIGNED;
    if (name & 3)
        return hvm_fault_exception(m, HV_EXC_LOAD_MISALIGNED, name);
    m->probe = HV_PROBE_OPERAND_PHI;
    if (!hvm_phi(m, hvm_data_mode(m), name, resource))
        return hvm_fault_exception(m, HV_EXC_LOAD_FAULT, name);
    m->probe = HV_PROBE_OPERAND;
    struct walk walk = {.page = *resource >> HV_PAGE_BITS, .rights = RIGHT_ALL};
    uint32_t offset = *resource & PAGE_OFFSET;
    if (!hvm_descend(m, m->level, 1, HV_ACCESS_LOAD, &walk))
        return hvm_fault_vm(m, walk.level - 1, bits | walk.cause, walk.page << HV_PAGE_BITS | offset, m->insn);
    *real = walk.page << HV_PAGE_BITS | offset;
    enum page_kind kind = hvm_page_kind(m, walk.page);
    if (kind == PAGE_RAM)
        return true;
    if (kind == PAGE_NOTHING && m->level)
        return hvm_fault_vm(m, 0, bits | HV_FAULT_INVALID, walk.argument1 << HV_PAGE_BITS | offset, m->insn);
    return bad_word(m, *resource);
}

/* The running VM is this child now. Mostly it has the maps that were latched for its level the last time. */
void hvm_latch(struct hv_machine *m, const struct level *child)
{
    m->vmid |= (uint64_t)child->syllable << m->level * m->config.syllable_bits;
    struct level *const level = &m->levels[++m->level];
    m->latched += memcmp(level->map, child->map, sizeof level->map) != 0;
    *level = *child;
}

/* Append to the VMID; returns how many entries the associator emptied for it. */
static uint32_t append(struct hv_machine *m, const struct level *child)
{
    hvm_latch(m, child);
    m->counters.appended++;
    m->reserved = false;
    return hvm_associator_appended(m);
}

/* m->fault from the monitor at the end of the VMID, if it may not go on: 10.4.8. */
static bool may_continue(struct hv_machine *m)
{
    unsigned end = m->level;
    m->probe = HV_PROBE_CAPS;
    if (!(m->levels[end].caps & HV_CAP_VM))
        return hvm_fault_vm(m, end - 1, HV_CAUSE_IMPLICIT | HV_FAULT_INVALID, 0, 0);
    m->probe = HV_PROBE_DEPTH;
    return end < m->config.depth || hvm_fault_vm(m, end - 1, HV_CAUSE_IMPLICIT | HV_FAULT_DEPTH, 0, 0);
}

/* Step 7: append suspended children until a NEXT_SYLLABLE is NULL. False: the chain broke, see m->fault. */
static bool resume_chain(struct hv_machine *m, uint32_t *flushed)
{
    while (m->levels[m->level].next_syllable) {
        struct probe probe = {.owner = m->level, .syllable = m->levels[m->level].next_syllable};
        if (!may_continue(m))
            return false;
        if (!probe_child(m, &probe)) {
            if (!m->fault.is_vm_fault) /* what LVMID itself would call exception 24 */
                hvm_fault_vm(m, m->level - 1, HV_CAUSE_IMPLICIT | HV_FAULT_INVALID, 0, 0);
            return false;
        }
        *flushed += append(m, &probe.child);
    }
    return true;
}

/* Step 8: the last VM's context, and the SKIPs of the levels above `monitor`. */
static void start_last(struct hv_machine *m, unsigned monitor)
{
    bool skip = false;
    load_context(m);
    for (unsigned level = monitor + 1; level <= m->level; level++) {
        const struct level *l = &m->levels[level];
        if (!(l->resume & HV_VMCB_RESUME_SKIP))
            continue;
        write_word(m, l->vmcb + HV_VMCB_RESUME, l->resume & ~(uint32_t)HV_VMCB_RESUME_SKIP);
        skip = true;
    }
    if (skip)
        m->live[CTX_PC] += 4;
}

/* The interrupts of a level below n that are its own: MEI is not, if the level above has it (5.3). */
static uint32_t kept_pending(const struct hv_machine *m, unsigned level)
{
    const uint32_t handed = m->levels[level + 1].caps & HV_CAP_LINE ? EXTERNAL : 0;
    return hvm_virtual_pending(m, level) & ~handed;
}

/* Step 9: the lowest level from the monitor's up to n - 1 with an interrupt of its own. */
static void look_for_interrupt(struct hv_machine *m, unsigned monitor)
{
    for (unsigned level = monitor ? monitor : 1; level < m->level; level++) {
        if (kept_pending(m, level) & context_in_memory(m, level, CTX_MIE)) {
            m->pending = PENDING_INTERRUPT;
            m->pending_fault = (struct fault){true, HV_FAULT_INTERRUPT, 0, 0, level};
            return;
        }
    }
}

/* Of the level that owns the external line, if LVMID has left it: has it MEI enabled? Level 0's mie is in the bank. */
static void remember_line(struct hv_machine *m, unsigned monitor)
{
    const unsigned owner = hvm_line_owner(m);
    if (owner && owner >= monitor && owner < m->level)
        m->line_enabled = context_in_memory(m, owner, CTX_MIE) >> HV_IRQ_MEI & 1;
}

/* Steps 4 to 9. */
static void commit(struct hv_machine *m, const struct probe *probe, const struct decoded *d)
{
    unsigned monitor = m->level;
    hvm_retire(m, m->live[CTX_PC] + 4);
    m->counters.lvmid++;
    store_context(m, m->live[CTX_PC]);
    if (monitor)
        write_word(m, m->levels[monitor].vmcb + HV_VMCB_NEXT_SYLLABLE, probe->syllable);
    uint32_t flushed = append(m, &probe->child);
    if (d->rs1) {
        m->x[d->rs1] = read_word(m, probe->child.vmcb + HV_VMCB_X0 + 4u * d->rs1);
        m->record.rd_addr = d->rs1;
        m->record.rd_wdata = m->x[d->rs1];
    }
    const bool whole = resume_chain(m, &flushed);
    remember_line(m, monitor);
    if (whole) {
        start_last(m, monitor);
        look_for_interrupt(m, monitor);
    } else {
        m->pending = PENDING_CHAIN;
        m->pending_fault = m->fault;
    }
    hvm_count_flushed(m, monitor, flushed);
    hvm_tell_flush(m, (struct hv_flushed){.cause = HV_FLUSH_APPEND});
    hvm_close_windows(m);
    m->record.event = HV_EVENT_LVMID;
    m->record.target_level = m->level;
}

void hvm_execute_lvmid(struct hv_machine *m, const struct decoded *d)
{
    struct probe probe = {.owner = m->level};
    uint32_t name = m->x[d->rs1] + d->imm, real;
    if (m->live[CTX_MODE] != MODE_M || !hvm_has_capability(m, HV_CAP_VM)) {
        hvm_raise_illegal(m);
        return;
    }
    if (m->level == m->config.depth) {
        m->probe = HV_PROBE_DEPTH;
        hvm_fault_vm(m, m->level - 1, HV_FAULT_DEPTH, 0, 0);
        hvm_raise(m, true);
        return;
    }
    m->record.mem_addr = name;
    if (!read_operand(m, name, &probe.operand, &real)) {
        hvm_raise(m, true);
        return;
    }
    probe.syllable = read_word(m, real);
    if (!probe_child(m, &probe)) {
        hvm_raise(m, true);
        return;
    }
    m->record.mem_rmask = 15;
    m->record.mem_rdata = probe.syllable;
    m->record.mem_real = real;
    commit(m, &probe, d);
}

/* hv.exit: its VM goes on behind it. */
void hvm_execute_exit(struct hv_machine *m)
{
    if (m->live[CTX_MODE] != MODE_M || m->level == 0 || !hvm_has_capability(m, HV_CAP_EXIT)) {
        hvm_raise_illegal(m);
        return;
    }
    struct fault fault = {true, HV_FAULT_EXIT, 0, 0, m->level - 1};
    hvm_vm_fault(m, &fault, true, m->live[CTX_PC] + 4);
}

/* ---- between instructions ---- */

static void interrupt_fault(struct hv_machine *m, unsigned target)
{
    struct fault fault = {true, HV_FAULT_INTERRUPT, 0, 0, target};
    hvm_vm_fault(m, &fault, false, m->live[CTX_PC]);
}

static void take_interrupt(struct hv_machine *m, uint32_t pending)
{
    unsigned number = pending >> HV_IRQ_MEI & 1 ? HV_IRQ_MEI : pending >> HV_IRQ_MSI & 1 ? HV_IRQ_MSI : HV_IRQ_MTI;
    hvm_account_fault(m, false);
    m->counters.interrupts++;
    m->record.intr = 1;
    hvm_take_trap(m, 1u << 31 | number, 0);
}

/* The own interrupts of the running level that it may take now. */
static uint32_t own_interrupts(const struct hv_machine *m)
{
    const bool enabled = m->live[CTX_MODE] == MODE_U || (m->live[CTX_MSTATUS] & HV_MSTATUS_MIE);
    return enabled ? hvm_interrupts_pending(m) & m->live[CTX_MIE] : 0;
}

/* Is a real interrupt for a level below n to be taken? MSI and MTI are level 0's, MEI its owner's (5.3). */
static bool is_below(const struct hv_machine *m, unsigned *target)
{
    const uint32_t lines = hvm_lines(m);
    if (!lines || !m->level)
        return false;
    *target = 0;
    if (lines & ~(uint32_t)EXTERNAL & m->bank[CTX_MIE])
        return true;
    *target = hvm_line_owner(m);
    return *target < m->level && lines & EXTERNAL && hvm_line_enabled(m);
}

/* Would hvm_take_event make a record? */
bool hvm_event_due(const struct hv_machine *m)
{
    unsigned target;
    return m->pending != PENDING_NONE || is_below(m, &target) || own_interrupts(m);
}

/* What comes before the next instruction, if anything: one record (10.6.1; 10.4.9 before all). */
bool hvm_take_event(struct hv_machine *m)
{
    enum pending pending = m->pending;
    m->pending = PENDING_NONE;
    if (pending == PENDING_CHAIN) {
        hvm_account_fault(m, false);
        deliver(m, &m->pending_fault);
        return true;
    }
    unsigned target;
    bool below = is_below(m, &target);
    if (pending == PENDING_INTERRUPT && (!below || m->pending_fault.target < target)) {
        target = m->pending_fault.target;
        below = true;
    }
    if (below) {
        interrupt_fault(m, target);
        return true;
    }
    const uint32_t own = own_interrupts(m);
    if (own)
        take_interrupt(m, own);
    return own;
}
