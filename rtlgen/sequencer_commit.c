/* sequencer: LVMID's commit and resumption, and VM-faults (docs/spec.md, 5.1 and 5.2). Nothing here can fault. */
#include "rtlgen/sequencer.h"

USE(stage_w);
USE(interrupts);
USE(context);
USE(fault);
USE(flushes);

static sig context_word(module *m, const struct sequencer *u)
{
    return add(lit(VMCB_WORD_BITS, VMCB_PC), zext(u->asked, VMCB_WORD_BITS));
}

/* Write the word that is shown; returns: the bus has taken it. */
static sig write_word(struct sequencer *u, enum sequencer_state s, sig word)
{
    sig here = seq_in(u, s);
    seq_also(&u->request, here);
    seq_also(&u->write, here);
    seq_choose(&u->vmcb_word, here, word);
    return and_(here, u->accepted);
}

/* The next state is APPEND, which asks the new VMCB for a word. */
static void before_append(struct sequencer *u, sig condition)
{
    seq_choose(&u->row_level, condition, u->level);
    seq_also(&u->row_here, condition);
}

/* The context goes to the VMCB of the level that runs. */
static void store_context(module *m, struct sequencer *u)
{
    section(m, "Store the context");
    sig here = seq_in(u, SEQ_STORE);
    seq_go(u, seq_in(u, SEQ_STORE_START), SEQ_STORE);
    sig next = add_lit(u->asked, 1);
    sig last = eq(u->asked_word, u->last_word);
    seq_choose(&u->read_word, here, mux(last, lit(WORD_BITS, WORD_SYLLABLE), cat(lit(1, 0), next)));
    sig done = write_word(u, SEQ_STORE, context_word(m, u));
    seq_also(&u->asks, done);
    comment(m, "A row of the scratchpad is asked for in the last cycle before it is needed.");
    sig before = and_(here, last, u->faulting);
    seq_choose(&u->row_level, before, u->receiver);
    seq_also(&u->row_here, before);
    seq_go(u, and_(done, last, u->faulting), SEQ_COUNT);
    seq_go(u, and_(done, last, not_(u->faulting)), SEQ_LINK);

    section(m, "NEXT_SYLLABLE");
    seq_choose(&u->read_word, seq_in(u, SEQ_LINK), lit(WORD_BITS, WORD_SYLLABLE));
    before_append(u, seq_in(u, SEQ_LINK));
    seq_go(u, write_word(u, SEQ_LINK, lit(VMCB_WORD_BITS, VMCB_NEXT_SYLLABLE)), SEQ_APPEND);
}

/* Level 0's context goes to its bank and comes from there: word after word is shown, taken into w_result, and written.
 * It goes while the words of the VMCB come, each with the number asked of both: nothing looks there before the append.
 */
static void between_rows(module *m, struct sequencer *u)
{
    section(m, "Level 0's bank");
    sig load = seq_in(u, SEQ_BANK_LOAD), store = name(m, "stores_bank", and_(seq_in(u, SEQ_VMCB_WORDS), u->at_zero));
    comment(m, "The pc is shown before the VMCB's words come, of which the first has been asked for by then.");
    sig before = and_(or_(seq_in(u, SEQ_VMCB_START), seq_in(u, SEQ_VMCB)), u->at_zero);
    sig shows = or_(before, store, and_(load, le_u(u->asked_word, u->last_word)));
    sig last = and_(load, u->held_2, eq(u->got_word, u->last_word));
    seq_choose(&u->read_word, or_(load, store), cat(lit(1, 0), u->asked));
    seq_also(&u->take_word, u->held_1);
    seq_also(&u->word_write, u->held_2);
    seq_also(&u->asks, and_(load, shows));
    seq_also(&u->gets, and_(load, u->held_2));
    set(u->held_1, shows);
    set(u->held_2, and_(u->held_1, not_(last)));
    set(u->number_2, bits(net_in(m, u->c, context.word), 3, 0));
    seq_also(&u->enters, last);
    seq_go(u, last, SEQ_END);
}

