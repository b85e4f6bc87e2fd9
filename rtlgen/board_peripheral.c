/* What a board has for device windows: LEDs, buttons and flash of its own, modules of the user's; and that no site is
 * used twice.
 */
#include "rtlgen/board_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool board_flash_has_pin(const struct board *board)
{
    return strcmp(board->flash_clk, "usrmclk") != 0;
}

enum board_device board_device_of(const struct board *board, const struct hv_device_window *window,
                                  const struct board_peripheral **peripheral)
{
    *peripheral = NULL;
    for (unsigned i = 0; i < board->peripheral_count; i++)
        if (strcmp(board->peripherals[i].name, window->name) == 0)
            *peripheral = &board->peripherals[i];
    if (*peripheral)
        return BOARD_PERIPHERAL;
    if (strcmp(window->name, "gpio") == 0 && board->gpio_leds.count + board->gpio_buttons.count)
        return BOARD_GPIO;
    if (strcmp(window->name, "flash") == 0 && *board->flash_cs)
        return BOARD_FLASH;
    return BOARD_NOTHING;
}

int board_check_windows(const struct board *board, const struct hv_config *config, struct hv_error *error)
{
    const struct board_peripheral *peripheral;
    for (unsigned i = 0; i < config->windows; i++) {
        const char *name = config->window[i].name;
        const bool reserved = strcmp(name, "gpio") == 0 || strcmp(name, "flash") == 0;
        const enum board_device device = board_device_of(board, &config->window[i], &peripheral);
        if (reserved && device == BOARD_NOTHING)
            return board_error(error, "%s: found window %s, expected a board that has one: section [%s] of %s",
                               board->name, name, name, board->file);
        if (peripheral && !*peripheral->file)
            return board_error(error, "%s:%d: peripheral.%s: found no file, expected its Verilog", board->file,
                               peripheral->line, name);
    }
    for (unsigned i = 0; i < board->peripheral_count; i++) {
        const struct board_peripheral *p = &board->peripherals[i];
        bool found = false;
        for (unsigned k = 0; k < config->windows; k++)
            found |= strcmp(config->window[k].name, p->name) == 0;
        if (!found)
            return board_error(error, "%s:%d: peripheral.%s: found no window, expected [device.%s] with base and bytes",
                               board->file, p->line, p->name, p->name);
    }
    return 0;
}

/* ---- Reading ---- */

static bool is_site(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("._/+-:", text[i]))
            return false;
    return length > 0 && length < BOARD_SITE;
}

int board_sites_read(struct board_sites *sites, const char *key, const char *value, struct hv_error *error)
{
    sites->count = 0;
    for (const char *word = value + strspn(value, " "); *word; word += strspn(word, " ")) {
        const size_t length = strcspn(word, " ");
        if (!is_site(word, length))
            return board_error(error,
                               "%s: found '%.*s', expected a site of 1 to %d letters, digits and . _ / + - :", key,
                               (int)(length < 60 ? length : 60), word, BOARD_SITE - 1);
        if (sites->count == BOARD_MAX_SITES)
            return board_error(error, "%s: found more than %d sites", key, BOARD_MAX_SITES);
        snprintf(sites->site[sites->count++], BOARD_SITE, "%.*s", (int)length, word);
        word += length;
    }
    return sites->count ? 0 : board_error(error, "%s: found no site, expected some with spaces between them", key);
}

/* The peripheral of that name, a new one if there is none; NULL with *error filled. */
static struct board_peripheral *find(struct board *board, const char *name, int line, struct hv_error *error)
{
    struct board_peripheral *p = board->peripherals;
    for (unsigned i = 0; i < board->peripheral_count; i++, p++)
        if (strcmp(p->name, name) == 0)
            return p;
    if (!hv_config_device_name(name) || strncmp(name, "nestor", strlen("nestor")) == 0) {
        board_error(
            error,
            "found section [peripheral.%.40s], expected the name of a device window, not one that begins with nestor",
            name);
        return NULL;
    }
    if (board->peripheral_count == HV_MAX_DEVICES) {
        board_error(error, "found more than %d peripherals", HV_MAX_DEVICES);
        return NULL;
    }
    board->peripheral_count++;
    snprintf(p->name, sizeof p->name, "%s", name);
    p->line = line;
    return p;
}

