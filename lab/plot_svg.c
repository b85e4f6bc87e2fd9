/* The picture of a plot: for the page, whose style it then has, or for a file that stands alone. */
#include "lab/assets.h"
#include "lab/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In px of the picture; some text stays readable when a telephone shrinks it to 340. */
static const double WIDTH = 460, LEFT = 58, RIGHT = 14, TOP = 12, PLOT_HEIGHT = 236, BOTTOM = 46, TITLE = 30, ROW = 20,
                    CHARACTER = 6.7;

struct picture {
    const struct lab_plot *plot;
    FILE *out;
    struct lab_range x, y;
    double left, top, right, bottom; /* of the plot's area */
};

static void text_at(const struct picture *picture, double x, double y, const char *classes, const char *text)
{
    fprintf(picture->out, "<text class=\"%s\" x=\"%.5g\" y=\"%.5g\">", classes, x, y);
    lab_escape(text, picture->out);
    fputs("</text>\n", picture->out);
}

static double px(const struct picture *picture, double x)
{
    return picture->left + lab_place(&picture->x, picture->plot->x.scale, x) * (picture->right - picture->left);
}

static double py(const struct picture *picture, double y)
{
    return picture->bottom - lab_place(&picture->y, picture->plot->y.scale, y) * (picture->bottom - picture->top);
}

/* ---- Axes ---- */

static void draw_axes(const struct picture *picture)
{
    char text[LAB_NUMBER];
    for (unsigned i = 0; i < picture->y.ticks; i++) {
        const double y = py(picture, picture->y.tick[i]);
        fprintf(picture->out, "<path class=\"grid\" d=\"M%.5g %.5gH%.5g\"/>\n", picture->left, y, picture->right);
        text_at(picture, picture->left - 7, y + 4, "end", lab_tick(picture->y.tick[i], text));
    }
    for (unsigned i = 0; i < picture->x.ticks; i++) {
        const double x = px(picture, picture->x.tick[i]);
        fprintf(picture->out, "<path class=\"axis\" d=\"M%.5g %.5gv5\"/>\n", x, picture->bottom);
        text_at(picture, x, picture->bottom + 19, "mid", lab_tick(picture->x.tick[i], text));
    }
    fprintf(picture->out, "<path class=\"axis\" d=\"M%.5g %.5gH%.5g\"/>\n", picture->left, picture->bottom,
            picture->right);
}

static void draw_titles(const struct picture *picture)
{
    const double middle = (picture->top + picture->bottom) / 2;
    text_at(picture, (picture->left + picture->right) / 2, picture->bottom + 38, "mid", picture->plot->x.title);
    fprintf(picture->out, "<text class=\"mid\" transform=\"translate(13 %.5g) rotate(-90)\">", middle);
    lab_escape(picture->plot->y.title, picture->out);
    fputs("</text>\n", picture->out);
}

/* ---- Lines ---- */

/* Series beyond the colours, and formulas, are dashed. */
static bool is_dashed(const struct lab_plot *plot, size_t i)
{
    return plot->series[i].formula || i >= LAB_COLOURS;
}

/* Marks differ in form, for those who do not see the colours, and are small; around 0, 0. */
static void draw_mark(const struct picture *picture, size_t i, double x, double y)
{
    static const char *const forms[] = {"M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z", "M-3-3h6v6h-6z",
                                        "M0-4.2L4 3h-8z", "M0-4.5L4.5 0L0 4.5L-4.5 0z"};
    fprintf(picture->out, "<path class=\"mark\" transform=\"translate(%.5g %.5g)\" d=\"%s\"", x, y,
            forms[i % (sizeof forms / sizeof *forms)]);
}

