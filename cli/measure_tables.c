/* Misses of every geometry as tables for people. */
#include "cli/measure.h"

#include <inttypes.h>

enum { WIDTH = 10 };

static double percent(uint64_t misses, uint64_t of)
{
    return of ? 100.0 - 100.0 * (double)misses / (double)of : 0.0;
}

/* 1, 2, 3, 4, 6, 8, 12, 16, ... and the last one. */
static size_t next_size(size_t size, size_t count)
{
    if (size >= count)
        return 0;
    const bool power = (size & (size - 1)) == 0;
    const size_t next = size < 2 ? size + 1 : power ? size + size / 2 : size / 3 * 4;
    return next < count ? next : count;
}

/* The smallest size whose hits of accesses are so many of a hundred; 0: none is. */
static size_t least_size(const struct measure_geometries *geometries, double hits)
{
    for (size_t size = 1; size <= geometries->curve_count; size++)
        if (percent(geometries->curve[size - 1], geometries->accesses) >= hits)
            return size;
    return 0;
}

static void print_least_sizes(const struct measure_geometries *geometries)
{
    static const double targets[] = {90, 95, 99, 99.9, 99.99};
    fputs("  entries that it takes, of accesses:", stdout);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const size_t size = least_size(geometries, targets[i]);
        printf("%s %g %% ", i ? "," : "", targets[i]);
        if (size)
            printf("%zu", size);
        else
            fputs("is not reached", stdout);
    }
    putchar('\n');
}

static void print_curve(const struct measure_geometries *geometries)
{
    printf("  fully associative, LRU\n  %*s  %*s  %16s  %16s\n", WIDTH, "entries", WIDTH, "misses", "hits of lookups",
           "hits of accesses");
    for (size_t size = 0; (size = next_size(size, geometries->curve_count)) != 0;) {
        const uint64_t misses = geometries->curve[size - 1];
        printf("  %*zu  %*" PRIu64 "  %14.3f %%  %14.3f %%\n", WIDTH, size, WIDTH, misses,
               percent(misses, geometries->lookups), percent(misses, geometries->accesses));
    }
    printf("  more entries than %zu: as many misses; every size between these: --json\n", geometries->curve_count);
    if (geometries->accesses)
        print_least_sizes(geometries);
}

static void print_estimates(const struct measure_geometries *geometries)
{
    const struct lab_sample_facts *facts = &geometries->sampled;
    printf("  fully associative, LRU, from a sample: rate %.4g, %zu pages, %" PRIu64 " of %" PRIu64 " lookups\n"
           "  %*s  %*s  %16s\n",
           facts->rate, facts->kept, facts->taken, facts->lookups, WIDTH, "entries", WIDTH, "misses", "of all lookups");
    for (size_t i = 0; i < geometries->estimate_count; i++) {
        const struct measure_estimate *estimate = &geometries->estimates[i];
        const double part = facts->lookups ? 100.0 * estimate->point.misses / (double)facts->lookups : 0;
        printf("  %*" PRIu64 "  %*.0f  %8.3f %% within %.3f %% for %.0f entries more or less\n", WIDTH,
               estimate->entries, WIDTH, estimate->point.misses, part, 100.0 * estimate->point.bound,
               estimate->point.distance);
    }
    if (!geometries->estimate_count)
        puts("  too few pages to say anything: a larger rate, or without --sample");
}

static void print_grid(const struct measure_geometries *geometries)
{
    printf("  misses by sets and ways, LRU\n  %*s", WIDTH, "sets");
    for (unsigned ways = 1; ways <= LAB_GRID_WAYS; ways *= 2)
        printf("  %*u way%s", WIDTH - 5, ways, ways == 1 ? " " : "s");
    putchar('\n');
    for (unsigned bits = 0; bits <= LAB_GRID_SET_BITS; bits++) {
        printf("  %*u", WIDTH, 1u << bits);
        for (unsigned ways = 1; ways <= LAB_GRID_WAYS; ways *= 2)
            printf("  %*" PRIu64, WIDTH, geometries->grid[bits][ways - 1]);
        putchar('\n');
    }
}

