#include "tests/qemu/contest.h"
#include "view/disassemble.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int play_model(void *context, const uint8_t *image, uint8_t *ram, struct hv_error *error)
{
    struct player *player = context;
    return run_model(image, player->kind, ram, &player->instructions, error);
}

static int play_qemu(void *context, const uint8_t *image, uint8_t *ram, struct hv_error *error)
{
    const struct player *player = context;
    return run_qemu(image, player->kind, ram, error);
}

int contest_between(struct contest *contest, run_function *model, run_function *qemu, void *context)
{
    *contest = (struct contest){.model = model,
                                .qemu = qemu,
                                .context = context,
                                .image = malloc(RAM_BYTES),
                                .ram = {malloc(RAM_BYTES), malloc(RAM_BYTES)}};
    if (contest->image && contest->ram[0] && contest->ram[1])
        return 0;
    contest_end(contest);
    return -1;
}

int contest_begin(struct contest *contest, struct player *player)
{
    return contest_between(contest, play_model, play_qemu, player);
}

void contest_end(struct contest *contest)
{
    free(contest->image);
    free(contest->ram[0]);
    free(contest->ram[1]);
}

enum outcome contest_play(struct contest *contest, const struct program *program, const bool *off,
                          struct difference *difference, struct hv_error *error)
{
    const uint8_t *image = program->image;
    if (off) {
        program_image(program, off, contest->image);
        image = contest->image;
    }
    if (contest->model(contest->context, image, contest->ram[0], error) ||
        contest->qemu(contest->context, image, contest->ram[1], error))
        return NOT_RUN;
    struct tally *tally = off ? NULL : &contest->tally;
    return compare(program, contest->ram[0], contest->ram[1], difference, tally) ? DIFFERENT : AGREED;
}

/* Leave out the units first..first + count - 1 too, if the machines still differ then. */
static void try_without(struct contest *contest, const struct program *program, bool *off, size_t first, size_t count,
                        struct difference *difference)
{
    struct hv_error error;
    struct difference found;
    bool *before = malloc(count);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || !off[first + i];
    if (!before || !any) {
        free(before);
        return;
    }
    memcpy(before, off + first, count);
    memset(off + first, true, count);
    if (contest_play(contest, program, off, &found, &error) == DIFFERENT)
        *difference = found;
    else
        memcpy(off + first, before, count);
    free(before);
}

void contest_shrink(struct contest *contest, const struct program *program, bool *off, struct difference *difference)
{
    size_t units = program->unit_count;
    memset(off, false, units);
    for (size_t chunk = (units + 1) / 2;; chunk = (chunk + 1) / 2) {
        for (size_t first = 0; first < units; first += chunk)
            try_without(contest, program, off, first, first + chunk > units ? units - first : chunk, difference);
        if (chunk == 1)
            return;
    }
}

void contest_report(FILE *out, const struct program *program, const bool *off, const struct difference *d)
{
    fprintf(out,
            "seed %" PRIu64 ", %" PRIu32 " blocks: %s at 0x%08" PRIx32 ": model 0x%08" PRIx32 ", QEMU 0x%08" PRIx32,
            program->seed, program->blocks, d->what, d->name, d->model, d->qemu);
    if (d->block < program->blocks)
        fprintf(out, ", %s block %" PRIu32 ", visit %" PRIu32, d->trap ? "in" : "after", d->block, d->visit);
    if (d->trap)
        fprintf(out, ", trap at 0x%08" PRIx32, d->epc);
    fprintf(out, "\nIt is so with no more than this:\n");
    for (size_t i = 0; i < program->unit_count; i++) {
        const struct unit *unit = &program->units[i];
        for (uint32_t at = unit->name; !off[i] && at < unit->name + 4 * unit->words; at += 4) {
            char text[80];
            uint32_t word = ram_word(program->image, at);
            view_disassemble(word, at, text, sizeof text);
            fprintf(out, "  block %-3" PRIu32 " %08" PRIx32 ": %08" PRIx32 "  %s\n", unit->block, at, word, text);
        }
    }
}

bool contest_seed(struct contest *contest, uint64_t seed, uint32_t blocks, FILE *out)
{
    struct hv_error error = {""};
    struct difference difference;
    struct program *program = program_new(seed, blocks);
    bool *off = program ? calloc(program->unit_count, sizeof *off) : NULL;
    enum outcome outcome = NOT_RUN;
    if (off)
        outcome = contest_play(contest, program, NULL, &difference, &error);
    if (outcome == NOT_RUN)
        fprintf(out, "seed %" PRIu64 ": %s\n", seed, off ? error.text : "out of memory");
    if (outcome == DIFFERENT) {
        contest_shrink(contest, program, off, &difference);
        contest_report(out, program, off, &difference);
    }
    free(off);
    program_free(program);
    return outcome == AGREED;
}
