/* The command `nestor`: what its subcommands share. One file per subcommand. */
#ifndef NESTOR_CLI_H
#define NESTOR_CLI_H

#include "config/config.h"
#include "sim/devices.h"
#include "sim/lockstep.h"
#include "sim/save.h"
#include "sim/world.h"
#include "view/places.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit statuses beside a program's own. */
enum {
    NESTOR_MISMATCH = 1,     /* cosim: model and RTL differ */
    NESTOR_FAILED = 3,       /* cosim: they agree, and the program failed */
    NESTOR_REFUSED = 124,    /* a save that is none, damaged, or of another configuration */
    NESTOR_ERROR = 125,      /* Nestor's own errors */
    NESTOR_INTERRUPTED = 130 /* by Ctrl-C: 128 + SIGINT, as shells have it */
};

/* Subcommands: argv[0] is "nestor <command>". The exit status. */
int nestor_gen(int argc, char **argv);
int nestor_run(int argc, char **argv);
int nestor_cosim(int argc, char **argv);
int nestor_board(int argc, char **argv);
int nestor_config(int argc, char **argv);
int nestor_demo(int argc, char **argv);
int nestor_fuzz(int argc, char **argv);
int nestor_replay(int argc, char **argv);
int nestor_world(int argc, char **argv);
int nestor_trace(int argc, char **argv);
int nestor_measure(int argc, char **argv);
int nestor_sweep(int argc, char **argv);
int nestor_report(int argc, char **argv);

/* "nestor 0.2.0 (COMMIT)", or without the commit when this was not built from a clone. */
const char *cli_version(void);

/* One line on stderr: "nestor: ..."; returns NESTOR_ERROR. */
int cli_fail(const struct hv_error *error);
__attribute__((format(printf, 1, 2))) int cli_failf(const char *format, ...);

/* "nestor: warning: ..." on stderr, if there is one. */
void cli_warn(const struct hv_error *warning);

/* ---- Options ---- */

/* Parse a number, decimal or 0x..., of `min` to `max`, given for option `name`; ends the process with a
 * message when it is none. */
uint64_t cli_number_from(const char *name, const char *text, uint64_t min, uint64_t max,
                         const struct argp_state *state);
/* The same, from 0. */
uint64_t cli_number(const char *name, const char *text, uint64_t max, const struct argp_state *state);

/* The configuration that a subcommand takes: options --config and --set. */
enum { CLI_MAX_CHANGES = 64 };
struct cli_configuration {
    const char *name; /* a preset or a file */
    const char *changes[CLI_MAX_CHANGES];
    size_t count;
};

/* Parser of those options, to be a child of a subcommand's; its input is a struct cli_configuration. */
extern const struct argp cli_config_argp;
int cli_config_read(struct hv_config *config, const struct cli_configuration *from, struct hv_error *error);

/* What is written about records, as given (cli/watch.h); all zero: nothing. */
enum trace_format { TRACE_JSON, TRACE_HEX };
struct cli_watch_options {
    const char *trace, *explain; /* files, "-" for standard output, or NULL */
    enum trace_format trace_format;
    uint64_t from, count; /* records written: from this one on, so many; count 0: all */
    bool has_level;
    unsigned level;
    const char *vmid;  /* of this VM only, or NULL */
    const char *given; /* an option that chooses records, or NULL */
};

/* Parser of those options, to be a child of a subcommand's; its input is a struct cli_watch_options. */
extern const struct argp cli_watch_argp;

/* An end for the error that there is one argument too many: "; ..." or "". A file behind --explain is one. */
const char *cli_watch_hint(const struct cli_watch_options *options);

/* Parser of what the monitors of --depth do, but for the depth, and of what a kernel is given; its input is a struct
 * hv_world_options. */
extern const struct argp cli_world_argp;

/* What the program is given from outside, by every command that runs one. */
struct cli_given {
    const char *input;                   /* what the UART receives, a file, or NULL */
    const char *devices[HV_MAX_DEVICES]; /* NAME=FILE.so */
    size_t device_count;
};

/* Parser of those options, to be a child of a subcommand's; its input is a struct cli_given. */
extern const struct argp cli_given_argp;

/* Saves (cli/save.h); file NULL: none, at 0: not before the run is stopped. */
struct cli_save_options {
    const char *file, *resume;
    uint64_t at;
};

/* What run and cosim have in common. */
struct cli_options {
    struct cli_configuration config;
    struct hv_world_options world;
    struct cli_watch_options watch;
    struct cli_given given;
    struct cli_save_options save;
    const char *program;
    bool json;
    uint64_t max_instructions; /* since reset; 0: no limit */
    uint64_t seed;
};

/* Parser of those options and of PROGRAM.elf, to be a child of the subcommand's; its input is a
 * struct cli_options. */
