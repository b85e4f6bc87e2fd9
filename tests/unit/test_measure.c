/* lab/measure: its parts, taken at full speed, against the sums of the commit records of a second run; and they sum to
 * the machine's own counters. */
#include "tests/unit/world_run.h"

#include "lab/measure.h"
#include "sim/translation.h"

enum { MAX_VMS = 32, CHUNK = 777 };

static uint64_t waits_of(const struct hv_config *config, const struct hv_counters *counters)
{
    const struct hv_translation waits = hv_translation(config, counters);
    return hv_translation_waits(&waits);
}

/* What the records say: for each VM its counters, of which cycles lost can be told; for each cause its flushes. */
struct recount {
    struct {
        uint64_t vmid;
        unsigned level;
        struct hv_counters counters;
    } vms[MAX_VMS];
    size_t vm_count;
    struct lab_flushes flushes[HV_FLUSHES];
};

static struct hv_counters *vm_of(struct recount *recount, const struct hv_commit *commit)
{
    size_t i = 0;
    while (i < recount->vm_count && (recount->vms[i].vmid != commit->vmid || recount->vms[i].level != commit->level))
        i++;
    assert_true(i < MAX_VMS);
    if (i == recount->vm_count) {
        recount->vms[i].vmid = commit->vmid;
        recount->vms[i].level = (unsigned)commit->level;
        recount->vm_count++;
    }
    return &recount->vms[i].counters;
}

static void add_flush(struct recount *recount, const struct hv_commit *commit)
{
    enum hv_flush cause = HV_FLUSH_FENCE;
    if (commit->event == HV_EVENT_LVMID)
        cause = HV_FLUSH_APPEND;
    else if (commit->event == HV_EVENT_VM_FAULT)
        cause = HV_FLUSH_CUT;
    else if (commit->trap || (commit->insn & 0x707f) != 0x100b) /* hv.fence, docs/spec.md, 5 */
        return;
    recount->flushes[cause].count++;
    recount->flushes[cause].entries += commit->flushed;
}

static void add_record(struct recount *recount, const struct hv_commit *commit)
{
    struct hv_counters *c = vm_of(recount, commit);
    c->instructions += !commit->trap && commit->event != HV_EVENT_VM_FAULT;
    for (unsigned port = 0; port < 2; port++) {
        struct hv_associator_counters *parts[] = {&c->associator, &c->by_port[port], &c->by_level[commit->level]};
        for (unsigned i = 0; i < 3; i++) {
            parts[i]->accesses += commit->accesses >> port & 1;
            parts[i]->lookups += commit->lookups >> port & 1;
            parts[i]->misses += commit->misses >> port & 1;
            parts[i]->prefix_hits += commit->prefix_hits >> port & 1;
            parts[i]->walk_reads += port ? commit->walk_reads_data : commit->walk_reads_fetch;
        }
    }
    add_flush(recount, commit);
}

static void recount_run(struct recount *recount, const struct hv_config *config, const char *path,
                        const struct hv_world_options *options)
{
    struct hv_world world;
    struct hv_machine *machine = loaded(config, path, options, &world);
    enum hv_stop stop = HV_STOP_NONE;
    memset(recount, 0, sizeof *recount);
    while (stop == HV_STOP_NONE) {
        struct hv_commit commit;
        stop = hv_machine_step(machine, NULL, &commit, NULL, 0, NULL);
        add_record(recount, &commit);
    }
    assert_int_equal(stop, HV_STOP_FINISHED);
    hv_machine_free(machine);
    hv_world_free(&world);
}

static void on_flush(void *context, const struct hv_machine *machine, const struct hv_flushed *flush)
{
    lab_measure_flushed(context, flush->cause, hv_machine_level(machine), hv_machine_vmid(machine));
}

/* By hv_machine_run, in chunks that have nothing to do with the points. The counters of the machine are in *counters.
 */
static void measure_run(struct lab_measure *measure, struct hv_counters *counters, const struct hv_config *config,
                        const char *path, const struct hv_world_options *options, uint64_t interval)
{
    struct hv_world world;
    struct hv_machine *machine = loaded(config, path, options, &world);
    enum hv_stop stop = HV_STOP_LIMIT;
    assert_true(
        lab_measure_open(measure, hv_machine_config(machine), hv_machine_counters(machine), waits_of, interval));
    hv_machine_watch(machine, (struct hv_watcher){.context = measure, .flushed = on_flush});
    while (stop == HV_STOP_LIMIT) {
        stop = hv_machine_run(machine, lab_measure_until_point(measure, CHUNK));
        lab_measure_point(measure);
    }
    assert_int_equal(stop, HV_STOP_FINISHED);
    assert_true(lab_measure_end(measure));
    *counters = *hv_machine_counters(machine);
    hv_machine_free(machine);
    hv_world_free(&world);
}

static void equal_counts(const struct lab_counts *found, const struct lab_counts *expected)
{
    assert_int_equal(found->instructions, expected->instructions);
    assert_int_equal(found->accesses, expected->accesses);
    assert_int_equal(found->lookups, expected->lookups);
    assert_int_equal(found->misses, expected->misses);
    assert_int_equal(found->walk_reads, expected->walk_reads);
    assert_int_equal(found->cycles_lost, expected->cycles_lost);
}

