/* A rehearsal on the model tells what the same world meets in lockstep: nestor fuzz gives slow simulators nothing else.
 */
#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "fuzz/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

static uint64_t *new_counts(void)
{
    uint64_t *counts = calloc(fuzz_coverage_points(), sizeof *counts);
    assert_non_null(counts);
    return counts;
}

static void run(struct hv_simulator *simulator, const struct fuzz_world *world, uint64_t *counts)
{
    struct hv_error error;
    struct fuzz_result result;
    const struct fuzz_counting counting = {counts, FUZZ_VERILATOR};
    if (fuzz_run(simulator, world, &counting, &result, &error))
        fail_msg("%s", error.text);
    assert_true(result.verdict != FUZZ_DIFFERS);
    fuzz_result_free(&result);
}

static struct fuzz_rehearsal rehearse(const struct fuzz_world *world, uint64_t *counts)
{
    struct hv_error error;
    struct fuzz_rehearsal rehearsal;
    const struct fuzz_counting counting = {counts, FUZZ_VERILATOR};
    if (fuzz_rehearse(world, &counting, &rehearsal, &error))
        fail_msg("%s", error.text);
    return rehearsal;
}

static size_t covered(const uint64_t *counts)
{
    return fuzz_coverage_summary(counts, FUZZ_TABLE_COUNT).covered;
}

/* Of what was met before, the world meets as much when it is cut behind its last useful record, and less with one
 * record less. */
static void is_cut_where_it_may_be(struct hv_simulator *simulator, struct fuzz_world *world, uint64_t useful,
                                   const uint64_t *before, size_t after)
{
    const size_t bytes = fuzz_coverage_points() * sizeof *before;
    uint64_t *counts = new_counts();
    memcpy(counts, before, bytes);
    world->limit = useful;
    run(simulator, world, counts);
    assert_int_equal(covered(counts), after);
    memcpy(counts, before, bytes);
    world->limit = useful - 1;
    if (world->limit)
        run(simulator, world, counts);
    assert_true(covered(counts) < after);
    free(counts);
}

static void meets_what_lockstep_meets(void **state)
{
    (void)state;
    enum { WORLDS = 60 };
    struct hv_config config;
    struct hv_error error;
    fuzz_config_plain(&config, 0);
    assert_int_equal(config.timebase, HV_TIMEBASE_COMMIT);
    const struct hv_simulator_options options = {.kind = HV_SIM_VERILATOR};
    struct hv_simulator *simulator = hv_simulator_open(&config, &options, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    const size_t bytes = fuzz_coverage_points() * sizeof(uint64_t);
    uint64_t *model = new_counts(), *rtl = new_counts(), *before = new_counts();
    unsigned useful = 0;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        struct fuzz_world world;
        fuzz_generate(&world, &config, seed, NULL);
        memcpy(before, model, bytes);
        const struct fuzz_rehearsal rehearsal = rehearse(&world, model);
        run(simulator, &world, rtl);
        assert_memory_equal(model, rtl, bytes);
        assert_int_equal(rehearsal.useful != 0, covered(model) > covered(before));
        if (rehearsal.useful)
            is_cut_where_it_may_be(simulator, &world, rehearsal.useful, before, covered(model));
        useful += rehearsal.useful != 0;
        fuzz_world_end(&world);
    }
    assert_in_range(useful, WORLDS / 3, WORLDS);
    free(model);
    free(rtl);
    free(before);
    hv_simulator_close(simulator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(meets_what_lockstep_meets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
