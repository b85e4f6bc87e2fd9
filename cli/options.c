/* Options that run and cosim share, and what they lead to: configuration, world, input. */
#include "cli/cli.h"
#include "cli/save.h"
#include "sim/files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int cli_failf(const char *format, ...)
{
    char *text;
    va_list arguments;
    fflush(stdout);
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) >= 0) {
        fprintf(stderr, "nestor: %s\n", text); /* written at once: what reads stderr finds whole lines */
        free(text);
    }
    va_end(arguments);
    return NESTOR_ERROR;
}

int cli_fail(const struct hv_error *error)
{
    return cli_failf("%s", error->text);
}

void cli_warn(const struct hv_error *warning)
{
    if (warning->text[0])
        cli_failf("warning: %s", warning->text);
}

uint64_t cli_number_from(const char *name, const char *text, uint64_t min, uint64_t max, const struct argp_state *state)
{
    char *end;
    errno = 0;
    const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const unsigned long long value = strtoull(text, &end, hex ? 16 : 10);
    if (*text < '0' || *text > '9' || *end || errno || value < min || value > max)
        argp_failure(state, NESTOR_ERROR, 0, "--%s: found '%s', expected a number from %llu to %llu", name, text,
                     (unsigned long long)min, (unsigned long long)max);
    return value;
}

uint64_t cli_number(const char *name, const char *text, uint64_t max, const struct argp_state *state)
{
    return cli_number_from(name, text, 0, max, state);
}

enum {
    KEY_DEPTH = 256,
    KEY_JSON,
    KEY_MAX,
    KEY_SEED,
    KEY_ON_DEMAND,
    KEY_EMULATE,
    KEY_GUESTS,
    KEY_LEVEL,
    KEY_QUANTUM,
    KEY_CONSOLE_GUEST,
    KEY_RELOCATION,
    KEY_DENY_COUNTERS,
    KEY_DENY_WFI,
    KEY_HYPERCALLS,
    KEY_DTB,
    KEY_INITRD,
    KEY_APPEND
};

/* ---- The configuration ---- */

enum { KEY_SET = 256 };

