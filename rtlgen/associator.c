/* associator: from (tag, page) to real page and rights (docs/spec.md, 7 and 10.8).
 *
 * A fully associative one keeps its entries in registers; with more sets each way is a memory. What follows is the
 * same for both:
 *
 *   cycle 0  lookup_i or fill_i: every way compares with the request's tag and page; a fill is written
 *   cycle 1  done_o and the answer
 *
 * A set must be read before it can be compared: ahead_i names, one cycle before lookup_i or fill_i, the page that may
 * be asked for, so that an access which has to be looked up loses one cycle whatever the geometry. A flush empties the
 * only set in cycle 0, and more sets in turn from cycle 1 on. Real pages have a memory of their own, read in cycle 0
 * with the way that matches. Memories are not reset: the sets are swept once after reset, and until then there is no
 * request.
 *
 * A memory has rows to spare, so one behind the sets can hold the entries of the prefix memory: prefix_i says that a
 * request is for them, prefix_ahead_i that their row is to be read. They have their own order of replacement, and a
 * flush does not count them.
 */
#include "rtlgen/associator.h"

#include "isa/isa.h"
#include "rtlgen/units.h"

enum { MAX_WAYS = 64, REAL_BITS = 20, RIGHTS_BITS = 4 };

/* One way of the set that is looked at. */
struct way {
    sig valid, tag, page, rights;
    sig matches; /* valid, tag and page equal */
    sig flushed; /* a flush empties it */
};

struct associator {
    const struct geometry *g;
    unsigned sets, set_bits, tag_bits;
    unsigned rows, row_bits; /* the sets, and the prefix memory's row */

    sig prefix_i; /* 0 without that row */
    sig lookup_i, fill_i, flush_i, tag_i, page_i, need_i, real_i, rights_i;
    sig flush_all_i, flush_level_i, flush_syllable_i, flush_any_i;
    sig tag; /* what the ways compare: the request's, or of a flush */
    sig flush_all, flush_level;
    sig skip[HV_MAX_DEPTH]; /* key vmid: syllables of the tag that a flush does not compare, */
    sig next[HV_MAX_DEPTH]; /* and the one that must not be NULL */

    sig sweeping; /* sets are emptied in turn */
    sig sweep;    /* a flush empties this set */
    sig clear;    /* the sweep after reset does */
    sig read, read_set;
    sig write_set; /* the row that is looked at */

    struct way ways[MAX_WAYS];
    sig matching; /* a bit for each way, at most one set */
    sig rights_found;
    sig sufficient;   /* there is a matching way, and its rights are those needed */
    sig state;        /* the set's replacement state */
    sig chosen;       /* the way that a fill takes, one bit set */
    sig takes_victim; /* the policy's */
    sig was_touched;  /* one set: the way touched in the cycle before, or the ways emptied */
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
    case HV_KEY_VMID:
        return g->depth * g->syllable_bits;
    case HV_KEY_LEVEL:
        return 4;
    default:
        return 0;
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
    if (a->g->prefix)
        a->prefix_i = describe(input(m, "prefix_i", 1), "the request is for the prefix memory's row");
    a->page_i = describe(input(m, "page_i", 20), "page that is looked up or filled");
    a->need_i = describe(input(m, "need_i", RIGHTS_BITS), "rights needed: read, write, execute, RAM");
    a->real_i = describe(input(m, "real_i", REAL_BITS), "real page of a fill");
    a->rights_i = describe(input(m, "rights_i", RIGHTS_BITS), "rights of a fill: read, write, execute, RAM");
    a->flush_all_i = describe(input(m, "flush_all_i", 1), "flush: every entry");
    a->flush_level_i =
        describe(input(m, "flush_level_i", 4), a->g->key == HV_KEY_VMID ? "flush: syllables that are compared"
                                                                        : "flush: entries of this level or deeper");
    a->flush_syllable_i =
        describe(input(m, "flush_syllable_i", a->g->syllable_bits), "flush: the next syllable, unless any");
    a->flush_any_i = describe(input(m, "flush_any_i", 1), "flush: whatever the next syllable is");
}

