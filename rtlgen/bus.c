/* bus: arbiter of the two Wishbone ports and decoder of real names (docs/spec.md, 2 and 10.2).
 *
 * The data port goes first: the instruction port waits while it asks, but RAM with two ports is written beside. RAM
 * answers in the next cycle, so that each port can have one request in flight and one more
 * accepted in every cycle. A request to a device is latched, reaches the device a cycle
 * later, and is answered another cycle later; meanwhile the data port waits. So every record before
 * a load of mtime has advanced it, no path leads from the core through a device back into it, and
 * neither stall depends on an address. Names without a device read 0 and ignore writes. A request to a device window
 * waits on a Wishbone port (B4 pipelined) until that port ends it.
 *
 * RAM that may take longer (cache) takes one request at a time; its answer goes to the port that has asked.
 */
#include "rtlgen/units.h"

/* One of the two Wishbone ports, as the bus sees it. */
struct port {
    sig request; /* cyc and stb */
    sig address;
    sig accepted; /* the request is taken in this cycle */
};

/* The data port's additional signals, and which unit its address names. */
struct data_port {
    struct port port;
    sig write, lanes, data, stall;
    sig is_ram, is_uart, is_clint, is_finisher, is_window; /* is_window: 0 without windows */
};

/* RAM that may take longer: its two signals, none where RAM answers in the next cycle. */
struct slow {
    sig stall, done;
};

/* The answer of a request of such a RAM that was accepted. */
static sig slow_answer(module *m, const char *label, sig accepted, const struct slow *slow)
{
    sig waits = describe(reg(m, label, 1, 0), "RAM has not yet answered this port");
    set(waits, or_(accepted, and_(waits, not_(slow->done))));
    return and_(waits, slow->done);
}

/* `data_goes_first`: the data port needs what a fetch would. */
static struct port instruction_port(module *m, sig data_goes_first, sig waiting, const struct slow *slow)
{
    struct port p;
    section(m, "Instruction port");
    sig cyc = input(m, "ibus_cyc_i", 1);
    sig stb = input(m, "ibus_stb_i", 1);
    p.address = describe(input(m, "ibus_adr_i", 32), "real name, always in RAM");
    p.request = name(m, "ibus_request", and_(cyc, stb));
    sig stall = output(m, "ibus_stall_o", or_(data_goes_first, waiting));
    p.accepted = name(m, "ibus_accepted", and_(p.request, not_(stall)));
    if (is_none(slow->done)) {
        sig ack = reg(m, "ibus_ack_o", 1, 0);
        set(ack, p.accepted);
        describe(output(m, "ibus_ack_o", ack), "ibus_dat_o is the answer");
    } else {
        describe(output(m, "ibus_ack_o", slow_answer(m, "ibus_waits", p.accepted, slow)), "ibus_dat_o is the answer");
    }
    return p;
}

static struct data_port data_port(module *m, const struct hv_config *config)
{
    struct data_port p;
    section(m, "Data port");
    sig cyc = input(m, "dbus_cyc_i", 1);
    sig stb = input(m, "dbus_stb_i", 1);
    p.write = describe(input(m, "dbus_we_i", 1), "only with a request");
    p.port.address = describe(input(m, "dbus_adr_i", 32), "real name");
    p.lanes = input(m, "dbus_sel_i", 4);
    p.data = input(m, "dbus_dat_i", 32);
    p.port.request = name(m, "dbus_request", and_(cyc, stb));
    p.is_ram = name(m, "is_ram", in_range(m, p.port.address, config->ram_base, config->ram_bytes));
    p.is_uart = name(m, "is_uart", in_range(m, p.port.address, config->uart_base, HV_UART_BYTES));
    p.is_clint = name(m, "is_clint", in_range(m, p.port.address, config->clint_base, HV_CLINT_BYTES));
    p.is_finisher = name(m, "is_finisher", in_range(m, p.port.address, config->finisher_base, HV_FINISHER_BYTES));
    p.is_window = lit(1, 0);
    for (uint32_t i = 0; i < config->windows; i++)
        p.is_window = or_(p.is_window, in_range(m, p.port.address, config->window[i].base, config->window[i].bytes));
    return p;
}

/* The device's request that is latched. */
struct latched {
    sig active; /* there is one */
    sig is_uart, is_clint, is_finisher;
    sig write, offset, lanes, data;
    sig done; /* the device takes it in this cycle */
    /* With windows only. */
    sig is_window, high; /* high: the name above the offset */
    sig err;             /* done, but with err */
};

