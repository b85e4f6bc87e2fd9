/* Where each element of the state lies in the Verilog. The names are those of docs/microarchitecture.md, Units. */
#include "sim/rtl_move.h"

#include <string.h>

const struct hv_rtl_variable hv_rtl_variables[] = {
#define OF(module, ...)                                                                                                \
    {                                                                                                                  \
        "nestor_" #module, (const char *const[])                                                                       \
        {                                                                                                              \
            __VA_ARGS__, NULL                                                                                          \
        }                                                                                                              \
    }
    OF(fetch, "next", "target_waits", "first", "second", "pending", "drop", "fetch_blocked", "word_0_steers"),
    OF(execute, "x_valid", "x_pc", "x_offset", "x_predicted"),
    OF(commit, "w_valid", "w_pc", "state", "fresh", "reservation", "reservation_valid"),
    OF(registers, "copy_a", "copy_b"),
    OF(csr, "machine", "mstatus_*", "mie", "mcounteren", "mphi_*", "mbase", "mbound_n", "sampled"),
    OF(vmid, "level", "zero", "running_vmid", "cap_*", "vip_?", "zero_enable_saved", "line_enable_saved", "held_?"),
    OF(scratchpad, "form", "first", "bound", "page_n"),
    OF(associator, "way*", "replacement", "prefix_replacement", "lfsr", "reals_n", "real_o"),
    OF(prefix_memory, "way*", "replacement", "reals_n", "real_o"),
    OF(last_page, "fetch_valid*", "fetch_last_*", "fetch_?_after_?", "data_valid*", "data_last_*", "data_?_after_?"),
    OF(counters, "rows", "entry", "shown", "shown_high", "mcycle", "minstret", "accesses", "lookups", "hits", "misses",
       "prefix_hits", "walk_reads", "fills", "flushed"),
    OF(clint, "mtime_n", "mtimecmp", "msip"),
    OF(uart, "ier", "lcr", "mcr", "scr", "dll", "dlm", "fifo", "emptied", "looped", "overrun", "tx_data_o"),
    OF(rvfi, "order", "opening"),
    {0}};

/* Words of the processor map, by number. */
enum {
#define CONTEXT_WORD(name, offset, condition, meaning) WORD_##name,
#include "isa/vmcb.def"
};

/* ---- Processor ---- */

static void move_registers(struct rtl_move *m)
{
    for (unsigned i = 0; i < 32; i++) {
        rtl_row(m, "u_core.u_registers", "copy_a", i, 0, 32, &VALUE(m, x, i));
        if (m->put)
            rtl_row(m, "u_core.u_registers", "copy_b", i, 0, 32, &VALUE(m, x, i));
    }
}

/* A CSR in flip-flops: its bits, from bit `at` on. */
struct flop {
    const char *name;
    uint8_t word, at, bits;
    bool of_phi;
};
static const struct flop flops[] = {{"mstatus_mie", WORD_MSTATUS, 3, 1, false},
                                    {"mstatus_mpie", WORD_MSTATUS, 7, 1, false},
                                    {"mstatus_mprv", WORD_MSTATUS, 17, 1, false},
                                    {"mstatus_tw", WORD_MSTATUS, 21, 1, false},
                                    {"mcounteren", WORD_MCOUNTEREN, 0, 3, false},
                                    {"mphi_u", WORD_MPHI, 0, 1, true},
                                    {"mphi_m", WORD_MPHI, 1, 1, true},
                                    {"mphi_mp", WORD_MPHI, 2, 1, true},
                                    {"mbase", WORD_MBASE, 2, 30, true},
                                    {"mbound_n", WORD_MBOUND, 2, 30, true}};

/* MSI, MTI, MEI together as the hardware has them, and apart as a CSR has them. */
static void rtl_lines(struct rtl_move *m, const char *instance, const char *name, uint64_t *word)
{
    uint64_t lines = (*word >> HV_IRQ_MSI & 1) | (*word >> HV_IRQ_MTI & 1) << 1 | (*word >> HV_IRQ_MEI & 1) << 2;
    rtl_field(m, instance, name, &lines, 3);
    *word = (lines & 1) << HV_IRQ_MSI | (lines >> 1 & 1) << HV_IRQ_MTI | (lines >> 2) << HV_IRQ_MEI;
}

