/* nestor gen: Verilog from a configuration. */
#include "cli/cli.h"
#include "rtlgen/rtlgen.h"
#include "sim/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM_HEX "program.hex"

struct gen {
    const char *config_name, *program, *out;
    bool core, no_rvfi;
};

enum { KEY_CORE = 256, KEY_SOC, KEY_NO_RVFI, KEY_PROGRAM };

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct gen *gen = state->input;
    switch (key) {
    case 'c':
        gen->config_name = text;
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
    case KEY_NO_RVFI:
        gen->no_rvfi = true;
        break;
    case KEY_PROGRAM:
        gen->program = text;
        break;
    case ARGP_KEY_ARG:
        argp_failure(state, NESTOR_ERROR, 0, "found '%s', expected only options", text);
        break;
    case ARGP_KEY_END:
        if (!gen->out)
            argp_failure(state, NESTOR_ERROR, 0, "found no output directory, expected -o DIR");
        if (gen->core && gen->program)
            argp_failure(state, NESTOR_ERROR, 0, "--program: found with --core, which has no RAM");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* RAM as $readmemh takes it: one 32-bit word a line. */
static int write_hex(const struct hv_config *config, const struct hv_world *world, FILE *out, struct hv_error *error)
{
    uint32_t *words = calloc(config->ram_bytes / 4, sizeof *words);
    if (!words)
        return hv_fail(error, "out of memory");
    for (size_t i = 0; i < world->count; i++)
        for (size_t j = 0; j < world->segments[i].length; j++) {
            const uint32_t at = (uint32_t)(world->segments[i].real - config->ram_base + j), shift = 8 * (at % 4);
            words[at / 4] = (words[at / 4] & ~(UINT32_C(0xff) << shift)) | (uint32_t)world->segments[i].bytes[j]
                                                                               << shift;
        }
    for (uint32_t i = 0; i < config->ram_bytes / 4; i++)
        fprintf(out, "%08" PRIx32 "\n", words[i]);
    free(words);
    return fflush(out) == 0 && !ferror(out) ? 0 : hv_fail(error, PROGRAM_HEX ": cannot write: %s", strerror(errno));
}

/* Verilog and program: the program is there, under a temporary name, before any Verilog is. */
static int generate_with_program(const struct gen *gen, const struct hv_config *config,
                                 const struct rtlgen_options *options, struct hv_error *error)
{
    struct hv_world world;
    if (hv_world_build(&world, config, gen->program, &(struct hv_world_options){0}, error))
        return -1;
    cli_warn(&world.warning);
    const bool made = mkdir(gen->out, 0777) == 0;
    char *path = hv_text("%s/" PROGRAM_HEX, gen->out);
    struct cli_file file;
    int result = path ? cli_file_open(&file, path, error) : hv_fail(error, "out of memory");
    if (result == 0) {
        result = write_hex(config, &world, file.stream, error);
        if (result == 0)
            result = rtlgen_generate(config, options, gen->out, error);
        struct hv_error second;
        if (cli_file_close(&file, result == 0, &second) && result == 0)
            result = hv_fail(error, "%s", second.text);
    }
    if (result && made)
        rmdir(gen->out);
    free(path);
    hv_world_free(&world);
    return result;
}

static int generate(const struct gen *gen, struct hv_error *error)
{
    struct hv_config config;
    if (hv_config_read(&config, gen->config_name, error) || hv_config_validate(&config, HV_FOR_HARDWARE, error))
        return -1;
    const struct rtlgen_options options = {
        .core_only = gen->core, .no_rvfi = gen->no_rvfi, .program_hex = gen->program ? PROGRAM_HEX : NULL};
    return gen->program ? generate_with_program(gen, &config, &options, error)
                        : rtlgen_generate(&config, &options, gen->out, error);
}

int nestor_gen(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"config", 'c', "NAME|FILE", 0, "preset, or configuration file (default: default)", 0},
        {"core", KEY_CORE, NULL, 0, "the processor alone, nestor_core", 0},
        {"soc", KEY_SOC, NULL, 0, "the processor with RAM, CLINT, UART and finisher, nestor_soc (default)", 0},
        {"no-rvfi", KEY_NO_RVFI, NULL, 0, "leave out the RVFI ports and what only they need", 0},
        {"program", KEY_PROGRAM, "ELF", 0, "what RAM holds at power-on, read from program.hex beside the Verilog", 0},
        {"output", 'o', "DIR", 0, "directory to write into; created if missing", 0},
        {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Generate the machine as Verilog-2005: a file per unit, a synthesis script and a description of ports "
               "and units.\vExit status: 0; 125 for errors."};
    struct gen gen = {.config_name = "default"};
    cli_parse(&argp, argc, argv, &gen);
    struct hv_error error;
    return generate(&gen, &error) ? cli_fail(&error) : 0;
}
