#include "view/way.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint32_t view_to_paper(uint32_t byte_address)
{
    return byte_address / HV_PAGE_BYTES * 1000 + byte_address % HV_PAGE_BYTES / 4;
}

__attribute__((format(printf, 2, 3))) static void append(char text[VIEW_WAY_SIZE], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, VIEW_WAY_SIZE - used, format, arguments);
    va_end(arguments);
}

static void append_name(char text[VIEW_WAY_SIZE], uint32_t name, enum view_notation notation)
{
    if (notation == VIEW_PAPER)
        append(text, "%" PRIu32, view_to_paper(name));
    else
        append(text, "%" PRIx32, name);
}

static void append_f(const struct hv_config *config, uint64_t vmid, unsigned level, uint32_t name,
                     enum view_notation notation, char text[VIEW_WAY_SIZE])
{
    char syllables[VIEW_VMID_SIZE];
    append(text, "f%s(", view_vmid(config, vmid, level, syllables));
    append_name(text, name, notation);
    append(text, ")");
}

const char *view_f_text(const struct hv_config *config, uint64_t vmid, unsigned level, uint32_t name,
                        enum view_notation notation, char text[VIEW_WAY_SIZE])
{
    *text = 0;
    append_f(config, vmid, level, name, notation, text);
    return text;
}

const char *view_way_text(const struct hv_config *config, const struct view_way *way, enum view_notation notation,
                          char text[VIEW_WAY_SIZE])
{
    *text = 0;
    append(text, "phi(");
    append_name(text, way->name, notation);
    append(text, ")=");
    if (!way->count) {
        append(text, "e");
        return text;
    }
    append_name(text, way->names[0], notation);
    for (unsigned i = 0; i < way->level && i < way->count; i++) {
        append(text, notation == VIEW_PAPER ? ", " : " ");
        append_f(config, way->vmid, way->level - i, way->names[i], notation, text);
        append(text, "=");
        if (i + 1 < way->count)
            append_name(text, way->names[i + 1], notation);
        else
            append(text, "t");
    }
    return text;
}
