/* Rights: every combination of an entry's bits with every access, one after the other to the same page, so that
 * compositions held with too few rights are met again; and rights that several levels take away. */
#include "tests/support/cases.h"

enum { OLD = 0x7a11b0a7, EMULATED = 0x0e0e0e0e, OFFSET = 0x300, FETCHED = 0x400 };

struct rights {
    struct builder b;
    struct program p;
    unsigned leaf, owner, mapped;
    uint32_t page, word; /* process name of the page under test, and what its word holds */
};

static uint32_t cause_of(uint32_t pte, unsigned access)
{
    unsigned need = access == HV_ACCESS_FETCH  ? HV_PTE_X | HV_PTE_A
                    : access == HV_ACCESS_LOAD ? HV_PTE_R | HV_PTE_A
                                               : HV_PTE_W | HV_PTE_A | HV_PTE_D;
    if (!(pte & HV_PTE_V))
        return HV_FAULT_MISSING;
    if (!(pte & HV_PTE_R) && pte & HV_PTE_W)
        return HV_FAULT_INVALID;
    return (pte & need) == need ? 0 : HV_FAULT_DENIED;
}

static void fault(struct rights *t, unsigned access, uint32_t cause, uint32_t offset, uint32_t pc, uint32_t insn)
{
    uint32_t address = tree_name_at(&t->b.tree, t->leaf, t->mapped, t->page + offset);
    expect_fault(&t->b, t->leaf, t->owner, cause | access << HV_CAUSE_ACCESS_SHIFT, address, pc, insn);
}

