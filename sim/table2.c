/* Table II: see table2.h. Names are printed as in the paper: page p, word o is p*1000 + o.
 *
 * What the program performs is found as it runs, whatever it is: a line is each instruction under phi that goes to
 * memory, traps or VM-faults. It is the paper's line if it has the VMID and the IC of one. */
#include "sim/table2.h"

#include "sim/files.h"
#include "sim/world.h"
#include "view/disassemble.h"
#include "view/explain.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A line of the table, and what the paper says of it. */
struct line {
    const char *vmid, *relocation_bounds;
    uint32_t ic; /* in the paper's notation */
    const char *sequence, *after, *shows;
};

static const struct line paper[TABLE2_LINES] = {
    {"NULL", "0-14", 2000, "phi(2000)=2000; LVMID 2800; phi(2800)=2800; append 1", "1", "LVMID"},
    {"1", "1-3", 2100, "phi(2100)=3100, f1(3100)=4100; LOAD 128; phi(128)=1128, f1(1128)=6128; loads 999", "1",
     "execution in a virtual machine"},
    {"1", "1-3", 2101, "phi(2101)=3101, f1(3101)=4101; LOAD 3500; phi(3500)=e", "1",
     "process exception in a virtual machine"},
    {"2", "2-4", 1100, "phi(1100)=3100, f2(3100)=9100; LOAD 100; phi(100)=2100, f2(2100)=t", "NULL", "VM-fault"},
    {"1", "0-5", 3200, "phi(3200)=3200, f1(3200)=4200; LVMID 1300; phi(1300)=1300, f1(1300)=6300; append 1", "1.1",
     "LVMID with recursion"},
    {"1.1", "2-2", 1100, "phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100; LOAD 500; phi(500)=2500, f1.1(2500)=t", "1",
     "recursive execution, VM-fault"},
};

enum { SEQUENCE_SIZE = 2 * VIEW_WAY_SIZE, MAX_WALKS = 64, MAX_LINES = 32, MAX_RECORDS = 100000 };

/* A line that was performed. */
struct performed {
    char vmid[VIEW_VMID_SIZE], after[VIEW_VMID_SIZE], relocation_bounds[24];
    uint32_t ic;
    char model[SEQUENCE_SIZE], rtl[SEQUENCE_SIZE];
};

/* A walk that the RTL's composer made: page of level n, then after each f. */
struct walk {
    uint64_t vmid;
    unsigned level;
    uint32_t pages[HV_MAX_DEPTH + 1];
};

struct table2 {
    const struct hv_config *config;
    struct walk walks[MAX_WALKS]; /* newest last; what the last-page registers and the associator hold */
    unsigned walk_count;
    struct view_explanation next; /* what the model is about to do */
    uint32_t base, bound;         /* R-B in force */
    struct performed lines[MAX_LINES];
    unsigned count;
    bool more; /* than there is room for */
    char end[VIEW_WHERE_SIZE + 64];
};

/* ---- sequences -------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void append(char text[SEQUENCE_SIZE], const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, SEQUENCE_SIZE - used, format, arguments);
    va_end(arguments);
}

static bool to_memory(uint32_t insn)
{
    const uint32_t opcode = insn & 0x7f;
    return opcode == 0x03 || opcode == 0x23 || opcode == 0x2f || (opcode == 0x0b && (insn >> 12 & 7) == 0);
}

static void append_instruction(char text[SEQUENCE_SIZE], const struct hv_commit *commit, uint32_t operand)
{
    const uint32_t insn = (uint32_t)commit->insn, opcode = insn & 0x7f;
    char other[96];
    view_disassemble(insn, (uint32_t)commit->pc_rdata, other, sizeof other);
    if (to_memory(insn))
        append(text, "; %s %" PRIu32,
               opcode == 0x03   ? "LOAD"
               : opcode == 0x23 ? "STORE"
               : opcode == 0x2f ? "AMO"
                                : "LVMID",
               view_to_paper(operand));
    else
        append(text, "; %s", other);
}

/* phi and each f, or nothing for a way that was not tried. True if it ends in e or t, which tells how the line ends. */
static bool append_way(char text[SEQUENCE_SIZE], const struct hv_config *config, const struct view_way *way,
                       const char *before)
{
    char sequence[VIEW_WAY_SIZE];
    append(text, "%s%s", before, view_way_text(config, way, VIEW_PAPER, sequence));
    return way->count <= way->level;
}

