/* muldiv: the M extension, one operation at a time.
 *
 * One pair of 32-bit registers, `high` and `low`, serves both operations. A division shifts the
 * dividend from low into high, where the divisor is subtracted, and the quotient into low. A
 * sequential multiplication shifts the multiplier out of low, and the product from high into it.
 *
 * The request stays until done_o, so that the second operand needs no register here.
 *
 * Cycles from start_i to done_o: multiplication 9 (fast: 1), division 33, one more if the
 * dividend is negative, and 7 less for each byte of zeros that it begins with, but the last.
 */
#include "rtlgen/units.h"
#include "rtlgen/values.h"

/* op_i, the funct3 of the instruction: bit 2 says division. */
#define OPERATIONS(ROW)                                                                                                \
    ROW(OP_, MUL)                                                                                                      \
    ROW(OP_, MULH)                                                                                                     \
    ROW(OP_, MULHSU)                                                                                                   \
    ROW(OP_, MULHU)                                                                                                    \
    ROW(OP_, DIV)                                                                                                      \
    ROW(OP_, DIVU)                                                                                                     \
    ROW(OP_, REM)                                                                                                      \
    ROW(OP_, REMU)
enum { OPERATIONS(ENUM_VALUE) OPERATION_BITS = 3 };

#define STATES(ROW) ROW(STATE_, IDLE) ROW(STATE_, NEGATE) ROW(STATE_, STEP) ROW(STATE_, FINISH)
enum { STATES(ENUM_VALUE) STATE_BITS = 2 };

enum { MULTIPLY_STEPS = 8, DIVIDE_STEPS = 32 };

struct muldiv {
    sig start, op, a, b;    /* the request */
    sig a_signed, b_signed; /* operands of this operation are signed numbers */
    sig state, steps;       /* steps that remain */
    sig high, low;
    sig dividing, take_high; /* what was asked for */
    sig negative;            /* the quotient or remainder taken is to be negated */
    sig leading;             /* only zeros of the dividend have been taken */
    sig skip;                /* so are the next eight: they are taken at once */
    sig divided;             /* result of a division, its sign set right */
};

static void declare(module *m, struct muldiv *u)
{
    static const hdl_value operations[] = {OPERATIONS(NAMED_VALUE){0}};
    u->start = describe(input(m, "start_i", 1), "request: the operands are beside it");
    u->op = describe(input(m, "op_i", OPERATION_BITS), "funct3 of the instruction");
    name_values(u->op, operations);
    u->a = describe(input(m, "a_i", 32), "rs1");
    u->b = describe(input(m, "b_i", 32), "rs2");

    section(m, "The operation");
    static const hdl_value states[] = {STATES(NAMED_VALUE){0}};
    u->state = describe(reg(m, "state", STATE_BITS, STATE_IDLE), "of the operation");
    name_values(u->state, states);
    u->steps = describe(reg_noreset(m, "steps", 5), "steps that follow this one");
    u->negative = describe(reg_noreset(m, "negative", 1), "negate the quotient or remainder");
    u->leading = describe(reg_noreset(m, "leading", 1), "all bits of the quotient so far are 0");
    u->high = describe(reg(m, "high", 34, 0), "product so far, or remainder so far; 0 between operations");
    u->low = describe(reg_noreset(m, "low", 32), "multiplier and product, or dividend and quotient");

    u->dividing = name(m, "dividing", bit(u->op, 2));
    u->take_high = name(m, "take_high", mux(u->dividing, bit(u->op, 1), is_nonzero(bits(u->op, 1, 0))));
    u->a_signed =
        name(m, "a_signed",
             or_(eq_lit(u->op, OP_MULH), eq_lit(u->op, OP_MULHSU), eq_lit(u->op, OP_DIV), eq_lit(u->op, OP_REM)));
    u->b_signed = name(m, "b_signed", or_(eq_lit(u->op, OP_MULH), eq_lit(u->op, OP_DIV), eq_lit(u->op, OP_REM)));
}

/* a + b + carry as one adder: the carry comes out of an additional lowest bit. */
static sig add_carry(module *m, sig a, sig b, sig carry)
{
    unsigned width = width_of(a);
    return bits(add(cat(a, lit(1, 1)), cat(b, carry)), width, 1);
}

/* ------------------------------------------------------------------------------ */
/* Division                                                                         */
/* ------------------------------------------------------------------------------ */

