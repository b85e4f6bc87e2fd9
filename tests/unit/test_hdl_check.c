/* Every mistake is reported, with the line that made it and the names that it is about. */
#include "test_hdl.h"

/* ---- what a message must say ---- */

typedef struct fixture {
    design *d;
    module *m;
    sig a, b, c; /* inputs of 8, 4 and 1 bits */
} fixture;

static fixture begin(void)
{
    fixture f = {.d = design_new()};
    module *m = f.m = module_new(f.d, "unit");

    f.a = input(m, "a", 8);
    f.b = input(m, "b", 4);
    f.c = input(m, "c", 1);
    return f;
}

/* Exactly one error, from this line of this file, that says all of the words. */
static void expect_one(design *d, int line, const char *const *words)
{
    char place[64];
    size_t n = hdl_check(d);

    if (n != 1) {
        for (size_t i = 0; i < n; i++)
            print_error("%s\n", hdl_message(d, i));
        fail_msg("%zu errors, expected one, of line %d", n, line);
    }
    const char *said = hdl_message(d, 0);
    snprintf(place, sizeof place, "test_hdl_check.c:%d: ", line);
    assert_says(said, place);
    for (; *words != NULL; words++)
        assert_says(said, *words);

    FILE *f = tmpfile();
    assert_non_null(f);
    assert_false(hdl_print(d, f, NULL));
    assert_int_equal(ftell(f), 0);
    fclose(f);
    design_free(d);
}

#define EXPECT(d, line, ...) expect_one(d, line, (const char *const[]){__VA_ARGS__, NULL})

/* ---- widths ---- */

static void width_mismatch(void **state)
{
    (void)state;
    fixture f = begin();
    output(f.m, "y", add(f.a, f.b));
    EXPECT(f.d, __LINE__ - 1, "unit", "width mismatch", "add", "`a` has 8 bits", "`b` has 4");

    f = begin();
    module *m = f.m;
    output(m, "y", mux(f.a, f.b, f.b));
    EXPECT(f.d, __LINE__ - 1, "mux: the condition", "`a` has 8 bits, not 1");

    f = begin();
    m = f.m;
    sig r = reg(m, "r", 8, 0);
    set(r, f.a);
    output(m, "y", r);
    when (f.c)
        set(r, f.b);
    EXPECT(f.d, __LINE__ - 1, "set of `r`", "`b` has 4 bits, not 8");

    f = begin();
    output(f.m, "y", bits(f.a, 8, 1));
    EXPECT(f.d, __LINE__ - 1, "bits 8..1", "`a`", "8 bits");

    f = begin();
    output(f.m, "y", zext(f.a, 7));
    EXPECT(f.d, __LINE__ - 1, "zext", "`a`");

    f = begin();
    output(f.m, "y", bit_at(f.a, f.b));
    EXPECT(f.d, __LINE__ - 1, "bit_at: the index", "`b` has 4 bits, not 3");

    f = begin();
    sig three[] = {f.a, f.a, f.a};
    output(f.m, "y", pick(f.c, three, 3));
    EXPECT(f.d, __LINE__ - 1, "pick", "`c` of 1 bits for 3 values");

    f = begin();
    m = f.m;
    when (f.b)
        set(output_wire(m, "y", 8), f.a);
    assert_int_equal(hdl_check(f.d), 2); /* and an output without a value */
    assert_says(hdl_message(f.d, 0), "when: `b` has 4 bits, not 1");
    design_free(f.d);
}

