/* The monitor on the model: the programs of software/ give the same results at every depth, in every way the
 * monitor can run them, as on bare hardware. */
#include "software/monitor/boot.h"
#include "tests/unit/world_run.h"

/* --- the programs of software/ -------------------------------------------------------- */

static void every_way(const char *preset_name, const char *name, enum course course, unsigned first, unsigned step)
{
    struct hv_config config = preset(preset_name);
    char path[128];
    path_of(path, sizeof path, name);
    run(&bare, &config, path, &(struct hv_world_options){.depth = 0});
    assert_int_equal(bare.stop, HV_STOP_FINISHED);
    for (unsigned depth = first; depth <= config.depth; depth += step)
        for (unsigned bits = 0; bits < 32; bits++)
            compare(&config, path, name, options_of(depth, bits), course);
}

static void test_hello(void **state)
{
    (void)state;
    every_way("default", "hello", EXACT, 1, 1);
    assert_string_equal(found.output, "hello from Nestor\n");
    assert_int_equal(found.exit_code, 0);
}

static void test_exit_status(void **state)
{
    (void)state;
    every_way("default", "exit42", EXACT, 1, 1);
    assert_int_equal(found.exit_code, 42);
    every_way("default", "trap99", EXACT, 1, 1);
    assert_int_equal(found.exit_code, 99);
}

static void test_time(void **state)
{
    (void)state;
    every_way("default", "ticks", TIMED, 1, 1);
}

/* The UART's interrupts reach a program at every depth, in every way, and it does the same. */
static void test_tty(void **state)
{
    (void)state;
    every_way("default", "tty", TIMED, 1, 1);
    assert_int_equal(found.exit_code, 0);
    assert_non_null(strstr(found.output, "all of which wait when the program begins\n"));
    every_way("wide", "tty", TIMED, 8, 1);
}

/* A driver of the UART, by interrupts. */
static void test_serial(void **state)
{
    (void)state;
    every_way("default", "serial", TIMED, 1, 1);
    assert_int_equal(found.exit_code, 0);
    every_way("wide", "serial", TIMED, 8, 1);
}

static void test_deep(void **state)
{
    (void)state;
    every_way("wide", "hello", EXACT, 6, 2);
    every_way("wide", "ticks", TIMED, 8, 1);
}

/* vmswitch is a monitor itself, until the hardware has no more levels. */
static void test_workloads(void **state)
{
    (void)state;
    static const char *const names[] = {"sort", "matmul",    "sieve", "crc",      "lz",         "hash",    "tree_list",
                                        "fft",  "strsearch", "mix",   "pagewalk", "procswitch", "vmswitch"};
    struct hv_config config = preset("default");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        path_of(path, sizeof path, names[i]);
        run(&bare, &config, path, &(struct hv_world_options){.depth = 0});
        assert_int_equal(bare.exit_code, 0);
        for (unsigned depth = 1; depth <= config.depth; depth++)
            for (unsigned bits = 0; bits < 8; bits++)
                compare(&config, path, names[i], options_of(depth, bits), strcmp(names[i], "vmswitch") ? EXACT : TIMED);
    }
}

/* A mapped world costs the program next to nothing: one VM-fault for each level, at its end. */
static void test_mapped_faults(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    for (unsigned depth = 1; depth <= 4; depth++) {
        struct hv_world_options options = {.depth = depth};
        run(&found, &config, "build/software/sort.elf", &options);
        uint64_t faults = 0;
        for (unsigned i = 0; i < 16; i++)
            faults += found.counters.vm_faults[i];
        assert_int_equal(faults, depth);
        assert_int_equal(found.counters.vm_faults[HV_FAULT_MISSING], depth);
    }
}

/* --- several guests --------------------------------------------------------------------- */

/* What guest `number` has said, of an output in which each line has its speaker's number: "[2] ", or "[2]+" where it
 * goes on with a line that was broken off. */
static void said_by(const char *output, unsigned number, char *text)
{
    *text = 0;
    while (*output) {
        const char *end = strchr(output, '\n');
        if (output[0] != '[' || output[2] != ']' || (output[3] != ' ' && output[3] != '+') || !end)
            fail_msg("a line without its guest: '%s'", output);
        if ((unsigned)(output[1] - '0') == number) {
            const size_t length = strlen(text);
            if (output[3] == '+' && length)
                text[length - 1] = 0; /* the console's, not the guest's */
            strncat(text, output + 4, (size_t)(end - output) - 3);
        }
        output = end + 1;
    }
}

/* Each guest has said what one says alone. */
static void said_by_all(const struct hv_world_options *options)
{
    char text[OUTPUT];
    for (unsigned number = 1; number <= options->guests; number++) {
        said_by(found.output, number, text);
        if (strcmp(text, bare.output) != 0)
            fail_msg("%s: output '%s'", told(options), found.output);
    }
}

