/* Two rounds are looked at. In the first one the words that it writes become known; at its end, when the processor is
 * in the state of the beginning, their values are remembered, and at the end of the second one compared. Only the
 * second one is the proof. A round that writes nothing needs no second one. */
#include "model/repeat.h"
#include "model/machine_internal.h"

#include <stdlib.h>
#include <string.h>

enum { OPCODE_SYSTEM = 0x73, RV_WFI = 0x10500073, WORDS = 512, COUNTS = 16 };

/* All that decides what comes next, but memory, and the associator, in which nothing may change. */
struct state {
    uint32_t x[32], live[CTX_WORDS], bank[CTX_WORDS];
    uint64_t vmid, mtime_offset, mcycle_offset, minstret_offset, mtimecmp;
    uint32_t level, msip, reserved, reservation;
    bool line_enabled;
    struct level levels[HV_MAX_DEPTH + 1];
    struct last_page last[PORTS][MAX_LAST_PAGES];
    struct uart uart;
};

/* A word of RAM that the round writes. */
struct word {
    uint32_t real, value;
};

struct hv_repeat {
    struct state begin;
    struct hv_round round;
    bool input_to_come;
    uint32_t looked_at; /* lines of level 0, in mip's layout, that would be noticed at some record */
    bool second;        /* the words are known */
    struct word words[WORDS];
    size_t word_count;
    uint32_t counts[COUNTS]; /* real names of the VM-fault counts that the round moves */
    size_t count_count;
};

struct hv_repeat *hv_repeat_new(void)
{
    return calloc(1, sizeof(struct hv_repeat));
}

void hv_repeat_free(struct hv_repeat *repeat)
{
    free(repeat);
}

/* ---- The processor's state ---- */

static void remember(struct state *state, const struct hv_machine *m)
{
    memcpy(state->x, m->x, sizeof state->x);
    memcpy(state->live, m->live, sizeof state->live);
    memcpy(state->bank, m->bank, sizeof state->bank);
    memcpy(state->levels, m->levels, sizeof state->levels);
    memcpy(state->last, m->last, sizeof state->last);
    state->vmid = m->vmid;
    state->level = m->level;
    state->mtime_offset = m->mtime_offset;
    state->mcycle_offset = m->mcycle_offset;
    state->minstret_offset = m->minstret_offset;
    state->mtimecmp = m->mtimecmp;
    state->msip = m->msip;
    state->line_enabled = m->line_enabled;
    state->reserved = m->reserved;
    state->reservation = m->reservation;
    state->uart = m->uart;
}

static bool same_last_page(const struct last_page *a, const struct last_page *b)
{
    return a->valid == b->valid && (!a->valid || (a->page == b->page && a->real == b->real && a->rights == b->rights));
}

static bool same_last_pages(const struct state *state, const struct hv_machine *m)
{
    for (unsigned port = 0; port < PORTS; port++)
        for (unsigned i = 0; i < m->config.last_pages; i++)
            if (!same_last_page(&state->last[port][i], &m->last[port][i]))
                return false;
    return true;
}

static bool same_time_and_devices(const struct state *state, const struct hv_machine *m)
{
    return state->mtime_offset == m->mtime_offset && state->mcycle_offset == m->mcycle_offset &&
           state->minstret_offset == m->minstret_offset && state->mtimecmp == m->mtimecmp && state->msip == m->msip &&
           state->line_enabled == m->line_enabled && !memcmp(&state->uart, &m->uart, sizeof state->uart);
}

/* Of levels that are not appended, and of level 0's context while it runs itself, nothing is state. */
static bool same_levels(const struct state *state, const struct hv_machine *m)
{
    return state->level == m->level && state->vmid == m->vmid &&
           !memcmp(state->levels + 1, m->levels + 1, m->level * sizeof *state->levels) &&
           (!m->level || !memcmp(state->bank, m->bank, sizeof state->bank));
}

/* Is the machine in that state again? The pc comes first: mostly it differs. */
static bool is_back(const struct state *state, const struct hv_machine *m)
{
    return state->live[CTX_PC] == m->live[CTX_PC] && !memcmp(state->x, m->x, sizeof state->x) &&
           !memcmp(state->live, m->live, sizeof state->live) && same_levels(state, m) &&
           state->reserved == m->reserved && state->reservation == m->reservation && same_time_and_devices(state, m) &&
           same_last_pages(state, m);
}

/* ---- Time and interrupts ---- */

static bool timer_comes(const struct hv_machine *m)
{
    return m->mtimecmp != UINT64_MAX && hvm_mtime(m) < m->mtimecmp;
}

/* Lines for a level below are noticed whatever a VM does, and those of the level that runs if interrupts may be taken:
 * all at level 0, above it MEI, if it has the line. What else there is above is VIP, which stays. */
