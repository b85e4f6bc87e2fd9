/* ram: the machine's RAM, 32 bits with byte lanes.
 *
 * With one port (machine.ram_ports) a request reads or writes, never both, so that the array fits single-port memories
 * (iCE40 SPRAM). With two, one reads and the other writes, as a block RAM can in one cycle. It reads in every cycle in
 * which it may, asked or not, so that whether a fetch comes, which is known last, is on no way to the memories. Its
 * contents come from the bit stream or the simulator.
 */
#include "rtlgen/units.h"

module *ram_module(design *d, const struct hv_config *config, const char *program)
{
    const uint64_t words = config->ram_bytes / 4;
    const bool two = config->ram_ports == 2;
    module *m = module_new(d, "nestor_ram");
    module_comment(m,
                   two ? "RAM: 32-bit words, a port that writes with byte lanes, and one that reads in every cycle.\n"
                         "A word that is read while it is written is what it was before, or is not used."
                       : "RAM: one port, 32-bit words; in each cycle one is written, by byte lanes, or else one read.");
    sig write = describe(input(m, "write_i", 1), "a word is written");
    sig address = describe(input(m, "address_i", clog2(words)), two ? "its number" : "number of the word");
    sig lanes = describe(input(m, "lanes_i", 4), "bytes to write");
    sig data = describe(input(m, "data_i", 32), "data to write");
    sig reads = two ? lit(1, 1) : not_(write);
    sig from = two ? describe(input(m, "read_address_i", clog2(words)), "number of the word read") : address;

    memory array = mem(m, "mem", 32, words, MEM_SYNC_NO_COLLISION);
    if (program) {
        string_parameter(m, "PROGRAM", program, "what it holds at power-on: a file for $readmemh");
        mem_file_parameter(array, "PROGRAM");
    }
    mem_write_bytes(array, write, address, data, lanes);
    output(m, "data_o", describe(mem_read_sync(array, "data_o", from, reads), "word read"));
    return m;
}
