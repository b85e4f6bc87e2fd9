/* A machine's state taken and put, element by element: see isa/state.def. What is put has been checked (state_check.c).
 */
#include "model/state_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)HV_CONTEXT_WORDS == (int)CTX_WORDS, "one word of the processor map is one of the context");
static_assert(HV_PROBE_STEPS < 32, "a step fits into the element's bits");

/* ---- The elements ---- */

const char *hv_state_name(enum hv_state_element element)
{
    static const char *const names[] = {
#define STATE(name, rows, bits, side, meaning) #name,
#include "isa/state.def"
    };
    return names[element];
}

bool hv_state_in_rtl(enum hv_state_element element)
{
    enum { MODEL, BOTH };
    static const uint8_t sides[] = {
#define STATE(name, rows, bits, side, meaning) side,
#include "isa/state.def"
    };
    return sides[element] == BOTH;
}

uint32_t hv_state_rows(const struct hv_config *c, enum hv_state_element element)
{
    switch (element) {
#define STATE(name, rows, bits, side, meaning)                                                                         \
    case HV_STATE_##name:                                                                                              \
        return rows;
#include "isa/state.def"
    default:
        return 0;
    }
}

unsigned hv_state_bits(const struct hv_config *c, enum hv_state_element element)
{
    switch (element) {
#define STATE(name, rows, bits, side, meaning)                                                                         \
    case HV_STATE_##name:                                                                                              \
        return bits;
#include "isa/state.def"
    default:
        return 0;
    }
}

struct hv_state *hv_state_new(const struct hv_config *config)
{
    struct hv_state *state = calloc(1, sizeof *state);
    size_t count = 0;
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        count += hv_state_rows(config, e);
    uint64_t *values = calloc(count, sizeof *values);
    if (!state || !values) {
        free(state);
        free(values);
        return NULL;
    }
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++) {
        state->rows[e] = hv_state_rows(config, e);
        state->value[e] = values;
        values += state->rows[e];
    }
    return state;
}

void hv_state_free(struct hv_state *state)
{
    if (state)
        free(state->value[0]);
    free(state);
}

bool hv_state_has_line(const struct hv_state *state, unsigned level)
{
    unsigned owner = 0;
    while (owner < level && state->value[HV_STATE_caps][owner] & HV_CAP_LINE)
        owner++;
    return owner && owner < level;
}

bool hv_state_differ(const struct hv_state *a, const struct hv_state *b, enum hv_state_element *element, uint32_t *row)
{
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        for (uint32_t i = 0; hv_state_in_rtl(e) && i < a->rows[e]; i++)
            if (a->value[e][i] != b->value[e][i]) {
                *element = e;
                *row = i;
                return true;
            }
    return false;
}

/* ---- What is moved as it is ---- */

