/* Directed tests: images with what must happen when they run.
 *
 * A case is a configuration, the bytes of RAM, and the VM events and traps that must come, in
 * order and no others. It runs on the model alone (run_case) or, being only data, in lockstep. For
 * every VM event run_case also checks, from the spec alone, the words that must be written and the VMID
 * after it; see run.c.
 */
#ifndef TESTS_DIRECTED_H
#define TESTS_DIRECTED_H

#include "model/machine.h"
#include "tests/support/tree.h"

enum event_kind {
    E_LVMID,  /* an LVMID retires */
    E_BROKEN, /* an LVMID retires, and its chain breaks at once: `to` is the VM of the last syllable appended */
    E_VM_FAULT,
    E_TRAP
};

/* ANY as pc, after or insn is not compared (no such value exists: pcs are words, 1 is no instruction). */
#define ANY 1u

struct event {
    enum event_kind kind;
    unsigned vm;        /* who ran, number in `vms`; of a broken chain's VM-fault the last one appended */
    unsigned to;        /* who runs then */
    uint32_t cause;     /* cause word or mcause */
    uint32_t address;   /* fault address, or mtval */
    uint32_t pc, after; /* pc_rdata, pc_wdata */
    uint32_t insn;
    uint64_t order; /* of the record, ANY_ORDER: not compared */
};
#define ANY_ORDER UINT64_MAX

/* One field of the occurrence-th (from 0) record with this VM and pc. */
struct field_check {
    unsigned vm;
    uint32_t pc;
    unsigned occurrence;
    enum hv_commit_field field;
    uint64_t value;
};

/* One word of RAM when the run has ended. */
struct word_check {
    uint32_t real, value;
};

struct directed_vm {
    uint64_t vmid;
    unsigned level, parent;
    uint32_t vmcb; /* real address */
};

struct chunk {
    uint32_t real;
    uint32_t length;
    uint8_t *bytes;
};

struct directed_case {
    char name[80];
    const char *family;
    struct hv_config config;
    struct chunk *chunks;
    size_t chunk_count;
    struct directed_vm vms[TREE_VMS];
    unsigned vm_count;
    struct event *events;
    size_t event_count;
    bool events_free; /* the events are not listed: only their oracle runs */
    struct field_check *fields;
    size_t field_count;
    struct word_check *words;
    size_t word_count;
    uint64_t limit; /* records */
    enum hv_stop stop;
    unsigned exit_code;
    bool icarus;     /* one of those that run under Icarus too */
    bool model_only; /* for its configuration no simulator is to be built */
};

/* All cases: a static table, made when first asked for. */
const struct directed_case *directed_cases(size_t *count);

/* Run on the model. Returns true, or false with what differed in message. `pool` keeps
 * machines from case to case. */
struct machine_pool;
struct machine_pool *machine_pool_new(void);
void machine_pool_free(struct machine_pool *pool);
bool run_case(struct machine_pool *pool, const struct directed_case *c, char *message, size_t size);
/* The machine of the case, loaded and reset. */
struct hv_machine *pool_load(struct machine_pool *pool, const struct directed_case *c);

/* What is in the device windows of every case: reads give a word made of window and offset, and where bit 8 of the
 * offset is set, the bus ends every access with err. At offset 0x80 of a page a store sets the interrupt line to bit 0
 * and a load raises it. */
bool directed_window(void *context, struct hv_window_access *access);

/* main() of a test program: every case of the families named (NULL ends them), one test each. */
int run_families(const char *const *families);

#endif
