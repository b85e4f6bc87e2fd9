/* Instances of modules in modules. */
#include "hdl_internal.h"

#include <ctype.h>
#include <string.h>

const char *wire_prefix(const instance *i)
{
    bool is_usual = strncmp(i->name, "u_", 2) == 0 && isalpha((unsigned char)i->name[2]);
    return is_usual ? i->name + 2 : i->name;
}

static uint32_t find_port(const module *sub, const char *name)
{
    /* An extern module has no automatic ports. */
    for (uint32_t i = sub->is_extern ? 2 : 0; i < sub->ports.n; i++)
        if (strcmp(sub->symbols[sub->ports.at[i]].name, name) == 0)
            return i;
    return NONE;
}

bool has_port(const module *sub, const char *port)
{
    return find_port(sub, port) != NONE;
}

instance *hdl_inst(module *m, hdl_loc at, module *sub, const char *name)
{
    instance *i = arena_alloc(m->mem, sizeof *i);

    i->m = m;
    i->index = m->n_instances;
    i->sub = sub;
    i->at = at;
    i->name = take_name(m, at, name);
    i->n_ports = sub->ports.n;
    i->ports = arena_alloc(m->mem, i->n_ports * sizeof *i->ports);
    for (uint32_t p = 0; p < i->n_ports; p++)
        i->ports[p] = NONE;
    sub->is_instantiated = true;
    APPEND(m->mem, m->instances, m->n_instances, m->instance_capacity, i);
    add_item(m, (item){.kind = ITEM_INSTANCE, .index = i->index});
    return i;
}

/* The port's number, if it is a port of this direction; else NONE with a message. */
static uint32_t port_of(hdl_loc at, const instance *i, const char *name, bool is_output)
{
    uint32_t p = find_port(i->sub, name);

    if (p == NONE || p >= i->n_ports)
        hdl_error(i->m, at, "instance `%s`: module %s has no port `%s`%s", i->name, i->sub->name, name,
                  p == NONE ? "" : " when it is instantiated");
    else if (i->sub->symbols[i->sub->ports.at[p]].is_output != is_output)
        hdl_error(i->m, at, "instance `%s`: `%s` is an %s of module %s", i->name, name, is_output ? "input" : "output",
                  i->sub->name);
    else
        return p;
    return NONE;
}

void hdl_port_in(hdl_loc at, instance *i, const char *name, sig s)
{
    uint32_t p = port_of(at, i, name, false);

    if (p == NONE)
        return;
    unsigned width = i->sub->symbols[i->sub->ports.at[p]].width;
    const char *role = arena_format(i->m->mem, "input `%s` of instance `%s`", name, i->name);
    if (i->ports[p] != NONE)
        hdl_error(i->m, at, "doubly driven: %s is connected already", role);
    if (!has_width(i->m, at, s, width, role))
        s = placeholder(i->m, at, width); /* or it would be reported as undriven too */
    i->ports[p] = s.id;
    add_item(i->m, (item){.kind = ITEM_INSTANCE_PORT, .index = i->index});
}

sig hdl_port_out(hdl_loc at, instance *i, const char *name)
{
    uint32_t p = port_of(at, i, name, true);

    if (p == NONE)
        return placeholder(i->m, at, 1);
    if (i->ports[p] == NONE) {
        symbol s = {.at = at,
                    .kind = HDL_INST_OUT,
                    .width = i->sub->symbols[i->sub->ports.at[p]].width,
                    .owner = i->index,
                    .port = p};
        i->ports[p] = add_symbol(i->m, s, false);
    }
    return (sig){i->m, i->m->symbols[i->ports[p]].node};
}

void hdl_inst_reset(hdl_loc at, instance *i, sig s)
{
    if (i->sub->is_extern) {
        hdl_error(i->m, at, "instance `%s`: the extern module %s has no automatic reset", i->name, i->sub->name);
    } else if (has_width(i->m, at, s, 1, "inst_reset")) {
        i->ports[RESET_SYMBOL] = s.id;
        changed(i->m->d);
    }
}

/* ---- parameters ---- */

bool has_parameter(const module *m, const char *name)
{
    for (uint32_t i = 0; i < m->n_parameters; i++)
        if (strcmp(m->parameters[i].name, name) == 0)
            return true;
    return false;
}

const char *quoted(arena *a, const char *s)
{
    text t = {.mem = a};

    put(&t, "\"");
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            putf(&t, "\\%c", *s);
        else if (*s < ' ' || *s > '~')
            putf(&t, "\\%03o", (unsigned char)*s);
        else
            putn(&t, s, 1);
    }
    put(&t, "\"");
    return t.at;
}

void hdl_string_parameter(module *m, hdl_loc at, const char *name, const char *value, const char *about)
{
    parameter p = {take_name(m, at, name), quoted(m->mem, value), arena_copy(m->mem, about)};

    APPEND(m->mem, m->parameters, m->n_parameters, m->parameter_capacity, p);
    changed(m->d);
}

void hdl_inst_parameter(hdl_loc at, instance *i, const char *name, const char *value)
{
    module *m = i->m;

    if (!i->sub->is_extern && !has_parameter(i->sub, name))
        hdl_error(m, at, "instance `%s`: module %s has no parameter `%s`", i->name, i->sub->name, name);
    parameter p = {.name = arena_copy(m->mem, name), .value = arena_copy(m->mem, value)};
    APPEND(m->mem, i->parameters, i->n_parameters, i->parameter_capacity, p);
    changed(m->d);
}
