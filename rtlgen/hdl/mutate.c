/* Mutations: one operator, constant or condition replaced by another, by number, for measuring how
 * much the tests see. Only places that are in the hardware count. */
#include "hdl_internal.h"

typedef struct replacement {
    const char *before, *after;
    hdl_op op; /* 0: special, see mutate_node() */
} replacement;

/* HDL_REPEAT of the same width is the operand itself. */
static const replacement replacements[HDL_OP_COUNT] = {
    [HDL_CONST] = {"a constant", "its lowest bit inverted", 0},
    [HDL_NOT] = {"~a", "a", HDL_REPEAT},
    [HDL_NEG] = {"-a", "a", HDL_REPEAT},
    [HDL_REDUCE_OR] = {"|a", "&a", HDL_REDUCE_AND},
    [HDL_REDUCE_AND] = {"&a", "|a", HDL_REDUCE_OR},
    [HDL_AND] = {"a & b", "a | b", HDL_OR},
    [HDL_OR] = {"a | b", "a & b", HDL_AND},
    [HDL_XOR] = {"a ^ b", "a | b", HDL_OR},
    [HDL_ADD] = {"a + b", "a - b", HDL_SUB},
    [HDL_SUB] = {"a - b", "a + b", HDL_ADD},
    [HDL_EQ] = {"a == b", "a != b", HDL_NE},
    [HDL_NE] = {"a != b", "a == b", HDL_EQ},
    [HDL_LT_U] = {"a < b", "a <= b", HDL_LE_U},
    [HDL_LE_U] = {"a <= b", "a < b", HDL_LT_U},
    [HDL_GT_U] = {"a > b", "a >= b", HDL_GE_U},
    [HDL_GE_U] = {"a >= b", "a > b", HDL_GT_U},
    [HDL_LT_S] = {"signed a < b", "a <= b", HDL_LE_S},
    [HDL_LE_S] = {"signed a <= b", "a < b", HDL_LT_S},
    [HDL_GT_S] = {"signed a > b", "a >= b", HDL_GE_S},
    [HDL_GE_S] = {"signed a >= b", "a > b", HDL_GT_S},
    [HDL_SHL] = {"a << b", "a >> b", HDL_SHR},
    [HDL_SHR] = {"a >> b", "a << b", HDL_SHL},
    [HDL_SRA] = {"a >>> b", "a >> b", HDL_SHR},
    [HDL_MUX] = {"c ? a : b", "c ? b : a", 0},
};

typedef struct walker {
    size_t left; /* places to pass before the wanted one */
    size_t count;
    const char *result; /* of the wanted one */
} walker;

static const char *tell(module *m, hdl_loc at, const char *before, const char *after)
{
    return arena_format(&m->d->mem, "%s:%d: %s: %s -> %s", at.file, at.line, m->name, before, after);
}

/* True if this is the wanted place. */
static bool is_wanted(walker *w)
{
    w->count++;
    return w->left-- == 0 && w->result == NULL;
}

/* ---- nodes ---- */

static bool is_in_hardware(const module *m, uint32_t id)
{
    uint32_t copy = m->map[id];
    bool was_folded = m->lowered->nodes[copy].op == HDL_CONST && m->nodes[id].op != HDL_CONST;

    return m->lowered->node_live[copy] == LIVE && !was_folded;
}

static void mutate_node(module *m, uint32_t id)
{
    node *n = &m->nodes[id];
    const replacement *r = &replacements[n->op];

    if (n->op == HDL_CONST) {
        size_t bytes = words_of(n->width) * sizeof(uint64_t);
        uint64_t *words = arena_grow(m->mem, n->words, bytes, bytes);
        words[0] ^= 1;
        n->words = words;
    } else if (n->op == HDL_MUX) {
        uint32_t *args = arena_alloc(m->mem, 3 * sizeof *args);
        args[0] = n->args[0];
        args[1] = n->args[2];
        args[2] = n->args[1];
        n->args = args;
    } else {
        n->op = r->op;
    }
}

static void walk_nodes(walker *w, module *m)
{
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        const replacement *r = &replacements[m->nodes[i].op];
        if (r->before == NULL || !is_in_hardware(m, i) || !is_wanted(w))
            continue;
        w->result = tell(m, m->nodes[i].at, r->before, r->after);
        mutate_node(m, i);
    }
}

/* ---- conditions ---- */

static bool has_effect(const module *m, const block *b)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        if (s->kind == SET && m->lowered->symbols[s->target].live == LIVE)
            return true;
        for (const branch *x = s->first; x != NULL; x = x->next)
            if (has_effect(m, &x->body))
                return true;
    }
    return false;
}

static void walk_conditions(walker *w, module *m, const block *b)
{
    for (const statement *s = b->first; s != NULL; s = s->next)
        for (branch *x = s->first; x != NULL; x = x->next) {
            if (s->kind == IF && x->condition != NONE && has_effect(m, &x->body) && is_wanted(w)) {
                w->result = tell(m, x->at, "when (c)", "when (!c)");
                x->condition = hdl_unary(x->at, HDL_NOT, (sig){m, x->condition}).id;
            }
            walk_conditions(w, m, &x->body);
        }
}

static walker walk(design *d, size_t n)
{
    walker w = {.left = n};

    if (!lower(d))
        return w;
    for (uint32_t i = 0; i < d->n_modules && w.result == NULL; i++) {
        module *m = d->order[i];
        if (!m->lowered->is_reached)
            continue;
        walk_nodes(&w, m);
        if (w.result == NULL)
            walk_conditions(&w, m, &m->body);
    }
    return w;
}

size_t hdl_mutation_count(design *d)
{
    return walk(d, SIZE_MAX).count;
}

const char *hdl_mutate(design *d, size_t n)
{
    const char *result = walk(d, n).result;

    changed(d);
    return result;
}
