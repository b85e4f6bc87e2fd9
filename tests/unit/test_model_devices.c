/* CLINT, UART and finisher, through loads and stores of every width. */
#include "tests/unit/model_support.h"

enum { UART = 0x10000000, CLINT = 0x02000000, FINISHER = 0x00100000 };

static struct hv_machine *m;

static int begin(void **state)
{
    struct hv_config config = config_of_depth(0);
    (void)state;
    m = new_machine(&config);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hv_machine_free(m);
    return 0;
}

static uint32_t load(enum hv_insn insn, uint32_t name)
{
    m->x[5] = name;
    struct hv_commit c = execute(m, word_i(insn, X6, X5, 0));
    assert_int_equal(c.trap, 0);
    assert_int_equal(c.mem_real, name);
    return (uint32_t)c.rd_wdata;
}

/* The store must be the one bus write of its record. */
static void store(enum hv_insn insn, uint32_t name, uint32_t value)
{
    struct hv_bus_write writes[2];
    struct hv_commit c;
    size_t count = 0;
    m->x[5] = name;
    m->x[6] = value;
    put(m, hv_machine_pc(m), word_s(insn, X6, X5, 0));
    hv_machine_step(m, NULL, &c, writes, 2, &count);
    assert_int_equal(c.trap, 0);
    assert_int_equal(count, 1);
    assert_int_equal(writes[0].real, name & ~3u);
    assert_int_equal(writes[0].mask, c.mem_wmask << (name & 3));
}

static void mtime_advances_after_a_store(void **state)
{
    (void)state;
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbff8), 0);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbff8), 1);
    store(HV_INSN_SW, CLINT + 0xbff8, 0xffffffff);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbffc), 1); /* acts first, then advances: it has carried */
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbff8), 1);
    store(HV_INSN_SW, CLINT + 0xbffc, 7);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbffc), 7);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbff8), 4);
    store(HV_INSN_SB, CLINT + 0xbff9, 0x12);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbff8), 0x1206);
    assert_int_equal(load(HV_INSN_LB, CLINT + 0xbff9), 0x12);
    store(HV_INSN_SH, CLINT + 0xbffe, 0x8001);
    assert_int_equal(load(HV_INSN_LH, CLINT + 0xbffe), 0xffff8001);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0xbffc), 0x80010007);
}

static void mtimecmp_and_msip_drive_the_lines(void **state)
{
    (void)state;
    assert_int_equal(load(HV_INSN_LW, CLINT + 0x4000), 0xffffffff);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0x4004), 0xffffffff);
    store(HV_INSN_SW, CLINT + 0x4004, 0);
    store(HV_INSN_SW, CLINT + 0x4000, 0x50);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0x4000), 0x50);
    store(HV_INSN_SW, CLINT + 0xbff8, 0x4e); /* 0x4f after this record */
    struct hv_commit c = execute(m, word_csr(HV_INSN_CSRRS, X5, HV_CSR_MIP, X0));
    assert_int_equal(c.mip, 0);
    assert_int_equal(c.rd_wdata, 0);
    c = execute(m, word_csr(HV_INSN_CSRRS, X5, HV_CSR_MIP, X0));
    assert_int_equal(c.mip, 2);
    assert_int_equal(c.rd_wdata, 0x80);
    store(HV_INSN_SW, CLINT, 0xffffffff);
    assert_int_equal(load(HV_INSN_LW, CLINT), 1);
    assert_int_equal(hvm_lines(m), 0x88);
    store(HV_INSN_SB, CLINT + 1, 0); /* another lane */
    assert_int_equal(hvm_lines(m), 0x88);
    store(HV_INSN_SH, CLINT, 0xfffe);
    assert_int_equal(hvm_lines(m), 0x80);
    store(HV_INSN_SW, CLINT + 4, 0xffffffff);
    store(HV_INSN_SW, CLINT + 0x4008, 0xffffffff);
    store(HV_INSN_SW, CLINT + 0xc000, 0xffffffff);
    assert_int_equal(load(HV_INSN_LW, CLINT + 4), 0);
    assert_int_equal(load(HV_INSN_LW, CLINT + 0x4008), 0);
    assert_int_equal(hvm_lines(m), 0x80);
}

