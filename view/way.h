/* The way of a name: phi, then f of each level from the top, as the paper's Table II writes it
 * (docs/spec.md, 9): phi(2100)=3100, f1(3100)=4100.
 *
 * A way ends early where phi has no value (e) or an f has none (t).
 */
#ifndef VIEW_WAY_H
#define VIEW_WAY_H

#include "config/config.h"
#include "isa/isa.h"

#include <stddef.h>

struct view_way {
    uint64_t vmid; /* whose name it is: packed, and its number of syllables n */
    unsigned level;
    uint32_t name;
    uint32_t names[HV_MAX_DEPTH + 1]; /* phi's value, then what each f gave; `count` of them, n + 1 if all have one */
    unsigned count;
};

enum view_notation {
    VIEW_BYTES, /* byte addresses in hexadecimal, blanks between the steps */
    VIEW_PAPER  /* page p, word o as p*1000 + o, commas between the steps */
};

enum { VIEW_WAY_SIZE = 512 };

/* A byte address as the paper writes it, and back. */
uint32_t view_to_paper(uint32_t byte_address);

/* Write the way; returns `text`. */
const char *view_way_text(const struct hv_config *config, const struct view_way *way, enum view_notation notation,
                          char text[VIEW_WAY_SIZE]);

/* One step: f of the first `level` syllables at `name`, as "f1.2(80003000)". Returns `text`. */
const char *view_f_text(const struct hv_config *config, uint64_t vmid, unsigned level, uint32_t name,
                        enum view_notation notation, char text[VIEW_WAY_SIZE]);

#endif
