#include "lab/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Making ---- */

/* Room for one more element of `size` bytes in *list; false when memory has run out. */
static bool grow(struct lab_plots *plots, void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    const size_t more = *room ? 2 * *room : 8;
    void *bigger = realloc(*list, more * size);
    if (!bigger) {
        plots->failed = true;
        return false;
    }
    *list = bigger;
    *room = more;
    return true;
}

struct lab_plot *lab_plot_add(struct lab_plots *plots, const struct lab_plot *like)
{
    void *list = plots->list;
    if (!grow(plots, &list, plots->count, &plots->room, sizeof *plots->list))
        return NULL;
    plots->list = list;
    struct lab_plot *plot = &plots->list[plots->count];
    *plot = *like;
    plot->id = strdup(like->id);
    plot->title = strdup(like->title);
    plot->series = NULL;
    plot->count = plot->room = 0;
    plots->count++;
    if (plot->id && plot->title)
        return plot;
    plots->failed = true;
    return NULL;
}

struct lab_series *lab_series_add(struct lab_plots *plots, struct lab_plot *plot, const char *name)
{
    void *list = plot ? plot->series : NULL;
    if (!plot || !grow(plots, &list, plot->count, &plot->room, sizeof *plot->series))
        return NULL;
    plot->series = list;
    struct lab_series *series = &plot->series[plot->count++];
    *series = (struct lab_series){.name = strdup(name)};
    plots->failed |= !series->name;
    return series;
}

void lab_point_add(struct lab_plots *plots, struct lab_series *series, double x, double y, double z)
{
    if (!series || !isfinite(x) || !isfinite(y) || !isfinite(z))
        return;
    void *list = series->points;
    if (!grow(plots, &list, series->count, &series->room, sizeof *series->points))
        return;
    series->points = list;
    series->points[series->count++] = (struct lab_plot_point){x, y, z};
}

static void free_plot(struct lab_plot *plot)
{
    for (size_t i = 0; i < plot->count; i++) {
        free(plot->series[i].name);
        free(plot->series[i].points);
    }
    free(plot->series);
    free(plot->id);
    free(plot->title);
}

void lab_plot_drop(struct lab_plots *plots)
{
    if (plots->count)
        free_plot(&plots->list[--plots->count]);
}

void lab_plots_free(struct lab_plots *plots)
{
    for (size_t i = 0; i < plots->count; i++)
        free_plot(&plots->list[i]);
    free(plots->list);
    *plots = (struct lab_plots){0};
}

/* ---- Axes ---- */

bool lab_point_shown(const struct lab_plot *plot, const struct lab_plot_point *point)
{
    return plot->shape == LAB_HEAT ||
           ((plot->x.scale == LAB_LINEAR || point->x > 0) && (plot->y.scale == LAB_LINEAR || point->y > 0));
}

static void add_tick(struct lab_range *range, double value)
{
    if (range->ticks < LAB_TICKS)
        range->tick[range->ticks++] = value;
}

/* The largest of 1, 2, 5 times a power of ten that is at most `value`. */
static double round_down(double value)
{
    const double power = pow(10, floor(log10(value) + 1e-9)), digit = value / power;
    return power * (digit >= 5 - 1e-9 ? 5 : digit >= 2 - 1e-9 ? 2 : 1);
}

static double next_up(double value)
{
    const double power = pow(10, floor(log10(value) + 1e-9)), digit = value / power;
    return digit > 4 ? 10 * power : digit > 1.5 ? 5 * power : 2 * power;
}

static struct lab_range linear(double from, double to)
{
    if (from > 0)
        from = 0; /* an axis of amounts begins at nothing */
    if (to <= from)
        to = from + (from != 0 ? fabs(from) : 1);
    const double step = next_up(round_down((to - from) / 5.5)), begin = floor(from / step + 1e-9) * step;
    struct lab_range range = {.from = begin, .to = begin};
    for (unsigned i = 0; i < LAB_TICKS && range.to < to - 1e-9 * step; i++)
        range.to = begin + (i + 1) * step;
    for (unsigned i = 0; begin + i * step <= range.to + 1e-9 * step && i < LAB_TICKS; i++)
        add_tick(&range, begin + i * step);
    return range;
}