/* A store that raises a line is followed by its interrupt, in the fast path too. */
static void a_store_may_raise_an_interrupt_at_once(void **state)
{
    (void)state;
    m->live[CTX_MTVEC] = RAM + 0x800;
    m->live[CTX_MIE] = 1 << HV_IRQ_MSI;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    m->x[5] = CLINT;
    m->x[6] = 1;
    put(m, START, word_s(HV_INSN_SW, X6, X5, 0));
    put(m, START + 4, word_i(HV_INSN_ADDI, X7, X0, 1));
    hv_machine_run(m, 2);
    assert_int_equal(m->live[CTX_PC], RAM + 0x800);
    assert_int_equal(m->live[CTX_MEPC], START + 4);
    assert_int_equal(m->x[7], 0);
}

static void uart_registers_keep_what_they_have(void **state)
{
    static const struct {
        uint32_t offset, kept;
    } registers[] = {{1, 0x0f}, {3, 0xff}, {4, 0x1f}, {7, 0xff}};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        hv_machine_reset(m);
        assert_int_equal(load(HV_INSN_LBU, UART + registers[i].offset), 0);
        store(HV_INSN_SB, UART + registers[i].offset, 0xff);
        assert_int_equal(load(HV_INSN_LBU, UART + registers[i].offset), registers[i].kept);
    }
    hv_machine_reset(m);
    store(HV_INSN_SB, UART + 3, 0x80); /* DLAB */
    store(HV_INSN_SB, UART + 0, 0xa5);
    store(HV_INSN_SB, UART + 1, 0x5a);
    assert_int_equal(load(HV_INSN_LHU, UART), 0x5aa5);
    store(HV_INSN_SB, UART + 3, 0x03);
    assert_int_equal(load(HV_INSN_LW, UART), 0x03010000);
    store(HV_INSN_SB, UART + 2, 1);
    assert_int_equal(load(HV_INSN_LBU, UART + 2), 0xc1);
    assert_int_equal(load(HV_INSN_LW, UART + 4), 0x00b06000);
    store(HV_INSN_SW, UART + 4, 0x77ffff0a); /* MCR and SCR; LSR and MSR ignore it */
    assert_int_equal(load(HV_INSN_LW, UART + 4), 0x77b0600a);
    store(HV_INSN_SB, UART + 2, 0); /* and the FIFOs are off again */
    assert_int_equal(load(HV_INSN_LBU, UART + 2), 0x01);
    store(HV_INSN_SW, UART + 8, 0xffffffff);
    assert_int_equal(load(HV_INSN_LW, UART + 8), 0);
    assert_int_equal(load(HV_INSN_LW, UART + 0xffc), 0);
    uint8_t byte;
    assert_int_equal(hv_machine_uart_output(m, &byte, 1), 0); /* none of this was THR */
}

static void uart_sends_and_receives(void **state)
{
    uint8_t bytes[1000];
    (void)state;
    for (uint32_t i = 0; i < 700; i++)
        store(i & 1 ? HV_INSN_SB : HV_INSN_SH, UART, i & 0xff);
    assert_int_equal(hv_machine_uart_output(m, bytes, 300), 300);
    assert_int_equal(hv_machine_uart_output(m, bytes + 300, 700), 400);
    for (unsigned i = 0; i < 700; i++)
        assert_int_equal(bytes[i], i & 0xff);
    for (uint32_t i = 0; i < 3000; i++) { /* never quite drained: the buffer stays small, the order stays */
        store(HV_INSN_SB, UART, i & 0xff);
        if (i < 50)
            continue;
        assert_int_equal(hv_machine_uart_output(m, bytes, 1), 1);
        assert_int_equal(bytes[0], (i - 50) & 0xff);
    }
    assert_true(m->blocks.output.capacity <= 1024);
    assert_int_equal(hv_machine_uart_input(m, (const uint8_t *)"xyz", 3), 3);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x61);
    assert_int_equal(load(HV_INSN_LBU, UART + 1), 0); /* lane 0 not selected: nothing is taken */
    assert_int_equal(load(HV_INSN_LBU, UART), 'x');
    assert_int_equal(load(HV_INSN_LW, UART), 'y' | 0x010000); /* IIR: nothing is enabled */
    assert_int_equal(load(HV_INSN_LHU, UART), 'z');
    assert_int_equal(load(HV_INSN_LBU, UART), 0);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x60);
}

enum { RECEIVED = 1, EMPTY = 2, LINE = 4 };

static void expect_cause(uint32_t iir)
{
    assert_int_equal(hvm_lines(m), (iir & 0x0f) == 0x01 ? 0 : 1 << HV_IRQ_MEI);
    assert_int_equal(load(HV_INSN_LBU, UART + 2), iir);
}

