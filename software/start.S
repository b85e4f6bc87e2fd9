# Start-up of every program.
#
# A program enters at the base of RAM, in M-mode, on the real machine or as the
# guest of a monitor at any depth: both look the same. Nothing is assumed of
# the general registers, and nothing of the memory behind the image: this file
# gives every register a value, clears .bss and calls main(). What main()
# returns is the program's exit status.
#
# Bytes 0x40..0x4B of RAM are HV_ROOT, where the hardware virtualizer looks
# for the tables of a monitor. An ordinary program is no monitor, but all
# programs keep the place free, so that one that becomes a monitor finds it.

        .section .reset, "ax"
        .globl  _start
_start:
        j       startup

        .org    0x40
        .globl  hv_root
hv_root:
        .word   0                       # address of VMTAB: there is none yet
        j       vm_fault_entry          # control passes here on a VM-fault
        .word   0                       # largest syllable in use

# An unexpected trap ends the program with status 99. Before, it is told on the
# UART, without stack or data, since these may be the reason for the trap. A
# trap of the UART itself goes to trap_end at once. What stands here has the
# place that HV_ROOT leaves in front of the program, so that no program is
# larger for it.

        .align  2
        .globl  trap_unexpected
trap_unexpected:
        la      t0, trap_end
        csrw    mtvec, t0
        csrr    s1, mcause              # what is told, in the message's order
        csrr    s2, mepc
        csrr    s3, mtval
        lui     t0, 0x10000             # the UART
        lla     s0, message
next:   lb      t1, 0(s0)
        addi    s0, s0, 1
        bltz    t1, number
        bnez    t1, letter
        j       trap_end
letter: jal     put
        j       next
number: li      s4, 8                   # digits, the highest first
digit:  srli    t1, s1, 28
        slli    s1, s1, 4
        addi    t1, t1, '0'
        li      t2, '9'
        ble     t1, t2, 1f
        addi    t1, t1, 'a' - '9' - 1
1:      jal     put
        addi    s4, s4, -1
        bnez    s4, digit
        mv      s1, s2
        mv      s2, s3
        j       next
put:    lbu     t2, 5(t0)               # line status: may a byte be written?
        andi    t2, t2, 0x20
        beqz    t2, put
        sb      t1, 0(t0)
        ret
message:                                # \200: a number
        .asciz  "unexpected trap: mcause \200, mepc \200, mtval \200\n"

        .org    0x100
startup:
        la      t0, trap_unexpected
        csrw    mtvec, t0
        csrw    mie, zero
        csrci   mstatus, 8              # MIE = 0: interrupts only when asked for

        .option push
        .option norelax                 # gp cannot be found relative to itself
        la      gp, __global_pointer$
        .option pop
        la      sp, __stack_top

        # Memory of registers is undefined after reset of the hardware. Values
        # that depend on it must not reach the stack through a register saved.
        mv      ra, zero
        mv      tp, zero
        mv      t2, zero
        mv      s0, zero
        mv      s1, zero
        mv      a0, zero
        mv      a1, zero
        mv      a2, zero
        mv      a3, zero
        mv      a4, zero
        mv      a5, zero
        mv      a6, zero
        mv      a7, zero
        mv      s2, zero
        mv      s3, zero
        mv      s4, zero
        mv      s5, zero
        mv      s6, zero
        mv      s7, zero
        mv      s8, zero
        mv      s9, zero
        mv      s10, zero
        mv      s11, zero
        mv      t3, zero
        mv      t4, zero
        mv      t5, zero
        mv      t6, zero

        la      t0, __bss_start         # both ends are multiples of 16
        la      t1, __bss_end
        beq     t0, t1, 2f
1:      sw      zero, 0(t0)
        sw      zero, 4(t0)
        sw      zero, 8(t0)
        sw      zero, 12(t0)
        addi    t0, t0, 16
        bne     t0, t1, 1b
2:
        call    main
        tail    program_exit

# The end of an unexpected trap, and of a VM-fault in a program that is no
# monitor.

        .text
        .align  2
        .weak   vm_fault_entry
trap_end:
vm_fault_entry:
        li      t0, 0x00100000
        li      t1, (99 << 16) | 0x3333
        sw      t1, 0(t0)
1:      j       1b                      # the write above has ended the run
