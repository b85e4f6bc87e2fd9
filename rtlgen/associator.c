/* associator: from (tag, page) to real page and rights (docs/spec.md, 7 and 10.8).
 *
 * A fully associative one keeps its entries in registers; with more sets each way is a memory,
 * and a request reads the same set of all ways. What follows is the same for both:
 *
 *   cycle 0  the request: its arguments are latched, the set is read
 *   cycle 1  every way compares; the entry and the replacement state are written
 *   cycle 2  done_o
 *
 * A flush does cycle 1 for each set in turn. Real pages have a memory of their own, read in cycle 1
 * with the way that hits. Memories are not reset: the sets are swept once after reset, and
 * a request that comes meanwhile waits.
 */
#include "rtlgen/associator.h"

#include "isa/isa.h"
#include "rtlgen/units.h"

enum { MAX_WAYS = 64, REAL_BITS = 20, RIGHTS_BITS = 4, FLUSHED_BITS = 16 };

enum { OP_LOOKUP, OP_FILL, OP_FLUSH };

enum { STATE_IDLE, STATE_CHECK, STATE_SWEEP };

/* One way of the set that is looked at. */
struct way {
    sig valid, tag, page, rights;
    sig matches; /* valid, tag and page equal */
    sig flushed; /* a flush empties it */
};

struct associator {
    const struct geometry *g;
    unsigned sets, set_bits, tag_bits;

    sig lookup_i, fill_i, flush_i, tag_i, page_i;
    sig flush_all_i, flush_level_i, flush_syllable_i, flush_any_i;
    sig request;                    /* any of the three */
    sig op, tag, page, real, rights; /* the request, latched */
    sig flush_all, flush_level;
    sig skip[HV_MAX_DEPTH]; /* key vmid: syllables of the tag that a flush does not compare, */
    sig next[HV_MAX_DEPTH]; /* and the one that must not be NULL */

    sig check; /* cycle 1 of a lookup or fill */
    sig sweep; /* cycle 1 of a flush, for one set */
    sig clear; /* cycle 1 of the sweep after reset */
    sig read, read_set;
    sig write_set; /* the set of cycle 1 */

    struct way ways[MAX_WAYS];
    sig fills;    /* check, for a fill */
    sig matching; /* a bit for each way, at most one set */
    sig rights_found;
    sig sufficient; /* there is a matching way, and its rights are those needed */
    sig state;      /* the set's replacement state */
    sig chosen;     /* the way that a fill takes, one bit set */
    sig takes_victim;
};

static bool one_set(const struct associator *a)
{
    return a->sets == 1;
}

/* ------------------------------------------------------------------------------ */
/* The request                                                                      */
/* ------------------------------------------------------------------------------ */

static unsigned tag_width(const struct geometry *g)
{
    switch (g->key) {
    case HV_KEY_VMID: return g->depth * g->syllable_bits;
    case HV_KEY_LEVEL: return 4;
    default: return 0;
    }
}

static void request_ports(module *m, struct associator *a)
{
    a->lookup_i = describe(input(m, "lookup_i", 1), "request: look up tag and page");
    a->fill_i = describe(input(m, "fill_i", 1), "request: fill tag and page with real and rights");
    a->flush_i = describe(input(m, "flush_i", 1), "request: empty the entries that the flush_* name");
    if (a->tag_bits)
        a->tag_i = describe(input(m, "tag_i", a->tag_bits),
                            a->g->key == HV_KEY_VMID ? "VMID, syllable 1 in the lowest bits" : "level");
    a->page_i = describe(input(m, "page_i", 20), "page that is looked up or filled");
    a->flush_all_i = describe(input(m, "flush_all_i", 1), "flush: every entry");
    a->flush_level_i = describe(input(m, "flush_level_i", 4), a->g->key == HV_KEY_VMID
                                                                  ? "flush: syllables that are compared"
                                                                  : "flush: entries of this level or deeper");
    a->flush_syllable_i =
        describe(input(m, "flush_syllable_i", a->g->syllable_bits), "flush: the next syllable, unless any");
    a->flush_any_i = describe(input(m, "flush_any_i", 1), "flush: whatever the next syllable is");
    a->request = name(m, "request", or_(a->lookup_i, a->fill_i, a->flush_i));
    section(m, "The request, latched");
}