static struct lab_range log2_range(double from, double to)
{
    const double first = floor(log2(from) + 1e-9);
    double last = ceil(log2(to) - 1e-9);
    if (last <= first)
        last = first + 1;
    struct lab_range range = {.from = exp2(first), .to = exp2(last)};
    const double step = ceil((last - first) / 10);
    for (double power = first; power <= last + 1e-9; power += step)
        add_tick(&range, exp2(power));
    return range;
}

static struct lab_range log10_range(double from, double to)
{
    const double low = floor(log10(from) + 1e-9), high = ceil(log10(to) - 1e-9);
    if (high - low <= 2) { /* 1, 2, 5 */
        struct lab_range range = {.from = round_down(from)};
        add_tick(&range, range.to = range.from);
        do
            add_tick(&range, range.to = next_up(range.to));
        while (range.to < to * (1 - 1e-9));
        return range;
    }
    struct lab_range range = {.from = pow(10, low), .to = pow(10, high)};
    const double step = ceil((high - low) / 8);
    for (double power = low; power <= high + 1e-9; power += step)
        add_tick(&range, pow(10, power));
    return range;
}

struct lab_range lab_range(enum lab_scale scale, double from, double to)
{
    return scale == LAB_LINEAR ? linear(from, to) : scale == LAB_LOG2 ? log2_range(from, to) : log10_range(from, to);
}

/* Depths and instructions are whole numbers. */
static void drop_fractions(struct lab_range *range)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < range->ticks; i++)
        if (fabs(range->tick[i] - round(range->tick[i])) < 1e-6)
            range->tick[kept++] = range->tick[i];
    range->ticks = kept;
}

void lab_ranges(const struct lab_plot *plot, struct lab_range *x, struct lab_range *y)
{
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (size_t i = 0; i < plot->count; i++)
        for (size_t j = 0; j < plot->series[i].count; j++) {
            const struct lab_plot_point *point = &plot->series[i].points[j];
            if (!lab_point_shown(plot, point))
                continue;
            x0 = fmin(x0, point->x), x1 = fmax(x1, point->x);
            y0 = fmin(y0, point->y), y1 = fmax(y1, point->y);
        }
    if (x1 < x0) /* nothing can be drawn: axes without lines */
        x0 = y0 = 1, x1 = y1 = 2;
    *x = lab_range(plot->x.scale, x0, x1);
    if (plot->x.scale == LAB_LINEAR)
        drop_fractions(x);
    *y = lab_range(plot->y.scale, y0, y1);
}

double lab_place(const struct lab_range *range, enum lab_scale scale, double value)
{
    if (scale == LAB_LINEAR)
        return (value - range->from) / (range->to - range->from);
    return (log(value) - log(range->from)) / (log(range->to) - log(range->from));
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double *lab_distinct(const struct lab_plot *plot, bool of_y, size_t *count)
{
    size_t all = 0, n = 0;
    for (size_t i = 0; i < plot->count; i++)
        all += plot->series[i].count;
    double *values = all ? malloc(all * sizeof *values) : NULL;
    *count = 0;
    if (!values)
        return NULL;
    for (size_t i = 0; i < plot->count; i++)
        for (size_t j = 0; j < plot->series[i].count; j++)
            values[n++] = of_y ? plot->series[i].points[j].y : plot->series[i].points[j].x;
    qsort(values, n, sizeof *values, compare);
    for (size_t i = 0; i < n; i++)
        if (*count == 0 || values[*count - 1] < values[i])
            values[(*count)++] = values[i];
    return values;
}

double lab_heat(const struct lab_series *series, double z)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < series->count; i++) {
        low = fmin(low, series->points[i].z);
        high = fmax(high, series->points[i].z);
    }
    if (high <= low)
        return 0;
    return low > 0 ? (log(z) - log(low)) / (log(high) - log(low)) : (z - low) / (high - low);
}
