/* Expressions as Verilog text. Operands have the widths that the netlist says, so no operand is
 * ever extended or cut by its context, and signedness appears only where $signed is written. */
#include "hdl_internal.h"

#include <string.h>

typedef enum {
    ANY,
    CHOICE, /* ?: */
    LOGICAL_OR,
    LOGICAL_AND,
    BIT_OR,
    BIT_XOR,
    BIT_AND,
    EQUALITY,
    RELATION,
    SHIFT,
    SUM,
    PRODUCT,
    UNARY,
    PRIMARY
} precedence;

typedef struct operator_text {
    precedence level;
    const char *text;
} operator_text;

static const operator_text operators[HDL_OP_COUNT] = {
    [HDL_NOT] = {UNARY, "~"},        [HDL_NEG] = {UNARY, "-"},        [HDL_REDUCE_OR] = {UNARY, "|"},
    [HDL_REDUCE_AND] = {UNARY, "&"}, [HDL_REDUCE_XOR] = {UNARY, "^"}, [HDL_AND] = {BIT_AND, " & "},
    [HDL_OR] = {BIT_OR, " | "},      [HDL_XOR] = {BIT_XOR, " ^ "},    [HDL_ADD] = {SUM, " + "},
    [HDL_SUB] = {SUM, " - "},        [HDL_MUL] = {PRODUCT, " * "},    [HDL_EQ] = {EQUALITY, " == "},
    [HDL_NE] = {EQUALITY, " != "},   [HDL_LT_U] = {RELATION, " < "},  [HDL_LE_U] = {RELATION, " <= "},
    [HDL_GT_U] = {RELATION, " > "},  [HDL_GE_U] = {RELATION, " >= "}, [HDL_LT_S] = {RELATION, " < "},
    [HDL_LE_S] = {RELATION, " <= "}, [HDL_GT_S] = {RELATION, " > "},  [HDL_GE_S] = {RELATION, " >= "},
    [HDL_SHL] = {SHIFT, " << "},     [HDL_SHR] = {SHIFT, " >> "},     [HDL_SRA] = {SHIFT, " >>> "},
    [HDL_MUX] = {CHOICE, " ? "},
};

static operator_text operator_of(const node *n)
{
    if (n->width == 1 && n->op == HDL_AND)
        return (operator_text){LOGICAL_AND, " && "};
    if (n->width == 1 && n->op == HDL_OR)
        return (operator_text){LOGICAL_OR, " || "};
    if (n->width == 1 && n->op == HDL_NOT)
        return (operator_text){UNARY, "!"};
    operator_text o = operators[n->op];
    return o.text != NULL ? o : (operator_text){PRIMARY, ""};
}

/* ---- constants ---- */

const char *constant_text(arena *a, const uint64_t *words, uint32_t width)
{
    uint64_t low = constant_low(words, width);

    if (width == 1)
        return low != 0 ? "1'b1" : "1'b0";
    if (low < 16)
        return arena_format(a, "%u'd%u", width, (unsigned)low);
    text t = {.mem = a};
    size_t i = words_of(width);
    while (words[i - 1] == 0)
        i--;
    putf(&t, "%u'h%llx", width, (unsigned long long)words[--i]);
    while (i-- > 0)
        putf(&t, "%016llx", (unsigned long long)words[i]);
    return t.at;
}

/* The constant as a value of the symbol `target`, by its name if it has one. */
static const char *constant_as(plan *p, const node *n, uint32_t target)
{
    const symbol *s = target != NONE ? &p->m->symbols[target] : NULL;

    for (uint32_t i = 0; s != NULL && n->width == s->width && i < s->values.n; i++) {
        const value_name *v = &p->m->value_names[s->values.at[i]];
        if (v->value == constant_low(n->words, n->width)) {
            p->is_value_shown[s->values.at[i]] = true;
            return v->name;
        }
    }
    return constant_text(p->m->mem, n->words, n->width);
}

const char *value_text(plan *p, uint32_t subject, uint64_t value)
{
    const node *n = &p->m->nodes[subject];
    const node constant = {.op = HDL_CONST, .width = n->width, .words = &value};

    return constant_as(p, &constant, is_signal(n->op) ? n->aux : NONE);
}

/* ---- nodes ---- */

static void write(plan *p, text *t, uint32_t id, uint32_t target, precedence needed);

static const char *name_of(const plan *p, uint32_t id)
{
    const node *n = &p->m->nodes[id];

    if (p->alias[id] != NONE)
        return p->m->symbols[p->alias[id]].name;
    if (p->names[id] != NULL)
        return p->names[id];
    return p->m->symbols[n->aux].name;
}

const char *range_text(arena *a, uint32_t width)
{
    return width == 1 ? "" : arena_format(a, "[%u:0] ", width - 1);
}

