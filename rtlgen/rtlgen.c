/* rtlgen_generate: build the design, check it, write its files. */
#include "rtlgen/rtlgen.h"

#include "rtlgen/board.h"
#include "rtlgen/design.h"
#include "rtlgen/on_board.h"
#include "rtlgen/output.h"
#include "rtlgen/scripts.h"
#include "rtlgen/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What tools take in a string: Icarus 11 takes no quotes, and nothing that is not ASCII. */
static bool is_plain(const char *path)
{
    for (; *path; path++)
        if (*path < ' ' || *path > '~' || *path == '"')
            return false;
    return true;
}

/* The program's path, whole, since tools look for a name in the folder where they work; the name alone where the path
 * is not one for Verilog. To be freed. */
static char *program_path(const struct output *output, struct hv_error *error)
{
    char *folder = output_path(output);
    const size_t size = folder ? strlen(folder) + sizeof "/" PROGRAM_HEX : 0;
    char *path = folder ? malloc(size) : NULL;
    if (path)
        snprintf(path, size, "%s/" PROGRAM_HEX, is_plain(folder) ? folder : ".");
    else
        snprintf(error->text, sizeof error->text, "%s: %s", PROGRAM_HEX, strerror(errno));
    free(folder);
    return path;
}

/* The comment at the top of a file: what it was made from. The top's has the whole configuration. */
static void stamp(char *text, size_t size, const char *unit, const struct hv_config *config, bool whole)
{
    char ini[4096], hash[17];
    hv_config_print(config, ini, sizeof ini);
    hv_config_hash(config, hash);
    snprintf(text, size, "Nestor %s, unit %s, configuration %s, hash %s%s%s", NESTOR_VERSION, unit, config->name, hash,
             whole ? "\n\n" : "", whole ? ini : "");
}

static void write_units(struct output *output, design *d, const struct hv_config *config, const char *top)
{
    for (size_t i = 0; i < hdl_module_count(d); i++) {
        char header[5120], file[128];
        module *m = hdl_module(d, i);
        snprintf(file, sizeof file, "%s.v", module_name(m));
        stamp(header, sizeof header, module_name(m), config, !strcmp(module_name(m), top));
        FILE *out = output_file(output, file);
        if (out)
            hdl_print_module(m, out, header); /* what fails here shows when the file is closed */
    }
}

/* RAM, or so much of it as boot copies, as $readmemh takes it: one 32-bit word a line. */
static void write_program(struct output *output, const uint32_t *words, uint32_t count)
{
    FILE *out = output_file(output, PROGRAM_HEX);
    for (uint32_t i = 0; out && i < count; i++)
        fprintf(out, "%08" PRIx32 "\n", words[i]);
}

static void build(design *d, const struct hv_config *config, const struct rtlgen_options *options,
                  const struct on_board *on, const char *program)
{
    if (options->board)
        nestor_top_module(d, options->board, &on->clock, config, program, on->boot_words, on->loader);
    else if (options->core_only && options->classic)
        nestor_core_classic_module(d, config, !options->no_rvfi, LINE_SOFTWARE | LINE_EXTERNAL, options->bus_errors);
    else if (options->core_only)
        nestor_core_module(d, config, !options->no_rvfi, LINE_SOFTWARE | LINE_EXTERNAL, options->bus_errors);
    else
        nestor_soc_module(d, config, &(struct soc_options){.rvfi = !options->no_rvfi, .program = program});
}

/* The design, built and checked; program: the path that the Verilog has, or NULL. */
static design *make_design(const struct hv_config *config, const struct rtlgen_options *options,
                           const struct on_board *on, const char *program, struct hv_error *error)
{
    design *d = design_new();
    if (!d) {
        snprintf(error->text, sizeof error->text, "%s: out of memory", config->name);
        return NULL;
    }
    build(d, config, options, on, program);
    const size_t faults = hdl_check(d);
    if (!faults)
        return d;
    snprintf(error->text, sizeof error->text, "%s: the generator built a faulty design (%zu errors): %s", config->name,
             faults, hdl_message(d, 0));
    design_free(d);
    return NULL;
}

design *rtlgen_design(const struct hv_config *config, const struct rtlgen_options *options, struct hv_error *error)
{
    struct on_board on;
    if (hv_config_validate(config, HV_FOR_HARDWARE, error) || on_board_prepare(&on, config, options, error))
        return NULL;
    design *d = make_design(config, options, &on, on.loader ? PROGRAM_HEX : NULL, error);
    on_board_free(&on);
    return d;
}

static enum program_use use_of_program(const struct rtlgen_options *options, const struct on_board *on)
{
    if (!options->program)
        return PROGRAM_NONE;
    if (on->loader)
        return PROGRAM_LOADER;
    if (!on->boot_words)
        return PROGRAM_IN_RAM;
    return options->board->memory == BOARD_SDRAM ? PROGRAM_TO_SDRAM : PROGRAM_COPIED;
}

static void write_scripts(struct output *output, design *d, const struct hv_config *config,
                          const struct rtlgen_options *options, const struct on_board *on)
{
    write_list(output, d, config, options);
    if (options->board) {
        write_board_script(output, d, config, options->board);
        on_board_write(on, options->board, output);
        write_board_files(output, d, config, options->board, &on->clock);
    } else
        write_synthesis_scripts(output, d, config, options);
    write_fusesoc(output, d, config, options, &on->clock, has_bench(use_of_program(options, on)));
}

/* Write all files into the set. options->program is on->program. */
static int fill(struct output *output, const struct hv_config *config, const struct rtlgen_options *options,
                const struct on_board *on, struct hv_error *error)
{
    char *program = options->program ? program_path(output, error) : NULL;
    if (options->program && !program)
        return -1;
    design *d = make_design(config, options, on, program, error);
    const bool made = d;
    if (made) {
        write_units(output, d, config, top_name(options));
        write_scripts(output, d, config, options, on);
        if (program) {
            write_program(output, options->program, on->boot_words ? on->boot_words : config->ram_bytes / 4);
        }
        const enum program_use use = use_of_program(options, on);
        if (has_bench(use))
            write_bench(output, d, config);
        write_readme(output, d, config, options, program, use);
        design_free(d);
    }
    free(program);
    return made ? 0 : -1;
}

int rtlgen_generate(const struct hv_config *config, const struct rtlgen_options *options, const char *out,
                    struct hv_error *error)
{
    if (hv_config_validate(config, HV_FOR_HARDWARE, error))
        return -1;
    struct on_board on;
    if (on_board_prepare(&on, config, options, error))
        return -1;
    struct rtlgen_options with = *options;
    with.program = on.program;
    struct output *output = output_open(out, error);
    int result = -1;
    if (output && fill(output, config, &with, &on, error) == 0)
        result = output_commit(output, options->force, error);
    else if (output)
        output_abandon(output);
    on_board_free(&on);
    return result;
}
