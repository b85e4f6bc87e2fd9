/* The walk: root -> VMTAB -> VMCB of each monitor, in the order in which LVMID's probe looks (docs/spec.md, 10.4.4). */
#include "view/tree.h"
#include "view/tree_read.h"

#include <stdlib.h>
#include <string.h>

const char *view_probe_text(enum hv_probe probe)
{
    static const char *const texts[] = {
#define PROBE_STEP(name, meaning) meaning,
#include "isa/probe.def"
    };
    return probe < HV_PROBE_STEPS ? texts[probe] : "";
}

/* A word of a monitor's tables. */
static bool table_word(const struct view_reader *reader, const struct view_vm *vm, uint32_t name, uint32_t *word)
{
    uint32_t real;
    return view_translate(reader, vm, name, HV_ACCESS_LOAD, &real) && view_ram_word(reader->machine, real, word);
}

static uint64_t part_of_vmid(const struct view_tree *tree, uint64_t vmid, unsigned level)
{
    const unsigned bits = level * tree->config.syllable_bits;
    return bits >= 64 ? vmid : vmid & ((UINT64_C(1) << bits) - 1);
}

/* ---- A VMCB ---- */

static void read_map(const struct view_reader *reader, uint32_t real, struct view_map *map)
{
    uint32_t *const words[] = {&map->word, &map->first, &map->base, &map->bound};
    for (uint32_t i = 0; i < 4; i++)
        view_ram_word(reader->machine, real + 4 * i, words[i]);
    map->form = map->word & 15;
    map->grain = map->word >> HV_FORM_GRAIN_SHIFT & 15;
}

static bool find_table(const struct view_reader *reader, const struct view_vm *parent, struct view_map *map)
{
    uint32_t word;
    if (map->form != HV_FORM_LINEAR)
        return true;
    if (!view_translate(reader, parent, map->base, HV_ACCESS_LOAD, &map->table) ||
        !view_ram_word(reader->machine, map->table & ~(uint32_t)3, &word))
        return false;
    map->entries = map->bound >> map->grain;
    for (uint32_t i = 0; i < map->entries; i++)
        if (view_ram_word(reader->machine, map->table + 4 * i, &word) && view_entry_rights(word, map->grain))
            map->present++;
    return true;
}

