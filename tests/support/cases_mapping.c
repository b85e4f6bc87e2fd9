/* VM-faults of the program's own accesses: each way a map has no value, each kind of access, each level of
 * VM and of receiver. The owner of the map repairs it, or emulates the access and sets SKIP, and issues
 * one LVMID; the program goes on and checks its result. */
#include "tests/support/cases.h"

enum use { U_FETCH, U_LOAD, U_STORE, U_AMO, U_LR, U_SC, USES };
static const char *const use_name[USES] = {"fetch", "load", "store", "amo", "lr", "sc"};
static const unsigned use_access[USES] = {HV_ACCESS_FETCH, HV_ACCESS_LOAD, HV_ACCESS_STORE,
                                          HV_ACCESS_STORE, HV_ACCESS_LOAD, HV_ACCESS_STORE};

/* Which breakages stop which uses: one bit for each use. */
#define FOR(use) (1u << (use))
#define FOR_ALL  (FOR(USES) - 1)
static const unsigned stops[BREAKAGES] = {
    [B_WINDOW] = FOR_ALL,
    [B_V0] = FOR_ALL,
    [B_READ] = FOR(U_LOAD) | FOR(U_LR),
    [B_WRITE] = FOR(U_STORE) | FOR(U_AMO) | FOR(U_SC),
    [B_EXECUTE] = FOR(U_FETCH),
    [B_ACCESSED] = FOR_ALL,
    [B_DIRTY] = FOR(U_STORE) | FOR(U_AMO) | FOR(U_SC),
    [B_NO_RIGHTS] = FOR_ALL,
    [B_MALFORMED] = FOR_ALL,
    [B_PPN] = FOR_ALL,
    [B_GRAIN] = FOR_ALL,
    [B_SINGLE] = FOR_ALL,
    [B_NOTHING] = FOR_ALL,
    [B_DEVICE] = FOR(U_FETCH) | FOR(U_AMO) | FOR(U_LR) | FOR(U_SC),
};

enum { FETCH_OFFSET = 0x200, DATA_OFFSET = 0x120, OLD = 0x81c3a5f7, EMULATED = 0x13572468 };

/* A program with one access under test. */
struct access {
    struct program program;
    enum use use;
    bool skip;
    unsigned variant;  /* of width, of the atomic operation */
    uint32_t page;     /* process name of the page under test */
    uint32_t pc, insn; /* of the access; insn 0 for the fetch */
    uint32_t name;     /* process name accessed */
    uint32_t final;    /* the word in memory at the end */
};

static void emit_fetch(struct access *a, struct tree *tree, unsigned leaf)
{
    struct program *p = &a->program;
    program_li(p, X8, a->name);
    p->x[1] = code_here(&p->code) + 4;
    op_i(&p->code, HV_INSN_JALR, X1, X8, 0);
    tree_poke(tree, leaf, a->name, word_i(HV_INSN_ADDI, X10, X10, 7));
    tree_poke(tree, leaf, a->name + 4, word_i(HV_INSN_JALR, X0, X1, 0));
    p->x[10] += 7;
    a->pc = a->name;
}

static void emit_load(struct access *a)
{
    static const struct {
        enum hv_insn insn;
        unsigned offset;
        uint32_t value;
    } loads[] = {{HV_INSN_LW, 0, OLD},
                 {HV_INSN_LB, 1, 0xffffffa5},
                 {HV_INSN_LBU, 3, 0x81},
                 {HV_INSN_LH, 2, 0xffff81c3},
                 {HV_INSN_LHU, 0, 0xa5f7}};
    unsigned i = a->variant % (sizeof loads / sizeof loads[0]);
    struct program *p = &a->program;
    program_li(p, X8, a->name - 0x20);
    a->name += loads[i].offset;
    a->pc = code_here(&p->code);
    a->insn = word_i(loads[i].insn, X28, X8, 0x20 + (int32_t)loads[i].offset);
    code_word(&p->code, a->insn);
    p->x[28] = a->skip ? EMULATED : loads[i].value;
}

