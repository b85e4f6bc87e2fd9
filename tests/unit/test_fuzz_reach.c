/* Every point of the coverage that is said to be reachable is met: by a directed case, or by a witness made here,
 * eight levels deep where need be. So the reachable points are neither too many, nor (what the tests of the
 * coverage show: nothing unreachable is ever met) too few.
 *
 * What needs an associator with certain contents is met by random worlds that aim at it: so this is also a test of the
 * goals, as is the second one for deep levels.
 *
 * VM-faults are looked at whatever the key and the simulator: neither decides whether an access faults. */
#include "fuzz/coverage_internal.h"
#include "fuzz/generate.h"
#include "fuzz/run.h"
#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

static uint64_t *counts;
static struct builder b;

enum { RECORDS = 1500, ALL_RB = 0x1fe, ALL_LINEAR = 0 };

/* ---- running ---- */

static void run(struct hv_machine *machine, const struct hv_config *config, uint64_t limit)
{
    struct fuzz_tracker tracker = {0};
    enum hv_stop stop = HV_STOP_NONE;
    while (stop == HV_STOP_NONE && hv_machine_counters(machine)->commits < limit) {
        struct hv_commit commit;
        struct hv_bus_write writes[HV_MAX_WRITES];
        size_t count;
        stop = hv_machine_step(machine, NULL, &commit, writes, HV_MAX_WRITES, &count);
        const struct fuzz_seen seen = {config, FUZZ_VERILATOR, machine, &commit, writes, count};
        fuzz_coverage_record(counts, &tracker, &seen);
    }
}

/* The world in `b`, which is freed. */
static void run_world(void)
{
    struct hv_error error;
    struct tree *tree = &b.tree;
    tree_finish(tree);
    struct hv_machine *machine = hv_machine_new(&tree->config, &error);
    if (!machine)
        fail_msg("%s", error.text);
    assert_true(hv_machine_write_ram(machine, tree->config.ram_base, tree->ram, tree->config.ram_bytes));
    hv_machine_reset(machine);
    run(machine, &tree->config, RECORDS);
    hv_machine_free(machine);
    tree_end(tree);
}

static struct hv_config deep_config(enum fuzz_key key)
{
    struct hv_config config = directed_config();
    config.depth = HV_MAX_DEPTH;
    if (key == FUZZ_KEY_ABSENT)
        config.assoc_entries = 0;
    else
        config.assoc_key = key - FUZZ_KEY_NONE;
    return config;
}

/* A chain of VMs down to level n; those from level `linked` to n - 1 have their child linked. */
static void begin(enum fuzz_key key, unsigned n, unsigned rb, unsigned linked)
{
    struct hv_config config = deep_config(key);
    builder_chain(&b, &config, n, rb);
    for (unsigned level = linked; level < n; level++)
        b.tree.vm[b.chain[level]].prelinked = level > 0;
}

/* ---- chains ---- */

