/* A curve of the pages taken, with a table of them beside it that knows their hashes and misses. */
#include "lab/sample.h"

#include "lab/curve.h"
#include "lab/grow.h"

#include <math.h>

enum { EXACT_STEPS = 2048, STEP_BITS = 10, POWERS = 48, DEVIATIONS = 3, LEAST_PAGES = 32 };
enum { STEPS = EXACT_STEPS + (POWERS - 11) * (1 << STEP_BITS) };

/* A page taken. `found`: its lookups by the power of two of their distance, the last: not in the list. */
struct page {
    uint64_t name;
    uint32_t hash;
    uint32_t found[POWERS + 1];
};

struct lab_sample {
    struct lab_curve *curve;
    uint64_t limit; /* a hash below is taken: the rate x 2^32 */
    size_t most;
    struct page *pages;
    size_t page_size, page_count;
    uint32_t *cells; /* of page's name: index + 1; 0: vacant. Open addressing */
    size_t cell_mask;
    double *hits; /* by step of the distance, each 1 / rate */
    double sum;   /* of all lookups taken, each 1 / rate */
    uint64_t lookups, taken;
};

static double rate_of(const struct lab_sample *s)
{
    return (double)s->limit * 0x1p-32;
}

/* The finalizer of splitmix64: names are anything but random. */
static inline uint32_t hash_of(uint64_t name)
{
    name = (name ^ name >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    name = (name ^ name >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(name >> 32);
}

/* ---- the table of pages ---- */

/* Hashes of the pages taken are all below the limit, so places go by other bits of the name. */
static size_t find_cell(const struct lab_sample *s, uint64_t name)
{
    size_t at = (size_t)((name * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & s->cell_mask;
    while (s->cells[at] && s->pages[s->cells[at] - 1].name != name)
        at = (at + 1) & s->cell_mask;
    return at;
}

static bool fill_cells(struct lab_sample *s, size_t count)
{
    uint32_t *cells = calloc(count, sizeof *cells);
    if (!cells)
        return false;
    free(s->cells);
    s->cells = cells;
    s->cell_mask = count - 1;
    for (size_t i = 0; i < s->page_count; i++)
        cells[find_cell(s, s->pages[i].name)] = (uint32_t)i + 1;
    return true;
}

static bool more_cells(struct lab_sample *s)
{
    return fill_cells(s, s->cells ? 2 * (s->cell_mask + 1) : 256);
}

/* The index of a page taken; page_count when memory runs out. */
static size_t find_page(struct lab_sample *s, uint64_t name, uint32_t hash)
{
    size_t at = find_cell(s, name);
    if (s->cells[at])
        return s->cells[at] - 1;
    if (!lab_grow(&s->pages, &s->page_size, s->page_count + 1, sizeof *s->pages))
        return s->page_count;
    s->pages[s->page_count] = (struct page){.name = name, .hash = hash};
    s->cells[at] = (uint32_t)++s->page_count;
    if (2 * s->page_count > s->cell_mask && !more_cells(s))
        return s->page_count;
    return s->page_count - 1;
}

static int compare_hashes(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The rate goes down until the pages with the largest hashes, an eighth of them, are out. */
static bool lower_rate(struct lab_sample *s)
{
    uint32_t *hashes = malloc(s->page_count * sizeof *hashes);
    size_t kept = 0;
    if (!hashes)
        return false;
    for (size_t i = 0; i < s->page_count; i++)
        hashes[i] = s->pages[i].hash;
    qsort(hashes, s->page_count, sizeof *hashes, compare_hashes);
    s->limit = hashes[s->most - s->most / 8];
    free(hashes);
    for (size_t i = 0; i < s->page_count; i++) {
        if (s->pages[i].hash < s->limit)
            s->pages[kept++] = s->pages[i];
        else
            lab_curve_forget(s->curve, s->pages[i].name);
    }
    s->page_count = kept;
    return fill_cells(s, s->cell_mask + 1);
}

/* ---- lookups ---- */

static unsigned power_of(uint64_t distance)
{
    const unsigned power = 63 - (unsigned)__builtin_clzll(distance);
    return power < POWERS ? power : POWERS - 1;
}

static size_t step_of(uint64_t distance)
{
    if (distance < EXACT_STEPS)
        return (size_t)distance;
    const unsigned power = 63 - (unsigned)__builtin_clzll(distance);
    const size_t step = ((size_t)power - 11) << STEP_BITS;
    const size_t at = EXACT_STEPS + step + (size_t)(distance >> (power - STEP_BITS)) - (1 << STEP_BITS);
    return at < STEPS ? at : STEPS - 1;
}

static bool take(struct lab_sample *s, uint64_t name, uint32_t hash)
{
    const size_t page = find_page(s, name, hash);
    const uint32_t distance = page < s->page_count ? lab_curve_lookup(s->curve, name) : LAB_CURVE_FAILED;
    if (distance == LAB_CURVE_FAILED)
        return false;
    s->taken++;
    s->sum += 1 / rate_of(s);
    if (distance) {
        const uint64_t scaled = (uint64_t)ceil(distance / rate_of(s));
        s->pages[page].found[power_of(scaled)]++;
        s->hits[step_of(scaled)] += 1 / rate_of(s);
    } else {
        s->pages[page].found[POWERS]++;
    }
    return !s->most || s->page_count <= s->most || lower_rate(s);
}

static bool look_up(struct lab_sample *s, const uint64_t *names, size_t count)
{
    s->lookups += count;
    for (size_t i = 0; i < count; i++) {
        const uint32_t hash = hash_of(names[i]);
        if (hash < s->limit && !take(s, names[i], hash))
            return false;
    }
    return true;
}

bool lab_sample_feed(struct lab_sample *s, const struct lab_batch *batch)
{
    size_t at = 0;
    for (size_t i = 0; i < batch->flush_count; i++) {
        const struct lab_flush *flush = &batch->flushes[i];
        if (!look_up(s, batch->names + at, flush->at - at) || !lab_curve_flush(s->curve, flush))
            return false;
        at = flush->at;
    }
    return look_up(s, batch->names + at, batch->count - at);
}

/* ---- what it says ---- */

/* b of lab/sample.h. */
static double bound_at(const struct lab_sample *s, uint64_t entries)
{
    const double rate = rate_of(s);
    double squares = 0;
    for (size_t i = 0; i < s->page_count; i++) {
        double misses = 0;
        for (unsigned power = power_of(entries); power <= POWERS; power++)
            misses += s->pages[i].found[power];
        squares += misses * misses;
    }
    return s->lookups && rate > 0 ? (double)DEVIATIONS * sqrt((1 - rate) * squares) / (rate * (double)s->lookups) : 0;
}

struct lab_sample_point lab_sample_at(const struct lab_sample *s, uint64_t entries)
{
    const double rate = rate_of(s), e = (double)entries;
    struct lab_sample_point point = {.misses = s->sum, .bound = bound_at(s, entries)};
    for (size_t i = 0, last = step_of(entries); i <= last; i++)
        point.misses -= s->hits[i];
    point.distance = (double)DEVIATIONS * sqrt(e * (1 - rate) / rate) + 1 / rate - 1 + e / (1 << STEP_BITS);
    return point;
}

struct lab_sample_facts lab_sample_facts(const struct lab_sample *s)
{
    const double rate = rate_of(s);
    const uint64_t from = rate < 1 && rate > 0 ? (uint64_t)ceil((double)LEAST_PAGES / rate) : 1;
    return (struct lab_sample_facts){rate, bound_at(s, from), from, s->lookups, s->taken, s->page_count};
}

struct lab_sample *lab_sample_new(double rate, size_t most)
{
    struct lab_sample *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->limit = (uint64_t)ceil(rate * 0x1p32);
    s->most = most;
    s->curve = lab_curve_new();
    s->hits = calloc(STEPS, sizeof *s->hits);
    if (s->curve && s->hits && more_cells(s))
        return s;
    lab_sample_free(s);
    return NULL;
}

void lab_sample_free(struct lab_sample *s)
{
    if (!s)
        return;
    lab_curve_free(s->curve);
    free(s->pages);
    free(s->cells);
    free(s->hits);
    free(s);
}
