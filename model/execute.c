/* Ends of an instruction, traps, and system instructions (docs/spec.md, 2, 5, 10.1). */
#include "model/machine_internal.h"

/* ---- ends of an instruction ---- */

void hvm_account_fault(struct hv_machine *m, bool fetched)
{
    m->counters.commits++;
    hvm_count_lookups(m);
    if (fetched && m->level)
        HVM_COUNT(m, PORT_FETCH, accesses, 1);
}

void hvm_retire(struct hv_machine *m, uint32_t next_pc)
{
    hvm_account(m, 1, 0);
    m->live[CTX_PC] = next_pc;
}

/* 10.1.9. `cause` is mcause. */
void hvm_take_trap(struct hv_machine *m, uint32_t cause, uint32_t tval)
{
    uint32_t *live = m->live, mstatus = live[CTX_MSTATUS];
    bool vectored = (cause >> 31) && (live[CTX_MTVEC] & 1);
    m->record.trap = 1;
    m->record.cause = cause;
    m->record.tval = tval;
    live[CTX_MEPC] = live[CTX_PC];
    live[CTX_MCAUSE] = cause;
    live[CTX_MTVAL] = tval;
    mstatus &= ~(uint32_t)(HV_MSTATUS_MPP | HV_MSTATUS_MPIE | HV_MSTATUS_MIE);
    mstatus |= live[CTX_MODE] == MODE_M ? HV_MSTATUS_MPP : 0;
    mstatus |= live[CTX_MSTATUS] & HV_MSTATUS_MIE ? HV_MSTATUS_MPIE : 0;
    live[CTX_MSTATUS] = mstatus;
    live[CTX_MODE] = MODE_M;
    live[CTX_MPHI] = (live[CTX_MPHI] & HV_MPHI_U) | (live[CTX_MPHI] & HV_MPHI_M ? HV_MPHI_MP : 0);
    live[CTX_PC] = (live[CTX_MTVEC] & ~3u) + (vectored ? 4 * (cause & 31) : 0);
    m->reserved = false;
    hvm_phi_changed(m);
}

void hvm_raise(struct hv_machine *m, bool fetched)
{
    const struct fault *fault = &m->fault;
    if (m->stop == HV_STOP_BREAKPOINT) /* instead of a fetch: there is no record */
        return;
    if (fault->is_vm_fault) {
        hvm_vm_fault(m, fault, fetched, m->live[CTX_PC]);
        return;
    }
    hvm_account_fault(m, fetched);
    m->counters.exceptions++;
    if (fault->cause == HV_EXC_ILLEGAL)
        m->record.rs1_addr = m->record.rs2_addr = m->record.rs1_rdata = m->record.rs2_rdata = 0;
    hvm_take_trap(m, fault->cause, fault->address);
}

void hvm_raise_exception(struct hv_machine *m, uint32_t cause, uint32_t tval)
{
    hvm_fault_exception(m, cause, tval);
    hvm_raise(m, true);
}

/* The instruction may not execute. An encoding whose bits 1:0 are not 11 is 16 bits long (10.1.3). */
void hvm_raise_illegal(struct hv_machine *m)
{
    bool is_word = (m->insn & 3) == 3;
    hvm_raise_exception(m, HV_EXC_ILLEGAL, is_word ? m->insn : m->insn & 0xffff);
}

/* ---- system instructions ---- */

static void execute_mret(struct hv_machine *m)
{
    uint32_t *live = m->live, mstatus = live[CTX_MSTATUS];
    if (live[CTX_MODE] != MODE_M) {
        hvm_raise_illegal(m);
        return;
    }
    live[CTX_MODE] = mstatus & HV_MSTATUS_MPP ? MODE_M : MODE_U;
    mstatus &= ~(uint32_t)(HV_MSTATUS_MPP | HV_MSTATUS_MIE);
    mstatus |= mstatus & HV_MSTATUS_MPIE ? HV_MSTATUS_MIE : 0;
    mstatus |= HV_MSTATUS_MPIE;
    if (live[CTX_MODE] != MODE_M)
        mstatus &= ~(uint32_t)HV_MSTATUS_MPRV;
    live[CTX_MSTATUS] = mstatus;
    live[CTX_MPHI] &= ~(uint32_t)HV_MPHI_M;
    live[CTX_MPHI] |= live[CTX_MPHI] & HV_MPHI_MP ? HV_MPHI_M : 0;
    m->reserved = false;
    hvm_phi_changed(m);
    hvm_retire(m, live[CTX_MEPC]);
}

