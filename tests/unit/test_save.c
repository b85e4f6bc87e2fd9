/* Saves: a machine that is saved and goes on elsewhere makes the records that it would have made, to the last counter;
 * what is damaged is refused, and never does anything else. */
#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "fuzz/random.h"
#include "fuzz/step.h"
#include "sim/save.h"
#include "tests/unit/world_run.h"

#include <unistd.h>

/* ---- A save in a file that has no name ---- */

static void write_save(FILE *stream, const struct hv_machine *machine, const uint8_t *input, size_t length)
{
    struct hv_error error;
    struct hv_save save = {.config = *hv_machine_config(machine),
                           .program = (char *)"a program",
                           .state = hv_state_new(hv_machine_config(machine)),
                           .input = (uint8_t *)input,
                           .input_length = length};
    assert_non_null(save.state);
    hv_machine_take(machine, save.state);
    if (hv_save_write(stream, "stream", &save, hv_machine_ram(machine), &error) || fflush(stream))
        fail_msg("%s", error.text);
    hv_state_free(save.state);
}

static int read_save(FILE *stream, struct hv_save *save, struct hv_error *error)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(stream));
    return hv_save_read(save, path, error);
}

/* The machine of a save; what it received is in the save. */
static struct hv_machine *resumed(const struct hv_save *save)
{
    struct hv_error error;
    struct hv_machine *machine = hv_machine_new(&save->config, &error);
    assert_non_null(machine);
    for (size_t i = 0; i < save->page_count; i++)
        assert_true(hv_machine_write_ram(machine, save->pages[i].real, save->pages[i].bytes, save->pages[i].length));
    if (hv_machine_put(machine, save->state, &error))
        fail_msg("%s", error.text);
    assert_int_equal(hv_machine_uart_input(machine, save->input, save->input_length), save->input_length);
    return machine;
}

/* Save, read, and put into another machine; `input` is all that the machine was given to receive. */
static struct hv_machine *moved(struct hv_machine *machine, const uint8_t *input, size_t length)
{
    struct hv_save save;
    struct hv_error error;
    FILE *stream = tmpfile();
    const size_t waiting = hv_machine_uart_waiting(machine);
    write_save(stream, machine, input + (length - waiting), waiting);
    if (read_save(stream, &save, &error))
        fail_msg("%s", error.text);
    fclose(stream);
    assert_string_equal(save.program, "a program");
    assert_string_equal(save.config.name, hv_machine_config(machine)->name);
    struct hv_machine *other = resumed(&save);
    hv_save_free(&save);
    hv_machine_free(machine);
    return other;
}

/* ---- Two machines ---- */

static void assert_same(const struct hv_machine *a, const struct hv_machine *b, const char *what)
{
    const struct hv_config *config = hv_machine_config(a);
    struct hv_state *states[2] = {hv_state_new(config), hv_state_new(config)};
    hv_machine_take(a, states[0]);
    hv_machine_take(b, states[1]);
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        for (uint32_t i = 0; i < states[0]->rows[e]; i++)
            if (states[0]->value[e][i] != states[1]->value[e][i])
                fail_msg("%s: %s, row %u: found %llx, expected %llx", what, hv_state_name(e), (unsigned)i,
                         (unsigned long long)states[1]->value[e][i], (unsigned long long)states[0]->value[e][i]);
    assert_memory_equal(hv_machine_ram(a), hv_machine_ram(b), config->ram_bytes);
    hv_state_free(states[0]);
    hv_state_free(states[1]);
}

static uint64_t saves, saves_by_level[HV_MAX_DEPTH + 1];

