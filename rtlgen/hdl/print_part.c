/* Declarations, assigns, always blocks, memories, instances, properties. */
#include "hdl_internal.h"

#include <string.h>

/* ---- declarations ---- */

void print_described(text *out, const char *line, const char *about)
{
    if (about == NULL) {
        print_line(out, INDENT, line);
    } else if (INDENT + strlen(line) + 4 + strlen(about) <= LINE_WIDTH) {
        print_line(out, INDENT, arena_format(out->mem, "%s // %s", line, about));
    } else {
        print_comment(out, INDENT, about);
        print_line(out, INDENT, line);
    }
}

static const char *initial_value(const plan *p, const symbol *s)
{
    arena *a = p->m->mem;
    uint64_t *words = arena_alloc(a, words_of(s->width) * sizeof *words);

    if (s->kind != HDL_REG || s->reset_kind != HDL_INITIAL)
        return "";
    words[0] = s->reset;
    return arena_format(a, " = %s", constant_text(a, words, s->width));
}

static const char *attributes(const symbol *s)
{
    return s->keep ? "(* keep *) " : "";
}

static void declare(plan *p, text *out, uint32_t id)
{
    const symbol *s = &p->m->symbols[id];
    arena *a = p->m->mem;

    if (p->is_declared[id] || s->is_port)
        return;
    p->is_declared[id] = true;
    print_comment(out, INDENT, s->comment);
    const char *line = arena_format(a, "%s%s %s%s%s;", attributes(s), p->is_variable[id] ? "reg" : "wire",
                                    range_text(a, s->width), s->name, initial_value(p, s));
    print_described(out, line, s->text);
}

typedef struct declarer {
    plan *p;
    text *out;
    uint32_t except; /* the part declares this one itself */
} declarer;

static void declare_mentioned(declarer *k, uint32_t id, bool is_definition)
{
    const node *n = &k->p->m->nodes[id];

    if (n->op == HDL_CONST)
        return;
    if (!is_definition && k->p->alias[id] != NONE) {
        if (k->p->alias[id] != k->except)
            declare(k->p, k->out, k->p->alias[id]);
    } else if (is_leaf(n)) {
        if (n->aux != k->except)
            declare(k->p, k->out, n->aux);
    } else if (is_definition || k->p->names[id] == NULL) {
        for (uint32_t i = 0; i < n->n_args; i++)
            declare_mentioned(k, n->args[i], false);
    }
}

static void declare_root(void *context, const root *r)
{
    declarer *k = context;
    declare_mentioned(k, r->node, is_defined_by(k->p, r));
}

void print_declarations(plan *p, text *out, const part *x)
{
    declarer k = {p, out, x->kind == PRINT_VALUE || x->kind == PRINT_ASSIGN ? x->index : NONE};
    each_root(p->m, x, declare_root, &k);
}

/* ---- assigns ---- */

/* `wire x = value;`, or `assign x = value;` if x is declared already, as a port or for an earlier
 * use. */
static void print_value(plan *p, text *out, const part *x)
{
    arena *a = p->m->mem;
    const node *n = &p->m->nodes[x->node];
    bool is_unnamed = x->index == NONE;
    const symbol *s = is_unnamed ? NULL : &p->m->symbols[x->index];
    const char *name = is_unnamed ? p->names[x->node] : s->name;
    const root r = {.node = x->node, .target = x->index, .is_definition = true};
    bool is_here = is_defined_by(p, &r);

    if (n->op == HDL_PICK && is_here) {
        if (is_unnamed)
            print_line(out, INDENT, arena_format(a, "reg %s%s;", range_text(a, n->width), name));
        else
            declare(p, out, x->index);
        print_case(p, out, INDENT, name, x->index, x->node);
        return;
    }
    const char *value = is_here ? definition_text(p, x->node, x->index) : expression_text(p, x->node, x->index, true);
    if (!is_unnamed && s->keep) /* Icarus has no attribute before a declaration with a value */
        declare(p, out, x->index);
    if (is_unnamed || (!s->is_port && !p->is_declared[x->index])) {
        if (!is_unnamed)
            p->is_declared[x->index] = true;
        print_described(out, arena_format(a, "wire %s%s = %s;", range_text(a, n->width), name, value),
                        is_unnamed ? NULL : s->text);
    } else {
        print_line(out, INDENT, arena_format(a, "assign %s = %s;", name, value));
    }
}