static void add_counts(struct lab_counts *sum, const struct lab_counts *counts)
{
    sum->instructions += counts->instructions;
    sum->accesses += counts->accesses;
    sum->lookups += counts->lookups;
    sum->misses += counts->misses;
    sum->walk_reads += counts->walk_reads;
    sum->cycles_lost += counts->cycles_lost;
}

static void check_vms(const struct lab_measure *measure, const struct recount *recount, const struct hv_config *config,
                      const struct lab_counts *all)
{
    struct lab_counts sum = {0};
    assert_int_equal(measure->vm_count, recount->vm_count);
    for (size_t i = 0; i < measure->vm_count; i++) {
        const struct lab_vm_part *vm = &measure->vms[i];
        size_t j = 0;
        while (j < recount->vm_count && (recount->vms[j].vmid != vm->vmid || recount->vms[j].level != vm->level))
            j++;
        assert_true(j < recount->vm_count);
        const struct lab_counts expected = lab_counts_of(config, &recount->vms[j].counters, waits_of);
        equal_counts(&vm->counts, &expected);
        add_counts(&sum, &vm->counts);
        if (i) /* in order */
            assert_true(vm->level > vm[-1].level || (vm->level == vm[-1].level && vm->vmid > vm[-1].vmid));
    }
    equal_counts(&sum, all);
}

static void check_flushes(const struct lab_measure *measure, const struct recount *recount,
                          const struct hv_counters *counters)
{
    uint64_t vm_faults = 0, entries = 0;
    for (unsigned i = 0; i < 16; i++)
        vm_faults += counters->vm_faults[i];
    assert_int_equal(measure->flushes[HV_FLUSH_APPEND].count, counters->lvmid);
    assert_int_equal(measure->flushes[HV_FLUSH_CUT].count, vm_faults);
    for (enum hv_flush cause = 0; cause < HV_FLUSHES; cause++) {
        assert_int_equal(measure->flushes[cause].count, recount->flushes[cause].count);
        assert_int_equal(measure->flushes[cause].entries, recount->flushes[cause].entries);
        entries += measure->flushes[cause].entries;
    }
    assert_int_equal(entries, counters->associator.flushed);
}

/* Every point but the last is whole. */
static void check_series(const struct lab_measure *measure, uint64_t interval, const struct lab_counts *all)
{
    struct lab_counts sum = {0};
    if (!interval)
        assert_int_equal(measure->point_count, 0);
    for (size_t i = 0; i < measure->point_count; i++) {
        const struct lab_point *point = &measure->points[i];
        add_counts(&sum, &point->counts);
        assert_int_equal(point->at, sum.instructions);
        if (i + 1 < measure->point_count)
            assert_int_equal(point->at, (i + 1) * interval);
    }
    if (interval)
        equal_counts(&sum, all);
}

static void check(const struct hv_config *config, const char *path, const struct hv_world_options *options,
                  uint64_t interval, uint64_t flushed[HV_FLUSHES])
{
    static struct recount recount;
    struct lab_measure measure;
    struct hv_counters counters;
    measure_run(&measure, &counters, config, path, options, interval);
    recount_run(&recount, config, path, options);
    const struct lab_counts all = lab_counts_of(config, &counters, waits_of);
    check_vms(&measure, &recount, config, &all);
    check_flushes(&measure, &recount, &counters);
    check_series(&measure, interval, &all);
    for (enum hv_flush cause = 0; cause < HV_FLUSHES; cause++)
        flushed[cause] = measure.flushes[cause].entries;
    lab_measure_free(&measure);
}

/* A monitor with two VMs, inside others: each key flushes by other causes. */
static void test_parts_sum(void **state)
{
    (void)state;
    static const struct {
        uint32_t key;
        bool by[HV_FLUSHES]; /* does this cause empty entries? */
    } cases[] = {
        {HV_KEY_NONE, {[HV_FLUSH_APPEND] = true, [HV_FLUSH_CUT] = true}},
        {HV_KEY_LEVEL, {[HV_FLUSH_FENCE] = true, [HV_FLUSH_APPEND] = true}},
        {HV_KEY_VMID, {[HV_FLUSH_FENCE] = true}},
    };
    struct hv_config config = preset("default");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config.assoc_key = cases[i].key;
        for (unsigned depth = 0; depth <= 3; depth++) {
            uint64_t flushed[HV_FLUSHES];
            check(&config, "build/software/vmswitch.elf", &(struct hv_world_options){.depth = depth},
                  depth % 2 ? 10007 : 0, flushed);
            for (enum hv_flush cause = 0; depth && cause < HV_FLUSHES; cause++)
                assert_true((flushed[cause] > 0) == cases[i].by[cause]);
        }
    }
}

/* Several guests that wait for pages: VMs of the same level, and misses that end in a VM-fault. */
static void test_guests(void **state)
{
    (void)state;
    const struct hv_config config = preset("default");
    uint64_t flushed[HV_FLUSHES];
    check(&config, "build/software/sieve.elf",
          &(struct hv_world_options){
              .depth = 2, .on_demand = true, .guests = 3, .switch_level = 1, .quantum = 1500, .emulate_devices = true},
          5000, flushed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_sum),
        cmocka_unit_test(test_guests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
