/* f as memory holds it: its windows checked, evaluated, and composed with those of the levels below (docs/spec.md, 4,
 * 7, 10.3). */
#include "view/tree_read.h"

#include <stdlib.h>

enum { TABLE_ENTRIES = 1024, RIGHTS = HV_PTE_R | HV_PTE_W | HV_PTE_X };

bool view_ram_word(const struct hv_machine *machine, uint32_t real, uint32_t *word)
{
    uint8_t bytes[4];
    if (!hv_machine_read_ram(machine, real, bytes, sizeof bytes))
        return false;
    *word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return true;
}

/* ---- One map ---- */

static bool good_form(const struct hv_config *config, const struct view_map *map)
{
    if (map->word & ~(uint32_t)(15 | 15 << HV_FORM_GRAIN_SHIFT))
        return false;
    if (map->form == HV_FORM_RB)
        return (config->f_maps & HV_F_RB) && map->grain == 0;
    return map->form == HV_FORM_NONE || (map->form == HV_FORM_LINEAR && (config->f_maps & HV_F_LINEAR));
}

static bool good_bound(const struct view_map *map, uint32_t in_frame)
{
    if (map->bound > VIEW_PAGES)
        return false;
    if (map->form != HV_FORM_LINEAR)
        return true;
    const uint32_t entries = map->bound >> map->grain, offset = map->base % HV_PAGE_BYTES;
    return !(map->bound & in_frame) && entries <= TABLE_ENTRIES &&
           (entries == 0 || offset + 4 * (entries - 1) < HV_PAGE_BYTES);
}

enum hv_probe view_map_check(const struct hv_config *config, const struct view_map *map, bool io)
{
    const bool linear = map->form == HV_FORM_LINEAR;
    const uint32_t in_frame = linear ? (UINT32_C(1) << map->grain) - 1 : 0;
    if (!good_form(config, map))
        return io ? HV_PROBE_IO_FORM : HV_PROBE_MEM_FORM;
    if (map->form == HV_FORM_NONE)
        return HV_PROBE_DONE;
    if (map->first >= VIEW_PAGES || (map->first & in_frame))
        return io ? HV_PROBE_IO_FIRST : HV_PROBE_MEM_FIRST;
    if (linear ? map->base & 3 : map->base >= VIEW_PAGES)
        return io ? HV_PROBE_IO_BASE : HV_PROBE_MEM_BASE;
    if (!good_bound(map, in_frame))
        return io ? HV_PROBE_IO_BOUND : HV_PROBE_MEM_BOUND;
    return HV_PROBE_DONE;
}

/* The entry is for one page of the frame, and not for this one. */
static bool for_another(uint32_t entry, uint32_t page, uint32_t in_frame)
{
    return entry & HV_PTE_S && ((entry >> 10 ^ page) & in_frame);
}

unsigned view_entry_rights(uint32_t entry, uint32_t grain)
{
    const uint32_t frame = entry >> 10, in_frame = (UINT32_C(1) << grain) - 1;
    unsigned rights = entry & RIGHTS;
    if (!(entry & HV_PTE_V) || !(entry & HV_PTE_A) || frame >= VIEW_PAGES ||
        (frame & in_frame && !(entry & HV_PTE_S)) || ((entry & HV_PTE_W) && !(entry & HV_PTE_R)))
        return 0;
    if (!(entry & HV_PTE_D))
        rights &= ~(unsigned)HV_PTE_W;
    return rights;
}

/* ---- One page ---- */

static bool in_window(const struct view_map *map, uint32_t page)
{
    return map->form != HV_FORM_NONE && page >= map->first && page - map->first < map->bound;
}

/* f of one VM: the rights it gives, 0 if it has no value there. */
static unsigned apply(const struct view_reader *reader, const struct view_vm *vm, uint32_t *page)
{
    for (unsigned i = 0; i < VIEW_MAPS; i++) {
        const struct view_map *map = &vm->map[i];
        const uint32_t distance = *page - map->first;
        uint32_t entry;
        if (!in_window(map, *page))
            continue;
        if (map->form == HV_FORM_RB) {
            *page = (map->base + distance) % VIEW_PAGES;
            return RIGHTS;
        }
        if (!view_ram_word(reader->machine, map->table + 4 * (distance >> map->grain), &entry))
            return 0;
        const uint32_t in_frame = (UINT32_C(1) << map->grain) - 1;
        *page = (entry >> 10 & ~in_frame) + (distance & in_frame);
        return for_another(entry, distance, in_frame) ? 0 : view_entry_rights(entry, map->grain);
    }
    return 0;
}

bool view_translate(const struct view_reader *reader, const struct view_vm *vm, uint32_t name, unsigned access,
                    uint32_t *real)
{
    const unsigned right = access == HV_ACCESS_LOAD ? HV_PTE_R : access == HV_ACCESS_STORE ? HV_PTE_W : HV_PTE_X;
    uint32_t page = name / HV_PAGE_BYTES;
    for (; vm->level; vm = &reader->tree->vms[vm->parent])
        if (!(apply(reader, vm, &page) & right))
            return false;
    *real = page * HV_PAGE_BYTES + name % HV_PAGE_BYTES;
    return true;
}

