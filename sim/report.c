/* The report of a difference: both records side by side with disassembly, what went before, and
 * how to repeat it. Declared in sim/comparison.h. */
#include "sim/comparison.h"
#include "view/disassemble.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct field {
    const char *name, *meaning;
};
static const struct field fields[] = {
#define COMMIT_FIELD(name, bits, port, meaning) {#name, meaning},
#include "isa/commit.def"
};

static uint64_t value_of(const struct hv_commit *commit, unsigned field)
{
    uint64_t value;
    memcpy(&value, (const char *)commit + field * sizeof value, sizeof value);
    return value;
}

static void field_text(const struct hv_config *config, const struct hv_commit *commit, unsigned field, char *text,
                       size_t size)
{
    char vmid[VIEW_VMID_SIZE], cause[VIEW_CAUSE_SIZE];
    if (!commit)
        snprintf(text, size, "-");
    else if (field == HV_COMMIT_vmid)
        snprintf(text, size, "%s", view_vmid(config, commit->vmid, (unsigned)commit->level, vmid));
    else if (field == HV_COMMIT_order)
        snprintf(text, size, "%" PRIu64, commit->order);
    else if (field == HV_COMMIT_cause && (commit->trap || commit->event == HV_EVENT_VM_FAULT))
        snprintf(text, size, "%08" PRIx64 " %s", commit->cause, view_cause(commit, cause));
    else
        snprintf(text, size, "%08" PRIx64, value_of(commit, field));
}

/* What the record is, in a few words. */
static void instruction_text(const struct hv_commit *commit, char *text, size_t size)
{
    if (!commit)
        snprintf(text, size, "-");
    else if (commit->intr)
        snprintf(text, size, "(interrupt)");
    else if (commit->insn == 0)
        snprintf(text, size, commit->event == HV_EVENT_VM_FAULT ? "(VM-fault)" : "(no instruction)");
    else
        view_disassemble((uint32_t)commit->insn, (uint32_t)commit->pc_rdata, text, size);
}

/* "<main+0x10 main.c:12>": where a record's instruction is; empty if that is not known. */
static const char *place_text(const struct comparison *c, const struct hv_commit *commit, char text[VIEW_PLACE_SIZE])
{
    *text = 0;
    if (commit && commit->fetch_real)
        view_places_text(c->options->places, (uint32_t)commit->fetch_real, text);
    return text;
}

/* The name of the model's side, or of the other. */
static const char *side(const struct comparison *c, unsigned number)
{
    static const char *const usual[] = {"model", "RTL"};
    return c->sides[number] ? c->sides[number] : usual[number];
}

static void print_records(FILE *out, const struct comparison *c, const struct finding *f)
{
    if (!f->model && !f->rtl)
        return;
    char model[VIEW_PLACE_SIZE], rtl[VIEW_PLACE_SIZE];
    instruction_text(f->model, model, sizeof model);
    instruction_text(f->rtl, rtl, sizeof rtl);
    fprintf(out, "  %-18s %-32s %s\n  %-18s %-32s %s\n", "", side(c, 0), side(c, 1), "", model, rtl);
    place_text(c, f->model, model);
    place_text(c, f->rtl, rtl);
    if (*model || *rtl)
        fprintf(out, "  %-18s %-32s %s\n", "", model, rtl);
    for (unsigned i = 0; i < HV_COMMIT_FIELDS; i++) {
        const bool marked = c->result->fields >> i & 1;
        if (!marked && !(f->model && value_of(f->model, i)) && !(f->rtl && value_of(f->rtl, i)))
            continue; /* zero on both sides */
        field_text(c->config, f->model, i, model, sizeof model);
        field_text(c->config, f->rtl, i, rtl, sizeof rtl);
        if (f->difference == HV_DIFFERENCE_UNKNOWN && marked)
            snprintf(rtl, sizeof rtl, "unknown bits (X)");
        if (marked)
            fprintf(out, "* %-18s %-32s %-18s  <- %s\n", fields[i].name, model, rtl, fields[i].meaning);
        else
            fprintf(out, "  %-18s %-32s %s\n", fields[i].name, model, rtl);
    }
}

static void print_past(FILE *out, const struct comparison *c)
{
    const uint64_t commits = c->result->commits, first = commits > HV_HISTORY ? commits - HV_HISTORY : 0;
    fprintf(out, "last %" PRIu64 " records that agree:\n", commits - first);
    for (uint64_t i = first; i < commits; i++) {
        const struct past_record *past = &c->history[i % HV_HISTORY];
        const struct hv_commit *r = &past->commit;
        char vmid[VIEW_VMID_SIZE], text[96], cause[VIEW_CAUSE_SIZE], place[VIEW_PLACE_SIZE];
        view_vmid(c->config, r->vmid, (unsigned)r->level, vmid);
        instruction_text(r, text, sizeof text);
        fprintf(out, "  #%-8" PRIu64, r->order);
        if (c->dut)
            fprintf(out, " cycle %-8" PRIu64, past->cycle);
        fprintf(out, " VMID %-7s %s %08" PRIx64 "  %-28s", vmid, view_mode(r->mode), r->pc_rdata, text);
        if (r->rd_addr)
            fprintf(out, " %s=%08" PRIx64, view_register_name((unsigned)r->rd_addr), r->rd_wdata);
        if (r->mem_rmask | r->mem_wmask)
            fprintf(out, " [%08" PRIx64 "]%s%08" PRIx64, r->mem_real, r->mem_wmask ? "<-" : "=",
                    r->mem_wmask ? r->mem_wdata : r->mem_rdata);
        if (r->trap)
            fprintf(out, " trap %s", view_cause(r, cause));
        if (r->event == HV_EVENT_VM_FAULT)
            fprintf(out, " VM-fault %s, to level %" PRIu64, view_cause(r, cause), r->target_level);
        if (r->event == HV_EVENT_LVMID)
            fprintf(out, " to level %" PRIu64, r->target_level);
        if (*place_text(c, r, place))
            fprintf(out, "  %s", place);
        fputc('\n', out);
    }
}

