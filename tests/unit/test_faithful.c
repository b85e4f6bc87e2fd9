/* What bare hardware does, a VM does: programs made for the corners, at every depth and in every way the monitor
 * can run them. */
#include "software/monitor/boot.h"
#include "tests/support/asm.h"
#include "tests/unit/program_file.h"
#include "tests/unit/world_run.h"

#define UART     0x10000000u
#define CLINT    0x02000000u
#define FINISHER 0x00100000u

enum { RESULTS = 0x4000 }; /* offset of the results in the program's RAM */

/* A program under construction. s0 is where the next result goes; a trap stores mcause, mtval, mepc - t6 and
 * goes on at t6 + 4. */
struct made {
    struct code code;
    struct program_file file;
};

static struct made made;

static void begin(uint32_t base)
{
    struct code *code = &made.code;
    code_begin(code, base);
    label start = label_new(code), handler = label_new(code);
    op_jal(code, X0, start);
    while (code_here(code) < base + 0x80)
        code_word(code, 0);
    label_here(code, handler);
    static const unsigned csrs[] = {HV_CSR_MCAUSE, HV_CSR_MTVAL, HV_CSR_MEPC, HV_CSR_MSTATUS};
    for (unsigned i = 0; i < 4; i++) {
        op_csr(code, HV_INSN_CSRRS, X5, csrs[i], X0);
        op_s(code, HV_INSN_SW, X5, X8, (int32_t)(4 * i));
    }
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 0); /* an interrupt comes once */
    op_i(code, HV_INSN_ADDI, X8, X8, 16);
    op_i(code, HV_INSN_ADDI, X31, X31, 4);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X31);
    op_n(code, HV_INSN_MRET);
    label_here(code, start);
    op_la(code, X5, handler);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(code, X8, base + RESULTS);
}

static void store_result(unsigned x)
{
    op_s(&made.code, HV_INSN_SW, x, X8, 0);
    op_i(&made.code, HV_INSN_ADDI, X8, X8, 4);
}

static void load_from(uint32_t name, enum hv_insn insn)
{
    op_li(&made.code, X6, name);
    op_i(&made.code, insn, X7, X6, 0);
    store_result(X7);
}

static void store_to(uint32_t name, uint32_t value, enum hv_insn insn)
{
    op_li(&made.code, X6, name);
    op_li(&made.code, X7, value);
    op_s(&made.code, insn, X7, X6, 0);
}

/* The next instruction that is written may trap: then the program goes on behind it. */
static void may_trap(void)
{
    struct code *code = &made.code;
    label next = label_new(code);
    op_la(code, X31, next); /* two instructions */
    label_here(code, next);
}

static void end(void)
{
    store_to(FINISHER, 0x5555, HV_INSN_SW);
    code_end(&made.code);
    program_begin(&made.file, made.code.origin, made.code.words, made.code.count);
    program_write(&made.file);
}

static uint32_t result(unsigned i)
{
    uint32_t word;
    memcpy(&word, found.ram + RESULTS + 4 * i, 4);
    return word;
}

/* As on bare hardware, at every depth and in every way; leaves the last outcome in `found`. */
static void as_bare(const struct hv_config *config, const char *name, enum course course)
{
    run(&bare, config, made.file.path, &(struct hv_world_options){.depth = 0});
    assert_int_equal(bare.stop, HV_STOP_FINISHED);
    for (unsigned depth = 1; depth <= config->depth; depth++)
        for (unsigned bits = 0; bits < 32; bits++)
            if (config->f_maps & HV_F_RB || !options_of(depth, bits).relocation)
                compare(config, made.file.path, name, options_of(depth, bits), course);
}

static void call_to(uint32_t name)
{
    struct code *code = &made.code;
    op_li(code, X6, name);
    label back = label_new(code);
    op_la(code, X31, back);
    op_i(code, HV_INSN_ADDI, X31, X31, -4);
    op_i(code, HV_INSN_JALR, X0, X6, 0);
    label_here(code, back);
}