extern const struct argp cli_common_argp;
void cli_options_default(struct cli_options *options);
/* Options that shape the world of a program, other than its depth, were given: a trace has no use for them. */
bool cli_world_is_shaped(const struct hv_world_options *world, const char *input);

/* The command line as a shell takes it, for reports; to be freed. NULL when memory runs out. */
char *cli_command_line(int argc, char **argv);

/* Parser of an argp that has nothing but one child, for the same input. */
error_t cli_pass_input(int key, char *text, struct argp_state *state);

/* argp_parse with Nestor's conventions: every bad option ends in status NESTOR_ERROR. `argp` has a parser. */
void cli_parse(const struct argp *argp, int argc, char **argv, void *input);

/* ---- What is to be run ---- */

struct cli_job {
    struct hv_config config;
    struct hv_world world;
    uint8_t *input;
    struct hv_save resumed; /* with --resume */
    bool refused;           /* the job could not be opened since its save is refused */
    struct hv_image image;
    struct hv_devices *devices; /* in the configuration's device windows; NULL: none */
    struct view_places *places; /* what lies where, for names that people read */
};
int cli_job_open(struct cli_job *job, const struct cli_options *options, enum hv_use use, struct hv_error *error);
void cli_job_close(struct cli_job *job);
/* After cli_job_open has failed: the line, and the exit status. */
int cli_job_fail(const struct cli_job *job, const struct hv_error *error);
/* What answers for the device windows. */
struct hv_windows cli_job_windows(const struct cli_job *job);

/* ---- Output files: under a temporary name until they are whole ---- */

struct cli_file {
    FILE *stream;
    const char *path; /* as given, for messages */
    char *target;     /* where links lead to; NULL for a device, a pipe, standard output */
    char *temporary;
    bool durable; /* set by the user: the contents are on the disk before the file gets its name */
};
/* `path` may be "-": standard output. A symbolic link stays; the file that it leads to is replaced. */
int cli_file_open(struct cli_file *file, const char *path, struct hv_error *error);
/* The same for what cannot be written to a device or pipe, which is then an error. */
int cli_file_open_regular(struct cli_file *file, const char *path, struct hv_error *error);
/* Is `output` about to take the place of `input`, a regular file? Both may be "-". Then an error, else 0. */
int cli_file_keep_input(const char *input, const char *output, struct hv_error *error);
/* Close and give it its name; on an error, or without `keep`, remove it. */
int cli_file_close(struct cli_file *file, bool keep, struct hv_error *error);
/* Close two regular files and give both their names, or remove both. */
int cli_file_close_both(struct cli_file *first, struct cli_file *second, bool keep, struct hv_error *error);

/* Does the file begin as programs do (ELF, or a flat Linux Image)? A pipe is not looked into, and what cannot be opened
 * is no program: asked for as a trace, that tells why. */
bool cli_is_program(const char *path);

/* ---- Results ---- */

struct cli_result {
    const char *simulator; /* "model", "verilator", "icarus", "gates" */
    const char *stopped;   /* "finished", "halted", "limit", "round", "interrupted", "mismatch" */
    const struct hv_counters *counters;
    const struct hv_counters *region;                      /* or NULL */
    const struct hv_lockstep_cycles *spent, *region_spent; /* NULL in run */
    uint64_t mismatches;                                   /* in lockstep */
    unsigned exit_code;                                    /* when finished */
    double seconds;
};

/* The JSON object of run and cosim on stdout. */
int cli_print_json(const struct cli_job *job, const struct cli_options *options, const struct cli_result *result,
                   struct hv_error *error);

/* The CPI stack as a table with bars; `instructions` retired. */
void cli_print_stack(FILE *out, const struct hv_lockstep_cycles *spent, uint64_t instructions);

/* "..., hit rate 99.6 %, 1234 cycles waited for translation, 960 KiB of RAM for the program" and the end of the line,
 * on stderr: how the summaries of run and cosim end. `spent`: NULL in run. */
void cli_summary_end(const struct cli_job *job, const struct hv_counters *counters,
                     const struct hv_lockstep_cycles *spent);

/* ---- Ctrl-C ---- */

/* From now on Ctrl-C is to be asked for. */
void cli_interrupt_catch(void);
bool cli_interrupted(void);
/* The line that tells where the program was; returns NESTOR_INTERRUPTED. */
int cli_interrupt_tell(const char *program, uint64_t records, const char *where);

/* ---- Progress, on stderr ---- */

/* When that is a terminal. */

struct cli_progress {
    bool shown;
    double begin, last;
    uint64_t total; /* commits to come in all, 0 if unknown */
};
void cli_progress_begin(struct cli_progress *progress, uint64_t total);
void cli_progress_show(struct cli_progress *progress, uint64_t commits);
void cli_progress_end(struct cli_progress *progress);
/* "building the ... simulator of ...", a line before it is built; always. */
void cli_progress_building(void *context, const char *what);

double cli_now(void);

#endif
