/* What is needed: marks, from the outputs of the tops and from all that has an effect by itself,
 * backwards through all modules. What only properties need is marked FORMAL. */
#include "hdl_internal.h"

typedef struct task {
    module *m;
    uint32_t node;
    liveness live;
} task;

typedef struct instances {
    instance **at;
    uint32_t n, capacity;
} instances;

typedef struct marker {
    design *d;
    task *tasks;
    uint32_t n, capacity;
    statements **drivers; /* per module, per symbol */
    instances *uses;      /* per module: its instances, in lowered modules */
    bool *has_effect;     /* per module */
} marker;

static void mark(marker *k, module *m, uint32_t node, liveness live)
{
    if (node == NONE || m->node_live[node] >= live)
        return;
    m->node_live[node] = (uint8_t)live;
    APPEND(&k->d->work, k->tasks, k->n, k->capacity, (task){m, node, live});
}

/* ---- statements that set a symbol, and their conditions ---- */

static bool mark_sets(marker *k, module *m, const statement *s, uint32_t target, liveness live);

static bool mark_branches(marker *k, module *m, const statement *s, uint32_t target, liveness live)
{
    const branch *last = NULL;

    for (const branch *b = s->first; b != NULL; b = b->next)
        for (const statement *x = b->body.first; x != NULL; x = x->next)
            if (mark_sets(k, m, x, target, live))
                last = b;
    if (last == NULL)
        return false;
    if (s->kind == SWITCH) {
        mark(k, m, s->subject, live);
        return true;
    }
    for (const branch *b = s->first; b != last->next; b = b->next)
        mark(k, m, b->condition, live);
    return true;
}

static bool mark_sets(marker *k, module *m, const statement *s, uint32_t target, liveness live)
{
    if (s->kind != SET)
        return mark_branches(k, m, s, target, live);
    if (s->target != target)
        return false;
    mark(k, m, s->value, live);
    mark(k, m, s->index, live);
    return true;
}

/* ---- instances ---- */

static void mark_instance(marker *k, instance *x, liveness live);
static void mark_symbol(marker *k, module *m, uint32_t id, liveness live);

/* What a module needs whatever is asked of it. */
static void reach(marker *k, module *m)
{
    if (m->is_reached)
        return;
    m->is_reached = true;
    for (uint32_t i = 0; i < m->n_symbols; i++)
        if (m->symbols[i].keep && m->symbols[i].node != NONE)
            mark_symbol(k, m, i, LIVE);
    for (uint32_t i = 0; i < m->n_items; i++) {
        if (m->items[i].kind != ITEM_PROPERTY)
            continue;
        const property *p = &m->properties[m->items[i].index];
        mark(k, m, p->condition, FORMAL);
        mark(k, m, p->value, FORMAL);
        mark(k, m, m->clock, FORMAL);
    }
    if (m->formal_reset)
        mark(k, m, m->reset, FORMAL);
    for (uint32_t i = 0; i < m->n_instances; i++)
        if (k->has_effect[m->instances[i]->sub->number])
            mark_instance(k, m->instances[i], LIVE);
}

static void mark_instance(marker *k, instance *x, liveness live)
{
    const module *sub = x->sub;

    if (x->live >= live)
        return;
    x->live = live;
    for (uint32_t p = 0; p < x->n_ports; p++) {
        const symbol *port = &sub->lowered->symbols[sub->ports.at[p]];
        if (!port->is_output && (sub->is_extern || port->live != DEAD))
            mark(k, x->m, x->ports[p], live);
    }
    if (!sub->is_extern)
        reach(k, sub->lowered);
}

static void mark_input(marker *k, const module *m, uint32_t id)
{
    const instances *uses = &k->uses[m->number];

    for (uint32_t i = 0; i < uses->n; i++) {
        const instance *x = uses->at[i];
        for (uint32_t p = 0; p < x->n_ports; p++)
            if (x->sub->ports.at[p] == id && x->live != DEAD)
                mark(k, x->m, x->ports[p], x->live);
    }
}

static void mark_output(marker *k, module *m, const symbol *s, liveness live)
{
    instance *x = m->instances[s->owner];

    mark_instance(k, x, live);
    /* By the port's number, since the lowered submodule may have merged the symbol's name. */
    if (!x->sub->is_extern)
        mark_symbol(k, x->sub->lowered, x->sub->lowered->ports.at[s->port], LIVE);
}

/* ---- symbols ---- */

