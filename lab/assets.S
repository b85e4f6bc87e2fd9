/* The style and the script of pictures and report, so that the command needs no installed files. */
        .section .rodata
        .macro  asset symbol file
        .global \symbol
\symbol :
        .incbin "\file"
        .byte   0
        .endm
        asset   lab_plot_css "lab/plot.css"
        asset   lab_report_css "lab/report.css"
        asset   lab_report_js "lab/report.js"
#ifdef NESTOR_VEGA
        asset   lab_vega_js NESTOR_VEGA
#else
        .global lab_vega_js
lab_vega_js:
        .byte   0
#endif
        .section .note.GNU-stack, "", %progbits