static void emit_store(struct access *a)
{
    static const struct {
        enum hv_insn insn;
        unsigned offset;
        uint32_t mask;
    } stores[] = {{HV_INSN_SW, 0, 0xffffffff}, {HV_INSN_SB, 2, 0xff}, {HV_INSN_SH, 2, 0xffff}, {HV_INSN_SB, 3, 0xff}};
    unsigned i = a->variant % (sizeof stores / sizeof stores[0]), shift = 8 * stores[i].offset;
    struct program *p = &a->program;
    program_li(p, X8, a->name + 0x40);
    a->pc = code_here(&p->code);
    a->insn = word_s(stores[i].insn, X9, X8, (int32_t)stores[i].offset - 0x40);
    code_word(&p->code, a->insn);
    if (!a->skip) {
        a->final = (a->final & ~(stores[i].mask << shift)) | (p->x[9] & stores[i].mask) << shift;
        op_i(&p->code, HV_INSN_LW, X10, X8, -0x40);
        p->x[10] = a->final;
    }
    a->name += stores[i].offset;
}

static uint32_t atomic(enum hv_insn insn, uint32_t old, uint32_t x)
{
    bool less = (old ^ 0x80000000) < (x ^ 0x80000000);
    switch (insn) {
    case HV_INSN_AMOSWAP_W:
        return x;
    case HV_INSN_AMOADD_W:
        return old + x;
    case HV_INSN_AMOXOR_W:
        return old ^ x;
    case HV_INSN_AMOAND_W:
        return old & x;
    case HV_INSN_AMOOR_W:
        return old | x;
    case HV_INSN_AMOMIN_W:
        return less ? old : x;
    case HV_INSN_AMOMAX_W:
        return less ? x : old;
    case HV_INSN_AMOMINU_W:
        return old < x ? old : x;
    default:
        return old < x ? x : old;
    }
}

static void emit_amo(struct access *a)
{
    enum hv_insn insn = HV_INSN_AMOSWAP_W + a->variant % (HV_INSN_AMOMAXU_W - HV_INSN_AMOSWAP_W + 1);
    struct program *p = &a->program;
    program_li(p, X8, a->name);
    a->pc = code_here(&p->code);
    a->insn = word_r(insn, X28, X8, X9);
    code_word(&p->code, a->insn);
    p->x[28] = a->skip ? EMULATED : a->final;
    if (a->skip)
        return;
    a->final = atomic(insn, a->final, p->x[9]);
    op_i(&p->code, HV_INSN_LW, X10, X8, 0);
    p->x[10] = a->final;
}

/* LR: where it was restarted its SC succeeds; where it was skipped there is no reservation. */
static void emit_lr(struct access *a)
{
    struct program *p = &a->program;
    program_li(p, X8, a->name);
    a->pc = code_here(&p->code);
    a->insn = word_r(HV_INSN_LR_W, X28, X8, X0);
    code_word(&p->code, a->insn);
    op_r(&p->code, HV_INSN_SC_W, X11, X8, X9);
    p->x[28] = a->skip ? EMULATED : a->final;
    p->x[11] = a->skip;
    if (!a->skip)
        a->final = p->x[9];
}

/* SC with a reservation for another word: translated, so it faults; then without one it fails. A
 * second LR and SC succeed. */
static void emit_sc(struct access *a, const struct tree *tree)
{
    struct program *p = &a->program;
    program_li(p, X12, page_name(tree, 1));
    program_li(p, X8, a->name);
    op_r(&p->code, HV_INSN_LR_W, X10, X12, X0);
    p->x[10] = 0;
    a->pc = code_here(&p->code);
    a->insn = word_r(HV_INSN_SC_W, X28, X8, X9);
    code_word(&p->code, a->insn);
    p->x[28] = a->skip ? EMULATED : 1;
    if (a->skip)
        return;
    op_r(&p->code, HV_INSN_LR_W, X10, X8, X0);
    op_r(&p->code, HV_INSN_SC_W, X11, X8, X9);
    p->x[10] = a->final;
    p->x[11] = 0;
    a->final = p->x[9];
}

