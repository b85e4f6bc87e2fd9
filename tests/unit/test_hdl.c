/* The printed text: what a Verilog engineer would have written, the same bytes every time, nothing of
 * what is not needed; and the questions and mutations that work on the same netlist. */
#include "test_hdl.h"

#include <time.h>

/* ---- whole modules, letter by letter ---- */

static void updown(design *d)
{
    module *m = module_new(d, "updown");
    sig up = input(m, "up", 1);
    sig count = reg(m, "count", 8, 0);
    when (up)
        set(count, add(count, lit(8, 1)));
    otherwise
    {
        set(count, sub(count, lit(8, 1)));
    }
    output(m, "value", count);
}

static void assert_text(const char *said, const char *expected)
{
    if (strcmp(said, expected) != 0)
        fail_msg("printed:\n%s\nexpected:\n%s", said, expected);
}

static void golden_counter(void **state)
{
    (void)state;
    design *d = design_new();
    updown(d);
    char *said = printed(d);
    assert_text(said, "`default_nettype none\n"
                      "/* verilator lint_off DECLFILENAME */\n"
                      "\n"
                      "module updown (\n"
                      "    input  wire clk, // clock, rising edge\n"
                      "    input  wire rst, // synchronous reset, active high\n"
                      "    input  wire up,\n"
                      "    output wire [7:0] value\n"
                      ");\n"
                      "    reg [7:0] count;\n"
                      "\n"
                      "    always @(posedge clk)\n"
                      "        if (rst)\n"
                      "            count <= 8'd0;\n"
                      "        else if (up)\n"
                      "            count <= count + 8'd1;\n"
                      "        else\n"
                      "            count <= count - 8'd1;\n"
                      "\n"
                      "    assign value = count;\n"
                      "endmodule\n"
                      "\n"
                      "`default_nettype wire\n");
    free(said);
    design_free(d);
}

enum { IDLE, WALK, FILL };

static const hdl_value walker_states[] = {{"STATE_IDLE", IDLE}, {"STATE_WALK", WALK}, {"STATE_FILL", FILL}, {0}};

static void walker(design *d, const char *name_, bool with_counter)
{
    module *m = module_new(d, name_);
    module_comment(m, "Walks.\nAnd fills.");
    sig start = describe(input(m, "start", 1), "begin");
    comment(m, "From the table.");
    sig data = input(m, "data", 16);
    section(m, "State");
    sig state = describe(reg(m, "state", 2, IDLE), "where it is");
    name_values(state, walker_states);
    sig kept = reg_noreset(m, "kept", 16);
    section(m, "Control");
    sig busy = output_wire(m, "busy", 1);
    set(busy, lit(1, 1));
    switch_on (state) {
        is (IDLE) {
            set(busy, lit(1, 0));
            when (start)
                set(state, lit(2, WALK));
        }
        is (WALK) {
            comment(m, "An odd word ends the walk.");
            set(kept, data);
            set(state, mux(bit(data, 0), lit(2, FILL), lit(2, WALK)));
        }
        is_default
        {
            set(state, lit(2, IDLE));
        }
    }
    section(m, "Counter");
    comment(m, "Words so far.");
    sig words = reg(m, "words", 8, 0);
    when (eq(state, lit(2, WALK)))
        set(words, add_lit(words, 1));
    if (with_counter)
        output(m, "words", words);
    section(m, "Result");
    sig sum = add(kept, data);
    output(m, "low", bits(sum, 7, 0));
    output(m, "carry_in", bit(sum, 8));
}

enum { COLOUR_RED = 3, COLOUR_BLUE = 17, COLOUR_BITS = 5 };

static const hdl_value colours[] = {{"COLOUR_RED", COLOUR_RED}, {"COLOUR_BLUE", COLOUR_BLUE}, {0}};

/* Values print by name wherever they are one of a named signal: set, chosen, compared, masked, in a case; signals that
 * share a list share the names, and what has none stays a number, as do constants of other signals. */
