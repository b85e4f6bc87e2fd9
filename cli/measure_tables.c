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

static void print_curve(const struct measure_geometries *geometries)
{
    printf("  fully associative, LRU\n  %*s  %*s  %16s  %16s\n", WIDTH, "entries", WIDTH, "misses", "hits of lookups",
           "hits of accesses");
    for (size_t size = 0; (size = next_size(size, geometries->curve_count)) != 0;) {
        const uint64_t misses = geometries->curve[size - 1];
        printf("  %*zu  %*" PRIu64 "  %14.3f %%  %14.3f %%\n", WIDTH, size, WIDTH, misses,
               percent(misses, geometries->lookups), percent(misses, geometries->accesses));
    }
    printf("  more entries than %zu: as many misses\n", geometries->curve_count);
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
    if (options->curve)
        print_curve(&result->geometries);
    if (options->grid)
        print_grid(&result->geometries);
}
