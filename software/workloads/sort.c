/*
 * Sorting: quicksort and heapsort on tables of pointers to records.
 *
 * The records lie 128 bytes apart over 16 pages, in no order, so that every
 * comparison goes to two pages picked by the data.
 *
 * Check: both results are in order, agree with each other record by record
 * (the order is total), and hold the same multiset of keys as the input.
 */

#include "program.h"

enum { RECORDS = 512 };

struct record {
    uint32_t key;
    uint32_t number; /* breaks ties, and so makes the order total */
    uint32_t payload[30];
};

static PAGE_ALIGNED NOINIT struct record records[RECORDS];

static struct record *by_quicksort[RECORDS];
static struct record *by_heapsort[RECORDS];

static bool less(const struct record *a, const struct record *b)
{
    return a->key < b->key || (a->key == b->key && a->number < b->number);
}

static void exchange(struct record **a, struct record **b)
{
    struct record *kept = *a;

    *a = *b;
    *b = kept;
}

static void insertion_sort(struct record **table, int n)
{
    for (int i = 1; i < n; i++) {
        struct record *moving = table[i];
        int j = i;

        for (; j > 0 && less(moving, table[j - 1]); j--)
            table[j] = table[j - 1];
        table[j] = moving;
    }
}

/* Hoare's partition around the median of three; recursion into the smaller
   part only, so that the stack stays logarithmic. */
static void quicksort(struct record **table, int n)
{
    while (n > 8) {
        int middle = n / 2;

        if (less(table[middle], table[0]))
            exchange(&table[middle], &table[0]);
        if (less(table[n - 1], table[0]))
            exchange(&table[n - 1], &table[0]);
        if (less(table[n - 1], table[middle]))
            exchange(&table[n - 1], &table[middle]);

        const struct record *pivot = table[middle];
        int low = 0, high = n - 1;

        while (low <= high) {
            while (less(table[low], pivot))
                low++;
            while (less(pivot, table[high]))
                high--;
            if (low <= high)
                exchange(&table[low++], &table[high--]);
        }

        int left = high + 1, right = n - low;

        if (left < right) {
            quicksort(table, left);
            table += low;
            n = right;
        } else {
            quicksort(table + low, right);
            n = left;
        }
    }
    insertion_sort(table, n);
}

static void sift_down(struct record **heap, int root, int n)
{
    struct record *moving = heap[root];

    for (;;) {
        int child = 2 * root + 1;

        if (child >= n)
            break;
        if (child + 1 < n && less(heap[child], heap[child + 1]))
            child++;
        if (!less(moving, heap[child]))
            break;
        heap[root] = heap[child];
        root = child;
    }
    heap[root] = moving;
}

static void heapsort(struct record **table, int n)
{
    for (int i = n / 2 - 1; i >= 0; i--)
        sift_down(table, i, n);
    for (int i = n - 1; i > 0; i--) {
        exchange(&table[0], &table[i]);
        sift_down(table, 0, i);
    }
}

static bool in_order(struct record *const *table, int n)
{
    for (int i = 1; i < n; i++)
        if (!less(table[i - 1], table[i]))
            return false;
    return true;
}

int main(void)
{
    uint32_t random = 19730326;
    uint32_t sum = 0, mix = 0;

    for (int i = 0; i < RECORDS; i++) {
        records[i].key = random_next(&random) & 0xFFF; /* some keys are equal */
        records[i].number = (uint32_t)i;
        sum += records[i].key;
        mix ^= records[i].key * 0x9E3779B1u;
        by_quicksort[i] = by_heapsort[i] = &records[i];
    }

    roi_begin();
    quicksort(by_quicksort, RECORDS);
    heapsort(by_heapsort, RECORDS);
    roi_end();

    check(in_order(by_quicksort, RECORDS), 1, "quicksort's order");
    check(in_order(by_heapsort, RECORDS), 2, "heapsort's order");
    for (int i = 0; i < RECORDS; i++) {
        check(by_quicksort[i] == by_heapsort[i], 3, "the two sorts agree");
        sum -= by_quicksort[i]->key;
        mix ^= by_quicksort[i]->key * 0x9E3779B1u;
    }
    check(sum == 0 && mix == 0, 4, "no key was lost");
    return 0;
}
