/* That the comparison with QEMU notices: every word of the log and of memory, every register at a checkpoint, and an
 * instruction that is wrong, which is then what the program is shrunk to. No QEMU here: model against model. */
#include "model/machine_internal.h"
#include "tests/qemu/contest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEED = 7, SEEDS = 10, BLOCKS = 8, SAMPLES = 30 };

struct pair {
    struct program *program;
    uint8_t *ram[2];
};

static struct pair pair_new(void)
{
    struct hv_error error = {""};
    struct pair pair = {.program = program_new(SEED, BLOCKS), .ram = {malloc(RAM_BYTES), malloc(RAM_BYTES)}};
    assert_non_null(pair.program);
    assert_int_equal(run_model(pair.program->image, kind_of(0), pair.ram[0], NULL, &error), 0);
    memcpy(pair.ram[1], pair.ram[0], RAM_BYTES);
    return pair;
}

static void pair_free(struct pair *pair)
{
    program_free(pair->program);
    free(pair->ram[0]);
    free(pair->ram[1]);
}

/* One bit of QEMU's word is wrong: the difference found is this one. */
static void flip(struct pair *pair, uint32_t name, uint32_t bit, struct difference *difference)
{
    uint32_t word = ram_word(pair->ram[1], name);
    ram_set_word(pair->ram[1], name, word ^ UINT32_C(1) << bit);
    assert_true(compare(pair->program, pair->ram[0], pair->ram[1], difference, NULL));
    assert_int_equal(difference->name, name);
    assert_int_equal(difference->model, word);
    assert_int_equal(difference->qemu, word ^ UINT32_C(1) << bit);
    ram_set_word(pair->ram[1], name, word);
}

static void test_every_word_of_the_log(void **state)
{
    (void)state;
    struct pair pair = pair_new();
    struct difference d;
    uint32_t at = LOG_BASE, checkpoints = 0, traps = 0;
    assert_false(compare(pair.program, pair.ram[0], pair.ram[1], &d, NULL));
    for (uint32_t tag; (tag = ram_word(pair.ram[0], at) & TAG_KIND) != 0;) {
        bool trap = tag == TAG_TRAP;
        uint32_t words = trap ? TRAP_WORDS : CHECKPOINT_WORDS;
        for (uint32_t i = 0; i < words; i++) {
            char name[8];
            /* Of mcause and mtval a bit for which there is no legal difference. */
            uint32_t bit = !trap ? (at + i) % 32 : i == ENTRY_TVAL ? 0 : i == ENTRY_CAUSE ? 31 : (at + i) % 28;
            flip(&pair, at + 4 * i, bit, &d);
            assert_int_equal(d.trap, trap);
            snprintf(name, sizeof name, "x%u", i);
            if (!trap && i >= 1 && i < 32)
                assert_memory_equal(d.what, name, strlen(name));
        }
        at += 4 * words;
        *(trap ? &traps : &checkpoints) += 1;
    }
    assert_true(checkpoints > BLOCKS && traps > checkpoints);
    pair_free(&pair);
}

static void test_words_of_memory(void **state)
{
    (void)state;
    struct pair pair = pair_new();
    struct difference d;
    uint64_t random = SEED;
    flip(&pair, RAM_BASE, 0, &d);
    flip(&pair, LOG_BASE - 4, 31, &d);
    flip(&pair, LOG_END - 4, 31, &d);
    for (unsigned i = 0; i < SAMPLES; i++) {
        flip(&pair, RAM_BASE + 4 * draw_below(&random, (LOG_BASE - RAM_BASE) / 4), draw_below(&random, 32), &d);
        assert_string_equal(d.what, "memory");
    }
    pair_free(&pair);
}

/* A model that is wrong. */
struct mistake {
    uint32_t mask, match; /* after these instruction words... */
    unsigned x;           /* ...this register has a wrong bit; 0: their rd */
    bool once, done;
};

static void spoil(void *context, struct hv_machine *machine, const struct hv_commit *commit)
{
    struct mistake *mistake = context;
    if ((commit->insn & mistake->mask) != mistake->match || commit->trap || (mistake->once && mistake->done))
        return;
    unsigned x = mistake->x ? mistake->x : (unsigned)commit->rd_addr;
    if (x)
        machine->x[x] ^= 1;
    mistake->done = true;
}

