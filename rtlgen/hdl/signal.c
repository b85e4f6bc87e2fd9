/* Ports, wires, registers, and the checks on the arguments of every verb. */
#include "hdl_internal.h"

#include <string.h>

/* ---- arguments ---- */

unsigned width_of(sig s)
{
    return s.m != NULL && s.id < s.m->n_nodes ? s.m->nodes[s.id].width : 0;
}

symbol *symbol_of(sig s)
{
    const node *n = &s.m->nodes[s.id];
    return is_signal(n->op) || n->op == HDL_MEM_SYNC ? &s.m->symbols[n->aux] : NULL;
}

const char *describe_sig(sig s)
{
    module *m = s.m;
    const node *n = &m->nodes[s.id];
    const symbol *named = symbol_of(s);

    if (named != NULL && named->name != NULL)
        return arena_format(&m->d->mem, "`%s`", named->name);
    if (n->op == HDL_INST_OUT) {
        const instance *i = m->instances[named->owner];
        return arena_format(&m->d->mem, "`%s.%s`", i->name, i->sub->symbols[i->sub->ports.at[named->port]].name);
    }
    if (n->op == HDL_CONST)
        return arena_format(&m->d->mem, "the literal of line %d", n->at.line);
    return arena_format(&m->d->mem, "the expression of line %d", n->at.line);
}

bool is_usable(module *m, hdl_loc at, sig s, const char *verb)
{
    if (is_none(s)) {
        hdl_error(m, at, "%s: no signal (a sig that was never assigned)", verb);
        return false;
    }
    if (s.m != m) {
        hdl_error(m, at, "%s: %s is a signal of another module, %s", verb, describe_sig(s), s.m->name);
        return false;
    }
    return true;
}

bool has_width(module *m, hdl_loc at, sig s, unsigned width, const char *verb)
{
    if (!is_usable(m, at, s, verb))
        return false;
    if (width_of(s) != width) {
        hdl_error(m, at, "width mismatch: %s: %s has %u bits, not %u", verb, describe_sig(s), width_of(s), width);
        return false;
    }
    return true;
}

sig placeholder(module *m, hdl_loc at, unsigned width)
{
    return (sig){m, add_constant(m, at, width != 0 ? width : 1, 0)};
}

uint32_t check_width(module *m, hdl_loc at, const char *name, unsigned width)
{
    if (width >= 1 && width <= HDL_MAX_WIDTH)
        return width;
    hdl_error(m, at, "`%s`: a width of %u; it must be 1 to %u", name, width, HDL_MAX_WIDTH);
    return 1;
}

/* ---- ports and wires ---- */

static sig new_signal(module *m, symbol s, unsigned width, const char *name)
{
    s.width = check_width(m, s.at, name, width);
    s.name = take_name(m, s.at, name);
    uint32_t id = add_symbol(m, s, true);
    if (s.is_port)
        push(m->mem, &m->ports, id);
    return (sig){m, m->symbols[id].node};
}

sig hdl_input(module *m, hdl_loc at, const char *name, unsigned width)
{
    symbol s = {.at = at, .kind = HDL_INPUT, .is_port = true};
    return new_signal(m, s, width, name);
}

sig hdl_inout_port(module *m, hdl_loc at, const char *name, unsigned width)
{
    symbol s = {.at = at, .kind = HDL_INPUT, .is_port = true, .is_inout = true};
    return new_signal(m, s, width, name);
}

sig hdl_output_wire(module *m, hdl_loc at, const char *name, unsigned width)
{
    symbol s = {.at = at, .kind = HDL_WIRE, .is_port = true, .is_output = true};
    return new_signal(m, s, width, name);
}

sig hdl_wire(module *m, hdl_loc at, const char *name, unsigned width)
{
    symbol s = {.at = at, .kind = HDL_WIRE};
    return new_signal(m, s, width, name);
}

static sig name_expression(module *m, symbol s, const char *name, sig expr)
{
    uint32_t *args = arena_alloc(m->mem, sizeof *args);

    args[0] = expr.id;
    node n = {.op = HDL_NAMED, .width = width_of(expr), .n_args = 1, .aux = m->n_symbols, .args = args, .at = s.at};
    s.kind = HDL_NAMED;
    s.node = add_node(m, n);
    return new_signal(m, s, n.width, name);
}

sig hdl_name(module *m, hdl_loc at, const char *name, sig expr)
{
    if (!is_usable(m, at, expr, "name"))
        expr = placeholder(m, at, 1);
    return name_expression(m, (symbol){.at = at}, name, expr);
}

sig hdl_output(module *m, hdl_loc at, const char *name, sig s)
{
    if (!is_usable(m, at, s, "output"))
        s = placeholder(m, at, 1);
    symbol *same = symbol_of(s);
    if (same != NULL && same->name != NULL && same->kind != HDL_INPUT && !same->is_port && name != NULL &&
        strcmp(same->name, name) == 0) {
        same->is_port = same->is_output = true;
        push(m->mem, &m->ports, (uint32_t)(same - m->symbols));
        changed(m->d);
        return s;
    }
    return name_expression(m, (symbol){.at = at, .is_port = true, .is_output = true}, name, s);
}

