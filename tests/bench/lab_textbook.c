#include "tests/bench/lab_textbook.h"

#include <string.h>

enum { ENTRIES = 64, HEADS = 256 };

uint64_t array_read(const uint64_t *names, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += names[i];
    return sum;
}

uint64_t textbook_16x4(const uint64_t *names, size_t count)
{
    uint64_t tags[16][4], misses = 0;
    memset(tags, 0xff, sizeof tags);
    for (size_t i = 0; i < count; i++) {
        const uint64_t name = names[i];
        uint64_t *t = tags[name % 16];
        if (t[0] == name)
            continue;
        if (t[1] == name) {
            t[1] = t[0];
        } else if (t[2] == name) {
            t[2] = t[1];
            t[1] = t[0];
        } else {
            misses += t[3] != name;
            t[3] = t[2];
            t[2] = t[1];
            t[1] = t[0];
        }
        t[0] = name;
    }
    return misses;
}

struct node {
    uint64_t name;
    struct node *older, *newer, *next; /* by last use, in a ring with `list`; of the same head */
};

uint64_t textbook_64_list(const uint64_t *names, size_t count)
{
    struct node nodes[ENTRIES], list = {0, &list, &list, NULL}, *heads[HEADS] = {NULL};
    uint64_t misses = 0;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t name = names[i];
        struct node **head = &heads[(name ^ name >> 8) % HEADS], *node = *head;
        if (list.older->name == name && list.older != &list)
            continue;
        while (node && node->name != name)
            node = node->next;
        if (!node) {
            misses++;
            node = used < ENTRIES ? &nodes[used] : list.newer;
            if (used == ENTRIES) {
                struct node **link = &heads[(node->name ^ node->name >> 8) % HEADS];
                while (*link != node)
                    link = &(*link)->next;
                *link = node->next;
            }
            node->name = name;
            node->next = *head;
            *head = node;
        }
        if (used < ENTRIES && node == &nodes[used]) {
            used++;
        } else {
            node->newer->older = node->older;
            node->older->newer = node->newer;
        }
        node->newer = &list;
        node->older = list.older;
        list.older->newer = node;
        list.older = node;
    }
    return misses;
}

uint64_t textbook_64_search(const uint64_t *names, size_t count)
{
    uint32_t tags[ENTRIES];
    uint64_t misses = 0;
    memset(tags, 0xff, sizeof tags);
    for (size_t i = 0; i < count; i++) {
        const uint32_t name = (uint32_t)names[i];
        if (tags[0] == name)
            continue;
        uint32_t place = 0;
        for (uint32_t k = 0; k < ENTRIES; k++)
            place |= tags[k] == name ? k : 0;
        misses += tags[place] != name;
        place = tags[place] == name ? place : ENTRIES - 1;
        memmove(tags + 1, tags, place * sizeof *tags);
        tags[0] = name;
    }
    return misses;
}
