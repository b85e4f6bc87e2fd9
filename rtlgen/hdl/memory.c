/* Memories and their ports. */
#include "hdl_internal.h"

#include <string.h>

static storage *storage_of(memory mem)
{
    changed(mem.m->d);
    return &mem.m->memories[mem.id];
}

memory hdl_mem(module *m, hdl_loc at, const char *name, unsigned width, uint64_t depth, mem_kind kind)
{
    storage fresh = {.at = at, .kind = kind, .enable = NONE, .mask = NONE};

    fresh.width = check_width(m, at, name, width);
    fresh.depth = depth;
    if (depth < 2 || depth > UINT64_C(1) << 32) {
        hdl_error(m, at, "memory `%s`: a depth of %llu; it must be 2 to 2^32", name, (unsigned long long)depth);
        fresh.depth = 2;
    }
    fresh.name = take_name(m, at, name);
    memory result = {m, m->n_memories};
    add_item(m, (item){.kind = ITEM_MEMORY, .index = result.id});
    APPEND(m->mem, m->memories, m->n_memories, m->memory_capacity, fresh);
    return result;
}

static void add_port(memory mem, hdl_loc at, const char *verb)
{
    module *m = mem.m;

    if (is_in_block(m))
        hdl_error(m, at, "%s of memory `%s` under when; give the condition as its enable", verb,
                  m->memories[mem.id].name);
    add_item(m, (item){.kind = ITEM_MEMORY_PORT, .index = mem.id});
}

static bool check_address(memory mem, hdl_loc at, sig address, const char *verb)
{
    const storage *s = storage_of(mem);
    const char *role = arena_format(mem.m->mem, "%s of memory `%s` of %llu words: the address", verb, s->name,
                                    (unsigned long long)s->depth);
    return has_width(mem.m, at, address, clog2(s->depth), role);
}

sig hdl_mem_read(hdl_loc at, memory mem, sig address)
{
    module *m = mem.m;
    storage *s = storage_of(mem);

    if (s->kind != MEM_ASYNC)
        hdl_error(m, at, "mem_read of memory `%s`, which is read with the clock (mem_read_sync)", s->name);
    if (!check_address(mem, at, address, "mem_read"))
        return placeholder(m, at, s->width);
    s->is_read = true;
    uint32_t *args = arena_alloc(m->mem, sizeof *args);
    args[0] = address.id;
    node n = {.op = HDL_MEM_READ, .width = s->width, .n_args = 1, .aux = mem.id, .args = args, .at = at};
    return (sig){m, add_node(m, n)};
}

sig hdl_mem_read_sync(hdl_loc at, memory mem, const char *name, sig address, sig enable)
{
    module *m = mem.m;
    storage *s = storage_of(mem);

    if (s->kind == MEM_ASYNC)
        hdl_error(m, at, "mem_read_sync of memory `%s`, which is read without a clock (mem_read)", s->name);
    if (!check_address(mem, at, address, "mem_read_sync") || !has_width(m, at, enable, 1, "mem_read_sync: the enable"))
        return placeholder(m, at, s->width);
    s->is_read = true;
    symbol q = {.name = take_name(m, at, name),
                .at = at,
                .kind = HDL_MEM_SYNC,
                .width = s->width,
                .reset_kind = HDL_NO_RESET,
                .owner = mem.id};
    uint32_t id = add_symbol(m, q, true);
    node *n = &m->nodes[m->symbols[id].node];
    uint32_t *args = arena_alloc(m->mem, 2 * sizeof *args);
    args[0] = address.id;
    args[1] = enable.id;
    n->args = args;
    n->n_args = 2;
    push(m->mem, &s->sync_reads, id);
    add_port(mem, at, "mem_read_sync");
    return (sig){m, m->symbols[id].node};
}

void hdl_mem_write(hdl_loc at, memory mem, sig enable, sig address, sig data, sig mask)
{
    module *m = mem.m;
    storage *s = storage_of(mem);

    if (s->is_written) {
        hdl_error(m, at, "doubly driven: memory `%s` has a write port already, at %s:%d", s->name, s->write_at.file,
                  s->write_at.line);
        return;
    }
    if (!has_width(m, at, enable, 1, "mem_write: the enable") || !check_address(mem, at, address, "mem_write") ||
        !has_width(m, at, data, s->width, "mem_write: the data"))
        return;
    if (!is_none(mask) && s->width % 8 != 0) {
        hdl_error(m, at, "mem_write_bytes: memory `%s` of %u bits has no whole bytes", s->name, s->width);
        return;
    }
    if (!is_none(mask) && !has_width(m, at, mask, s->width / 8, "mem_write_bytes: the mask"))
        return;
    s->is_written = true;
    s->write_at = at;
    s->enable = enable.id;
    s->address = address.id;
    s->data = data.id;
    s->mask = is_none(mask) ? NONE : mask.id;
    add_port(mem, at, "mem_write");
}

/* ---- initial contents, attribute ---- */

static storage *uninitialized(hdl_loc at, memory mem)
{
    storage *s = storage_of(mem);

    if (s->contents != NO_CONTENTS)
        hdl_error(mem.m, at, "doubly driven: memory `%s` has initial contents already", s->name);
    return s;
}

void hdl_mem_clear(hdl_loc at, memory mem)
{
    uninitialized(at, mem)->contents = ZEROS;
}

void hdl_mem_file(hdl_loc at, memory mem, const char *file)
{
    storage *s = uninitialized(at, mem);

    s->contents = CONTENTS_FILE;
    s->file = quoted(mem.m->mem, file);
}

void hdl_mem_file_parameter(hdl_loc at, memory mem, const char *name)
{
    storage *s = uninitialized(at, mem);

    s->contents = CONTENTS_FILE;
    s->file = arena_copy(mem.m->mem, name);
    if (!has_parameter(mem.m, name))
        hdl_error(mem.m, at, "memory `%s`: module %s has no parameter `%s`", s->name, mem.m->name, name);
}

void hdl_mem_words(hdl_loc at, memory mem, const uint64_t *words, size_t n)
{
    storage *s = uninitialized(at, mem);

    if (s->width > 64 || n > s->depth) {
        hdl_error(mem.m, at, "mem_words: %zu words for memory `%s` of %llu words of %u bits", n, s->name,
                  (unsigned long long)s->depth, s->width);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (s->width < 64 && words[i] >> s->width != 0)
            hdl_error(mem.m, at, "literal too wide: word %zu, 0x%llx, of memory `%s` of %u bits", i,
                      (unsigned long long)words[i], s->name, s->width);
    uint64_t *copy = arena_alloc(mem.m->mem, (n != 0 ? n : 1) * sizeof *copy);
    memcpy(copy, words, n * sizeof *copy);
    s->contents = WORDS;
    s->words = copy;
    s->n_words = n;
}

void hdl_mem_attribute(hdl_loc at, memory mem, const char *text)
{
    (void)at;
    storage_of(mem)->attribute = arena_copy(mem.m->mem, text);
}
