/* nestor board bench: programs on the board at each depth, and the model's figures beside the board's own. */
#include "cli/board.h"
#include "sim/files.h"
#include "sim/lockstep.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a program has printed. */
struct text {
    char *bytes;
    size_t length;
};

struct model_run {
    struct hv_counters counters;
    struct board_end end; /* what its monitor tells */
    struct text text;
};

struct bench {
    struct board_session *session;
    const struct board_bench *of;
    unsigned passed, failed;
    double log_slowdown[HV_MAX_DEPTH + 1]; /* sums, for the geometric means */
    unsigned slowdowns[HV_MAX_DEPTH + 1];
};

/* One program at one depth. */
struct row {
    const char *program;
    unsigned depth;
    struct board_end end;
    struct text text;
    uint64_t cycles, first_cycles; /* this one's, and those of the program's first depth */
    struct model_run model;
    bool same; /* exit status and console are the model's */
};

/* ---- The model ---- */

static void run_machine(struct hv_machine *machine, struct model_run *run, FILE *text)
{
    enum { CHUNK = 1 << 16 }; /* records between two looks at the UART and at Ctrl-C */
    uint8_t bytes[4096];
    enum hv_stop stop = HV_STOP_LIMIT;
    while ((stop == HV_STOP_LIMIT || stop == HV_STOP_NONE) && !cli_interrupted()) {
        stop = hv_machine_run(machine, CHUNK);
        for (size_t count; (count = hv_machine_uart_output(machine, bytes, sizeof bytes)) > 0;)
            fwrite(bytes, 1, count, text);
    }
    run->counters = *hv_machine_counters(machine);
    run->end.finished = stop == HV_STOP_FINISHED;
    run->end.status = (int)hv_machine_exit_code(machine);
}

static int run_model(const struct hv_config *config, const struct hv_world *world, struct model_run *run,
                     struct hv_error *error)
{
    const struct hv_image image = {.segments = world->segments, .count = world->count};
    struct hv_machine *machine = hv_machine_new(config, error);
    FILE *text = machine ? open_memstream(&run->text.bytes, &run->text.length) : NULL;
    int result = -1;
    if (machine && !text)
        hv_fail(error, "out of memory");
    else if (machine && hv_image_load(&image, machine, error) == 0) {
        run_machine(machine, run, text);
        result = 0;
    }
    if (text)
        fclose(text);
    if (result == 0)
        board_cut_counters(run->text.bytes, &run->text.length, &run->end);
    hv_machine_free(machine);
    return result;
}

/* ---- Rows ---- */

static void print_head(const struct bench *b)
{
    if (b->of->json)
        return;
    printf("%-12s %5s | %12s %12s %6s %12s %9s %10s %9s | %12s %12s %9s %10s\n", "program", "depth", "instructions",
           "cycles", "CPI", "accesses", "hit rate", "walk reads", "slowdown", "model's", "accesses", "hit rate",
           "walk reads");
}

static const char *percent(double rate, char text[16])
{
    if (rate < 0)
        return "-";
    snprintf(text, 16, "%.3f %%", 100.0 * rate);
    return text;
}

static double model_hit_rate(const struct hv_associator_counters *a)
{
    return a->accesses ? 1.0 - (double)a->misses / (double)a->accesses : -1.0;
}

/* Up to where the counters are told. */
static uint64_t model_instructions(const struct row *r)
{
    return r->model.end.has_counters ? r->model.end.counters[LOADER_INSTRUCTIONS] : r->model.counters.instructions;
}

/* At depth 0 nobody reads minstret before the end: the model's instructions stand for the board's. */
static uint64_t instructions_of(const struct row *r)
{
    return r->end.has_counters ? r->end.counters[LOADER_INSTRUCTIONS] : model_instructions(r);
}

static double hit_rate_of(const struct row *r)
{
    return r->end.has_counters ? board_hit_rate(&r->end) : -1.0;
}

static void print_text(const struct row *r, const char *name)
{
    char board_rate[16], model_rate[16];
    const struct hv_associator_counters *a = &r->model.counters.associator;
    const uint64_t instructions = instructions_of(r);
    printf("%-12s %5u | %12" PRIu64 " %12" PRIu64 " %6.2f %12" PRIu64 " %9s %10" PRIu64 " %9.3f | %12" PRIu64
           " %12" PRIu64 " %9s %10" PRIu64 "\n",
           name, r->depth, instructions, r->cycles, (double)r->cycles / (double)instructions,
           board_counter(&r->end, BOARD_HPM_accesses), percent(hit_rate_of(r), board_rate),
           board_counter(&r->end, BOARD_HPM_walk_reads), (double)r->cycles / (double)r->first_cycles,
           model_instructions(r), a->accesses, percent(model_hit_rate(a), model_rate), a->walk_reads);
}