static void chain(unsigned k, unsigned length, enum fuzz_ended ended)
{
    unsigned n = k + length, waiting = k ? k : 1;
    begin(FUZZ_KEY_VMID, n, ALL_LINEAR, k + 1);
    if (ended == FUZZ_CHAIN_INTERRUPTED)
        b.tree.vm[b.chain[waiting]].vip = 1 << HV_IRQ_MSI;
    tree_layout(&b.tree);
    if (ended == FUZZ_CHAIN_INTERRUPTED)
        tree_set_vmcb(&b.tree, b.chain[waiting], HV_VMCB_CTX_MIE, 1 << HV_IRQ_MSI);
    if (ended == FUZZ_CHAIN_BROKEN)
        tree_set_vmcb(&b.tree, b.chain[n], HV_VMCB_NEXT_SYLLABLE, 0xffff);
    for (unsigned level = k + 1; level <= n; level++)
        tree_set_vmcb(&b.tree, b.chain[level], HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    run_world();
}

static void chains(void)
{
    for (unsigned k = 0; k < HV_MAX_DEPTH; k++)
        for (unsigned length = 1; k + length <= HV_MAX_DEPTH; length++)
            for (enum fuzz_ended ended = 0; ended < FUZZ_ENDS; ended++)
                if (ended != FUZZ_CHAIN_INTERRUPTED || k + length > 1)
                    chain(k, length, ended);
}

/* ---- probes ---- */

/* The name, in the memory of the monitor, of the word that the step looks at. */
static uint32_t probed_word(unsigned monitor, enum hv_probe step)
{
    const struct tree *tree = &b.tree;
    unsigned child = b.chain[tree->vm[monitor].level + 1];
    switch (step) {
    case HV_PROBE_SYLLABLE:
        return page_name(tree, PAGE_DATA) + OPERAND;
    case HV_PROBE_VMTAB:
        return tree->config.hv_root + HV_ROOT_VMTAB;
    case HV_PROBE_LENGTH:
        return tree->config.hv_root + HV_ROOT_LENGTH;
    case HV_PROBE_VMTAB_ENTRY:
        return tree_vmtab_entry(tree, child);
    default:
        return tree_vmcb(tree, child) + HV_VMCB_MEM_FORM + 4 * (step - HV_PROBE_MEM_FORM);
    }
}

static void bad_word(unsigned n, bool chained, enum hv_probe step)
{
    begin(FUZZ_KEY_VMID, n + 1, ALL_LINEAR, chained ? n : n + 1);
    tree_layout(&b.tree);
    unsigned monitor = b.chain[n];
    if (chained && step == HV_PROBE_SYLLABLE)
        tree_set_vmcb(&b.tree, monitor, HV_VMCB_NEXT_SYLLABLE, UINT32_MAX);
    else
        tree_poke(&b.tree, monitor, probed_word(monitor, step), step == HV_PROBE_LENGTH ? 0 : UINT32_MAX);
    run_world();
}

static void bad_words(void)
{
    static const enum hv_probe steps[] = {
        HV_PROBE_SYLLABLE, HV_PROBE_VMTAB,     HV_PROBE_LENGTH,   HV_PROBE_VMTAB_ENTRY,
        HV_PROBE_MEM_FORM, HV_PROBE_MEM_FIRST, HV_PROBE_MEM_BASE, HV_PROBE_MEM_BOUND,
        HV_PROBE_IO_FORM,  HV_PROBE_IO_FIRST,  HV_PROBE_IO_BASE,  HV_PROBE_IO_BOUND,
    };
    for (unsigned n = 0; n < HV_MAX_DEPTH; n++)
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            bad_word(n, false, steps[i]);
            if (n)
                bad_word(n, true, steps[i]);
        }
}

/* An entry of a linear table, at level r + 1, for a page that a probe of the monitor at level n needs. */
static void bad_page(unsigned n, unsigned r, bool chained, enum probe probe, enum breakage breakage)
{
    uint32_t pte, good;
    begin(FUZZ_KEY_VMID, n + 1, ALL_LINEAR, chained ? n : n + 1);
    b.tree.vm[b.chain[n + 1]].io_form = HV_FORM_LINEAR;
    tree_layout(&b.tree);
    uint32_t name = probe_address(&b.tree, b.chain[n + 1], probe);
    break_control(&b, b.chain[n], b.chain[r + 1], name, breakage, &pte, &good);
    run_world();
}

static void bad_pages(void)
{
    static const enum breakage ways[] = {B_V0, B_ACCESSED, B_MALFORMED};
    for (unsigned n = 1; n < HV_MAX_DEPTH; n++)
        for (unsigned r = 0; r < n; r++)
            for (enum probe probe = 0; probe < PROBES; probe++)
                for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
                    bad_page(n, r, false, probe, ways[i]);
                    if (probe != P_OPERAND)
                        bad_page(n, r, true, probe, ways[i]);
                }
}

/* ---- programs in the boot of the monitor at level n ---- */

