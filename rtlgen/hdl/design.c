/* Designs and modules: what they own, their names, their messages. */
#include "hdl_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

design *design_new(void)
{
    return calloc(1, sizeof(design));
}

void design_free(design *d)
{
    if (d == NULL)
        return;
    arena_free(&d->work);
    arena_free(&d->mem);
    free(d);
}

void changed(design *d)
{
    if (!d->in_pass) /* the passes build too, but only copies */
        d->changes++;
}

/* ---- messages ---- */

static void add_message(design *d, hdl_loc at, const char *module_name, const char *format, va_list args)
{
    /* Messages outlive the work arena, in which a check is made. */
    char *body = arena_vformat(&d->mem, format, args);
    message fresh = {at, arena_format(&d->mem, "%s:%d: %s%s%s", at.file, at.line, module_name,
                                      module_name[0] != '\0' ? ": " : "", body)};

    APPEND(&d->mem, d->messages, d->n_messages, d->message_capacity, fresh);
    if (!d->in_pass)
        d->n_build_messages = d->n_messages;
}

void hdl_error(module *m, hdl_loc at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (!m->d->in_pass) {
        m->d->n_messages = m->d->n_build_messages; /* those of an older check are stale */
        changed(m->d);
    }
    add_message(m->d, at, m->name, format, args);
    va_end(args);
}

void design_error(design *d, hdl_loc at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (!d->in_pass) {
        d->n_messages = d->n_build_messages;
        changed(d);
    }
    add_message(d, at, "", format, args);
    va_end(args);
}

size_t hdl_message_count(const design *d)
{
    return d->n_messages;
}

const char *hdl_message(const design *d, size_t i)
{
    return i < d->n_messages ? d->messages[i].text : NULL;
}

void hdl_print_messages(const design *d, FILE *out)
{
    for (uint32_t i = 0; i < d->n_messages; i++)
        fprintf(out, "%s\n", d->messages[i].text);
}

/* ---- names ---- */

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)name[0]) && name[0] != '_')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return true;
}

static const char *bad_name(const char *name)
{
    if (name == NULL || !is_identifier(name))
        return "is not a Verilog identifier";
    if (is_verilog_keyword(name))
        return "is a Verilog keyword";
    return NULL;
}

const char *take_name(module *m, hdl_loc at, const char *name)
{
    const char *fault = bad_name(name);

    if (fault != NULL) {
        hdl_error(m, at, "name clash: `%s` %s", name != NULL ? name : "(null)", fault);
        return name != NULL ? arena_copy(m->mem, name) : "unnamed";
    }
    const hdl_loc *taken = names_find(&m->names, name);
    const char *copy = arena_copy(m->mem, name);
    if (taken == NULL)
        names_add(m->mem, &m->names, copy, at);
    else if (strcmp(name, m->name) == 0)
        hdl_error(m, at, "name clash: `%s` would hide the name of its own module", name);
    else
        hdl_error(m, at, "name clash: `%s` is already used at %s:%d", name, taken->file, taken->line);
    return copy;
}

const char *free_name(module *m, const char *wanted)
{
    const char *name = wanted;

    for (unsigned i = 2; names_find(&m->names, name) != NULL || is_verilog_keyword(name); i++)
        name = arena_format(m->mem, "%s_%u", wanted, i);
    name = arena_copy(m->mem, name);
    names_add(m->mem, &m->names, name, m->at);
    return name;
}

const char *hdl_fmt(module *m, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *result = arena_vformat(m->mem, format, args);
    va_end(args);
    return result;
}

/* ---- modules ---- */

module *new_module(design *d, arena *mem, const char *name, hdl_loc at)
{
    module *m = arena_alloc(mem, sizeof *m);

    m->d = d;
    m->mem = mem;
    m->name = name;
    m->at = at;
    m->section = NONE;
    return m;
}

