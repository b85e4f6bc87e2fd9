#include "lab/result.h"

#include <stdlib.h>
#include <string.h>

static int compare_numbers(const struct lab_result *a, const struct lab_result *b, const char *keys)
{
    const double x = lab_result_number(a->object, keys, -1), y = lab_result_number(b->object, keys, -1);
    return (x > y) - (x < y);
}

static int compare_programs(const struct lab_result *a, const struct lab_result *b)
{
    char *x = lab_result_program(a->object), *y = lab_result_program(b->object);
    const int order = x && y ? strcmp(x, y) : 0;
    free(x);
    free(y);
    return order;
}

static int compare(const void *left, const void *right)
{
    static const char *const keys[] = {"depth", "config.entries", "config.ways", "quantum"};
    const struct lab_result *a = left, *b = right;
    int order = compare_programs(a, b);
    for (size_t i = 0; order == 0 && i < sizeof keys / sizeof *keys; i++)
        order = compare_numbers(a, b, keys[i]);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

void lab_results_sort(struct lab_results *results)
{
    for (size_t i = 0; i < results->count; i++)
        results->list[i].order = i;
    if (results->count)
        qsort(results->list, results->count, sizeof *results->list, compare);
}
