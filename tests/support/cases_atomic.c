/* LR, SC and AMO: what ends a reservation, within a level and across VM-faults, and that SC without one
 * touches no map. */
#include "tests/support/cases.h"

enum { OLD = 0x2468ace1 };

struct atomic {
    struct builder b;
    struct program p;
    unsigned vm;
    uint32_t name, other; /* two words of RAM, in different pages */
};

static void begin(struct atomic *a, unsigned n, unsigned serial)
{
    struct hv_config config = directed_config();
    builder_chain(&a->b, &config, n, serial & 0x1e);
    a->vm = a->b.chain[n];
    a->b.tree.vm[a->vm].own_pages = 6;
    tree_layout(&a->b.tree);
    if (n)
        expect_boot(&a->b, 0, a->vm);
    a->name = page_name(&a->b.tree, 3) + 0x40;
    a->other = page_name(&a->b.tree, 4) + 0x40;
    tree_poke(&a->b.tree, a->vm, a->name, OLD);
    program_begin(&a->p, &a->b.tree);
    program_li(&a->p, X8, a->name);
    program_li(&a->p, X12, a->other);
}

static void lr(struct atomic *a, unsigned address)
{
    op_r(&a->p.code, HV_INSN_LR_W, X28, address, X0);
}

/* SC of x9 whose success is known; `translated` says that it must use the map. */
static void sc(struct atomic *a, unsigned address, bool succeeds, bool translated)
{
    uint32_t pc = code_here(&a->p.code);
    op_r(&a->p.code, HV_INSN_SC_W, X10, address, X9);
    op_r(&a->p.code, HV_INSN_ADD, X20, X20, X10);
    a->p.x[10] = !succeeds;
    a->p.x[20] += !succeeds;
    expect_field(&a->b, a->vm, pc, 0, HV_COMMIT_mem_wmask, succeeds ? 15 : 0);
    expect_field(&a->b, a->vm, pc, 0, HV_COMMIT_rd_wdata, !succeeds);
    if (a->b.tree.vm[a->vm].level)
        expect_field(&a->b, a->vm, pc, 0, HV_COMMIT_accesses, translated ? 3 : 1);
    if (!succeeds)
        expect_field(&a->b, a->vm, pc, 0, HV_COMMIT_mem_real, 0);
}

static void add(struct case_list *list, struct atomic *a, uint32_t final, const char *name, unsigned n)
{
    program_end(&a->p, &a->b.tree, a->vm);
    expect_word(&a->b, a->vm, a->name, final);
    case_add(list, &a->b, "atomic", "%s level %u", name, n);
}

static void within(struct case_list *list, unsigned n)
{
    static struct atomic a;
    begin(&a, n, (unsigned)list->count);
    uint32_t x9 = a.p.x[9];
    sc(&a, X8, false, false); /* there is none after reset */
    lr(&a, X8);
    sc(&a, X8, true, true);
    sc(&a, X8, false, false); /* SC ends it */
    lr(&a, X8);
    op_s(&a.p.code, HV_INSN_SW, X11, X8, 0); /* the hart's own store does not */
    sc(&a, X8, true, true);
    lr(&a, X8);
    sc(&a, X12, false, true); /* another word: translated, fails, ends it */
    sc(&a, X8, false, false);
    lr(&a, X12);
    lr(&a, X8); /* the last one counts */
    a.p.x[28] = x9;
    sc(&a, X12, false, true);
    lr(&a, X8);
    op_i(&a.p.code, HV_INSN_ADDI, X13, X8, 0);
    a.p.x[13] = a.name;
    sc(&a, X13, true, true);
    add(list, &a, x9, "reservation", n);
}

/* Traps and MRET end it; LR's own exception too. */
static void traps(struct case_list *list, unsigned n)
{
    static struct atomic a;
    begin(&a, n, (unsigned)list->count);
    a.p.x[28] = OLD;
    lr(&a, X8);
    program_trap(&a.b, &a.p, a.vm, word_n(HV_INSN_ECALL), HV_EXC_ECALL_M, 0);
    sc(&a, X8, false, false);
    program_li(&a.p, X13, a.name + 2);
    lr(&a, X8);
    program_trap(&a.b, &a.p, a.vm, word_r(HV_INSN_LR_W, X28, X13, X0), HV_EXC_LOAD_MISALIGNED, a.name + 2);
    sc(&a, X8, false, false);
    lr(&a, X8);
    program_trap(&a.b, &a.p, a.vm, word_r(HV_INSN_SC_W, X14, X13, X9), HV_EXC_STORE_MISALIGNED, a.name + 2);
    sc(&a, X8, false, false);
    label on = label_new(&a.p.code);
    op_la(&a.p.code, X31, on);
    op_csr(&a.p.code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X31);
    program_li(&a.p, X31, HV_MSTATUS_MPP);
    op_csr(&a.p.code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X31);
    lr(&a, X8);
    op_n(&a.p.code, HV_INSN_MRET);
    label_here(&a.p.code, on);
    sc(&a, X8, false, false);
    add(list, &a, OLD, "reservation over traps", n);
}