static void misaligned_operand(struct code *code, void *unused)
{
    (void)unused;
    op_lvmid(code, X0, 2);
}

static void device_operand(struct code *code, void *argument)
{
    op_li(code, X5, *(const uint32_t *)argument);
    op_lvmid(code, X5, 0);
}

/* Data accesses as in U-mode, whose phi has bound 0. */
static void operand_out_of_phi(struct code *code, void *unused)
{
    (void)unused;
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_U);
    op_li(code, X5, HV_MSTATUS_MPRV);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSTATUS, X5);
    op_lvmid(code, X0, 0);
}

/* The instruction word at `argument` in U-mode. */
static void in_u_mode(struct code *code, void *argument)
{
    label on = label_new(code);
    op_la(code, X5, on);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X5);
    op_n(code, HV_INSN_MRET);
    label_here(code, on);
    code_word(code, *(const uint32_t *)argument);
}

static void boot(unsigned n, void (*emit)(struct code *code, void *argument), uint32_t argument)
{
    begin(FUZZ_KEY_VMID, n + 1, ALL_LINEAR, n + 1);
    b.tree.vm[b.chain[n]].boot = emit;
    b.tree.vm[b.chain[n]].boot_argument = &argument;
    tree_layout(&b.tree);
    run_world();
}

static void boots(void)
{
    for (unsigned n = 0; n < HV_MAX_DEPTH; n++) {
        boot(n, misaligned_operand, 0);
        boot(n, device_operand, directed_config().finisher_base);
        boot(n, operand_out_of_phi, 0);
        boot(n, in_u_mode, word_i(HV_INSN_LW, X1, X0, 1));
        boot(n, in_u_mode, word_s(HV_INSN_SW, X1, X0, 1));
        boot(n, in_u_mode, word_jal(X0, 6));
    }
}

/* ---- windows ---- */

enum { FAR_PAGES = 0x1000, WIDE = 0x2000 };

/* Maps of rb, so wide from level `lowest` up that a name far away passes them. */
static uint32_t widen(unsigned n, unsigned lowest)
{
    for (unsigned level = lowest; level <= n; level++)
        tree_set_vmcb(&b.tree, b.chain[level], HV_VMCB_MEM_BOUND, WIDE);
    return page_name(&b.tree, FAR_PAGES);
}

static void far_access(enum fuzz_key key, unsigned n, unsigned lowest, unsigned access)
{
    struct code code;
    begin(key, n, ALL_RB, n);
    tree_layout(&b.tree);
    unsigned leaf = b.chain[n];
    uint32_t far = widen(n, lowest);
    if (access == HV_ACCESS_FETCH) {
        tree_set_vmcb(&b.tree, leaf, HV_VMCB_CTX_PC, far);
        run_world();
        return;
    }
    code_begin(&code, page_name(&b.tree, 0));
    op_li(&code, X5, far);
    if (access == HV_ACCESS_LOAD)
        op_i(&code, HV_INSN_LW, X6, X5, 0);
    else
        op_s(&code, HV_INSN_SW, X6, X5, 0);
    tree_code(&b.tree, leaf, &code);
    run_world();
}

/* The VMTAB or the VMCB of level n's child is far away. */
static void far_probe(enum fuzz_key key, unsigned n, unsigned lowest, unsigned access)
{
    begin(key, n + 1, ALL_RB, n + 1);
    tree_layout(&b.tree);
    unsigned monitor = b.chain[n];
    uint32_t far = widen(n, lowest);
    tree_poke(&b.tree, monitor, probed_word(monitor, access == HV_ACCESS_LOAD ? HV_PROBE_VMTAB : HV_PROBE_VMTAB_ENTRY),
              far);
    run_world();
}

