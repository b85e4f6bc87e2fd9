/* Gates: the core as Yosys synthesizes it for the iCE40, a netlist of logic cells, flip-flops and block RAMs, in the
 * behavioural nestor_soc, under Verilator. What the cells do is taken from the installed Yosys. */
#include "sim/adapters.h"
#include "sim/files.h"
#include "sim/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The cells ---- */

/* A path within Yosys's own data, wherever that is installed: its log tells. */
#define FIND_CELLS "read_verilog -lib +/ice40/cells_sim.v"

/* What `yosys OPTION [argument]` prints, to be freed; it is left in `directory`. */
static char *ask_yosys(const char *directory, const char *option, const char *argument, struct hv_error *error)
{
    struct hv_arguments arguments = {0};
    hv_argument(&arguments, "yosys");
    hv_argument(&arguments, "%s", option);
    if (argument)
        hv_argument(&arguments, "%s", argument);
    if (hv_arguments_run(&arguments, directory, "yosys.log", error))
        return NULL;
    size_t length;
    char *path = hv_text("%s/yosys.log", directory);
    char *text = path ? (char *)hv_file_read(path, &length, error) : NULL;
    free(path);
    return text;
}

/* The models of the cells, to be freed. */
static char *read_cells(const char *directory, struct hv_error *error)
{
    static const char before[] = "frontend: ";
    char *log = ask_yosys(directory, "-p", FIND_CELLS, error);
    if (!log)
        return NULL;
    size_t length;
    char *path = strstr(log, before), *cells = NULL;
    if (path) {
        path += strlen(before);
        path[strcspn(path, "\n")] = 0;
        cells = (char *)hv_file_read(path, &length, error);
    } else {
        hv_fail(error, "yosys: found no '%s' in its log, expected the path of ice40/cells_sim.v behind it", before);
    }
    free(log);
    return cells;
}

/* ---- Building ---- */

/* Nets are split into bits: as vectors, carry chains would be loops for Verilator. */
static const char synthesis[] = "read_verilog rtl/*.v\n"
                                "synth_ice40 -top nestor_core\n"
                                "splitnets\n"
                                "clean\n"
                                "write_verilog -noattr -noexpr rtl/nestor_core.v\n"
                                "tee -o cells.txt stat\n";

/* A waveform has the nets, not what is in a cell. */
static const char configuration[] = "`verilator_config\n"
                                    "tracing_off -file \"lut.v\"\n"
                                    "tracing_off -file \"cells.v\"\n";

/* cells.v is a library: sim/lut.v goes first. Its default values of ports are not for Verilator 5.006; Yosys connects
 * all ports, and would be caught if it did not. More optimization by the compiler makes such code no faster. */
static const struct hv_verilation verilation = {.options = (const char *const[]){"-DNO_ICE40_DEFAULT_ASSIGNMENTS",
                                                                                 "-Werror-PINMISSING", "cells.vlt",
                                                                                 "lut.v", "-v", "cells.v", NULL},
                                                .optimization = "-O1"};

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hv_hash(hash, text, strlen(text) + 1);
}

/* Yosys's version, its cells and what it is told to do. */
static int hash_tools(const char *directory, uint64_t *hash, struct hv_error *error)
{
    char *version = ask_yosys(directory, "-V", NULL, error);
    char *cells = version ? read_cells(directory, error) : NULL;
    if (cells)
        *hash = hash_text(hash_text(hash_text(hash_text(*hash, version), cells), synthesis), configuration);
    free(version);
    free(cells);
    return cells ? 0 : -1;
}

static int write_file(const char *directory, const char *name, const char *text, struct hv_error *error)
{
    char *path = hv_text("%s/%s", directory, name);
    int result = path ? hv_file_write(path, text, strlen(text), error) : hv_fail(error, "out of memory");
    free(path);
    return result;
}

/* Put the netlist in the place of the core's Verilog; its units stay beside it, used by nothing. */
static int synthesize(const char *directory, char **verilog, size_t count, struct hv_error *error)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found = found || strcmp(verilog[i], "nestor_core.v") == 0;
    if (!found)
        return hv_fail(error, "Verilog: found no file nestor_core.v, expected the module nestor_core in it");
    if (write_file(directory, "synth.ys", synthesis, error))
        return -1;
    struct hv_arguments arguments = {0};
    hv_argument(&arguments, "yosys");
    hv_argument(&arguments, "-q");
    hv_argument(&arguments, "synth.ys");
    return hv_arguments_run(&arguments, directory, "synth.log", error);
}

static int build(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                 struct hv_error *error)
{
    char *cells = read_cells(directory, error);
    int result = cells ? write_file(directory, "cells.v", cells, error) : -1;
    free(cells);
    if (result == 0)
        result = write_file(directory, "cells.vlt", configuration, error);
    if (result == 0)
        result = synthesize(directory, verilog, count, error);
    return result ? result : hv_verilator_build(directory, cache, verilog, count, wave, &verilation, error);
}

const struct hv_adapter hv_gates_adapter = {.name = "gates",
                                            .sources = hv_gates_sources,
                                            .wave_differs = true,
                                            .hash_tools = hash_tools,
                                            .build = build,
                                            .start = hv_verilator_start};
