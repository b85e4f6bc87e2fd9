/* Work for the associator: VMs at levels 1, 2 and 3, each walking over its pages in an order of its own,
 * leaving after every few steps so that the others run in between, and fences now and then. */
#include "tests/support/cases.h"

/* Monitors 0, A below it, C below A; walkers A1 below A, C1 below C, B below 0. */
enum { A = 1, B, A1, C, C1, PAGES = 12, TURNS = 5, STEPS = 20 };

#define FIRST_OF(page) (0x10001u * (page)) /* the word in a page at the beginning */

/* x28 turns left, x29 steps, x7 the sum, x6 the generator: registers that the monitors' handlers keep. */
static void walker(struct tree *tree, unsigned vm, uint32_t seed, bool last)
{
    struct code code;
    code_begin(&code, page_name(tree, 0));
    label turn = label_new(&code), step = label_new(&code);
    op_li(&code, X28, TURNS);
    op_li(&code, X6, seed);
    op_li(&code, X7, 0);
    label_here(&code, turn);
    op_li(&code, X29, STEPS);
    label_here(&code, step);
    op_li(&code, X5, 1103515245); /* next page: 1 to PAGES - 1 */
    op_r(&code, HV_INSN_MUL, X6, X6, X5);
    op_i(&code, HV_INSN_ADDI, X6, X6, 1013);
    op_i(&code, HV_INSN_SRLI, X31, X6, 16);
    op_li(&code, X5, PAGES - 1);
    op_r(&code, HV_INSN_REMU, X31, X31, X5);
    op_i(&code, HV_INSN_SLLI, X31, X31, 12);
    op_li(&code, X5, page_name(tree, 1));
    op_r(&code, HV_INSN_ADD, X31, X31, X5);
    op_i(&code, HV_INSN_LW, X5, X31, 0x7c0);
    op_r(&code, HV_INSN_ADD, X7, X7, X5);
    op_s(&code, HV_INSN_SW, X7, X31, 0x7c0);
    op_i(&code, HV_INSN_ADDI, X29, X29, -1);
    op_b(&code, HV_INSN_BNE, X29, X0, step);
    op_n(&code, HV_INSN_HV_EXIT);
    op_i(&code, HV_INSN_ADDI, X28, X28, -1);
    op_b(&code, HV_INSN_BNE, X28, X0, turn);
    if (last) {
        op_li(&code, X30, tree->config.finisher_base);
        op_li(&code, X31, FINISH_PASS);
        op_s(&code, HV_INSN_SW, X31, X30, 0);
    }
    tree_code(tree, vm, &code);
}

/* What the walker leaves in its pages: in each the sum as it was at the last visit. */
static void expect_walk(struct builder *b, unsigned vm, uint32_t seed)
{
    uint32_t page[PAGES] = {0}, sum = 0;
    for (unsigned i = 0; i < TURNS * STEPS; i++) {
        seed = seed * 1103515245u + 1013;
        unsigned p = 1 + (seed >> 16) % (PAGES - 1);
        sum += page[p] ? page[p] : FIRST_OF(p);
        page[p] = sum;
    }
    for (unsigned p = 1; p < PAGES; p++) {
        uint32_t name = page_name(&b->tree, p) + 0x7c0;
        tree_poke(&b->tree, vm, name, FIRST_OF(p));
        if (p % 2)
            expect_word(b, vm, name, page[p] ? page[p] : FIRST_OF(p));
    }
}

/* Every second turn of a monitor begins with a fence of its own. */
static void fence(struct tree *tree, unsigned vm, unsigned child, unsigned turn)
{
    if (turn % 4 == 1)
        script_fence(tree, vm, tree->vm[child].syllable);
    else if (turn % 4 == 3)
        script_fence_all(tree, vm);
}

/* Code of a monitor that its script calls: leave to the monitor below, and come back. */
static uint32_t leave_code(struct tree *tree, unsigned vm)
{
    struct code code;
    code_begin(&code, tree->vm[vm].code_end);
    op_n(&code, HV_INSN_HV_EXIT);
    op_i(&code, HV_INSN_JALR, X0, X29, 0);
    tree_code(tree, vm, &code);
    return code.origin;
}

static void scripts(struct tree *tree, unsigned seed)
{
    uint32_t leave_a = leave_code(tree, A), leave_c = leave_code(tree, C);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        fence(tree, A, seed & 1 ? A1 : C, turn + seed);
        script_switch(tree, A, C);
        script_resume(tree, A);
        script_call(tree, A, leave_a);
        fence(tree, A, C, turn);
        script_switch(tree, A, A1);
        script_resume(tree, A);
        script_call(tree, C, leave_c);
        fence(tree, C, C1, turn + 1);
        script_resume(tree, C);
        fence(tree, 0, B, turn + seed);
        script_switch(tree, 0, B);
        script_resume(tree, 0);
        fence(tree, 0, A, turn + 2);
        script_switch(tree, 0, A);
        script_resume(tree, 0);
    }
}

struct directed_case *case_thrash(struct case_list *list, const struct hv_config *config, unsigned seed)
{
    static const unsigned walkers[] = {A1, B, C1};
    static struct builder b;
    struct tree *tree = &b.tree;
    builder_begin(&b, config);
    tree_add(tree, 0, 1);
    tree_add(tree, 0, 2);
    tree_add(tree, A, 3);
    tree_add(tree, A, 4);
    tree_add(tree, C, 2);
    for (unsigned vm = A; vm <= C1; vm++)
        tree->vm[vm].mem_form = seed >> vm & 1 ? HV_FORM_RB : HV_FORM_LINEAR;
    for (unsigned i = 0; i < 3; i++)
        tree->vm[walkers[i]].own_pages = PAGES;
    tree_layout(tree);
    for (unsigned i = 0; i < 3; i++) {
        walker(tree, walkers[i], seed * 77 + i, i == 0);
        expect_walk(&b, walkers[i], seed * 77 + i);
    }
    scripts(tree, seed);
    b.events_free = true;
    b.icarus = seed == 1;
    return case_add(list, &b, "thrash", "seed %u", seed);
}

void cases_thrash(struct case_list *list)
{
    for (unsigned seed = 1; seed <= 40; seed += 13)
        case_thrash(list, &list->config, seed);
}
