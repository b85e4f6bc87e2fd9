/* The state of one machine, and what the units of the model offer each other.
 *
 * Who calls whom: machine.c (new, step, run) -> loop.c -> execute.c (traps, system instructions), access.c
 * (loads and stores) -> csr.c, vmid.c (LVMID, VM-fault), translate.c -> walk.c (what a miss does) -> composer.c (phi,
 * f), associator.c; devices.c and decode.c are leaves.
 *
 * Three rules hold everywhere:
 * - A function that can fail returns false with m->fault filled and no effect on the machine but the
 *   associator's; the instruction's executor then calls hvm_raise, which makes the record.
 * - Each record is accounted for once: hvm_account for what retired, hvm_account_fault for the others.
 * - The windows (struct page_window, code_window) are only short cuts: what they answer is exactly what
 * phi, the last-page registers and the associator would answer. Whoever changes one of those calls hvm_close_windows.
 * - So are walks that are remembered (struct walked): a store to a page that one has read from changes
 * hv_machine.stored, and then its words are read again. Whoever changes a latched map changes hv_machine.latched.
 */
#ifndef HV_MACHINE_INTERNAL_H
#define HV_MACHINE_INTERNAL_H

#include "model/machine.h"

enum { PAGE_WORDS = HV_PAGE_BYTES / 4, PAGE_OFFSET = HV_PAGE_BYTES - 1 };
enum { MODE_U = 0, MODE_M = 3 };
#define NOWHERE UINT32_MAX

/* Words of the processor map, by number: the live context, and the on-chip bank of level 0. */
enum context_word {
#define CONTEXT_WORD(name, offset, condition, meaning) CTX_##name,
#include "isa/vmcb.def"
    CTX_WORDS
};

/* A decoded instruction word: what the loop dispatches on. In a code page jumps and branches are those to a word of the
 * same page, which is foreseen: the others are OP_JAL_AWAY, and OP_BRANCH_AWAY with the branch's op in rd. */
enum op {
    OP_UNDECODED, /* not looked at since the word was last written */
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) OP_##name,
#include "isa/instructions.def"
    OP_ILLEGAL,
    OP_REGION, /* slti x0, x0, 1 or 2: begin and end of a region of interest */
    OP_JAL_AWAY,
    OP_BRANCH_AWAY,
    OP_PAGE_END, /* behind the last word of a page */
    OPS
};

/* In a code page an op is also one of these: rs1, or else rs2, is what the word before writes. When the one follows the
 * other the loop has that result in a register of the processor, and need not wait for it to come back from x[]. */
enum { RS1_LAST = OPS, RS2_LAST = 2 * OPS, OPS_AND_LAST = 3 * OPS };

/* `rd` is SINK for x0, so that a write needs no test. CSR instructions have the CSR's row in rs2. */
enum { SINK = 32 };
struct decoded {
    uint8_t op, rd, rs1, rs2;
    uint32_t imm;
};

/* The decoded words of one page of RAM, and OP_PAGE_END, whose rd is 1 if the page is watched. */
struct code_page {
    struct decoded word[PAGE_WORDS + 1];
};

/* Rights of a composed page. RAM says that the page is RAM: fetch, LR, SC and AMO need that too. */
enum rights { RIGHT_R = 1, RIGHT_W = 2, RIGHT_X = 4, RIGHT_RAM = 8, RIGHT_ALL = 15 };

enum port { PORT_FETCH, PORT_DATA, PORTS };

/* What a kind of access needs, and the exceptions it raises at its own level. */
struct access_kind {
    uint8_t access; /* HV_ACCESS_... */
    uint8_t need;   /* rights */
    uint8_t misaligned, fault;
};
extern const struct access_kind hvm_fetch, hvm_load, hvm_store, hvm_load_reserved, hvm_atomic;

/* As many as keys.def allows. One word each, so that they are copied in the piece in which they were written: else the
 * processor waits for the pieces. `real << 12` wants a cast. */
enum { MAX_LAST_PAGES = 4 };
struct last_page {
    uint64_t page : 32, real : 20, rights : 4, valid : 1;
    uint64_t loose : 1; /* its window, if there is one, has no entry to note uses in, and closes when it leaves */
};

static inline struct last_page hvm_last_page(uint32_t page, uint32_t real, unsigned rights)
{
    return (struct last_page){.page = page, .real = real & 0xfffff, .rights = rights & 15, .valid = 1};
}

