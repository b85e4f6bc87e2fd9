/* README.md beside the Verilog: units and ports, as the checked design has them. */
#include "rtlgen/scripts.h"

#include <inttypes.h>

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

static void write_use(FILE *out, const char *top)
{
    fprintf(out,
            "\n## Use\n\n"
            "`clk` is the only clock, `rst` a synchronous reset, active high, for at least one cycle.\n\n"
            "Synthesis, in this folder: `yosys synth.ys` (iCE40), `yosys synth_up5k.ys` (iCE40 UP5K, mapped\n"
            "for area), `yosys synth_ecp5.ys` (ECP5), `yosys synth_xilinx.ys` (Xilinx 7 series). The scripts say which "
            "top they take.\n\n"
            "Simulation: `verilator --lint-only -Wall --top-module %s *.v`, `iverilog -g2005 -Wall -s %s *.v`.\n",
            top, top);
}

static void write_configuration(FILE *out, const struct hv_config *config)
{
    char text[4096], hash[17];
    hv_config_print(config, text, sizeof text);
    hv_config_hash(config, hash);
    fprintf(out, "\n## Configuration %s, hash %s\n\n```ini\n%s```\n", config->name, hash, text);
}

void write_readme(struct output *output, design *d, const struct hv_config *config,
                  const struct rtlgen_options *options)
{
    const char *top = options->core_only ? "nestor_core" : "nestor_soc";
    FILE *out = output_file(output, "README.md");
    if (!out)
        return;
    fprintf(out, "# %s, configuration %s\n\nMade by Nestor %s%s.\n\n", top, config->name, NESTOR_VERSION,
            options->no_rvfi ? ", without the RVFI ports" : "");
    write_units(out, d);
    if (!options->core_only)
        write_ports(out, d, "nestor_soc");
    write_ports(out, d, "nestor_core");
    write_use(out, top);
    write_configuration(out, config);
}
