/* LVMID and VM-faults in cycles, with zero-wait memory and linear maps at every level: at most so many for each level
 * appended, and for each VM-fault whatever the depth (wide: 8) and the receiver (docs/microarchitecture.md).
 *
 * A record's cost is the distance from the record before it. The fetch of the instruction and, for a mapping
 * fault, the walk that found it are part of it; so the limit holds for more than the sequencer. An LVMID whose own
 * fetch missed the associator is left out: its maps are not warm. With NESTOR_SHOW set, the table goes to stderr. */
#include "sim/simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

/* Most cycles of an LVMID by level 0, of one by any other for each level that it appends, of a VM-fault, and of the
 * VM-fault INTERRUPT, which neither a fetch nor a walk precedes: what it takes to leave a level for another is the same
 * for every depth. */
struct limits {
    const char *preset;
    uint64_t lvmid_by_zero, lvmid, vm_fault, interrupt;
};

struct costs {
    uint64_t last_cycle;
    uint64_t lvmid[HV_MAX_DEPTH + 1][HV_MAX_DEPTH + 1];    /* [level before][level after]: most cycles */
    uint64_t vm_fault[HV_MAX_DEPTH + 1][HV_MAX_DEPTH + 1]; /* [level of the VM][receiver] */
    uint64_t interrupt[HV_MAX_DEPTH + 1][HV_MAX_DEPTH + 1];
};

static void most(uint64_t *cost, uint64_t cycles)
{
    if (*cost < cycles)
        *cost = cycles;
}

static bool record(void *context, const struct hv_lockstep_record *record)
{
    struct costs *costs = context;
    const struct hv_commit *commit = record->commit;
    uint64_t cycles = record->cycle - costs->last_cycle;
    costs->last_cycle = record->cycle;
    if (commit->event == HV_EVENT_LVMID && commit->misses == 0)
        most(&costs->lvmid[commit->level][commit->target_level], cycles);
    if (commit->event == HV_EVENT_VM_FAULT)
        most(&costs->vm_fault[commit->level][commit->target_level], cycles);
    if (commit->event == HV_EVENT_VM_FAULT && commit->cause == HV_FAULT_INTERRUPT)
        most(&costs->interrupt[commit->level][commit->target_level], cycles);
    return true;
}

static void run(struct hv_simulator *simulator, const struct hv_config *config, const char *program,
                const struct hv_world_options *options, struct costs *costs)
{
    struct hv_error error;
    struct hv_world world;
    struct hv_lockstep_result result;
    if (hv_world_build(&world, config, program, options, &error))
        fail_msg("%s", error.text);
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    const struct hv_lockstep_options lockstep = {.watch = {.context = costs, .record = record}};
    costs->last_cycle = 0;
    if (hv_lockstep_run(simulator, &image, &lockstep, &result, &error))
        fail_msg("%s", error.text);
    if (result.end != HV_LOCKSTEP_FINISHED || result.exit_code)
        fail_msg("exit code %u\n%s", result.exit_code, result.report ? result.report : "");
    hv_lockstep_result_free(&result);
    hv_world_free(&world);
}

/* Worlds that fault at every level to every receiver: pages on demand at each level, devices emulated by
 * each monitor in turn, timer interrupts for level 0. */
static void collect(const char *preset, unsigned least_depth, struct costs *costs)
{
    struct hv_config config;
    struct hv_error error;
    const struct hv_simulator_options simulator_options = {.kind = HV_SIM_VERILATOR};
    if (hv_config_read(&config, preset, &error))
        fail_msg("%s", error.text);
    struct hv_simulator *simulator = hv_simulator_open(&config, &simulator_options, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    for (unsigned depth = least_depth; depth <= config.depth; depth++) {
        for (unsigned level = 0; level < depth && level < 4; level++) {
            const struct hv_world_options on_demand = {
                .depth = depth,
                .on_demand = true,
                .emulate_devices = level & 1,
                .guests = config.ram_bytes < 0x40000 ? 1 : 2, /* small has room for one */
                .switch_level = level,
                .quantum = 2000};
            run(simulator, &config, "build/software/ticks.elf", &on_demand, costs);
            run(simulator, &config, "build/software/hello.elf", &on_demand, costs);
        }
    }
    hv_simulator_close(simulator);
}

static void show(const char *preset, const char *what, unsigned from, unsigned to, uint64_t cycles, unsigned levels)
{
    if (cycles && getenv("NESTOR_SHOW"))
        fprintf(stderr, "| %s | %s | %u | %u | %" PRIu64 " | %" PRIu64 " |\n", preset, what, from, to, cycles,
                cycles / levels);
}

static unsigned check(const struct costs *costs, const struct limits *limits)
{
    unsigned bad = 0;
    for (unsigned from = 0; from <= HV_MAX_DEPTH; from++) {
        for (unsigned to = 0; to <= HV_MAX_DEPTH; to++) {
            uint64_t lvmid = costs->lvmid[from][to], fault = costs->vm_fault[from][to];
            uint64_t interrupt = costs->interrupt[from][to];
            show(limits->preset, "LVMID", from, to, lvmid, to > from ? to - from : 1);
            show(limits->preset, "VM-fault", from, to, fault, 1);
            show(limits->preset, "INTERRUPT", from, to, interrupt, 1);
            if (lvmid && to > from)
                bad += lvmid > (from ? limits->lvmid : limits->lvmid_by_zero) * (to - from);
            bad += fault > limits->vm_fault || interrupt > limits->interrupt;
        }
    }
    return bad;
}

/* Every level has appended one and had its VM's faults, in the worlds of these depths. */
static void keeps_to_the_limits(const struct limits *limits, unsigned least_depth, unsigned depth)
{
    struct costs costs = {0};
    collect(limits->preset, least_depth, &costs);
    assert_int_equal(check(&costs, limits), 0);
    for (unsigned level = 0; level < depth; level++)
        assert_true(costs.lvmid[level][level + 1] && costs.vm_fault[depth][level]);
    for (unsigned level = least_depth; level < least_depth + 2 && level <= depth; level++)
        assert_true(costs.interrupt[level][0]);
}

static void test_default(void **state)
{
    (void)state;
    keeps_to_the_limits(&(struct limits){"default", 42, 68, 61, 35}, 1, 4);
}

/* Without phi only the root's page is known again; each append empties the entries of its level. */
static void test_small(void **state)
{
    (void)state;
    keeps_to_the_limits(&(struct limits){"small", 42, 69, 55, 28}, 1, 4);
}

static void test_wide(void **state)
{
    (void)state;
    keeps_to_the_limits(&(struct limits){"wide", 42, 84, 83, 35}, 8, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
