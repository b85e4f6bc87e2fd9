/* The paper's example tells its lines over the UART, for a board: build/software/table2_board.elf.
 *
 * At each VM-fault to level 0, where no map is in force, table2.S calls tell(). The lines done by then are written as
 * the paper has them. Each name's way is read from the tables that lie in real memory, as a monitor may; how each line
 * ended is what the hardware left: the register that was loaded, the cause and name of the exception, the fault record
 * in the VMCB. Where the two do not agree, the line says so and the program fails.
 */
#include "hv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UART = 0x10000000, LSR = 5, EMPTY = 0x20 };
enum { A0 = 10, A1 = 11 };
enum { LOAD = 0x03, CUSTOM = 0x0b };

/* A virtual machine's maps, the innermost first: f1.1, then f1. */
struct ways {
    const char *vmid;
    const struct vmcb *vmcb[2];
    unsigned count;
    uint32_t base, bound; /* R-B */
};

/* What a line's name became: the real name, or where the way ended. */
struct end {
    bool exception, fault;
    uint32_t name; /* the real name, or the argument of phi or of the f that has no value */
};

/* The compiler's own calls: there is no library here. */
void *memset(void *to, int value, size_t length)
{
    for (unsigned char *c = to; length--; c++)
        *c = (unsigned char)value;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    return to;
}

static void put(char c)
{
    volatile uint8_t *uart = (volatile uint8_t *)UART;
    while (!(uart[LSR] & EMPTY))
        continue;
    uart[0] = (uint8_t)c;
}

/* Returns how many characters. */
static unsigned text(const char *s)
{
    unsigned n = 0;
    for (; s[n]; n++)
        put(s[n]);
    return n;
}

static unsigned number(uint32_t value)
{
    char digits[10];
    unsigned n = 0, length;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    for (length = n; n;)
        put(digits[--n]);
    return length;
}

static void fill(unsigned used, unsigned width)
{
    for (; used < width; used++)
        put(' ');
}

/* Page p, word o is p*1000 + o. */
static unsigned name(uint32_t n)
{
    return number((n >> 12) * 1000 + (n & 0xfff) / 4);
}

/* The words of a VM's memory are reached through the maps of the levels below. */
static bool apply(const struct ways *w, unsigned i, uint32_t *n)
{
    const struct hv_window *map = &w->vmcb[i]->memory;
    const uint32_t page = (*n >> 12) - map->first;
    if ((*n >> 12) < map->first || page >= map->bound)
        return false;
    uint32_t entry = map->base + 4 * page;
    for (unsigned k = i + 1; k < w->count; k++)
        if (!apply(w, k, &entry))
            return false;
    const uint32_t pte = *(const uint32_t *)entry;
    if (map->form != HV_FORM_LINEAR || !(pte & HV_PTE_V))
        return false;
    *n = (pte >> 10) << 12 | (*n & 0xfff);
    return true;
}

/* Writes the way of a name and says where it ended. */
static struct end way(const struct ways *w, uint32_t n)
{
    text("phi(");
    name(n);
    text(")=");
    if (n >= w->bound) {
        put('e');
        return (struct end){.exception = true, .name = n};
    }
    n += w->base;
    name(n);
    for (unsigned i = 0; i < w->count; i++) {
        const uint32_t argument = n;
        text(", f");
        text(i ? "1" : w->vmid);
        put('(');
        name(n);
        text(")=");
        if (!apply(w, i, &n)) {
            put('t');
            return (struct end){.fault = true, .name = argument};
        }
        name(n);
    }
    return (struct end){.name = n};
}

static void head(unsigned line, const struct ways *w, uint32_t ic, const char *after, const char *shows)
{
    text("line ");
    number(line);
    text("  VMID ");
    fill(text(w->vmid), 6);
    text("R-B ");
    unsigned used = number(w->base >> 12) + 1;
    put('-');
    fill(used + number(w->bound >> 12), 6);
    text("IC ");
    fill(name(ic), 6);
    text("VMID after ");
    fill(text(after), 6);
    text(shows);
    text("\n  board ");
}

