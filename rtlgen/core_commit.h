/* Inside of the unit commit, shared by core_commit.c, core_commit_memory.c and core_commit_trap.c. */
#ifndef RTLGEN_CORE_COMMIT_H
#define RTLGEN_CORE_COMMIT_H

#include "rtlgen/core.h"

enum commit_state {
    STATE_RUN,       /* the instruction in W, if there is one, does its first cycle */
    STATE_RELOCATE,  /* phi */
    STATE_ACCESS,    /* a data access, not in its first cycle */
    STATE_TRANSLATE, /* a data access waits for a lookup or walk */
    STATE_ANSWER,    /* a data access waits for the bus */
    STATE_AMO_STORE,
    STATE_FETCH, /* the next instruction's fetch needs a translation */
    STATE_MULDIV,
    STATE_FINISH, /* w_result is to be written */
    STATE_CSR_WRITE,
    STATE_CSR_OLD, /* from here on rows are read */
    STATE_CSR_NEW,
    STATE_TRAP_VALUE, /* the trap's words go through w_result: mtval, pc, mcause, mtvec */
    STATE_TRAP_PC,
    STATE_TRAP_CAUSE,
    STATE_TRAP_VECTOR,
    STATE_TRAP_TARGET,
    STATE_RETURN, /* MRET: mepc is being read */
    STATE_TARGET, /* w_result becomes the new pc */
    STATE_JUMP,
    STATE_SLEEP,    /* WFI */
    STATE_SEQUENCE, /* the sequencer works */
    STATE_HALT,
    STATE_BITS = 5
};
#define STATE_NAMES                                                                                                    \
    "RUN", "RELOCATE", "ACCESS", "TRANSLATE", "ANSWER", "AMO_STORE", "FETCH", "MULDIV", "FINISH", "CSR_WRITE",         \
        "CSR_OLD", "CSR_NEW", "TRAP_VALUE", "TRAP_PC", "TRAP_CAUSE", "TRAP_VECTOR", "TRAP_TARGET", "RETURN", "TARGET", \
        "JUMP", "SLEEP", "SEQUENCE", "HALT"

struct commit {
    const struct core *c;
    /* The stage. */
    sig valid, kind, insn, pc, result, store, target, taken, misaligned, writes, beyond;
    sig state;
    sig fresh; /* nothing has been decided about this record */
    sig cause_interrupt, cause_code;
    sig reservation_valid, reservation;

    /* Of this cycle. */
    sig fetches; /* a record opens with a fetch that had to wait */
    sig runs;    /* the instruction in W does its first cycle: no interrupt comes before it */
    sig legal;   /* and it may execute; a CSR instruction as far as is known without its number */
    sig ends;    /* record_end as a signal, to be read before all its conditions are known */
    sig record_end, rd_write, retired;
    sig redirect;                                /* the record ends with a jump, or is interrupted and will jump */
    struct choices moves;                        /* states to go to */
    struct choices raises;                       /* exceptions */
    struct choices fault_codes, fault_receivers; /* VM-faults */
    sig fault_next, fault_insn;                  /* their pc is the next one; they show the instruction */
    sig sc_done, sc_fails;                       /* w_result takes SC's result */
    sig loading;                                 /* the bus's answer is what is written */
    sig raised;                                  /* what is written, with what a count or a target adds */
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
