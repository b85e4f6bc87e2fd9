/* LVMID refused: exception 24 at the monitor's own level for each word that can be bad, at each level,
 * seen by nobody else; the monitor's trap handler mends the word and LVMID starts again. */
#include "tests/support/cases.h"

/* Where a bad word lies, and what mtval names. */
enum place { AT_OPERAND, AT_ROOT, AT_ENTRY, AT_VMCB };

struct word {
    enum place place;
    uint32_t offset; /* in the root or VMCB */
    uint32_t value;
};

struct bad_word {
    const char *name;
    struct word bad;
    struct word also; /* bad too, but later in the probe, if its value is not 0 */
    enum place report;
    uint32_t reported; /* offset there */
    unsigned grain;    /* of the child */
    bool mem_rb;       /* the child's memory map is rb and its I/O map linear; else the other way round */
};

#define BAD(text, where, at, found, names, off)                                                                        \
    .name = (text), .bad = {(where), (at), (found)}, .report = (names), .reported = (off)
#define SYLLABLE(text, found)    BAD(text, AT_OPERAND, 0, found, AT_OPERAND, 0)
#define ROOT(text, word, found)  BAD(text, AT_ROOT, HV_ROOT_##word, found, AT_ROOT, HV_ROOT_##word)
#define ENTRY(text, found)       BAD(text, AT_ENTRY, 0, found, AT_ENTRY, 0)
#define VMCB(text, word, found)  BAD(text, AT_VMCB, HV_VMCB_##word, found, AT_VMCB, HV_VMCB_##word)
#define FORM(form, grain, other) (HV_FORM_##form | (uint32_t)(grain) << HV_FORM_GRAIN_SHIFT | (uint32_t)(other))

