/*
 * What is printed, in which order.
 *
 * Registers of one section that are set in one section share an always block. Wires that are
 * set by the same outermost statements share one too, unless that would close a loop between
 * always blocks that is none between signals (simulators would have to iterate over it). A block is
 * printed where the last statement that feeds it stands: everything it reads is built by then.
 */
#include "hdl_internal.h"

typedef struct grouper {
    module *m;
    arena *a;
    statements *drivers; /* per symbol */
    parts groups;        /* always blocks */
    parts assigns;       /* single sets that need none */
    uint32_t *group_of;  /* per symbol, or NONE */
    bool *is_split;      /* per symbol: must not share a block */
    uint32_t *last_port; /* per memory, then per instance: the item where it is complete */
    parts result;
} grouper;

/* ---- wires that need no always block: every set is unconditional and none overlaps ---- */

static bool is_plain(const statements *list)
{
    for (uint32_t i = 0; i < list->n; i++) {
        const statement *s = list->at[i];
        if (s->kind != SET || s->index != NONE)
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (s->lo <= list->at[j]->hi && list->at[j]->lo <= s->hi)
                return false;
    }
    return true;
}

static void add_assigns(grouper *g, uint32_t id)
{
    const statements *list = &g->drivers[id];

    for (uint32_t i = 0; i < list->n; i++) {
        statement *copy = arena_alloc(g->a, sizeof *copy);
        *copy = *list->at[i];
        copy->next = NULL;
        part x = {.kind = PRINT_ASSIGN,
                  .live = g->m->symbols[id].live,
                  .index = id,
                  .body = {copy, copy},
                  .position = copy->position};
        APPEND(g->a, g->assigns.at, g->assigns.n, g->assigns.capacity, x);
    }
}

/* ---- groups ---- */

static uint32_t section_at(const module *m, uint32_t position)
{
    return position != NONE ? m->items[position].section : NONE;
}

static uint32_t last_position(const grouper *g, uint32_t id)
{
    const statements *list = &g->drivers[id];
    return list->n > 0 ? list->at[list->n - 1]->position : NONE;
}

static void join_group(grouper *g, uint32_t id, uint32_t number)
{
    part *x = &g->groups.at[number];
    uint32_t last = last_position(g, id);

    push(g->a, &x->members, id);
    g->group_of[id] = number;
    if (last != NONE && (x->position == NONE || last > x->position))
        x->position = last;
}

static void new_group(grouper *g, uint32_t id, part like)
{
    like.live = g->m->symbols[id].live;
    like.position = NONE;
    APPEND(g->a, g->groups.at, g->groups.n, g->groups.capacity, like);
    join_group(g, id, g->groups.n - 1);
}

static void group_register(grouper *g, uint32_t id)
{
    const symbol *s = &g->m->symbols[id];
    part like = {.kind = PRINT_REGISTERS,
                 .has_reset = s->reset_kind == HDL_RESET,
                 .section = s->section,
                 .last_section = section_at(g->m, last_position(g, id))};

    for (uint32_t i = 0; i < g->groups.n; i++) {
        const part *x = &g->groups.at[i];
        if (x->kind == PRINT_REGISTERS && x->live == s->live && x->has_reset == like.has_reset &&
            x->section == like.section && x->last_section == like.last_section) {
            join_group(g, id, i);
            return;
        }
    }
    new_group(g, id, like);
}

/* The outermost statements of both that are more than a set are the same. */
static bool same_structure(const statements *a, const statements *b)
{
    uint32_t i = 0, j = 0, common = 0;

    for (;;) {
        while (i < a->n && a->at[i]->kind == SET)
            i++;
        while (j < b->n && b->at[j]->kind == SET)
            j++;
        if (i == a->n || j == b->n)
            return i == a->n && j == b->n && common > 0;
        if (a->at[i++] != b->at[j++])
            return false;
        common++;
    }
}