static void literal_too_wide(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    output(m, "y", lit(3, 8));
    EXPECT(f.d, __LINE__ - 1, "literal too wide", "0x8", "3 bits");

    f = begin();
    m = f.m;
    output(m, "y", lit(3, -5));
    EXPECT(f.d, __LINE__ - 1, "literal too wide", "3 bits");

    f = begin();
    m = f.m;
    output(m, "y", add(lit(3, 7), lit(3, -4))); /* both fit */
    assert_int_equal(hdl_check(f.d), 0);
    design_free(f.d);

    f = begin();
    m = f.m;
    sig r = reg(m, "r", 4, 16);
    set(r, f.b);
    output(m, "y", r);
    EXPECT(f.d, __LINE__ - 3, "literal too wide", "reset value 0x10", "`r`");

    f = begin();
    m = f.m;
    sig w = output_wire(m, "y", 4);
    set(w, f.b);
    switch_on (f.b) {
        is (3, 16)
            set(w, lit(4, 0));
    }
    EXPECT(f.d, __LINE__ - 3, "literal too wide", "is(0x10)", "`b`");
}

/* ---- drivers ---- */

static void undriven(void **state)
{
    (void)state;
    fixture f = begin();
    sig w = wire(f.m, "w", 4);
    output(f.m, "y", add(w, f.b));
    EXPECT(f.d, __LINE__ - 2, "undriven", "wire `w`");

    f = begin();
    output_wire(f.m, "y", 4);
    EXPECT(f.d, __LINE__ - 1, "undriven", "output `y`");

    f = begin();
    sig r = reg(f.m, "r", 4, 0);
    output(f.m, "y", r);
    EXPECT(f.d, __LINE__ - 2, "undriven", "register `r`");

    f = begin();
    w = wire(f.m, "w", 8);
    set_bits(w, 3, 0, f.b);
    output(f.m, "y", w);
    EXPECT(f.d, __LINE__ - 3, "undriven", "the bits 7..4 of wire `w`");

    f = begin();
    wire(f.m, "w", 8); /* neither set nor read: not there */
    assert_int_equal(hdl_check(f.d), 0);
    design_free(f.d);

    f = begin();
    memory ram = mem(f.m, "ram", 8, 16, MEM_ASYNC);
    output(f.m, "y", mem_read(ram, f.b));
    EXPECT(f.d, __LINE__ - 2, "undriven", "memory `ram`");
}

static void doubly_driven(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    sig w = output_wire(m, "y", 4);
    set(w, f.b);
    set(w, lit(4, 1));
    EXPECT(f.d, __LINE__ - 1, "doubly driven", "`y`", "test_hdl_check.c:");

    f = begin();
    m = f.m;
    sig r = reg(m, "r", 4, 0);
    output(m, "y", r);
    when (f.c) {
        set_bits(r, 1, 0, bits(f.b, 1, 0));
        set(r, f.b);
    }
    EXPECT(f.d, __LINE__ - 2, "doubly driven", "`r`");

    f = begin();
    m = f.m;
    r = reg(m, "r", 4, 0);
    output(m, "y", r);
    set(r, f.b);
    when (f.c)
        set(r, lit(4, 1)); /* an override is no double driver */
    assert_int_equal(hdl_check(f.d), 0);
    design_free(f.d);

    f = begin();
    sig n = name(f.m, "n", not_(f.a));
    output(f.m, "y", n);
    set(n, f.a);
    EXPECT(f.d, __LINE__ - 1, "doubly driven", "`n`");

    f = begin();
    m = f.m;
    memory ram = mem(m, "ram", 8, 16, MEM_ASYNC);
    mem_write(ram, f.c, f.b, f.a);
    mem_write(ram, f.c, f.b, f.a);
    EXPECT(f.d, __LINE__ - 1, "doubly driven", "memory `ram`");
}

static void set_of_what_cannot_be(void **state)
{
    (void)state;
    fixture f = begin();
    set(f.a, f.a);
    EXPECT(f.d, __LINE__ - 1, "set of the input `a`");

    f = begin();
    set(add(f.a, f.a), f.a);
    EXPECT(f.d, __LINE__ - 1, "set of the expression", "set_bits");
}

