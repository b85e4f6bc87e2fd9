/* SDRAM as RAM: the controller of one chip, and the cache in front of it. */
#ifndef RTLGEN_SDRAM_H
#define RTLGEN_SDRAM_H

#include "rtlgen/hdl/hdl.h"

#include <stdint.h>

/* A single data rate SDRAM of four banks, and the clock it runs with. What it takes in time is that of the slower ones
 * (JEDEC, 143 MHz): see sdram.c. */
struct sdram_chip {
    unsigned data_bits; /* 16 or 32 */
    unsigned rows;      /* bits of a row's number, 11 to 13 */
    unsigned columns;   /* bits of a column's number, 8 to 11 */
    uint32_t hz;        /* of the clock, at most SDRAM_MOST_HZ */
    bool masks;         /* the byte masks are wired; else each byte of a word is written */
};

/* With CAS latency 2 and the chip's clock the inverse of ours, what is read is there half a clock before it is taken.
 */
enum { SDRAM_MOST_HZ = 66000000 };

/* Words of 32 bits that a read brings. */
enum { SDRAM_LINE_BITS = 2, SDRAM_LINE = 1 << SDRAM_LINE_BITS };

/* Bits of the number of a 32-bit word. */
unsigned sdram_word_bits(const struct sdram_chip *chip);

/* nestor_sdram: the chip's pins, and requests. A request is held until it is taken (ready_o): write_i, a word by lanes;
 * read_i, a line. The line's words come in order, each with a pulse of valid_o. */
module *sdram_module(design *d, const struct sdram_chip *chip);

/* nestor_cache: what the bus sees as RAM of `bytes` bytes, direct mapped, `lines` lines (a power of two) of SDRAM_LINE
 * words, written through. A request, one pulse of enable_i while stall_o is low, is answered by done_o: in the next
 * cycle if a read hits. masks: the chip takes single bytes; else it is given whole words only. */
module *cache_module(design *d, uint32_t bytes, unsigned lines, bool masks);

#endif
