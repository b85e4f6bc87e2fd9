/* Running the machine for a debugger. At full speed, with breakpoints, when no record is to be looked at; else record
 * by record. */
#include "gdb/session_internal.h"

#include "view/explain.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdlib.h>

/* What gdb_session_run spends at most, in records at full speed; a record that is looked at costs as much as so many.
 */
enum { SLICE = 1 << 18, RECORD_COST = 32 };

/* As GDB numbers them. */
enum { SIGNAL_TRAP = 5 };

/* Exit status told for a machine that waits for ever: that of Nestor's own errors. */
enum { STATUS_HALTED = 125 };

static bool runs(const struct hv_machine *machine, const struct gdb_place *place)
{
    return hv_machine_level(machine) == place->level && hv_machine_vmid(machine) == place->vmid;
}

/* ---- Going on ---- */

/* Is the machine where a breakpoint is not to stop it once more? */
static bool skips_here(const struct gdb_session *s)
{
    return s->resume.skipping && runs(s->machine, &s->resume.skip) && hv_machine_pc(s->machine) == s->resume.skip.pc;
}

/* Where the machine was said to have stopped, a breakpoint is not told again. */
void gdb_resume_continue(struct gdb_session *s)
{
    s->resume = (struct gdb_resume){.skipping = true, .skip = s->told};
    s->resume.skipping = skips_here(s);
    s->running = true;
}

void gdb_resume_step(struct gdb_session *s, unsigned level, uint32_t range_start, uint32_t range_end)
{
    const unsigned bits = level * hv_machine_config(s->machine)->syllable_bits;
    const uint64_t vmid = hv_machine_vmid(s->machine);
    unsigned mode;
    gdb_resume_continue(s);
    s->resume.stepping = true;
    s->resume.range_start = range_start;
    s->resume.range_end = range_end;
    s->resume.from.level = level;
    s->resume.from.vmid = bits < 64 ? vmid & ((UINT64_C(1) << bits) - 1) : vmid;
    hv_machine_level_pc(s->machine, level, &s->resume.from.pc, &mode);
}

/* ---- Stopping ---- */

void gdb_resume_stop(struct gdb_session *s, int signal, const char *reason)
{
    s->running = false;
    s->thread = GDB_RUNNING_LEVEL;
    s->told = gdb_place_now(s->machine);
    if (s->told.level > s->levels)
        s->levels = s->told.level;
    s->stopped.length = 0;
    gdb_print(&s->stopped, "T%02xthread:%x;%s", (unsigned)signal, hv_machine_level(s->machine) + 1, reason);
    gdb_session_send(s, &s->stopped);
}

static void stop_at_breakpoint(struct gdb_session *s)
{
    const struct gdb_point *point = gdb_stops_break_at(&s->stops, hv_machine_pc(s->machine));
    const bool hardware = point && point->kind == GDB_BREAK_HARDWARE;
    gdb_resume_stop(s, SIGNAL_TRAP, !s->tells_breaks ? "" : hardware ? "hwbreak:;" : "swbreak:;");
}

static void stop_at_watchpoint(struct gdb_session *s, const struct gdb_point *point, uint32_t name)
{
    static const char *const words[] = {
        [GDB_WATCH_WRITE] = "watch", [GDB_WATCH_READ] = "rwatch", [GDB_WATCH_ACCESS] = "awatch"};
    char reason[32];
    snprintf(reason, sizeof reason, "%s:%" PRIx32 ";", words[point->kind], name);
    gdb_resume_stop(s, SIGNAL_TRAP, reason);
}

/* The program has ended, or nothing more can happen. */
static void stop_for_good(struct gdb_session *s, enum hv_stop stop)
{
    char where[VIEW_WHERE_SIZE], line[VIEW_WHERE_SIZE + 80];
    unsigned status = hv_machine_exit_code(s->machine);
    if (stop == HV_STOP_HALTED) {
        snprintf(line, sizeof line, "The machine waits for ever: a WFI at level 0 that nothing can wake, before %s\n",
                 view_where(s->machine, s->places, where));
        gdb_session_tell(s, line);
        status = STATUS_HALTED;
    }
    s->running = false;
    s->end = GDB_ENDED;
    s->stopped.length = 0;
    gdb_print(&s->stopped, "W%02x", status);
    gdb_session_send(s, &s->stopped);
}

