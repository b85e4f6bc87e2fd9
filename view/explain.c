#include "view/explain.h"

#include "view/disassemble.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Before the record ---- */

/* The symbol of a process name that the machine might fetch from. */
static const char *code_text(const struct hv_machine *machine, const struct view_places *places, uint32_t pc,
                             char text[VIEW_PLACE_SIZE])
{
    uint32_t real;
    *text = 0;
    if (hv_machine_evaluate(machine, pc, HV_ACCESS_FETCH, &real, NULL, NULL))
        view_places_text(places, real, text);
    return text;
}

/* The data access of an instruction, LVMID's operand included; false if it has none. */
static bool data_access(const struct hv_machine *machine, uint32_t insn, uint32_t *name, unsigned *access)
{
    const uint32_t base = hv_machine_x(machine, insn >> 15 & 31);
    const uint32_t immediate = (uint32_t)((int32_t)insn >> 20);
    *access = HV_ACCESS_LOAD;
    switch (insn & 0x7f) {
    case 0x0b: /* LVMID */
        *name = base + immediate;
        return (insn >> 12 & 7) == 0;
    case 0x03:
        *name = base + immediate;
        return true;
    case 0x23:
        *access = HV_ACCESS_STORE;
        *name = base + ((immediate & ~31u) | (insn >> 7 & 31));
        return true;
    case 0x2f:
        *access = insn >> 27 == 2 ? HV_ACCESS_LOAD : HV_ACCESS_STORE; /* LR.W */
        *name = base;
        return true;
    default:
        return false;
    }
}

/* Where JALR goes. */
static bool register_target(const struct hv_machine *machine, uint32_t insn, uint32_t *target)
{
    if ((insn & 0x707f) != 0x67)
        return false;
    *target = (hv_machine_x(machine, insn >> 15 & 31) + (uint32_t)((int32_t)insn >> 20)) & ~1u;
    return true;
}

void view_explain_before(struct view_explanation *e, const struct hv_machine *machine)
{
    const uint32_t pc = hv_machine_pc(machine);
    uint8_t bytes[4] = {0};
    uint32_t name, target;
    unsigned access;
    view_access_begin(&e->fetch, machine, pc, HV_ACCESS_FETCH);
    e->has_data = false;
    *e->target = 0;
    if (!e->fetch.found || !hv_machine_read_ram(machine, e->fetch.real, bytes, sizeof bytes))
        return;
    const uint32_t insn = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    e->has_data = data_access(machine, insn, &name, &access);
    if (e->has_data)
        view_access_begin(&e->data, machine, name, access);
    if (view_branch_target(insn, pc, &target) || register_target(machine, insn, &target))
        code_text(machine, e->places, target, e->target);
}

/* ---- After the record ---- */

static void print_head(const struct view_explanation *e, const struct hv_config *config, const struct hv_commit *commit,
                       FILE *out)
{
    char vmid[VIEW_VMID_SIZE], place[VIEW_PLACE_SIZE] = "", text[96] = "(not fetched)";
    const uint32_t real = commit->fetch_real ? (uint32_t)commit->fetch_real : e->fetch.real;
    if (commit->fetch_real || e->fetch.found)
        view_places_text(e->places, real, place);
    if (commit->intr)
        snprintf(text, sizeof text, "(interrupt)");
    else if (commit->fetch_real)
        view_disassemble((uint32_t)commit->insn, (uint32_t)commit->pc_rdata, text, sizeof text);
    fprintf(out, "#%-6" PRIu64 " VMID %-5s %s %08" PRIx64 " %s%s%s", commit->order,
            view_vmid(config, commit->vmid, (unsigned)commit->level, vmid), view_mode(commit->mode), commit->pc_rdata,
            place, *place ? "  " : " ", text);
    if (*e->target && commit->fetch_real)
        fprintf(out, " %s", e->target);
    if (commit->rd_addr)
        fprintf(out, "  %s=%08" PRIx64, view_register_name((unsigned)commit->rd_addr), commit->rd_wdata);
    fputc('\n', out);
}

bool view_data_tried(const struct view_explanation *e, const struct hv_commit *commit)
{
    const uint32_t cause = (uint32_t)commit->cause;
    if (!e->has_data || !commit->fetch_real || commit->intr)
        return false;
    if (commit->trap)
        return cause == HV_EXC_LOAD_FAULT || cause == HV_EXC_STORE_FAULT || cause == HV_EXC_VMCB;
    return commit->mem_rmask || commit->mem_wmask || commit->accesses & 2 ||
           (commit->event == HV_EVENT_VM_FAULT && (cause & 15) != HV_FAULT_DEPTH);
}

static bool fetch_tried(const struct view_explanation *e, const struct hv_commit *commit)
{
    const uint32_t access = (uint32_t)commit->cause >> HV_CAUSE_ACCESS_SHIFT & 15;
    const bool faulted = commit->event == HV_EVENT_VM_FAULT && access == HV_ACCESS_FETCH;
    const bool trapped = commit->trap && !commit->intr && commit->cause == HV_EXC_FETCH_FAULT;
    if (trapped || faulted)
        return true;
    /* At level 0 without phi a name is its own real name: nothing to tell. */
    return commit->fetch_real && (commit->level || e->fetch.phi);
}

