/* rvfi: the commit record (isa/commit.def; docs/spec.md, 10.7), for simulators and proofs. It only looks. */
#include "rtlgen/core.h"

USE(events);
USE(jumps);
USE(fetch_page);
USE(stage_x);
USE(registers);
USE(stage_w);
USE(record);
USE(traps);
USE(context);
USE(access);
USE(port);
USE(mode);
USE(interrupts);
USE(vm);
USE(walk);
USE(sequence);
USE(sequencer_asks);
USE(commit_record);

struct rvfi {
    const struct core *c;
    sig end, begin;
    sig insn, has_insn, trap, fault, good; /* good: neither trap nor VM-fault */
};

/* A value of the first cycle in which `now` is set, until the record ends. */
static sig captured(module *m, const struct rvfi *u, const char *text, sig now, sig value)
{
    sig held = reg_noreset(m, fmt("%s_held", text), width_of(value));
    when (now)
        set(held, value);
    (void)u;
    return name(m, text, mux(now, value, held));
}

/* Has `now` been set in this record? */
static sig seen(module *m, const struct rvfi *u, const char *text, sig now)
{
    sig held = reg(m, fmt("%s_held", text), 1, 0);
    sig any = name(m, text, or_(held, now));
    set(held, and_(any, not_(u->end)));
    return any;
}

static sig gated(module *m, sig condition, sig value)
{
    (void)m;
    return and_(value, repeat(condition, width_of(value)));
}

/* A field as wide as the record has it, whatever the configuration needs. */
static void field_out(module *m, const struct core *c, const struct net *port, sig value)
{
    net_output(m, c, port, zext(value, net_width(c, port)));
}

static void order_and_pc(module *m, struct rvfi *u)
{
    const struct core *c = u->c;
    section(m, "The record and its instruction");
    sig order = reg(m, "order", 64, 0);
    when (u->end)
        set(order, add_lit(order, 1));
    net_out(m, c, commit_record.valid, u->end);
    net_out(m, c, commit_record.order, order);
    net_out(m, c, commit_record.pc_rdata, word_address(net_in(m, c, record.record_pc)));
    net_out(m, c, commit_record.pc_wdata,
            word_address(mux(net_in(m, c, jumps.redirect), net_in(m, c, jumps.w_target), net_in(m, c, stage_x.x_pc))));

    sig beyond = lit(1, 0);
    if (c->phi) {
        beyond = reg_noreset(m, "beyond", 1);
        when (net_in(m, c, stage_x.x_go))
            set(beyond, net_in(m, c, stage_x.x_beyond));
    }
    sig interrupted = seen(m, u, "interrupted", net_in(m, c, record.record_interrupted));
    u->has_insn = name(m, "has_insn", and_(net_in(m, c, stage_w.w_valid), not_(beyond), not_(interrupted)));
    u->insn = net_in(m, c, stage_w.w_insn);
    net_out(m, c, commit_record.insn, gated(m, u->has_insn, u->insn));
    u->trap = net_in(m, c, record.record_trap);
    sig interrupt = net_in(m, c, traps.cause_interrupt);
    net_out(m, c, commit_record.trap, u->trap);
    net_out(m, c, commit_record.intr, and_(u->trap, interrupt));
    net_out(m, c, commit_record.halt, net_in(m, c, record.record_halt));
    sig machine = captured(m, u, "machine_before", u->begin, net_in(m, c, mode.machine));
    net_out(m, c, commit_record.mode, cat(machine, machine));
}

