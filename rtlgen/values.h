/* Names of values: the enumerations of the generator and of isa/, as the printed Verilog calls them.
 *
 * An enumeration is a list of rows, ROW(prefix, name) for each, from which both are made:
 *
 *     #define KINDS(ROW) ROW(KIND_, SIMPLE) ROW(KIND_, LOAD)
 *     enum kind { KINDS(ENUM_VALUE) };
 *     const hdl_value kind_values[] = {KINDS(NAMED_VALUE){0}};
 */
#ifndef RTLGEN_VALUES_H
#define RTLGEN_VALUES_H

#include "rtlgen/hdl/hdl.h"

#define ENUM_VALUE(prefix, name)  prefix##name,
#define NAMED_VALUE(prefix, name) {#prefix #name, prefix##name},
#define VALUE_NAME(prefix, name)  #prefix #name,

/* Of the generator: enum kind and enum word of rtlgen/core.h. */
extern const hdl_value kind_values[], word_values[];

/* Rights that a fetch needs. */
extern const hdl_value need_values[];

/* Of isa/: CSR numbers, causes of VM-faults, accesses, exceptions, interrupts, forms of maps, phases. */
extern const hdl_value csr_values[], fault_values[], access_values[], exception_values[], interrupt_values[],
    form_values[], phase_values[];

/* enum vmcb_word of rtlgen/sequencer.h. */
extern const hdl_value vmcb_values[];

/* Major opcodes: bits 6:0 of an instruction word, of which 1:0 are 3. */
#define OPCODES(ROW)                                                                                                   \
    ROW(LOAD, 0x03)                                                                                                    \
    ROW(CUSTOM, 0x0b)                                                                                                  \
    ROW(FENCE, 0x0f)                                                                                                   \
    ROW(OP_IMM, 0x13)                                                                                                  \
    ROW(AUIPC, 0x17)                                                                                                   \
    ROW(STORE, 0x23)                                                                                                   \
    ROW(AMO, 0x2f)                                                                                                     \
    ROW(OP, 0x33)                                                                                                      \
    ROW(LUI, 0x37)                                                                                                     \
    ROW(BRANCH, 0x63)                                                                                                  \
    ROW(JALR, 0x67)                                                                                                    \
    ROW(JAL, 0x6f)                                                                                                     \
    ROW(SYSTEM, 0x73)
enum opcode {
#define ROW(name, code) OPCODE_##name = (code),
    OPCODES(ROW)
#undef ROW
};
extern const hdl_value opcode_values[], opcode_high_values[]; /* all bits; bits 6:2 */

#endif