static void print_effect(FILE *out, const struct comparison *c, const char *name, const struct finding *f,
                         const struct effect *e)
{
    if (!e)
        fprintf(out, "  %-6s none\n", name);
    else if (f->difference == HV_DIFFERENCE_OUTPUT)
        fprintf(out, "  %-6s byte 0x%02x", name, e->write.data);
    else
        fprintf(out, "  %-6s word at %08x, data %08x, bytes %x", name, e->write.real, e->write.data, e->write.mask);
    if (e && (e == f->model_effect || !c->dut))
        fprintf(out, " (record %" PRIu64 ")\n", e->order);
    else if (e)
        fprintf(out, " (cycle %" PRIu64 ")\n", e->cycle);
}

static uint32_t word_at(const uint8_t *bytes, size_t at)
{
    return (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
           (uint32_t)bytes[at + 3] << 24;
}

static void print_ram(FILE *out, const struct comparison *c, const uint8_t *rtl)
{
    const uint8_t *model = hv_machine_ram(c->machine);
    unsigned different = 0;
    for (size_t at = 0; at + 4 <= c->config->ram_bytes; at += 4) {
        const uint32_t a = word_at(model, at), b = word_at(rtl, at);
        if (a != b && different++ < 8)
            fprintf(out, "  word at %08zx: model %08x, RTL %08x\n", at + c->config->ram_base, a, b);
    }
    fprintf(out, "  %u words differ\n", different);
}

static void print_title(FILE *out, const struct comparison *c, const struct finding *f)
{
    static const char *const titles[] = {
        [HV_DIFFERENCE_NONE] = "",
        [HV_DIFFERENCE_FIELD] = "fields differ:",
        [HV_DIFFERENCE_UNKNOWN] = "unknown bits in",
        [HV_DIFFERENCE_EXTRA] = "the RTL makes a record after the model's last",
        [HV_DIFFERENCE_HANG] = "the RTL hangs",
        [HV_DIFFERENCE_WRITE] = "bus writes differ",
        [HV_DIFFERENCE_OUTPUT] = "UART output differs",
        [HV_DIFFERENCE_WINDOW] = "accesses of device windows differ",
        [HV_DIFFERENCE_END] = "the ends differ",
        [HV_DIFFERENCE_RAM] = "RAM differs at the end",
        [HV_DIFFERENCE_STATE] = "the states to be saved differ",
    };
    fprintf(out, "mismatch at record %" PRIu64, c->result->commits);
    if (c->dut)
        fprintf(out, ", cycle %" PRIu64, c->cycle);
    fprintf(out, ": %s", titles[f->difference]);
    for (unsigned i = 0; i < HV_COMMIT_FIELDS; i++)
        if (c->result->fields >> i & 1)
            fprintf(out, " %s", fields[i].name);
    fprintf(out, "\n%s%s", f->text ? f->text : "", f->text ? "\n" : "");
    char vmid[VIEW_VMID_SIZE], hash[17];
    const struct hv_commit *record = f->model ? f->model : f->rtl;
    const uint64_t level = record ? record->level : hv_machine_level(c->machine);
    view_vmid(c->config, record ? record->vmid : hv_machine_vmid(c->machine), (unsigned)level, vmid);
    hv_config_hash(c->config, hash);
    fprintf(out, "VMID %s, level %" PRIu64 "; configuration %s (%s)\n", vmid, level, c->config->name, hash);
}

void hv_report_keep(struct comparison *c, const struct hv_commit *commit)
{
    c->history[c->result->commits % HV_HISTORY] = (struct past_record){*commit, c->cycle};
}

char *hv_report(const struct comparison *c, const struct finding *finding)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    print_title(out, c, finding);
    print_records(out, c, finding);
    if (finding->difference == HV_DIFFERENCE_WRITE || finding->difference == HV_DIFFERENCE_OUTPUT) {
        const struct stream *stream = finding->difference == HV_DIFFERENCE_WRITE ? &c->writes : &c->output;
        fprintf(out, "  number %" PRIu64 " in order:\n", stream->matched);
        print_effect(out, c, side(c, 0), finding, finding->model_effect);
        print_effect(out, c, side(c, 1), finding, finding->rtl_effect);
    }
    if (finding->rtl_ram)
        print_ram(out, c, finding->rtl_ram);
    print_past(out, c);
    if (c->options->repeat)
        fprintf(out, "repeat with: %s\n", c->options->repeat);
    fclose(out);
    return text;
}
