/*
 * The entry of a flat program, and what C cannot say: a child that runs on its parent's stack must not touch it.
 */
#define CLONE    220
#define EXECVE   221
#define EXIT     93
#define CLONE_VM 0x100
#define CLONE_VFORK 0x4000
#define SIGCHLD  17

        .section .start, "ax"
        .global _start
_start:
        mv      a0, sp          /* argc, argv[0] ..., 0, envp ..., 0 */
        andi    sp, sp, -16
        call    flat_main
        li      a7, EXIT
        ecall

/* int spawn(const char *path, char *const argv[], char *const envp[]): vfork, and execve in the child. The child's
 * process number, or a negative error; a child that cannot execute the program ends with 127. */
        .text
        .global spawn
spawn:
        mv      t0, a0          /* system calls keep all registers but a0 */
        mv      t1, a1
        mv      t2, a2
        li      a0, CLONE_VM | CLONE_VFORK | SIGCHLD
        li      a1, 0           /* the parent's stack, which sleeps meanwhile */
        li      a2, 0
        li      a3, 0
        li      a4, 0
        li      a7, CLONE
        ecall
        bnez    a0, 1f
        mv      a0, t0
        mv      a1, t1
        mv      a2, t2
        li      a7, EXECVE
        ecall
        li      a0, 127
        li      a7, EXIT
        ecall
1:      ret