/* A monitor that is left has something pending: is it enabled in its mie? Of the one that LVMID leaves mie is live, of
 * those of the chain it is in the VMCB. */
static void chain_interrupt(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Interrupts of a level that is left");
    before_append(u, and_(seq_in(u, SEQ_MIE), bit(u->asked, 0)));
    sig comes = seq_read_vmcb(m, u, SEQ_MIE, VMCB_MIE);
    sig enabled = cat(bit(u->data, HV_IRQ_MEI), bit(u->data, HV_IRQ_MTI), bit(u->data, HV_IRQ_MSI));
    sig mie = name(m, "left_mie", mux(u->first, net_in(m, c, interrupts.interrupts_enabled), enabled));
    sig known = net_out(m, c, interrupts.line_note, or_(comes, and_(u->append, u->first, not_(u->at_zero))));
    net_out(m, c, interrupts.line_note_enable, bit(mie, 2));
    seq_also(&u->vip_note, and_(known, is_nonzero(and_(net_in(m, c, interrupts.vip_left), mie))));
    seq_go(u, comes, SEQ_APPEND);
}

static void append(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Append");
    comment(m, "Not while the flush of the append before goes on, through all sets: another would begin anew.");
    comment(m, "And not before all words are on their way to the bank, since x[rs1] comes in the next cycle.");
    sig here = seq_in(u, SEQ_APPEND), rs1 = bits(net_in(m, c, stage_w.w_insn), 19, 15);
    sig ready = and_(here, or_(u->first, not_(net_in(m, c, flushes.flush_busy))), not_(u->held_1));
    sig reads = and_(u->first, is_nonzero(rs1));
    before_append(u, here);
    seq_also(&u->request, and_(ready, reads));
    seq_choose(&u->vmcb_word, here, cat(lit(2, VMCB_X0 >> 5), rs1));
    u->append = name(m, "appends", and_(ready, or_(u->accepted, not_(reads))));
    seq_also(&u->forget, u->append);
    seq_also(&u->begins_asked, zext(and_(u->append, reads), 4));
    seq_go(u, u->append, SEQ_CHAIN);
    sig comes = and_(seq_in(u, SEQ_CHAIN), u->ack);
    seq_also(&u->loading, comes);
    seq_also(&u->rd_write, comes);
}

/* The context of the level that is to run. A VM-fault's receiver gets its pc and mode otherwise. */
static void load_context(module *m, struct sequencer *u)
{
    section(m, "Load the context");
    sig here = seq_in(u, SEQ_LOAD);
    sig asks = and_(here, le_u(u->asked_word, u->last_word)), comes = and_(here, u->ack);
    seq_also(&u->request, asks);
    seq_choose(&u->vmcb_word, here, context_word(m, u));
    seq_also(&u->asks, and_(asks, u->accepted));
    seq_also(&u->gets, comes);
    seq_also(&u->loading, comes);
    seq_also(&u->word_write, comes);
    seq_also(&u->take_target, and_(comes, is_zero(u->got)));
    sig last = and_(comes, eq(u->got_word, u->last_word));
    seq_also(&u->enters, and_(last, u->faulting));
    seq_go(u, and_(last, u->faulting), SEQ_END);
    seq_go(u, and_(last, not_(u->faulting), u->skipped), SEQ_SKIP_START);
    seq_go(u, and_(last, not_(u->faulting), not_(u->skipped)), SEQ_END);
}

/* RESUME.SKIP: each word is read again and written with bit 0 clear; nothing but this has written it since it
 * was latched. */
