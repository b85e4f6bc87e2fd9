/* lab/locality: each locality against a plain count by its definition, and what renaming leaves as it is. */
#include "lab/locality.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

enum { REFERENCES = 6000, PAGES = 40, SPACES = 3, PAGE_BITS = 12, PAGE = 1 << PAGE_BITS };

static uint64_t random_below(uint64_t *seed, uint64_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (*seed >> 33) % bound;
}

/* Walks through pages with jumps, in several VMs, each with processes of its own. */
static void make(struct lab_reference *references, size_t count, uint64_t seed)
{
    uint64_t address[SPACES][2] = {{0}};
    uint32_t phi[SPACES] = {0}, space = 0;
    for (size_t i = 0; i < count; i++) {
        if (random_below(&seed, 50) == 0)
            space = (uint32_t)random_below(&seed, SPACES);
        if (random_below(&seed, 80) == 0)
            phi[space] = (uint32_t)random_below(&seed, 3) * 0x10000;
        const unsigned data = random_below(&seed, 3) == 0;
        uint64_t *at = &address[space][data];
        if (random_below(&seed, 20) == 0)
            *at = random_below(&seed, PAGES * PAGE / 4) * 4;
        else
            *at = (*at + 4 * random_below(&seed, 9)) % (PAGES * PAGE);
        references[i] =
            (struct lab_reference){.address = *at,
                                   .space = space,
                                   .kind = data ? (random_below(&seed, 2) ? LAB_LOAD : LAB_STORE) : LAB_FETCH,
                                   .level = (uint8_t)space,
                                   .relocation = phi[space]};
    }
}

static struct lab_locality_counts count_all(const struct lab_reference *references, size_t count, unsigned previous)
{
    struct lab_locality_counts counts;
    struct lab_locality *locality = lab_locality_new(PAGE_BITS, previous);
    assert_non_null(locality);
    for (size_t i = 0, now; i < count; i += now) { /* in pieces of any size */
        now = 1 + (i * 7) % 5000;
        now = now < count - i ? now : count - i;
        assert_true(lab_locality_feed(locality, references + i, now));
    }
    assert_true(lab_locality_end(locality, &counts));
    lab_locality_free(locality);
    return counts;
}

/* The bin whose bound is the first that is not below. */
static unsigned bin_of(uint64_t value, uint64_t (*bound)(unsigned bin))
{
    unsigned bin = 0;
    while (bound(bin) < value)
        bin++;
    return bin;
}

/* ---- plain counts ---- */

static bool same_page(const struct lab_reference *a, const struct lab_reference *b)
{
    return a->space == b->space && a->address / PAGE == b->address / PAGE;
}

/* Different pages from the last use of reference i's page on; 0: it is the first. */
static uint64_t plain_distance(const struct lab_reference *r, size_t i)
{
    uint64_t distance = 1;
    for (size_t j = i; j-- > 0;) {
        if (same_page(&r[j], &r[i]))
            return distance;
        size_t later = j + 1;
        while (later < i && !same_page(&r[later], &r[j]))
            later++;
        distance += later == i;
    }
    return 0;
}

static void plain_temporal(const struct lab_reference *r, size_t count, struct lab_locality_counts *counts)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t distance = plain_distance(r, i);
        if (distance)
            counts->temporal[bin_of(distance, lab_length_bound)]++;
        else
            counts->first++;
    }
}

/* `port`: 2 for all. */
static void plain_spatial(const struct lab_reference *r, size_t count, unsigned port, unsigned previous,
                          struct lab_spatial *spatial)
{
    for (size_t i = 0; i < count; i++) {
        const struct lab_reference *nearest = NULL;
        unsigned seen = 0;
        uint64_t least = UINT64_MAX;
        if (port < 2 && (r[i].kind != LAB_FETCH) != port)
            continue;
        for (size_t j = i; j-- > 0 && seen < previous;) {
            if (port < 2 && (r[j].kind != LAB_FETCH) != port)
                continue;
            seen++;
            const uint64_t delta = (uint64_t)llabs((int64_t)r[j].address - (int64_t)r[i].address);
            if (r[j].space == r[i].space && delta < least) {
                least = delta;
                nearest = &r[j];
            }
        }
        spatial->count += seen > 0;
        if (!nearest)
            continue;
        spatial->near[bin_of(least, lab_delta_bound)]++;
        spatial->within[bin_of(least, lab_delta_bound)] += same_page(nearest, &r[i]);
    }
}

static void plain_vm(const struct lab_reference *r, size_t count, struct lab_locality_counts *counts)
{
    for (size_t i = 0, length; i < count; i += length) {
        for (length = 1; i + length < count && r[i + length].space == r[i].space; length++)
            continue;
        counts->vm[bin_of(length, lab_length_bound)]++;
        counts->vm_runs++;
    }
}

