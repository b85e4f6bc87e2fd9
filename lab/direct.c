/* A geometry of one half or two: lookups are given to them in chunks, between flushes. */
#include "lab/direct.h"

#include "lab/direct_half.h"

#include <stdlib.h>

struct lab_direct {
    struct lab_direct_plan plan;
    const struct lab_half_kind *kind;
    void *half[2];
    struct lab_direct_counts counts;
    /* of a split one: a chunk's lookups by half */
    uint64_t (*mine)[LAB_CHUNK];
    uint8_t (*mine_missed)[LAB_CHUNK];
};

struct lab_direct_plan lab_direct_plan_of(const struct hv_config *config)
{
    return (struct lab_direct_plan){hv_config_sets(config), config->assoc_ways,
                                    (enum hv_replacement)config->assoc_replacement, (enum hv_split)config->assoc_split};
}

/* Both ports in one half. */
static bool feed_one(struct lab_direct *d, const uint64_t *names, const uint8_t *ports, size_t count, uint8_t *missed)
{
    uint8_t room[LAB_CHUNK];
    uint64_t misses = 0, data = 0, data_misses = 0;
    if (ports && !missed)
        missed = room;
    if (!d->kind->lookups(d->half[0], names, count, &misses, missed))
        return false;
    for (size_t i = 0; ports && i < count; i++) {
        data += ports[i];
        data_misses += ports[i] & missed[i];
    }
    d->counts.lookups[0] += count - data;
    d->counts.lookups[1] += data;
    d->counts.misses[0] += misses - data_misses;
    d->counts.misses[1] += data_misses;
    return true;
}

static bool feed_split(struct lab_direct *d, const uint64_t *names, const uint8_t *ports, size_t count, uint8_t *missed)
{
    size_t counts[2] = {0, 0};
    for (size_t i = 0; i < count; i++)
        d->mine[ports[i]][counts[ports[i]]++] = names[i];
    for (unsigned port = 0; port < 2; port++) {
        d->counts.lookups[port] += counts[port];
        if (!d->kind->lookups(d->half[port], d->mine[port], counts[port], &d->counts.misses[port],
                              missed ? d->mine_missed[port] : NULL))
            return false;
    }
    for (size_t i = count; missed && i-- > 0;)
        missed[i] = d->mine_missed[ports[i]][--counts[ports[i]]];
    return true;
}

static bool feed_part(struct lab_direct *d, const struct lab_batch *batch, size_t from, size_t to, uint8_t *missed)
{
    for (size_t now; from < to; from += now) {
        now = to - from < LAB_CHUNK ? to - from : LAB_CHUNK;
        const uint8_t *ports = batch->ports ? batch->ports + from : NULL;
        uint8_t *out = missed ? missed + from : NULL;
        if (!(d->half[1] ? feed_split : feed_one)(d, batch->names + from, ports, now, out))
            return false;
    }
    return true;
}

bool lab_direct_feed(struct lab_direct *d, const struct lab_batch *batch, uint8_t *missed)
{
    size_t at = 0;
    for (size_t i = 0; i < batch->flush_count; i++) {
        const struct lab_flush *flush = &batch->flushes[i];
        if (!feed_part(d, batch, at, flush->at, missed))
            return false;
        for (unsigned half = 0; half < 2 && d->half[half]; half++)
            d->counts.flushed += d->kind->flush(d->half[half], flush);
        at = flush->at;
    }
    return feed_part(d, batch, at, batch->count, missed);
}

static bool make_halves(struct lab_direct *d, enum lab_width width)
{
    const unsigned halves = d->plan.split == HV_SPLIT ? 2 : 1;
    for (unsigned i = 0; i < halves; i++) {
        d->half[i] = d->kind->make(&d->plan, width);
        if (!d->half[i])
            return false;
    }
    if (halves == 1)
        return true;
    d->mine = malloc(halves * sizeof *d->mine);
    d->mine_missed = malloc(halves * sizeof *d->mine_missed);
    return d->mine && d->mine_missed;
}

static void free_halves(struct lab_direct *d)
{
    for (unsigned i = 0; i < 2; i++) {
        if (d->half[i])
            d->kind->free(d->half[i]);
    }
}

/* The fastest kind that has the plan. */
static const struct lab_half_kind *kind_of(const struct lab_direct_plan *plan, enum lab_width width)
{
    if (plan->ways <= LAB_LIST_WAYS)
        return plan->replacement == HV_REPLACEMENT_LRU ? &lab_half_lists : &lab_half_sets;
    if (plan->replacement != HV_REPLACEMENT_LRU)
        return &lab_half_ways;
    const bool is_long = plan->sets == 1 && plan->ways <= LAB_LONG_MOST && width != LAB_WIDTH_ANY;
    return is_long ? &lab_half_long : &lab_half_ways;
}

static struct lab_direct *new_direct(const struct lab_direct_plan *plan, enum lab_width width)
{
    struct lab_direct *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->plan = *plan;
    d->kind = kind_of(plan, width);
    if (make_halves(d, width))
        return d;
    lab_direct_free(d);
    return NULL;
}

struct lab_direct *lab_direct_new(const struct lab_direct_plan *plan)
{
    return new_direct(plan, lab_width());
}

struct lab_direct *lab_direct_new_narrow(const struct lab_direct_plan *plan, enum lab_width most)
{
    return new_direct(plan, lab_width() < most ? lab_width() : most);
}

void lab_direct_free(struct lab_direct *d)
{
    if (!d)
        return;
    free_halves(d);
    free(d->mine);
    free(d->mine_missed);
    free(d);
}

const struct lab_direct_counts *lab_direct_counts(const struct lab_direct *d)
{
    return &d->counts;
}

size_t lab_direct_held(const struct lab_direct *d, unsigned half, uint32_t set, uint64_t *names)
{
    return d->kind->held(d->half[half], set, names);
}
