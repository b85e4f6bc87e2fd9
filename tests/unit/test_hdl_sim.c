/* Small modules of every kind, printed, checked by both linters, simulated by Icarus, and compared
 * with what C says, cycle by cycle. (test_hdl_random.c does the same for random modules.) */
#include "test_hdl.h"

enum { CYCLES = 200 };

typedef struct fixture {
    char *directory;
    design *d;
    module *m;
    run_values *r;
    uint64_t random;
} fixture;

static fixture begin(const char *name_)
{
    fixture f = {.directory = open_directory(), .d = design_new(), .random = 88172645463325252u};

    f.m = module_new(f.d, name_);
    return f;
}

/* Random inputs; reset in the first two cycles. */
static void prepare(fixture *f)
{
    check_design(f->d);
    f->r = new_run(f->m, CYCLES);
    for (size_t c = 0; c < CYCLES; c++)
        for (size_t i = 0; i < f->r->n_inputs; i++) {
            unsigned width = f->r->input_widths[i];
            uint64_t v = next_random(&f->random);
            if (next_random(&f->random) % 8 == 0)
                v = next_random(&f->random) % 2 == 0 ? 0 : UINT64_MAX;
            if (width < 64)
                v &= (UINT64_C(1) << width) - 1;
            f->r->inputs[c][i] = strcmp(f->r->input_names[i], "rst") == 0 ? c < 2 : v;
        }
}

static void go(fixture *f)
{
    simulate(f->r, f->m, f->d, f->directory);
}

static void end(fixture *f)
{
    free(f->r);
    design_free(f->d);
    close_directory(f->directory);
}

static uint64_t in(const fixture *f, size_t cycle, const char *port)
{
    return f->r->inputs[cycle][index_of(f->r->input_names, f->r->n_inputs, port)];
}

/* ---- the counter of architecture.md ---- */

static void counter(void **state)
{
    (void)state;
    fixture f = begin("updown");
    module *m = f.m;
    sig up = input(m, "up", 1);
    sig count = reg(m, "count", 8, 0);
    when (up)
        set(count, add(count, lit(8, 1)));
    otherwise
    {
        set(count, sub(count, lit(8, 1)));
    }
    output(m, "value", count);

    prepare(&f);
    go(&f);
    uint8_t expected = 0;
    for (size_t c = 0; c < CYCLES; c++) {
        if (c >= 1)
            assert_output(f.r, c, "value", expected);
        expected = (uint8_t)(c < 2 ? 0 : in(&f, c, "up") ? expected + 1 : expected - 1);
    }
    end(&f);
}

/* ---- a state machine ---- */

enum { IDLE, LOAD, RUN, DONE };

static const hdl_value machine_states[] = {
    {"STATE_IDLE", IDLE}, {"STATE_LOAD", LOAD}, {"STATE_RUN", RUN}, {"STATE_DONE", DONE}, {0}};

static void state_machine(void **state_)
{
    (void)state_;
    fixture f = begin("machine");
    module *m = f.m;
    sig start = input(m, "start", 1);
    sig n = input(m, "n", 4);
    section(m, "State");
    sig state = reg(m, "state", 2, IDLE);
    name_values(state, machine_states);
    sig left = reg(m, "left", 4, 0);
    sig sum = reg_noreset(m, "sum", 16);
    sig busy = output_wire(m, "busy", 1);
    section(m, "Next state");
    set(busy, lit(1, 1));
    switch_on (state) {
        is (IDLE) {
            set(busy, lit(1, 0));
            when (start)
                set(state, lit(2, LOAD));
        }
        is (LOAD) {
            set(left, n);
            set(sum, lit(16, 0));
            set(state, mux(is_zero(n), lit(2, DONE), lit(2, RUN)));
        }
        is (RUN) {
            set(sum, add(sum, zext(left, 16)));
            set(left, sub(left, lit(4, 1)));
            when (eq_lit(left, 1))
                set(state, lit(2, DONE));
        }
        is_default
        {
            set(state, lit(2, IDLE));
        }
    }
    output(m, "sum_out", mux(eq(state, lit(2, DONE)), sum, zeros(16)));

    prepare(&f);
    go(&f);
    unsigned s = IDLE, l = 0, total = 0;
    for (size_t c = 0; c < CYCLES; c++) {
        if (c >= 1) {
            assert_output(f.r, c, "busy", s != IDLE);
            assert_output(f.r, c, "sum_out", s == DONE ? total : 0);
        }
        unsigned next = s;
        if (s == IDLE) {
            next = in(&f, c, "start") ? LOAD : IDLE;
        } else if (s == LOAD) {
            l = (unsigned)in(&f, c, "n");
            total = 0;
            next = l == 0 ? DONE : RUN;
        } else if (s == RUN) {
            total += l;
            next = l == 1 ? DONE : RUN;
            l = (l - 1) & 15;
        } else {
            next = IDLE;
        }
        s = c < 2 ? IDLE : next;
    }
    end(&f);
}

