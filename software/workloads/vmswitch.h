/*
 * vmswitch: what a monitor keeps in its memory (section 4 of the
 * specification), and the assembly that enters a VM and comes back.
 */
#ifndef VMSWITCH_H
#define VMSWITCH_H

#include <stddef.h>
#include <stdint.h>

enum form { FORM_NONE = 0, FORM_RB = 1, FORM_LINEAR = 2 };

/* One of the two windows of an f-map. `first` and `bound` are in pages; `base`
   is a page for FORM_RB and the address of the table for FORM_LINEAR. */
struct window {
    uint32_t form, first, base, bound;
};

struct vmcb {
    uint32_t next_syllable;
    uint32_t caps;
    uint32_t vip;
    uint32_t resume;
    struct window memory;
    struct window io;
    uint32_t fault_cause;
    uint32_t fault_address;
    uint32_t fault_instruction;
    uint32_t fault_count;
    uint32_t pc, mode, mstatus, mie, mtvec, mscratch, mepc, mcause, mtval, mcounteren;
    uint32_t mphi, mbase, mbound;
    uint32_t reserved[35];
    uint32_t x[32]; /* the general registers; software's, but for LVMID's load */
    uint32_t unused[32];
};

_Static_assert(offsetof(struct vmcb, pc) == 0x40, "processor map");
_Static_assert(offsetof(struct vmcb, mbound) == 0x70, "processor map");
_Static_assert(offsetof(struct vmcb, x) == 0x100, "general registers");
_Static_assert(sizeof(struct vmcb) == 512, "VMCB");

enum { CAPS_EXIT = 1 << 3, RESUME_SKIP = 1 };
enum { FAULT_MISSING = 1, FAULT_DENIED = 2, FAULT_INTERRUPT = 3, FAULT_EXIT = 4 };
enum { ACCESS_FETCH = 1, ACCESS_LOAD = 2, ACCESS_STORE = 3 };
enum {
    PTE_V = 1,
    PTE_R = 2,
    PTE_W = 4,
    PTE_X = 8,
    PTE_A = 64,
    PTE_D = 128,
    PTE_PPN_SHIFT = 10,
};

/* The root, which start.S places. */
extern struct {
    struct vmcb **vmtab;
    uint32_t instruction;
    uint32_t length;
} hv_root;

/* Ends the turn of the VM that executes it, with a word there and back. */
#define HV_EXIT(word) __asm__ volatile(".insn i 0x0b, 2, x0, x0, 0" : "+r"(word)::"memory")

static inline void hv_fence(uint32_t child)
{
    __asm__ volatile(".insn i 0x0b, 1, x0, %0, 0" ::"r"(child) : "memory");
}

/* Runs a VM until its next VM-fault, which the VMCB then describes, and
   returns 0. If LVMID raises an exception instead, returns its cause. */
uint32_t hv_enter(struct vmcb *vm, const uint32_t *syllable);

/* A coroutine: what it has to keep between its turns, all on its stack. */
struct coroutine {
    uint32_t sp;
};

/* It will begin as entry(argument, first number). */
void coroutine_make(struct coroutine *routine, uint32_t entry, uint32_t stack, uint32_t argument);

/* Gives the coroutine a number and a turn; returns the number it gives back. */
uint32_t coroutine_turn(struct coroutine *routine, uint32_t number);

/* Called by the coroutine: the other end of coroutine_turn. */
uint32_t coroutine_exchange(uint32_t number);

#endif
