/* What `nestor board` and the loader on the board say to each other over the serial line. docs/formats.md, "The
 * loader's line", has it in words. For the host's compiler and the board's.
 *
 * A request:  BEGIN, sequence, kind, address (4 bytes), length (2 bytes), payload, CRC
 * An answer:  BEGIN, sequence, kind or 0 for "not understood: again", length (1 byte), payload, CRC
 *
 * Numbers are little-endian. CRC: the CRC-32 of Ethernet over all between BEGIN and it. A request that does not come
 * whole within LOADER_PATIENCE times of a byte is forgotten. Each request may be repeated: all do the same again.
 */
#ifndef LOADER_PROTOCOL_H
#define LOADER_PROTOCOL_H

#include <stdint.h>

enum {
    LOADER_BEGIN = 0x01,
    LOADER_VERSION = 2,
    LOADER_HEADER = 8,  /* bytes of a request between BEGIN and payload */
    LOADER_BLOCK = 256, /* bytes of payload, at most */
    LOADER_PATIENCE = 400,
    LOADER_BYTES = 0x800, /* at the end of RAM: the loader's own, while it loads */
    LOADER_UART = 0x10000000,
    LOADER_CLINT = 0x02000000
};

/* Kinds of requests, and what comes with them. */
enum {
    LOADER_INFO = 'i',  /* answer: LOADER_INFO_WORDS: version, first name of RAM, of the loader's own part, end of RAM,
                         and mtime, low and high: clocks from the last start to the end of what was started */
    LOADER_CLEAR = 'z', /* zeros from the address on; payload: how many bytes, a word; both multiples of 4 */
    LOADER_WRITE = 'w', /* the payload to the address */
    LOADER_START = 's'  /* the loader jumps there; the answer comes LOADER_STARTS times, payload: how many follow */
};
enum { LOADER_STARTS = 3, LOADER_INFO_WORDS = 6 };

/* After the program, nestor_end sends this, then its exit code and that code's complement. */
#define LOADER_END_FINISHED "\x1dNF"
#define LOADER_END_HALTED   "\x1dNH" /* a WFI that nothing can wake */

/* Before that, when the host has asked for it (MONITOR_COUNTERS), level 0's monitor sends the bytes of this, lowest
 * first, then mcycle, minstret and mhpmcounter3 to 10, each the low and the high word, and the complement of the sum of
 * all these words. The first two count from the loader's start on. */
#define LOADER_COUNTERS 0x434e1d
enum {
    LOADER_CYCLES,
    LOADER_INSTRUCTIONS,
    LOADER_COUNTER_3,
    LOADER_COUNTER_COUNT = LOADER_COUNTER_3 + 8,
    LOADER_COUNTERS_BYTES = 3 + 4 * (2 * LOADER_COUNTER_COUNT + 1)
};

/* Where the loader's image has what only the generator knows, in words from its beginning. */
enum { LOADER_RAM_BASE = 1, LOADER_RAM_END, LOADER_BYTE_CLOCKS };

static inline uint32_t loader_crc(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    for (int i = 0; i < 8; i++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    return crc;
}

#endif
