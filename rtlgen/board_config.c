/* The configuration of a board's machine. */
#include "rtlgen/board_internal.h"

#include <string.h>

/* A message about a change of the board's is about a line of its file. */
static void place_message(const struct board *board, struct hv_error *error)
{
    for (unsigned i = 0; i < board->change_count; i++) {
        char prefix[BOARD_CHANGE + 10], rest[sizeof error->text];
        const size_t length = (size_t)snprintf(prefix, sizeof prefix, "--set %s: ", board->changes[i]);
        if (strncmp(error->text, prefix, length) != 0)
            continue;
        snprintf(rest, sizeof rest, "%s", error->text + length);
        board_error(error, "%s:%d: %s", board->file, board->change_line[i], rest);
        return;
    }
}

/* RAM of a preset that the board lacks becomes the board's; the board's own preset has all of the board's. */
static int ram_change(char change[BOARD_CHANGE], const struct board *board, const char *preset, struct hv_error *error)
{
    struct hv_config config;
    if (preset && hv_config_read(&config, preset, error))
        return -1;
    change[0] = '\0';
    if (board->ram_bytes && (!preset || config.ram_bytes > board->ram_bytes))
        snprintf(change, BOARD_CHANGE, "machine.ram_bytes=%u", board->ram_bytes);
    return 0;
}

int board_config(struct hv_config *config, const struct board *board, const char *preset, const char *const *changes,
                 size_t count, struct hv_error *error)
{
    enum { USERS = 64 };
    const char *list[3 + BOARD_MAX_CHANGES + USERS];
    size_t n = 0;
    char ram[BOARD_CHANGE];
    if (ram_change(ram, board, preset, error))
        return -1;
    list[n++] = "machine.timebase=clock"; /* on a board time goes by in clocks */
    if (ram[0])
        list[n++] = ram;
    if (board->memory != BOARD_BLOCK_RAM)
        list[n++] = "machine.ram_ports=1";
    for (unsigned i = 0; i < board->change_count; i++)
        list[n++] = board->changes[i];
    if (count > USERS)
        return board_error(error, "found %zu changes of the configuration, expected at most %d", count, USERS);
    for (size_t i = 0; i < count; i++)
        list[n++] = changes[i];
    if (hv_config_read_changed(config, preset ? preset : board->preset, list, n, error)) {
        place_message(board, error);
        return -1;
    }
    if (board->ram_bytes && config->ram_bytes > board->ram_bytes)
        return board_error(error, "%s: ram_bytes: found 0x%x, expected at most 0x%x, which the board has", board->name,
                           config->ram_bytes, board->ram_bytes);
    if (board->memory != BOARD_BLOCK_RAM && config->ram_ports != 1)
        return board_error(error, "%s: ram_ports: found %u, expected 1, which the board's RAM has", board->name,
                           config->ram_ports);
    if (!preset && !count)
        snprintf(config->name, sizeof config->name, "%s", board->name);
    if (board_check_windows(board, config, error))
        return -1;
    return hv_config_validate(config, HV_FOR_HARDWARE, error);
}
