/* sequencer: the probe (docs/spec.md, 5.1 and 10.4.4). It may fault and changes nothing that is visible. */
#include "rtlgen/sequencer.h"

USE(port);
USE(interrupts);
USE(vm);
USE(capabilities);
USE(walk);
USE(map);
USE(vm_change);
USE(fault);

/* Words of a VMCB that a probe reads, and those of a map. */
enum { CONTROL_WORDS = VMCB_IO_BOUND + 1 };
#define MAP_WORDS(ROW) ROW(MAP_, FORM) ROW(MAP_, FIRST) ROW(MAP_, BASE) ROW(MAP_, BOUND)
enum { MAP_WORDS(ENUM_VALUE) MAP_WORD_BITS = 2 };

/* A walk has ended in state s. Returns: with a page that may be used. What fails is in walks(). */
static sig walk_ended(struct sequencer *u, enum sequencer_state s, sig ok)
{
    return and_(seq_in(u, s), u->walk_done, ok);
}

/* A walk that fails: a VM-fault of LVMID; at level 0, where none can be, as something that is bad. */
static void walks(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Probe: walks");
    sig waits = or_(seq_in(u, SEQ_OPERAND), seq_in(u, SEQ_ROOT), seq_in(u, SEQ_ENTRY), seq_in(u, SEQ_VMCB),
                    seq_in(u, SEQ_TABLE));
    sig failed = name(m, "walk_fails", and_(waits, u->walk_done, net_in(m, c, walk.walk_failed)));
    seq_also(&u->walk_faults, and_(failed, not_(u->at_zero)));
    seq_also(&u->refuses, and_(failed, u->at_zero));
}

/* The first word of a burst is asked for in the cycle in which its page is known. */
static void first_word(struct sequencer *u, sig known, enum sequencer_state words)
{
    seq_also(&u->request, known);
    seq_also(&u->begins_asked, zext(and_(known, u->accepted), 4));
    seq_go(u, known, words);
}

/* Whether a word is bad is found late in the cycle in which it comes, and looked at in the next one; nothing but a
 * state, and words that are asked for in vain, has come of it by then. */
static void judge(struct sequencer *u, sig bad)
{
    seq_also(&u->bad, bad);
}

/* State s, which begins with the walk of a page: in its first cycle, when what names the page is known to be good. */
static sig start_walk(struct sequencer *u, enum sequencer_state s)
{
    sig starts = and_(seq_in(u, s), not_(bit(u->asked, 0)), not_(u->late));
    seq_also(&u->walk, starts);
    seq_also(&u->asks, starts);
    return starts;
}

/* Returns: a good syllable comes. */
static sig operand(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Probe: SYLLABLE");
    sig found = not_(net_in(m, c, walk.walk_failed)), ram = net_in(m, c, walk.walk_ram);
    first_word(u, walk_ended(u, SEQ_OPERAND, and_(found, ram)), SEQ_SYLLABLE);
    seq_also(&u->refuses, walk_ended(u, SEQ_OPERAND, and_(found, not_(ram))));
    sig comes = seq_read(m, u, SEQ_SYLLABLE, 1);
    sig low = bits(u->data, c->syllable_bits - 1, 0);
    sig good = name(m, "is_syllable", and_(is_nonzero(low), is_zero(bits(u->data, 31, c->syllable_bits))));
    when (comes)
        set(u->syllable, low);
    judge(u, and_(comes, not_(good)));
    seq_go(u, and_(comes, not_(u->again_root)), SEQ_ROOT);
    first_word(u, and_(comes, u->again_root), SEQ_ROOT_WORDS);
    return and_(comes, good);
}

/* Returns: VMTAB, which comes, is no address. */
static sig root(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Probe: root");
    seq_also(&u->walk_root, start_walk(u, SEQ_ROOT));
    first_word(u, walk_ended(u, SEQ_ROOT, not_(net_in(m, c, walk.walk_failed))), SEQ_ROOT_WORDS);
    sig comes = seq_read(m, u, SEQ_ROOT_WORDS, 2);
    sig length = and_(comes, is_nonzero(u->got), not_(u->late));
    sig misaligned = and_(comes, is_zero(u->got), is_nonzero(bits(u->data, 1, 0)));
    judge(u, misaligned);
    unsigned width = c->syllable_bits;
    sig above = gt_u(u->syllable, bits(u->data, width - 1, 0));
    above = name(m, "above_length", and_(is_zero(bits(u->data, 31, width)), above));
    seq_go(u, and_(length, not_(u->again_name)), SEQ_ENTRY);
    first_word(u, and_(length, u->again_name), SEQ_ENTRY_WORD);
    when (and_(length, above))
        set(u->at_operand, lit(1, 1));
    judge(u, and_(length, above));
    return misaligned;
}

