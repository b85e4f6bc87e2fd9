/* nestor_top: a board's pins, PLL and reset around the SoC and its serial line.
 *
 * Reset: until the PLL has locked, while the button is pressed, and 256 clocks longer. What comes from outside the
 * clock goes through two registers. The 256 clocks are there for iCE40, whose block RAM cannot be read in the first
 * microseconds after configuration; they also outlast most of what a button bounces.
 */
#include "rtlgen/board.h"
#include "rtlgen/sdram.h"
#include "rtlgen/units.h"

enum { WAIT_BITS = 8 };

/* A primitive of the family, whose parameters and ports are the vendor's. */
struct primitive {
    const char *name, *input, *output, *lock;
    const char *feedback_out, *feedback_in; /* ports to be joined, or NULL */
    const char *zero[10];                   /* inputs that are 0, ended by NULL */
    const char *one[2];                     /* that are 1 */
};

static const struct primitive pads = {.name = "SB_PLL40_PAD",
                                      .input = "PACKAGEPIN",
                                      .output = "PLLOUTGLOBAL",
                                      .lock = "LOCK",
                                      .zero = {"BYPASS"},
                                      .one = {"RESETB"}};
static const struct primitive primitives[] = {
    [BOARD_ICE40] = {.name = "SB_PLL40_CORE",
                     .input = "REFERENCECLK",
                     .output = "PLLOUTGLOBAL",
                     .lock = "LOCK",
                     .zero = {"BYPASS"},
                     .one = {"RESETB"}},
    [BOARD_ECP5] = {.name = "EHXPLLL",
                    .input = "CLKI",
                    .output = "CLKOP",
                    .lock = "LOCK",
                    .feedback_out = "CLKOP",
                    .feedback_in = "CLKFB",
                    .zero = {"RST", "STDBY", "PHASESEL0", "PHASESEL1", "PHASEDIR", "PHASESTEP", "PHASELOADREG",
                             "PLLWAKESYNC", "ENCLKOP"}},
    [BOARD_XILINX] = {.name = "MMCME2_BASE",
                      .input = "CLKIN1",
                      .output = "CLKOUT0",
                      .lock = "LOCKED",
                      .feedback_out = "CLKFBOUT",
                      .feedback_in = "CLKFBIN",
                      .zero = {"RST", "PWRDWN"}},
    [BOARD_GOWIN] =
        {.name = "rPLL", .input = "CLKIN", .output = "CLKOUT", .lock = "LOCK", .zero = {"RESET", "RESET_P"}},
};

static void set_parameters(module *m, instance *pll, const struct board *board, const struct board_clock *c)
{
    const uint32_t khz = board->clock_khz;
    switch (board->family) {
    case BOARD_ICE40:
        inst_parameter(pll, "FEEDBACK_PATH", "\"SIMPLE\"");
        inst_parameter(pll, "DIVR", fmt("4'd%u", c->r));
        inst_parameter(pll, "DIVF", fmt("7'd%u", c->f));
        inst_parameter(pll, "DIVQ", fmt("3'd%u", c->q));
        inst_parameter(pll, "FILTER_RANGE", fmt("3'd%u", c->filter));
        break;
    case BOARD_ECP5:
        inst_parameter(pll, "CLKI_DIV", fmt("%u", c->r));
        inst_parameter(pll, "CLKFB_DIV", fmt("%u", c->f));
        inst_parameter(pll, "CLKOP_DIV", fmt("%u", c->q));
        inst_parameter(pll, "CLKOP_CPHASE", fmt("%u", c->q - 1)); /* in phase with the reference */
        inst_parameter(pll, "CLKOP_ENABLE", "\"ENABLED\"");
        inst_parameter(pll, "FEEDBK_PATH", "\"CLKOP\"");
        break;
    case BOARD_XILINX:
        inst_parameter(pll, "CLKIN1_PERIOD", fmt("%u.%03u", 1000000 / khz, (unsigned)(1000000000ull / khz % 1000)));
        inst_parameter(pll, "DIVCLK_DIVIDE", fmt("%u", c->r));
        inst_parameter(pll, "CLKFBOUT_MULT_F", fmt("%u.0", c->f));
        inst_parameter(pll, "CLKOUT0_DIVIDE_F", fmt("%u.0", c->q));
        break;
    default:
        inst_parameter(pll, "FCLKIN", fmt("\"%u.%03u\"", khz / 1000, khz % 1000));
        inst_parameter(pll, "IDIV_SEL", fmt("%u", c->r));
        inst_parameter(pll, "FBDIV_SEL", fmt("%u", c->f));
        inst_parameter(pll, "ODIV_SEL", fmt("%u", c->q));
        break;
    }
}

