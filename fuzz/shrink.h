/* Make a failing world small: fewer records, VMs, levels, instructions and words, as long as it fails. */
#ifndef FUZZ_SHRINK_H
#define FUZZ_SHRINK_H

#include "fuzz/world.h"

/* Does this candidate still fail, as the world given? It may lower world->limit to the records that it took. */
typedef bool (*fuzz_fails)(void *context, struct fuzz_world *world);

struct fuzz_shrinking {
    fuzz_fails fails;
    void *context;
    unsigned attempts; /* at most so many calls of `fails`; counted down */
};

/* Shrink `world`, which fails, in place. The result fails too: `fails` said so of it. */
void fuzz_shrink(struct fuzz_world *world, struct fuzz_shrinking *shrinking);

#endif
