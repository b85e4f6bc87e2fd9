/* Configuration: defaults, canonical text, hash. Reading is in read.c, rules in validate.c. */
#include "config/config.h"

#include "config/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct hv_config_key hv_config_keys[] = {
#define NUMBER(section_, key_, field_, min_, max_, default_, meaning_)                                                 \
    {.section = #section_,                                                                                             \
     .key = #key_,                                                                                                     \
     .kind = HV_KEY_NUMBER,                                                                                            \
     .offset = offsetof(struct hv_config, field_),                                                                     \
     .min = (min_),                                                                                                    \
     .max = (max_),                                                                                                    \
     .default_value = (default_),                                                                                      \
     .meaning = (meaning_)},
#define NUMBER_OR_0(section_, key_, field_, min_, max_, default_, meaning_)                                            \
    {.section = #section_,                                                                                             \
     .key = #key_,                                                                                                     \
     .kind = HV_KEY_NUMBER,                                                                                            \
     .offset = offsetof(struct hv_config, field_),                                                                     \
     .min = (min_),                                                                                                    \
     .max = (max_),                                                                                                    \
     .or_0 = true,                                                                                                     \
     .default_value = (default_),                                                                                      \
     .meaning = (meaning_)},
#define CHOICE(section_, key_, field_, choices_, default_, meaning_)                                                   \
    {.section = #section_,                                                                                             \
     .key = #key_,                                                                                                     \
     .kind = HV_KEY_CHOICE,                                                                                            \
     .offset = offsetof(struct hv_config, field_),                                                                     \
     .choices = CHOICES_##choices_,                                                                                    \
     .default_value = (default_),                                                                                      \
     .meaning = (meaning_)},
#define FLAGS(section_, key_, field_, choices_, default_, meaning_)                                                    \
    {.section = #section_,                                                                                             \
     .key = #key_,                                                                                                     \
     .kind = HV_KEY_FLAGS,                                                                                             \
     .offset = offsetof(struct hv_config, field_),                                                                     \
     .choices = CHOICES_##choices_,                                                                                    \
     .default_value = (default_),                                                                                      \
     .meaning = (meaning_)},
#include "config/keys.def"
};
const size_t hv_config_key_count = sizeof hv_config_keys / sizeof hv_config_keys[0];

const struct hv_config_key hv_device_keys[HV_DEVICE_KEYS] = {
#define DEVICE_KEY(key_, field_, min_, max_, meaning_)                                                                 \
    {.section = "device.NAME",                                                                                         \
     .key = #key_,                                                                                                     \
     .kind = HV_KEY_NUMBER,                                                                                            \
     .offset = offsetof(struct hv_device_window, field_),                                                              \
     .min = (min_),                                                                                                    \
     .max = (max_),                                                                                                    \
     .meaning = (meaning_)},
#include "config/keys.def"
};

uint32_t *hv_config_field(void *object, const struct hv_config_key *key)
{
    return (uint32_t *)(void *)((char *)object + key->offset);
}

uint32_t hv_config_value(const void *object, const struct hv_config_key *key)
{
    uint32_t value;
    memcpy(&value, (const char *)object + key->offset, sizeof value);
    return value;
}

void hv_config_default(struct hv_config *config)
{
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < hv_config_key_count; i++)
        *hv_config_field(config, &hv_config_keys[i]) = hv_config_keys[i].default_value;
    snprintf(config->name, sizeof config->name, "default");
}

/* A growing text in a buffer of fixed size; counts what did not fit, like snprintf. */
struct text {
    char *buffer;
    size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t used = text->length < text->size ? text->length : text->size;
    int n = vsnprintf(text->size ? text->buffer + used : NULL, text->size - used, format, arguments);
    va_end(arguments);
    if (n > 0)
        text->length += (size_t)n;
}

static void add_flags(struct text *text, const struct hv_config_key *key, uint32_t value)
{
    const char *separator = "";
    for (unsigned bit = 0; key->choices[bit]; bit++) {
        if (value >> bit & 1) {
            add(text, "%s%s", separator, key->choices[bit]);
            separator = ", ";
        }
    }
    if (!value)
        add(text, "none");
}

