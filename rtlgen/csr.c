/* csr: the state of the running level, its words, and interrupts (docs/spec.md, 2, 10.1 and 10.6).
 *
 * A word is asked for by its number (enum word) in one cycle and is on word_data in the
 * next. CSR instructions, traps, and the sequencer, which stores and loads whole contexts, all use this one
 * way. mtvec, mscratch, mepc, mcause and mtval live in the memory of registers; what is looked at
 * in every cycle is in flip-flops here.
 */
#include "rtlgen/core.h"

USE(operands);
USE(registers);
USE(rows);
USE(stage_x);
USE(record);
USE(traps);
USE(context);
USE(csr);
USE(mode);
USE(interrupts);
USE(vm);
USE(capabilities);
USE(fault);
USE(sequence);
USE(sequencer_asks);
USE(lines_in);

struct csr {
    const struct core *c;
    sig machine, mie, mpie, mpp, mprv, tw; /* mode M; fields of mstatus */
    sig enable;                            /* mie: MSI, MTI, MEI */
    sig counteren;                         /* mcounteren */
    sig phi_u, phi_m, phi_mp;              /* mphi */
    sig base, bound_n;                     /* mbase, mbound, in words */
    sig write, write_word, write_bank, data;
    sig read_word, read_bank, word; /* asked for; being shown */
    sig sequencer;                  /* the sequencer has the words */
    sig at_zero;
};

static const struct csr_row {
    uint32_t number;
    bool phi_only;
    enum { LEVEL, MIP, MISA, ZERO, COUNTER, UCOUNTER, HPM } kind;
} csr_rows[] = {
#define ALWAYS                                                    false
#define PHI_RB                                                    true
#define CSR(name, number, condition, kind, writable, reset, note) {number, condition, kind},
#include "isa/csrs.def"
};

/* The word that a CSR number shows. CSRs that read zero show none. */
static const struct {
    uint32_t number;
    enum word word;
} csr_words[] = {
    {HV_CSR_MSTATUS, WORD_MSTATUS},    {HV_CSR_MIE, WORD_MIE},
    {HV_CSR_MTVEC, WORD_MTVEC},        {HV_CSR_MSCRATCH, WORD_MSCRATCH},
    {HV_CSR_MEPC, WORD_MEPC},          {HV_CSR_MCAUSE, WORD_MCAUSE},
    {HV_CSR_MTVAL, WORD_MTVAL},        {HV_CSR_MCOUNTEREN, WORD_MCOUNTEREN},
    {HV_CSR_MPHI, WORD_MPHI},          {HV_CSR_MBASE, WORD_MBASE},
    {HV_CSR_MBOUND, WORD_MBOUND},      {HV_CSR_MIP, WORD_MIP},
    {HV_CSR_MISA, WORD_MISA},          {HV_CSR_MCYCLE, WORD_CYCLE},
    {HV_CSR_MCYCLEH, WORD_CYCLEH},     {HV_CSR_CYCLE, WORD_CYCLE},
    {HV_CSR_CYCLEH, WORD_CYCLEH},      {HV_CSR_TIME, WORD_TIME},
    {HV_CSR_TIMEH, WORD_TIMEH},        {HV_CSR_MINSTRET, WORD_INSTRET},
    {HV_CSR_MINSTRETH, WORD_INSTRETH}, {HV_CSR_INSTRET, WORD_INSTRET},
    {HV_CSR_INSTRETH, WORD_INSTRETH},
};

static sig in_numbers(module *m, sig number, uint32_t first, uint32_t last)
{
    sig high = eq_lit(bits(number, 11, 5), first >> 5);
    sig low = bits(number, 4, 0);
    return and_(high, ge_u(low, lit(5, first & 31)), le_u(low, lit(5, last & 31)));
}

/* A register that follows its value by a cycle. */
static sig later(module *m, const char *text, sig value, unsigned width, const char *meaning)
{
    sig s = describe(reg_noreset(m, text, width), meaning);
    set(s, value);
    return s;
}

