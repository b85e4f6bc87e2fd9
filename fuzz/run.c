#include "fuzz/run.h"

#include "sim/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANG_CYCLES = 20000, WFI_CYCLES = 40000 };

void fuzz_result_free(struct fuzz_result *result)
{
    free(result->report);
    result->report = NULL;
}

/* ---- What is outside the contract ---- */

/* Words of RAM stored to since the last FENCE.I or change of VMID. */
struct stored {
    uint32_t base, words;
    uint8_t *dirty;
    uint32_t count;
};

static void forget(struct stored *s)
{
    if (s->count)
        memset(s->dirty, 0, s->words);
    s->count = 0;
}

static void remember(struct stored *s, uint32_t real)
{
    const uint32_t word = (real - s->base) / 4;
    if (word >= s->words || s->dirty[word])
        return;
    s->dirty[word] = 1;
    s->count++;
}

static bool about_to_execute_stored(const struct stored *s, const struct hv_machine *machine)
{
    uint32_t real, steps[HV_MAX_DEPTH + 1];
    unsigned count;
    return s->count && hv_machine_evaluate(machine, hv_machine_pc(machine), HV_ACCESS_FETCH, &real, steps, &count) &&
           (real - s->base) / 4 < s->words && s->dirty[(real - s->base) / 4];
}

static void note_record(struct stored *s, const struct hv_commit *commit, const struct hv_bus_write *writes,
                        size_t count)
{
    const bool fence_i = (commit->insn & 0x707f) == 0x100f && !commit->trap;
    if (fence_i || commit->event != HV_EVENT_NONE) {
        forget(s);
        return;
    }
    for (size_t i = 0; i < count; i++)
        remember(s, writes[i].real);
}

/* ---- Watching a run ---- */

struct watcher {
    const struct fuzz_world *world;
    const struct fuzz_counting *counting;
    struct fuzz_tracker tracker;
    struct stored stored;
    bool undefined;
};

/* A record, and the machine after it; returns how many points it met that had no count. */
static unsigned watch(struct watcher *w, const struct hv_machine *machine, const struct hv_commit *commit,
                      const struct hv_bus_write *writes, size_t count)
{
    note_record(&w->stored, commit, writes, count);
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
    w->undefined |= about_to_execute_stored(&w->stored, machine);
}

static bool on_record(void *context, const struct hv_lockstep_record *record)
{
    struct watcher *w = context;
    watch(w, record->machine, record->commit, record->writes, record->write_count);
    return !w->undefined;
}

/* The parts that need memory are there. */
static int run_lockstep(struct hv_simulator *simulator, const struct fuzz_world *world, struct watcher *watcher,
                        uint8_t *ram, const char *repeat, struct hv_lockstep_result *result, struct hv_error *error)
{
    const struct hv_config *config = &world->config;
    fuzz_world_image(world, ram);
    const struct hv_segment segment = {config->ram_base, ram, config->ram_bytes};
    const struct hv_image image = {&segment, 1, world->input, world->input_length};
    const struct hv_lockstep_options options = {.max_commits = world->limit,
                                                .hang_cycles = HANG_CYCLES,
                                                .wfi_cycles = WFI_CYCLES,
                                                .wait_percent = world->wait_percent,
                                                .seed = world->wait_seed,
                                                .repeat = repeat,
                                                .watch = {.context = watcher, .before = before, .record = on_record}};
    return hv_lockstep_run(simulator, &image, &options, result, error);
}

int fuzz_lockstep(struct hv_simulator *simulator, const struct fuzz_world *world, const struct fuzz_counting *counting,
                  const char *repeat, struct hv_lockstep_result *result, bool *undefined, struct hv_error *error)
{
    const struct hv_config *config = &world->config;
    uint8_t *ram = malloc(config->ram_bytes), *dirty = calloc(1, config->ram_bytes / 4);
    struct watcher watcher = {.world = world, .counting = counting};
    watcher.stored = (struct stored){.base = config->ram_base, .words = config->ram_bytes / 4, .dirty = dirty};
    const int status = ram && dirty ? run_lockstep(simulator, world, &watcher, ram, repeat, result, error)
                                    : hv_fail(error, "out of memory");
    *undefined = watcher.undefined;
    free(ram);
    free(dirty);
    return status;
}

