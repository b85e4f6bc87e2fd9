/* References compared field by field: a struct has bytes that belong to none. */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include "lab/reference.h"

#include <stdbool.h>
#include <stddef.h>

static inline bool same_reference(const struct lab_reference *a, const struct lab_reference *b)
{
    return a->address == b->address && a->space == b->space && a->kind == b->kind && a->level == b->level &&
           a->size == b->size && a->relocation == b->relocation && a->below == b->below && a->flags == b->flags &&
           a->lacks_top == b->lacks_top && a->lacks_below == b->lacks_below && a->reads == b->reads;
}

/* All of `count`? */
static inline bool same_references(const struct lab_reference *a, const struct lab_reference *b, size_t count)
{
    size_t i = 0;
    while (i < count && same_reference(&a[i], &b[i]))
        i++;
    return i == count;
}

#endif
