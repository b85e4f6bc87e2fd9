/* A module: head, names of values, body, what is unused, properties. */
#include "hdl_internal.h"

#include <string.h>

/* ---- the head ---- */

static bool is_printed_port(const module *m, const symbol *s, uint32_t number)
{
    bool is_automatic = number < 2;
    return s->live != DEAD || (!m->is_instantiated && !is_automatic);
}

static void put_port(plan *p, text *out, const symbol *s, bool is_last)
{
    arena *a = p->m->mem;
    bool is_variable = p->is_variable[p->m->nodes[s->node].aux];
    bool has_initial = s->kind == HDL_REG && s->reset_kind == HDL_INITIAL;
    const char *kind = s->is_inout     ? "inout  wire"
                       : !s->is_output ? "input  wire"
                       : is_variable   ? "output reg "
                                       : "output wire";
    uint64_t words[] = {s->reset};
    const char *initial =
        has_initial && s->width <= 64 ? arena_format(a, " = %s", constant_text(a, words, s->width)) : "";

    print_comment(out, INDENT, s->comment);
    print_described(out,
                    arena_format(a, "%s %s%s%s%s", kind, range_text(a, s->width), s->name, initial, is_last ? "" : ","),
                    s->text);
}

/* The numbers of the ports in the order of the head: by the ranks of their groups, else as they were made. */
ids port_order(const module *m)
{
    ids order = {0};

    for (uint32_t i = 0; i < m->ports.n; i++) {
        uint32_t rank = m->symbols[m->ports.at[i]].rank, at = i;
        push(m->mem, &order, i);
        for (; at > 0 && m->symbols[m->ports.at[order.at[at - 1]]].rank > rank; at--)
            order.at[at] = order.at[at - 1];
        order.at[at] = i;
    }
    return order;
}

/* A value may be longer than a line, which does not end within a string. */
static void put_parameters(const module *m, text *out)
{
    for (uint32_t i = 0; i < m->n_parameters; i++) {
        const parameter *x = &m->parameters[i];
        put(out, i == 0 ? " #(\n" : "");
        print_comment(out, INDENT, x->text);
        putf(out, "%*sparameter %s = %s%s\n", INDENT, "", x->name, x->value, i + 1 < m->n_parameters ? "," : "");
    }
    put(out, m->n_parameters != 0 ? ")" : "");
}

static void put_head(plan *p, text *out)
{
    const module *m = p->m;
    const ids order = port_order(m);
    const char *group = NULL;
    uint32_t last = NONE;

    for (uint32_t i = 0; i < order.n; i++)
        if (is_printed_port(m, &m->symbols[m->ports.at[order.at[i]]], order.at[i]))
            last = i;
    print_comment(out, 0, m->text);
    putf(out, "module %s", m->name);
    put_parameters(m, out);
    if (last == NONE) {
        put(out, ";\n");
        return;
    }
    put(out, " (\n");
    for (uint32_t i = 0; i <= last; i++) {
        const symbol *s = &m->symbols[m->ports.at[order.at[i]]];
        if (!is_printed_port(m, s, order.at[i]))
            continue;
        if (s->group != NULL && (group == NULL || strcmp(group, s->group) != 0)) {
            put(out, "\n");
            print_comment(out, INDENT, s->group);
        }
        group = s->group;
        put_port(p, out, s, i == last);
    }
    put(out, ");\n");
}

static void put_values(plan *p, text *out)
{
    arena *a = p->m->mem;

    for (uint32_t i = 0; i < p->m->n_value_names; i++) {
        const value_name *v = &p->m->value_names[i];
        if (p->is_value_shown[i])
            print_line(out, INDENT,
                       arena_format(a, "localparam %s%s = %s;", range_text(a, v->width), v->name,
                                    constant_text(a, &v->value, v->width)));
    }
}

/* ---- the body ---- */

static bool is_tall(const plan *p, const part *x)
{
    switch (x->kind) {
    case PRINT_VALUE:
        return p->m->nodes[x->node].op == HDL_PICK;
    case PRINT_ASSIGN:
        return p->is_variable[x->index];
    case PRINT_WIRES:
    case PRINT_REGISTERS:
    case PRINT_MEMORY_PORTS:
    case PRINT_INSTANCE:
    case PRINT_PROPERTY:
        return true;
    default:
        return false;
    }
}

static bool wants_gap(const plan *p, const part *before, const part *x)
{
    if (before == NULL)
        return false;
    if (before->kind == PRINT_COMMENT || before->kind == PRINT_SECTION)
        return false;
    return is_tall(p, before) || is_tall(p, x) || x->kind == PRINT_COMMENT ||
           (x->kind == PRINT_MEMORY) != (before->kind == PRINT_MEMORY);
}

