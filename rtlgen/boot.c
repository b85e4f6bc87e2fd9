/* boot: what RAM holds at power-on, where RAM itself cannot: single-port RAM of an iCE40 UP5K has no contents.
 *
 * After each reset the words of a block RAM, which the bit stream has filled, are copied to the beginning of RAM; until
 * then the rest of the SoC is held in reset, and its requests have no effect. Each word takes two clocks, or as many as
 * a RAM wants that takes longer (cache).
 */
#include "rtlgen/units.h"

module *boot_module(design *d, const struct hv_config *config, const char *program, uint32_t words, bool slow_ram)
{
    const unsigned width = clog2(config->ram_bytes / 4), short_width = clog2(words);
    module *m = module_new(d, "nestor_boot");
    module_comment(m,
                   fmt("Copies %u words of a program to RAM after a reset, then passes the bus's requests on.", words));
    sig enable = slow_ram ? describe(input(m, "enable_i", 1), "a request of the bus") : lit(1, 1);
    sig write = describe(input(m, "write_i", 1), slow_ram ? "it writes" : "a word is to be written");
    sig address = describe(input(m, "address_i", width), "number of the word");
    sig lanes = describe(input(m, "lanes_i", 4), "bytes to write");
    sig data = describe(input(m, "data_i", 32), "data to write");

    section(m, "The copy");
    memory rom = mem(m, "rom", 32, words, MEM_SYNC_NO_COLLISION);
    string_parameter(m, "PROGRAM", program, "what it copies: a file for $readmemh");
    mem_file_parameter(rom, "PROGRAM");
    sig next = describe(reg(m, "next", short_width, 0), "number of the word that is copied");
    sig writes = describe(reg(m, "writes", 1, 0), "it has been read, and is written now");
    sig copying = describe(reg(m, "copying_o", 1, 1), "the rest of the SoC is in reset");
    sig stall = slow_ram ? describe(input(m, "ram_stall_i", 1), "RAM takes no request") : lit(1, 0);
    sig word = mem_read_sync(rom, "word", next, not_(writes));
    sig written = name(m, "written", and_(writes, not_(stall)));
    when (copying)
        set(writes, not_(written));
    when (and_(copying, written)) {
        set(next, add_lit(next, 1));
        set(copying, ne_lit(next, words - 1));
    }
    output(m, "copying_o", copying);

    section(m, "Requests of RAM");
    if (slow_ram)
        describe(output(m, "ram_enable_o", mux(copying, written, enable)), "a request");
    describe(output(m, "ram_write_o", slow_ram ? or_(copying, write) : mux(copying, written, write)), "it writes");
    describe(output(m, "ram_address_o", mux(copying, zext(next, width), address)), "number of the word");
    describe(output(m, "ram_lanes_o", or_(repeat(copying, 4), lanes)), "bytes to write");
    describe(output(m, "ram_data_o", mux(copying, word, data)), "data to write");
    return m;
}
