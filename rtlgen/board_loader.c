/* RAM at power-on of a board that loads its program over the serial line: the loader (software/loader), at the reset
 * vector, with what it must know of the board.
 */
#include "rtlgen/board_internal.h"
#include "software/loader/protocol.h"

#include <stdlib.h>
#include <string.h>

extern const uint8_t board_loader[], board_loader_end[];

uint32_t *board_loader_words(const struct hv_config *config, const struct board_clock *clock)
{
    const size_t length = (uintptr_t)board_loader_end - (uintptr_t)board_loader;
    uint32_t *words = calloc(config->ram_bytes / 4, sizeof *words);
    uint32_t *at = words ? words + (config->reset_vector - config->ram_base) / 4 : NULL;
    for (size_t i = 0; words && i < length; i++)
        at[i / 4] |= (uint32_t)board_loader[i] << 8 * (i % 4);
    if (words) {
        at[LOADER_RAM_BASE] = config->ram_base;
        at[LOADER_RAM_END] = config->ram_base + config->ram_bytes;
        at[LOADER_BYTE_CLOCKS] = 10 * clock->divider;
    }
    return words;
}