static void latch_lookup_and_fill(module *m, struct associator *a)
{
    sig need_i = describe(input(m, "need_i", RIGHTS_BITS), "rights needed: read, write, execute, RAM");
    sig real_i = describe(input(m, "real_i", REAL_BITS), "real page of a fill");
    sig rights_i = describe(input(m, "rights_i", RIGHTS_BITS), "rights of a fill: read, write, execute, RAM");
    a->op = describe(reg_noreset(m, "op", 2), "what is asked for");
    name_values(a->op, "LOOKUP", "FILL", "FLUSH");
    a->page = reg_noreset(m, "page", 20);
    a->real = describe(reg_noreset(m, "fill_real", REAL_BITS), "real page of a fill");
    a->rights = describe(reg_noreset(m, "rights", RIGHTS_BITS), "rights of a fill, or needed by a lookup");
    when (a->request) {
        set(a->op, mux(a->flush_i, lit(2, OP_FLUSH), mux(a->fill_i, lit(2, OP_FILL), lit(2, OP_LOOKUP))));
        set(a->page, a->page_i);
        set(a->real, real_i);
        set(a->rights, mux(a->fill_i, rights_i, need_i));
    }
}

/* key vmid: a flush compares the syllables that all its VMIDs share, and asks that there be one
 * more. A given next syllable takes its place in the tag, and is compared too. */
static void latch_vmid(module *m, struct associator *a)
{
    unsigned width = a->g->syllable_bits;
    sig level_i = a->flush_level_i, any_i = a->flush_any_i;
    sig tag[HV_MAX_DEPTH];
    a->tag = describe(reg_noreset(m, "tag", a->tag_bits), "VMID of the entry, or that a flush compares");
    for (unsigned j = 0; j < a->g->depth; j++) { /* syllable j + 1 */
        a->skip[j] = reg_noreset(m, fmt("skip%u", j + 1), 1);
        a->next[j] = reg_noreset(m, fmt("next%u", j + 1), 1);
        describe(a->skip[j], "flush: this syllable may be any, or NULL");
        describe(a->next[j], "flush: this syllable is not NULL");
        sig is_next = and_(a->flush_i, eq_lit(level_i, j));
        sig beyond = lt_u(level_i, lit(4, j + 1));
        sig beyond_next = j ? lt_u(level_i, lit(4, j)) : lit(1, 0);
        sig given = bits(a->tag_i, (j + 1) * width - 1, j * width);
        tag[j] = mux(and_(is_next, not_(any_i)), a->flush_syllable_i, given);
        when (a->request) {
            set(a->next[j], is_next);
            set(a->skip[j], and_(a->flush_i, mux(any_i, beyond, beyond_next)));
        }
    }
    when (a->request)
        set(a->tag, cat_array(tag, a->g->depth));
}

static void latch_flush(module *m, struct associator *a)
{
    a->flush_all = reg_noreset(m, "flush_all", 1);
    when (a->request)
        set(a->flush_all, a->flush_all_i);
    if (a->g->key == HV_KEY_VMID)
        latch_vmid(m, a);
    if (a->g->key != HV_KEY_LEVEL)
        return;
    a->tag = describe(reg_noreset(m, "tag", a->tag_bits), "level of the entry");
    a->flush_level = reg_noreset(m, "flush_level", 4);
    when (a->request) {
        set(a->tag, a->tag_i);
        set(a->flush_level, a->flush_level_i);
    }
}

/* ------------------------------------------------------------------------------ */
/* Sequence                                                                         */
/* ------------------------------------------------------------------------------ */

