/* Results as a table for spreadsheets: RFC 4180, one line for each result, the figures only. */
#include "lab/result.h"

#include <stdlib.h>
#include <string.h>

static const struct column {
    const char *title, *keys;
} columns[] = {
    {"program", NULL}, /* the files, not a key's text */
    {"depth", "depth"},
    {"quantum", "quantum"},
    {"config", "config.name"},
    {"config_hash", "config.hash"},
    {"entries", "config.entries"},
    {"sets", "config.sets"},
    {"ways", "config.ways"},
    {"replacement", "config.replacement"},
    {"key", "config.key"},
    {"split", "config.split"},
    {"prefix_entries", "config.prefix_entries"},
    {"last_pages", "config.last_pages"},
    {"page_bytes", "config.page_bytes"},
    {"instructions", "instructions"},
    {"references", "references"},
    {"accesses", "associator.accesses"},
    {"lookups", "associator.lookups"},
    {"misses", "associator.misses"},
    {"walk_reads", "associator.walk_reads"},
    {"cycles_lost", "translation.waits"},
    {"lookups_per_thousand", "per_thousand.lookups"},
    {"misses_per_thousand", "per_thousand.misses"},
    {"cycles_lost_per_thousand", "per_thousand.cycles_lost"},
    {"seconds", "seconds"},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void print_text(const char *text, FILE *out)
{
    const bool quoted = text[strcspn(text, ",\"\r\n")];
    fputs(quoted ? "\"" : "", out);
    for (; *text; text++)
        fputs(quoted && *text == '"' ? "\"\"" : (char[]){*text, 0}, out);
    fputs(quoted ? "\"" : "", out);
}

static void print_value(const json_t *value, FILE *out)
{
    if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_number(value))
        fprintf(out, "%.9g", json_number_value(value));
    else if (json_is_string(value))
        print_text(json_string_value(value), out);
}

static void print_program(const json_t *program, FILE *out)
{
    if (json_is_string(program)) {
        print_text(json_string_value(program), out);
        return;
    }
    char *text = json_dumps(program, JSON_COMPACT);
    print_text(text ? text : "", out);
    free(text);
}

void lab_results_csv(const struct lab_results *results, FILE *out)
{
    for (size_t i = 0; i < COLUMNS; i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i].title);
    fputs("\r\n", out);
    for (size_t row = 0; row < results->count; row++) {
        for (size_t i = 0; i < COLUMNS; i++) {
            fputs(i ? "," : "", out);
            if (columns[i].keys)
                print_value(lab_result_value(results->list[row].object, columns[i].keys), out);
            else
                print_program(json_object_get(results->list[row].object, "program"), out);
        }
        fputs("\r\n", out);
    }
}
