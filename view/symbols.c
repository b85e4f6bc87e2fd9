#include "view/symbols.h"

#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names [first, end) of memory, by link address. */
struct symbol {
    uint32_t first, end;
    unsigned rank; /* of those at one address the highest is shown */
    const char *name;
};

struct line {
    uint32_t first;
    unsigned line;
    const char *file; /* NULL: here a sequence of lines ends */
};

struct view_symbols {
    char *path;
    const void *bytes;
    size_t length;
    bool loaded;
    int file;
    Elf *elf;
    Dwarf *dwarf;
    struct symbol *symbols;
    size_t symbol_count;
    struct line *lines;
    size_t line_count, line_capacity;
};

struct view_symbols *view_symbols_of_file(const char *path)
{
    struct view_symbols *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(path))) {
        free(s);
        return NULL;
    }
    s->file = -1;
    return s;
}

struct view_symbols *view_symbols_of_memory(const void *bytes, size_t length)
{
    struct view_symbols *s = calloc(1, sizeof *s);
    if (s)
        *s = (struct view_symbols){.bytes = bytes, .length = length, .file = -1};
    return s;
}

void view_symbols_free(struct view_symbols *s)
{
    if (!s)
        return;
    if (s->dwarf)
        dwarf_end(s->dwarf);
    if (s->elf)
        elf_end(s->elf);
    if (s->file >= 0)
        close(s->file);
    free(s->path);
    free(s->symbols);
    free(s->lines);
    free(s);
}

/* ---- Symbols ---- */

/* 0: none that is shown. Mapping symbols and the assembler's own labels are not; the linker's own names come last. */
static unsigned rank_of(const GElf_Sym *symbol, const char *name)
{
    const unsigned type = GELF_ST_TYPE(symbol->st_info);
    if (!name || !*name || *name == '$' || *name == '.' || symbol->st_shndx == SHN_UNDEF ||
        symbol->st_shndx >= SHN_LORESERVE)
        return 0;
    const unsigned global = GELF_ST_BIND(symbol->st_info) != STB_LOCAL;
    if (type == STT_NOTYPE && name[0] == '_' && name[1] == '_')
        return 1;
    return type == STT_FUNC ? 6 + global : type == STT_OBJECT ? 4 + global : type == STT_NOTYPE ? 2 + global : 0;
}

static int by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : strcmp(y->name, x->name);
}

static void add_symbol(struct view_symbols *s, const GElf_Sym *found, const char *name)
{
    GElf_Shdr section;
    const unsigned rank = rank_of(found, name);
    if (!rank || !gelf_getshdr(elf_getscn(s->elf, found->st_shndx), &section) || !(section.sh_flags & SHF_ALLOC))
        return;
    const uint64_t end = found->st_size ? found->st_value + found->st_size : section.sh_addr + section.sh_size;
    s->symbols[s->symbol_count++] = (struct symbol){(uint32_t)found->st_value, (uint32_t)end, rank, name};
}

static void read_table(struct view_symbols *s, Elf_Data *data, const GElf_Shdr *table)
{
    const size_t count = data->d_size / sizeof(Elf32_Sym);
    s->symbols = calloc(count ? count : 1, sizeof *s->symbols);
    GElf_Sym found;
    for (int i = 0; s->symbols && (size_t)i < count && gelf_getsym(data, i, &found); i++)
        add_symbol(s, &found, elf_strptr(s->elf, table->sh_link, found.st_name));
    if (s->symbol_count)
        qsort(s->symbols, s->symbol_count, sizeof *s->symbols, by_address);
}

static void read_symbols(struct view_symbols *s)
{
    for (Elf_Scn *section = NULL; !s->symbols && (section = elf_nextscn(s->elf, section));) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        if (data && data->d_buf)
            read_table(s, data, &header);
    }
}

/* How far back an enclosing symbol is looked for, behind small ones inside of it. */
enum { LOOK_BACK = 64 };

static void find_symbol(const struct view_symbols *s, uint32_t link, struct view_place *place)
{
    size_t low = 0, high = s->symbol_count; /* symbols below `low` begin at `link` or before */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->symbols[middle].first <= link)
            low = middle + 1;
        else
            high = middle;
    }
    for (unsigned i = 0; i < LOOK_BACK && low > 0; i++) {
        const struct symbol *symbol = &s->symbols[--low];
        if (link < symbol->end) {
            place->symbol = symbol->name;
            place->offset = link - symbol->first;
            return;
        }
    }
}

