#include "lab/result.h"

#include "isa/isa.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { COUNT, LEVELS, SIGNED, REAL, TEXT, FILES, OBJECT, LIST };

/* A key of a result: what is behind it, and for OBJECT and LIST the keys of the object, or of each of the list's. */
struct key {
    const char *name;
    enum type type;
    bool needed;
    const struct key *inner;
};

static const char *const type_names[] = {
    [COUNT] = "a whole number of 0 or more",
    [LEVELS] = "a number of levels, 0 to 8",
    [SIGNED] = "a whole number of -1 or more",
    [REAL] = "a number of 0 or more",
    [TEXT] = "a text",
    [FILES] = "a file name or a list of them",
    [OBJECT] = "an object",
    [LIST] = "a list of objects",
};

// clang-format off
static const struct key config_keys[] = {
    {"name", TEXT, true, NULL}, {"hash", TEXT, true, NULL}, {"entries", COUNT, true, NULL}, {"sets", COUNT, false, NULL},
    {"ways", COUNT, true, NULL}, {"replacement", TEXT, false, NULL}, {"key", TEXT, false, NULL}, {"split", TEXT, false, NULL},
    {"prefix_entries", COUNT, false, NULL}, {"last_pages", COUNT, false, NULL}, {"page_bytes", COUNT, false, NULL}, {0}};
static const struct key counter_keys[] = {
    {"accesses", COUNT, true, NULL}, {"lookups", COUNT, true, NULL}, {"misses", COUNT, true, NULL}, {"walk_reads", COUNT, false, NULL},
    {0}};
static const struct key port_keys[] = {{"fetch", OBJECT, false, counter_keys}, {"data", OBJECT, false, counter_keys}, {0}};
static const struct key associator_keys[] = {
    {"accesses", COUNT, true, NULL}, {"lookups", COUNT, true, NULL}, {"misses", COUNT, true, NULL}, {"walk_reads", COUNT, false, NULL},
    {"by_port", OBJECT, false, port_keys}, {"by_level", LIST, false, counter_keys}, {0}};
static const struct key translation_keys[] = {{"waits", COUNT, true, NULL}, {0}};
static const struct key thousand_keys[] = {
    {"accesses", REAL, false, NULL}, {"lookups", REAL, false, NULL}, {"misses", REAL, false, NULL}, {"walk_reads", REAL, false, NULL},
    {"cycles_lost", REAL, false, NULL}, {0}};
static const struct key vm_keys[] = {
    {"vmid", TEXT, true, NULL}, {"accesses", COUNT, false, NULL}, {"lookups", COUNT, false, NULL}, {"misses", COUNT, false, NULL},
    {"walk_reads", COUNT, false, NULL}, {"cycles_lost", COUNT, false, NULL}, {0}};
static const struct key flush_keys[] = {{"cause", TEXT, true, NULL}, {"count", COUNT, true, NULL}, {"entries", COUNT, false, NULL}, {0}};
static const struct key series_keys[] = {
    {"at", COUNT, true, NULL}, {"accesses", COUNT, false, NULL}, {"lookups", COUNT, false, NULL}, {"misses", COUNT, false, NULL},
    {"walk_reads", COUNT, false, NULL}, {"cycles_lost", COUNT, false, NULL}, {0}};
static const struct key curve_keys[] = {{"entries", COUNT, true, NULL}, {"misses", REAL, true, NULL}, {0}};
static const struct key curve_of_keys[] = {{"accesses", COUNT, false, NULL}, {"lookups", COUNT, false, NULL}, {0}};
static const struct key grid_keys[] = {{"sets", COUNT, true, NULL}, {"ways", COUNT, true, NULL}, {"misses", COUNT, true, NULL}, {0}};
static const struct key sampled_keys[] = {{"rate", REAL, false, NULL}, {"bound", REAL, false, NULL}, {"kept", COUNT, false, NULL}, {0}};
static const struct key temporal_keys[] = {{"distance", SIGNED, true, NULL}, {"count", COUNT, true, NULL}, {0}};
static const struct key spatial_keys[] = {{"delta", COUNT, true, NULL}, {"probability", REAL, true, NULL}, {0}};
static const struct key length_keys[] = {{"length", COUNT, true, NULL}, {"count", COUNT, true, NULL}, {0}};
static const struct key locality_keys[] = {
    {"temporal", LIST, false, temporal_keys}, {"spatial", LIST, false, spatial_keys}, {"process", LIST, false, length_keys},
    {"vm", LIST, false, length_keys}, {0}};
