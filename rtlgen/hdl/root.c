/* The expressions that a part of the output prints. */
#include "hdl_internal.h"

typedef struct visitor {
    const module *m;
    root_visitor *f;
    void *context;
} visitor;

static void visit(const visitor *v, root r)
{
    if (r.node != NONE)
        v->f(v->context, &r);
}

static void plain(const visitor *v, uint32_t node, const char *name)
{
    visit(v, (root){.node = node, .target = NONE, .name = name});
}

static void in_brackets(const visitor *v, uint32_t node, const char *name)
{
    visit(v, (root){.node = node, .target = NONE, .name = name, .is_index = true});
}

/* ---- statements ---- */

static const statement *first_set(const block *b)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        if (s->kind == SET)
            return s;
        for (const branch *x = s->first; x != NULL; x = x->next) {
            const statement *found = first_set(&x->body);
            if (found != NULL)
                return found;
        }
    }
    return NULL;
}

static const char *name_of_first(const module *m, const block *b)
{
    const statement *s = first_set(b);
    return s != NULL ? m->symbols[s->target].name : m->name;
}

static void block_roots(const visitor *v, const block *b)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        if (s->kind == SET) {
            const char *name = v->m->symbols[s->target].name;
            visit(v, (root){.node = s->value, .target = s->target, .name = name});
            in_brackets(v, s->index, name);
            continue;
        }
        if (s->kind == SWITCH)
            plain(v, s->subject, name_of_first(v->m, &s->first->body));
        for (const branch *x = s->first; x != NULL; x = x->next) {
            if (s->kind == IF)
                plain(v, x->condition, name_of_first(v->m, &x->body));
            block_roots(v, &x->body);
        }
    }
}

/* ---- ports ---- */

static void memory_roots(const visitor *v, const storage *s)
{
    plain(v, v->m->clock, NULL);
    if (s->is_written) {
        bool has_slices = s->mask != NONE;
        plain(v, s->enable, s->name);
        in_brackets(v, s->address, s->name);
        visit(v, (root){.node = s->data, .target = NONE, .name = s->name, .is_sliced = has_slices});
        visit(v, (root){.node = s->mask, .target = NONE, .name = s->name, .is_sliced = has_slices});
    }
    for (uint32_t i = 0; i < s->sync_reads.n; i++) {
        const symbol *q = &v->m->symbols[s->sync_reads.at[i]];
        if (q->live == DEAD)
            continue;
        in_brackets(v, v->m->nodes[q->node].args[0], q->name);
        plain(v, v->m->nodes[q->node].args[1], q->name);
    }
}

static void instance_roots(const visitor *v, const instance *x)
{
    const char *prefix = wire_prefix(x);

    for (uint32_t p = 0; p < x->n_ports; p++) {
        const symbol *port = &x->sub->lowered->symbols[x->sub->ports.at[p]];
        if (port->is_output || (!x->sub->is_extern && port->live == DEAD))
            continue;
        const char *name = arena_format(v->m->mem, "%s_%s", prefix, port->name);
        visit(v, (root){.node = x->ports[p], .target = NONE, .name = name, .is_exact = true});
    }
}

static void property_roots(const visitor *v, const property *p)
{
    plain(v, v->m->clock, NULL);
    plain(v, p->condition, p->label);
    plain(v, p->value, p->label);
}

void each_root(const module *m, const part *x, root_visitor *f, void *context)
{
    visitor v = {m, f, context};

    switch (x->kind) {
    case PRINT_SECTION:
    case PRINT_COMMENT:
    case PRINT_DECLARATION:
    case PRINT_MEMORY:
        break;
    case PRINT_VALUE:
        visit(&v, (root){.node = x->node,
                         .target = x->index,
                         .name = x->index != NONE ? m->symbols[x->index].name : NULL,
                         .is_whole = true,
                         .is_definition = true});
        break;
    case PRINT_ASSIGN:
        visit(&v, (root){.node = x->body.first->value,
                         .target = x->index,
                         .name = m->symbols[x->index].name,
                         .is_whole = m->nodes[x->body.first->value].width == m->symbols[x->index].width});
        break;
    case PRINT_REGISTERS:
        plain(&v, m->clock, NULL);
        block_roots(&v, &x->body);
        break;
    case PRINT_WIRES:
        block_roots(&v, &x->body);
        break;
    case PRINT_MEMORY_PORTS:
        memory_roots(&v, &m->memories[x->index]);
        break;
    case PRINT_INSTANCE:
        instance_roots(&v, m->instances[x->index]);
        break;
    case PRINT_PROPERTY:
        property_roots(&v, &m->properties[x->index]);
        break;
    }
}
