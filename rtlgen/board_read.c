/* Reading a board description: an INI file or a known board's, by libinih. */
#include "rtlgen/board_internal.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, CHOICE, NUMBER, SITES, MHZ };

/* Words of the choices in board_keys.def, in the order of the enumerations. */
// clang-format off
#define BOARD_FAMILY_WORDS {"ice40", "ecp5", "xilinx", "gowin"}
#define BOARD_MAPPING_WORDS {"speed", "area"}
#define BOARD_MEMORY_WORDS {"block", "single-port", "sdram"}
#define BOARD_LOADER_WORDS {"yes", "no"}
#define BOARD_PLL_WORDS {"none", "pad", "core"}
// clang-format on

static const struct key {
    const char *section, *key;
    enum kind kind;
    size_t offset;
    bool needed;
    uint32_t min, max, value;
    const char *words[5]; /* of a choice, ended by NULL */
} keys[] = {
#define TEXT(section, key, field, needed, meaning)                                                                     \
    {#section, #key, TEXT, offsetof(struct board, field), needed, 0, 0, 0, {NULL}},
#define CHOICE(section, key, field, choices, meaning)                                                                  \
    {#section, #key, CHOICE, offsetof(struct board, field), false, 0, 0, 0, BOARD_##choices##_WORDS},
#define NUMBER(section, key, field, min, max, value, means)                                                            \
    {#section, #key, NUMBER, offsetof(struct board, field), false, min, max, value, {NULL}},
#define SITES(section, key, field, meaning)                                                                            \
    {#section, #key, SITES, offsetof(struct board, field), false, 0, 0, 0, {NULL}},
#define MHZ(section, key, field, needed, meaning)                                                                      \
    {#section, #key, MHZ, offsetof(struct board, field), needed, 1, 1000, 0, {NULL}},
#include "rtlgen/board_keys.def"
};
enum { KEYS = sizeof keys / sizeof keys[0] };

/* What the callback of libinih needs to know. */
struct reader {
    struct board board;
    int given[KEYS];        /* line that gave key i, 0: none */
    const char *next, *end; /* text not yet read */
    int line;               /* line last read */
    struct hv_error *error;
    bool failed;
};

int board_error(struct hv_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

/* Ends the reading: "file:line: key: found ..., expected ...". 0, so that libinih stops. */
__attribute__((format(printf, 3, 4))) static int fail(struct reader *r, int line, const char *format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    board_error(r->error, "%s:%d: %s", r->board.file, line, text);
    r->failed = true;
    return 0;
}

static void *field(struct board *board, const struct key *key)
{
    return (char *)board + key->offset;
}

/* What a shell, a constraint file and Verilog take as it is. */
static bool is_word(const char *text, bool spaces)
{
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._/+-:", *c) && !(spaces && *c == ' '))
            return false;
    return *text != '\0';
}

static int set_text(struct reader *r, const struct key *key, const char *value)
{
    const bool command = key->offset == offsetof(struct board, load_with);
    if (strlen(value) >= BOARD_WORD || !is_word(value, command))
        return fail(r, r->line, "%s: found '%.60s', expected 1 to %d letters, digits and . _ / + - :%s", key->key,
                    value, BOARD_WORD - 1, command ? ", and spaces" : "");
    strcpy(field(&r->board, key), value);
    return 1;
}

static int set_choice(struct reader *r, const struct key *key, const char *value)
{
    char list[100] = "";
    for (uint32_t i = 0; key->words[i]; i++) {
        if (strcmp(key->words[i], value) == 0)
            return *(uint32_t *)field(&r->board, key) = i, 1;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", key->words[i]);
    }
    return fail(r, r->line, "%s: found '%.60s', expected one of: %s", key->key, value, list);
}

static int set_number(struct reader *r, const struct key *key, const char *value)
{
    char *end;
    errno = 0;
    const bool hex = value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
    const unsigned long long number = strtoull(value, &end, hex ? 16 : 10);
    if (errno || *end || !isdigit((unsigned char)value[0]) || number < key->min || number > key->max)
        return fail(r, r->line, "%s: found '%.60s', expected a number from %u to %u", key->key, value, key->min,
                    key->max);
    *(uint32_t *)field(&r->board, key) = (uint32_t)number;
    return 1;
}

/* MHz with at most three decimals, in kHz. */
static int set_mhz(struct reader *r, const struct key *key, const char *value)
{
    unsigned long khz = 0;
    unsigned decimals = 0;
    bool point = false, good = isdigit((unsigned char)value[0]);
    for (const char *c = value; *c && good; c++) {
        if (*c == '.' && !point) {
            point = true;
            continue;
        }
        good = isdigit((unsigned char)*c) && khz < 10000000;
        khz = khz * 10 + (unsigned long)(*c - '0');
        decimals += point;
    }
    for (unsigned i = decimals; i < 3; i++)
        khz *= 10;
    if (!good || decimals > 3 || khz < 1000 * (unsigned long)key->min || khz > 1000 * (unsigned long)key->max)
        return fail(r, r->line, "%s: found '%.60s', expected MHz from %u to %u, with at most three decimals", key->key,
                    value, key->min, key->max);
    *(uint32_t *)field(&r->board, key) = (uint32_t)khz;
    return 1;
}

static int set_sites(struct reader *r, const struct key *key, const char *value)
{
    struct hv_error error;
    return board_sites_read(field(&r->board, key), key->key, value, &error) ? fail(r, r->line, "%s", error.text) : 1;
}

static bool is_of_configuration(const char *section)
{
    return strcmp(section, "machine") == 0 || strcmp(section, "associator") == 0 ||
           strncmp(section, "device.", strlen("device.")) == 0;
}

#define PERIPHERAL "peripheral."

static int add_change(struct reader *r, const char *section, const char *name, const char *value)
{
    struct board *b = &r->board;
    if (b->change_count == BOARD_MAX_CHANGES)
        return fail(r, r->line, "found more than %d keys of the configuration, expected a preset that is nearer",
                    BOARD_MAX_CHANGES);
    const int length = snprintf(b->changes[b->change_count], BOARD_CHANGE, "%s.%s=%s", section, name, value);
    if (length < 0 || length >= BOARD_CHANGE)
        return fail(r, r->line, "%.40s: found %d characters, expected less than %d", name, length, BOARD_CHANGE);
    b->change_line[b->change_count++] = r->line;
    return 1;
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
    struct reader *r = user;
    static int (*const set[])(struct reader *, const struct key *, const char *) = {
        [TEXT] = set_text, [CHOICE] = set_choice, [NUMBER] = set_number, [SITES] = set_sites, [MHZ] = set_mhz};
    struct hv_error error;
    if (r->failed)
        return 0;
    if (is_of_configuration(section))
        return add_change(r, section, name, value);
    if (strncmp(section, PERIPHERAL, strlen(PERIPHERAL)) == 0)
        return board_peripheral_key(&r->board, section + strlen(PERIPHERAL), name, value, r->line, &error)
                   ? fail(r, r->line, "%s", error.text)
                   : 1;
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].section, section) != 0 || strcmp(keys[i].key, name) != 0)
            continue;
        if (r->given[i])
            return fail(r, r->line, "%s: found a second time, expected once: line %d gave it already", name,
                        r->given[i]);
        r->given[i] = r->line;
        return set[keys[i].kind](r, &keys[i], value);
    }
    return fail(r, r->line,
                "found key '%.40s' in section [%.40s], expected a key that docs/formats.md lists for boards", name,
                section);
}

/* fgets for libinih, which calls the handler right after the line it belongs to. */
static char *read_line(char *buffer, int size, void *user)
{
    struct reader *r = user;
    if (r->next == r->end || size < 2 || r->failed)
        return NULL;
    const char *newline = memchr(r->next, '\n', (size_t)(r->end - r->next));
    const size_t length = (size_t)((newline ? newline + 1 : r->end) - r->next);
    r->line++;
    if (length > (size_t)size - 1) {
        fail(r, r->line, "found a line of %zu characters, expected at most %d", length, size - 2);
        return NULL;
    }
    memcpy(buffer, r->next, length);
    buffer[length] = '\0';
    r->next += length;
    return buffer;
}

/* ---- What is there as a whole ---- */

static int line_of(const void *context, size_t offset)
{
    const struct reader *r = context;
    for (size_t i = 0; i < KEYS; i++)
        if (keys[i].offset == offset)
            return r->given[i];
    return 0;
}

static bool complete_keys(struct reader *r)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (keys[i].kind == NUMBER && !r->given[i])
            *(uint32_t *)field(&r->board, &keys[i]) = keys[i].value;
        if (keys[i].needed && !r->given[i])
            return fail(r, r->line, "found no key %s in section [%s], expected it: a board has one", keys[i].key,
                        keys[i].section);
    }
    return true;
}