/* Both bits of MPP, and both of the mode, are one in the hardware. */
static void rtl_mode(struct rtl_move *m, const char *name, uint64_t *mode)
{
    uint64_t machine = *mode & 1;
    rtl_field(m, "u_core.u_csr", name, &machine, 1);
    *mode = machine ? 3 : 0;
}

static void move_flops(struct rtl_move *m)
{
    const bool phi = m->rtl->config->phi == HV_PHI_RB;
    uint64_t mpp = VALUE(m, context, WORD_MSTATUS) >> 11 & 3;
    rtl_mode(m, "machine", &VALUE(m, context, WORD_MODE));
    rtl_mode(m, "mstatus_mpp", &mpp);
    rtl_lines(m, "u_core.u_csr", "mie", &VALUE(m, context, WORD_MIE));
    if (!m->put)
        VALUE(m, context, WORD_MSTATUS) = mpp << 11;
    for (size_t i = 0; i < sizeof flops / sizeof *flops; i++) {
        const struct flop *flop = &flops[i];
        uint64_t *word = &VALUE(m, context, flop->word), value = *word >> flop->at & ((UINT64_C(1) << flop->bits) - 1);
        if (flop->of_phi && !phi)
            continue;
        rtl_field(m, "u_core.u_csr", flop->name, &value, flop->bits);
        *word = (*word & ~(((UINT64_C(1) << flop->bits) - 1) << flop->at)) | value << flop->at;
    }
}

/* Rows of the registers' memory: 32 on the running level's CSRs that no flip-flops have, 48 on level 0's context. */
static void move_rows(struct rtl_move *m)
{
    static const uint8_t rare[] = {WORD_MTVEC, WORD_MSCRATCH, WORD_MEPC, WORD_MCAUSE, WORD_MTVAL};
    const unsigned words = m->rtl->config->phi == HV_PHI_RB ? HV_CONTEXT_WORDS : WORD_MPHI;
    for (unsigned i = 0; i < sizeof rare; i++)
        rtl_row(m, "u_core.u_registers", "copy_a", 32u + rare[i], 0, 32, &VALUE(m, context, rare[i]));
    for (unsigned word = WORD_MBASE; m->put && word < words; word++) /* these are in both */
        rtl_row(m, "u_core.u_registers", "copy_a", 32 + word, 0, 32, &VALUE(m, context, word));
    for (unsigned word = 0; m->level && word < words; word++)
        rtl_row(m, "u_core.u_registers", "copy_a", 48 + word, 0, 32, &VALUE(m, bank, word));
    if (m->level && m->put)
        rtl_lines(m, "u_core.u_vmid", "zero_enable_saved", &VALUE(m, bank, WORD_MIE));
}

static void move_reservation(struct rtl_move *m)
{
    uint64_t word = VALUE(m, reservation, 0) >> 2;
    if (m->rtl->config->isa != HV_ISA_RV32IMA)
        return;
    rtl_field(m, "u_core.u_commit", "reservation_valid", &VALUE(m, reserved, 0), 1);
    rtl_field(m, "u_core.u_commit", "reservation", &word, 30);
    VALUE(m, reservation, 0) = VALUE(m, reserved, 0) ? word << 2 : 0;
}

static void move_pc(struct rtl_move *m)
{
    uint64_t word = VALUE(m, context, WORD_PC) >> 2;
    rtl_field(m, "u_core.u_execute", "x_pc", &word, 30);
    VALUE(m, context, WORD_PC) = word << 2;
}

/* ---- Levels ---- */

