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
    return u->in[s];
}

void seq_also(sig *output, sig condition)
{
    *output = or_(*output, condition);
}

void seq_choose(struct choice *choice, sig condition, sig value)
{
    choice->any = or_(choice->any, condition);
    choice->value = or_(choice->value, and_(value, repeat(condition, width_of(value))));
}

static sig chosen(const struct choice *choice, sig usual)
{
    return mux(choice->any, choice->value, usual);
}

void seq_go(struct sequencer *u, sig condition, enum sequencer_state s)
{
    seq_also(&u->to[s], condition);
}

sig seq_read(module *m, struct sequencer *u, enum sequencer_state s, unsigned count)
{
    sig here = seq_in(u, s);
    sig asks = and_(here, lt_u(u->asked, lit(4, count))), comes = and_(here, u->ack);
    seq_also(&u->request, asks);
    seq_also(&u->asks, and_(asks, u->accepted));
    seq_also(&u->gets, comes);
    return comes;
}

sig seq_read_vmcb(module *m, struct sequencer *u, enum sequencer_state s, unsigned word)
{
    seq_choose(&u->vmcb_word, seq_in(u, s), lit(VMCB_WORD_BITS, word));
    return seq_read(m, u, s, 1);
}

static void declare_position(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Where it is");
    comment(m, "One bit for each state.");
    static const char *const names[] = {
#define ROW(name) "in_" #name,
        SEQUENCER_STATES(ROW)
#undef ROW
    };
    static const hdl_value values[] = {
#define ROW(name) {"STATE_" #name, UINT64_C(1) << SEQ_##name},
        SEQUENCER_STATES(ROW)
#undef ROW
            {0}};
    u->state = name_values(reg(m, "state", SEQ_STATES, UINT64_C(1) << SEQ_IDLE), values);
    for (unsigned s = 0; s < SEQ_STATES; s++)
        u->in[s] = name(m, names[s], bit(u->state, s));
    u->asked = describe(reg_noreset(m, "asked", 4), "words asked for in this state, or stored");
    u->got = describe(reg_noreset(m, "got", 4), "words that have come");
    u->name =
        describe(reg_noreset(m, "looked_at", 32), "resource name of what is being looked at; of a fault that began "
                                                  "elsewhere the offset of its address alone");
    name_values(u->name, ((const hdl_value[]){{"HV_ROOT", c->config->hv_root}, {0}}));
    u->first = describe(reg_noreset(m, "first", 1), "LVMID's own syllable, not a link of the chain");
    u->syllable = reg_noreset(m, "next_syllable", c->syllable_bits);
    u->link = describe(reg_noreset(m, "link", c->syllable_bits), "NEXT_SYLLABLE of the VMCB read last");
    u->link_bad = describe(reg_noreset(m, "link_bad", 1), "it is no syllable");
    u->at_operand = describe(reg_noreset(m, "at_operand", 1), "of LVMID, or its syllable is what is bad");
    u->kind = describe(reg_noreset(m, "kind", FORM_BITS), "form of the map whose words come");
    name_values(u->kind, form_values);
    u->grain = describe(reg_noreset(m, "grain", 4), "its grain");
    u->mem_linear = reg_noreset(m, "mem_linear", 1);
    u->io_linear = reg_noreset(m, "io_linear", 1);
    u->in_io = reg_noreset(m, "in_io", 1);
    u->skip = describe(reg_noreset(m, "skip", c->config->depth), "RESUME.SKIP of level i + 1 is to be cleared");
    u->skipped = describe(reg_noreset(m, "skipped", 1), "one of them was set");
    u->was_bad = describe(reg(m, "was_bad", 1, 0), "the word that came in the cycle before is bad");
    u->was_bound = describe(reg(m, "was_bound", 1, 0), "it is a map's bound");
    u->was_long =
        u->c->linear ? describe(reg_noreset(m, "was_long", 1), "and makes a table leave its page") : lit(1, 0);
    u->late = name(m, "late", or_(u->was_bad, and_(u->was_bound, u->was_long)));
    u->held_1 = describe(reg_noreset(m, "held_1", 1), "between rows: a word is shown");
    u->held_2 = describe(reg_noreset(m, "held_2", 1), "and one is in w_result");
    u->number_2 = describe(reg_noreset(m, "number_2", 4), "the latter's number");
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
}

