/* Configurations for random worlds. */
#ifndef FUZZ_CONFIG_H
#define FUZZ_CONFIG_H

#include "config/config.h"

/* A random configuration that hardware can have. Every key takes every value that hv_config_validate accepts for
 * HV_FOR_HARDWARE, within two bounds: RAM of 64 KiB to 256 KiB, which has room for trees of VMs and is loaded quickly
 * for each world, and associators of at most 512 entries, which are built in seconds and which worlds of 800 records
 * can fill in part. Small associators, depths 4 and 8, and with them a low root, are frequent; geometry, prefix memory,
 * width of counters and size of RAM are uniform in three of ten. The same seed gives the same configuration; its name
 * is made from the seed. */
enum { FUZZ_LEAST_RAM = 0x10000, FUZZ_MOST_RAM = 0x40000, FUZZ_MOST_ENTRIES = 512 };
void fuzz_config_random(struct hv_config *config, uint64_t seed);

/* A short fixed list for campaigns that build few simulators: all keys, forms, replacements, splits,
 * the depths 1 to 4 with each of them and 5 to 8, with and without phi, atomics, prefix memory and associator. All have
 * 128 KiB of RAM at 0x80000000. False when `i` is FUZZ_PLAIN_CONFIGS or more. */
enum { FUZZ_PLAIN_CONFIGS = 24 };
bool fuzz_config_plain(struct hv_config *config, unsigned i);

#endif
