/* The list of the Verilog files, and the Yosys scripts beside them. */
#include "rtlgen/scripts.h"

#include "rtlgen/board.h"

#include <inttypes.h>
#include <string.h>

/* A family's flow. RAM that the family cannot hold is left out: then the core alone is synthesized. */
struct flow {
    const char *file;
    const char *family;
    const char *command;         /* all but -top and the output */
    const char *times;           /* option that has ABC9 map, by times, where nothing is mapped for area */
    const char *rounds;          /* the script of Yosys's that ABC9 then follows; NULL: its usual one */
    unsigned plain_depth, depth; /* LUTs of a path, without and with the virtualizer, where it is: map_for_area() */
    const char *large_ram, *multiplier;
    const char *netlist, *extension; /* option and suffix of the output */
    uint32_t ram_limit;              /* bytes of RAM that the family's usual boards hold */
    uint32_t block_ram_limit;        /* the same in block RAM, which can have initial contents */
    bool lut_ram;                    /* the family has small memories made of LUTs */
    unsigned blocks; /* without them: block RAMs of BLOCK_WIDTH bits by BLOCK_DEPTH for small memories */
};

/* A memory with fewer bits goes into LUT RAM where there is some: a block would be wasted on it. Where there is
 * none, registers and their selection would cost more than a block. */
enum { BLOCK_BITS = 4096, BLOCK_WIDTH = 16, BLOCK_DEPTH = 256 };
enum { LUT_RAM_BITS = 2048 }; /* a larger memory made of LUTs takes more of them than it is worth */

/* Mapping for area, with ABC's own commands: each round restructures what the last has mapped, saving a few cells.
 * if is told how many LUTs a path may have; if they are too few, it takes the least that there can be. A few more than
 * that are what other paths are made smaller with. Without this, preset `small` does not fit the UP5K. */
enum { ROUNDS = 20 };

static unsigned depth_for_area(const struct flow *flow, const struct hv_config *config)
{
    return config->depth ? flow->depth : flow->plain_depth;
}

static void map_for_area(FILE *out, unsigned depth)
{
    fputs("+strash;&get,-n;&fraig,-x;&put;scorr;dc2;dc2", out);
    for (unsigned i = 0; i < ROUNDS; i++)
        fprintf(out, ";strash;dch,-f;if,-D,%u;mfs2,-a;lutpack,-S,1", depth);
}

/* clang-format off */
#define ICE40                                                                                                          \
    .command = "synth_ice40 -device u", .large_ram = " -spram", .multiplier = " -dsp", .netlist = "-json",             \
    .extension = "json", .ram_limit = 0x20000, .block_ram_limit = 0x3000, .blocks = 30
/* clang-format on */

/* iCE40: with the UP5K's times ABC9 gives wires more weight, which suits the HX, too: fewer cells, and a faster clock;
 * flow2 restructures what it has mapped and keeps the best, which is a hundred cells less. With the virtualizer, a
 * mapping for area whose paths are as short as they can be has a clock that is faster still, and fewer cells; without
 * it some hundred cells less, and a slower one. On the UP5K, which `small` fills, three LUTs a path more save 177
 * cells. ECP5: flow2's clock is faster by three MHz of fifty, in fewer cells; multiplexers of LUTs' outputs cost a
 * tenth more cells, and gain two MHz. Whole boards have these, and flow2 gains them nothing. */
static const struct flow flows[] = {
    {.file = "synth.ys", .family = "Lattice iCE40", .times = " -abc9", .rounds = "flow2", .depth = 9, ICE40},
    {.file = "synth_up5k.ys", .family = "Lattice iCE40 UP5K", .times = "", .plain_depth = 10, .depth = 12, ICE40},
    {.file = "synth_ecp5.ys",
     .family = "Lattice ECP5",
     .command = "synth_ecp5",
     .times = " -abc9 -nowidelut",
     .rounds = "flow2",
     .large_ram = "",
     .multiplier = "",
     .netlist = "-json",
     .extension = "json",
     .ram_limit = 0x40000,
     .block_ram_limit = 0x40000,
     .lut_ram = true},
    {.file = "synth_xilinx.ys",
     .family = "Xilinx 7 series",
     .command = "synth_xilinx -flatten",
     .times = "",
     .large_ram = "",
     .multiplier = "",
     .netlist = "-edif",
     .extension = "edif",
     .ram_limit = 0x80000,
     .block_ram_limit = 0x80000,
     .lut_ram = true},
};

/* The command of the family, with the option by which it maps. */
static void write_command(FILE *out, const char *command, const struct flow *flow, const struct hv_config *config)
{
    fprintf(out, "%s%s", command, depth_for_area(flow, config) ? "" : flow->times);
}

