#include "fuzz/campaign.h"

#include "fuzz/config.h"
#include "fuzz/generate.h"
#include "fuzz/random.h"
#include "fuzz/shrink.h"
#include "sim/files.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The slot after those of the list is for a random configuration, which serves so many worlds. */
enum { RANDOM_SLOT = FUZZ_PLAIN_CONFIGS, SLOTS, RANDOM_WORLDS = 600 };
enum { SLOW_LIMIT = 100, AFTER = 8, REHEARSALS = 200, SHRINK_ATTEMPTS = 20000 };
static const double look_seconds = 5, worlds_in_a_second = 10;

/* A random configuration comes to a slow simulator, which is slow to build, once in so many seconds: for gates it takes
 * minutes. */
static const double random_seconds[FUZZ_SIMULATORS] = {[FUZZ_ICARUS] = 120, [FUZZ_GATES] = 600};

static_assert((int)FUZZ_VERILATOR == (int)HV_SIM_VERILATOR && (int)FUZZ_ICARUS == (int)HV_SIM_ICARUS &&
                  (int)FUZZ_GATES == (int)HV_SIM_GATES,
              "the coverage's simulators are those of sim/");

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t state_bytes(void)
{
    return sizeof(struct fuzz_state) + fuzz_coverage_points() * sizeof(uint64_t);
}

