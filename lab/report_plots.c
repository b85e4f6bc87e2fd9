/* Which plots results give: a table of them, each with the function that finds its points in a result. */
#include "lab/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is on the x axis is not told in a line's name. */
enum across { ACROSS_NONE, ACROSS_DEPTH, ACROSS_ENTRIES, ACROSS_QUANTUM };

struct maker {
    struct lab_plots *plots;
    const struct lab_results *results;
    const struct lab_names *names;
};

struct recipe {
    const char *id, *group, *title, *about;
    enum lab_shape shape;
    struct lab_axis x, y;
    const char *z_title;
    bool y_fits; /* y is logarithmic if its values are far apart */
    enum across across;
    /* Add what `result` has to the series; nothing if it has nothing of the kind. */
    void (*points)(struct lab_plots *plots, struct lab_series *series, const json_t *result);
    /* What all lines together need; or NULL. */
    void (*finish)(const struct maker *maker, struct lab_plot *plot);
};

/* ---- Points ---- */

/* For 1,000 instructions, or references. */
static double per_thousand(const json_t *result, const char *key, const char *count)
{
    const double instructions = lab_result_number(result, "instructions", lab_result_number(result, "references", NAN));
    char keys[48];
    snprintf(keys, sizeof keys, "per_thousand.%s", key);
    return lab_result_number(result, keys, 1000 * lab_result_number(result, count, NAN) / instructions);
}

static double miss_ratio(const json_t *result)
{
    return lab_result_number(result, "associator.misses", NAN) / lab_result_number(result, "associator.accesses", NAN);
}

static double depth_of(const json_t *result)
{
    return lab_result_number(result, "depth", NAN);
}

static void lookups_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    lab_point_add(plots, series, depth_of(result), per_thousand(result, "lookups", "associator.lookups"), 0);
}

static void misses_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    lab_point_add(plots, series, depth_of(result), per_thousand(result, "misses", "associator.misses"), 0);
}

static void cycles_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    lab_point_add(plots, series, depth_of(result), per_thousand(result, "cycles_lost", "translation.waits"), 0);
}

static void walk_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    lab_point_add(plots, series, depth_of(result),
                  lab_result_number(result, "associator.walk_reads", NAN) /
                      lab_result_number(result, "associator.misses", NAN),
                  0);
}

static void entries_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    lab_point_add(plots, series, lab_result_number(result, "config.entries", NAN), miss_ratio(result), 0);
}

static void quantum_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    lab_point_add(plots, series, lab_result_number(result, "quantum", NAN), miss_ratio(result), 0);
}

/* An eighth of an octave has at most one point of a curve: powers of two always have theirs. */
static bool is_next(double *last, double x, bool is_end)
{
    const double step = floor(8 * log2(x) + 1e-9);
    if (step <= *last && !is_end)
        return false;
    *last = step;
    return true;
}

static void curve_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    const json_t *curve = lab_result_value(result, "curve");
    const double of = lab_result_number(
        result, "curve_of.accesses",
        lab_result_number(result, "curve_of.lookups", lab_result_number(result, "associator.accesses", NAN)));
    double last = -1;
    for (size_t i = 0; i < json_array_size(curve); i++) {
        const json_t *point = json_array_get(curve, i);
        const double entries = lab_result_number(point, "entries", NAN);
        if (entries > 0 && is_next(&last, entries, i + 1 == json_array_size(curve)))
            lab_point_add(plots, series, entries, lab_result_number(point, "misses", NAN) / of, 0);
    }
}

/* A curve ends where more entries change nothing more: on to where the others end. */
static void curve_ends(const struct maker *maker, struct lab_plot *plot)
{
    double end = 0;
    for (size_t i = 0; i < plot->count; i++)
        end = fmax(end, plot->series[i].points[plot->series[i].count - 1].x);
    for (size_t i = 0; i < plot->count; i++) {
        const struct lab_plot_point last = plot->series[i].points[plot->series[i].count - 1];
        if (last.x < end)
            lab_point_add(maker->plots, &plot->series[i], end, last.y, 0);
    }
}