/* What the instruction did, from its record; `told` if the way has told how it ends. */
static void append_outcome(char text[SEQUENCE_SIZE], const struct hv_commit *commit, bool told)
{
    char cause[VIEW_CAUSE_SIZE];
    if (commit->event == HV_EVENT_LVMID)
        append(text, "; append %" PRIu64, commit->mem_rdata);
    else if (commit->trap && !told)
        append(text, "; trap %s", view_cause(commit, cause));
    else if (commit->event == HV_EVENT_VM_FAULT && !told)
        append(text, "; VM-fault %s", view_fault_cause((uint32_t)commit->cause).name);
    else if (commit->mem_wmask)
        append(text, "; stores %" PRIu64, commit->mem_wdata);
    else if (commit->mem_rmask)
        append(text, "; loads %" PRIu64, commit->mem_rdata);
}

/* ---- the model's side: evaluated before the step ------------------------------------ */

static void model_sequence(const struct table2 *table, const struct hv_commit *commit, char text[SEQUENCE_SIZE])
{
    const struct view_explanation *e = &table->next;
    bool told = append_way(text, table->config, &e->fetch.way, "");
    if (commit->fetch_real)
        append_instruction(text, commit, e->has_data ? e->data.way.name : 0);
    if (view_data_tried(e, commit))
        told = append_way(text, table->config, &e->data.way, "; ");
    append_outcome(text, commit, told);
}

/* ---- the RTL's side: its composer's steps and its record ------------------------------ */

static void remember_walks(struct table2 *table, const struct hv_lockstep_record *record)
{
    unsigned level = (unsigned)record->commit->level;
    for (size_t i = 0; i + level <= record->step_count && level; i++) {
        const struct hv_composer_step *step = &record->steps[i];
        struct walk walk = {record->commit->vmid, level, {step->page}};
        bool whole = true;
        for (unsigned j = 0; j < level; j++) {
            whole = whole && step[j].level == level - j && step[j].page == walk.pages[j];
            walk.pages[j + 1] = step[j].value;
        }
        if (!whole)
            continue;
        if (table->walk_count == MAX_WALKS) {
            memmove(table->walks, table->walks + 1, sizeof table->walks - sizeof table->walks[0]);
            table->walk_count--;
        }
        table->walks[table->walk_count++] = walk;
    }
}

/* The way of a name as the RTL's composer found it, to `real` or, if that is 0, wherever; without steps if it never
 * did. */
static void rtl_way(const struct table2 *table, uint32_t real, struct view_way *way)
{
    const uint32_t resource = way->name + table->base, offset = resource % HV_PAGE_BYTES;
    way->count = 0;
    if (!way->level)
        way->names[way->count++] = real ? real : resource;
    for (unsigned i = table->walk_count; i-- > 0 && !way->count;) {
        const struct walk *walk = &table->walks[i];
        if (walk->vmid != way->vmid || walk->level != way->level || walk->pages[0] != resource / HV_PAGE_BYTES ||
            (real && walk->pages[way->level] != real / HV_PAGE_BYTES))
            continue;
        while (way->count <= way->level) {
            way->names[way->count] = walk->pages[way->count] * HV_PAGE_BYTES + offset;
            way->count++;
        }
    }
}

/* The way of an access that VM-faulted: what the RTL's record and its last steps tell. Steps are f that had a value;
 * when the one that the fault names had one, nothing is there. */
static void rtl_fault_way(const struct hv_lockstep_record *record, struct view_way *way)
{
    const struct hv_commit *commit = record->commit;
    const uint32_t address = (uint32_t)commit->fault_addr, offset = address % HV_PAGE_BYTES;
    const struct hv_composer_step *last = record->steps + record->step_count - 1;
    const bool nothing =
        record->step_count && last->level == commit->target_level + 1 && last->page == address / HV_PAGE_BYTES;
    const size_t steps = (size_t)(commit->level - commit->target_level) - !nothing;
    way->count = 0;
    if (record->step_count < steps)
        return;
    for (size_t i = record->step_count - steps; i < record->step_count; i++)
        way->names[way->count++] = record->steps[i].page * HV_PAGE_BYTES + offset;
    way->names[way->count++] = nothing ? last->value * HV_PAGE_BYTES + offset : address;
}

/* The way of one of the accesses of the record, which ended at `real`, or with the fault or exception if that is 0. */
static bool append_rtl_way(const struct table2 *table, const struct hv_lockstep_record *record, uint32_t name,
                           uint64_t real, const char *before, char text[SEQUENCE_SIZE])
{
    const struct hv_commit *commit = record->commit;
    const bool explicit_fault = commit->event == HV_EVENT_VM_FAULT && !(commit->cause & HV_CAUSE_IMPLICIT);
    struct view_way way = {.vmid = commit->vmid, .level = (unsigned)commit->level, .name = name};
    if (!real && explicit_fault)
        rtl_fault_way(record, &way);
    else if (real || name < table->bound)
        rtl_way(table, (uint32_t)real, &way);
    return append_way(text, table->config, &way, before);
}