/* The CSR that the instruction names: its word, and whether the instruction may use it. A CSR instruction goes alone,
 * so that X still shows the one that W holds. All is asked of registers, which have it in the instruction's first cycle
 * in W. */
static void decode_number(module *m, const struct csr *u)
{
    const struct core *c = u->c;
    section(m, "The CSR of the instruction in X, or in W, which X still shows");
    sig insn = net_in(m, c, stage_x.x_insn);
    sig number = name_values(name(m, "number", bits(insn, 31, 20)), csr_values);
    sig event = in_numbers(m, number, HV_CSR_MHPMEVENT_FIRST, HV_CSR_MHPMEVENT_LAST);
    sig low = in_numbers(m, number, HV_CSR_MHPMCOUNTER_FIRST, HV_CSR_MHPMCOUNTER_LAST);
    sig high = in_numbers(m, number, HV_CSR_MHPMCOUNTERH_FIRST, HV_CSR_MHPMCOUNTERH_LAST);
    sig exists = or_(name(m, "is_mhpmevent", event), name(m, "is_mhpmcounter", low), name(m, "is_mhpmcounterh", high));
    sig counter = lit(1, 0);
    for (size_t i = 0; i < sizeof csr_rows / sizeof csr_rows[0]; i++) {
        if (csr_rows[i].phi_only && !c->phi)
            continue;
        sig here = eq_lit(number, csr_rows[i].number);
        exists = or_(exists, here);
        if (csr_rows[i].kind == COUNTER || csr_rows[i].kind == UCOUNTER)
            counter = or_(counter, here);
    }
    enum { N = sizeof csr_words / sizeof csr_words[0] };
    sig conditions[N + 2], values[N + 2], any = lit(1, 0);
    for (size_t i = 0; i < N; i++) {
        conditions[i] = eq_lit(number, csr_words[i].number);
        values[i] = lit(WORD_BITS, csr_words[i].word);
    }
    sig counts = eq_lit(bits(number, 11, 8), HV_CSR_MHPMCOUNTER_FIRST >> 8);
    counts = and_(counts, or_(is_nonzero(bits(number, 4, 2)), eq_lit(bits(number, 1, 0), 3)));
    conditions[N] = name(m, "reads_hpm", counts);
    values[N] = lit(WORD_BITS, WORD_HPM);
    for (size_t i = 0; i <= N; i++)
        any = or_(any, conditions[i]);
    conditions[N + 1] = not_(any);
    values[N + 1] = lit(WORD_BITS, WORD_ZERO);
    sig word = select_one_hot(conditions, values, N + 2);
    net_out(m, c, csr.csr_word, later(m, "csr_word", word, WORD_BITS, "a cycle later: its word"));

    sig writes = net_out(m, c, csr.csr_writes, or_(eq_lit(bits(insn, 13, 12), 1), is_nonzero(bits(insn, 19, 15))));
    sig read_only = name(m, "read_only", eq_lit(bits(number, 11, 10), 3));
    sig privileged = name(m, "privileged", is_nonzero(bits(number, 9, 8)));
    sig view = bit_at(cat(lit(1, 0), u->counteren), bits(number, 1, 0));
    sig denied = and_(not_(u->machine), or_(privileged, not_(view)));
    sig illegal = or_(not_(exists), and_(writes, read_only), denied);
    net_out(m, c, csr.csr_illegal, later(m, "illegal", illegal, 1, "the instruction may not use it"));
    if (c->virtualizer)
        net_out(m, c, csr.csr_counter, later(m, "is_counter", counter, 1, "it is a counter"));
}

