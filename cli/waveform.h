/* Waveforms of a lockstep run, for the subcommands that make them: around a mismatch, else of the begin. */
#ifndef NESTOR_WAVEFORM_H
#define NESTOR_WAVEFORM_H

#include "cli/cli.h"
#include "sim/simulator.h"

#define CLI_MISMATCH_WAVE "nestor-mismatch.fst"
#define CLI_WAVEFORM_OPTIONS(key_wave, key_no_wave, group)                                                             \
    {"wave",                                                                                                           \
     key_wave,                                                                                                         \
     "FILE",                                                                                                           \
     0,                                                                                                                \
     "write a waveform (FST) and a GTKWave save file beside it: around a mismatch, else of the first 200,000 "         \
     "cycles (default: " CLI_MISMATCH_WAVE ", on a mismatch only)",                                                    \
     group},                                                                                                           \
    {                                                                                                                  \
        "no-wave", key_no_wave, NULL, 0, "write none on a mismatch", group                                             \
    }

struct cli_waveform {
    const char *file; /* NULL: none, but for a mismatch */
    bool never;       /* not then either */
    bool open;
    struct cli_file fst, save;
    char *save_path;
};

/* Before the run: open the files that are asked for, so that what cannot be written is known in time. 0, or -1 with
 * *error. */
int cli_waveform_open(struct cli_waveform *waveform, struct hv_error *error);

/* Run once more, in a simulator built for waveforms, and write what `waveform` asks for; tells on stderr where it is.
 * 0, or -1 with *error. */
int cli_waveform_write(struct cli_waveform *waveform, const struct hv_config *config,
                       const struct hv_simulator_options *simulator_options, const struct hv_image *image,
                       const struct hv_lockstep_options *options, const struct hv_lockstep_result *result,
                       struct hv_error *error);

/* At the end: remove the files if they are not whole. */
void cli_waveform_close(struct cli_waveform *waveform);

#endif