/* One load, store or AMO into x28; what faults is emulated and skipped. */
static void try_data(struct rights *t, uint32_t pte, unsigned access, uint32_t insn)
{
    uint32_t cause = cause_of(pte, access), pc = code_here(&t->p.code);
    code_word(&t->p.code, insn);
    op_r(&t->p.code, HV_INSN_ADD, X20, X20, X28);
    if (cause) {
        struct tree *tree = &t->b.tree;
        script_register(tree, t->owner, t->mapped, X28, EMULATED);
        script_store(tree, t->owner, tree_vmcb(tree, t->mapped) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
        script_resume(tree, t->owner);
        fault(t, access, cause, OFFSET, pc, insn);
        expect_resume(&t->b, t->owner, t->leaf, pc + 4);
        t->p.x[28] = EMULATED;
    } else if ((insn & 0x7f) != 0x23) {
        t->p.x[28] = t->word;
    }
    t->p.x[20] += t->p.x[28];
    if (!cause && access == HV_ACCESS_STORE)
        t->word = (insn & 0x7f) == 0x23 ? t->p.x[9] : t->word + t->p.x[9];
}

/* A call into the page; what faults is sent back by the pc in the VMCB of the VM itself. */
static void try_fetch(struct rights *t, uint32_t pte)
{
    struct tree *tree = &t->b.tree;
    uint32_t cause = cause_of(pte, HV_ACCESS_FETCH), back = code_here(&t->p.code) + 4;
    op_i(&t->p.code, HV_INSN_JALR, X1, X8, FETCHED - OFFSET);
    t->p.x[1] = back;
    if (!cause) {
        t->p.x[10] += 3;
        return;
    }
    uint32_t context = tree_name_at(tree, tree->vm[t->leaf].parent, t->owner, tree_vmcb(tree, t->leaf));
    script_store(tree, t->owner, context + HV_VMCB_CTX_PC, back);
    script_resume(tree, t->owner);
    fault(t, HV_ACCESS_FETCH, cause, FETCHED, t->page + FETCHED, 0);
    expect_resume(&t->b, t->owner, t->leaf, back);
}

static void begin(struct rights *t, unsigned n, unsigned k, unsigned rb)
{
    struct hv_config config = directed_config();
    builder_chain(&t->b, &config, n, rb & 0x1e & ~(2u << k));
    tree_layout(&t->b.tree);
    t->leaf = t->b.chain[n];
    t->owner = t->b.chain[k];
    t->mapped = t->b.chain[k + 1];
    t->page = last_page(&t->b.tree, t->leaf);
    t->word = OLD;
    expect_boot(&t->b, 0, t->leaf);
    tree_poke(&t->b.tree, t->leaf, t->page + OFFSET, OLD);
    tree_poke(&t->b.tree, t->leaf, t->page + FETCHED, word_i(HV_INSN_ADDI, X10, X10, 3));
    tree_poke(&t->b.tree, t->leaf, t->page + FETCHED + 4, word_i(HV_INSN_JALR, X0, X1, 0));
    program_begin(&t->p, &t->b.tree);
    program_li(&t->p, X8, t->page + OFFSET);
}

/* Bits V R W X A D of `flags`, from bit 0 up. */
static uint32_t spread(unsigned flags)
{
    return (flags & 15) | (flags >> 4 & 1 ? HV_PTE_A : 0) | (flags >> 5 & 1 ? HV_PTE_D : 0);
}

static void all_bits(struct case_list *list, unsigned n, unsigned k, unsigned flags)
{
    static struct rights t;
    const uint32_t load = word_i(HV_INSN_LW, X28, X8, 0), store = word_s(HV_INSN_SW, X9, X8, 0),
                   amo = word_r(HV_INSN_AMOADD_W, X28, X8, X9), lr = word_r(HV_INSN_LR_W, X28, X8, X0);
    begin(&t, n, k, flags);
    struct tree *tree = &t.b.tree;
    uint32_t pte = tree_pte(tree, t.mapped, tree_name_at(tree, t.leaf, t.mapped, t.page));
    uint32_t good = tree_peek(tree, t.owner, pte), bits = spread(flags);
    tree_poke(tree, t.owner, pte, (good & 0xfffffc00) | bits | (flags & 1 ? 0 : 0x330));
    try_data(&t, bits, HV_ACCESS_LOAD, load);
    try_data(&t, bits, HV_ACCESS_STORE, store);
    try_fetch(&t, bits);
    try_data(&t, bits, HV_ACCESS_STORE, amo);
    try_data(&t, bits, HV_ACCESS_LOAD, lr);
    try_fetch(&t, bits);
    try_data(&t, bits, HV_ACCESS_LOAD, load);
    program_end(&t.p, tree, t.leaf);
    expect_word(&t.b, t.leaf, t.page + OFFSET, t.word);
    case_add(list, &t.b, "rights", "bits %02x level %u receiver %u", flags, n, k);
}

/* Each level of n lacks something else: R and A everywhere, so the load is good and its composition is held.
 * The store then misses, is denied from the top down, mended level by level, and fills in place. */
static void several_levels(struct case_list *list, unsigned n)
{
    static struct rights t;
    static const uint32_t lacks[] = {HV_PTE_W, HV_PTE_D, HV_PTE_W | HV_PTE_D, HV_PTE_W | HV_PTE_X};
    begin(&t, n, 0, 0);
    struct tree *tree = &t.b.tree;
    struct code *code = &t.p.code;
    op_i(code, HV_INSN_LW, X28, X8, 0);
    t.p.x[28] = OLD;
    uint32_t pc = code_here(code), insn = word_s(HV_INSN_SW, X9, X8, 0);
    code_word(code, insn);
    for (unsigned j = n; j > 0; j--) {
        t.mapped = t.b.chain[j];
        t.owner = t.b.chain[j - 1];
        uint32_t pte = tree_pte(tree, t.mapped, tree_name_at(tree, t.leaf, t.mapped, t.page));
        uint32_t good = tree_peek(tree, t.owner, pte);
        tree_poke(tree, t.owner, pte, good & ~lacks[j - 1]);
        script_store(tree, t.owner, pte, good);
        script_resume(tree, t.owner);
        fault(&t, HV_ACCESS_STORE, HV_FAULT_DENIED, OFFSET, pc, insn);
        expect_resume(&t.b, t.owner, t.leaf, pc);
        expect_field(&t.b, t.leaf, pc, n - j, HV_COMMIT_misses, 2);
        expect_field(&t.b, t.leaf, pc, n - j, HV_COMMIT_fills, 0);
    }
    expect_field(&t.b, t.leaf, pc, n, HV_COMMIT_misses, 2);
    expect_field(&t.b, t.leaf, pc, n, HV_COMMIT_fills, 2);
    op_i(code, HV_INSN_LW, X11, X8, 0);
    expect_field(&t.b, t.leaf, pc + 4, 0, HV_COMMIT_lookups, 0); /* the last-page register has it all now */
    t.p.x[11] = t.p.x[9];
    try_fetch(&t, UINT32_MAX);
    program_end(&t.p, tree, t.leaf);
    t.b.icarus = n == 4;
    case_add(list, &t.b, "rights", "taken away by each of %u levels", n);
}

void cases_rights(struct case_list *list)
{
    for (unsigned flags = 0; flags < 64; flags++)
        for (unsigned n = 1; n <= 4; n += 1 + flags % 2)
            all_bits(list, n, flags % n, flags);
    for (unsigned n = 1; n <= 4; n++)
        several_levels(list, n);
}