static void print_assign(plan *p, text *out, const part *x)
{
    arena *a = p->m->mem;
    const symbol *s = &p->m->symbols[x->index];
    const statement *set = x->body.first;
    bool is_whole = set->hi - set->lo + 1 == s->width;
    const char *value = expression_text(p, set->value, is_whole ? x->index : NONE, true);

    if (is_whole && !p->is_declared[x->index])
        print_comment(out, INDENT, s->comment);
    print_comment(out, INDENT, set->comment);
    if (s->keep)
        declare(p, out, x->index);
    if (p->is_variable[x->index]) {
        declare(p, out, x->index);
        print_case(p, out, INDENT, s->name, x->index, set->value);
    } else if (is_whole && !s->is_port && !p->is_declared[x->index]) {
        p->is_declared[x->index] = true;
        print_described(out, arena_format(a, "wire %s%s = %s;", range_text(a, s->width), s->name, value), s->text);
    } else {
        declare(p, out, x->index);
        print_line(
            out, INDENT,
            arena_format(a, "assign %s = %s;", is_whole ? s->name : slice_text(p, s->node, set->hi, set->lo), value));
    }
}

/* ---- always blocks ---- */

static void print_always(plan *p, text *out, const char *event, const block *body, const char *assign)
{
    bool is_single = body->first == body->last && body->first->comment == NULL;

    print_line(out, INDENT, arena_format(out->mem, "always @%s%s", event, is_single ? "" : " begin"));
    print_statements(p, out, 2 * INDENT, body, assign);
    if (!is_single)
        print_line(out, INDENT, "end");
}

static const char *clock_event(const plan *p)
{
    return arena_format(p->m->mem, "(posedge %s)", p->m->symbols[p->m->nodes[p->m->clock].aux].name);
}

static void print_group(plan *p, text *out, const part *x)
{
    for (uint32_t i = 0; i < x->members.n; i++)
        declare(p, out, x->members.at[i]);
    if (x->body.first == NULL)
        return; /* a register that is kept, but never changes */
    if (x->kind == PRINT_WIRES)
        print_always(p, out, "*", &x->body, "=");
    else
        print_always(p, out, clock_event(p), &x->body, "<=");
}

/* ---- memories ---- */

static void print_contents(plan *p, text *out, const storage *s)
{
    arena *a = p->m->mem;
    unsigned long long depth = s->depth;

    if (s->contents == CONTENTS_FILE)
        putf(out, "%*sinitial $readmemh(%s, %s);\n", INDENT, "", s->file, s->name); /* never broken: it may be long */
    if (s->contents != ZEROS && s->contents != WORDS)
        return;
    const char *index = free_name(p->m, arena_format(a, "%s_index", s->name));
    const char *none = constant_text(a, arena_alloc(a, words_of(s->width) * 8), s->width);
    print_line(out, INDENT, arena_format(a, "integer %s;", index));
    print_line(out, INDENT, "initial begin");
    for (size_t i = 0; i < s->n_words; i++)
        print_line(out, 2 * INDENT,
                   arena_format(a, "%s[%zu] = %s;", s->name, i, constant_text(a, &s->words[i], s->width)));
    print_line(
        out, 2 * INDENT,
        arena_format(a, "for (%s = %zu; %s < %llu; %s = %s + 1)", index, s->n_words, index, depth, index, index));
    print_line(out, 3 * INDENT, arena_format(a, "%s[%s] = %s;", s->name, index, none));
    print_line(out, INDENT, "end");
}