static void rtl_sequence(const struct table2 *table, const struct hv_lockstep_record *record, char text[SEQUENCE_SIZE])
{
    const struct hv_commit *commit = record->commit;
    bool told = append_rtl_way(table, record, (uint32_t)commit->pc_rdata, commit->fetch_real, "", text);
    if (commit->fetch_real)
        append_instruction(text, commit, (uint32_t)commit->mem_addr);
    if (view_data_tried(&table->next, commit))
        told = append_rtl_way(table, record, (uint32_t)commit->mem_addr, commit->mem_real, "; ", text);
    append_outcome(text, commit, told);
}

/* ---- watching -------------------------------------------------------------------------- */

static void before(void *context, const struct hv_machine *machine)
{
    struct table2 *table = context;
    view_explain_before(&table->next, machine);
    table->base = table->bound = 0;
    hv_machine_phi(machine, HV_ACCESS_FETCH, &table->base, &table->bound);
}

static bool is_line(const struct table2 *table, const struct hv_commit *commit)
{
    return table->next.fetch.phi && !commit->intr &&
           (to_memory((uint32_t)commit->insn) || commit->trap || commit->event == HV_EVENT_VM_FAULT);
}

static bool record(void *context, const struct hv_lockstep_record *record)
{
    struct table2 *table = context;
    const struct hv_commit *commit = record->commit;
    remember_walks(table, record);
    view_where(record->machine, NULL, table->end);
    if (!is_line(table, commit))
        return true;
    table->more = table->count == MAX_LINES;
    if (table->more)
        return true;
    struct performed *line = &table->lines[table->count++];
    view_vmid(table->config, commit->vmid, (unsigned)commit->level, line->vmid);
    view_vmid(table->config, hv_machine_vmid(record->machine), hv_machine_level(record->machine), line->after);
    snprintf(line->relocation_bounds, sizeof line->relocation_bounds, "%" PRIu32 "-%" PRIu32,
             table->base / HV_PAGE_BYTES, table->bound / HV_PAGE_BYTES);
    line->ic = view_to_paper((uint32_t)commit->pc_rdata);
    model_sequence(table, commit, line->model);
    rtl_sequence(table, record, line->rtl);
    return true;
}

/* ---- printing -------------------------------------------------------------------------- */

/* The first step, up to a comma or semicolon, in which a sequence is not the paper's. */
static void print_difference(FILE *out, const char *expected, const char *found)
{
    size_t step = 0, i = 0;
    for (; expected[i] && expected[i] == found[i]; i++)
        if (expected[i] == ',' || expected[i] == ';')
            step = i + 2;
    const size_t here = strcspn(found + step, ",;");
    fprintf(out, "; expected %.*s, found %.*s", (int)strcspn(expected + step, ",;"), expected + step,
            here ? (int)here : 7, here ? found + step : "nothing");
}

static void print_text_difference(FILE *out, const char *what, const char *expected, const char *found)
{
    if (strcmp(expected, found) != 0)
        fprintf(out, "; expected %s %s, found %s", what, expected, found);
}

/* Returns whether all is as in the paper. */
static bool print_compared(FILE *out, const struct line *line, const struct performed *p)
{
    const bool model = strcmp(p->model, line->sequence) == 0, rtl = strcmp(p->rtl, line->sequence) == 0;
    if (model && rtl && strcmp(p->after, line->after) == 0 &&
        strcmp(p->relocation_bounds, line->relocation_bounds) == 0)
        return true;
    fprintf(out, "  paper %s\n  NOT the paper's", line->sequence);
    if (!model || !rtl)
        print_difference(out, line->sequence, model ? p->rtl : p->model);
    print_text_difference(out, "R-B", line->relocation_bounds, p->relocation_bounds);
    print_text_difference(out, "VMID after", line->after, p->after);
    fputc('\n', out);
    return false;
}

/* The paper's line that was performed, if it is none of those that were before. */
static unsigned find_line(const struct performed *p, const bool seen[TABLE2_LINES])
{
    unsigned i = 0;
    while (i < TABLE2_LINES && (seen[i] || paper[i].ic != p->ic || strcmp(paper[i].vmid, p->vmid) != 0))
        i++;
    return i;
}

