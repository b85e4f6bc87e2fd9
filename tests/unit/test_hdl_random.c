/*
 * Random modules: built through the library and, beside it, as a list of operations that this
 * file computes by itself. The printed Verilog must pass both linters and give the same values
 * in simulation, cycle by cycle.
 */
#include "test_hdl.h"

enum { N_INPUTS = 6, N_MODULES = 40, N_TEST_CYCLES = 40, MAX_TERMS = 12000, MAX_STATE = 32, MAX_OUTPUTS = 40 };

typedef unsigned __int128 u128;

/* ---- the reference: terms in order, each computed from earlier ones ---- */

typedef enum {
    T_CONST,
    T_INPUT,
    T_STATE,
    T_NOT,
    T_NEG,
    T_ANY,
    T_ALL,
    T_PARITY,
    T_AND,
    T_OR,
    T_XOR,
    T_ADD,
    T_SUB,
    T_MUL,
    T_EQ,
    T_LT,
    T_LT_SIGNED,
    T_SHL,
    T_SHR,
    T_SRA,
    T_MUX,
    T_CAT,
    T_BITS,
    T_SEXT,
    T_REPEAT,
    T_BIT_AT,
    T_PICK
} term_kind;

typedef struct term {
    term_kind kind;
    unsigned width;
    unsigned a, b, c; /* terms; T_BITS: b is the lowest bit; T_PICK: four terms b, b + 1, ... */
    unsigned d, e;
    u128 value;
} term;

typedef struct machine {
    design *d;
    module *m;
    uint64_t random;
    term terms[MAX_TERMS];
    sig sigs[MAX_TERMS];
    unsigned n;
    unsigned state[MAX_STATE]; /* terms of registers */
    unsigned next[MAX_STATE];  /* terms of their next values */
    bool reset[MAX_STATE];     /* their reset values */
    unsigned n_state;
    unsigned own_state;            /* registers of the module itself; the others are in instances */
    unsigned outputs[MAX_OUTPUTS]; /* terms of the ports o0, o1, ... */
    unsigned n_outputs;
    unsigned names;
} machine;

static u128 mask_of(unsigned width)
{
    return width == 128 ? ~(u128)0 : ((u128)1 << width) - 1;
}

static bool top_bit(u128 v, unsigned width)
{
    return (v >> (width - 1) & 1) != 0;
}

static u128 extend(u128 v, unsigned from)
{
    return top_bit(v, from) ? v | ~mask_of(from) : v;
}

static u128 shifted(const term *t, u128 a, u128 amount, unsigned width)
{
    unsigned by = amount < width ? (unsigned)amount : width;
    u128 fill = t->kind == T_SRA && top_bit(a, width) ? mask_of(width) : 0;

    if (by == width)
        return t->kind == T_SRA ? fill : 0;
    if (t->kind == T_SHL)
        return a << by;
    return a >> by | (by > 0 ? fill << (width - by) : 0);
}

static unsigned parity_of(u128 v)
{
    unsigned odd = 0;

    for (; v != 0; v &= v - 1)
        odd ^= 1;
    return odd;
}

static u128 repeated(u128 v, unsigned width, unsigned total)
{
    u128 result = 0;

    for (unsigned i = 0; i < total; i += width)
        result |= v << i;
    return result;
}

