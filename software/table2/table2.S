/* The paper's example (Table II, Figure 6), docs/spec.md, 9.
 *
 * The whole of real memory, 14 pages from 0, for the preset `goldberg`. What Table II gives
 * stands at its place: name p*1000+o of the paper is page p, word o. What it leaves open:
 * real page 0 holds level 0's root, VMTAB, VMCBs and tables, page 1 level 0's code; VM 1's page 0,
 * with the same for its child, is real page 7; VM 1's page 4 is real page 8.
 *
 *   f1:   0->7 1->6 2->5 3->4 4->8, bound 5     f2: 3->9, 2->t, bound 4
 *   f1.1: 3->2, 2->t, bound 4                   (table in VM 1's memory)
 *
 * Registers belong to whoever runs (docs/spec.md, 5), so level 0 sets those that the lines use.
 * How the program gets from line to line: VM 1's handler of the process exception of line 3 ends
 * its run with hv.exit; level 0 starts VM 2 (line 4), and on its VM-fault VM 1 again, which goes on
 * after its hv.exit with R-B 0-5 to line 5; line 6's VM-fault finds VM 1's entry at root + 4,
 * which leaves by hv.exit; level 0 then writes the finisher. Wrong turns end with a code of failure.
 */
#include "hv.h"

#define FINISHER 0x00100000
#define WORD(page, word) ((page) * 4096 + (word) * 4)
#define PTE(page) ((page) << 10 | HV_PTE_V | HV_PTE_R | HV_PTE_W | HV_PTE_X | HV_PTE_A | HV_PTE_D)
#define LINEAR 2
#define MPHI_M 2
#define ALL_CAPS (HV_CAP_VM | HV_CAP_COUNTERS | HV_CAP_WFI | HV_CAP_EXIT)
#define MODE_M 3

/* Code that must reach the same labels wherever its page is mapped uses names relative to
 * its page's first byte. */

        .macro  vmcb next, form, table, bound, pc, base, bound_rb
        .word   \next                   /* NEXT_SYLLABLE */
        .word   ALL_CAPS                /* CAPS */
        .word   0, 0                    /* VIP, RESUME */
        .word   \form, 0, \table, \bound /* memory map: first = 0 */
        .word   0, 0, 0, 0              /* I/O map: none */
        .word   0, 0, 0, 0              /* fault record */
        .word   \pc, MODE_M, 0, 0       /* pc, mode, mstatus, mie */
        .word   0x800, 0, 0, 0          /* mtvec (page 0 of the VM), mscratch, mepc, mcause */
        .word   0, 0, MPHI_M, (\base) * 4096 /* mtval, mcounteren, mphi, mbase */
        .word   (\bound_rb) * 4096      /* mbound */
        .endm

/* For a board (tell.c): at a VM-fault to level 0 the lines done so far are told. The general registers are those of the
 * VM, and are so afterwards; mscratch is level 0's own, and the example has no other use for it. */
        .macro  tell step
#ifdef TELL
        csrw    mscratch, x31
        lui     x31, WORD(13, 0) >> 12
        sw      x1, 4(x31)
        li      x1, \step
        sw      x1, 0(x31)
        jal     x1, tell_lines
        lw      x1, 4(x31)
        csrr    x31, mscratch
#endif
        .endm

        .section .memory, "awx"
        .option norvc
        .option norelax

/* ---- real page 0: level 0's root, VMTAB, VMCBs, tables ---------------------------- */
page0:
        .org    HV_ROOT_VMTAB
        .word   WORD(0, 8)
        .org    HV_ROOT_ENTRY
        j       level0_fault
        .org    HV_ROOT_LENGTH
        .word   2
        .org    WORD(0, 8)              /* VMTAB */
        .word   0, WORD(0, 128), WORD(0, 256)
        .org    WORD(0, 128)            /* VMCB of VM 1: R-B 1-3, IC 2100 */
        vmcb    0, LINEAR, WORD(0, 384), 5, WORD(2, 100), 1, 3
        .org    WORD(0, 256)            /* VMCB of VM 2: R-B 2-4, IC 1100 */
        vmcb    0, LINEAR, WORD(0, 400), 4, WORD(1, 100), 2, 4
        .org    WORD(0, 384)            /* f1 */
        .word   PTE(7), PTE(6), PTE(5), PTE(4), PTE(8)
        .org    WORD(0, 400)            /* f2 */
        .word   0, 0, 0, PTE(9)

/* ---- real page 1: level 0's code -------------------------------------------------- */
        .org    WORD(1, 0)
level0_start:
        csrw    HV_CSR_MBASE, zero      /* R-B 0-14, in force in M-mode too */
        li      t0, 14 * 4096
        csrw    HV_CSR_MBOUND, t0
        csrwi   HV_CSR_MPHI, MPHI_M
        la      t0, level0_trap
        csrw    mtvec, t0
        li      a0, WORD(2, 800)        /* line 1's operand */
        li      s0, WORD(3, 500)        /* line 3's name */
        li      s1, 0                   /* VM-faults so far */
        li      t0, WORD(2, 0)
        jr      t0                      /* line 1 */

level0_fault:                           /* VM-fault to level 0: phi is off */
        addi    s1, s1, 1
        li      t0, 1
        beq     s1, t0, level0_first
        li      t0, 2
        beq     s1, t0, level0_second
        /* third: VM 1 has left by hv.exit after line 6 */
        lw      t1, WORD(0, 128) + HV_VMCB_FAULT_CAUSE(zero)
        li      t2, HV_FAULT_EXIT
        bne     t1, t2, level0_trap
        li      t0, 3
        bne     s3, t0, level0_trap     /* VM 1 saw its exception, then its child's VM-fault */
        tell    3
        li      t0, FINISHER
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .
level0_first:                           /* VM 1's hv.exit after line 3; run VM 2: line 4 */
        li      t0, 999                 /* what line 2 loaded */
        bne     a1, t0, level0_trap
        lw      t1, WORD(0, 128) + HV_VMCB_FAULT_CAUSE(zero)
        li      t2, HV_FAULT_EXIT
        bne     t1, t2, level0_trap
        tell    1
        li      a0, WORD(1, 1000)       /* any word that holds 2 */
        lvmid   0(a0)
