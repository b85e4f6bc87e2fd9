/* Coverage as text, for people. */
#include "fuzz/coverage_internal.h"

#include <inttypes.h>
#include <string.h>

enum { MISSING_LINES = 24 /* for each table */, MAX_REASONS = 64, MAX_ROWS = 32, MAX_COLUMNS = 8 };

/* Calls `each` for every point of a table, described. */
static void scan(enum fuzz_table table, const uint64_t *counts,
                 void (*each)(void *context, const struct fuzz_point *point, uint64_t count), void *context)
{
    size_t first, count;
    fuzz_table_range(table, &first, &count);
    for (size_t i = first; i < first + count; i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        each(context, &point, counts[i]);
    }
}

/* ---- a line per table ---- */

static void print_summary(FILE *file, const char *name, const char *meaning, const struct fuzz_summary *s)
{
    double percent = s->reachable ? 100.0 * (double)s->covered / (double)s->reachable : 100.0;
    fprintf(file, "%-12s %7zu %10zu %8zu %7.1f%%  %s\n", name, s->points, s->reachable, s->covered, percent, meaning);
}

static void print_summaries(FILE *file, const uint64_t *counts)
{
    fprintf(file, "%-12s %7s %10s %8s %8s\n", "table", "points", "reachable", "covered", "");
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        struct fuzz_summary summary = fuzz_coverage_summary(counts, table);
        print_summary(file, fuzz_table_texts[table].name, fuzz_table_texts[table].meaning, &summary);
    }
    struct fuzz_summary all = fuzz_coverage_summary(counts, FUZZ_TABLE_COUNT);
    print_summary(file, "all", "", &all);
}

/* ---- matrices ---- */

struct cells {
    const struct fuzz_matrix *matrix;
    unsigned slice, all_covered, all_reachable;
    unsigned covered[MAX_ROWS][MAX_COLUMNS], reachable[MAX_ROWS][MAX_COLUMNS];
};

static void add_cell(void *context, const struct fuzz_point *point, uint64_t count)
{
    struct cells *cells = context;
    const struct fuzz_matrix *matrix = cells->matrix;
    if (point->unreachable || (matrix->slice && fuzz_axis_value(matrix->slice, point) != cells->slice))
        return;
    unsigned row = fuzz_axis_value(matrix->rows, point), column = fuzz_axis_value(matrix->columns, point);
    cells->reachable[row][column]++;
    cells->covered[row][column] += count != 0;
    cells->all_reachable++;
    cells->all_covered += count != 0;
}

static void print_cells(FILE *file, const struct cells *cells)
{
    const struct fuzz_axis *rows = cells->matrix->rows, *columns = cells->matrix->columns;
    int width = columns->count > 6 ? 6 : 14; /* numbers, or words */
    fprintf(file, "  %-20s", "");
    for (unsigned column = 0; column < columns->count; column++)
        fprintf(file, " %*s", width, columns->values[column].text);
    fprintf(file, "\n");
    for (unsigned row = 0; row < rows->count; row++) {
        fprintf(file, "  %-20s", rows->values[row].text);
        for (unsigned column = 0; column < columns->count; column++) {
            char cell[32] = "-";
            if (cells->reachable[row][column])
                snprintf(cell, sizeof cell, "%u/%u", cells->covered[row][column], cells->reachable[row][column]);
            fprintf(file, " %*s", width, cell);
        }
        fprintf(file, "\n");
    }
}

static void print_matrix(FILE *file, const uint64_t *counts, enum fuzz_table table, const struct fuzz_matrix *matrix)
{
    const struct fuzz_axis *slice = matrix->slice;
    for (unsigned i = 0; i < (slice ? slice->count : 1); i++) {
        struct cells cells = {.matrix = matrix, .slice = i};
        scan(table, counts, add_cell, &cells);
        fprintf(file, "\n%s: %s (rows) x %s", fuzz_table_texts[table].name, matrix->rows->name, matrix->columns->name);
        if (slice)
            fprintf(file, ", %s = %s", slice->name, slice->values[i].text);
        fprintf(file, ": %u/%u covered/reachable\n", cells.all_covered, cells.all_reachable);
        if (cells.all_covered)
            print_cells(file, &cells);
    }
}

