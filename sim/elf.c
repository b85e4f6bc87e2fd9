/* The checks go from the outside in: a file, an ELF file, of this class and machine, a program,
 * and each section and segment within the file. */
#include "sim/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Not in every libelf's elf.h. */
enum { RISCV_RVC = 0x0001, RISCV_FLOAT_ABI = 0x0006 };

struct reader {
    const char *path;
    struct hv_error *error;
    int file;
    uint64_t bytes; /* length of the file */
    Elf *elf;
    Elf32_Ehdr *header;
};

__attribute__((format(printf, 2, 3))) static int fail(const struct reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = snprintf(reader->error->text, sizeof reader->error->text, "%s: ", reader->path);
    if (length >= 0 && (size_t)length < sizeof reader->error->text)
        vsnprintf(reader->error->text + length, sizeof reader->error->text - (size_t)length, format, arguments);
    va_end(arguments);
    return -1;
}

static int open_file(struct reader *reader)
{
    struct stat status;
    reader->file = open(reader->path, O_RDONLY | O_CLOEXEC);
    if (reader->file < 0 || fstat(reader->file, &status))
        return fail(reader, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(reader, "not a regular file, expected an ELF32 RISC-V program");
    reader->bytes = (uint64_t)status.st_size;
    return 0;
}

static int check_identification(const struct reader *reader)
{
    unsigned char ident[EI_NIDENT] = {0};
    ssize_t got = pread(reader->file, ident, sizeof ident, 0);
    if (got < 0)
        return fail(reader, "%s", strerror(errno));
    if (got < SELFMAG || memcmp(ident, ELFMAG, SELFMAG) != 0)
        return fail(reader, "not an ELF file, expected an ELF32 RISC-V program");
    if (got < EI_NIDENT)
        return fail(reader, "truncated: %zd bytes, expected an ELF header", got);
    if (ident[EI_CLASS] == ELFCLASS64)
        return fail(reader, "64-bit ELF file, expected a 32-bit one (ELF32, RISC-V)");
    if (ident[EI_CLASS] != ELFCLASS32)
        return fail(reader, "ELF class %d, expected 1 (ELF32)", ident[EI_CLASS]);
    if (ident[EI_DATA] != ELFDATA2LSB)
        return fail(reader, "big-endian ELF file, expected a little-endian one");
    if (reader->bytes < sizeof(Elf32_Ehdr))
        return fail(reader, "truncated: %" PRIu64 " bytes, expected an ELF header of %zu", reader->bytes,
                    sizeof(Elf32_Ehdr));
    return 0;
}

static int check_header(const struct reader *reader)
{
    const Elf32_Ehdr *header = reader->header;
    if (header->e_machine != EM_RISCV)
        return fail(reader, "ELF file for machine %u, expected %u (RISC-V)", header->e_machine, EM_RISCV);
    if (header->e_type == ET_REL)
        return fail(reader, "an object file (ELF type %u), expected a program: link it, as software/template does",
                    ET_REL);
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return fail(reader, "ELF file of type %u, expected %u (an executable)", header->e_type, ET_EXEC);
    if (header->e_entry % 4)
        return fail(reader, "entry 0x%08" PRIx32 " is misaligned, expected a multiple of 4", header->e_entry);
    if (!header->e_phnum)
        return fail(reader, "no program headers, expected an executable");
    uint64_t end = header->e_phoff + (uint64_t)header->e_phnum * sizeof(Elf32_Phdr);
    if (header->e_phentsize != sizeof(Elf32_Phdr) || end > reader->bytes)
        return fail(reader, "truncated or damaged: %" PRIu64 " bytes, expected program headers up to %" PRIu64,
                    reader->bytes, end);
    return 0;
}

/* A file without sections is a program too, but one that has lost the end of its own may have lost more, as the symbols
 * that tell of the RAM it needs. */
static int check_sections(const struct reader *reader)
{
    const Elf32_Ehdr *header = reader->header;
    if (!header->e_shoff)
        return 0;
    const unsigned count = header->e_shnum ? header->e_shnum : 1; /* the first one tells of more than fit there */
    const uint64_t table = header->e_shoff + (uint64_t)count * sizeof(Elf32_Shdr);
    if (header->e_shentsize != sizeof(Elf32_Shdr) || table > reader->bytes)
        return fail(reader, "truncated or damaged: %" PRIu64 " bytes, expected section headers up to %" PRIu64,
                    reader->bytes, table);
    for (Elf_Scn *section = NULL; (section = elf_nextscn(reader->elf, section));) {
        const Elf32_Shdr *found = elf32_getshdr(section);
        if (!found)
            return fail(reader, "damaged section headers: %s", elf_errmsg(-1));
        const uint64_t end = (uint64_t)found->sh_offset + found->sh_size;
        if (found->sh_type != SHT_NULL && found->sh_type != SHT_NOBITS && end > reader->bytes)
            return fail(reader, "truncated: %" PRIu64 " bytes, expected %" PRIu64 " for section %zu", reader->bytes,
                        end, elf_ndxscn(section));
    }
    return 0;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Bytes at the beginning of a segment that no section has which a program could use: linkers put the ELF headers into
 * the first segment, in front of the code, and notes. Of a file without sections, the headers and zeros behind them. */
static uint32_t head_of(const struct reader *reader, const Elf32_Phdr *segment, const uint8_t *bytes)
{
    const Elf32_Ehdr *file = reader->header;
    uint32_t head = segment->p_filesz;
    if (file->e_shoff) {
        for (Elf_Scn *section = NULL; (section = elf_nextscn(reader->elf, section));) {
            const Elf32_Shdr *found = elf32_getshdr(section);
            const uint32_t offset = found->sh_addr - segment->p_vaddr;
            if (found->sh_flags & SHF_ALLOC && found->sh_type != SHT_NOTE && found->sh_size &&
                offset < segment->p_memsz)
                head = smaller(head, offset);
        }
        return head;
    }
    const uint32_t headers = file->e_phoff + (uint32_t)file->e_phnum * (uint32_t)sizeof(Elf32_Phdr);
    head = segment->p_offset ? 0 : smaller(head, headers);
    while (head && head < segment->p_filesz && !bytes[head])
        head++;
    return head;
}

static int read_segment(const struct reader *reader, struct hv_elf *elf, const Elf32_Phdr *header)
{
    uint64_t end = (uint64_t)header->p_offset + header->p_filesz;
    if (end > reader->bytes)
        return fail(reader, "truncated: %" PRIu64 " bytes, expected %" PRIu64 " for the segment at 0x%08" PRIx32,
                    reader->bytes, end, header->p_paddr);
    if (header->p_filesz > header->p_memsz)
        return fail(reader,
                    "damaged: segment at 0x%08" PRIx32 " has %" PRIu32 " bytes in the file, expected at most %" PRIu32,
                    header->p_paddr, header->p_filesz, header->p_memsz);
    struct hv_elf_segment *segment = &elf->segments[elf->count];
    segment->name = header->p_paddr;
    segment->virtual_name = header->p_vaddr;
    segment->size = header->p_memsz;
    segment->length = header->p_filesz;
    segment->bytes = malloc(header->p_filesz ? header->p_filesz : 1);
    if (!segment->bytes)
        return fail(reader, "%s", strerror(ENOMEM));
    elf->count++;
    for (size_t done = 0; done < segment->length;) {
        ssize_t got =
            pread(reader->file, segment->bytes + done, segment->length - done, (off_t)(header->p_offset + done));
        if (got <= 0)
            return fail(reader, "%s", got ? strerror(errno) : "truncated while it was read");
        done += (size_t)got;
    }
    segment->head = head_of(reader, header, segment->bytes);
    return 0;
}

static int read_segments(const struct reader *reader, struct hv_elf *elf)
{
    const Elf32_Phdr *headers = elf32_getphdr(reader->elf);
    if (!headers)
        return fail(reader, "damaged program headers: %s", elf_errmsg(-1));
    elf->segments = calloc(reader->header->e_phnum, sizeof *elf->segments);
    if (!elf->segments)
        return fail(reader, "%s", strerror(ENOMEM));
    for (unsigned i = 0; i < reader->header->e_phnum; i++)
        if (headers[i].p_type == PT_LOAD && headers[i].p_memsz && read_segment(reader, elf, &headers[i]))
            return -1;
    if (!elf->count)
        return fail(reader, "nothing to load, expected a program");
    return 0;
}

/* What the program says of the RAM it was linked for. A file without symbols, or with damaged
 * ones, says nothing. */
static void read_ram_bytes(const struct reader *reader, struct hv_elf *elf)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(reader->elf, section));) {
        const Elf32_Shdr *header = elf32_getshdr(section);
        const Elf_Data *data = header && header->sh_type == SHT_SYMTAB ? elf_getdata(section, NULL) : NULL;
        if (!data || !data->d_buf)
            continue;
        const Elf32_Sym *symbols = data->d_buf;
        for (size_t i = 0; i < data->d_size / sizeof *symbols; i++) {
            const char *name = elf_strptr(reader->elf, header->sh_link, symbols[i].st_name);
            if (name && !strcmp(name, "__ram_size"))
                elf->ram_bytes = symbols[i].st_value;
        }
    }
}

