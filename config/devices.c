/* The list of devices: what takes real names beside RAM. */
#include "config/internal.h"

#include <string.h>

static const struct {
    const char *name;
    size_t base; /* offset of its base in struct hv_config */
    uint32_t bytes, alignment;
} fixed[] = {
#define FIXED_DEVICE(NAME, name, bytes, alignment) {#name, offsetof(struct hv_config, name##_base), bytes, alignment},
#include "config/devices.def"
};

unsigned hv_config_devices(const struct hv_config *config)
{
    return HV_DEVICE_WINDOW + config->windows;
}

struct hv_device_range hv_config_device(const struct hv_config *config, unsigned i)
{
    if (i >= HV_DEVICE_WINDOW) {
        const struct hv_device_window *window = &config->window[i - HV_DEVICE_WINDOW];
        return (struct hv_device_range){window->name, window->base, window->bytes, 0x1000};
    }
    uint32_t base;
    memcpy(&base, (const char *)config + fixed[i].base, sizeof base);
    return (struct hv_device_range){fixed[i].name, base, fixed[i].bytes, fixed[i].alignment};
}

enum hv_device hv_config_device_at(const struct hv_config *config, uint32_t real)
{
    for (unsigned i = 0; i < hv_config_devices(config); i++) {
        const struct hv_device_range range = hv_config_device(config, i);
        if (real - range.base < range.bytes)
            return (enum hv_device)i;
    }
    return HV_DEVICE_NONE;
}

bool hv_config_device_name(const char *name)
{
    const size_t length = strlen(name);
    for (unsigned i = 0; i < HV_DEVICE_WINDOW; i++)
        if (strcmp(name, fixed[i].name) == 0)
            return false;
    return length > 0 && length < HV_DEVICE_NAME && strchr("abcdefghijklmnopqrstuvwxyz", name[0]) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length && strcmp(name, "ram") != 0;
}
