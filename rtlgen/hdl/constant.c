/* Arithmetic on constants of any width: arrays of 64-bit words, the least significant first, the
 * unused bits of the last word 0. */
#include "hdl_internal.h"

#include <string.h>

bool constant_bit(const uint64_t *a, uint32_t i)
{
    return (a[i / 64] >> i % 64 & 1) != 0;
}

static void put_bit(uint64_t *a, uint32_t i, bool value)
{
    if (value)
        a[i / 64] |= UINT64_C(1) << i % 64;
}

static uint64_t last_mask(uint32_t width)
{
    return width % 64 == 0 ? UINT64_MAX : (UINT64_C(1) << width % 64) - 1;
}

bool constant_is_zero(const uint64_t *a, uint32_t width)
{
    for (size_t i = 0; i < words_of(width); i++)
        if (a[i] != 0)
            return false;
    return true;
}

bool constant_is_ones(const uint64_t *a, uint32_t width)
{
    size_t n = words_of(width);

    for (size_t i = 0; i + 1 < n; i++)
        if (a[i] != UINT64_MAX)
            return false;
    return a[n - 1] == last_mask(width);
}

bool constant_equal(const uint64_t *a, const uint64_t *b, uint32_t width)
{
    return memcmp(a, b, words_of(width) * sizeof *a) == 0;
}

uint64_t constant_low(const uint64_t *a, uint32_t width)
{
    for (size_t i = 1; i < words_of(width); i++)
        if (a[i] != 0)
            return UINT64_MAX;
    return a[0];
}

static bool less(const uint64_t *a, const uint64_t *b, uint32_t width, bool is_signed)
{
    if (is_signed && constant_bit(a, width - 1) != constant_bit(b, width - 1))
        return constant_bit(a, width - 1);
    for (size_t i = words_of(width); i-- > 0;)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

/* ---- the operations; r is zeroed before ---- */

static void copy_bits(uint64_t *r, uint32_t to, const uint64_t *a, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put_bit(r, to + i, constant_bit(a, from + i));
}

/* r = a + b + carry, or with inverted b: a - b. */
static void add_words_of(uint64_t *r, const uint64_t *a, const uint64_t *b, uint32_t width, bool subtract)
{
    uint64_t carry = subtract ? 1 : 0;

    for (size_t i = 0; i < words_of(width); i++) {
        uint64_t x = subtract ? ~b[i] : b[i];
        uint64_t sum = a[i] + x;
        uint64_t out = sum < x ? 1 : 0;
        r[i] = sum + carry;
        carry = out | (r[i] < carry ? 1 : 0);
    }
}

static void multiply(uint64_t *r, const uint64_t *a, const uint64_t *b, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++) {
        if (!constant_bit(b, i))
            continue;
        uint64_t carry = 0;
        for (uint32_t j = 0; i + j < width; j++) {
            uint64_t sum = (uint64_t)constant_bit(a, j) + constant_bit(r, i + j) + carry;
            r[(i + j) / 64] &= ~(UINT64_C(1) << (i + j) % 64);
            put_bit(r, i + j, (sum & 1) != 0);
            carry = sum >> 1;
        }
    }
}

static void shift(uint64_t *r, hdl_op op, const uint64_t *a, uint32_t width, uint64_t amount)
{
    bool fill = op == HDL_SRA && constant_bit(a, width - 1);
    uint32_t n = amount < width ? (uint32_t)amount : width;

    if (op == HDL_SHL) {
        copy_bits(r, n, a, 0, width - n);
        return;
    }
    copy_bits(r, 0, a, n, width - n);
    for (uint32_t i = width - n; i < width; i++)
        put_bit(r, i, fill);
}

static void logical(uint64_t *r, hdl_op op, const uint64_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        r[i] = op == HDL_AND ? r[i] & b[i] : op == HDL_OR ? r[i] | b[i] : r[i] ^ b[i];
}

