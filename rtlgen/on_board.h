/* What a board needs beside its description, before its design is built. */
#ifndef RTLGEN_ON_BOARD_H
#define RTLGEN_ON_BOARD_H

#include "rtlgen/board.h"
#include "rtlgen/output.h"
#include "rtlgen/rtlgen.h"

struct on_board {
    struct board_clock clock;
    const uint32_t *program;          /* RAM's contents: the user's program, or the loader; NULL: none */
    uint32_t *loader;                 /* NULL: there is a program, or no board */
    uint32_t boot_words;              /* of these, so many are copied by boot; 0: RAM has its contents by itself */
    char *peripheral[HV_MAX_DEVICES]; /* Verilog of the user's modules, in the order of the description */
};

/* Nothing but the program without a board. Returns 0, or -1 with *error filled and nothing to free. */
int on_board_prepare(struct on_board *on, const struct hv_config *config, const struct rtlgen_options *options,
                     struct hv_error *error);
void on_board_free(struct on_board *on);

/* The user's modules, as NAME.v beside the others. */
void on_board_write(const struct on_board *on, const struct board *board, struct output *output);

#endif
