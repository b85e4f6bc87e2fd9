#include "rtlgen/values.h"

#include "rtlgen/core.h"
#include "rtlgen/sequencer.h"

const hdl_value kind_values[] = {KINDS(NAMED_VALUE){0}};

const hdl_value word_values[] = {
#define CONTEXT_WORD(name, offset, condition, meaning) NAMED_VALUE(WORD_, name)
#include "isa/vmcb.def"
    OTHER_WORDS(NAMED_VALUE){0}};

const hdl_value need_values[] = {{"NEED_FETCH", NEED_EXECUTE | NEED_RAM}, {0}};

const hdl_value csr_values[] = {
#define CSR(name, number, condition, kind, writable, reset, note) {"CSR_" #name, HV_CSR_##name},
#include "isa/csrs.def"
    {0}};

const hdl_value phase_values[] = {
#define PHASE(name, meaning) {"PHASE_" #name, HV_PHASE_##name},
#include "isa/phase.def"
    {0}};

const hdl_value fault_values[] = {
#define VM_FAULT(name, code, meaning) {"FAULT_" #name, code},
#include "isa/causes.def"
    {0}};

const hdl_value access_values[] = {
#define ACCESS(name, code, meaning) {"ACCESS_" #name, code},
#include "isa/causes.def"
    {0}};

const hdl_value exception_values[] = {
#define EXCEPTION(name, code, meaning) {"EXC_" #name, code},
#include "isa/causes.def"
    {0}};

const hdl_value interrupt_values[] = {
#define INTERRUPT(name, code, meaning) {"IRQ_" #name, code},
#include "isa/causes.def"
    {0}};

const hdl_value form_values[] = {
#define F_FORM(name, code, meaning) {"FORM_" #name, code},
#include "isa/causes.def"
    {0}};

const hdl_value vmcb_values[] = {
#define VMCB_WORD(name, offset, writer, meaning)       NAMED_VALUE(VMCB_, name)
#define CONTEXT_WORD(name, offset, condition, meaning) NAMED_VALUE(VMCB_, name)
#include "isa/vmcb.def"
    {0}};

const hdl_value opcode_values[] = {
#define ROW(name, code) {"OPCODE_" #name, code},
    OPCODES(ROW)
#undef ROW
        {0}};

const hdl_value opcode_high_values[] = {
#define ROW(name, code) {"OPCODE_" #name, (code) >> 2},
    OPCODES(ROW)
#undef ROW
        {0}};