static bool compare(hdl_op op, const uint64_t *a, const uint64_t *b, uint32_t width)
{
    switch (op) {
    case HDL_EQ:
        return constant_equal(a, b, width);
    case HDL_NE:
        return !constant_equal(a, b, width);
    case HDL_LT_U:
        return less(a, b, width, false);
    case HDL_LE_U:
        return !less(b, a, width, false);
    case HDL_GT_U:
        return less(b, a, width, false);
    case HDL_GE_U:
        return !less(a, b, width, false);
    case HDL_LT_S:
        return less(a, b, width, true);
    case HDL_LE_S:
        return !less(b, a, width, true);
    case HDL_GT_S:
        return less(b, a, width, true);
    default:
        return !less(a, b, width, true);
    }
}

static bool parity(const uint64_t *a, uint32_t width)
{
    bool odd = false;

    for (uint32_t i = 0; i < width; i++)
        odd ^= constant_bit(a, i);
    return odd;
}

static const uint64_t *argument(const module *m, const node *n, uint32_t i)
{
    return m->nodes[n->args[i]].words;
}

static void join(uint64_t *r, const module *m, const node *n)
{
    uint32_t at = n->width;

    for (uint32_t i = 0; i < n->n_args; i++) {
        uint32_t width = m->nodes[n->args[i]].width;
        at -= width;
        copy_bits(r, at, argument(m, n, i), 0, width);
    }
}

/* Operations with one argument a of `width` bits. */
static void unary(uint64_t *r, const node *n, const uint64_t *a, uint32_t width)
{
    uint64_t *zero = r; /* still zero */

    switch (n->op) {
    case HDL_NOT:
        for (size_t i = 0; i < words_of(width); i++)
            r[i] = ~a[i];
        break;
    case HDL_NEG:
        add_words_of(r, zero, a, width, true);
        break;
    case HDL_REDUCE_OR:
        r[0] = !constant_is_zero(a, width);
        break;
    case HDL_REDUCE_AND:
        r[0] = constant_is_ones(a, width);
        break;
    case HDL_REDUCE_XOR:
        r[0] = parity(a, width);
        break;
    case HDL_BITS:
        copy_bits(r, 0, a, n->aux, n->width);
        break;
    default: /* HDL_REPEAT */
        for (uint32_t i = 0; i < n->width; i += width)
            copy_bits(r, i, a, 0, width);
    }
}

static void binary(uint64_t *r, const node *n, const uint64_t *a, uint32_t width, const uint64_t *b, uint32_t b_width)
{
    switch (n->op) {
    case HDL_ADD:
        add_words_of(r, a, b, width, false);
        break;
    case HDL_SUB:
        add_words_of(r, a, b, width, true);
        break;
    case HDL_MUL:
        multiply(r, a, b, width);
        break;
    case HDL_SHL:
    case HDL_SHR:
    case HDL_SRA:
        shift(r, n->op, a, width, constant_low(b, b_width));
        break;
    default:
        r[0] = compare(n->op, a, b, width);
    }
}

const uint64_t *constant_fold(module *m, const node *n)
{
    size_t words = words_of(n->width);
    uint64_t *r = arena_alloc(m->mem, words * sizeof *r);
    const uint64_t *a = argument(m, n, 0);
    uint32_t width = m->nodes[n->args[0]].width;

    if (n->op == HDL_AND || n->op == HDL_OR || n->op == HDL_XOR) {
        memcpy(r, a, words * sizeof *r);
        for (uint32_t i = 1; i < n->n_args; i++)
            logical(r, n->op, argument(m, n, i), words);
    } else if (n->op == HDL_CAT) {
        join(r, m, n);
    } else if (n->n_args == 1) {
        unary(r, n, a, width);
    } else {
        binary(r, n, a, width, argument(m, n, 1), m->nodes[n->args[1]].width);
    }
    r[words - 1] &= last_mask(n->width);
    return r;
}
