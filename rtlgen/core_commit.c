/* commit: the stage W, the one place where anything becomes true.
 *
 * One instruction at a time. A record opens with the interrupt decision and ends in the cycle of
 * record_end. Most instructions do both in their first cycle, state RUN; the others go on through the
 * states of core_commit.h. While W holds an instruction, every earlier one has ended.
 */
#include "rtlgen/core_commit.h"

#include <ctype.h>

USE(jumps);
USE(fetch_page);
USE(decoded);
USE(stage_x);
USE(registers);
USE(stage_w);
USE(record);
USE(context);
USE(csr);
USE(multiplication);
USE(access);
USE(mode);
USE(interrupts);
USE(vm);
USE(capabilities);
USE(translation);
USE(sequence);
USE(status);
USE(commit_record);

sig in_state(const struct commit *u, enum commit_state state)
{
    return u->in[state];
}

sig is_kind(const struct commit *u, enum kind kind)
{
    return eq_lit(u->kind, kind);
}

/* CSRRW or CSRRWI with rd = x0: nothing is read. */
static sig csr_write_only(const struct commit *u)
{
    return and_(not_(bit(u->alone, 13)), not_(u->writes));
}

static bool has_state(const struct core *c, enum commit_state state)
{
    switch (state) {
    case STATE_RELOCATE:
        return c->phi;
    case STATE_TRANSLATE:
    case STATE_SEQUENCE:
        return c->virtualizer;
    case STATE_EVALUATE:
        return c->virtualizer && c->err;
    case STATE_AMO_STORE:
        return c->atomic;
    case STATE_SLEEP:
        return c->outside || c->config->timebase == HV_TIMEBASE_CLOCK;
    default:
        return true;
    }
}

/* A state's bit, in_csr_old of STATE_CSR_OLD. */
static sig name_state(module *m, const char *state, sig value)
{
    char text[32] = "in_";
    size_t n = 3;
    for (const char *p = state + sizeof "STATE_" - 1; *p && n < sizeof text - 1; p++)
        text[n++] = (char)tolower((unsigned char)*p);
    text[n] = '\0';
    return name(m, text, value);
}

static void declare_state(module *m, struct commit *u)
{
    static const char *const names[] = {COMMIT_STATES(VALUE_NAME)};
    hdl_value values[STATES + 1];
    unsigned count = 0;
    for (unsigned state = 0; state < STATES; state++) {
        if (!has_state(u->c, state))
            continue;
        values[count] = (hdl_value){names[state], UINT64_C(1) << count};
        u->place[state] = count++;
    }
    values[count].name = NULL;
    u->state = name_values(reg(m, "state", count, 1), values);
    for (unsigned state = 0; state < STATES; state++) {
        u->in[state] = lit(1, 0);
        if (has_state(u->c, state))
            u->in[state] = name_state(m, names[state], bit(u->state, u->place[state]));
    }
}

static void declare(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "The stage");
    u->valid = describe(reg(m, "w_valid", 1, 0), "W holds an instruction");
    u->kind = name_values(reg_noreset(m, "w_kind", KIND_BITS), kind_values);
    u->insn = reg_noreset(m, "w_insn", 32);
    u->alone = net_in(m, u->c, stage_x.x_insn);
    if (c->entry_bits) {
        u->entry = describe(reg_noreset(m, "w_entry", c->entry_bits), "last-page register of its fetch");
        net_out(m, c, stage_w.w_entry, u->entry);
    }
    u->pc = reg_noreset(m, "w_pc", 30);
    u->result = describe(reg(m, "w_result", 32, 0), "result, address, or word on its way");
    u->store = describe(reg_noreset(m, "w_store", 32), "data to store, second operand");
    u->target = describe(reg_noreset(m, "w_target", 30), "where to go next, if not to the next instruction");
    u->taken = describe(reg_noreset(m, "w_taken", 1), "the jump is taken");
    u->odd = describe(reg_noreset(m, "w_odd", 1), "its target is an odd half-word");
    u->misaligned = and_(u->taken, u->odd);
    u->writes = describe(reg_noreset(m, "w_writes", 1), "a register is written");
    u->beyond = u->c->phi ? describe(reg_noreset(m, "w_beyond", 1), "its pc is beyond mbound") : lit(1, 0);
    declare_state(m, u);
    u->fresh = describe(reg(m, "fresh", 1, 1), "no decision about interrupts yet in this record");
    u->cause_interrupt = describe(reg_noreset(m, "cause_interrupt", 1), "the trap is an interrupt");
    u->cause_code = describe(reg_noreset(m, "cause_code", 5), "its cause");
    name_values(u->cause_code, exception_values);
    u->ends = wire(m, "record_end", 1);
}

