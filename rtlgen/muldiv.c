/* muldiv: the M extension, one operation at a time.
 *
 * One pair of registers, `high` and `low`, and one adder serve both operations. A division shifts the dividend from
 * low into high, where the adder takes the divisor off, and the quotient into low. A sequential or serial
 * multiplication shifts the multiplier out of low, and the product from high into it.
 *
 * The request stays until done_o, so that the second operand needs no register here. The first step is taken in the
 * cycle of start_i, straight from the first operand.
 *
 * Cycles from start_i to done_o: multiplication 8, but MUL 4 if rs1 is one of -21,845 to 43,690. Fast: MUL none;
 * the others 1, and one more for each operand that is a negative number. Division 33, and 7 less for each byte of zeros
 * that the dividend's magnitude begins with, but the last. Serial: MUL 32, the others and division 33.
 *
 * A serial one shifts for the instructions SLL, SRL and SRA, too, since its registers do: a place in each cycle, and 1
 * cycle at least.
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

/* In IDLE the first step is taken, if start_i is up. */
#define STATES(ROW)             ROW(STATE_, IDLE) ROW(STATE_, STEP) ROW(STATE_, FINISH)
#define FAST_STATES(ROW)        ROW(STATE_, LESS_B) ROW(STATE_, LESS_A)
#define SERIAL_STATES(ROW)      ROW(STATE_, ALIGN)
#define STATE_BIT(prefix, name) {#prefix #name, UINT64_C(1) << (prefix##name)},
enum { STATES(ENUM_VALUE) STATES_ALL };
enum { BEFORE_FAST = STATE_FINISH, FAST_STATES(ENUM_VALUE) FAST_STATES_ALL };
enum { BEFORE_SERIAL = STATE_FINISH, SERIAL_STATES(ENUM_VALUE) SERIAL_STATES_ALL };

/* After the step in the cycle of start_i. */
enum { MULTIPLY_STEPS = 7, SERIAL_STEPS = 31, DIVIDE_STEPS = 32 };

struct muldiv {
    enum hv_multiplier multiplier;
    sig start, op, a, b;    /* the request */
    sig at_once;            /* MUL of a fast one: the product is shown in this very cycle */
    sig shift, arithmetic;  /* it is a shift; SRA */
    sig a_signed, b_signed; /* operands of this operation are signed numbers */
    sig a_negative, b_negative;
    sig state, steps; /* steps that remain */
    unsigned state_bits;
    sig idle, finish;
    sig high, low;
    sig from;                /* what the step takes from: low, or the first operand */
    sig dividing, take_high; /* what was asked for */
    sig aligning;            /* the high word of a product goes where a remainder is */
    sig divisor_positive;
    sig negative;      /* the quotient or remainder taken is to be negated */
    sig leading;       /* only zeros of the dividend have been taken */
    sig skip;          /* so are the next eight: they are taken at once */
    sig sum;           /* high and a multiple of the second operand: in a division, high without the divisor */
    sig product;       /* result of a multiplication; if it is sequential, its low word or 0 */
    sig high_word;     /* and its high word or 0 */
    sig word;          /* fast: the product of MUL */
    sig divided_taken; /* FINISH takes it */
    sig divided;       /* what a division's step takes from, with its sign taken away; in the end the result */
};

static sig in_state(const struct muldiv *u, unsigned state)
{
    return bit(u->state, state);
}

static void go(module *m, const struct muldiv *u, unsigned state)
{
    set(u->state, lit(u->state_bits, 1u << state));
}

