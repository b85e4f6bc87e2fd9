#include "fuzz/step.h"

#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

bool fuzz_window(void *context, struct hv_window_access *access)
{
    (void)context;
    const uint32_t word = (access->window << 28 ^ access->offset ^ 0x5a5a) * UINT32_C(0x9e3779b1);
    if (!access->write)
        access->data = word;
    return word >> 29 != 0;
}

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
    hv_machine_windows(machine, fuzz_window, NULL);
    free(ram);
    return machine;
}

void fuzz_step(struct hv_machine *machine, struct fuzz_step *step)
{
    memset(step, 0, sizeof *step);
    step->stop = hv_machine_step(machine, NULL, &step->commit, step->writes, HV_MAX_WRITES, &step->count);
}
