/* What lies where in a world: declared in sim/world.h. */
#include "sim/world.h"

/* software/monitor/image.S */
extern const uint8_t hv_monitor_elf[], hv_monitor_elf_end[];

static bool put_all(struct view_places *places, const struct hv_world *world, const char *program_path)
{
    const size_t length = (uintptr_t)hv_monitor_elf_end - (uintptr_t)hv_monitor_elf;
    const int monitor = view_places_program(places, view_symbols_of_memory(hv_monitor_elf, length));
    const int program = view_places_program(places, view_symbols_of_file(program_path));
    for (size_t i = 0; i < world->resident_count; i++) {
        const struct hv_resident *r = &world->residents[i];
        if (!view_places_put(places, r->monitor ? monitor : program, r->real, r->bytes, r->name))
            return false;
    }
    return monitor >= 0 && program >= 0;
}

struct view_places *hv_world_places(const struct hv_world *world, const char *program_path)
{
    struct view_places *places = view_places_new();
    if (places && !put_all(places, world, program_path)) {
        view_places_free(places);
        places = NULL;
    }
    return places;
}
