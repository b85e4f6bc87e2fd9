#include "fuzz/run.h"

#include "fuzz/contract.h"
#include "fuzz/step.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

enum { HANG_CYCLES = 20000, WFI_CYCLES = 40000 };

void fuzz_result_free(struct fuzz_result *result)
{
    free(result->report);
    result->report = NULL;
}

/* ---- Watching a run ---- */

struct watcher {
    const struct fuzz_world *world;
    const struct fuzz_counting *counting;
    const struct hv_lockstep_watch *also;
    struct fuzz_tracker tracker;
    struct fuzz_stored stored;
    bool undefined;
};

/* A record, and the machine after it; returns how many points it met that had no count. */
static unsigned watch(struct watcher *w, const struct hv_machine *machine, const struct hv_commit *commit,
                      const struct hv_bus_write *writes, size_t count)
{
    fuzz_stored_note(&w->stored, commit, writes, count);
    if (!w->counting)
        return 0;
    const struct fuzz_seen seen = {.config = &w->world->config,
                                   .simulator = w->counting->simulator,
                                   .machine = machine,
                                   .commit = commit,
                                   .writes = writes,
                                   .write_count = count};
    return fuzz_coverage_record(w->counting->counts, &w->tracker, &seen);
}

/* ---- Lockstep ---- */

static void before(void *context, const struct hv_machine *machine)
{
    struct watcher *w = context;
    w->undefined |= fuzz_stored_next(&w->stored, machine);
    if (w->also)
        w->also->before(w->also->context, machine);
}

static bool on_record(void *context, const struct hv_lockstep_record *record)
{
    struct watcher *w = context;
    watch(w, record->machine, record->commit, record->writes, record->write_count);
    return (!w->also || w->also->record(w->also->context, record)) && !w->undefined;
}

/* The parts that need memory are there. */
static int run_lockstep(struct hv_simulator *simulator, const struct fuzz_world *world, struct watcher *watcher,
                        uint8_t *ram, const char *repeat, struct hv_lockstep_result *result, struct hv_error *error)
{
    const struct hv_config *config = &world->config;
    fuzz_world_image(world, ram);
    const struct hv_segment segment = {config->ram_base, ram, config->ram_bytes};
    const struct hv_image image = {
        .segments = &segment, .count = 1, .input = world->input, .input_length = world->input_length};
    const struct hv_lockstep_options options = {.max_commits = world->limit,
                                                .hang_cycles = HANG_CYCLES,
                                                .wfi_cycles = WFI_CYCLES,
                                                .wait_percent = world->wait_percent,
                                                .seed = world->wait_seed,
                                                .windows = {fuzz_window, NULL},
                                                .repeat = repeat,
                                                .watch = {.context = watcher, .before = before, .record = on_record}};
    return hv_lockstep_run(simulator, &image, &options, result, error);
}

int fuzz_lockstep(struct hv_simulator *simulator, const struct fuzz_world *world, const struct fuzz_counting *counting,
                  const struct hv_lockstep_watch *also, const char *repeat, struct hv_lockstep_result *result,
                  bool *undefined, struct hv_error *error)
{
    const struct hv_config *config = &world->config;
    struct watcher watcher = {.world = world, .counting = counting, .also = also};
    uint8_t *ram = malloc(config->ram_bytes);
    int status = ram ? fuzz_stored_begin(&watcher.stored, config, error) : hv_fail(error, "out of memory");
    if (status == 0)
        status = run_lockstep(simulator, world, &watcher, ram, repeat, result, error);
    *undefined = watcher.undefined;
    fuzz_stored_end(&watcher.stored);
    free(ram);
    return status;
}

int fuzz_run(struct hv_simulator *simulator, const struct fuzz_world *world, const struct fuzz_counting *counting,
             struct fuzz_result *result, struct hv_error *error)
{
    struct hv_lockstep_result lockstep;
    bool undefined;
    memset(result, 0, sizeof *result);
    if (fuzz_lockstep(simulator, world, counting, NULL, NULL, &lockstep, &undefined, error))
        return -1;
    const bool differs = lockstep.end == HV_LOCKSTEP_MISMATCH;
    result->verdict = undefined ? FUZZ_UNDEFINED : differs ? FUZZ_DIFFERS : FUZZ_AGREES;
    result->commits = lockstep.commits;
    result->cycles = lockstep.cycles;
    result->report = lockstep.report;
    lockstep.report = NULL;
    hv_lockstep_result_free(&lockstep);
    return 0;
}

/* ---- Beforehand ---- */

int fuzz_rehearse(const struct fuzz_world *world, const struct fuzz_counting *counting,
                  struct fuzz_rehearsal *rehearsal, struct hv_error *error)
{
    struct watcher w = {.world = world, .counting = counting};
    struct hv_machine *machine = fuzz_machine_new(world, &world->config, error);
    const int status = machine ? fuzz_stored_begin(&w.stored, &world->config, error) : -1;
    *rehearsal = (struct fuzz_rehearsal){0, 0};
    struct fuzz_step step = {.stop = HV_STOP_NONE};
    while (status == 0 && rehearsal->records < world->limit && step.stop == HV_STOP_NONE &&
           !fuzz_stored_next(&w.stored, machine)) {
        fuzz_step(machine, &step);
        rehearsal->records++;
        if (watch(&w, machine, &step.commit, step.writes, step.count))
            rehearsal->useful = rehearsal->records;
    }
    hv_machine_free(machine);
    fuzz_stored_end(&w.stored);
    return status;
}