/* One set: cycle 1 is the cycle after the request. */
static void sequence_one_set(module *m, struct associator *a)
{
    section(m, "Sequence");
    sig active = describe(reg(m, "active", 1, 0), "the ways compare");
    sig done = describe(reg(m, "done_o", 1, 0), "answer: one pulse");
    set(active, a->request);
    set(done, active);
    output(m, "done_o", done);
    sig is_flush = eq_lit(a->op, OP_FLUSH);
    a->check = name(m, "check", and_(active, not_(is_flush)));
    a->sweep = name(m, "sweep", and_(active, is_flush));
    a->clear = lit(1, 0);
}

static void sequence_sets(module *m, struct associator *a)
{
    section(m, "Sequence: the set is read in the cycle before it is looked at");
    sig state = describe(reg(m, "state", 2, STATE_SWEEP), "of the request");
    name_values(state, "IDLE", "CHECK", "SWEEP");
    sig clearing = describe(reg(m, "clearing", 1, 1), "the sweep after reset");
    sig waiting = describe(reg(m, "waiting", 1, 0), "a request came during it");
    sig counter = describe(reg(m, "sweep_set", a->set_bits, 0), "the set that is swept");
    sig done = describe(reg(m, "done_o", 1, 0), "answer: one pulse");

    sig idle = name(m, "idle", eq_lit(state, STATE_IDLE));
    sig checking = name(m, "checking", eq_lit(state, STATE_CHECK));
    sig sweeping = name(m, "sweeping", eq_lit(state, STATE_SWEEP));
    sig start = name(m, "start", and_(idle, or_(a->request, waiting)));
    sig starts_flush = name(m, "starts_flush", mux(waiting, eq_lit(a->op, OP_FLUSH), a->flush_i));
    sig last = name(m, "last", reduce_and(counter));
    set(waiting, and_(not_(idle), or_(a->request, waiting)));
    set(done, or_(checking, and_(sweeping, last, not_(clearing))));
    when (start)
        set(state, mux(starts_flush, lit(2, STATE_SWEEP), lit(2, STATE_CHECK)));
    elsewhen (checking)
        set(state, lit(2, STATE_IDLE));
    elsewhen (sweeping) {
        comment(m, "after the last set the counter is 0 again");
        set(counter, add_lit(counter, 1));
        when (last) {
            set(state, lit(2, STATE_IDLE));
            set(clearing, lit(1, 0));
        }
    }
    output(m, "done_o", done);

    sig asked = mux(waiting, bits(a->page, a->set_bits - 1, 0), bits(a->page_i, a->set_bits - 1, 0));
    sig swept = mux(sweeping, add_lit(counter, 1), counter);
    sig by_counter = or_(sweeping, starts_flush);
    a->check = checking;
    a->sweep = name(m, "sweep", and_(sweeping, not_(clearing)));
    a->clear = clearing;
    a->read = name(m, "read", or_(start, sweeping));
    a->read_set = name(m, "read_set", mux(by_counter, swept, asked));
    a->write_set = name(m, "write_set", mux(sweeping, counter, bits(a->page, a->set_bits - 1, 0)));
}

/* ------------------------------------------------------------------------------ */
/* Entries                                                                          */
/* ------------------------------------------------------------------------------ */

/* The part of a page that an entry holds: all but the set's number. */
static sig page_part(const struct associator *a, sig page)
{
    return bits(page, 19, a->set_bits);
}

/* A way of the only set: registers. */
static void read_registers(module *m, struct associator *a, unsigned i)
{
    struct way *w = &a->ways[i];
    w->valid = reg(m, fmt("way%u_valid", i), 1, 0);
    w->rights = reg_noreset(m, fmt("way%u_rights", i), RIGHTS_BITS);
    if (a->tag_bits)
        w->tag = reg_noreset(m, fmt("way%u_tag", i), a->tag_bits);
    w->page = reg_noreset(m, fmt("way%u_page", i), 20);
}