/* What start_i loads for a division. */
static void start_division(module *m, struct muldiv *u)
{
    sig a_negative = name(m, "a_negative", and_(u->a_signed, bit(u->a, 31)));
    sig b_negative = name(m, "b_negative", and_(u->b_signed, bit(u->b, 31)));
    when (name(m, "start_division", and_(u->start, u->dividing))) {
        comment(m, "A divisor of 0 goes even into leading zeros.");
        set(u->leading, is_nonzero(u->b));
        set(u->low, u->a);
        set(u->steps, lit(5, DIVIDE_STEPS - 1));
        set(u->state, mux(a_negative, lit(2, STATE_NEGATE), lit(2, STATE_STEP)));
        comment(m, "A quotient by 0 is all ones whatever the sign; the remainder has the dividend's sign.");
        set(u->negative, mux(u->take_high, a_negative, and_(xor_(a_negative, b_negative), is_nonzero(u->b))));
    }
}

/* One bit of the quotient: the divisor goes once into what high and the next bit of low make, or not. Zeros in
 * front of the dividend are skipped by the byte. */
static void divide(module *m, struct muldiv *u)
{
    section(m, "Division");
    comment(m, "What subtracts the divisor's magnitude: a negative one is minus its magnitude already.");
    sig positive = name(m, "divisor_positive", not_(and_(u->b_signed, bit(u->b, 31))));
    sig minus_divisor = name(m, "minus_divisor", cat(lit(1, 1), xor_(u->b, repeat(positive, 32))));
    sig shifted = name(m, "shifted", cat(bits(u->high, 31, 0), bit(u->low, 31)));
    sig difference = name(m, "difference", add_carry(m, shifted, minus_divisor, positive));
    sig fits = name(m, "fits", not_(bit(difference, 32)));
    sig rest = mux(fits, bits(difference, 31, 0), bits(shifted, 31, 0));
    u->skip =
        name(m, "skip", and_(u->dividing, u->leading, is_zero(bits(u->low, 31, 24)), is_nonzero(bits(u->steps, 4, 3))));
    when (name(m, "step_division", and_(eq_lit(u->state, STATE_STEP), u->dividing))) {
        when (not_(u->skip)) {
            set(u->high, zext(rest, 34));
            set(u->leading, lit(1, 0));
        }
        set(u->low, mux(u->skip, shl_by(u->low, 8), cat(bits(u->low, 30, 0), fits)));
    }

    comment(m, "First the dividend is negated, if need be, and in the end the result: -x is ~x + 1.");
    sig first = name(m, "negate_dividend", eq_lit(u->state, STATE_NEGATE));
    sig part = mux(and_(u->take_high, not_(first)), bits(u->high, 31, 0), u->low);
    sig negate = name(m, "negate", or_(u->negative, first));
    sig complement = name(m, "complement", xor_(part, repeat(negate, 32)));
    u->divided = name(m, "divided", add(complement, zext(negate, 32)));
    when (first) {
        set(u->low, u->divided);
        set(u->state, lit(2, STATE_STEP));
    }
}

/* ------------------------------------------------------------------------------ */
/* Sequential multiplication                                                        */
/* ------------------------------------------------------------------------------ */

/* sum + digit x multiplicand, where the Booth digit (-2..2) is what three bits of the multiplier
 * say: the two of its place and the next lower one. */
static sig add_digit(module *m, const char *label, sig sum, sig three, sig multiplicand)
{
    sig once = xor_(bit(three, 1), bit(three, 0));
    sig twice = or_(match(three, 7, 4), match(three, 7, 3));
    sig minus = bit(three, 2);
    unsigned width = width_of(sum);
    sig wide = sext(multiplicand, width);
    sig multiple = or_(and_(wide, repeat(once, width)), and_(shl_by(wide, 1), repeat(twice, width)));
    sig addend = name(m, fmt("%s_addend", label), xor_(multiple, repeat(minus, width)));
    return name(m, fmt("%s_sum", label), add_carry(m, sum, addend, minus));
}

/* Radix-4 Booth, two digits a step: eight steps take the 32 bits of the multiplier a as a signed
 * number. An unsigned one is 2^32 more if its highest bit is set: a last addition to the high word. */