static void bad_access(enum hv_insn insn, uint32_t name)
{
    op_li(&made.code, X6, name - 12); /* so that the immediate is not zero */
    may_trap();
    if (insn == HV_INSN_SW || insn == HV_INSN_SB)
        op_s(&made.code, insn, X7, X6, 12);
    else
        op_i(&made.code, insn, X7, X6, 12);
}

static void bad_atomic(enum hv_insn insn, uint32_t name)
{
    op_li(&made.code, X6, name);
    may_trap();
    op_r(&made.code, insn, X7, X6, insn == HV_INSN_LR_W ? X0 : X5);
}

/* Names without RAM or device, fetches from devices, atomics on devices: the exceptions of bare hardware, whoever
 * finds out at whatever level. */
static void test_refusals(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    static const uint32_t names[] = {
        0, 0x40000000, 0xfffff000, UART + 0x1000, UART - 0x1000, CLINT + 0x10000, FINISHER + 0x1000, 0x80200000};
    begin(config.ram_base);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bad_access(HV_INSN_LW, names[i]);
        bad_access(HV_INSN_LBU, names[i] + 3);
        bad_access(HV_INSN_SW, names[i]);
        bad_access(HV_INSN_SB, names[i] + 1);
        bad_atomic(HV_INSN_LR_W, names[i]);
        bad_atomic(HV_INSN_AMOADD_W, names[i]);
        call_to(names[i]);
    }
    static const uint32_t devices[] = {UART, FINISHER, CLINT};
    for (size_t i = 0; i < 3; i++) {
        bad_atomic(HV_INSN_LR_W, devices[i]);
        bad_atomic(HV_INSN_AMOSWAP_W, devices[i]);
        call_to(devices[i]);
        store_to(UART, 'a', HV_INSN_SB); /* the I/O window is on the UART again */
        call_to(devices[i]);
        bad_atomic(HV_INSN_AMOOR_W, devices[i] + 4);
    }
    end();
    as_bare(&config, "refusals", EXACT);
    config.f_maps = HV_F_LINEAR; /* the I/O window does not give the right to execute */
    as_bare(&config, "refusals", EXACT);
    program_remove(&made.file);
    assert_int_equal(result(0), HV_EXC_LOAD_FAULT);
    assert_int_equal(result(4 * 6), HV_EXC_FETCH_FAULT);
    assert_int_equal(result(4 * 6 + 2), 0); /* mepc */
    assert_int_equal(result(4 * 56), HV_EXC_LOAD_FAULT);
    assert_int_equal(result(4 * 56 + 1), UART);
    assert_int_equal(result(4 * 57), HV_EXC_STORE_FAULT);
    assert_int_equal(result(4 * 58), HV_EXC_FETCH_FAULT);
    assert_int_equal(result(4 * 58 + 1), UART);
}

/* In U-mode under a phi: what is reported is the process name, and the trap goes to M-mode. */
static void test_refusals_under_phi(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    struct code *code = &made.code;
    label user = label_new(code), handler = label_new(code);
    op_la(code, X5, handler);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(code, X5, 0x80000000);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MBASE, X5);
    op_li(code, X5, 0xfffffffc);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MBOUND, X5);
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_U | HV_MPHI_MP);
    op_la(code, X5, user);
    op_li(code, X6, 0x80000000);
    op_r(code, HV_INSN_SUB, X5, X5, X6);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X5);
    op_li(code, X6, 0x40000000 + 16);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X0);
    op_n(code, HV_INSN_MRET);
    label_here(code, user);
    op_i(code, HV_INSN_LH, X7, X6, -6);
    label_here(code, handler);
    static const unsigned csrs[] = {HV_CSR_MCAUSE, HV_CSR_MTVAL, HV_CSR_MEPC, HV_CSR_MSTATUS, HV_CSR_MPHI};
    for (unsigned i = 0; i < 5; i++) {
        op_csr(code, HV_INSN_CSRRS, X7, csrs[i], X0);
        store_result(X7);
    }
    end();
    as_bare(&config, "refusals under phi", EXACT);
    program_remove(&made.file);
    assert_int_equal(result(0), HV_EXC_LOAD_FAULT);
    assert_int_equal(result(1), 0x4000000a);
    assert_int_equal(result(3), 0); /* MPP = U */
    assert_int_equal(result(4), HV_MPHI_U | HV_MPHI_MP);
}

