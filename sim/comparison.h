/* Inside lockstep: the state of one comparison, shared by lockstep.c (which compares) and
 * report.c (which tells of the difference). fuzz/associator.c, which compares two models, has its reports made here. */
#ifndef HV_COMPARISON_H
#define HV_COMPARISON_H

#include "sim/lockstep.h"

#include <stdio.h>

/* What one side has done and the other not yet: bus writes, or UART bytes in `data`. */
struct effect {
    struct hv_bus_write write;
    uint64_t order; /* model: of the record it belongs to */
    uint64_t cycle; /* RTL: when it was seen */
};

/* The RTL may be this many effects ahead or behind; more is a difference. */
enum { HV_MAX_LAG = 256, HV_HISTORY = 16, HV_MAX_STEPS = 512 };

struct effects {
    struct effect ring[HV_MAX_LAG];
    unsigned first, count;
};

/* Two streams that must be equal: at most one of the queues is not empty. */
struct stream {
    struct effects model, rtl;
    uint64_t matched;
};

struct past_record {
    struct hv_commit commit;
    uint64_t cycle;
};

/* What the RTL has asked the device windows for, with the answers, and the model not yet. The RTL makes such an access
 * in the record that is not over: one waits, and the rest is room for a faulty RTL. */
enum { HV_MAX_WINDOW_ACCESSES = 16 };
struct window_accesses {
    struct hv_dut_window ring[HV_MAX_WINDOW_ACCESSES];
    unsigned first, count;
    char text[200]; /* what differs, or empty */
};

struct comparison {
    const struct hv_config *config;
    const struct hv_image *image;
    const struct hv_lockstep_options *options;
    struct hv_lockstep_result *result;
    struct hv_dut *dut;   /* NULL: two models, without cycles */
    const char *sides[2]; /* names in the report; NULL: "model" and "RTL" */
    struct hv_machine *machine;
    size_t input_position;
    struct stream writes, output;
    struct window_accesses windows;
    struct past_record history[HV_HISTORY]; /* record i is in i modulo HV_HISTORY */
    struct hv_composer_step steps[HV_MAX_STEPS];
    size_t step_count;
    uint64_t save_at;      /* records after which the RTL stops to be saved; 0: it does not */
    uint64_t cycle;        /* of the RTL, as far as it is known */
    uint64_t commit_cycle; /* of the last record */
    struct hv_outside outside;
    bool ended;
};

/* What a report is about. */
struct finding {
    enum hv_difference difference;
    const struct hv_commit *model, *rtl; /* records, or NULL */
    const struct effect *model_effect, *rtl_effect;
    const char *text;       /* what happened, one line, or NULL */
    const uint8_t *rtl_ram; /* HV_DIFFERENCE_RAM */
};

/* Bit i: field i of isa/commit.def differs. */
uint64_t hv_different_fields(const struct hv_commit *model, const struct hv_commit *rtl);

/* Keep the record number result->commits, on which both agree, for the report. */
void hv_report_keep(struct comparison *c, const struct hv_commit *commit);

/* The report of a finding, to be freed; NULL when memory runs out. */
char *hv_report(const struct comparison *c, const struct finding *finding);

/* Room for the events of one advance. */
enum { HV_MAX_EVENTS = 256 };

/* Let the RTL go on once, and compare what it does. Returns 0, or -1 with *error. */
int hv_comparison_advance(struct comparison *c, struct hv_dut_event *events, struct hv_error *error);
/* Record the difference; the first one counts. Returns false. */
bool hv_comparison_differ(struct comparison *c, const struct finding *finding);
/* Has each side done what the other has done? Else that is the difference. */
bool hv_comparison_even(struct comparison *c);
int hv_comparison_ram(struct comparison *c, uint8_t *ram, struct hv_error *error);

/* lockstep_save.c: before the RTL goes on, and when it has. Return 0, or -1 with *error. */
int hv_comparison_before(struct comparison *c, struct hv_error *error);
int hv_comparison_after(struct comparison *c, struct hv_dut_event *events, struct hv_error *error);

#endif
