/* WFI in systems whose lines come from outside (docs/spec.md, 10.5.5), under Icarus: nestor_core with lines that go up
 * while it waits, in real machines and VMs, by both time bases; nestor_soc by the clock, with a byte that comes late.
 */
#include "tests/unit/rtl_bench.h"

#include "rtlgen/units.h"
#include "tests/support/tree.h"

enum { MSI = 1 << HV_IRQ_MSI, MTI = 1 << HV_IRQ_MTI, MEI = 1 << HV_IRQ_MEI };
enum { RAM_BYTES = 0x40000, NEVER = 100000, TIMEOUT = 8000 };

/* Memory that answers in the next cycle, a finisher, lines that go up in given cycles and stay. The run ends with what
 * was written to the finisher, with halted_o, or after TIMEOUT cycles. */
static const char core_bench[] =
    "module tb;\n"
    "  reg clk = 0, rst = 1; always #5 clk = !clk;\n"
    "  reg [31:0] mem [0:65535], idat, ddat_in, software_at, external_at, watch, ignored;\n"
    "  wire istb, icyc, dstb, dcyc, dwe, halted; wire [31:0] iadr, dadr, ddat; wire [3:0] dsel;\n"
    "  reg iack = 0, dack = 0; reg [31:0] cycle = 0; integer i;\n"
    "  initial begin\n"
    "    $readmemh(\"ram.hex\", mem);\n"
    "    ignored = $value$plusargs(\"software=%d\", software_at); ignored = $value$plusargs(\"external=%d\", "
    "external_at);\n"
    "    ignored = $value$plusargs(\"watch=%h\", watch);\n"
    "    repeat (3) @(negedge clk);\n"
    "    rst = 0;\n"
    "  end\n"
    "  nestor_core core(.clk(clk), .rst(rst), .ibus_stb_o(istb), .ibus_cyc_o(icyc), .ibus_adr_o(iadr),\n"
    "    .ibus_stall_i(1'b0), .ibus_ack_i(iack), .ibus_dat_i(idat), .dbus_stb_o(dstb), .dbus_cyc_o(dcyc),\n"
    "    .dbus_we_o(dwe), .dbus_adr_o(dadr), .dbus_sel_o(dsel), .dbus_dat_o(ddat), .dbus_stall_i(1'b0),\n"
    "    .dbus_ack_i(dack), .dbus_dat_i(ddat_in), .irq_software_i(cycle >= software_at), .irq_timer_i(1'b0),\n"
    "    .irq_external_i(cycle >= external_at), .mtime_i(64'd0), .wfi_wakeable_i(1'b0), .halted_o(halted));\n"
    "  task over(input [8*8-1:0] how, input [31:0] value);\n"
    "    begin $display(\"%0s %h %h %h\", how, value, cycle, mem[watch[17:2]]); $finish; end\n"
    "  endtask\n"
    "  always @(posedge clk) if (!rst) begin\n"
    "    cycle <= cycle + 1;\n"
    "    iack <= icyc && istb; idat <= mem[iadr[17:2]];\n"
    "    dack <= dcyc && dstb; ddat_in <= mem[dadr[17:2]];\n"
    "    if (dcyc && dstb && dwe && dadr[31])\n"
    "      for (i = 0; i < 4; i = i + 1) if (dsel[i]) mem[dadr[17:2]][8 * i +: 8] = ddat[8 * i +: 8];\n"
    "    if (dwe && !dstb) over(\"odd\", dadr);\n"
    "    else if (dcyc && dstb && dwe && dadr == 32'h00100000) over(\"finished\", ddat);\n"
    "    else if (halted) over(\"halted\", 0);\n"
    "    else if (cycle == 8000) over(\"timeout\", 0);\n"
    "  end\n"
    "endmodule\n";

/* nestor_soc, to whose UART the byte 0x5a comes in cycle 3000. */
static const char soc_bench[] =
    "module tb;\n"
    "  reg clk = 0, rst = 1, taken = 0; always #5 clk = !clk;\n"
    "  reg [31:0] cycle = 0; wire finished, halted, ready; wire [7:0] code;\n"
    "  initial begin $readmemh(\"ram.hex\", soc.u_ram.mem); repeat (3) @(negedge clk); rst = 0; end\n"
    "  nestor_soc soc(.clk(clk), .rst(rst), .uart_tx_ready_i(1'b1), .uart_rx_valid_i(cycle >= 3000 && !taken),\n"
    "    .uart_rx_data_i(8'h5a), .uart_rx_ready_o(ready), .finished_o(finished), .halted_o(halted), "
    ".exit_code_o(code));\n"
    "  task over(input [8*8-1:0] how, input [31:0] value);\n"
    "    begin $display(\"%0s %h %h 0\", how, value, cycle); $finish; end\n"
    "  endtask\n"
    "  always @(posedge clk) if (!rst) begin\n"
    "    cycle <= cycle + 1;\n"
    "    if (ready && cycle >= 3000) taken <= 1;\n"
    "    if (finished) over(\"finished\", code);\n"
    "    else if (halted) over(\"halted\", 0);\n"
    "    else if (cycle == 8000) over(\"timeout\", 0);\n"
    "  end\n"
    "endmodule\n";

