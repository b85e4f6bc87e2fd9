#include "lab/vms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_vmid(struct lab_vm *vm)
{
    char *to = vm->vmid;
    strcpy(to, "NULL");
    for (unsigned i = 0; i < vm->level; i++)
        to += sprintf(to, i ? ".%u" : "%u", vm->syllable[i]);
}

bool lab_vms_add(struct lab_vms *vms, const uint8_t *syllables, unsigned level)
{
    if (vms->count == vms->room) {
        const uint32_t room = vms->room ? 2 * vms->room : 16;
        struct lab_vm *vm = realloc(vms->vm, room * sizeof *vm);
        if (!vm)
            return false;
        vms->vm = vm;
        vms->room = room;
    }
    struct lab_vm *vm = &vms->vm[vms->count++];
    *vm = (struct lab_vm){.level = level};
    if (level)
        memcpy(vm->syllable, syllables, level);
    put_vmid(vm);
    return true;
}