static void move_vmid(struct rtl_move *m)
{
    uint64_t level = m->level, zero = !m->level;
    if (!m->rtl->config->depth)
        return;
    rtl_field(m, "u_core.u_vmid", "running_vmid", &VALUE(m, vmid, 0), hv_config_vmid_bits(m->rtl->config));
    rtl_field(m, "u_core.u_vmid", "level", &level, 4);
    rtl_field(m, "u_core.u_vmid", "zero", &zero, 1);
    m->level = (unsigned)level;
    for (unsigned i = 0; m->rtl->config->assoc_key == HV_KEY_LEVEL && i < m->rtl->config->depth; i++)
        rtl_numbered(m, "u_core.u_vmid", "held_%u", i + 1, &VALUE(m, held, i), m->rtl->config->syllable_bits);
}

static void move_caps(struct rtl_move *m, unsigned i)
{
    static const char *const names[] = {"cap_vm_%u", "cap_counters_%u", "cap_wfi_%u", "cap_exit_%u", "cap_line_%u"};
    uint64_t caps = 0;
    char name[RTL_NAME];
    for (unsigned bit = 0; bit < sizeof names / sizeof names[0]; bit++) {
        uint64_t one = VALUE(m, caps, i) >> bit & 1;
        rtl_numbered(m, "u_core.u_vmid", names[bit], i + 1, &one, 1);
        caps |= one << bit;
    }
    VALUE(m, caps, i) = caps;
    snprintf(name, sizeof name, "vip_%u", i + 1);
    rtl_lines(m, "u_core.u_vmid", name, &VALUE(m, vip, i));
}

/* A real name in a row: its page, and the word in it. */
static void move_name(struct rtl_move *m, unsigned row, uint64_t *name)
{
    uint64_t page = *name >> 12, word = *name >> 2 & 0x3ff;
    rtl_row(m, "u_core.u_scratchpad", "page_n", row, 0, 20, &page);
    rtl_row(m, "u_core.u_scratchpad", "form", row, 0, 10, &word);
    *name = page << 12 | word << 2;
}

static void move_map(struct rtl_move *m, unsigned row, uint32_t map)
{
    uint64_t form = VALUE(m, map_form, map) & 15, grain = VALUE(m, map_form, map) >> HV_FORM_GRAIN_SHIFT;
    rtl_row(m, "u_core.u_scratchpad", "form", row, 14, 2, &form);
    rtl_row(m, "u_core.u_scratchpad", "form", row, 10, 4, &grain);
    if (!m->put && form == HV_FORM_NONE)
        return;
    VALUE(m, map_form, map) = form | grain << HV_FORM_GRAIN_SHIFT;
    rtl_row(m, "u_core.u_scratchpad", "first", row, 0, 20, &VALUE(m, map_first, map));
    rtl_row(m, "u_core.u_scratchpad", "bound", row, 0, 21, &VALUE(m, map_bound, map));
    if (form == HV_FORM_LINEAR)
        move_name(m, row, &VALUE(m, map_base, map));
    else
        rtl_row(m, "u_core.u_scratchpad", "page_n", row, 0, 20, &VALUE(m, map_base, map));
}

/* State only while a level between 0 and n owns the external line. */
static void move_line(struct rtl_move *m)
{
    uint64_t enabled = VALUE(m, line, 0);
    rtl_field(m, "u_core.u_vmid", "line_enable_saved", &enabled, 1);
    VALUE(m, line, 0) = hv_state_has_line(m->state, m->level) && enabled;
}

static void move_levels(struct rtl_move *m)
{
    for (unsigned i = 0; i < m->level; i++) {
        move_caps(m, i);
        move_map(m, 4 * i, 2 * i);
        move_map(m, 4 * i + 1, 2 * i + 1);
        move_name(m, 4 * i + 2, &VALUE(m, vmcb, i));
    }
    if (m->rtl->config->depth)
        move_line(m);
}

/* ---- Counters, time, devices ---- */

/* An associator's counter that nothing counts in this configuration. */
static bool is_idle(const struct hv_config *config, const char *counter)
{
    if (strcmp(counter, "prefix_hits") == 0)
        return !config->prefix_entries || config->depth < 2;
    if (strcmp(counter, "fills") == 0 || strcmp(counter, "flushed") == 0)
        return !config->assoc_entries;
    return strcmp(counter, "walk_reads") == 0 && config->f_maps == HV_F_RB;
}