static void grid_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    const json_t *grid = lab_result_value(result, "grid");
    const double of = lab_result_number(result, "instructions", lab_result_number(result, "references", NAN));
    for (size_t i = 0; i < json_array_size(grid); i++) {
        const json_t *cell = json_array_get(grid, i);
        lab_point_add(plots, series, lab_result_number(cell, "sets", NAN), lab_result_number(cell, "ways", NAN),
                      1000 * lab_result_number(cell, "misses", NAN) / of);
    }
}

/* So many points of a series over time at most: neighbours are taken together. */
enum { TIMES = 240 };

static void time_points(struct lab_plots *plots, struct lab_series *series, const json_t *result, const char *key)
{
    const json_t *list = lab_result_value(result, "series");
    const size_t count = json_array_size(list), each = (count + TIMES - 1) / TIMES;
    double from = 0, sum = 0, all = 0;
    for (size_t i = 0; i < count; i++)
        all += lab_result_number(json_array_get(list, i), key, 0);
    if (all == 0) /* as at depth 0: nothing to be seen */
        return;
    for (size_t i = 0; i < count; i++) {
        const json_t *point = json_array_get(list, i);
        const double at = lab_result_number(point, "at", NAN);
        sum += lab_result_number(point, key, NAN);
        if ((i + 1) % each != 0 && i + 1 < count)
            continue;
        if (at > from)
            lab_point_add(plots, series, at, 1000 * sum / (at - from), 0);
        from = at;
        sum = 0;
    }
}

static void misses_times(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    time_points(plots, series, result, "misses");
}

static void cycles_times(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    time_points(plots, series, result, "cycles_lost");
}

/* Shares that add up over a histogram; what has no bin (a distance of -1: the first use) is in the whole only. */
static void histogram_points(struct lab_plots *plots, struct lab_series *series, const json_t *list, const char *key)
{
    double whole = 0, sum = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        whole += lab_result_number(json_array_get(list, i), "count", 0);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *bin = json_array_get(list, i), *next = json_array_get(list, i + 1);
        const double x = lab_result_number(bin, key, -1);
        if (x < 0)
            continue;
        sum += lab_result_number(bin, "count", 0);
        if (x >= 1 || lab_result_number(next, key, 2) > 1) /* 0 and 1 are one point: a logarithmic axis has no 0 */
            lab_point_add(plots, series, fmax(x, 1), sum / whole, 0);
    }
}

static void temporal_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    histogram_points(plots, series, lab_result_value(result, "locality.temporal"), "distance");
}

static void process_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    histogram_points(plots, series, lab_result_value(result, "locality.process"), "length");
}

static void vm_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    histogram_points(plots, series, lab_result_value(result, "locality.vm"), "length");
}

static void spatial_points(struct lab_plots *plots, struct lab_series *series, const json_t *result)
{
    const json_t *list = lab_result_value(result, "locality.spatial");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *point = json_array_get(list, i);
        lab_point_add(plots, series, lab_result_number(point, "delta", NAN),
                      lab_result_number(point, "probability", NAN), 0);
    }
}

/* (p + 1)(q + 1)^n - 1 reads for n levels below a phi of p levels with maps f of q levels each; 2^n - 1 is p = 0, q
 * = 1. */
static void walk_formulas(const struct maker *maker, struct lab_plot *plot)
{
    static const struct {
        const char *name;
        double p, q;
    } walks[] = {
        {"2^n - 1", 0, 1}, {"(p+1)(q+1)^n - 1, p = q = 2 (Sv32)", 2, 2}, {"the same, p = q = 4 (x86-64)", 4, 4}};
    double deepest = 1;
    for (size_t i = 0; i < plot->count; i++)
        for (size_t j = 0; j < plot->series[i].count; j++)
            deepest = fmax(deepest, plot->series[i].points[j].x);
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        struct lab_series *series = lab_series_add(maker->plots, plot, walks[i].name);
        for (double n = 1; n <= deepest; n++)
            lab_point_add(maker->plots, series, n, (walks[i].p + 1) * pow(walks[i].q + 1, n) - 1, 0);
        if (series)
            series->formula = true;
    }
}

