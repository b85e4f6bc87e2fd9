/* nestor board: a program on a board that has the loader, over the serial line. The options, and what each action does.
 */
#include "cli/board.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

enum action { LOAD, RUN, COUNTERS, BENCH, ACTIONS };
static const char *const action_names[ACTIONS] = {"load", "run", "counters", "bench"};

struct board_command {
    struct cli_configuration config;
    struct hv_world_options world;
    enum action action;
    bool has_action, json;
    const char *board, *port, *depth;
    char **programs;
    size_t program_count;
    unsigned first_depth, last_depth;
    double wait;
    struct board description;
    struct board_session session;
};

enum { KEY_DEPTH = 256, KEY_BOARD, KEY_PORT, KEY_WAIT, KEY_COUNTERS, KEY_JSON };

static void check(const struct board_command *c, const struct argp_state *state)
{
    if (!c->has_action)
        argp_failure(state, NESTOR_ERROR, 0, "found no action, expected load, run, counters or bench");
    if (!c->program_count)
        argp_failure(state, NESTOR_ERROR, 0, "found no program, expected PROGRAM.elf (see --help)");
    if (c->program_count > 1 && c->action != BENCH)
        argp_failure(state, NESTOR_ERROR, 0, "found a second program '%s', expected one: only bench takes more",
                     c->programs[1]);
    if (!c->port)
        argp_failure(state, NESTOR_ERROR, 0, "found no --port, expected the board's serial port, /dev/ttyUSB1, say");
    if (!c->board)
        argp_failure(state, NESTOR_ERROR, 0, "found no --board, expected the board whose bit stream it has");
    if (c->json && c->action != COUNTERS && c->action != BENCH)
        argp_failure(state, NESTOR_ERROR, 0, "--json: found with %s, expected counters or bench",
                     action_names[c->action]);
    if (c->world.tell_counters && c->action != RUN)
        argp_failure(state, NESTOR_ERROR, 0, "--counters: found with %s, expected run", action_names[c->action]);
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

/* N, or for bench A-B. Without: 0; counters are there from 1 on; bench takes 0 to 4, or as many as there are. */
static void set_depths(struct board_command *c, const struct argp_state *state)
{
    char first[16];
    const char *dash = c->depth ? strchr(c->depth, '-') : NULL;
    c->first_depth = c->action == COUNTERS;
    c->last_depth = c->action == BENCH ? HV_MAX_DEPTH : c->first_depth;
    if (!c->depth)
        return;
    if (!dash || c->action != BENCH || dash - c->depth >= (int)sizeof first) {
        c->first_depth = c->last_depth = (unsigned)cli_number("depth", c->depth, HV_MAX_DEPTH, state);
        return;
    }
    snprintf(first, sizeof first, "%.*s", (int)(dash - c->depth), c->depth);
    c->first_depth = (unsigned)cli_number("depth", first, HV_MAX_DEPTH, state);
    c->last_depth = (unsigned)cli_number_from("depth", dash + 1, c->first_depth, HV_MAX_DEPTH, state);
}

static void take_arguments(struct board_command *c, struct argp_state *state)
{
    char **arguments = state->argv + state->next;
    for (enum action i = 0; i < ACTIONS; i++)
        if (strcmp(arguments[0], action_names[i]) == 0) {
            c->action = i;
            c->has_action = true;
        }
    if (!c->has_action)
        argp_failure(state, NESTOR_ERROR, 0, "found action '%s', expected load, run, counters or bench", arguments[0]);
    c->programs = arguments + 1;
    c->program_count = (size_t)(state->argc - state->next - 1);
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
        c->depth = text;
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
    case KEY_JSON:
        c->json = true;
        return 0;
    case KEY_WAIT:
        c->wait = wait_of(text, state);
        return 0;
    case ARGP_KEY_ARGS:
        take_arguments(c, state);
        return 0;
    case ARGP_KEY_END:
        set_depths(c, state);
        check(c, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- The command ---- */

static int check_counters(struct board_command *c, struct hv_error *error)
{
    const char *found = c->first_depth == 0                    ? "depth 0"
                        : c->session.machine.counter_bits == 0 ? "a machine with counter_bits = 0"
                                                               : NULL;
    if (!found)
        return 0;
    return hv_fail(error, "%s: found %s, expected %s", c->action == RUN ? "--counters" : "counters", found,
                   c->first_depth == 0 ? "--depth of 1 or more: level 0's monitor reads them"
                                       : "one that has the associator's counters");
}

static int prepare(struct board_command *c, struct hv_error *error)
{
    struct hv_config *machine = &c->session.machine;
    if (board_read(&c->description, c->board, error) ||
        board_config(machine, &c->description, c->config.name, c->config.changes, c->config.count, error))
        return -1;
    if (!c->depth && c->last_depth > machine->depth)
        c->last_depth = machine->depth;
    if (!c->depth && c->last_depth > 4)
        c->last_depth = 4;
    if (c->last_depth > machine->depth || c->first_depth > machine->depth)
        return hv_fail(error, "--depth: found %u, expected at most %u, the depth of configuration %s", c->last_depth,
                       machine->depth, machine->name);
    c->world.depth = c->first_depth;
    if (c->action == COUNTERS)
        c->world.tell_counters = true;
    if (c->action == BENCH && machine->timebase != HV_TIMEBASE_CLOCK)
        return hv_fail(error, "bench: found timebase = commit, expected clock: mcycle and mtime are to count clocks");
    return c->world.tell_counters ? check_counters(c, error) : 0;
}

/* run and counters, after the load. */
static int run(struct board_command *c)
{
    const char *program = c->programs[0];
    struct board_end end;
    board_console(&c->session, program, c->action == COUNTERS ? stderr : stdout, &end);
    if (!end.finished && !end.halted)
        return end.status;
    if (c->world.tell_counters && !end.has_counters)
        return cli_failf("%s: found no counters before the end, expected them from level 0's monitor", program);
    if (c->action == COUNTERS && board_print_counters(&c->session, program, c->world.depth, &end, c->json))
        return NESTOR_ERROR;
    if (c->action == RUN && c->world.tell_counters)
        board_tell_counters(&c->session, &end);
    return end.status;
}

static int load_and_run(struct board_command *c, struct hv_error *error)
{
    struct hv_world world;
    if (hv_world_build(&world, &c->session.machine, c->programs[0], &c->world, error))
        return cli_fail(error);
    cli_warn(&world.warning);
    int status;
    if (loader_open(&c->session.loader, c->port, c->description.baud, c->wait, error))
        status = cli_fail(error);
    else {
        status = board_load(&c->session, &world, c->programs[0], error) ? cli_fail(error) : 0;
        if (status == 0 && c->action != LOAD)
            status = run(c);
        loader_close(&c->session.loader);
    }
    hv_world_free(&world);
    return status;
}

static int bench(struct board_command *c, struct hv_error *error)
{
    const struct board_bench of = {.programs = c->programs,
                                   .count = c->program_count,
                                   .world = c->world,
                                   .first_depth = c->first_depth,
                                   .last_depth = c->last_depth,
                                   .json = c->json};
    if (loader_open(&c->session.loader, c->port, c->description.baud, c->wait, error))
        return cli_fail(error);
    const int status = board_bench(&c->session, &of);
    loader_close(&c->session.loader);
    return status;
}

int nestor_board(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"port", KEY_PORT, "PATH", 0, "the board's serial port", 0},
        {"board", KEY_BOARD, "NAME|FILE", 0,
         "the board, as for gen --board; --config and --set as the bit stream had them", 0},
        {"depth", KEY_DEPTH, "N", 0,
         "run the program N virtual machines deep (default: 0; counters: 1); bench: N or A-B (default: 0-4)", 0},
        {"counters", KEY_COUNTERS, NULL, 0,
         "run, with a depth of 1 or more: what the board's associator has counted, read by level 0's monitor at the "
         "end",
         0},
        {"json", KEY_JSON, NULL, 0, "counters: a JSON object; bench: one a line", 0},
        {"wait", KEY_WAIT, "SECONDS", 0, "time for an answer, until the question is repeated (default: 1)", 0},
        {0}};
    static const struct argp_child children[] = {
        {.argp = &cli_config_argp, .group = 1}, {.argp = &cli_world_argp}, {0}};
    static const struct argp argp = {
        .options = options,
        .children = children,
        .parser = parse,
        .args_doc = "load PROGRAM.elf\nrun PROGRAM.elf\ncounters PROGRAM.elf\nbench PROGRAM.elf...",
        .doc = "Load a program into a board that has the loader, which `gen --board` without --program gives it, and "
               "start it. run passes the console through until the program ends. counters does the same, with the "
               "program's console on stderr, and prints what the board has counted. bench runs programs at each depth "
               "and prints the table of `demo`, as the board has measured it, and the model's figures beside it.\v"
               "Exit status: of run and counters, the program's own; of bench, 0, or 1 when a program has failed or "
               "has not printed what it prints on the model; 125 for errors of Nestor, and for a program that waits "
               "for ever; 130 after Ctrl-C."};
    struct board_command c = {.wait = 1};
    struct hv_error error;
    cli_parse(&argp, argc, argv, &c);
    c.session.port = c.port;
    if (prepare(&c, &error))
        return cli_fail(&error);
    cli_interrupt_catch();
    const int status = c.action == BENCH ? bench(&c, &error) : load_and_run(&c, &error);
    return cli_interrupted() ? NESTOR_INTERRUPTED : status;
}
