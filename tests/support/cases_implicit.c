/* LVMID whose own accesses fault: operand, root, VMTAB, VMCB and tables, each at every level below the
 * monitor. Nothing is changed by the probe (run.c compares the words written), the owner
 * of the failing map repairs it, and LVMID starts again at its own pc. */
#include "tests/support/cases.h"

/* Entries of the page tables that stop a load, and the VMCB's store. */
static bool stops(enum probe probe, enum breakage breakage, unsigned n, unsigned k)
{
    switch (breakage) {
    case B_V0:
    case B_ACCESSED:
    case B_NO_RIGHTS:
    case B_MALFORMED:
    case B_PPN:
        return true;
    case B_READ:
        return probe != P_VMCB;
    case B_WRITE:
    case B_DIRTY:
        return probe == P_VMCB;
    case B_NOTHING:
        return k == 0;
    case B_DEVICE: /* the operand on a device is an exception, see cases_lvmid.c */
        return k == 0 && probe != P_OPERAND;
    case B_GRAIN: /* the page beside it is broken too, and must come later in the probe */
        return k == n - 1 && (probe == P_VMTAB || probe == P_MEMTAB);
    default:
        return false;
    }
}

/* A chain of monitors down to level n, with a program below; the program's maps have tables of both kinds. */
static void monitors(struct builder *b, unsigned n, unsigned rb)
{
    struct hv_config config = directed_config();
    builder_chain(b, &config, n + 1, rb & ~(1u << (n + 1)));
    b->tree.vm[b->chain[n + 1]].io_form = HV_FORM_LINEAR;
}

static uint32_t probe_cause(enum probe probe, enum breakage breakage)
{
    uint32_t implicit = probe == P_OPERAND ? 0 : HV_CAUSE_IMPLICIT;
    return breakage_cause(breakage) | probe_access(probe) << HV_CAUSE_ACCESS_SHIFT | implicit;
}

/* One fault of the boot LVMID of the monitor at level n, mended by the one at level k. */
static void one_fault(struct builder *b, unsigned n, unsigned k, enum probe probe, enum breakage breakage)
{
    struct tree *tree = &b->tree;
    unsigned monitor = b->chain[n], mapped = b->chain[k + 1], owner = b->chain[k];
    uint32_t pte, good, name = probe_address(tree, b->chain[n + 1], probe);
    uint32_t address = break_control(b, monitor, mapped, name, breakage, &pte, &good);
    script_store(tree, owner, pte, good);
    script_resume(tree, owner);
    uint32_t pc = tree->vm[monitor].boot_lvmid;
    expect_fault(b, monitor, owner, probe_cause(probe, breakage), address, pc, word_lvmid(X5, 0));
    expect_resume(b, owner, monitor, pc);
}

static void implicit(struct case_list *list, unsigned n, unsigned k, enum probe probe, enum breakage breakage)
{
    static struct builder b;
    monitors(&b, n, ((unsigned)list->count * 0x9e37u >> 3) & 0x1e & ~(1u << (k + 1)));
    b.tree.vm[b.chain[k + 1]].grain = breakage == B_GRAIN;
    tree_layout(&b.tree);
    unsigned monitor = b.chain[n];
    program_plain(&b.tree, b.chain[n + 1], 0);
    expect_boot(&b, 0, monitor);
    one_fault(&b, n, k, probe, breakage);
    expect_boot(&b, monitor, b.chain[n + 1]);
    uint32_t pc = b.tree.vm[monitor].boot_lvmid, operand = page_name(&b.tree, PAGE_DATA) + OPERAND;
    for (unsigned i = 0; i < 2; i++) {
        expect_field(&b, monitor, pc, i, HV_COMMIT_mem_addr, operand);
        expect_field(&b, monitor, pc, i, HV_COMMIT_accesses, 1); /* its own fetch only: 10.4, 3 */
    }
    expect_field(&b, monitor, pc, 1, HV_COMMIT_mem_real, tree_real(&b.tree, monitor, operand));
    b.icarus = n == 3 && k == 1 && probe == P_VMCB && breakage == B_WRITE;
    case_add(list, &b, "implicit", "%s %s level %u receiver %u", probe_name[probe], breakage_name[breakage], n, k);
}

/* Everything is broken at every level: one LVMID starts again until the last of it is mended. */
static void everything(struct case_list *list, unsigned n)
{
    static struct builder b;
    monitors(&b, n, 0);
    tree_layout(&b.tree);
    program_plain(&b.tree, b.chain[n + 1], 0);
    expect_boot(&b, 0, b.chain[n]);
    for (enum probe probe = 0; probe < PROBES; probe++)
        for (unsigned k = n; k-- > 0;)
            one_fault(&b, n, k, probe, (probe + k) % 2 ? B_V0 : B_ACCESSED);
    expect_boot(&b, b.chain[n], b.chain[n + 1]);
    b.icarus = n == 2;
    case_add(list, &b, "implicit", "everything broken below level %u", n);
}