#define PER_INSTRUCTION "for 1,000 instructions"
// clang-format off
static const struct recipe recipes[] = {
    {.id = "lookups-depth", .group = "Depth", .title = "Lookups against depth", .points = lookups_points, .across = ACROSS_DEPTH,
     .about = "Accesses that no last-page register answers. Each takes its cycles though it hits.",
     .x = {"depth", LAB_LINEAR}, .y = {"lookups " PER_INSTRUCTION, LAB_LINEAR}, .y_fits = true},
    {.id = "misses-depth", .group = "Depth", .title = "Misses against depth", .points = misses_points, .across = ACROSS_DEPTH,
     .about = "Lookups that end in a walk through the maps of all levels.",
     .x = {"depth", LAB_LINEAR}, .y = {"misses " PER_INSTRUCTION, LAB_LINEAR}, .y_fits = true},
    {.id = "cycles-depth", .group = "Depth", .title = "Cycles lost against depth", .points = cycles_points, .across = ACROSS_DEPTH,
     .about = "Clock cycles that the core waits for its translations: an upper bound.",
     .x = {"depth", LAB_LINEAR}, .y = {"cycles lost " PER_INSTRUCTION, LAB_LINEAR}, .y_fits = true},
    {.id = "walk-depth", .group = "Depth", .title = "Walk reads against depth", .points = walk_points, .across = ACROSS_DEPTH,
     .finish = walk_formulas,
     .about = "Table words read for a miss, beside what a walk without prefixes reads: 2^n - 1 with linear maps, "
              "(p+1)(q+1)^n - 1 where phi has p levels and each map has q.",
     .x = {"depth", LAB_LINEAR}, .y = {"reads for a miss", LAB_LOG10}},
    {.id = "curve", .group = "Size", .title = "Misses of every size", .points = curve_points, .finish = curve_ends,
     .about = "Miss ratio of a fully associative associator with LRU, all sizes from one pass.",
     .x = {"entries", LAB_LOG2}, .y = {"misses / accesses", LAB_LOG10}},
    {.id = "entries", .group = "Size", .title = "Misses of the measured sizes", .points = entries_points, .across = ACROSS_ENTRIES,
     .about = "Miss ratio of each configuration that was run.",
     .x = {"entries", LAB_LOG2}, .y = {"misses / accesses", LAB_LOG10}},
    {.id = "quantum", .group = "Size", .title = "Misses against the length of a turn", .points = quantum_points, .across = ACROSS_QUANTUM,
     .about = "Miss ratio of several VMs on one associator, over the references of a turn.",
     .x = {"references of a turn", LAB_LOG10}, .y = {"misses / accesses", LAB_LOG10}},
    {.id = "grid", .group = "Size", .title = "Sets and ways", .points = grid_points, .shape = LAB_HEAT,
     .about = "Misses for 1,000 instructions under LRU, of every geometry, from one pass.",
     .x = {"sets", LAB_LOG2}, .y = {"ways", LAB_LOG2}, .z_title = "misses " PER_INSTRUCTION},
    {.id = "misses-time", .group = "Time", .title = "Misses over time", .points = misses_times,
     .about = "Each point is the mean since the point before.",
     .x = {"instructions", LAB_LINEAR}, .y = {"misses " PER_INSTRUCTION, LAB_LINEAR}},
    {.id = "cycles-time", .group = "Time", .title = "Cycles lost over time", .points = cycles_times,
     .about = "Each point is the mean since the point before.",
     .x = {"instructions", LAB_LINEAR}, .y = {"cycles lost " PER_INSTRUCTION, LAB_LINEAR}},
    {.id = "temporal", .group = "Locality", .title = "Temporal locality", .points = temporal_points,
     .about = "References whose page was used at most so many distinct pages ago. First uses are what is left to 1.",
     .x = {"distinct pages since the last use", LAB_LOG2}, .y = {"share of references", LAB_LINEAR}},
    {.id = "spatial", .group = "Locality", .title = "Spatial locality", .points = spatial_points,
     .about = "Probability that the next reference is at most so far away.",
     .x = {"distance in bytes", LAB_LOG2}, .y = {"probability", LAB_LINEAR}},
    {.id = "process", .group = "Locality", .title = "Process locality", .points = process_points,
     .about = "How long a process map phi stays: runs that are at most so long.",
     .x = {"length of a run", LAB_LOG2}, .y = {"share of runs", LAB_LINEAR}},
    {.id = "vm", .group = "Locality", .title = "Virtual machine locality", .points = vm_points,
     .about = "How long the VMID register stays: runs that are at most so long.",
     .x = {"length of a run", LAB_LOG2}, .y = {"share of runs", LAB_LINEAR}},
};
// clang-format on

