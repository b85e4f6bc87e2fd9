/* Stack distances: a hash table from names to slots, and the row of slots with its counts. */
#include "lab/curve.h"

#include "lab/grow.h"
#include "lab/simd.h"

#include <sys/mman.h>

enum {
    LANES = 4,
    BLOCK = 256, /* slots that are counted bit by bit */
    BLOCK_WORDS = BLOCK / 64,
    GROUP_BLOCKS = 64,
    GROUP = GROUP_BLOCKS * BLOCK,
    GROUPS_AT_ONCE = 8,
    LEAST_SLOTS = GROUPS_AT_ONCE * GROUP / 2,
    ROOM = 4 /* slots for each mark, at least, when the row has been made dense */
};
enum { FORGOTTEN = 0, ABSENT = 1, FIRST_SLOT = 2 }; /* slots of names that are not in the list */
enum { NOWHERE = UINT32_MAX, HUGE_PAGE = 1 << 21 };

/* A line of the cache: four names, with slots and, for those in the list, the next cell of the same block (of names).
 */
struct bucket {
    uint64_t name[LANES];
    uint32_t slot[LANES], next[LANES];
};

/* A mark for each name in the list at the slot of its last use, and for each hole. Counts of slots from `now` on are
 * not kept. */
struct row {
    uint64_t *bits;
    uint16_t *before_block; /* marks of its group before each block */
    uint32_t *before_group;
    uint32_t slots, now, marked;
    uint32_t floor; /* marks below are of entries emptied all at once */
};

/* The cells of a block's names that are in the list; nothing if the epoch is not the curve's. */
struct members {
    uint32_t epoch, first;
};

struct lab_curve {
    struct bucket *buckets;
    size_t bucket_mask;
    unsigned shift;
    size_t used, forgotten; /* cells with a name; those that may be dropped */
    struct row row;
    uint32_t *holes; /* a heap, the most recent slot first */
    size_t hole_count, hole_capacity;
    uint64_t *histogram; /* [distance]; [0] says nothing */
    size_t histogram_size;
    struct members *members;
    size_t member_count;
    uint32_t epoch;
    uint32_t present; /* names in the list */
    uint64_t lookups, distinct;
    bool wide;
};

