/* Step 7 of LVMID: a link that LVMID would refuse, a bad VMCB, or no VM capability, at each monitor of
 * the chain: INVALID to the level below that monitor. And DEPTH, below the deepest level. */
#include "tests/support/cases.h"

/* Where the bad word is: in monitor m's own VMCB, which its owner keeps, or in monitor m's memory. */
enum place { IN_OWN_VMCB, IN_ROOT, IN_ENTRY, IN_CHILD };

struct link {
    const char *name;
    enum place place;
    uint32_t offset, value;
    uint32_t cause; /* without the implicit bit */
    uint32_t past;  /* a mapping's fault address less the value */
    bool to_0;      /* goes to level 0, not to level m - 1 */
};

#define INVALID        HV_FAULT_INVALID
#define MISSED(access) (HV_FAULT_MISSING | HV_ACCESS_##access << HV_CAUSE_ACCESS_SHIFT)
#define NO_RAM(access) (HV_FAULT_INVALID | HV_ACCESS_##access << HV_CAUSE_ACCESS_SHIFT)
enum { NOWHERE = 0x70000000, DEVICE = 0x00100200 };

static const struct link links[] = {
    {"syllable 16", IN_OWN_VMCB, HV_VMCB_NEXT_SYLLABLE, 16, INVALID, 0, false},
    {"syllable with high bits", IN_OWN_VMCB, HV_VMCB_NEXT_SYLLABLE, 0x40000001, INVALID, 0, false},
    {"syllable above the length", IN_OWN_VMCB, HV_VMCB_NEXT_SYLLABLE, 15, INVALID, 0, false},
    {"no VM capability", IN_OWN_VMCB, HV_VMCB_CAPS, ~(uint32_t)HV_CAP_VM, INVALID, 0, false},
    {"VMTAB misaligned", IN_ROOT, HV_ROOT_VMTAB, 0x80002012, INVALID, 0, false},
    {"length 0", IN_ROOT, HV_ROOT_LENGTH, 0, INVALID, 0, false},
    {"entry 0", IN_ENTRY, 0, 0, INVALID, 0, false},
    {"entry misaligned", IN_ENTRY, 0, 0x80003300, INVALID, 0, false},
    {"form", IN_CHILD, HV_VMCB_MEM_FORM, 3, INVALID, 0, false},
    {"first", IN_CHILD, HV_VMCB_MEM_FIRST, 0x100000, INVALID, 0, false},
    {"base", IN_CHILD, HV_VMCB_MEM_BASE, 0x80004102, INVALID, 0, false},
    {"bound", IN_CHILD, HV_VMCB_MEM_BOUND, 1025, INVALID, 0, false},
    {"I/O form", IN_CHILD, HV_VMCB_IO_FORM, HV_FORM_LINEAR | 1u << 31, INVALID, 0, false},
    {"I/O bound", IN_CHILD, HV_VMCB_IO_BOUND, 0x100001, INVALID, 0, false},
    {"VMTAB nowhere", IN_ROOT, HV_ROOT_VMTAB, NOWHERE, MISSED(LOAD), 4, false},
    {"VMCB nowhere", IN_ENTRY, 0, NOWHERE, MISSED(STORE), 0, false},
    {"table nowhere", IN_CHILD, HV_VMCB_MEM_BASE, NOWHERE, MISSED(LOAD), 0, false},
    {"I/O table nowhere", IN_CHILD, HV_VMCB_IO_BASE, NOWHERE, MISSED(LOAD), 0, false},
    {"VMTAB on a device", IN_ROOT, HV_ROOT_VMTAB, DEVICE, NO_RAM(LOAD), 4, true},
    {"VMCB on a device", IN_ENTRY, 0, DEVICE, NO_RAM(STORE), 0, true},
    {"table on a device", IN_CHILD, HV_VMCB_MEM_BASE, DEVICE, NO_RAM(LOAD), 0, true},
};

