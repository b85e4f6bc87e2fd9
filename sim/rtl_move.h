/* Inside sim/: bits of the Verilog's variables moved to or from values of a state. */
#ifndef HV_RTL_MOVE_H
#define HV_RTL_MOVE_H

#include "sim/files.h"
#include "sim/rtl_state.h"

#include <stddef.h>
#include <stdio.h>

struct rtl_move {
    const struct hv_rtl *rtl;
    struct hv_state *state;
    bool put; /* into the Verilog; else out of it */
    unsigned level;
    struct hv_error *error;
    bool failed; /* *error tells why; nothing is moved any more */
};

enum { RTL_NAME = 64 };

#define VALUE(m, element, row) ((m)->state->value[HV_STATE_##element][row])

/* Bits [first, first + count) of row `row` of a memory; of a register, `count` or as many as it has; of one whose name
 * has a number. One whose name ends with _n holds the complement of the value. count <= 64. */
void rtl_row(struct rtl_move *m, const char *instance, const char *name, unsigned row, unsigned first, unsigned count,
             uint64_t *value);
void rtl_field(struct rtl_move *m, const char *instance, const char *name, uint64_t *value, unsigned count);
void rtl_numbered(struct rtl_move *m, const char *instance, const char *format, unsigned number, uint64_t *value,
                  unsigned count);

/* A counter: its low bits, and its two rows. idle: it counts nothing in this configuration, and has no low bits. */
void rtl_counter(struct rtl_move *m, const char *low, unsigned row, bool idle, uint64_t *value);

/* Associator, prefix memory, last-page registers. */
void rtl_move_associators(struct rtl_move *m);

#endif
