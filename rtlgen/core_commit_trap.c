/* commit: fetches that must wait, traps, new pcs, and the virtualizer's instructions. */
#include "rtlgen/core_commit.h"

USE(jumps);
USE(fetch_page);
USE(stage_x);
USE(registers);
USE(stage_w);
USE(record);
USE(traps);
USE(context);
USE(csr);
USE(multiplication);
USE(access);
USE(vm);
USE(translation);
USE(walk);
USE(events);
USE(fault);
USE(sequence);

/* The next instruction's page is not in fetch's last-page register, or has no RAM: every earlier instruction has ended
 * and no interrupt comes first, so the fetch is certain. Its phi, then its translation. */
void commit_fetch(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "A fetch that had to wait");
    sig waits = in_state(u, STATE_FETCH);
    sig refused = waits, not_there = c->err ? net_in(m, c, fetch_page.fetch_refused) : lit(1, 0);
    if (c->virtualizer) {
        sig zero = net_in(m, c, vm.at_zero);
        sig refuse = c->phi ? or_(net_in(m, c, stage_x.x_beyond), zero) : zero;
        refused = and_(waits, refuse);
        comment(m, "The lookup begins with the record.");
        sig translate =
            net_out(m, c, translation.translate_fetch, and_(or_(u->fetches, waits), not_(or_(refuse, not_there))));
        go(m, u,
           and_(waits, net_in(m, c, translation.translate_done), not_(net_in(m, c, translation.translate_failed))),
           STATE_RUN);

        comment(m, "Counted with the record, for an instruction that phi lets through.");
        sig counted = describe(reg(m, "fetch_counted", 1, 0), "the fetch has been counted");
        sig evaluated = name(m, "fetch_evaluated", and_(waits, not_there, not_(refuse)));
        u->evaluate = or_(u->evaluate, evaluated);
        sig runs = and_(u->runs, not_(zero)), now = or_(counted, translate, evaluated, runs);
        if (c->entry_bits)
            net_out(m, c, stage_w.w_uses_entry, runs);
        set(counted, and_(now, not_(u->ends)));
        net_out(m, c, events.event_accesses, cat(net_in(m, c, translation.data_access), now));
    }
    raise_exception(m, u, refused, HV_EXC_FETCH_FAULT);
}

/* What the virtualizer's instructions may begin; where illegal ones have been sorted out. */
void commit_virtualizer(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "The virtualizer's instructions");
    sig lvmid = and_(u->legal, is_kind(u, KIND_LVMID));
    sig deepest = name(m, "depth_fault", and_(lvmid, net_in(m, c, vm.at_depth)));
    sig exit = name(m, "exit_fault", and_(u->legal, is_kind(u, KIND_HV_EXIT)));
    sig below = net_in(m, c, vm.level_below);
    u->operand = and_(lvmid, not_(deepest));
    begin_fault(m, u, deepest, HV_FAULT_DEPTH, below);
    begin_fault(m, u, exit, HV_FAULT_EXIT, below);
    u->fault_next = or_(u->fault_next, exit);
}

/* The sequencer takes over, and gives back. Its records end with sequence_end; sequence_more says that
 * another one follows that belongs to no instruction. */