/* Where it is for us: beside the description, unless the path is absolute. */
static int set_file(const struct board *board, struct board_peripheral *p, const char *value, struct hv_error *error)
{
    const char *slash = *value == '/' ? NULL : strrchr(board->file, '/');
    const int folder = slash ? (int)(slash + 1 - board->file) : 0;
    const int length = snprintf(p->file, sizeof p->file, "%.*s%s", folder, board->file, value);
    if (*value && length > 0 && (size_t)length < sizeof p->file)
        return 0;
    return board_error(error, "file: found a path of %d characters, expected 1 to %zu", length, sizeof p->file - 1);
}

int board_peripheral_key(struct board *board, const char *name, const char *key, const char *value, int line,
                         struct hv_error *error)
{
    struct board_peripheral *p = find(board, name, line, error);
    if (!p)
        return -1;
    const bool in = strcmp(key, "in") == 0, out = strcmp(key, "out") == 0, file = strcmp(key, "file") == 0;
    if ((in && p->in_line) || (out && p->out_line) || (file && *p->file))
        return board_error(error, "%s: found a second time, expected once", key);
    if (file)
        return set_file(board, p, value, error);
    if (in || out) {
        *(in ? &p->in_line : &p->out_line) = line;
        return board_sites_read(in ? &p->in : &p->out, key, value, error);
    }
    return board_error(error, "found key '%.40s' in section [peripheral.%s], expected file, in or out", key, name);
}

/* ---- No site twice ---- */

struct use {
    const char *site, *what;
    int line;
};
struct uses {
    struct use list[BOARD_PINS];
    unsigned count;
};

static void use(struct uses *uses, const char *site, const char *what, int line)
{
    if (*site)
        uses->list[uses->count++] = (struct use){site, what, line};
}

static void use_all(struct uses *uses, const struct board_sites *sites, const char *what, int line)
{
    for (unsigned i = 0; i < sites->count; i++)
        use(uses, sites->site[i], what, line);
}

/* Letters may be small. */
static int check_uses(const struct board *board, const struct uses *uses, struct hv_error *error)
{
    for (unsigned i = 1; i < uses->count; i++)
        for (unsigned k = 0; k < i; k++) {
            const bool later = uses->list[i].line >= uses->list[k].line;
            const struct use *second = &uses->list[later ? i : k], *first = &uses->list[later ? k : i];
            if (strcasecmp(first->site, second->site) == 0)
                return board_error(error, "%s:%d: found site '%s' for %s, expected another: line %d has it for %s",
                                   board->file, second->line, second->site, second->what, first->line, first->what);
        }
    return 0;
}

int board_check_sites(const struct board *b, int (*line_of)(const void *context, size_t offset), const void *context,
                      struct hv_error *error)
{
    struct uses uses = {.count = 0};
#define USE(field, what)     use(&uses, b->field, what, line_of(context, offsetof(struct board, field)))
#define USE_ALL(field, what) use_all(&uses, &b->field, what, line_of(context, offsetof(struct board, field)))
    USE(clock_pin, "the clock");
    USE(rx_pin, "the line in");
    USE(tx_pin, "the line out");
    USE(led_pin, "the LED");
    USE(button_pin, "the button");
    USE_ALL(gpio_leds, "an LED of gpio");
    USE_ALL(gpio_buttons, "a button of gpio");
    if (board_flash_has_pin(b))
        USE(flash_clk, "the flash");
    USE(flash_cs, "the flash");
    USE(flash_out, "the flash");
    USE(flash_in, "the flash");
    USE(sdram_clk, "the SDRAM");
    USE(sdram_cke, "the SDRAM");
    USE(sdram_cs, "the SDRAM");
    USE(sdram_ras, "the SDRAM");
    USE(sdram_cas, "the SDRAM");
    USE(sdram_we, "the SDRAM");
    USE_ALL(sdram_bank, "the SDRAM's bank");
    USE_ALL(sdram_address, "the SDRAM's address");
    USE_ALL(sdram_mask, "the SDRAM's mask");
    USE_ALL(sdram_data, "the SDRAM's data");
#undef USE
#undef USE_ALL
    for (unsigned i = 0; i < b->peripheral_count; i++) {
        use_all(&uses, &b->peripherals[i].out, b->peripherals[i].name, b->peripherals[i].out_line);
        use_all(&uses, &b->peripherals[i].in, b->peripherals[i].name, b->peripherals[i].in_line);
    }
    return check_uses(b, &uses, error);
}
