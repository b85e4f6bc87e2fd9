/* The configuration: presets, canonical text, every error shown to fire. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

static struct hv_config config;
static struct hv_error error;

static int parse(const char *text)
{
    struct hv_config parsed;
    memset(&error, 0, sizeof error);
    if (hv_config_parse(&parsed, text, strlen(text), "x.ini", &error))
        return -1;
    config = parsed;
    return hv_config_validate(&config, HV_FOR_HARDWARE, &error);
}

static void expect_error(const char *text, const char *message)
{
    assert_int_equal(parse(text), -1);
    if (!strstr(error.text, message))
        fail_msg("found '%s', expected '%s'", error.text, message);
}

static void test_presets(void **state)
{
    (void)state;
    unsigned count = 0;
    for (; hv_config_preset(count); count++) {
        assert_int_equal(hv_config_read(&config, hv_config_preset(count), &error), 0);
        assert_int_equal(hv_config_validate(&config, HV_FOR_HARDWARE, &error), 0);
        assert_string_equal(config.name, hv_config_preset(count));
    }
    assert_int_equal(count, 6);
    assert_int_equal(hv_config_read(&config, "default", &error), 0);
    struct hv_config built_in;
    hv_config_default(&built_in);
    assert_memory_equal(&built_in, &config, sizeof config);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (unsigned i = 0; hv_config_preset(i); i++) {
        char text[4096], again[4096], hash[17], hash_again[17];
        struct hv_config parsed;
        assert_int_equal(hv_config_read(&config, hv_config_preset(i), &error), 0);
        size_t length = hv_config_print(&config, text, sizeof text);
        assert_int_equal(hv_config_parse(&parsed, text, length, "x.ini", &error), 0);
        hv_config_print(&parsed, again, sizeof again);
        assert_string_equal(text, again);
        hv_config_hash(&config, hash);
        hv_config_hash(&parsed, hash_again); /* the name is not part of it */
        assert_string_equal(hash, hash_again);
        length = hv_config_explain(&config, text, sizeof text);
        assert_true(length < sizeof text);
        assert_int_equal(hv_config_parse(&parsed, text, length, "x.ini", &error), 0);
        hv_config_print(&parsed, text, sizeof text);
        assert_string_equal(text, again);
    }
}

static void test_every_key_changes_the_hash(void **state)
{
    (void)state;
    const char *changes[] = {"[machine]\ndepth=3",
                             "[machine]\nsyllable_bits=3",
                             "[machine]\nisa=rv32im",
                             "[machine]\nphi=identity",
                             "[machine]\ntimebase=clock",
                             "[machine]\nf_maps=rb",
                             "[machine]\nram_bytes=8192",
                             "[associator]\nentries=8",
                             "[associator]\nkey=none",
                             "[associator]\nsplit=split",
                             "[associator]\nprefix_entries=4",
                             "[associator]\ncounter_bits=32",
                             "[associator]\nreplacement=fifo"};
    char seen[32][17];
    hv_config_default(&config);
    hv_config_hash(&config, seen[0]);
    for (unsigned i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        assert_int_equal(parse(changes[i]), 0);
        hv_config_hash(&config, seen[i + 1]);
        for (unsigned j = 0; j <= i; j++)
            assert_string_not_equal(seen[i + 1], seen[j]);
    }
}

static void test_defaults_that_follow_ram(void **state)
{
    (void)state;
    assert_int_equal(parse("[machine]\nram_base=0x40000000\n[associator]\nentries=8"), 0);
    assert_int_equal(config.hv_root, 0x40000040);
    assert_int_equal(config.reset_vector, 0x40000000);
    assert_int_equal(config.assoc_ways, 8);
    assert_int_equal(parse("[machine]\nram_base=0x40000000\nhv_root=0x40000100\nreset_vector=0x40000200"), 0);
    assert_int_equal(config.hv_root, 0x40000100);
    assert_int_equal(config.reset_vector, 0x40000200);
}

