# vmswitch: into a VM and back, and from one coroutine to another.

        .equ    VMCB_X, 0x100

        .macro  push_saved              # what a function must preserve
        addi    sp, sp, -64
        sw      ra, 0(sp)
        sw      s0, 4(sp)
        sw      s1, 8(sp)
        sw      s2, 12(sp)
        sw      s3, 16(sp)
        sw      s4, 20(sp)
        sw      s5, 24(sp)
        sw      s6, 28(sp)
        sw      s7, 32(sp)
        sw      s8, 36(sp)
        sw      s9, 40(sp)
        sw      s10, 44(sp)
        sw      s11, 48(sp)
        .endm

        .macro  pop_saved
        lw      ra, 0(sp)
        lw      s0, 4(sp)
        lw      s1, 8(sp)
        lw      s2, 12(sp)
        lw      s3, 16(sp)
        lw      s4, 20(sp)
        lw      s5, 24(sp)
        lw      s6, 28(sp)
        lw      s7, 32(sp)
        lw      s8, 36(sp)
        lw      s9, 40(sp)
        lw      s10, 44(sp)
        lw      s11, 48(sp)
        addi    sp, sp, 64
        .endm

        .text
        .align  2

# uint32_t hv_enter(struct vmcb *vm, const uint32_t *syllable)
#
# The general registers belong to whoever runs, so the monitor's are put away
# and the VM's taken from its VMCB. x31 holds the operand's address to the end:
# LVMID itself loads the VM's x31 when nothing can fail any more.
#
# mscratch is of the monitor's own level: hardware keeps it while the VM runs,
# and so it still holds the VMCB's address at the VM-fault.
        .globl  hv_enter
hv_enter:
        push_saved
        la      t0, monitor_sp
        sw      sp, 0(t0)
        la      t0, refused
        csrw    mtvec, t0
        csrw    mscratch, a0
        mv      x31, a1
        mv      x30, a0
        .irp    i, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
        lw      x\i, VMCB_X+4*\i(x30)
        .endr
        lw      x30, VMCB_X+4*30(x30)
        .insn   i 0x0b, 0, x0, x31, 0   # lvmid 0(x31)
        # What follows is never reached: the run goes on at HV_ROOT + 4.
        j       trap_unexpected

# HV_ROOT + 4 leads here: a VM-fault. All general registers are the VM's.
        .globl  vm_fault_entry
vm_fault_entry:
        csrrw   x31, mscratch, x31
        .irp    i, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        sw      x\i, VMCB_X+4*\i(x31)
        .endr
        csrr    t0, mscratch
        sw      t0, VMCB_X+4*31(x31)
        li      a0, 0
        j       back

# LVMID raised an exception. The VM's registers are in its VMCB as they were.
        .align  2
refused:
        csrr    a0, mcause
back:
        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop
        la      t0, trap_unexpected
        csrw    mtvec, t0
        lw      sp, monitor_sp
        pop_saved
        ret

# void coroutine_make(struct coroutine *routine, entry, stack, argument)
#
# The stack is made to look as if the coroutine had called coroutine_exchange;
# "returning" goes to begin, which finds entry and argument in s0 and s1.
        .globl  coroutine_make
coroutine_make:
        addi    a2, a2, -64
        la      t0, begin
        sw      t0, 0(a2)
        sw      a1, 4(a2)
        sw      a3, 8(a2)
        sw      a2, 0(a0)
        ret

begin:
        mv      a1, a0
        mv      a0, s1
        jr      s0

# uint32_t coroutine_turn(struct coroutine *routine, uint32_t number)
        .globl  coroutine_turn
coroutine_turn:
        push_saved
        la      t0, monitor_sp
        sw      sp, 0(t0)
        la      t0, running
        sw      a0, 0(t0)
        lw      sp, 0(a0)
        mv      a0, a1
        pop_saved
        ret

# uint32_t coroutine_exchange(uint32_t number)
        .globl  coroutine_exchange
coroutine_exchange:
        push_saved
        lw      t0, running
        sw      sp, 0(t0)
        lw      sp, monitor_sp
        pop_saved
        ret

        .bss
        .align  2
monitor_sp:
        .space  4
running:
        .space  4
