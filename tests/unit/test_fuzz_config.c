/* Configurations for random worlds: all legal in hardware, the same for the same seed, and spread over all values. */
#include "config/internal.h"
#include "fuzz/config.h"
#include "isa/isa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <inttypes.h>

enum { CONFIGS = 8000 };
static struct hv_config configs[CONFIGS];

static int make_configs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CONFIGS; i++)
        fuzz_config_random(&configs[i], i);
    return 0;
}

static void all_are_legal(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CONFIGS; i++) {
        struct hv_error error;
        if (hv_config_validate(&configs[i], HV_FOR_HARDWARE, &error))
            fail_msg("seed %u: %s", i, error.text);
        assert_in_range(configs[i].ram_bytes, FUZZ_LEAST_RAM, FUZZ_MOST_RAM);
        assert_in_range(configs[i].assoc_entries, 0, FUZZ_MOST_ENTRIES);
    }
}

static void a_seed_gives_one_configuration(void **state)
{
    (void)state;
    struct hv_config config;
    char a[17], b[17];
    unsigned different = 0;
    for (unsigned i = 0; i < CONFIGS; i++) {
        memset(&config, 0xa5, sizeof config);
        fuzz_config_random(&config, i);
        assert_string_equal(config.name, configs[i].name);
        assert_memory_equal(&config, &configs[i], sizeof config);
        hv_config_hash(&configs[i], a);
        hv_config_hash(&configs[(i + 1) % CONFIGS], b);
        different += strcmp(a, b) != 0;
    }
    assert_true(different > CONFIGS - 10);
    fuzz_config_random(&config, UINT64_MAX);
    assert_string_equal(config.name, "random-ffffffffffffffff");
}

/* How many configurations hold. */
#define HOLD(condition)                                                                                                \
    __extension__({                                                                                                    \
        unsigned n_ = 0;                                                                                               \
        for (const struct hv_config *c = configs; c < configs + CONFIGS; c++)                                          \
            n_ += (condition);                                                                                         \
        n_;                                                                                                            \
    })
#define SOME(condition)                                                                                                \
    do {                                                                                                               \
        if (!HOLD(condition))                                                                                          \
            fail_msg("none of %d has %s", CONFIGS, #condition);                                                        \
    } while (0)

/* What this version of the machine lacks (config/validate.c). */
static bool is_built(const struct hv_config_key *key, uint32_t value)
{
    if (!strcmp(key->key, "privilege"))
        return value == HV_PRIVILEGE_MU;
    if (!strcmp(key->key, "phi"))
        return value != HV_PHI_SV32;
    return strcmp(key->key, "f_type") != 0 || value == HV_F_TYPE_I;
}

static unsigned with_value(const struct hv_config_key *key, uint32_t value)
{
    return HOLD(hv_config_value(c, key) == value);
}

static void every_choice_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < hv_config_key_count; i++) {
        const struct hv_config_key *key = &hv_config_keys[i];
        uint32_t choices = 0;
        while (key->kind != HV_KEY_NUMBER && key->choices[choices])
            choices++;
        uint32_t values = key->kind == HV_KEY_FLAGS ? 1u << choices : choices;
        for (uint32_t value = 0; value < values; value++)
            if (is_built(key, value) && !with_value(key, value))
                fail_msg("%s: no configuration has the value %" PRIu32, key->key, value);
    }
}

static void numbers_are_spread(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= HV_MAX_DEPTH; n++)
        SOME(c->depth == n);
    for (uint32_t n = 1; n <= HV_MAX_SYLLABLE_BITS; n++)
        SOME(c->syllable_bits == n);
    for (uint32_t n = 0; n <= 16; n++)
        SOME(c->prefix_entries == n);
    for (uint32_t n = 1; n <= 4; n++)
        SOME(c->last_pages == n);
    for (uint32_t n = 0; n <= 64; n = n ? n + 1 : 32)
        SOME(c->counter_bits == n);
    for (uint32_t n = FUZZ_LEAST_RAM; n <= FUZZ_MOST_RAM; n += HV_PAGE_BYTES)
        SOME(c->ram_bytes == n);
    assert_true(HOLD(c->depth == 4) > CONFIGS / 8);
    assert_true(HOLD(c->depth == 8) > CONFIGS / 8);
}

/* Geometries, with every replacement that they can have. */
static void associators_are_spread(void **state)
{
    (void)state;
    assert_in_range(HOLD(c->assoc_entries == 0), CONFIGS / 40, CONFIGS / 5);
    assert_true(HOLD(c->assoc_entries && c->assoc_entries <= 8) > CONFIGS / 3);
    for (uint32_t n = 1; n <= 64; n++)
        SOME(c->assoc_ways == n && c->assoc_entries == n);
    for (uint32_t n = 1; n <= 16; n++)
        SOME(c->assoc_ways == n && c->assoc_entries > n);
    for (uint32_t n = 1; n <= FUZZ_MOST_ENTRIES; n *= 2)
        SOME(c->assoc_entries == c->assoc_ways * n);
    SOME(c->assoc_ways == 16 && c->assoc_entries > 16);
    SOME(c->assoc_entries == 64 && c->assoc_ways == 64);
    SOME(c->assoc_entries >= 256);
    for (unsigned replacement = 0; replacement < HV_REPLACEMENTS; replacement++)
        for (unsigned key = 0; key < HV_KEYS; key++)
            for (unsigned split = 0; split < 2; split++)
                SOME(c->assoc_replacement == replacement && c->assoc_key == key && c->assoc_split == split &&
                     c->assoc_entries && c->depth >= 4);
    SOME(c->assoc_replacement != HV_REPLACEMENT_PLRU && c->assoc_entries > c->assoc_ways &&
         (c->assoc_ways & (c->assoc_ways - 1)));
}

