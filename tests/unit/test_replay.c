/* lab/replay: the references of a run, through any associator, count what the model counts with that associator, to the
 * last counter; and its parts are those of lab/measure. lab/survey: its lookups, in one pass for every LRU geometry. */
#include "tests/unit/world_run.h"

#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "lab/record.h"
#include "lab/replay.h"
#include "lab/survey.h"
#include "sim/translation.h"

static uint64_t waits_of(const struct hv_config *config, const struct hv_counters *counters)
{
    const struct hv_translation waits = hv_translation(config, counters);
    return hv_translation_waits(&waits);
}

/* A run's references, and the VMs that they are of. */
struct recorded {
    struct lab_reference *references;
    size_t count;
    struct lab_vm *vms;
    uint32_t vm_count;
};

/* Up to `limit` records of a machine. */
static void record_machine(struct recorded *recorded, struct hv_machine *machine, uint64_t limit)
{
    struct lab_recorder *recorder = lab_recorder_new(machine);
    size_t room = 1 << 16;
    assert_non_null(recorder);
    recorded->references = malloc(room * sizeof *recorded->references);
    recorded->count = 0;
    for (enum hv_stop stop = HV_STOP_NONE; stop == HV_STOP_NONE && limit; limit--) {
        unsigned count;
        if (recorded->count + LAB_RECORDED > room)
            recorded->references = realloc(recorded->references, (room *= 2) * sizeof *recorded->references);
        assert_non_null(recorded->references);
        stop = lab_recorder_step(recorder, recorded->references + recorded->count, &count, NULL);
        recorded->count += count;
    }
    recorded->vm_count = lab_recorder_vms(recorder);
    recorded->vms = malloc(recorded->vm_count * sizeof *recorded->vms);
    for (uint32_t i = 0; i < recorded->vm_count; i++)
        recorded->vms[i] = *lab_recorder_vm(recorder, i);
    lab_recorder_free(recorder);
}

static void record(struct recorded *recorded, const struct hv_config *config, const char *path,
                   const struct hv_world_options *options)
{
    struct hv_world world;
    struct hv_machine *machine = loaded(config, path, options, &world);
    record_machine(recorded, machine, LIMIT);
    hv_machine_free(machine);
    hv_world_free(&world);
}

static void on_flush(void *context, const struct hv_machine *machine, const struct hv_flushed *flush)
{
    lab_measure_flushed(context, flush->cause, hv_machine_level(machine), hv_machine_vmid(machine));
}

static void run_model(struct lab_measure *parts, struct hv_counters *counters, const struct hv_config *config,
                      const char *path, const struct hv_world_options *options)
{
    struct hv_world world;
    struct hv_machine *machine = loaded(config, path, options, &world);
    assert_true(lab_measure_open(parts, config, hv_machine_counters(machine), waits_of, 0));
    hv_machine_watch(machine, (struct hv_watcher){.context = parts, .flushed = on_flush});
    assert_int_equal(hv_machine_run(machine, LIMIT), HV_STOP_FINISHED);
    assert_true(lab_measure_end(parts));
    *counters = *hv_machine_counters(machine);
    hv_machine_free(machine);
    hv_world_free(&world);
}

static bool take_space(void *context, uint32_t space, unsigned level, const uint8_t *syllables)
{
    return lab_survey_space(context, space, level, syllables);
}

static bool take_references(void *context, const struct lab_reference *references, size_t count)
{
    return lab_survey_feed(context, references, count);
}

static struct lab_survey *surveyor(const struct hv_config *config)
{
    struct lab_survey *survey =
        lab_survey_new(&(struct lab_survey_plan){.stream = {.page_bits = HV_PAGE_BITS, .key = config->assoc_key},
                                                 .split = config->assoc_split == HV_SPLIT,
                                                 .curve = true,
                                                 .grid = true});
    assert_non_null(survey);
    return survey;
}

static struct lab_replay *replayed(const struct recorded *recorded, const struct hv_config *config,
                                   struct lab_survey *survey)
{
    const struct lab_replay_plan plan = {.config = *config,
                                         .page_bits = HV_PAGE_BITS,
                                         .waits = waits_of,
                                         .taker = {survey, take_space, take_references}};
    struct lab_replay *replay = lab_replay_new(&plan);
    assert_non_null(replay);
    for (uint32_t i = 1; i < recorded->vm_count; i++)
        assert_true(lab_replay_space(replay, i, recorded->vms[i].level, recorded->vms[i].syllable));
    for (size_t i = 0, now; i < recorded->count; i += now) {
        now = recorded->count - i < 1000 ? recorded->count - i : 1000;
        assert_true(lab_replay_feed(replay, recorded->references + i, now));
    }
    return replay;
}

