/* sequencer: the probe (docs/spec.md, 5.1 and 10.4.4). It may fault and changes nothing that is visible. */
#include "rtlgen/sequencer.h"

USE(port);
USE(interrupts);
USE(vm);
USE(capabilities);
USE(walk);
USE(map);
USE(vm_change);

/* Words of a VMCB that a probe reads, and those of a map. */
enum { CONTROL_WORDS = VMCB_IO_BOUND + 1 };
#define MAP_WORDS(ROW) ROW(MAP_, FORM) ROW(MAP_, FIRST) ROW(MAP_, BASE) ROW(MAP_, BOUND)
enum { MAP_WORDS(ENUM_VALUE) MAP_WORD_BITS = 2 };

/* Something is bad: an exception of LVMID, or a broken chain. `got` stays: it tells which word. */
static void refuse(module *m, const struct sequencer *u)
{
    set(u->state, lit(SEQ_STATE_BITS, SEQ_REFUSE));
    set(u->moves, lit(1, 0));
}

/* A walk has ended in state s. Returns: with a page that may be used. */
static sig walk_ended(module *m, struct sequencer *u, enum sequencer_state s, unsigned access)
{
    const struct core *c = u->c;
    sig ended = and_(seq_in(u, s), u->walk_done);
    sig failed = net_in(m, c, walk.walk_failed), ok = not_(failed);
    if (s == SEQ_OPERAND)
        ok = and_(ok, net_in(m, c, walk.walk_ram));
    when (and_(ended, failed, not_(u->at_zero))) {
        seq_fault(m, u, net_in(m, c, walk.walk_cause), access, s != SEQ_OPERAND, false);
        set(u->receiver, net_in(m, c, walk.walk_receiver));
    }
    elsewhen (and_(ended, not_(ok)))
        refuse(m, u);
    return and_(ended, ok);
}

/* The first word of a burst is asked for in the cycle in which its page is known. */
static void first_word(module *m, struct sequencer *u, sig known, enum sequencer_state words)
{
    seq_also(&u->request, known);
    seq_also(&u->begins_asked, zext(and_(known, u->accepted), 4));
    when (known)
        seq_go(m, u, words);
}

static void start_root(module *m, struct sequencer *u, sig condition)
{
    seq_also(&u->walk, condition);
    seq_also(&u->walk_root, condition);
    when (condition) {
        set(u->name, lit(32, u->c->config->hv_root));
        seq_go(m, u, SEQ_ROOT);
    }
}

static void operand(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Probe: SYLLABLE");
    sig known = walk_ended(m, u, SEQ_OPERAND, HV_ACCESS_LOAD);
    first_word(m, u, known, SEQ_SYLLABLE);
    sig comes = seq_read(m, u, SEQ_SYLLABLE, 1);
    sig low = bits(u->data, c->syllable_bits - 1, 0);
    sig good = and_(is_nonzero(low), is_zero(bits(u->data, 31, c->syllable_bits)));
    when (comes) {
        set(u->syllable, low);
        set(u->got, zeros(4));
    }
    when (and_(comes, not_(good)))
        refuse(m, u);
    start_root(m, u, and_(comes, good));
}

static void root(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Probe: root");
    sig known = walk_ended(m, u, SEQ_ROOT, HV_ACCESS_LOAD);
    first_word(m, u, known, SEQ_ROOT_WORDS);
    sig comes = seq_read(m, u, SEQ_ROOT_WORDS, 2);
    sig table = and_(comes, is_zero(u->got)), length = and_(comes, not_(is_zero(u->got)));
    sig misaligned = is_nonzero(bits(u->data, 1, 0));
    when (and_(table, not_(misaligned)))
        set(u->name, word_address(add(bits(u->data, 31, 2), zext(u->syllable, 30))));
    when (and_(table, misaligned)) {
        set(u->got, zeros(4));
        refuse(m, u);
    }
    unsigned width = c->syllable_bits;
    sig above = and_(is_zero(bits(u->data, 31, width)), gt_u(u->syllable, bits(u->data, width - 1, 0)));
    seq_also(&u->walk, and_(length, not_(above)));
    when (and_(length, not_(above)))
        seq_go(m, u, SEQ_ENTRY);
    when (and_(length, above)) {
        set(u->length_bad, lit(1, 1));
        refuse(m, u);
    }
}

