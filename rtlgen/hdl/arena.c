/* Memory, growing text, and tables of names. */
#include "hdl_internal.h"

#include <stdlib.h>
#include <string.h>

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

void *arena_alloc(arena *a, size_t bytes)
{
    const size_t align = _Alignof(max_align_t);

    bytes = (bytes + align - 1) / align * align;
    if (a->head == NULL || a->head->size - a->head->used < bytes) {
        size_t size = bytes > 65536 ? bytes : 65536;
        struct arena_chunk *fresh = calloc(1, sizeof *fresh + size);
        if (fresh == NULL)
            abort();
        fresh->size = size;
        fresh->next = a->head;
        a->head = fresh;
    }
    void *result = a->head->bytes + a->head->used;
    a->head->used += bytes;
    return result;
}

void *arena_grow(arena *a, const void *old, size_t old_bytes, size_t new_bytes)
{
    void *fresh = arena_alloc(a, new_bytes);

    if (old_bytes != 0)
        memcpy(fresh, old, old_bytes);
    return fresh;
}

char *arena_copy(arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(arena_alloc(a, n), text, n);
}

char *arena_vformat(arena *a, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        abort();
    char *result = arena_alloc(a, (size_t)n + 1);
    vsnprintf(result, (size_t)n + 1, format, args);
    return result;
}

char *arena_format(arena *a, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *result = arena_vformat(a, format, args);
    va_end(args);
    return result;
}

void arena_free(arena *a)
{
    while (a->head != NULL) {
        struct arena_chunk *next = a->head->next;
        free(a->head);
        a->head = next;
    }
}

void push(arena *a, ids *list, uint32_t id)
{
    APPEND(a, list->at, list->n, list->capacity, id);
}

/* ---- text ---- */

void putn(text *t, const char *s, size_t n)
{
    if (t->n + n + 1 > t->capacity) {
        size_t capacity = 2 * (t->n + n) + 64;
        t->at = arena_grow(t->mem, t->at, t->n, capacity);
        t->capacity = capacity;
    }
    memcpy(t->at + t->n, s, n);
    t->n += n;
    t->at[t->n] = '\0';
}

void put(text *t, const char *s)
{
    putn(t, s, strlen(s));
}

void putf(text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(t, arena_vformat(t->mem, format, args));
    va_end(args);
}

/* ---- names: a hash table with open addressing ---- */

struct name_entry {
    const char *name; /* NULL: free; "": removed */
    hdl_loc at;
};

static uint32_t hash(const char *s)
{
    uint32_t h = 2166136261u;

    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

static struct name_entry *slot_of(const names *t, const char *name)
{
    uint32_t i = hash(name) & (t->capacity - 1);

    while (t->slots[i].name != NULL && strcmp(t->slots[i].name, name) != 0)
        i = (i + 1) & (t->capacity - 1);
    return &t->slots[i];
}

const hdl_loc *names_find(const names *t, const char *name)
{
    if (t->capacity == 0)
        return NULL;
    const struct name_entry *e = slot_of(t, name);
    return e->name != NULL ? &e->at : NULL;
}

void names_add(arena *a, names *t, const char *name, hdl_loc at)
{
    if (2 * (t->n + 1) > t->capacity) {
        names old = *t;
        t->capacity = old.capacity != 0 ? 2 * old.capacity : 64;
        t->slots = arena_alloc(a, t->capacity * sizeof *t->slots);
        t->n = 0;
        for (uint32_t i = 0; i < old.capacity; i++)
            if (old.slots[i].name != NULL && old.slots[i].name[0] != '\0')
                names_add(a, t, old.slots[i].name, old.slots[i].at);
    }
    struct name_entry *e = slot_of(t, name);
    if (e->name == NULL)
        t->n++;
    *e = (struct name_entry){name, at};
}

void names_remove(names *t, const char *name)
{
    if (t->capacity == 0)
        return;
    struct name_entry *e = slot_of(t, name);
    if (e->name != NULL)
        e->name = "";
}

names names_copy(arena *a, const names *t)
{
    names copy = *t;

    copy.slots = arena_grow(a, t->slots, t->capacity * sizeof *t->slots, t->capacity * sizeof *t->slots);
    return copy;
}
