/* nestor measure: what its files share. A case is one program at one depth in one configuration. */
#ifndef NESTOR_MEASURE_H
#define NESTOR_MEASURE_H

#include "cli/cli.h"
#include "cli/list.h"
#include "lab/live.h"
#include "lab/locality.h"
#include "lab/measure.h"
#include "lab/survey.h"

/* A --set: a key, and the values it is to have in turns. */
struct measure_axis {
    char *key;
    struct cli_list values;
};

/* Tables of --by. */
enum measure_table { MEASURE_BY_PORT, MEASURE_BY_LEVEL, MEASURE_BY_VM, MEASURE_BY_FLUSH, MEASURE_TABLES };

/* Whose localities: of all references of all VMs; of the program's own, by its names; of those by the real names that
 * the maps compose. */
enum measure_locality { MEASURE_NO_LOCALITY, MEASURE_ALL, MEASURE_PROGRAM, MEASURE_REAL };

struct measure_options {
    struct cli_configuration config;               /* as given */
    struct measure_axis axes[CLI_MAX_CHANGES + 1]; /* of --set, and one of --quantum with several VMs */
    size_t axis_count;
    unsigned depths[HV_MAX_DEPTH + 1]; /* in the order given */
    size_t depth_count;
    const char **programs;
    size_t program_count;
    struct hv_world_options world; /* but for the depth */
    struct cli_given given;
    uint64_t max_instructions, interval; /* 0: none */
    bool depths_given, json, curve, grid, by[MEASURE_TABLES];
    bool *traces;     /* which of `programs` are traces; NULL: none */
    const char **vms; /* --vm: programs and traces in turns */
    size_t vm_count;
    const char *quantum; /* as given: with --vm references of a turn, values in turns */
    const char *format;  /* of traces; NULL: as their content tells */
    unsigned page_bits;  /* 0: not given */
    double rate;         /* of --sample, 0: not given */
    size_t most;         /* pages that it keeps, 0: all of the rate */
    enum measure_locality locality;
    unsigned previous;   /* references before that count for spatial locality */
    char *command, *mix; /* what the VMs of --vm are called together */
};

struct measure_case {
    const struct measure_options *options;
    const char *program;
    bool replayed;       /* a trace, or several VMs: not a program alone on the model */
    bool recorded;       /* a trace without --depth: of our own, at the depth that it was recorded at */
    uint64_t quantum;    /* of several VMs */
    bool quantum_listed; /* it is one of several that --quantum gives */
    size_t program_index, depth_index, value_index[CLI_MAX_CHANGES + 1];
    struct cli_options job; /* as cli_job_open takes it; its changes are this case's own */
    struct hv_config config;
};

/* What --curve and --grid count: for every geometry, LRU. */
struct measure_geometries {
    uint64_t accesses, lookups;
    uint64_t *curve; /* [i]: misses with i + 1 entries, fully associative; more entries than `curve_count` have as few
                        as the last */
    size_t curve_count;
    struct measure_estimate { /* with --sample in place of the curve */
        uint64_t entries;
        struct lab_sample_point point;
    } * estimates;
    size_t estimate_count;
    struct lab_sample_facts sampled;
    uint64_t grid[LAB_GRID_SET_BITS + 1][LAB_GRID_WAYS]; /* [b][w]: 1 << b sets of w + 1 ways */
};

struct measure_result {
    struct measure_case at;
    struct hv_config counted; /* its depth and bits of a syllable are those of counters and VMIDs */
    unsigned page_bits;
    uint64_t references;         /* of a replay; else 0 */
    struct hv_counters counters; /* of a replay `instructions` may be unknown: 0 */
    struct lab_measure parts;
    struct measure_geometries geometries;
    struct lab_locality_counts locality;
    const char *stopped; /* as in docs/formats.md */
    unsigned exit_code;
    double seconds;
};

/* ---- measure_case.c ---- */

/* All options of nestor measure, in whose argv[0] they stand; for those who give them on. */
extern const struct argp_option measure_argp_options[];

/* Is `text` right for the option of that key? Else the process ends with a message. */
void measure_option_check(int key, char *text, const struct argp_state *state);
/* Is it a list of numbers from `min` to `max`, for option `name`? Else likewise. */
void measure_numbers_check(const char *name, const char *text, uint64_t min, uint64_t max,
                           const struct argp_state *state);
/* The command line: ends the process with a message if an option is wrong. To be freed with measure_options_free,
 * whatever it returns. */
int measure_options_read(struct measure_options *options, int argc, char **argv, struct hv_error *error);

/* The lists behind --set. */
int measure_axes_parse(struct measure_options *options, struct hv_error *error);
/* The list behind --quantum, with several VMs: numbers, as checked by measure_numbers_check. */
int measure_quantum_parse(struct measure_options *options, const char *text, struct hv_error *error);
/* The list behind --depth, 0-4. */
int measure_depths_parse(struct measure_options *options, const char *text, struct hv_error *error);
/* Without one, when axes and programs are there: all depths that the first configuration has. */
int measure_depths_default(struct measure_options *options, struct hv_error *error);
void measure_options_free(struct measure_options *options);

