/* sequencer: LVMID's probe, commit and resumption, VM-faults, hv.fence (docs/spec.md, 5, 10.4 and 10.5).
 *
 * It runs while commit waits in its state SEQUENCE, has the data bus, the composer and the words of the csr unit to
 * itself, and goes through memory word by word in the spec's order. What a probe finds about level n + 1 goes straight
 * to the places of level n + 1 in scratchpad and vmid, where nothing looks before the append.
 */
#include "rtlgen/sequencer.h"

USE(fetch_page);
USE(stage_w);
USE(traps);
USE(context);
USE(access);
USE(port);
USE(vm);
USE(walk);
USE(map);
USE(fault);
USE(sequence);
USE(sequencer_asks);
USE(vm_change);
USE(flushes);

sig seq_in(const struct sequencer *u, enum sequencer_state s)
{
    return eq_lit(u->state, s);
}

void seq_also(sig *output, sig condition)
{
    *output = or_(*output, condition);
}

void seq_choose(sig *output, sig condition, sig value)
{
    *output = mux(condition, value, *output);
}

void seq_enter(module *m, const struct sequencer *u, sig state)
{
    set(u->state, state);
    set(u->moves, lit(1, 1));
}

void seq_go(module *m, const struct sequencer *u, enum sequencer_state s)
{
    seq_enter(m, u, lit(SEQ_STATE_BITS, s));
}

sig seq_read(module *m, struct sequencer *u, enum sequencer_state s, unsigned count)
{
    sig here = seq_in(u, s);
    sig asks = and_(here, lt_u(u->asked, lit(4, count)));
    seq_also(&u->request, asks);
    when (and_(asks, u->accepted))
        set(u->asked, add_lit(u->asked, 1));
    sig comes = and_(here, u->ack);
    when (comes)
        set(u->got, add_lit(u->got, 1));
    return comes;
}

sig seq_read_vmcb(module *m, struct sequencer *u, enum sequencer_state s, sig word)
{
    seq_choose(&u->vmcb_word, seq_in(u, s), word);
    return seq_read(m, u, s, 1);
}

void seq_fault(module *m, const struct sequencer *u, sig code, unsigned access, bool implicit, bool in_chain)
{
    set(u->faulting, lit(1, 1));
    set(u->code, code);
    set(u->access, lit(2, access));
    set(u->implicit, lit(1, implicit));
    set(u->has_address, lit(1, access != HV_ACCESS_NONE));
    set(u->has_insn, lit(1, !implicit));
    set(u->next, lit(1, 0));
    set(u->offset, bits(u->name, 11, 0));
    sig start = mux(u->first, lit(SEQ_STATE_BITS, SEQ_STORE_START), lit(SEQ_STATE_BITS, SEQ_BROKEN));
    seq_enter(m, u, in_chain ? lit(SEQ_STATE_BITS, SEQ_BROKEN) : start);
}

static void declare_position(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Where it is");
    static const hdl_value states[] = {
#define ROW(name) {"STATE_" #name, SEQ_##name},
        SEQUENCER_STATES(ROW)
#undef ROW
            {0}};
    u->state = name_values(reg(m, "state", SEQ_STATE_BITS, SEQ_IDLE), states);
    u->asked = describe(reg_noreset(m, "asked", 4), "words asked for in this state, or stored");
    u->got = describe(reg_noreset(m, "got", 4), "words that have come");
    u->name = describe(reg_noreset(m, "looked_at", 32), "resource name of what is being looked at");
    name_values(u->name, ((const hdl_value[]){{"HV_ROOT", c->config->hv_root}, {0}}));
    u->first = describe(reg_noreset(m, "first", 1), "LVMID's own syllable, not a link of the chain");
    u->syllable = reg_noreset(m, "next_syllable", c->syllable_bits);
    u->link = describe(reg_noreset(m, "link", c->syllable_bits), "NEXT_SYLLABLE of the VMCB read last");
    u->link_bad = describe(reg_noreset(m, "link_bad", 1), "it is no syllable");
    u->length_bad = reg_noreset(m, "length_bad", 1);
    u->kind = describe(reg_noreset(m, "kind", FORM_BITS), "form of the map whose words come");
    name_values(u->kind, form_values);
    u->grain = describe(reg_noreset(m, "grain", 4), "its grain");
    u->mem_linear = reg_noreset(m, "mem_linear", 1);
    u->io_linear = reg_noreset(m, "io_linear", 1);
    u->in_io = reg_noreset(m, "in_io", 1);
    u->skip = describe(reg_noreset(m, "skip", c->config->depth), "RESUME.SKIP of level i + 1 is to be cleared");
    u->skipped = describe(reg_noreset(m, "skipped", 1), "one of them was set");
    u->held_1 = describe(reg(m, "held_1", 1, 0), "between rows: a word is shown");
    u->held_2 = describe(reg(m, "held_2", 1, 0), "and one is in w_result");
}

