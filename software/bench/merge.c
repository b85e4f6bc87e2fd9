/*
 * Merge sort from the bottom up, of records that lie one after the other and move whole: 24 KiB and as much for the
 * copies, three streams of pages at a time.
 *
 * The sort is stable. Check: keys do not fall and equal ones keep their order; the sum of the keys; the digest of the
 * order, which a native build has confirmed.
 */

#include "bench.h"

enum { RECORDS = 1536, RUN = 6 };

struct record {
    uint32_t key;
    uint16_t number;
    char mark[10];
};

static PAGE_ALIGNED NOINIT struct record records[RECORDS], copies[RECORDS];

static uint32_t fill(void)
{
    uint32_t random = 1945, sum = 0;

    for (unsigned i = 0; i < RECORDS; i++) {
        records[i].key = random_next(&random) >> 22;
        records[i].number = (uint16_t)i;
        for (unsigned j = 0; j < sizeof records[i].mark; j++)
            records[i].mark[j] = (char)('a' + (i + j) % 26);
        sum += records[i].key;
    }
    return sum;
}

/* Runs that are short are sorted in their place. */
static void sort_run(struct record *run, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct record moving = run[i];
        unsigned j = i;

        for (; j > 0 && run[j - 1].key > moving.key; j--)
            run[j] = run[j - 1];
        run[j] = moving;
    }
}

static void merge(const struct record *from, struct record *to, unsigned begin, unsigned middle, unsigned end)
{
    unsigned a = begin, b = middle;

    for (unsigned i = begin; i < end; i++) {
        bool first = a < middle && (b >= end || from[a].key <= from[b].key);

        to[i] = from[first ? a++ : b++];
    }
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static const struct record *sort(void)
{
    struct record *from = records, *to = copies;

    for (unsigned i = 0; i < RECORDS; i += RUN)
        sort_run(&records[i], least(RUN, RECORDS - i));
    for (unsigned width = RUN; width < RECORDS; width *= 2) {
        for (unsigned i = 0; i < RECORDS; i += 2 * width)
            merge(from, to, i, least(i + width, RECORDS), least(i + 2 * width, RECORDS));
        struct record *kept = from;
        from = to;
        to = kept;
    }
    return from;
}

static uint32_t work(void)
{
    uint32_t expected = fill(), sum = 0, order = 0;
    const struct record *sorted = sort();

    for (unsigned i = 0; i < RECORDS; i++) {
        const struct record *r = &sorted[i];

        sum += r->key;
        order = digest(order, r->number ^ (uint32_t)r->mark[9] << 16);
        check(i == 0 || r[-1].key < r->key || (r[-1].key == r->key && r[-1].number < r->number), 2, "the order");
    }
    check(sum == expected, 3, "no key is lost");
    return order;
}

int main(void)
{
    return bench_run(work, 0x9DE1B711u);
}