static void declare_state(module *m, struct muldiv *u)
{
    static const hdl_value names[][8] = {
        [HV_MULTIPLIER_SEQUENTIAL] = {STATES(STATE_BIT){0}},
        [HV_MULTIPLIER_FAST] = {STATES(STATE_BIT) FAST_STATES(STATE_BIT){0}},
        [HV_MULTIPLIER_SERIAL] = {STATES(STATE_BIT) SERIAL_STATES(STATE_BIT){0}},
    };
    static const unsigned counts[] = {
        [HV_MULTIPLIER_SEQUENTIAL] = STATES_ALL,
        [HV_MULTIPLIER_FAST] = FAST_STATES_ALL,
        [HV_MULTIPLIER_SERIAL] = SERIAL_STATES_ALL,
    };
    u->state_bits = counts[u->multiplier];
    u->state = describe(reg(m, "state", u->state_bits, 1u << STATE_IDLE), "of the operation, a bit for each");
    name_values(u->state, names[u->multiplier]);
    u->idle = name(m, "idle", in_state(u, STATE_IDLE));
    u->finish = name(m, "finish", in_state(u, STATE_FINISH));
    u->aligning = u->multiplier == HV_MULTIPLIER_SERIAL ? in_state(u, STATE_ALIGN) : lit(1, 0);
}

static void declare(module *m, struct muldiv *u)
{
    static const hdl_value operations[] = {OPERATIONS(NAMED_VALUE){0}};
    u->start = describe(input(m, "start_i", 1), "request: the operands are beside it");
    u->op = describe(input(m, "op_i", OPERATION_BITS), "funct3 of the instruction");
    name_values(u->op, operations);
    u->a = describe(input(m, "a_i", 32), "rs1");
    u->b = describe(input(m, "b_i", 32), "rs2");
    u->shift = u->arithmetic = u->at_once = lit(1, 0);
    if (u->multiplier == HV_MULTIPLIER_FAST)
        u->at_once = describe(input(m, "at_once_i", 1), "a MUL may start: the result is its product, whether or not");
    if (u->multiplier == HV_MULTIPLIER_SERIAL) {
        u->shift = describe(input(m, "shift_i", 1), "a shift of a_i by b_i: op_i's bit 2 says to the right");
        u->arithmetic = describe(input(m, "arithmetic_i", 1), "the sign comes in, not zeros");
    }

    section(m, "The operation");
    declare_state(m, u);
    u->steps = describe(reg_noreset(m, "steps", 5), "steps that follow this one");
    u->negative = describe(reg_noreset(m, "negative", 1), "negate the quotient or remainder");
    u->leading = describe(reg_noreset(m, "leading", 1), "all bits of the quotient so far are 0");
    const unsigned width = u->multiplier == HV_MULTIPLIER_SERIAL ? 33 : 34;
    u->high = describe(reg(m, "high", width, 0), "product so far, or remainder so far and the dividend's next bit");
    u->low = describe(reg_noreset(m, "low", 32), "multiplier and product, or dividend and quotient");

    sig high = mux(bit(u->op, 2), bit(u->op, 1), is_nonzero(bits(u->op, 1, 0)));
    sig is_signed = or_(eq_lit(u->op, OP_MULH), eq_lit(u->op, OP_MULHSU), eq_lit(u->op, OP_DIV), eq_lit(u->op, OP_REM));
    if (u->multiplier == HV_MULTIPLIER_SERIAL)
        comment(m, "A shift to the left goes the way of a quotient, one to the right that of a product.");
    u->dividing = name(m, "dividing", xor_(bit(u->op, 2), u->shift));
    u->take_high = name(m, "take_high", and_(high, not_(u->shift)));
    u->a_signed = name(m, "a_signed", and_(is_signed, not_(u->shift)));
    u->b_signed = name(m, "b_signed", or_(eq_lit(u->op, OP_MULH), eq_lit(u->op, OP_DIV), eq_lit(u->op, OP_REM)));
    u->a_negative = name(m, "a_negative", and_(u->a_signed, bit(u->a, 31)));
    u->b_negative = name(m, "b_negative", and_(u->b_signed, bit(u->b, 31)));
    comment(m, "A divisor's magnitude is subtracted: a negative one is minus its magnitude already.");
    u->divisor_positive = name(m, "divisor_positive", not_(u->b_negative));
    sig stays = and_(u->shift, is_zero(bits(u->b, 4, 0)));
    u->from = name(m, "from", mux(or_(u->idle, stays), u->a, u->low));
}

/* a + b + carry as one adder: the carry comes out of an additional lowest bit. */
static sig add_carry(module *m, sig a, sig b, sig carry)
{
    unsigned width = width_of(a);
    return bits(add(cat(a, lit(1, 1)), cat(b, carry)), width, 1);
}

