/* What can only be seen when a module is complete: drivers, latches, connections. */
#include "hdl_internal.h"

#include <string.h>

/* ---- who sets what ---- */

typedef struct finder {
    arena *a;
    statements *of;
    statement *outermost;
} finder;

static void find_in(finder *f, const statement *s)
{
    for (const branch *b = s->first; b != NULL; b = b->next)
        for (const statement *inner = b->body.first; inner != NULL; inner = inner->next)
            find_in(f, inner);
    if (s->kind != SET)
        return;
    statements *list = &f->of[s->target];
    if (list->n == 0 || list->at[list->n - 1] != f->outermost)
        APPEND(f->a, list->at, list->n, list->capacity, f->outermost);
}

statements *find_drivers(const module *m, arena *a)
{
    finder f = {.a = a, .of = arena_alloc(a, m->n_symbols * sizeof(statements))};

    for (statement *s = m->body.first; s != NULL; s = s->next) {
        f.outermost = s;
        find_in(&f, s);
    }
    return f.of;
}

bool sets_any(const statement *s, const bool *wanted)
{
    if (s->kind == SET)
        return wanted[s->target];
    for (const branch *b = s->first; b != NULL; b = b->next)
        for (const statement *inner = b->body.first; inner != NULL; inner = inner->next)
            if (sets_any(inner, wanted))
                return true;
    return false;
}

/* ---- sets that hide each other ---- */

typedef struct set_list {
    module *m;
    uint32_t target;
    statements sets; /* of the target, so far, innermost block last */
} set_list;

static void find_hidden(set_list *list, statement *s)
{
    arena *a = &list->m->d->work;

    if (s->kind != SET) {
        for (branch *b = s->first; b != NULL; b = b->next) {
            /* A set in this branch hides only what the same branch has set before. */
            set_list inner = {.m = list->m, .target = list->target};
            for (statement *x = b->body.first; x != NULL; x = x->next)
                find_hidden(&inner, x);
            for (uint32_t i = 0; i < inner.sets.n; i++)
                APPEND(a, list->sets.at, list->sets.n, list->sets.capacity, inner.sets.at[i]);
        }
        return;
    }
    if (s->target != list->target)
        return;
    for (uint32_t i = 0; i < list->sets.n; i++) {
        const statement *old = list->sets.at[i];
        if (s->index == NONE && s->lo <= old->lo && old->hi <= s->hi) {
            hdl_error(list->m, s->at, "doubly driven: this set of `%s` hides the one at %s:%d",
                      list->m->symbols[s->target].name, old->at.file, old->at.line);
            break;
        }
    }
    APPEND(a, list->sets.at, list->sets.n, list->sets.capacity, s);
}

/* ---- which bits are set always, which ever ---- */

typedef uint64_t bitset;

static void add_range(bitset *bits, uint32_t hi, uint32_t lo)
{
    for (uint32_t i = lo; i <= hi; i++)
        bits[i / 64] |= UINT64_C(1) << i % 64;
}

static bool covers_all_cases(const module *m, const statement *s)
{
    uint32_t width = m->nodes[s->subject].width;
    uint64_t n = 0;

    for (const branch *b = s->first; b != NULL; b = b->next)
        n += b->n_values;
    return width < 32 && n == UINT64_C(1) << width;
}

static bool is_total(const module *m, const statement *s)
{
    if (s->last == NULL)
        return false;
    if (s->kind == IF)
        return s->last->condition == NONE;
    return s->last->n_values == 0 || covers_all_cases(m, s);
}

/* Adds to `always` the bits of the target that the statement sets in every case, to `ever` those
 * that it sets in some. */