/* ---- memories ---- */

static uint32_t merged(uint32_t old, uint32_t data, uint64_t mask)
{
    for (unsigned b = 0; b < 4; b++)
        if ((mask >> b & 1) != 0)
            old = (old & ~(0xffu << 8 * b)) | (data & 0xffu << 8 * b);
    return old;
}

static void memories(void **state)
{
    (void)state;
    fixture f = begin("stores");
    module *m = f.m;
    sig we = input(m, "we", 1), re = input(m, "re", 1), mask = input(m, "mask", 4);
    sig wa = input(m, "wa", 4), ra = input(m, "ra", 4), data = input(m, "data", 32);

    memory block = mem(m, "block", 32, 16, MEM_SYNC);
    mem_clear(block);
    mem_write_bytes(block, we, wa, data, mask);
    output(m, "q", mem_read_sync(block, "block_q", ra, re));
    output(m, "q2", mem_read_sync(block, "block_q2", add(ra, wa), lit(1, 1)));

    memory file = mem(m, "file", 32, 16, MEM_ASYNC);
    static const uint64_t start[] = {7, 8, 9};
    mem_words(file, start, 3);
    mem_write(file, and_(we, bit(mask, 0)), wa, data);
    output(m, "now", mem_read(file, ra));
    output(m, "sum", add(mem_read(file, wa), lit(32, 1)));

    memory bytes = mem(m, "bytes", 8, 16, MEM_ASYNC);
    mem_clear(bytes);
    mem_write_bytes(bytes, we, wa, bits(data, 7, 0), bit(mask, 3));
    output(m, "byte_out", mem_read(bytes, ra));

    prepare(&f);
    go(&f);
    uint32_t block_c[16] = {0}, file_c[16] = {7, 8, 9}, q = 0, q2 = 0;
    uint8_t bytes_c[16] = {0};
    bool has_q = false;
    for (size_t c = 0; c < CYCLES; c++) {
        uint64_t a = in(&f, c, "wa"), r = in(&f, c, "ra");
        uint32_t d = (uint32_t)in(&f, c, "data");
        if (has_q)
            assert_output(f.r, c, "q", q);
        if (c > 0)
            assert_output(f.r, c, "q2", q2);
        assert_output(f.r, c, "now", file_c[r]);
        assert_output(f.r, c, "sum", file_c[a] + 1u);
        assert_output(f.r, c, "byte_out", bytes_c[r]);
        if (in(&f, c, "re")) { /* the old data, even of the word that is written now */
            q = block_c[r];
            has_q = true;
        }
        q2 = block_c[(r + a) & 15];
        if (in(&f, c, "we")) {
            uint64_t bytes_now = in(&f, c, "mask");
            block_c[a] = merged(block_c[a], d, bytes_now);
            if ((bytes_now & 1) != 0)
                file_c[a] = d;
            if ((bytes_now & 8) != 0)
                bytes_c[a] = (uint8_t)d;
        }
    }
    end(&f);
}

static void write_words(const fixture *f)
{
    FILE *out = open_file(f->directory, "words.hex");
    for (unsigned i = 0; i < 8; i++)
        fprintf(out, "%04x\n", i * 0x1111u);
    fclose(out);
}