/* A register that says what the next cycle does. */
static sig ahead(module *m, const char *text, sig value, const char *meaning)
{
    sig s = describe(reg(m, text, 1, 0), meaning);
    set(s, value);
    return s;
}

/* ------------------------------------------------------------------------------ */
/* Division                                                                         */
/* ------------------------------------------------------------------------------ */

/* One bit of the quotient: the divisor goes once into what high is, or not; the next bit of the dividend comes behind
 * what is left. So the first step, from high = 0, only brings that bit. Zeros in front of the dividend are skipped by
 * the byte. */
static void divide(module *m, struct muldiv *u)
{
    section(m, "Division");
    const bool serial = u->multiplier == HV_MULTIPLIER_SERIAL;
    sig fits = name(m, "fits", not_(or_(bit(u->sum, 32), u->aligning, u->shift, serial ? lit(1, 0) : u->idle)));
    sig rest = name(m, "rest", mux(fits, bits(u->sum, 31, 0), bits(u->high, 31, 0)));
    sig step = in_state(u, STATE_STEP), ends = and_(step, is_zero(u->steps));
    sig zeros_next = is_zero(cat(bit(u->high, 0), bits(u->low, 31, 25)));
    u->skip = lit(1, 0);
    if (!serial)
        u->skip = name(m, "skip", and_(step, u->dividing, u->leading, zeros_next, is_nonzero(bits(u->steps, 4, 3))));

    comment(m, "A negative dividend is negated with the first step, and the result in the end: -x is ~x + 1.");
    sig rest_taken = and_(u->finish, u->take_high), negates = and_(u->finish, u->negative), first = u->a_negative;
    if (!serial) {
        comment(m, "What FINISH takes is decided a cycle before: so it is no part of the way to the register.");
        rest_taken = ahead(m, "rest_taken", and_(ends, u->take_high), "FINISH takes the remainder");
        negates = ahead(m, "negates", and_(ends, u->negative), "and negates it, or the quotient");
        u->divided_taken = ahead(m, "divided_taken", and_(ends, u->dividing), "it takes the result of a division");
        first = and_(not_(bit(u->op, 0)), bit(u->a, 31));
    }
    sig part = mux(rest_taken, bits(u->high, 32, 1), u->from);
    sig negate = name(m, "negate", mux(u->idle, first, negates));
    sig complement = name(m, "complement", xor_(part, repeat(negate, 32)));
    u->divided = name(m, "divided", add(complement, zext(negate, 32)));
    when (or_(u->dividing, u->aligning)) {
        set(u->high, zext(cat(rest, mux(u->skip, bit(u->low, 24), bit(u->divided, 31))), width_of(u->high)));
        set(u->low, mux(u->skip, shl_by(u->low, 8), cat(bits(u->divided, 30, 0), fits)));
    }
    when (and_(step, not_(u->skip)))
        set(u->leading, lit(1, 0));
    when (name(m, "start_division", and_(u->start, u->dividing))) {
        comment(m, "A divisor of 0 goes even into leading zeros.");
        set(u->leading, is_nonzero(u->b));
        set(u->steps, lit(5, DIVIDE_STEPS - 1));
        go(m, u, STATE_STEP);
        comment(m, "A quotient by 0 is all ones whatever the sign; the remainder has the dividend's sign.");
        sig differ = and_(xor_(u->a_negative, u->b_negative), is_nonzero(u->b));
        set(u->negative, mux(u->take_high, u->a_negative, differ));
    }
}

/* ------------------------------------------------------------------------------ */
/* Sequential multiplication                                                        */
/* ------------------------------------------------------------------------------ */

/* sum + digit x multiplicand; the digit is 0, 1, 2, or 3 for -1. */
static sig add_digit(module *m, const char *label, sig sum, sig digit, sig multiplicand)
{
    unsigned width = width_of(sum);
    sig once = sext(multiplicand, width);
    const sig multiples[] = {zeros(width), once, shl_by(once, 1), not_(once)};
    sig addend = name(m, fmt("%s_addend", label), pick(digit, multiples, 4));
    return name(m, fmt("%s_sum", label), add_carry(m, sum, addend, reduce_and(digit)));
}