static void mark_memory(marker *k, module *m, uint32_t id, liveness live)
{
    storage *s = &m->memories[id];

    if (s->live >= live)
        return;
    s->live = live;
    if (!s->is_written)
        return;
    mark(k, m, s->enable, live);
    mark(k, m, s->address, live);
    mark(k, m, s->data, live);
    mark(k, m, s->mask, live);
    mark(k, m, m->clock, live);
}

static void mark_symbol(marker *k, module *m, uint32_t id, liveness live)
{
    symbol *s = &m->symbols[id];

    if (s->live >= live)
        return;
    s->live = live;
    if (s->node != NONE)
        mark(k, m, s->node, live);
    if (s->kind == HDL_REG || s->kind == HDL_MEM_SYNC)
        mark(k, m, m->clock, live);
    if (s->kind == HDL_REG && s->reset_kind == HDL_RESET)
        mark(k, m, m->reset, live);
    if (s->kind == HDL_REG || s->kind == HDL_WIRE) {
        const statements *list = &k->drivers[m->number][id];
        for (uint32_t i = 0; i < list->n; i++)
            mark_sets(k, m, list->at[i], id, live);
    } else if (s->kind == HDL_INPUT) {
        mark_input(k, m, id);
    } else if (s->kind == HDL_INST_OUT) {
        mark_output(k, m, s, live);
    } else if (s->kind == HDL_MEM_SYNC) {
        mark_memory(k, m, s->owner, live);
    }
}

static void do_task(marker *k, task t)
{
    const node n = t.m->nodes[t.node];

    if (n.op == HDL_CONST)
        return;
    if (is_signal(n.op) || n.op == HDL_MEM_SYNC)
        mark_symbol(k, t.m, n.aux, t.live);
    if (n.op == HDL_MEM_READ)
        mark_memory(k, t.m, n.aux, t.live);
    for (uint32_t i = 0; i < n.n_args; i++)
        mark(k, t.m, n.args[i], t.live);
}

/* ---- the design ---- */

static bool find_effect(const marker *k, const module *m)
{
    const module *to = m->lowered;

    if (m->is_extern)
        return true;
    for (uint32_t i = 0; i < to->n_items; i++)
        if (to->items[i].kind == ITEM_PROPERTY)
            return true;
    for (uint32_t i = 0; i < to->n_symbols; i++)
        if (to->symbols[i].keep)
            return true;
    for (uint32_t i = 0; i < m->n_instances; i++)
        if (k->has_effect[m->instances[i]->sub->number])
            return true;
    return false;
}

/* A module may carry the marks of an earlier round. */
static void clear_marks(module *to)
{
    to->is_reached = false;
    to->node_live = arena_alloc(to->mem, to->n_nodes * sizeof *to->node_live);
    for (uint32_t i = 0; i < to->n_symbols; i++)
        to->symbols[i].live = DEAD;
    for (uint32_t i = 0; i < to->n_memories; i++)
        to->memories[i].live = DEAD;
    for (uint32_t i = 0; i < to->n_instances; i++)
        to->instances[i]->live = DEAD;
}

static void prepare(marker *k)
{
    design *d = k->d;
    arena *a = &d->work;

    k->drivers = arena_alloc(a, d->n_modules * sizeof *k->drivers);
    k->uses = arena_alloc(a, d->n_modules * sizeof *k->uses);
    k->has_effect = arena_alloc(a, d->n_modules * sizeof *k->has_effect);
    for (uint32_t i = 0; i < d->n_modules; i++) {
        module *to = d->order[i]->lowered;
        to->number = d->order[i]->number;
        clear_marks(to);
        k->drivers[to->number] = find_drivers(to, a);
        k->has_effect[to->number] = find_effect(k, d->order[i]);
        for (uint32_t j = 0; j < to->n_instances; j++) {
            instances *uses = &k->uses[to->instances[j]->sub->number];
            APPEND(a, uses->at, uses->n, uses->capacity, to->instances[j]);
        }
    }
}

void mark_live(design *d)
{
    marker k = {.d = d};

    prepare(&k);
    for (uint32_t i = 0; i < d->n_modules; i++) {
        module *top = d->modules[i]->lowered;
        if (top->is_instantiated || top->is_extern)
            continue;
        reach(&k, top);
        for (uint32_t p = 0; p < top->ports.n; p++)
            if (top->symbols[top->ports.at[p]].is_output)
                mark_symbol(&k, top, top->ports.at[p], LIVE);
    }
    while (k.n > 0) {
        task t = k.tasks[--k.n];
        do_task(&k, t);
    }
}
