/* access: the data side of W: addresses, byte lanes, the atomic operations; and data_port, the one way
 * to the data bus.
 */
#include "rtlgen/core.h"

USE(stage_w);
USE(context);
USE(access);
USE(port);
USE(mode);
USE(translation);
USE(walk);
USE(map);
USE(sequence);
USE(sequencer_asks);
USE(dbus);
USE(commit_record);

struct access {
    const struct core *c;
    sig kind, funct3, name, low; /* low: bits 1:0 of the address */
    sig is_byte, is_half, is_word;
};

static void size(module *m, struct access *u)
{
    const struct core *c = u->c;
    section(m, "Size and alignment");
    sig full = lit(1, 0);
    u->low = bits(u->name, 1, 0);
    if (c->virtualizer) {
        comment(m, "The sequencer takes words, whatever the instruction in W is.");
        sig sequencer = net_in(m, c, sequence.sequencer_busy);
        full = or_(sequencer, eq_lit(u->kind, KIND_LVMID));
        u->low = and_(u->low, repeat(not_(sequencer), 2));
    }
    u->is_byte = name(m, "is_byte", and_(not_(full), eq_lit(bits(u->funct3, 1, 0), 0)));
    u->is_half = name(m, "is_half", and_(not_(full), eq_lit(bits(u->funct3, 1, 0), 1)));
    u->is_word = name(m, "is_word", not_(or_(u->is_byte, u->is_half)));
    net_out(m, c, access.access_misaligned,
            or_(and_(u->is_half, bit(u->name, 0)), and_(u->is_word, is_nonzero(bits(u->name, 1, 0)))));
}

static void load(module *m, const struct access *u)
{
    section(m, "Load");
    sig word = bus_word(m, u->c);
    sig half = name(m, "half", mux(bit(u->low, 1), bits(word, 31, 16), bits(word, 15, 0)));
    sig byte = name(m, "byte_0", mux(bit(u->low, 0), bits(half, 15, 8), bits(half, 7, 0)));
    sig sign = name(m, "sign", and_(not_(bit(u->funct3, 2)), mux(u->is_byte, bit(byte, 7), bit(half, 15))));
    sig high = mux(u->is_word, bits(word, 31, 16), repeat(sign, 16));
    net_out(m, u->c, access.load_data, cat(high, mux(u->is_byte, repeat(sign, 8), bits(half, 15, 8)), byte));
}

static void store(module *m, const struct access *u)
{
    section(m, "Store");
    sig data = net_in(m, u->c, stage_w.w_store);
    sig byte_1 = name(m, "byte_1", mux(u->is_byte, bits(data, 7, 0), bits(data, 15, 8)));
    sig high = mux(u->is_word, bits(data, 31, 16), cat(byte_1, bits(data, 7, 0)));
    net_out(m, u->c, access.access_data, cat(high, byte_1, bits(data, 7, 0)));
    sig one = one_hot(u->low, 4);
    sig two = mux(bit(u->low, 1), lit(4, 0xc), lit(4, 0x3));
    net_out(m, u->c, access.access_lanes, mux(u->is_word, lit(4, 0xf), mux(u->is_half, two, one)));
}

/* What an AMO stores: of the word loaded and the register. funct5 is in bits 31:27. */
static void atomic(module *m, const struct access *u)
{
    const struct core *c = u->c;
    section(m, "Atomic operations");
    sig old = bus_word(m, c), operand = net_in(m, c, stage_w.w_store);
    sig funct5 = bits(net_in(m, c, stage_w.w_insn), 31, 27);
    sig take_min_max = bit(funct5, 4), is_unsigned = bit(funct5, 3), take_max = bit(funct5, 2);
    sig flip = not_(is_unsigned);
    sig a = cat(xor_(bit(old, 31), flip), bits(old, 30, 0));
    sig b = cat(xor_(bit(operand, 31), flip), bits(operand, 30, 0));
    comment(m, "One adder: the sum, or its carry with the operand's complement, which tells whether old is larger.\n"
               "Signs that are flipped in both do not change the sum.");
    sig total = name(m, "total", add(zext(a, 33), zext(xor_(b, repeat(take_min_max, 32)), 33)));
    sig keep_old = name(m, "keep_old", xor_(bit(total, 32), not_(take_max)));
    sig logic = mux(bit(funct5, 3), mux(bit(funct5, 2), and_(old, operand), or_(old, operand)), xor_(old, operand));
    sig other = mux(bit(funct5, 0), operand, mux(is_zero(bits(funct5, 3, 2)), bits(total, 31, 0), logic));
    net_out(m, c, access.amo_data, mux(take_min_max, mux(keep_old, old, operand), other));
}

