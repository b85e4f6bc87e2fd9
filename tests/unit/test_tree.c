/* The tree of virtual machines that is read from memory: against what LVMID's probe and the composer of the model find
 * in the same memory, and on memories that hold anything. */
#include "tests/unit/model_world.h"
#include "view/tree_facts.h"
#include "view/tree_print.h"

#include <jansson.h>
#include <stdlib.h>

enum { LINEAR_TABLE = RAM + 0x3000, ALL_RIGHTS = 0xcf };

static struct view_tree read_tree(const struct hv_machine *m)
{
    struct view_tree tree;
    assert_true(view_tree_read(&tree, m));
    assert_in_range(tree.count, 1, VIEW_MAX_VMS);
    return tree;
}

/* The VM of that child of the running VM, or of the neighbours it is told with; NULL if there is none. */
static const struct view_vm *find_child(const struct view_tree *tree, const struct view_vm *vm, uint32_t syllable)
{
    for (unsigned i = 1; i < tree->count; i++) {
        const struct view_vm *child = &tree->vms[i];
        if (&tree->vms[child->parent] == vm && child->syllable <= syllable && syllable <= child->last_syllable)
            return child;
    }
    return NULL;
}

static const struct view_vm *running(const struct view_tree *tree)
{
    for (unsigned i = 0; i < tree->count; i++)
        if (tree->vms[i].runs)
            return &tree->vms[i];
    return NULL;
}

/* ---- Random tables ---- */

/* A linear map for half of the VMs, over the same pages as rb's, a few of them malformed. */
static void make_linear(struct hv_machine *m, unsigned level, uint64_t *state)
{
    const uint32_t at = vmcb_word(level, HV_VMCB_MEM_FORM), pages = 128u >> (level - 1);
    put_map(m, at, HV_FORM_LINEAR, RAM >> 12, LINEAR_TABLE, pages);
    for (uint32_t i = 0; i < pages; i++)
        put(m, real_of(level - 1, LINEAR_TABLE + 4 * i),
            (((RAM >> 12) + pages + i) << 10) | ((i & 8) && below(state, 8) == 0 ? below(state, 256) : ALL_RIGHTS));
}

/* Words of a monitor's tables replaced by such as are seldom right. */
static void damage(struct hv_machine *m, unsigned level, unsigned times, uint64_t *state)
{
    for (unsigned i = 0; i < times; i++) {
        const uint32_t places[] = {ROOT + HV_ROOT_VMTAB,
                                   ROOT + HV_ROOT_LENGTH,
                                   VMTAB + 4,
                                   VMTAB + 8,
                                   VMTAB + 12,
                                   VMCB1 + HV_VMCB_MEM_FORM + 4 * below(state, 8),
                                   VMCB2 + HV_VMCB_MEM_FORM + 4 * below(state, 8)};
        const uint32_t values[] = {0,
                                   1,
                                   2,
                                   VMTAB,
                                   VMCB1 + 2,
                                   VMCB1,
                                   VMCB2,
                                   RAM >> 12,
                                   0x100,
                                   1u << 20,
                                   (1u << 20) - 1,
                                   0x302,
                                   LINEAR_TABLE,
                                   1025,
                                   0xfffffffc,
                                   LINEAR_TABLE - 4,
                                   random32(state)};
        put(m, real_of(level, places[below(state, sizeof places / sizeof *places)]),
            values[below(state, sizeof values / sizeof *values)]);
    }
}

static struct hv_machine *random_world(struct hv_config *config, unsigned level, uint64_t *state)
{
    *config = world_config(4);
    struct hv_machine *m = new_world(config, level + 1);
    for (unsigned i = 1; i <= level + 1; i++)
        if (below(state, 2))
            make_linear(m, i, state);
    enter(m, level);
    return m;
}

