/* The pins of a board, and the constraint file that its tools read: one writer for each family. */
#include "rtlgen/board_internal.h"

#include <string.h>

unsigned board_pins(const struct board *board, struct board_pin pins[BOARD_PINS])
{
    const struct board_pin all[BOARD_PINS] = {
        {"clk", board->clock_pin, board->io, false, 0},
        {"rx", board->rx_pin, board->io, false, 'u'}, /* an open line idles */
        {"tx", board->tx_pin, board->io, true, 0},
        {"led", board->led_pin, board->io, true, 0},
        {"button", board->button_pin, *board->button_io ? board->button_io : board->io, false,
         board->button_level ? 'd' : 'u'},
    };
    unsigned count = 0;
    for (unsigned i = 0; i < BOARD_PINS; i++)
        if (*all[i].site)
            pins[count++] = all[i];
    return count;
}

static void write_pcf(const struct board *board, const struct board_pin *pin, FILE *out)
{
    (void)board;
    fprintf(out, "set_io%s %s %s\n", pin->pull == 'u' ? " -pullup yes" : "", pin->port, pin->site);
}

static void write_lpf(const struct board *board, const struct board_pin *pin, FILE *out)
{
    (void)board;
    /* An input that is compared with a reference voltage has no pull. */
    const char pull = strncmp(pin->io, "SSTL", 4) == 0 ? 0 : pin->pull;
    fprintf(out, "LOCATE COMP \"%s\" SITE \"%s\";\nIOBUF PORT \"%s\" IO_TYPE=%s%s;\n", pin->port, pin->site, pin->port,
            pin->io,
            pull == 'u'   ? " PULLMODE=UP"
            : pull == 'd' ? " PULLMODE=DOWN"
                          : "");
}

static void write_xdc(const struct board *board, const struct board_pin *pin, FILE *out)
{
    (void)board;
    fprintf(out, "set_property -dict {PACKAGE_PIN %s IOSTANDARD %s%s} [get_ports %s]\n", pin->site, pin->io,
            pin->pull == 'u'   ? " PULLUP true"
            : pin->pull == 'd' ? " PULLDOWN true"
                               : "",
            pin->port);
}

static void write_cst(const struct board *board, const struct board_pin *pin, FILE *out)
{
    (void)board;
    fprintf(out, "IO_LOC \"%s\" %s;\nIO_PORT \"%s\" IO_TYPE=%s%s;\n", pin->port, pin->site, pin->port, pin->io,
            pin->pull == 'u'   ? " PULL_MODE=UP"
            : pin->pull == 'd' ? " PULL_MODE=DOWN"
                               : "");
}

/* The clock's frequency, where the file has it; %s: MHz, or the period in ns. */
static const struct {
    const char *suffix, *comment;
    void (*pin)(const struct board *, const struct board_pin *, FILE *);
    const char *frequency, *period;
} files[] = {
    [BOARD_ICE40] = {".pcf", "#", write_pcf, "set_frequency clk %s\n", NULL},
    [BOARD_ECP5] = {".lpf", "#", write_lpf, "FREQUENCY PORT \"clk\" %s MHZ;\n", NULL},
    [BOARD_XILINX] = {".xdc", "#", write_xdc, NULL, "create_clock -name clk -period %s [get_ports clk]\n"},
    [BOARD_GOWIN] = {".cst", "//", write_cst, NULL, NULL},
};

const char *board_constraints_suffix(const struct board *board)
{
    return files[board->family].suffix;
}

void board_write_constraints(const struct board *board, FILE *out)
{
    char number[32];
    struct board_pin pins[BOARD_PINS];
    const unsigned count = board_pins(board, pins);
    fprintf(out, "%s %s: pins of nestor_top. Made from the board's description by nestor gen --board.\n",
            files[board->family].comment, board->name);
    for (unsigned i = 0; i < count; i++)
        files[board->family].pin(board, &pins[i], out);
    snprintf(number, sizeof number, "%u.%03u", board->clock_khz / 1000, board->clock_khz % 1000);
    if (files[board->family].frequency)
        fprintf(out, files[board->family].frequency, number);
    const unsigned period = (1000000000 + board->clock_khz / 2) / board->clock_khz; /* in ps */
    snprintf(number, sizeof number, "%u.%03u", period / 1000, period % 1000);
    if (files[board->family].period)
        fprintf(out, files[board->family].period, number);
}
