/* last_page: the last-page registers, and the way of an access that they cannot serve: associator, then
 * composer, then fills (docs/spec.md, 7). It counts what it does for the record.
 *
 * commit asks for one translation at a time and keeps asking until translate_done. The lookup begins with the cycle in
 * which the last-page register has failed, and a hit serves the access in the next one, while it goes into the
 * register. After a walk the register serves it, unless translate_failed.
 */
#include "rtlgen/core.h"

USE(prefix_ports);
USE(jumps);
USE(fetch_page);
USE(stage_x);
USE(stage_w);
USE(record);
USE(access);
USE(vm);
USE(translation);
USE(walk);
USE(events);
USE(associator_ports);
USE(vm_change);
USE(flushes);

#define STATES(ROW) ROW(STATE_, IDLE) ROW(STATE_, LOOKUP) ROW(STATE_, WALK) ROW(STATE_, FILL)
enum { STATES(ENUM_VALUE) STATE_BITS = 2 };

enum { MAX_LAST_PAGES = 4 };

/* The last-page registers of a port, and which of two was used later. */
struct port {
    const char *name;
    sig valid[MAX_LAST_PAGES], page[MAX_LAST_PAGES], real[MAX_LAST_PAGES];
    sig rights[MAX_LAST_PAGES];                /* data's */
    sig same[MAX_LAST_PAGES];                  /* it has the page that the port asks for, with whatever rights */
    sig later[MAX_LAST_PAGES][MAX_LAST_PAGES]; /* [i][k], i < k: i was used later than k */
    sig takes[MAX_LAST_PAGES];                 /* what is found goes there */
};

struct last_page {
    const struct core *c;
    unsigned pages; /* registers of each port */
    sig state, at_zero;
    sig fetch_asks, asks; /* for whom: W's access, or if W is empty a fetch; now */
    struct port fetch, data;
    sig forget;
    sig answers; /* a lookup's answer is there: it comes with the next cycle, like a fill's */
    sig lookup, hit, misses, walked;
    sig page; /* asked for */
};

static sig in_state(const struct last_page *u, unsigned state)
{
    return eq_lit(u->state, state);
}

/* "fetch_last_page", or with more than one "fetch_last_page_0". */
static const char *label(module *m, const struct last_page *u, const struct port *p, const char *what, unsigned i)
{
    return u->pages == 1 ? fmt("%s_%s", p->name, what) : fmt("%s_%s_%u", p->name, what, i);
}

static void declare(module *m, struct last_page *u, struct port *p, const char *meaning)
{
    for (unsigned i = 0; i < u->pages; i++) {
        p->valid[i] = describe(reg(m, label(m, u, p, "valid", i), 1, 0), meaning);
        p->page[i] = reg_noreset(m, label(m, u, p, "last_page", i), 20);
        p->real[i] = describe(reg_noreset(m, label(m, u, p, "last_real", i), 20), "its real page");
    }
    for (unsigned i = 0; i < u->pages; i++) {
        for (unsigned k = i + 1; k < u->pages; k++)
            p->later[i][k] = describe(reg(m, fmt("%s_%u_after_%u", p->name, i, k), 1, 0),
                                      fmt("page %u was used later than page %u", i, k));
    }
}

static void compare(module *m, struct last_page *u, struct port *p, sig page)
{
    for (unsigned i = 0; i < u->pages; i++)
        p->same[i] = name(m, label(m, u, p, "same", i), and_(p->valid[i], eq(page, p->page[i])));
}

static sig any_of(module *m, const sig *list, unsigned n)
{
    sig any = lit(1, 0);
    for (unsigned i = 0; i < n; i++)
        any = or_(any, list[i]);
    return any;
}

/* Of the page asked for. With one register it need not be compared. */
static sig value_of_page(const struct last_page *u, const struct port *p, const sig *values)
{
    if (u->pages == 1)
        return values[0];
    return u->pages == 2 ? mux(p->same[1], values[1], values[0]) : select_one_hot(p->same, values, u->pages);
}

/* A page that is there, with insufficient rights, is replaced in its own register, another one takes that of the page
 * used longest ago. Emptied registers need no rule: whatever is used after that is used later. */
static void choose_register(module *m, struct last_page *u, struct port *p, sig may_be_there)
{
    if (u->pages == 1) {
        p->takes[0] = lit(1, 1);
        return;
    }
    sig there = and_(may_be_there, any_of(m, p->same, u->pages));
    for (unsigned i = 0; i < u->pages; i++) {
        sig oldest = not_(there);
        for (unsigned k = 0; k < u->pages; k++) {
            if (k != i)
                oldest = and_(oldest, k < i ? p->later[k][i] : not_(p->later[i][k]));
        }
        p->takes[i] = name(m, fmt("%s_takes_%u", p->name, i), or_(and_(there, p->same[i]), oldest));
    }
}