static void test_reading_errors(void **state)
{
    (void)state;
    expect_error("; comment\n[machine]\ndeepness = 4\n", "x.ini:3: found key 'deepness' in section [machine]");
    expect_error("[engine]\ndepth = 4\n", "x.ini:2: found key 'depth' in section [engine]");
    expect_error("[machine]\ndepth = 4\n\ndepth = 3\n", "x.ini:4: depth: found a second time, expected once: line 2");
    expect_error("[machine]\ndepth = nine\n", "x.ini:2: depth: found 'nine', expected a number from 0 to 8");
    expect_error("[machine]\ndepth = 9\n", "x.ini:2: depth: found '9', expected a number from 0 to 8");
    expect_error("[machine]\ndepth = 010\n", "x.ini:2: depth: found '010', expected a number from 0 to 8");
    expect_error("[machine]\ndepth = -1\n", "x.ini:2: depth: found '-1', expected a number from 0 to 8");
    expect_error("[machine]\ndepth = 0x\n", "x.ini:2: depth: found '0x', expected a number from 0 to 8");
    expect_error("[associator]\ncounter_bits = 1\n", "x.ini:2: counter_bits: found '1', expected 0 or 32 to 64");
    expect_error("[associator]\ncounter_bits = 65\n", "x.ini:2: counter_bits: found '65', expected 0 or 32 to 64");
    expect_error("[machine]\ndepth = -1\n", "found '-1'");
    expect_error("[machine]\ndepth = 4x\n", "found '4x'");
    expect_error("[machine]\ndepth =\n", "found ''");
    expect_error("[machine]\nisa = rv64ima\n", "x.ini:2: isa: found 'rv64ima', expected one of: rv32im, rv32ima");
    expect_error("[machine]\nf_maps = rb, radix\n", "found 'rb, radix', expected none, or any of: rb, linear");
    expect_error("[machine]\nthis is no key\n", "x.ini:2");
    char *line = malloc(70000);
    memset(line, 'x', 70000);
    memcpy(line, "; ", 2);
    line[69999] = '\0';
    expect_error(line, "x.ini:1");
    free(line);
    assert_int_equal(hv_config_parse(&config, "a\0b", 3, "x.ini", &error), -1);
    assert_non_null(strstr(error.text, "NUL"));
}

static void test_contradictions(void **state)
{
    (void)state;
    expect_error("[machine]\nprivilege = msu\n", "privilege");
    expect_error("[machine]\nphi = sv32\n", "sv32");
    expect_error("[machine]\nf_type = II\n", "f_type");
    expect_error("[machine]\nf_maps = none\n", "f_maps");
    expect_error("[machine]\nram_bytes = 5000\n", "multiple of 4096");
    expect_error("[machine]\nram_base = 0x80000800\n", "multiple of 4096");
    expect_error("[machine]\nram_base = 0xfffff000\nram_bytes=0x2000\n", "within 32 bits");
    expect_error("[machine]\nuart_base = 0x80001000\n", "overlaps");
    expect_error("[machine]\nclint_base = 0x10001000\n", "clint_base");
    expect_error("[machine]\nfinisher_base = 0x0200f000\n", "overlaps");
    expect_error("[machine]\nreset_vector = 0x80000002\n", "reset_vector");
    expect_error("[machine]\nreset_vector = 0x1000\n", "reset_vector");
    expect_error("[machine]\nhv_root = 0x80000ff8\n", "hv_root");
    expect_error("[associator]\nentries = 12\nways = 5\n", "multiple of ways");
    expect_error("[associator]\nentries = 12\nways = 4\n", "power of two of sets");
    expect_error("[associator]\nentries = 12\nways = 3\nreplacement = plru\n", "plru");
    expect_error("[associator]\nentries = 128\nways = 128\n", "in hardware");
    expect_error("[associator]\nentries = 64\nways = 32\n", "in hardware");
    expect_error("[associator]\ncounter_bits = 8\n", "counter_bits");
    assert_int_equal(parse("[associator]\nentries = 128\nways = 128\n"), -1);
    assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), 0); /* larger: for the model alone */
    assert_int_equal(parse("[machine]\ndepth = 0\nf_maps = none\n[associator]\nentries = 0\n"), 0);
}

