#include "sim/rtl_move.h"

#include <string.h>

static bool find(struct rtl_move *m, const char *instance, const char *name, unsigned row,
                 struct hv_dut_variable *variable)
{
    if (m->failed)
        return false;
    if (m->rtl->find(m->rtl->context, instance, name, variable) &&
        (row < variable->rows || (variable->rows == 1 && variable->bytes == 1 && row < variable->bits)))
        return true; /* the latter: Verilator takes the words of a memory of single bits for a register's bits */
    hv_fail(m->error, "the Verilog: found no register %s.%s, row %u, expected those of the generator's", instance, name,
            row);
    m->failed = true;
    return false;
}

void rtl_row(struct rtl_move *m, const char *instance, const char *name, unsigned row, unsigned first, unsigned count,
             uint64_t *value)
{
    struct hv_dut_variable variable;
    if (!find(m, instance, name, row, &variable))
        return;
    uint8_t *bytes = variable.at + row * variable.bytes;
    const uint64_t complement = strlen(name) > 2 && strcmp(name + strlen(name) - 2, "_n") == 0 ? UINT64_MAX : 0;
    const uint64_t given = *value ^ complement;
    uint64_t taken = 0;
    for (unsigned i = 0; i < count && first + i < 8 * variable.bytes; i++) {
        uint8_t *byte = &bytes[(first + i) / 8];
        const unsigned bit = (first + i) % 8;
        if (m->put)
            *byte = (uint8_t)((*byte & ~(1u << bit)) | (given >> i & 1) << bit);
        taken |= (((uint64_t)*byte >> bit ^ complement) & 1) << i;
    }
    if (!m->put)
        *value = taken;
}

void rtl_field(struct rtl_move *m, const char *instance, const char *name, uint64_t *value, unsigned count)
{
    rtl_row(m, instance, name, 0, 0, count, value);
}

void rtl_numbered(struct rtl_move *m, const char *instance, const char *format, unsigned number, uint64_t *value,
                  unsigned count)
{
    char name[RTL_NAME];
    const char *place = strstr(format, "%u");
    snprintf(name, sizeof name, "%.*s%u%s", (int)(place - format), format, number, place + 2);
    rtl_field(m, instance, name, value, count);
}

/* ---- Counters ---- */

/* A row of the memory is shown beside it, and written back: that is changed too. Rows come to what they say by
 * themselves while the core is held. */
static void put_word(struct rtl_move *m, unsigned row, uint64_t word)
{
    uint64_t shown = 0, high = 0;
    rtl_row(m, "u_core.u_counters", "rows", row, 0, 32, &word);
    m->put = false;
    rtl_field(m, "u_core.u_counters", "shown", &shown, 8);
    rtl_field(m, "u_core.u_counters", "shown_high", &high, 1);
    m->put = true;
    if (2 * shown + high == row)
        rtl_field(m, "u_core.u_counters", "entry", &word, 32);
}

void rtl_counter(struct rtl_move *m, const char *low, unsigned row, bool idle, uint64_t *value)
{
    struct hv_dut_variable variable;
    uint64_t words[2] = {*value & UINT32_MAX, *value >> 32};
    if (!idle && !find(m, "u_core.u_counters", low, 0, &variable))
        return;
    for (unsigned i = 0; i < 2; i++) {
        if (m->put)
            put_word(m, 2 * row + i, words[i]);
        else
            rtl_row(m, "u_core.u_counters", "rows", 2 * row + i, 0, 32, &words[i]);
    }
    if (m->put && !idle)
        rtl_field(m, "u_core.u_counters", low, &words[0], (unsigned)variable.bits);
    *value = words[0] | words[1] << 32;
}
