/* end: tells the host over the serial line how a program has ended, then asks for a reset, after which the loader runs
 * again (software/loader/protocol.h). Until then the bytes of the SoC's UART go through.
 */
#include "rtlgen/units.h"
#include "software/loader/protocol.h"

#include <string.h>

module *end_module(design *d)
{
    enum { MARK = sizeof LOADER_END_FINISHED - 1, BYTES = MARK + 2 };
    const char *finished_mark = LOADER_END_FINISHED, *halted_mark = LOADER_END_HALTED;
    module *m = module_new(d, "nestor_end");
    module_comment(m, "Tells of the program's end over the serial line, and asks for a reset.");
    sig finished = describe(input(m, "finished_i", 1), "the finisher was written");
    sig halted = describe(input(m, "halted_i", 1), "a WFI that nothing can wake");
    sig code = describe(input(m, "exit_code_i", 8), "exit code of the program");
    sig valid = describe(input(m, "valid_i", 1), "a byte of the UART");
    sig data = describe(input(m, "data_i", 8), "the byte");
    sig ready = describe(input(m, "ready_i", 1), "the serial line takes data_o");

    section(m, "What has been sent");
    sig count = describe(reg(m, "count", 3, 0), "bytes of the message that the line has taken");
    sig sends = name(m, "sends", and_(or_(finished, halted), not_(valid)));
    sig left = name(m, "left", ne_lit(count, BYTES));
    when (and_(sends, left, ready))
        set(count, add_lit(count, 1));
    describe(output(m, "reset_o", and_(sends, not_(left), ready)), "all is sent: reset");

    sig bytes[8];
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = lit(8, i < MARK ? (uint8_t)finished_mark[i] : 0);
    bytes[MARK - 1] = mux(halted, lit(8, halted_mark[MARK - 1]), lit(8, finished_mark[MARK - 1]));
    bytes[MARK] = code;
    bytes[MARK + 1] = not_(code);
    describe(output(m, "ready_o", ready), "the UART's byte is taken");
    describe(output(m, "valid_o", or_(valid, and_(sends, left))), "a byte to send");
    describe(output(m, "data_o", mux(sends, pick(count, bytes, 8), data)), "the byte");
    return m;
}
