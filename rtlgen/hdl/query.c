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