int fuzz_run(struct hv_simulator *simulator, const struct fuzz_world *world, const struct fuzz_counting *counting,
             struct fuzz_result *result, struct hv_error *error)
{
    struct hv_lockstep_result lockstep;
    bool undefined;
    memset(result, 0, sizeof *result);
    if (fuzz_lockstep(simulator, world, counting, NULL, &lockstep, &undefined, error))
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

/* ---- With and without an associator ---- */

/* Fields that tell of the associator, and so differ. */
static bool tells_of_associator(enum hv_commit_field field)
{
    return field >= HV_COMMIT_accesses && field <= HV_COMMIT_flushed;
}

static const char *const field_names[] = {
#define COMMIT_FIELD(name, bits, port, meaning) #name,
#include "isa/commit.def"
};

static char *compare_records(const struct hv_commit *with, const struct hv_commit *without)
{
    uint64_t a[HV_COMMIT_FIELDS], b[HV_COMMIT_FIELDS];
    memcpy(a, with, sizeof a);
    memcpy(b, without, sizeof b);
    for (enum hv_commit_field i = 0; i < HV_COMMIT_FIELDS; i++)
        if (a[i] != b[i] && !tells_of_associator(i))
            return hv_text("record %" PRIu64 ": %s: found 0x%" PRIx64 " with an associator, 0x%" PRIx64
                           " without, in a world that fences every change\n",
                           with->order, field_names[i], a[i], b[i]);
    return NULL;
}

static int load(struct hv_machine *machine, const struct fuzz_world *world, const uint8_t *ram)
{
    hv_machine_uart_input(machine, world->input, world->input_length);
    return hv_machine_write_ram(machine, world->config.ram_base, ram, world->config.ram_bytes) ? 0 : -1;
}

/* One record of a machine, with what it wrote. */
struct step {
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count;
    enum hv_stop stop;
};

static void make_step(struct hv_machine *machine, struct step *step)
{
    memset(step, 0, sizeof *step);
    step->stop = hv_machine_step(machine, NULL, &step->commit, step->writes, HV_MAX_WRITES, &step->count);
}

static char *compare_steps(const struct step *with, const struct step *without)
{
    char *text = compare_records(&with->commit, &without->commit);
    if (text)
        return text;
    bool same = with->stop == without->stop && with->count == without->count;
    for (size_t i = 0; same && i < with->count; i++)
        same = with->writes[i].real == without->writes[i].real && with->writes[i].data == without->writes[i].data &&
               with->writes[i].mask == without->writes[i].mask;
    return same ? NULL
                : hv_text("record %" PRIu64 ": found other writes with an associator than without, in a world that "
                          "fences every change\n",
                          with->commit.order);
}

static void step_both(const struct fuzz_world *world, struct hv_machine *with, struct hv_machine *without,
                      struct fuzz_result *result)
{
    struct step a = {.stop = HV_STOP_NONE}, b;
    for (; result->commits < world->limit && a.stop == HV_STOP_NONE; result->commits++) {
        make_step(with, &a);
        make_step(without, &b);
        result->report = compare_steps(&a, &b);
        if (result->report) {
            result->verdict = FUZZ_ASSOCIATOR_SEEN;
            return;
        }
    }
}

int fuzz_run_without_associator(const struct fuzz_world *world, struct fuzz_result *result, struct hv_error *error)
{
    struct hv_config config = world->config;
    memset(result, 0, sizeof *result);
    config.assoc_ways = 1;
    config.assoc_entries = config.prefix_entries = 0;
    uint8_t *ram = malloc(config.ram_bytes);
    struct hv_machine *with = hv_machine_new(&world->config, error), *without = hv_machine_new(&config, error);
    int status = ram && with && without ? 0 : -1;
    if (!ram)
        hv_fail(error, "out of memory");
    if (status == 0) {
        fuzz_world_image(world, ram);
        status = load(with, world, ram) || load(without, world, ram) ? hv_fail(error, "RAM does not fit") : 0;
    }
    if (status == 0)
        step_both(world, with, without, result);
    hv_machine_free(with);
    hv_machine_free(without);
    free(ram);
    return status;
}

/* ---- Beforehand ---- */

int fuzz_rehearse(const struct fuzz_world *world, const struct fuzz_counting *counting,
                  struct fuzz_rehearsal *rehearsal, struct hv_error *error)
{
    const struct hv_config *config = &world->config;
    uint8_t *ram = malloc(config->ram_bytes), *dirty = calloc(1, config->ram_bytes / 4);
    struct hv_machine *machine = ram && dirty ? hv_machine_new(config, error) : NULL;
    struct watcher w = {.world = world, .counting = counting};
    w.stored = (struct stored){.base = config->ram_base, .words = config->ram_bytes / 4, .dirty = dirty};
    int status = ram && dirty ? machine ? 0 : -1 : hv_fail(error, "out of memory");
    if (status == 0) {
        fuzz_world_image(world, ram);
        status = load(machine, world, ram) ? hv_fail(error, "RAM does not fit") : 0;
    }
    *rehearsal = (struct fuzz_rehearsal){0, 0};
    struct step step = {.stop = HV_STOP_NONE};
    while (status == 0 && rehearsal->records < world->limit && step.stop == HV_STOP_NONE &&
           !about_to_execute_stored(&w.stored, machine)) {
        make_step(machine, &step);
        rehearsal->records++;
        if (watch(&w, machine, &step.commit, step.writes, step.count))
            rehearsal->useful = rehearsal->records;
    }
    hv_machine_free(machine);
    free(ram);
    free(dirty);
    return status;
}
