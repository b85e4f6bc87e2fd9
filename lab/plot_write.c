/* A plot as text: numbers, the table below it, and the data for the page's script. */
#include "lab/plot.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *lab_number(double value, char text[LAB_NUMBER])
{
    const bool whole = fabs(value) < 1e15 && value == floor(value);
    snprintf(text, LAB_NUMBER, whole ? "%.0f" : fabs(value) < 1e-4 || fabs(value) >= 1e6 ? "%.3e" : "%.4g", value);
    return text;
}

const char *lab_tick(double value, char text[LAB_NUMBER])
{
    static const struct {
        double unit;
        const char *letter;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    if (fabs(value) >= 1e3 && fabs(value) < 1e15 && fmod(value, 100) == 0)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (fabs(value) >= units[i].unit) {
                snprintf(text, LAB_NUMBER, "%.4g%s", value / units[i].unit, units[i].letter);
                return text;
            }
    int power;
    if (fabs(value) >= 16384 && frexp(value, &power) == 0.5 && power <= 50) { /* a power of two */
        static const char letters[] = " KMGT";
        const int unit = (power - 1) / 10;
        snprintf(text, LAB_NUMBER, "%.0f%ci", value / exp2(10 * unit), letters[unit]);
        return text;
    }
    if (value != 0 && fabs(value) < 1e-3)
        snprintf(text, LAB_NUMBER, "%.0fe%.0f", value / pow(10, floor(log10(fabs(value)) + 1e-9)),
                 floor(log10(fabs(value)) + 1e-9));
    else
        snprintf(text, LAB_NUMBER, "%.7g", value);
    return text;
}

void lab_escape(const char *text, FILE *out)
{
    static const struct {
        char letter;
        const char *name;
    } names[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (; *text; text++) {
        size_t i = 0;
        while (i < sizeof names / sizeof *names && names[i].letter != *text)
            i++;
        if (i < sizeof names / sizeof *names)
            fputs(names[i].name, out);
        else
            fputc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text, out);
    }
}

/* ---- The table ---- */

static void head_cell(const char *scope, const char *text, FILE *out)
{
    fprintf(out, "<th scope=\"%s\">", scope);
    lab_escape(text, out);
    fputs("</th>", out);
}

static void number_cell(const char *element, const double *value, FILE *out)
{
    char text[LAB_NUMBER];
    fprintf(out, "<%s>%s</%.2s>", element, value ? lab_number(*value, text) : "", element);
}

/* The series' value at x: its last point there. */
static const double *value_at(const struct lab_series *series, double x)
{
    for (size_t i = series->count; i-- > 0;)
        if (series->points[i].x == x)
            return &series->points[i].y;
    return NULL;
}

static void line_rows(const struct lab_plot *plot, FILE *out)
{
    size_t count;
    double *x = lab_distinct(plot, false, &count);
    fputs("<thead><tr>", out);
    head_cell("col", plot->x.title, out);
    for (size_t i = 0; i < plot->count; i++)
        head_cell("col", plot->series[i].name, out);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < count; row++) {
        fputs("<tr>", out);
        number_cell("th scope=\"row\"", &x[row], out);
        for (size_t i = 0; i < plot->count; i++)
            number_cell("td", value_at(&plot->series[i], x[row]), out);
        fputs("</tr>\n", out);
    }
    free(x);
}

static const double *cell_at(const struct lab_plot *plot, double x, double y)
{
    for (size_t i = 0; plot->count && i < plot->series->count; i++)
        if (plot->series->points[i].x == x && plot->series->points[i].y == y)
            return &plot->series->points[i].z;
    return NULL;
}

static void heat_rows(const struct lab_plot *plot, FILE *out)
{
    size_t columns, rows;
    char text[LAB_NUMBER];
    double *x = lab_distinct(plot, false, &columns), *y = lab_distinct(plot, true, &rows);
    fputs("<thead><tr>", out);
    fputs("<th scope=\"col\">", out);
    lab_escape(plot->y.title, out);
    fputs(" \\ ", out);
    lab_escape(plot->x.title, out);
    fputs("</th>", out);
    for (size_t i = 0; i < columns; i++)
        head_cell("col", lab_number(x[i], text), out);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < rows; row++) {
        fputs("<tr>", out);
        number_cell("th scope=\"row\"", &y[row], out);
        for (size_t i = 0; i < columns; i++)
            number_cell("td", cell_at(plot, x[i], y[row]), out);
        fputs("</tr>\n", out);
    }
    free(x);
    free(y);
}

void lab_plot_table(const struct lab_plot *plot, FILE *out)
{
    fputs("<table><caption>", out);
    lab_escape(plot->shape == LAB_HEAT ? plot->z_title : plot->y.title, out);
    fputs("</caption>\n", out);
    (plot->shape == LAB_HEAT ? heat_rows : line_rows)(plot, out);
    fputs("</tbody></table>\n", out);
}

/* ---- Data for the script ---- */

/* With the ends and ticks of the picture's own axes; a heat map's cells have none. */
static json_t *axis_json(const struct lab_axis *axis, const struct lab_range *range)
{
    static const char *const names[] = {"linear", "log2", "log10"};
    json_t *ticks = json_array();
    for (unsigned i = 0; i < range->ticks; i++)
        json_array_append_new(ticks, json_real(range->tick[i]));
    return json_pack("{s:s,s:s,s:[f,f],s:o}", "title", axis->title, "scale", names[axis->scale], "ends", range->from,
                     range->to, "ticks", ticks);
}

static json_t *series_json(const struct lab_plot *plot, const struct lab_series *series)
{
    json_t *points = json_array();
    for (size_t i = 0; i < series->count; i++) {
        const struct lab_plot_point *point = &series->points[i];
        if (lab_point_shown(plot, point))
            json_array_append_new(points, plot->shape == LAB_HEAT ? json_pack("[f,f,f]", point->x, point->y, point->z)
                                                                  : json_pack("[f,f]", point->x, point->y));
        else /* a gap */
            json_array_append_new(points, json_pack("[f,n]", point->x));
    }
    return json_pack("{s:s,s:b,s:o}", "name", series->name, "formula", series->formula, "points", points);
}

static json_t *plot_json(const struct lab_plot *plot)
{
    json_t *series = json_array();
    struct lab_range x = {0}, y = {0};
    if (plot->shape == LAB_LINES)
        lab_ranges(plot, &x, &y);
    for (size_t i = 0; i < plot->count; i++)
        json_array_append_new(series, series_json(plot, &plot->series[i]));
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:s*,s:o}", "id", plot->id, "title", plot->title, "shape",
                     plot->shape == LAB_HEAT ? "heat" : "lines", "x", axis_json(&plot->x, &x), "y",
                     axis_json(&plot->y, &y), "z", plot->z_title, "series", series);
}

/* In a script element no text may look like its end, or like a comment. */
static int write_safely(const char *buffer, size_t size, void *out)
{
    for (size_t i = 0; i < size; i++)
        if (buffer[i] == '<')
            fputs("\\u003c", out);
        else
            fputc(buffer[i], out);
    return 0;
}

void lab_plots_json(const struct lab_plots *plots, FILE *out)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plots->count; i++)
        json_array_append_new(list, plot_json(&plots->list[i]));
    json_dump_callback(list, write_safely, out, JSON_COMPACT | JSON_REAL_PRECISION(7));
    json_decref(list);
}
