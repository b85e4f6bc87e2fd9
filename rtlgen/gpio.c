/* gpio: LEDs and buttons of a board, a device of its windows.
 *
 *   0x0  LEDS     bit i is LED i: 1 is lit; read and written by byte lanes; 0 after a reset
 *   0x4  BUTTONS  bit i is button i: 1 is pressed; a write has no effect
 *
 * Other offsets end with err. The answer comes with the request.
 */
#include "rtlgen/units.h"

enum { LEDS = 0, BUTTONS = 4 };

static sig make_leds(module *m, unsigned count, sig writes, sig data)
{
    sig lanes = input(m, "wb_sel_i", 4), leds = describe(reg(m, "leds_o", count, 0), "1: lit");
    for (unsigned low = 0; low < count; low += 8) {
        const unsigned high = low + 8 < count ? low + 7 : count - 1;
        when (and_(writes, bit(lanes, low / 8)))
            set_bits(leds, high, low, bits(data, high, low));
    }
    return output(m, "leds_o", leds);
}

static sig make_buttons(module *m, unsigned count)
{
    sig first = describe(reg_noreset(m, "buttons_first", count), "may be between levels for a moment");
    sig buttons = describe(reg_noreset(m, "buttons", count), "1: pressed");
    set(first, describe(input(m, "buttons_i", count), "1: pressed"));
    set(buttons, first);
    return buttons;
}

module *gpio_module(design *d, unsigned leds, unsigned buttons)
{
    module *m = module_new(d, "nestor_gpio");
    module_comment(m, "LEDs at offset 0 and buttons at offset 4, for programs.");
    sig cyc = input(m, "wb_cyc_i", 1), stb = input(m, "wb_stb_i", 1);
    sig address = describe(input(m, "wb_adr_i", 12), "offset in the window");
    sig request = name(m, "request", and_(cyc, stb));
    sig of_leds = name(m, "of_leds", eq_lit(address, LEDS)),
        of_buttons = name(m, "of_buttons", eq_lit(address, BUTTONS));
    sig read = zeros(32);
    if (leds) {
        sig data = input(m, "wb_dat_i", 32), we = input(m, "wb_we_i", 1);
        sig lit_now = make_leds(m, leds, name(m, "writes", and_(request, we, of_leds)), data);
        read = or_(read, and_(zext(lit_now, 32), repeat(of_leds, 32)));
    }
    if (buttons)
        read = or_(read, and_(zext(make_buttons(m, buttons), 32), repeat(of_buttons, 32)));
    sig known = name(m, "known", or_(of_leds, of_buttons));
    describe(output(m, "wb_dat_o", read), "the word read");
    describe(output(m, "wb_ack_o", and_(request, known)), "the answer");
    describe(output(m, "wb_err_o", and_(request, not_(known))), "there is no such register");
    describe(output(m, "wb_stall_o", lit(1, 0)), "each request is taken at once");
    return m;
}
