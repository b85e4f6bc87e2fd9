/* commit: data accesses.
 *
 * A request goes to the bus only when it is certain: W's instruction is the oldest, no interrupt comes first, and
 * alignment, phi and f have been passed. At n = 0, or when the last-page register holds the page, that is in
 * the first cycle.
 */
#include "rtlgen/core_commit.h"

USE(record);
USE(access);
USE(port);
USE(mode);
USE(vm);
USE(translation);
USE(dbus);

static sig any_kind(module *m, const struct commit *u, unsigned kinds)
{
    sig any = lit(1, 0);
    for (unsigned k = 0; k <= KIND_ILLEGAL; k++) {
        if (kinds >> k & 1)
            any = or_(any, is_kind(u, k));
    }
    return any;
}

/* LOAD, STORE and, by configuration, AMO, LR and SC. */
static sig is_access(module *m, const struct commit *u)
{
    unsigned kinds = 1u << KIND_LOAD | 1u << KIND_STORE;
    if (u->c->atomic)
        kinds |= 1u << KIND_AMO | 1u << KIND_LR | 1u << KIND_SC;
    return any_kind(m, u, kinds);
}

/* Loads, LR and LVMID's operand raise other exceptions than stores, SC and AMO. */
static void raise_access(module *m, struct commit *u, sig condition, sig read, unsigned load, unsigned store)
{
    raise_exception(m, u, and_(condition, read), load);
    raise_exception(m, u, and_(condition, not_(read)), store);
}

/* An access goes to RAM: its time is its first cycle, if it runs, or one later; and there is RAM, which is known last.
 */
struct to_ram {
    sig at_once, later, ram;
};

/* Alignment, then phi. Returns: the access has its resource name in this cycle; and LVMID's operand, which goes the
 * sequencer's way from there, is u->start_lvmid. The two are kept apart, since whether LVMID may execute is known
 * later.
 */
static sig find_resource(module *m, struct commit *u, sig access, struct to_ram *to_ram)
{
    const struct core *c = u->c;
    sig operand = c->virtualizer ? u->operand : lit(1, 0), start = or_(access, operand);
    section(m, "Data accesses: alignment and phi");
    sig read = any_kind(m, u, 1u << KIND_LOAD | 1u << KIND_LR | 1u << KIND_LVMID);
    sig misaligned = net_in(m, c, access.access_misaligned);
    raise_access(m, u, and_(start, misaligned), read, HV_EXC_LOAD_MISALIGNED, HV_EXC_STORE_MISALIGNED);
    access = and_(access, not_(misaligned));
    operand = and_(operand, not_(misaligned));
    if (c->atomic) {
        sig fails = and_(access, is_kind(u, KIND_SC), not_(u->reservation_valid));
        u->sc_done = u->sc_fails = fails;
        go(m, u, fails, STATE_FINISH);
        access = and_(access, not_(fails));
    }
    u->start_lvmid = operand;
    sig again = in_state(u, STATE_ACCESS);
    to_ram->at_once = not_(misaligned);
    to_ram->later = again;
    if (!c->phi)
        return or_(access, again);
    sig relocated = describe(reg(m, "relocated", 1, 0), "the resource name is name + mbase");
    net_out(m, c, access.relocated, relocated);
    if (c->set_bits) {
        comment(m, "It is about to be relocated, if it is about to do anything: in time for the associator's set.");
        sig may_access = and_(in_state(u, STATE_RUN), u->valid, is_access(m, u));
        net_out(m, c, access.relocates, and_(may_access, net_in(m, c, mode.phi_on_data)));
    }
    sig active = net_in(m, c, mode.phi_on_data), beyond = net_in(m, c, access.access_beyond);
    sig relocating = in_state(u, STATE_RELOCATE);
    sig relocates = and_(or_(access, operand), active), is_lvmid = lit(1, 0);
    if (c->virtualizer)
        is_lvmid = is_kind(u, KIND_LVMID);
    go(m, u, relocates, STATE_RELOCATE);
    when (u->ends)
        set(relocated, lit(1, 0));
    elsewhen (relocates)
        set(relocated, lit(1, 1));
    raise_access(m, u, and_(relocating, beyond), read, HV_EXC_LOAD_FAULT, HV_EXC_STORE_FAULT);
    to_ram->at_once = and_(to_ram->at_once, not_(active));
    sig moved = and_(relocating, not_(beyond));
    u->start_lvmid = or_(and_(operand, not_(active)), and_(moved, is_lvmid));
    to_ram->later = or_(and_(moved, not_(is_lvmid)), again);
    return or_(and_(access, not_(active)), to_ram->later);
}

