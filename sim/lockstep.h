/* Lockstep: the model and the generated Verilog run the same image and must agree
 * (docs/spec.md, 8).
 *
 * At each commit record of the RTL the model makes one step, and every field is compared;
 * bus writes and UART bytes are compared in order, exit code and all of RAM at the end. The model judges
 * every trap and VM-fault by itself: with the time base `commit` nothing is copied from the RTL,
 * with `clock` only time values that were read and the sampled interrupt lines (docs/spec.md, 10.11). What a device
 * window gives the RTL, the model takes over, access by access, which must be the same (10.13).
 */
#ifndef HV_LOCKSTEP_H
#define HV_LOCKSTEP_H

#include "config/config.h"
#include "model/state.h"
#include "sim/dut.h"
#include "sim/stack.h"
#include "sim/world.h"
#include "view/places.h"

/* What both run. RAM that no segment covers is 0. */
struct hv_image {
    const struct hv_segment *segments;
    size_t count;
    const uint8_t *input; /* bytes for the UART to receive */
    size_t input_length;
    const struct hv_state *state; /* to begin in, or NULL: that after reset */
};

/* One f that the RTL's composer evaluated with a value. */
struct hv_composer_step {
    uint32_t level, page, value;
};

/* A record on which both agree. Pointers live during the call. */
struct hv_lockstep_record {
    const struct hv_commit *commit;
    uint64_t cycle;                    /* of rvfi_valid */
    const uint64_t *phases;            /* cycles since the record before, by isa/phase.def: hv_stack_add */
    const struct hv_bus_write *writes; /* the model's */
    size_t write_count;
    const struct hv_composer_step *steps; /* of the RTL since the record before */
    size_t step_count;
    bool copied;                      /* a time value was copied from the RTL */
    const struct hv_machine *machine; /* after the record */
};

/* Who watches a run; every function may be NULL. */
struct hv_lockstep_watch {
    void *context;
    void (*before)(void *context, const struct hv_machine *machine);        /* before the model steps */
    bool (*record)(void *context, const struct hv_lockstep_record *record); /* false stops the run */
    void (*output)(void *context, const uint8_t *bytes, size_t length);     /* what the guest sent */
    void (*progress)(void *context, uint64_t commits, uint64_t cycles);     /* now and then */
};

/* What is in the device windows; function NULL: reads give 0. It is asked once for each access, for the RTL. */
struct hv_windows {
    hv_window_function *function;
    void *context;
};

/* Who saves the RTL's side of a run, on a simulator opened with `state`. Between two instructions its state is taken,
 * and must be the model's, RAM and what it has received of the input too. */
struct hv_lockstep_save {
    void *context;
    uint64_t at;                   /* commit records since reset after which it is saved; 0: not before it is wanted */
    bool (*wanted)(void *context); /* asked now and then; true: at the next record */
    /* Write it. Returns 0 to go on, 1 to end the run, -1 with *error. NULL: there is nothing to save. */
    int (*write)(void *context, const struct hv_state *state, const uint8_t *ram, uint64_t received,
                 struct hv_error *error);
};

struct hv_lockstep_options {
    uint64_t max_commits;  /* since reset, before the save that is resumed too; 0: no limit */
    uint64_t hang_cycles;  /* without a commit: a hang; 0: HV_HANG_CYCLES */
    uint64_t wfi_cycles;   /* time base `clock`: a WFI that waits so long ends the run as a limit; 0: it may wait
                            * HV_WFI_FACTOR times hang_cycles, and then it hangs */
    unsigned wait_percent; /* share of cycles with wait states, 0 to 90 */
    uint64_t seed;         /* of the wait states */
    struct hv_windows windows;
    const char *repeat;               /* command line for the report, or NULL */
    const struct view_places *places; /* symbols for the report, or NULL */
    struct hv_lockstep_watch watch;
    struct hv_lockstep_save save;
};
enum { HV_HANG_CYCLES = 100000, HV_WFI_FACTOR = 1000, HV_MAX_WAIT_PERCENT = 90 };

