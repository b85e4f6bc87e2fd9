/*
 * Which expressions get a name of their own in the output.
 *
 * An expression is printed inside of its user, unless Verilog wants a name there (part-selects,
 * memory reads, cases), or it is used more than once and is not small, or the line would
 * be too long to read. If the user has named the very same expression, that is its name.
 * Otherwise it is called after the signal it is first needed for: hit_a, hit_b, ...
 */
#include "hdl_internal.h"

#include <string.h>

enum {
    LARGEST_ARM = 24,     /* operators in an operand of && || ^ {} ?: */
    LARGEST_OPERAND = 12, /* ... of any other operator */
    LONGEST_CHAIN = 48,   /* operators in a row: a ? b : c ? d : ..., a | b | c ... */
    LARGEST_ROOT = 40
};

typedef struct namer {
    plan *p;
    module *m;
    uint32_t *uses; /* per node: places it is printed in */
    bool *must;     /* per node: must be named */
    bool *is_reached;
    uint32_t *size;  /* per node: operators in its text */
    uint32_t *chain; /* per node: operators in the chain that it begins */
    ids reached;
} namer;

/* ---- uses ---- */

static void reach(namer *k, uint32_t id)
{
    if (!k->is_reached[id]) {
        k->is_reached[id] = true;
        push(k->m->mem, &k->reached, id);
    }
}

static bool needs_statement(hdl_op op)
{
    return op == HDL_PICK || op == HDL_MEM_READ;
}

/* Icarus gives an expression in brackets more bits than it has, so that a carry out of a sum would
 * count: in brackets stand names, parts and concatenations only. */
static bool is_plain_index(hdl_op op)
{
    return op == HDL_BITS || op == HDL_CAT || op == HDL_REPEAT;
}

static void count_root(void *context, const root *r)
{
    namer *k = context;
    const node *n = &k->m->nodes[r->node];

    k->uses[r->node]++;
    if (r->is_sliced || (r->is_index && !is_plain_index(n->op)) || (!r->is_whole && needs_statement(n->op)))
        k->must[r->node] = true;
    reach(k, r->node);
}

static void count_uses(namer *k)
{
    for (uint32_t i = 0; i < k->p->parts.n; i++)
        each_root(k->m, &k->p->parts.at[i], count_root, k);
    for (uint32_t i = 0; i < k->reached.n; i++) { /* grows while it runs */
        const node *n = &k->m->nodes[k->reached.at[i]];
        if (is_leaf(n))
            continue;
        for (uint32_t j = 0; j < n->n_args; j++) {
            uint32_t arg = n->args[j];
            k->uses[arg]++;
            bool is_base = (n->op == HDL_BITS || n->op == HDL_BIT_AT) && j == 0;
            bool is_index = n->op == HDL_MEM_READ || (n->op == HDL_BIT_AT && j == 1);
            hdl_op op = k->m->nodes[arg].op;
            if (needs_statement(op) || is_base || (is_index && !is_plain_index(op)))
                k->must[arg] = true;
            reach(k, arg);
        }
    }
}

/* ---- the user's names for expressions ---- */

static void find_aliases(namer *k)
{
    for (uint32_t i = 0; i < k->p->parts.n; i++) {
        const part *x = &k->p->parts.at[i];
        if (x->kind != PRINT_VALUE || is_leaf(&k->m->nodes[x->node]))
            continue;
        uint32_t *alias = &k->p->alias[x->node];
        if (x->live < k->m->node_live[x->node])
            continue; /* a name that only properties need would not be there */
        if ((k->uses[x->node] > 1 || k->must[x->node]) && *alias == NONE)
            *alias = x->index;
    }
}

bool is_defined_by(const plan *p, const root *r)
{
    if (!r->is_definition)
        return false;
    return p->alias[r->node] != NONE ? p->alias[r->node] == r->target : p->names[r->node] == NULL || r->target == NONE;
}

/* ---- sizes ---- */

static bool is_simple(const namer *k, uint32_t id)
{
    const node *n = &k->m->nodes[id];
    return is_leaf(n) || k->must[id] || k->p->alias[id] != NONE || (n->op == HDL_BITS && n->width == 1);
}

/* Worth repeating rather than naming. */
static bool is_small(const namer *k, uint32_t id)
{
    const node *n = &k->m->nodes[id];

    for (uint32_t i = 0; i < n->n_args; i++)
        if (!is_simple(k, n->args[i]))
            return false;
    switch (n->op) {
    case HDL_NOT:
    case HDL_BITS:
    case HDL_REPEAT:
        return true;
    case HDL_AND:
    case HDL_OR:
        return n->width == 1 && n->n_args == 2;
    case HDL_CAT:
        return n->n_args <= 3;
    case HDL_EQ:
    case HDL_NE:
        return n->width == 1 && k->m->nodes[n->args[1]].op == HDL_CONST;
    default:
        return false;
    }
}

static bool is_chained(const namer *k, const node *n, uint32_t i)
{
    const node *arg = &k->m->nodes[n->args[i]];

    if (arg->op != n->op || k->chain[n->args[i]] >= LONGEST_CHAIN)
        return false;
    switch (n->op) {
    case HDL_MUX:
        return i == 2;
    case HDL_AND:
    case HDL_OR:
    case HDL_XOR:
        return true;
    default:
        return false;
    }
}

static uint32_t largest_argument(const node *n)
{
    bool is_list = n->op == HDL_AND || n->op == HDL_OR || n->op == HDL_XOR || n->op == HDL_CAT || n->op == HDL_MUX ||
                   n->op == HDL_PICK;
    return is_list ? LARGEST_ARM : LARGEST_OPERAND;
}