static const struct bad_word bad_words[] = {
    {SYLLABLE("syllable 0", 0)},
    {SYLLABLE("syllable 16", 16)},
    {SYLLABLE("syllable with high bits", 0x80000001)},
    {SYLLABLE("syllable above the length", 7)},
    {BAD("length 0", AT_ROOT, HV_ROOT_LENGTH, 0, AT_OPERAND, 0)},
    {ROOT("VMTAB address + 1", VMTAB, 0x80002011)},
    {ROOT("VMTAB address + 2", VMTAB, 0x80002012)},
    {ENTRY("VMTAB entry 0", 0)},
    {ENTRY("VMTAB entry + 4", 0x80003204)},
    {ENTRY("VMTAB entry + 256", 0x80003300)},
    {VMCB("memory form 3", MEM_FORM, 3)},
    {VMCB("memory form 15", MEM_FORM, 15)},
    {VMCB("memory form bit 4", MEM_FORM, FORM(LINEAR, 0, 1 << 4))},
    {VMCB("memory form bit 7", MEM_FORM, FORM(RB, 0, 1 << 7)), .mem_rb = true},
    {VMCB("memory form bit 12", MEM_FORM, FORM(LINEAR, 0, 1 << 12))},
    {VMCB("memory form bit 31", MEM_FORM, FORM(LINEAR, 0, 1u << 31))},
    {VMCB("memory form none with bit 16", MEM_FORM, FORM(NONE, 0, 1 << 16))},
    {VMCB("memory grain with rb", MEM_FORM, FORM(RB, 1, 0)), .mem_rb = true},
    {VMCB("memory first 2^20", MEM_FIRST, 0x100000)},
    {VMCB("memory first 2^20 of rb", MEM_FIRST, 0x100000), .mem_rb = true},
    {VMCB("memory first -1", MEM_FIRST, 0xffffffff), .mem_rb = true},
    {VMCB("memory first off the grain", MEM_FIRST, 0x80001), .grain = 1},
    {VMCB("memory base 2^20 of rb", MEM_BASE, 0x100000), .mem_rb = true},
    {VMCB("memory base + 2", MEM_BASE, 0x80004102)},
    {VMCB("memory base + 1", MEM_BASE, 0x80004101)},
    {VMCB("memory bound 2^20 + 1", MEM_BOUND, 0x100001), .mem_rb = true},
    {VMCB("memory bound -1", MEM_BOUND, 0xffffffff), .mem_rb = true},
    {VMCB("memory bound off the grain", MEM_BOUND, 5), .grain = 1},
    {VMCB("memory bound 1025", MEM_BOUND, 1025)},
    {VMCB("memory bound 2050 of grain 1", MEM_BOUND, 2050), .grain = 1},
    {VMCB("memory table longer than its page", MEM_BOUND, 1024)},
    {BAD("memory table across the page", AT_VMCB, HV_VMCB_MEM_BASE, 0x80004ffc, AT_VMCB, HV_VMCB_MEM_BOUND)},
    {VMCB("I/O form 4", IO_FORM, 4)},
    {VMCB("I/O form bit 5", IO_FORM, FORM(RB, 0, 1 << 5))},
    {VMCB("I/O grain with rb", IO_FORM, FORM(RB, 15, 0))},
    {BAD("I/O first off the grain", AT_VMCB, HV_VMCB_IO_FORM, FORM(LINEAR, 9, 0), AT_VMCB, HV_VMCB_IO_FIRST),
     .mem_rb = true},
    {VMCB("I/O first 2^20", IO_FIRST, 0x100000)},
    {VMCB("I/O base 2^20 of rb", IO_BASE, 0x100100)},
    {VMCB("I/O base + 3", IO_BASE, 0x80005103), .mem_rb = true},
    {VMCB("I/O bound 2^20 + 1", IO_BOUND, 0x100001)},
    {VMCB("I/O bound 1025", IO_BOUND, 1025), .mem_rb = true},
    /* Two words: the probe's order decides. Tables are looked at after the words of both maps. */
    {SYLLABLE("syllable, and VMTAB", 16), .also = {AT_ROOT, HV_ROOT_VMTAB, 0x80002011}},
    {ROOT("VMTAB, and length", VMTAB, 0x80002011), .also = {AT_ROOT, HV_ROOT_LENGTH, 0x80000000}},
    {BAD("length, and entry", AT_ROOT, HV_ROOT_LENGTH, 0, AT_OPERAND, 0), .also = {AT_ENTRY, 0, 4}},
    {ENTRY("entry, and form", 0), .also = {AT_VMCB, HV_VMCB_MEM_FORM, 3}},
    {VMCB("form, and first", MEM_FORM, 3), .also = {AT_VMCB, HV_VMCB_MEM_FIRST, 0x100000}},
    {VMCB("first, and base", MEM_FIRST, 0x100000), .also = {AT_VMCB, HV_VMCB_MEM_BASE, 1}},
    {VMCB("base, and bound", MEM_BASE, 1), .also = {AT_VMCB, HV_VMCB_MEM_BOUND, 0x100001}},
    {VMCB("memory bound, and I/O form", MEM_BOUND, 1025), .also = {AT_VMCB, HV_VMCB_IO_FORM, 3}},
    {VMCB("I/O bound, and memory table", IO_BOUND, 0x100001), .also = {AT_VMCB, HV_VMCB_MEM_BASE, 0x70000000}},
};

static uint32_t place_name(const struct tree *tree, unsigned child, enum place place, uint32_t offset)
{
    switch (place) {
    case AT_OPERAND:
        return page_name(tree, PAGE_DATA) + OPERAND;
    case AT_ROOT:
        return tree->config.hv_root + offset;
    case AT_ENTRY:
        return tree_vmtab_entry(tree, child);
    default:
        return tree_vmcb(tree, child) + offset;
    }
}

/* The monitor's trap handler: two stores, and back to the LVMID. */
struct mend {
    uint32_t name[2], value[2];
    uint32_t handler;
};

static void emit_mend(struct code *code, void *argument)
{
    struct mend *mend = argument;
    label over = label_new(code);
    op_jal(code, X0, over);
    mend->handler = code_here(code);
    for (unsigned i = 0; i < 2; i++) {
        op_li(code, X6, mend->name[i]);
        op_li(code, X7, mend->value[i]);
        op_s(code, HV_INSN_SW, X7, X6, 0);
    }
    op_n(code, HV_INSN_MRET);
    label_here(code, over);
    op_li(code, X5, mend->handler);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
}

/* The monitor at level n, and its child, which has the maps that are to be bad. */
static void monitor_begin(struct builder *b, const struct hv_config *config, unsigned n, const struct bad_word *w,
                          unsigned serial, struct mend *mend)
{
    unsigned child = 1u << (n + 1);
    builder_chain(b, config, n + 1, (serial & (child - 1)) | (w->mem_rb ? child : 0));
    struct vm *monitor = &b->tree.vm[b->chain[n]];
    monitor->boot = emit_mend;
    monitor->boot_argument = mend;
    b->tree.vm[b->chain[n + 1]].grain = w->grain;
    tree_layout(&b->tree);
}

