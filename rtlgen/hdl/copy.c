/* A simplified copy of a module: its nodes folded, its conditions decided where they are constant, the
 * constants that fact.c has found in place of the signals. */
#include "hdl_internal.h"

/* ---- copying a module ---- */

static uint32_t mapped(const module *from, uint32_t id)
{
    return id != NONE ? from->map[id] : NONE;
}

static uint32_t *mapped_list(const module *from, module *to, const uint32_t *ids_, uint32_t n)
{
    uint32_t *list = arena_alloc(to->mem, n * sizeof *list);

    for (uint32_t i = 0; i < n; i++)
        list[i] = mapped(from, ids_[i]);
    return list;
}

/* name(m, "sum", port_out(...)) names the wire of the instance itself: the two become one. */
static bool is_new_name_of_output(const module *to, const node *n)
{
    const node *arg = &to->nodes[n->args[0]];
    return n->op == HDL_NAMED && arg->op == HDL_INST_OUT && to->symbols[arg->aux].name == NULL;
}

static uint32_t merge_names(module *to, const node *n)
{
    symbol *named = &to->symbols[n->aux];
    const node *arg = &to->nodes[n->args[0]];
    symbol *output = &to->symbols[arg->aux];

    output->name = named->name;
    output->text = named->text;
    output->group = named->group;
    output->rank = named->rank;
    output->keep = named->keep;
    output->values = named->values;
    output->is_port = named->is_port;
    output->is_output = named->is_output;
    for (uint32_t p = 0; p < to->ports.n; p++)
        if (to->ports.at[p] == n->aux)
            to->ports.at[p] = arg->aux;
    named->node = NONE;
    named->is_port = false;
    return n->args[0];
}

static uint32_t copy_signal(const module *from, module *to, node n)
{
    uint32_t id = NONE;

    if (n.op == HDL_NAMED && is_new_name_of_output(to, &n)) {
        id = merge_names(to, &n);
    } else {
        id = add_node(to, n);
        to->symbols[n.aux].node = id;
    }
    if (from->facts[n.aux] != NULL)
        return add_words(to, n.at, n.width, from->facts[n.aux]);
    if (n.op == HDL_NAMED && to->nodes[n.args[0]].op == HDL_CONST)
        return n.args[0];
    return id;
}

static uint32_t copy_node(const module *from, module *to, uint32_t id)
{
    node n = from->nodes[id];

    if (n.op == HDL_CONST)
        return add_words(to, n.at, n.width, n.words);
    n.args = mapped_list(from, to, n.args, n.n_args);
    if (is_signal(n.op) || n.op == HDL_MEM_SYNC)
        return copy_signal(from, to, n);
    if (n.op == HDL_MEM_READ)
        return from->memories[n.aux].reads_zero ? add_constant(to, n.at, n.width, 0) : add_node(to, n);
    return fold(to, n);
}

/* ---- statements ---- */

static void copy_block(const module *from, module *to, const block *b, block *result);

static void append(block *b, statement *s)
{
    if (b->last != NULL)
        b->last->next = s;
    else
        b->first = s;
    b->last = s;
}

static branch *copy_branch(const module *from, module *to, statement *owner, const branch *b)
{
    branch *copy = arena_alloc(to->mem, sizeof *copy);

    *copy = *b;
    copy->next = NULL;
    copy->condition = mapped(from, b->condition);
    copy->body = (block){0};
    copy_block(from, to, &b->body, &copy->body);
    if (owner->last != NULL)
        owner->last->next = copy;
    else
        owner->first = copy;
    owner->last = copy;
    return copy;
}

static bool is_constant(const module *m, uint32_t id)
{
    return m->nodes[id].op == HDL_CONST;
}

static bool is_never(const module *to, uint32_t condition)
{
    return is_constant(to, condition) && to->nodes[condition].words[0] == 0;
}

