/* Random programs on the model and on QEMU. Seeds are fixed; `make campaign-qemu` plays many more. */
#include "tests/qemu/contest.h"
#include "tests/qemu/known.h"
#include "tests/qemu/legal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PROGRAMS = 12, BLOCKS = 200, INSTRUCTIONS = 5000000 };

static void expect_seen(const uint64_t *seen, const unsigned *which, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (!seen[which[i]])
            fail_msg("no program had %s %u", what, which[i]);
}

/* They agree; and they did all that there is: every exception, both interrupts, every legal difference of a trap. */
static void test_agree(void **state)
{
    (void)state;
    static const unsigned exceptions[] = {
        HV_EXC_FETCH_MISALIGNED, HV_EXC_FETCH_FAULT,      HV_EXC_ILLEGAL,     HV_EXC_BREAKPOINT, HV_EXC_LOAD_MISALIGNED,
        HV_EXC_LOAD_FAULT,       HV_EXC_STORE_MISALIGNED, HV_EXC_STORE_FAULT, HV_EXC_ECALL_U,    HV_EXC_ECALL_M};
    static const unsigned interrupts[] = {HV_IRQ_MSI, HV_IRQ_MTI};
    struct contest contest;
    struct player player = {.kind = kind_of(0)};
    assert_int_equal(contest_begin(&contest, &player), 0);
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++)
        assert_true(contest_seed(&contest, seed, BLOCKS, stderr));
    assert_int_not_equal(ram_word(contest.ram[1], TREE_BASE), 0); /* QEMU's UART has sent something */
    expect_seen(contest.tally.exceptions, exceptions, sizeof exceptions / sizeof *exceptions, "exception");
    expect_seen(contest.tally.interrupts, interrupts, sizeof interrupts / sizeof *interrupts, "interrupt");
    for (unsigned row = 0; row < legal_trap_rows; row++)
        expect_seen(contest.tally.excused, &row, 1, "difference of row");
    assert_true(player.instructions >= INSTRUCTIONS);
    contest_end(&contest);
}

/* Every other kind of machine: without A, with phi = rb, virtual at any depth. */
static void test_agree_in_all_kinds(void **state)
{
    (void)state;
    struct contest contest;
    struct player player = {0};
    assert_int_equal(contest_begin(&contest, &player), 0);
    for (unsigned k = 1; k < KINDS; k++) {
        player.kind = kind_of(k);
        if (!contest_seed(&contest, PROGRAMS + k, BLOCKS / 2, stderr))
            fail_msg("kind %u", k);
    }
    assert_true(player.instructions >= INSTRUCTIONS / 2);
    contest_end(&contest);
}

/* By row of isa/instructions.def: how often it was executed, and how often in U-mode. */
struct executed {
    uint64_t all[HV_INSN_ILLEGAL], user[HV_INSN_ILLEGAL];
};

static void count_executed(void *context, struct hv_machine *machine, const struct hv_commit *commit)
{
    static const struct {
        uint32_t mask, match;
    } rows[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match},
#include "isa/instructions.def"
    };
    struct executed *executed = context;
    (void)machine;
    for (unsigned i = 0; i < HV_INSN_ILLEGAL; i++)
        if ((commit->insn & rows[i].mask) == rows[i].match) {
            executed->all[i]++;
            executed->user[i] += commit->mode == 0;
        }
}

/* The programs have every instruction of the base machine in them, in M- and in U-mode. */
static void test_all_instructions(void **state)
{
    (void)state;
    static const char *const names[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) mnemonic,
#include "isa/instructions.def"
    };
    static struct executed executed;
    struct hv_error error = {""};
    uint8_t *ram = malloc(RAM_BYTES);
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct program *program = program_new(seed, BLOCKS);
        assert_non_null(program);
        assert_int_equal(run_model_spoiled(program->image, ram, count_executed, &executed, &error), 0);
        program_free(program);
    }
    free(ram);
    for (unsigned i = 0; i < HV_INSN_LVMID; i++)
        if (!executed.all[i] || executed.all[i] == executed.user[i] || (!executed.user[i] && i != HV_INSN_WFI))
            fail_msg("%s: %lu times, %lu of them in U-mode", names[i], executed.all[i], executed.user[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agree),
        cmocka_unit_test(test_agree_in_all_kinds),
        cmocka_unit_test(test_all_instructions),
    };
    int status;
    if (!is_known_qemu(&status))
        return status;
    return cmocka_run_group_tests_name("qemu programs", tests, NULL, NULL);
}
