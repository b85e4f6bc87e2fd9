/* The command from outside: its JSON objects and traces, of run and of cosim, which must be equal.
 * Run from the top of the tree; NESTOR and PROGRAMS say what is tested. */
#include "config/config.h"
#include "isa/isa.h"
#include "sim/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

struct place {
    char *nestor, *programs, *folder;
};

static const char *or_default(const char *value, const char *otherwise)
{
    return value && *value ? value : otherwise;
}

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->nestor = realpath(or_default(getenv("NESTOR"), "build/san/nestor"), NULL);
    place->programs = realpath(or_default(getenv("PROGRAMS"), "build/software"), NULL);
    place->folder = hv_text("%s/nestor-test-XXXXXX", or_default(getenv("TMPDIR"), "/tmp"));
    assert_non_null(place->nestor);
    assert_non_null(place->programs);
    assert_non_null(mkdtemp(place->folder));
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    hv_directory_remove(place->folder);
    free(place->nestor);
    free(place->programs);
    free(place->folder);
    free(place);
    return 0;
}

/* `nestor arguments` in the test's folder, outputs into the files out and err there; the exit status. */
static int call(const struct place *place, const char *arguments)
{
    char *line = hv_text("cd '%s' && PROGRAMS='%s' && '%s' %s >out 2>err", place->folder, place->programs,
                         place->nestor, arguments);
    assert_non_null(line);
    const int status = system(line);
    free(line);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char *contents(const struct place *place, const char *name)
{
    struct hv_error error;
    size_t length;
    char *path = hv_text("%s/%s", place->folder, name);
    char *text = (char *)hv_file_read(path, &length, &error);
    free(path);
    if (!text)
        fail_msg("%s", error.text);
    return text;
}

/* The JSON object that it prints. */
static json_t *object_of(const struct place *place, const char *arguments, int expected_status)
{
    const int status = call(place, arguments);
    if (status != expected_status) {
        char *text = contents(place, "err");
        fail_msg("nestor %s: status %d, expected %d: %s", arguments, status, expected_status, text);
    }
    char *text = contents(place, "out");
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        fail_msg("nestor %s: line %d: %s", arguments, error.line, error.text);
    free(text);
    return object;
}

static json_int_t integer(json_t *object, const char *outer, const char *key)
{
    json_t *value = json_object_get(outer ? json_object_get(object, outer) : object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* ---- Tests ---- */

static void test_object(void **state)
{
    static const char *const keys[] = {"version",    "config",  "config_hash",  "program",          "depth",
                                       "simulator",  "seed",    "instructions", "commits",          "cycles",
                                       "mismatches", "stopped", "exit_code",    "seconds",          "vm",
                                       "associator", "region",  "translation",  "program_ram_bytes"};
    static const char *const counters[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) #name,
#include "isa/counters.def"
        "hit_rate", "last_page_share", "by_port", "by_level"};
    json_t *object = object_of(*state, "run --depth 2 --seed 7 --json $PROGRAMS/hello.elf", 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_object_get(object, keys[i]))
            fail_msg("no key %s", keys[i]);
    json_t *associator = json_object_get(object, "associator");
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        if (!json_object_get(associator, counters[i]))
            fail_msg("no key associator.%s", counters[i]);
    assert_string_equal(json_string_value(json_object_get(object, "config")), "default");
    assert_string_equal(json_string_value(json_object_get(object, "simulator")), "model");
    assert_string_equal(json_string_value(json_object_get(object, "stopped")), "finished");
    assert_true(json_is_null(json_object_get(object, "cycles")));
    assert_true(json_is_null(json_object_get(object, "mismatches")));
    assert_int_equal(integer(object, NULL, "depth"), 2);
    assert_int_equal(integer(object, NULL, "seed"), 7);
    assert_int_equal(integer(object, NULL, "exit_code"), 0);
    assert_true(integer(object, "vm", "lvmid") > 0);
    assert_true(integer(object, "associator", "accesses") > 0);
    assert_int_equal(integer(object, "associator", "lookups"),
                     integer(object, "associator", "hits") + integer(object, "associator", "misses"));
    assert_int_equal(json_array_size(json_object_get(associator, "by_level")), 5);
    json_decref(object);
    char *text = contents(*state, "err"); /* what the guest prints */
    assert_non_null(strstr(text, "hello from Nestor\n"));
    free(text);
}

static void test_nothing_translated(void **state)
{
    json_t *object = object_of(*state, "run --json $PROGRAMS/exit42.elf", 42);
    json_t *associator = json_object_get(object, "associator");
    assert_int_equal(integer(object, NULL, "exit_code"), 42);
    assert_true(json_is_null(json_object_get(associator, "hit_rate")));
    assert_true(json_is_null(json_object_get(associator, "last_page_share")));
    json_decref(object);
}

static void test_region(void **state)
{
    json_t *object = object_of(*state, "run --depth 1 --json $PROGRAMS/crc.elf", 0);
    json_t *region = json_object_get(object, "region");
    assert_true(json_is_object(region));
    assert_true(integer(region, NULL, "instructions") > 0);
    assert_true(integer(region, NULL, "instructions") < integer(object, NULL, "instructions"));
    assert_true(integer(region, "associator", "accesses") < integer(object, "associator", "accesses"));
    assert_true(integer(region, "translation", "waits") > 0);
    assert_true(integer(region, "translation", "waits") < integer(object, "translation", "waits"));
    json_decref(object);
    object = object_of(*state, "cosim --depth 1 --json $PROGRAMS/exit42.elf", 3);
    assert_true(json_is_null(json_object_get(object, "region")));
    assert_true(integer(object, "translation", "vm_faults") > 0);
    assert_true(integer(object, NULL, "cycles") > integer(object, "translation", "lvmid"));
    json_decref(object);
    object = object_of(*state, "cosim --depth 1 --max-instructions 30000 --json $PROGRAMS/mix.elf", 125);
    assert_true(integer(json_object_get(object, "region"), NULL, "cycles") > 20000);
    assert_true(integer(json_object_get(object, "region"), NULL, "cycles") < integer(object, NULL, "cycles"));
    json_decref(object);
    object = object_of(*state, "run --json $PROGRAMS/exit42.elf", 42);
    assert_true(json_is_null(json_object_get(object, "region")));
    json_decref(object);
}

static void test_limit(void **state)
{
    json_t *object = object_of(*state, "run --json --max-instructions 500 $PROGRAMS/sort.elf", 125);
    assert_int_equal(integer(object, NULL, "commits"), 500);
    assert_string_equal(json_string_value(json_object_get(object, "stopped")), "limit");
    assert_true(json_is_null(json_object_get(object, "exit_code")));
    json_decref(object);
}

/* Every line an object with the record's fields; the last one's order is their number less one. */
static void test_trace(void **state)
{
    static const char *const names[] = {
#define COMMIT_FIELD(name, bits, port, meaning) #name,
#include "isa/commit.def"
    };
    json_t *result = object_of(*state, "run --depth 1 --json --trace t.jsonl $PROGRAMS/hello.elf", 0);
    char *text = contents(*state, "t.jsonl"), *rest = text;
    json_int_t lines = 0, deepest = 0;
    for (char *line; (line = strsep(&rest, "\n")) && *line; lines++) {
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_int_equal(json_object_size(object), HV_COMMIT_FIELDS);
        for (unsigned i = 0; i < HV_COMMIT_FIELDS; i++) {
            json_t *value = json_object_get(object, names[i]);
            assert_true(i == HV_COMMIT_vmid ? json_is_array(value) : json_is_integer(value));
        }
        const json_int_t level = integer(object, NULL, "level");
        assert_int_equal(json_array_size(json_object_get(object, "vmid")), level);
        assert_int_equal(integer(object, NULL, "order"), lines);
        deepest = level > deepest ? level : deepest;
        json_decref(object);
    }
    assert_int_equal(lines, integer(result, NULL, "commits"));
    assert_int_equal(deepest, 1);
    free(text);
    json_decref(result);
}

/* Cycles are in the objects of cosim alone; in run they are null. */
static void forget_cycles(json_t *object, bool of_cosim)
{
    json_t *region = json_object_get(object, "region");
    if (json_is_object(region)) {
        assert_true(json_is_integer(json_object_get(region, "cycles")) == of_cosim);
        json_object_del(region, "cycles");
    }
    json_t *const parts[] = {object, region};
    for (unsigned i = 0; i < 2; i++) {
        json_t *translation = json_object_get(parts[i], "translation");
        assert_int_equal(json_is_object(translation), json_is_object(parts[i]));
        if (!translation)
            continue;
        assert_true(json_is_object(json_object_get(parts[i], "cycle_stack")) == of_cosim);
        json_object_del(parts[i], "cycle_stack");
        assert_true(json_is_integer(json_object_get(translation, "lvmid")) == of_cosim);
        assert_true(json_is_integer(json_object_get(translation, "vm_faults")) == of_cosim);
        json_object_del(translation, "lvmid");
        json_object_del(translation, "vm_faults");
    }
}

/* But for what may differ, run and cosim tell the same, and trace the same. */
static void compare_with_run(void **state, const char *simulator, const char *program, const char *options, int status)
{
    static const char *const free_keys[] = {"simulator", "cycles", "mismatches", "seconds"};
    char *line = hv_text("run --json --trace run.jsonl %s $PROGRAMS/%s", options, program);
    json_t *run = object_of(*state, line, status);
    free(line);
    line = hv_text("cosim --sim %s --json --trace cosim.jsonl %s $PROGRAMS/%s", simulator, options, program);
    json_t *cosim = object_of(*state, line, status ? 3 : 0);
    free(line);
    assert_string_equal(json_string_value(json_object_get(cosim, "simulator")), simulator);
    assert_int_equal(integer(cosim, NULL, "mismatches"), 0);
    assert_true(integer(cosim, NULL, "cycles") > integer(cosim, NULL, "commits"));
    for (size_t i = 0; i < sizeof free_keys / sizeof *free_keys; i++) {
        json_object_del(run, free_keys[i]);
        json_object_del(cosim, free_keys[i]);
    }
    forget_cycles(run, false);
    forget_cycles(cosim, true);
    assert_true(json_equal(run, cosim));
    json_decref(run);
    json_decref(cosim);
    char *a = contents(*state, "run.jsonl"), *b = contents(*state, "cosim.jsonl");
    assert_true(strcmp(a, b) == 0);
    free(a);
    free(b);
}

static void test_cosim_verilator(void **state)
{
    compare_with_run(state, "verilator", "hello.elf", "--depth 2", 0);
    compare_with_run(state, "verilator", "trap99.elf", "--depth 1 --on-demand", 99);
    compare_with_run(state, "verilator", "exit42.elf", "", 42);
}

static void test_cosim_icarus(void **state)
{
    compare_with_run(state, "icarus", "hello.elf", "--depth 1", 0);
}

static void test_wait_states(void **state)
{
    json_t *fast = object_of(*state, "cosim --json $PROGRAMS/hello.elf", 0);
    json_t *slow = object_of(*state, "cosim --json --wait 60 --seed 3 $PROGRAMS/hello.elf", 0);
    json_t *again = object_of(*state, "cosim --json --wait 60 --seed 3 $PROGRAMS/hello.elf", 0);
    assert_true(integer(slow, NULL, "cycles") > integer(fast, NULL, "cycles"));
    assert_int_equal(integer(slow, NULL, "cycles"), integer(again, NULL, "cycles"));
    assert_int_equal(integer(slow, NULL, "commits"), integer(fast, NULL, "commits"));
    json_decref(fast);
    json_decref(slow);
    json_decref(again);
}

/* With real clocks lockstep copies what time the RTL read, and tells so. */
static void test_time_base_clock(void **state)
{
    static const char text[] = "[machine]\ndepth = 0\ntimebase = clock\n[associator]\nentries = 0\nways = 1\n"
                               "prefix_entries = 0\n";
    const struct place *place = *state;
    struct hv_error error;
    char *path = hv_text("%s/clock.ini", place->folder);
    assert_int_equal(hv_file_write(path, text, sizeof text - 1, &error), 0);
    free(path);
    assert_int_equal(call(place, "cosim --sim icarus --config ./clock.ini $PROGRAMS/ticks.elf"), 0);
    char *report = contents(place, "err");
    assert_non_null(strstr(report, "time copied in"));
    free(report);
}

/* Replace the first `old` in a file of the test's folder. */
static void edit(const struct place *place, const char *name, const char *old, const char *new)
{
    struct hv_error error;
    char *text = contents(place, name), *at = strstr(text, old);
    if (!at)
        fail_msg("%s: found no '%s' to edit", name, old);
    char *edited = hv_text("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    char *path = hv_text("%s/%s", place->folder, name);
    assert_int_equal(hv_file_write(path, edited, strlen(edited), &error), 0);
    free(path);
    free(edited);
    free(text);
}

/* Verilog that the user has edited: equal while it does the same, a mismatch with report and waveform when not. */
static void test_edited_verilog(void **state)
{
    const struct place *place = *state;
    assert_int_equal(call(place, "gen --config plain -o rtl"), 0);
    edit(place, "rtl/nestor_soc.v", "module nestor_soc", "// edited\nmodule nestor_soc");
    assert_int_equal(call(place, "cosim --config plain --rtl rtl --sim icarus $PROGRAMS/exit42.elf"), 3);
    edit(place, "rtl/nestor_soc.v", "// Nestor ", "// Ours, after Nestor "); /* no stamp any more */
    edit(place, "rtl/nestor_ram.v", "data_o <= ", "data_o <= 32'd1 ^ ");
    assert_int_equal(call(place, "cosim --config plain --rtl rtl --sim icarus --wave w.fst $PROGRAMS/exit42.elf"), 1);
    char *report = contents(place, "err"), *save = contents(place, "w.gtkw");
    assert_non_null(strstr(report, "mismatch at record 0"));
    assert_non_null(strstr(report, "* insn "));
    assert_non_null(strstr(report, "repeat with: nestor cosim --config plain --rtl rtl"));
    assert_non_null(strstr(save, "-u_core\n"));
    assert_non_null(strstr(save, "nestor_soc.u_core.clk"));
    free(report);
    free(save);
    assert_int_equal(call(place, "fuzz --config plain --rtl rtl --sim icarus --worlds 1 --jobs 1"), 1);
    char *result = contents(place, "out"); /* what failed comes first, then what was covered */
    const char *coverage = strstr(result, "\ntable "), *last = strstr(result, "\nfuzz: 1 worlds, 1 failed;");
    if (strncmp(result, "failure: plain on icarus, seed ", 31) != 0)
        fail_msg("no failure first:\n%s", result);
    assert_true(coverage && last && coverage < last &&
                strstr(result, "nestor replay --sim icarus --rtl rtl ") < coverage);
    free(result);
    edit(place, "rtl/nestor_ram.v", "\nmodule ", "\nmodul ");
    assert_int_equal(call(place, "cosim --config plain --rtl rtl --sim icarus $PROGRAMS/exit42.elf"), 125);
    report = contents(place, "err");
    assert_non_null(strstr(report, "nestor: iverilog: failed: rtl/nestor_ram.v"));
    free(report);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_object),          TEST(test_nothing_translated), TEST(test_region),       TEST(test_limit),
        TEST(test_trace),           TEST(test_cosim_verilator),    TEST(test_cosim_icarus), TEST(test_wait_states),
        TEST(test_time_base_clock), TEST(test_edited_verilog),
    };
    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