const char *slice_text(plan *p, uint32_t id, uint32_t hi, uint32_t lo)
{
    module *m = p->m;
    const node *n = &m->nodes[id];

    if (n->op == HDL_CONST) {
        const node part = {.op = HDL_BITS, .width = hi - lo + 1, .n_args = 1, .aux = lo, .args = &id};
        return constant_text(m->mem, constant_fold(m, &part), part.width);
    }
    if (n->width == 1)
        return name_of(p, id);
    if (hi == lo)
        return arena_format(m->mem, "%s[%u]", name_of(p, id), hi);
    return arena_format(m->mem, "%s[%u:%u]", name_of(p, id), hi, lo);
}

static bool is_associative(hdl_op op)
{
    return op == HDL_AND || op == HDL_OR || op == HDL_XOR || op == HDL_ADD;
}

static bool is_bitwise(precedence level)
{
    return level >= BIT_OR && level <= BIT_AND;
}

/* Between different bitwise operators, and between those and && or ||, few remember who binds
 * tighter: parentheses. */
static bool is_confusing(precedence outer, precedence inner)
{
    if (is_bitwise(outer))
        return inner != outer && inner < UNARY;
    if (outer == LOGICAL_AND || outer == LOGICAL_OR)
        return is_bitwise(inner);
    return (outer == SHIFT && inner < UNARY) || (outer == EQUALITY && inner == RELATION);
}

static bool is_reduction(hdl_op op)
{
    return op == HDL_REDUCE_OR || op == HDL_REDUCE_AND || op == HDL_REDUCE_XOR;
}

static precedence level_of(const plan *p, uint32_t id)
{
    const node *n = &p->m->nodes[id];
    if (is_leaf(n) || is_named(p, id) || n->op == HDL_SRA) /* SRA: $unsigned(...) inside */
        return PRIMARY;
    return operator_of(n).level;
}

static void write_operand(plan *p, text *t, uint32_t id, uint32_t target, precedence outer, precedence needed)
{
    precedence inner = level_of(p, id);
    bool reduces = inner == UNARY && is_reduction(p->m->nodes[id].op);

    if (is_confusing(outer, inner) || (is_bitwise(outer) && reduces)) {
        put(t, "(");
        write(p, t, id, target, ANY);
        put(t, ")");
    } else {
        write(p, t, id, target, needed);
    }
}

static uint32_t symbol_with_values(const plan *p, uint32_t id)
{
    const node *n = &p->m->nodes[id];
    return is_signal(n->op) && p->m->symbols[n->aux].values.n != 0 ? n->aux : NONE;
}

/* a + (-4) reads better as a - 4. */
static bool is_negative(const node *n)
{
    if (n->op != HDL_CONST || n->width < 4 || n->width > 64 || !constant_bit(n->words, n->width - 1))
        return false;
    uint64_t mask = n->width == 64 ? UINT64_MAX : (UINT64_C(1) << n->width) - 1;
    return ((0 - n->words[0]) & mask) < 1u << 16 && n->words[0] != UINT64_C(1) << (n->width - 1);
}

static void write_sum(plan *p, text *t, const node *n)
{
    const node *b = &p->m->nodes[n->args[1]];

    write_operand(p, t, n->args[0], NONE, SUM, SUM);
    if (n->op == HDL_ADD && is_negative(b)) {
        uint64_t mask = n->width == 64 ? UINT64_MAX : (UINT64_C(1) << n->width) - 1;
        uint64_t positive = (0 - b->words[0]) & mask;
        putf(t, " - %s", constant_text(p->m->mem, &positive, n->width));
        return;
    }
    put(t, operators[n->op].text);
    write_operand(p, t, n->args[1], NONE, SUM, n->op == HDL_ADD ? SUM : PRODUCT);
}

static bool is_comparison(hdl_op op)
{
    return op == HDL_EQ || op == HDL_NE || op == HDL_LT_U || op == HDL_LE_U || op == HDL_GT_U || op == HDL_GE_U;
}

/* The signal of whose values a constant in the place of argument i is one: what it is compared with, or, for one of
 * several that are chosen by masks, what the whole is assigned to. */
static uint32_t target_of(const plan *p, const node *n, uint32_t i, uint32_t target)
{
    if (is_comparison(n->op))
        return symbol_with_values(p, n->args[1 - i]);
    if (n->op == HDL_OR)
        return target;
    return n->op == HDL_AND && n->n_args == 2 && p->m->nodes[n->args[1 - i]].op == HDL_REPEAT ? target : NONE;
}

static void write_binary(plan *p, text *t, const node *n, uint32_t target)
{
    operator_text o = operator_of(n);

    for (uint32_t i = 0; i < n->n_args; i++) {
        precedence needed = i == 0 || is_associative(n->op) ? o.level : o.level + 1;
        if (i > 0)
            put(t, o.text);
        write_operand(p, t, n->args[i], target_of(p, n, i, target), o.level, needed);
    }
}