/* A flush's argument, which must last as long as the flush: one set takes it as it comes, more need a register. */
static sig kept(module *m, struct associator *a, const char *label, const char *meaning, sig value)
{
    if (one_set(a))
        return name(m, label, value);
    sig latched = describe(reg_noreset(m, label, width_of(value)), meaning);
    when (a->flush_i)
        set(latched, value);
    return latched;
}

/* key vmid: a flush compares the syllables that all its VMIDs share, and asks that there be one
 * more. A given next syllable takes its place in the tag, and is compared too. */
static void flush_vmid(module *m, struct associator *a)
{
    unsigned width = a->g->syllable_bits;
    sig level_i = a->flush_level_i, any_i = a->flush_any_i;
    sig flushing = one_set(a) ? a->flush_i : a->sweeping;
    sig tag[HV_MAX_DEPTH];
    for (unsigned j = 0; j < a->g->depth; j++) { /* syllable j + 1 */
        sig is_next = eq_lit(level_i, j);
        sig beyond = lt_u(level_i, lit(4, j + 1));
        sig beyond_next = j ? lt_u(level_i, lit(4, j)) : lit(1, 0);
        sig given = bits(a->tag_i, (j + 1) * width - 1, j * width);
        tag[j] = mux(and_(is_next, not_(any_i)), a->flush_syllable_i, given);
        a->skip[j] = and_(flushing, kept(m, a, fmt("skip%u", j + 1), "flush: this syllable may be any, or NULL",
                                         mux(any_i, beyond, beyond_next)));
        a->next[j] = kept(m, a, fmt("next%u", j + 1), "flush: this syllable is not NULL", is_next);
    }
    sig flush_tag = kept(m, a, "flush_tag", "VMID that a flush compares", cat_array(tag, a->g->depth));
    a->tag = name(m, "tag", mux(flushing, flush_tag, a->tag_i));
}

static void flush_arguments(module *m, struct associator *a)
{
    section(m, "What a flush empties");
    a->flush_all = kept(m, a, "flush_all", "every entry", a->flush_all_i);
    if (a->g->key == HV_KEY_VMID)
        flush_vmid(m, a);
    if (a->g->key != HV_KEY_LEVEL)
        return;
    a->tag = a->tag_i;
    a->flush_level = kept(m, a, "flush_level", "entries of this level or deeper", a->flush_level_i);
}

/* ------------------------------------------------------------------------------ */
/* Sequence                                                                         */
/* ------------------------------------------------------------------------------ */

static void sequence_one_set(module *m, struct associator *a)
{
    section(m, "Sequence");
    sig done = describe(reg(m, "done_o", 1, 0), "answer: one pulse");
    set(done, or_(a->lookup_i, a->fill_i, a->flush_i));
    output(m, "done_o", done);
    a->sweep = a->flush_i;
    a->clear = a->sweeping = lit(1, 0);
}

/* The row of a page's set, or the one behind the sets. */
static sig row_of(const struct associator *a, sig page, sig is_prefix)
{
    sig set = bits(page, a->set_bits - 1, 0);
    return a->g->prefix ? cat(is_prefix, and_(set, repeat(not_(is_prefix), a->set_bits))) : set;
}

