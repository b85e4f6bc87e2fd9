/* What the model's references and our own format of traces hold: a replay of them counts what the model counted, to the
 * last counter, on random worlds and on programs; and what is written is what is read. */
#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "lab/record.h"
#include "lab/writer.h"
#include "sim/files.h"
#include "tests/unit/trace_replay.h"
#include "tests/unit/world_run.h"

enum { SOME = 256, RECORDS = 60000 };

/* A run, recorded: replayed as it comes, and written. */
struct recording {
    struct lab_recorder *recorder;
    struct lab_writer *writer;
    struct replay replay;
    uint32_t vms;
    uint64_t references;
};

static void take(struct recording *recording, const struct lab_reference *references, unsigned count)
{
    struct hv_error error = {""};
    for (; recording->vms < lab_recorder_vms(recording->recorder); recording->vms++)
        assert_int_equal(lab_writer_vm(recording->writer, lab_recorder_vm(recording->recorder, recording->vms), &error),
                         0);
    if (lab_writer_put(recording->writer, references, count, &error))
        fail_msg("%s", error.text);
    for (unsigned i = 0; i < count; i++)
        replay_put(&recording->replay, &references[i], lab_recorder_vm(recording->recorder, references[i].space));
    recording->references += count;
}

static void assert_counters(const struct hv_associator_counters *found, const struct hv_associator_counters *expected,
                            const char *what)
{
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    if (found->name != expected->name)                                                                                 \
        fail_msg("%s: %s: found %llu, expected %llu", what, #name, (unsigned long long)found->name,                    \
                 (unsigned long long)expected->name);
#include "isa/counters.def"
}

/* Read back what was written, and replay that. */
static void read_back(struct recording *recording, const struct hv_config *config, FILE *stream, const char *what,
                      uint64_t instructions)
{
    struct hv_error error;
    static struct replay replay;
    struct lab_reference some[SOME];
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", fileno(stream));
    rewind(stream);
    struct lab_trace *trace = lab_trace_open(path, NULL, 0, &error);
    if (!trace)
        fail_msg("%s: %s", what, error.text);
    assert_string_equal(lab_trace_facts(trace)->format, "nestor");
    assert_string_equal(lab_trace_facts(trace)->program, what);
    assert_int_equal(lab_trace_facts(trace)->depth, config->depth);
    replay_begin(&replay, config);
    int64_t count;
    uint64_t sum = 0;
    while ((count = lab_trace_read(trace, some, SOME, &error)) > 0) {
        for (int64_t i = 0; i < count; i++)
            replay_put(&replay, &some[i], lab_trace_vm(trace, some[i].space));
        sum += (uint64_t)count;
    }
    if (count)
        fail_msg("%s: %s", what, error.text);
    assert_int_equal(sum, recording->references);
    assert_int_equal(lab_trace_facts(trace)->instructions, instructions);
    assert_int_equal(lab_trace_vms(trace), recording->vms);
    for (uint32_t i = 0; i < recording->vms; i++)
        assert_string_equal(lab_trace_vm(trace, i)->vmid, lab_recorder_vm(recording->recorder, i)->vmid);
    assert_counters(&replay.counters, &recording->replay.counters, what);
    lab_trace_close(trace);
}

