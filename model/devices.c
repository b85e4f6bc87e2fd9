/* The devices of docs/spec.md: CLINT (10.1.8), UART (10.9), finisher (10.10). A word of a device is
 * read and written by byte lanes; only selected lanes have effects. */
#include "model/machine_internal.h"

#include <stdlib.h>
#include <string.h>

enum { CLINT_MSIP = 0, CLINT_MTIMECMP = 0x4000, CLINT_MTIME = 0xbff8 };
enum { UART_DATA, UART_IER, UART_IIR, UART_LCR, UART_MCR, UART_LSR, UART_MSR, UART_SCR, UART_REGISTERS };
enum { IER_BITS = 0x0f, IER_RECEIVED = 1, IER_TRANSMITTER = 2, IER_LINE = 4 };
enum { IIR_NONE = 0x01, IIR_TRANSMITTER = 0x02, IIR_RECEIVED = 0x04, IIR_LINE = 0x06, IIR_FIFO = 0xc0 };
enum { FCR_FIFO = 1, FCR_CLEAR_RECEIVER = 2, FCR_CLEAR_TRANSMITTER = 4 };
enum { LCR_DLAB = 0x80, LSR_TRANSMITTER = 0x60, LSR_OVERRUN = 2, LSR_RECEIVED = 1 };
enum { MCR_BITS = 0x1f, MCR_LOOP = 0x10, MSR_IDLE = 0xb0 };
enum { FINISH_SUCCESS = 0x5555, FINISH_FAILURE = 0x3333, FINISH_RESTART = 0x7777, RESTART_CODE = 0x77 };

/* Does a received byte wait (10.9.2)? */
static bool uart_waits(const struct uart *uart)
{
    return uart->looped || (uart->input_count && !(uart->mcr & MCR_LOOP));
}

/* What the UART's interrupt is for (10.9.5): bits 3:0 of IIR. */
static uint8_t uart_interrupt(const struct uart *uart)
{
    if (uart->ier & IER_LINE && uart->overrun)
        return IIR_LINE;
    if (uart->ier & IER_RECEIVED && uart_waits(uart))
        return IIR_RECEIVED;
    if (uart->ier & IER_TRANSMITTER && uart->emptied)
        return IIR_TRANSMITTER;
    return IIR_NONE;
}

uint32_t hvm_lines(const struct hv_machine *m)
{
    if (m->outside)
        return m->outside_lines;
    uint32_t timer = hvm_mtime(m) >= m->mtimecmp, external = m->external || uart_interrupt(&m->uart) != IIR_NONE;
    return m->msip << HV_IRQ_MSI | timer << HV_IRQ_MTI | external << HV_IRQ_MEI;
}

/* How many records until the timer's line changes, at least 1; mtime may wrap. */
uint64_t hvm_records_until_timer(const struct hv_machine *m)
{
    uint64_t now = hvm_mtime(m);
    if (now < m->mtimecmp)
        return m->mtimecmp - now;
    return now ? 0 - now : UINT64_MAX; /* at 0 with mtimecmp 0 the line is set for ever */
}

static uint32_t half_of(uint64_t value, uint32_t offset)
{
    return (uint32_t)(offset & 4 ? value >> 32 : value);
}

static uint32_t clint_read(const struct hv_machine *m, uint32_t offset)
{
    switch (offset & ~4u) {
    case CLINT_MSIP:
        return offset == CLINT_MSIP ? m->msip : 0;
    case CLINT_MTIMECMP:
        return half_of(m->mtimecmp, offset);
    case CLINT_MTIME:
        return half_of(hvm_mtime(m), offset);
    default:
        return 0;
    }
}

/* `bits` has ones in the selected lanes. */
static uint64_t merge(uint64_t old, uint32_t offset, uint32_t data, uint32_t bits)
{
    unsigned shift = offset & 4 ? 32 : 0;
    return (old & ~((uint64_t)bits << shift)) | (uint64_t)(data & bits) << shift;
}

static void clint_write(struct hv_machine *m, uint32_t offset, uint32_t data, uint32_t bits)
{
    switch (offset & ~4u) {
    case CLINT_MSIP:
        if (offset == CLINT_MSIP)
            m->msip = (uint32_t)merge(m->msip, 0, data, bits) & 1;
        break;
    case CLINT_MTIMECMP:
        m->mtimecmp = merge(m->mtimecmp, offset, data, bits);
        break;
    case CLINT_MTIME:
        m->mtime_offset = merge(hvm_mtime(m), offset, data, bits) - m->counters.commits;
        break;
    default:
        break;
    }
}