/* Process names [name, name + load) are RAM at ram[offset...] that may be loaded from, [name, name + store) such as may
 * be stored to. 0: closed. */
struct data_window {
    uint32_t name, offset, load, store;
};

/* At n >= 1 windows are of a page each, by resource page % WINDOWS. One is open if the running VM's associator entry
 * for the page says the same as the window, and all that a lookup does is to note the time at `used`; or else while a
 * last-page register has the page, which then says the same, too. */
enum { WINDOWS = 64 };
struct page_window {
    struct data_window data;
    struct last_page page; /* what a last-page register has of it */
    uint64_t *used;
};

/* A page to fetch from: its first process name (modulo 2^32), real name, decoded words. size is 4096, or 0 when it is
 * closed, which it stays when phi lets a part of the page through, or there is a breakpoint. */
struct fetch_window {
    uint32_t name, size, real;
    struct decoded *code;
};

/* At n >= 1 as a page_window. */
struct code_window {
    struct fetch_window fetch;
    struct last_page page;
    uint64_t *used;
};

/* One of the two windows of f, as LVMID latched it; `table` is the pinned real address of its table. */
struct f_map {
    uint32_t form, grain, first, base, bound, table;
};

/* What the scratchpad holds of an appended level. `vmcb` is the pinned real address. */
struct level {
    uint32_t syllable, next_syllable, caps, vip, resume, vmcb;
    struct f_map map[2];
};

/* A word of a table, and where in RAM it was read. */
struct map_word {
    uint32_t offset, pte;
};

/* A walk: `page` goes from the page of level n to the real page. On failure `cause` is the VM-fault and
 * `page` the argument of f at level `level`. */
struct walk {
    uint32_t page, argument1; /* the argument of f at level 1 */
    unsigned rights, reads;
    unsigned level, cause;
    struct map_word read[HV_MAX_DEPTH];
};

/* A walk of a miss that has ended well, of resource page `page` of level `level`: what the top map makes of it, and
 * what the others make of that. All is decided by the maps that LVMID has latched and by the words that it has read:
 * while these are the same, so is the rest. */
enum { WALKS = 1024 };
struct walked {
    uint64_t latched; /* hv_machine.latched; 0: nothing is here */
    uint64_t stored;  /* hv_machine.stored, when memory had the words last */
    uint32_t page, below, real;
    uint8_t level, top_rights, below_rights;
    uint8_t top_reads, reads; /* of the top map; of all */
    struct map_word read[HV_MAX_DEPTH];
};

/* Why the instruction did not retire. As an exception: mcause and mtval. As a VM-fault: cause word,
 * fault address, fault instruction, and the level it goes to. */
struct fault {
    bool is_vm_fault;
    uint32_t cause, address, insn;
    unsigned target;
};

/* Associator: see associator.c. */
struct entry {
    uint64_t tag;
    uint32_t page, real;
    uint32_t next;         /* of the entries with the same hash */
    uint32_t newer, older; /* lru: ring of a set of many ways */
    uint8_t rights, level;
    bool valid;
};

/* A lane: every fourth of a timed set's ways. */
enum { LANES = 4 };

struct set {
    uint32_t free;         /* no way below this one is invalid */
    uint32_t fifo;         /* the next victim */
    uint32_t recent;       /* lru: the way touched last */
    uint64_t least[LANES]; /* lru, timed: none of the lane's ways was used before */
};

struct half {
    struct entry *entries; /* sets x ways; NULL when there are none */
    struct set *sets;
    uint32_t *buckets;
    uint64_t *used; /* timed: when each entry was used, with its way below that: see hvm_note_use */
    uint8_t *trees; /* plru: `ways` bits for each set, bit 0 unused */
};

struct prefix_entry {
    uint64_t tag;
    uint32_t page, real;
    uint8_t rights, level;
    bool valid;
};

struct associator {
    struct half half[PORTS]; /* unified: they are one, and its number is 0 */
    uint32_t sets, ways, bucket_mask;
    bool timed;   /* all that a use does is to note when it was; not so for plru, and lru in a set of many ways */
    size_t bytes; /* of the block that starts at half[0].entries */
    uint32_t lfsr[PORTS];
    uint64_t uses;                           /* timed: the time, a multiple of FEW_WAYS */
    uint32_t valid[PORTS][HV_MAX_DEPTH + 1]; /* valid entries of each level */
    struct prefix_entry prefix[16];
    uint32_t prefix_fifo, prefix_free; /* the next victim; no entry below this one is invalid */
    uint32_t held[HV_MAX_DEPTH + 2];   /* key level: the syllable last held at each level */
    uint64_t tag, prefix_tag;          /* of the running VMID */
    uint32_t tag_hash;                 /* hash_of_tag(tag) */
};