static void names_are_spread(void **state)
{
    (void)state;
    SOME(c->ram_bytes == 0x10000);
    SOME(c->ram_bytes == 0x40000);
    SOME(c->ram_bytes & (c->ram_bytes - 1));
    SOME(c->ram_base == 0);
    assert_true(HOLD(c->ram_base == 0x80000000) > CONFIGS / 3);
    assert_true(HOLD(c->ram_base && c->ram_base != 0x80000000) > CONFIGS / 20);
    SOME(c->hv_root == c->ram_base);
    SOME(c->hv_root == c->ram_base + 0x40);
    SOME(c->hv_root % 4096 == 4096 - 12);
    SOME(c->hv_root - c->ram_base > 0x8000);
    SOME(c->hv_root - c->ram_base > 0x8000 && c->depth == 8);
    assert_true(HOLD(c->hv_root - c->ram_base < 0x2000 && c->depth >= 4) > HOLD(c->depth >= 4) * 3 / 4);
    SOME(c->reset_vector == c->ram_base);
    SOME(c->reset_vector % 4096 == 4092);
    SOME(c->reset_vector - c->ram_base > 0x8000);
    SOME(c->uart_base != 0x10000000);
    SOME(c->uart_base == c->ram_base + c->ram_bytes);
    SOME(c->clint_base != 0x02000000);
    SOME(c->finisher_base != 0x00100000);
    SOME(c->uart_base == 0x10000000 && c->clint_base == 0x02000000 && c->finisher_base == 0x00100000);
}

static void device_windows_come_and_go(void **state)
{
    (void)state;
    assert_in_range(HOLD(c->windows > 0), CONFIGS / 5, CONFIGS / 2);
    SOME(c->windows == 1);
    SOME(c->windows == 2);
    SOME(c->windows == HV_MAX_DEVICES);
    SOME(c->windows && c->window[0].bytes == 0x1000 && c->depth == 0);
    SOME(c->windows && c->window[0].bytes == 0x10000 && c->depth == 8);
    SOME(c->windows && c->window[0].base == c->ram_base + c->ram_bytes);
    SOME(c->windows && c->window[0].base == c->uart_base + HV_UART_BYTES);
    unsigned fixed = 0;
    struct hv_config config;
    for (unsigned i = 0; fuzz_config_plain(&config, i); i++)
        fixed += config.windows > 0;
    assert_in_range(fixed, 2, FUZZ_PLAIN_CONFIGS / 3);
}

/* Of all that the fixed ones have to span. */
static void the_fixed_ones_span_what_matters(void **state)
{
    (void)state;
    unsigned depths = 0, keys = 0, forms = 0, replacements = 0, splits = 0, phis = 0, isas = 0;
    struct hv_config config;
    struct hv_error error;
    for (unsigned i = 0; fuzz_config_plain(&config, i); i++) {
        if (hv_config_validate(&config, HV_FOR_HARDWARE, &error))
            fail_msg("%u: %s", i, error.text);
        assert_int_equal(config.ram_base, 0x80000000);
        assert_int_equal(config.ram_bytes, 128 * 1024);
        depths |= 1u << config.depth;
        keys |= config.assoc_entries ? 1u << config.assoc_key : 8;
        forms |= 1u << config.f_maps;
        replacements |= config.assoc_entries ? 1u << config.assoc_replacement : 0;
        splits |= 1u << config.assoc_split;
        phis |= 1u << config.phi;
        isas |= 1u << config.isa;
    }
    assert_int_equal(depths, 0x1fe); /* 1 to 8 */
    assert_int_equal(keys, 15);
    assert_int_equal(forms, 14);
    assert_int_equal(replacements, 15);
    assert_int_equal(splits & phis & isas, 3);
    memset(&config, 0x5a, sizeof config);
    struct hv_config before = config;
    assert_false(fuzz_config_plain(&config, FUZZ_PLAIN_CONFIGS));
    assert_memory_equal(&config, &before, sizeof config);
    assert_true(fuzz_config_plain(&config, FUZZ_PLAIN_CONFIGS - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_legal),
        cmocka_unit_test(a_seed_gives_one_configuration),
        cmocka_unit_test(every_choice_is_taken),
        cmocka_unit_test(numbers_are_spread),
        cmocka_unit_test(associators_are_spread),
        cmocka_unit_test(names_are_spread),
        cmocka_unit_test(device_windows_come_and_go),
        cmocka_unit_test(the_fixed_ones_span_what_matters),
    };
    return cmocka_run_group_tests(tests, make_configs, NULL);
}