/* Devices are mapped when they are first used and stay so, the UART beforehand. Where hardware has no linear maps the
 * I/O window is one page wide: each change of the device moves it, and nothing of the page it showed before is
 * remembered. */
static void test_moving_window(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    for (unsigned i = 0; i < 3; i++) {
        store_to(UART, 'z', HV_INSN_SB);
        store_to(UART, 'z', HV_INSN_SB);
        load_from(FINISHER, HV_INSN_LW);
        load_from(FINISHER, HV_INSN_LW);
    }
    end();
    for (unsigned moving = 0; moving < 2; moving++) {
        config.f_maps = moving ? HV_F_RB : HV_F_RB | HV_F_LINEAR;
        for (unsigned depth = 1; depth <= config.depth; depth++) {
            run(&found, &config, made.file.path, &(struct hv_world_options){.depth = depth});
            assert_int_equal(found.exit_code, 0);
            assert_string_equal(found.output, "zzzzzz");
            assert_int_equal(found.counters.vm_faults[HV_FAULT_MISSING], moving ? 5 * depth : depth);
        }
    }
    program_remove(&made.file);
}

/* mtime is read without a VM-fault, and goes on; it is not written, and no other register of the CLINT shows. */
static void test_mtime(void **state)
{
    (void)state;
    enum { READS = 20 };
    struct hv_config config = preset("default");
    begin(config.ram_base);
    store_to(CLINT + 0x4000, 0x89abcdef, HV_INSN_SW);
    for (unsigned i = 0; i < READS; i++)
        load_from(CLINT + 0xBFF8, HV_INSN_LW);
    load_from(CLINT + 0xBFFC, HV_INSN_LW);
    store_to(CLINT + 0xBFF8, 0, HV_INSN_SW);
    store_to(CLINT + 0xBFFC, 7, HV_INSN_SW);
    load_from(CLINT + 0xBFF8, HV_INSN_LW);
    load_from(CLINT + 0xBFFC, HV_INSN_LW);
    load_from(CLINT + 0x4000, HV_INSN_LW);
    end();
    for (unsigned depth = 1; depth <= config.depth; depth++)
        for (unsigned bits = 0; bits < 32; bits++) {
            const struct hv_world_options options = options_of(depth, bits);
            run(&found, &config, made.file.path, &options);
            assert_int_equal(found.exit_code, 0);
            for (unsigned i = 1; i < READS; i++)
                assert_true(result(i) > result(i - 1));
            assert_int_equal(result(READS), 0);
            assert_true(result(READS + 1) > result(READS - 1));
            assert_int_equal(result(READS + 2), 0);
            assert_int_equal(result(READS + 3), 0x89abcdef);
            /* mtimecmp is written once, at every level, and read once; the finisher is written. */
            if (bits == 0) {
                assert_int_equal(found.counters.vm_faults[HV_FAULT_MISSING], 2 * depth + 1);
                assert_int_equal(found.counters.vm_faults[HV_FAULT_DENIED], 2);
            }
        }
    config.f_maps = HV_F_RB;
    run(&found, &config, made.file.path, &(struct hv_world_options){.depth = 1});
    assert_int_equal(found.counters.vm_faults[HV_FAULT_MISSING], 1 + READS + 6 + 1);
    program_remove(&made.file);
}

/* A restart ends the run at every depth, with its own status. */
static void test_restart(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    store_to(FINISHER, 0x7777, HV_INSN_SH);
    store_to(FINISHER, 0x00057777, HV_INSN_SW);
    end();
    as_bare(&config, "restart", EMULATED);
    assert_int_equal(found.exit_code, 0x77);
    program_remove(&made.file);
}