/* The byte that waits, 0 without one. */
static uint8_t uart_received(const struct uart *uart)
{
    if (uart->looped)
        return uart->loop_byte;
    return uart_waits(uart) ? uart->input[uart->input_first] : 0;
}

static uint8_t uart_lsr(const struct uart *uart)
{
    return (uint8_t)(LSR_TRANSMITTER | (uart->overrun ? LSR_OVERRUN : 0) | (uart_waits(uart) ? LSR_RECEIVED : 0));
}

/* In loop-back the outputs are the inputs: OUT2 DCD, OUT1 RI, RTS CTS, DTR DSR. */
static uint8_t uart_msr(const struct uart *uart)
{
    uint8_t mcr = uart->mcr;
    if (!(mcr & MCR_LOOP))
        return MSR_IDLE;
    return (uint8_t)((mcr & 0x0c) << 4 | (mcr & 1) << 5 | (mcr & 2) << 3);
}

/* What a read gives; its effects come when the whole word has been read. */
static uint8_t uart_peek(const struct uart *uart, uint32_t reg)
{
    bool dlab = uart->lcr & LCR_DLAB;
    switch (reg) {
    case UART_DATA:
        return dlab ? uart->dll : uart_received(uart);
    case UART_IER:
        return dlab ? uart->dlm : uart->ier;
    case UART_IIR:
        return uart_interrupt(uart) | (uart->fifo ? IIR_FIFO : 0);
    case UART_LCR:
        return uart->lcr;
    case UART_MCR:
        return uart->mcr;
    case UART_LSR:
        return uart_lsr(uart);
    case UART_MSR:
        return uart_msr(uart);
    case UART_SCR:
        return uart->scr;
    default:
        return 0;
    }
}

static void uart_take(struct uart *uart)
{
    if (!uart->looped && uart_waits(uart)) {
        uart->input_first = (uart->input_first + 1) % HV_UART_QUEUE;
        uart->input_count--;
    }
    uart->looped = false;
}

