/* nestor board: what its actions share. cli/board.c has the options, a file each loads, passes the console through,
 * prints counters, and measures. */
#ifndef NESTOR_BOARD_H
#define NESTOR_BOARD_H

#include "cli/cli.h"
#include "cli/loader.h"
#include "rtlgen/board.h"
#include "software/loader/protocol.h"

struct board_session {
    const char *port;
    struct loader loader;
    struct hv_config machine;
    bool quiet; /* loading is not told */
};

/* How a run has ended, and what the board has told of it. */
struct board_end {
    int status; /* the program's own, or 0 to be told: NESTOR_ERROR or NESTOR_INTERRUPTED */
    bool finished, halted;
    bool has_counters;
    uint64_t counters[LOADER_COUNTER_COUNT]; /* LOADER_CYCLES, ... */
};

/* Clear the board's RAM, load the world and start it. `program` for messages. Returns 0, or -1 with *error filled. */
int board_load(struct board_session *session, const struct hv_world *world, const char *program,
               struct hv_error *error);

/* Pass the console through, the program's bytes to `output`, until the board tells of its end. Errors are told on
 * stderr; then end->status is what the command ends with and end->finished is false. */
void board_console(struct board_session *session, const char *program, FILE *output, struct board_end *end);

/* The message with the counters at the end of a text, which becomes shorter by it: for what the model has printed. */
void board_cut_counters(const char *text, size_t *length, struct board_end *end);

/* A counter of the associator, by its number; 0 where nothing was told. */
enum {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) BOARD_HPM_##name = (hpm),
#include "isa/counters.def"
};
uint64_t board_counter(const struct board_end *end, unsigned hpm);

/* 1 - misses / accesses; negative without accesses. */
double board_hit_rate(const struct board_end *end);

/* Clocks from the start to the end of what has run last, as the board's CLINT has counted them. */
int board_clocks(struct board_session *session, uint64_t *clocks, struct hv_error *error);

/* One line on stderr, as cosim tells it. */
void board_tell_counters(const struct board_session *session, const struct board_end *end);

/* The counters on standard output, as text or as a JSON object. Returns 0, or NESTOR_ERROR. */
int board_print_counters(const struct board_session *session, const char *program, unsigned depth,
                         const struct board_end *end, bool json);

/* Each of the programs at each depth on the board, and on the model beside it. The exit status. */
struct board_bench {
    char *const *programs;
    size_t count;
    struct hv_world_options world; /* without its depth */
    unsigned first_depth, last_depth;
    bool json;
};
int board_bench(struct board_session *session, const struct board_bench *bench);

#endif
