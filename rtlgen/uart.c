/* uart: the registers of a 16550 (docs/spec.md, 10.9), with byte ports in place of the line.
 *
 * There is one register for data, that of the byte to send; in loop-back the byte stays in it until it is read. The
 * receiver has none: RBR shows the byte that waits at the port, and reading RBR takes it. So LSR tells of the next byte
 * as soon as it waits.
 */
#include "rtlgen/units.h"

/* Registers by offset, then by byte lane of their word: 0 to 3 in the first, 4 to 7 in the second. */
enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR, REGISTERS };

/* Bits of IER, and of FCR. */
enum { ENABLE_RECEIVED, ENABLE_EMPTY, ENABLE_LINE };
enum { FIFO_ENABLE, CLEAR_RECEIVER, CLEAR_TRANSMITTER };

/* MSR of a line that is there: DCD, DSR and CTS. */
enum { MSR_IDLE = 0xb0 };

struct uart {
    sig enable, write, offset, lanes, data; /* the request */
    sig ier, lcr, mcr, scr, dll, dlm, fifo; /* the registers */
    sig dlab, loop;
    sig writes_ier, writes_dlm, writes_dll, writes_fcr, writes_lcr, writes_mcr, writes_scr, reads_iir, reads_lsr;
    sig sends, takes; /* THR is written; RBR is read */
    sig tx_valid, tx_ready, tx_data, rx_valid, rx_data;
    sig emptied, looped, overrun;             /* what happened */
    sig received, busy;                       /* a byte waits; the transmitter is not empty */
    sig line_status, byte_waits, transmitter; /* causes of the interrupt, the first ones first */
};

static void declare_ports(module *m, struct uart *u)
{
    u->enable = describe(input(m, "enable_i", 1), "a request");
    u->write = describe(input(m, "write_i", 1), "it writes");
    u->offset = describe(input(m, "offset_i", 12), "in the page");
    u->lanes = describe(input(m, "lanes_i", 4), "bytes to read or write");
    u->data = describe(input(m, "data_i", 32), "data to write");
    u->tx_ready = describe(input(m, "tx_ready_i", 1), "tx_data_o is taken");
    u->rx_valid = describe(input(m, "rx_valid_i", 1), "a received byte waits");
    u->rx_data = describe(input(m, "rx_data_i", 8), "the byte");
}

static void declare_registers(module *m, struct uart *u)
{
    section(m, "Registers");
    u->ier = describe(reg(m, "ier", 4, 0), "interrupt enable: byte received, transmitter empty, line status, modem");
    u->fifo = describe(reg(m, "fifo", 1, 0), "FCR bit 0: seen in IIR");
    u->lcr = describe(reg(m, "lcr", 8, 0), "line control; bit 7 is DLAB");
    u->mcr = describe(reg(m, "mcr", 5, 0), "modem control; bit 4 is loop-back");
    u->scr = describe(reg(m, "scr", 8, 0), "scratch");
    u->dll = describe(reg(m, "dll", 8, 0), "divisor, low: kept, without effect");
    u->dlm = describe(reg(m, "dlm", 8, 0), "divisor, high");
    u->tx_valid = describe(reg(m, "tx_valid_o", 1, 0), "a byte to send");
    u->tx_data = describe(reg_noreset(m, "tx_data_o", 8), "the byte to send, or that came back in loop-back");
    u->emptied = describe(reg(m, "emptied", 1, 0), "the transmitter has become empty, and IIR has not told yet");
    u->looped = describe(reg(m, "looped", 1, 0), "a byte that came back waits");
    u->overrun = describe(reg(m, "overrun", 1, 0), "another one came back before it was read");
    u->dlab = name(m, "dlab", bit(u->lcr, 7));
    u->loop = name(m, "loop", bit(u->mcr, 4));
    u->received = name(m, "received", or_(u->looped, and_(u->rx_valid, not_(u->loop))));
    u->busy = name(m, "busy", and_(u->tx_valid, not_(u->tx_ready)));
}

/* A request of the register; offsets above 7 have none. */
static sig selects(const struct uart *u, unsigned number)
{
    sig word = match(u->offset, 0xffc, number & 4);
    return and_(u->enable, word, bit(u->lanes, number & 3));
}

static sig writes(module *m, const struct uart *u, const char *label, unsigned number)
{
    return name(m, fmt("writes_%s", label), and_(selects(u, number), u->write));
}

static sig reads(module *m, const struct uart *u, const char *label, unsigned number)
{
    return name(m, fmt("reads_%s", label), and_(selects(u, number), not_(u->write)));
}

/* What is done to the registers, and what a write has for each. */
static void decode(module *m, struct uart *u)
{
    section(m, "The request");
    sig data = writes(m, u, "data", RBR_THR), enables = writes(m, u, "enables", IER);
    u->writes_ier = name(m, "writes_ier", and_(enables, not_(u->dlab)));
    u->writes_dlm = and_(enables, u->dlab);
    u->writes_dll = and_(data, u->dlab);
    u->sends = name(m, "sends", and_(data, not_(u->dlab)));
    u->writes_fcr = writes(m, u, "fcr", IIR_FCR);
    u->writes_lcr = writes(m, u, "lcr", LCR);
    u->writes_mcr = writes(m, u, "mcr", MCR);
    u->writes_scr = writes(m, u, "scr", SCR);
    u->takes = name(m, "takes", and_(reads(m, u, "data", RBR_THR), not_(u->dlab)));
    u->reads_iir = reads(m, u, "iir", IIR_FCR);
    u->reads_lsr = reads(m, u, "lsr", LSR);
}