/* The handler's code needs the good values, which a first layout gives. */
static void find_good(struct builder *b, unsigned n, const struct bad_word *w, struct mend *mend)
{
    const struct word *words[2] = {&w->bad, w->also.value ? &w->also : &w->bad};
    for (unsigned i = 0; i < 2; i++) {
        mend->name[i] = place_name(&b->tree, b->chain[n + 1], words[i]->place, words[i]->offset);
        mend->value[i] = tree_peek(&b->tree, b->chain[n], mend->name[i]);
    }
}

static void bad(struct case_list *list, const struct hv_config *config, unsigned n, const struct bad_word *w)
{
    static struct builder b;
    struct mend mend = {{0}, {0}, 0};
    unsigned serial = (unsigned)list->count;
    monitor_begin(&b, config, n, w, serial, &mend);
    find_good(&b, n, w, &mend);
    tree_end(&b.tree);
    monitor_begin(&b, config, n, w, serial, &mend);
    struct tree *tree = &b.tree;
    unsigned monitor = b.chain[n], child = b.chain[n + 1];
    program_plain(tree, child, 0);
    tree_poke(tree, monitor, mend.name[0], w->bad.value);
    if (w->also.value)
        tree_poke(tree, monitor, mend.name[1], w->also.value);
    uint32_t pc = tree->vm[monitor].boot_lvmid, mtval = place_name(tree, child, w->report, w->reported);
    expect_boot(&b, 0, monitor);
    struct event *e = expect_trap(&b, monitor, HV_EXC_VMCB, mtval, pc);
    e->after = mend.handler;
    e->insn = word_lvmid(X5, 0);
    expect_boot(&b, monitor, child);
    expect_field(&b, monitor, pc, 0, HV_COMMIT_mem_addr, page_name(tree, PAGE_DATA) + OPERAND);
    b.icarus = n == 2 && w->report == AT_VMCB && w->reported == HV_VMCB_IO_FIRST && w->mem_rb;
    case_add(list, &b, "lvmid", "%s level %u", w->name, n);
}

/* Words that name something that is not RAM: exception 24 at the real machine alone. */
static void not_ram(struct case_list *list)
{
    static const uint32_t pointers[] = {0x70000000, 0x10000000, 0x02000200, 0xfffffe00};
    const uint32_t vmcb = 0x80003200, syllable = 3; /* of the first child */
    struct hv_config config = directed_config();
    for (unsigned i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        uint32_t to = pointers[i];
        const struct bad_word words[] = {
            {BAD("VMTAB not RAM", AT_ROOT, HV_ROOT_VMTAB, to, AT_ROOT, to + 4 * syllable - config.hv_root)},
            {BAD("VMCB not RAM", AT_ENTRY, 0, to, AT_VMCB, to - vmcb)},
            {BAD("memory table not RAM", AT_VMCB, HV_VMCB_MEM_BASE, to, AT_VMCB, to - vmcb)},
            {BAD("I/O table not RAM", AT_VMCB, HV_VMCB_IO_BASE, to, AT_VMCB, to - vmcb), .mem_rb = true},
        };
        for (unsigned j = 0; j < sizeof words / sizeof words[0]; j++)
            bad(list, &config, 0, &words[j]);
    }
}

/* Forms that the machine leaves out. */
void cases_lacking(struct case_list *list)
{
    static const struct bad_word linear[] = {
        {VMCB("linear that the machine lacks", MEM_FORM, FORM(LINEAR, 0, 0)), .mem_rb = true},
        {VMCB("linear I/O that the machine lacks", IO_FORM, FORM(LINEAR, 0, 0)), .mem_rb = true}};
    for (unsigned n = 0; n < list->config.depth; n++) {
        bad(list, &list->config, n, &linear[0]);
        bad(list, &list->config, n, &linear[1]);
    }
}

/* An LVMID before the boot's own, with an operand elsewhere; its trap goes on to the boot. */
struct operand {
    uint32_t name, pc;
};