static const struct key result_keys[] = {
    {"schema", TEXT, true, NULL}, {"version", TEXT, true, NULL}, {"command", TEXT, true, NULL}, {"program", FILES, true, NULL},
    {"depth", LEVELS, false, NULL}, {"config", OBJECT, false, config_keys}, {"instructions", COUNT, false, NULL},
    {"references", COUNT, false, NULL}, {"quantum", COUNT, false, NULL}, {"associator", OBJECT, false, associator_keys}, {"translation", OBJECT, false, translation_keys},
    {"per_thousand", OBJECT, false, thousand_keys}, {"by_vm", LIST, false, vm_keys}, {"by_flush", LIST, false, flush_keys},
    {"interval", COUNT, false, NULL}, {"series", LIST, false, series_keys}, {"curve", LIST, false, curve_keys},
    {"curve_of", OBJECT, false, curve_of_keys}, {"grid", LIST, false, grid_keys}, {"sampled", OBJECT, false, sampled_keys},
    {"locality", OBJECT, false, locality_keys}, {"seconds", REAL, false, NULL}, {0}};
// clang-format on

/* ---- Checking ---- */

__attribute__((format(printf, 2, 3))) static int fail(struct hv_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

static bool is_files(const json_t *value)
{
    if (json_is_string(value))
        return true;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_string(json_array_get(value, i)))
            return false;
    return json_array_size(value) > 0;
}

static bool is_of(const json_t *value, enum type type)
{
    switch (type) {
    case COUNT:
        return json_is_integer(value) && json_integer_value(value) >= 0;
    case LEVELS:
        return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= HV_MAX_DEPTH;
    case SIGNED:
        return json_is_integer(value) && json_integer_value(value) >= -1;
    case REAL:
        return json_is_number(value) && json_number_value(value) >= 0 && isfinite(json_number_value(value));
    case TEXT:
        return json_is_string(value);
    case FILES:
        return is_files(value);
    case OBJECT:
        return json_is_object(value);
    default:
        return json_is_array(value);
    }
}

/* What was found, short enough for a line; `text` is a buffer for it. */
static const char *shown(const json_t *value, char text[48])
{
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!dumped)
        return "something";
    if (json_is_object(value) || json_is_array(value))
        snprintf(text, 48, "%s of %zu", json_is_object(value) ? "an object" : "a list",
                 json_is_object(value) ? json_object_size(value) : json_array_size(value));
    else
        snprintf(text, 48, "%.40s%s", dumped, strlen(dumped) > 40 ? "..." : "");
    free(dumped);
    return text;
}

/* Where in a result the check is: "grid[3].ways". */
struct path {
    char text[120];
};

static struct path path_below(const struct path *path, const char *name)
{
    struct path below;
    snprintf(below.text, sizeof below.text, "%.60s%s%.40s", path->text, *path->text ? "." : "", name);
    return below;
}

static struct path path_item(const struct path *path, size_t index)
{
    struct path item;
    snprintf(item.text, sizeof item.text, "%.80s[%zu]", path->text, index);
    return item;
}

static int check_object(const json_t *object, const struct key *keys, const struct path *path, const char *place,
                        struct hv_error *error);

static int check_list(const json_t *list, const struct key *keys, const struct path *path, const char *place,
                      struct hv_error *error)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct path item = path_item(path, i);
        const json_t *value = json_array_get(list, i);
        char text[48];
        if (!json_is_object(value))
            return fail(error, "%s: %s: found %s, expected an object", place, item.text, shown(value, text));
        if (check_object(value, keys, &item, place, error))
            return -1;
    }
    return 0;
}

static int check_key(const json_t *value, const struct key *key, const struct path *path, const char *place,
                     struct hv_error *error)
{
    const struct path at = path_below(path, key->name);
    char text[48];
    /* An optional key may be null, as in the result of run. */
    if (!value || (json_is_null(value) && !key->needed))
        return key->needed
                   ? fail(error, "%s: %s: found no such key, expected %s", place, at.text, type_names[key->type])
                   : 0;
    if (!is_of(value, key->type))
        return fail(error, "%s: %s: found %s, expected %s", place, at.text, shown(value, text), type_names[key->type]);
    if (key->type == OBJECT)
        return check_object(value, key->inner, &at, place, error);
    return key->type == LIST ? check_list(value, key->inner, &at, place, error) : 0;
}

