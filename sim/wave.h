/* Waveforms: FST files of a run of the RTL, each with a GTKWave save file whose groups are the units. */
#ifndef HV_WAVE_H
#define HV_WAVE_H

#include "sim/simulator.h"

/* Run the RTL alone from reset to cycle *to or its end, which *to then is; write `file` (FST) with what happens from
 * cycle `from` on, and the save file, `file` with its ending replaced by .gtkw, with a marker at cycle `mark`. The
 * simulator must have been opened with `wave`. Both files are written whole or not at all. */
int hv_wave_write(struct hv_simulator *simulator, const struct hv_image *image,
                  const struct hv_lockstep_options *options, const char *file, uint64_t from, uint64_t *to,
                  uint64_t mark, struct hv_error *error);

/* Length of `file` without its ending. */
size_t hv_wave_stem(const char *file);

#endif
