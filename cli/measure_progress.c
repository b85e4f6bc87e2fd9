/* How far nestor measure is, on stderr when that is a terminal. */
#include "cli/measure.h"

#include <inttypes.h>
#include <unistd.h>

/* The part of the case that runs, 0 to 1; known when the same program has ended before, at another depth or so. */
static double part_done(const struct measure_progress *progress, uint64_t records)
{
    const uint64_t limit = progress->at->options->max_instructions,
                   expected = progress->expected && (!limit || progress->expected < limit) ? progress->expected : limit;
    return !expected ? 0 : records < expected ? (double)records / (double)expected : 1;
}

void measure_progress_show(struct measure_progress *progress, uint64_t records)
{
    const double now = cli_now();
    if (now - progress->last < 0.5 || !isatty(STDERR_FILENO))
        return;
    progress->last = now;
    progress->shown = true;
    fprintf(stderr, "\r%zu of %zu: %s at depth %u, %" PRIu64 " records", progress->done + 1, progress->cases,
            progress->at->program, progress->at->job.world.depth, records);
    const double done = (double)progress->done + part_done(progress, records);
    if (done > 0)
        fprintf(stderr, ", %.0f s to go", (now - progress->begin) / done * ((double)progress->cases - done));
    fputs("\033[K", stderr);
}

void measure_progress_next(struct measure_progress *progress, uint64_t records)
{
    progress->done++;
    progress->expected = records;
}

void measure_progress_end(struct measure_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
