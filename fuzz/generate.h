/* Random nested worlds: the same seed, configuration and goal are the same world.
 *
 * A world is a path of VMs down to a random level, with branches beside it, maps of every form, and a program in each:
 * monitors that start, resume, repair, corrupt and fence, and leaves that do anything. Then some of it is put wrong.
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "fuzz/coverage.h"
#include "fuzz/world.h"

/* Can worlds be made for this configuration? RAM of 3 pages to FUZZ_MAX_RAM, root and reset vector within its first
 * FUZZ_MAX_PAGES. Returns 0, or -1 with *error filled: what was found, what was expected. */
int fuzz_check_config(const struct hv_config *config, struct hv_error *error);

/* Make a world for a configuration that fuzz_check_config takes; it is begun by this, and must be ended. `goal` is a
 * point of the coverage tables that it should meet, or NULL. The world always ends: `limit` is set. */
void fuzz_generate(struct fuzz_world *world, const struct hv_config *config, uint64_t seed,
                   const struct fuzz_point *goal);

#endif