static void equal_counters(const struct hv_associator_counters *found, const struct hv_associator_counters *expected,
                           bool with_flushed)
{
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    if ((hpm) != 10 || with_flushed)                                                                                   \
        assert_int_equal(found->name, expected->name);
#include "isa/counters.def"
}

static void equal_parts(const struct lab_measure *found, const struct lab_measure *expected, unsigned bits)
{
    assert_int_equal(found->vm_count, expected->vm_count);
    for (size_t i = 0; i < found->vm_count; i++) {
        const struct lab_vm_part *a = &found->vms[i], *b = &expected->vms[i];
        assert_int_equal(a->level, b->level);
        for (unsigned level = 0; level < a->level; level++)
            assert_int_equal(a->vmid >> level * LAB_REPLAY_SYLLABLE_BITS & 255,
                             b->vmid >> level * bits & ((1u << bits) - 1));
        assert_int_equal(a->counts.accesses, b->counts.accesses);
        assert_int_equal(a->counts.misses, b->counts.misses);
        assert_int_equal(a->counts.cycles_lost, b->counts.cycles_lost);
    }
    for (enum hv_flush cause = 0; cause < HV_FLUSHES; cause++) {
        assert_int_equal(found->flushes[cause].count, expected->flushes[cause].count);
        assert_int_equal(found->flushes[cause].entries, expected->flushes[cause].entries);
    }
}

/* LRU geometries that curve and grid tell of, how many of them with the model's misses, and how many of these have
 * some. */
static struct {
    unsigned told, equal, busy;
} geometry_counts;

static void compare_survey(const struct lab_survey *survey, const struct hv_config *config, uint64_t misses)
{
    static uint64_t curve[65536];
    uint64_t found;
    const uint32_t entries = config->assoc_entries, ways = config->assoc_ways;
    if (!entries || config->assoc_replacement != HV_REPLACEMENT_LRU)
        return;
    const unsigned set_bits = (unsigned)__builtin_ctz(hv_config_sets(config));
    if (entries == ways) {
        assert_true(lab_survey_curve(survey, curve, entries));
        found = curve[entries - 1];
    } else if (set_bits <= LAB_GRID_SET_BITS && ways <= LAB_GRID_WAYS) {
        found = lab_survey_grid(survey, set_bits, ways);
    } else {
        return;
    }
    geometry_counts.told++;
    geometry_counts.equal += found == misses;
    geometry_counts.busy += misses > 10;
}

/* A replay against the model, whose counters and parts are given. */
static void compare_counts(const struct recorded *recorded, const struct hv_config *config,
                           const struct hv_counters *model, const struct lab_measure *model_parts)
{
    struct lab_measure parts;
    struct lab_survey *survey = surveyor(config);
    struct lab_replay *replay = replayed(recorded, config, survey);
    const struct hv_counters *found = lab_replay_counters(replay);
    equal_counters(&found->associator, &model->associator, true);
    for (unsigned port = 0; port < 2; port++)
        equal_counters(&found->by_port[port], &model->by_port[port], false);
    for (unsigned level = 0; level <= HV_MAX_DEPTH; level++)
        equal_counters(&found->by_level[level], &model->by_level[level], true);
    assert_true(lab_replay_end(replay, &parts));
    equal_parts(&parts, model_parts, config->syllable_bits);
    compare_survey(survey, config, model->associator.misses);
    lab_measure_free(&parts);
    lab_replay_free(replay);
    lab_survey_free(survey);
}

static const struct {
    uint32_t entries, ways, replacement, key, split, prefix_entries, last_pages;
} geometries[] = {
    {16, 4, HV_REPLACEMENT_LRU, HV_KEY_VMID, HV_UNIFIED, 4, 2},
    {1, 1, HV_REPLACEMENT_LRU, HV_KEY_VMID, HV_UNIFIED, 1, 1},
    {3, 3, HV_REPLACEMENT_FIFO, HV_KEY_LEVEL, HV_SPLIT, 2, 1},
    {8, 8, HV_REPLACEMENT_PLRU, HV_KEY_NONE, HV_UNIFIED, 16, 4},
    {6, 3, HV_REPLACEMENT_RANDOM, HV_KEY_VMID, HV_SPLIT, 0, 3},
    {32, 2, HV_REPLACEMENT_FIFO, HV_KEY_VMID, HV_UNIFIED, 3, 2},
    {4, 2, HV_REPLACEMENT_PLRU, HV_KEY_LEVEL, HV_UNIFIED, 2, 1},
    {64, 64, HV_REPLACEMENT_LRU, HV_KEY_LEVEL, HV_SPLIT, 5, 2},
    {0, 1, HV_REPLACEMENT_LRU, HV_KEY_VMID, HV_UNIFIED, 4, 2},
};

