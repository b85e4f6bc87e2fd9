/* SDRAM controller and cache under Icarus, with a chip (tests/support/sdram_chip.v) that tells what JEDEC forbids,
 * against an array. */
#include "tests/unit/rtl_bench.h"

#include "rtlgen/sdram.h"

enum { OPERATIONS = 3000, RAM_BYTES = 1 << 20, LINES = 16 };

static const char bench_text_of[] =
    "`timescale 1ps / 1ps\n"
    "module tb;\n"
    "reg clk = 0, rst = 1, enable = 0, write; reg [`WORD-1:0] address; reg [3:0] lanes; reg [31:0] data;\n"
    "wire stall, done, ready, valid, read, sdram_write, drives; wire [31:0] out, line, sdram_data;\n"
    "wire [`WORD-1:0] sdram_address; wire [3:0] sdram_lanes, command; wire [1:0] bank; wire [12:0] pins;\n"
    "wire [`DATA/8-1:0] mask; wire [`DATA-1:0] to_chip, dq;\n"
    "nestor_cache cache(.clk(clk), .rst(rst), .enable_i(enable), .write_i(write), .address_i(address), "
    ".lanes_i(lanes),\n"
    " .data_i(data), .stall_o(stall), .done_o(done), .data_o(out), .sdram_ready_i(ready), .sdram_valid_i(valid),\n"
    " .sdram_data_i(line), .sdram_write_o(sdram_write), .sdram_read_o(read), .sdram_address_o(sdram_address),\n"
    " .sdram_lanes_o(sdram_lanes), .sdram_data_o(sdram_data));\n"
    "nestor_sdram sdram(.clk(clk), .rst(rst), .read_i(read), .write_i(sdram_write), .address_i({`PAD sdram_address}),\n"
    " .lanes_i(sdram_lanes), .data_i(sdram_data), .ready_o(ready), .valid_o(valid), .data_o(line),\n"
    " .command_o(command), .bank_o(bank), .pins_o(pins), .mask_o(mask), .dq_o(to_chip), .drives_o(drives), "
    ".dq_i(dq));\n"
    "assign #1000 dq = drives ? to_chip : {`DATA{1'bz}};\n"
    "sdram_chip #(.DATA(`DATA), .ROWS(`ROWS), .COLUMNS(`COLUMNS)) chip(.clk(!clk), .cke(1'b1), .cs(command[3]),\n"
    " .ras(command[2]), .cas(command[1]), .we(command[0]), .ba(bank), .a(pins), .dqm(`MASK), .dq(dq));\n"
    "always #(`HALF) clk = !clk;\n"
    "integer f, n, delay, w, a, l, d, clocks;\n"
    "initial begin\n"
    "f = $fopen(\"in.txt\", \"r\"); clocks = 0;\n"
    "@(posedge clk); @(negedge clk); rst = 0;\n"
    "n = $fscanf(f, \"%h %h %h %h %h\", delay, w, a, l, d);\n"
    "while (n == 5) begin\n"
    "repeat (delay) @(negedge clk);\n"
    "while (stall !== 0) @(negedge clk);\n"
    "enable = 1; write = w; address = a; lanes = l; data = d;\n"
    "@(negedge clk); enable = 0; write = 'bx; address = 'bx; lanes = 'bx; data = 'bx;\n"
    "clocks = 1; while (done !== 1) begin @(negedge clk); clocks = clocks + 1; end\n"
    "$display(\"%h %h\", w ? 32'd0 : out, clocks);\n"
    "n = $fscanf(f, \"%h %h %h %h %h\", delay, w, a, l, d);\n"
    "end\n"
    "$finish(0);\nend\nendmodule\n";

struct operation {
    unsigned delay, write, address, lanes;
    uint32_t data;
};

/* Few lines, of which several have one place in the cache; what is read has been written before. */
static void make(struct operation *list)
{
    static unsigned places[64];
    const unsigned words = RAM_BYTES / 4;
    for (unsigned i = 0; i < 64; i++)
        places[i] =
            i < 32 ? random_below(8 * LINES) * SDRAM_LINE * (i % 2 ? 1 : 37) % words : random_below(words / 4) * 4;
    for (unsigned i = 0; i < OPERATIONS; i++) {
        struct operation *o = &list[i];
        const bool first = i < 64 * SDRAM_LINE;
        o->address =
            first ? places[i / SDRAM_LINE] + i % SDRAM_LINE : places[random_below(64)] + random_below(SDRAM_LINE);
        o->write = first || random_below(3) == 0;
        o->lanes = first ? 15 : 1 + random_below(15);
        o->data = random_word();
        /* a refresh is due every few microseconds: now and then nothing is asked for as long */
        o->delay = random_below(4) ? random_below(3) : random_below(20) ? random_below(40) : 900;
    }
}