static void draw_point(const struct picture *picture, size_t i, const struct lab_plot_point *point)
{
    const struct lab_plot *plot = picture->plot;
    char x[LAB_NUMBER], y[LAB_NUMBER];
    draw_mark(picture, i, px(picture, point->x), py(picture, point->y));
    fputs("><title>", picture->out);
    lab_escape(plot->series[i].name, picture->out);
    fprintf(picture->out, "\n");
    lab_escape(plot->x.title, picture->out);
    fprintf(picture->out, ": %s\n", lab_number(point->x, x));
    lab_escape(plot->y.title, picture->out);
    fprintf(picture->out, ": %s</title></path>\n", lab_number(point->y, y));
}

/* With more points than these, lines have no marks. */
enum { MARKED = 240 };

static bool is_marked(const struct lab_plot *plot)
{
    size_t points = 0;
    for (size_t i = 0; i < plot->count; i++)
        points += plot->series[i].count;
    return points <= MARKED;
}

static void draw_series(const struct picture *picture, size_t i)
{
    const struct lab_plot *plot = picture->plot;
    const struct lab_series *series = &plot->series[i];
    bool joins = false, drawn = false;
    fprintf(picture->out, "<g class=\"c%zu s%zu\"><path class=\"line%s\" d=\"", i % LAB_COLOURS, i,
            is_dashed(plot, i) ? " dashed" : "");
    for (size_t j = 0; j < series->count; j++)
        if (!lab_point_shown(plot, &series->points[j]))
            joins = false; /* no line through what is not on the axis */
        else {
            fprintf(picture->out, "%s%.5g %.5g", joins ? "L" : "M", px(picture, series->points[j].x),
                    py(picture, series->points[j].y));
            joins = drawn = true;
        }
    fputs(drawn ? "\"/>\n" : "M0 0\"/>\n", picture->out);
    for (size_t j = 0; is_marked(plot) && j < series->count; j++)
        if (lab_point_shown(plot, &series->points[j]))
            draw_point(picture, i, &series->points[j]);
    fputs("</g>\n", picture->out);
}

static void draw_lines(struct picture *picture)
{
    lab_ranges(picture->plot, &picture->x, &picture->y);
    draw_axes(picture);
    draw_titles(picture);
    for (size_t i = 0; i < picture->plot->count; i++)
        draw_series(picture, i);
}

/* ---- Cells ---- */

static void cell_colour(double t, char text[8])
{
    /* From a pale to a dark blue: both are seen on either ground. */
    static const double pale[] = {0xdd, 0xeb, 0xf7}, dark[] = {0x08, 0x30, 0x6b};
    unsigned rgb[3];
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned)(pale[i] + t * (dark[i] - pale[i]));
    snprintf(text, 8, "#%02x%02x%02x", rgb[0] & 255, rgb[1] & 255, rgb[2] & 255);
}

static size_t index_of(const double *values, size_t count, double value)
{
    size_t i = 0;
    while (i + 1 < count && values[i] != value)
        i++;
    return i;
}

static void draw_cell(const struct picture *picture, const struct lab_plot_point *point, double x, double y,
                      double width, double height)
{
    const struct lab_plot *plot = picture->plot;
    char colour[8], text[LAB_NUMBER], name[3 * LAB_NUMBER + 32], a[LAB_NUMBER], b[LAB_NUMBER];
    const double t = lab_heat(plot->series, point->z);
    cell_colour(t, colour);
    snprintf(name, sizeof name, "%s x %s: %s", lab_number(point->x, a), lab_number(point->y, b),
             lab_number(point->z, text));
    fprintf(picture->out,
            "<rect x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" height=\"%.5g\" fill=\"%s\"><title>%s</title></rect>\n", x, y,
            width - 1, height - 1, colour, name);
    snprintf(text, sizeof text, point->z < 10 ? "%.2g" : "%.3g", point->z);
    if (point->z >= 1000)
        lab_tick(round(point->z / 100) * 100, text);
    if ((double)strlen(text) * CHARACTER < width && height > 13)
        text_at(picture, x + width / 2, y + height / 2 + 4, t > 0.45 ? "mid cell-dark" : "mid cell-light", text);
}