static error_t parse_config(int key, char *text, struct argp_state *state)
{
    struct cli_configuration *config = state->input;
    switch (key) {
    case 'c':
        config->name = text;
        return 0;
    case KEY_SET:
        if (config->count == CLI_MAX_CHANGES)
            argp_failure(state, NESTOR_ERROR, 0, "--set: found more than %d, expected a configuration file",
                         CLI_MAX_CHANGES);
        config->changes[config->count++] = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option config_options[] = {
    {"config", 'c', "NAME|FILE", 0, "preset, or configuration file (default: default; fuzz: many)", 0},
    {"set", KEY_SET, "SECTION.KEY=VALUE", 0, "change a key of the configuration, as in machine.timebase=clock", 0},
    {0}};
const struct argp cli_config_argp = {.options = config_options, .parser = parse_config};

int cli_config_read(struct hv_config *config, const struct cli_configuration *from, struct hv_error *error)
{
    return hv_config_read_changed(config, from->name, from->changes, from->count, error);
}

/* ---- What a program is given from outside ---- */

enum { KEY_INPUT = 256, KEY_DEVICE };

static error_t parse_given(int key, char *text, struct argp_state *state)
{
    struct cli_given *given = state->input;
    switch (key) {
    case KEY_INPUT:
        given->input = text;
        return 0;
    case KEY_DEVICE:
        if (given->device_count == HV_MAX_DEVICES)
            argp_failure(state, NESTOR_ERROR, 0, "--device: found more than %d, expected one for each device window",
                         HV_MAX_DEVICES);
        given->devices[given->device_count++] = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option given_options[] = {
    {"input", KEY_INPUT, "FILE", 0, "what the UART receives", 1},
    {"device", KEY_DEVICE, "NAME=FILE.so", 0,
     "put a device of your own (sim/nestor_device.h) into the configuration's window [device.NAME]; may be repeated",
     1},
    {0}};
const struct argp cli_given_argp = {.options = given_options, .parser = parse_given};

/* ---- What run and cosim have in common ---- */

static const struct argp_option common_options[] = {
    {"depth", KEY_DEPTH, "N", 0, "run the program N virtual machines deep (default: 0)", 1},
    {"json", KEY_JSON, NULL, 0, "print the result as one JSON object on stdout; the program's output goes to stderr",
     1},
    {"max-instructions", KEY_MAX, "N", 0, "stop after N commit records; an error, but for trace", 1},
    {"seed", KEY_SEED, "N", 0, "seed of what is random (default: 0)", 1},
    {0}};

static const struct argp_option world_options[] = {
    {NULL, 0, NULL, 0, "The monitors of --depth:", 2},
    {"on-demand", KEY_ON_DEMAND, NULL, 0, "map a page when it is first used, not beforehand", 2},
    {"emulate-devices", KEY_EMULATE, NULL, 0, "emulate UART and finisher from the fault record, not pass them through",
     2},
    {"guests", KEY_GUESTS, "N", 0, "run N copies of the program in turns, 1 to 4 (default: 1)", 2},
    {"switch-level", KEY_LEVEL, "L", 0, "level of the monitor that does so (default: 0)", 2},
    {"quantum", KEY_QUANTUM, "N", 0, "how long a turn is, in ticks of mtime (default: 10000)", 2},
    {"console-guest", KEY_CONSOLE_GUEST, "N", 0, "which of them gets what the UART receives (default: 1)", 2},
    {"relocation", KEY_RELOCATION, NULL, 0, "memory maps in the relocation-bounds form", 2},
    {"deny-counters", KEY_DENY_COUNTERS, NULL, 0, "emulate the guests' reads of counters", 2},
    {"deny-wfi", KEY_DENY_WFI, NULL, 0, "the monitor waits for the guest", 2},
    {"hypercalls", KEY_HYPERCALLS, NULL, 0, "monitors above level 0 use hv.exit for the devices they emulate", 2},
    {NULL, 0, NULL, 0,
     "A kernel, in place of PROGRAM.elf: an ELF file or a flat Linux Image, as QEMU's virt starts it:", 3},
    {"dtb", KEY_DTB, "FILE", 0, "start it with this device tree; memory is set to what the program has at this depth",
     3},
    {"initrd", KEY_INITRD, "FILE", 0, "initial RAM disk", 3},
    {"append", KEY_APPEND, "TEXT", 0, "command line of the kernel (default: the device tree's)", 3},
    {0}};

static error_t parse_world(int key, char *text, struct argp_state *state)
{
    struct hv_world_options *world = state->input;
    switch (key) {
    case KEY_ON_DEMAND:
        world->on_demand = true;
        return 0;
    case KEY_EMULATE:
        world->emulate_devices = true;
        return 0;
    case KEY_GUESTS:
        world->guests = (unsigned)cli_number_from("guests", text, 1, HV_WORLD_GUESTS, state);
        return 0;
    case KEY_LEVEL:
        world->switch_level = (unsigned)cli_number("switch-level", text, HV_MAX_DEPTH, state);
        return 0;
    case KEY_QUANTUM:
        world->quantum = cli_number_from("quantum", text, 1, UINT64_MAX, state);
        return 0;
    case KEY_CONSOLE_GUEST:
        world->console = (unsigned)cli_number_from("console-guest", text, 1, HV_WORLD_GUESTS, state);
        return 0;
    case KEY_RELOCATION:
        world->relocation = true;
        return 0;
    case KEY_DENY_COUNTERS:
        world->deny_counters = true;
        return 0;
    case KEY_DENY_WFI:
        world->deny_wfi = true;
        return 0;
    case KEY_HYPERCALLS:
        world->hypercalls = true;
        return 0;
    case KEY_DTB:
        world->kernel.dtb = text;
        return 0;
    case KEY_INITRD:
        world->kernel.initrd = text;
        return 0;
    case KEY_APPEND:
        world->kernel.append = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_world_argp = {.options = world_options, .parser = parse_world};

static error_t parse_common(int key, char *text, struct argp_state *state)
{
    struct cli_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->config;
        state->child_inputs[1] = &options->watch;
        state->child_inputs[2] = &options->world;
        state->child_inputs[3] = &options->given;
        break;
    case KEY_DEPTH:
        options->world.depth = (unsigned)cli_number("depth", text, HV_MAX_DEPTH, state);
        break;
    case KEY_JSON:
        options->json = true;
        break;
    case KEY_MAX:
        options->max_instructions = cli_number_from("max-instructions", text, 1, UINT64_MAX, state);
        break;
    case KEY_SEED:
        options->seed = cli_number("seed", text, INT64_MAX, state);
        break;
    case ARGP_KEY_ARG:
        if (options->program)
            argp_failure(state, NESTOR_ERROR, 0, "found a second program '%s', expected one%s", text,
                         cli_watch_hint(&options->watch));
        options->program = text;
        break;
    case ARGP_KEY_END:
        if (!options->program && !options->save.resume)
            argp_failure(state, NESTOR_ERROR, 0, "found no program, expected PROGRAM.elf (see --help)");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child common_children[] = {{.argp = &cli_config_argp, .group = 1},
                                                    {.argp = &cli_watch_argp},
                                                    {.argp = &cli_world_argp},
                                                    {.argp = &cli_given_argp},
                                                    {0}};
const struct argp cli_common_argp = {.options = common_options, .parser = parse_common, .children = common_children};

bool cli_world_is_shaped(const struct hv_world_options *world, const char *input)
{
    return input || world->on_demand || world->emulate_devices || world->guests > 1 || world->switch_level ||
           world->quantum || world->console || world->relocation || world->deny_counters || world->deny_wfi ||
           world->hypercalls || world->kernel.dtb;
}

void cli_options_default(struct cli_options *options)
{
    *options = (struct cli_options){.config = {.name = "default"}};
}

/* -h, beside argp's own -? and --help. */
static error_t parse_help(int key, char *text, struct argp_state *state)
{
    (void)text;
    if (key != 'h')
        return ARGP_ERR_UNKNOWN;
    argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
    return 0;
}

error_t cli_pass_input(int key, char *text, struct argp_state *state)
{
    (void)text;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = state->input;
    return 0;
}

/* No file, name or number is empty: what a script's unset variable leaves would only be an odd message later. */
static void refuse_empty(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const size_t length = strlen(argv[i]);
        if (length == 0)
            exit(cli_failf("%s: found an empty argument, expected a value", argv[0] + strlen("nestor ")));
        if (strncmp(argv[i], "--", 2) == 0 && argv[i][length - 1] == '=' && !strchr(argv[i] + 2, '=')[1])
            exit(cli_failf("%.*s: found nothing behind it, expected a value", (int)length - 1, argv[i]));
    }
}

void cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    static const struct argp_option help_options[] = {{NULL, 'h', NULL, OPTION_HIDDEN, NULL, -1}, {0}};
    static const struct argp help = {.options = help_options, .parser = parse_help};
    const struct argp_child children[] = {{.argp = argp}, {.argp = &help}, {0}};
    const struct argp both = {.parser = cli_pass_input, .children = children};
    refuse_empty(argc, argv);
    argp_err_exit_status = NESTOR_ERROR;
    argp_program_version = cli_version();
    const error_t problem = argp_parse(&both, argc, argv, 0, NULL, input);
    if (problem)
        exit(cli_failf("options: %s", strerror(problem)));
}

static int check_world(const struct hv_config *config, const struct hv_world_options *world, struct hv_error *error)
{
    if (world->depth > config->depth)
        return hv_fail(error, "--depth: found %u, expected at most %u, the depth of configuration %s", world->depth,
                       config->depth, config->name);
    if (world->switch_level && world->guests < 2)
        return hv_fail(error, "--switch-level: found %u with one guest, expected --guests of 2 to %d",
                       world->switch_level, HV_WORLD_GUESTS);
    if (world->quantum && world->guests < 2)
        return hv_fail(error, "--quantum: found with one guest, expected --guests of 2 to %d", HV_WORLD_GUESTS);
    if (world->console && world->guests < 2)
        return hv_fail(error, "--console-guest: found with one guest, expected --guests of 2 to %d", HV_WORLD_GUESTS);
    if (world->console > world->guests)
        return hv_fail(error, "--console-guest: found %u, expected at most %u, the number of --guests", world->console,
                       world->guests);
    return 0;
}

/* The configuration, with --resume the save's. */
static int open_config(struct cli_job *job, const struct cli_options *options, enum hv_use use, struct hv_error *error)
{
    if (!options->save.resume)
        return cli_config_read(&job->config, &options->config, error) || hv_config_validate(&job->config, use, error)
                   ? -1
                   : 0;
    const int status = cli_resume_open(&job->resumed, options, error);
    job->refused = status == HV_SAVE_REFUSED;
    job->config = job->resumed.config;
    return status || hv_config_validate(&job->config, use, error) ? -1 : 0;
}

static int open_all(struct cli_job *job, const struct cli_options *options, enum hv_use use, struct hv_error *error)
{
    if (open_config(job, options, use, error) || check_world(&job->config, &options->world, error))
        return -1;
    const struct cli_given *given = &options->given;
    if (given->device_count &&
        !(job->devices = hv_devices_open(&job->config, given->devices, given->device_count, error)))
        return -1;
    if (!options->save.resume && given->input &&
        !(job->input = hv_file_read(given->input, &job->image.input_length, error)))
        return -1;
    if (options->program && hv_world_build(&job->world, &job->config, options->program, &options->world, error))
        return -1;
    cli_warn(&job->world.warning);
    return 0;
}

int cli_job_open(struct cli_job *job, const struct cli_options *options, enum hv_use use, struct hv_error *error)
{
    *job = (struct cli_job){0};
    if (open_all(job, options, use, error)) {
        cli_job_close(job);
        return -1;
    }
    job->image.segments = job->world.segments;
    job->image.count = job->world.count;
    job->image.input = job->input;
    if (options->save.resume)
        job->image = (struct hv_image){job->resumed.pages, job->resumed.page_count, job->resumed.input,
                                       job->resumed.input_length, job->resumed.state};
    job->places = options->program ? hv_world_places(&job->world, options->program) : NULL;
    return 0;
}

int cli_job_fail(const struct cli_job *job, const struct hv_error *error)
{
    cli_fail(error);
    return job->refused ? NESTOR_REFUSED : NESTOR_ERROR;
}

void cli_job_close(struct cli_job *job)
{
    view_places_free(job->places);
    hv_world_free(&job->world);
    hv_devices_close(job->devices);
    hv_save_free(&job->resumed);
    free(job->input);
}

struct hv_windows cli_job_windows(const struct cli_job *job)
{
    return (struct hv_windows){job->devices ? hv_devices_access : NULL, job->devices};
}

char *cli_command_line(int argc, char **argv)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    for (int i = 0; stream && i < argc; i++) {
        const bool plain = i == 0 || (*argv[i] && !argv[i][strspn(argv[i], "abcdefghijklmnopqrstuvwxyz"
                                                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                                           "0123456789_-+=./:,@%")]);
        fputs(i ? " " : "", stream);
        fputs(plain ? "" : "'", stream);
        for (const char *c = argv[i]; *c; c++)
            fputs(!plain && *c == '\'' ? "'\\''" : (char[]){*c, 0}, stream);
        fputs(plain ? "" : "'", stream);
    }
    if (stream)
        fclose(stream);
    return text;
}
