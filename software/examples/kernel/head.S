/*
 * The head of a kernel, as a flat Image of Linux has it: the file begins with its first instruction and a header of 64 bytes,
 * by which loaders know what it is and how much memory it takes. It enters with the hart's number in a0 and the name of the
 * device tree in a1, and nothing else.
 */
        .section .head, "ax"
        .global _start
_start:
        j       begin
        .word   0
        .dword  0               /* text offset: from the beginning of RAM */
        .dword  image_size      /* with .bss and the stack */
        .dword  0               /* flags: little-endian */
        .word   2               /* version of this header, 0.2 */
        .word   0
        .dword  0
        .ascii  "RISCV\0\0\0"
        .ascii  "RSC\5"
        .word   0
begin:
        la      sp, stack_top
        la      t0, bss_begin
        la      t1, bss_end
1:      beq     t0, t1, 2f
        sw      zero, 0(t0)
        addi    t0, t0, 4
        j       1b
2:      call    kernel
        tail    program_exit
