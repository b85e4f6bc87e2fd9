/* What depends on what within one clock cycle: the search for combinational loops, also through
 * instances, by the set of inputs that each output of a module depends on. */
#include "hdl_internal.h"

#include <string.h>

/* ---- the graph of a module ---- */

typedef struct builder {
    const module *m;
    arena *a;
    ids *roots;      /* per symbol: expressions it is computed from */
    ids conditions;  /* of the statements around the present one */
    uint32_t *stamp; /* per node: 1 + the symbol that saw it last */
    ids stack;
} builder;

static void add_root(builder *b, uint32_t symbol, uint32_t node)
{
    if (node != NONE)
        push(b->a, &b->roots[symbol], node);
}

static void block_roots(builder *b, const block *body);

static void branch_roots(builder *b, const statement *s)
{
    uint32_t outer = b->conditions.n;

    if (s->kind == SWITCH)
        push(b->a, &b->conditions, s->subject);
    for (const branch *x = s->first; x != NULL; x = x->next) {
        if (x->condition != NONE && s->kind == IF)
            push(b->a, &b->conditions, x->condition);
        block_roots(b, &x->body);
    }
    b->conditions.n = outer;
}

static void block_roots(builder *b, const block *body)
{
    for (const statement *s = body->first; s != NULL; s = s->next) {
        if (s->kind != SET) {
            branch_roots(b, s);
            continue;
        }
        if (b->m->symbols[s->target].kind != HDL_WIRE)
            continue;
        add_root(b, s->target, s->value);
        add_root(b, s->target, s->index);
        for (uint32_t i = 0; i < b->conditions.n; i++)
            add_root(b, s->target, b->conditions.at[i]);
    }
}

static void instance_roots(builder *b, const instance *i)
{
    const module *sub = i->sub;

    for (uint32_t p = 0; p < i->n_ports; p++) {
        if (!sub->symbols[sub->ports.at[p]].is_output || i->ports[p] == NONE || sub->inputs_of == NULL)
            continue;
        const uint64_t *inputs = sub->inputs_of + p * words_of(sub->ports.n);
        for (uint32_t q = 0; q < i->n_ports; q++)
            if ((inputs[q / 64] >> q % 64 & 1) != 0)
                add_root(b, i->ports[p], i->ports[q]);
    }
}

/* The symbols that the roots of `symbol` read, each once. */
static void walk(builder *b, uint32_t symbol, ids *edges)
{
    ids *stack = &b->stack;

    stack->n = 0;
    for (uint32_t i = 0; i < b->roots[symbol].n; i++)
        push(b->a, stack, b->roots[symbol].at[i]);
    while (stack->n > 0) {
        uint32_t id = stack->at[--stack->n];
        const node *n = &b->m->nodes[id];
        if (b->stamp[id] == symbol + 1)
            continue;
        b->stamp[id] = symbol + 1;
        if (is_signal(n->op))
            push(b->a, edges, n->aux);
        else if (n->op != HDL_MEM_SYNC && n->op != HDL_CONST)
            for (uint32_t i = 0; i < n->n_args; i++)
                push(b->a, stack, n->args[i]);
    }
}

graph combinational_graph(const module *m, arena *a)
{
    builder b = {.m = m, .a = a};
    graph g = {.n = m->n_symbols};

    b.roots = arena_alloc(a, m->n_symbols * sizeof *b.roots);
    b.stamp = arena_alloc(a, m->n_nodes * sizeof *b.stamp);
    g.edges = arena_alloc(a, m->n_symbols * sizeof *g.edges);
    block_roots(&b, &m->body);
    for (uint32_t i = 0; i < m->n_instances; i++)
        instance_roots(&b, m->instances[i]);
    for (uint32_t i = 0; i < m->n_symbols; i++) {
        const symbol *s = &m->symbols[i];
        if (s->kind == HDL_NAMED && s->node != NONE)
            add_root(&b, i, m->nodes[s->node].args[0]);
        walk(&b, i, &g.edges[i]);
    }
    return g;
}

/* ---- the search ---- */

typedef struct search {
    module *m;
    graph g;
    uint8_t *color; /* 0 not seen, 1 on the path, 2 done */
    uint32_t *next; /* per symbol: the edge to follow next */
    ids path;
    uint64_t *inputs; /* per symbol: set of ports */
    size_t set_words;
} search;

static void report(search *s, uint32_t closing)
{
    module *m = s->m;
    uint32_t start = s->path.n - 1;
    text loop = {.mem = &m->d->work};

    while (s->path.at[start] != closing)
        start--;
    const symbol *first = &m->symbols[closing];
    for (uint32_t i = start; i < s->path.n; i++) {
        const symbol *x = &m->symbols[s->path.at[i]];
        if (s->path.at[i] < (uint32_t)(first - m->symbols))
            first = x; /* the same place wherever the search began */
        putf(&loop, "%s (line %d) <- ", describe_sig((sig){m, x->node}), x->at.line);
    }
    put(&loop, describe_sig((sig){m, m->symbols[closing].node}));
    hdl_error(m, first->at, "combinational loop: %s", loop.at);
}

static void finish(search *s, uint32_t symbol)
{
    uint64_t *set = s->inputs + symbol * s->set_words;
    const ids *edges = &s->g.edges[symbol];

    for (uint32_t i = 0; i < edges->n; i++)
        for (size_t w = 0; w < s->set_words; w++)
            set[w] |= s->inputs[edges->at[i] * s->set_words + w];
    s->color[symbol] = 2;
}

static void search_from(search *s, uint32_t start)
{
    arena *a = &s->m->d->work;

    push(a, &s->path, start);
    s->color[start] = 1;
    while (s->path.n > 0) {
        uint32_t x = s->path.at[s->path.n - 1];
        if (s->next[x] == s->g.edges[x].n) {
            finish(s, x);
            s->path.n--;
            continue;
        }
        uint32_t y = s->g.edges[x].at[s->next[x]++];
        if (s->color[y] == 1) {
            report(s, y);
        } else if (s->color[y] == 0) {
            s->color[y] = 1;
            push(a, &s->path, y);
        }
    }
}

void check_loops(module *m)
{
    arena *a = &m->d->work;
    search s = {.m = m, .g = combinational_graph(m, a), .set_words = words_of(m->ports.n)};

    s.color = arena_alloc(a, m->n_symbols);
    s.next = arena_alloc(a, m->n_symbols * sizeof *s.next);
    s.inputs = arena_alloc(a, m->n_symbols * s.set_words * sizeof *s.inputs);
    for (uint32_t p = 0; p < m->ports.n; p++)
        if (m->symbols[m->ports.at[p]].kind == HDL_INPUT)
            s.inputs[m->ports.at[p] * s.set_words + p / 64] |= UINT64_C(1) << p % 64;
    for (uint32_t i = 0; i < m->n_symbols; i++)
        if (s.color[i] == 0)
            search_from(&s, i);

    m->inputs_of = arena_alloc(a, m->ports.n * s.set_words * sizeof *m->inputs_of);
    for (uint32_t p = 0; p < m->ports.n; p++)
        memcpy(m->inputs_of + p * s.set_words, s.inputs + m->ports.at[p] * s.set_words, s.set_words * sizeof *s.inputs);
}
