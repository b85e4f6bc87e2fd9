/* last_page: the last-page registers, and the way of an access that they cannot serve: associator, then
 * composer, then fills (docs/spec.md, 7). It counts what it does for the record.
 *
 * commit asks for one translation at a time and keeps asking until translate_done. The lookup begins with the cycle in
 * which the last-page register has failed, and a hit serves the access in the next one, while it goes into the
 * register. After a walk the register serves it, unless translate_failed.
 */
#include "rtlgen/core.h"

#define STATES(ROW) ROW(STATE_, IDLE) ROW(STATE_, LOOKUP) ROW(STATE_, WALK) ROW(STATE_, FILL)
enum { STATES(ENUM_VALUE) STATE_BITS = 2 };

struct last_page {
    const struct core *c;
    sig state, at_zero;
    sig fetch_asks, asks; /* for whom: W's access, or if W is empty a fetch; now */
    sig fetch_valid, fetch_page, fetch_real;
    sig data_valid, data_page, data_real, data_rights;
    sig forget;
    sig answers; /* a lookup's answer is there: it comes with the next cycle, like a fill's */
    sig lookup, hit, misses, walked;
    sig page; /* asked for */
};

static sig in_state(const struct last_page *u, unsigned state)
{
    return eq_lit(u->state, state);
}

/* At n = 0 a page is its own translation. */
static void serve(module *m, struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Fetches");
    sig page = net_in(m, c, "fetch_page");
    u->fetch_valid = describe(reg(m, "fetch_valid", 1, 0), "there is a page for fetches");
    u->fetch_page = reg_noreset(m, "fetch_last_page", 20);
    u->fetch_real = describe(reg_noreset(m, "fetch_last_real", 20), "its real page");
    sig same = name(m, "fetch_same", and_(u->fetch_valid, eq(page, u->fetch_page)));
    net_out(m, c, "fetch_hit", mux(u->at_zero, page_is_ram(m, c, page), same));
    net_out(m, c, "fetch_real_page", mux(u->at_zero, page, u->fetch_real));
    if (c->rvfi)
        net_out(m, c, "fetch_last_real", u->fetch_real);

    section(m, "Data accesses");
    sig name_page = net_in(m, c, "access_page"), need = net_in(m, c, "data_need");
    u->data_valid = describe(reg(m, "data_valid", 1, 0), "there is a page for data accesses");
    u->data_page = reg_noreset(m, "data_last_page", 20);
    u->data_real = describe(reg_noreset(m, "data_last_real", 20), "its real page");
    u->data_rights = describe(reg_noreset(m, "data_last_rights", NEED_BITS), "read, write, execute, RAM");
    sig enough = is_zero(and_(need, not_(u->data_rights)));
    sig served = name(m, "data_same", and_(u->data_valid, eq(name_page, u->data_page), enough));
    sig real = u->data_real, ram = bit(u->data_rights, 3);
    if (c->associator) {
        comment(m, "A hit is used as it comes.");
        served = or_(served, u->hit);
        real = mux(u->answers, net_in(m, c, "associator_real"), real);
        ram = mux(u->answers, bit(net_in(m, c, "associator_rights"), 3), ram);
    }
    net_out(m, c, "data_hit", served);
    net_out(m, c, "data_real_page", mux(u->at_zero, name_page, real));
    net_out(m, c, "data_ram", mux(u->at_zero, net_in(m, c, "page_ram"), ram));
}

/* What a hit or a walk has found goes into the port's register. */
static void keep_page(module *m, const struct last_page *u, sig found, sig real, sig rights)
{
    when (and_(found, u->fetch_asks)) {
        set(u->fetch_valid, lit(1, 1));
        set(u->fetch_page, u->page);
        set(u->fetch_real, real);
    }
    elsewhen (u->forget)
        set(u->fetch_valid, lit(1, 0));
    when (and_(found, not_(u->fetch_asks))) {
        set(u->data_valid, lit(1, 1));
        set(u->data_page, u->page);
        set(u->data_real, real);
        set(u->data_rights, rights);
    }
    elsewhen (u->forget)
        set(u->data_valid, lit(1, 0));
}

