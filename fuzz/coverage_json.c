/* Coverage as JSON, and back. */
#include "fuzz/coverage_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { VERSION = 1 };
static const char format[] = "nestor coverage";

/* ---- writing ---- */

/* JSON integers are signed. */
static json_t *count_json(uint64_t count)
{
    return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

static json_t *counts_json(const uint64_t *counts, enum fuzz_table table)
{
    size_t first, count;
    json_t *object = json_object();
    fuzz_table_range(table, &first, &count);
    for (size_t i = first; object && i < first + count; i++) {
        struct fuzz_point point;
        char name[FUZZ_NAME_BYTES];
        if (!counts[i])
            continue;
        fuzz_coverage_describe(i, &point);
        fuzz_point_name(&point, name);
        if (json_object_set_new(object, name, count_json(counts[i]))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* In the order in which a point's name has its values. */
static json_t *dimensions_json(enum fuzz_table table)
{
    json_t *dimensions = json_array();
    for (const struct fuzz_axis *const *axis = fuzz_tables[table].axes; dimensions && *axis; axis++) {
        json_t *values = json_array();
        for (unsigned i = 0; i < (*axis)->count; i++)
            json_array_append_new(values, json_string((*axis)->values[i].text));
        json_t *one = json_pack("{s:s, s:o}", "name", (*axis)->name, "values", values);
        if (!one || json_array_append_new(dimensions, one) || json_array_size(values) != (*axis)->count) {
            json_decref(dimensions);
            return NULL;
        }
    }
    return dimensions;
}

/* Reasons, in the order of their first points, each with its number of points. */
static json_t *unreachable_json(enum fuzz_table table)
{
    size_t first, count;
    json_t *reasons = json_object();
    fuzz_table_range(table, &first, &count);
    for (size_t i = first; reasons && i < first + count; i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        if (!point.unreachable)
            continue;
        const json_int_t before = json_integer_value(json_object_get(reasons, point.unreachable));
        if (json_object_set_new(reasons, point.unreachable, json_integer(before + 1))) {
            json_decref(reasons);
            return NULL;
        }
    }
    return reasons;
}

static json_t *table_json(const uint64_t *counts, enum fuzz_table table)
{
    struct fuzz_summary s = fuzz_coverage_summary(counts, table);
    json_t *dimensions = dimensions_json(table), *unreachable = unreachable_json(table);
    json_t *points = counts_json(counts, table);
    return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "meaning", fuzz_table_texts[table].meaning,
                     "dimensions", dimensions, "points", (json_int_t)s.points, "reachable", (json_int_t)s.reachable,
                     "covered", (json_int_t)s.covered, "surprises", (json_int_t)s.surprises, "unreachable", unreachable,
                     "counts", points);
}

json_t *fuzz_coverage_json(const uint64_t *counts)
{
    json_t *tables = json_object();
    for (enum fuzz_table table = 0; tables && table < FUZZ_TABLE_COUNT; table++) {
        json_t *one = table_json(counts, table);
        if (!one || json_object_set_new(tables, fuzz_table_texts[table].name, one)) {
            json_decref(tables);
            return NULL;
        }
    }
    return tables ? json_pack("{s:s, s:i, s:o}", "format", format, "version", VERSION, "tables", tables) : NULL;
}

/* ---- reading ---- */

__attribute__((format(printf, 2, 3))) static int fail(struct hv_error *error, const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(error->text, sizeof error->text, text, arguments);
    va_end(arguments);
    return -1;
}

/* The value of the axis called by the `length` bytes at `text`; axis->count if there is none. */
static unsigned find_value(const struct fuzz_axis *axis, const char *text, size_t length)
{
    unsigned i = 0;
    while (i < axis->count &&
           (strlen(axis->values[i].text) != length || memcmp(axis->values[i].text, text, length) != 0))
        i++;
    return i;
}

/* The number of the point that fuzz_point_name calls `name`. */
static int find_point(enum fuzz_table table, const char *name, size_t *index, struct hv_error *error)
{
    const char *rest = name, *where = fuzz_table_texts[table].name;
    size_t count;
    fuzz_table_range(table, index, &count);
    size_t inside = 0;
    for (const struct fuzz_axis *const *axis = fuzz_tables[table].axes; *axis; axis++) {
        size_t length = strcspn(rest, "/");
        unsigned value = find_value(*axis, rest, length);
        if (value == (*axis)->count)
            return fail(error, "coverage: %s: %.100s: found \"%.*s\", expected one of the values of %s", where, name,
                        (int)(length < 40 ? length : 40), rest, (*axis)->name);
        inside = inside * (*axis)->count + value;
        rest += length;
        if (axis[1] ? *rest++ != '/' : *rest != '\0')
            return fail(error, "coverage: %s: %.100s: expected one value for each dimension", where, name);
    }
    *index += inside;
    return 0;
}

/* Looks at all counts of a table, and adds them if `counts` is not NULL. */
static int merge_counts(uint64_t *counts, enum fuzz_table table, json_t *json, struct hv_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        size_t index;
        if (find_point(table, key, &index, error))
            return -1;
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return fail(error, "coverage: %s: %.100s: expected a count", fuzz_table_texts[table].name, key);
        uint64_t more = (uint64_t)json_integer_value(value);
        if (counts)
            counts[index] = more > UINT64_MAX - counts[index] ? UINT64_MAX : counts[index] + more;
    }
    return 0;
}

static int merge_table(uint64_t *counts, const char *name, json_t *json, struct hv_error *error)
{
    enum fuzz_table table = 0;
    while (table < FUZZ_TABLE_COUNT && strcmp(fuzz_table_texts[table].name, name) != 0)
        table++;
    if (table == FUZZ_TABLE_COUNT)
        return fail(error, "coverage: found a table \"%.100s\", expected a table that this version counts", name);
    json_t *points = json_object_get(json, "points"), *object = json_object_get(json, "counts");
    size_t first, count;
    fuzz_table_range(table, &first, &count);
    if (!json_is_integer(points) || json_integer_value(points) != (json_int_t)count)
        return fail(error, "coverage: %s: points: found %lld, expected %zu: a file of another version", name,
                    (long long)json_integer_value(points), count);
    if (!json_is_object(object))
        return fail(error, "coverage: %s: counts: found %s, expected an object", name,
                    object ? "something else" : "nothing");
    return merge_counts(counts, table, object, error);
}

static int merge_tables(uint64_t *counts, json_t *tables, struct hv_error *error)
{
    const char *name;
    json_t *table;
    json_object_foreach(tables, name, table)
    {
        if (merge_table(counts, name, table, error))
            return -1;
    }
    return 0;
}

int fuzz_coverage_merge(uint64_t *counts, const json_t *json, struct hv_error *error)
{
    const char *found = json_string_value(json_object_get(json, "format"));
    json_t *version = json_object_get(json, "version"), *tables = json_object_get(json, "tables");
    if (!found || strcmp(found, format) != 0)
        return fail(error, "coverage: format: found \"%.100s\", expected \"%s\"", found ? found : "nothing", format);
    if (!json_is_integer(version) || json_integer_value(version) != VERSION)
        return fail(error, "coverage: version: found %lld, expected %d", (long long)json_integer_value(version),
                    VERSION);
    if (!json_is_object(tables))
        return fail(error, "coverage: tables: found %s, expected an object", tables ? "something else" : "nothing");
    return merge_tables(NULL, tables, error) ? -1 : merge_tables(counts, tables, error);
}
