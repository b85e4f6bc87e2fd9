/* The UART of each of several guests: the registers and the interrupt of docs/spec.md, 10.9, kept by the monitor. What
 * a guest sends goes to the console (console.c); bytes received are those of the monitor's own UART, for one guest
 * alone (boot.console): of the real registers only THR, RBR, LSR and IER are used.
 *
 * A single guest needs none of this: the UART is its own, passed through or mirrored (access.c). */
#include "software/monitor/monitor.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR };
enum { IER_BITS = 15, IER_RECEIVED = 1, IER_TRANSMITTER = 2, IER_LINE = 4 };
enum { IIR_NONE = 1, IIR_TRANSMITTER = 2, IIR_RECEIVED = 4, IIR_LINE = 6, IIR_FIFO = 0xc0 };
enum { FCR_FIFO = 1, FCR_CLEAR_RECEIVER = 2, FCR_CLEAR_TRANSMITTER = 4 };
enum { LCR_DLAB = 0x80, MCR_BITS = 31, MCR_LOOP = 16, MSR_IDLE = 0xb0 };
enum { LSR_RECEIVED = 1, LSR_OVERRUN = 2, LSR_TRANSMITTER = 0x60 };

static volatile uint8_t *own(void)
{
    return (volatile uint8_t *)boot.uart_base;
}

static bool gets_input(const struct guest *guest)
{
    return guest->syllable == boot.console;
}

static bool line_offers(const struct guest *guest)
{
    return gets_input(guest) && !(guest->uart.mcr & MCR_LOOP) && own()[LSR] & LSR_RECEIVED;
}

static bool waits(const struct guest *guest)
{
    return guest->uart.looped || line_offers(guest);
}

static uint32_t interrupt(const struct guest *guest)
{
    const struct guest_uart *uart = &guest->uart;

    if (uart->ier & IER_LINE && uart->overrun)
        return IIR_LINE;
    if (uart->ier & IER_RECEIVED && waits(guest))
        return IIR_RECEIVED;
    if (uart->ier & IER_TRANSMITTER && uart->emptied)
        return IIR_TRANSMITTER;
    return IIR_NONE;
}

void uart_tell(struct guest *guest)
{
    uint32_t others = guest->vm.vip & ~(uint32_t)MEI;

    guest->vm.vip = interrupt(guest) == IIR_NONE ? others : others | MEI;
}

/* The monitor's own line rises when there is a byte that the guest wants to hear of. */
static void enable_own(const struct guest *guest)
{
    if (gets_input(guest))
        own()[IER] = guest->uart.mcr & MCR_LOOP ? 0 : guest->uart.ier & IER_RECEIVED;
}

static uint32_t modem_status(uint32_t mcr)
{
    return mcr & MCR_LOOP ? (mcr & 12) << 4 | (mcr & 1) << 5 | (mcr & 2) << 3 : MSR_IDLE;
}

/* What a read gives; its effects come behind. */
static uint32_t peek(const struct guest *guest, uint32_t reg)
{
    const struct guest_uart *uart = &guest->uart;
    bool dlab = uart->lcr & LCR_DLAB;

    switch (reg) {
    case DATA:
        return dlab ? uart->dll : uart->looped ? uart->loop_byte : 0;
    case IER:
        return dlab ? uart->dlm : uart->ier;
    case IIR:
        return interrupt(guest) | (uart->fifo ? IIR_FIFO : 0);
    case LCR:
        return uart->lcr;
    case MCR:
        return uart->mcr;
    case LSR:
        return LSR_TRANSMITTER | (uart->overrun ? LSR_OVERRUN : 0) | (waits(guest) ? LSR_RECEIVED : 0);
    case MSR:
        return modem_status(uart->mcr);
    case SCR:
        return uart->scr;
    default:
        return 0;
    }
}

/* The byte that waits is taken. */
static uint32_t take(struct guest *guest)
{
    struct guest_uart *uart = &guest->uart;
    uint32_t byte = 0;

    if (uart->looped)
        byte = uart->loop_byte;
    else if (gets_input(guest) && !(uart->mcr & MCR_LOOP))
        byte = own()[DATA];
    uart->looped = 0;
    return byte;
}

static uint32_t read(struct guest *guest, uint32_t reg)
{
    struct guest_uart *uart = &guest->uart;
    uint32_t value = peek(guest, reg);

    if (reg == DATA && !(uart->lcr & LCR_DLAB))
        value = take(guest);
    else if (reg == IIR && (value & 15) == IIR_TRANSMITTER)
        uart->emptied = 0;
    else if (reg == LSR)
        uart->overrun = 0;
    return value;
}

static void transmit(struct guest *guest, uint32_t byte)
{
    struct guest_uart *uart = &guest->uart;

    uart->emptied = 1;
    if (!(uart->mcr & MCR_LOOP)) {
        uart->looped = 0;
        console_say(guest, byte);
        return;
    }
    uart->overrun |= uart->looped;
    uart->looped = 1;
    uart->loop_byte = (uint8_t)byte;
}

static void control_fifo(struct guest_uart *uart, uint32_t fcr)
{
    bool changes = uart->fifo != (fcr & FCR_FIFO);

    uart->fifo = fcr & FCR_FIFO;
    if (changes || fcr & FCR_CLEAR_RECEIVER)
        uart->looped = 0;
    if (changes || fcr & FCR_CLEAR_TRANSMITTER)
        uart->emptied = 1;
}

static void write(struct guest *guest, uint32_t reg, uint32_t value)
{
    struct guest_uart *uart = &guest->uart;
    bool dlab = uart->lcr & LCR_DLAB;

    if (reg == DATA && !dlab) {
        transmit(guest, value);
    } else if (reg == DATA) {
        uart->dll = (uint8_t)value;
    } else if (reg == IER && dlab) {
        uart->dlm = (uint8_t)value;
    } else if (reg == IER) {
        if (value & ~(uint32_t)uart->ier & IER_TRANSMITTER)
            uart->emptied = 1;
        uart->ier = value & IER_BITS;
        enable_own(guest);
    } else if (reg == IIR) {
        control_fifo(uart, value);
    } else if (reg == LCR) {
        uart->lcr = (uint8_t)value;
    } else if (reg == MCR) {
        uart->mcr = value & MCR_BITS;
        enable_own(guest);
    } else if (reg == SCR) {
        uart->scr = (uint8_t)value;
    }
}

void uart_send(struct guest *guest, uint32_t character)
{
    if (boot.guests > 1)
        uart_access(guest, DATA, 1, true, character);
    else
        console_put(character);
}

/* Writes by ascending offset. What is read is the state before the access: RBR, whose effect other registers of its
 * word show, comes last. */
uint32_t uart_access(struct guest *guest, uint32_t offset, uint32_t bytes, bool store, uint32_t value)
{
    uint32_t result = 0;

    if (offset > SCR)
        return 0;
    for (uint32_t i = 0; store && i < bytes; i++)
        write(guest, offset + i, value >> 8 * i & 255);
    for (uint32_t i = bytes; !store && i-- > 0;)
        result |= read(guest, offset + i) << 8 * i;
    uart_tell(guest);
    line_update();
    return result;
}