static u128 compute(const machine *k, const term *t)
{
    const term *x = &k->terms[t->a], *y = &k->terms[t->b], *z = &k->terms[t->c];
    u128 a = x->value, b = y->value, c = z->value;
    const term *four[] = {y, z, &k->terms[t->d], &k->terms[t->e]};

    switch (t->kind) {
    case T_CONST:
    case T_INPUT:
    case T_STATE:
        return t->value;
    case T_NOT:
        return ~a;
    case T_NEG:
        return (u128)0 - a;
    case T_ANY:
        return a != 0;
    case T_ALL:
        return a == mask_of(x->width);
    case T_PARITY:
        return parity_of(a);
    case T_AND:
        return a & b;
    case T_OR:
        return a | b;
    case T_XOR:
        return a ^ b;
    case T_ADD:
        return a + b;
    case T_SUB:
        return a - b;
    case T_MUL:
        return a * b;
    case T_EQ:
        return a == b;
    case T_LT:
        return a < b;
    case T_LT_SIGNED:
        return top_bit(a, x->width) != top_bit(b, x->width) ? top_bit(a, x->width) : a < b;
    case T_SHL:
    case T_SHR:
    case T_SRA:
        return shifted(t, a, b, x->width);
    case T_MUX:
        return a != 0 ? b : c;
    case T_CAT:
        return a << y->width | b;
    case T_BITS:
        return a >> t->b;
    case T_SEXT:
        return extend(a, x->width);
    case T_REPEAT:
        return repeated(a, x->width, t->width);
    case T_BIT_AT:
        return a >> (unsigned)b & 1;
    case T_PICK:
        return four[a < 4 ? (unsigned)a : 3]->value;
    }
    return 0;
}

/* ---- random terms ---- */

static unsigned below(machine *k, unsigned n)
{
    return (unsigned)(next_random(&k->random) % n);
}

static unsigned add_term(machine *k, term t, sig s)
{
    assert_true(k->n < MAX_TERMS);
    k->terms[k->n] = t;
    k->terms[k->n].value &= mask_of(t.width);
    k->sigs[k->n] = s;
    return k->n++;
}

static unsigned constant_term(machine *k, unsigned width, uint64_t value)
{
    module *m = k->m;
    sig s = width <= 64 ? lit(width, width < 64 ? value & ((UINT64_C(1) << width) - 1) : value)
                        : zext(lit(64, value), width);
    return add_term(k, (term){.kind = T_CONST, .width = width, .value = value}, s);
}

/* Some earlier term; mostly a recent one, so that expressions get deep. */
static unsigned any_term(machine *k)
{
    for (;;) {
        unsigned recent = k->n < 12 ? k->n : 12;
        unsigned t = below(k, 3) == 0 ? below(k, k->n) : k->n - 1 - below(k, recent);
        if (!is_none(k->sigs[t])) /* some terms are known to the reference only */
            return t;
    }
}

/* An earlier term brought to this width. */
static unsigned term_of_width(machine *k, unsigned width)
{
    for (unsigned tries = 0; tries < 8; tries++) {
        unsigned t = any_term(k);
        if (k->terms[t].width == width)
            return t;
    }
    unsigned t = any_term(k);
    unsigned old = k->terms[t].width;
    if (old == width)
        return t;
    if (below(k, 6) == 0)
        return constant_term(k, width, next_random(&k->random) >> below(k, 64));
    if (old > width) {
        unsigned lo = below(k, old - width + 1);
        return add_term(k, (term){.kind = T_BITS, .width = width, .a = t, .b = lo},
                        bits(k->sigs[t], lo + width - 1, lo));
    }
    if (below(k, 2) == 0)
        return add_term(k, (term){.kind = T_SEXT, .width = width, .a = t}, sext(k->sigs[t], width));
    module *m = k->m;
    unsigned filler = add_term(k, (term){.kind = T_CONST, .width = width - old}, zeros(width - old));
    return add_term(k, (term){.kind = T_CAT, .width = width, .a = filler, .b = t}, zext(k->sigs[t], width));
}

static unsigned random_width(machine *k)
{
    static const unsigned widths[] = {1, 1, 1, 2, 3, 4, 5, 7, 8, 8, 12, 16, 31, 32, 33, 48, 64, 90};
    return widths[below(k, sizeof widths / sizeof *widths)];
}