/* What the tree says of LVMID of `syllable` in the VM that runs. */
static enum hv_probe told(const struct view_tree *tree, uint32_t syllable)
{
    const struct view_vm *vm = running(tree);
    assert_non_null(vm);
    const struct view_vm *child = find_child(tree, vm, syllable);
    if (vm->tables != HV_PROBE_DONE)
        return vm->tables;
    if (syllable > vm->length)
        return HV_PROBE_LENGTH;
    return child ? child->probe : HV_PROBE_VMTAB_ENTRY;
}

static void test_probe(void **state)
{
    (void)state;
    uint64_t random = 8;
    unsigned seen[HV_PROBE_STEPS] = {0};
    for (unsigned i = 0; i < 3000; i++) {
        struct hv_config config;
        const unsigned level = below(&random, 4);
        const uint32_t syllable = 1 + below(&random, 3);
        struct hv_machine *m = random_world(&config, level, &random);
        damage(m, level, below(&random, 4), &random);
        struct view_tree tree = read_tree(m);
        const enum hv_probe said = told(&tree, syllable);
        perform_word(m, RAM | 0x537); /* lui a0, RAM */
        perform_word(m, word_lvmid(X10, (int32_t)(0x180 + 4 * syllable)));
        if (hv_machine_probe(m) != said)
            fail_msg("round %u, level %u, syllable %u: LVMID ends at step %u, the tree says %u", i, level, syllable,
                     hv_machine_probe(m), said);
        seen[said]++;
        view_tree_free(&tree);
        hv_machine_free(m);
    }
    static const enum hv_probe wanted[] = {HV_PROBE_VMTAB,       HV_PROBE_LENGTH,    HV_PROBE_VMTAB_ENTRY_PAGE,
                                           HV_PROBE_VMTAB_ENTRY, HV_PROBE_VMCB,      HV_PROBE_MEM_FORM,
                                           HV_PROBE_MEM_FIRST,   HV_PROBE_MEM_BASE,  HV_PROBE_MEM_BOUND,
                                           HV_PROBE_IO_FORM,     HV_PROBE_MEM_TABLE, HV_PROBE_DONE};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!seen[wanted[i]])
            fail_msg("step %u has not been met", wanted[i]);
}

/* ---- What a VM reaches ---- */

static unsigned reached(const struct view_vm *vm, uint32_t page, uint32_t *real)
{
    unsigned rights = 0;
    for (size_t i = 0; i < vm->reach_count; i++) {
        const struct view_run *run = &vm->reach[i];
        if (page < run->page || page - run->page >= run->pages)
            continue;
        assert_int_equal(rights, 0); /* runs do not overlap */
        *real = run->real + (page - run->page);
        rights = (run->rights & HV_PTE_R ? 1u << HV_ACCESS_LOAD : 0) |
                 (run->rights & HV_PTE_W ? 1u << HV_ACCESS_STORE : 0) |
                 (run->rights & HV_PTE_X ? 1u << HV_ACCESS_FETCH : 0);
    }
    return rights;
}

static void test_reach(void **state)
{
    (void)state;
    uint64_t random = 9;
    for (unsigned i = 0; i < 200; i++) {
        struct hv_config config;
        const unsigned level = 1 + below(&random, 3);
        struct hv_machine *m = random_world(&config, level, &random);
        struct view_tree tree = read_tree(m);
        const struct view_vm *vm = running(&tree);
        assert_non_null(vm);
        for (uint32_t page = 0; page < (RAM >> 12) + 300; page += page < (RAM >> 12) - 64 ? 61 : 1) {
            uint32_t real = 0, said = 0;
            const unsigned rights = hv_machine_compose(m, level, page, &real), told_rights = reached(vm, page, &said);
            const bool in_ram = said * HV_PAGE_BYTES - RAM < config.ram_bytes; /* elsewhere is not all there */
            if ((in_ram ? rights != told_rights : rights && !told_rights) || (rights && real != said))
                fail_msg("round %u, level %u, page 0x%x: composed to 0x%x, rights %u; told 0x%x, rights %u", i, level,
                         page, real, rights, said, told_rights);
        }
        view_tree_free(&tree);
        hv_machine_free(m);
    }
}