/* How many cases: programs x depths x values of every axis, of traces without --depth one depth; SIZE_MAX when there
 * are too many to count. */
size_t measure_cases(const struct measure_options *options);

/* Case `index`: programs change slowest, then depths, then the first --set. Its configuration is read and checked. To
 * be freed. */
int measure_case_make(struct measure_case *at, const struct measure_options *options, size_t index,
                      struct hv_error *error);
void measure_case_free(struct measure_case *at);

/* ---- measure_run.c ---- */

/* What is told while it runs; see measure_progress.c. */
struct measure_progress;

/* Run the case that `result->at` holds. -1 with *error filled: it could not be run. An interrupted run is a result. */
int measure_run(struct measure_result *result, struct measure_progress *progress, struct hv_error *error);
void measure_result_free(struct measure_result *result);

/* ---- measure_trace.c ---- */

/* The same of a case that is `replayed`. */
int measure_replay(struct measure_result *result, struct measure_progress *progress, struct hv_error *error);

/* ---- measure_survey.c ---- */

/* What counts for every geometry while the machine runs. */
struct measure_survey {
    struct lab_survey *survey; /* NULL: nothing */
    struct lab_live *live;
};

/* For --curve and --grid; nothing without them. */
int measure_survey_open(struct measure_survey *survey, const struct measure_case *at, const struct hv_machine *machine,
                        struct hv_error *error);
/* The counts into *result, if all went well. A warning on stderr where they are not what the model counted for its own
 * geometry. */
int measure_survey_end(struct measure_survey *survey, struct measure_result *result, struct hv_error *error);
void measure_survey_free(struct measure_survey *survey);

/* What counts every geometry for the case; NULL: no memory. Its lookups are those behind the last-page registers. */
struct lab_survey *measure_survey_of(const struct measure_case *at, unsigned page_bits);
/* Its counts into *result. False: no memory. */
bool measure_survey_take(const struct lab_survey *survey, struct measure_result *result);

/* Sizes of which a curve of `count` is written: those up to 1,024 and the last, of the others 64 for each doubling. The
 * next one after `size`, from 0; 0 behind the last. */
size_t measure_curve_next(size_t size, size_t count);

/* ---- measure_locality.c ---- */

/* What sees every reference: with it the machine runs record by record. */
struct measure_localities {
    struct lab_recorder *recorder; /* NULL: nothing */
    struct lab_locality *locality;
    enum measure_locality of;
    unsigned depth;
    struct lab_reference *buffer;
    size_t count;
    bool failed;
};

/* For --locality; nothing without it. */
int measure_localities_open(struct measure_localities *localities, const struct measure_case *at,
                            struct hv_machine *machine, struct hv_error *error);
/* One record, as hv_machine_step; its bus writes are the recorder's. */
enum hv_stop measure_localities_step(struct measure_localities *localities, struct hv_commit *commit);
int measure_localities_end(struct measure_localities *localities, struct measure_result *result,
                           struct hv_error *error);
void measure_localities_free(struct measure_localities *localities);

/* "all", "program", "real". */
const char *measure_locality_name(enum measure_locality of);
/* How probable it is that the next reference has the same phi, or VMID: of `runs` runs of `references`, which `others`
 * of them began. */
double measure_stays(uint64_t runs, uint64_t others, uint64_t references);

/* ---- measure_progress.c ---- */

struct measure_progress {
    size_t cases, done;
    bool any; /* a result has been printed */
    double begin, last;
    uint64_t expected; /* records of the case before, of the same program; 0: unknown */
    const struct measure_case *at;
    bool shown;
};
void measure_progress_show(struct measure_progress *progress, uint64_t records);
/* A case has ended, after so many records. */
void measure_progress_next(struct measure_progress *progress, uint64_t records);
void measure_progress_end(struct measure_progress *progress);

/* ---- measure_json.c, measure_text.c ---- */

/* The result as one line of JSON (docs/formats.md) on stdout. */
int measure_print_json(const struct measure_result *result, struct hv_error *error);

/* The table of all cases: its head, a row of it. */
void measure_print_head(const struct measure_options *options);
void measure_print_row(const struct measure_result *result);
/* An empty line, and what case it is. */
void measure_print_title(const struct measure_result *result);
/* The tables of --by and --interval of one case. */
void measure_print_parts(const struct measure_result *result);

/* 1,000 x `value` / what the result is of: instructions, or, when those are unknown, references; or 0. */
static inline double measure_per_thousand(const struct measure_result *result, uint64_t value)
{
    const uint64_t of = result->counters.instructions ? result->counters.instructions : result->references;
    return of ? 1000.0 * (double)value / (double)of : 0.0;
}

/* ---- measure_tables.c ---- */

/* The tables of --curve, --grid and --locality of one case. */
void measure_print_geometries(const struct measure_result *result);
void measure_print_locality(const struct measure_result *result);

/* Cycles waited for translations, for lab/measure. */
uint64_t measure_waits(const struct hv_config *config, const struct hv_counters *counters);

#endif
