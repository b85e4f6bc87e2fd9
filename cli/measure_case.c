/* The cases of nestor measure: every combination of programs, depths and values. */
#include "cli/measure.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

/* Keys whose value is a list itself. */
static bool is_list_key(const char *key)
{
    static const char *const names[] = {
#define FLAGS(section, key, field, choices, default_value, meaning) #section "." #key,
#include "config/keys.def"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], key) == 0)
            return true;
    return false;
}

/* One value, as it stands. */
static int whole_value(struct cli_list *list, const char *value, struct hv_error *error)
{
    list->items = calloc(1, sizeof *list->items);
    char *item = list->items ? hv_text("%s", value) : NULL;
    if (!item)
        return hv_fail(error, "--set: out of memory");
    list->items[0] = item;
    list->count = 1;
    return 0;
}

static int parse_axis(struct measure_axis *axis, const char *change, struct hv_error *error)
{
    char name[100];
    const char *equals = strchr(change, '=');
    const size_t length = equals ? (size_t)(equals - change) : strlen(change);
    axis->key = hv_text("%.*s", (int)length, change);
    if (!axis->key)
        return hv_fail(error, "--set: out of memory");
    if (!equals) /* the reader tells of it */
        return whole_value(&axis->values, "", error);
    if (is_list_key(axis->key))
        return whole_value(&axis->values, equals + 1, error);
    snprintf(name, sizeof name, "--set %.80s", axis->key);
    return cli_list_parse(&axis->values, name, equals + 1, error);
}

/* A key given twice: the last one counts, as with run. */
static void drop_earlier(struct measure_options *options, const char *change)
{
    const size_t length = strcspn(change, "=");
    for (size_t i = 0; i < options->axis_count; i++) {
        struct measure_axis *axis = &options->axes[i];
        if (strlen(axis->key) != length || strncmp(axis->key, change, length) != 0)
            continue;
        free(axis->key);
        cli_list_free(&axis->values);
        memmove(axis, axis + 1, (--options->axis_count - i) * sizeof *axis);
        return;
    }
}

int measure_axes_parse(struct measure_options *options, struct hv_error *error)
{
    for (size_t i = 0; i < options->config.count; i++) {
        drop_earlier(options, options->config.changes[i]);
        struct measure_axis *axis = &options->axes[options->axis_count++];
        *axis = (struct measure_axis){0};
        if (parse_axis(axis, options->config.changes[i], error))
            return -1;
    }
    return 0;
}

/* Not a key of the configuration: the axis of --quantum. */
static const char quantum_axis[] = "quantum";

int measure_quantum_parse(struct measure_options *options, const char *text, struct hv_error *error)
{
    struct measure_axis *axis = &options->axes[options->axis_count++];
    *axis = (struct measure_axis){.key = hv_text("%s", quantum_axis)};
    if (!axis->key)
        return hv_fail(error, "--quantum: out of memory");
    return cli_list_parse(&axis->values, "--quantum", text, error);
}

/* A depth, as the list gives it. */
static int add_depth(struct measure_options *options, const char *item, const char *list, struct hv_error *error)
{
    char *end;
    const unsigned long depth = strtoul(item, &end, 10);
    if (*item < '0' || *item > '9' || *end || depth > HV_MAX_DEPTH)
        return hv_fail(error, "--depth: found '%s', expected a number from 0 to %d", item, HV_MAX_DEPTH);
    for (size_t j = 0; j < options->depth_count; j++)
        if (options->depths[j] == depth)
            return hv_fail(error, "--depth: found %lu twice in '%s', expected each once", depth, list);
    options->depths[options->depth_count++] = (unsigned)depth;
    return 0;
}

int measure_depths_parse(struct measure_options *options, const char *text, struct hv_error *error)
{
    struct cli_list list;
    if (cli_list_parse(&list, "--depth", text, error))
        return -1;
    options->depth_count = 0;
    options->depths_given = true;
    int status = 0;
    for (size_t i = 0; status == 0 && i < list.count; i++)
        status = add_depth(options, list.items[i], text, error);
    cli_list_free(&list);
    return status;
}

int measure_depths_default(struct measure_options *options, struct hv_error *error)
{
    struct measure_case at;
    if (options->depth_count)
        return 0;
    options->depth_count = 1;
    if (measure_case_make(&at, options, 0, error))
        return -1;
    for (options->depth_count = 0; options->depth_count <= at.config.depth; options->depth_count++)
        options->depths[options->depth_count] = (unsigned)options->depth_count;
    measure_case_free(&at);
    return 0;
}

void measure_options_free(struct measure_options *options)
{
    for (size_t i = 0; i < options->axis_count; i++) {
        free(options->axes[i].key);
        cli_list_free(&options->axes[i].values);
    }
    free(options->programs);
    free(options->traces);
    free(options->vms);
    free(options->command);
    free(options->mix);
}

static bool is_replayed(const struct measure_options *options, size_t program)
{
    return options->traces && options->traces[program];
}

/* How many depths this program has. */
static size_t depths_of(const struct measure_options *options, size_t program)
{
    return is_replayed(options, program) && !options->depths_given ? 1 : options->depth_count;
}

size_t measure_cases(const struct measure_options *options)
{
    size_t cases = 0;
    bool too_many = false;
    for (size_t i = 0; i < options->program_count; i++)
        cases += depths_of(options, i);
    for (size_t i = 0; i < options->axis_count; i++)
        too_many |= __builtin_mul_overflow(cases, options->axes[i].values.count, &cases);
    return too_many ? SIZE_MAX : cases;
}

/* Which value of each axis, the last axis changing fastest; what is left of the index. */
static size_t choose_values(struct measure_case *at, size_t index)
{
    for (size_t i = at->options->axis_count; i-- > 0;) {
        const size_t count = at->options->axes[i].values.count;
        at->value_index[i] = index % count;
        index /= count;
    }
    return index;
}

static const char *value_of(const struct measure_case *at, size_t axis)
{
    return at->options->axes[axis].values.items[at->value_index[axis]];
}

/* "entries" as a value of ways: as many as there are entries. */
static const char *resolved(const struct measure_case *at, size_t axis)
{
    const char *value = value_of(at, axis);
    if (strcmp(at->options->axes[axis].key, "associator.ways") != 0 || strcmp(value, "entries") != 0)
        return value;
    for (size_t i = 0; i < at->options->axis_count; i++)
        if (strcmp(at->options->axes[i].key, "associator.entries") == 0)
            return value_of(at, i);
    return value;
}

static int make_changes(struct measure_case *at, struct hv_error *error)
{
    struct cli_configuration *config = &at->job.config;
    config->name = at->options->config.name;
    for (size_t i = 0; i < at->options->axis_count; i++) {
        if (strcmp(at->options->axes[i].key, quantum_axis) == 0) {
            at->quantum = strtoull(value_of(at, i), NULL, 10);
            at->quantum_listed = at->options->axes[i].values.count > 1;
            continue;
        }
        const char *change = hv_text("%s=%s", at->options->axes[i].key, resolved(at, i));
        if (!change)
            return hv_fail(error, "out of memory");
        config->changes[config->count++] = change;
    }
    return 0;
}

/* Program and depth of what is left of the index. */
static void choose_program(struct measure_case *at, size_t index)
{
    const struct measure_options *options = at->options;
    size_t program = 0;
    for (; index >= depths_of(options, program); program++)
        index -= depths_of(options, program);
    at->program_index = program;
    at->program = options->programs[program];
    at->depth_index = index;
    at->replayed = is_replayed(options, program);
    at->recorded = at->replayed && !options->vm_count && !options->depths_given;
}

static void fill_job(struct measure_case *at)
{
    const struct measure_options *options = at->options;
    cli_options_default(&at->job);
    at->job.world = options->world;
    at->job.world.depth = at->replayed && !options->depths_given ? 1 : options->depths[at->depth_index];
    at->job.program = at->program;
    at->job.given = options->given;
    at->job.max_instructions = options->max_instructions;
}

int measure_case_make(struct measure_case *at, const struct measure_options *options, size_t index,
                      struct hv_error *error)
{
    *at = (struct measure_case){.options = options};
    choose_program(at, choose_values(at, index));
    fill_job(at);
    if (make_changes(at, error) == 0 && cli_config_read(&at->config, &at->job.config, error) == 0) {
        if (at->job.world.depth <= at->config.depth || at->replayed)
            return 0;
        hv_fail(error, "--depth: found %u, expected at most %u, the depth of configuration %s", at->job.world.depth,
                at->config.depth, at->config.name);
    }
    measure_case_free(at);
    return -1;
}

void measure_case_free(struct measure_case *at)
{
    for (size_t i = 0; i < at->job.config.count; i++)
        free((char *)at->job.config.changes[i]);
    at->job.config.count = 0;
}
