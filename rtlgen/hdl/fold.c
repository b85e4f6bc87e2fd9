/* One node at a time: constants are computed, and what has no effect is left out. Every rule gives
 * a node of the same width and value. */
#include "hdl_internal.h"

#include <string.h>

/* ---- looking at nodes ---- */

static const node *at(const module *m, uint32_t id)
{
    return &m->nodes[id];
}

static bool is_constant(const module *m, uint32_t id)
{
    return at(m, id)->op == HDL_CONST;
}

static bool is_zero_node(const module *m, uint32_t id)
{
    return is_constant(m, id) && constant_is_zero(at(m, id)->words, at(m, id)->width);
}

static bool is_ones_node(const module *m, uint32_t id)
{
    return is_constant(m, id) && constant_is_ones(at(m, id)->words, at(m, id)->width);
}

static bool is_same(const module *m, uint32_t a, uint32_t b)
{
    if (a == b)
        return true;
    return is_constant(m, a) && is_constant(m, b) && at(m, a)->width == at(m, b)->width &&
           constant_equal(at(m, a)->words, at(m, b)->words, at(m, a)->width);
}

/* ---- making nodes ---- */

static uint32_t make1(module *m, hdl_loc where, hdl_op op, uint32_t width, uint32_t aux, uint32_t a)
{
    uint32_t *args = arena_alloc(m->mem, sizeof *args);

    args[0] = a;
    return fold(m, (node){.op = op, .width = width, .n_args = 1, .aux = aux, .args = args, .at = where});
}

static uint32_t make2(module *m, hdl_loc where, hdl_op op, uint32_t width, uint32_t a, uint32_t b)
{
    uint32_t *args = arena_alloc(m->mem, 2 * sizeof *args);

    args[0] = a;
    args[1] = b;
    return fold(m, (node){.op = op, .width = width, .n_args = 2, .args = args, .at = where});
}

static uint32_t make_list(module *m, hdl_loc where, hdl_op op, uint32_t width, const ids *list)
{
    if (list->n == 1)
        return list->at[0];
    return add_node(m, (node){.op = op, .width = width, .n_args = list->n, .args = list->at, .at = where});
}

static uint32_t part_of(module *m, uint32_t a, uint32_t lo, uint32_t width)
{
    return make1(m, at(m, a)->at, HDL_BITS, width, lo, a);
}

static uint32_t zero(module *m, const node *n)
{
    return add_constant(m, n->at, n->width, 0);
}

uint32_t fold_not(module *m, uint32_t a)
{
    return make1(m, at(m, a)->at, HDL_NOT, at(m, a)->width, 0, a);
}

uint32_t fold_and(module *m, uint32_t a, uint32_t b)
{
    return make2(m, at(m, b)->at, HDL_AND, at(m, a)->width, a, b);
}

/* ---- the rules, one function for each kind of operation; NONE: no rule applies ---- */

static const hdl_op opposite[HDL_OP_COUNT] = {
    [HDL_EQ] = HDL_NE,     [HDL_NE] = HDL_EQ,     [HDL_LT_U] = HDL_GE_U, [HDL_GE_U] = HDL_LT_U, [HDL_LE_U] = HDL_GT_U,
    [HDL_GT_U] = HDL_LE_U, [HDL_LT_S] = HDL_GE_S, [HDL_GE_S] = HDL_LT_S, [HDL_LE_S] = HDL_GT_S, [HDL_GT_S] = HDL_LE_S,
};

static uint32_t fold_inversion(module *m, const node *n)
{
    const node a = *at(m, n->args[0]);

    if (a.op == HDL_NOT)
        return a.args[0];
    if (opposite[a.op] != HDL_CONST)
        return make2(m, n->at, opposite[a.op], 1, a.args[0], a.args[1]);
    return NONE;
}

static uint32_t fold_reduction(module *m, const node *n)
{
    uint32_t a = n->args[0];

    return at(m, a)->width == 1 ? a : NONE;
}

/* AND, OR, XOR: leaves out neutral operands; a dominant one decides. */
static uint32_t fold_logical(module *m, const node *n)
{
    ids kept = {0};
    bool invert = false;

    for (uint32_t i = 0; i < n->n_args; i++) {
        uint32_t a = n->args[i];
        bool zeros_ = is_zero_node(m, a), ones_ = is_ones_node(m, a);
        if ((n->op == HDL_AND && zeros_) || (n->op == HDL_OR && ones_))
            return a;
        if (n->op == HDL_XOR && ones_)
            invert = !invert;
        if (!zeros_ && !ones_)
            push(m->mem, &kept, a);
    }
    bool is_pair = kept.n == 2 && kept.at[0] == kept.at[1];
    if (kept.n == n->n_args && !is_pair)
        return NONE;
    if (is_pair)
        kept.n = n->op == HDL_XOR ? 0 : 1;
    if (kept.n == 0) { /* only neutral operands, and of them XOR may have inverted */
        uint32_t none = zero(m, n);
        return (n->op == HDL_AND) != invert ? fold_not(m, none) : none;
    }
    uint32_t result = make_list(m, n->at, n->op, n->width, &kept);
    return invert ? fold_not(m, result) : result;
}

