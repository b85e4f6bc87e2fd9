/* nestor_core_classic: the core with Wishbone B4 classic cycles and word addresses, as LiteX, FuseSoC and many slaves
 * have them (docs/microarchitecture.md, "Tops").
 */
#include "rtlgen/units.h"

/* A pipelined request is taken into registers, and held as a classic cycle until ack or err; with that one, the next is
 * taken. So no path leads from the slave's answer to its request. */
static module *classic_module(design *d, bool err)
{
    module *m = module_new(d, MODULE_PREFIX "classic");
    module_comment(m, "One port, from Wishbone B4 pipelined and byte addresses to classic cycles and word addresses.");
    section(m, "The core's side");
    sig cyc = input(m, "cyc_i", 1), stb = input(m, "stb_i", 1), we = input(m, "we_i", 1);
    sig address = describe(input(m, "adr_i", 32), "byte address of a word");
    sig lanes = input(m, "sel_i", 4), data = input(m, "dat_i", 32);

    section(m, "The slave's side");
    sig ack = input(m, "wb_ack_i", 1), ends = ack;
    if (err) {
        sig fails = input(m, "wb_err_i", 1);
        ends = or_(ack, fails);
        output(m, "err_o", fails);
    }
    sig active = describe(reg(m, "wb_cyc_o", 1, 0), "a cycle, until ack or err");
    sig held_we = reg_noreset(m, "wb_we_o", 1), held_lanes = reg_noreset(m, "wb_sel_o", 4);
    sig held_data = reg_noreset(m, "wb_dat_o", 32);
    sig held_address = describe(reg_noreset(m, "wb_adr_o", 30), "number of the word");
    sig busy = name(m, "busy", and_(active, not_(ends)));
    sig taken = name(m, "taken", and_(cyc, stb, not_(busy)));
    when (taken) {
        set(active, lit(1, 1));
        set(held_we, we);
        set(held_lanes, lanes);
        set(held_data, data);
        set(held_address, bits(address, 31, 2));
    }
    elsewhen (ends)
        set(active, lit(1, 0));
    output(m, "wb_cyc_o", active);
    output(m, "wb_stb_o", active);
    output(m, "wb_we_o", held_we);
    output(m, "wb_sel_o", held_lanes);
    output(m, "wb_dat_o", held_data);
    output(m, "wb_adr_o", held_address);
    output(m, "stall_o", busy);
    output(m, "ack_o", ack);
    output(m, "dat_o", input(m, "wb_dat_i", 32));
    return m;
}

/* The instruction port only reads whole words. */
static void join(module *m, instance *core, instance *bridge, const char *port, bool err)
{
    const bool data = port[0] == 'd';
    section(m, data ? "Data port" : "Instruction port");
    port_in(bridge, "cyc_i", port_out(core, fmt("%s_cyc_o", port)));
    port_in(bridge, "stb_i", port_out(core, fmt("%s_stb_o", port)));
    port_in(bridge, "adr_i", port_out(core, fmt("%s_adr_o", port)));
    port_in(bridge, "we_i", data ? port_out(core, "dbus_we_o") : lit(1, 0));
    port_in(bridge, "sel_i", data ? port_out(core, "dbus_sel_o") : lit(4, 15));
    port_in(bridge, "dat_i", data ? port_out(core, "dbus_dat_o") : zeros(32));
    port_in(core, fmt("%s_stall_i", port), port_out(bridge, "stall_o"));
    port_in(core, fmt("%s_ack_i", port), port_out(bridge, "ack_o"));
    port_in(core, fmt("%s_dat_i", port), port_out(bridge, "dat_o"));
    describe(output(m, fmt("%s_cyc_o", port), port_out(bridge, "wb_cyc_o")), "Wishbone B4 classic: a cycle");
    describe(output(m, fmt("%s_stb_o", port), port_out(bridge, "wb_stb_o")), "the same");
    describe(output(m, fmt("%s_adr_o", port), port_out(bridge, "wb_adr_o")),
             "number of the word: bits 31:2 of its name");
    if (data) {
        describe(output(m, "dbus_we_o", port_out(bridge, "wb_we_o")), "it writes");
        describe(output(m, "dbus_sel_o", port_out(bridge, "wb_sel_o")), "bytes of the word");
        describe(output(m, "dbus_dat_o", port_out(bridge, "wb_dat_o")), "data to write");
    }
    port_in(bridge, "wb_ack_i", describe(input(m, fmt("%s_ack_i", port), 1), "ends the cycle"));
    port_in(bridge, "wb_dat_i", describe(input(m, fmt("%s_dat_i", port), 32), "with ack: the word read"));
    if (!err)
        return;
    port_in(bridge, "wb_err_i", describe(input(m, fmt("%s_err_i", port), 1), "ends the cycle: nothing was done"));
    port_in(core, fmt("%s_err_i", port), port_out(bridge, "err_o"));
}

/* All other ports as the core has them. */
static void pass_on(module *m, const module *core, instance *u)
{
    static const struct {
        const char *name;
        unsigned width;
    } in[] = {{"irq_external_i", 1}, {"irq_timer_i", 1}, {"irq_software_i", 1}, {"mtime_i", 64}, {"wfi_wakeable_i", 1}};
    static const char *const out[] = {"commit_o", "wfi_o", "halted_o"};
    section(m, "As of the core");
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        if (has_port(core, in[i].name))
            port_in(u, in[i].name, describe(input(m, in[i].name, in[i].width), core_port_meaning(in[i].name)));
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (has_port(core, out[i]))
            describe(output(m, out[i], port_out(u, out[i])), core_port_meaning(out[i]));
    for (size_t i = 0; core_record_port(i); i++) {
        const char *port = core_record_port(i);
        if (has_port(core, port))
            describe(output(m, port, port_out(u, port)), core_port_meaning(port));
    }
}

module *nestor_core_classic_module(design *d, const struct hv_config *config, bool rvfi, unsigned outside, bool err)
{
    module *core = nestor_core_module(d, config, rvfi, outside, err);
    module *bridge = classic_module(d, err);
    module *m = module_new(d, MODULE_PREFIX "core_classic");
    module_comment(m, "The processor with ports of Wishbone B4 classic cycles and word addresses.");
    instance *u_core = inst(m, core, "u_core");
    join(m, u_core, inst(m, bridge, "u_ibus"), "ibus", err);
    join(m, u_core, inst(m, bridge, "u_dbus"), "dbus", err);
    pass_on(m, core, u_core);
    return m;
}