/* ---- All pages ---- */

static void add_run(struct view_reader *reader, struct view_vm *vm, struct view_run run)
{
    struct view_run *last = vm->reach_count ? &vm->reach[vm->reach_count - 1] : NULL;
    if (last && last->page + last->pages == run.page && last->real + last->pages == run.real &&
        last->rights == run.rights) {
        last->pages += run.pages;
        return;
    }
    if (vm->reach_count == VIEW_MAX_RUNS) {
        vm->reach_cut = true;
        return;
    }
    if ((vm->reach_count & (vm->reach_count - 1)) == 0) { /* full at every power of two */
        const size_t room = vm->reach_count ? 2 * vm->reach_count : 1;
        struct view_run *grown = realloc(vm->reach, room * sizeof *grown);
        if (!grown) {
            reader->no_memory = true;
            return;
        }
        vm->reach = grown;
    }
    vm->reach[vm->reach_count++] = run;
}

/* The first run of the parent that ends behind `page`. */
static size_t find_run(const struct view_vm *parent, uint32_t page)
{
    size_t low = 0, high = parent->reach_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (parent->reach[middle].page + parent->reach[middle].pages <= page)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* `pages` pages from `page` on are the parent's from `at` on, which do not wrap. */
static void compose(struct view_reader *reader, struct view_vm *vm, uint32_t page, uint32_t at, uint32_t pages,
                    unsigned rights)
{
    const struct view_vm *parent = &reader->tree->vms[vm->parent];
    for (size_t i = find_run(parent, at); i < parent->reach_count && parent->reach[i].page < at + pages; i++) {
        const struct view_run *run = &parent->reach[i];
        const uint32_t from = run->page > at ? run->page : at;
        const uint32_t end = run->page + run->pages < at + pages ? run->page + run->pages : at + pages;
        if (vm->reach_cut || reader->no_memory)
            return;
        if (rights & run->rights)
            add_run(reader, vm,
                    (struct view_run){page + (from - at), run->real + (from - run->page), end - from,
                                      rights & run->rights});
    }
}

/* The part of a window between two pages. */
static void reach_rb(struct view_reader *reader, struct view_vm *vm, const struct view_map *map, uint32_t from,
                     uint32_t end)
{
    while (from < end) {
        const uint32_t at = (map->base + (from - map->first)) % VIEW_PAGES;
        const uint32_t pages = end - from < VIEW_PAGES - at ? end - from : VIEW_PAGES - at;
        compose(reader, vm, from, at, pages, RIGHTS);
        from += pages;
    }
}

static void reach_linear(struct view_reader *reader, struct view_vm *vm, const struct view_map *map, uint32_t from,
                         uint32_t end)
{
    const uint32_t frame_pages = UINT32_C(1) << map->grain;
    while (from < end) {
        const uint32_t distance = from - map->first, in_frame = distance & (frame_pages - 1);
        const uint32_t pages = end - from < frame_pages - in_frame ? end - from : frame_pages - in_frame;
        uint32_t entry;
        if (view_ram_word(reader->machine, map->table + 4 * (distance >> map->grain), &entry)) {
            const unsigned rights = view_entry_rights(entry, map->grain);
            const uint32_t one = map->first + (distance - in_frame) + (entry >> 10 & (frame_pages - 1));
            if (rights && !(entry & HV_PTE_S))
                compose(reader, vm, from, (entry >> 10) + in_frame, pages, rights);
            else if (rights && one >= from && one < end)
                compose(reader, vm, one, entry >> 10, 1, rights);
        }
        from += pages;
    }
}

static void reach_part(struct view_reader *reader, struct view_vm *vm, const struct view_map *map, uint32_t from,
                       uint32_t end)
{
    const uint32_t limit = map->first + map->bound < VIEW_PAGES ? map->first + map->bound : VIEW_PAGES;
    if (from < map->first)
        from = map->first;
    if (end > limit)
        end = limit;
    if (map->form == HV_FORM_RB)
        reach_rb(reader, vm, map, from, end);
    else if (map->form == HV_FORM_LINEAR)
        reach_linear(reader, vm, map, from, end);
}

/* The I/O map holds before and behind the memory map's window. */
void view_reach(struct view_reader *reader, struct view_vm *vm)
{
    const struct view_map *memory = &vm->map[VIEW_MEMORY], *io = &vm->map[VIEW_IO];
    if (memory->form == HV_FORM_NONE) {
        reach_part(reader, vm, io, 0, VIEW_PAGES);
        return;
    }
    reach_part(reader, vm, io, 0, memory->first);
    reach_part(reader, vm, memory, 0, VIEW_PAGES);
    reach_part(reader, vm, io, memory->first + memory->bound, VIEW_PAGES);
}