static void clear_skip(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Clear SKIP");
    unsigned depth = c->config->depth;
    sig start = seq_in(u, SEQ_SKIP_START), read = seq_in(u, SEQ_SKIP_READ);
    sig lowest = lowest_set(u->skip);
    sig index = depth == 1 ? lit(c->level_bits, 0) : zext(lowest_index(u->skip), c->level_bits);
    sig skips = or_(start, read, seq_in(u, SEQ_SKIP_WRITE));
    seq_choose(&u->row_level, skips, index);
    seq_also(&u->row_here, skips);
    seq_go(u, start, SEQ_SKIP_READ);
    sig comes = seq_read_vmcb(m, u, SEQ_SKIP_READ, VMCB_RESUME);
    seq_also(&u->take_count, comes);
    seq_choose(&u->read_word, or_(read, seq_in(u, SEQ_SKIP_WRITE)), lit(WORD_BITS, WORD_RESULT));
    seq_go(u, comes, SEQ_SKIP_WRITE);
    sig written = write_word(u, SEQ_SKIP_WRITE, lit(VMCB_WORD_BITS, VMCB_RESUME));
    sig others = and_(u->skip, not_(lowest)), more = is_nonzero(others);
    when (written)
        set(u->skip, others);
    seq_go(u, and_(written, more), SEQ_SKIP_START);
    seq_go(u, and_(written, not_(more)), SEQ_END);
}

void sequencer_commit(module *m, struct sequencer *u)
{
    store_context(m, u);
    between_rows(m, u);
    append(m, u);
    chain_interrupt(m, u);
    load_context(m, u);
    clear_skip(m, u);
}

/* The fault record, into the VMCB of level receiver + 1, after the context of the level that ran. Its first word is
 * written in the cycle in which the count comes. */
static void fault_record(module *m, struct sequencer *u)
{
    section(m, "VM-fault: record");
    sig broken = seq_in(u, SEQ_BROKEN), count = seq_in(u, SEQ_COUNT), record = seq_in(u, SEQ_FAULT_RECORD);
    sig number = bits(u->asked, 1, 0), last = and_(record, reduce_and(number));
    seq_choose(&u->row_level, or_(broken, count, record), u->receiver);
    seq_also(&u->row_here, or_(broken, count, and_(record, not_(last))));
    sig comes = seq_read(m, u, SEQ_COUNT, 1);
    seq_also(&u->take_count, comes);
    seq_choose(&u->vmcb_word, count, cat(lit(5, VMCB_FAULT_CAUSE >> 2), repeat(not_(comes), 2)));
    seq_choose(&u->read_word, count, cat(lit(4, WORD_FAULT_CAUSE >> 1), comes));
    seq_also(&u->request, comes);
    seq_also(&u->write, comes);
    seq_also(&u->begins_asked, zext(and_(comes, u->accepted), 4));
    seq_go(u, comes, SEQ_FAULT_RECORD);

    sig next = cat(lit(3, WORD_FAULT_CAUSE >> 2), add_lit(number, 1));
    seq_choose(&u->read_word, record, mux(last, lit(WORD_BITS, WORD_ZERO), next));
    sig done = write_word(u, SEQ_FAULT_RECORD, cat(lit(5, VMCB_FAULT_CAUSE >> 2), number));
    seq_also(&u->asks, done);
    sig ends = and_(done, last), to_zero = is_zero(u->receiver);
    u->cut = and_(ends, to_zero);
    seq_go(u, and_(ends, to_zero), SEQ_BANK_LOAD);
    seq_go(u, and_(ends, not_(to_zero)), SEQ_UNLINK);
}
_Static_assert(VMCB_FAULT_COUNT == VMCB_FAULT_CAUSE + 3 && VMCB_FAULT_CAUSE % 4 == 0,
               "their numbers differ in two bits");

void sequencer_vm_fault(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    fault_record(m, u);
    section(m, "VM-fault: cut");
    seq_choose(&u->row_level, seq_in(u, SEQ_UNLINK), u->receiver);
    sig unlinked = write_word(u, SEQ_UNLINK, lit(VMCB_WORD_BITS, VMCB_NEXT_SYLLABLE));
    seq_go(u, unlinked, SEQ_LOAD);
    u->cut = name(m, "cuts", or_(u->cut, unlinked));
    seq_also(&u->forget, u->cut);
    sig first_word = and_(lit(4, WORD_MSTATUS), repeat(u->cut, 4));
    seq_also(&u->begins_asked, first_word);
    seq_also(&u->begins_got, first_word);

    section(m, "VM-fault: entry, with the last word of the context, which is after those that it changes");
    net_out(m, c, fault.fault_enter, u->enters);
}