/* A machine and one that is moved now and then make the same records. */
static void go_on(struct hv_machine *machine, struct hv_machine *other, const uint8_t *input, size_t length,
                  uint64_t limit, uint64_t every, uint64_t seed, const char *what)
{
    static struct fuzz_step expected, found;
    struct fuzz_random random = {.state = seed};
    expected.stop = HV_STOP_NONE;
    hv_machine_windows(machine, fuzz_window, NULL);
    for (uint64_t i = 0; i < limit && expected.stop == HV_STOP_NONE; i++) {
        if (hv_machine_between(other) && fuzz_below(&random, (uint32_t)every) == 0) {
            saves++;
            saves_by_level[hv_machine_level(other)]++;
            other = moved(other, input, length);
        }
        hv_machine_windows(other, fuzz_window, NULL);
        fuzz_step(machine, &expected);
        fuzz_step(other, &found);
        if (memcmp(&expected.commit, &found.commit, sizeof found.commit) != 0 || expected.stop != found.stop ||
            expected.count != found.count ||
            memcmp(expected.writes, found.writes, found.count * sizeof *found.writes) != 0)
            fail_msg("%s: record %llu differs", what, (unsigned long long)i);
        uint8_t sent[2][64];
        const size_t count = hv_machine_uart_output(machine, sent[0], sizeof sent[0]);
        assert_int_equal(hv_machine_uart_output(other, sent[1], sizeof sent[1]), count);
        assert_memory_equal(sent[0], sent[1], count);
    }
    assert_same(machine, other, what);
    hv_machine_free(machine);
    hv_machine_free(other);
}

/* Replacement, key and split are taken in turn, and sets of more ways than hardware has. */
static bool make_config(struct hv_config *config, uint64_t seed)
{
    struct hv_error error;
    if (seed % 2)
        fuzz_config_plain(config, (unsigned)(seed / 2) % FUZZ_PLAIN_CONFIGS);
    else
        fuzz_config_random(config, seed);
    if (seed % 3 == 0 && config->depth) {
        config->assoc_entries = seed % 2 ? 8 : 128;
        config->assoc_ways = seed % 2 ? 4 : 128;
        config->assoc_replacement = (uint32_t)(seed / 3) % 4;
        config->assoc_key = (uint32_t)(seed / 12) % 3;
    }
    return hv_config_validate(config, HV_FOR_MODEL, &error) == 0 && fuzz_check_config(config, &error) == 0;
}

static void random_worlds(void **state)
{
    (void)state;
    enum { WORLDS = 400, EVERY = 100 };
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        static struct fuzz_world world;
        struct hv_config config;
        struct hv_error error;
        char what[32];
        snprintf(what, sizeof what, "seed %u", (unsigned)seed);
        if (!make_config(&config, seed))
            continue;
        fuzz_generate(&world, &config, seed, NULL);
        go_on(fuzz_machine_new(&world, &config, &error), fuzz_machine_new(&world, &config, &error), world.input,
              world.input_length, world.limit, EVERY, seed, what);
        fuzz_world_end(&world);
    }
    assert_true(saves > 1000);
    for (unsigned level = 0; level <= 4; level++)
        assert_true(saves_by_level[level] > 20);
}

static void programs(void **state)
{
    (void)state;
    static const char *const names[] = {"vmswitch", "procswitch_timer", "tty", "ticks"};
    for (unsigned i = 0; i < 5; i++) {
        const struct hv_world_options options = {.depth = i, .on_demand = i % 2, .emulate_devices = i == 3};
        const struct hv_config config = preset(i == 2 ? "wide" : "default");
        struct hv_world world;
        struct hv_machine *machines[2];
        char path[64], what[256];
        path_of(path, sizeof path, names[i % 4]);
        snprintf(what, sizeof what, "%s, %s", names[i % 4], told(&options));
        for (unsigned j = 0; j < 2; j++) {
            machines[j] = loaded(&config, path, &options, &world);
            hv_machine_uart_input(machines[j], (const uint8_t *)TYPED, sizeof TYPED - 1);
            hv_machine_run(machines[j], 1000);
            hv_world_free(&world);
        }
        go_on(machines[0], machines[1], (const uint8_t *)TYPED, sizeof TYPED - 1, 60000, 6000, i, what);
    }
}

/* ---- Damage ---- */

