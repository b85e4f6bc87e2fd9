/* Associator, prefix memory and last-page registers of the Verilog: what the ways hold, and the order of their use. */
#include "sim/rtl_move.h"

#include <stdlib.h>
#include <string.h>

/* One associator, or the prefix memory: `way<i>` has an entry's parts as registers when it is a unit of one set, and as
 * the bits of a word, tag, page, rights and valid, when there are more. */
struct part {
    const char *instance, *replacement;
    unsigned sets, ways, tag_bits;
    unsigned row;                        /* of the first set in the unit's memories */
    bool in_memories;                    /* else in registers */
    bool without_index;                  /* pages lack the bits that are the set's number */
    uint64_t *entry, *tag, *page, *real; /* of its first entry */
    uint64_t *age, *fifo, *plru, *lfsr;  /* NULL: another policy */
};

static unsigned log2_of(unsigned value)
{
    unsigned bits = 0;
    while ((1u << bits) < value)
        bits++;
    return bits;
}

static void move_registers(struct rtl_move *m, const struct part *p, unsigned way)
{
    uint64_t rights = p->entry[way] & 15, valid = p->entry[way] >> 4;
    rtl_numbered(m, p->instance, "way%u_valid", way, &valid, 1);
    rtl_numbered(m, p->instance, "way%u_rights", way, &rights, 4);
    p->entry[way] = rights | valid << 4;
    if (p->tag_bits)
        rtl_numbered(m, p->instance, "way%u_tag", way, &p->tag[way], p->tag_bits);
    rtl_numbered(m, p->instance, "way%u_page", way, &p->page[way], 20);
}

static void move_word(struct rtl_move *m, const struct part *p, unsigned set, unsigned way)
{
    const unsigned set_bits = p->without_index ? log2_of(p->sets) : 0, page_bits = 20 - set_bits,
                   i = set * p->ways + way;
    char name[RTL_NAME];
    uint64_t page = p->page[i] >> set_bits;
    snprintf(name, sizeof name, "way%u", way);
    rtl_row(m, p->instance, name, p->row + set, p->tag_bits + page_bits, 5, &p->entry[i]);
    rtl_row(m, p->instance, name, p->row + set, p->tag_bits, page_bits, &page);
    rtl_row(m, p->instance, name, p->row + set, 0, p->tag_bits, &p->tag[i]);
    p->page[i] = p->without_index ? page << set_bits | set : page;
}

static void move_entry(struct rtl_move *m, const struct part *p, unsigned set, unsigned way)
{
    const unsigned i = set * p->ways + way;
    if (p->in_memories)
        move_word(m, p, set, way);
    else
        move_registers(m, p, way);
    if (p->sets * p->ways == 1 && !p->in_memories) /* the only entry's is a register */
        rtl_field(m, p->instance, "real_o", &p->real[i], 20);
    else
        rtl_row(m, p->instance, "reals_n", (p->row + set) << log2_of(p->ways) | way, 0, 20, &p->real[i]);
    if (!m->put && !(p->entry[i] >> 4))
        p->entry[i] = p->tag[i] = p->page[i] = p->real[i] = 0;
}

/* ---- Replacement: the bits of a set, in a register or a memory ---- */

/* A bit for each pair of ways, in rows: was the way of the lower number touched later? To take, the ages of the valid
 * ways are counted; to put, an invalid way is older than any. */
static void move_ages(struct rtl_move *m, const struct part *p, unsigned set)
{
    uint64_t *age = p->age + set * p->ways;
    const uint64_t *entry = p->entry + set * p->ways;
    unsigned bit = 0;
    for (unsigned i = 0; !m->put && i < p->ways; i++)
        age[i] = entry[i] >> 4;
    for (unsigned i = 0; i < p->ways; i++)
        for (unsigned j = i + 1; j < p->ways; j++, bit++) {
            uint64_t later = age[i] && (!age[j] || age[i] < age[j]);
            rtl_row(m, p->instance, p->replacement, set, bit, 1, &later);
            if (!m->put && entry[i] >> 4 && entry[j] >> 4)
                age[later ? j : i]++;
        }
}

static void move_set(struct rtl_move *m, const struct part *p, unsigned set)
{
    if (p->ways == 1) { /* no bits: the only way is the next victim, and of those that are valid the first */
        if (p->age && !m->put)
            p->age[set] = p->entry[set] >> 4;
        return;
    }
    if (p->age)
        move_ages(m, p, set);
    if (p->fifo)
        rtl_row(m, p->instance, p->replacement, set, 0, log2_of(p->ways), &p->fifo[set]);
    for (unsigned node = 1; p->plru && node < p->ways; node++)
        rtl_row(m, p->instance, p->replacement, set, node - 1, 1, &p->plru[set * p->ways + node]);
}

static void move_part(struct rtl_move *m, const struct part *p)
{
    for (unsigned set = 0; set < p->sets; set++) {
        for (unsigned way = 0; way < p->ways; way++)
            move_entry(m, p, set, way);
        move_set(m, p, set);
    }
    if (p->lfsr && p->ways > 1)
        rtl_field(m, p->instance, "lfsr", p->lfsr, 16);
    else if (p->lfsr && !m->put)
        *p->lfsr = 0;
}

static uint64_t *at(struct rtl_move *m, enum hv_state_element element, size_t row)
{
    return m->state->rows[element] ? m->state->value[element] + row : NULL;
}

/* Is the prefix memory a row behind the sets of the associator? Pages are whole then. */
static bool prefix_is_row(const struct hv_config *config)
{
    return config->depth >= 2 && config->assoc_split == HV_UNIFIED && config->assoc_entries &&
           config->prefix_entries == config->assoc_ways && hv_config_sets(config) > 1;
}