struct fuzz_state *fuzz_state_new(struct hv_error *error)
{
    struct fuzz_state *state = mmap(NULL, state_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (state == MAP_FAILED) {
        hv_fail(error, "out of memory: %s", strerror(errno));
        return NULL;
    }
    return state;
}

void fuzz_state_free(struct fuzz_state *state)
{
    if (state)
        munmap(state, state_bytes());
}

static void count(uint64_t *counter, uint64_t more)
{
    __atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
}

static uint64_t value(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* ---- A working process ---- */

struct slot {
    struct hv_config config;
    struct hv_simulator *simulator[FUZZ_SIMULATORS];
    bool valid;
    unsigned worlds;
};

struct worker {
    struct fuzz_state *state;
    const struct fuzz_campaign_options *options;
    unsigned number;
    pid_t parent;
    double begin;
    uint64_t worlds;                          /* of this process */
    double spent[FUZZ_SIMULATORS];            /* seconds, or worlds when they are counted */
    unsigned random_configs[FUZZ_SIMULATORS]; /* that a slow simulator was built for */
    struct fuzz_random random;
    struct slot slots[SLOTS];
    uint64_t *counts; /* for rehearsals */
    double looked;    /* when, for what is left */
    bool has_looked, left[FUZZ_SIMULATORS], any_left;
    double build_begin; /* of the simulator that is opened; 0: it is not built, but there */
    struct hv_error error;
};

/* The time is over, which begins with the first simulator: building it may take longer than all of it. */
static bool time_over(const struct worker *w)
{
    const uint64_t started = value(&w->state->started);
    return w->options->seconds > 0 && started && now() - 1e-6 * (double)started >= w->options->seconds;
}

static bool over(const struct worker *w)
{
    return getppid() != w->parent || value(&w->state->stop) || time_over(w);
}

/* A simulator is there. */
static void start_time(struct fuzz_state *state)
{
    uint64_t none = 0;
    __atomic_compare_exchange_n(&state->started, &none, (uint64_t)(1e6 * now()), false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

/* Does a number of worlds end the campaign, and no time? Then no choice depends on how fast this machine is. */
static bool by_count(const struct worker *w)
{
    return w->options->worlds && !(w->options->seconds > 0);
}

/* How far the campaign is, for what is done now and then: seconds, or what stands for them. */
static double elapsed(const struct worker *w)
{
    return by_count(w) ? (double)w->worlds / worlds_in_a_second : now() - w->begin;
}

/* What Verilator can meet as well is not for a slow simulator to meet. */
static bool own_points_only(const struct worker *w, enum fuzz_simulator simulator)
{
    return simulator != FUZZ_VERILATOR && w->options->simulators[FUZZ_VERILATOR];
}

/* Which simulators have anything left to meet: looked up now and then. */
static void look(struct worker *w)
{
    if (w->has_looked && elapsed(w) - w->looked < look_seconds)
        return;
    w->has_looked = true;
    w->looked = elapsed(w);
    w->any_left = false;
    for (enum fuzz_simulator s = 0; s < FUZZ_SIMULATORS; s++) {
        w->left[s] =
            w->options->simulators[s] && fuzz_coverage_left(w->state->counts, s, own_points_only(w, s), NULL) > 0;
        w->any_left |= w->left[s];
    }
}

/* The simulator that has had the least time, or worlds, of those that have something left, or of all when none has. */
static enum fuzz_simulator next_simulator(struct worker *w)
{
    enum fuzz_simulator best = FUZZ_SIMULATORS;
    look(w);
    for (enum fuzz_simulator s = 0; s < FUZZ_SIMULATORS; s++)
        if ((w->any_left ? w->left[s] : w->options->simulators[s]) &&
            (best == FUZZ_SIMULATORS || w->spent[s] < w->spent[best]))
            best = s;
    return best;
}

static void close_slot(struct slot *slot)
{
    for (enum fuzz_simulator s = 0; s < FUZZ_SIMULATORS; s++) {
        hv_simulator_close(slot->simulator[s]);
        slot->simulator[s] = NULL;
    }
}

/* May the next world have a random configuration? One of the processes at a time has a slow simulator built for one. */
static bool may_be_random(const struct worker *w, enum fuzz_simulator simulator)
{
    const double interval = random_seconds[simulator] * w->options->jobs;
    return simulator == FUZZ_VERILATOR || w->slots[RANDOM_SLOT].simulator[simulator] ||
           elapsed(w) >= interval * (w->random_configs[simulator] + 1);
}

/* Number i of the slots, with its configuration; a random one that has served its time is another. */
static struct slot *get_slot(struct worker *w, unsigned i, uint64_t number)
{
    const struct fuzz_campaign_options *options = w->options;
    struct slot *slot = &w->slots[i];
    if (i == RANDOM_SLOT && slot->worlds >= RANDOM_WORLDS) {
        close_slot(slot);
        slot->valid = false;
    }
    if (!slot->valid) {
        if (options->config)
            slot->config = *options->config;
        else if (i == RANDOM_SLOT)
            fuzz_config_random(&slot->config, options->seed + number);
        else
            fuzz_config_plain(&slot->config, i);
        slot->valid = true;
        slot->worlds = 0;
    }
    return slot;
}

static unsigned draw_slot(struct worker *w, enum fuzz_simulator simulator)
{
    if (w->options->config)
        return 0;
    return may_be_random(w, simulator) && fuzz_chance(&w->random, 35) ? RANDOM_SLOT
                                                                      : fuzz_below(&w->random, FUZZ_PLAIN_CONFIGS);
}

/* It is not in the cache. */
static void on_building(void *context, const char *what)
{
    struct worker *w = context;
    w->build_begin = now();
    count(&w->state->building, 1);
    const uint64_t built = __atomic_add_fetch(&w->state->built, 1, __ATOMIC_RELAXED);
    if (w->options->building)
        w->options->building(w->options->context, what, built);
}

static struct hv_simulator *open_simulator(struct worker *w, struct slot *slot, enum fuzz_simulator simulator)
{
    if (!slot->simulator[simulator]) {
        const struct hv_simulator_options options = {
            .kind = fuzz_simulator_kind(simulator), .rtl = w->options->rtl, .building = on_building, .context = w};
        const size_t i = (size_t)(slot - w->slots);
        uint64_t *stage = i < FUZZ_PLAIN_CONFIGS ? &w->state->stage[i][simulator] : NULL;
        w->random_configs[simulator] += i == RANDOM_SLOT;
        if (stage && value(stage) == FUZZ_NOT_BUILT)
            __atomic_store_n(stage, FUZZ_BEING_BUILT, __ATOMIC_RELAXED);
        w->build_begin = 0;
        slot->simulator[simulator] = hv_simulator_open(&slot->config, &options, &w->error);
        if (w->build_begin > 0) {
            count(&w->state->build_microseconds, (uint64_t)(1e6 * (now() - w->build_begin)));
            count(&w->state->building, UINT64_MAX);
        }
        if (slot->simulator[simulator])
            start_time(w->state);
        if (stage)
            __atomic_store_n(stage, FUZZ_BUILT, __ATOMIC_RELAXED);
    }
    return slot->simulator[simulator];
}

/* A goal for half of the worlds, as long as there is any; a slow simulator has no time for others, nor for what
 * Verilator can meet as well. */
static bool aim(struct worker *w, enum fuzz_simulator simulator, const struct hv_config *config,
                struct fuzz_point *goal)
{
    if (simulator == FUZZ_VERILATOR && !fuzz_chance(&w->random, 50))
        return false;
    return (own_points_only(w, simulator) ? fuzz_coverage_pick_own : fuzz_coverage_pick)(
        w->state->counts, simulator, fuzz_draw(&w->random), config, goal);
}

/* A configuration of the list at this stage that has something left for this simulator. Of those that are built any: by
 * the number `first`; of others the one that has most, so that few are built. */
static struct slot *pick_slot(struct worker *w, enum fuzz_simulator kind, enum fuzz_stage stage, unsigned first,
                              uint64_t number)
{
    struct slot *best = NULL;
    size_t most = 0;
    for (unsigned n = 0; n < FUZZ_PLAIN_CONFIGS && !(best && stage == FUZZ_BUILT); n++) {
        const unsigned i = (first + n) % FUZZ_PLAIN_CONFIGS;
        if (value(&w->state->stage[i][kind]) != stage)
            continue;
        struct slot *slot = get_slot(w, i, number);
        const size_t left = fuzz_coverage_left(w->state->counts, kind, own_points_only(w, kind), &slot->config);
        if (left > most) {
            most = left;
            best = slot;
        }
    }
    return best;
}

/* The next world's configuration and goal; true if it has one. A slow simulator, which is slow to build too, takes one
 * that has something left: nearly always one that is built, else one that nobody is building. */
static bool choose(struct worker *w, enum fuzz_simulator kind, uint64_t number, struct slot **slot,
                   struct fuzz_point *goal)
{
    static const enum fuzz_stage orders[2][3] = {{FUZZ_BUILT, FUZZ_NOT_BUILT, FUZZ_BEING_BUILT},
                                                 {FUZZ_NOT_BUILT, FUZZ_BUILT, FUZZ_BEING_BUILT}};
    const unsigned first = draw_slot(w, kind);
    const enum fuzz_stage *order = orders[fuzz_chance(&w->random, 1)];
    struct slot *other = NULL;
    *slot = get_slot(w, first, number);
    if (kind == FUZZ_VERILATOR || w->options->config)
        return aim(w, kind, &(*slot)->config, goal);
    if (first == RANDOM_SLOT && aim(w, kind, &(*slot)->config, goal))
        return true;
    for (unsigned i = 0; i < 3 && !other; i++)
        other = pick_slot(w, kind, order[i], first, number);
    if (other)
        *slot = other;
    return other && aim(w, kind, &other->config, goal);
}

/* ---- A failure ---- */

struct check {
    struct worker *w;
    struct hv_simulator *simulator;
    enum fuzz_verdict verdict;
    double end;
};

static int run_world(struct worker *w, struct hv_simulator *simulator, const struct fuzz_world *world,
                     const struct fuzz_counting *counting, struct fuzz_result *result)
{
    if (fuzz_run(simulator, world, counting, result, &w->error))
        return -1;
    if (result->verdict != FUZZ_AGREES || !fuzz_has_associator(&world->config))
        return 0;
    struct fuzz_result model;
    if (fuzz_run_without_associator(world, NULL, &model, &w->error))
        return -1;
    if (model.verdict != FUZZ_ASSOCIATOR_SEEN) {
        fuzz_result_free(&model);
        return 0;
    }
    fuzz_result_free(result);
    *result = model;
    return 0;
}

static bool fails(void *context, struct fuzz_world *world)
{
    struct check *check = context;
    struct fuzz_result result;
    if (now() > check->end || value(&check->w->state->abandon) || getppid() != check->w->parent)
        return false;
    const int status = check->verdict == FUZZ_ASSOCIATOR_SEEN
                           ? fuzz_run_without_associator(world, NULL, &result, &check->w->error)
                           : fuzz_run(check->simulator, world, NULL, &result, &check->w->error);
    if (status)
        return false;
    const bool same = result.verdict == check->verdict;
    if (same && result.commits + 1 < world->limit)
        world->limit = result.commits + 1;
    fuzz_result_free(&result);
    return same;
}

/* Write OUTPUT/nestor-CONFIG-SEED.world, whole, over what this failure had there before. */
static int save(struct worker *w, const struct fuzz_world *world, struct fuzz_failure *failure, const char *report)
{
    char path[FUZZ_MAX_PATH];
    snprintf(path, sizeof path, "%s/nestor-%s-%" PRIu64 ".world", w->options->output, failure->config, world->seed);
    char *temporary = hv_text("%s.tmp%d", path, (int)getpid());
    char *comment = hv_text("%s on %s: %u instructions, %u levels%s%s\n%s", failure->config,
                            fuzz_simulator_name(failure->simulator), failure->instructions, failure->levels,
                            w->options->repeat ? "; found by: " : "", w->options->repeat ? w->options->repeat : "",
                            report ? report : "");
    FILE *stream = temporary && comment ? fopen(temporary, "w") : NULL;
    int status = stream ? fuzz_world_print(world, comment, stream) : -1;
    if (stream && fclose(stream))
        status = -1;
    if (status == 0 && rename(temporary, path))
        status = -1;
    if (status) {
        hv_fail(&w->error, "%.400s: cannot write: %s", path, strerror(errno));
        if (temporary)
            unlink(temporary);
    } else {
        memcpy(failure->path, path, sizeof path);
    }
    free(temporary);
    free(comment);
    return status;
}

/* The report's first line. */
static void first_line(const char *report, char *text, size_t size)
{
    const size_t length = report ? strcspn(report, "\n") : 0;
    snprintf(text, size, "%.*s", (int)(length < size ? length : size - 1), report ? report : "");
}

static void describe(struct fuzz_failure *failure, const struct fuzz_world *world, const char *report)
{
    failure->instructions = (unsigned)fuzz_world_instructions(world);
    failure->words = (unsigned)fuzz_world_words(world);
    failure->levels = fuzz_world_levels(world);
    first_line(report, failure->first, sizeof failure->first);
}

static int handle_failure(struct worker *w, struct hv_simulator *simulator, enum fuzz_simulator kind,
                          struct fuzz_world *world, const struct fuzz_result *result)
{
    const double found = now() - w->begin;
    const uint64_t index = __atomic_fetch_add(&w->state->failure_count, 1, __ATOMIC_RELAXED);
    if (!w->options->keep_going)
        __atomic_store_n(&w->state->stop, 1, __ATOMIC_RELAXED);
    if (!w->options->keep_going && index > 0) { /* one is enough, and another process has it */
        __atomic_fetch_sub(&w->state->failure_count, 1, __ATOMIC_RELAXED);
        return 0;
    }
    if (index >= FUZZ_MAX_FAILURES)
        return 0;
    struct fuzz_failure *failure = &w->state->failures[index];
    *failure = (struct fuzz_failure){.seed = world->seed,
                                     .simulator = kind,
                                     .verdict = result->verdict,
                                     .found = found,
                                     .instructions_before = (unsigned)fuzz_world_instructions(world)};
    snprintf(failure->config, sizeof failure->config, "%s", world->config.name);
    if (result->commits + 1 < world->limit)
        world->limit = result->commits + 1;
    const bool by_model = result->verdict == FUZZ_ASSOCIATOR_SEEN;
    world->fenced = false; /* what is left of it need not be */
    world->simulator = fuzz_simulator_name(kind);
    describe(failure, world, result->report);
    if (save(w, world, failure, result->report)) /* before anything can go wrong */
        return -1;
    const double limit = w->options->shrink_seconds;
    struct check check = {w, simulator, result->verdict, limit > 0 ? now() + limit : HUGE_VAL};
    struct fuzz_shrinking shrinking = {.fails = fails, .context = &check, .attempts = SHRINK_ATTEMPTS};
    fuzz_shrink(world, &shrinking);
    struct fuzz_result small = {0};
    if (by_model ? fuzz_run_without_associator(world, NULL, &small, &w->error)
                 : fuzz_run(simulator, world, NULL, &small, &w->error))
        return -1;
    failure->shrunk = now() - w->begin - found;
    describe(failure, world, small.report);
    const int status = save(w, world, failure, small.report);
    fuzz_result_free(&small);
    return status;
}

/* ---- The loop ---- */

/* Would the world meet anything new on this simulator? Then it need be no longer than that takes. */
static int rehearse(struct worker *w, enum fuzz_simulator kind, struct fuzz_world *world, bool *useful)
{
    const struct fuzz_counting counting = {w->counts, kind};
    struct fuzz_rehearsal rehearsal;
    memcpy(w->counts, w->state->counts, fuzz_coverage_points() * sizeof *w->counts);
    if (fuzz_rehearse(world, &counting, &rehearsal, &w->error))
        return -1;
    *useful = rehearsal.useful > 0;
    if (*useful)
        world->limit = rehearsal.useful + AFTER;
    return 0;
}

/* The next world. As long as a slow simulator has anything left to meet, its worlds are tried on the model, until one
 * meets it. */
static int make_world(struct worker *w, enum fuzz_simulator kind, uint64_t number, struct fuzz_world *world,
                      struct slot **slot)
{
    uint64_t seed = w->options->seed + number;
    for (unsigned tries = 1;; tries++) {
        struct fuzz_point goal;
        const bool aimed = choose(w, kind, number, slot, &goal);
        w->state->current[w->number] = (struct fuzz_current){
            seed, aimed ? fuzz_coverage_index(&goal) : fuzz_coverage_points(), kind, (*slot)->config};
        fuzz_generate(world, &(*slot)->config, seed, aimed ? &goal : NULL);
        if (kind == FUZZ_VERILATOR)
            return 0;
        bool useful = false;
        if (aimed && rehearse(w, kind, world, &useful)) {
            fuzz_world_end(world);
            return -1;
        }
        if (!useful)
            world->limit = SLOW_LIMIT + world->limit / 4; /* more and shorter worlds meet more */
        if (useful || !aimed || tries == REHEARSALS || over(w))
            return 0;
        fuzz_world_end(world);
        seed = fuzz_draw(&w->random);
    }
}

/* A world on one simulator; *failed: it did, and is shrunk. */
static int run_on(struct worker *w, struct slot *slot, enum fuzz_simulator kind, struct fuzz_world *world, bool *failed)
{
    struct fuzz_result result;
    const double begin = now();
    struct hv_simulator *simulator = open_simulator(w, slot, kind);
    if (!simulator)
        return -1;
    const struct fuzz_counting counting = {w->state->counts, kind};
    w->state->current[w->number].simulator = kind;
    int status = run_world(w, simulator, world, &counting, &result);
    if (status == 0) {
        count(&w->state->commits, result.commits);
        count(&w->state->cycles, result.cycles);
        count(&w->state->worlds_by[kind], 1);
        count(&w->state->commits_by[kind], result.commits);
        count(&w->state->undefined, result.verdict == FUZZ_UNDEFINED);
        *failed = result.verdict == FUZZ_DIFFERS || result.verdict == FUZZ_ASSOCIATOR_SEEN;
        if (*failed)
            status = handle_failure(w, simulator, kind, world, &result);
        fuzz_result_free(&result);
    }
    w->spent[kind] += by_count(w) ? 0 : now() - begin;
    return status;
}

/* What a slow simulator ran, the others run too: Verilator, which is there soon, and any that is there. */
static bool runs_too(const struct worker *w, const struct slot *slot, enum fuzz_simulator kind,
                     enum fuzz_simulator other)
{
    return w->options->simulators[other] && kind != FUZZ_VERILATOR && other != kind &&
           (other == FUZZ_VERILATOR || slot->simulator[other]);
}

static int one_world(struct worker *w, uint64_t number)
{
    const enum fuzz_simulator kind = next_simulator(w);
    struct fuzz_world world;
    struct slot *slot;
    bool failed = false;
    const double begin = now();
    if (make_world(w, kind, number, &world, &slot))
        return -1;
    slot->worlds++;
    w->worlds++;
    w->spent[kind] += by_count(w) ? 1 : now() - begin;
    count(&w->state->fenced, world.fenced);
    int status = run_on(w, slot, kind, &world, &failed);
    for (enum fuzz_simulator other = 0; other < FUZZ_SIMULATORS && status == 0 && !failed; other++)
        if (runs_too(w, slot, kind, other))
            status = run_on(w, slot, other, &world, &failed);
    count(&w->state->worlds, status == 0);
    fuzz_world_end(&world);
    return status;
}

static int work(struct worker *w)
{
    while (!over(w)) {
        const uint64_t number = __atomic_fetch_add(&w->state->next, 1, __ATOMIC_RELAXED);
        if (w->options->worlds && number >= w->options->worlds)
            break;
        w->random.state = w->options->seed * UINT64_C(0x9e3779b97f4a7c15) + number;
        if (one_world(w, number))
            return value(&w->state->stop) ? 0 : -1; /* what an interrupt has done to a build is no error */
    }
    return 0;
}

static void ignore(int number)
{
    (void)number;
}

/* There under sanitizers only, which look for leaks at an exit but not at _exit; valgrind looks at both. */
extern void __lsan_do_leak_check(void) __attribute__((weak));

/* In the child; does not return. */
static void be_worker(struct fuzz_state *state, const struct fuzz_campaign_options *options, unsigned number,
                      double begin, pid_t parent)
{
    struct worker *w = calloc(1, sizeof *w);
    int status = 1;
    signal(SIGINT, ignore); /* not SIG_IGN, which the programs that it runs would inherit */
    uint64_t *counts = malloc(fuzz_coverage_points() * sizeof *counts);
    if (w && counts) {
        *w = (struct worker){
            .state = state, .options = options, .number = number, .begin = begin, .parent = parent, .counts = counts};
        status = work(w) ? 1 : 0;
        for (unsigned i = 0; i < SLOTS; i++)
            close_slot(&w->slots[i]);
        if (status && __atomic_exchange_n(&state->failed, 1, __ATOMIC_RELAXED) == 0)
            state->error = w->error;
    }
    free(counts);
    free(w);
    if (__lsan_do_leak_check)
        __lsan_do_leak_check();
    _exit(status);
}

/* ---- The parent ---- */

/* A process is gone, by a signal: its world is made again and saved as it was. */
static int report_death(const struct fuzz_campaign_options *options, const struct fuzz_current *current, int number,
                        struct hv_error *error)
{
    struct fuzz_point goal;
    struct fuzz_world world;
    struct worker saver = {.options = options};
    struct fuzz_failure failure = {.seed = current->seed, .simulator = current->simulator};
    const bool aimed = current->goal < fuzz_coverage_points();
    if (aimed)
        fuzz_coverage_describe(current->goal, &goal);
    snprintf(failure.config, sizeof failure.config, "%s", current->config.name);
    fuzz_generate(&world, &current->config, current->seed, aimed ? &goal : NULL);
    const int status = save(&saver, &world, &failure, "it ended the process that ran it");
    fuzz_world_end(&world);
    return hv_fail(error, "%s on %s, seed %" PRIu64 ": ended its process: signal %d; %s%.300s", failure.config,
                   fuzz_simulator_name(failure.simulator), failure.seed, number,
                   status ? "not saved: " : "the world is ", status ? saver.error.text : failure.path);
}

static int reap(struct fuzz_state *state, const struct fuzz_campaign_options *options, pid_t *workers, unsigned *alive,
                struct hv_error *error)
{
    const unsigned jobs = options->jobs;
    int status;
    for (pid_t pid; *alive && (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        unsigned number = 0;
        while (number < jobs && workers[number] != pid)
            number++;
        if (number == jobs)
            continue;
        --*alive;
        workers[number] = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            continue;
        __atomic_store_n(&state->stop, 1, __ATOMIC_RELAXED);
        const struct fuzz_current *current = &state->current[number];
        if (value(&state->failed))
            return hv_fail(error, "%s, seed %" PRIu64 ": %.380s", current->config.name, current->seed,
                           state->error.text);
        return report_death(options, current, WIFSIGNALED(status) ? WTERMSIG(status) : 0, error);
    }
    return 0;
}

int fuzz_campaign(struct fuzz_state *state, const struct fuzz_campaign_options *options,
                  bool (*progress)(void *context, const struct fuzz_state *state, double seconds),
                  struct hv_error *error)
{
    pid_t workers[FUZZ_MAX_JOBS] = {0};
    unsigned alive = 0;
    int result = 0;
    const double begin = now();
    const pid_t parent = getpid();
    fflush(NULL);
    for (unsigned i = 0; i < options->jobs && result == 0; i++) {
        workers[i] = fork();
        if (workers[i] == 0)
            be_worker(state, options, i, begin, parent);
        if (workers[i] < 0)
            result = hv_fail(error, "cannot start a process: %s", strerror(errno));
        else
            alive++;
    }
    if (result)
        __atomic_store_n(&state->stop, 1, __ATOMIC_RELAXED);
    while (alive) {
        struct hv_error other;
        const int status = reap(state, options, workers, &alive, result ? &other : error);
        result = result ? result : status;
        if (!progress(options->context, state, now() - begin)) {
            __atomic_store_n(&state->stop, 1, __ATOMIC_RELAXED);
            __atomic_store_n(&state->abandon, 1, __ATOMIC_RELAXED);
        }
        if (alive)
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return result;
}