static void write_registers(module *m, struct associator *a, unsigned i)
{
    struct way *w = &a->ways[i];
    when (and_(a->fills, bit(a->chosen, i))) {
        set(w->valid, lit(1, 1));
        set(w->rights, a->rights);
        if (a->tag_bits)
            set(w->tag, a->tag);
        set(w->page, a->page);
    }
    elsewhen (and_(a->sweep, w->flushed))
        set(w->valid, lit(1, 0));
}

/* A way of many sets: a memory of words {valid, rights, page, tag}. */
static memory read_memory(module *m, struct associator *a, unsigned i)
{
    struct way *w = &a->ways[i];
    unsigned page_low = a->tag_bits, rights_low = page_low + 20 - a->set_bits;
    memory way = mem(m, fmt("way%u", i), rights_low + RIGHTS_BITS + 1, a->sets, MEM_SYNC_NO_COLLISION);
    sig entry = mem_read_sync(way, fmt("way%u_entry", i), a->read_set, a->read);
    w->valid = name(m, fmt("way%u_valid", i), bit(entry, rights_low + RIGHTS_BITS));
    w->rights = name(m, fmt("way%u_rights", i), bits(entry, rights_low + RIGHTS_BITS - 1, rights_low));
    w->page = name(m, fmt("way%u_page", i), bits(entry, rights_low - 1, page_low));
    if (a->tag_bits)
        w->tag = name(m, fmt("way%u_tag", i), bits(entry, a->tag_bits - 1, 0));
    return way;
}

static void write_memory(module *m, struct associator *a, memory way, unsigned i)
{
    sig filled = and_(a->fills, bit(a->chosen, i));
    sig write = name(m, fmt("way%u_write", i), or_(filled, and_(a->sweep, a->ways[i].flushed), a->clear));
    sig parts[] = {page_part(a, a->page), a->rights, a->check};
    sig entry = cat_array(parts, 3);
    if (a->tag_bits)
        entry = cat(entry, a->tag);
    mem_write(way, write, a->write_set, entry);
}

/* ------------------------------------------------------------------------------ */
/* Cycle 1: the ways compare                                                        */
/* ------------------------------------------------------------------------------ */

/* The tag of way i is the request's; and (*deeper) a flush of VMIDs or levels covers it. */
static sig compare_tag(module *m, struct associator *a, unsigned i, sig *deeper)
{
    struct way *w = &a->ways[i];
    unsigned width = a->g->syllable_bits, depth = a->g->depth;
    *deeper = lit(1, 0);
    if (a->g->key == HV_KEY_NONE)
        return lit(1, 1);
    if (a->g->key == HV_KEY_LEVEL) {
        *deeper = ge_u(w->tag, a->flush_level);
        return eq(w->tag, a->tag);
    }
    sig equal[HV_MAX_DEPTH], longer[HV_MAX_DEPTH];
    for (unsigned j = 0; j < depth; j++) {
        sig syllable = bits(w->tag, (j + 1) * width - 1, j * width);
        equal[j] = or_(a->skip[j], eq(syllable, bits(a->tag, (j + 1) * width - 1, j * width)));
        longer[j] = and_(a->next[j], is_nonzero(syllable));
    }
    sig tag_matches = name(m, fmt("way%u_tag_matches", i), reduce_and(cat_array(equal, depth)));
    *deeper = and_(tag_matches, reduce_or(cat_array(longer, depth)));
    return tag_matches;
}

static void compare(module *m, struct associator *a, unsigned i)
{
    struct way *w = &a->ways[i];
    sig deeper;
    sig tag_matches = compare_tag(m, a, i, &deeper);
    w->matches = name(m, fmt("way%u_matches", i), and_(w->valid, tag_matches, eq(w->page, page_part(a, a->page))));
    w->flushed = name(m, fmt("way%u_flushed", i), and_(w->valid, or_(a->flush_all, deeper)));
}

static sig gather(module *m, const char *label, const struct associator *a, size_t offset)
{
    sig parts[MAX_WAYS];
    for (unsigned i = 0; i < a->g->ways; i++)
        parts[i] = *(const sig *)(const void *)((const char *)&a->ways[i] + offset);
    return name(m, label, cat_array(parts, a->g->ways));
}

