/* README.md beside the Verilog: units and ports, as the checked design has them. */
#include "rtlgen/board.h"
#include "rtlgen/scripts.h"

#include <inttypes.h>
#include <string.h>

/* What the unit's file says above its module, in a line. */
static void write_purpose(FILE *out, const module *m)
{
    for (const char *c = module_text(m); *c; c++)
        putc(*c == '\n' ? ' ' : *c, out);
}

static uint64_t own_register_bits(module *m)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < hdl_register_count(m); i++)
        sum += hdl_register(m, i).width;
    return sum;
}

static uint64_t own_memory_bits(module *m)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < hdl_memory_count(m); i++)
        sum += hdl_memory(m, i).width * hdl_memory(m, i).depth;
    return sum;
}

static void write_units(FILE *out, design *d)
{
    fprintf(out, "## Units\n\nA file each. Bits are the unit's own, without what it instantiates.\n\n"
                 "| file | purpose | register bits | memory bits |\n|---|---|---|---|\n");
    for (size_t i = 0; i < hdl_module_count(d); i++) {
        module *m = hdl_module(d, i);
        fprintf(out, "| %s.v | ", module_name(m));
        write_purpose(out, m);
        fprintf(out, " | %" PRIu64 " | %" PRIu64 " |\n", own_register_bits(m), own_memory_bits(m));
    }
}

static void write_ports(FILE *out, design *d, const char *top)
{
    module *m = module_find(d, top);
    if (!m)
        return;
    fprintf(out, "\n## Ports of %s\n\n| port | direction | bits | meaning |\n|---|---|---|---|\n", top);
    for (size_t i = 0; i < hdl_port_count(m); i++) {
        hdl_port_info port = hdl_port(m, i);
        fprintf(out, "| %s | %s | %u | %s |\n", port.name, port.is_output ? "out" : "in", port.width, port.text);
    }
}

static void write_time(FILE *out, const struct hv_config *config)
{
    if (config->timebase == HV_TIMEBASE_CLOCK)
        fputs("\n`timebase = clock`: mtime and mcycle count clocks.\n", out);
    else
        fputs("\n`timebase = commit`: mtime and mcycle count commit records, that is instructions, not clocks, as "
              "lockstep\n"
              "with the model wants it. A benchmark that reads them gets too good a score. For a board generate with\n"
              "`--set machine.timebase=clock`.\n",
              out);
}

/* The commands, in this folder and above it. */
static void write_use(FILE *out, const struct hv_config *config, const char *top)
{
    fprintf(
        out,
        "\n## Use\n\n"
        "`clk` is the only clock, `rst` a synchronous reset, active high, for at least one cycle. The top is `%s`;\n"
        "`nestor.f` lists the Verilog, with names relative to this folder. In this folder:\n\n"
        "    verilator --lint-only -Wall --top-module %s -f nestor.f\n"
        "    iverilog -g2005 -Wall -s %s -o /dev/null -f nestor.f\n"
        "    yosys synth.ys\n\n"
        "In the folder above, with this one called `out`:\n\n"
        "    verilator --lint-only -Wall --top-module %s -F out/nestor.f\n"
        "    iverilog -g2005 -Wall -s %s -o /dev/null out/*.v\n"
        "    (cd out && yosys synth.ys)\n\n"
        "`synth.ys` is for iCE40, `synth_up5k.ys` for iCE40 UP5K, mapped for area, `synth_ecp5.ys` for ECP5,\n"
        "`synth_xilinx.ys` for Xilinx 7 series. The scripts say which top they take.\n",
        top, top, top, top, top);
    write_time(out, config);
}

/* For a board: build.sh does it all. */
static void write_board_use(FILE *out, const struct board *board)
{
    fprintf(
        out,
        "\n## Use\n\n"
        "    sh build.sh           # the bit stream: Yosys, then the family's tools\n"
        "    sh build.sh load      # onto the board\n\n"
        "`build.sh` ends with the clock reached and the cells taken, or says what does not fit or which path is too\n"
        "slow; `SEEDS=\"5 6 7\" sh build.sh` tries other placements. `%s%s` has the pins, `synth.ys` is for Yosys.\n"
        "`nestor_top` is the board: pins, %sreset and serial line around `nestor_soc`.\n",
        board->name, board_constraints_suffix(board), board->pll == BOARD_NO_PLL ? "" : "PLL, ");
}

static void write_bench_use(FILE *out)
{
    fputs("\n`" BENCH "` runs it; in this folder:\n\n"
          "    iverilog -g2009 -s nestor_tb -o sim *.v " BENCH " && vvp -n sim\n",
          out);
}