/* The resource name, and the real address through the page that last_page holds, or the same at n = 0. */
static void address(module *m, const struct access *u)
{
    const struct core *c = u->c;
    section(m, "Address");
    sig resource = bits(u->name, 31, 2);
    if (c->phi) {
        comment(m, "phi: a cycle of its own compares with mbound and adds mbase.");
        sig bound = net_in(m, c, mode.mbound), base = net_in(m, c, mode.mbase);
        sig beyond = describe(reg_noreset(m, "beyond", 1), "the process name is not below mbound");
        set(beyond, ge_u(resource, bound));
        net_out(m, c, access.access_beyond, beyond);
        sig moved = describe(reg_noreset(m, "moved", 30), "resource name, in words");
        sig sum = name(m, "name_and_base", add(resource, base));
        set(moved, sum);
        if (c->set_bits)
            net_out(m, c, access.moved_page, bits(sum, 29, 10));
        resource = name(m, "resource", mux(net_in(m, c, access.relocated), moved, resource));
    }
    sig page = net_out(m, c, access.access_page, bits(resource, 29, 10));
    net_out(m, c, access.access_offset, bits(resource, 9, 0));
    sig real_page = page;
    if (c->virtualizer)
        real_page = net_in(m, c, translation.data_real_page);
    sig ram = name(m, "page_is_ram", page_is_ram(m, c, page));
    sig device = name(m, "page_is_device", page_is_device(m, c, page));
    net_out(m, c, access.page_ram, ram);
    net_out(m, c, access.page_backed, or_(ram, device));
    net_out(m, c, access.access_address, cat(real_page, bits(resource, 9, 0)));
}

module *access_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_access");
    module_comment(m, "Data accesses: address, byte lanes, atomic operations.");
    struct access u = {.c = c, .kind = net_in(m, c, stage_w.w_kind), .name = net_in(m, c, stage_w.w_result)};
    u.funct3 = bits(net_in(m, c, stage_w.w_insn), 14, 12);
    size(m, &u);
    load(m, &u);
    store(m, &u);
    if (c->atomic)
        atomic(m, &u);
    address(m, &u);
    return m;
}

sig bus_ends(module *m, const struct core *c)
{
    return c->err ? net_in(m, c, port.dbus_ends) : net_in(m, c, dbus.dbus_ack_i);
}

sig bus_word(module *m, const struct core *c)
{
    return c->err ? net_in(m, c, port.dbus_word) : net_in(m, c, dbus.dbus_dat_i);
}

/* What ends with err is answered, too. A word that is not there is 0, which gives nobody a right. */
static sig answers(module *m, const struct core *c)
{
    sig ack = net_in(m, c, dbus.dbus_ack_i);
    if (!c->err)
        return ack;
    sig err = net_in(m, c, dbus.dbus_err_i);
    net_out(m, c, port.dbus_word, and_(net_in(m, c, dbus.dbus_dat_i), repeat(not_(err), 32)));
    return net_out(m, c, port.dbus_ends, or_(ack, err));
}

/* Stores need no answer: the next request waits until the one before has it. So a read's answer is
 * never taken for a store's. */
