#include "cli/waveform.h"

#include "sim/wave.h"

#include <inttypes.h>

/* What the waveform of a mismatch shows before and after it, and what it shows without one. */
enum { WAVE_BEFORE = 2000, WAVE_AFTER = 200, WAVE_LENGTH = 200000 };

int cli_waveform_write(const struct cli_waveform *waveform, const struct hv_config *config,
                       const struct hv_simulator_options *simulator_options, const struct hv_image *image,
                       const struct hv_lockstep_options *options, const struct hv_lockstep_result *result,
                       struct hv_error *error)
{
    const bool mismatch = result->end == HV_LOCKSTEP_MISMATCH;
    const char *file = waveform->file ? waveform->file : mismatch && !waveform->never ? CLI_MISMATCH_WAVE : NULL;
    if (!file)
        return 0;
    const uint64_t at = result->cycle;
    const uint64_t from = mismatch && at > WAVE_BEFORE ? at - WAVE_BEFORE : 0;
    uint64_t to = mismatch ? at + WAVE_AFTER : WAVE_LENGTH;
    struct hv_simulator_options wave_options = *simulator_options;
    wave_options.wave = true;
    struct hv_simulator *simulator = hv_simulator_open(config, &wave_options, error);
    if (!simulator)
        return -1;
    const int status = hv_wave_write(simulator, image, options, file, from, &to, mismatch ? at : 0, error);
    hv_simulator_close(simulator);
    if (status == 0)
        fprintf(stderr, "nestor: waveform of cycles %" PRIu64 " to %" PRIu64 ": gtkwave -a '%.*s.gtkw' '%s'\n", from,
                to, (int)hv_wave_stem(file), file, file);
    return status;
}