/* The order of use: by what is executed, and by what is found for it; `used` are bits for the registers. */
static void note_use(module *m, struct last_page *u, struct port *p, const sig *used)
{
    for (unsigned i = 0; i < u->pages; i++) {
        for (unsigned k = i + 1; k < u->pages; k++) {
            when (used[i])
                set(p->later[i][k], lit(1, 1));
            elsewhen (used[k])
                set(p->later[i][k], lit(1, 0));
        }
    }
}

/* At n = 0 a page is its own translation. */
static void serve_fetch(module *m, struct last_page *u)
{
    const struct core *c = u->c;
    struct port *p = &u->fetch;
    section(m, "Fetches");
    sig page = net_in(m, c, fetch_page.fetch_page);
    declare(m, u, p, "there is a page for fetches");
    compare(m, u, p, page);
    choose_register(m, u, p, lit(1, 0));
    sig served = any_of(m, p->same, u->pages), real = value_of_page(u, p, p->real);
    sig entry = c->entry_bits ? one_hot_index(cat_array(p->same, u->pages)) : lit(1, 0);
    if (c->associator) {
        comment(m, "A hit is used as it comes; its register has the page from the next cycle on.");
        sig found = name(m, "fetch_found", and_(u->hit, u->fetch_asks));
        served = or_(served, found);
        real = mux(found, net_in(m, c, associator_ports.associator_real), real);
        if (c->entry_bits)
            entry = mux(found, one_hot_index(cat_array(p->takes, u->pages)), entry);
    }
    net_out(m, c, fetch_page.fetch_hit, mux(u->at_zero, page_is_ram(m, c, page), served));
    net_out(m, c, fetch_page.fetch_real_page, mux(u->at_zero, page, real));
    if (c->entry_bits) {
        comment(m, "Fetch goes ahead: what counts as use is what W executes.");
        net_out(m, c, fetch_page.fetch_entry, entry);
    }
    if (c->rvfi)
        net_out(m, c, fetch_page.fetch_last_real,
                c->entry_bits ? pick(net_in(m, c, stage_w.w_entry), p->real, u->pages) : p->real[0]);
}

static void serve_data(module *m, struct last_page *u)
{
    const struct core *c = u->c;
    struct port *p = &u->data;
    section(m, "Data accesses");
    sig page = net_in(m, c, access.access_page), need = net_in(m, c, translation.data_need);
    sig served[MAX_LAST_PAGES], ram_of[MAX_LAST_PAGES];
    declare(m, u, p, "there is a page for data accesses");
    for (unsigned i = 0; i < u->pages; i++) {
        p->rights[i] =
            describe(reg_noreset(m, label(m, u, p, "last_rights", i), NEED_BITS), "read, write, execute, RAM");
        ram_of[i] = bit(p->rights[i], 3);
    }
    compare(m, u, p, page);
    for (unsigned i = 0; i < u->pages; i++)
        served[i] = and_(p->same[i], is_zero(and_(need, not_(p->rights[i]))));
    sig hit = name(m, "data_served", any_of(m, served, u->pages));
    sig real = value_of_page(u, p, p->real), ram = value_of_page(u, p, ram_of);
    if (c->associator) {
        comment(m, "A hit is used as it comes.");
        hit = or_(hit, u->hit);
        real = mux(u->answers, net_in(m, c, associator_ports.associator_real), real);
        ram = mux(u->answers, bit(net_in(m, c, associator_ports.associator_rights), 3), ram);
    }
    net_out(m, c, translation.data_hit, hit);
    net_out(m, c, translation.data_real_page, mux(u->at_zero, page, real));
    net_out(m, c, translation.data_ram, mux(u->at_zero, net_in(m, c, access.page_ram), ram));
    choose_register(m, u, p, lit(1, 1));
}

static void keep_in_port(module *m, struct last_page *u, struct port *p, sig found, sig real, sig rights)
{
    for (unsigned i = 0; i < u->pages; i++) {
        when (and_(found, p->takes[i])) {
            set(p->valid[i], lit(1, 1));
            set(p->page[i], u->page);
            set(p->real[i], real);
            if (p == &u->data)
                set(p->rights[i], rights);
        }
        elsewhen (u->forget)
            set(p->valid[i], lit(1, 0));
    }
}

