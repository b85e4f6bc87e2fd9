/* The tree of virtual machines as a machine's memory holds it at one moment: roots, VMTABs, VMCBs and maps
 * (docs/spec.md, 4), read from the real machine down, each monitor's tables through the maps of the levels below it.
 *
 * Nothing is assumed of the memory. What LVMID would refuse is named by the step of its probe that refuses it
 * (isa/probe.def); a VMCB that a circle leads back to is named once and not entered again. Reading has no effect on the
 * machine.
 */
#ifndef VIEW_TREE_H
#define VIEW_TREE_H

#include "model/machine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* VMs beyond so many, and runs of pages of one VM beyond so many, are not read; the tree says so. */
enum { VIEW_MAX_VMS = 256, VIEW_MAX_RUNS = 4096 };

enum { VIEW_MEMORY, VIEW_IO, VIEW_MAPS };

/* One of f's two windows, in the VMCB's words. */
struct view_map {
    uint32_t word; /* the form word, of which these are the form and the grain */
    uint32_t form, grain, first, base, bound;
    bool bad;                  /* malformed (docs/spec.md, 10.3), or its table is not in RAM */
    uint32_t table;            /* linear: real name of the table at address `base`, if not bad */
    unsigned entries, present; /* linear: entries of the table, and those that give a value and a right */
};

/* Pages in a row that a VM reaches: resource names to real names, and what all levels grant. */
struct view_run {
    uint32_t page, real, pages;
    unsigned rights; /* HV_PTE_R, _W, _X */
};

enum view_context {
    VIEW_CONTEXT_LIVE,    /* it runs: in the registers */
    VIEW_CONTEXT_SAVED,   /* in its VMCB */
    VIEW_CONTEXT_ON_CHIP, /* level 0 while a VM runs: software cannot see it */
    VIEW_CONTEXT_NONE     /* its VMCB cannot be read */
};

struct view_vm {
    unsigned parent, level; /* index of the parent; the real machine is 0 and its own parent */
    uint64_t vmid;          /* packed as in commit.def */
    uint32_t syllable,
        last_syllable;  /* the same, but for neighbours that are refused at the same step before the VMCB */
    bool runs, in_vmid; /* it runs; the VMID register names it or one inside it */

    /* At the parent. The step at which LVMID's probe would end: at HV_PROBE_DONE it is a VM, from HV_PROBE_MEM_FORM on
     * the words of its VMCB are here. */
    enum hv_probe probe;
    uint32_t vmcb, vmcb_real; /* resource name at the parent, as the VMTAB has it; real name */
    uint32_t next_syllable, caps, vip, resume;
    uint32_t fault_cause, fault_address, fault_instruction, fault_count;
    struct view_map map[VIEW_MAPS];
    bool latched_differs; /* in_vmid: LVMID has latched other maps or capabilities than memory holds now */
    enum view_context context;
    uint32_t pc, mode;      /* of LIVE and SAVED */
    struct view_run *reach; /* pages it reaches, by name, ascending */
    size_t reach_count;
    bool reach_cut;
    unsigned same; /* index of the first VM with this VMCB: itself, or one met before; that is entered only on the way
                    * to the VM that runs */

    /* Its own tables: HV_PROBE_CAPS or HV_PROBE_DEPTH if it may have none, HV_PROBE_ROOT or HV_PROBE_VMTAB if LVMID
     * could not read them, HV_PROBE_DONE if they are read, HV_PROBE_STEPS if not: no VM, or one met before. */
    enum hv_probe tables;
    uint32_t vmtab, vmtab_real, length; /* vmtab_real: UINT32_MAX if its entry 1 is not in RAM */
    unsigned children;
};

struct view_tree {
    struct hv_config config;
    uint64_t records; /* commit records so far */
    uint64_t vmid;    /* of the register */
    unsigned level;
    struct view_vm *vms; /* in the order of VMID: a VM, then all inside it */
    unsigned count;
    bool found; /* the VM that runs is among them */
    bool cut;   /* there are more than VIEW_MAX_VMS */
};

/* Read it. False when memory runs out, with nothing to free. */
bool view_tree_read(struct view_tree *tree, const struct hv_machine *machine);
void view_tree_free(struct view_tree *tree);

/* Name of what refuses, from isa/probe.def. */
const char *view_probe_text(enum hv_probe probe);

#endif