static void add_coverage(module *m, const statement *s, uint32_t target, bitset *always, bitset *ever, size_t words)
{
    if (s->kind == SET) {
        if (s->target == target) {
            add_range(ever, s->hi, s->lo);
            if (s->index == NONE)
                add_range(always, s->hi, s->lo);
        }
        return;
    }
    bitset *in_all = arena_alloc(&m->d->work, words * sizeof *in_all);
    bitset *in_one = arena_alloc(&m->d->work, words * sizeof *in_one);
    memset(in_all, 0xff, words * sizeof *in_all);
    for (const branch *b = s->first; b != NULL; b = b->next) {
        memset(in_one, 0, words * sizeof *in_one);
        for (const statement *x = b->body.first; x != NULL; x = x->next)
            add_coverage(m, x, target, in_one, ever, words);
        for (size_t w = 0; w < words; w++)
            in_all[w] &= in_one[w];
    }
    for (size_t w = 0; w < words && is_total(m, s); w++)
        always[w] |= in_all[w];
}

/* The first run of bits that are in `all` but not in `some`, as text; NULL: none. */
static const char *missing_bits(module *m, const bitset *some, const bitset *except, uint32_t width)
{
    uint32_t lo = 0;

#define IS_MISSING(i) (!constant_bit(some, i) && (except == NULL || constant_bit(except, i)))
    while (lo < width && !IS_MISSING(lo))
        lo++;
    if (lo == width)
        return NULL;
    uint32_t hi = lo;
    while (hi + 1 < width && IS_MISSING(hi + 1))
        hi++;
#undef IS_MISSING
    if (lo == 0 && hi == width - 1)
        return "";
    return arena_format(&m->d->work, "the bits %u..%u of ", hi, lo);
}

static const char *kind_of(const symbol *s)
{
    return s->kind == HDL_REG ? "register" : s->is_output ? "output" : "wire";
}

static void check_coverage(module *m, const symbol *s, uint32_t id, const statements *list)
{
    size_t words = words_of(s->width);
    bitset *always = arena_alloc(&m->d->work, words * sizeof *always);
    bitset *ever = arena_alloc(&m->d->work, words * sizeof *ever);

    for (uint32_t i = 0; i < list->n; i++)
        add_coverage(m, list->at[i], id, always, ever, words);
    if (s->kind == HDL_WIRE || s->reset_kind == HDL_NO_RESET) {
        const char *part = missing_bits(m, ever, NULL, s->width);
        if (part != NULL) {
            hdl_error(m, s->at, "undriven: no set reaches %s%s `%s`", part, kind_of(s), s->name);
            return;
        }
    }
    if (s->kind == HDL_WIRE) {
        const char *part = missing_bits(m, always, ever, s->width);
        if (part != NULL)
            hdl_error(m, list->at[0]->at, "latch: %s%s `%s`: set under a condition only; give a default before", part,
                      kind_of(s), s->name);
    }
}

static void check_driver(module *m, uint32_t id, const statements *list, bool is_read)
{
    const symbol *s = &m->symbols[id];

    if (s->kind != HDL_WIRE && s->kind != HDL_REG)
        return;
    if (list->n == 0) {
        if (is_read || s->is_output)
            hdl_error(m, s->at, "undriven: %s `%s` is read but never set", kind_of(s), s->name);
        return;
    }
    set_list all = {.m = m, .target = id};
    for (uint32_t i = 0; i < list->n; i++)
        find_hidden(&all, list->at[i]);
    check_coverage(m, s, id, list);
}

/* ---- who is read ---- */

static void mark(const module *m, bool *is_read, uint32_t id)
{
    if (id != NONE && is_signal(m->nodes[id].op))
        is_read[m->nodes[id].aux] = true;
}

static void mark_block(const module *m, bool *is_read, const block *b)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        if (s->kind == SET) {
            mark(m, is_read, s->value);
            mark(m, is_read, s->index);
        } else if (s->kind == SWITCH) {
            mark(m, is_read, s->subject);
        }
        for (const branch *x = s->first; x != NULL; x = x->next) {
            mark(m, is_read, x->condition);
            mark_block(m, is_read, &x->body);
        }
    }
}