/* Level r + 1 is not wide: MISSING to level r. All are: nothing is there, INVALID to level 0. */
static void windows(enum fuzz_key key)
{
    for (unsigned n = 1; n <= HV_MAX_DEPTH; n++)
        for (unsigned lowest = 1; lowest <= n + 1; lowest++)
            for (unsigned access = HV_ACCESS_FETCH; access <= HV_ACCESS_STORE; access++) {
                far_access(key, n, lowest, access);
                if (access != HV_ACCESS_FETCH && n < HV_MAX_DEPTH)
                    far_probe(key, n, lowest, access);
            }
}

/* ---- deep levels: what the directed cases do at levels 1 to 4 ---- */

/* The leaf at level n executes one word, behind `x5` = its last page. */
static void leaf_word(unsigned n, uint32_t word)
{
    struct code code;
    code_begin(&code, page_name(&b.tree, 0));
    op_li(&code, X5, last_page(&b.tree, b.chain[n]));
    code_word(&code, word);
    tree_code(&b.tree, b.chain[n], &code);
}

/* The leaf's last page is broken in the map of level r + 1. */
static void deep_page(unsigned n, unsigned r, uint32_t word, enum breakage breakage)
{
    begin(FUZZ_KEY_VMID, n, ALL_LINEAR, n);
    tree_layout(&b.tree);
    const unsigned mapped = b.chain[r + 1], owner = b.chain[r];
    const uint32_t name = tree_name_at(&b.tree, b.chain[n], mapped, last_page(&b.tree, b.chain[n]));
    const uint32_t pte = tree_pte(&b.tree, mapped, name);
    tree_poke(&b.tree, owner, pte, broken_pte(&b.tree, breakage, tree_peek(&b.tree, owner, pte)));
    leaf_word(n, word);
    run_world();
}

static void deep_pages(unsigned n, unsigned r)
{
    static const enum breakage ways[] = {B_V0, B_ACCESSED, B_MALFORMED};
    const uint32_t words[] = {word_i(HV_INSN_JALR, X0, X5, 0), word_i(HV_INSN_LW, X6, X5, 0),
                              word_s(HV_INSN_SW, X6, X5, 0)};
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++)
            deep_page(n, r, words[j], ways[i]);
}

/* Level r + 1 is denied what the leaf asks for; capability 0: nobody is. */
static void deep_denial(unsigned n, unsigned r, uint32_t capability, uint32_t word)
{
    begin(FUZZ_KEY_VMID, n, ALL_LINEAR, n);
    b.tree.vm[b.chain[r + 1]].caps &= ~capability;
    tree_layout(&b.tree);
    leaf_word(n, word);
    run_world();
}

/* A real software interrupt, which level 0 enables. */
static void software_interrupt(struct code *code, void *argument)
{
    op_li(code, X5, *(const uint32_t *)argument);
    op_li(code, X6, 1);
    op_s(code, HV_INSN_SW, X6, X5, 0);
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MIE, 1 << HV_IRQ_MSI);
}

/* Level r has an interrupt, level 0 a real one, when the chain is resumed through it. */
static void deep_interrupt(unsigned n, unsigned r)
{
    uint32_t msip = directed_config().clint_base;
    begin(FUZZ_KEY_VMID, n, ALL_LINEAR, r + 1);
    if (r)
        b.tree.vm[b.chain[r]].vip = 1 << HV_IRQ_MSI;
    else
        b.tree.vm[0].boot = software_interrupt;
    b.tree.vm[0].boot_argument = &msip;
    tree_layout(&b.tree);
    tree_set_vmcb(&b.tree, b.chain[r ? r : 1], HV_VMCB_CTX_MIE, 1 << HV_IRQ_MSI);
    leaf_word(n, word_n(HV_INSN_HV_EXIT));
    run_world();
}