static void sequence_sets(module *m, struct associator *a)
{
    section(m, "Sequence: the set is read in the cycle before it is looked at");
    sig prefix_ahead = lit(1, 0);
    if (a->g->prefix)
        prefix_ahead = describe(input(m, "prefix_ahead_i", 1), "it will be for the prefix memory's row");
    sig ahead = describe(input(m, "ahead_i", 20), "page of a lookup or fill in the next cycle");
    sig sweeping = a->sweeping = describe(reg(m, "sweeping", 1, 1), "sets are emptied in turn");
    sig clearing = describe(reg(m, "clearing", 1, 1), "that is the sweep after reset");
    sig counter = describe(reg(m, "sweep_set", a->row_bits, 0), "the set that is swept");
    sig done = describe(reg(m, "done_o", 1, 0), "answer: one pulse");
    sig at_end = a->g->prefix ? bit(counter, a->set_bits) : reduce_and(counter);
    sig last = name(m, "last", and_(sweeping, at_end));
    set(done, or_(a->lookup_i, a->fill_i, and_(last, not_(clearing))));
    when (a->flush_i)
        set(sweeping, lit(1, 1));
    when (sweeping) {
        comment(m, "after the last set the counter is 0 again");
        sig next = add_lit(counter, 1);
        set(counter, a->g->prefix ? and_(next, repeat(not_(last), a->row_bits)) : next);
    }
    when (last) {
        set(sweeping, lit(1, 0));
        set(clearing, lit(1, 0));
    }
    output(m, "done_o", done);

    a->sweep = name(m, "sweep", and_(sweeping, not_(clearing)));
    a->clear = clearing;
    if (a->g->prefix) {
        comment(m, "A fill writes a set while the prefix memory's row may be read, or the other way round.");
        a->read = name(m, "read", or_(not_(a->fill_i), xor_(a->prefix_i, prefix_ahead)));
    } else {
        comment(m, "A fill writes its set: nothing needs to be read in that cycle.");
        a->read = name(m, "read", not_(a->fill_i));
    }
    sig swept = mux(sweeping, add_lit(counter, 1), counter);
    a->read_set = name(m, "read_set", mux(or_(sweeping, a->flush_i), swept, row_of(a, ahead, prefix_ahead)));
    a->write_set = name(m, "write_set", mux(sweeping, counter, row_of(a, a->page_i, a->prefix_i)));
}

/* ------------------------------------------------------------------------------ */
/* Entries                                                                          */
/* ------------------------------------------------------------------------------ */

/* The part of a page that an entry holds: all but the set's number, which the prefix memory's row has not. */
static unsigned page_low(const struct associator *a)
{
    return a->g->prefix ? 0 : a->set_bits;
}

static sig page_part(const struct associator *a, sig page)
{
    return bits(page, 19, page_low(a));
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
    when (and_(a->fill_i, bit(a->chosen, i))) {
        set(w->valid, lit(1, 1));
        set(w->rights, a->rights_i);
        if (a->tag_bits)
            set(w->tag, a->tag_i);
        set(w->page, a->page_i);
    }
    elsewhen (and_(a->sweep, w->flushed))
        set(w->valid, lit(1, 0));
}

/* A way of many sets: a memory of words {valid, rights, page, tag}. */
static memory read_memory(module *m, struct associator *a, unsigned i)
{
    struct way *w = &a->ways[i];
    unsigned rights_low = a->tag_bits + 20 - page_low(a);
    memory way = mem(m, fmt("way%u", i), rights_low + RIGHTS_BITS + 1, a->rows, MEM_SYNC_NO_COLLISION);
    sig entry = mem_read_sync(way, fmt("way%u_entry", i), a->read_set, a->read);
    w->valid = name(m, fmt("way%u_valid", i), bit(entry, rights_low + RIGHTS_BITS));
    w->rights = name(m, fmt("way%u_rights", i), bits(entry, rights_low + RIGHTS_BITS - 1, rights_low));
    w->page = name(m, fmt("way%u_page", i), bits(entry, rights_low - 1, a->tag_bits));
    if (a->tag_bits)
        w->tag = name(m, fmt("way%u_tag", i), bits(entry, a->tag_bits - 1, 0));
    return way;
}

static void write_memory(module *m, struct associator *a, memory way, unsigned i)
{
    sig filled = and_(a->fill_i, bit(a->chosen, i));
    sig write = name(m, fmt("way%u_write", i), or_(filled, and_(a->sweep, a->ways[i].flushed), a->clear));
    sig parts[] = {page_part(a, a->page_i), a->rights_i, a->fill_i};
    sig entry = cat_array(parts, 3);
    if (a->tag_bits)
        entry = cat(entry, a->tag_i);
    mem_write(way, write, a->write_set, entry);
}

/* ------------------------------------------------------------------------------ */
/* Cycle 0: the ways compare                                                        */
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
    w->matches = name(m, fmt("way%u_matches", i), and_(w->valid, tag_matches, eq(w->page, page_part(a, a->page_i))));
    w->flushed = name(m, fmt("way%u_flushed", i), and_(w->valid, or_(a->flush_all, deeper)));
}

static sig gather(module *m, const char *label, const struct associator *a, size_t offset)
{
    sig parts[MAX_WAYS];
    for (unsigned i = 0; i < a->g->ways; i++)
        parts[i] = *(const sig *)(const void *)((const char *)&a->ways[i] + offset);
    return name(m, label, cat_array(parts, a->g->ways));
}