/* Keys that are not in the table are of a later version, and nobody's business here. */
static int check_object(const json_t *object, const struct key *keys, const struct path *path, const char *place,
                        struct hv_error *error)
{
    for (const struct key *key = keys; key->name; key++)
        if (check_key(json_object_get(object, key->name), key, path, place, error))
            return -1;
    return 0;
}

static int check(const json_t *object, const char *place, struct hv_error *error)
{
    const struct path top = {""};
    char text[48];
    if (!json_is_object(object))
        return fail(error, "%s: found %s, expected an object with the key schema", place, shown(object, text));
    const json_t *schema = json_object_get(object, "schema");
    if (!schema)
        return fail(error, "%s: schema: found no such key, expected \"%s\"", place, LAB_RESULT_SCHEMA);
    if (!json_is_string(schema) || strcmp(json_string_value(schema), LAB_RESULT_SCHEMA) != 0)
        return fail(error, "%s: schema: found %s, expected \"%s\"", place, shown(schema, text), LAB_RESULT_SCHEMA);
    return check_object(object, result_keys, &top, place, error);
}

json_t *lab_result_parse(const char *text, size_t length, const char *place, struct hv_error *error)
{
    json_error_t problem;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!object) {
        fail(error, "%s: column %d: %.120s; expected one JSON object", place, problem.column, problem.text);
        return NULL;
    }
    if (check(object, place, error)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* ---- Reading ---- */

static struct lab_result *more_room(struct lab_results *results)
{
    if (results->count < results->room)
        return results->list;
    const size_t room = results->room ? 2 * results->room : 64;
    struct lab_result *list = realloc(results->list, room * sizeof *list);
    if (!list)
        return NULL;
    results->list = list;
    results->room = room;
    return list;
}

/* Is it the beginning of an object, and not all of it? */
static bool is_cut(const char *text, size_t length)
{
    json_error_t problem;
    json_t *object = json_loadb(text, length, 0, &problem);
    json_decref(object);
    return !object &&
           (json_error_code(&problem) == json_error_premature_end_of_input || (size_t)problem.position >= length);
}

int lab_results_read(struct lab_results *results, FILE *stream, const char *file, struct hv_error *error)
{
    char *text = NULL, place[256];
    size_t size = 0, line = 0;
    results->torn = false;
    int status = 0;
    for (ssize_t length; status == 0 && (length = getline(&text, &size, stream)) >= 0;) {
        snprintf(place, sizeof place, "%.200s:%zu", file, ++line);
        if (strspn(text, " \t\r\n") == (size_t)length)
            continue;
        json_t *object = lab_result_parse(text, (size_t)length, place, error);
        if (!object && text[length - 1] != '\n' && *text == '{' && is_cut(text, (size_t)length))
            results->torn = true;
        else if (!object)
            status = -1;
        else if (!more_room(results)) {
            json_decref(object);
            status = fail(error, "%s: out of memory", place);
        } else
            results->list[results->count++] = (struct lab_result){.object = object, .file = file, .line = line};
    }
    if (status == 0 && ferror(stream))
        status = fail(error, "%s: cannot read: %s", file, strerror(errno));
    free(text);
    return status;
}

void lab_results_free(struct lab_results *results)
{
    for (size_t i = 0; i < results->count; i++)
        json_decref(results->list[i].object);
    free(results->list);
    *results = (struct lab_results){0};
}

/* ---- Out of a checked result ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

char *lab_result_program(const json_t *result)
{
    const json_t *program = json_object_get(result, "program");
    if (json_is_string(program))
        return strdup(base_name(json_string_value(program)));
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; stream && i < json_array_size(program); i++)
        fprintf(stream, "%s%s", i ? " + " : "", base_name(json_string_value(json_array_get(program, i))));
    if (stream && fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

const json_t *lab_result_value(const json_t *result, const char *keys)
{
    const json_t *value = result;
    while (value && *keys) {
        const size_t length = strcspn(keys, ".");
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)length, keys);
        value = json_object_get(value, name);
        keys += length + (keys[length] == '.');
    }
    return json_is_null(value) ? NULL : value;
}

double lab_result_number(const json_t *result, const char *keys, double missing)
{
    const json_t *value = lab_result_value(result, keys);
    return json_is_number(value) ? json_number_value(value) : missing;
}

const char *lab_result_text(const json_t *result, const char *keys)
{
    return json_string_value(lab_result_value(result, keys));
}
