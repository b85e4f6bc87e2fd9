/* The reader of programs, the worlds that are built of what it accepts, and the symbols of any file. */
#include "sim/elf.h"
#include "sim/world.h"
#include "tests/fuzz/target.h"
#include "view/symbols.h"

#include <inttypes.h>
#include <string.h>

/* Nothing lies outside of RAM. */
static void check_world(const struct hv_config *config, const struct hv_world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct hv_segment *segment = &world->segments[i];
        CHECK((uint64_t)(segment->real - config->ram_base) + segment->length <= config->ram_bytes);
    }
}

/* Any file has symbols or none; what there is, is text. */
static void check_symbols(const uint8_t *bytes, size_t size)
{
    struct view_symbols *symbols = view_symbols_of_memory(bytes, size);
    struct view_place place;
    char text[VIEW_PLACE_SIZE];
    CHECK(symbols);
    for (uint32_t at = 0x80000000; at < 0x80000400; at += 4) {
        const bool found = view_symbols_find(symbols, at, &place);
        CHECK(found == (place.symbol || place.file));
        CHECK(!*view_place_text(&place, text) || (text[0] == '<' && strchr(text, '>')));
    }
    view_symbols_free(symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    struct hv_elf elf;
    struct hv_config config;
    const char *path = target_file(bytes, size);
    check_symbols(bytes, size);
    if (hv_elf_read(&elf, path, &error)) {
        check_message(error.text);
        return 0;
    }
    CHECK(elf.count > 0 && elf.entry % 4 == 0);
    for (size_t i = 0; i < elf.count; i++)
        CHECK(elf.segments[i].length <= elf.segments[i].size && elf.segments[i].length <= size);
    hv_elf_free(&elf);
    hv_config_default(&config);
    for (unsigned depth = 0; depth <= 2; depth++) {
        struct hv_world_options options = {.depth = depth, .on_demand = size & 1, .relocation = size & 2};
        struct hv_world world;
        if (hv_world_build(&world, &config, path, &options, &error)) {
            check_message(error.text);
            continue;
        }
        check_world(&config, &world);
        hv_world_free(&world);
    }
    return 0;
}
