/* nestor board: what the board has counted, and how it is told. */
#include "cli/board.h"
#include "sim/files.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

uint64_t board_counter(const struct board_end *end, unsigned hpm)
{
    return end->counters[LOADER_COUNTER_3 + hpm - 3];
}

double board_hit_rate(const struct board_end *end)
{
    const uint64_t accesses = board_counter(end, BOARD_HPM_accesses), misses = board_counter(end, BOARD_HPM_misses);
    return accesses ? 1.0 - (double)misses / (double)accesses : -1.0;
}

int board_clocks(struct board_session *s, uint64_t *clocks, struct hv_error *error)
{
    struct loader_info info;
    if (loader_ask(&s->loader, &info, error))
        return -1;
    *clocks = info.clocks;
    return 0;
}

void board_tell_counters(const struct board_session *s, const struct board_end *end)
{
    const double rate = board_hit_rate(end);
    fprintf(stderr, "nestor: %s: the board's counters:", s->port);
#define ASSOCIATOR_COUNTER(name, hpm, meaning) fprintf(stderr, " %s %" PRIu64 ",", #name, board_counter(end, hpm));
#include "isa/counters.def"
    fprintf(stderr, " hit rate %.3f %%\n", rate < 0 ? 0.0 : 100.0 * rate);
}

static void print_text(const struct board_end *end)
{
    const struct {
        const char *name, *meaning;
        uint64_t value;
    } rows[] = {
        {"cycles", "clocks", end->counters[LOADER_CYCLES]},
        {"instructions", "retired, the monitors' included", end->counters[LOADER_INSTRUCTIONS]},
#define ASSOCIATOR_COUNTER(name, hpm, meaning) {#name, meaning, board_counter(end, hpm)},
#include "isa/counters.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        printf("%-13s %12" PRIu64 "  %s\n", rows[i].name, rows[i].value, rows[i].meaning);
    const double rate = board_hit_rate(end);
    if (rate >= 0)
        printf("%-13s %10.3f %%  of accesses\n", "hit rate", 100.0 * rate);
}

static int print_json(const struct board_session *s, const char *program, unsigned depth, const struct board_end *end)
{
    json_t *counters = json_object();
#define ASSOCIATOR_COUNTER(name, hpm, meaning)                                                                         \
    json_object_set_new(counters, #name, json_integer((json_int_t)board_counter(end, hpm)));
#include "isa/counters.def"
    const double rate = board_hit_rate(end);
    json_object_set_new(counters, "hit_rate", rate < 0 ? json_null() : json_real(rate));
    json_t *object =
        json_pack("{s:s,s:s,s:i,s:i,s:I,s:I,s:o}", "program", program, "configuration", s->machine.name, "depth",
                  (int)depth, "exit_code", end->status, "cycles", (json_int_t)end->counters[LOADER_CYCLES],
                  "instructions", (json_int_t)end->counters[LOADER_INSTRUCTIONS], "associator", counters);
    char *text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(object);
    return text ? 0 : cli_failf("%s: out of memory, or its name is not UTF-8", program);
}

int board_print_counters(const struct board_session *s, const char *program, unsigned depth,
                         const struct board_end *end, bool json)
{
    if (json)
        return print_json(s, program, depth, end);
    print_text(end);
    return 0;
}