static int print_json(const struct row *r)
{
    const struct hv_associator_counters *a = &r->model.counters.associator;
    json_t *board = json_object(), *model = json_object();
    json_object_set_new(board, "cycles", json_integer((json_int_t)r->cycles));
    json_object_set_new(board, "instructions",
                        r->end.has_counters ? json_integer((json_int_t)r->end.counters[LOADER_INSTRUCTIONS])
                                            : json_null());
    json_object_set_new(model, "instructions", json_integer((json_int_t)model_instructions(r)));
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    json_object_set_new(board, #name, json_integer((json_int_t)board_counter(&r->end, hpm)));                          \
    json_object_set_new(model, #name, json_integer((json_int_t)a->name));
#include "isa/counters.def"
    const double board_rate = hit_rate_of(r), model_rate = model_hit_rate(a);
    json_object_set_new(board, "hit_rate", board_rate < 0 ? json_null() : json_real(board_rate));
    json_object_set_new(model, "hit_rate", model_rate < 0 ? json_null() : json_real(model_rate));
    json_t *object = json_pack("{s:s,s:i,s:b,s:i,s:f,s:o,s:o}", "program", r->program, "depth", (int)r->depth, "passed",
                               r->same && r->end.status == 0, "exit_code", r->end.status, "slowdown",
                               (double)r->cycles / (double)r->first_cycles, "board", board, "model", model);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(object);
    return text ? 0 : cli_failf("%s: out of memory, or its name is not UTF-8", r->program);
}

static const char *base_name(const char *path, char name[32])
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    snprintf(name, 32, "%.*s", (int)strcspn(base, "."), base);
    return name;
}

static int print_row(struct bench *b, const struct row *r)
{
    char name[32];
    const bool passed = r->same && r->end.status == 0;
    *(passed ? &b->passed : &b->failed) += 1;
    if (b->of->json) {
        if (print_json(r))
            return -1;
    } else
        print_text(r, base_name(r->program, name));
    if (!passed)
        cli_failf("%s at depth %u: found exit status %d%s, expected 0 and what the model prints", r->program, r->depth,
                  r->end.status, r->same ? "" : ", and another console than the model's");
    if (passed) {
        b->log_slowdown[r->depth] += log((double)r->cycles / (double)r->first_cycles);
        b->slowdowns[r->depth]++;
    }
    fflush(stdout);
    return 0;
}

/* ---- Runs ---- */

static int run_board(struct bench *b, const struct hv_world *world, struct row *r, struct hv_error *error)
{
    if (board_load(b->session, world, r->program, error))
        return -1;
    FILE *text = open_memstream(&r->text.bytes, &r->text.length);
    if (!text)
        return hv_fail(error, "out of memory");
    board_console(b->session, r->program, text, &r->end);
    fclose(text);
    if (!r->end.finished && !r->end.halted)
        return 0;
    r->cycles = r->end.counters[LOADER_CYCLES];
    return r->depth ? 0 : board_clocks(b->session, &r->cycles, error);
}

/* Returns 0; NESTOR_ERROR or NESTOR_INTERRUPTED, told, when the board is gone; -1 with *error filled. */
static int make_row(struct bench *b, const struct hv_world *world, struct row *r, struct hv_error *error)
{
    if (run_model(&b->session->machine, world, &r->model, error) || run_board(b, world, r, error))
        return -1;
    if (!r->end.finished && !r->end.halted)
        return r->end.status;
    if (r->depth && !r->end.has_counters)
        return hv_fail(error, "%s at depth %u: found no counters before the end, expected them from level 0's monitor",
                       r->program, r->depth);
    if (!r->first_cycles)
        r->first_cycles = r->cycles;
    r->same = r->end.finished && r->model.end.finished && r->end.status == r->model.end.status &&
              r->text.length == r->model.text.length && memcmp(r->text.bytes, r->model.text.bytes, r->text.length) == 0;
    return print_row(b, r) ? NESTOR_ERROR : 0;
}

static int run_program(struct bench *b, const char *program, struct hv_error *error)
{
    uint64_t first_cycles = 0;
    for (unsigned depth = b->of->first_depth; depth <= b->of->last_depth; depth++) {
        struct row row = {.program = program, .depth = depth, .first_cycles = first_cycles};
        struct hv_world_options options = b->of->world;
        struct hv_world world;
        options.depth = depth;
        options.tell_counters = depth > 0;
        if (hv_world_build(&world, &b->session->machine, program, &options, error))
            return -1;
        const int result = make_row(b, &world, &row, error);
        first_cycles = row.first_cycles;
        free(row.text.bytes);
        free(row.model.text.bytes);
        hv_world_free(&world);
        if (result)
            return result;
    }
    return 0;
}

static void print_end(const struct bench *b)
{
    if (b->of->json)
        return;
    printf("\n%-12s", "depth");
    for (unsigned depth = b->of->first_depth; depth <= b->of->last_depth; depth++)
        printf(" %9u", depth);
    printf("\n%-12s", "slowdown");
    for (unsigned depth = b->of->first_depth; depth <= b->of->last_depth; depth++)
        if (b->slowdowns[depth])
            printf(" %9.3f", exp(b->log_slowdown[depth] / b->slowdowns[depth]));
        else
            printf(" %9s", "-");
    printf("   (geometric means over the programs)\n\nbench: %u passed, %u failed\n", b->passed, b->failed);
}

int board_bench(struct board_session *session, const struct board_bench *of)
{
    struct bench bench = {.session = session, .of = of};
    struct hv_error error;
    session->quiet = true;
    print_head(&bench);
    for (size_t i = 0; i < of->count; i++) {
        const int result = run_program(&bench, of->programs[i], &error);
        if (result)
            return result < 0 ? cli_fail(&error) : result;
    }
    print_end(&bench);
    return bench.failed ? 1 : 0;
}
