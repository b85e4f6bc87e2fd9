/* The plan of a module's text: parts, names, and which bits of each name the hardware reads: lint wants
 * to be told of the others. */
#include "hdl_internal.h"

#include <string.h>

static void use_bits(plan *p, uint32_t id, uint32_t hi, uint32_t lo)
{
    if (p->used[id] == NULL)
        p->used[id] = arena_alloc(p->m->mem, words_of(p->m->nodes[id].width) * sizeof(uint64_t));
    for (uint32_t i = lo; i <= hi; i++)
        p->used[id][i / 64] |= UINT64_C(1) << i % 64;
}

/* The node under whose number the bits of a named thing are noted. */
static uint32_t noted_as(const plan *p, uint32_t id)
{
    return p->alias[id] != NONE ? p->m->symbols[p->alias[id]].node : id;
}

static void use(plan *p, uint32_t id, bool is_definition)
{
    const node *n = &p->m->nodes[id];

    if (!is_definition && (is_leaf(n) || is_named(p, id))) {
        if (n->op != HDL_CONST)
            use_bits(p, noted_as(p, id), n->width - 1, 0);
        return;
    }
    if (is_leaf(n)) {
        if (n->op != HDL_CONST)
            use_bits(p, id, n->width - 1, 0);
    } else if (n->op == HDL_BITS) {
        use_bits(p, noted_as(p, n->args[0]), n->aux + n->width - 1, n->aux);
    } else {
        for (uint32_t i = 0; i < n->n_args; i++)
            use(p, n->args[i], false);
    }
}

static void use_root(void *context, const root *r)
{
    use(context, r->node, is_defined_by(context, r));
}

static void find_used_bits(plan *p)
{
    p->used = arena_alloc(p->m->mem, p->n_nodes * sizeof *p->used);
    for (uint32_t i = 0; i < p->parts.n; i++)
        if (p->parts.at[i].live == LIVE)
            each_root(p->m, &p->parts.at[i], use_root, p);
}

plan make_plan(module *m)
{
    plan p = {.m = m, .parts = make_parts(m)};

    p.n_nodes = m->n_nodes;
    p.names = arena_alloc(m->mem, m->n_nodes * sizeof *p.names);
    p.alias = arena_alloc(m->mem, m->n_nodes * sizeof *p.alias);
    memset(p.alias, 0xff, m->n_nodes * sizeof *p.alias);
    p.is_declared = arena_alloc(m->mem, m->n_symbols * sizeof *p.is_declared);
    p.is_variable = arena_alloc(m->mem, m->n_symbols * sizeof *p.is_variable);
    p.is_value_shown = arena_alloc(m->mem, m->n_value_names * sizeof *p.is_value_shown);
    name_expressions(&p);
    find_used_bits(&p);
    return p;
}