/* Declare the primitive's ports and connect them; its clock, *out, becomes the module's, and its lock comes back. */
static sig make_pll(design *d, module *top, const struct board *board, const struct board_clock *clock, sig *out)
{
    const struct primitive *p =
        board->pll == BOARD_PLL_PAD && board->family == BOARD_ICE40 ? &pads : &primitives[board->family];
    module *m = module_extern(d, p->name);
    input(m, p->input, 1);
    output_wire(m, p->output, 1);
    output_wire(m, p->lock, 1);
    for (size_t i = 0; p->zero[i]; i++)
        input(m, p->zero[i], 1);
    for (size_t i = 0; i < 2 && p->one[i]; i++)
        input(m, p->one[i], 1);
    if (p->feedback_in)
        input(m, p->feedback_in, 1);
    if (p->feedback_out && p->feedback_out != p->output && !has_port(m, p->feedback_out))
        output_wire(m, p->feedback_out, 1);
    module *primitive = m;

    m = top;
    section(m, "The clock");
    instance *pll = inst(m, primitive, "u_pll");
    set_parameters(m, pll, board, clock);
    port_in(pll, p->input, clock_signal(m));
    for (size_t i = 0; p->zero[i]; i++)
        port_in(pll, p->zero[i], lit(1, 0));
    for (size_t i = 0; i < 2 && p->one[i]; i++)
        port_in(pll, p->one[i], lit(1, 1));
    sig made = name(m, "clock", port_out(pll, p->output));
    if (p->feedback_in)
        port_in(pll, p->feedback_in, port_out(pll, p->feedback_out));
    local_clock(m, made);
    *out = made;
    return port_out(pll, p->lock);
}

/* A signal from outside the clock, one clock after it has gone through the first register. */
static sig synchronized(module *m, const char *label, sig s)
{
    sig first = describe(reg_init(m, fmt("%s_first", label), 1, 0), "may be between levels for a moment");
    sig second = reg_init(m, fmt("%s_second", label), 1, 0);
    set(first, s);
    set(second, first);
    return second;
}

/* `again`: a reset without waiting for what is outside; it takes effect like the others. */
static sig make_reset(module *m, sig may_run, sig again)
{
    sig count = describe(reg_init(m, "waited", WAIT_BITS + 1, 0), "clocks that nothing has asked for a reset");
    sig reset = describe(reg_init(m, "reset", 1, 1), "reset of all the rest");
    when (or_(not_(may_run), again))
        set(count, zeros(WAIT_BITS + 1));
    elsewhen (not_(bit(count, WAIT_BITS)))
        set(count, add_lit(count, 1));
    set(reset, not_(bit(count, WAIT_BITS)));
    return reset;
}