static void entry(module *m, struct sequencer *u)
{
    section(m, "Probe: VMTAB entry");
    sig known = walk_ended(m, u, SEQ_ENTRY, HV_ACCESS_LOAD);
    first_word(m, u, known, SEQ_ENTRY_WORD);
    sig comes = seq_read(m, u, SEQ_ENTRY_WORD, 1);
    sig bad = or_(is_zero(u->data), is_nonzero(bits(u->data, 8, 0)));
    when (and_(comes, bad)) {
        set(u->got, zeros(4));
        refuse(m, u);
    }
    when (and_(comes, not_(bad))) {
        set(u->name, u->data);
        seq_go(m, u, SEQ_VMCB_START);
    }
    seq_also(&u->walk, seq_in(u, SEQ_VMCB_START));
    when (seq_in(u, SEQ_VMCB_START))
        seq_go(m, u, SEQ_VMCB);
}

static sig low_mask(module *m, sig grain)
{
    sig list[15];
    for (unsigned i = 0; i < 15; i++)
        list[i] = gt_u(grain, lit(4, i));
    return cat_array(list, 15);
}

/* Is the word of a map that comes bad? (docs/spec.md, 10.3.1) */
static sig bad_map_word(module *m, struct sequencer *u, sig which, sig form, sig offset)
{
    const struct core *c = u->c;
    sig data = u->data, grain = bits(data, 11, 8);
    sig good_form = eq_lit(form, HV_FORM_NONE);
    if (c->rb)
        good_form = or_(good_form, and_(eq_lit(form, HV_FORM_RB), is_zero(grain)));
    if (c->linear)
        good_form = or_(good_form, eq_lit(form, HV_FORM_LINEAR));
    sig reserved = or_(is_nonzero(bits(data, 31, 12)), is_nonzero(bits(data, 7, FORM_BITS)));
    sig bad_form = or_(reserved, not_(good_form));

    sig is_linear = eq_lit(u->kind, HV_FORM_LINEAR), used = is_nonzero(u->kind);
    sig large = is_nonzero(bits(data, 31, 20)), unaligned = lit(1, 0), long_table = lit(1, 0);
    if (c->linear) {
        unaligned = and_(is_linear, is_nonzero(and_(bits(data, 14, 0), low_mask(m, u->grain))));
        comment(m, "A table ends with its page: offset + bound >> grain is at most 1024.");
        sig entries = shr(bits(data, 20, 0), u->grain), low = bits(entries, 10, 0);
        sig end = name(m, "table_end", add(zext(low, 12), zext(offset, 12)));
        sig beyond_page = and_(bit(end, 10), is_nonzero(bits(end, 9, 0)));
        long_table = and_(is_linear, or_(is_nonzero(bits(entries, 20, 11)), bit(end, 11), beyond_page));
    }
    sig bad_first = or_(large, unaligned);
    sig bad_base = mux(is_linear, is_nonzero(bits(data, 1, 0)), large);
    sig beyond = or_(is_nonzero(bits(data, 31, 21)), and_(bit(data, 20), is_nonzero(bits(data, 19, 0))));
    sig bad_bound = or_(beyond, unaligned, long_table);
    const sig bad[] = {bad_form, and_(used, bad_first), and_(used, bad_base), and_(used, bad_bound)};
    return name(m, "bad_map_word", pick(which, bad, 4));
}