static void multiply_sequential(module *m, struct muldiv *u, sig *product_high)
{
    section(m, "Multiplication: two Booth digits of the multiplier in each step");
    sig last_bit = describe(reg_noreset(m, "last_bit", 1), "the multiplier's bit below low's");
    sig finish = name(m, "finish", eq_lit(u->state, STATE_FINISH));
    sig multiplicand = name(m, "multiplicand", cat(and_(u->b_signed, bit(u->b, 31)), u->b));
    sig three = mux(finish, cat(lit(2, 0), and_(last_bit, not_(u->a_signed))), cat(bits(u->low, 1, 0), last_bit));
    sig first = add_digit(m, "first", u->high, name(m, "first_digit", three), multiplicand);
    sig second_digit = name(m, "second_digit", bits(u->low, 3, 1));
    sig second = add_digit(m, "second", sra_by(first, 2), second_digit, multiplicand);
    *product_high = bits(first, 31, 0);
    sig start = name(m, "start_multiplication", and_(u->start, not_(u->dividing)));
    when (name(m, "step_multiplication", and_(eq_lit(u->state, STATE_STEP), not_(u->dividing)))) {
        set(u->high, sra_by(second, 2));
        set(u->low, cat(bits(second, 1, 0), bits(first, 1, 0), bits(u->low, 31, 4)));
        set(last_bit, bit(u->low, 3));
    }
    when (start) {
        set(u->low, u->a);
        set(last_bit, lit(1, 0));
        set(u->steps, lit(5, MULTIPLY_STEPS - 1));
        set(u->state, lit(2, STATE_STEP));
    }
}

/* ------------------------------------------------------------------------------ */
/* Multiplication by the family's multiplier blocks                                 */
/* ------------------------------------------------------------------------------ */

/* The product of the operands as unsigned numbers, in one step; then the high word loses b if a
 * was negative, and a if b was. 32 bits unsigned take four 16-bit blocks, 33 signed would take nine. */
static void multiply_fast(module *m, struct muldiv *u, sig *product_high)
{
    section(m, "Multiplication: one unsigned product, signs set right afterwards");
    sig excess_b = and_(u->a_signed, bit(u->a, 31)), excess_a = and_(u->b_signed, bit(u->b, 31));
    sig product = name(m, "product", mul_u(u->a, u->b));
    sig less_b = sub(bits(u->high, 31, 0), and_(u->b, repeat(excess_b, 32)));
    *product_high = sub(name(m, "less_b", less_b), and_(u->a, repeat(excess_a, 32)));
    when (name(m, "start_multiplication", and_(u->start, not_(u->dividing)))) {
        set(u->high, zext(bits(product, 63, 32), 34));
        set(u->low, bits(product, 31, 0));
        set(u->state, lit(2, STATE_FINISH));
    }
}

/* ------------------------------------------------------------------------------ */
/* The unit                                                                         */
/* ------------------------------------------------------------------------------ */

static void answer(module *m, struct muldiv *u, sig product_high)
{
    section(m, "Sequence and answer");
    switch_on (u->state) {
        is (STATE_STEP) {
            set(u->steps, add(u->steps, mux(u->skip, lit(5, 32 - 8), lit(5, 32 - 1))));
            when (is_zero(u->steps))
                set(u->state, lit(2, STATE_FINISH));
        }
        is (STATE_FINISH) {
            set(u->high, zeros(34));
            set(u->state, lit(2, STATE_IDLE));
        }
    }
    sig result = mux(u->dividing, u->divided, mux(u->take_high, product_high, u->low));
    describe(output(m, "done_o", eq_lit(u->state, STATE_FINISH)), "answer: one pulse");
    describe(output(m, "result_o", result), "result, with done_o");
}

module *muldiv_module(design *d, const struct hv_config *config)
{
    module *m = module_new(d, "nestor_muldiv");
    module_comment(m, "Multiplication and division of RV32M. One operation at a time: start_i with op_i,\n"
                      "a_i and b_i, which stay; done_o with result_o beside it ends it.");
    struct muldiv u = {0};
    sig product_high;
    declare(m, &u);
    divide(m, &u);
    if (config->multiplier == HV_MULTIPLIER_FAST)
        multiply_fast(m, &u, &product_high);
    else
        multiply_sequential(m, &u, &product_high);
    answer(m, &u, product_high);
    start_division(m, &u);
    return m;
}