/* What lookups have done. */
struct lookups {
    uint64_t hits, misses, walk_reads, prefix_hits, fills;
};

struct uart {
    uint8_t ier, lcr, mcr, scr, dll, dlm;
    bool fifo;    /* FCR bit 0 as written last */
    bool emptied; /* the transmitter has become empty, and IIR has not told yet */
    bool looped;  /* loop_byte, sent in loop-back, waits */
    bool overrun; /* LSR bit 1 */
    uint8_t loop_byte;
    uint32_t input_first, input_count;
    uint8_t input[HV_UART_QUEUE];
};

/* Bytes sent and not yet taken by the caller. */
struct uart_output {
    uint8_t *bytes;
    size_t first, end, capacity;
};

/* What hangs on a machine. A snapshot copies the contents, never the pointers. */
struct blocks {
    uint8_t *ram;
    struct decoded **code; /* for each page of RAM, its decoded words or NULL */
    struct code_page *code_pages;
    struct code_page *table_page; /* what `code` has of a page that is watched and has no decoded words */
    struct walked *walked;        /* WALKS of them, by page % WALKS */
    uint32_t *code_owner;         /* for each of code_pages, 1 + the page of RAM, or 0 */
    struct uart_output output;
    hv_window_function *windows; /* what is in the device windows, or NULL */
    void *windows_context;
    bool input_open, waited; /* hv_machine_input_open, hv_machine_waited */
    struct hv_watcher watcher;
    const struct hv_breakpoint *breakpoints;
    size_t breakpoint_count;
};

enum pending {
    PENDING_NONE,
    PENDING_CHAIN,    /* docs/spec.md, 5.1, step 7: the chain broke; m->pending_fault */
    PENDING_INTERRUPT /* step 9: a VM-fault INTERRUPT to m->pending_fault.target */
};

struct hv_machine {
    /* The loop's. */
    uint32_t x[33]; /* x[0] stays 0; x[SINK] is nobody's */
    uint32_t live[CTX_WORDS];
    struct fetch_window fetch;        /* the page that it fetches from */
    struct data_window data;          /* the one used last: at n >= 1 that of last[PORT_DATA][0], or closed */
    uint32_t fetch_base, data_base;   /* phi of fetches and of data accesses: R, 0 when it is not in force */
    uint64_t fetch_bound, data_bound; /* and B, 2^32 then */
    struct lookups lookups[PORTS];    /* what hvm_count_lookups has yet to count */
    bool slow_lookups;                /* somebody is to be told of each: no window does what a lookup does */
    uint32_t ram_base, ram_bytes;
    unsigned level;
    struct blocks blocks;

    /* The machine. */
    struct hv_config config;
    uint64_t vmid;
    struct level levels[HV_MAX_DEPTH + 1]; /* 1..level */
    uint32_t bank[CTX_WORDS];              /* level 0's context while n >= 1 */
    enum pending pending;
    struct fault pending_fault;
    enum hv_probe probe; /* where the last probe ended; nothing but hv_machine_probe reads it */
    bool reserved;
    uint32_t reservation;
    struct associator associator;
    struct last_page last[PORTS][MAX_LAST_PAGES]; /* the first ones of each port, by use: the most recent one first */
    struct code_window code_windows[WINDOWS];     /* at n = 0, too */
    struct page_window data_windows[WINDOWS];
    uint64_t open[PORTS]; /* a bit for each window that may be open */
    uint64_t latched;     /* how often LVMID has latched maps that it had not before; from 1 */
    uint64_t stored;      /* how often a page that is watched was stored to */

    /* Devices and time: mtime = commits + mtime_offset, and so for the others (modulo 2^64). */
    uint64_t mtime_offset, mcycle_offset, minstret_offset, mtimecmp;
    uint32_t msip;
    struct uart uart;
    bool external;          /* the device windows' interrupt line */
    bool line_changed;      /* it has just changed */
    bool line_enabled;      /* mie.MEI of the level that owns MEI's line, if it is one between 0 and n */
    bool outside;           /* time base clock: lines come from outside in this record */
    uint32_t outside_lines; /* in mip's layout */
    enum hv_stop stop;
    unsigned exit_code;