/* The windows' port: the request is offered until it is taken, and stays until it is answered. Returns: it ends. */
static sig window_port(module *m, struct latched *l)
{
    section(m, "The port of the device windows");
    l->is_window = reg_noreset(m, "for_window", 1);
    l->high = describe(reg_noreset(m, "window_high", 16), "bits 31:16 of its name");
    sig stall = describe(input(m, "wb_stall_i", 1), "the request is not taken");
    sig ack = describe(input(m, "wb_ack_i", 1), "the answer comes"), err = input(m, "wb_err_i", 1);
    describe(err, "in place of ack: there is nothing");
    sig taken = describe(reg(m, "window_taken", 1, 0), "the request has been taken");
    sig here = name(m, "window_active", and_(l->active, l->is_window));
    describe(output(m, "wb_cyc_o", here), "a request, or one that waits for its answer");
    sig stb = describe(output(m, "wb_stb_o", and_(here, not_(taken))), "request");
    describe(output(m, "wb_adr_o", cat(l->high, bits(l->offset, 15, 2), lit(2, 0))),
             "real name of a word: byte address, bits 1:0 zero");
    sig ends = name(m, "window_ends", and_(here, or_(ack, err)));
    when (ends)
        set(taken, lit(1, 0));
    elsewhen (and_(stb, not_(stall)))
        set(taken, lit(1, 1));
    l->err = and_(here, err);
    return ends;
}

static struct latched latch(module *m, bool windows)
{
    struct latched l = {0};
    section(m, "A device's request, and the answers");
    l.active = describe(reg(m, "device_active", 1, 0), "a request waits for its device");
    l.is_uart = reg_noreset(m, "for_uart", 1);
    l.is_clint = reg_noreset(m, "for_clint", 1);
    l.is_finisher = reg_noreset(m, "for_finisher", 1);
    l.write = describe(reg_noreset(m, "device_write_o", 1), "it writes");
    l.offset = describe(reg_noreset(m, "device_offset_o", 16), "in the device's window");
    l.lanes = describe(reg_noreset(m, "device_lanes_o", 4), "bytes to read or write");
    l.data = describe(reg_noreset(m, "device_data_o", 32), "data to write; a cycle later the answer");
    sig uart_busy = describe(input(m, "uart_busy_i", 1), "the UART cannot take a byte");
    comment(m, "The UART holds the port while its transmitter is busy: software need not wait for it.");
    sig held = name(m, "held", and_(l.is_uart, l.write, uart_busy));
    sig waits = held;
    if (windows) {
        sig ends = window_port(m, &l);
        waits = or_(held, and_(l.is_window, not_(ends)));
    }
    l.done = name(m, "device_done", and_(l.active, not_(waits)));
    return l;
}

static void accept_data(module *m, struct data_port *p, const struct latched *l, sig waiting, bool windows)
{
    p->stall = output(m, "dbus_stall_o", or_(waiting, l->active));
    p->port.accepted = name(m, "dbus_accepted", and_(p->port.request, not_(p->stall)));
    when (l->done)
        set(l->active, lit(1, 0));
    when (p->port.accepted) {
        set(l->active, not_(p->is_ram));
        set(l->is_uart, p->is_uart);
        set(l->is_clint, p->is_clint);
        set(l->is_finisher, p->is_finisher);
        set(l->write, p->write);
        set(l->offset, bits(p->port.address, 15, 0));
        set(l->lanes, p->lanes);
        set(l->data, p->data);
        if (windows) {
            set(l->is_window, p->is_window);
            set(l->high, bits(p->port.address, 31, 16));
        }
    }
}

/* The word's number in RAM. */
static sig ram_word(module *m, const struct hv_config *config, sig address)
{
    unsigned width = clog2(config->ram_bytes / 4);
    sig word = bits(address, width + 1, 2);
    uint32_t first = config->ram_base >> 2 & (uint32_t)((UINT64_C(1) << width) - 1);
    return first ? sub(word, lit(width, first)) : word;
}

static void to_ram(module *m, const struct hv_config *config, const struct port *i, const struct data_port *d,
                   bool slow_ram)
{
    section(m, "RAM");
    sig accepted = d->port.accepted;
    if (config->depth) {
        comment(m, "A write comes with a request. That there is one is known late, of a walk's word, which is read.");
        accepted = not_(d->stall);
    }
    sig writes = name(m, "data_writes", and_(d->write, accepted, d->is_ram));
    if (config->ram_ports == 2) {
        sig reads = name(m, "data_reads", and_(d->port.request, not_(d->write)));
        sig from = name(m, "read_name", mux(reads, d->port.address, i->address));
        describe(output(m, "ram_read_address_o", ram_word(m, config, from)), "number of the word to read");
        describe(output(m, "ram_write_o", writes), "write a word");
        describe(output(m, "ram_address_o", ram_word(m, config, d->port.address)), "its number");
        output(m, "ram_lanes_o", d->lanes);
        output(m, "ram_data_o", d->data);
        return;
    }
    sig address = name(m, "ram_name", mux(d->port.request, d->port.address, i->address));
    if (slow_ram)
        describe(output(m, "ram_enable_o", or_(and_(d->port.accepted, d->is_ram), i->accepted)),
                 "read or write a word");
    describe(output(m, "ram_write_o", writes), slow_ram ? "write" : "write a word, not read it");
    describe(output(m, "ram_address_o", ram_word(m, config, address)), "number of the word");
    output(m, "ram_lanes_o", d->lanes);
    output(m, "ram_data_o", d->data);
}