/* Of several guests one alone gets what the UART receives: this one polls for a while, and sends back what it gets. */
static void test_console_guest(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    config.ram_bytes = 0x400000;
    begin(config.ram_base);
    struct code *code = &made.code;
    label again = label_new(code), none = label_new(code);
    op_li(code, X6, UART);
    op_li(code, X9, 300);
    label_here(code, again);
    op_i(code, HV_INSN_LBU, X7, X6, 5);
    op_i(code, HV_INSN_ANDI, X7, X7, 1);
    op_b(code, HV_INSN_BEQ, X7, X0, none);
    op_i(code, HV_INSN_LBU, X18, X6, 0); /* a register that C functions keep */
    op_s(code, HV_INSN_SB, X18, X6, 0);
    label_here(code, none);
    op_i(code, HV_INSN_ADDI, X9, X9, -1);
    op_b(code, HV_INSN_BNE, X9, X0, again);
    end();
    for (unsigned depth = 1; depth <= 3; depth++)
        for (unsigned level = 0; level < depth; level++)
            for (unsigned console = 1; console <= 3; console++) {
                char expected[sizeof TYPED + 8];
                snprintf(expected, sizeof expected, "[%u] %s", console, TYPED);
                run(&found, &config, made.file.path,
                    &(struct hv_world_options){.depth = depth, .guests = 3, .switch_level = level, .console = console});
                assert_int_equal(found.exit_code, 0);
                if (strncmp(found.output, expected, strlen("[1] echo")) != 0)
                    fail_msg("depth %u level %u: '%s'", depth, level, found.output);
                assert_int_equal(strlen(found.output), strlen(expected) + strlen("[1] "));
            }
    program_remove(&made.file);
}

/* Registers of the CLINT in all widths, the software interrupt, and a timer interrupt in the future that is
 * never reached. */
static void test_clint(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    struct code *code = &made.code;
    store_to(CLINT + 0x4000, 0x89abcdef, HV_INSN_SW);
    store_to(CLINT + 0x4004, 0x01234567, HV_INSN_SW);
    for (unsigned i = 0; i < 8; i++) {
        load_from(CLINT + 0x4000 + i, HV_INSN_LB);
        load_from(CLINT + 0x4000 + i, HV_INSN_LBU);
        if (i % 2 == 0) {
            load_from(CLINT + 0x4000 + i, HV_INSN_LH);
            load_from(CLINT + 0x4000 + i, HV_INSN_LHU);
        }
    }
    store_to(CLINT + 0x4001, 0x11111122, HV_INSN_SB);
    store_to(CLINT + 0x4006, 0x11117788, HV_INSN_SH);
    load_from(CLINT + 0x4000, HV_INSN_LW);
    load_from(CLINT + 0x4004, HV_INSN_LW);
    load_from(CLINT + 0x4008, HV_INSN_LW); /* no register */
    store_to(CLINT + 0x4008, 7, HV_INSN_SW);
    load_from(CLINT + 0xBFFC, HV_INSN_LW); /* high half of mtime */
    store_to(CLINT + 2, 1, HV_INSN_SH);    /* no bit of msip */
    load_from(CLINT, HV_INSN_LW);
    op_csr(code, HV_INSN_CSRRS, X7, HV_CSR_MIP, X0);
    store_result(X7);
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 8);
    store_to(CLINT, 0xffffffff, HV_INSN_SW);
    load_from(CLINT, HV_INSN_LW);
    op_csr(code, HV_INSN_CSRRS, X7, HV_CSR_MIP, X0);
    store_result(X7);
    may_trap();
    op_csr(code, HV_INSN_CSRRSI, X0, HV_CSR_MSTATUS, 8);
    op_csr(code, HV_INSN_CSRRCI, X0, HV_CSR_MSTATUS, 8); /* the interrupt comes before this one */
    store_to(CLINT, 0, HV_INSN_SB);
    op_csr(code, HV_INSN_CSRRS, X7, HV_CSR_MIP, X0);
    store_result(X7);
    end();
    as_bare(&config, "clint", EMULATED);
    program_remove(&made.file);
    assert_int_equal(result(29), 0);
    assert_int_equal(result(31), 1 << HV_IRQ_MSI);
    assert_int_equal(result(32), 0x80000000u | HV_IRQ_MSI);
    assert_int_equal(result(36), 0);
}

