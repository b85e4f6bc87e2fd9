/* nestor.core: what is generated as a package of FuseSoC. */
#include "rtlgen/board.h"
#include "rtlgen/scripts.h"

#include <ctype.h>
#include <string.h>

/* The name of the configuration or board, of characters that a name of FuseSoC may have. */
static void package_name(const struct hv_config *config, const struct board *board, char *name, size_t size)
{
    snprintf(name, size, "nestor_%s", board ? board->name : config->name);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
}

/* nestor_top has primitives that only the family's tools know, so it stands apart. */
static void write_verilog(FILE *out, design *d, bool top)
{
    for (size_t i = 0; i < hdl_module_count(d); i++)
        if ((strcmp(module_name(hdl_module(d, i)), "nestor_top") == 0) == top)
            fprintf(out, "      - %s.v\n", module_name(hdl_module(d, i)));
}

/* How FuseSoC makes a bit stream of the family; a NULL flow: it does not. */
static const struct {
    const char *flow, *constraints;
} families[] = {[BOARD_ICE40] = {"icestorm", "PCF"},
                [BOARD_ECP5] = {"trellis", "LPF"},
                [BOARD_XILINX] = {"vivado", "xdc"},
                [BOARD_GOWIN] = {NULL, NULL}};

static void write_board_set(FILE *out, design *d, const struct board *board)
{
    fputs("  board:\n    file_type: verilogSource-2005\n    files:\n", out);
    write_verilog(out, d, true);
    for (unsigned i = 0; i < board->peripheral_count; i++)
        fprintf(out, "      - %s.v\n", board->peripherals[i].name);
    fprintf(out, "      - %s%s: {file_type: %s}\n", board->name, board_constraints_suffix(board),
            families[board->family].constraints);
    if (board->family != BOARD_XILINX)
        fputs("      - " BOARD_TCL ": {file_type: tclSource}\n", out);
}

/* Options of nextpnr as build.sh gives them. */
static void write_bitstream(FILE *out, const struct hv_config *config, const struct board *board,
                            const struct board_clock *clock)
{
    fprintf(out,
            "  bitstream:\n    filesets: [rtl, board, contents]\n    toplevel: nestor_top\n    flow: %s\n"
            "    flow_options:\n",
            families[board->family].flow);
    if (board->family == BOARD_XILINX) {
        fprintf(out, "      part: %s\n", board->device);
        return;
    }
    fputs("      yosys_synth_options: [", out);
    write_synthesis_options(out, config, board);
    fprintf(out, " ]\n      nextpnr_options: [--%s, --package, %s, %s%s%s--freq, '%u.%06u', --seed, '1']\n",
            board->device, board->package, *board->speed ? "--speed, '" : "", board->speed, *board->speed ? "', " : "",
            clock->hz / 1000000, clock->hz % 1000000);
}

/* A target that takes the file set `files` with the top `top`, and a flow of Edalize with its options. */
static void write_target(FILE *out, const char *name, const char *files, const char *top, const char *flow)
{
    fprintf(out, "  %s:\n    filesets: [%s]\n    toplevel: %s\n%s", name, files, top, flow);
}

void write_fusesoc(struct output *output, design *d, const struct hv_config *config,
                   const struct rtlgen_options *options, const struct board_clock *clock, bool bench)
{
    const struct board *board = options->board;
    const char *top = board ? "nestor_soc" : top_name(options);
    const bool whole = board && families[board->family].flow;
    char package[128];
    FILE *out = output_file(output, "nestor.core");
    if (!out)
        return;
    package_name(config, board, package, sizeof package);
    fprintf(out,
            "CAPI=2:\n"
            "# Nestor %s, configuration %s. FuseSoC: fusesoc --cores-root FOLDER run --target lint %s\n"
            "name: ::%s:%s\n"
            "description: Nestor, a RISC-V processor that is a Hardware Virtualizer; configuration %s\n\n"
            "filesets:\n"
            "  rtl:\n"
            "    file_type: verilogSource-2005\n"
            "    files:\n",
            NESTOR_VERSION, config->name, package, package, NESTOR_VERSION, config->name);
    write_verilog(out, d, false);
    if (options->program)
        fputs("  contents:\n    files:\n      - " PROGRAM_HEX ": {file_type: user}\n", out);
    if (bench)
        fputs("  bench:\n    files:\n      - " BENCH ": {file_type: systemVerilogSource}\n", out);
    if (whole)
        write_board_set(out, d, board);
    fputs("\ntargets:\n", out);
    write_target(out, "default", "rtl", top, "");
    write_target(out, "lint", "rtl", top,
                 "    flow: lint\n    flow_options: {tool: verilator, verilator_options: [-Wall]}\n");
    if (bench)
        write_target(out, "sim", "rtl, contents, bench", "nestor_tb",
                     "    flow: sim\n    flow_options: {tool: icarus, iverilog_options: [-g2009]}\n");
    if (whole)
        write_bitstream(out, config, board, clock);
    if (whole && board->family != BOARD_XILINX)
        write_fusesoc_synthesis(output, d, config, board);
}
