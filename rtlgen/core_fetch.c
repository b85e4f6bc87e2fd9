/* fetch: takes instruction words ahead of execution.
 *
 * It goes on by itself as long as the page of the next word is the one in fetch's last-page register (at n = 0:
 * RAM). Otherwise it waits; when nothing is left to execute, commit decides what happens
 * (core_commit_trap.c), so no fetch that might not be needed looks anything up.
 */
#include "rtlgen/core.h"

USE(words);
USE(jumps);
USE(fetch_page);
USE(operands);
USE(mode);
USE(ibus);

struct fetch {
    const struct core *c;
    sig next;                    /* resource name of the word to ask for, in words */
    sig target_waits, way_waits; /* a jump's first word has not been asked for */
    sig first, second;           /* a word waits; two do */
    sig pending, drop;           /* requests without an answer; how many of them nobody wants */
    sig redirect, jump;          /* commit's jump; that or execute's */
    sig relocate;                /* a jump to a process name that is no resource name */
    sig address, allowed, issue;
    sig refused; /* the bus has ended the fetch of that word with err; 0 without device windows */
};

/* May a word be asked for in the page of `word`, a real name at n = 0? */
static sig in_ram(module *m, const struct fetch *u, sig word)
{
    return page_is_ram(m, u->c, bits(word, 29, 10));
}

/* A jump of commit's goes to w_target, one that execute foresees to x_way; both stay as they are until the first word
 * there has come. */
static void find_address(module *m, struct fetch *u)
{
    const struct core *c = u->c;
    section(m, "Address");
    u->redirect = net_in(m, c, jumps.redirect);
    sig steer = net_in(m, c, jumps.steer);
    u->jump = name(m, "jump", or_(u->redirect, steer));
    sig to_target = name(m, "to_target", or_(u->redirect, u->target_waits));
    sig to_way = name(m, "to_way", and_(or_(steer, u->way_waits), not_(u->redirect)));
    sig target = net_in(m, c, jumps.w_target), way = bits(net_in(m, c, jumps.x_way), 30, 1);
    sig jump_target = net_out(m, c, jumps.jump_target, mux(to_target, target, way));
    u->address = name(m, "address", mux(or_(to_target, to_way), jump_target, u->next));
    u->relocate = lit(1, 0);
    if (c->phi) {
        comment(m, "With phi active, a jump's target takes a cycle to become a resource name.");
        u->relocate = name(m, "relocate", and_(u->jump, net_in(m, c, mode.phi_on_fetch)));
    }
    net_out(m, c, fetch_page.fetch_page, bits(u->address, 29, 10));
    net_out(m, c, fetch_page.fetch_offset, bits(u->address, 9, 0));
    if (c->virtualizer) {
        u->allowed = net_in(m, c, fetch_page.fetch_hit);
    } else {
        comment(m, "Each word that may be next is looked at, before it is known which one it is.");
        const sig conditions[] = {to_target, to_way, not_(or_(to_target, to_way))};
        const sig in[] = {in_ram(m, u, target), in_ram(m, u, way), in_ram(m, u, u->next)};
        u->allowed = name(m, "allowed", select_one_hot(conditions, in, 3));
    }
    u->allowed = and_(u->allowed, or_(not_(u->refused), u->jump));
    u->issue = wire(m, "asked", 1);
    sig waits = not_(or_(u->issue, u->relocate));
    set(u->target_waits, and_(to_target, waits));
    set(u->way_waits, and_(to_way, waits));
    sig step = lit(30, 1);
    if (c->phi)
        step = mux(u->relocate, net_in(m, c, mode.mbase), step);
    when (or_(u->issue, u->relocate))
        set(u->next, add(u->address, step));
}

/* The number of the last-page register goes along with each word, on the way and waiting. Answers come in the order of
 * the requests, and those that nobody wants are in between. */
static void keep_entry(module *m, struct fetch *u, sig ack, sig after)
{
    const struct core *c = u->c;
    if (!c->entry_bits)
        return;
    section(m, "Last-page registers of the words");
    sig entry = net_in(m, c, fetch_page.fetch_entry), list[3];
    for (unsigned i = 3; i-- > 0;) {
        list[i] = describe(reg_noreset(m, fmt("entry_%u_on_the_way", i), c->entry_bits), "of that request");
        sig stays = i < 2 ? mux(ack, list[i + 1], list[i]) : list[i];
        set(list[i], mux(eq_lit(after, i), entry, stays));
    }
    sig taken = net_in(m, c, words.head_taken);
    sig entry_0 = describe(reg_noreset(m, "entry_0", c->entry_bits), "of word_0");
    sig entry_1 = describe(reg_noreset(m, "entry_1", c->entry_bits), "of word_1");
    net_out(m, c, words.head_entry, mux(u->first, entry_0, list[0]));
    when (not_(and_(u->first, not_(taken))))
        set(entry_0, mux(u->second, entry_1, list[0]));
    when (not_(and_(u->second, not_(taken))))
        set(entry_1, list[0]);
}