/* The carry out of a place of the multiplier, base 4: 3 is -1 and one more in the next place, and so is 4, which is 0.
 */
static sig digit_carry(sig place, sig carry)
{
    return and_(bit(place, 1), or_(bit(place, 0), carry));
}

/* Two places of the multiplier a step, base 4 with the digits -1 to 2: eight steps take 32 bits. What they leave is
 * added to the high word at last: the carry, and -1 for the highest bit if the multiplier is signed. The low word is
 * complete after the last step, or after the fourth if all digits that remain are 0. A division's digit is -1, or 1 for
 * a negative divisor. */
static void multiply_sequential(module *m, struct muldiv *u)
{
    section(m, "Multiplication: two digits of the multiplier, base 4, in each step");
    sig step = in_state(u, STATE_STEP), ends = name(m, "ends", and_(step, is_zero(u->steps)));
    comment(m, "The digit is known a cycle before, but for the first one, so that it costs the sum no time.");
    sig held_digit = describe(reg_noreset(m, "held_digit", 2), "the first digit of this step, or what FINISH adds");
    sig held_carry = describe(reg_noreset(m, "held_carry", 1), "the carry out of its place");
    sig digit = name(m, "first_digit", mux(u->idle, bits(u->a, 1, 0), held_digit));
    sig first_carry = name(m, "first_carry", mux(u->idle, reduce_and(bits(u->a, 1, 0)), held_carry));
    sig next_place = bits(u->from, 3, 2), third_place = bits(u->from, 5, 4);
    sig multiplicand = name(m, "multiplicand", cat(u->b_negative, u->b));
    comment(m, "Twice the multiplicand is added to up to two thirds of it: a bit more than what is kept.");
    u->sum = add_digit(m, "first", sext(u->high, 35), digit, multiplicand);
    sig second_carry = name(m, "second_carry", digit_carry(next_place, first_carry));
    sig second_digit = name(m, "second_digit", add(next_place, zext(first_carry, 2)));
    sig second = add_digit(m, "second", sra_by(u->sum, 2), second_digit, multiplicand);
    set(u->high, bits(sra_by(second, 2), 33, 0));
    set(u->low, cat(bits(second, 1, 0), bits(u->sum, 1, 0), bits(u->from, 31, 4)));
    sig borrows = name(m, "borrows", and_(u->a_negative, not_(second_carry)));
    sig left_digit = cat(borrows, mux(u->a_signed, borrows, second_carry));
    sig third_digit = name(m, "third_digit", add(third_place, zext(second_carry, 2)));
    sig next_digit = mux(ends, left_digit, third_digit);
    set(held_digit, mux(u->dividing, cat(u->divisor_positive, lit(1, 1)), next_digit));
    set(held_carry, digit_carry(third_place, second_carry));

    comment(m, "In the fourth step: what is left of the multiplier is 0, modulo 2^16, with the carry.");
    sig left = bits(u->low, 19, 4);
    sig nothing = name(m, "nothing_left", mux(second_carry, reduce_and(left), is_zero(left)));
    sig is_short =
        name(m, "is_short",
             and_(step, not_(u->dividing), eq_lit(u->steps, MULTIPLY_STEPS - 3), nothing, not_(u->take_high)));
    when (is_short)
        go(m, u, STATE_FINISH);
    sig short_taken = ahead(m, "short_taken", is_short, "FINISH takes a low word that four steps have completed");
    sig multiplied = and_(ends, not_(u->dividing));
    sig low_taken = ahead(m, "low_taken", and_(multiplied, not_(u->take_high)), "FINISH takes the low word");
    sig sum_taken = ahead(m, "sum_taken", and_(multiplied, u->take_high), "FINISH takes the high word, the sum");
    const sig conditions[] = {low_taken, short_taken};
    const sig values[] = {u->low, cat(bits(u->high, 15, 0), bits(u->low, 31, 16))};
    u->product = select_one_hot(conditions, values, 2);
    u->high_word = and_(bits(u->sum, 31, 0), repeat(sum_taken, 32));
    when (name(m, "start_multiplication", and_(u->start, not_(u->dividing)))) {
        set(u->steps, lit(5, MULTIPLY_STEPS - 1));
        go(m, u, STATE_STEP);
    }
}

