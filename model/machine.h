/* The reference model: one machine, exact to the last counter (docs/spec.md, 8).
 *
 * A library without I/O and without globals: any number of machines in one process.
 * The caller loads memory, steps or runs, feeds and drains the UART, and reads the
 * commit records, the bus writes and the counters. A guest can do anything: every call
 * is bounded and nothing it does makes the model fail.
 */
#ifndef HV_MACHINE_H
#define HV_MACHINE_H

#include "config/config.h"
#include "isa/isa.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hv_machine;

/* Why a run stopped. */
enum hv_stop {
    HV_STOP_NONE,       /* still running */
    HV_STOP_LIMIT,      /* the limit given to hv_machine_run was reached */
    HV_STOP_BREAKPOINT, /* before an instruction at a breakpoint (hv_machine_breakpoints) */
    HV_STOP_FINISHED,   /* the finisher was written: exit code in hv_machine_exit_code */
    HV_STOP_HALTED      /* a WFI at level 0 that nothing can wake */
};

/* One word written on the bus, in order; the sequencer's and devices' included.
 * `real` is word-aligned, bit i of `mask` says that byte i of `data` (lane i) was written;
 * the bytes outside the mask are 0. */
struct hv_bus_write {
    uint32_t real;
    uint32_t data;
    uint8_t mask;
};

/* What a machine with time base `clock` takes from outside for one record (docs/spec.md, 2). */
struct hv_outside {
    uint32_t mip;    /* lines of level 0 in mip's layout, as sampled before the record */
    uint64_t mtime;  /* value for reads of time and of mtime in this record */
    uint64_t mcycle; /* value for reads of cycle and mcycle in this record */
};

/* Counters since reset. by_port[0] fetch, [1] data; by_level[n] for n = 0..depth. */
struct hv_associator_counters {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) uint64_t name;
#include "isa/counters.def"
};

struct hv_counters {
    uint64_t commits;       /* commit records */
    uint64_t instructions;  /* retired */
    uint64_t exceptions;    /* traps taken at the own level, without interrupts */
    uint64_t interrupts;    /* interrupts taken at the own level */
    uint64_t lvmid;         /* LVMIDs retired */
    uint64_t appended;      /* syllables appended by them, resumed levels included */
    uint64_t vm_faults[16]; /* by cause code */
    uint64_t instructions_by_level[HV_MAX_DEPTH + 1];
    struct hv_associator_counters associator; /* all of it */
    struct hv_associator_counters by_port[2]; /* `flushed` is not split by port: 0 here */
    struct hv_associator_counters by_level[HV_MAX_DEPTH + 1];
};

/* Create a machine after reset. The configuration is copied; it must be valid for HV_FOR_MODEL.
 * Returns NULL with *error filled when it is not, or when memory runs out. */
struct hv_machine *hv_machine_new(const struct hv_config *config, struct hv_error *error);
void hv_machine_free(struct hv_machine *machine);

/* Back to the state after reset; RAM is kept. */
void hv_machine_reset(struct hv_machine *machine);

const struct hv_config *hv_machine_config(const struct hv_machine *machine);

/* RAM by real name: copy in or out. Returns false, and copies nothing, when any byte of
 * [real, real + length) is not RAM. */
bool hv_machine_write_ram(struct hv_machine *machine, uint32_t real, const void *bytes, size_t length);
bool hv_machine_read_ram(const struct hv_machine *machine, uint32_t real, void *bytes, size_t length);

/* The RAM itself: ram_bytes bytes, little-endian words. */
const uint8_t *hv_machine_ram(const struct hv_machine *machine);

/* Execute until one commit record is made, and give it. `writes` collects the bus writes
 * of the record: at most `capacity` are stored, *count says how many there were (never more than
 * HV_MAX_WRITES). `writes` and `count` may both be NULL. `outside` is for the time base `clock`
 * and NULL otherwise (with `clock` and NULL the machine keeps time as in `commit`).
 * Returns HV_STOP_NONE or why the machine has stopped; a stopped machine makes no records. */
enum { HV_MAX_WRITES = 64 };
enum hv_stop hv_machine_step(struct hv_machine *machine, const struct hv_outside *outside, struct hv_commit *commit,
                             struct hv_bus_write *writes, size_t capacity, size_t *count);

