#include "tests/qemu/compare.h"
#include "tests/qemu/legal.h"

#include <stdio.h>

struct comparison {
    const struct program *program;
    const uint8_t *model, *qemu;
    uint32_t at;       /* the log entry that is compared */
    uint32_t previous; /* block of the last checkpoint; `blocks` before the first */
    uint32_t visits;   /* checkpoints of that block, one after the other */
    struct difference *difference;
    struct tally *tally;
};

static const char *const trap_words[TRAP_WORDS] = {"tag",       "mcause",       "mepc",      "mtval",
                                                   "mstatus",   "unused",       "scratch 1", "scratch 2",
                                                   "scratch 3", "software way", "timer way", "unused"};

static void name_word(const struct comparison *c, bool trap, uint32_t word, char *text, size_t size)
{
    if (trap)
        snprintf(text, size, "%s", trap_words[word]);
    else if (word == 0)
        snprintf(text, size, "tag");
    else if (word < 32)
        snprintf(text, size, "x%u%s", word, word == c->program->pointer ? " (points at the log)" : "");
    else if (word < CHECKPOINT_CSRS + checkpoint_csr_count)
        snprintf(text, size, "CSR 0x%03x", checkpoint_csrs[word - CHECKPOINT_CSRS]);
    else
        snprintf(text, size, "unused");
}

/* Whether the table of legal differences has a row for this. */
static bool is_legal(const struct comparison *c, bool trap, uint32_t word, uint32_t model, uint32_t qemu)
{
    if (!trap) {
        bool csr = word >= CHECKPOINT_CSRS && word < CHECKPOINT_CSRS + checkpoint_csr_count;
        return csr && !((model ^ qemu) & legal_read(checkpoint_csrs[word - CHECKPOINT_CSRS]));
    }
    if (word != ENTRY_CAUSE && word != ENTRY_TVAL)
        return false;
    uint32_t epc = ram_word(c->model, c->at + 4 * ENTRY_EPC);
    if (epc - RAM_BASE > RAM_BYTES - 4 || epc % 4)
        return false;
    int row = legal_trap(word == ENTRY_CAUSE ? TRAP_CAUSE : TRAP_TVAL, ram_word(c->model, epc), epc, model, qemu);
    if (row >= 0 && c->tally)
        c->tally->excused[row]++;
    return row >= 0;
}

/* The block whose code has this name. */
static uint32_t block_of(const struct program *program, uint32_t name)
{
    uint32_t block = program->blocks;
    for (size_t i = 0; i < program->unit_count && program->units[i].name <= name; i++)
        block = program->units[i].block;
    return block;
}

static void describe(struct comparison *c, bool trap, uint32_t word)
{
    struct difference *d = c->difference;
    uint32_t tag = ram_word(c->model, c->at);
    *d = (struct difference){.name = c->at + 4 * word, .trap = trap, .visit = 1};
    d->model = ram_word(c->model, d->name);
    d->qemu = ram_word(c->qemu, d->name);
    d->epc = trap ? ram_word(c->model, c->at + 4 * ENTRY_EPC) : 0;
    d->block = trap ? block_of(c->program, d->epc) : tag & ~TAG_KIND;
    if (d->block == c->previous)
        d->visit = c->visits + 1;
    name_word(c, trap, word, d->what, sizeof d->what);
}

static void count(const struct comparison *c, bool trap, uint32_t words)
{
    if (!c->tally)
        return;
    c->tally->words += words;
    if (!trap) {
        c->tally->checkpoints++;
        return;
    }
    uint32_t cause = ram_word(c->model, c->at + 4 * ENTRY_CAUSE);
    c->tally->traps++;
    *(cause >> 31 ? &c->tally->interrupts[cause & 15] : &c->tally->exceptions[cause & 15]) += 1;
}

/* One log entry; true if it differs. */
static bool entry_differs(struct comparison *c, bool trap)
{
    uint32_t words = trap ? TRAP_WORDS : CHECKPOINT_WORDS;
    for (uint32_t i = 0; i < words; i++) {
        uint32_t model = ram_word(c->model, c->at + 4 * i), qemu = ram_word(c->qemu, c->at + 4 * i);
        if (model != qemu && !is_legal(c, trap, i, model, qemu)) {
            describe(c, trap, i);
            return true;
        }
    }
    uint32_t block = ram_word(c->model, c->at) & ~TAG_KIND;
    if (!trap) {
        c->visits = block == c->previous ? c->visits + 1 : 1;
        c->previous = block;
    }
    count(c, trap, words);
    c->at += 4 * words;
    return false;
}

/* A word outside of the log's entries. */
static bool memory_differs(struct comparison *c, uint32_t begin, uint32_t end)
{
    for (uint32_t at = begin; at < end; at += 4) {
        uint32_t model = ram_word(c->model, at), qemu = ram_word(c->qemu, at);
        if (model != qemu) {
            *c->difference = (struct difference){
                .what = "memory", .name = at, .model = model, .qemu = qemu, .block = c->program->blocks};
            return true;
        }
    }
    if (c->tally)
        c->tally->words += (end - begin) / 4;
    return false;
}

bool compare(const struct program *program, const uint8_t *model, const uint8_t *qemu, struct difference *difference,
             struct tally *tally)
{
    struct comparison c = {.program = program,
                           .model = model,
                           .qemu = qemu,
                           .at = LOG_BASE,
                           .previous = program->blocks,
                           .difference = difference,
                           .tally = tally};
    while (c.at < LOG_END - 4 * CHECKPOINT_WORDS) {
        uint32_t kind = ram_word(model, c.at) & TAG_KIND;
        if (kind != TAG_CHECKPOINT && kind != TAG_TRAP)
            break;
        if (entry_differs(&c, kind == TAG_TRAP))
            return true;
    }
    return memory_differs(&c, RAM_BASE, LOG_BASE) || memory_differs(&c, c.at, LOG_END);
}
