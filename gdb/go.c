/* The packets that let the machine run: c, C, s, S, vCont. */
#include "gdb/session_internal.h"

/* c and s with an address, C and S with a signal, which has no meaning here, and an address. */
static bool scan_jump(struct gdb_session *s, struct gdb_scan *scan, bool signal)
{
    uint64_t number, address;
    if (signal && !gdb_scan_number(scan, 255, &number))
        return false;
    if (gdb_scan_end(scan))
        return true;
    if ((signal && !gdb_scan_text(scan, ";")) || !gdb_scan_number(scan, UINT32_MAX, &address) || !gdb_scan_end(scan))
        return false;
    hv_machine_set_pc(s->machine, (uint32_t)address);
    return true;
}

static void go(struct gdb_session *s, struct gdb_scan *scan, bool signal, bool step)
{
    if (!scan_jump(s, scan, signal))
        gdb_reply(s, GDB_INVALID);
    else if (step)
        gdb_resume_step(s, hv_machine_level(s->machine), 0, 0);
    else
        gdb_resume_continue(s);
}

void gdb_go_c(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, false, false);
}

void gdb_go_C(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, true, false);
}

void gdb_go_s(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, false, true);
}

void gdb_go_S(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, true, true);
}

/* An action of vCont, and whose. */
struct action {
    bool steps;
    unsigned level;
    uint64_t range_start, range_end;
};

static bool scan_action(const struct gdb_session *s, struct gdb_scan *scan, struct action *action)
{
    uint64_t signal;
    *action = (struct action){.level = GDB_RUNNING_LEVEL};
    if (gdb_scan_text(scan, "r")) {
        action->steps = true;
        if (!gdb_scan_range(scan, &action->range_start, &action->range_end) || action->range_end < action->range_start)
            return false;
    } else if (gdb_scan_text(scan, "S") || gdb_scan_text(scan, "C")) {
        action->steps = scan->at[-1] == 'S';
        if (!gdb_scan_number(scan, 255, &signal))
            return false;
    } else if (gdb_scan_text(scan, "s")) {
        action->steps = true;
    } else if (!gdb_scan_text(scan, "c")) {
        return false;
    }
    return !gdb_scan_text(scan, ":") || gdb_scan_thread(s, scan, &action->level);
}

/* There is one hart: a step of one level is a step of the machine, the others go on as far as it takes. */
void gdb_go_vcont(struct gdb_session *s, struct gdb_scan *scan)
{
    struct action step = {0}, action;
    bool good = false;
    while (gdb_scan_text(scan, ";")) {
        good = scan_action(s, scan, &action);
        if (!good)
            break;
        if (action.steps && !step.steps)
            step = action;
    }
    const unsigned running = hv_machine_level(s->machine);
    if (!good || !gdb_scan_end(scan))
        gdb_reply(s, GDB_INVALID);
    else if (step.steps)
        gdb_resume_step(s, step.level < running ? step.level : running, (uint32_t)step.range_start,
                        (uint32_t)step.range_end);
    else
        gdb_resume_continue(s);
}