/* Returns: the entry, which comes, is no VMCB's name. */
static sig entry(module *m, struct sequencer *u)
{
    section(m, "Probe: VMTAB entry");
    start_walk(u, SEQ_ENTRY);
    first_word(u, walk_ended(u, SEQ_ENTRY, not_(net_in(m, u->c, walk.walk_failed))), SEQ_ENTRY_WORD);
    sig comes = seq_read(m, u, SEQ_ENTRY_WORD, 1);
    sig bad = name(m, "bad_entry", and_(comes, or_(is_zero(u->data), is_nonzero(bits(u->data, 8, 0)))));
    comes = and_(comes, not_(u->late));
    judge(u, bad);
    seq_go(u, comes, SEQ_VMCB_START);
    return bad;
}

/* The resource name of what is looked at: LVMID's operand, the root, the VMTAB's entry of the syllable, the VMCB, a
 * map's table. Where a name that comes is bad, the one of its word stays. */
static void looked_at(module *m, struct sequencer *u, sig starts_root, sig bad)
{
    const struct core *c = u->c;
    section(m, "What is looked at");
    sig table = and_(seq_in(u, SEQ_TABLE_START), not_(u->late));
    sig of_root = and_(seq_in(u, SEQ_ROOT_WORDS), is_zero(u->got));
    sig word = and_(u->ack, or_(of_root, seq_in(u, SEQ_ENTRY_WORD)));
    sig named = add(bits(u->data, 31, 2), zext(and_(u->syllable, repeat(of_root, c->syllable_bits)), 30));
    const sig conditions[] = {starts_root, word, table};
    const sig values[] = {lit(30, c->config->hv_root >> 2), named,
                          cat(net_in(m, c, map.map_page), net_in(m, c, map.map_offset))};
    when (and_(or_(starts_root, word, table), not_(bad)))
        set(u->name, word_address(select_one_hot(conditions, values, 3)));
    when (starts_root)
        set(u->at_operand, lit(1, 0));
}

static sig low_mask(module *m, sig grain)
{
    sig list[15];
    for (unsigned i = 0; i < 15; i++)
        list[i] = gt_u(grain, lit(4, i));
    return cat_array(list, 15);
}

/* Is the word of a map that comes bad? (docs/spec.md, 10.3.1) That a table is too long takes longest, and has a
 * register of its own. */
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
    sig large = is_nonzero(bits(data, 31, 20)), unaligned = lit(1, 0);
    if (c->linear) {
        sig mask = name(m, "low_mask", low_mask(m, u->grain));
        unaligned = and_(is_linear, is_nonzero(and_(bits(data, 14, 0), mask)));
        comment(m, "A table ends with its page: offset + bound >> grain is at most 1024. A bound from 2048 << grain on "
                   "has a bit there.");
        sig beyond = is_nonzero(and_(bits(data, 20, 11), not_(bits(mask, 9, 0))));
        sig entries = bits(shr(bits(data, 20, 0), u->grain), 10, 0);
        sig end = name(m, "table_end", add(zext(entries, 12), zext(offset, 12)));
        sig beyond_page = and_(bit(end, 10), is_nonzero(bits(end, 9, 0)));
        set(u->was_long, and_(is_linear, or_(beyond, bit(end, 11), beyond_page)));
    }
    sig bad_first = or_(large, unaligned);
    sig bad_base = mux(is_linear, is_nonzero(bits(data, 1, 0)), large);
    sig beyond = or_(is_nonzero(bits(data, 31, 21)), and_(bit(data, 20), is_nonzero(bits(data, 19, 0))));
    sig bad_bound = or_(beyond, unaligned);
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

/* Returns: the word is bad. */
static sig map_words(module *m, struct sequencer *u, sig comes, sig pin, sig table)
{
    const struct core *c = u->c;
    static const hdl_value words[] = {MAP_WORDS(NAMED_VALUE){0}};
    sig which = name_values(name(m, "map_word", bits(u->got, MAP_WORD_BITS - 1, 0)), words), io = bit(u->got, 3);
    sig map = and_(comes, or_(bit(u->got, 2), io));
    set(u->was_bound, and_(map, eq_lit(which, MAP_BOUND), not_(u->late)));
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

    return bad;
}

/* What follows the probe: the context of the monitor is stored, level 0's has gone to its bank; in the chain there is
 * none. */
static void probed(struct sequencer *u, sig condition, sig looks_at_mie)
{
    sig link = and_(condition, not_(u->first));
    seq_go(u, and_(condition, u->first, not_(u->at_zero)), SEQ_STORE);
    seq_go(u, and_(link, looks_at_mie), SEQ_MIE);
    seq_go(u, or_(and_(link, not_(looks_at_mie)), and_(condition, u->first, u->at_zero)), SEQ_APPEND);
}

