/* What a board needs beside its description: its clock, the loader, how much of RAM is filled at power-on, and the
 * Verilog of the user's peripherals.
 */
#include "rtlgen/on_board.h"

#include "rtlgen/board_internal.h"
#include "software/loader/protocol.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The loader must be there after each reset, whatever has become of RAM; a program only where RAM has no contents. */
static int count_boot_words(struct on_board *on, const struct hv_config *config, const struct board *board,
                            struct hv_error *error)
{
    uint32_t words = config->ram_bytes / 4;
    if (board->memory == BOARD_BLOCK_RAM && !on->loader)
        return 0;
    while (words > 2 && !on->program[words - 1])
        words--;
    on->boot_words = words;
    if (on->loader || words <= board->boot_bytes / 4)
        return 0;
    return board_error(error,
                       "%s: the program has contents up to byte 0x%" PRIx32 " of RAM, expected at most 0x%" PRIx32
                       ": more the block RAM does not hold that fills the board's RAM; without --program the board has "
                       "a loader",
                       board->name, 4 * words, board->boot_bytes);
}

static int make_loader(struct on_board *on, const struct hv_config *config, const struct board *board,
                       struct hv_error *error)
{
    if (board->loader == BOARD_NO_LOADER)
        return board_error(
            error, "%s: found no program, expected --program: beside its RAM the board has no block RAM for a loader",
            board->name);
    if (config->uart_base != LOADER_UART || config->clint_base != LOADER_CLINT)
        return board_error(error,
                           "%s: found uart_base 0x%" PRIx32 " and clint_base 0x%" PRIx32
                           ", expected 0x%x and 0x%x, where the loader looks for them, or --program",
                           board->name, config->uart_base, config->clint_base, LOADER_UART, LOADER_CLINT);
    on->program = on->loader = board_loader_words(config, &on->clock);
    return on->loader ? 0 : board_error(error, "%s: out of memory", board->name);
}

/* ---- Peripherals ---- */

/* Does the text have "module NAME"? Comments are not looked for: a module that is only there is told by the tools. */
static bool has_module(const char *text, const char *name)
{
    const size_t length = strlen(name);
    while ((text = strstr(text, "module")) != NULL) {
        text += strlen("module");
        const char *word = text + strspn(text, " \t\r\n");
        if (word > text && strncmp(word, name, length) == 0 && !isalnum((unsigned char)word[length]) &&
            word[length] != '_' && word[length] != '$')
            return true;
    }
    return false;
}

static int read_peripheral(char **text, const struct board *board, const struct board_peripheral *p,
                           struct hv_error *error)
{
    enum { LIMIT = 1 << 20 };
    FILE *file = fopen(p->file, "rb");
    *text = file ? calloc(LIMIT, 1) : NULL;
    const size_t length = *text ? fread(*text, 1, LIMIT, file) : 0;
    const bool failed = !*text || ferror(file);
    const int reason = errno;
    if (file)
        fclose(file);
    if (failed)
        return board_error(error, "%s:%d: %s: %s", board->file, p->line, p->file, strerror(reason));
    if (length == LIMIT || strlen(*text) != length)
        return board_error(error, "%s:%d: %s: found no text, or %d bytes and more, expected Verilog", board->file,
                           p->line, p->file, LIMIT);
    if (!has_module(*text, p->name))
        return board_error(error, "%s:%d: %s: found no module %s, expected it: it is called as its window", board->file,
                           p->line, p->file, p->name);
    return 0;
}

static int read_peripherals(struct on_board *on, const struct board *board, struct hv_error *error)
{
    for (unsigned i = 0; i < board->peripheral_count; i++)
        if (read_peripheral(&on->peripheral[i], board, &board->peripherals[i], error))
            return -1;
    return 0;
}

void on_board_write(const struct on_board *on, const struct board *board, struct output *output)
{
    for (unsigned i = 0; i < board->peripheral_count; i++) {
        char name[HV_DEVICE_NAME + 2];
        snprintf(name, sizeof name, "%s.v", board->peripherals[i].name);
        FILE *out = output_file(output, name);
        if (out)
            fputs(on->peripheral[i], out);
    }
}

int on_board_prepare(struct on_board *on, const struct hv_config *config, const struct rtlgen_options *options,
                     struct hv_error *error)
{
    const struct board *board = options->board;
    *on = (struct on_board){.program = options->program};
    if (!board)
        return 0;
    if (board_clock(board, &on->clock, error) == 0 && (on->program || make_loader(on, config, board, error) == 0) &&
        count_boot_words(on, config, board, error) == 0 && read_peripherals(on, board, error) == 0)
        return 0;
    on_board_free(on);
    return -1;
}

void on_board_free(struct on_board *on)
{
    free(on->loader);
    for (unsigned i = 0; i < HV_MAX_DEVICES; i++)
        free(on->peripheral[i]);
    *on = (struct on_board){.program = NULL};
}