static void group_wire(grouper *g, uint32_t id)
{
    const symbol *s = &g->m->symbols[id];

    if (is_plain(&g->drivers[id])) {
        add_assigns(g, id);
        return;
    }
    for (uint32_t i = 0; i < g->groups.n && !g->is_split[id]; i++) {
        const part *x = &g->groups.at[i];
        uint32_t other = x->members.at[0];
        if (x->kind == PRINT_WIRES && x->live == s->live && !g->is_split[other] &&
            same_structure(&g->drivers[id], &g->drivers[other])) {
            join_group(g, id, i);
            return;
        }
    }
    new_group(g, id, (part){.kind = PRINT_WIRES});
}

static void form_groups(grouper *g)
{
    g->groups.n = g->assigns.n = 0;
    for (uint32_t i = 0; i < g->m->n_symbols; i++) {
        const symbol *s = &g->m->symbols[i];
        g->group_of[i] = NONE;
        if (s->live == DEAD)
            continue;
        if (s->kind == HDL_REG)
            group_register(g, i);
        else if (s->kind == HDL_WIRE)
            group_wire(g, i);
    }
}

/* ---- loops between groups ---- */

/* A unit is a symbol outside of groups of wires, or such a group. */
static uint32_t unit_of(const grouper *g, uint32_t symbol_)
{
    uint32_t x = g->group_of[symbol_];
    return x != NONE && g->groups.at[x].kind == PRINT_WIRES ? g->m->n_symbols + x : symbol_;
}

static void unit_edges(const grouper *g, const graph *of_symbols, ids *forward, ids *backward)
{
    for (uint32_t i = 0; i < g->m->n_symbols; i++)
        for (uint32_t j = 0; j < of_symbols->edges[i].n; j++) {
            uint32_t from = unit_of(g, i), to = unit_of(g, of_symbols->edges[i].at[j]);
            push(g->a, &forward[from], to);
            push(g->a, &backward[to], from);
        }
}

/* Takes away all units that no edge leads to, again and again: what stays is on a loop or behind
 * one, seen along `forward`. */
static void trim(const grouper *g, const ids *forward, bool *is_left, uint32_t n)
{
    uint32_t *incoming = arena_alloc(g->a, n * sizeof *incoming);
    ids ready = {0};

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; is_left[i] && j < forward[i].n; j++)
            incoming[forward[i].at[j]]++;
    for (uint32_t i = 0; i < n; i++)
        if (is_left[i] && incoming[i] == 0)
            push(g->a, &ready, i);
    while (ready.n > 0) {
        uint32_t x = ready.at[--ready.n];
        is_left[x] = false;
        for (uint32_t j = 0; j < forward[x].n; j++)
            if (--incoming[forward[x].at[j]] == 0 && is_left[forward[x].at[j]])
                push(g->a, &ready, forward[x].at[j]);
    }
}

/* Splits the groups that are on a loop; true if there was one. */
static bool split_loops(grouper *g, const graph *of_symbols)
{
    uint32_t n = g->m->n_symbols + g->groups.n;
    ids *forward = arena_alloc(g->a, n * sizeof *forward);
    ids *backward = arena_alloc(g->a, n * sizeof *backward);
    bool *is_left = arena_alloc(g->a, n * sizeof *is_left);
    bool is_found = false;

    unit_edges(g, of_symbols, forward, backward);
    for (uint32_t i = 0; i < n; i++)
        is_left[i] = true;
    trim(g, forward, is_left, n);
    trim(g, backward, is_left, n);
    for (uint32_t i = 0; i < g->groups.n; i++) {
        const ids *members = &g->groups.at[i].members;
        for (uint32_t j = 0; is_left[g->m->n_symbols + i] && members->n > 1 && j < members->n; j++)
            g->is_split[members->at[j]] = is_found = true;
    }
    return is_found;
}

/* ---- items, in order, to parts ---- */

static void emit(grouper *g, part x)
{
    APPEND(g->a, g->result.at, g->result.n, g->result.capacity, x);
}

