/* phi = rb: processes relocated and bounded, at each level; its exceptions come before f and stay in the level;
 * MPRV for loads, stores and LVMID's operand; mphi over traps, MRET and VM-faults. */
#include "tests/support/cases.h"

/* The process has two pages of the leaf's, by names of its own from `base_name` up. */
enum { CODE_PAGE = 2, DATA_PAGE = 3, BOUND = 0x2000, WORD = 0x3c3c5a5a };

struct process {
    struct builder b;
    struct program p;
    unsigned vm;
    uint32_t origin; /* process name of CODE_PAGE */
    uint32_t slots;  /* words used there */
};

static void begin(struct process *t, unsigned n, unsigned rb, uint32_t origin)
{
    struct hv_config config = directed_config();
    builder_chain(&t->b, &config, n, rb & 0x1e);
    t->vm = t->b.chain[n];
    t->origin = origin;
    t->slots = 0;
    t->b.tree.vm[t->vm].own_pages = 6;
    tree_layout(&t->b.tree);
    if (n)
        expect_boot(&t->b, 0, t->vm);
    tree_poke(&t->b.tree, t->vm, page_name(&t->b.tree, DATA_PAGE) + 0xffc, WORD);
    struct code *code = &t->p.code;
    program_begin(&t->p, &t->b.tree);
    op_li(code, X31, page_name(&t->b.tree, CODE_PAGE) - origin);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MBASE, X31);
    op_li(code, X31, origin + BOUND);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MBOUND, X31);
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_U);
    program_li(&t->p, X31, pattern(X31));
}

/* Give control to the process at `name`; the trap that ends it comes back here. */
static void run_process(struct process *t, uint32_t name)
{
    struct code *code = &t->p.code;
    label on = label_new(code);
    op_la(code, X31, on);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    op_li(code, X31, name);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X31);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X0);
    op_n(code, HV_INSN_MRET);
    label_here(code, on);
}

static uint32_t put(struct process *t, uint32_t word)
{
    uint32_t at = 4 * t->slots++;
    tree_poke(&t->b.tree, t->vm, page_name(&t->b.tree, CODE_PAGE) + at, word);
    return t->origin + at;
}

/* The words run; the last one traps. */
static void process_trap(struct process *t, const uint32_t *words, unsigned count, uint32_t cause, uint32_t tval)
{
    uint32_t name = put(t, words[0]), pc = name;
    for (unsigned i = 1; i < count; i++)
        pc = put(t, words[i]);
    run_process(t, name);
    expect_trap(&t->b, t->vm, cause, tval, pc)->after = code_here(&t->p.code);
    expect_field(&t->b, t->vm, pc, 0, HV_COMMIT_mode, 0);
    program_trapped(&t->p, cause, pc, tval, 0);
}

static void ends(struct process *t)
{
    op_csr(&t->p.code, HV_INSN_CSRRW, X0, HV_CSR_MPHI, X0);
}

