/*
 * A monitor that runs two virtual machines in turns. docs/guide.md, "Write my own monitor", goes through it.
 *
 * Both VMs run the same code at the same names, and count in memory at the same name, but each in a page of its own.
 */
#include "guest.h"
#include "program.h"
#include "vm.h"

#include <stdio.h>

enum { VMS = 2, TURNS = 6 };
#define MEMORY 0x90000000u /* no such RAM exists: the name is the VMs' */

static PAGE_ALIGNED unsigned page[VMS + 1][PAGE_BYTES / 4];
static struct vmcb vmcb[VMS + 1];
static struct vmcb *vmtab[VMS + 1]; /* syllable 0 is NULL */
static unsigned missing, exits;

/* What a VM does: counts in steps of its number, and tells. */
GUEST static void count(unsigned number)
{
    for (;;)
        hv_exit(HV_CALL_PUTCHAR, *(volatile unsigned *)MEMORY += number);
}

static struct hv_window window(uint32_t name, uint32_t ours, uint32_t pages)
{
    return (struct hv_window){HV_FORM_RB, name / PAGE_BYTES, ours / PAGE_BYTES, pages};
}

static void make_vm(unsigned i)
{
    uint32_t begin = (uint32_t)guest_code_start, end = (uint32_t)guest_code_end;

    vmcb[i].software[0] = i; /* the syllable, for vm_run */
    vmcb[i].caps = HV_CAP_EXIT;
    vmcb[i].memory = window(begin, begin, (end - begin) / PAGE_BYTES);
    vmcb[i].pc = (uint32_t)count;
    vmcb[i].mode = 3;
    vmcb[i].x[10] = i; /* a0: the argument */
    vmtab[i] = &vmcb[i];
}

/* Until the VM says something. 0, or why it stopped: what LVMID raised, or 100 and the VM-fault's cause. */
static unsigned turn(unsigned i)
{
    struct vmcb *vm = &vmcb[i];

    for (;;) {
        unsigned refused = vm_run(vm), cause = vm->fault_cause & 15;

        if (refused)
            return refused;
        if (cause == HV_FAULT_EXIT) {
            printf("VM %u: counts to %u\n", i, (unsigned)vm->x[10]);
            exits++;
            return 0;
        }
        if (cause != HV_FAULT_MISSING || vm->fault_address / PAGE_BYTES != MEMORY / PAGE_BYTES)
            return 100 + cause;
        printf("VM %u: %08x is missing, mapped to %08x\n", i, (unsigned)vm->fault_address, (unsigned)page[i]);
        vm->io = window(MEMORY, (uint32_t)page[i], 1);
        missing++;
    }
}

int main(void)
{
    unsigned stopped = 0;

    for (unsigned i = 1; i <= VMS; i++)
        make_vm(i);
    hv_root.vmtab = (uint32_t)vmtab;
    hv_root.length = VMS;
    for (unsigned n = 0; n < TURNS && !stopped; n++)
        stopped = turn(1 + n % VMS);
    printf("VM-faults: %u pages missing, %u exits; stopped by %u\n", missing, exits, stopped);
    return stopped != 0;
}
