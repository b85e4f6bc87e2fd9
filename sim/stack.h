/* The CPI stack: where the clock cycles of a run went. Each cycle belongs to one record, and of that to one cause, so
 * that the causes sum up to the run's cycles.
 *
 * A cycle without an instruction belongs to the record before if that went elsewhere than to the next address, a wait
 * for an operand to the record before, which gives it; any other to its own record. Each retired instruction has one
 * cycle of its own; what it takes more is its kind's.
 */
#ifndef HV_STACK_H
#define HV_STACK_H

#include "isa/isa.h"

#include <stdint.h>

/* STACK_CAUSE(name, text, meaning): text is the key in JSON, too, with _ for blanks. */
#define HV_STACK(STACK_CAUSE)                                                                                          \
    STACK_CAUSE(INSTRUCTIONS, "instructions", "one for each that retires")                                             \
    STACK_CAUSE(LOADS, "loads", "the bus's answer")                                                                    \
    STACK_CAUSE(STORES, "stores", "the bus's answer")                                                                  \
    STACK_CAUSE(ATOMICS, "atomics", "LR, SC and AMO")                                                                  \
    STACK_CAUSE(LOAD_USES, "load uses", "the instruction behind a load needs what it loads")                           \
    STACK_CAUSE(MULTIPLICATIONS, "multiplications", "and the instruction behind, if it needs the product")             \
    STACK_CAUSE(DIVISIONS, "divisions", "and the instruction behind, if it needs the result")                          \
    STACK_CAUSE(BACKWARD, "branches taken backward", "the target's word")                                              \
    STACK_CAUSE(FORWARD, "branches taken forward", "the target's word")                                                \
    STACK_CAUSE(FALLEN, "branches not taken", "the next word, if the branch was taken to be taken")                    \
    STACK_CAUSE(JUMPS, "jumps", "JAL and JALR")                                                                        \
    STACK_CAUSE(CSRS, "CSR instructions", "and the instruction behind")                                                \
    STACK_CAUSE(TRAPS, "traps", "exceptions and interrupts at the level's own mtvec, and MRET")                        \
    STACK_CAUSE(LVMIDS, "LVMID", "the switch into a VM")                                                               \
    STACK_CAUSE(VM_FAULTS, "VM-faults", "the switch to the monitor that owns the fault")                               \
    STACK_CAUSE(FETCH_TRANSLATION, "fetch translation", "lookups and walks, and the word behind")                      \
    STACK_CAUSE(DATA_TRANSLATION, "data translation", "lookups and walks")                                             \
    STACK_CAUSE(WORDS, "late words", "RAM's port was the data's, or slow; the first word after reset")                 \
    STACK_CAUSE(OTHERS, "others", "shifts bit by bit, fences, WFI, and the instruction behind")

enum hv_stack_cause {
#define STACK_CAUSE(name, text, meaning) HV_STACK_##name,
    HV_STACK(STACK_CAUSE)
#undef STACK_CAUSE
        HV_STACK_CAUSES
};

/* Add the cycles of a record, one number for each phase of isa/phase.def, to cycles[HV_STACK_CAUSES]. `before` is the
 * record before, or NULL. */
void hv_stack_add(uint64_t *cycles, const struct hv_commit *before, const struct hv_commit *commit,
                  const uint64_t phases[HV_PHASES]);

#endif
