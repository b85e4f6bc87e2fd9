#include "tests/support/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ALL_RIGHTS = HV_PTE_V | HV_PTE_R | HV_PTE_W | HV_PTE_X | HV_PTE_A | HV_PTE_D,
    IGNORED = 0x330 /* U, G, and two bits for software */
};

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "tests/support/tree.c: %s\n", what);
    abort();
}

void tree_begin(struct tree *tree, const struct hv_config *config)
{
    memset(tree, 0, sizeof *tree);
    tree->config = *config;
    tree->ram = calloc(1, config->ram_bytes);
    require(tree->ram, "no memory");
    tree->count = 1;
    tree->vm[0].mode = 3;
}

void tree_end(struct tree *tree)
{
    free(tree->ram);
    tree->ram = NULL;
}

unsigned tree_add(struct tree *tree, unsigned parent, unsigned syllable)
{
    require(tree->count < TREE_VMS, "too many VMs");
    struct vm *vm = &tree->vm[tree->count], *owner = &tree->vm[parent];
    vm->parent = parent;
    vm->level = owner->level + 1;
    vm->syllable = syllable;
    vm->slot = ++owner->children;
    vm->vmid = owner->vmid | (uint64_t)syllable << owner->level * tree->config.syllable_bits;
    vm->mem_form = HV_FORM_LINEAR;
    vm->io_form = HV_FORM_RB;
    vm->io_first = tree->config.finisher_base / HV_PAGE_BYTES;
    vm->io_pages = 1;
    vm->caps = HV_CAP_VM | HV_CAP_COUNTERS | HV_CAP_WFI | HV_CAP_EXIT;
    vm->mode = 3;
    return tree->count++;
}

void tree_chain(struct tree *tree, unsigned depth, unsigned chain[HV_MAX_DEPTH + 1])
{
    static const unsigned char syllables[HV_MAX_DEPTH] = {3, 1, 2, 5, 4, 6, 1, 7};
    unsigned limit = (1u << tree->config.syllable_bits) - 1;
    chain[0] = 0;
    for (unsigned j = 1; j <= depth; j++)
        chain[j] = tree_add(tree, chain[j - 1], syllables[j - 1] < limit ? syllables[j - 1] : 1);
}

/* Names */

uint32_t page_name(const struct tree *tree, uint32_t page)
{
    return tree->config.ram_base + page * HV_PAGE_BYTES;
}

uint32_t last_page(const struct tree *tree, unsigned vm)
{
    return page_name(tree, tree->vm[vm].pages - 1);
}

static uint32_t page_of(const struct tree *tree, unsigned vm, uint32_t name)
{
    uint32_t page = (name - tree->config.ram_base) / HV_PAGE_BYTES;
    require(page < tree->vm[vm].pages, "a name outside the VM's RAM");
    return page;
}

uint32_t tree_name_at(const struct tree *tree, unsigned vm, unsigned ancestor, uint32_t name)
{
    while (vm != ancestor) {
        uint32_t frame = tree->vm[vm].frame[page_of(tree, vm, name)];
        name = page_name(tree, frame) + name % HV_PAGE_BYTES;
        vm = tree->vm[vm].parent;
    }
    return name;
}

uint32_t tree_real(const struct tree *tree, unsigned vm, uint32_t name)
{
    return tree_name_at(tree, vm, 0, name);
}

uint32_t tree_vmcb(const struct tree *tree, unsigned vm)
{
    return page_name(tree, PAGE_VMCB) + HV_VMCB_BYTES * tree->vm[vm].slot;
}

uint32_t tree_vmtab_entry(const struct tree *tree, unsigned vm)
{
    return page_name(tree, PAGE_VMTAB) + VMTAB_OFFSET + 4 * tree->vm[vm].syllable;
}

static uint32_t table(const struct tree *tree, unsigned vm, enum control_page page)
{
    return page_name(tree, page) + TABLE_BYTES * tree->vm[vm].slot;
}

