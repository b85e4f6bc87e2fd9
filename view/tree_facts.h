/* What is to be told of a VM of the tree, in lines: the same in the text and in the picture. */
#ifndef VIEW_TREE_FACTS_H
#define VIEW_TREE_FACTS_H

#include "view/names.h"
#include "view/tree.h"

enum { VIEW_MAX_FACTS = 16, VIEW_FACT_LENGTH = 160, VIEW_NAME_SIZE = 2 * VIEW_VMID_SIZE };

struct view_fact {
    const char *label;
    char value[VIEW_FACT_LENGTH];
    bool alarm; /* malformed */
};

/* Returns how many. */
unsigned view_facts(const struct view_tree *tree, const struct view_vm *vm, struct view_fact facts[VIEW_MAX_FACTS]);

/* The name of a VM: its VMID, or of neighbours that are refused "1.3 to 1.15". */
void view_vm_name(const struct view_tree *tree, const struct view_vm *vm, char text[VIEW_NAME_SIZE]);

/* "960 KiB", "1536 KiB", "2 MiB". */
void view_size_text(uint64_t pages, char text[24]);

/* Names of the bits of CAPS, or of VIP, that are set; "none". */
void view_caps_text(uint32_t caps, char text[VIEW_FACT_LENGTH]);
void view_vip_text(uint32_t vip, char text[VIEW_FACT_LENGTH]);

/* "none", "rb", "linear"; "?" for another form. */
const char *view_form_name(uint32_t form);

/* The part of a run of real pages that is RAM; false if none is. */
bool view_run_in_ram(const struct hv_config *config, const struct view_run *run, struct view_run *part);

/* One sentence on the whole, and of what it lacks; the second is empty if it is all there. */
void view_tree_title(const struct view_tree *tree, char text[VIEW_FACT_LENGTH]);
void view_tree_note(const struct view_tree *tree, char text[VIEW_FACT_LENGTH]);

#endif
