#include "view/tree_facts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Text ---- */

/* Append to a text of VIEW_FACT_LENGTH; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
    const size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, VIEW_FACT_LENGTH - length, format, arguments);
    va_end(arguments);
}

const char *view_form_name(uint32_t form)
{
    return form == HV_FORM_NONE ? "none" : form == HV_FORM_RB ? "rb" : form == HV_FORM_LINEAR ? "linear" : "?";
}

void view_caps_text(uint32_t caps, char text[VIEW_FACT_LENGTH])
{
    *text = 0;
#define CAPABILITY(name, bit, meaning)                                                                                 \
    if (caps & 1u << (bit))                                                                                            \
        append(text, "%s" #name, *text ? " " : "");
#include "isa/causes.def"
    append(text, "%s", *text ? "" : "none");
}

void view_vip_text(uint32_t vip, char text[VIEW_FACT_LENGTH])
{
    *text = 0;
#define INTERRUPT(name, code, meaning)                                                                                 \
    if (vip & 1u << (code))                                                                                            \
        append(text, "%s" #name, *text ? " " : "");
#include "isa/causes.def"
    append(text, "%s", *text ? "" : "none");
}

void view_size_text(uint64_t pages, char text[24])
{
    const uint64_t kib = pages * (HV_PAGE_BYTES / 1024);
    if (kib >= 1 << 20 && kib % (1 << 20) == 0)
        snprintf(text, 24, "%" PRIu64 " GiB", kib >> 20);
    else if (kib >= 1024 && kib % 1024 == 0)
        snprintf(text, 24, "%" PRIu64 " MiB", kib >> 10);
    else
        snprintf(text, 24, "%" PRIu64 " KiB", kib);
}

void view_vm_name(const struct view_tree *tree, const struct view_vm *vm, char text[VIEW_NAME_SIZE])
{
    view_vmid(&tree->config, vm->vmid, vm->level, text);
    if (vm->last_syllable == vm->syllable)
        return;
    const struct view_vm *parent = &tree->vms[vm->parent];
    const size_t length = strlen(text);
    char last[VIEW_VMID_SIZE];
    view_vmid(&tree->config, parent->vmid | (uint64_t)vm->last_syllable << parent->level * tree->config.syllable_bits,
              vm->level, last);
    snprintf(text + length, VIEW_NAME_SIZE - length, " to %s", last);
}

bool view_run_in_ram(const struct hv_config *config, const struct view_run *run, struct view_run *part)
{
    const uint32_t first = config->ram_base / HV_PAGE_BYTES, end = first + config->ram_bytes / HV_PAGE_BYTES;
    *part = *run;
    if (part->real < first) {
        const uint32_t before = first - part->real;
        if (before >= part->pages)
            return false;
        part->page += before;
        part->real += before;
        part->pages -= before;
    }
    if (part->real >= end)
        return false;
    if (part->pages > end - part->real)
        part->pages = end - part->real;
    return true;
}

/* ---- Facts ---- */

struct list {
    const struct view_tree *tree;
    const struct view_vm *vm;
    struct view_fact *facts;
    unsigned count;
};

static char *add(struct list *list, const char *label, bool alarm)
{
    struct view_fact *fact = &list->facts[list->count++];
    *fact = (struct view_fact){.label = label, .alarm = alarm};
    return fact->value;
}

static void add_vmcb(struct list *list)
{
    const struct view_vm *vm = list->vm;
    char *text = add(list, "VMCB", false), name[VIEW_NAME_SIZE];
    append(text, "0x%08" PRIx32, vm->vmcb);
    if (vm->probe >= HV_PROBE_MEM_FORM && vm->level > 1)
        append(text, ", real 0x%08" PRIx32, vm->vmcb_real);
    if (&list->tree->vms[vm->same] != vm && vm->probe >= HV_PROBE_MEM_FORM) {
        view_vm_name(list->tree, &list->tree->vms[vm->same], name);
        append(text, ": the VMCB of VM %s", name);
    }
}

