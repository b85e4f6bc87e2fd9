/* composer: the walk (docs/spec.md, 7 and 10.3). A page of level n goes through the maps of levels n down to 1.
 *
 * A level takes a cycle with the form rb, two with linear (one to ask for the entry, one for the answer), and one more
 * if the page is not in the memory map's window but in the I/O map's. Its answer, walk_done, is one pulse in a cycle of
 * its own, in which the page's place is known, too; page, rights and argument stay until the next walk.
 */
#include "rtlgen/core.h"
#include "rtlgen/units.h"

USE(port);
USE(vm);
USE(translation);
USE(walk);
USE(map);
USE(prefix_ports);
USE(sequence);
USE(sequencer_asks);
USE(commit_record);

#define STATES(ROW) ROW(STATE_, IDLE) ROW(STATE_, STEP) ROW(STATE_, ENTRY) ROW(STATE_, PREFIX) ROW(STATE_, FINAL)
enum { STATES(ENUM_VALUE) STATE_BITS = 3 };

struct composer {
    const struct core *c;
    sig state, page, page_n, argument_n, at, in_io, rights, top, cause;
    sig start, walks, counted, need;
    sig done_step, value_n, allowed; /* a level has given a value, and its rights */
    sig fails, why;                  /* it has none */
    sig next_row;                    /* the row of the next level may be read with this edge: known before done_step */
    sig to_io;                       /* of the same level: the I/O map's */
    sig asked_prefix, prefix_page, used_prefix;
};

static sig in_state(const struct composer *u, unsigned state)
{
    return eq_lit(u->state, state);
}

/* The row of a map: of level `at` for 0, and so on. */
static sig map_row(module *m, const struct core *c, sig level_below, sig io)
{
    sig row = cat(lit(1, 0), io);
    if (c->row_bits == 2)
        return row;
    return cat(bits(level_below, c->row_bits - 3, 0), row);
}

static sig grain_mask(module *m, sig grain)
{
    sig list[15];
    for (unsigned i = 0; i < 15; i++)
        list[i] = gt_u(grain, lit(4, i));
    return cat_array(list, 15);
}

/* In the window? Then a base is added, or the table asked. */
static void step(module *m, struct composer *u)
{
    const struct core *c = u->c;
    section(m, "One level's map");
    sig here = in_state(u, STATE_STEP);
    sig kind = net_in(m, c, map.map_kind);
    sig first = zext(net_in(m, c, map.map_first), 21), bound = net_in(m, c, map.map_bound);
    comment(m, "The distance from the window's first page, and whether the bound is above it, by complements: adders\n"
               "without an inverter for each bit.");
    sig distance_n = name(m, "distance_n", add(cat(lit(1, 1), u->page_n), first));
    sig inside = name(m, "in_window", and_(is_nonzero(kind), above(m, "left", bound, distance_n)));
    u->to_io = name(m, "to_io", and_(here, not_(inside), not_(u->in_io)));
    u->fails = and_(here, not_(inside), u->in_io);
    u->why = lit(4, HV_FAULT_MISSING);
    u->done_step = lit(1, 0);
    u->value_n = lit(20, 0xfffff);
    u->allowed = lit(3, 7);
    when (here)
        set(u->argument_n, u->page_n);
    when (u->to_io)
        set(u->in_io, lit(1, 1));
    if (c->rb) {
        sig is_rb = eq_lit(kind, HV_FORM_RB);
        u->done_step = and_(here, inside, is_rb);
        u->value_n = sub(bits(distance_n, 19, 0), net_in(m, c, map.map_page));
    }
    u->next_row = u->done_step;
    if (!c->linear)
        return;
    sig read = name(m, "reads", and_(here, inside, eq_lit(kind, HV_FORM_LINEAR)));
    sig distance = name(m, "distance", not_(bits(distance_n, 19, 0)));
    sig index = bits(shr(distance, net_in(m, c, map.map_grain)), 9, 0);
    net_out(m, c, walk.walk_read, read);
    net_out(m, c, walk.walk_offset, add(net_in(m, c, map.map_offset), index));
    when (and_(read, net_in(m, c, port.dbus_free)))
        set(u->state, lit(STATE_BITS, STATE_ENTRY));
}

