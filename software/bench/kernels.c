/*
 * Four kernels that small processors are compared by: a linked list (search, reversal, merge sort, insertion and
 * removal), matrices of 16-bit numbers, a state machine that reads numbers from a text, and a CRC that folds the
 * results of the three. CoreMark has the same four kinds; nothing of it is here, and scores are not comparable.
 *
 * Each item of the list names a job, of matrices or of a text, and the list is ordered by what the jobs give. Check:
 * the list has all its items and their order after each sort; the CRC of a round, which a native build has confirmed.
 */

#include "bench.h"

enum { ITEMS = 38, SEARCHES = 24, JOBS = 8, SIDE = 10, TEXT_BYTES = 512 };

/* ---- CRC ---- */

/* CRC-16 with the polynomial x^16 + x^12 + x^5 + 1, the lowest bit first. */
static uint16_t crc_byte(uint16_t crc, uint8_t byte)
{
    for (int i = 0; i < 8; i++) {
        bool carry = (crc ^ byte) & 1;

        crc >>= 1;
        byte >>= 1;
        if (carry)
            crc ^= 0x8408;
    }
    return crc;
}

static uint16_t crc_half(uint16_t crc, uint16_t value)
{
    return crc_byte(crc_byte(crc, (uint8_t)value), (uint8_t)(value >> 8));
}

static uint16_t crc_word(uint16_t crc, uint32_t value)
{
    return crc_half(crc_half(crc, (uint16_t)value), (uint16_t)(value >> 16));
}

/* ---- Matrices ---- */

/* Not a constant for the compiler, which would unroll everything. */
int matrix_side = SIDE;

static int16_t left[SIDE][SIDE], right[SIDE][SIDE];
static int32_t product[SIDE][SIDE];

static void fill_matrices(uint32_t seed)
{
    const int side = matrix_side;
    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            left[i][j] = (int16_t)(random_next(&seed) % 200) - 100;
            right[i][j] = (int16_t)(random_next(&seed) % 2000) - 1000;
        }
    }
}

static void add_constant(int16_t matrix[SIDE][SIDE], int16_t constant)
{
    const int side = matrix_side;
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            matrix[i][j] = (int16_t)(matrix[i][j] + constant);
}

static void scale(int16_t factor)
{
    const int side = matrix_side;
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            product[i][j] = left[i][j] * factor;
}

static void multiply_vector(void)
{
    const int side = matrix_side;
    for (int i = 0; i < side; i++) {
        int32_t sum = 0;

        for (int j = 0; j < side; j++)
            sum += left[i][j] * right[0][j];
        product[i][0] = sum;
    }
}

static void multiply(void)
{
    const int side = matrix_side;
    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            int32_t sum = 0;

            for (int k = 0; k < side; k++)
                sum += left[i][k] * right[k][j];
            product[i][j] = sum;
        }
    }
}

/* A product of fields of bits, as in fixed-point filters. */
static void multiply_fields(void)
{
    const int side = matrix_side;
    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            uint32_t sum = 0;

            for (int k = 0; k < side; k++) {
                uint32_t p = (uint32_t)(left[i][k] * right[k][j]);

                sum += (p >> 3 & 0x1F) * (p >> 9 & 0x3F);
            }
            product[i][j] = (int32_t)sum;
        }
    }
}

/* How often neighbours rise, and the sum of those above a limit. */
static uint16_t judge(int32_t limit)
{
    const int side = matrix_side;
    int32_t sum = 0, before = 0;
    uint16_t rises = 0;

    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            int32_t x = product[i][j];

            if (x > limit)
                sum += x >> 4;
            rises = (uint16_t)(rises + (x > before));
            before = x;
        }
    }
    return (uint16_t)(sum ^ rises);
}

static APART uint16_t matrix_job(uint16_t number, uint16_t crc)
{
    int16_t constant = (int16_t)(number | 0x40);

    add_constant(left, constant);
    scale(constant);
    crc = crc_half(crc, judge(1000));
    multiply_vector();
    crc = crc_half(crc, judge(-500));
    multiply();
    crc = crc_half(crc, judge(0));
    multiply_fields();
    crc = crc_half(crc, judge(300));
    add_constant(left, (int16_t)-constant);
    return crc;
}

/* ---- State machine ---- */

enum state { START, SIGNED, DIGITS, ZERO, HEX, POINT, FRACTION, EXPONENT, POWER_SIGN, POWER, WRONG, STATES };

static char text[TEXT_BYTES];