/* ---- registers ---- */

static bool fits(unsigned width, uint64_t value)
{
    if (width >= 64)
        return true;
    return value >> width == 0 || value >> (width - 1) == UINT64_MAX >> (width - 1);
}

sig hdl_lit(module *m, hdl_loc at, unsigned width, uint64_t value)
{
    if (width < 1 || width > 64) {
        hdl_error(m, at, "literal: a width of %u; it must be 1 to 64", width);
        width = 64;
    }
    if (!fits(width, value))
        hdl_error(m, at, "literal too wide: 0x%llx does not fit in %u bits", (unsigned long long)value, width);
    return (sig){m, add_constant(m, at, width, value)};
}

sig hdl_reg(module *m, hdl_loc at, const char *name, unsigned width, hdl_reset_kind kind, uint64_t value)
{
    symbol s = {.at = at, .kind = HDL_REG, .reset_kind = kind, .reset = value};

    if (!fits(width, value))
        hdl_error(m, at, "literal too wide: the reset value 0x%llx of `%s` does not fit in %u bits",
                  (unsigned long long)value, name, width);
    if (width < 64)
        s.reset &= (UINT64_C(1) << width) - 1;
    return new_signal(m, s, width, name);
}

/* ---- what is said about a signal ---- */

/* The symbol of s, or NULL with a message. */
static symbol *named_only(hdl_loc at, sig s, const char *verb)
{
    if (is_none(s))
        return NULL; /* there is no module to report it to; whoever uses s will */
    symbol *named = symbol_of(s);
    if (named == NULL)
        hdl_error(s.m, at, "%s: %s has no name", verb, describe_sig(s));
    else
        changed(s.m->d);
    return named;
}

sig hdl_describe(hdl_loc at, sig s, const char *text)
{
    symbol *named = named_only(at, s, "describe");

    if (named != NULL)
        named->text = arena_copy(s.m->mem, text);
    return s;
}

sig hdl_port_group(hdl_loc at, sig s, unsigned rank, const char *title)
{
    symbol *named = named_only(at, s, "port_group");

    if (named != NULL && !named->is_port)
        hdl_error(s.m, at, "port_group: `%s` is no port", named->name);
    else if (named != NULL) {
        named->group = arena_copy(s.m->mem, title);
        named->rank = rank;
    }
    return s;
}

sig hdl_keep(hdl_loc at, sig s)
{
    symbol *named = named_only(at, s, "keep");

    if (named != NULL)
        named->keep = true;
    return s;
}

/* The number of the name in the module's table, which it enters if it is new. */
static uint32_t take_value_name(module *m, hdl_loc at, const hdl_value *row, uint32_t width)
{
    for (uint32_t i = 0; i < m->n_value_names; i++) {
        const value_name *there = &m->value_names[i];
        if (strcmp(there->name, row->name) != 0)
            continue;
        if (there->value != row->value || there->width != width)
            hdl_error(m, at, "name clash: `%s` is already the value %llu of %u bits", row->name,
                      (unsigned long long)there->value, there->width);
        return i;
    }
    value_name fresh = {.name = take_name(m, at, row->name), .value = row->value, .width = width};
    APPEND(m->mem, m->value_names, m->n_value_names, m->value_name_capacity, fresh);
    return m->n_value_names - 1;
}

sig hdl_name_values(hdl_loc at, sig s, const hdl_value *list)
{
    symbol *named = named_only(at, s, "name_values");

    if (named == NULL || named->name == NULL)
        return s;
    named->values = (ids){0};
    for (; list->name != NULL; list++) {
        if (named->width < 64 && list->value >> named->width != 0)
            hdl_error(s.m, at, "literal too wide: %s, 0x%llx, does not fit in the %u bits of `%s`", list->name,
                      (unsigned long long)list->value, named->width, named->name);
        push(s.m->mem, &named->values, take_value_name(s.m, at, list, named->width));
    }
    return s;
}

/* ---- clock and reset ---- */

sig hdl_reset_signal(module *m, hdl_loc at)
{
    (void)at;
    return (sig){m, m->reset};
}

sig hdl_clock_signal(module *m, hdl_loc at)
{
    (void)at;
    return (sig){m, m->clock};
}

static void rename_port(module *m, hdl_loc at, symbol *port, const char *name)
{
    names_remove(&m->names, port->name);
    port->name = take_name(m, at, name);
    port->at = at;
    changed(m->d);
}

void hdl_clock_port(module *m, hdl_loc at, const char *name)
{
    rename_port(m, at, &m->symbols[CLOCK_SYMBOL], name);
}

void hdl_reset_port(module *m, hdl_loc at, const char *name)
{
    rename_port(m, at, &m->symbols[RESET_SYMBOL], name);
}

void hdl_local_reset(module *m, hdl_loc at, sig s)
{
    if (has_width(m, at, s, 1, "local_reset") && named_only(at, s, "local_reset") != NULL)
        m->reset = s.id;
}

void hdl_local_clock(module *m, hdl_loc at, sig s)
{
    if (has_width(m, at, s, 1, "local_clock") && named_only(at, s, "local_clock") != NULL)
        m->clock = s.id;
}
