/* The world that --depth N builds (docs/world.md): N monitors, one inside the other, and the
 * program at the bottom, as bytes to be put into the RAM of the real machine.
 *
 * Monitor i lies at real name ram_base + i x monitor_bytes, the program behind the last one. The
 * same world is loaded into the model and into the RTL.
 */
#ifndef HV_WORLD_H
#define HV_WORLD_H

#include "config/config.h"
#include "sim/kernel.h"
#include "view/places.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the monitors do. All zero but depth: pages mapped beforehand, in the linear form where the
 * hardware takes it, devices passed through, one guest each. */
struct hv_world_options {
    unsigned depth;        /* number of monitors, 0 to the configuration's depth */
    bool on_demand;        /* map a page when it is first used, not beforehand */
    bool emulate_devices;  /* UART and finisher from the fault record; else passed through */
    unsigned guests;       /* guests of the monitor of switch_level, 1 to 4; 0 is taken as 1 */
    unsigned switch_level; /* the level whose monitor runs them in turns, below depth */
    unsigned console;      /* which of several guests gets what the UART receives, 1 to guests; 0 is taken as 1 */
    uint64_t quantum;      /* how long a turn is, in ticks of mtime; 0 is taken as 10000 */
    bool relocation;       /* memory maps in the rb form */
    bool deny_counters;    /* no CAPS.COUNTERS: counter reads are emulated */
    bool deny_wfi;         /* no CAPS.WFI: the monitor waits for the guest */
    bool hypercalls;       /* monitors above level 0 use hv.exit for the devices they emulate */
    bool tell_counters;    /* level 0's monitor sends the associator's counters before the end: for a board's host */
    struct hv_kernel_options kernel; /* the program is an operating system's kernel, with a device tree */
    bool bare;                       /* at depth 0: the program is for this machine alone, and has all of its RAM */
};

enum { HV_WORLD_GUESTS = 4 };

/* Bytes for the RAM of the real machine. What no segment covers is to be zero. */
struct hv_segment {
    uint32_t real; /* real name of the first byte */
    uint8_t *bytes;
    size_t length;
};

/* Where a monitor, or a segment of the program, was loaded; `name`: the address of it that its file's symbols have. */
struct hv_resident {
    uint32_t real, bytes, name;
    bool monitor;
};

struct hv_world {
    struct hv_segment *segments; /* all within RAM; later ones go over earlier ones */
    size_t count;
    struct hv_resident *residents;
    size_t resident_count;
    uint32_t program_ram_bytes;             /* RAM that the program has, from ram_base up in its own names */
    uint32_t monitor_bytes;                 /* what each monitor takes of it */
    uint32_t program_real[HV_WORLD_GUESTS]; /* real name of each guest program's RAM */
    unsigned programs;                      /* how many there are */
    struct hv_error warning;                /* of the program, one line; empty: none */
};

/* Build the world of this configuration. The program is an ELF32 file for RISC-V that starts at
 * reset_vector, or with a device tree anywhere, or a flat Linux Image. Returns 0, or -1 with *error filled (file, what
 * was found, what was expected) and nothing to free. The configuration must be valid. */
int hv_world_build(struct hv_world *world, const struct hv_config *config, const char *program_path,
                   const struct hv_world_options *options, struct hv_error *error);
void hv_world_free(struct hv_world *world);

/* What lies where in that world, the program being the file that it was built from, for names that people read. NULL
 * when memory runs out. */
struct view_places *hv_world_places(const struct hv_world *world, const char *program_path);

#endif
