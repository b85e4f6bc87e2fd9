/* Fences: what was cached before, and what shows afterwards that it is there no more, or still.
 *
 * A wrong fence that empties other entries of the associator shows at once, in `flushed`, if there are any: so the
 * contents are looked at beforehand. What it does to the prefix memory and to the last-page registers shows only
 * when they are asked.
 */
#include "fuzz/coverage_internal.h"

#include "isa/encode.h"

#include <string.h>

/* ---- whose entry ---- */

static uint64_t vmid_mask(const struct hv_config *config, unsigned level)
{
    const unsigned bits = level * config->syllable_bits;
    return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

enum fuzz_operand fuzz_fence_operand(uint32_t insn, uint32_t rs1, const struct hv_config *config)
{
    if (!(insn >> 15 & 31))
        return FUZZ_FENCE_ALL;
    return rs1 && rs1 >> config->syllable_bits == 0 ? FUZZ_FENCE_SYLLABLE : FUZZ_FENCE_NO_SYLLABLE;
}

/* The monitor about to fence, and the syllable in the low bits of what it names. */
struct fencer {
    const struct hv_machine *machine;
    const struct hv_config *config;
    unsigned level;
    bool all;
    uint32_t syllable;
};

static enum fuzz_kin named(const struct fencer *f, const struct hv_cached *entry, uint32_t syllable)
{
    if (!f->all && syllable != f->syllable)
        return FUZZ_OTHER;
    return entry->level == f->level + 1 ? FUZZ_CHILD : FUZZ_DESCENDANT;
}

static enum fuzz_kin kin_by_vmid(const struct fencer *f, const struct hv_cached *entry)
{
    const unsigned level = entry->level < f->level ? entry->level : f->level;
    const uint64_t mask = vmid_mask(f->config, level);
    const bool related = (entry->tag & mask) == (hv_machine_vmid(f->machine) & mask);
    if (entry->level <= f->level)
        return !related ? FUZZ_KINS : entry->level == f->level ? FUZZ_SELF : FUZZ_ANCESTOR;
    const uint64_t rest = entry->tag >> f->level * f->config->syllable_bits;
    const uint32_t syllable = (uint32_t)(rest & vmid_mask(f->config, 1));
    if (related)
        return named(f, entry, syllable);
    return f->all || syllable == f->syllable ? FUZZ_COUSIN : FUZZ_KINS;
}

/* FUZZ_KINS: nobody that matters. */
static enum fuzz_kin kin_of(const struct fencer *f, const struct hv_cached *entry)
{
    if (f->config->assoc_key == HV_KEY_VMID)
        return kin_by_vmid(f, entry);
    if (entry->level > f->level)
        return named(f, entry, hv_machine_held(f->machine, f->level + 1));
    return entry->level == f->level ? FUZZ_SELF : FUZZ_ANCESTOR;
}

/* ---- before ---- */

static void look_at_half(struct fuzz_coming *coming, const struct fencer *f, enum hv_cache half)
{
    const enum fuzz_memory memory = f->config->assoc_split == HV_UNIFIED ? FUZZ_UNIFIED
                                    : half == HV_CACHE_FETCH             ? FUZZ_FETCH_HALF
                                                                         : FUZZ_DATA_HALF;
    struct hv_cached entry;
    for (unsigned i = 0; hv_machine_cached(f->machine, half, i, &entry); i++) {
        const enum fuzz_kin kin = entry.valid ? kin_of(f, &entry) : FUZZ_KINS;
        if (kin != FUZZ_KINS)
            coming->held[memory][kin] = true;
    }
}

static void look_at_prefixes(struct fuzz_coming *coming, const struct fencer *f)
{
    struct hv_cached entry;
    for (unsigned i = 0; i < FUZZ_MAX_PREFIXES && hv_machine_cached(f->machine, HV_CACHE_PREFIX, i, &entry); i++) {
        const enum fuzz_kin kin = entry.valid ? kin_of(f, &entry) : FUZZ_KINS;
        if (kin == FUZZ_KINS)
            continue;
        coming->held[FUZZ_PREFIX][kin] = true;
        coming->prefix[coming->prefixes++] = (struct fuzz_prefix){entry.tag, entry.page, entry.level, kin};
    }
}

/* The names of the word that is fetched next, and the word. */
static bool next_word(struct fuzz_coming *coming, const struct hv_machine *machine)
{
    uint32_t real, steps[HV_MAX_DEPTH + 1] = {0};
    unsigned count;
    uint8_t bytes[4];
    const bool fetched = hv_machine_evaluate(machine, hv_machine_pc(machine), HV_ACCESS_FETCH, &real, steps, &count) &&
                         hv_machine_read_ram(machine, real, bytes, sizeof bytes);
    *coming = (struct fuzz_coming){.pc = hv_machine_pc(machine), .name = steps[0], .below = steps[1]};
    if (fetched)
        coming->insn =
            (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return fetched;
}

void fuzz_fence_expect(struct recording *r)
{
    const struct hv_machine *machine = r->seen->machine;
    const struct hv_config *config = r->seen->config;
    struct fuzz_coming *coming = &r->tracker->coming;
    if (!next_word(coming, machine) || (coming->insn & ~(31u << 15)) != hv_encode_r(HV_INSN_HV_FENCE, 0, 0, 0))
        return;
    const unsigned field = coming->insn >> 15 & 31;
    const uint32_t rs1 = hv_machine_x(machine, field);
    const struct fencer f = {machine, config, hv_machine_level(machine), field == 0,
                             rs1 & (uint32_t)vmid_mask(config, 1)};
    struct hv_cached data;
    hv_machine_cached(machine, HV_CACHE_LAST, r->seen->config->last_pages, &data);
    coming->fence = true;
    coming->operand = fuzz_fence_operand(coming->insn, rs1, config);
    coming->data = data.valid;
    coming->data_page = data.page;
    look_at_half(coming, &f, HV_CACHE_FETCH);
    look_at_half(coming, &f, HV_CACHE_DATA);
    look_at_prefixes(coming, &f);
}

/* ---- the fence ---- */

static bool empties(enum fuzz_operand operand, enum fuzz_kin kin)
{
    return operand != FUZZ_FENCE_NO_SYLLABLE && (kin == FUZZ_CHILD || kin == FUZZ_DESCENDANT);
}

static void begin_after(struct recording *r)
{
    const struct fuzz_coming *coming = &r->tracker->coming;
    struct fuzz_fenced *fenced = &r->tracker->fenced;
    for (unsigned level = 1; level <= HV_MAX_DEPTH; level++)
        fenced->syllable[level] = hv_machine_held(r->seen->machine, level);
    for (unsigned i = 0; i < coming->prefixes; i++) {
        if (empties(coming->operand, coming->prefix[i].kin))
            fenced->gone[fenced->gone_count++] = coming->prefix[i];
        else
            fenced->kept[fenced->kept_count++] = coming->prefix[i];
    }
}

/* A fence whose own fetch walked has changed what it finds: then nothing is said about entries. */
void fuzz_fence_found(struct recording *r)
{
    const struct hv_commit *c = r->commit;
    const struct fuzz_coming *coming = &r->tracker->coming;
    struct fuzz_fenced *fenced = &r->tracker->fenced;
    *fenced = (struct fuzz_fenced){.level = r->level};
    if (!coming->fence || coming->pc != c->pc_rdata || coming->insn != c->insn)
        return;
    fenced->operand = coming->operand;
    fenced->fetch = r->level && coming->name % HV_PAGE_BYTES != HV_PAGE_BYTES - 4; /* the next word is in this page */
    fenced->data = r->level && coming->data;
    fenced->data_page = coming->data_page;
    if (c->misses)
        return;
    begin_after(r);
    for (enum fuzz_memory memory = 0; memory < FUZZ_MEMORIES; memory++)
        for (enum fuzz_kin kin = 0; kin < FUZZ_KINS; kin++)
            if (coming->held[memory][kin])
                FUZZ_ADD(r, HELD, .key = FUZZ_KEY_NONE + r->seen->config->assoc_key, .operand = coming->operand,
                         .memory = memory, .kin = kin);
}

/* ---- after ---- */

static void count_after(struct recording *r, enum fuzz_after after)
{
    const struct fuzz_fenced *fenced = &r->tracker->fenced;
    fuzz_add(r, &(struct fuzz_point){.table = FUZZ_TABLE_AFTER,
                                     .key = FUZZ_KEY_NONE + r->seen->config->assoc_key,
                                     .level = fenced->level,
                                     .operand = fenced->operand,
                                     .after = after});
}

/* What a forgotten register would have served, of the port, and did not: there was a lookup. */
static void ask_registers(struct recording *r)
{
    enum { FETCH = 1, DATA = 2 };
    const struct hv_commit *c = r->commit;
    struct fuzz_fenced *fenced = &r->tracker->fenced;
    struct hv_cached data;
    hv_machine_cached(r->seen->machine, HV_CACHE_LAST, r->seen->config->last_pages, &data);
    if (fenced->fetch && c->lookups & FETCH)
        count_after(r, FUZZ_AFTER_FETCH);
    if (fenced->data && c->lookups & DATA && data.valid && data.page == fenced->data_page)
        count_after(r, FUZZ_AFTER_DATA);
    fenced->fetch = false;
    fenced->data = fenced->data && !(c->accesses & DATA) && c->event == HV_EVENT_NONE;
}

static bool same_prefix(const struct fuzz_prefix *prefix, const struct hv_cached *entry)
{
    return prefix->tag == entry->tag && prefix->page == entry->page && prefix->level == entry->level;
}

static bool is_there(const struct recording *r, const struct fuzz_prefix *prefix)
{
    struct hv_cached entry;
    for (unsigned i = 0; hv_machine_cached(r->seen->machine, HV_CACHE_PREFIX, i, &entry); i++)
        if (entry.valid && same_prefix(prefix, &entry))
            return true;
    return false;
}

/* What was emptied is there again, so it was asked for and not found. */
static void ask_gone(struct recording *r)
{
    struct fuzz_fenced *fenced = &r->tracker->fenced;
    for (unsigned i = fenced->gone_count; i-- > 0;) {
        if (!is_there(r, &fenced->gone[i]))
            continue;
        count_after(r, FUZZ_AFTER_GONE);
        fenced->gone[i] = fenced->gone[--fenced->gone_count];
    }
}

static enum fuzz_after after_of(enum fuzz_kin kin)
{
    if (kin == FUZZ_COUSIN)
        return FUZZ_AFTER_COUSIN;
    return kin == FUZZ_SELF || kin == FUZZ_ANCESTOR ? FUZZ_AFTER_OWN : FUZZ_AFTER_OTHER;
}

/* A walk of the running VM ended at the prefix for this name of the level below: did the fence leave it? */
static void ask_kept(struct recording *r, uint32_t below)
{
    const struct hv_config *config = r->seen->config;
    const struct fuzz_fenced *fenced = &r->tracker->fenced;
    const uint64_t tag = config->assoc_key == HV_KEY_VMID    ? r->commit->vmid & vmid_mask(config, r->level - 1)
                         : config->assoc_key == HV_KEY_LEVEL ? r->level - 1
                                                             : 0;
    const struct hv_cached asked = {.level = r->level - 1, .tag = tag, .page = below >> HV_PAGE_BITS};
    for (unsigned i = 0; i < fenced->kept_count; i++)
        if (same_prefix(&fenced->kept[i], &asked))
            count_after(r, after_of(fenced->kept[i].kin));
}

/* The fetch was foreseen; a load or store that retired has changed no map and no phi. */
static void ask_prefixes(struct recording *r)
{
    enum { FETCH = 1, DATA = 2 };
    const struct hv_commit *c = r->commit;
    uint32_t real, steps[HV_MAX_DEPTH + 1] = {0};
    unsigned count;
    if (c->prefix_hits & FETCH && r->tracker->coming.pc == c->pc_rdata)
        ask_kept(r, r->tracker->coming.below);
    if (c->prefix_hits & DATA && c->event == HV_EVENT_NONE && !c->trap &&
        hv_machine_evaluate(r->seen->machine, (uint32_t)c->mem_addr, HV_ACCESS_LOAD, &real, steps, &count))
        ask_kept(r, steps[1]);
}

/* Those that are there no more, for whatever reason, say nothing about the fence. */
static void forget_kept(struct recording *r)
{
    struct fuzz_fenced *fenced = &r->tracker->fenced;
    for (unsigned i = fenced->kept_count; i-- > 0;)
        if (!is_there(r, &fenced->kept[i]))
            fenced->kept[i] = fenced->kept[--fenced->kept_count];
}

/* Key level: an append of another syllable would have emptied them too. */
static void forget_gone(struct recording *r)
{
    struct fuzz_fenced *fenced = &r->tracker->fenced;
    unsigned level = 1;
    while (level <= HV_MAX_DEPTH && hv_machine_held(r->seen->machine, level) == fenced->syllable[level])
        level++;
    for (unsigned i = fenced->gone_count; i-- > 0;)
        if (fenced->gone[i].level >= level)
            fenced->gone[i] = fenced->gone[--fenced->gone_count];
}

void fuzz_fence_after(struct recording *r)
{
    const struct fuzz_fenced *fenced = &r->tracker->fenced;
    const struct hv_commit *c = r->commit;
    if (fenced->fetch || fenced->data)
        ask_registers(r);
    if (!fenced->gone_count && !fenced->kept_count)
        return;
    if (c->misses)
        ask_gone(r);
    if (c->prefix_hits && r->level > 1)
        ask_prefixes(r);
    if (c->misses || c->event != HV_EVENT_NONE)
        forget_kept(r);
    if (c->event == HV_EVENT_LVMID && r->seen->config->assoc_key == HV_KEY_LEVEL)
        forget_gone(r);
}
