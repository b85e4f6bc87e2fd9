/* The loader's image inside the generator's library. software/loader/loader.mk says where it is. */
        .section .rodata
        .global board_loader, board_loader_end
        .balign 4
board_loader:
        .incbin LOADER_IMAGE
board_loader_end:
        .section .note.GNU-stack, "", %progbits