/* Single-port memories have no contents at power-on, and no port beside. */
static uint32_t ram_limit(const struct flow *flow, unsigned ports, bool program)
{
    return program || ports != 1 ? flow->block_ram_limit : flow->ram_limit;
}

static bool holds_ram(const struct flow *flow, const struct hv_config *config, bool program)
{
    return config->ram_bytes <= ram_limit(flow, config->ram_ports, program);
}

bool rtlgen_core_script(const struct hv_config *config, bool program, size_t i, struct rtlgen_core_script *script)
{
    for (size_t k = 0; k < sizeof flows / sizeof flows[0]; k++)
        if (!holds_ram(&flows[k], config, program) && i-- == 0) {
            *script = (struct rtlgen_core_script){flows[k].file, ram_limit(&flows[k], config->ram_ports, program),
                                                  flows[k].ram_limit};
            return true;
        }
    return false;
}

/* `tcl`: as commands of Yosys's Tcl, for modules that have been derived and have longer names. */
static void place_memory(FILE *out, const char *style, const char *module_name, const char *memory, bool tcl)
{
    fprintf(out, tcl ? "yosys setattr -set ram_style {\"%s\"} {*%s/m:%s}\n" : "setattr -set ram_style \"%s\" %s/m:%s\n",
            style, module_name, memory);
}

static void place_small_memories(FILE *out, const struct flow *flow, design *d, bool tcl)
{
    uint64_t blocks = 0;
    for (size_t i = 0; i < hdl_module_count(d); i++) {
        module *m = hdl_module(d, i);
        for (size_t k = 0; k < hdl_memory_count(m); k++) {
            hdl_memory_info memory = hdl_memory(m, k);
            if ((uint64_t)memory.width * memory.depth >= BLOCK_BITS)
                continue;
            blocks +=
                ((memory.width + BLOCK_WIDTH - 1) / BLOCK_WIDTH) * ((memory.depth + BLOCK_DEPTH - 1) / BLOCK_DEPTH);
            const bool of_luts = flow->lut_ram && (uint64_t)memory.width * memory.depth <= LUT_RAM_BITS;
            if (flow->lut_ram || blocks <= flow->blocks)
                place_memory(out, of_luts ? "distributed" : "block", module_name(m), memory.name, tcl);
        }
    }
}

const char *top_name(const struct rtlgen_options *options)
{
    if (options->board)
        return "nestor_top";
    if (!options->core_only)
        return "nestor_soc";
    return options->classic ? "nestor_core_classic" : "nestor_core";
}

static void write_prepare(FILE *out, const struct flow *flow, const struct hv_config *config)
{
    const unsigned depth = depth_for_area(flow, config);
    if (depth) {
        fputs("scratchpad -set abc.script ", out);
        map_for_area(out, depth);
        fputs("\n", out);
    } else if (flow->rounds) {
        fprintf(out, "scratchpad -copy abc9.script.%s abc9.script\n", flow->rounds);
    }
}

static void write_script(FILE *out, const struct flow *flow, design *d, const struct hv_config *config,
                         const struct rtlgen_options *options)
{
    bool soc = !options->core_only && holds_ram(flow, config, options->program);
    const char *top = soc || options->core_only ? top_name(options) : "nestor_core";
    fprintf(out, "# Nestor %s, configuration %s: synthesis for %s.\n", NESTOR_VERSION, config->name, flow->family);
    fprintf(out, "# Run it in this folder: yosys %s\n", flow->file);
    if (!soc && !options->core_only)
        fprintf(out, "# The core alone: %" PRIu32 " bytes of RAM%s are more than this flow places in block RAM.\n",
                config->ram_bytes, options->program ? " with a program" : "");
    for (size_t i = 0; i < hdl_module_count(d); i++)
        fprintf(out, "read_verilog %s.v\n", module_name(hdl_module(d, i)));
    place_small_memories(out, flow, d, false);
    bool large_ram = soc && config->ram_bytes > flow->block_ram_limit;
    bool multiplier = config->multiplier == HV_MULTIPLIER_FAST;
    write_prepare(out, flow, config);
    write_command(out, flow->command, flow, config);
    fprintf(out, "%s%s", large_ram ? flow->large_ram : "", multiplier ? flow->multiplier : "");
    fprintf(out, " -top %s %s %s.%s\n", top, flow->netlist, top, flow->extension);
}

