/* A reference of a trace: what the readers of lab/ give, from files and from the model, and what its engines take. */
#ifndef NESTOR_LAB_REFERENCE_H
#define NESTOR_LAB_REFERENCE_H

#include <stdint.h>

/* What a reference is. The last two are events between references. */
enum lab_kind {
    LAB_FETCH,
    LAB_LOAD,
    LAB_STORE,
    LAB_FLUSH, /* entries of `space` and of every VM inside it may no longer be used: hv.fence (spec, 5) */
    LAB_ENTER, /* the VMID register holds `space` from here on: LVMID, a VM-fault (spec, 5.1, 5.2) */
    LAB_KINDS
};

/* `address` is a byte address as the program names it, before any map; of LAB_FLUSH and LAB_ENTER 0. `space` is the VM whose name it is,
 * numbered from 0 in the order in which the trace brings them up (which VMID a number stands for, the trace's table says; one space, 0, in
 * traces that know of no VMs). `level` is the length of its VMID. `size` is in bytes, 0 where the trace does not say. */
struct lab_reference {
    uint64_t address;
    uint32_t space;
    uint8_t kind; /* enum lab_kind */
    uint8_t level;
    uint16_t size;
};

#endif
