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
    sig target_waits;            /* a jump's first word has not been asked for */
    sig first, second;           /* a word waits; two do */
    sig pending, drop;           /* requests without an answer; how many of them nobody wants */
    sig comes, head;             /* a wanted word comes; the one that is next for X */
    sig redirect;                /* commit's jump */
    sig relocate;                /* it goes to a process name that is no resource name */
    sig to_target;               /* the word asked for is the jump's */
    sig have;                    /* words waiting and on the way */
    sig steers, steered;         /* the head is taken to jump: now; it waits, and was */
    sig target, after_target;    /* where to, and the word behind that: words of its page */
    sig address, allowed, issue; /* of the word asked for, if the head does not steer */
    sig refused;                 /* the bus has ended the fetch of that word with err; 0 without device windows */
};

/* May a word be asked for in the page of `word`, a real name at n = 0? */
static sig in_ram(module *m, const struct fetch *u, sig word)
{
    return page_is_ram(m, u->c, bits(word, 29, 10));
}

/* A jump goes to w_target, which stays as it is until the first word there has come. */
static void find_address(module *m, struct fetch *u)
{
    const struct core *c = u->c;
    section(m, "Address");
    sig target = net_in(m, c, jumps.w_target);
    u->address = name(m, "address", mux(u->to_target, target, u->next));
    u->relocate = lit(1, 0);
    if (c->phi) {
        comment(m, "With phi active, a jump's target takes a cycle to become a resource name.");
        u->relocate = name(m, "relocate", and_(u->redirect, net_in(m, c, mode.phi_on_fetch)));
    }
    net_out(m, c, fetch_page.fetch_page, bits(u->address, 29, 10));
    net_out(m, c, fetch_page.fetch_offset, bits(u->address, 9, 0));
    if (c->virtualizer) {
        u->allowed = net_in(m, c, fetch_page.fetch_hit);
    } else {
        comment(m, "Both words that may be next are looked at, before it is known which one it is.");
        u->allowed = name(m, "allowed", mux(u->to_target, in_ram(m, u, target), in_ram(m, u, u->next)));
    }
    u->allowed = and_(u->allowed, or_(not_(u->refused), u->redirect));
    u->issue = wire(m, "asked", 1);
    set(u->target_waits, and_(u->to_target, not_(or_(u->issue, u->relocate))));
    sig step = lit(30, 1);
    if (c->phi)
        step = mux(u->relocate, net_in(m, c, mode.mbase), step);
    when (or_(u->issue, u->relocate)) {
        sig sum = name(m, "next_sum", add(u->address, step));
        set(u->next, cat(bits(sum, 29, 10), mux(u->steers, u->after_target, bits(sum, 9, 0))));
    }
}

/* JAL and branches backwards are taken to be taken: the word behind such a head is that of its target, as long as that
 * lies in the page of `next`, which is the head's, so that nothing else is to be found out about it. */
static void look_ahead(module *m, struct fetch *u)
{
    section(m, "Jumps that are taken to be taken");
    sig head = u->head;
    sig opcode = name_values(name(m, "opcode", bits(head, 6, 2)), opcode_high_values), sign = bit(head, 31);
    sig is_jal = name(m, "is_jal", eq_lit(opcode, OPCODE_JAL >> 2));
    sig back = and_(eq_lit(opcode, OPCODE_BRANCH >> 2), sign);
    comment(
        m,
        "The offset within a page, in words, and half a word; the two formats differ where bit 3 of the word tells.");
    sig jal = bit(head, 3);
    sig offset = name(m, "offset",
                      cat(mux(jal, bit(head, 20), bit(head, 7)), bits(head, 30, 25),
                          mux(jal, bits(head, 24, 22), bits(head, 11, 9))));
    sig half = mux(jal, bit(head, 21), bit(head, 8));
    comment(
        m,
        "The head's own word, which lies so many words before the next one to be asked for; bit 10: in the same page.");
    sig low = bits(u->next, 9, 0);
    sig own = name(m, "head_word", sub(cat(lit(1, 1), low), zext(u->have, 11)));
    comment(m, "The page of `next` stays as it is if the next one to be asked for is not the last one of its page.");
    sig same_page = name(m, "same_page", and_(bit(own, 10), not_(reduce_and(low)))), word = bits(own, 9, 0);
    sig sum = name(m, "target_sum", add(zext(word, 11), zext(offset, 11)));
    sig behind = name(m, "behind_target", add(cat(lit(1, 0), word, lit(1, 1)), cat(lit(1, 0), offset, lit(1, 1))));
    u->target = bits(sum, 9, 0);
    u->after_target = bits(behind, 10, 1);
    comment(m, "Back in this page, or ahead with the word behind it in this page, too.");
    sig within = name(m, "within_page", mux(sign, bit(sum, 10), not_(bit(behind, 11))));
    sig near = or_(not_(is_jal), eq(bits(head, 19, 12), repeat(sign, 8)));
    sig may = and_(or_(u->first, u->comes), not_(and_(u->first, u->steered)), not_(u->to_target), same_page);
    u->steers = name(m, "steers", and_(may, or_(is_jal, back), not_(half), near, within));
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
    sig room = or_(u->redirect, lt_u(u->have, lit(3, 2)));
    if (c->steers) {
        comment(
            m,
            "A jump that waits is the last word wanted. That there is one is seen a cycle later: to steer comes late.");
        sig jumps = describe(reg(m, "word_0_steers", 1, 0), "word_0 is a jump whose target is still to be asked for");
        set(jumps, and_(u->steers, not_(u->issue), not_(net_in(m, c, words.head_taken))));
        room = or_(room, jumps);
    }
    sig limit = ne_lit(u->pending, 3);
    sig stb = name(m, "ask", and_(wanted, room, limit, not_(net_in(m, c, operands.sweeping))));
    sig page = c->virtualizer ? net_in(m, c, fetch_page.fetch_real_page) : bits(u->address, 29, 10);
    net_out(m, c, ibus.ibus_stb_o, stb);
    net_out(m, c, ibus.ibus_cyc_o, or_(stb, is_nonzero(u->pending)));
    sig word = mux(u->steers, u->target, bits(u->address, 9, 0));
    net_out(m, c, ibus.ibus_adr_o, word_address(cat(page, word)));
    set(u->issue, and_(stb, not_(net_in(m, c, ibus.ibus_stall_i))));

    comment(m, "Nothing is on the way, and nothing can be asked for: seen one cycle later.");
    sig blocked = reg(m, "fetch_blocked", 1, 0);
    sig idle = and_(eq(u->pending, u->drop), not_(u->first));
    set(blocked, and_(direct, not_(u->allowed), or_(idle, u->redirect)));
    net_out(m, c, fetch_page.fetch_blocked, blocked);
}

