/* nestor_soc: the core with bus, RAM, CLINT, UART and finisher (docs/microarchitecture.md, "Tops"). */
#include "rtlgen/sdram.h"
#include "rtlgen/units.h"

#include <assert.h>

struct soc {
    instance *core, *bus, *clint, *uart, *finisher;
    instance *ram;   /* for the bus: RAM, or the cache of an SDRAM */
    instance *sdram; /* or NULL */
    instance *boot;  /* or NULL: it stands between bus and RAM */
};

/* Ports of one name at both ends but for the direction's letter: <name>_o of `from`, <name>_i of `to`. */
static void connect(module *m, instance *from, instance *to, const char *const *names)
{
    for (; *names; names++)
        port_in(to, fmt("%s_i", *names), port_out(from, fmt("%s_o", *names)));
}

static void connect_core(module *m, const struct soc *s, bool windows)
{
    static const char *const to_bus[] = {"ibus_cyc", "ibus_stb", "ibus_adr", "dbus_cyc", "dbus_stb",
                                         "dbus_we",  "dbus_adr", "dbus_sel", "dbus_dat", NULL};
    static const char *const to_core[] = {"ibus_stall", "ibus_ack", "ibus_dat", "dbus_stall",
                                          "dbus_ack",   "dbus_dat", NULL};
    static const char *const lines[] = {"irq_software", "irq_timer", "mtime", "wfi_wakeable", NULL};
    connect(m, s->core, s->bus, to_bus);
    connect(m, s->bus, s->core, to_core);
    connect(m, s->clint, s->core, lines);
    sig external = port_out(s->uart, "irq_o");
    if (windows)
        external = or_(external, describe(input(m, "irq_external_i", 1), "the devices' interrupt line, part of MEIP"));
    port_in(s->core, "irq_external_i", external);
}

/* In the time base clock, time goes by without the core. */
static void connect_time(const struct hv_config *config, const struct soc *s)
{
    if (config->timebase == HV_TIMEBASE_CLOCK)
        return;
    port_in(s->clint, "commit_i", port_out(s->core, "commit_o"));
    port_in(s->clint, "wfi_i", port_out(s->core, "wfi_o"));
}

/* The requests of RAM: ram_<name>_o of `from`, <name>_i of `to`, but the first `skip`: only a cache wants an enable. */
static void connect_requests(module *m, instance *from, instance *to, size_t skip)
{
    static const char *const names[] = {"enable", "write", "address", "lanes", "data", NULL};
    for (size_t i = skip; names[i]; i++)
        port_in(to, fmt("%s_i", names[i]), port_out(from, fmt("ram_%s_o", names[i])));
}

static void connect_ram(module *m, const struct hv_config *config, const struct soc *s)
{
    const bool fast = !s->sdram;
    if (s->boot)
        connect_requests(m, s->bus, s->boot, fast);
    connect_requests(m, s->boot ? s->boot : s->bus, s->ram, fast);
    if (config->ram_ports == 2)
        port_in(s->ram, "read_address_i", port_out(s->bus, "ram_read_address_o"));
    port_in(s->bus, "ram_data_i", port_out(s->ram, "data_o"));
    if (!s->sdram)
        return;
    sig stall = port_out(s->ram, "stall_o");
    port_in(s->bus, "ram_stall_i", stall);
    port_in(s->bus, "ram_done_i", port_out(s->ram, "done_o"));
    if (s->boot)
        port_in(s->boot, "ram_stall_i", stall);
}

/* Between cache and controller, and the chip's pins. */
static void connect_sdram(module *m, const struct soc *s, const struct sdram_chip *chip)
{
    static const char *const requests[] = {"read", "write", "lanes", "data"}, *const answers[] = {"ready", "valid",
                                                                                                  "data"};
    for (size_t i = 0; i < 4; i++)
        port_in(s->sdram, fmt("%s_i", requests[i]), port_out(s->ram, fmt("sdram_%s_o", requests[i])));
    port_in(s->sdram, "address_i", zext(port_out(s->ram, "sdram_address_o"), sdram_word_bits(chip)));
    for (size_t i = 0; i < 3; i++)
        port_in(s->ram, fmt("sdram_%s_i", answers[i]), port_out(s->sdram, fmt("%s_o", answers[i])));

    section(m, "Pins of the SDRAM, whose clock is the inverse of clk");
    static const struct {
        const char *port, *from, *meaning;
    } out[] = {
        {"sdram_command_o", "command_o", "cs, ras, cas, we, active low"},
        {"sdram_bank_o", "bank_o", "ba"},
        {"sdram_address_o", "pins_o", "address pins"},
        {"sdram_mask_o", "mask_o", "dqm"},
        {"sdram_data_o", "dq_o", "data"},
        {"sdram_drives_o", "drives_o", "sdram_data_o is to be driven"},
    };
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
        describe(output(m, out[i].port, port_out(s->sdram, out[i].from)), out[i].meaning);
    port_in(s->sdram, "dq_i", describe(input(m, "sdram_data_i", chip->data_bits), "the data pins"));
}

