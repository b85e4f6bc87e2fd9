#include "view/tree_facts.h"
#include "view/tree_print.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* The names in "VM EXIT" as an array. */
static json_t *words(const char *text)
{
    json_t *array = json_array();
    if (strcmp(text, "none") == 0)
        return array;
    for (size_t length; (length = strcspn(text, " ")) > 0; text += length + strspn(text + length, " "))
        json_array_append_new(array, json_stringn(text, length));
    return array;
}

/* "HV_PROBE_VMTAB_ENTRY" as "vmtab_entry". */
static json_t *probe(enum hv_probe step)
{
    static const char *const names[] = {
#define PROBE_STEP(name, meaning) #name,
#include "isa/probe.def"
    };
    char text[32];
    size_t n = 0;
    for (const char *c = names[step]; *c && n < sizeof text - 1; c++)
        text[n++] = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    text[n] = 0;
    return json_string(text);
}

static json_t *map_object(const struct view_map *map)
{
    json_t *object = json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:I}", "form", view_form_name(map->form), "malformed",
                               map->bad, "word", (json_int_t)map->word, "grain", (json_int_t)map->grain, "first",
                               (json_int_t)map->first, "base", (json_int_t)map->base, "bound", (json_int_t)map->bound);
    if (map->form == HV_FORM_LINEAR && !map->bad) {
        json_object_set_new(object, "table_real", number(map->table));
        json_object_set_new(object, "entries", number(map->entries));
        json_object_set_new(object, "present", number(map->present));
    }
    return object;
}

static json_t *fault_object(const struct view_vm *vm)
{
    if (vm->fault_count == 0)
        return json_null();
    return json_pack("{s:s,s:s,s:b,s:I,s:I,s:I,s:I}", "name", view_fault_cause(vm->fault_cause).name, "access",
                     view_fault_access(vm->fault_cause).name, "implicit", (vm->fault_cause & HV_CAUSE_IMPLICIT) != 0,
                     "cause", (json_int_t)vm->fault_cause, "address", (json_int_t)vm->fault_address, "instruction",
                     (json_int_t)vm->fault_instruction, "count", (json_int_t)vm->fault_count);
}

static json_t *context_object(const struct view_vm *vm)
{
    static const char *const names[] = {"live", "saved", "on_chip", "none"};
    json_t *object = json_pack("{s:s}", "where", names[vm->context]);
    if (vm->context == VIEW_CONTEXT_LIVE || vm->context == VIEW_CONTEXT_SAVED) {
        json_object_set_new(object, "pc", number(vm->pc));
        json_object_set_new(object, "mode", json_string(view_mode(vm->mode == 3 ? 3 : 0)));
    }
    return object;
}

static json_t *reach_array(const struct view_tree *tree, const struct view_vm *vm)
{
    json_t *array = json_array();
    struct view_run part;
    for (size_t i = 0; i < vm->reach_count; i++)
        if (view_run_in_ram(&tree->config, &vm->reach[i], &part)) {
            const char rights[] = {part.rights & HV_PTE_R ? 'r' : '-', part.rights & HV_PTE_W ? 'w' : '-',
                                   part.rights & HV_PTE_X ? 'x' : '-', 0};
            json_array_append_new(array,
                                  json_pack("{s:I,s:I,s:I,s:s}", "page", (json_int_t)part.page, "real",
                                            (json_int_t)part.real, "pages", (json_int_t)part.pages, "rights", rights));
        }
    return array;
}

/* What the VMCB says. */
static void add_vmcb(json_t *object, const struct view_vm *vm)
{
    char text[VIEW_FACT_LENGTH];
    json_object_set_new(object, "vmcb_real", number(vm->vmcb_real));
    view_caps_text(vm->caps, text);
    json_object_set_new(object, "caps", words(text));
    view_vip_text(vm->vip, text);
    json_object_set_new(object, "pending", words(text));
    json_object_set_new(object, "skip", json_boolean(vm->resume & HV_VMCB_RESUME_SKIP));
    json_object_set_new(object, "next_syllable", number(vm->next_syllable));
    json_object_set_new(object, "memory_map", map_object(&vm->map[VIEW_MEMORY]));
    json_object_set_new(object, "io_map", map_object(&vm->map[VIEW_IO]));
    json_object_set_new(object, "fault", fault_object(vm));
    json_object_set_new(object, "latched_differs", json_boolean(vm->latched_differs));
}

static json_t *vm_object(const struct view_tree *tree, const struct view_vm *vm)
{
    char name[VIEW_NAME_SIZE];
    view_vmid(&tree->config, vm->vmid, vm->level, name);
    json_t *object = json_pack("{s:s,s:I,s:b,s:b}", "vmid", name, "level", (json_int_t)vm->level, "runs", vm->runs,
                               "in_vmid", vm->in_vmid);
    json_object_set_new(object, "context", context_object(vm));
    if (vm->level) {
        json_object_set_new(object, "syllables",
                            json_pack("[I,I]", (json_int_t)vm->syllable, (json_int_t)vm->last_syllable));
        json_object_set_new(object, "vmcb", number(vm->vmcb));
        json_object_set_new(object, "probe", probe(vm->probe));
    }
    if (vm->level && vm->probe >= HV_PROBE_MEM_FORM)
        add_vmcb(object, vm);
    if (vm->probe == HV_PROBE_DONE)
        json_object_set_new(object, "ram", reach_array(tree, vm));
    view_vm_name(tree, &tree->vms[vm->same], name);
    if (&tree->vms[vm->same] != vm)
        json_object_set_new(object, "same_vmcb_as", json_string(name));
    if (vm->tables != HV_PROBE_STEPS)
        json_object_set_new(object, "tables",
                            vm->tables == HV_PROBE_DONE
                                ? json_pack("{s:o,s:I,s:I}", "probe", probe(vm->tables), "vmtab", (json_int_t)vm->vmtab,
                                            "length", (json_int_t)vm->length)
                                : json_pack("{s:o}", "probe", probe(vm->tables)));
    return object;
}

bool view_tree_json(const struct view_tree *tree, const char *what, FILE *out)
{
    char name[VIEW_VMID_SIZE];
    view_vmid(&tree->config, tree->vmid, tree->level, name);
    json_t *vms = json_array();
    for (unsigned i = 0; i < tree->count; i++)
        json_array_append_new(vms, vm_object(tree, &tree->vms[i]));
    json_t *object = json_pack("{s:s,s:s,s:I,s:s,s:I,s:b,s:b,s:o}", "program", what, "config", tree->config.name,
                               "records", (json_int_t)tree->records, "vmid", name, "level", (json_int_t)tree->level,
                               "found", tree->found, "cut", tree->cut, "vms", vms);
    char *text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
    if (text)
        fprintf(out, "%s\n", text);
    free(text);
    json_decref(object);
    return text != NULL;
}
