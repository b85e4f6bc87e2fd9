/* Inside the board files of rtlgen/. */
#ifndef RTLGEN_BOARD_INTERNAL_H
#define RTLGEN_BOARD_INTERNAL_H

#include "rtlgen/board.h"

/* The text of a known board's description, or NULL. */
const char *board_known_text(const char *name);

/* The flash's clock goes out at a pin, and not by the ECP5's own way. */
bool board_flash_has_pin(const struct board *board);

/* A key of section [peripheral.NAME]; `folder` of the description, with its slash, or "". 0, or -1 with *error, without
 * file and line. */
int board_peripheral_key(struct board *board, const char *name, const char *key, const char *value, int line,
                         struct hv_error *error);
/* Words with spaces between them. The same. */
int board_sites_read(struct board_sites *sites, const char *key, const char *value, struct hv_error *error);

/* What section [sdram] and cache_bytes must be, if the board's memory is one. 0, or -1 with *error filled; line_of
 * tells where a field of struct board was given. */
int board_check_sdram(const struct board *board, int (*line_of)(const void *context, size_t offset),
                      const void *context, struct hv_error *error);

/* No site twice. The same. */
int board_check_sites(const struct board *board, int (*line_of)(const void *context, size_t offset),
                      const void *context, struct hv_error *error);

/* A window called gpio or flash needs a board that has that; a peripheral needs its window. */
int board_check_windows(const struct board *board, const struct hv_config *config, struct hv_error *error);

/* Fill *error; returns -1, so that a check can end in it. */
__attribute__((format(printf, 2, 3))) int board_error(struct hv_error *error, const char *format, ...);

#endif