enum hv_lockstep_end {
    HV_LOCKSTEP_FINISHED, /* both wrote the finisher; all agrees */
    HV_LOCKSTEP_HALTED, /* both stopped at a WFI that nothing can wake; all agrees. With the time base `clock` it may be
                         * one that waits for the UART, whose input has ended: then it has no record, and RAM is not
                         * compared */
    HV_LOCKSTEP_LIMIT,  /* max_commits records agree; or all up to a WFI that waits longer than wfi_cycles */
    HV_LOCKSTEP_STOPPED, /* watch.record said so */
    HV_LOCKSTEP_SAVED,   /* save.write said so */
    HV_LOCKSTEP_MISMATCH
};

/* What differs. */
enum hv_difference {
    HV_DIFFERENCE_NONE,
    HV_DIFFERENCE_FIELD,   /* fields of a record */
    HV_DIFFERENCE_UNKNOWN, /* a field of the RTL has unknown bits (Icarus) */
    HV_DIFFERENCE_EXTRA,   /* a record of the RTL after the model's last */
    HV_DIFFERENCE_HANG,    /* no record of the RTL for too long */
    HV_DIFFERENCE_WRITE,   /* bus writes */
    HV_DIFFERENCE_OUTPUT,  /* UART bytes */
    HV_DIFFERENCE_WINDOW,  /* accesses of device windows */
    HV_DIFFERENCE_END,     /* one has ended, or the exit codes differ */
    HV_DIFFERENCE_RAM,
    HV_DIFFERENCE_STATE /* what is to be saved */
};

/* Clock cycles of records: each record has those since the record before it. */
struct hv_lockstep_cycles {
    uint64_t all, lvmid, vm_faults; /* of all records, of LVMIDs, of VM-faults */
    uint64_t stack[HV_STACK_CAUSES];
};

struct hv_lockstep_result {
    enum hv_lockstep_end end;
    unsigned exit_code; /* the program's, when finished */
    uint64_t commits;   /* records that agree */
    uint64_t cycles;    /* clock cycles up to and with the last of them */
    uint64_t begun;     /* instructions before this run, of a save that was resumed */
    uint64_t copied;    /* records in which time was copied from the RTL */
    uint64_t windows;   /* records that accessed a device window */
    double seconds;
    struct hv_counters counters;
    struct hv_counters region;
    bool has_region;
    struct hv_lockstep_cycles spent, region_spent;
    /* Of a mismatch: */
    enum hv_difference difference;
    uint64_t fields;        /* bit i: field i of isa/commit.def differs */
    bool has_model;         /* there is a record of the model */
    struct hv_commit model; /* it: what the RTL's should be */
    uint64_t cycle;         /* when it was seen */
    char *report;           /* text of several lines; free with hv_lockstep_result_free */
};

void hv_lockstep_result_free(struct hv_lockstep_result *result);

/* A running DUT, as the core sees it. Each function returns 0, or -1 with *error filled. */
struct hv_dut {
    /* Give the next events; *count > 0. */
    int (*run)(struct hv_dut *dut, struct hv_dut_event *events, size_t capacity, size_t *count, struct hv_error *error);
    /* After HV_DUT_END, or while it is held: copy RAM out. */
    int (*ram)(struct hv_dut *dut, uint8_t *bytes, size_t length, struct hv_error *error);
    /* Of a simulator opened with `state`, else NULL or an error (sim/rtl_state.h). From now on the events given end
     * with the cycle of the record of this number. */
    void (*stop_at)(struct hv_dut *dut, uint64_t order);
    /* In the cycle after such a record: it makes no more, and in HV_RTL_REST cycles comes to rest. */
    int (*hold)(struct hv_dut *dut, struct hv_error *error);
    /* Then: take its state, and how much of the input it has received; let it go on. */
    int (*take)(struct hv_dut *dut, struct hv_state *state, uint64_t *received, struct hv_error *error);
    int (*go)(struct hv_dut *dut, struct hv_error *error);
    void (*close)(struct hv_dut *dut);
};

/* The comparison core. `dut` has been loaded with the image; it is not closed. Returns 0 with
 * *result filled (free it), a mismatch included, or -1 with *error when the run could not be made. */
int hv_lockstep_compare(const struct hv_config *config, const struct hv_image *image, struct hv_dut *dut,
                        const struct hv_lockstep_options *options, struct hv_lockstep_result *result,
                        struct hv_error *error);

/* Load an image into a model, and feed it as much input as it takes from *position on. */
int hv_image_load(const struct hv_image *image, struct hv_machine *machine, struct hv_error *error);
void hv_image_feed(const struct hv_image *image, struct hv_machine *machine, size_t *position);

#endif
