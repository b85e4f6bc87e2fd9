/* The registers that a debugger sees, as GDB numbers and names them: x0 to x31, pc, every CSR of isa/csrs.def that the
 * configuration has, the privilege mode, and of the Hardware Virtualizer the level and the VMID of who runs.
 *
 * Of a level that is suspended in LVMID the CSRs are known, as LVMID has stored them. Its general registers are the
 * monitor's affair, and unavailable. So is its pc, though it is known: GDB would look for it among the symbols of the
 * program, which has the same addresses; `info threads` has it in words. Of a level that is not in the VMID nothing is
 * known.
 */
#ifndef GDB_REGISTERS_H
#define GDB_REGISTERS_H

#include "gdb/packet.h"
#include "model/machine.h"

/* Numbers: GDB's own of RISC-V, and two behind them. */
enum {
    GDB_REGISTER_PC = 32,
    GDB_REGISTER_CSR = 65, /* and the CSR's number */
    GDB_REGISTER_PRIV = GDB_REGISTER_CSR + 0x1000,
    GDB_REGISTER_LEVEL,
    GDB_REGISTER_VMID
};

/* The target description of this machine ("Debugging with GDB", appendix G): XML, to be freed; NULL when memory runs
 * out. */
char *gdb_target_description(const struct hv_machine *machine);

/* Append the register of a level of the VMID as hexadecimal bytes, x for what is unavailable; false if there is no such
 * register. */
bool gdb_register_put(struct gdb_text *text, const struct hv_machine *machine, unsigned level, uint64_t number);

/* Read from `scan` and change it, at the running level. False, with nothing changed, if it is none that can be. */
bool gdb_register_set(struct gdb_scan *scan, struct hv_machine *machine, uint64_t number);

/* How many there are in a g packet: x0 to x31 and pc. */
enum { GDB_GENERAL_REGISTERS = 33 };

#endif
