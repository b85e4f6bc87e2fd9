/* From commit records to points. */
#include "fuzz/coverage_internal.h"

/* Counts may be shared with other processes. Points of levels that their table does not have do not exist. */
void fuzz_add(struct recording *r, const struct fuzz_point *point)
{
    size_t index = fuzz_coverage_index(point);
    if (index < fuzz_coverage_points() && __atomic_fetch_add(&r->counts[index], 1, __ATOMIC_RELAXED) == 0)
        r->fresh++;
}
#define ADD FUZZ_ADD

/* A table and the one for deep levels: at most one of them has the point. */
static void add_either(struct recording *r, enum fuzz_table deep, struct fuzz_point point)
{
    point.table = point.level < FUZZ_FIRST_DEEP ? fuzz_coverage_family(deep) : deep;
    fuzz_add(r, &point);
}

static void add_probe(struct recording *r, struct fuzz_point point)
{
    add_either(r, FUZZ_TABLE_DEEP_PROBE, point);
}

/* ---- instructions ---- */

static const struct {
    uint32_t mask, match;
} encodings[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match},
#include "isa/instructions.def"
};

static bool is (const struct hv_commit *commit, enum hv_insn insn)
{
    return (commit->insn & encodings[insn].mask) == encodings[insn].match;
}

enum { OPCODE_MASK = 0x7f, OPCODE_AMO = 0x2f };

/* A CSR instruction that writes (docs/spec.md, 10.1.5). */
static bool writes_csr(const struct hv_commit *commit)
{
    return is (commit, HV_INSN_CSRRW) || is (commit, HV_INSN_CSRRWI) || (commit->insn >> 15 & 31);
}

/* ---- VM-faults ---- */

static bool holds(const struct hv_map *map, uint32_t page)
{
    return map->form != HV_FORM_NONE && page >= map->first && page - map->first < map->bound;
}

/* The form of the window of f that the failing page is in: that of the level above the receiver. */
static enum fuzz_form form_of(const struct recording *r)
{
    uint32_t page = (uint32_t)r->commit->fault_addr >> HV_PAGE_BITS;
    struct hv_map map;
    for (unsigned window = 0; window < 2; window++) {
        if (hv_machine_map(r->seen->machine, (unsigned)r->commit->target_level + 1, window, &map) && holds(&map, page))
            return map.form == HV_FORM_LINEAR ? FUZZ_FORM_LINEAR : FUZZ_FORM_RB;
    }
    return FUZZ_FORM_OUTSIDE;
}

/* The capability is granted by every level of the VM that ran. */
static bool granted(const struct recording *r, uint32_t capability)
{
    for (unsigned level = 1; level <= r->level; level++) {
        if (!(hv_machine_caps(r->seen->machine, level) & capability))
            return false;
    }
    return true;
}

static void record_denial(struct recording *r, unsigned cause)
{
    if (cause == HV_FAULT_WFI)
        ADD(r, CAPABILITY, .refusal = granted(r, HV_CAP_WFI) ? FUZZ_WFI_SLEEPS : FUZZ_WFI_DENIED);
    if (cause != HV_FAULT_COUNTER)
        return;
    bool denied = !granted(r, HV_CAP_COUNTERS);
    ADD(r, CAPABILITY,
        .refusal = !writes_csr(r->commit) ? FUZZ_COUNTER_READ
                   : denied               ? FUZZ_COUNTER_DENIED
                                          : FUZZ_COUNTER_WRITE);
}