static void registers(module *m, struct rvfi *u)
{
    const struct core *c = u->c;
    section(m, "Registers");
    sig go = net_in(m, c, stage_x.x_go);
    sig reads_1 = reg_noreset(m, "reads_rs1", 1), reads_2 = reg_noreset(m, "reads_rs2", 1);
    sig value_1 = reg_noreset(m, "rs1_value", 32), value_2 = reg_noreset(m, "rs2_value", 32);
    when (go) {
        set(reads_1, net_in(m, c, stage_x.x_reads_rs1));
        set(reads_2, net_in(m, c, stage_x.x_reads_rs2));
        set(value_1, net_in(m, c, stage_x.x_rs1_value));
        set(value_2, net_in(m, c, stage_x.x_store));
    }
    sig code = net_in(m, c, traps.cause_code), interrupt = net_in(m, c, traps.cause_interrupt);
    sig illegal = and_(u->trap, not_(interrupt), eq_lit(code, HV_EXC_ILLEGAL));
    sig known = and_(u->has_insn, not_(illegal));
    sig has_1 = name(m, "has_rs1", and_(known, reads_1)), has_2 = name(m, "has_rs2", and_(known, reads_2));
    net_out(m, c, commit_record.rs1_addr, gated(m, has_1, bits(u->insn, 19, 15)));
    net_out(m, c, commit_record.rs2_addr, gated(m, has_2, bits(u->insn, 24, 20)));
    net_out(m, c, commit_record.rs1_rdata, gated(m, has_1, value_1));
    net_out(m, c, commit_record.rs2_rdata, gated(m, has_2, value_2));

    sig write = net_in(m, c, registers.rd_write);
    sig written = and_(seen(m, u, "rd_written", write), u->good);
    sig data = captured(m, u, "rd_data", write, net_in(m, c, registers.write_data));
    net_out(m, c, commit_record.rd_addr, gated(m, written, net_in(m, c, registers.rd_address)));
    net_out(m, c, commit_record.rd_wdata, gated(m, written, data));
}

static sig byte_mask(module *m, sig lanes)
{
    sig bytes[4];
    (void)m;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = repeat(bit(lanes, i), 8);
    return cat_array(bytes, 4);
}

static void memory_access(module *m, struct rvfi *u)
{
    const struct core *c = u->c;
    section(m, "Memory access");
    sig access = net_in(m, c, record.record_access), answer = net_in(m, c, record.record_answer);
    sig store = net_in(m, c, record.record_store), process_name = net_in(m, c, stage_w.w_result);
    sig attempted = seen(m, u, "attempted", access);
    sig address = captured(m, u, "attempted_name", access, process_name);
    sig funct3 = bits(u->insn, 13, 12);
    sig mask = mux(eq_lit(funct3, 0), lit(4, 1), mux(eq_lit(funct3, 1), lit(4, 3), lit(4, 15)));
    sig data = net_in(m, c, access.load_data), low = bits(address, 1, 0);
    sig request = net_in(m, c, port.dbus_accepted), real = net_in(m, c, access.access_address);
    if (c->virtualizer) {
        sig operand = net_in(m, c, sequencer_asks.sequencer_operand);
        mask = or_(mask, repeat(eq_lit(net_in(m, c, stage_w.w_kind), KIND_LVMID), 4));
        real = mux(operand, cat(net_in(m, c, walk.walk_page), net_in(m, c, sequencer_asks.sequencer_offset)), real);
        answer = or_(answer, net_in(m, c, sequencer_asks.sequencer_operand_answer));
        request = and_(request, or_(net_in(m, c, access.access_request), operand));
    }
    sig read = seen(m, u, "read", answer), wrote = seen(m, u, "wrote", store);
    sig old = captured(m, u, "read_data", answer, data);
    sig new = captured(m, u, "stored_data", store, net_in(m, c, stage_w.w_store));
    sig where = captured(m, u, "real_word", request, real);
    sig rmask = name(m, "rmask", gated(m, and_(read, u->good), mask));
    sig wmask = name(m, "wmask", gated(m, and_(wrote, u->good), mask));
    net_out(m, c, commit_record.mem_addr, gated(m, attempted, address));
    net_out(m, c, commit_record.mem_rmask, rmask);
    net_out(m, c, commit_record.mem_wmask, wmask);
    net_out(m, c, commit_record.mem_rdata, and_(old, byte_mask(m, rmask)));
    net_out(m, c, commit_record.mem_wdata, and_(new, byte_mask(m, wmask)));
    sig done = and_(or_(read, wrote), u->good);
    net_out(m, c, commit_record.mem_real, gated(m, done, cat(where, low)));
}

/* The real name of the instruction: phi again, and the page that fetch went through. */
static void fetch_real(module *m, struct rvfi *u)
{
    const struct core *c = u->c;
    section(m, "Real name of the instruction");
    sig resource = net_in(m, c, stage_w.w_pc);
    if (c->phi) {
        sig base = gated(m, net_in(m, c, mode.phi_on_fetch), net_in(m, c, mode.mbase));
        resource = name(m, "resource", add(resource, base));
    }
    sig page = bits(resource, 29, 10);
    if (c->virtualizer)
        page = mux(net_in(m, c, vm.at_zero), page, net_in(m, c, fetch_page.fetch_last_real));
    sig real = captured(m, u, "instruction_real", net_in(m, c, stage_w.first), cat(page, bits(resource, 9, 0)));
    net_out(m, c, commit_record.fetch_real, gated(m, u->has_insn, word_address(real)));
}

