/* The reader of flat Images, and device trees that a kernel is given: what is accepted is in RAM, and a tree when it
 * has been edited. */
#include "sim/kernel.h"
#include "sim/world.h"
#include "tests/fuzz/target.h"

#include <libfdt.h>
#include <string.h>

/* In `make all`; any program would do. */
static const char program[] = "build/software/kernel.elf";

static void check_image(const char *path)
{
    struct hv_error error = {""};
    struct hv_elf elf;
    if (hv_kernel_read(&elf, path, 0x80000000, &error)) {
        check_message(error.text);
        return;
    }
    CHECK(elf.count == 1 && elf.segments[0].length <= elf.segments[0].size);
    CHECK(elf.entry == elf.segments[0].name);
    hv_elf_free(&elf);
}

static void check_world(const struct hv_config *config, const struct hv_world *world)
{
    unsigned trees = 0;
    for (size_t i = 0; i < world->count; i++) {
        const struct hv_segment *segment = &world->segments[i];
        CHECK((uint64_t)(segment->real - config->ram_base) + segment->length <= config->ram_bytes);
        if (segment->length > 4 && fdt_magic(segment->bytes) == FDT_MAGIC) {
            trees++;
            CHECK(fdt_check_full(segment->bytes, segment->length) == 0);
        }
    }
    CHECK(trees == 1);
}

static void check_tree(const char *path, unsigned depth, const char *initrd, const char *append)
{
    struct hv_error error = {""};
    struct hv_config config;
    struct hv_world world;
    const struct hv_world_options options = {.depth = depth,
                                             .kernel = {.dtb = path, .initrd = initrd, .append = append}};
    hv_config_default(&config);
    if (hv_world_build(&world, &config, program, &options, &error)) {
        check_message(error.text);
        return;
    }
    check_world(&config, &world);
    hv_world_free(&world);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *path = target_file(bytes, size);
    check_image(path); /* whatever it begins with */
    check_tree(path, 0, NULL, NULL);
    check_tree(path, 2, program, "console=ttyS0");
    return 0;
}