/* Run without records until `limit` more commit records are made or the machine stops. This is
 * the fast path. */
enum hv_stop hv_machine_run(struct hv_machine *machine, uint64_t limit);

/* Why it stopped last; exit code written to the finisher: 0 for success, else the code given. */
enum hv_stop hv_machine_stopped(const struct hv_machine *machine);
unsigned hv_machine_exit_code(const struct hv_machine *machine);

/* mtime, before the next record. */
uint64_t hv_machine_mtime(const struct hv_machine *machine);

/* More may come for the UART at any time: then a WFI for which it alone could be is over at once
 * (docs/spec.md, 10.5.7). Was there one since this was asked last? */
void hv_machine_input_open(struct hv_machine *machine, bool open);
bool hv_machine_waited(struct hv_machine *machine);

/* UART: bytes the guest sent (removed as they are read; returns how many), and bytes for it
 * to receive (returns how many were taken; the queue holds HV_UART_QUEUE). The output queue
 * grows as needed. */
enum { HV_UART_QUEUE = 4096 };
size_t hv_machine_uart_output(struct hv_machine *machine, uint8_t *bytes, size_t capacity);
size_t hv_machine_uart_input(struct hv_machine *machine, const uint8_t *bytes, size_t length);

/* What is in the device windows (docs/spec.md, 10.13): called once for each load and store there, in order. */
struct hv_window_access {
    unsigned window; /* number in the configuration */
    uint32_t offset; /* of the word from the window's base, bytes */
    uint8_t mask;    /* bit i: byte lane i */
    bool write;
    uint32_t data; /* a write's, 0 outside the mask; a read's is 0 and to be filled in, what is outside the mask does
                    * not matter */
    bool irq; /* the windows' interrupt line, part of MEIP at level 0: as it is; may be changed for what comes next */
};
/* False: the bus ends the access with err, and nothing has been done. */
typedef bool hv_window_function(void *context, struct hv_window_access *access);

/* Has the last record made by hv_machine_step accessed one? Then part of it may come from outside. */
bool hv_machine_window_used(const struct hv_machine *machine);

/* Put something into the windows; NULL, and before the first call: reads give 0, writes have no effect. Kept by reset
 * and restore. */
void hv_machine_windows(struct hv_machine *machine, hv_window_function *function, void *context);

/* What empties the last-page registers, and entries by the key's rules (docs/spec.md, 7 and 10.8.6): an hv.fence
 * executed, an LVMID retired, which appends one syllable or more, and a VM-fault, which cuts the VMID. */
enum hv_flush { HV_FLUSH_FENCE, HV_FLUSH_APPEND, HV_FLUSH_CUT, HV_FLUSHES };
struct hv_flushed {
    enum hv_flush cause;
    bool all; /* of a fence: every child; else the child `syllable`, which may be any number */
    uint32_t syllable;
};

/* A lookup (docs/spec.md, 7.3) of the running VM: for a fetch, load or store (HV_ACCESS_...; LR a load, SC and AMO
 * stores), of a resource page; `faulted`: it was a miss whose walk ended in a VM-fault, and filled nothing. */
struct hv_looked_up {
    unsigned access;
    uint32_t page;
    bool faulted;
};

/* Who is told of them, in hv_machine_run and hv_machine_step alike, in program order: so a watcher can tell what each
 * VM took, and what another associator would have done, at nearly full speed, since both are rare. A flush is told when
 * its record is all counted and the VMID is the new one; a lookup when it is counted. Nothing may be done to the
 * machine. */
struct hv_watcher {
    void *context;
    void (*flushed)(void *context, const struct hv_machine *machine, const struct hv_flushed *flush);      /* or NULL */
    void (*looked_up)(void *context, const struct hv_machine *machine, const struct hv_looked_up *lookup); /* or NULL */
};

/* All NULL, and before the first call: nobody. Kept by reset and restore. */
void hv_machine_watch(struct hv_machine *machine, struct hv_watcher watcher);

/* Counters of the whole run, and of the regions of interest (after a hint instruction
 * `slti x0, x0, 1` retires, until `slti x0, x0, 2` has retired, whatever runs in between, monitors
 * included). `region` returns false when no region was begun. */
