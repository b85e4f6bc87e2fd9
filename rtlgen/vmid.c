/* vmid: who runs. The VMID s1..sn, its length n, and what the VMCBs on the way grant.
 *
 * The VMID has no way to software: no CSR and no bus sees it. It grows by the sequencer's append
 * and shrinks by its cut, nothing else (docs/spec.md, 1).
 */
#include "rtlgen/core.h"

USE(interrupts);
USE(vm);
USE(capabilities);
USE(fault);
USE(vm_change);

struct vmid {
    const struct core *c;
    unsigned depth;
    sig level, vmid, zero;
    sig append, cut, receiver, syllable;
    sig at[HV_MAX_DEPTH];      /* n is this + 1: the level that runs is this one */
    sig here[HV_MAX_DEPTH];    /* n is this: an append fills this place */
    sig reaches[HV_MAX_DEPTH]; /* this + 1 <= n */
};

static void declare(module *m, struct vmid *u)
{
    const struct core *c = u->c;
    section(m, "VMID");
    u->level = describe(reg(m, "level", c->level_bits, 0), "n");
    u->zero = describe(reg(m, "zero", 1, 1), "n = 0: the same from a register, since most paths begin with it");
    u->vmid = describe(reg(m, "running_vmid", c->vmid_bits, 0), "syllable 1 in the lowest bits, NULL is 0");
    u->append = net_in(m, c, vm_change.vmid_append);
    u->cut = net_in(m, c, vm_change.vmid_cut);
    u->receiver = net_in(m, c, vm_change.receiver);
    u->syllable = net_in(m, c, vm_change.syllable);
    for (unsigned i = 0; i < u->depth; i++) {
        u->at[i] = eq_lit(u->level, i + 1);
        u->here[i] = eq_lit(u->level, i);
        u->reaches[i] = gt_u(u->level, lit(c->level_bits, i));
    }
}

static void change(module *m, const struct vmid *u)
{
    const struct core *c = u->c;
    unsigned width = c->syllable_bits;
    when (u->append) {
        set(u->level, add_lit(u->level, 1));
        set(u->zero, lit(1, 0));
    }
    elsewhen (u->cut) {
        set(u->level, u->receiver);
        set(u->zero, is_zero(u->receiver));
    }
    for (unsigned i = 0; i < u->depth; i++) {
        when (and_(u->append, u->here[i]))
            set_bits(u->vmid, (i + 1) * width - 1, i * width, u->syllable);
        elsewhen (and_(u->cut, le_u(u->receiver, lit(c->level_bits, i))))
            set_bits(u->vmid, (i + 1) * width - 1, i * width, zeros(width));
    }
}

static void show_level(module *m, const struct vmid *u)
{
    const struct core *c = u->c;
    net_out(m, c, vm.level, u->level);
    net_out(m, c, vm.running_vmid, u->vmid);
    net_out(m, c, vm.at_zero, u->zero);
    net_out(m, c, vm.at_depth, eq_lit(u->level, u->depth));
    net_out(m, c, vm.level_below, sub(u->level, lit(c->level_bits, 1)));
}

/* key level: the syllable last held at each level; shows the one at the level to come. */
static void held_syllables(module *m, const struct vmid *u)
{
    const struct core *c = u->c;
    section(m, "Syllables last held");
    sig held[HV_MAX_DEPTH], value[HV_MAX_DEPTH];
    for (unsigned i = 0; i < u->depth; i++) {
        held[i] = u->here[i];
        value[i] = reg(m, fmt("held_%u", i + 1), c->syllable_bits, 0);
        when (and_(u->append, u->here[i]))
            set(value[i], u->syllable);
    }
    net_out(m, c, vm_change.held_syllable, select_one_hot(held, value, u->depth));
}

/* A bit of each level's CAPS, or bits of its VIP. The sequencer writes those of the level to come. */
static void level_bits(module *m, const struct vmid *u, const char *text, sig write, sig value, sig *bits_of)
{
    for (unsigned i = 0; i < u->depth; i++) {
        bits_of[i] = reg_noreset(m, fmt("%s_%u", text, i + 1), width_of(value));
        when (and_(write, u->here[i]))
            set(bits_of[i], value);
    }
}

static sig of_running_level(module *m, const struct vmid *u, const sig *bits_of)
{
    (void)m;
    return select_one_hot(u->at, bits_of, u->depth);
}

/* What the running level may do comes out of registers, as what is pending for it: it follows n a cycle later, and no
 * record opens in the cycle after n has changed. */
static void a_cycle_later(module *m, const struct vmid *u, const struct net *net, sig value)
{
    sig later = reg_noreset(m, net->name, width_of(value));
    set(later, value);
    net_output(m, u->c, net, later);
}

/* A capability that any level can deny: denied, and to whom it goes: below the denier nearest n, or
 * below n if nobody denies. */
static void deniable(module *m, const struct vmid *u, const struct net *denied, const struct net *owner,
                     const sig *granted)
{
    const struct core *c = u->c;
    sig any = lit(1, 0), level = sub(u->level, lit(c->level_bits, 1));
    for (unsigned i = 0; i < u->depth; i++) {
        sig here = and_(u->reaches[i], not_(granted[i]));
        level = mux(here, lit(c->level_bits, i), level);
        any = or_(any, here);
    }
    a_cycle_later(m, u, denied, any);
    a_cycle_later(m, u, owner, level);
}

/* Docs/spec.md, 5.3: what is pending at each level by VIP, and who owns level 0's external line. For the decision about
 * interrupts a cycle later, too. */
