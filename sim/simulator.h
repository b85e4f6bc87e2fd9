/* A simulator of one configuration's Verilog: built once, kept in a cache, run many times.
 *
 * The cache is ${NESTOR_CACHE:-${XDG_CACHE_HOME:-~/.cache}/nestor}; an entry's name is made of the
 * configuration's hash, the generator's version and a hash of the Verilog and of the adapter (for gates also of Yosys's
 * version and cells), and an entry appears there whole or not at all. Two processes that want the same one build it
 * once. What is there is only read: the cache may be read-only, and its entries are compared with the lengths and
 * hashes that were written with them, so that a damaged one is built again.
 */
#ifndef HV_SIMULATOR_H
#define HV_SIMULATOR_H

#include "sim/lockstep.h"

enum hv_simulator_kind {
    HV_SIM_VERILATOR,
    HV_SIM_ICARUS,
    HV_SIM_GATES /* the core as Yosys's netlist for the iCE40 under Verilator; needs Yosys */
};

/* "verilator", "icarus", "gates"; and the kind of a name, false when it is none of them. */
const char *hv_simulator_name(enum hv_simulator_kind kind);
bool hv_simulator_find(const char *name, enum hv_simulator_kind *kind);

struct hv_simulator_options {
    enum hv_simulator_kind kind;
    bool wave;                                         /* built to write waveforms (slower) */
    bool state;                                        /* built to save and resume; Verilator only (slower) */
    const char *rtl;                                   /* directory of Verilog to simulate, or NULL: the generator's */
    void (*building)(void *context, const char *what); /* called before a build, or NULL */
    void *context;
};

struct hv_simulator;

/* Open the simulator, building it if it is not in the cache. The configuration must be valid for
 * HV_FOR_HARDWARE. Returns NULL with *error filled. */
struct hv_simulator *hv_simulator_open(const struct hv_config *config, const struct hv_simulator_options *options,
                                       struct hv_error *error);
void hv_simulator_close(struct hv_simulator *simulator);

/* The directory of the Verilog that it simulates, not to be changed. For gates the netlist is in nestor_core.v and the
 * models of its cells are in ../cells.v. */
const char *hv_simulator_verilog(const struct hv_simulator *simulator);

/* Start a run: a DUT with the image loaded, before reset. NULL with *error filled. */
struct hv_dut *hv_simulator_start(struct hv_simulator *simulator, const struct hv_image *image,
                                  const struct hv_dut_setup *setup, struct hv_error *error);

/* Start, compare, close: one lockstep run. As hv_lockstep_compare. */
int hv_lockstep_run(struct hv_simulator *simulator, const struct hv_image *image,
                    const struct hv_lockstep_options *options, struct hv_lockstep_result *result,
                    struct hv_error *error);

/* A run of the RTL alone. */
struct hv_alone {
    const char *wave;  /* file to write (FST) from cycle `from` on; the simulator must have been opened with `wave`. Or
                        * NULL */
    uint64_t from, to; /* it ends at cycle `to`, if not before */
    void *context;
    void (*event)(void *context, const struct hv_dut_event *event); /* of cycles `from` to `to`; or NULL */
    uint64_t cycles;                                                /* where it came */
};

/* Run the RTL alone, comparing nothing. Returns 0, or -1 with *error. */
int hv_simulator_alone(struct hv_simulator *simulator, const struct hv_image *image,
                       const struct hv_lockstep_options *options, struct hv_alone *alone, struct hv_error *error);

#endif
