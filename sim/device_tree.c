/* What only the loader knows, written into a device tree: declared in sim/kernel.h. */
#include "sim/kernel.h"

#include "sim/files.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

/* What QEMU's virt board has, for a tree that says nothing: ticks of mtime a second. */
enum { DEFAULT_TIMEBASE = 10000000 };

/* A number of one or two cells, big-endian. Returns its bytes. */
static int put_cells(uint8_t *to, int cells, uint32_t value)
{
    if (cells == 2)
        fdt32_st(to, 0);
    fdt32_st(to + 4 * (cells - 1), value);
    return 4 * cells;
}

static int find_memory(const void *tree, int after)
{
    return fdt_node_offset_by_prop_value(tree, after, "device_type", "memory", sizeof "memory");
}

/* One memory node, of all RAM; others would tell of RAM that is not there. */
static int set_memory(void *tree, const struct hv_device_tree_edit *edit)
{
    uint8_t reg[16];
    char name[32];
    const int address = fdt_address_cells(tree, 0), size = fdt_size_cells(tree, 0);
    if (address < 1 || address > 2 || size < 1 || size > 2)
        return -FDT_ERR_BADNCELLS;
    for (int node; (node = find_memory(tree, -1)) >= 0;)
        if ((node = fdt_del_node(tree, node)) < 0)
            return node;
    snprintf(name, sizeof name, "memory@%x", (unsigned)edit->ram_base);
    const int node = fdt_add_subnode(tree, 0, name);
    if (node < 0)
        return node;
    int length = put_cells(reg, address, edit->ram_base);
    length += put_cells(reg + length, size, edit->ram_bytes);
    const int problem = fdt_setprop(tree, node, "reg", reg, length);
    return problem ? problem : fdt_setprop_string(tree, node, "device_type", "memory");
}

static int find_or_add(void *tree, const char *path)
{
    const int node = fdt_path_offset(tree, path);
    return node == -FDT_ERR_NOTFOUND ? fdt_add_subnode(tree, 0, path + 1) : node;
}

static int set_chosen(void *tree, const struct hv_device_tree_edit *edit)
{
    const int node = find_or_add(tree, "/chosen");
    int problem = node < 0 ? node : 0;
    if (!problem && edit->append)
        problem = fdt_setprop(tree, node, "bootargs", edit->append, (int)strlen(edit->append) + 1);
    if (!edit->initrd_bytes) {
        fdt_delprop(tree, node, "linux,initrd-start");
        fdt_delprop(tree, node, "linux,initrd-end");
        return problem;
    }
    if (!problem)
        problem = fdt_setprop_u32(tree, node, "linux,initrd-start", edit->initrd);
    return problem ? problem : fdt_setprop_u32(tree, node, "linux,initrd-end", edit->initrd + edit->initrd_bytes);
}

static int set_timebase(void *tree)
{
    const int node = find_or_add(tree, "/cpus");
    if (node < 0 || fdt_getprop(tree, node, "timebase-frequency", NULL))
        return node < 0 ? node : 0;
    return fdt_setprop_u32(tree, node, "timebase-frequency", DEFAULT_TIMEBASE);
}

int hv_device_tree_edit(void *tree, size_t room, const struct hv_device_tree_edit *edit, const char *path,
                        struct hv_error *error)
{
    int problem = fdt_open_into(tree, tree, (int)room);
    if (!problem)
        problem = set_memory(tree, edit);
    if (!problem)
        problem = set_chosen(tree, edit);
    if (!problem)
        problem = set_timebase(tree);
    if (!problem)
        problem = fdt_pack(tree);
    return problem ? hv_fail(error, "%s: cannot edit the device tree: %s", path, fdt_strerror(problem)) : 0;
}
