#include "sim/sources.h"

/* A file of the source tree as a NUL-terminated string. */
#define EMBED(symbol, path)                                                                                            \
    __asm__(".section .rodata\n" #symbol ":\n\t.incbin \"" path "\"\n\t.byte 0\n\t.previous\n");                       \
    extern const char symbol[] __attribute__((visibility("hidden")))

EMBED(hv_text_dut_h, "sim/dut.h");
EMBED(hv_text_verilator_cpp, "sim/verilator.cpp");
EMBED(hv_text_vpi_c, "sim/vpi.c");
EMBED(hv_text_testbench_v, "sim/testbench.v");
EMBED(hv_text_lut_v, "sim/lut.v");

const struct hv_source hv_verilator_sources[] = {
    {"dut.h", hv_text_dut_h}, {"verilator.cpp", hv_text_verilator_cpp}, {0}};

const struct hv_source hv_icarus_sources[] = {
    {"dut.h", hv_text_dut_h}, {"vpi.c", hv_text_vpi_c}, {"testbench.v", hv_text_testbench_v}, {0}};

const struct hv_source hv_gates_sources[] = {
    {"dut.h", hv_text_dut_h}, {"verilator.cpp", hv_text_verilator_cpp}, {"lut.v", hv_text_lut_v}, {0}};
