/* The verbs that make expressions. Each checks its operands, reports what is wrong with the line
 * of the caller, and adds a node; folding is left to lower.c, so that the netlist stays as it
 * was built. */
#include "hdl_internal.h"

#include <string.h>

static const char *const op_names[HDL_OP_COUNT] = {
    [HDL_NOT] = "not_",
    [HDL_NEG] = "neg",
    [HDL_REDUCE_OR] = "reduce_or",
    [HDL_REDUCE_AND] = "reduce_and",
    [HDL_REDUCE_XOR] = "reduce_xor",
    [HDL_AND] = "and_",
    [HDL_OR] = "or_",
    [HDL_XOR] = "xor_",
    [HDL_ADD] = "add",
    [HDL_SUB] = "sub",
    [HDL_MUL] = "mul",
    [HDL_EQ] = "eq",
    [HDL_NE] = "ne",
    [HDL_LT_U] = "lt_u",
    [HDL_LE_U] = "le_u",
    [HDL_GT_U] = "gt_u",
    [HDL_GE_U] = "ge_u",
    [HDL_LT_S] = "lt_s",
    [HDL_LE_S] = "le_s",
    [HDL_GT_S] = "gt_s",
    [HDL_GE_S] = "ge_s",
    [HDL_SHL] = "shl",
    [HDL_SHR] = "shr",
    [HDL_SRA] = "sra",
};

static bool is_comparison(hdl_op op)
{
    return op >= HDL_EQ && op <= HDL_GE_S;
}

/* ---- making nodes ---- */

static uint32_t *copy_ids(module *m, const sig *list, size_t n)
{
    uint32_t *args = arena_alloc(m->mem, n * sizeof *args);

    for (size_t i = 0; i < n; i++)
        args[i] = list[i].id;
    return args;
}

static sig make(module *m, hdl_loc at, hdl_op op, unsigned width, uint32_t aux, const sig *list, size_t n)
{
    node fresh = {.op = op, .width = width, .n_args = (uint32_t)n, .aux = aux, .args = copy_ids(m, list, n), .at = at};
    return (sig){m, add_node(m, fresh)};
}

static size_t length(const sig *list)
{
    size_t n = 0;

    while (list[n].m != NULL || list[n].id != UINT32_MAX)
        n++;
    return n;
}

/* The module that an expression of these operands belongs to: that of the first operand that has
 * one. NULL if none has: then the result is no signal either, and its user reports that. */
static module *common_module(const sig *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_none(list[i]))
            return list[i].m;
    return NULL;
}

static bool all_usable(module *m, hdl_loc at, const sig *list, size_t n, const char *verb)
{
    for (size_t i = 0; i < n; i++)
        if (!is_usable(m, at, list[i], verb))
            return false;
    return true;
}

/* All operands belong to m and are as wide as the first one. */
static bool same_widths(module *m, hdl_loc at, const sig *list, size_t n, const char *verb)
{
    if (!all_usable(m, at, list, n, verb))
        return false;
    for (size_t i = 1; i < n; i++)
        if (width_of(list[i]) != width_of(list[0])) {
            hdl_error(m, at, "width mismatch: %s: %s has %u bits, %s has %u", verb, describe_sig(list[0]),
                      width_of(list[0]), describe_sig(list[i]), width_of(list[i]));
            return false;
        }
    return true;
}

static unsigned widest(const sig *list, size_t n)
{
    unsigned width = 1;

    for (size_t i = 0; i < n; i++)
        if (width_of(list[i]) > width)
            width = width_of(list[i]);
    return width;
}

/* ---- literals ---- */

sig hdl_fill(module *m, hdl_loc at, unsigned width, bool one)
{
    width = check_width(m, at, one ? "ones" : "zeros", width);
    uint64_t *words = arena_alloc(m->mem, words_of(width) * sizeof *words);
    if (one)
        memset(words, 0xff, words_of(width) * sizeof *words);
    if (one && width % 64 != 0)
        words[words_of(width) - 1] = (UINT64_C(1) << width % 64) - 1;
    return (sig){m, add_words(m, at, width, words)};
}

/* ---- operators ---- */

sig hdl_unary(hdl_loc at, hdl_op op, sig a)
{
    if (is_none(a))
        return a;
    bool is_reduction = op >= HDL_REDUCE_OR && op <= HDL_REDUCE_XOR;
    return make(a.m, at, op, is_reduction ? 1 : width_of(a), 0, &a, 1);
}

