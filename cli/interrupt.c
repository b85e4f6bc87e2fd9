/* Ctrl-C while a program runs: it ends between two records, and Nestor tells where it was. A second one ends Nestor at
 * once. */
#include "cli/cli.h"

#include <inttypes.h>
#include <signal.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

void cli_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND | SA_RESTART}, before;
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
}

bool cli_interrupted(void)
{
    return interrupted;
}

int cli_interrupt_tell(const char *program, uint64_t records, const char *where)
{
    cli_failf("%s: interrupted after %" PRIu64 " records, at %s", program, records, where);
    return NESTOR_INTERRUPTED;
}
