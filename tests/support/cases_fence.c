/* Fences. A monitor `a` with children a1 and a2, and a sibling `b` beside it. Each leaf loads a word of its
 * last page, leaves, and loads it again; in between `a` moves that page of a1 to another frame, and fences or
 * does not. A forgotten fence leaves an old composition in a1 alone; no fence touches what is not
 * below the monitor that issues it. */
#include "tests/support/cases.h"

enum { A = 1, B, A1, A2, OLD = 0x01d01d01, NEW = 0x2e32e32e, OF_A2 = 0xa2a2a2a2, OF_B = 0xb0b0b0b0 };

struct fence {
    const char *name;
    bool used, all;
    uint32_t x;       /* of hv.fence, if not all */
    unsigned flushed; /* key vmid: entries emptied */
    bool a1, a2;      /* which children lose theirs */
};

/* Both leaves of `a` hold two entries: their program's page and their last one. */
static const struct fence fences[] = {
    {"none", false, false, 0, 0, false, false},
    {"of all", true, true, 0, 4, true, true},
    {"of a1", true, false, 3, 2, true, false},
    {"of a2", true, false, 4, 2, false, true},
    {"of a child that is not", true, false, 9, 0, false, false},
    {"of syllable 0", true, false, 0, 0, false, false},
    {"of a1's syllable with bit 4", true, false, 0x13, 0, false, false},
    {"of a1's syllable with bit 31", true, false, 0x80000003, 0, false, false},
};

struct scene {
    struct builder b;
    uint32_t load, exit; /* pcs of every leaf's second load and of its first hv.exit */
    uint32_t a_exit;     /* pc of a's own hv.exit */
};

static void build(struct scene *s, const struct hv_config *config)
{
    struct tree *tree = &s->b.tree;
    builder_begin(&s->b, config);
    tree_add(tree, 0, 1);
    tree_add(tree, 0, 2);
    tree_add(tree, A, 3);
    tree_add(tree, A, 4);
    tree_layout(tree);
}

/* load, leave, load again, leave; only saved registers are used: the leaves take turns with the others. */
static void leaf(struct scene *s, unsigned vm, uint32_t value)
{
    struct code code;
    struct tree *tree = &s->b.tree;
    uint32_t page = last_page(tree, vm);
    code_begin(&code, page_name(tree, 0));
    op_li(&code, X28, page);
    op_i(&code, HV_INSN_LW, X7, X28, 0x80);
    s->exit = code_here(&code);
    op_n(&code, HV_INSN_HV_EXIT);
    op_i(&code, HV_INSN_ADDI, X0, X0, 0); /* so that the load's fetch needs no lookup */
    s->load = code_here(&code);
    op_i(&code, HV_INSN_LW, X7, X28, 0x80);
    op_n(&code, HV_INSN_HV_EXIT);
    tree_code(tree, vm, &code);
    tree_poke(tree, vm, page + 0x80, value);
}

/* Code of `a`, called by its script: leave to level 0 and come back. */
static void leave_code(struct scene *s)
{
    struct code code;
    code_begin(&code, s->b.tree.vm[A].code_end);
    s->a_exit = code_here(&code);
    op_n(&code, HV_INSN_HV_EXIT);
    op_i(&code, HV_INSN_JALR, X0, X29, 0);
    tree_code(&s->b.tree, A, &code);
}