static void memory_from_file(void **state)
{
    (void)state;
    fixture f = begin("rom");
    module *m = f.m;
    memory rom = mem(m, "words", 16, 8, MEM_ASYNC);
    mem_file(rom, "words.hex");
    output(m, "y", mem_read(rom, input(m, "a", 3)));
    write_words(&f);

    prepare(&f);
    go(&f);
    for (size_t c = 0; c < CYCLES; c++)
        assert_output(f.r, c, "y", in(&f, c, "a") * 0x1111u);
    end(&f);
}

/* The file's name is a parameter, which the instance sets. */
static void memory_from_parameter(void **state)
{
    (void)state;
    fixture f = begin("board");
    module *m = module_new(f.d, "rom");
    string_parameter(m, "CONTENTS", "nowhere \"\\.hex", "what it holds");
    memory rom = mem(m, "words", 16, 8, MEM_ASYNC);
    mem_file_parameter(rom, "CONTENTS");
    output(m, "y", mem_read(rom, input(m, "a", 3)));
    module *inner = m;
    m = f.m;
    string_parameter(m, "ROM", "words.hex", "what the ROM holds");
    instance *i = inst(m, inner, "u_rom");
    inst_parameter(i, "CONTENTS", "ROM");
    port_in(i, "a", input(m, "a", 3));
    output(m, "y", port_out(i, "y"));
    write_words(&f);

    prepare(&f);
    go(&f);
    for (size_t c = 0; c < CYCLES; c++)
        assert_output(f.r, c, "y", in(&f, c, "a") * 0x1111u);
    char *text = read_file_text(f.directory, "design.v");
    assert_says(text, "module rom #(\n    // what it holds\n    parameter CONTENTS = \"nowhere \\\"\\\\.hex\"\n) (\n");
    free(text);
    end(&f);
}

/* ---- signs and shifts ---- */

static void signed_operations(void **state)
{
    (void)state;
    fixture f = begin("signs");
    module *m = f.m;
    sig a = input(m, "a", 32), b = input(m, "b", 32), c1 = input(m, "c", 1);
    sig n = bits(b, 4, 0);

    output(m, "less", lt_s(a, b));
    output(m, "at_most", le_s(a, b));
    output(m, "beyond", gt_s(a, lit(32, -5)));
    output(m, "little", lt_s(a, lit(32, 12)));
    output(m, "arith", sra(a, n));
    output(m, "logical", shr(a, n));
    output(m, "left", shl(a, n));
    /* The sign must survive beside unsigned operands. */
    output(m, "mixed", mux(c1, sra(a, n), b));
    output(m, "summed", add(sra(a, n), b));
    output(m, "by_three", sra_by(a, 3));
    output(m, "high", bits(mul_s(a, b), 63, 32));
    output(m, "high_u", bits(mul_u(a, b), 63, 32));
    output(m, "wide", sra(a, b)); /* amounts beyond the width */
    output(m, "negative", neg(a));

    prepare(&f);
    for (size_t c = 0; c < CYCLES; c += 3)
        set_input(f.r, c, "b", c);
    go(&f);
    for (size_t c = 0; c < CYCLES; c++) {
        uint32_t x = (uint32_t)in(&f, c, "a"), y = (uint32_t)in(&f, c, "b"), k = y & 31;
        int32_t sx = (int32_t)x, sy = (int32_t)y;
        uint32_t arith = (uint32_t)(sx >> k);
        assert_output(f.r, c, "less", sx < sy);
        assert_output(f.r, c, "at_most", sx <= sy);
        assert_output(f.r, c, "beyond", sx > -5);
        assert_output(f.r, c, "little", sx < 12);
        assert_output(f.r, c, "arith", arith);
        assert_output(f.r, c, "logical", x >> k);
        assert_output(f.r, c, "left", x << k);
        assert_output(f.r, c, "mixed", in(&f, c, "c") ? arith : y);
        assert_output(f.r, c, "summed", (uint32_t)(arith + y));
        assert_output(f.r, c, "by_three", (uint32_t)(sx >> 3));
        assert_output(f.r, c, "high", (uint32_t)(((int64_t)sx * sy) >> 32));
        assert_output(f.r, c, "high_u", (uint32_t)(((uint64_t)x * y) >> 32));
        assert_output(f.r, c, "wide", (uint32_t)(sx >> (y > 31 ? 31 : y)));
        assert_output(f.r, c, "negative", (uint32_t)(0 - x));
    }
    end(&f);
}

