/* Waveforms: FST files of a run of the RTL, with names for states, instructions, VMIDs and causes in them, each with a
 * GTKWave save file that opens where a mismatch is. */
#ifndef HV_WAVE_H
#define HV_WAVE_H

#include "sim/simulator.h"

#include <stdio.h>

struct hv_wave {
    const char *fst;   /* file that the simulator is to write */
    const char *name;  /* what it will be called */
    FILE *save;        /* the save file */
    uint64_t from, to; /* cycles to show */
    uint64_t first;    /* set by hv_wave_write: cycle of the first record in it; 0: there is none */
    const struct hv_lockstep_result *mismatch; /* what differs; NULL: nothing */
    uint64_t mark;                             /* cycle with a marker, if something does */
};

/* Run the RTL alone from reset to cycle wave->to or its end, which wave->to then is; write both files. The simulator
 * must have been opened with `wave`, for that configuration. Writing to `save` is for the caller to check. */
int hv_wave_write(struct hv_simulator *simulator, const struct hv_config *config, const struct hv_image *image,
                  const struct hv_lockstep_options *options, struct hv_wave *wave, struct hv_error *error);

/* Is there room for a small waveform, called `name`, where `save` is? 0, or -1 with *error. Leaves `save` empty. */
int hv_wave_room(FILE *save, const char *name, struct hv_error *error);

/* Length of `file` without its ending. */
size_t hv_wave_stem(const char *file);

#endif
