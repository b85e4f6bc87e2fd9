/* seeds FOLDER: the corpus of fuzz_machine: chains of VMs of each depth and both forms of f, and the directed case with
 * the most events of each family. The corpus is committed; this is how it was made. */
#include "tests/fuzz/image.h"
#include "tests/support/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of RAM that are not zero, in pieces. */
static void write_image(FILE *out, const uint8_t header[IMAGE_HEADER], const uint8_t *ram)
{
    static const uint8_t zero[4];
    fwrite(header, 1, IMAGE_HEADER, out);
    for (unsigned word = 0; word < IMAGE_RAM / 4;) {
        unsigned count = 0;
        while (count < 255 && word + count < IMAGE_RAM / 4 && memcmp(ram + 4 * (word + count), zero, 4) != 0)
            count++;
        if (count) {
            const uint8_t piece[3] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)count};
            fwrite(piece, 1, sizeof piece, out);
            fwrite(ram + 4 * (size_t)word, 4, count, out);
        }
        word += count ? count : 1;
    }
}

static int write_case(const char *folder, const char *name, const struct directed_case *c)
{
    static uint8_t ram[IMAGE_RAM];
    char path[512];
    const uint8_t header[IMAGE_HEADER] = {4, 2 | 2 << 2 | 4 << 5, 2 | 1 << 2, 63};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (!out)
        return -1;
    memset(ram, 0, sizeof ram);
    for (size_t i = 0; i < c->chunk_count; i++)
        memcpy(ram + (c->chunks[i].real - c->config.ram_base), c->chunks[i].bytes, c->chunks[i].length);
    write_image(out, header, ram);
    return fclose(out);
}

static int write_chain(const char *folder, unsigned depth, unsigned rb)
{
    static struct builder b;
    struct case_list list = {0};
    struct hv_config config = directed_config();
    char name[32];
    builder_chain(&b, &config, depth, rb);
    tree_layout(&b.tree);
    program_plain(&b.tree, b.chain[depth], 0);
    for (unsigned k = 0; k < depth; k++)
        for (unsigned i = 0; i < 4; i++)
            script_resume(&b.tree, b.chain[k]);
    snprintf(name, sizeof name, "chain%u%s", depth, rb ? "rb" : "");
    int result = write_case(folder, name, case_add(&list, &b, "seed", "%s", name));
    case_list_free(&list);
    return result;
}

/* The first of a family that has the most events. */
static const struct directed_case *busiest(const struct directed_case *cases, size_t count, const char *family)
{
    const struct directed_case *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(cases[i].family, family) && cases[i].config.depth == 4 && cases[i].config.ram_bytes == IMAGE_RAM &&
            (!best || cases[i].event_count > best->event_count))
            best = &cases[i];
    return best;
}

static int write_families(const char *folder)
{
    size_t count;
    const struct directed_case *cases = directed_cases(&count);
    for (size_t i = 0; i < count; i++) {
        const struct directed_case *best = busiest(cases, count, cases[i].family);
        bool first = i == 0 || strcmp(cases[i].family, cases[i - 1].family) != 0;
        if (first && best && write_case(folder, best->family, best))
            return -1;
    }
    return 0;
}

int main(int count, char **words)
{
    int result = count == 2 ? 0 : -1;
    for (unsigned depth = 0; depth <= 4 && result == 0; depth++)
        result = write_chain(words[1], depth, depth & 1 ? 31 : 0);
    if (result == 0)
        result = write_families(words[1]);
    if (result)
        fprintf(stderr, "usage: seeds FOLDER\n");
    return result ? 1 : 0;
}