/* The prefix memory's victim: fifo (docs/spec.md, 10.8.7). */
static sig prefix_victim(module *m, const struct associator *a, sig takes_victim)
{
    const struct geometry fifo = {.ways = a->g->ways, .replacement = HV_REPLACEMENT_FIFO};
    sig state = {0};
    if (replacement_bits(&fifo)) {
        state = describe(reg(m, "prefix_replacement", replacement_bits(&fifo), 0), "victim in the prefix memory's row");
        when (takes_victim)
            set(state, replacement_next(m, &fifo, state, zeros(fifo.ways)));
    }
    return replacement_victim(m, &fifo, state, takes_victim);
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
    a->sufficient = name(m, "sufficient", and_(matches, is_zero(and_(a->need_i, not_(a->rights_found)))));

    comment(m, "A fill goes in place, else to the lowest way that is invalid, else to the victim.");
    sig invalid = name(m, "invalid", not_(gather(m, "valid", a, offsetof(struct way, valid))));
    sig full = name(m, "full", is_zero(invalid));
    sig takes = and_(a->fill_i, not_(matches), full);
    a->takes_victim = name(m, "takes_victim", and_(takes, not_(a->prefix_i)));
    sig policy = replacement_victim(m, a->g, a->state, a->takes_victim);
    if (a->g->prefix)
        policy = mux(a->prefix_i, prefix_victim(m, a, and_(takes, a->prefix_i)), policy);
    sig victim = name(m, "victim", policy);
    a->chosen = name(m, "chosen", mux(matches, a->matching, mux(full, victim, lowest_set(invalid))));
}

/* ------------------------------------------------------------------------------ */
/* Replacement state                                                                */
/* ------------------------------------------------------------------------------ */

/* fifo changes when it gave a victim, the others when a lookup hits or a fill is made. */
static sig state_changes(struct associator *a)
{
    if (a->g->replacement == HV_REPLACEMENT_FIFO)
        return a->takes_victim;
    return and_(or_(a->fill_i, and_(a->lookup_i, a->sufficient)), not_(a->prefix_i));
}

/* The way that is touched: the one chosen by a fill, or the one that matches. */
static sig touched(struct associator *a)
{
    return mux(a->fill_i, a->chosen, a->matching);
}

/* The state of the only set has many bits and changes a cycle later, from registers: the comparison is long enough.
 * There is no request in that cycle, which is done_o's. */
static void replacement_one_set(module *m, struct associator *a)
{
    unsigned width = replacement_bits(a->g);
    section(m, "Replacement");
    if (width)
        a->state = describe(reg(m, "replacement", width, 0), "the set's replacement state");
    choose(m, a);
    bool by_touch = width && a->g->replacement != HV_REPLACEMENT_FIFO;
    sig flushed = gather(m, "flushed_ways", a, offsetof(struct way, flushed));
    a->was_touched = describe(reg_noreset(m, "was_touched", a->g->ways), "the way touched last, or the ways flushed");
    set(a->was_touched, by_touch ? mux(a->flush_i, flushed, touched(a)) : flushed);
    if (!width)
        return;
    sig changes = state_changes(a);
    if (by_touch) {
        sig delayed = describe(reg(m, "touches", 1, 0), "that is a touch");
        set(delayed, changes);
        changes = delayed;
    }
    sig next = replacement_next(m, a->g, a->state, a->was_touched);
    when (changes)
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
    memory states = mem(m, "replacement", width, a->rows, MEM_SYNC_NO_COLLISION);
    a->state = mem_read_sync(states, "set_replacement", a->read_set, a->read);
    choose(m, a);
    sig next = name(m, "replacement_next", replacement_next(m, a->g, a->state, name(m, "touched", touched(a))));
    sig data = mux(a->clear, zeros(width), next);
    mem_write(states, or_(a->clear, state_changes(a)), a->write_set, data);
}

/* ------------------------------------------------------------------------------ */
/* The answer                                                                       */
/* ------------------------------------------------------------------------------ */

/* Where the real page of a way is kept. */
static sig real_index(struct associator *a, sig way)
{
    if (a->g->ways == 1)
        return a->write_set;
    return one_set(a) ? one_hot_index(way) : cat(a->write_set, one_hot_index(way));
}

