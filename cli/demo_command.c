/* nestor demo: its options; cli/demo.c does it. */
#include "cli/cli.h"
#include "cli/demo.h"

struct demo_arguments {
    struct cli_configuration config;
    char **programs;
    unsigned count;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct demo_arguments *arguments = state->input;
    (void)text;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->config;
        break;
    case ARGP_KEY_ARGS:
        arguments->programs = state->argv + state->next;
        arguments->count = (unsigned)(state->argc - state->next);
        break;
    case ARGP_KEY_END:
        if (arguments->count == 0)
            argp_failure(state, NESTOR_ERROR, 0, "found no program, expected TABLE2.elf (see --help)");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int nestor_demo(int argc, char **argv)
{
    static const struct argp_child children[] = {{.argp = &cli_config_argp}, {0}};
    static const struct argp argp = {
        .children = children,
        .parser = parse,
        .args_doc = "TABLE2.elf [WORKLOAD.elf...]",
        .doc = "Run the paper's Table II, then each workload at depth 0 to 4, in lockstep; print the tables. The "
               "configuration is that of the workloads.\v"
               "Exit status: 0 if all passed, 1 if not, 125 for errors."};
    struct demo_arguments arguments = {.config = {.name = "default"}};
    cli_parse(&argp, argc, argv, &arguments);
    struct hv_config config;
    struct hv_error error;
    if (cli_config_read(&config, &arguments.config, &error))
        return cli_fail(&error);
    const int result = demo_run(&config, arguments.programs, arguments.count, &error);
    return result < 0 ? cli_fail(&error) : result;
}