static void emit_operand(struct code *code, void *argument)
{
    struct operand *operand = argument;
    label on = label_new(code);
    op_la(code, X5, on);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(code, X5, operand->name);
    operand->pc = code_here(code);
    op_lvmid(code, X5, 0);
    label_here(code, on);
}

static void operand(struct case_list *list, unsigned n, uint32_t name, uint32_t cause)
{
    static struct builder b;
    struct operand at = {name, 0};
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n + 1, (unsigned)list->count & 0x1e);
    b.tree.vm[b.chain[n]].boot = emit_operand;
    b.tree.vm[b.chain[n]].boot_argument = &at;
    tree_layout(&b.tree);
    program_plain(&b.tree, b.chain[n + 1], 0);
    expect_boot(&b, 0, b.chain[n]);
    expect_trap(&b, b.chain[n], cause, name, at.pc);
    expect_boot(&b, b.chain[n], b.chain[n + 1]);
    expect_field(&b, b.chain[n], at.pc, 0, HV_COMMIT_mem_addr, name);
    case_add(list, &b, "lvmid", "operand at %08x level %u", name, n);
}

/* What LVMID accepts at the edges: windows of all names, and maps of form none with anything in their words. */

/* The leaf's memory map reaches over the end of the names: no wrap, so its I/O map still has the finisher. */
static void widest(struct case_list *list, unsigned n, uint32_t bound)
{
    static struct builder b;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n, 2u << (n - 1) | ((unsigned)list->count & 0xe));
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    program_plain(&b.tree, leaf, 0);
    tree_set_vmcb(&b.tree, leaf, HV_VMCB_MEM_BOUND, bound);
    expect_boot(&b, 0, leaf);
    case_add(list, &b, "lvmid", "bound %x level %u", bound, n);
}

/* base + (p - first) modulo 2^20: the leaf's RAM is seen through an I/O window that begins low. */
static void modulo(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    const uint32_t first = 0x10000, page = 0xf0000;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n, 0);
    b.tree.vm[b.chain[n]].io_form = HV_FORM_NONE;
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    uint32_t to = tree_name_at(tree, leaf, owner, last_page(tree, leaf));
    tree_set_vmcb(tree, leaf, HV_VMCB_IO_FORM, HV_FORM_RB);
    tree_set_vmcb(tree, leaf, HV_VMCB_IO_FIRST, first);
    tree_set_vmcb(tree, leaf, HV_VMCB_IO_BASE, (to / HV_PAGE_BYTES - (page - first)) & 0xfffff);
    tree_set_vmcb(tree, leaf, HV_VMCB_IO_BOUND, 0x100000 - first);
    tree_poke(tree, leaf, last_page(tree, leaf) + 0x44, 0x0dd0dd0d);
    program_begin(&p, tree);
    program_li(&p, X8, page * HV_PAGE_BYTES);
    expect_field(&b, leaf, code_here(&p.code), 0, HV_COMMIT_mem_real,
                 tree_real(tree, leaf, last_page(tree, leaf)) + 0x44);
    op_i(&p.code, HV_INSN_LW, X9, X8, 0x44);
    p.x[9] = 0x0dd0dd0d;
    uint32_t pc = code_here(&p.code);
    op_n(&p.code, HV_INSN_HV_EXIT);
    program_end(&p, tree, leaf);
    script_finish(tree, owner, FINISH_PASS);
    expect_boot(&b, 0, leaf);
    expect_fault(&b, leaf, owner, HV_FAULT_EXIT, 0, pc, word_n(HV_INSN_HV_EXIT));
    case_add(list, &b, "lvmid", "rb modulo 2^20 level %u", n);
}

/* Form none: never defined, whatever grain and the other words say. Its owner gives it a form. */
static void form_none(struct case_list *list, unsigned n, uint32_t form, bool garbage)
{
    static struct builder b;
    struct program p;
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n, 0);
    tree_layout(&b.tree);
    struct tree *tree = &b.tree;
    unsigned leaf = b.chain[n], owner = b.chain[n - 1];
    uint32_t words = tree_vmcb(tree, leaf) + HV_VMCB_IO_FORM;
    for (unsigned i = 0; i < 4; i++) /* all of it comes back */
        script_store(tree, owner, words + 4 * i, tree_peek(tree, owner, words + 4 * i));
    script_resume(tree, owner);
    tree_poke(tree, owner, words, form);
    for (unsigned i = 1; garbage && i < 4; i++)
        tree_poke(tree, owner, words + 4 * i, 0xfff00fff * i);
    program_begin(&p, tree);
    program_li(&p, X8, config.finisher_base);
    uint32_t pc = code_here(&p.code), insn = word_i(HV_INSN_LW, X9, X8, 0);
    code_word(&p.code, insn);
    p.x[9] = 0;
    program_end(&p, tree, leaf);
    expect_boot(&b, 0, leaf);
    expect_fault(&b, leaf, owner, HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT, config.finisher_base, pc,
                 insn);
    expect_resume(&b, owner, leaf, pc);
    case_add(list, &b, "lvmid", "form none %x %s level %u", form, garbage ? "garbage" : "a window", n);
}

