/* Bus, RAM and devices, under Icarus, against references written here from docs/spec.md, 10. */
#include "tests/unit/rtl_bench.h"

#include "rtlgen/units.h"

enum { CYCLES = 9000 };

/* ------------------------------------------------------------------------------ */
/* clint                                                                            */
/* ------------------------------------------------------------------------------ */

static const struct bench_port clint_in[] = {{"enable_i", 1}, {"write_i", 1},  {"offset_i", 16}, {"lanes_i", 4},
                                             {"data_i", 32},  {"commit_i", 1}, {"wfi_i", 1},     {NULL, 0}};
static const struct bench_port clint_out[] = {{"data_o", 32},  {"irq_software_o", 1}, {"irq_timer_o", 1},
                                              {"mtime_o", 64}, {"wfi_wakeable_o", 1}, {NULL, 0}};

struct clint_step {
    bool enable, write, commit, wfi;
    uint32_t offset, lanes, data;
};

struct clint_reference {
    uint64_t mtime, mtimecmp;
    bool msip;
    bool settling; /* the last edge changed mtime or mtimecmp otherwise than by the advance */
};

static uint32_t replace_lanes(uint32_t old, const struct clint_step *s)
{
    for (unsigned i = 0; i < 4; i++) {
        if (s->lanes >> i & 1) {
            uint32_t mask = 0xffu << 8 * i;
            old = (old & ~mask) | (s->data & mask);
        }
    }
    return old;
}

static void store_half(uint64_t *reg, bool high, const struct clint_step *s)
{
    unsigned shift = high ? 32 : 0;
    uint64_t half = replace_lanes((uint32_t)(*reg >> shift), s);
    *reg = (*reg & ~(UINT64_C(0xffffffff) << shift)) | half << shift;
}

static uint32_t clint_read(const struct clint_reference *r, uint32_t offset)
{
    switch (offset & ~3u) {
    case 0x0000:
        return r->msip;
    case 0x4000:
        return (uint32_t)r->mtimecmp;
    case 0x4004:
        return (uint32_t)(r->mtimecmp >> 32);
    case 0xbff8:
        return (uint32_t)r->mtime;
    case 0xbffc:
        return (uint32_t)(r->mtime >> 32);
    default:
        return 0;
    }
}

static void clint_edge(struct clint_reference *r, const struct clint_step *s)
{
    r->settling = s->wfi;
    if (s->wfi && r->mtime < r->mtimecmp)
        r->mtime = r->mtimecmp;
    if (s->enable && s->write) {
        uint32_t word = s->offset & ~3u;
        if (word == 0 && s->lanes & 1)
            r->msip = s->data & 1;
        if (word == 0x4000 || word == 0x4004)
            store_half(&r->mtimecmp, word & 4, s);
        if (word == 0xbff8 || word == 0xbffc)
            store_half(&r->mtime, word & 4, s);
        r->settling = true;
    }
    r->mtime += s->commit;
}

static struct clint_step random_clint_step(const struct clint_reference *r)
{
    static const uint32_t offsets[] = {0, 0x4000, 0x4004, 0xbff8, 0xbffc, 0x4008, 0xbff4, 4, 0x8000};
    struct clint_step s = {0};
    s.enable = !random_below(6);
    s.write = random_below(2);
    s.offset = offsets[random_below(9)] + random_below(4);
    s.lanes = random_below(4) ? 15 : random_below(16);
    s.data = random_word();
    switch (random_below(5)) { /* values that meet, wrap and fill up */
    case 0:
        s.data = (uint32_t)r->mtime + random_below(6);
        break;
    case 1:
        s.data = 0xffffffff;
        break;
    case 2:
        s.data = (uint32_t)(r->mtime >> 32);
        break;
    case 3:
        s.data = 0xfffffffe;
        break;
    default:
        break;
    }
    const uint32_t word = s.offset & ~3u; /* and a mtimecmp that the time will meet in a few cycles */
    if (random_below(4) && word == 0x4000)
        s.data = (uint32_t)r->mtime + random_below(24);
    if (random_below(4) && word == 0x4004)
        s.data = (uint32_t)(r->mtime >> 32);
    s.commit = !(s.enable && s.write) && random_below(3);
    s.wfi = !r->settling && !s.enable && !s.commit && !random_below(20);
    return s;
}

