/* The devices of docs/spec.md: CLINT (10.1.8), UART (10.9), finisher (10.10). A word of a device is
 * read and written by byte lanes; only selected lanes have effects. */
#include "model/machine_internal.h"

#include <stdlib.h>
#include <string.h>

enum { CLINT_MSIP = 0, CLINT_MTIMECMP = 0x4000, CLINT_MTIME = 0xbff8 };
enum { UART_DATA, UART_IER, UART_IIR, UART_LCR, UART_MCR, UART_LSR, UART_MSR, UART_SCR, UART_REGISTERS };
enum { LCR_DLAB = 0x80, IER_BITS = 0x0f, MCR_BITS = 0x1f, LSR_TRANSMITTER = 0x60, LSR_RECEIVED = 1 };
enum { IIR_NONE = 0x01, IIR_FIFO = 0xc0, FINISH_SUCCESS = 0x5555, FINISH_FAILURE = 0x3333 };

uint32_t hvm_lines(const struct hv_machine *m)
{
    if (m->outside)
        return m->outside_lines;
    uint32_t timer = hvm_mtime(m) >= m->mtimecmp;
    return m->msip << HV_IRQ_MSI | timer << HV_IRQ_MTI;
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

static uint8_t uart_receive(struct uart *uart)
{
    if (!uart->input_count)
        return 0;
    uint8_t byte = uart->input[uart->input_first];
    uart->input_first = (uart->input_first + 1) % HV_UART_QUEUE;
    uart->input_count--;
    return byte;
}

static uint8_t uart_read(struct uart *uart, uint32_t reg)
{
    bool dlab = uart->lcr & LCR_DLAB;
    switch (reg) {
    case UART_DATA:
        return dlab ? uart->dll : uart_receive(uart);
    case UART_IER:
        return dlab ? uart->dlm : uart->ier;
    case UART_IIR:
        return uart->fifo ? IIR_FIFO | IIR_NONE : IIR_NONE;
    case UART_LCR:
        return uart->lcr;
    case UART_MCR:
        return uart->mcr;
    case UART_LSR:
        return uart->input_count ? LSR_TRANSMITTER | LSR_RECEIVED : LSR_TRANSMITTER;
    case UART_SCR:
        return uart->scr;
    default:
        return 0;
    }
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

static void uart_write(struct hv_machine *m, uint32_t reg, uint8_t value)
{
    struct uart *uart = &m->uart;
    bool dlab = uart->lcr & LCR_DLAB;
    switch (reg) {
    case UART_DATA:
        if (dlab)
            uart->dll = value;
        else
            uart_send(&m->blocks.output, value);
        break;
    case UART_IER:
        if (dlab)
            uart->dlm = value;
        else
            uart->ier = value & IER_BITS;
        break;
    case UART_IIR: /* FCR */
        uart->fifo |= value & 1;
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
    else
        return;
    m->stop = HV_STOP_FINISHED;
}

uint32_t hvm_device_read(struct hv_machine *m, uint32_t real, unsigned mask)
{
    uint32_t data = 0, uart_offset = real - m->config.uart_base;
    if (real - m->config.clint_base < HV_CLINT_BYTES)
        data = clint_read(m, real - m->config.clint_base);
    for (unsigned lane = 0; lane < 4 && uart_offset < UART_REGISTERS; lane++) {
        if (mask >> lane & 1)
            data |= (uint32_t)uart_read(&m->uart, uart_offset + lane) << 8 * lane;
    }
    return data;
}

void hvm_device_write(struct hv_machine *m, uint32_t real, uint32_t data, unsigned mask)
{
    uint32_t bits = 0, uart_offset = real - m->config.uart_base;
    for (unsigned lane = 0; lane < 4; lane++)
        bits |= (mask >> lane & 1 ? 0xffu : 0) << 8 * lane;
    if (real - m->config.clint_base < HV_CLINT_BYTES)
        clint_write(m, real - m->config.clint_base, data, bits);
    if (real == m->config.finisher_base && mask == 15)
        finisher_write(m, data);
    for (unsigned lane = 0; lane < 4 && uart_offset < UART_REGISTERS; lane++) {
        if (mask >> lane & 1)
            uart_write(m, uart_offset + lane, (uint8_t)(data >> 8 * lane));
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
