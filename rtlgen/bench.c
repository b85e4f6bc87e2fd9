/* For simulators and FuseSoC: a test bench for a program, and the package description of the folder. */
#include "rtlgen/scripts.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *port;
    const char *value;
} inputs[] = {
    {"clk", "clk"},
    {"rst", "rst"},
    {"uart_tx_ready_i", "1'b1"},
    {"wb_err_i", "wb_cyc_o"}, /* nobody is there: every access to a device window ends with err */
};

/* What the bench gives a port of the SoC: nothing happens at the inputs that inputs[] does not name. */
static void connect(FILE *out, const hdl_port_info *port, bool last)
{
    fprintf(out, "        .%s(", port->name);
    const char *value = port->is_output ? "" : NULL;
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        if (!strcmp(port->name, inputs[i].port))
            value = inputs[i].value;
    static const char *const used[] = {"uart_tx_valid_o", "uart_tx_data_o", "finished_o",
                                       "exit_code_o",     "halted_o",       "wb_cyc_o"};
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        if (!strcmp(port->name, used[i]))
            value = used[i];
    if (value)
        fprintf(out, "%s)%s\n", value, last ? "" : ",");
    else
        fprintf(out, "%u'd0)%s\n", port->width, last ? "" : ",");
}

void write_bench(struct output *output, design *d, const struct hv_config *config)
{
    FILE *out = output_file(output, BENCH);
    module *m = module_find(d, "nestor_soc");
    if (!out || !m)
        return;
    fprintf(
        out,
        "// Nestor %s, configuration %s: the SoC with its program, for any simulator.\n"
        "// What the program sends is printed; the simulation ends with the program, and fails if the program does.\n"
        "// +cycles=N: at most N clocks; else it has no end but the program's.\n"
        "`timescale 1ns / 1ps\n"
        "`default_nettype none\n"
        "module nestor_tb;\n"
        "    reg clk = 1'b0, rst = 1'b1;\n"
        "    wire uart_tx_valid_o, finished_o, halted_o;\n"
        "    wire [7:0] uart_tx_data_o, exit_code_o;\n",
        NESTOR_VERSION, config->name);
    if (config->windows)
        fputs("    wire wb_cyc_o;\n", out);
    fputs("    integer cycles, limit;\n\n"
          "    always #5 clk = ~clk;\n\n"
          "    nestor_soc soc (\n",
          out);
    for (size_t i = 0; i < hdl_port_count(m); i++) {
        const hdl_port_info port = hdl_port(m, i);
        connect(out, &port, i + 1 == hdl_port_count(m));
    }
    fputs("    );\n\n"
          "    initial begin\n"
          "        cycles = 0;\n"
          "        if (!$value$plusargs(\"cycles=%d\", limit)) limit = 0;\n"
          "    end\n\n"
          "    always @(posedge clk) begin\n"
          "        rst <= 1'b0;\n"
          "        cycles <= cycles + 1;\n"
          "        if (!rst && uart_tx_valid_o) $write(\"%c\", uart_tx_data_o);\n"
          "        if (!rst && finished_o) begin\n"
          "            if (exit_code_o != 8'd0) $fatal(0, \"the program has ended with %0d\", exit_code_o);\n"
          "            $finish(0);\n"
          "        end else if (!rst && halted_o)\n"
          "            $fatal(0, \"the processor waits for an interrupt that cannot come\");\n"
          "        else if (limit != 0 && cycles >= limit)\n"
          "            $fatal(0, \"the program has not ended in %0d clocks\", limit);\n"
          "    end\n"
          "endmodule\n"
          "`default_nettype wire\n",
          out);
}

/* A target that takes the file set `files` with the top `top`, and a flow of Edalize with its options. */
static void write_target(FILE *out, const char *name, const char *files, const char *top, const char *flow)
{
    fprintf(out, "  %s:\n    filesets: [%s]\n    toplevel: %s\n%s", name, files, top, flow);
}

/* The name of the configuration, of characters that a name of FuseSoC may have. */
static void package_name(const struct hv_config *config, char *name, size_t size)
{
    snprintf(name, size, "nestor_%s", config->name);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
}

void write_fusesoc(struct output *output, design *d, const struct hv_config *config,
                   const struct rtlgen_options *options)
{
    const char *top = top_name(options);
    char package[128];
    FILE *out = output_file(output, "nestor.core");
    if (!out)
        return;
    package_name(config, package, sizeof package);
    fprintf(out,
            "CAPI=2:\n"
            "# Nestor %s, configuration %s. FuseSoC: fusesoc --cores-root FOLDER run --target lint %s\n"
            "name: ::%s:%s\n"
            "description: Nestor, a RISC-V processor that is a Hardware Virtualizer; configuration %s\n\n"
            "filesets:\n"
            "  rtl:\n"
            "    file_type: verilogSource-2005\n"
            "    files:\n",
            NESTOR_VERSION, config->name, package, package, NESTOR_VERSION, config->name);
    for (size_t i = 0; i < hdl_module_count(d); i++)
        fprintf(out, "      - %s.v\n", module_name(hdl_module(d, i)));
    if (options->program)
        fprintf(out, "  bench:\n    files:\n      - " BENCH ": {file_type: systemVerilogSource}\n"
                     "      - " PROGRAM_HEX ": {file_type: user}\n");
    fputs("\ntargets:\n", out);
    write_target(out, "default", "rtl", top, "");
    write_target(out, "lint", "rtl", top,
                 "    flow: lint\n    flow_options: {tool: verilator, verilator_options: [-Wall]}\n");
    if (options->program)
        write_target(out, "sim", "rtl, bench", "nestor_tb",
                     "    flow: sim\n    flow_options: {tool: icarus, iverilog_options: [-g2009]}\n");
}
