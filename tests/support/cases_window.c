/* Device windows (docs/spec.md, 10.13): through every level, and what comes of an access that the bus ends with err. */
#include "tests/support/cases.h"

enum { FINE = 0x040, LINE = 0x080, LAST = 0x6fc, REFUSED = 0x100 }; /* offsets; see directed_window() */

bool directed_window(void *context, struct hv_window_access *access)
{
    (void)context;
    if (access->offset & REFUSED)
        return false;
    if ((access->offset & 0xffc) == LINE)
        access->irq = access->write ? access->data & 1 : true;
    if (!access->write)
        access->data = (access->offset + 1) * UINT32_C(0x9e3779b1) ^ access->window << 28;
    return true;
}

static uint32_t word_of(const struct hv_config *config, uint32_t offset)
{
    struct hv_window_access access = {.window = config->windows - 1, .offset = offset};
    directed_window(NULL, &access);
    return access.data;
}

struct window {
    struct builder b;
    struct program p;
    unsigned n, leaf;
    uint32_t page;        /* process name of a page of the last window */
    uint32_t argument;    /* of f_s1, for that page */
    unsigned interrupted; /* interrupts that came before what is next */
    uint32_t pte;         /* level 1's entry for it, name at level 0 */
};

static uint32_t last_window(const struct hv_config *config)
{
    const struct hv_device_window *window = &config->window[config->windows - 1];
    return window->base + window->bytes - HV_PAGE_BYTES;
}

/* Level 0's mie before it enters a VM. */
static void emit_mie(struct code *code, void *argument)
{
    (void)argument;
    op_li(code, X5, 1 << HV_IRQ_MEI);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
}

/* Above level 0 the leaf's last page is that of the window, by its entry at level 1: each level has another name for
 * it. */
static void begin(struct window *w, const struct case_list *list, unsigned n)
{
    const struct hv_config *config = &list->config;
    builder_chain(&w->b, config, n, n & 1 ? 0x1c : 0);
    struct tree *tree = &w->b.tree;
    if (n)
        tree->vm[0].boot = emit_mie;
    tree_layout(tree);
    w->n = n;
    w->interrupted = 0;
    w->leaf = w->b.chain[n];
    w->page = w->argument = last_window(config);
    if (n) {
        w->page = last_page(tree, w->leaf);
        w->argument = tree_name_at(tree, w->leaf, w->b.chain[1], w->page);
        w->pte = tree_pte(tree, w->b.chain[1], w->argument);
        const uint32_t flags = tree_peek(tree, 0, w->pte) & 0x3ff;
        tree_poke(tree, 0, w->pte, last_window(config) >> HV_PAGE_BITS << 10 | flags);
        expect_boot(&w->b, 0, w->leaf);
    }
    program_begin(&w->p, tree);
    program_li(&w->p, X8, w->page);
}

static void add(struct case_list *list, struct window *w, const char *name, bool icarus)
{
    program_end(&w->p, &w->b.tree, w->leaf);
    w->b.icarus = icarus;
    case_add(list, &w->b, "window", "%s level %u", name, w->n);
}

static void load(struct window *w, enum hv_insn insn, uint32_t offset, uint32_t value)
{
    struct program *p = &w->p;
    expect_field(&w->b, w->leaf, code_here(&p->code), w->interrupted, HV_COMMIT_mem_real,
                 last_window(&w->b.tree.config) + offset);
    w->interrupted = 0;
    op_i(&p->code, insn, X10, X8, (int32_t)offset);
    p->x[10] = value;
}

static void accesses(struct case_list *list, unsigned n)
{
    static struct window w;
    begin(&w, list, n);
    const struct hv_config *config = &list->config;
    const uint32_t first = config->window[config->windows - 1].bytes - HV_PAGE_BYTES; /* the page's offset */
    const uint32_t word = word_of(config, first + FINE);
    load(&w, HV_INSN_LW, FINE, word);
    load(&w, HV_INSN_LBU, FINE + 1, word >> 8 & 0xff);
    load(&w, HV_INSN_LHU, FINE + 2, word >> 16);
    load(&w, HV_INSN_LB, FINE + 3, (uint32_t)((int32_t)word >> 24));
    program_li(&w.p, X9, 0x81c3a5f7);
    op_s(&w.p.code, HV_INSN_SW, X9, X8, FINE);
    op_s(&w.p.code, HV_INSN_SH, X9, X8, FINE + 2);
    op_s(&w.p.code, HV_INSN_SB, X9, X8, FINE + 1);
    load(&w, HV_INSN_LW, FINE, word); /* what was stored is the device's affair */
    load(&w, HV_INSN_LW, LAST, word_of(config, first + LAST));
    add(list, &w, "accesses", n == 1);
}