/* IIR tells of the empty transmitter once: reading it, and nothing else, makes it forget. */
static void iir_tells_of_an_empty_transmitter(void **state)
{
    (void)state;
    store(HV_INSN_SB, UART, 'a'); /* not enabled: nobody hears of it */
    expect_cause(0x01);
    store(HV_INSN_SB, UART + 1, EMPTY);
    expect_cause(0x02);
    expect_cause(0x01);
    store(HV_INSN_SB, UART, 'b');
    assert_int_equal(load(HV_INSN_LBU, UART + 1), EMPTY);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x60);
    expect_cause(0x02);
    expect_cause(0x01);
    store(HV_INSN_SB, UART + 1, EMPTY | RECEIVED); /* it was enabled: no news */
    expect_cause(0x01);
    store(HV_INSN_SB, UART + 1, 0);
    store(HV_INSN_SB, UART + 1, EMPTY);
    expect_cause(0x02);
    store(HV_INSN_SB, UART + 3, 0x80); /* DLM is not IER, DLL not THR */
    store(HV_INSN_SH, UART, 0);
    expect_cause(0x01);
    store(HV_INSN_SB, UART + 3, 0);
    store(HV_INSN_SB, UART + 2, 4); /* the transmitter is cleared, and so becomes empty */
    expect_cause(0x02);
    store(HV_INSN_SB, UART + 2, 0);
    expect_cause(0x01);
    store(HV_INSN_SB, UART + 2, 1); /* switching the FIFOs clears both */
    expect_cause(0xc2);
    store(HV_INSN_SB, UART + 2, 0);
    expect_cause(0x02);
    store(HV_INSN_SW, UART, 0x00040241); /* a word: THR, IER, FCR, LCR */
    assert_int_equal(load(HV_INSN_LW, UART), 0x00020200);
    expect_cause(0x01);
}

/* Received data come first, as long as a byte waits; then the transmitter, which has not been told of. */
static void iir_tells_of_received_data(void **state)
{
    (void)state;
    hv_machine_uart_input(m, (const uint8_t *)"xy", 2);
    expect_cause(0x01);
    store(HV_INSN_SB, UART + 1, RECEIVED | EMPTY);
    expect_cause(0x04);
    expect_cause(0x04);
    store(HV_INSN_SB, UART + 2, 7); /* bytes of the line wait outside: nothing to clear */
    expect_cause(0xc4);
    assert_int_equal(load(HV_INSN_LBU, UART), 'x');
    expect_cause(0xc4);
    assert_int_equal(load(HV_INSN_LW, UART), 0x00c40300 | 'y'); /* all as before the access */
    expect_cause(0xc2);
    expect_cause(0xc1);
    hv_machine_uart_input(m, (const uint8_t *)"z", 1);
    expect_cause(0xc4);
    store(HV_INSN_SB, UART + 1, EMPTY);
    expect_cause(0xc1);
}

static void loop_back(void **state)
{
    (void)state;
    for (uint32_t mcr = 0; mcr < 16; mcr++) {
        store(HV_INSN_SB, UART + 4, 0x10 | mcr);
        uint32_t msr = (mcr & 1) << 5 | (mcr & 2) << 3 | (mcr & 4) << 4 | (mcr & 8) << 4;
        assert_int_equal(load(HV_INSN_LBU, UART + 6), msr);
    }
    uint8_t byte;
    hv_machine_uart_input(m, (const uint8_t *)"x", 1);
    store(HV_INSN_SB, UART + 1, RECEIVED | LINE);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x60); /* the line is not heard */
    assert_int_equal(load(HV_INSN_LBU, UART), 0);
    expect_cause(0x01);
    store(HV_INSN_SB, UART, 'a'); /* it comes back */
    assert_int_equal(hv_machine_uart_output(m, &byte, 1), 0);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x61);
    expect_cause(0x04);
    assert_int_equal(load(HV_INSN_LBU, UART), 'a');
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x60);
    store(HV_INSN_SB, UART, 'b');
    store(HV_INSN_SB, UART, 'c'); /* overrun, which reading LSR forgets */
    expect_cause(0x06);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x63);
    expect_cause(0x04);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x61);
    store(HV_INSN_SB, UART + 2, 2); /* what came back can be cleared */
    expect_cause(0x01);
    store(HV_INSN_SB, UART, 'd');
    store(HV_INSN_SB, UART + 2, 1);
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x60);
    store(HV_INSN_SB, UART, 'e');
    store(HV_INSN_SB, UART + 4, 0); /* it waits on, before the line's */
    assert_int_equal(load(HV_INSN_LBU, UART), 'e');
    assert_int_equal(load(HV_INSN_LBU, UART), 'x');
    store(HV_INSN_SB, UART + 4, 0x10);
    store(HV_INSN_SB, UART, 'f');
    store(HV_INSN_SB, UART + 4, 0);
    store(HV_INSN_SB, UART, 'g'); /* until the next byte is sent */
    assert_int_equal(load(HV_INSN_LBU, UART + 5), 0x60);
    assert_int_equal(hv_machine_uart_output(m, &byte, 1), 1);
    assert_int_equal(byte, 'g');
}