/* Counters that are written go on from there; half by half, with every operation. */
static void test_counters(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    struct code *code = &made.code;
    static const unsigned high[] = {HV_CSR_MCYCLEH, HV_CSR_MINSTRETH};
    for (unsigned i = 0; i < 2; i++) {
        op_li(code, X6, 0x1234);
        op_csr(code, HV_INSN_CSRRW, X0, high[i], X6);
        op_csr(code, HV_INSN_CSRRS, X7, high[i], X0);
        store_result(X7);
        op_csr(code, HV_INSN_CSRRSI, X7, high[i], 0x1a);
        store_result(X7);
        op_csr(code, HV_INSN_CSRRC, X7, high[i], X6);
        store_result(X7);
        op_csr(code, HV_INSN_CSRRWI, X7, high[i] & ~0x80u, 5); /* low half: the value is time's */
        op_csr(code, HV_INSN_CSRRS, X7, high[i], X0);
        store_result(X7);
        op_csr(code, HV_INSN_CSRRS, X7, high[i] & ~0x80u, X0);
        op_i(code, HV_INSN_SLTIU, X6, X7, 5); /* not before */
        store_result(X6);
        op_u(code, HV_INSN_LUI, X6, 0x100000);
        op_r(code, HV_INSN_SLTU, X6, X7, X6); /* not long after */
        store_result(X6);
        may_trap();
        op_csr(code, HV_INSN_CSRRW, X0, i ? HV_CSR_INSTRET : HV_CSR_CYCLE, X6); /* read-only */
    }
    op_csr(code, HV_INSN_CSRRS, X6, HV_CSR_TIME, X0);
    op_csr(code, HV_INSN_CSRRS, X7, HV_CSR_TIME, X0);
    op_r(code, HV_INSN_SLTU, X7, X6, X7);
    store_result(X7);
    op_csr(code, HV_INSN_CSRRS, X7, HV_CSR_TIMEH, X0);
    store_result(X7);
    end();
    as_bare(&config, "counters", EMULATED);
    program_remove(&made.file);
    assert_int_equal(result(0), 0x1234);
    assert_int_equal(result(1), 0x1234);
    assert_int_equal(result(2), 0x123e);
    assert_int_equal(result(3), 0xa);
    assert_int_equal(result(4), 0);
    assert_int_equal(result(5), 1);
}

/* LVMID where the hardware has no more levels: an illegal instruction, with its word. */
static void test_depth(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    may_trap();
    op_lvmid(&made.code, X8, 64);
    end();
    for (unsigned bits = 0; bits < 32; bits++) {
        run(&found, &config, made.file.path, &(struct hv_world_options){.depth = 3});
        assert_int_equal(result(0), HV_EXC_VMCB); /* there is a level, but no VM */
        struct hv_world_options options = options_of(4, bits);
        run(&found, &config, made.file.path, &options);
        assert_int_equal(found.counters.vm_faults[HV_FAULT_DEPTH], 1);
        assert_int_equal(result(0), HV_EXC_ILLEGAL);
        assert_int_equal(result(1), word_lvmid(X8, 64));
        assert_int_equal(result(3), 3 << 11);
    }
    program_remove(&made.file);
}

/* A WFI that nothing can wake ends the run at every depth, whoever has to find out. */
static void test_no_wake(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    op_n(&made.code, HV_INSN_WFI);
    end();
    for (unsigned depth = 0; depth <= config.depth; depth++)
        for (unsigned bits = 0; bits < 32; bits++) {
            struct hv_world_options options = options_of(depth, bits);
            run(&found, &config, made.file.path, &options);
            if (found.stop != HV_STOP_HALTED)
                fail_msg("%s: stop %d, expected halted", told(&options), found.stop);
        }
    program_remove(&made.file);
}