void measure_print_geometries(const struct measure_result *result)
{
    const struct measure_options *options = result->at.options;
    if (!options->curve && !options->grid)
        return;
    measure_print_title(result);
    if (options->curve && options->rate > 0)
        print_estimates(&result->geometries);
    else if (options->curve)
        print_curve(&result->geometries);
    if (options->grid)
        print_grid(&result->geometries);
}

/* ---- localities ---- */

static void print_temporal(const struct lab_locality_counts *counts)
{
    uint64_t sum = 0;
    printf("  temporal: different pages since the page was used, itself included\n  %*s  %*s  %11s\n", WIDTH, "up to",
           WIDTH, "references", "cumulative");
    for (unsigned bin = 0; bin < LAB_LOCALITY_BINS; bin++) {
        if (!counts->temporal[bin])
            continue;
        sum += counts->temporal[bin];
        printf("  %*" PRIu64 "  %*" PRIu64 "  %9.4f %%\n", WIDTH, lab_length_bound(bin), WIDTH, counts->temporal[bin],
               percent(counts->references - sum, counts->references));
    }
    printf("  %*s  %*" PRIu64 "\n", WIDTH, "first use", WIDTH, counts->first);
}

static double part(const uint64_t *bins, unsigned last, uint64_t of)
{
    uint64_t sum = 0;
    for (unsigned bin = 0; bin <= last; bin++)
        sum += bins[bin];
    return of ? 100.0 * (double)sum / (double)of : 0.0;
}

static void print_spatial(const struct lab_locality_counts *counts, unsigned previous)
{
    const struct lab_spatial *const parts[] = {&counts->spatial, &counts->by_port[0], &counts->by_port[1]};
    printf("  spatial: within so many bytes of %s reference%s before; inside the page alone\n",
           previous > 1 ? "one of the" : "the", previous > 1 ? "s" : "");
    printf("  %*s  %12s %12s  %12s %12s  %12s %12s\n", WIDTH, "bytes", "all", "in page", "fetches", "in page", "data",
           "in page");
    for (unsigned bin = 0; bin < LAB_LOCALITY_BINS; bin++) {
        if (bin > 1 && !parts[0]->near[bin] && !parts[1]->near[bin] && !parts[2]->near[bin])
            continue;
        printf("  %*" PRIu64, WIDTH, lab_delta_bound(bin));
        for (unsigned i = 0; i < 3; i++)
            printf("  %10.3f %% %10.3f %%", part(parts[i]->near, bin, parts[i]->count),
                   part(parts[i]->within, bin, parts[i]->count));
        putchar('\n');
    }
}

static void print_runs(const char *name, const uint64_t *bins, uint64_t runs, double stays)
{
    printf("  %s: %" PRIu64 " run%s, the next reference has the same with %.6f %%; lengths up to:", name, runs,
           runs == 1 ? "" : "s", 100.0 * stays);
    for (unsigned bin = 0; bin < LAB_LOCALITY_BINS; bin++)
        if (bins[bin])
            printf(" %" PRIu64 " (%" PRIu64 ")", lab_length_bound(bin), bins[bin]);
    putchar('\n');
}

void measure_print_locality(const struct measure_result *result)
{
    const struct measure_options *options = result->at.options;
    const struct lab_locality_counts *counts = &result->locality;
    static const char *const whose[] = {"", "all references", "the program's references, by its names",
                                        "the program's references, by real names"};
    if (!options->locality)
        return;
    measure_print_title(result);
    printf("  %s: %" PRIu64 "\n", whose[options->locality], counts->references);
    print_temporal(counts);
    print_spatial(counts, options->previous);
    if (options->locality == MEASURE_REAL)
        return;
    print_runs("process", counts->process, counts->process_runs,
               measure_stays(counts->process_runs, counts->vms, counts->references));
    print_runs("virtual machine", counts->vm, counts->vm_runs, measure_stays(counts->vm_runs, 1, counts->references));
}
