/* Associator and prefix memory taken and put: entries by place, and of the replacement what decides (docs/spec.md,
 * 10.8). */
#include "model/associator.h"
#include "model/state_internal.h"

#include <string.h>

static unsigned halves(const struct hv_machine *m)
{
    return m->config.depth && m->associator.half[0].entries ? m->config.assoc_split == HV_SPLIT ? 2 : 1 : 0;
}

unsigned hvm_state_level(const struct hv_machine *m, uint64_t tag, unsigned running)
{
    switch (m->config.assoc_key) {
    case HV_KEY_NONE:
        return running;
    case HV_KEY_LEVEL:
        return (unsigned)tag;
    default:
        return hvm_state_syllables(&m->config, tag);
    }
}

/* ---- lru ---- */

/* Of a set of few ways: how many valid ones were touched no earlier. */
static uint64_t age_by_time(const struct entry *entries, const uint64_t *used, uint32_t ways, uint32_t way)
{
    uint64_t age = 0;
    for (uint32_t i = 0; i < ways; i++)
        age += entries[i].valid && used[i] >= used[way];
    return age;
}

static void take_ages(const struct hv_machine *m, const struct half *half, uint32_t set, uint64_t *ages)
{
    const uint32_t ways = m->associator.ways;
    const struct entry *entries = &half->entries[set * ways];
    const uint64_t *used = &half->used[set * ways];
    uint64_t age = 0;
    uint32_t at = half->sets[set].recent;
    for (uint32_t way = 0; way < ways; way++) {
        if (m->associator.timed) {
            ages[way] = entries[way].valid ? age_by_time(entries, used, ways, way) : 0;
        } else {
            ages[at] = entries[at].valid ? ++age : 0;
            at = entries[at].older;
        }
    }
}

/* Touch the valid ways from the oldest to the newest. */
static void put_ages(struct hv_machine *m, const struct half *half, uint32_t set, const uint64_t *ages, uint32_t *order)
{
    const uint32_t ways = m->associator.ways;
    uint32_t valid = 0;
    for (uint32_t way = 0; way < ways; way++)
        if (ages[way]) {
            order[ages[way] - 1] = way;
            valid++;
        }
    while (valid--)
        touch(m, half, &half->entries[set * ways + order[valid]]);
}

/* ---- replacement ---- */

static void take_replacement(const struct hv_machine *m, unsigned h, struct hv_state *s)
{
    const struct associator *a = &m->associator;
    const struct half *half = &a->half[h];
    for (uint32_t set = 0; set < a->sets; set++) {
        const size_t first = (size_t)h * a->sets * a->ways + set * a->ways;
        if (s->rows[HV_STATE_entry_age])
            take_ages(m, half, set, &s->value[HV_STATE_entry_age][first]);
        if (s->rows[HV_STATE_fifo])
            s->value[HV_STATE_fifo][h * a->sets + set] = half->sets[set].fifo;
        for (uint32_t way = 0; s->rows[HV_STATE_plru] && way < a->ways; way++)
            s->value[HV_STATE_plru][first + way] = half->trees[set * a->ways + way];
    }
    if (s->rows[HV_STATE_lfsr])
        s->value[HV_STATE_lfsr][h] = a->lfsr[h];
}

static void put_replacement(struct hv_machine *m, unsigned h, const struct hv_state *s, uint32_t *order)
{
    struct associator *a = &m->associator;
    const struct half *half = &a->half[h];
    for (uint32_t set = 0; set < a->sets; set++) {
        const size_t first = (size_t)h * a->sets * a->ways + set * a->ways;
        if (s->rows[HV_STATE_entry_age])
            put_ages(m, half, set, &s->value[HV_STATE_entry_age][first], order);
        if (s->rows[HV_STATE_fifo])
            half->sets[set].fifo = (uint32_t)s->value[HV_STATE_fifo][h * a->sets + set];
        for (uint32_t way = 0; s->rows[HV_STATE_plru] && way < a->ways; way++)
            half->trees[set * a->ways + way] = (uint8_t)s->value[HV_STATE_plru][first + way];
    }
    if (s->rows[HV_STATE_lfsr])
        a->lfsr[h] = (uint32_t)s->value[HV_STATE_lfsr][h];
}