/* SC without a reservation: to names that nothing maps, and to a device. */
static void nowhere(struct case_list *list, unsigned n)
{
    static const uint32_t names[] = {0x70000000, 0x00100000, 0xfffffffc, 0};
    static struct atomic a;
    begin(&a, n, (unsigned)list->count);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        program_li(&a.p, X13, names[i]);
        expect_field(&a.b, a.vm, code_here(&a.p.code), 0, HV_COMMIT_mem_addr, names[i]);
        sc(&a, X13, false, false);
    }
    add(list, &a, OLD, "SC without reservation", n);
}

/* Two names for one word: the reservation is the real word's. */
static void alias(struct case_list *list, unsigned n, unsigned mapped_level)
{
    static struct atomic a;
    begin(&a, n, ~(1u << mapped_level));
    struct tree *tree = &a.b.tree;
    unsigned mapped = a.b.chain[mapped_level], owner = a.b.chain[mapped_level - 1];
    uint32_t pte = tree_pte(tree, mapped, tree_name_at(tree, a.vm, mapped, a.name));
    uint32_t alias_pte = tree_pte(tree, mapped, tree_name_at(tree, a.vm, mapped, a.other));
    tree_poke(tree, owner, alias_pte, tree_peek(tree, owner, pte));
    lr(&a, X8);
    sc(&a, X12, true, true);
    lr(&a, X12);
    sc(&a, X8, true, true);
    a.p.x[28] = a.p.x[9];
    add(list, &a, a.p.x[9], mapped_level == n ? "alias" : "alias below", n);
}

/* A VM-fault between LR and SC, to each level: SC fails, and uses no map. */
static void across(struct case_list *list, unsigned n, unsigned k)
{
    static struct atomic a;
    begin(&a, n, (unsigned)list->count & ~(2u << k));
    struct tree *tree = &a.b.tree;
    unsigned mapped = a.b.chain[k + 1], owner = a.b.chain[k];
    uint32_t page = last_page(tree, a.vm), pte, good;
    uint32_t address = break_control(&a.b, a.vm, mapped, page, B_V0, &pte, &good);
    script_store(tree, owner, pte, good);
    script_resume(tree, owner);
    program_li(&a.p, X13, page);
    lr(&a, X8);
    a.p.x[28] = OLD;
    uint32_t pc = code_here(&a.p.code), insn = word_i(HV_INSN_LW, X14, X13, 0);
    code_word(&a.p.code, insn);
    a.p.x[14] = 0;
    expect_fault(&a.b, a.vm, owner, HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT, address, pc, insn);
    expect_resume(&a.b, owner, a.vm, pc);
    sc(&a, X8, false, false);
    lr(&a, X8);
    sc(&a, X8, true, true);
    a.b.icarus = n == 2 && k == 0;
    add(list, &a, a.p.x[9],
        k == n - 1 ? "VM-fault after LR, one level"
        : k        ? "VM-fault after LR, levels"
                   : "VM-fault after LR, to 0",
        n);
}

/* LVMID ends the monitor's reservation; a VM's is not its monitor's. Code that the script calls: SC must fail. */
static void emit_lr(struct code *code, void *argument)
{
    op_li(code, X5, *(const uint32_t *)argument);
    op_r(code, HV_INSN_LR_W, X6, X5, X0);
}

static void monitors(struct case_list *list, unsigned n, bool of_monitor)
{
    static struct atomic a;
    static uint32_t word = 0x80006800; /* in the monitor's PAGE_DATA */
    struct hv_config config = directed_config();
    struct code code;
    builder_chain(&a.b, &config, n, 0);
    struct tree *tree = &a.b.tree;
    unsigned leaf = a.b.chain[n], owner = a.b.chain[n - 1];
    if (of_monitor) {
        tree->vm[owner].boot = emit_lr;
        tree->vm[owner].boot_argument = &word;
    }
    tree_layout(tree);
    expect_boot(&a.b, 0, leaf);
    program_begin(&a.p, tree);
    if (!of_monitor) {
        program_li(&a.p, X8, last_page(tree, leaf));
        op_r(&a.p.code, HV_INSN_LR_W, X28, X8, X0);
        a.p.x[28] = 0;
    }
    uint32_t pc = code_here(&a.p.code);
    op_n(&a.p.code, HV_INSN_HV_EXIT);
    program_end(&a.p, tree, leaf);
    code_begin(&code, tree->vm[owner].code_end);
    op_li(&code, X7, of_monitor ? word : tree_name_at(tree, leaf, owner, last_page(tree, leaf)));
    uint32_t at = code_here(&code);
    op_r(&code, HV_INSN_SC_W, X28, X7, X0);
    op_i(&code, HV_INSN_JALR, X0, X29, 0);
    tree_code(tree, owner, &code);
    script_call(tree, owner, code.origin);
    script_resume(tree, owner);
    expect_field(&a.b, owner, at, 0, HV_COMMIT_rd_wdata, 1);
    expect_fault(&a.b, leaf, owner, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
    expect_resume(&a.b, owner, leaf, pc + 4);
    case_add(list, &a.b, "atomic", "%s reservation level %u", of_monitor ? "a monitor's" : "a VM's", n);
}

void cases_atomic(struct case_list *list)
{
    for (unsigned n = 0; n <= 4; n++) {
        within(list, n);
        traps(list, n);
        nowhere(list, n);
        for (unsigned k = 0; k < n; k++) {
            across(list, n, k);
            alias(list, n, k + 1);
        }
        if (n) {
            monitors(list, n, true);
            monitors(list, n, false);
        }
    }
}