level0_second:                          /* line 4's VM-fault; resume VM 1 */
        lw      t1, WORD(0, 256) + HV_VMCB_FAULT_CAUSE(zero)
        li      t2, HV_FAULT_MISSING | HV_ACCESS_LOAD << 4
        bne     t1, t2, level0_trap
        lw      t1, WORD(0, 256) + HV_VMCB_FAULT_ADDRESS(zero)
        li      t2, WORD(2, 100)
        bne     t1, t2, level0_trap
        tell    2
        li      a0, WORD(2, 800)
        lvmid   0(a0)
level0_trap:                            /* nothing of the example comes here */
        li      t0, FINISHER
        li      t1, 0x13333
        sw      t1, 0(t0)
        j       .
        .org    WORD(1, 1000)
        .word   2

/* ---- real page 2: line 1; and VM 1.1's page 3 is f1(2) = 5 --------------------------- */
        .org    WORD(2, 0)              /* 2000: LVMID 2800 */
        lvmid   0(a0)
        .org    WORD(2, 800)            /* 2800: 1 */
        .word   1

/* ---- real page 4: VM 1's page 3 ------------------------------------------------------ */
        .org    WORD(4, 100)            /* 4100: LOAD 128; 4101: LOAD 3500 */
        lw      a1, WORD(0, 128)(zero)
        lw      a1, 0(s0)
        .org    WORD(4, 200)            /* 4200: LVMID 1300 */
        lvmid   0(a0)

/* ---- real page 5: VM 1.1's page 3 ---------------------------------------------------- */
        .org    WORD(5, 100)            /* 5100: LOAD 500 */
        lw      a1, WORD(0, 500)(zero)

/* ---- real page 6: VM 1's page 1 ------------------------------------------------------ */
        .org    WORD(6, 128)            /* 6128: 999 */
        .word   999
        .org    WORD(6, 300)            /* 6300: 1 */
        .word   1

/* ---- real page 7: VM 1's page 0: its root, VMTAB, VMCB of 1.1, table, code ------------ */
        .org    WORD(7, 0) + HV_ROOT_VMTAB
        .word   WORD(0, 8)
        .org    WORD(7, 0) + HV_ROOT_ENTRY
        j       vm1_fault               /* relative: right wherever the page is */
        .org    WORD(7, 0) + HV_ROOT_LENGTH
        .word   1
        .org    WORD(7, 8)
        .word   0, WORD(0, 128)
        .org    WORD(7, 128)            /* VMCB of 1.1: R-B 2-2, IC 1100 */
        vmcb    0, LINEAR, WORD(0, 384), 4, WORD(1, 100), 2, 2
        .org    WORD(7, 384)            /* f1.1 */
        .word   0, 0, 0, PTE(2)
        .org    WORD(7, 512)            /* VM 1's name 0x800: mtvec; the exception of line 3 */
        csrr    t0, mcause
        li      t1, HV_EXC_LOAD_FAULT
        bne     t0, t1, vm1_bad
        csrr    t0, mtval
        bne     t0, s0, vm1_bad         /* phi(3500) = e */
        hv.exit                         /* level 0 runs VM 2 meanwhile */
        li      s3, 1
        csrw    HV_CSR_MBASE, zero      /* R-B 0-5 */
        li      t0, 5 * 4096
        csrw    HV_CSR_MBOUND, t0
        li      t0, WORD(3, 200)
        csrw    mepc, t0                /* MRET switches phi on again: MP was set by the trap */
        li      a0, WORD(1, 300)
        mret                            /* line 5 */
vm1_fault:                              /* line 6's VM-fault */
        addi    s3, s3, 2
        lw      t1, WORD(0, 128) + HV_VMCB_FAULT_CAUSE(zero)
        li      t2, HV_FAULT_MISSING | HV_ACCESS_LOAD << 4
        bne     t1, t2, vm1_bad
        lw      t1, WORD(0, 128) + HV_VMCB_FAULT_ADDRESS(zero)
        li      t2, WORD(2, 500)
        bne     t1, t2, vm1_bad
        hv.exit
vm1_bad:
        li      s3, 0
        hv.exit
        j       vm1_bad

/* ---- real page 9: VM 2's page 3 ------------------------------------------------------- */
        .org    WORD(9, 100)            /* 9100: LOAD 100 */
        lw      a1, WORD(0, 100)(zero)

#ifndef TELL
        .org    WORD(14, 0)
#else
/* ---- real pages 10 to 12: tell.c; page 13: the registers, from its beginning, and the stack ---- */
        .section .tell, "ax"
tell_lines:
        .irp    i, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        sw      x\i, 4*\i(x31)
        .endr
        sw      x1, 128(x31)
        csrr    x1, mscratch
        sw      x1, 124(x31)
        li      sp, WORD(14, 0)
        lw      a0, 0(x31)
        mv      a1, x31
        call    tell
        lui     x31, WORD(13, 0) >> 12
        beqz    a0, 1f
        .irp    i, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        lw      x\i, 4*\i(x31)
        .endr
        lw      x1, 128(x31)
        jr      x1
1:      li      t0, FINISHER            /* a line that is not as the machine has recorded */
        li      t1, 0x23333
        sw      t1, 0(t0)
        j       .
#endif
