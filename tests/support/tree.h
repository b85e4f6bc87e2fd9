/* A tree of virtual machines inside one RAM image.
 *
 * VM 0 is the real machine. Every VM's RAM begins at the configuration's ram_base, its root at
 * hv_root. A VM with children is a monitor: its own pages are the control pages below, one thing in
 * each, so that a test can take away any of them alone; then come the pages of its children. A VM
 * without children has program pages. The first child's last page is the monitor's last page, so the
 * last page of a leaf can be cut off by any level's bound.
 *
 * Use: tree_begin, tree_add (parents first), the fields of struct vm that are to differ, tree_layout,
 * then code, pokes and scripts, then tree_finish.
 *
 * What a monitor does is a script. Its handler of VM-faults saves the registers it needs in the
 * VMCB, runs one step of the script, restores them and issues LVMID for its current child.
 * A script that is at its end ends the run with exit code EXIT_SCRIPT.
 */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include "config/config.h"
#include "tests/support/asm.h"

#include <stdbool.h>

enum control_page { PAGE_ROOT, PAGE_CODE, PAGE_VMTAB, PAGE_VMCB, PAGE_MEMTAB, PAGE_IOTAB, PAGE_DATA, CONTROL_PAGES };

/* Offsets in the pages above. */
enum {
    VMTAB_OFFSET = 0x10,
    TABLE_BYTES = 0x100, /* room of one child's table in PAGE_MEMTAB and PAGE_IOTAB */
    SCRIPT_POINTER = 0,  /* PAGE_DATA: address of the next word of the script */
    OPERAND = 8,         /* PAGE_DATA: the operand of the handler's LVMID */
    SCRIPT_OFFSET = 0x40
};

enum { TREE_VMS = 16, TREE_PAGES = 64, MAX_SYLLABLE = 15 };

/* Exit codes that tests do not use themselves. */
enum { EXIT_SCRIPT = 0x7a };

#define FINISH_PASS       0x5555u
#define FINISH_FAIL(code) (0x3333u | (uint32_t)(code) << 16)

struct vm {
    unsigned parent, level, syllable, slot; /* slot: number among the children, from 1 */
    uint64_t vmid;
    unsigned children;
    uint32_t own_pages, pages;  /* set by tree_layout; own_pages of a leaf may be set before */
    uint32_t frame[TREE_PAGES]; /* page of the parent's RAM that holds page i */

    /* To be changed between tree_add and tree_layout. */
    uint32_t mem_form, grain;    /* HV_FORM_LINEAR by default */
    uint32_t io_form;            /* HV_FORM_RB by default: passes the pages below through */
    uint32_t io_first, io_pages; /* default: the finisher's page */
    uint32_t caps, vip;
    uint32_t pc, mode;
    bool prelinked; /* NEXT_SYLLABLE of its VMCB is its first child from the start */
    /* Code at the beginning of the monitor's boot, may be NULL; may change x5 to x7. */
    void (*boot)(struct code *code, void *argument);
    void *boot_argument;

    uint32_t script_end; /* name where the script's next word is put */
    /* Names in PAGE_CODE, after tree_layout: of instructions, and of room for a test's own code. */
    uint32_t boot_pc, boot_lvmid, handler_lvmid, fence_all_pc, fence_pc, code_end;
};

struct tree {
    struct hv_config config;
    unsigned count;
    struct vm vm[TREE_VMS];
    uint8_t *ram;
};

/* The configuration is copied. */
void tree_begin(struct tree *tree, const struct hv_config *config);
void tree_end(struct tree *tree);
unsigned tree_add(struct tree *tree, unsigned parent, unsigned syllable);
/* Adds a chain below VM 0 with syllables of its own; chain[j] is the VM at level j, 0 <= j <= depth. */
void tree_chain(struct tree *tree, unsigned depth, unsigned chain[HV_MAX_DEPTH + 1]);
void tree_layout(struct tree *tree);
/* Ends every script. */
void tree_finish(struct tree *tree);

/* Names. All are resource names of the VM named. */
uint32_t page_name(const struct tree *tree, uint32_t page);
uint32_t last_page(const struct tree *tree, unsigned vm);
uint32_t tree_real(const struct tree *tree, unsigned vm, uint32_t name);
/* The name that the VM's name has at its ancestor (itself included). */
uint32_t tree_name_at(const struct tree *tree, unsigned vm, unsigned ancestor, uint32_t name);
/* Of the VM's VMCB and its words, table entries, at the parent. */
uint32_t tree_vmcb(const struct tree *tree, unsigned vm);
uint32_t tree_vmtab_entry(const struct tree *tree, unsigned vm);
uint32_t tree_pte(const struct tree *tree, unsigned vm, uint32_t name);
uint32_t tree_io_pte(const struct tree *tree, unsigned vm, uint32_t page);

/* Words of a VM's RAM. */
uint32_t tree_peek(const struct tree *tree, unsigned vm, uint32_t name);
void tree_poke(struct tree *tree, unsigned vm, uint32_t name, uint32_t value);
void tree_code(struct tree *tree, unsigned vm, struct code *code);
void tree_set_vmcb(struct tree *tree, unsigned vm, uint32_t offset, uint32_t value);
uint32_t tree_get_vmcb(const struct tree *tree, unsigned vm, uint32_t offset);

/* The script of a monitor; each step ends with resume, finish or halt. */
void script_store(struct tree *tree, unsigned vm, uint32_t name, uint32_t value);
void script_resume(struct tree *tree, unsigned vm);
void script_finish(struct tree *tree, unsigned vm, uint32_t value);
void script_fence_all(struct tree *tree, unsigned vm);
void script_fence(struct tree *tree, unsigned vm, uint32_t syllable);
void script_mie(struct tree *tree, unsigned vm, uint32_t mie);
/* Make `child` the current child: the next resume goes to it. */
void script_switch(struct tree *tree, unsigned vm, unsigned child);
/* Call code at `name`: it may change x7, x28 and x29's value after its `jalr x0, 0(x29)`. */
void script_call(struct tree *tree, unsigned vm, uint32_t name);
/* The child's register as the handler saved it: x5, x6, x7, x28 or x29. */
void script_register(struct tree *tree, unsigned vm, unsigned child, unsigned x, uint32_t value);

#endif
