/* A device of your own for Nestor's simulators.
 *
 * Make a shared object that defines `nestor_device`, and give it to a window [device.NAME] of the configuration:
 *
 *     cc -shared -fPIC -I$NESTOR/sim -o gpio.so gpio_device.c
 *     nestor run   --config ./gpio.ini --device gpio=./gpio.so program.elf
 *     nestor cosim --config ./gpio.ini --device gpio=./gpio.so program.elf
 *
 * Each load and store of the guest in the window is one call, in order, whatever simulates the Verilog: in cosim the
 * Verilog's accesses are answered, and the model takes the answers over. A waveform after a mismatch is a second run,
 * with a device that is opened anew. What a device answers should depend on the accesses alone: then runs can be
 * repeated. Plain C, and C++ with extern "C".
 */
#ifndef NESTOR_DEVICE_H
#define NESTOR_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define NESTOR_DEVICE_VERSION 1

/* A function that is NULL does nothing: reads give 0, and the line stays down. */
struct nestor_device {
    unsigned version; /* NESTOR_DEVICE_VERSION */

    /* Begin: NAME of the window, and its length in bytes. Returns false, with *state untouched, when that fails; *state
     * is what the others get. */
    bool (*open)(void **state, const char *name, uint32_t bytes);

    /* One access to the word at `offset`, a multiple of 4 from the window's base, on the byte lanes of `mask`: bit i is
     * byte i, bits 8i+7 to 8i of the data. False: the bus ends it with err, which is the access fault of the
     * instruction. */
    bool (*read)(void *state, uint32_t offset, unsigned mask, uint32_t *data);
    bool (*write)(void *state, uint32_t offset, unsigned mask, uint32_t data);

    /* The interrupt line, asked after each access in a window, this one's or another's: part of level 0's MEIP. */
    bool (*interrupt)(void *state);

    void (*close)(void *state);
};

extern const struct nestor_device nestor_device;

#endif
