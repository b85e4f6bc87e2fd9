/* Does a program go round for ever? A proof, not a guess: after some records the machine is in the state that it was in
 * before, memory included, nothing that depends on time was read, and no interrupt can come. From then on it makes the
 * same records again and again.
 *
 * A program that traps at its own trap vector is the shortest round, a jump to itself another. VM-faults may be part of
 * it, whose counts in the VMCBs go on without anybody reading them. What the proof does not cover is not found: rounds
 * in which the associator changes, or with a timer of level 0 that is yet to come.
 */
#ifndef HV_REPEAT_H
#define HV_REPEAT_H

#include "model/machine.h"

struct hv_repeat;

/* NULL when memory runs out. */
struct hv_repeat *hv_repeat_new(void);
void hv_repeat_free(struct hv_repeat *repeat);

/* Look for a round that begins now. `input_to_come`: the UART may receive more than the machine has been given. Not for
 * machines whose time comes from outside (struct hv_outside). */
void hv_repeat_begin(struct hv_repeat *repeat, const struct hv_machine *machine, bool input_to_come);

/* The machine has made this record, with these bus writes, all of them. */
enum hv_repeat_found {
    HV_REPEAT_OPEN,  /* not yet back */
    HV_REPEAT_NEVER, /* not proven from this beginning */
    HV_REPEAT_ROUND  /* proven */
};
enum hv_repeat_found hv_repeat_record(struct hv_repeat *repeat, const struct hv_machine *machine,
                                      const struct hv_commit *commit, const struct hv_bus_write *writes, size_t count);

/* Of a proven round. */
struct hv_round {
    uint64_t records;
    struct hv_commit top; /* a record at its deepest level, the last one */
    bool stuck;           /* no instruction retires at that level: traps and VM-faults alone */
    bool reads_uart;      /* it waits for the UART to receive something */
};
struct hv_round hv_repeat_round(const struct hv_repeat *repeat);

#endif
