/* The known boards, built in from boards/, so that the command needs no installed files. */
#include "rtlgen/board_internal.h"

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