static unsigned unary_term(machine *k)
{
    unsigned a = any_term(k), width = k->terms[a].width;
    sig s = k->sigs[a];

    switch (below(k, 6)) {
    case 0:
        return add_term(k, (term){.kind = T_NOT, .width = width, .a = a}, not_(s));
    case 1:
        return add_term(k, (term){.kind = T_NEG, .width = width, .a = a}, neg(s));
    case 2:
        return add_term(k, (term){.kind = T_ANY, .width = 1, .a = a}, reduce_or(s));
    case 3:
        return add_term(k, (term){.kind = T_ALL, .width = 1, .a = a}, reduce_and(s));
    case 4:
        return add_term(k, (term){.kind = T_PARITY, .width = 1, .a = a}, reduce_xor(s));
    default:
        if (width > 30)
            return a;
        return add_term(k, (term){.kind = T_REPEAT, .width = 3 * width, .a = a}, repeat(s, 3));
    }
}

static unsigned binary_term(machine *k)
{
    unsigned width = random_width(k);
    unsigned a = term_of_width(k, width), b = term_of_width(k, width);
    sig x = k->sigs[a], y = k->sigs[b];
    term t = {.width = width, .a = a, .b = b};
    sig s;

    switch (below(k, 14)) {
    case 0:
        t.kind = T_AND;
        s = and_(x, y);
        break;
    case 1:
        t.kind = T_OR;
        s = or_(x, y);
        break;
    case 2:
        t.kind = T_XOR;
        s = xor_(x, y);
        break;
    case 3:
        t.kind = T_ADD;
        s = add(x, y);
        break;
    case 4:
        t.kind = T_SUB;
        s = sub(x, y);
        break;
    case 5:
        t.kind = T_MUL;
        s = mul(x, y);
        break;
    case 6:
        t.kind = T_EQ;
        t.width = 1;
        s = eq(x, y);
        break;
    case 7:
        t.kind = T_LT;
        t.width = 1;
        s = lt_u(x, y);
        break;
    case 8:
        t.kind = T_LT_SIGNED;
        t.width = 1;
        s = lt_s(x, y);
        break;
    case 9:
        t.kind = T_LT;
        t.width = 1;
        t.a = b;
        t.b = a;
        s = gt_u(x, y);
        break;
    case 10:
        t.kind = T_LT_SIGNED;
        t.width = 1;
        t.a = b;
        t.b = a;
        s = gt_s(x, y);
        break;
    case 11: {
        unsigned less = add_term(k, (term){.kind = T_LT, .width = 1, .a = a, .b = b}, lt_u(x, y));
        t = (term){.kind = T_NOT, .width = 1, .a = less};
        s = ge_u(x, y);
        break;
    }
    case 12: {
        unsigned less = add_term(k, (term){.kind = T_LT_SIGNED, .width = 1, .a = b, .b = a}, gt_s(x, y));
        t = (term){.kind = T_NOT, .width = 1, .a = less};
        s = le_s(x, y);
        break;
    }
    default: {
        unsigned same = add_term(k, (term){.kind = T_EQ, .width = 1, .a = a, .b = b}, eq(x, y));
        t = (term){.kind = T_NOT, .width = 1, .a = same};
        s = ne(x, y);
        break;
    }
    }
    return add_term(k, t, s);
}

static unsigned shift_term(machine *k)
{
    unsigned a = any_term(k), b = term_of_width(k, 1 + below(k, 7));
    term t = {.width = k->terms[a].width, .a = a, .b = b};
    sig x = k->sigs[a], y = k->sigs[b];

    switch (below(k, 4)) {
    case 0:
        t.kind = T_SHL;
        return add_term(k, t, shl(x, y));
    case 1:
        t.kind = T_SHR;
        return add_term(k, t, shr(x, y));
    case 2:
        t.kind = T_SRA;
        return add_term(k, t, sra(x, y));
    default: {
        unsigned by = below(k, t.width + 2);
        t.b = constant_term(k, 8, by);
        t.kind = T_SRA;
        return add_term(k, t, sra_by(x, by));
    }
    }
}

