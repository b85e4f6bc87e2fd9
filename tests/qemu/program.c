#include "tests/qemu/generator.h"

#include <stdlib.h>
#include <string.h>

enum { FEW_UNITS = 20, VISITS = 16, NOP = 0x13 };

uint32_t draw(uint64_t *random)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

uint32_t draw_below(uint64_t *random, uint32_t end)
{
    return (uint32_t)((uint64_t)draw(random) * end >> 32);
}

/* Words that arithmetic is often wrong about, and any others. */
static uint32_t datum(uint64_t *random)
{
    static const uint32_t edges[] = {0,          1,          2,          0x7fffffff, 0x80000000,
                                     0x80000001, 0xffffffff, 0xfffffffe, 0x8000,     0xff80};
    return draw_below(random, 4) ? draw(random) : edges[draw_below(random, sizeof edges / sizeof edges[0])];
}

static void keep_code(struct generator *g)
{
    code_end(&g->code);
    for (size_t i = 0; i < g->code.count; i++)
        ram_set_word(g->program->image, g->code.origin + 4 * (uint32_t)i, g->code.words[i]);
}

static bool add_unit(struct program *p, uint32_t name, uint32_t end, uint32_t block)
{
    if (p->unit_count == p->unit_capacity) {
        size_t capacity = p->unit_capacity ? 2 * p->unit_capacity : 1024;
        struct unit *units = realloc(p->units, capacity * sizeof *units);
        if (!units)
            return false;
        p->units = units;
        p->unit_capacity = capacity;
    }
    p->units[p->unit_count++] = (struct unit){name, (end - name) / 4, block};
    return true;
}

static bool make_block(struct generator *g, uint32_t block, uint32_t origin)
{
    code_begin(&g->code, origin);
    g->units = FEW_UNITS + draw_below(&g->random, BLOCK_UNITS - FEW_UNITS);
    for (unsigned i = 0; i <= g->units; i++)
        g->ahead[i] = label_new(&g->code);
    for (g->unit = 0; g->unit < g->units; g->unit++) {
        uint32_t begin = code_here(&g->code);
        label_here(&g->code, g->ahead[g->unit]);
        unit_make(g);
        if (!add_unit(g->program, begin, code_here(&g->code), block))
            return false;
    }
    label_here(&g->code, g->ahead[g->units]);
    frame_checkpoint(g, block, origin);
    ram_set_word(g->program->image, CONTROL_BASE + 4 * (1 + block), 1 + draw_below(&g->random, VISITS));
    return true;
}

static bool make(struct generator *g, uint32_t blocks)
{
    code_begin(&g->code, RAM_BASE);
    frame_boot(g);
    keep_code(g);
    code_begin(&g->code, HANDLER_BASE);
    frame_handler(g);
    keep_code(g);
    for (uint32_t at = 0; at < DATA_BYTES + DATA_SLACK; at += 4)
        ram_set_word(g->program->image, DATA_BASE + at, datum(&g->random));
    uint32_t origin = CODE_BASE;
    for (uint32_t i = 0; i < blocks; i++) {
        if (!make_block(g, i, origin))
            return false;
        if (i + 1 == blocks)
            frame_finish(g);
        keep_code(g);
        origin = code_here(&g->code);
    }
    return true;
}

static void choose_registers(struct generator *g)
{
    struct program *p = g->program;
    p->pointer = 1 + draw_below(&g->random, 31);
    for (int i = 0; i < 3; i++)
        do
            p->scratch[i] = scratch(g);
        while ((i > 0 && p->scratch[i] == p->scratch[0]) || (i > 1 && p->scratch[i] == p->scratch[1]));
    p->vectored = draw_below(&g->random, 2);
}

struct program *program_new(uint64_t seed, uint32_t blocks)
{
    struct program *p = calloc(1, sizeof *p);
    struct generator *g = calloc(1, sizeof *g);
    if (p)
        p->image = calloc(1, RAM_BYTES);
    bool made = p && g && p->image;
    if (made) {
        *p = (struct program){.seed = seed, .blocks = blocks, .image = p->image};
        g->program = p;
        g->random = seed;
        choose_registers(g);
        made = make(g, blocks);
    }
    free(g);
    if (made)
        return p;
    program_free(p);
    return NULL;
}

void program_free(struct program *p)
{
    if (!p)
        return;
    free(p->units);
    free(p->image);
    free(p);
}

void program_image(const struct program *p, const bool *off, uint8_t *image)
{
    memcpy(image, p->image, RAM_BYTES);
    for (size_t i = 0; i < p->unit_count; i++)
        for (uint32_t word = 0; off[i] && word < p->units[i].words; word++)
            ram_set_word(image, p->units[i].name + 4 * word, NOP);
}
