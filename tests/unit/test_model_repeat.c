/* Rounds: what is proven to go on for ever does, and what something may end is not called so. */
#include "tests/unit/model_vmid.h"

#include "model/repeat.h"

enum { LIMIT = 64, UART_LSR = 0x10000004, MTIME = 0x0200bff8 };
enum { LW_X11_X10 = 0x00052583, SW_X0_X10 = 0x00052023, LOOP = 0x0000006f, NOP = 0x13, BACK_4 = 0xffdff06f };
enum { ADDI_X5 = 0x00128293, CSRR_X5_CYCLE = 0xc00022f3, CSRR_X5_MIP = 0x344022f3, CSRR_X5_MCAUSE = 0x342022f3 };
enum { ILLEGAL = 0, RV_WFI = 0x10500073, LR_X11_X10 = 0x100525af, HV_EXIT = 0x0000200b };
enum { LW_X0_X10 = 0x00052003 };

static struct hv_round round;

/* The same records, but for their number, at the level's own pace of time. */
static bool same(const struct hv_commit *a, const struct hv_commit *b)
{
    struct hv_commit x = *a, y = *b;
    x.order = y.order = 0;
    x.lookups = y.lookups = x.hits = y.hits = 0; /* of which port's last page is held may differ */
    x.mip = y.mip = 0;                           /* nobody looks at it */
    return memcmp(&x, &y, sizeof x) == 0;
}

/* What was proven: the next records are those of the round again and again. */
static void goes_on(void)
{
    static struct hv_commit first[LIMIT];
    for (uint64_t i = 0; i < round.records; i++)
        first[i] = step(m);
    for (uint64_t i = 0; i < 4000; i++) {
        const struct hv_commit next = step(m);
        assert_true(same(&next, &first[i % round.records]));
    }
}

/* Look for a round within LIMIT records from here on. */
static enum hv_repeat_found look(bool input_to_come)
{
    struct hv_repeat *repeat = hv_repeat_new();
    enum hv_repeat_found found = HV_REPEAT_OPEN;
    assert_non_null(repeat);
    hvm_close_windows(m); /* a test has changed CSRs */
    hv_repeat_begin(repeat, m, input_to_come);
    for (unsigned i = 0; i < LIMIT && found == HV_REPEAT_OPEN; i++) {
        const struct done d = perform(m);
        found = hv_repeat_record(repeat, m, &d.c, d.writes, d.count);
    }
    round = hv_repeat_round(repeat);
    hv_repeat_free(repeat);
    if (found == HV_REPEAT_ROUND)
        goes_on();
    return found;
}

/* Monitors start their VM again after a VM-fault, by x12, which VMs do not touch. */
static void put_monitors(void)
{
    for (unsigned level = 0; level < 2; level++) {
        put(m, real_of(level, ENTRY), word_lvmid(X12, 0x184));
        put(m, vmcb_word(level + 1, HV_VMCB_X0 + 4 * X12), RAM);
    }
    m->x[X12] = RAM;
}

/* Two words at pc, at this level; x10 has `x10`. */
static void program(unsigned level, uint32_t first, uint32_t second, uint32_t x10)
{
    begin(2, level);
    const uint32_t pc = hv_machine_pc(m);
    put(m, real_of(level, pc), first);
    put(m, real_of(level, pc + 4), second);
    put_monitors();
    m->x[10] = x10;
}

static void finds(unsigned level, uint32_t first, uint32_t second, uint32_t x10, enum hv_repeat_found expected)
{
    program(level, first, second, x10);
    look(false); /* the caches are warm */
    assert_int_equal(look(false), expected);
    hv_machine_free(m);
}

static void test_traps(void **state)
{
    (void)state;
    for (unsigned level = 0; level <= 2; level++) {
        program(level, ILLEGAL, 0, 0);
        m->live[CTX_MTVEC] = hv_machine_pc(m);
        look(false); /* from the first trap on it is the same */
        assert_int_equal(look(false), HV_REPEAT_ROUND);
        assert_true(round.stuck);
        assert_int_equal(round.records, 1);
        assert_int_equal(round.top.cause, HV_EXC_ILLEGAL);
        assert_int_equal(round.top.pc_rdata, m->live[CTX_MTVEC]);
        hv_machine_free(m);
    }
    program(0, ILLEGAL, 0, 0); /* mtvec 0, where nothing is */
    look(false);
    assert_int_equal(look(false), HV_REPEAT_ROUND);
    assert_int_equal(round.top.cause, HV_EXC_FETCH_FAULT);
    assert_int_equal(round.top.pc_rdata, 0);
    hv_machine_free(m);
}