static void record_vm_fault(struct recording *r)
{
    const struct hv_commit *c = r->commit;
    unsigned cause = c->cause & 15, access = c->cause >> HV_CAUSE_ACCESS_SHIFT & 15;
    bool implicit = c->cause & HV_CAUSE_IMPLICIT;
    const struct fuzz_point point = {.level = r->level,
                                     .receiver = (unsigned)c->target_level,
                                     .cause = cause,
                                     .access = access,
                                     .implicit = implicit,
                                     .form = access ? form_of(r) : FUZZ_FORM_NONE,
                                     .key = fuzz_key_of(r->seen->config),
                                     .simulator = r->seen->simulator};
    add_either(r, FUZZ_TABLE_DEEP_FAULT, point);
    ADD(r, FLUSH, .change = FUZZ_CUT, .key = fuzz_key_of(r->seen->config), .flushed = c->flushed != 0);
    record_denial(r, cause);
    /* A broken chain's record has no instruction; LVMID's own has it, and was fetched (10.4.9, 10.5.2). */
    bool chain = implicit && c->insn == 0;
    if (chain || is (c, HV_INSN_LVMID))
        add_probe(r, (struct fuzz_point){.level = r->level,
                                         .chain = chain,
                                         .probe = hv_machine_probe(r->seen->machine),
                                         .outcome = FUZZ_TO_LEVEL_0 + (unsigned)c->target_level});
}

/* ---- LVMID ---- */

/* Words of the context that LVMID stores into a VMCB. */
static size_t context_words(const struct hv_config *config)
{
    enum { ALWAYS, PHI_RB };
    static const uint8_t conditions[] = {
#define CONTEXT_WORD(name, offset, condition, meaning) condition,
#include "isa/vmcb.def"
    };
    size_t words = 0;
    for (size_t i = 0; i < sizeof conditions; i++)
        words += conditions[i] == ALWAYS || config->phi == HV_PHI_RB;
    return words;
}

/* What LVMID wrote beyond the context and NEXT_SYLLABLE are words RESUME whose SKIP it cleared (5.1). */
static void record_skips(struct recording *r)
{
    size_t stored = r->level ? context_words(r->seen->config) + 1 : 0;
    if (r->seen->write_count > stored)
        ADD(r, SKIP, .skips = r->seen->write_count - stored == 1 ? 1 : 2);
}

static void record_lvmid(struct recording *r)
{
    unsigned target = (unsigned)r->commit->target_level;
    for (unsigned monitor = r->level; monitor < target; monitor++)
        add_probe(r, (struct fuzz_point){
                         .level = monitor, .chain = monitor > r->level, .probe = HV_PROBE_DONE, .outcome = FUZZ_DONE});
    ADD(r, FLUSH, .change = FUZZ_APPEND, .key = fuzz_key_of(r->seen->config), .flushed = r->commit->flushed != 0);
    record_skips(r);
}

/* How the chain of the LVMID before this record ended: what stopped it has the record right behind it. */
static void record_chain(struct recording *r)
{
    const struct fuzz_tracker *tracker = r->tracker;
    const struct hv_commit *c = r->commit;
    enum fuzz_ended ended = FUZZ_CHAIN_DONE;
    if (c->event == HV_EVENT_VM_FAULT && c->insn == 0 && (c->cause & HV_CAUSE_IMPLICIT))
        ended = FUZZ_CHAIN_BROKEN;
    else if (c->event == HV_EVENT_VM_FAULT && c->cause == HV_FAULT_INTERRUPT && c->target_level)
        ended = FUZZ_CHAIN_INTERRUPTED;
    fuzz_add(r, &(struct fuzz_point){.table = FUZZ_TABLE_CHAIN,
                                     .level = tracker->lvmid_level,
                                     .length = tracker->lvmid_length,
                                     .ended = ended});
}

/* ---- traps ---- */