static const uint64_t full_words[2 * BLOCK_WORDS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
#define EIGHT(n) n, n, n, n, n, n, n, n
static const uint16_t steps[2 * GROUP_BLOCKS] = {
    EIGHT(0), EIGHT(0), EIGHT(0), EIGHT(0), EIGHT(0), EIGHT(0), EIGHT(0), EIGHT(0),
    EIGHT(1), EIGHT(1), EIGHT(1), EIGHT(1), EIGHT(1), EIGHT(1), EIGHT(1), EIGHT(1),
};

static inline size_t place(const struct lab_curve *c, uint64_t name)
{
    return (size_t)((name * UINT64_C(0x9e3779b97f4a7c15)) >> c->shift);
}

/* ---- the row ---- */

/* A mark at slot `now`. */
static inline void mark(struct row *row)
{
    const uint32_t t = row->now++;
    if (t % BLOCK == 0) {
        if (t % GROUP == 0)
            row->before_group[t / GROUP] = row->marked;
        row->before_block[t / BLOCK] = (uint16_t)(row->marked - row->before_group[t / GROUP]);
    }
    row->bits[t / 64] |= UINT64_C(1) << t % 64;
    row->marked++;
}

static void free_row(struct row *row)
{
    free(row->bits);
    free(row->before_block);
    free(row->before_group);
}

static bool make_row(struct row *row, uint32_t slots)
{
    const size_t groups = slots / GROUP < GROUPS_AT_ONCE ? GROUPS_AT_ONCE : slots / GROUP;
    *row = (struct row){.slots = slots, .now = FIRST_SLOT, .floor = FIRST_SLOT};
    row->bits = calloc(slots / 64, sizeof *row->bits);
    row->before_block = calloc(groups * GROUP_BLOCKS, sizeof *row->before_block);
    row->before_group = calloc(groups, sizeof *row->before_group);
    if (row->bits && row->before_block && row->before_group)
        return true;
    free_row(row);
    return false;
}

/* ---- holes: a binary heap ---- */

static void sink_hole(struct lab_curve *c, size_t i)
{
    uint32_t *h = c->holes;
    for (size_t child; (child = 2 * i + 1) < c->hole_count; i = child) {
        if (child + 1 < c->hole_count && h[child + 1] > h[child])
            child++;
        if (h[i] >= h[child])
            return;
        const uint32_t slot = h[i];
        h[i] = h[child];
        h[child] = slot;
    }
}

/* The most recent hole is filled, and there is one at `slot`, which is older. */
static void replace_hole(struct lab_curve *c, uint32_t slot)
{
    c->holes[0] = slot;
    sink_hole(c, 0);
}

/* The slot of the most recent hole, which is filled; 0 if there is none. */
static uint32_t take_hole(struct lab_curve *c)
{
    if (!c->hole_count)
        return 0;
    const uint32_t hole = c->holes[0];
    c->holes[0] = c->holes[--c->hole_count];
    sink_hole(c, 0);
    return hole;
}

static void add_hole(struct lab_curve *c, uint32_t slot)
{
    size_t i = c->hole_count++;
    for (; i && c->holes[(i - 1) / 2] < slot; i = (i - 1) / 2)
        c->holes[i] = c->holes[(i - 1) / 2];
    c->holes[i] = slot;
}

/* ---- names ---- */

static void join(struct lab_curve *c, size_t at, unsigned lane)
{
    struct members *members = &c->members[lab_block(c->buckets[at].name[lane])];
    c->buckets[at].next[lane] = members->epoch == c->epoch ? members->first : NOWHERE;
    *members = (struct members){c->epoch, (uint32_t)(at * LANES + lane)};
}

static bool make_buckets(struct lab_curve *c, unsigned bits)
{
    const size_t count = (size_t)1 << bits;
    const size_t bytes = count * sizeof(struct bucket), align = bytes < HUGE_PAGE ? sizeof(struct bucket) : HUGE_PAGE;
    struct bucket *buckets = aligned_alloc(align, bytes);
    if (!buckets)
        return false;
    madvise(buckets, bytes,
            MADV_HUGEPAGE); /* nearly every lookup is elsewhere; where there are none, nothing is lost */
    for (size_t i = 0; i < count; i++)
        buckets[i] = (struct bucket){{LAB_NO_NAME, LAB_NO_NAME, LAB_NO_NAME, LAB_NO_NAME}, {0}, {0}};
    c->buckets = buckets;
    c->bucket_mask = count - 1;
    c->shift = 64 - bits;
    c->used = 0;
    return true;
}

static void insert(struct lab_curve *c, uint64_t name, uint32_t slot)
{
    size_t at = place(c, name);
    unsigned lane = 0;
    while (c->buckets[at].name[lane] != LAB_NO_NAME) {
        if (++lane == LANES) {
            lane = 0;
            at = (at + 1) & c->bucket_mask;
        }
    }
    c->buckets[at].name[lane] = name;
    c->buckets[at].slot[lane] = slot;
    c->used++;
    if (slot >= c->row.floor)
        join(c, at, lane);
}

/* Every name into a new table, twice as large unless most of this one is forgotten. */
static bool rehash(struct lab_curve *c)
{
    struct bucket *old = c->buckets;
    const size_t count = c->bucket_mask + 1;
    const unsigned bits = 64 - c->shift + (c->forgotten * 2 <= c->used);
    if (bits > 29 || !make_buckets(c, bits))
        return false;
    c->epoch++;
    c->forgotten = 0;
    for (size_t i = 0; i < count * LANES; i++) {
        const struct bucket *b = &old[i / LANES];
        if (b->name[i % LANES] != LAB_NO_NAME && b->slot[i % LANES] != FORGOTTEN)
            insert(c, b->name[i % LANES], b->slot[i % LANES]);
    }
    free(old);
    return true;
}

/* A name comes into the list, at slot `now`; `at` and `lane`: its cell, or the vacant one for it. */
static __attribute__((noinline)) bool enter(struct lab_curve *c, size_t at, unsigned lane, uint64_t name)
{
    struct bucket *b = &c->buckets[at];
    if (!lab_grow(&c->members, &c->member_count, (size_t)lab_block(name) + 1, sizeof *c->members))
        return false;
    if (b->name[lane] == LAB_NO_NAME) {
        c->used++;
        c->distinct++;
    } else if (b->slot[lane] == FORGOTTEN) {
        c->forgotten--;
    }
    b->name[lane] = name;
    b->slot[lane] = c->row.now;
    join(c, at, lane);
    c->present++;
    if (!lab_grow(&c->histogram, &c->histogram_size, (size_t)c->row.marked + 2, sizeof *c->histogram))
        return false;
    return c->used * 2 <= (c->bucket_mask + 1) * LANES || rehash(c);
}

#define LAB_LOOPS "lab/curve_loop.h"
#include "lab/loops.h"

static bool run(struct lab_curve *c, const uint64_t *names, size_t count, uint32_t *distances)
{
#if LAB_HAS_WIDE
    if (c->wide)
        return run_wide(c, names, count, distances);
#endif
    return run_any(c, names, count, distances);
}

/* ---- the row is made dense ---- */

/* Marks before slot t, which may be `now`. */
static uint32_t rank_to(const struct row *row, uint32_t t)
{
    return t == row->now ? row->marked : rank_any(row, t);
}

/* Marks from the floor on move to the first slots, in their order; with room for ROOM times as many. */
static bool make_dense(struct lab_curve *c)
{
    struct row old = c->row;
    const uint32_t below = rank_to(&old, old.floor), count = old.marked - below;
    uint32_t slots = LEAST_SLOTS;
    while (slots < ROOM * (uint64_t)count && slots < UINT32_C(1) << 31)
        slots *= 2;
    if (count >= slots - FIRST_SLOT - 1 || !make_row(&c->row, slots))
        return false;
    for (size_t i = 0; i <= c->bucket_mask; i++) {
        for (unsigned lane = 0; lane < LANES; lane++) {
            uint32_t *slot = &c->buckets[i].slot[lane];
            if (*slot >= old.floor)
                *slot = rank_any(&old, *slot) - below + FIRST_SLOT;
            else if (*slot != FORGOTTEN)
                *slot = ABSENT;
        }
    }
    for (size_t i = 0; i < c->hole_count; i++)
        c->holes[i] = rank_any(&old, c->holes[i]) - below + FIRST_SLOT;
    for (uint32_t i = 0; i < count; i++)
        mark(&c->row);
    free_row(&old);
    return true;
}

/* Every run begins with a row that has room. */
static bool run_all(struct lab_curve *c, const uint64_t *names, size_t count, uint32_t *distances)
{
    c->lookups += count;
    while (count) {
        if (c->row.now == c->row.slots && !make_dense(c))
            return false;
        const uint32_t room = c->row.slots - c->row.now;
        const size_t now = count < room ? count : room;
        if (!run(c, names, now, distances))
            return false;
        names += now;
        count -= now;
    }
    return true;
}

/* ---- flushes ---- */

static void flush_all(struct lab_curve *c)
{
    c->row.floor = c->row.now;
    c->hole_count = 0;
    c->present = 0;
    c->epoch++;
}

static bool flush_block(struct lab_curve *c, uint32_t block)
{
    if (block >= c->member_count || c->members[block].epoch != c->epoch)
        return true;
    if (!lab_grow(&c->holes, &c->hole_capacity, c->row.marked + 1, sizeof *c->holes))
        return false;
    for (uint32_t i = c->members[block].first; i != NOWHERE; i = c->buckets[i / LANES].next[i % LANES]) {
        uint32_t *slot = &c->buckets[i / LANES].slot[i % LANES];
        if (*slot < c->row.floor)
            continue;
        add_hole(c, *slot);
        *slot = ABSENT;
        c->present--;
    }
    c->members[block].first = NOWHERE;
    return true;
}

bool lab_curve_flush(struct lab_curve *c, const struct lab_flush *flush)
{
    for (size_t i = 0; flush->blocks && i < flush->block_count; i++) {
        if (!flush_block(c, flush->blocks[i]))
            return false;
    }
    if (!flush->blocks || !c->present)
        flush_all(c);
    return true;
}

/* ---- the rest of the interface ---- */

struct lab_curve *lab_curve_new(void)
{
    struct lab_curve *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->wide = lab_width() != LAB_WIDTH_ANY;
    c->epoch = 1;
    if (make_row(&c->row, LEAST_SLOTS) && make_buckets(c, 8) &&
        lab_grow(&c->histogram, &c->histogram_size, 64, sizeof *c->histogram))
        return c;
    lab_curve_free(c);
    return NULL;
}

void lab_curve_portable(struct lab_curve *c)
{
    c->wide = false;
}

void lab_curve_free(struct lab_curve *c)
{
    if (!c)
        return;
    free_row(&c->row);
    free(c->buckets);
    free(c->holes);
    free(c->histogram);
    free(c->members);
    free(c);
}

bool lab_curve_feed(struct lab_curve *c, const struct lab_batch *batch)
{
    size_t at = 0;
    for (size_t i = 0; i < batch->flush_count; i++) {
        const struct lab_flush *flush = &batch->flushes[i];
        if (!run_all(c, batch->names + at, flush->at - at, NULL) || !lab_curve_flush(c, flush))
            return false;
        at = flush->at;
    }
    return run_all(c, batch->names + at, batch->count - at, NULL);
}

uint32_t lab_curve_lookup(struct lab_curve *c, uint64_t name)
{
    uint32_t distance;
    return run_all(c, &name, 1, &distance) ? distance : LAB_CURVE_FAILED;
}

void lab_curve_forget(struct lab_curve *c, uint64_t name)
{
    size_t at = place(c, name);
    const unsigned lane = lane_any(c->buckets, c->bucket_mask, &at, name);
    uint32_t *slot = &c->buckets[at].slot[lane];
    if (c->buckets[at].name[lane] != name || *slot == FORGOTTEN)
        return;
    if (*slot >= c->row.floor) {
        unmark_any(&c->row, *slot);
        c->present--;
    }
    *slot = FORGOTTEN;
    c->forgotten++;
}

uint64_t lab_curve_lookups(const struct lab_curve *c)
{
    return c->lookups;
}

uint64_t lab_curve_distinct(const struct lab_curve *c)
{
    return c->distinct;
}

uint64_t lab_curve_depth(const struct lab_curve *c)
{
    uint64_t depth = c->histogram_size - 1;
    while (depth && !c->histogram[depth])
        depth--;
    return depth;
}

void lab_curve_misses(const struct lab_curve *c, uint64_t *misses, size_t count)
{
    uint64_t hits = 0;
    for (size_t k = 0; k < count; k++) {
        hits += k && k < c->histogram_size ? c->histogram[k] : 0;
        misses[k] = c->lookups - hits;
    }
}