static void print_memory(plan *p, text *out, const storage *s)
{
    arena *a = p->m->mem;

    if (s->attribute != NULL)
        print_line(out, INDENT, arena_format(a, "(* %s *)", s->attribute));
    if (s->kind == MEM_SYNC_NO_COLLISION)
        print_line(out, INDENT, "(* no_rw_check *)");
    print_line(
        out, INDENT,
        arena_format(a, "reg %s%s [0:%llu];", range_text(a, s->width), s->name, (unsigned long long)s->depth - 1));
    print_contents(p, out, s);
}

/* The template that Yosys, Vivado and Quartus take for a write port, with one if for each byte. */
static void print_write(plan *p, text *out, const storage *s)
{
    arena *a = p->m->mem;
    const node *enable = &p->m->nodes[s->enable];
    const char *address = expression_text(p, s->address, NONE, false);
    bool is_always = enable->op == HDL_CONST;
    unsigned indent = is_always ? 2 * INDENT : 3 * INDENT;

    if (!is_always)
        print_line(
            out, 2 * INDENT,
            arena_format(a, "if (%s)%s", expression_text(p, s->enable, NONE, false), s->mask != NONE ? " begin" : ""));
    if (s->mask == NONE) {
        print_line(out, indent,
                   arena_format(a, "%s[%s] <= %s;", s->name, address, expression_text(p, s->data, NONE, true)));
        return;
    }
    for (uint32_t i = 0; i < s->width / 8; i++) {
        print_line(out, indent, arena_format(a, "if (%s)", slice_text(p, s->mask, i, i)));
        print_line(out, indent + INDENT,
                   arena_format(a, "%s[%s][%u:%u] <= %s;", s->name, address, 8 * i + 7, 8 * i,
                                slice_text(p, s->data, 8 * i + 7, 8 * i)));
    }
    if (!is_always)
        print_line(out, 2 * INDENT, "end");
}

/* The read register, in the same clocked block as the write: it gets the old data. */
static void print_read(plan *p, text *out, const storage *s, const symbol *q)
{
    arena *a = p->m->mem;
    const node *n = &p->m->nodes[q->node];
    const char *set = arena_format(a, "%s <= %s[%s];", q->name, s->name, expression_text(p, n->args[0], NONE, false));

    if (p->m->nodes[n->args[1]].op == HDL_CONST) {
        print_line(out, 2 * INDENT, set);
        return;
    }
    print_line(out, 2 * INDENT, arena_format(a, "if (%s)", expression_text(p, n->args[1], NONE, false)));
    print_line(out, 3 * INDENT, set);
}

static void print_memory_ports(plan *p, text *out, const storage *s)
{
    bool is_single = s->is_written && s->mask == NONE && s->sync_reads.n == 0;

    print_line(out, INDENT, arena_format(p->m->mem, "always @%s%s", clock_event(p), is_single ? "" : " begin"));
    if (s->is_written)
        print_write(p, out, s);
    for (uint32_t i = 0; i < s->sync_reads.n; i++) {
        const symbol *q = &p->m->symbols[s->sync_reads.at[i]];
        if (q->live != DEAD)
            print_read(p, out, s, q);
    }
    if (!is_single)
        print_line(out, INDENT, "end");
}

/* ---- instances ---- */

/* The wire behind an output; if nobody reads it, one whose name says so. */
static const char *output_wire_of(plan *p, text *out, const instance *x, uint32_t port)
{
    arena *a = p->m->mem;
    const symbol *there = &x->sub->lowered->symbols[x->sub->lowered->ports.at[port]];
    uint32_t id = x->ports[port];

    if (id != NONE && p->m->symbols[id].live != DEAD) {
        declare(p, out, id);
        return p->m->symbols[id].name;
    }
    if (x->sub->is_extern)
        return NULL;
    const char *prefix = wire_prefix(x);
    const char *name = free_name(p->m, arena_format(a, "%s_%s_unused", prefix, there->name));
    print_line(out, INDENT, arena_format(a, "wire %s%s;", range_text(a, there->width), name));
    return name;
}