/* The branches that can be taken. If the first of them is always taken, only its body is left. */
static void copy_if(const module *from, module *to, const statement *s, statement *copy, block *result)
{
    for (const branch *b = s->first; b != NULL; b = b->next) {
        uint32_t condition = mapped(from, b->condition);
        if (condition != NONE && is_never(to, condition))
            continue;
        bool is_always = condition == NONE || is_constant(to, condition);
        if (is_always && copy->first == NULL) {
            to->is_spliced = true;
            copy_block(from, to, &b->body, result);
            return;
        }
        branch *fresh = copy_branch(from, to, copy, b);
        if (is_always) {
            fresh->condition = NONE;
            break;
        }
    }
    if (copy->first != NULL)
        append(result, copy);
}

static bool is_listed(const branch *b, uint64_t value)
{
    for (uint32_t i = 0; i < b->n_values; i++)
        if (b->values[i] == value)
            return true;
    return false;
}

static void copy_switch(const module *from, module *to, const statement *s, statement *copy, block *result)
{
    copy->subject = mapped(from, s->subject);
    const node *subject = &to->nodes[copy->subject];
    if (subject->op == HDL_CONST) {
        uint64_t value = subject->words[0];
        for (const branch *b = s->first; b != NULL; b = b->next)
            if (b->n_values == 0 || is_listed(b, value)) {
                to->is_spliced = true;
                copy_block(from, to, &b->body, result);
                return;
            }
        return;
    }
    for (const branch *b = s->first; b != NULL; b = b->next)
        copy_branch(from, to, copy, b);
    if (copy->first != NULL)
        append(result, copy);
}

static void copy_statement(const module *from, module *to, const statement *s, block *result)
{
    statement *copy = arena_alloc(to->mem, sizeof *copy);

    *copy = *s;
    copy->next = NULL;
    copy->first = copy->last = NULL;
    switch (s->kind) {
    case SET:
        copy->value = mapped(from, s->value);
        copy->index = mapped(from, s->index);
        append(result, copy);
        break;
    case IF:
        copy_if(from, to, s, copy, result);
        break;
    case SWITCH:
        copy_switch(from, to, s, copy, result);
        break;
    }
}

static void copy_block(const module *from, module *to, const block *b, block *result)
{
    for (const statement *s = b->first; s != NULL; s = s->next)
        copy_statement(from, to, s, result);
}

/* ---- items ---- */

static void copy_statement_item(const module *from, module *to, const item *i)
{
    block copied = {0};
    statement *before = to->body.last;

    copy_statement(from, to, i->statement, &copied);
    if (copied.first == NULL)
        return;
    if (before != NULL)
        before->next = copied.first;
    else
        to->body.first = copied.first;
    to->body.last = copied.last;
    for (statement *s = copied.first; s != NULL; s = s->next) {
        item fresh = *i;
        fresh.statement = s;
        APPEND(to->mem, to->items, to->n_items, to->item_capacity, fresh);
    }
}

/* A property that holds by construction is nothing to prove. */
static bool is_trivial(const module *to, const property *p)
{
    if (p->condition != NONE && is_never(to, p->condition))
        return true;
    return p->kind != HDL_COVER && is_constant(to, p->value) && to->nodes[p->value].words[0] == 1;
}

static void copy_items(const module *from, module *to)
{
    for (uint32_t i = 0; i < from->n_items; i++) {
        item copy = from->items[i];
        if (copy.kind == ITEM_SECTION)
            copy.index = i; /* what the section numbers of the other items mean */
        if (copy.kind == ITEM_STATEMENT)
            copy_statement_item(from, to, &copy);
        else if (copy.kind != ITEM_PROPERTY || !is_trivial(to, &to->properties[copy.index]))
            APPEND(to->mem, to->items, to->n_items, to->item_capacity, copy);
    }
}

/* ---- memories, instances, properties ---- */

static void copy_memories(const module *from, module *to)
{
    to->n_memories = from->n_memories;
    to->memories = arena_grow(to->mem, from->memories, from->n_memories * sizeof *to->memories,
                              (from->n_memories + 1) * sizeof *to->memories);
    for (uint32_t i = 0; i < to->n_memories; i++) {
        storage *s = &to->memories[i];
        if (!s->is_written)
            continue;
        s->enable = mapped(from, s->enable);
        s->address = mapped(from, s->address);
        s->data = mapped(from, s->data);
        s->mask = mapped(from, s->mask);
        if (s->mask != NONE && s->width == 8) { /* one byte: the mask is another enable */
            s->enable = fold_and(to, s->enable, s->mask);
            s->mask = NONE;
        }
        s->is_written = !is_never(to, s->enable);
    }
}