static void print_caught(const struct gdb_session *s, const struct hv_commit *commit, FILE *out)
{
    const struct hv_config *config = hv_machine_config(s->machine);
    char from[VIEW_VMID_SIZE], to[VIEW_VMID_SIZE], cause[VIEW_CAUSE_SIZE], place[VIEW_PLACE_SIZE] = "";
    const unsigned target = (unsigned)commit->target_level;
    view_vmid(config, commit->vmid, (unsigned)commit->level, from);
    view_cause(commit, cause);
    if (commit->fetch_real)
        view_places_text(s->places, (uint32_t)commit->fetch_real, place);
    if (commit->event == HV_EVENT_LVMID)
        fprintf(out, "LVMID of VMID %s: VMID %s runs, level %u", from,
                view_vmid(config, hv_machine_vmid(s->machine), target, to), target);
    else if (commit->event == HV_EVENT_VM_FAULT)
        fprintf(out, "VM-fault %s of VMID %s, to VMID %s, level %u; address %08" PRIx64, cause, from,
                view_vmid(config, commit->vmid, target, to), target, commit->fault_addr);
    else
        fprintf(out, "%s %s of VMID %s, mtval %08" PRIx64, commit->intr ? "Interrupt" : "Exception", cause, from,
                commit->tval);
    fprintf(out, "; pc was %08" PRIx64 "%s%s\n", commit->pc_rdata, *place ? " " : "", place);
}

static void stop_at_caught(struct gdb_session *s, const struct hv_commit *commit)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out) {
        print_caught(s, commit, out);
        if (fclose(out) == 0)
            gdb_session_tell(s, text);
        free(text);
    }
    gdb_resume_stop(s, SIGNAL_TRAP, "");
}

/* ---- Running ---- */

/* A record of a VM has done its instruction, or taken its exception or interrupt; a VM-fault's is done, or is not, when
 * the VM runs again. */
static bool does(const struct gdb_place *place, const struct hv_commit *commit)
{
    return commit->level == place->level && commit->vmid == place->vmid && commit->event != HV_EVENT_VM_FAULT;
}

static bool step_is_over(const struct gdb_session *s)
{
    const struct gdb_resume *r = &s->resume;
    const uint32_t pc = hv_machine_pc(s->machine);
    return r->stepping && runs(s->machine, &r->from) && (r->done || pc != r->from.pc) &&
           pc - r->range_start >= r->range_end - r->range_start;
}

/* One record, looked at. */
static void make_record(struct gdb_session *s)
{
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count = 0;
    uint32_t name;
    const enum hv_stop stop = s->host.record(s->host.context, &commit, writes, &count);
    if (stop == HV_STOP_FINISHED || stop == HV_STOP_HALTED) {
        stop_for_good(s, stop);
        return;
    }
    if (stop != HV_STOP_NONE) /* the host does not go on */
        return;
    if (does(&s->resume.skip, &commit))
        s->resume.skipping = false;
    if (does(&s->resume.from, &commit))
        s->resume.done = true;
    const struct gdb_point *watched = gdb_stops_watched(&s->stops, &commit, writes, count, &name);
    if (watched)
        stop_at_watchpoint(s, watched, name);
    else if (gdb_stops_caught(&s->stops, &commit))
        stop_at_caught(s, &commit);
    else if (step_is_over(s))
        gdb_resume_stop(s, SIGNAL_TRAP, "");
}

void gdb_session_run(struct gdb_session *s)
{
    for (unsigned spent = 0; spent < SLICE && s->running;) {
        if (hv_machine_at_breakpoint(s->machine) && !skips_here(s)) {
            stop_at_breakpoint(s);
        } else if (s->resume.stepping || gdb_stops_look(&s->stops) || skips_here(s)) {
            make_record(s);
            spent += RECORD_COST;
        } else {
            const enum hv_stop stop = s->host.run(s->host.context, SLICE);
            if (stop == HV_STOP_FINISHED || stop == HV_STOP_HALTED)
                stop_for_good(s, stop);
            spent += stop == HV_STOP_BREAKPOINT ? RECORD_COST : SLICE;
        }
    }
}
