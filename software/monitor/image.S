/* The monitor's image inside the host library, so that the command needs no installed files, and the ELF file that it is
 * made from, for its symbols and source lines. software/monitor/monitor.mk says where they are. */
        .section .rodata
        .global hv_monitor_image, hv_monitor_image_end
        .balign 4
hv_monitor_image:
        .incbin MONITOR_IMAGE
hv_monitor_image_end:
        .global hv_monitor_elf, hv_monitor_elf_end
        .balign 8
hv_monitor_elf:
        .incbin MONITOR_ELF
hv_monitor_elf_end:
        .section .note.GNU-stack, "", %progbits