static void add_value(struct text *text, const struct hv_config_key *key, uint32_t value)
{
    if (key->kind == HV_KEY_FLAGS)
        add_flags(text, key, value);
    else if (key->kind == HV_KEY_CHOICE)
        add(text, "%s", key->choices[value]);
    else if (key->max > 0xffffff)
        add(text, "0x%08" PRIx32, value);
    else
        add(text, "%" PRIu32, value);
}

void hv_config_range(const struct hv_config_key *key, char range[HV_CONFIG_RANGE])
{
    const char *zero = key->or_0 ? "0 or " : "";
    if (key->max > 0xffffff)
        snprintf(range, HV_CONFIG_RANGE, "%s0x%" PRIx32 " to 0x%" PRIx32, zero, key->min, key->max);
    else
        snprintf(range, HV_CONFIG_RANGE, "%s%" PRIu32 " to %" PRIu32, zero, key->min, key->max);
}

bool hv_config_in_range(const struct hv_config_key *key, uint64_t value)
{
    return (value >= key->min && value <= key->max) || (key->or_0 && value == 0);
}

static void add_comment(struct text *text, const struct hv_config_key *key)
{
    add(text, "; %s", key->meaning);
    if (key->kind == HV_KEY_NUMBER) {
        char range[HV_CONFIG_RANGE];
        hv_config_range(key, range);
        add(text, " (%s)\n", range);
        return;
    }
    const char *separator = key->kind == HV_KEY_FLAGS ? " (any of " : " (";
    for (unsigned i = 0; key->choices[i]; i++, separator = ", ")
        add(text, "%s%s", separator, key->choices[i]);
    add(text, ")\n");
}

static void add_key(struct text *text, const void *object, const struct hv_config_key *key, bool explain)
{
    if (explain)
        add_comment(text, key);
    add(text, "%s = ", key->key);
    add_value(text, key, hv_config_value(object, key));
    add(text, "\n");
}

static void add_windows(struct text *text, const struct hv_config *config, bool explain)
{
    if (explain && !config->windows) {
        add(text, "\n; [device.NAME]: a device of your own, at most %d of them; keys:\n", HV_MAX_DEVICES);
        for (unsigned i = 0; i < HV_DEVICE_KEYS; i++) {
            add(text, "; %s", hv_device_keys[i].key);
            add_comment(text, &hv_device_keys[i]);
        }
    }
    for (uint32_t i = 0; i < config->windows; i++) {
        add(text, "\n[device.%s]\n", config->window[i].name);
        for (unsigned j = 0; j < HV_DEVICE_KEYS; j++)
            add_key(text, &config->window[i], &hv_device_keys[j], explain);
    }
}

static size_t print(const struct hv_config *config, char *buffer, size_t size, bool explain)
{
    struct text text = {buffer, size, 0};
    if (size)
        buffer[0] = '\0';
    const char *section = "";
    for (size_t i = 0; i < hv_config_key_count; i++) {
        const struct hv_config_key *key = &hv_config_keys[i];
        if (strcmp(section, key->section) != 0)
            add(&text, "%s[%s]\n", *section ? "\n" : "", key->section);
        section = key->section;
        add_key(&text, config, key, explain);
    }
    add_windows(&text, config, explain);
    return text.length;
}

size_t hv_config_print(const struct hv_config *config, char *buffer, size_t size)
{
    return print(config, buffer, size, false);
}

size_t hv_config_explain(const struct hv_config *config, char *buffer, size_t size)
{
    return print(config, buffer, size, true);
}

void hv_config_hash(const struct hv_config *config, char hash[17])
{
    char text[4096];
    size_t length = hv_config_print(config, text, sizeof text);
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a offset basis and prime, 64 bits */
    for (size_t i = 0; i < length && i < sizeof text; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    snprintf(hash, 17, "%016" PRIx64, h);
}
