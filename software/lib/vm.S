# Into a virtual machine and back; vm.h tells what it promises.
#
# The general registers belong to whoever runs: the monitor's are put away on its stack, and the VM's are taken from its
# VMCB. mscratch is of the monitor's own level: hardware keeps it while the VM runs, so at the VM-fault it still holds
# the VMCB's address.

#include "hv.h"

        .equ    FRAME, 80

        .macro  each_saved op           # what a function must preserve; sp holds the frame
        \op     ra, 0(sp)
        \op     s0, 4(sp)
        \op     s1, 8(sp)
        \op     s2, 12(sp)
        \op     s3, 16(sp)
        \op     s4, 20(sp)
        \op     s5, 24(sp)
        \op     s6, 28(sp)
        \op     s7, 32(sp)
        \op     s8, 36(sp)
        \op     s9, 40(sp)
        \op     s10, 44(sp)
        \op     s11, 48(sp)
        \op     gp, 52(sp)
        \op     tp, 56(sp)
        .endm

        .macro  each_of_vm op           # all registers of the VM but x31, which holds the VMCB's address
        .irp    i, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        \op     x\i, HV_VMCB_X0+4*\i(x31)
        .endr
        .endm

        .option norelax                 # nothing by gp, which may be the VM's
        .text
        .align  2
        .globl  vm_run
vm_run:
        addi    sp, sp, -FRAME
        each_saved sw
        csrr    t0, mtvec
        sw      t0, 60(sp)
        csrr    t0, mscratch
        sw      t0, 64(sp)
        la      t0, monitor_sp
        sw      sp, 0(t0)
        la      t0, refused
        csrw    mtvec, t0
        mv      x31, a0
        csrw    mscratch, x31
        each_of_vm lw
        lvmid   HV_VMCB_SOFTWARE(x31)   # and x31 is loaded from the VMCB
        # What follows is never reached: the run goes on at HV_ROOT + 4.

# HV_ROOT + 4 leads here: a VM-fault. All general registers are the VM's.
        .globl  vm_fault_entry
vm_fault_entry:
        csrrw   x31, mscratch, x31
        each_of_vm sw
        csrr    t0, mscratch
        sw      t0, HV_VMCB_X0+4*31(x31)
        li      a0, 0
        j       back

# LVMID raised an exception. The VM's registers are in its VMCB as they were.
        .align  2
refused:
        csrr    a0, mcause
back:
        la      t0, monitor_sp
        lw      sp, 0(t0)
        lw      t0, 60(sp)
        csrw    mtvec, t0
        lw      t0, 64(sp)
        csrw    mscratch, t0
        each_saved lw
        addi    sp, sp, FRAME
        ret

        .bss
        .align  2
monitor_sp:
        .space  4
