/* The instruction set, as C enumerations made from the tables in this folder.
 *
 * The tables (*.def) are the one source of truth for instructions, CSRs, the VMCB and
 * root layout, causes, a probe's steps, the associator's counters and the commit record. Model,
 * generator, lockstep, guest header and documents are all made from them.
 */
#ifndef HV_ISA_H
#define HV_ISA_H

#include <stdint.h>

/* Largest configuration of docs/spec.md, 3. */
enum { HV_MAX_DEPTH = 8, HV_MAX_SYLLABLE_BITS = 8, HV_PAGE_BITS = 12, HV_PAGE_BYTES = 4096 };

/* Instructions: HV_INSN_<name>; HV_INSN_ILLEGAL is none of them. */
enum hv_insn {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) HV_INSN_##name,
#include "isa/instructions.def"
    HV_INSN_ILLEGAL
};

/* Operand formats, as the table's head explains them. */
enum hv_format {
    HV_FORMAT_R,
    HV_FORMAT_I,
    HV_FORMAT_SH,
    HV_FORMAT_S,
    HV_FORMAT_B,
    HV_FORMAT_U,
    HV_FORMAT_J,
    HV_FORMAT_CSR,
    HV_FORMAT_CSRI,
    HV_FORMAT_A,
    HV_FORMAT_AL,
    HV_FORMAT_V,
    HV_FORMAT_V1,
    HV_FORMAT_N
};

enum hv_extension { HV_EXT_I, HV_EXT_M, HV_EXT_A, HV_EXT_ZICSR, HV_EXT_ZIFENCEI, HV_EXT_PRIV, HV_EXT_HV };

/* CSR numbers, and the writable bits and reset value of each. */
enum hv_csr {
#define CSR(name, number, condition, kind, writable, reset, note) HV_CSR_##name = (number),
#include "isa/csrs.def"
#define HPM_RANGE(name, first, last, kind) HV_CSR_##name##_FIRST = (first), HV_CSR_##name##_LAST = (last),
#include "isa/csrs.def"
};

#define CSR(name, number, condition, kind, writable, reset, note)                                                      \
    static const uint32_t HV_CSR_WRITABLE_##name __attribute__((unused)) = (writable);
#include "isa/csrs.def"
#define CSR(name, number, condition, kind, writable, reset, note)                                                      \
    static const uint32_t HV_CSR_RESET_##name __attribute__((unused)) = (reset);
#include "isa/csrs.def"

/* mstatus fields, misa.X. */
enum {
    HV_MSTATUS_MIE = 1 << 3,
    HV_MSTATUS_MPIE = 1 << 7,
    HV_MSTATUS_MPP = 3 << 11,
    HV_MSTATUS_MPRV = 1 << 17,
    HV_MSTATUS_TW = 1 << 21,
    HV_MISA_A = 1 << 0,
    HV_MISA_X = 1 << 23,
    HV_MPHI_U = 1 << 0,
    HV_MPHI_M = 1 << 1,
    HV_MPHI_MP = 1 << 2
};

/* Byte offsets of the root, the VMCB and its processor map. */
enum hv_layout {
#define ROOT_WORD(name, offset, meaning)               HV_ROOT_##name = (offset),
#define VMCB_WORD(name, offset, writer, meaning)       HV_VMCB_##name = (offset),
#define CONTEXT_WORD(name, offset, condition, meaning) HV_VMCB_CTX_##name = (offset),
#include "isa/vmcb.def"
    HV_VMCB_BYTES = 512,
    HV_VMCB_RESUME_SKIP = 1
};

/* Causes: HV_FAULT_<name>, HV_ACCESS_<name>, HV_EXC_<name>, HV_IRQ_<name>; bits: HV_CAP_<name>,
 * HV_PTE_<name>; forms: HV_FORM_<name>. */
enum hv_cause {
#define VM_FAULT(name, code, meaning)  HV_FAULT_##name = (code),
#define ACCESS(name, code, meaning)    HV_ACCESS_##name = (code),
#define EXCEPTION(name, code, meaning) HV_EXC_##name = (code),
#define INTERRUPT(name, code, meaning) HV_IRQ_##name = (code),
#define CAPABILITY(name, bit, meaning) HV_CAP_##name = 1 << (bit),
#define F_FORM(name, code, meaning)    HV_FORM_##name = (code),
#define PTE_BIT(name, bit, meaning)    HV_PTE_##name = 1 << (bit),
#include "isa/causes.def"
    HV_CAUSE_ACCESS_SHIFT = 4,
    HV_CAUSE_IMPLICIT = 1 << 8,
    HV_FORM_GRAIN_SHIFT = 8
};

/* Hypercalls that software/monitor/ knows. */
enum hv_hypercall {
#define HYPERCALL(name, number, argument) HV_CALL_##name = (number),
#include "isa/hypercalls.def"
};

enum hv_event { HV_EVENT_NONE, HV_EVENT_LVMID, HV_EVENT_VM_FAULT };

/* What the core does in a cycle: HV_PHASE_<name>. */
enum hv_phase {
#define PHASE(name, meaning) HV_PHASE_##name,
#include "isa/phase.def"
    HV_PHASES
};

/* Where a probe ended: HV_PROBE_<name>. */
enum hv_probe {
#define PROBE_STEP(name, meaning) HV_PROBE_##name,
#include "isa/probe.def"
    HV_PROBE_STEPS
};

/* The commit record, fields as commit.def tells. */
struct hv_commit {
#define COMMIT_FIELD(name, bits, port, meaning) uint64_t name;
#include "isa/commit.def"
};

/* The commit record's fields by number, for tables over them. */
enum hv_commit_field {
#define COMMIT_FIELD(name, bits, port, meaning) HV_COMMIT_##name,
#include "isa/commit.def"
    HV_COMMIT_FIELDS
};

#endif