static void take_instruction(module *m, struct commit *u)
{
    const struct core *c = u->c;
    sig go = net_in(m, c, stage_x.x_go);
    when (go) {
        set(u->valid, lit(1, 1));
        set(u->kind, net_in(m, c, decoded.x_kind));
        set(u->insn, net_in(m, c, stage_x.x_insn));
        if (c->entry_bits)
            set(u->entry, net_in(m, c, stage_x.x_entry));
        set(u->taken, net_in(m, c, stage_x.x_taken));
        set(u->odd, net_in(m, c, stage_x.x_odd));
        set(u->writes, net_in(m, c, stage_x.x_writes));
        if (c->phi)
            set(u->beyond, net_in(m, c, stage_x.x_beyond));
    }
    elsewhen (u->ends)
        set(u->valid, lit(1, 0));
    comment(m, "A record without an instruction is one of the instruction to come.");
    when (or_(go, not_(u->valid)))
        set(u->pc, net_in(m, c, stage_x.x_pc));
}

void go(module *m, struct commit *u, sig condition, enum commit_state state)
{
    choose(&u->moves, condition, lit(width_of(u->state), UINT64_C(1) << u->place[state]));
}

void raise_exception(module *m, struct commit *u, sig condition, unsigned code)
{
    choose(&u->raises, condition, lit(5, code));
}

void begin_fault(module *m, struct commit *u, sig condition, unsigned code, sig receiver)
{
    choose(&u->fault_codes, condition, lit(4, code));
    choose(&u->fault_receivers, condition, receiver);
}

/* Interrupts come between instructions: before W's, or before the fetch that needs a translation. */
static void open_record(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "A record opens");
    sig blocked =
        name(m, "fetch_waits",
             and_(net_in(m, c, fetch_page.fetch_blocked), not_(net_in(m, c, stage_x.x_valid)), not_(u->valid)));
    sig fault = lit(1, 0), after_lvmid = lit(1, 0);
    if (c->virtualizer) {
        after_lvmid = net_in(m, c, interrupts.vip_fault);
        fault = or_(net_in(m, c, interrupts.irq_below), after_lvmid);
    }
    sig run = in_state(u, STATE_RUN);
    sig opens = name(m, "opens", and_(run, u->fresh, or_(u->valid, blocked, after_lvmid)));
    sig interrupt = name(m, "interrupt", or_(net_in(m, c, interrupts.irq_own), fault));
    sig own = name(m, "takes_interrupt", and_(opens, net_in(m, c, interrupts.irq_own), not_(fault)));
    u->runs = name(m, "runs", and_(run, u->valid, not_(u->beyond), not_(and_(u->fresh, interrupt))));
    when (opens)
        set(u->fresh, lit(1, 0));
    when (own) {
        set(u->cause_interrupt, lit(1, 1));
        set(u->cause_code, zext(net_in(m, c, interrupts.irq_code), 5));
    }
    go(m, u, own, STATE_TRAP_VALUE);
    sig fetches = and_(opens, blocked, not_(interrupt));
    if (c->err) {
        comment(m, "Or the record's own fetch has had its translation, and the bus has ended it with err.");
        fetches = or_(fetches, and_(run, not_(u->fresh), blocked, net_in(m, c, fetch_page.fetch_refused)));
    }
    u->fetches = name(m, "fetches", fetches);
    go(m, u, u->fetches, STATE_FETCH);
    raise_exception(m, u, and_(run, u->valid, u->beyond, not_(and_(u->fresh, interrupt))), HV_EXC_FETCH_FAULT);
    if (c->virtualizer) {
        comment(m, "A real line's owner, or the level that LVMID has left with an interrupt: the lower one.");
        sig real = net_in(m, c, interrupts.irq_below_level), left = net_in(m, c, interrupts.vip_fault_level);
        sig takes_left = and_(after_lvmid, or_(not_(net_in(m, c, interrupts.irq_below)), lt_u(left, real)));
        sig level = mux(takes_left, left, real);
        u->fault_next = u->fault_insn = lit(1, 0);
        begin_fault(m, u, and_(opens, fault), HV_FAULT_INTERRUPT, level);
    }
    if (c->rvfi) {
        net_out(m, c, record.record_interrupted, and_(opens, interrupt));
        net_out(m, c, stage_w.first, u->runs);
    }
}