/* The sequencer, or commit, asks for a word and writes one. */
static void choose_words(module *m, struct csr *u)
{
    const struct core *c = u->c;
    section(m, "Words: one asked for in a cycle, shown in the next");
    sig commit_read = net_in(m, c, context.commit_read_word), commit_write = net_in(m, c, context.commit_word_write);
    sig commit_word = net_in(m, c, context.commit_write_word);
    u->data = net_in(m, c, registers.write_data);
    u->word = name_values(reg_noreset(m, "word", WORD_BITS), word_values);
    if (!c->virtualizer) {
        u->read_word = commit_read;
        u->write = commit_write;
        u->write_word = commit_word;
        u->read_bank = u->write_bank = lit(1, 0);
        set(u->word, u->read_word);
        net_out(m, c, context.word, u->word);
        return;
    }
    u->sequencer = net_in(m, c, sequence.sequencer_busy);
    u->read_word =
        name(m, "read_word", mux(u->sequencer, net_in(m, c, sequencer_asks.sequencer_read_word), commit_read));
    u->write_word =
        name(m, "write_word", mux(u->sequencer, net_in(m, c, sequencer_asks.sequencer_write_word), commit_word));
    name_values(u->read_word, word_values);
    name_values(u->write_word, word_values);
    u->write = name(m, "write", mux(u->sequencer, net_in(m, c, sequencer_asks.sequencer_word_write), commit_write));
    u->read_bank = and_(u->sequencer, net_in(m, c, sequencer_asks.sequencer_read_bank));
    u->write_bank = and_(u->sequencer, net_in(m, c, sequencer_asks.sequencer_write_bank));
    when (not_(net_in(m, c, context.word_hold)))
        set(u->word, mux(u->read_bank, lit(WORD_BITS, WORD_ZERO), u->read_word));
    net_out(m, c, context.word, u->word);
}

static sig word_is(const struct csr *u, enum word word)
{
    return eq_lit(u->word, word);
}

static sig writes_word(const struct csr *u, enum word word)
{
    return and_(u->write, not_(u->write_bank), eq_lit(u->write_word, word));
}

/* Words in the memory of registers. mbase and mbound are there too, so that they need no place in the
 * selection of words. */
static sig in_rows(const struct csr *u, sig word)
{
    sig any = or_(eq_lit(word, WORD_MTVEC), eq_lit(word, WORD_MSCRATCH), eq_lit(word, WORD_MEPC),
                  eq_lit(word, WORD_MCAUSE), eq_lit(word, WORD_MTVAL));
    if (u->c->phi)
        any = or_(any, eq_lit(word, WORD_MBASE), eq_lit(word, WORD_MBOUND));
    return any;
}

static void rows(module *m, const struct csr *u, sig *from_rows)
{
    const struct core *c = u->c;
    section(m, "Rows in the memory of registers");
    sig asked = name(m, "row_asked", or_(u->read_bank, in_rows(u, u->read_word)));
    net_out(m, c, rows.row_read, and_(asked, net_in(m, c, context.words_used)));
    net_out(m, c, rows.row_read_address, cat(u->read_bank, bits(u->read_word, 3, 0)));
    *from_rows = reg_noreset(m, "from_rows", 1);
    sig hold = c->virtualizer ? net_in(m, c, context.word_hold) : lit(1, 0);
    when (not_(hold))
        set(*from_rows, asked);
    net_out(m, c, rows.row_write, and_(u->write, or_(u->write_bank, in_rows(u, u->write_word))));
    net_out(m, c, rows.row_write_address, cat(u->write_bank, bits(u->write_word, 3, 0)));

    comment(m, "Bits that are always zero: mepc 1:0, mbase 1:0, mbound 1:0, mtvec 1.");
    sig live = not_(u->write_bank);
    sig is_mtvec = and_(u->write, live, eq_lit(u->write_word, WORD_MTVEC));
    sig is_address = and_(
        u->write, live,
        or_(eq_lit(u->write_word, WORD_MEPC), eq_lit(u->write_word, WORD_MBASE), eq_lit(u->write_word, WORD_MBOUND)));
    sig low = and_(bits(u->data, 1, 0), cat(not_(or_(is_mtvec, is_address)), not_(is_address)));
    net_out(m, c, rows.row_write_data, cat(bits(u->data, 31, 2), low));
}