/* A handler whose first instruction traps once: the load is made with the mode that was interrupted. */
static void test_trap_that_ends(void **state)
{
    (void)state;
    program(0, LW_X11_X10, LOOP, RAM + 0x600);
    m->live[CTX_MTVEC] = hv_machine_pc(m);
    m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV; /* MPP = U */
    m->live[CTX_MPHI] = HV_MPHI_U;          /* for which no name is within mbound */
    hvm_close_windows(m);
    struct hv_repeat *repeat = hv_repeat_new();
    hv_repeat_begin(repeat, m, false);
    const struct done d = perform(m);
    assert_exception(&d, HV_EXC_LOAD_FAULT, RAM + 0x600);
    assert_int_equal(hv_machine_pc(m), d.c.pc_rdata); /* at the same pc again, in another state */
    assert_int_equal(hv_repeat_record(repeat, m, &d.c, d.writes, d.count), HV_REPEAT_OPEN);
    hv_repeat_free(repeat);
    assert_int_equal(perform(m).c.trap, 0);
    hv_machine_free(m);
}

static void test_rounds(void **state)
{
    (void)state;
    for (unsigned level = 0; level <= 2; level++) {
        finds(level, LOOP, 0, 0, HV_REPEAT_ROUND);
        finds(level, NOP, BACK_4, 0, HV_REPEAT_ROUND);
        assert_int_equal(round.records, 2);
        assert_false(round.stuck || round.reads_uart);
        finds(level, CSRR_X5_MCAUSE, BACK_4, 0, HV_REPEAT_ROUND);
        finds(level, LW_X11_X10, BACK_4, RAM + 0x600, HV_REPEAT_ROUND);
        finds(level, LR_X11_X10, BACK_4, RAM + 0x600, HV_REPEAT_ROUND);
        finds(level, ADDI_X5, BACK_4, 0, HV_REPEAT_OPEN);
        finds(level, SW_X0_X10, BACK_4, RAM + 0x600, HV_REPEAT_ROUND);
    }
    finds(0, CSRR_X5_CYCLE, BACK_4, 0, HV_REPEAT_NEVER);
    finds(0, CSRR_X5_MIP, BACK_4, 0, HV_REPEAT_ROUND);
    program(0, CSRR_X5_MIP, BACK_4, 0);
    m->mtimecmp = 1000; /* will be seen */
    assert_int_equal(look(false), HV_REPEAT_NEVER);
    hv_machine_free(m);
    finds(1, CSRR_X5_MIP, BACK_4, 0, HV_REPEAT_ROUND); /* VIP */
    finds(0, LW_X11_X10, BACK_4, MTIME, HV_REPEAT_NEVER);
    finds(1, LW_X11_X10, BACK_4, MTIME, HV_REPEAT_NEVER);
    finds(0, LW_X11_X10, BACK_4, UART_LSR, HV_REPEAT_ROUND);
    assert_true(round.reads_uart);
    program(0, RV_WFI, BACK_4, 0); /* with a timer it goes on */
    m->live[CTX_MIE] = 1 << HV_IRQ_MTI;
    m->mtimecmp = 1000;
    assert_int_equal(look(false), HV_REPEAT_NEVER);
    hv_machine_free(m);
}

/* A level's monitor that starts its VM again after each VM-fault: the counts of faults go on, all else is the same. */
static void test_faults(void **state)
{
    (void)state;
    for (unsigned level = 1; level <= 2; level++) {
        finds(level, HV_EXIT, BACK_4, 0, HV_REPEAT_ROUND);
        assert_false(round.stuck);
        assert_int_equal(round.top.level, level);
        finds(level, LW_X11_X10, BACK_4, 0x70000000, HV_REPEAT_ROUND); /* t */
        assert_true(round.stuck);
        assert_int_equal(round.top.cause, HV_FAULT_MISSING | HV_ACCESS_LOAD << 4);
        assert_int_equal(round.records, 2);
    }
}

/* A monitor that looks at the count, if only so, may act on it one day. */
static void test_count_is_read(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 2; at++) {
        program(1, HV_EXIT, BACK_4, 0);
        m->x[X10] = VMCB1 + (at ? HV_VMCB_FAULT_COUNT : HV_VMCB_FAULT_CAUSE);
        put(m, real_of(0, ENTRY), LW_X0_X10);
        put(m, real_of(0, ENTRY + 4), word_lvmid(X12, 0x184));
        look(false);
        assert_int_equal(look(false), at ? HV_REPEAT_NEVER : HV_REPEAT_ROUND);
        hv_machine_free(m);
    }
}