/* ---- Series ---- */

/* Parts behind each other, those that are not "" with commas between. */
struct label {
    char text[240];
};

static void label_add(struct label *label, const char *part)
{
    const size_t used = strlen(label->text);
    if (*part)
        snprintf(label->text + used, sizeof label->text - used, "%s%.100s", used ? ", " : "", part);
}

/* What a line is called in a plot of all programs, or of one; `with_config`: of a plot across nothing too. */
static struct label series_name(const struct maker *maker, size_t i, enum across across, bool all_programs,
                                bool with_config)
{
    const struct lab_name *name = &maker->names->list[i];
    const double depth = depth_of(maker->results->list[i].object);
    struct label label = {""};
    char text[32];
    if (all_programs && maker->names->programs)
        label_add(&label, name->program);
    if (across != ACROSS_DEPTH && maker->names->depths && !isnan(depth)) {
        snprintf(text, sizeof text, "depth %.0f", depth);
        label_add(&label, text);
    }
    if (across == ACROSS_ENTRIES)
        label_add(&label, name->policy);
    else if (across == ACROSS_QUANTUM)
        label_add(&label, name->turning);
    else if (across == ACROSS_DEPTH || with_config)
        label_add(&label, name->config);
    if (!*label.text)
        label_add(&label, name->program);
    return label;
}

static struct lab_series *find_series(struct lab_plot *plot, const char *name)
{
    for (size_t i = 0; plot && i < plot->count; i++)
        if (plot->series[i].name && strcmp(plot->series[i].name, name) == 0)
            return &plot->series[i];
    return NULL;
}

static bool same_points(const struct lab_series *a, const struct lab_series *b)
{
    return a->count == b->count && (a->count == 0 || memcmp(a->points, b->points, a->count * sizeof *a->points) == 0);
}

static int compare_points(const void *a, const void *b)
{
    const struct lab_plot_point *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

/* A point more of a line across depth or entries. Of the same measurement made twice the later counts. */
static void add_across(const struct maker *maker, const struct recipe *recipe, struct lab_plot *plot, size_t i,
                       const char *name)
{
    struct lab_series *series = find_series(plot, name);
    if (!series)
        series = lab_series_add(maker->plots, plot, name);
    recipe->points(maker->plots, series, maker->results->list[i].object);
    for (size_t j = 0; series && series->count && j + 1 < series->count; j++)
        if (series->points[j].x == series->points[series->count - 1].x)
            series->points[j] = series->points[--series->count];
    if (series && series->count)
        qsort(series->points, series->count, sizeof *series->points, compare_points);
}

static void drop_series(struct lab_plot *plot)
{
    struct lab_series *series = &plot->series[--plot->count];
    free(series->name);
    free(series->points);
}

static bool same_program_and_depth(const struct maker *maker, size_t i, size_t j)
{
    const double a = depth_of(maker->results->list[i].object), b = depth_of(maker->results->list[j].object);
    return strcmp(maker->names->list[i].program, maker->names->list[j].program) == 0 &&
           (a == b || (isnan(a) && isnan(b)));
}

/* The name of a line that is the same for another configuration too. */
static void name_both(const struct maker *maker, struct lab_series *series, size_t i)
{
    enum { LONGEST = 60 };
    const char *config = maker->names->list[i].config;
    char *text = NULL;
    if (!series->name || strstr(series->name, " = ..."))
        return;
    if (asprintf(&text, "%s = %s", series->name, strlen(series->name) < LONGEST ? config : "...") < 0) {
        maker->plots->failed = true;
        return;
    }
    free(series->name);
    series->name = text;
}

/* A whole line, of one result. Most do not depend on the configuration: the same line is there once. False when a line
 * differs from one of the same program and depth. */
static bool add_whole(const struct maker *maker, const struct recipe *recipe, struct lab_plot *plot, size_t i,
                      const char *name, bool with_config)
{
    bool alike = true;
    struct lab_series *series = lab_series_add(maker->plots, plot, name);
    if (!series)
        return true;
    series->result = i;
    recipe->points(maker->plots, series, maker->results->list[i].object);
    for (size_t j = 0; series->count && j + 1 < plot->count; j++) {
        if (plot->series[j].count == 0 || !same_program_and_depth(maker, i, plot->series[j].result))
            continue;
        if (same_points(&plot->series[j], series)) {
            drop_series(plot);
            if (with_config)
                name_both(maker, &plot->series[j], i);
            return true;
        }
        alike = false;
    }
    return alike;
}

/* Can any of its points be drawn? */
static bool is_seen(const struct lab_plot *plot, const struct lab_series *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (lab_point_shown(plot, &series->points[i]))
            return true;
    return false;
}

/* Lines of nothing are no lines. */
static void drop_empty(struct lab_plot *plot)
{
    size_t kept = 0;
    for (size_t i = 0; i < plot->count; i++) {
        if (is_seen(plot, &plot->series[i]))
            plot->series[kept++] = plot->series[i];
        else {
            free(plot->series[i].name);
            free(plot->series[i].points);
        }
    }
    plot->count = kept;
}

/* ---- Plots ---- */

/* Values that differ by more than this factor want a logarithmic axis. */
static const double FAR = 40;

static enum lab_scale fitting(const struct lab_plot *plot)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < plot->count; i++)
        for (size_t j = 0; j < plot->series[i].count; j++) {
            const double y = plot->series[i].points[j].y;
            if (y > 0)
                low = fmin(low, y), high = fmax(high, y);
        }
    return high > FAR * low ? LAB_LOG10 : LAB_LINEAR;
}