/* Move a value between the machine and the state: `put` into the machine. One description for both ways. */
#define MOVE(element, row, place)                                                                                      \
    do {                                                                                                               \
        if (put)                                                                                                       \
            (place) = (__typeof__(place))s->value[HV_STATE_##element][row];                                            \
        else                                                                                                           \
            s->value[HV_STATE_##element][row] = (place);                                                               \
    } while (0)

static void move_processor(struct hv_machine *m, const struct hv_state *s, bool put)
{
    for (unsigned i = 0; i < 32; i++)
        MOVE(x, i, m->x[i]);
    for (unsigned i = 0; i < CTX_WORDS; i++) {
        MOVE(context, i, m->live[i]);
        if (m->level)
            MOVE(bank, i, m->bank[i]);
    }
    MOVE(reserved, 0, m->reserved);
    if (m->reserved)
        MOVE(reservation, 0, m->reservation);
}

static void move_map(struct f_map *map, const struct hv_state *s, unsigned row, bool put)
{
    uint32_t form = map->form | map->grain << HV_FORM_GRAIN_SHIFT;
    if (!put && map->form == HV_FORM_NONE)
        return;
    MOVE(map_form, row, form);
    map->form = form & 15;
    map->grain = form >> HV_FORM_GRAIN_SHIFT;
    MOVE(map_first, row, map->first);
    MOVE(map_bound, row, map->bound);
    if (map->form == HV_FORM_LINEAR) {
        MOVE(map_base, row, map->table);
        MOVE(map_table, row, map->base);
    } else {
        MOVE(map_base, row, map->base);
    }
}

static void move_levels(struct hv_machine *m, const struct hv_state *s, bool put)
{
    for (unsigned i = 0; i < m->level; i++) {
        struct level *level = &m->levels[i + 1];
        uint32_t caps = level->caps & STATE_CAPS, vip = level->vip & HV_CSR_WRITABLE_MIE;
        MOVE(caps, i, caps);
        MOVE(vip, i, vip);
        level->caps = caps;
        level->vip = vip;
        MOVE(vmcb, i, level->vmcb);
        move_map(&level->map[0], s, 2 * i, put);
        move_map(&level->map[1], s, 2 * i + 1, put);
    }
}

/* It is state only while a level between 0 and n owns the line. */
static void move_line(struct hv_machine *m, const struct hv_state *s, bool put)
{
    const unsigned owner = hvm_line_owner(m);
    bool enabled = owner && owner < m->level && m->line_enabled;
    if (m->config.depth)
        MOVE(line, 0, enabled);
    m->line_enabled = enabled;
}

static void move_devices(struct hv_machine *m, const struct hv_state *s, bool put)
{
    uint64_t now = m->counters.commits;
    uint64_t mtime = now + m->mtime_offset, mcycle = now + m->mcycle_offset;
    uint64_t minstret = m->counters.instructions + m->minstret_offset;
    MOVE(mtime, 0, mtime);
    MOVE(mcycle, 0, mcycle);
    MOVE(minstret, 0, minstret);
    m->mtime_offset = mtime - now;
    m->mcycle_offset = mcycle - now;
    m->minstret_offset = minstret - m->counters.instructions;
    MOVE(mtimecmp, 0, m->mtimecmp);
    MOVE(msip, 0, m->msip);
    struct uart *uart = &m->uart;
    MOVE(ier, 0, uart->ier);
    MOVE(lcr, 0, uart->lcr);
    MOVE(mcr, 0, uart->mcr);
    MOVE(scr, 0, uart->scr);
    MOVE(dll, 0, uart->dll);
    MOVE(dlm, 0, uart->dlm);
    MOVE(fifos, 0, uart->fifo);
    MOVE(emptied, 0, uart->emptied);
    MOVE(overrun, 0, uart->overrun);
    MOVE(looped, 0, uart->looped);
    if (uart->looped)
        MOVE(loop_byte, 0, uart->loop_byte);
    if (m->config.windows)
        MOVE(external, 0, m->external);
}

static void move_counters(struct hv_counters *counters, uint64_t *values, bool put)
{
    if (put)
        memcpy(counters, values, sizeof *counters);
    else
        memcpy(values, counters, sizeof *counters);
}

static void move_books(struct hv_machine *m, const struct hv_state *s, bool put)
{
    move_counters(&m->counters, s->value[HV_STATE_counters], put);
    move_counters(&m->region_sum, s->value[HV_STATE_region_sum], put);
    move_counters(&m->region_start, s->value[HV_STATE_region_start], put);
    MOVE(region, 0, m->region_begun);
    MOVE(region, 1, m->region_open);
    MOVE(probe, 0, m->probe);
}

static void move_last_pages(struct hv_machine *m, const struct hv_state *s, bool put)
{
    const unsigned pages = m->config.last_pages;
    for (unsigned row = 0; row < s->rows[HV_STATE_last]; row++) {
        const unsigned port = row / pages;
        struct last_page *last = &m->last[port][row % pages];
        /* What fetch's hold is RAM that may be executed, and more is never asked for. */
        unsigned known = port == PORT_FETCH ? 0 : last->rights, valid = last->valid ? STATE_VALID | known : 0;
        MOVE(last, row, valid);
        last->valid = (valid & STATE_VALID) != 0;
        if (!last->valid)
            continue;
        last->rights = port == PORT_FETCH ? RIGHT_X | RIGHT_RAM : valid & RIGHT_ALL;
        uint32_t page = (uint32_t)last->page, real = (uint32_t)last->real;
        MOVE(last_page, row, page);
        MOVE(last_real, row, real);
        last->page = page;
        last->real = real & 0xfffff;
    }
}

/* The VMID, of which the levels are made. */
static void move_vmid(struct hv_machine *m, const struct hv_state *s, bool put)
{
    if (!m->config.depth)
        return;
    MOVE(vmid, 0, m->vmid);
    m->level = hvm_state_syllables(&m->config, m->vmid);
    for (unsigned i = 0; i < m->level; i++)
        m->levels[i + 1].syllable =
            (uint32_t)(m->vmid >> i * m->config.syllable_bits) & (uint32_t)hvm_state_limit(m->config.syllable_bits);
}

/* In the order in which one needs the other. */
static void move(struct hv_machine *m, const struct hv_state *s, bool put)
{
    move_vmid(m, s, put);
    move_processor(m, s, put);
    move_levels(m, s, put);
    move_line(m, s, put);
    move_books(m, s, put);
    move_devices(m, s, put);
    move_last_pages(m, s, put);
}

/* ---- The interface ---- */

bool hv_machine_between(const struct hv_machine *m)
{
    return m->pending == PENDING_NONE && m->stop != HV_STOP_FINISHED && m->stop != HV_STOP_HALTED;
}

size_t hv_machine_uart_waiting(const struct hv_machine *m)
{
    return m->uart.input_count;
}

void hv_machine_take(const struct hv_machine *machine, struct hv_state *state)
{
    struct hv_machine copy = *machine; /* its blocks and its associator's are the machine's own, and only read */
    memset(state->value[0], 0, hvm_state_values(state) * sizeof *state->value[0]);
    move(&copy, state, false);
    hvm_state_take_associator(machine, state);
}

int hv_machine_put(struct hv_machine *m, const struct hv_state *state, struct hv_error *error)
{
    uint32_t *order = calloc((size_t)m->config.assoc_ways + 1, sizeof *order);
    if (!order) {
        *error = (struct hv_error){"out of memory"};
        return -1;
    }
    const int status = hvm_state_check(m, state, order, error);
    if (status == 0) {
        hv_machine_reset(m);
        move(m, state, true);
        hvm_state_put_associator(m, state, order);
        hvm_close_windows(m);
    }
    free(order);
    return status;
}