/* What all parts add to. */
static void gather_nothing(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    sig none = lit(1, 0);
    for (unsigned s = 0; s < SEQ_STATES; s++)
        u->to[s] = none;
    u->begins_asked = u->begins_got = zeros(4);
    u->asks = u->gets = u->bad = u->refuses = u->walk_faults = u->own_fault = none;
    u->own_code = zeros(4);
    u->request = u->write = u->walk = u->walk_root = u->row_here = u->loading = u->take_word = u->take_count = none;
    u->take_target = u->word_write = u->rd_write = u->forget = u->append = u->cut = u->enters = u->vip_note =
        u->exception = none;
    u->vmcb_word = (struct choice){none, zeros(VMCB_WORD_BITS)};
    u->row_level = (struct choice){none, zeros(c->level_bits)};
    u->row_select = (struct choice){none, zeros(2)};
    u->read_word = (struct choice){none, zeros(WORD_BITS)};
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

    gather_nothing(m, u);
}

/* Commit starts it. The composer starts to walk for LVMID's operand with that very edge. */
static void begin(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "Start");
    sig lvmid = net_in(m, c, fault.start_lvmid), fence = net_in(m, c, fault.start_fence),
        fault = net_in(m, c, fault.start_fault);
    seq_also(&u->walk, lvmid);
    when (or_(lvmid, fence, fault)) {
        set(u->fencing, fence);
        set(u->skip, zeros(c->config->depth));
        set(u->skipped, lit(1, 0));
        set(u->at_operand, lit(1, 1));
    }
    seq_go(u, lvmid, SEQ_OPERAND);
    comment(m, "The scratchpad shows the VMCB, and csr the pc, in the cycle after any in which nothing else is asked "
               "of them.");
    seq_go(u, fault, SEQ_STORE);
    seq_go(u, fence, SEQ_END);
    seq_also(&u->forget, fence);
    net_out(m, c, sequence.reservation_end, or_(lvmid, fault));
}

/* What the VM-fault is: commit's, that of a walk of the sequencer's own, or that of a chain that is broken. A fault of
 * the probe follows the context's store, but in a chain LVMID's record comes first. */