/* A pointer in the monitor's own memory leads out of its windows, or to a device. */
struct pointer {
    const char *name;
    enum probe holder; /* the word that is bad: in the root, the VMTAB or the VMCB */
    uint32_t offset;   /* within it */
    bool bound_0;      /* the map's bound is 0 as well: its table's page is translated all the same */
    unsigned misses;   /* access of the fault */
};

static uint32_t holder_name(const struct builder *b, unsigned n, const struct pointer *p)
{
    return probe_address(&b->tree, b->chain[n + 1], p->holder) + p->offset;
}

static void pointer(struct case_list *list, unsigned n, const struct pointer *p, uint32_t value, bool device)
{
    static struct builder b;
    monitors(&b, n, (unsigned)list->count & 0x1e);
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[n], k = device ? 0 : n - 1, owner = b.chain[k];
    program_plain(tree, b.chain[n + 1], 0);
    uint32_t name = holder_name(&b, n, p), at_owner = tree_name_at(tree, monitor, owner, name);
    script_store(tree, owner, at_owner, tree_peek(tree, monitor, name));
    tree_poke(tree, monitor, name, value);
    if (p->bound_0) {
        script_store(tree, owner, at_owner + 4, tree_peek(tree, monitor, name + 4));
        tree_poke(tree, monitor, name + 4, 0);
    }
    script_resume(tree, owner);
    uint32_t past = p->holder == P_ROOT ? 4 * tree->vm[b.chain[n + 1]].syllable : 0;
    uint32_t cause = (device ? HV_FAULT_INVALID : HV_FAULT_MISSING) | p->misses << HV_CAUSE_ACCESS_SHIFT;
    uint32_t pc = tree->vm[monitor].boot_lvmid;
    expect_boot(&b, 0, monitor);
    expect_fault(&b, monitor, owner, cause | HV_CAUSE_IMPLICIT, value + past, pc, word_lvmid(X5, 0));
    expect_resume(&b, owner, monitor, pc);
    expect_boot(&b, monitor, b.chain[n + 1]);
    case_add(list, &b, "implicit", "%s pointer %08x level %u", p->name, value, n);
}

static void pointers(struct case_list *list, unsigned n)
{
    static const struct pointer table[] = {
        {"VMTAB", P_ROOT, HV_ROOT_VMTAB, false, HV_ACCESS_LOAD},
        {"VMCB", P_VMTAB, 0, false, HV_ACCESS_STORE},
        {"memory table", P_VMCB, HV_VMCB_MEM_BASE, false, HV_ACCESS_LOAD},
        {"I/O table", P_VMCB, HV_VMCB_IO_BASE, false, HV_ACCESS_LOAD},
        {"unused memory table", P_VMCB, HV_VMCB_MEM_BASE, true, HV_ACCESS_LOAD},
        {"unused I/O table", P_VMCB, HV_VMCB_IO_BASE, true, HV_ACCESS_LOAD},
    };
    struct hv_config config = directed_config();
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        pointer(list, n, &table[i], 0x70000000, false);
        pointer(list, n, &table[i], config.finisher_base + 0x200, true);
    }
    pointer(list, n, &table[0], 0xfffffffc, false); /* the entry's name wraps around */
}

/* An operand out of all windows. The owner of the monitor's map skips that LVMID: the next one is good. */
static void emit_nowhere(struct code *code, void *argument)
{
    op_li(code, X5, 0x70000000);
    *(uint32_t *)argument = code_here(code);
    op_lvmid(code, X5, 4);
}

static void operand_nowhere(struct case_list *list, unsigned n)
{
    static struct builder b;
    uint32_t pc = 0;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n + 1, (unsigned)list->count & 0x1e);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[n], owner = b.chain[n - 1];
    tree->vm[monitor].boot = emit_nowhere;
    tree->vm[monitor].boot_argument = &pc;
    tree_layout(tree);
    program_plain(tree, b.chain[n + 1], 0);
    script_store(tree, owner, tree_vmcb(tree, monitor) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    script_resume(tree, owner);
    expect_boot(&b, 0, monitor);
    expect_fault(&b, monitor, owner, HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT, 0x70000004, pc,
                 word_lvmid(X5, 4));
    expect_resume(&b, owner, monitor, pc + 4);
    expect_boot(&b, monitor, b.chain[n + 1]);
    expect_field(&b, monitor, pc, 0, HV_COMMIT_mem_addr, 0x70000004);
    case_add(list, &b, "implicit", "operand out of all windows level %u", n);
}

void cases_implicit(struct case_list *list)
{
    for (unsigned n = 1; n <= 3; n++) {
        for (unsigned k = 0; k < n; k++)
            for (enum probe probe = 0; probe < PROBES; probe++)
                for (enum breakage breakage = 0; breakage < BREAKAGES; breakage++)
                    if (stops(probe, breakage, n, k))
                        implicit(list, n, k, probe, breakage);
        everything(list, n);
        operand_nowhere(list, n);
        pointers(list, n);
    }
}
