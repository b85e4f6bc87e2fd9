/* Random configurations within what hardware takes, and a short list of fixed ones. */
#include "fuzz/config.h"

#include "isa/isa.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- chance ---- */

/* splitmix64: good even from seeds that follow each other. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((next(state) >> 32) % n);
}

static uint32_t one_of(uint64_t *state, const uint32_t *values, uint32_t count)
{
    return values[below(state, count)];
}
/* A value that stands twice is twice as frequent. */
#define ONE_OF(state, ...)                                                                                             \
    one_of(state, (const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* ---- random ---- */

static void random_machine(struct hv_config *c, uint64_t *state)
{
    c->depth = ONE_OF(state, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 6, 7, 8, 8, 8, 8);
    c->syllable_bits = ONE_OF(state, 1, 2, 3, 4, 4, 5, 6, 7, 8);
    c->isa = ONE_OF(state, HV_ISA_RV32IM, HV_ISA_RV32IMA, HV_ISA_RV32IMA);
    c->phi = ONE_OF(state, HV_PHI_IDENTITY, HV_PHI_RB, HV_PHI_RB);
    c->timebase = ONE_OF(state, HV_TIMEBASE_COMMIT, HV_TIMEBASE_COMMIT, HV_TIMEBASE_COMMIT, HV_TIMEBASE_CLOCK);
    c->multiplier = below(state, HV_MULTIPLIERS);
    c->prediction = below(state, 3) ? HV_PREDICTION_STATIC : HV_PREDICTION_NONE;
    c->ram_ports = 1 + below(state, 2);
    c->f_maps = ONE_OF(state, HV_F_RB, HV_F_LINEAR, HV_F_RB | HV_F_LINEAR, HV_F_RB | HV_F_LINEAR);
    if (c->depth == 0 && below(state, 2))
        c->f_maps = 0;
}

/* Few entries: most worlds then evict. Now and then no associator, or one as large as is useful. */
static void random_associator(struct hv_config *c, uint64_t *state)
{
    c->assoc_replacement = below(state, HV_REPLACEMENTS);
    c->assoc_key = below(state, HV_KEYS);
    c->assoc_split = below(state, 2);
    c->assoc_ways = c->assoc_replacement == HV_REPLACEMENT_PLRU ? ONE_OF(state, 1, 2, 2, 4, 4, 8, 16)
                                                                : ONE_OF(state, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 12, 16);
    c->assoc_entries = c->assoc_ways * ONE_OF(state, 0, 1, 1, 1, 1, 2, 2, 4, 8, 32);
    if (below(state, 12) == 0)
        c->assoc_entries = c->assoc_ways = ONE_OF(state, 24, 32, 64);
    c->prefix_entries = ONE_OF(state, 0, 0, 1, 1, 2, 2, 3, 4, 5, 8, 11, 16);
    c->last_pages = ONE_OF(state, 1, 2, 2, 3, 4);
    c->counter_bits = ONE_OF(state, 0, 32, 33, 40, 63, 64, 64);
}

/* All that hardware takes: any number of ways, one set of up to 64, or sets of up to 16. */
static void any_associator(struct hv_config *c, uint64_t *state)
{
    const bool powers = c->assoc_replacement == HV_REPLACEMENT_PLRU, one_set = below(state, 2);
    do {
        c->assoc_ways = powers ? 1u << below(state, one_set ? 7 : 5) : 1 + below(state, one_set ? 64 : 16);
        c->assoc_entries = one_set ? c->assoc_ways : c->assoc_ways << below(state, 10);
    } while (c->assoc_entries > FUZZ_MOST_ENTRIES);
    c->prefix_entries = below(state, 17);
    c->last_pages = 1 + below(state, 4);
    c->counter_bits = below(state, 34);
    c->counter_bits += c->counter_bits ? 31 : 0;
}

static uint32_t random_page(uint64_t *state, uint32_t bytes, uint32_t alignment)
{
    uint32_t last = UINT32_MAX / alignment - bytes / alignment + 1;
    return below(state, last + 1) * alignment;
}

/* Mostly the board's names. Devices that move may come to lie on each other or on RAM: then all is tried again. */
static void random_names(struct hv_config *c, uint64_t *state)
{
    c->ram_bytes = ONE_OF(state, 0x10000, 0x11000, 0x18000, 0x20000, 0x20000, 0x20000, 0x30000, 0x3f000, 0x40000);
    c->ram_base = ONE_OF(state, 0x80000000, 0x80000000, 0x80000000, 0, 1);
    if (c->ram_base == 1)
        c->ram_base = random_page(state, c->ram_bytes, HV_PAGE_BYTES);
    if (below(state, 4) == 0)
        c->uart_base = random_page(state, HV_UART_BYTES, HV_PAGE_BYTES);
    if (below(state, 4) == 0)
        c->clint_base = random_page(state, HV_CLINT_BYTES, HV_CLINT_BYTES);
    if (below(state, 4) == 0)
        c->finisher_base = random_page(state, HV_FINISHER_BYTES, HV_PAGE_BYTES);
    if (below(state, 8) == 0) /* right behind RAM: one page further is another thing */
        c->uart_base = c->ram_base + c->ram_bytes;
}

static void add_window(struct hv_config *c, uint32_t base, uint32_t bytes)
{
    uint32_t at = c->windows++;
    for (; at && c->window[at - 1].base > base; at--) {
        c->window[at].base = c->window[at - 1].base;
        c->window[at].bytes = c->window[at - 1].bytes;
    }
    c->window[at].base = base;
    c->window[at].bytes = bytes;
    snprintf(c->window[c->windows - 1].name, HV_DEVICE_NAME, "w%" PRIu32, c->windows);
}

/* None, one, or some device windows, anywhere, or right behind RAM or another device. */
static void random_windows(struct hv_config *c, uint64_t *state)
{
    for (uint32_t i = below(state, 3) ? 0 : ONE_OF(state, 1, 1, 2, HV_MAX_DEVICES); i > 0; i--) {
        const uint32_t bytes = ONE_OF(state, 0x1000, 0x1000, 0x2000, 0x3000, 0x10000);
        const uint32_t base = random_page(state, bytes, HV_PAGE_BYTES);
        add_window(c,
                   ONE_OF(state, base, base, c->ram_base + c->ram_bytes, c->uart_base + HV_UART_BYTES,
                          c->finisher_base + HV_FINISHER_BYTES),
                   bytes);
    }
}

/* The root's three words are inside one page; at its end now and then. Every VM's memory reaches up to it, so that with
 * a high one a deep tree of VMs has no room. */
static void random_places(struct hv_config *c, uint64_t *state)
{
    const uint32_t pages = c->depth >= 4 && below(state, 8) ? 2 : c->ram_bytes / HV_PAGE_BYTES;
    const uint32_t page = c->ram_base + below(state, pages) * HV_PAGE_BYTES;
    c->hv_root = c->ram_base + 0x40;
    c->reset_vector = c->ram_base;
    if (below(state, 2))
        c->hv_root = page + ONE_OF(state, 0, 0x40, HV_PAGE_BYTES - 12, 4 * below(state, HV_PAGE_BYTES / 4 - 2));
    if (below(state, 2))
        c->reset_vector = c->ram_base + 4 * below(state, c->ram_bytes / 4);
}

void fuzz_config_random(struct hv_config *config, uint64_t seed)
{
    uint64_t state = seed;
    struct hv_error error;
    do {
        hv_config_default(config);
        snprintf(config->name, sizeof config->name, "random-%" PRIx64, seed);
        random_machine(config, &state);
        random_associator(config, &state);
        random_names(config, &state);
        if (below(&state, 10) < 3) {
            any_associator(config, &state);
            config->ram_bytes =
                FUZZ_LEAST_RAM + below(&state, (FUZZ_MOST_RAM - FUZZ_LEAST_RAM) / HV_PAGE_BYTES + 1) * HV_PAGE_BYTES;
        }
        random_places(config, &state);
        random_windows(config, &state);
    } while (hv_config_validate(config, HV_FOR_HARDWARE, &error));
}

/* ---- fixed ---- */

enum { BOTH = HV_F_RB | HV_F_LINEAR };

/* A fast multiplier is for few: as gates it takes long to build. The four with depth 8 are deep enough for all
 * that levels 0 to 4 can do, one for each key and one without associator. The others meet DEPTH earlier: with each key,
 * and without an associator, at each level from 1 to 4, and at levels 5 to 7; some have one form of map. */
static const struct plain {
    const char *name;
    uint32_t depth, syllable_bits, isa, phi, multiplier, f_maps;
    uint32_t entries, ways, replacement, key, split, prefix_entries, counter_bits;
} plains[FUZZ_PLAIN_CONFIGS] = {
    {"plain-vmid", 4, 4, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 4, 4, HV_REPLACEMENT_LRU,
     HV_KEY_VMID, HV_UNIFIED, 2, 64},
    {"plain-level", 8, 2, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_FAST, BOTH, 8, 2, HV_REPLACEMENT_PLRU, HV_KEY_LEVEL,
     HV_SPLIT, 4, 64},
    {"plain-none", 8, 3, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 3, 3, HV_REPLACEMENT_FIFO,
     HV_KEY_NONE, HV_UNIFIED, 1, 32},
    {"plain-deep", 8, 8, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_FAST, BOTH, 12, 3, HV_REPLACEMENT_RANDOM, HV_KEY_VMID,
     HV_SPLIT, 0, 40},
    {"plain-bare", 8, 1, HV_ISA_RV32IM, HV_PHI_IDENTITY, HV_MULTIPLIER_SEQUENTIAL, BOTH, 0, 1, HV_REPLACEMENT_LRU,
     HV_KEY_NONE, HV_UNIFIED, 0, 0},
    {"plain-linear", 3, 4, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, HV_F_LINEAR, 1, 1, HV_REPLACEMENT_FIFO,
     HV_KEY_LEVEL, HV_UNIFIED, 5, 64},
    {"plain-rb", 2, 5, HV_ISA_RV32IM, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, HV_F_RB, 4, 2, HV_REPLACEMENT_RANDOM,
     HV_KEY_NONE, HV_SPLIT, 0, 0},
    {"plain-shallow", 1, 4, HV_ISA_RV32IMA, HV_PHI_IDENTITY, HV_MULTIPLIER_FAST, BOTH, 2, 2, HV_REPLACEMENT_PLRU,
     HV_KEY_VMID, HV_UNIFIED, 4, 64},
    {"plain-bare-1", 1, 3, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 0, 1, HV_REPLACEMENT_LRU,
     HV_KEY_VMID, HV_UNIFIED, 0, 32},
    {"plain-bare-2", 2, 2, HV_ISA_RV32IM, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 0, 1, HV_REPLACEMENT_LRU,
     HV_KEY_VMID, HV_UNIFIED, 0, 0},
    {"plain-bare-3", 3, 6, HV_ISA_RV32IMA, HV_PHI_IDENTITY, HV_MULTIPLIER_SEQUENTIAL, BOTH, 0, 1, HV_REPLACEMENT_LRU,
     HV_KEY_VMID, HV_UNIFIED, 0, 0},
    {"plain-bare-4", 4, 4, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 0, 1, HV_REPLACEMENT_LRU,
     HV_KEY_VMID, HV_UNIFIED, 0, 64},
    {"plain-none-1", 1, 7, HV_ISA_RV32IM, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 128, 1, HV_REPLACEMENT_LRU,
     HV_KEY_NONE, HV_UNIFIED, 0, 0},
    {"plain-none-3", 3, 2, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 4, 4, HV_REPLACEMENT_PLRU,
     HV_KEY_NONE, HV_UNIFIED, 2, 64},
    {"plain-none-4", 4, 4, HV_ISA_RV32IMA, HV_PHI_IDENTITY, HV_MULTIPLIER_SEQUENTIAL, BOTH, 6, 3, HV_REPLACEMENT_LRU,
     HV_KEY_NONE, HV_SPLIT, 3, 40},
    {"plain-level-1", 1, 2, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 5, 5, HV_REPLACEMENT_LRU,
     HV_KEY_LEVEL, HV_UNIFIED, 0, 32},
    {"plain-level-2", 2, 3, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 128, 2, HV_REPLACEMENT_RANDOM,
     HV_KEY_LEVEL, HV_SPLIT, 1, 0},
    {"plain-level-4", 4, 4, HV_ISA_RV32IM, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 8, 2, HV_REPLACEMENT_FIFO,
     HV_KEY_LEVEL, HV_UNIFIED, 0, 0},
    {"plain-vmid-2", 2, 6, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 7, 7, HV_REPLACEMENT_FIFO,
     HV_KEY_VMID, HV_UNIFIED, 3, 64},
    {"plain-vmid-3", 3, 3, HV_ISA_RV32IMA, HV_PHI_IDENTITY, HV_MULTIPLIER_SEQUENTIAL, BOTH, 16, 4, HV_REPLACEMENT_PLRU,
     HV_KEY_VMID, HV_SPLIT, 2, 32},
    {"plain-none-5", 5, 4, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 3, 3, HV_REPLACEMENT_FIFO,
     HV_KEY_NONE, HV_UNIFIED, 4, 64},
    {"plain-level-6", 6, 3, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_FAST, BOTH, 6, 6, HV_REPLACEMENT_LRU, HV_KEY_LEVEL,
     HV_UNIFIED, 8, 0},
    {"plain-vmid-6", 6, 5, HV_ISA_RV32IM, HV_PHI_RB, HV_MULTIPLIER_FAST, BOTH, 8, 8, HV_REPLACEMENT_PLRU, HV_KEY_VMID,
     HV_UNIFIED, 6, 40},
    {"plain-bare-7", 7, 4, HV_ISA_RV32IMA, HV_PHI_RB, HV_MULTIPLIER_SEQUENTIAL, BOTH, 0, 1, HV_REPLACEMENT_LRU,
     HV_KEY_VMID, HV_UNIFIED, 8, 64},
};

bool fuzz_config_plain(struct hv_config *config, unsigned i)
{
    if (i >= FUZZ_PLAIN_CONFIGS)
        return false;
    const struct plain *p = &plains[i];
    hv_config_default(config);
    snprintf(config->name, sizeof config->name, "%s", p->name);
    config->depth = p->depth;
    config->syllable_bits = p->syllable_bits;
    config->isa = p->isa;
    config->phi = p->phi;
    config->multiplier = p->multiplier;
    config->f_maps = p->f_maps;
    config->timebase = i % 4 == 3 ? HV_TIMEBASE_CLOCK : HV_TIMEBASE_COMMIT;
    config->ram_bytes = 0x20000;
    config->prediction = i % 3 ? HV_PREDICTION_STATIC : HV_PREDICTION_NONE;
    config->ram_ports = 1 + i % 2;
    config->assoc_entries = p->entries;
    config->assoc_ways = p->ways;
    config->assoc_replacement = p->replacement;
    config->assoc_key = p->key;
    config->assoc_split = p->split;
    config->prefix_entries = p->prefix_entries;
    config->last_pages = 1 + i % 4;
    config->counter_bits = p->counter_bits;
    if (i % 5 == 2) {
        add_window(config, config->uart_base + HV_UART_BYTES, 0x1000);
        add_window(config, 0x20000000, 0x2000);
    }
    return true;
}