/* Run a machine to its end or `limit` records. Returns what it counted. */
static struct hv_associator_counters record(struct hv_machine *machine, uint64_t limit, const char *what)
{
    static struct recording recording;
    struct hv_error error;
    const struct hv_config *config = hv_machine_config(machine);
    FILE *stream = tmpfile();
    recording = (struct recording){.recorder = lab_recorder_new(machine), .vms = 1};
    replay_begin(&recording.replay, config);
    struct lab_trace_facts facts = lab_recorder_facts(recording.recorder);
    facts.program = what;
    recording.writer = lab_writer_open(stream, what, "nestor", &facts, &error);
    assert_non_null(recording.writer);
    enum hv_stop stop = HV_STOP_NONE;
    for (uint64_t i = 0; i < limit && stop == HV_STOP_NONE; i++) {
        struct lab_reference some[LAB_RECORDED];
        unsigned count;
        stop = lab_recorder_step(recording.recorder, some, &count, NULL);
        take(&recording, some, count);
    }
    const uint64_t instructions = lab_recorder_facts(recording.recorder).instructions;
    assert_int_equal(lab_writer_finish(recording.writer, instructions, &error), 0);
    assert_false(lab_recorder_failed(recording.recorder));
    const struct hv_associator_counters counters = hv_machine_counters(machine)->associator;
    assert_counters(&recording.replay.counters, &counters, what);
    read_back(&recording, config, stream, what, instructions);
    lab_writer_free(recording.writer);
    lab_recorder_free(recording.recorder);
    fclose(stream);
    return counters;
}

static void random_worlds(void **state)
{
    (void)state;
    enum { WORLDS = 3000 };
    struct hv_associator_counters sum = {0};
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        static struct fuzz_world world;
        struct hv_config config;
        struct hv_error error;
        char what[32];
        snprintf(what, sizeof what, "seed %u", (unsigned)seed);
        if (seed % 2)
            fuzz_config_plain(&config, (unsigned)(seed / 2) % FUZZ_PLAIN_CONFIGS);
        else
            fuzz_config_random(&config, seed);
        if (config.assoc_entries > REPLAY_MOST || fuzz_check_config(&config, &error))
            continue;
        fuzz_generate(&world, &config, seed, NULL);
        struct hv_machine *machine = hv_machine_new(&config, &error);
        uint8_t *ram = malloc(config.ram_bytes);
        assert_true(machine && ram);
        fuzz_world_image(&world, ram);
        assert_true(hv_machine_write_ram(machine, config.ram_base, ram, config.ram_bytes));
        hv_machine_uart_input(machine, world.input, world.input_length);
        const struct hv_associator_counters counters = record(machine, world.limit, what);
#define ASSOCIATOR_COUNTER(name, hpm, meaning) sum.name += counters.name;
#include "isa/counters.def"
        free(ram);
        hv_machine_free(machine);
        fuzz_world_end(&world);
    }
#define ASSOCIATOR_COUNTER(name, hpm, meaning) assert_true(sum.name > 100);
#include "isa/counters.def"
}

/* Monitors that map on demand, switch between guests, emulate devices; every key and split. */
static void programs(void **state)
{
    (void)state;
    static const char *const names[] = {"mix", "procswitch_timer", "pagewalk", "vmswitch"};
    static const char *const changes[] = {"associator.key=vmid",         "associator.key=level",
                                          "associator.key=none",         "associator.split=split",
                                          "associator.replacement=plru", "associator.replacement=random",
                                          "associator.entries=64",       "associator.entries=0"};
    for (unsigned i = 0; i < 16; i++) {
        struct hv_config config;
        struct hv_error error;
        struct hv_world world;
        char path[64], what[256];
        const struct hv_world_options options = {.depth = i % 4,
                                                 .on_demand = i % 3 == 0,
                                                 .emulate_devices = i % 5 == 0,
                                                 .guests = 1 + i % 2,
                                                 .quantum = i % 2 ? 500 : 0,
                                                 .relocation = i % 7 == 0};
        path_of(path, sizeof path, names[i / 4]);
        assert_int_equal(hv_config_read_changed(&config, "default", &changes[i % 8], 1, &error), 0);
        snprintf(what, sizeof what, "%s, %s", names[i / 4], told(&options));
        struct hv_machine *machine = loaded(&config, path, &options, &world);
        const struct hv_associator_counters counters = record(machine, RECORDS, what);
        assert_true(counters.accesses > 0 || options.depth == 0);
        hv_machine_free(machine);
        hv_world_free(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_worlds),
        cmocka_unit_test(programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
