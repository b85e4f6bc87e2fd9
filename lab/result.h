/* Results of measuring, as `nestor measure` writes them: JSON Lines, each line one object (docs/formats.md). Read and
 * checked here, so that whoever takes a number out of a result need not doubt that it is there and is one. */
#ifndef NESTOR_LAB_RESULT_H
#define NESTOR_LAB_RESULT_H

#include "config/config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The schema that a line must name. */
#define LAB_RESULT_SCHEMA "nestor-lab-1"

struct lab_result {
    json_t *object;
    const char *file;   /* as given by the caller, whose it stays */
    size_t line, order; /* `order`: of lab_results_sort, to keep that of equal ones */
};
struct lab_results {
    struct lab_result *list;
    size_t count, room;
    bool torn;    /* the file read last ends inside a line */
    bool by_file; /* names have their file in them (lab_results_unite) */
};

/* Add the results of a file that is open, to its end; empty lines are skipped. `file` is its name for messages, and
 * must last as long as the results. A last line without its end that is no whole object is left out, and told by
 * `torn`. Returns 0, or -1 with *error filled: file, line, key, found, expected. What was read before stays in
 * *results, to be freed. */
int lab_results_read(struct lab_results *results, FILE *stream, const char *file, struct hv_error *error);
/* By program, depth, entries, ways and quantum, whatever order they were measured in. */
void lab_results_sort(struct lab_results *results);
/* What was measured more than once, of sorted results: the same program, depth, configuration and quantum. Two that
 * tell the same become one, with the parts of both, and are counted in *doubles. Two that do not, of different files,
 * are told apart by the files' names; of one file they are an error. */
int lab_results_unite(struct lab_results *results, size_t *doubles, struct hv_error *error);
/* The figures as comma-separated values. */
void lab_results_csv(const struct lab_results *results, FILE *out);
void lab_results_free(struct lab_results *results);

/* One line without its end: the checked object, a new reference; NULL with *error filled. `place` is what messages
 * begin with. */
json_t *lab_result_parse(const char *text, size_t length, const char *place, struct hv_error *error);

/* ---- Out of a checked result ---- */

/* The program's file name without its folders; of several, joined by " + ". To be freed; NULL when memory runs out. */
char *lab_result_program(const json_t *result);
/* The number behind keys that are separated by dots, as in "translation.waits"; `missing` when one is absent or null.
 */
double lab_result_number(const json_t *result, const char *keys, double missing);
/* The object, array or string behind such keys; NULL when one is absent or null. */
const json_t *lab_result_value(const json_t *result, const char *keys);
const char *lab_result_text(const json_t *result, const char *keys);

#endif