static void record_trap(struct recording *r)
{
    const struct hv_commit *c = r->commit;
    unsigned cause = c->cause & 31;
    if (c->intr) {
        ADD(r, INTERRUPT, .cause = cause, .mode = (unsigned)c->mode);
        return;
    }
    ADD(r, EXCEPTION, .cause = cause, .mode = (unsigned)c->mode);
    if (cause != HV_EXC_ILLEGAL && is (c, HV_INSN_LVMID))
        add_probe(r, (struct fuzz_point){
                         .level = r->level, .probe = hv_machine_probe(r->seen->machine), .outcome = FUZZ_TRAPPED});
    if (cause != HV_EXC_ILLEGAL || c->mode != 3 || r->seen->config->depth == 0)
        return;
    if (is (c, HV_INSN_LVMID))
        ADD(r, CAPABILITY, .refusal = FUZZ_NO_LVMID);
    else if (is (c, HV_INSN_HV_FENCE))
        ADD(r, CAPABILITY, .refusal = FUZZ_NO_FENCE);
    else if (is (c, HV_INSN_HV_EXIT))
        ADD(r, CAPABILITY, .refusal = FUZZ_NO_EXIT);
}

/* ---- instructions that retire ---- */

static void record_fence(struct recording *r)
{
    const struct hv_commit *c = r->commit;
    ADD(r, FENCE, .key = fuzz_key_of(r->seen->config), .flushed = c->flushed != 0,
        .operand = fuzz_fence_operand((uint32_t)c->insn, (uint32_t)c->rs1_rdata, r->seen->config));
    fuzz_fence_found(r);
}

static enum fuzz_atomic sc_outcome(const struct recording *r)
{
    if (r->commit->mem_wmask)
        return FUZZ_SC_STORED;
    if (r->tracker->reserved)
        return FUZZ_SC_OTHER_WORD;
    return r->tracker->lost ? (enum fuzz_atomic)r->tracker->lost : FUZZ_SC_NONE;
}

static void record_atomic(struct recording *r)
{
    struct fuzz_tracker *tracker = r->tracker;
    bool lr = is (r->commit, HV_INSN_LR_W), sc = is (r->commit, HV_INSN_SC_W);
    ADD(r, ATOMIC, .atomic = lr ? FUZZ_LR : sc ? sc_outcome(r) : FUZZ_AMO);
    if (!lr && !sc)
        return;
    tracker->reserved = lr;
    tracker->lost = 0;
}

static void lose_reservation(struct fuzz_tracker *tracker, enum fuzz_atomic why)
{
    if (tracker->reserved)
        tracker->lost = why;
    tracker->reserved = false;
}

static void record_retired(struct recording *r)
{
    if ((r->commit->insn & OPCODE_MASK) == OPCODE_AMO)
        record_atomic(r);
    else if (is (r->commit, HV_INSN_HV_FENCE))
        record_fence(r);
    else if (is (r->commit, HV_INSN_MRET))
        lose_reservation(r->tracker, FUZZ_SC_AFTER_MRET);
}

/* ---- a record ---- */

static void record_event(struct recording *r)
{
    const struct hv_commit *c = r->commit;
    if (c->event == HV_EVENT_VM_FAULT)
        record_vm_fault(r);
    else if (c->event == HV_EVENT_LVMID)
        record_lvmid(r);
    else if (c->trap)
        record_trap(r);
    else
        record_retired(r);
    if (c->event != HV_EVENT_NONE)
        lose_reservation(r->tracker, FUZZ_SC_AFTER_CHANGE);
    else if (c->trap)
        lose_reservation(r->tracker, FUZZ_SC_AFTER_TRAP);
}

unsigned fuzz_coverage_record(uint64_t *counts, struct fuzz_tracker *tracker, const struct fuzz_seen *seen)
{
    const struct hv_commit *c = seen->commit;
    struct recording r = {counts, tracker, seen, c, (unsigned)c->level, 0};
    if (tracker->lvmid_length)
        record_chain(&r);
    fuzz_fence_after(&r);
    record_event(&r);
    fuzz_fence_expect(&r);
    bool lvmid = c->event == HV_EVENT_LVMID;
    tracker->lvmid_level = lvmid ? r.level : 0;
    tracker->lvmid_length = lvmid ? (unsigned)c->target_level - r.level : 0;
    return r.fresh;
}