static void declare_state(module *m, struct csr *u)
{
    section(m, "State of the running level");
    u->machine = describe(reg(m, "machine", 1, 1), "mode M; else U");
    u->mie = describe(reg(m, "mstatus_mie", 1, 0), "interrupts enabled");
    u->mpie = describe(reg(m, "mstatus_mpie", 1, 0), "interrupts were enabled before the trap");
    u->mpp = describe(reg(m, "mstatus_mpp", 1, 0), "mode before the trap: M");
    u->mprv = describe(reg(m, "mstatus_mprv", 1, 0), "data accesses are made in the mode MPP");
    u->tw = describe(reg(m, "mstatus_tw", 1, 0), "WFI in U-mode is illegal");
    u->enable = describe(reg(m, "mie", 3, 0), "interrupts enabled one by one: MSI, MTI, MEI");
    u->counteren = describe(reg(m, "mcounteren", 3, 0), "U-mode reads cycle, time, instret");
    if (u->c->phi) {
        u->phi_u = describe(reg(m, "mphi_u", 1, 0), "phi is active in U-mode");
        u->phi_m = describe(reg(m, "mphi_m", 1, 0), "phi is active in M-mode");
        u->phi_mp = describe(reg(m, "mphi_mp", 1, 0), "phi was active in M-mode before the trap");
        u->base = describe(reg(m, "mbase", 30, 0), "relocation, in words");
        u->bound_n =
            describe(reg(m, "mbound_n", 30, 0x3fffffff), "complement of the bound, in words, which is compared");
    }
}

/* The changes that come with traps, MRET and VM-faults, in order of docs/spec.md, 10.1.9. */
static void change_mode(module *m, const struct csr *u)
{
    const struct core *c = u->c;
    when (net_in(m, c, traps.trap_enter)) {
        set(u->mpie, u->mie);
        set(u->mie, lit(1, 0));
        set(u->mpp, u->machine);
        set(u->machine, lit(1, 1));
        if (c->phi) {
            set(u->phi_mp, u->phi_m);
            set(u->phi_m, lit(1, 0));
        }
    }
    when (net_in(m, c, traps.trap_return)) {
        set(u->machine, u->mpp);
        set(u->mie, u->mpie);
        set(u->mpie, lit(1, 1));
        set(u->mpp, lit(1, 0));
        set(u->mprv, and_(u->mprv, u->mpp));
        if (c->phi)
            set(u->phi_m, u->phi_mp);
    }
    if (!c->virtualizer)
        return;
    comment(m, "A VM-fault enters its receiver.");
    when (net_in(m, c, fault.fault_enter)) {
        set(u->machine, lit(1, 1));
        set(u->mie, lit(1, 0));
        set(u->mprv, lit(1, 0));
        if (c->phi)
            set(u->phi_m, lit(1, 0));
    }
}

static void write_state(module *m, const struct csr *u)
{
    const struct core *c = u->c;
    sig data = u->data;
    when (writes_word(u, WORD_MSTATUS)) {
        set(u->mie, bit(data, 3));
        set(u->mpie, bit(data, 7));
        set(u->mpp, reduce_and(bits(data, 12, 11)));
        set(u->mprv, bit(data, 17));
        set(u->tw, bit(data, 21));
    }
    when (writes_word(u, WORD_MIE))
        set(u->enable, cat(bit(data, 11), bit(data, 7), bit(data, 3)));
    when (writes_word(u, WORD_MCOUNTEREN))
        set(u->counteren, bits(data, 2, 0));
    if (c->virtualizer) {
        when (writes_word(u, WORD_MODE))
            set(u->machine, eq_lit(data, 3));
    }
    if (!c->phi)
        return;
    when (writes_word(u, WORD_MPHI)) {
        set(u->phi_u, bit(data, 0));
        set(u->phi_m, bit(data, 1));
        set(u->phi_mp, bit(data, 2));
    }
    when (writes_word(u, WORD_MBASE))
        set(u->base, bits(data, 31, 2));
    when (writes_word(u, WORD_MBOUND))
        set(u->bound_n, not_(bits(data, 31, 2)));
}