/* Level 0's answer: go on behind the access. */
static void skip(struct window *w)
{
    script_store(&w->b.tree, 0, tree_vmcb(&w->b.tree, w->b.chain[1]) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    script_resume(&w->b.tree, 0);
}

static void refuse(struct window *w, uint32_t word, unsigned access, unsigned cause, uint32_t offset)
{
    const uint32_t pc = code_here(&w->p.code);
    if (!w->n) {
        const bool is_load = access == HV_ACCESS_LOAD;
        program_trap(&w->b, &w->p, w->leaf, word, is_load ? HV_EXC_LOAD_FAULT : HV_EXC_STORE_FAULT, w->page + offset);
        return;
    }
    skip(w);
    code_word(&w->p.code, word);
    expect_fault(&w->b, w->leaf, 0, cause | access << HV_CAUSE_ACCESS_SHIFT, w->argument + offset, pc, word);
    expect_resume(&w->b, 0, w->leaf, pc + 4);
}

/* Before the access's page is known to the last-page register and the associator, and after. */
static void refused(struct case_list *list, unsigned n, bool known)
{
    static struct window w;
    begin(&w, list, n);
    const struct hv_config *config = &list->config;
    const uint32_t first = config->window[config->windows - 1].bytes - HV_PAGE_BYTES;
    for (unsigned i = 0; i < 2; i++) {
        if (known)
            load(&w, HV_INSN_LW, FINE, word_of(config, first + FINE));
        refuse(&w, word_i(HV_INSN_LW, X14, X8, REFUSED + 4), HV_ACCESS_LOAD, HV_FAULT_INVALID, REFUSED + 4);
        refuse(&w, word_i(HV_INSN_LB, X14, X8, REFUSED + 1), HV_ACCESS_LOAD, HV_FAULT_INVALID, REFUSED + 1);
        if (known)
            op_s(&w.p.code, HV_INSN_SB, X9, X8, FINE);
        refuse(&w, word_s(HV_INSN_SH, X9, X8, REFUSED + 2), HV_ACCESS_STORE, HV_FAULT_INVALID, REFUSED + 2);
        refuse(&w, word_s(HV_INSN_SW, X9, X8, REFUSED + 8), HV_ACCESS_STORE, HV_FAULT_INVALID, REFUSED + 8);
    }
    add(list, &w, known ? "refused, known" : "refused", n == 2 || (n == 0 && known));
}

/* The composition is remembered, and the map has changed without a fence: what f says now decides whose fault it is. */
static void stale(struct case_list *list, unsigned n)
{
    static struct window w;
    begin(&w, list, n);
    script_store(&w.b.tree, 0, w.pte, 0);
    const uint32_t load = word_i(HV_INSN_LW, X14, X8, REFUSED), store = word_s(HV_INSN_SW, X9, X8, REFUSED);
    refuse(&w, load, HV_ACCESS_LOAD, HV_FAULT_INVALID, REFUSED);
    refuse(&w, load, HV_ACCESS_LOAD, HV_FAULT_MISSING, REFUSED);
    refuse(&w, store, HV_ACCESS_STORE, HV_FAULT_MISSING, REFUSED);
    add(list, &w, "refused, stale", n == 1);
}

/* At level 0: mip after the access. Above: the interrupt goes to level 0, which lets the line down. */
static void raised(struct window *w)
{
    const uint32_t pc = code_here(&w->p.code);
    if (w->n) {
        script_store(&w->b.tree, 0, last_window(&w->b.tree.config) + LINE, 0);
        script_resume(&w->b.tree, 0);
        expect_fault(&w->b, w->leaf, 0, HV_FAULT_INTERRUPT, 0, pc, 0);
        expect_resume(&w->b, 0, w->leaf, pc);
        w->interrupted = 1;
        return;
    }
    expect_field(&w->b, w->leaf, pc, 0, HV_COMMIT_rd_wdata, 1 << HV_IRQ_MEI);
    expect_field(&w->b, w->leaf, pc, 0, HV_COMMIT_mip, 4);
    op_csr(&w->p.code, HV_INSN_CSRRS, X12, HV_CSR_MIP, X0);
    op_s(&w->p.code, HV_INSN_SW, X0, X8, LINE);
    expect_field(&w->b, w->leaf, code_here(&w->p.code), 0, HV_COMMIT_rd_wdata, 0);
    op_csr(&w->p.code, HV_INSN_CSRRS, X12, HV_CSR_MIP, X0);
    w->p.x[12] = 0;
}

static void line(struct case_list *list, unsigned n)
{
    static struct window w;
    const struct hv_config *config = &list->config;
    begin(&w, list, n);
    program_li(&w.p, X9, 1);
    op_s(&w.p.code, HV_INSN_SW, X9, X8, LINE);
    raised(&w);
    load(&w, HV_INSN_LW, LINE, word_of(config, config->window[config->windows - 1].bytes - HV_PAGE_BYTES + LINE));
    raised(&w);
    load(&w, HV_INSN_LW, FINE, word_of(config, config->window[config->windows - 1].bytes - HV_PAGE_BYTES + FINE));
    add(list, &w, "line", n < 2);
}

void cases_window(struct case_list *list)
{
    for (unsigned n = 0; n <= list->config.depth; n++) {
        accesses(list, n);
        refused(list, n, false);
        refused(list, n, true);
        line(list, n);
        if (n && list->config.assoc_entries)
            stale(list, n);
    }
}
