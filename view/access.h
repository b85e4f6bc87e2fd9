/* One access of an instruction, for the explanation of its record: taken down before the record is made, told after. */
#ifndef VIEW_ACCESS_H
#define VIEW_ACCESS_H

#include "model/machine.h"
#include "view/places.h"
#include "view/way.h"

#include <stdio.h>

/* The word of a linear table that an f reads; none in the form rb. */
struct view_entry {
    bool there;
    uint32_t real, word;
};

enum { VIEW_NOT_CACHED = UINT32_MAX };

struct view_access {
    unsigned access; /* HV_ACCESS_... */
    struct view_way way;
    bool phi;   /* phi is in force */
    bool found; /* something is there, and all levels grant the access */
    uint32_t real;
    unsigned rights;                             /* that all levels grant, bit HV_ACCESS_... each */
    struct view_entry entries[HV_MAX_DEPTH + 1]; /* of way.names[i] */
    uint32_t entry, prefix;                      /* where the composition was cached before; VIEW_NOT_CACHED */
};

/* The word that f of level `level` reads for the resource name `name`. */
struct view_entry view_read_entry(const struct hv_machine *machine, unsigned level, uint32_t name);

/* Take down the way of `name` for an access of what `machine` runs next. */
void view_access_begin(struct view_access *a, const struct hv_machine *machine, uint32_t name, unsigned access);

/* Tell of it in one line: the way, the rights, and by what it was answered in the record that was made: entry, hit,
 * walk. `after` is the machine after the record. */
void view_access_print(FILE *out, const struct view_access *a, const struct hv_machine *after,
                       const struct hv_commit *commit, const struct view_places *places);

/* " entry [8004c010]=00000000 ------": a word of a table with its bits V R W X A D; nothing if it is not there. */
void view_entry_print(FILE *out, const struct view_entry *entry);

/* What data are at a real name: a symbol of `places`, or a device's name. Empty if neither. Returns `text`. */
const char *view_real_text(const struct hv_config *config, const struct view_places *places, uint32_t real,
                           char text[VIEW_PLACE_SIZE]);

#endif