static void hypercall(uint32_t number, uint32_t argument)
{
    op_li(&made.code, X17, number);
    op_li(&made.code, X10, argument);
    may_trap();
    op_n(&made.code, HV_INSN_HV_EXIT);
    store_result(X10);
}

static void test_hypercalls(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    begin(config.ram_base);
    hypercall(HV_CALL_PUTCHAR, 'x');
    hypercall(99, 5);
    hypercall(HV_CALL_EXIT, 17);
    end();
    run(&found, &config, made.file.path, &(struct hv_world_options){.depth = 0});
    assert_int_equal(found.exit_code, 0); /* illegal instructions here */
    assert_int_equal(result(0), HV_EXC_ILLEGAL);
    for (unsigned depth = 1; depth <= config.depth; depth++)
        for (unsigned bits = 0; bits < 32; bits++) {
            struct hv_world_options options = options_of(depth, bits);
            run(&found, &config, made.file.path, &options);
            if (found.exit_code != 17 || strcmp(found.output, "x") != 0)
                fail_msg("%s: exit code %u, output '%s'", told(&options), found.exit_code, found.output);
            assert_int_equal(result(0), 0);
            assert_int_equal(result(1), UINT32_MAX);
        }
    program_remove(&made.file);
}

/* The program is a monitor whose VM reaches through its map for what the machine does not have, or waits for
 * what cannot come: a VM-fault INVALID or WFI to the program, with the VM's own name, as on bare hardware. One VM
 * through rb, one through linear. */
static void test_invalid_below(void **state)
{
    (void)state;
    enum { VMTAB = 0x1000, VMCB = 0x1200, TABLE = 0x1800, OPERAND = 0x1900, CHILD = 0x2000 };
    struct hv_config config = preset("default");
    uint32_t base = config.ram_base;
    for (unsigned form = 0; form < 3; form++) /* rb, linear, linear with entries for single pages of a larger grain */
        for (unsigned access = 0; access < 4; access++) {
            const bool linear = form != 0, single = form == 2;
            begin(base);
            struct code *code = &made.code;
            label entry = label_new(code), child = label_new(code), after = label_new(code);
            const uint32_t words[][2] = {
                {0x40, base + VMTAB},
                {0x48, 2},
                {VMTAB + 8, base + VMCB},
                {OPERAND, 2},
                {VMCB + HV_VMCB_CAPS, HV_CAP_WFI},
                {VMCB + HV_VMCB_CTX_PC, base + CHILD},
                {VMCB + HV_VMCB_CTX_MODE, 3},
                {VMCB + HV_VMCB_CTX_MTVEC, base + CHILD},
                {VMCB + HV_VMCB_MEM_FORM, HV_FORM_RB},
                {VMCB + HV_VMCB_MEM_FIRST, base >> 12},
                {VMCB + HV_VMCB_MEM_BASE, base >> 12},
                {VMCB + HV_VMCB_MEM_BOUND, 16},
                {VMCB + HV_VMCB_IO_FORM, (linear ? HV_FORM_LINEAR : HV_FORM_RB) | single << (HV_FORM_GRAIN_SHIFT + 1)},
                {VMCB + HV_VMCB_IO_FIRST, single ? 0x6fffc : 0x70000},
                {VMCB + HV_VMCB_IO_BASE, linear ? base + TABLE : 0x50000},
                {VMCB + HV_VMCB_IO_BOUND, single ? 8 : 4},
                {TABLE, single ? 0x50001u << 10 | HV_PTE_S | 0xcf : 0}, /* not of this page, near as it is */
                {TABLE + 4, single ? 0x50002u << 10 | HV_PTE_S | 0xcf : 0},
                {TABLE + 8, 0x50002u << 10 | 0xcf},
            };
            for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                store_to(base + words[i][0], words[i][1], HV_INSN_SW);
            /* Root + 4: a jump to the entry; the child's code is copied to its place. */
            op_la(code, X9, entry);
            op_li(code, X6, base + 0x44);
            op_r(code, HV_INSN_SUB, X9, X9, X6);
            op_i(code, HV_INSN_SLLI, X9, X9, 20); /* forward and below 2 KiB: imm[10:1] is bits 30:21 */
            op_i(code, HV_INSN_ADDI, X9, X9, 0x6f);
            op_s(code, HV_INSN_SW, X9, X6, 0);
            op_la(code, X9, child);
            op_li(code, X6, base + CHILD);
            for (int i = 0; i < 4; i++) {
                op_i(code, HV_INSN_LW, X7, X9, 4 * i);
                op_s(code, HV_INSN_SW, X7, X6, 4 * i);
            }
            op_n(code, HV_INSN_FENCE_I);
            op_li(code, X6, base + OPERAND);
            op_lvmid(code, X6, 0);
            label_here(code, child);
            op_u(code, HV_INSN_LUI, X6, 0x70002000);
            if (access == 0)
                op_i(code, HV_INSN_LW, X7, X6, 0x123 & ~3);
            else if (access == 1)
                op_s(code, HV_INSN_SB, X7, X6, 0x123);
            else if (access == 2)
                op_i(code, HV_INSN_JALR, X0, X6, 0x124);
            else
                op_n(code, HV_INSN_WFI);
            op_n(code, HV_INSN_EBREAK);
            op_n(code, HV_INSN_EBREAK);
            label_here(code, entry);
            static const unsigned csrs[] = {HV_CSR_MSTATUS, HV_CSR_MPHI, HV_CSR_MIP, HV_CSR_MTVAL};
            for (unsigned i = 0; i < 4; i++) {
                op_csr(code, HV_INSN_CSRRS, X7, csrs[i], X0);
                store_result(X7);
            }
            label_here(code, after);
            end();
            run(&bare, &config, made.file.path, &(struct hv_world_options){.depth = 0});
            assert_int_equal(bare.counters.vm_faults[access < 3 ? HV_FAULT_INVALID : HV_FAULT_WFI], 1);
            uint32_t address;
            memcpy(&address, bare.ram + VMCB + HV_VMCB_FAULT_ADDRESS, 4);
            assert_int_equal(address & ~0xfu, access < 3 ? 0x70002120 : 0);
            for (unsigned depth = 1; depth < config.depth; depth++)
                for (unsigned bits = 0; bits < 32; bits++)
                    compare(&config, made.file.path, "invalid below", options_of(depth, bits), EXACT);
            program_remove(&made.file);
        }
}