static void test_device_windows(void **state)
{
    (void)state;
    /* In canonical text and hash, ascending, wherever they stand in the file. */
    static const char there[] = "[device.b]\nbytes = 0x2000\nbase = 0x20000000\n[machine]\ndepth = 1\n"
                                "[device.a_1]\nbase = 0x20002000\nbytes = 4096\n",
                      back[] = "[device.a_1]\nbytes = 4096\nbase = 0x20002000\n[device.b]\nbase = 0x20000000\n"
                               "bytes = 0x2000\n[machine]\ndepth = 1\n";
    char text[4096], explained[8192], hash[17], other[17];
    assert_int_equal(parse(there), 0);
    assert_int_equal(config.windows, 2);
    assert_string_equal(config.window[0].name, "b");
    assert_int_equal(config.window[1].base, 0x20002000);
    assert_int_equal(config.window[1].bytes, 0x1000);
    assert_int_equal(hv_config_device_at(&config, 0x20001ffc), HV_DEVICE_WINDOW);
    assert_int_equal(hv_config_device_at(&config, 0x20002000), HV_DEVICE_WINDOW + 1);
    assert_int_equal(hv_config_device_at(&config, 0x20003000), HV_DEVICE_NONE);
    assert_int_equal(hv_config_device_at(&config, config.clint_base + 0xfffc), HV_DEVICE_CLINT);
    assert_int_equal(hv_config_device_at(&config, config.ram_base), HV_DEVICE_NONE);
    hv_config_print(&config, text, sizeof text);
    assert_non_null(strstr(text, "\n[device.b]\nbase = 0x20000000\nbytes = 0x00002000\n\n[device.a_1]\n"));
    hv_config_hash(&config, hash);
    hv_config_explain(&config, explained, sizeof explained);
    assert_int_equal(parse(explained), 0);
    hv_config_hash(&config, other);
    assert_string_equal(hash, other);
    assert_int_equal(parse(text), 0);
    assert_int_equal(parse(back), 0);
    hv_config_hash(&config, other);
    assert_string_equal(hash, other);
    assert_int_equal(parse("[device.b]\nbytes = 0x2000\nbase = 0x20000000\n"), 0);
    hv_config_hash(&config, other);
    assert_string_not_equal(hash, other);
    /* Eight with the longest names. */
    size_t length = 0;
    for (int i = 0; i < HV_MAX_DEVICES; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "[device.abcdefghijklmn%c]\nbase = 0x%x\nbytes = 0x1000\n", '0' + i,
                                   0x30000000 + 0x1000 * i);
    assert_int_equal(parse(text), 0);
    assert_true(hv_config_explain(&config, explained, sizeof explained) < sizeof explained);
    assert_true(hv_config_print(&config, explained, sizeof explained) < 4096); /* what its users have room for */
    snprintf(text + length, sizeof text - length, "[device.one_more]\nbase = 0x40000000\nbytes = 0x1000\n");
    expect_error(text, "x.ini:26: found section [device.one_more] after 8 others, expected at most 8");
}

static void test_device_window_errors(void **state)
{
    (void)state;
#define WINDOW "[device.gpio]\nbase = 0x20000000\nbytes = 0x1000\n"
    expect_error("[device.gpio]\nbase = 0x20000000\n", "x.ini:2: [device.gpio]: found no key bytes");
    expect_error("[device.gpio]\nbytes = 0x1000\n", "x.ini:2: [device.gpio]: found no key base");
    expect_error(WINDOW "base = 0x20000000\n", "x.ini:4: base: found a second time, expected once: line 2");
    expect_error(WINDOW "size = 1\n", "x.ini:4: found key 'size' in section [device.gpio]");
    expect_error("[device.gpio]\nbase = here\n", "x.ini:2: base: found 'here'");
    static const char *const names[] = {
        "", "GPIO", "1st", "_a", "a b", "a.b", "ram", "uart", "clint", "finisher", "abcdefghijklmnop"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[128], message[128];
        snprintf(text, sizeof text, "[device.%s]\nbase = 0x20000000\nbytes = 0x1000\n", names[i]);
        snprintf(message, sizeof message, "x.ini:2: found section [device.%s], expected a name", names[i]);
        expect_error(text, message);
    }
    expect_error("[device.gpio]\nbase = 0x20000800\nbytes = 0x1000\n", "[device.gpio]: base: found 0x20000800");
    expect_error("[device.gpio]\nbase = 0x20000000\nbytes = 0x1800\n", "[device.gpio]: bytes: found 0x1800");
    expect_error("[device.gpio]\nbase = 0x20000000\nbytes = 0\n", "x.ini:3: bytes: found '0'");
    expect_error("[device.gpio]\nbase = 0xfffff000\nbytes = 0x2000\n", "within 32 bits");
    expect_error("[device.gpio]\nbase = 0x80000000\nbytes = 0x1000\n", "overlaps ram_base");
    expect_error("[device.gpio]\nbase = 0x0fff0000\nbytes = 0x20000\n", "overlaps uart_base");
    expect_error("[device.gpio]\nbase = 0x0200f000\nbytes = 0x1000\n", "overlaps clint_base");
    expect_error("[device.gpio]\nbase = 0x00100000\nbytes = 0x1000\n", "overlaps finisher_base");
    expect_error(WINDOW "[device.led]\nbase = 0x20000000\nbytes = 0x1000\n", "overlaps [device.gpio]: base");
    assert_int_equal(parse(WINDOW), 0);
    config.windows = HV_MAX_DEVICES + 1;
    assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), -1);
    config.windows = 2; /* the second has neither name nor place */
    assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), -1);
}

