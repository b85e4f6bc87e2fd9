/* A board's SDRAM: what its description must say, and the pads of its pins.
 *
 * The pads are ECP5's: BB, an inout, and ODDRX1F, which makes the chip's clock, the inverse of the machine's, with
 * the delay that the other pins have.
 */
#include "rtlgen/board_internal.h"
#include "rtlgen/sdram.h"
#include "rtlgen/units.h"

#include <inttypes.h>

struct sdram_chip board_sdram_chip(const struct board *board, const struct board_clock *clock)
{
    return (struct sdram_chip){.data_bits = board->sdram_data.count,
                               .rows = board->sdram_address.count,
                               .columns = board->sdram_columns,
                               .hz = clock->hz,
                               .masks = board->sdram_mask.count > 0};
}

static bool power_of_two(uint32_t n)
{
    return n && !(n & (n - 1));
}

int board_check_sdram(const struct board *b, int (*line_of)(const void *context, size_t offset), const void *context,
                      struct hv_error *error)
{
#define LINE(field) line_of(context, offsetof(struct board, field))
    const unsigned data = b->sdram_data.count, rows = b->sdram_address.count, masks = b->sdram_mask.count;
    if (b->memory != BOARD_SDRAM)
        return 0;
    if (b->family != BOARD_ECP5)
        return board_error(error, "%s:%d: kind: found sdram, expected it with family = ecp5, whose pads are known",
                           b->file, LINE(memory));
    if ((data != 16 && data != 32) || rows < 11 || rows > 13 || b->sdram_bank.count != 2)
        return board_error(
            error,
            "%s:%d: sdram: found %u sites of data, %u of the address, %u of the bank, expected 16 or 32, 11 to "
            "13, and 2",
            b->file, LINE(sdram_data), data, rows, b->sdram_bank.count);
    if (masks && masks != data / 8)
        return board_error(error, "%s:%d: mask: found %u sites, expected %u, or none where they are tied low", b->file,
                           LINE(sdram_mask), masks, data / 8);
    if (!*b->sdram_clk || !*b->sdram_ras || !*b->sdram_cas || !*b->sdram_we)
        return board_error(error, "%s:%d: sdram: found no clk, ras, cas or we, expected all four", b->file,
                           LINE(sdram_data));
    if (!power_of_two(b->cache_bytes) || b->cache_bytes < 1024 || b->cache_bytes > b->ram_bytes / 4)
        return board_error(
            error, "%s:%d: cache_bytes: found 0x%" PRIx32 ", expected a power of two from 0x400 to a quarter of RAM",
            b->file, b->cache_bytes ? LINE(cache_bytes) : LINE(memory), b->cache_bytes);
    const uint64_t bytes = UINT64_C(4) << (rows + b->sdram_columns) << (data == 32 ? 2 : 1);
    if (b->ram_bytes > bytes)
        return board_error(error,
                           "%s:%d: bytes: found 0x%" PRIx32 ", expected at most 0x%" PRIx64 ", which the SDRAM has",
                           b->file, LINE(ram_bytes), b->ram_bytes, bytes);
#undef LINE
    return 0;
}

/* The clock's pad. */
static void put_clock(design *d, module *top, sig made)
{
    module *m = module_extern(d, "ODDRX1F");
    static const char *const inputs[] = {"D0", "D1", "SCLK", "RST"};
    for (size_t i = 0; i < 4; i++)
        input(m, inputs[i], 1);
    output_wire(m, "Q", 1);
    module *pad = m;
    m = top;
    instance *clock = inst(m, pad, "u_sdram_clk");
    port_in(clock, "D0", lit(1, 0));
    port_in(clock, "D1", lit(1, 1));
    port_in(clock, "SCLK", made);
    port_in(clock, "RST", lit(1, 0));
    describe(output(m, "sdram_clk", port_out(clock, "Q")), "the inverse of the machine's clock");
}

static void put_data(design *d, module *top, instance *soc, unsigned width)
{
    module *m = module_extern(d, "BB");
    input(m, "I", 1);
    input(m, "T", 1);
    output_wire(m, "O", 1);
    input(m, "B", 1);
    module *pad = m;
    m = top;
    sig pins = describe(inout_port(m, "sdram_data", width), "dq");
    sig data = port_out(soc, "sdram_data_o"), drives = port_out(soc, "sdram_drives_o"), in[32];
    for (unsigned i = 0; i < width; i++) {
        instance *bit_pad = inst(m, pad, fmt("u_sdram_data_%u", i));
        port_in(bit_pad, "I", bit(data, i));
        port_in(bit_pad, "T", not_(drives));
        port_in(bit_pad, "B", bit(pins, i));
        in[i] = port_out(bit_pad, "O");
    }
    port_in(soc, "sdram_data_i", cat_array(in, width));
}

void board_sdram(design *d, module *m, const struct board *board, instance *soc, sig clock)
{
    section(m, "The SDRAM");
    put_clock(d, m, clock);
    sig command = port_out(soc, "sdram_command_o");
    if (*board->sdram_cke)
        describe(output(m, "sdram_cke", lit(1, 1)), "clock enable");
    if (*board->sdram_cs)
        describe(output(m, "sdram_cs", bit(command, 3)), "chip select, active low");
    describe(output(m, "sdram_ras", bit(command, 2)), "row strobe, active low");
    describe(output(m, "sdram_cas", bit(command, 1)), "column strobe, active low");
    describe(output(m, "sdram_we", bit(command, 0)), "write enable, active low");
    describe(output(m, "sdram_bank", port_out(soc, "sdram_bank_o")), "ba");
    sig address = port_out(soc, "sdram_address_o");
    describe(output(m, "sdram_address", bits(address, board->sdram_address.count - 1, 0)), "a");
    if (board->sdram_mask.count)
        describe(output(m, "sdram_mask", port_out(soc, "sdram_mask_o")), "dqm: bytes that are not written");
    put_data(d, m, soc, board->sdram_data.count);
}
