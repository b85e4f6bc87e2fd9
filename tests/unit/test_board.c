/* Board descriptions: reading, what is refused, and the dividers of PLLs. */
#include "rtlgen/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

#define START                                                                                                          \
    "; a board\n[part]\nfamily = ecp5\ndevice = 25k\npackage = CABGA381\nspeed = 6\nio = LVCMOS33\n"                   \
    "[core]\npreset = plain\n[serial]\nrx = A1\ntx = A2\n" /* 12 lines */

static struct board board;
static struct hv_error error;

static int parse(const char *text)
{
    return board_parse(&board, text, strlen(text), "x.ini", &error);
}

static void refuses(const char *text, const char *expected)
{
    error.text[0] = '\0';
    assert_int_equal(parse(text), -1);
    assert_string_equal(error.text, expected);
}

static void test_reading(void **state)
{
    (void)state;
    assert_int_equal(parse(START "baud = 9600\n[clock]\npin = G2\nmhz = 33.25\npll = core\nrun_mhz = 50\n"
                                 "[machine]\nmultiplier = fast\n"),
                     0);
    assert_string_equal(board.name, "x");
    assert_string_equal(board.description, "a board");
    assert_int_equal(board.family, BOARD_ECP5);
    assert_int_equal(board.clock_khz, 33250);
    assert_int_equal(board.run_khz, 50000);
    assert_int_equal(board.baud, 9600);
    assert_int_equal(board.memory, BOARD_BLOCK_RAM);
    struct board_pin pins[BOARD_PINS];
    struct hv_config config;
    hv_config_default(&config);
    assert_int_equal(board_pins(&board, &config, pins), 3); /* neither LED nor button */
    assert_string_equal(pins[2].port, "tx");
    assert_true(pins[2].output);
}

/* Devices of windows: read, their sites looked at, and their pins there if the machine has the window. */
static void test_devices(void **state)
{
    (void)state;
    static struct board_pin pins[BOARD_PINS];
    struct hv_config config;
    hv_config_default(&config);
    assert_int_equal(parse(START
                           "[clock]\npin = G2\nmhz = 25\n[gpio]\nleds = B1 B2\nbuttons = C1\npressed = 0\n[flash]\n"
                           "clk = usrmclk\ncs = D1\nout = D2\nin = D3\n[device.gpio]\nbase = 0x20000000\n"
                           "bytes = 0x1000\n[peripheral.pwm]\nfile = a/pwm.v\nout = E1 E2\n"),
                     0);
    assert_int_equal(board.gpio_leds.count, 2);
    assert_int_equal(board.gpio_pressed, 0);
    assert_int_equal(board_pins(&board, &config, pins), 3);
    assert_string_equal(board.peripherals[0].file, "a/pwm.v");
    config.windows = 3;
    config.window[0] = (struct hv_device_window){"gpio", 0x20000000, 0x1000};
    config.window[1] = (struct hv_device_window){"flash", 0x30000000, 0x1000};
    config.window[2] = (struct hv_device_window){"pwm", 0x40000000, 0x1000};
    assert_int_equal(board_pins(&board, &config, pins), 3 + 3 + 3 + 2); /* the flash's clock has none */
    assert_string_equal(pins[4].port, "leds[1]");
    assert_string_equal(pins[4].site, "B2");
    assert_string_equal(pins[5].port, "buttons");
    assert_int_equal(pins[5].pull, 'u');
    assert_string_equal(pins[6].port, "flash_cs");
    assert_false(pins[8].output);
    assert_string_equal(pins[10].port, "pwm_o[1]");
    refuses(START "[gpio]\nleds = \n", "x.ini:14: leds: found no site, expected some with spaces between them");
    refuses(START "[gpio]\nleds = A7 A,8\n",
            "x.ini:14: leds: found 'A,8', expected a site of 1 to 15 letters, digits and . _ / + - :");
    refuses(
        START
        "[gpio]\nleds = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33\n",
        "x.ini:14: leds: found more than 32 sites");
    refuses(START "[clock]\npin = G2\nmhz = 25\n[gpio]\nleds = B1 b1\n",
            "x.ini:17: found site 'b1' for an LED of gpio, expected another: line 17 has it for an LED of gpio");
    refuses(START "[clock]\npin = G2\nmhz = 25\n[flash]\ncs = G2\n",
            "x.ini:17: found site 'G2' for the flash, expected another: line 14 has it for the clock");
    refuses(
        START "[peripheral.nestor]\nfile = x.v\n",
        "x.ini:14: found section [peripheral.nestor], expected the name of a device window, not one that begins with "
        "nestor");
    refuses(START "[peripheral.a]\nfile = x.v\nfile = y.v\n", "x.ini:15: file: found a second time, expected once");
}