/* Recorded with one associator, replayed with all. */
static void compare_all(const char *path, const struct hv_world_options *options)
{
    struct hv_config config = preset("default");
    struct recorded recorded;
    struct lab_measure parts;
    struct hv_counters model;
    struct hv_error error;
    record(&recorded, &config, path, options);
    for (size_t i = 0; i < sizeof geometries / sizeof *geometries; i++) {
        config.assoc_entries = geometries[i].entries;
        config.assoc_ways = geometries[i].ways;
        config.assoc_replacement = geometries[i].replacement;
        config.assoc_key = geometries[i].key;
        config.assoc_split = geometries[i].split;
        config.prefix_entries = geometries[i].prefix_entries;
        config.last_pages = geometries[i].last_pages;
        assert_int_equal(hv_config_validate(&config, HV_FOR_MODEL, &error), 0);
        run_model(&parts, &model, &config, path, options);
        compare_counts(&recorded, &config, &model, &parts);
        lab_measure_free(&parts);
    }
    free(recorded.references);
    free(recorded.vms);
}

/* Rights of pages that are in use are given and taken, below other monitors. */
static void test_monitor(void **state)
{
    (void)state;
    for (unsigned depth = 0; depth <= 3; depth += 1 + depth)
        compare_all("build/software/vmswitch.elf", &(struct hv_world_options){.depth = depth});
}

static void test_guests(void **state)
{
    (void)state;
    compare_all(
        "build/software/hello.elf",
        &(struct hv_world_options){.depth = 3, .on_demand = true, .guests = 3, .switch_level = 1, .quantum = 900});
    compare_all("build/software/procswitch.elf",
                &(struct hv_world_options){.depth = 2, .relocation = true, .emulate_devices = true});
}

/* Worlds in which anything is changed at any time, with fences and without. */
static void random_world(uint64_t seed, uint64_t *lacking)
{
    static struct fuzz_world world;
    struct recorded recorded;
    struct lab_measure parts;
    struct hv_config config;
    struct hv_error error;
    if (seed % 2)
        fuzz_config_plain(&config, (unsigned)(seed / 2) % FUZZ_PLAIN_CONFIGS);
    else
        fuzz_config_random(&config, seed);
    if (fuzz_check_config(&config, &error))
        return;
    fuzz_generate(&world, &config, seed, NULL);
    struct hv_machine *machine = hv_machine_new(&config, &error);
    uint8_t *ram = malloc(config.ram_bytes);
    assert_true(machine && ram);
    fuzz_world_image(&world, ram);
    assert_true(hv_machine_write_ram(machine, config.ram_base, ram, config.ram_bytes));
    hv_machine_uart_input(machine, world.input, world.input_length);
    assert_true(lab_measure_open(&parts, &config, hv_machine_counters(machine), waits_of, 0));
    hv_machine_watch(machine, (struct hv_watcher){.context = &parts, .flushed = on_flush});
    record_machine(&recorded, machine, world.limit);
    assert_true(lab_measure_end(&parts));
    compare_counts(&recorded, &config, hv_machine_counters(machine), &parts);
    for (size_t i = 0; i < recorded.count; i++)
        *lacking += recorded.references[i].kind < LAB_FLUSH && !(recorded.references[i].flags & LAB_UNTRANSLATED) &&
                    (lab_needs(&recorded.references[i]) & ~lab_rights(&recorded.references[i]));
    lab_measure_free(&parts);
    free(ram);
    free(recorded.references);
    free(recorded.vms);
    hv_machine_free(machine);
    fuzz_world_end(&world);
}

static void test_random_worlds(void **state)
{
    (void)state;
    enum { WORLDS = 2000 };
    uint64_t lacking = 0;
    for (uint64_t seed = 1; seed <= WORLDS; seed++)
        random_world(seed, &lacking);
    assert_true(lacking > WORLDS / 2); /* rights did matter */
    /* curve and grid know nothing of rights given to a page in use, and may differ there */
    assert_true(geometry_counts.told > WORLDS / 10 && geometry_counts.busy > WORLDS / 20);
    assert_true(geometry_counts.equal * 20 >= geometry_counts.told * 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monitor),
        cmocka_unit_test(test_guests),
        cmocka_unit_test(test_random_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
