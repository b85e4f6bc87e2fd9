/* The disassembler: any word at any pc is text, and no more of it than there is room for. */
#include "tests/fuzz/target.h"
#include "view/disassemble.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + 4 <= size; at += 4) {
        uint32_t word =
            bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 | (uint32_t)bytes[at + 3] << 24;
        char text[96], narrow[8];
        view_disassemble(word, (uint32_t)at, text, sizeof text);
        check_message(text);
        view_disassemble(word, (uint32_t)at, narrow, sizeof narrow);
        CHECK(strncmp(text, narrow, sizeof narrow - 1) == 0 && strlen(narrow) < sizeof narrow);
    }
    return 0;
}