static void bounds(struct case_list *list, unsigned n, uint32_t origin)
{
    static struct process t;
    begin(&t, n, (unsigned)list->count, origin);
    const uint32_t past[] = {origin + BOUND, 0xfffffffc, origin + BOUND + 0x1000};
    const uint32_t load = word_i(HV_INSN_LW, X28, X8, 0), store = word_s(HV_INSN_SW, X9, X8, 0),
                   sc[] = {word_r(HV_INSN_LR_W, X29, X12, X0), word_r(HV_INSN_SC_W, X28, X8, X9)},
                   amo = word_r(HV_INSN_AMOADD_W, X28, X8, X9), lr = word_r(HV_INSN_LR_W, X28, X8, X0),
                   inside[] = {word_i(HV_INSN_LW, X10, X12, 0), word_s(HV_INSN_SH, X10, X12, -2),
                               word_r(HV_INSN_SC_W, X11, X8, X9), word_n(HV_INSN_ECALL)};
    program_li(&t.p, X12, origin + BOUND - 4);
    for (unsigned i = 0; i < sizeof past / sizeof past[0]; i++) {
        program_li(&t.p, X8, past[i]);
        process_trap(&t, &load, 1, HV_EXC_LOAD_FAULT, past[i]);
        process_trap(&t, &store, 1, HV_EXC_STORE_FAULT, past[i]);
        process_trap(&t, &amo, 1, HV_EXC_STORE_FAULT, past[i]);
        process_trap(&t, &lr, 1, HV_EXC_LOAD_FAULT, past[i]);
        process_trap(&t, sc, 2, HV_EXC_STORE_FAULT, past[i]);
    }
    process_trap(&t, inside, 4, HV_EXC_ECALL_U, 0); /* its SC has no reservation, and so no phi */
    t.p.x[29] = t.p.x[10] = WORD;
    t.p.x[11] = 1;
    ends(&t);
    program_end(&t.p, &t.b.tree, t.vm);
    expect_word(&t.b, t.vm, page_name(&t.b.tree, DATA_PAGE) + 0xff8, (WORD & 0xffff) << 16);
    t.b.icarus = n == 2 && !origin;
    case_add(list, &t.b, "phi", "bounds of a process at %08x level %u", origin, n);
}

/* Fetches: a jump beyond the bound, and walking over it. */
static void fetches(struct case_list *list, unsigned n, uint32_t origin)
{
    static struct process t;
    begin(&t, n, (unsigned)list->count, origin);
    program_li(&t.p, X8, origin + BOUND);
    t.p.x[9] = put(&t, word_i(HV_INSN_JALR, X9, X8, 0)) + 4;
    run_process(&t, t.origin);
    expect_trap(&t.b, t.vm, HV_EXC_FETCH_FAULT, origin + BOUND, origin + BOUND)->insn = 0;
    expect_field(&t.b, t.vm, origin + BOUND, 0, HV_COMMIT_fetch_real, 0);
    program_trapped(&t.p, HV_EXC_FETCH_FAULT, origin + BOUND, origin + BOUND, 0);
    tree_poke(&t.b.tree, t.vm, page_name(&t.b.tree, DATA_PAGE) + 0xffc, word_i(HV_INSN_ADDI, X10, X10, 5));
    run_process(&t, origin + BOUND - 4);
    t.p.x[10] += 5;
    expect_trap(&t.b, t.vm, HV_EXC_FETCH_FAULT, origin + BOUND, origin + BOUND);
    expect_field(&t.b, t.vm, origin + BOUND, 1, HV_COMMIT_accesses, 0); /* phi stops it: not counted */
    program_trapped(&t.p, HV_EXC_FETCH_FAULT, origin + BOUND, origin + BOUND, 0);
    ends(&t);
    program_end(&t.p, &t.b.tree, t.vm);
    case_add(list, &t.b, "phi", "fetches of a process at %08x level %u", origin, n);
}

/* VM-faults of a process: their address is the resource name, mem_addr the process name; it goes on in U-mode
 * under its own phi. */