uint32_t tree_pte(const struct tree *tree, unsigned vm, uint32_t name)
{
    return table(tree, vm, PAGE_MEMTAB) + 4 * (page_of(tree, vm, name) >> tree->vm[vm].grain);
}

uint32_t tree_io_pte(const struct tree *tree, unsigned vm, uint32_t page)
{
    return table(tree, vm, PAGE_IOTAB) + 4 * (page - tree->vm[vm].io_first);
}

/* Words */

static uint8_t *at(const struct tree *tree, unsigned vm, uint32_t name)
{
    return tree->ram + (tree_real(tree, vm, name) - tree->config.ram_base);
}

uint32_t tree_peek(const struct tree *tree, unsigned vm, uint32_t name)
{
    const uint8_t *byte = at(tree, vm, name);
    return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

void tree_poke(struct tree *tree, unsigned vm, uint32_t name, uint32_t value)
{
    uint8_t *byte = at(tree, vm, name);
    for (unsigned i = 0; i < 4; i++)
        byte[i] = (uint8_t)(value >> 8 * i);
}

void tree_code(struct tree *tree, unsigned vm, struct code *code)
{
    code_end(code);
    for (size_t i = 0; i < code->count; i++)
        tree_poke(tree, vm, code->origin + 4 * (uint32_t)i, code->words[i]);
}

void tree_set_vmcb(struct tree *tree, unsigned vm, uint32_t offset, uint32_t value)
{
    tree_poke(tree, tree->vm[vm].parent, tree_vmcb(tree, vm) + offset, value);
}

uint32_t tree_get_vmcb(const struct tree *tree, unsigned vm, uint32_t offset)
{
    return tree_peek(tree, tree->vm[vm].parent, tree_vmcb(tree, vm) + offset);
}

/* Layout */

static uint32_t aligned(uint32_t page, unsigned grain)
{
    uint32_t unit = UINT32_C(1) << grain;
    return (page + unit - 1) & ~(unit - 1);
}

/* Where a child starts in its parent's RAM. The first child comes last, so its end is aligned to
 * the parent's own units. */
static uint32_t child_start(const struct vm *parent, const struct vm *child)
{
    uint32_t start = aligned(parent->pages, child->grain);
    if (child->slot == 1)
        while (aligned(start + child->pages, parent->grain) != start + child->pages)
            start += UINT32_C(1) << child->grain;
    return start;
}

/* Sizes from the leaves to the real machine: children have larger numbers than their parents. */
static void size_up(struct tree *tree)
{
    for (unsigned i = tree->count; i-- > 0;) {
        struct vm *vm = &tree->vm[i];
        if (vm->children)
            vm->own_pages = CONTROL_PAGES;
        else if (!vm->own_pages)
            vm->own_pages = 4;
        vm->pages = vm->own_pages;
        for (unsigned slot = vm->children; slot >= 1; slot--) {
            for (unsigned child = i + 1; child < tree->count; child++) {
                struct vm *c = &tree->vm[child];
                if (c->parent != i || c->slot != slot)
                    continue;
                c->frame[0] = child_start(vm, c); /* for now; place fills the others in */
                vm->pages = c->frame[0] + c->pages;
            }
        }
        vm->pages = aligned(vm->pages, vm->grain);
        require(vm->pages <= TREE_PAGES, "a VM is too large");
    }
    require(tree->vm[0].pages * HV_PAGE_BYTES <= tree->config.ram_bytes, "the tree does not fit the RAM");
}

/* Linear maps turn the order of the pages around, all but the last unit's. */
static void place(struct vm *vm)
{
    uint32_t start = vm->frame[0], unit = UINT32_C(1) << vm->grain, units = vm->pages / unit;
    for (uint32_t page = 0; page < vm->pages; page++) {
        uint32_t i = page / unit;
        if (vm->mem_form == HV_FORM_LINEAR && i < units - 1)
            i = units - 2 - i;
        vm->frame[page] = start + i * unit + page % unit;
    }
}

/* Bits that are to be ignored are set in every second entry. */
static uint32_t good_pte(uint32_t page)
{
    return page << 10 | ALL_RIGHTS | (page & 1 ? IGNORED : 0);
}

static void write_maps(struct tree *tree, unsigned i)
{
    struct vm *vm = &tree->vm[i];
    uint32_t first = tree->config.ram_base / HV_PAGE_BYTES, io = vm->io_form;
    bool linear = vm->mem_form == HV_FORM_LINEAR;
    tree_set_vmcb(tree, i, HV_VMCB_MEM_FORM, vm->mem_form | vm->grain << HV_FORM_GRAIN_SHIFT);
    tree_set_vmcb(tree, i, HV_VMCB_MEM_FIRST, first);
    tree_set_vmcb(tree, i, HV_VMCB_MEM_BASE, linear ? table(tree, i, PAGE_MEMTAB) : first + vm->frame[0]);
    tree_set_vmcb(tree, i, HV_VMCB_MEM_BOUND, vm->pages);
    for (uint32_t page = 0; linear && page < vm->pages; page += UINT32_C(1) << vm->grain)
        tree_poke(tree, vm->parent, tree_pte(tree, i, page_name(tree, page)), good_pte(first + vm->frame[page]));
    tree_set_vmcb(tree, i, HV_VMCB_IO_FORM, io);
    if (io == HV_FORM_NONE)
        return;
    tree_set_vmcb(tree, i, HV_VMCB_IO_FIRST, vm->io_first);
    tree_set_vmcb(tree, i, HV_VMCB_IO_BASE, io == HV_FORM_LINEAR ? table(tree, i, PAGE_IOTAB) : vm->io_first);
    tree_set_vmcb(tree, i, HV_VMCB_IO_BOUND, vm->io_pages);
    for (uint32_t page = vm->io_first; io == HV_FORM_LINEAR && page < vm->io_first + vm->io_pages; page++)
        tree_poke(tree, vm->parent, tree_io_pte(tree, i, page), good_pte(page));
}

static unsigned first_child(const struct tree *tree, unsigned vm)
{
    unsigned child = vm + 1;
    while (tree->vm[child].parent != vm || tree->vm[child].slot != 1)
        child++;
    return child;
}

static void write_vmcb(struct tree *tree, unsigned i)
{
    struct vm *vm = &tree->vm[i];
    tree_poke(tree, vm->parent, tree_vmtab_entry(tree, i), tree_vmcb(tree, i));
    uint32_t length = page_name(tree, 0) + tree->config.hv_root % HV_PAGE_BYTES + HV_ROOT_LENGTH;
    if (tree_peek(tree, vm->parent, length) < vm->syllable)
        tree_poke(tree, vm->parent, length, vm->syllable);
    tree_set_vmcb(tree, i, HV_VMCB_CAPS, vm->caps);
    tree_set_vmcb(tree, i, HV_VMCB_VIP, vm->vip);
    if (!vm->pc)
        vm->pc = vm->children ? vm->boot_pc : page_name(tree, 0);
    tree_set_vmcb(tree, i, HV_VMCB_CTX_PC, vm->pc);
    tree_set_vmcb(tree, i, HV_VMCB_CTX_MODE, vm->mode);
    if (vm->children) {
        unsigned child = first_child(tree, i);
        tree_set_vmcb(tree, i, HV_VMCB_CTX_MSCRATCH, tree_vmcb(tree, child));
        if (vm->prelinked)
            tree_set_vmcb(tree, i, HV_VMCB_NEXT_SYLLABLE, tree->vm[child].syllable);
    }
    write_maps(tree, i);
}

/* The monitor's code */

enum { OP_RESUME, OP_FINISH, OP_FENCE_ALL, OP_FENCE, OP_CALL, OP_SWITCH, OP_MIE, OPS };

static const unsigned saved[] = {X6, X7, X28, X29};
enum { SAVED = sizeof saved / sizeof saved[0] };

static int32_t slot(unsigned x)
{
    return HV_VMCB_X0 + 4 * (int32_t)x;
}

static void emit_boot(struct tree *tree, unsigned i, struct code *code)
{
    struct vm *vm = &tree->vm[i];
    vm->boot_pc = code_here(code);
    if (vm->boot)
        vm->boot(code, vm->boot_argument);
    op_li(code, X5, tree_vmcb(tree, first_child(tree, i)));
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSCRATCH, X5);
    op_li(code, X5, page_name(tree, PAGE_DATA) + OPERAND);
    vm->boot_lvmid = code_here(code);
    op_lvmid(code, X5, 0);
}

