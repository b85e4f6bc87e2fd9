/* uart: the registers of a 16550 (docs/spec.md, 10.9), with byte ports in place of the line.
 *
 * The receiver has no register of its own: RBR shows the byte that waits at the port, and
 * reading RBR takes it. So LSR tells of the next byte as soon as it waits.
 */
#include "rtlgen/units.h"

/* Registers by offset, then by byte lane of their word: 0 to 3 in the first, 4 to 7 in the second. */
enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR, REGISTERS };

enum { LSR_IDLE = 0x60, IIR_NONE = 0x01, IIR_FIFO = 0xc0 };

struct uart {
    sig enable, write, offset, lanes, data; /* the request */
    sig ier, lcr, mcr, scr, dll, dlm, fifo; /* the registers */
    sig dlab;
    sig tx_valid, tx_ready, rx_valid, rx_data;
};

static void declare(module *m, struct uart *u)
{
    u->enable = describe(input(m, "enable_i", 1), "a request");
    u->write = describe(input(m, "write_i", 1), "it writes");
    u->offset = describe(input(m, "offset_i", 12), "in the page");
    u->lanes = describe(input(m, "lanes_i", 4), "bytes to read or write");
    u->data = describe(input(m, "data_i", 32), "data to write");
    u->tx_ready = describe(input(m, "tx_ready_i", 1), "tx_data_o is taken");
    u->rx_valid = describe(input(m, "rx_valid_i", 1), "a received byte waits");
    u->rx_data = describe(input(m, "rx_data_i", 8), "the byte");

    section(m, "Registers");
    u->ier = describe(reg(m, "ier", 4, 0), "interrupt enable: kept, without effect");
    u->fifo = describe(reg(m, "fifo", 1, 0), "FCR bit 0 has been written 1: seen in IIR");
    u->lcr = describe(reg(m, "lcr", 8, 0), "line control; bit 7 is DLAB");
    u->mcr = describe(reg(m, "mcr", 5, 0), "modem control: kept, without effect");
    u->scr = describe(reg(m, "scr", 8, 0), "scratch");
    u->dll = describe(reg(m, "dll", 8, 0), "divisor, low: kept, without effect");
    u->dlm = describe(reg(m, "dlm", 8, 0), "divisor, high");
    u->tx_valid = describe(reg(m, "tx_valid_o", 1, 0), "a byte to send");
    u->dlab = name(m, "dlab", bit(u->lcr, 7));
}

/* A request of the register; offsets above 7 have none. */
static sig selects(const struct uart *u, unsigned number)
{
    sig word = match(u->offset, 0xffc, number & 4);
    return and_(u->enable, word, bit(u->lanes, number & 3));
}

static sig write_of(const struct uart *u, unsigned number)
{
    return and_(selects(u, number), u->write);
}

static sig lane(const struct uart *u, unsigned number)
{
    unsigned low = (number & 3) * 8;
    return bits(u->data, low + 7, low);
}

static void write_registers(module *m, const struct uart *u)
{
    when (write_of(u, IER)) {
        when (u->dlab)
            set(u->dlm, lane(u, IER));
        otherwise set(u->ier, bits(lane(u, IER), 3, 0));
    }
    when (and_(write_of(u, IIR_FCR), match(lane(u, IIR_FCR), 1, 1)))
        set(u->fifo, lit(1, 1));
    when (write_of(u, LCR))
        set(u->lcr, lane(u, LCR));
    when (write_of(u, MCR))
        set(u->mcr, bits(lane(u, MCR), 4, 0));
    when (write_of(u, SCR))
        set(u->scr, lane(u, SCR));
}

static void transmit(module *m, const struct uart *u)
{
    section(m, "Transmitter: one byte waits until it is taken");
    sig tx_data = describe(reg_noreset(m, "tx_data_o", 8), "the byte");
    when (u->tx_ready)
        set(u->tx_valid, lit(1, 0));
    when (write_of(u, RBR_THR)) {
        when (u->dlab)
            set(u->dll, lane(u, RBR_THR));
        otherwise
        {
            set(tx_data, lane(u, RBR_THR));
            set(u->tx_valid, lit(1, 1));
        }
    }
    output(m, "tx_valid_o", u->tx_valid);
    output(m, "tx_data_o", tx_data);
    describe(output(m, "busy_o", and_(u->tx_valid, not_(u->tx_ready))), "no byte can be written");
}

static void read_registers(module *m, const struct uart *u)
{
    section(m, "Reading");
    sig iir = cat(repeat(u->fifo, 2), lit(6, IIR_NONE));
    sig lsr = cat(lit(7, LSR_IDLE >> 1), u->rx_valid);
    sig received = and_(u->rx_data, repeat(u->rx_valid, 8));
    sig rbr = mux(u->dlab, u->dll, received);
    sig ier = mux(u->dlab, u->dlm, zext(u->ier, 8));
    sig low = name(m, "registers_0_to_3", cat(u->lcr, iir, ier, rbr));
    sig high = name(m, "registers_4_to_7", cat(u->scr, zeros(8), lsr, zext(u->mcr, 8)));
    sig word = mux(match(u->offset, 0xffc, 0), low, mux(match(u->offset, 0xffc, 4), high, zeros(32)));
    describe(output(m, "data_o", word), "word read, in the cycle of the request");

    sig take = and_(selects(u, RBR_THR), not_(u->write), not_(u->dlab));
    describe(output(m, "rx_ready_o", take), "the waiting byte, if any, is taken");
}

module *uart_module(design *d)
{
    module *m = module_new(d, "nestor_uart");
    module_comment(m, "The registers of a 16550 UART, polled; bytes go in and out by valid and ready.");
    struct uart u = {0};
    declare(m, &u);
    write_registers(m, &u);
    transmit(m, &u);
    read_registers(m, &u);
    return m;
}