/* ---- choices ---- */

static unsigned lowest(uint64_t v)
{
    for (unsigned i = 0; i < 64; i++)
        if ((v >> i & 1) != 0)
            return i;
    return 0;
}

static void choices(void **state)
{
    (void)state;
    fixture f = begin("choices");
    module *m = f.m;
    sig a = input(m, "a", 8), i3 = input(m, "i3", 3), w = input(m, "w", 32);
    sig bits_of_a[8], words[5], conditions[3];

    for (unsigned i = 0; i < 8; i++)
        bits_of_a[i] = bit(a, i);
    for (unsigned i = 0; i < 5; i++)
        words[i] = i % 2 == 0 ? add(w, lit(32, i)) : lit(32, 100 * i);
    for (unsigned i = 0; i < 3; i++)
        conditions[i] = bits_of_a[i];
    output(m, "picked", pick(i3, words, 5)); /* the last for 5, 6 and 7 */
    output(m, "first", first_of(conditions, words, 3, zeros(32)));
    output(m, "joined", select_one_hot(conditions, words, 3));
    output(m, "reversed", cat(bit(a, 0), bit(a, 1), bit(a, 2), bit(a, 3), bit(a, 4), bit(a, 5), bit(a, 6), bit(a, 7)));
    output(m, "straight", cat_array(bits_of_a, 8));
    output(m, "lowest", lowest_set(a));
    output(m, "lowest_at", lowest_index(a));
    output(m, "decoded", one_hot(i3, 8));
    output(m, "encoded", one_hot_index(one_hot(i3, 8)));
    output(m, "one_bit", bit_at(a, i3));
    output(m, "constant_bit", bit_at(lit(8, 0xb4), i3));
    output(m, "nibble", word_at(w, i3, 4));
    output(m, "is_match", match(a, 0xf0, 0x30));
    output(m, "is_none", is_zero(a));
    output(m, "minus", add_lit(w, -4));

    prepare(&f);
    go(&f);
    for (size_t c = 0; c < CYCLES; c++) {
        uint32_t x = (uint32_t)in(&f, c, "w"), v = (uint32_t)in(&f, c, "a");
        unsigned k = (unsigned)in(&f, c, "i3");
        uint32_t word[5] = {x, 100, x + 2, 300, x + 4};
        uint32_t joined = 0, reversed = 0;
        for (unsigned i = 0; i < 3; i++)
            joined |= (v >> i & 1) != 0 ? word[i] : 0;
        for (unsigned i = 0; i < 8; i++)
            reversed |= (v >> i & 1) << (7 - i);
        assert_output(f.r, c, "picked", word[k < 4 ? k : 4]);
        assert_output(f.r, c, "first", (v & 7) != 0 ? word[lowest(v)] : 0);
        assert_output(f.r, c, "joined", joined);
        assert_output(f.r, c, "reversed", reversed);
        assert_output(f.r, c, "straight", v);
        assert_output(f.r, c, "lowest", v & (0 - v));
        assert_output(f.r, c, "lowest_at", lowest(v));
        assert_output(f.r, c, "decoded", 1u << k);
        assert_output(f.r, c, "encoded", k);
        assert_output(f.r, c, "one_bit", v >> k & 1);
        assert_output(f.r, c, "constant_bit", 0xb4u >> k & 1);
        assert_output(f.r, c, "nibble", x >> 4 * k & 15);
        assert_output(f.r, c, "is_match", (v & 0xf0) == 0x30);
        assert_output(f.r, c, "is_none", v == 0);
        assert_output(f.r, c, "minus", (uint32_t)(x - 4));
    }
    end(&f);
}

/* ---- parts of registers and wires ---- */