static void move_counters(struct rtl_move *m)
{
    const struct hv_config *config = m->rtl->config;
    enum { ROW_MCYCLE = 0, ROW_MINSTRET = 2 };
    uint64_t *books = m->state->value[HV_STATE_counters];
    uint64_t *associator = &books[offsetof(struct hv_counters, associator) / sizeof *books];
    const uint64_t mask = config->counter_bits < 64 ? (UINT64_C(1) << config->counter_bits) - 1 : UINT64_MAX;
    rtl_counter(m, "mcycle", ROW_MCYCLE, false, &VALUE(m, mcycle, 0));
    rtl_counter(m, "minstret", ROW_MINSTRET, false, &VALUE(m, minstret, 0));
    unsigned i = 0;
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    if (config->depth && config->counter_bits) {                                                                       \
        uint64_t value = associator[i] & mask;                                                                         \
        rtl_counter(m, #name, hpm, is_idle(config, #name), &value);                                                    \
        associator[i] = (associator[i] & ~mask) | (value & mask);                                                      \
        i++;                                                                                                           \
    }
#include "isa/counters.def"
    rtl_field(m, "u_core.u_rvfi", "order", &books[offsetof(struct hv_counters, commits) / sizeof *books], 64);
}

static void move_devices(struct rtl_move *m)
{
    uint64_t *none = &(uint64_t){0};
    rtl_field(m, "u_clint", "mtime_n", &VALUE(m, mtime, 0), 64);
    rtl_field(m, "u_clint", "mtimecmp", &VALUE(m, mtimecmp, 0), 64);
    rtl_field(m, "u_clint", "msip", &VALUE(m, msip, 0), 1);
    rtl_field(m, "u_uart", "ier", &VALUE(m, ier, 0), 4);
    rtl_field(m, "u_uart", "lcr", &VALUE(m, lcr, 0), 8);
    rtl_field(m, "u_uart", "mcr", &VALUE(m, mcr, 0), 5);
    rtl_field(m, "u_uart", "scr", &VALUE(m, scr, 0), 8);
    rtl_field(m, "u_uart", "dll", &VALUE(m, dll, 0), 8);
    rtl_field(m, "u_uart", "dlm", &VALUE(m, dlm, 0), 8);
    rtl_field(m, "u_uart", "fifo", &VALUE(m, fifos, 0), 1);
    rtl_field(m, "u_uart", "emptied", &VALUE(m, emptied, 0), 1);
    rtl_field(m, "u_uart", "overrun", &VALUE(m, overrun, 0), 1);
    rtl_field(m, "u_uart", "looped", &VALUE(m, looped, 0), 1);
    rtl_field(m, "u_uart", "tx_data_o", VALUE(m, looped, 0) ? &VALUE(m, loop_byte, 0) : none, 8);
}

/* ---- All of it ---- */

/* mtime and mcycle of the time base clock have gone on while the core was held: they are what they are. */
static void move(struct rtl_move *m)
{
    move_vmid(m);
    move_registers(m);
    move_flops(m);
    move_rows(m);
    move_reservation(m);
    move_pc(m);
    move_levels(m);
    rtl_move_associators(m);
    move_counters(m);
    move_devices(m);
}

/* What the model keeps stays: the others are taken anew. */
static void forget(struct hv_state *state)
{
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        if (hv_state_in_rtl(e) && e != HV_STATE_external)
            memset(state->value[e], 0, state->rows[e] * sizeof *state->value[e]);
}

int hv_rtl_take(const struct hv_rtl *rtl, struct hv_state *state, struct hv_error *error)
{
    struct rtl_move m = {.rtl = rtl, .state = state, .error = error};
    forget(state);
    move(&m);
    return m.failed ? -1 : 0;
}

static unsigned level_of(const struct hv_config *config, const struct hv_state *state)
{
    unsigned level = 0;
    while (config->depth && level < config->depth && state->value[HV_STATE_vmid][0] >> level * config->syllable_bits)
        level++;
    return level;
}

int hv_rtl_put(const struct hv_rtl *rtl, const struct hv_state *state, struct hv_error *error)
{
    struct hv_state *copy = hv_state_new(rtl->config);
    struct rtl_move m = {.rtl = rtl, .state = copy, .put = true, .level = level_of(rtl->config, state), .error = error};
    if (!copy)
        return hv_fail(error, "out of memory");
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        memcpy(copy->value[e], state->value[e], state->rows[e] * sizeof *state->value[e]);
    move(&m);
    hv_state_free(copy);
    return m.failed ? -1 : 0;
}

/* ---- Holding the core ---- */

static void set(struct rtl_move *m, const char *instance, const char *name, uint64_t value)
{
    m->put = true;
    rtl_field(m, instance, name, &value, 64);
}

static uint64_t get(struct rtl_move *m, const char *instance, const char *name)
{
    uint64_t value = 0;
    m->put = false;
    rtl_field(m, instance, name, &value, 64);
    return value;
}

/* Fetch has `wanted` words to come, which never come, so it asks for none, and lets those that do come go. */
int hv_rtl_hold(const struct hv_rtl *rtl, struct hv_error *error)
{
    struct rtl_move m = {.rtl = rtl, .error = error};
    enum { WANTED = 2, STATE_RUN = 1 };
    const uint64_t w_valid = get(&m, "u_core.u_commit", "w_valid"), pending = get(&m, "u_core.u_fetch", "pending");
    if (!m.failed && (get(&m, "u_core.u_commit", "state") != STATE_RUN || pending > 1)) {
        hv_fail(error, "the Verilog: found commit at work or %u words on their way, expected the end of an instruction",
                (unsigned)pending);
        return -1;
    }
    if (w_valid)
        set(&m, "u_core.u_execute", "x_pc", get(&m, "u_core.u_commit", "w_pc"));
    set(&m, "u_core.u_commit", "w_valid", 0);
    set(&m, "u_core.u_execute", "x_valid", 0);
    set(&m, "u_core.u_fetch", "target_waits", 0);
    set(&m, "u_core.u_fetch", "first", 0);
    set(&m, "u_core.u_fetch", "second", 0);
    set(&m, "u_core.u_fetch", "fetch_blocked", 0);
    if (rtl->config->prediction == HV_PREDICTION_STATIC) /* it has room for a word, whatever is on its way */
        set(&m, "u_core.u_fetch", "word_0_steers", 0);
    set(&m, "u_core.u_fetch", "pending", WANTED + pending);
    set(&m, "u_core.u_fetch", "drop", pending);
    return m.failed ? -1 : 0;
}

int hv_rtl_go(const struct hv_rtl *rtl, struct hv_error *error)
{
    struct rtl_move m = {.rtl = rtl, .error = error};
    const uint64_t pc = get(&m, "u_core.u_execute", "x_pc");
    const char *mode = get(&m, "u_core.u_csr", "machine") ? "mphi_m" : "mphi_u";
    const bool phi = rtl->config->phi == HV_PHI_RB && get(&m, "u_core.u_csr", mode);
    const uint64_t base = phi ? get(&m, "u_core.u_csr", "mbase") : 0;
    set(&m, "u_core.u_execute", "x_offset", 0);
    if (rtl->config->prediction == HV_PREDICTION_STATIC)
        set(&m, "u_core.u_execute", "x_predicted", 0);
    set(&m, "u_core.u_fetch", "next", (pc + base) & 0x3fffffff);
    set(&m, "u_core.u_fetch", "pending", 0);
    set(&m, "u_core.u_fetch", "drop", 0);
    set(&m, "u_core.u_commit", "fresh", 1);
    if (rtl->config->timebase == HV_TIMEBASE_COMMIT)
        set(&m, "u_core.u_csr", "sampled", 0);
    set(&m, "u_core.u_rvfi", "opening", 1);
    return m.failed ? -1 : 0;
}
