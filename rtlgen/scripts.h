/* What stands beside the Verilog: Yosys scripts and README.md. */
#ifndef RTLGEN_SCRIPTS_H
#define RTLGEN_SCRIPTS_H

#include "rtlgen/hdl/hdl.h"
#include "rtlgen/output.h"
#include "rtlgen/rtlgen.h"

/* synth.ys (iCE40), synth_up5k.ys, synth_ecp5.ys and synth_xilinx.ys, for a checked design. */
void write_synthesis_scripts(struct output *output, design *d, const struct hv_config *config,
                             const struct rtlgen_options *options);

/* README.md: ports, units, how to synthesize and simulate. */
void write_readme(struct output *output, design *d, const struct hv_config *config,
                  const struct rtlgen_options *options);

#endif
