/* Inside of the unit sequencer, shared by sequencer.c, sequencer_probe.c and sequencer_commit.c. */
#ifndef RTLGEN_SEQUENCER_H
#define RTLGEN_SEQUENCER_H

#include "rtlgen/core.h"

#define SEQUENCER_STATES(ROW)                                                                                          \
    ROW(IDLE)                                                                                                          \
    /* Probe: a state that waits for a walk, then one that waits for its words. */                                     \
    ROW(OPERAND)                                                                                                       \
    ROW(SYLLABLE)                                                                                                      \
    ROW(ROOT)                                                                                                          \
    ROW(ROOT_WORDS)                                                                                                    \
    ROW(ENTRY)                                                                                                         \
    ROW(ENTRY_WORD)                                                                                                    \
    ROW(VMCB_START)                                                                                                    \
    ROW(VMCB)                                                                                                          \
    ROW(VMCB_WORDS)                                                                                                    \
    ROW(TABLE_START)                                                                                                   \
    ROW(TABLE)                                                                                                         \
    ROW(REFUSE) /* something was found bad: when the bus is quiet, say so */                                           \
    /* Commit. */                                                                                                      \
    ROW(STORE_START) /* the context, to a VMCB */                                                                      \
    ROW(STORE)                                                                                                         \
    ROW(LINK)       /* NEXT_SYLLABLE */                                                                                \
    ROW(MIE)        /* a monitor of the chain: its mie, if something is left */                                        \
    ROW(APPEND)     /* x[rs1] is asked for */                                                                          \
    ROW(CHAIN)      /* it comes; is there a child to resume? */                                                        \
    ROW(BROKEN)     /* the record of an LVMID whose chain is broken */                                                 \
    ROW(LOAD)       /* the context, from a VMCB */                                                                     \
    ROW(BANK_LOAD)  /* or from the bank */                                                                             \
    ROW(SKIP_START) /* clear RESUME.SKIP */                                                                            \
    ROW(SKIP_READ)                                                                                                     \
    ROW(SKIP_WRITE)                                                                                                    \
    ROW(END)                                                                                                           \
    /* VM-fault. */                                                                                                    \
    ROW(COUNT) /* the fault count is read */                                                                           \
    ROW(FAULT_RECORD)                                                                                                  \
    ROW(UNLINK) /* NEXT_SYLLABLE becomes NULL */
enum sequencer_state {
#define ROW(name) SEQ_##name,
    SEQUENCER_STATES(ROW)
#undef ROW
        SEQ_STATES
};

/* Words of a VMCB, by number. */
enum vmcb_word {
#define VMCB_WORD(name, offset, writer, meaning)       VMCB_##name = (offset) / 4,
#define CONTEXT_WORD(name, offset, condition, meaning) VMCB_##name = (offset) / 4,
#include "isa/vmcb.def"
    VMCB_WORD_BITS = 7
};

/* A value gathered from all parts: of conditions of which one at most holds at a time. */
struct choice {
    sig any, value;
};

struct sequencer {
    const struct core *c;
    sig state;
    sig in[SEQ_STATES]; /* the present one */
    sig asked, got;     /* words asked for and come, or stored, in this state */
    sig name;           /* resource name of what is being looked at */
    sig syllable, link, link_bad;
    sig first;       /* LVMID's own syllable; else a link of the chain */
    sig at_operand;  /* the word that is bad is LVMID's operand: no syllable, or above the VMTAB's length */
    sig kind, grain; /* of the map whose words come */
    sig mem_linear, io_linear, in_io;
    sig skip, skipped; /* RESUME.SKIP of each level; of any */
    sig faulting, fencing;
    sig code, access, implicit, has_address, has_insn, next, receiver; /* the VM-fault */
    sig held_1, held_2; /* words between two rows: on word_data, in w_result */
    sig number_2;       /* number of the latter, on its way to the bank */

    sig last, known; /* the page of the last walk; or, without phi, that it was the root's */
    sig ack, accepted, walk_done, data;
    sig at_zero, level;
    sig last_word;            /* number of the context's last word */
    sig asked_word, got_word; /* asked and got, where they are numbers of words of the context */

    /* Gathered from all parts. */
    sig to[SEQ_STATES];               /* go to this state */
    sig begins_asked, begins_got;     /* the next state begins with these words asked for and come */
    sig asks, gets;                   /* one word more is asked for; one has come */
    sig refuses;                      /* something is bad; `got` stays, to tell which word */
    sig bad, late;                    /* a word that comes is; the word that came in the cycle before was */
    sig was_bad, was_bound, was_long; /* which is told by these registers */
    sig walk_faults, own_fault;       /* a VM-fault of a walk's; of a chain that is broken */
    sig own_code;                     /* the latter's */
    sig request, write;
    struct choice vmcb_word; /* number of the VMCB's word that is read or written */
    sig walk, walk_root;     /* start a walk; of the root's page */
    sig again_root, again_name,
        again_table;         /* the page of the root, of `name`, of a map's table is that of the last walk */
    struct choice row_level; /* the scratchpad's row, by level; n in states that name none */
    sig row_here;            /* it is that level's own, not that of the level below */
    struct choice row_select, read_word;
    sig loading, take_word, take_count, take_target, word_write, rd_write;
    sig forget, append, cut, enters, vip_note, exception;
};

/* State s is the present one. */
sig seq_in(const struct sequencer *u, enum sequencer_state s);
/* A gathered output is 1 while the condition holds. */
void seq_also(sig *output, sig condition);
/* A choice has the value while the condition holds. */
void seq_choose(struct choice *choice, sig condition, sig value);
/* While the condition holds, go to a state, with no word asked for. One such condition at most holds at a time. */
void seq_go(struct sequencer *u, sig condition, enum sequencer_state s);
/* In state s read `count` words: ask on while words are missing. Returns: a word comes. */
sig seq_read(module *m, struct sequencer *u, enum sequencer_state s, unsigned count);
/* The same for one word of the VMCB. */
sig seq_read_vmcb(module *m, struct sequencer *u, enum sequencer_state s, unsigned word);

void sequencer_probe(module *m, struct sequencer *u);
void sequencer_commit(module *m, struct sequencer *u);
void sequencer_vm_fault(module *m, struct sequencer *u);

#endif
