/* The signal hierarchy of a waveform file in GTKWave's FST format. */
#ifndef HV_FST_H
#define HV_FST_H

#include "config/config.h"

struct hv_fst_watch {
    void *context;
    void (*enter)(void *context, const char *scope);
    void (*signal)(void *context, const char *name, uint64_t bits); /* "count[3:0]" */
    void (*leave)(void *context);
};

/* Walk through the scopes and signals of `path`. Returns 0, or -1 with *error filled. */
int hv_fst_walk(const char *path, const struct hv_fst_watch *watch, struct hv_error *error);

#endif
