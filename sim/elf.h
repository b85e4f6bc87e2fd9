/* Programs: ELF32 executables for RISC-V, read by libelf.
 *
 * What is not such a program is an error of one line: the file, what was found, what was
 * expected. Nothing is assumed of the file but that it can be read.
 */
#ifndef HV_ELF_H
#define HV_ELF_H

#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

struct hv_elf_segment {
    uint32_t name;  /* resource name of the first byte */
    uint32_t size;  /* bytes in memory; those behind `length` are zero */
    uint8_t *bytes; /* from the file */
    size_t length;
};

struct hv_elf {
    struct hv_elf_segment *segments;
    size_t count;
    uint32_t entry;
    uint32_t ram_bytes; /* symbol __ram_size, what the program was linked for; 0 if there is none */
};

/* Read the loadable segments of a program. Returns 0, or -1 with *error filled and nothing to
 * free. */
int hv_elf_read(struct hv_elf *elf, const char *path, struct hv_error *error);
void hv_elf_free(struct hv_elf *elf);

#endif