static bool check_whole(struct reader *r)
{
    const struct board *b = &r->board;
    struct hv_config config;
    struct hv_error error;
    if (hv_config_read(&config, b->preset, &error))
        return fail(r, line_of(r, offsetof(struct board, preset)), "preset: %s", error.text);
    for (size_t i = 0; i < KEYS && b->memory != BOARD_SDRAM; i++)
        if (r->given[i] && (!strcmp(keys[i].section, "sdram") || !strcmp(keys[i].key, "cache_bytes")))
            return fail(r, r->given[i], "%s: found an SDRAM, expected kind = sdram in section [memory]", keys[i].key);
    if (b->pll == BOARD_NO_PLL && b->run_khz)
        return fail(r, line_of(r, offsetof(struct board, run_khz)),
                    "run_mhz: found without a PLL, expected pll = pad or core, or no run_mhz");
    if (b->pll != BOARD_NO_PLL && !b->run_khz)
        return fail(r, line_of(r, offsetof(struct board, pll)), "pll: found without run_mhz, expected what it makes");
    if (b->ram_bytes % 4096)
        return fail(r, line_of(r, offsetof(struct board, ram_bytes)), "bytes: found %u, expected a multiple of 4096",
                    b->ram_bytes);
    if ((b->memory == BOARD_BLOCK_RAM) != (b->boot_bytes == 0))
        return fail(r, r->line, "boot_bytes: found %s, expected %s", b->boot_bytes ? "with block RAM" : "none",
                    b->boot_bytes ? "none: the bit stream fills block RAM"
                                  : "some, since RAM has no contents at power-on");
    return true;
}

