#include "cli/waveform.h"

#include "sim/files.h"
#include "sim/wave.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What the waveform of a mismatch shows before and after it, and what it shows without one. */
enum { WAVE_BEFORE = 2000, WAVE_AFTER = 200, WAVE_LENGTH = 200000 };

static int open_files(struct cli_waveform *waveform, const char *file, struct hv_error *error)
{
    struct hv_error ignored;
    waveform->save_path = hv_text("%.*s.gtkw", (int)hv_wave_stem(file), file);
    if (!waveform->save_path)
        return hv_fail(error, "%s: out of memory", file);
    if (strcmp(waveform->save_path, file) == 0)
        return hv_fail(error, "%s: found the name of a save file, expected that of a waveform (.fst)", file);
    if (cli_file_open_regular(&waveform->fst, file, error))
        return -1;
    if (cli_file_open_regular(&waveform->save, waveform->save_path, error)) {
        cli_file_close(&waveform->fst, false, &ignored);
        return -1;
    }
    waveform->open = true;
    return hv_wave_room(waveform->save.stream, file, error);
}

int cli_waveform_open(struct cli_waveform *waveform, struct hv_error *error)
{
    return waveform->file ? open_files(waveform, waveform->file, error) : 0;
}

void cli_waveform_close(struct cli_waveform *waveform)
{
    struct hv_error ignored;
    if (waveform->open)
        cli_file_close_both(&waveform->fst, &waveform->save, false, &ignored);
    waveform->open = false;
    free(waveform->save_path);
    waveform->save_path = NULL;
}

int cli_waveform_write(struct cli_waveform *waveform, const struct hv_config *config,
                       const struct hv_simulator_options *simulator_options, const struct hv_image *image,
                       const struct hv_lockstep_options *options, const struct hv_lockstep_result *result,
                       struct hv_error *error)
{
    const bool mismatch = result->end == HV_LOCKSTEP_MISMATCH;
    if (!waveform->open && (!mismatch || waveform->never))
        return 0;
    if (!waveform->open && open_files(waveform, CLI_MISMATCH_WAVE, error))
        return -1;
    /* A hang is seen long after it began. */
    const uint64_t at = result->difference == HV_DIFFERENCE_HANG ? result->cycles : result->cycle;
    struct hv_wave wave = {.fst = waveform->fst.temporary,
                           .name = waveform->fst.path,
                           .save = waveform->save.stream,
                           .from = mismatch && at > WAVE_BEFORE ? at - WAVE_BEFORE : 0,
                           .to = mismatch ? at + WAVE_AFTER : WAVE_LENGTH,
                           .mismatch = mismatch ? result : NULL,
                           .mark = at};
    struct hv_simulator_options wave_options = *simulator_options;
    wave_options.wave = true;
    struct hv_simulator *simulator = hv_simulator_open(config, &wave_options, error);
    if (!simulator)
        return -1;
    int status = hv_wave_write(simulator, config, image, options, &wave, error);
    hv_simulator_close(simulator);
    if (status == 0) {
        waveform->open = false;
        status = cli_file_close_both(&waveform->fst, &waveform->save, true, error);
    }
    if (status == 0)
        fprintf(stderr, "nestor: waveform of cycles %" PRIu64 " to %" PRIu64 ": open it with gtkwave '%s'\n", wave.from,
                wave.to, waveform->save_path);
    return status;
}
