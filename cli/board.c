/* nestor board: a program on a board that has the loader, over the serial line. */
#include "rtlgen/board.h"
#include "cli/cli.h"
#include "cli/loader.h"
#include "sim/files.h"
#include "software/loader/protocol.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct board_command {
    struct cli_configuration config;
    struct hv_world_options world;
    const char *action, *program, *board, *port;
    double wait;
    struct loader loader;
    struct board description;
    struct hv_config machine;
};

enum { KEY_DEPTH = 256, KEY_BOARD, KEY_PORT, KEY_WAIT };

static void check(const struct board_command *c, const struct argp_state *state)
{
    if (!c->action || (strcmp(c->action, "load") != 0 && strcmp(c->action, "run") != 0))
        argp_failure(state, NESTOR_ERROR, 0, "found action '%s', expected load or run", c->action ? c->action : "");
    if (!c->program)
        argp_failure(state, NESTOR_ERROR, 0, "found no program, expected PROGRAM.elf (see --help)");
    if (!c->port)
        argp_failure(state, NESTOR_ERROR, 0, "found no --port, expected the board's serial port, /dev/ttyUSB1, say");
    if (!c->board)
        argp_failure(state, NESTOR_ERROR, 0, "found no --board, expected the board whose bit stream it has");
}

static double wait_of(const char *text, const struct argp_state *state)
{
    char *end;
    const double wait = strtod(text, &end);
    if (end == text || *end || !(wait >= 0.01 && wait <= 3600))
        argp_failure(state, NESTOR_ERROR, 0, "--wait: found '%s', expected seconds from 0.01 to 3600", text);
    return wait;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct board_command *c = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &c->config;
        state->child_inputs[1] = &c->world;
        return 0;
    case KEY_DEPTH:
        c->world.depth = (unsigned)cli_number("depth", text, HV_MAX_DEPTH, state);
        return 0;
    case KEY_BOARD:
        c->board = text;
        return 0;
    case KEY_PORT:
        c->port = text;
        return 0;
    case KEY_WAIT:
        c->wait = wait_of(text, state);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_failure(state, NESTOR_ERROR, 0, "found a third argument '%s', expected an action and a program", text);
        *(state->arg_num ? &c->program : &c->action) = text;
        return 0;
    case ARGP_KEY_END:
        check(c, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- Loading ---- */

/* RAM as it is to be, and where its contents end. */
static uint8_t *make_image(const struct hv_config *config, const struct hv_world *world, uint32_t *end)
{
    uint8_t *image = calloc(config->ram_bytes, 1);
    for (size_t i = 0; image && i < world->count; i++)
        memcpy(image + (world->segments[i].real - config->ram_base), world->segments[i].bytes,
               world->segments[i].length);
    *end = config->ram_bytes;
    while (image && *end && !image[*end - 1])
        --*end;
    return image;
}

static bool is_clear(const uint8_t *bytes, uint32_t length)
{
    while (length && !*bytes)
        bytes++, length--;
    return length == 0;
}

static void show(uint32_t done, uint32_t of, double begin)
{
    if (!isatty(STDERR_FILENO))
        return;
    const double seconds = cli_now() - begin;
    fprintf(stderr, "\r%3u %%  %" PRIu32 " of %" PRIu32 " bytes, %.0f s to go\033[K", (unsigned)(100.0 * done / of),
            done, of, done ? seconds * (of - done) / done : 0.0);
    if (done == of)
        fputs("\r\033[K", stderr);
}

/* Blocks that hold anything; the rest has been cleared. */
static int send_image(struct board_command *c, const uint8_t *image, uint32_t end, struct hv_error *error)
{
    const double begin = cli_now();
    uint32_t bytes = 0;
    for (uint32_t at = 0; at < end; at += LOADER_BLOCK) {
        const uint32_t length = end - at < LOADER_BLOCK ? end - at : LOADER_BLOCK;
        if (is_clear(image + at, length))
            continue;
        if (loader_write(&c->loader, c->machine.ram_base + at, image + at, length, error))
            return -1;
        bytes += length;
        show(at + length, end, begin);
    }
    fprintf(stderr, "nestor: %s: %" PRIu32 " bytes in %.1f s, %u requests repeated\n", c->port, bytes,
            cli_now() - begin, c->loader.repeated);
    return 0;
}

static int check_machine(const struct board_command *c, const struct loader_info *info, uint32_t end,
                         struct hv_error *error)
{
    const struct hv_config *config = &c->machine;
    if (info->ram_base != config->ram_base || info->ram_end != config->ram_base + config->ram_bytes)
        return hv_fail(error,
                       "%s: found a machine with RAM from 0x%08" PRIx32 " to 0x%08" PRIx32 ", expected 0x%08" PRIx32
                       " to 0x%08" PRIx32 ", that of configuration %s",
                       c->port, info->ram_base, info->ram_end, config->ram_base, config->ram_base + config->ram_bytes,
                       config->name);
    if (end > info->free_end - info->ram_base)
        return hv_fail(error,
                       "%s: does not fit: contents up to 0x%08" PRIx32 ", expected at most 0x%08" PRIx32
                       ", from where on the loader is",
                       c->program, config->ram_base + end, info->free_end);
    return 0;
}

static int load(struct board_command *c, const uint8_t *image, uint32_t end, struct hv_error *error)
{
    struct loader_info info;
    if (loader_ask(&c->loader, &info, error) || check_machine(c, &info, end, error) ||
        loader_clear(&c->loader, info.ram_base, info.free_end - info.ram_base, error) ||
        send_image(c, image, end, error))
        return -1;
    return loader_start(&c->loader, c->machine.reset_vector, error);
}

/* ---- Running: the console, until nestor_end tells of the end ---- */

enum { MARK = sizeof LOADER_END_FINISHED - 1, MESSAGE = MARK + 2 };

/* Bytes that may be the beginning of the end's message are held back. */
struct console {
    uint8_t held[MESSAGE];
    size_t count;
};

static bool may_be_end(const struct console *c)
{
    const size_t n = c->count < MARK ? c->count : MARK;
    if (memcmp(c->held, LOADER_END_FINISHED, n) != 0 && memcmp(c->held, LOADER_END_HALTED, n) != 0)
        return false;
    return c->count < MESSAGE || (c->held[MARK] ^ c->held[MARK + 1]) == 0xff;
}

/* True: that was the end. */
static bool take(struct console *c, uint8_t byte)
{
    c->held[c->count++] = byte;
    while (c->count && !may_be_end(c)) {
        putchar(c->held[0]);
        memmove(c->held, c->held + 1, --c->count);
    }
    return c->count == MESSAGE;
}

/* What stands at our standard input goes to the board. */
static bool pass_input(const struct loader *l, bool open)
{
    struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};
    uint8_t byte;
    if (!open || poll(&polled, 1, 0) <= 0)
        return open;
    if (read(STDIN_FILENO, &byte, 1) != 1)
        return false;
    while (write(l->file, &byte, 1) < 0 && (errno == EAGAIN || errno == EINTR))
        poll(&(struct pollfd){.fd = l->file, .events = POLLOUT}, 1, 100);
    return true;
}

static int run_console(struct board_command *c)
{
    struct console console = {.count = 0};
    bool input = true;
    for (;;) {
        const int byte = loader_byte(&c->loader, 0.02);
        if (cli_interrupted())
            return cli_failf("%s: interrupted; the board goes on until its button is pressed", c->program),
                   NESTOR_INTERRUPTED;
        if (byte == -2)
            return cli_failf("%s: the port is gone", c->port);
        if (byte >= 0 && take(&console, (uint8_t)byte))
            break;
        if (byte < 0 || byte == '\n')
            fflush(stdout);
        input = pass_input(&c->loader, input);
    }
    fflush(stdout);
    if (memcmp(console.held, LOADER_END_HALTED, MARK) == 0)
        return cli_failf("%s: waits for ever: a WFI at level 0 that nothing can wake", c->program);
    return console.held[MARK];
}

/* ---- The command ---- */

static int prepare(struct board_command *c, struct hv_error *error)
{
    if (board_read(&c->description, c->board, error) ||
        board_config(&c->machine, &c->description, c->config.name, c->config.changes, c->config.count, error))
        return -1;
    if (c->world.depth > c->machine.depth)
        return hv_fail(error, "--depth: found %u, expected at most %u, the depth of configuration %s", c->world.depth,
                       c->machine.depth, c->machine.name);
    return 0;
}

static int act(struct board_command *c, const uint8_t *image, uint32_t end, struct hv_error *error)
{
    if (loader_open(&c->loader, c->port, c->description.baud, c->wait, error))
        return cli_fail(error);
    cli_interrupt_catch();
    int status = load(c, image, end, error) ? cli_fail(error) : 0;
    if (status == 0 && strcmp(c->action, "run") == 0)
        status = run_console(c);
    loader_close(&c->loader);
    return status;
}

int nestor_board(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"port", KEY_PORT, "PATH", 0, "the board's serial port", 0},
        {"board", KEY_BOARD, "NAME|FILE", 0,
         "the board, as for gen --board; --config and --set as the bit stream had them", 0},
        {"depth", KEY_DEPTH, "N", 0, "run the program N virtual machines deep (default: 0)", 0},
        {"wait", KEY_WAIT, "SECONDS", 0, "time for an answer, until the question is repeated (default: 1)", 0},
        {0}};
    static const struct argp_child children[] = {
        {.argp = &cli_config_argp, .group = 1}, {.argp = &cli_world_argp}, {0}};
    static const struct argp argp = {
        .options = options,
        .children = children,
        .parser = parse,
        .args_doc = "load|run PROGRAM.elf",
        .doc =
            "Load a program into a board that has the loader, which `gen --board` without --program gives it, and "
            "start "
            "it. run passes the console through until the program ends.\v"
            "Exit status: of run, the program's own; 125 for errors of Nestor, and for a program that waits for ever; "
            "130 after Ctrl-C."};
    struct board_command c = {.wait = 1};
    struct hv_world world;
    struct hv_error error;
    uint32_t end;
    cli_parse(&argp, argc, argv, &c);
    if (prepare(&c, &error) || hv_world_build(&world, &c.machine, c.program, &c.world, &error))
        return cli_fail(&error);
    cli_warn(&world.warning);
    uint8_t *image = make_image(&c.machine, &world, &end);
    const int status = image ? act(&c, image, end, &error) : cli_failf("out of memory");
    free(image);
    hv_world_free(&world);
    return status;
}