static void add_table(struct list *list, const struct view_map *map)
{
    char *text = add(list, "table", false);
    append(text, "0x%08" PRIx32, map->base);
    if (map->table != map->base)
        append(text, ", real 0x%08" PRIx32, map->table);
    append(text, ": %u of %u entries map", map->present, map->entries);
    if (map->grain)
        append(text, " %u pages", 1u << map->grain);
}

static void add_map(struct list *list, const char *label, const struct view_map *map)
{
    char size[24], *text = add(list, label, map->bad);
    if (map->bad) {
        append(text, "words 0x%" PRIx32 ", 0x%" PRIx32 ", 0x%" PRIx32 ", 0x%" PRIx32, map->word, map->first, map->base,
               map->bound);
        return;
    }
    append(text, "%s", view_form_name(map->form));
    if (map->form == HV_FORM_NONE)
        return;
    view_size_text(map->bound, size);
    append(text, ": 0x%08" PRIx32 " + %s", map->first * HV_PAGE_BYTES, size);
    if (map->form == HV_FORM_RB)
        append(text, " \u2192 0x%08" PRIx32, map->base * HV_PAGE_BYTES);
    else
        add_table(list, map);
}

/* Does it reach a page of the device? */
static bool reaches(const struct view_vm *vm, const struct hv_device_range *device)
{
    const uint32_t first = device->base / HV_PAGE_BYTES, last = (device->base + (device->bytes - 1)) / HV_PAGE_BYTES;
    for (size_t i = 0; i < vm->reach_count; i++)
        if (vm->reach[i].real <= last && vm->reach[i].real + vm->reach[i].pages > first)
            return true;
    return false;
}

static void add_reach(struct list *list)
{
    const struct view_vm *vm = list->vm;
    const struct hv_config *config = &list->tree->config;
    char size[24], *text = add(list, "reaches", false);
    uint64_t pages = 0;
    unsigned runs = 0;
    struct view_run part;
    uint32_t first = 0;
    for (size_t i = 0; i < vm->reach_count; i++)
        if (view_run_in_ram(config, &vm->reach[i], &part)) {
            first = runs++ ? first : part.real;
            pages += part.pages;
        }
    view_size_text(pages, size);
    append(text, "%s of RAM%s", size, vm->reach_cut ? " at least" : "");
    if (runs == 1)
        append(text, " from real 0x%08" PRIx32, first * HV_PAGE_BYTES);
    else if (runs)
        append(text, " in %u pieces", runs);
    for (unsigned i = 0; i < hv_config_devices(config); i++) {
        const struct hv_device_range device = hv_config_device(config, i);
        if (reaches(vm, &device))
            append(text, ", %s", device.name);
    }
}

static void add_context(struct list *list)
{
    const struct view_vm *vm = list->vm;
    char *text = add(list, "context", false);
    if (vm->context == VIEW_CONTEXT_ON_CHIP)
        append(text, "on the chip, where software cannot see it");
    else
        append(text, "pc 0x%08" PRIx32 ", mode %s%s", vm->pc, view_mode(vm->mode == 3 ? 3 : 0),
               vm->context == VIEW_CONTEXT_LIVE ? ", live" : ", saved");
}

/* The link to the child that ran last: by it LVMID resumes. */
static void add_next(struct list *list)
{
    const struct view_vm *vm = list->vm;
    const struct view_tree *tree = list->tree;
    const bool is_syllable = vm->next_syllable >> tree->config.syllable_bits == 0 && vm->level < tree->config.depth;
    if (!vm->next_syllable && !vm->children)
        return;
    char *text = add(list, "next", vm->next_syllable && !is_syllable), name[VIEW_VMID_SIZE];
    if (!vm->next_syllable) {
        append(text, "NULL: this monitor itself");
    } else if (!is_syllable) {
        append(text, "0x%" PRIx32 ", which is no syllable", vm->next_syllable);
    } else {
        const uint64_t next = vm->vmid | (uint64_t)vm->next_syllable << vm->level * tree->config.syllable_bits;
        view_vmid(&tree->config, next, vm->level + 1, name);
        append(text, "%" PRIu32 ": LVMID of this VM resumes VM %s", vm->next_syllable, name);
    }
}