static sig operation(hdl_loc at, hdl_op op, const sig *list, size_t n)
{
    module *m = common_module(list, n);

    if (m == NULL)
        return (sig){0};
    if (!same_widths(m, at, list, n, op_names[op]))
        return placeholder(m, at, is_comparison(op) ? 1 : widest(list, n));
    return make(m, at, op, is_comparison(op) ? 1 : width_of(list[0]), 0, list, n);
}

sig hdl_binary(hdl_loc at, hdl_op op, sig a, sig b)
{
    return operation(at, op, (const sig[]){a, b}, 2);
}

sig hdl_nary(hdl_loc at, hdl_op op, const sig *list)
{
    size_t n = length(list);

    return n == 1 ? list[0] : operation(at, op, list, n);
}

sig hdl_mul_full(hdl_loc at, sig a, sig b, bool is_signed)
{
    if (is_none(a) || is_none(b))
        return operation(at, HDL_MUL, (const sig[]){a, b}, 2);
    unsigned width = width_of(a) + width_of(b);
    return hdl_binary(at, HDL_MUL, hdl_extend(at, a, width, is_signed), hdl_extend(at, b, width, is_signed));
}

/* The number n as a literal of the width of a; wider than 64 bits it is sign-extended. */
static sig literal_like(hdl_loc at, sig a, uint64_t n)
{
    unsigned width = width_of(a);

    if (width <= 64)
        return hdl_lit(a.m, at, width, n);
    return hdl_extend(at, hdl_lit(a.m, at, 64, n), width, true);
}

sig hdl_add_lit(hdl_loc at, sig a, uint64_t n)
{
    return is_none(a) ? a : hdl_binary(at, HDL_ADD, a, literal_like(at, a, n));
}

sig hdl_compare_lit(hdl_loc at, hdl_op op, sig a, uint64_t n)
{
    return is_none(a) ? a : hdl_binary(at, op, a, literal_like(at, a, n));
}

sig hdl_match(hdl_loc at, sig s, uint64_t mask, uint64_t value)
{
    if (is_none(s))
        return s;
    unsigned width = width_of(s);
    if (width > 64) {
        hdl_error(s.m, at, "match: %s has %u bits; at most 64", describe_sig(s), width);
        return placeholder(s.m, at, 1);
    }
    if ((value & ~mask) != 0)
        hdl_error(s.m, at, "match: the value 0x%llx has bits outside of the mask 0x%llx", (unsigned long long)value,
                  (unsigned long long)mask);
    sig masked = hdl_binary(at, HDL_AND, s, hdl_lit(s.m, at, width, mask));
    return hdl_binary(at, HDL_EQ, masked, hdl_lit(s.m, at, width, value));
}

sig hdl_is_zero(hdl_loc at, sig a)
{
    return is_none(a) ? a : hdl_binary(at, HDL_EQ, a, hdl_fill(a.m, at, width_of(a), false));
}

/* ---- shifts ---- */

sig hdl_shift(hdl_loc at, hdl_op op, sig a, sig amount)
{
    const sig list[] = {a, amount};
    module *m = common_module(list, 2);

    if (m == NULL)
        return a;
    if (!all_usable(m, at, list, 2, op_names[op]))
        return placeholder(m, at, width_of(a));
    if (width_of(amount) > 32)
        hdl_error(m, at, "%s: the amount, %s, has %u bits; at most 32", op_names[op], describe_sig(amount),
                  width_of(amount));
    return make(m, at, op, width_of(a), 0, list, 2);
}

sig hdl_shift_by(hdl_loc at, hdl_op op, sig a, unsigned n)
{
    unsigned width = width_of(a);

    if (is_none(a) || n == 0)
        return a;
    sig filler = op == HDL_SRA ? hdl_repeat(at, hdl_bits(at, a, width - 1, width - 1), n < width ? n : width)
                               : hdl_fill(a.m, at, n < width ? n : width, false);
    if (n >= width)
        return filler;
    if (op == HDL_SHL)
        return hdl_cat(at, (const sig[]){hdl_bits(at, a, width - 1 - n, 0), filler, HDL_END});
    return hdl_cat(at, (const sig[]){filler, hdl_bits(at, a, width - 1, n), HDL_END});
}

/* ---- parts ---- */