/* What a lookup finds, and the way that a fill takes. */
static void choose(module *m, struct associator *a)
{
    sig conditions[MAX_WAYS], rights[MAX_WAYS];
    for (unsigned i = 0; i < a->g->ways; i++) {
        conditions[i] = a->ways[i].matches;
        rights[i] = a->ways[i].rights;
    }
    a->matching = gather(m, "matching", a, offsetof(struct way, matches));
    sig matches = name(m, "any_matches", is_nonzero(a->matching));
    a->rights_found = name(m, "rights_found", select_one_hot(conditions, rights, a->g->ways));
    a->sufficient = name(m, "sufficient", and_(matches, is_zero(and_(a->rights, not_(a->rights_found)))));

    comment(m, "A fill goes in place, else to the lowest way that is invalid, else to the victim.");
    sig invalid = name(m, "invalid", not_(gather(m, "valid", a, offsetof(struct way, valid))));
    sig full = name(m, "full", is_zero(invalid));
    a->takes_victim = name(m, "takes_victim", and_(a->fills, not_(matches), full));
    sig victim = name(m, "victim", replacement_victim(m, a->g, a->state, a->takes_victim));
    a->chosen = name(m, "chosen", mux(matches, a->matching, mux(full, victim, lowest_set(invalid))));
}

/* ------------------------------------------------------------------------------ */
/* Replacement state                                                                */
/* ------------------------------------------------------------------------------ */

/* Written in cycle 1: fifo when it gave a victim, the others when a lookup hits or a fill is made. */
static sig state_changes(struct associator *a)
{
    if (a->g->replacement == HV_REPLACEMENT_FIFO)
        return a->takes_victim;
    return and_(a->check, or_(a->fills, a->sufficient));
}

/* The way that is touched: the one chosen by a fill, or the one that matches. */
static sig touched(struct associator *a)
{
    return mux(a->fills, a->chosen, a->matching);
}

static void replacement_one_set(module *m, struct associator *a)
{
    unsigned width = replacement_bits(a->g);
    section(m, "Replacement");
    if (width)
        a->state = describe(reg(m, "replacement", width, 0), "the set's replacement state");
    choose(m, a);
    if (!width)
        return;
    sig next = replacement_next(m, a->g, a->state, name(m, "touched", touched(a)));
    when (state_changes(a))
        set(a->state, next);
}

static void replacement_sets(module *m, struct associator *a)
{
    unsigned width = replacement_bits(a->g);
    section(m, "Replacement");
    if (!width) {
        choose(m, a);
        return;
    }
    memory states = mem(m, "replacement", width, a->sets, MEM_SYNC_NO_COLLISION);
    a->state = mem_read_sync(states, "set_replacement", a->read_set, a->read);
    choose(m, a);
    sig next = name(m, "replacement_next", replacement_next(m, a->g, a->state, name(m, "touched", touched(a))));
    sig data = mux(a->clear, zeros(width), next);
    mem_write(states, or_(a->clear, state_changes(a)), a->write_set, data);
}

/* ------------------------------------------------------------------------------ */
/* The answer                                                                       */
/* ------------------------------------------------------------------------------ */

/* Where the real page of the way filled, or of the one that matches, is kept. */
static sig real_index(module *m, struct associator *a)
{
    if (a->g->ways == 1)
        return a->write_set;
    sig way = one_hot_index(touched(a));
    return name(m, "real_index", one_set(a) ? way : cat(a->write_set, way));
}