static statement *new_reset(grouper *g, uint32_t id)
{
    module *m = g->m;
    const symbol *s = &m->symbols[id];
    uint64_t *words = arena_alloc(g->a, words_of(s->width) * sizeof *words);
    statement *set = arena_alloc(g->a, sizeof *set);

    words[0] = s->reset;
    *set = (statement){.kind = SET, .at = s->at, .target = id, .hi = s->width - 1, .index = NONE};
    set->value = add_words(m, s->at, s->width, words);
    return set;
}

/* if (rst) every member has its reset value, else the body. */
static block with_reset(grouper *g, const part *x)
{
    statement *whole = arena_alloc(g->a, sizeof *whole);
    branch *reset = arena_alloc(g->a, sizeof *reset);
    branch *normal = arena_alloc(g->a, sizeof *normal);

    for (uint32_t i = 0; i < x->members.n; i++) {
        statement *set = new_reset(g, x->members.at[i]);
        if (reset->body.last != NULL)
            reset->body.last->next = set;
        else
            reset->body.first = set;
        reset->body.last = set;
    }
    reset->condition = g->m->reset;
    normal->condition = NONE;
    normal->body = x->body;
    reset->next = x->body.first != NULL ? normal : NULL;
    *whole = (statement){.kind = IF, .first = reset, .last = normal};
    return (block){whole, whole};
}

static void complete_group(grouper *g, part *x)
{
    bool *wanted = arena_alloc(g->a, g->m->n_symbols * sizeof *wanted);
    bool *is_added = arena_alloc(g->a, g->m->n_items * sizeof *is_added);
    statements list = {0};

    for (uint32_t i = 0; i < x->members.n; i++)
        wanted[x->members.at[i]] = true;
    for (uint32_t i = 0; i < x->members.n; i++) {
        const statements *of = &g->drivers[x->members.at[i]];
        for (uint32_t j = 0; j < of->n; j++)
            is_added[of->at[j]->position] = true;
    }
    for (uint32_t i = 0; i < g->m->n_items; i++)
        if (is_added[i])
            APPEND(g->a, list.at, list.n, list.capacity, g->m->items[i].statement);
    x->body = filter_statements(g->m, list.at, list.n, wanted);
    if (x->has_reset)
        x->body = with_reset(g, x);
    emit(g, *x);
}

static void statement_parts(grouper *g, uint32_t position)
{
    for (uint32_t i = 0; i < g->assigns.n; i++)
        if (g->assigns.at[i].position == position)
            emit(g, g->assigns.at[i]);
    for (uint32_t i = 0; i < g->groups.n; i++)
        if (g->groups.at[i].position == position)
            complete_group(g, &g->groups.at[i]);
}

/* A register that is never set, but kept, is complete where it is declared. */
static void lone_register(grouper *g, uint32_t id)
{
    uint32_t group = g->group_of[id];

    if (group != NONE && g->groups.at[group].position == NONE &&
        g->groups.at[group].members.at[g->groups.at[group].members.n - 1] == id)
        complete_group(g, &g->groups.at[group]);
}

static void symbol_parts(grouper *g, uint32_t id)
{
    const symbol *s = &g->m->symbols[id];

    if (s->live == DEAD || s->node == NONE)
        return;
    if (s->kind == HDL_NAMED)
        emit(g, (part){.kind = PRINT_VALUE, .live = s->live, .index = id, .node = g->m->nodes[s->node].args[0]});
    if ((s->kind == HDL_REG || s->kind == HDL_MEM_SYNC) && !s->is_port)
        emit(g, (part){.kind = PRINT_DECLARATION, .live = s->live, .index = id});
    if (s->kind == HDL_REG)
        lone_register(g, id);
}

static void memory_ports(grouper *g, uint32_t id)
{
    const storage *s = &g->m->memories[id];
    bool has_reads = false;

    for (uint32_t i = 0; i < s->sync_reads.n; i++)
        has_reads = has_reads || g->m->symbols[s->sync_reads.at[i]].live != DEAD;
    if (s->is_written || has_reads)
        emit(g, (part){.kind = PRINT_MEMORY_PORTS, .live = s->live, .index = id});
}