static uint32_t uart_read(struct uart *uart, uint32_t offset, unsigned mask)
{
    uint8_t bytes[4] = {0};
    for (unsigned lane = 0; lane < 4; lane++)
        if (mask >> lane & 1)
            bytes[lane] = uart_peek(uart, offset + lane);
    if (offset == UART_DATA) {
        bool told = mask >> UART_IIR & 1 && (bytes[UART_IIR] & 0x0f) == IIR_TRANSMITTER;
        if (mask & 1 && !(uart->lcr & LCR_DLAB))
            uart_take(uart);
        if (told)
            uart->emptied = false;
    } else if (mask >> (UART_LSR - UART_MCR) & 1) {
        uart->overrun = false;
    }
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Make room for one more byte: over what the caller has taken, if that is half of it, else by growing. */
static bool make_room(struct uart_output *output)
{
    size_t waiting = output->end - output->first;
    if (output->end < output->capacity)
        return true;
    if (waiting && waiting <= output->first) {
        memcpy(output->bytes, output->bytes + output->first, waiting);
        output->first = 0;
        output->end = waiting;
        return true;
    }
    size_t capacity = output->capacity ? 2 * output->capacity : 256;
    uint8_t *bytes = realloc(output->bytes, capacity);
    if (!bytes)
        return false;
    output->bytes = bytes;
    output->capacity = capacity;
    return true;
}

/* When memory runs out the byte is lost for the caller; the guest cannot tell. */
static void uart_send(struct uart_output *output, uint8_t byte)
{
    if (make_room(output))
        output->bytes[output->end++] = byte;
}

/* The transmitter has the byte at once, and is empty again. */
static void uart_transmit(struct hv_machine *m, uint8_t byte)
{
    struct uart *uart = &m->uart;
    uart->emptied = true;
    if (!(uart->mcr & MCR_LOOP)) {
        uart->looped = false;
        uart_send(&m->blocks.output, byte);
        return;
    }
    uart->overrun |= uart->looped;
    uart->looped = true;
    uart->loop_byte = byte;
}

static void uart_control_fifo(struct uart *uart, uint8_t fcr)
{
    bool changes = uart->fifo != (fcr & FCR_FIFO);
    uart->fifo = fcr & FCR_FIFO;
    if (changes || fcr & FCR_CLEAR_RECEIVER)
        uart->looped = false;
    if (changes || fcr & FCR_CLEAR_TRANSMITTER)
        uart->emptied = true;
}

/* Registers of one word come in ascending order, and DLAB is the last of its word. */
static void uart_write(struct hv_machine *m, uint32_t reg, uint8_t value)
{
    struct uart *uart = &m->uart;
    bool dlab = uart->lcr & LCR_DLAB;
    switch (reg) {
    case UART_DATA:
        if (dlab)
            uart->dll = value;
        else
            uart_transmit(m, value);
        break;
    case UART_IER:
        if (dlab) {
            uart->dlm = value;
            break;
        }
        uart->emptied |= value & IER_TRANSMITTER && !(uart->ier & IER_TRANSMITTER);
        uart->ier = value & IER_BITS;
        break;
    case UART_IIR: /* FCR */
        uart_control_fifo(uart, value);
        break;
    case UART_LCR:
        uart->lcr = value;
        break;
    case UART_MCR:
        uart->mcr = value & MCR_BITS;
        break;
    case UART_SCR:
        uart->scr = value;
        break;
    default:
        break;
    }
}

static void finisher_write(struct hv_machine *m, uint32_t data)
{
    unsigned code = data >> 16 & 0xff;
    if ((data & 0xffff) == FINISH_SUCCESS)
        m->exit_code = 0;
    else if ((data & 0xffff) == FINISH_FAILURE)
        m->exit_code = code ? code : 1;
    else if ((data & 0xffff) == FINISH_RESTART)
        m->exit_code = RESTART_CODE;
    else
        return;
    m->stop = HV_STOP_FINISHED;
}

static bool window_access(struct hv_machine *m, unsigned window, uint32_t real, unsigned mask, bool write,
                          uint32_t *data)
{
    m->window_used = true;
    if (!m->blocks.windows)
        return true;
    struct hv_window_access access = {.window = window,
                                      .offset = real - m->config.window[window].base,
                                      .mask = (uint8_t)mask,
                                      .write = write,
                                      .data = *data,
                                      .irq = m->external};
    const bool done = m->blocks.windows(m->blocks.windows_context, &access);
    *data = access.data;
    m->line_changed = access.irq != m->external;
    m->external = access.irq;
    return done;
}

bool hvm_device_read(struct hv_machine *m, uint32_t real, unsigned mask, uint32_t *word)
{
    const enum hv_device device = hv_config_device_at(&m->config, real);
    const uint32_t uart_offset = real - m->config.uart_base;
    *word = 0;
    switch (device) {
    case HV_DEVICE_CLINT:
        *word = clint_read(m, real - m->config.clint_base);
        return true;
    case HV_DEVICE_UART:
        if (uart_offset < UART_REGISTERS)
            *word = uart_read(&m->uart, uart_offset, mask);
        return true;
    case HV_DEVICE_FINISHER:
    case HV_DEVICE_NONE:
        return true;
    default:
        return window_access(m, device - HV_DEVICE_WINDOW, real, mask, false, word);
    }
}

bool hvm_device_write(struct hv_machine *m, uint32_t real, uint32_t data, unsigned mask)
{
    const enum hv_device device = hv_config_device_at(&m->config, real);
    const uint32_t uart_offset = real - m->config.uart_base;
    uint32_t bits = 0;
    for (unsigned lane = 0; lane < 4; lane++)
        bits |= (mask >> lane & 1 ? 0xffu : 0) << 8 * lane;
    switch (device) {
    case HV_DEVICE_CLINT:
        clint_write(m, real - m->config.clint_base, data, bits);
        return true;
    case HV_DEVICE_UART:
        for (unsigned lane = 0; lane < 4 && uart_offset < UART_REGISTERS; lane++)
            if (mask >> lane & 1)
                uart_write(m, uart_offset + lane, (uint8_t)(data >> 8 * lane));
        return true;
    case HV_DEVICE_FINISHER:
        if (real == m->config.finisher_base && mask == 15)
            finisher_write(m, data);
        return true;
    case HV_DEVICE_NONE:
        return true;
    default:
        return window_access(m, device - HV_DEVICE_WINDOW, real, mask, true, &data);
    }
}

size_t hv_machine_uart_output(struct hv_machine *m, uint8_t *bytes, size_t capacity)
{
    struct uart_output *output = &m->blocks.output;
    size_t count = 0;
    while (count < capacity && output->first < output->end)
        bytes[count++] = output->bytes[output->first++];
    if (output->first == output->end)
        output->first = output->end = 0;
    return count;
}

size_t hv_machine_uart_input(struct hv_machine *m, const uint8_t *bytes, size_t length)
{
    struct uart *uart = &m->uart;
    size_t count = 0;
    for (; count < length && uart->input_count < HV_UART_QUEUE; count++) {
        uart->input[(uart->input_first + uart->input_count) % HV_UART_QUEUE] = bytes[count];
        uart->input_count++;
    }
    return count;
}