/* May the instruction execute at all? What begins something is asked here, once; CSR instructions are asked later. */
static void judge(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "Privilege and capability");
    sig machine = net_in(m, c, mode.machine);
    sig illegal = or_(is_kind(u, KIND_ILLEGAL), and_(is_kind(u, KIND_MRET), not_(machine)),
                      and_(is_kind(u, KIND_WFI), net_in(m, c, mode.wfi_illegal)));
    if (c->virtualizer) {
        sig vm = or_(is_kind(u, KIND_LVMID), is_kind(u, KIND_HV_FENCE));
        sig may_vm = and_(machine, net_in(m, c, capabilities.vm_capability));
        sig may_exit = and_(machine, net_in(m, c, capabilities.exit_capability));
        illegal = or_(illegal, and_(vm, not_(may_vm)), and_(is_kind(u, KIND_HV_EXIT), not_(may_exit)));
    }
    raise_exception(m, u, name(m, "illegal", and_(u->runs, illegal)), HV_EXC_ILLEGAL);
    u->permitted = name(m, "permitted", not_(illegal));
    u->legal = name(m, "legal", and_(u->runs, u->permitted));
}

/* Instructions that end in their first cycle, and the exceptions of jumps and the environment. */
static void simple(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "Simple instructions");
    sig ordinary = and_(u->runs, is_kind(u, KIND_SIMPLE));
    sig done = name(m, "simple_done", and_(ordinary, not_(u->misaligned)));
    u->at_once = or_(and_(is_kind(u, KIND_SIMPLE), not_(u->misaligned)), is_kind(u, KIND_FENCE_I));
    u->record_end = lit(1, 0);
    u->rd_write = and_(done, u->writes);
    comment(m, "A jump is seen early, before the decision about interrupts: if it does not come, another one will.");
    sig jumps = or_(and_(is_kind(u, KIND_SIMPLE), u->taken), is_kind(u, KIND_FENCE_I));
    u->redirect = and_(in_state(u, STATE_RUN), u->valid, jumps);

    sig environment = and_(u->runs, is_kind(u, KIND_ENVIRONMENT)), machine = net_in(m, c, mode.machine);
    sig ecall = and_(environment, not_(bit(u->alone, 20)));
    raise_exception(m, u, and_(ordinary, u->misaligned), HV_EXC_FETCH_MISALIGNED);
    raise_exception(m, u, and_(environment, bit(u->alone, 20)), HV_EXC_BREAKPOINT);
    raise_exception(m, u, and_(ecall, machine), HV_EXC_ECALL_M);
    raise_exception(m, u, and_(ecall, not_(machine)), HV_EXC_ECALL_U);
    go(m, u, and_(u->legal, is_kind(u, KIND_MRET)), STATE_RETURN);
}

static void muldiv(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "Multiplication and division");
    sig asks = is_kind(u, KIND_MULDIV), start = and_(u->runs, asks);
    net_out(m, c, multiplication.muldiv_start, start);
    u->multiplies = lit(1, 0);
    if (c->fast) {
        comment(m, "MUL, whose product is there in its first cycle.");
        sig mul = name(m, "is_mul", and_(asks, is_zero(bits(u->insn, 14, 12))));
        u->multiplies = net_out(m, c, multiplication.muldiv_at_once, and_(in_state(u, STATE_RUN), u->valid, mul));
        u->at_once = or_(u->at_once, mul);
        u->rd_write = or_(u->rd_write, and_(start, mul, u->writes));
        start = and_(start, not_(mul));
    }
    go(m, u, start, STATE_MULDIV);
    sig done = and_(in_state(u, STATE_MULDIV), net_in(m, c, multiplication.muldiv_done));
    go(m, u, done, STATE_RUN);
    u->record_end = or_(u->record_end, done);
    u->rd_write = or_(u->rd_write, and_(done, u->writes));
}