/* ---- Anything ---- */

static void print_all(const struct view_tree *tree)
{
    static bool (*const printers[])(const struct view_tree *, const char *, FILE *) = {view_tree_text, view_tree_json,
                                                                                       view_tree_svg};
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
        char *text;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        assert_non_null(out);
        assert_true(printers[i](tree, "anything <&>", out));
        fclose(out);
        assert_true(length > 100);
        if (printers[i] == view_tree_json) {
            json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
            assert_non_null(object);
            assert_int_equal(json_array_size(json_object_get(object, "vms")), tree->count);
            json_decref(object);
        } else {
            assert_null(strstr(text, "nan"));
        }
        free(text);
    }
}

static void test_random_memory(void **state)
{
    (void)state;
    uint64_t random = 10;
    for (unsigned i = 0; i < 150; i++) {
        struct hv_config config;
        const unsigned level = below(&random, 4);
        struct hv_machine *m = random_world(&config, level, &random);
        for (unsigned j = 0; j <= level + 1; j++)
            damage(m, j, below(&random, 6), &random);
        struct view_tree tree = read_tree(m);
        print_all(&tree);
        view_tree_free(&tree);
        hv_machine_free(m);
    }
}

/* A circle with many ways round: every entry of every VMTAB leads to a VMCB that hands on all of RAM. */
static void test_circles(void **state)
{
    (void)state;
    struct hv_config config = world_config(8);
    config.syllable_bits = 8;
    struct hv_machine *m = new_machine(&config);
    put_level(m, 0);
    put(m, ROOT + HV_ROOT_LENGTH, UINT32_MAX);
    put(m, ROOT + HV_ROOT_VMTAB, RAM + 0x1000);
    for (uint32_t syllable = 1; syllable < 256; syllable++)
        put(m, RAM + 0x1000 + 4 * syllable, RAM + 0x2000 + 512 * (syllable % 8));
    for (uint32_t i = 0; i < 8; i++) {
        put(m, RAM + 0x2000 + 512 * i + HV_VMCB_CAPS, ALL_CAPS);
        put_map(m, RAM + 0x2000 + 512 * i + HV_VMCB_MEM_FORM, HV_FORM_RB, RAM >> 12, RAM >> 12, 256);
    }
    struct view_tree tree = read_tree(m);
    assert_true(tree.cut && tree.found);
    assert_int_equal(tree.count, VIEW_MAX_VMS);
    for (unsigned i = 1; i < tree.count; i++) {
        assert_in_range(tree.vms[i].level, 1, 8);
        if (tree.vms[i].same != i)
            assert_int_equal(tree.vms[i].tables, HV_PROBE_STEPS);
    }
    print_all(&tree);
    view_tree_free(&tree);
    hv_machine_free(m);
}

/* A page for every run: their number is bounded. */
static void test_many_runs(void **state)
{
    (void)state;
    struct hv_config config = world_config(4);
    config.ram_bytes = 64 << 20;
    struct hv_machine *m = new_world(&config, 2);
    for (unsigned level = 1; level <= 2; level++) {
        put_map(m, vmcb_word(level, HV_VMCB_MEM_FORM), HV_FORM_LINEAR, RAM >> 12, LINEAR_TABLE, 1024);
        for (uint32_t i = 0; i < 1024; i++)
            put(m, real_of(level - 1, LINEAR_TABLE + 4 * i), (((RAM >> 12) + 1023 - i) << 10) | ALL_RIGHTS);
    }
    struct view_tree tree = read_tree(m);
    assert_true(tree.vms[1].reach_count >= 1024);
    print_all(&tree);
    view_tree_free(&tree);
    hv_machine_free(m);
}

/* ---- What it tells ---- */

