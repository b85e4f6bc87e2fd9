/* Progress with an estimate, on stderr when that is a terminal. */
#include "cli/cli.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

double cli_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cli_progress_begin(struct cli_progress *progress, uint64_t total)
{
    const double now = cli_now();
    *progress = (struct cli_progress){.begin = now, .last = now, .total = total};
}

void cli_progress_show(struct cli_progress *progress, uint64_t commits)
{
    const double now = cli_now();
    if (now - progress->last < 0.5 || !isatty(STDERR_FILENO))
        return;
    const double rate = (double)commits / (now - progress->begin);
    progress->last = now;
    progress->shown = true;
    fprintf(stderr, "\r%" PRIu64 " records, %.2f million a second", commits, rate / 1e6);
    if (progress->total > commits && rate > 0)
        fprintf(stderr, ", %.0f %%, %.0f s to go", 100.0 * (double)commits / (double)progress->total,
                (double)(progress->total - commits) / rate);
    fputs("\033[K", stderr);
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}

void cli_progress_building(void *context, const char *what)
{
    (void)context;
    cli_failf("building %s, which is kept: it may take a minute", what);
}