static int read_program(struct reader *reader, struct hv_elf *elf)
{
    if (open_file(reader) || check_identification(reader))
        return -1;
    if (elf_version(EV_CURRENT) == EV_NONE || !(reader->elf = elf_begin(reader->file, ELF_C_READ, NULL)) ||
        !(reader->header = elf32_getehdr(reader->elf)))
        return fail(reader, "damaged ELF header: %s", elf_errmsg(-1));
    if (check_header(reader) || check_sections(reader) || read_segments(reader, elf))
        return -1;
    elf->entry = reader->header->e_entry;
    elf->movable = reader->header->e_type == ET_DYN;
    elf->compressed = reader->header->e_flags & RISCV_RVC;
    elf->floating = reader->header->e_flags & RISCV_FLOAT_ABI;
    read_ram_bytes(reader, elf);
    return 0;
}

int hv_elf_read(struct hv_elf *elf, const char *path, struct hv_error *error)
{
    struct reader reader = {.path = path, .error = error, .file = -1};
    *elf = (struct hv_elf){0};
    int result = read_program(&reader, elf);
    if (reader.elf)
        elf_end(reader.elf);
    if (reader.file >= 0)
        close(reader.file);
    if (result)
        hv_elf_free(elf);
    return result;
}

/* ---- Placing ---- */