static void vm_fault(struct case_list *list, unsigned n, unsigned k, unsigned access)
{
    static struct process t;
    begin(&t, n, (unsigned)list->count & ~(2u << k), 0);
    struct tree *tree = &t.b.tree;
    unsigned mapped = t.b.chain[k + 1], owner = t.b.chain[k];
    const uint32_t name = 0x1040, resource = page_name(tree, DATA_PAGE) + 0x40;
    uint32_t pte, good, insn = word_i(HV_INSN_LW, X10, X8, 0);
    uint32_t address = break_control(&t.b, t.vm, mapped, resource, B_ACCESSED, &pte, &good);
    script_store(tree, owner, pte, good);
    script_resume(tree, owner);
    program_li(&t.p, X8, name);
    tree_poke(tree, t.vm, resource, access == HV_ACCESS_FETCH ? word_n(HV_INSN_ECALL) : WORD);
    if (access == HV_ACCESS_FETCH)
        insn = word_i(HV_INSN_JALR, X0, X8, 0);
    else if (access == HV_ACCESS_STORE)
        insn = word_s(HV_INSN_SB, X9, X8, 0);
    uint32_t pc = put(&t, insn), end = put(&t, word_n(HV_INSN_ECALL));
    run_process(&t, pc);
    if (access == HV_ACCESS_FETCH) {
        pc = end = name;
        insn = 0;
    }
    if (access == HV_ACCESS_LOAD)
        t.p.x[10] = WORD;
    expect_fault(&t.b, t.vm, owner, HV_FAULT_DENIED | access << HV_CAUSE_ACCESS_SHIFT, address, pc, insn);
    expect_resume(&t.b, owner, t.vm, pc);
    expect_trap(&t.b, t.vm, HV_EXC_ECALL_U, 0, end);
    expect_field(&t.b, t.vm, pc, 0, HV_COMMIT_mode, 0);
    expect_field(&t.b, t.vm, pc, 0, HV_COMMIT_mem_addr, access == HV_ACCESS_FETCH ? 0 : name);
    expect_field(&t.b, t.vm, pc, 1, HV_COMMIT_mode, 0);
    program_trapped(&t.p, HV_EXC_ECALL_U, end, 0, 0);
    ends(&t);
    program_end(&t.p, tree, t.vm);
    static const char *const names[] = {"", "fetch", "load", "store"};
    t.b.icarus = n == 3 && k == 1 && access == HV_ACCESS_STORE;
    case_add(list, &t.b, "phi", "a process's %s level %u receiver %u", names[access], n, k);
}

/* MPRV with MPP = U: loads, stores and atomics of M-mode are the process's; fetches are not. */
static void mprv(struct case_list *list, unsigned n)
{
    static struct process t;
    begin(&t, n, (unsigned)list->count, 0);
    struct code *code = &t.p.code;
    unsigned vm = t.vm;
    uint32_t word = page_name(&t.b.tree, DATA_PAGE) + 0xff8;
    program_li(&t.p, X8, BOUND - 8);
    program_li(&t.p, X12, BOUND);
    program_li(&t.p, X13, HV_MSTATUS_MPRV);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X13);
    op_s(code, HV_INSN_SW, X9, X8, 0);
    expect_field(&t.b, vm, code_here(code), 0, HV_COMMIT_mem_real, tree_real(&t.b.tree, vm, word));
    expect_field(&t.b, vm, code_here(code), 0, HV_COMMIT_mem_addr, BOUND - 8);
    op_i(code, HV_INSN_LW, X10, X8, 0);
    op_r(code, HV_INSN_AMOSWAP_W, X11, X8, X10);
    op_r(code, HV_INSN_LR_W, X14, X8, X0);
    op_r(code, HV_INSN_SC_W, X15, X8, X13);
    t.p.x[10] = t.p.x[11] = t.p.x[14] = t.p.x[9];
    t.p.x[15] = 0;
    /* A trap takes MPP = M with it, so MPRV then means M: the second one is set again. */
    program_trap(&t.b, &t.p, vm, word_i(HV_INSN_LW, X28, X12, 0), HV_EXC_LOAD_FAULT, BOUND);
    t.p.x[20] += HV_MSTATUS_MPRV; /* which stays */
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X13);
    program_trap(&t.b, &t.p, vm, word_s(HV_INSN_SW, X9, X12, 0), HV_EXC_STORE_FAULT, BOUND);
    t.p.x[20] += HV_MSTATUS_MPRV;
    program_li(&t.p, X8, word); /* MPP = M: as M-mode is, not relocated */
    op_i(code, HV_INSN_LW, X16, X8, 0);
    t.p.x[16] = t.p.x[13];
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X13);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MPHI, X0); /* mphi.U = 0: U-mode is not either */
    op_i(code, HV_INSN_LW, X17, X8, 0);
    t.p.x[17] = t.p.x[13];
    program_end(&t.p, &t.b.tree, vm);
    t.b.icarus = n == 1;
    case_add(list, &t.b, "phi", "MPRV level %u", n);
}

