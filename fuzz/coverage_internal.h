/* What the parts of the coverage share: tables as lists of axes.
 *
 * An axis is a dimension of a table: a list of values of one field of struct fuzz_point, or of two that are taken
 * together. Within a table a point's number is that of its values in mixed radix, the last axis fastest.
 */
#ifndef FUZZ_COVERAGE_INTERNAL_H
#define FUZZ_COVERAGE_INTERNAL_H

#include "fuzz/coverage.h"

struct fuzz_value {
    unsigned number, second; /* of the field, and of the axis's second field if it has one */
    const char *text;        /* one word without '/' */
};

enum { FUZZ_ONE_FIELD = 0 };
struct fuzz_axis {
    const char *name;
    size_t field, second; /* offsets in struct fuzz_point; second: FUZZ_ONE_FIELD if there is none */
    const struct fuzz_value *values;
    unsigned count;
};

/* A matrix for people: reachable and covered points by two axes, one matrix for each value of `slice`. */
enum { FUZZ_MAX_MATRICES = 4 };
struct fuzz_matrix {
    const struct fuzz_axis *rows, *columns, *slice; /* rows NULL: none; slice may be NULL */
};

struct fuzz_table_text {
    const char *name, *meaning;
};
extern const struct fuzz_table_text fuzz_table_texts[FUZZ_TABLE_COUNT];

struct fuzz_table_info {
    const struct fuzz_axis *axes[FUZZ_MAX_DIMENSIONS + 1]; /* NULL ends them */
    struct fuzz_matrix matrices[FUZZ_MAX_MATRICES];
};
extern const struct fuzz_table_info fuzz_tables[FUZZ_TABLE_COUNT];

/* The points of one table are [*first, *first + *count). */
void fuzz_table_range(enum fuzz_table table, size_t *first, size_t *count);

/* As fuzz_coverage_describe, for the point of this number inside its table, but for `unreachable`. */
void fuzz_fill(enum fuzz_table table, size_t inside, struct fuzz_point *out);

/* The number of the axis's value that the point has, axis->count when it has none of them. */
unsigned fuzz_axis_value(const struct fuzz_axis *axis, const struct fuzz_point *point);

/* A point's values joined by '/', always terminated. */
enum { FUZZ_NAME_BYTES = 160 };
void fuzz_point_name(const struct fuzz_point *point, char name[FUZZ_NAME_BYTES]);

/* One record being counted. */
struct recording {
    uint64_t *counts;
    struct fuzz_tracker *tracker;
    const struct fuzz_seen *seen;
    const struct hv_commit *commit;
    unsigned level; /* of the record */
    unsigned fresh; /* points that had no count */
};

void fuzz_add(struct recording *r, const struct fuzz_point *point);
#define FUZZ_ADD(r, name, ...)                                                                                         \
    fuzz_add(r, &(struct fuzz_point){.table = FUZZ_TABLE_##name, .level = (r)->level, __VA_ARGS__})

/* What an hv.fence names. */
enum fuzz_operand fuzz_fence_operand(uint32_t insn, uint32_t rs1, const struct hv_config *config);
/* An hv.fence has retired: what it found. */
void fuzz_fence_found(struct recording *r);
/* What this record asks for that the fence before it had emptied or left. For every record, before the above. */
void fuzz_fence_after(struct recording *r);
/* Look ahead, after every record: is the next one an hv.fence, and what does it find? */
void fuzz_fence_expect(struct recording *r);

/* The reason why the point cannot be met, or NULL; only numeric fields are looked at. */
const char *fuzz_unreachable(const struct fuzz_point *point);

/* What the point needs of a configuration, one text after the other: the i-th, or NULL. */
const char *fuzz_point_need(const struct fuzz_point *point, unsigned i);

static inline enum fuzz_key fuzz_key_of(const struct hv_config *config)
{
    return config->assoc_entries ? FUZZ_KEY_NONE + config->assoc_key : FUZZ_KEY_ABSENT;
}

#endif
