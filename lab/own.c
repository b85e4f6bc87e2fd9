#include "lab/own.h"

#include <stdlib.h>

static uint32_t place_of(const struct own_pages *pages, uint32_t space, uint64_t page)
{
    const uint64_t mixed = (page ^ (uint64_t)space << 40 ^ space) * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t place = (uint32_t)(mixed >> 32) & (pages->room - 1);
    while (pages->page[place].used && (pages->page[place].page != page || pages->page[place].space != space))
        place = (place + 1) & (pages->room - 1);
    return place;
}

static bool grow(struct own_pages *pages)
{
    struct own_pages more = {.room = pages->room ? 2 * pages->room : 1024, .count = pages->count};
    more.page = calloc(more.room, sizeof *more.page);
    if (!more.page)
        return false;
    for (uint32_t i = 0; i < pages->room; i++)
        if (pages->page[i].used)
            more.page[place_of(&more, pages->page[i].space, pages->page[i].page)] = pages->page[i];
    free(pages->page);
    *pages = more;
    return true;
}

struct own_page *own_pages_find(struct own_pages *pages, uint32_t guess, uint32_t space, uint64_t page)
{
    struct own_page *found = guess < pages->room ? &pages->page[guess] : NULL;
    if (found && found->used && found->page == page && found->space == space)
        return found;
    if (pages->count >= pages->room / 2 && !grow(pages))
        return NULL;
    found = &pages->page[place_of(pages, space, page)];
    if (!found->used) {
        *found = (struct own_page){.page = page, .space = space, .used = true};
        pages->count++;
    }
    return found;
}