static void look_at_interrupts(struct hv_repeat *repeat, const struct hv_machine *m)
{
    const bool may_take = m->live[CTX_MODE] != MODE_M || m->live[CTX_MSTATUS] & HV_MSTATUS_MIE;
    if (m->level)
        repeat->looked_at |= m->bank[CTX_MIE] & ~(uint32_t)EXTERNAL;
    else if (may_take)
        repeat->looked_at |= m->live[CTX_MIE] & ~(uint32_t)EXTERNAL;
    if (hvm_line_enabled(m) && (may_take || hvm_line_owner(m) < m->level))
        repeat->looked_at |= EXTERNAL;
}

static bool is_to_be_interrupted(const struct hv_repeat *repeat, const struct hv_machine *m)
{
    return (timer_comes(m) && repeat->looked_at >> HV_IRQ_MTI & 1) ||
           (repeat->input_to_come && repeat->looked_at >> HV_IRQ_MEI & 1);
}

/* Does a CSR instruction read what changes by itself? */
static bool reads_time(const struct hv_repeat *repeat, const struct hv_machine *m, const struct hv_commit *commit)
{
    const uint32_t insn = (uint32_t)commit->insn, csr = insn >> 20;
    if ((insn & 127) != OPCODE_SYSTEM || (insn >> 12 & 3) == 0 || commit->trap)
        return false;
    const bool counter = (csr & ~0xffu) == HV_CSR_CYCLE || (csr & ~0xffu) == HV_CSR_MCYCLE;
    return counter || (csr == HV_CSR_MIP && commit->level == 0 && (timer_comes(m) || repeat->input_to_come));
}

/* ---- Memory ---- */

static bool is_ram(const struct hv_machine *m, uint32_t real)
{
    return real - m->ram_base < m->ram_bytes;
}

static uint32_t value_of(const struct hv_machine *m, uint32_t real)
{
    return hvm_ram_word(m, real - m->ram_base);
}

static bool is_count(const struct hv_repeat *repeat, uint32_t real)
{
    for (size_t i = 0; i < repeat->count_count; i++)
        if (repeat->counts[i] == (real & ~3u))
            return true;
    return false;
}

/* In a VM-fault's record the word at this offset of 512 bytes is the count: VMCBs are aligned. */
static bool counts_a_fault(const struct hv_commit *commit, uint32_t real)
{
    return commit->event == HV_EVENT_VM_FAULT && real % HV_VMCB_BYTES == HV_VMCB_FAULT_COUNT;
}

static bool note_count(struct hv_repeat *repeat, uint32_t real)
{
    if (is_count(repeat, real))
        return true;
    if (repeat->second || repeat->count_count == COUNTS)
        return false;
    repeat->counts[repeat->count_count++] = real;
    return true;
}

/* A word written; false when it is too much, or the second round writes what the first one did not. */
static bool note_word(struct hv_repeat *repeat, uint32_t real)
{
    for (size_t i = 0; i < repeat->word_count; i++)
        if (repeat->words[i].real == real)
            return true;
    if (repeat->second || repeat->word_count == WORDS)
        return false;
    repeat->words[repeat->word_count++].real = real;
    return true;
}

static bool note_writes(struct hv_repeat *repeat, const struct hv_machine *m, const struct hv_commit *commit,
                        const struct hv_bus_write *writes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t real = writes[i].real;
        if (!is_ram(m, real))
            return false;
        if (counts_a_fault(commit, real) ? !note_count(repeat, real) : !note_word(repeat, real))
            return false;
    }
    return true;
}

static void remember_words(struct hv_repeat *repeat, const struct hv_machine *m)
{
    for (size_t i = 0; i < repeat->word_count; i++)
        repeat->words[i].value = value_of(m, repeat->words[i].real);
    repeat->second = true;
    repeat->round.records = 0;
}

static bool same_words(const struct hv_repeat *repeat, const struct hv_machine *m)
{
    for (size_t i = 0; i < repeat->word_count; i++)
        if (repeat->words[i].value != value_of(m, repeat->words[i].real))
            return false;
    return true;
}

/* ---- Who reads a count ---- */

/* The entry of VMTAB by which the level above `level` was found; true if it is a count. */
static bool entry_is_count(const struct hv_repeat *repeat, const struct hv_machine *m, unsigned level)
{
    struct walk root = {.page = m->config.hv_root >> HV_PAGE_BITS};
    if (level && !hvm_descend(m, level, 1, HV_ACCESS_LOAD, &root))
        return true;
    const uint32_t word = (root.page << HV_PAGE_BITS | (m->config.hv_root & PAGE_OFFSET)) + HV_ROOT_VMTAB;
    if (!is_ram(m, word))
        return true;
    const uint32_t entry = value_of(m, word) + 4 * m->levels[level + 1].syllable;
    struct walk table = {.page = entry >> HV_PAGE_BITS};
    if (level && !hvm_descend(m, level, 1, HV_ACCESS_LOAD, &table))
        return true;
    return is_count(repeat, table.page << HV_PAGE_BITS | (entry & PAGE_OFFSET));
}