static void test_refused(void **state)
{
    (void)state;
    refuses(START "[clock]\npin = a1\nmhz = 25\n",
            "x.ini:14: found site 'a1' for the clock, expected another: line 11 has it for the line in");
    refuses(START "[clock]\npin = G2\nmhz = 25\n[led]\npin = G2\n",
            "x.ini:17: found site 'G2' for the LED, expected another: line 14 has it for the clock");
    refuses(START "baud = 9600\nbaud = 9600\n", "x.ini:14: baud: found a second time, expected once: line 13 gave it "
                                                "already");
    refuses(START "[clock]\npins = G2\n", "x.ini:14: found key 'pins' in section [clock], expected a key that "
                                          "docs/formats.md lists for boards");
    refuses(START "[clock]\nmhz = 12\n", "x.ini:14: found no key pin in section [clock], expected it: a board has one");
    refuses(START "[clock]\nmhz = 12.0001\n",
            "x.ini:14: mhz: found '12.0001', expected MHz from 1 to 1000, with at most three decimals");
    refuses(START "[clock]\nmhz = 0\n", "x.ini:14: mhz: found '0', expected MHz from 1 to 1000, with at most three "
                                        "decimals");
    refuses(START "[clock]\npin = G2;rm\n", "x.ini:14: pin: found 'G2;rm', expected 1 to 39 letters, digits and . _ / "
                                            "+ - :");
    refuses(START "[clock]\npin = \n", "x.ini:14: pin: found '', expected 1 to 39 letters, digits and . _ / + - :");
    refuses(START "[clock]\npin = G2\nmhz = 25\nrun_mhz = 50\n",
            "x.ini:16: run_mhz: found without a PLL, expected pll = pad or core, or no run_mhz");
    refuses(START "[clock]\npin = G2\nmhz = 25\npll = core\n",
            "x.ini:16: pll: found without run_mhz, expected what it makes");
    refuses(START "[memory]\nbytes = 5000\n[clock]\npin = G2\nmhz = 25\n",
            "x.ini:14: bytes: found 5000, expected a multiple of 4096");
    refuses(START "[memory]\nkind = dynamic\n",
            "x.ini:14: kind: found 'dynamic', expected one of: block, single-port, sdram");
    refuses(START "[memory]\nkind = single-port\n[clock]\npin = G2\nmhz = 25\n",
            "x.ini:17: boot_bytes: found none, expected some, since RAM has no contents at power-on");
    refuses("nonsense\n", "x.ini:1: found a line that is neither [section] nor key = value");
    refuses("", "x.ini:0: found no key device in section [part], expected it: a board has one");
    assert_int_equal(board_parse(&board, "a\0b", 3, "x.ini", &error), -1);
    assert_int_equal(board_read(&board, "nonesuch", &error), -1);
    assert_int_equal(board_read(&board, "./nonesuch.ini", &error), -1);
    assert_string_equal(error.text, "./nonesuch.ini: No such file or directory");
}

/* What the primitive makes of the dividers, by its manual; checked against what board_clock says. */
static void check_clock(const struct board *b, const struct board_clock *c)
{
    const double reference = b->clock_khz * 1e3;
    double pfd, vco, hz;
    switch (b->family) {
    case BOARD_ICE40:
        pfd = reference / (c->r + 1);
        vco = pfd * (c->f + 1);
        hz = vco / (1u << c->q);
        assert_true(pfd >= 10e6 && pfd <= 133e6 && vco >= 533e6 && vco <= 1066e6 && hz >= 16e6 && hz <= 275e6);
        break;
    case BOARD_ECP5:
        hz = reference / c->r * c->f;
        vco = hz * c->q;
        assert_true(vco >= 400e6 && vco <= 800e6);
        break;
    case BOARD_XILINX:
        vco = reference / c->r * c->f;
        hz = vco / c->q;
        assert_true(vco >= 600e6 && vco <= 1200e6);
        break;
    default:
        hz = reference / (c->r + 1) * (c->f + 1);
        vco = hz * c->q;
        assert_true(vco >= 500e6 && vco <= 1250e6);
    }
    assert_true(hz > c->hz - 2.0 && hz < c->hz + 2.0);
    assert_true(c->hz <= 1000 * b->run_khz && c->hz >= 900 * b->run_khz);
}

