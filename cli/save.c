/* --save and --resume. */
#include "cli/save.h"
#include "sim/files.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* ---- Options ---- */

enum { KEY_SAVE = 768, KEY_AT, KEY_RESUME };

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct cli_save_options *save = state->input;
    switch (key) {
    case KEY_SAVE:
        save->file = text;
        break;
    case KEY_AT:
        save->at = cli_number_from("save-at", text, 1, UINT64_MAX, state);
        break;
    case KEY_RESUME:
        save->resume = text;
        break;
    case ARGP_KEY_END:
        if (save->at && !save->file)
            argp_failure(state, NESTOR_ERROR, 0, "--save-at: found without --save, expected a file to write");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "Saves:", 4},
    {"save", KEY_SAVE, "FILE", 0,
     "write the state of the machine to FILE where the run is stopped by --save-at, --max-instructions or Ctrl-C, and "
     "at each SIGUSR1, after which it goes on",
     4},
    {"save-at", KEY_AT, "N", 0, "stop after N commit records since reset, and save", 4},
    {"resume", KEY_RESUME, "FILE", 0, "go on from a save; PROGRAM.elf is then for names only", 4},
    {0}};
const struct argp cli_save_argp = {.options = options, .parser = parse};

/* ---- Resume ---- */

static bool config_is_given(const struct cli_configuration *config)
{
    return config->count || strcmp(config->name, "default") != 0;
}

/* What --config and --set say must be what the save says, if they are given. */
static int check_config(const struct hv_config *saved, const struct cli_configuration *given, const char *path,
                        struct hv_error *error)
{
    struct hv_config config;
    char hashes[2][17];
    if (!config_is_given(given))
        return 0;
    if (cli_config_read(&config, given, error))
        return -1;
    hv_config_hash(saved, hashes[0]);
    hv_config_hash(&config, hashes[1]);
    if (strcmp(hashes[0], hashes[1]) == 0)
        return 0;
    hv_fail(error, "%s: found a save of configuration %s, expected %s, that of --config or --set", path, hashes[0],
            hashes[1]);
    return HV_SAVE_REFUSED;
}

/* The UART receives what --input says behind what the save has. */
static int append_input(struct hv_save *save, const char *path, struct hv_error *error)
{
    size_t length;
    uint8_t *more = hv_file_read(path, &length, error);
    uint8_t *both = more ? realloc(save->input, save->input_length + length + 1) : NULL;
    if (both) {
        memcpy(both + save->input_length, more, length);
        save->input = both;
        save->input_length += length;
    } else if (more) {
        hv_fail(error, "%s: out of memory", path);
    }
    free(more);
    return both ? 0 : -1;
}

int cli_resume_open(struct hv_save *save, const struct cli_options *options, struct hv_error *error)
{
    const char *path = options->save.resume;
    int status = hv_save_read(save, path, error);
    if (status == 0)
        status = check_config(&save->config, &options->config, path, error);
    if (status == 0 && options->given.input)
        status = append_input(save, options->given.input, error);
    if (status == 0 && !options->program && (options->world.depth || cli_world_is_shaped(&options->world, NULL)))
        status = hv_fail(error, "--resume: found options of a program's monitors without a program, expected none: the "
                                "save has its machines");
    return status;
}

/* ---- Save ---- */

static volatile sig_atomic_t wanted;

static void on_signal(int number)
{
    (void)number;
    wanted = 1;
}

int cli_save_begin(const struct cli_options *options, uint64_t commits, struct hv_error *error)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    const struct cli_save_options *save = &options->save;
    if (!save->file)
        return 0;
    if (options->given.device_count)
        return hv_fail(error, "--save: found --device, whose state nobody can tell, expected none");
    if (save->at && save->at <= commits)
        return hv_fail(error, "--save-at: found %" PRIu64 ", expected more than the %" PRIu64 " records of the save",
                       save->at, commits);
    sigaction(SIGUSR1, &action, NULL);
    return 0;
}

bool cli_save_wanted(void)
{
    const bool is = wanted;
    wanted = 0;
    return is;
}

uint64_t cli_save_limit(const struct cli_options *options)
{
    const uint64_t limit = options->max_instructions, at = options->save.at;
    return at && (!limit || at < limit) ? at : limit;
}

int cli_save_write(const char *path, const struct hv_save *save, const uint8_t *ram, struct hv_error *error)
{
    struct cli_file file;
    if (cli_file_open_regular(&file, path, error))
        return -1;
    file.durable = true;
    const int status = hv_save_write(file.stream, path, save, ram, error);
    struct hv_error ignored;
    return cli_file_close(&file, status == 0, status ? &ignored : error) || status ? -1 : 0;
}

int cli_save_machine(const struct cli_options *options, const struct hv_machine *machine, const struct hv_image *image,
                     size_t position, struct hv_error *error)
{
    const size_t taken = position - hv_machine_uart_waiting(machine);
    struct hv_save save = {.config = *hv_machine_config(machine),
                           .program = (char *)options->program,
                           .state = hv_state_new(hv_machine_config(machine)),
                           .input = (uint8_t *)image->input + taken,
                           .input_length = image->input_length - taken};
    if (!save.state)
        return hv_fail(error, "%s: out of memory", options->save.file);
    hv_machine_take(machine, save.state);
    const int status = cli_save_write(options->save.file, &save, hv_machine_ram(machine), error);
    hv_state_free(save.state);
    if (status == 0)
        cli_save_tell(options, hv_machine_counters(machine)->commits);
    return status;
}

void cli_save_tell(const struct cli_options *options, uint64_t commits)
{
    cli_failf("%s: saved after %" PRIu64 " records", options->save.file, commits);
}