void commit_sequence(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "The sequencer");
    sig fetching = in_state(u, STATE_FETCH);
    sig fails = and_(net_in(m, c, translation.translate_done), net_in(m, c, translation.translate_failed));
    if (c->err) {
        sig evaluates = in_state(u, STATE_EVALUATE);
        fetching = or_(fetching, and_(evaluates, not_(u->valid)));
        fails = or_(fails, and_(evaluates, net_in(m, c, walk.walk_done)));
        net_out(m, c, translation.evaluates, evaluates);
    }
    sig failed = name(m, "translation_failed", fails);
    sig reads = or_(is_kind(u, KIND_LOAD), is_kind(u, KIND_LR));
    sig access = mux(fetching, lit(2, HV_ACCESS_FETCH), mux(reads, lit(2, HV_ACCESS_LOAD), lit(2, HV_ACCESS_STORE)));
    sig fence = and_(u->legal, is_kind(u, KIND_HV_FENCE));
    sig begins = or_(choice_any(&u->fault_codes), failed);
    go(m, u, or_(begins, u->start_lvmid, fence), STATE_SEQUENCE);
    net_out(m, c, fault.start_lvmid, u->start_lvmid);
    net_out(m, c, fault.start_fence, fence);
    net_out(m, c, fault.start_fault, begins);
    net_out(m, c, fault.fault_code, mux(failed, net_in(m, c, walk.walk_cause), choice_value(&u->fault_codes)));
    net_out(m, c, fault.fault_receiver,
            mux(failed, net_in(m, c, walk.walk_receiver), choice_value(&u->fault_receivers)));
    net_out(m, c, fault.fault_access, and_(access, repeat(failed, 2)));
    net_out(m, c, fault.fault_next, u->fault_next);
    net_out(m, c, fault.fault_has_instruction, or_(u->fault_insn, and_(failed, not_(fetching))));
    net_out(m, c, fault.fault_has_address, failed);
    net_out(m, c, fault.fault_fetching, fetching);

    sig works = in_state(u, STATE_SEQUENCE);
    sig end = and_(works, net_in(m, c, sequence.sequence_end)), more = net_in(m, c, sequence.sequence_more);
    go(m, u, and_(end, not_(more)), STATE_RUN);
    u->record_end = or_(u->record_end, end);
    u->redirect = or_(u->redirect, and_(end, not_(more)));
    u->rd_write = or_(u->rd_write, net_in(m, c, sequence.sequencer_rd_write));
    raise_exception(m, u, and_(works, net_in(m, c, sequence.sequence_exception)), HV_EXC_VMCB);
}

static void steps(module *m, struct commit *u)
{
    static const enum commit_state next[][2] = {
        {STATE_TRAP_VALUE, STATE_TRAP_PC},
        {STATE_TRAP_PC, STATE_TRAP_CAUSE},
        {STATE_TRAP_CAUSE, STATE_TRAP_VECTOR},
        {STATE_TRAP_VECTOR, STATE_TRAP_TARGET},
        {STATE_TRAP_TARGET, STATE_TARGET},
        {STATE_RETURN, STATE_TARGET},
        {STATE_TARGET, STATE_JUMP},
    };
    for (size_t i = 0; i < sizeof next / sizeof next[0]; i++)
        go(m, u, in_state(u, next[i][0]), next[i][1]);
    sig raise = name(m, "exception", choice_any(&u->raises));
    go(m, u, raise, STATE_TRAP_VALUE);
    when (raise) {
        set(u->cause_interrupt, lit(1, 0));
        set(u->cause_code, choice_value(&u->raises));
    }
}

/* The words that come from W: pc, mtval by cause, w_result, and a fault record's instruction. They share their way,
 * since a trap's mtval is one of the others. That of a data access is in w_result already, and stays there. */
