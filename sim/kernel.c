#include "sim/kernel.h"

#include "sim/files.h"

#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE = 4096 };
/* The header of a flat Image (Linux, Documentation/arch/riscv/boot-image-header.rst): its bytes, offsets in it. */
enum { IMAGE_HEADER = 64, IMAGE_TEXT_OFFSET = 8, IMAGE_SIZE = 16, IMAGE_MAGIC = 0x38 };
/* What the loader adds to a tree at most, beside the command line: some nodes, properties and their names. */
enum { TREE_ROOM = 1024 };

static uint32_t word_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void put_word(uint8_t *bytes, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(word >> 8 * i);
}

/* ---- Flat Images ---- */

bool hv_kernel_is_image_file(const char *path)
{
    uint8_t head[IMAGE_HEADER];
    struct stat status;
    FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "rb") : NULL;
    const size_t length = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    return length == sizeof head && memcmp(head + IMAGE_MAGIC, "RSC\x05", 4) == 0;
}

int hv_kernel_read(struct hv_elf *elf, const char *path, uint32_t ram_base, struct hv_error *error)
{
    size_t length;
    uint8_t *bytes = hv_file_read(path, &length, error);
    *elf = (struct hv_elf){0};
    if (!bytes)
        return -1;
    if (length < IMAGE_HEADER) {
        free(bytes);
        return hv_fail(error, "%s: damaged: %zu bytes, expected a header of %d", path, length, IMAGE_HEADER);
    }
    const uint32_t size = word_at(bytes + IMAGE_SIZE), name = ram_base + word_at(bytes + IMAGE_TEXT_OFFSET);
    int status = 0;
    if (word_at(bytes + IMAGE_SIZE + 4) || word_at(bytes + IMAGE_TEXT_OFFSET + 4) || size < length)
        status = hv_fail(error, "%s: damaged: %zu bytes, expected at most 0x%" PRIx32 ", the size in its header", path,
                         length, size);
    else if (!(elf->segments = calloc(1, sizeof *elf->segments)))
        status = hv_fail(error, "%s", strerror(ENOMEM));
    if (status) {
        free(bytes);
        return status;
    }
    elf->segments[elf->count++] =
        (struct hv_elf_segment){.name = name, .virtual_name = name, .size = size, .bytes = bytes, .length = length};
    elf->entry = name;
    return 0;
}

/* ---- What is put beside a kernel ---- */

struct preparation {
    struct hv_elf *elf;
    const struct hv_kernel_options *options;
    const struct hv_config *config;
    uint32_t ram_bytes;
    uint32_t free_end; /* what lies from here on is taken */
    uint32_t tree;     /* where the device tree is */
    struct hv_error *error;
};

/* Takes `bytes`, to be freed with the program. */
static int add_segment(struct preparation *p, uint32_t name, uint8_t *bytes, size_t length)
{
    struct hv_elf_segment *segments = realloc(p->elf->segments, (p->elf->count + 1) * sizeof *segments);
    if (!segments) {
        free(bytes);
        return hv_fail(p->error, "%s", strerror(ENOMEM));
    }
    p->elf->segments = segments;
    segments[p->elf->count++] = (struct hv_elf_segment){
        .name = name, .virtual_name = name, .size = (uint32_t)length, .bytes = bytes, .length = length};
    return 0;
}

/* Where the program's own segments end. */
static uint32_t end_of(const struct hv_elf *elf)
{
    uint32_t end = 0;
    for (size_t i = 0; i < elf->count; i++)
        if (elf->segments[i].name + elf->segments[i].size > end)
            end = elf->segments[i].name + elf->segments[i].size;
    return end;
}

/* Room for so many bytes, from a page's beginning on, below what is there already. */
static int take(struct preparation *p, uint32_t bottom, size_t length, const char *what, uint32_t *name)
{
    if (length > p->free_end - bottom || ((p->free_end - (uint32_t)length) & ~(uint32_t)(PAGE - 1)) < bottom)
        return hv_fail(p->error,
                       "%s: does not fit: %zu bytes, expected at most %" PRIu32
                       " between the kernel's end and 0x%08" PRIx32 ", in the program's RAM of 0x%" PRIx32
                       " bytes in configuration %s",
                       what, length, p->free_end - bottom, p->free_end, p->ram_bytes, p->config->name);
    *name = p->free_end = (p->free_end - (uint32_t)length) & ~(uint32_t)(PAGE - 1);
    return 0;
}

/* Instructions, for any place: the words of `reset` come back, and then they are fetched; a0 = 0 as it is after reset.
 */
enum { STUB_CODE = 10, STUB_WORDS = STUB_CODE + 5 };

