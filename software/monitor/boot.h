/* The boot parameter block: what the loader tells a monitor.
 *
 * It lies at MONITOR_BOOT_OFFSET of each monitor's image, so every level has its own. A monitor is
 * not told its level, and works at any with any of it. Shared by the monitor and by the loader
 * on the host (sim/world.c); all words little-endian.
 */
#ifndef MONITOR_BOOT_H
#define MONITOR_BOOT_H

#include <stdint.h>

enum {
    MONITOR_BOOT_OFFSET = 0x80,
    MONITOR_ROOT_OFFSET = 0x40,  /* HV_ROOT is at ram_base + this */
    MONITOR_BYTES = 0x4000,      /* what a monitor needs, tables and stack included */
    MONITOR_GUESTS = 4,          /* at most */
    MONITOR_WINDOWS = 8,         /* device windows, at most */
    MONITOR_IO_ENTRIES = 12,     /* of the table that maps UART, mtime and finisher, at most */
    MONITOR_TABLE_ENTRIES = 976, /* of all guests' linear memory maps together: with those of I/O a page */
    MONITOR_TABLE_UNIT = 8,      /* a guest's share is a multiple of it */
    MONITOR_STATUS = 98          /* exit status when a monitor itself fails */
};

#define MONITOR_MAGIC UINT32_C(0x6f4d7348) /* "HsMo" */

enum monitor_flags {
    MONITOR_ON_DEMAND = 1 << 0,   /* pages are mapped when they are first used */
    MONITOR_LINEAR = 1 << 1,      /* memory maps of form linear, else rb */
    MONITOR_IO_LINEAR = 1 << 2,   /* I/O maps of form linear, else rb: hardware without rb */
    MONITOR_EMULATE = 1 << 3,     /* UART and finisher are emulated, else passed through */
    MONITOR_NO_COUNTERS = 1 << 4, /* guests do not get CAPS.COUNTERS */
    MONITOR_NO_WFI = 1 << 5,      /* guests do not get CAPS.WFI */
    MONITOR_HYPERCALLS = 1 << 6,  /* what it emulates goes down by hv.exit: for a monitor that is a guest */
    MONITOR_CLOCK = 1 << 7,       /* real time: a WFI that enables MEI may wait for the UART */
    MONITOR_COUNTERS = 1 << 8,    /* the finisher is emulated, and the associator's counters are told before the end */
    MONITOR_IO_TABLE = 1 << 9     /* UART, mtime and finisher have a table, else one window that moves */
};

struct monitor_boot {
    uint32_t magic;
    uint32_t flags;
    uint32_t guests;                    /* 1 to MONITOR_GUESTS */
    uint32_t guest_offset;              /* from the monitor's own ram_base to the RAM of the first guest, bytes */
    uint32_t guest_bytes;               /* RAM of each guest; they follow each other */
    uint32_t grain;                     /* of linear maps; offset, bytes and ram_base fit it */
    uint32_t guest_pc;                  /* where guests begin: reset_vector */
    uint32_t quantum_low, quantum_high; /* a turn, in ticks of mtime, when there are several guests */
    uint32_t uart_base, clint_base, finisher_base;
    uint32_t io_first;   /* of the table: first page, a multiple of 2^io_grain */
    uint32_t io_grain;   /* so large that the table is short, so small that each of the pages has an entry of its own */
    uint32_t io_entries; /* at most MONITOR_IO_ENTRIES */
    uint32_t console;    /* syllable of the guest that gets what the UART receives, of several */
    uint32_t windows;    /* how many of the next there are */
    struct {
        uint32_t base, bytes;
    } window[MONITOR_WINDOWS];
};

/* Of these each guest has as many. */
static inline uint32_t monitor_table_entries(uint32_t guests)
{
    return MONITOR_TABLE_ENTRIES / MONITOR_TABLE_UNIT / guests * MONITOR_TABLE_UNIT;
}

#endif
