/*
 * Everything that a driver does with its UART but receive from outside, by interrupts: lines are sent, bytes come back
 * in loop-back, registers keep what was written while the program waits for the timer. Several of these on one UART
 * would disturb each other; each with a UART of its own does not notice the others.
 */

#include "csr.h"
#include "program.h"
#include "timer.h"
#include "trap.h"

enum { THR = 0, RBR = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };
enum { IER_RECEIVED = 1, IER_EMPTY = 2, IIR_NONE = 1, IIR_EMPTY = 2, IIR_RECEIVED = 4, LCR_DLAB = 0x80 };
enum { MCR_ON = 0x0b, MCR_LOOP = 0x1b, LSR_OVERRUN = 2, MSR_LOOP = 0xb0, LOAD = 16, ROUNDS = 4, TICKS = 700 };

static volatile uint8_t *const uart = (volatile uint8_t *)UART_BASE;

static const char *volatile text; /* what is left to send */
static volatile uint32_t loads, looped, ticks;

static void transmit(void)
{
    loads++;
    for (uint32_t i = 0; i < LOAD && *text; i++)
        uart[THR] = (uint8_t)*text++;
    if (!*text)
        uart[IER] = 0;
}

static void on_external(void)
{
    uint8_t why;

    while (!((why = uart[IIR]) & IIR_NONE))
        if ((why & 0x0f) == IIR_EMPTY)
            transmit();
        else if ((why & 0x0f) == IIR_RECEIVED)
            looped = looped << 8 | uart[RBR];
        else
            check(false, 1, "an interrupt that was asked for");
}

static struct trap_frame *on_trap(struct trap_frame *frame, uint32_t cause, uint32_t value)
{
    (void)value;
    if (cause == CAUSE_TIMER) {
        ticks++;
        timer_stop();
    } else {
        check(cause == CAUSE_EXTERNAL, 2, "the trap is the timer's or the UART's");
        on_external();
    }
    return frame;
}

/* With interrupts disabled, of which one may be pending already. */
static void wait(void)
{
    __asm__ volatile("wfi");
    csr_set(mstatus, MSTATUS_MIE);
    csr_clear(mstatus, MSTATUS_MIE);
}

static void say(const char *line)
{
    text = line;
    uart[IER] = IER_EMPTY;
    while (*text)
        wait();
}

/* The first byte comes back by an interrupt; of two that nobody reads the first is lost. */
static void loop_back(uint8_t byte)
{
    uart[MCR] = MCR_LOOP;
    check_equal(uart[MSR] & 0xf0, MSR_LOOP, 3, "MSR in loop-back");
    looped = 0;
    uart[IER] = IER_RECEIVED;
    uart[THR] = byte;
    while (!looped)
        wait();
    check_equal(looped, byte, 4, "the byte that comes back");
    uart[IER] = 0;
    uart[THR] = 'x';
    uart[THR] = byte;
    check(uart[LSR] & LSR_OVERRUN, 5, "overrun");
    check(!(uart[LSR] & LSR_OVERRUN), 6, "overrun is told once");
    check_equal(uart[RBR], byte, 7, "the second byte");
    uart[MCR] = MCR_ON;
}

static void set_divisor(uint8_t low, uint8_t high)
{
    uart[LCR] = LCR_DLAB | 3;
    uart[THR] = low;
    uart[IER] = high;
    uart[LCR] = 3;
}

static void check_divisor(uint8_t low, uint8_t high)
{
    uart[LCR] = LCR_DLAB | 3;
    check_equal(uart[RBR], low, 8, "DLL");
    check_equal(uart[IER], high, 9, "DLM");
    uart[LCR] = 3;
}

int main(void)
{
    static const char line[] = "one of the lines that this program says\n";

    uart[FCR] = 7;
    check_equal(uart[IIR] & 0xc0, 0xc0, 10, "FIFOs are on");
    uart[MCR] = MCR_ON;
    timer_stop();
    trap_install(on_trap);
    csr_set(mie, MIE_MEI | MIE_MTI);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint8_t mark = (uint8_t)(0x31 + 0x25 * i);

        say(line);
        loop_back(mark);
        uart[SCR] = mark;
        set_divisor(mark, (uint8_t)~mark);
        timer_set(TICKS);
        while (ticks == i)
            wait();
        check_equal(uart[SCR], mark, 11, "SCR");
        check_divisor(mark, (uint8_t)~mark);
        check_equal(uart[IER], 0, 12, "IER");
    }
    check(loads >= ROUNDS * (sizeof line / LOAD), 13, "a load for sixteen bytes");
    return 0;
}
