/* Instructions as text, from isa/instructions.def.
 *
 * Written here because Debian 12's capstone (4.0) knows no RISC-V, and none knows the Hardware
 * Virtualizer's instructions. Operands are written as the GNU tools write them. */
#ifndef HV_DISASSEMBLE_H
#define HV_DISASSEMBLE_H

#include <stddef.h>
#include <stdint.h>

/* Write the text of instruction word `insn` at `pc`; ".word 0x..." when it is none. */
void hv_disassemble(uint32_t insn, uint32_t pc, char *text, size_t size);

#endif