/* What a hit or a walk has found goes into one of the port's registers. */
static void keep_page(module *m, struct last_page *u, sig found, sig real, sig rights)
{
    const struct core *c = u->c;
    sig for_fetch = and_(found, u->fetch_asks), for_data = and_(found, not_(u->fetch_asks));
    keep_in_port(m, u, &u->fetch, for_fetch, real, rights);
    keep_in_port(m, u, &u->data, for_data, real, rights);
    if (!c->entry_bits)
        return;
    section(m, "The order of use");
    sig executes = net_in(m, c, stage_w.w_uses_entry), accesses = net_in(m, c, translation.data_access);
    if (c->atomic) {
        comment(m, "Of an SC that has stored w_result has the result, and no page any more.");
        accesses = and_(accesses, net_in(m, c, stage_w.w_slow));
    }
    sig entry = one_hot(net_in(m, c, stage_w.w_entry), u->pages);
    sig fetch_used[MAX_LAST_PAGES], data_used[MAX_LAST_PAGES];
    for (unsigned i = 0; i < u->pages; i++) {
        fetch_used[i] = or_(and_(executes, bit(entry, i)), and_(for_fetch, u->fetch.takes[i]));
        data_used[i] = or_(and_(accesses, u->data.same[i]), and_(for_data, u->data.takes[i]));
    }
    note_use(m, u, &u->fetch, fetch_used);
    note_use(m, u, &u->data, data_used);
}

/* Lookup, walk, fill. */
static void translate(module *m, struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Lookup, walk, fill");
    u->lookup = name(m, "starts", and_(in_state(u, STATE_IDLE), u->asks));
    sig real = net_in(m, c, walk.walk_page), rights = net_in(m, c, walk.walk_rights);
    u->walked = name(m, "walked", and_(in_state(u, STATE_WALK), net_in(m, c, walk.walk_done)));
    sig failed = and_(u->walked, net_in(m, c, walk.walk_failed));
    sig found = and_(u->walked, not_(failed)), ends = u->walked;
    if (c->associator) {
        sig filled = in_state(u, STATE_FILL);
        u->misses = name(m, "misses", and_(u->answers, not_(u->hit)));
        net_out(m, c, associator_ports.associator_lookup, u->lookup);
        net_out(m, c, associator_ports.associator_fill, found);
        when (u->lookup)
            set(u->state, lit(STATE_BITS, STATE_LOOKUP));
        when (u->hit)
            set(u->state, lit(STATE_BITS, STATE_IDLE));
        when (found)
            set(u->state, lit(STATE_BITS, STATE_FILL));
        when (filled)
            set(u->state, lit(STATE_BITS, STATE_IDLE));
        when (failed)
            set(u->state, lit(STATE_BITS, STATE_IDLE));
        real = mux(u->hit, net_in(m, c, associator_ports.associator_real), real);
        rights = mux(u->hit, net_in(m, c, associator_ports.associator_rights), rights);
        found = or_(found, u->hit);
        comment(m, "What the associator is asked for stays until it has been filled.");
        ends = or_(u->hit, failed, filled);
    } else {
        u->misses = u->lookup;
        when (u->walked)
            set(u->state, lit(STATE_BITS, STATE_IDLE));
    }
    when (u->misses)
        set(u->state, lit(STATE_BITS, STATE_WALK));
    net_out(m, c, walk.count_start, u->misses);
    net_out(m, c, walk.count_page, u->page);
    sig fetch_need = lit(NEED_BITS, NEED_EXECUTE | NEED_RAM);
    net_out(m, c, walk.count_need, mux(u->fetch_asks, fetch_need, net_in(m, c, translation.data_need)));
    net_out(m, c, translation.translate_done, ends);
    net_out(m, c, translation.translate_failed, failed);
    keep_page(m, u, found, real, rights);
}

/* A count of one bit for each port, from the event to the record's end. */
static sig count(module *m, const struct last_page *u, const struct net *event, sig now)
{
    const struct core *c = u->c;
    sig end = net_in(m, c, record.record_end);
    sig bits_of = reg(m, event->name, 2, 0);
    when (end)
        set(bits_of, zeros(2));
    otherwise set(bits_of, or_(bits_of, and_(repeat(now, 2), cat(not_(u->fetch_asks), u->fetch_asks))));
    net_output(m, c, event, bits_of);
    return bits_of;
}

static void count_all(module *m, const struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Events of the record: bit 0 fetch, bit 1 data");
    sig found = and_(u->walked, not_(net_in(m, c, walk.walk_failed)));
    sig lookups = count(m, u, net_ref(events.event_lookups), u->lookup),
        misses = count(m, u, net_ref(events.event_misses), u->misses);
    comment(m, "A record may end in the cycle in which its lookup hits, but not in that of a miss.");
    net_out(m, c, events.event_hits, and_(lookups, not_(misses)));
    count(m, u, net_ref(events.event_fills), c->associator ? found : lit(1, 0));
    count(m, u, net_ref(events.event_prefix_hits), c->prefix ? net_in(m, c, walk.walk_prefix_hit) : lit(1, 0));
    const struct net *const reads[] = {net_ref(events.event_walk_reads_fetch), net_ref(events.event_walk_reads_data)};
    for (unsigned port = 0; port < 2; port++) {
        if (!c->linear) {
            net_output(m, c, reads[port], zeros(4));
            continue;
        }
        sig number = reg(m, reads[port]->name, 4, 0);
        sig here = port ? not_(u->fetch_asks) : u->fetch_asks;
        when (net_in(m, c, record.record_end))
            set(number, zeros(4));
        elsewhen (and_(net_in(m, c, walk.walk_reads_entry), here))
            set(number, add_lit(number, 1));
        net_output(m, c, reads[port], number);
    }
}

