#include "view/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *view_vmid(const struct hv_config *config, uint64_t vmid, unsigned level, char text[VIEW_VMID_SIZE])
{
    size_t used = 0;
    snprintf(text, VIEW_VMID_SIZE, "NULL");
    for (unsigned i = 0; i < level && i < HV_MAX_DEPTH && used < VIEW_VMID_SIZE; i++) {
        const uint64_t syllable = vmid >> i * config->syllable_bits & ((1u << config->syllable_bits) - 1);
        used += (size_t)snprintf(text + used, VIEW_VMID_SIZE - used, "%s%" PRIu64, i ? "." : "", syllable);
    }
    return text;
}

bool view_vmid_parse(const struct hv_config *config, const char *text, uint64_t *vmid, unsigned *level)
{
    *vmid = 0;
    *level = 0;
    if (strcmp(text, "NULL") == 0)
        return true;
    for (;; text++) {
        char *end;
        if (*text < '0' || *text > '9')
            return false;
        const unsigned long long syllable = strtoull(text, &end, 10);
        if (syllable == 0 || syllable >= 1u << config->syllable_bits || *level == config->depth)
            return false;
        *vmid |= syllable << (*level)++ * config->syllable_bits;
        text = end;
        if (*text != '.')
            return *text == 0;
    }
}

const char *view_mode(uint64_t mode)
{
    return mode == 3 ? "M" : mode == 0 ? "U" : mode == 1 ? "S" : "?";
}

struct row {
    uint32_t code;
    struct view_name name;
};

static struct view_name find(const struct row *rows, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code)
            return rows[i].name;
    return (struct view_name){"?", "no such cause"};
}

struct view_name view_trap_cause(uint32_t mcause)
{
    static const struct row rows[] = {
#define EXCEPTION(name, code, meaning) {code, {#name, meaning}},
#define INTERRUPT(name, code, meaning) {1u << 31 | code, {#name, meaning}},
#include "isa/causes.def"
    };
    return find(rows, sizeof rows / sizeof *rows, mcause);
}

struct view_name view_fault_cause(uint32_t fault)
{
    static const struct row rows[] = {
#define VM_FAULT(name, code, meaning) {code, {#name, meaning}},
#include "isa/causes.def"
    };
    return find(rows, sizeof rows / sizeof *rows, fault & 15);
}

struct view_name view_fault_access(uint32_t fault)
{
    static const struct row rows[] = {
#define ACCESS(name, code, meaning) {code, {#name, meaning}},
#include "isa/causes.def"
    };
    return find(rows, sizeof rows / sizeof *rows, fault >> HV_CAUSE_ACCESS_SHIFT & 15);
}

const char *view_cause(const struct hv_commit *commit, char text[VIEW_CAUSE_SIZE])
{
    const uint32_t cause = (uint32_t)commit->cause;
    *text = 0;
    if (commit->trap)
        snprintf(text, VIEW_CAUSE_SIZE, "%s", view_trap_cause(cause).name);
    else if (commit->event == HV_EVENT_VM_FAULT && (cause >> HV_CAUSE_ACCESS_SHIFT & 15) == HV_ACCESS_NONE)
        snprintf(text, VIEW_CAUSE_SIZE, "%s%s", view_fault_cause(cause).name,
                 cause & HV_CAUSE_IMPLICIT ? ", implicit" : "");
    else if (commit->event == HV_EVENT_VM_FAULT) {
        snprintf(text, VIEW_CAUSE_SIZE, "%s %s%s", view_fault_cause(cause).name, view_fault_access(cause).name,
                 cause & HV_CAUSE_IMPLICIT ? ", implicit" : "");
    }
    return text;
}