/* A store to the UART that raises its line is followed by the interrupt, in the fast path too; so is a byte that comes
 * between two runs. */
static void the_uart_interrupts(void **state)
{
    (void)state;
    m->live[CTX_MTVEC] = RAM + 0x800;
    m->live[CTX_MIE] = 1 << HV_IRQ_MEI;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    m->x[5] = UART;
    m->x[6] = EMPTY;
    put(m, START, word_s(HV_INSN_SB, X6, X5, 1));
    put(m, START + 4, word_i(HV_INSN_ADDI, X7, X0, 1));
    hv_machine_run(m, 2);
    assert_int_equal(m->live[CTX_PC], RAM + 0x800);
    assert_int_equal(m->live[CTX_MEPC], START + 4);
    assert_int_equal(m->live[CTX_MCAUSE], 0x80000000 | HV_IRQ_MEI);
    assert_int_equal(m->x[7], 0);
    hv_machine_reset(m);
    m->live[CTX_MTVEC] = RAM + 0x800;
    m->live[CTX_MIE] = 1 << HV_IRQ_MEI;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    m->uart.ier = RECEIVED;
    put(m, START, word_i(HV_INSN_ADDI, X7, X0, 1));
    put(m, START + 4, word_i(HV_INSN_ADDI, X7, X0, 2));
    hv_machine_run(m, 1);
    hv_machine_uart_input(m, (const uint8_t *)"x", 1);
    hv_machine_run(m, 1);
    assert_int_equal(m->live[CTX_PC], RAM + 0x800);
    assert_int_equal(m->x[7], 1);
}

static void the_input_queue_is_bounded(void **state)
{
    static uint8_t bytes[HV_UART_QUEUE + 100];
    (void)state;
    for (unsigned round = 0; round < 3; round++) { /* the ring goes round */
        memset(bytes, (int)round + 1, sizeof bytes);
        assert_int_equal(hv_machine_uart_input(m, bytes, sizeof bytes), round ? 1000 : HV_UART_QUEUE);
        for (unsigned i = 0; i < 1000; i++)
            assert_int_equal(load(HV_INSN_LBU, UART), 1);
    }
}

static void the_finisher_ends_the_run(void **state)
{
    static const struct {
        uint32_t value;
        unsigned code;
    } cases[] = {{0x5555, 0},      {0xabcd5555, 0}, {0x3333, 1},    {0x002a3333, 42},
                 {0x012a3333, 42}, {0x01003333, 1}, {0x7777, 0x77}, {0x00017777, 0x77}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hv_machine_reset(m);
        store(HV_INSN_SH, FINISHER, cases[i].value);
        store(HV_INSN_SB, FINISHER, 0x55);
        store(HV_INSN_SW, FINISHER + 4, cases[i].value);
        store(HV_INSN_SW, FINISHER, 0x1234);
        assert_int_equal(load(HV_INSN_LW, FINISHER), 0);
        assert_int_equal(hv_machine_stopped(m), HV_STOP_NONE);
        store(HV_INSN_SW, FINISHER, cases[i].value);
        assert_int_equal(hv_machine_stopped(m), HV_STOP_FINISHED);
        assert_int_equal(hv_machine_exit_code(m), cases[i].code);
        assert_int_equal(m->counters.commits, 6);
        assert_int_equal(hv_machine_run(m, 5), HV_STOP_FINISHED);
        assert_int_equal(m->counters.commits, 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(mtime_advances_after_a_store),
        TEST(mtimecmp_and_msip_drive_the_lines),
        TEST(a_store_may_raise_an_interrupt_at_once),
        TEST(uart_registers_keep_what_they_have),
        TEST(uart_sends_and_receives),
        TEST(iir_tells_of_an_empty_transmitter),
        TEST(iir_tells_of_received_data),
        TEST(loop_back),
        TEST(the_uart_interrupts),
        TEST(the_input_queue_is_bounded),
        TEST(the_finisher_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