static void draw_heat(const struct picture *picture)
{
    const struct lab_plot *plot = picture->plot;
    size_t columns, rows;
    char text[LAB_NUMBER];
    double *x = lab_distinct(plot, false, &columns), *y = lab_distinct(plot, true, &rows);
    if (x && y) {
        const double width = (picture->right - picture->left) / (double)columns,
                     height = (picture->bottom - picture->top) / (double)rows;
        /* Labels that would touch each other are left out. */
        const size_t every = (size_t)ceil(13 / height), every_x = (size_t)ceil(26 / width);
        for (size_t i = 0; i < columns; i += every_x)
            text_at(picture, picture->left + ((double)i + 0.5) * width, picture->bottom + 19, "mid",
                    lab_tick(x[i], text));
        for (size_t i = 0; i < rows; i += every)
            text_at(picture, picture->left - 7, picture->bottom - ((double)i + 0.5) * height + 4, "end",
                    lab_tick(y[i], text));
        for (size_t i = 0; i < plot->series->count; i++) {
            const struct lab_plot_point *point = &plot->series->points[i];
            draw_cell(picture, point, picture->left + (double)index_of(x, columns, point->x) * width,
                      picture->bottom - (double)(index_of(y, rows, point->y) + 1) * height, width, height);
        }
    }
    draw_titles(picture);
    free(x);
    free(y);
}

/* ---- Legend ---- */

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Entries beside each other as long as there is room; only measures without `out`. The height. */
static double legend(const struct picture *picture, double top, bool draw)
{
    double x = picture->left, y = top;
    if (picture->plot->shape == LAB_HEAT)
        return 0;
    for (size_t i = 0; i < picture->plot->count; i++) {
        const double width = 30 + CHARACTER * (double)characters(picture->plot->series[i].name) + 14;
        if (x > picture->left && x + width > WIDTH) {
            x = picture->left;
            y += ROW;
        }
        if (draw) {
            fprintf(picture->out, "<g class=\"c%zu\"><path class=\"line%s\" d=\"M%.5g %.5gh24\"/>", i % LAB_COLOURS,
                    is_dashed(picture->plot, i) ? " dashed" : "", x, y);
            draw_mark(picture, i, x + 12, y);
            fputs("/></g>\n", picture->out);
            text_at(picture, x + 30, y + 4, "key", picture->plot->series[i].name);
        }
        x += width;
    }
    return y - top + ROW;
}

void lab_plot_svg(const struct lab_plot *plot, bool alone, FILE *out)
{
    struct picture picture = {
        .plot = plot, .out = out, .left = LEFT, .top = TOP + (alone ? TITLE : 0), .right = WIDTH - RIGHT};
    picture.bottom = picture.top + PLOT_HEIGHT;
    const double legend_top = picture.bottom + BOTTOM + 10,
                 height = picture.bottom + BOTTOM + (alone ? legend(&picture, legend_top, false) : 0);
    fprintf(out, LAB_PLOT_BEGIN "%s viewBox=\"0 0 %g %g\"%s role=\"img\" aria-labelledby=\"%s-title %s-about\">\n",
            alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", WIDTH, height, alone ? " width=\"460\"" : "",
            plot->id, plot->id);
    fprintf(out, "<title id=\"%s-title\">", plot->id);
    lab_escape(plot->title, out);
    fprintf(out, "</title>\n<desc id=\"%s-about\">", plot->id);
    lab_escape(plot->about, out);
    fputs("</desc>\n", out);
    if (alone) {
        fprintf(out, "<style>\n%s</style>\n<rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>\n", lab_plot_css);
        text_at(&picture, 14, 24, "title", plot->title);
    }
    if (plot->shape == LAB_HEAT)
        draw_heat(&picture);
    else
        draw_lines(&picture);
    if (alone)
        legend(&picture, legend_top, true);
    fputs("</svg>\n", out);
}