static void latch(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    sig w = output_wire(m, "y", 8);
    when (f.c)
        set(w, f.a);
    EXPECT(f.d, __LINE__ - 2, "latch", "output `y`", "default");

    f = begin();
    m = f.m;
    w = output_wire(m, "y", 8);
    int line = __LINE__ + 1;
    when (f.c)
        set(w, f.a);
    otherwise set_bits(w, 7, 4, f.b);
    EXPECT(f.d, line, "latch", "the bits 3..0 of output `y`");

    f = begin();
    m = f.m;
    w = output_wire(m, "y", 8);
    switch_on (bits(f.b, 1, 0)) {
        is (0, 1)
            set(w, f.a);
        is (2)
            set(w, not_(f.a));
    }
    EXPECT(f.d, __LINE__ - 6, "latch", "output `y`");

    f = begin();
    m = f.m;
    w = output_wire(m, "y", 8);
    switch_on (bits(f.b, 1, 0)) {
        is (0, 1)
            set(w, f.a);
        is (2, 3) /* every value has its case */
            set(w, not_(f.a));
    }
    assert_int_equal(hdl_check(f.d), 0);
    design_free(f.d);
}

/* ---- loops ---- */

static void combinational_loop(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    sig p = wire(m, "p", 1);
    sig q = wire(m, "q", 1);
    set(p, and_(q, f.c));
    set(q, not_(p));
    output(m, "y", q);
    EXPECT(f.d, __LINE__ - 5, "combinational loop", "`p`", "`q`");

    f = begin();
    m = f.m;
    p = wire(m, "p", 1);
    set(p, f.c);
    when (p) /* a condition is a dependency too */
        set(p, lit(1, 0));
    output(m, "y", p);
    EXPECT(f.d, __LINE__ - 5, "combinational loop", "`p`");

    f = begin();
    m = f.m;
    sig r = reg(m, "r", 1, 0);
    set(r, not_(r)); /* through a register there is none */
    output(m, "y", r);
    assert_int_equal(hdl_check(f.d), 0);
    design_free(f.d);
}

/* A module whose output `now` depends on its input, and `later` does not. */
static module *pipe_module(design *d)
{
    module *m = module_new(d, "pipe");
    sig x = input(m, "x", 1);
    sig r = reg(m, "r", 1, 0);

    set(r, x);
    output(m, "now", not_(x));
    output(m, "later", r);
    return m;
}

static void loop_through_instances(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    module *pipe = pipe_module(f.d);
    sig w = wire(m, "w", 1);
    instance *i = inst(m, pipe, "u_pipe");
    port_in(i, "x", and_(w, f.c));
    set(w, port_out(i, "now"));
    output(m, "y", w);
    EXPECT(f.d, __LINE__ - 5, "combinational loop", "`w`", "`u_pipe.now`");

    f = begin();
    m = f.m;
    pipe = pipe_module(f.d);
    w = wire(m, "w", 1);
    i = inst(m, pipe, "u_pipe");
    port_in(i, "x", and_(w, f.c));
    set(w, port_out(i, "later"));
    output(m, "y", port_out(i, "now"));
    assert_int_equal(hdl_check(f.d), 0);
    design_free(f.d);
}

/* ---- names ---- */

static void name_clash(void **state)
{
    (void)state;
    fixture f = begin();
    reg(f.m, "a", 4, 0);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`a`", "test_hdl_check.c:");

    f = begin();
    wire(f.m, "endmodule", 4);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`endmodule`", "keyword");

    f = begin();
    wire(f.m, "3a", 4);
    EXPECT(f.d, __LINE__ - 1, "`3a`", "identifier");

    f = begin();
    wire(f.m, "unit", 4);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`unit`");

    f = begin();
    wire(f.m, "rst", 1);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`rst`");

    f = begin();
    module_new(f.d, "unit");
    EXPECT(f.d, __LINE__ - 1, "name clash", "module `unit`");
}

