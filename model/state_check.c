/* Could a machine be in this state? Whoever puts one may have it from a file that anybody wrote; what is asked here is
 * more than what keeps the model within its memory. */
#include "model/state_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
    const struct hv_machine *m; /* of the configuration */
    const struct hv_state *s;
    unsigned level; /* n */
    struct hv_error *error;
};

static bool refuse(const struct check *c, enum hv_state_element element, uint32_t row, const char *expected)
{
    snprintf(c->error->text, sizeof c->error->text, "state: %s, row %" PRIu32 ": found 0x%" PRIx64 ", expected %s",
             hv_state_name(element), row, c->s->value[element][row], expected);
    return false;
}

#define VALUE(element, row) (c->s->value[HV_STATE_##element][row])
#define EXPECT(condition, element, row, expected)                                                                      \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return refuse(c, HV_STATE_##element, row, expected);                                                       \
    } while (0)

static bool check_bits(const struct check *c)
{
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++) {
        const uint64_t limit = hvm_state_limit(hv_state_bits(&c->m->config, e));
        for (uint32_t i = 0; i < c->s->rows[e]; i++)
            if (c->s->value[e][i] > limit) {
                char expected[48];
                snprintf(expected, sizeof expected, "at most 0x%" PRIx64, limit);
                return refuse(c, e, i, expected);
            }
    }
    return true;
}

/* ---- Processor ---- */

/* Syllables of this many levels, none of them 0. */
static bool is_path(const struct hv_config *config, uint64_t vmid)
{
    const unsigned bits = config->syllable_bits;
    for (unsigned i = 0; i < hvm_state_syllables(config, vmid); i++)
        if (!(vmid >> i * bits & hvm_state_limit(bits)))
            return false;
    return true;
}

static bool check_context(const struct check *c)
{
    const struct hv_config *config = &c->m->config;
    for (uint32_t i = 0; i < CTX_WORDS; i++) {
        EXPECT(hvm_legalize(config, i, (uint32_t)VALUE(context, i)) == VALUE(context, i), context, i, "a legal value");
        EXPECT(c->level ? hvm_legalize(config, i, (uint32_t)VALUE(bank, i)) == VALUE(bank, i) : !VALUE(bank, i), bank,
               i, "a legal value, 0 at level 0");
    }
    return true;
}

static bool is_ram(const struct check *c, uint64_t real)
{
    return hvm_page_kind(c->m, (uint32_t)real >> HV_PAGE_BITS) == PAGE_RAM;
}

static bool check_processor(const struct check *c)
{
    EXPECT(!VALUE(x, 0), x, 0, "0");
    if (c->s->rows[HV_STATE_vmid])
        EXPECT(is_path(&c->m->config, VALUE(vmid, 0)), vmid, 0, "syllables that are not 0");
    EXPECT(VALUE(reserved, 0) ? VALUE(reservation, 0) % 4 == 0 && is_ram(c, VALUE(reservation, 0))
                              : !VALUE(reservation, 0),
           reservation, 0, "a word of RAM, 0 without a reservation");
    return check_context(c);
}

/* ---- Levels ---- */

static bool check_map(const struct check *c, uint32_t row)
{
    const uint32_t form = (uint32_t)VALUE(map_form, row), base = (uint32_t)VALUE(map_base, row);
    const bool linear = (form & 15) == HV_FORM_LINEAR;
    const struct f_map map = {.form = form & 15,
                              .grain = form >> HV_FORM_GRAIN_SHIFT & 15,
                              .first = (uint32_t)VALUE(map_first, row),
                              .base = base,
                              .bound = (uint32_t)VALUE(map_bound, row)};
    const bool empty = (form & 15) == HV_FORM_NONE;
    EXPECT(!empty || (!form && !map.first && !base && !map.bound), map_form, row, "zeros beside a form of 0");
    EXPECT(hvm_bad_map_word(&c->m->config, &map, form) == 4, map_form, row, "a map that is well formed");
    EXPECT(!linear || is_ram(c, base), map_base, row, "the real name of a table in RAM");
    EXPECT(linear ? (VALUE(map_table, row) & PAGE_OFFSET) == (base & PAGE_OFFSET) : !VALUE(map_table, row), map_table,
           row, "the table's place in its page");
    return true;
}

