/* Making cases: what the families (cases_*.c) share.
 *
 * A builder holds the tree while a case is made; case_add takes the image out of it.
 */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include "tests/support/directed.h"

struct case_list {
    struct directed_case *cases;
    size_t count, capacity;
    bool complete;
    struct hv_config config; /* the machine that families make cases for, and its name, "" for the usual one */
    const char *machine;
};

struct builder {
    struct tree tree;
    unsigned chain[HV_MAX_DEPTH + 1]; /* VM at each level, of builder_chain */
    struct event events[64];
    size_t event_count;
    struct field_check fields[128];
    size_t field_count;
    struct word_check words[32];
    size_t word_count;
    uint64_t limit;
    enum hv_stop stop;
    unsigned exit_code;
    bool icarus, events_free;
};

/* The configuration of all cases that need no other: RV32IMA, depth 4, 256 KiB. */
struct hv_config directed_config(void);
/* That machine and some others, by number modulo how many there are. */
struct hv_config directed_machine(unsigned number);
static inline bool has_linear(const struct hv_config *config)
{
    return config->f_maps & HV_F_LINEAR;
}

void builder_begin(struct builder *b, const struct hv_config *config);
/* builder_begin and a chain of VMs down to level n; levels whose bit is set in `rb` have that form, and all
 * where the machine has no other. */
void builder_chain(struct builder *b, const struct hv_config *config, unsigned n, unsigned rb);
/* Take the image and the expectations into a case, and free the tree. */
struct directed_case *case_add(struct case_list *list, struct builder *b, const char *family, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Expectations, in order of events. */
struct event *expect(struct builder *b, enum event_kind kind, unsigned vm, unsigned to);
struct event *expect_fault(struct builder *b, unsigned vm, unsigned to, uint32_t cause, uint32_t address, uint32_t pc,
                           uint32_t insn);
struct event *expect_trap(struct builder *b, unsigned vm, uint32_t cause, uint32_t tval, uint32_t pc);
/* LVMID of the handler of `vm`, after which `to` goes on at `after`. */
struct event *expect_resume(struct builder *b, unsigned vm, unsigned to, uint32_t after);
/* The LVMIDs of the monitors' boots, down the chain from VM `from` to `to`. */
void expect_boot(struct builder *b, unsigned from, unsigned to);
void expect_field(struct builder *b, unsigned vm, uint32_t pc, unsigned occurrence, enum hv_commit_field field,
                  uint64_t value);
void expect_word(struct builder *b, unsigned vm, uint32_t name, uint32_t value);

/* The program of a leaf: sets every register to a pattern, does what is tested, compares
 * every register with what it must be, and writes the finisher. mtvec is its failure. */
struct program {
    struct code code;
    uint32_t x[32]; /* what the registers must hold at the end */
    label failed;
};

enum { EXIT_REGISTERS = 1, EXIT_TRAP = 2 };

void program_begin(struct program *p, const struct tree *tree);
/* The same, at an offset in its page; what is before it is illegal. */
void program_begin_at(struct program *p, const struct tree *tree, uint32_t offset);
/* Set a register, and expect it at the end. */
void program_li(struct program *p, unsigned x, uint32_t value);
/* Branch to failure unless the registers are equal. */
void program_same(struct program *p, unsigned x, unsigned y);
/* One instruction that must trap at its own level, in M-mode; expects that. */
void program_trap(struct builder *b, struct program *p, unsigned vm, uint32_t word, uint32_t cause, uint32_t tval);
/* Where a trap has come to: adds the CSRs that tell of it to x20, and makes mtvec the failure again. */
void program_trapped(struct program *p, uint32_t cause, uint32_t pc, uint32_t tval, uint32_t mstatus);
void program_end(struct program *p, struct tree *tree, unsigned vm);
/* A whole program that only checks its registers, at an offset in its page. */
void program_plain(struct tree *tree, unsigned vm, uint32_t offset);

uint32_t pattern(unsigned x);

/* Ways to take a page away, by its entry in a linear table or by its map's bound. */
enum breakage {
    B_WINDOW,
    B_V0,
    B_READ,
    B_WRITE,
    B_EXECUTE,
    B_ACCESSED,
    B_DIRTY,
    B_NO_RIGHTS,
    B_MALFORMED,
    B_PPN,
    B_GRAIN,
    B_SINGLE,
    B_NOTHING,
    B_DEVICE,
    BREAKAGES
};
extern const char *const breakage_name[BREAKAGES];
uint32_t broken_pte(const struct tree *tree, enum breakage breakage, uint32_t pte);
uint32_t breakage_cause(enum breakage breakage);

/* Break one of the control pages of a monitor in the map of its ancestor or itself `mapped`; the owner's
 * script mends it. Returns the name that `mapped` has for `name`. */
uint32_t break_control(struct builder *b, unsigned monitor, unsigned mapped, uint32_t name, enum breakage breakage,
                       uint32_t *pte, uint32_t *good);

/* What a probe of the first child of `monitor` reads, in order. */
enum probe { P_OPERAND, P_ROOT, P_VMTAB, P_VMCB, P_MEMTAB, P_IOTAB, PROBES };
extern const char *const probe_name[PROBES];
uint32_t probe_address(const struct tree *tree, unsigned child, enum probe probe);
unsigned probe_access(enum probe probe);

/* Families. */
void cases_mapping(struct case_list *list);
void cases_implicit(struct case_list *list);
void cases_lvmid(struct case_list *list);
void cases_chain(struct case_list *list);
void cases_link(struct case_list *list);
void cases_capability(struct case_list *list);
void cases_exception(struct case_list *list);
void cases_interrupt(struct case_list *list);
void cases_atomic(struct case_list *list);
void cases_fence(struct case_list *list);
void cases_csr(struct case_list *list);
void cases_reset(struct case_list *list);
void cases_phi(struct case_list *list);
void cases_device(struct case_list *list);
void cases_window(struct case_list *list);
void cases_rights(struct case_list *list);
void cases_depth(struct case_list *list);
void cases_lacking(struct case_list *list);
void cases_thrash(struct case_list *list);

/* VMs that use more pages than most associators hold, in turns, with the same result whatever the associator. */
struct directed_case *case_thrash(struct case_list *list, const struct hv_config *config, unsigned seed);
/* Worlds of random words; limits and ends are the caller's. */
struct directed_case *case_random_world(struct case_list *list, unsigned seed);
struct directed_case *case_random_noise(struct case_list *list, unsigned seed);
void case_list_free(struct case_list *list);

#endif
