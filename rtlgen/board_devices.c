/* What is at the Wishbone port of a board's device windows: each device has the port's signals, wb_*, with cyc only for
 * names of its own window; the answers are joined. A window with nothing in it ends each access with err.
 */
#include "rtlgen/board.h"
#include "rtlgen/units.h"

#include <string.h>

/* Signals from the SoC's port, as all devices have them. */
static const struct {
    const char *port;
    unsigned width;
} to_device[] = {{"wb_stb", 1}, {"wb_we", 1}, {"wb_adr", 32}, {"wb_sel", 4}, {"wb_dat", 32}};

/* A peripheral of the user's: its ports are those of README.md and docs/guide.md. */
static module *peripheral_module(design *d, const struct board_peripheral *p)
{
    module *m = module_extern(d, p->name);
    input(m, "clk", 1);
    input(m, "rst", 1);
    input(m, "wb_cyc_i", 1);
    for (size_t i = 0; i < sizeof to_device / sizeof to_device[0]; i++)
        input(m, fmt("%s_i", to_device[i].port), to_device[i].width);
    output_wire(m, "wb_stall_o", 1);
    output_wire(m, "wb_ack_o", 1);
    output_wire(m, "wb_err_o", 1);
    output_wire(m, "wb_dat_o", 32);
    output_wire(m, "irq_o", 1);
    if (p->in.count)
        input(m, "pins_i", p->in.count);
    if (p->out.count)
        output_wire(m, "pins_o", p->out.count);
    return m;
}

struct port {
    module *m;
    const struct board *board;
    instance *soc;
    sig reset;
    sig some, stall, ack, err, data, irq; /* of all devices so far */
};

/* Devices that read fewer bits of the address, or no byte lanes, have narrower ports, or none. */
static void connect(const struct port *p, instance *device, const module *of, sig here, unsigned address_bits)
{
    module *m = p->m;
    port_in(device, "wb_cyc_i", and_(port_out(p->soc, "wb_cyc_o"), here));
    for (size_t i = 0; i < sizeof to_device / sizeof to_device[0]; i++) {
        const char *port = fmt("%s_i", to_device[i].port);
        sig s = port_out(p->soc, fmt("%s_o", to_device[i].port));
        if (has_port(of, port))
            port_in(device, port, to_device[i].width == 32 && i == 2 ? bits(s, address_bits - 1, 0) : s);
    }
}

static void join(struct port *p, instance *device, sig here)
{
    p->some = or_(p->some, here);
    p->stall = or_(p->stall, and_(here, port_out(device, "wb_stall_o")));
    p->ack = or_(p->ack, and_(here, port_out(device, "wb_ack_o")));
    p->err = or_(p->err, and_(here, port_out(device, "wb_err_o")));
    p->data = or_(p->data, and_(port_out(device, "wb_dat_o"), repeat(here, 32)));
}

static void add_gpio(struct port *p, design *d, sig here)
{
    module *m = p->m;
    const struct board *b = p->board;
    module *gpio = gpio_module(d, b->gpio_leds.count, b->gpio_buttons.count);
    instance *device = inst(m, gpio, "u_gpio");
    connect(p, device, gpio, here, 12);
    if (b->gpio_leds.count) {
        sig leds = port_out(device, "leds_o");
        describe(output(m, "leds", b->gpio_lit ? leds : not_(leds)), "LEDs that programs switch");
    }
    if (b->gpio_buttons.count) {
        sig buttons = describe(input(m, "buttons", b->gpio_buttons.count), "buttons that programs read");
        port_in(device, "buttons_i", b->gpio_pressed ? buttons : not_(buttons));
    }
    join(p, device, here);
}

/* The ECP5's flash clock has no pin that logic reaches, but a primitive. */
static void flash_clock(struct port *p, design *d, sig clock)
{
    module *m = module_extern(d, "USRMCLK");
    input(m, "USRMCLKI", 1);
    input(m, "USRMCLKTS", 1);
    module *primitive = m;
    m = p->m;
    instance *pin = inst(m, primitive, "u_usrmclk");
    port_in(pin, "USRMCLKI", clock);
    port_in(pin, "USRMCLKTS", lit(1, 0));
}

static void add_flash(struct port *p, design *d, sig here, uint32_t hz)
{
    module *m = p->m;
    module *flash = flash_module(d, p->board->flash_offset, hz);
    instance *device = inst(m, flash, "u_flash");
    connect(p, device, flash, here, 24);
    if (strcmp(p->board->flash_clk, "usrmclk") == 0)
        flash_clock(p, d, port_out(device, "flash_clk_o"));
    else
        describe(output(m, "flash_clk", port_out(device, "flash_clk_o")), "the flash's clock");
    describe(output(m, "flash_cs", port_out(device, "flash_cs_o")), "it is not selected");
    describe(output(m, "flash_out", port_out(device, "flash_out_o")), "line to the flash");
    port_in(device, "flash_in_i", describe(input(m, "flash_in", 1), "line from the flash"));
    join(p, device, here);
}

static void add_peripheral(struct port *p, design *d, const struct board_peripheral *of, sig here)
{
    module *m = p->m, *peripheral = peripheral_module(d, of);
    instance *device = inst(m, peripheral, fmt("u_%s", of->name));
    port_in(device, "clk", clock_signal(m));
    port_in(device, "rst", p->reset);
    connect(p, device, peripheral, here, 32);
    if (of->in.count)
        port_in(device, "pins_i", describe(input(m, fmt("%s_i", of->name), of->in.count), "its pins"));
    if (of->out.count)
        describe(output(m, fmt("%s_o", of->name), port_out(device, "pins_o")), "its pins");
    p->irq = or_(p->irq, port_out(device, "irq_o"));
    join(p, device, here);
}

void board_devices(design *d, module *m, const struct board *board, const struct board_clock *clock,
                   const struct hv_config *config, instance *soc, sig reset)
{
    section(m, "Device windows");
    sig none = lit(1, 0);
    struct port p = {m, board, soc, reset, none, none, none, none, zeros(32), none};
    for (unsigned i = 0; i < config->windows; i++) {
        const struct hv_device_window *window = &config->window[i];
        const struct board_peripheral *peripheral;
        const enum board_device device = board_device_of(board, window, &peripheral);
        if (device == BOARD_NOTHING)
            continue;
        sig here =
            name(m, fmt("is_%s", window->name), in_range(m, port_out(soc, "wb_adr_o"), window->base, window->bytes));
        if (device == BOARD_GPIO)
            add_gpio(&p, d, here);
        else if (device == BOARD_FLASH)
            add_flash(&p, d, here, clock->hz);
        else
            add_peripheral(&p, d, peripheral, here);
    }
    port_in(soc, "irq_external_i", p.irq);
    port_in(soc, "wb_stall_i", p.stall);
    port_in(soc, "wb_ack_i", p.ack);
    port_in(soc, "wb_dat_i", p.data);
    port_in(soc, "wb_err_i", or_(p.err, and_(port_out(soc, "wb_cyc_o"), not_(p.some))));
}
