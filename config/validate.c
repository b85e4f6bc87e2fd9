/* The rules of docs/spec.md, 3, that reach over more than one key, and what is not built yet. */
#include "config/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int hv_config_error(struct hv_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

static bool power_of_two(uint32_t value)
{
    return value && !(value & (value - 1));
}

/* A structure that came from a program, not from a file, may hold anything. */
static int validate_ranges(const struct hv_config *config, struct hv_error *error)
{
    for (size_t i = 0; i < hv_config_key_count; i++) {
        const struct hv_config_key *key = &hv_config_keys[i];
        uint32_t value = hv_config_value(config, key), choices = 0;
        if (key->kind == HV_KEY_NUMBER) {
            char range[HV_CONFIG_RANGE];
            hv_config_range(key, range);
            if (!hv_config_in_range(key, value))
                return hv_config_error(error, "%s: %s: found %" PRIu32 ", expected %s", config->name, key->key, value,
                                       range);
            continue;
        }
        while (key->choices[choices])
            choices++;
        uint32_t end = key->kind == HV_KEY_FLAGS ? UINT32_C(1) << choices : choices;
        if (value >= end)
            return hv_config_error(error, "%s: %s: found %" PRIu32 ", expected less than %" PRIu32, config->name,
                                   key->key, value, end);
    }
    return 0;
}

static int validate_machine(const struct hv_config *config, struct hv_error *error)
{
    const char *name = config->name;
    if (config->privilege != HV_PRIVILEGE_MU)
        return hv_config_error(error, "%s: privilege: found msu, expected mu: this version has no S-mode", name);
    if (config->phi == HV_PHI_SV32)
        return hv_config_error(
            error, "%s: phi: found sv32, expected identity or rb: Sv32 needs S-mode, which this version lacks", name);
    if (config->f_type != HV_F_TYPE_I)
        return hv_config_error(error, "%s: f_type: found II, expected I: this version has type I f-maps only", name);
    if (config->depth && !config->f_maps)
        return hv_config_error(
            error, "%s: f_maps: found none, expected rb, linear or both: depth %" PRIu32 " needs a form of f", name,
            config->depth);
    return 0;
}

/* A window's name, keys and order; where it lies is for validate_names. */
static int validate_windows(const struct hv_config *config, struct hv_error *error)
{
    const char *name = config->name;
    if (config->windows > HV_MAX_DEVICES)
        return hv_config_error(error, "%s: found %" PRIu32 " device windows, expected at most %d", name,
                               config->windows, HV_MAX_DEVICES);
    for (uint32_t i = 0; i < config->windows; i++) {
        const struct hv_device_window *window = &config->window[i];
        if (!memchr(window->name, '\0', sizeof window->name) || !hv_config_device_name(window->name))
            return hv_config_error(error, "%s: found device window '%.15s', expected a name of small letters", name,
                                   window->name);
        for (unsigned j = 0; j < HV_DEVICE_KEYS; j++) {
            const struct hv_config_key *key = &hv_device_keys[j];
            const uint32_t value = hv_config_value(window, key);
            if (value < key->min || value > key->max || value % 4096)
                return hv_config_error(error,
                                       "%s: [device.%s]: %s: found 0x%" PRIx32
                                       ", expected a multiple of 4096 from 0x%" PRIx32 " to 0x%" PRIx32,
                                       name, window->name, key->key, value, key->min, key->max);
        }
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(window->name, config->window[j].name) == 0 || window->base < config->window[j].base)
                return hv_config_error(error,
                                       "%s: [device.%s]: found after [device.%s], expected ascending bases and "
                                       "different names",
                                       name, window->name, config->window[j].name);
    }
    return 0;
}

struct range {
    char key[40]; /* for messages */
    uint32_t base, bytes, alignment;
};

