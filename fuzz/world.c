#include "fuzz/world.h"

#include "isa/isa.h"

#include <stdlib.h>
#include <string.h>

void fuzz_world_begin(struct fuzz_world *world, const struct hv_config *config)
{
    memset(world, 0, sizeof *world);
    world->config = *config;
    world->vms = 1;
    world->vm[0].pages = config->ram_bytes / HV_PAGE_BYTES;
}

void fuzz_world_end(struct fuzz_world *world)
{
    for (unsigned i = 0; i < world->vms; i++)
        free(world->vm[i].words);
    world->vms = 0;
}

/* Memory for a program's own small tables: there is no going on without it. */
static void *grown(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes);
    if (!memory) {
        fputs("nestor: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void fuzz_world_copy(struct fuzz_world *to, const struct fuzz_world *from)
{
    *to = *from;
    for (unsigned i = 0; i < from->vms; i++) {
        struct fuzz_vm *vm = &to->vm[i];
        vm->words = NULL;
        vm->capacity = vm->count;
        if (!vm->count)
            continue;
        vm->words = grown(NULL, vm->count * sizeof *vm->words);
        memcpy(vm->words, from->vm[i].words, vm->count * sizeof *vm->words);
    }
}

unsigned fuzz_world_add(struct fuzz_world *world, unsigned parent, uint32_t pages)
{
    struct fuzz_vm *vm = &world->vm[world->vms];
    *vm = (struct fuzz_vm){.parent = parent, .level = world->vm[parent].level + 1, .pages = pages};
    for (uint32_t i = 0; i < FUZZ_MAX_PAGES; i++)
        vm->frame[i] = FUZZ_HOLE;
    return world->vms++;
}

struct fuzz_word *fuzz_world_find(const struct fuzz_world *world, unsigned vm, uint32_t name)
{
    const struct fuzz_vm *v = &world->vm[vm];
    for (size_t i = v->count; i-- > 0;)
        if (v->words[i].name == name)
            return &v->words[i];
    return NULL;
}

void fuzz_world_put(struct fuzz_world *world, unsigned vm, uint32_t name, uint32_t value, enum fuzz_kind kind,
                    const char *note)
{
    struct fuzz_vm *v = &world->vm[vm];
    const struct fuzz_word word = {name, value, kind, note};
    struct fuzz_word *there = fuzz_world_find(world, vm, name);
    if (there) {
        *there = word;
        return;
    }
    if (v->count == v->capacity) {
        v->capacity = v->capacity ? 2 * v->capacity : 64;
        v->words = grown(v->words, v->capacity * sizeof *v->words);
    }
    v->words[v->count++] = word;
}

static bool is_inside(const struct fuzz_world *world, unsigned vm, unsigned ancestor)
{
    while (vm > ancestor)
        vm = world->vm[vm].parent;
    return vm == ancestor;
}

void fuzz_world_remove_vm(struct fuzz_world *world, unsigned vm)
{
    unsigned number[FUZZ_MAX_VMS], kept = 0;
    bool goes[FUZZ_MAX_VMS];
    for (unsigned i = 0; i < world->vms; i++) /* before any parent has a new number */
        goes[i] = is_inside(world, i, vm);
    for (unsigned i = 0; i < world->vms; i++) {
        if (goes[i]) {
            free(world->vm[i].words);
            continue;
        }
        number[i] = kept;
        world->vm[kept] = world->vm[i];
        world->vm[kept].parent = i ? number[world->vm[i].parent] : 0;
        kept++;
    }
    world->vms = kept;
}

uint32_t fuzz_world_page(const struct fuzz_world *world, unsigned vm, uint32_t page, unsigned ancestor)
{
    while (vm != ancestor) {
        if (page >= world->vm[vm].pages || world->vm[vm].frame[page] == FUZZ_HOLE)
            return FUZZ_HOLE;
        page = world->vm[vm].frame[page];
        vm = world->vm[vm].parent;
    }
    return page < world->vm[ancestor].pages ? page : FUZZ_HOLE;
}

bool fuzz_world_real(const struct fuzz_world *world, unsigned vm, uint32_t name, uint32_t *real)
{
    const uint32_t base = world->config.ram_base;
    if (name < base)
        return false;
    const uint32_t page = fuzz_world_page(world, vm, (name - base) / HV_PAGE_BYTES, 0);
    *real = base + page * HV_PAGE_BYTES + name % HV_PAGE_BYTES;
    return page != FUZZ_HOLE;
}

void fuzz_world_image(const struct fuzz_world *world, uint8_t *ram)
{
    memset(ram, 0, world->config.ram_bytes);
    for (unsigned vm = 0; vm < world->vms; vm++) {
        for (size_t i = 0; i < world->vm[vm].count; i++) {
            const struct fuzz_word *word = &world->vm[vm].words[i];
            uint32_t real;
            if (!fuzz_world_real(world, vm, word->name, &real))
                continue;
            for (unsigned byte = 0; byte < 4; byte++)
                ram[real - world->config.ram_base + byte] = (uint8_t)(word->value >> 8 * byte);
        }
    }
}

size_t fuzz_world_words(const struct fuzz_world *world)
{
    size_t count = 0;
    for (unsigned vm = 0; vm < world->vms; vm++)
        count += world->vm[vm].count;
    return count;
}

size_t fuzz_world_instructions(const struct fuzz_world *world)
{
    size_t count = 0;
    for (unsigned vm = 0; vm < world->vms; vm++)
        for (size_t i = 0; i < world->vm[vm].count; i++)
            count += world->vm[vm].words[i].kind == FUZZ_CODE;
    return count;
}

unsigned fuzz_world_levels(const struct fuzz_world *world)
{
    unsigned levels = 0;
    for (unsigned vm = 0; vm < world->vms; vm++)
        if (world->vm[vm].count && world->vm[vm].level >= levels)
            levels = world->vm[vm].level + 1;
    return levels;
}
