/* The state of a machine as numbers, element by element (isa/state.def): for saves, and to compare machines, the RTL's
 * among them. RAM and the UART's input are not in it. */
#ifndef HV_STATE_H
#define HV_STATE_H

#include "model/machine.h"

/* Words of the processor map, and the 64-bit counters that struct hv_counters is. */
enum {
    HV_CONTEXT_WORDS = 0
#define CONTEXT_WORD(name, offset, condition, meaning) +1
#include "isa/vmcb.def"
    ,
    HV_COUNTERS = sizeof(struct hv_counters) / sizeof(uint64_t)
};

enum hv_state_element {
#define STATE(name, rows, bits, side, meaning) HV_STATE_##name,
#include "isa/state.def"
    HV_STATE_ELEMENTS
};

/* An element's name; has the RTL it, too? Its rows, and the bits of a value, in a configuration. */
const char *hv_state_name(enum hv_state_element element);
bool hv_state_in_rtl(enum hv_state_element element);
uint32_t hv_state_rows(const struct hv_config *config, enum hv_state_element element);
unsigned hv_state_bits(const struct hv_config *config, enum hv_state_element element);

/* The values of all elements: value[element][row], rows[element] of them. */
struct hv_state {
    uint32_t rows[HV_STATE_ELEMENTS];
    uint64_t *value[HV_STATE_ELEMENTS];
};

/* All zero; NULL when memory runs out. */
struct hv_state *hv_state_new(const struct hv_config *config);
void hv_state_free(struct hv_state *state);

/* Is the machine between two instructions, and not at its end? So it is after every record but that of an LVMID whose
 * chain is broken, or which a VM-fault INTERRUPT follows (docs/spec.md, 5.1, steps 7 and 9). */
bool hv_machine_between(const struct hv_machine *machine);

/* Take the state of a machine that is. `state` is of its configuration. */
void hv_machine_take(const struct hv_machine *machine, struct hv_state *state);

/* Put a state into a machine of the configuration that it was taken from; RAM is not touched, nothing is left of what
 * the UART was given to receive or has sent, and windows and watchers stay. Any numbers may be given: returns 0, or -1
 * with *error telling an element that no machine can have so, and the machine as it was. */
int hv_machine_put(struct hv_machine *machine, const struct hv_state *state, struct hv_error *error);

/* Is `line` of a state whose VMID has that many syllables, 0 to the depth, looked at: does a level between 0 and n own
 * the external line (docs/spec.md, 5.3)? Else it is 0. */
bool hv_state_has_line(const struct hv_state *state, unsigned level);

/* Do two states differ in an element of both model and RTL? Then *element and *row say where first. */
bool hv_state_differ(const struct hv_state *a, const struct hv_state *b, enum hv_state_element *element, uint32_t *row);

/* What of the input that the machine was given it has not yet received. */
size_t hv_machine_uart_waiting(const struct hv_machine *machine);

#endif