static void show_state(module *m, const struct csr *u)
{
    const struct core *c = u->c;
    section(m, "For other units");
    net_out(m, c, mode.machine, u->machine);
    net_out(m, c, mode.wfi_illegal, and_(u->tw, not_(u->machine)));
    net_out(m, c, interrupts.interrupts_enabled, u->enable);
    sig data_machine = name(m, "data_machine", mux(and_(u->machine, u->mprv), u->mpp, u->machine));
    if (!c->phi)
        return;
    net_out(m, c, mode.phi_on_fetch, mux(u->machine, u->phi_m, u->phi_u));
    net_out(m, c, mode.phi_on_data, mux(data_machine, u->phi_m, u->phi_u));
    net_out(m, c, mode.mbase, u->base);
    net_out(m, c, mode.mbound, not_(u->bound_n));
}

/* With the time base clock no record depends on the cycle in which a line rises. So its lines are those of the last
 * cycle of the record before, and what is found of them, beside the level that runs, is found in the cycle before, too:
 * it comes out of registers. No record opens in the cycle after n or what belongs to it has changed. */
static sig a_cycle_before(module *m, const struct csr *u, const char *label, sig s)
{
    if (u->c->config->timebase != HV_TIMEBASE_CLOCK)
        return name(m, label, s);
    sig before = reg(m, label, width_of(s), 0);
    set(before, s);
    return before;
}

/* The lines of a record: those of its first cycle, since they are a function of the records before it. Returns: those
 * that the decisions of the next cycle, or with the time base commit of this one, are about. */
static sig sample_lines(module *m, const struct csr *u, sig now)
{
    const struct core *c = u->c;
    sig sample = describe(reg(m, "sample", 3, 0), "the interrupt lines of this record");
    sig end = net_in(m, c, record.record_end);
    if (c->config->timebase == HV_TIMEBASE_CLOCK) {
        sig next = name(m, "next_sample", mux(end, now, sample));
        set(sample, next);
        net_out(m, c, interrupts.lines, sample);
        return next;
    }
    sig sampled = describe(reg(m, "sampled", 1, 0), "they are in `sample`: not in its first cycle");
    sig lines = net_out(m, c, interrupts.lines, mux(sampled, sample, now));
    set(sampled, not_(end));
    set(sample, lines);
    return lines;
}

static sig interrupts(module *m, const struct csr *u)
{
    const struct core *c = u->c;
    section(m, "Interrupts");
    sig now = name(m, "lines_now",
                   cat(net_in(m, c, lines_in.irq_external_i), net_in(m, c, lines_in.irq_timer_i),
                       net_in(m, c, lines_in.irq_software_i)));
    sig lines = sample_lines(m, u, now), own = lines, enable = u->enable;
    if (c->virtualizer) {
        sig here = net_in(m, c, interrupts.line_here), enabled = net_in(m, c, interrupts.line_enable);
        sig owned = cat(and_(here, bit(lines, 2)), zeros(2));
        own = mux(u->at_zero, lines, or_(net_in(m, c, interrupts.vip_lines), owned));
        comment(
            m,
            "MSI and MTI are level 0's, MEI is its owner's; it is not enabled below where it is the running level's.");
        enable = net_in(m, c, interrupts.zero_enable);
        sig zero = and_(not_(u->at_zero), is_nonzero(and_(bits(lines, 1, 0), bits(enable, 1, 0))));
        zero = a_cycle_before(m, u, "below_zero", zero);
        sig line = a_cycle_before(m, u, "line_below", and_(bit(lines, 2), enabled));
        net_out(m, c, interrupts.irq_below, name(m, "below", or_(zero, line)));
        net_out(m, c, interrupts.irq_below_level,
                and_(net_in(m, c, interrupts.line_owner), repeat(not_(zero), c->level_bits)));
        enable = name(m, "line_enables", cat(mux(here, bit(u->enable, 2), enabled), bits(enable, 1, 0)));
    }
    own = a_cycle_before(m, u, "own_lines", own);
    net_out(m, c, interrupts.timer_wakes, bit(enable, 1));
    net_out(m, c, interrupts.wakes_now, is_nonzero(and_(now, enable)));
    if (c->outside)
        net_out(m, c, interrupts.line_wakes, is_nonzero(and_(enable, lit(3, c->outside))));
    sig pending = name(m, "pending", and_(own, u->enable));
    sig any = net_out(m, c, interrupts.irq_pending, is_nonzero(pending));
    net_out(m, c, interrupts.irq_own, and_(any, or_(not_(u->machine), u->mie)));
    comment(m, "Priority MEI (11), MSI (3), MTI (7).");
    net_out(m, c, interrupts.irq_code,
            mux(bit(pending, 2), lit(4, HV_IRQ_MEI), mux(bit(pending, 0), lit(4, HV_IRQ_MSI), lit(4, HV_IRQ_MTI))));
    return own;
}

