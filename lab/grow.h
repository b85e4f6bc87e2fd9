/* Arrays that grow. */
#ifndef NESTOR_LAB_GROW_H
#define NESTOR_LAB_GROW_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* `array` is the address of a pointer to `*size` elements of `element` bytes: make it at least `count` of them, the new
 * ones zero. False when memory runs out, with everything as it was. */
static inline bool lab_grow(void *array, size_t *size, size_t count, size_t element)
{
    size_t wanted = *size ? *size : 64;
    void *old, *grown;
    if (count <= *size)
        return true;
    while (wanted < count)
        wanted *= 2;
    memcpy(&old, array, sizeof old);
    grown = realloc(old, wanted * element);
    if (!grown)
        return false;
    memset((char *)grown + *size * element, 0, (wanted - *size) * element);
    memcpy(array, &grown, sizeof grown);
    *size = wanted;
    return true;
}

#endif
