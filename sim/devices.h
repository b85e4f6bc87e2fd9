/* Devices of the user's, loaded from shared objects (nestor_device.h), in the windows of a configuration. */
#ifndef HV_DEVICES_H
#define HV_DEVICES_H

#include "sim/lockstep.h"

struct hv_devices;

/* `given` are texts NAME=FILE: FILE's device goes into [device.NAME]. Windows that are not given read 0. NULL with
 * *error filled: a name that is no window's or comes twice, a file that is no such object, a device that does not open.
 */
struct hv_devices *hv_devices_open(const struct hv_config *config, const char *const *given, size_t count,
                                   struct hv_error *error);
void hv_devices_close(struct hv_devices *devices);

/* Close all and open them anew: for another run. Returns 0, or -1 with *error filled. */
int hv_devices_restart(struct hv_devices *devices, struct hv_error *error);

/* What answers for them, with the devices as its context. */
hv_window_function hv_devices_access;

#endif