static void declare_fault(module *m, struct sequencer *u)
{
    section(m, "The VM-fault");
    u->faulting = describe(reg(m, "faulting", 1, 0), "the record will be a VM-fault");
    u->fencing = describe(reg_noreset(m, "fencing", 1), "hv.fence");
    u->code = name_values(reg_noreset(m, "code", 4), fault_values);
    u->access = name_values(reg_noreset(m, "access", 2), access_values);
    u->implicit = reg_noreset(m, "implicit", 1);
    u->has_address = reg_noreset(m, "has_address", 1);
    u->has_insn = reg_noreset(m, "has_insn", 1);
    u->next = describe(reg_noreset(m, "next", 1), "its pc is the next instruction's");
    u->receiver = describe(reg_noreset(m, "receiver", u->c->level_bits), "the level that gets it");
    u->offset = describe(reg_noreset(m, "offset", 12), "of the fault address in its page");
}

static void declare(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    declare_position(m, u);
    declare_fault(m, u);
    u->ack = net_in(m, c, port.dbus_answer);
    u->accepted = net_in(m, c, port.dbus_free);
    u->data = bus_word(m, c);
    u->walk_done = net_in(m, c, walk.walk_done);
    u->at_zero = net_in(m, c, vm.at_zero);
    u->level = net_in(m, c, vm.level);
    const enum word last = c->phi ? WORD_MBOUND : WORD_MCOUNTEREN;
    const hdl_value last_word[] = {{"LAST_WORD", last}, {0}};
    u->last_word = lit(4, last);
    u->asked_word = name_values(name(m, "asked_word", u->asked), last_word);
    u->got_word = name_values(name(m, "got_word", u->got), last_word);

    sig none = lit(1, 0);
    u->request = u->write = u->walk = u->walk_root = u->loading = u->take_word = u->take_count = none;
    u->take_target = u->word_write = u->rd_write = u->flush = u->forget = u->append = u->cut = none;
    u->vip_note = u->exception = none;
    u->moves = wire(m, "moves", 1);
    set(u->moves, none);
    u->begins_asked = u->begins_got = zeros(4);
    u->vmcb_word = lit(VMCB_WORD_BITS, VMCB_NEXT_SYLLABLE);
    u->row_level = sub(u->level, lit(c->level_bits, 1));
    u->row_select = lit(2, 2);
    u->read_word = lit(WORD_BITS, WORD_ZERO);
}