/* mphi.M: takes effect on the next fetch; a trap puts it into MP, MRET brings it back. */
static void machine(struct case_list *list, unsigned n)
{
    static struct process t;
    begin(&t, n, (unsigned)list->count, 0);
    struct code *code = &t.p.code;
    label on = label_new(code), back = label_new(code);
    uint32_t pc = put(&t, word_csr(HV_INSN_CSRRS, X10, HV_CSR_MPHI, X0)), end = put(&t, word_n(HV_INSN_ECALL));
    op_la(code, X31, on);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_M);
    uint32_t stopped = code_here(code);
    expect_trap(&t.b, t.vm, HV_EXC_FETCH_FAULT, stopped, stopped);
    op_jal(code, X0, t.p.failed);
    label_here(code, on);
    program_trapped(&t.p, HV_EXC_FETCH_FAULT, stopped, stopped, HV_MSTATUS_MPP);
    op_csr(code, HV_INSN_CSRRS, X11, HV_CSR_MPHI, X0);
    op_la(code, X31, back);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    op_li(code, X31, pc);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X31); /* MPP is M */
    op_n(code, HV_INSN_MRET);
    label_here(code, back);
    expect_trap(&t.b, t.vm, HV_EXC_ECALL_M, 0, end);
    expect_field(&t.b, t.vm, pc, 0, HV_COMMIT_fetch_real, tree_real(&t.b.tree, t.vm, page_name(&t.b.tree, CODE_PAGE)));
    program_trapped(&t.p, HV_EXC_ECALL_M, end, 0, HV_MSTATUS_MPP);
    op_csr(code, HV_INSN_CSRRS, X12, HV_CSR_MPHI, X0);
    t.p.x[10] = HV_MPHI_M | HV_MPHI_MP;
    t.p.x[11] = t.p.x[12] = HV_MPHI_MP;
    ends(&t);
    program_end(&t.p, &t.b.tree, t.vm);
    case_add(list, &t.b, "phi", "M-mode relocated level %u", n);
}

/* LVMID's operand under MPRV: its process name is relocated by `shift`. */
struct relocated {
    uint32_t shift, bound, trap_to;
};

static void emit_relocated(struct code *code, void *argument)
{
    struct relocated *r = argument;
    label over = label_new(code);
    op_jal(code, X0, over);
    r->trap_to = code_here(code); /* mends by taking MPRV away */
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X0);
    op_li(code, X6, HV_MSTATUS_MPP);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X6);
    op_n(code, HV_INSN_MRET);
    label_here(code, over);
    op_li(code, X5, r->shift);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MBASE, X5);
    op_li(code, X5, r->bound);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MBOUND, X5);
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_U);
    op_li(code, X5, r->trap_to);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(code, X5, HV_MSTATUS_MPRV);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X5);
}

/* `cause` 0: it is found there. 24: a syllable 0 is found there, reported by its resource name. 5: beyond
 * the bound, reported by its process name. */