/* ------------------------------------------------------------------------------ */
/* Serial multiplication                                                            */
/* ------------------------------------------------------------------------------ */

/* One place of the multiplier a step, in as few cells as there are: half of what two digits base 4 take. The highest
 * place of a signed multiplier is negative. The product's high word ends one place below that of a remainder, and goes
 * there with a step more; its low word is where a quotient is. */
static void multiply_serial(module *m, struct muldiv *u)
{
    section(m, "Multiplication: one place of the multiplier in each step");
    sig step = in_state(u, STATE_STEP);
    sig last = name(m, "last", and_(step, is_zero(u->steps)));
    comment(m, "A shift by no place is none of the sum's business.");
    sig place = mux(u->idle, bit(u->a, 0), bit(u->low, 0));
    sig adds = name(m, "adds", or_(u->dividing, and_(place, not_(u->shift))));
    sig minus = name(m, "minus", and_(adds, mux(u->dividing, u->divisor_positive, and_(last, u->a_signed))));
    sig multiplicand = sext(cat(u->b_negative, u->b), 34);
    sig addend = name(m, "addend", and_(xor_(multiplicand, repeat(minus, 34)), repeat(adds, 34)));
    u->sum = name(m, "sum", add_carry(m, sext(u->high, 34), addend, minus));
    set(u->high, bits(u->sum, 33, 1));
    sig sign = and_(u->arithmetic, u->shift, bit(u->a, 31));
    set(u->low, cat(or_(bit(u->sum, 0), sign), bits(u->from, 31, 1)));
    when (and_(last, not_(u->dividing), u->take_high))
        go(m, u, STATE_ALIGN);
    when (u->aligning)
        go(m, u, STATE_FINISH);
    when (name(m, "start_multiplication", and_(u->start, not_(u->dividing)))) {
        set(u->steps, lit(5, SERIAL_STEPS - 1));
        set(u->negative, lit(1, 0));
        go(m, u, STATE_STEP);
    }
}

/* ------------------------------------------------------------------------------ */
/* Multiplication by the family's multiplier blocks                                 */
/* ------------------------------------------------------------------------------ */

/* Products of halves, unsigned: 33 bits signed would take nine blocks of 16 bits. Three blocks have at once the three
 * products that the word of MUL is made of; the others take what these leave above it, then the product of the high
 * halves. The high word loses b if a was negative, and a if b was. A division adds the divisor or takes it off in the
 * same place. */
static void multiply_fast(module *m, struct muldiv *u)
{
    section(m, "Multiplication: products of unsigned halves, signs set right by subtractions");
    sig less_b = in_state(u, STATE_LESS_B), less_a = in_state(u, STATE_LESS_A);
    sig a_low = bits(u->a, 15, 0), a_high = bits(u->a, 31, 16), b_low = bits(u->b, 15, 0), b_high = bits(u->b, 31, 16);
    sig low_product = name(m, "low_product", mul_u(a_low, b_low)),
        mixed = name(m, "mixed_product", mul_u(a_low, b_high));
    sig high_product = name(m, "high_product", mul_u(a_high, mux(u->finish, b_high, b_low)));
    comment(m, "From bit 16 of the product on; above the word that is what the high halves' product is added to.");
    sig both = name(m, "mixed_products", add(zext(mixed, 34), zext(high_product, 34)));
    sig middle = name(m, "middle", add(both, zext(bits(low_product, 31, 16), 34)));
    u->word = name(m, "word", cat(bits(middle, 15, 0), bits(low_product, 15, 0)));

    sig take_b = name(m, "take_b", or_(u->dividing, less_b));
    sig minus = name(m, "minus", mux(u->dividing, u->divisor_positive, or_(less_a, less_b)));
    const sig conditions[] = {not_(or_(take_b, less_a)), take_b, less_a};
    const sig values[] = {zext(high_product, 34), sext(cat(u->b_negative, u->b), 34), zext(u->a, 34)};
    sig addend = name(m, "addend", xor_(select_one_hot(conditions, values, 3), repeat(minus, 34)));
    u->sum = name(m, "sum", add_carry(m, u->high, addend, minus));
    set(u->high, mux(u->idle, shr_by(middle, 16), u->sum));
    u->product = bits(u->sum, 31, 0);
    when (or_(less_b, less_a))
        go(m, u, STATE_FINISH);
    when (and_(less_b, u->b_negative))
        go(m, u, STATE_LESS_A);
    when (name(m, "start_multiplication", and_(u->start, not_(u->dividing), u->take_high))) {
        go(m, u, STATE_FINISH);
        when (u->b_negative)
            go(m, u, STATE_LESS_A);
        when (u->a_negative)
            go(m, u, STATE_LESS_B);
    }
}

