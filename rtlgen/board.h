/* Boards: what a board is, read from a description of a few lines (boards/NAME.ini), and what is made of it: the top
 * module nestor_top with PLL, reset and serial line, the constraints, the commands that make a bit stream.
 *
 * docs/formats.md, "Board descriptions", has the keys.
 */
#ifndef RTLGEN_BOARD_H
#define RTLGEN_BOARD_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum board_family { BOARD_ICE40, BOARD_ECP5, BOARD_XILINX, BOARD_GOWIN };
enum board_mapping { BOARD_FOR_SPEED, BOARD_FOR_AREA };
enum board_memory { BOARD_BLOCK_RAM, BOARD_SINGLE_PORT, BOARD_SDRAM };
enum board_with_loader { BOARD_LOADER, BOARD_NO_LOADER };
enum board_pll_input { BOARD_NO_PLL, BOARD_PLL_PAD, BOARD_PLL_CORE };

enum { BOARD_WORD = 40, BOARD_MAX_CHANGES = 24, BOARD_CHANGE = 96, BOARD_MAX_SITES = 32, BOARD_SITE = 16 };

struct board_sites {
    char site[BOARD_MAX_SITES][BOARD_SITE];
    unsigned count;
};

/* A module of the user's at the Wishbone port of the device windows: it is in window `name`, and called so. */
struct board_peripheral {
    char name[HV_DEVICE_NAME];
    char file[BOARD_WORD * 6];  /* its Verilog, with the path of the description's folder */
    struct board_sites in, out; /* sites of its ports pins_i and pins_o, from bit 0 on; none: no such port */
    int line, in_line, out_line;
};

struct board {
    char name[64];         /* the file's base name without .ini */
    char description[160]; /* the comment in its first line */
#define TEXT(section, key, field, needed, meaning)          char field[BOARD_WORD];
#define CHOICE(section, key, field, choices, meaning)       uint32_t field;
#define NUMBER(section, key, field, min, max, value, means) uint32_t field;
#define SITES(section, key, field, meaning)                 struct board_sites field;
#define MHZ(section, key, field, needed, meaning)           uint32_t field; /* in kHz */
#include "rtlgen/board_keys.def"
    /* Sections [machine], [associator] and [device.NAME]: changes of the configuration, SECTION.KEY=VALUE. */
    char changes[BOARD_MAX_CHANGES][BOARD_CHANGE];
    int change_line[BOARD_MAX_CHANGES];
    unsigned change_count;
    struct board_peripheral peripherals[HV_MAX_DEVICES];
    unsigned peripheral_count;
    char file[200]; /* for messages */
};

/* The pins of a board: port of nestor_top, site, I/O standard ("" for none), direction, pull-up or -down. */
struct board_pin {
    char port[32];
    const char *site, *io;
    bool output; /* it is one, or an inout */
    char pull;   /* 'u', 'd' or 0 */
};
enum { BOARD_SDRAM_PINS = 6 + 2 + 13 + 4 + 32 };
enum { BOARD_PINS = 5 + 2 * BOARD_MAX_SITES + 4 + BOARD_SDRAM_PINS + 2 * BOARD_MAX_SITES * HV_MAX_DEVICES };
/* Those that the board has and the machine uses; how many. */
unsigned board_pins(const struct board *board, const struct hv_config *config, struct board_pin pins[BOARD_PINS]);

/* What is in a device window of the configuration on this board. */
enum board_device { BOARD_NOTHING, BOARD_GPIO, BOARD_FLASH, BOARD_PERIPHERAL };
/* *peripheral: that of the user's, or NULL. */
enum board_device board_device_of(const struct board *board, const struct hv_device_window *window,
                                  const struct board_peripheral **peripheral);

/* Names of the boards that the command knows; NULL after the last. */
const char *board_known(unsigned index);

/* What `make boards` has measured last of a known board: logic cells used of those that are there. False: nothing. */
bool board_measured(const char *name, unsigned *used, unsigned *there);

/* Read `name`: a known board, or, if it contains '/' or '.', a file. Returns 0, or -1 with *error filled: file, line,
 * key, what was found, what was expected. */
int board_read(struct board *board, const char *name, struct hv_error *error);

/* The same from memory: `text` of `length` bytes, `file` for messages. */
int board_parse(struct board *board, const char *text, size_t length, const char *file, struct hv_error *error);

/* The board's configuration: its preset with the board's RAM, or `preset`, if that is not NULL, with its own RAM as far
 * as the board has it; time base clock, the board's changes, and then the `count` changes of the user. Returns 0, or -1
 * with *error filled: among other things, more RAM than the board has, or a window gpio on a board that has none. */
int board_config(struct hv_config *config, const struct board *board, const char *preset, const char *const *changes,
                 size_t count, struct hv_error *error);

/* How the clock of the SoC is made: dividers of the PLL, by family.
 *   iCE40:  hz = reference / (r + 1) * (f + 1) / 2^q              r, f, q: DIVR, DIVF, DIVQ; filter: FILTER_RANGE
 *   ECP5:   hz = reference / r * f, and the VCO runs at hz * q    r, f, q: CLKI_DIV, CLKFB_DIV, CLKOP_DIV
 *   Xilinx: hz = reference / r * f / q                            r, f, q: DIVCLK_DIVIDE, CLKFBOUT_MULT_F, CLKOUT0_...
 *   Gowin:  hz = reference / (r + 1) * (f + 1), VCO at hz * q     r, f, q: IDIV_SEL, FBDIV_SEL, ODIV_SEL
 */
struct board_clock {
    uint32_t hz; /* what the SoC runs with: the nearest to what is wanted that is not above it */
    bool pll;
    unsigned r, f, q, filter;
    unsigned divider; /* clocks of a bit of the serial line */
};

/* Compute it. Returns 0, or -1 with *error filled: the PLL cannot make that, or the clock is too slow for the baud
 * rate. */
int board_clock(const struct board *board, struct board_clock *clock, struct hv_error *error);

/* The SDRAM of a board whose memory is one, with the clock it runs with. */
struct sdram_chip;
struct sdram_chip board_sdram_chip(const struct board *board, const struct board_clock *clock);

/* RAM with the loader, which takes programs over the serial line; ram_bytes / 4 words, to be freed. NULL: out of
 * memory. */
uint32_t *board_loader_words(const struct hv_config *config, const struct board_clock *clock);

/* The family's constraint file, as nextpnr or the vendor's tools read it, and how its name ends (".pcf"). */
void board_write_constraints(const struct board *board, const struct hv_config *config, FILE *out);
const char *board_constraints_suffix(const struct board *board);

#endif