static uint32_t fold_sum(module *m, const node *n)
{
    uint32_t a = n->args[0], b = n->args[1];

    if (is_zero_node(m, b))
        return a;
    if (a == b && n->op == HDL_SUB)
        return zero(m, n);
    if (is_zero_node(m, a))
        return n->op == HDL_ADD ? b : make1(m, n->at, HDL_NEG, n->width, 0, b);
    return NONE;
}

static bool is_one_node(const module *m, uint32_t id)
{
    return is_constant(m, id) && constant_low(at(m, id)->words, at(m, id)->width) == 1;
}

static uint32_t fold_product(module *m, const node *n)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (is_zero_node(m, n->args[i]))
            return n->args[i];
        if (is_one_node(m, n->args[i]))
            return n->args[1 - i];
    }
    return NONE;
}

/* Is the node the smallest, or the largest, number of its width? */
static bool is_extreme(const module *m, uint32_t id, bool is_signed, bool is_largest)
{
    const node *n = at(m, id);

    if (n->op != HDL_CONST)
        return false;
    if (!is_signed)
        return is_largest ? constant_is_ones(n->words, n->width) : constant_is_zero(n->words, n->width);
    for (uint32_t i = 0; i < n->width; i++)
        if (constant_bit(n->words, i) != ((i < n->width - 1) == is_largest))
            return false;
    return true;
}

static uint32_t leading_zeros(const module *m, uint32_t id)
{
    const node *n = at(m, id);
    uint32_t count = 0;

    if (n->op == HDL_CAT)
        return is_zero_node(m, n->args[0]) ? at(m, n->args[0])->width : 0;
    while (n->op == HDL_CONST && count < n->width && !constant_bit(n->words, n->width - 1 - count))
        count++;
    return count;
}

/* Compares only the bits that can differ; and a constant beyond the range of the other operand is
 * the larger one. */
static uint32_t fold_narrow(module *m, const node *n)
{
    uint32_t a = n->args[0], b = n->args[1], width = at(m, a)->width;
    uint32_t zeros_a = leading_zeros(m, a), zeros_b = leading_zeros(m, b);
    uint32_t common = zeros_a < zeros_b ? zeros_a : zeros_b;
    hdl_op op = n->op >= HDL_LT_S ? n->op - HDL_LT_S + HDL_LT_U : n->op; /* none is negative */

    if (common > 0 && common < width)
        return make2(m, n->at, op, 1, part_of(m, a, 0, width - common), part_of(m, b, 0, width - common));
    if (n->op >= HDL_LT_S || zeros_a == zeros_b)
        return NONE;
    uint32_t larger = zeros_a > zeros_b ? b : a;
    if (!is_constant(m, larger))
        return NONE;
    bool says_less = op == HDL_LT_U || op == HDL_LE_U;
    bool says_greater = op == HDL_GT_U || op == HDL_GE_U;
    return add_constant(m, n->at, 1, op == HDL_NE || (larger == b ? says_less : says_greater));
}

/* Every order is x < y or not x < y; and x < y never holds if y is the smallest number or x the
 * largest. */
static uint32_t fold_order(module *m, const node *n)
{
    bool is_signed = n->op >= HDL_LT_S;
    bool swaps = n->op == HDL_GT_U || n->op == HDL_LE_U || n->op == HDL_GT_S || n->op == HDL_LE_S;
    bool inverts = n->op == HDL_GE_U || n->op == HDL_LE_U || n->op == HDL_GE_S || n->op == HDL_LE_S;
    uint32_t x = n->args[swaps], y = n->args[!swaps];

    if (x == y || is_extreme(m, y, is_signed, false) || is_extreme(m, x, is_signed, true))
        return add_constant(m, n->at, 1, inverts);
    return fold_narrow(m, n);
}

static uint32_t fold_equality(module *m, const node *n)
{
    uint32_t a = n->args[0], b = n->args[1];

    if (a == b)
        return add_constant(m, n->at, 1, n->op == HDL_EQ);
    if (at(m, a)->width != 1)
        return fold_narrow(m, n);
    if (is_constant(m, a)) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    if (!is_constant(m, b))
        return NONE;
    return is_zero_node(m, b) == (n->op == HDL_EQ) ? fold_not(m, a) : a;
}

