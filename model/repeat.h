/* Does a program go round for ever? A proof, not a guess: after some records the machine is in the state that it was in
 * before, nothing has been written, nothing that depends on time was read, and no interrupt can come. From then on it
 * makes the same records again and again.
 *
 * A program that traps at its own trap vector is the shortest round, a jump to itself another. What the proof does not
 * cover, as rounds with VM-faults, which count, or with a timer of level 0 that is yet to come, is not found.
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

/* The machine has made this record, with so many bus writes. */
enum hv_repeat_found {
    HV_REPEAT_OPEN,  /* not yet back */
    HV_REPEAT_NEVER, /* not proven from this beginning */
    HV_REPEAT_ROUND  /* proven */
};
enum hv_repeat_found hv_repeat_record(struct hv_repeat *repeat, const struct hv_machine *machine,
                                      const struct hv_commit *commit, size_t writes);

/* Of a proven round. */
struct hv_round {
    uint64_t records;
    struct hv_commit last; /* its last record */
    bool traps;            /* every record is a trap */
    bool reads_uart;       /* it waits for the UART to receive something */
};
struct hv_round hv_repeat_round(const struct hv_repeat *repeat);

#endif
