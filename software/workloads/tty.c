/*
 * A terminal as an operating system drives it: the UART's interrupts move the
 * bytes, up to sixteen for each that tells of an empty transmitter, and what
 * is received is sent back. It ends with the byte 4 (control D).
 */

#include "csr.h"
#include "program.h"
#include "trap.h"

enum { RBR = 0, THR = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };
enum { IER_RECEIVED = 1, IER_EMPTY = 2, IIR_NONE = 1, LSR_RECEIVED = 1, FCR_ON = 7, LCR_8N1 = 3, MCR_ON = 0x0b };
enum { QUEUE = 64, LOAD = 16, END = 4, LINES = 3 };

static volatile uint8_t *const uart = (volatile uint8_t *)UART_BASE;

/* Bytes to send; the indexes count all bytes that ever were in it. */
static struct {
    uint8_t bytes[QUEUE];
    volatile uint32_t in, out;
} queue;

static volatile uint32_t received, loads;
static volatile bool ended;

static bool room(void)
{
    return queue.in - queue.out < QUEUE;
}

/* What the UART is to tell: that a byte waits, while there is room for it; that it can send, while there is something
 * to send. */
static void enable(void)
{
    uart[IER] = (room() ? IER_RECEIVED : 0) | (queue.in != queue.out ? IER_EMPTY : 0);
}

/* In the handler, or with interrupts disabled. */
static void put(uint8_t byte)
{
    queue.bytes[queue.in++ % QUEUE] = byte;
    enable();
}

static void receive(void)
{
    while (room() && uart[LSR] & LSR_RECEIVED) {
        uint8_t byte = uart[RBR];

        received++;
        if (byte == END)
            ended = true;
        else
            put(byte);
    }
}

static void transmit(void)
{
    loads++;
    for (uint32_t i = 0; i < LOAD && queue.out != queue.in; i++)
        uart[THR] = queue.bytes[queue.out++ % QUEUE];
}

static struct trap_frame *on_trap(struct trap_frame *frame, uint32_t cause, uint32_t value)
{
    (void)value;
    check(cause == CAUSE_EXTERNAL, 1, "the trap is an external interrupt");
    uint8_t why = uart[IIR];

    check(!(why & IIR_NONE), 2, "the UART has an interrupt");
    while (!(why & IIR_NONE)) {
        receive();
        if ((why & 0x0e) == 2)
            transmit();
        enable();
        why = uart[IIR];
    }
    return frame;
}

/* With interrupts disabled; they are enabled for a moment. WFI ends when one is pending nevertheless. */
static void wait(void)
{
    __asm__ volatile("wfi");
    csr_set(mstatus, MSTATUS_MIE);
    csr_clear(mstatus, MSTATUS_MIE);
}

static void print(const char *text)
{
    for (; *text; text++) {
        while (queue.in - queue.out >= QUEUE / 2) /* the rest is for what is received meanwhile */
            wait();
        put((uint8_t)*text);
    }
}

int main(void)
{
    static const char line[] = "more than sixteen bytes, one interrupt for each load\n";

    uart[LCR] = LCR_8N1;
    uart[FCR] = FCR_ON;
    uart[MCR] = MCR_ON;
    uart[IER] = IER_RECEIVED;
    trap_install(on_trap);
    csr_set(mie, MIE_MEI);

    for (uint32_t i = 0; i < LINES; i++)
        print(line);
    while (!ended || queue.out != queue.in)
        wait();
    check_equal(queue.out, LINES * (sizeof line - 1) + received - 1, 3, "bytes sent");
    check(loads >= queue.out / LOAD, 4, "a load for sixteen bytes");
    return 0;
}
