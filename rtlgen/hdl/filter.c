/* The part of a tree of statements that sets certain signals: what one always block holds. A branch
 * that sets none of them must still keep the later ones from being taken. */
#include "hdl_internal.h"

typedef struct filter {
    module *m;
    const bool *wanted; /* per symbol */
} filter;

static void append(block *b, statement *s)
{
    if (b->last != NULL)
        b->last->next = s;
    else
        b->first = s;
    b->last = s;
}

static branch *new_branch(const filter *f, statement *owner, const branch *like)
{
    branch *fresh = arena_alloc(f->m->mem, sizeof *fresh);

    *fresh = *like;
    fresh->next = NULL;
    fresh->body = (block){0};
    if (owner->last != NULL)
        owner->last->next = fresh;
    else
        owner->first = fresh;
    owner->last = fresh;
    return fresh;
}

static statement *new_statement(const filter *f, const statement *like)
{
    statement *fresh = arena_alloc(f->m->mem, sizeof *fresh);

    *fresh = *like;
    fresh->next = NULL;
    fresh->first = fresh->last = NULL;
    return fresh;
}

static void filter_block(const filter *f, const block *b, block *result);

static bool has_wanted(const filter *f, const branch *b)
{
    for (const statement *s = b->body.first; s != NULL; s = s->next)
        if (sets_any(s, f->wanted))
            return true;
    return false;
}

static const branch *last_wanted(const filter *f, const statement *s)
{
    const branch *last = NULL;

    for (const branch *b = s->first; b != NULL; b = b->next)
        if (has_wanted(f, b))
            last = b;
    return last;
}

/* The chain from b on: branches without wanted sets become part of the condition of what follows. */
static void filter_chain(const filter *f, statement *result, const branch *b, const branch *last)
{
    for (;; b = b->next) {
        uint32_t none_before = NONE;
        for (; !has_wanted(f, b); b = b->next) {
            uint32_t not_this = fold_not(f->m, b->condition);
            none_before = none_before == NONE ? not_this : fold_and(f->m, none_before, not_this);
        }
        branch *fresh = new_branch(f, result, b);
        if (none_before == NONE) {
            filter_block(f, &b->body, &fresh->body);
        } else if (b == last) {
            fresh->condition = b->condition == NONE ? none_before : fold_and(f->m, none_before, b->condition);
            filter_block(f, &b->body, &fresh->body);
        } else {
            statement *rest = new_statement(f, &(statement){.kind = IF, .at = b->at});
            fresh->condition = none_before;
            filter_chain(f, rest, b, last);
            append(&fresh->body, rest);
            return;
        }
        if (b == last)
            return;
    }
}

/* The values that lead to no wanted set, as one branch without statements. */
static void add_empty_values(const filter *f, statement *result, const statement *s)
{
    const branch none = {.at = s->at, .condition = NONE};
    branch *empty = new_branch(f, result, &none);
    uint32_t n = 0;

    for (const branch *b = s->first; b != NULL; b = b->next)
        n += b->n_values;
    empty->values = arena_alloc(f->m->mem, n * sizeof *empty->values);
    for (const branch *b = s->first; b != NULL; b = b->next)
        for (uint32_t i = 0; i < b->n_values && !has_wanted(f, b); i++)
            empty->values[empty->n_values++] = b->values[i];
}

static uint32_t equals(module *m, hdl_loc at, uint32_t subject, uint64_t value)
{
    uint32_t *args = arena_alloc(m->mem, 2 * sizeof *args);

    args[0] = subject;
    args[1] = add_constant(m, at, m->nodes[subject].width, value);
    return fold(m, (node){.op = HDL_EQ, .width = 1, .n_args = 2, .args = args, .at = at});
}

/* A case of one value, with or without a default, is an if. */
static void simplify_switch(module *m, statement *s)
{
    branch *first = s->first;
    bool has_default = s->last->n_values == 0;

    if (first->n_values != 1 || !(first == s->last || (first->next == s->last && has_default)))
        return;
    first->condition = equals(m, s->at, s->subject, first->values[0]);
    first->n_values = 0;
    s->kind = IF;
}

