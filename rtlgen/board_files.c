/* What stands beside a board's Verilog: constraints, build.sh, and for Xilinx the script for Vivado. */
#include "rtlgen/board.h"
#include "rtlgen/rtlgen.h"
#include "rtlgen/scripts.h"

#include <string.h>

__asm__(".section .rodata\nboard_build_sh:\n\t.incbin \"rtlgen/build.sh\"\n\t.byte 0\n\t.previous\n");
extern const char board_build_sh[];

static const char *const family_names[] = {"ice40", "ecp5", "xilinx", "gowin"};
static const char *const bitstreams[] = {"nestor_top.bin", "nestor_top.bit", "nestor_top.bit", "nestor_top.fs"};

/* The facts first, then what is the same for all. */
static void write_build(FILE *out, const struct board *board, const struct board_clock *clock)
{
    fprintf(out,
            "#!/bin/sh\n"
            "# Nestor %s, board %s: sh build.sh makes the bit stream, sh build.sh load loads it.\n"
            "# SEEDS=\"1 2 3\": placements tried until the clock is reached.\n"
            "set -u\n"
            "cd \"$(dirname \"$0\")\" || exit 1\n"
            "board='%s'\nfamily='%s'\ndevice='%s'\npackage='%s'\nspeed='%s'\n"
            "mhz='%u.%06u'\nconstraints='%s%s'\nbitstream='%s'\nload='%s'\n\n",
            NESTOR_VERSION, board->name, board->name, family_names[board->family], board->device, board->package,
            board->speed, clock->hz / 1000000, clock->hz % 1000000, board->name, board_constraints_suffix(board),
            bitstreams[board->family], board->load_with);
    fputs(board_build_sh, out);
}

static void write_vivado(FILE *out, design *d, const struct board *board)
{
    fprintf(out,
            "# Nestor %s, board %s: vivado -mode batch -source vivado.tcl\n"
            "# Written from Vivado's manuals; nobody has run it yet.\n"
            "create_project -in_memory -part %s\n",
            NESTOR_VERSION, board->name, board->device);
    for (size_t i = 0; i < hdl_module_count(d); i++)
        fprintf(out, "read_verilog %s.v\n", module_name(hdl_module(d, i)));
    for (unsigned i = 0; i < board->peripheral_count; i++)
        fprintf(out, "read_verilog %s.v\n", board->peripherals[i].name);
    fprintf(out,
            "read_xdc %s.xdc\n"
            "synth_design -top nestor_top\n"
            "opt_design\nplace_design\nroute_design\n"
            "report_utilization -file utilization.rpt\n"
            "report_timing_summary -file timing.rpt\n"
            "if {[get_property SLACK [get_timing_paths]] < 0} { error \"timing is not met: see timing.rpt\" }\n"
            "write_bitstream -force nestor_top.bit\n",
            board->name);
}

void write_board_files(struct output *output, design *d, const struct hv_config *config, const struct board *board,
                       const struct board_clock *clock)
{
    char name[100];
    snprintf(name, sizeof name, "%s%s", board->name, board_constraints_suffix(board));
    FILE *out = output_file(output, name);
    if (out)
        board_write_constraints(board, config, out);
    out = output_file(output, "build.sh");
    if (out)
        write_build(out, board, clock);
    if (board->family == BOARD_XILINX && (out = output_file(output, "vivado.tcl")))
        write_vivado(out, d, board);
}
