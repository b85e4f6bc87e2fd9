/* Results that go to the next instruction without a way through x[]: random chains of instructions that read what the
 * one before has written, jump into the middle of others, and write over each other, in hv_machine_run and in
 * hv_machine_step, of which each call begins anew and so hands nothing on. */
#include "tests/unit/model_support.h"

enum { WORDS = 500, DATA = RAM + 0x4000, CODE_POINTER = 1, DATA_POINTER = 2, FIRST_WORD = 4, WORDS_HELD = 4 };
enum { FIRST_VALUE = 8, VALUES = 8 };

static unsigned any_value(uint64_t *seed)
{
    return FIRST_VALUE + below(seed, VALUES);
}

/* Mostly what was written last. */
static unsigned operand(unsigned last, uint64_t *seed)
{
    return below(seed, 3) ? last : any_value(seed);
}

static uint32_t computes(unsigned rd, unsigned last, uint64_t *seed)
{
    static const enum hv_insn registers[] = {HV_INSN_ADD, HV_INSN_SUB, HV_INSN_XOR,  HV_INSN_SLT, HV_INSN_SRA,
                                             HV_INSN_MUL, HV_INSN_DIV, HV_INSN_REMU, HV_INSN_OR,  HV_INSN_SLL};
    static const enum hv_insn immediates[] = {HV_INSN_ADDI, HV_INSN_XORI, HV_INSN_ANDI, HV_INSN_SLTIU};
    const int32_t immediate = (int32_t)below(seed, 2048);
    if (below(seed, 8) == 0)
        rd = 0;
    if (below(seed, 2))
        return word_i(immediates[below(seed, 4)], rd, operand(last, seed), immediate);
    return word_r(registers[below(seed, 10)], rd, operand(last, seed), operand(last, seed));
}

static uint32_t accesses(unsigned rd, unsigned last, uint64_t *seed)
{
    const int32_t data = 4 * (int32_t)below(seed, 500), word = 4 * (int32_t)below(seed, 500);
    switch (below(seed, 3)) {
    case 0:
        return word_i(HV_INSN_LW, rd, DATA_POINTER, data);
    case 1:
        return word_s(HV_INSN_SW, operand(last, seed), DATA_POINTER, data);
    default:
        return word_s(HV_INSN_SW, FIRST_WORD + below(seed, WORDS_HELD), CODE_POINTER, word);
    }
}

/* Forwards, over at most seven words. */
static uint32_t jumps(unsigned i, unsigned last, uint64_t *seed)
{
    static const uint32_t beq_bne_blt_bgeu[] = {0x0063, 0x1063, 0x4063, 0x7063};
    const uint32_t over = 1 + below(seed, i + 9 < WORDS ? 7 : 1);
    return beq_bne_blt_bgeu[below(seed, 4)] | over << 9 | operand(last, seed) << 15 | operand(last, seed) << 20;
}

static void write_code(struct hv_machine *m, uint64_t seed)
{
    unsigned last = FIRST_VALUE;
    for (unsigned i = 0; i < WORDS - 1; i++) {
        const unsigned rd = any_value(&seed), what = below(&seed, 10);
        const uint32_t word = what < 6   ? computes(rd, last, &seed)
                              : what < 8 ? accesses(rd, last, &seed)
                                         : jumps(i, last, &seed);
        put(m, START + 4 * i, word);
        last = what < 8 ? rd : last;
    }
    put(m, START + 4 * (WORDS - 1), word_jal(0, -4 * (WORDS - 1)));
    for (unsigned i = 0; i < WORDS_HELD; i++)
        m->x[FIRST_WORD + i] = computes(any_value(&seed), any_value(&seed), &seed);
    for (unsigned i = 0; i < VALUES; i++)
        m->x[FIRST_VALUE + i] = random32(&seed);
    m->x[CODE_POINTER] = START;
    m->x[DATA_POINTER] = DATA;
    m->live[CTX_PC] = START;
    m->live[CTX_MTVEC] = START; /* what traps begins again */
}

static void chains_are_what_their_steps_are(void **state)
{
    enum { PROGRAMS = 60, RECORDS = 20000 };
    const struct hv_config config = config_of_depth(1);
    uint64_t traps = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        struct hv_machine *run = new_machine(&config), *stepped = new_machine(&config);
        struct hv_commit commit;
        write_code(run, seed * 7919);
        write_code(stepped, seed * 7919);
        for (uint64_t records = 0; records < RECORDS; records += 4000) {
            hv_machine_run(run, 4000);
            for (unsigned i = 0; i < 4000; i++)
                hv_machine_step(stepped, NULL, &commit, NULL, 0, NULL);
            assert_memory_equal(run->x, stepped->x, 32 * sizeof run->x[0]);
            assert_int_equal(run->live[CTX_PC], stepped->live[CTX_PC]);
            assert_memory_equal(run->blocks.ram, stepped->blocks.ram, run->ram_bytes);
            assert_memory_equal(&run->counters, &stepped->counters, sizeof run->counters);
        }
        traps += run->counters.exceptions + (run->stop == HV_STOP_FINISHED);
        hv_machine_free(run);
        hv_machine_free(stepped);
    }
    assert_true(traps < (uint64_t)PROGRAMS * RECORDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(chains_are_what_their_steps_are)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
