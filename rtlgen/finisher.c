/* finisher: the test finisher (docs/spec.md, 10.10). A word stored at offset 0 ends the run. */
#include "rtlgen/units.h"

enum { FINISHER_PASS = 0x5555, FINISHER_FAIL = 0x3333, FINISHER_RESTART = 0x7777, RESTART_CODE = 0x77 };

module *finisher_module(design *d)
{
    module *m = module_new(d, "nestor_finisher");
    module_comment(m,
                   "The test finisher: a word stored at offset 0 ends the run, 0x5555 with exit code 0,\n"
                   "0x3333 with the code above it, 0x7777, which asks for a restart, with 0x77. The first one counts.");
    sig enable = describe(input(m, "enable_i", 1), "a request");
    sig write = describe(input(m, "write_i", 1), "it writes");
    sig offset = describe(input(m, "offset_i", 12), "in the page");
    sig lanes = describe(input(m, "lanes_i", 4), "bytes to write");
    sig data = describe(input(m, "data_i", 24), "half-word that ends the run, and exit code");

    sig finished = describe(reg(m, "finished_o", 1, 0), "the run has ended");
    sig exit_code = describe(reg(m, "exit_code_o", 8, 0), "its exit code");
    sig request = name(m, "request", and_(enable, write, reduce_and(lanes), is_zero(offset), not_(finished)));
    sig code = bits(data, 23, 16);
    when (and_(request, eq_lit(bits(data, 15, 0), FINISHER_PASS)))
        set(finished, lit(1, 1));
    elsewhen (and_(request, eq_lit(bits(data, 15, 0), FINISHER_FAIL))) {
        set(finished, lit(1, 1));
        comment(m, "a failure has a code other than 0");
        set(exit_code, mux(is_zero(code), lit(8, 1), code));
    }
    elsewhen (and_(request, eq_lit(bits(data, 15, 0), FINISHER_RESTART))) {
        set(finished, lit(1, 1));
        set(exit_code, lit(8, RESTART_CODE));
    }
    output(m, "finished_o", finished);
    output(m, "exit_code_o", exit_code);
    return m;
}
