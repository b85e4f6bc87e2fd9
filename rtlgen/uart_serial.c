/* uart_serial: 8N1 between uart's byte ports and two pins, for boards.
 *
 * The line idles high; a byte is a 0, its eight bits from the lowest on, and a 1, each
 * `divider` clocks long. The receiver samples every bit in its middle.
 */
#include "rtlgen/units.h"

enum { FRAME_BITS = 10 }; /* start, eight bits, stop */

static void transmitter(module *m, unsigned divider)
{
    unsigned width = clog2(divider);
    section(m, "Transmitter");
    sig valid = describe(input(m, "tx_valid_i", 1), "a byte to send");
    sig data = describe(input(m, "tx_data_i", 8), "the byte");
    sig frame = describe(reg(m, "tx_frame", 9, 0x1ff), "what is left to send, the line's level lowest");
    sig left = describe(reg(m, "tx_left", 4, 0), "bits that are left; 0: idle");
    sig clocks = describe(reg_noreset(m, "tx_clocks", width), "clocks that are left of this bit");
    sig idle = name(m, "tx_idle", is_zero(left));
    when (idle) {
        when (valid) {
            set(frame, cat(data, lit(1, 0)));
            set(left, lit(4, FRAME_BITS));
            set(clocks, lit(width, divider - 1));
        }
    }
    elsewhen (is_zero(clocks)) {
        set(frame, cat(lit(1, 1), bits(frame, 8, 1)));
        set(left, add_lit(left, -1));
        set(clocks, lit(width, divider - 1));
    }
    otherwise set(clocks, add_lit(clocks, -1));
    describe(output(m, "tx_ready_o", idle), "tx_data_i is taken");
    describe(output(m, "tx_o", bit(frame, 0)), "the line");
}

static void receiver(module *m, unsigned divider)
{
    unsigned width = clog2(divider);
    section(m, "Receiver: one byte waits while the next comes in");
    sig line = describe(input(m, "rx_i", 1), "the line");
    sig ready = describe(input(m, "rx_ready_i", 1), "rx_data_o is taken");
    sig meta = describe(reg(m, "rx_meta", 1, 1), "first stage of the synchronizer");
    sig rx = describe(reg(m, "rx", 1, 1), "the line in step with the clock");
    sig left = describe(reg(m, "rx_left", 4, 0), "bits that are left; 0: idle");
    sig clocks = describe(reg_noreset(m, "rx_clocks", width), "clocks until the next sample");
    sig shift = describe(reg_noreset(m, "rx_shift", 8), "bits received, the last one highest");
    sig valid = describe(reg(m, "rx_valid_o", 1, 0), "a received byte waits");
    sig data = describe(reg_noreset(m, "rx_data_o", 8), "the byte");
    set(meta, line);
    set(rx, meta);
    when (ready)
        set(valid, lit(1, 0));
    when (is_zero(left)) {
        when (not_(rx)) {
            set(left, lit(4, FRAME_BITS));
            set(clocks, lit(width, divider / 2 - 1));
        }
    }
    elsewhen (is_nonzero(clocks))
        set(clocks, add_lit(clocks, -1));
    otherwise
    {
        set(clocks, lit(width, divider - 1));
        set(left, add_lit(left, -1));
        set(shift, cat(rx, bits(shift, 7, 1)));
        comment(m, "a start bit that has gone was noise; a byte whose stop bit lacks is dropped");
        when (and_(eq_lit(left, FRAME_BITS), rx))
            set(left, lit(4, 0));
        when (and_(eq_lit(left, 1), rx)) {
            set(valid, lit(1, 1));
            set(data, shift);
        }
    }
    output(m, "rx_valid_o", valid);
    output(m, "rx_data_o", data);
}

module *uart_serial_module(design *d, unsigned divider)
{
    module *m = module_new(d, "nestor_uart_serial");
    module_comment(m, fmt("Serial line of the UART, 8N1, %u clocks for each bit.", divider));
    transmitter(m, divider);
    receiver(m, divider);
    return m;
}