    /* Books. */
    struct hv_counters counters;
    struct hv_counters region_sum, region_start;
    bool region_begun, region_open;

    /* Scratch of the instruction under way. */
    uint32_t insn;
    struct fault fault;
    struct hv_commit record;
    struct decoded traced;
    bool window_used; /* it has accessed a device window */
    bool tracing;
    struct hv_bus_write *log;
    size_t log_capacity, log_count;

    uint32_t code_page_count, next_code_page;
};

/* machine.c */
void hvm_region(struct hv_machine *m, bool begin);
void hvm_tell_flush(const struct hv_machine *m, struct hv_flushed flush);

/* decode.c */
struct decoded hvm_decode(const struct hv_config *config, uint32_t insn);
struct decoded *hvm_code_page(struct hv_machine *m, uint32_t ram_page);
void hvm_code_decode(const struct hv_config *config, struct decoded *code, unsigned i, uint32_t insn);
void hvm_code_written(struct hv_machine *m, struct decoded *code, unsigned i);
void hvm_code_watch(struct hv_machine *m, uint32_t ram_page);
void hvm_code_forget(struct hv_machine *m);
bool hvm_reads_rs1(const struct decoded *d);
bool hvm_reads_rs2(const struct decoded *d);
bool hvm_writes_rd(const struct decoded *d);

/* loop.c: at most `budget` records, budget >= 1; returns early whenever an interrupt might be due. */
void hvm_execute_fast(struct hv_machine *m, uint64_t budget);
void hvm_execute_traced(struct hv_machine *m, uint64_t budget);

/* access.c. False and STORED_NOT: it has failed, and its record has been made. */
enum stored { STORED_NOT, STORED_RAM, STORED_DEVICE };
bool hvm_load_slow(struct hv_machine *m, uint32_t name, unsigned bytes, uint32_t *value);
enum stored hvm_store_slow(struct hv_machine *m, uint32_t name, unsigned bytes, uint32_t value);
bool hvm_execute_atomic(struct hv_machine *m, const struct decoded *d, uint32_t *result);
void hvm_trace_instruction(struct hv_machine *m, struct decoded *ip);
void hvm_trace_read(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value);
void hvm_trace_write(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value);

/* execute.c. System instructions make their record themselves, and may change anything. */
void hvm_execute_system(struct hv_machine *m, const struct decoded *d);
/* Make the record of m->fault. `fetched`: its instruction's fetch counts as an access. */
void hvm_raise(struct hv_machine *m, bool fetched);
void hvm_raise_exception(struct hv_machine *m, uint32_t cause, uint32_t tval);
void hvm_raise_illegal(struct hv_machine *m);
void hvm_take_trap(struct hv_machine *m, uint32_t cause, uint32_t tval);
void hvm_retire(struct hv_machine *m, uint32_t next_pc);
void hvm_account_fault(struct hv_machine *m, bool fetched);

/* inspect.c: is there a breakpoint of what runs at process names [name, name + bytes), modulo 2^32? */
bool hvm_breakpoint_in(const struct hv_machine *m, uint32_t name, uint32_t bytes);

/* csr.c: hvm_csr_row gives the row of a CSR number, CSR_NONE if the configuration has no such CSR. */
enum { CSR_NONE = 255 };
uint8_t hvm_csr_row(const struct hv_config *config, uint32_t number);
void hvm_execute_csr(struct hv_machine *m, const struct decoded *d);
uint32_t hvm_legalize(const struct hv_config *config, enum context_word word, uint32_t value);
bool hvm_has_context_word(const struct hv_config *config, enum context_word word);
bool hvm_has_capability(const struct hv_machine *m, uint32_t capability);
unsigned hvm_denying_level(const struct hv_machine *m, uint32_t capability);
uint32_t hvm_interrupts_pending(const struct hv_machine *m);
/* MEI in mip's layout. */
enum { EXTERNAL = 1 << HV_IRQ_MEI };

/* The external line, MEI of level 0 (docs/spec.md, 5.3). Its owner: the last of the levels 1 on that have CAPS.LINE
 * without a gap, or 0. Enabled: in the owner's mie, whether it runs or not. */