static void chain(struct builder *b, const struct hv_config *config, unsigned n, unsigned k)
{
    builder_chain(b, config, n, 0);
    for (unsigned j = k + 1; j < n; j++)
        b->tree.vm[b->chain[j]].prelinked = true;
    for (unsigned j = 2; j <= n && has_linear(config); j++)
        b->tree.vm[b->chain[j]].io_form = HV_FORM_LINEAR;
}

/* The word, as a name of monitor m's owner. */
static uint32_t link_name(const struct builder *b, unsigned m, const struct link *l)
{
    const struct tree *tree = &b->tree;
    unsigned monitor = b->chain[m], owner = b->chain[m - 1], child = b->chain[m + 1];
    switch (l->place) {
    case IN_OWN_VMCB:
        return tree_vmcb(tree, monitor) + l->offset;
    case IN_ROOT:
        return tree_name_at(tree, monitor, owner, tree->config.hv_root + l->offset);
    case IN_ENTRY:
        return tree_name_at(tree, monitor, owner, tree_vmtab_entry(tree, child));
    default:
        return tree_name_at(tree, monitor, owner, tree_vmcb(tree, child) + l->offset);
    }
}

static void broken_link(struct case_list *list, unsigned k, unsigned m, const struct link *l)
{
    static struct builder b;
    struct hv_config config = directed_config();
    chain(&b, &config, 4, k);
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[m], owner = b.chain[m - 1], receiver = l->to_0 ? 0 : owner, leaf = b.chain[4];
    program_plain(tree, leaf, 4);
    tree_set_vmcb(tree, leaf, HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    uint32_t name = link_name(&b, m, l), good = tree_peek(tree, owner, name);
    tree_poke(tree, owner, name, l->value);
    script_store(tree, receiver, tree_name_at(tree, owner, receiver, name), good);
    script_resume(tree, receiver);
    uint32_t address = l->cause == INVALID ? 0 : l->value + l->past * tree->vm[b.chain[m + 1]].syllable;
    expect_boot(&b, 0, b.chain[k]);
    struct event *e = expect(&b, E_BROKEN, b.chain[k], monitor);
    e->pc = tree->vm[b.chain[k]].boot_lvmid;
    expect_fault(&b, monitor, receiver, l->cause | HV_CAUSE_IMPLICIT, address, e->pc + 4, 0);
    expect_resume(&b, receiver, leaf, page_name(tree, 0) + 4);
    b.icarus = k == 0 && m == 2 && l->place == IN_OWN_VMCB && l->offset == HV_VMCB_CAPS;
    case_add(list, &b, "link", "of monitor %u, chain from level %u: %s", m, k, l->name);
}

/* The owner does not mend the link but cuts it: monitor m itself goes on, at its boot. */
static void cut_link(struct case_list *list, unsigned k, unsigned m)
{
    static struct builder b;
    struct hv_config config = directed_config();
    chain(&b, &config, 4, k);
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[m], owner = b.chain[m - 1], leaf = b.chain[4];
    program_plain(tree, leaf, 0);
    tree_set_vmcb(tree, monitor, HV_VMCB_NEXT_SYLLABLE, 15);
    script_store(tree, owner, tree_vmcb(tree, monitor) + HV_VMCB_NEXT_SYLLABLE, 0);
    script_resume(tree, owner);
    expect_boot(&b, 0, b.chain[k]);
    struct event *e = expect(&b, E_BROKEN, b.chain[k], monitor);
    e->pc = tree->vm[b.chain[k]].boot_lvmid;
    expect_fault(&b, monitor, owner, INVALID | HV_CAUSE_IMPLICIT, 0, e->pc + 4, 0);
    expect_resume(&b, owner, monitor, tree->vm[monitor].boot_pc);
    e = expect(&b, E_LVMID, monitor, leaf); /* the links below are good */
    e->pc = tree->vm[monitor].boot_lvmid;
    e->after = page_name(tree, 0);
    case_add(list, &b, "link", "of monitor %u, chain from level %u, is cut", m, k);
}

/* A link below the deepest level: DEPTH, or INVALID if that VM lacks the capability. */
static void too_deep(struct case_list *list, unsigned depth, unsigned k, bool capable)
{
    static struct builder b;
    struct hv_config config = list->config;
    config.depth = depth;
    chain(&b, &config, depth, k);
    if (!capable)
        b.tree.vm[b.chain[depth]].caps &= ~(uint32_t)HV_CAP_VM;
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[depth], owner = b.chain[depth - 1];
    program_plain(tree, leaf, 0);
    tree_set_vmcb(tree, leaf, HV_VMCB_NEXT_SYLLABLE, 1);
    script_store(tree, owner, tree_vmcb(tree, leaf) + HV_VMCB_NEXT_SYLLABLE, 0);
    script_resume(tree, owner);
    uint32_t cause = capable ? HV_FAULT_DEPTH : HV_FAULT_INVALID;
    expect_boot(&b, 0, b.chain[k]);
    struct event *e = expect(&b, E_BROKEN, b.chain[k], leaf);
    e->pc = tree->vm[b.chain[k]].boot_lvmid;
    expect_fault(&b, leaf, owner, cause | HV_CAUSE_IMPLICIT, 0, e->pc + 4, 0);
    expect_resume(&b, owner, leaf, page_name(tree, 0));
    case_add(list, &b, "depth", "%u, link below it, chain from level %u, %s", depth, k,
             capable ? "capable" : "incapable")
        ->model_only = depth != list->config.depth;
}

/* Every monitor has syllable 1 and sees level 0's page of VMCBs as its own, so one VMCB is that of all levels. Its
 * NEXT_SYLLABLE leads back to itself, and the chain ends at DEPTH. */
static void self_link(struct case_list *list)
{
    static struct builder b;
    struct hv_config config = list->config;
    const unsigned depth = config.depth;
    builder_begin(&b, &config);
    struct tree *tree = &b.tree;
    for (unsigned j = 1; j <= depth; j++)
        b.chain[j] = tree_add(tree, b.chain[j - 1], 1);
    tree->vm[b.chain[1]].prelinked = true;
    tree_layout(tree);
    const uint32_t vmcbs = page_name(tree, PAGE_VMCB);
    for (unsigned j = 1; j < depth; j++) {
        const uint32_t pte = tree_pte(tree, b.chain[j], vmcbs);
        tree_poke(tree, b.chain[j - 1], pte,
                  vmcbs >> HV_PAGE_BITS << 10 | (tree_peek(tree, b.chain[j - 1], pte) & 0x3ff));
        tree->vm[b.chain[j]].frame[PAGE_VMCB] = PAGE_VMCB;
    }
    const unsigned last = b.chain[depth], owner = b.chain[depth - 1];
    const uint32_t vmcb = tree_vmcb(tree, b.chain[1]), cause = HV_FAULT_DEPTH | HV_CAUSE_IMPLICIT;
    script_finish(tree, owner, FINISH_PASS);
    struct event *e = expect(&b, E_BROKEN, 0, last);
    e->pc = tree->vm[0].boot_lvmid;
    expect_fault(&b, last, owner, cause, 0, e->pc + 4, 0);
    expect_word(&b, 0, vmcb + HV_VMCB_NEXT_SYLLABLE, 0);
    expect_word(&b, 0, vmcb + HV_VMCB_FAULT_CAUSE, cause);
    expect_word(&b, 0, vmcb + HV_VMCB_FAULT_COUNT, 1);
    case_add(list, &b, "link", "one VMCB for all levels leads back to itself");
}

void cases_link(struct case_list *list)
{
    if (has_linear(&list->config))
        self_link(list);
    for (unsigned k = 0; k <= 2; k++)
        for (unsigned m = k + 1; m <= 3; m++) {
            for (unsigned i = 0; i < sizeof links / sizeof links[0]; i++)
                broken_link(list, k, m, &links[i]);
            cut_link(list, k, m);
        }
}

void cases_depth(struct case_list *list)
{
    for (unsigned depth = 1; depth <= list->config.depth; depth++)
        for (unsigned k = 0; k < depth; k++) {
            too_deep(list, depth, k, true);
            too_deep(list, depth, k, false);
        }
}