/* Cycles of a read that hits, and most of any request. */
static void check(const struct bench *b, const struct operation *list, const char *label)
{
    static uint32_t ram[RAM_BYTES / 4];
    char *text = bench_text(b, "out.txt"), *p = text;
    unsigned hits = 0;
    if (strstr(text, "sdram:"))
        fail_msg("%s: %.200s", label, strstr(text, "sdram:"));
    for (unsigned i = 0; i < OPERATIONS; i++) {
        const struct operation *o = &list[i];
        bool unknown[2];
        const uint64_t value = bench_number(&p, &unknown[0]), clocks = bench_number(&p, &unknown[1]);
        uint32_t *word = &ram[o->address];
        if (o->write) {
            for (unsigned k = 0; k < 4; k++)
                if (o->lanes >> k & 1)
                    *word = (*word & ~(0xffu << 8 * k)) | (o->data & 0xffu << 8 * k);
        } else if (unknown[0] || value != *word) {
            fail_msg("%s: operation %u, read of word %x: %llx, expected %x", label, i, o->address,
                     (unsigned long long)value, *word);
        }
        hits += !o->write && clocks == 1;
        /* a refresh, a write before, the row, the line, and once more from the cache */
        assert_true(clocks <= 60 || i == 0);
    }
    assert_in_range(hits, OPERATIONS / 8, OPERATIONS);
    free(text);
}

static void chips(void **state)
{
    (void)state;
    static const struct sdram_chip list[] = {
        {16, 13, 9, 12500000, true},      {16, 13, 9, 33333333, true},  {16, 13, 9, 50000000, true},
        {16, 13, 9, SDRAM_MOST_HZ, true}, {32, 11, 8, 25000000, true},  {32, 11, 8, 40000000, true},
        {16, 12, 8, 27000000, true},      {16, 13, 10, 48000000, true}, {16, 11, 11, 50000000, true},
        {32, 12, 8, SDRAM_MOST_HZ, true}, {32, 11, 8, 36000000, false}, {16, 13, 9, 50000000, false},
    };
    static struct operation operations[OPERATIONS];
    struct bench b;
    bench_open(&b);
    char *model = realpath("tests/support/sdram_chip.v", NULL);
    assert_non_null(model);
    for (unsigned i = 0; i < sizeof list / sizeof list[0]; i++) {
        const struct sdram_chip *chip = &list[i];
        char label[80];
        snprintf(label, sizeof label, "%u bits, %u rows, %u columns, %u Hz%s", chip->data_bits, chip->rows,
                 chip->columns, chip->hz, chip->masks ? "" : ", masks tied low");
        design *d = design_new();
        cache_module(d, RAM_BYTES, LINES, chip->masks);
        sdram_module(d, chip);
        bench_print(&b, d, "dut.v");
        design_free(d);
        FILE *tb = bench_file(&b, "tb.v", "w");
        const unsigned word = clog2(RAM_BYTES / 4), pad = sdram_word_bits(chip) - word;
        fprintf(tb, "`define DATA %u\n`define ROWS %u\n`define COLUMNS %u\n`define HALF %u\n`define WORD %u\n",
                chip->data_bits, chip->rows, chip->columns, (unsigned)((500000000000ull + chip->hz - 1) / chip->hz),
                word);
        fprintf(tb, "`define MASK %s\n", chip->masks ? "mask" : "{(`DATA/8){1'b0}}");
        if (pad)
            fprintf(tb, "`define PAD %u'd0,\n", pad);
        else
            fprintf(tb, "`define PAD\n");
        fputs(bench_text_of, tb);
        fclose(tb);
        make(operations);
        FILE *in = bench_file(&b, "in.txt", "w");
        for (unsigned k = 0; k < OPERATIONS; k++)
            fprintf(in, "%x %x %x %x %x\n", operations[k].delay, operations[k].write, operations[k].address,
                    operations[k].lanes, operations[k].data);
        fclose(in);
        char files[4200];
        snprintf(files, sizeof files, "dut.v %s", model);
        bench_simulate(&b, files);
        check(&b, operations, label);
    }
    free(model);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(chips)};
    return cmocka_run_group_tests_name("sdram", tests, NULL, NULL);
}
