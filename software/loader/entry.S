# Where the loader begins: at the reset vector, to which nestor_boot copies it after each reset. It goes to the end of
# RAM, so that what it loads finds its place.

        .equ    LOADER_BYTES, 0x800     # protocol.h

        .section .start, "ax"
        .option norelax
        .globl  _start
_start:
        j       1f
ram_base:
        .word   0                       # LOADER_RAM_BASE
ram_end:
        .word   0                       # LOADER_RAM_END
byte_clocks:
        .word   0                       # LOADER_BYTE_CLOCKS
1:      lla     t0, _start
        lla     t1, __end
        lw      t2, ram_end
        li      t3, LOADER_BYTES
        sub     t2, t2, t3              # where it goes
        lla     t4, 3f
        sub     t4, t4, t0
        add     t4, t4, t2
        lw      a0, ram_end
        lw      a1, byte_clocks
        lw      a2, ram_base
2:      lw      t5, 0(t0)
        sw      t5, 0(t2)
        addi    t0, t0, 4
        addi    t2, t2, 4
        bltu    t0, t1, 2b
        jr      t4
3:      mv      sp, a0
        call    loader