static struct hv_config configuration(enum hv_timebase timebase, unsigned depth)
{
    struct hv_config config;
    hv_config_default(&config);
    config.timebase = timebase;
    config.depth = depth;
    config.ram_bytes = RAM_BYTES;
    return config;
}

static void write_ram(const struct bench *b, const uint8_t *ram)
{
    FILE *file = bench_file(b, "ram.hex", "w");
    for (unsigned i = 0; i < RAM_BYTES; i += 4)
        fprintf(file, "%02x%02x%02x%02x\n", ram[i + 3], ram[i + 2], ram[i + 1], ram[i]);
    assert_int_equal(fclose(file), 0);
}

static void build(struct bench *b, const struct hv_config *config, bool soc)
{
    bench_open(b);
    design *d = design_new();
    if (soc)
        nestor_soc_module(d, config, &(struct soc_options){.rvfi = false});
    else
        nestor_core_module(d, config, false, LINE_SOFTWARE | LINE_EXTERNAL, false);
    bench_print(b, d, "dut.v");
    design_free(d);
    FILE *file = bench_file(b, "tb.v", "w");
    fputs(soc ? soc_bench : core_bench, file);
    assert_int_equal(fclose(file), 0);
    bench_quiet(b, "iverilog -g2005 -o tb.vvp tb.v dut.v");
}

struct outcome {
    char how[16];
    unsigned value, cycle, watched;
};

static struct outcome simulate(const struct bench *b, unsigned software, unsigned external, uint32_t watch)
{
    struct outcome o;
    assert_int_equal(
        bench_run(b, "out.txt", "vvp -n tb.vvp +software=%u +external=%u +watch=%x", software, external, watch), 0);
    char *text = bench_text(b, "out.txt");
    if (sscanf(text, "%15s %x %x %x", o.how, &o.value, &o.cycle, &o.watched) != 4)
        fail_msg("%s", text);
    free(text);
    return o;
}

/* ---- The real machine ---- */

static void finish(struct code *code, uint32_t value)
{
    op_li(code, X6, 0x00100000);
    op_li(code, X7, value);
    op_s(code, HV_INSN_SW, X7, X6, 0);
    label here = label_new(code);
    label_here(code, here);
    op_jal(code, X0, here);
}

/* mie, a WFI, and success behind it; a trap ends with its interrupt's number. `ier`, if not 0, goes to the UART. */
static void real_program(uint8_t *ram, const struct hv_config *config, uint32_t mie, bool enabled, uint32_t ier)
{
    struct code code;
    code_begin(&code, config->reset_vector);
    label handler = label_new(&code);
    op_la(&code, X5, handler);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(&code, X5, 0x10000000);
    op_li(&code, X6, ier);
    if (ier)
        op_s(&code, HV_INSN_SB, X6, X5, 1);
    op_li(&code, X5, mie);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
    if (enabled)
        op_csr(&code, HV_INSN_CSRRSI, X0, HV_CSR_MSTATUS, HV_MSTATUS_MIE);
    op_n(&code, HV_INSN_WFI);
    finish(&code, FINISH_PASS);
    label_here(&code, handler);
    op_li(&code, X6, 0x00100000);
    op_csr(&code, HV_INSN_CSRRS, X7, HV_CSR_MCAUSE, X0);
    op_i(&code, HV_INSN_SLLI, X7, X7, 16);
    op_li(&code, X5, 0x3333);
    op_r(&code, HV_INSN_OR, X7, X7, X5);
    op_s(&code, HV_INSN_SW, X7, X6, 0);
    code_end(&code);
    memset(ram, 0, RAM_BYTES);
    for (size_t i = 0; i < code.count; i++)
        for (unsigned k = 0; k < 4; k++)
            ram[4 * i + k] = (uint8_t)(code.words[i] >> 8 * k);
}

static void check_real(enum hv_timebase timebase, unsigned depth)
{
    static const struct {
        uint32_t mie;
        bool enabled;
        unsigned software, external; /* cycles in which the lines go up */
        const char *how;
        uint32_t value;
        unsigned from;
    } cases[] = {
        {MEI, false, NEVER, 3000, "finished", FINISH_PASS, 3000},
        {MSI, false, 3000, NEVER, "finished", FINISH_PASS, 3000},
        {MEI | MSI | MTI, true, NEVER, 3000, "finished", FINISH_FAIL(HV_IRQ_MEI), 3000},
        {MEI | MSI, true, 3000, 4000, "finished", FINISH_FAIL(HV_IRQ_MSI), 3000},
        {MEI, true, 3000, 4000, "finished", FINISH_FAIL(HV_IRQ_MEI),
         4000},                                           /* the one that is not enabled does not wake */
        {MEI, false, 0, 0, "finished", FINISH_PASS, 0},   /* it is up before */
        {MEI, false, 3000, NEVER, "timeout", 0, TIMEOUT}, /* it waits on */
        {0, false, 3000, 3000, "halted", 0, 0},           /* nothing is enabled */
        {MTI, false, 3000, 3000, "halted", 0, 0},         /* and mtimecmp is 2^64-1 */
    };
    static uint8_t ram[RAM_BYTES];
    struct hv_config config = configuration(timebase, depth);
    struct bench b;
    build(&b, &config, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        real_program(ram, &config, cases[i].mie, cases[i].enabled, 0);
        write_ram(&b, ram);
        struct outcome o = simulate(&b, cases[i].software, cases[i].external, 0);
        assert_string_equal(o.how, cases[i].how);
        assert_int_equal(o.value, cases[i].value);
        assert_in_range(o.cycle, cases[i].from, cases[i].from + 1000);
    }
    bench_close(&b);
}