/* One operation of the script: x7 holds its number less those of the operations before it, x28 its value. */
static void emit_operation(struct tree *tree, unsigned i, struct code *code, unsigned operation, label loop)
{
    label next = label_new(code);
    op_i(code, HV_INSN_ADDI, X7, X7, -1);
    op_b(code, HV_INSN_BNE, X7, X0, next);
    switch (operation) {
    case OP_FINISH:
        op_li(code, X29, tree->config.finisher_base);
        op_s(code, HV_INSN_SW, X28, X29, 0);
        break;
    case OP_FENCE_ALL:
        tree->vm[i].fence_all_pc = code_here(code);
        op_hv_fence(code, X0);
        break;
    case OP_FENCE:
        tree->vm[i].fence_pc = code_here(code);
        op_hv_fence(code, X28);
        break;
    case OP_CALL:
        op_i(code, HV_INSN_JALR, X29, X28, 0);
        break;
    case OP_SWITCH:
        op_r(code, HV_INSN_ADD, X5, X28, X0);
        op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MSCRATCH, X28);
        break;
    case OP_MIE:
        op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X28);
        break;
    default:
        break;
    }
    op_jal(code, X0, loop);
    label_here(code, next);
}

static void emit_resume(struct tree *tree, unsigned i, struct code *code)
{
    op_li(code, X28, page_name(tree, PAGE_DATA));
    op_s(code, HV_INSN_SW, X6, X28, SCRIPT_POINTER);
    for (unsigned s = 0; s < SAVED; s++)
        op_i(code, HV_INSN_LW, saved[s], X5, slot(saved[s]));
    op_li(code, X5, page_name(tree, PAGE_DATA) + OPERAND);
    tree->vm[i].handler_lvmid = code_here(code);
    op_lvmid(code, X5, 0);
}