static uint32_t fold_shift(module *m, const node *n)
{
    uint32_t a = n->args[0], amount = n->args[1];

    if (is_zero_node(m, a))
        return a;
    if (!is_constant(m, amount))
        return NONE;
    uint64_t by = constant_low(at(m, amount)->words, at(m, amount)->width);
    if (by == 0)
        return a;
    uint32_t k = by < n->width ? (uint32_t)by : n->width;
    uint32_t filler = n->op == HDL_SRA ? make1(m, n->at, HDL_REPEAT, k, 0, part_of(m, a, n->width - 1, 1))
                                       : add_constant(m, n->at, k, 0);
    if (k == n->width)
        return filler;
    if (n->op == HDL_SHL)
        return make2(m, n->at, HDL_CAT, n->width, part_of(m, a, 0, n->width - k), filler);
    return make2(m, n->at, HDL_CAT, n->width, filler, part_of(m, a, k, n->width - k));
}

/* A choice of one bit with a constant arm is an AND or OR. */
static uint32_t fold_bit_choice(module *m, const node *n)
{
    uint32_t c = n->args[0], a = n->args[1], b = n->args[2];

    if (is_ones_node(m, a))
        return make2(m, n->at, HDL_OR, 1, c, b);
    if (is_zero_node(m, b))
        return make2(m, n->at, HDL_AND, 1, c, a);
    if (is_zero_node(m, a))
        return make2(m, n->at, HDL_AND, 1, fold_not(m, c), b);
    if (is_ones_node(m, b))
        return make2(m, n->at, HDL_OR, 1, fold_not(m, c), a);
    return NONE;
}

static uint32_t fold_mux(module *m, const node *n)
{
    uint32_t c = n->args[0], a = n->args[1], b = n->args[2];

    if (is_constant(m, c))
        return is_zero_node(m, c) ? b : a;
    if (is_same(m, a, b))
        return a;
    if (at(m, c)->op == HDL_NOT) {
        uint32_t *args = arena_alloc(m->mem, 3 * sizeof *args);
        args[0] = at(m, c)->args[0];
        args[1] = b;
        args[2] = a;
        node swapped = *n;
        swapped.args = args;
        return fold(m, swapped);
    }
    return n->width == 1 ? fold_bit_choice(m, n) : NONE;
}

static uint32_t fold_pick(module *m, const node *n)
{
    uint32_t index = n->args[0], last = n->n_args - 1;

    if (is_constant(m, index)) {
        uint64_t i = constant_low(at(m, index)->words, at(m, index)->width);
        return n->args[i < last ? 1 + (uint32_t)i : last];
    }
    bool all_same = true;
    for (uint32_t i = 2; i <= last; i++)
        all_same = all_same && is_same(m, n->args[1], n->args[i]);
    if (all_same)
        return n->args[1];
    if (at(m, index)->width != 1 || last != 2)
        return NONE;
    uint32_t *args = arena_alloc(m->mem, 3 * sizeof *args);
    args[0] = index;
    args[1] = n->args[2];
    args[2] = n->args[1];
    return fold(m, (node){.op = HDL_MUX, .width = n->width, .n_args = 3, .args = args, .at = n->at});
}

/* ---- concatenations and parts ---- */

/* Joins b to the right of a if together they are one constant, or adjacent bits of one signal. */
static uint32_t join_neighbours(module *m, uint32_t a, uint32_t b)
{
    const node x = *at(m, a), y = *at(m, b);
    uint32_t *args = arena_alloc(m->mem, 2 * sizeof *args);

    args[0] = a;
    args[1] = b;
    if (x.op == HDL_CONST && y.op == HDL_CONST) {
        node both = {.op = HDL_CAT, .width = x.width + y.width, .n_args = 2, .args = args};
        return add_words(m, x.at, both.width, constant_fold(m, &both));
    }
    if (x.op == HDL_BITS && y.op == HDL_BITS && x.args[0] == y.args[0] && x.aux == y.aux + y.width)
        return part_of(m, x.args[0], y.aux, x.width + y.width);
    return NONE;
}

static void append_part(module *m, ids *list, uint32_t a)
{
    enum { FEW = 64 }; /* or a chain of n cats would be copied n^2 / 2 times */
    const node n = *at(m, a);

    if (n.op == HDL_CAT && n.n_args <= FEW) {
        for (uint32_t i = 0; i < n.n_args; i++)
            append_part(m, list, n.args[i]);
        return;
    }
    if (list->n > 0) {
        uint32_t joined = join_neighbours(m, list->at[list->n - 1], a);
        if (joined != NONE) {
            list->at[list->n - 1] = joined;
            return;
        }
    }
    push(m->mem, list, a);
}

