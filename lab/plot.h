/* A plot before it is drawn: axes and points. The picture (lab/plot_svg.c), the table of numbers and what the page's
 * script draws (lab/plot_write.c) are all made of this. */
#ifndef NESTOR_LAB_PLOT_H
#define NESTOR_LAB_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum lab_scale { LAB_LINEAR, LAB_LOG2, LAB_LOG10 };
enum lab_shape {
    LAB_LINES, /* points of each series, joined */
    LAB_HEAT   /* one series: a cell for each pair of x and y, its colour by z */
};

struct lab_axis {
    const char *title; /* with its unit */
    enum lab_scale scale;
};
struct lab_plot_point {
    double x, y, z;
};
struct lab_series {
    char *name;
    bool formula;  /* not measured: dashed */
    size_t result; /* what it was made of, for its maker */
    struct lab_plot_point *points;
    size_t count, room;
};
struct lab_plot {
    char *id;          /* a name for files and anchors: small letters, digits, - */
    const char *group; /* title of the part of the page that it belongs to */
    char *title;
    const char *about; /* what is to be seen, a sentence or two */
    enum lab_shape shape;
    struct lab_axis x, y;
    const char *z_title;
    struct lab_series *series;
    size_t count, room;
};
struct lab_plots {
    struct lab_plot *list;
    size_t count, room;
    bool failed; /* memory has run out: what is here is not whole */
};

void lab_plots_free(struct lab_plots *plots);

/* A new plot, of the texts that the caller's own has; `id` and `title` are copied. Valid until the next one. NULL when
 * memory has run out. */
struct lab_plot *lab_plot_add(struct lab_plots *plots, const struct lab_plot *like);
/* A new series of it; NULL likewise, or when `plot` is. Valid until the next one. */
struct lab_series *lab_series_add(struct lab_plots *plots, struct lab_plot *plot, const char *name);
/* Another point; nothing without a series, or of a number that is not finite. */
void lab_point_add(struct lab_plots *plots, struct lab_series *series, double x, double y, double z);
/* Take the last plot away again. */
void lab_plot_drop(struct lab_plots *plots);

/* Can the point be drawn? On a logarithmic axis there is no 0. */
bool lab_point_shown(const struct lab_plot *plot, const struct lab_plot_point *point);

/* The range of an axis, widened to its ticks. */
enum { LAB_TICKS = 16 };
struct lab_range {
    double from, to, tick[LAB_TICKS];
    unsigned ticks;
};
struct lab_range lab_range(enum lab_scale scale, double from, double to);
/* The ranges of a plot of lines, of all points that can be drawn. */
void lab_ranges(const struct lab_plot *plot, struct lab_range *x, struct lab_range *y);
/* Where in a range a value is, 0 to 1. */
double lab_place(const struct lab_range *range, enum lab_scale scale, double value);

/* The distinct values of x (or of y) of all points, ascending; *count of them, to be freed. NULL: none, or memory has
 * run out. */
double *lab_distinct(const struct lab_plot *plot, bool of_y, size_t *count);
/* Darkness of a cell, 0 to 1, by the logarithm if all values are positive. */
double lab_heat(const struct lab_series *series, double z);

/* A number as people read it: four digits, or whole. Returns `text`. */
enum { LAB_NUMBER = 32 };
const char *lab_number(double value, char text[LAB_NUMBER]);
/* The same for a tick: 1k, 2M. */
const char *lab_tick(double value, char text[LAB_NUMBER]);

/* Escaped for HTML and XML, text and attributes. */
void lab_escape(const char *text, FILE *out);

/* How a series is told from others, besides its colour, of which there are so many: class cN in the style. */
enum { LAB_COLOURS = 8 };

/* What a picture begins with. */
#define LAB_PLOT_BEGIN "<svg class=\"picture\""

/* The picture, one element. Alone, it brings its ground, title, style and legend; else the page has them. */
void lab_plot_svg(const struct lab_plot *plot, bool alone, FILE *out);
/* The same numbers as a table (HTML). */
void lab_plot_table(const struct lab_plot *plot, FILE *out);
/* All plots as a JSON array, fit for a script element. */
void lab_plots_json(const struct lab_plots *plots, FILE *out);

#endif
