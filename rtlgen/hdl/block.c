/* Statements: set, when, switch_on. The netlist keeps them as the user wrote them, as a tree, since
 * the output has the same shape. */
#include "hdl_internal.h"

static frame *top(module *m)
{
    return &m->frames[m->n_frames - 1];
}

bool is_in_block(const module *m)
{
    return m->n_frames > 1;
}

/* ---- statements ---- */

/* The comment that waits for the next statement: of the block, or, outside of all blocks, the
 * item before it. */
static const char *take_comment(module *m)
{
    frame *f = top(m);
    const char *comment = f->comment;

    f->comment = NULL;
    if (m->n_frames == 1 && m->n_items > 0 && m->items[m->n_items - 1].kind == ITEM_COMMENT) {
        comment = m->items[m->n_items - 1].text;
        m->n_items--;
    }
    return comment;
}

static statement *append(module *m, hdl_loc at, statement s)
{
    frame *f = top(m);
    static const char misplaced[] = "only is and is_default may stand directly in a switch_on";

    if (f->body == NULL) {
        hdl_error(m, at, "%s", misplaced);
        f->body = arena_alloc(m->mem, sizeof *f->body); /* scrap */
    }
    s.at = at;
    s.comment = take_comment(m);
    statement *fresh = arena_alloc(m->mem, sizeof *fresh);
    *fresh = s;
    if (f->body->last != NULL)
        f->body->last->next = fresh;
    else
        f->body->first = fresh;
    f->body->last = fresh;
    if (m->n_frames == 1)
        add_item(m, (item){.kind = ITEM_STATEMENT, .statement = fresh});
    changed(m->d);
    return fresh;
}

/* ---- set ---- */

static symbol *target_of(hdl_loc at, sig s)
{
    module *m = s.m;
    symbol *target = symbol_of(s);
    const char *text = describe_sig(s);

    if (target == NULL)
        hdl_error(m, at, "set of %s; only wires and registers are set (set_bits for a part)", text);
    else if (target->kind == HDL_INPUT)
        hdl_error(m, at, "set of the input %s", text);
    else if (target->kind == HDL_NAMED)
        hdl_error(m, at, "doubly driven: set of %s, which got its value at %s:%d", text, target->at.file,
                  target->at.line);
    else if (target->kind == HDL_INST_OUT)
        hdl_error(m, at, "doubly driven: set of %s, an output of an instance", text);
    else if (target->kind == HDL_MEM_SYNC)
        hdl_error(m, at, "doubly driven: set of %s, the read register of a memory", text);
    else
        return target;
    return NULL;
}

static void add_set(hdl_loc at, sig s, unsigned hi, unsigned lo, uint32_t index, sig value)
{
    module *m = s.m;
    symbol *target = target_of(at, s);

    if (target == NULL)
        return;
    const char *verb = arena_format(m->mem, "set of `%s`", target->name);
    unsigned width = index == NONE ? hi - lo + 1 : 1;
    if (!has_width(m, at, value, width, verb))
        return;
    append(m, at,
           (statement){.kind = SET,
                       .target = (uint32_t)(target - m->symbols),
                       .value = value.id,
                       .hi = hi,
                       .lo = lo,
                       .index = index});
}

/* Without a target there is only the value's module to report it to. */
static bool has_target(hdl_loc at, sig s, sig value)
{
    if (!is_none(s))
        return true;
    if (!is_none(value))
        is_usable(value.m, at, s, "set");
    return false;
}

void hdl_set(hdl_loc at, sig s, sig value)
{
    if (has_target(at, s, value))
        add_set(at, s, width_of(s) - 1, 0, NONE, value);
}

void hdl_set_bits(hdl_loc at, sig s, unsigned hi, unsigned lo, sig value)
{
    if (!has_target(at, s, value))
        return;
    if (hi < lo || hi >= width_of(s)) {
        hdl_error(s.m, at, "width mismatch: set of the bits %u..%u of %s, which has %u bits", hi, lo, describe_sig(s),
                  width_of(s));
        return;
    }
    add_set(at, s, hi, lo, NONE, value);
}

void hdl_set_bit_at(hdl_loc at, sig s, sig index, sig value)
{
    if (!has_target(at, s, value))
        return;
    if (has_width(s.m, at, index, clog2(width_of(s)), "set_bit_at: the index"))
        add_set(at, s, width_of(s) - 1, 0, index.id, value);
}

/* ---- blocks ---- */

static hdl_block open_block(module *m, hdl_loc at, statement *owner, block *body)
{
    /* A comment before an elsewhen or an is belongs to what stands in it. */
    frame f = {.at = at, .body = body, .owner = owner, .comment = take_comment(m)};

    APPEND(m->mem, m->frames, m->n_frames, m->frame_capacity, f);
    return (hdl_block){m, m->n_frames, true};
}

/* After an error: the block's statements go nowhere. */
static hdl_block open_scrap(module *m, hdl_loc at)
{
    return open_block(m, at, NULL, arena_alloc(m->mem, sizeof(block)));
}

void hdl_end(hdl_block *b)
{
    module *m = b->m;

    b->open = false;
    while (m->n_frames > b->depth) {
        m->n_frames--;
        hdl_error(m, m->frames[m->n_frames].at, "a block was left by break, return or goto");
    }
    if (m->n_frames == b->depth)
        m->n_frames--;
}

static branch *add_branch(module *m, hdl_loc at, statement *owner, uint32_t condition)
{
    branch *fresh = arena_alloc(m->mem, sizeof *fresh);

    fresh->at = at;
    fresh->condition = condition;
    if (owner->last != NULL)
        owner->last->next = fresh;
    else
        owner->first = fresh;
    owner->last = fresh;
    changed(m->d);
    return fresh;
}