/* The first place goes with the cycle of start_i; what is to be shifted by none goes out as it came. */
static void start_shift(module *m, struct muldiv *u)
{
    section(m, "Shifts");
    sig places = bits(u->b, 4, 0);
    when (name(m, "start_shift", and_(u->start, u->shift))) {
        set(u->steps, sub(places, lit(5, 2)));
        set(u->negative, lit(1, 0));
        set(u->state, mux(is_zero(bits(places, 4, 1)), lit(u->state_bits, 1u << STATE_FINISH),
                          lit(u->state_bits, 1u << STATE_STEP)));
    }
}

/* ------------------------------------------------------------------------------ */
/* The unit                                                                         */
/* ------------------------------------------------------------------------------ */

static void answer(module *m, struct muldiv *u)
{
    section(m, "Sequence and answer");
    const bool fast = u->multiplier == HV_MULTIPLIER_FAST, serial = u->multiplier == HV_MULTIPLIER_SERIAL;
    sig step = in_state(u, STATE_STEP), to_align = and_(u->take_high, not_(u->dividing));
    when (step)
        set(u->steps, add(u->steps, mux(u->skip, lit(5, 32 - 8), lit(5, 32 - 1))));
    when (and_(step, is_zero(u->steps), fast ? u->dividing : serial ? not_(to_align) : lit(1, 1)))
        go(m, u, STATE_FINISH);
    when (u->finish)
        go(m, u, STATE_IDLE);
    sig ended = fast ? name(m, "ends_at_once", and_(u->idle, u->start, u->at_once)) : lit(1, 0);
    when (or_(u->finish, and_(u->idle, not_(u->start)), ended))
        set(u->high, zeros(width_of(u->high)));
    describe(output(m, "done_o", or_(u->finish, ended)), "answer: one pulse");
    sig result;
    if (u->multiplier == HV_MULTIPLIER_SEQUENTIAL) {
        comment(m, "One of these at most is not 0. Synthesis keeps exclusive ors in this order: the sum, which comes "
                   "last, passes one.");
        result = xor_(u->high_word, xor_(and_(u->divided, repeat(u->divided_taken, 32)), u->product));
    } else {
        result = serial ? u->divided : mux(u->dividing, u->divided, u->product);
        result = and_(result, repeat(u->finish, 32));
        if (fast)
            result = or_(result, and_(u->word, repeat(and_(u->idle, u->at_once), 32)));
    }
    describe(output(m, "result_o", result),
             fast ? "result, with done_o; without at_once_i else 0" : "result, with done_o; else 0");
}

module *muldiv_module(design *d, const struct hv_config *config)
{
    module *m = module_new(d, "nestor_muldiv");
    module_comment(m, "Multiplication and division of RV32M. One operation at a time: start_i with op_i,\n"
                      "a_i and b_i, which stay; done_o with result_o beside it ends it.");
    static void (*const multiply[])(module *, struct muldiv *) = {
        [HV_MULTIPLIER_SEQUENTIAL] = multiply_sequential,
        [HV_MULTIPLIER_FAST] = multiply_fast,
        [HV_MULTIPLIER_SERIAL] = multiply_serial,
    };
    struct muldiv u = {.multiplier = config->multiplier};
    declare(m, &u);
    multiply[u.multiplier](m, &u);
    divide(m, &u);
    if (u.multiplier == HV_MULTIPLIER_SERIAL)
        start_shift(m, &u);
    answer(m, &u);
    return m;
}
