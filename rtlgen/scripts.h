/* What stands beside the Verilog: its list, Yosys scripts and README.md. */
#ifndef RTLGEN_SCRIPTS_H
#define RTLGEN_SCRIPTS_H

#include "rtlgen/hdl/hdl.h"
#include "rtlgen/output.h"
#include "rtlgen/rtlgen.h"

/* The program, RAM's contents at power-on; the Verilog has its path. */
#define PROGRAM_HEX "program.hex"

/* The test bench for it. Not .v: a simulator that is given *.v takes no bench, and lint none. */
#define BENCH "nestor_tb.sv"

/* The name of the design's top module. */
const char *top_name(const struct rtlgen_options *options);

/* nestor.f: the Verilog of a checked design, as simulators take it. */
void write_list(struct output *output, design *d, const struct hv_config *config, const struct rtlgen_options *options);

/* synth.ys (iCE40), synth_up5k.ys, synth_ecp5.ys and synth_xilinx.ys, for a checked design. */
void write_synthesis_scripts(struct output *output, design *d, const struct hv_config *config,
                             const struct rtlgen_options *options);

/* A board's synth.ys, build.sh and constraints, and for Xilinx the script for Vivado. */
struct board;
struct board_clock;
void write_board_script(struct output *output, design *d, const struct hv_config *config, const struct board *board);
void write_board_files(struct output *output, design *d, const struct hv_config *config, const struct board *board,
                       const struct board_clock *clock);

/* nestor_tb.sv: the SoC of a checked design, with its program, until the program ends. */
void write_bench(struct output *output, design *d, const struct hv_config *config);

/* nestor.core: the folder as a package of FuseSoC (CAPI 2), with targets lint and, with `bench`, sim; for a board that
 * FuseSoC has a flow for also bitstream, and then BOARD_TCL beside it. */
void write_fusesoc(struct output *output, design *d, const struct hv_config *config,
                   const struct rtlgen_options *options, const struct board_clock *clock, bool bench);

/* What synth.ys does before the synthesis, for FuseSoC; and the options of its command, each after a space. */
#define BOARD_TCL "fusesoc.tcl"
void write_fusesoc_synthesis(struct output *output, design *d, const struct hv_config *config,
                             const struct board *board);
void write_synthesis_options(FILE *out, const struct hv_config *config, const struct board *board);

/* How a program comes into RAM. */
enum program_use {
    PROGRAM_NONE,
    PROGRAM_LOADER,  /* a board's loader takes it over the serial line */
    PROGRAM_IN_RAM,  /* RAM has it at power-on */
    PROGRAM_COPIED,  /* nestor_boot copies it */
    PROGRAM_TO_SDRAM /* the same; a simulation would need a chip */
};

/* Is there a bench (write_bench) that runs it? */
static inline bool has_bench(enum program_use use)
{
    return use == PROGRAM_IN_RAM || use == PROGRAM_COPIED;
}

/* README.md: ports, units, how to synthesize and simulate. program: the path that the Verilog has, or NULL. */
void write_readme(struct output *output, design *d, const struct hv_config *config,
                  const struct rtlgen_options *options, const char *program, enum program_use use);

#endif