static sig handshake(module *m, const struct core *c, sig request, sig write)
{
    section(m, "Handshake");
    sig stall = net_in(m, c, dbus.dbus_stall_i), ack = answers(m, c);
    sig posted = describe(reg(m, "posted", 1, 0), "a store has no answer yet");
    sig unanswered = describe(reg(m, "unanswered", 2, 0), "requests without an answer");
    comment(m, "Its owners never ask together, so that each looks only at its own request and at dbus_free.");
    sig open = name(m, "open", or_(not_(posted), ack));
    sig stb = net_out(m, c, dbus.dbus_stb_o, and_(request, open));
    comment(m, "Only with a request, which is not waited for: it is known later than that one would write.");
    net_out(m, c, dbus.dbus_we_o, and_(write, open));
    net_out(m, c, port.dbus_free, and_(open, not_(stall)));
    sig accepted = name(m, "accepted", and_(stb, not_(stall)));
    if (c->rvfi)
        net_out(m, c, port.dbus_accepted, accepted);
    when (accepted)
        set(posted, write);
    elsewhen (ack)
        set(posted, lit(1, 0));
    set(unanswered, sub(add(unanswered, zext(accepted, 2)), zext(ack, 2)));
    net_out(m, c, dbus.dbus_cyc_o, or_(stb, is_nonzero(unanswered)));
    if (c->virtualizer) {
        net_out(m, c, port.dbus_answer, and_(ack, not_(posted)));
        net_out(m, c, port.dbus_idle, is_zero(unanswered));
    }
    return accepted;
}

module *data_port_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_data_port");
    module_comment(m, "The one way to the data bus: of accesses, of the composer and of the sequencer.");
    sig request = net_in(m, c, access.access_request), write = net_in(m, c, access.access_write);
    sig address = net_in(m, c, access.access_address), data = net_in(m, c, access.access_data);
    sig lanes = net_in(m, c, access.access_lanes);
    if (c->virtualizer) {
        section(m, "Whose turn it is");
        sig walking = net_in(m, c, walk.walk_busy), sequencer = net_in(m, c, sequence.sequencer_busy);
        sig of_walk = not_(net_in(m, c, sequencer_asks.sequencer_probing));
        sig offset = net_in(m, c, sequencer_asks.sequencer_offset);
        sig walk_read = lit(1, 0);
        if (c->linear) {
            walk_read = net_in(m, c, walk.walk_read);
            of_walk = or_(of_walk, walking);
            offset = mux(walking, net_in(m, c, walk.walk_offset), offset);
        }
        comment(m, "Pages of tables and of the VMCBs that are pinned come from the scratchpad, others from a walk that "
                   "has ended.");
        sig page = mux(of_walk, net_in(m, c, map.map_page), net_in(m, c, walk.walk_page));
        request = or_(request, walk_read, net_in(m, c, sequencer_asks.sequencer_request));
        write = mux(sequencer, net_in(m, c, sequencer_asks.sequencer_write), write);
        address = mux(or_(walking, sequencer), cat(page, offset), address);
        data = mux(sequencer, net_in(m, c, context.word_data), data);
        lanes = or_(lanes, repeat(sequencer, 4));
    }
    sig accepted = handshake(m, c, request, write);
    section(m, "The bus");
    net_out(m, c, dbus.dbus_adr_o, word_address(address));
    net_out(m, c, dbus.dbus_sel_o, lanes);
    net_out(m, c, dbus.dbus_dat_o, data);
    if (c->rvfi) {
        section(m, "Words written, for the commit record's neighbour");
        sig masks[4];
        for (unsigned i = 0; i < 4; i++)
            masks[i] = repeat(bit(lanes, i), 8);
        net_out(m, c, commit_record.bus_write, and_(accepted, write));
        net_out(m, c, commit_record.bus_addr, word_address(address));
        net_out(m, c, commit_record.bus_mask, lanes);
        net_out(m, c, commit_record.bus_data, and_(data, cat_array(masks, 4)));
    }
    return m;
}