/* Which results a plot is of. */
struct choice {
    const char *program; /* NULL: all */
    double depth;        /* NAN: all */
};

static bool is_of(const struct maker *maker, size_t i, const struct choice *choice)
{
    return (!choice->program || strcmp(maker->names->list[i].program, choice->program) == 0) &&
           (isnan(choice->depth) || depth_of(maker->results->list[i].object) == choice->depth);
}

static struct lab_plot *begin_plot(const struct maker *maker, const struct recipe *recipe, const struct choice *choice,
                                   unsigned number)
{
    char id[48], title[160], depth[32] = "";
    if (!isnan(choice->depth))
        snprintf(depth, sizeof depth, ", depth %.0f", choice->depth);
    snprintf(id, sizeof id, number ? "%s-%u" : "%s", recipe->id, number);
    snprintf(title, sizeof title, choice->program ? "%s: %.100s%s" : "%s", recipe->title, choice->program, depth);
    const struct lab_plot like = {
        .id = id, .group = recipe->group, .title = title, .about = recipe->about, .x = recipe->x, .y = recipe->y};
    return lab_plot_add(maker->plots, &like);
}

/* The lines of a plot; false when some need their configuration to be told from each other. */
static bool add_lines(const struct maker *maker, const struct recipe *recipe, struct lab_plot *plot,
                      const struct choice *choice, bool with_config)
{
    bool alike = true;
    for (size_t i = 0; plot && i < maker->results->count; i++) {
        if (!is_of(maker, i, choice))
            continue;
        const struct label name = series_name(maker, i, recipe->across, !choice->program, with_config);
        if (recipe->across != ACROSS_NONE)
            add_across(maker, recipe, plot, i, name.text);
        else
            alike &= add_whole(maker, recipe, plot, i, name.text, with_config);
    }
    return alike;
}

/* All of a recipe in one plot; nothing when there are no points. Returns the number of lines. */
static size_t plot_lines(const struct maker *maker, const struct recipe *recipe, const struct choice *choice,
                         unsigned number)
{
    struct lab_plot *plot = begin_plot(maker, recipe, choice, number);
    if (!add_lines(maker, recipe, plot, choice, false)) {
        lab_plot_drop(maker->plots);
        plot = begin_plot(maker, recipe, choice, number);
        add_lines(maker, recipe, plot, choice, true);
    }
    if (!plot)
        return 0;
    if (recipe->y_fits)
        plot->y.scale = fitting(plot);
    drop_empty(plot);
    const size_t lines = plot->count;
    size_t columns = 0;
    free(lab_distinct(plot, false, &columns));
    if (columns < (recipe->across == ACROSS_NONE ? 1 : 2)) { /* one point is no line: the table of runs has it */
        lab_plot_drop(maker->plots);
        return 0;
    }
    if (recipe->finish)
        recipe->finish(maker, plot);
    return lines;
}