static void value_names(void **state)
{
    (void)state;
    static const hdl_value red[] = {{"RED", 1}, {0}}, other_red[] = {{"RED", 2}, {0}}, large[] = {{"LARGE", 16}, {0}};
    static const hdl_value taken[] = {{"c", 1}, {0}};
    fixture f = begin();
    name_values(f.a, red);
    name_values(f.b, red);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`RED` is already the value 1 of 8 bits");

    f = begin();
    name_values(f.a, red);
    name_values(f.a, other_red);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`RED` is already the value 1");

    f = begin();
    name_values(f.b, large);
    EXPECT(f.d, __LINE__ - 1, "literal too wide", "LARGE, 0x10", "4 bits of `b`");

    f = begin();
    name_values(f.b, taken);
    EXPECT(f.d, __LINE__ - 1, "name clash", "`c` is already used");

    f = begin();
    name_values(add(f.a, f.a), red);
    EXPECT(f.d, __LINE__ - 1, "name_values", "has no name");
}

/* ---- modules and instances ---- */

static void other_module(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = module_new(f.d, "other");
    output(m, "y", not_(input(m, "x", 8)));
    output(f.m, "y", add(f.a, input(m, "z", 8)));
    EXPECT(f.d, __LINE__ - 1, "unit", "`z` is a signal of another module, other");

    f = begin();
    output(f.m, "y", (sig){0});
    EXPECT(f.d, __LINE__ - 1, "output", "no signal");

    f = begin();
    sig nothing = {0};
    output(f.m, "y", not_(add(nothing, nothing)));
    EXPECT(f.d, __LINE__ - 1, "no signal");
}

static void instances(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    instance *i = inst(m, pipe_module(f.d), "u_pipe");
    output(m, "y", port_out(i, "now"));
    EXPECT(f.d, __LINE__ - 2, "undriven", "input `x`", "`u_pipe`", "pipe");

    f = begin();
    m = f.m;
    i = inst(m, pipe_module(f.d), "u_pipe");
    port_in(i, "x", f.c);
    inst_parameter(i, "LENGTH", "4");
    output(m, "y", port_out(i, "now"));
    EXPECT(f.d, __LINE__ - 2, "`u_pipe`", "pipe has no parameter `LENGTH`");

    f = begin();
    m = f.m;
    i = inst(m, pipe_module(f.d), "u_pipe");
    port_in(i, "x", f.a);
    EXPECT(f.d, __LINE__ - 1, "input `x` of instance `u_pipe`", "`a` has 8 bits, not 1");

    f = begin();
    m = f.m;
    i = inst(m, pipe_module(f.d), "u_pipe");
    port_in(i, "x", f.c);
    port_in(i, "wrong", f.c);
    EXPECT(f.d, __LINE__ - 1, "`u_pipe`", "pipe has no port `wrong`");

    f = begin();
    m = f.m;
    i = inst(m, pipe_module(f.d), "u_pipe");
    port_in(i, "x", f.c);
    port_in(i, "x", f.c);
    EXPECT(f.d, __LINE__ - 1, "doubly driven", "input `x`");

    f = begin();
    m = f.m;
    i = inst(m, f.m, "u_self");
    port_in(i, "a", f.a);
    port_in(i, "b", f.b);
    port_in(i, "c", f.c);
    EXPECT(f.d, __LINE__ - 4, "`u_self`", "contain itself");
}

/* ---- memories ---- */

