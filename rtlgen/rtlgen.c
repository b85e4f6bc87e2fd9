/* rtlgen_generate: build the design, check it, write its files. */
#include "rtlgen/rtlgen.h"

#include "rtlgen/board.h"
#include "rtlgen/design.h"
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

/* What a board needs beside its description. */
struct on_board {
    struct board_clock clock;
    const uint32_t *program; /* RAM's contents: the user's program, or the loader; NULL: none */
    uint32_t *loader;        /* to be freed; NULL: there is a program, or no board */
    uint32_t boot_words;     /* of these, so many are copied by boot; 0: RAM has its contents by itself */
};

/* The loader must be there after each reset, whatever has become of RAM; a program only where RAM has no contents. */
static int count_boot_words(struct on_board *on, const struct hv_config *config, const struct board *board,
                            struct hv_error *error)
{
    uint32_t words = config->ram_bytes / 4;
    if (board->memory != BOARD_SINGLE_PORT && !on->loader)
        return 0;
    while (words > 2 && !on->program[words - 1])
        words--;
    on->boot_words = words;
    if (on->loader || words <= board->boot_bytes / 4)
        return 0;
    snprintf(error->text, sizeof error->text,
             "%s: the program has contents up to byte 0x%" PRIx32 " of RAM, expected at most 0x%" PRIx32
             ": more the block RAM does not hold that fills the board's RAM; without --program the board has a loader",
             board->name, 4 * words, board->boot_bytes);
    return -1;
}

static int prepare_board(struct on_board *on, const struct hv_config *config, const struct rtlgen_options *options,
                         struct hv_error *error)
{
    *on = (struct on_board){.program = options->program};
    if (!options->board)
        return 0;
    if (board_clock(options->board, &on->clock, error))
        return -1;
    if (!on->program && options->board->loader == BOARD_NO_LOADER) {
        snprintf(error->text, sizeof error->text,
                 "%s: found no program, expected --program: beside its RAM the board has no block RAM for a loader",
                 options->board->name);
        return -1;
    }
    if (!on->program)
        on->program = on->loader = board_loader_words(config, &on->clock);
    if (!on->program) {
        snprintf(error->text, sizeof error->text, "%s: out of memory", options->board->name);
        return -1;
    }
    if (count_boot_words(on, config, options->board, error) == 0)
        return 0;
    free(on->loader);
    return -1;
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
        nestor_soc_module(d, config, !options->no_rvfi, program, 0);
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
    if (hv_config_validate(config, HV_FOR_HARDWARE, error) || prepare_board(&on, config, options, error))
        return NULL;
    design *d = make_design(config, options, &on, on.loader ? PROGRAM_HEX : NULL, error);
    free(on.loader);
    return d;
}

static void write_scripts(struct output *output, design *d, const struct hv_config *config,
                          const struct rtlgen_options *options, const struct on_board *on)
{
    write_list(output, d, config, options);
    if (options->board) {
        write_board_script(output, d, config, options->board);
        write_board_files(output, d, options->board, &on->clock);
    } else {
        write_synthesis_scripts(output, d, config, options);
        write_fusesoc(output, d, config, options);
    }
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
        if (program && !on->loader)
            write_bench(output, d, config);
        write_readme(output, d, config, options, program, !on->loader);
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
    if (prepare_board(&on, config, options, error))
        return -1;
    struct rtlgen_options with = *options;
    with.program = on.program;
    struct output *output = output_open(out, error);
    int result = -1;
    if (output && fill(output, config, &with, &on, error) == 0)
        result = output_commit(output, options->force, error);
    else if (output)
        output_abandon(output);
    free(on.loader);
    return result;
}