/* Of each VM alone: a run goes on until a fetch has another phi. */
static void plain_process(const struct lab_reference *r, size_t count, struct lab_locality_counts *counts)
{
    for (uint32_t space = 0; space < SPACES; space++) {
        uint64_t length = 0;
        uint32_t phi = 0;
        for (size_t i = 0; i <= count; i++) {
            const bool other = i < count && r[i].space == space && r[i].kind == LAB_FETCH && r[i].relocation != phi;
            if (length && (i == count || other)) {
                counts->process[bin_of(length, lab_length_bound)]++;
                counts->process_runs++;
                length = 0;
            }
            if (other)
                phi = r[i].relocation;
            length += i < count && r[i].space == space;
        }
    }
}

static void equal(const void *found, const void *expected, size_t bytes)
{
    assert_memory_equal(found, expected, bytes);
}

static void test_definitions(void **state)
{
    (void)state;
    static struct lab_reference references[REFERENCES];
    for (unsigned previous = 1; previous <= 8; previous += 7) {
        static struct lab_locality_counts expected;
        memset(&expected, 0, sizeof expected);
        make(references, REFERENCES, previous);
        expected.references = REFERENCES;
        plain_temporal(references, REFERENCES, &expected);
        plain_spatial(references, REFERENCES, 2, previous, &expected.spatial);
        plain_spatial(references, REFERENCES, 0, previous, &expected.by_port[0]);
        plain_spatial(references, REFERENCES, 1, previous, &expected.by_port[1]);
        plain_vm(references, REFERENCES, &expected);
        plain_process(references, REFERENCES, &expected);
        const struct lab_locality_counts found = count_all(references, REFERENCES, previous);
        assert_int_equal(found.first, expected.first);
        equal(found.temporal, expected.temporal, sizeof expected.temporal);
        equal(&found.spatial, &expected.spatial, sizeof expected.spatial);
        equal(found.by_port, expected.by_port, sizeof expected.by_port);
        equal(found.vm, expected.vm, sizeof expected.vm);
        equal(found.process, expected.process, sizeof expected.process);
        assert_int_equal(found.process_runs, expected.process_runs);
        assert_int_equal(found.vm_runs, expected.vm_runs);
        assert_int_equal(found.vms, SPACES);
    }
}

/* Distances, differences and lengths at the ends of bins. */
static void test_bins(void **state)
{
    (void)state;
    static const struct {
        uint64_t delta;
        unsigned bin;
    } deltas[] = {
        {0, 0},          {1, 1}, {2, 2}, {3, 3}, {4, 3}, {5, 4}, {4096, 13}, {4097, 14}, {UINT64_C(1) << 63, 64},
        {UINT64_MAX, 65}};
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++) {
        const struct lab_reference two[] = {{.address = deltas[i].delta}, {.address = 0}};
        const struct lab_locality_counts counts = count_all(two, 2, 1);
        assert_int_equal(counts.spatial.near[deltas[i].bin], 1);
        assert_int_equal(counts.spatial.within[deltas[i].bin], deltas[i].delta < PAGE);
        assert_int_equal(counts.spatial.count, 1);
        assert_int_equal(counts.vm[1], 1); /* one run of two */
    }
}

/* ---- the paper's claim: "Temporal and spatial locality are name invariant" ---- */

/* Pages get other numbers, as by a composed map f: a permutation, or all of them moved by the same distance. */
static void rename_pages(struct lab_reference *to, const struct lab_reference *from, size_t count, bool moved,
                         uint64_t seed)
{
    uint64_t page[PAGES];
    for (size_t i = 0; i < PAGES; i++)
        page[i] = 0x80000 + i;
    for (size_t i = PAGES; !moved && i-- > 1;) {
        const size_t j = random_below(&seed, i + 1);
        const uint64_t other = page[j];
        page[j] = page[i];
        page[i] = other;
    }
    for (size_t i = 0; i < count; i++) {
        to[i] = from[i];
        to[i].address = page[from[i].address / PAGE] * PAGE + from[i].address % PAGE;
    }
}

static void test_renaming(void **state)
{
    (void)state;
    static struct lab_reference own[REFERENCES], renamed[REFERENCES];
    make(own, REFERENCES, 77);
    const struct lab_locality_counts before = count_all(own, REFERENCES, 1);
    for (unsigned moved = 0; moved < 2; moved++) {
        rename_pages(renamed, own, REFERENCES, moved, 5);
        const struct lab_locality_counts after = count_all(renamed, REFERENCES, 1);
        assert_int_equal(after.first, before.first);
        equal(after.temporal, before.temporal, sizeof before.temporal);
        equal(after.spatial.within, before.spatial.within, sizeof before.spatial.within);
        equal(after.process, before.process, sizeof before.process);
        equal(after.vm, before.vm, sizeof before.vm);
        /* across pages only as the map leaves neighbours neighbours */
        assert_true((memcmp(&after.spatial, &before.spatial, sizeof before.spatial) == 0) == moved);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definitions),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_renaming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