const struct hv_counters *hv_machine_counters(const struct hv_machine *machine);
bool hv_machine_region(const struct hv_machine *machine, struct hv_counters *region);
/* Does the next record belong to a region of interest? */
bool hv_machine_in_region(const struct hv_machine *machine);

/* State for reports: pc, mode, level and VMID (packed as in commit.def) of what runs next,
 * and a general register of the running level. */
uint32_t hv_machine_pc(const struct hv_machine *machine);
unsigned hv_machine_mode(const struct hv_machine *machine);
unsigned hv_machine_level(const struct hv_machine *machine);
uint64_t hv_machine_vmid(const struct hv_machine *machine);
uint32_t hv_machine_x(const struct hv_machine *machine, unsigned i);

/* Is phi in force for an access (HV_ACCESS_FETCH/LOAD/STORE) of what runs next? Then its R-B, in bytes; else false,
 * with both untouched: names are resource names. */
bool hv_machine_phi(const struct hv_machine *machine, unsigned access, uint32_t *base, uint32_t *bound);

/* What LVMID latched last for a level: one of f's two windows (0 memory, 1 I/O), and CAPS. It stays readable after the
 * VM-fault that cut the level, until another VM is appended there, so that a watcher of records can say which
 * map failed. A level at which nothing was appended since reset has form none and no capability. `level` is 1 to the
 * configuration's depth; for others, and other windows, false with *map untouched, and 0. */
struct hv_map {
    uint32_t form, grain, first, base, bound; /* form: HV_FORM_... */
    uint32_t table;                           /* linear: the pinned real name of the table */
};
bool hv_machine_map(const struct hv_machine *machine, unsigned level, unsigned window, struct hv_map *map);
uint32_t hv_machine_caps(const struct hv_machine *machine, unsigned level);

/* The step at which the last probe, of LVMID or of a chain that it resumed, ended; HV_PROBE_STEPS when there
 * was none since reset. An LVMID that is illegal makes no probe, one that DEPTH stops ends at HV_PROBE_DEPTH. For
 * watchers only, not state of the architecture: nothing depends on it, but snapshots carry it. */
enum hv_probe hv_machine_probe(const struct hv_machine *machine);

/* What is cached of compositions (docs/spec.md, 7), for watchers: entry `i`, from 0, of one of the memories, valid or
 * not. A unified associator is all in HV_CACHE_FETCH. False, with *out untouched, when the memory has no such entry. */
enum hv_cache {
    HV_CACHE_FETCH, /* way i % ways of set i / ways */
    HV_CACHE_DATA,
    HV_CACHE_PREFIX,
    HV_CACHE_LAST /* the last-page registers, first the fetches', each by use, the most recent one first; they are the
                     running VM's, and have no tag */
};
struct hv_cached {
    bool valid;
    unsigned level; /* of the VM whose names it translates */
    uint64_t tag;   /* key vmid: the VMID, packed as in commit.def; key level: the level; none: 0 */
    uint32_t page, real;
};
bool hv_machine_cached(const struct hv_machine *machine, enum hv_cache cache, unsigned i, struct hv_cached *out);

/* Key level: the syllable held last at a level, 1 to the configuration's depth; 0 when there was none since reset. */
uint32_t hv_machine_held(const struct hv_machine *machine, unsigned level);

/* ---- For a debugger ---- */

/* Some of the VMs, the real machine among them. */
struct hv_vms {
    enum { HV_ALL_VMS, HV_VMS_OF_LEVEL, HV_ONE_VM } kind;
    unsigned level; /* of all but HV_ALL_VMS */
    uint64_t vmid;  /* of HV_ONE_VM, packed as in commit.def */
};
bool hv_vms_have(const struct hv_vms *vms, unsigned level, uint64_t vmid);

/* hv_machine_run ends with HV_STOP_BREAKPOINT before an instruction whose pc, a process name, is that of one of them
 * while one of its VMs runs: before its first record too. No memory is written, and the machine does what it does
 * without them; pages with one run slower. An event that comes before the instruction (an interrupt, say) is no such
 * instruction. The list is the caller's, and is used until the next call; count 0: none. Kept by reset and restore.
 * hv_machine_step takes no notice; before it hv_machine_at_breakpoint tells. */