static void answer_real(module *m, struct associator *a)
{
    if (a->g->entries == 1) {
        sig real = describe(reg_noreset(m, "real_o", REAL_BITS), "real page of a hit");
        when (a->fill_i)
            set(real, a->real_i);
        output(m, "real_o", real);
        return;
    }
    uint64_t depth = a->rows * (a->g->ways == 1 ? UINT64_C(1) : UINT64_C(1) << clog2(a->g->ways));
    memory reals = mem(m, "reals_n", REAL_BITS, one_set(a) ? a->g->ways : depth, MEM_SYNC_NO_COLLISION);
    mem_write(reals, a->fill_i, name(m, "fill_index", real_index(a, a->chosen)), not_(a->real_i));
    sig index = name(m, "real_index", real_index(a, a->matching));
    sig real = mem_read_sync(reals, "real_n", index, not_(a->fill_i));
    describe(output(m, "real_o", not_(real)), "real page of a hit");
}

/* The number of bits that are set, as a tree of additions. */
static sig count_ones(const sig *ones, unsigned n)
{
    if (n == 1)
        return ones[0];
    unsigned width = clog2(n + 1), half = n / 2;
    return add(zext(count_ones(ones, half), width), zext(count_ones(ones + half, n - half), width));
}

/* The only set's emptied ways are counted from a register, those of more sets as they come. */
static sig count_flushed(module *m, struct associator *a)
{
    sig ones[MAX_WAYS];
    for (unsigned i = 0; i < a->g->ways; i++)
        ones[i] = one_set(a) ? bit(a->was_touched, i) : a->ways[i].flushed;
    unsigned width = clog2(a->g->entries + 1);
    sig count = zext(name(m, "flushed_count", count_ones(ones, a->g->ways)), width);
    if (one_set(a))
        return count;
    sig flushed = describe(reg_noreset(m, "flushed_o", width), "valid entries that a flush has emptied");
    when (a->flush_i)
        set(flushed, zeros(width));
    elsewhen (a->g->prefix ? and_(a->sweep, not_(bit(a->write_set, a->set_bits))) : a->sweep)
        set(flushed, add(flushed, count));
    return flushed;
}

static void answer(module *m, struct associator *a)
{
    section(m, "Answer");
    sig hit = describe(reg_noreset(m, "hit_o", 1), "a lookup has hit");
    sig rights = describe(reg_noreset(m, "rights_o", RIGHTS_BITS), "rights of the entry that has hit");
    set(hit, a->sufficient);
    set(rights, a->rights_found);
    output(m, "hit_o", hit);
    output(m, "rights_o", rights);
    output(m, "flushed_o", count_flushed(m, a));
    answer_real(m, a);
}

/* ------------------------------------------------------------------------------ */
/* The unit                                                                         */
/* ------------------------------------------------------------------------------ */

static void build(module *m, struct associator *a)
{
    memory memories[MAX_WAYS];
    request_ports(m, a);
    if (one_set(a))
        sequence_one_set(m, a);
    else
        sequence_sets(m, a);
    flush_arguments(m, a);
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
    a.rows = a.sets + (g->prefix ? 1 : 0);
    a.row_bits = a.set_bits + (g->prefix ? 1 : 0);
    a.prefix_i = lit(1, 0);
    build(m, &a);
    return m;
}

bool prefix_in_associator(const struct hv_config *config)
{
    return config->depth >= 2 && config->assoc_entries > config->assoc_ways && config->assoc_split != HV_SPLIT &&
           config->prefix_entries == config->assoc_ways;
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
        .prefix = prefix_in_associator(config),
    };
    module *m = translation_memory(d, name, &g);
    const char *more = g.prefix
                           ? fmt("A row more is the prefix memory, of %u entries: (tag of s1..s(n-1), page of level\n"
                                 "n-1) -> real page and rights.\n",
                                 g.ways)
                           : "";
    module_comment(m, fmt("Associator of %u entries, %u-way: (tag, page) -> real page and rights.\n"
                          "%slookup_i, fill_i or flush_i is one pulse, done_o answers it.",
                          g.entries, g.ways, more));
    return m;
}