/* Commit starts it. The composer starts to walk for LVMID's operand with that very edge. */
static void begin(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Start");
    sig lvmid = net_in(m, c, fault.start_lvmid), fence = net_in(m, c, fault.start_fence),
        fault = net_in(m, c, fault.start_fault);
    sig page = net_in(m, c, access.access_page), offset = net_in(m, c, access.access_offset);
    seq_also(&u->walk, lvmid);
    when (or_(lvmid, fence, fault)) {
        set(u->faulting, fault);
        set(u->fencing, fence);
        set(u->first, lit(1, 1));
        set(u->skip, zeros(c->config->depth));
        set(u->skipped, lit(1, 0));
        set(u->length_bad, lit(1, 0));
        set(u->name, cat(page, offset, lit(2, 0)));
    }
    when (lvmid)
        seq_go(m, u, SEQ_OPERAND);
    when (fault) {
        set(u->code, net_in(m, c, fault.fault_code));
        set(u->access, net_in(m, c, fault.fault_access));
        set(u->implicit, lit(1, 0));
        set(u->has_address, net_in(m, c, fault.fault_has_address));
        set(u->has_insn, net_in(m, c, fault.fault_has_instruction));
        set(u->next, net_in(m, c, fault.fault_next));
        set(u->receiver, net_in(m, c, fault.fault_receiver));
        sig word = mux(net_in(m, c, fault.fault_fetching), net_in(m, c, fetch_page.fetch_offset), offset);
        sig low = and_(bits(net_in(m, c, stage_w.w_result), 1, 0), repeat(not_(net_in(m, c, fault.fault_fetching)), 2));
        set(u->offset, cat(word, low));
        seq_go(m, u, SEQ_STORE_START);
    }
    when (fence)
        seq_go(m, u, SEQ_END);
    seq_also(&u->forget, fence);
    net_out(m, c, sequence.reservation_end, or_(lvmid, fault));
}

/* Which compositions a change of VMID or hv.fence makes the memories forget (docs/spec.md, 10.8.6). */
static void flushes(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Flushes");
    sig start = lit(1, 0), fence = net_in(m, c, fault.start_fence), insn = net_in(m, c, stage_w.w_insn);
    sig operand = net_in(m, c, stage_w.w_result);
    sig any = is_zero(bits(insn, 19, 15)), small = bits(operand, c->syllable_bits - 1, 0);
    sig syllable = and_(is_nonzero(small), is_zero(bits(operand, 31, c->syllable_bits)));
    sig below = zext(u->level, 4);
    if (c->config->assoc_key == HV_KEY_NONE)
        start = or_(u->append, u->cut);
    if (c->config->assoc_key == HV_KEY_LEVEL) {
        sig held = net_in(m, c, vm_change.held_syllable);
        sig other = and_(u->append, ne(held, u->syllable));
        start = or_(other, and_(fence, or_(any, and_(syllable, eq(held, small)))));
        below = add_lit(below, 1);
    }
    if (c->config->assoc_key == HV_KEY_VMID)
        start = and_(fence, or_(any, syllable));
    net_out(m, c, flushes.flush_start, start);
    net_out(m, c, flushes.flush_level, below);
    net_out(m, c, flushes.flush_any, any);
    net_out(m, c, flushes.flush_syllable, small);
    net_out(m, c, vm_change.forget, u->forget);
}

static void end(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Records");
    sig quiet = not_(net_in(m, c, flushes.flush_busy));
    sig broken = and_(seq_in(u, SEQ_BROKEN), quiet), ended = and_(seq_in(u, SEQ_END), quiet);
    when (broken)
        seq_go(m, u, SEQ_COUNT_START);
    when (ended)
        seq_go(m, u, SEQ_IDLE);
    net_out(m, c, sequence.sequence_end, or_(broken, ended));
    net_out(m, c, sequence.sequence_more, seq_in(u, SEQ_BROKEN));
    net_out(m, c, sequence.sequence_exception, u->exception);
    sig fault = and_(seq_in(u, SEQ_END), u->faulting);
    net_out(m, c, sequence.sequence_retires, not_(fault));
    if (!c->rvfi)
        return;
    sig argument = net_in(m, c, walk.walk_argument);
    net_out(m, c, sequence.record_fault, fault);
    net_out(m, c, sequence.record_lvmid,
            or_(seq_in(u, SEQ_BROKEN), and_(seq_in(u, SEQ_END), not_(u->faulting), not_(u->fencing))));
    net_out(m, c, sequence.record_fault_cause, cat(zeros(23), u->implicit, lit(2, 0), u->access, u->code));
    net_out(m, c, sequence.record_fault_address, and_(cat(argument, u->offset), repeat(u->has_address, 32)));
    net_out(m, c, sequence.record_target_level, u->level);
    net_out(m, c, sequencer_asks.sequencer_operand, or_(seq_in(u, SEQ_OPERAND), seq_in(u, SEQ_SYLLABLE)));
    net_out(m, c, sequencer_asks.sequencer_operand_answer, and_(seq_in(u, SEQ_SYLLABLE), u->ack));
}

