/* nestor gen: Verilog from a configuration. */
#include "cli/cli.h"
#include "rtlgen/board.h"
#include "rtlgen/rtlgen.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct gen {
    struct cli_configuration config;
    const char *program, *out, *diagram, *board, *constraints;
    bool core, classic, bus_errors, no_rvfi, force;
};

enum {
    KEY_CORE = 256,
    KEY_SOC,
    KEY_NO_RVFI,
    KEY_PROGRAM,
    KEY_FORCE,
    KEY_DIAGRAM,
    KEY_WISHBONE,
    KEY_BUS_ERRORS,
    KEY_BOARD,
    KEY_CONSTRAINTS
};

/* Options that do not go together. */
static void check_board(const struct gen *gen, const struct argp_state *state)
{
    if (gen->constraints && !gen->board)
        argp_failure(state, NESTOR_ERROR, 0, "--constraints: found without --board, whose pins they are");
    if (gen->board && (gen->core || gen->diagram))
        argp_failure(state, NESTOR_ERROR, 0, "--board: found with %s, expected one of them",
                     gen->core ? "--core" : "--diagram");
}

static void check(const struct gen *gen, const struct argp_state *state)
{
    const bool list = gen->board && strcmp(gen->board, "list") == 0;
    if (!gen->out && !gen->diagram && !gen->constraints && !list)
        argp_failure(state, NESTOR_ERROR, 0, "found no output directory, expected -o DIR");
    if (gen->program && !gen->out)
        argp_failure(state, NESTOR_ERROR, 0, "--program: found without an output directory, expected -o DIR");
    if (gen->classic && !gen->core)
        argp_failure(state, NESTOR_ERROR, 0, "--wishbone classic: found without --core, whose ports it is about");
    if (gen->bus_errors && !gen->core)
        argp_failure(state, NESTOR_ERROR, 0, "--bus-errors: found without --core, whose ports it is about");
    if (gen->core && gen->program)
        argp_failure(state, NESTOR_ERROR, 0, "--program: found with --core, which has no RAM");
    check_board(gen, state);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct gen *gen = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &gen->config;
        break;
    case 'o':
        gen->out = text;
        break;
    case KEY_CORE:
        gen->core = true;
        break;
    case KEY_SOC:
        gen->core = false;
        break;
    case KEY_WISHBONE:
        gen->classic = strcmp(text, "classic") == 0;
        if (!gen->classic && strcmp(text, "pipelined") != 0)
            argp_failure(state, NESTOR_ERROR, 0, "--wishbone: found '%s', expected pipelined or classic", text);
        break;
    case KEY_BUS_ERRORS:
        gen->bus_errors = true;
        break;
    case KEY_NO_RVFI:
        gen->no_rvfi = true;
        break;
    case KEY_DIAGRAM:
        gen->diagram = text;
        break;
    case KEY_PROGRAM:
        gen->program = text;
        break;
    case KEY_FORCE:
        gen->force = true;
        break;
    case KEY_BOARD:
        gen->board = text;
        break;
    case KEY_CONSTRAINTS:
        gen->constraints = text;
        break;
    case ARGP_KEY_ARG:
        argp_failure(state, NESTOR_ERROR, 0, "found '%s', expected only options", text);
        break;
    case ARGP_KEY_END:
        check(gen, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* RAM's words at power-on, to be freed. */
static uint32_t *ram_words(const struct hv_config *config, const struct hv_world *world)
{
    uint32_t *words = calloc(config->ram_bytes / 4, sizeof *words);
    for (size_t i = 0; words && i < world->count; i++)
        for (size_t j = 0; j < world->segments[i].length; j++) {
            const uint32_t at = (uint32_t)(world->segments[i].real - config->ram_base + j), shift = 8 * (at % 4);
            words[at / 4] = (words[at / 4] & ~(UINT32_C(0xff) << shift)) | (uint32_t)world->segments[i].bytes[j]
                                                                               << shift;
        }
    return words;
}

static int generate_with_program(const struct gen *gen, const struct hv_config *config, struct rtlgen_options *options,
                                 struct hv_error *error)
{
    struct hv_world world;
    if (hv_world_build(&world, config, gen->program, &(struct hv_world_options){.bare = true}, error))
        return -1;
    cli_warn(&world.warning);
    uint32_t *words = ram_words(config, &world);
    options->program = words;
    const int result = words ? rtlgen_generate(config, options, gen->out, error) : hv_fail(error, "out of memory");
    free(words);
    hv_world_free(&world);
    return result;
}

/* On a board time goes by in clocks; a program that measures with the default gets too good a score. */
static void tell_timebase(const struct hv_config *config)
{
    if (config->timebase == HV_TIMEBASE_COMMIT)
        cli_failf(
            "timebase = commit: mtime and mcycle count instructions, not clocks, as lockstep wants it; for a board "
            "give --set machine.timebase=clock");
}

/* Where RAM finds no room a script takes the core only, and the program would be missed on the board. */
static void tell_core_scripts(const struct hv_config *config, bool program)
{
    struct rtlgen_core_script script;
    char list[256] = "";
    size_t used = 0;
    bool without = false; /* without the program, or its second port, one of them would take all */
    for (size_t i = 0; used < sizeof list && rtlgen_core_script(config, program, i, &script); i++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s (up to 0x%" PRIx32 ")", i ? ", " : "",
                                 script.file, script.ram_limit);
        without |= config->ram_bytes <= script.ram_limit_without;
    }
    const char *way = !without                 ? ""
                      : !program               ? " or machine.ram_ports=1"
                      : config->ram_ports == 1 ? ", or leave --program out and load RAM yourself"
                                               : ", or machine.ram_ports=1 without --program, and load RAM yourself";
    if (used)
        cli_failf("0x%" PRIx32 " bytes of RAM%s are too many for %s: there -top is nestor_core, without RAM%s; for "
                  "nestor_soc give --set machine.ram_bytes=BYTES%s, or a part that holds it",
                  config->ram_bytes, program ? " with a program" : "", list, program ? " and program" : "", way);
}

static int write_diagram(const struct gen *gen, const struct hv_config *config, const struct rtlgen_options *options,
                         struct hv_error *error)
{
    struct cli_file file;
    struct hv_error second;
    if (cli_file_open(&file, gen->diagram, error))
        return -1;
    const int result = rtlgen_diagram(config, options, file.stream, error);
    if (cli_file_close(&file, result == 0, &second) && result == 0)
        return hv_fail(error, "%s", second.text);
    return result;
}

/* A line of the list: what of the machine is on the board, how much of its logic that takes, and what the board is. */
static int list_board(const char *name, struct hv_error *error)
{
    struct board board;
    struct hv_config config;
    struct board_clock clock;
    unsigned used, there;
    char share[16] = "?";
    if (board_read(&board, name, error) || board_config(&config, &board, NULL, NULL, 0, error) ||
        board_clock(&board, &clock, error))
        return -1;
    if (board_measured(name, &used, &there))
        snprintf(share, sizeof share, "%u %%", (100 * used + there / 2) / there);
    const bool large = config.ram_bytes >= 1 << 20;
    printf("%-19s %-8s %6" PRIu32 " %4" PRIu32 " %s %3u MHz %5s  %s\n", name, board.preset, config.depth,
           config.ram_bytes >> (large ? 20 : 10), large ? "MiB" : "KiB", (clock.hz + 500000) / 1000000, share,
           board.description);
    return 0;
}

static int list_boards(struct hv_error *error)
{
    printf("%-19s %-8s %6s %8s %7s %5s\n", "board", "preset", "levels", "RAM", "clock", "logic");
    for (unsigned i = 0; board_known(i); i++)
        if (list_board(board_known(i), error))
            return -1;
    return 0;
}

static int write_constraints(const struct gen *gen, const struct board *board, const struct hv_config *config,
                             struct hv_error *error)
{
    struct cli_file file;
    if (cli_file_open(&file, gen->constraints, error))
        return -1;
    board_write_constraints(board, config, file.stream);
    return cli_file_close(&file, true, error);
}

static void tell_windows(const struct board *board, const struct hv_config *config)
{
    const struct board_peripheral *peripheral;
    for (unsigned i = 0; i < config->windows; i++)
        if (board_device_of(board, &config->window[i], &peripheral) == BOARD_NOTHING)
            cli_failf("window %s: board %s has nothing for it: each access ends with err, an access fault",
                      config->window[i].name, board->name);
}

/* nestor_top for a board. */
static int generate_board(const struct gen *gen, struct hv_error *error)
{
    struct board board;
    struct hv_config config;
    if (strcmp(gen->board, "list") == 0)
        return list_boards(error);
    if (board_read(&board, gen->board, error))
        return -1;
    const struct cli_configuration *of = &gen->config;
    if (board_config(&config, &board, of->name, of->changes, of->count, error) ||
        (gen->constraints && write_constraints(gen, &board, &config, error)))
        return -1;
    if (!gen->out)
        return 0;
    tell_windows(&board, &config);
    struct rtlgen_options options = {.no_rvfi = true, .force = gen->force, .board = &board};
    if (gen->program)
        return generate_with_program(gen, &config, &options, error);
    return rtlgen_generate(&config, &options, gen->out, error);
}

static int generate(const struct gen *gen, struct hv_error *error)
{
    struct hv_config config;
    if (cli_config_read(&config, &gen->config, error) || hv_config_validate(&config, HV_FOR_HARDWARE, error))
        return -1;
    struct rtlgen_options options = {.core_only = gen->core,
                                     .classic = gen->classic,
                                     .bus_errors = gen->bus_errors,
                                     .no_rvfi = gen->no_rvfi,
                                     .force = gen->force};
    if (gen->diagram && write_diagram(gen, &config, &options, error))
        return -1;
    if (!gen->out)
        return 0;
    if (gen->program ? generate_with_program(gen, &config, &options, error)
                     : rtlgen_generate(&config, &options, gen->out, error))
        return -1;
    tell_timebase(&config);
    if (!gen->core)
        tell_core_scripts(&config, gen->program);
    return 0;
}

int nestor_gen(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"core", KEY_CORE, NULL, 0, "the processor alone, nestor_core", 0},
        {"soc", KEY_SOC, NULL, 0, "the processor with RAM, CLINT, UART and finisher, nestor_soc (default)", 0},
        {"wishbone", KEY_WISHBONE, "pipelined|classic", 0,
         "cycles of the ports of --core: pipelined with byte addresses (default), or classic with word addresses, as "
         "LiteX and FuseSoC have them: nestor_core_classic",
         0},
        {"bus-errors", KEY_BUS_ERRORS, NULL, 0,
         "the ports of --core have Wishbone's err, which is an access fault (nestor_soc has it with device windows)",
         0},
        {"no-rvfi", KEY_NO_RVFI, NULL, 0, "leave out the RVFI ports and what only they need", 0},
        {"program", KEY_PROGRAM, "ELF", 0, "what RAM holds at power-on, written to program.hex beside the Verilog", 0},
        {"board", KEY_BOARD, "NAME|FILE|list", 0,
         "the whole of a board: nestor_top with PLL, reset and serial line, constraints, and build.sh, which makes the "
         "bit stream; the configuration is the board's, unless --config gives another; list: the boards there are",
         0},
        {"constraints", KEY_CONSTRAINTS, "FILE", 0, "write the board's constraint file there; -o may be missing then",
         0},
        {"diagram", KEY_DIAGRAM, "FILE", 0,
         "write the block diagram, as text for Graphviz's dot; -o may be missing then", 0},
        {"output", 'o', "DIR", 0, "directory to write into; created if missing", 0},
        {"force", KEY_FORCE, NULL, 0, "overwrite or remove files there that were not generated, or changed since", 0},
        {0}};
    static const struct argp_child children[] = {{.argp = &cli_config_argp}, {0}};
    static const struct argp argp = {
        .options = options,
        .children = children,
        .parser = parse,
        .doc = "Generate the machine as Verilog-2005: a file per unit, their list nestor.f, scripts for synthesis, and "
               "README.md with the commands, ports and units. In a directory that holds an earlier generation, it "
               "replaces those files and removes what the new one does not have.\vExit status: 0; 125 for errors."};
    struct gen gen = {.config = {.name = NULL}};
    struct hv_error error;
    cli_parse(&argp, argc, argv, &gen);
    if (gen.board)
        return generate_board(&gen, &error) ? cli_fail(&error) : 0;
    if (!gen.config.name)
        gen.config.name = "default";
    return generate(&gen, &error) ? cli_fail(&error) : 0;
}