static bool *find_read(const module *m)
{
    bool *is_read = arena_alloc(&m->d->work, m->n_symbols * sizeof *is_read);

    for (uint32_t i = 0; i < m->n_nodes; i++)
        if (m->nodes[i].op != HDL_CONST)
            for (uint32_t j = 0; j < m->nodes[i].n_args; j++)
                mark(m, is_read, m->nodes[i].args[j]);
    mark_block(m, is_read, &m->body);
    mark(m, is_read, m->clock);
    mark(m, is_read, m->reset);
    for (uint32_t i = 0; i < m->n_memories; i++) {
        const storage *s = &m->memories[i];
        const uint32_t ports[] = {s->enable, s->address, s->data, s->mask};
        for (size_t j = 0; s->is_written && j < 4; j++)
            mark(m, is_read, ports[j]);
    }
    for (uint32_t i = 0; i < m->n_instances; i++) {
        const instance *x = m->instances[i];
        for (uint32_t p = 0; p < x->n_ports; p++)
            if (!x->sub->symbols[x->sub->ports.at[p]].is_output)
                mark(m, is_read, x->ports[p]);
    }
    for (uint32_t i = 0; i < m->n_properties; i++) {
        mark(m, is_read, m->properties[i].condition);
        mark(m, is_read, m->properties[i].value);
    }
    return is_read;
}

/* ---- the module ---- */

static void check_instance(module *m, const instance *i)
{
    const module *sub = i->sub;

    for (uint32_t p = 2; p < sub->ports.n; p++) { /* without clk and rst */
        const symbol *port = &sub->symbols[sub->ports.at[p]];
        if (!port->is_output && (p >= i->n_ports || i->ports[p] == NONE))
            hdl_error(m, i->at, "undriven: input `%s` of instance `%s` of module %s", port->name, i->name, sub->name);
    }
}

static void check_module(module *m)
{
    for (uint32_t i = 1; i < m->n_frames; i++)
        hdl_error(m, m->frames[i].at, "a block was left by break, return or goto");
    if (m->is_extern)
        return;
    statements *of = find_drivers(m, &m->d->work);
    const bool *is_read = find_read(m);
    for (uint32_t i = 0; i < m->n_symbols; i++)
        check_driver(m, i, &of[i], is_read[i]);
    for (uint32_t i = 0; i < m->n_memories; i++) {
        const storage *s = &m->memories[i];
        if (s->is_read && !s->is_written && s->contents == NO_CONTENTS)
            hdl_error(m, s->at,
                      "undriven: memory `%s` is read but has no write port and no "
                      "contents",
                      s->name);
    }
    for (uint32_t i = 0; i < m->n_instances; i++)
        check_instance(m, m->instances[i]);
}

/* ---- the design ---- */

static void visit(design *d, module *m, uint32_t *n)
{
    m->visit = 1;
    for (uint32_t i = 0; i < m->n_instances; i++) {
        const instance *x = m->instances[i];
        if (x->sub->visit == 1)
            hdl_error(m, x->at, "instance `%s`: module %s would contain itself", x->name, x->sub->name);
        else if (x->sub->visit == 0)
            visit(d, x->sub, n);
    }
    m->visit = 2;
    d->order[(*n)++] = m;
}

static void order_modules(design *d)
{
    uint32_t n = 0;

    d->order = arena_alloc(&d->work, d->n_modules * sizeof *d->order);
    for (uint32_t i = 0; i < d->n_modules; i++)
        d->modules[i]->visit = 0;
    for (uint32_t i = 0; i < d->n_modules; i++)
        if (d->modules[i]->visit == 0)
            visit(d, d->modules[i], &n);
}

size_t hdl_check(design *d)
{
    if (d->checked_at == d->changes && d->changes != 0)
        return d->n_messages;
    arena_free(&d->work);
    d->lowered_at = 0;
    d->n_messages = d->n_build_messages;
    d->in_pass = true;
    order_modules(d);
    for (uint32_t i = 0; i < d->n_modules; i++) {
        d->order[i]->inputs_of = NULL;
        check_module(d->order[i]);
        check_loops(d->order[i]);
    }
    d->in_pass = false;
    d->checked_at = d->changes;
    return d->n_messages;
}