static void guests_everywhere(const char *name, unsigned depth)
{
    struct hv_config config = preset("default");
    char path[128];
    config.ram_bytes = 0x200000; /* four programs of 256 KiB */
    path_of(path, sizeof path, name);
    run(&bare, &config, path, &(struct hv_world_options){.depth = 0});
    for (unsigned guests = 2; guests <= 4; guests++)
        for (unsigned level = 0; level < depth; level++)
            for (unsigned bits = 0; bits < 32; bits += 3) {
                struct hv_world_options options = options_of(depth, bits);
                options.guests = guests;
                options.switch_level = level;
                options.quantum = bits & 1 ? 100 : 3000;
                run(&found, &config, path, &options);
                if (found.stop != HV_STOP_FINISHED || found.exit_code != bare.exit_code)
                    fail_msg("%s, %s: stop %d, exit code %u", name, told(&options), found.stop, found.exit_code);
                if (!bare.exit_code)
                    said_by_all(&options);
            }
}

static void test_guests(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= 4; depth++) {
        guests_everywhere("hello", depth);
        guests_everywhere("ticks", depth);
    }
    for (unsigned depth = 1; depth <= 3; depth++)
        guests_everywhere("serial", depth);
    guests_everywhere("exit42", 3);
    guests_everywhere("vmswitch", 2);
}

/* A guest that waits gives its turn away, from any depth: hardware does not wait for it. */
static void test_waiting_guests(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    config.ram_bytes = 0x400000;
    for (unsigned depth = 1; depth <= 4; depth++)
        for (unsigned level = 0; level < depth; level++) {
            struct hv_world_options options = {.depth = depth, .guests = 4, .switch_level = level};
            run(&found, &config, "build/software/ticks.elf", &options);
            assert_int_equal(found.stop, HV_STOP_FINISHED);
            assert_int_equal(found.exit_code, 0);
            assert_true(found.counters.vm_faults[HV_FAULT_WFI] >= 4 * 5);
        }
}

/* Turns end on the timer: guests that say nothing of their own accord all come to their end. */
static void test_turns(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    config.ram_bytes = 0x200000;
    for (unsigned level = 0; level < 2; level++) {
        struct hv_world_options options = {.depth = 2, .guests = 3, .switch_level = level, .quantum = 5000};
        run(&found, &config, "build/software/procswitch_timer.elf", &options);
        assert_int_equal(found.stop, HV_STOP_FINISHED);
        assert_int_equal(found.exit_code, 0);
        assert_true(found.counters.vm_faults[HV_FAULT_INTERRUPT] > 100);
    }
}

/* --- other machines --------------------------------------------------------------------- */

static void test_forms(void **state)
{
    (void)state;
    static const uint32_t maps[] = {HV_F_RB, HV_F_LINEAR, HV_F_RB | HV_F_LINEAR};
    static const uint32_t rams[] = {0x100000, 0x1000000}; /* the second needs a grain */
    for (unsigned m = 0; m < 3; m++)
        for (unsigned r = 0; r < 2; r++)
            for (unsigned bits = 0; bits < 32; bits++) {
                struct hv_config config = preset("default");
                config.f_maps = maps[m];
                config.ram_bytes = rams[r];
                struct hv_world_options options = options_of(4, bits & (maps[m] & HV_F_RB ? 31u : 27u));
                run(&bare, &config, "build/software/hello.elf", &(struct hv_world_options){.depth = 0});
                compare(&config, "build/software/hello.elf", "hello", options, EXACT);
            }
}

/* A monitor that cannot do its work says so with its own exit status. */
static void test_broken_monitor(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    for (unsigned level = 0; level < 3; level++) {
        struct hv_world world;
        struct hv_machine *machine =
            loaded(&config, "build/software/hello.elf", &(struct hv_world_options){.depth = 3}, &world);
        uint32_t zero = 0;
        assert_true(hv_machine_write_ram(machine, world.segments[level].real + MONITOR_BOOT_OFFSET, &zero, 4));
        assert_int_equal(hv_machine_run(machine, LIMIT), HV_STOP_FINISHED);
        assert_int_equal(hv_machine_exit_code(machine), MONITOR_STATUS);
        hv_machine_free(machine);
        hv_world_free(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello),          cmocka_unit_test(test_exit_status),
        cmocka_unit_test(test_time),           cmocka_unit_test(test_tty),
        cmocka_unit_test(test_serial),         cmocka_unit_test(test_deep),
        cmocka_unit_test(test_workloads),      cmocka_unit_test(test_mapped_faults),
        cmocka_unit_test(test_guests),         cmocka_unit_test(test_waiting_guests),
        cmocka_unit_test(test_turns),          cmocka_unit_test(test_forms),
        cmocka_unit_test(test_broken_monitor),
    };
    return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