static void print_lvmid(const struct hv_machine *after, const struct hv_commit *commit, FILE *out)
{
    const struct hv_config *config = hv_machine_config(after);
    const unsigned level = (unsigned)commit->target_level, skipped = (unsigned)commit->level + 1;
    const uint64_t vmid = hv_machine_vmid(after);
    char text[VIEW_VMID_SIZE];
    fprintf(out, "    LVMID appends %" PRIu64, commit->mem_rdata);
    if (level > skipped)
        fprintf(out, " and resumes %s",
                view_vmid(config, vmid >> skipped * config->syllable_bits, level - skipped, text));
    fprintf(out, ": VMID %s, level %u\n", view_vmid(config, vmid, level, text), level);
}

/* Which f had no value, and the word that it read. */
static void print_mapping(const struct view_explanation *e, const struct hv_machine *after,
                          const struct hv_commit *commit, FILE *out)
{
    const struct hv_config *config = hv_machine_config(after);
    const bool implicit = commit->cause & HV_CAUSE_IMPLICIT;
    const unsigned level = (unsigned)commit->target_level + 1;
    const struct view_access *a =
        (commit->cause >> HV_CAUSE_ACCESS_SHIFT & 15) == HV_ACCESS_FETCH ? &e->fetch : &e->data;
    const bool nowhere = !implicit && a->way.count == a->way.level + 1; /* all f have values, and nothing is there */
    char f[VIEW_WAY_SIZE];
    fprintf(out, ": %s", view_f_text(config, commit->vmid, level, (uint32_t)commit->fault_addr, VIEW_BYTES, f));
    if (nowhere)
        fprintf(out, "=%" PRIx32 ", where there is nothing of the kind", a->way.names[a->way.level]);
    else
        fputs("=t", out);
    const struct view_entry entry = view_read_entry(after, level, (uint32_t)commit->fault_addr);
    if (entry.there)
        fputc(',', out);
    view_entry_print(out, &entry);
}

/* Why LVMID, or the chain that it resumes, was refused. */
static const char *probe_text(const struct hv_machine *after)
{
    static const char *const meanings[] = {
#define PROBE_STEP(name, meaning) meaning,
#include "isa/probe.def"
    };
    const enum hv_probe step = hv_machine_probe(after);
    return step < HV_PROBE_STEPS ? meanings[step] : "?";
}

static void print_vm_fault(const struct view_explanation *e, const struct hv_machine *after,
                           const struct hv_commit *commit, FILE *out)
{
    const uint32_t cause = (uint32_t)commit->cause;
    const unsigned target = (unsigned)commit->target_level;
    const struct view_name name = view_fault_cause(cause);
    char vmid[VIEW_VMID_SIZE];
    fprintf(out, "    VM-fault %s%s to VMID %s at level %u", name.name, cause & HV_CAUSE_IMPLICIT ? ", implicit," : "",
            view_vmid(hv_machine_config(after), commit->vmid, target, vmid), target);
    if ((cause >> HV_CAUSE_ACCESS_SHIFT & 15) != HV_ACCESS_NONE)
        print_mapping(e, after, commit, out);
    if (cause & HV_CAUSE_IMPLICIT)
        fprintf(out, "; LVMID's probe ended at: %s", probe_text(after));
    fprintf(out, " (%s)", name.meaning);
    fputc('\n', out);
}

static void print_trap(const struct view_explanation *e, const struct hv_machine *after, const struct hv_commit *commit,
                       FILE *out)
{
    const struct view_name name = view_trap_cause((uint32_t)commit->cause);
    char place[VIEW_PLACE_SIZE];
    fprintf(out, "    %s %s (%s)", commit->intr ? "interrupt" : "trap", name.name, name.meaning);
    if (!commit->intr)
        fprintf(out, ", mtval %08" PRIx64, commit->tval);
    code_text(after, e->places, (uint32_t)commit->pc_wdata, place);
    fprintf(out, ", to pc %08" PRIx64 "%s%s", commit->pc_wdata, *place ? " " : "", place);
    if (!commit->intr && commit->cause == HV_EXC_VMCB)
        fprintf(out, "; LVMID's probe ended at: %s", probe_text(after));
    fputc('\n', out);
}

void view_explain(struct view_explanation *e, const struct hv_machine *after, const struct hv_commit *commit, FILE *out)
{
    print_head(e, hv_machine_config(after), commit, out);
    if (fetch_tried(e, commit))
        view_access_print(out, &e->fetch, after, commit, e->places);
    if (view_data_tried(e, commit))
        view_access_print(out, &e->data, after, commit, e->places);
    if (commit->event == HV_EVENT_LVMID)
        print_lvmid(after, commit, out);
    if (commit->event == HV_EVENT_VM_FAULT)
        print_vm_fault(e, after, commit, out);
    if (commit->trap)
        print_trap(e, after, commit, out);
    if (commit->halt)
        fputs("    waits for ever: a WFI at level 0 that nothing can wake\n", out);
}

const char *view_where(const struct hv_machine *machine, const struct view_places *places, char text[VIEW_WHERE_SIZE])
{
    char place[VIEW_PLACE_SIZE], vmid[VIEW_VMID_SIZE];
    const uint32_t pc = hv_machine_pc(machine);
    code_text(machine, places, pc, place);
    snprintf(text, VIEW_WHERE_SIZE, "pc 0x%08" PRIx32 "%s%s, VMID %s", pc, *place ? " " : "", place,
             view_vmid(hv_machine_config(machine), hv_machine_vmid(machine), hv_machine_level(machine), vmid));
    return text;
}
