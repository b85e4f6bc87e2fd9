#include "view/places.h"

#include <stdlib.h>

struct resident {
    uint32_t real, bytes, link;
    int program;
};

struct view_places {
    struct view_symbols **programs;
    int program_count;
    struct resident *residents;
    size_t resident_count;
};

struct view_places *view_places_new(void)
{
    return calloc(1, sizeof(struct view_places));
}

void view_places_free(struct view_places *places)
{
    if (!places)
        return;
    for (int i = 0; i < places->program_count; i++)
        view_symbols_free(places->programs[i]);
    free(places->programs);
    free(places->residents);
    free(places);
}

int view_places_program(struct view_places *places, struct view_symbols *symbols)
{
    struct view_symbols **programs =
        symbols ? realloc(places->programs, ((size_t)places->program_count + 1) * sizeof(*programs)) : NULL;
    if (!programs) {
        view_symbols_free(symbols);
        return -1;
    }
    places->programs = programs;
    programs[places->program_count] = symbols;
    return places->program_count++;
}

bool view_places_put(struct view_places *places, int program, uint32_t real, uint32_t bytes, uint32_t link)
{
    struct resident *residents =
        program < 0 ? NULL : realloc(places->residents, (places->resident_count + 1) * sizeof *residents);
    if (!residents)
        return false;
    places->residents = residents;
    residents[places->resident_count++] = (struct resident){real, bytes, link, program};
    return true;
}

bool view_places_find(const struct view_places *places, uint32_t real, struct view_place *place)
{
    *place = (struct view_place){NULL, 0, NULL, 0};
    for (size_t i = places ? places->resident_count : 0; i-- > 0;) {
        const struct resident *r = &places->residents[i];
        if (real - r->real < r->bytes)
            return view_symbols_find(places->programs[r->program], real - r->real + r->link, place);
    }
    return false;
}

const char *view_places_text(const struct view_places *places, uint32_t real, char text[VIEW_PLACE_SIZE])
{
    struct view_place place;
    view_places_find(places, real, &place);
    return view_place_text(&place, text);
}