static void test_dividers(void **state)
{
    (void)state;
    static const uint32_t from[] = {10000, 12000, 25000, 27000, 48000, 100000}, to[] = {18000, 33333, 40000, 100000};
    assert_int_equal(parse(START "[clock]\npin = G2\nmhz = 25\npll = core\nrun_mhz = 50\n"), 0);
    for (unsigned family = BOARD_ICE40; family <= BOARD_GOWIN; family++)
        for (size_t i = 0; i < sizeof from / sizeof from[0]; i++)
            for (size_t k = 0; k < sizeof to / sizeof to[0]; k++) {
                struct board_clock clock;
                board.family = family;
                board.clock_khz = from[i];
                board.run_khz = to[k];
                if (board_clock(&board, &clock, &error))
                    fail_msg("family %u, %u kHz to %u kHz: %s", family, from[i], to[k], error.text);
                assert_true(clock.pll);
                check_clock(&board, &clock);
            }
    /* The iCEBreaker's, as icepll has it for 18 MHz of 12: nearest of all. */
    struct board_clock clock;
    board.family = BOARD_ICE40;
    board.clock_khz = 12000;
    board.run_khz = 18000;
    assert_int_equal(board_clock(&board, &clock, &error), 0);
    assert_int_equal(clock.hz, 18000000);
    assert_int_equal(clock.divider, 156);
    board.run_khz = 12000; /* below what the PLL makes */
    assert_int_equal(board_clock(&board, &clock, &error), -1);
    assert_non_null(strstr(error.text, "x.ini: run_mhz: found 12.000 from a clock of 12.000 MHz"));
    board.pll = BOARD_NO_PLL;
    board.baud = 2000000;
    assert_int_equal(board_clock(&board, &clock, &error), -1);
    assert_non_null(strstr(error.text, "x.ini: baud: found 2000000 with a clock of 12000000 Hz"));
}

static void test_configuration(void **state)
{
    (void)state;
    struct hv_config config;
    const char *change = "machine.multiplier=sequential";
    assert_int_equal(
        parse(START "[clock]\npin = G2\nmhz = 25\n[memory]\nbytes = 0x8000\n[machine]\nmultiplier = fast\n"), 0);
    assert_int_equal(board_config(&config, &board, NULL, NULL, 0, &error), 0);
    assert_string_equal(config.name, "x");
    assert_int_equal(config.ram_bytes, 0x8000);
    assert_int_equal(config.timebase, HV_TIMEBASE_CLOCK);
    assert_int_equal(config.multiplier, HV_MULTIPLIER_FAST);
    assert_int_equal(board_config(&config, &board, NULL, &change, 1, &error), 0);
    assert_int_equal(config.multiplier, HV_MULTIPLIER_SEQUENTIAL);
    assert_int_equal(board_config(&config, &board, "small", NULL, 0, &error), 0);
    assert_int_equal(config.depth, 4);
    assert_int_equal(config.ram_bytes, 0x8000);
    change = "machine.ram_bytes=0x9000";
    assert_int_equal(board_config(&config, &board, NULL, &change, 1, &error), -1);
    assert_string_equal(error.text, "x: ram_bytes: found 0x9000, expected at most 0x8000, which the board has");
    board.ram_bytes = 0x10000;
    assert_int_equal(board_config(&config, &board, "goldberg", NULL, 0, &error), 0);
    assert_int_equal(config.ram_bytes, 57344); /* its own, which the board has */
    assert_int_equal(parse(START "[clock]\npin = G2\nmhz = 25\n[machine]\nmultiplier = quick\n"), 0);
    assert_int_equal(board_config(&config, &board, NULL, NULL, 0, &error), -1);
    assert_string_equal(error.text, "x.ini:17: multiplier: found 'quick', expected one of: sequential, fast, serial");
}

/* Every known board is whole, and its machine is one for hardware. */
static void test_known(void **state)
{
    (void)state;
    unsigned count = 0;
    for (; board_known(count); count++) {
        struct hv_config config;
        struct board_clock clock;
        if (board_read(&board, board_known(count), &error) || board_clock(&board, &clock, &error) ||
            board_config(&config, &board, NULL, NULL, 0, &error))
            fail_msg("%s", error.text);
        assert_string_equal(board.name, board_known(count));
        assert_true(board.description[0] && board.ram_bytes && board.led_pin[0] && board.load_with[0]);
        if (board.family == BOARD_ECP5)
            assert_true(board.speed[0] && board.package[0]);
    }
    assert_in_range(count, 8, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),  cmocka_unit_test(test_devices),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_dividers), cmocka_unit_test(test_configuration), cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