static void check_clint(enum hv_timebase timebase)
{
    static struct clint_step steps[CYCLES];
    struct hv_config config;
    struct bench b;
    hv_config_default(&config);
    config.timebase = timebase;
    bool clock = timebase == HV_TIMEBASE_CLOCK;
    bench_open(&b);
    design *d = design_new();
    clint_module(d, &config, false);
    bench_print(&b, d, "dut.v");
    design_free(d);
    struct bench_port in[8];
    memcpy(in, clint_in, sizeof in);
    if (clock) /* no commit_i, wfi_i */
        in[5].name = NULL;
    bench_vectors(&b, "nestor_clint", in, clint_out);
    struct clint_reference r = {.mtimecmp = UINT64_MAX, .settling = true};
    FILE *file = bench_file(&b, "in.txt", "w");
    for (unsigned i = 0; i < CYCLES; i++) {
        steps[i] = random_clint_step(&r);
        struct clint_step *s = &steps[i];
        fprintf(file, "%x %x %x %x %x", s->enable, s->write, s->offset, s->lanes, s->data);
        if (clock) {
            s->commit = true;
            s->wfi = false;
            fprintf(file, "\n");
        } else {
            fprintf(file, " %x %x\n", s->commit, s->wfi);
        }
        clint_edge(&r, s);
    }
    fclose(file);
    bench_simulate(&b, "dut.v");
    char *text = bench_text(&b, "out.txt"), *p = text;
    r = (struct clint_reference){.mtimecmp = UINT64_MAX, .settling = true};
    bool late = false; /* with the time base clock the line follows a cycle later */
    unsigned rises = 0;
    for (unsigned i = 0; i < CYCLES; i++) {
        bool unknown;
        const bool line = clock ? late : r.mtime >= r.mtimecmp;
        bench_expect(&p, clint_read(&r, steps[i].offset), "data", i);
        bench_expect(&p, r.msip, "msip", i);
        if (r.settling)
            bench_number(&p, &unknown);
        else
            bench_expect(&p, line, "timer", i);
        late = r.mtime >= r.mtimecmp;
        rises += clock && !r.settling && late && !line;
        bench_expect(&p, r.mtime, "mtime", i);
        if (r.settling)
            bench_number(&p, &unknown);
        else
            bench_expect(&p, r.mtimecmp != UINT64_MAX, "wakeable", i);
        clint_edge(&r, &steps[i]);
    }
    assert_true(!clock || rises > 9);
    free(text);
    bench_close(&b);
}

static void clint_commit(void **state)
{
    (void)state;
    check_clint(HV_TIMEBASE_COMMIT);
}

static void clint_clock(void **state)
{
    (void)state;
    check_clint(HV_TIMEBASE_CLOCK);
}

/* ------------------------------------------------------------------------------ */
/* uart                                                                             */
/* ------------------------------------------------------------------------------ */

static const struct bench_port uart_in[] = {{"enable_i", 1},   {"write_i", 1},   {"offset_i", 12},
                                            {"lanes_i", 4},    {"data_i", 32},   {"tx_ready_i", 1},
                                            {"rx_valid_i", 1}, {"rx_data_i", 8}, {NULL, 0}};
static const struct bench_port uart_out[] = {{"data_o", 32},   {"busy_o", 1},     {"tx_valid_o", 1}, {"irq_o", 1},
                                             {"tx_data_o", 8}, {"rx_ready_o", 1}, {NULL, 0}};

struct uart_step {
    bool enable, write, tx_ready, rx_valid;
    uint32_t offset, lanes, data, rx_data;
};

struct uart_reference {
    uint8_t ier, lcr, mcr, scr, dll, dlm, byte;
    bool fifo, tx_valid, emptied, looped, overrun;
};

static bool uart_busy(const struct uart_reference *r, const struct uart_step *s)
{
    return r->tx_valid && !s->tx_ready;
}