/* RAM has no contents at power-on. */
static void write_boot_use(FILE *out, const struct hv_config *config)
{
    fprintf(out,
            "\n## Program\n\n"
            "`" PROGRAM_HEX "` is what `nestor_boot` copies to the beginning of RAM, 0x%08" PRIx32
            ", after each reset:\n"
            "a word of 32 bits a line. The memory that holds it is as long as this program: for another one run\n"
            "`nestor gen` again.\n",
            config->ram_base);
}

static void write_program_use(FILE *out, const struct hv_config *config, const char *program)
{
    fprintf(out,
            "\n## Program\n\n"
            "`" PROGRAM_HEX "` is what RAM holds at power-on: a word of 32 bits a line, from 0x%08" PRIx32 " up.\n"
            "`$readmemh` reads it by the parameter PROGRAM of `nestor_soc`, which gives it to `nestor_ram`. Its value\n"
            "is\n\n"
            "    %s\n\n"
            "%s When the folder has moved, or for another\n"
            "program, tell them:\n\n"
            "    verilator ... '-GPROGRAM=\"out/" PROGRAM_HEX "\"'\n"
            "    iverilog ... '-Pnestor_soc.PROGRAM=\"out/" PROGRAM_HEX "\"'     # with nestor_soc as the root\n"
            "    nestor_soc #(.PROGRAM(\"out/" PROGRAM_HEX "\")) u_soc (...);    // in Verilog around it\n"
            "    yosys: chparam -set PROGRAM \"out/" PROGRAM_HEX "\" nestor_soc, before hierarchy or synth\n\n"
            "A simulator looks for a relative path in the folder where it runs.\n",
            config->ram_base, program,
            *program == '/' ? "so that the commands above find it wherever they are run."
                            : "(a path that is not plain ASCII is none for all tools): run them in this folder.");
}

/* For a SoC of one's own: which names the core knows, and which ports may stay as they are. */
static void write_core_use(FILE *out, const struct hv_config *config)
{
    fprintf(out,
            "\n## Around the core\n\n"
            "Addresses on the bus are real names, which are physical addresses, in bytes. The core knows what lies\n"
            "where: RAM from 0x%08" PRIx32 ", 0x%" PRIx32 " bytes, where it begins at 0x%08" PRIx32 "; CLINT from\n"
            "0x%08" PRIx32 ", UART from 0x%08" PRIx32 ", finisher from 0x%08" PRIx32
            ", which are yours to have or not%s.\n"
            "An access to any other name is an access fault and does not reach the bus.\n\n"
            "`irq_*_i` and `mtime_i` may be 0. `commit_o` and `wfi_o` are for a timer that counts records%s.\n"
            "`wfi_wakeable_i` is 1 if a timer may wake a WFI. What goes when over the ports is in Nestor's\n"
            "docs/microarchitecture.md, \"Tops\" and \"Interrupt timing\".\n",
            config->ram_base, config->ram_bytes, config->reset_vector, config->clint_base, config->uart_base,
            config->finisher_base, config->windows ? "; and the device windows" : "",
            config->timebase == HV_TIMEBASE_CLOCK ? ", and may stay open" : "");
}

static void write_rest(FILE *out, const struct hv_config *config, const char *top)
{
    char hash[17];
    hv_config_hash(config, hash);
    fprintf(
        out,
        "\n## Configuration %s, hash %s\n\nIts text is the comment at the head of `%s.v`; every file has its hash.\n\n"
        "`" MANIFEST
        "` tells `nestor gen` which files it wrote here. It replaces those, and removes those that another\n"
        "configuration does not have. It does not touch files of yours, or that you have changed: if one is in the "
        "way,\n"
        "it says so and writes nothing.\n",
        config->name, hash, top);
}

void write_readme(struct output *output, design *d, const struct hv_config *config,
                  const struct rtlgen_options *options, const char *program, enum program_use use)
{
    const char *top = top_name(options);
    FILE *out = output_file(output, "README.md");
    if (!out)
        return;
    fprintf(out, "# %s, configuration %s\n\nMade by Nestor %s%s.\n\n", top, config->name, NESTOR_VERSION,
            options->no_rvfi ? ", without the RVFI ports" : "");
    write_units(out, d);
    if (strcmp(top, "nestor_core") != 0)
        write_ports(out, d, top);
    write_ports(out, d, "nestor_core");
    if (options->board)
        write_board_use(out, options->board);
    else
        write_use(out, config, top);
    if (options->core_only)
        write_core_use(out, config);
    if (use == PROGRAM_LOADER)
        fprintf(out,
                "\n## The loader\n\n`" PROGRAM_HEX "` is the loader, which takes programs over the serial line:\n\n"
                "    nestor board run --board %s --port /dev/ttyUSB0 PROGRAM.elf\n",
                options->board->name);
    else if (use == PROGRAM_IN_RAM)
        write_program_use(out, config, program);
    else if (use != PROGRAM_NONE)
        write_boot_use(out, config);
    if (has_bench(use))
        write_bench_use(out);
    write_rest(out, config, top);
}