/* Words 1 to 3, which are not checked. */
static void control_words(module *m, struct sequencer *u, sig comes, sig word)
{
    const struct core *c = u->c;
    net_out(m, c, vm_change.caps_write, and_(comes, eq_lit(word, VMCB_CAPS)));
    net_out(m, c, vm_change.vip_write, and_(comes, eq_lit(word, VMCB_VIP)));
    when (and_(comes, eq_lit(word, VMCB_NEXT_SYLLABLE))) {
        set(u->link, bits(u->data, c->syllable_bits - 1, 0));
        set(u->link_bad, is_nonzero(bits(u->data, 31, c->syllable_bits)));
    }
    for (unsigned i = 0; i < c->config->depth; i++) {
        when (and_(comes, eq_lit(word, VMCB_RESUME), eq_lit(u->level, i), bit(u->data, 0))) {
            set_bits(u->skip, i, i, lit(1, 1));
            set(u->skipped, lit(1, 1));
        }
    }
}

static void map_words(module *m, struct sequencer *u, sig comes, sig pin, sig table)
{
    const struct core *c = u->c;
    static const hdl_value words[] = {MAP_WORDS(NAMED_VALUE){0}};
    sig which = name_values(name(m, "map_word", bits(u->got, MAP_WORD_BITS - 1, 0)), words), io = bit(u->got, 3);
    sig map = and_(comes, or_(bit(u->got, 2), io));
    sig offset = reg_noreset(m, "table_offset", 10);
    sig form = name_values(name(m, "form", bits(u->data, FORM_BITS - 1, 0)), form_values);
    sig bad = and_(map, bad_map_word(m, u, which, form, offset));
    when (and_(map, eq_lit(which, MAP_FORM))) {
        sig is_linear = eq_lit(form, HV_FORM_LINEAR);
        set(u->kind, form);
        set(u->grain, bits(u->data, 11, 8));
        when (io)
            set(u->io_linear, is_linear);
        otherwise set(u->mem_linear, is_linear);
    }
    when (and_(map, eq_lit(which, MAP_BASE)))
        set(offset, bits(u->data, 11, 2));

    comment(m, "To the scratchpad's row of level n + 1: the words of its maps, the VMCB's pin, the tables' pins.");
    sig base = and_(map, eq_lit(which, MAP_BASE));
    net_out(m, c, map.map_write_form, or_(base, pin));
    net_out(m, c, map.map_write_first, and_(map, eq_lit(which, MAP_FIRST)));
    net_out(m, c, map.map_write_bound, and_(map, eq_lit(which, MAP_BOUND)));
    net_out(m, c, map.map_write_page, or_(base, pin, table));
    net_out(m, c, map.map_form_data,
            mux(pin, cat(zeros(6), bits(u->name, 11, 2)), cat(u->kind, u->grain, bits(u->data, 11, 2))));
    sig from_word = mux(eq_lit(u->kind, HV_FORM_RB), bits(u->data, 19, 0), bits(u->data, 31, 12));
    net_out(m, c, map.map_page_data, mux(base, from_word, net_in(m, c, walk.walk_page)));
    sig select = mux(pin, lit(2, 2), cat(lit(1, 0), mux(table, u->in_io, io)));
    sig row = c->row_bits == 2 ? select : cat(bits(u->level, c->row_bits - 3, 0), select);
    net_out(m, c, map.map_write_row, row);

    when (bad) {
        set(u->got, u->got);
        refuse(m, u);
    }
}

/* What follows the probe: the context of the monitor is stored; in the chain there is none. */
static void probed(module *m, struct sequencer *u, sig condition)
{
    const struct core *c = u->c;
    when (condition) {
        seq_go(m, u, SEQ_APPEND);
        when (and_(u->first, u->at_zero))
            seq_go(m, u, SEQ_BANK_STORE);
        elsewhen (u->first)
            seq_go(m, u, SEQ_STORE_START);
        elsewhen (is_nonzero(net_in(m, c, interrupts.own_vip)))
            seq_go(m, u, SEQ_MIE_START);
    }
}