static const char *connection(plan *p, text *out, const instance *x, uint32_t port)
{
    const module *sub = x->sub->lowered;
    const symbol *there = &sub->symbols[sub->ports.at[port]];
    const char *here;

    if (x->sub->is_extern ? port < 2 : there->live == DEAD)
        return NULL; /* the port is not printed */
    if (there->is_output)
        here = output_wire_of(p, out, x, port);
    else
        here = expression_text(p, x->ports[port], NONE, false);
    return here != NULL ? arena_format(p->m->mem, ".%s(%s)", there->name, here) : NULL;
}

static const char *parameters(const plan *p, const instance *x)
{
    text t = {.mem = p->m->mem};

    for (uint32_t i = 0; i < x->n_parameters; i++)
        putf(&t, "%s.%s(%s)", i == 0 ? " #(" : ", ", x->parameters[i].name, x->parameters[i].value);
    put(&t, x->n_parameters != 0 ? ")" : "");
    return t.at;
}

static void print_instance(plan *p, text *out, const instance *x)
{
    arena *a = p->m->mem;
    const char **lines = arena_alloc(a, x->n_ports * sizeof *lines);
    const ids order = port_order(x->sub->lowered);
    uint32_t n = 0;

    for (uint32_t i = 0; i < x->n_ports; i++) {
        const char *line = connection(p, out, x, order.at[i]);
        if (line != NULL)
            lines[n++] = line;
    }
    print_comment(out, INDENT, x->comment);
    print_line(out, INDENT, arena_format(a, "%s%s %s (", x->sub->name, parameters(p, x), x->name));
    for (uint32_t i = 0; i < n; i++)
        print_line(out, 2 * INDENT, arena_format(a, "%s%s", lines[i], i + 1 < n ? "," : ""));
    print_line(out, INDENT, ");");
}

/* ---- properties ---- */

static void print_property(plan *p, text *out, const property *x)
{
    static const char *const verbs[] = {"assert", "assume", "cover"};
    arena *a = p->m->mem;
    const symbol *reset = &p->m->symbols[p->m->nodes[p->m->reset].aux];
    text condition = {.mem = a};

    if (reset->live != DEAD)
        putf(&condition, "!%s", reset->name);
    if (x->condition != NONE)
        putf(&condition, reset->live != DEAD ? " && (%s)" : "%s", expression_text(p, x->condition, NONE, false));
    print_line(out, INDENT, arena_format(a, "always @%s", clock_event(p)));
    if (condition.n != 0)
        print_line(out, 2 * INDENT, arena_format(a, "if (%s)", condition.at));
    print_line(out, (condition.n != 0 ? 3 : 2) * INDENT,
               arena_format(a, "%s: %s (%s);", x->label, verbs[x->kind], expression_text(p, x->value, NONE, false)));
}

void print_part(plan *p, text *out, const part *x)
{
    switch (x->kind) {
    case PRINT_SECTION:
        break;
    case PRINT_COMMENT:
        print_comment(out, INDENT, x->text);
        break;
    case PRINT_DECLARATION:
        declare(p, out, x->index);
        break;
    case PRINT_VALUE:
        print_value(p, out, x);
        break;
    case PRINT_ASSIGN:
        print_assign(p, out, x);
        break;
    case PRINT_WIRES:
    case PRINT_REGISTERS:
        print_group(p, out, x);
        break;
    case PRINT_MEMORY:
        print_memory(p, out, &p->m->memories[x->index]);
        break;
    case PRINT_MEMORY_PORTS:
        print_memory_ports(p, out, &p->m->memories[x->index]);
        break;
    case PRINT_INSTANCE:
        print_instance(p, out, p->m->instances[x->index]);
        break;
    case PRINT_PROPERTY:
        print_property(p, out, &p->m->properties[x->index]);
        break;
    }
}