static void write_signed_operand(plan *p, text *t, uint32_t id)
{
    const node *n = &p->m->nodes[id];

    if (n->op == HDL_CONST && n->width > 1 && constant_low(n->words, n->width) < 16 &&
        !constant_bit(n->words, n->width - 1)) {
        putf(t, "%u'sd%u", n->width, (unsigned)n->words[0]);
        return;
    }
    put(t, "$signed(");
    write(p, t, id, NONE, ANY);
    put(t, ")");
}

static void write_signed(plan *p, text *t, const node *n)
{
    write_signed_operand(p, t, n->args[0]);
    put(t, operators[n->op].text);
    write_signed_operand(p, t, n->args[1]);
}

/* An arithmetic shift keeps its sign only if nothing unsigned stands beside it: as a whole right-hand
 * side, or shut off by $unsigned(). */
static void write_sra(plan *p, text *t, const node *n, bool is_root)
{
    put(t, is_root ? "$signed(" : "$unsigned($signed(");
    write(p, t, n->args[0], NONE, ANY);
    put(t, ") >>> ");
    write(p, t, n->args[1], NONE, UNARY);
    if (!is_root)
        put(t, ")");
}

static void write_mux(plan *p, text *t, const node *n, uint32_t target)
{
    write_operand(p, t, n->args[0], NONE, CHOICE, LOGICAL_OR);
    put(t, " ? ");
    write_operand(p, t, n->args[1], target, CHOICE, LOGICAL_OR);
    put(t, " :\v");
    write_operand(p, t, n->args[2], target, CHOICE, CHOICE);
}

static void write_cat(plan *p, text *t, const node *n)
{
    put(t, "{");
    for (uint32_t i = 0; i < n->n_args; i++) {
        if (i > 0)
            put(t, ", ");
        write(p, t, n->args[i], NONE, LOGICAL_OR);
    }
    put(t, "}");
}

static void write_node(plan *p, text *t, uint32_t id, uint32_t target, bool is_root)
{
    const node *n = &p->m->nodes[id];

    switch (n->op) {
    case HDL_NOT:
    case HDL_NEG:
    case HDL_REDUCE_OR:
    case HDL_REDUCE_AND:
    case HDL_REDUCE_XOR:
        put(t, operator_of(n).text);
        write(p, t, n->args[0], NONE, PRIMARY);
        break;
    case HDL_ADD:
    case HDL_SUB:
        write_sum(p, t, n);
        break;
    case HDL_LT_S:
    case HDL_LE_S:
    case HDL_GT_S:
    case HDL_GE_S:
        write_signed(p, t, n);
        break;
    case HDL_SRA:
        write_sra(p, t, n, is_root);
        break;
    case HDL_MUX:
        write_mux(p, t, n, target);
        break;
    case HDL_CAT:
        write_cat(p, t, n);
        break;
    case HDL_REPEAT:
        putf(t, "{%u{", n->width / p->m->nodes[n->args[0]].width);
        write(p, t, n->args[0], NONE, LOGICAL_OR);
        put(t, "}}");
        break;
    case HDL_BITS:
        put(t, slice_text(p, n->args[0], n->aux + n->width - 1, n->aux));
        break;
    case HDL_BIT_AT:
        putf(t, "%s[", name_of(p, n->args[0]));
        write(p, t, n->args[1], NONE, ANY);
        put(t, "]");
        break;
    case HDL_MEM_READ:
        putf(t, "%s[", p->m->memories[n->aux].name);
        write(p, t, n->args[0], NONE, ANY);
        put(t, "]");
        break;
    default:
        write_binary(p, t, n, target);
        break;
    }
}

static void write(plan *p, text *t, uint32_t id, uint32_t target, precedence needed)
{
    const node *n = &p->m->nodes[id];

    if (n->op == HDL_CONST) {
        put(t, constant_as(p, n, target));
    } else if (is_leaf(n) || is_named(p, id)) {
        put(t, name_of(p, id));
    } else if (level_of(p, id) < needed) {
        put(t, "(");
        write_node(p, t, id, target, false);
        put(t, ")");
    } else {
        write_node(p, t, id, target, false);
    }
}

const char *definition_text(plan *p, uint32_t id, uint32_t target)
{
    text t = {.mem = p->m->mem};

    if (is_leaf(&p->m->nodes[id]))
        write(p, &t, id, target, ANY);
    else
        write_node(p, &t, id, target, true);
    return t.at;
}

const char *expression_text(plan *p, uint32_t id, uint32_t target, bool is_root)
{
    text t = {.mem = p->m->mem};

    if (is_root && !is_named(p, id))
        return definition_text(p, id, target);
    write(p, &t, id, target, ANY);
    return t.at;
}
