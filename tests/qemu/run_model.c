/* Running the model, on bare hardware and below monitors; declared in machines.h. */
#include "sim/files.h"
#include "sim/world.h"
#include "tests/qemu/machines.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MONITOR_RAM = 0x4000, MAX_RECORDS = 200 * 1000 * 1000 }; /* far more than any program needs */

/* The image as a program's file: one segment, all of RAM. */
static int write_program(int file, const uint8_t *image, struct hv_error *error)
{
    const struct {
        Elf32_Ehdr header;
        Elf32_Phdr segment;
    } head = {{.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
               .e_type = ET_EXEC,
               .e_machine = EM_RISCV,
               .e_version = EV_CURRENT,
               .e_entry = RAM_BASE,
               .e_phoff = sizeof(Elf32_Ehdr),
               .e_ehsize = sizeof(Elf32_Ehdr),
               .e_phentsize = sizeof(Elf32_Phdr),
               .e_phnum = 1},
              {.p_type = PT_LOAD,
               .p_offset = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
               .p_vaddr = RAM_BASE,
               .p_paddr = RAM_BASE,
               .p_filesz = RAM_BYTES,
               .p_memsz = RAM_BYTES}};
    if (write(file, &head, sizeof head) != (ssize_t)sizeof head || write(file, image, RAM_BYTES) != RAM_BYTES)
        return hv_fail(error, "program for depth: %s", strerror(errno));
    return 0;
}

static int build_world(struct hv_world *world, const struct hv_config *config, const uint8_t *image,
                       struct hv_error *error)
{
    const struct hv_world_options options = {.depth = config->depth};
    char path[64];
    int file = memfd_create("program", MFD_CLOEXEC);
    if (file < 0)
        return hv_fail(error, "program for depth: %s", strerror(errno));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int result = write_program(file, image, error);
    if (!result)
        result = hv_world_build(world, config, path, &options, error);
    close(file);
    return result;
}

static struct hv_machine *load(const struct hv_config *config, const struct hv_world *world, struct hv_error *error)
{
    struct hv_machine *machine = hv_machine_new(config, error);
    for (size_t i = 0; machine && i < world->count; i++)
        hv_machine_write_ram(machine, world->segments[i].real, world->segments[i].bytes, world->segments[i].length);
    return machine;
}

/* The program below monitors; it lies at *real. */
static struct hv_machine *new_below(const struct hv_config *config, const uint8_t *image, uint32_t *real,
                                    struct hv_error *error)
{
    struct hv_world world;
    struct hv_machine *machine = NULL;
    if (build_world(&world, config, image, error))
        return NULL;
    *real = world.program_real[0];
    if (world.program_ram_bytes == RAM_BYTES)
        machine = load(config, &world, error);
    else
        hv_fail(error, "model at depth %u: found 0x%x bytes of RAM for the program, expected 0x%x", config->depth,
                world.program_ram_bytes, (unsigned)RAM_BYTES);
    hv_world_free(&world);
    return machine;
}

/* Most of an image is zero, as is the RAM of a new machine. */
static void load_image(struct hv_machine *machine, const uint8_t *image)
{
    static const uint8_t zero[HV_PAGE_BYTES];
    for (uint32_t at = 0; at < RAM_BYTES; at += HV_PAGE_BYTES)
        if (memcmp(image + at, zero, HV_PAGE_BYTES) != 0)
            hv_machine_write_ram(machine, RAM_BASE + at, image + at, HV_PAGE_BYTES);
}

/* A machine with the program in it, which lies at *real. */
static struct hv_machine *model_new(const uint8_t *image, struct kind kind, uint32_t *real, struct hv_error *error)
{
    struct hv_config config;
    hv_config_default(&config);
    config.isa = kind.isa;
    config.phi = kind.phi;
    config.depth = kind.depth;
    config.ram_bytes = RAM_BYTES + kind.depth * MONITOR_RAM;
    if (kind.depth)
        return new_below(&config, image, real, error);
    *real = RAM_BASE;
    struct hv_machine *machine = hv_machine_new(&config, error);
    if (machine)
        load_image(machine, image);
    return machine;
}

static int model_result(struct hv_machine *machine, uint32_t real, uint8_t *ram, struct hv_error *error)
{
    bool read = hv_machine_read_ram(machine, real, ram, RAM_BYTES);
    hv_machine_uart_output(machine, ram + (TREE_BASE - RAM_BASE), TREE_BYTES);
    if (read && hv_machine_stopped(machine) == HV_STOP_FINISHED && hv_machine_exit_code(machine) == 0)
        return 0;
    return hv_fail(error, "model: the program did not end well: stop %d, exit code %u, level %u, pc 0x%08x",
                   (int)hv_machine_stopped(machine), hv_machine_exit_code(machine), hv_machine_level(machine),
                   hv_machine_pc(machine));
}

int run_model(const uint8_t *image, struct kind kind, uint8_t *ram, uint64_t *instructions, struct hv_error *error)
{
    uint32_t real;
    struct hv_machine *machine = model_new(image, kind, &real, error);
    if (!machine)
        return -1;
    hv_machine_run(machine, MAX_RECORDS);
    if (instructions)
        *instructions += hv_machine_counters(machine)->instructions_by_level[kind.depth];
    int result = model_result(machine, real, ram, error);
    hv_machine_free(machine);
    return result;
}

int run_model_spoiled(const uint8_t *image, uint8_t *ram, spoil_function *spoil, void *context, struct hv_error *error)
{
    uint32_t real;
    struct hv_machine *machine = model_new(image, kind_of(0), &real, error);
    if (!machine)
        return -1;
    struct hv_commit commit;
    for (unsigned i = 0; i < MAX_RECORDS && hv_machine_step(machine, NULL, &commit, NULL, 0, NULL) == HV_STOP_NONE; i++)
        spoil(context, machine, &commit);
    int result = model_result(machine, real, ram, error);
    hv_machine_free(machine);
    return result;
}
