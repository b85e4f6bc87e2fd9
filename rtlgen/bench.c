/* A test bench for the SoC with its program, for any simulator. */
#include "rtlgen/scripts.h"

#include <string.h>

/* What the bench gives each port of the SoC, or looks at; an input that is not here is 0, an output is left open. */
static const struct {
    const char *port;
    const char *value;
} ports[] = {
    {"clk", "clk"},
    {"rst", "rst"},
    {"uart_tx_ready_i", "1'b1"},
    {"wb_err_i", "wb_cyc_o"}, /* nobody is there: every access to a device window ends with err */
    {"wb_cyc_o", "wb_cyc_o"},
    {"uart_tx_valid_o", "uart_tx_valid_o"},
    {"uart_tx_data_o", "uart_tx_data_o"},
    {"finished_o", "finished_o"},
    {"exit_code_o", "exit_code_o"},
    {"halted_o", "halted_o"},
};

static void connect(FILE *out, const hdl_port_info *port, bool last)
{
    const char *value = NULL;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (!strcmp(port->name, ports[i].port))
            value = ports[i].value;
    fprintf(out, "        .%s(", port->name);
    if (value)
        fputs(value, out);
    else if (!port->is_output)
        fprintf(out, "%u'd0", port->width);
    fprintf(out, ")%s\n", last ? "" : ",");
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