static void record_word(module *m, struct commit *u)
{
    const struct core *c = u->c;
    sig word = net_in(m, c, context.word), code = u->cause_code;
    sig value = name(m, "shows_mtval", and_(eq_lit(word, WORD_VALUE), not_(u->cause_interrupt)));
    sig misaligned = and_(value, eq_lit(code, HV_EXC_FETCH_MISALIGNED));
    sig shows_pc = or_(eq_lit(word, WORD_PC), misaligned, and_(value, eq_lit(code, HV_EXC_FETCH_FAULT)));
    sig shows_insn = and_(value, eq_lit(code, HV_EXC_ILLEGAL));
    sig data_access = or_(eq_lit(code, HV_EXC_LOAD_MISALIGNED), eq_lit(code, HV_EXC_LOAD_FAULT),
                          eq_lit(code, HV_EXC_STORE_MISALIGNED), eq_lit(code, HV_EXC_STORE_FAULT));
    sig has_value = name(m, "has_mtval", and_(data_access, not_(u->cause_interrupt)));
    u->value_comes = and_(in_state(u, STATE_TRAP_PC), not_(has_value));
    sig shows_result = lit(1, 0), target = misaligned, insn = u->alone;
    if (c->virtualizer) {
        comment(m, "A context's pc: that of the record, or the next.");
        target = or_(misaligned, net_in(m, c, sequence.pc_is_next));
        sig fault_insn = and_(eq_lit(word, WORD_FAULT_INSTRUCTION), net_in(m, c, sequence.sequencer_has_instruction));
        shows_insn = or_(shows_insn, fault_insn);
        shows_result = eq_lit(word, WORD_RESULT);
        insn = u->insn;
    }
    sig shown_pc = name(m, "shown_pc", cat(mux(target, u->target, u->pc), misaligned, lit(1, 0)));
    comment(m, "An encoding whose bits 1:0 are not 11 is 16 bits long; it is illegal, and mtval shows no more.");
    sig long_insn = name(m, "shows_long_insn", and_(shows_insn, reduce_and(bits(insn, 1, 0))));
    const sig low[] = {name(m, "shows_pc", shows_pc), name(m, "shows_insn", shows_insn),
                       name(m, "shows_result", shows_result)};
    const sig high[] = {low[0], long_insn, low[2]};
    const sig low_values[] = {bits(shown_pc, 15, 0), bits(insn, 15, 0), bits(u->result, 15, 0)};
    const sig high_values[] = {bits(shown_pc, 31, 16), bits(insn, 31, 16), bits(u->result, 31, 16)};
    net_out(m, c, context.record_word, cat(select_one_hot(high, high_values, 3), select_one_hot(low, low_values, 3)));
}

/* Which word is asked for, and which is written, in each state of a trap, MRET or CSR instruction. */
static void words(module *m, const struct commit *u)
{
    const struct core *c = u->c;
    sig csr_word = net_in(m, c, csr.csr_word);
    const struct {
        enum commit_state state;
        enum word read, write;
    } table[] = {
        {STATE_TRAP_VALUE, WORD_VALUE, WORD_ZERO},   {STATE_TRAP_PC, WORD_PC, WORD_ZERO},
        {STATE_TRAP_CAUSE, WORD_CAUSE, WORD_MTVAL},  {STATE_TRAP_VECTOR, WORD_MTVEC, WORD_MEPC},
        {STATE_TRAP_TARGET, WORD_ZERO, WORD_MCAUSE},
    };
    sig read = mux(is_kind(u, KIND_MRET), lit(WORD_BITS, WORD_MEPC), csr_word), write = csr_word;
    if (c->virtualizer) {
        comment(m, "The usual word is the pc: it is shown when a VM-fault begins.");
        sig asks = and_(u->runs, or_(is_kind(u, KIND_MRET), is_kind(u, KIND_CSR)));
        read = mux(asks, read, lit(WORD_BITS, WORD_PC));
    }
    sig writes = and_(in_state(u, STATE_CSR_WRITE), net_in(m, c, csr.csr_writes));
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        sig here = in_state(u, table[i].state);
        read = mux(here, lit(WORD_BITS, table[i].read), read);
        write = mux(here, lit(WORD_BITS, table[i].write), write);
        if (table[i].write != WORD_ZERO)
            writes = or_(writes, here);
    }
    net_out(m, c, context.commit_read_word, read);
    net_out(m, c, context.commit_write_word, write);
    net_out(m, c, context.commit_word_write, writes);
    sig alone = and_(in_state(u, STATE_RUN), u->valid, ge_u(u->kind, lit(KIND_BITS, KIND_CSR)));
    for (unsigned state = STATE_CSR_OLD; state < STATES; state++)
        alone = or_(alone, u->in[state]);
    net_out(m, c, context.words_used, alone);
    net_out(m, c, traps.trap_enter, in_state(u, STATE_TRAP_TARGET));
    net_out(m, c, traps.trap_return, in_state(u, STATE_RETURN));
}