static void to_devices(module *m, const struct latched *l)
{
    section(m, "Devices: a request is one pulse of the enable, with the other signals beside it");
    output(m, "uart_enable_o", and_(l->done, l->is_uart));
    comment(m, "These two let nobody wait.");
    output(m, "clint_enable_o", and_(l->active, l->is_clint));
    output(m, "finisher_enable_o", and_(l->active, l->is_finisher));
    output(m, "device_write_o", l->write);
    output(m, "device_offset_o", l->offset);
    output(m, "device_lanes_o", l->lanes);
    output(m, "device_data_o", l->data);
}

static void answers(module *m, const struct data_port *d, const struct latched *l, bool windows,
                    const struct slow *slow)
{
    sig ram_data = describe(input(m, "ram_data_i", 32), "word read, a cycle after it was asked for");
    sig uart_data = describe(input(m, "uart_data_i", 32), "word read, with uart_enable_o");
    sig clint_data = describe(input(m, "clint_data_i", 32), "word read, with clint_enable_o");
    sig from_device = describe(reg_noreset(m, "from_device", 1), "the data port's answer comes from a device");
    set(from_device, l->done);
    sig other = zeros(32), done = l->done;
    if (windows) {
        sig window_data = describe(input(m, "wb_dat_i", 32), "word read, with wb_ack_i");
        other = and_(window_data, repeat(l->is_window, 32));
        done = and_(l->done, not_(l->err));
        sig err =
            describe(reg(m, "dbus_err_o", 1, 0), "in place of dbus_ack_o: a window has ended the request with err");
        set(err, l->err);
        output(m, "dbus_err_o", err);
    }
    comment(m,
            "The answer takes the place of the data: the device has had them, and no request is accepted meanwhile.");
    when (l->done)
        set(l->data, or_(and_(uart_data, repeat(l->is_uart, 32)), and_(clint_data, repeat(l->is_clint, 32)), other));
    sig of_ram = and_(d->port.accepted, d->is_ram), ack = of_ram;
    if (is_none(slow->done)) {
        ack = describe(reg(m, "dbus_ack_o", 1, 0), "dbus_dat_o is the answer");
        set(ack, or_(of_ram, done));
    } else {
        sig device_ack = describe(reg(m, "device_ack", 1, 0), "a device has answered");
        set(device_ack, done);
        ack = or_(slow_answer(m, "dbus_waits", of_ram, slow), device_ack);
    }
    output(m, "dbus_ack_o", ack);
    output(m, "dbus_dat_o", mux(from_device, l->data, ram_data));
    output(m, "ibus_dat_o", ram_data);
}

module *bus_module(design *d, const struct hv_config *config, bool wait_states, bool slow_ram)
{
    module *m = module_new(d, "nestor_bus");
    module_comment(m, "Arbiter of instruction and data port (data first), and decoder of real names.\n"
                      "RAM answers in the next cycle, devices two cycles later.");
    struct slow slow = {.stall = {0}, .done = {0}};
    sig waiting = describe(input(m, "finished_i", 1), "the run has ended: take no new request");
    if (wait_states)
        waiting = or_(waiting, describe(input(m, "wait_i", 1), "take no new request"));
    if (slow_ram) {
        slow.stall = describe(input(m, "ram_stall_i", 1), "RAM takes no request");
        slow.done = describe(input(m, "ram_done_i", 1), "RAM's answer");
        waiting = or_(waiting, slow.stall);
    }
    struct data_port data = data_port(m, config);
    sig first = config->ram_ports == 2 ? and_(data.port.request, not_(data.write)) : data.port.request;
    struct port instruction = instruction_port(m, first, waiting, &slow);
    const bool windows = config->windows > 0;
    struct latched latched = latch(m, windows);
    accept_data(m, &data, &latched, waiting, windows);
    answers(m, &data, &latched, windows, &slow);
    to_ram(m, config, &instruction, &data, slow_ram);
    to_devices(m, &latched);
    return m;
}
