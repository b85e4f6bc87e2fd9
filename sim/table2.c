/* Table II: see table2.h. Names are printed as in the paper: page p, word o is p*1000 + o. */
#include "sim/table2.h"

#include "view/names.h"
#include "view/way.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A line of the table, and what the paper says of it. */
struct line {
    const char *vmid, *relocation_bounds;
    uint32_t ic;      /* in the paper's notation */
    uint32_t operand; /* the name that the instruction addresses */
    const char *sequence, *after, *shows;
};

static const struct line paper[TABLE2_LINES] = {
    {"NULL", "0-14", 2000, 2800, "phi(2000)=2000; LVMID 2800; phi(2800)=2800; append 1", "1", "LVMID"},
    {"1", "1-3", 2100, 128, "phi(2100)=3100, f1(3100)=4100; LOAD 128; phi(128)=1128, f1(1128)=6128; loads 999", "1",
     "execution in a virtual machine"},
    {"1", "1-3", 2101, 3500, "phi(2101)=3101, f1(3101)=4101; LOAD 3500; phi(3500)=e", "1",
     "process exception in a virtual machine"},
    {"2", "2-4", 1100, 100, "phi(1100)=3100, f2(3100)=9100; LOAD 100; phi(100)=2100, f2(2100)=t", "NULL", "VM-fault"},
    {"1", "0-5", 3200, 1300, "phi(3200)=3200, f1(3200)=4200; LVMID 1300; phi(1300)=1300, f1(1300)=6300; append 1",
     "1.1", "LVMID with recursion"},
    {"1.1", "2-2", 1100, 500, "phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100; LOAD 500; phi(500)=2500, f1.1(2500)=t",
     "1", "recursive execution, VM-fault"},
};

enum { SEQUENCE_SIZE = 2 * VIEW_WAY_SIZE, MAX_WALKS = 64 };

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
    unsigned current; /* line that is about to be performed, TABLE2_LINES: none */
    bool done[TABLE2_LINES];
    char model[TABLE2_LINES][SEQUENCE_SIZE], rtl[TABLE2_LINES][SEQUENCE_SIZE];
    char after[TABLE2_LINES][VIEW_VMID_SIZE];
};

/* ---- sequences -------------------------------------------------------------------- */

static uint32_t from_paper(uint32_t name)
{
    return name / 1000 * HV_PAGE_BYTES + name % 1000 * 4;
}

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, SEQUENCE_SIZE - used, format, arguments);
    va_end(arguments);
}

/* phi and then each f. `names` are phi's value and what each f gave, `count` of them; n + 1 if the name is mapped. */
static void append_evaluation(char *text, const struct hv_config *config, uint64_t vmid, unsigned level, uint32_t name,
                              const uint32_t *names, unsigned count)
{
    struct view_way way = {.vmid = vmid, .level = level, .name = name, .count = count};
    char sequence[VIEW_WAY_SIZE];
    memcpy(way.names, names, count * sizeof *names);
    append(text, "%s", view_way_text(config, &way, VIEW_PAPER, sequence));
}

static void append_instruction(char *text, uint32_t insn, uint32_t operand)
{
    append(text, "; %s %" PRIu32 "; ", (insn & 0x7f) == 0x0b ? "LVMID" : "LOAD", operand);
}

/* What the instruction did, from its record. */
static void append_outcome(char *text, const struct hv_commit *commit)
{
    if (commit->event == HV_EVENT_LVMID)
        append(text, "; append %" PRIu64, commit->mem_rdata);
    else if (commit->event == HV_EVENT_NONE && !commit->trap)
        append(text, "; loads %" PRIu64, commit->rd_wdata);
}

/* ---- the model's side: evaluate before the step ------------------------------------ */

