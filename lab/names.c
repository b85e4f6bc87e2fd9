/* What results are called: only what differs among them. */
#include "lab/report.h"

#include <stdlib.h>
#include <string.h>

/* Keys of config in the order in which they are told, and how. */
static const struct part {
    const char *key, *before, *after;
} parts[] = {
    {"config.replacement", "", ""},
    {"config.key", "key ", ""},
    {"config.split", "", ""},
    {"config.prefix_entries", "", " prefixes"},
    {"config.last_pages", "", " last pages"},
    {"config.page_bytes", "", "-byte pages"},
    {"quantum", "turns of ", ""},
};

static void print_value(const json_t *value, FILE *out)
{
    if (json_is_string(value))
        fputs(json_string_value(value), out);
    else if (value)
        fprintf(out, "%.0f", json_number_value(value));
}

/* Among the results that have it. */
static bool differs(const struct lab_results *results, const char *keys)
{
    const json_t *first = NULL;
    for (size_t i = 0; i < results->count; i++) {
        const json_t *value = lab_result_value(results->list[i].object, keys);
        if (value && first && !json_equal(first, value))
            return true;
        first = first ? first : value;
    }
    return false;
}

/* What is told, found once for all results. */
enum { PARTS = sizeof parts / sizeof *parts, QUANTUM = PARTS - 1 };
struct told {
    bool part[PARTS], geometry, hash, sets; /* `sets`: there are set-associative ones */
};

/* Is there a set-associative one? */
static bool has_sets(const struct lab_results *results)
{
    for (size_t i = 0; i < results->count; i++)
        if (lab_result_number(results->list[i].object, "config.entries", 0) !=
            lab_result_number(results->list[i].object, "config.ways", 0))
            return true;
    return false;
}

static struct told find_told(const struct lab_results *results)
{
    struct told told = {.geometry = differs(results, "config.entries") || differs(results, "config.ways"),
                        .hash = differs(results, "config.hash"),
                        .sets = has_sets(results)};
    for (size_t i = 0; i < PARTS; i++)
        told.part[i] = differs(results, parts[i].key);
    return told;
}

enum geometry { NO_GEOMETRY, WAYS, SETS_AND_WAYS };

/* Its beginning: the number of entries, or without it what there is to say beside that. */
static void print_geometry(const json_t *result, bool sets, enum geometry geometry, FILE *out)
{
    const double entries = lab_result_number(result, "config.entries", -1),
                 ways = lab_result_number(result, "config.ways", 1);
    if (geometry == WAYS && sets && ways != entries)
        fprintf(out, "%.0f ways", ways);
    else if (geometry == WAYS && sets)
        fputs("fully associative", out);
    if (entries < 0 || geometry != SETS_AND_WAYS)
        return;
    if (entries == 0)
        fputs("no associator", out);
    else if (sets && ways != entries)
        fprintf(out, "%.0f x %.0f", entries / ways, ways);
    else
        fprintf(out, "%.0f %s", entries, entries == 1 ? "entry" : "entries");
}

static char *config_name(const struct told *told, const json_t *result, enum geometry geometry)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    const bool sets = told->sets;
    print_geometry(result, sets, geometry, out);
    bool any = lab_result_value(result, "config") && (geometry == SETS_AND_WAYS || (geometry == WAYS && sets));
    for (size_t i = 0; i < PARTS; i++) {
        const json_t *value = lab_result_value(result, parts[i].key);
        if (!value || !told->part[i])
            continue;
        fprintf(out, "%s%s", any ? ", " : "", parts[i].before);
        print_value(value, out);
        fputs(parts[i].after, out);
        any = true;
    }
    if (!any && geometry == NO_GEOMETRY && told->hash) /* by a key that a result does not have */
        fputs(lab_result_text(result, "config.name") ? lab_result_text(result, "config.name") : "", out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* With the file's name, where two files tell of it: "sort.elf (before.jsonl)". */
static char *program_of_file(const struct lab_result *result)
{
    const char *slash = strrchr(result->file, '/');
    char *program = lab_result_program(result->object), *text = NULL;
    size_t length;
    FILE *out = program ? open_memstream(&text, &length) : NULL;
    if (out)
        fprintf(out, "%s (%s)", program, slash && slash[1] ? slash + 1 : result->file);
    free(program);
    return out && fclose(out) == 0 ? text : NULL;
}

int lab_names_make(struct lab_names *names, const struct lab_results *results)
{
    const size_t count = results->count;
    const struct told told = find_told(results);
    struct told no_turns = told;
    no_turns.part[QUANTUM] = false;
    *names = (struct lab_names){
        .list = calloc(count + 1, sizeof *names->list), .count = count, .depths = differs(results, "depth")};
    bool good = names->list;
    for (size_t i = 0; good && i < count; i++) {
        const json_t *result = results->list[i].object;
        struct lab_name *name = &names->list[i];
        name->program = results->by_file ? program_of_file(&results->list[i]) : lab_result_program(result);
        name->config = config_name(&told, result, told.geometry ? SETS_AND_WAYS : NO_GEOMETRY);
        name->policy = config_name(&told, result, told.geometry ? WAYS : NO_GEOMETRY);
        name->turning = config_name(&no_turns, result, told.geometry ? SETS_AND_WAYS : NO_GEOMETRY);
        good = name->program && name->config && name->policy && name->turning;
        names->programs |= good && strcmp(name->program, names->list[0].program) != 0;
    }
    if (!good)
        lab_names_free(names);
    return good ? 0 : -1;
}

void lab_names_free(struct lab_names *names)
{
    for (size_t i = 0; names->list && i < names->count; i++) {
        free(names->list[i].program);
        free(names->list[i].config);
        free(names->list[i].policy);
        free(names->list[i].turning);
    }
    free(names->list);
    *names = (struct lab_names){0};
}