struct hv_breakpoint {
    uint32_t pc;
    struct hv_vms vms;
};
void hv_machine_breakpoints(struct hv_machine *machine, const struct hv_breakpoint *list, size_t count);
bool hv_machine_at_breakpoint(const struct hv_machine *machine);

/* What the monitor at a level of the VMID, or the running VM, has: its pc, and a CSR by its number, read without any
 * effect, whatever mode or capability that takes. `level` is 0 to the running one; levels below it are suspended in
 * LVMID, with the context that it has stored. False, with the result untouched: no such level, or CSR in this
 * configuration. */
bool hv_machine_level_pc(const struct hv_machine *machine, unsigned level, uint32_t *pc, unsigned *mode);
bool hv_machine_csr(const struct hv_machine *machine, unsigned level, uint32_t number, uint32_t *value);

/* Change the running level's between two records. CSRs take what a CSR instruction would leave there; a counter has the
 * value for the next record. False: x0 or none, a CSR that nothing can write. The pc's two low bits are taken as 0. */
bool hv_machine_set_x(struct hv_machine *machine, unsigned i, uint32_t value);
void hv_machine_set_pc(struct hv_machine *machine, uint32_t pc);
bool hv_machine_set_csr(struct hv_machine *machine, uint32_t number, uint32_t value);

/* The real name of a name of the process (`process`) or of a resource name of a level of the VMID, for an access
 * (HV_ACCESS_FETCH/LOAD/STORE), without any effect, and whatever is cached. False, with *real untouched: no such level,
 * phi or an f has no value, a map denies the access, nothing is there. */
bool hv_machine_locate(const struct hv_machine *machine, unsigned level, bool process, uint32_t name, unsigned access,
                       uint32_t *real);

/* Evaluate the map of the running level without any effect: the real name of process name `name`
 * for an access (HV_ACCESS_FETCH/LOAD/STORE), true if there is one. `steps`, if not NULL, receives
 * the names on the way: phi's value, then after each f (n + 1 of them); *count how many exist.
 * For the demo's evaluation sequences (Table II). */
bool hv_machine_evaluate(const struct hv_machine *machine, uint32_t name, unsigned access, uint32_t *real,
                         uint32_t steps[HV_MAX_DEPTH + 1], unsigned *count);

/* What f of levels `level` down to 1 of the VMID makes of resource page `page`, without any effect: the real page, and
 * the accesses that all levels grant, bit HV_ACCESS_... each. 0: none, *real untouched. `level` is at most the running
 * one. */
unsigned hv_machine_compose(const struct hv_machine *machine, unsigned level, uint32_t page, uint32_t *real);

/* The walk that an access (HV_ACCESS_FETCH/LOAD/STORE) of a VM to its resource page `page` would make now, without any
 * effect and whatever is cached. The VM is that of `level`, 0 to the configuration's depth, by the maps that LVMID
 * latched last, as in hv_machine_map: the running one, or one that a VM-fault has just cut. Its own map is `top`, those
 * of level - 1 to 1 and what the real page is are `below`: at level 1 only the latter. Rights: bits 0 R, 1 W, 2 X, 3
 * RAM (a fetch, LR, SC and AMO need it); where a map denies the access, has no value, or nothing is at the real name,
 * there are none. Nothing walks at level 0: `below`, `real` and below_rights are of `page` itself, the rest is 0. */
struct hv_walk {
    uint32_t below, real; /* pages: f of level n's value, 0 if it has none; the real one, 0 if there is none */
    uint8_t top_rights, below_rights;
    uint8_t top_reads, below_reads; /* of tables, up to where it ends */
};
void hv_machine_walk(const struct hv_machine *machine, unsigned level, unsigned access, uint32_t page,
                     struct hv_walk *walk);

/* A snapshot is the whole state, RAM included. Restoring needs the same configuration.
 * `save` returns NULL when memory runs out; `restore` false on another configuration. */
struct hv_snapshot;
struct hv_snapshot *hv_machine_save(const struct hv_machine *machine);
bool hv_machine_restore(struct hv_machine *machine, const struct hv_snapshot *snapshot);
void hv_snapshot_free(struct hv_snapshot *snapshot);

#endif
