/* scratchpad: what the hardware keeps of each level's VMCB for walks: its two maps, with the real page of
 * each table (its pin), and the real address of the VMCB itself.
 *
 * Four rows for a level: 0 memory map, 1 I/O map, 2 VMCB. The fields are memories of their own, since they come from
 * the bus one by one. The rows of level n + 1 are free to be written while level n runs: nothing
 * walks through them.
 */
#include "rtlgen/core.h"

USE(context);
USE(walk);
USE(map);
USE(sequencer_asks);

module *scratchpad_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_scratchpad");
    module_comment(m, "What walks need of each level's VMCB: two maps, their tables' real pages, where the VMCB lies.");
    sig walking = or_(net_in(m, c, walk.walk_start), net_in(m, c, walk.walk_busy));
    sig row = name(m, "row", mux(walking, net_in(m, c, walk.walk_row), net_in(m, c, sequencer_asks.sequencer_row)));
    comment(m, "While a write of the sequencer's waits, its page stays.");
    sig moves = mux(walking, net_in(m, c, walk.walk_next_row), not_(net_in(m, c, context.word_hold)));
    sig read = name(m, "read", moves);
    sig write_row = net_in(m, c, map.map_write_row);
    unsigned rows = 1u << c->row_bits;

    section(m, "Fields");
    comment(m, "form: kind of map, grain, and the word of the table's or VMCB's begin in its page.");
    memory form = mem(m, "form", 16, rows, MEM_SYNC_NO_COLLISION);
    memory first = mem(m, "first", 20, rows, MEM_SYNC_NO_COLLISION);
    memory bound = mem(m, "bound", 21, rows, MEM_SYNC_NO_COLLISION);
    comment(m, "page_n: the complement of a page, which is all that the composer's adder takes.");
    memory page_n = mem(m, "page_n", 20, rows, MEM_SYNC_NO_COLLISION);
    sig data = bus_word(m, c);
    mem_write(form, net_in(m, c, map.map_write_form), write_row, net_in(m, c, map.map_form_data));
    mem_write(first, net_in(m, c, map.map_write_first), write_row, bits(data, 19, 0));
    mem_write(bound, net_in(m, c, map.map_write_bound), write_row, bits(data, 20, 0));
    mem_write(page_n, net_in(m, c, map.map_write_page), write_row, not_(net_in(m, c, map.map_page_data)));
    sig shown = mem_read_sync(form, "form_read", row, read);
    net_out(m, c, map.map_kind, bits(shown, 15, 14));
    net_out(m, c, map.map_grain, bits(shown, 13, 10));
    net_out(m, c, map.map_offset, bits(shown, 9, 0));
    net_out(m, c, map.map_first, mem_read_sync(first, "first_read", row, read));
    net_out(m, c, map.map_bound, mem_read_sync(bound, "bound_read", row, read));
    net_out(m, c, map.map_page, not_(mem_read_sync(page_n, "page_read", row, read)));
    return m;
}
