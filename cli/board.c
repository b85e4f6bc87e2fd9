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

enum { KEY_DEPTH = 256, KEY_BOARD, KEY_PORT, KEY_WAIT, KEY_COUNTERS };

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
    const bool decimal = *text && strspn(text, "0123456789.") == strlen(text);
    if (!decimal || *end || !(wait >= 0.01 && wait <= 3600))
        argp_failure(state, NESTOR_ERROR, 0, "--wait: found '%s', expected a number from 0.01 to 3600, of seconds",
                     text);
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
    case KEY_COUNTERS:
        c->world.tell_counters = true;
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

/* What the board says between the program's bytes: how it begins, how long it is, and whether it is whole. */
enum message { FINISHED, HALTED, COUNTERS, MESSAGES };
enum { MARK = 3, COUNTER_WORDS = 2 * LOADER_COUNTER_COUNT, LONGEST = MARK + 4 * (COUNTER_WORDS + 1) };

static uint32_t word_of(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool end_is_whole(const uint8_t *bytes)
{
    return (bytes[MARK] ^ bytes[MARK + 1]) == 0xff;
}

static bool counters_are_whole(const uint8_t *bytes)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i <= COUNTER_WORDS; i++)
        sum += word_of(bytes + MARK + 4 * i);
    return sum == UINT32_MAX;
}

static const struct {
    uint8_t mark[MARK];
    size_t length;
    bool (*is_whole)(const uint8_t *);
} messages[MESSAGES] = {
    [FINISHED] = {LOADER_END_FINISHED, MARK + 2, end_is_whole},
    [HALTED] = {LOADER_END_HALTED, MARK + 2, end_is_whole},
    [COUNTERS] = {{LOADER_COUNTERS & 0xff, LOADER_COUNTERS >> 8 & 0xff, LOADER_COUNTERS >> 16},
                  LONGEST,
                  counters_are_whole},
};

/* Bytes that may be the beginning of a message are held back. */
struct console {
    uint8_t held[LONGEST];
    size_t count;
    bool has_counters;
    uint64_t counters[LOADER_COUNTER_COUNT]; /* of mhpmcounter3 on */
};

/* The message that the held bytes are, or may become; MESSAGES: none. */
static enum message message_of(const struct console *c)
{
    for (enum message i = 0; i < MESSAGES; i++)
        if (memcmp(c->held, messages[i].mark, c->count < MARK ? c->count : MARK) == 0 &&
            (c->count < messages[i].length || messages[i].is_whole(c->held)))
            return i;
    return MESSAGES;
}

static void keep_counters(struct console *c)
{
    c->has_counters = true;
    for (unsigned i = 0; i < LOADER_COUNTER_COUNT; i++)
        c->counters[i] = word_of(c->held + MARK + 8 * i) | (uint64_t)word_of(c->held + MARK + 8 * i + 4) << 32;
    c->count = 0;
}

/* True: that was the end, which is held. */
static bool take(struct console *c, uint8_t byte)
{
    c->held[c->count++] = byte;
    while (c->count && message_of(c) == MESSAGES) {
        putchar(c->held[0]);
        memmove(c->held, c->held + 1, --c->count);
    }
    const enum message message = c->count ? message_of(c) : MESSAGES;
    if (message == MESSAGES || c->count < messages[message].length)
        return false;
    if (message != COUNTERS)
        return true;
    keep_counters(c);
    return false;
}

/* As cosim tells it, of the hardware's own counters. */
static int print_counters(const struct board_command *c, const struct console *console)
{
    enum {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) COUNTER_##name = hpm - LOADER_FIRST_COUNTER,
#include "isa/counters.def"
    };
    if (!console->has_counters)
        return cli_failf("%s: found no counters before the end, expected them from level 0's monitor", c->program);
    const uint64_t accesses = console->counters[COUNTER_accesses], misses = console->counters[COUNTER_misses];
    fprintf(stderr, "nestor: %s: the board's counters:", c->port);
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    fprintf(stderr, " %s %" PRIu64 ",", #name, console->counters[hpm - LOADER_FIRST_COUNTER]);
#include "isa/counters.def"
    fprintf(stderr, " hit rate %.3f %%\n", accesses ? 100.0 * (double)(accesses - misses) / (double)accesses : 0.0);
    return 0;
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
    if (c->world.tell_counters && print_counters(c, &console))
        return NESTOR_ERROR;
    if (message_of(&console) == HALTED)
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
    if (c->world.tell_counters &&
        (c->world.depth == 0 || c->machine.counter_bits == 0 || strcmp(c->action, "run") != 0))
        return hv_fail(error, "--counters: found %s, expected %s",
                       strcmp(c->action, "run") != 0  ? "with load"
                       : c->machine.counter_bits == 0 ? "a machine with counter_bits = 0"
                                                      : "depth 0",
                       strcmp(c->action, "run") != 0  ? "run"
                       : c->machine.counter_bits == 0 ? "one that has the associator's counters"
                                                      : "--depth of 1 or more: level 0's monitor reads them");
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
        {"counters", KEY_COUNTERS, NULL, 0,
         "run, with a depth of 1 or more: what the board's associator has counted, read by level 0's monitor at the "
         "end",
         0},
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