static void print_matrices(FILE *file, const uint64_t *counts)
{
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        const struct fuzz_matrix *matrices = fuzz_tables[table].matrices;
        for (unsigned i = 0; i < FUZZ_MAX_MATRICES && matrices[i].rows; i++)
            print_matrix(file, counts, table, &matrices[i]);
    }
}

/* ---- surprises, and what is missing ---- */

struct listing {
    FILE *file;
    size_t missing, stride, lines; /* every stride-th of what is missing has a line */
};

static void print_surprise(void *context, const struct fuzz_point *point, uint64_t count)
{
    const struct listing *listing = context;
    char name[FUZZ_NAME_BYTES];
    if (!point->unreachable || !count)
        return;
    fuzz_point_name(point, name);
    fprintf(listing->file, "SURPRISE: %s %s was met %" PRIu64 " times, but: %s\n", point->table_name, name, count,
            point->unreachable);
}

static void print_missing(void *context, const struct fuzz_point *point, uint64_t count)
{
    struct listing *listing = context;
    char name[FUZZ_NAME_BYTES];
    if (point->unreachable || count || listing->missing++ % listing->stride)
        return;
    listing->lines++;
    fuzz_point_name(point, name);
    fprintf(listing->file, "  %s", name);
    const char *need;
    for (unsigned i = 0; (need = fuzz_point_need(point, i)); i++)
        fprintf(listing->file, "%s%s", i ? "; " : "  (needs ", need);
    fprintf(listing->file, "%s\n", fuzz_point_need(point, 0) ? ")" : "");
}

static void print_surprises(FILE *file, const uint64_t *counts)
{
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        struct listing listing = {file, 0, 1, 0};
        scan(table, counts, print_surprise, &listing);
    }
}

static void print_lists(FILE *file, const uint64_t *counts)
{
    fprintf(file, "\n");
    print_surprises(file, counts);
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        struct fuzz_summary summary = fuzz_coverage_summary(counts, table);
        size_t missing = summary.reachable - summary.covered;
        if (!missing)
            continue;
        struct listing listing = {file, 0, (missing + MISSING_LINES - 1) / MISSING_LINES, 0};
        fprintf(file, "reachable, but not met: %zu of %s\n", missing, fuzz_table_texts[table].name);
        scan(table, counts, print_missing, &listing);
        if (listing.missing > listing.lines)
            fprintf(file, "  ... and %zu more\n", listing.missing - listing.lines);
    }
}

/* ---- what is unreachable ---- */

struct reasons {
    const char *text[MAX_REASONS];
    size_t points[MAX_REASONS];
    unsigned count;
};

static void add_reason(void *context, const struct fuzz_point *point, uint64_t count)
{
    struct reasons *reasons = context;
    unsigned i = 0;
    (void)count;
    if (!point->unreachable)
        return;
    while (i < reasons->count && strcmp(reasons->text[i], point->unreachable) != 0)
        i++;
    if (i == MAX_REASONS)
        return;
    reasons->count += i == reasons->count;
    reasons->text[i] = point->unreachable;
    reasons->points[i]++;
}

static void print_reasons(FILE *file, const uint64_t *counts)
{
    fprintf(file, "\nunreachable, by the first reason that applies:\n");
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        struct reasons reasons = {.count = 0};
        scan(table, counts, add_reason, &reasons);
        for (unsigned i = 0; i < reasons.count; i++)
            fprintf(file, "  %-10s %6zu  %s\n", fuzz_table_texts[table].name, reasons.points[i], reasons.text[i]);
    }
}

void fuzz_coverage_print_summary(FILE *file, const uint64_t *counts)
{
    print_summaries(file, counts);
    print_surprises(file, counts);
}

void fuzz_coverage_print(FILE *file, const uint64_t *counts)
{
    print_summaries(file, counts);
    print_matrices(file, counts);
    print_lists(file, counts);
    print_reasons(file, counts);
}
