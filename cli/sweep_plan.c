/* The plan of a sweep: what the command line says, or a file. */
#include "cli/measure.h"
#include "cli/sweep.h"
#include "sim/files.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

/* ---- Options that are given on ---- */

static bool is_end(const struct argp_option *option)
{
    return !option->name && !option->key && !option->doc;
}

/* What a sweep has an option of its own for, or none. */
static bool is_own(const char *name)
{
    static const char *const own[] = {"depth", "json", "by"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(name, own[i]) == 0)
            return true;
    return false;
}

static const struct argp_option *find_option(const char *name)
{
    const struct argp_option *const tables[] = {measure_argp_options, cli_world_argp.options, cli_given_argp.options};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct argp_option *option = tables[i]; !is_end(option); option++)
            if (option->name && !is_own(name) && strcmp(option->name, name) == 0)
                return option;
    return NULL;
}

static error_t pass(const struct argp_option *options, int key, const char *text, struct argp_state *state)
{
    for (const struct argp_option *option = options; !is_end(option); option++)
        if (option->name && option->key == key) {
            if (sweep_option_add(state->input, option->name, text))
                argp_failure(state, NESTOR_ERROR, 0, "out of memory");
            return 0;
        }
    return ARGP_ERR_UNKNOWN;
}

/* Checked by the parser that it is for, then given on. */
static error_t pass_checked(const struct argp *argp, void *scratch, int key, char *text, struct argp_state *state)
{
    struct argp_state own = *state;
    own.input = scratch;
    argp->parser(key, text, &own);
    return pass(argp->options, key, text, state);
}

static error_t pass_world(int key, char *text, struct argp_state *state)
{
    struct hv_world_options scratch = {0};
    return pass_checked(&cli_world_argp, &scratch, key, text, state);
}

static error_t pass_given(int key, char *text, struct argp_state *state)
{
    struct cli_given scratch = {0};
    return pass_checked(&cli_given_argp, &scratch, key, text, state);
}

static error_t pass_measure(int key, char *text, struct argp_state *state)
{
    const error_t status = pass(measure_argp_options, key, text, state);
    if (status == 0)
        measure_option_check(key, text, state);
    return status;
}

const struct argp *sweep_world_argp(void)
{
    static struct argp argp = {.parser = pass_world};
    argp.options = cli_world_argp.options;
    return &argp;
}

const struct argp *sweep_given_argp(void)
{
    static struct argp argp = {.parser = pass_given};
    argp.options = cli_given_argp.options;
    return &argp;
}

const struct argp *sweep_measure_argp(void)
{
    enum { MOST = 40 };
    static struct argp_option options[MOST];
    static const struct argp argp = {.options = options, .parser = pass_measure};
    size_t count = 0;
    for (const struct argp_option *option = measure_argp_options; !is_end(option) && count + 1 < MOST; option++)
        if (!is_own(option->name))
            options[count++] = *option;
    return &argp;
}

/* ---- Making ---- */

/* One more pointer in a list; false when memory runs out. */
static bool add_text(char ***list, size_t *count, char *text)
{
    char **more = text ? realloc(*list, (*count + 1) * sizeof **list) : NULL;
    if (!more) {
        free(text);
        return false;
    }
    *list = more;
    more[(*count)++] = text;
    return true;
}

int sweep_program_add(struct sweep_plan *plan, const char *program)
{
    return add_text(&plan->programs, &plan->program_count, strdup(program)) ? 0 : -1;
}

int sweep_option_add(struct sweep_plan *plan, const char *name, const char *value)
{
    return add_text(&plan->passed.list, &plan->passed.count,
                    value ? hv_text("--%s=%s", name, value) : hv_text("--%s", name))
               ? 0
               : -1;
}

struct sweep_block *sweep_block_find(struct sweep_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->block_count; i++)
        if (strcmp(plan->blocks[i].name, name) == 0)
            return &plan->blocks[i];
    struct sweep_block *blocks = realloc(plan->blocks, (plan->block_count + 1) * sizeof *blocks);
    if (!blocks)
        return NULL;
    plan->blocks = blocks;
    struct sweep_block *block = &blocks[plan->block_count];
    *block = (struct sweep_block){.name = strdup(name)};
    if (!block->name)
        return NULL;
    plan->block_count++;
    return block;
}

int sweep_change_add(struct sweep_block *block, const char *change, struct hv_error *error)
{
    if (block->count == CLI_MAX_CHANGES)
        return hv_fail(error, "found more than %d changes of a configuration, expected a configuration file",
                       CLI_MAX_CHANGES);
    char *text = strdup(change);
    if (!text)
        return hv_fail(error, "out of memory");
    block->changes[block->count++] = text;
    return 0;
}

bool sweep_has_vms(const struct sweep_plan *plan)
{
    for (size_t i = 0; i < plan->passed.count; i++)
        if (strncmp(plan->passed.list[i], "--vm=", strlen("--vm=")) == 0)
            return true;
    return false;
}