static bool uart_waits(const struct uart_reference *r, const struct uart_step *s)
{
    return r->looped || (s->rx_valid && !(r->mcr & 0x10));
}

static uint8_t uart_cause(const struct uart_reference *r, const struct uart_step *s)
{
    if (r->overrun && r->ier & 4)
        return 6;
    if (uart_waits(r, s) && r->ier & 1)
        return 4;
    return r->emptied && !uart_busy(r, s) && r->ier & 2 ? 2 : 1;
}

static uint8_t uart_msr(uint8_t mcr)
{
    if (!(mcr & 0x10))
        return 0xb0;
    return (uint8_t)((mcr & 1 ? 0x20 : 0) | (mcr & 2 ? 0x10 : 0) | (mcr & 4 ? 0x40 : 0) | (mcr & 8 ? 0x80 : 0));
}

static uint8_t uart_read(const struct uart_reference *r, const struct uart_step *s, unsigned offset)
{
    bool dlab = r->lcr & 0x80;
    switch (offset) {
    case 0:
        return dlab ? r->dll : r->looped ? r->byte : uart_waits(r, s) ? (uint8_t)s->rx_data : 0;
    case 1:
        return dlab ? r->dlm : r->ier;
    case 2:
        return uart_cause(r, s) | (r->fifo ? 0xc0 : 0);
    case 3:
        return r->lcr;
    case 4:
        return r->mcr;
    case 5:
        return (uint8_t)((uart_busy(r, s) ? 0 : 0x60) | r->overrun << 1 | uart_waits(r, s));
    case 6:
        return uart_msr(r->mcr);
    case 7:
        return r->scr;
    default:
        return 0;
    }
}

static void uart_send(struct uart_reference *r, uint8_t value)
{
    bool loop = r->mcr & 0x10;
    r->overrun = r->overrun || (loop && r->looped);
    r->byte = value;
    r->looped = loop;
    r->tx_valid = !loop;
    r->emptied = true;
}

static void uart_write(struct uart_reference *r, unsigned offset, uint8_t value, bool dlab)
{
    switch (offset) {
    case 0:
        if (dlab)
            r->dll = value;
        else
            uart_send(r, value);
        break;
    case 1:
        if (!dlab && value & 2 && !(r->ier & 2))
            r->emptied = true;
        *(dlab ? &r->dlm : &r->ier) = dlab ? value : value & 15;
        break;
    case 2:
        if (r->fifo != (value & 1))
            value |= 6;
        r->fifo = value & 1;
        r->looped = r->looped && !(value & 2);
        r->emptied = r->emptied || value & 4;
        break;
    case 3:
        r->lcr = value;
        break;
    case 4:
        r->mcr = value & 31;
        break;
    case 7:
        r->scr = value;
        break;
    default:
        break;
    }
}

/* RBR read: is a byte of the port taken? */
static bool uart_takes(const struct uart_reference *r, const struct uart_step *s)
{
    return s->enable && !s->write && (s->offset & ~3u) == 0 && s->lanes & 1 && !(r->lcr & 0x80);
}

static void uart_edge(struct uart_reference *r, const struct uart_step *s)
{
    bool dlab = r->lcr & 0x80, reads = s->enable && !s->write;
    uint32_t first = s->offset & ~3u;
    if (reads && first == 0 && s->lanes & 4 && uart_cause(r, s) == 2)
        r->emptied = false;
    if (reads && first == 4 && s->lanes & 2)
        r->overrun = false;
    if (uart_takes(r, s))
        r->looped = false;
    if (s->tx_ready)
        r->tx_valid = false;
    for (unsigned i = 0; i < 4 && s->enable && s->write; i++) {
        if (s->lanes >> i & 1)
            uart_write(r, first + i, (uint8_t)(s->data >> 8 * i), dlab);
    }
}

/* The bus writes nothing while the transmitter is busy. */
static struct uart_step random_uart_step(const struct uart_reference *r)
{
    struct uart_step s = {0};
    s.offset = random_below(10) ? random_below(8) : random_below(4096);
    s.lanes = random_below(3) ? 1u << random_below(4) : random_below(16);
    s.data = random_word();
    s.tx_ready = random_below(2);
    s.rx_valid = random_below(2);
    s.rx_data = random_word() & 0xff;
    s.enable = random_below(2);
    s.write = random_below(2) && !uart_busy(r, &s);
    if (random_below(4))
        s.data &= 0x7fffffff; /* DLAB is rare */
    return s;
}