static void memories(void **state)
{
    (void)state;
    fixture f = begin();
    memory ram = mem(f.m, "ram", 8, 100, MEM_ASYNC);
    mem_write(ram, f.c, bits(f.a, 6, 0), f.a);
    output(f.m, "y", mem_read(ram, f.a));
    EXPECT(f.d, __LINE__ - 1, "memory `ram` of 100 words", "the address", "`a` has 8 bits, not 7");

    f = begin();
    ram = mem(f.m, "ram", 8, 16, MEM_SYNC);
    mem_write(ram, f.c, f.b, f.a);
    output(f.m, "y", mem_read(ram, f.b));
    EXPECT(f.d, __LINE__ - 1, "mem_read", "`ram`", "mem_read_sync");

    f = begin();
    ram = mem(f.m, "ram", 8, 16, MEM_ASYNC);
    mem_write_bytes(ram, f.c, f.b, f.a, f.b);
    EXPECT(f.d, __LINE__ - 1, "the mask", "`b` has 4 bits, not 1");

    f = begin();
    module *m = f.m;
    ram = mem(m, "ram", 8, 16, MEM_ASYNC);
    when (f.c)
        mem_write(ram, f.c, f.b, f.a);
    EXPECT(f.d, __LINE__ - 1, "`ram` under when", "enable");

    f = begin();
    m = f.m;
    ram = mem(m, "ram", 8, 16, MEM_ASYNC);
    mem_file_parameter(ram, "CONTENTS");
    output(m, "y", mem_read(ram, f.b));
    EXPECT(f.d, __LINE__ - 2, "memory `ram`", "unit has no parameter `CONTENTS`");
}

/* ---- blocks ---- */

static void blocks(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    sig w = output_wire(m, "y", 8);
    set(w, f.a);
    int line = __LINE__ + 1;
    otherwise set(w, not_(f.a));
    EXPECT(f.d, line, "otherwise without a when");

    f = begin();
    m = f.m;
    when (f.c) {
        break;
    }
    EXPECT(f.d, __LINE__ - 3, "left by break");

    f = begin();
    m = f.m;
    line = __LINE__ + 1;
    is (3) {
    }
    EXPECT(f.d, line, "is outside of a switch_on");

    f = begin();
    m = f.m;
    w = output_wire(m, "y", 8);
    set(w, f.a);
    switch_on (f.b) {
        is (1) {
        }
        line = __LINE__ + 1;
        is (2, 1) {
        }
    }
    EXPECT(f.d, line, "is(1) a second time");

    f = begin();
    m = f.m;
    w = output_wire(m, "y", 8);
    switch_on (f.b) {
        set(w, f.a);
    }
    assert_int_equal(hdl_check(f.d), 2);
    assert_says(hdl_message(f.d, 0), "only is and is_default");
    design_free(f.d);
}

static void group_of_no_port(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    sig count = reg(m, "count", 8, 0);
    set(count, f.a);
    output(m, "y", count);
    port_group(count, 1, "Ports");
    EXPECT(f.d, __LINE__ - 1, "port_group", "`count` is no port");
}

/* Errors do not hide each other, and come in the same order every time. */
static void many_errors(void **state)
{
    (void)state;
    fixture f = begin();
    sig w = wire(f.m, "w", 4);
    output(f.m, "p", add(f.a, f.b));
    output(f.m, "q", add(f.a, w));
    output(f.m, "r", w);
    assert_int_equal(hdl_check(f.d), 3);
    assert_says(hdl_message(f.d, 0), "`b` has 4");
    assert_says(hdl_message(f.d, 1), "`w` has 4");
    assert_says(hdl_message(f.d, 2), "undriven");
    assert_int_equal(hdl_check(f.d), 3);
    assert_null(hdl_message(f.d, 3));
    design_free(f.d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_mismatch),
        cmocka_unit_test(literal_too_wide),
        cmocka_unit_test(undriven),
        cmocka_unit_test(doubly_driven),
        cmocka_unit_test(set_of_what_cannot_be),
        cmocka_unit_test(latch),
        cmocka_unit_test(combinational_loop),
        cmocka_unit_test(loop_through_instances),
        cmocka_unit_test(name_clash),
        cmocka_unit_test(value_names),
        cmocka_unit_test(other_module),
        cmocka_unit_test(instances),
        cmocka_unit_test(memories),
        cmocka_unit_test(blocks),
        cmocka_unit_test(group_of_no_port),
        cmocka_unit_test(many_errors),
    };
    return cmocka_run_group_tests_name("hdl: checks", tests, NULL, NULL);
}