/* Through f, or at n = 0 to what lies there. What the last-page register does not serve is looked up in this very
 * cycle, and then waits until the associator's answer or the filled register serves it. Returns: the real name is
 * known and may be used; and *to_ram: the same, if there is RAM, which is known earlier. */
static sig find_real(module *m, struct commit *u, sig now, struct to_ram *to_ram)
{
    const struct core *c = u->c;
    section(m, "Data accesses: f");
    sig atomic = c->atomic ? any_kind(m, u, 1u << KIND_AMO | 1u << KIND_LR | 1u << KIND_SC) : lit(1, 0);
    sig backed = c->atomic ? mux(atomic, net_in(m, c, access.page_ram), net_in(m, c, access.page_backed))
                           : net_in(m, c, access.page_backed);
    sig read = any_kind(m, u, 1u << KIND_LOAD | 1u << KIND_LR);
    sig nothing = and_(now, not_(backed)), ready = backed, now_or_waits = now;
    if (!c->virtualizer)
        to_ram->ram = net_in(m, c, access.page_ram);
    if (c->virtualizer) {
        sig zero = net_in(m, c, vm.at_zero), hit = net_in(m, c, translation.data_hit);
        nothing = and_(nothing, zero);
        ready = mux(zero, backed, hit);
        sig waits = in_state(u, STATE_TRANSLATE), misses = name(m, "page_misses", and_(now, not_(zero), not_(hit)));
        comment(m, "Rights needed: bit 0 read, 1 write, 3 the page is RAM.");
        net_out(m, c, translation.data_need, cat(atomic, lit(1, 0), not_(read), read));
        net_out(m, c, translation.translate_data, or_(misses, waits));
        go(m, u, misses, STATE_TRANSLATE);
        if (!c->associator) {
            sig found =
                and_(net_in(m, c, translation.translate_done), not_(net_in(m, c, translation.translate_failed)));
            go(m, u, and_(waits, found), STATE_ACCESS);
        }
        now_or_waits = or_(now, waits);
        to_ram->later = or_(to_ram->later, waits);
        to_ram->ram = and_(net_in(m, c, translation.data_ram), or_(zero, hit));

        comment(m, "Counted once, however long it takes.");
        sig counted = and_(now, not_(zero));
        u->data_counted = describe(reg(m, "data_counted", 1, 0), "the data access has been counted");
        set(u->data_counted, and_(or_(u->data_counted, counted), not_(u->ends)));
        net_out(m, c, translation.data_access, or_(u->data_counted, counted));
    }
    raise_access(m, u, nothing, read, HV_EXC_LOAD_FAULT, HV_EXC_STORE_FAULT);
    return name(m, "access_ready", and_(now_or_waits, ready));
}

/* SC stores if its real name is the reservation's. */
static sig reserve(module *m, struct commit *u, sig ready)
{
    const struct core *c = u->c;
    section(m, "Reservation");
    sig address = net_in(m, c, access.access_address);
    sig other = and_(ready, is_kind(u, KIND_SC), ne(address, u->reservation));
    u->sc_done = or_(u->sc_done, other, and_(ready, is_kind(u, KIND_SC), net_in(m, c, port.dbus_free)));
    u->sc_fails = or_(u->sc_fails, other);
    go(m, u, other, STATE_FINISH);
    when (and_(ready, is_kind(u, KIND_LR))) {
        set(u->reservation_valid, lit(1, 1));
        set(u->reservation, address);
    }
    return and_(ready, not_(other));
}

