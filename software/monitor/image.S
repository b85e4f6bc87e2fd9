/* The monitor's image inside the host library, so that the command needs no installed files.
 * software/monitor/monitor.mk says where it is. */
        .section .rodata
        .global hv_monitor_image, hv_monitor_image_end
        .balign 4
hv_monitor_image:
        .incbin MONITOR_IMAGE
hv_monitor_image_end:
        .section .note.GNU-stack, "", %progbits
