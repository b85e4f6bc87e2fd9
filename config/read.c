/* Reading a configuration: an INI file or a preset, by libinih. */
#include "config/internal.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 64 };

/* What the callback of libinih needs to know. */
struct reader {
    struct hv_config config;
    const char *file;
    int given[MAX_KEYS]; /* line that gave key i, 0: none */
    int device_given[HV_MAX_DEVICES][HV_DEVICE_KEYS];
    const char *next, *end; /* text not yet read */
    int line;               /* line last read; of a change -1 - its number */
    const char *const *changes;
    char place[200]; /* for messages */
    struct hv_error *error;
    bool failed;
};

static const struct hv_config_key *find_key(const char *section, const char *key, size_t *index)
{
    for (size_t i = 0; i < hv_config_key_count; i++) {
        if (!strcmp(hv_config_keys[i].section, section) && !strcmp(hv_config_keys[i].key, key)) {
            *index = i;
            return &hv_config_keys[i];
        }
    }
    return NULL;
}

/* Where a line is, for messages. */
static const char *place_of(struct reader *reader, int line)
{
    if (line < 0)
        snprintf(reader->place, sizeof reader->place, "--set %.180s", reader->changes[-1 - line]);
    else
        snprintf(reader->place, sizeof reader->place, "%.180s:%d", reader->file, line);
    return reader->place;
}

static const char *place(struct reader *reader)
{
    return place_of(reader, reader->line);
}

static int fail(struct reader *reader)
{
    reader->failed = true;
    return 0; /* libinih: stop here */
}

static bool choice_index(const struct hv_config_key *key, const char *word, size_t length, uint32_t *index)
{
    for (uint32_t i = 0; key->choices[i]; i++) {
        if (strlen(key->choices[i]) == length && !strncmp(key->choices[i], word, length)) {
            *index = i;
            return true;
        }
    }
    return false;
}