static void expect_fact(const struct view_tree *tree, unsigned index, const char *label, const char *value)
{
    struct view_fact facts[VIEW_MAX_FACTS];
    const unsigned count = view_facts(tree, &tree->vms[index], facts);
    assert_in_range(count, 1, VIEW_MAX_FACTS);
    for (unsigned i = 0; i < count; i++)
        if (strcmp(facts[i].label, label) == 0) {
            assert_string_equal(facts[i].value, value);
            return;
        }
    fail_msg("no fact %s", label);
}

static void test_facts(void **state)
{
    (void)state;
    struct hv_config config = world_config(4);
    struct hv_machine *m = new_world(&config, 3);
    enter(m, 2);
    put(m, vmcb_word(1, HV_VMCB_FAULT_CAUSE), HV_FAULT_DENIED | HV_ACCESS_STORE << 4 | HV_CAUSE_IMPLICIT);
    put(m, vmcb_word(1, HV_VMCB_FAULT_ADDRESS), 0x1234);
    put(m, vmcb_word(1, HV_VMCB_FAULT_COUNT), 7);
    put(m, vmcb_word(2, HV_VMCB_VIP), 1 << 3 | 1 << 7);
    put(m, vmcb_word(2, HV_VMCB_RESUME), 1);
    put(m, real_of(0, VMCB2 + HV_VMCB_MEM_FIRST), 1 << 20);
    struct view_tree tree = read_tree(m);
    assert_int_equal(tree.count, 13); /* NULL; 1; 1.1, 1.1.1 and its two, 1.1.2 and its two; 1.2 and its two; 2 */
    expect_fact(&tree, 0, "context", "on the chip, where software cannot see it");
    expect_fact(&tree, 0, "VMTAB", "0x40000100, length 2");
    expect_fact(&tree, 1, "VMCB", "0x40000200");
    expect_fact(&tree, 1, "caps", "VM COUNTERS WFI EXIT");
    expect_fact(&tree, 1, "memory", "rb: 0x40000000 + 512 KiB \u2192 0x40080000");
    expect_fact(&tree, 1, "I/O", "rb: 0x00000000 + 512 MiB \u2192 0x00000000");
    expect_fact(&tree, 1, "reaches", "512 KiB of RAM from real 0x40080000, uart, clint, finisher");
    expect_fact(&tree, 1, "fault", "DENIED STORE at 0x00001234, implicit; 7 so far");
    expect_fact(&tree, 1, "next", "1: LVMID of this VM resumes VM 1.1");
    expect_fact(&tree, 2, "VMCB", "0x40000200, real 0x40080200");
    expect_fact(&tree, 2, "pending", "MSI MTI");
    expect_fact(&tree, 2, "resume", "SKIP: behind the instruction");
    expect_fact(&tree, 2, "context", "pc 0x40000800, mode M, live");
    expect_fact(&tree, 2, "fault", "none so far");
    expect_fact(&tree, tree.count - 1, "refused", "by LVMID: memory map: first is malformed");
    expect_fact(&tree, tree.count - 1, "memory", "words 0x1, 0x100000, 0x40080, 0x80");
    view_tree_free(&tree);
    put(m, vmcb_word(1, HV_VMCB_CAPS), HV_CAP_VM);
    tree = read_tree(m);
    expect_fact(&tree, 1, "latched", "other maps or capabilities than memory holds now");
    view_tree_free(&tree);
    put(m, VMTAB + 4, 0);
    tree = read_tree(m);
    assert_false(tree.found);
    char note[VIEW_FACT_LENGTH];
    view_tree_note(&tree, note);
    assert_non_null(strstr(note, "is in no table"));
    view_tree_free(&tree);
    hv_machine_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),   cmocka_unit_test(test_reach),     cmocka_unit_test(test_random_memory),
        cmocka_unit_test(test_circles), cmocka_unit_test(test_many_runs), cmocka_unit_test(test_facts),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