static void parts(void **state)
{
    (void)state;
    fixture f = begin("parts");
    module *m = f.m;
    sig i = input(m, "i", 3), v = input(m, "v", 1), clear = input(m, "clear", 1);
    sig x = input(m, "x", 4);
    sig valid = reg(m, "valid", 8, 0x80);
    sig halves = wire(m, "halves", 8);
    sig fields = wire(m, "fields", 8);

    set_bit_at(valid, i, v);
    when (clear)
        set_bits(valid, 3, 0, lit(4, 0));
    set_bits(halves, 7, 4, x);
    set_bits(halves, 3, 0, not_(x));
    set(fields, halves);
    when (v)
        set_bits(fields, 5, 2, x);
    set_bit_at(fields, i, clear);
    output(m, "valid", valid); /* the register is the port */
    output(m, "y", halves);
    output(m, "z", fields);

    prepare(&f);
    go(&f);
    unsigned expected = 0;
    for (size_t c = 0; c < CYCLES; c++) {
        unsigned k = (unsigned)in(&f, c, "i"), b = (unsigned)in(&f, c, "v");
        unsigned n = (unsigned)in(&f, c, "x"), kill = (unsigned)in(&f, c, "clear");
        unsigned y = n << 4 | (~n & 15);
        unsigned z = b ? (y & ~0x3cu) | n << 2 : y;
        if (c >= 1)
            assert_output(f.r, c, "valid", expected);
        assert_output(f.r, c, "y", y);
        assert_output(f.r, c, "z", (z & ~(1u << k)) | kill << k);
        expected = (expected & ~(1u << k)) | b << k;
        if (kill)
            expected &= 0xf0;
        if (c < 2)
            expected = 0x80;
    }
    end(&f);
}

/* ---- conditions in every shape; blocks of signals that only some branches set ---- */

static void conditions(void **state)
{
    (void)state;
    fixture f = begin("shapes");
    module *m = f.m;
    sig a = input(m, "a", 1), b = input(m, "b", 1), c1 = input(m, "c", 1), s = input(m, "s", 2);
    section(m, "One");
    sig p = reg(m, "p", 4, 1);
    section(m, "Two");
    sig q = reg(m, "q", 4, 2);
    sig w = wire(m, "w", 4);

    set(w, lit(4, 9));
    when (a) {
        set(p, add(p, lit(4, 1)));
    }
    elsewhen (b) {
        set(q, add(q, lit(4, 1)));
        set(w, p);
    }
    elsewhen (c1) {
        set(p, add(p, lit(4, 2)));
        switch_on (s) {
            is (0, 3)
                set(q, p);
            is (1)
                set(w, q);
            is_default
            {
                set(p, q);
            }
        }
    }
    otherwise
    {
        set(w, lit(4, 3));
    }
    output(m, "p_out", p);
    output(m, "q_out", q);
    output(m, "w_out", w);

    prepare(&f);
    go(&f);
    unsigned pc = 1, qc = 2;
    for (size_t c = 0; c < CYCLES; c++) {
        unsigned pn = pc, qn = qc, wn = 9;
        uint64_t sv = in(&f, c, "s");
        if (in(&f, c, "a")) {
            pn = pc + 1;
        } else if (in(&f, c, "b")) {
            qn = qc + 1;
            wn = pc;
        } else if (in(&f, c, "c")) {
            pn = sv == 2 ? qc : pc + 2;
            qn = sv == 0 || sv == 3 ? pc : qc;
            wn = sv == 1 ? qc : 9;
        } else {
            wn = 3;
        }
        if (c >= 2) {
            assert_output(f.r, c, "p_out", pc);
            assert_output(f.r, c, "q_out", qc);
            assert_output(f.r, c, "w_out", wn);
        }
        pc = c < 2 ? 1 : pn & 15;
        qc = c < 2 ? 2 : qn & 15;
    }
    end(&f);
}

/* ---- a hierarchy ---- */

static module *accumulator(design *d, unsigned width)
{
    char name_[32];

    snprintf(name_, sizeof name_, "accumulator_%u", width);
    if (module_find(d, name_) != NULL)
        return module_find(d, name_);
    module *m = module_new(d, name_);
    sig x = input(m, "x", width), enable = input(m, "enable", 1);
    input(m, "spare", 5); /* never used: not a port of the printed module */
    sig total = reg(m, "total", width, 0);
    when (enable)
        set(total, add(total, x));
    output(m, "total", total);
    output(m, "next", add(total, x));
    output(m, "parity", reduce_xor(total)); /* used by one instance only */
    return m;
}