static instance *copy_instance(const module *from, module *to, const instance *i)
{
    instance *copy = arena_alloc(to->mem, sizeof *copy);
    const module *sub = i->sub;

    *copy = *i;
    copy->m = to;
    copy->ports = arena_grow(to->mem, i->ports, i->n_ports * sizeof *i->ports, i->n_ports * sizeof *i->ports);
    for (uint32_t p = 0; p < i->n_ports; p++)
        if (!sub->symbols[sub->ports.at[p]].is_output)
            copy->ports[p] = mapped(from, i->ports[p]);
    if (sub->is_extern)
        return copy;
    if (copy->ports[CLOCK_SYMBOL] == NONE)
        copy->ports[CLOCK_SYMBOL] = to->clock;
    if (copy->ports[RESET_SYMBOL] == NONE)
        copy->ports[RESET_SYMBOL] = to->reset;
    return copy;
}

static void copy_instances(const module *from, module *to)
{
    for (uint32_t i = 0; i < from->n_instances; i++) {
        instance *copy = copy_instance(from, to, from->instances[i]);
        APPEND(to->mem, to->instances, to->n_instances, to->instance_capacity, copy);
    }
}

static void copy_properties(const module *from, module *to)
{
    for (uint32_t i = 0; i < from->n_properties; i++) {
        property p = from->properties[i];
        p.condition = mapped(from, p.condition);
        p.value = mapped(from, p.value);
        APPEND(to->mem, to->properties, to->n_properties, to->property_capacity, p);
    }
}

/* ---- the module ---- */

static void copy_symbols(const module *from, module *to)
{
    to->n_symbols = to->symbol_capacity = from->n_symbols;
    to->symbols = arena_grow(to->mem, from->symbols, from->n_symbols * sizeof *to->symbols,
                             from->n_symbols * sizeof *to->symbols);
    for (uint32_t p = 0; p < from->ports.n; p++)
        push(to->mem, &to->ports, from->ports.at[p]);
}

/* The wires of instances that nobody has named: alu_sum for output `sum` of `u_alu`. */
static void name_outputs(module *to)
{
    for (uint32_t i = 0; i < to->n_symbols; i++) {
        symbol *s = &to->symbols[i];
        if (s->name != NULL)
            continue;
        const instance *x = to->instances[s->owner];
        const char *prefix = wire_prefix(x);
        s->name =
            free_name(to, arena_format(to->mem, "%s_%s", prefix, x->sub->symbols[x->sub->ports.at[s->port]].name));
    }
}

/* A constant clock or reset is still the signal that the always blocks name. */
static uint32_t copied_signal(const module *from, const module *to, uint32_t id)
{
    uint32_t copy = from->map[id];
    return is_constant(to, copy) ? to->symbols[from->nodes[id].aux].node : copy;
}

void lower_module(module *from)
{
    module *to = new_module(from->d, &from->d->work, from->name, from->at);

    from->lowered = to;
    from->is_stale = false;
    from->map = arena_alloc(to->mem, from->n_nodes * sizeof *from->map);
    to->text = from->text;
    to->is_extern = from->is_extern;
    to->formal_reset = from->formal_reset;
    to->is_instantiated = from->is_instantiated;
    to->names = names_copy(to->mem, &from->names);
    to->parameters = from->parameters;
    to->n_parameters = to->parameter_capacity = from->n_parameters;
    to->value_names = from->value_names;
    to->n_value_names = to->value_name_capacity = from->n_value_names;
    copy_symbols(from, to);
    for (uint32_t i = 0; i < from->n_nodes; i++)
        from->map[i] = copy_node(from, to, i);
    to->clock = copied_signal(from, to, from->clock);
    to->reset = copied_signal(from, to, from->reset);
    copy_memories(from, to);
    copy_instances(from, to);
    copy_properties(from, to);
    copy_items(from, to);
    if (to->is_spliced)
        remove_hidden(to);
    name_outputs(to);
}