static void move_half(struct rtl_move *m, const char *instance, unsigned half)
{
    const struct hv_config *config = m->rtl->config;
    const size_t first = (size_t)half * config->assoc_entries;
    const struct part part = {.instance = instance,
                              .replacement = "replacement",
                              .in_memories = hv_config_sets(config) > 1,
                              .without_index = !prefix_is_row(config),
                              .sets = hv_config_sets(config),
                              .ways = config->assoc_ways,
                              .tag_bits = hv_state_bits(config, HV_STATE_entry_tag),
                              .entry = at(m, HV_STATE_entry, first),
                              .tag = at(m, HV_STATE_entry_tag, first),
                              .page = at(m, HV_STATE_entry_page, first),
                              .real = at(m, HV_STATE_entry_real, first),
                              .age = at(m, HV_STATE_entry_age, first),
                              .fifo = at(m, HV_STATE_fifo, (size_t)half * hv_config_sets(config)),
                              .plru = at(m, HV_STATE_plru, first),
                              .lfsr = at(m, HV_STATE_lfsr, half)};
    move_part(m, &part);
}

static void move_prefix(struct rtl_move *m)
{
    const struct hv_config *config = m->rtl->config;
    const bool is_row = prefix_is_row(config);
    const struct part part = {.instance = is_row ? "u_core.u_associator" : "u_core.u_prefix_memory",
                              .replacement = is_row ? "prefix_replacement" : "replacement",
                              .row = is_row ? hv_config_sets(config) : 0,
                              .in_memories = is_row,
                              .sets = 1,
                              .ways = config->prefix_entries,
                              .tag_bits = hv_state_bits(config, HV_STATE_prefix_tag),
                              .entry = at(m, HV_STATE_prefix, 0),
                              .tag = at(m, HV_STATE_prefix_tag, 0),
                              .page = at(m, HV_STATE_prefix_page, 0),
                              .real = at(m, HV_STATE_prefix_real, 0),
                              .fifo = at(m, HV_STATE_prefix_fifo, 0)};
    move_part(m, &part);
}

/* ---- Last-page registers ---- */

/* One of a port's: with one of them the names have no number. */
static void rtl_last(struct rtl_move *m, const char *port, const char *what, unsigned i, uint64_t *value, unsigned bits)
{
    char name[RTL_NAME];
    if (m->rtl->config->last_pages == 1)
        snprintf(name, sizeof name, "%s_%s", port, what);
    else
        snprintf(name, sizeof name, "%s_%s_%u", port, what, i);
    rtl_field(m, "u_core.u_last_page", name, value, bits);
}

/* Register `i` to or from place `row` of the state; of what fetch holds there are no rights. */
static void move_last(struct rtl_move *m, const char *port, unsigned i, uint32_t row)
{
    uint64_t valid = VALUE(m, last, row) >> 4, rights = VALUE(m, last, row) & 15;
    rtl_last(m, port, "valid", i, &valid, 1);
    rtl_last(m, port, "last_page", i, &VALUE(m, last_page, row), 20);
    rtl_last(m, port, "last_real", i, &VALUE(m, last_real, row), 20);
    if (*port == 'd')
        rtl_last(m, port, "last_rights", i, &rights, 4);
    VALUE(m, last, row) = valid ? valid << 4 | rights : 0;
    if (!valid)
        VALUE(m, last_page, row) = VALUE(m, last_real, row) = 0;
}

/* Was register `i` used later than `j`, i < j? */
static void rtl_after(struct rtl_move *m, const char *port, unsigned i, unsigned j, uint64_t *later)
{
    char name[RTL_NAME];
    snprintf(name, sizeof name, "%s_%u_after_%u", port, i, j);
    rtl_field(m, "u_core.u_last_page", name, later, 1);
}

/* How many valid registers were used later than `i`. */
static unsigned place_of(struct rtl_move *m, const char *port, unsigned i, const uint64_t *valid)
{
    unsigned count = 0;
    for (unsigned j = 0; j < m->rtl->config->last_pages; j++) {
        uint64_t later = 0;
        if (j == i || !valid[j])
            continue;
        rtl_after(m, port, i < j ? i : j, i < j ? j : i, &later);
        count += i < j ? later == 0 : later == 1;
    }
    return count;
}

/* To put, register i takes place i, and was used later than those behind it. */
static void move_port(struct rtl_move *m, const char *port, uint32_t first)
{
    const unsigned pages = m->rtl->config->last_pages;
    uint64_t valid[8] = {0};
    for (unsigned i = 0; !m->put && i < pages; i++)
        rtl_last(m, port, "valid", i, &valid[i], 1);
    for (unsigned i = 0; i < pages && !m->failed; i++) {
        if (m->put || valid[i])
            move_last(m, port, i, first + (m->put ? i : place_of(m, port, i, valid)));
        for (unsigned j = i + 1; m->put && j < pages; j++)
            rtl_after(m, port, i, j, &(uint64_t){1});
    }
}

void rtl_move_associators(struct rtl_move *m)
{
    const struct hv_config *config = m->rtl->config;
    if (!config->depth)
        return;
    if (config->assoc_entries && config->assoc_split == HV_SPLIT) {
        move_half(m, "u_core.u_associator_fetch", 0);
        move_half(m, "u_core.u_associator_data", 1);
    } else if (config->assoc_entries) {
        move_half(m, "u_core.u_associator", 0);
    }
    if (m->state->rows[HV_STATE_prefix])
        move_prefix(m);
    move_port(m, "fetch", 0);
    move_port(m, "data", config->last_pages);
}
