/* Many random programs on the model and on QEMU: campaign [--seed FIRST] [--programs COUNT] [--blocks COUNT]
 * [--kind KIND], or --legal to print the table of differences that are legal. The kind of machine (machines.h) is KIND,
 * or the seed modulo KINDS. Differences go to stderr; exit status 1 if there is one. */
#include "tests/qemu/contest.h"
#include "tests/qemu/legal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENOUGH = 5 }; /* differences until the campaign gives up */
#define BY_SEED UINT64_MAX

struct options {
    uint64_t seed, programs, blocks, kind;
};

static int read_options(struct options *options, int count, char **words)
{
    const struct {
        const char *name;
        uint64_t *value;
    } known[] = {{"--seed", &options->seed},
                 {"--programs", &options->programs},
                 {"--blocks", &options->blocks},
                 {"--kind", &options->kind}};
    enum { KNOWN = sizeof known / sizeof *known };
    for (int i = 1; i + 1 < count; i += 2) {
        size_t k = 0;
        char *end = words[i + 1];
        while (k < KNOWN && strcmp(words[i], known[k].name) != 0)
            k++;
        if (k < KNOWN)
            *known[k].value = strtoull(words[i + 1], &end, 0);
        if (end == words[i + 1] || *end)
            return -1;
    }
    bool good = options->blocks >= 1 && options->blocks <= 500;
    return count % 2 == 1 && good && (options->kind < KINDS || options->kind == BY_SEED) ? 0 : -1;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int play(const struct options *options)
{
    struct contest contest;
    struct player player = {0};
    uint64_t played = 0, different = 0;
    double begin = now();
    if (contest_begin(&contest, &player)) {
        fprintf(stderr, "campaign: out of memory\n");
        return 1;
    }
    for (; played < options->programs && different < ENOUGH; played++) {
        uint64_t seed = options->seed + played;
        uint64_t kind = options->kind == BY_SEED ? seed % KINDS : options->kind;
        player.kind = kind_of(kind);
        if (!contest_seed(&contest, seed, (uint32_t)options->blocks, stderr)) {
            fprintf(stderr, "campaign: kind %" PRIu64 "\n", kind);
            different++;
        }
    }
    const struct tally *tally = &contest.tally;
    printf("qemu: %" PRIu64 " programs from seed %" PRIu64 ", %" PRIu64 " instructions, %" PRIu64
           " checkpoints, %" PRIu64 " traps, %" PRIu64 " words compared, %" PRIu64 " programs differ, %.0f s\n",
           played, options->seed, player.instructions, tally->checkpoints, tally->traps, tally->words, different,
           now() - begin);
    contest_end(&contest);
    return different != 0;
}

static int check_version(void)
{
    char version[32];
    struct hv_error error;
    bool known;
    if (qemu_version(version, &known, &error)) {
        fprintf(stderr, "campaign: %s\n", error.text);
        return -1;
    }
    if (!known)
        fprintf(stderr, "campaign: found QEMU %s, expected %s: its differences are not in the table\n", version,
                QEMU_KNOWN);
    return known ? 0 : -1;
}

int main(int count, char **words)
{
    struct options options = {.seed = 1000, .programs = 200, .blocks = 200, .kind = BY_SEED};
    if (count == 2 && !strcmp(words[1], "--legal")) {
        legal_print(stdout);
        return 0;
    }
    if (read_options(&options, count, words)) {
        fprintf(stderr,
                "usage: campaign [--seed FIRST] [--programs COUNT] [--blocks 1..500] [--kind KIND] | --legal\n");
        return 2;
    }
    return check_version() ? 1 : play(&options);
}
