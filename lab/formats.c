/* The formats of traces, and which of them a file has. */
#include "lab/format.h"

#include <string.h>

const struct lab_format lab_formats[] = {
    {.name = "nestor",
     .meaning = "Nestor's own, with VMs and maps",
     .looks = lab_own_looks,
     .begin = lab_own_begin,
     .parse = lab_own_parse,
     .missing = lab_own_missing,
     .end = lab_own_end,
     .put = lab_own_put},
    {.name = "lackey",
     .meaning = "text of valgrind --tool=lackey --trace-mem=yes",
     .text = true,
     .looks = lab_lackey_looks,
     .parse = lab_lackey_parse,
     .put = lab_lackey_put},
    {.name = "din",
     .meaning = "Dinero's text: label (0 load, 1 store, 2 fetch), address, perhaps a size, both hexadecimal",
     .text = true,
     .looks = lab_din_looks,
     .parse = lab_din_parse,
     .put = lab_din_put},
    {.name = "addr32",
     .meaning = "addresses, 32-bit little-endian numbers",
     .record = 4,
     .parse = lab_raw32_parse,
     .put = lab_raw32_put},
    {.name = "addr64",
     .meaning = "addresses, 64-bit little-endian numbers",
     .record = 8,
     .parse = lab_raw64_parse,
     .put = lab_raw64_put},
    {.name = "page32",
     .meaning = "page numbers, 32-bit little-endian",
     .record = 4,
     .pages = true,
     .parse = lab_raw32_parse,
     .put = lab_raw32_put},
    {.name = "page64",
     .meaning = "page numbers, 64-bit little-endian",
     .record = 8,
     .pages = true,
     .parse = lab_raw64_parse,
     .put = lab_raw64_put},
    {.name = "champsim",
     .meaning = "ChampSim's records of 64 bytes, one for each instruction",
     .record = LAB_CHAMPSIM_BYTES,
     .parse = lab_champsim_parse},
    {0}};

const struct lab_format *lab_format_find(const char *name)
{
    for (const struct lab_format *format = lab_formats; format->name; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

const struct lab_format *lab_format_guess(const uint8_t *bytes, size_t count)
{
    for (const struct lab_format *format = lab_formats; format->name; format++)
        if (format->looks && format->looks(bytes, count))
            return format;
    return NULL;
}

const char *lab_writer_format(unsigned i)
{
    for (const struct lab_format *format = lab_formats; format->name; format++)
        if (format->put && i-- == 0)
            return format->name;
    return NULL;
}

static const struct lab_format *row(unsigned i)
{
    return i < sizeof lab_formats / sizeof *lab_formats ? &lab_formats[i] : NULL;
}

const char *lab_trace_format(unsigned i)
{
    return row(i) ? row(i)->name : NULL;
}

const char *lab_trace_format_meaning(unsigned i)
{
    return row(i) ? row(i)->meaning : NULL;
}
