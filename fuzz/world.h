/* A fuzzed world: a configuration, a tree of virtual machines, and the words in the memory of each, written in its
 * own resource names. It is what the generator makes, what the shrinker takes apart, and what a replay
 * file holds.
 *
 * VM 0 is the real machine; every other VM has a parent with a lower number. `frame` says where the pages of a VM's RAM
 * lie in its parent's, so that its words can be put into real memory. The maps that the hardware reads are themselves
 * words in the monitors' memories, and may say something else.
 */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include "config/config.h"
#include "sim/lockstep.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { FUZZ_MAX_VMS = 24, FUZZ_MAX_PAGES = 256, FUZZ_HOLE = 0xffff, FUZZ_MAX_INPUT = 64, FUZZ_MAX_WORDS = 8192 };
enum { FUZZ_MAX_COMMITS = 1000000, FUZZ_MAX_RAM = 1 << 24 };

enum fuzz_kind { FUZZ_DATA, FUZZ_CODE };

struct fuzz_word {
    uint32_t name, value; /* resource name, a multiple of 4 */
    enum fuzz_kind kind;
    const char *note; /* what it is, for readers of the file; a string constant or NULL */
};

struct fuzz_vm {
    unsigned parent, level;
    uint32_t syllable, vmcb;        /* its number, and its VMCB's name, at the parent; 0 if unknown */
    uint32_t pages;                 /* of its RAM, from ram_base up */
    uint16_t frame[FUZZ_MAX_PAGES]; /* page of the parent's RAM, counted from ram_base, or FUZZ_HOLE */
    struct fuzz_word *words;        /* later ones go over earlier ones */
    size_t count, capacity;
};

struct fuzz_world {
    struct hv_config config;
    uint64_t seed;         /* it was made from; 0 if by hand */
    uint64_t limit;        /* commit records */
    unsigned wait_percent; /* memory wait states, and their seed */
    uint64_t wait_seed;
    const char *simulator; /* name of the one that it failed on, a string constant; NULL: not known */
    bool fenced;           /* made so that every change of a map is followed by a fence */
    uint8_t input[FUZZ_MAX_INPUT];
    size_t input_length;
    struct fuzz_vm vm[FUZZ_MAX_VMS];
    unsigned vms;
};

/* Empty, with the real machine; *world need not have been anything. */
void fuzz_world_begin(struct fuzz_world *world, const struct hv_config *config);
void fuzz_world_end(struct fuzz_world *world);
/* A deep copy; `to` is begun by it. */
void fuzz_world_copy(struct fuzz_world *to, const struct fuzz_world *from);

/* Add a VM with `pages` pages, all holes. Returns its number. */
unsigned fuzz_world_add(struct fuzz_world *world, unsigned parent, uint32_t pages);
/* Put a word, or change the one that is there. */
void fuzz_world_put(struct fuzz_world *world, unsigned vm, uint32_t name, uint32_t value, enum fuzz_kind kind,
                    const char *note);
/* The word at `name`, or NULL. */
struct fuzz_word *fuzz_world_find(const struct fuzz_world *world, unsigned vm, uint32_t name);
/* Remove VM `vm` and all inside it. */
void fuzz_world_remove_vm(struct fuzz_world *world, unsigned vm);

/* Page of RAM `page` (from 0) of VM `vm`, as page of the RAM of `ancestor`; FUZZ_HOLE if there is none. */
uint32_t fuzz_world_page(const struct fuzz_world *world, unsigned vm, uint32_t page, unsigned ancestor);
/* Real name of a resource name; false if it has no place. */
bool fuzz_world_real(const struct fuzz_world *world, unsigned vm, uint32_t name, uint32_t *real);

/* All of RAM as one segment: `ram` holds config.ram_bytes bytes. */
void fuzz_world_image(const struct fuzz_world *world, uint8_t *ram);

/* Words, and those of code, in all VMs. */
size_t fuzz_world_words(const struct fuzz_world *world);
size_t fuzz_world_instructions(const struct fuzz_world *world);
/* Levels that have a VM with words in them, the real machine's included. */
unsigned fuzz_world_levels(const struct fuzz_world *world);

/* As a text file; docs/formats.md has the format. `comment`, if not NULL, is put at its head. Returns 0 or -1 with
 * errno. */
int fuzz_world_print(const struct fuzz_world *world, const char *comment, FILE *stream);
/* Read one: `text` of `length` bytes with a NUL behind it, `file` for messages. On an error -1, *error filled (file,
 * line, what was found, what was expected) and nothing to free. The configuration is valid for hardware. */
int fuzz_world_parse(struct fuzz_world *world, const char *text, size_t length, const char *file,
                     struct hv_error *error);

#endif
