/* The processor's inside: what its units share.
 *
 * Units are modules whose ports have one name everywhere: the output `head_valid` of fetch is the
 * input `head_valid` of every unit that looks at it. rtlgen/nets.def lists these names once, in bundles, with width
 * and meaning, and nestor_core_module() joins ports of equal names.
 *
 * Pipeline, in words of docs/microarchitecture.md: fetch (F) takes words ahead, execute (X) decodes
 * and computes, commit (W) is the one place where anything becomes true. x_ signals are those of the
 * instruction in X, w_ signals of the one in W.
 */
#ifndef RTLGEN_CORE_H
#define RTLGEN_CORE_H

#include "config/config.h"
#include "isa/isa.h"
#include "rtlgen/hdl/hdl.h"
#include "rtlgen/nets.h"
#include "rtlgen/values.h"

#include <stdbool.h>

/* The ports that net_in() and net_out() have made. */
enum net_direction { NET_IN, NET_OUT };
struct net_port {
    module *m; /* NULL: given by net_give() */
    const struct net *net;
    sig value;
    enum net_direction direction;
};
struct net_ports {
    struct net_port port[1024];
    size_t n;
};

struct core {
    design *d;
    struct net_ports *ports; /* the ports made so far */
    const struct hv_config *config;
    bool rvfi;
    unsigned outside;    /* LINE_...: lines of level 0 that may come from outside at any time */
    bool virtualizer;    /* depth > 0 */
    bool phi;            /* phi = rb */
    bool err;            /* both ports have Wishbone's err */
    bool atomic;         /* A extension */
    bool serial_shifts;  /* muldiv shifts */
    bool steers;         /* fetch goes to the targets of jumps that are taken to be taken */
    bool fast;           /* muldiv has the product of MUL in the cycle in which it is asked for */
    bool linear, rb;     /* forms of f; false at depth 0 */
    bool associator;     /* entries > 0 */
    bool split;          /* two associators */
    bool prefix;         /* prefix memory */
    bool prefix_row;     /* it is a row of the associator's */
    unsigned set_bits;   /* of an associator's set; 0: it has one set, or there is none */
    unsigned sweep_bits; /* of the cycles that it sweeps its sets after reset */
    unsigned level_bits; /* of n, 0..depth */
    unsigned row_bits;   /* rows of the scratchpad: four for each level */
    unsigned syllable_bits, vmid_bits;
    unsigned entry_bits;   /* of the number of a last-page register; 0: each port has one */
    unsigned flushed_bits; /* of the number of entries that a record empties, at most all of the associators */
};

/* What commit does with an instruction; decode finds it. Those from CSR on are alone: no other instruction enters X
 * before they have left W. */
#define KINDS(ROW)                                                                                                     \
    ROW(KIND_, SIMPLE) /* the result is computed in X, and perhaps a jump */                                           \
    ROW(KIND_, LOAD)                                                                                                   \
    ROW(KIND_, STORE)                                                                                                  \
    ROW(KIND_, AMO)                                                                                                    \
    ROW(KIND_, LR)                                                                                                     \
    ROW(KIND_, SC)                                                                                                     \
    ROW(KIND_, MULDIV)                                                                                                 \
    ROW(KIND_, CSR)                                                                                                    \
    ROW(KIND_, ENVIRONMENT) /* ECALL, EBREAK */                                                                        \
    ROW(KIND_, MRET)                                                                                                   \
    ROW(KIND_, WFI)                                                                                                    \
    ROW(KIND_, FENCE_I)                                                                                                \
    ROW(KIND_, LVMID)                                                                                                  \
    ROW(KIND_, HV_FENCE)                                                                                               \
    ROW(KIND_, HV_EXIT)                                                                                                \
    ROW(KIND_, ILLEGAL)
enum kind { KINDS(ENUM_VALUE) KIND_BITS = 4 };
_Static_assert(KIND_ILLEGAL == (1 << KIND_BITS) - 1, "decode tells the reader of the Verilog that its bits are ones");

