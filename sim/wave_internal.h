/* What the parts of waveforms share: the signals that are in the file, and names for their values. */
#ifndef HV_WAVE_INTERNAL_H
#define HV_WAVE_INTERNAL_H

#include "sim/wave.h"

#define WAVE_SOC "nestor_soc"

/* A signal of the SoC or below. */
struct wave_signal {
    char *path;      /* as GTKWave writes it: "TOP.nestor_soc.u_core.u_commit.state[4:0]" */
    size_t unit;     /* where the unit's path begins in it: "u_core.u_commit", of the SoC its own name */
    size_t name;     /* where its own name begins */
    const char *soc; /* behind the SoC's name: "u_core.u_commit.state[4:0]" */
    uint64_t bits;
    size_t at;      /* its entry in the hierarchy */
    bool has_names; /* of its values */
};

struct wave_signals {
    struct wave_signal *list;
    size_t count, capacity;
};

/* Read them in the file's order. Returns 0, or -1 with *error and nothing to free. */
int wave_signals_read(struct wave_signals *signals, const char *fst, struct hv_error *error);
void wave_signals_free(struct wave_signals *signals);
/* The one with this path below the SoC, without its range; NULL if there is none. */
struct wave_signal *wave_signal_find(const struct wave_signals *signals, const char *path);

/* Values of records with text to be shown for them: instruction words, VMIDs, causes. */
struct wave_names;
struct wave_names *wave_names_new(const struct hv_config *config);
void wave_names_free(struct wave_names *names);
/* A record that the waveform shows. */
void wave_names_see(struct wave_names *names, const struct hv_commit *commit);
/* What is shown for a value of the signal with this path below the SoC, or NULL. */
const char *wave_names_text(const struct wave_names *names, const char *path, uint64_t value);
/* Write them all into the waveform, the generator's names of states among them, and say so in `signals`. Returns 0, or
 * -1 with *error. */
int wave_names_write(struct wave_names *names, const char *fst, struct wave_signals *signals, struct hv_error *error);

/* Write the save file. */
void wave_save_write(const struct hv_wave *wave, const struct wave_signals *signals, const struct wave_names *names);

#endif
