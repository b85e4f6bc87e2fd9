/*
 * An integer mix, as system programs have it: records and pointers to them,
 * strings compared and copied, a table in two dimensions, calls, branches by
 * the value of an enumeration, multiplication and division.
 *
 * The parts model a store: orders for articles come in, are looked up by name,
 * priced and booked. Check: sums that arithmetic gives without the store; and
 * the digest of the end state, which a native build has confirmed.
 */

#include "program.h"

enum { ARTICLES = 12, CUSTOMERS = 16, ORDERS = 216, NAME_BYTES = 24 };

enum kind { BY_PIECE, BY_WEIGHT, BY_LENGTH, SERVICE, KINDS };

struct article {
    char name[NAME_BYTES];
    enum kind kind;
    uint32_t price;
    uint32_t sold;
    struct article *next; /* in the order of last use */
};

struct order {
    char name[NAME_BYTES];
    uint32_t customer;
    uint32_t amount;
    uint32_t price;
};

static struct article articles[ARTICLES];
static struct article *recent;
static struct order today, yesterday;

static uint32_t booked[CUSTOMERS][ARTICLES];

/* The names share their beginning, so that comparing them takes some steps. */
static void write_name(char *name, uint32_t i)
{
    static const char stem[] = "article number ";
    char *end = name;

    for (const char *s = stem; *s; s++)
        *end++ = *s;
    *end++ = (char)('0' + i / 10);
    *end++ = (char)('0' + i % 10);
    *end = 0;
}

static int compare_names(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

/* Finds an article by name and moves it to the front of the list. */
static struct article *look_up(const char *name)
{
    struct article **link = &recent;

    while (*link && compare_names((*link)->name, name) != 0)
        link = &(*link)->next;

    struct article *found = *link;

    if (found) {
        *link = found->next;
        found->next = recent;
        recent = found;
    }
    return found;
}

static uint32_t greatest_common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static uint32_t price_of(const struct article *article, uint32_t amount)
{
    switch (article->kind) {
    case BY_PIECE:
        return amount * article->price;
    case BY_WEIGHT: /* per 1000, rounded up */
        return (amount * article->price + 999) / 1000;
    case BY_LENGTH: /* in the smallest units that divide amount and price */
        return amount * article->price / greatest_common_divisor(amount, article->price);
    case SERVICE:
    default:
        return article->price;
    }
}

static bool book(uint32_t number)
{
    write_name(today.name, number * 5 % ARTICLES);
    today.customer = number * 7 % CUSTOMERS;
    today.amount = number % 50 + 1;

    struct article *article = look_up(today.name);

    if (!article)
        return false;
    article->sold += today.amount;
    today.price = price_of(article, today.amount);
    booked[today.customer][article - articles] += today.price;
    if (yesterday.customer == today.customer && compare_names(yesterday.name, today.name) == 0)
        return false; /* cannot be: 7 is prime to the number of customers */
    yesterday = today;
    return true;
}

int main(void)
{
    uint32_t sold = 0, expected = 0, sum = 0;

    for (uint32_t i = 0; i < ARTICLES; i++) {
        write_name(articles[i].name, i);
        articles[i].kind = (enum kind)(i % KINDS);
        articles[i].price = 120 + 36 * i;
        articles[i].next = recent;
        recent = &articles[i];
    }

    roi_begin();
    for (uint32_t i = 0; i < ORDERS; i++)
        check(book(i), 1, "an order is booked");
    roi_end();

    for (uint32_t i = 0; i < ORDERS; i++)
        expected += i % 50 + 1;
    for (uint32_t i = 0; i < ARTICLES; i++)
        sold += articles[i].sold;
    check(sold == expected, 2, "the amounts add up");

    /* Article 3 is a service, booked by every order with number * 5 % 12 = 3:
       numbers 3, 15, 27, ... */
    for (int c = 0; c < CUSTOMERS; c++)
        sum += booked[c][3];
    check(sum == (ORDERS - 3 + ARTICLES - 1) / ARTICLES * articles[3].price, 3, "a service");

    sum = 0;
    for (int c = 0; c < CUSTOMERS; c++)
        for (int a = 0; a < ARTICLES; a++)
            sum = digest(sum, booked[c][a]);
    for (const struct article *a = recent; a; a = a->next)
        sum = digest(sum, (uint32_t)(a - articles));
    check_equal(sum, 0x594CBC87u, 4, "digest of the end state");
    return 0;
}
