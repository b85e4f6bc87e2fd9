/* Inside the board files of rtlgen/. */
#ifndef RTLGEN_BOARD_INTERNAL_H
#define RTLGEN_BOARD_INTERNAL_H

#include "rtlgen/board.h"

/* The text of a known board's description, or NULL. */
const char *board_known_text(const char *name);

/* Fill *error; returns -1, so that a check can end in it. */
__attribute__((format(printf, 2, 3))) int board_error(struct hv_error *error, const char *format, ...);

#endif
