/* nestor sweep: what its files share. A job is one run of nestor measure: a program, a depth, a configuration. */
#ifndef NESTOR_SWEEP_H
#define NESTOR_SWEEP_H

#include "cli/cli.h"
#include "lab/result.h"

enum { SWEEP_KEY = 17 };
struct sweep_job {
    char **argv; /* of the command, NULL behind the last: "nestor", "measure", ... */
    char *label; /* for messages */
    char key[SWEEP_KEY];
    bool done; /* its result is in the file */
};
struct sweep_jobs {
    struct sweep_job *list;
    size_t count, room;
};

/* Options of nestor measure that are given on to it as they are, "--interval=1000". */
struct sweep_passed {
    char **list;
    size_t count;
};

/* ---- sweep_plan.c ---- */

/* What is to be measured: programs x depths, in each of the configurations. */
struct sweep_block { /* a configuration, or with lists of values many */
    char *name, *config, *changes[CLI_MAX_CHANGES];
    size_t count;
};
struct sweep_plan {
    char **programs, *depth; /* NULL: all that a configuration has */
    size_t program_count;
    struct sweep_passed passed;
    struct sweep_block *blocks;
    size_t block_count;
};

int sweep_program_add(struct sweep_plan *plan, const char *program);
/* Another option for every job; `value` may be NULL. */
int sweep_option_add(struct sweep_plan *plan, const char *name, const char *value);
/* The block of that name, a new one if there is none; NULL when memory runs out. */
struct sweep_block *sweep_block_find(struct sweep_plan *plan, const char *name);
/* SECTION.KEY=LIST of the block. -1: memory, or too many. */
int sweep_change_add(struct sweep_block *block, const char *change, struct hv_error *error);

/* Add what a plan file says (docs/formats.md). */
int sweep_plan_read(struct sweep_plan *plan, const char *file, struct hv_error *error);
void sweep_plan_free(struct sweep_plan *plan);

/* Parsers of the options that are given on, to be children of the sweep's; the input is a struct sweep_plan. */
const struct argp *sweep_measure_argp(void);
const struct argp *sweep_world_argp(void);
const struct argp *sweep_given_argp(void);
/* Are there programs among them, --vm? */
bool sweep_has_vms(const struct sweep_plan *plan);

/* ---- sweep_jobs.c ---- */

/* All jobs of the plan, each checked as far as it can be without running it; the same job is there once. */
int sweep_jobs_make(struct sweep_jobs *jobs, const struct sweep_plan *plan, struct hv_error *error);
void sweep_jobs_free(struct sweep_jobs *jobs);

/* ---- sweep_file.c ---- */

/* The file of results, to which a line is added for each job. Nobody else may write to it meanwhile. */
struct sweep_file {
    const char *path;
    int fd;
    struct lab_results results; /* all that are there */
};
/* Open or create it, and read what is there. A last line without an end, of a sweep that was killed, is cut off, and
 * told. */
int sweep_file_open(struct sweep_file *file, const char *path, struct hv_error *error);
/* Add the line that nestor measure has printed, and wait until it is on the disk. */
int sweep_file_add(struct sweep_file *file, const struct sweep_job *job, const char *text, size_t length,
                   struct hv_error *error);
/* Tell of a last line without an end that was left out. */
void sweep_warn_torn(const char *path);
void sweep_file_close(struct sweep_file *file);

/* The job that a result is of, or NULL. */
const char *sweep_key_of(const struct lab_result *result);
/* Mark the jobs whose results are there. */
void sweep_mark_done(struct sweep_jobs *jobs, const struct sweep_file *file);

/* Results of several files as one: each job once. Two results of one job must tell the same, but for `seconds` and
 * `command`. */
int sweep_merge(struct lab_results *results, char **files, int count, struct hv_error *error);
int sweep_write(const struct lab_results *results, const char *path, struct hv_error *error);

/* ---- sweep_run.c ---- */

struct sweep_run {
    struct sweep_jobs *jobs;
    struct sweep_file *file;
    unsigned at_once;
    unsigned shard, shards; /* of every `shards` jobs the one number `shard`, from 0 */
    size_t made, failed;
};
/* Run the jobs that are not done. -1 with *error filled: the results cannot be written, or no process can be started.
 */
int sweep_run(struct sweep_run *run, struct hv_error *error);

#endif