/* ---- VMs ---- */

static void enable_lines(struct code *code, void *mie)
{
    op_li(code, X5, *(const uint32_t *)mie);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
}

/* A WFI at level n, whatever its own mie: it waits for a line that level 0 enables, and level 0 gets VM-fault
 * INTERRUPT, behind the WFI. Without one, VM-fault WFI to level n-1, as soon as it is there. */
static void check_vm(enum hv_timebase timebase, unsigned n)
{
    static const uint32_t mies[] = {MEI, MSI, MEI | MSI, 0};
    struct hv_config config = configuration(timebase, 4);
    struct bench b;
    build(&b, &config, false);
    for (size_t i = 0; i < sizeof mies / sizeof *mies; i++) {
        static struct tree tree;
        unsigned chain[HV_MAX_DEPTH + 1];
        uint32_t mie = mies[i];
        tree_begin(&tree, &config);
        tree_chain(&tree, n, chain);
        tree.vm[0].boot = enable_lines;
        tree.vm[0].boot_argument = &mie;
        tree_layout(&tree);
        const unsigned receiver = mie ? 0 : chain[n - 1], child = mie ? chain[1] : chain[n];
        script_finish(&tree, receiver, FINISH_PASS);
        struct code code;
        code_begin(&code, page_name(&tree, 0));
        op_n(&code, HV_INSN_WFI);
        op_n(&code, HV_INSN_EBREAK);
        tree_code(&tree, chain[n], &code);
        tree_finish(&tree);
        write_ram(&b, tree.ram);
        const uint32_t vmcb = tree_real(&tree, receiver, tree_vmcb(&tree, child));
        const uint32_t leaf = tree_real(&tree, chain[n - 1], tree_vmcb(&tree, chain[n]));
        const unsigned line = mie ? 4000 : NEVER;
        struct outcome o = simulate(&b, mie & MSI ? line : NEVER, mie & MEI ? line : NEVER, vmcb + HV_VMCB_FAULT_CAUSE);
        assert_string_equal(o.how, "finished");
        assert_int_equal(o.value, FINISH_PASS);
        assert_int_equal(o.watched, mie ? HV_FAULT_INTERRUPT : HV_FAULT_WFI);
        assert_true(mie ? o.cycle >= line : o.cycle < 4000);
        o = simulate(&b, mie & MSI ? line : NEVER, mie & MEI ? line : NEVER, leaf + HV_VMCB_CTX_PC);
        assert_int_equal(o.watched, page_name(&tree, 0) + 4);
        tree_end(&tree);
    }
    bench_close(&b);
}

/* ---- Tests ---- */

static void real_machine_by_commit(void **state)
{
    (void)state;
    check_real(HV_TIMEBASE_COMMIT, 0);
    check_real(HV_TIMEBASE_COMMIT, 4);
}

static void real_machine_by_clock(void **state)
{
    (void)state;
    check_real(HV_TIMEBASE_CLOCK, 0);
    check_real(HV_TIMEBASE_CLOCK, 4);
}

static void vms(void **state)
{
    (void)state;
    check_vm(HV_TIMEBASE_COMMIT, 1);
    check_vm(HV_TIMEBASE_COMMIT, 3);
    check_vm(HV_TIMEBASE_CLOCK, 2);
}

/* By the clock the SoC waits for a byte that may come; msip is the core's own, and cannot. By commit there is nothing
 * that could come. */
static void soc(void **state)
{
    static const struct {
        enum hv_timebase timebase;
        uint32_t mie;
        const char *how;
    } cases[] = {{HV_TIMEBASE_CLOCK, MEI, "finished"},
                 {HV_TIMEBASE_CLOCK, MSI, "halted"},
                 {HV_TIMEBASE_COMMIT, MEI | MSI, "halted"}};
    static uint8_t ram[RAM_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hv_config config = configuration(cases[i].timebase, 0);
        struct bench b;
        build(&b, &config, true);
        real_program(ram, &config, cases[i].mie, false, 1);
        write_ram(&b, ram);
        struct outcome o = simulate(&b, 0, 0, 0);
        assert_string_equal(o.how, cases[i].how);
        assert_int_equal(o.value, 0);
        assert_true(strcmp(o.how, "finished") || o.cycle >= 3000);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_machine_by_commit),
        cmocka_unit_test(real_machine_by_clock),
        cmocka_unit_test(vms),
        cmocka_unit_test(soc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