/* The table's entry: checks in order of docs/spec.md, 10.3.3. */
static void entry(module *m, struct composer *u)
{
    const struct core *c = u->c;
    section(m, "An entry of a table");
    sig pte = bus_word(m, c);
    sig answered = name(m, "answered", and_(in_state(u, STATE_ENTRY), bus_ends(m, c)));
    sig mask = name(m, "mask", grain_mask(m, net_in(m, c, map.map_grain)));
    sig ppn = bits(pte, 29, 10);
    sig readable = bit(pte, 1), writable = bit(pte, 2), executable = bit(pte, 3);
    sig accessed = bit(pte, 6), dirty = bit(pte, 7);
    sig single = bit(pte, 8);
    comment(m, "A single page has its own place in the frame, any other entry begins with it.");
    sig place = and_(bits(u->page, 14, 0), repeat(single, 15));
    sig misplaced = name(m, "misplaced", is_nonzero(and_(xor_(bits(ppn, 14, 0), place), mask)));
    sig malformed =
        name(m, "malformed",
             or_(and_(not_(readable), writable), is_nonzero(bits(pte, 31, 30)), and_(misplaced, not_(single))));
    sig missing = or_(not_(bit(pte, 0)), and_(misplaced, not_(malformed)));
    sig rights = name(m, "entry_rights",
                      cat(and_(executable, accessed), and_(writable, accessed, dirty), and_(readable, accessed)));
    sig denied = name(m, "denied", is_nonzero(and_(bits(u->need, 2, 0), not_(rights))));
    sig bad = or_(missing, malformed, denied);
    sig value = name(m, "entry_value", or_(ppn, zext(and_(bits(u->page, 14, 0), mask), 20)));
    u->why =
        mux(answered,
            mux(missing, lit(4, HV_FAULT_MISSING), mux(malformed, lit(4, HV_FAULT_INVALID), lit(4, HV_FAULT_DENIED))),
            u->why);
    u->fails = or_(u->fails, and_(answered, bad));
    u->value_n = mux(answered, not_(value), u->value_n);
    u->allowed = or_(rights, repeat(not_(answered), 3));
    u->done_step = or_(u->done_step, and_(answered, not_(bad)));
    u->next_row = or_(u->next_row, answered);
    net_out(m, c, walk.walk_reads_entry, and_(answered, u->counted));
}

/* From level to level. */
static void move(module *m, struct composer *u)
{
    const struct core *c = u->c;
    section(m, "From level to level");
    sig done = name(m, "done_step", u->done_step), value_n = name(m, "value_n", u->value_n);
    sig fails = name(m, "fails", u->fails);
    sig last = eq_lit(u->at, 1);
    sig below = name(m, "below", sub(u->at, lit(c->level_bits, 1)));
    when (done) {
        set(u->page_n, value_n);
        set(u->rights, and_(u->rights, u->allowed));
        set(u->in_io, lit(1, 0));
        set(u->state, mux(last, lit(STATE_BITS, STATE_FINAL), lit(STATE_BITS, STATE_STEP)));
        when (not_(last))
            set(u->at, below);
    }
    when (fails) {
        set(u->cause, u->why);
        set(u->state, lit(STATE_BITS, STATE_FINAL));
    }
    sig level = net_in(m, c, vm.level);
    sig next_at = mux(u->start, level, mux(u->to_io, u->at, below));
    net_out(m, c, walk.walk_row, map_row(m, c, sub(next_at, lit(c->level_bits, 1)), u->to_io));
    net_out(m, c, walk.walk_next_row, or_(u->start, u->to_io, u->next_row));
    net_out(m, c, walk.walk_receiver, below);
    if (c->rvfi) {
        net_out(m, c, commit_record.step, done);
        net_out(m, c, commit_record.step_level, zext(u->at, 4));
        net_out(m, c, commit_record.step_page, u->page);
        net_out(m, c, commit_record.step_value, not_(value_n));
    }
}

/* After level n's step of a counted walk: is the rest known? Rights so far are kept apart in `top`, so that
 * the rest can be remembered by itself. */
static void prefix(module *m, struct composer *u)
{
    const struct core *c = u->c;
    section(m, "Prefix memory");
    sig level = net_in(m, c, vm.level);
    u->used_prefix = describe(reg(m, "used_prefix", 1, 0), "the prefix memory has given the rest");
    u->prefix_page = describe(reg_noreset(m, "page_below", 20), "page of level n - 1");
    u->asked_prefix = describe(reg(m, "asked_prefix", 1, 0), "it has been asked");
    sig first = and_(u->done_step, u->counted, eq(u->at, level), ne_lit(u->at, 1));
    sig here = in_state(u, STATE_PREFIX);
    sig answered = and_(here, net_in(m, c, prefix_ports.prefix_done)),
        hit = and_(answered, net_in(m, c, prefix_ports.prefix_hit));
    net_out(m, c, prefix_ports.prefix_lookup, and_(here, not_(u->asked_prefix)));
    net_out(m, c, prefix_ports.prefix_page, mux(here, u->page, u->prefix_page));
    net_out(m, c, walk.walk_prefix_hit, hit);
    when (u->start) {
        set(u->used_prefix, lit(1, 0));
        set(u->top, lit(3, 7));
    }
    when (first) {
        set(u->top, and_(u->rights, u->allowed));
        set(u->rights, lit(3, 7));
        set(u->state, lit(STATE_BITS, STATE_PREFIX));
    }
    set(u->asked_prefix, and_(here, not_(answered)));
    when (here)
        set(u->prefix_page, u->page);
    when (answered)
        set(u->state, lit(STATE_BITS, STATE_STEP));
    when (hit) {
        set(u->used_prefix, lit(1, 1));
        set(u->page_n, not_(net_in(m, c, prefix_ports.prefix_real)));
        set(u->rights, bits(net_in(m, c, prefix_ports.prefix_rights), 2, 0));
        set(u->state, lit(STATE_BITS, STATE_FINAL));
    }
}