sig hdl_bits(hdl_loc at, sig s, unsigned hi, unsigned lo)
{
    if (is_none(s))
        return s;
    if (hi < lo || hi >= width_of(s)) {
        hdl_error(s.m, at, "width mismatch: bits %u..%u of %s, which has %u bits", hi, lo, describe_sig(s),
                  width_of(s));
        return placeholder(s.m, at, hi >= lo && hi - lo < HDL_MAX_WIDTH ? hi - lo + 1 : 1);
    }
    return make(s.m, at, HDL_BITS, hi - lo + 1, lo, &s, 1);
}

static sig join(hdl_loc at, const sig *list, size_t n)
{
    module *m = common_module(list, n);
    unsigned width = 0;

    if (m == NULL)
        return (sig){0};
    if (!all_usable(m, at, list, n, "cat"))
        return placeholder(m, at, 1);
    for (size_t i = 0; i < n && width <= HDL_MAX_WIDTH; i++)
        width += width_of(list[i]);
    width = check_width(m, at, "cat", width);
    return n == 1 ? list[0] : make(m, at, HDL_CAT, width, 0, list, n);
}

sig hdl_cat(hdl_loc at, const sig *list)
{
    return join(at, list, length(list));
}

sig hdl_cat_array(hdl_loc at, const sig *array, size_t n)
{
    module *m = common_module(array, n);

    if (m == NULL)
        return (sig){0};
    sig *reversed = arena_alloc(m->mem, n * sizeof *reversed);
    for (size_t i = 0; i < n; i++)
        reversed[i] = array[n - 1 - i];
    return join(at, reversed, n);
}

sig hdl_repeat(hdl_loc at, sig s, unsigned n)
{
    if (is_none(s))
        return s;
    if (n == 0 || n > HDL_MAX_WIDTH / width_of(s)) {
        hdl_error(s.m, at, "repeat: %s %u times", describe_sig(s), n);
        return s;
    }
    return n == 1 ? s : make(s.m, at, HDL_REPEAT, n * width_of(s), 0, &s, 1);
}

sig hdl_extend(hdl_loc at, sig s, unsigned width, bool is_signed)
{
    unsigned old = width_of(s);

    if (is_none(s) || width == old)
        return s;
    if (width < old || width > HDL_MAX_WIDTH) {
        hdl_error(s.m, at, "width mismatch: %s: %s has %u bits already, %u are wanted", is_signed ? "sext" : "zext",
                  describe_sig(s), old, width);
        return placeholder(s.m, at, width <= HDL_MAX_WIDTH ? width : 1);
    }
    sig filler = is_signed ? hdl_repeat(at, hdl_bits(at, s, old - 1, old - 1), width - old)
                           : hdl_fill(s.m, at, width - old, false);
    return hdl_cat(at, (const sig[]){filler, s, HDL_END});
}

sig hdl_bit_at(hdl_loc at, sig s, sig index)
{
    const sig list[] = {s, index};
    module *m = common_module(list, 2);

    if (m == NULL)
        return s;
    if (!is_usable(m, at, s, "bit_at") || !has_width(m, at, index, clog2(width_of(s)), "bit_at: the index"))
        return placeholder(m, at, 1);
    return make(m, at, HDL_BIT_AT, 1, 0, list, 2);
}

sig hdl_word_at(hdl_loc at, sig s, sig index, unsigned width)
{
    if (is_none(s))
        return s;
    unsigned all = width_of(s);
    if (width == 0 || all % width != 0) {
        hdl_error(s.m, at, "width mismatch: word_at: %s of %u bits in words of %u", describe_sig(s), all, width);
        return placeholder(s.m, at, width);
    }
    unsigned n = all / width;
    if (!has_width(s.m, at, index, clog2(n), "word_at: the index"))
        return placeholder(s.m, at, width);
    sig *words = arena_alloc(s.m->mem, n * sizeof *words);
    for (unsigned i = 0; i < n; i++)
        words[i] = hdl_bits(at, s, i * width + width - 1, i * width);
    return hdl_pick(at, index, words, n);
}

/* ---- choices ---- */

sig hdl_mux(hdl_loc at, sig c, sig a, sig b)
{
    const sig list[] = {c, a, b};
    module *m = common_module(list, 3);

    if (m == NULL)
        return a;
    if (!has_width(m, at, c, 1, "mux: the condition") || !same_widths(m, at, list + 1, 2, "mux"))
        return placeholder(m, at, widest(list + 1, 2));
    return make(m, at, HDL_MUX, width_of(a), 0, list, 3);
}