/* Words that the csr unit selects: first the context, in the order of the processor map (isa/vmcb.def), so
 * that the index is the word's number there; then what only instructions and records see. */
#define OTHER_WORDS(ROW)                                                                                               \
    ROW(WORD_, MIP)                                                                                                    \
    ROW(WORD_, MISA)                                                                                                   \
    ROW(WORD_, ZERO)                                                                                                   \
    ROW(WORD_, CYCLE)                                                                                                  \
    ROW(WORD_, CYCLEH)                                                                                                 \
    ROW(WORD_, TIME)                                                                                                   \
    ROW(WORD_, TIMEH)                                                                                                  \
    ROW(WORD_, INSTRET)                                                                                                \
    ROW(WORD_, INSTRETH)                                                                                               \
    ROW(WORD_, HPM)         /* the associator counter that the CSR number tells */                                     \
    ROW(WORD_, VALUE)       /* mtval of the trap being taken */                                                        \
    ROW(WORD_, FAULT_CAUSE) /* the fault record, its first number a multiple of 4 */                                   \
    ROW(WORD_, FAULT_ADDRESS)                                                                                          \
    ROW(WORD_, FAULT_INSTRUCTION)                                                                                      \
    ROW(WORD_, RESULT)   /* its count: the register w_result */                                                        \
    ROW(WORD_, SYLLABLE) /* what is appended */                                                                        \
    ROW(WORD_, CAUSE)    /* mcause of the trap being taken */
enum word {
#define CONTEXT_WORD(name, offset, condition, meaning) WORD_##name = (HV_VMCB_CTX_##name - HV_VMCB_CTX_PC) / 4,
#include "isa/vmcb.def"
    OTHER_WORDS(ENUM_VALUE) WORD_BITS = 5
};
_Static_assert(WORD_FAULT_CAUSE % 4 == 0, "the sequencer counts the fault record's words in the lowest two bits");

/* Rows of the memory of registers: x0..x31, then the CSRs that live there (at their word number), then
 * level 0's context while a VM runs. */
enum { ROW_CONTEXT = 32, ROW_BANK = 48, ROWS = 64, ROW_BITS = 6 };

/* Bits of the kind of a map, HV_FORM_. */
enum { FORM_BITS = 2 };

/* Rights, in the order of the associator's need_i and rights_i. */
enum { NEED_READ = 1, NEED_WRITE = 2, NEED_EXECUTE = 4, NEED_RAM = 8, NEED_BITS = 4 };

/* Values of which at most one is chosen in a cycle: an OR of ANDs in hardware. */
struct choices {
    sig conditions[64], values[64];
    unsigned n;
};
void choose(struct choices *choices, sig condition, sig value);
sig choice_value(const struct choices *choices);
sig choice_any(const struct choices *choices);

/* Units. Each is built once. */
module *fetch_module(const struct core *c);
module *decode_module(const struct core *c);
module *execute_module(const struct core *c);
module *registers_module(const struct core *c);
module *commit_module(const struct core *c);
module *access_module(const struct core *c);
module *data_port_module(const struct core *c);
module *csr_module(const struct core *c);
module *counters_module(const struct core *c);
module *vmid_module(const struct core *c);
module *scratchpad_module(const struct core *c);
module *composer_module(const struct core *c);
module *last_page_module(const struct core *c);
module *sequencer_module(const struct core *c);
module *rvfi_module(const struct core *c);

/* The data port's answer, ack or err, and its word, which is 0 with err. */
sig bus_ends(module *m, const struct core *c);
sig bus_word(module *m, const struct core *c);

/* What lies behind a real page (docs/spec.md, 10.2.1). */
sig page_is_ram(module *m, const struct core *c, sig page);
sig page_is_device(module *m, const struct core *c, sig page);

/* A word's number as a byte address. */
#define word_address(word) cat(word, lit(2, 0))

#endif
