/* Stream and direct against the model: the references of worlds that run on it, with every replacement and key, unified
 * and split, with 1 to 4 last-page registers: the same lookups, misses and entries emptied, and the same entries held
 * all the way, so the same victims. */
#include "tests/unit/world_run.h"

#include "lab/direct.h"
#include "lab/record.h"
#include "lab/stream.h"

enum { CHUNK = 512, RECORDS = 100000 };

struct pair {
    struct hv_world world;
    struct hv_machine *machine;
    struct lab_recorder *recorder;
    struct lab_stream *stream;
    struct lab_direct *direct;
    uint32_t spaces;
};

static void open_pair(struct pair *p, const struct hv_config *config, const char *path,
                      const struct hv_world_options *options)
{
    const struct lab_stream_plan stream = {HV_PAGE_BITS, config->last_pages, (enum hv_key)config->assoc_key};
    const struct lab_direct_plan direct = lab_direct_plan_of(config);
    memset(p, 0, sizeof *p);
    p->machine = loaded(config, path, options, &p->world);
    p->recorder = lab_recorder_new(p->machine);
    p->stream = lab_stream_new(&stream);
    p->direct = lab_direct_new(&direct);
    assert_true(p->recorder && p->stream && p->direct);
}

static void close_pair(struct pair *p)
{
    lab_direct_free(p->direct);
    lab_stream_free(p->stream);
    lab_recorder_free(p->recorder);
    hv_machine_free(p->machine);
    hv_world_free(&p->world);
}

static uint64_t tag_of(const struct hv_config *config, const struct lab_vm *vm)
{
    uint64_t tag = 0;
    if (config->assoc_key == HV_KEY_NONE)
        return 0;
    if (config->assoc_key == HV_KEY_LEVEL)
        return vm->level;
    for (unsigned i = 0; i < vm->level; i++)
        tag |= (uint64_t)vm->syllable[i] << i * config->syllable_bits;
    return tag;
}

/* Is the name in the set, the entries of which are `entries`? */
static bool is_cached(const struct pair *p, const struct hv_config *config, unsigned half, uint32_t set, uint64_t name)
{
    const struct lab_vm *vm = lab_recorder_vm(p->recorder, lab_stream_space_of(p->stream, name));
    for (unsigned way = 0; way < config->assoc_ways; way++) {
        struct hv_cached entry;
        assert_true(hv_machine_cached(p->machine, half ? HV_CACHE_DATA : HV_CACHE_FETCH, set * config->assoc_ways + way,
                                      &entry));
        if (entry.valid && entry.page == lab_stream_page_of(p->stream, name) && entry.level == vm->level &&
            entry.tag == tag_of(config, vm))
            return true;
    }
    return false;
}

static size_t valid_entries(const struct pair *p, const struct hv_config *config, unsigned half, uint32_t set)
{
    size_t count = 0;
    for (unsigned way = 0; way < config->assoc_ways; way++) {
        struct hv_cached entry;
        assert_true(hv_machine_cached(p->machine, half ? HV_CACHE_DATA : HV_CACHE_FETCH, set * config->assoc_ways + way,
                                      &entry));
        count += entry.valid;
    }
    return count;
}

static void compare_held(const struct pair *p, const struct hv_config *config)
{
    uint64_t names[64];
    const unsigned halves = config->assoc_split == HV_SPLIT ? 2 : 1;
    for (uint32_t i = 0; i < halves * hv_config_sets(config); i++) {
        const unsigned half = i % halves;
        const uint32_t set = i / halves;
        const size_t count = lab_direct_held(p->direct, half, set, names);
        assert_int_equal(count, valid_entries(p, config, half, set));
        for (size_t k = 0; k < count; k++)
            assert_true(is_cached(p, config, half, set, names[k]));
    }
}