unsigned hvm_line_owner(const struct hv_machine *m);
bool hvm_line_enabled(const struct hv_machine *m);
/* What monitors have made pending for a level, 1 to n: its VIP, and MEI from the level below by CAPS.LINE; in mip's
 * layout. */
uint32_t hvm_virtual_pending(const struct hv_machine *m, unsigned level);
uint32_t hvm_csr_at(const struct hv_machine *m, unsigned level, const uint32_t context[CTX_WORDS], uint8_t row,
                    uint32_t number);
bool hvm_csr_set(struct hv_machine *m, uint8_t row, uint32_t number, uint32_t value);

/* composer.c */
bool hvm_phi_active(const struct hv_machine *m, unsigned mode);
bool hvm_phi(const struct hv_machine *m, unsigned mode, uint32_t name, uint32_t *resource);
unsigned hvm_data_mode(const struct hv_machine *m);
bool hvm_descend(const struct hv_machine *m, unsigned from, unsigned to, unsigned access, struct walk *walk);
enum page_kind { PAGE_NOTHING, PAGE_DEVICE, PAGE_RAM };
enum page_kind hvm_page_kind(const struct hv_machine *m, uint32_t page);

/* Are these rights all that is needed? */
static inline bool enough(unsigned rights, unsigned need)
{
    return (rights & need) == need;
}

/* walk.c; the walk itself is in walk.h. */
void hvm_forget_walks(struct hv_machine *m);

/* translate.c */
bool hvm_locate(struct hv_machine *m, const struct access_kind *kind, uint32_t name, unsigned bytes, uint32_t *real);
bool hvm_look_up_data(struct hv_machine *m, const struct access_kind *kind, uint32_t name);
bool hvm_look_up_code(struct hv_machine *m);
bool hvm_fetch_page(struct hv_machine *m);
bool hvm_refused(struct hv_machine *m, const struct access_kind *kind, uint32_t name);

/* windows.c */
bool hvm_open_data_window(struct hv_machine *m, uint32_t start, const struct entry *entry);
void hvm_open_code_window(struct hv_machine *m, uint32_t start, struct last_page page, const struct entry *entry);
void hvm_open_part_of_page(struct hv_machine *m, uint32_t start, struct last_page page);
void hvm_close_window(struct hv_machine *m, enum port port, uint32_t page);
void hvm_close_fetch_windows(struct hv_machine *m);
void hvm_close_windows(struct hv_machine *m);
void hvm_phi_changed(struct hv_machine *m);

/* associator.c; to find an entry is in associator.h. Entries are asked for the page of the running VMID; flushes return
 * how many valid associator entries they emptied. */
bool hvm_associator_init(struct associator *a, const struct hv_config *config);
void hvm_associator_free(struct associator *a);
void hvm_associator_reset(struct associator *a);
void hvm_associator_copy(struct associator *to, const struct associator *from);
struct entry *hvm_associator_refill(struct hv_machine *m, enum port port, struct entry *entry, uint32_t real,
                                    unsigned rights);
struct entry *hvm_associator_fill(struct hv_machine *m, enum port port, uint32_t page, uint32_t real, unsigned rights);
uint32_t hvm_associator_appended(struct hv_machine *m);
uint32_t hvm_associator_cut(struct hv_machine *m);
void hvm_associator_running(struct hv_machine *m);
void hvm_associator_place(struct hv_machine *m, unsigned half, uint32_t i, const struct entry *entry);
uint32_t hvm_associator_fence(struct hv_machine *m, bool all, uint32_t syllable);
void hvm_count_flushed(struct hv_machine *m, unsigned level, uint32_t flushed);

/* vmid.c */
void hvm_execute_lvmid(struct hv_machine *m, const struct decoded *d);
void hvm_execute_exit(struct hv_machine *m);
void hvm_latch(struct hv_machine *m, const struct level *child);
void hvm_vm_fault(struct hv_machine *m, const struct fault *fault, bool fetched, uint32_t pc);
bool hvm_fault_exception(struct hv_machine *m, uint32_t cause, uint32_t tval);
bool hvm_fault_vm(struct hv_machine *m, unsigned target, uint32_t cause, uint32_t address, uint32_t insn);
bool hvm_take_event(struct hv_machine *m);
bool hvm_event_due(const struct hv_machine *m);
void hvm_context_of(const struct hv_machine *m, unsigned level, uint32_t context[CTX_WORDS]);
unsigned hvm_bad_map_word(const struct hv_config *config, const struct f_map *map, uint32_t form_word);