static void name_from_file(struct board *board, const char *file)
{
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    size_t length = strlen(base);
    if (length > 4 && strcmp(base + length - 4, ".ini") == 0)
        length -= 4;
    snprintf(board->name, sizeof board->name, "%.*s", (int)length, base);
}

/* The comment in the first line. */
static void describe(struct board *board, const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);
    const char *end = newline ? newline : text + length;
    if (text == end || (*text != ';' && *text != '#'))
        return;
    while (text < end && strchr("; #", *text))
        text++;
    snprintf(board->description, sizeof board->description, "%.*s", (int)(end - text), text);
}

int board_parse(struct board *board, const char *text, size_t length, const char *file, struct hv_error *error)
{
    struct reader r = {.next = text, .end = text + length, .error = error};
    snprintf(r.board.file, sizeof r.board.file, "%s", file);
    name_from_file(&r.board, file);
    describe(&r.board, text, length);
    if (memchr(text, '\0', length))
        return board_error(error, "%s: found a NUL byte, expected an INI file", file);
    const int line = ini_parse_stream(read_line, &r, handle, &r);
    if (r.failed)
        return -1;
    if (line > 0)
        return board_error(error, "%s:%d: found a line that is neither [section] nor key = value", file, line);
    if (line < 0)
        return board_error(error, "%s: out of memory", file);
    if (!complete_keys(&r) || board_check_sites(&r.board, line_of, &r, error) || !check_whole(&r) ||
        board_check_sdram(&r.board, line_of, &r, error))
        return -1;
    *board = r.board;
    return 0;
}

static int read_file(struct board *board, const char *name, struct hv_error *error)
{
    enum { LIMIT = 1 << 16 }; /* no description is so long: the wrong file */
    char *text = malloc(LIMIT);
    FILE *file = text ? fopen(name, "rb") : NULL;
    const size_t length = file ? fread(text, 1, LIMIT, file) : 0;
    int result = -1;
    if (!file || ferror(file))
        board_error(error, "%s: %s", name, strerror(errno));
    else if (length == LIMIT)
        board_error(error, "%s: found %d bytes or more, expected a board description", name, LIMIT);
    else
        result = board_parse(board, text, length, name, error);
    if (file)
        fclose(file);
    free(text);
    return result;
}

int board_read(struct board *board, const char *name, struct hv_error *error)
{
    const char *text = board_known_text(name);
    char file[100];
    if (text) {
        snprintf(file, sizeof file, "boards/%.80s.ini", name);
        return board_parse(board, text, strlen(text), file, error);
    }
    if (strpbrk(name, "/."))
        return read_file(board, name, error);
    return board_error(error, "found board '%.60s', expected one that `nestor gen --board list` has, or a file's path",
                       name);
}