static void put_body(plan *p, text *out, liveness live)
{
    const part *before = NULL, *section = NULL;

    for (uint32_t i = 0; i < p->parts.n; i++) {
        const part *x = &p->parts.at[i];
        if (x->live != live)
            continue;
        if (x->kind == PRINT_SECTION) {
            section = x;
            continue;
        }
        if (section != NULL) {
            putf(out, "%s    // ---- %s ----\n\n", before != NULL ? "\n" : "", section->text);
            before = section;
            section = NULL;
        }
        if (wants_gap(p, before, x))
            put(out, "\n");
        size_t start = out->n;
        print_declarations(p, out, x);
        if (out->n > start && is_tall(p, x))
            put(out, "\n");
        print_part(p, out, x);
        before = x;
    }
}

static void find_variables(plan *p)
{
    for (uint32_t i = 0; i < p->m->n_symbols; i++)
        p->is_variable[i] = p->m->symbols[i].kind == HDL_REG || p->m->symbols[i].kind == HDL_MEM_SYNC;
    for (uint32_t i = 0; i < p->parts.n; i++) {
        const part *x = &p->parts.at[i];
        uint32_t value = x->kind == PRINT_VALUE ? x->node : NONE;
        if (x->kind == PRINT_WIRES)
            for (uint32_t j = 0; j < x->members.n; j++)
                p->is_variable[x->members.at[j]] = true;
        if (x->kind == PRINT_ASSIGN && x->body.first->hi - x->body.first->lo + 1 == p->m->symbols[x->index].width)
            value = x->body.first->value;
        if (value == NONE || x->index == NONE || p->m->nodes[value].op != HDL_PICK)
            continue;
        const root r = {.node = value, .target = x->index, .is_definition = true};
        bool has_other_name = is_named(p, value) && x->kind == PRINT_ASSIGN;
        if (!has_other_name && is_defined_by(p, &r))
            p->is_variable[x->index] = true;
    }
}

/* ---- what is declared but not read: named in one expression, for lint ---- */

static void put_unused_bits(plan *p, text *list, const char *name, uint32_t id)
{
    uint32_t width = p->m->nodes[id].width;
    const uint64_t *used = p->used[id];
    uint32_t lo = 0;

    while (lo < width) {
        if (used != NULL && constant_bit(used, lo)) {
            lo++;
            continue;
        }
        uint32_t hi = lo;
        while (hi + 1 < width && (used == NULL || !constant_bit(used, hi + 1)))
            hi++;
        if (lo == 0 && hi == width - 1)
            putf(list, "%s, ", name);
        else if (lo == hi)
            putf(list, "%s[%u], ", name, lo);
        else
            putf(list, "%s[%u:%u], ", name, hi, lo);
        lo = hi + 1;
    }
}

static bool is_visible(const plan *p, uint32_t id)
{
    const symbol *s = &p->m->symbols[id];

    if (s->is_output || s->node == NONE)
        return false;
    if (s->kind == HDL_INPUT) {
        for (uint32_t i = 0; i < p->m->ports.n; i++)
            if (p->m->ports.at[i] == id)
                return is_printed_port(p->m, s, i);
        return false;
    }
    return p->is_declared[id];
}

static void put_unused(plan *p, text *out)
{
    text list = {.mem = p->m->mem};

    put(&list, "");
    for (uint32_t i = 0; i < p->m->n_symbols; i++)
        if (is_visible(p, i))
            put_unused_bits(p, &list, p->m->symbols[i].name, p->m->symbols[i].node);
    for (uint32_t i = 0; i < p->parts.n; i++) {
        const part *x = &p->parts.at[i];
        if (x->kind == PRINT_VALUE && x->index == NONE && x->live == LIVE)
            put_unused_bits(p, &list, p->names[x->node], x->node);
    }
    if (list.n == 0)
        return;
    put(out, "\n    // Not needed here; for lint.\n");
    print_line(out, INDENT,
               arena_format(list.mem, "wire %s = &{1'b0, %s1'b0};", free_name(p->m, "_unused_ok"), list.at));
}

static bool has_formal(const plan *p)
{
    for (uint32_t i = 0; i < p->parts.n; i++)
        if (p->parts.at[i].live == FORMAL)
            return true;
    return p->m->formal_reset;
}

static void put_formal(plan *p, text *out)
{
    const module *m = p->m;

    if (!has_formal(p))
        return;
    put(out, "\n`ifdef FORMAL\n");
    if (m->formal_reset)
        putf(out, "    initial assume (%s);\n", m->symbols[m->nodes[m->reset].aux].name);
    put_body(p, out, FORMAL);
    put(out, "`endif\n");
}

void print_module(text *out, module *m)
{
    plan p = make_plan(m);
    text body = {.mem = m->mem}, values = {.mem = m->mem};

    find_variables(&p);
    put(&body, "");
    put_body(&p, &body, LIVE);
    put_unused(&p, &body);
    put_formal(&p, &body);
    put(&values, "");
    put_values(&p, &values);
    put_head(&p, out);
    put(out, values.at);
    if (values.n != 0)
        put(out, "\n");
    put(out, body.at);
    put(out, "endmodule\n");
}
