#include "sim/wave.h"
#include "sim/files.h"
#include "sim/fst.h"

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

/* ---- The save file ---- */

/* Flags of a GTKWave trace. */
#define TRACE_BITS  "@28\n"
#define TRACE_HEX   "@22\n"
#define GROUP_BEGIN "@c00200\n" /* closed */
#define GROUP_END   "@1401200\n"
#define SOC         "nestor_soc"

enum { MAX_SCOPES = 64 };

/* Scopes around the SoC (TOP, the testbench) belong to no unit. */
struct save_file {
    FILE *out;
    char *scopes[MAX_SCOPES];
    unsigned depth, soc; /* soc: depth of the SoC's scope, 0 outside it */
    bool in_group;
};

static void write_path(struct save_file *save, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        fprintf(save->out, "%s%s", i > from ? "." : "", save->scopes[i]);
}

/* The unit's name is its path in the SoC: u_core.u_composer. */
static void write_group(struct save_file *save)
{
    fputc('-', save->out);
    write_path(save, save->depth > save->soc ? save->soc : save->soc - 1, save->depth);
    fputc('\n', save->out);
}

static void end_group(struct save_file *save)
{
    if (save->in_group) {
        fputs(GROUP_END, save->out);
        write_group(save);
    }
    save->in_group = false;
}

static void enter(void *context, const char *scope)
{
    struct save_file *save = context;
    end_group(save);
    if (save->depth < MAX_SCOPES)
        save->scopes[save->depth] = strdup(scope);
    save->depth++;
    if (!save->soc && strcmp(scope, SOC) == 0)
        save->soc = save->depth;
}

static void leave(void *context)
{
    struct save_file *save = context;
    end_group(save);
    if (save->depth == 0)
        return;
    if (save->depth == save->soc)
        save->soc = 0;
    save->depth--;
    if (save->depth < MAX_SCOPES) {
        free(save->scopes[save->depth]);
        save->scopes[save->depth] = NULL;
    }
}

static void write_signal(void *context, const char *name, uint64_t bits)
{
    struct save_file *save = context;
    if (!save->soc || save->depth > MAX_SCOPES)
        return;
    if (!save->in_group) {
        fputs(GROUP_BEGIN, save->out);
        write_group(save);
        save->in_group = true;
    }
    fputs(bits == 1 ? TRACE_BITS : TRACE_HEX, save->out);
    write_path(save, 0, save->depth);
    fprintf(save->out, ".%s\n", name);
}

static uint64_t time_of(uint64_t cycle)
{
    return (cycle + HV_DUT_RESET_CYCLES) * HV_DUT_CYCLE_TIME;
}

static int write_save_file(const struct hv_wave *wave, struct hv_error *error)
{
    struct save_file save = {.out = wave->save};
    const struct hv_fst_watch watch = {.context = &save, .enter = enter, .signal = write_signal, .leave = leave};
    const char *slash = strrchr(wave->name, '/');
    const uint64_t begin = wave->mark > wave->from + 20 ? wave->mark - 20 : wave->from;
    fprintf(save.out, "[*] Made by nestor: a group for each unit\n[dumpfile] \"%s\"\n", slash ? slash + 1 : wave->name);
    fprintf(save.out, "[timestart] %llu\n[size] 1600 900\n[pos] -1 -1\n", (unsigned long long)time_of(begin));
    fprintf(save.out, "*-6.0 %lld", wave->mark ? (long long)time_of(wave->mark) : -1);
    for (unsigned i = 0; i < 26; i++)
        fputs(" -1", save.out);
    fputc('\n', save.out);
    const int result = hv_fst_walk(wave->fst, &watch, error);
    while (save.depth)
        leave(&save);
    return result;
}

/* ---- Both files ---- */

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

int hv_wave_write(struct hv_simulator *simulator, const struct hv_image *image,
                  const struct hv_lockstep_options *options, struct hv_wave *wave, struct hv_error *error)
{
    uint64_t cycles;
    if (hv_wave_room(wave->save, wave->name, error) ||
        hv_simulator_alone(simulator, image, options, wave->fst, wave->from, wave->to, &cycles, error))
        return -1;
    if (cycles < wave->to)
        wave->to = cycles;
    if (write_save_file(wave, error) == 0)
        return 0;
    if (hv_wave_room(wave->save, wave->name, error)) /* the simulators do not say why their file is short */
        return -1;
    return hv_fail(error, "%s: found an incomplete file of the simulator, expected a whole waveform", wave->name);
}