/* Words of the fault record, the syllable, and mtval of exception 24: the name of the word that was bad. */
static void words(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Words of its own");
    sig word = net_in(m, c, context.word), argument = net_in(m, c, walk.walk_argument);
    sig value = and_(eq_lit(word, WORD_VALUE), eq_lit(net_in(m, c, traps.cause_code), HV_EXC_VMCB));
    value = name(m, "shows_value", and_(value, not_(net_in(m, c, traps.cause_interrupt))));
    sig named = or_(u->name, cat(zeros(26), u->got, lit(2, 0)));
    sig operand_name = cat(net_in(m, c, access.access_page), net_in(m, c, access.access_offset), lit(2, 0));
    const sig conditions[] = {eq_lit(word, WORD_FAULT_CAUSE), and_(eq_lit(word, WORD_FAULT_ADDRESS), u->has_address),
                              eq_lit(word, WORD_SYLLABLE), value};
    const sig values[] = {cat(zeros(23), u->implicit, lit(2, 0), u->access, u->code), cat(argument, u->offset),
                          zext(u->syllable, 32), mux(u->length_bad, operand_name, named)};
    net_out(m, c, sequencer_asks.sequencer_word, select_one_hot(conditions, values, 4));
    net_out(m, c, sequence.sequencer_has_instruction, u->has_insn);
    net_out(m, c, sequencer_asks.sequencer_read_word, u->read_word);
    net_out(m, c, sequencer_asks.sequencer_write_word, cat(lit(1, 0), u->got));
    net_out(m, c, sequencer_asks.sequencer_word_write, u->word_write);
    net_out(m, c, sequencer_asks.sequencer_read_bank, seq_in(u, SEQ_BANK_LOAD));
    net_out(m, c, sequencer_asks.sequencer_write_bank, seq_in(u, SEQ_BANK_STORE));
    net_out(m, c, sequence.sequencer_take_word, u->take_word);
    net_out(m, c, sequence.sequencer_take_count, u->take_count);
    net_out(m, c, sequence.sequencer_counts, u->faulting);
    net_out(m, c, sequence.sequencer_take_target, u->take_target);
    net_out(m, c, sequence.sequencer_skip, and_(u->skipped, not_(seq_in(u, SEQ_IDLE))));
    net_out(m, c, sequence.sequencer_loading, or_(u->loading, u->take_count));
    net_out(m, c, sequence.sequencer_rd_write, u->rd_write);
    net_out(m, c, context.word_hold, name(m, "stalled", and_(u->request, u->write, not_(u->accepted))));
    net_out(m, c, sequence.pc_is_next, and_(not_(seq_in(u, SEQ_IDLE)), mux(u->faulting, u->next, lit(1, 1))));
}

/* A state begins with no word asked for, but for what it says. */
static void count_words(module *m, const struct sequencer *u)
{
    when (u->moves) {
        set(u->asked, u->begins_asked);
        set(u->got, u->begins_got);
    }
}

/* The word in its page: of the root, of what is looked at, or of the pinned VMCB. */
static sig address_low(module *m, const struct sequencer *u, sig probing)
{
    const struct core *c = u->c;
    unsigned offset = c->config->hv_root % HV_PAGE_BYTES / 4;
    sig table = lit(10, offset + HV_ROOT_VMTAB / 4), length = lit(10, offset + HV_ROOT_LENGTH / 4);
    sig root = mux(bit(u->asked, 0), length, table);
    sig looked_at = or_(bits(u->name, 11, 2), zext(u->asked, 10));
    sig in_root = or_(seq_in(u, SEQ_ROOT), seq_in(u, SEQ_ROOT_WORDS));
    sig word = name_values(name(m, "vmcb_word", u->vmcb_word), vmcb_values);
    sig vmcb = cat(bits(net_in(m, c, map.map_offset), 9, 7), word);
    return mux(probing, mux(in_root, root, looked_at), vmcb);
}

