/* Instructions as text, from isa/instructions.def, in the words of the GNU tools, pseudo-instructions included.
 *
 * Made from the project's own table, since a library's would be a second one: capstone knows RISC-V only
 * from its version 5 on, and no version knows the Hardware Virtualizer's instructions.
 */
#ifndef VIEW_DISASSEMBLE_H
#define VIEW_DISASSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write the text of instruction word `insn` at `pc`; ".word 0x..." when it is none. */
void view_disassemble(uint32_t insn, uint32_t pc, char *text, size_t size);

/* Where a branch or JAL goes when it is taken; false, with *target untouched, for all others. */
bool view_branch_target(uint32_t insn, uint32_t pc, uint32_t *target);

/* Name of a general register, 0 to 31: "zero", "ra", ... */
const char *view_register_name(unsigned number);

/* Name of a CSR by its number, "mhpmcounter3h"; the number if it is none. */
void view_csr_name(uint32_t number, char *text, size_t size);

#endif
