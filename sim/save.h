/* Saves: a machine between two instructions as a file (docs/formats.md), from which the model or the RTL goes on. */
#ifndef HV_SAVE_H
#define HV_SAVE_H

#include "model/state.h"
#include "sim/world.h"

#include <stdio.h>

/* What is written, and what is read. */
struct hv_save {
    struct hv_config config;
    char *program;          /* the file that was run, for people; may be NULL */
    struct hv_state *state; /* of the configuration */
    uint8_t *input;         /* what the UART is yet to receive */
    size_t input_length;
    struct hv_segment *pages; /* of RAM, by ascending names; the others are 0 */
    size_t page_count;
};

/* Write a save, whose RAM is the ram_bytes bytes at `ram`, in the place of its pages. `path` is for messages. Returns
 * 0, or -1 with *error filled. */
int hv_save_write(FILE *stream, const char *path, const struct hv_save *save, const uint8_t *ram,
                  struct hv_error *error);

/* Read one; free it in any case. Any file may be given: returns 0; HV_SAVE_REFUSED when it is no save, of another
 * version, damaged, or of a state in which no machine of its configuration is; or -1 when it cannot be read. */
enum { HV_SAVE_REFUSED = 1 };
int hv_save_read(struct hv_save *save, const char *path, struct hv_error *error);
void hv_save_free(struct hv_save *save);

#endif
