/* For a debugger: breakpoints, and what the levels of the VMID have and may be given (docs/spec.md, 4, 5.1). Nothing
 * here is part of a record. */
#include "model/machine_internal.h"

/* ---- breakpoints ---- */

bool hv_vms_have(const struct hv_vms *vms, unsigned level, uint64_t vmid)
{
    return vms->kind == HV_ALL_VMS || (vms->level == level && (vms->kind == HV_VMS_OF_LEVEL || vms->vmid == vmid));
}

void hv_machine_breakpoints(struct hv_machine *m, const struct hv_breakpoint *list, size_t count)
{
    m->blocks.breakpoints = list;
    m->blocks.breakpoint_count = count;
    hvm_close_windows(m); /* the fetch window has no page with a breakpoint */
}

bool hvm_breakpoint_in(const struct hv_machine *m, uint32_t name, uint32_t bytes)
{
    for (size_t i = 0; i < m->blocks.breakpoint_count; i++) {
        const struct hv_breakpoint *b = &m->blocks.breakpoints[i];
        if (b->pc - name < bytes && hv_vms_have(&b->vms, m->level, m->vmid))
            return true;
    }
    return false;
}

bool hv_machine_at_breakpoint(const struct hv_machine *m)
{
    return hvm_breakpoint_in(m, m->live[CTX_PC], 1) && !hvm_event_due(m);
}

/* ---- what a level has ---- */

bool hv_machine_level_pc(const struct hv_machine *m, unsigned level, uint32_t *pc, unsigned *mode)
{
    uint32_t context[CTX_WORDS];
    if (level > m->level)
        return false;
    hvm_context_of(m, level, context);
    *pc = context[CTX_PC];
    *mode = context[CTX_MODE];
    return true;
}

bool hv_machine_csr(const struct hv_machine *m, unsigned level, uint32_t number, uint32_t *value)
{
    uint32_t context[CTX_WORDS];
    const uint8_t row = hvm_csr_row(&m->config, number);
    if (row == CSR_NONE || level > m->level)
        return false;
    hvm_context_of(m, level, context);
    *value = hvm_csr_at(m, level, context, row, number);
    return true;
}

bool hv_machine_set_x(struct hv_machine *m, unsigned i, uint32_t value)
{
    if (i == 0 || i > 31)
        return false;
    m->x[i] = value;
    return true;
}

void hv_machine_set_pc(struct hv_machine *m, uint32_t pc)
{
    m->live[CTX_PC] = hvm_legalize(&m->config, CTX_PC, pc);
}

bool hv_machine_set_csr(struct hv_machine *m, uint32_t number, uint32_t value)
{
    const uint8_t row = hvm_csr_row(&m->config, number);
    return row != CSR_NONE && hvm_csr_set(m, row, number, value);
}
