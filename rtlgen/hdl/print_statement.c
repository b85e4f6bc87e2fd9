/* Lines, comments, and the statements of always blocks. */
#include "hdl_internal.h"

#include <ctype.h>
#include <string.h>

/* ---- lines ---- */

static void put_indent(text *out, unsigned indent)
{
    for (unsigned i = 0; i < indent; i++)
        putn(out, " ", 1);
}

/* How bad it is to break a line behind the characters before position i: the looser the operator
 * binds, and the fewer brackets are open, the better. Negative: not at all. */
static int break_cost(const char *line, size_t i, int depth)
{
    static const char *const loosest_first[] = {",", "= ", "?", ":", "||", "&&", "|", "^",
                                                "&", "=",  "<", ">", "+",  "-",  "*"};
    if (line[i] != ' ' || i < 2)
        return -1;
    for (size_t k = 0; k < sizeof loosest_first / sizeof *loosest_first; k++) {
        const char *operator= loosest_first[k];
        bool is_two = operator[1] != '\0' && operator[1] != ' ';
        if (is_two ? line[i - 2] == operator[0] && line[i - 1] == operator[1]
                   : line[i - 1] == operator[0] &&
                         (operator[1] != ' ' || isspace((unsigned char)line[i - 2])))
            return 32 * depth + (int)k;
    }
    return -1;
}

static int depth_change(char c)
{
    return c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
}

/* Where to end a line of at most `room` characters: the best place in the last two thirds of it.
 * `depth` brackets are open where it begins. */
static size_t break_point(const char *line, size_t n, size_t room, int depth)
{
    size_t best = 0;
    int best_cost = -1;

    if (n <= room)
        return n;
    for (size_t i = 0; i < n && (i <= room || best == 0); i++) {
        int cost = break_cost(line, i, depth);
        depth += depth_change(line[i]);
        if (cost < 0 || i < room / 3)
            continue;
        if (best_cost < 0 || cost <= best_cost) {
            best = i;
            best_cost = cost;
        }
    }
    return best != 0 ? best : n;
}

static void put_pieces(text *out, unsigned indent, const char *line, size_t n, bool is_first)
{
    int depth = 0;

    while (n > 0) {
        unsigned here = is_first ? indent : indent + INDENT;
        size_t end = break_point(line, n, here + 40 < LINE_WIDTH ? LINE_WIDTH - here : 40, depth);
        put_indent(out, here);
        putn(out, line, end);
        putn(out, "\n", 1);
        while (end < n && line[end] == ' ')
            end++;
        for (size_t i = 0; i < end; i++)
            depth += depth_change(line[i]);
        line += end;
        n -= end;
        is_first = false;
    }
}

/* The line with spaces for the marks; those that are in brackets only, or all. */
static char *without_marks(arena *a, const char *line, bool all)
{
    char *flat = arena_copy(a, line);
    int depth = 0;

    for (char *c = flat; *c != '\0'; c++) {
        depth += depth_change(*c);
        if (*c == '\v' && (all || depth > 0))
            *c = ' ';
    }
    return flat;
}

void print_line(text *out, unsigned indent, const char *line)
{
    size_t n = strlen(line);

    line = without_marks(out->mem, line, indent + n <= LINE_WIDTH);
    if (n == 0)
        putn(out, "\n", 1);
    for (bool is_first = true; *line != '\0'; is_first = false) {
        size_t end = strcspn(line, "\v");
        put_pieces(out, indent, line, end, is_first);
        line += end + (line[end] == '\v' ? 1 : 0);
    }
}

void print_comment(text *out, unsigned indent, const char *comment)
{
    while (comment != NULL && *comment != '\0') {
        size_t end = strcspn(comment, "\n");
        put_indent(out, indent);
        put(out, end > 0 ? "// " : "//");
        putn(out, comment, end);
        putn(out, "\n", 1);
        comment += end + (comment[end] == '\n' ? 1 : 0);
    }
}

/* ---- statements ---- */

static const char *target_text(plan *p, const statement *s)
{
    const symbol *target = &p->m->symbols[s->target];

    if (s->index != NONE && target->width > 1)
        return arena_format(p->m->mem, "%s[%s]", target->name, expression_text(p, s->index, NONE, false));
    if (s->hi - s->lo + 1 == target->width || target->width == 1)
        return target->name;
    return slice_text(p, target->node, s->hi, s->lo);
}

