#include "model/repeat.h"
#include "model/machine_internal.h"

#include <stdlib.h>
#include <string.h>

enum { OPCODE_SYSTEM = 0x73, RV_WFI = 0x10500073 };

/* All that decides what comes next, but memory, which nothing in a round may write, the levels and their maps, which
 * only LVMID and VM-faults change, and the associator, in which nothing may be filled or flushed. */
struct state {
    uint32_t x[32], live[CTX_WORDS], bank[CTX_WORDS];
    uint64_t vmid, mtime_offset, mcycle_offset, minstret_offset, mtimecmp;
    uint32_t level, msip, reserved, reservation;
    struct last_page last[PORTS];
    struct uart uart;
};

struct hv_repeat {
    struct state begin;
    struct hv_round round;
    bool input_to_come;
    bool interruptible; /* at some record the own level's interrupts could be taken */
    uint32_t enabled;   /* mie of the own level, at any record */
};

struct hv_repeat *hv_repeat_new(void)
{
    return calloc(1, sizeof(struct hv_repeat));
}

void hv_repeat_free(struct hv_repeat *repeat)
{
    free(repeat);
}

static void remember(struct state *state, const struct hv_machine *m)
{
    memcpy(state->x, m->x, sizeof state->x);
    memcpy(state->live, m->live, sizeof state->live);
    memcpy(state->bank, m->bank, sizeof state->bank);
    state->vmid = m->vmid;
    state->level = m->level;
    state->mtime_offset = m->mtime_offset;
    state->mcycle_offset = m->mcycle_offset;
    state->minstret_offset = m->minstret_offset;
    state->mtimecmp = m->mtimecmp;
    state->msip = m->msip;
    state->reserved = m->reserved;
    state->reservation = m->reservation;
    memcpy(state->last, m->last, sizeof state->last);
    state->uart = m->uart;
}

static bool same_last_page(const struct last_page *a, const struct last_page *b)
{
    return a->valid == b->valid && (!a->valid || (a->page == b->page && a->real == b->real && a->rights == b->rights));
}

/* Is the machine in that state again? The pc comes first: mostly it differs. */
static bool is_back(const struct state *state, const struct hv_machine *m)
{
    return state->live[CTX_PC] == m->live[CTX_PC] && !memcmp(state->x, m->x, sizeof state->x) &&
           !memcmp(state->live, m->live, sizeof state->live) && !memcmp(state->bank, m->bank, sizeof state->bank) &&
           state->vmid == m->vmid && state->level == m->level && state->mtime_offset == m->mtime_offset &&
           state->mcycle_offset == m->mcycle_offset && state->minstret_offset == m->minstret_offset &&
           state->mtimecmp == m->mtimecmp && state->msip == m->msip && state->reserved == m->reserved &&
           state->reservation == m->reservation && same_last_page(&state->last[PORT_FETCH], &m->last[PORT_FETCH]) &&
           same_last_page(&state->last[PORT_DATA], &m->last[PORT_DATA]) &&
           !memcmp(&state->uart, &m->uart, sizeof state->uart);
}

static void look_at_interrupts(struct hv_repeat *repeat, const struct hv_machine *m)
{
    repeat->interruptible |= m->live[CTX_MODE] != MODE_M || m->live[CTX_MSTATUS] & HV_MSTATUS_MIE;
    repeat->enabled |= m->live[CTX_MIE];
}

/* Can a line of level 0 rise by itself that anybody looks at? Those of levels above are VIP, which stays. */
static bool is_to_be_interrupted(const struct hv_repeat *repeat, const struct hv_machine *m)
{
    const uint32_t own = repeat->interruptible ? repeat->enabled : 0;
    const uint32_t looked_at = m->level ? m->bank[CTX_MIE] : own;
    const bool timer = m->mtimecmp != UINT64_MAX && hvm_mtime(m) < m->mtimecmp;
    return (timer && looked_at >> HV_IRQ_MTI & 1) || (repeat->input_to_come && looked_at >> HV_IRQ_MEI & 1);
}

/* Does a CSR instruction read what changes by itself? */
static bool reads_time(const struct hv_commit *commit)
{
    const uint32_t insn = (uint32_t)commit->insn, csr = insn >> 20;
    if ((insn & 127) != OPCODE_SYSTEM || (insn >> 12 & 3) == 0 || commit->trap)
        return false;
    const bool counter = (csr & ~0xffu) == HV_CSR_CYCLE || (csr & ~0xffu) == HV_CSR_MCYCLE;
    return counter || (csr == HV_CSR_MIP && commit->level == 0);
}

/* May the record be part of a round: nothing written, counted, filled or read that is not the same next time? */
static bool is_repeatable(struct hv_repeat *repeat, const struct hv_machine *m, const struct hv_commit *commit,
                          size_t writes)
{
    const struct hv_config *config = &m->config;
    if (writes || commit->event != HV_EVENT_NONE || commit->intr || commit->halt || commit->insn == RV_WFI ||
        commit->misses || commit->fills || commit->flushed || reads_time(commit))
        return false;
    const uint32_t real = (uint32_t)commit->mem_real;
    if (!commit->mem_rmask || real - m->ram_base < m->ram_bytes)
        return true;
    if (real - config->uart_base < HV_PAGE_BYTES) {
        repeat->round.reads_uart = true;
        return !repeat->input_to_come;
    }
    return real - config->finisher_base < HV_PAGE_BYTES;
}

void hv_repeat_begin(struct hv_repeat *repeat, const struct hv_machine *m, bool input_to_come)
{
    remember(&repeat->begin, m);
    repeat->round = (struct hv_round){.traps = true};
    repeat->input_to_come = input_to_come;
    repeat->interruptible = false;
    repeat->enabled = 0;
    look_at_interrupts(repeat, m);
}

enum hv_repeat_found hv_repeat_record(struct hv_repeat *repeat, const struct hv_machine *m,
                                      const struct hv_commit *commit, size_t writes)
{
    if (m->stop == HV_STOP_FINISHED || m->stop == HV_STOP_HALTED || m->pending != PENDING_NONE ||
        !is_repeatable(repeat, m, commit, writes))
        return HV_REPEAT_NEVER;
    look_at_interrupts(repeat, m);
    repeat->round.records++;
    repeat->round.last = *commit;
    repeat->round.traps = repeat->round.traps && commit->trap;
    if (!is_back(&repeat->begin, m))
        return HV_REPEAT_OPEN;
    return is_to_be_interrupted(repeat, m) ? HV_REPEAT_NEVER : HV_REPEAT_ROUND;
}

struct hv_round hv_repeat_round(const struct hv_repeat *repeat)
{
    return repeat->round;
}
