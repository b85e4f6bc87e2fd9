/* The options --save, --save-at and --resume of run and cosim (docs/guide.md). */
#ifndef NESTOR_CLI_SAVE_H
#define NESTOR_CLI_SAVE_H

#include "cli/cli.h"
#include "sim/save.h"

/* Parser of the options, to be a child of a subcommand's; its input is a struct cli_save_options. */
extern const struct argp cli_save_argp;

/* Read the save of --resume, with what --input says behind its input. Free it in any case. Returns 0,
 * HV_SAVE_REFUSED, or -1, with *error. */
int cli_resume_open(struct hv_save *save, const struct cli_options *options, struct hv_error *error);

/* Before the first record, `commits` of the save that is resumed: can what --save asks for be done? From now on SIGUSR1
 * is to be asked for. Returns 0, or -1 with *error. */
int cli_save_begin(const struct cli_options *options, uint64_t commits, struct hv_error *error);

/* Has SIGUSR1 come since the last call? */
bool cli_save_wanted(void);

/* Commit records since reset at which the run is to be stopped; 0: none. */
uint64_t cli_save_limit(const struct cli_options *options);

/* Write a save, whole or not at all. Returns 0, or -1 with *error. */
int cli_save_write(const char *path, const struct hv_save *save, const uint8_t *ram, struct hv_error *error);

/* The same of a machine that is between two instructions and was given the image's input up to `position`; and tell. */
int cli_save_machine(const struct cli_options *options, const struct hv_machine *machine, const struct hv_image *image,
                     size_t position, struct hv_error *error);
void cli_save_tell(const struct cli_options *options, uint64_t commits);

#endif
