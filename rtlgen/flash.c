/* flash: the contents of a board's SPI flash, a device of its windows: words, read only.
 *
 * Each load is one command READ (0x03), 24 bits of address, and the word's four bytes, from the lowest name on: mode 0,
 * a bit every two clocks, so some 130 clocks. A store ends with err. After a reset the flash is woken up (0xAB), since
 * an iCE40 leaves it in deep power-down, and gets WAKE_US to do so; requests wait until then. Between two commands it
 * is deselected for REST clocks at least.
 */
#include "rtlgen/units.h"

enum { WAKE_US = 50, REST = 7, BITS_OF_READ = 64, BITS_OF_WAKE = 8 };

module *flash_module(design *d, uint32_t offset, uint32_t hz)
{
    const uint64_t wake = (uint64_t)hz * WAKE_US / 1000000 + REST;
    const unsigned width = clog2(wake + 1);
    module *m = module_new(d, "nestor_flash");
    module_comment(m, fmt("Reads words of an SPI flash, from its byte 0x%06x on.", offset));
    sig cyc = input(m, "wb_cyc_i", 1), stb = input(m, "wb_stb_i", 1), we = input(m, "wb_we_i", 1);
    sig address = describe(input(m, "wb_adr_i", 24), "offset in the window, and what lies above");
    sig in = describe(input(m, "flash_in_i", 1), "line from the flash");

    section(m, "The command that goes out, and what comes in");
    sig shift = describe(reg_noreset(m, "shift", 32), "goes out from the highest bit on, while the answer comes in");
    sig left = describe(reg(m, "left", 7, 0), "bits of the command that are left; 0: not selected");
    sig high =
        describe(reg(m, "flash_clk_o", 1, 0), "the clock: out changes before it rises, in is taken before it falls");
    sig rest = describe(reg(m, "rest", width, REST), "clocks until the next command may begin");
    sig reading = describe(reg(m, "reading", 1, 0), "the command is one that is to be answered");
    sig awake = describe(reg(m, "awake", 1, 0), "the command that wakes the flash has begun");
    sig ack = describe(reg(m, "wb_ack_o", 1, 0), "the answer");
    sig selected = name(m, "selected", is_nonzero(left));
    sig rested = name(m, "rested", not_(or_(selected, is_nonzero(rest))));
    sig ready = name(m, "ready", and_(rested, awake));
    sig reads = name(m, "reads", and_(cyc, stb, not_(we), ready));
    sig starts = name(m, "starts", or_(reads, and_(rested, not_(awake))));
    sig place = name(m, "place", add(address, lit(24, offset)));
    sig last = name(m, "last", and_(high, eq_lit(left, 1)));
    set(ack, and_(last, reading));
    when (starts) {
        set(shift, mux(awake, cat(lit(8, 0x03), place), lit(32, 0xab000000)));
        set(left, mux(awake, lit(7, BITS_OF_READ), lit(7, BITS_OF_WAKE)));
        set(reading, awake);
        set(awake, lit(1, 1));
    }
    when (selected) {
        set(high, not_(high));
        when (high) {
            set(shift, cat(bits(shift, 30, 0), in));
            set(left, add_lit(left, -1));
        }
    }
    elsewhen (is_nonzero(rest))
        set(rest, add_lit(rest, -1));
    when (last)
        set(rest, mux(reading, lit(width, REST), lit(width, wake)));

    section(m, "Lines of the flash");
    output(m, "flash_clk_o", high);
    sig deselected = describe(reg(m, "flash_cs_o", 1, 1), "not selected");
    set(deselected, not_(or_(starts, and_(selected, not_(last)))));
    output(m, "flash_cs_o", deselected);
    describe(output(m, "flash_out_o", bit(shift, 31)), "line to the flash");

    section(m, "The answer");
    output(m, "wb_ack_o", ack);
    describe(output(m, "wb_err_o", and_(cyc, stb, we)), "a store");
    describe(output(m, "wb_stall_o", not_(or_(ready, we))), "the flash is not ready for a command");
    sig bytes[4];
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = bits(shift, 31 - 8 * i, 24 - 8 * i);
    describe(output(m, "wb_dat_o", cat_array(bytes, 4)), "the word: its first byte came first");
    return m;
}
