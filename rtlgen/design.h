/* The whole design of a configuration, for what is made of it: Verilog, names of values, the block diagram. */
#ifndef RTLGEN_DESIGN_H
#define RTLGEN_DESIGN_H

#include "rtlgen/hdl/hdl.h"
#include "rtlgen/rtlgen.h"

/* Build and check it; free it with design_free. NULL with *error filled. */
design *rtlgen_design(const struct hv_config *config, const struct rtlgen_options *options, struct hv_error *error);

#endif