static void note_fault(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "What the VM-fault is");
    sig start = net_in(m, c, fault.start_fault), walk = name(m, "walk_faults", u->walk_faults);
    sig own = name(m, "chain_faults", u->own_fault), operand = seq_in(u, SEQ_OPERAND);
    seq_go(u, and_(walk, u->first), SEQ_STORE_START);
    seq_go(u, or_(own, and_(walk, not_(u->first))), SEQ_BROKEN);
    when (or_(start, walk, own))
        set(u->faulting, lit(1, 1));
    elsewhen (or_(net_in(m, c, fault.start_lvmid), net_in(m, c, fault.start_fence)))
        set(u->faulting, lit(1, 0));
    sig access = mux(seq_in(u, SEQ_VMCB), lit(2, HV_ACCESS_STORE), lit(2, HV_ACCESS_LOAD));
    const sig which[] = {start, walk, own};
    const sig codes[] = {net_in(m, c, fault.fault_code), net_in(m, c, walk.walk_cause), u->own_code};
    const sig accesses[] = {net_in(m, c, fault.fault_access), access, lit(2, HV_ACCESS_NONE)};
    const sig receivers[] = {net_in(m, c, fault.fault_receiver), net_in(m, c, walk.walk_receiver),
                             net_in(m, c, vm.level_below)};
    sig fetching = net_in(m, c, fault.fault_fetching), of_access = net_in(m, c, access.access_offset);
    sig word = mux(fetching, net_in(m, c, fetch_page.fetch_offset), of_access);
    sig low = and_(bits(net_in(m, c, stage_w.w_result), 1, 0), repeat(not_(fetching), 2));
    when (or_(start, walk, own)) {
        set(u->code, select_one_hot(which, codes, 3));
        set(u->access, select_one_hot(which, accesses, 3));
        set(u->receiver, select_one_hot(which, receivers, 3));
        set(u->implicit, or_(own, and_(walk, not_(operand))));
        set(u->has_address, or_(walk, and_(start, net_in(m, c, fault.fault_has_address))));
        set(u->has_insn, mux(start, net_in(m, c, fault.fault_has_instruction), and_(walk, operand)));
        set(u->next, and_(start, net_in(m, c, fault.fault_next)));
    }
    when (or_(start, and_(walk, operand)))
        set_bits(u->name, 11, 0, cat(word, low));
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
        comment(
            m, "It goes on beside what follows: the append of a VM's own LVMID is certain when its context is stored.");
        sig stores = and_(seq_in(u, SEQ_STORE), is_zero(u->asked), u->accepted, not_(u->faulting));
        sig appends = or_(stores, and_(u->append, or_(u->at_zero, not_(u->first))));
        start = or_(and_(appends, ne(held, u->syllable)), and_(fence, or_(any, and_(syllable, eq(held, small)))));
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
    seq_go(u, broken, SEQ_COUNT);
    seq_go(u, ended, SEQ_IDLE);
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
    net_out(m, c, sequence.record_fault_address, and_(cat(argument, bits(u->name, 11, 0)), repeat(u->has_address, 32)));
    net_out(m, c, sequence.record_target_level, u->level);
    net_out(m, c, sequencer_asks.sequencer_operand,
            or_(seq_in(u, SEQ_OPERAND), and_(seq_in(u, SEQ_SYLLABLE), not_(bit(u->asked, 0)))));
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
    const sig values[] = {cat(zeros(23), u->implicit, lit(2, 0), u->access, u->code),
                          cat(argument, bits(u->name, 11, 0)), zext(u->syllable, 32),
                          mux(u->at_operand, operand_name, named)};
    net_out(m, c, sequencer_asks.sequencer_word, select_one_hot(conditions, values, 4));
    net_out(m, c, sequence.sequencer_has_instruction, u->has_insn);
    net_out(m, c, sequencer_asks.sequencer_read_word, chosen(&u->read_word, lit(WORD_BITS, WORD_PC)));
    sig to_bank = name(m, "to_bank", and_(u->held_2, not_(seq_in(u, SEQ_BANK_LOAD))));
    net_out(m, c, sequencer_asks.sequencer_write_word, cat(lit(1, 0), mux(to_bank, u->number_2, u->got)));
    net_out(m, c, sequencer_asks.sequencer_word_write, u->word_write);
    net_out(m, c, sequencer_asks.sequencer_read_bank, seq_in(u, SEQ_BANK_LOAD));
    net_out(m, c, sequencer_asks.sequencer_write_bank, to_bank);
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

/* The next state. It begins with no word asked for, but for what it says; what was refused is still to be told in IDLE.
 */
static void move(module *m, const struct sequencer *u)
{
    section(m, "The next state");
    sig moves = name(m, "moves", reduce_or(cat_array(u->to + SEQ_IDLE + 1, SEQ_STATES - SEQ_IDLE - 1)));
    sig refuses = name(m, "refuses", u->refuses);
    when (or_(moves, refuses, u->to[SEQ_IDLE]))
        set(u->state, or_(cat_array(u->to, SEQ_STATES), shl_by(zext(refuses, SEQ_STATES), SEQ_REFUSE)));
    when (moves) {
        set(u->asked, u->begins_asked);
        set(u->got, u->begins_got);
    }
    otherwise
    {
        set(u->asked, add(u->asked, zext(u->asks, 4)));
        comment(m, "A word that was bad is gone back to, if it was not the last of its state.");
        sig back = and_(u->late, not_(seq_in(u, SEQ_VMCB_START)));
        set(u->got, add(u->got, cat(repeat(back, 3), or_(back, and_(u->gets, not_(refuses))))));
    }
}