static void emit_access(struct access *a, struct tree *tree, unsigned leaf)
{
    a->page = last_page(tree, leaf);
    a->name = a->page + (a->use == U_FETCH ? FETCH_OFFSET : DATA_OFFSET);
    a->final = OLD;
    a->insn = 0;
    tree_poke(tree, leaf, a->page + DATA_OFFSET, OLD);
    program_begin(&a->program, tree);
    switch (a->use) {
    case U_FETCH:
        emit_fetch(a, tree, leaf);
        break;
    case U_LOAD:
        emit_load(a);
        break;
    case U_STORE:
        emit_store(a);
        break;
    case U_AMO:
        emit_amo(a);
        break;
    case U_LR:
        emit_lr(a);
        break;
    default:
        emit_sc(a, tree);
    }
    program_end(&a->program, tree, leaf);
}

/* Break the map of level k + 1 for the page under test; the owner's script repairs it, or skips. Returns
 * the address that the fault must report. */
static uint32_t break_page(struct builder *b, const struct access *a, unsigned n, unsigned k, enum breakage breakage)
{
    struct tree *tree = &b->tree;
    unsigned owner = b->chain[k], mapped = b->chain[k + 1], leaf = b->chain[n];
    uint32_t name = tree_name_at(tree, leaf, mapped, a->name);
    uint32_t vmcb = tree_vmcb(tree, mapped);
    if (breakage == B_WINDOW) {
        tree_set_vmcb(tree, mapped, HV_VMCB_MEM_BOUND, tree->vm[mapped].pages - 1);
        if (!a->skip)
            script_store(tree, owner, vmcb + HV_VMCB_MEM_BOUND, tree->vm[mapped].pages);
    } else {
        uint32_t pte = tree_pte(tree, mapped, name), good = tree_peek(tree, owner, pte);
        uint32_t broken = broken_pte(tree, breakage, good), place = name / HV_PAGE_BYTES % 2;
        if (breakage == B_SINGLE) { /* mended by an entry for this page alone */
            broken |= (1 - place) << 10;
            good |= HV_PTE_S | place << 10;
        }
        tree_poke(tree, owner, pte, broken);
        if (!a->skip)
            script_store(tree, owner, pte, good);
    }
    if (a->skip) {
        script_store(tree, owner, vmcb + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
        if (a->use != U_STORE)
            script_register(tree, owner, mapped, X28, EMULATED);
    }
    script_resume(tree, owner);
    return name;
}

/* The handler saves registers in the VMCB of its own child, so `mapped`'s slot is the program's x28. */
static void expect_access(struct builder *b, const struct access *a, unsigned n, unsigned k, enum breakage breakage,
                          uint32_t address)
{
    unsigned leaf = b->chain[n];
    uint32_t cause = breakage_cause(breakage) | use_access[a->use] << HV_CAUSE_ACCESS_SHIFT;
    expect_fault(b, leaf, b->chain[k], cause, address, a->pc, a->insn);
    expect_resume(b, b->chain[k], leaf, a->pc + (a->skip ? 4 : 0));
}

static void expect_done(struct builder *b, const struct access *a, unsigned n, unsigned faults)
{
    unsigned leaf = b->chain[n];
    uint32_t real = tree_real(&b->tree, leaf, a->name);
    bool fetch = a->use == U_FETCH;
    expect_word(b, leaf, a->page + DATA_OFFSET, a->final);
    expect_field(b, leaf, a->pc, 0, HV_COMMIT_mem_addr, fetch ? 0 : a->name);
    expect_field(b, leaf, a->pc, 0, HV_COMMIT_fetch_real, fetch ? 0 : tree_real(&b->tree, leaf, a->pc));
    if (a->skip)
        return;
    bool sc = a->use == U_SC;
    expect_field(b, leaf, a->pc, faults, HV_COMMIT_mem_real, fetch || sc ? 0 : real);
    expect_field(b, leaf, a->pc, faults, HV_COMMIT_accesses, fetch || sc ? 1 : 3);
    if (fetch)
        expect_field(b, leaf, a->pc, faults, HV_COMMIT_fetch_real, real);
}

/* Forms of the levels' maps, varied from case to case. The level under test is linear where its
 * entry is broken; below a grain its neighbours must keep their order. */
static unsigned forms(unsigned serial, unsigned k, enum breakage breakage)
{
    unsigned rb = (serial * 0x9e37u >> 3) & 0x1e, tested = 1u << (k + 1);
    if (breakage == B_GRAIN || breakage == B_SINGLE)
        return (rb & (tested - 1)) | (0x1eu & ~(2 * tested - 1));
    return breakage == B_WINDOW ? rb : rb & ~tested;
}

static void mapping(struct case_list *list, unsigned n, unsigned k, enum use use, enum breakage breakage, bool skip)
{
    static struct builder b;
    unsigned serial = (unsigned)list->count;
    struct access a = {.use = use, .skip = skip, .variant = serial};
    struct hv_config config = list->config;
    builder_chain(&b, &config, n, forms(serial, k, breakage));
    b.tree.vm[b.chain[k + 1]].grain = breakage == B_GRAIN || breakage == B_SINGLE;
    tree_layout(&b.tree);
    emit_access(&a, &b.tree, b.chain[n]);
    uint32_t address = break_page(&b, &a, n, k, breakage);
    expect_boot(&b, 0, b.chain[n]);
    expect_access(&b, &a, n, k, breakage, address);
    expect_done(&b, &a, n, 1);
    b.icarus = n == 4 && k == 1 && breakage == B_ACCESSED && use <= U_STORE;
    case_add(list, &b, "mapping", "%s %s level %u receiver %u %s", use_name[use], breakage_name[breakage], n, k,
             skip ? "skip" : "repair");
}

/* Every level's map is broken for the same page: evaluated from the top, the faults go to one
 * monitor after the other, down to the real machine's. Not for SC: after one it has no reservation. */
static void ladder(struct case_list *list, unsigned n, enum use use)
{
    static const enum breakage ways[] = {B_V0, B_ACCESSED, B_MALFORMED, B_NO_RIGHTS, B_WINDOW};
    static struct builder b;
    struct access a = {.use = use, .variant = n};
    struct hv_config config = list->config;
    builder_chain(&b, &config, n, 0);
    tree_layout(&b.tree);
    emit_access(&a, &b.tree, b.chain[n]);
    expect_boot(&b, 0, b.chain[n]);
    for (unsigned k = n; k-- > 0;) {
        enum breakage breakage = ways[(k + use) % 5];
        uint32_t address = break_page(&b, &a, n, k, breakage);
        expect_access(&b, &a, n, k, breakage, address);
    }
    expect_done(&b, &a, n, n);
    b.icarus = n == 4 && use == U_AMO;
    case_add(list, &b, "mapping", "%s through broken maps at each of %u levels", use_name[use], n);
}

static bool has_skip(enum use use, enum breakage breakage)
{
    return use != U_FETCH && (breakage == B_WINDOW || breakage == B_V0 || breakage == B_SINGLE ||
                              breakage == B_NO_RIGHTS || breakage == B_MALFORMED || breakage == B_DEVICE);
}

static bool possible(const struct case_list *list, enum use use, enum breakage breakage)
{
    return (has_linear(&list->config) || breakage == B_WINDOW) && (list->config.isa == HV_ISA_RV32IMA || use < U_AMO);
}

void cases_mapping(struct case_list *list)
{
    for (unsigned n = 1; n <= list->config.depth; n++) {
        for (unsigned k = 0; k < n; k++)
            for (enum breakage breakage = 0; breakage < BREAKAGES; breakage++)
                for (enum use use = 0; use < USES; use++) {
                    bool only_level_0 = breakage == B_NOTHING || breakage == B_DEVICE;
                    if (!(stops[breakage] & FOR(use)) || (only_level_0 && k) || !possible(list, use, breakage))
                        continue;
                    mapping(list, n, k, use, breakage, false);
                    if (has_skip(use, breakage))
                        mapping(list, n, k, use, breakage, true);
                }
        for (enum use use = 0; use < U_SC && has_linear(&list->config); use++)
            ladder(list, n, use);
    }
}