static void write_text(uint32_t seed)
{
    static const char *const tokens[16] = {"1066,", "-17,",   "+3.25,",   "0x1F3a,", "6.02e23,", "0,",
                                           "12a,",  ".5e,",   "-.25E-3,", "0xG,",    "7,",       "1e+06,",
                                           "--4,",  "99999,", "3.14,",    "e9,"};
    int n = 0;

    while (n < TEXT_BYTES - 1)
        for (const char *t = tokens[random_next(&seed) >> 9 & 15]; *t && n < TEXT_BYTES - 1; t++)
            text[n++] = *t;
    text[n] = 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum state next_state(enum state state, char c)
{
    switch (state) {
    case START:
        if (c == '+' || c == '-')
            return SIGNED;
        /* fall through */
    case SIGNED:
        if (c == '0')
            return ZERO;
        return is_digit(c) ? DIGITS : c == '.' ? POINT : WRONG;
    case ZERO:
        if (c == 'x' || c == 'X')
            return HEX;
        /* fall through */
    case DIGITS:
        if (is_digit(c))
            return DIGITS;
        return c == '.' ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : WRONG;
    case HEX:
        return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f') ? HEX : WRONG;
    case POINT:
    case FRACTION:
        if (is_digit(c))
            return FRACTION;
        return state == FRACTION && (c == 'e' || c == 'E') ? EXPONENT : WRONG;
    case EXPONENT:
        if (c == '+' || c == '-')
            return POWER_SIGN;
        /* fall through */
    case POWER_SIGN:
    case POWER:
        return is_digit(c) ? POWER : WRONG;
    default:
        return WRONG;
    }
}

static APART uint16_t text_job(uint16_t number, uint16_t crc)
{
    uint16_t ends[STATES] = {0}, passes[STATES] = {0};
    char *broken = &text[number % (TEXT_BYTES - 1)], kept = *broken;

    *broken = (char)('0' + (number & 15));
    enum state state = START;
    for (const char *c = text; *c; c++) {
        if (*c == ',') {
            ends[state]++;
            state = START;
        } else {
            state = next_state(state, *c);
            passes[state]++;
        }
    }
    *broken = kept;
    for (int i = 0; i < STATES; i++)
        crc = crc_half(crc, (uint16_t)(ends[i] << 8 ^ passes[i]));
    return crc;
}

/* ---- The list ---- */

struct item {
    struct item *next;
    uint16_t key;    /* what it is searched for by */
    uint16_t place;  /* where it was in the beginning */
    uint16_t job;    /* its number; odd: of a text */
    uint16_t result; /* of the job */
};

static struct item items[ITEMS];
static uint16_t results[JOBS];
static uint8_t known[JOBS];

/* Jobs are done when they are first asked for. */
static uint16_t result_of(uint16_t job)
{
    if (!known[job]) {
        results[job] = job & 1 ? text_job((uint16_t)(job * 97), 0) : matrix_job(job, 0);
        known[job] = 1;
    }
    return results[job];
}

typedef int compare(const struct item *a, const struct item *b);

static int by_place(const struct item *a, const struct item *b)
{
    return a->place - b->place;
}

static int by_result(const struct item *a, const struct item *b)
{
    int difference = result_of(a->job) - result_of(b->job);

    return difference ? difference : a->key - b->key;
}

static APART struct item *merge(struct item *a, struct item *b, compare *order)
{
    struct item *first = NULL, **end = &first;

    while (a && b) {
        struct item **smaller = order(a, b) <= 0 ? &a : &b;

        *end = *smaller;
        end = &(*smaller)->next;
        *smaller = *end;
    }
    *end = a ? a : b;
    return first;
}

static APART struct item *sort(struct item *list, compare *order)
{
    struct item *slow = list, *fast = list;

    if (!list || !list->next)
        return list;
    while (fast->next && fast->next->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct item *second = slow->next;
    slow->next = NULL;
    return merge(sort(list, order), sort(second, order), order);
}

static struct item *reverse(struct item *list)
{
    struct item *reversed = NULL;

    while (list) {
        struct item *rest = list->next;

        list->next = reversed;
        reversed = list;
        list = rest;
    }
    return reversed;
}

static const struct item *find(const struct item *list, uint16_t key)
{
    while (list && list->key != key)
        list = list->next;
    return list;
}

static struct item *make_list(uint32_t seed)
{
    struct item *list = NULL;

    for (int i = ITEMS - 1; i >= 0; i--) {
        items[i] = (struct item){.next = list,
                                 .key = (uint16_t)((random_next(&seed) & 0x7F00) | (uint32_t)i),
                                 .place = (uint16_t)i,
                                 .job = (uint16_t)(random_next(&seed) % JOBS)};
        list = &items[i];
    }
    return list;
}

/* Searches, the list turned round after each, and an item moved from the second place to the front. */
static struct item *search(struct item *list, uint16_t *crc)
{
    for (int i = 0; i < SEARCHES; i++) {
        const struct item *found = find(list, items[i * 7 % ITEMS].key);
        const struct item *missing = find(list, (uint16_t)(0x8000 | i));

        *crc = crc_half(*crc, found && !missing ? found->place : 0xFFFF);
        list = reverse(list);

        struct item *moved = list->next;
        list->next = moved->next;
        moved->next = list;
        list = moved;
    }
    return list;
}

static uint16_t fold(const struct item *list, compare *order, uint16_t crc)
{
    int count = 0;

    for (const struct item *i = list; i; i = i->next) {
        check(!i->next || order(i, i->next) <= 0, 2, "the order of the list");
        crc = crc_half(crc, i->key);
        count++;
    }
    check(count == ITEMS, 3, "no item is lost");
    return crc;
}

static uint32_t work(void)
{
    uint16_t crc = 0xFFFF;
    struct item *list = make_list(1066);

    fill_matrices(1789);
    write_text(1848);
    for (int i = 0; i < JOBS; i++)
        known[i] = 0;
    list = search(list, &crc);
    list = sort(list, by_result);
    crc = fold(list, by_result, crc);
    list = search(list, &crc);
    list = sort(list, by_place);
    crc = fold(list, by_place, crc);
    for (int i = 0; i < JOBS; i++)
        crc = crc_word(crc, result_of((uint16_t)i));
    return crc;
}

int main(void)
{
    return bench_run(work, 0xD15Au);
}
