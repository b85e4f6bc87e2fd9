# The first word of the image is at ram_base, where reset enters; the root and the boot parameter
# block are at their fixed places. Code is position-independent, so that RAM may be anywhere.

#include "hv.h"

        .equ    SYLLABLE, HV_VMCB_SOFTWARE # struct guest

        .section .start, "ax"
        .globl  image_start
image_start:
        j       start

        .org    0x40                    # MONITOR_ROOT_OFFSET
        .globl  root
root:
        .word   0                       # VMTAB: monitor_start knows where it lies
        j       vm_fault_entry
        .word   0                       # the largest syllable

        .org    0x80                    # MONITOR_BOOT_OFFSET
        .globl  boot
boot:
        .space  0xa0                    # filled in by the loader

start:
        lla     t0, monitor_trap
        csrw    mtvec, t0
        li      t0, -1                  # every interrupt that there is: taken out of VMs, never here
        csrw    mie, t0
        lla     sp, stack_top
        lla     t0, bss_start           # RAM may hold an earlier run: variables, and behind them the guests
        lla     t1, guests
        lla     t2, boot
        lw      t2, 8(t2)               # boot.guests
        slli    t2, t2, 9               # bytes of a VMCB
        add     t1, t1, t2
1:      .irp    i, 0,1,2,3,4,5,6,7      # both ends are multiples of 32
        sw      zero, 4*\i(t0)
        .endr
        addi    t0, t0, 32
        bltu    t0, t1, 1b
        call    monitor_start
        j       run_guest

        .macro  each_of_caller op       # what a C function may change, and sp; x31 leads to the guest
        .irp    i, 1,2,5,6,7,10,11,12,13,14,15,16,17,28,29,30
        \op     x\i, HV_VMCB_X0+4*\i(x31)
        .endr
        .endm

        .macro  each_of_callee op       # the others: C functions leave them as they are
        .irp    i, 3,4,8,9,18,19,20,21,22,23,24,25,26,27
        \op     x\i, HV_VMCB_X0+4*\i(x31)
        .endr
        .endm

# A VM-fault: all general registers are the VM's. mscratch is of the monitor's own level, and
# still holds what run_guest put there: the guest.
vm_fault_entry:
        csrrw   x31, mscratch, x31
        each_of_caller sw
        each_of_callee sw
        csrrw   t0, mscratch, x31
        sw      t0, HV_VMCB_X0+4*31(x31)
        mv      a0, x31
        lla     sp, stack_top           # nothing is kept on the stack between two VM-faults
        call    vm_fault_short
        csrr    x31, mscratch
        addi    a0, a0, -1              # 1: what C functions leave as it is, is the guest's still
        beqz    a0, go_on
        bgtz    a0, all                 # 2: but for a register that was loaded
        mv      a0, x31
        call    vm_fault
run_guest:                              # a0: the guest
        mv      x31, a0
        csrw    mscratch, x31
all:    each_of_callee lw
go_on:  each_of_caller lw
        lvmid   SYLLABLE(x31)           # and x31 is loaded from the VMCB

# An exception of the monitor itself: LVMID refused, or a broken boot parameter block.
        .align  2
        .globl  monitor_trap
monitor_trap:
        lla     sp, stack_top
        li      a0, 98                  # MONITOR_STATUS
        tail    monitor_end