/* ---- entries ---- */

static void take_entries(const struct hv_machine *m, unsigned h, struct hv_state *s)
{
    const uint32_t count = m->associator.sets * m->associator.ways;
    for (uint32_t i = 0; i < count; i++) {
        const struct entry *entry = &m->associator.half[h].entries[i];
        const size_t row = (size_t)h * count + i;
        if (!entry->valid)
            continue;
        s->value[HV_STATE_entry][row] = STATE_VALID | entry->rights;
        s->value[HV_STATE_entry_tag][row] = entry->tag;
        s->value[HV_STATE_entry_page][row] = entry->page;
        s->value[HV_STATE_entry_real][row] = entry->real;
    }
}

static void put_entries(struct hv_machine *m, unsigned h, const struct hv_state *s)
{
    const uint32_t count = m->associator.sets * m->associator.ways;
    for (uint32_t i = 0; i < count; i++) {
        const size_t row = (size_t)h * count + i;
        const uint64_t tag = s->value[HV_STATE_entry_tag][row];
        const struct entry entry = {.tag = tag,
                                    .page = (uint32_t)s->value[HV_STATE_entry_page][row],
                                    .real = (uint32_t)s->value[HV_STATE_entry_real][row],
                                    .rights = s->value[HV_STATE_entry][row] & RIGHT_ALL,
                                    .level = (uint8_t)hvm_state_level(m, tag, m->level)};
        if (s->value[HV_STATE_entry][row] & STATE_VALID)
            hvm_associator_place(m, h, i, &entry);
    }
}

static void take_prefix(const struct hv_machine *m, struct hv_state *s)
{
    for (uint32_t i = 0; i < s->rows[HV_STATE_prefix]; i++) {
        const struct prefix_entry *entry = &m->associator.prefix[i];
        if (!entry->valid)
            continue;
        s->value[HV_STATE_prefix][i] = STATE_VALID | entry->rights;
        s->value[HV_STATE_prefix_tag][i] = entry->tag;
        s->value[HV_STATE_prefix_page][i] = entry->page;
        s->value[HV_STATE_prefix_real][i] = entry->real;
    }
    if (s->rows[HV_STATE_prefix_fifo])
        s->value[HV_STATE_prefix_fifo][0] = m->associator.prefix_fifo;
}

static void put_prefix(struct hv_machine *m, const struct hv_state *s)
{
    for (uint32_t i = 0; i < s->rows[HV_STATE_prefix]; i++) {
        const uint64_t tag = s->value[HV_STATE_prefix_tag][i];
        if (s->value[HV_STATE_prefix][i] & STATE_VALID)
            m->associator.prefix[i] = (struct prefix_entry){tag,
                                                            (uint32_t)s->value[HV_STATE_prefix_page][i],
                                                            (uint32_t)s->value[HV_STATE_prefix_real][i],
                                                            s->value[HV_STATE_prefix][i] & RIGHT_ALL,
                                                            (uint8_t)hvm_state_level(m, tag, m->level - 1),
                                                            true};
    }
    if (s->rows[HV_STATE_prefix_fifo])
        m->associator.prefix_fifo = (uint32_t)s->value[HV_STATE_prefix_fifo][0];
}

/* ---- all of it ---- */

void hvm_state_take_associator(const struct hv_machine *m, struct hv_state *s)
{
    for (unsigned h = 0; h < halves(m); h++) {
        take_entries(m, h, s);
        take_replacement(m, h, s);
    }
    take_prefix(m, s);
    for (uint32_t i = 0; i < s->rows[HV_STATE_held]; i++)
        s->value[HV_STATE_held][i] = m->associator.held[i + 1];
}

void hvm_state_put_associator(struct hv_machine *m, const struct hv_state *s, uint32_t *order)
{
    for (unsigned h = 0; h < halves(m); h++) {
        put_entries(m, h, s);
        put_replacement(m, h, s, order);
    }
    put_prefix(m, s);
    for (uint32_t i = 0; i < s->rows[HV_STATE_held]; i++)
        m->associator.held[i + 1] = (uint32_t)s->value[HV_STATE_held][i];
    hvm_associator_running(m);
}