static void before(void *context, const struct hv_machine *machine)
{
    struct table2 *table = context;
    char vmid[VIEW_VMID_SIZE];
    unsigned level = hv_machine_level(machine);
    uint64_t packed = hv_machine_vmid(machine);
    uint32_t pc = hv_machine_pc(machine), real, names[HV_MAX_DEPTH + 1], operand;
    view_vmid(table->config, packed, level, vmid);
    for (table->current = 0; table->current < TABLE2_LINES; table->current++) {
        const struct line *line = &paper[table->current];
        if (!table->done[table->current] && pc == from_paper(line->ic) && !strcmp(vmid, line->vmid))
            break;
    }
    if (table->current == TABLE2_LINES)
        return;
    char *text = table->model[table->current];
    unsigned count = 0;
    operand = from_paper(paper[table->current].operand);
    hv_machine_evaluate(machine, pc, HV_ACCESS_FETCH, &real, names, &count);
    append_evaluation(text, table->config, packed, level, pc, names, count);
    uint32_t insn = 0;
    hv_machine_read_ram(machine, real, &insn, sizeof insn);
    append_instruction(text, insn, paper[table->current].operand);
    hv_machine_evaluate(machine, operand, HV_ACCESS_LOAD, &real, names, &count);
    append_evaluation(text, table->config, packed, level, operand, names, count);
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

/* The names on the way to `real`, as the RTL's composer found them; 0 if it never did. */
static unsigned rtl_names(const struct table2 *table, const struct hv_commit *commit, uint32_t real, uint32_t *names)
{
    uint32_t offset = real % HV_PAGE_BYTES;
    unsigned level = (unsigned)commit->level;
    if (!level) {
        names[0] = real;
        return 1;
    }
    for (unsigned i = table->walk_count; i-- > 0;) {
        const struct walk *walk = &table->walks[i];
        if (walk->vmid != commit->vmid || walk->level != level || walk->pages[level] != real / HV_PAGE_BYTES)
            continue;
        for (unsigned j = 0; j <= level; j++)
            names[j] = walk->pages[j] * HV_PAGE_BYTES + offset;
        return level + 1;
    }
    return 0;
}

/* The operand of an instruction that ended in t: what the RTL's record and steps tell. */
static unsigned rtl_fault_names(const struct hv_lockstep_record *record, uint32_t *names)
{
    const struct hv_commit *commit = record->commit;
    unsigned failed = (unsigned)(commit->level - commit->target_level), count = 0;
    uint32_t offset = (uint32_t)commit->fault_addr % HV_PAGE_BYTES;
    if (record->step_count + 1 < failed)
        return 0;
    for (size_t i = record->step_count - (failed - 1); i < record->step_count; i++)
        names[count++] = record->steps[i].page * HV_PAGE_BYTES + offset;
    names[count++] = (uint32_t)commit->fault_addr;
    return count;
}

static bool record(void *context, const struct hv_lockstep_record *record)
{
    struct table2 *table = context;
    const struct hv_commit *commit = record->commit;
    unsigned level = (unsigned)commit->level, count = 0;
    remember_walks(table, record);
    if (table->current == TABLE2_LINES)
        return true;
    char *text = table->rtl[table->current];
    uint32_t names[HV_MAX_DEPTH + 1];
    count = rtl_names(table, commit, (uint32_t)commit->fetch_real, names);
    append_evaluation(text, table->config, commit->vmid, level, (uint32_t)commit->pc_rdata, names, count);
    append_instruction(text, (uint32_t)commit->insn, view_to_paper((uint32_t)commit->mem_addr));
    if (commit->trap)
        count = 0;
    else if (commit->event == HV_EVENT_VM_FAULT)
        count = rtl_fault_names(record, names);
    else
        count = rtl_names(table, commit, (uint32_t)commit->mem_real, names);
    append_evaluation(text, table->config, commit->vmid, level, (uint32_t)commit->mem_addr, names, count);
    append_outcome(text, commit);
    append_outcome(table->model[table->current], commit); /* the record is the model's too: they agree */
    view_vmid(table->config, hv_machine_vmid(record->machine), hv_machine_level(record->machine),
              table->after[table->current]);
    table->done[table->current] = true;
    return true;
}

/* ---- printing -------------------------------------------------------------------------- */

static unsigned print(const struct table2 *table, const char *simulator, FILE *out)
{
    unsigned passed = 0;
    fprintf(out, "Table II (Goldberg 1973), model and RTL (%s) in lockstep. Name p*1000+o is page p, word o.\n\n",
            simulator);
    for (unsigned i = 0; i < TABLE2_LINES; i++) {
        const struct line *line = &paper[i];
        bool good = table->done[i] && !strcmp(table->model[i], line->sequence) &&
                    !strcmp(table->rtl[i], line->sequence) && !strcmp(table->after[i], line->after);
        passed += good;
        fprintf(out, "line %u  VMID %-4s  R-B %-4s  IC %" PRIu32 "  VMID after %-4s  %s\n", i + 1, line->vmid,
                line->relocation_bounds, line->ic, table->after[i], line->shows);
        fprintf(out, "  model %s\n  RTL   %s\n", table->model[i], table->rtl[i]);
        if (!good)
            fprintf(out, "  NOT the paper's: %s; VMID after %s\n", line->sequence, line->after);
    }
    return passed;
}

static int perform(const struct hv_config *config, const struct hv_image *image, enum hv_simulator_kind kind,
                   struct table2 *table, struct hv_error *error)
{
    const struct hv_simulator_options options = {.kind = kind};
    struct hv_simulator *simulator = hv_simulator_open(config, &options, error);
    if (!simulator)
        return -1;
    const struct hv_lockstep_options run = {.max_commits = 100000,
                                            .watch = {.context = table, .before = before, .record = record}};
    struct hv_lockstep_result result;
    int status = hv_lockstep_run(simulator, image, &run, &result, error);
    hv_simulator_close(simulator);
    if (status)
        return -1;
    if (result.end != HV_LOCKSTEP_FINISHED || result.exit_code) {
        snprintf(error->text, sizeof error->text, "table2: the example did not end well (exit code %u)\n%.400s",
                 result.exit_code, result.report ? result.report : "");
        status = -1;
    }
    hv_lockstep_result_free(&result);
    return status;
}

int table2_run(const char *program, enum hv_simulator_kind kind, FILE *out, unsigned *passed, struct hv_error *error)
{
    struct hv_config config;
    struct hv_world world;
    const struct hv_world_options options = {.depth = 0};
    *passed = 0;
    if (hv_config_read(&config, "goldberg", error) || hv_world_build(&world, &config, program, &options, error))
        return -1;
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    struct table2 *table = calloc(1, sizeof *table);
    int status = -1;
    if (table) {
        table->config = &config;
        status = perform(&config, &image, kind, table, error);
        if (!status)
            *passed = print(table, kind == HV_SIM_ICARUS ? "Icarus Verilog" : "Verilator", out);
    } else {
        snprintf(error->text, sizeof error->text, "table2: out of memory");
    }
    free(table);
    hv_world_free(&world);
    return status;
}