/* devices.c: names of device pages. `mask` has the byte lanes of the word at `real`, word-aligned. False: the bus ends
 * the access with err. */
bool hvm_device_read(struct hv_machine *m, uint32_t real, unsigned mask, uint32_t *data);
bool hvm_device_write(struct hv_machine *m, uint32_t real, uint32_t data, unsigned mask);
uint32_t hvm_lines(const struct hv_machine *m);
uint64_t hvm_records_until_timer(const struct hv_machine *m);
static inline uint64_t hvm_mtime(const struct hv_machine *m)
{
    return m->counters.commits + m->mtime_offset;
}

/* RAM by offset from ram_base. */
static inline uint32_t hvm_ram_word(const struct hv_machine *m, uint32_t offset)
{
    const uint8_t *p = m->blocks.ram + offset;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t hvm_ram_half(const struct hv_machine *m, uint32_t offset)
{
    const uint8_t *p = m->blocks.ram + offset;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* Every write to RAM ends here or in one of its siblings: the decoded word is forgotten. */
static inline void hvm_ram_written(struct hv_machine *m, uint32_t offset)
{
    struct decoded *code = m->blocks.code[offset / HV_PAGE_BYTES];
    if (__builtin_expect(code != NULL, 0))
        hvm_code_written(m, code, offset / 4 % PAGE_WORDS);
}

static inline void hvm_ram_set_word(struct hv_machine *m, uint32_t offset, uint32_t value)
{
    uint8_t *p = m->blocks.ram + offset;
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
    hvm_ram_written(m, offset);
}

static inline void hvm_ram_set_half(struct hv_machine *m, uint32_t offset, uint32_t value)
{
    uint8_t *p = m->blocks.ram + offset;
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    hvm_ram_written(m, offset);
}

static inline void hvm_ram_set_byte(struct hv_machine *m, uint32_t offset, uint32_t value)
{
    m->blocks.ram[offset] = (uint8_t)value;
    hvm_ram_written(m, offset);
}

/* Bus writes of a record: counted always while a record is made, kept as far as there is room. */
static inline void hvm_log_write(struct hv_machine *m, uint32_t real, uint32_t data, unsigned mask)
{
    if (!m->tracing)
        return;
    if (m->log_count < m->log_capacity)
        m->log[m->log_count] = (struct hv_bus_write){real, data, (uint8_t)mask};
    m->log_count++;
}

/* The one way the associator's counters move, but for accesses in bulk and flushes. */
#define HVM_COUNT(m, port, counter, number)                                                                            \
    do {                                                                                                               \
        (m)->counters.associator.counter += (number);                                                                  \
        (m)->counters.by_port[port].counter += (number);                                                               \
        (m)->counters.by_level[(m)->level].counter += (number);                                                        \
    } while (0)

/* Lookups move the counters in bulk: before anybody looks at one, or the level changes. */
static inline void hvm_count_lookups(struct hv_machine *m)
{
    for (enum port port = PORT_FETCH; port < PORTS; port++) {
        struct lookups *const lookups = &m->lookups[port];
        if (!(lookups->hits | lookups->misses))
            continue;
        HVM_COUNT(m, port, lookups, lookups->hits + lookups->misses);
        HVM_COUNT(m, port, hits, lookups->hits);
        HVM_COUNT(m, port, misses, lookups->misses);
        HVM_COUNT(m, port, walk_reads, lookups->walk_reads);
        HVM_COUNT(m, port, prefix_hits, lookups->prefix_hits);
        HVM_COUNT(m, port, fills, lookups->fills);
        *lookups = (struct lookups){0};
    }
}

/* `retired` instructions have retired at the running level, each after a fetch that counts as an access,
 * and `data` data accesses were served by the windows. */
static inline void hvm_account(struct hv_machine *m, uint64_t retired, uint64_t data)
{
    m->counters.commits += retired;
    m->counters.instructions += retired;
    m->counters.instructions_by_level[m->level] += retired;
    if (m->level) {
        HVM_COUNT(m, PORT_FETCH, accesses, retired);
        HVM_COUNT(m, PORT_DATA, accesses, data);
        hvm_count_lookups(m);
    }
}

#endif