static void write_stub(uint8_t *bytes, uint32_t reset, const uint8_t *words, uint32_t tree, uint32_t entry)
{
    static const uint32_t code[STUB_CODE] = {
        0x00000297, /* auipc t0, 0 */
        0x0282a303, /* lw t1, 40(t0) */
        0x02c2a383, /* lw t2, 44(t0) */
        0x00732023, /* sw t2, 0(t1) */
        0x0302a383, /* lw t2, 48(t0) */
        0x00732223, /* sw t2, 4(t1) */
        0x0000100f, /* fence.i */
        0x0342a583, /* lw a1, 52(t0) */
        0x0382a303, /* lw t1, 56(t0) */
        0x00030067, /* jr t1 */
    };
    const uint32_t data[STUB_WORDS - STUB_CODE] = {reset, word_at(words), word_at(words + 4), tree, entry};
    for (size_t i = 0; i < STUB_WORDS; i++)
        put_word(bytes + 4 * i, i < STUB_CODE ? code[i] : data[i - STUB_CODE]);
}

/* auipc t0 and jalr x0, from one name to another. */
static void write_jump(uint8_t *bytes, uint32_t from, uint32_t to)
{
    const uint32_t distance = to - from;
    put_word(bytes, ((distance + 0x800) & 0xfffff000) | 0x297);
    put_word(bytes + 4, distance << 20 | 0x28067);
}

/* The two words at the reset vector, as the segments leave them. */
static void words_at(const struct hv_elf *elf, uint32_t name, uint8_t words[8])
{
    memset(words, 0, 8);
    for (size_t i = 0; i < elf->count; i++)
        for (uint32_t j = 0; j < 8; j++)
            if (name + j - elf->segments[i].name < elf->segments[i].length)
                words[j] = elf->segments[i].bytes[name + j - elf->segments[i].name];
}

static int add_start(struct preparation *p, uint32_t stub)
{
    const uint32_t reset = p->config->reset_vector;
    uint8_t words[8];
    uint8_t *code = calloc(STUB_WORDS, 4), *jump = calloc(2, 4);
    if (!code || !jump) {
        free(code);
        free(jump);
        return hv_fail(p->error, "%s", strerror(ENOMEM));
    }
    words_at(p->elf, reset, words);
    write_stub(code, reset, words, p->tree, p->elf->entry);
    write_jump(jump, reset, stub);
    p->elf->entry = reset;
    if (add_segment(p, stub, code, (size_t)4 * STUB_WORDS)) {
        free(jump);
        return -1;
    }
    return add_segment(p, reset, jump, 8);
}

/* The tree, whole, and room behind it, to be freed. */
static uint8_t *read_tree(const struct preparation *p, size_t *room)
{
    size_t length;
    uint8_t *bytes = hv_file_read(p->options->dtb, &length, p->error);
    if (!bytes)
        return NULL;
    const int problem = fdt_check_full(bytes, length);
    if (problem) {
        hv_fail(p->error, "%s: not a device tree as dtc makes them (-O dtb): %s", p->options->dtb,
                fdt_strerror(problem));
        free(bytes);
        return NULL;
    }
    *room = length + TREE_ROOM + (p->options->append ? strlen(p->options->append) : 0);
    uint8_t *larger = realloc(bytes, *room);
    if (!larger) {
        hv_fail(p->error, "%s", strerror(ENOMEM));
        free(bytes);
    }
    return larger;
}

/* The tree's place depends on its length only, the RAM disk's on the tree's place. */
static int add_files(struct preparation *p, uint32_t bottom, uint8_t *initrd, size_t initrd_bytes)
{
    size_t room;
    struct hv_device_tree_edit edit = {.ram_base = p->config->ram_base,
                                       .ram_bytes = p->ram_bytes,
                                       .initrd_bytes = (uint32_t)initrd_bytes,
                                       .append = p->options->append};
    uint8_t *tree = read_tree(p, &room);
    if (!tree)
        goto failed;
    const size_t stub_at = (room + 7) & ~(size_t)7;
    if (take(p, bottom, stub_at + (size_t)4 * STUB_WORDS, p->options->dtb, &p->tree) ||
        (initrd && take(p, bottom, initrd_bytes, p->options->initrd, &edit.initrd)) ||
        hv_device_tree_edit(tree, room, &edit, p->options->dtb, p->error))
        goto failed;
    if (initrd && add_segment(p, edit.initrd, initrd, initrd_bytes)) {
        free(tree);
        return -1;
    }
    return add_segment(p, p->tree, tree, fdt_totalsize(tree)) || add_start(p, p->tree + (uint32_t)stub_at) ? -1 : 0;
failed:
    free(tree);
    free(initrd);
    return -1;
}

int hv_kernel_prepare(struct hv_elf *elf, const struct hv_kernel_options *options, const struct hv_config *config,
                      uint32_t ram_bytes, struct hv_error *error)
{
    struct preparation p = {.elf = elf,
                            .options = options,
                            .config = config,
                            .ram_bytes = ram_bytes,
                            .free_end = config->ram_base + ram_bytes,
                            .error = error};
    uint8_t *initrd = NULL;
    size_t initrd_bytes = 0;
    if (options->initrd && !(initrd = hv_file_read(options->initrd, &initrd_bytes, error)))
        return -1;
    return add_files(&p, end_of(elf), initrd, initrd_bytes);
}
