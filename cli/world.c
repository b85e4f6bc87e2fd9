/* nestor world: the tree of virtual machines of a running program. */
#include "fuzz/world.h"
#include "cli/cli.h"
#include "sim/files.h"
#include "view/tree_print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SVG = 256 + 64, KEY_AT };

struct world {
    struct cli_options options;
    const char *output;
    uint64_t at;
    bool svg, at_given;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct world *world = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &world->options;
        break;
    case KEY_SVG:
        world->svg = true;
        break;
    case KEY_AT:
        world->at = cli_number("at", text, UINT64_MAX, state);
        world->at_given = true;
        break;
    case 'o':
        world->output = text;
        break;
    case ARGP_KEY_END:
        if (world->svg && world->options.json)
            argp_failure(state, NESTOR_ERROR, 0, "--svg: found with --json, expected one of them");
        if (world->options.watch.trace || world->options.watch.explain)
            argp_failure(state, NESTOR_ERROR, 0, "--trace or --explain: found, expected nothing of it: see nestor run");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- Running to the record ---- */

static int run_to(const struct world *world, struct hv_machine *machine, const struct hv_image *image, uint64_t limit,
                  struct hv_error *error)
{
    const struct hv_counters *counters = hv_machine_counters(machine);
    enum hv_stop stop = HV_STOP_NONE;
    size_t position = 0;
    uint8_t bytes[4096];
    while (counters->commits < limit && (stop == HV_STOP_NONE || stop == HV_STOP_LIMIT)) {
        const uint64_t left = limit - counters->commits;
        hv_image_feed(image, machine, &position);
        stop = hv_machine_run(machine, left < HV_UART_QUEUE ? left : HV_UART_QUEUE);
        while (hv_machine_uart_output(machine, bytes, sizeof bytes) > 0)
            continue;
    }
    if (world->at_given && counters->commits < world->at)
        return hv_fail(error, "%s: ends after %" PRIu64 " records, expected %" PRIu64 ", given by --at",
                       world->options.program, counters->commits, world->at);
    return 0;
}

static int print(const struct world *world, const struct view_tree *tree, FILE *out, struct hv_error *error)
{
    const char *slash = strrchr(world->options.program, '/');
    const char *name = slash ? slash + 1 : world->options.program;
    const bool good = world->svg            ? view_tree_svg(tree, name, out)
                      : world->options.json ? view_tree_json(tree, name, out)
                                            : view_tree_text(tree, name, out);
    return good ? 0 : hv_fail(error, "%s: out of memory, or its name is not UTF-8", world->options.program);
}

static int write_output(const struct world *world, const struct view_tree *tree, struct hv_error *error)
{
    struct cli_file file;
    if (!world->output)
        return print(world, tree, stdout, error);
    if (cli_file_open(&file, world->output, error))
        return -1;
    const int status = print(world, tree, file.stream, error);
    struct hv_error second;
    if (cli_file_close(&file, status == 0, &second) && status == 0)
        return hv_fail(error, "%s", second.text);
    return status;
}

static int show(const struct world *world, const struct hv_config *config, const struct hv_image *image, uint64_t limit,
                struct hv_windows windows, struct hv_error *error)
{
    struct view_tree tree;
    struct hv_machine *machine = hv_machine_new(config, error);
    int status = machine ? hv_image_load(image, machine, error) : -1;
    if (machine)
        hv_machine_windows(machine, windows.function, windows.context);
    if (status == 0)
        status = run_to(world, machine, image, world->at_given ? world->at : limit, error);
    if (status == 0)
        status = view_tree_read(&tree, machine) ? 0 : hv_fail(error, "out of memory");
    hv_machine_free(machine);
    if (status == 0) {
        status = write_output(world, &tree, error);
        view_tree_free(&tree);
    }
    return status;
}

/* ---- What is run ---- */

static int show_program(const struct world *world, struct hv_error *error)
{
    struct cli_job job;
    if (cli_job_open(&job, &world->options, HV_FOR_MODEL, error))
        return -1;
    const uint64_t limit = world->options.max_instructions ? world->options.max_instructions : UINT64_MAX;
    const int status = show(world, &job.config, &job.image, limit, cli_job_windows(&job), error);
    cli_job_close(&job);
    return status;
}

static int show_saved(const struct world *world, const uint8_t *text, size_t length, struct hv_error *error)
{
    struct fuzz_world saved;
    if (fuzz_world_parse(&saved, (const char *)text, length, world->options.program, error))
        return -1;
    uint8_t *ram = malloc(saved.config.ram_bytes);
    const struct hv_segment segment = {saved.config.ram_base, ram, saved.config.ram_bytes};
    const struct hv_image image = {
        .segments = &segment, .count = 1, .input = saved.input, .input_length = saved.input_length};
    int status = ram ? 0 : hv_fail(error, "out of memory");
    if (ram) {
        fuzz_world_image(&saved, ram);
        status = show(world, &saved.config, &image, saved.limit, (struct hv_windows){NULL, NULL}, error);
    }
    free(ram);
    fuzz_world_end(&saved);
    return status;
}

/* Options that a saved world answers itself. */
static int check_saved(const struct world *world, struct hv_error *error)
{
    struct cli_options plain;
    cli_options_default(&plain);
    const struct cli_options *options = &world->options;
    if (strcmp(options->config.name, plain.config.name) != 0 || options->config.count || options->given.input ||
        options->max_instructions || memcmp(&options->world, &plain.world, sizeof plain.world) != 0)
        return hv_fail(
            error,
            "%s: found a saved world with options of a program, expected none: it has its own configuration, "
            "monitors and input",
            options->program);
    return 0;
}

static int show_file(const struct world *world, struct hv_error *error)
{
    static const char begin[] = "nestor world ";
    size_t length;
    uint8_t *text = hv_file_read(world->options.program, &length, error);
    if (!text)
        return -1;
    int status;
    if (length < strlen(begin) || memcmp(text, begin, strlen(begin)) != 0)
        status = show_program(world, error);
    else
        status = check_saved(world, error) ? -1 : show_saved(world, text, length, error);
    free(text);
    return status;
}

int nestor_world(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"svg", KEY_SVG, NULL, 0, "a picture (SVG) instead of text", 0},
        {"at", KEY_AT, "RECORD", 0, "after so many commit records (default: at the end)", 0},
        {"output", 'o', "FILE", 0, "write into FILE instead of standard output", 0},
        {0}};
    static const struct argp_child children[] = {{.argp = &cli_common_argp}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "PROGRAM.elf|WORLD",
        .doc = "Run a program, or a world that nestor fuzz has saved, on the model and tell of the tree of its virtual "
               "machines: VMTABs, VMCBs, maps, contexts, and who reaches which page of RAM.\v"
               "What the program prints is left out. A saved world has its own configuration. Exit status: 0; 125 for "
               "errors.",
        .children = children};
    struct world world = {0};
    cli_options_default(&world.options);
    cli_parse(&argp, argc, argv, &world);
    struct hv_error error;
    return show_file(&world, &error) ? cli_fail(&error) : 0;
}