/* One image wherever RAM is, with phi = identity and without atomics. */
static void test_ram_elsewhere(void **state)
{
    (void)state;
    static const uint32_t bases[] = {0, 0x40003000, 0xfff00000};
    for (unsigned i = 0; i < 3; i++) {
        struct hv_config config = preset("default");
        config.ram_base = config.reset_vector = bases[i];
        config.hv_root = bases[i] + 0x40;
        config.ram_bytes = 0x80000;
        config.phi = HV_PHI_IDENTITY;
        config.isa = HV_ISA_RV32IM;
        begin(config.ram_base);
        store_to(UART, 'y', HV_INSN_SB);
        bad_access(HV_INSN_LW, 0x90000000);
        store_to(CLINT + 0x4004, 3, HV_INSN_SW);
        load_from(CLINT + 0x4004, HV_INSN_LW);
        end();
        as_bare(&config, "elsewhere", EMULATED);
        program_remove(&made.file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_refusals_under_phi),
        cmocka_unit_test(test_moving_window), cmocka_unit_test(test_mtime),
        cmocka_unit_test(test_restart),       cmocka_unit_test(test_console_guest),
        cmocka_unit_test(test_clint),         cmocka_unit_test(test_counters),
        cmocka_unit_test(test_depth),         cmocka_unit_test(test_no_wake),
        cmocka_unit_test(test_hypercalls),    cmocka_unit_test(test_invalid_below),
        cmocka_unit_test(test_ram_elsewhere),
    };
    return cmocka_run_group_tests_name("faithful", tests, NULL, NULL);
}