static uint32_t fold_cat(module *m, const node *n)
{
    ids list = {0};

    for (uint32_t i = 0; i < n->n_args; i++)
        append_part(m, &list, n->args[i]);
    return make_list(m, n->at, HDL_CAT, n->width, &list);
}

/* The bits of a concatenation are those of its operands. */
static uint32_t part_of_cat(module *m, const node *n, const node *whole)
{
    ids list = {0};
    uint32_t top = whole->width;

    for (uint32_t i = 0; i < whole->n_args; i++) {
        uint32_t width = at(m, whole->args[i])->width;
        uint32_t bottom = top - width;
        uint32_t lo = n->aux > bottom ? n->aux : bottom;
        uint32_t hi = n->aux + n->width < top ? n->aux + n->width : top; /* exclusive */
        if (lo < hi)
            append_part(m, &list, part_of(m, whole->args[i], lo - bottom, hi - lo));
        top = bottom;
    }
    return make_list(m, n->at, HDL_CAT, n->width, &list);
}

static uint32_t fold_bits(module *m, const node *n)
{
    const node a = *at(m, n->args[0]);

    if (n->width == a.width)
        return n->args[0];
    if (a.op == HDL_BITS)
        return part_of(m, a.args[0], a.aux + n->aux, n->width);
    if (a.op == HDL_CAT)
        return part_of_cat(m, n, &a);
    if (a.op == HDL_REPEAT && at(m, a.args[0])->width == 1)
        return make1(m, n->at, HDL_REPEAT, n->width, 0, a.args[0]);
    return NONE;
}

static uint32_t fold_repeat(module *m, const node *n)
{
    return at(m, n->args[0])->width == n->width ? n->args[0] : NONE;
}

static uint32_t fold_bit_at(module *m, const node *n)
{
    uint32_t a = n->args[0], index = n->args[1];

    if (at(m, a)->width == 1)
        return a;
    if (is_constant(m, a) && !is_constant(m, index)) /* Verilog selects only from names */
        return part_of(m, make2(m, n->at, HDL_SHR, at(m, a)->width, a, index), 0, 1);
    if (!is_constant(m, index))
        return NONE;
    uint64_t i = constant_low(at(m, index)->words, at(m, index)->width);
    return i < at(m, a)->width ? part_of(m, a, (uint32_t)i, 1) : zero(m, n);
}

/* ---- all together ---- */

typedef uint32_t rule(module *m, const node *n);

static rule *const rules[HDL_OP_COUNT] = {
    [HDL_NOT] = fold_inversion,
    [HDL_REDUCE_OR] = fold_reduction,
    [HDL_REDUCE_AND] = fold_reduction,
    [HDL_REDUCE_XOR] = fold_reduction,
    [HDL_AND] = fold_logical,
    [HDL_OR] = fold_logical,
    [HDL_XOR] = fold_logical,
    [HDL_ADD] = fold_sum,
    [HDL_SUB] = fold_sum,
    [HDL_MUL] = fold_product,
    [HDL_EQ] = fold_equality,
    [HDL_NE] = fold_equality,
    [HDL_LT_U] = fold_order,
    [HDL_LE_U] = fold_order,
    [HDL_GT_U] = fold_order,
    [HDL_GE_U] = fold_order,
    [HDL_LT_S] = fold_order,
    [HDL_LE_S] = fold_order,
    [HDL_GT_S] = fold_order,
    [HDL_GE_S] = fold_order,
    [HDL_SHL] = fold_shift,
    [HDL_SHR] = fold_shift,
    [HDL_SRA] = fold_shift,
    [HDL_MUX] = fold_mux,
    [HDL_PICK] = fold_pick,
    [HDL_CAT] = fold_cat,
    [HDL_REPEAT] = fold_repeat,
    [HDL_BITS] = fold_bits,
    [HDL_BIT_AT] = fold_bit_at,
};

/* MUX, PICK and BIT_AT choose among nodes: their rules do it. */
static bool is_computed(const module *m, const node *n)
{
    if (n->op < HDL_NOT || n->op == HDL_MUX || n->op == HDL_PICK || n->op == HDL_BIT_AT)
        return false;
    for (uint32_t i = 0; i < n->n_args; i++)
        if (!is_constant(m, n->args[i]))
            return false;
    return true;
}

uint32_t fold(module *m, node n)
{
    if (is_computed(m, &n))
        return add_words(m, n.at, n.width, constant_fold(m, &n));
    uint32_t simpler = rules[n.op] != NULL ? rules[n.op](m, &n) : NONE;
    return simpler != NONE ? simpler : add_node(m, n);
}