/* RAM, the fixed devices and the windows. */
static unsigned list_ranges(const struct hv_config *config, struct range ranges[HV_DEVICE_NONE + 1])
{
    unsigned count = 0;
    ranges[count++] = (struct range){"ram_base", config->ram_base, config->ram_bytes, 4096};
    for (unsigned i = 0; i < hv_config_devices(config); i++) {
        const struct hv_device_range device = hv_config_device(config, i);
        struct range *range = &ranges[count++];
        *range = (struct range){.base = device.base, .bytes = device.bytes, .alignment = device.alignment};
        snprintf(range->key, sizeof range->key, i < HV_DEVICE_WINDOW ? "%s_base" : "[device.%s]: base", device.name);
    }
    return count;
}

static int validate_names(const struct hv_config *config, struct hv_error *error)
{
    struct range ranges[HV_DEVICE_NONE + 1];
    const unsigned count = list_ranges(config, ranges);
    const char *name = config->name;
    if (config->ram_bytes % 4096)
        return hv_config_error(error, "%s: ram_bytes: found 0x%" PRIx32 ", expected a multiple of 4096", name,
                               config->ram_bytes);
    for (unsigned i = 0; i < count; i++) {
        if (ranges[i].base % ranges[i].alignment)
            return hv_config_error(error, "%s: %s: found 0x%" PRIx32 ", expected a multiple of %" PRIu32, name,
                                   ranges[i].key, ranges[i].base, ranges[i].alignment);
        if ((uint64_t)ranges[i].base + ranges[i].bytes > UINT64_C(1) << 32)
            return hv_config_error(
                error, "%s: %s: found 0x%" PRIx32 ", expected an end within 32 bits: it is 0x%" PRIx32 " bytes long",
                name, ranges[i].key, ranges[i].base, ranges[i].bytes);
        for (unsigned j = 0; j < i; j++) {
            if (ranges[i].base - ranges[j].base < ranges[j].bytes || ranges[j].base - ranges[i].base < ranges[i].bytes)
                return hv_config_error(error, "%s: %s: found 0x%" PRIx32 ", which overlaps %s at 0x%" PRIx32, name,
                                       ranges[i].key, ranges[i].base, ranges[j].key, ranges[j].base);
        }
    }
    uint32_t reset = config->reset_vector - config->ram_base, root = config->hv_root - config->ram_base;
    if (config->reset_vector % 4 || reset >= config->ram_bytes)
        return hv_config_error(error, "%s: reset_vector: found 0x%" PRIx32 ", expected a word in RAM", name,
                               config->reset_vector);
    if (config->hv_root % 4 || root >= config->ram_bytes || config->hv_root % 4096 > 4096 - 12)
        return hv_config_error(error, "%s: hv_root: found 0x%" PRIx32 ", expected three words in one page of RAM", name,
                               config->hv_root);
    return 0;
}

static int validate_associator(const struct hv_config *config, enum hv_use use, struct hv_error *error)
{
    const char *name = config->name;
    uint32_t entries = config->assoc_entries, ways = config->assoc_ways;
    if (entries && entries % ways)
        return hv_config_error(error,
                               "%s: entries: found %" PRIu32 ", expected a multiple of ways (%" PRIu32
                               "), or ways = %" PRIu32 " (fully associative)",
                               name, entries, ways, entries);
    if (entries && !power_of_two(entries / ways))
        return hv_config_error(error,
                               "%s: entries: found %" PRIu32 " in %" PRIu32
                               " sets, expected a power of two of sets, or ways = %" PRIu32 " (fully associative)",
                               name, entries, entries / ways, entries);
    if (entries && config->assoc_replacement == HV_REPLACEMENT_PLRU && !power_of_two(ways))
        return hv_config_error(error, "%s: ways: found %" PRIu32 ", expected a power of two for plru", name, ways);
    bool fully_associative = ways == entries;
    if (entries && use == HV_FOR_HARDWARE && ways > 16 && !(fully_associative && entries <= 64))
        return hv_config_error(error,
                               "%s: ways: found %" PRIu32 " of %" PRIu32
                               " entries, expected at most 16, or fully associative with at most 64, in hardware",
                               name, ways, entries);
    return 0;
}

int hv_config_validate(const struct hv_config *config, enum hv_use use, struct hv_error *error)
{
    if (validate_ranges(config, error) || validate_machine(config, error) || validate_windows(config, error) ||
        validate_names(config, error))
        return -1;
    return validate_associator(config, use, error);
}
