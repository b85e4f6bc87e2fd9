/* The known boards, built in from boards/, so that the command needs no installed files. */
#include "rtlgen/board_internal.h"

#include <stdio.h>
#include <string.h>

#define BOARD(id, name)                                                                                                \
    __asm__(".section .rodata\nboard_text_" #id ":\n\t.incbin \"boards/" name ".ini\"\n\t.byte 0\n\t.previous\n");     \
    extern const char board_text_##id[];
#include "boards/list.def"
#undef BOARD

static const struct {
    const char *name, *text;
} boards[] = {
#define BOARD(id, name) {name, board_text_##id},
#include "boards/list.def"
#undef BOARD
};

__asm__(".section .rodata\nboard_measurements:\n\t.incbin \"docs/boards.tsv\"\n\t.byte 0\n\t.previous\n");
extern const char board_measurements[];

/* A row is: board, preset, levels, RAM, MHz, MHz reached, logic cells, of, ... */
bool board_measured(const char *name, unsigned *used, unsigned *there)
{
    const size_t length = strlen(name);
    for (const char *row = board_measurements; row; row = strchr(row, '\n'), row += row != NULL) {
        if (strncmp(row, name, length) != 0 || row[length] != '\t')
            continue;
        return sscanf(row, "%*s %*s %*s %*s %*s %*s %u %u", used, there) == 2 && *there;
    }
    return false;
}

const char *board_known(unsigned index)
{
    return index < sizeof boards / sizeof boards[0] ? boards[index].name : NULL;
}

const char *board_known_text(const char *name)
{
    for (unsigned i = 0; board_known(i); i++)
        if (strcmp(boards[i].name, name) == 0)
            return boards[i].text;
    return NULL;
}