/* Is result i the first that is chosen? */
static bool is_first(const struct maker *maker, size_t i, const struct choice *choice)
{
    for (size_t j = 0; j < i; j++)
        if (is_of(maker, j, choice))
            return false;
    return true;
}

/* A plot for each depth of a program. */
static void make_depths(const struct maker *maker, const struct recipe *recipe, const char *program, unsigned *number)
{
    for (size_t i = 0; i < maker->results->count; i++) {
        const struct choice choice = {maker->names->list[i].program, depth_of(maker->results->list[i].object)};
        if (strcmp(choice.program, program) == 0 && is_first(maker, i, &choice))
            *number += plot_lines(maker, recipe, &choice, *number + 1) > 0;
    }
}

/* One plot as long as its lines have colours, else one for each program, or for each depth of it if that is still too
 * much. */
static void make_lines(const struct maker *maker, const struct recipe *recipe)
{
    const struct choice all = {NULL, NAN};
    unsigned number = 0;
    if (plot_lines(maker, recipe, &all, 0) <= LAB_COLOURS)
        return;
    lab_plot_drop(maker->plots);
    for (size_t i = 0; i < maker->results->count; i++) {
        const struct choice choice = {maker->names->list[i].program, NAN};
        if (!is_first(maker, i, &choice))
            continue;
        const size_t lines = plot_lines(maker, recipe, &choice, number + 1);
        if (lines <= LAB_COLOURS || recipe->across == ACROSS_DEPTH || !maker->names->depths)
            number += lines > 0;
        else {
            lab_plot_drop(maker->plots);
            make_depths(maker, recipe, choice.program, &number);
        }
    }
}

/* With the configuration if another map is of the same program and depth. */
static struct label heat_name(const struct maker *maker, size_t i, size_t begin)
{
    bool other = false;
    for (size_t j = begin; j < maker->plots->count; j++)
        other |= same_program_and_depth(maker, i, maker->plots->list[j].series->result);
    return series_name(maker, i, ACROSS_NONE, true, other);
}

/* A map for each result that has one; the same numbers once. */
static void make_heat(const struct maker *maker, const struct recipe *recipe)
{
    const size_t begin = maker->plots->count;
    for (size_t i = 0; i < maker->results->count; i++) {
        char id[48], title[160];
        snprintf(id, sizeof id, "%s-%zu", recipe->id, maker->plots->count - begin + 1);
        snprintf(title, sizeof title, "%s: %.120s", recipe->title, heat_name(maker, i, begin).text);
        const struct lab_plot like = {.id = id,
                                      .group = recipe->group,
                                      .title = title,
                                      .about = recipe->about,
                                      .shape = LAB_HEAT,
                                      .x = recipe->x,
                                      .y = recipe->y,
                                      .z_title = recipe->z_title};
        struct lab_plot *plot = lab_plot_add(maker->plots, &like);
        struct lab_series *series = lab_series_add(maker->plots, plot, "");
        if (!series)
            return;
        series->result = i;
        recipe->points(maker->plots, series, maker->results->list[i].object);
        bool known = series->count == 0;
        for (size_t j = begin; j + 1 < maker->plots->count; j++)
            known |= same_program_and_depth(maker, i, maker->plots->list[j].series->result) &&
                     same_points(maker->plots->list[j].series, series);
        if (known)
            lab_plot_drop(maker->plots);
    }
}

void lab_report_plots(struct lab_plots *plots, const struct lab_results *results, const struct lab_names *names)
{
    const struct maker maker = {plots, results, names};
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes && !plots->failed; i++)
        (recipes[i].shape == LAB_HEAT ? make_heat : make_lines)(&maker, &recipes[i]);
}
