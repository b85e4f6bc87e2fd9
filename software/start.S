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

# An unexpected trap ends the program with status 99 and touches neither stack
# nor data, since these may be the reason for the trap.

        .text
        .align  2
        .globl  trap_unexpected
        .weak   vm_fault_entry
trap_unexpected:
vm_fault_entry:
        li      t0, 0x00100000
        li      t1, (99 << 16) | 0x3333
        sw      t1, 0(t0)
1:      j       1b                      # the write above has ended the run