/* end: or NULL; it stands in the bytes' way to the line. */
static void join_serial(instance *soc, instance *serial, instance *end)
{
    if (end) {
        port_in(end, "valid_i", port_out(soc, "uart_tx_valid_o"));
        port_in(end, "data_i", port_out(soc, "uart_tx_data_o"));
        port_in(end, "ready_i", port_out(serial, "tx_ready_o"));
        port_in(end, "finished_i", port_out(soc, "finished_o"));
        port_in(end, "halted_i", port_out(soc, "halted_o"));
        port_in(end, "exit_code_i", port_out(soc, "exit_code_o"));
    }
    port_in(soc, "uart_tx_ready_i", end ? port_out(end, "ready_o") : port_out(serial, "tx_ready_o"));
    port_in(serial, "tx_valid_i", end ? port_out(end, "valid_o") : port_out(soc, "uart_tx_valid_o"));
    port_in(serial, "tx_data_i", end ? port_out(end, "data_o") : port_out(soc, "uart_tx_data_o"));
    port_in(soc, "uart_rx_valid_i", port_out(serial, "rx_valid_o"));
    port_in(soc, "uart_rx_data_i", port_out(serial, "rx_data_o"));
    port_in(serial, "rx_ready_i", port_out(soc, "uart_rx_ready_o"));
}

static void make_led(module *m, const struct board *board, instance *soc, sig reset)
{
    sig lit_now = describe(reg_init(m, "lit", 1, 0), "the program runs");
    set(lit_now, not_(or_(reset, port_out(soc, "finished_o"), port_out(soc, "halted_o"))));
    describe(output(m, "led", board->led_lit ? lit_now : not_(lit_now)), "lit while the program runs");
}

module *nestor_top_module(design *d, const struct board *board, const struct board_clock *clock,
                          const struct hv_config *config, const char *program, uint32_t boot_words, bool loader)
{
    struct soc_options options = {.program = program, .boot_words = boot_words, .keeps_time = loader};
    const struct sdram_chip chip = board_sdram_chip(board, clock);
    if (board->memory == BOARD_SDRAM) {
        options.sdram = &chip;
        options.cache_lines = board->cache_bytes / (4 * SDRAM_LINE);
    }
    module *soc = nestor_soc_module(d, config, &options);
    module *serial = uart_serial_module(d, clock->divider), *end = loader ? end_module(d) : NULL;
    module *m = module_new(d, "nestor_top");
    module_comment(m, fmt("Board %s: the SoC at %u.%06u MHz, its UART at %u baud (8N1).", board->name,
                          clock->hz / 1000000, clock->hz % 1000000, board->baud));
    if (program)
        string_parameter(m, "PROGRAM", program, "what RAM holds at power-on: a file for $readmemh, program.hex");
    clock_port(m, "clk");
    sig rx = describe(input(m, "rx", 1), "the serial line in");
    sig made = clock_signal(m), locked = clock->pll ? make_pll(d, m, board, clock, &made) : (sig){0};

    section(m, "Reset");
    sig may_run = lit(1, 1);
    if (clock->pll)
        may_run = synchronized(m, "locked", locked);
    if (*board->button_pin) {
        sig button = describe(input(m, "button", 1), "reset");
        may_run = and_(may_run, synchronized(m, "released", board->button_level ? not_(button) : button));
    }
    sig again = loader ? wire(m, "again", 1) : lit(1, 0);
    sig reset = make_reset(m, may_run, again);
    local_reset(m, reset);

    section(m, "The SoC and its serial line");
    instance *u_soc = inst(m, soc, "u_soc"), *u_serial = inst(m, serial, "u_serial");
    if (program)
        inst_parameter(u_soc, "PROGRAM", "PROGRAM");
    instance *u_end = loader ? inst(m, end, "u_end") : NULL;
    join_serial(u_soc, u_serial, u_end);
    if (loader)
        set(again, port_out(u_end, "reset_o"));
    port_in(u_serial, "rx_i", rx);
    if (board->memory == BOARD_SDRAM)
        board_sdram(d, m, board, u_soc, made);
    if (config->windows)
        board_devices(d, m, board, clock, config, u_soc, reset);
    describe(output(m, "tx", port_out(u_serial, "tx_o")), "the serial line out");
    if (*board->led_pin)
        make_led(m, board, u_soc, reset);
    return m;
}
