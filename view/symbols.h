/* Symbols and source lines of a program, from its ELF file: libelf for the symbols, libdw for the lines.
 *
 * Nothing is read before the first question. A file that cannot be read, or says nothing of a name, gives no
 * answer: that is never an error, since nothing depends on it but what people read.
 */
#ifndef VIEW_SYMBOLS_H
#define VIEW_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view_symbols;

/* What is known of a name. Texts live as long as the symbols. */
struct view_place {
    const char *symbol; /* NULL: none */
    uint32_t offset;    /* from the symbol */
    const char *file;   /* without its folder; NULL: no line */
    unsigned line;
};

/* Symbols of a file, or of an ELF file in memory that outlives them. NULL when memory runs out. */
struct view_symbols *view_symbols_of_file(const char *path);
struct view_symbols *view_symbols_of_memory(const void *bytes, size_t length);
void view_symbols_free(struct view_symbols *symbols);

/* What the program says of an address that it was linked for. False, with *place empty, when it
 * says nothing. A symbol answers for its size, one without size up to the next or the end of its section. */
bool view_symbols_find(struct view_symbols *symbols, uint32_t link, struct view_place *place);

/* "<main+0x10 main.c:12>", with what is known; empty if nothing is. Returns `text`. */
enum { VIEW_PLACE_SIZE = 128 };
const char *view_place_text(const struct view_place *place, char text[VIEW_PLACE_SIZE]);

#endif
