/* Verilog that the user gives: whether the simulators can take it, as far as nestor_soc.v shows. */
#ifndef HV_VERILOG_H
#define HV_VERILOG_H

#include "config/config.h"

/* Is nestor_soc.v in `directory`, with the RVFI ports, and of this configuration? It may have been edited: without the
 * generator's stamp it is taken to be. Returns 0, or -1 with *error filled. */
int hv_verilog_check(const char *directory, const struct hv_config *config, struct hv_error *error);

#endif