static void expect_exit(struct scene *s, unsigned vm, uint32_t pc)
{
    expect_fault(&s->b, vm, s->b.tree.vm[vm].parent, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
}

/* First turns: a1, a2, b; and back in `a`. */
static void first_turns(struct scene *s)
{
    struct tree *tree = &s->b.tree;
    uint32_t begin = page_name(tree, 0);
    expect_boot(&s->b, 0, A1);
    expect_exit(s, A1, s->exit);
    script_switch(tree, A, A2);
    script_resume(tree, A);
    expect_resume(&s->b, A, A2, begin);
    expect_exit(s, A2, s->exit);
    script_call(tree, A, tree->vm[A].code_end);
    expect_exit(s, A, s->a_exit);
    script_switch(tree, 0, B);
    script_resume(tree, 0);
    expect_resume(&s->b, 0, B, begin);
    expect_exit(s, B, s->exit);
    script_switch(tree, 0, A);
}

/* Second turns, from `a`: a1, a2, b. The run ends when b leaves. */
static void second_turns(struct scene *s)
{
    struct tree *tree = &s->b.tree;
    script_resume(tree, 0);
    expect_resume(&s->b, 0, A, s->a_exit + 4);
    script_switch(tree, A, A1);
    script_resume(tree, A);
    expect_resume(&s->b, A, A1, s->exit + 4);
    expect_exit(s, A1, s->load + 4);
    script_switch(tree, A, A2);
    script_resume(tree, A);
    expect_resume(&s->b, A, A2, s->exit + 4);
    expect_exit(s, A2, s->load + 4);
    script_call(tree, A, tree->vm[A].code_end);
    expect_exit(s, A, s->a_exit);
    script_switch(tree, 0, B);
    script_resume(tree, 0);
    expect_resume(&s->b, 0, B, s->exit + 4);
    expect_exit(s, B, s->load + 4);
    script_finish(tree, 0, FINISH_PASS);
}

static void expect_load(struct scene *s, unsigned vm, uint32_t value, bool hit)
{
    expect_field(&s->b, vm, s->load, 0, HV_COMMIT_rd_wdata, value);
    expect_field(&s->b, vm, s->load, 0, HV_COMMIT_lookups, 2);
    expect_field(&s->b, vm, s->load, 0, HV_COMMIT_hits, hit ? 2 : 0);
    expect_field(&s->b, vm, s->load, 0, HV_COMMIT_misses, hit ? 0 : 2);
}

/* `mover` takes a1's last page, or a page of `a` that lies below it, and puts the frame of the page before
 * in its place. */
static void move(struct scene *s, unsigned mover)
{
    struct tree *tree = &s->b.tree;
    unsigned mapped = mover == 0 ? A : A1;
    uint32_t last = last_page(tree, A1), before = last - HV_PAGE_BYTES;
    uint32_t to = tree_pte(tree, mapped, tree_name_at(tree, A1, mapped, last));
    uint32_t from = tree_pte(tree, mapped, tree_name_at(tree, A1, mapped, before));
    script_store(tree, mover, to, tree_peek(tree, mover, from));
    tree_poke(tree, A1, before + 0x80, NEW);
}

static void by_a(struct case_list *list, const struct hv_config *config, const struct fence *f)
{
    static struct scene s;
    build(&s, config);
    leaf(&s, A1, OLD);
    leaf(&s, A2, OF_A2);
    leaf(&s, B, OF_B);
    leave_code(&s);
    first_turns(&s);
    move(&s, A);
    if (f->used && f->all)
        script_fence_all(&s.b.tree, A);
    else if (f->used)
        script_fence(&s.b.tree, A, f->x);
    second_turns(&s);
    bool vmid = config->assoc_key == HV_KEY_VMID;
    if (f->used) {
        uint32_t pc = f->all ? s.b.tree.vm[A].fence_all_pc : s.b.tree.vm[A].fence_pc;
        if (vmid || config->assoc_key == HV_KEY_NONE)
            expect_field(&s.b, A, pc, 0, HV_COMMIT_flushed, vmid ? f->flushed : 0);
        expect_field(&s.b, A, pc, 0, HV_COMMIT_accesses, 1);
    }
    /* With the other keys the change of VM empties what it must: the fence is not needed here. */
    expect_load(&s, A1, vmid && !f->a1 ? OLD : NEW, vmid && !f->a1);
    expect_load(&s, A2, OF_A2, vmid && !f->a2);
    expect_load(&s, B, OF_B, vmid);
    s.b.icarus = vmid && f->x == 3 && config->prefix_entries;
    case_add(list, &s.b, "fence", "%s by a", f->name);
}

/* `a` gives a1 another table, which differs in the last page: a changed word of the map, not of the table. */
static void by_base(struct case_list *list, const struct hv_config *config, bool fenced)
{
    static struct scene s;
    struct tree *tree = &s.b.tree;
    build(&s, config);
    leaf(&s, A1, OLD);
    leaf(&s, A2, OF_A2);
    leaf(&s, B, OF_B);
    leave_code(&s);
    first_turns(&s);
    uint32_t last = last_page(tree, A1), before = last - HV_PAGE_BYTES;
    uint32_t base = tree_get_vmcb(tree, A1, HV_VMCB_MEM_BASE), other = base + 4 * TABLE_BYTES;
    for (uint32_t i = 0; i < tree->vm[A1].pages; i++)
        tree_poke(tree, A, other + 4 * i, tree_peek(tree, A, base + 4 * i));
    uint32_t entry = other + (tree_pte(tree, A1, last) - base);
    tree_poke(tree, A, entry, tree_peek(tree, A, tree_pte(tree, A1, before)));
    tree_poke(tree, A1, before + 0x80, NEW);
    script_store(tree, A, tree_vmcb(tree, A1) + HV_VMCB_MEM_BASE, other);
    if (fenced)
        script_fence(tree, A, tree->vm[A1].syllable);
    second_turns(&s);
    bool stale = config->assoc_key == HV_KEY_VMID && !fenced;
    expect_load(&s, A1, stale ? OLD : NEW, stale);
    case_add(list, &s.b, "fence", "%s: another table", fenced ? "of a1" : "none");
}

/* Level 0 moves a page below both `a` and a1. The prefix memory's compositions of `a` must go as well. */
static void by_0(struct case_list *list, const struct hv_config *config, const struct fence *f, unsigned flushed,
                 bool gone)
{
    static struct scene s;
    build(&s, config);
    leaf(&s, A1, OLD);
    leaf(&s, A2, OF_A2);
    leaf(&s, B, OF_B);
    leave_code(&s);
    first_turns(&s);
    move(&s, 0);
    if (f->used && f->all)
        script_fence_all(&s.b.tree, 0);
    else if (f->used)
        script_fence(&s.b.tree, 0, f->x);
    second_turns(&s);
    if (f->used)
        expect_field(&s.b, 0, f->all ? s.b.tree.vm[0].fence_all_pc : s.b.tree.vm[0].fence_pc, 0, HV_COMMIT_flushed,
                     flushed);
    bool b_gone = f->used && (f->all || f->x == 2);
    expect_load(&s, A1, gone ? NEW : OLD, !gone);
    expect_load(&s, A2, OF_A2, !gone);
    expect_load(&s, B, OF_B, !b_gone);
    case_add(list, &s.b, "fence", "%s by level 0", f->name);
}

/* Entries below level 0: four of a1 and a2, two of b, and those of `a` itself: its pages of code, data, VMCBs
 * and root, fetched from or loaded. */
enum { OF_BOTH = 4, OF_B_ONLY = 2, OF_MONITOR = 4 };

static void by_0_cases(struct case_list *list, const struct hv_config *config)
{
    static const struct fence none = {"none", false, false, 0, 0, false, false},
                              all = {"of all", true, true, 0, 0, true, true},
                              of_a = {"of a", true, false, 1, 0, true, true},
                              of_b = {"of b", true, false, 2, 0, false, false},
                              of_a1 = {"of a1's syllable", true, false, 3, 0, false, false};
    by_0(list, config, &none, 0, false);
    by_0(list, config, &all, OF_BOTH + OF_B_ONLY + OF_MONITOR, true);
    by_0(list, config, &of_a, OF_BOTH + OF_MONITOR, true);
    by_0(list, config, &of_b, OF_B_ONLY, false);
    by_0(list, config, &of_a1, 0, false);
}

void cases_fence(struct case_list *list)
{
    for (unsigned i = 0; i < sizeof fences / sizeof fences[0]; i++)
        by_a(list, &list->config, &fences[i]);
    for (unsigned fenced = 0; fenced < 2 && has_linear(&list->config); fenced++)
        by_base(list, &list->config, fenced);
    if (list->config.assoc_key == HV_KEY_VMID)
        by_0_cases(list, &list->config);
}
