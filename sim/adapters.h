/* Inside sim/: how each simulator is built into a folder and started from it. */
#ifndef HV_ADAPTERS_H
#define HV_ADAPTERS_H

#include "sim/simulator.h"

struct hv_adapter {
    const char *name;
    const struct hv_source *sources; /* what is compiled with the Verilog */
    bool wave_differs;               /* a simulator for waveforms is built differently */
    /* Add what else decides what is built to the hash that names it; `directory` is for intermediate files.
     * NULL: nothing does. */
    int (*hash_tools)(const char *directory, uint64_t *hash, struct hv_error *error);
    /* Build in `directory`, which holds the sources, ports.h and rtl/ with the `count` files `verilog`;
     * `cache` is where what all simulators share may be kept. */
    int (*build)(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                 struct hv_error *error);
    /* Start a run of what was built there. */
    struct hv_dut *(*start)(const char *directory, const struct hv_config *config, const struct hv_image *image,
                            const struct hv_dut_setup *setup, struct hv_error *error);
};

extern const struct hv_adapter hv_verilator_adapter, hv_icarus_adapter, hv_gates_adapter;
extern const struct hv_adapter hv_verilator_state_adapter; /* its runs can be saved and resumed (slower) */

/* For adapters that have Verilator simulate: what they add to its options, and how far the compiler optimizes. */
struct hv_verilation {
    const char *const *options; /* ended by NULL */
    const char *optimization;
    bool state; /* the variables of sim/rtl_state.h can be reached */
};
int hv_verilator_build(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                       const struct hv_verilation *verilation, struct hv_error *error);
struct hv_dut *hv_verilator_start(const char *directory, const struct hv_config *config, const struct hv_image *image,
                                  const struct hv_dut_setup *setup, struct hv_error *error);

/* A list of arguments that grows; `failed` when memory ran out. Free with hv_arguments_free. */
struct hv_arguments {
    char **list; /* ended by NULL */
    size_t count;
    bool failed;
};
__attribute__((format(printf, 2, 3))) void hv_argument(struct hv_arguments *arguments, const char *format, ...);
void hv_arguments_free(struct hv_arguments *arguments);
/* Run them as hv_program_run does, and free them. */
int hv_arguments_run(struct hv_arguments *arguments, const char *directory, const char *log, struct hv_error *error);

/* Make `name` in `cache` once: `fill` fills a temporary folder, which then gets that name in one step; processes
 * that want the same one wait for each other. What is there is compared with its list of files (sim/manifest.h), and is
 * made again if it differs. Nothing stays of what a signal has interrupted. 0 if it is there and whole. Names have
 * HV_CACHE_LAYOUT in their hash. */
#define HV_CACHE_LAYOUT "folders with a manifest"
int hv_cache_make(const char *cache, const char *name,
                  int (*fill)(void *context, const char *directory, struct hv_error *), void *context,
                  struct hv_error *error);

#endif
