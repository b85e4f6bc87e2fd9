/* Step 7 of LVMID: the chain of suspended monitors breaks, at each of them, on each of its words, by the
 * map of each level below it. The receiver mends its map; its next LVMID takes the chain up where
 * it broke, with NEXT_SYLLABLEs, contexts and SKIP as they were. */
#include "tests/support/cases.h"

/* A chain down to level n whose monitors' children have tables for both maps. */
static void chain(struct builder *b, unsigned n, unsigned k)
{
    struct hv_config config = directed_config();
    builder_chain(b, &config, n, 0);
    for (unsigned j = 1; j <= n; j++)
        b->tree.vm[b->chain[j]].io_form = HV_FORM_LINEAR;
    for (unsigned j = k + 1; j < n; j++)
        b->tree.vm[b->chain[j]].prelinked = true;
}

static uint32_t chain_cause(enum probe probe, enum breakage breakage)
{
    return breakage_cause(breakage) | probe_access(probe) << HV_CAUSE_ACCESS_SHIFT | HV_CAUSE_IMPLICIT;
}

/* SKIP waits in some VMCBs of the chain: pc goes on by 4, once, when the chain ends well. */
static void set_skips(struct builder *b, unsigned n, unsigned k, unsigned levels)
{
    for (unsigned j = k + 1; j <= n; j++)
        if (levels >> j & 1)
            tree_set_vmcb(&b->tree, b->chain[j], HV_VMCB_RESUME, 0xabcd0000 | HV_VMCB_RESUME_SKIP);
}

/* The monitor at level k boots the chain that is linked below it. At monitor m a word of the next
 * probe has no value in the map of level i. */
static void first_time(struct case_list *list, unsigned k, unsigned m, unsigned i, enum probe probe,
                       enum breakage breakage)
{
    static struct builder b;
    unsigned serial = (unsigned)list->count, n = serial % 3 ? 4 : m + 1, skips = serial * 0x35 >> 2;
    chain(&b, n, k);
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[m], owner = b.chain[i - 1], leaf = b.chain[n];
    set_skips(&b, n, k, skips);
    unsigned resumed = i - 1 > k ? i - 1 : k; /* SKIP below the receiver stays for a later LVMID */
    bool skipped = skips & ((2u << n) - (2u << resumed));
    program_plain(tree, leaf, skipped ? 4 : 0);
    uint32_t pte, good, name = probe_address(tree, b.chain[m + 1], probe);
    uint32_t address = break_control(&b, monitor, b.chain[i], name, breakage, &pte, &good);
    script_store(tree, owner, pte, good);
    script_resume(tree, owner);
    expect_boot(&b, 0, b.chain[k]);
    struct event *e = expect(&b, E_BROKEN, b.chain[k], monitor);
    e->pc = tree->vm[b.chain[k]].boot_lvmid;
    expect_fault(&b, monitor, owner, chain_cause(probe, breakage), address, e->pc + 4, 0);
    expect_resume(&b, owner, leaf, page_name(tree, 0) + (skipped ? 4 : 0));
    b.icarus = k == 0 && m == 3 && i == 2 && probe == P_VMTAB && breakage == B_V0;
    case_add(list, &b, "chain", "from level %u breaks at monitor %u: %s %s in the map of level %u", k, m,
             probe_name[probe], breakage_name[breakage], i);
}

static void first_times(struct case_list *list, unsigned k, unsigned m)
{
    static const enum breakage ways[] = {B_V0, B_ACCESSED, B_MALFORMED, B_NOTHING, B_DEVICE};
    for (unsigned i = 1; i <= m; i++)
        for (enum probe probe = P_ROOT; probe < PROBES; probe++)
            for (unsigned w = 0; w < sizeof ways / sizeof ways[0]; w++)
                if (i == 1 || (ways[w] != B_NOTHING && ways[w] != B_DEVICE))
                    first_time(list, k, m, i, probe, ways[w]);
}

/* The program's load at level 4 faults to level k. Its monitor mends that, or skips the load, but takes away
 * a page that monitor m, deeper, needs for the resumption: the chain breaks back to level k. */
static void while_running(struct case_list *list, unsigned k, unsigned m, enum probe probe, bool skip)
{
    static struct builder b;
    struct program p;
    chain(&b, 4, 4);
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[4], owner = b.chain[k], mapped = b.chain[k + 1];
    uint32_t page = last_page(tree, leaf), pte, good, control, right;
    tree_poke(tree, leaf, page + 0x30, 0x600df00d);
    program_begin(&p, tree);
    program_li(&p, X8, page);
    uint32_t pc = code_here(&p.code), insn = word_i(HV_INSN_LW, X28, X8, 0x30);
    code_word(&p.code, insn);
    p.x[28] = skip ? 0x5111111e : 0x600df00d;
    program_end(&p, tree, leaf);
    uint32_t address = break_control(&b, leaf, mapped, page + 0x30, B_V0, &pte, &good);
    uint32_t at =
        break_control(&b, b.chain[m], mapped, probe_address(tree, b.chain[m + 1], probe), B_ACCESSED, &control, &right);
    tree_poke(tree, owner, control, right); /* for now: the script will break it */
    if (skip) {
        script_register(tree, owner, mapped, X28, 0x5111111e);
        script_store(tree, owner, tree_vmcb(tree, mapped) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    } else {
        script_store(tree, owner, pte, good);
    }
    script_store(tree, owner, control, broken_pte(tree, B_ACCESSED, right));
    script_resume(tree, owner);
    script_store(tree, owner, control, right);
    script_resume(tree, owner);
    expect_boot(&b, 0, leaf);
    expect_fault(&b, leaf, owner, HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT, address, pc, insn);
    struct event *e = expect(&b, E_BROKEN, owner, b.chain[m]);
    e->pc = tree->vm[owner].handler_lvmid;
    expect_fault(&b, b.chain[m], owner, chain_cause(probe, B_ACCESSED), at, e->pc + 4, 0);
    expect_resume(&b, owner, leaf, pc + (skip ? 4 : 0));
    case_add(list, &b, "chain", "of a program taken up by level %u breaks at monitor %u: %s %s", k, m,
             probe_name[probe], skip ? "with SKIP" : "");
}

void cases_chain(struct case_list *list)
{
    for (unsigned k = 0; k <= 2; k++)
        for (unsigned m = k + 1; m <= 3; m++) {
            first_times(list, k, m);
            for (enum probe probe = P_ROOT; probe < PROBES; probe++) {
                while_running(list, k, m, probe, false);
                while_running(list, k, m, probe, true);
            }
        }
}