static sig scratchpad_row(const struct core *c, sig level, sig select)
{
    return c->row_bits == 2 ? select : cat(bits(level, c->row_bits - 3, 0), select);
}

static void name_root_page(sig page, const struct core *c)
{
    const hdl_value values[] = {{"HV_ROOT_PAGE", c->config->hv_root >> HV_PAGE_BITS}, {0}};
    name_values(page, values);
}

static void ports(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Bus, scratchpad, composer, VMID");
    sig probing = le_u(u->state, lit(SEQ_STATE_BITS, SEQ_VMCB_WORDS));
    sig page = mux(probing, net_in(m, c, walk.walk_page), net_in(m, c, map.map_page));
    net_out(m, c, sequence.sequencer_busy, not_(seq_in(u, SEQ_IDLE)));
    net_out(m, c, sequencer_asks.sequencer_request, u->request);
    net_out(m, c, sequencer_asks.sequencer_write, u->write);
    net_out(m, c, sequencer_asks.sequencer_address, cat(page, address_low(m, u, probing)));
    net_out(m, c, sequencer_asks.sequencer_row, scratchpad_row(c, u->row_level, u->row_select));
    net_out(m, c, sequencer_asks.sequencer_walk, u->walk);
    sig root = lit(20, c->config->hv_root >> HV_PAGE_BITS);
    sig table = seq_in(u, SEQ_TABLE_START);
    sig asked = mux(u->walk_root, root, mux(table, net_in(m, c, map.map_page), bits(u->name, 31, 12)));
    name_root_page(net_out(m, c, sequencer_asks.sequencer_page, asked), c);
    sig vmcb = seq_in(u, SEQ_VMCB), operand = seq_in(u, SEQ_OPERAND);
    net_out(m, c, sequencer_asks.sequencer_need, cat(not_(operand), lit(1, 0), vmcb, not_(vmcb)));
    net_out(m, c, vm_change.vmid_append, u->append);
    net_out(m, c, vm_change.vmid_cut, u->cut);
    net_out(m, c, vm_change.receiver, u->receiver);
    net_out(m, c, vm_change.syllable, u->syllable);
    net_out(m, c, vm_change.vip_note, u->vip_note);
}

/* Root, VMTAB and VMCB of a sensible monitor share a page, for which one walk is enough: nothing that a walk reads
 * changes within a probe. `last` is compared before it is known which of the two pages is next. */
static void again(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "The page of the walk before");
    sig last = describe(reg_noreset(m, "last_walked", 20), "the page of the last walk");
    name_root_page(last, c);
    sig known = describe(reg_noreset(m, "known", 1), "that walk was of this level, for this probe");
    sig root = lit(20, c->config->hv_root >> HV_PAGE_BITS), page = bits(u->name, 31, 12);
    sig same = mux(u->walk_root, eq(last, root), and_(eq(last, page), not_(seq_in(u, SEQ_TABLE_START))));
    sig writable = bit(net_in(m, c, walk.walk_rights), 1);
    sig sufficient = or_(not_(seq_in(u, SEQ_VMCB_START)), writable);
    net_out(m, c, walk.walk_again, and_(not_(seq_in(u, SEQ_IDLE)), known, same, sufficient));
    when (u->walk) {
        set(last,
            mux(seq_in(u, SEQ_IDLE), net_in(m, c, access.access_page), net_in(m, c, sequencer_asks.sequencer_page)));
        set(known, lit(1, 1));
    }
    when (u->append)
        set(known, lit(1, 0));
}

module *sequencer_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_sequencer");
    module_comment(m, "LVMID, VM-faults and hv.fence: everything that goes through VMCBs.");
    struct sequencer u = {.c = c};
    declare(m, &u);
    begin(m, &u);
    sequencer_probe(m, &u);
    sequencer_commit(m, &u);
    sequencer_vm_fault(m, &u);
    flushes(m, &u);
    end(m, &u);
    count_words(m, &u);
    words(m, &u);
    ports(m, &u);
    if (c->prefix)
        again(m, &u);
    return m;
}