static void finish(module *m, struct composer *u)
{
    const struct core *c = u->c;
    section(m, "The end");
    sig here = in_state(u, STATE_FINAL);
    sig ram = net_out(m, c, walk.walk_ram, page_is_ram(m, c, u->page));
    sig backed = or_(ram, page_is_device(m, c, u->page));
    sig misplaced = or_(not_(backed), and_(bit(u->need, 3), not_(ram)));
    sig fails = or_(is_nonzero(u->cause), misplaced);
    if (c->err)
        fails = or_(fails, net_in(m, c, translation.evaluates));
    sig failed = name(m, "failed", fails);
    when (here)
        set(u->state, lit(STATE_BITS, STATE_IDLE));
    net_out(m, c, walk.walk_done, here);
    net_out(m, c, walk.walk_failed, failed);
    net_out(m, c, walk.walk_cause, mux(is_nonzero(u->cause), u->cause, lit(4, HV_FAULT_INVALID)));
    net_out(m, c, walk.walk_page, u->page);
    net_out(m, c, walk.walk_argument, not_(u->argument_n));
    sig rights = c->prefix ? and_(u->rights, u->top) : u->rights;
    net_out(m, c, walk.walk_rights, cat(ram, rights));
    if (c->prefix) {
        sig level = net_in(m, c, vm.level), deep = gt_u(level, lit(c->level_bits, 1));
        sig found = and_(here, not_(failed), u->counted, not_(u->used_prefix), deep);
        comment(m, "The prefix memory is filled in the cycle after the associator.");
        sig fill = reg(m, "fills_prefix", 1, 0);
        set(fill, found);
        net_out(m, c, prefix_ports.prefix_fill, fill);
        if (c->prefix_row) {
            sig first_level = and_(u->walks, eq(u->at, level), deep);
            net_out(m, c, prefix_ports.prefix_ahead, or_(here, first_level));
        }
        net_out(m, c, prefix_ports.prefix_fill_rights, cat(ram, u->rights));
    }
}

static void begin(module *m, struct composer *u)
{
    const struct core *c = u->c;
    section(m, "The request");
    sig sequencer = net_in(m, c, sequencer_asks.sequencer_walk), count = net_in(m, c, walk.count_start);
    sig own = net_in(m, c, sequence.sequencer_busy);
    sig start = or_(sequencer, count), counts = not_(own);
    if (c->err) {
        start = or_(start, net_in(m, c, translation.evaluate_start));
        counts = and_(counts, not_(net_in(m, c, translation.evaluates)));
    }
    u->start = net_out(m, c, walk.walk_start, start);
    u->counted = name(m, "counted", counts);
    u->need = name(m, "need", mux(own, net_in(m, c, sequencer_asks.sequencer_need), net_in(m, c, walk.count_need)));
    sig page = mux(own, net_in(m, c, sequencer_asks.sequencer_page), net_in(m, c, walk.count_page));
    sig level = net_in(m, c, vm.level);
    static const hdl_value states[] = {STATES(NAMED_VALUE){0}};
    u->state = name_values(reg(m, "state", STATE_BITS, STATE_IDLE), states);
    u->page_n = describe(reg_noreset(m, "page_n", 20), "complement of `page`");
    u->page = describe(name(m, "page", not_(u->page_n)), "what the next map is asked for; in the end the real page");
    u->argument_n = describe(reg_noreset(m, "argument_n", 20), "complement of what the last map was asked for");
    u->at = describe(reg_noreset(m, "at", c->level_bits), "the level whose map is next");
    u->in_io = describe(reg_noreset(m, "in_io", 1), "the I/O map is being looked at");
    u->rights = describe(reg_noreset(m, "rights", 3), "of all levels so far: read, write, execute");
    u->cause = describe(reg_noreset(m, "cause", 4), "of the VM-fault, 0 if none");
    name_values(u->cause, fault_values);
    static const hdl_value all_rights[] = {{"ALL_RIGHTS", 7}, {0}};
    name_values(u->rights, all_rights);
    if (c->prefix)
        u->top = name_values(describe(reg_noreset(m, "top", 3), "rights of level n"), all_rights);
    u->walks = net_out(m, c, walk.walk_busy, and_(not_(in_state(u, STATE_IDLE)), not_(in_state(u, STATE_FINAL))));
    when (u->start) {
        set(u->state, mux(is_zero(level), lit(STATE_BITS, STATE_FINAL), lit(STATE_BITS, STATE_STEP)));
        set(u->page_n, not_(page));
        set(u->at, level);
        set(u->in_io, lit(1, 0));
        set(u->rights, lit(3, 7));
        set(u->cause, lit(4, 0));
    }
}

module *composer_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_composer");
    module_comment(m, "The walk: a page of level n through the maps of levels n down to 1.");
    struct composer u = {.c = c};
    begin(m, &u);
    step(m, &u);
    if (c->linear)
        entry(m, &u);
    move(m, &u);
    if (c->prefix)
        prefix(m, &u);
    finish(m, &u);
    return m;
}