static void event(module *m, struct rvfi *u)
{
    const struct core *c = u->c;
    section(m, "Traps, VM events, counters");
    sig code = net_in(m, c, traps.cause_code), interrupt = net_in(m, c, traps.cause_interrupt);
    sig trap_cause = gated(m, u->trap, cat(interrupt, zeros(26), code));
    sig writes_tval =
        and_(net_in(m, c, context.commit_word_write), eq_lit(net_in(m, c, context.commit_write_word), WORD_MTVAL));
    sig tval = captured(m, u, "tval", writes_tval, net_in(m, c, registers.write_data));
    net_out(m, c, commit_record.tval, gated(m, u->trap, tval));
    net_out(m, c, commit_record.mip, net_in(m, c, interrupts.lines));
    if (!c->virtualizer) {
        const struct net *const zero[] = {net_ref(commit_record.level),
                                          net_ref(commit_record.vmid),
                                          net_ref(commit_record.event),
                                          net_ref(commit_record.fault_addr),
                                          net_ref(commit_record.target_level),
                                          net_ref(commit_record.accesses),
                                          net_ref(commit_record.lookups),
                                          net_ref(commit_record.hits),
                                          net_ref(commit_record.misses),
                                          net_ref(commit_record.fills),
                                          net_ref(commit_record.prefix_hits),
                                          net_ref(commit_record.walk_reads_fetch),
                                          net_ref(commit_record.walk_reads_data),
                                          net_ref(commit_record.flushed),
                                          net_ref(commit_record.step),
                                          net_ref(commit_record.step_level),
                                          net_ref(commit_record.step_page),
                                          net_ref(commit_record.step_value)};
        for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++)
            field_out(m, c, zero[i], lit(1, 0));
        net_out(m, c, commit_record.cause, trap_cause);
        return;
    }
    sig lvmid = net_in(m, c, sequence.record_lvmid), fault = u->fault;
    field_out(m, c, net_ref(commit_record.level), captured(m, u, "level_before", u->begin, net_in(m, c, vm.level)));
    net_out(m, c, commit_record.vmid, captured(m, u, "vmid_before", u->begin, net_in(m, c, vm.running_vmid)));
    net_out(m, c, commit_record.event, cat(fault, lvmid));
    net_out(m, c, commit_record.cause, or_(trap_cause, gated(m, fault, net_in(m, c, sequence.record_fault_cause))));
    net_out(m, c, commit_record.fault_addr, gated(m, fault, net_in(m, c, sequence.record_fault_address)));
    field_out(m, c, net_ref(commit_record.target_level),
              gated(m, or_(fault, lvmid), net_in(m, c, sequence.record_target_level)));
    const struct {
        const struct net *field, *event;
    } counted[] = {
        {net_ref(commit_record.accesses), net_ref(events.event_accesses)},
        {net_ref(commit_record.lookups), net_ref(events.event_lookups)},
        {net_ref(commit_record.hits), net_ref(events.event_hits)},
        {net_ref(commit_record.misses), net_ref(events.event_misses)},
        {net_ref(commit_record.prefix_hits), net_ref(events.event_prefix_hits)},
        {net_ref(commit_record.fills), net_ref(events.event_fills)},
        {net_ref(commit_record.walk_reads_fetch), net_ref(events.event_walk_reads_fetch)},
        {net_ref(commit_record.walk_reads_data), net_ref(events.event_walk_reads_data)},
        {net_ref(commit_record.flushed), net_ref(events.event_flushed)},
    };
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        field_out(m, c, counted[i].field, net_input(m, c, counted[i].event));
}

module *rvfi_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_rvfi");
    module_comment(m, "The commit record, for simulators and proofs. It only looks.");
    struct rvfi u = {.c = c, .end = net_in(m, c, record.record_end)};
    section(m, "The record's first cycle");
    u.begin = describe(reg(m, "opening", 1, 1), "first cycle of a record");
    set(u.begin, u.end);
    u.fault = c->virtualizer ? net_in(m, c, sequence.record_fault) : lit(1, 0);
    u.good = name(m, "good", not_(or_(net_in(m, c, record.record_trap), u.fault)));
    order_and_pc(m, &u);
    registers(m, &u);
    memory_access(m, &u);
    fetch_real(m, &u);
    event(m, &u);
    return m;
}
