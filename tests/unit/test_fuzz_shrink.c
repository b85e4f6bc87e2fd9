/* The shrinker: what it returns fails as the world given, and is small. */
#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "fuzz/shrink.h"
#include "isa/encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

/* "Fails" when, on the model, a VM-fault with this cause goes from any level above `receiver` to it. */
struct wanted {
    unsigned cause, receiver; /* cause with its access */
    bool fence_before;        /* and an hv.fence retired before it */
    unsigned calls;
};

static bool happens(void *context, struct fuzz_world *world)
{
    struct wanted *w = context;
    struct hv_error error;
    struct hv_machine *machine = hv_machine_new(&world->config, &error);
    uint8_t *ram = malloc(world->config.ram_bytes);
    assert_true(machine && ram);
    fuzz_world_image(world, ram);
    assert_true(hv_machine_write_ram(machine, world->config.ram_base, ram, world->config.ram_bytes));
    free(ram);
    bool found = false, fenced = !w->fence_before;
    enum hv_stop stop = HV_STOP_NONE;
    for (uint64_t i = 0; i < world->limit && stop == HV_STOP_NONE && !found; i++) {
        struct hv_commit commit;
        memset(&commit, 0, sizeof commit);
        stop = hv_machine_step(machine, NULL, &commit, NULL, 0, NULL);
        found = fenced && commit.event == HV_EVENT_VM_FAULT && (commit.cause & 0x3f) == w->cause &&
                commit.target_level == w->receiver;
        fenced |= (commit.insn & 0xfff07fff) == hv_match[HV_INSN_HV_FENCE] && !commit.trap;
        if (found && i + 1 < world->limit)
            world->limit = i + 1;
    }
    hv_machine_free(machine);
    w->calls++;
    return found;
}

/* The first world of the configuration in which it happens. */
static void find(struct fuzz_world *world, struct wanted *wanted, unsigned config_number)
{
    struct hv_config config;
    assert_true(fuzz_config_plain(&config, config_number));
    for (uint64_t seed = 1; seed < 2000; seed++) {
        fuzz_generate(world, &config, seed, NULL);
        if (world->fenced && world->vms > 4 && happens(wanted, world))
            return;
        fuzz_world_end(world);
    }
    fail_msg("found no world");
}

static void shrinks(unsigned cause, unsigned receiver, bool fence_before, unsigned config_number, unsigned most,
                    unsigned levels)
{
    struct wanted wanted = {.cause = cause, .receiver = receiver, .fence_before = fence_before};
    struct fuzz_world world;
    find(&world, &wanted, config_number);
    const size_t before = fuzz_world_instructions(&world);
    struct fuzz_shrinking shrinking = {.fails = happens, .context = &wanted, .attempts = 20000};
    fuzz_shrink(&world, &shrinking);
    assert_true(happens(&wanted, &world));
    assert_true(before > 100);
    if (fuzz_world_instructions(&world) > most || fuzz_world_levels(&world) > levels) {
        fuzz_world_print(&world, NULL, stderr);
        fail_msg("%zu instructions and %u levels, expected at most %u and %u", fuzz_world_instructions(&world),
                 fuzz_world_levels(&world), most, levels);
    }
    fuzz_world_end(&world);
}

static void a_fault_to_level_0(void **state)
{
    (void)state;
    shrinks(HV_FAULT_EXIT, 0, false, 0, 8, 2);
}

static void a_denied_store_two_deep(void **state)
{
    (void)state;
    shrinks(HV_FAULT_DENIED | HV_ACCESS_STORE << HV_CAUSE_ACCESS_SHIFT, 1, false, 0, 10, 4);
}

static void a_fence_before_a_fault(void **state)
{
    (void)state;
    shrinks(HV_FAULT_EXIT, 0, true, 3, 14, 2);
}

/* Deep in a machine with other syllables and forms. */
static void a_fault_to_level_3(void **state)
{
    (void)state;
    shrinks(HV_FAULT_EXIT, 3, false, 1, 12, 5);
}

static void no_attempts_no_change(void **state)
{
    (void)state;
    struct wanted wanted = {.cause = HV_FAULT_EXIT};
    struct fuzz_world world;
    find(&world, &wanted, 0);
    const size_t before = fuzz_world_instructions(&world);
    wanted.calls = 0;
    struct fuzz_shrinking shrinking = {.fails = happens, .context = &wanted, .attempts = 0};
    fuzz_shrink(&world, &shrinking);
    assert_int_equal(wanted.calls, 0);
    assert_int_equal(fuzz_world_instructions(&world), before);
    fuzz_world_end(&world);
}

static bool never(void *context, struct fuzz_world *world)
{
    (void)world;
    ++*(unsigned *)context;
    return false;
}

/* What never fails stays as it is, and the attempts given are enough to see it. */
static void what_cannot_shrink_stays(void **state)
{
    (void)state;
    struct hv_config config;
    struct fuzz_world world;
    unsigned calls = 0;
    fuzz_config_plain(&config, 0);
    fuzz_generate(&world, &config, 3, NULL);
    const size_t before = fuzz_world_instructions(&world);
    struct fuzz_shrinking shrinking = {.fails = never, .context = &calls, .attempts = 100000};
    fuzz_shrink(&world, &shrinking);
    assert_int_equal(fuzz_world_instructions(&world), before);
    assert_in_range(calls, 100, 100000 - 1);
    fuzz_world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_to_level_0),     cmocka_unit_test(a_denied_store_two_deep),
        cmocka_unit_test(a_fence_before_a_fault), cmocka_unit_test(a_fault_to_level_3),
        cmocka_unit_test(no_attempts_no_change),  cmocka_unit_test(what_cannot_shrink_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
