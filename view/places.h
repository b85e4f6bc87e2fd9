/* Which program lies where in real memory, and so what is known of a real name: symbol and source line.
 *
 * By real names, since these alone are unique: monitors and their guests all use the same names. A program that moves
 * itself, or maps its pages in another order, is shown by what was loaded there.
 */
#ifndef VIEW_PLACES_H
#define VIEW_PLACES_H

#include "view/symbols.h"

struct view_places;

struct view_places *view_places_new(void); /* NULL when memory runs out */
void view_places_free(struct view_places *places);

/* Give a program, which is then the places'. Returns its number, or -1 when memory runs out or `symbols` is NULL. */
int view_places_program(struct view_places *places, struct view_symbols *symbols);

/* The program, or a part of it that was linked for `link`, lies at [real, real + bytes); later ones go over earlier
 * ones. False when memory runs out. */
bool view_places_put(struct view_places *places, int program, uint32_t real, uint32_t bytes, uint32_t link);

/* What is known of a real name; false, with *place empty, if nothing is. `places` may be NULL: nothing is known. */
bool view_places_find(const struct view_places *places, uint32_t real, struct view_place *place);

/* The same as text, "<main+0x10 main.c:12>" or empty. Returns `text`. */
const char *view_places_text(const struct view_places *places, uint32_t real, char text[VIEW_PLACE_SIZE]);

#endif
