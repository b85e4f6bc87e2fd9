/* Runs of worlds on the model, compared with the run of the same program on bare hardware. */
#ifndef TESTS_WORLD_RUN_H
#define TESTS_WORLD_RUN_H

#include "model/machine.h"
#include "sim/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>

enum { LIMIT = 20000000, OUTPUT = 2048, COMPARED = 0x40000 };

/* What the UART receives, in every run: for tty; the others do not look. */
#define TYPED "echo of more bytes than the queue has places, all of which wait when the program begins\n\004"

/* What a run comes to. */
struct outcome {
    enum hv_stop stop;
    unsigned exit_code;
    char output[OUTPUT];
    uint64_t retired; /* instructions of the program's level */
    struct hv_counters counters;
    uint8_t ram[COMPARED]; /* of the first program */
};

static inline struct hv_config preset(const char *name)
{
    struct hv_config config;
    struct hv_error error;
    assert_int_equal(hv_config_read(&config, name, &error), 0);
    return config;
}

static inline struct hv_machine *loaded(const struct hv_config *config, const char *path,
                                        const struct hv_world_options *options, struct hv_world *world)
{
    struct hv_error error = {""};
    if (hv_world_build(world, config, path, options, &error))
        fail_msg("%s", error.text);
    struct hv_machine *machine = hv_machine_new(config, &error);
    if (!machine)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < world->count; i++)
        assert_true(hv_machine_write_ram(machine, world->segments[i].real, world->segments[i].bytes,
                                         world->segments[i].length));
    return machine;
}

static inline void run(struct outcome *outcome, const struct hv_config *config, const char *path,
                       const struct hv_world_options *options)
{
    struct hv_world world;
    struct hv_machine *machine = loaded(config, path, options, &world);
    memset(outcome, 0, sizeof *outcome);
    hv_machine_uart_input(machine, (const uint8_t *)TYPED, sizeof TYPED - 1);
    outcome->stop = hv_machine_run(machine, LIMIT);
    outcome->exit_code = hv_machine_exit_code(machine);
    size_t length = hv_machine_uart_output(machine, (uint8_t *)outcome->output, OUTPUT - 1);
    assert_true(length < OUTPUT - 1);
    outcome->counters = *hv_machine_counters(machine);
    outcome->retired = outcome->counters.instructions_by_level[options->depth];
    uint32_t bytes = world.program_ram_bytes < COMPARED ? world.program_ram_bytes : COMPARED;
    assert_true(hv_machine_read_ram(machine, world.program_real[0], outcome->ram, bytes));
    hv_machine_free(machine);
    hv_world_free(&world);
}

static inline const char *told(const struct hv_world_options *options)
{
    static char text[160];
    snprintf(text, sizeof text, "depth %u%s%s%s%s%s%s guests %u at level %u quantum %u", options->depth,
             options->on_demand ? " on-demand" : "", options->emulate_devices ? " emulate" : "",
             options->relocation ? " rb" : "", options->deny_counters ? " deny-counters" : "",
             options->deny_wfi ? " deny-wfi" : "", options->hypercalls ? " hypercalls" : "", options->guests,
             options->switch_level, (unsigned)options->quantum);
    return text;
}

static inline void path_of(char *path, size_t size, const char *name)
{
    snprintf(path, size, "build/software/%s.elf", name);
}

/* How far a run may differ from that on bare hardware. */
enum course {
    TIMED,    /* what it does depends on time or depth */
    EMULATED, /* it leaves the same memory; instructions that a monitor does in its place do not retire */
    EXACT     /* and it has retired the same instructions, unless devices are emulated */
};

/* The outcome is that of depth 0. */
static inline void same(const struct outcome *bare, const struct outcome *found, const char *name,
                        const struct hv_world_options *options, enum course course)
{
    if (found->stop != bare->stop || found->exit_code != bare->exit_code)
        fail_msg("%s, %s: stop %d exit code %u, expected %d, %u", name, told(options), found->stop, found->exit_code,
                 bare->stop, bare->exit_code);
    if (strcmp(found->output, bare->output) != 0)
        fail_msg("%s, %s: output '%s', expected '%s'", name, told(options), found->output, bare->output);
    if (course == TIMED)
        return;
    if (memcmp(found->ram, bare->ram, COMPARED) != 0)
        fail_msg("%s, %s: memory differs", name, told(options));
    bool exact = course == EXACT && !options->emulate_devices;
    if (exact ? found->retired != bare->retired : found->retired > bare->retired)
        fail_msg("%s, %s: %u instructions, expected %u", name, told(options), (unsigned)found->retired,
                 (unsigned)bare->retired);
}

/* Options by the bits of a number. */
static inline struct hv_world_options options_of(unsigned depth, unsigned bits)
{
    return (struct hv_world_options){.depth = depth,
                                     .on_demand = bits & 1,
                                     .emulate_devices = bits & 2,
                                     .relocation = bits & 4,
                                     .deny_counters = bits & 8,
                                     .deny_wfi = bits & 8,
                                     .hypercalls = bits & 16};
}

static struct outcome bare, found; /* on bare hardware; in a world */

static inline void compare(const struct hv_config *config, const char *path, const char *name,
                           struct hv_world_options options, enum course course)
{
    run(&found, config, path, &options);
    same(&bare, &found, name, &options, course);
}

#endif