static void emit_handler(struct tree *tree, unsigned i, struct code *code)
{
    label loop = label_new(code), operations = label_new(code), resume = label_new(code);
    op_csr(code, HV_INSN_CSRRW, X5, HV_CSR_MSCRATCH, X5);
    for (unsigned s = 0; s < SAVED; s++)
        op_s(code, HV_INSN_SW, saved[s], X5, slot(saved[s]));
    op_csr(code, HV_INSN_CSRRW, X6, HV_CSR_MSCRATCH, X5);
    op_s(code, HV_INSN_SW, X6, X5, slot(X5));
    op_li(code, X28, page_name(tree, PAGE_DATA));
    op_i(code, HV_INSN_LW, X6, X28, SCRIPT_POINTER);
    label_here(code, loop);
    op_i(code, HV_INSN_LW, X7, X6, 0);
    op_i(code, HV_INSN_LW, X28, X6, 4);
    op_i(code, HV_INSN_ADDI, X6, X6, 8);
    op_b(code, HV_INSN_BEQ, X7, X0, resume);
    op_i(code, HV_INSN_SLTIU, X29, X7, OPS);
    op_b(code, HV_INSN_BNE, X29, X0, operations);
    op_s(code, HV_INSN_SW, X28, X7, 0);
    op_jal(code, X0, loop);
    label_here(code, operations);
    for (unsigned operation = OP_RESUME + 1; operation < OPS; operation++)
        emit_operation(tree, i, code, operation, loop);
    label_here(code, resume);
    emit_resume(tree, i, code);
}