/* LVMID addressed by any register, which it loads from the VMCB. */
struct addressed {
    unsigned x;
    int32_t offset;
    uint32_t operand, pc;
};

static void emit_addressed(struct code *code, void *argument)
{
    struct addressed *a = argument;
    op_li(code, a->x, a->operand - (uint32_t)a->offset);
    a->pc = code_here(code);
    op_lvmid(code, a->x, a->offset);
}

static void addressed(struct case_list *list, unsigned n, unsigned x, int32_t offset)
{
    static struct builder b;
    struct hv_config config = directed_config();
    struct addressed a = {x, offset, config.ram_base + PAGE_DATA * HV_PAGE_BYTES + OPERAND, 0};
    builder_chain(&b, &config, n, (unsigned)list->count & 0x1e);
    unsigned monitor = b.chain[n - 1], leaf = b.chain[n];
    b.tree.vm[monitor].boot = emit_addressed;
    b.tree.vm[monitor].boot_argument = &a;
    tree_layout(&b.tree);
    program_plain(&b.tree, leaf, 0);
    for (unsigned i = 0; i < 32; i++)
        tree_set_vmcb(&b.tree, leaf, HV_VMCB_X0 + 4 * i, pattern(i) + 1);
    expect_boot(&b, 0, monitor);
    struct event *e = expect(&b, E_LVMID, monitor, leaf);
    e->pc = a.pc;
    e->insn = word_lvmid(x, offset);
    expect_field(&b, monitor, a.pc, 0, HV_COMMIT_rd_wdata, pattern(x) + 1);
    expect_field(&b, monitor, a.pc, 0, HV_COMMIT_rs1_addr, x);
    expect_field(&b, monitor, a.pc, 0, HV_COMMIT_mem_rdata, b.tree.vm[leaf].syllable);
    expect_field(&b, monitor, a.pc, 0, HV_COMMIT_mem_rmask, 15);
    case_add(list, &b, "lvmid", "addressed by x%u + %d level %u", x, offset, n);
}

static void edges(struct case_list *list, unsigned n)
{
    addressed(list, n, X1, -2048);
    addressed(list, n, X10 + n, 4);
    addressed(list, n, X31, 2044);

    widest(list, n, 0x100000);
    widest(list, n, 0x80000);
    modulo(list, n);
    form_none(list, n, HV_FORM_NONE, false);
    form_none(list, n, HV_FORM_NONE, true);
    form_none(list, n, FORM(NONE, 15, 0), true);
}

void cases_lvmid(struct case_list *list)
{
    struct hv_config config = directed_config();
    uint32_t data = config.ram_base + PAGE_DATA * HV_PAGE_BYTES;
    for (unsigned n = 0; n <= 3; n++) {
        for (unsigned i = 0; i < sizeof bad_words / sizeof bad_words[0]; i++)
            bad(list, &config, n, &bad_words[i]);
        operand(list, n, data + OPERAND + 1, HV_EXC_LOAD_MISALIGNED);
        operand(list, n, data + OPERAND + 2, HV_EXC_LOAD_MISALIGNED);
        operand(list, n, 0x70000003, HV_EXC_LOAD_MISALIGNED); /* before it is found to be nowhere */
        operand(list, n, config.finisher_base + 8, HV_EXC_VMCB);
    }
    for (unsigned n = 1; n <= 4; n++)
        edges(list, n);
    operand(list, 0, 0x70000000, HV_EXC_VMCB);
    operand(list, 0, config.clint_base, HV_EXC_VMCB);
    operand(list, 0, config.ram_base + config.ram_bytes, HV_EXC_VMCB);
    not_ram(list);
}