static void vmcb(module *m, struct sequencer *u)
{
    section(m, "Probe: VMCB");
    sig found = not_(net_in(m, u->c, walk.walk_failed));
    sig begins = and_(seq_in(u, SEQ_VMCB_START), not_(u->late)), writable = bit(net_in(m, u->c, walk.walk_rights), 1);
    sig again = and_(begins, u->again_name, writable), walks = and_(begins, not_(again));
    seq_also(&u->walk, walks);
    seq_go(u, walks, SEQ_VMCB);
    sig known = or_(walk_ended(u, SEQ_VMCB, found), again);
    first_word(u, known, SEQ_VMCB_WORDS);
    sig comes = seq_read(m, u, SEQ_VMCB_WORDS, CONTROL_WORDS);
    sig word = name_values(name(m, "control_word", zext(u->got, VMCB_WORD_BITS)), vmcb_values);
    control_words(m, u, comes, word);

    section(m, "Probe: tables");
    sig start = and_(seq_in(u, SEQ_TABLE_START), not_(u->late));
    sig tabled = or_(walk_ended(u, SEQ_TABLE, found), and_(start, u->again_table));
    judge(u, map_words(m, u, comes, known, tabled));
    sig words = seq_in(u, SEQ_VMCB_WORDS), tables = or_(u->mem_linear, u->io_linear);
    comment(m, "Where no table follows, the last word is judged before anything does.");
    sig looks = and_(comes, eq_lit(word, VMCB_IO_BOUND), tables, not_(u->late));
    sig last = name(m, "words_good", and_(words, eq_lit(u->got, CONTROL_WORDS), not_(u->late)));
    u->begins_got = or_(u->begins_got, and_(lit(4, CONTROL_WORDS), repeat(looks, 4)));
    sig another = and_(not_(u->in_io), u->io_linear);
    when (words)
        set(u->in_io, not_(u->mem_linear));
    when (tabled)
        set(u->in_io, lit(1, 1));
    seq_go(u, or_(looks, and_(tabled, another)), SEQ_TABLE_START);
    comment(m, "The mie of a monitor is looked at if it is left with something pending, or with the external line.");
    sig looks_at_mie =
        name(m, "looks_at_mie",
             or_(is_nonzero(net_in(m, u->c, interrupts.vip_left)), net_in(m, u->c, interrupts.line_left)));
    probed(u, or_(last, and_(tabled, not_(another))), looks_at_mie);
    sig here = or_(words, seq_in(u, SEQ_TABLE_START), seq_in(u, SEQ_TABLE));
    comment(m, "The row of the next table, of the VMCB that the append asks for x[rs1], or of the level that runs.");
    sig more = mux(words, tables, another), stores = or_(u->first, looks_at_mie);
    seq_choose(&u->row_level, here, u->level);
    seq_also(&u->row_here, and_(here, or_(more, u->at_zero, not_(stores))));
    seq_choose(&u->row_select, and_(here, more), cat(lit(1, 0), not_(and_(words, u->mem_linear))));
    walks = and_(start, not_(u->again_table));
    seq_also(&u->walk, walks);
    seq_go(u, walks, SEQ_TABLE);
}

static void refused(module *m, struct sequencer *u)
{
    section(m, "Probe: refused");
    sig here = and_(seq_in(u, SEQ_REFUSE), net_in(m, u->c, port.dbus_idle));
    u->exception = and_(here, u->first);
    seq_go(u, u->exception, SEQ_IDLE);
    sig broken = and_(here, not_(u->first));
    seq_also(&u->own_fault, broken);
    u->own_code = or_(u->own_code, and_(lit(4, HV_FAULT_INVALID), repeat(broken, 4)));
}

/* The chain: a child that was running when its monitor was suspended. Returns: there is one. */
static sig chain(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Chain");
    sig here = and_(seq_in(u, SEQ_CHAIN), or_(not_(bit(u->asked, 0)), u->ack));
    sig none = and_(is_zero(u->link), not_(u->link_bad));
    sig denied = not_(net_in(m, c, capabilities.vm_granted)), deepest = net_in(m, c, vm.at_depth);
    sig bad = or_(denied, deepest, u->link_bad);
    sig broken = and_(here, not_(none), bad), depth = and_(not_(denied), deepest);
    when (here) {
        set(u->first, lit(1, 0));
        set(u->syllable, u->link);
    }
    seq_choose(&u->vmcb_word, seq_in(u, SEQ_CHAIN), lit(VMCB_WORD_BITS, VMCB_PC));
    first_word(u, and_(here, none), SEQ_LOAD);
    seq_also(&u->own_fault, broken);
    sig code = mux(depth, lit(4, HV_FAULT_DEPTH), lit(4, HV_FAULT_INVALID));
    u->own_code = or_(u->own_code, and_(code, repeat(broken, 4)));
    sig follows = name(m, "follows", and_(here, not_(none), not_(bad)));
    seq_also(&u->walk, follows);
    seq_also(&u->walk_root, follows);
    seq_also(&u->begins_asked, zext(follows, 4));
    seq_go(u, follows, SEQ_ROOT);
    return follows;
}

void sequencer_probe(module *m, struct sequencer *u)
{
    when (or_(net_in(m, u->c, fault.start_lvmid), net_in(m, u->c, fault.start_fault)))
        set(u->first, lit(1, 1));
    walks(m, u);
    sig good = operand(m, u), bad = or_(root(m, u), entry(m, u));
    vmcb(m, u);
    refused(m, u);
    looked_at(m, u, or_(good, chain(m, u)), bad);

    section(m, "Probe: a word that was bad");
    set(u->was_bad, and_(u->bad, not_(u->late)));
    seq_also(&u->refuses, u->late);
}