static void filter_switch(const filter *f, statement *result, const statement *s)
{
    bool default_wanted = s->last->n_values == 0 && has_wanted(f, s->last);
    bool some_empty = false;

    for (const branch *b = s->first; b != NULL; b = b->next) {
        if (b == s->last && default_wanted && some_empty)
            add_empty_values(f, result, s);
        if (has_wanted(f, b))
            filter_block(f, &b->body, &new_branch(f, result, b)->body);
        else
            some_empty = true;
    }
    simplify_switch(f->m, result);
}

/* A when of the condition of the when before it goes on with that. */
static bool join_last(const block *b, const statement *s)
{
    statement *last = b->last;

    if (last == NULL || last->kind != IF || s->kind != IF || last->first != last->last || s->first != s->last ||
        last->first->condition != s->first->condition || s->comment != NULL)
        return false;
    last->first->body.last->next = s->first->body.first;
    last->first->body.last = s->first->body.last;
    return true;
}

static void filter_block(const filter *f, const block *b, block *result)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        if (!sets_any(s, f->wanted))
            continue;
        statement *copy = new_statement(f, s);
        if (s->kind == IF)
            filter_chain(f, copy, s->first, last_wanted(f, s));
        else if (s->kind == SWITCH)
            filter_switch(f, copy, s);
        if (!join_last(result, copy))
            append(result, copy);
    }
}

block filter_statements(module *m, statement *const *list, uint32_t n, const bool *wanted)
{
    filter f = {m, wanted};
    block result = {0};

    for (uint32_t i = 0; i < n; i++) {
        statement *alone = new_statement(&f, list[i]);
        alone->first = list[i]->first;
        alone->last = list[i]->last;
        filter_block(&f, &(block){alone, alone}, &result);
    }
    return result;
}

bool is_total_switch(const module *m, const statement *s)
{
    uint32_t width = m->nodes[s->subject].width;
    uint64_t n = 0;

    for (const branch *b = s->first; b != NULL; b = b->next) {
        if (b->n_values == 0)
            return true;
        n += b->n_values;
    }
    return width < 32 && n == UINT64_C(1) << width;
}

/* ---- sets that have no effect ---- */

static bool hides(const statement *later, const statement *s)
{
    return s->kind == SET && s->target == later->target && later->index == NONE && later->lo <= s->lo &&
           s->hi <= later->hi;
}

static void unlink_statement(block *b, statement *s)
{
    statement *before = NULL;

    for (statement *x = b->first; x != NULL && x != s; x = x->next)
        before = x;
    if (before == NULL && b->first == s)
        b->first = s->next;
    else if (before != NULL && before->next == s)
        before->next = s->next;
    else
        return; /* it is not there any more */
    if (b->last == s)
        b->last = before;
}

/* Removes what `later` hides from a block up to itself, and from the blocks inside. */
static void remove_before(block *b, const statement *later)
{
    for (statement *s = b->first; s != NULL && s != later; s = s->next) {
        for (branch *x = s->first; x != NULL; x = x->next)
            remove_before(&x->body, later);
        if (hides(later, s))
            unlink_statement(b, s);
    }
}

static void remove_in(block *b)
{
    for (statement *s = b->first; s != NULL; s = s->next) {
        for (branch *x = s->first; x != NULL; x = x->next)
            remove_in(&x->body);
        if (s->kind == SET)
            remove_before(b, s);
    }
}

/* The same for the outermost statements that set one signal: `list` is short where the body of the
 * module is long. */
static void remove_outermost(module *m, const statements *list)
{
    for (uint32_t i = 1; i < list->n; i++) {
        const statement *later = list->at[i];
        for (uint32_t j = 0; later->kind == SET && j < i; j++) {
            statement *s = list->at[j];
            for (branch *x = s->first; x != NULL; x = x->next)
                remove_before(&x->body, later);
            if (hides(later, s))
                unlink_statement(&m->body, s);
        }
    }
}

void remove_hidden(module *m)
{
    statements *of = find_drivers(m, m->mem);

    for (uint32_t i = 0; i < m->n_symbols; i++)
        remove_outermost(m, &of[i]);
    for (statement *s = m->body.first; s != NULL; s = s->next)
        for (branch *x = s->first; x != NULL; x = x->next)
            remove_in(&x->body);
}