/* A word that the bus has ended with err: nothing behind it is wanted, and the next word to ask for is that one, which
 * waits, as if its page had to be looked at, until all before it have been executed and commit sees to it. */
static void refuse(module *m, struct fetch *u, sig refuses, sig pending)
{
    sig on_the_way = sub(u->pending, u->drop);
    when (u->redirect)
        set(u->refused, lit(1, 0));
    elsewhen (refuses) {
        set(u->refused, lit(1, 1));
        set(u->drop, pending);
        set(u->next, sub(u->next, zext(on_the_way, 30)));
    }
    net_out(m, u->c, fetch_page.fetch_refused, u->refused);
}

/* What comes in this cycle. */
static void hear(module *m, struct fetch *u, sig *ack, sig *refuses)
{
    const struct core *c = u->c;
    section(m, "Answers");
    *ack = net_in(m, c, ibus.ibus_ack_i);
    *refuses = lit(1, 0);
    sig unwanted = name(m, "unwanted", is_nonzero(u->drop));
    u->comes = name(m, "comes", and_(*ack, not_(unwanted)));
    if (c->err) {
        sig err = net_in(m, c, ibus.ibus_err_i);
        *refuses = name(m, "refuses", and_(err, not_(unwanted)));
        *ack = or_(*ack, err);
    }
    sig on_the_way = sub(u->pending, u->drop);
    u->have = name(m, "have", add(zext(on_the_way, 3), zext(add(zext(u->first, 2), zext(u->second, 2)), 3)));
}

/* Words that come wait in two registers for X. Where the head steers, those behind it are not wanted. */
static void receive(module *m, struct fetch *u, sig word, sig word_0, sig ack, sig refuses)
{
    const struct core *c = u->c;
    section(m, "Words that wait");
    sig taken = net_in(m, c, words.head_taken);
    sig steers = lit(1, 0);
    if (c->steers) {
        steers = name(m, "has_steered", and_(u->steers, u->issue));
        sig head_steered = net_out(m, c, words.head_steered, or_(steers, and_(u->first, u->steered)));
        set(u->steered, and_(head_steered, not_(taken)));
    }
    sig after = name(m, "pending_after", sub(u->pending, zext(ack, 2)));
    set(u->pending, add(after, zext(u->issue, 2)));
    when (or_(u->redirect, steers))
        set(u->drop, after);
    elsewhen (and_(ack, is_nonzero(u->drop)))
        set(u->drop, sub(u->drop, lit(2, 1)));
    if (c->err)
        refuse(m, u, and_(refuses, not_(steers)), add(after, zext(u->issue, 2)));

    sig word_1 = reg_noreset(m, "word_1", 32);
    net_out(m, c, words.head_valid, and_(or_(u->first, u->comes), not_(u->redirect)));
    net_out(m, c, words.head, u->head);

    comment(m, "Of words waiting and coming, how many stay?");
    sig any = name(m, "any", or_(u->first, u->comes));
    sig two = name(m, "two", and_(u->first, or_(u->second, u->comes), not_(steers)));
    sig three = and_(u->second, u->comes, not_(steers));
    set(u->first, and_(not_(u->redirect), or_(two, and_(any, not_(taken)))));
    set(u->second, and_(not_(u->redirect), or_(three, and_(two, not_(taken)))));
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
    u.refused = c->err ? describe(reg(m, "refused", 1, 0), "that word's fetch has ended with err") : lit(1, 0);
    u.first = describe(reg(m, "first", 1, 0), "word_0 waits");
    u.second = describe(reg(m, "second", 1, 0), "word_1 waits, too");
    u.steered = lit(1, 0);
    if (c->steers)
        u.steered = describe(reg(m, "steered", 1, 0), "word_0 is a jump whose target has been asked for");
    u.pending = describe(reg(m, "pending", 2, 0), "requests without an answer");
    u.drop = describe(reg(m, "drop", 2, 0), "of these, nobody wants");
    sig ack, refuses;
    hear(m, &u, &ack, &refuses);
    sig word = net_in(m, c, ibus.ibus_dat_i), word_0 = reg_noreset(m, "word_0", 32);
    u.head = name(m, "oldest", mux(u.first, word_0, word));
    u.redirect = net_in(m, c, jumps.redirect);
    u.to_target = name(m, "to_target", or_(u.redirect, u.target_waits));
    u.steers = lit(1, 0);
    u.target = u.after_target = zeros(10);
    if (c->steers)
        look_ahead(m, &u);
    find_address(m, &u);
    ask(m, &u);
    receive(m, &u, word, word_0, ack, refuses);
    return m;
}
