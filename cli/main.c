/* The command `nestor`: picks the subcommand. */
#include "cli/cli.h"
#include "nestor_commit.h"
#include "rtlgen/rtlgen.h"
#include "sim/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
    {"gen", nestor_gen, "generate Verilog from a configuration"},
    {"run", nestor_run, "run a program on the model"},
    {"cosim", nestor_cosim, "run a program on model and Verilog in lockstep"},
    {"fuzz", nestor_fuzz, "run random nested worlds in lockstep, shrink and save what fails"},
    {"replay", nestor_replay, "run a world that fuzz has saved"},
    {"world", nestor_world, "the tree of virtual machines of a running program, as text or as a picture"},
    {"measure", nestor_measure, "how the associator serves programs, for every depth and geometry"},
    {"sweep", nestor_sweep, "measure programs at every depth in every configuration, and report"},
    {"report", nestor_report, "plots of results, as a page and as pictures"},
    {"trace", nestor_trace, "record a program's references as a trace, or convert a trace"},
    {"board", nestor_board, "load a program into a board over its serial line, and run it there"},
    {"config", nestor_config, "print, explain, validate and list configurations"},
    {"demo", nestor_demo, "Table II of the paper, and the workloads at every depth in lockstep"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void)
{
    fputs("Usage: nestor COMMAND [OPTION...] [ARGUMENT...]\n"
          "Goldberg's Hardware Virtualizer as a RISC-V extension: one configuration, a model and the Verilog.\n\n",
          stdout);
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\n  help COMMAND, or COMMAND --help, tells of a command; --version prints the version\n\n"
          "Nestor's own errors are one line on stderr that begins with \"nestor\", and exit status 125.\n",
          stdout);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    char *name = hv_text("nestor %s", command->name);
    if (!name)
        return cli_failf("out of memory");
    argv[0] = name;
    const int status = command->run(argc, argv);
    free(name);
    return status;
}

static int unknown(const char *word)
{
    char names[256] = "";
    for (size_t i = 0, used = 0; i < COMMANDS && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", commands[i].name);
    return cli_failf("found command '%s', expected one of: %s (see nestor --help)", word, names);
}

/* argv[0] is "help". */
static int help(int argc, char **argv)
{
    if (argc > 2)
        return cli_failf("help: found a second command '%s', expected one", argv[2]);
    if (argc < 2) {
        print_help();
        return 0;
    }
    const struct command *command = find(argv[1]);
    return command ? run_command(command, 2, (char *[]){argv[0], (char[]){"--help"}, NULL}) : unknown(argv[1]);
}

static int run(int argc, char **argv)
{
    static const char *const help_words[] = {"--help", "-h", "-?", NULL}, *const version_words[] = {"--version", "-V",
                                                                                                    NULL};
    if (argc < 2)
        return cli_failf("found no command, expected one (see nestor --help)");
    const bool asks_help = is_one_of(argv[1], help_words), asks_version = is_one_of(argv[1], version_words);
    if (asks_help || strcmp(argv[1], "help") == 0)
        return help(argc - 1, argv + 1);
    if (asks_version && argc > 2)
        return cli_failf("%s: found argument '%s', expected none", argv[1], argv[2]);
    if (asks_version) {
        puts(cli_version());
        return 0;
    }
    const struct command *command = find(argv[1]);
    return command ? run_command(command, argc - 1, argv + 1) : unknown(argv[1]);
}

const char *cli_version(void)
{
    return *NESTOR_COMMIT ? "nestor " NESTOR_VERSION " (" NESTOR_COMMIT ")" : "nestor " NESTOR_VERSION;
}

/* argp ends the process by itself after --help: results that could not be written are an error then too. */
static void close_stdout(void)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
        fprintf(stderr, "nestor: standard output: cannot write: %s\n", strerror(errno));
        _exit(NESTOR_ERROR);
    }
}

int main(int argc, char **argv)
{
    atexit(close_stdout);
    return run(argc, argv);
}