/* Is a count in a table of f? */
static bool map_has_count(const struct hv_repeat *repeat, const struct f_map *map)
{
    if (map->form != HV_FORM_LINEAR)
        return false;
    const uint32_t bytes = 4 * (map->bound >> map->grain);
    for (size_t i = 0; i < repeat->count_count; i++)
        if (repeat->counts[i] - map->table < bytes)
            return true;
    return false;
}

/* Can the counts decide anything? What hardware reads of a VMCB lies elsewhere; so must the root. */
static bool counts_matter(const struct hv_repeat *repeat, const struct hv_machine *m, const struct hv_commit *commit)
{
    if (!repeat->count_count)
        return false;
    if ((commit->mem_rmask && is_count(repeat, (uint32_t)commit->mem_real)) ||
        (commit->insn && is_count(repeat, (uint32_t)commit->fetch_real)))
        return true;
    const uint32_t root = m->config.hv_root % HV_VMCB_BYTES;
    if (root + HV_ROOT_VMTAB == HV_VMCB_FAULT_COUNT || root + HV_ROOT_LENGTH == HV_VMCB_FAULT_COUNT)
        return true;
    for (unsigned level = 0; level < m->level; level++)
        if (entry_is_count(repeat, m, level) || map_has_count(repeat, &m->levels[level + 1].map[0]) ||
            map_has_count(repeat, &m->levels[level + 1].map[1]))
            return true;
    return false;
}

/* ---- A record ---- */

/* A read of a device that is the same next time. */
static bool reads_the_same(struct hv_repeat *repeat, const struct hv_machine *m, const struct hv_commit *commit)
{
    const uint32_t real = (uint32_t)commit->mem_real;
    if (!commit->mem_rmask || is_ram(m, real))
        return true;
    if (real - m->config.uart_base < HV_PAGE_BYTES) {
        repeat->round.reads_uart = true;
        return !repeat->input_to_come;
    }
    return real - m->config.finisher_base < HV_PAGE_BYTES;
}

/* What goes well, or fails at once; what LVMID and chains of it find wrong is no part of a round. */
static bool is_plain(const struct hv_commit *commit)
{
    const bool broken = commit->event == HV_EVENT_VM_FAULT && commit->cause & HV_CAUSE_IMPLICIT;
    const bool refused = commit->trap && commit->cause == HV_EXC_VMCB;
    return !broken && !refused && !commit->intr && !commit->halt && commit->insn != RV_WFI;
}

/* Does it leave the associator and the prefix memory as they are? A walk that faults fills nothing. */
static bool keeps_associator(const struct hv_commit *commit)
{
    uint64_t walks = commit->misses;
    if (commit->event == HV_EVENT_VM_FAULT) {
        const unsigned access = commit->cause >> HV_CAUSE_ACCESS_SHIFT & 15;
        walks &= ~(uint64_t)(access == HV_ACCESS_FETCH ? 1 : access == HV_ACCESS_NONE ? 0 : 2);
    }
    return !walks && !commit->fills && !commit->flushed;
}

static void note_round(struct hv_round *round, const struct hv_commit *commit)
{
    const bool retired = !commit->trap && commit->event != HV_EVENT_VM_FAULT;
    if (!round->records || commit->level > round->top.level)
        round->stuck = true;
    if (!round->records || commit->level >= round->top.level) {
        round->top = *commit;
        round->stuck = round->stuck && !retired;
    }
    round->records++;
}

void hv_repeat_begin(struct hv_repeat *repeat, const struct hv_machine *m, bool input_to_come)
{
    remember(&repeat->begin, m);
    repeat->round = (struct hv_round){0};
    repeat->input_to_come = input_to_come;
    repeat->looked_at = 0;
    repeat->second = false;
    repeat->word_count = repeat->count_count = 0;
    look_at_interrupts(repeat, m);
}

enum hv_repeat_found hv_repeat_record(struct hv_repeat *repeat, const struct hv_machine *m,
                                      const struct hv_commit *commit, const struct hv_bus_write *writes, size_t count)
{
    const bool stopped = m->stop == HV_STOP_FINISHED || m->stop == HV_STOP_HALTED;
    if (stopped || !is_plain(commit) || !keeps_associator(commit) || reads_time(repeat, m, commit) ||
        !reads_the_same(repeat, m, commit) || !note_writes(repeat, m, commit, writes, count) ||
        counts_matter(repeat, m, commit))
        return HV_REPEAT_NEVER;
    look_at_interrupts(repeat, m);
    note_round(&repeat->round, commit);
    if (m->pending != PENDING_NONE || !is_back(&repeat->begin, m))
        return HV_REPEAT_OPEN;
    if (is_to_be_interrupted(repeat, m))
        return HV_REPEAT_NEVER;
    if (!repeat->word_count && !repeat->count_count)
        return HV_REPEAT_ROUND;
    if (repeat->second)
        return same_words(repeat, m) ? HV_REPEAT_ROUND : HV_REPEAT_NEVER;
    remember_words(repeat, m);
    return HV_REPEAT_OPEN;
}

struct hv_round hv_repeat_round(const struct hv_repeat *repeat)
{
    return repeat->round;
}