static void uart_registers(void **state)
{
    (void)state;
    static struct uart_step steps[CYCLES];
    struct bench b;
    bench_open(&b);
    design *d = design_new();
    uart_module(d);
    bench_print(&b, d, "dut.v");
    design_free(d);
    bench_vectors(&b, "nestor_uart", uart_in, uart_out);
    FILE *file = bench_file(&b, "in.txt", "w");
    struct uart_reference r = {0};
    for (unsigned i = 0; i < CYCLES; i++) {
        struct uart_step s = steps[i] = random_uart_step(&r);
        uart_edge(&r, &s);
        fprintf(file, "%x %x %x %x %x %x %x %x\n", s.enable, s.write, s.offset, s.lanes, s.data, s.tx_ready, s.rx_valid,
                s.rx_data);
    }
    fclose(file);
    bench_simulate(&b, "dut.v");
    char *text = bench_text(&b, "out.txt"), *p = text;
    bool irq = false; /* a cycle behind its cause */
    r = (struct uart_reference){0};
    for (unsigned i = 0; i < CYCLES; i++) {
        const struct uart_step *s = &steps[i];
        uint32_t word = 0, first = s->offset & ~3u;
        for (unsigned k = 0; k < 4; k++)
            word |= (uint32_t)uart_read(&r, s, first + k) << 8 * k;
        bool unknown, pops = uart_takes(&r, s) && !r.looped && !(r.mcr & 0x10);
        bench_expect(&p, word, "data", i);
        bench_expect(&p, uart_busy(&r, s), "busy", i);
        bench_expect(&p, r.tx_valid, "tx_valid", i);
        bench_expect(&p, irq, "irq", i);
        irq = uart_cause(&r, s) != 1;
        if (r.tx_valid)
            bench_expect(&p, r.byte, "tx_data", i);
        else
            bench_number(&p, &unknown);
        bench_expect(&p, pops, "rx_ready", i);
        uart_edge(&r, s);
    }
    free(text);
    bench_close(&b);
}

/* ------------------------------------------------------------------------------ */
/* finisher                                                                         */
/* ------------------------------------------------------------------------------ */

struct finisher_case {
    uint32_t write, offset, lanes, data;
    bool ends;
    uint32_t code;
};

/* Each in a run of its own, for the first end counts. */
static const struct finisher_case finisher_cases[] = {
    {1, 0, 15, 0x00005555, true, 0},      {1, 0, 15, 0x00075555, true, 0},    {1, 0, 15, 0x00033333, true, 3},
    {1, 0, 15, 0x01003333, true, 1},      {1, 0, 15, 0x00003333, true, 1},    {1, 0, 15, 0x00ff3333, true, 255},
    {0, 0, 15, 0x00005555, false, 0},     {1, 4, 15, 0x00005555, false, 0},   {1, 0, 3, 0x00005555, false, 0},
    {1, 0, 7, 0x00033333, false, 0},      {1, 0, 15, 0x00005554, false, 0},   {1, 0, 15, 0x55550000, false, 0},
    {1, 0x800, 15, 0x00005555, false, 0}, {1, 0, 15, 0x00007777, true, 0x77}, {1, 0, 15, 0x00017777, true, 0x77},
    {1, 0, 7, 0x00007777, false, 0},      {1, 4, 15, 0x00007777, false, 0},
};