/* A line up to where its operand's way ended; x: registers at its instruction. */
static struct end perform(const struct ways *w, uint32_t ic, const uint32_t *x)
{
    const struct end fetch = way(w, ic);
    if (fetch.exception || fetch.fault)
        return fetch;
    const uint32_t insn = *(const uint32_t *)fetch.name, base = insn >> 15 & 31;
    const uint32_t operand = (uint32_t)((int32_t)insn >> 20) + (base ? x[base] : 0);
    text((insn & 0x7f) == LOAD ? "; LOAD " : (insn & 0x7f) == CUSTOM ? "; LVMID " : "; ? ");
    name(operand);
    text("; ");
    return way(w, operand);
}

static bool done(bool as_recorded)
{
    if (!as_recorded)
        text("  NOT what the machine has recorded");
    put('\n');
    return as_recorded;
}

static bool appends(struct end end)
{
    text("; append ");
    number(*(const uint32_t *)end.name);
    return done(!end.exception && !end.fault);
}

/* The VMCB of a syllable in a monitor whose page 0, with root, VMTAB and VMCBs, is at the real name `page`. */
static const struct vmcb *vmcb(uint32_t page, unsigned syllable)
{
    const uint32_t vmtab = *(const uint32_t *)(page + HV_ROOT_VMTAB);
    return (const struct vmcb *)(page + ((const uint32_t *)(page + vmtab))[syllable]);
}

/* VM 1's page 0 holds its root, its VMTAB and the VMCB of 1.1, and f1 has it whole. */
static const struct vmcb *inner(const struct vmcb *vm1)
{
    const struct ways w = {"1", {vm1}, 1, 0, 0};
    uint32_t page = 0;
    return apply(&w, 0, &page) ? vmcb(page, 1) : vm1;
}

static struct ways of(const char *vmid, const struct vmcb *vm)
{
    return (struct ways){vmid, {vm}, 1, vm->mbase, vm->mbound};
}

static bool faulted(const struct vmcb *vm, struct end end)
{
    return done(end.fault && vm->fault_cause == (HV_FAULT_MISSING | HV_ACCESS_LOAD << 4) &&
                vm->fault_address == end.name);
}

/* LVMID loads its a0 from the VMCB, so for lines 1 and 5 a0 is here what table2.S has put there before.
 *
 * Lines 1 to 3, at VM 1's first hv.exit; 4, at VM 2's VM-fault; 5 and 6, at VM 1's second hv.exit. `x`: the general
 * registers of the VM. False: a line did not end as the hardware has recorded. */
bool tell(unsigned step, const uint32_t *x)
{
    const struct vmcb *vm1 = vmcb(0, 1), *vm2 = vmcb(0, 2), *vm11 = inner(vm1);
    struct ways w = of("1", vm1);
    struct end end;
    bool good = true;
    if (step == 1) {
        const struct ways null = {"NULL", {0}, 0, 0, 14 << 12};
        head(1, &null, 2 << 12, "1", "LVMID");
        good &= appends(perform(&null, 2 << 12, (uint32_t[32]){[A0] = 2 << 12 | 800 * 4}));
        head(2, &w, vm1->mepc - 4, "1", "execution in a virtual machine");
        end = perform(&w, vm1->mepc - 4, x);
        text("; loads ");
        number(x[A1]);
        good &= done(!end.fault && !end.exception && *(const uint32_t *)end.name == x[A1]);
        head(3, &w, vm1->mepc, "1", "process exception in a virtual machine");
        end = perform(&w, vm1->mepc, x);
        good &= done(end.exception && vm1->mcause == HV_EXC_LOAD_FAULT && vm1->mtval == end.name);
    } else if (step == 2) {
        w = of("2", vm2);
        head(4, &w, vm2->pc, "NULL", "VM-fault");
        good &= faulted(vm2, perform(&w, vm2->pc, x));
    } else {
        head(5, &w, vm1->mepc, "1.1", "LVMID with recursion");
        good &= appends(perform(&w, vm1->mepc, (uint32_t[32]){[A0] = 1 << 12 | 300 * 4}));
        w = (struct ways){"1.1", {vm11, vm1}, 2, vm11->mbase, vm11->mbound};
        head(6, &w, vm11->pc, "1", "recursive execution, VM-fault");
        good &= faulted(vm11, perform(&w, vm11->pc, x));
    }
    return good;
}