struct ram {
    uint32_t base, bytes;
};

/* Does the segment fit at this name, if the first *cut bytes of it are left away? */
static bool fits(const struct ram *ram, const struct hv_elf_segment *segment, uint32_t name, uint32_t *cut)
{
    const uint32_t offset = name - ram->base;
    *cut = 0;
    if (offset < ram->bytes && segment->size <= ram->bytes - offset)
        return true;
    *cut = segment->head == segment->size ? segment->size : ram->base - name;
    return *cut <= segment->head && segment->size - *cut <= ram->bytes;
}

static uint32_t name_of(const struct hv_elf_segment *segment, bool by_virtual)
{
    return by_virtual ? segment->virtual_name : segment->name;
}

static const struct hv_elf_segment *find_misfit(const struct hv_elf *elf, const struct ram *ram, bool by_virtual)
{
    uint32_t cut;
    for (size_t i = 0; i < elf->count; i++)
        if (!fits(ram, &elf->segments[i], name_of(&elf->segments[i], by_virtual), &cut))
            return &elf->segments[i];
    return NULL;
}

/* The entry is a virtual address: it moves with its segment. */
static uint32_t entry_of(const struct hv_elf *elf, bool by_virtual)
{
    for (size_t i = 0; i < elf->count; i++) {
        const uint32_t offset = elf->entry - elf->segments[i].virtual_name;
        if (offset < elf->segments[i].size)
            return name_of(&elf->segments[i], by_virtual) + offset;
    }
    return elf->entry;
}

bool hv_elf_place(struct hv_elf *elf, uint32_t base, uint32_t bytes, const struct hv_elf_segment **misfit)
{
    const struct ram ram = {base, bytes};
    *misfit = find_misfit(elf, &ram, false);
    const bool by_virtual = *misfit != NULL;
    if (by_virtual && find_misfit(elf, &ram, true))
        return false;
    elf->entry = entry_of(elf, by_virtual);
    for (size_t i = 0; i < elf->count; i++) {
        struct hv_elf_segment *segment = &elf->segments[i];
        uint32_t cut;
        fits(&ram, segment, name_of(segment, by_virtual), &cut);
        segment->name = name_of(segment, by_virtual) + cut;
        segment->virtual_name += cut;
        segment->size -= cut;
        segment->length -= cut;
        segment->head -= cut;
        memmove(segment->bytes, segment->bytes + cut, segment->length);
    }
    return true;
}

void hv_elf_free(struct hv_elf *elf)
{
    for (size_t i = 0; i < elf->count; i++)
        free(elf->segments[i].bytes);
    free(elf->segments);
    *elf = (struct hv_elf){0};
}