sig hdl_pick(hdl_loc at, sig index, const sig *array, size_t n)
{
    module *m = common_module(array, n);

    if (m == NULL)
        return (sig){0};
    if (!is_usable(m, at, index, "pick: the index") || !same_widths(m, at, array, n, "pick"))
        return placeholder(m, at, widest(array, n));
    if (width_of(index) < 32 && n > (size_t)1 << width_of(index)) {
        hdl_error(m, at, "width mismatch: pick: %s of %u bits for %zu values", describe_sig(index), width_of(index), n);
        return placeholder(m, at, width_of(array[0]));
    }
    if (n == 1)
        return array[0];
    sig *list = arena_alloc(m->mem, (n + 1) * sizeof *list);
    list[0] = index;
    memcpy(list + 1, array, n * sizeof *list);
    return make(m, at, HDL_PICK, width_of(array[0]), 0, list, n + 1);
}

static bool all_conditions(module *m, hdl_loc at, const sig *conditions, size_t n, const char *verb)
{
    for (size_t i = 0; i < n; i++)
        if (!has_width(m, at, conditions[i], 1, verb))
            return false;
    return true;
}

sig hdl_select_one_hot(hdl_loc at, const sig *conditions, const sig *values, size_t n)
{
    module *m = common_module(values, n);

    if (m == NULL)
        return (sig){0};
    if (!all_conditions(m, at, conditions, n, "select_one_hot: a condition") ||
        !same_widths(m, at, values, n, "select_one_hot"))
        return placeholder(m, at, widest(values, n));
    sig *masked = arena_alloc(m->mem, n * sizeof *masked);
    for (size_t i = 0; i < n; i++) {
        sig mask = hdl_repeat(at, conditions[i], width_of(values[i]));
        masked[i] = hdl_binary(at, HDL_AND, mask, values[i]);
    }
    return n == 1 ? masked[0] : operation(at, HDL_OR, masked, n);
}

sig hdl_first_of(hdl_loc at, const sig *conditions, const sig *values, size_t n, sig fallback)
{
    sig result = fallback;

    while (n-- > 0)
        result = hdl_mux(at, conditions[n], values[n], result);
    return result;
}

/* ---- priority and one-hot ---- */

sig hdl_lowest_set(hdl_loc at, sig s)
{
    return is_none(s) ? s : hdl_binary(at, HDL_AND, s, hdl_unary(at, HDL_NEG, s));
}

sig hdl_one_hot(hdl_loc at, sig index, unsigned n)
{
    if (is_none(index))
        return index;
    sig one = hdl_lit(index.m, at, 1, 1);
    return hdl_shift(at, HDL_SHL, hdl_extend(at, one, n, false), index);
}

sig hdl_one_hot_index(hdl_loc at, sig s)
{
    if (is_none(s))
        return s;
    module *m = s.m;
    unsigned width = width_of(s);
    unsigned n = clog2(width);
    sig *index = arena_alloc(m->mem, n * sizeof *index);
    sig *with_bit = arena_alloc(m->mem, width * sizeof *with_bit);
    for (unsigned i = 0; i < n; i++) {
        size_t count = 0;
        for (unsigned j = width; j-- > 0;)
            if ((j >> i & 1) != 0)
                with_bit[count++] = hdl_bits(at, s, j, j);
        index[i] = count == 0 ? hdl_lit(m, at, 1, 0) : hdl_unary(at, HDL_REDUCE_OR, join(at, with_bit, count));
    }
    return hdl_cat_array(at, index, n);
}

sig hdl_lowest_index(hdl_loc at, sig s)
{
    if (is_none(s))
        return s;
    unsigned width = width_of(s);
    sig index = hdl_lit(s.m, at, clog2(width), 0);
    for (unsigned i = width; i-- > 1;)
        index = hdl_mux(at, hdl_bits(at, s, i, i), hdl_lit(s.m, at, clog2(width), i), index);
    return hdl_mux(at, hdl_bits(at, s, 0, 0), hdl_lit(s.m, at, clog2(width), 0), index);
}

unsigned clog2(uint64_t n)
{
    unsigned width = 1;

    while (width < 64 && (n - 1) >> width != 0)
        width++;
    return width;
}
