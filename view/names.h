/* Names of what records hold as numbers: VMIDs, modes, causes; from isa/causes.def. */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "config/config.h"
#include "isa/isa.h"

#include <stddef.h>

/* Room for a VMID of 8 syllables, and for the text of a cause. */
enum { VIEW_VMID_SIZE = 36, VIEW_CAUSE_SIZE = 40 };

/* The first `level` syllables of a packed VMID, as "1.2.1"; "NULL" when there are none. Returns `text`. */
const char *view_vmid(const struct hv_config *config, uint64_t vmid, unsigned level, char text[VIEW_VMID_SIZE]);

/* The other way: "NULL" or syllables with dots between them. False when it is none of this configuration; *level is
 * the number of syllables. */
bool view_vmid_parse(const struct hv_config *config, const char *text, uint64_t *vmid, unsigned *level);

/* "M" or "U". */
const char *view_mode(uint64_t mode);

/* The name of a cause and its meaning; "?" when there is none of that number. `mcause` may have bit 31 set: an
 * interrupt. `fault` is a VM-fault's cause word: its bits 3:0 name the cause, 7:4 the access. */
struct view_name {
    const char *name, *meaning;
};
struct view_name view_trap_cause(uint32_t mcause);
struct view_name view_fault_cause(uint32_t fault);
struct view_name view_fault_access(uint32_t fault);

/* The cause of a record that is a trap or a VM-fault: "LOAD_FAULT", "MTI", "MISSING LOAD", "INVALID STORE, implicit";
 * else empty. Returns `text`. */
const char *view_cause(const struct hv_commit *commit, char text[VIEW_CAUSE_SIZE]);

#endif