static void finisher_ends(void **state)
{
    (void)state;
    static const struct bench_port in[] = {{"enable_i", 1}, {"write_i", 1}, {"offset_i", 12},
                                           {"lanes_i", 4},  {"data_i", 24}, {NULL, 0}};
    static const struct bench_port out[] = {{"finished_o", 1}, {"exit_code_o", 8}, {NULL, 0}};
    struct bench b;
    bench_open(&b);
    design *d = design_new();
    finisher_module(d);
    bench_print(&b, d, "dut.v");
    design_free(d);
    bench_vectors(&b, "nestor_finisher", in, out);
    for (unsigned i = 0; i < sizeof finisher_cases / sizeof finisher_cases[0]; i++) {
        const struct finisher_case *c = &finisher_cases[i];
        FILE *file = bench_file(&b, "in.txt", "w");
        fprintf(file, "0 1 0 f 5555\n1 %x %x %x %x\n0 0 0 0 0\n1 1 0 f 93333\n0 0 0 0 0\n", c->write, c->offset,
                c->lanes, c->data & 0xffffff);
        fclose(file);
        bench_simulate(&b, "dut.v");
        char *text = bench_text(&b, "out.txt"), *p = text;
        for (unsigned line = 0; line < 5; line++) {
            bool ended = line >= 4 || (line >= 2 && c->ends);
            bench_expect(&p, ended, "finished", i);
            bench_expect(&p, line >= 2 && c->ends ? c->code : line >= 4 ? 9 : 0, "exit code", i);
        }
        free(text);
    }
    bench_close(&b);
}

/* ------------------------------------------------------------------------------ */
/* uart_serial                                                                      */
/* ------------------------------------------------------------------------------ */

enum { SERIAL_BYTES = 40 };

/* Levels of the line for one byte, `divider` clocks each. */
static unsigned serial_frame(bool *line, uint8_t byte, unsigned divider, bool stop)
{
    unsigned n = 0, frame = 0x000u | (unsigned)byte << 1 | (unsigned)stop << 9;
    for (unsigned i = 0; i < 10; i++) {
        for (unsigned k = 0; k < divider; k++)
            line[n++] = frame >> i & 1;
    }
    return n;
}

static void check_serial(unsigned divider)
{
    static const struct bench_port in[] = {
        {"tx_valid_i", 1}, {"tx_data_i", 8}, {"rx_i", 1}, {"rx_ready_i", 1}, {NULL, 0}};
    static const struct bench_port out[] = {
        {"tx_ready_o", 1}, {"tx_o", 1}, {"rx_valid_o", 1}, {"rx_data_o", 8}, {NULL, 0}};
    static bool rx[40000];
    uint8_t bytes[SERIAL_BYTES];
    struct bench b;
    bench_open(&b);
    design *d = design_new();
    uart_serial_module(d, divider);
    bench_print(&b, d, "dut.v");
    design_free(d);
    bench_vectors(&b, "nestor_uart_serial", in, out);
    unsigned n = 0, good = 0;
    memset(rx, 1, sizeof rx);
    n += 20;
    rx[3] = false; /* noise: no start bit */
    for (unsigned i = 0; i < SERIAL_BYTES; i++) {
        uint8_t byte = (uint8_t)random_word();
        bool stop = i % 8 != 5; /* a frame without a stop bit is dropped */
        n += serial_frame(rx + n, byte, divider, stop);
        n += stop ? random_below(3) * divider : 12 * divider;
        if (stop)
            bytes[good++] = byte;
    }
    n += 3 * divider;
    FILE *file = bench_file(&b, "in.txt", "w");
    for (unsigned i = 0; i < n; i++)
        fprintf(file, "%x %x %x 1\n", i >= 10, bytes[0], rx[i]);
    fclose(file);
    bench_simulate(&b, "dut.v");
    char *text = bench_text(&b, "out.txt"), *p = text;
    unsigned received = 0, position = 0;
    bool frame[10 * 64];
    unsigned length = serial_frame(frame, bytes[0], divider, true);
    bool sending = false, unknown;
    for (unsigned i = 0; i < n; i++) {
        bench_expect(&p, !sending, "tx_ready", i);
        bench_expect(&p, sending ? frame[position] : 1, "tx", i);
        uint64_t valid = bench_number(&p, &unknown), byte = bench_number(&p, &unknown);
        if (valid) {
            assert_true(received < good);
            assert_int_equal(byte, bytes[received++]);
        }
        if (sending && ++position == length)
            sending = false;
        else if (!sending && i >= 10) {
            sending = true;
            position = 0;
        }
    }
    assert_int_equal(received, good);
    free(text);
    bench_close(&b);
}

