/* What a folder of generated files holds: which files, and what they held when they were written. */
#ifndef RTLGEN_MANIFEST_H
#define RTLGEN_MANIFEST_H

#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct manifest_file {
    char *name;
    uint64_t hash; /* of its contents */
};
struct manifest {
    struct manifest_file *file;
    size_t count;
};

/* 64-bit FNV-1a. */
uint64_t manifest_hash(const void *bytes, size_t length);

/* false: out of memory. */
bool manifest_add(struct manifest *manifest, const char *name, uint64_t hash);
const struct manifest_file *manifest_find(const struct manifest *manifest, const char *name);
void manifest_free(struct manifest *manifest);

/* A line for each file. */
void manifest_write(const struct manifest *manifest, FILE *out);

/* May the files `fresh` take the place of those in `directory`? *stale: files that are to be removed then, since they
 * were generated and are not among `fresh`. Returns 0, or -1 with *error filled if a file that was not generated, or
 * has been changed since, would be overwritten or removed; with `force` it is. */
int manifest_replace(const struct manifest *fresh, const char *directory, bool force, struct manifest *stale,
                     struct hv_error *error);

#endif
