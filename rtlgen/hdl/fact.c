/* Facts: signals that are known to be constant, although no single node shows it. A wire whose every
 * set has the same constant, a register that never leaves its reset value, an input that all
 * instances tie to one constant, an output of an instance that is constant inside, a memory that
 * is never written. */
#include "hdl_internal.h"

static bool learn(module *m, uint32_t symbol_, const uint64_t *value)
{
    if (m->facts[symbol_] != NULL)
        return false;
    uint32_t width = m->symbols[symbol_].width;
    size_t bytes = words_of(width) * sizeof *value;
    m->facts[symbol_] = arena_grow(&m->d->work, value, bytes, bytes);
    m->is_stale = true;
    return true;
}

typedef struct candidate {
    bool is_set;
    bool varies;
    const uint64_t *value;
} candidate;

/* What the sets of each wire and register have in common. */
static void collect_sets(const module *to, const block *b, candidate *of)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        for (const branch *x = s->first; x != NULL; x = x->next)
            collect_sets(to, &x->body, of);
        if (s->kind != SET)
            continue;
        candidate *c = &of[s->target];
        const symbol *target = &to->symbols[s->target];
        const node *value = &to->nodes[s->value];
        if (s->value == target->node && s->index == NONE && value->width == target->width)
            continue;  /* a register that is set to itself holds */
        if (c->varies) /* c->value may be of another width, or no constant */
            continue;
        if (s->index != NONE || value->op != HDL_CONST || value->width != target->width ||
            (c->is_set && !constant_equal(c->value, value->words, target->width)))
            c->varies = true;
        c->is_set = true;
        c->value = value->words;
    }
}

static bool learn_from_sets(module *m)
{
    const module *to = m->lowered;
    candidate *of = arena_alloc(&m->d->work, m->n_symbols * sizeof *of);
    bool is_new = false;

    collect_sets(to, &to->body, of);
    for (uint32_t i = 0; i < m->n_symbols; i++) {
        const symbol *s = &m->symbols[i];
        const candidate *c = &of[i];
        if (c->varies || (s->kind != HDL_WIRE && s->kind != HDL_REG) || s->node == m->clock || s->node == m->reset)
            continue;
        bool has_start = s->kind == HDL_REG && s->reset_kind != HDL_NO_RESET;
        if (!has_start && c->is_set) /* whatever else a register holds at first is unknown anyway */
            is_new |= learn(m, i, c->value);
        if (!has_start || s->keep)
            continue;
        uint64_t *reset = arena_alloc(&m->d->work, words_of(s->width) * sizeof *reset);
        reset[0] = s->reset;
        if (!c->is_set || constant_equal(reset, c->value, s->width))
            is_new |= learn(m, i, reset);
    }
    return is_new;
}

/* The constant that a port's symbol has inside its module, or NULL. */
static const uint64_t *constant_output(const module *sub, uint32_t port)
{
    uint32_t id = sub->ports.at[port];
    const symbol *s = &sub->symbols[id];

    if (sub->facts[id] != NULL)
        return sub->facts[id];
    if (s->kind != HDL_NAMED)
        return NULL;
    const node *value = &sub->lowered->nodes[sub->map[s->node]];
    return value->op == HDL_CONST ? value->words : NULL;
}

static bool learn_from_instances(module *m)
{
    bool is_new = false;

    for (uint32_t i = 0; i < m->n_instances; i++) {
        const instance *x = m->instances[i];
        for (uint32_t p = 0; p < x->n_ports && !x->sub->is_extern; p++) {
            if (!x->sub->symbols[x->sub->ports.at[p]].is_output || x->ports[p] == NONE)
                continue;
            const uint64_t *value = constant_output(x->sub, p);
            if (value != NULL)
                is_new |= learn(m, x->ports[p], value);
        }
    }
    return is_new;
}

/* Inputs that every instance in the design, or every one that is needed, ties to the same constant. */
bool learn_inputs(design *d, bool only_live)
{
    bool is_new = false;
    candidate **of = arena_alloc(&d->work, d->n_modules * sizeof *of);

    for (uint32_t i = 0; i < d->n_modules; i++) {
        of[i] = arena_alloc(&d->work, d->modules[i]->ports.n * sizeof **of);
    }
    for (uint32_t i = 0; i < d->n_modules; i++) {
        const module *to = d->modules[i]->lowered;
        for (uint32_t j = 0; j < to->n_instances; j++) {
            const instance *x = to->instances[j];
            for (uint32_t p = 0; p < x->n_ports && !(only_live && x->live == DEAD); p++) {
                const symbol *port = &x->sub->symbols[x->sub->ports.at[p]];
                candidate *c = &of[x->sub->number][p];
                if (port->is_output || x->ports[p] == NONE)
                    continue;
                const node *value = &to->nodes[x->ports[p]];
                if (value->op != HDL_CONST || (c->is_set && !constant_equal(c->value, value->words, value->width)))
                    c->varies = true;
                c->is_set = true;
                c->value = value->words;
            }
        }
    }
    for (uint32_t i = 0; i < d->n_modules; i++) {
        module *m = d->modules[i];
        for (uint32_t p = 2; p < m->ports.n && !m->is_extern; p++)
            if (of[i][p].is_set && !of[i][p].varies)
                is_new |= learn(m, m->ports.at[p], of[i][p].value);
    }
    return is_new;
}

/* Memories that are never written read as zero, whatever they might have held. */
static bool learn_memories(module *m)
{
    bool is_new = false;

    for (uint32_t i = 0; i < m->n_memories; i++) {
        storage *s = &m->memories[i];
        bool has_contents = s->contents == CONTENTS_FILE || s->contents == WORDS;
        if (has_contents || m->lowered->memories[i].is_written || s->reads_zero)
            continue;
        s->reads_zero = is_new = m->is_stale = true;
        uint64_t *none = arena_alloc(&m->d->work, words_of(s->width) * sizeof *none);
        for (uint32_t j = 0; j < s->sync_reads.n; j++)
            learn(m, s->sync_reads.at[j], none);
    }
    return is_new;
}

bool learn_facts(design *d)
{
    bool is_new = learn_inputs(d, false);

    for (uint32_t i = 0; i < d->n_modules; i++) {
        module *m = d->order[i];
        if (m->is_extern)
            continue;
        is_new |= learn_from_sets(m);
        is_new |= learn_from_instances(m);
        is_new |= learn_memories(m);
    }
    return is_new;
}
