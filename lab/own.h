/* Our own format of traces (docs/formats.md): its numbers, and what its reader and its writer both remember. */
#ifndef NESTOR_LAB_OWN_H
#define NESTOR_LAB_OWN_H

#include "lab/reference.h"

#include <stdbool.h>
#include <stddef.h>

#define OWN_MAGIC "\x8dNestor\n" /* 8 bytes */
enum { OWN_MAGIC_BYTES = 8, OWN_VERSION = 1 };

/* The header, 32-bit words behind the magic; then the program's name. */
enum { OWN_WORD_VERSION, OWN_WORD_PAGE_BITS, OWN_WORD_SYLLABLE_BITS, OWN_WORD_DEPTH, OWN_WORD_NAME, OWN_WORDS };
enum { OWN_HEADER_BYTES = OWN_MAGIC_BYTES + 4 * OWN_WORDS, OWN_MAX_NAME = 4096 };

/* An item begins with a byte: what it is, bits 2:0, an enum lab_kind or one of these; and bits that say what follows,
 * in their order. */
enum { OWN_VM = LAB_KINDS, OWN_END = 7, OWN_ITEM = 7 };
enum { OWN_ADDRESS = 1 << 3, OWN_SIZE = 1 << 4, OWN_FLAGS = 1 << 5, OWN_PHI = 1 << 6, OWN_MAPS = 1 << 7 };

/* What an item's fields are told relative to, for each kind. */
struct own_last {
    uint64_t next; /* the address behind the last reference */
    uint32_t relocation;
    uint16_t size;
    uint8_t flags;
    uint32_t maps; /* index of what is remembered of its page */
};

/* What is remembered of a page of a VM: what its maps were when they were told last. */
struct own_page {
    uint64_t page;
    uint32_t space, below;
    uint8_t lacks_top, lacks_below, reads;
    bool used;
};
struct own_pages {
    struct own_page *page; /* an open hash table of `room` places, a power of two */
    uint32_t count, room;
};

/* The place of a page, which is put there with maps of zeros if it is new; `guess` is looked at first. NULL: no memory.
 * The places of others change when there are more pages than before. */
struct own_page *own_pages_find(struct own_pages *pages, uint32_t guess, uint32_t space, uint64_t page);

/* Does an item tell of maps for it? */
static inline bool own_has_maps(const struct lab_reference *reference)
{
    return reference->level && !(reference->flags & LAB_UNTRANSLATED);
}

#endif
