/* A world on the model alone, record by record. */
#ifndef FUZZ_STEP_H
#define FUZZ_STEP_H

#include "fuzz/world.h"

/* A machine of `config` with the world's memory and input; NULL with *error. */
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
