/* Programs: ELF32 executables for RISC-V, read by libelf.
 *
 * What is not such a program is an error of one line: the file, what was found, what was
 * expected. Nothing is assumed of the file but that it can be read. What QEMU's virt board loads is loaded.
 */
#ifndef HV_ELF_H
#define HV_ELF_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hv_elf_segment {
    uint32_t name;         /* resource name of the first byte: the file's physical address */
    uint32_t virtual_name; /* the file's virtual address of it */
    uint32_t size;         /* bytes in memory; those behind `length` are zero */
    uint8_t *bytes;        /* from the file */
    size_t length;
    uint32_t head; /* so many bytes at its beginning are no program: ELF headers, notes, and what fills up */
};

struct hv_elf {
    struct hv_elf_segment *segments;
    size_t count;
    uint32_t entry;            /* virtual */
    uint32_t ram_bytes;        /* symbol __ram_size, what the program was linked for; 0 if there is none */
    bool movable;              /* ET_DYN: linked for whatever place */
    bool compressed, floating; /* flags: compressed instructions, an ABI with floating-point registers */
};

/* Read the loadable segments of a program. Returns 0, or -1 with *error filled and nothing to
 * free. */
int hv_elf_read(struct hv_elf *elf, const char *path, struct hv_error *error);

/* Place the program in RAM of `bytes` bytes at `base`: by its physical addresses or, if these are not all there, by its
 * virtual ones, if those are. What lies outside and is no program is cut off. Then `name` and `entry` are resource
 * names. False when a segment does not fit: that one is *misfit, and nothing has changed. */
bool hv_elf_place(struct hv_elf *elf, uint32_t base, uint32_t bytes, const struct hv_elf_segment **misfit);
void hv_elf_free(struct hv_elf *elf);

#endif