static void ask(module *m, struct fetch *u)
{
    const struct core *c = u->c;
    section(m, "Request");
    sig direct = not_(u->relocate);
    sig wanted = name(m, "wanted", and_(direct, u->allowed));
    sig on_the_way = sub(u->pending, u->drop);
    sig have = add(zext(on_the_way, 3), zext(add(zext(u->first, 2), zext(u->second, 2)), 3));
    sig room = or_(u->jump, lt_u(have, lit(3, 2)));
    sig limit = ne_lit(u->pending, 3);
    sig stb = name(m, "ask", and_(wanted, room, limit, not_(net_in(m, c, operands.sweeping))));
    sig page = c->virtualizer ? net_in(m, c, fetch_page.fetch_real_page) : bits(u->address, 29, 10);
    net_out(m, c, ibus.ibus_stb_o, stb);
    net_out(m, c, ibus.ibus_cyc_o, or_(stb, is_nonzero(u->pending)));
    net_out(m, c, ibus.ibus_adr_o, word_address(cat(page, bits(u->address, 9, 0))));
    set(u->issue, and_(stb, not_(net_in(m, c, ibus.ibus_stall_i))));

    comment(m, "Nothing is on the way, and nothing can be asked for: seen one cycle later.");
    sig blocked = reg(m, "fetch_blocked", 1, 0);
    sig idle = and_(eq(u->pending, u->drop), not_(u->first));
    set(blocked, and_(direct, not_(u->allowed), or_(idle, u->jump)));
    net_out(m, c, fetch_page.fetch_blocked, blocked);
}

/* A word that the bus has ended with err: nothing behind it is wanted, and the next word to ask for is that one, which
 * waits, as if its page had to be looked at, until all before it have been executed and commit sees to it. */
static void refuse(module *m, struct fetch *u, sig refuses, sig pending)
{
    sig on_the_way = sub(u->pending, u->drop);
    when (u->jump)
        set(u->refused, lit(1, 0));
    elsewhen (refuses) {
        set(u->refused, lit(1, 1));
        set(u->drop, pending);
        set(u->next, sub(u->next, zext(on_the_way, 30)));
    }
    net_out(m, u->c, fetch_page.fetch_refused, u->refused);
}

/* Words that come wait in two registers for X. */
static void receive(module *m, struct fetch *u)
{
    const struct core *c = u->c;
    section(m, "Answers");
    sig ack = net_in(m, c, ibus.ibus_ack_i), word = net_in(m, c, ibus.ibus_dat_i),
        taken = net_in(m, c, words.head_taken);
    sig unwanted = is_nonzero(u->drop);
    sig comes = name(m, "comes", and_(ack, not_(unwanted))), refuses = lit(1, 0);
    if (c->err) {
        sig err = net_in(m, c, ibus.ibus_err_i);
        refuses = name(m, "refuses", and_(err, not_(unwanted)));
        ack = or_(ack, err);
    }
    sig after = name(m, "pending_after", sub(u->pending, zext(ack, 2)));
    set(u->pending, add(after, zext(u->issue, 2)));
    when (u->jump)
        set(u->drop, after);
    elsewhen (and_(ack, unwanted))
        set(u->drop, sub(u->drop, lit(2, 1)));
    if (c->err)
        refuse(m, u, refuses, add(after, zext(u->issue, 2)));

    sig word_0 = reg_noreset(m, "word_0", 32), word_1 = reg_noreset(m, "word_1", 32);
    net_out(m, c, words.head_valid, and_(or_(u->first, comes), not_(u->jump)));
    net_out(m, c, words.head, mux(u->first, word_0, word));

    comment(m, "Of words waiting and coming, how many stay?");
    sig one = or_(and_(u->first, not_(u->second)), and_(not_(u->first), comes));
    sig two = or_(and_(u->second), and_(u->first, comes));
    set(u->first, and_(not_(u->jump), or_(two, and_(one, not_(taken)))));
    set(u->second,
        and_(not_(u->jump), or_(and_(u->second, or_(comes, not_(taken))), and_(u->first, comes, not_(taken)))));
    sig keep = and_(u->first, not_(taken));
    when (not_(keep))
        set(word_0, mux(u->second, word_1, word));
    when (not_(and_(u->second, not_(taken))))
        set(word_1, word);
    keep_entry(m, u, ack, after);
}

module *fetch_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_fetch");
    module_comment(m, "Takes instruction words ahead of execution.");
    struct fetch u = {.c = c};
    section(m, "State");
    const uint32_t first = c->config->reset_vector >> 2;
    u.next = describe(reg(m, "next", 30, first), "word to ask for next");
    name_values(u.next, ((const hdl_value[]){{"RESET_VECTOR", first}, {0}}));
    u.target_waits = describe(reg(m, "target_waits", 1, 0), "a jump to w_target has not been asked for");
    u.way_waits = describe(reg(m, "way_waits", 1, 0), "one to x_way has not");
    u.refused = c->err ? describe(reg(m, "refused", 1, 0), "that word's fetch has ended with err") : lit(1, 0);
    u.first = describe(reg(m, "first", 1, 0), "word_0 waits");
    u.second = describe(reg(m, "second", 1, 0), "word_1 waits, too");
    u.pending = describe(reg(m, "pending", 2, 0), "requests without an answer");
    u.drop = describe(reg(m, "drop", 2, 0), "of these, nobody wants");
    find_address(m, &u);
    ask(m, &u);
    receive(m, &u);
    return m;
}