static void uart_serial_line(void **state)
{
    (void)state;
    check_serial(4);
    check_serial(5);
    check_serial(16);
}

/* ------------------------------------------------------------------------------ */
/* bus and ram                                                                      */
/* ------------------------------------------------------------------------------ */

enum { REQUESTS = 2000 };

struct request {
    bool write;
    uint32_t address, lanes, data, delay;
};

static const char bus_bench[] =
    "module tb;\n"
    "reg clk = 0, rst = 1;\n"
    "reg d_taken, i_taken, d_stb = 0, d_we = 0, i_stb = 0, waiting = 0, closed = 0, busy = 0; reg [31:0] d_adr = 0, "
    "d_dat = 0, i_adr = 0; reg [3:0] d_sel = 0;\n"
    "wire d_stall, d_ack, i_stall, i_ack; wire [31:0] d_in, i_in;\n"
    "wire ram_write; wire [`WIDTH-1:0] ram_address, ram_from; wire [3:0] ram_lanes;\n"
    "wire [31:0] ram_out, ram_in;\n"
    "wire uart, clint, finisher, device_write; wire [15:0] offset; wire [3:0] lanes; wire [31:0] data;\n"
    "nestor_bus u_bus(.clk(clk), .rst(rst), .wait_i(waiting), .finished_i(closed), .uart_busy_i(busy),\n"
    " .ibus_cyc_i(1'b1), .ibus_stb_i(i_stb), .ibus_adr_i(i_adr), .ibus_stall_o(i_stall), .ibus_ack_o(i_ack), "
    ".ibus_dat_o(i_in),\n"
    " .dbus_cyc_i(d_stb), .dbus_stb_i(d_stb), .dbus_we_i(d_we), .dbus_adr_i(d_adr), .dbus_sel_i(d_sel), "
    ".dbus_dat_i(d_dat),\n"
    " .dbus_stall_o(d_stall), .dbus_ack_o(d_ack), .dbus_dat_o(d_in),\n"
    "`ifdef TWO_PORTS\n"
    " .ram_read_address_o(ram_from),\n"
    "`endif\n"
    " .ram_write_o(ram_write), .ram_address_o(ram_address), .ram_lanes_o(ram_lanes),\n"
    " .ram_data_o(ram_out), .ram_data_i(ram_in), .uart_data_i({16'h0a0a, offset}), .clint_data_i({16'hc0c0, offset}),\n"
    " .uart_enable_o(uart), .clint_enable_o(clint), .finisher_enable_o(finisher), .device_write_o(device_write),\n"
    " .device_offset_o(offset), .device_lanes_o(lanes), .device_data_o(data));\n"
    "nestor_ram u_ram(.clk(clk), .write_i(ram_write), .address_i(ram_address),\n"
    "`ifdef TWO_PORTS\n"
    " .read_address_i(ram_from),\n"
    "`endif\n"
    " .lanes_i(ram_lanes), .data_i(ram_out), .data_o(ram_in));\n"
    "integer df, fi, fd, n, di, ii, gap, igap, seed, in_flight;\n"
    "always #5 clk = !clk;\n"
    "initial begin\n"
    "  df = $fopen(\"dbus.txt\", \"r\"); fi = $fopen(\"ibus.txt\", \"r\"); seed = 1; gap = 0; igap = 400; in_flight = "
    "0;\n"
    "  @(posedge clk); @(negedge clk); rst = 0; di = 1; ii = 1;\n"
    "  while (di > 0 || ii > 0 || d_stb || i_stb || in_flight > 0) begin\n"
    "    waiting = ($random(seed) & 3) == 0; closed = ($random(seed) & 7) == 0; busy = ($random(seed) & 1) == 0;\n"
    "    if (!d_stb && gap == 0 && di > 0) begin\n"
    "      di = $fscanf(df, \"%h %h %h %h %h\", d_we, d_adr, d_sel, d_dat, gap);\n"
    "      if (di == 5) d_stb = 1; else di = 0;\n"
    "    end else if (!d_stb && gap > 0) gap = gap - 1;\n"
    "    if (!i_stb && igap == 0 && ii > 0) begin\n"
    "      ii = $fscanf(fi, \"%h %h\", i_adr, igap);\n"
    "      if (ii == 2) i_stb = 1; else ii = 0;\n"
    "    end else if (!i_stb && igap > 0) igap = igap - 1;\n"
    "    #1;\n"
    "    if (d_ack) begin $display(\"d %h\", d_in); in_flight = in_flight - 1; end\n"
    "    if (i_ack) begin $display(\"i %h\", i_in); in_flight = in_flight - 1; end\n"
    "    if (uart && busy && device_write) $display(\"busy uart written\");\n"
    "    if (uart) $display(\"u %h %h %h %h\", device_write, offset, lanes, data);\n"
    "    if (clint) $display(\"c %h %h %h %h\", device_write, offset, lanes, data);\n"
    "    if (finisher) $display(\"f %h %h %h %h\", device_write, offset, lanes, data);\n"
    "    if ((waiting || closed) && !d_stall) $display(\"no stall while waiting\");\n"
    "`ifdef TWO_PORTS\n"
    "    if (i_stall !== (waiting || closed || d_stb && !d_we)) $display(\"a fetch stalls but for a read\");\n"
    "`else\n"
    "    if (i_stall !== (waiting || closed || d_stb)) $display(\"a fetch stalls but for an access\");\n"
    "`endif\n"
    "    d_taken = d_stb && !d_stall; i_taken = i_stb && !i_stall;\n"
    "    in_flight = in_flight + d_taken + i_taken;\n"
    "    @(posedge clk); #1;\n"
    "    if (d_taken) begin d_stb = 0; d_we = 0; end\n"
    "    if (i_taken) i_stb = 0;\n"
    "    @(negedge clk);\n"
    "  end\n"
    "  $finish(0);\n"
    "end\n"
    "endmodule\n";

