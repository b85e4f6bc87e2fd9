/* A set of files that is written completely or not at all, in the place of the set before.
 *
 * Every file is written under a temporary name in its folder; output_commit renames
 * them all, output_abandon removes them, and the folder if output_open made it.
 *
 * MANIFEST in the folder tells which files the last set was, and what they held. Those are overwritten, or, if the
 * new set lacks them, removed. Any other file that is in the way was made or changed by someone else, and is an
 * error; so is Verilog of a generator whose manifest is not there.
 */
#ifndef RTLGEN_OUTPUT_H
#define RTLGEN_OUTPUT_H

#include "config/config.h"

#include <stdbool.h>
#include <stdio.h>

#define MANIFEST ".nestor"

struct output;

/* Start a set in `directory`, which is made if it is missing. NULL with *error filled on failure. */
struct output *output_open(const char *directory, struct hv_error *error);

/* The next file of the set, to be written. It is closed by the next call for this set. NULL if it
 * cannot be made; the set then fails as a whole. */
FILE *output_file(struct output *output, const char *name);

/* Put the files into place, or, if anything went wrong since output_open, abandon them. force: files of others that are
 * in the way are overwritten or removed. Frees the set. Returns 0, or -1 with *error filled. */
int output_commit(struct output *output, bool force, struct hv_error *error);

/* The folder's absolute path, to be freed; NULL: errno says why. */
char *output_path(const struct output *output);

/* Remove what was written. Frees the set. */
void output_abandon(struct output *output);

#endif