/* The word in its page: of the root, of what is looked at, or of the pinned VMCB. */
static sig address_low(module *m, const struct sequencer *u, sig probing)
{
    const struct core *c = u->c;
    unsigned offset = c->config->hv_root % HV_PAGE_BYTES / 4;
    sig table = lit(10, offset + HV_ROOT_VMTAB / 4), length = lit(10, offset + HV_ROOT_LENGTH / 4);
    sig of_operand = seq_in(u, SEQ_OPERAND), in_root;
    sig second = and_(seq_in(u, SEQ_ROOT_WORDS), bit(u->asked, 0)), number = u->asked;
    sig syllable = seq_in(u, SEQ_SYLLABLE);
    comment(m, "The first word of what comes next may be asked for in the last cycle of what is.");
    in_root = or_(seq_in(u, SEQ_ROOT), and_(seq_in(u, SEQ_ROOT_WORDS), not_(bit(u->asked, 1))),
                  and_(syllable, bit(u->asked, 0)));
    of_operand = or_(of_operand, and_(syllable, not_(bit(u->asked, 0))));
    number = and_(number, repeat(seq_in(u, SEQ_VMCB_WORDS), 4));
    sig root = mux(second, length, table);
    sig looked_at = mux(of_operand, net_in(m, c, access.access_offset), or_(bits(u->name, 11, 2), zext(number, 10)));
    sig word = name_values(name(m, "vmcb_word", u->vmcb_word.value), vmcb_values);
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
    sig probing = or_(seq_in(u, SEQ_OPERAND), seq_in(u, SEQ_SYLLABLE), seq_in(u, SEQ_ROOT), seq_in(u, SEQ_ROOT_WORDS),
                      seq_in(u, SEQ_ENTRY), seq_in(u, SEQ_ENTRY_WORD), seq_in(u, SEQ_VMCB_START), seq_in(u, SEQ_VMCB),
                      seq_in(u, SEQ_VMCB_WORDS));
    probing = name(m, "probing", probing);
    sig row_level = sub(chosen(&u->row_level, u->level), zext(not_(u->row_here), c->level_bits));
    net_out(m, c, sequence.sequencer_busy, not_(seq_in(u, SEQ_IDLE)));
    net_out(m, c, sequencer_asks.sequencer_request, u->request);
    net_out(m, c, sequencer_asks.sequencer_write, u->write);
    net_out(m, c, sequencer_asks.sequencer_offset, address_low(m, u, probing));
    net_out(m, c, sequencer_asks.sequencer_probing, probing);
    net_out(m, c, sequencer_asks.sequencer_row, scratchpad_row(c, row_level, chosen(&u->row_select, lit(2, 2))));
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

/* Root, VMTAB and VMCB of a sensible monitor share a page, and its tables another one, for each of which one walk is
 * enough: nothing that a walk reads changes within a probe, and the composer holds what came of the last one. Each
 * probe begins with a walk, of the operand or the root. Without phi, where cells count, only the root's page is known
 * again, by a bit. */
static sig is_root_page(const struct core *c, sig page)
{
    return eq_lit(page, c->config->hv_root >> HV_PAGE_BITS);
}

static void declare_again(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "The page of the walk before");
    if (!c->phi) {
        u->known = describe(reg_noreset(m, "known", 1), "the last walk was of the root's page, for this probe");
        u->again_root = u->known;
        u->again_name = name(m, "again_name", and_(u->known, is_root_page(c, bits(u->name, 31, 12))));
        u->again_table = lit(1, 0);
        return;
    }
    u->last = describe(reg_noreset(m, "last_walked", 20), "the page of the last walk");
    name_root_page(u->last, c);
    u->again_root = name(m, "again_root", is_root_page(c, u->last));
    u->again_name = name(m, "again_name", eq(u->last, bits(u->name, 31, 12)));
    u->again_table = name(m, "again_table", eq(u->last, net_in(m, c, map.map_page)));
}

static void note_walk(module *m, struct sequencer *u)
{
    const struct core *c = u->c;
    section(m, "The last walk");
    if (!c->phi) {
        sig of_operand = and_(seq_in(u, SEQ_IDLE), is_root_page(c, net_in(m, c, access.access_page)));
        when (or_(u->walk, u->append))
            set(u->known, or_(u->walk_root, of_operand));
        return;
    }
    when (u->walk)
        set(u->last,
            mux(seq_in(u, SEQ_IDLE), net_in(m, c, access.access_page), net_in(m, c, sequencer_asks.sequencer_page)));
}

module *sequencer_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_sequencer");
    module_comment(m, "LVMID, VM-faults and hv.fence: everything that goes through VMCBs.");
    struct sequencer u = {.c = c};
    declare(m, &u);
    declare_again(m, &u);
    begin(m, &u);
    sequencer_probe(m, &u);
    sequencer_commit(m, &u);
    sequencer_vm_fault(m, &u);
    note_fault(m, &u);
    flushes(m, &u);
    end(m, &u);
    move(m, &u);
    words(m, &u);
    ports(m, &u);
    note_walk(m, &u);
    return m;
}