static unsigned choice_term(machine *k)
{
    unsigned width = random_width(k);

    if (below(k, 3) == 0) {
        unsigned index = term_of_width(k, 1 + below(k, 2) + 1);
        unsigned v[4];
        sig array[4];
        for (unsigned i = 0; i < 4; i++) {
            v[i] = term_of_width(k, width);
            array[i] = k->sigs[v[i]];
        }
        return add_term(k,
                        (term){.kind = T_PICK, .width = width, .a = index, .b = v[0], .c = v[1], .d = v[2], .e = v[3]},
                        pick(k->sigs[index], array, 4));
    }
    unsigned c = term_of_width(k, 1), a = term_of_width(k, width), b = term_of_width(k, width);
    return add_term(k, (term){.kind = T_MUX, .width = width, .a = c, .b = a, .c = b},
                    mux(k->sigs[c], k->sigs[a], k->sigs[b]));
}

static unsigned structure_term(machine *k)
{
    unsigned a = any_term(k), b = any_term(k);
    unsigned width = k->terms[a].width;

    if (below(k, 2) == 0) {
        if (width + k->terms[b].width > 100)
            return a;
        return add_term(k, (term){.kind = T_CAT, .width = width + k->terms[b].width, .a = a, .b = b},
                        cat(k->sigs[a], k->sigs[b]));
    }
    unsigned eight = term_of_width(k, 8), index = term_of_width(k, 3);
    return add_term(k, (term){.kind = T_BIT_AT, .width = 1, .a = eight, .b = index},
                    bit_at(k->sigs[eight], k->sigs[index]));
}

static unsigned random_term(machine *k)
{
    unsigned t;

    switch (below(k, 8)) {
    case 0:
        t = unary_term(k);
        break;
    case 1:
    case 2:
    case 3:
        t = binary_term(k);
        break;
    case 4:
        t = shift_term(k);
        break;
    case 5:
    case 6:
        t = choice_term(k);
        break;
    default:
        t = structure_term(k);
        break;
    }
    if (below(k, 5) == 0) {
        module *m = k->m;
        k->sigs[t] = name(m, fmt("n%u", k->names++), k->sigs[t]);
    }
    return t;
}

/* ---- random statements, which the reference sees as choices ---- */

/* Sets some of the targets, under the path condition `path` (a term; 0 is the constant 1). */
static void random_statements(machine *k, unsigned path, const sig *targets, unsigned *values, const unsigned *widths,
                              unsigned n, unsigned depth);

static unsigned both(machine *k, unsigned a, unsigned b)
{
    return add_term(k, (term){.kind = T_AND, .width = 1, .a = a, .b = b}, (sig){0});
}

static unsigned inverse(machine *k, unsigned a)
{
    return add_term(k, (term){.kind = T_NOT, .width = 1, .a = a}, (sig){0});
}

/* Terms that only the reference knows have no signal; choose operands among the others. */
static unsigned operand(machine *k, unsigned limit, unsigned width)
{
    for (unsigned tries = 0; tries < 60; tries++) {
        unsigned t = below(k, limit);
        if (!is_none(k->sigs[t]) && k->terms[t].width == width)
            return t;
    }
    return constant_term(k, width, next_random(&k->random));
}

static void random_set(machine *k, unsigned path, const sig *targets, unsigned *values, const unsigned *widths,
                       unsigned n, unsigned limit)
{
    unsigned i = below(k, n);
    unsigned v = operand(k, limit, widths[i]);

    set(targets[i], k->sigs[v]);
    values[i] = add_term(k, (term){.kind = T_MUX, .width = widths[i], .a = path, .b = v, .c = values[i]}, (sig){0});
}

static void random_when(machine *k, unsigned path, const sig *targets, unsigned *values, const unsigned *widths,
                        unsigned n, unsigned depth, unsigned limit)
{
    module *m = k->m;
    unsigned c1 = operand(k, limit, 1), c2 = operand(k, limit, 1);
    unsigned not1 = inverse(k, c1);

    when (k->sigs[c1])
        random_statements(k, both(k, path, c1), targets, values, widths, n, depth);
    if (below(k, 2) == 0)
        return;
    elsewhen (k->sigs[c2])
        random_statements(k, both(k, path, both(k, not1, c2)), targets, values, widths, n, depth);
    if (below(k, 2) == 0)
        return;
    otherwise random_statements(k, both(k, path, both(k, not1, inverse(k, c2))), targets, values, widths, n, depth);
}

