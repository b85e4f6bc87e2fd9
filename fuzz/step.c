#include "fuzz/step.h"

#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

struct hv_machine *fuzz_machine_new(const struct fuzz_world *world, const struct hv_config *config,
                                    struct hv_error *error)
{
    struct hv_machine *machine = hv_machine_new(config, error);
    if (!machine)
        return NULL;
    uint8_t *ram = malloc(config->ram_bytes);
    if (!ram) {
        hv_fail(error, "out of memory");
        hv_machine_free(machine);
        return NULL;
    }
    fuzz_world_image(world, ram);
    hv_machine_write_ram(machine, config->ram_base, ram, config->ram_bytes);
    hv_machine_uart_input(machine, world->input, world->input_length);
    free(ram);
    return machine;
}

void fuzz_step(struct hv_machine *machine, struct fuzz_step *step)
{
    memset(step, 0, sizeof *step);
    step->stop = hv_machine_step(machine, NULL, &step->commit, step->writes, HV_MAX_WRITES, &step->count);
}