/* The bus ends the access with err: the access fault at n = 0, else a VM-fault to level 0 with f_s1's argument. */
static void refuse(module *m, struct commit *u)
{
    const struct core *c = u->c;
    section(m, "Data accesses: err");
    sig read = or_(is_kind(u, KIND_LOAD), c->atomic ? is_kind(u, KIND_LR) : lit(1, 0));
    sig refused = name(m, "access_refused", and_(in_state(u, STATE_ANSWER), net_in(m, c, dbus.dbus_err_i)));
    sig here = refused;
    if (c->virtualizer) {
        here = and_(refused, net_in(m, c, vm.at_zero));
        u->evaluate = and_(refused, not_(net_in(m, c, vm.at_zero)));
    }
    raise_access(m, u, here, read, HV_EXC_LOAD_FAULT, HV_EXC_STORE_FAULT);
}

/* The request is taken; the answer comes. A store to RAM is not waited for: the next instruction's way through the
 * pipeline begins with it, so that it looks at nothing but to_ram. */
static void answer(module *m, struct commit *u, sig ready, struct to_ram to_ram, sig is_store)
{
    const struct core *c = u->c;
    sig taken = net_in(m, c, port.dbus_free);
    sig accepted = and_(ready, taken), waits = accepted;
    sig answered = and_(in_state(u, STATE_ANSWER), net_in(m, c, dbus.dbus_ack_i)), last = answered;
    sig may_post = name(m, "may_post", and_(is_kind(u, KIND_STORE), taken));
    sig posts = name(m, "posts", and_(may_post, to_ram.ram));
    sig at_once = and_(posts, to_ram.at_once), later = and_(posts, to_ram.later);
    sig posted = or_(and_(u->runs, at_once), later);
    u->at_once = or_(u->at_once, at_once);
    go(m, u, and_(ready, not_(taken)), STATE_ACCESS);
    if (c->atomic) {
        sig amo = is_kind(u, KIND_AMO), sc = is_kind(u, KIND_SC);
        sig amo_ends = and_(in_state(u, STATE_AMO_STORE), taken);
        go(m, u, and_(accepted, sc), STATE_FINISH);
        go(m, u, and_(answered, amo), STATE_AMO_STORE);
        go(m, u, amo_ends, STATE_RUN);
        u->record_end = or_(u->record_end, amo_ends);
        last = and_(answered, not_(amo));
        waits = and_(waits, not_(sc));
    }
    go(m, u, and_(waits, not_(posted)), STATE_ANSWER);
    go(m, u, or_(posted, last), STATE_RUN);
    u->record_end = or_(u->record_end, last, later);
    u->loading = and_(answered, not_(is_store));
    u->rd_write = or_(u->rd_write, and_(u->loading, u->writes));
}

void commit_memory(module *m, struct commit *u)
{
    const struct core *c = u->c;
    u->sc_done = u->sc_fails = lit(1, 0);
    sig access = and_(u->runs, is_access(m, u));
    if (c->atomic) {
        u->reservation_valid = reg(m, "reservation_valid", 1, 0);
        u->reservation = describe(reg_noreset(m, "reservation", 30), "real name of the word that LR read");
    }
    struct to_ram to_ram;
    sig named = find_resource(m, u, access, &to_ram);
    sig ready = find_real(m, u, named, &to_ram);
    if (c->atomic)
        ready = reserve(m, u, ready);
    section(m, "Data accesses: bus");
    sig is_store = c->atomic ? any_kind(m, u, 1u << KIND_STORE | 1u << KIND_SC) : is_kind(u, KIND_STORE);
    sig amo_store = c->atomic ? in_state(u, STATE_AMO_STORE) : lit(1, 0);
    net_out(m, c, access.access_request, or_(ready, amo_store));
    net_out(m, c, access.access_write, or_(and_(ready, is_store), amo_store));
    answer(m, u, ready, to_ram, is_store);
    u->evaluate = lit(1, 0);
    if (c->err)
        refuse(m, u);
    if (c->rvfi) {
        sig taken = net_in(m, c, port.dbus_free);
        net_out(m, c, record.record_access, c->virtualizer ? or_(access, u->operand) : access);
        net_out(m, c, record.record_store, and_(or_(and_(ready, is_store), amo_store), taken));
        net_out(m, c, record.record_answer, u->loading);
    }
}