/* The first half of RAM is the data port's, the second the instruction port's, written before it starts. */
static unsigned bus_requests(const struct hv_config *config, struct request *list, unsigned code_words)
{
    unsigned n = 0;
    uint32_t half = config->ram_bytes / 2;
    for (unsigned i = 0; i < code_words; i++)
        list[n++] = (struct request){true, config->ram_base + half + 4 * i, 15, random_word(), 0};
    for (unsigned i = 0; i < 64; i++) /* so that no word read is unknown */
        list[n++] = (struct request){true, config->ram_base + 4 * i, 15, random_word(), 0};
    while (n < REQUESTS) {
        struct request r = {random_below(2), config->ram_base + 4 * random_below(64), random_below(16), random_word(),
                            0};
        uint32_t offset = random_word() & 0xffc;
        switch (random_below(12)) {
        case 0:
            r.address = config->uart_base + offset;
            break;
        case 1:
            r.address = config->clint_base + (random_word() & 0xfffc);
            break;
        case 2:
            r.address = config->finisher_base + offset;
            break;
        case 3:
            r.address = config->clint_base + 0x10000 + offset;
            break; /* nothing */
        case 4:
            r.address = config->ram_base + config->ram_bytes + offset;
            break;
        default:
            break;
        }
        r.delay = random_below(3) ? 0 : random_below(4);
        list[n++] = r;
    }
    return n;
}

/* What the data port must see and the devices must get, in order; text as the testbench prints it. */
static void bus_expect(const struct hv_config *config, const struct request *list, unsigned n, uint32_t *ram, FILE *out)
{
    for (unsigned i = 0; i < n; i++) {
        const struct request *r = &list[i];
        uint32_t in_ram = r->address - config->ram_base, value = 0;
        const char *device = NULL;
        uint32_t offset = r->address & 0xffff;
        if (in_ram < config->ram_bytes) {
            value = ram[in_ram / 4];
            for (unsigned k = 0; k < 4 && r->write; k++) {
                uint32_t mask = 0xffu << 8 * k;
                if (r->lanes >> k & 1)
                    ram[in_ram / 4] = (ram[in_ram / 4] & ~mask) | (r->data & mask);
            }
        } else if (r->address - config->uart_base < HV_UART_BYTES) {
            device = "u";
            value = 0x0a0a0000 | offset;
        } else if (r->address - config->clint_base < HV_CLINT_BYTES) {
            device = "c";
            value = 0xc0c00000 | offset;
        } else if (r->address - config->finisher_base < HV_FINISHER_BYTES) {
            device = "f";
        }
        if (device)
            fprintf(out, "%s %x %04x %x %08x\n", device, r->write, offset, r->lanes, r->data);
        if (r->write)
            fprintf(out, "d written\n");
        else
            fprintf(out, "d %08x\n", value);
    }
}