static void compare_counts(const struct pair *p)
{
    const struct hv_counters *model = hv_machine_counters(p->machine);
    const struct lab_stream_counts *stream = lab_stream_counts(p->stream);
    const struct lab_direct_counts *direct = lab_direct_counts(p->direct);
    for (unsigned port = 0; port < 2; port++) {
        assert_int_equal(stream->accesses[port], model->by_port[port].accesses);
        assert_int_equal(stream->lookups[port], model->by_port[port].lookups);
        assert_int_equal(direct->lookups[port] + stream->faults[port], stream->lookups[port]);
        assert_int_equal(direct->misses[port] + stream->faults[port], model->by_port[port].misses);
    }
    assert_int_equal(direct->misses[0] + direct->misses[1], model->associator.fills);
    assert_int_equal(direct->flushed, model->associator.flushed);
}

static void feed(struct pair *p, const struct lab_reference *references, size_t count)
{
    struct lab_batch batch;
    for (; p->spaces < lab_recorder_vms(p->recorder); p->spaces++) {
        const struct lab_vm *vm = lab_recorder_vm(p->recorder, p->spaces);
        assert_true(lab_stream_space(p->stream, p->spaces, vm->level, vm->syllable));
    }
    assert_true(lab_stream_feed(p->stream, references, count, &batch));
    assert_true(lab_direct_feed(p->direct, &batch, NULL));
}

static void compare_run(const struct hv_config *config, const char *path, const struct hv_world_options *options)
{
    struct pair p;
    struct hv_error error;
    assert_int_equal(hv_config_validate(config, HV_FOR_MODEL, &error), 0);
    open_pair(&p, config, path, options);
    enum hv_stop stop = HV_STOP_NONE;
    for (unsigned records = 0; stop == HV_STOP_NONE && records < RECORDS;) {
        struct lab_reference references[CHUNK + LAB_RECORDED];
        size_t count = 0;
        for (; count < CHUNK && stop == HV_STOP_NONE; records++) {
            unsigned made;
            stop = lab_recorder_step(p.recorder, references + count, &made, NULL);
            count += made;
        }
        feed(&p, references, count);
        compare_counts(&p);
        compare_held(&p, config);
    }
    assert_true(lab_direct_counts(p.direct)->misses[1] > 5);
    assert_true(config->assoc_key == HV_KEY_VMID || !options->guests || lab_direct_counts(p.direct)->flushed > 5);
    close_pair(&p);
}

static const struct {
    const char *path;
    struct hv_world_options options;
} worlds[] = {
    /* none that takes pages step by step, as vmswitch, whose entries lack rights for a while */
    {"build/software/tree_list.elf", {.depth = 2}},
    {"build/software/tree_list.elf", {.depth = 4, .guests = 3, .switch_level = 2, .quantum = 500}},
    {"build/software/sort.elf", {.depth = 3, .guests = 2, .switch_level = 1, .quantum = 300}},
};
static const struct {
    uint32_t entries, ways;
} geometries[] = {{16, 4}, {8, 8}, {2, 1}, {6, 3}, {32, 32}, {4, 2}, {16, 16}, {12, 12}};

static void every_associator_agrees(void **state)
{
    unsigned run = 0;
    (void)state;
    for (uint32_t key = HV_KEY_NONE; key <= HV_KEY_VMID; key++) {
        for (uint32_t replacement = HV_REPLACEMENT_LRU; replacement <= HV_REPLACEMENT_RANDOM; replacement++) {
            for (unsigned world = 0; world < 3; world++, run++) {
                struct hv_config config = preset("default");
                config.assoc_entries = geometries[run * 5 % 8].entries;
                config.assoc_ways = geometries[run * 5 % 8].ways;
                config.assoc_key = key;
                config.assoc_replacement = replacement;
                config.assoc_split = run % 2 ? HV_SPLIT : HV_UNIFIED;
                config.last_pages = 1 + run % 4;
                if (replacement != HV_REPLACEMENT_PLRU || (config.assoc_ways & (config.assoc_ways - 1)) == 0)
                    compare_run(&config, worlds[world].path, &worlds[world].options);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_associator_agrees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
