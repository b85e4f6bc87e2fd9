/* registers: the memory of registers.
 *
 * Rows 0..31 are x0..x31, rows 32..47 the CSRs of the running level that no other unit needs at once,
 * rows 48..63 level 0's context while a virtual machine runs. A second copy of rows 0..31 gives the
 * second read port. After reset a sweep writes zero to every row.
 */
#include "rtlgen/core.h"

USE(operands);
USE(registers);
USE(rows);
USE(context);

module *registers_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_registers");
    module_comment(m, "General registers, rarely read CSRs and level 0's context in one memory.");

    section(m, "Sweep after reset");
    /* Nothing is fetched before it ends: an associator with more sets than there are rows has swept its own by then. */
    unsigned width = c->sweep_bits > ROW_BITS ? c->sweep_bits : ROW_BITS;
    sig sweep = describe(reg(m, "sweep", width + 1, 0), "row to clear; the highest bit: all are clear");
    sig sweeping = net_out(m, c, operands.sweeping, not_(bit(sweep, width)));
    when (sweeping)
        set(sweep, add_lit(sweep, 1));

    section(m, "Write port");
    comment(m, "While the sweep goes on, write_data is 0: w_result has been reset.");
    sig rd_write = net_in(m, c, registers.rd_write), row_write = net_in(m, c, rows.row_write);
    sig row = net_in(m, c, rows.row_write_address), data = net_in(m, c, rows.row_write_data);
    sig x_row = cat(lit(1, 0), net_in(m, c, registers.rd_address));
    sig address = name(m, "write_address",
                       mux(sweeping, bits(sweep, ROW_BITS - 1, 0), mux(row_write, cat(lit(1, 1), row), x_row)));
    sig enable = name(m, "write_enable", or_(sweeping, rd_write, row_write));

    section(m, "Read ports");
    sig row_read = net_in(m, c, rows.row_read);
    sig address_a = name(m, "address_a",
                         mux(row_read, cat(lit(1, 1), net_in(m, c, rows.row_read_address)),
                             cat(lit(1, 0), net_in(m, c, operands.read_rs1))));
    comment(m, "A word that is written while it is read is never used: execute forwards it.");
    memory copy_a = mem(m, "copy_a", 32, ROWS, MEM_SYNC_NO_COLLISION);
    memory copy_b = mem(m, "copy_b", 32, ROW_CONTEXT, MEM_SYNC_NO_COLLISION);
    mem_write(copy_a, enable, address, data);
    mem_write(copy_b, and_(enable, not_(bit(address, 5))), bits(address, 4, 0), data);
    sig hold = c->virtualizer ? net_in(m, c, context.word_hold) : lit(1, 0);
    net_out(m, c, operands.reg_a, mem_read_sync(copy_a, "reg_a", address_a, not_(hold)));
    net_out(m, c, operands.reg_b, mem_read_sync(copy_b, "reg_b", net_in(m, c, operands.read_rs2), lit(1, 1)));
    return m;
}