/* A save of a machine two levels deep, whose configuration has little RAM and little of all else. */
static FILE *small_save(struct hv_machine **machine)
{
    const struct hv_world_options options = {.depth = 2};
    struct hv_config config = preset("default");
    config.prefix_entries = 4;
    struct hv_world world;
    FILE *stream = tmpfile();
    *machine = loaded(&config, "build/software/sort.elf", &options, &world);
    hv_machine_uart_input(*machine, (const uint8_t *)TYPED, sizeof TYPED - 1);
    hv_machine_run(*machine, 50000);
    hv_world_free(&world);
    assert_true(hv_machine_between(*machine));
    assert_int_equal(hv_machine_level(*machine), 2);
    write_save(stream, *machine, (const uint8_t *)TYPED, sizeof TYPED - 1);
    return stream;
}

static size_t contents(FILE *stream, uint8_t **bytes)
{
    const long length = ftell(stream);
    *bytes = malloc((size_t)length);
    rewind(stream);
    assert_int_equal(fread(*bytes, 1, (size_t)length, stream), length);
    return (size_t)length;
}

/* Read these bytes: refused with a line, or, as of a bit that zstd does not look at, the same save. */
static bool is_refused(const uint8_t *bytes, size_t length, const struct hv_machine *machine)
{
    struct hv_save save;
    struct hv_error error = {""};
    FILE *stream = tmpfile();
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    fflush(stream);
    const int status = read_save(stream, &save, &error);
    fclose(stream);
    assert_true(status == 0 || status == HV_SAVE_REFUSED);
    assert_true(status == 0 || (error.text[0] && !strchr(error.text, '\n')));
    if (status == 0) {
        struct hv_machine *other = resumed(&save);
        assert_same(machine, other, "a save with a bit that says nothing changed");
        hv_machine_free(other);
    }
    hv_save_free(&save);
    return status != 0;
}

static void every_byte_counts(void **state)
{
    (void)state;
    struct hv_machine *machine;
    FILE *stream = small_save(&machine);
    uint8_t *bytes;
    const size_t length = contents(stream, &bytes);
    size_t taken = 0;
    assert_false(is_refused(bytes, length, machine));
    for (size_t i = 0; i < length; i += 1 + i / 64) {
        bytes[i] ^= (uint8_t)(1u << i % 8);
        taken += !is_refused(bytes, length, machine);
        bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    assert_true(taken <= 2); /* of the frame's head */
    for (size_t i = 0; i < length; i += 1 + i / 16)
        assert_true(is_refused(bytes, i, machine));
    bytes = realloc(bytes, length + 1);
    bytes[length] = 0;
    assert_true(is_refused(bytes, length + 1, machine));
    free(bytes);
    fclose(stream);
    hv_machine_free(machine);
}

/* Any number anywhere: refused with a line, or a machine that runs. What checksums keep away is asked for here. */
static void any_state_is_refused_or_runs(void **state)
{
    (void)state;
    struct hv_machine *machine;
    struct hv_error error;
    FILE *stream = small_save(&machine);
    const struct hv_config config = *hv_machine_config(machine);
    struct hv_state *s = hv_state_new(&config);
    struct hv_machine *other = hv_machine_new(&config, &error);
    unsigned refused = 0, ran = 0;
    hv_machine_write_ram(other, config.ram_base, hv_machine_ram(machine), config.ram_bytes);
    struct fuzz_random random = {.state = 1};
    hv_machine_take(machine, s);
    for (unsigned i = 0; i < 20000; i++) {
        const enum hv_state_element e = fuzz_below(&random, HV_STATE_ELEMENTS);
        if (!s->rows[e])
            continue;
        uint64_t *value = &s->value[e][fuzz_below(&random, s->rows[e])];
        const uint64_t before = *value;
        *value ^= UINT64_C(1) << fuzz_below(&random, hv_state_bits(&config, e) + 1) % 64;
        error.text[0] = 0;
        if (hv_machine_put(other, s, &error)) {
            assert_true(strncmp(error.text, "state: ", 7) == 0);
            refused++;
        } else {
            hv_machine_run(other, 50);
            ran++;
        }
        *value = before;
    }
    assert_true(refused > 1000 && ran > 1000);
    hv_state_free(s);
    hv_machine_free(other);
    hv_machine_free(machine);
    fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_worlds),
        cmocka_unit_test(programs),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(any_state_is_refused_or_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