static void hierarchy(void **state)
{
    (void)state;
    fixture f = begin("tree");
    module *m = f.m;
    sig x = input(m, "x", 8), y = input(m, "y", 16), go_on = input(m, "go_on", 1);

    instance *a = inst(m, accumulator(f.d, 8), "u_a");
    port_in(a, "x", x);
    port_in(a, "enable", go_on);
    port_in(a, "spare", lit(5, 3));
    sig a_total = name(m, "a_total", port_out(a, "total"));
    instance *b = inst(m, accumulator(f.d, 8), "u_b");
    port_in(b, "x", xor_(a_total, x));
    port_in(b, "enable", and_(go_on, port_out(a, "parity"), not_(eq(x, zeros(8)))));
    port_in(b, "spare", lit(5, 4));
    instance *c = inst(m, accumulator(f.d, 16), "u_c");
    port_in(c, "x", y);
    port_in(c, "enable", lit(1, 1)); /* a constant goes into the module */
    port_in(c, "spare", lit(5, 4));
    output(m, "a_total", a_total);
    output(m, "b_next", port_out(b, "next"));
    output(m, "c_total", port_out(c, "total"));

    prepare(&f);
    go(&f);
    uint8_t at = 0, bt = 0;
    uint16_t ct = 0;
    for (size_t k = 0; k < CYCLES; k++) {
        uint8_t xv = (uint8_t)in(&f, k, "x"), xb = at ^ xv;
        unsigned odd = 0;
        for (unsigned i = 0; i < 8; i++)
            odd ^= at >> i & 1;
        if (k >= 2) {
            assert_output(f.r, k, "a_total", at);
            assert_output(f.r, k, "b_next", (uint8_t)(bt + xb));
            assert_output(f.r, k, "c_total", ct);
        }
        bool on = in(&f, k, "go_on") != 0;
        bt = (uint8_t)(k < 2 ? 0 : on && odd && xv != 0 ? bt + xb : bt);
        at = (uint8_t)(k < 2 ? 0 : on ? at + xv : at);
        ct = (uint16_t)(k < 2 ? 0 : ct + in(&f, k, "y"));
    }
    char *text = read_file_text(f.directory, "design.v");
    assert_silent_about(text, "spare");
    assert_says(text, "a_parity");
    free(text);
    end(&f);
}

/* ---- wide signals ---- */

static void wide(void **state)
{
    (void)state;
    fixture f = begin("wide");
    module *m = f.m;
    sig x = input(m, "x", 64), n = input(m, "n", 11);
    sig big = reg(m, "big", 2048, 0);

    set(big, or_(shl(big, lit(7, 64)), zext(x, 2048)));
    sig all = name(m, "all", xor_(big, ones(2048)));
    output(m, "oldest", bits(all, 2047, 1984));
    output(m, "chosen", bits(shr(big, n), 63, 0));
    output(m, "seen", lt_u(big, cat(lit(1, 1), zeros(2047))));

    prepare(&f);
    for (size_t c = 0; c < CYCLES; c++)
        set_input(f.r, c, "n", (c % 32) * 64);
    go(&f);
    uint64_t words[32] = {0};
    for (size_t c = 0; c < CYCLES; c++) {
        if (c >= 2) {
            assert_output(f.r, c, "oldest", ~words[31]);
            assert_output(f.r, c, "chosen", words[c % 32]);
            assert_output(f.r, c, "seen", words[31] >> 63 == 0);
        }
        memmove(words + 1, words, 31 * sizeof *words);
        words[0] = in(&f, c, "x");
        if (c < 2)
            memset(words, 0, sizeof words);
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counter),
        cmocka_unit_test(state_machine),
        cmocka_unit_test(memories),
        cmocka_unit_test(memory_from_file),
        cmocka_unit_test(memory_from_parameter),
        cmocka_unit_test(signed_operations),
        cmocka_unit_test(choices),
        cmocka_unit_test(parts),
        cmocka_unit_test(conditions),
        cmocka_unit_test(hierarchy),
        cmocka_unit_test(wide),
    };
    return cmocka_run_group_tests_name("hdl: simulation", tests, NULL, NULL);
}