/* Lookup, walk, fill. */
static void translate(module *m, struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Lookup, walk, fill");
    u->lookup = name(m, "starts", and_(in_state(u, STATE_IDLE), u->asks));
    sig real = net_in(m, c, "walk_page"), rights = net_in(m, c, "walk_rights");
    u->walked = name(m, "walked", and_(in_state(u, STATE_WALK), net_in(m, c, "walk_done")));
    sig failed = and_(u->walked, net_in(m, c, "walk_failed"));
    sig found = and_(u->walked, not_(failed)), ends = u->walked;
    if (c->associator) {
        sig filled = in_state(u, STATE_FILL);
        u->misses = name(m, "misses", and_(u->answers, not_(u->hit)));
        net_out(m, c, "associator_lookup", u->lookup);
        net_out(m, c, "associator_fill", found);
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
        real = mux(u->hit, net_in(m, c, "associator_real"), real);
        rights = mux(u->hit, net_in(m, c, "associator_rights"), rights);
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
    net_out(m, c, "count_start", u->misses);
    net_out(m, c, "count_page", u->page);
    sig fetch_need = lit(NEED_BITS, NEED_EXECUTE | NEED_RAM);
    net_out(m, c, "count_need", mux(u->fetch_asks, fetch_need, net_in(m, c, "data_need")));
    net_out(m, c, "translate_done", ends);
    net_out(m, c, "translate_failed", failed);
    keep_page(m, u, found, real, rights);
}

/* A count of one bit for each port, from the event to the record's end. */
static sig count(module *m, const struct last_page *u, const char *event, sig now)
{
    const struct core *c = u->c;
    sig end = net_in(m, c, "record_end");
    sig bits_of = reg(m, event, 2, 0);
    when (end)
        set(bits_of, zeros(2));
    otherwise set(bits_of, or_(bits_of, and_(repeat(now, 2), cat(not_(u->fetch_asks), u->fetch_asks))));
    net_out(m, c, event, bits_of);
    return bits_of;
}

static void count_all(module *m, const struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Events of the record: bit 0 fetch, bit 1 data");
    sig found = and_(u->walked, not_(net_in(m, c, "walk_failed")));
    sig lookups = count(m, u, "event_lookups", u->lookup), misses = count(m, u, "event_misses", u->misses);
    comment(m, "A record may end in the cycle in which its lookup hits, but not in that of a miss.");
    net_out(m, c, "event_hits", and_(lookups, not_(misses)));
    count(m, u, "event_fills", c->associator ? found : lit(1, 0));
    count(m, u, "event_prefix_hits", c->prefix ? net_in(m, c, "walk_prefix_hit") : lit(1, 0));
    static const char *const reads[] = {"event_walk_reads_fetch", "event_walk_reads_data"};
    for (unsigned port = 0; port < 2; port++) {
        if (!c->linear) {
            net_out(m, c, reads[port], zeros(4));
            continue;
        }
        sig number = reg(m, reads[port], 4, 0);
        sig here = port ? not_(u->fetch_asks) : u->fetch_asks;
        when (net_in(m, c, "record_end"))
            set(number, zeros(4));
        elsewhen (and_(net_in(m, c, "walk_reads_entry"), here))
            set(number, add_lit(number, 1));
        net_out(m, c, reads[port], number);
    }
}

/* More sets than one are read a cycle before they are looked at. A lookup begins in the first cycle of an access in W,
 * in the cycle after that if phi is active, or for fetch when W and X have become empty. What it has missed is filled
 * after a walk of some cycles. */
static void look_ahead(module *m, const struct last_page *u)
{
    const struct core *c = u->c;
    section(m, "Page that the associator may be asked for in the next cycle");
    sig x_comes = and_(net_in(m, c, "x_valid"), not_(net_in(m, c, "redirect")));
    sig ahead = mux(x_comes, net_in(m, c, "x_page"), net_in(m, c, "fetch_page"));
    if (c->phi)
        ahead = mux(net_in(m, c, "relocates"), net_in(m, c, "moved_page"), ahead);
    net_out(m, c, "page_ahead", mux(in_state(u, STATE_WALK), u->page, ahead));
}

/* The sequencer's flushes go to all memories at once, and are over when each has answered. */
static void flush(module *m, const struct last_page *u)
{
    const struct core *c = u->c;
    static const char *const dones[] = {"associator_fetch_done", "associator_data_done", "prefix_done"};
    static const char *const counts[] = {"associator_fetch_flushed", "associator_data_flushed"};
    const bool present[] = {c->associator, c->split, c->prefix};
    unsigned width = c->flushed_bits;
    (void)u;
    section(m, "Flushes");
    sig start = net_in(m, c, "flush_start"), end = net_in(m, c, "record_end");
    sig busy = lit(1, 0), number = zeros(width);
    for (unsigned i = 0; i < 3; i++) {
        if (!present[i])
            continue;
        sig waits = reg(m, fmt("flush_waits_%u", i), 1, 0);
        sig done = and_(waits, net_in(m, c, dones[i]));
        when (start)
            set(waits, lit(1, 1));
        elsewhen (done)
            set(waits, lit(1, 0));
        busy = or_(busy, waits);
        if (i < 2)
            number = add(number, and_(net_in(m, c, counts[i]), repeat(done, width)));
    }
    net_out(m, c, "flush_busy", busy);
    sig flushed = reg(m, "event_flushed", width, 0);
    when (end)
        set(flushed, zeros(width));
    otherwise set(flushed, add(flushed, number));
    net_out(m, c, "event_flushed", flushed);
}

module *last_page_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_last_page");
    module_comment(m, "The last-page registers, and the way of an access that they cannot serve.");
    struct last_page u = {.c = c, .at_zero = net_in(m, c, "at_zero"), .forget = net_in(m, c, "forget")};
    u.fetch_asks = name(m, "for_fetch", not_(net_in(m, c, "w_valid")));
    u.asks = or_(net_in(m, c, "translate_fetch"), net_in(m, c, "translate_data"));
    u.page = name(m, "page", mux(u.fetch_asks, net_in(m, c, "fetch_page"), net_in(m, c, "access_page")));
    static const hdl_value states[] = {STATES(NAMED_VALUE){0}};
    u.state = name_values(reg(m, "state", STATE_BITS, STATE_IDLE), states);
    u.answers = u.hit = lit(1, 0);
    if (c->associator) {
        u.answers = in_state(&u, STATE_LOOKUP);
        u.hit = name(m, "hit", and_(u.answers, net_in(m, c, "associator_hit")));
    }
    serve(m, &u);
    translate(m, &u);
    if (c->set_bits)
        look_ahead(m, &u);
    count_all(m, &u);
    flush(m, &u);
    return m;
}
