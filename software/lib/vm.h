/*
 * For monitors: runs a virtual machine, and comes back when it faults.
 */
#ifndef VM_H
#define VM_H

#include "hv.h"

#include <stdint.h>

/* The root, which start.S places. */
extern struct hv_root hv_root;

/* Runs the VM whose VMCB this is until its next VM-fault, which the VMCB then describes, and returns 0. If LVMID raises
   an exception instead, returns its cause (mcause): the VM has not run. The VM's syllable is in vm->software[0], its
   general registers are in vm->x. */
uint32_t vm_run(struct vmcb *vm);

#endif