/* While boot copies, all others are in reset; RAM has none. */
static void hold_in_reset(module *m, const struct soc *s, bool keeps_time)
{
    if (!s->boot)
        return;
    sig held = describe(reg(m, "held", 1, 1), "reset of all but boot");
    set(held, port_out(s->boot, "copying_o"));
    instance *const units[] = {s->core, s->bus, s->clint, s->uart, s->finisher};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        inst_reset(units[i], held);
    if (keeps_time)
        port_in(s->clint, "stop_i", or_(held, port_out(s->finisher, "finished_o"), port_out(s->core, "halted_o")));
}

/* The request's signals, of which each device takes as many low bits as it has registers for. */
static void connect_device(const struct soc *s, instance *device, sig enable, unsigned offset_bits, unsigned data_bits)
{
    port_in(device, "enable_i", enable);
    port_in(device, "write_i", port_out(s->bus, "device_write_o"));
    port_in(device, "offset_i", bits(port_out(s->bus, "device_offset_o"), offset_bits - 1, 0));
    port_in(device, "lanes_i", port_out(s->bus, "device_lanes_o"));
    port_in(device, "data_i", bits(port_out(s->bus, "device_data_o"), data_bits - 1, 0));
}

static void connect_devices(const struct soc *s)
{
    connect_device(s, s->uart, port_out(s->bus, "uart_enable_o"), 12, 32);
    connect_device(s, s->clint, port_out(s->bus, "clint_enable_o"), 16, 32);
    connect_device(s, s->finisher, port_out(s->bus, "finisher_enable_o"), 12, 24);
    port_in(s->bus, "uart_data_i", port_out(s->uart, "data_o"));
    port_in(s->bus, "uart_busy_i", port_out(s->uart, "busy_o"));
    port_in(s->bus, "clint_data_i", port_out(s->clint, "data_o"));
    port_in(s->bus, "finished_i", port_out(s->finisher, "finished_o"));
}

/* The port of the device windows goes out, and what comes back on it may be err. */
static void connect_windows(module *m, const struct soc *s)
{
    section(m, "Device windows: Wishbone B4 pipelined, byte addresses");
    static const struct {
        const char *port, *from, *meaning;
    } out[] = {
        {"wb_cyc_o", "wb_cyc_o", "a request, or one that waits for its answer"},
        {"wb_stb_o", "wb_stb_o", "request"},
        {"wb_we_o", "device_write_o", "it writes"},
        {"wb_adr_o", "wb_adr_o", "real name of a word: byte address, bits 1:0 zero"},
        {"wb_sel_o", "device_lanes_o", "bytes of the word"},
        {"wb_dat_o", "device_data_o", "data to write"},
    };
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        describe(output(m, out[i].port, port_out(s->bus, out[i].from)), out[i].meaning);
    port_in(s->bus, "wb_stall_i", describe(input(m, "wb_stall_i", 1), "the request is not taken"));
    port_in(s->bus, "wb_ack_i", describe(input(m, "wb_ack_i", 1), "the answer comes"));
    port_in(s->bus, "wb_err_i", describe(input(m, "wb_err_i", 1), "in place of ack: nothing was done"));
    port_in(s->bus, "wb_dat_i", describe(input(m, "wb_dat_i", 32), "the word read"));
    port_in(s->core, "dbus_err_i", port_out(s->bus, "dbus_err_o"));
    port_in(s->core, "ibus_err_i", lit(1, 0));
}