/* ---- Lines ---- */

static int by_line_address(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->file != NULL) - (y->file != NULL); /* where one sequence ends another may begin */
}

static bool add_line(struct view_symbols *s, Dwarf_Line *found)
{
    Dwarf_Addr address;
    int number = 0;
    bool end = false;
    const char *path = dwarf_linesrc(found, NULL, NULL);
    if (dwarf_lineaddr(found, &address) || address > UINT32_MAX || dwarf_lineno(found, &number) ||
        dwarf_lineendsequence(found, &end))
        return true;
    if (s->line_count == s->line_capacity) {
        const size_t capacity = s->line_capacity ? 2 * s->line_capacity : 1024;
        struct line *lines = realloc(s->lines, capacity * sizeof *lines);
        if (!lines)
            return false;
        s->lines = lines;
        s->line_capacity = capacity;
    }
    const char *base = path ? strrchr(path, '/') : NULL;
    s->lines[s->line_count++] = (struct line){(uint32_t)address, (unsigned)number,
                                              end || number <= 0 ? NULL
                                              : base             ? base + 1
                                                                 : path};
    return true;
}

static void read_lines(struct view_symbols *s)
{
    size_t header;
    s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
    if (!s->dwarf)
        return;
    for (Dwarf_Off unit = 0, next; dwarf_nextcu(s->dwarf, unit, &next, &header, NULL, NULL, NULL) == 0; unit = next) {
        Dwarf_Die die;
        Dwarf_Lines *lines;
        size_t count;
        if (!dwarf_offdie(s->dwarf, unit + header, &die) || dwarf_getsrclines(&die, &lines, &count))
            continue;
        for (size_t i = 0; i < count; i++)
            if (!add_line(s, dwarf_onesrcline(lines, i)))
                return;
    }
    if (s->line_count)
        qsort(s->lines, s->line_count, sizeof *s->lines, by_line_address);
}

static void find_line(const struct view_symbols *s, uint32_t link, struct view_place *place)
{
    size_t low = 0, high = s->line_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->lines[middle].first <= link)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return;
    place->file = s->lines[low - 1].file;
    place->line = place->file ? s->lines[low - 1].line : 0;
}

/* ---- The file ---- */

static void load(struct view_symbols *s)
{
    s->loaded = true;
    if (elf_version(EV_CURRENT) == EV_NONE)
        return;
    if (s->path) {
        s->file = open(s->path, O_RDONLY | O_CLOEXEC);
        s->elf = s->file < 0 ? NULL : elf_begin(s->file, ELF_C_READ, NULL);
    } else {
        s->elf = elf_memory((char *)(uintptr_t)s->bytes, s->length); /* it is only read */
    }
    GElf_Ehdr header;
    if (!s->elf || gelf_getclass(s->elf) != ELFCLASS32 || !gelf_getehdr(s->elf, &header) ||
        header.e_machine != EM_RISCV)
        return;
    read_symbols(s);
    read_lines(s);
}

bool view_symbols_find(struct view_symbols *s, uint32_t link, struct view_place *place)
{
    if (!s->loaded)
        load(s);
    *place = (struct view_place){NULL, 0, NULL, 0};
    find_symbol(s, link, place);
    find_line(s, link, place);
    return place->symbol || place->file;
}

const char *view_place_text(const struct view_place *place, char text[VIEW_PLACE_SIZE])
{
    char symbol[64] = "", line[48] = "";
    if (place->symbol && place->offset)
        snprintf(symbol, sizeof symbol, "%.40s+0x%" PRIx32, place->symbol, place->offset);
    else if (place->symbol)
        snprintf(symbol, sizeof symbol, "%.40s", place->symbol);
    if (place->file)
        snprintf(line, sizeof line, "%s%.30s:%u", *symbol ? " " : "", place->file, place->line);
    *text = 0;
    if (*symbol || *line)
        snprintf(text, VIEW_PLACE_SIZE, "<%s%s>", symbol, line);
    return text;
}
