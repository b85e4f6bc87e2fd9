/* The presets' INI files as NUL-terminated strings, so that the command needs no installed files. */
#undef linux /* which is 1 to some compilers */
        .section .rodata
        .macro  preset name
        .global hv_preset_\name
hv_preset_\name :
        .incbin "config/presets/\name\().ini"
        .byte   0
        .endm
        preset  goldberg
        preset  plain
        preset  small
        preset  default
        preset  linux
        preset  wide
        .section .note.GNU-stack, "", %progbits