/* Old: w_result takes the old value and w_store the operand. New: rd is written, and w_result becomes the new
 * value. Write: the CSR is written. What an instruction does not need it leaves out. */
static void csr_instruction(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "CSR instructions");
    go(m, u, and_(u->runs, is_kind(u, KIND_CSR)), STATE_CSR_OLD);
    sig old = in_state(u, STATE_CSR_OLD), write = in_state(u, STATE_CSR_WRITE), is_new = in_state(u, STATE_CSR_NEW);
    sig illegal = net_in(m, c, csr.csr_illegal), writes = net_in(m, c, csr.csr_writes);
    sig may = and_(old, not_(illegal));
    raise_exception(m, u, and_(old, illegal), HV_EXC_ILLEGAL);
    if (c->virtualizer) {
        sig use = or_(net_in(m, c, capabilities.counters_denied), writes);
        sig denied = and_(may, net_in(m, c, csr.csr_counter), use, not_(net_in(m, c, vm.at_zero)));
        denied = name(m, "counter_fault", denied);
        begin_fault(m, u, denied, HV_FAULT_COUNTER, net_in(m, c, capabilities.counter_owner));
        u->fault_insn = or_(u->fault_insn, denied);
        may = and_(may, not_(denied));
    }
    sig write_only = csr_write_only(u);
    go(m, u, and_(may, not_(writes)), STATE_FINISH);
    go(m, u, and_(may, writes, write_only), STATE_CSR_WRITE);
    go(m, u, and_(may, writes, not_(write_only)), STATE_CSR_NEW);
    go(m, u, is_new, STATE_CSR_WRITE);
    u->rd_write = or_(u->rd_write, and_(is_new, u->writes));
    net_out(m, c, csr.counter_read, and_(in_state(u, STATE_RUN), u->valid, is_kind(u, KIND_CSR)));
    net_out(m, c, csr.counter_hold, or_(and_(old, writes), is_new));
    sig ends = write;
    if (c->phi) {
        comment(m, "What fetch has ahead went through the old phi: jump to the next instruction.");
        sig word = net_in(m, c, csr.csr_word);
        sig phi = and_(ge_u(word, lit(WORD_BITS, WORD_MPHI)), le_u(word, lit(WORD_BITS, WORD_MBOUND)));
        go(m, u, and_(write, phi), STATE_JUMP);
        ends = and_(write, not_(phi));
    }
    go(m, u, ends, STATE_RUN);
    u->record_end = or_(u->record_end, ends);
}

static void wait_for_interrupt(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "WFI");
    sig wfi = and_(u->legal, is_kind(u, KIND_WFI)), granted = lit(1, 1);
    sig at_zero = lit(1, 1);
    if (c->virtualizer) {
        at_zero = net_in(m, c, vm.at_zero);
        granted = not_(net_in(m, c, capabilities.wfi_denied));
    }
    sig start = and_(wfi, granted);
    sig pending = net_in(m, c, interrupts.irq_pending);
    sig wakeable = and_(net_in(m, c, interrupts.timer_wakes), net_in(m, c, status.wfi_wakeable_i));
    sig line = c->outside ? net_in(m, c, interrupts.line_wakes) : lit(1, 0);
    sig timed = name(m, "waits", and_(start, not_(pending), wakeable));
    sig untimed = and_(start, not_(pending), not_(wakeable));
    sig stuck = and_(untimed, not_(line));
    sig halts = name(m, "halts", and_(stuck, at_zero));
    sig ends = or_(pending, and_(not_(wakeable), not_(line), at_zero));
    u->at_once = or_(u->at_once, and_(u->permitted, is_kind(u, KIND_WFI), granted, ends));
    go(m, u, halts, STATE_HALT);
    bool by_clock = c->config->timebase == HV_TIMEBASE_CLOCK;
    if (by_clock || c->outside) {
        comment(m, "Until a line is up that level 0 has enabled.");
        sig sleeps = name(m, "sleeps", or_(and_(untimed, line), and_(timed, lit(1, by_clock))));
        sig wakes = and_(in_state(u, STATE_SLEEP), net_in(m, c, interrupts.wakes_now));
        go(m, u, sleeps, STATE_SLEEP);
        u->record_end = or_(u->record_end, wakes);
        go(m, u, wakes, STATE_RUN);
    }
    if (!by_clock) {
        go(m, u, timed, STATE_FINISH);
        net_out(m, c, status.wfi_o, timed);
    }
    net_out(m, c, status.halted_o, in_state(u, STATE_HALT));
    if (c->rvfi)
        net_out(m, c, record.record_halt, halts);
    if (c->virtualizer) {
        sig fault =
            name(m, "wfi_fault", or_(and_(wfi, net_in(m, c, capabilities.wfi_denied)), and_(stuck, not_(at_zero))));
        begin_fault(m, u, fault, HV_FAULT_WFI, net_in(m, c, capabilities.wfi_owner));
        u->fault_next = or_(u->fault_next, fault);
    }
}

