/* The signal hierarchy of a waveform file in GTKWave's FST format. */
#ifndef HV_FST_H
#define HV_FST_H

#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

struct hv_fst_watch {
    void *context;
    void (*enter)(void *context, const char *scope);
    /* `name` is "count[3:0]"; `at` is where its entry begins in the hierarchy, for hv_fst_insert. */
    void (*signal)(void *context, const char *name, uint64_t bits, size_t at);
    void (*leave)(void *context);
    /* A table of names for the values of the next signal, or (empty text) the number of one that was before; or NULL.
     */
    void (*names)(void *context, const char *text, uint64_t number);
};

/* Walk through the scopes and signals of `path`. Returns 0, or -1 with *error filled. */
int hv_fst_walk(const char *path, const struct hv_fst_watch *watch, struct hv_error *error);

/* Entries for the hierarchy, to be put in front of what begins at `at` there. */
struct hv_fst_entry {
    size_t at;
    const uint8_t *bytes;
    size_t length;
};

/* Write the file again with these in its hierarchy, which are in the order of `at`. Returns 0, or -1 with *error. */
int hv_fst_insert(const char *path, const struct hv_fst_entry *entries, size_t count, struct hv_error *error);

#endif
