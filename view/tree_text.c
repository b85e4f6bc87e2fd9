#include "view/tree_facts.h"
#include "view/tree_print.h"

/* "1.2  level 2, runs", and a line for each fact, all indented by the level. */
static void print_vm(const struct view_tree *tree, const struct view_vm *vm, FILE *out)
{
    struct view_fact facts[VIEW_MAX_FACTS];
    const unsigned count = view_facts(tree, vm, facts);
    const int indent = (int)(4 * vm->level);
    char name[VIEW_NAME_SIZE];
    view_vm_name(tree, vm, name);
    fprintf(out, "\n%*sVM %s: level %u%s\n", indent, "", name, vm->level,
            vm->runs      ? ", runs"
            : vm->in_vmid ? ", a VM of it runs"
                          : "");
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%*s%-8s %s\n", indent + 2, "", facts[i].label, facts[i].value);
}

bool view_tree_text(const struct view_tree *tree, const char *what, FILE *out)
{
    char line[VIEW_FACT_LENGTH];
    view_tree_title(tree, line);
    fprintf(out, "%s: %s\n", what, line);
    for (unsigned i = 0; i < tree->count; i++)
        print_vm(tree, &tree->vms[i], out);
    view_tree_note(tree, line);
    if (*line)
        fprintf(out, "\n%s\n", line);
    return true;
}
