/* What lies where in a world: declared in sim/world.h. */
#include "sim/world.h"

#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

/* software/monitor/image.S */
extern const uint8_t hv_monitor_elf[], hv_monitor_elf_end[];

/* The program's symbols; a flat Image has none, but the file vmlinux that it was made from, which a kernel's build
 * leaves beside it. */
static struct view_symbols *symbols_of(const char *path)
{
    if (!hv_kernel_is_image_file(path))
        return view_symbols_of_file(path);
    const char *slash = strrchr(path, '/');
    char *beside = hv_text("%.*svmlinux", slash ? (int)(slash + 1 - path) : 0, path);
    struct view_symbols *symbols = beside ? view_symbols_of_file(beside) : NULL;
    free(beside);
    return symbols;
}

static bool put_all(struct view_places *places, const struct hv_world *world, const char *program_path)
{
    const size_t length = (uintptr_t)hv_monitor_elf_end - (uintptr_t)hv_monitor_elf;
    const int monitor = view_places_program(places, view_symbols_of_memory(hv_monitor_elf, length));
    const int program = view_places_program(places, symbols_of(program_path));
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
