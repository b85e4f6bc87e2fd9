#include "sim/wave.h"
#include "sim/files.h"
#include "sim/fst.h"

#include <errno.h>
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

/* Write the save file for the waveform at `fst`, which will be called `file`. */
static int write_save_file(FILE *out, const char *fst, const char *file, uint64_t from, uint64_t mark,
                           struct hv_error *error)
{
    struct save_file save = {.out = out};
    const struct hv_fst_watch watch = {.context = &save, .enter = enter, .signal = write_signal, .leave = leave};
    const char *slash = strrchr(file, '/');
    const uint64_t begin = mark > from + 20 ? mark - 20 : from;
    fprintf(out, "[*] Made by nestor: a group for each unit\n[dumpfile] \"%s\"\n", slash ? slash + 1 : file);
    fprintf(out, "[timestart] %llu\n[size] 1600 900\n[pos] -1 -1\n", (unsigned long long)time_of(begin));
    fprintf(out, "*-6.0 %lld", mark ? (long long)time_of(mark) : -1);
    for (unsigned i = 0; i < 26; i++)
        fputs(" -1", out);
    fputc('\n', out);
    const int result = hv_fst_walk(fst, &watch, error);
    while (save.depth)
        leave(&save);
    return result;
}

/* ---- Both files ---- */

static int make_save_file(const char *fst, const char *file, const char *target, uint64_t from, uint64_t mark,
                          struct hv_error *error)
{
    char *temporary = hv_text("%s.tmp", target);
    FILE *out = temporary ? fopen(temporary, "w") : NULL;
    int result = 0;
    if (!out) {
        result = hv_fail(error, "%s: cannot create: %s", target, strerror(errno));
    } else {
        result = write_save_file(out, fst, file, from, mark, error);
        const bool bad = ferror(out) != 0;
        if ((fclose(out) != 0 || bad) && result == 0)
            result = hv_fail(error, "%s: cannot write: %s", target, strerror(errno));
        if (result == 0 && rename(temporary, target) != 0)
            result = hv_fail(error, "%s: cannot write: %s", target, strerror(errno));
        if (result)
            unlink(temporary);
    }
    free(temporary);
    return result;
}

int hv_wave_write(struct hv_simulator *simulator, const struct hv_image *image,
                  const struct hv_lockstep_options *options, const char *file, uint64_t from, uint64_t *to,
                  uint64_t mark, struct hv_error *error)
{
    char *fst = hv_text("%s.tmp", file), *save = hv_text("%.*s.gtkw", (int)hv_wave_stem(file), file);
    uint64_t cycles = 0;
    int result = fst && save ? 0 : hv_fail(error, "out of memory");
    FILE *probe = result == 0 ? fopen(fst, "wb") : NULL; /* the simulators do not say why they cannot */
    if (result == 0 && !probe)
        result = hv_fail(error, "%s: cannot create: %s", file, strerror(errno));
    if (probe)
        fclose(probe);
    if (result == 0)
        result = hv_simulator_alone(simulator, image, options, fst, from, *to, &cycles, error);
    if (result == 0)
        result = make_save_file(fst, file, save, from, mark, error);
    if (result == 0 && rename(fst, file) != 0)
        result = hv_fail(error, "%s: cannot write: %s", file, strerror(errno));
    if (result && fst)
        unlink(fst);
    if (cycles < *to)
        *to = cycles;
    free(fst);
    free(save);
    return result;
}