static void random_switch(machine *k, unsigned path, const sig *targets, unsigned *values, const unsigned *widths,
                          unsigned n, unsigned depth, unsigned limit)
{
    module *m = k->m;
    unsigned s = operand(k, limit, 2);
    unsigned is_value[3], none = path;

    for (unsigned i = 0; i < 3; i++) {
        unsigned value = constant_term(k, 2, i);
        is_value[i] = add_term(k, (term){.kind = T_EQ, .width = 1, .a = s, .b = value}, (sig){0});
        none = both(k, none, inverse(k, is_value[i]));
    }
    unsigned one_or_two = inverse(k, both(k, inverse(k, is_value[1]), inverse(k, is_value[2])));
    bool has_default = below(k, 2) == 0;
    switch_on (k->sigs[s]) {
        is (0)
            random_statements(k, both(k, path, is_value[0]), targets, values, widths, n, depth);
        is (1, 2)
            random_statements(k, both(k, path, one_or_two), targets, values, widths, n, depth);
        if (has_default) {
            is_default random_statements(k, none, targets, values, widths, n, depth);
        }
    }
}

static void random_statements(machine *k, unsigned path, const sig *targets, unsigned *values, const unsigned *widths,
                              unsigned n, unsigned depth)
{
    unsigned limit = k->n;
    unsigned shape = depth == 0 ? 0 : below(k, 4);

    /* At most one direct set in a block, at its start: two might hide each other. */
    if (shape == 0 || below(k, 2) == 0)
        random_set(k, path, targets, values, widths, n, limit);
    if (shape == 1 || shape == 2)
        random_when(k, path, targets, values, widths, n, depth - 1, limit);
    if (shape == 3)
        random_switch(k, path, targets, values, widths, n, depth - 1, limit);
}

/* Wires with a default, set under conditions: terms like any others. */
static void random_wires(machine *k)
{
    module *m = k->m;
    enum { N = 3 };
    sig targets[N];
    unsigned values[N], widths[N];

    for (unsigned i = 0; i < N; i++) {
        widths[i] = random_width(k);
        targets[i] = wire(m, fmt("w%u", k->names++), widths[i]);
        values[i] = term_of_width(k, widths[i]);
        set(targets[i], k->sigs[values[i]]);
    }
    unsigned one = constant_term(k, 1, 1);
    random_when(k, one, targets, values, widths, N, 2, k->n - 1);
    random_switch(k, one, targets, values, widths, N, 2, k->n - 1);
    /* The path terms have no signals; move those of the wires to the end. */
    for (unsigned i = 0; i < N; i++)
        add_term(k, (term){.kind = T_OR, .width = widths[i], .a = values[i], .b = values[i]}, targets[i]);
}

static void random_registers(machine *k, sig *registers)
{
    module *m = k->m;
    unsigned values[MAX_STATE], widths[MAX_STATE];

    for (unsigned i = 0; i < k->own_state; i++) {
        values[i] = k->state[i];
        widths[i] = k->terms[k->state[i]].width;
    }
    unsigned one = constant_term(k, 1, 1);
    random_when(k, one, registers, values, widths, k->own_state, 3, k->n - 1);
    section(m, "More");
    random_switch(k, one, registers, values, widths, k->own_state, 3, k->n - 1);
    for (unsigned i = 0; i < k->own_state; i++) {
        unsigned v = k->state[i];
        for (unsigned tries = 0; v == k->state[i] && tries < 50; tries++) {
            unsigned t = below(k, k->n);
            if (!is_none(k->sigs[t]) && k->terms[t].width == widths[i])
                v = t;
        }
        unsigned c = operand(k, k->n, 1);
        when (k->sigs[c])
            set(registers[i], k->sigs[v]);
        k->next[i] = add_term(k, (term){.kind = T_MUX, .width = widths[i], .a = c, .b = v, .c = values[i]}, (sig){0});
    }
}