static sig interrupt_word(module *m, sig s)
{
    return cat(zeros(20), bit(s, 2), zeros(3), bit(s, 1), zeros(3), bit(s, 0), zeros(3));
}

/* misa: X is the VM capability of the running level. */
static sig misa(module *m, const struct csr *u)
{
    uint32_t constant = HV_CSR_RESET_MISA | (u->c->atomic ? HV_MISA_A : 0);
    if (!u->c->virtualizer)
        return lit(32, constant);
    sig x = net_in(m, u->c, capabilities.vm_capability);
    return or_(lit(32, constant), cat(zeros(8), x, zeros(23)));
}

static void select_word(module *m, const struct csr *u, sig own_lines, sig from_rows)
{
    const struct core *c = u->c;
    section(m, "The word asked for");
    sig mode = cat(zeros(30), u->machine, u->machine);
    sig mstatus = cat(zeros(10), u->tw, zeros(3), u->mprv, zeros(4), u->mpp, u->mpp, zeros(3), u->mpie, zeros(3),
                      u->mie, zeros(3));
    sig cause = cat(net_in(m, c, traps.cause_interrupt), zeros(26), net_in(m, c, traps.cause_code));
    sig conditions[16], values[16];
    unsigned n = 0;
#define SHOW(condition, value) (conditions[n] = (condition), values[n++] = (value))
    SHOW(from_rows, net_in(m, c, operands.reg_a));
    SHOW(lit(1, 1), net_in(m, c, context.record_word));
    SHOW(word_is(u, WORD_MSTATUS), mstatus);
    SHOW(word_is(u, WORD_MIE), interrupt_word(m, u->enable));
    SHOW(word_is(u, WORD_MIP), interrupt_word(m, own_lines));
    SHOW(word_is(u, WORD_MISA), misa(m, u));
    SHOW(word_is(u, WORD_MCOUNTEREN), zext(u->counteren, 32));
    SHOW(word_is(u, WORD_CAUSE), cause);
    if (c->phi)
        SHOW(word_is(u, WORD_MPHI), zext(cat(u->phi_mp, u->phi_m, u->phi_u), 32));
    if (c->virtualizer) {
        SHOW(word_is(u, WORD_MODE), mode);
        SHOW(lit(1, 1), net_in(m, c, sequencer_asks.sequencer_word));
    }
#undef SHOW
    net_out(m, c, context.word_data, xor_(net_in(m, c, csr.counter_word), select_one_hot(conditions, values, n)));
}

module *csr_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_csr");
    module_comment(m, "State of the running level, the words of its context, and interrupts.");
    struct csr u = {.c = c};
    if (c->virtualizer)
        u.at_zero = net_in(m, c, vm.at_zero);
    declare_state(m, &u);
    choose_words(m, &u);
    change_mode(m, &u);
    write_state(m, &u);
    sig from_rows;
    rows(m, &u, &from_rows);
    decode_number(m, &u);
    show_state(m, &u);
    sig own_lines = interrupts(m, &u);
    select_word(m, &u, own_lines, from_rows);
    return m;
}