static void add_fault(struct list *list)
{
    const struct view_vm *vm = list->vm;
    char *text = add(list, "fault", false);
    if (vm->fault_count == 0) {
        append(text, "none so far");
        return;
    }
    append(text, "%s", view_fault_cause(vm->fault_cause).name);
    if (vm->fault_cause >> HV_CAUSE_ACCESS_SHIFT & 15)
        append(text, " %s at 0x%08" PRIx32, view_fault_access(vm->fault_cause).name, vm->fault_address);
    append(text, "%s; %" PRIu32 " so far", vm->fault_cause & HV_CAUSE_IMPLICIT ? ", implicit" : "", vm->fault_count);
}

static void add_tables(struct list *list)
{
    const struct view_vm *vm = list->vm;
    char *text;
    switch (vm->tables) {
    case HV_PROBE_STEPS:
        return;
    case HV_PROBE_CAPS:
        append(add(list, "VMTAB", false), "none: it lacks CAPS.VM");
        return;
    case HV_PROBE_DEPTH:
        append(add(list, "VMTAB", false), "none: level %u is the deepest", vm->level);
        return;
    case HV_PROBE_ROOT:
        append(add(list, "VMTAB", false), "none that LVMID finds: the root's page is not there");
        return;
    case HV_PROBE_VMTAB:
        append(add(list, "VMTAB", false), "none that LVMID takes: 0x%08" PRIx32 " in the root", vm->vmtab);
        return;
    default:
        text = add(list, "VMTAB", false);
    }
    if (vm->length == 0) {
        append(text, "none: length 0 in the root");
        return;
    }
    append(text, "0x%08" PRIx32, vm->vmtab);
    if (vm->level && vm->vmtab_real != UINT32_MAX)
        append(text, ", real 0x%08" PRIx32, vm->vmtab_real);
    append(text, ", length %" PRIu32 "%s", vm->length, vm->children ? "" : ", no VM");
    if (vm->vmtab_real == UINT32_MAX)
        append(text, ", not in RAM");
}

unsigned view_facts(const struct view_tree *tree, const struct view_vm *vm, struct view_fact facts[VIEW_MAX_FACTS])
{
    struct list list = {tree, vm, facts, 0};
    if (vm->level)
        add_vmcb(&list);
    if (vm->probe != HV_PROBE_DONE)
        append(add(&list, "refused", true), "by LVMID: %s", view_probe_text(vm->probe));
    if (vm->level && vm->probe >= HV_PROBE_MEM_FORM) {
        view_caps_text(vm->caps, add(&list, "caps", false));
        add_map(&list, "memory", &vm->map[VIEW_MEMORY]);
        add_map(&list, "I/O", &vm->map[VIEW_IO]);
    }
    if (vm->probe == HV_PROBE_DONE)
        add_reach(&list);
    if (vm->probe >= HV_PROBE_MEM_FORM)
        add_context(&list);
    if (vm->level && vm->probe >= HV_PROBE_MEM_FORM) {
        if (vm->vip)
            view_vip_text(vm->vip, add(&list, "pending", false));
        if (vm->resume & HV_VMCB_RESUME_SKIP)
            append(add(&list, "resume", false), "SKIP: behind the instruction");
        add_fault(&list);
        add_next(&list);
    }
    if (vm->latched_differs)
        append(add(&list, "latched", true), "other maps or capabilities than memory holds now");
    add_tables(&list);
    return list.count;
}

void view_tree_title(const struct view_tree *tree, char text[VIEW_FACT_LENGTH])
{
    char name[VIEW_VMID_SIZE];
    *text = 0;
    view_vmid(&tree->config, tree->vmid, tree->level, name);
    append(text, "%.64s after %" PRIu64 " records: VMID %s runs, level %u of %" PRIu32, tree->config.name,
           tree->records, name, tree->level, tree->config.depth);
}

void view_tree_note(const struct view_tree *tree, char text[VIEW_FACT_LENGTH])
{
    *text = 0;
    if (tree->cut)
        append(text, "There are more than %d VMs; the others are not shown. ", VIEW_MAX_VMS);
    if (!tree->found)
        append(text, "The VM that runs is in no table: its monitors' memory has changed since LVMID.");
}