static void write_monitor(struct tree *tree, unsigned i)
{
    struct code code;
    uint32_t root = tree->config.hv_root;
    code_begin(&code, page_name(tree, PAGE_CODE));
    emit_boot(tree, i, &code);
    uint32_t handler = code_here(&code);
    emit_handler(tree, i, &code);
    tree->vm[i].code_end = code_here(&code);
    tree_code(tree, i, &code);
    tree_poke(tree, i, root + HV_ROOT_VMTAB, page_name(tree, PAGE_VMTAB) + VMTAB_OFFSET);
    tree_poke(tree, i, root + HV_ROOT_ENTRY, word_jal(X0, (int32_t)(handler - root - HV_ROOT_ENTRY)));
    uint32_t reset = tree->config.reset_vector;
    tree_poke(tree, i, reset, word_jal(X0, (int32_t)(tree->vm[i].boot_pc - reset)));
    uint32_t data = page_name(tree, PAGE_DATA);
    tree_poke(tree, i, data + SCRIPT_POINTER, data + SCRIPT_OFFSET);
    tree_poke(tree, i, data + OPERAND, tree->vm[first_child(tree, i)].syllable);
    tree->vm[i].script_end = data + SCRIPT_OFFSET;
}

void tree_layout(struct tree *tree)
{
    size_up(tree);
    for (unsigned i = 1; i < tree->count; i++)
        place(&tree->vm[i]);
    for (unsigned i = 0; i < tree->count; i++)
        if (tree->vm[i].children)
            write_monitor(tree, i);
    for (unsigned i = 1; i < tree->count; i++)
        write_vmcb(tree, i);
}

void tree_finish(struct tree *tree)
{
    for (unsigned i = 0; i < tree->count; i++)
        if (tree->vm[i].children)
            script_finish(tree, i, FINISH_FAIL(EXIT_SCRIPT));
}

/* Scripts */

static void script_pair(struct tree *tree, unsigned vm, uint32_t first, uint32_t second)
{
    uint32_t end = tree->vm[vm].script_end;
    require(end + 8 <= page_name(tree, PAGE_DATA + 1), "a script is too long");
    tree_poke(tree, vm, end, first);
    tree_poke(tree, vm, end + 4, second);
    tree->vm[vm].script_end = end + 8;
}

void script_store(struct tree *tree, unsigned vm, uint32_t name, uint32_t value)
{
    script_pair(tree, vm, name, value);
}

void script_resume(struct tree *tree, unsigned vm)
{
    script_pair(tree, vm, OP_RESUME, 0);
}

void script_finish(struct tree *tree, unsigned vm, uint32_t value)
{
    script_pair(tree, vm, OP_FINISH, value);
}

void script_fence_all(struct tree *tree, unsigned vm)
{
    script_pair(tree, vm, OP_FENCE_ALL, 0);
}

void script_fence(struct tree *tree, unsigned vm, uint32_t syllable)
{
    script_pair(tree, vm, OP_FENCE, syllable);
}

void script_mie(struct tree *tree, unsigned vm, uint32_t mie)
{
    script_pair(tree, vm, OP_MIE, mie);
}

void script_switch(struct tree *tree, unsigned vm, unsigned child)
{
    script_store(tree, vm, page_name(tree, PAGE_DATA) + OPERAND, tree->vm[child].syllable);
    script_pair(tree, vm, OP_SWITCH, tree_vmcb(tree, child));
}

void script_call(struct tree *tree, unsigned vm, uint32_t name)
{
    script_pair(tree, vm, OP_CALL, name);
}

void script_register(struct tree *tree, unsigned vm, unsigned child, unsigned x, uint32_t value)
{
    script_store(tree, vm, tree_vmcb(tree, child) + (uint32_t)slot(x), value);
}
