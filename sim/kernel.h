/* Operating system kernels, as QEMU's virt board starts them with `-bios none`: RISC-V Linux's flat Image beside ELF
 * files, a device tree and an initial RAM disk at the end of RAM, register a0 = 0, the hart, and a1 = the device tree.
 *
 * Registers are zero after reset, and pc is the reset vector. So the first two words there become a jump to a few
 * instructions in RAM behind the device tree: these put the two words back, set the registers and go to the
 * kernel's entry. It is the same at every depth, since it is a part of the program.
 */
#ifndef HV_KERNEL_H
#define HV_KERNEL_H

#include "config/config.h"
#include "sim/elf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a kernel is given; all NULL: nothing, the program is none. */
struct hv_kernel_options {
    const char *dtb;    /* device tree, flattened: a file */
    const char *initrd; /* initial RAM disk, a file, or NULL */
    const char *append; /* command line for it, or NULL: the device tree's own */
};

/* Does the file begin as a flat RISC-V Linux Image does? A pipe is not looked into; false for what cannot be read. */
bool hv_kernel_is_image_file(const char *path);

/* Read a flat Image as a program with one segment: at ram_base and the text offset of its header, as long in memory as
 * that says. Returns 0, or -1 with *error filled and nothing to free. */
int hv_kernel_read(struct hv_elf *elf, const char *path, uint32_t ram_base, struct hv_error *error);

/* Add to a program that is placed what makes it start as a kernel, as more segments: device tree, initial RAM disk, the
 * first instructions. `ram_bytes`: the RAM that the program has, which the device tree will say. Afterwards the
 * entry is the reset vector. Returns 0, or -1 with *error filled; *elf is to be freed in both cases. */
int hv_kernel_prepare(struct hv_elf *elf, const struct hv_kernel_options *options, const struct hv_config *config,
                      uint32_t ram_bytes, struct hv_error *error);

/* Edit a device tree, in `room` bytes at `tree`, of which it may use all: memory, initrd (bytes 0: none), command line
 * (NULL: as it is), and a timebase if it has none. Returns 0, or -1 with *error filled; `path` is for messages. */
struct hv_device_tree_edit {
    uint32_t ram_base, ram_bytes;
    uint32_t initrd, initrd_bytes;
    const char *append;
};
int hv_device_tree_edit(void *tree, size_t room, const struct hv_device_tree_edit *edit, const char *path,
                        struct hv_error *error);

#endif