void sweep_plan_free(struct sweep_plan *plan)
{
    for (size_t i = 0; i < plan->program_count; i++)
        free(plan->programs[i]);
    for (size_t i = 0; i < plan->passed.count; i++)
        free(plan->passed.list[i]);
    for (size_t i = 0; i < plan->block_count; i++) {
        struct sweep_block *block = &plan->blocks[i];
        while (block->count)
            free(block->changes[--block->count]);
        free(block->name);
        free(block->config);
    }
    free(plan->programs);
    free(plan->passed.list);
    free(plan->blocks);
    free(plan->depth);
    *plan = (struct sweep_plan){0};
}

/* ---- The file ---- */

struct reader {
    struct sweep_plan *plan;
    FILE *stream;
    const char *file;
    unsigned line;
    struct hv_error *error;
    bool failed;
};

/* libinih: 0 stops it. */
static int refuse(struct reader *reader, const char *found, const char *expected)
{
    hv_fail(reader->error, "%.200s:%u: found %.100s, expected %s", reader->file, reader->line, found, expected);
    reader->failed = true;
    return 0;
}

static int out_of_memory(struct reader *reader)
{
    hv_fail(reader->error, "%.200s:%u: out of memory", reader->file, reader->line);
    reader->failed = true;
    return 0;
}

static int handle_option(struct reader *reader, const char *name, const char *value)
{
    char text[160];
    const struct argp_option *option = find_option(name);
    snprintf(text, sizeof text, "key '%.60s'", name);
    if (!option)
        return refuse(reader, text, "program, depth or an option of nestor measure, without its --");
    const bool bare = strcmp(value, "yes") == 0 && (!option->arg || (option->flags & OPTION_ARG_OPTIONAL));
    snprintf(text, sizeof text, "%.60s = %.60s", name, value);
    if (!option->arg && !bare)
        return refuse(reader, text, "yes");
    return sweep_option_add(reader->plan, name, bare ? NULL : value) ? out_of_memory(reader) : 1;
}

static int handle_sweep(struct reader *reader, const char *name, const char *value)
{
    if (strcmp(name, "program") == 0)
        return sweep_program_add(reader->plan, value) ? out_of_memory(reader) : 1;
    if (strcmp(name, "depth") != 0)
        return handle_option(reader, name, value);
    if (reader->plan->depth)
        return refuse(reader, "depth a second time", "it once");
    reader->plan->depth = strdup(value);
    return reader->plan->depth ? 1 : out_of_memory(reader);
}

static int handle_config(struct reader *reader, const char *block_name, const char *name, const char *value)
{
    struct sweep_block *block = sweep_block_find(reader->plan, block_name);
    if (!block)
        return out_of_memory(reader);
    if (strcmp(name, "config") == 0) {
        if (block->config)
            return refuse(reader, "config a second time", "it once");
        block->config = strdup(value);
        return block->config ? 1 : out_of_memory(reader);
    }
    struct hv_error error;
    char *change = hv_text("%s=%s", name, value);
    const int status = change ? sweep_change_add(block, change, &error) : -1;
    free(change);
    return status ? refuse(reader, "too much", "no more than a configuration has keys") : 1;
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
    static const char config[] = "config ";
    struct reader *reader = user;
    char text[160];
    if (reader->failed)
        return 0;
    snprintf(text, sizeof text, "%.60s without a value", name);
    if (!*value)
        return refuse(reader, text, "one");
    if (strcmp(section, "sweep") == 0)
        return handle_sweep(reader, name, value);
    if (strncmp(section, config, strlen(config)) == 0)
        return handle_config(reader, section + strlen(config), name, value);
    snprintf(text, sizeof text, "section [%.60s]", section);
    return refuse(reader, text, "[sweep] or [config NAME]");
}

/* libinih's lines have an end: a longer one is no line of a plan. */
static char *read_line(char *buffer, int size, void *user)
{
    struct reader *reader = user;
    if (reader->failed || !fgets(buffer, size, reader->stream))
        return NULL;
    reader->line++;
    if (!strchr(buffer, '\n') && !feof(reader->stream)) {
        refuse(reader, "a line that is too long", "at most some 190 characters");
        return NULL;
    }
    return buffer;
}

int sweep_plan_read(struct sweep_plan *plan, const char *file, struct hv_error *error)
{
    struct reader reader = {.plan = plan, .file = file, .stream = fopen(file, "r"), .error = error};
    if (!reader.stream)
        return hv_fail(error, "%s: cannot open: %s", file, strerror(errno));
    const int line = ini_parse_stream(read_line, &reader, handle, &reader);
    const bool bad = ferror(reader.stream);
    const int reason = errno;
    fclose(reader.stream);
    if (reader.failed)
        return -1;
    if (bad)
        return hv_fail(error, "%s: cannot read: %s", file, strerror(reason));
    if (line)
        return hv_fail(error, "%s:%d: found a line that is neither [section] nor key = value", file, line);
    return 0;
}
