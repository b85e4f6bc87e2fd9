/* The hardware units, each a module built by one function.
 *
 * Ports are those of docs/microarchitecture.md. A function is called once for a design;
 * what the configuration does not need is not built: no associator_module() with
 * entries = 0, no prefix_memory_module() with prefix_entries = 0 or depth < 2.
 *
 * The name of every module begins with MODULE_PREFIX, so that none is that of a module of somebody else's system;
 * instances go without it.
 */
#ifndef RTLGEN_UNITS_H
#define RTLGEN_UNITS_H

#include "config/config.h"
#include "rtlgen/hdl/hdl.h"

#include <stdbool.h>

#define MODULE_PREFIX "nestor_"

/* The processor, with every unit inside; rvfi adds the commit record's ports. `outside` has LINE_... of the lines of
 * level 0 that may go up at any time, whatever the core does: for them a WFI waits (docs/spec.md, 10.5.5). In a system
 * where there are none, a WFI that the timer cannot wake is for ever. `err`: both ports have Wishbone's err. */
enum { LINE_SOFTWARE = 1, LINE_EXTERNAL = 4 };
module *nestor_core_module(design *d, const struct hv_config *config, bool rvfi, unsigned outside, bool err);

/* The same with ports of classic cycles and word addresses. */
module *nestor_core_classic_module(design *d, const struct hv_config *config, bool rvfi, unsigned outside, bool err);

/* Ports of nestor_core: the i-th of the commit record's, NULL after the last; the meaning of any. */
const char *core_record_port(size_t i);
const char *core_port_meaning(const char *name);

/* One associator of the configured geometry, named `name` (instances may share the module). */
module *associator_module(design *d, const struct hv_config *config, const char *name);

module *prefix_memory_module(design *d, const struct hv_config *config);

module *muldiv_module(design *d, const struct hv_config *config);

/* The core with bus, RAM, CLINT, UART and finisher. */
struct sdram_chip;
struct soc_options {
    bool rvfi;
    const char *program; /* the file with RAM's contents at power-on, value of the Verilog parameter PROGRAM; NULL:
                            there is no such parameter */
    uint32_t boot_words; /* 0, or RAM is of a kind that has no contents at power-on, and boot copies so many words of
                            the program there */
    bool keeps_time;     /* with boot_words only: see clint_module */
    const struct sdram_chip *sdram; /* NULL, or RAM is an SDRAM behind a cache of cache_lines lines; with boot_words */
    unsigned cache_lines;
};
module *nestor_soc_module(design *d, const struct hv_config *config, const struct soc_options *options);

/* wait_states: with the input wait_i, for tests. slow_ram: RAM has ram_stall_i and ram_done_i, and need not answer in
 * the next cycle. */
module *bus_module(design *d, const struct hv_config *config, bool wait_states, bool slow_ram);
/* Is the value in [first, first + count)? 1 bit; the value has at most 32. One comparison if the range is naturally
 * aligned, two, the second of few bits, if its beginning is. */
sig in_range(module *m, sig value, uint32_t first, uint32_t count);
/* a > b, both unsigned and of one width, of b's complement: the carry of a sum, which is named label. An iCE40's carry
 * has no inverter, so a comparison written as such takes a cell more for each bit of b. */
sig above(module *m, const char *label, sig a, sig b_complement);

module *ram_module(design *d, const struct hv_config *config, const char *program);
module *boot_module(design *d, const struct hv_config *config, const char *program, uint32_t words, bool slow_ram);
/* keeps: mtime stands from the end of a run, which stop_i tells, over the reset until it is written. */
module *clint_module(design *d, const struct hv_config *config, bool keeps);
module *uart_module(design *d);
module *finisher_module(design *d);

/* Serial line for boards: `divider` clocks a bit. */
module *uart_serial_module(design *d, unsigned divider);

/* For a board with the loader: the end of a program, told over the serial line. */
module *end_module(design *d);

/* Devices for the windows of boards. gpio: so many LEDs and buttons, not both 0; flash: an SPI flash from byte `offset`
 * on, with a clock of `hz`. */
module *gpio_module(design *d, unsigned leds, unsigned buttons);
module *flash_module(design *d, uint32_t offset, uint32_t hz);

/* A board: nestor_top, with the SoC, its serial line, PLL and reset. program, boot_words: as for nestor_soc_module;
 * loader: the program is the loader, which runs again when what it has loaded ends. */
struct board;
struct board_clock;
/* The pads of the SDRAM's pins. */
void board_sdram(design *d, module *m, const struct board *board, instance *soc, sig clock);

void board_devices(design *d, module *m, const struct board *board, const struct board_clock *clock,
                   const struct hv_config *config, instance *soc, sig reset); /* what is at its windows */
module *nestor_top_module(design *d, const struct board *board, const struct board_clock *clock,
                          const struct hv_config *config, const char *program, uint32_t boot_words, bool loader);

#endif
