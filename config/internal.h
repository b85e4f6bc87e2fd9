/* Inside config/: keys.def as an array. */
#ifndef HV_CONFIG_INTERNAL_H
#define HV_CONFIG_INTERNAL_H

#include "config/config.h"

enum hv_key_kind { HV_KEY_NUMBER, HV_KEY_CHOICE, HV_KEY_FLAGS };

struct hv_config_key {
    const char *section, *key;
    enum hv_key_kind kind;
    size_t offset;          /* of the uint32_t field in struct hv_config, or hv_device_window */
    uint32_t min, max;      /* numbers */
    bool or_0;              /* 0 is one too */
    const char *choices[8]; /* words of choices and flags, ended by NULL */
    uint32_t default_value;
    const char *meaning;
};

extern const struct hv_config_key hv_config_keys[];
extern const size_t hv_config_key_count;

/* The keys of a section [device.NAME]. */
enum {
#define DEVICE_KEY(key, field, min, max, meaning) HV_DEVICE_KEY_##key,
#include "config/keys.def"
    HV_DEVICE_KEYS
};
extern const struct hv_config_key hv_device_keys[HV_DEVICE_KEYS];

/* `object` is the struct hv_config, or the struct hv_device_window, that the key is of. */
uint32_t *hv_config_field(void *object, const struct hv_config_key *key);
uint32_t hv_config_value(const void *object, const struct hv_config_key *key);

/* The numbers that a key may have, as text and as a check. */
enum { HV_CONFIG_RANGE = 48 };
void hv_config_range(const struct hv_config_key *key, char range[HV_CONFIG_RANGE]);
bool hv_config_in_range(const struct hv_config_key *key, uint64_t value);

/* Fill *error; returns -1, so that a check can end in it. */
__attribute__((format(printf, 2, 3))) int hv_config_error(struct hv_error *error, const char *format, ...);

/* The preset's INI text, or NULL. */
const char *hv_config_preset_text(const char *name);

#endif