/* The nodes in order: operands before their users, so that a size is known when it is needed. */
static void measure(namer *k, uint32_t id)
{
    const node *n = &k->m->nodes[id];

    if (is_leaf(n))
        return;
    k->size[id] = 1;
    k->chain[id] = 1;
    for (uint32_t i = 0; i < n->n_args; i++) {
        uint32_t arg = n->args[i];
        if (is_chained(k, n, i) && !k->must[arg] && k->p->alias[arg] == NONE)
            k->chain[id] += k->chain[arg];
        else if (k->size[arg] > largest_argument(n))
            k->must[arg] = true;
        if (!k->must[arg] && k->p->alias[arg] == NONE)
            k->size[id] += k->size[arg];
    }
    if (k->uses[id] > 1 && !is_small(k, id))
        k->must[id] = true;
}

static void limit_root(void *context, const root *r)
{
    namer *k = context;

    if (!r->is_whole && r->target == NONE && k->size[r->node] > LARGEST_ROOT)
        k->must[r->node] = true;
    if (r->is_exact && !is_leaf(&k->m->nodes[r->node]) && !is_small(k, r->node))
        k->must[r->node] = true;
}

/* ---- names ---- */

static const char *piece_name(module *m, const char *base, bool is_exact)
{
    if (base == NULL)
        base = m->name;
    if (is_exact && names_find(&m->names, base) == NULL)
        return free_name(m, base);
    for (unsigned i = 0;; i++) {
        const char *name = i < 26
                               ? arena_format(m->mem, "%s_%c", base, (char)('a' + i))
                               : arena_format(m->mem, "%s_%c%c", base, (char)('a' + i / 26 - 1), (char)('a' + i % 26));
        if (i >= 26 * 27)
            return free_name(m, base);
        if (names_find(&m->names, name) == NULL)
            return free_name(m, name);
    }
}

typedef struct pieces {
    namer *k;
    ids stack;
    ids found;
    const char **name_for; /* per node, as it is found */
    bool *is_exact;
} pieces;

static void find_pieces(void *context, const root *r)
{
    pieces *f = context;
    namer *k = f->k;
    arena *a = k->m->mem;

    f->stack.n = 0;
    push(a, &f->stack, r->node);
    while (f->stack.n > 0) {
        uint32_t id = f->stack.at[--f->stack.n];
        const node *n = &k->m->nodes[id];
        bool is_start = id == r->node && is_defined_by(k->p, r);
        if (is_leaf(n) || (!is_start && is_named(k->p, id)))
            continue;
        if (!is_start && k->must[id]) {
            if (f->name_for[id] != NULL)
                continue;
            push(a, &f->found, id);
            f->name_for[id] = r->name != NULL ? r->name : k->m->name;
            f->is_exact[id] = r->is_exact && id == r->node;
        }
        for (uint32_t i = n->n_args; i-- > 0;)
            push(a, &f->stack, n->args[i]);
    }
}

/* Operands have lower numbers than their users: in order of numbers, each piece is there before it
 * is used. */
static void sort(ids *list)
{
    for (uint32_t i = 1; i < list->n; i++) {
        uint32_t x = list->at[i], j = i;
        for (; j > 0 && list->at[j - 1] > x; j--)
            list->at[j] = list->at[j - 1];
        list->at[j] = x;
    }
}

static void name_pieces(pieces *f, parts *result, const part *x)
{
    namer *k = f->k;
    arena *a = k->m->mem;

    f->found.n = 0;
    each_root(k->m, x, find_pieces, f);
    sort(&f->found);
    for (uint32_t i = 0; i < f->found.n; i++) {
        uint32_t id = f->found.at[i];
        k->p->names[id] = piece_name(k->m, f->name_for[id], f->is_exact[id]);
        part piece = {.kind = PRINT_VALUE, .live = x->live, .index = NONE, .node = id};
        APPEND(a, result->at, result->n, result->capacity, piece);
    }
    APPEND(a, result->at, result->n, result->capacity, *x);
}

/* First all that is in the hardware, then what only properties need: it may use what the former has
 * named, not the other way round. */
static void name_all(namer *k)
{
    arena *a = k->m->mem;
    parts result = {0};
    pieces f = {.k = k};

    f.name_for = arena_alloc(a, k->p->n_nodes * sizeof *f.name_for);
    f.is_exact = arena_alloc(a, k->p->n_nodes * sizeof *f.is_exact);
    for (liveness live = LIVE; live >= FORMAL; live--)
        for (uint32_t i = 0; i < k->p->parts.n; i++)
            if (k->p->parts.at[i].live == live)
                name_pieces(&f, &result, &k->p->parts.at[i]);
    k->p->parts = result;
}

void name_expressions(plan *p)
{
    module *m = p->m;
    namer k = {.p = p, .m = m};

    k.uses = arena_alloc(m->mem, m->n_nodes * sizeof *k.uses);
    k.must = arena_alloc(m->mem, m->n_nodes * sizeof *k.must);
    k.is_reached = arena_alloc(m->mem, m->n_nodes * sizeof *k.is_reached);
    k.size = arena_alloc(m->mem, m->n_nodes * sizeof *k.size);
    k.chain = arena_alloc(m->mem, m->n_nodes * sizeof *k.chain);
    count_uses(&k);
    for (uint32_t i = 0; i < m->n_nodes; i++)
        if (is_leaf(&m->nodes[i]))
            k.must[i] = false; /* it has its name */
    find_aliases(&k);
    for (uint32_t i = 0; i < m->n_nodes; i++)
        if (k.is_reached[i])
            measure(&k, i);
    for (uint32_t i = 0; i < p->parts.n; i++)
        each_root(m, &p->parts.at[i], limit_root, &k);
    find_aliases(&k);
    name_all(&k);
}