static void print_head(FILE *out, const char *number, const char *vmid, const char *relocation_bounds, uint32_t ic,
                       const char *after, const char *shows)
{
    fprintf(out, "line %s  VMID %-4s  R-B %-4s  IC %" PRIu32 "  VMID after %-4s  %s\n", number, vmid, relocation_bounds,
            ic, after, shows);
}

static void print_lines(const struct table2 *table, FILE *out, struct table2_count *count)
{
    bool seen[TABLE2_LINES] = {false};
    char number[12];
    for (unsigned i = 0; i < table->count; i++) {
        const struct performed *p = &table->lines[i];
        const unsigned n = find_line(p, seen);
        snprintf(number, sizeof number, "%u", n + 1);
        print_head(out, n < TABLE2_LINES ? number : "-", p->vmid, p->relocation_bounds, p->ic, p->after,
                   n < TABLE2_LINES ? paper[n].shows : "not in the paper's table");
        fprintf(out, "  model %s\n  RTL   %s\n", p->model, p->rtl);
        if (n == TABLE2_LINES)
            continue;
        seen[n] = true;
        count->passed += print_compared(out, &paper[n], p);
    }
    if (table->more)
        fprintf(out, "and more than %d lines\n", MAX_LINES);
    for (unsigned n = 0; n < TABLE2_LINES; n++) {
        if (seen[n])
            continue;
        snprintf(number, sizeof number, "%u", n + 1);
        print_head(out, number, paper[n].vmid, paper[n].relocation_bounds, paper[n].ic, paper[n].after, paper[n].shows);
        fprintf(out, "  paper %s\n  NOT performed\n", paper[n].sequence);
    }
    count->failed += TABLE2_LINES - count->passed;
}

/* How it ended, if it is not by the finisher with 0: that is one more failure. */
static void print_end(const struct table2 *table, const struct hv_lockstep_result *result, FILE *out,
                      struct table2_count *count)
{
    if (result->end == HV_LOCKSTEP_FINISHED && result->exit_code == 0)
        return;
    count->failed++;
    fputs("The end is NOT the paper's: expected exit code 0, found ", out);
    if (result->end == HV_LOCKSTEP_FINISHED)
        fprintf(out, "exit code %u", result->exit_code);
    else if (result->end == HV_LOCKSTEP_HALTED)
        fprintf(out, "that it waits for ever, at %s", table->end);
    else if (result->end == HV_LOCKSTEP_LIMIT)
        fprintf(out, "no end in %d records, at %s", MAX_RECORDS, table->end);
    else
        fprintf(out, "that model and RTL differ:\n%s", result->report ? result->report : "");
    fputc('\n', out);
}

static int perform(const struct hv_config *config, const struct hv_image *image, enum hv_simulator_kind kind,
                   struct table2 *table, FILE *out, struct table2_count *count, struct hv_error *error)
{
    const struct hv_simulator_options options = {.kind = kind};
    struct hv_simulator *simulator = hv_simulator_open(config, &options, error);
    if (!simulator)
        return -1;
    const struct hv_lockstep_options run = {.max_commits = MAX_RECORDS,
                                            .watch = {.context = table, .before = before, .record = record}};
    struct hv_lockstep_result result;
    int status = hv_lockstep_run(simulator, image, &run, &result, error);
    hv_simulator_close(simulator);
    if (status)
        return -1;
    fprintf(out, "Table II (Goldberg 1973), model and RTL (%s) in lockstep. Name p*1000+o is page p, word o.\n\n",
            kind == HV_SIM_ICARUS ? "Icarus Verilog" : "Verilator");
    print_lines(table, out, count);
    print_end(table, &result, out, count);
    hv_lockstep_result_free(&result);
    return 0;
}

int table2_run(const char *program, enum hv_simulator_kind kind, FILE *out, struct table2_count *count,
               struct hv_error *error)
{
    struct hv_config config;
    struct hv_world world;
    const struct hv_world_options options = {.depth = 0};
    *count = (struct table2_count){0, 0};
    if (hv_config_read(&config, "goldberg", error))
        return -1;
    if (hv_world_build(&world, &config, program, &options, error)) {
        const struct hv_error inner = *error;
        return hv_fail(error, "%.400s (it is taken for the program of Table II, which is the first)", inner.text);
    }
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    struct table2 *table = calloc(1, sizeof *table);
    int status = -1;
    if (table) {
        table->config = &config;
        status = perform(&config, &image, kind, table, out, count, error);
    } else {
        snprintf(error->text, sizeof error->text, "table2: out of memory");
    }
    free(table);
    hv_world_free(&world);
    return status;
}
