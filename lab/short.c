#include "lab/short.h"

#include "lab/grow.h"

#define FAR_ID (UINT32_C(1) << 31)

struct lab_short {
    unsigned set_bits;
    uint64_t *far; /* the name of each number */
    size_t far_size, far_count;
    uint32_t *cells; /* number + 1, open addressing; 0: vacant */
    size_t cell_mask;
};

static size_t hash_of(uint64_t name)
{
    return (size_t)((name * UINT64_C(0x9e3779b97f4a7c15)) >> 20);
}

static bool more_cells(struct lab_short *t)
{
    const size_t count = t->cells ? 2 * (t->cell_mask + 1) : 1024;
    uint32_t *cells = calloc(count, sizeof *cells);
    if (!cells)
        return false;
    free(t->cells);
    t->cells = cells;
    t->cell_mask = count - 1;
    for (size_t i = 0; i < t->far_count; i++) {
        size_t at = hash_of(t->far[i]) & t->cell_mask;
        while (cells[at])
            at = (at + 1) & t->cell_mask;
        cells[at] = (uint32_t)i + 1;
    }
    return true;
}

static bool shorten(struct lab_short *t, uint64_t name, uint32_t *id)
{
    if (2 * t->far_count >= (t->cells ? t->cell_mask + 1 : 0) && !more_cells(t))
        return false;
    size_t at = hash_of(name) & t->cell_mask;
    while (t->cells[at] && t->far[t->cells[at] - 1] != name)
        at = (at + 1) & t->cell_mask;
    if (!t->cells[at]) {
        if (t->far_count + 1 >= FAR_ID >> t->set_bits ||
            !lab_grow(&t->far, &t->far_size, t->far_count + 1, sizeof *t->far))
            return false;
        t->far[t->far_count++] = name;
        t->cells[at] = (uint32_t)t->far_count;
    }
    *id = FAR_ID | (t->cells[at] - 1) << t->set_bits | (uint32_t)(name & ((1u << t->set_bits) - 1));
    return true;
}

bool lab_short_names(struct lab_short *t, const uint64_t *names, size_t count, uint32_t *ids)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= names[i];
        ids[i] = (uint32_t)names[i];
    }
    for (size_t i = 0; all >= FAR_ID && i < count; i++) {
        if (names[i] >= FAR_ID && !shorten(t, names[i], &ids[i]))
            return false;
    }
    return true;
}

uint64_t lab_short_name(const struct lab_short *t, uint32_t id)
{
    return id < FAR_ID ? id : t->far[(id - FAR_ID) >> t->set_bits];
}

struct lab_short *lab_short_new(unsigned set_bits)
{
    struct lab_short *t = calloc(1, sizeof *t);
    if (t)
        t->set_bits = set_bits;
    return t;
}

void lab_short_free(struct lab_short *t)
{
    if (!t)
        return;
    free(t->far);
    free(t->cells);
    free(t);
}