/* The lines of out.txt but for the instruction port's, with the data of writes taken out. */
static char *data_lines(const char *text, const struct request *list)
{
    char *result = malloc(strlen(text) * 2 + 64), *to = result;
    assert_non_null(result);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        size_t length = (size_t)(strchr(line, '\n') - line) + 1;
        if (*line == 'i')
            continue;
        if (*line == 'd' && list++->write) {
            to += sprintf(to, "d written\n");
            continue;
        }
        memcpy(to, line, length);
        to += length;
    }
    *to = '\0';
    return result;
}

static void check_code_reads(const char *text, const uint32_t *addresses, unsigned n, const uint32_t *ram,
                             uint32_t base)
{
    unsigned seen = 0;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        if (*line != 'i')
            continue;
        assert_true(seen < n);
        assert_int_equal(strtoul(line + 2, NULL, 16), ram[(addresses[seen] - base) / 4]);
        seen++;
    }
    assert_int_equal(seen, n);
}

static void check_bus(uint32_t ram_base, uint32_t ram_bytes, unsigned ram_ports)
{
    static struct request list[REQUESTS];
    static uint32_t code[REQUESTS], ram[1 << 16];
    struct hv_config config;
    struct bench b;
    hv_config_default(&config);
    config.ram_base = ram_base;
    config.ram_bytes = ram_bytes;
    config.ram_ports = ram_ports;
    bench_open(&b);
    design *d = design_new();
    bus_module(d, &config, true, false);
    ram_module(d, &config, NULL);
    bench_print(&b, d, "dut.v");
    design_free(d);
    FILE *tb = bench_file(&b, "tb.v", "w");
    fprintf(tb, "`define WIDTH %u\n%s%s", clog2(ram_bytes / 4), ram_ports == 2 ? "`define TWO_PORTS\n" : "", bus_bench);
    fclose(tb);
    unsigned n = bus_requests(&config, list, 64);
    FILE *file = bench_file(&b, "dbus.txt", "w");
    for (unsigned i = 0; i < n; i++)
        fprintf(file, "%x %x %x %x %x\n", list[i].write, list[i].address, list[i].lanes, list[i].data, list[i].delay);
    fclose(file);
    file = bench_file(&b, "ibus.txt", "w");
    for (unsigned i = 0; i < REQUESTS; i++) {
        code[i] = ram_base + ram_bytes / 2 + 4 * random_below(64);
        fprintf(file, "%x %x\n", code[i], random_below(4) ? 0 : random_below(3));
    }
    fclose(file);
    bench_simulate(&b, "dut.v");
    file = bench_file(&b, "expected.txt", "w");
    bus_expect(&config, list, n, ram, file);
    fclose(file);
    char *text = bench_text(&b, "out.txt"), *expected = bench_text(&b, "expected.txt");
    char *found = data_lines(text, list);
    assert_string_equal(found, expected);
    check_code_reads(text, code, REQUESTS, ram, ram_base);
    free(text);
    free(expected);
    free(found);
    bench_close(&b);
}

static void bus_and_ram(void **state)
{
    (void)state;
    for (unsigned ports = 1; ports <= 2; ports++) {
        check_bus(0x80000000, 0x10000, ports);
        check_bus(0, 57344, ports);
        check_bus(0x80003000, 0x5000, ports);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clint_commit),  cmocka_unit_test(clint_clock),      cmocka_unit_test(uart_registers),
        cmocka_unit_test(finisher_ends), cmocka_unit_test(uart_serial_line), cmocka_unit_test(bus_and_ram),
    };
    return cmocka_run_group_tests_name("rtl devices", tests, NULL, NULL);
}