static sig lane(const struct uart *u, unsigned number)
{
    unsigned low = (number & 3) * 8;
    return bits(u->data, low + 7, low);
}

static void write_registers(module *m, const struct uart *u)
{
    when (u->writes_ier)
        set(u->ier, bits(lane(u, IER), 3, 0));
    when (u->writes_dlm)
        set(u->dlm, lane(u, IER));
    when (u->writes_dll)
        set(u->dll, lane(u, RBR_THR));
    when (u->writes_fcr)
        set(u->fifo, bit(lane(u, IIR_FCR), FIFO_ENABLE));
    when (u->writes_lcr)
        set(u->lcr, lane(u, LCR));
    when (u->writes_mcr)
        set(u->mcr, bits(lane(u, MCR), 4, 0));
    when (u->writes_scr)
        set(u->scr, lane(u, SCR));
}

/* FCR clears the receiver, or the transmitter: by the bit, or since the FIFOs are switched. */
static sig clears(const struct uart *u, unsigned which)
{
    sig fcr = lane(u, IIR_FCR);
    return and_(u->writes_fcr, or_(bit(fcr, which), ne(bit(fcr, FIFO_ENABLE), u->fifo)));
}

/* The byte sent: to the port, or back. FCR in the same word clears what comes back with it. */
static void transmit(module *m, const struct uart *u)
{
    section(m, "Transmitter: one byte waits until it is taken; in loop-back, until it is read");
    when (u->tx_ready)
        set(u->tx_valid, lit(1, 0));
    when (u->takes)
        set(u->looped, lit(1, 0));
    when (u->sends) {
        set(u->tx_data, lane(u, RBR_THR));
        set(u->tx_valid, not_(u->loop));
        set(u->looped, u->loop);
    }
    when (clears(u, CLEAR_RECEIVER))
        set(u->looped, lit(1, 0));
    output(m, "tx_valid_o", u->tx_valid);
    output(m, "tx_data_o", u->tx_data);
    describe(output(m, "busy_o", u->busy), "no byte can be written");
}

/* What the interrupt is for, and the line. */
static void interrupt(module *m, struct uart *u)
{
    section(m, "Interrupt");
    u->line_status = name(m, "line_status", and_(bit(u->ier, ENABLE_LINE), u->overrun));
    u->byte_waits = name(m, "byte_waits", and_(bit(u->ier, ENABLE_RECEIVED), u->received));
    u->transmitter = name(m, "transmitter", and_(bit(u->ier, ENABLE_EMPTY), u->emptied, not_(u->busy)));
    sig pending = or_(u->line_status, u->byte_waits, u->transmitter);
    sig told = and_(u->reads_iir, u->transmitter, not_(u->line_status), not_(u->byte_waits));
    sig enabled = and_(u->writes_ier, bit(lane(u, IER), ENABLE_EMPTY), not_(bit(u->ier, ENABLE_EMPTY)));
    when (told)
        set(u->emptied, lit(1, 0));
    when (or_(u->sends, enabled, clears(u, CLEAR_TRANSMITTER)))
        set(u->emptied, lit(1, 1));
    when (u->reads_lsr)
        set(u->overrun, lit(1, 0));
    when (and_(u->sends, u->loop, u->looped))
        set(u->overrun, lit(1, 1));

    sig irq = describe(reg(m, "irq_o", 1, 0), "level 0's MEI line");
    set(irq, pending);
    output(m, "irq_o", irq);
}

static void read_registers(module *m, const struct uart *u)
{
    section(m, "Reading");
    sig low_causes = mux(u->byte_waits, lit(3, 4), cat(lit(1, 0), u->transmitter, not_(u->transmitter)));
    sig iir = cat(repeat(u->fifo, 2), zeros(3), mux(u->line_status, lit(3, 6), low_causes));
    sig lsr = cat(lit(1, 0), repeat(not_(u->busy), 2), zeros(3), u->overrun, u->received);
    sig looped_back = cat(bits(u->mcr, 3, 2), bit(u->mcr, 0), bit(u->mcr, 1));
    sig msr = cat(mux(u->loop, looped_back, lit(4, MSR_IDLE >> 4)), zeros(4));
    sig byte = and_(mux(u->looped, u->tx_data, u->rx_data), repeat(u->received, 8));
    sig rbr = mux(u->dlab, u->dll, byte);
    sig ier = mux(u->dlab, u->dlm, zext(u->ier, 8));
    sig low = name(m, "registers_0_to_3", cat(u->lcr, iir, ier, rbr));
    sig high = name(m, "registers_4_to_7", cat(u->scr, msr, lsr, zext(u->mcr, 8)));
    sig word = mux(match(u->offset, 0xffc, 0), low, mux(match(u->offset, 0xffc, 4), high, zeros(32)));
    describe(output(m, "data_o", word), "word read, in the cycle of the request");
    sig from_port = and_(u->takes, not_(u->looped), not_(u->loop));
    describe(output(m, "rx_ready_o", from_port), "the waiting byte, if any, is taken");
}

module *uart_module(design *d)
{
    module *m = module_new(d, "nestor_uart");
    module_comment(m, "The registers of a 16550 UART; bytes go in and out by valid and ready.");
    struct uart u = {0};
    declare_ports(m, &u);
    declare_registers(m, &u);
    decode(m, &u);
    write_registers(m, &u);
    transmit(m, &u);
    interrupt(m, &u);
    read_registers(m, &u);
    return m;
}
