/* Questions about a design, answered from its lowered form: what is really there. */
#include "hdl_internal.h"

static bool is_printed(const module *m)
{
    return m->lowered->is_reached;
}

size_t hdl_module_count(design *d)
{
    size_t n = 0;

    for (uint32_t i = 0; lower(d) && i < d->n_modules; i++)
        n += is_printed(d->order[i]);
    return n;
}

module *hdl_module(design *d, size_t wanted)
{
    for (uint32_t i = 0; lower(d) && i < d->n_modules; i++)
        if (is_printed(d->order[i]) && wanted-- == 0)
            return d->order[i];
    return NULL;
}

/* ---- ports ---- */

static const symbol *port_at(const module *to, uint32_t i)
{
    const symbol *s = &to->symbols[to->ports.at[i]];
    bool is_there = to->is_extern ? i >= 2 : s->live != DEAD || (!to->is_instantiated && i >= 2);
    return is_there ? s : NULL;
}

size_t hdl_port_count(module *m)
{
    size_t n = 0;

    if (!lower(m->d))
        return 0;
    for (uint32_t i = 0; i < m->lowered->ports.n; i++)
        n += port_at(m->lowered, i) != NULL;
    return n;
}

static const char *text_of(const symbol *s)
{
    return s->text != NULL ? s->text : "";
}

hdl_port_info hdl_port(module *m, size_t wanted)
{
    for (uint32_t i = 0; lower(m->d) && i < m->lowered->ports.n; i++) {
        const symbol *s = port_at(m->lowered, i);
        if (s != NULL && wanted-- == 0)
            return (hdl_port_info){s->name, text_of(s), s->width, s->is_output};
    }
    return (hdl_port_info){0};
}

/* ---- registers ---- */

static bool is_register(const symbol *s)
{
    return s->kind == HDL_REG && s->live == LIVE;
}

size_t hdl_register_count(module *m)
{
    size_t n = 0;

    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_symbols; i++)
        n += is_register(&m->lowered->symbols[i]);
    return n;
}

hdl_register_info hdl_register(module *m, size_t wanted)
{
    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_symbols; i++) {
        const symbol *s = &m->lowered->symbols[i];
        if (is_register(s) && wanted-- == 0)
            return (hdl_register_info){s->name, text_of(s), s->width, s->reset_kind == HDL_RESET, s->reset};
    }
    return (hdl_register_info){0};
}

/* ---- memories ---- */

size_t hdl_memory_count(module *m)
{
    size_t n = 0;

    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_memories; i++)
        n += m->lowered->memories[i].live == LIVE;
    return n;
}

hdl_memory_info hdl_memory(module *m, size_t wanted)
{
    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_memories; i++) {
        const storage *s = &m->lowered->memories[i];
        if (s->live == LIVE && wanted-- == 0)
            return (hdl_memory_info){s->name, s->width, s->depth, s->kind};
    }
    return (hdl_memory_info){0};
}

/* ---- names of values ---- */

static bool has_values(const symbol *s)
{
    return s->values.n != 0 && s->name != NULL && s->live == LIVE;
}

size_t hdl_values_count(module *m)
{
    size_t n = 0;

    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_symbols; i++)
        n += has_values(&m->lowered->symbols[i]);
    return n;
}

static const symbol *find_with_values(module *m, size_t wanted)
{
    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_symbols; i++) {
        const symbol *s = &m->lowered->symbols[i];
        if (has_values(s) && wanted-- == 0)
            return s;
    }
    return NULL;
}

hdl_values_info hdl_values(module *m, size_t wanted)
{
    const symbol *s = find_with_values(m, wanted);

    return s != NULL ? (hdl_values_info){s->name, s->width, s->values.n} : (hdl_values_info){0};
}

hdl_value hdl_values_row(module *m, size_t wanted, size_t row)
{
    const symbol *s = find_with_values(m, wanted);

    if (s == NULL || row >= s->values.n)
        return (hdl_value){0};
    const value_name *found = &m->lowered->value_names[s->values.at[row]];
    return (hdl_value){found->name, found->value};
}

/* ---- instances ---- */

size_t hdl_instance_count(module *m)
{
    size_t n = 0;

    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_instances; i++)
        n += m->lowered->instances[i]->live == LIVE;
    return n;
}