/* w_target: the jump's, or the word that passes through, with a vectored interrupt's way added. */
static void target_register(module *m, struct commit *u, sig data)
{
    const struct core *c = u->c;
    section(m, "w_target, and the adder that counts VM-faults");
    sig go = net_in(m, c, stage_x.x_go), found = in_state(u, STATE_TARGET);
    sig vectored = and_(found, bit(u->result, 0), u->cause_interrupt);
    sig way = and_(u->cause_code, repeat(vectored, 5)), from_data = found, one = lit(1, 0);
    if (c->virtualizer) {
        comment(m, "The sequencer's: a context's pc, the same and 4 for SKIP, or the receiver's entry.");
        from_data = or_(found, net_in(m, c, sequence.sequencer_take_target));
        way = or_(way, zext(net_in(m, c, sequence.sequencer_skip), 5));
        one = and_(net_in(m, c, sequence.sequencer_take_count), net_in(m, c, sequence.sequencer_counts));
        way = and_(way, repeat(not_(net_in(m, c, sequence.sequencer_take_count)), 5));
    }
    u->raised = name(m, "raised", add(data, cat(zeros(25), way, lit(1, 0), one)));
    sig sum = bits(u->raised, 31, 2);
    when (go)
        set(u->target, net_in(m, c, stage_x.x_target));
    elsewhen (from_data)
        set(u->target, sum);
    if (c->virtualizer) {
        const uint32_t entry = ((c->config->hv_root + HV_ROOT_ENTRY) & UINT32_MAX) >> 2;
        name_values(u->target, ((const hdl_value[]){{"HV_ROOT_ENTRY", entry}, {0}}));
        when (net_in(m, c, fault.fault_enter))
            set(u->target, lit(30, entry));
    }
    net_out(m, c, jumps.w_target, u->target);
}

void commit_trap(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "Traps and returns");
    steps(m, u);
    sig trapping = describe(reg(m, "trapping", 1, 0), "the record is a trap");
    when (u->ends)
        set(trapping, lit(1, 0));
    elsewhen (in_state(u, STATE_TRAP_VALUE))
        set(trapping, lit(1, 1));
    u->retired = not_(trapping);
    if (c->atomic) {
        sig ends = or_(in_state(u, STATE_TRAP_VALUE), in_state(u, STATE_RETURN), and_(is_kind(u, KIND_SC), u->ends));
        if (c->virtualizer)
            ends = or_(ends, net_in(m, c, sequence.reservation_end));
        when (ends)
            set(u->reservation_valid, lit(1, 0));
    }
    net_out(m, c, traps.cause_interrupt, u->cause_interrupt);
    net_out(m, c, traps.cause_code, u->cause_code);
    if (c->rvfi)
        net_out(m, c, record.record_trap, trapping);

    section(m, "Words");
    if (c->rvfi)
        net_out(m, c, record.record_pc, mux(u->valid, u->pc, net_in(m, c, stage_x.x_pc)));
    if (c->virtualizer) {
        u->retired = and_(u->retired, net_in(m, c, sequence.sequence_retires));
    }
    record_word(m, u);
    words(m, u);
    sig loading = u->loading;
    if (c->virtualizer)
        loading = or_(loading, net_in(m, c, sequence.sequencer_loading));
    comment(
        m, "A product goes to a register alone, and is 0 at any other time: it comes late, and passes no choice here.");
    sig word = name(m, "loaded_or_result", mux(loading, net_in(m, c, access.load_data), u->result));
    sig none = repeat(not_(or_(in_state(u, STATE_MULDIV), u->multiplies)), 32);
    net_out(m, c, registers.write_data, xor_(net_in(m, c, multiplication.muldiv_result), and_(word, none)));
    if (!c->virtualizer)
        word = u->result;
    target_register(m, u, word);
}