static void test_input(void **state)
{
    (void)state;
    program(0, LW_X11_X10, BACK_4, UART_LSR);
    assert_int_equal(look(true), HV_REPEAT_NEVER);
    hv_machine_free(m);
    for (unsigned level = 0; level <= 1; level++) { /* the UART's interrupt may come with the input */
        program(level, LOOP, 0, 0);
        *(level ? &m->bank[CTX_MIE] : &m->live[CTX_MIE]) = 1 << HV_IRQ_MEI;
        m->live[CTX_MSTATUS] |= HV_MSTATUS_MIE;
        assert_int_equal(look(true), HV_REPEAT_NEVER);
        look(false);
        assert_int_equal(look(false), HV_REPEAT_ROUND);
        hv_machine_free(m);
    }
}

/* A timer that is still to come ends the round, if anybody looks at it. */
static void test_timer(void **state)
{
    (void)state;
    for (unsigned level = 0; level <= 2; level++)
        for (unsigned bits = 0; bits < 8; bits++) {
            const bool enabled = bits & 1, taken = bits & 2, set = bits & 4;
            program(level, LOOP, 0, 0);
            look(false);
            m->mtimecmp = set ? 100000 : UINT64_MAX;
            *(level ? &m->bank[CTX_MIE] : &m->live[CTX_MIE]) = enabled << HV_IRQ_MTI;
            m->live[CTX_MSTATUS] = taken ? HV_MSTATUS_MIE : 0;
            const bool comes = set && enabled && (level || taken);
            assert_int_equal(look(false), comes ? HV_REPEAT_NEVER : HV_REPEAT_ROUND);
            hv_machine_free(m);
        }
}

/* Random loops of a few instructions at random levels, whose traps lead back to them: whatever is called a round is
 * one (goes_on). */
static void test_random(void **state)
{
    (void)state;
    static const uint32_t words[] = {NOP,         ADDI_X5,       LW_X11_X10,     SW_X0_X10,  ILLEGAL,
                                     CSRR_X5_MIP, CSRR_X5_CYCLE, CSRR_X5_MCAUSE, LR_X11_X10, 0x00000073 /* ecall */,
                                     0x00100073,  0x30200073,    0x00a52023,     0x00158593, 0x300012f3,
                                     0x0055c5b3,  0x00b5d463,    0x0000100f,     0x0000000b, 0x0000100b,
                                     0x34102573,  0x30529073,    0x00052503,     HV_EXIT,    0x18b525af};
    static const uint32_t names[] = {RAM + 0x600, UART_LSR, MTIME, RAM + 0x602, 0, BOOT, RAM + 0x1000};
    uint64_t seed = 1;
    unsigned rounds = 0;
    for (unsigned i = 0; i < 4000; i++) {
        const unsigned level = below(&seed, 3), length = 1 + below(&seed, 4);
        begin(2, level);
        const uint32_t pc = hv_machine_pc(m);
        for (uint32_t k = 0; k < length; k++)
            put(m, real_of(level, pc + 4 * k), words[below(&seed, sizeof words / sizeof words[0])]);
        put(m, real_of(level, pc + 4 * length), below(&seed, 4) ? 0x00008067 /* ret */ : LOOP);
        m->x[1] = pc;
        put_monitors();
        m->x[10] = names[below(&seed, sizeof names / sizeof names[0])];
        m->live[CTX_MTVEC] = pc + 4 * below(&seed, length + 1);
        m->live[CTX_MSTATUS] = random32(&seed) & (HV_MSTATUS_MIE | HV_MSTATUS_MPIE | HV_MSTATUS_MPRV);
        m->live[CTX_MIE] = random32(&seed) & HV_CSR_WRITABLE_MIE;
        if (below(&seed, 2))
            m->mtimecmp = below(&seed, 3000);
        for (unsigned k = 0; k < 4; k++)
            if (look(false) == HV_REPEAT_ROUND)
                rounds++;
        hv_machine_free(m);
    }
    assert_in_range(rounds, 1000, 15000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps),  cmocka_unit_test(test_trap_that_ends), cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_faults), cmocka_unit_test(test_count_is_read),  cmocka_unit_test(test_input),
        cmocka_unit_test(test_timer),  cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