static void external(module *m, const struct vmid *u, const sig *vip, const sig *line)
{
    const struct core *c = u->c;
    section(m, "The external interrupt, handed on");
    sig pending[HV_MAX_DEPTH], owned = lit(1, 1), here = lit(1, 1), owner = zeros(c->level_bits);
    for (unsigned i = 0; i < u->depth; i++) {
        sig below = i ? and_(line[i], bit(pending[i - 1], 2)) : lit(1, 0);
        pending[i] = cat(or_(bit(vip[i], 2), below), bits(vip[i], 1, 0));
        owned = and_(owned, u->reaches[i], line[i]);
        here = and_(here, or_(not_(u->reaches[i]), line[i]));
        owner = mux(owned, lit(c->level_bits, i + 1), owner);
    }
    here = name(m, "owns_line", here);
    sig lines = name(m, "own_pending", of_running_level(m, u, pending));
    sig handed = name(m, "handed_on", select_one_hot(u->here, line, u->depth));
    net_out(m, c, interrupts.vip_left, and_(lines, cat(not_(handed), lit(2, 3))));
    sig left = net_out(m, c, interrupts.line_left, and_(here, not_(handed)));

    sig vip_lines = describe(reg_noreset(m, "vip_lines", 3), "what monitors have made pending for the running level");
    set(vip_lines, lines);
    net_out(m, c, interrupts.vip_lines, vip_lines);
    sig line_here = describe(reg_noreset(m, "line_here", 1), "the running level owns the external line");
    set(line_here, here);
    net_out(m, c, interrupts.line_here, line_here);
    sig line_owner = describe(reg_noreset(m, "line_owner", c->level_bits), "who owns it");
    set(line_owner, owner);
    net_out(m, c, interrupts.line_owner, line_owner);
    sig saved = describe(reg_noreset(m, "line_enable_saved", 1), "MEI in the mie of the owner that LVMID has left");
    when (and_(left, net_in(m, c, interrupts.line_note)))
        set(saved, net_in(m, c, interrupts.line_note_enable));
    sig at_zero = is_zero(line_owner);
    net_out(m, c, interrupts.line_enable,
            and_(not_(line_here), mux(at_zero, bit(net_in(m, c, interrupts.zero_enable), 2), saved)));
}

static void capabilities(module *m, const struct vmid *u)
{
    const struct core *c = u->c;
    section(m, "CAPS and VIP of each level");
    sig data = bus_word(m, c);
    sig caps = net_in(m, c, vm_change.caps_write), write_vip = net_in(m, c, vm_change.vip_write);
    sig vm[HV_MAX_DEPTH], counters[HV_MAX_DEPTH], wfi[HV_MAX_DEPTH], exit[HV_MAX_DEPTH], line[HV_MAX_DEPTH];
    sig vip[HV_MAX_DEPTH];
    level_bits(m, u, "cap_vm", caps, bit(data, 0), vm);
    level_bits(m, u, "cap_counters", caps, bit(data, 1), counters);
    level_bits(m, u, "cap_wfi", caps, bit(data, 2), wfi);
    level_bits(m, u, "cap_exit", caps, bit(data, 3), exit);
    level_bits(m, u, "cap_line", caps, bit(data, 4), line);
    sig lines = cat(bit(data, HV_IRQ_MEI), bit(data, HV_IRQ_MTI), bit(data, HV_IRQ_MSI));
    level_bits(m, u, "vip", write_vip, lines, vip);
    sig vm_granted = net_out(m, c, capabilities.vm_granted, or_(u->zero, of_running_level(m, u, vm)));
    a_cycle_later(m, u, net_ref(capabilities.vm_capability), vm_granted);
    a_cycle_later(m, u, net_ref(capabilities.exit_capability), of_running_level(m, u, exit));
    deniable(m, u, net_ref(capabilities.counters_denied), net_ref(capabilities.counter_owner), counters);
    deniable(m, u, net_ref(capabilities.wfi_denied), net_ref(capabilities.wfi_owner), wfi);

    comment(m, "Level 0's mie decides over real interrupts while virtual machines run.");
    sig enable = net_in(m, c, interrupts.interrupts_enabled), saved = reg_noreset(m, "zero_enable_saved", 3);
    when (u->zero)
        set(saved, enable);
    net_out(m, c, interrupts.zero_enable, mux(u->zero, enable, saved));
    external(m, u, vip, line);
}

/* Docs/spec.md, 5.1, step 9: the lowest level that LVMID left with a VIP that it has enabled. */
static void pending_vip(module *m, const struct vmid *u)
{
    const struct core *c = u->c;
    section(m, "Interrupts of levels below, after LVMID");
    sig fault = reg(m, "vip_fault", 1, 0), level = reg_noreset(m, "vip_fault_level", c->level_bits);
    comment(m, "A chain that breaks cuts the VMID, and has no step 9.");
    when (or_(net_in(m, c, fault.start_lvmid), net_in(m, c, fault.start_fault), u->cut))
        set(fault, lit(1, 0));
    elsewhen (and_(net_in(m, c, vm_change.vip_note), not_(fault))) {
        set(fault, lit(1, 1));
        set(level, u->level);
    }
    net_out(m, c, interrupts.vip_fault, fault);
    net_out(m, c, interrupts.vip_fault_level, level);
}

module *vmid_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_vmid");
    module_comment(m, "Who runs: the VMID, and what the VMCBs on the way grant.");
    struct vmid u = {.c = c, .depth = c->config->depth};
    declare(m, &u);
    change(m, &u);
    show_level(m, &u);
    if (c->config->assoc_key == HV_KEY_LEVEL)
        held_syllables(m, &u);
    capabilities(m, &u);
    pending_vip(m, &u);
    return m;
}
