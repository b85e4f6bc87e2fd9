/*
 * What system programs do between their inner loops: records copied whole and told apart by their kind, strings of some
 * thirty letters copied and compared, short procedures that call each other with parameters by reference, now and then
 * a multiplication or a division. Dhrystone is of the same kind; nothing of it is here, and results are not comparable.
 *
 * A library lends its books: readers come to the desk, books are looked for on a shelf by their titles, lent, given
 * back and reserved. Check: counts that must add up; the digest of a round, which a native build has confirmed.
 */

#include "bench.h"

enum { VISITS = 600, TITLE_BYTES = 32, BOOKS = 16, READERS = 12, DESK = 8, NOBODY = 255 };

enum kind { ON_SHELF, LENT, RESERVED };

struct title {
    union {
        char text[TITLE_BYTES];
        uint32_t words[TITLE_BYTES / 4];
    };
};

struct card {
    struct title title;
    enum kind kind;
    union {
        uint32_t shelf_mark;
        struct {
            uint16_t reader;
            uint16_t since;
        } loan;
        struct {
            uint16_t reader;
            uint16_t next;
        } reservation;
    };
    struct card *neighbour;
};

struct reader {
    struct title wish;
    int32_t balance;
    uint16_t books, visits;
};

static struct card cards[BOOKS], on_desk;
static struct card *shelf[DESK];
static struct reader readers[READERS];
static uint32_t lent, given_back, reserved, refused;

/* ---- Strings ---- */

/* Whether a byte of the word is 0. */
static inline ALWAYS bool ends(uint32_t word)
{
    return ((word - 0x01010101u) & ~word & 0x80808080u) != 0;
}

static APART void copy_title(struct title *to, const struct title *from)
{
    const uint32_t *source = from->words;
    uint32_t *target = to->words, word;

    do {
        word = *source++;
        *target++ = word;
    } while (!ends(word));
}

static APART bool same_title(const struct title *a, const struct title *b)
{
    const uint32_t *p = a->words, *q = b->words;

    for (; *p == *q; p++, q++)
        if (ends(*p))
            return true;
    return false;
}

static APART uint32_t title_sum(const char *text)
{
    uint32_t sum = 0;

    while (*text)
        sum = sum * 3 + (uint8_t)*text++;
    return sum;
}

static APART char *append(char *end, const char *text)
{
    while ((*end = *text++) != 0)
        end++;
    return end;
}

static void make_title(struct title *title, unsigned number)
{
    static const char *const subjects[4] = {"birds", "bridges", "beetles", "ballads"};

    *title = (struct title){.words = {0}};
    char *end = append(append(title->text, "a history of "), subjects[number & 3]);
    end = append(end, ", volume ");
    *end = (char)('1' + (number >> 2) % 9);
}

/* ---- The shelf ---- */

static APART unsigned place_of(const struct title *title)
{
    return (unsigned)title->text[13 + 1] % DESK;
}

static APART void put_back(struct card *card)
{
    struct card **place = &shelf[place_of(&card->title)];

    card->neighbour = *place;
    *place = card;
}

/* Finds a card, and how many others came before it. */
static APART struct card *look_for(const struct title *title, unsigned *steps)
{
    struct card *card = shelf[place_of(title)];

    for (*steps = 0; card && !same_title(&card->title, title); card = card->neighbour)
        ++*steps;
    return card;
}

/* ---- The desk ---- */

static APART enum kind kind_after(enum kind kind, bool same_reader)
{
    switch (kind) {
    case ON_SHELF:
        return LENT;
    case LENT:
        return same_reader ? ON_SHELF : RESERVED;
    default:
        return same_reader ? LENT : RESERVED;
    }
}

static APART void charge(struct reader *reader, uint32_t days, int32_t *income)
{
    int32_t fee = days > 10 ? (int32_t)((days - 10) * 3) : 0;

    reader->balance -= fee;
    *income += fee;
}

static APART bool owns(const struct card *card, uint32_t number)
{
    return card->kind == LENT ? card->loan.reader == number
                              : card->kind == RESERVED && card->reservation.next == number;
}

static APART void write_card(struct card *card, uint32_t number, uint32_t day, enum kind kind)
{
    *card = on_desk;
    card->kind = kind;
    switch (kind) {
    case ON_SHELF:
        card->shelf_mark = number << 16 | day;
        break;
    case LENT:
        card->loan.reader = (uint16_t)number;
        card->loan.since = (uint16_t)day;
        break;
    case RESERVED:
        card->reservation.reader = on_desk.loan.reader;
        card->reservation.next = (uint16_t)number;
        break;
    }
}

static APART int32_t serve(struct card *card, uint32_t number, uint32_t day)
{
    struct reader *reader = &readers[number];
    int32_t income = 0;

    on_desk = *card;
    enum kind kind = kind_after(on_desk.kind, owns(&on_desk, number));
    if (kind == on_desk.kind) {
        refused++;
        return 0;
    }
    write_card(card, number, day, kind);
    if (kind == ON_SHELF) {
        given_back++;
        reader->books--;
        charge(reader, day - on_desk.loan.since, &income);
    } else if (kind == LENT) {
        lent++;
        reader->books++;
        if (on_desk.kind == RESERVED)
            readers[on_desk.reservation.reader].books--;
    } else {
        reserved++;
    }
    return income;
}

static APART uint32_t visit(uint32_t number, uint32_t day, uint32_t *random)
{
    struct reader *reader = &readers[number];
    unsigned steps;

    reader->visits++;
    if (reader->visits & 1)
        copy_title(&reader->wish, &cards[random_next(random) >> 8 & (BOOKS - 1)].title);
    struct card *card = look_for(&reader->wish, &steps);
    check(card != NULL, 2, "a book is there");
    int32_t income = serve(card, number, day);
    return (uint32_t)income * 17 + title_sum(reader->wish.text) / (steps + 3);
}

static void open_library(void)
{
    lent = given_back = reserved = refused = 0;
    for (unsigned i = 0; i < DESK; i++)
        shelf[i] = NULL;
    for (unsigned i = 0; i < BOOKS; i++) {
        cards[i] = (struct card){.kind = ON_SHELF};
        make_title(&cards[i].title, i);
        put_back(&cards[i]);
    }
    for (unsigned i = 0; i < READERS; i++)
        readers[i] = (struct reader){.balance = 100};
}

static uint32_t work(void)
{
    uint32_t random = 1977, sum = 0, out = 0, has = 0, visits = 0;

    open_library();
    for (uint32_t i = 0; i < VISITS; i++)
        sum = digest(sum, visit(i * 5 % READERS, i / 4, &random));

    for (unsigned i = 0; i < BOOKS; i++) {
        out += cards[i].kind != ON_SHELF;
        sum = digest(sum, cards[i].shelf_mark + cards[i].kind);
    }
    for (unsigned i = 0; i < READERS; i++) {
        has += readers[i].books;
        visits += readers[i].visits;
        sum = digest(sum, (uint32_t)readers[i].balance);
    }
    check(out == has, 3, "the books that are out");
    check(visits == VISITS && lent + given_back + reserved + refused == VISITS, 4, "each visit is one of four");
    return sum;
}

int main(void)
{
    return bench_run(work, 0xD5C47CD4u);
}