static void add_automatic_port(module *m, const char *name, const char *text)
{
    symbol s = {
        .name = take_name(m, m->at, name), .text = text, .at = m->at, .kind = HDL_INPUT, .width = 1, .is_port = true};

    push(m->mem, &m->ports, add_symbol(m, s, false));
}

static module *build_module(hdl_loc at, design *d, const char *name, bool is_extern)
{
    const char *fault = bad_name(name);

    if (fault != NULL)
        design_error(d, at, "name clash: module `%s` %s", name != NULL ? name : "(null)", fault);
    if (name == NULL)
        name = "unnamed";
    const module *other = module_find(d, name);
    if (other != NULL)
        design_error(d, at, "name clash: module `%s` is already built at %s:%d", name, other->at.file, other->at.line);

    module *m = new_module(d, &d->mem, arena_copy(&d->mem, name), at);
    m->number = d->n_modules;
    m->is_extern = is_extern;
    APPEND(&d->mem, d->modules, d->n_modules, d->module_capacity, m);
    frame outermost = {.at = at, .body = &m->body};
    APPEND(m->mem, m->frames, m->n_frames, m->frame_capacity, outermost);
    add_automatic_port(m, "clk", "clock, rising edge");
    add_automatic_port(m, "rst", "synchronous reset, active high");
    m->clock = m->symbols[CLOCK_SYMBOL].node;
    m->reset = m->symbols[RESET_SYMBOL].node;
    if (is_extern) { /* its ports are its own; these two are only place holders */
        names_remove(&m->names, "clk");
        names_remove(&m->names, "rst");
    } else { /* a signal of this name would hide the module */
        names_add(m->mem, &m->names, m->name, at);
    }
    changed(d);
    return m;
}

module *hdl_module_new(hdl_loc at, design *d, const char *name)
{
    return build_module(at, d, name, false);
}

module *hdl_module_extern(hdl_loc at, design *d, const char *name)
{
    return build_module(at, d, name, true);
}

module *module_find(const design *d, const char *name)
{
    for (uint32_t i = 0; i < d->n_modules; i++)
        if (strcmp(d->modules[i]->name, name) == 0)
            return d->modules[i];
    return NULL;
}

const char *module_name(const module *m)
{
    return m->name;
}

void module_comment(module *m, const char *text)
{
    m->text = arena_copy(m->mem, text);
    changed(m->d);
}

const char *module_text(const module *m)
{
    return m->text != NULL ? m->text : "";
}

/* ---- the parts of a netlist ---- */

uint32_t add_node(module *m, node n)
{
    uint32_t id = m->n_nodes;

    APPEND(m->mem, m->nodes, m->n_nodes, m->node_capacity, n);
    changed(m->d);
    return id;
}

uint32_t add_symbol(module *m, symbol s, bool is_item)
{
    uint32_t id = m->n_symbols;
    node n = {.op = s.kind, .width = s.width, .aux = id, .at = s.at};

    if (s.kind != HDL_NAMED) /* a named expression brings its node with it */
        s.node = add_node(m, n);
    s.section = m->section;
    APPEND(m->mem, m->symbols, m->n_symbols, m->symbol_capacity, s);
    if (is_item)
        add_item(m, (item){.kind = ITEM_SYMBOL, .index = id});
    return id;
}

void add_item(module *m, item i)
{
    i.section = m->section;
    APPEND(m->mem, m->items, m->n_items, m->item_capacity, i);
    changed(m->d);
}

uint32_t add_words(module *m, hdl_loc at, uint32_t width, const uint64_t *words)
{
    node n = {.op = HDL_CONST, .width = width, .words = words, .at = at};
    return add_node(m, n);
}

uint32_t add_constant(module *m, hdl_loc at, uint32_t width, uint64_t value)
{
    uint64_t *words = arena_alloc(m->mem, words_of(width) * sizeof *words);

    words[0] = width < 64 ? value & ((UINT64_C(1) << width) - 1) : value;
    return add_words(m, at, width, words);
}
