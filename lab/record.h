/* References from the model as it runs: what it asks of its maps, in the order of its commit records (docs/spec.md,
 * 7, 11.6).
 *
 * Each record gives, in this order, its fetch, its data access, and an event: LAB_FLUSH of hv.fence, LAB_ENTER of a
 * change of the VMID. Accesses that were refused before they needed a map (misaligned, by phi) are not there; those
 * that VM-faulted are. What is there and not LAB_UNTRANSLATED is what the model counts as `accesses`, no more and no
 * less.
 */
#ifndef NESTOR_LAB_RECORD_H
#define NESTOR_LAB_RECORD_H

#include "lab/trace.h"
#include "model/machine.h"

struct lab_recorder;

/* A recorder of `machine`, which stays the caller's and may run by itself in between; NULL: no memory. */
struct lab_recorder *lab_recorder_new(struct hv_machine *machine);
void lab_recorder_free(struct lab_recorder *recorder);

/* References that one record gives at most. */
enum { LAB_RECORDED = 4 };

/* Make one record, as hv_machine_step does; *count references of it are put at `out`, room for LAB_RECORDED. If the
 * machine has run by itself since the last one and is in another VM now, the first of them is LAB_ENTER. `commit`:
 * NULL, or to have the record too. */
enum hv_stop lab_recorder_step(struct lab_recorder *recorder, struct lab_reference *out, unsigned *count,
                               struct hv_commit *commit);

/* The bus writes of the record made last, *count of them; good until the next one. */
const struct hv_bus_write *lab_recorder_writes(const struct lab_recorder *recorder, size_t *count);

/* What a trace of it says of itself; `program` and `format` are empty, `instructions` those retired so far. */
struct lab_trace_facts lab_recorder_facts(const struct lab_recorder *recorder);

/* Its VMs so far, as lab_trace_vms and lab_trace_vm. */
uint32_t lab_recorder_vms(const struct lab_recorder *recorder);
const struct lab_vm *lab_recorder_vm(const struct lab_recorder *recorder, uint32_t space);

/* No memory for a VM's name: the references since then are wrong. */
bool lab_recorder_failed(const struct lab_recorder *recorder);

#endif
