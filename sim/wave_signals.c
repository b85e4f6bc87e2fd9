#include "sim/files.h"
#include "sim/fst.h"
#include "sim/wave_internal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SCOPES = 64 };

struct reader {
    struct wave_signals *signals;
    char *scopes[MAX_SCOPES];
    unsigned depth, soc; /* soc: depth of the SoC's scope, 0 outside it */
    bool no_memory;
};

static void enter(void *context, const char *scope)
{
    struct reader *reader = context;
    if (reader->depth < MAX_SCOPES)
        reader->scopes[reader->depth] = strdup(scope);
    reader->depth++;
    if (!reader->soc && strcmp(scope, WAVE_SOC) == 0)
        reader->soc = reader->depth;
}

static void leave(void *context)
{
    struct reader *reader = context;
    if (reader->depth == 0)
        return;
    if (reader->depth == reader->soc)
        reader->soc = 0;
    reader->depth--;
    if (reader->depth < MAX_SCOPES) {
        free(reader->scopes[reader->depth]);
        reader->scopes[reader->depth] = NULL;
    }
}

static struct wave_signal *add(struct reader *reader)
{
    struct wave_signals *signals = reader->signals;
    if (signals->count == signals->capacity) {
        const size_t capacity = signals->capacity ? 2 * signals->capacity : 1024;
        struct wave_signal *list = realloc(signals->list, capacity * sizeof *list);
        if (!list)
            return NULL;
        signals->list = list;
        signals->capacity = capacity;
    }
    signals->list[signals->count] = (struct wave_signal){0};
    return &signals->list[signals->count++];
}

/* The whole path, and where its parts begin. */
static char *make_path(const struct reader *reader, const char *name, struct wave_signal *signal)
{
    char *text = NULL;
    size_t length, soc = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    for (unsigned i = 0; i < reader->depth; i++) {
        if (i == reader->soc - 1 || i == reader->soc)
            signal->unit = (size_t)ftell(out);
        fprintf(out, "%s.", reader->scopes[i] ? reader->scopes[i] : "");
        if (i == reader->soc - 1)
            soc = (size_t)ftell(out);
    }
    signal->name = (size_t)ftell(out);
    fputs(name, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    signal->soc = text + soc;
    return text;
}

static void see(void *context, const char *name, uint64_t bits, size_t at)
{
    struct reader *reader = context;
    if (!reader->soc || reader->depth > MAX_SCOPES || reader->no_memory)
        return;
    struct wave_signal *signal = add(reader);
    if (signal) {
        signal->bits = bits;
        signal->at = at;
        signal->path = make_path(reader, name, signal);
    }
    reader->no_memory = !signal || !signal->path;
}

int wave_signals_read(struct wave_signals *signals, const char *fst, struct hv_error *error)
{
    struct reader reader = {.signals = signals};
    const struct hv_fst_watch watch = {.context = &reader, .enter = enter, .signal = see, .leave = leave};
    *signals = (struct wave_signals){0};
    int result = hv_fst_walk(fst, &watch, error);
    while (reader.depth)
        leave(&reader);
    if (reader.no_memory)
        result = hv_fail(error, "%s: out of memory", fst);
    if (result)
        wave_signals_free(signals);
    return result;
}

void wave_signals_free(struct wave_signals *signals)
{
    for (size_t i = 0; i < signals->count; i++)
        free(signals->list[i].path);
    free(signals->list);
    *signals = (struct wave_signals){0};
}

struct wave_signal *wave_signal_find(const struct wave_signals *signals, const char *path)
{
    const size_t length = strlen(path);
    for (size_t i = 0; i < signals->count; i++) {
        const char *soc = signals->list[i].soc;
        if (strncmp(soc, path, length) == 0 && (soc[length] == 0 || soc[length] == '['))
            return &signals->list[i];
    }
    return NULL;
}