static void print_set(plan *p, text *out, unsigned indent, const statement *s, const char *assign)
{
    bool is_whole = s->index == NONE && s->hi - s->lo + 1 == p->m->symbols[s->target].width;
    const char *value = expression_text(p, s->value, is_whole ? s->target : NONE, true);

    print_line(out, indent, arena_format(out->mem, "%s %s %s;", target_text(p, s), assign, value));
}

bool is_single_set(const block *b)
{
    return b->first != NULL && b->first == b->last && b->first->kind == SET && b->first->comment == NULL;
}

/* An otherwise that holds only a when is an `else if`. */
static const branch *flat(const branch *b)
{
    while (b != NULL && b->condition == NONE && b->body.first != NULL && b->body.first == b->body.last &&
           b->body.first->kind == IF && b->body.first->comment == NULL)
        b = b->body.first->first;
    return b;
}

static bool all_single(const statement *s)
{
    for (const branch *b = flat(s->first); b != NULL; b = flat(b->next))
        if (!is_single_set(&b->body))
            return false;
    return true;
}

static void print_if(plan *p, text *out, unsigned indent, const statement *s, const char *assign)
{
    bool is_short = all_single(s);
    const char *begin = is_short ? "" : " begin";

    for (const branch *b = flat(s->first); b != NULL; b = flat(b->next)) {
        const char *end = b == s->first ? "" : is_short ? "else " : "end else ";
        if (b->condition != NONE)
            print_line(
                out, indent,
                arena_format(out->mem, "%sif (%s)%s", end, expression_text(p, b->condition, NONE, false), begin));
        else
            print_line(out, indent, is_short ? "else" : "end else begin");
        print_statements(p, out, indent + INDENT, &b->body, assign);
    }
    if (!is_short)
        print_line(out, indent, "end");
}

static const char *labels(plan *p, const statement *s, const branch *b)
{
    text t = {.mem = p->m->mem};

    if (b->n_values == 0)
        return "default";
    for (uint32_t i = 0; i < b->n_values; i++)
        putf(&t, "%s%s", i > 0 ? ", " : "", value_text(p, s->subject, b->values[i]));
    return t.at;
}

static void print_switch(plan *p, text *out, unsigned indent, const statement *s, const char *assign)
{
    print_line(out, indent, arena_format(out->mem, "case (%s)", expression_text(p, s->subject, NONE, false)));
    for (const branch *b = s->first; b != NULL; b = b->next) {
        bool is_short = is_single_set(&b->body);
        const char *after = b->body.first == NULL ? ": ;" : is_short ? ":" : ": begin";
        print_line(out, indent + INDENT, arena_format(out->mem, "%s%s", labels(p, s, b), after));
        print_statements(p, out, indent + 2 * INDENT, &b->body, assign);
        if (!is_short && b->body.first != NULL)
            print_line(out, indent + INDENT, "end");
    }
    if (!is_total_switch(p->m, s))
        print_line(out, indent + INDENT, "default: ;");
    print_line(out, indent, "endcase");
}

void print_statements(plan *p, text *out, unsigned indent, const block *b, const char *assign)
{
    for (const statement *s = b->first; s != NULL; s = s->next) {
        print_comment(out, indent, s->comment);
        switch (s->kind) {
        case SET:
            print_set(p, out, indent, s, assign);
            break;
        case IF:
            print_if(p, out, indent, s, assign);
            break;
        case SWITCH:
            print_switch(p, out, indent, s, assign);
            break;
        }
    }
}

/* A choice by an index: the last value is that of all indices beyond. */
void print_case(plan *p, text *out, unsigned indent, const char *name, uint32_t target, uint32_t pick)
{
    const node *n = &p->m->nodes[pick];

    print_line(out, indent, "always @*");
    print_line(out, indent + INDENT, arena_format(out->mem, "case (%s)", expression_text(p, n->args[0], NONE, false)));
    for (uint32_t i = 1; i < n->n_args; i++) {
        const char *label = i + 1 < n->n_args ? value_text(p, n->args[0], i - 1) : "default";
        print_line(out, indent + 2 * INDENT,
                   arena_format(out->mem, "%s: %s = %s;", label, name, expression_text(p, n->args[i], target, true)));
    }
    print_line(out, indent + INDENT, "endcase");
}
