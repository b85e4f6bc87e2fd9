/* nestor config: print, explain, validate and list configurations. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 1 << 16 };

struct config_arguments {
    const char *action;
    struct cli_configuration config;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct config_arguments *arguments = state->input;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &arguments->config;
    if (key != ARGP_KEY_ARG)
        return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
    if (state->arg_num == 0)
        arguments->action = text;
    else if (state->arg_num == 1)
        arguments->config.name = text;
    else
        argp_failure(state, NESTOR_ERROR, 0, "found a third argument '%s', expected at most two", text);
    return 0;
}

static int print(const struct hv_config *config)
{
    static char text[TEXT_SIZE];
    hv_config_print(config, text, sizeof text);
    fputs(text, stdout);
    return 0;
}

static int explain(const struct hv_config *config)
{
    static char text[TEXT_SIZE];
    hv_config_explain(config, text, sizeof text);
    fputs(text, stdout);
    return 0;
}

static int validate(const struct hv_config *config)
{
    char hash[17];
    struct hv_error error;
    if (hv_config_validate(config, HV_FOR_MODEL, &error))
        return cli_fail(&error);
    hv_config_hash(config, hash);
    if (hv_config_validate(config, HV_FOR_HARDWARE, &error))
        printf("%s: valid for the model, not for hardware (%s); hash %s\n", config->name, error.text, hash);
    else
        printf("%s: valid for model and hardware; hash %s\n", config->name, hash);
    return 0;
}

static int list(void)
{
    for (unsigned i = 0; hv_config_preset(i); i++) {
        char purpose[HV_CONFIG_PURPOSE];
        printf("%-9s %s\n", hv_config_preset(i), hv_config_preset_purpose(i, purpose));
    }
    return 0;
}

int nestor_config(int argc, char **argv)
{
    static const struct argp_child children[] = {{.argp = &cli_config_argp}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .children = children,
        .args_doc = "[ACTION [NAME|FILE]]",
        .doc = "Show a configuration: a preset's name, or a file (a name with '/' or '.'). Default: print default.\v"
               "Actions:\n"
               "  print      every key and its value, in canonical form\n"
               "  explain    the same with each key's meaning and range\n"
               "  validate   check it, for the model and for hardware\n"
               "  list       the presets, each with what it is for"};
    static const struct {
        const char *name;
        int (*act)(const struct hv_config *);
    } actions[] = {{"print", print}, {"explain", explain}, {"validate", validate}};
    struct config_arguments arguments = {"print", {0}};
    cli_parse(&argp, argc, argv, &arguments);
    if (strcmp(arguments.action, "list") == 0)
        return arguments.config.name || arguments.config.count
                   ? cli_failf("config list: found a configuration or --set, expected none")
                   : list();
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(arguments.action, actions[i].name) == 0) {
            struct hv_config config;
            struct hv_error error;
            if (!arguments.config.name)
                arguments.config.name = "default";
            return cli_config_read(&config, &arguments.config, &error) ? cli_fail(&error) : actions[i].act(&config);
        }
    return cli_failf("config: found action '%s', expected print, explain, validate or list", arguments.action);
}
