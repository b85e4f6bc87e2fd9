# The way into a trap and out of it; trap.h tells what it promises.
#
# While a frame runs, mscratch holds its address: the only register that a trap
# finds free is the one it exchanges with mscratch.

        .equ    FRAME_PC, 128
        .equ    FRAME_MSTATUS, 132

        .macro  each_register op        # all but x0 and x31, the frame's pointer
        .irp    i, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        \op     x\i, 4*\i(x31)
        .endr
        .endm

        .text
        .align  2
trap_entry:
        csrrw   x31, mscratch, x31
        each_register sw
        csrr    t0, mscratch
        sw      t0, 4*31(x31)
        csrr    t0, mepc
        sw      t0, FRAME_PC(x31)
        csrr    t0, mstatus
        sw      t0, FRAME_MSTATUS(x31)

        la      t0, trap_unexpected     # for as long as the handler runs
        csrw    mtvec, t0

        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop
        lw      sp, trap_stack
        mv      a0, x31
        csrr    a1, mcause
        csrr    a2, mtval
        lw      t0, trap_function
        jalr    t0

resume:                                 # a0: the frame
        mv      x31, a0
        la      t0, trap_entry
        csrw    mtvec, t0
        csrw    mscratch, x31
        lw      t0, FRAME_PC(x31)
        csrw    mepc, t0
        lw      t0, FRAME_MSTATUS(x31)
        csrw    mstatus, t0             # frames have MIE = 0 until mret
        each_register lw
        lw      x31, 4*31(x31)
        mret

# void trap_install(trap_handler *handler)
        .globl  trap_install
trap_install:
        la      t0, trap_function
        sw      a0, 0(t0)
        la      t0, trap_stack
        la      t1, own_stack_top
        sw      t1, 0(t0)
        la      t0, own_frame
        csrw    mscratch, t0
        la      t0, trap_entry
        csrw    mtvec, t0
        ret

# void trap_run(struct trap_frame *frame, trap_handler *handler)
#
# What a function must preserve is kept on the stack, and the handler's stack
# begins below it.
        .globl  trap_run
trap_run:
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
        la      t0, trap_function
        sw      a1, 0(t0)
        la      t0, trap_stack
        sw      sp, 0(t0)
        j       resume

# void trap_leave(void)
        .globl  trap_leave
trap_leave:
        lw      sp, trap_stack
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
        ret                             # mtvec is trap_unexpected again

        .bss
        .align  4
trap_function:
        .space  4
trap_stack:
        .space  4
        .align  4
own_frame:
        .space  136
        .align  4
        .space  1024
own_stack_top:
