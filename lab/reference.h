/* A reference of a trace: what the readers of lab/ give, from files and from the model, and what its engines take. */
#ifndef NESTOR_LAB_REFERENCE_H
#define NESTOR_LAB_REFERENCE_H

#include <stdint.h>

/* What a reference is. The last two are events between references. */
enum lab_kind {
    LAB_FETCH,
    LAB_LOAD,
    LAB_STORE,
    LAB_FLUSH, /* entries of `space` and of every VM inside it may no longer be used: hv.fence (spec, 5) */
    LAB_ENTER, /* the VMID register holds `space` from here on: LVMID, a VM-fault (spec, 5.1, 5.2) */
    LAB_KINDS
};

/* Flags of a reference; 0 in traces that do not know. */
enum lab_flag {
    LAB_UNTRANSLATED = 1, /* the machine asked no associator and counted nothing: at level 0, and LVMID's operand
                             (spec, 7.1, 10.4.3) */
    LAB_ATOMIC = 2,   /* LR (a load), SC or AMO (a store): needs LAB_RIGHT_RAM beside its kind's right (spec, 10.2.3) */
    LAB_CHILDREN = 4, /* of LAB_FLUSH: not of `space` itself, only of the VMs inside it: hv.fence x0 */
    LAB_NOTHING = 8   /* of LAB_FLUSH: no VM is meant (hv.fence of a syllable that is none): last-page registers only */
};

/* Rights of a page. RAM: it is memory, no device, which fetches and atomics need (spec, 10.2.3). */
enum lab_right { LAB_RIGHT_R = 1, LAB_RIGHT_W = 2, LAB_RIGHT_X = 4, LAB_RIGHT_RAM = 8, LAB_RIGHTS = 15 };

/* `address` is a byte address as the program names it, before any map; of LAB_FLUSH and LAB_ENTER 0. `space` is the VM
 * whose name it is, numbered from 0 in the order in which the trace brings them up (which VMID a number stands for, the
 * trace's table says; one space, 0, in traces that know of no VMs: lab_trace_vm in lab/trace.h). `level` is the length
 * of its VMID. `size` is in bytes, 0 where the trace does not say.
 *
 * What follows is 0 in traces that know of no maps, and what 0 says there is right: phi is the identity, every page has
 * all rights, no walk reads a table. It tells what a walk would find at this moment, whether or not the machine that
 * made the trace had to make one: so a replay with any associator knows its own walks (spec, 7). */
struct lab_reference {
    uint64_t address;
    uint32_t space;
    uint8_t kind; /* enum lab_kind */
    uint8_t level;
    uint16_t size;
    uint32_t relocation; /* phi: bytes to add to `address`, modulo 2^32; lab_resource() */
    uint32_t below;      /* the page of level - 1 that f of `level` gives; 0 if it gives none, and at level 0 */
    uint8_t flags;       /* enum lab_flag */
    uint8_t lacks_top;   /* rights that f of `level` does not give; all of them when it has no value */
    uint8_t lacks_below; /* rights that the maps of level - 1 to 1 do not give to page `below`; the real page's
                            LAB_RIGHT_RAM included */
    uint8_t reads;       /* tables that a walk for this access reads: bits 3:0 at `level`, bits 7:4 below it */
};

/* The resource name: what associator and walk are asked for. */
static inline uint64_t lab_resource(const struct lab_reference *reference)
{
    return reference->relocation ? (uint32_t)(reference->address + reference->relocation) : reference->address;
}

/* The rights that an access needs of an entry. */
static inline unsigned lab_needs(const struct lab_reference *reference)
{
    static const uint8_t needs[LAB_KINDS] = {LAB_RIGHT_X | LAB_RIGHT_RAM, LAB_RIGHT_R, LAB_RIGHT_W, 0, 0};
    return needs[reference->kind] | (reference->flags & LAB_ATOMIC ? LAB_RIGHT_RAM : 0u);
}

/* The rights that a walk's entry would hold. A walk that does not give what the access needs is a miss that fills
 * nothing, neither associator nor prefix memory nor a last-page register: a VM-fault follows. */
static inline unsigned lab_rights(const struct lab_reference *reference)
{
    return LAB_RIGHTS & ~(unsigned)(reference->lacks_top | reference->lacks_below);
}

#endif
