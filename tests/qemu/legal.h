/* The table of legal differences (legal.def), as questions. */
#ifndef TESTS_QEMU_LEGAL_H
#define TESTS_QEMU_LEGAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum trap_field { TRAP_CAUSE, TRAP_TVAL };

/* Bits of a CSR that programs may write, and bits that are compared. */
uint32_t legal_written(uint32_t csr);
uint32_t legal_read(uint32_t csr);

/* Only one of the machines has this CSR. */
bool legal_only_one(uint32_t csr);

/* The row that lets a trap's field differ between the machines, its number from 0; -1 if there is none. */
int legal_trap(enum trap_field field, uint32_t insn, uint32_t epc, uint32_t model, uint32_t qemu);
extern const size_t legal_trap_rows;

/* The whole table as Markdown. */
void legal_print(FILE *out);

#endif
