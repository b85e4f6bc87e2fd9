/* The device of this example, for Nestor's simulators:
 *
 *   0x0  OUT    the pins; read and written by byte lanes
 *   0x4  READS  how often this register has been read before: reading it has an effect
 *   0x8  LINE   bit 0: the interrupt line
 *
 * All other offsets are refused: a load or store there is an access fault.
 */
#include "nestor_device.h"

#include <stdio.h>
#include <stdlib.h>

enum { OUT = 0, READS = 4, LINE = 8 };

struct gpio {
    uint32_t out, reads;
    bool line;
};

static bool gpio_open(void **state, const char *name, uint32_t bytes)
{
    (void)name, (void)bytes;
    struct gpio *gpio = calloc(1, sizeof *gpio);
    if (!gpio)
        return false;
    *state = gpio;
    return true;
}

static bool gpio_read(void *state, uint32_t offset, unsigned mask, uint32_t *data)
{
    struct gpio *gpio = state;
    (void)mask;
    if (offset == OUT)
        *data = gpio->out;
    else if (offset == READS)
        *data = gpio->reads++;
    else if (offset == LINE)
        *data = gpio->line;
    return offset <= LINE;
}

static bool gpio_write(void *state, uint32_t offset, unsigned mask, uint32_t data)
{
    struct gpio *gpio = state;
    if (offset == OUT) {
        for (unsigned i = 0; i < 4; i++)
            if (mask >> i & 1)
                gpio->out = (gpio->out & ~(0xffu << 8 * i)) | (data & 0xffu << 8 * i);
        fprintf(stderr, "gpio: pins %08x\n", (unsigned)gpio->out);
    } else if (offset == LINE && mask & 1) {
        gpio->line = data & 1;
    }
    return offset <= LINE;
}

static bool gpio_interrupt(void *state)
{
    return ((struct gpio *)state)->line;
}

const struct nestor_device nestor_device = {
    .version = NESTOR_DEVICE_VERSION,
    .open = gpio_open,
    .read = gpio_read,
    .write = gpio_write,
    .interrupt = gpio_interrupt,
    .close = free,
};