static void fault_wfi(struct hv_machine *m, unsigned target)
{
    struct fault fault = {true, HV_FAULT_WFI, 0, 0, target};
    hvm_vm_fault(m, &fault, true, m->live[CTX_PC] + 4);
}

/* 10.5.5. */
static void execute_wfi(struct hv_machine *m)
{
    if (m->live[CTX_MODE] != MODE_M && (m->live[CTX_MSTATUS] & HV_MSTATUS_TW)) {
        hvm_raise_illegal(m);
        return;
    }
    unsigned denying = hvm_denying_level(m, HV_CAP_WFI);
    const uint32_t real_mie = m->level ? m->bank[CTX_MIE] : m->live[CTX_MIE];
    bool timer = (real_mie >> HV_IRQ_MTI & 1) && m->mtimecmp != UINT64_MAX;
    bool open = m->outside || m->blocks.input_open; /* a byte may come from the line at any time */
    bool line = open && hvm_line_enabled(m);
    if (denying) {
        fault_wfi(m, denying - 1);
        return;
    }
    if (!(hvm_interrupts_pending(m) & m->live[CTX_MIE])) {
        if (!timer && !line && m->level) {
            fault_wfi(m, m->level - 1);
            return;
        }
        if (!timer && !line) {
            m->record.halt = 1;
            m->stop = HV_STOP_HALTED;
        } else if (timer && hvm_mtime(m) < m->mtimecmp && !m->outside) {
            m->mtime_offset = m->mtimecmp - m->counters.commits;
        }
        m->blocks.waited |= line && !timer;
    }
    hvm_retire(m, m->live[CTX_PC] + 4);
}

static void execute_fence(struct hv_machine *m, const struct decoded *d)
{
    if (m->live[CTX_MODE] != MODE_M || !hvm_has_capability(m, HV_CAP_VM)) {
        hvm_raise_illegal(m);
        return;
    }
    const struct hv_flushed flush = {HV_FLUSH_FENCE, d->rs1 == 0, m->x[d->rs1]};
    hvm_count_flushed(m, m->level, hvm_associator_fence(m, flush.all, flush.syllable));
    hvm_close_windows(m);
    hvm_retire(m, m->live[CTX_PC] + 4);
    hvm_tell_flush(m, flush);
}

static void execute_region(struct hv_machine *m, const struct decoded *d)
{
    hvm_retire(m, m->live[CTX_PC] + 4);
    hvm_region(m, d->imm == 1);
}

void hvm_execute_system(struct hv_machine *m, const struct decoded *d)
{
    switch (d->op) {
    case OP_CSRRW:
    case OP_CSRRS:
    case OP_CSRRC:
    case OP_CSRRWI:
    case OP_CSRRSI:
    case OP_CSRRCI:
        hvm_execute_csr(m, d);
        break;
    case OP_ECALL:
        hvm_raise_exception(m, m->live[CTX_MODE] == MODE_M ? HV_EXC_ECALL_M : HV_EXC_ECALL_U, 0);
        break;
    case OP_EBREAK:
        hvm_raise_exception(m, HV_EXC_BREAKPOINT, 0);
        break;
    case OP_MRET:
        execute_mret(m);
        break;
    case OP_WFI:
        execute_wfi(m);
        break;
    case OP_LVMID:
        hvm_execute_lvmid(m, d);
        break;
    case OP_HV_FENCE:
        execute_fence(m, d);
        break;
    case OP_HV_EXIT:
        hvm_execute_exit(m);
        break;
    case OP_REGION:
        execute_region(m, d);
        break;
    default:
        hvm_raise_illegal(m);
        break;
    }
}