static void values_by_name(void **state)
{
    (void)state;
    char *directory = open_directory();
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig a = name_values(input(m, "a", COLOUR_BITS), colours), plain = input(m, "plain", COLOUR_BITS);
    sig c = input(m, "c", 1), which = input(m, "which", 2);
    sig b = name_values(reg(m, "b", COLOUR_BITS, COLOUR_BLUE), colours);
    when (c)
        set(b, lit(COLOUR_BITS, COLOUR_RED));
    otherwise set(b, lit(COLOUR_BITS, 4));
    output(m, "b_out", b);
    output(m, "beyond", ge_u(a, lit(COLOUR_BITS, COLOUR_BLUE)));
    output(m, "number", eq_lit(plain, COLOUR_BLUE));
    const sig conditions[] = {c, eq_lit(a, COLOUR_RED)};
    const sig values[] = {lit(COLOUR_BITS, COLOUR_RED), lit(COLOUR_BITS, COLOUR_BLUE)};
    name_values(output(m, "masked", select_one_hot(conditions, values, 2)), colours);
    const sig picks[] = {values[0], values[1], plain, lit(COLOUR_BITS, 9)};
    name_values(output(m, "picked", pick(which, picks, 4)), colours);
    lint(d, directory, "unit");
    char *text = read_file_text(directory, "design.v");
    const char *const said[] = {"localparam [4:0] COLOUR_RED = 5'd3;\n    localparam [4:0] COLOUR_BLUE = 5'h11;\n\n",
                                "b <= COLOUR_BLUE;",
                                "b <= COLOUR_RED;",
                                "b <= 5'd4;",
                                "beyond = a >= COLOUR_BLUE;",
                                "number = plain == 5'h11;",
                                "masked = ({5{c}} & COLOUR_RED) | ({5{a == COLOUR_RED}} & COLOUR_BLUE);",
                                "2'd0: picked = COLOUR_RED;",
                                "2'd1: picked = COLOUR_BLUE;",
                                "default: picked = 5'd9;"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_says(text, said[i]);
    free(text);
    design_free(d);
    close_directory(directory);
}

static void golden_walker(void **state)
{
    (void)state;
    design *d = design_new();
    walker(d, "walker", false);
    char *said = printed(d);
    assert_text(said, "`default_nettype none\n"
                      "/* verilator lint_off DECLFILENAME */\n"
                      "\n"
                      "// Walks.\n"
                      "// And fills.\n"
                      "module walker (\n"
                      "    input  wire clk, // clock, rising edge\n"
                      "    input  wire rst, // synchronous reset, active high\n"
                      "    input  wire start, // begin\n"
                      "    // From the table.\n"
                      "    input  wire [15:0] data,\n"
                      "    output reg  busy,\n"
                      "    output wire [7:0] low,\n"
                      "    output wire carry_in\n"
                      ");\n"
                      "    localparam [1:0] STATE_IDLE = 2'd0;\n"
                      "    localparam [1:0] STATE_WALK = 2'd1;\n"
                      "    localparam [1:0] STATE_FILL = 2'd2;\n"
                      "\n"
                      "    // ---- State ----\n"
                      "\n"
                      "    reg [1:0] state; // where it is\n"
                      "    reg [15:0] kept;\n"
                      "\n"
                      "    // ---- Control ----\n"
                      "\n"
                      "    always @(posedge clk)\n"
                      "        if (rst) begin\n"
                      "            state <= STATE_IDLE;\n"
                      "        end else begin\n"
                      "            case (state)\n"
                      "                STATE_IDLE: begin\n"
                      "                    if (start)\n"
                      "                        state <= STATE_WALK;\n"
                      "                end\n"
                      "                STATE_WALK:\n"
                      "                    state <= data[0] ? STATE_FILL : STATE_WALK;\n"
                      "                default:\n"
                      "                    state <= STATE_IDLE;\n"
                      "            endcase\n"
                      "        end\n"
                      "\n"
                      "    always @(posedge clk)\n"
                      "        if (state == STATE_WALK) begin\n"
                      "            // An odd word ends the walk.\n"
                      "            kept <= data;\n"
                      "        end\n"
                      "\n"
                      "    always @* begin\n"
                      "        busy = 1'b1;\n"
                      "        if (state == STATE_IDLE)\n"
                      "            busy = 1'b0;\n"
                      "    end\n"
                      "\n"
                      "    // ---- Result ----\n"
                      "\n"
                      "    wire [15:0] low_a = kept + data;\n"
                      "    assign low = low_a[7:0];\n"
                      "    assign carry_in = low_a[8];\n"
                      "\n"
                      "    // Not needed here; for lint.\n"
                      "    wire _unused_ok = &{1'b0, low_a[15:9], 1'b0};\n"
                      "endmodule\n"
                      "\n"
                      "`default_nettype wire\n");
    free(said);
    design_free(d);
}

/* ---- small things of the text ---- */

static void expressions(void **state)
{
    (void)state;
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig a = input(m, "a", 8), b = input(m, "b", 8), c = input(m, "c", 1), e = input(m, "e", 1);

    output(m, "y0", or_(and_(c, e), not_(c)));
    output(m, "y1", and_(or_(c, e), not_(and_(c, e))));
    output(m, "y2", add(a, sub(b, a)));
    output(m, "y3", sub(a, sub(b, a)));
    output(m, "y4", and_(a, or_(b, lit(8, 0xf0))));
    output(m, "y5", eq(and_(a, b), zeros(8)));
    output(m, "y6", mux(lt_s(a, b), sra(a, bits(b, 2, 0)), cat(bits(a, 3, 0), bits(b, 7, 4))));
    output(m, "y7", sext(bits(a, 3, 0), 8));
    output(m, "y8", not_(eq(a, b)));
    output(m, "y9", add_lit(a, -3));
    output(m, "y10", mux(c, a, mux(e, b, zeros(8))));
    output(m, "y11", and_(c, reduce_or(a)));
    char *said = printed(d);
    assert_says(said, "assign y0 = c && e || !c;");
    assert_says(said, "assign y1 = (c || e) && !(c && e);");
    assert_says(said, "assign y2 = a + b - a;");
    assert_says(said, "assign y3 = a - (b - a);");
    assert_says(said, "assign y4 = a & (b | 8'hf0);");
    assert_says(said, "assign y5 = (a & b) == 8'd0;");
    assert_says(said, "assign y6 = $signed(a) < $signed(b) ? $unsigned($signed(a) >>> b[2:0]) : "
                      "{a[3:0], b[7:4]};");
    assert_says(said, "assign y7 = {{4{a[3]}}, a[3:0]};");
    assert_says(said, "assign y8 = a != b;");
    assert_says(said, "assign y9 = a - 8'd3;");
    assert_says(said, "assign y10 = c ? a : e ? b : 8'd0;");
    assert_says(said, "assign y11 = c && |a;");
    free(said);
    design_free(d);
}

static void names(void **state)
{
    (void)state;
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig a = input(m, "a", 8), b = input(m, "b", 8);
    sig product = mul(a, b);
    sig both = add(a, b);

    sig hit_way = reg(m, "hit_way", 8, 0);
    set(hit_way, xor_(product, lit(8, 1)));
    output(m, "y", xor_(product, hit_way));
    output(m, "sum", both); /* the user's name for a shared expression is its name everywhere */
    output(m, "z", xor_(both, hit_way));
    char *said = printed(d);
    assert_says(said, "wire [7:0] hit_way_a = a * b;");
    assert_says(said, "hit_way <= hit_way_a ^ 8'd1;");
    assert_says(said, "assign y = hit_way_a ^ hit_way;");
    assert_says(said, "assign sum = a + b;");
    assert_says(said, "assign z = sum ^ hit_way;");
    free(said);
    design_free(d);
}

static void long_lines(void **state)
{
    (void)state;
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig conditions[24], values[24];

    for (unsigned i = 0; i < 24; i++) {
        conditions[i] = input(m, fmt("condition_%u", i), 1);
        values[i] = input(m, fmt("value_%u", i), 8);
    }
    output(m, "y", first_of(conditions, values, 24, zeros(8)));
    output(m, "z", select_one_hot(conditions, values, 24));
    describe(output(m, "described", conditions[0]),
             "a text with no room behind the port, though with places, such as this, where a line may end");
    char *said = printed(d), *line_state = NULL;
    for (char *line = strtok_r(said, "\n", &line_state); line != NULL; line = strtok_r(NULL, "\n", &line_state))
        if (strlen(line) > 100)
            fail_msg("a line of %zu characters: %s", strlen(line), line);
    free(said);
    said = printed(d);
    assert_says(said,
                "    // a text with no room behind the port, though with places, such as this, where a line may end\n"
                "    output wire described\n"
                ");\n");
    free(said);
    design_free(d);
}

/* Ports stand in their groups, whatever the order in which they were made; instances are connected in the same order.
 */
static void port_groups(void **state)
{
    (void)state;
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig late = port_group(input(m, "late", 1), 2, "What comes last");
    sig early = port_group(input(m, "early", 1), 1, "What comes first");
    sig alone = input(m, "alone", 1);
    port_group(output(m, "answer", xor_(early, late, alone)), 1, "What comes first");
    module *top = module_new(d, "top");
    instance *u = inst(top, m, "u");
    port_in(u, "late", input(top, "a", 1));
    port_in(u, "early", input(top, "b", 1));
    port_in(u, "alone", input(top, "c", 1));
    output(top, "y", port_out(u, "answer"));
    char *said = printed(d);
    assert_says(said, "module unit (\n"
                      "    input  wire alone,\n"
                      "\n"
                      "    // What comes first\n"
                      "    input  wire early,\n"
                      "    output wire answer,\n"
                      "\n"
                      "    // What comes last\n"
                      "    input  wire late\n"
                      ");\n");
    assert_says(said, ".alone(c),\n"
                      "        .early(b),\n"
                      "        .answer(y),\n"
                      "        .late(a)\n");
    free(said);
    design_free(d);
}

/* ---- files ---- */

static void files(void **state)
{
    (void)state;
    char *directory = open_directory();
    design *d = design_new();
    updown(d);
    module *m = module_new(d, "top");
    instance *i = inst(m, module_find(d, "updown"), "u_count");
    port_in(i, "up", input(m, "up", 1));
    output(m, "value", port_out(i, "value"));
    assert_true(hdl_print_files(d, directory, "First line\n\nThird line"));

    char *text = read_file_text(directory, "top.v");
    assert_int_equal(strncmp(text, "// First line\n//\n// Third line\n\n", 31), 0);
    assert_says(text, "    updown u_count (\n"
                      "        .clk(clk),\n"
                      "        .rst(rst),\n"
                      "        .up(up),\n"
                      "        .value(value)\n"
                      "    );\n");
    assert_silent_about(text, "lint_off");
    free(text);
    run_silent(directory, "verilator --lint-only -Wall top.v updown.v");
    run_silent(directory, "iverilog -g2005 -Wall -o x.vvp top.v updown.v");

    FILE *f = tmpfile();
    assert_non_null(f);
    assert_true(hdl_print_module(m, f, NULL));
    rewind(f);
    text = read_stream(f);
    assert_says(text, "module top (");
    assert_silent_about(text, "module updown");
    free(text);
    fclose(f);
    assert_false(hdl_print_files(d, "/nonexistent/place", NULL));
    design_free(d);
    close_directory(directory);
}

static void deterministic(void **state)
{
    (void)state;
    design *one = design_new(), *two = design_new();
    walker(one, "walker", true);
    walker(two, "walker", true);
    char *a = printed(one), *b = printed(two), *again = printed(one);
    assert_string_equal(a, b);
    assert_string_equal(a, again);
    free(a);
    free(b);
    free(again);
    design_free(one);
    design_free(two);
}

/* ---- dead hardware ---- */

static void child(design *d)
{
    module *m = module_new(d, "child");
    sig mode = input(m, "mode", 1), x = input(m, "x", 8), spare = input(m, "spare_in", 8);
    sig history = reg(m, "history", 8, 0);
    sig count = reg(m, "count", 8, 0);

    set(history, spare);
    when (mode)
        set(count, add(count, x));
    output(m, "y", mux(mode, count, x));
    output(m, "history", history);
}

/* A unit with an option, and what its text must and must not mention. */
static void check_option(bool enabled, bool uses_history, const char *const *present, const char *const *absent)
{
    char *directory = open_directory();
    design *d = design_new();
    child(d);
    module *m = module_new(d, "unit");
    sig x = input(m, "x", 8);
    input(m, "unused_by_all", 4);
    section(m, "Option");
    comment(m, "Only with the option.");
    sig trace = reg(m, "trace", 8, 0);
    sig option = wire(m, "option", 1);
    set(option, lit(1, enabled));
    memory log = mem(m, "past", 8, 16, MEM_ASYNC);
    mem_write(log, option, bits(x, 3, 0), trace);
    when (option)
        set(trace, add(trace, x));
    section(m, "Always");
    instance *i = inst(m, module_find(d, "child"), "u_child");
    port_in(i, "mode", option);
    port_in(i, "x", x);
    port_in(i, "spare_in", trace);
    instance *unread = inst(m, module_find(d, "child"), "u_unread");
    port_in(unread, "mode", option);
    port_in(unread, "x", x);
    port_in(unread, "spare_in", x);
    port_out(unread, "y");
    sig y = name(m, "child_result", port_out(i, "y"));
    output(m, "y", mux(option, xor_(y, mem_read(log, bits(x, 3, 0))), x));
    if (uses_history)
        output(m, "h", port_out(i, "history"));
    lint(d, directory, "unit");
    char *text = read_file_text(directory, "design.v");
    for (; *present != NULL; present++)
        assert_says(text, *present);
    for (; *absent != NULL; absent++)
        assert_silent_about(text, *absent);
    free(text);
    design_free(d);
    close_directory(directory);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void options(void **state)
{
    (void)state;
    /* All of it but an instance that nobody reads, and the child's register behind `history`. */
    check_option(true, false, LIST("Only with the option", "trace", "past", "u_child", "count", "unused_by_all"),
                 LIST("u_unread", "history", "spare_in", "option_"));
    check_option(true, true, LIST("history", "spare_in"), LIST("u_unread"));
    /* Without the option y is x. */
    check_option(false, false, LIST("assign y = x;", "unused_by_all"),
                 LIST("Option", "option;", "Only with", "trace", "past", "u_child", "child", "clk", "rst", "u_unread"));
    /* The child is there for a register that only ever holds its reset value: it is not there. */
    check_option(false, true, LIST("assign y = x;", "assign h = 8'd0;"), LIST("child", "clk"));
}

/* A register that can never leave its reset value, a memory that is never written, a case with a
 * constant subject. */
static void constants_found(void **state)
{
    (void)state;
    char *directory = open_directory();
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig x = input(m, "x", 8);
    sig stuck = reg(m, "stuck", 8, 5), also = reg(m, "also_stuck", 8, 5);
    sig w = wire(m, "chosen", 8);

    when (eq_lit(stuck, 6))
        set(also, x);
    when (bit(x, 0))
        set(stuck, lit(8, 5));
    memory store = mem(m, "store", 8, 16, MEM_SYNC);
    mem_write(store, gt_u(also, lit(8, 5)), bits(x, 3, 0), x);
    sig q = mem_read_sync(store, "store_q", bits(x, 3, 0), lit(1, 1));
    switch_on (also) {
        is (5)
            set(w, not_(x));
        is_default
        {
            set(w, q);
        }
    }
    output(m, "y", or_(w, q));
    lint(d, directory, "unit");
    char *text = read_file_text(directory, "design.v");
    assert_says(text, "wire [7:0] chosen = ~x;");
    assert_says(text, "assign y = chosen;");
    assert_silent_about(text, "stuck");
    assert_silent_about(text, "store");
    assert_silent_about(text, "clk");
    free(text);
    design_free(d);
    close_directory(directory);
}

static void kept(void **state)
{
    (void)state;
    char *directory = open_directory();
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig x = input(m, "x", 8);
    sig probe = keep(reg(m, "probe", 8, 0));
    set(probe, x);
    keep(name(m, "tap", not_(x)));
    lint(d, directory, "unit");
    char *text = read_file_text(directory, "design.v");
    assert_says(text, "(* keep *) reg [7:0] probe;");
    assert_says(text, "(* keep *) wire [7:0] tap;");
    assert_says(text, "assign tap = ~x;");
    free(text);
    design_free(d);
    close_directory(directory);
}

/* ---- clocks, extern modules ---- */

static void board(void **state)
{
    (void)state;
    char *directory = open_directory();
    design *d = design_new();
    updown(d);
    module *m = module_extern(d, "PLL");
    input(m, "REFERENCE", 1);
    output_wire(m, "CLOCK", 1);
    output_wire(m, "LOCKED", 1);
    module *pll = m;

    m = module_new(d, "board");
    clock_port(m, "clk_25mhz");
    instance *p = inst(m, pll, "u_pll");
    inst_parameter(p, "FACTOR", "4");
    port_in(p, "REFERENCE", clock_signal(m));
    sig locked = port_out(p, "LOCKED");
    sig seconds = reg_init(m, "seconds", 2, 3);
    set(seconds, cat(bit(seconds, 0), not_(locked)));
    local_reset(m, name(m, "not_ready", or_(bit(seconds, 1), not_(locked))));
    instance *i = inst(m, module_find(d, "updown"), "u_count");
    port_in(i, "up", lit(1, 1));
    output(m, "value", port_out(i, "value"));
    check_design(d);
    FILE *f = open_file(directory, "design.v");
    assert_true(hdl_print(d, f, NULL));
    fclose(f);
    f = open_file(directory, "pll.v");
    fprintf(f, "module PLL #(parameter FACTOR = 1)\n"
               "    (input wire REFERENCE, output wire CLOCK, output wire LOCKED);\n"
               "    assign CLOCK = REFERENCE; assign LOCKED = FACTOR == 4;\nendmodule\n");
    fclose(f);
    run_silent(directory, "iverilog -g2005 -Wall -o x.vvp design.v pll.v");
    char *text = read_file_text(directory, "design.v");
    assert_says(text, "input  wire clk_25mhz");
    assert_says(text, "reg [1:0] seconds = 2'd3;");
    assert_says(text, "PLL #(.FACTOR(4)) u_pll (");
    assert_says(text, ".REFERENCE(clk_25mhz)");
    assert_says(text, ".rst(not_ready)");
    assert_says(text, "always @(posedge clk_25mhz)");
    assert_silent_about(text, "module PLL");
    free(text);
    design_free(d);
    close_directory(directory);
}

/* ---- properties ---- */

static void properties(void **state)
{
    (void)state;
    char *directory = open_directory();
    design *d = design_new();
    module *m = module_new(d, "unit");
    sig up = input(m, "up", 1), ghost = input(m, "ghost", 1);
    sig count = reg(m, "count", 4, 0);
    sig seen = reg(m, "seen", 4, 0); /* only a property needs it */

    formal_reset(m);
    when (and_(up, ne_lit(count, 9))) {
        set(count, add_lit(count, 1));
        prove(lt_u(count, lit(4, 9)), "below_nine");
    }
    set(seen, count);
    prove(le_u(seen, lit(4, 9)), "never_beyond");
    assume(not_(ghost), "no_ghost");
    cover(eq_lit(count, 9), "reaches_nine");
    prove(le_u(zeros(4), count), "trivial");
    output(m, "value", count);
    lint(d, directory, "unit");
    char *text = read_file_text(directory, "design.v");
    char *formal = strstr(text, "`ifdef FORMAL");
    assert_non_null(formal);
    assert_says(formal, "initial assume (rst);");
    assert_says(formal, "below_nine: assert (count < 4'd9);");
    assert_says(formal, "never_beyond: assert (seen <= 4'd9);");
    assert_says(formal, "no_ghost: assume (!ghost);");
    assert_says(formal, "reaches_nine: cover (count == 4'd9);");
    assert_says(formal, "reg [3:0] seen;");
    assert_silent_about(text, "trivial");
    *formal = '\0';
    assert_silent_about(text, "seen");
    free(text);

    free(run_ok(directory,
                "yosys -q -p 'read_verilog -formal -D FORMAL design.v; prep -top unit; "
                "async2sync; chformal -cover -remove; sat -tempinduct -prove-asserts -set-assumes -verify unit'"));
    design_free(d);
    close_directory(directory);
}

/* ---- questions ---- */

static void queries(void **state)
{
    (void)state;
    design *d = design_new();
    updown(d);
    module *m = module_new(d, "top");
    memory ram = mem(m, "ram", 32, 64, MEM_SYNC);
    sig a = describe(input(m, "a", 6), "the address");
    mem_write(ram, lit(1, 1), a, zext(a, 32));
    output(m, "q", mem_read_sync(ram, "ram_q", a, lit(1, 1)));
    sig r = describe(reg(m, "last", 6, 9), "the last address");
    set(r, a);
    output(m, "last", r);
    set(reg(m, "dead", 8, 0), zext(a, 8));
    instance *i = inst(m, module_find(d, "updown"), "u_count");
    port_in(i, "up", bit(a, 0));
    output(m, "value", port_out(i, "value"));

    assert_int_equal(hdl_module_count(d), 2);
    assert_string_equal(module_name(hdl_module(d, 0)), "updown");
    assert_string_equal(module_text(m), "");
    module_comment(m, "The top.\nNo more.");
    assert_string_equal(module_text(m), "The top.\nNo more.");
    assert_ptr_equal(hdl_module(d, 1), m);
    assert_null(hdl_module(d, 2));
    assert_int_equal(hdl_port_count(m), 6); /* clk rst a q last value */
    assert_string_equal(hdl_port(m, 0).text, "clock, rising edge");
    assert_string_equal(hdl_port(m, 1).text, "synchronous reset, active high");
    hdl_port_info p = hdl_port(m, 2);
    assert_string_equal(p.name, "a");
    assert_string_equal(p.text, "the address");
    assert_int_equal(p.width, 6);
    assert_false(p.is_output);
    assert_true(hdl_port(m, 5).is_output);
    assert_int_equal(hdl_register_count(m), 1);
    hdl_register_info info = hdl_register(m, 0);
    assert_string_equal(info.name, "last");
    assert_string_equal(info.text, "the last address");
    assert_int_equal(info.width, 6);
    assert_true(info.has_reset);
    assert_int_equal(info.reset, 9);
    assert_int_equal(hdl_memory_count(m), 1);
    assert_int_equal(hdl_memory(m, 0).depth, 64);
    assert_int_equal(hdl_register_bits(m), 6 + 8);
    assert_int_equal(hdl_memory_bits(m), 32 * 64);
    assert_int_equal(clog2(2), 1);
    assert_int_equal(clog2(5), 3);
    design_free(d);
}

static void query_values(void **state)
{
    static const hdl_value rows[] = {{"STATE_IDLE", 0}, {"STATE_BUSY", 2}, {0}};
    (void)state;
    design *d = design_new();
    module *m = module_new(d, "top");
    sig s = name_values(reg(m, "state", 2, 0), rows);
    set(s, mux(input(m, "go", 1), lit(2, 2), s));
    set(name_values(reg(m, "dead", 2, 0), rows), s);
    output(m, "q", s);
    assert_int_equal(hdl_values_count(m), 1);
    assert_string_equal(hdl_values(m, 0).name, "state");
    assert_int_equal(hdl_values(m, 0).width, 2);
    assert_int_equal(hdl_values(m, 0).count, 2);
    assert_string_equal(hdl_values_row(m, 0, 1).name, "STATE_BUSY");
    assert_int_equal(hdl_values_row(m, 0, 1).value, 2);
    assert_null(hdl_values_row(m, 0, 2).name);
    assert_null(hdl_values(m, 1).name);
    design_free(d);
}

/* Links as lines of text. */
static void see_link(void *context, const hdl_link *link)
{
    char *text = context, line[128];
    snprintf(line, sizeof line, "%s.%s -> %s.%s: %s[%u]\n", link->from ? link->from : "", link->from_port,
             link->to ? link->to : "", link->to_port, link->net, link->width);
    assert_true(strlen(text) + strlen(line) < 1000);
    strcat(text, line);
}

static void query_links(void **state)
{
    (void)state;
    design *d = design_new();
    updown(d);
    module *m = module_new(d, "top");
    sig a = input(m, "a", 2);
    instance *first = inst(m, module_find(d, "updown"), "u_first");
    instance *second = inst(m, module_find(d, "updown"), "u_second");
    sig value = port_out(first, "value");
    port_in(first, "up", bit(a, 0));
    port_in(second, "up", and_(bit(value, 7), name(m, "both", bit(a, 1))));
    sig kept = reg(m, "kept", 8, 0);
    set(kept, port_out(second, "value"));
    output(m, "sum", add(value, kept)); /* not of the second: a register is between */
    char text[1000] = "";
    hdl_links(m, see_link, text);
    assert_text(text, ".a -> u_first.up: a[2]\n"
                      "u_first.value -> u_second.up: first_value[8]\n"
                      ".a -> u_second.up: a[2]\n"
                      "u_first.value -> .sum: first_value[8]\n");
    assert_int_equal(hdl_instance_count(m), 2);
    assert_string_equal(hdl_instance(m, 1).name, "u_second");
    assert_ptr_equal(hdl_instance(m, 1).sub, module_find(d, "updown"));
    assert_null(hdl_instance(m, 2).name);
    design_free(d);
}

/* ---- mutations: each one changes the text, and says where ---- */

static void mutations(void **state)
{
    (void)state;
    design *d = design_new();
    walker(d, "walker", true);
    size_t n = hdl_mutation_count(d);
    char *original = printed(d);
    design_free(d);
    assert_true(n > 10);
    for (size_t i = 0; i <= n; i++) {
        d = design_new();
        walker(d, "walker", true);
        const char *what = hdl_mutate(d, i);
        if (i == n) {
            assert_null(what);
        } else {
            assert_non_null(what);
            assert_says(what, "test_hdl.c:");
            char *text = printed(d);
            if (strcmp(text, original) == 0)
                fail_msg("mutation %zu changes nothing: %s", i, what);
            free(text);
        }
        design_free(d);
    }
    free(original);
}

/* ---- a large design ---- */

/* 50,000 nodes: prints, and with every part there. */
static void large(void **state)
{
    (void)state;
    design *d = design_new();
    module *m = module_new(d, "big");
    sig a = input(m, "a", 32), b = input(m, "b", 32), c = input(m, "c", 1), x = a;

    for (unsigned i = 0; i < 2300; i++) {
        if (i % 50 == 0)
            section(m, fmt("Part %u", i));
        sig r = reg(m, fmt("r%u", i), 32, 0);
        sig w = wire(m, fmt("w%u", i), 32);
        set(w, a);
        when (eq(bits(x, 7, 0), bits(b, 9, 2))) {
            set(w, add(x, b));
            set(r, xor_(x, w));
        }
        elsewhen (and_(c, not_(eq(x, r)))) {
            set(r, mux(c, add(r, lit(32, i)), sub(a, b)));
            set(w, or_(x, r));
        }
        x = name(m, fmt("n%u", i), xor_(shl(r, bits(w, 4, 0)), w, cat(bits(w, 15, 0), bits(r, 31, 16))));
    }
    output(m, "y", x);
    assert_true(x.id > 50000);
    char *text = printed(d);
    assert_non_null(strstr(text, "// ---- Part 0 ----"));
    assert_non_null(strstr(text, "// ---- Part 2250 ----"));
    assert_non_null(strstr(text, "assign y = n2299;"));
    free(text);
    design_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_counter),  cmocka_unit_test(golden_walker), cmocka_unit_test(expressions),
        cmocka_unit_test(values_by_name),  cmocka_unit_test(names),         cmocka_unit_test(long_lines),
        cmocka_unit_test(files),           cmocka_unit_test(deterministic), cmocka_unit_test(options),
        cmocka_unit_test(constants_found), cmocka_unit_test(kept),          cmocka_unit_test(board),
        cmocka_unit_test(properties),      cmocka_unit_test(queries),       cmocka_unit_test(query_values),
        cmocka_unit_test(query_links),     cmocka_unit_test(mutations),     cmocka_unit_test(large),
        cmocka_unit_test(port_groups),
    };
    return cmocka_run_group_tests_name("hdl: printed text", tests, NULL, NULL);
}
