/* Worlds of which nothing is known: good trees with some words put wrong, and RAM that is noise. The same seed is
 * the same world. They have no expectations: the model must bear them, and the Verilog must agree. */
#include "tests/support/cases.h"

struct random {
    uint64_t state;
};

/* splitmix64 */
static uint32_t draw(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

static uint32_t below(struct random *r, uint32_t end)
{
    return draw(r) % end;
}

/* Words that are often near to something that means something. */
static uint32_t odd_word(struct random *r, const struct tree *tree)
{
    static const uint32_t edges[] = {0,          1,          2,        4,       0xffffffff, 0xfffffffc,
                                     0x80000000, 0x7fffffff, 0x100000, 0xfffff, 0x10000000};
    switch (below(r, 6)) {
    case 0:
        return draw(r);
    case 1:
        return edges[below(r, sizeof edges / sizeof edges[0])];
    case 2:
        return page_name(tree, below(r, TREE_PAGES)) + 4 * below(r, 1024);
    case 3: /* a table's entry */
        return (0x80000 + below(r, TREE_PAGES)) << 10 | below(r, 256);
    case 4:
        return below(r, 32);
    default: /* an instruction of the Hardware Virtualizer, or near it */
        return below(r, 3) << 12 | 0x0b | (below(r, 4) ? X5 << 15 : draw(r) << 15);
    }
}

/* Steps of a monitor's script: resume, often with SKIP, and now and then change a word or fence. */
static void random_script(struct tree *tree, unsigned vm, unsigned child, struct random *r)
{
    for (unsigned step = 0; step < 24; step++) {
        if (below(r, 2))
            script_store(tree, vm, tree_vmcb(tree, child) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
        if (below(r, 4) == 0)
            script_store(tree, vm, tree_vmcb(tree, child) + 4 * below(r, 0x60), odd_word(r, tree));
        if (below(r, 4) == 0)
            script_store(tree, vm, page_name(tree, PAGE_MEMTAB) + TABLE_BYTES + 4 * below(r, 16), odd_word(r, tree));
        if (below(r, 8) == 0)
            script_fence_all(tree, vm);
        if (below(r, 8) == 0)
            script_mie(tree, vm, draw(r));
        script_resume(tree, vm);
    }
}

/* One word, mostly where maps and contexts are. */
static void put_wrong(struct tree *tree, unsigned vm, struct random *r)
{
    static const enum control_page pages[] = {PAGE_ROOT, PAGE_VMTAB,  PAGE_VMCB,  PAGE_VMCB,
                                              PAGE_VMCB, PAGE_MEMTAB, PAGE_IOTAB, PAGE_CODE};
    enum control_page page = pages[below(r, 8)];
    uint32_t offset = below(r, 3) ? 4 * below(r, 0x60) : 4 * below(r, 1024);
    if (page == PAGE_VMCB)
        offset = HV_VMCB_BYTES * (1 + below(r, 2)) + 4 * below(r, 0x60);
    tree_poke(tree, vm, page_name(tree, page) + offset, odd_word(r, tree));
}

struct directed_case *case_random_world(struct case_list *list, unsigned seed)
{
    static struct builder b;
    struct random r = {seed};
    struct hv_config config = directed_machine(seed);
    unsigned n = 1 + below(&r, config.depth);
    builder_chain(&b, &config, n, below(&r, 32));
    struct tree *tree = &b.tree;
    if (below(&r, 2)) {
        unsigned sibling = tree_add(tree, b.chain[below(&r, n)], 8 + below(&r, 4));
        tree->vm[sibling].mem_form = tree->vm[b.chain[1]].mem_form;
    }
    for (unsigned j = 1; j <= n; j++) {
        tree->vm[b.chain[j]].prelinked = below(&r, 2) && j < n;
        tree->vm[b.chain[j]].caps = below(&r, 2) ? draw(&r) : 15;
        tree->vm[b.chain[j]].vip = below(&r, 3) ? 0 : draw(&r);
    }
    tree_layout(tree);
    program_plain(tree, b.chain[n], 0);
    for (unsigned j = 0; j < n; j++)
        random_script(tree, b.chain[j], b.chain[j + 1], &r);
    for (unsigned i = 1 + below(&r, 8); i-- > 0;)
        put_wrong(tree, b.chain[below(&r, n)], &r);
    b.events_free = true;
    return case_add(list, &b, "random", "world %u", seed);
}

/* RAM that is noise but for the real machine's monitor, some of whose words are noise too, as is the VMCB. */
struct directed_case *case_random_noise(struct case_list *list, unsigned seed)
{
    static struct builder b;
    struct random r = {seed + 1000000};
    struct hv_config config = directed_machine(seed);
    builder_chain(&b, &config, 1, 0);
    tree_layout(&b.tree);
    uint32_t vmcb = tree_vmcb(&b.tree, b.chain[1]);
    for (uint32_t at = 0; at < config.ram_bytes; at += 4)
        if (at >= CONTROL_PAGES * HV_PAGE_BYTES || below(&r, 64) == 0)
            tree_poke(&b.tree, 0, config.ram_base + at, below(&r, 4) ? odd_word(&r, &b.tree) : 0x13);
    for (uint32_t at = below(&r, 0x50) & ~3u; at < 0x80; at += 4)
        tree_poke(&b.tree, 0, vmcb + at, odd_word(&r, &b.tree));
    b.events_free = true;
    return case_add(list, &b, "random", "noise %u", seed);
}
