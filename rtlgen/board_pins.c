/* The pins of a board, and the constraint file that its tools read: one writer for each family. */
#include "rtlgen/board_internal.h"

#include <string.h>

struct list {
    struct board_pin *pins;
    unsigned count;
};

static void add(struct list *list, const char *port, const char *site, const char *io, bool output, char pull)
{
    struct board_pin *pin = &list->pins[list->count];
    if (!*site)
        return;
    list->count++;
    *pin = (struct board_pin){.site = site, .io = io, .output = output, .pull = pull};
    snprintf(pin->port, sizeof pin->port, "%s", port);
}

/* A port of one bit has no index. */
static void add_all(struct list *list, const char *port, const struct board_sites *sites, const char *io, bool output,
                    char pull)
{
    for (unsigned i = 0; i < sites->count; i++) {
        char bit[32];
        snprintf(bit, sizeof bit, sites->count > 1 ? "%.20s[%u]" : "%.20s", port, i);
        add(list, bit, sites->site[i], io, output, pull);
    }
}

static void add_sdram(struct list *list, const struct board *b)
{
    add(list, "sdram_clk", b->sdram_clk, b->io, true, 0);
    add(list, "sdram_cke", b->sdram_cke, b->io, true, 0);
    add(list, "sdram_cs", b->sdram_cs, b->io, true, 0);
    add(list, "sdram_ras", b->sdram_ras, b->io, true, 0);
    add(list, "sdram_cas", b->sdram_cas, b->io, true, 0);
    add(list, "sdram_we", b->sdram_we, b->io, true, 0);
    add_all(list, "sdram_bank", &b->sdram_bank, b->io, true, 0);
    add_all(list, "sdram_address", &b->sdram_address, b->io, true, 0);
    add_all(list, "sdram_mask", &b->sdram_mask, b->io, true, 0);
    add_all(list, "sdram_data", &b->sdram_data, b->io, true, 0);
}

static void add_device(struct list *list, const struct board *b, enum board_device device,
                       const struct board_peripheral *p)
{
    char port[32];
    if (device == BOARD_GPIO) {
        add_all(list, "leds", &b->gpio_leds, b->io, true, 0);
        add_all(list, "buttons", &b->gpio_buttons, b->io, false, b->gpio_pressed ? 'd' : 'u');
    }
    if (device == BOARD_FLASH) {
        add(list, "flash_clk", board_flash_has_pin(b) ? b->flash_clk : "", b->io, true, 0);
        add(list, "flash_cs", b->flash_cs, b->io, true, 0);
        add(list, "flash_out", b->flash_out, b->io, true, 0);
        add(list, "flash_in", b->flash_in, b->io, false, 0);
    }
    if (device != BOARD_PERIPHERAL)
        return;
    snprintf(port, sizeof port, "%s_o", p->name);
    add_all(list, port, &p->out, b->io, true, 0);
    snprintf(port, sizeof port, "%s_i", p->name);
    add_all(list, port, &p->in, b->io, false, 'u');
}

unsigned board_pins(const struct board *board, const struct hv_config *config, struct board_pin pins[BOARD_PINS])
{
    struct list list = {.pins = pins};
    add(&list, "clk", board->clock_pin, board->io, false, 0);
    add(&list, "rx", board->rx_pin, board->io, false, 'u'); /* an open line idles */
    add(&list, "tx", board->tx_pin, board->io, true, 0);
    add(&list, "led", board->led_pin, board->io, true, 0);
    add(&list, "button", board->button_pin, *board->button_io ? board->button_io : board->io, false,
        board->button_level ? 'd' : 'u');
    if (board->memory == BOARD_SDRAM)
        add_sdram(&list, board);
    for (unsigned i = 0; i < config->windows; i++) {
        const struct board_peripheral *peripheral;
        const enum board_device device = board_device_of(board, &config->window[i], &peripheral);
        add_device(&list, board, device, peripheral);
    }
    return list.count;
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
    fprintf(out, "set_property -dict {PACKAGE_PIN %s IOSTANDARD %s%s} [get_ports {%s}]\n", pin->site, pin->io,
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

void board_write_constraints(const struct board *board, const struct hv_config *config, FILE *out)
{
    char number[32];
    struct board_pin pins[BOARD_PINS];
    const unsigned count = board_pins(board, config, pins);
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
