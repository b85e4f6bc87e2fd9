/* Inside of the unit commit, shared by core_commit.c, core_commit_memory.c and core_commit_trap.c. */
#ifndef RTLGEN_CORE_COMMIT_H
#define RTLGEN_CORE_COMMIT_H

#include "rtlgen/core.h"

#define COMMIT_STATES(ROW)                                                                                             \
    ROW(STATE_, RUN)       /* the instruction in W, if there is one, does its first cycle */                           \
    ROW(STATE_, RELOCATE)  /* phi */                                                                                   \
    ROW(STATE_, ACCESS)    /* a data access, not in its first cycle */                                                 \
    ROW(STATE_, TRANSLATE) /* a data access waits for a lookup or walk */                                              \
    ROW(STATE_, ANSWER)    /* a data access waits for the bus */                                                       \
    ROW(STATE_, AMO_STORE)                                                                                             \
    ROW(STATE_, FETCH) /* the next instruction's fetch needs a translation */                                          \
    ROW(STATE_, MULDIV)                                                                                                \
    ROW(STATE_, FINISH) /* w_result is to be written */                                                                \
    ROW(STATE_, CSR_WRITE)                                                                                             \
    ROW(STATE_, CSR_OLD) /* from here on rows are read */                                                              \
    ROW(STATE_, CSR_NEW)                                                                                               \
    ROW(STATE_, TRAP_VALUE) /* the trap's words go through w_result: mtval, pc, mcause, mtvec */                       \
    ROW(STATE_, TRAP_PC)                                                                                               \
    ROW(STATE_, TRAP_CAUSE)                                                                                            \
    ROW(STATE_, TRAP_VECTOR)                                                                                           \
    ROW(STATE_, TRAP_TARGET)                                                                                           \
    ROW(STATE_, RETURN) /* MRET: mepc is being read */                                                                 \
    ROW(STATE_, TARGET) /* w_result becomes the new pc */                                                              \
    ROW(STATE_, JUMP)                                                                                                  \
    ROW(STATE_, SLEEP)    /* WFI */                                                                                    \
    ROW(STATE_, SEQUENCE) /* the sequencer works */                                                                    \
    ROW(STATE_, HALT)                                                                                                  \
    ROW(STATE_, EVALUATE) /* the bus has ended an access with err: a walk says what f_s1 was asked for */
enum commit_state { COMMIT_STATES(ENUM_VALUE) STATES };

struct commit {
    const struct core *c;
    /* The stage. */
    sig valid, kind, insn, entry, pc, result, store, target, taken, odd, misaligned, writes, beyond;
    sig alone;      /* the word of an instruction that goes alone, of kind CSR and after: it stays in X, too */
    sig state;      /* a bit for each state that the configuration has: which one it is costs no time */
    sig in[STATES]; /* that bit */
    unsigned place[STATES];
    sig fresh; /* nothing has been decided about this record */
    sig cause_interrupt, cause_code;
    sig reservation_valid, reservation;

    /* Of this cycle. */
    sig fetches; /* a record opens with a fetch that had to wait */
    sig runs;    /* the instruction in W does its first cycle: no interrupt comes before it */
    sig legal;   /* and it may execute; a CSR instruction as far as is known without its number */
    sig ends;    /* record_end as a signal, to be read before all its conditions are known */
    sig record_end, rd_write, retired;
    sig multiplies;                              /* the product of a MUL is shown, whether it runs or not */
    sig at_once;                                 /* it ends in this very cycle, if its instruction runs */
    sig permitted;                               /* if it runs, it is legal */
    sig redirect;                                /* the record ends with a jump, or is interrupted and will jump */
    struct choices moves;                        /* states to go to */
    struct choices raises;                       /* exceptions */
    struct choices fault_codes, fault_receivers; /* VM-faults */
    sig fault_next, fault_insn;                  /* their pc is the next one; they show the instruction */
    sig sc_done, sc_fails;                       /* w_result takes SC's result */
    sig value_comes;                             /* w_result takes the trap's mtval */
    sig loading;                                 /* the bus's answer is what is written */
    sig raised;                                  /* what is written, with what a count or a target adds */
    sig evaluate;                                /* the bus has ended an access with err, at n >= 1 */
    sig operand;                                 /* LVMID that may load its operand */
    sig start_lvmid;                             /* its resource name is known */
    sig data_counted;
};

sig in_state(const struct commit *u, enum commit_state state);
sig is_kind(const struct commit *u, enum kind kind);

/* Go to a state; raise an exception; begin a VM-fault. At most one condition holds in a cycle. */
void go(module *m, struct commit *u, sig condition, enum commit_state state);
void raise_exception(module *m, struct commit *u, sig condition, unsigned code);
void begin_fault(module *m, struct commit *u, sig condition, unsigned code, sig receiver);

void commit_virtualizer(module *m, struct commit *u); /* LVMID, hv.fence, hv.exit: what may begin */
void commit_memory(module *m, struct commit *u);
void commit_sequence(module *m, struct commit *u); /* the sequencer's start and end */
void commit_fetch(module *m, struct commit *u);
void commit_trap(module *m, struct commit *u);

#endif
