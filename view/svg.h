/* Pictures as SVG that need nothing beside them: they look for the reader's dark or light scheme, bring their own
 * ground, and their text can be selected. */
#ifndef VIEW_SVG_H
#define VIEW_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Advance of one character of the monospaced text, in px: of class "v" (12.5 px), and of "s" (10.5 px). */
#define VIEW_SVG_CHAR       7.55
#define VIEW_SVG_SMALL_CHAR 6.35

struct view_svg {
    FILE *body;
    char *text; /* of the body */
    size_t length;
};

/* Begin with an empty body; false when memory runs out. */
bool view_svg_begin(struct view_svg *svg);
/* Write the picture of that size and free the body; false when memory has run out. */
bool view_svg_end(struct view_svg *svg, double width, double height, const char *title, FILE *out);

/* `classes` are of the style in svg.c. Text is escaped. */
void view_svg_text(struct view_svg *svg, double x, double y, const char *classes, const char *text);
void view_svg_rect(struct view_svg *svg, double x, double y, double width, double height, double radius,
                   const char *classes, const char *tip);
void view_svg_line(struct view_svg *svg, double x1, double y1, double x2, double y2, const char *classes);

/* How many characters a text shows: UTF-8's bytes that begin one. */
size_t view_svg_characters(const char *text);

#endif
