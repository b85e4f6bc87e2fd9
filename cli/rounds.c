#include "cli/rounds.h"
#include "cli/cli.h"
#include "view/names.h"

#include <inttypes.h>

/* Records between two looks, and records of one. */
enum { BETWEEN = 1 << 16, LOOK = 4096 };

void cli_rounds_open(struct cli_rounds *rounds, bool possible)
{
    *rounds = (struct cli_rounds){.repeat = possible ? hv_repeat_new() : NULL, .next = BETWEEN};
}

void cli_rounds_close(struct cli_rounds *rounds)
{
    hv_repeat_free(rounds->repeat);
    rounds->repeat = NULL;
}

bool cli_rounds_due(struct cli_rounds *rounds, const struct hv_machine *machine, bool input_to_come)
{
    const uint64_t commits = hv_machine_counters(machine)->commits;
    if (!rounds->repeat || commits < rounds->next || rounds->left)
        return false;
    rounds->next = commits + BETWEEN;
    rounds->left = LOOK;
    hv_repeat_begin(rounds->repeat, machine, input_to_come);
    return true;
}

bool cli_rounds_record(struct cli_rounds *rounds, const struct hv_machine *machine, const struct view_places *places,
                       const struct hv_commit *commit, const struct hv_bus_write *writes, size_t count)
{
    if (!rounds->left)
        return false;
    const enum hv_repeat_found found = hv_repeat_record(rounds->repeat, machine, commit, writes, count);
    rounds->left = found == HV_REPEAT_OPEN ? rounds->left - 1 : 0;
    if (found != HV_REPEAT_ROUND)
        return false;
    rounds->found = true;
    rounds->round = hv_repeat_round(rounds->repeat);
    view_where(machine, places, rounds->where);
    return true;
}

int cli_rounds_tell(const struct cli_rounds *rounds, const char *program)
{
    const struct hv_round *round = &rounds->round;
    char cause[VIEW_CAUSE_SIZE];
    if (round->stuck && round->records == 1)
        return cli_failf("%s: traps at its own trap vector for ever: %s, cause %" PRIu64 ", %s", program, rounds->where,
                         round->top.cause, view_trap_cause((uint32_t)round->top.cause).meaning);
    if (round->stuck)
        return cli_failf("%s: level %" PRIu64 " faults at pc 0x%08" PRIx64 " for ever: %s; the %" PRIu64
                         " records until it "
                         "does so again change nothing: one is at %s",
                         program, round->top.level, round->top.pc_rdata, view_cause(&round->top, cause), round->records,
                         rounds->where);
    return cli_failf("%s: goes round for ever: %" PRIu64 " instruction%s at %s; nothing changes, and no interrupt can "
                     "come%s",
                     program, round->records, round->records == 1 ? "" : "s", rounds->where,
                     round->reads_uart ? "; it asks the UART, which gets no more input" : "");
}