static void ports(module *m, const struct soc *s)
{
    section(m, "Bytes of the UART");
    port_in(s->uart, "tx_ready_i", describe(input(m, "uart_tx_ready_i", 1), "uart_tx_data_o is taken"));
    port_in(s->uart, "rx_valid_i", describe(input(m, "uart_rx_valid_i", 1), "a received byte waits"));
    port_in(s->uart, "rx_data_i", describe(input(m, "uart_rx_data_i", 8), "the byte received"));
    describe(output(m, "uart_tx_valid_o", port_out(s->uart, "tx_valid_o")), "a byte to send");
    describe(output(m, "uart_tx_data_o", port_out(s->uart, "tx_data_o")), "the byte to send");
    describe(output(m, "uart_rx_ready_o", port_out(s->uart, "rx_ready_o")), "uart_rx_data_i is taken");

    section(m, "The end of a run");
    describe(output(m, "finished_o", port_out(s->finisher, "finished_o")), "the finisher was written");
    describe(output(m, "exit_code_o", port_out(s->finisher, "exit_code_o")),
             "exit code of the run, once finished_o is high");
    describe(output(m, "halted_o", port_out(s->core, "halted_o")), core_port_meaning("halted_o"));
}

/* The commit record's ports, as the core has them. */
static void rvfi_ports(module *m, const struct soc *s, const module *core)
{
    section(m, "The commit record");
    for (size_t i = 0; core_record_port(i); i++) {
        const char *port = core_record_port(i);
        if (has_port(core, port))
            describe(output(m, port, port_out(s->core, port)), core_port_meaning(port));
    }
}

/* Lines that may go up whatever the core does (docs/spec.md, 10.5.5). With time base commit all input waits already,
 * and msip is the core's own; by a clock, a byte may come from the UART's line at any time. */
static unsigned lines_from_outside(const struct hv_config *config)
{
    return config->timebase == HV_TIMEBASE_CLOCK ? LINE_EXTERNAL : 0;
}

module *nestor_soc_module(design *d, const struct hv_config *config, const struct soc_options *options)
{
    const struct soc_options o = *options;
    const bool boots = o.program && o.boot_words, slow = o.sdram != NULL;
    assert(!slow || config->ram_ports == 1); /* board_config() */
    module *core = nestor_core_module(d, config, o.rvfi, lines_from_outside(config), config->windows > 0);
    module *bus = bus_module(d, config, o.rvfi, slow);
    module *boot = boots ? boot_module(d, config, o.program, o.boot_words, slow) : NULL;
    module *ram = slow ? cache_module(d, config->ram_bytes, o.cache_lines, o.sdram->masks)
                       : ram_module(d, config, boot ? NULL : o.program);
    module *sdram = slow ? sdram_module(d, o.sdram) : NULL;
    module *clint = clint_module(d, config, o.keeps_time);
    module *uart = uart_module(d);
    module *finisher = finisher_module(d);

    module *m = module_new(d, "nestor_soc");
    module_comment(m, "The processor with RAM, CLINT, UART and finisher.");
    if (o.program)
        string_parameter(m, "PROGRAM", o.program, "what RAM holds at power-on: a file for $readmemh, program.hex");
    struct soc s = {
        .core = inst(m, core, "u_core"),
        .bus = inst(m, bus, "u_bus"),
        .ram = inst(m, ram, slow ? "u_cache" : "u_ram"),
        .sdram = sdram ? inst(m, sdram, "u_sdram") : NULL,
        .clint = inst(m, clint, "u_clint"),
        .uart = inst(m, uart, "u_uart"),
        .finisher = inst(m, finisher, "u_finisher"),
        .boot = boot ? inst(m, boot, "u_boot") : NULL,
    };
    if (o.program)
        inst_parameter(boot ? s.boot : s.ram, "PROGRAM", "PROGRAM");
    if (o.rvfi)
        port_in(s.bus, "wait_i", describe(input(m, "wait_i", 1), "the bus takes no new request"));
    connect_core(m, &s, config->windows > 0);
    connect_time(config, &s);
    connect_ram(m, config, &s);
    if (sdram)
        connect_sdram(m, &s, o.sdram);
    hold_in_reset(m, &s, o.keeps_time);
    connect_devices(&s);
    if (config->windows)
        connect_windows(m, &s);
    ports(m, &s);
    if (o.rvfi)
        rvfi_ports(m, &s, core);
    return m;
}