static void finish(module *m, struct commit *u)
{
    sig finish = in_state(u, STATE_FINISH), jump = in_state(u, STATE_JUMP);
    u->rd_write = or_(u->rd_write, and_(finish, u->writes));
    u->record_end = or_(u->record_end, finish, jump);
    u->redirect = or_(u->redirect, jump);
    go(m, u, or_(finish, jump), STATE_RUN);
}

/* The register that most words pass through. */
static void result_register(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "w_result and w_store");
    sig word =
        or_(and_(in_state(u, STATE_CSR_OLD), not_(csr_write_only(u))), u->value_comes, in_state(u, STATE_TRAP_CAUSE),
            in_state(u, STATE_TRAP_VECTOR), in_state(u, STATE_TRAP_TARGET), in_state(u, STATE_RETURN));
    sig go = net_in(m, c, stage_x.x_go), modify = in_state(u, STATE_CSR_NEW);
    sig count = lit(1, 0), counted = zeros(32);
    if (c->virtualizer) {
        word = or_(word, net_in(m, c, sequence.sequencer_take_word));
        count = net_in(m, c, sequence.sequencer_take_count);
        comment(m, "A VM-fault's count, one up; or RESUME with SKIP clear.");
        sig odd = and_(bit(u->raised, 0), net_in(m, c, sequence.sequencer_counts));
        counted = cat(bits(u->raised, 31, 1), odd);
    }
    comment(m, "A CSR instruction: CSRRW, CSRRS or CSRRC, of the old value in w_result and the operand in w_store.");
    sig with_old = name(m, "with_old", and_(modify, bit(u->alone, 13)));
    sig clear = name(m, "write_or_clear", and_(modify, bit(u->alone, 12)));
    sig old_changed = mux(clear, and_(u->result, not_(u->store)), or_(u->result, u->store));
    sig changed = name(m, "changed", mux(with_old, old_changed, and_(u->store, repeat(clear, 32))));
    const sig conditions[] = {word, lit(1, 1), u->sc_done, count};
    const sig values[] = {net_in(m, c, context.word_data), changed, zext(u->sc_fails, 32), counted};
    sig other = name(m, "other_result", select_one_hot(conditions, values, 4));
    comment(m, "While W has use for another, X's does not go; this is known before it is known that it goes.");
    sig takes = name(m, "takes_other", or_(word, modify, u->sc_done, count));
    when (or_(go, takes))
        set(u->result, name(m, "next_result", mux(takes, other, net_in(m, c, stage_x.x_result))));

    sig amo = c->atomic ? and_(in_state(u, STATE_ANSWER), is_kind(u, KIND_AMO)) : lit(1, 0);
    sig amo_data = c->atomic ? net_in(m, c, access.amo_data) : zeros(32);
    when (go)
        set(u->store, net_in(m, c, stage_x.x_store));
    elsewhen (in_state(u, STATE_CSR_OLD))
        set(u->store, u->result);
    elsewhen (amo)
        set(u->store, amo_data);
}