hdl_instance_info hdl_instance(module *m, size_t wanted)
{
    for (uint32_t i = 0; lower(m->d) && i < m->lowered->n_instances; i++) {
        const instance *at = m->lowered->instances[i];
        if (at->live == LIVE && wanted-- == 0)
            return (hdl_instance_info){at->name, at->sub};
    }
    return (hdl_instance_info){0};
}

/* ---- links ---- */

typedef struct linker {
    const module *m;
    arena *a;
    uint32_t *stamp; /* per node: the last target that looked at it */
    ids stack;
    uint32_t target;
    hdl_link link; /* its `to` part */
    void (*see)(void *context, const hdl_link *link);
    void *context;
} linker;

/* The giver that a signal is, if it is one. */
static void link_from(linker *l, const symbol *s)
{
    if (s->kind == HDL_INST_OUT) {
        const instance *from = l->m->instances[s->owner];
        l->link.from = from->name;
        l->link.from_port = from->sub->symbols[from->sub->ports.at[s->port]].name;
    } else if (s->kind == HDL_INPUT) {
        l->link.from = NULL;
        l->link.from_port = s->name;
    } else {
        return;
    }
    l->link.net = s->name != NULL ? s->name : l->link.from_port;
    l->link.width = s->width;
    l->see(l->context, &l->link);
}

/* All givers of a node. */
static void link_node(linker *l, uint32_t root)
{
    l->target++;
    l->stack.n = 0;
    push(l->a, &l->stack, root);
    while (l->stack.n > 0) {
        const uint32_t id = l->stack.at[--l->stack.n];
        const node *n = &l->m->nodes[id];
        if (l->stamp[id] == l->target)
            continue;
        l->stamp[id] = l->target;
        if (is_signal(n->op))
            link_from(l, &l->m->symbols[n->aux]);
        if (n->op != HDL_CONST && n->op != HDL_MEM_SYNC && (!is_signal(n->op) || n->op == HDL_NAMED))
            for (uint32_t i = n->n_args; i-- > 0;)
                push(l->a, &l->stack, n->args[i]);
    }
}

static void link_instance(linker *l, const instance *to)
{
    for (uint32_t p = 2; p < to->n_ports; p++) { /* behind clock and reset */
        const symbol *port = &to->sub->symbols[to->sub->ports.at[p]];
        if (port->is_output || to->ports[p] == NONE)
            continue;
        l->link.to = to->name;
        l->link.to_port = port->name;
        link_node(l, to->ports[p]);
    }
}

void hdl_links(module *m, void (*see)(void *context, const hdl_link *link), void *context)
{
    arena scratch = {0};

    if (!lower(m->d))
        return;
    linker l = {.m = m->lowered, .a = &scratch, .see = see, .context = context};
    l.stamp = arena_alloc(l.a, (l.m->n_nodes + 1) * sizeof *l.stamp);
    for (uint32_t i = 0; i < l.m->n_instances; i++)
        if (l.m->instances[i]->live == LIVE)
            link_instance(&l, l.m->instances[i]);
    for (uint32_t i = 2; i < l.m->ports.n; i++) {
        const symbol *s = &l.m->symbols[l.m->ports.at[i]];
        if (!s->is_output || s->node == NONE)
            continue;
        l.link.to = NULL;
        l.link.to_port = s->name;
        link_node(&l, s->node);
    }
    arena_free(&scratch);
}

/* ---- sums ---- */

uint64_t hdl_register_bits(module *m)
{
    uint64_t bits_ = 0;

    if (!lower(m->d))
        return 0;
    for (uint32_t i = 0; i < m->lowered->n_symbols; i++)
        if (is_register(&m->lowered->symbols[i]))
            bits_ += m->lowered->symbols[i].width;
    for (uint32_t i = 0; i < m->lowered->n_instances; i++)
        if (m->lowered->instances[i]->live == LIVE)
            bits_ += hdl_register_bits(m->lowered->instances[i]->sub);
    return bits_;
}

uint64_t hdl_memory_bits(module *m)
{
    uint64_t bits_ = 0;

    if (!lower(m->d))
        return 0;
    for (uint32_t i = 0; i < m->lowered->n_memories; i++)
        if (m->lowered->memories[i].live == LIVE)
            bits_ += m->lowered->memories[i].width * m->lowered->memories[i].depth;
    for (uint32_t i = 0; i < m->lowered->n_instances; i++)
        if (m->lowered->instances[i]->live == LIVE)
            bits_ += hdl_memory_bits(m->lowered->instances[i]->sub);
    return bits_;
}
