/* The generator: a configuration becomes synthesizable Verilog-2005.
 *
 * One file per hardware unit, with the names that model/, docs/ and the waveforms use,
 * under the top modules nestor_core (the processor, two Wishbone B4 pipelined ports) and
 * nestor_soc (the core with RAM, CLINT, UART and finisher). The same configuration and
 * options give the same bytes. docs/microarchitecture.md describes units and cycles.
 */
#ifndef RTLGEN_H
#define RTLGEN_H

#include "config/config.h"
#include "nestor_version.h" /* NESTOR_VERSION, the text of the file VERSION, stamped into the output */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct board;

struct rtlgen_options {
    bool core_only;            /* nestor_core alone, without nestor_soc */
    bool bus_errors;           /* with core_only: its ports have err */
    bool classic;              /* with core_only: nestor_core_classic, whose ports have classic cycles */
    bool no_rvfi;              /* leave out the rvfi_* and rvfi_hv_* ports and what only they need */
    const uint32_t *program;   /* what RAM holds at power-on, ram_bytes / 4 words, or NULL */
    bool force;                /* overwrite or remove what is not as it was generated */
    const struct board *board; /* nestor_top for that board (rtlgen/board.h), around nestor_soc; or NULL */
};

/* Generate into directory `out` (created if missing; its parent must exist): one .v per unit, and beside them their
 * list nestor.f, Yosys scripts, README.md (units, ports, how to use all of it), and program.hex if there is a program.
 * Files that an earlier call left there and this one does not write are removed. What the user has put there or
 * changed is an error if this call would write or remove it. All is written completely or not at all. Returns 0, or -1
 * with *error filled. */
int rtlgen_generate(const struct hv_config *config, const struct rtlgen_options *options, const char *out,
                    struct hv_error *error);

/* A synthesis script of nestor_soc that takes nestor_core alone: its family does not hold the RAM. */
struct rtlgen_core_script {
    const char *file;
    uint32_t ram_limit;         /* so many bytes of RAM it holds, with a program if there is one, */
    uint32_t ram_limit_without; /* and without, if that has one port (machine.ram_ports) */
};

/* The i-th of them, counted from 0; false when there are not so many. `program`: RAM holds one at power-on. */
bool rtlgen_core_script(const struct hv_config *config, bool program, size_t i, struct rtlgen_core_script *script);

/* Names that a signal has for its values, for what shows waveforms. They live during the call. */
struct rtlgen_names {
    const char *path; /* below the top: "u_core.u_commit.state" */
    unsigned width;
    const struct rtlgen_name {
        const char *name; /* without what all of them begin with: "RUN", where the Verilog has STATE_RUN */
        uint64_t value;
    } * names;
    size_t count;
};

/* Call `see` for each signal of the design that has such names. Returns 0, or -1 with *error filled. */
int rtlgen_names(const struct hv_config *config, const struct rtlgen_options *options,
                 void (*see)(void *context, const struct rtlgen_names *names), void *context, struct hv_error *error);

/* Write the block diagram, without the commit record's ports, as text for Graphviz: a box for each unit, an edge for
 * all nets between two units. The same for the same configuration. Returns 0, or -1 with *error filled; errors of
 * writing are for the caller to look for in `out`. */
int rtlgen_diagram(const struct hv_config *config, const struct rtlgen_options *options, FILE *out,
                   struct hv_error *error);

#endif
