/* Comments, section titles, properties. */
#include "hdl_internal.h"

static const char *add_lines(module *m, const char *before, const char *text)
{
    if (before == NULL)
        return arena_copy(m->mem, text);
    return arena_format(m->mem, "%s\n%s", before, text);
}

void hdl_comment(module *m, hdl_loc at, const char *text)
{
    item *last = m->n_items > 0 ? &m->items[m->n_items - 1] : NULL;
    frame *f = &m->frames[m->n_frames - 1];

    (void)at;
    if (is_in_block(m))
        f->comment = add_lines(m, f->comment, text);
    else if (last != NULL && last->kind == ITEM_COMMENT)
        last->text = add_lines(m, last->text, text);
    else
        add_item(m, (item){.kind = ITEM_COMMENT, .text = arena_copy(m->mem, text)});
    changed(m->d);
}

void hdl_section(module *m, hdl_loc at, const char *title)
{
    if (is_in_block(m))
        hdl_error(m, at, "section \"%s\" under when", title);
    m->section = m->n_items;
    add_item(m, (item){.kind = ITEM_SECTION, .text = arena_copy(m->mem, title)});
}

void hdl_property(module *m, hdl_loc at, hdl_property_kind kind, sig s, const char *label)
{
    if (!has_width(m, at, s, 1, "property"))
        return;
    property p = {
        .kind = kind, .at = at, .label = take_name(m, at, label), .condition = path_condition(m, at), .value = s.id};
    add_item(m, (item){.kind = ITEM_PROPERTY, .index = m->n_properties});
    APPEND(m->mem, m->properties, m->n_properties, m->property_capacity, p);
}

void hdl_formal_reset(module *m, hdl_loc at)
{
    (void)at;
    m->formal_reset = true;
    changed(m->d);
}
