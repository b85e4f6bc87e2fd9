/* Configurations for random worlds. */
#ifndef FUZZ_CONFIG_H
#define FUZZ_CONFIG_H

#include "config/config.h"

/* A random configuration that hardware can have: every key takes every value that hv_config_validate accepts
 * for HV_FOR_HARDWARE, with RAM of 64 KiB to 256 KiB and associators of at most 512 entries. Small
 * associators, and depths 4 and 8, are frequent. The same seed gives the same configuration; its name
 * is made from the seed. */
void fuzz_config_random(struct hv_config *config, uint64_t seed);

/* A short fixed list for campaigns that build few simulators: all keys, forms, replacements, splits,
 * the depths 1 to 4 with each of them and 8, with and without phi, atomics, prefix memory and associator. All have 128
 * KiB of RAM at 0x80000000. False when `i` is FUZZ_PLAIN_CONFIGS or more. */
enum { FUZZ_PLAIN_CONFIGS = 20 };
bool fuzz_config_plain(struct hv_config *config, unsigned i);

#endif