/* ---- a module, its run, the comparison ---- */

static const unsigned input_widths[N_INPUTS] = {1, 2, 8, 32, 48, 64};

static void build_state(machine *k, sig *registers)
{
    module *m = k->m;

    section(m, "State");
    for (k->n_state = 0; k->n_state < 5; k->n_state++) {
        unsigned i = k->n_state, width = i == 0 ? 1 : random_width(k);
        k->reset[i] = (i & 1) != 0;
        registers[i] = reg(m, fmt("r%u", i), width, i & 1);
        k->state[i] = add_term(k, (term){.kind = T_STATE, .width = width}, registers[i]);
    }
    k->own_state = k->n_state;
}

static void build_outputs(machine *k)
{
    module *m = k->m;

    for (unsigned t = 0; t < k->n && k->n_outputs < MAX_OUTPUTS; t++) {
        if (is_none(k->sigs[t]) || k->terms[t].width > 64 || below(k, 3) != 0)
            continue;
        output(m, fmt("o%u", k->n_outputs), k->sigs[t]);
        k->outputs[k->n_outputs++] = t;
    }
}

/* The terms of the submodule once more, as terms of this module that only the reference knows: its inputs
 * are what is connected. */
static void copy_terms(machine *k, const machine *sub, const unsigned *connected)
{
    unsigned offset = k->n;

    for (unsigned i = 0; i < sub->n; i++) {
        term t = sub->terms[i];
        if (t.kind == T_INPUT) {
            t = (term){.kind = T_OR, .width = t.width, .a = connected[i], .b = connected[i]};
        } else {
            t.a += offset;
            t.b += t.kind == T_BITS ? 0 : offset;
            t.c += offset;
            t.d += offset;
            t.e += offset;
        }
        add_term(k, t, (sig){0});
    }
    for (unsigned i = 0; i < sub->n_state; i++, k->n_state++) {
        assert_true(k->n_state < MAX_STATE);
        k->state[k->n_state] = sub->state[i] + offset;
        k->next[k->n_state] = sub->next[i] + offset;
        k->reset[k->n_state] = sub->reset[i];
    }
}

/* An instance with random signals, or constants, at its inputs, of which some outputs are used. */
static void add_instance(machine *k, const machine *sub)
{
    module *m = k->m;
    instance *i = inst(m, sub->m, fmt("u_%u", k->names++));
    unsigned connected[N_INPUTS];

    for (unsigned p = 0; p < N_INPUTS; p++) {
        connected[p] = below(k, 3) == 0 ? constant_term(k, input_widths[p], 1) : term_of_width(k, input_widths[p]);
        port_in(i, fmt("i%u", p), k->sigs[connected[p]]);
    }
    unsigned offset = k->n;
    copy_terms(k, sub, connected);
    for (unsigned p = 0; p < sub->n_outputs; p++) {
        unsigned t = sub->outputs[p] + offset;
        if (below(k, 2) == 0)
            continue;
        sig s = port_out(i, fmt("o%u", p));
        if (below(k, 2) == 0)
            s = name(m, fmt("s%u", k->names++), s);
        add_term(k, (term){.kind = T_OR, .width = k->terms[t].width, .a = t, .b = t}, s);
    }
}

static void build(machine *k, const char *name_, const machine *sub)
{
    module *m = k->m = module_new(k->d, name_);
    sig registers[MAX_STATE];

    for (unsigned i = 0; i < N_INPUTS; i++)
        add_term(k, (term){.kind = T_INPUT, .width = input_widths[i]}, input(m, fmt("i%u", i), input_widths[i]));
    build_state(k, registers);
    section(m, "Logic");
    for (unsigned i = 0; i < 25; i++)
        random_term(k);
    random_wires(k);
    for (unsigned i = 0; sub != NULL && i < 2; i++)
        add_instance(k, sub);
    for (unsigned i = 0; i < 25; i++)
        random_term(k);
    random_registers(k, registers);
    build_outputs(k);
}

