/* A world on the model alone, record by record. */
#ifndef FUZZ_STEP_H
#define FUZZ_STEP_H

#include "fuzz/world.h"

/* A machine of `config` with the world's memory and input; NULL with *error. */
/* What is in the device windows of every world: reads give a word made of its place, and one place in eight has
 * nothing, so that the bus ends an access there with err. Without a state: the same in any run. */
hv_window_function fuzz_window;

struct hv_machine *fuzz_machine_new(const struct fuzz_world *world, const struct hv_config *config,
                                    struct hv_error *error);

/* One record, with what it wrote. */
struct fuzz_step {
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count;
    enum hv_stop stop;
};
void fuzz_step(struct hv_machine *machine, struct fuzz_step *step);

#endif