static void operand(struct case_list *list, unsigned n, uint32_t cause)
{
    static struct builder b;
    struct hv_config config = directed_config();
    struct relocated r = {0x100, 0xffffffff, 0};
    builder_chain(&b, &config, n + 1, (unsigned)list->count & 0x1e);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[n], child = b.chain[n + 1];
    tree->vm[monitor].boot = emit_relocated;
    tree->vm[monitor].boot_argument = &r;
    uint32_t process = page_name(tree, PAGE_DATA) + OPERAND;
    if (cause == HV_EXC_LOAD_FAULT)
        r.bound = process;
    tree_layout(tree);
    program_plain(tree, child, 0);
    tree_poke(tree, monitor, process + r.shift, cause ? 0 : tree->vm[child].syllable);
    if (!cause)
        tree_poke(tree, monitor, process, 0); /* not that one */
    expect_boot(&b, 0, monitor);
    if (cause)
        expect_trap(&b, monitor, cause, process + (cause == HV_EXC_VMCB ? r.shift : 0), tree->vm[monitor].boot_lvmid);
    expect_boot(&b, monitor, child);
    expect_field(&b, monitor, tree->vm[monitor].boot_lvmid, 0, HV_COMMIT_mem_addr, process);
    expect_field(&b, monitor, tree->vm[monitor].boot_lvmid, cause != 0, HV_COMMIT_mem_real,
                 tree_real(tree, monitor, process + (cause ? 0 : r.shift)));
    case_add(list, &b, "phi", "LVMID's operand under MPRV level %u exception %u", n, cause);
}

/* LVMID addressed by x0: nothing is loaded. The monitor's I/O map has its data at the top of all names. */
static void emit_x0(struct code *code, void *argument)
{
    (void)argument;
    op_lvmid(code, X0, -0x800 + OPERAND);
}

static void operand_x0(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n + 1, 0);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[n], child = b.chain[n + 1];
    tree->vm[monitor].boot = emit_x0;
    tree->vm[child].io_form = HV_FORM_NONE;
    tree_layout(tree);
    uint32_t data = page_name(tree, PAGE_DATA);
    tree_poke(tree, monitor, data + 0x800 + OPERAND, tree->vm[child].syllable);
    tree_set_vmcb(tree, monitor, HV_VMCB_IO_FORM, HV_FORM_RB);
    tree_set_vmcb(tree, monitor, HV_VMCB_IO_FIRST, 0xfffff);
    tree_set_vmcb(tree, monitor, HV_VMCB_IO_BASE,
                  tree_name_at(tree, monitor, tree->vm[monitor].parent, data) / HV_PAGE_BYTES);
    tree_set_vmcb(tree, monitor, HV_VMCB_IO_BOUND, 1);
    struct code code;
    code_begin(&code, page_name(tree, 0));
    uint32_t pc = code_here(&code);
    op_n(&code, HV_INSN_HV_EXIT);
    tree_code(tree, child, &code);
    uint32_t leave = tree->vm[monitor].code_end;
    code_begin(&code, leave);
    op_n(&code, HV_INSN_HV_EXIT);
    tree_code(tree, monitor, &code);
    script_call(tree, monitor, leave);
    script_finish(tree, b.chain[n - 1], FINISH_PASS);
    expect_boot(&b, 0, monitor);
    struct event *e = expect(&b, E_LVMID, monitor, child);
    e->pc = tree->vm[monitor].boot_pc;
    e->insn = word_lvmid(X0, -0x800 + OPERAND);
    expect_fault(&b, child, monitor, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
    expect_fault(&b, monitor, b.chain[n - 1], HV_FAULT_EXIT, 0, leave, word_n(HV_INSN_HV_EXIT));
    tree_set_vmcb(tree, child, HV_VMCB_X0, 0xbad); /* must not get into x0 */
    case_add(list, &b, "phi", "LVMID addressed by x0 level %u", n);
}

void cases_phi(struct case_list *list)
{
    for (unsigned n = 0; n <= 4; n++) {
        bounds(list, n, 0);
        bounds(list, n, 0x90000000);
        fetches(list, n, 0);
        mprv(list, n);
        machine(list, n);
        for (unsigned k = 0; k < n; k++)
            for (unsigned access = HV_ACCESS_FETCH; access <= HV_ACCESS_STORE; access++)
                vm_fault(list, n, k, access);
        if (n == 4)
            break;
        operand(list, n, 0);
        operand(list, n, HV_EXC_VMCB);
        operand(list, n, HV_EXC_LOAD_FAULT);
        if (n)
            operand_x0(list, n);
    }
}