static bool check_levels(const struct check *c)
{
    for (uint32_t i = 0; i < c->m->config.depth; i++) {
        const bool appended = i < c->level;
        EXPECT(appended || !VALUE(caps, i), caps, i, "0");
        EXPECT(appended ? !(VALUE(vip, i) & ~(uint64_t)HV_CSR_WRITABLE_MIE) : !VALUE(vip, i), vip, i, "bits of mip");
        EXPECT(appended ? VALUE(vmcb, i) % HV_VMCB_BYTES == 0 && is_ram(c, VALUE(vmcb, i)) : !VALUE(vmcb, i), vmcb, i,
               "a VMCB in RAM, 0 of a level that is not appended");
        for (uint32_t row = 2 * i; row < 2 * i + 2; row++) {
            EXPECT(appended || !VALUE(map_form, row), map_form, row, "0");
            if (!check_map(c, row))
                return false;
        }
    }
    return true;
}

static bool check_line(const struct check *c)
{
    if (c->m->config.depth)
        EXPECT(hv_state_has_line(c->s, c->level) || !VALUE(line, 0), line, 0, "0 where level 0 or n owns the line");
    return true;
}

/* ---- What is cached ---- */

/* Something is behind the real page; bit RAM says whether that is RAM. */
static bool is_real(const struct check *c, uint64_t rights, uint64_t real)
{
    const enum page_kind kind = hvm_page_kind(c->m, (uint32_t)real);
    return kind != PAGE_NOTHING && (kind == PAGE_RAM) == !!(rights & RIGHT_RAM);
}

/* The tag of a VM. */
static bool is_tag(const struct check *c, uint64_t tag)
{
    const struct hv_config *config = &c->m->config;
    const unsigned level = hvm_state_level(c->m, tag, c->level);
    return level >= 1 && level <= config->depth && (config->assoc_key != HV_KEY_VMID || is_path(config, tag));
}

static bool check_entry(const struct check *c, uint32_t row)
{
    const uint64_t entry = VALUE(entry, row);
    const uint32_t sets = c->m->associator.sets, ways = c->m->associator.ways, set = row / ways % sets;
    if (!(entry & STATE_VALID)) {
        EXPECT(!entry && !VALUE(entry_tag, row) && !VALUE(entry_page, row) && !VALUE(entry_real, row), entry, row,
               "zeros of an invalid entry");
        return true;
    }
    EXPECT(is_tag(c, VALUE(entry_tag, row)), entry_tag, row, "the tag of a VM");
    EXPECT((VALUE(entry_page, row) & (sets - 1)) == set, entry_page, row, "a page of this set");
    EXPECT(is_real(c, entry, VALUE(entry_real, row)), entry_real, row,
           "a page with something behind it, RAM by its rights");
    return true;
}

/* By page, then by tag. */
static int compare_rows(const void *a, const void *b, void *context)
{
    const struct hv_state *s = context;
    const uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const uint64_t *pages = s->value[HV_STATE_entry_page], *tags = s->value[HV_STATE_entry_tag];
    return pages[i] != pages[j] ? (pages[i] > pages[j]) - (pages[i] < pages[j])
                                : (tags[i] > tags[j]) - (tags[i] < tags[j]);
}

/* The valid ways of the set that begins at row `first`: no two of them are the same, and each has an age of its own. */
static bool check_set(const struct check *c, uint32_t first, uint32_t *order)
{
    const uint32_t ways = c->m->associator.ways;
    uint32_t count = 0;
    for (uint32_t row = first; row < first + ways; row++)
        if (VALUE(entry, row))
            order[count++] = row;
    qsort_r(order, count, sizeof *order, compare_rows, (void *)c->s);
    for (uint32_t i = 1; i < count; i++)
        EXPECT(compare_rows(&order[i - 1], &order[i], (void *)c->s), entry_page, order[i], "one entry of a page");
    if (!c->s->rows[HV_STATE_entry_age])
        return true;
    memset(order, 0, count * sizeof *order);
    for (uint32_t row = first; row < first + ways; row++) {
        const uint64_t age = VALUE(entry_age, row);
        const bool valid = VALUE(entry, row);
        EXPECT(valid ? age >= 1 && age <= count && !order[age - 1]++ : !age, entry_age, row, "an age of its own");
    }
    return true;
}

