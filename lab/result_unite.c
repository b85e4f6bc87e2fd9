/* Results that were measured more than once. */
#include "lab/result.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_program(const struct lab_result *a, const struct lab_result *b)
{
    char *x = lab_result_program(a->object), *y = lab_result_program(b->object);
    const bool same = x && y && strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

/* Both have, or neither has, the same behind each of the keys. */
static bool are_equal(const struct lab_result *a, const struct lab_result *b, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *of_a = lab_result_value(a->object, keys[i]), *of_b = lab_result_value(b->object, keys[i]);
        if ((of_a || of_b) && !json_equal(of_a, of_b))
            return false;
    }
    return true;
}

/* Sorted, all that could be of the same run are next to each other. */
static const char *const near_keys[] = {"depth", "config.entries"};
/* What a plot could tell two results of a program apart by. */
static const char *const run_keys[] = {"depth", "config", "quantum"};
/* What was counted. What may have been measured beside it, a curve or a series, is another matter. */
static const char *const count_keys[] = {"instructions", "references", "associator", "translation"};
#define ARE_EQUAL(a, b, keys) are_equal(a, b, keys, sizeof(keys) / sizeof *(keys))

/* One of those already kept, of the same run and the same numbers; or of other numbers, in *other. */
static struct lab_result *find_kept(struct lab_result *kept, size_t count, const struct lab_result *result,
                                    const struct lab_result **other)
{
    *other = NULL;
    for (size_t i = count; i-- > 0;) {
        if (!ARE_EQUAL(&kept[i], result, near_keys) || !is_same_program(&kept[i], result))
            break;
        if (!ARE_EQUAL(&kept[i], result, run_keys))
            continue;
        if (ARE_EQUAL(&kept[i], result, count_keys))
            return &kept[i];
        *other = &kept[i];
    }
    return NULL;
}

static int fail_of_one_file(const struct lab_result *result, const struct lab_result *other, struct hv_error *error)
{
    snprintf(error->text, sizeof error->text,
             "%.120s:%zu: found other numbers than in line %zu of the same program, depth and configuration, expected "
             "one of them, or a file for each",
             result->file, result->line, other->line);
    return -1;
}

int lab_results_unite(struct lab_results *results, size_t *doubles, struct hv_error *error)
{
    size_t kept = 0;
    int status = 0;
    *doubles = 0;
    for (size_t i = 0; i < results->count; i++) {
        const struct lab_result result = results->list[i], *other;
        struct lab_result *same = find_kept(results->list, kept, &result, &other);
        if (same) {
            if (json_object_update_missing(same->object, result.object))
                status = -1;
            json_decref(result.object);
            ++*doubles;
            continue;
        }
        if (other && strcmp(other->file, result.file) == 0 && status == 0)
            status = fail_of_one_file(&result, other, error);
        results->by_file |= other != NULL;
        results->list[kept++] = result;
    }
    results->count = kept;
    return status;
}