hdl_block hdl_when(module *m, hdl_loc at, sig condition)
{
    if (!has_width(m, at, condition, 1, "when"))
        return open_scrap(m, at);
    statement *s = append(m, at, (statement){.kind = IF});
    return open_block(m, at, s, &add_branch(m, at, s, condition.id)->body);
}

/* The when that an elsewhen or otherwise continues, or NULL with a message. */
static statement *open_chain(module *m, hdl_loc at, const char *verb)
{
    const block *body = top(m)->body;
    statement *last = body != NULL ? body->last : NULL;

    if (last != NULL && last->kind == IF && last->last->condition != NONE)
        return last;
    hdl_error(m, at, "%s without a when directly before it", verb);
    return NULL;
}

hdl_block hdl_elsewhen(module *m, hdl_loc at, sig condition)
{
    statement *s = open_chain(m, at, "elsewhen");

    if (s == NULL || !has_width(m, at, condition, 1, "elsewhen"))
        return open_scrap(m, at);
    return open_block(m, at, s, &add_branch(m, at, s, condition.id)->body);
}

hdl_block hdl_otherwise(module *m, hdl_loc at)
{
    statement *s = open_chain(m, at, "otherwise");

    if (s == NULL)
        return open_scrap(m, at);
    return open_block(m, at, s, &add_branch(m, at, s, NONE)->body);
}

hdl_block hdl_switch_on(module *m, hdl_loc at, sig subject)
{
    if (!is_usable(m, at, subject, "switch_on"))
        subject = placeholder(m, at, 64);
    if (width_of(subject) > 64) {
        hdl_error(m, at, "switch_on: %s has %u bits; at most 64", describe_sig(subject), width_of(subject));
        subject = placeholder(m, at, 64);
    }
    statement *s = append(m, at, (statement){.kind = SWITCH, .subject = subject.id});
    return open_block(m, at, s, NULL);
}

/* The switch that an is or is_default belongs to, or NULL with a message. */
static statement *open_switch(module *m, hdl_loc at, const char *verb)
{
    statement *s = top(m)->owner;

    if (s == NULL || s->kind != SWITCH || top(m)->body != NULL) {
        hdl_error(m, at, "%s outside of a switch_on", verb);
        return NULL;
    }
    if (s->last != NULL && s->last->n_values == 0) {
        hdl_error(m, at, "%s after is_default", verb);
        return NULL;
    }
    return s;
}

static bool is_among(const uint64_t *values, size_t n, uint64_t value)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] == value)
            return true;
    return false;
}

static bool is_listed(const statement *s, uint64_t value)
{
    for (const branch *b = s->first; b != NULL; b = b->next)
        if (is_among(b->values, b->n_values, value))
            return true;
    return false;
}

hdl_block hdl_is(module *m, hdl_loc at, const uint64_t *values, size_t n)
{
    statement *s = open_switch(m, at, "is");

    if (s == NULL)
        return open_scrap(m, at);
    uint32_t width = m->nodes[s->subject].width;
    uint64_t *copy = arena_alloc(m->mem, n * sizeof *copy);
    for (size_t i = 0; i < n; i++) {
        copy[i] = values[i];
        if (width < 64 && values[i] >> width != 0)
            hdl_error(m, at, "literal too wide: is(0x%llx) of %s, which has %u bits", (unsigned long long)values[i],
                      describe_sig((sig){m, s->subject}), width);
        if (is_listed(s, values[i]) || is_among(values, i, values[i]))
            hdl_error(m, at, "is(%llu) a second time", (unsigned long long)values[i]);
    }
    branch *b = add_branch(m, at, s, NONE);
    b->values = copy;
    b->n_values = (uint32_t)n;
    return open_block(m, at, s, &b->body);
}

hdl_block hdl_is_default(module *m, hdl_loc at)
{
    statement *s = open_switch(m, at, "is_default");

    if (s == NULL)
        return open_scrap(m, at);
    return open_block(m, at, s, &add_branch(m, at, s, NONE)->body);
}

/* ---- the condition under which the present block is reached, as an expression ---- */

static sig subject_is(module *m, hdl_loc at, const statement *s, const branch *b)
{
    sig any = {0};

    for (uint32_t i = 0; i < b->n_values; i++) {
        sig hit = hdl_compare_lit(at, HDL_EQ, (sig){m, s->subject}, b->values[i]);
        any = is_none(any) ? hit : hdl_binary(at, HDL_OR, any, hit);
    }
    return any;
}

/* The condition of the branch of `s` whose body is `body`: none of those before, and its own. */
static sig branch_condition(module *m, hdl_loc at, const statement *s, const block *body)
{
    sig before = {0};

    for (const branch *b = s->first; b != NULL; b = b->next) {
        sig own = {0};
        if (s->kind == SWITCH && b->n_values != 0)
            own = subject_is(m, at, s, b);
        else if (s->kind == IF && b->condition != NONE)
            own = (sig){m, b->condition};
        if (&b->body == body) {
            if (is_none(before) || (s->kind == SWITCH && !is_none(own)))
                return own;
            sig none = hdl_unary(at, HDL_NOT, before);
            return is_none(own) ? none : hdl_binary(at, HDL_AND, none, own);
        }
        before = is_none(before) ? own : hdl_binary(at, HDL_OR, before, own);
    }
    return before;
}

uint32_t path_condition(module *m, hdl_loc at)
{
    sig path = {0};

    for (uint32_t i = 1; i < m->n_frames; i++) {
        const frame *f = &m->frames[i];
        if (f->owner == NULL || f->body == NULL)
            continue;
        sig here = branch_condition(m, at, f->owner, f->body);
        if (!is_none(here))
            path = is_none(path) ? here : hdl_binary(at, HDL_AND, path, here);
    }
    return is_none(path) ? NONE : path.id;
}