/* For the CPI stack. While W has none, an instruction in X that stays there, or has stayed, waits for W's result; one
 * that goes on at once has come late. */
static void tell_phase(module *m, const struct commit *u)
{
    const struct core *c = u->c;
    section(m, "What this cycle is for");
    sig empty = and_(in_state(u, STATE_RUN), not_(u->valid));
    sig waits = net_in(m, c, stage_x.x_valid), stays = and_(waits, not_(net_in(m, c, stage_x.x_go)));
    sig stayed = describe(reg_noreset(m, "x_stayed", 1), "X has held its instruction since the cycle before");
    set(stayed, stays);
    waits = or_(stays, and_(waits, stayed));
    sig conditions[] = {empty, in_state(u, STATE_FETCH), c->virtualizer ? in_state(u, STATE_TRANSLATE) : lit(1, 0)};
    sig values[] = {mux(waits, lit(3, HV_PHASE_OPERAND), lit(3, HV_PHASE_WORD)), lit(3, HV_PHASE_FETCH),
                    lit(3, HV_PHASE_DATA)};
    net_out(m, c, commit_record.phase, first_of(conditions, values, 3, lit(3, HV_PHASE_WORK)));
}

static void show(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "For other units");
    net_out(m, c, stage_w.w_valid, u->valid);
    net_out(m, c, stage_w.w_kind, u->kind);
    net_out(m, c, stage_w.w_insn, u->insn);
    net_out(m, c, stage_w.w_pc, u->pc);
    net_out(m, c, stage_w.w_result, u->result);
    net_out(m, c, stage_w.w_store, u->store);
    net_out(m, c, stage_w.w_writes, u->writes);
    net_out(m, c, stage_w.w_rd, bits(u->insn, 11, 7));
    net_out(m, c, stage_w.w_alone, ge_u(u->kind, lit(KIND_BITS, KIND_CSR)));
    comment(m, "Its result is not in w_result: what needs it waits.");
    net_out(m, c, stage_w.w_slow, and_(ne_lit(u->kind, KIND_SIMPLE), not_(in_state(u, STATE_FINISH))));

    comment(
        m, "That a store finds RAM, and that no interrupt comes, is known last, and so comes last here, in x_go and in "
           "head_taken.");
    sig at_once = name(m, "ends_at_once", u->at_once), later = name(m, "ends_later", u->record_end);
    set(u->ends, or_(later, and_(u->runs, at_once)));
    sig end = net_out(m, c, record.record_end, u->ends);
    net_out(m, c, status.commit_o, end);
    net_out(m, c, stage_w.w_done, end);
    net_out(m, c, jumps.redirect, u->redirect);
    net_out(m, c, record.retired, u->retired);
    net_out(m, c, registers.rd_write, u->rd_write);
    sig rd = bits(u->insn, 11, 7);
    if (c->virtualizer)
        rd = mux(is_kind(u, KIND_LVMID), bits(u->insn, 19, 15), rd);
    net_out(m, c, registers.rd_address, rd);
    when (end)
        set(u->fresh, lit(1, 1));
    if (c->rvfi)
        tell_phase(m, u);
}

module *commit_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_commit");
    module_comment(m, "Stage W: the one place where anything becomes true.");
    struct commit u = {.c = c};
    declare(m, &u);
    open_record(m, &u);
    judge(m, &u);
    simple(m, &u);
    muldiv(m, &u);
    csr_instruction(m, &u);
    wait_for_interrupt(m, &u);
    finish(m, &u);
    if (c->virtualizer)
        commit_virtualizer(m, &u);
    commit_memory(m, &u);
    if (c->virtualizer)
        commit_sequence(m, &u);
    commit_fetch(m, &u);
    if (c->virtualizer && c->err) {
        net_out(m, c, translation.evaluate_start, u.evaluate);
        go(m, &u, u.evaluate, STATE_EVALUATE);
    }
    commit_trap(m, &u);
    result_register(m, &u);
    take_instruction(m, &u);
    when (choice_any(&u.moves))
        set(u.state, choice_value(&u.moves));
    show(m, &u);
    return m;
}