/* The terms of the inputs are the first ones: i0, i1, ... */
static void copy_inputs(machine *k, const run_values *r, size_t cycle)
{
    for (unsigned t = 0; t < N_INPUTS; t++) {
        char port[16];
        snprintf(port, sizeof port, "i%u", t);
        k->terms[t].value = r->inputs[cycle][index_of(r->input_names, r->n_inputs, port)];
    }
}

static void compute_all(machine *k)
{
    for (unsigned t = 0; t < k->n; t++)
        k->terms[t].value = compute(k, &k->terms[t]) & mask_of(k->terms[t].width);
}

static void advance(machine *k, bool reset)
{
    u128 next[MAX_STATE];

    for (unsigned i = 0; i < k->n_state; i++)
        next[i] = reset ? k->reset[i] : k->terms[k->next[i]].value;
    for (unsigned i = 0; i < k->n_state; i++)
        k->terms[k->state[i]].value = next[i];
}

static void random_inputs(machine *k, run_values *r)
{
    for (size_t c = 0; c < r->n_cycles; c++)
        for (size_t i = 0; i < r->n_inputs; i++) {
            uint64_t v = next_random(&k->random);
            if (below(k, 4) == 0)
                v = below(k, 2) == 0 ? 0 : UINT64_MAX;
            bool is_reset = strcmp(r->input_names[i], "rst") == 0;
            r->inputs[c][i] = is_reset ? c < 2 : v & (uint64_t)mask_of(r->input_widths[i]);
        }
}

static machine *new_machine(design *d, uint64_t seed)
{
    machine *k = calloc(1, sizeof *k);

    assert_non_null(k);
    k->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    k->d = d;
    return k;
}

static void compare(const machine *k, const run_values *r, size_t cycle, uint64_t seed)
{
    for (unsigned i = 0; i < k->n_outputs; i++) {
        char port[16];
        snprintf(port, sizeof port, "o%u", i);
        uint64_t expected = (uint64_t)k->terms[k->outputs[i]].value;
        size_t at = index_of(r->output_names, r->n_outputs, port);
        if (r->is_unknown[cycle][at] || r->outputs[cycle][at] != expected)
            print_error("HDL_RANDOM_SEED=%llu:\n", (unsigned long long)seed);
        assert_output(r, cycle, port, expected);
    }
}

/* A module; every second one has two instances of another random module. */
static void one_module(uint64_t seed, const char *directory)
{
    design *d = design_new();
    machine *k = new_machine(d, seed), *sub = seed % 2 == 0 ? new_machine(d, seed + 1000000) : NULL;

    if (sub != NULL)
        build(sub, "part", NULL);
    build(k, "random", sub);
    check_design(d);
    run_values *r = new_run(k->m, N_TEST_CYCLES);
    random_inputs(k, r);
    simulate(r, k->m, d, directory);
    for (size_t c = 0; c < r->n_cycles; c++) {
        copy_inputs(k, r, c);
        compute_all(k);
        if (c >= 2)
            compare(k, r, c, seed);
        advance(k, c < 2);
    }
    free(r);
    free(k);
    free(sub);
    design_free(d);
}

static void random_modules(void **state)
{
    char *directory = open_directory();

    (void)state;
    const char *first = getenv("HDL_RANDOM_SEED");
    uint64_t seed = first != NULL ? strtoull(first, NULL, 10) : 1;
    const char *count = getenv("HDL_RANDOM_COUNT");
    uint64_t n = count != NULL ? strtoull(count, NULL, 10) : N_MODULES;
    for (uint64_t i = 0; i < n; i++)
        one_module(seed + i, directory);
    close_directory(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_modules),
    };
    return cmocka_run_group_tests_name("hdl: random modules", tests, NULL, NULL);
}
