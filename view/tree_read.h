/* What the files that read the tree share: a machine's tables, and the maps in them. */
#ifndef VIEW_TREE_READ_H
#define VIEW_TREE_READ_H

#include "view/tree.h"

enum { VIEW_PAGES = 1 << 20 };

struct view_reader {
    const struct hv_machine *machine;
    struct view_tree *tree;
    bool no_memory;
};

/* A word of RAM by real name; false if there is none. */
bool view_ram_word(const struct hv_machine *machine, uint32_t real, uint32_t *word);

/* Real name of a resource name of `vm` for an access: f of its level, then of the levels below. False if some f has no
 * value or denies it. */
bool view_translate(const struct view_reader *reader, const struct view_vm *vm, uint32_t name, unsigned access,
                    uint32_t *real);

/* An entry of a linear table with that grain: the rights it gives, 0 if it gives none or is malformed. */
unsigned view_entry_rights(uint32_t entry, uint32_t grain);

/* Fill in what `vm`, a VM with its maps and its parent's reach read, reaches. */
void view_reach(struct view_reader *reader, struct view_vm *vm);

/* Step at which the probe finds the memory map or the I/O map malformed (docs/spec.md, 10.3); HV_PROBE_DONE if it is
 * well-formed. */
enum hv_probe view_map_check(const struct hv_config *config, const struct view_map *map, bool io);

#endif
