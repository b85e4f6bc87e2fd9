# A file in the image of a program, for real.h: EMBED is its name.
        .section .rodata
        .globl  embedded, embedded_end
        .balign 16
embedded:
        .incbin EMBED
embedded_end:
        .byte   0
#ifdef __ELF__
        .section .note.GNU-stack, "", %progbits
#endif
