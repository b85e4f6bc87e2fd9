#include "sim/devices.h"
#include "sim/files.h"
#include "sim/nestor_device.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device {
    void *object;
    const struct nestor_device *type; /* NULL: reads give 0 */
    void *state;
    bool open;
};

struct hv_devices {
    struct hv_config config;
    struct device device[HV_MAX_DEVICES];
};

/* The names of all windows, for messages. */
static void list_windows(const struct hv_config *config, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, config->windows ? "one of:" : "none: it has no [device.NAME]");
    for (uint32_t i = 0; i < config->windows && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, " %s", config->window[i].name);
}

static int find_window(const struct hv_devices *devices, const char *given, struct hv_error *error)
{
    const struct hv_config *config = &devices->config;
    const size_t length = strcspn(given, "=");
    char windows[HV_MAX_DEVICES * (HV_DEVICE_NAME + 1) + 32];
    if (given[length] != '=' || length == 0 || given[length + 1] == 0)
        return hv_fail(error, "--device: found '%s', expected NAME=FILE.so", given);
    for (uint32_t i = 0; i < config->windows; i++)
        if (strlen(config->window[i].name) == length && strncmp(config->window[i].name, given, length) == 0) {
            if (devices->device[i].object)
                return hv_fail(error, "--device: found %s a second time, expected once", config->window[i].name);
            return (int)i;
        }
    list_windows(config, windows, sizeof windows);
    return hv_fail(error, "--device: found '%.*s', expected a device window of configuration %s, %s", (int)length,
                   given, config->name, windows);
}

/* A name without a slash is a file here, not one of the system's libraries. */
static int load(struct device *device, const char *file, struct hv_error *error)
{
    char *path = hv_text("%s%s", strchr(file, '/') ? "" : "./", file);
    device->object = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    free(path);
    if (!device->object)
        return hv_fail(error, "%s: cannot load: %s", file, dlerror());
    device->type = dlsym(device->object, "nestor_device");
    if (!device->type)
        return hv_fail(error, "%s: found no nestor_device in it, expected one (sim/nestor_device.h)", file);
    if (device->type->version != NESTOR_DEVICE_VERSION)
        return hv_fail(error, "%s: found version %u of nestor_device, expected %d", file, device->type->version,
                       NESTOR_DEVICE_VERSION);
    return 0;
}

static int open_all(struct hv_devices *devices, struct hv_error *error)
{
    for (uint32_t i = 0; i < devices->config.windows; i++) {
        struct device *device = &devices->device[i];
        const struct hv_device_window *window = &devices->config.window[i];
        if (!device->type)
            continue;
        if (device->type->open && !device->type->open(&device->state, window->name, window->bytes))
            return hv_fail(error, "[device.%s]: its device does not open", window->name);
        device->open = true;
    }
    return 0;
}

static void close_all(struct hv_devices *devices)
{
    for (uint32_t i = 0; i < devices->config.windows; i++) {
        struct device *device = &devices->device[i];
        if (device->open && device->type->close)
            device->type->close(device->state);
        device->state = NULL;
        device->open = false;
    }
}

struct hv_devices *hv_devices_open(const struct hv_config *config, const char *const *given, size_t count,
                                   struct hv_error *error)
{
    struct hv_devices *devices = calloc(1, sizeof *devices);
    if (!devices) {
        hv_fail(error, "out of memory");
        return NULL;
    }
    devices->config = *config;
    int result = 0;
    for (size_t i = 0; result == 0 && i < count; i++) {
        const int window = find_window(devices, given[i], error);
        result = window < 0 ? -1 : load(&devices->device[window], strchr(given[i], '=') + 1, error);
    }
    if (result == 0)
        result = open_all(devices, error);
    if (result == 0)
        return devices;
    hv_devices_close(devices);
    return NULL;
}

void hv_devices_close(struct hv_devices *devices)
{
    if (!devices)
        return;
    close_all(devices);
    for (uint32_t i = 0; i < devices->config.windows; i++)
        if (devices->device[i].object)
            dlclose(devices->device[i].object);
    free(devices);
}

int hv_devices_restart(struct hv_devices *devices, struct hv_error *error)
{
    close_all(devices);
    return open_all(devices, error);
}

bool hv_devices_access(void *context, struct hv_window_access *access)
{
    const struct hv_devices *devices = context;
    const struct device *device = &devices->device[access->window];
    const struct nestor_device *type = device->type;
    bool done = true;
    if (type && access->write && type->write)
        done = type->write(device->state, access->offset, access->mask, access->data);
    else if (type && !access->write && type->read)
        done = type->read(device->state, access->offset, access->mask, &access->data);
    access->irq = false;
    for (uint32_t i = 0; i < devices->config.windows; i++) {
        const struct device *other = &devices->device[i];
        access->irq = access->irq || (other->type && other->type->interrupt && other->type->interrupt(other->state));
    }
    return done;
}