/* An LVMID at the deepest level there is, and a chain that ends there: at DEPTH, or before it for want of CAPS.VM. */
static void deepest(unsigned n, bool linked, bool capable)
{
    struct hv_config config = deep_config(FUZZ_KEY_VMID);
    config.depth = n;
    builder_chain(&b, &config, n, ALL_LINEAR);
    if (!capable)
        b.tree.vm[b.chain[n]].caps &= ~(uint32_t)HV_CAP_VM;
    tree_layout(&b.tree);
    if (linked)
        tree_set_vmcb(&b.tree, b.chain[n], HV_VMCB_NEXT_SYLLABLE, 1);
    leaf_word(n, word_lvmid(X0, 0));
    run_world();
}

/* The monitor at level m of a chain lacks CAPS.VM. */
static void incapable(unsigned m)
{
    begin(FUZZ_KEY_VMID, m + 1, ALL_LINEAR, 1);
    b.tree.vm[b.chain[m]].caps &= ~(uint32_t)HV_CAP_VM;
    tree_layout(&b.tree);
    run_world();
}

static void deep_levels(void)
{
    for (unsigned n = FUZZ_FIRST_DEEP; n <= HV_MAX_DEPTH; n++) {
        for (unsigned r = 0; r < n; r++) {
            deep_pages(n, r);
            deep_denial(n, r, HV_CAP_WFI, word_n(HV_INSN_WFI));
            deep_denial(n, r, HV_CAP_COUNTERS, word_csr(HV_INSN_CSRRS, X6, HV_CSR_CYCLE, X0));
            deep_interrupt(n, r);
        }
        deep_denial(n, n - 1, 0, word_n(HV_INSN_HV_EXIT));
        deepest(n, false, true);
        deepest(n, true, true);
        deepest(n, true, false);
        if (n < HV_MAX_DEPTH)
            incapable(n);
    }
}

/* ---- what is emptied ---- */

static void emit_exits(unsigned leaf, unsigned exits)
{
    struct code code;
    code_begin(&code, page_name(&b.tree, 0));
    for (unsigned i = 0; i < exits; i++)
        op_n(&code, HV_INSN_HV_EXIT);
    tree_code(&b.tree, leaf, &code);
}

/* The monitor at level n fences its child after the child ran, and again when nothing is left. */
static void fences(enum fuzz_key key, unsigned n)
{
    begin(key, n + 1, ALL_LINEAR, n + 1);
    tree_layout(&b.tree);
    unsigned monitor = b.chain[n], leaf = b.chain[n + 1];
    emit_exits(leaf, 4);
    script_fence(&b.tree, monitor, 0);
    script_fence_all(&b.tree, monitor);
    script_fence_all(&b.tree, monitor);
    script_resume(&b.tree, monitor);
    script_fence(&b.tree, monitor, b.tree.vm[leaf].syllable);
    script_fence(&b.tree, monitor, b.tree.vm[leaf].syllable);
    script_resume(&b.tree, monitor);
    run_world();
}

/* Two children take turns. */
static void turns(enum fuzz_key key, unsigned n)
{
    begin(key, n + 1, ALL_LINEAR, n + 1);
    unsigned monitor = b.chain[n], first = b.chain[n + 1], second = tree_add(&b.tree, monitor, 9);
    tree_layout(&b.tree);
    emit_exits(first, 4);
    emit_exits(second, 4);
    script_resume(&b.tree, monitor);
    script_switch(&b.tree, monitor, second);
    script_resume(&b.tree, monitor);
    run_world();
}

static void flushes(enum fuzz_key key)
{
    for (unsigned n = 0; n <= FUZZ_LEVELS; n++) {
        fences(key, n);
        turns(key, n);
    }
}

/* ---- worlds that aim ---- */

enum { TRIES = 400 };

/* Without an associator, every access asks the prefix memory. */
static struct hv_config config_for(const struct fuzz_point *goal)
{
    const bool keyed = goal->table == FUZZ_TABLE_HELD || goal->table == FUZZ_TABLE_AFTER;
    struct hv_config config = deep_config(keyed ? goal->key : FUZZ_KEY_VMID);
    config.prefix_entries = 8;
    if (goal->table == FUZZ_TABLE_HELD)
        config.assoc_split = goal->memory == FUZZ_UNIFIED ? HV_UNIFIED : HV_SPLIT;
    if (goal->table == FUZZ_TABLE_AFTER)
        config.assoc_entries = 0;
    if (!fuzz_coverage_fits(goal, &config)) /* DEPTH */
        config.depth = goal->level;
    assert_true(fuzz_coverage_fits(goal, &config));
    return config;
}

