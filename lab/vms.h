/* The table of VMs: numbers from 0, and the VMID of each. */
#ifndef NESTOR_LAB_VMS_H
#define NESTOR_LAB_VMS_H

#include "lab/trace.h"

struct lab_vms {
    struct lab_vm *vm;
    uint32_t count, room;
};

/* One more, of `level` syllables; false: no memory. Free vms->vm. */
bool lab_vms_add(struct lab_vms *vms, const uint8_t *syllables, unsigned level);

#endif