/* More sets than one are read a cycle before they are looked at. A lookup begins in the first cycle of an access in W,
 * in the cycle after that if phi is active, or for fetch when W and X have become empty. What it has missed is filled
 * after a walk of some cycles. */
static void look_ahead(module *m, const struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Page that the associator may be asked for in the next cycle");
    sig x_comes = and_(net_in(m, c, stage_x.x_valid), not_(net_in(m, c, jumps.redirect)));
    sig ahead = mux(x_comes, net_in(m, c, stage_x.x_page), net_in(m, c, fetch_page.fetch_page));
    if (c->phi)
        ahead = mux(net_in(m, c, access.relocates), net_in(m, c, access.moved_page), ahead);
    net_out(m, c, translation.page_ahead, mux(in_state(u, STATE_WALK), u->page, ahead));
}

/* The sequencer's flushes go to all memories at once, and are over when each has answered. */
static void flush(module *m, const struct last_page *u)
{
    const struct core *c = u->c;
    const struct net *const dones[] = {net_ref(associator_ports.associator_fetch_done),
                                       net_ref(associator_ports.associator_data_done),
                                       net_ref(prefix_ports.prefix_done)};
    const struct net *const counts[] = {net_ref(associator_ports.associator_fetch_flushed),
                                        net_ref(associator_ports.associator_data_flushed)};
    const bool present[] = {c->associator, c->split, c->prefix && !c->prefix_row};
    unsigned width = c->flushed_bits;
    (void)u;
    section(m, "Flushes");
    sig start = net_in(m, c, flushes.flush_start), end = net_in(m, c, record.record_end);
    sig busy = lit(1, 0), number = zeros(width);
    for (unsigned i = 0; i < 3; i++) {
        if (!present[i])
            continue;
        sig waits = reg(m, fmt("flush_waits_%u", i), 1, 0);
        sig done = and_(waits, net_input(m, c, dones[i]));
        when (start)
            set(waits, lit(1, 1));
        elsewhen (done)
            set(waits, lit(1, 0));
        busy = or_(busy, waits);
        if (i < 2)
            number = add(number, and_(net_input(m, c, counts[i]), repeat(done, width)));
    }
    net_out(m, c, flushes.flush_busy, busy);
    sig flushed = reg(m, "event_flushed", width, 0);
    when (end)
        set(flushed, zeros(width));
    otherwise set(flushed, add(flushed, number));
    net_out(m, c, events.event_flushed, flushed);
}

module *last_page_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_last_page");
    module_comment(m, "The last-page registers, and the way of an access that they cannot serve.");
    struct last_page u = {.c = c, .at_zero = net_in(m, c, vm.at_zero), .forget = net_in(m, c, vm_change.forget)};
    u.pages = c->config->last_pages;
    u.fetch.name = "fetch";
    u.data.name = "data";
    u.fetch_asks = name(m, "for_fetch", not_(net_in(m, c, stage_w.w_valid)));
    u.asks = or_(net_in(m, c, translation.translate_fetch), net_in(m, c, translation.translate_data));
    comment(m, "Fetch has told a cycle ago that its page is not there, and still asks for it.");
    sig fetch_page = describe(reg_noreset(m, "fetch_page_before", 20), "fetch_page in the cycle before");
    set(fetch_page, net_in(m, c, fetch_page.fetch_page));
    u.page = name(m, "page", mux(u.fetch_asks, fetch_page, net_in(m, c, access.access_page)));
    static const hdl_value states[] = {STATES(NAMED_VALUE){0}};
    u.state = name_values(reg(m, "state", STATE_BITS, STATE_IDLE), states);
    u.answers = u.hit = lit(1, 0);
    if (c->associator) {
        u.answers = in_state(&u, STATE_LOOKUP);
        u.hit = name(m, "hit", and_(u.answers, net_in(m, c, associator_ports.associator_hit)));
    }
    serve_fetch(m, &u);
    serve_data(m, &u);
    translate(m, &u);
    if (c->set_bits)
        look_ahead(m, &u);
    count_all(m, &u);
    flush(m, &u);
    return m;
}
