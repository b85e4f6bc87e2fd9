/* ram: the machine's RAM, one port of 32 bits with byte lanes.
 *
 * A request reads or writes, never both, so that the array fits single-port memories
 * (iCE40 SPRAM) as well as block RAM. Its contents come from the bit stream or the simulator.
 */
#include "rtlgen/units.h"

module *ram_module(design *d, const struct hv_config *config, const char *program)
{
    uint64_t words = config->ram_bytes / 4;
    module *m = module_new(d, "nestor_ram");
    module_comment(m, "RAM: one port, 32-bit words with byte lanes, answered in the next cycle.");
    sig enable = describe(input(m, "enable_i", 1), "a request");
    sig write = describe(input(m, "write_i", 1), "it writes");
    sig address = describe(input(m, "address_i", clog2(words)), "number of the word");
    sig lanes = describe(input(m, "lanes_i", 4), "bytes to write");
    sig data = describe(input(m, "data_i", 32), "data to write");

    memory array = mem(m, "mem", 32, words, MEM_SYNC_NO_COLLISION);
    if (program) {
        string_parameter(m, "PROGRAM", program, "what it holds at power-on: a file for $readmemh");
        mem_file_parameter(array, "PROGRAM");
    }
    mem_write_bytes(array, name(m, "writes", and_(enable, write)), address, data, lanes);
    sig reads = name(m, "reads", and_(enable, not_(write)));
    output(m, "data_o", describe(mem_read_sync(array, "data_o", address, reads), "word read"));
    return m;
}