static void list_choices(const struct hv_config_key *key, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; key->choices[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", key->choices[i]);
}

static int bad_word(struct reader *reader, const struct hv_config_key *key, const char *value)
{
    char choices[128];
    list_choices(key, choices, sizeof choices);
    hv_config_error(reader->error, "%s: %s: found '%.80s', expected %s%s", place(reader), key->key, value,
                    key->kind == HV_KEY_FLAGS ? "none, or any of: " : "one of: ", choices);
    return fail(reader);
}

/* Into the structure that has the key's field. */
static int set_number(struct reader *reader, void *object, const struct hv_config_key *key, const char *value)
{
    char *end;
    errno = 0;
    const bool hex = value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
    const unsigned long long number = strtoull(value, &end, hex ? 16 : 10);
    if (errno || *end || value[0] < '0' || value[0] > '9' || !hv_config_in_range(key, number)) {
        char range[HV_CONFIG_RANGE];
        hv_config_range(key, range);
        hv_config_error(reader->error, "%s: %s: found '%.80s', expected %s%s", place(reader), key->key, value,
                        key->or_0 ? "" : "a number from ", range);
        return fail(reader);
    }
    *hv_config_field(object, key) = (uint32_t)number;
    return 1;
}

static int set_flags(struct reader *reader, const struct hv_config_key *key, const char *value)
{
    uint32_t flags = 0, index;
    const char *word = strcmp(value, "none") ? value : "";
    while (*word) {
        word += strspn(word, ", ");
        size_t length = strcspn(word, ", ");
        if (!length)
            break;
        if (!choice_index(key, word, length, &index))
            return bad_word(reader, key, value);
        flags |= UINT32_C(1) << index;
        word += length;
    }
    *hv_config_field(&reader->config, key) = flags;
    return 1;
}

/* fgets for libinih, which calls the handler right after the line it belongs to: so the
 * count of lines here is the line of the key. */
static char *read_line(char *buffer, int size, void *user)
{
    struct reader *reader = user;
    if (reader->next == reader->end || size < 2)
        return NULL;
    const char *newline = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
    size_t length = (size_t)((newline ? newline + 1 : reader->end) - reader->next);
    reader->line++;
    if (length > (size_t)size - 1) { /* too long for libinih: cut, and the rest is never read */
        hv_config_error(reader->error, "%s: found a line of %zu characters, expected at most %d", place(reader), length,
                        size - 2);
        reader->failed = true;
        return NULL;
    }
    memcpy(buffer, reader->next, length);
    buffer[length] = '\0';
    reader->next += length;
    return buffer;
}

static int unknown_key(struct reader *reader, const char *section, const char *name)
{
    hv_config_error(reader->error,
                    "%s: found key '%.60s' in section [%.60s], expected a key that `nestor config explain` lists",
                    place(reader), name, section);
    return fail(reader);
}

/* Is it the first time? */
static int give(struct reader *reader, int *given, const char *name)
{
    if (*given && reader->line > 0) { /* a change takes the place of what was there */
        hv_config_error(reader->error, "%s: %s: found a second time, expected once: line %d gave it already",
                        place(reader), name, *given);
        return fail(reader);
    }
    *given = reader->line;
    return 1;
}

/* The window of this name, a new one if there is none; NULL: with *error filled. */
static struct hv_device_window *find_window(struct reader *reader, const char *name)
{
    struct hv_config *config = &reader->config;
    for (uint32_t i = 0; i < config->windows; i++)
        if (strcmp(config->window[i].name, name) == 0)
            return &config->window[i];
    if (!hv_config_device_name(name))
        hv_config_error(reader->error,
                        "%s: found section [device.%.60s], expected a name of at most %d small letters, digits and _, "
                        "a letter first, and not ram, uart, clint or finisher",
                        place(reader), name, HV_DEVICE_NAME - 1);
    else if (config->windows == HV_MAX_DEVICES)
        hv_config_error(reader->error, "%s: found section [device.%s] after %d others, expected at most %d",
                        place(reader), name, HV_MAX_DEVICES, HV_MAX_DEVICES);
    else
        return strcpy(config->window[config->windows++].name, name), &config->window[config->windows - 1];
    return NULL;
}

static int handle_device(struct reader *reader, const char *section, const char *key, const char *value)
{
    unsigned i = 0;
    while (i < HV_DEVICE_KEYS && strcmp(hv_device_keys[i].key, key) != 0)
        i++;
    if (i == HV_DEVICE_KEYS)
        return unknown_key(reader, section, key);
    struct hv_device_window *window = find_window(reader, section + strlen("device."));
    if (!window)
        return fail(reader);
    return give(reader, &reader->device_given[window - reader->config.window][i], key) &&
           set_number(reader, window, &hv_device_keys[i], value);
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
    struct reader *reader = user;
    size_t index;
    if (reader->failed)
        return 0;
    if (strncmp(section, "device.", strlen("device.")) == 0)
        return handle_device(reader, section, name, value);
    const struct hv_config_key *key = find_key(section, name, &index);
    if (!key)
        return unknown_key(reader, section, name);
    if (!give(reader, &reader->given[index], name))
        return 0;
    if (key->kind == HV_KEY_NUMBER)
        return set_number(reader, &reader->config, key, value);
    if (key->kind == HV_KEY_FLAGS)
        return set_flags(reader, key, value);
    uint32_t choice;
    if (!choice_index(key, value, strlen(value), &choice))
        return bad_word(reader, key, value);
    *hv_config_field(&reader->config, key) = choice;
    return 1;
}

/* Keys whose default depends on another: the root and the reset vector lie in RAM. */
static void complete(struct reader *reader)
{
    size_t index = 0;
    if (find_key("machine", "hv_root", &index) && !reader->given[index])
        reader->config.hv_root = reader->config.ram_base + 0x40;
    if (find_key("machine", "reset_vector", &index) && !reader->given[index])
        reader->config.reset_vector = reader->config.ram_base;
    size_t ways = 0, entries = 0;
    bool ways_given = find_key("associator", "ways", &ways) && reader->given[ways];
    bool entries_given = find_key("associator", "entries", &entries) && reader->given[entries];
    if (!ways_given && entries_given && reader->config.assoc_entries)
        reader->config.assoc_ways = reader->config.assoc_entries;
}

/* Each has all its keys; then by ascending bases. */
static int complete_windows(struct reader *reader)
{
    struct hv_config *config = &reader->config;
    for (uint32_t i = 0; i < config->windows; i++) {
        const int *given = reader->device_given[i];
        for (unsigned j = 0; j < HV_DEVICE_KEYS; j++)
            if (!given[j])
                return hv_config_error(reader->error, "%s: [device.%s]: found no key %s, expected base and bytes",
                                       place_of(reader, given[!j]), config->window[i].name, hv_device_keys[j].key);
    }
    for (uint32_t i = 1; i < config->windows; i++)
        for (uint32_t j = i; j && config->window[j].base < config->window[j - 1].base; j--) {
            const struct hv_device_window moved = config->window[j];
            config->window[j] = config->window[j - 1];
            config->window[j - 1] = moved;
        }
    return 0;
}

/* SECTION.KEY=VALUE, as if it stood in the file. A section may have dots. */
static int apply_change(struct reader *reader, const char *change)
{
    char text[200];
    const size_t length = strlen(change);
    const char *equals = strchr(change, '=');
    if (!equals || length >= sizeof text)
        return hv_config_error(
            reader->error, "--set: found '%.80s', expected SECTION.KEY=VALUE, as in machine.timebase=clock", change);
    memcpy(text, change, length + 1);
    char *value = text + (equals - change);
    *value++ = '\0';
    char *dot = strrchr(text, '.');
    if (!dot)
        return hv_config_error(
            reader->error, "--set %.80s: found no section, expected SECTION.KEY=VALUE, as in machine.timebase=clock",
            change);
    *dot = '\0';
    return handle(reader, text, dot + 1, value) ? 0 : -1;
}

/* The text with the changes, which come behind it. */
static int parse(struct hv_config *config, const char *text, size_t length, const char *file,
                 const char *const *changes, size_t count, struct hv_error *error)
{
    struct reader reader = {.file = file, .changes = changes, .error = error, .next = text, .end = text + length};
    hv_config_default(&reader.config);
    if (memchr(text, '\0', length))
        return hv_config_error(error, "%s: found a NUL byte, expected an INI file", file);
    int line = ini_parse_stream(read_line, &reader, handle, &reader);
    if (reader.failed)
        return -1;
    if (line > 0)
        return hv_config_error(error, "%s:%d: found a line that is neither [section] nor key = value", file, line);
    if (line < 0)
        return hv_config_error(error, "%s: out of memory", file);
    for (size_t i = 0; i < count; i++) {
        reader.line = -1 - (int)i;
        if (apply_change(&reader, changes[i]))
            return -1;
    }
    complete(&reader);
    if (complete_windows(&reader))
        return -1;
    *config = reader.config;
    return 0;
}

int hv_config_parse(struct hv_config *config, const char *text, size_t length, const char *file, struct hv_error *error)
{
    return parse(config, text, length, file, NULL, 0, error);
}

static int read_file(const char *file, char **text, size_t *length, struct hv_error *error)
{
    enum { LIMIT = 1 << 20 }; /* no configuration is a megabyte long: the wrong file */
    FILE *stream = fopen(file, "rb");
    if (!stream)
        return hv_config_error(error, "%s: %s", file, strerror(errno));
    char *buffer = malloc(LIMIT);
    *length = buffer ? fread(buffer, 1, LIMIT, stream) : 0;
    bool bad = !buffer || ferror(stream) || *length == LIMIT;
    int reason = errno;
    fclose(stream);
    if (bad) {
        hv_config_error(error, "%s: %s", file,
                        !buffer            ? "out of memory"
                        : *length == LIMIT ? "found a megabyte or more, expected an INI file"
                                           : strerror(reason));
        free(buffer);
        return -1;
    }
    *text = buffer;
    return 0;
}

static void name_from_file(struct hv_config *config, const char *file)
{
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    size_t length = strlen(base);
    if (length > 4 && !strcmp(base + length - 4, ".ini"))
        length -= 4;
    snprintf(config->name, sizeof config->name, "%.*s", (int)(length > 63 ? 63 : length), base);
}

int hv_config_read_changed(struct hv_config *config, const char *name, const char *const *changes, size_t count,
                           struct hv_error *error)
{
    struct hv_config result;
    const char *preset = hv_config_preset_text(name);
    if (preset) {
        if (parse(&result, preset, strlen(preset), name, changes, count, error))
            return -1;
        snprintf(result.name, sizeof result.name, "%s", name);
    } else if (strpbrk(name, "/.")) {
        char *text = NULL;
        size_t length = 0;
        if (read_file(name, &text, &length, error))
            return -1;
        int status = parse(&result, text, length, name, changes, count, error);
        free(text);
        if (status)
            return -1;
        name_from_file(&result, name);
    } else {
        return hv_config_error(
            error, "found configuration '%.80s', expected a preset (`nestor config list`) or an INI file's path", name);
    }
    const size_t length = strlen(result.name);
    if (count && length + 1 < sizeof result.name)
        memcpy(result.name + length, "+", 2);
    if (hv_config_validate(&result, HV_FOR_MODEL, error))
        return -1;
    *config = result;
    return 0;
}

int hv_config_read(struct hv_config *config, const char *name, struct hv_error *error)
{
    return hv_config_read_changed(config, name, NULL, 0, error);
}