static void vmcb(module *m, struct sequencer *u)
{
    section(m, "Probe: VMCB");
    sig known = walk_ended(m, u, SEQ_VMCB, HV_ACCESS_STORE);
    first_word(m, u, known, SEQ_VMCB_WORDS);
    sig comes = seq_read(m, u, SEQ_VMCB_WORDS, CONTROL_WORDS);
    sig word = name_values(name(m, "control_word", zext(u->got, VMCB_WORD_BITS)), vmcb_values);
    control_words(m, u, comes, word);
    sig last = and_(comes, eq_lit(word, VMCB_IO_BOUND));

    sig tabled = walk_ended(m, u, SEQ_TABLE, HV_ACCESS_LOAD);
    sig tables = or_(u->mem_linear, u->io_linear);
    when (and_(last, tables)) {
        seq_go(m, u, SEQ_TABLE_START);
        set(u->in_io, not_(u->mem_linear));
    }
    probed(m, u, and_(last, not_(tables)));

    section(m, "Probe: tables");
    seq_choose(&u->row_level, or_(seq_in(u, SEQ_VMCB_WORDS), seq_in(u, SEQ_TABLE)), u->level);
    seq_choose(&u->row_select, seq_in(u, SEQ_VMCB_WORDS), cat(lit(1, 0), not_(u->mem_linear)));
    seq_choose(&u->row_select, seq_in(u, SEQ_TABLE), lit(2, 1));
    sig start = seq_in(u, SEQ_TABLE_START);
    seq_also(&u->walk, start);
    when (start) {
        set(u->name, cat(net_in(m, u->c, map.map_page), net_in(m, u->c, map.map_offset), lit(2, 0)));
        seq_go(m, u, SEQ_TABLE);
    }
    sig another = and_(not_(u->in_io), u->io_linear);
    when (and_(tabled, another)) {
        seq_go(m, u, SEQ_TABLE_START);
        set(u->in_io, lit(1, 1));
    }
    probed(m, u, and_(tabled, not_(another)));
    map_words(m, u, comes, known, tabled);
}

static void refused(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Probe: refused");
    sig here = and_(seq_in(u, SEQ_REFUSE), net_in(m, c, port.dbus_idle));
    u->exception = and_(here, u->first);
    when (u->exception)
        set(u->state, lit(SEQ_STATE_BITS, SEQ_IDLE));
    when (and_(here, not_(u->first))) {
        seq_fault(m, u, lit(4, HV_FAULT_INVALID), HV_ACCESS_NONE, true, true);
        set(u->receiver, sub(u->level, lit(c->level_bits, 1)));
    }
}

/* The chain: a child that was running when its monitor was suspended. */
static void chain(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Chain");
    sig here = seq_in(u, SEQ_CHAIN);
    sig none = and_(is_zero(u->link), not_(u->link_bad));
    sig denied = not_(net_in(m, c, capabilities.vm_capability)), deepest = net_in(m, c, vm.at_depth);
    sig broken = or_(denied, deepest, u->link_bad);
    sig depth = and_(not_(denied), deepest);
    when (here) {
        set(u->first, lit(1, 0));
        set(u->syllable, u->link);
    }
    when (and_(here, none))
        seq_go(m, u, SEQ_LOAD);
    when (and_(here, not_(none), broken)) {
        seq_fault(m, u, mux(depth, lit(4, HV_FAULT_DEPTH), lit(4, HV_FAULT_INVALID)), HV_ACCESS_NONE, true, true);
        set(u->receiver, sub(u->level, lit(c->level_bits, 1)));
    }
    start_root(m, u, and_(here, not_(none), not_(broken)));
}

void sequencer_probe(module *m, struct sequencer *u)
{
    operand(m, u);
    root(m, u);
    entry(m, u);
    vmcb(m, u);
    refused(m, u);
    chain(m, u);
}