static void test_structures_out_of_range(void **state)
{
    (void)state;
    hv_config_default(&config);
    config.assoc_key = 7;
    assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), -1);
    hv_config_default(&config);
    config.depth = 200;
    assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), -1);
    hv_config_default(&config);
    config.assoc_ways = 0;
    assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), -1);
}

static void test_files(void **state)
{
    (void)state;
    char name[] = "/tmp/nestor-config-XXXXXX.ini";
    int file = mkstemps(name, 4);
    assert_true(file >= 0);
    assert_int_equal(write(file, "[machine]\ndepth=2\n", 18), 18);
    close(file);
    assert_int_equal(hv_config_read(&config, name, &error), 0);
    assert_int_equal(config.depth, 2);
    assert_int_equal(strncmp(config.name, "nestor-config-", 14), 0);
    assert_null(strstr(config.name, ".ini"));
    unlink(name);
    struct hv_config before = config;
    assert_int_equal(hv_config_read(&config, name, &error), -1);
    assert_non_null(strstr(error.text, "No such file"));
    assert_int_equal(hv_config_read(&config, "/tmp", &error), -1);
    assert_int_equal(hv_config_read(&config, "nothing", &error), -1);
    assert_non_null(strstr(error.text, "expected a preset"));
    assert_memory_equal(&before, &config, sizeof config); /* untouched by what failed */
}

/* A change is as a line of the file in the place of the key's own, with what follows from it. */
static void test_changes(void **state)
{
    (void)state;
    const char *const changes[] = {"machine.timebase=clock", "machine.ram_base=0x40000000", "machine.f_maps=rb, linear",
                                   "machine.timebase=commit", "machine.timebase=clock"};
    assert_int_equal(hv_config_read_changed(&config, "small", changes, 5, &error), 0);
    assert_string_equal(config.name, "small+");
    assert_int_equal(config.timebase, HV_TIMEBASE_CLOCK);
    assert_int_equal(config.hv_root, 0x40000040);
    assert_int_equal(config.reset_vector, 0x40000000);
    assert_int_equal(config.assoc_entries, 16);
    assert_int_equal(hv_config_read_changed(&config, "small", changes, 0, &error), 0);
    assert_string_equal(config.name, "small");
    const char *const windows[] = {"device.leds.base=0x30000000", "device.leds.bytes=0x1000"};
    assert_int_equal(hv_config_read_changed(&config, "plain", windows, 2, &error), 0);
    assert_int_equal(config.windows, 1);
    assert_int_equal(config.window[0].base, 0x30000000);
}

static void test_change_errors(void **state)
{
    (void)state;
    static const struct {
        const char *change, *said;
    } bad[] = {
        {"depth", "--set: found 'depth', expected SECTION.KEY=VALUE"},
        {"depth=1", "--set depth=1: found no section"},
        {"machine.deep=1", "--set machine.deep=1: found key 'deep' in section [machine], expected"},
        {"machine.timebase=second",
         "--set machine.timebase=second: timebase: found 'second', expected one of: commit, "},
        {"machine.depth=9", "--set machine.depth=9: depth: found '9', expected a number from 0 to 8"},
        {"machine.depth=", "--set machine.depth=: depth: found ''"},
        {"device.leds.base=0x30000000", "--set device.leds.base=0x30000000: [device.leds]: found no key bytes"},
        {"device.ram.base=0x30000000", "--set device.ram.base=0x30000000: found section [device.ram]"},
        {"machine.uart_base=0x80000000", "small+: uart_base: found 0x80000000, which overlaps ram_base"},
    };
    hv_config_default(&config);
    const struct hv_config before = config;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(hv_config_read_changed(&config, "small", &bad[i].change, 1, &error), -1);
        assert_ptr_equal(strstr(error.text, bad[i].said), error.text);
        assert_memory_equal(&before, &config, sizeof config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_key_changes_the_hash),
        cmocka_unit_test(test_defaults_that_follow_ram),
        cmocka_unit_test(test_reading_errors),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_device_windows),
        cmocka_unit_test(test_device_window_errors),
        cmocka_unit_test(test_structures_out_of_range),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_change_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