/* Worlds, until one meets the point; how many. */
static unsigned aim(size_t index, const struct fuzz_point *goal)
{
    const struct hv_config config = config_for(goal);
    const struct fuzz_counting counting = {counts, FUZZ_VERILATOR};
    unsigned tries = 0;
    while (!counts[index] && tries < TRIES) {
        struct fuzz_world world;
        struct fuzz_rehearsal rehearsal;
        struct hv_error error;
        fuzz_generate(&world, &config, index * TRIES + tries++, goal);
        assert_int_equal(fuzz_rehearse(&world, &counting, &rehearsal, &error), 0);
        fuzz_world_end(&world);
    }
    return tries;
}

static void aim_at_table(enum fuzz_table table)
{
    size_t first, count;
    fuzz_table_range(table, &first, &count);
    for (size_t i = first; i < first + count; i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        if (!point.unreachable)
            aim(i, &point);
    }
}

/* ---- all ---- */

static void directed(void)
{
    size_t count;
    const struct directed_case *cases = directed_cases(&count);
    struct machine_pool *pool = machine_pool_new();
    for (size_t i = 0; i < count; i++)
        run(pool_load(pool, &cases[i]), &cases[i].config, cases[i].limit);
    machine_pool_free(pool);
}

static bool met(const struct fuzz_point *point)
{
    struct fuzz_point one = *point;
    if (point->table != FUZZ_TABLE_VM_FAULT)
        return counts[fuzz_coverage_index(point)];
    one.simulator = FUZZ_VERILATOR;
    for (one.key = 0; one.key < FUZZ_KEYS; one.key++)
        if (counts[fuzz_coverage_index(&one)])
            return true;
    return false;
}

/* Frees the counts. */
static void report(void)
{
    unsigned missing = 0;
    for (size_t i = 0; i < fuzz_coverage_points(); i++) {
        struct fuzz_point point;
        char name[FUZZ_NAME_BYTES];
        fuzz_coverage_describe(i, &point);
        fuzz_point_name(&point, name);
        if (point.unreachable ? counts[i] != 0 : !met(&point)) {
            print_error("%s %s %s\n", point.table_name, name, point.unreachable ? "was met" : "was not met");
            missing++;
        }
    }
    free(counts);
    assert_int_equal(missing, 0);
}

static void every_reachable_point_is_met(void **state)
{
    (void)state;
    counts = calloc(fuzz_coverage_points(), sizeof *counts);
    assert_non_null(counts);
    directed();
    chains();
    bad_words();
    bad_pages();
    boots();
    deep_levels();
    for (enum fuzz_key key = 0; key < FUZZ_KEYS; key++) {
        windows(key);
        flushes(key);
    }
    aim_at_table(FUZZ_TABLE_HELD);
    aim_at_table(FUZZ_TABLE_AFTER);
    report();
}

/* Those of deep levels by goals alone: a campaign must get there. */
static void deep_goals_are_met(void **state)
{
    static const enum fuzz_table tables[] = {FUZZ_TABLE_DEEP_FAULT, FUZZ_TABLE_DEEP_PROBE};
    (void)state;
    counts = calloc(fuzz_coverage_points(), sizeof *counts);
    assert_non_null(counts);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        aim_at_table(tables[i]);
        const struct fuzz_summary summary = fuzz_coverage_summary(counts, tables[i]);
        assert_int_equal(summary.covered, summary.reachable);
        assert_int_equal(summary.surprises, 0);
    }
    free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reachable_point_is_met),
        cmocka_unit_test(deep_goals_are_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
