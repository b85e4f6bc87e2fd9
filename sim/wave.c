#include "sim/wave.h"
#include "sim/files.h"
#include "sim/wave_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t hv_wave_stem(const char *file)
{
    const char *dot = strrchr(file, '.'), *slash = strrchr(file, '/');
    return dot && (!slash || dot > slash + 1) && dot != file ? (size_t)(dot - file) : strlen(file);
}

/* More than the names of all signals take: the FST library maps them into memory, and crashes when they are not there.
 */
enum { ROOM = 1 << 20 };

int hv_wave_room(FILE *save, const char *name, struct hv_error *error)
{
    int problem = posix_fallocate(fileno(save), 0, ROOM);
    if (ftruncate(fileno(save), 0) != 0 && !problem)
        problem = errno;
    return problem ? hv_fail(error, "%s: cannot write: %s", name, strerror(problem)) : 0;
}

struct watcher {
    struct hv_wave *wave;
    struct wave_names *names;
};

static void see_event(void *context, const struct hv_dut_event *event)
{
    struct watcher *watcher = context;
    struct hv_commit commit;
    static_assert(sizeof commit <= sizeof event->commit, "a record is an array of fields");
    if (event->kind != HV_DUT_COMMIT || event->unknown)
        return;
    if (!watcher->wave->first)
        watcher->wave->first = event->cycle;
    memcpy(&commit, event->commit, sizeof commit);
    wave_names_see(watcher->names, &commit);
}

/* The simulator's file gets names, and a save file beside it. */
static int finish(struct hv_wave *wave, struct wave_names *names, struct hv_error *error)
{
    struct wave_signals signals;
    if (wave_signals_read(&signals, wave->fst, error))
        return -1;
    const int result = wave_names_write(names, wave->fst, &signals, error);
    if (result == 0)
        wave_save_write(wave, &signals, names);
    wave_signals_free(&signals);
    return result;
}

int hv_wave_write(struct hv_simulator *simulator, const struct hv_config *config, const struct hv_image *image,
                  const struct hv_lockstep_options *options, struct hv_wave *wave, struct hv_error *error)
{
    struct wave_names *names = wave_names_new(config);
    if (!names)
        return hv_fail(error, "%s: out of memory", wave->name);
    struct watcher watcher = {wave, names};
    struct hv_alone alone = {
        .wave = wave->fst, .from = wave->from, .to = wave->to, .context = &watcher, .event = see_event};
    int result = -1;
    if (wave->mismatch && wave->mismatch->has_model)
        wave_names_see(names, &wave->mismatch->model);
    if (!hv_wave_room(wave->save, wave->name, error) && !hv_simulator_alone(simulator, image, options, &alone, error)) {
        if (alone.cycles < wave->to)
            wave->to = alone.cycles;
        result = finish(wave, names, error);
        if (result && !hv_wave_room(wave->save, wave->name, error)) /* the simulators do not say why theirs is short */
            hv_fail(error, "%s: found an incomplete file of the simulator, expected a whole waveform", wave->name);
    }
    wave_names_free(names);
    return result;
}