static void item_parts(grouper *g, uint32_t position)
{
    module *m = g->m;
    const item *i = &m->items[position];

    switch (i->kind) {
    case ITEM_SECTION:
        emit(g, (part){.kind = PRINT_SECTION, .live = LIVE, .text = i->text});
        break;
    case ITEM_SYMBOL:
        symbol_parts(g, i->index);
        break;
    case ITEM_MEMORY:
        if (m->memories[i->index].live != DEAD)
            emit(g, (part){.kind = PRINT_MEMORY, .live = m->memories[i->index].live, .index = i->index});
        break;
    case ITEM_MEMORY_PORT:
        if (m->memories[i->index].live != DEAD && g->last_port[i->index] == position)
            memory_ports(g, i->index);
        break;
    case ITEM_INSTANCE:
    case ITEM_INSTANCE_PORT:
        if (m->instances[i->index]->live != DEAD && g->last_port[m->n_memories + i->index] == position)
            emit(g, (part){.kind = PRINT_INSTANCE, .live = m->instances[i->index]->live, .index = i->index});
        break;
    case ITEM_STATEMENT:
        statement_parts(g, position);
        break;
    case ITEM_PROPERTY:
        emit(g, (part){.kind = PRINT_PROPERTY, .live = FORMAL, .index = i->index});
        break;
    case ITEM_COMMENT:
        break;
    }
}

/* A comment goes with what the next item prints; for a port, a wire or an instance, which are printed
 * elsewhere, it is left with them. */
static bool leave_comment(module *m, const item *next, const char *comment)
{
    if (next->kind == ITEM_INSTANCE) {
        m->instances[next->index]->comment = comment;
        return true;
    }
    if (next->kind != ITEM_SYMBOL)
        return false;
    symbol *s = &m->symbols[next->index];
    if (s->kind != HDL_INPUT && s->kind != HDL_WIRE && !(s->kind == HDL_REG && s->is_port))
        return false;
    s->comment = comment;
    return true;
}

static void all_parts(grouper *g)
{
    module *m = g->m;
    const char *comment = NULL;

    for (uint32_t i = 0; i < m->n_items; i++) {
        if (m->items[i].kind == ITEM_COMMENT) {
            comment = m->items[i].text;
            continue;
        }
        uint32_t before = g->result.n;
        if (comment != NULL && !leave_comment(m, &m->items[i], comment))
            emit(g, (part){.kind = PRINT_COMMENT, .text = comment});
        uint32_t with_comment = g->result.n;
        item_parts(g, i);
        if (g->result.n == with_comment)
            g->result.n = before; /* it was about something that is not there */
        else if (with_comment > before)
            g->result.at[before].live = g->result.at[with_comment].live;
        comment = NULL;
    }
}

static void find_positions(grouper *g)
{
    module *m = g->m;

    g->last_port = arena_alloc(g->a, (m->n_memories + m->n_instances + 1) * sizeof *g->last_port);
    for (uint32_t i = 0; i < m->n_items; i++) {
        const item *x = &m->items[i];
        if (x->kind == ITEM_STATEMENT)
            x->statement->position = i;
        else if (x->kind == ITEM_MEMORY_PORT)
            g->last_port[x->index] = i;
        else if (x->kind == ITEM_INSTANCE || x->kind == ITEM_INSTANCE_PORT)
            g->last_port[m->n_memories + x->index] = i;
    }
}

parts make_parts(module *m)
{
    grouper g = {.m = m, .a = m->mem};

    find_positions(&g);
    g.drivers = find_drivers(m, g.a);
    g.group_of = arena_alloc(g.a, m->n_symbols * sizeof *g.group_of);
    g.is_split = arena_alloc(g.a, m->n_symbols * sizeof *g.is_split);
    graph of_symbols = combinational_graph(m, g.a);
    do
        form_groups(&g);
    while (split_loops(&g, &of_symbols));
    all_parts(&g);
    return g.result;
}
