#include "sim/stack.h"

#include "isa/encode.h"

enum { OPCODE = 0x7f };

static unsigned opcode_of(enum hv_insn insn)
{
    return hv_match[insn] & OPCODE;
}

/* The cause that a branch's cycles have: where it went. */
static enum hv_stack_cause of_branch(const struct hv_commit *c)
{
    if (c->pc_wdata == ((c->pc_rdata + 4) & UINT32_MAX))
        return HV_STACK_FALLEN;
    return c->pc_wdata <= c->pc_rdata ? HV_STACK_BACKWARD : HV_STACK_FORWARD;
}

/* The cause of what a record takes beyond a cycle. */
static enum hv_stack_cause of_kind(const struct hv_commit *c)
{
    const uint32_t insn = (uint32_t)c->insn;
    const unsigned opcode = insn & OPCODE;
    if (c->event == HV_EVENT_VM_FAULT)
        return HV_STACK_VM_FAULTS;
    if (c->trap)
        return HV_STACK_TRAPS;
    if (c->event == HV_EVENT_LVMID)
        return HV_STACK_LVMIDS;
    if (opcode == opcode_of(HV_INSN_LW))
        return HV_STACK_LOADS;
    if (opcode == opcode_of(HV_INSN_SW))
        return HV_STACK_STORES;
    if (opcode == opcode_of(HV_INSN_LR_W))
        return HV_STACK_ATOMICS;
    if (opcode == opcode_of(HV_INSN_BEQ))
        return of_branch(c);
    if (opcode == opcode_of(HV_INSN_JAL) || opcode == opcode_of(HV_INSN_JALR))
        return HV_STACK_JUMPS;
    if (opcode == opcode_of(HV_INSN_MUL) && hv_bits(insn, 31, 25) == 1)
        return hv_bits(insn, 14, 14) ? HV_STACK_DIVISIONS : HV_STACK_MULTIPLICATIONS;
    if (opcode == opcode_of(HV_INSN_CSRRW) && hv_bits(insn, 13, 12))
        return HV_STACK_CSRS;
    return insn == hv_match[HV_INSN_MRET] ? HV_STACK_TRAPS : HV_STACK_OTHERS;
}

/* The cause of cycles in which the instruction behind a record had no word: itself, if it may have gone elsewhere than
 * to the next address. */
static enum hv_stack_cause behind(const struct hv_commit *before, enum hv_stack_cause otherwise)
{
    const enum hv_stack_cause cause = before ? of_kind(before) : otherwise;
    switch (cause) {
    case HV_STACK_BACKWARD:
    case HV_STACK_FORWARD:
    case HV_STACK_FALLEN:
    case HV_STACK_JUMPS:
    case HV_STACK_CSRS:
    case HV_STACK_TRAPS:
    case HV_STACK_LVMIDS:
    case HV_STACK_VM_FAULTS:
        return cause;
    default:
        return otherwise;
    }
}

/* The cause of cycles in which the instruction behind a record waited for it. */
static enum hv_stack_cause of_operand(const struct hv_commit *before)
{
    const enum hv_stack_cause cause = before ? of_kind(before) : HV_STACK_OTHERS;
    return cause == HV_STACK_LOADS ? HV_STACK_LOAD_USES : cause;
}

void hv_stack_add(uint64_t *cycles, const struct hv_commit *before, const struct hv_commit *commit,
                  const uint64_t phases[HV_PHASES])
{
    const uint64_t retires = commit->trap || commit->event == HV_EVENT_VM_FAULT ? 0 : 1;
    const uint64_t own = phases[HV_PHASE_WORK] < retires ? 0 : phases[HV_PHASE_WORK] - retires;
    cycles[HV_STACK_INSTRUCTIONS] += phases[HV_PHASE_WORK] - own;
    cycles[of_kind(commit)] += own;
    cycles[behind(before, phases[HV_PHASE_FETCH] ? HV_STACK_FETCH_TRANSLATION : HV_STACK_WORDS)] +=
        phases[HV_PHASE_WORD];
    cycles[of_operand(before)] += phases[HV_PHASE_OPERAND];
    cycles[HV_STACK_FETCH_TRANSLATION] += phases[HV_PHASE_FETCH];
    cycles[HV_STACK_DATA_TRANSLATION] += phases[HV_PHASE_DATA];
}
