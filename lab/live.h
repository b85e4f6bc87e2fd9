/* The lookups and flushes of the model as it runs, as references: what an associator is asked, whatever it is like,
 * since the last-page registers and the changes of the VMID do not depend on it. At nearly the model's full speed
 * (hv_machine_watch).
 *
 * Each is a page's first byte, of the running VM; a lookup whose walk faults lacks all rights. What the last-page
 * registers serve is not there: a stream takes them with last_pages = 0. */
#ifndef NESTOR_LAB_LIVE_H
#define NESTOR_LAB_LIVE_H

#include "lab/reference.h"
#include "model/machine.h"

/* Who gets them: VMs as they come up (number, syllables and their number), and the references in order, some at a time.
 * False: no memory. */
struct lab_live_taker {
    void *context;
    bool (*space)(void *context, uint32_t space, unsigned level, const uint8_t *syllables);
    bool (*references)(void *context, const struct lab_reference *references, size_t count);
};

struct lab_live;

/* For a machine after reset, which stays the caller's. NULL: no memory. */
struct lab_live *lab_live_new(const struct hv_machine *machine, const struct lab_live_taker *taker);
void lab_live_free(struct lab_live *live);

/* To be called at each flush and lookup. */
void lab_live_flushed(struct lab_live *live, const struct hv_flushed *flush);
void lab_live_looked_up(struct lab_live *live, const struct hv_looked_up *lookup);

/* The end: the taker gets what is left. False when memory ran out at any time. */
bool lab_live_end(struct lab_live *live);

#endif