static void answer_real(module *m, struct associator *a)
{
    if (a->g->entries == 1) {
        sig real = describe(reg_noreset(m, "real_o", REAL_BITS), "real page of a hit");
        when (a->fills)
            set(real, a->real);
        output(m, "real_o", real);
        return;
    }
    sig index = real_index(m, a);
    uint64_t depth = a->sets * (a->g->ways == 1 ? UINT64_C(1) : UINT64_C(1) << clog2(a->g->ways));
    memory reals = mem(m, "reals", REAL_BITS, one_set(a) ? a->g->ways : depth, MEM_SYNC_NO_COLLISION);
    mem_write(reals, a->fills, index, a->real);
    sig reads = and_(a->check, not_(a->fills));
    output(m, "real_o", describe(mem_read_sync(reals, "real_o", index, reads), "real page of a hit"));
}

/* The number of bits that are set, as a tree of additions. */
static sig count_ones(const sig *ones, unsigned n)
{
    if (n == 1)
        return ones[0];
    unsigned width = clog2(n + 1), half = n / 2;
    return add(zext(count_ones(ones, half), width), zext(count_ones(ones + half, n - half), width));
}

static void answer(module *m, struct associator *a)
{
    section(m, "Answer");
    sig hit = describe(reg_noreset(m, "hit_o", 1), "a lookup has hit");
    sig rights = describe(reg_noreset(m, "rights_o", RIGHTS_BITS), "rights of the entry that has hit");
    sig flushed = describe(reg_noreset(m, "flushed_o", FLUSHED_BITS), "valid entries that a flush has emptied");
    sig ones[MAX_WAYS];
    for (unsigned i = 0; i < a->g->ways; i++)
        ones[i] = a->ways[i].flushed;
    set(hit, a->sufficient);
    set(rights, a->rights_found);
    sig count = name(m, "flushed_ways", count_ones(ones, a->g->ways));
    when (a->request)
        set(flushed, zeros(FLUSHED_BITS));
    elsewhen (a->sweep)
        set(flushed, add(flushed, zext(count, FLUSHED_BITS)));
    output(m, "hit_o", hit);
    output(m, "rights_o", rights);
    output(m, "flushed_o", flushed);
    answer_real(m, a);
}

/* ------------------------------------------------------------------------------ */
/* The unit                                                                         */
/* ------------------------------------------------------------------------------ */

static void build(module *m, struct associator *a)
{
    memory memories[MAX_WAYS];
    request_ports(m, a);
    latch_lookup_and_fill(m, a);
    latch_flush(m, a);
    if (one_set(a))
        sequence_one_set(m, a);
    else
        sequence_sets(m, a);
    a->fills = name(m, "fills", and_(a->check, eq_lit(a->op, OP_FILL)));
    for (unsigned i = 0; i < a->g->ways; i++) {
        section(m, fmt("Way %u", i));
        if (one_set(a))
            read_registers(m, a, i);
        else
            memories[i] = read_memory(m, a, i);
        compare(m, a, i);
    }
    if (one_set(a))
        replacement_one_set(m, a);
    else
        replacement_sets(m, a);
    section(m, "Entries are filled and emptied");
    for (unsigned i = 0; i < a->g->ways; i++) {
        if (one_set(a))
            write_registers(m, a, i);
        else
            write_memory(m, a, memories[i], i);
    }
    answer(m, a);
}

module *translation_memory(design *d, const char *name, const struct geometry *g)
{
    module *m = module_new(d, name);
    struct associator a = {.g = g, .sets = g->entries / g->ways, .tag_bits = tag_width(g)};
    a.set_bits = a.sets == 1 ? 0 : clog2(a.sets);
    build(m, &a);
    return m;
}

module *associator_module(design *d, const struct hv_config *config, const char *name)
{
    const struct geometry g = {
        .entries = config->assoc_entries,
        .ways = config->assoc_ways,
        .replacement = config->assoc_replacement,
        .key = config->assoc_key,
        .depth = config->depth,
        .syllable_bits = config->syllable_bits,
    };
    module *m = translation_memory(d, name, &g);
    module_comment(m, fmt("Associator of %u entries, %u-way: (tag, page) -> real page and rights.\n"
                          "lookup_i, fill_i or flush_i is one pulse, done_o answers it.",
                          g.entries, g.ways));
    return m;
}