void write_list(struct output *output, design *d, const struct hv_config *config, const struct rtlgen_options *options)
{
    char hash[17];
    hv_config_hash(config, hash);
    FILE *out = output_file(output, "nestor.f");
    if (!out)
        return;
    fprintf(out, "// Nestor %s, configuration %s, hash %s: the Verilog of %s.\n", NESTOR_VERSION, config->name, hash,
            top_name(options));
    fprintf(out,
            "// Names are relative to this folder: in it verilator -f nestor.f, iverilog -f nestor.f; from elsewhere\n"
            "// verilator -F FOLDER/nestor.f. README.md has the whole commands.\n");
    if (options->program)
        fprintf(out, "// What RAM holds at power-on is in " PROGRAM_HEX ", by the parameter PROGRAM of nestor_soc.\n");
    for (size_t i = 0; i < hdl_module_count(d); i++)
        fprintf(out, "%s.v\n", module_name(hdl_module(d, i)));
    for (unsigned i = 0; options->board && i < options->board->peripheral_count; i++)
        fprintf(out, "%s.v\n", options->board->peripherals[i].name);
}

/* A board's flow: that of its family, with what its part has. An ECP5 has cells to spare. */
static const struct flow *board_flow(const struct board *board)
{
    static const struct flow gowin = {.file = "synth.ys",
                                      .family = "Gowin",
                                      .command = "synth_gowin",
                                      .times = "",
                                      .large_ram = "",
                                      .multiplier = "",
                                      .netlist = "-json",
                                      .extension = "json",
                                      .lut_ram = true};
    static const struct flow ecp5 = {.file = "synth.ys",
                                     .family = "Lattice ECP5",
                                     .command = "synth_ecp5",
                                     .times = " -abc9",
                                     .large_ram = "",
                                     .multiplier = "",
                                     .netlist = "-json",
                                     .extension = "json",
                                     .lut_ram = true};
    switch (board->family) {
    case BOARD_ICE40:
        return &flows[board->map == BOARD_FOR_AREA];
    case BOARD_ECP5:
        return &ecp5;
    case BOARD_XILINX:
        return &flows[3];
    default:
        return &gowin;
    }
}

/* Options of the command that depend on the board's RAM and on the machine, each after a space. */
static const char *board_options(const struct flow *flow, const struct hv_config *config, const struct board *board)
{
    const bool multipliers = config->multiplier == HV_MULTIPLIER_FAST && strncmp(board->device, "up", 2) == 0;
    const bool large = board->memory == BOARD_SINGLE_PORT;
    return large ? multipliers ? " -spram -dsp" : flow->large_ram : multipliers ? flow->multiplier : "";
}

void write_board_script(struct output *output, design *d, const struct hv_config *config, const struct board *board)
{
    const struct flow *flow = board_flow(board);
    FILE *out = output_file(output, "synth.ys");
    if (!out)
        return;
    fprintf(out, "# Nestor %s, board %s, configuration %s: synthesis for %s, as build.sh runs it.\n", NESTOR_VERSION,
            board->name, config->name, flow->family);
    for (size_t i = 0; i < hdl_module_count(d); i++)
        fprintf(out, "read_verilog %s.v\n", module_name(hdl_module(d, i)));
    for (unsigned i = 0; i < board->peripheral_count; i++)
        fprintf(out, "read_verilog %s.v\n", board->peripherals[i].name);
    place_small_memories(out, flow, d, false);
    if (board->memory == BOARD_BLOCK_RAM)
        place_memory(out, "block", "nestor_ram", "mem", false);
    write_prepare(out, flow, config);
    write_command(out, flow->command, flow, config);
    fprintf(out, "%s -top nestor_top %s nestor_top.%s\n", board_options(flow, config, board), flow->netlist,
            flow->extension);
}

void write_fusesoc_synthesis(struct output *output, design *d, const struct hv_config *config,
                             const struct board *board)
{
    const struct flow *flow = board_flow(board);
    FILE *out = output_file(output, BOARD_TCL);
    if (!out)
        return;
    fprintf(out, "# Nestor %s, board %s, configuration %s: what FuseSoC has Yosys do before synthesis.\n",
            NESTOR_VERSION, board->name, config->name);
    fputs("yosys hierarchy -top nestor_top\n", out);
    place_small_memories(out, flow, d, true);
    if (board->memory == BOARD_BLOCK_RAM)
        place_memory(out, "block", "nestor_ram", "mem", true);
    const unsigned depth = depth_for_area(flow, config);
    if (depth) {
        fputs("yosys scratchpad -set abc.script {", out);
        map_for_area(out, depth);
        fputs("}\n", out);
    } else if (flow->rounds) {
        fprintf(out, "yosys scratchpad -copy abc9.script.%s abc9.script\n", flow->rounds);
    }
}

void write_synthesis_options(FILE *out, const struct hv_config *config, const struct board *board)
{
    const struct flow *flow = board_flow(board);
    write_command(out, flow->command + strcspn(flow->command, " "), flow, config);
    fputs(board_options(flow, config, board), out);
}

void write_synthesis_scripts(struct output *output, design *d, const struct hv_config *config,
                             const struct rtlgen_options *options)
{
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++) {
        FILE *out = output_file(output, flows[i].file);
        if (out)
            write_script(out, &flows[i], d, config, options);
    }
}
