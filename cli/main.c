/* The command `nestor`: picks the subcommand. */
#include "cli/cli.h"
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
    fputs("\n  --help     this list; nestor COMMAND --help tells of a command\n"
          "  --version  the version\n\n"
          "Nestor's own errors are one line on stderr and exit status 125.\n",
          stdout);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return cli_failf("found no command, expected one (see nestor --help)");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "-?") == 0) {
        print_help();
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("nestor " NESTOR_VERSION);
        return 0;
    }
    const struct command *command = find(argv[1]);
    if (!command)
        return cli_failf(
            "found command '%s', expected gen, run, cosim, fuzz, replay, world, config or demo (see nestor --help)",
            argv[1]);
    char *name = hv_text("nestor %s", command->name);
    if (!name)
        return cli_failf("out of memory");
    argv[1] = name;
    const int status = command->run(argc - 1, argv + 1);
    free(name);
    return status;
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
