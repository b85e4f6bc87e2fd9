/* Program files for tests: an ELF32 executable of one segment, written to a file of its own, and
 * whole, cut short or with some bytes changed. */
#ifndef TESTS_PROGRAM_FILE_H
#define TESTS_PROGRAM_FILE_H

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program_file {
    char path[64];
    struct {
        Elf32_Ehdr header;
        Elf32_Phdr segment;
        uint32_t words[2048];
    } content;
    size_t length; /* bytes of content that go into the file */
};

/* A program of `count` words at `base`, which is also its entry. */
static inline void program_begin(struct program_file *file, uint32_t base, const uint32_t *words, size_t count)
{
    memset(file, 0, sizeof *file);
    Elf32_Ehdr *header = &file->content.header;
    memcpy(header->e_ident, "\177ELF\1\1\1", 7);
    header->e_type = ET_EXEC;
    header->e_machine = EM_RISCV;
    header->e_version = 1;
    header->e_entry = base;
    header->e_phoff = sizeof *header;
    header->e_ehsize = sizeof *header;
    header->e_phentsize = sizeof(Elf32_Phdr);
    header->e_phnum = 1;
    header->e_shentsize = sizeof(Elf32_Shdr);
    Elf32_Phdr *segment = &file->content.segment;
    segment->p_type = PT_LOAD;
    segment->p_offset = sizeof *header + sizeof *segment;
    segment->p_vaddr = segment->p_paddr = base;
    segment->p_filesz = segment->p_memsz = (uint32_t)(4 * count);
    segment->p_flags = 7;
    memcpy(file->content.words, words, 4 * count);
    file->length = segment->p_offset + segment->p_filesz;
}

static inline void program_write(struct program_file *file)
{
    strcpy(file->path, "/tmp/nestor-program-XXXXXX");
    int descriptor = mkstemp(file->path);
    if (descriptor < 0 || write(descriptor, &file->content, file->length) != (ssize_t)file->length) {
        perror(file->path);
        exit(1);
    }
    close(descriptor);
}

static inline void program_remove(struct program_file *file)
{
    unlink(file->path);
}

#endif