static bool check_replacement(const struct check *c)
{
    for (uint32_t i = 0; i < c->s->rows[HV_STATE_fifo]; i++)
        EXPECT(VALUE(fifo, i) < c->m->associator.ways, fifo, i, "a way");
    for (uint32_t i = 0; i < c->s->rows[HV_STATE_plru]; i += c->m->associator.ways)
        EXPECT(!VALUE(plru, i), plru, i, "0");
    for (uint32_t i = 0; i < c->s->rows[HV_STATE_lfsr]; i++)
        EXPECT(VALUE(lfsr, i), lfsr, i, "a number that is not 0");
    return true;
}

static bool check_associator(const struct check *c, uint32_t *order)
{
    for (uint32_t row = 0; row < c->s->rows[HV_STATE_entry]; row++)
        if (!check_entry(c, row))
            return false;
    for (uint32_t row = 0; row < c->s->rows[HV_STATE_entry]; row += c->m->associator.ways)
        if (!check_set(c, row, order))
            return false;
    return check_replacement(c);
}

static bool check_prefix(const struct check *c)
{
    for (uint32_t i = 0; i < c->s->rows[HV_STATE_prefix]; i++) {
        const uint64_t entry = VALUE(prefix, i), tag = VALUE(prefix_tag, i), page = VALUE(prefix_page, i);
        if (!(entry & STATE_VALID)) {
            EXPECT(!entry && !tag && !page && !VALUE(prefix_real, i), prefix, i, "zeros of an invalid entry");
            continue;
        }
        EXPECT(c->level >= 2 || c->m->config.assoc_key != HV_KEY_NONE, prefix, i, "none below level 2");
        EXPECT(c->m->config.assoc_key == HV_KEY_NONE || is_tag(c, tag), prefix_tag, i, "the tag of a VM");
        EXPECT(is_real(c, entry, VALUE(prefix_real, i)), prefix_real, i,
               "a page with something behind it, RAM by its rights");
        for (uint32_t j = 0; j < i; j++)
            EXPECT(!VALUE(prefix, j) || VALUE(prefix_page, j) != page || VALUE(prefix_tag, j) != tag, prefix_page, i,
                   "one entry of a page");
    }
    if (c->s->rows[HV_STATE_prefix_fifo])
        EXPECT(VALUE(prefix_fifo, 0) < c->m->config.prefix_entries, prefix_fifo, 0, "an entry");
    return true;
}

/* The registers in use come first, and no page is in two of a port. */
static bool check_last_pages(const struct check *c)
{
    const uint32_t pages = c->m->config.last_pages;
    for (uint32_t i = 0; i < c->s->rows[HV_STATE_last]; i++) {
        const uint64_t last = VALUE(last, i);
        const bool fetch = i < pages;
        if (!(last & STATE_VALID)) {
            EXPECT(!last && !VALUE(last_page, i) && !VALUE(last_real, i), last, i, "zeros of an invalid register");
            continue;
        }
        EXPECT(c->level && (!fetch || last == STATE_VALID), last, i, "none at level 0, no rights of fetches");
        EXPECT(i % pages == 0 || VALUE(last, i - 1), last, i, "none behind one that is empty");
        EXPECT(is_real(c, fetch ? RIGHT_RAM : last, VALUE(last_real, i)), last_real, i,
               "a page with something behind it, RAM by its rights");
        for (uint32_t j = i - i % pages; j < i; j++)
            EXPECT(VALUE(last_page, j) != VALUE(last_page, i), last_page, i, "one register of a page");
    }
    return true;
}

/* ---- Devices and books ---- */

static bool check_rest(const struct check *c)
{
    EXPECT(VALUE(looped, 0) || !VALUE(loop_byte, 0), loop_byte, 0, "0 without a byte in loop-back");
    EXPECT(VALUE(region, 0) || !VALUE(region, 1), region, 1, "no open region before one was begun");
    EXPECT(VALUE(probe, 0) <= HV_PROBE_STEPS, probe, 0, "a step of a probe");
    return true;
}

int hvm_state_check(const struct hv_machine *m, const struct hv_state *state, uint32_t *order, struct hv_error *error)
{
    struct check check = {.m = m, .s = state, .error = error};
    const struct check *c = &check;
    if (!check_bits(c))
        return -1;
    if (state->rows[HV_STATE_vmid])
        check.level = hvm_state_syllables(&m->config, state->value[HV_STATE_vmid][0]);
    return check_processor(c) && check_levels(c) && check_line(c) && check_associator(c, order) && check_prefix(c) &&
                   check_last_pages(c) && check_rest(c)
               ? 0
               : -1;
}
