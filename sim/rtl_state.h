/* The state of the simulated Verilog taken and put (isa/state.def): its registers and memories by their names, in
 * nestor_soc as the generator writes it or as somebody has edited it. Nothing is added to the Verilog.
 *
 * Commit is the one place where anything becomes true (docs/microarchitecture.md, Pipeline), so what is ahead of it at
 * the end of a record can be dropped. The core is held there by telling fetch that words are on their way which never
 * come: then all that is late, a way's use, a counter's row, an interrupt's line, comes to rest.
 */
#ifndef HV_RTL_STATE_H
#define HV_RTL_STATE_H

#include "model/state.h"
#include "sim/dut.h"

/* The variables, of each module, that the simulator must give access to; `*` and `?` as in file names. Ended by NULL.
 */
struct hv_rtl_variable {
    const char *module;
    const char *const *names; /* ended by NULL */
};
extern const struct hv_rtl_variable hv_rtl_variables[];

/* Access to them: `find` gives the variable of an instance below nestor_soc, as u_core.u_csr; false if there is none.
 */
struct hv_rtl {
    const struct hv_config *config;
    void *context;
    bool (*find)(void *context, const char *instance, const char *name, struct hv_dut_variable *variable);
};

/* Cycles after which a held core is at rest, and a reset one has cleared its memories. */
enum { HV_RTL_REST = 2048 };

/* Each returns 0, or -1 with *error: the Verilog lacks what the generator's has, or is not where it is to be. */

/* In the cycle after a record that ends an instruction, or after reset: hold the core. */
int hv_rtl_hold(const struct hv_rtl *rtl, struct hv_error *error);
/* Of a core that is held and at rest: take what model and RTL both have, over what is in `state`; what has no place in
 * the Verilog stays as it is. */
int hv_rtl_take(const struct hv_rtl *rtl, struct hv_state *state, struct hv_error *error);
/* Put it, into a core that is held and at rest; let it come to rest again before it goes on. */
int hv_rtl_put(const struct hv_rtl *rtl, const struct hv_state *state, struct hv_error *error);
/* Let it go on. */
int hv_rtl_go(const struct hv_rtl *rtl, struct hv_error *error);

#endif