static void read_words(const struct view_reader *reader, struct view_vm *vm)
{
    const struct {
        uint32_t offset, *word;
    } rows[] = {{HV_VMCB_NEXT_SYLLABLE, &vm->next_syllable},
                {HV_VMCB_CAPS, &vm->caps},
                {HV_VMCB_VIP, &vm->vip},
                {HV_VMCB_RESUME, &vm->resume},
                {HV_VMCB_FAULT_CAUSE, &vm->fault_cause},
                {HV_VMCB_FAULT_ADDRESS, &vm->fault_address},
                {HV_VMCB_FAULT_INSTRUCTION, &vm->fault_instruction},
                {HV_VMCB_FAULT_COUNT, &vm->fault_count},
                {HV_VMCB_CTX_PC, &vm->pc},
                {HV_VMCB_CTX_MODE, &vm->mode}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        view_ram_word(reader->machine, vm->vmcb_real + rows[i].offset, rows[i].word);
    vm->context = VIEW_CONTEXT_SAVED;
}

/* All that LVMID would look at. */
static enum hv_probe probe_vmcb(const struct view_reader *reader, struct view_vm *vm)
{
    const struct view_vm *parent = &reader->tree->vms[vm->parent];
    enum hv_probe probe = HV_PROBE_DONE;
    uint32_t word;
    if (vm->vmcb % HV_VMCB_BYTES)
        return HV_PROBE_VMTAB_ENTRY;
    if (!view_translate(reader, parent, vm->vmcb, HV_ACCESS_STORE, &vm->vmcb_real) ||
        !view_ram_word(reader->machine, vm->vmcb_real, &word))
        return HV_PROBE_VMCB;
    read_words(reader, vm);
    for (unsigned i = 0; i < VIEW_MAPS; i++) {
        struct view_map *map = &vm->map[i];
        read_map(reader, vm->vmcb_real + (i == VIEW_IO ? HV_VMCB_IO_FORM : HV_VMCB_MEM_FORM), map);
        const enum hv_probe found = view_map_check(&reader->tree->config, map, i == VIEW_IO);
        map->bad = found != HV_PROBE_DONE;
        probe = probe == HV_PROBE_DONE ? found : probe;
    }
    for (unsigned i = 0; i < VIEW_MAPS; i++) {
        struct view_map *map = &vm->map[i];
        map->bad = map->bad || !find_table(reader, parent, map);
        if (map->bad && probe == HV_PROBE_DONE)
            probe = i == VIEW_IO ? HV_PROBE_IO_TABLE : HV_PROBE_MEM_TABLE;
    }
    return probe;
}

/* ---- What the hardware holds ---- */

static bool latched_differs(const struct view_reader *reader, const struct view_vm *vm)
{
    const uint32_t known = HV_CAP_VM | HV_CAP_COUNTERS | HV_CAP_WFI | HV_CAP_EXIT | HV_CAP_LINE;
    bool differs = ((hv_machine_caps(reader->machine, vm->level) ^ vm->caps) & known) != 0;
    for (unsigned i = 0; i < VIEW_MAPS; i++) {
        const struct view_map *map = &vm->map[i];
        struct hv_map latched = {0};
        hv_machine_map(reader->machine, vm->level, i, &latched);
        differs |= latched.form != map->form;
        if (map->form != HV_FORM_NONE)
            differs |= latched.grain != map->grain || latched.first != map->first || latched.base != map->base ||
                       latched.bound != map->bound;
    }
    return differs;
}

static void see_register(const struct view_reader *reader, struct view_vm *vm)
{
    struct view_tree *tree = reader->tree;
    vm->in_vmid = vm->level <= tree->level && part_of_vmid(tree, tree->vmid, vm->level) == vm->vmid;
    vm->runs = vm->in_vmid && vm->level == tree->level;
    if (vm->runs) {
        vm->context = VIEW_CONTEXT_LIVE;
        vm->pc = hv_machine_pc(reader->machine);
        vm->mode = hv_machine_mode(reader->machine);
        tree->found = true;
    }
    if (vm->in_vmid && vm->level)
        vm->latched_differs = latched_differs(reader, vm);
}

/* ---- The tree ---- */

static void read_tables(struct view_reader *reader, unsigned index);

/* A new VM behind the others; NULL if there is no room. */
static struct view_vm *add(struct view_reader *reader, unsigned parent, uint32_t syllable)
{
    struct view_tree *tree = reader->tree;
    if (tree->count == VIEW_MAX_VMS) {
        tree->cut = true;
        return NULL;
    }
    struct view_vm *vm = &tree->vms[tree->count], *monitor = &tree->vms[parent];
    *vm = (struct view_vm){.parent = parent, .level = monitor->level + 1, .same = tree->count++};
    vm->syllable = vm->last_syllable = syllable;
    vm->vmid = monitor->vmid | (uint64_t)syllable << monitor->level * tree->config.syllable_bits;
    vm->context = VIEW_CONTEXT_NONE;
    vm->tables = HV_PROBE_STEPS;
    return vm;
}

static unsigned first_with_vmcb(const struct view_tree *tree, const struct view_vm *vm)
{
    unsigned i = 0;
    for (; &tree->vms[i] != vm; i++)
        if (tree->vms[i].level && tree->vms[i].probe >= HV_PROBE_MEM_FORM && tree->vms[i].vmcb_real == vm->vmcb_real)
            break;
    return i;
}

/* Neighbours that are refused at the same step, before there is a VMCB, are one. */
static bool merged(const struct view_tree *tree, const struct view_vm *vm, unsigned before)
{
    struct view_vm *other = &tree->vms[before];
    if (before == vm->parent || vm->probe >= HV_PROBE_MEM_FORM || other->probe != vm->probe || vm->in_vmid ||
        other->in_vmid || other->last_syllable + 1 != vm->syllable)
        return false;
    other->last_syllable = vm->syllable;
    return true;
}

/* The VM of one entry; `before`, the sibling before it or the parent. Returns the sibling before the next. */
static unsigned read_entry(struct view_reader *reader, unsigned parent, uint32_t syllable, unsigned before)
{
    struct view_tree *tree = reader->tree;
    const struct view_vm *monitor = &tree->vms[parent];
    uint32_t entry = 0;
    const bool there = table_word(reader, monitor, monitor->vmtab + 4 * syllable, &entry);
    if (there && entry == 0)
        return before;
    struct view_vm *vm = add(reader, parent, syllable);
    if (!vm)
        return before;
    const unsigned index = tree->count - 1;
    vm->vmcb = entry;
    vm->probe = there ? probe_vmcb(reader, vm) : HV_PROBE_VMTAB_ENTRY_PAGE;
    see_register(reader, vm);
    if (merged(tree, vm, before)) {
        tree->count--;
        return before;
    }
    tree->vms[parent].children++;
    if (vm->probe >= HV_PROBE_MEM_FORM)
        vm->same = first_with_vmcb(tree, vm);
    if (vm->probe == HV_PROBE_DONE) {
        view_reach(reader, vm);
        if (vm->same == index || vm->in_vmid)
            read_tables(reader, index);
    }
    return index;
}

static enum hv_probe read_root(const struct view_reader *reader, struct view_vm *vm)
{
    const struct hv_config *config = &reader->tree->config;
    if (vm->level && !(vm->caps & HV_CAP_VM))
        return HV_PROBE_CAPS;
    if (vm->level == config->depth)
        return HV_PROBE_DEPTH;
    if (!table_word(reader, vm, config->hv_root + HV_ROOT_VMTAB, &vm->vmtab) ||
        !table_word(reader, vm, config->hv_root + HV_ROOT_LENGTH, &vm->length))
        return HV_PROBE_ROOT;
    uint32_t word;
    if (!view_translate(reader, vm, vm->vmtab + 4, HV_ACCESS_LOAD, &vm->vmtab_real) ||
        !view_ram_word(reader->machine, vm->vmtab_real & ~(uint32_t)3, &word))
        vm->vmtab_real = UINT32_MAX;
    else
        vm->vmtab_real -= 4;
    return vm->vmtab % 4 ? HV_PROBE_VMTAB : HV_PROBE_DONE;
}

static void read_tables(struct view_reader *reader, unsigned index)
{
    struct view_vm *vm = &reader->tree->vms[index];
    const uint32_t most = (UINT32_C(1) << reader->tree->config.syllable_bits) - 1;
    unsigned before = index;
    vm->tables = read_root(reader, vm);
    if (vm->tables != HV_PROBE_DONE)
        return;
    for (uint32_t syllable = 1; syllable <= vm->length && syllable <= most && !reader->tree->cut; syllable++)
        before = read_entry(reader, index, syllable, before);
}

static bool read_real_machine(struct view_reader *reader)
{
    struct view_vm *real = &reader->tree->vms[0];
    reader->tree->count = 1;
    *real = (struct view_vm){.probe = HV_PROBE_DONE, .context = VIEW_CONTEXT_ON_CHIP, .tables = HV_PROBE_STEPS};
    real->reach = malloc(sizeof *real->reach);
    if (!real->reach)
        return false;
    real->reach[real->reach_count++] = (struct view_run){.pages = VIEW_PAGES, .rights = HV_PTE_R | HV_PTE_W | HV_PTE_X};
    see_register(reader, real);
    read_tables(reader, 0);
    return true;
}

bool view_tree_read(struct view_tree *tree, const struct hv_machine *machine)
{
    struct view_reader reader = {.machine = machine, .tree = tree};
    *tree = (struct view_tree){.config = *hv_machine_config(machine),
                               .records = hv_machine_counters(machine)->commits,
                               .vmid = hv_machine_vmid(machine),
                               .level = hv_machine_level(machine),
                               .vms = calloc(VIEW_MAX_VMS, sizeof *tree->vms)};
    if (tree->vms && read_real_machine(&reader) && !reader.no_memory)
        return true;
    view_tree_free(tree);
    return false;
}

void view_tree_free(struct view_tree *tree)
{
    for (unsigned i = 0; i < tree->count; i++)
        free(tree->vms[i].reach);
    free(tree->vms);
    *tree = (struct view_tree){0};
}