static int play_wrong(void *context, const uint8_t *image, uint8_t *ram, struct hv_error *error)
{
    ((struct mistake *)context)->done = false;
    return run_model_spoiled(image, ram, spoil, context, error);
}

static int play_right(void *context, const uint8_t *image, uint8_t *ram, struct hv_error *error)
{
    (void)context;
    return run_model(image, kind_of(0), ram, NULL, error);
}

/* The register is put wrong when the first checkpoint begins. */
static void test_every_register(void **state)
{
    (void)state;
    struct program *program = program_new(SEED, BLOCKS);
    assert_non_null(program);
    for (unsigned x = 1; x < 32; x++) {
        struct mistake mistake = {.mask = UINT32_MAX, .match = MARKER, .x = x, .once = true};
        struct contest contest;
        struct difference d;
        struct hv_error error = {""};
        char name[8];
        if (x == program->pointer)
            continue;
        assert_int_equal(contest_between(&contest, play_right, play_wrong, &mistake), 0);
        bool *off = malloc(program->unit_count);
        memset(off, true, program->unit_count); /* no marker but the checkpoints' */
        assert_int_equal(contest_play(&contest, program, off, &d, &error), DIFFERENT);
        snprintf(name, sizeof name, "x%u", x);
        assert_string_equal(d.what, name);
        assert_int_equal(d.block, 0);
        assert_int_equal(d.visit, 1);
        free(off);
        contest_end(&contest);
    }
    program_free(program);
}

static size_t units_left(const struct program *program, const bool *off, const struct mistake *mistake, bool *is_there)
{
    size_t left = 0;
    *is_there = false;
    for (size_t i = 0; i < program->unit_count; i++) {
        const struct unit *unit = &program->units[i];
        left += !off[i];
        for (uint32_t word = 0; !off[i] && word < unit->words; word++)
            if ((ram_word(program->image, unit->name + 4 * word) & mistake->mask) == mistake->match)
                *is_there = true;
    }
    return left;
}

/* The program of the first seed in which the mistake shows; not every one of these small ones has the instruction. */
static struct program *program_with(struct contest *contest, struct difference *difference)
{
    struct hv_error error = {""};
    for (uint64_t seed = SEED; seed < SEED + SEEDS; seed++) {
        struct program *program = program_new(seed, BLOCKS);
        assert_non_null(program);
        enum outcome outcome = contest_play(contest, program, NULL, difference, &error);
        assert_int_not_equal(outcome, NOT_RUN);
        if (outcome == DIFFERENT)
            return program;
        program_free(program);
    }
    fail_msg("no program shows the mistake");
    return NULL;
}

static void shrink_to(struct mistake mistake)
{
    struct contest contest;
    struct difference difference;
    bool is_there;
    assert_int_equal(contest_between(&contest, play_right, play_wrong, &mistake), 0);
    struct program *program = program_with(&contest, &difference);
    bool *off = malloc(program->unit_count);
    contest_shrink(&contest, program, off, &difference);
    size_t left = units_left(program, off, &mistake, &is_there);
    assert_true(is_there);
    assert_in_range(left, 1, 3);
    free(off);
    program_free(program);
    contest_end(&contest);
}

/* One wrong instruction, somewhere in thousands: it is found, and little else is left. */
static void test_wrong_instructions(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {{.mask = 0xfe00707f, .match = 0x02002033},  /* MULHSU */
                                              {.mask = 0xfe00707f, .match = 0x02006033},  /* REM */
                                              {.mask = 0x0000707f, .match = 0x00001003},  /* LH */
                                              {.mask = 0xf800707f, .match = 0xa000202f}}; /* AMOMAX.W */
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        shrink_to(mistakes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_of_the_log),
        cmocka_unit_test(test_words_of_memory),
        cmocka_unit_test(test_every_register),
        cmocka_unit_test(test_wrong_instructions),
    };
    return cmocka_run_group_tests_name("qemu notice", tests, NULL, NULL);
}
